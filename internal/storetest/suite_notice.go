package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/notice"
	"donghanh/internal/store"
)

// noticeStorer is what keeps notices, and whom each goes to.
type noticeStorer interface {
	States(ctx context.Context, keys ...string) (map[string]store.Delivery, error)
	LaneDepths(ctx context.Context) (map[chat.Lane]int, error)
	PausedUntil(ctx context.Context, now time.Time) (time.Time, error)

	KeepNotice(ctx context.Context, n notice.Notice) error
	Notice(ctx context.Context, id notice.ID) (notice.Notice, error)
	Notices(ctx context.Context, n int) ([]notice.Notice, error)
	LiveNotices(ctx context.Context) ([]notice.ID, error)
	RestNotice(ctx context.Context, id notice.ID, rev int64) error

	AddRecipients(ctx context.Context, id notice.ID, recipients map[journey.Code]notice.Outcome) (isNew int, err error)
	TakeRecipients(ctx context.Context, id notice.ID, now time.Time, n int) ([]notice.Taken, error)
	QueuedRecipients(ctx context.Context, id notice.ID) ([]notice.Taken, error)
	SettleRecipients(ctx context.Context, id notice.ID, results ...notice.Result) (inARow int, err error)
	ClearFailures(ctx context.Context, id notice.ID) error
	RequeueRecipients(ctx context.Context, id notice.ID, from ...notice.Outcome) (int, error)
	RecipientCounts(ctx context.Context, id notice.ID) (notice.Counts, error)
	ReceivedCount(ctx context.Context, id notice.ID) (int, error)
	Recipients(ctx context.Context, id notice.ID, yield func([]notice.Result) error) error
	RecipientsOf(ctx context.Context, id notice.ID, codes ...journey.Code) ([]notice.Result, error)
	Received(ctx context.Context, id notice.ID, code journey.Code, at time.Time) (isNew bool, err error)
	Gathered(ctx context.Context, id notice.ID) (time.Time, error)
	SetGathered(ctx context.Context, id notice.ID, at time.Time) error

	KeepGroup(ctx context.Context, addr chat.Address, title string, by journey.Code, unit journey.Unit) error
	DropGroup(ctx context.Context, addr chat.Address) error
	Groups(ctx context.Context) ([]notice.Group, error)
}

var noticeClaims = map[string]func(*testing.T, Storer){
	"a notice is replaced by who read it last only":            noticeIsComparedAndSet,
	"notices come newest first, and live ones by themselves":   noticesAreListed,
	"a notice rests until it changes":                          noticeRests,
	"a recipient is added once, and linked later":              recipientIsAddedOnce,
	"recipients are taken until enough are queued":             recipientsAreTaken,
	"what became of a recipient is settled once in each round": recipientIsSettledOnce,
	"failures in a row are counted until one arrives":          failuresInARow,
	"who is sent to again waits in a new round":                recipientsAreRequeued,
	"who confirmed has it, whatever was known":                 confirmedIsDelivered,
	"two thousand recipients come back in chunks":              recipientsComeInChunks,
	"the looking through of an audience is remembered":         gatheredIsRemembered,
	"states are told of many keys at once":                     statesOfMany,
	"groups are kept, renamed and dropped":                     groupsAreKept,
}

var begun = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

func someNotice(id notice.ID, status notice.Status) notice.Notice {
	return notice.Notice{
		ID: id, Kind: notice.Send, Author: "cb1", Status: status, Made: begun,
		Content: notice.Content{HTML: "Họp <b>chi đoàn</b>", Audience: notice.Audience{Roles: []journey.Role{journey.Student}}},
	}
}

func noticeIsComparedAndSet(t *testing.T, s Storer) {
	ctx := t.Context()
	if _, err := s.Notice(ctx, "n-a"); !errors.Is(err, store.ErrNotFound) {
		t.Fatalf("an unknown notice: %v, want ErrNotFound", err)
	}
	n := someNotice("n-a", notice.Draft)
	equal(t, s.KeepNotice(ctx, n), nil)
	if err := s.KeepNotice(ctx, someNotice("n-a", notice.Planned)); !errors.Is(err, store.ErrConflict) {
		t.Fatalf("a second new one: %v, want ErrConflict", err)
	}
	got, err := s.Notice(ctx, "n-a")
	equal(t, err, nil)
	n.Rev = 1
	equal(t, got, n)
	got.HTML = "Hoãn"
	equal(t, s.KeepNotice(ctx, got), nil)
	if err := s.KeepNotice(ctx, n); !errors.Is(err, store.ErrConflict) {
		t.Fatalf("one that was read earlier: %v, want ErrConflict", err)
	}
	last, err := s.Notice(ctx, "n-a")
	equal(t, err, nil)
	got.Rev = 2
	equal(t, last, got)
}

