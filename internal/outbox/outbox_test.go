package outbox_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"donghanh/internal/chat"
	"donghanh/internal/outbox"
	"donghanh/internal/store"
	"donghanh/internal/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var _ outbox.Queue = (*store.Store)(nil)

// delivery is one call of the sender.
type delivery struct {
	key string
	to  chat.Address
	at  time.Time
}

// service is a Sender that writes down what it is given. fail, when set,
// decides what the n-th call of a key comes to; by default it is delivered.
type service struct {
	mu    sync.Mutex
	calls []delivery
	tries map[string]int
	fail  func(m chat.Message, try int) error
	takes time.Duration // of each call
}

func (s *service) Deliver(ctx context.Context, m chat.Message) (chat.Receipt, error) {
	s.mu.Lock()
	s.calls = append(s.calls, delivery{m.Key, m.To, time.Now()})
	if s.tries == nil {
		s.tries = make(map[string]int)
	}
	s.tries[m.Key]++
	try := s.tries[m.Key]
	s.mu.Unlock()
	if s.takes > 0 {
		select {
		case <-ctx.Done():
			return chat.Receipt{}, ctx.Err()
		case <-time.After(s.takes):
		}
	}
	if s.fail != nil {
		if err := s.fail(m, try); err != nil {
			return chat.Receipt{}, err
		}
	}
	return chat.Receipt{Message: 42}, nil
}

// seen returns all calls so far.
func (s *service) seen() []delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]delivery(nil), s.calls...)
}

// times returns how long after start each call of a key came.
func (s *service) times(key string, start time.Time) (times []time.Duration) {
	for _, d := range s.seen() {
		if d.key == key {
			times = append(times, d.at.Sub(start))
		}
	}
	return times
}

// office is a courier on miniredis with its service, inside a bubble.
type office struct {
	*testing.T
	*store.Store
	rdb     *redis.Client
	service *service
	log     *bytes.Buffer
}

func newOffice(t *testing.T) *office {
	rdb, _ := storetest.Miniredis(t)
	return &office{T: t, Store: store.New(rdb), rdb: rdb, service: &service{}, log: &bytes.Buffer{}}
}

// courier returns a courier of the office that wakes with each Put.
func (o *office) courier() *outbox.Courier {
	c := &outbox.Courier{Queue: o.Store, Sender: o.service, Now: time.Now, Log: slog.New(slog.NewTextHandler(o.log, nil))}
	o.OnPut(c.Wake)
	return c
}

// run runs a courier; stop ends it and returns its error.
func (o *office) run(c *outbox.Courier) (stop func() error) {
	ctx, cancel := context.WithCancel(o.Context())
	done := make(chan error, 1)
	go func() { done <- c.Run(ctx) }()
	return func() error {
		cancel()
		return <-done
	}
}

// work runs a courier for a while.
func (o *office) work(d time.Duration) {
	o.Helper()
	stop := o.run(o.courier())
	time.Sleep(d) // in the bubble's time
	if err := stop(); err != nil {
		o.Fatalf("run: %v", err)
	}
}

func (o *office) put(messages ...chat.Message) {
	o.Helper()
	for i := range messages {
		if messages[i].At.IsZero() {
			messages[i].At = time.Now()
		}
	}
	if n, err := o.Put(o.Context(), messages...); err != nil || n != len(messages) {
		o.Fatalf("put %d of %d: %v", n, len(messages), err)
	}
}

// state wants a message in a state.
func (o *office) state(key string, want store.State) {
	o.Helper()
	d, err := o.State(o.Context(), key)
	if err != nil || d.State != want {
		o.Errorf("%s is %q (%s), %v, want %q", key, d.State, d.Reason, err, want)
	}
}

// notices returns n notices to as many people.
func notices(n int) []chat.Message {
	messages := make([]chat.Message, n)
	for i := range messages {
		messages[i] = chat.Message{Key: fmt.Sprint("N", i), To: chat.Address(1000 + i), Lane: chat.Notices, Text: "Họp chi bộ"}
	}
	return messages
}

// once wants so many messages delivered, each once.
func once(t *testing.T, calls []delivery, want int) {
	t.Helper()
	seen := make(map[string]int)
	for _, d := range calls {
		if seen[d.key]++; seen[d.key] > 1 {
			t.Errorf("%s was delivered %d times", d.key, seen[d.key])
		}
	}
	if len(seen) != want {
		t.Errorf("%d messages were delivered, want %d", len(seen), want)
	}
}

func TestThousandMessagesKeepTheirDistance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.service.takes = 80 * time.Millisecond
		o.put(notices(1000)...)
		o.work(34 * time.Second) // 1,000 at 30 a second
		calls := o.service.seen()
		once(t, calls, 1000)
		for i := 30; i < len(calls); i++ {
			if d := calls[i].at.Sub(calls[i-30].at); d < time.Second {
				t.Fatalf("calls %d to %d came within %s", i-30, i, d)
			}
		}
	})
}

