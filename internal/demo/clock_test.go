package demo

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

var evening = time.Date(2026, 11, 24, 21, 40, 0, 0, zone)

func TestTheClockRunsOnFromWhereItIsSet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := NewClock(evening)
		shows := func(want time.Time) {
			t.Helper()
			if got := c.Now(); !got.Equal(want) || got.Location() != want.Location() {
				t.Errorf("the clock shows %s, want %s", got, want)
			}
		}
		shows(evening)
		time.Sleep(time.Minute)
		shows(evening.Add(time.Minute))
		c.Advance(time.Hour)
		shows(evening.Add(61 * time.Minute))
		time.Sleep(time.Minute)
		shows(evening.Add(62 * time.Minute))
		c.To(evening.AddDate(0, 0, 1).UTC())
		shows(evening.AddDate(0, 0, 1))
		time.Sleep(time.Second)
		shows(evening.AddDate(0, 0, 1).Add(time.Second))
	})
}

func TestTheClockNeverGoesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := NewClock(evening)
		c.OnMove(func(now time.Time) { t.Errorf("moved to %s", now) })
		c.Advance(-time.Hour)
		c.Advance(0)
		c.To(evening)
		c.To(evening.AddDate(-1, 0, 0))
		if got := c.Now(); !got.Equal(evening) {
			t.Errorf("the clock shows %s, want %s", got, evening)
		}
	})
}

func TestHooksSeeEachMoveBeforeItReturns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := NewClock(evening)
		var first, second []time.Time
		c.OnMove(func(now time.Time) { first = append(first, now) })
		c.Advance(time.Hour)
		c.OnMove(func(time.Time) { second = append(second, c.Now()) }) // may read the clock
		c.To(evening.Add(5 * time.Hour))
		if want := []time.Time{evening.Add(time.Hour), evening.Add(5 * time.Hour)}; !slices.EqualFunc(first, want, time.Time.Equal) {
			t.Errorf("first hook saw %v, want %v", first, want)
		}
		if want := []time.Time{evening.Add(5 * time.Hour)}; !slices.EqualFunc(second, want, time.Time.Equal) {
			t.Errorf("second hook saw %v, want %v", second, want)
		}
	})
}

func TestNextAt(t *testing.T) {
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 11, day, hour, minute, 0, 0, zone) }
	tests := map[string]struct{ now, want time.Time }{
		"in the evening, tomorrow":              {at(24, 21, 40), at(25, 7, 30)},
		"early, today":                          {at(24, 6, 0), at(24, 7, 30)},
		"at the minute itself, tomorrow":        {at(24, 7, 30), at(25, 7, 30)},
		"a second before, today":                {at(24, 7, 29).Add(59 * time.Second), at(24, 7, 30)},
		"a clock elsewhere is read as one here": {at(24, 6, 0).UTC(), at(24, 7, 30)},
		"over the end of a month":               {at(30, 12, 0), at(31, 7, 30)},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := nextAt(tt.now, 7, 30); !got.Equal(tt.want) {
				t.Errorf("after %s comes %s, want %s", tt.now, got, tt.want)
			}
		})
	}
}
