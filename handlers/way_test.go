package handlers

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/storetest"
	"donghanh/internal/wording"
)

func TestTypedDays(t *testing.T) {
	today := aDay("2026-11-25")
	for typed, want := range map[string]string{
		"22/12/2025": "2025-12-22", "22-12-2025": "2025-12-22", "22.12.2025": "2025-12-22", "2025-12-22": "2025-12-22",
		"hôm nay": "2026-11-25", "Hôm qua": "2026-11-24", "hom qua": "2026-11-24", "hôm  kia": "2026-11-23", "qua": "2026-11-24",
		"25/11": "2026-11-25", "26/11": "2025-11-26", "20/11": "2026-11-20", "ngày 20/11": "2026-11-20", "1/1/2027": "2027-01-01",
		"20/11/26": "2026-11-20", "1.1.27": "2027-01-01", "ngày 21 tháng 11": "2026-11-21", "21 tháng 11 năm 2025": "2025-11-21", "26 tháng 11": "2025-11-26",
		"29/2": "", "31/11": "", "32/1/2026": "", "11/2026": "", "mai": "", "": "", "20": "", "lễ ngày 20/11": "",
	} {
		got, ok := typedDay(typed, today)
		if ok != (want != "") || ok && got.String() != want {
			t.Errorf("typedDay(%q) = %s, %t, want %q", typed, got, ok, want)
		}
	}
	if got, ok := typedDay("29/2", aDay("2024-11-25")); !ok || got.String() != "2024-02-29" {
		t.Errorf("29/2 in a leap year: %s, %t", got, ok)
	}
}

// TestAReminderIsPutOffNeitherPastItsDayNorIntoQuietHours looks at any moment
// and deadline.
func TestAReminderIsPutOffNeitherPastItsDayNorIntoQuietHours(t *testing.T) {
	h, _ := newBot(built)
	rapid.Check(t, func(rt *rapid.T) {
		now := evening.Add(time.Duration(rapid.IntRange(0, 14*24*60).Draw(rt, "minutes")) * time.Minute)
		r := &Request{Incoming: chat.Incoming{At: now}}
		var about []journey.Deadline
		for range rapid.IntRange(1, 3).Draw(rt, "lines") {
			about = append(about, journey.Deadline{Due: r.today().AddDays(rapid.IntRange(-20, 40).Draw(rt, "left"))})
		}
		for _, m := range h.moments(r, about) {
			if h.hours.Quiet(m.at) || !m.at.After(now) {
				rt.Errorf("at %s: %s is %s", now, m.name, m.at)
			}
			for _, d := range about {
				limit := d.Due
				if limit.Before(r.today()) {
					limit = r.today()
				}
				if journey.DateOf(m.at).After(limit) {
					rt.Errorf("at %s: %s is %s, past %s", now, m.name, m.at, d.Due)
				}
			}
		}
	})
}

func TestARoleTakenAwayWorksAtOnce(t *testing.T) {
	r := newRoom(t, newTelegram(t))
	r.setRole(stranger, journey.YouthOfficer)
	if out := r.say(stranger, "/sinhvien"); strings.Contains(text(out, stranger), plain(wording.NotForYou())) {
		t.Fatalf("an officer is refused: %+v", out)
	}
	r.setRole(stranger, journey.Student)
	if out := r.say(stranger, "/sinhvien"); !strings.Contains(text(out, stranger), plain(wording.NotForYou())) {
		t.Errorf("an officer no more, and hears %q", text(out, stranger))
	}
	if out := r.press(stranger, "sv:0:0"); toast(out) != wording.ToastRefused {
		t.Errorf("an officer no more presses, and sees %+v", out)
	}
}

