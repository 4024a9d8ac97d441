package handlers

import (
	"context"
	"slices"
	"strings"
	"testing"

	"donghanh/internal/chat"
	"donghanh/internal/desk"
	"donghanh/internal/journey"
	"donghanh/internal/notice"
	"donghanh/internal/wording"
)

// secret is what somebody else asked, for the desk alone to see.
const secret = "chuyện riêng của người khác"

// reaches is how a person gets to each route, by its command or button; the
// others are reached by any text or file.
var reaches = map[string]string{
	"/dieukien": "", "/cauhoi": "", "/dulieu": "", "/trogiup": "", "/huy": "", "/start": "", "/help": "",
	buttonTopic: ":" + probation + ":0", buttonGood: ":1:" + probation, buttonBad: ":1:" + probation, buttonOfficer: ":1",
	buttonCheck: ":1:show", buttonDownload: "", buttonErase: ":chac", buttonReply: ":handed:tg:500", buttonSend: ":handed:tg:500",
	buttonDrop: ":handed:tg:500:chac", buttonKnown: ":handed:tg:500", buttonDesk: ":0", buttonOpen: ":handed:tg:500", buttonTake: ":handed:tg:500",
	buttonGiveUp: ":handed:tg:500", buttonPass: ":handed:tg:500:0", buttonGive: ":handed:tg:500:cb-nga", buttonCancel: "", buttonLeave: "",
	"/hanhtrinh": "", "/han": "", "/sinhvien": "",
	"/thongbao": "", wording.ButtonNotice: ":n-aaaaaaaa:gui", wording.ButtonNotices: ":0", wording.ButtonSecond: ":n-aaaaaaaa:1:co",
	wording.ButtonReceived: ":n-aaaaaaaa", buttonGroup: ":-100:la:00000000",
	"/vaitro": "", buttonRole: ":bo:cb-hanh:youth_officer:chac", "/nhatky": "", buttonLog: "::sv-lan:d7",
	buttonLink: ":khong-co-ma", buttonUnlink: ":chac",
	wording.ButtonDone: ":sv-lan:" + ceremony(), wording.ButtonLater: ":sv-lan:" + ceremony(), wording.ButtonWhy: ":sv-lan:" + ceremony(),
	buttonUndo: ":sv-lan:00000000", buttonPage: ":0:0", buttonDeadline: ":sv-lan:" + ceremony(), buttonPref: ":tuan", buttonCalendar: "", buttonFeed: ":moi",
	buttonStudents: ":0:0:lan", buttonSearch: ":0", buttonStudent: ":sv-lan", buttonRecord: ":sv-lan", buttonRecordStep: ":1:event:E_CEREMONY_HELD",
	"/danhsach": "", buttonList: ":0:-", buttonLists: ":xuat", buttonAssign: ":moi", buttonPerson: ":sv-lan", buttonAmend: ":sv-lan:ten", buttonAmendStep: ":1:ok:00000000",
}

// ceremony names the deadline of Lan's ceremony.
func ceremony() string { return journey.Short("dl-ceremony/2026-11-05") }

// reach is how somebody gets to a route.
func reach(t *testing.T, who chat.Address, route Route) chat.Incoming {
	t.Helper()
	name := route.Button
	switch {
	case route.File:
		return sent(who, chat.Document, "hồ sơ")
	case route.Text:
		return said(who, sureQuestion)
	case route.Command != "":
		name = "/" + route.Command
	}
	rest, ok := reaches[name]
	if !ok {
		t.Fatalf("say in reaches how a person gets to %q", name)
	}
	if route.Command != "" {
		return said(who, name+rest)
	}
	return pressed(who, name+rest)
}

func everyRole() []journey.Role { return append([]journey.Role{journey.Guest}, journey.Roles...) }

// TestEveryRouteForEveryRole takes each route as each role. A route for other
// roles answers with a refusal, has no effect and shows nothing.
func TestEveryRouteForEveryRole(t *testing.T) {
	tg := newTelegram(t)
	for _, role := range everyRole() {
		for _, route := range newRoom(t, tg).h.routes {
			r := newRoom(t, tg)
			r.setRole(stranger, role)
			handed(r, student, 500, secret)
			in := reach(t, stranger, route)
			before := effects(t, r.store)
			out := r.hear(in)

			refused := toast(out) == wording.ToastRefused || strings.Contains(text(out, stranger), plain(wording.NotForYou()))
			mayUse := route.open([]journey.Role{role})
			if refused == mayUse {
				t.Errorf("role %q, %s: refused: %t, want %t", role, about(in), refused, !mayUse)
			}
			if mayUse {
				continue
			}
			if got := effects(t, r.store); got != before {
				t.Errorf("role %q, %s: refused, yet:\n%s", role, about(in), differ(got, before))
			}
			quiet(t, role, in, out)
		}
	}
}

