package handlers

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"donghanh/internal/audit"
	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/notice"
	"donghanh/internal/storetest"
)

// noted returns what was noted since, oldest first: who, act, of whom, note.
func (r *room) noted(since int) (lines []string) {
	r.t.Helper()
	entries, err := r.store.Audit(context.Background(), audit.Filter{}, "", 1000)
	if err != nil {
		r.t.Fatalf("%v", err)
	}
	for i := len(entries) - 1 - since; i >= 0; i-- {
		e := entries[i]
		by := string(e.By)
		if by == "" {
			by = e.From.String()
		}
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", by, e.Act, e.Of, e.Note)))
	}
	return lines
}

// markOf names an event without a detail on a button.
func markOf(id journey.EventID, day string) string {
	return mark(journey.Event{ID: id, On: aDay(day)})
}

// TestNoticesAreNoted: who had a notice go out, who agreed, who stopped it.
func TestNoticesAreNoted(t *testing.T) {
	r := newRoom(t, newTelegram(t))
	since := 0
	does := func(want string, do func() []chat.Message) {
		t.Helper()
		do()
		if got := strings.Join(r.noted(since), "\n"); got != want {
			t.Errorf("noted %q, want %q", got, want)
		}
		since = len(r.noted(0))
	}
	r.say(hanh, "/thongbao")
	id := string(notice.NewID("tg:2"))
	does("cb-hanh notice_written  "+id, func() []chat.Message { return r.say(hanh, "Họp lớp thứ bảy.") })
	does("", func() []chat.Message { return r.press(hanh, "tb:"+id+":vai:student") })
	does("cb-hanh notice_sent  "+id+" 2", func() []chat.Message { return r.press(hanh, "tb:"+id+":gui") })
	does("", func() []chat.Message { return r.press(hanh, "tb:"+id+":gui") })
	does("cb-hanh notice_stopped  "+id+" 2", func() []chat.Message { return r.press(hanh, "tb:"+id+":huy") })
}

func TestWhatConcernsAnotherIsNoted(t *testing.T) {
	tests := map[string]struct {
		who  chat.Address
		does []string // texts, and data after "!"
		want []string
	}{
		"a student shown to the mentor":  {minh, []string{"!ht:sv-lan"}, []string{"gv-minh saw sv-lan"}},
		"a student of somebody else":     {tam, []string{"!ht:sv-lan"}, nil},
		"one's own way and deadlines":    {lan, []string{"/hanhtrinh", "/han", "!hn:sv-lan:" + ceremony(), "!visao:sv-lan:" + ceremony()}, nil},
		"a list is one entry":            {minh, []string{"/sinhvien", "/sinhvien lan"}, []string{"gv-minh saw_list  students 3", "gv-minh saw_list  students 1"}},
		"a list with nobody in it":       {minh, []string{"/sinhvien zzz"}, nil},
		"the deadlines of several":       {minh, []string{"/han"}, []string{"gv-minh saw_list  deadlines 3"}},
		"a deadline, and why it is then": {minh, []string{"!hn:sv-lan:" + ceremony(), "!visao:sv-lan:" + ceremony()}, []string{"gv-minh saw sv-lan dl-ceremony/2026-11-05", "gv-minh saw sv-lan dl-ceremony/2026-11-05"}},
		"lines of a digest":              {minh, []string{"!visao:-:20261124"}, []string{"gv-minh saw_list  digest 2"}},
		"what is recorded and taken back": {hanh, []string{"!xong:sv-lan:" + ceremony() + "::0:20261124", "!lui:sv-lan:" + markOf("E_CEREMONY_HELD", "2026-11-24")},
			[]string{"cb-hanh recorded sv-lan E_CEREMONY_HELD 2026-11-24", "cb-hanh took_back sv-lan E_CEREMONY_HELD 2026-11-24"}},
		"what is to be taken back, looked at first": {hanh, []string{"!xong:sv-lan:" + ceremony() + "::0:20261124", "!lui:sv-lan", "!lui:sv-lan:" + markOf("E_CEREMONY_HELD", "2026-11-24") + ":hoi", "!lui:sv-lan:" + markOf("E_CEREMONY_HELD", "2026-11-24") + ":chac"},
			[]string{"cb-hanh recorded sv-lan E_CEREMONY_HELD 2026-11-24", "cb-hanh saw sv-lan", "cb-hanh saw sv-lan", "cb-hanh took_back sv-lan E_CEREMONY_HELD 2026-11-24"}},
		"a refused event":         {hanh, []string{"!xong:sv-lan:" + ceremony() + "::0:20261001"}, nil},
		"an account is linked":    {huy, []string{"!lk:" + huysCode, "!roi", "!roi:chac"}, []string{"22 linked sv-huy", "sv-huy unlinked sv-huy"}},
		"a start code nobody has": {huy, []string{"!lk:khong-co-ma"}, nil},
		"one's data erased":       {lan, []string{"!xoa", "!xoa:chac"}, []string{"sv-lan erased sv-lan"}},
		"a calendar address":      {lan, []string{"!lich", "!lich:moi", "!lich:bo"}, []string{"sv-lan feed_made sv-lan", "sv-lan feed_gone sv-lan"}},
		"a question answered":     {admin, []string{"/cauhoi", "!nhan:handed:tg:500", "!tl:handed:tg:500", "Ngày 6 hằng tháng.", "!gui:handed:tg:500"}, []string{"99 claimed  handed/tg:500", "99 answered  handed/tg:500"}},
		"a question closed":       {admin, []string{"!nhan:handed:tg:500", "!dong:handed:tg:500", "!dong:handed:tg:500:chac"}, []string{"99 claimed  handed/tg:500", "99 dropped  handed/tg:500"}},
	}
	tg := newTelegram(t)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := newRoom(t, tg)
			handed(r, student, 500, secret)
			for _, what := range tt.does {
				if data, press := strings.CutPrefix(what, "!"); press {
					r.press(tt.who, data)
				} else {
					r.say(tt.who, what)
				}
			}
			if got := r.noted(0); strings.Join(got, "\n") != strings.Join(tt.want, "\n") {
				t.Errorf("%v: noted\n%s\nwant\n%s", tt.does, strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
		})
	}
}

