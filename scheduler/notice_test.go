package scheduler

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/notice"
	"donghanh/internal/storetest"
)

const theNotice notice.ID = "n-aaaaaaaa"

var (
	officer     = journey.Person{Code: "cb1", Name: "Cán bộ", Roles: []journey.Role{journey.YouthOfficer}}
	officerChat = chat.Address(1)
)

// newsroom is a Memory with people in it, a service that takes what is put, and
// the number of times each got a notice.
type newsroom struct {
	*testing.T
	*storetest.Memory
	rate    int
	fail    func(m chat.Message, try int) chat.State // "" or Sent: it arrives; Queued: not yet
	mu      sync.Mutex
	got     map[chat.Address]int // notices that arrived
	tries   map[string]int
	edits   []chat.Message
	told    []chat.Message // messages to the author
	deleted map[int]bool
	gotAt   []time.Time
}

// newNewsroom has count students, one in ten of them not linked.
func newNewsroom(t *testing.T, count int) *newsroom {
	o := &newsroom{
		T: t, Memory: storetest.NewMemory(), rate: 30,
		got: map[chat.Address]int{}, tries: map[string]int{}, deleted: map[int]bool{},
	}
	o.person(officer, officerChat)
	for i := range count {
		o.student(i, i%10 != 9)
	}
	return o
}

func (o *newsroom) person(p journey.Person, account chat.Address) {
	o.Helper()
	ctx := o.Context()
	if late, err := o.SaveTracks(ctx, journey.Save{Track: journey.Track{Person: p}}); err != nil || len(late) > 0 {
		o.Fatal(late, err)
	}
	if account == 0 {
		return
	}
	start := fmt.Sprint("start", p.Code)
	if err := o.KeepStartCode(ctx, start, p.Code, time.Now().Add(time.Hour)); err != nil {
		o.Fatal(err)
	}
	if _, err := o.Link(ctx, start, account, time.Now()); err != nil {
		o.Fatal(err)
	}
}

func (o *newsroom) student(i int, linked bool) {
	account := chat.Address(0)
	if linked {
		account = chat.Address(1000 + i)
	}
	o.person(journey.Person{Code: journey.Code(fmt.Sprintf("sv%04d", i)), Name: "Sinh viên", Roles: []journey.Role{journey.Student}}, account)
}

// sender returns what sends notices, over these stores.
func (o *newsroom) sender(store NoticeStore, box NoticeOutbox) *Notices {
	everybody := func(ctx context.Context, n notice.Notice, _ journey.Date, yield func(map[journey.Code]notice.Outcome) error) error {
		if n.Kind != notice.Send {
			return o.Recipients(ctx, n.Of, func(r []notice.Result) error { return yieldAll(yield, had(r)) })
		}
		return o.Codes(ctx, func(codes []journey.Code) error {
			tracks, err := o.Tracks(ctx, codes...)
			if err != nil {
				return err
			}
			some := map[journey.Code]notice.Outcome{}
			for _, t := range tracks {
				if !t.Person.Has(journey.Student) {
					continue
				}
				some[t.Person.Code] = notice.Pending
				if t.Account == 0 {
					some[t.Person.Code] = notice.Unlinked
				}
			}
			return yieldAll(yield, some)
		})
	}
	plain := func(word string) func(n notice.Notice) (string, [][]chat.Button) {
		return func(n notice.Notice) (string, [][]chat.Button) { return word + " " + n.HTML, nil }
	}
	return &Notices{
		Store: store, Outbox: box, Audience: everybody, Rate: o.rate, Above: 1000, Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Hours: journey.Hours{At: 7*time.Hour + 30*time.Minute, QuietFrom: 21*time.Hour + 30*time.Minute, QuietTo: 6*time.Hour + 30*time.Minute},
		Texts: NoticeTexts{
			Notice: plain("notice"), Remind: plain("remind"),
			Progress: func(n notice.Notice, c notice.Counts, _ float64, left time.Duration, _ time.Time) (string, [][]chat.Button) {
				return fmt.Sprintf("%s %d/%d %s %s", n.Status, c.Tried(), c.Total(), left, n.Held), nil
			},
			Done: func(n notice.Notice, c notice.Counts) (string, [][]chat.Button) {
				return fmt.Sprintf("done: %d delivered", c[notice.Delivered]), nil
			},
		},
	}
}

