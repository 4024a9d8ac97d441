package journey

import (
	"testing"
	"time"
)

func TestHoursInWhichRemindersGoOut(t *testing.T) {
	at := func(h, m int) time.Duration { return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute }
	usual := Hours{at(7, 30), at(21, 30), at(6, 30)}
	tests := map[string]struct {
		hours Hours
		now   string
		open  bool
		quiet bool
	}{
		"before the time":                          {usual, "07:29:59", false, false},
		"at the time":                              {usual, "07:30:00", true, false},
		"made up for in the afternoon":             {usual, "15:00:00", true, false},
		"the last moment before the quiet hours":   {usual, "21:29:59", true, false},
		"in the quiet hours":                       {usual, "21:30:00", false, true},
		"after midnight":                           {usual, "00:10:00", false, true},
		"quiet until six thirty":                   {usual, "06:29:59", false, true},
		"quiet hours at noon end the morning":      {Hours{at(7, 30), at(12, 0), at(13, 0)}, "12:30:00", false, true},
		"and do not begin a second morning":        {Hours{at(7, 30), at(12, 0), at(13, 0)}, "13:30:00", false, false},
		"after midnight only, the evening is open": {Hours{at(7, 30), at(0, 30), at(5, 0)}, "23:59:59", true, false},
		"a time in the quiet hours waits for them": {Hours{at(6, 0), at(21, 30), at(6, 30)}, "06:10:00", false, true},
		"and begins when they end":                 {Hours{at(6, 0), at(21, 30), at(6, 30)}, "06:30:00", true, false},
		"no quiet hours":                           {Hours{at(7, 30), 0, 0}, "23:59:59", true, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			now, err := time.Parse(time.RFC3339, "2026-11-24T"+tt.now+"+07:00")
			if err != nil {
				t.Fatal(err)
			}
			now = now.UTC() // whatever zone it comes in
			if open, quiet := tt.hours.Open(now), tt.hours.Quiet(now); open != tt.open || quiet != tt.quiet {
				t.Errorf("%+v at %s: open %t, quiet %t; want %t, %t", tt.hours, tt.now, open, quiet, tt.open, tt.quiet)
			}
		})
	}
}

func TestQuietHoursMayReachOverMidnight(t *testing.T) {
	quietHours := Hours{QuietFrom: 21 * time.Hour, QuietTo: 6*time.Hour + 30*time.Minute}
	at := func(clock string) time.Time {
		moment, err := time.ParseInLocation("2006-01-02 15:04", "2026-11-25 "+clock, Zone)
		if err != nil {
			t.Fatal(err)
		}
		return moment
	}
	for name, tt := range map[string]struct {
		q     Hours
		clock string
		after string // "" : at once
	}{
		"evening":                       {quietHours, "21:00", "2026-11-26 06:30"},
		"after midnight":                {quietHours, "02:00", "2026-11-25 06:30"},
		"the end lies outside":          {quietHours, "06:30", ""},
		"by day":                        {quietHours, "20:59", ""},
		"a siesta":                      {Hours{QuietFrom: 12 * time.Hour, QuietTo: 13 * time.Hour}, "12:59", "2026-11-25 13:00"},
		"before it":                     {Hours{QuietFrom: 12 * time.Hour, QuietTo: 13 * time.Hour}, "11:59", ""},
		"two equal ends: nothing quiet": {Hours{}, "00:00", ""},
	} {
		got := tt.q.After(at(tt.clock))
		want := at(tt.clock)
		if tt.after != "" {
			want, _ = time.ParseInLocation("2006-01-02 15:04", tt.after, Zone)
		}
		if !got.Equal(want) || tt.q.Quiet(at(tt.clock)) != (tt.after != "") {
			t.Errorf("%s: at %s, After = %s, want %s", name, tt.clock, got, want)
		}
	}
}
