package journey

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"
)

// built is the calendar that comes with the program.
func built(t testing.TB) *Calendar {
	t.Helper()
	c, problems := loadCalendar(os.DirFS("../../content"))
	if c == nil || len(problems) > 0 {
		t.Fatalf("content/calendar.yaml: %v", problems)
	}
	return c
}

func day(t testing.TB, s string) Date {
	t.Helper()
	d, err := ParseDate(s)
	if err != nil {
		t.Fatalf("%q: %v", s, err)
	}
	return d
}

// The golden examples of the specification (journey.md, section 7).
func TestGoldenExamplesOfWorkingDays(t *testing.T) {
	tests := []struct {
		from string
		days int
		want string
		why  string
	}{
		{"05/11/2026", 30, "18/12/2026", "24/11 is off"},
		{"23/11/2026", 30, "06/01/2027", "24/11 and 01/01 are off"},
		{"23/11/2026", 45, "27/01/2027", "the decision by 294"},
		{"20/11/2026", 45, "26/01/2027", ""},
		{"20/11/2026", 60, "23/02/2027", "45 and 15; 24/11, 01/01 and Tết are off"},
		{"21/12/2026", 30, "02/02/2027", "over the end of the year"},
		{"15/01/2027", 30, "05/03/2027", "five days of Tết 2027"},
		{"15/01/2026", 45, "26/03/2026", "Tết 2026"},
		{"20/08/2026", 30, "05/10/2026", "the make-up day 22/8 counts; 31/8 to 02/9 are off"},
		{"21/08/2026", 1, "22/08/2026", "a make-up Saturday"},
		{"01/04/2025", 30, "16/05/2025", "07/4 and 30/4 to 02/5 are off; 26/4 counts"},
		{"22/12/2026", 30, "03/02/2027", "ceremony 22/12/2025, twelve months, then the cell"},
		// section 8
		{"03/02/2027", 30, "24/03/2027", "the member's file after a ceremony"},
	}
	c := built(t)
	for _, tt := range tests {
		from, want := day(t, tt.from), day(t, tt.want)
		got, tentative := c.AddWorkingDays(from, tt.days)
		if got != want || tentative {
			t.Errorf("%s and %d working days (%s) = %s (tentative %t), want %s", tt.from, tt.days, tt.why, got, tentative, want)
		}
		if n := c.WorkingDays(from, want); n != tt.days {
			t.Errorf("working days after %s up to %s = %d, want %d", tt.from, tt.want, n, tt.days)
		}
	}
}

func TestWhatADayIs(t *testing.T) {
	tests := map[string]struct {
		works bool
		off   string
	}{
		"2026-11-23": {works: true},
		"2026-11-24": {off: "Ngày Văn hóa Việt Nam"},
		"2025-11-24": {works: true}, // not yet a holiday
		"2026-11-28": {},            // a Saturday
		"2026-08-22": {works: true}, // a Saturday worked
		"2027-05-03": {off: "nghỉ bù Quốc tế Lao động (01/5 là thứ Bảy)"},
		// years without a table: what the law fixes to a day, and no more
		"2028-01-03": {works: true}, // in compensation of 01/01, perhaps
		"2028-01-26": {works: true}, // Tết, but nobody has said so
		"2028-05-01": {off: "Quốc tế Lao động"},
		"2028-11-24": {off: "Ngày Văn hóa Việt Nam"},
		"2024-11-25": {works: true},
		"2024-11-24": {}, // a Sunday
	}
	c := built(t)
	for s, want := range tests {
		d := day(t, s)
		if works, off := c.Works(d), c.Off(d); works != want.works || off != want.off {
			t.Errorf("%s: works %t, off for %q, want %t, %q", s, works, off, want.works, want.off)
		}
	}
}