// deliver is the way out: it makes and delivers what was put, rate messages a
// second, until ctx ends.
func (o *newsroom) deliver(ctx context.Context, s *Notices) {
	bell := make(chan struct{}, 1)
	o.OnPut(func() {
		select {
		case bell <- struct{}{}:
		default:
		}
	})
	next := 0
	var later []chat.Message
	for {
		all := o.Messages()
		later = append(later, all[next:]...)
		next = len(all)
		if len(later) == 0 {
			select {
			case <-ctx.Done():
				return
			case <-bell:
			}
			continue
		}
		slices.SortStableFunc(later, func(a, b chat.Message) int { return int(a.Lane) - int(b.Lane) })
		m := later[0]
		later = later[1:]
		if o.hand(ctx, s, m) == chat.Queued {
			later = append(later, m)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Second / time.Duration(o.rate)):
		}
	}
}

// hand delivers one message.
func (o *newsroom) hand(ctx context.Context, s *Notices, m chat.Message) chat.State {
	o.mu.Lock()
	o.tries[m.Key]++
	try := o.tries[m.Key]
	o.mu.Unlock()
	state := chat.Sent
	if o.fail != nil {
		state = o.fail(m, try)
	}
	if state == chat.Queued {
		return state
	}
	if m.Make != "" {
		made, err := s.Make(ctx, m, time.Now())
		switch {
		case errors.Is(err, chat.ErrMoot):
			o.End(m.Key, chat.Delivery{State: chat.Moot, At: time.Now()})
			return chat.Moot
		case err != nil:
			return chat.Queued
		}
		m = made
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case state != chat.Sent && state != "" && state != chat.Doubtful:
	case m.Act == chat.Edit && m.To == officerChat:
		o.edits = append(o.edits, m)
	case m.To == officerChat:
		o.told = append(o.told, m)
	case m.Act == chat.Delete:
		o.deleted[m.Target] = true
	default:
		o.got[m.To]++
		o.gotAt = append(o.gotAt, time.Now())
	}
	o.End(m.Key, chat.Delivery{State: state, At: time.Now(), Reason: "reason", Message: int(m.To) + 50_000})
	return state
}

// begin keeps a notice that is planned for now, after more was done to it.
func (o *newsroom) begin(more ...func(*notice.Notice)) {
	o.Helper()
	n := notice.Notice{
		ID: theNotice, Kind: notice.Send, Author: officer.Code, Status: notice.Planned, At: time.Now(), Made: time.Now(), Count: 1, Approved: time.Now(),
		Content: notice.Content{HTML: "Họp", Audience: notice.Audience{Everyone: true}, Urgent: true},
	}
	for _, f := range more {
		f(&n)
	}
	if err := o.KeepNotice(o.Context(), n); err != nil {
		o.Fatal(err)
	}
}

// change changes the notice as an officer would, again after a conflict.
func (o *newsroom) change(f func(n notice.Notice) (notice.Notice, error)) {
	o.Helper()
	for {
		n, err := o.Notice(o.Context(), theNotice)
		if err == nil {
			n, err = f(n)
		}
		if err == nil {
			err = o.KeepNotice(o.Context(), n)
		}
		if err == nil {
			return
		}
		if !errors.Is(err, journey.ErrConflict) {
			o.Fatal(err)
		}
	}
}

// run runs senders and the way out; stop ends them.
func (o *newsroom) run(senders ...*Notices) (stop func()) {
	ctx, cancel := context.WithCancel(o.Context())
	var all sync.WaitGroup
	for _, s := range senders {
		all.Go(func() {
			if err := s.Run(ctx); err != nil {
				o.Errorf("run: %v", err)
			}
		})
	}
	all.Go(func() { o.deliver(ctx, senders[len(senders)-1]) })
	return func() { cancel(); all.Wait() }
}

