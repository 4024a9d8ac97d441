package scheduler

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
)

// box is an outbox that takes each key once, like the real one.
type box struct {
	mu   sync.Mutex
	seen map[string]bool
	took []chat.Message
	err  error
}

func (b *box) Put(_ context.Context, messages ...chat.Message) (isNew int, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err != nil {
		return 0, b.err
	}
	if b.seen == nil {
		b.seen = map[string]bool{}
	}
	for _, m := range messages {
		if !b.seen[m.Key] {
			b.seen[m.Key] = true
			b.took = append(b.took, m)
			isNew++
		}
	}
	return isNew, nil
}

func (b *box) keys() []string { return slices.Sorted(maps.Keys(b.seen)) }

// waiting is a desk at which so many questions wait.
type waiting int

func (n waiting) CountQuestions(context.Context) (int, error) {
	if n < 0 {
		return 0, errors.New("no Redis")
	}
	return int(n), nil
}

// to is a desk at which those sit.
func to(all ...chat.Address) func(context.Context) ([]chat.Address, error) {
	return func(context.Context) ([]chat.Address, error) { return all, nil }
}

const halfPastSeven = 7*time.Hour + 30*time.Minute

func clock(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestDeskDigest(t *testing.T) {
	tests := map[string]struct {
		wait  waiting
		to    []chat.Address
		ticks []string
		keys  []string
	}{
		"silent before the time":                     {3, []chat.Address{7}, []string{"2026-11-24T07:29:59+07:00"}, nil},
		"once the time has come":                     {3, []chat.Address{7}, []string{"2026-11-24T07:30:00+07:00"}, []string{"desk/2026-11-24/7"}},
		"silent when nothing waits":                  {0, []chat.Address{7}, []string{"2026-11-24T07:30:00+07:00", "2026-11-24T12:00:00+07:00"}, nil},
		"silent when nobody is at the desk":          {3, nil, []string{"2026-11-24T07:30:00+07:00"}, nil},
		"once a day, however often it is woken":      {3, []chat.Address{7}, []string{"2026-11-24T07:30:00+07:00", "2026-11-24T07:30:00+07:00", "2026-11-24T07:31:00+07:00", "2026-11-24T23:59:59+07:00"}, []string{"desk/2026-11-24/7"}},
		"made up for later the same day":             {3, []chat.Address{7}, []string{"2026-11-24T07:29:00+07:00", "2026-11-24T18:44:00+07:00"}, []string{"desk/2026-11-24/7"}},
		"a day slept through is not made up for":     {3, []chat.Address{7}, []string{"2026-11-23T07:29:00+07:00", "2026-11-24T00:10:00+07:00"}, nil},
		"again on the next day":                      {3, []chat.Address{7}, []string{"2026-11-24T07:30:00+07:00", "2026-11-25T07:29:00+07:00", "2026-11-25T07:30:00+07:00"}, []string{"desk/2026-11-24/7", "desk/2026-11-25/7"}},
		"each person, and a group":                   {3, []chat.Address{7, 8, -100}, []string{"2026-11-24T07:30:00+07:00"}, []string{"desk/2026-11-24/-100", "desk/2026-11-24/7", "desk/2026-11-24/8"}},
		"07:30 in Hà Nội is 00:30 in Greenwich":      {3, []chat.Address{7}, []string{"2026-11-24T00:29:59Z", "2026-11-24T00:30:00Z"}, []string{"desk/2026-11-24/7"}},
		"the day is that of Hà Nội, late in London":  {3, []chat.Address{7}, []string{"2026-11-24T23:00:00Z", "2026-11-25T00:30:00Z"}, []string{"desk/2026-11-25/7"}},
		"the day is that of Hà Nội, in New York too": {3, []chat.Address{7}, []string{"2026-11-23T19:30:00-05:00", "2026-11-24T11:59:59-05:00"}, []string{"desk/2026-11-24/7"}},
		"the last day of the year":                   {3, []chat.Address{7}, []string{"2026-12-31T12:29:59Z", "2026-12-31T17:00:00Z", "2027-01-01T00:30:00Z"}, []string{"desk/2026-12-31/7", "desk/2027-01-01/7"}},
		"in the evening nobody is rung up":           {3, []chat.Address{7}, []string{"2026-11-24T19:30:00+07:00", "2026-11-24T23:50:00+07:00"}, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			out := &box{}
			job := DeskDigest(tt.wait, out, halfPastSeven, to(tt.to...))
			for _, at := range tt.ticks {
				if err := job.Do(t.Context(), clock(t, at)); err != nil {
					t.Errorf("woken at %s: %v", at, err)
				}
			}
			if got := out.keys(); !slices.Equal(got, tt.keys) {
				t.Errorf("woken at %s: put %q, want %q", tt.ticks, got, tt.keys)
			}
		})
	}
}