func TestAYearWithoutATableIsTentative(t *testing.T) {
	tests := map[string]struct {
		from string
		days int
		want bool
	}{
		"all in known years":                        {"2026-12-31", 30, false},
		"the last known day":                        {"2027-12-30", 1, false},
		"the day after it":                          {"2027-12-31", 1, true},
		"ends in an unknown year":                   {"2027-12-20", 30, true},
		"begins in one":                             {"2028-01-03", 3, true},
		"an unknown day is itself not counted":      {"2024-12-31", 1, false},
		"nothing is counted":                        {"2028-06-01", 0, false},
		"back into an unknown year":                 {"2025-01-02", -3, true},
		"back within a known one":                   {"2025-01-10", -3, false},
		"an unknown year lies before what is asked": {"2025-01-01", 200, false},
	}
	c := built(t)
	for name, tt := range tests {
		if due, got := c.AddWorkingDays(day(t, tt.from), tt.days); got != tt.want {
			t.Errorf("%s: %s and %d days = %s, tentative %t, want %t", name, tt.from, tt.days, due, got, tt.want)
		}
	}
}

func TestNextWorkingDay(t *testing.T) {
	c := built(t)
	tests := map[string]struct {
		day, want string
		tentative bool
	}{
		"a working day stays":            {day: "2026-11-23", want: "2026-11-23"},
		"a holiday moves":                {day: "2026-11-24", want: "2026-11-25"},
		"a Saturday moves to Monday":     {day: "2026-11-28", want: "2026-11-30"},
		"a make-up Saturday stays":       {day: "2026-08-22", want: "2026-08-22"},
		"all of Tết is passed":           {day: "2026-02-14", want: "2026-02-23"},
		"new year of a year not known":   {day: "2028-01-01", want: "2028-01-03", tentative: true},
		"a working day of such a year":   {day: "2028-02-03", want: "2028-02-03", tentative: true},
		"from a known into one not so":   {day: "2027-12-31", want: "2027-12-31"},
		"the first day of a known year":  {day: "2025-01-01", want: "2025-01-02"},
		"a Sunday before a holiday pair": {day: "2026-08-30", want: "2026-09-03"},
	}
	for name, tt := range tests {
		if got, tentative := c.NextWorking(day(t, tt.day)); got != day(t, tt.want) || tentative != tt.tentative {
			t.Errorf("%s: %s = %s (tentative %t), want %s (%t)", name, tt.day, got, tentative, tt.want, tt.tentative)
		}
	}
}

func TestMissingYears(t *testing.T) {
	c := built(t)
	tests := map[string]string{
		"2026-11-25": "[]",
		"2027-09-30": "[]",
		"2027-10-01": "[2028]",
		"2028-01-01": "[2028]",
		"2028-12-01": "[2028 2029]",
		"2024-12-01": "[2024]",
	}
	for today, want := range tests {
		if got := fmt.Sprint(c.Missing(day(t, today))); got != want {
			t.Errorf("missing on %s: %s, want %s", today, got, want)
		}
	}
}

func TestDerivedDays(t *testing.T) {
	c := built(t)
	for s, want := range map[string]bool{"2027-04-16": true, "2027-05-03": true, "2027-04-30": false, "2026-04-27": false} {
		if got := c.Derived(day(t, s)); got != want {
			t.Errorf("%s derived: %t, want %t", s, got, want)
		}
	}
}

// anyDay is drawn from known and unknown years.
func anyDay() *rapid.Generator[Date] {
	return rapid.Custom(func(t *rapid.T) Date {
		return Date{2019, time.January, 1}.AddDays(rapid.IntRange(0, 20*365).Draw(t, "day"))
	})
}