// status wants the notice in a status.
func (o *newsroom) status(want notice.Status) notice.Notice {
	o.Helper()
	n, err := o.Notice(o.Context(), theNotice)
	if err != nil || n.Status != want {
		o.Fatalf("the notice is %s (%s), %v, want %s", n.Status, n.Held, err, want)
	}
	return n
}

// counts wants the outcomes.
func (o *newsroom) counts(want notice.Counts) {
	o.Helper()
	got, err := o.RecipientCounts(o.Context(), theNotice)
	if err != nil || !maps.Equal(got, want) {
		o.Errorf("counts %v, %v, want %v", got, err, want)
	}
}

// once wants nobody to have got it twice, and returns how many did.
func (o *newsroom) once() int {
	o.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	for who, n := range o.got {
		if n != 1 {
			o.Errorf("%s got it %d times", who, n)
		}
	}
	return len(o.got)
}

// morning waits until eight.
func morning() {
	now := time.Now()
	time.Sleep(journey.DateOf(now).AddDays(1).At(8 * time.Hour).Sub(now))
}

// within runs a test on a newsroom inside a bubble, from eight in the morning.
func within(t *testing.T, count int, test func(o *newsroom)) {
	synctest.Test(t, func(t *testing.T) {
		morning()
		test(newNewsroom(t, count))
	})
}

func TestANoticeReachesEveryoneOnceAndTheAuthorHears(t *testing.T) {
	within(t, 500, func(o *newsroom) {
		stop := o.run(o.sender(o.Memory, o.Memory))
		begun := time.Now()
		o.begin()
		time.Sleep(30 * time.Second)
		stop()
		o.status(notice.Done)
		o.counts(notice.Counts{notice.Delivered: 450, notice.Unlinked: 50})
		if n := o.once(); n != 450 {
			t.Errorf("%d got it, want 450", n)
		}
		if first := o.gotAt[0].Sub(begun); first > time.Second {
			t.Errorf("the first came after %s, want within a second", first)
		}
		if took := o.gotAt[449].Sub(o.gotAt[0]); took > 16*time.Second {
			t.Errorf("450 took %s, want at most 16 s at 30 a second", took)
		}
		if len(o.told) != 2 || o.told[1].Text != "done: 450 delivered" {
			t.Errorf("the author was told %v, want a beginning and an end", o.told)
		}
		if n := len(o.edits); n < 3 || n > 6 {
			t.Errorf("%d edits in 15 s, want 3 to 6", n)
		}
		for i, e := range o.edits {
			if i > 0 && i < len(o.edits)-1 && e.At.Sub(o.edits[i-1].At) < 3*time.Second {
				t.Errorf("edits at %s and %s", o.edits[i-1].At, e.At)
			}
		}
		if live, err := o.LiveNotices(t.Context()); err != nil || len(live) != 0 {
			t.Errorf("live %v, %v, want none", live, err)
		}
	})
}

func TestAPauseActsWithinASecondAndLosesNobody(t *testing.T) {
	within(t, 500, func(o *newsroom) {
		stop := o.run(o.sender(o.Memory, o.Memory))
		o.begin()
		for range 3 {
			time.Sleep(4 * time.Second)
			o.change(func(n notice.Notice) (notice.Notice, error) { return n.Pause(officer) })
			time.Sleep(time.Second)
			before := o.once()
			time.Sleep(time.Minute)
			if after := o.once(); after != before {
				t.Errorf("%d more came in the minute after the pause", after-before)
			}
			o.change(func(n notice.Notice) (notice.Notice, error) { return n.Resume(officer) })
		}
		time.Sleep(20 * time.Second)
		stop()
		o.status(notice.Done)
		o.counts(notice.Counts{notice.Delivered: 450, notice.Unlinked: 50})
		if n := o.once(); n != 450 {
			t.Errorf("%d got it, want 450", n)
		}
	})
}

