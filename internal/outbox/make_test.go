package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"donghanh/internal/chat"
	"donghanh/internal/store"
)

// press is a Sender that keeps the texts it is given, after the service had
// its say.
type press struct {
	*service
	mu    sync.Mutex
	texts []string
}

func (p *press) Deliver(ctx context.Context, m chat.Message) (chat.Receipt, error) {
	r, err := p.service.Deliver(ctx, m)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.texts = append(p.texts, m.Text)
	return r, err
}

func TestATextIsMadeWhenItIsSent(t *testing.T) {
	const wait = 10 * time.Second
	digest := chat.Message{Key: "M", To: 7, Lane: chat.Reminders, Make: "digest/gv4/2027-01-31"}
	broken := errors.New("connection refused")
	tests := map[string]struct {
		message chat.Message
		fail    func(chat.Message, int) error // of the service
		make    func(try int) error
		state   store.State
		texts   []string // "<what>, <seconds after the put>"
	}{
		"as it is true then": {
			message: digest, state: store.Sent, texts: []string{"digest/gv4/2027-01-31, 10"},
		},
		"nothing left to say: nothing is sent": {
			message: digest, make: func(int) error { return fmt.Errorf("digest: %w", chat.ErrMoot) }, state: store.Moot,
		},
		"an error costs a try, and nothing is sent before it is mended": {
			message: digest, make: failing(3, broken), state: store.Sent, texts: []string{"digest/gv4/2027-01-31, 17"},
		},
		"what cannot be made is never sent": {
			message: digest, make: failing(1_000_000, broken), state: store.Queued,
		},
		"not even if the error speaks of a lost answer": {
			message: digest, make: failing(1, &chat.InDoubt{Err: broken}), state: store.Sent, texts: []string{"digest/gv4/2027-01-31, 11"},
		},
		"not before the quiet hours end": {
			message: digest, state: store.Sent, texts: []string{"digest/gv4/2027-01-31, 50"},
			make: func(try int) error {
				if try == 1 {
					return &chat.NotYet{At: time.Now().Add(40 * time.Second)}
				}
				return nil
			},
		},
		"a panic costs a try": {
			message: digest, state: store.Sent, texts: []string{"digest/gv4/2027-01-31, 11"},
			make: func(try int) error {
				if try == 1 {
					panic("oh")
				}
				return nil
			},
		},
		"after a lost answer it is made anew": {
			message: digest, fail: first(1, &chat.InDoubt{Err: broken}), state: store.Sent,
			texts: []string{"digest/gv4/2027-01-31, 10", "digest/gv4/2027-01-31, 11"},
		},
		"after a lost answer there may be nothing left to say": {
			message: digest, fail: first(1, &chat.InDoubt{Err: broken}), state: store.Moot,
			make: func(try int) error {
				if try == 1 {
					return nil
				}
				return chat.ErrMoot
			},
			texts: []string{"digest/gv4/2027-01-31, 10"},
		},
		"a message that has its text is left alone": {
			message: chat.Message{Key: "M", To: 7, Text: "Chào bạn"}, make: failing(1_000_000, broken), state: store.Sent,
			texts: []string{"Chào bạn"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := newOffice(t)
				o.service.fail = tt.fail
				p := &press{service: o.service}
				put, tries := time.Now(), 0
				c := o.courier()
				c.Sender = p
				c.Make = func(_ context.Context, m chat.Message, now time.Time) (chat.Message, error) {
					tries++
					if tt.make != nil {
						if err := tt.make(tries); err != nil {
							return m, err // with a text or not, it must not be sent
						}
					}
					m.Text = fmt.Sprintf("%s, %.0f", m.Make, now.Sub(put).Seconds())
					return m, nil
				}
				m := tt.message
				m.At = put.Add(wait)
				o.put(m)
				stop := o.run(c)
				time.Sleep(time.Hour)
				if err := stop(); err != nil {
					t.Fatal(err)
				}
				o.state("M", tt.state)
				if !slices.Equal(p.texts, tt.texts) {
					t.Errorf("sent %q, want %q", p.texts, tt.texts)
				}
				counts, err := o.Counts(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if n := counts[m.Lane][tt.state]; n != 1 {
					t.Errorf("%d messages are counted as %s, want 1 (%v)", n, tt.state, counts)
				}
				if log := o.log.String(); strings.Contains(log, "Chào") {
					t.Errorf("the log shows a text: %s", log)
				}
			})
		})
	}
}

