package scheduler

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/notice"
)

// NoticeStore keeps notices and what becomes of each recipient.
type NoticeStore interface {
	LiveNotices(context.Context) ([]notice.ID, error)
	Notice(context.Context, notice.ID) (notice.Notice, error)
	KeepNotice(context.Context, notice.Notice) error // journey.ErrConflict
	RestNotice(ctx context.Context, id notice.ID, rev int64) error

	AddRecipients(context.Context, notice.ID, map[journey.Code]notice.Outcome) (isNew int, err error)
	Gathered(context.Context, notice.ID) (time.Time, error)
	SetGathered(context.Context, notice.ID, time.Time) error

	// TakeRecipients has recipients queued until n are, and returns all that are.
	TakeRecipients(ctx context.Context, id notice.ID, now time.Time, n int) ([]notice.Taken, error)
	// SettleRecipients ends the round of those that are queued in it, and returns
	// how many failures there were in a row.
	SettleRecipients(ctx context.Context, id notice.ID, results ...notice.Result) (inARow int, err error)
	ClearFailures(context.Context, notice.ID) error
	RecipientCounts(context.Context, notice.ID) (notice.Counts, error)
	Recipients(ctx context.Context, id notice.ID, yield func([]notice.Result) error) error
	RecipientsOf(context.Context, notice.ID, ...journey.Code) ([]notice.Result, error)

	Tracks(context.Context, ...journey.Code) ([]journey.Track, error)
}

// NoticeOutbox takes messages and knows what became of them.
type NoticeOutbox interface {
	Put(context.Context, ...chat.Message) (int, error)
	States(ctx context.Context, keys ...string) (map[string]chat.Delivery, error)
	LaneDepths(context.Context) (map[chat.Lane]int, error)
	PausedUntil(ctx context.Context, now time.Time) (time.Time, error) // zero: not paused by the service
}

// NoticeTexts are the words around a notice, with the buttons under them.
type NoticeTexts struct {
	Notice   func(n notice.Notice) (text string, rows [][]chat.Button) // to each recipient
	Remind   func(n notice.Notice) (text string, rows [][]chat.Button) // to who has not confirmed
	Progress func(n notice.Notice, c notice.Counts, perSecond float64, left time.Duration, pausedUntil time.Time) (text string, rows [][]chat.Button)
	Done     func(n notice.Notice, c notice.Counts) (text string, rows [][]chat.Button)
}

// Notices sends notices. While one is being sent it keeps about a second's worth
// of its recipients in the outbox and settles what became of them, so that
// answers and reminders always pass and a pause acts within a second. All it
// knows stands in the store: killed at any step, or run twice at once, each
// recipient ends once.
type Notices struct {
	Store    NoticeStore
	Outbox   NoticeOutbox
	Audience Audience
	Texts    NoticeTexts
	Hours    journey.Hours
	Rate     int // messages a second over all chats
	Above    int // recipients from which a notice needs a second officer
	Now      func() time.Time
	Log      *slog.Logger

	// Ask returns what is to be put for the second officers of a notice whose
	// audience grew so much by its hour that it needs one.
	Ask func(ctx context.Context, n notice.Notice, now time.Time) ([]chat.Message, error)

	mu     sync.Mutex
	cached map[notice.ID]read
	work   sync.WaitGroup

	// Of the loop alone.
	runs  map[notice.ID]*sending
	hurry bool // the first recipients of a notice are on their way into the store
}

// read is a notice as it was read a moment ago.
type read struct {
	notice notice.Notice
	at     time.Time
}

// sending is what the loop remembers of one notice; lost, it does no harm.
type sending struct {
	working  chan error // gives the error of the work beside the loop; nil while there is none
	again    time.Time  // not looked at before
	gathered time.Time
	reminded journey.Date // the day on which all reminders were put
	samples  []sample
	first    bool   // the progress message was put
	edit     string // key of the last edit
	shown    string // its text
	slot     int64  // its time
	told     bool   // the author knows that it is over, or why it paused
}

type sample struct {
	at    time.Time
	tried int
}