func TestDeskDigestSaysHowManyWaitAndIsNoNotice(t *testing.T) {
	out, now := &box{}, clock(t, "2026-11-24T08:00:00+07:00")
	if err := DeskDigest(waiting(12), out, halfPastSeven, to(7)).Do(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	m := out.took[0]
	if !strings.Contains(m.Text, "12") || m.To != 7 || m.Lane != chat.Reminders || !m.At.Equal(now) {
		t.Errorf("put %+v, want the number 12 to 7 among the reminders, from %s", m, now)
	}
}

func TestDeskDigestFailsAloudAndIsMadeUpFor(t *testing.T) {
	now := clock(t, "2026-11-24T08:00:00+07:00")
	if err := DeskDigest(waiting(-1), &box{}, halfPastSeven, to(7)).Do(t.Context(), now); err == nil {
		t.Error("no error though the questions could not be counted")
	}
	out := &box{err: errors.New("no Redis")}
	job := DeskDigest(waiting(3), out, halfPastSeven, to(7))
	if err := job.Do(t.Context(), now); err == nil {
		t.Error("no error though nothing could be put")
	}
	out.err = nil
	if err := job.Do(t.Context(), now.Add(time.Minute)); err != nil || !slices.Equal(out.keys(), []string{"desk/2026-11-24/7"}) {
		t.Errorf("a minute later: put %q, %v, want the digest of the day", out.keys(), err)
	}
}

// A week with two copies of the bot running, one of them down for a morning.
func TestTwoSchedulersGiveOneDigestAPersonAndDay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &box{}
		desk := []chat.Address{7, 8}
		job := func() Job { return DeskDigest(waiting(3), out, halfPastSeven, to(desk...)) }
		time.Sleep(time.Until(time.Date(2026, 11, 23, 0, 0, 30, 0, journey.Zone)))
		stopOne, _ := started(t, job())
		stopTwo, _ := started(t, job())
		time.Sleep(3*24*time.Hour + 5*time.Hour) // Thursday, 05:00: both go down
		if err := errors.Join(stopOne(), stopTwo()); err != nil {
			t.Error(err)
		}
		time.Sleep(5 * time.Hour) // until 10:00
		stopOne, _ = started(t, job())
		time.Sleep(3 * 24 * time.Hour)
		if err := stopOne(); err != nil {
			t.Error(err)
		}
		var want []string
		for day := 23; day <= 29; day++ {
			for _, who := range desk {
				want = append(want, time.Date(2026, 11, day, 0, 0, 0, 0, time.UTC).Format("desk/2006-01-02/")+who.String())
			}
		}
		if got := out.keys(); !slices.Equal(got, want) || len(out.took) != len(want) {
			t.Errorf("put %q (%d messages)\nwant %q", got, len(out.took), want)
		}
		for _, m := range out.took {
			at := m.At.In(journey.Zone)
			if late := at.Day() == 26; late && at.Hour() != 10 || !late && at.Format("15:04:05") != "07:30:00" {
				t.Errorf("%s went out at %s, want 07:30, and 10:00 on the 26th", m.Key, at)
			}
		}
	})
}

// Before 07:00 it is still yesterday in Greenwich.
func TestAnEarlyDigestCountsTheDayOfHaNoi(t *testing.T) {
	out := &box{}
	job := DeskDigest(waiting(3), out, 6*time.Hour, to(7))
	for _, at := range []string{"2026-11-23T22:59:59Z", "2026-11-23T23:00:00Z", "2026-11-24T00:00:00Z", "2026-11-24T16:59:59Z"} {
		if err := job.Do(t.Context(), clock(t, at)); err != nil {
			t.Errorf("woken at %s: %v", at, err)
		}
	}
	if got, want := out.keys(), []string{"desk/2026-11-24/7"}; !slices.Equal(got, want) {
		t.Errorf("put %q, want %q", got, want)
	}
}
