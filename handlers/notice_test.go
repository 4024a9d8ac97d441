package handlers

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/notice"
	"donghanh/internal/storetest"
	"donghanh/internal/wording"
	"donghanh/scheduler"
)

// The notices that stand in the store before the stories begin: one of Hạnh's
// that is over, and one that is being sent.
var (
	over     = notice.NewID("over")
	onItsWay = notice.NewID("on its way")
)

// written is the notice that the n-th step of a story begins.
func written(n int) notice.ID { return notice.NewID(fmt.Sprintf("tg:%d", n)) }

// about is a button's data about a notice.
func press(who chat.Address, id notice.ID, what string) chat.Incoming {
	return pressed(who, "tb:"+string(id)+":"+what)
}

// attached is a photo with a caption, as Telegram names it.
func attached(who chat.Address, caption string) chat.Incoming {
	in := sent(who, chat.Photo, caption)
	in.FileID, in.HTML = "file-photo", caption
	return in
}

// grouped is somebody adding the bot to a group, or putting it out.
func grouped(who chat.Address, added bool) chat.Incoming {
	return chat.Incoming{Chat: -100500, From: who, Name: "Nga", Title: "Chi đoàn B5", Added: added, Removed: !added}
}

// already puts those notices into a store.
func already(store *storetest.Memory) {
	ctx := context.Background()
	must := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	for id, status := range map[notice.ID]notice.Status{over: notice.Done, onItsWay: notice.Sending} {
		n := notice.Notice{
			ID: id, Kind: notice.Send, Author: "cb-hanh", Unit: "K47/B5", Status: status, Count: 4, Made: evening.Add(-time.Hour), Begun: evening.Add(-time.Hour),
			Content: notice.Content{HTML: "Họp <b>chi đoàn</b>", Receipt: true, Audience: notice.Audience{Everyone: true}},
		}
		if status == notice.Done {
			n.Ended = evening.Add(-50 * time.Minute)
		}
		must(store.KeepNotice(ctx, n))
		_, err := store.AddRecipients(ctx, id, map[journey.Code]notice.Outcome{
			"sv-lan": notice.Pending, "sv-mai": notice.Pending, "gv-minh": notice.Pending, "gv-tam": notice.Pending, "sv-huy": notice.Unlinked,
		})
		must(err)
		taken, err := store.TakeRecipients(ctx, id, evening, 2)
		must(err)
		if status == notice.Done {
			taken, err = store.TakeRecipients(ctx, id, evening, 100)
			must(err)
		}
		for i, t := range taken {
			r := notice.Result{Code: t.Code, Outcome: notice.Delivered, At: evening, Message: 500 + i}
			switch t.Code {
			case "gv-tam":
				r.Outcome, r.Reason = notice.InDoubt, "no answer"
			case "sv-mai":
				r.Outcome, r.Reason = notice.Blocked, "bot was blocked by the user"
			}
			_, err := store.SettleRecipients(ctx, id, r)
			must(err)
		}
	}
}

func short(s string) string { return journey.Short(s) }

