package handlers

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"donghanh/internal/audit"
	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/roster"
	realsheet "donghanh/internal/sheet"
	"donghanh/internal/store"
	"donghanh/internal/storetest"
)

// hostile are names that people or programs may read as something else.
var hostile = []string{
	`=cmd|' /C calc'!A0`, "+84 ơi", "-2+3+cmd", "@SUM(1+1)*cmd", "<b>Đậm</b> & 'nháy' \"kép\"", "<script>alert(1)</script>", "Nguyễn\tVăn\nHai Dòng",
	"\u202eمرحبا Đảo", "Lan\u200bẨn\ufeff", "Họ 🎓👩‍👩‍👧‍👦🇻🇳 Tên", strings.Repeat("Dài ", 20), "http://evil.example/?a=<b>", "../../etc/passwd", "%s%d{{.}}${x}",
}

// TestAnExportIsImportedAgainAsItIs: whatever stands in it, also names that look
// like formulas, markup or paths.
func TestAnExportIsImportedAgainAsItIs(t *testing.T) {
	m := storetest.NewMemory()
	settle(m)
	var sent []byte
	p := testParts(m)
	p.Workbook = realsheet.Workbook
	p.Fetch = func(context.Context, string, int64) ([]byte, error) { return sent, nil }
	r := &room{t: t, tg: newTelegram(t), store: m, h: New(p)}
	for i, name := range hostile {
		cleaned, problem := roster.Typed(roster.Name, name)
		if problem != nil {
			t.Fatalf("%q: %+v", name, *problem)
		}
		code := journey.Code(fmt.Sprint("21511200", 10+i))
		track := journey.Track{
			Person: journey.Person{Code: code, Name: cleaned, Unit: "K47/B5", Mentor: "gv-minh", Birth: journey.Month{Year: 2005, Month: 1 + i%12}, Roles: []journey.Role{journey.Student}},
			Since:  aDay("2026-01-05"), Events: happened("E_SOURCE_LISTED 2026-01-05", "E_SYMPATHIZER_LISTED 2026-02-03"),
		}
		if i%3 == 0 {
			track.Person.Roles = append(track.Person.Roles, journey.Mentor)
			track = track.WithUndone(1, "gv-minh", evening)
		}
		if _, err := m.SaveTracks(t.Context(), journey.Save{Track: track}); err != nil {
			t.Fatal(err)
		}
	}
	out := r.press(nga, "dsf:xuat")
	file := out[len(out)-1].File
	if file == nil {
		t.Fatalf("no file: %+v", out)
	}
	sent = file.Data
	tables, problem := realsheet.Read(file.Name, sent)
	if problem != nil || len(tables) != 2 {
		t.Fatalf("%d sheets, %+v", len(tables), problem)
	}
	if entries, err := m.Audit(t.Context(), audit.Filter{Act: audit.Exported}, "", 10); err != nil || len(entries) != 1 || entries[0].Note == "" || entries[0].By != "cb-nga" {
		t.Errorf("the log says %+v, %v", entries, err)
	}
	r.press(nga, "dsf:nhap")
	got := text(r.hear(list(nga, "whatever")), nga)
	if !strings.Contains(got, "Không có gì mới") {
		t.Errorf("imported again:\n%s", got)
	}
	for _, name := range hostile { // each can be looked at and looked for
		out := r.say(nga, "/danhsach "+name)
		if text(out, nga) == "" {
			t.Errorf("%q is looked for and nothing is said", name)
		}
	}
	for page := range 4 {
		r.press(nga, fmt.Sprintf("ds:%d:-", page))
	}
	for i := range hostile {
		r.press(nga, fmt.Sprint("dsn:21511200", 10+i)) // the room checks that Telegram takes it
	}
}