const (
	refillEvery  = 200 * time.Millisecond
	lookEvery    = 500 * time.Millisecond // while nothing is being sent
	hurryEvery   = 50 * time.Millisecond  // while the audience of one that has begun is gathered
	restFor      = 5 * time.Second        // between looks at what is done but for joiners and answers
	retryAfter   = 5 * time.Second        // after work beside the loop went wrong
	joinEvery    = time.Hour
	cachedFor    = refillEvery     // a pause acts within that
	freshFor     = 3 * time.Second // taken longer ago, a recipient is looked at again before the message leaves
	knownFor     = 6 * 24 * time.Hour
	speedOver    = 10 * time.Second
	editEvery    = 4           // seconds between edits of the progress message; Telegram bears one in three
	leastInARow  = 20          // failures in a row, or a second's worth, after which a notice pauses by itself
	leastInQueue = 5           // recipients in the outbox, however slow it is
	nagTimes     = 2           // reminders to who has not confirmed
	madeNotice   = "notice/"   // names of texts: and the notice's id
	madeReceipt  = "receipt/"  // the same
	progressKey  = "progress/" // keys of messages to the author: and the id, a slash, and what it is
)

// Run sends until ctx ends.
func (s *Notices) Run(ctx context.Context) error {
	s.runs = make(map[notice.ID]*sending)
	defer s.work.Wait()
	for {
		wait := lookEvery
		if s.tick(ctx, s.Now()) {
			wait = refillEvery
		}
		if s.hurry {
			wait = hurryEvery
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C:
		}
	}
}

// tick looks at all notices with something left to do, and reports whether one
// of them moves.
func (s *Notices) tick(ctx context.Context, now time.Time) (moves bool) {
	s.hurry = false
	ids, err := s.Store.LiveNotices(ctx)
	if err != nil {
		s.wrong(ctx, "", err)
		return false
	}
	for id, r := range s.runs {
		if !slices.Contains(ids, id) && r.working == nil {
			delete(s.runs, id)
		}
	}
	for _, id := range ids {
		r := s.runs[id]
		if r == nil {
			r = &sending{}
			s.runs[id] = r
		}
		moving, err := s.safely(ctx, id, r, now)
		if err != nil {
			s.wrong(ctx, id, err)
		}
		moves = moves || moving
	}
	return moves
}

// wrong logs what went wrong; it is tried again. Somebody else having been
// quicker is nothing wrong.
func (s *Notices) wrong(ctx context.Context, id notice.ID, err error) {
	if ctx.Err() == nil && !errors.Is(err, journey.ErrConflict) {
		s.Log.Error("a notice is held up", "notice", id, "err", err)
	}
}

// safely looks at one notice. A panic there is logged and holds up no other.
func (s *Notices) safely(ctx context.Context, id notice.ID, r *sending, now time.Time) (moves bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return s.look(ctx, id, r, now)
}

// look does what is due for one notice, and reports whether it moves.
func (s *Notices) look(ctx context.Context, id notice.ID, r *sending, now time.Time) (moves bool, err error) {
	if err := s.worked(r, now); err != nil {
		return false, err
	}
	if now.Before(r.again) {
		return false, nil
	}
	n, err := s.Store.Notice(ctx, id)
	if err != nil {
		return false, err
	}
	if n.Status == notice.Planned {
		begun := false
		if begun, moves, err = s.begin(ctx, n, r, now); err != nil || !begun {
			return moves, err
		}
		if n, err = s.Store.Notice(ctx, id); err != nil {
			return false, err
		}
	}
	switch n.Status {
	case notice.Sending, notice.Done:
		if err := s.gather(ctx, n, r, now); err != nil {
			return false, err
		}
		s.hurry = s.hurry || r.gathered.IsZero()
	case notice.Paused, notice.Stopped:
		r.samples = nil
	default:
		return false, s.Store.RestNotice(ctx, n.ID, n.Rev)
	}
	queued, held, err := s.feed(ctx, n, now)
	if err != nil || held {
		return held, err
	}
	counts, err := s.Store.RecipientCounts(ctx, id)
	if err != nil {
		return false, err
	}
	return s.after(ctx, n, r, counts, queued, now)
}

