package handlers

import (
	"context"
	"slices"
	"strings"
	"testing"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/wording"
)

// aboutPerson has, for each button whose data names a person, what may stand on
// it. Another person's code is put in place of those here.
var aboutPerson = map[string][]string{
	wording.ButtonDone:  {":sv-lan:" + ceremony(), ":sv-lan:" + ceremony() + "::0:20261124", ":sv-lan:" + ceremony() + "::0:khac"},
	wording.ButtonLater: {":sv-lan:" + ceremony(), ":sv-lan:" + ceremony() + "::mai"},
	wording.ButtonWhy:   {":sv-lan:" + ceremony()},
	buttonUndo:          {":sv-lan", ":sv-lan:00000000", ":sv-lan:00000000:hoi", ":sv-lan:00000000:chac"},
	buttonDeadline:      {":sv-lan:" + ceremony() + ":0:0"},
	buttonStudent:       {":sv-lan"},
	buttonRecord:        {":sv-lan"},
	buttonPerson:        {":sv-lan"},
	buttonAmend:         {":sv-lan:ten", ":sv-lan:donvi", ":sv-lan:giup", ":sv-lan:lk", ":sv-lan:dung", ":sv-lan:di", ":sv-lan:thoi"},
	buttonAssign:        {":" + assignFrom + ":gv-minh", ":" + assignTo + ":1:gv-minh"},
	buttonLog:           {"::sv-lan:", "::sv-lan:d7", ":tep:sv-lan:"},
	buttonRole: {
		":ai:cb-hanh", ":them:cb-hanh", ":giao:cb-hanh:admin", ":giao:cb-hanh:admin:chac", ":bo:cb-hanh:youth_officer", ":bo:cb-hanh:youth_officer:chac",
	},
}

// aboutNobody are the buttons whose data names no person: they lead to what is
// one's own, to lists cut to what one may see, or on in a conversation whose
// person is looked at again at each step.
var aboutNobody = []string{
	buttonTopic, buttonGood, buttonBad, buttonOfficer, buttonCheck, buttonLink, buttonUnlink, buttonDownload, buttonErase, buttonCancel, buttonLeave,
	buttonPage, buttonPref, buttonCalendar, buttonFeed, buttonStudents, buttonSearch, buttonRecordStep, buttonList, buttonLists, buttonAmendStep,
	buttonKnown, buttonDesk, buttonOpen, buttonTake, buttonGiveUp, buttonPass, buttonGive, buttonReply, buttonSend, buttonDrop,
	wording.ButtonNotice, wording.ButtonNotices, wording.ButtonSecond, wording.ButtonReceived, buttonGroup,
}

// strangers are people a press may name though there is nothing to be shown of
// them, in the unit of who presses.
var strangers = map[string]string{
	"nobody":                "khong-ai",
	"a path":                "../../etc",
	"no code at all":        "",
	"a code in other case":  "SV-LAN",
	"a code too long":       strings.Repeat("x", 40),
	"bytes that are no UTF": "\xff\xfe",
	"markup":                "<b>x</b>",
	"a wildcard":            "*",
}

// withCode puts another code into data of a button.
func withCode(data, code string) string {
	return strings.NewReplacer("sv-lan", code, "cb-hanh", code, "gv-minh", code).Replace(data)
}

// studentNames are those nobody in another unit may see.
func studentNames() (names []string) {
	for _, t := range academy() {
		if t.Person.Has(journey.Student) {
			names = append(names, t.Person.Name)
		}
	}
	return names
}

// unseen checks that what was put shows no student, and goes to nobody else.
func unseen(t *testing.T, what string, in chat.Incoming, out []chat.Message) {
	t.Helper()
	for _, m := range out {
		if m.To != in.From {
			t.Errorf("%s, %s: somebody else hears %q", what, about(in), m.Text)
		}
		shown := m.Text
		for _, row := range m.Rows {
			for _, b := range row {
				shown += "\n" + b.Label
			}
		}
		if m.File != nil {
			shown += "\n" + string(m.File.Data)
		}
		for _, name := range studentNames() {
			if strings.Contains(shown, name) {
				t.Errorf("%s, %s: shown %s:\n%s", what, about(in), name, shown)
			}
		}
	}
}

// placed is a room in which a stranger has a role in a unit; a mentor there helps
// Lan if that is where Lan is.
func placed(t *testing.T, tg telegram, role journey.Role, unit journey.Unit) *room {
	t.Helper()
	r := newRoom(t, tg)
	r.setRole(stranger, role)
	ctx := context.Background()
	track, err := r.store.Track(ctx, "p-12")
	if err != nil {
		t.Fatal(err)
	}
	track.Person.Unit = unit
	saves := []journey.Save{{Track: track}}
	if role == journey.Mentor && unit == "K47/B5" {
		lan, err := r.store.Track(ctx, "sv-lan")
		if err != nil {
			t.Fatal(err)
		}
		lan.Person.Mentor = "p-12"
		saves = append(saves, journey.Save{Track: lan})
	}
	if conflicts, err := r.store.SaveTracks(ctx, saves...); err != nil || len(conflicts) > 0 {
		t.Fatal(err, conflicts)
	}
	return r
}