// noticeStories are what officers do with notices, see stories.
var noticeStories = map[string][]chat.Incoming{
	"a notice written, narrowed and sent": {
		said(hanh, "/thongbao"), said(hanh, "Nộp hồ sơ trước thứ Sáu"), press(hanh, written(2), "vai:student"), press(hanh, written(2), "ai"),
		press(hanh, written(2), "ch"), press(hanh, written(2), "ch1:1:"+short("awaiting_ceremony")), press(hanh, written(2), "ai"), press(hanh, written(2), "dv:"+short("K47/B5")+":0"),
		press(hanh, written(2), "dv1:1:"+short("K47/B5")), press(hanh, written(2), "chua:0"), press(hanh, written(2), "gui"), press(hanh, written(2), "gui"), said(hanh, sureQuestion),
	},
	"a notice for those without a paper, then for a list, then for nobody": {
		said(hanh, "/thongbao"), said(hanh, "Nộp hồ sơ"), press(hanh, written(2), "gi:0"), press(hanh, written(2), "gi:1"), press(hanh, written(2), "ai"), press(hanh, written(2), "th:0"), press(hanh, written(2), "th:1"), press(hanh, written(2), "th1:1:"+short("dl-ceremony")), press(hanh, written(2), "ai"), press(hanh, written(2), "th:0"), press(hanh, written(2), "qh:1"), press(hanh, written(2), "gui"),
		press(hanh, written(2), "ai"), press(hanh, written(2), "bo"), press(hanh, written(2), "ma"), said(hanh, "khong-ai"), said(hanh, "sv-lan, gv-minh, cb-dung"), press(hanh, written(2), "xem"), press(hanh, written(2), "huy"), press(hanh, written(2), "huy"),
	},
	"a notice with options, planned": {
		said(hanh, "/thongbao"), attached(hanh, "Mời dự lễ"), press(hanh, written(2), "vai:mentor"), press(hanh, written(2), "tc"), press(hanh, written(2), "khan:1"), press(hanh, written(2), "nhan:1"),
		press(hanh, written(2), "nhac:1"), said(hanh, "không biết"), said(hanh, "27/11"), press(hanh, written(2), "tc"), press(hanh, written(2), "vao:1"), said(hanh, "30/11"), press(hanh, written(2), "tc"), press(hanh, written(2), "vao:0"),
		press(hanh, written(2), "nhac:0"), press(hanh, written(2), "xem"), press(hanh, written(2), "hen"), said(hanh, "hôm qua"), said(hanh, "8h sáng mai"), press(hanh, written(2), "sua"), press(hanh, written(2), "botep"),
		press(hanh, written(2), "sua"), said(hanh, "Mời dự lễ lúc 8h"), press(hanh, written(2), "gui"),
	},
	"a notice approved": {
		said(hanh, "/thongbao"), said(hanh, "Mời dự lễ"), press(hanh, written(2), "vai:all"), press(hanh, written(2), "gui"), press(hanh, written(2), "gui"),
		pressed(nga, "duyet:"+string(written(2))+":3:co"), pressed(nga, "duyet:"+string(written(2))+":3:co"), said(nga, "/thongbao"), pressed(nga, "tbds:0"), press(nga, written(2), "mo"),
	},
	"a notice refused, edited and asked for again": {
		said(hanh, "/thongbao"), said(hanh, "Mời dự lễ"), press(hanh, written(2), "vai:all"), press(hanh, written(2), "gui"), pressed(nga, "duyet:"+string(written(2))+":3:khong"), said(nga, "Thiếu giờ"),
		press(hanh, written(2), "mo"), press(hanh, written(2), "sua"), said(hanh, "Mời dự lễ lúc 8h"), press(hanh, written(2), "gui"), pressed(nga, "duyet:"+string(written(2))+":3:co"), pressed(nga, "duyet:"+string(written(2))+":6:co"),
	},
	"a notice given up, and a file nobody asked for": {
		said(hanh, "/thongbao"), said(hanh, "/huy"), attached(hanh, "ảnh"), said(hanh, "/thongbao"), sent(hanh, chat.Other, ""), sent(hanh, chat.Photo, "không tên"),
	},
	"a group": {
		grouped(lan, true), grouped(nga, true), pressed(nga, "nhom:-100500:la:"+short("K47/B5")), said(nga, "/thongbao"), said(nga, "Lịch học"), press(nga, written(5), "nh:0"), press(nga, written(5), "nh1:-100500"), press(nga, written(5), "gui"), grouped(nga, false),
	},
	"paused, resumed and stopped": {
		said(hanh, "/thongbao"), pressed(hanh, "tbds:0"), press(hanh, onItsWay, "mo"), press(hanh, onItsWay, "dung"), press(hanh, onItsWay, "dung"), press(hanh, onItsWay, "tiep"), press(hanh, onItsWay, "het"), press(hanh, onItsWay, "kq"),
	},
	"received": {pressed(lan, "dn:"+string(over)), pressed(lan, "dn:"+string(over)), pressed(student, "dn:"+string(over)), pressed(tam, "dn:"+string(over))},
	"a report, and sent again": {
		said(hanh, "/thongbao"), pressed(hanh, "tbds:0"), press(hanh, over, "mo"), press(hanh, over, "sot:0"), press(hanh, over, "tep"), press(hanh, over, "lai"), press(hanh, over, "lai:sot"), press(hanh, over, "lai:sot"), press(hanh, over, "lai:ngo"),
	},
	"corrected, taken back, and used again": {
		said(hanh, "/thongbao"), pressed(hanh, "tbds:0"), press(hanh, over, "mo"), press(hanh, over, "dinh"), said(hanh, "Họp thứ Bảy"), press(hanh, written(4), "gui"), press(hanh, over, "thu"), press(hanh, over, "thu:chac"),
		press(hanh, over, "thu:chac"), press(hanh, over, "mau"), press(hanh, written(10), "sua"), press(hanh, written(10), "mo"),
	},
}