// quiet checks that what was put goes to nobody else and shows nothing of
// anybody else.
func quiet(t *testing.T, role journey.Role, in chat.Incoming, out []chat.Message) {
	t.Helper()
	for _, m := range out {
		if m.To != in.From {
			t.Errorf("role %q, %s: somebody else hears %q", role, about(in), m.Text)
		}
		if strings.Contains(m.Text, secret) {
			t.Errorf("role %q, %s: shown what somebody else asked: %s", role, about(in), m.Text)
		}
	}
}

// forged is data no button of that person bears.
var forged = map[string]string{
	"empty":                          "",
	"an unknown name":                "xin-chao",
	"a command as a name":            "/cauhoi",
	"only colons":                    "::::",
	"64 bytes of garbage":            strings.Repeat("\x00\xff:", 21) + "x",
	"UTF-8 rubbish":                  "\xc3\x28\xa0\xa1:\xe2\x28\xa1",
	"rubbish after a name":           "dk:\xff\xfe:\x00",
	"markup":                         "q:<b>x</b>:0",
	"names differ in case":           "DK:1:show",
	"a topic nobody knows":           "q:khong-co:0",
	"a topic without a name":         "q",
	"good without arguments":         "ok",
	"good without a topic":           "ok:1",
	"bad of a topic nobody knows":    "no:1:khong-co",
	"officer without a question":     "hoi",
	"officer with a word":            "hoi:abc",
	"officer with a very long one":   "hoi:" + strings.Repeat("9", 60),
	"officer with a negative one":    "hoi:-500",
	"the question of somebody else":  "hoi:500",
	"a check never begun":            "dk:1:show",
	"a check begun anew by a forger": "dk::again",
	"a check without arguments":      "dk",
	"a check with an unknown step":   "dk:1:khong-co:1",
	"a check with a huge number":     "dk:1:year:" + strings.Repeat("9", 53),
	"sends what was never written":   "gui:handed:tg:500",
	"answers no question":            "tl:handed:tg:404",
	"answers nothing":                "tl",
	"answers with a long number":     "tl:handed:tg:" + strings.Repeat("9", 50),
	"drops no question":              "dong:wrong:tg:500",
	"drops nothing":                  "dong::",
	"drops with more parts":          "dong:handed:x:tg:500",
	"answers what nobody took up":    "tl:handed:tg:500",
	"drops what nobody took up":      "dong:handed:tg:500:chac",
	"passes on what nobody took up":  "chuyen:handed:tg:500:0",
	"gives away what is not theirs":  "giao:handed:tg:500:cb-nga",
	"takes up nothing":               "nhan:handed:tg:404",
	"opens nothing":                  "mo",
	"gives up nothing":               "tha:handed:tg:404",
	"answers what another holds":     "tl:handed:tg:501",
	"drops what another holds":       "dong:handed:tg:501:chac",
	"gives up what another holds":    "tha:handed:tg:501",
	"passes on what another holds":   "chuyen:handed:tg:501:0",
	"gives away what another holds":  "giao:handed:tg:501:cb-nga",
	"sends over what another holds":  "gui:handed:tg:501",
	"names another's question":       "ten:handed:tg:500",
	"hides another's question":       "ten:handed:tg:500:an",

	"a student of somebody else":       "ht:sv-lan",
	"no student":                       "ht:gv-minh",
	"nobody":                           "ht:khong-ai",
	"a path":                           "ht:../../etc",
	"another's deadline":               "hn:sv-lan:" + ceremony() + ":0:0",
	"another's deadline, done":         "xong:sv-lan:" + ceremony() + "::0:20261124",
	"another's deadline, later":        "hoan:sv-lan:" + ceremony() + "::mai",
	"why of another's deadline":        "visao:sv-lan:" + ceremony(),
	"the digest of nobody":             "xong:-:20261124",
	"the digest of a day that is none": "hoan:-:99999999",
	"records of another":               "gm:sv-lan",
	"records without a beginning":      "gb:1:save:20261124",
	"takes back what another recorded": held,
	"takes back nothing":               "lui:sv-lan",
	"a preference there is not":        "nhac:khong",
	"a feed command there is not":      "lich:khong",

	"a notice nobody wrote":             "tb:n-aaaaaaaa:gui",
	"a notice that is no id":            "tb:n-../etc:gui",
	"a notice without an act":           "tb:n-aaaaaaaa",
	"nothing of a notice":               "tb",
	"a draft of somebody else":          "tb:" + hanhsDraft + ":gui",
	"opens a draft of somebody else":    "tb:" + hanhsDraft + ":mo",
	"edits a draft of somebody else":    "tb:" + hanhsDraft + ":vai:all",
	"stops a notice of somebody else":   "tb:" + hanhsDraft + ":het",
	"names of somebody else's audience": "tb:" + hanhsDraft + ":chua:0",
	"reports of somebody else's":        "tb:" + hanhsDraft + ":tep",
	"reuses somebody else's":            "tb:" + hanhsDraft + ":mau",
	"an act there is not":               "tb:" + hanhsDraft + ":xyz",
	"approves what nobody wrote":        "duyet:n-aaaaaaaa:1:co",
	"approves in another unit":          "duyet:" + hanhsDraft + ":1:co",
	"refuses in another unit":           "duyet:" + hanhsDraft + ":1:khong",
	"approves with a long number":       "duyet:n-aaaaaaaa:" + strings.Repeat("9", 40),
	"has received what nobody sent":     "dn:n-aaaaaaaa",
	"has received what was never sent":  "dn:" + hanhsDraft,
	"has received nothing":              "dn",
	"a group the bot is not in":         "nhom:-100:la:00000000",
	"a group of another unit":           "nhom:-500:la:" + journey.Short("K47/B9"),
	"a group that is no number":         "nhom:x:la:y",
}