func noticesAreListed(t *testing.T, s Storer) {
	ctx := t.Context()
	for i, status := range []notice.Status{notice.Draft, notice.Planned, notice.Sending, notice.Paused, notice.Stopped, notice.Done, notice.Refused} {
		n := someNotice(notice.ID(fmt.Sprint("n-", i)), status)
		n.Made = begun.Add(time.Duration(i) * time.Minute)
		equal(t, s.KeepNotice(ctx, n), nil)
	}
	live, err := s.LiveNotices(ctx)
	equal(t, err, nil)
	equal(t, live, []notice.ID{"n-1", "n-2", "n-3", "n-4", "n-5"})
	all, err := s.Notices(ctx, 3)
	equal(t, err, nil)
	var ids []notice.ID
	for _, n := range all {
		ids = append(ids, n.ID)
	}
	equal(t, ids, []notice.ID{"n-6", "n-5", "n-4"})
	none, err := s.Notices(ctx, 0)
	equal(t, err, nil)
	equal(t, len(none), 0)
}

func noticeRests(t *testing.T, s Storer) {
	ctx := t.Context()
	equal(t, s.KeepNotice(ctx, someNotice("n-a", notice.Done)), nil)
	for rev, want := range []int{1, 0, 0} { // at change 0 it is another one
		equal(t, s.RestNotice(ctx, "n-a", int64(rev)), nil)
		live, err := s.LiveNotices(ctx)
		equal(t, err, nil)
		equal(t, len(live), want)
	}
	n, err := s.Notice(ctx, "n-a")
	equal(t, err, nil)
	n.Status = notice.Sending
	equal(t, s.KeepNotice(ctx, n), nil)
	live, err := s.LiveNotices(ctx)
	equal(t, err, nil)
	equal(t, live, []notice.ID{"n-a"})
}

// addWaiting adds recipients that wait.
func addWaiting(t *testing.T, s Storer, codes ...journey.Code) {
	t.Helper()
	to := make(map[journey.Code]notice.Outcome)
	for _, code := range codes {
		to[code] = notice.Pending
	}
	n, err := s.AddRecipients(t.Context(), "n-a", to)
	equal(t, err, nil)
	equal(t, n, len(codes))
}

// counted wants so many recipients of each outcome, and so many who confirmed.
func counted(t *testing.T, s Storer, want notice.Counts, confirmed ...int) {
	t.Helper()
	got, err := s.RecipientCounts(t.Context(), "n-a")
	equal(t, err, nil)
	equal(t, got, want)
	summed, received := make(notice.Counts), 0
	equal(t, s.Recipients(t.Context(), "n-a", func(results []notice.Result) error {
		for _, r := range results {
			summed[r.Outcome]++
			if !r.Received.IsZero() {
				received++
			}
		}
		return nil
	}), nil)
	equal(t, summed, want)
	n, err := s.ReceivedCount(t.Context(), "n-a")
	equal(t, err, nil)
	equal(t, []int{n, received}, []int{sum(confirmed), sum(confirmed)})
}

func sum(numbers []int) (n int) {
	for _, m := range numbers {
		n += m
	}
	return n
}

// queueUp takes until n are queued and wants those, as "code" or "code/round".
func queueUp(t *testing.T, s Storer, n int, want ...string) {
	t.Helper()
	got, err := s.TakeRecipients(t.Context(), "n-a", begun, n)
	equal(t, err, nil)
	equal(t, len(got), len(want))
	for i, taken := range got {
		equal(t, strings.TrimPrefix(taken.Key("n-a"), "notice/n-a/"), want[i])
		equal(t, taken.At.Equal(begun), true)
	}
}

// one returns what became of one recipient.
func one(t *testing.T, s Storer, code journey.Code) notice.Result {
	t.Helper()
	got, err := s.RecipientsOf(t.Context(), "n-a", code, "nobody")
	equal(t, err, nil)
	equal(t, len(got), 1)
	return got[0]
}