// only returns the one notice of its status, or fails.
func only(r *room, status notice.Status) notice.Notice {
	r.t.Helper()
	all, err := r.store.Notices(context.Background(), 100)
	if err != nil {
		r.t.Fatalf("%v", err)
	}
	all = slices.DeleteFunc(all, func(n notice.Notice) bool { return n.Status != status })
	if len(all) != 1 {
		r.t.Fatalf("%d notices are %s, want 1", len(all), status)
	}
	return all[0]
}

// labelled finds the data of a button by how its label begins.
func labelled(r *room, out []chat.Message, label string) string {
	r.t.Helper()
	for _, m := range out {
		for _, row := range m.Rows {
			for _, b := range row {
				if strings.HasPrefix(b.Label, label) {
					return b.Data
				}
			}
		}
	}
	r.t.Fatalf("no button %q", label)
	return ""
}

func TestWhatIsTooLongSaysByHowMuchAndWhereToCut(t *testing.T) {
	r := newRoom(t, newTelegram(t))
	for name, in := range map[string]chat.Incoming{
		"a text":    said(hanh, strings.Repeat("chữ ", 1100)+"cuối"),
		"a caption": attached(hanh, strings.Repeat("chữ ", 300)),
	} {
		r.say(hanh, "/thongbao")
		got := text(r.hear(in), hanh)
		if !strings.Contains(got, "thừa") || !strings.Contains(got, "Cắt sau chỗ «…") {
			t.Errorf("%s: %q, want by how much it is too long and where to cut", name, got)
		}
		if got := text(r.say(hanh, "ngắn"), hanh); !strings.Contains(got, "ngắn") {
			t.Errorf("%s: the shorter text is not taken: %q", name, got)
		}
	}
}

func TestASecondPartOfATextThatTelegramCutIsToldSo(t *testing.T) {
	r := newRoom(t, newTelegram(t))
	r.say(hanh, "/thongbao")
	r.say(hanh, strings.Repeat("chữ ", 1000))
	r.ahead -= 20 * time.Second // the parts come at once
	if got := text(r.say(hanh, "phần hai"), hanh); !strings.Contains(got, "tách làm hai") {
		t.Errorf("the second part: %q", got)
	}
	if got := text(r.say(hanh, sureQuestion), hanh); !strings.Contains(got, "12 tháng") {
		t.Errorf("a question after that: %q", got)
	}
}

func TestOfAnAlbumTheFirstIsTakenAndTheRestIsToldOnce(t *testing.T) {
	r := newRoom(t, newTelegram(t))
	r.say(hanh, "/thongbao")
	first, next := attached(hanh, "Ảnh lễ"), attached(hanh, "")
	first.Album, next.Album = "7", "7"
	r.hear(first)
	if got := text(r.hear(next), hanh); !strings.Contains(got, plain(wording.NoticeOnlyOne)) {
		t.Errorf("the second photo: %q", got)
	}
	next.ID, next.Seq, next.At = "tg:900", 900, evening.Add(time.Hour)
	before := len(r.store.Messages())
	if err := r.h.Handle(context.Background(), next); err != nil {
		t.Fatal(err)
	}
	if out := r.store.Messages()[before:]; len(out) > 0 {
		t.Errorf("the third photo: %+v", out)
	}
	if n := only(r, notice.Draft); n.HTML != "Ảnh lễ" || n.Attachment != (notice.Attachment{Kind: "photo", ID: "file-photo"}) {
		t.Errorf("the draft is %+v", n)
	}
}

func TestFormattingIsKeptAndWhatLooksLikeMarkupIsText(t *testing.T) {
	r := newRoom(t, newTelegram(t))
	r.say(hanh, "/thongbao")
	in := said(hanh, "đậm <b>thường</i>")
	in.HTML = "<b>đậm</b> &lt;b&gt;thường&lt;/i&gt;"
	r.hear(in)
	if n := only(r, notice.Draft); n.HTML != in.HTML {
		t.Errorf("kept %q, want %q", n.HTML, in.HTML)
	}
	r.say(tam, "x")
	r.say(hanh, "/thongbao")
	r.say(hanh, "<b>không đóng")
	all, _ := r.store.Notices(context.Background(), 1)
	if all[0].HTML != "&lt;b&gt;không đóng" {
		t.Errorf("kept %q", all[0].HTML)
	}
}