// after does what follows from how far a notice is.
func (s *Notices) after(ctx context.Context, n notice.Notice, r *sending, counts notice.Counts, queued int, now time.Time) (moves bool, err error) {
	idle := queued == 0 && counts[notice.Queued] == 0
	switch n.Status {
	case notice.Sending:
		if idle && counts.Left() == 0 && !r.gathered.IsZero() {
			done, err := n.Finish(now)
			if err == nil {
				err = s.Store.KeepNotice(ctx, done)
			}
			return true, err
		}
		r.told = false
		if idle && !s.open(n, now) { // the night
			r.again = now.Add(restFor)
		}
		return now.After(r.again), s.progress(ctx, n, r, counts, now)
	case notice.Paused:
		if n.Held != "" && !r.told {
			if err := s.tell(ctx, n, fmt.Sprint("held-", n.Rev), func() (string, [][]chat.Button) { return s.Texts.Progress(n, counts, 0, 0, time.Time{}) }); err != nil {
				return false, err
			}
			r.told = true
		}
		return !idle, s.progress(ctx, n, r, counts, now)
	case notice.Stopped:
		if !idle {
			return true, nil
		}
		if err := s.last(ctx, n, counts); err != nil {
			return false, err
		}
		return false, s.Store.RestNotice(ctx, n.ID, n.Rev)
	}
	return s.done(ctx, n, r, counts, idle, now)
}

// done looks after a notice that was sent: the author is told, joiners get it,
// and who has not confirmed is reminded.
func (s *Notices) done(ctx context.Context, n notice.Notice, r *sending, counts notice.Counts, idle bool, now time.Time) (moves bool, err error) {
	if !r.told && now.Sub(n.Ended) < knownFor {
		if err := s.last(ctx, n, counts); err != nil {
			return false, err
		}
		if err := s.tell(ctx, n, fmt.Sprint("done-", n.Ended.Unix()), func() (string, [][]chat.Button) { return s.Texts.Done(n, counts) }); err != nil {
			return false, err
		}
	}
	r.told = true
	s.remind(ctx, n, r, now)
	today := journey.DateOf(now)
	switch {
	case !idle || counts.Left() > 0 && s.open(n, now):
		return true, nil
	case counts.Left() == 0 && r.working == nil && !n.Joins(today) && !asks(n, today):
		return false, s.Store.RestNotice(ctx, n.ID, n.Rev)
	}
	r.again = now.Add(restFor)
	return false, nil
}

// window is how many recipients may be in the outbox: what leaves in a second.
func (s *Notices) window() int { return max(s.Rate, leastInQueue) }

// open reports whether a notice may go out at that moment: it is being sent, or
// done and goes to joiners and to whom it is sent again. It waits for the end
// of the quiet hours unless it is urgent or makes no sound.
func (s *Notices) open(n notice.Notice, now time.Time) bool {
	if n.Status != notice.Sending && n.Status != notice.Done {
		return false
	}
	return s.mayRing(n, now)
}

func (s *Notices) mayRing(n notice.Notice, now time.Time) bool {
	return n.Kind != notice.Send || n.Urgent || !s.Hours.Quiet(now)
}

// begin starts a notice whose time has come. How many are in the audience by
// now is counted only where that could ask for a second officer: after an
// approval nothing is to be waited for. It reports whether the notice began, and
// whether that is being found out.
func (s *Notices) begin(ctx context.Context, n notice.Notice, r *sending, now time.Time) (begun, moves bool, err error) {
	if n.At.After(now) || !s.mayRing(n, now) || r.working != nil {
		return false, r.working != nil, nil
	}
	if !n.Approved.IsZero() || n.Kind == notice.Recall {
		return true, true, s.beginWith(ctx, n, n.Count, now)
	}
	s.beside(ctx, r, func(ctx context.Context) error {
		count, err := s.Audience.count(ctx, n, journey.DateOf(now))
		if err != nil {
			return fmt.Errorf("count of notice %s: %w", n.ID, err)
		}
		return s.beginWith(ctx, n, count, now)
	})
	return false, true, nil
}