// settle settles and wants so many failures in a row.
func settle(t *testing.T, s Storer, inARow int, results ...notice.Result) {
	t.Helper()
	got, err := s.SettleRecipients(t.Context(), "n-a", results...)
	equal(t, err, nil)
	equal(t, got, inARow)
}

func recipientIsAddedOnce(t *testing.T, s Storer) {
	ctx := t.Context()
	counted(t, s, notice.Counts{})
	for _, tt := range []struct {
		add  map[journey.Code]notice.Outcome
		want int
	}{
		{map[journey.Code]notice.Outcome{"sv1": notice.Pending, "sv2": notice.Unlinked, "-100": notice.Pending}, 3},
		{map[journey.Code]notice.Outcome{"sv1": notice.Unlinked, "sv2": notice.Unlinked}, 0},
		{map[journey.Code]notice.Outcome{"sv1": notice.Pending, "sv2": notice.Pending}, 1},
		{nil, 0},
	} {
		n, err := s.AddRecipients(ctx, "n-a", tt.add)
		equal(t, err, nil)
		equal(t, n, tt.want)
	}
	counted(t, s, notice.Counts{notice.Pending: 3})
	if _, err := s.AddRecipients(ctx, "n-a", map[journey.Code]notice.Outcome{"sv9": notice.Delivered}); err == nil {
		t.Error("somebody was added as delivered")
	}
}

func recipientsAreTaken(t *testing.T, s Storer) {
	addWaiting(t, s, "sv1", "sv2", "sv3")
	taken, err := s.TakeRecipients(t.Context(), "n-a", begun, 2)
	equal(t, err, nil)
	equal(t, len(taken), 2)
	again, err := s.TakeRecipients(t.Context(), "n-a", begun.Add(time.Hour), 2)
	equal(t, err, nil)
	equal(t, again, taken)
	queued, err := s.QueuedRecipients(t.Context(), "n-a")
	equal(t, err, nil)
	equal(t, queued, taken)
	counted(t, s, notice.Counts{notice.Pending: 1, notice.Queued: 2})
	queueUp(t, s, 10, "sv1", "sv2", "sv3")
	counted(t, s, notice.Counts{notice.Queued: 3})
	queueUp(t, s, 10, "sv1", "sv2", "sv3")
}

func recipientIsSettledOnce(t *testing.T, s Storer) {
	at := begun.Add(90 * time.Second)
	addWaiting(t, s, "sv1", "sv2", "sv3", "sv4", "sv5", "sv6")
	delivered := notice.Result{Code: "sv1", Outcome: notice.Delivered, At: at, Message: 4_000_000_000}
	settle(t, s, 0, delivered) // waits: nothing changes
	counted(t, s, notice.Counts{notice.Pending: 6})
	queueUp(t, s, 6, "sv1", "sv2", "sv3", "sv4", "sv5", "sv6")
	settle(t, s, 1,
		delivered,
		notice.Result{Code: "sv2", Outcome: notice.Blocked, At: at, Reason: "bot was blocked"},
		notice.Result{Code: "sv3", Outcome: notice.Failed, At: at, Reason: strings.Repeat("ả", 300)},
		notice.Result{Code: "sv4", Outcome: notice.Unlinked, At: at},
		notice.Result{Code: "sv5", Outcome: notice.Pending, At: at},
	)
	want := notice.Counts{notice.Delivered: 1, notice.Blocked: 1, notice.Failed: 1, notice.Unlinked: 1, notice.Pending: 1, notice.Queued: 1}
	counted(t, s, want)
	settle(t, s, 1, // once more, and otherwise
		notice.Result{Code: "sv1", Outcome: notice.Failed, At: at, Reason: "late"},
		notice.Result{Code: "sv2", Outcome: notice.Pending},
		notice.Result{Code: "nobody", Outcome: notice.Delivered, At: at},
	)
	counted(t, s, want)
	got := one(t, s, "sv1")
	equal(t, got.At.Equal(at), true)
	got.At = at
	equal(t, got, delivered)
	equal(t, one(t, s, "sv2").Reason, "bot was blocked")
	equal(t, strings.HasPrefix(one(t, s, "sv3").Reason, strings.Repeat("ả", 200)), true)

	queueUp(t, s, 6, "sv5/1", "sv6")
	settle(t, s, 1, notice.Result{Code: "sv5", Outcome: notice.Failed, Reason: "of the first round"})
	equal(t, one(t, s, "sv5").Outcome, notice.Queued)
	settle(t, s, 0, notice.Result{Code: "sv5", Round: 1, Outcome: notice.Delivered, At: at})
	equal(t, one(t, s, "sv5").Outcome, notice.Delivered)
}