func TestAStoppedNoticeLeavesTheRestOut(t *testing.T) {
	within(t, 500, func(o *newsroom) {
		stop := o.run(o.sender(o.Memory, o.Memory))
		o.begin()
		time.Sleep(5 * time.Second)
		o.change(func(n notice.Notice) (notice.Notice, error) { return n.Stop(officer, time.Now()) })
		time.Sleep(time.Minute)
		stop()
		o.status(notice.Stopped)
		n := o.once()
		o.counts(notice.Counts{notice.Delivered: n, notice.Pending: 450 - n, notice.Unlinked: 50})
		if n == 0 || n > 180 {
			t.Errorf("%d got it, want those of about five seconds", n)
		}
		if live, err := o.LiveNotices(t.Context()); err != nil || len(live) != 0 {
			t.Errorf("live %v, %v, want none", live, err)
		}
	})
}

func TestASecondOfFailuresPausesANotice(t *testing.T) {
	within(t, 500, func(o *newsroom) {
		bad := true
		o.fail = func(m chat.Message, _ int) chat.State {
			if bad && m.Lane == chat.Notices && len(o.got) > 100 {
				return chat.Failed
			}
			return chat.Sent
		}
		stop := o.run(o.sender(o.Memory, o.Memory))
		o.begin()
		time.Sleep(time.Minute)
		if n := o.status(notice.Paused); n.Held != notice.HeldFailures {
			t.Errorf("held for %q", n.Held)
		}
		counts, err := o.RecipientCounts(t.Context(), theNotice)
		if n := counts[notice.Failed]; err != nil || n < 30 || n > 90 {
			t.Errorf("%d failed, %v, want 30 and what was under way", n, err)
		}
		if !slices.ContainsFunc(o.told, func(m chat.Message) bool { return strings.Contains(m.Text, notice.HeldFailures) }) {
			t.Errorf("the author was told %v", o.told)
		}
		bad = false
		o.change(func(n notice.Notice) (notice.Notice, error) { return n.Resume(officer) })
		time.Sleep(30 * time.Second)
		o.status(notice.Done)
		if _, err := o.RequeueRecipients(t.Context(), theNotice, notice.Failed); err != nil {
			t.Fatal(err)
		}
		time.Sleep(30 * time.Second)
		stop()
		o.counts(notice.Counts{notice.Delivered: 450, notice.Unlinked: 50})
		o.once()
	})
}

func TestQuietHoursAreWaitedFor(t *testing.T) {
	tests := map[string]struct {
		urgent bool
		want   time.Duration // since 21:00
	}{
		"a planned notice waits until half past six": {false, 9*time.Hour + 30*time.Minute},
		"an urgent one does not":                     {true, time.Hour},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			within(t, 20, func(o *newsroom) {
				stop := o.run(o.sender(o.Memory, o.Memory))
				evening := journey.DateOf(time.Now()).At(21 * time.Hour)
				o.begin(func(n *notice.Notice) { n.Urgent, n.At = tt.urgent, evening.Add(time.Hour) })
				time.Sleep(24 * time.Hour)
				stop()
				o.status(notice.Done)
				if first := o.gotAt[0].Sub(evening); first < tt.want || first > tt.want+2*time.Second {
					t.Errorf("the first came at 21:00 + %s, want + %s", first, tt.want)
				}
			})
		})
	}
	t.Run("one under way goes on in the morning", func(t *testing.T) {
		within(t, 300, func(o *newsroom) {
			stop := o.run(o.sender(o.Memory, o.Memory))
			quiet := journey.DateOf(time.Now()).At(21*time.Hour + 30*time.Minute)
			o.begin(func(n *notice.Notice) { n.Urgent, n.At = false, quiet.Add(-5*time.Second) })
			time.Sleep(24 * time.Hour)
			stop()
			o.status(notice.Done)
			o.counts(notice.Counts{notice.Delivered: 270, notice.Unlinked: 30})
			o.once()
			for _, at := range o.gotAt {
				if at.After(quiet) && at.Before(quiet.Add(9*time.Hour)) {
					t.Fatalf("one came at %s", at)
				}
			}
		})
	})
}