// failing returns what fails the first calls.
func failing(n int, err error) func(int) error {
	return func(try int) error {
		if try <= n {
			return err
		}
		return nil
	}
}

func TestWhatIsBehindAMootMessageGoesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOffice(t)
		c := o.courier()
		c.Make = func(context.Context, chat.Message, time.Time) (chat.Message, error) {
			return chat.Message{}, chat.ErrMoot
		}
		o.put(chat.Message{Key: "M", To: 7, Make: "digest/gv4/2027-01-31"}, chat.Message{Key: "A", To: 7, Text: "Chào bạn"})
		stop := o.run(c)
		time.Sleep(time.Minute)
		if err := stop(); err != nil {
			t.Fatal(err)
		}
		o.state("M", store.Moot)
		o.state("A", store.Sent)
	})
}

// TestWhatLeavesIsLookedAtFirst: also what is made late, edits, toasts and
// captions go through the guard, and nothing leaves when it cannot look.
func TestWhatLeavesIsLookedAtFirst(t *testing.T) {
	tests := map[string]struct {
		message chat.Message
		guard   func(try int, m chat.Message) (chat.Message, error)
		state   store.State
		text    []string
	}{
		"what may leave, leaves": {chat.Message{Text: "a"}, nil, store.Sent, []string{"a, looked at"}},
		"what is made late":      {chat.Message{Make: "digest/gv4/2027-01-31"}, nil, store.Sent, []string{"made, looked at"}},
		"an edit":                {chat.Message{Act: chat.Edit, Target: 5, Text: "a"}, nil, store.Sent, []string{"a, looked at"}},
		"a toast":                {chat.Message{Act: chat.Ack, Press: "p", Text: "a"}, nil, store.Sent, []string{"a, looked at"}},
		"a caption":              {chat.Message{Text: "a", File: &chat.File{Name: "a.txt"}}, nil, store.Sent, []string{"a, looked at"}},
		"what is refused is sent to nobody": {chat.Message{Text: "a"}, func(int, chat.Message) (chat.Message, error) {
			return chat.Message{Text: "a"}, &chat.Refused{Reason: "held back"}
		}, store.Failed, nil},
		"a panic costs a try": {chat.Message{Text: "a"}, func(try int, m chat.Message) (chat.Message, error) {
			if try == 1 {
				panic("oh")
			}
			return m, nil
		}, store.Sent, []string{"a"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				o := newOffice(t)
				p := &press{service: o.service}
				tries := 0
				c := o.courier()
				c.Sender = p
				c.Make = func(_ context.Context, m chat.Message, _ time.Time) (chat.Message, error) {
					m.Text = "made"
					return m, nil
				}
				c.Guard = func(m chat.Message) (chat.Message, error) {
					if tries++; tt.guard != nil {
						return tt.guard(tries, m)
					}
					m.Text += ", looked at"
					return m, nil
				}
				m := tt.message
				m.Key, m.To, m.At = "M", 7, time.Now()
				o.put(m)
				stop := o.run(c)
				time.Sleep(time.Minute)
				if err := stop(); err != nil {
					t.Fatal(err)
				}
				o.state("M", tt.state)
				if !slices.Equal(p.texts, tt.text) {
					t.Errorf("sent %q, want %q", p.texts, tt.text)
				}
			})
		})
	}
}