func (s *Notices) beginWith(ctx context.Context, n notice.Notice, count int, now time.Time) error {
	next, err := n.Begin(count, s.Above, now)
	if refused(err, notice.Nobody) {
		next, err = n.Hold(notice.HeldNobody), nil
	}
	if err != nil {
		return err
	}
	if next.Status == notice.Waiting && s.Ask != nil {
		asked := next
		asked.Rev++
		messages, err := s.Ask(ctx, asked, now)
		if err != nil {
			return err
		}
		if _, err := s.Outbox.Put(ctx, messages...); err != nil {
			return err
		}
	}
	return s.Store.KeepNotice(ctx, next)
}

// beside does longer work for a notice beside the loop, one at a time.
func (s *Notices) beside(ctx context.Context, r *sending, do func(context.Context) error) {
	working := make(chan error, 1)
	r.working = working
	s.work.Go(func() {
		err := errors.New("it broke off")
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
			}
			working <- err
		}()
		err = do(ctx)
	})
}

// worked looks whether the work beside the loop is over.
func (s *Notices) worked(r *sending, now time.Time) error {
	select {
	case err := <-r.working:
		r.working = nil
		if err != nil && !errors.Is(err, journey.ErrConflict) {
			r.again, r.reminded = now.Add(retryAfter), journey.Date{}
			return err
		}
	default:
	}
	return nil
}

// gather adds those the notice is for: once when it begins, beside the sending,
// and each hour for as long as people may join.
func (s *Notices) gather(ctx context.Context, n notice.Notice, r *sending, now time.Time) error {
	due := func() bool {
		return r.gathered.IsZero() || n.Joins(journey.DateOf(now)) && now.Sub(r.gathered) >= joinEvery
	}
	if r.working != nil || !due() {
		return nil
	}
	var err error
	if r.gathered, err = s.Store.Gathered(ctx, n.ID); err != nil || !due() {
		return err
	}
	s.beside(ctx, r, func(ctx context.Context) error {
		err := s.Audience(ctx, n, journey.DateOf(now), func(some map[journey.Code]notice.Outcome) error {
			_, err := s.Store.AddRecipients(ctx, n.ID, some)
			return err
		})
		if err == nil {
			err = s.Store.SetGathered(ctx, n.ID, now)
		}
		if err != nil {
			return fmt.Errorf("audience of notice %s: %w", n.ID, err)
		}
		return nil
	})
	return nil
}

// feed settles what became of the recipients in the outbox and, while the notice
// is open, puts as many there as leave within a second. Whoever is taken is
// put, even if it is closed by then: the outbox alone says what becomes of a
// key, so that two who work on one notice never part over it.
func (s *Notices) feed(ctx context.Context, n notice.Notice, now time.Time) (queued int, held bool, err error) {
	most := 0
	if s.open(n, now) {
		most = s.window()
	}
	taken, err := s.Store.TakeRecipients(ctx, n.ID, now, most)
	if err != nil {
		return 0, false, err
	}
	keys := make([]string, len(taken))
	for i, t := range taken {
		keys[i] = t.Key(n.ID)
	}
	states, err := s.Outbox.States(ctx, keys...)
	if err != nil {
		return 0, false, err
	}
	var results []notice.Result
	var missing []notice.Taken
	for i, t := range taken {
		switch d, known := states[keys[i]]; {
		case known && d.State == chat.Queued:
			queued++
		case known:
			results = append(results, outcome(t, d))
		case now.Sub(t.At) > knownFor: // it may have been sent and forgotten
			results = append(results, notice.Result{Code: t.Code, Round: t.Round, Outcome: notice.InDoubt, At: now, Reason: "what became of it is forgotten"})
		default:
			missing = append(missing, t)
		}
	}
	more, err := s.put(ctx, n, missing, now)
	if err != nil {
		return 0, false, err
	}
	queued += len(missing) - len(more)
	results = append(results, more...)
	slices.SortStableFunc(results, func(a, b notice.Result) int { return a.At.Compare(b.At) })
	inARow, err := s.Store.SettleRecipients(ctx, n.ID, results...)
	if err != nil || inARow < max(s.Rate, leastInARow) {
		return queued, false, err
	}
	held, err = s.hold(ctx, n)
	return queued, held, err
}