func TestAnAnswerLeavesAtOnceBehindThousands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.service.takes = 80 * time.Millisecond
		o.put(notices(2000)...)
		stop := o.run(o.courier())
		for i := range 5 {
			time.Sleep(777 * time.Millisecond)
			asked := time.Now()
			key := fmt.Sprint("A", i)
			o.put(chat.Message{Key: key, To: 7}, chat.Message{Key: "ack " + key, To: 7, Act: chat.Ack, Press: "p"})
			time.Sleep(34 * time.Millisecond)
			if got := o.service.times(key, asked); len(got) != 1 {
				t.Errorf("%s came after %v, want once within 34ms", key, got)
			}
			if got := o.service.times("ack "+key, asked); len(got) != 1 || got[0] != 0 {
				t.Errorf("the press was acknowledged after %v, want 0s", got)
			}
		}
		if err := stop(); err != nil {
			t.Fatal(err)
		}
	})
}

func TestAnIdleCourierWakesWithThePut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		stop := o.run(o.courier())
		time.Sleep(time.Minute + 123*time.Millisecond)
		asked := time.Now()
		o.put(chat.Message{Key: "A", To: 7})
		synctest.Wait()
		if got := o.service.times("A", asked); len(got) != 1 || got[0] != 0 {
			t.Errorf("the answer left after %v, want 0s", got)
		}
		if err := stop(); err != nil {
			t.Fatal(err)
		}
	})
}

func TestBusyPausesEverythingForExactlyThatLong(t *testing.T) {
	for name, restart := range map[string]bool{"the same courier": false, "after a restart": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := newOffice(t)
				const pause = 7 * time.Second
				var asked time.Time
				o.service.fail = func(m chat.Message, _ int) error {
					if m.Key == "N5" && asked.IsZero() {
						asked = time.Now()
						return fmt.Errorf("send: %w", &chat.Busy{After: pause})
					}
					return nil
				}
				o.put(notices(20)...)
				if restart {
					o.work(time.Second)
					o.Store = store.New(o.rdb)
				}
				o.work(20 * time.Second)
				var next time.Duration
				for _, d := range o.service.seen() {
					if after := d.at.Sub(asked); after > 0 && (next == 0 || after < next) {
						next = after
					}
				}
				if next != pause {
					t.Errorf("the next call came after %s, want %s", next, pause)
				}
				for i := range 20 {
					o.state(fmt.Sprint("N", i), store.Sent)
				}
			})
		})
	}
}

func TestTwoCouriersOnOneRedisSendEachOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.service.takes = 300 * time.Millisecond
		o.put(notices(300)...)
		stop1 := o.run(o.courier())
		o.Store = store.New(o.rdb) // another process
		stop2 := o.run(o.courier())
		time.Sleep(12 * time.Second)
		for _, stop := range []func() error{stop1, stop2} {
			if err := stop(); err != nil {
				t.Error(err)
			}
		}
		calls := o.service.seen()
		once(t, calls, 300)
		if took := calls[299].at.Sub(calls[0].at); took < 9900*time.Millisecond {
			t.Errorf("together they sent 300 in %s, faster than 30 a second", took)
		}
	})
}

// always returns a service that fails each call with err.
func always(err error) func(chat.Message, int) error {
	return func(chat.Message, int) error { return err }
}

// first returns a service that fails the first calls of a key.
func first(n int, err error) func(chat.Message, int) error {
	return func(_ chat.Message, try int) error {
		if try <= n {
			return err
		}
		return nil
	}
}