// TestNamesThatLookLikeMoreAreShownAsTheyAre sends them in a list, and as names to
// be mended.
func TestNamesThatLookLikeMoreAreShownAsTheyAre(t *testing.T) {
	r := newRoom(t, newTelegram(t))
	for i, name := range append(slices.Clone(hostile), strings.Repeat("🎓", 4096), strings.Repeat("Ă", 300), "\u202e\u200b") {
		r.press(hanh, "dsf:nhap")
		quoted := `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
		r.hear(list(hanh, "mã,họ tên,vai trò,đơn vị\nla"+fmt.Sprint(i)+","+quoted+",sinh viên,"+quoted+"\n"))
		r.hear(list(hanh, "mã,họ tên,vai trò,đơn vị\nla"+fmt.Sprint(i)+","+quoted+",sinh viên,K47/B5\n"))
		r.press(hanh, "dsd:sv-dao:ten")
		r.say(hanh, name)
		r.press(hanh, "dsd:sv-dao:donvi")
		r.say(hanh, name)
		r.press(hanh, "dsd:sv-dao:giup")
		r.say(hanh, name)
	}
	if track, err := r.store.Track(t.Context(), "sv-dao"); err != nil || track.Person.Name != "Trần Anh Đào" || track.Rev != 1 {
		t.Errorf("nothing was confirmed, yet it is %+v, %v", track.Person, err)
	}
}

// meddling has somebody else change a person while a list is saved.
type meddling struct {
	*storetest.Memory
	with journey.Code
}

func (m *meddling) SaveTracks(ctx context.Context, saves ...journey.Save) ([]journey.Code, error) {
	if code := m.with; code != "" {
		m.with = ""
		t, err := m.Track(ctx, code)
		if err != nil {
			return nil, err
		}
		t.Person.Mentor = ""
		if _, err := m.Memory.SaveTracks(ctx, journey.Save{Track: t}); err != nil {
			return nil, err
		}
	}
	return m.Memory.SaveTracks(ctx, saves...)
}

func TestWhatIsChangedWhileAListIsKeptIsShownAgain(t *testing.T) {
	m := &meddling{Memory: storetest.NewMemory()}
	settle(m.Memory)
	r := &room{t: t, tg: newTelegram(t), store: m.Memory, h: New(testParts(m))}
	r.press(hanh, "dsf:nhap")
	write := datas(r.hear(list(hanh, aList)))[0]
	m.with = "sv-mai"
	out := r.press(hanh, write)
	got := text(out, hanh)
	if !strings.Contains(got, "Đã ghi 1 người") || !strings.Contains(got, "người giúp đỡ (không có) → gv-tam") {
		t.Errorf("said:\n%s", got)
	}
	if track, err := m.Track(t.Context(), "sv-mai"); err != nil || track.Person.Mentor != "" || track.Person.Name != "Lê Mai" {
		t.Errorf("kept before it was shown again: %+v, %v", track.Person, err)
	}
	r.press(hanh, datas(out)[0])
	if track, err := m.Track(t.Context(), "sv-mai"); err != nil || track.Person.Mentor != "gv-tam" || track.Person.Name != "Lê Thị Mai" {
		t.Errorf("after the second press: %+v, %v", track.Person, err)
	}
}

// TestNoFileIsFetchedUnasked: only what an officer sends after they were asked,
// and while they still look after a list.
func TestNoFileIsFetchedUnasked(t *testing.T) {
	m := storetest.NewMemory()
	settle(m)
	fetches := 0
	p := testParts(m)
	p.Fetch = func(context.Context, string, int64) ([]byte, error) { fetches++; return nil, chat.ErrTooLarge }
	r := &room{t: t, tg: newTelegram(t), store: m, h: New(p)}
	for _, who := range []chat.Address{lan, minh, tam, hanh, nga, stranger, admin} {
		r.press(who, "dsf:ghi:1:00000000")
		r.press(who, "dsf:lk:1:chac")
		r.hear(list(who, aList))
		if fetches > 0 {
			t.Fatalf("%s was asked for nothing, yet it is fetched", who)
		}
	}
	for _, who := range []chat.Address{lan, minh, tam, stranger} {
		r.press(who, "dsf:nhap")
		r.hear(list(who, aList))
	}
	r.press(hanh, "dsf:nhap")
	track, err := m.Track(t.Context(), "cb-hanh")
	if err != nil {
		t.Fatal(err)
	}
	track.Person.Roles = []journey.Role{journey.Mentor} // taken away since
	if _, err := m.SaveTracks(t.Context(), journey.Save{Track: track}); err != nil {
		t.Fatal(err)
	}
	r.hear(list(hanh, aList))
	r.press(nga, "dsf:nhap")
	late := list(nga, aList)
	r.ahead = 25 * time.Hour
	r.hear(late)
	if fetches > 0 {
		t.Errorf("%d files fetched", fetches)
	}
}

// BenchmarkExport makes the list of 20,000 people with 8 events each, on a real
// redis-server.
func BenchmarkExport(b *testing.B) {
	s := store.New(storetest.Redis(b))
	fill(b, s, 20_000, 8)
	p := testParts(storetest.NewMemory())
	p.People, p.Audit, p.Workbook = s, s, realsheet.Workbook
	h := New(p)
	who := chat.Address(99)
	r := &Request{Incoming: chat.Incoming{ID: "tg:1", At: evening, From: who, Chat: who}, Talk: &chat.Talk{}, Rules: builtRules(), Args: []string{"xuat"}}
	r.Person = h.acting(who, journey.Person{})
	b.ReportAllocs()
	for b.Loop() {
		reply, err := h.Lists(b.Context(), r)
		if err != nil || reply.File == nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(reply.File.Data))/1e6, "MB/file")
	}
}

// BenchmarkPreview reads that list again and lays it beside what is kept.
func BenchmarkPreview(b *testing.B) {
	s := store.New(storetest.Redis(b))
	fill(b, s, 20_000, 8)
	p := testParts(storetest.NewMemory())
	p.People, p.Audit, p.Workbook = s, s, realsheet.Workbook
	var sent []byte
	p.Fetch = func(context.Context, string, int64) ([]byte, error) { return sent, nil }
	h := New(p)
	who := chat.Address(99)
	r := &Request{Incoming: chat.Incoming{ID: "tg:1", At: evening, From: who, Chat: who}, Talk: &chat.Talk{Values: map[string]string{}}, Rules: builtRules(), Args: []string{"xuat"}}
	r.Person = h.acting(who, journey.Person{})
	reply, err := h.Lists(b.Context(), r)
	if err != nil {
		b.Fatal(err)
	}
	sent = reply.File.Data
	for b.Loop() {
		reply, err := h.previewList(b.Context(), r, "")
		if err != nil || !strings.Contains(reply.Texts[0], "Không có gì mới") {
			b.Fatalf("%v\n%.500s", err, reply.Texts)
		}
	}
}