func TestAddingWorkingDays(t *testing.T) {
	c := built(t)
	t.Run("never goes back and lands on a working day", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			d, n := anyDay().Draw(t, "d"), rapid.IntRange(1, 400).Draw(t, "n")
			due, _ := c.AddWorkingDays(d, n)
			if !due.After(d) || !c.Works(due) {
				t.Errorf("%s and %d = %s, works %t", d, n, due, c.Works(due))
			}
			if before, _ := c.AddWorkingDays(d, n-1); !before.Before(due) {
				t.Errorf("%s and %d = %s, and one less %s", d, n, due, before)
			}
		})
	})
	t.Run("n then m equals n+m", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			d, n, m := anyDay().Draw(t, "d"), rapid.IntRange(0, 200).Draw(t, "n"), rapid.IntRange(0, 200).Draw(t, "m")
			first, _ := c.AddWorkingDays(d, n)
			then, _ := c.AddWorkingDays(first, m)
			if at, _ := c.AddWorkingDays(d, n+m); at != then {
				t.Errorf("%s and %d, then %d = %s; at once %s", d, n, m, then, at)
			}
		})
	})
	t.Run("WorkingDays takes it back", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			d, n := anyDay().Draw(t, "d"), rapid.IntRange(0, 400).Draw(t, "n")
			due, _ := c.AddWorkingDays(d, n)
			if got := c.WorkingDays(d, due); got != n {
				t.Errorf("%s to %s = %d working days, want %d", d, due, got, n)
			}
			if got := c.WorkingDays(due, d); got != -n {
				t.Errorf("%s back to %s = %d working days, want %d", due, d, got, -n)
			}
		})
	})
	t.Run("from a working day there and back", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			d, _ := c.NextWorking(anyDay().Draw(t, "d"))
			n := rapid.IntRange(-400, 400).Draw(t, "n")
			there, _ := c.AddWorkingDays(d, n)
			if back, _ := c.AddWorkingDays(there, -n); back != d {
				t.Errorf("%s and %d = %s, and back %s", d, n, there, back)
			}
		})
	})
	t.Run("a day at a time comes to the same", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			d, n := anyDay().Draw(t, "d"), rapid.IntRange(1, 90).Draw(t, "n")
			want := d
			for left := n; left > 0; {
				if want = want.AddDays(1); c.Works(want) {
					left--
				}
			}
			if due, _ := c.AddWorkingDays(d, n); due != want {
				t.Errorf("%s and %d = %s, counted by hand %s", d, n, due, want)
			}
		})
	})
}

func TestCountingOutsideTheYearsStaysInside(t *testing.T) {
	c := built(t)
	if due, tentative := c.AddWorkingDays(Date{lastYear, 12, 30}, 1000); due.Year != lastYear || !tentative {
		t.Errorf("beyond the last year: %s, tentative %t", due, tentative)
	}
	if due, tentative := c.AddWorkingDays(Date{firstYear, 1, 3}, -1000); due.Year != firstYear || !tentative {
		t.Errorf("before the first year: %s, tentative %t", due, tentative)
	}
	if c.Works(Date{lastYear + 9, 3, 3}) || c.Works(Date{firstYear - 9, 3, 3}) {
		t.Error("days outside the years are working days")
	}
}

const goodYear = `- year: 2028
  off:
    - {on: 2028-01-25, name: Tết}
    - {on: 2028-01-26, name: Tết}
    - {on: 2028-01-27, name: Tết}
    - {on: 2028-05-01, name: Quốc tế Lao động}
    - {on: 2028-11-24, name: Ngày Văn hóa Việt Nam}
  makeup: [2028-02-05]
  derived: [2028-05-01]
  sources: [thông báo]
  reviewed: {by: An, on: 2027-10-05}
  verified: true
`

