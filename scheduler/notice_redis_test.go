package scheduler

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/notice"
	"donghanh/internal/outbox"
	"donghanh/internal/store"
	"donghanh/internal/storetest"
)

// moody is a Telegram on a bad day: 429, 5xx, hangs and dropped answers.
type moody struct {
	mu    sync.Mutex
	got   map[chat.Address]int // notices that arrived
	tries map[string]int
	calls chan struct{} // one for each call
}

func (t *moody) Deliver(ctx context.Context, m chat.Message) (chat.Receipt, error) {
	t.mu.Lock()
	t.tries[m.Key]++
	try, mood := t.tries[m.Key], m.To%40
	if m.Lane != chat.Notices {
		mood = 0
	}
	arrives := mood < 30 || mood >= 33 || try > 1
	if mood == 33 || mood == 34 {
		arrives = false
	}
	if arrives && m.Lane == chat.Notices {
		t.got[m.To]++
	}
	t.mu.Unlock()
	t.calls <- struct{}{}
	pause := time.Duration(rand.IntN(4)) * time.Millisecond
	switch {
	case mood == 30 && try == 1:
		return chat.Receipt{}, &chat.Busy{After: 20 * time.Millisecond}
	case mood == 31 && try == 1, mood == 32 && try == 1:
		return chat.Receipt{}, &chat.Unavailable{Err: errors.New("connection refused")}
	case mood == 33:
		return chat.Receipt{}, &chat.Unreachable{Reason: "bot was blocked by the user"}
	case mood == 34:
		return chat.Receipt{}, &chat.Refused{Reason: "message is wrong"}
	case mood == 35: // arrives, and the answer is dropped
		return chat.Receipt{}, &chat.InDoubt{Err: errors.New("EOF")}
	case mood == 36: // arrives, and hangs
		pause = 300 * time.Millisecond
	}
	select {
	case <-ctx.Done():
		return chat.Receipt{}, ctx.Err()
	case <-time.After(pause):
	}
	return chat.Receipt{Message: int(m.To)}, nil
}

func TestOnRedisEveryRecipientEndsOnceHoweverOftenTheProcessDies(t *testing.T) {
	const count = 800
	rdb := storetest.Redis(t)
	people := store.New(rdb)
	telegram := &moody{got: map[chat.Address]int{}, tries: map[string]int{}, calls: make(chan struct{}, 100*count)}
	o := &newsroom{T: t, Memory: storetest.NewMemory(), rate: 1000}
	var saves []journey.Save
	starts := map[journey.Code]string{}
	for i := range count {
		code := journey.Code(fmt.Sprintf("sv%04d", i))
		saves = append(saves, journey.Save{Track: journey.Track{Person: journey.Person{Code: code, Name: "Sinh viên", Roles: []journey.Role{journey.Student}}}})
		starts[code] = "start" + string(code)
	}
	if late, err := people.SaveTracks(t.Context(), saves...); err != nil || len(late) > 0 {
		t.Fatal(late, err)
	}
	if err := people.KeepStartCodes(t.Context(), starts, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	for i := range count {
		if _, err := people.Link(t.Context(), fmt.Sprintf("startsv%04d", i), chat.Address(1000+i), time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	now := time.Now()
	if err := people.KeepNotice(t.Context(), notice.Notice{
		ID: theNotice, Kind: notice.Send, Author: officer.Code, Status: notice.Planned, At: now, Made: now, Count: count, Approved: now,
		Content: notice.Content{HTML: "Họp", Audience: notice.Audience{Everyone: true}, Urgent: true},
	}); err != nil {
		t.Fatal(err)
	}

	// process runs a sender and a courier; stop kills it: what it does then has
	// no effect on the service, and what became of it is not recorded.
	rules, done := builtRules(t), make(chan struct{})
	over := sync.OnceFunc(func() { close(done) })
	process := func() (kill func()) {
		s := store.New(rdb)
		sender := o.sender(&ending{Store: s, over: over}, s)
		sender.Audience = Reached(s, func() *journey.Rules { return rules }, func(code journey.Code, p any) { t.Errorf("%s: %v", code, p) })
		ctx, cancel := context.WithCancel(t.Context())
		dead := make(chan struct{})
		c := &outbox.Courier{
			Queue: s, Sender: &cut{telegram, dead}, Now: time.Now, Log: slog.New(slog.DiscardHandler),
			Pace: outbox.Pace{Rate: 1000, Lease: 2 * time.Second, Chat: time.Millisecond}, Make: sender.Make,
		}
		s.OnPut(c.Wake)
		var all sync.WaitGroup
		all.Go(func() { _ = sender.Run(ctx) })
		all.Go(func() { _ = c.Run(ctx) })
		return func() { close(dead); cancel(); all.Wait() }
	}
	other := process() // works on through it all
	for range 4 {
		kill := process()
		for range 60 + rand.IntN(60) {
			<-telegram.calls
		}
		kill()
	}
	<-done
	other()
	counts, err := people.RecipientCounts(t.Context(), theNotice)
	if err != nil || counts.Left() > 0 || counts.Total() != count {
		t.Errorf("counts %v, %v, want all %d settled", counts, err, count)
	}
	t.Logf("%v", counts)
	if err := people.Recipients(t.Context(), theNotice, func(results []notice.Result) error {
		for _, r := range results {
			var i int
			if _, err := fmt.Sscanf(string(r.Code), "sv%d", &i); err != nil {
				return err
			}
			got := telegram.got[chat.Address(1000+i)]
			switch {
			case r.Outcome == notice.Delivered && got != 1,
				(r.Outcome == notice.Blocked || r.Outcome == notice.Failed) && got != 0,
				r.Outcome == notice.InDoubt && got > 1:
				t.Errorf("%s is %s and got it %d times", r.Code, r.Outcome, got)
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// ending is a store that tells when a notice is done.
type ending struct {
	*store.Store
	over func()
}

func (s *ending) KeepNotice(ctx context.Context, n notice.Notice) error {
	err := s.Store.KeepNotice(ctx, n)
	if err == nil && n.Status == notice.Done {
		s.over()
	}
	return err
}

// cut is a Sender whose process may die: its answers are lost then.
type cut struct {
	outbox.Sender
	dead chan struct{}
}

func (c *cut) Deliver(ctx context.Context, m chat.Message) (chat.Receipt, error) {
	select {
	case <-c.dead:
		return chat.Receipt{}, &chat.Unavailable{Err: errors.New("dead")}
	default:
	}
	r, err := c.Sender.Deliver(ctx, m)
	select {
	case <-c.dead:
		return chat.Receipt{}, &chat.InDoubt{Err: errors.New("dead")}
	default:
		return r, err
	}
}