func TestWhoJoinsByTheDayGetsItToo(t *testing.T) {
	within(t, 20, func(o *newsroom) {
		stop := o.run(o.sender(o.Memory, o.Memory))
		today := journey.DateOf(time.Now())
		o.begin(func(n *notice.Notice) { n.Urgent, n.JoinUntil = false, today.AddDays(2) })
		time.Sleep(10 * time.Minute)
		o.counts(notice.Counts{notice.Delivered: 18, notice.Unlinked: 2})
		o.student(100, true)
		o.student(101, false)
		time.Sleep(2 * time.Hour)
		o.counts(notice.Counts{notice.Delivered: 19, notice.Unlinked: 3})
		time.Sleep(4 * 24 * time.Hour)
		o.student(102, true)
		time.Sleep(24 * time.Hour)
		stop()
		o.counts(notice.Counts{notice.Delivered: 19, notice.Unlinked: 3})
		o.once()
		if live, err := o.LiveNotices(t.Context()); err != nil || len(live) != 0 {
			t.Errorf("live %v, %v, want none", live, err)
		}
	})
}

func TestTheSilentAreRemindedTwiceAtMost(t *testing.T) {
	within(t, 20, func(o *newsroom) {
		stop := o.run(o.sender(o.Memory, o.Memory))
		today := journey.DateOf(time.Now())
		o.begin(func(n *notice.Notice) { n.Receipt, n.ReceiptBy = true, today.AddDays(3) })
		time.Sleep(time.Minute)
		for i := range 10 {
			if i != 9 {
				if _, err := o.Received(t.Context(), theNotice, journey.Code(fmt.Sprintf("sv%04d", i)), time.Now()); err != nil {
					t.Fatal(err)
				}
			}
		}
		time.Sleep(2 * 24 * time.Hour) // once reminded
		if _, err := o.Received(t.Context(), theNotice, "sv0010", time.Now()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(8 * 24 * time.Hour)
		stop()
		for i := range 20 {
			want := 0
			switch {
			case i == 9 || i == 19: // not linked
			case i < 9:
				want = 1
			case i == 10:
				want = 2
			default:
				want = 3
			}
			if got := o.got[chat.Address(1000+i)]; got != want {
				t.Errorf("student %d got %d messages, want %d", i, got, want)
			}
		}
		if live, err := o.LiveNotices(t.Context()); err != nil || len(live) != 0 {
			t.Errorf("live %v, %v, want none", live, err)
		}
	})
}

func TestARecallTakesAwayWhatWasDelivered(t *testing.T) {
	within(t, 100, func(o *newsroom) {
		o.fail = func(m chat.Message, _ int) chat.State {
			if m.Act == chat.Delete && m.To < 1050 || m.To == 1003 {
				return chat.Failed // too old to be taken away
			}
			return chat.Sent
		}
		stop := o.run(o.sender(o.Memory, o.Memory))
		o.begin()
		time.Sleep(time.Minute)
		o.status(notice.Done)
		recall := notice.Notice{ID: "n-bbbbbbbb", Kind: notice.Recall, Of: theNotice, Author: officer.Code, Status: notice.Planned, At: time.Now(), Count: 90}
		if err := o.KeepNotice(t.Context(), recall); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		stop()
		counts, err := o.RecipientCounts(t.Context(), recall.ID)
		if want := (notice.Counts{notice.Delivered: 45, notice.Failed: 44}); err != nil || !maps.Equal(counts, want) {
			t.Errorf("recalled %v, %v, want %v", counts, err, want)
		}
		if len(o.deleted) != 45 || !o.deleted[51_098] {
			t.Errorf("deleted %v", o.deleted)
		}
	})
}

func TestAGrownAudienceAsksForASecondOfficer(t *testing.T) {
	within(t, 100, func(o *newsroom) {
		s := o.sender(o.Memory, o.Memory)
		s.Above = 50
		s.Ask = func(_ context.Context, n notice.Notice, _ time.Time) ([]chat.Message, error) {
			return []chat.Message{{Key: "ask", To: officerChat, Text: fmt.Sprint("ask at ", n.Rev)}}, nil
		}
		stop := o.run(s)
		o.begin(func(n *notice.Notice) { n.Approved = time.Time{} })
		time.Sleep(time.Minute)
		stop()
		if n := o.status(notice.Waiting); n.Count != 90 || n.Rev != 2 {
			t.Errorf("count %d at change %d, want 90 at 2", n.Count, n.Rev)
		}
		o.counts(notice.Counts{})
		if len(o.told) != 1 || o.told[0].Text != "ask at 2" {
			t.Errorf("asked %v", o.told)
		}
	})
}

// doomed is a store and outbox of a process that dies at its n-th call: before
// or after it had its effect. After that nothing it does has one.
type doomed struct {
	*storetest.Memory
	left int
	die  func()
	mu   sync.Mutex
}

var errDoomed = errors.New("the process is dead")

// call counts one step.
func (p *doomed) call() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.left--; p.left == 0 {
		p.die()
	}
	if p.left <= 0 {
		return errDoomed
	}
	return nil
}