func TestWhatADeliveryComesTo(t *testing.T) {
	answer := chat.Message{Key: "M", To: 7, Text: "bí mật"}
	notice := chat.Message{Key: "M", To: 7, Text: "bí mật", Lane: chat.Notices}
	ack := chat.Message{Key: "M", To: 7, Text: "bí mật", Act: chat.Ack, Press: "p"}
	lost := &chat.InDoubt{Err: io.ErrUnexpectedEOF}
	away := &chat.Unavailable{Err: errors.New("connection refused")}

	tests := map[string]struct {
		message chat.Message
		fail    func(chat.Message, int) error
		state   store.State
		calls   []time.Duration // after the put
	}{
		"delivered":                            {message: answer, state: store.Sent, calls: []time.Duration{0}},
		"refused is the end":                   {message: answer, fail: always(&chat.Refused{Reason: "bad tag"}), state: store.Failed, calls: []time.Duration{0}},
		"unreachable is the end":               {message: answer, fail: always(&chat.Unreachable{Reason: "blocked"}), state: store.Unreachable, calls: []time.Duration{0}},
		"not there: later, ever more slowly":   {message: notice, fail: first(4, away), state: store.Sent, calls: []time.Duration{0, 1, 3, 7, 15}},
		"a doubtful answer goes out again":     {message: answer, fail: first(1, lost), state: store.Sent, calls: []time.Duration{0, 1}},
		"doubtful for good":                    {message: answer, fail: always(lost), state: store.InDoubt, calls: []time.Duration{0, 1, 3, 7, 15, 31, 63, 127, 255, 511, 811, 1111, 1411, 1711, 2011, 2311, 2611, 2911, 3211, 3511, 3811}},
		"a doubtful notice rests":              {message: notice, fail: always(lost), state: store.InDoubt, calls: []time.Duration{0}},
		"an unknown error is a doubt":          {message: notice, fail: always(errors.New("?")), state: store.InDoubt, calls: []time.Duration{0}},
		"a panic is a doubt":                   {message: notice, fail: func(chat.Message, int) error { panic("oh") }, state: store.InDoubt, calls: []time.Duration{0}},
		"busy: once more after the pause":      {message: notice, fail: first(1, &chat.Busy{After: 5 * time.Second}), state: store.Sent, calls: []time.Duration{0, 5}},
		"moved: at once to the new number":     {message: answer, fail: first(1, &chat.Moved{To: -1007}), state: store.Sent, calls: []time.Duration{0, 0}},
		"an acknowledgement is refused":        {message: ack, fail: always(&chat.Refused{Reason: "too old"}), state: store.Failed, calls: []time.Duration{0}},
		"an acknowledgement is never retried":  {message: ack, fail: always(away), state: store.Failed, calls: []time.Duration{0}},
		"nor when in doubt":                    {message: ack, fail: always(lost), state: store.Failed, calls: []time.Duration{0}},
		"an unreachable person's press is one": {message: ack, fail: always(&chat.Unreachable{Reason: "x"}), state: store.Failed, calls: []time.Duration{0}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := newOffice(t)
				o.service.fail = tt.fail
				start := time.Now()
				o.put(tt.message)
				o.work(2 * time.Hour)
				o.state("M", tt.state)
				got := o.service.times("M", start)
				if len(got) != len(tt.calls) {
					t.Fatalf("called after %v, want %v (in seconds)", got, tt.calls)
				}
				for i, want := range tt.calls {
					if d := got[i] - want*time.Second; d < 0 || d > 40*time.Millisecond {
						t.Errorf("call %d after %s, want %d s", i, got[i], want)
					}
				}
				if strings.Contains(o.log.String(), "bí mật") {
					t.Errorf("the log holds the text:\n%s", o.log)
				}
			})
		})
	}
}

func TestAMovedMessageIsDeliveredThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.service.fail = func(m chat.Message, _ int) error {
			if m.To == -7 {
				return &chat.Moved{To: -1007}
			}
			return nil
		}
		o.put(chat.Message{Key: "A1", To: -7}, chat.Message{Key: "A2", To: -7})
		o.work(time.Minute)
		var keys []string
		for _, d := range o.service.seen() {
			if d.to == -1007 {
				keys = append(keys, d.key)
			}
		}
		if got := strings.Join(keys, " "); got != "A1 A2" {
			t.Errorf("the new number got %q, want A1 A2", got)
		}
	})
}

func TestStopEndsTheCourierAndLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.service.fail = func(m chat.Message, _ int) error {
			if m.Key == "N3" {
				return &chat.Stop{Reason: "Unauthorized"}
			}
			return nil
		}
		o.put(notices(10)...)
		err := o.courier().Run(t.Context())
		if stop, ok := errors.AsType[*chat.Stop](err); !ok || stop.Reason != "Unauthorized" {
			t.Fatalf("run: %v, want the service's refusal", err)
		}
		o.service.fail = nil
		o.work(5 * time.Second)
		for i := range 10 {
			o.state(fmt.Sprint("N", i), store.Sent)
		}
	})
}

func TestTheEndWaitsForWhatIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.service.takes = 10 * time.Second
		o.put(notices(3)...)
		o.work(time.Second)
		for i := range 3 {
			o.state(fmt.Sprint("N", i), store.Sent)
		}
	})
}

func TestTheEndDoesNotWaitForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.service.takes = 10 * time.Minute
		o.put(notices(3)...)
		start := time.Now()
		o.work(time.Second)
		if took := time.Since(start); took > 30*time.Second {
			t.Errorf("the end came after %s", took)
		}
		for i := range 3 {
			o.state(fmt.Sprint("N", i), store.InDoubt)
		}
	})
}

func TestNoMoreThanParallelAreUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		o.service.takes = 10 * time.Second
		o.put(notices(20)...)
		c := o.courier()
		c.Parallel = 4
		stop := o.run(c)
		time.Sleep(9 * time.Second)
		if n := len(o.service.seen()); n != 4 {
			t.Errorf("%d under way, want 4", n)
		}
		if err := stop(); err != nil {
			t.Fatal(err)
		}
	})
}
