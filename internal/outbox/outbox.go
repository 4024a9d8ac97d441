// Package outbox is the one door out: a Courier claims messages from a queue,
// delivers them as fast as the service allows, and records what became of each.
//
// It decides what a failed delivery means. In which order and at which pace
// messages are claimed is the queue's affair; what a delivery is, the sender's.
package outbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"donghanh/internal/chat"
	"donghanh/internal/outbox/claim"
)

// Lease and Pace are what a Queue speaks of.
type (
	Lease = claim.Lease
	Pace  = claim.Pace
)

// Queue is where messages wait. Each method that settles a lease does nothing,
// without an error, when that lease is gone.
type Queue interface {
	// Lease claims the next message; with none, the Lease has no ID and wait
	// says how long there can be none.
	Lease(ctx context.Context, now time.Time, p Pace) (l Lease, wait time.Duration, err error)
	Sent(ctx context.Context, l Lease, now time.Time, r chat.Receipt) error
	Failed(ctx context.Context, l Lease, now time.Time, reason string) error
	Gone(ctx context.Context, l Lease, now time.Time, reason string) error
	Moot(ctx context.Context, l Lease, now time.Time) error
	Doubt(ctx context.Context, l Lease, now time.Time, again bool) error
	Later(ctx context.Context, l Lease, now, at time.Time) error
	Moved(ctx context.Context, l Lease, to chat.Address) error
	Pause(ctx context.Context, now time.Time, wait time.Duration) error
}

// Sender delivers one message. Its errors are those of package chat; any other
// means that nobody knows whether the message went out.
type Sender interface {
	Deliver(ctx context.Context, m chat.Message) (chat.Receipt, error)
}

const (
	defaultParallel = 64
	queueWithin     = 5 * time.Second        // one call to the queue
	graceFor        = 20 * time.Second       // deliveries under way when Run has to end
	retryFirst      = 100 * time.Millisecond // while the queue does not answer
	retryMost       = 5 * time.Second
	recordMost      = time.Second // the same for a record: it has only as long as the lease
	laterFirst      = time.Second // while the service cannot be reached
	laterMost       = time.Minute
)

// claimed is a message under way.
type claimed struct {
	Lease
	asked time.Time // when the claim was asked for; the lease counts from there
}

// Courier takes messages from Queue to Sender. Several may work on one queue.
type Courier struct {
	Queue    Queue
	Sender   Sender
	Pace     Pace
	Now      func() time.Time
	Log      *slog.Logger
	Parallel int // deliveries under way at once; default 64

	// Make makes the text of a message that has chat.Message.Make, as it is to be
	// sent at now; chat.ErrMoot when there is nothing left to say.
	Make func(ctx context.Context, m chat.Message, now time.Time) (chat.Message, error)

	// Guard looks at each message as it is about to leave, and returns what may
	// leave in its place; chat.Refused for nothing. nil: all may.
	Guard func(chat.Message) (chat.Message, error)

	once sync.Once
	bell chan struct{}
}

// Wake has the courier look into the queue at once.
func (c *Courier) Wake() {
	select {
	case c.ring() <- struct{}{}:
	default: // it will look anyway
	}
}

func (c *Courier) ring() chan struct{} {
	c.once.Do(func() { c.bell = make(chan struct{}, 1) })
	return c.bell
}

// Run delivers until ctx ends; then it waits a limited time for what is under
// way and returns nil. It returns a *chat.Stop when the service will not have
// the bot any more. While the queue does not answer it tries again, ever more
// slowly.
func (c *Courier) Run(ctx context.Context) error {
	parallel := c.Parallel
	if parallel <= 0 {
		parallel = defaultParallel
	}
	claiming, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	sending, giveUp := context.WithCancel(context.WithoutCancel(ctx))
	defer giveUp()

	var underWay sync.WaitGroup
	free := make(chan struct{}, parallel)
	for l := range c.claims(claiming, free) {
		underWay.Go(func() {
			defer func() { <-free; c.Wake() }()
			if err := c.deliver(sending, l); err != nil {
				stop(err)
			}
		})
	}
	c.drain(&underWay, giveUp)
	if refusal, ok := errors.AsType[*chat.Stop](context.Cause(claiming)); ok {
		return refusal
	}
	return nil
}

// claims yields one claimed message after another until ctx ends, taking a
// place in free for each.
func (c *Courier) claims(ctx context.Context, free chan struct{}) func(yield func(claimed) bool) {
	return func(yield func(claimed) bool) {
		retry := time.Duration(0)
		for {
			select {
			case <-ctx.Done():
				return
			case free <- struct{}{}:
			}
			if ctx.Err() != nil {
				return
			}
			asked := time.Now() // not c.Now: how long a call takes is the machine's affair
			l, wait, err := c.lease(ctx)
			if err == nil && l.ID != "" {
				retry = 0
				if !yield(claimed{l, asked}) {
					return
				}
				continue
			}
			<-free
			if err != nil {
				retry = min(max(2*retry, retryFirst), retryMost)
				c.Log.Warn("the queue does not answer", "err", err, "retry_in", retry)
				sleep(ctx, retry, nil)
				continue
			}
			retry = 0
			sleep(ctx, wait, c.ring())
		}
	}
}