func doom[T any](p *doomed, f func() (T, error)) (v T, err error) {
	if err = p.call(); err != nil {
		return v, err
	}
	if v, err = f(); err != nil {
		return v, err
	}
	return v, p.call()
}

func (p *doomed) do(f func() error) error {
	_, err := doom(p, func() (struct{}, error) { return struct{}{}, f() })
	return err
}

func (p *doomed) LiveNotices(ctx context.Context) ([]notice.ID, error) {
	return doom(p, func() ([]notice.ID, error) { return p.Memory.LiveNotices(ctx) })
}
func (p *doomed) Notice(ctx context.Context, id notice.ID) (notice.Notice, error) {
	return doom(p, func() (notice.Notice, error) { return p.Memory.Notice(ctx, id) })
}
func (p *doomed) KeepNotice(ctx context.Context, n notice.Notice) error {
	return p.do(func() error { return p.Memory.KeepNotice(ctx, n) })
}
func (p *doomed) RestNotice(ctx context.Context, id notice.ID, rev int64) error {
	return p.do(func() error { return p.Memory.RestNotice(ctx, id, rev) })
}
func (p *doomed) AddRecipients(ctx context.Context, id notice.ID, to map[journey.Code]notice.Outcome) (int, error) {
	return doom(p, func() (int, error) { return p.Memory.AddRecipients(ctx, id, to) })
}
func (p *doomed) SetGathered(ctx context.Context, id notice.ID, at time.Time) error {
	return p.do(func() error { return p.Memory.SetGathered(ctx, id, at) })
}
func (p *doomed) TakeRecipients(ctx context.Context, id notice.ID, now time.Time, n int) ([]notice.Taken, error) {
	return doom(p, func() ([]notice.Taken, error) { return p.Memory.TakeRecipients(ctx, id, now, n) })
}
func (p *doomed) SettleRecipients(ctx context.Context, id notice.ID, results ...notice.Result) (int, error) {
	return doom(p, func() (int, error) { return p.Memory.SettleRecipients(ctx, id, results...) })
}
func (p *doomed) Tracks(ctx context.Context, codes ...journey.Code) ([]journey.Track, error) {
	return doom(p, func() ([]journey.Track, error) { return p.Memory.Tracks(ctx, codes...) })
}
func (p *doomed) Put(ctx context.Context, messages ...chat.Message) (int, error) {
	return doom(p, func() (int, error) { return p.Memory.Put(ctx, messages...) })
}
func (p *doomed) States(ctx context.Context, keys ...string) (map[string]chat.Delivery, error) {
	return doom(p, func() (map[string]chat.Delivery, error) { return p.Memory.States(ctx, keys...) })
}

func TestACrashAtAnyStepLosesAndDoublesNobody(t *testing.T) {
	for name, others := range map[string]int{"and another starts": 0, "while another works on": 1} {
		t.Run(name, func(t *testing.T) {
			for steps, crashed := 1, true; crashed; steps++ {
				within(t, 40, func(o *newsroom) { crashed = crashWhileSending(o, steps, others) })
				if t.Failed() {
					t.Fatalf("with a crash at step %d", steps)
				}
				if !crashed {
					t.Logf("%d steps", steps)
					if steps < 100 {
						t.Fatalf("only %d steps were tried", steps)
					}
				}
			}
		})
	}
}

