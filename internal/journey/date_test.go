package journey

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParseDate(t *testing.T) {
	good := map[string]Date{
		"2026-12-22": {2026, 12, 22},
		"2026-1-2":   {2026, 1, 2},
		"22/12/2026": {2026, 12, 22},
		"3/2/2027":   {2027, 2, 3}, // the day first, as people here write
		"03.02.2027": {2027, 2, 3},
		"03-02-2027": {2027, 2, 3},
		"29/02/2024": {2024, 2, 29},
		"29/02/2000": {2000, 2, 29},
		"01/01/1900": {1900, 1, 1},
		"31/12/2200": {2200, 12, 31},
	}
	for s, want := range good {
		if got, err := ParseDate(s); got != want || err != nil {
			t.Errorf("ParseDate(%q) = %s, %v, want %s", s, got, err, want)
		}
	}
	bad := map[string]string{
		"nothing":                  "",
		"no such day":              "31/02/2026",
		"no leap year":             "29/02/2025",
		"a century without one":    "29/02/2100",
		"a month too many":         "01/13/2026",
		"day and month of zero":    "00/00/2026",
		"two digits of a year":     "22/12/26",
		"too long ago":             "31/12/1899",
		"too far ahead":            "01/01/2201",
		"the month before the day": "12/22/2026",
		"a month":                  "12/2026",
		"a year":                   "2026",
		"a time":                   "2026-12-22T00:00:00Z",
		"a blank before":           " 22/12/2026",
		"a hard blank after":       "22/12/2026\u00a0",
		"a new line after":         "22/12/2026\n",
		"full-width digits":        "２２/１２/２０２６",
		"Arabic digits":            "٢٢/١٢/٢٠٢٦",
		"words":                    "ngày 22 tháng 12 năm 2026",
		"a number of Excel's":      "46378",
		"a year of five digits":    "22/12/20266",
		"a sign":                   "-22/12/2026",
	}
	for name, s := range bad {
		if got, err := ParseDate(s); !errors.Is(err, ErrNotADate) || got != (Date{}) {
			t.Errorf("%s: ParseDate(%q) = %s, %v, want ErrNotADate", name, s, got, err)
		}
	}
}

func TestAddMonths(t *testing.T) {
	tests := map[string]struct {
		from   string
		months int
		want   string
	}{
		// golden examples (journey.md, section 7)
		"probation":                       {"2025-12-22", 12, "2026-12-22"},
		"probation from a leap day":       {"2024-02-29", 12, "2025-02-28"},
		"a certificate of sixty months":   {"2021-11-30", 60, "2026-11-30"},
		"a leap day to a leap year":       {"2024-02-29", 48, "2028-02-29"},
		"the end of a month to a shorter": {"2026-01-31", 1, "2026-02-28"},
		"and to a longer keeps the day":   {"2026-02-28", 1, "2026-03-28"},
		"over the new year":               {"2026-11-30", 3, "2027-02-28"},
		"back":                            {"2026-03-31", -1, "2026-02-28"},
		"back over the new year":          {"2026-01-15", -2, "2025-11-15"},
		"none":                            {"2026-08-31", 0, "2026-08-31"},
	}
	for name, tt := range tests {
		if got := day(t, tt.from).AddMonths(tt.months); got != day(t, tt.want) {
			t.Errorf("%s: %s and %d months = %s, want %s", name, tt.from, tt.months, got, tt.want)
		}
	}
}

func TestMonthsNeverLeaveTheirMonth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, n := anyDay().Draw(t, "d"), rapid.IntRange(-300, 300).Draw(t, "months")
		got := d.AddMonths(n)
		month := Month{d.Year, int(d.Month)}.Add(n)
		if (Month{got.Year, int(got.Month)}) != month || got != got.AddDays(0) {
			t.Errorf("%s and %d months = %s, want a day of %s", d, n, got, month)
		}
		if last := got.AddDays(1).Month != got.Month; got.Day != d.Day && (!last || got.Day > d.Day) {
			t.Errorf("%s and %d months = %s, neither the same day nor the last of a shorter month", d, n, got)
		}
		if later := d.AddDays(1).AddMonths(n); later.Before(got) {
			t.Errorf("%s and %d months = %s, but the day after comes to %s", d, n, got, later)
		}
	})
}

func TestDaysAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d, n := anyDay().Draw(t, "d"), rapid.IntRange(-4000, 4000).Draw(t, "days")
		later := d.AddDays(n)
		if got := d.DaysUntil(later); got != n {
			t.Errorf("%s to %s = %d days, want %d", d, later, got, n)
		}
		if got := later.AddDays(-n); got != d {
			t.Errorf("%s and %d days back = %s, want %s", later, n, got, d)
		}
		if d.Before(later) != (n > 0) || d.After(later) != (n < 0) || (d.Compare(later) == 0) != (n == 0) {
			t.Errorf("%s and %s, %d days later, are ordered wrongly", d, later, n)
		}
		if (d.String() < later.String()) != d.Before(later) {
			t.Errorf("as texts %s and %s sort otherwise than as days", d, later)
		}
	})
}

// A day begins at midnight in Vietnam, whatever the zone of the machine.
func TestTheDayOfAMoment(t *testing.T) {
	tests := map[string]Date{
		"2026-12-21T16:59:59Z":      {2026, 12, 21},
		"2026-12-21T17:00:00Z":      {2026, 12, 22},
		"2026-12-22T00:00:00+07:00": {2026, 12, 22},
		"2026-12-31T20:00:00-08:00": {2027, 1, 1},
	}
	for s, want := range tests {
		at, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		if got := DateOf(at); got != want {
			t.Errorf("%s lies in %s, want %s", s, got, want)
		}
	}
	if got := (Date{2026, 12, 22}).At(7*time.Hour + 30*time.Minute); got.UTC().Format(time.RFC3339) != "2026-12-22T00:30:00Z" {
		t.Errorf("07:30 of 22/12/2026 = %s", got)
	}
}

func TestDatesSurviveJSON(t *testing.T) {
	type kept struct {
		On   Date `json:"on"`
		None Date `json:"none,omitzero"`
	}
	b, err := json.Marshal(kept{On: Date{2026, 2, 3}})
	if want := `{"on":"2026-02-03"}`; err != nil || string(b) != want {
		t.Fatalf("%s, %v, want %s", b, err, want)
	}
	var back kept
	if err := json.Unmarshal([]byte(`{"on":"2026-02-03","none":""}`), &back); err != nil || back.On != (Date{2026, 2, 3}) || !back.None.IsZero() {
		t.Errorf("read back %+v, %v", back, err)
	}
	if err := json.Unmarshal([]byte(`{"on":"2026-02-31"}`), &back); !errors.Is(err, ErrNotADate) {
		t.Errorf("31 February: %v, want ErrNotADate", err)
	}
}

func TestDatesSortAsDays(t *testing.T) {
	days := []Date{{2027, 1, 1}, {2026, 12, 31}, {}, {2026, 2, 3}, {2026, 2, 1}}
	slices.SortFunc(days, Date.Compare)
	want := []Date{{}, {2026, 2, 1}, {2026, 2, 3}, {2026, 12, 31}, {2027, 1, 1}}
	if !slices.Equal(days, want) {
		t.Errorf("sorted %v, want %v", days, want)
	}
}