// TestEveryButtonKeepsToItsPeople presses every button that names a person, as
// each role: of another unit's people, of nobody, and with codes that are none.
// Nothing is shown and nothing changes. With one's own unit's people each button
// does something for somebody, so that the rows are true.
func TestEveryButtonKeepsToItsPeople(t *testing.T) {
	tg := newTelegram(t)
	for _, route := range newRoom(t, tg).h.routes {
		if route.Button == "" {
			continue
		}
		rows, known := aboutPerson[route.Button]
		if known == slices.Contains(aboutNobody, route.Button) {
			t.Errorf("say in aboutPerson, or in aboutNobody, whether the data of button %q names a person", route.Button)
			continue
		}
		does := map[string]bool{}
		for _, role := range everyRole() {
			for _, rest := range rows {
				data := route.Button + rest
				press := func(what string, unit journey.Unit, data string) {
					r := placed(t, tg, role, unit)
					before := effects(t, r.store)
					in := pressed(stranger, data)
					out := r.hear(in)
					noted := role == journey.Admin && route.Button == buttonLog // whom they look for is, whoever it is
					if got := effects(t, r.store); got != before && !noted {
						t.Errorf("role %q of %s, %s: %s has an effect:\n%s", role, unit, what, about(in), differ(got, before))
					}
					unseen(t, "role "+string(role)+" of "+string(unit)+", "+what, in, out)
				}
				if role != journey.Admin { // who leads everybody
					press("somebody of another unit", "K47/B9", data)
					press("somebody of a unit that begins alike", "K47/B", data)
				}
				for what, code := range strangers {
					press(what, "K47/B5", withCode(data, code))
				}
				r := placed(t, tg, role, "K47/B5")
				before := effects(t, r.store)
				out := r.press(stranger, data)
				does[route.Button] = does[route.Button] || len(out) > 1 || effects(t, r.store) != before
			}
		}
		if known && !does[route.Button] {
			t.Errorf("no row of button %q does anything for anybody: %q", route.Button, rows)
		}
	}
}

// TestEveryRouteShowsNoStudentOfAnotherUnit takes each command and each other
// route as each role of another unit, with a notice, a question and a group of
// that student's unit about.
func TestEveryRouteShowsNoStudentOfAnotherUnit(t *testing.T) {
	tg := newTelegram(t)
	for _, role := range everyRole() {
		if role == journey.Admin {
			continue // leads everybody
		}
		for _, route := range newRoom(t, tg).h.routes {
			r := placed(t, tg, role, "K47/B9")
			foreign(r)
			in := reach(t, stranger, route)
			unseen(t, "role "+string(role), in, r.hear(in))
			if route.Command != "" { // what is looked for by name
				in := said(stranger, "/"+route.Command+" lan")
				unseen(t, "role "+string(role), in, r.hear(in))
			}
		}
		for _, typed := range []string{"Nguyễn Thị Lan", "sv-lan", "lan"} { // into every search that waits for a name
			for _, begin := range []string{"tim:0", "ds:tim", "nk:tim", "vt:tim", "vt:moi"} {
				r := placed(t, tg, role, "K47/B9")
				r.press(stranger, begin)
				in := said(stranger, typed)
				unseen(t, "role "+string(role)+" after "+begin, in, r.hear(in))
			}
		}
	}
}

// staff are those of the stories who have their rights by a role.
var staff = []chat.Address{minh, tam, hanh, dung, nga, admin}

// TestARoleTakenAwayCountsAtTheNextStep breaks every story off at every step by
// taking all roles away, and goes on: whatever was begun ends there.
func TestARoleTakenAwayCountsAtTheNextStep(t *testing.T) {
	tg := newTelegram(t)
	for name, story := range stories {
		if !slices.ContainsFunc(story, func(in chat.Incoming) bool { return slices.Contains(staff, in.From) }) {
			continue
		}
		for cut := 1; cut < len(story); cut++ {
			r := newRoom(t, tg)
			already(r.store)
			for _, in := range story[:cut] {
				r.hear(in)
			}
			r.withoutRoles()
			for _, in := range story[cut:] {
				if !slices.Contains(staff, in.From) || in.Removed {
					r.hear(in) // a student still may; and that the bot was put out of a group is so
					continue
				}
				before := ofOthers(t, r)
				out := r.hear(in)
				asks := strings.HasPrefix(in.Button, buttonOfficer+":") // which anybody may
				if got := ofOthers(t, r); got != before && !asks {
					t.Errorf("%s, no roles from step %d on: %s has an effect:\n%s", name, cut+1, about(in), differ(got, before))
				}
				unseen(t, name, in, slices.DeleteFunc(out, func(m chat.Message) bool { return m.To != in.From && strings.HasPrefix(m.Key, "urgent") }))
			}
		}
	}
}

// withoutRoles takes every role of the staff away, those by settings too.
func (r *room) withoutRoles() {
	r.t.Helper()
	ctx := context.Background()
	p := testParts(r.store)
	p.Admins, p.Log, p.OnDuty = nil, r.h.log, onDuty
	r.h = New(p)
	err := r.store.Codes(ctx, func(codes []journey.Code) error {
		tracks, err := r.store.Tracks(ctx, codes...)
		for _, t := range tracks {
			if !t.Person.Has(journey.Student) {
				t.Person.Roles = nil
				if _, err := r.store.SaveTracks(ctx, journey.Save{Track: t}); err != nil {
					return err
				}
			}
		}
		return err
	})
	if err != nil {
		r.t.Fatalf("%v", err)
	}
}

// ofOthers is what the store holds that staff without a role must not change:
// people, notices, groups, and what waits at the desk. Who got a notice may
// still say so.
func ofOthers(t *testing.T, r *room) string {
	t.Helper()
	var b strings.Builder
	for line := range strings.Lines(effects(t, r.store)) {
		if what, _, _ := strings.Cut(line, " "); slices.Contains([]string{"track", "notices", "groups", "questions"}, what) {
			b.WriteString(line)
		}
	}
	return b.String()
}