// TestOneOfManyRolesActsAsTheRoleOfThePlace: a secretary elsewhere who helps a
// student here records nothing that is the secretary's.
func TestOneOfManyRolesActsAsTheRoleOfThePlace(t *testing.T) {
	r := newRoom(t, newTelegram(t))
	ctx := context.Background()
	m, err := r.store.Track(ctx, "gv-minh")
	if err != nil {
		t.Fatal(err)
	}
	m.Person.Roles, m.Person.Unit = append(m.Person.Roles, journey.CellSecretary), "K47/B9"
	if _, err := r.store.SaveTracks(ctx, journey.Save{Track: m}); err != nil {
		t.Fatal(err)
	}
	out := r.press(minh, "gm:sv-huy")
	for _, data := range datas(out) {
		if strings.Contains(data, "E_DECISION_ISSUED") {
			t.Errorf("offered to a mentor: %s", data)
		}
	}
	before := effects(t, r.store)
	if out := r.press(minh, "gb:1:event:E_DECISION_ISSUED"); toast(out) != wording.ToastOld {
		t.Errorf("a mentor takes up the secretary's event: %+v", out)
	}
	if got := effects(t, r.store); got != before {
		t.Errorf("it has an effect:\n%s", differ(got, before))
	}
}

// TestAnAdminOfTheSettingsIsNotKeptAsOne: what the settings give is not written
// into the lists.
func TestAnAdminOfTheSettingsIsNotKeptAsOne(t *testing.T) {
	r := newRoom(t, newTelegram(t))
	r.setRole(admin, journey.Mentor)
	r.press(admin, "nhac:tuan")
	got, err := r.store.Track(context.Background(), "p-99")
	if err != nil || got.Pref != journey.Weekly || !slices.Equal(got.Person.Roles, []journey.Role{journey.Mentor}) {
		t.Errorf("kept: %+v %v", got, err)
	}
	if out := r.say(admin, "/cauhoi"); strings.Contains(text(out, admin), plain(wording.NotForYou())) {
		t.Errorf("the admin is refused: %+v", out)
	}
}

func TestTheMenuFollowsTheLink(t *testing.T) {
	store := storetest.NewMemory()
	settle(store)
	menus := map[chat.Address][]journey.Role{}
	p := testParts(store)
	p.Log, p.Introduce = slog.New(slog.DiscardHandler), func(who chat.Address, roles []journey.Role) { menus[who] = roles }
	r := &room{t: t, tg: newTelegram(t), store: store, h: New(p)}
	r.say(huy, "/start "+huysCode)
	if len(menus) > 0 {
		t.Errorf("a menu before the consent: %v", menus)
	}
	r.press(huy, "lk:"+huysCode)
	if !slices.Equal(menus[huy], []journey.Role{journey.Student}) {
		t.Errorf("linked, with the menu of %v", menus[huy])
	}
	r.press(huy, "roi:chac")
	if roles, ok := menus[huy]; !ok || len(roles) > 0 {
		t.Errorf("not linked any more, with the menu of %v", roles)
	}
}

func TestAStartCodeIsNotKeptInTheConversation(t *testing.T) {
	r := newRoom(t, newTelegram(t))
	r.say(huy, "/start "+huysCode)
	body, err := json.Marshal(r.talk(huy))
	if err != nil || strings.Contains(string(body), huysCode) {
		t.Errorf("kept: %s %v", body, err)
	}
}

// busy is a store in which somebody else changes a track just before it is
// saved.
type busy struct {
	*storetest.Memory
	meddle int // so many times more
}

func (b *busy) SaveTracks(ctx context.Context, saves ...journey.Save) ([]journey.Code, error) {
	if b.meddle > 0 {
		b.meddle--
		t, err := b.Track(ctx, saves[0].Track.Person.Code)
		if err != nil {
			return nil, err
		}
		t.Told = journey.Told{fmt.Sprint("x/", b.meddle): {Times: 1}}
		if _, err := b.Memory.SaveTracks(ctx, journey.Save{Track: t}); err != nil {
			return nil, err
		}
	}
	return b.Memory.SaveTracks(ctx, saves...)
}

