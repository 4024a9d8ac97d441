package feed

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	ics "github.com/arran4/golang-ical"

	"donghanh/internal/journey"
)

var madeAt = time.Date(2026, 11, 24, 21, 40, 0, 0, journey.Zone)

func TestACalendarIsReadAsItWasMade(t *testing.T) {
	entries := []Entry{
		{ID: "sv-lan/dl-ceremony/2027-01-15", On: journey.Date{Year: 2027, Month: 3, Day: 5}, Title: "Tổ chức lễ kết nạp; xong, gửi\nbiên bản", Note: strings.Repeat("Vì sao ngày này, ", 20)},
		{ID: "sv-lan/rc-dues/2026-12", On: journey.Date{Year: 2026, Month: 12, Day: 31}, Title: "Đóng đảng phí"},
	}
	body := Build("Đồng Hành", entries, madeAt, time.Hour)
	cal, err := ics.ParseCalendar(strings.NewReader(string(body)))
	if err != nil {
		t.Fatalf("%v\n%s", err, body)
	}
	events := cal.Events()
	if len(events) != len(entries) {
		t.Fatalf("%d events, want %d:\n%s", len(events), len(entries), body)
	}
	for i, e := range entries {
		start, err := events[i].GetAllDayStartAt()
		end, err2 := events[i].GetAllDayEndAt()
		stamp, err3 := events[i].GetDtStampTime()
		if err != nil || err2 != nil || err3 != nil {
			t.Fatal(err, err2, err3)
		}
		if got := start.Format("2006-01-02"); got != e.On.String() {
			t.Errorf("%s begins on %s, want %s", e.ID, got, e.On)
		}
		if got := end.Format("2006-01-02"); got != e.On.AddDays(1).String() {
			t.Errorf("%s ends on %s, want the day after %s", e.ID, got, e.On)
		}
		if !stamp.Equal(madeAt) {
			t.Errorf("%s is stamped %s, want %s", e.ID, stamp, madeAt)
		}
		if got := ics.FromText(events[i].GetProperty(ics.ComponentPropertySummary).Value); got != e.Title && events[i].GetProperty(ics.ComponentPropertySummary).Value != e.Title {
			t.Errorf("the title is %q, want %q", got, e.Title)
		}
	}
	if strings.Contains(string(body), "BEGIN:VALARM") || strings.Contains(string(body), "sv-lan") {
		t.Errorf("an alarm, or whose it is:\n%s", body)
	}
}

func TestLinesEndAndFoldAsTheFormatWants(t *testing.T) {
	body := string(Build("Lịch", []Entry{{ID: "x", On: journey.Date{Year: 2027, Month: 1, Day: 1}, Title: strings.Repeat("ễ", 300)}}, madeAt, time.Hour))
	for line := range strings.SplitSeq(strings.TrimSuffix(body, "\r\n"), "\r\n") {
		if len(line) > 75 || strings.ContainsAny(line, "\r\n") {
			t.Errorf("a line of %d bytes: %q", len(line), line)
		}
		if !utf8.ValidString(line) {
			t.Errorf("a letter is cut in two: %q", line)
		}
	}
}

func TestAnEntryKeepsItsNameWhenItsDayMoves(t *testing.T) {
	name := func(id string, day int) string {
		cal, err := ics.ParseCalendar(strings.NewReader(string(Build("x", []Entry{{ID: id, On: journey.Date{Year: 2027, Month: 1, Day: day}}}, madeAt, time.Hour))))
		if err != nil {
			t.Fatal(err)
		}
		return cal.Events()[0].Id()
	}
	if a, b := name("a", 1), name("a", 9); a != b {
		t.Errorf("UID %q, and %q on another day", a, b)
	}
	if a, b := name("a", 1), name("b", 1); a == b {
		t.Errorf("two entries share the UID %q", a)
	}
}

func TestAFileIsNotReadAgain(t *testing.T) {
	for every, want := range map[time.Duration]bool{0: false, 6 * time.Hour: true} {
		body := string(Build("x", []Entry{{ID: "a", On: journey.Date{Year: 2027, Month: 1, Day: 1}, Note: "Chậm nhất hết ngày này."}}, madeAt, every))
		if got := strings.Contains(body, "REFRESH-INTERVAL") || strings.Contains(body, "PUBLISHED-TTL"); got != want {
			t.Errorf("every %s: to be read again: %t, want %t\n%s", every, got, want, body)
		}
	}
}
