package storetest

import (
	"errors"
	"testing"
	"time"

	"donghanh/internal/chat"
	"donghanh/internal/desk"
)

// deskClaims are what every Storer does with questions that somebody answers.
var deskClaims = map[string]func(*testing.T, Storer){
	"who may be in danger stands before all":                   urgentFirst,
	"several questions close at once":                          severalClose,
	"that the desk may know who asked is kept":                 askerIsKnown,
	"a question that is closed cannot be named any more":       closedIsNotNamed,
	"two officers cannot take up the same":                     oneOfficerClaims,
	"the same claim again is no conflict":                      claimAgain,
	"a claim runs out":                                         claimRunsOut,
	"only who holds questions can pass them on, and only once": passedOn,
	"only who holds questions can give them up":                released,
	"closing and erasing end the claim":                        claimEnds,
}

func urgentFirst(t *testing.T, s Storer) {
	ctx := t.Context()
	old, urgent, later := question("tg:1", 7, desk.Handed, 1), question("tg:2", 8, desk.Urgent, 5), question("tg:3", 7, desk.Wrong, 2)
	for _, q := range []desk.Question{old, later, urgent} {
		_, err := s.KeepQuestion(ctx, q)
		equal(t, err, nil)
	}
	got, err := s.WaitingQuestions(ctx, 2)
	equal(t, err, nil)
	equal(t, got, []desk.Question{urgent, old})
}

func severalClose(t *testing.T, s Storer) {
	ctx := t.Context()
	a, b, left := question("tg:1", 7, desk.Handed, 1), question("tg:2", 8, desk.Wrong, 2), question("tg:3", 8, desk.Handed, 3)
	for _, q := range []desk.Question{a, b, left} {
		_, err := s.KeepQuestion(ctx, q)
		equal(t, err, nil)
	}
	for range 2 {
		equal(t, s.CloseQuestions(ctx, a, b), nil)
		got, err := s.WaitingQuestions(ctx, 9)
		equal(t, err, nil)
		equal(t, got, []desk.Question{left})
	}
	equal(t, s.CloseQuestions(ctx), nil)
	for from, want := range map[chat.Address]int{7: 0, 8: 1} {
		got, err := s.Questions(ctx, from)
		equal(t, err, nil)
		equal(t, len(got), want)
	}
}

func askerIsKnown(t *testing.T, s Storer) {
	ctx := t.Context()
	q := question("tg:1", 7, desk.Handed, 1)
	_, err := s.KeepQuestion(ctx, q)
	equal(t, err, nil)
	for _, known := range []desk.Question{{Known: "sv-lan"}, {Known: "sv-lan"}, {}} {
		q.Known = known.Known
		equal(t, s.ReplaceQuestion(ctx, q), nil)
		got, err := s.Question(ctx, q.Ref())
		equal(t, err, nil)
		equal(t, got, q)
	}
}

func closedIsNotNamed(t *testing.T, s Storer) {
	ctx := t.Context()
	q := question("tg:1", 7, desk.Handed, 1)
	if err := s.ReplaceQuestion(ctx, q); !errors.Is(err, desk.ErrClosed) {
		t.Errorf("a question that never waited: %v, want ErrClosed", err)
	}
	n, err := s.CountQuestions(ctx)
	equal(t, err, nil)
	equal(t, n, 0)
}

// desked keeps three questions and returns their references.
func desked(t *testing.T, s Storer) (refs []string) {
	t.Helper()
	for i, id := range []string{"tg:1", "tg:2", "tg:3"} {
		q := question(id, chat.Address(7+i), desk.Handed, i)
		_, err := s.KeepQuestion(t.Context(), q)
		equal(t, err, nil)
		refs = append(refs, q.Ref())
	}
	return refs
}

var claimedAt = time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)

func claimOf(by desk.Officer, cause string) desk.Claim {
	return desk.Claim{ID: cause, By: by, Since: claimedAt, Until: claimedAt.Add(desk.ClaimFor), Cause: cause}
}

// claimed claims, and expects what is in the way.
func claimed(t *testing.T, s Storer, c desk.Claim, from desk.Officer, now time.Time, want desk.Claim, refs ...string) {
	t.Helper()
	held, err := s.Claim(t.Context(), c, from, now, refs...)
	equal(t, err, nil)
	equal(t, held, want)
}