func TestWhatIsLookedForInTheLog(t *testing.T) {
	today := aDay("2026-11-24")
	tests := map[string]struct{ query, days, from, to string }{
		"minh":                 {"minh", "", "", ""},
		"Trần Văn Minh 7 ngày": {"tran van minh", "d7", "2026-11-18", "2026-11-25"},
		"7 ngày qua":           {"", "d7", "2026-11-18", "2026-11-25"},
		"1 ngày":               {"", "d1", "2026-11-24", "2026-11-25"},
		"11/2026":              {"", "m202611", "2026-11-01", "2026-12-01"},
		"sv-lan tháng 2/2027":  {"sv-lan", "m202702", "2027-02-01", "2027-03-01"},
		"lan 24/11/2026":       {"lan", "t20261124", "2026-11-24", "2026-11-25"},
		"hôm qua":              {"", "t20261123", "2026-11-23", "2026-11-24"},
		"Hôm nay":              {"", "t20261124", "2026-11-24", "2026-11-25"},
		"13/2026":              {"13/2026", "", "", ""},
		"31/02/2026":           {"31/02/2026", "", "", ""},
		"":                     {"", "", "", ""},
	}
	show := func(at time.Time) string {
		if at.IsZero() {
			return ""
		}
		return at.Format("2006-01-02")
	}
	for text, want := range tests {
		query, days := readLook(text, today)
		from, to := daysOf(days, today)
		if query != want.query || days != want.days || show(from) != want.from || show(to) != want.to {
			t.Errorf("%q: %q, %q from %s to %s, want %+v", text, query, days, show(from), show(to), want)
		}
	}
}

// cutLog is a log that was cut.
type cutLog struct{ *storetest.Memory }

func (cutLog) AuditChain(context.Context, int) (audit.Chain, error) {
	return audit.Chain{Entries: 7, Link: "x", Broken: "202611.3"}, nil
}

func TestACutLogIsSaidToBe(t *testing.T) {
	store := storetest.NewMemory()
	settle(store)
	p := testParts(store)
	p.Log, p.Audit = slog.New(slog.DiscardHandler), cutLog{store}
	r := &room{t: t, tg: newTelegram(t), store: store, h: New(p)}
	for _, out := range [][]chat.Message{r.say(admin, "/nhatky"), r.press(admin, "nk:kiem")} {
		if got := text(out, admin); !strings.Contains(got, "không còn nguyên vẹn") || !strings.Contains(got, "202611.3") {
			t.Errorf("of a cut log is said %s", got)
		}
	}
	out := r.press(admin, "nk:tep")
	if got := string(out[len(out)-1].File.Data); !strings.Contains(got, "SỔ KHÔNG CÒN NGUYÊN VẸN, ở chỗ 202611.3") {
		t.Errorf("the file says\n%s", got)
	}
}