// crashWhileSending has a sender die at its n-th step and another go on, beside
// others, with a pause in between. It says whether the first came so far.
func crashWhileSending(o *newsroom, steps, others int) (crashed bool) {
	o.fail = func(m chat.Message, try int) chat.State {
		switch {
		case m.Lane != chat.Notices:
		case m.To%7 == 3 && try < 3:
			return chat.Queued
		case m.To%7 == 4:
			return chat.Doubtful
		case m.To%7 == 5:
			return chat.Gone
		}
		return chat.Sent
	}
	ctx, cancel := context.WithCancel(o.Context())
	defer cancel()
	var dying sync.WaitGroup
	p := &doomed{Memory: o.Memory, left: steps}
	p.die = func() { crashed = true; cancel() }
	var well []*Notices
	for range others + 1 {
		well = append(well, o.sender(o.Memory, o.Memory))
	}
	o.begin(func(n *notice.Notice) { n.Approved = time.Time{} })
	dying.Go(func() { _ = o.sender(p, p).Run(ctx) })
	way, closeWay := context.WithCancel(o.Context())
	dying.Go(func() { o.deliver(way, well[0]) })
	if others > 0 {
		for _, s := range well[1:] {
			dying.Go(func() { _ = s.Run(way) })
		}
	}
	time.Sleep(1300 * time.Millisecond)
	o.change(func(n notice.Notice) (notice.Notice, error) {
		if n.Status != notice.Sending {
			return n, nil
		}
		return n.Pause(officer)
	})
	time.Sleep(time.Second)
	o.change(func(n notice.Notice) (notice.Notice, error) {
		if n.Status != notice.Paused {
			return n, nil
		}
		return n.Resume(officer)
	})
	time.Sleep(5 * time.Second)
	cancel()
	closeWay()
	dying.Wait()

	last := o.sender(o.Memory, o.Memory)
	ctx, cancel = context.WithCancel(o.Context())
	dying.Go(func() { _ = last.Run(ctx) })
	dying.Go(func() { o.afresh(ctx, last) })
	time.Sleep(20 * time.Second)
	cancel()
	dying.Wait()
	if n, err := o.Notice(o.Context(), theNotice); err != nil || n.Status != notice.Done {
		counts, _ := o.RecipientCounts(o.Context(), theNotice)
		o.Errorf("the notice is %s (%s) with %v, %v, want done", n.Status, n.Held, counts, err)
	}
	want := notice.Counts{notice.Unlinked: 4}
	for i := range 40 {
		switch who := 1000 + i; {
		case i%10 == 9:
		case who%7 == 4:
			want[notice.InDoubt]++
		case who%7 == 5:
			want[notice.Blocked]++
		default:
			want[notice.Delivered]++
		}
	}
	o.counts(want)
	if n := o.once(); n != want[notice.Delivered]+want[notice.InDoubt] {
		o.Errorf("%d got it, want %d", n, want[notice.Delivered]+want[notice.InDoubt])
	}
	return crashed
}

// afresh delivers what another way out left behind.
func (o *newsroom) afresh(ctx context.Context, s *Notices) {
	left := o.Messages()
	for _, m := range left {
		if d, err := o.State(ctx, m.Key); err == nil && d.State == chat.Queued {
			for o.hand(ctx, s, m) == chat.Queued {
				time.Sleep(time.Second / time.Duration(o.rate))
			}
		}
	}
	known := len(left)
	for ctx.Err() == nil {
		all := o.Messages()
		for _, m := range all[known:] {
			for o.hand(ctx, s, m) == chat.Queued {
				time.Sleep(time.Second / time.Duration(o.rate))
			}
		}
		known = len(all)
		time.Sleep(time.Second / time.Duration(o.rate))
	}
}
