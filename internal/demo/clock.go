package demo

import (
	"sync"
	"time"
)

// zone is the time zone of the page; there has been one in Vietnam, without
// summer time, since 1975.
var zone = time.FixedZone("+07", 7*60*60)

// Clock is a clock that runs on by itself and can be moved forward. All
// methods may be called from any goroutine.
type Clock struct {
	moving sync.Mutex // held during a move with its hooks, so that they see moves in order

	mu    sync.Mutex // guards everything below
	shown time.Time  // what the clock showed
	at    time.Time  // when it showed that, on the machine's clock
	hooks []func(time.Time)
}

// NewClock returns a clock that shows start now.
func NewClock(start time.Time) *Clock {
	return &Clock{shown: start.Round(0), at: time.Now()}
}

// Now returns what the clock shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now()
}

func (c *Clock) now() time.Time { return c.shown.Add(time.Since(c.at)) }

// Advance moves the clock forward. Not at all if d is not positive.
func (c *Clock) Advance(d time.Duration) {
	c.move(func(now time.Time) time.Time { return now.Add(d) })
}

// To moves the clock forward to t, from where it runs on. A time that is past
// changes nothing.
func (c *Clock) To(t time.Time) {
	c.move(func(time.Time) time.Time { return t.Round(0) })
}

// OnMove calls hook with the new time after each move from now on, before the
// move returns. The hook may read the clock but not move it.
func (c *Clock) OnMove(hook func(now time.Time)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hooks = append(c.hooks, hook)
}

// move sets the clock to the time that to returns, in the zone it was started
// with, if that is ahead.
func (c *Clock) move(to func(now time.Time) time.Time) {
	c.moving.Lock()
	defer c.moving.Unlock()
	c.mu.Lock()
	now := c.now()
	next := to(now).In(now.Location())
	hooks := c.hooks
	if !next.After(now) {
		hooks = nil
	} else {
		c.shown, c.at = next, time.Now()
	}
	c.mu.Unlock()
	for _, hook := range hooks {
		hook(next)
	}
}

// nextAt returns the next moment after now at which clocks here show the hour
// and minute.
func nextAt(now time.Time, hour, minute int) time.Time {
	now = now.In(zone)
	t := time.Date(now.Year(), now.Month(), now.Day(), hour, minute, 0, 0, zone)
	if !t.After(now) {
		t = t.AddDate(0, 0, 1)
	}
	return t
}