func TestAChangeMeanwhileIsNotLost(t *testing.T) {
	for name, tt := range map[string]struct {
		meddle int
		saved  bool
	}{
		"one other change":     {1, true},
		"one fewer than tried": {tries - 1, true},
		"without an end":       {1000, false},
	} {
		store := &busy{Memory: storetest.NewMemory()}
		settle(store.Memory)
		p := testParts(store)
		p.Log = slog.New(slog.DiscardHandler)
		h := New(p)
		store.meddle = tt.meddle
		err := h.Handle(context.Background(), numbered(1, pressed(minh, "xong:sv-lan:"+ceremony()+"::0:20261124")))
		if (err == nil) != tt.saved {
			t.Fatalf("%s: Handle = %v", name, err)
		}
		got, err := store.Track(context.Background(), "sv-lan")
		if _, held := got.Last("E_CEREMONY_HELD"); err != nil || held != tt.saved || len(got.Told) == 0 {
			t.Errorf("%s: recorded: %t, told %v, %v", name, held, got.Told, err)
		}
		if !tt.saved && len(store.Messages()) > 0 {
			t.Errorf("%s: said before it was saved: %+v", name, store.Messages())
		}
	}
}

func TestACalendarNamesNobodyElse(t *testing.T) {
	h, _ := newBot(built)
	for code, want := range map[journey.Code]int{"gv-minh": 5, "sv-lan": 1, "khong-ai": 0} {
		body, err := h.Calendar(context.Background(), code, evening)
		if err != nil {
			t.Fatal(err)
		}
		got := strings.ReplaceAll(string(body), "\r\n ", "") // unfolded
		if n := strings.Count(got, "BEGIN:VEVENT"); n != want {
			t.Errorf("%s: %d entries, want %d:\n%s", code, n, want, got)
		}
		for _, name := range []string{"Lan", "Mai", "Huy", "sv-"} {
			if strings.Contains(got, name) {
				t.Errorf("%s: %q stands in the calendar:\n%s", code, name, got)
			}
		}
	}
}

// TestACalendarCountsStudentsWhoDifferInNothingElse also looks at how entries
// begin.
func TestACalendarCountsStudentsWhoDifferInNothingElse(t *testing.T) {
	h, store := newBot(built)
	ctx := context.Background()
	huy, err := store.Track(ctx, "sv-huy")
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range []journey.Code{"x1", "x2"} {
		huy.Person.Code, huy.Rev, huy.Account = code, 0, 0
		if _, err := store.SaveTracks(ctx, journey.Save{Track: huy}); err != nil {
			t.Fatal(err)
		}
	}
	body, err := h.Calendar(ctx, "gv-minh", evening)
	got := strings.ReplaceAll(string(body), "\r\n ", "")
	if err != nil || strings.Count(got, "BEGIN:VEVENT") != 5 || !strings.Contains(got, "SUMMARY:Nhận xét người được giúp đỡ (4 sinh viên)") || strings.Contains(got, "DESCRIPTION: ") {
		t.Errorf("%v\n%s", err, got)
	}
}

// TestADutyCountedFromItsLastTimeIsNotRecordedBeforeIt: it would close nothing.
func TestADutyCountedFromItsLastTimeIsNotRecordedBeforeIt(t *testing.T) {
	r := newRoom(t, newTelegram(t))
	mai, err := r.store.Track(context.Background(), "sv-mai")
	if err != nil {
		t.Fatal(err)
	}
	d := deadline(mai, "rc-mentor-remark")
	before := effects(t, r.store)
	press := fmt.Sprintf("xong:sv-mai:%s::0:%s", d.Short(), stamp(d.Anchor.On.AddDays(-1)))
	if out := r.press(minh, press); !strings.Contains(text(out, minh), plain(wording.TooEarlyToCount(d.Anchor.On))) || effects(t, r.store) != before {
		t.Errorf("%s: %+v", press, out)
	}
}

