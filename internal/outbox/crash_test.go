package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"donghanh/internal/chat"
	"donghanh/internal/outbox"
	"donghanh/internal/store"
)

var errDead = errors.New("the process is dead")

// process is the queue and the sender of a process that dies at its n-th step.
// Each call is two steps: the way there and the way back. After its death
// nothing it does has an effect.
type process struct {
	outbox.Queue
	outbox.Sender
	die func()

	mu   sync.Mutex
	left int // steps to live
}

// step says whether the process lives on.
func (p *process) step() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.left--
	if p.left == 0 {
		p.die()
	}
	return p.left > 0
}

// do does something between two steps.
func (p *process) do(f func() error) error {
	if !p.step() {
		return errDead
	}
	err := f()
	if !p.step() {
		return errDead
	}
	return err
}

func (p *process) Lease(ctx context.Context, now time.Time, pace outbox.Pace) (l outbox.Lease, wait time.Duration, err error) {
	err = p.do(func() (err error) { l, wait, err = p.Queue.Lease(ctx, now, pace); return err })
	return l, wait, err
}

func (p *process) Sent(ctx context.Context, l outbox.Lease, now time.Time, r chat.Receipt) error {
	return p.do(func() error { return p.Queue.Sent(ctx, l, now, r) })
}

func (p *process) Failed(ctx context.Context, l outbox.Lease, now time.Time, reason string) error {
	return p.do(func() error { return p.Queue.Failed(ctx, l, now, reason) })
}

func (p *process) Doubt(ctx context.Context, l outbox.Lease, now time.Time, again bool) error {
	return p.do(func() error { return p.Queue.Doubt(ctx, l, now, again) })
}

func (p *process) Later(ctx context.Context, l outbox.Lease, now, at time.Time) error {
	return p.do(func() error { return p.Queue.Later(ctx, l, now, at) })
}

func (p *process) Pause(ctx context.Context, now time.Time, wait time.Duration) error {
	return p.do(func() error { return p.Queue.Pause(ctx, now, wait) })
}

func (p *process) Deliver(ctx context.Context, m chat.Message) (r chat.Receipt, err error) {
	err = p.do(func() (err error) { r, err = p.Sender.Deliver(ctx, m); return err })
	if errors.Is(err, errDead) {
		<-ctx.Done() // nobody is there to see an answer
	}
	return r, err
}

func TestACrashAtAnyStepLosesNothing(t *testing.T) {
	for name, private := range map[string]bool{"leases given back at the start": true, "leases run out": false} {
		t.Run(name, func(t *testing.T) {
			for steps := 1; ; steps++ {
				crashed := false
				synctest.Test(t, func(t *testing.T) { crashed = crashAt(t, steps, private) })
				if t.Failed() {
					t.Fatalf("with a crash at step %d", steps)
				}
				if !crashed {
					t.Logf("%d steps", steps)
					if steps < 30 {
						t.Fatalf("only %d steps were tried", steps)
					}
					return
				}
			}
		})
	}
}