// hanhsDraft is a notice of an officer of another unit.
var hanhsDraft = string(notice.NewID("hạnh"))

// foreign keeps that draft, with a text nobody else may see, and a group of the
// whole year.
func foreign(r *room) {
	r.t.Helper()
	ctx := context.Background()
	n := notice.Notice{ID: notice.ID(hanhsDraft), Kind: notice.Send, Author: "cb-hanh", Unit: "K47/B5", Status: notice.Waiting, Made: evening}
	n.HTML, n.Audience.Everyone, n.Count = secret, true, 5
	if err := r.store.KeepNotice(ctx, n); err != nil {
		r.t.Fatalf("%v", err)
	}
	if err := r.store.KeepGroup(ctx, -500, secret, "cb-nga", "K47"); err != nil {
		r.t.Fatalf("%v", err)
	}
	handed(r, lan, 501, secret)
	claim := desk.Claim{ID: "tg:400", By: "cb-hanh", Since: evening, Until: evening.Add(desk.ClaimFor), Cause: "tg:400"}
	if _, err := r.store.Claim(ctx, claim, "", evening, "handed/tg:501"); err != nil {
		r.t.Fatalf("%v", err)
	}
}

// forgedByOthers is data that stands on the officers' buttons.
var forgedByOthers = map[string]string{
	"opens a question":            "mo:handed:tg:500",
	"takes up a question":         "nhan:handed:tg:500",
	"takes up one that is held":   "nhan:handed:tg:501",
	"leafs through the questions": "ch:0",
}

func TestForgedPressesDoNothing(t *testing.T) {
	tg := newTelegram(t)
	for _, role := range everyRole() {
		for name, data := range forged {
			if role == journey.Admin && strings.Contains(data, hanhsDraft) && !strings.HasPrefix(data, "dn:") {
				continue // an admin leads everybody
			}
			forge(t, tg, role, name, data)
		}
		for name, data := range forgedByOthers {
			if !slices.Contains(journey.AtDesk, role) {
				forge(t, tg, role, name, data)
			}
		}
	}
}

func forge(t *testing.T, tg telegram, role journey.Role, name, data string) {
	t.Helper()
	r := newRoom(t, tg)
	r.setRole(stranger, role)
	handed(r, student, 500, secret)
	foreign(r)
	r.say(stranger, sureQuestion)
	before := effects(t, r.store)
	in := pressed(stranger, data)
	out := r.hear(in)
	if got := effects(t, r.store); got != before {
		t.Errorf("%s, role %q: %q has an effect:\n%s", name, role, data, differ(got, before))
	}
	if len(out) != 1 || out[0].Text == "" {
		t.Errorf("%s, role %q: %q is answered by %+v, want one line over the screen", name, role, data, out)
	}
	quiet(t, role, in, out)
}