func holders(t *testing.T, s Storer, refs []string, want ...desk.Officer) {
	t.Helper()
	claims, err := s.Claims(t.Context(), refs...)
	equal(t, err, nil)
	for i, ref := range refs {
		if got := claims[ref].By; got != want[i] {
			t.Fatalf("%s is held by %q, want %q", ref, got, want[i])
		}
	}
}

func oneOfficerClaims(t *testing.T, s Storer) {
	refs := desked(t, s)
	first := claimOf("cb-hanh", "tg:50")
	claimed(t, s, first, "", claimedAt, desk.Claim{}, refs[:2]...)
	claimed(t, s, claimOf("cb-nga", "tg:51"), "", claimedAt, first, refs[1:]...)
	holders(t, s, refs, "cb-hanh", "cb-hanh", "")
	claims, err := s.Claims(t.Context(), refs...)
	equal(t, err, nil)
	equal(t, claims[refs[0]], first)
	if _, err := s.Claim(t.Context(), first, "", claimedAt, "handed/tg:404"); !errors.Is(err, desk.ErrClosed) {
		t.Errorf("claiming what does not wait: %v, want ErrClosed", err)
	}
}

func claimAgain(t *testing.T, s Storer) {
	refs := desked(t, s)
	claimed(t, s, claimOf("cb-hanh", "tg:50"), "", claimedAt, desk.Claim{}, refs[0])
	claimed(t, s, claimOf("cb-hanh", "tg:50"), "", claimedAt, desk.Claim{}, refs[0])
	claimed(t, s, claimOf("cb-hanh", "tg:52"), "", claimedAt, desk.Claim{}, refs...)
	holders(t, s, refs, "cb-hanh", "cb-hanh", "cb-hanh")
}

func claimRunsOut(t *testing.T, s Storer) {
	refs := desked(t, s)
	first := claimOf("cb-hanh", "tg:50")
	claimed(t, s, first, "", claimedAt, desk.Claim{}, refs...)
	claimed(t, s, claimOf("cb-nga", "tg:51"), "", first.Until.Add(-time.Millisecond), first, refs...)
	second := claimOf("cb-nga", "tg:51")
	second.Until = first.Until.Add(desk.ClaimFor)
	claimed(t, s, second, "", first.Until, desk.Claim{}, refs...)
	holders(t, s, refs, "cb-nga", "cb-nga", "cb-nga")
}

func passedOn(t *testing.T, s Storer) {
	ctx := t.Context()
	refs := desked(t, s)
	pass := claimOf("cb-nga", "tg:51")
	if _, err := s.Claim(ctx, pass, "cb-hanh", claimedAt, refs...); !errors.Is(err, desk.ErrFree) {
		t.Errorf("passing on what nobody holds: %v, want ErrFree", err)
	}
	claimed(t, s, claimOf("cb-hanh", "tg:50"), "", claimedAt, desk.Claim{}, refs...)
	pass.ID = "tg:50"
	for range 2 { // the same press again is no conflict
		claimed(t, s, pass, "cb-hanh", claimedAt, desk.Claim{}, refs...)
	}
	again := pass
	again.Cause, again.By = "tg:52", "cb-dung"
	claimed(t, s, again, "cb-hanh", claimedAt, pass, refs...)
	holders(t, s, refs, "cb-nga", "cb-nga", "cb-nga")
}

func released(t *testing.T, s Storer) {
	ctx := t.Context()
	refs := desked(t, s)
	claimed(t, s, claimOf("cb-hanh", "tg:50"), "", claimedAt, desk.Claim{}, refs...)
	equal(t, s.Release(ctx, "cb-nga", refs...), nil)
	holders(t, s, refs, "cb-hanh", "cb-hanh", "cb-hanh")
	for range 2 {
		equal(t, s.Release(ctx, "cb-hanh", refs[:2]...), nil)
		holders(t, s, refs, "", "", "cb-hanh")
	}
}

func claimEnds(t *testing.T, s Storer) {
	ctx := t.Context()
	refs := desked(t, s)
	claimed(t, s, claimOf("cb-hanh", "tg:50"), "", claimedAt, desk.Claim{}, refs...)
	equal(t, s.CloseQuestions(ctx, question("tg:1", 7, desk.Handed, 0)), nil)
	_, err := s.EraseQuestions(ctx, 8)
	equal(t, err, nil)
	holders(t, s, refs, "", "", "cb-hanh")
}