func TestALargeUnitIsSeenInParts(t *testing.T) {
	h, store := newBot(built)
	ctx := context.Background()
	var saves []journey.Save
	for i := range atOnce {
		saves = append(saves, journey.Save{Track: journey.Track{Person: journey.Person{
			Code: journey.Code(fmt.Sprintf("x%04d", i)), Name: fmt.Sprintf("Lê Văn %04d", i), Roles: []journey.Role{journey.Student}, Unit: "K47/B7",
		}}})
	}
	if _, err := store.SaveTracks(ctx, saves...); err != nil {
		t.Fatal(err)
	}
	r := &room{t: t, tg: newTelegram(t), store: store, h: h}
	van := people["Vân"]
	out := r.say(van, "/sinhvien")
	if !strings.Contains(text(out, van), wording.ChooseUnit) || !slices.Contains(datas(out), "sv:0:1") {
		t.Fatalf("Vân sees %q with %v, want a choice of units", text(out, van), datas(out))
	}
	if out := r.press(van, "sv:0:1"); !strings.Contains(text(out, van), "Nguyễn Thị Lan") {
		t.Errorf("the first part: %q", text(out, van))
	}
	if out := r.say(van, "/han"); !strings.Contains(text(out, van), "Đảng ủy cơ sở họp") {
		t.Errorf("her own duties: %q", text(out, van))
	}
	if out := r.press(van, "sv:0:999"); !strings.Contains(text(out, van), wording.ChooseUnit) {
		t.Errorf("a part there is not: %q", text(out, van))
	}
}

func TestNamesAreSortedAsVietnameseDoes(t *testing.T) {
	var tracks []journey.Track
	for _, name := range []string{"Trần Anh Đào", "Lê Dung", "Vũ Ân", "Nguyễn An", "Hồ Ánh", "Đỗ An", "Lê Ngọc", "Bùi Ngân", "Lê Châu", "Lê Đăng"} {
		tracks = append(tracks, journey.Track{Person: journey.Person{Code: journey.Code(name), Name: name}})
	}
	sortByName(tracks)
	var got []string
	for _, t := range tracks {
		got = append(got, t.Person.Name)
	}
	want := []string{"Đỗ An", "Nguyễn An", "Hồ Ánh", "Vũ Ân", "Lê Châu", "Lê Dung", "Trần Anh Đào", "Lê Đăng", "Bùi Ngân", "Lê Ngọc"}
	if !slices.Equal(got, want) {
		t.Errorf("sorted: %q\nwant:   %q", got, want)
	}
}

func TestQueriesFitOnButtons(t *testing.T) {
	for in, want := range map[string]string{
		"Lan": "lan", " Thị  LAN ": "thi lan", "Đào": "dao", "a:b:c": "abc", "<b>": "b", strings.Repeat("ơ", 100): strings.Repeat("o", maxQuery), "…": "",
	} {
		if got := query(in); got != want {
			t.Errorf("query(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestTheLongestNamesFitOnButtons: a code of full length at every button that
// bears one.
func TestTheLongestNamesFitOnButtons(t *testing.T) {
	r := newRoom(t, newTelegram(t))
	ctx := context.Background()
	lan, err := r.store.Track(ctx, "sv-lan")
	if err != nil {
		t.Fatal(err)
	}
	lan.Person.Code, lan.Rev, lan.Account = journey.Code(strings.Repeat("x", 32)), 0, 0
	if _, err := r.store.SaveTracks(ctx, journey.Save{Track: lan}); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	press := datas(r.say(hanh, "/sinhvien"))
	for len(press) > 0 {
		data := press[0]
		press = press[1:]
		if seen[data] || !strings.Contains(data, string(lan.Person.Code)) && !strings.HasPrefix(data, "gb:") {
			continue
		}
		seen[data] = true
		out := r.press(hanh, data)
		if strings.Contains(text(out, hanh), "lỗi khi xử lý") {
			t.Errorf("%q: %q", data, text(out, hanh))
		}
		press = append(press, datas(out)...)
	}
	if len(seen) < 10 {
		t.Errorf("only %d buttons were met: %v", len(seen), seen)
	}
}