func TestFindingsInCalendar(t *testing.T) {
	tests := map[string]struct {
		old, becomes string
		want         string
	}{
		"a day of another year":         {"on: 2028-01-25", "on: 2029-01-25", "calendar.yaml:3: ngày 25/01/2029 không thuộc năm 2028"},
		"a day on a weekend":            {"on: 2028-05-01", "on: 2028-05-06", "calendar.yaml:6: ngày 06/05/2028 là thứ Bảy, vốn đã nghỉ"},
		"a day twice":                   {"on: 2028-01-26", "on: 2028-01-25", "calendar.yaml:4: ngày 25/01/2028 viết hai lần"},
		"a day without a name":          {"on: 2028-01-26, name: Tết", "on: 2028-01-26", "calendar.yaml:4: ngày 26/01/2028 chưa có tên"},
		"a name without a day":          {"{on: 2028-01-26, name: Tết}", "{name: Tết}", "calendar.yaml:4: thiếu ngày"},
		"a make-up day in the week":     {"makeup: [2028-02-05]", "makeup: [2028-02-07]", "calendar.yaml:8: ngày làm bù 07/02/2028 là thứ Hai"},
		"a make-up day of another year": {"makeup: [2028-02-05]", "makeup: [2027-02-06]", "calendar.yaml:8: ngày làm bù 06/02/2027 không thuộc năm 2028"},
		"a make-up day twice":           {"makeup: [2028-02-05]", "makeup: [2028-02-05, 2028-02-05]", "calendar.yaml:8: ngày làm bù 05/02/2028 viết hai lần"},
		"two tables of a year":          {"  makeup", "- year: 2028\n  makeup", "calendar.yaml:8: năm 2028 có hai bảng, bảng trước ở dòng 1"},
		"no Tết":                        {"    - {on: 2028-01-25, name: Tết}\n    - {on: 2028-01-26, name: Tết}\n", "", "calendar.yaml:2: năm 2028 mới có 1 ngày nghỉ Tết Âm lịch"},
		"no May Day":                    {"    - {on: 2028-05-01, name: Quốc tế Lao động}\n", "", "calendar.yaml:2: thiếu ngày 01/05/2028 (Quốc tế Lao động)"},
		"derived but not off":           {"derived: [2028-05-01]", "derived: [2028-05-02]", "calendar.yaml:9: ngày 02/05/2028 ở derived không có trong off"},
		"no source":                     {"sources: [thông báo]", "sources: []", "calendar.yaml:1: bảng năm 2028 chưa có nguồn"},
		"not reviewed":                  {"  reviewed: {by: An, on: 2027-10-05}\n", "", "calendar.yaml:1: bảng năm 2028 chưa có người đối chiếu"},
		"no year":                       {"year: 2028", "year:", "thiếu năm"},
		"an impossible day":             {"on: 2028-01-25", "on: 2028-02-31", `calendar.yaml:3: ngày "2028-02-31" không đúng`},
	}
	if c, problems := loadYAML(goodYear); c == nil || len(problems) > 0 {
		t.Fatalf("the table all begin with: %q", problems)
	}
	for name, tt := range tests {
		text := strings.Replace(goodYear, tt.old, tt.becomes, 1)
		c, problems := loadYAML(text)
		if all := strings.Join(problems, "\n"); c != nil || !strings.Contains(all, tt.want) {
			t.Errorf("%s: found\n%s\nwant %s", name, all, tt.want)
		}
	}
}

func TestATableNobodyVerifiedIsUsedButTentative(t *testing.T) {
	c, problems := loadYAML(strings.Replace(goodYear, "verified: true", "verified: false", 1))
	if c == nil {
		t.Fatal(problems)
	}
	due, tentative := c.AddWorkingDays(Date{2028, 1, 24}, 1)
	if want := (Date{2028, 1, 28}); due != want || !tentative || c.Known(2028) {
		t.Errorf("24/01/2028 and 1 = %s (tentative %t), want %s, tentative", due, tentative, want)
	}
	if got := c.Missing(Date{2028, 1, 3}); len(got) != 1 {
		t.Errorf("missing %v, want 2028", got)
	}
}

func loadYAML(text string) (*Calendar, []string) {
	c, problems := loadCalendar(fstest.MapFS{calendarFile: {Data: []byte(text)}})
	var out []string
	for _, p := range problems {
		out = append(out, p.String())
	}
	return c, out
}

func BenchmarkAddWorkingDays(b *testing.B) {
	c, d := built(b), Date{2026, 11, 20}
	for b.Loop() {
		c.AddWorkingDays(d, 45)
	}
}