// hold pauses a notice after many failures in a row. A recall goes on: where
// messages are too old to be taken away that is what there is to say.
func (s *Notices) hold(ctx context.Context, n notice.Notice) (held bool, err error) {
	if n.Status == notice.Sending && n.Kind != notice.Recall {
		held = true
		if err := s.Store.KeepNotice(ctx, n.Hold(notice.HeldFailures)); err != nil {
			return held, err
		}
		s.Log.Warn("a notice paused after many failures", "notice", n.ID)
	}
	return held, s.Store.ClearFailures(ctx, n.ID)
}

// outcome says what the end of a message means for its recipient. What was moot
// when its turn came waits again: it paused, or the person has another account.
func outcome(t notice.Taken, d chat.Delivery) notice.Result {
	r := notice.Result{Code: t.Code, Round: t.Round, At: d.At, Reason: d.Reason, Message: d.Message}
	switch d.State {
	case chat.Sent:
		r.Outcome = notice.Delivered
	case chat.Failed:
		r.Outcome = notice.Failed
	case chat.Gone:
		r.Outcome = notice.Blocked
	case chat.Moot:
		r.Outcome = notice.Pending
	default:
		r.Outcome = notice.InDoubt
	}
	return r
}

// put puts messages to recipients into the outbox, and returns what became of
// those who cannot have one.
func (s *Notices) put(ctx context.Context, n notice.Notice, missing []notice.Taken, now time.Time) (results []notice.Result, err error) {
	if len(missing) == 0 {
		return nil, nil
	}
	to, err := s.addresses(ctx, missing)
	if err != nil {
		return nil, err
	}
	targets, err := s.targets(ctx, n, missing)
	if err != nil {
		return nil, err
	}
	var messages []chat.Message
	for _, t := range missing {
		m := chat.Message{Key: t.Key(n.ID), To: to[t.Code], Lane: chat.Notices, At: t.At, Make: madeNotice + string(n.ID)}
		switch n.Kind {
		case notice.Correct:
			m.Act, m.Target = chat.Edit, targets[t.Code]
		case notice.Recall:
			m.Act, m.Target = chat.Delete, targets[t.Code]
		}
		switch r := (notice.Result{Code: t.Code, Round: t.Round, At: now}); {
		case m.To == 0:
			r.Outcome = notice.Unlinked
			results = append(results, r)
		case m.Act != chat.Send && m.Target == 0:
			r.Outcome, r.Reason = notice.Failed, "the number of the message is not known"
			results = append(results, r)
		default:
			messages = append(messages, m)
		}
	}
	_, err = s.Outbox.Put(ctx, messages...)
	return results, err
}

// addresses returns where recipients can be written to; who is not linked is
// not in it.
func (s *Notices) addresses(ctx context.Context, recipients []notice.Taken) (map[journey.Code]chat.Address, error) {
	to := make(map[journey.Code]chat.Address, len(recipients))
	var people []journey.Code
	for _, t := range recipients {
		if group, ok := notice.GroupOf(t.Code); ok {
			to[t.Code] = chat.Address(group)
		} else {
			people = append(people, t.Code)
		}
	}
	if len(people) == 0 {
		return to, nil
	}
	tracks, err := s.Store.Tracks(ctx, people...)
	for _, t := range tracks {
		to[t.Person.Code] = chat.Address(t.Account)
	}
	return to, err
}