// TestAnOfficerWhoLostTheRoleApprovesNothing takes the role away after the
// question came, and after "Từ chối" was pressed.
func TestAnOfficerWhoLostTheRoleApprovesNothing(t *testing.T) {
	r := newRoom(t, newTelegram(t))
	r.say(hanh, "/thongbao")
	r.say(hanh, "Mời dự lễ")
	id := only(r, notice.Draft).ID
	r.press(hanh, "tb:"+string(id)+":vai:all")
	asked := r.press(hanh, "tb:"+string(id)+":gui")
	yes, no := labelled(r, asked, wording.Approve), labelled(r, asked, wording.Decline)
	r.press(nga, no)
	demote(r, "cb-nga")
	if got := toast(r.press(nga, yes)); got != wording.ToastRefused {
		t.Errorf("approves: %q", got)
	}
	r.say(nga, "Thiếu giờ") // no reason any more
	if n := only(r, notice.Waiting); n.Approver != "" {
		t.Errorf("decided by %s", n.Approver)
	}
}

// demote takes all roles of somebody but that of a mentor away.
func demote(r *room, code journey.Code) {
	r.t.Helper()
	track, err := r.store.Track(context.Background(), code)
	if err == nil {
		track.Person.Roles = []journey.Role{journey.Mentor}
		_, err = r.store.SaveTracks(context.Background(), journey.Save{Track: track})
	}
	if err != nil {
		r.t.Fatalf("%v", err)
	}
}

func TestAnAuthorWhoLeadsAnotherUnitByNowReachesNobodyThere(t *testing.T) {
	r := newRoom(t, newTelegram(t))
	r.say(hanh, "/thongbao")
	r.say(hanh, "Họp")
	id := only(r, notice.Draft).ID
	r.press(hanh, "tb:"+string(id)+":vai:student")
	track, err := r.store.Track(context.Background(), "cb-hanh")
	if err != nil {
		t.Fatal(err)
	}
	track.Person.Unit = "K48"
	if _, err := r.store.SaveTracks(context.Background(), journey.Save{Track: track}); err != nil {
		t.Fatal(err)
	}
	r.press(hanh, "tb:"+string(id)+":gui")
	r.press(hanh, "tb:"+string(id)+":chua:0")
	only(r, notice.Draft)
}

// TestTwoPressesOfSendNowAreOneNotice presses before and after the sending began.
func TestTwoPressesOfSendNowAreOneNotice(t *testing.T) {
	r := newRoom(t, newTelegram(t))
	r.say(hanh, "/thongbao")
	r.say(hanh, "Họp")
	id := only(r, notice.Draft).ID
	r.press(hanh, "tb:"+string(id)+":vai:student")
	send := "tb:" + string(id) + ":gui"
	r.press(hanh, send)
	first := only(r, notice.Planned)
	r.press(hanh, send)
	if second := only(r, notice.Planned); second.Rev != first.Rev || !second.At.Equal(first.At) {
		t.Errorf("pressed again it is planned anew: %+v, then %+v", first, second)
	}
	begun, err := first.Begin(2, 100, evening.Add(24*time.Hour))
	if err == nil {
		err = r.store.KeepNotice(context.Background(), begun)
	}
	if err != nil {
		t.Fatal(err)
	}
	r.press(hanh, send)
	only(r, notice.Sending)
}

// TestAnAudienceOfThousandsIsCountedInTheChat counts a whole academy.
func TestAnAudienceOfThousandsIsCountedInTheChat(t *testing.T) {
	r := newRoom(t, newTelegram(t))
	sample := academy()[4] // one with a few events
	var saves []journey.Save
	for i := range 20000 {
		track := sample
		track.Person.Code, track.Person.Unit = journey.Code(fmt.Sprintf("x%05d", i)), journey.Unit(fmt.Sprintf("K47/C%03d", i%400))
		saves = append(saves, journey.Save{Track: track})
	}
	if _, err := r.store.SaveTracks(context.Background(), saves...); err != nil {
		t.Fatal(err)
	}
	r.say(nga, "/thongbao")
	r.say(nga, "Họp")
	id := "tb:" + string(only(r, notice.Draft).ID)
	begun := time.Now()
	r.press(nga, id+":vai:student")
	t.Logf("counted in %s", time.Since(begun))
	if n := only(r, notice.Draft); n.Count != 2 || n.Unlinked != 20004 {
		t.Errorf("%d linked and %d not, want 2 and 20004", n.Count, n.Unlinked)
	}
	units := r.press(nga, id+":dv:"+short("K47")+":0")
	labelled(r, units, "K47/B5 (6)")
	labelled(r, r.press(nga, labelled(r, units, wording.PageOn)), "K47/C006 (50)")
	labelled(r, r.press(nga, id+":chua:0"), wording.PageOn)
}