// crashAt has a courier die at its n-th step and another take over, and says
// whether the first one came so far.
func crashAt(t *testing.T, steps int, private bool) (crashed bool) {
	o := newOffice(t)
	o.service.takes = 50 * time.Millisecond
	o.service.fail = func(m chat.Message, try int) error {
		switch {
		case m.Key == "A2" && try == 1:
			return &chat.Busy{After: time.Second}
		case m.Key == "N1" && try == 1:
			return &chat.Unavailable{Err: errors.New("connection refused")}
		}
		return nil
	}
	messages := append(notices(3),
		chat.Message{Key: "A1", To: 7}, chat.Message{Key: "A2", To: 7}, chat.Message{Key: "A3", To: 7},
		chat.Message{Key: "R", To: 8, Lane: chat.Reminders}, chat.Message{Key: "K", To: 7, Act: chat.Ack, Press: "p"})
	o.put(messages...)

	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	p := &process{Queue: o.Store, Sender: o.service, left: steps}
	p.die = func() { crashed = true; cancel() }
	c := o.courier()
	c.Queue, c.Sender, c.Pace = p, p, outbox.Pace{Lease: 8 * time.Second}
	if err := c.Run(ctx); err != nil {
		t.Errorf("run: %v", err)
	}

	o.Store = store.New(o.rdb)
	if private {
		if _, err := o.Recover(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	o.work(20 * time.Second)
	settled(o, messages)
	return crashed
}

// settled wants each message to have arrived once, or more than once or not at
// all only where a doubt is on record. A try the service answered with "not
// delivered" does not count.
func settled(o *office, messages []chat.Message) {
	o.Helper()
	doubts, err := o.Doubts(o.Context())
	if err != nil {
		o.Fatal(err)
	}
	extra := make(map[chat.Lane]int)
	for _, m := range messages {
		d, err := o.State(o.Context(), m.Key)
		if err != nil {
			o.Fatal(err)
		}
		arrived := o.arrived(m)
		switch {
		case m.Act == chat.Ack:
			if d.State != store.Sent && d.State != store.Failed {
				o.Errorf("%s is %s", m.Key, d.State)
			}
		case d.State == store.Sent:
			if arrived == 0 {
				o.Errorf("%s is sent but never arrived", m.Key)
			}
			extra[m.Lane] += max(arrived-1, 0)
		case d.State == store.InDoubt:
			if m.Lane != chat.Notices {
				o.Errorf("%s rests in doubt", m.Key)
			}
			extra[m.Lane]++
		default:
			o.Errorf("%s is %s (%s)", m.Key, d.State, d.Reason)
		}
		if m.Lane == chat.Notices && arrived > 1 {
			o.Errorf("the notice %s arrived %d times", m.Key, arrived)
		}
	}
	for lane, n := range extra {
		if n > doubts[lane] {
			o.Errorf("%d %s arrived twice or are in doubt, but only %d doubts are on record", n, lane, doubts[lane])
		}
	}
}

// arrived returns how many calls brought m to its person.
func (o *office) arrived(m chat.Message) (n int) {
	for try := range len(o.service.times(m.Key, time.Time{})) {
		if o.service.fail == nil || o.service.fail(m, try+1) == nil {
			n++
		}
	}
	return n
}

// gate is a Queue that tells when a message ended.
type gate struct {
	*store.Store
	ended chan string
}

func (g *gate) Sent(ctx context.Context, l outbox.Lease, now time.Time, r chat.Receipt) error {
	err := g.Store.Sent(ctx, l, now, r)
	if err == nil {
		g.ended <- l.Message.Key
	}
	return err
}

func TestAKilledRedisLosesNothing(t *testing.T) {
	const count = 200
	messages := make([]chat.Message, count)
	for i := range messages {
		messages[i] = chat.Message{Key: fmt.Sprint("A", i), To: chat.Address(1 + i), At: time.Now(), Text: "Chào bạn"}
	}
	o := &office{T: t, service: &service{}}
	dir := t.TempDir()
	for round, killAfter := range []int{50, 40, 0} {
		server, err := store.StartServer(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		if o.Store, err = store.Open(t.Context(), server.URL()); err != nil {
			t.Fatal(err)
		}
		if round == 0 {
			o.put(messages...)
		}
		if _, err := o.Recover(t.Context()); err != nil {
			t.Fatal(err)
		}
		waitFor := killAfter
		if killAfter == 0 { // the last round: all that is left
			depths, err := o.LaneDepths(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			waitFor = depths[chat.Answers]
		}
		g := &gate{Store: o.Store, ended: make(chan string, count)}
		c := &outbox.Courier{
			Queue: g, Sender: o.service, Now: time.Now, Log: slog.New(slog.DiscardHandler),
			Pace: outbox.Pace{Rate: 1000, Lease: 4 * time.Second}, Parallel: 8,
		}
		stop := o.run(c)
		for range waitFor {
			<-g.ended
		}
		if killAfter > 0 {
			p, err := os.FindProcess(server.PID())
			if err == nil {
				err = p.Kill()
			}
			if err != nil {
				t.Fatal(err)
			}
			<-server.Done()
		}
		if err := stop(); err != nil {
			t.Errorf("run: %v", err)
		}
		if killAfter == 0 {
			settled(o, messages)
		}
		_ = o.Close()
		_ = server.Close()
	}
}

func TestTheCourierGoesOnWhenRedisIsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		var down bool
		var mu sync.Mutex
		q := &moody{Queue: o.Store, down: func() bool { mu.Lock(); defer mu.Unlock(); return down }}
		set := func(v bool) { mu.Lock(); defer mu.Unlock(); down = v }
		c := o.courier()
		c.Queue = q
		o.service.takes = 100 * time.Millisecond
		o.put(notices(60)...)
		stop := o.run(c)
		time.Sleep(time.Second)
		set(true)
		time.Sleep(10 * time.Second)
		set(false)
		time.Sleep(10 * time.Second)
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		once(t, o.service.seen(), 60)
		for i := range 60 {
			o.state(fmt.Sprint("N", i), store.Sent)
		}
	})
}

// moody is a Queue that answers with errors while it is down.
type moody struct {
	outbox.Queue
	down func() bool
}

func (q *moody) Lease(ctx context.Context, now time.Time, p outbox.Pace) (outbox.Lease, time.Duration, error) {
	if q.down() {
		return outbox.Lease{}, 0, errors.New("connection refused")
	}
	return q.Queue.Lease(ctx, now, p)
}

func (q *moody) Sent(ctx context.Context, l outbox.Lease, now time.Time, r chat.Receipt) error {
	if q.down() {
		return errors.New("connection refused")
	}
	return q.Queue.Sent(ctx, l, now, r)
}

func TestAnOutcomeIsRecordedWhenRedisIsBackWithinTheLease(t *testing.T) {
	for name, fail := range map[string]error{"delivered": nil, "the answer was lost": &chat.InDoubt{Err: errors.New("EOF")}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := newOffice(t)
				var mu sync.Mutex
				down := false
				set := func(v bool) { mu.Lock(); defer mu.Unlock(); down = v }
				c := o.courier()
				c.Queue = &moody{Queue: o.Store, down: func() bool { mu.Lock(); defer mu.Unlock(); return down }}
				c.Pace = outbox.Pace{Lease: 30 * time.Second}
				o.service.takes = time.Second
				o.service.fail = first(1, fail)
				for i := range 20 {
					o.put(chat.Message{Key: fmt.Sprint("A", i), To: chat.Address(1 + i)})
				}
				stop := o.run(c)
				time.Sleep(900 * time.Millisecond) // all are under way
				set(true)
				time.Sleep(28 * time.Second)
				set(false)
				time.Sleep(10 * time.Second)
				if err := stop(); err != nil {
					t.Fatal(err)
				}
				doubts, err := o.Doubts(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				calls, want := len(o.service.seen()), 20
				if fail != nil {
					want = 40
				}
				if calls != want || doubts[chat.Answers] != want-20 {
					t.Errorf("%d calls with %d doubts, want %d and %d", calls, doubts[chat.Answers], want, want-20)
				}
				for i := range 20 {
					o.state(fmt.Sprint("A", i), store.Sent)
				}
			})
		})
	}
}