// targets returns the numbers of the messages that a correction or recall is
// about.
func (s *Notices) targets(ctx context.Context, n notice.Notice, recipients []notice.Taken) (map[journey.Code]int, error) {
	if n.Kind == notice.Send {
		return nil, nil
	}
	codes := make([]journey.Code, len(recipients))
	for i, t := range recipients {
		codes[i] = t.Code
	}
	results, err := s.Store.RecipientsOf(ctx, n.Of, codes...)
	targets := make(map[journey.Code]int, len(results))
	for _, r := range results {
		targets[r.Code] = r.Message
	}
	return targets, err
}

// Make makes the text of a notice, or of a reminder to confirm it, at the moment
// it leaves. It returns chat.ErrMoot when it is not to leave now: the notice
// paused, was stopped or waits for the end of the quiet hours, the recipient was
// settled by somebody else, has another account, or has confirmed.
func (s *Notices) Make(ctx context.Context, m chat.Message, now time.Time) (chat.Message, error) {
	if id, ok := strings.CutPrefix(m.Make, madeReceipt); ok {
		return s.makeReminder(ctx, notice.ID(id), m, now)
	}
	id, t, ok := notice.ParseKey(m.Key)
	if !ok || m.Make != madeNotice+string(id) {
		return chat.Message{}, fmt.Errorf("%s: no such text %s: %w", m.Key, m.Make, chat.ErrMoot)
	}
	n, err := s.recent(ctx, id, now)
	if err != nil {
		return chat.Message{}, err
	}
	if !s.open(n, now) {
		return chat.Message{}, fmt.Errorf("%s: %s: %w", m.Key, n.Status, chat.ErrMoot)
	}
	if now.Sub(m.At) > freshFor {
		if err := s.current(ctx, n, t, m.To); err != nil {
			return chat.Message{}, fmt.Errorf("%s: %w", m.Key, err)
		}
	}
	if m.Act != chat.Delete {
		m.Text, m.Rows = s.Texts.Notice(n)
		if !n.Attachment.IsZero() {
			m.Attach = &chat.Attach{Kind: chat.FileKind(n.Attachment.Kind), ID: n.Attachment.ID}
		}
	}
	return m, nil
}

// recent returns a notice as it was at most cachedFor ago.
func (s *Notices) recent(ctx context.Context, id notice.ID, now time.Time) (notice.Notice, error) {
	s.mu.Lock()
	known, ok := s.cached[id]
	s.mu.Unlock()
	if age := now.Sub(known.at); ok && age >= 0 && age < cachedFor {
		return known.notice, nil
	}
	n, err := s.Store.Notice(ctx, id)
	switch {
	case errors.Is(err, journey.ErrNotFound):
		return n, fmt.Errorf("%w: %w", err, chat.ErrMoot)
	case err != nil:
		return n, &chat.Unavailable{Err: err}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cached == nil {
		s.cached = make(map[notice.ID]read)
	}
	for old, c := range s.cached {
		if now.Sub(c.at) > time.Minute {
			delete(s.cached, old)
		}
	}
	s.cached[id] = read{n, now}
	return n, nil
}

// current returns nil when a recipient is still queued in that round and can be
// written to there.
func (s *Notices) current(ctx context.Context, n notice.Notice, t notice.Taken, to chat.Address) error {
	results, err := s.Store.RecipientsOf(ctx, n.ID, t.Code)
	if err != nil {
		return &chat.Unavailable{Err: err}
	}
	if len(results) == 0 || results[0].Outcome != notice.Queued || results[0].Round != t.Round {
		return fmt.Errorf("settled meanwhile: %w", chat.ErrMoot)
	}
	return s.there(ctx, t.Code, to)
}

// there returns nil when that is where a recipient can be written to.
func (s *Notices) there(ctx context.Context, code journey.Code, to chat.Address) error {
	if _, group := notice.GroupOf(code); group {
		return nil // its number may have changed on the way
	}
	tracks, err := s.Store.Tracks(ctx, code)
	if err != nil {
		return &chat.Unavailable{Err: err}
	}
	if len(tracks) == 0 || chat.Address(tracks[0].Account) != to {
		return fmt.Errorf("another account by now: %w", chat.ErrMoot)
	}
	return nil
}