func failuresInARow(t *testing.T, s Storer) {
	codes := []journey.Code{"sv1", "sv2", "sv3", "sv4", "sv5", "sv6", "sv7"}
	addWaiting(t, s, codes...)
	_, err := s.TakeRecipients(t.Context(), "n-a", begun, 10)
	equal(t, err, nil)
	result := func(i int, o notice.Outcome) notice.Result {
		return notice.Result{Code: codes[i], Outcome: o, At: begun, Reason: "r"}
	}
	settle(t, s, 2, result(0, notice.Failed), result(1, notice.InDoubt))
	settle(t, s, 2)
	settle(t, s, 1, result(2, notice.Delivered), result(3, notice.Failed))
	settle(t, s, 2, result(4, notice.Failed))
	settle(t, s, 2, result(4, notice.Failed)) // the same once more
	equal(t, s.ClearFailures(t.Context(), "n-a"), nil)
	settle(t, s, 1, result(5, notice.InDoubt))
	settle(t, s, 0, result(6, notice.Blocked))
}

func recipientsAreRequeued(t *testing.T, s Storer) {
	ctx := t.Context()
	addWaiting(t, s, "sv1", "sv2", "sv3", "sv4")
	queueUp(t, s, 4, "sv1", "sv2", "sv3", "sv4")
	settle(t, s, 0,
		notice.Result{Code: "sv1", Outcome: notice.Delivered, At: begun, Message: 5},
		notice.Result{Code: "sv2", Outcome: notice.Failed, At: begun, Reason: "r"},
		notice.Result{Code: "sv3", Outcome: notice.InDoubt, At: begun, Reason: "r"},
		notice.Result{Code: "sv4", Outcome: notice.Blocked, At: begun, Reason: "r"},
		notice.Result{Code: "sv4", Outcome: notice.Failed, At: begun, Reason: "r"})
	for _, want := range []int{2, 0} {
		n, err := s.RequeueRecipients(ctx, "n-a", notice.Failed, notice.Blocked)
		equal(t, err, nil)
		equal(t, n, want)
	}
	live, err := s.LiveNotices(ctx)
	equal(t, err, nil)
	equal(t, live, []notice.ID{"n-a"})
	counted(t, s, notice.Counts{notice.Pending: 2, notice.Delivered: 1, notice.InDoubt: 1})
	queueUp(t, s, 4, "sv2/1", "sv4/1")
	for _, o := range []notice.Outcome{notice.Delivered, notice.Queued, notice.Pending} {
		if _, err := s.RequeueRecipients(ctx, "n-a", o); err == nil {
			t.Errorf("those %s were sent to again", o)
		}
	}
}

func confirmedIsDelivered(t *testing.T, s Storer) {
	ctx := t.Context()
	addWaiting(t, s, "waits", "doubt", "delivered", "failed", "queued")
	for _, code := range []journey.Code{"waits", "nobody"} {
		if _, err := s.Received(ctx, "n-a", code, begun); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("received by %s: %v, want ErrNotFound", code, err)
		}
	}
	_, err := s.TakeRecipients(ctx, "n-a", begun, 5)
	equal(t, err, nil)
	settle(t, s, 1,
		notice.Result{Code: "waits", Outcome: notice.Pending},
		notice.Result{Code: "delivered", Outcome: notice.Delivered, At: begun, Message: 77},
		notice.Result{Code: "failed", Outcome: notice.Failed, At: begun, Reason: "r"})
	settle(t, s, 2, notice.Result{Code: "doubt", Outcome: notice.InDoubt, At: begun, Reason: "r"})
	later := begun.Add(time.Minute)
	for _, code := range []journey.Code{"doubt", "delivered", "queued"} {
		for _, want := range []bool{true, false} {
			isNew, err := s.Received(ctx, "n-a", code, later)
			equal(t, err, nil)
			equal(t, isNew, want)
		}
	}
	counted(t, s, notice.Counts{notice.Pending: 1, notice.Delivered: 2, notice.Failed: 1, notice.Queued: 1}, 3)
	equal(t, one(t, s, "delivered").Message, 77)
	equal(t, one(t, s, "doubt").Received.Equal(later), true)
	settle(t, s, 0, notice.Result{Code: "queued", Outcome: notice.InDoubt, At: later, Reason: "lost"})
	equal(t, one(t, s, "queued").Outcome, notice.Delivered)
	equal(t, one(t, s, "queued").Received.Equal(later), true)
	n, err := s.RequeueRecipients(ctx, "n-a", notice.InDoubt)
	equal(t, err, nil)
	equal(t, n, 0)
}