func TestADeliveryEndsBeforeItsLease(t *testing.T) {
	for _, lease := range []time.Duration{4 * time.Second, 30 * time.Second, time.Minute, 0} {
		t.Run(lease.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := newOffice(t)
				o.service.takes = 24 * time.Hour
				c := o.courier()
				c.Pace = outbox.Pace{Lease: lease}
				asked := time.Now()
				o.put(chat.Message{Key: "N", To: 7, Lane: chat.Notices})
				stop := o.run(c)
				time.Sleep(c.Pace.Sending())
				synctest.Wait()
				d, err := o.State(t.Context(), "N")
				if err != nil || d.State != store.InDoubt || d.Reason != "the answer was lost" {
					t.Errorf("%+v, %v; want a lost answer, not a lease that ran out", d, err)
				}
				if end := asked.Add(c.Pace.Filled().Lease); !time.Now().Before(end) {
					t.Errorf("recorded at %s, the lease ended at %s", time.Now(), end)
				}
				if err := stop(); err != nil {
					t.Fatal(err)
				}
			})
		})
	}
}

func (q *moody) Doubt(ctx context.Context, l outbox.Lease, now time.Time, again bool) error {
	if q.down() {
		return errors.New("connection refused")
	}
	return q.Queue.Doubt(ctx, l, now, again)
}