// lease claims the next message. The call is finished even when ctx ends
// meanwhile: a claim that was made has to be known.
func (c *Courier) lease(ctx context.Context) (Lease, time.Duration, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), queueWithin)
	defer cancel()
	return c.Queue.Lease(ctx, c.Now(), c.Pace)
}

// sleep waits for d, for the bell, or for the end of ctx.
func sleep(ctx context.Context, d time.Duration, bell <-chan struct{}) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-bell:
	case <-timer.C:
	}
}

// drain waits for the deliveries under way, and gives up on those that take
// too long.
func (c *Courier) drain(underWay *sync.WaitGroup, giveUp func()) {
	done := make(chan struct{})
	go func() {
		underWay.Wait()
		close(done)
	}()
	for _, limit := range []time.Duration{graceFor, 2 * queueWithin} {
		timer := time.NewTimer(limit)
		select {
		case <-done:
			timer.Stop()
			return
		case <-timer.C:
			c.Log.Warn("deliveries do not end", "after", limit)
			giveUp()
		}
	}
}

// deliver sends one message and records what became of it. It returns an error
// only when the bot has to stop.
func (c *Courier) deliver(ctx context.Context, l claimed) error {
	sending, cancel := context.WithDeadline(ctx, l.asked.Add(c.Pace.Sending()))
	message, err := c.make(sending, l.Message)
	var receipt chat.Receipt
	if err == nil {
		message, err = c.guard(message)
	}
	if err == nil {
		receipt, err = c.send(sending, message)
	}
	cancel()

	now := c.Now()
	verdict := c.judge(l.Lease, now, err)
	c.record(ctx, l, func(ctx context.Context) error {
		if verdict.pause <= 0 {
			return verdict.settle(ctx, receipt)
		}
		if err := c.Queue.Pause(ctx, now, verdict.pause); err != nil {
			return err
		}
		return verdict.settle(ctx, receipt)
	})
	return verdict.stop
}

// unmade means that the text of a message could not be made: it did not leave.
type unmade struct{ err error }

func (e *unmade) Error() string { return "not made: " + e.err.Error() }
func (e *unmade) Unwrap() error { return e.err }

// make returns m as it is to be sent. A panic there costs one try.
func (c *Courier) make(ctx context.Context, m chat.Message) (made chat.Message, err error) {
	if m.Make == "" || m.Act == chat.Ack {
		return m, nil
	}
	defer func() {
		if p := recover(); p != nil {
			err = &unmade{fmt.Errorf("panic: %v", p)}
		}
	}()
	if made, err = c.Make(ctx, m, c.Now()); err != nil {
		return chat.Message{}, &unmade{err}
	}
	return made, nil
}

// guard returns what may leave in place of m. A panic there costs one try: what
// nobody looked at does not leave.
func (c *Courier) guard(m chat.Message) (passed chat.Message, err error) {
	if c.Guard == nil {
		return m, nil
	}
	defer func() {
		if p := recover(); p != nil {
			err = &unmade{fmt.Errorf("panic: %v", p)}
		}
	}()
	if passed, err = c.Guard(m); err != nil {
		return chat.Message{}, &unmade{err}
	}
	return passed, nil
}

// send calls the sender. A panic there costs one message, not the process.
func (c *Courier) send(ctx context.Context, m chat.Message) (r chat.Receipt, err error) {
	defer func() {
		if p := recover(); p != nil {
			c.Log.Error("the sender panicked", "key", m.Key, "panic", p)
			r, err = chat.Receipt{}, &chat.InDoubt{Err: fmt.Errorf("panic: %v", p)}
		}
	}()
	return c.Sender.Deliver(ctx, m)
}

// record repeats settle while the queue does not answer, as long as the lease
// is held, and at least once even when ctx ends meanwhile. A record that comes
// later would change nothing.
func (c *Courier) record(ctx context.Context, l claimed, settle func(context.Context) error) {
	ctx, cancel := context.WithDeadline(ctx, l.asked.Add(c.Pace.Filled().Lease))
	defer cancel()
	for retry := retryFirst; ; retry = min(2*retry, recordMost) {
		once, done := context.WithTimeout(context.WithoutCancel(ctx), queueWithin)
		err := settle(once)
		done()
		if err == nil {
			return
		}
		if ctx.Err() != nil {
			c.Log.Error("what became of a message is not recorded", "key", l.Message.Key, "err", err)
			return
		}
		c.Log.Warn("the queue does not take a record", "key", l.Message.Key, "err", err, "retry_in", retry)
		sleep(ctx, retry, nil)
	}
}