func recipientsComeInChunks(t *testing.T, s Storer) {
	const count = 2000
	var codes []journey.Code
	for i := range count {
		codes = append(codes, journey.Code(fmt.Sprintf("sv%05d", i)))
	}
	addWaiting(t, s, codes...)
	seen := make(map[journey.Code]bool)
	chunks := 0
	equal(t, s.Recipients(t.Context(), "n-a", func(results []notice.Result) error {
		chunks++
		for _, r := range results {
			seen[r.Code] = true
		}
		return nil
	}), nil)
	equal(t, len(seen), count)
	equal(t, chunks > 4, true)
	enough := errors.New("enough")
	if err := s.Recipients(t.Context(), "n-a", func([]notice.Result) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("the error of yield came back as %v", err)
	}
	settled := make(map[journey.Code]bool)
	for len(settled) < count {
		taken, err := s.TakeRecipients(t.Context(), "n-a", begun, 150)
		equal(t, err, nil)
		equal(t, len(taken), min(150, count-len(settled)))
		var results []notice.Result
		for _, took := range taken {
			equal(t, settled[took.Code], false)
			settled[took.Code] = true
			results = append(results, notice.Result{Code: took.Code, Outcome: notice.Delivered, At: begun, Message: 1 + len(settled)})
		}
		settle(t, s, 0, results...)
	}
	counted(t, s, notice.Counts{notice.Delivered: count})
}

func gatheredIsRemembered(t *testing.T, s Storer) {
	ctx := t.Context()
	at, err := s.Gathered(ctx, "n-a")
	equal(t, err, nil)
	equal(t, at.IsZero(), true)
	equal(t, s.SetGathered(ctx, "n-a", begun), nil)
	at, err = s.Gathered(ctx, "n-a")
	equal(t, err, nil)
	equal(t, at.Equal(begun), true)
	counted(t, s, notice.Counts{})
}

func statesOfMany(t *testing.T, s Storer) {
	ctx := t.Context()
	keys := []string{"notice/n-a/nobody"}
	for i := range 450 {
		key := fmt.Sprint("notice/n-a/sv", i)
		keys = append(keys, key)
		_, err := s.Put(ctx, chat.Message{Key: key, To: chat.Address(1 + i), Lane: chat.Notices, At: begun})
		equal(t, err, nil)
	}
	got, err := s.States(ctx, keys...)
	equal(t, err, nil)
	equal(t, len(got), 450)
	d := got["notice/n-a/sv449"]
	equal(t, d.State, store.Queued)
	equal(t, d.At.Equal(begun), true)
	got, err = s.States(ctx)
	equal(t, err, nil)
	equal(t, len(got), 0)
	depths, err := s.LaneDepths(ctx)
	equal(t, err, nil)
	equal(t, depths[chat.Notices], 450)
	until, err := s.PausedUntil(ctx, begun)
	equal(t, err, nil)
	equal(t, until.IsZero(), true)
}

func groupsAreKept(t *testing.T, s Storer) {
	ctx := t.Context()
	equal(t, s.KeepGroup(ctx, -100, "Chi đoàn B5", "cb1", "K47/B5"), nil)
	equal(t, s.KeepGroup(ctx, -200, "Khoá 47", "cb1", "K47"), nil)
	equal(t, s.KeepGroup(ctx, -100, "Chi đoàn B5 mới", "cb2", "K47/B5"), nil)
	want := []notice.Group{{Chat: -200, Title: "Khoá 47", By: "cb1", Unit: "K47"}, {Chat: -100, Title: "Chi đoàn B5 mới", By: "cb2", Unit: "K47/B5"}}
	got, err := s.Groups(ctx)
	equal(t, err, nil)
	equal(t, got, want)
	for range 2 {
		equal(t, s.DropGroup(ctx, -200), nil)
	}
	got, err = s.Groups(ctx)
	equal(t, err, nil)
	equal(t, got, want[1:])
}