// TestAnApprovalAfterItsTimeSendsNothing approves a notice planned for an hour
// that is over by then.
func TestAnApprovalAfterItsTimeSendsNothing(t *testing.T) {
	r := newRoom(t, newTelegram(t))
	r.say(hanh, "/thongbao")
	r.say(hanh, "Mời dự lễ")
	id := "tb:" + string(only(r, notice.Draft).ID)
	r.press(hanh, id+":vai:all")
	r.press(hanh, id+":hen")
	yes := labelled(r, r.say(hanh, "8h sáng mai"), wording.Approve)
	r.ahead = 24 * time.Hour
	out := r.press(nga, yes)
	if got := toast(out); !strings.Contains(got, "đã qua") {
		t.Errorf("the second officer reads %q", got)
	}
	if got := text(out, hanh); !strings.Contains(got, "chưa kịp duyệt") {
		t.Errorf("the author reads %q", got)
	}
	only(r, notice.Waiting)
}

func TestAPressAboutANoticeEndsWhatWasToBeTypedAboutIt(t *testing.T) {
	r := newRoom(t, newTelegram(t))
	r.say(hanh, "/thongbao")
	r.say(hanh, "Họp")
	id := "tb:" + string(only(r, notice.Draft).ID)
	r.press(hanh, id+":sua")
	r.press(hanh, id+":vai:student")
	r.say(hanh, sureQuestion)
	if n := only(r, notice.Draft); n.HTML != "Họp" {
		t.Errorf("a question became the text of the notice: %q", n.HTML)
	}
	r.say(hanh, "/thongbao") // another one is written
	r.press(hanh, id+":xem")
	r.say(hanh, "Tin thứ hai")
	if all, _ := r.store.Notices(context.Background(), 9); len(all) != 2 {
		t.Errorf("%d notices, want 2", len(all))
	}
}

// TestWhatIsCountedIsWhatIsSentTo counts audiences as the officer sees them and
// as the scheduler gathers them.
func TestWhatIsCountedIsWhatIsSentTo(t *testing.T) {
	r := newRoom(t, newTelegram(t))
	reached := scheduler.Reached(r.store, builtRules, func(journey.Code, any) { t.Error("a person cannot be computed") })
	for name, tt := range map[string]struct {
		unit             journey.Unit
		a                notice.Audience
		linked, unlinked int
	}{
		"nobody yet":             {"K47", notice.Audience{}, 0, 0},
		"everybody":              {"K47", notice.Audience{Everyone: true}, 8, 4},
		"everybody of a class":   {"K47/B6", notice.Audience{Everyone: true}, 1, 0},
		"students":               {"K47", notice.Audience{Roles: []journey.Role{journey.Student}}, 2, 4},
		"students of two units":  {"", notice.Audience{Roles: []journey.Role{journey.Student}, Units: []journey.Unit{"K47", "K47/B5"}}, 2, 4},
		"mentors":                {"K47/B5", notice.Audience{Roles: []journey.Role{journey.Mentor}}, 2, 0},
		"a stage":                {"K47", notice.Audience{Roles: []journey.Role{journey.Student}, Stages: []journey.Stage{journey.Probation, journey.Dossier}}, 1, 1},
		"without a paper":        {"K47", notice.Audience{Missing: []string{"2-knd"}}, 0, 0},
		"late":                   {"K47", notice.Audience{Overdue: true}, 0, 0},
		"by code, out of unit":   {"K47/B6", notice.Audience{Codes: []journey.Code{"sv-lan", "cb-dung"}}, 1, 0},
		"by code, and in a role": {"K47", notice.Audience{Codes: []journey.Code{"sv-lan", "sv-huy", "gv-tam"}, Roles: []journey.Role{journey.Student}}, 1, 1},
	} {
		n := notice.Notice{Kind: notice.Send, Unit: tt.unit}
		n.Audience = tt.a
		request := &Request{Incoming: chat.Incoming{At: evening}, Rules: builtRules()}
		linked, unlinked, err := r.h.reached(context.Background(), request, n)
		if err != nil {
			t.Fatal(err)
		}
		sent := notice.Counts{}
		err = reached(context.Background(), n, request.today(), func(some map[journey.Code]notice.Outcome) error {
			for _, o := range some {
				sent[o]++
			}
			return nil
		})
		if err != nil || sent[notice.Pending] != linked || sent[notice.Unlinked] != unlinked {
			t.Errorf("%s: counted %d and %d, sent to %v (%v)", name, linked, unlinked, sent, err)
		}
		if name != "without a paper" && name != "late" && (linked != tt.linked || unlinked != tt.unlinked) {
			t.Errorf("%s: %d linked and %d not, want %d and %d", name, linked, unlinked, tt.linked, tt.unlinked)
		}
	}
}