// TestOnlyWhatStandsOnTheButtonsCounts presses values that no button of the
// self-check bears, steps out of turn, and buttons of a check that is over.
func TestOnlyWhatStandsOnTheButtonsCounts(t *testing.T) {
	tg := newTelegram(t)
	for name, data := range map[string]string{
		"a year before the first":       "dk:1:year:1800",
		"a year too late":               "dk:1:year:2026",
		"a year with a sign":            "dk:1:year:+2005",
		"a year and more":               "dk:1:year:2005:3",
		"a word for a year":             "dk:1:year:old",
		"no year":                       "dk:1:year",
		"an empty year":                 "dk:1:year:",
		"a step out of turn":            "dk:1:birth:3",
		"the last step first":           "dk:1:local:yes",
		"a step that is none":           "dk:1:start:7",
		"the check of another time":     "dk:2:year:2005",
		"the same number, written long": "dk:01:year:2005",
	} {
		r := newRoom(t, tg)
		r.say(student, "/dieukien")
		before := effects(t, r.store)
		out := r.press(student, data)
		if data == "dk:1:year:2005:3" {
			continue // what stands after the value is not read
		}
		if got := effects(t, r.store); got != before || toast(out) != wording.ToastOld || len(out) != 1 {
			t.Errorf("%s: %q: %+v\n%s", name, data, out, differ(got, before))
		}
	}

	r := newRoom(t, tg)
	old := datas(r.say(student, "/dieukien"))
	again := datas(r.say(student, "/dieukien"))
	r.press(student, again[len(again)-1]) // begin anew
	before := effects(t, r.store)
	for _, data := range old {
		if out := r.press(student, data); toast(out) != wording.ToastOld || len(out) != 1 {
			t.Errorf("a button of an earlier check, %q: %+v", data, out)
		}
	}
	if got := effects(t, r.store); got != before {
		t.Errorf("buttons of an earlier check count:\n%s", differ(got, before))
	}
}

func TestAnAnswerAlreadySentIsNotSentAgain(t *testing.T) {
	r := newRoom(t, newTelegram(t))
	r.setRole(stranger, journey.CellSecretary)
	handed(r, student, 500, nothingKnown)
	r.press(admin, "nhan:handed:tg:500")
	r.press(admin, "tl:handed:tg:500")
	r.say(admin, officersAnswer)
	r.ahead += desk.ClaimFor // it ran out: another one takes it up, and is ready first
	r.press(stranger, "nhan:handed:tg:500")
	r.press(stranger, "tl:handed:tg:500")
	r.say(stranger, "Ngày 6 hằng tháng.")
	if out := r.press(admin, "gui:handed:tg:500"); text(out, student) != "" || !strings.Contains(text(out, admin), plain(wording.NotYours)) {
		t.Errorf("the first officer: %+v", out)
	}
	if got := text(r.press(stranger, "gui:handed:tg:500"), student); !strings.Contains(got, "Ngày 6") {
		t.Errorf("the student hears %q", got)
	}
	if out := r.press(stranger, "gui:handed:tg:500"); text(out, student) != "" || toast(out) != wording.ToastOld {
		t.Errorf("sent again: %+v", out)
	}
}

func TestInGroupsNothingIsSaid(t *testing.T) {
	r := newRoom(t, newTelegram(t))
	handed(r, student, 500, secret)
	before := everything(t, r.store)
	for i, route := range r.h.routes {
		in := numbered(int64(i+1), reach(t, admin, route))
		in.Chat = -100
		if err := r.h.Handle(context.Background(), in); err != nil {
			t.Fatal(err)
		}
	}
	if got := everything(t, r.store); got != before {
		t.Errorf("in a group, something happened:\n%s", differ(got, before))
	}
}

func TestOneWhoBlockedTheBotHearsNothing(t *testing.T) {
	r := newRoom(t, newTelegram(t))
	in := numbered(1, said(student, ""))
	in.Blocked = true
	if err := r.h.Handle(context.Background(), in); err != nil {
		t.Fatal(err)
	}
	if out := r.store.Messages(); len(out) > 0 {
		t.Errorf("messages %+v", out)
	}
}

// TestTheMenuIsWhatARoleMayUse: no command is offered that would be refused.
func TestTheMenuIsWhatARoleMayUse(t *testing.T) {
	tg := newTelegram(t)
	for _, role := range everyRole() {
		r := newRoom(t, tg)
		r.setRole(stranger, role)
		menu := r.h.Menu(role)
		if len(menu) < 4 {
			t.Errorf("role %q: only %v", role, menu)
		}
		help := text(r.say(stranger, "/trogiup"), stranger)
		for _, c := range menu {
			if !strings.Contains(help, "/"+c.Name+": "+c.Does) {
				t.Errorf("role %q: the help lacks /%s", role, c.Name)
			}
			if out := text(r.say(stranger, "/"+c.Name), stranger); strings.Contains(out, plain(wording.NotForYou())) {
				t.Errorf("role %q: /%s stands in the menu and is refused", role, c.Name)
			}
		}
	}
}
