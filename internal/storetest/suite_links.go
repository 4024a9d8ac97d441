package storetest

import (
	"errors"
	"testing"
	"time"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/store"
)

var linkClaims = map[string]func(*testing.T, Storer){
	"a start code links one account, once":                    startCodeLinksOnce,
	"an account linked twice by one message is linked once":   linkMayBeRepeated,
	"a start code expires":                                    startCodeExpires,
	"a newer start code voids the older one":                  newerCodeVoids,
	"a fresh start code moves the link":                       freshCodeMoves,
	"an account is of one person only":                        accountIsOfOne,
	"saving a track does not touch the account":               savingKeepsTheAccount,
	"who is unlinked needs a new start code":                  unlinkedNeedsANewCode,
	"a start code is kept only for people in the lists":       startCodeNeedsAPerson,
	"wrong start codes count for an hour, for each account":   guessesCountForAnHour,
	"after five wrong start codes a right one links nobody":   guessingIsStopped,
	"a feed's secret leads to one person until it is dropped": feedLeadsToOne,
	"a feed ends with the account it was made for":            feedEndsWithItsAccount,
}

// january is when the start codes of the claims expire.
var january = time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC)

// before is a moment at which they count.
var before = january.Add(-24 * time.Hour)

// bad wants ErrBadCode.
func bad(t *testing.T, code journey.Code, err error) {
	t.Helper()
	if code != "" || !errors.Is(err, store.ErrBadCode) {
		t.Fatalf("got %q, %v, want ErrBadCode", code, err)
	}
}

// link links an account and wants it to be that of code.
func link(t *testing.T, s Storer, startCode string, who chat.Address, want journey.Code) {
	t.Helper()
	code, err := s.Link(t.Context(), startCode, who, before)
	equal(t, err, nil)
	equal(t, code, want)
	linked(t, s, who, want)
}

// linked wants an account to be that of code ("": of nobody), and of no other.
func linked(t *testing.T, s Storer, who chat.Address, want journey.Code) {
	t.Helper()
	code, err := s.PersonAt(t.Context(), who)
	equal(t, err, nil)
	equal(t, code, want)
	tracks, err := s.Tracks(t.Context(), "sv1", "sv2")
	equal(t, err, nil)
	for _, track := range tracks {
		equal(t, track.Account == int64(who), track.Person.Code == want)
	}
}

func startCodeLinksOnce(t *testing.T, s Storer) {
	ctx := t.Context()
	save(t, s, student("sv1", "", ""), student("sv2", "", ""))
	equal(t, s.KeepStartCodes(ctx, map[journey.Code]string{"sv1": "one", "sv2": "two"}, january), nil)
	for range 2 { // looking does not use it
		code, err := s.StartCode(ctx, "one", before)
		equal(t, err, nil)
		equal(t, code, journey.Code("sv1"))
	}
	linked(t, s, 7, "")
	link(t, s, "one", 7, "sv1")
	code, err := s.Link(ctx, "one", 8, before)
	bad(t, code, err)
	code, err = s.StartCode(ctx, "one", before)
	bad(t, code, err)
	linked(t, s, 8, "")
	linked(t, s, 7, "sv1")
	link(t, s, "two", 1<<53+1, "sv2") // more digits than a script's number holds
	for _, guess := range []string{"", "three", "ONE"} {
		code, err := s.StartCode(ctx, guess, before)
		bad(t, code, err)
		code, err = s.Link(ctx, guess, 9, before)
		bad(t, code, err)
	}
}

func linkMayBeRepeated(t *testing.T, s Storer) {
	ctx := t.Context()
	save(t, s, student("sv1", "", ""))
	equal(t, s.KeepStartCode(ctx, "one", "sv1", january), nil)
	link(t, s, "one", 7, "sv1")
	link(t, s, "one", 7, "sv1")
	code, err := s.Link(ctx, "one", 7, january.Add(time.Hour)) // it was in time the first time
	equal(t, err, nil)
	equal(t, code, journey.Code("sv1"))
	equal(t, s.KeepStartCode(ctx, "one", "sv1", january), nil) // kept again, it stays used
	code, err = s.Link(ctx, "one", 8, before)
	bad(t, code, err)
}

func startCodeExpires(t *testing.T, s Storer) {
	ctx := t.Context()
	save(t, s, student("sv1", "", ""))
	equal(t, s.KeepStartCode(ctx, "one", "sv1", january), nil)
	code, err := s.StartCode(ctx, "one", january)
	bad(t, code, err)
	code, err = s.Link(ctx, "one", 7, january)
	bad(t, code, err)
	code, err = s.Link(ctx, "one", 7, january.Add(-time.Millisecond))
	equal(t, err, nil)
	equal(t, code, journey.Code("sv1"))
}

func newerCodeVoids(t *testing.T, s Storer) {
	ctx := t.Context()
	save(t, s, student("sv1", "", ""))
	for _, startCode := range []string{"old", "new"} {
		equal(t, s.KeepStartCode(ctx, startCode, "sv1", january), nil)
	}
	code, err := s.StartCode(ctx, "old", before)
	bad(t, code, err)
	code, err = s.Link(ctx, "old", 7, before)
	bad(t, code, err)
	link(t, s, "new", 7, "sv1")
}

func freshCodeMoves(t *testing.T, s Storer) {
	ctx := t.Context()
	save(t, s, student("sv1", "", ""), student("sv2", "", ""))
	equal(t, s.KeepStartCode(ctx, "old phone", "sv1", january), nil)
	link(t, s, "old phone", 7, "sv1")
	equal(t, s.KeepStartCode(ctx, "new phone", "sv1", january), nil)
	linked(t, s, 7, "sv1") // until it is used
	link(t, s, "new phone", 8, "sv1")
	linked(t, s, 7, "")
	code, err := s.Link(ctx, "old phone", 7, before)
	bad(t, code, err)

	equal(t, s.KeepStartCode(ctx, "again", "sv1", january), nil)
	link(t, s, "again", 8, "sv1") // to where it is
	equal(t, s.KeepStartCode(ctx, "another's", "sv2", january), nil)
	link(t, s, "another's", 7, "sv2") // the account left behind is free
	linked(t, s, 8, "sv1")
}

func accountIsOfOne(t *testing.T, s Storer) {
	ctx := t.Context()
	save(t, s, student("sv1", "", ""), student("sv2", "", ""))
	equal(t, s.KeepStartCodes(ctx, map[journey.Code]string{"sv1": "one", "sv2": "two"}, january), nil)
	link(t, s, "one", 7, "sv1")
	link(t, s, "two", 7, "sv2")
	code, err := s.Link(ctx, "one", 7, before) // used, and no longer linked
	bad(t, code, err)
	linked(t, s, 7, "sv2")
}

func savingKeepsTheAccount(t *testing.T, s Storer) {
	ctx := t.Context()
	track := save(t, s, student("sv1", "", ""))[0]
	track.Account = 9 // not decided here
	track = save(t, s, track)[0]
	linked(t, s, 9, "")
	equal(t, s.KeepStartCode(ctx, "one", "sv1", january), nil)
	link(t, s, "one", 7, "sv1")
	track.Account = 0
	save(t, s, track)
	linked(t, s, 7, "sv1")
	equal(t, s.Unlink(ctx, "sv1"), nil)
	track, err := s.Track(ctx, "sv1")
	equal(t, err, nil)
	equal(t, track.Account, int64(0))
}

func unlinkedNeedsANewCode(t *testing.T, s Storer) {
	ctx := t.Context()
	save(t, s, student("sv1", "", ""))
	equal(t, s.KeepStartCode(ctx, "one", "sv1", january), nil)
	link(t, s, "one", 7, "sv1")
	for range 2 {
		equal(t, s.Unlink(ctx, "sv1"), nil)
		linked(t, s, 7, "")
	}
	equal(t, s.Unlink(ctx, "nobody"), nil)
	code, err := s.Link(ctx, "one", 7, before)
	bad(t, code, err)
	equal(t, s.KeepStartCode(ctx, "two", "sv1", january), nil)
	link(t, s, "two", 7, "sv1")
}

func startCodeNeedsAPerson(t *testing.T, s Storer) {
	ctx := t.Context()
	save(t, s, student("sv1", "", ""))
	err := s.KeepStartCodes(ctx, map[journey.Code]string{"nobody": "none", "sv1": "one"}, january)
	if !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a start code for nobody: %v, want ErrNotFound", err)
	}
	code, err := s.Link(ctx, "none", 7, before)
	bad(t, code, err)
	link(t, s, "one", 7, "sv1")
}

func guessesCountForAnHour(t *testing.T, s Storer) {
	ctx := t.Context()
	at := func(minutes int) time.Time { return before.Add(time.Duration(minutes) * time.Minute) }
	for i, tt := range []struct {
		who    chat.Address
		minute int
		want   int
	}{{7, 0, 1}, {7, 0, 2}, {8, 0, 1}, {7, 30, 3}, {7, 59, 4}, {7, 60, 3}, {7, 89, 4}, {7, 90, 4}, {7, 200, 1}} {
		n, err := s.Guessed(ctx, tt.who, at(tt.minute))
		equal(t, err, nil)
		if n != tt.want {
			t.Errorf("guess %d of %s after %d minutes is number %d, want %d", i, tt.who, tt.minute, n, tt.want)
		}
		again, err := s.Guesses(ctx, tt.who, at(tt.minute))
		equal(t, err, nil)
		equal(t, again, n)
	}
	n, err := s.Guesses(ctx, 7, at(260))
	equal(t, err, nil)
	equal(t, n, 0)
}

func guessingIsStopped(t *testing.T, s Storer) {
	ctx := t.Context()
	save(t, s, student("sv1", "", ""))
	equal(t, s.KeepStartCode(ctx, "one", "sv1", january), nil)
	for range journey.MaxGuesses {
		_, err := s.Guessed(ctx, 7, before)
		equal(t, err, nil)
	}
	if code, err := s.Link(ctx, "one", 7, before.Add(time.Hour-time.Millisecond)); code != "" || !errors.Is(err, store.ErrTooManyGuesses) {
		t.Errorf("link: %q, %v, want ErrTooManyGuesses", code, err)
	}
	linked(t, s, 7, "")
	code, err := s.Link(ctx, "one", 7, before.Add(time.Hour))
	equal(t, err, nil)
	equal(t, code, journey.Code("sv1"))
}

func feedLeadsToOne(t *testing.T, s Storer) {
	ctx := t.Context()
	leads := func(secret string, want journey.Code) {
		t.Helper()
		code, err := s.Feed(ctx, secret)
		if want == "" && errors.Is(err, store.ErrNotFound) {
			err = nil
		}
		equal(t, err, nil)
		equal(t, code, want)
	}
	leads("", "")
	leads("a", "")
	equal(t, s.KeepFeed(ctx, "sv1", "a"), nil)
	equal(t, s.KeepFeed(ctx, "sv1", "a"), nil)
	equal(t, s.KeepFeed(ctx, "sv2", "b"), nil)
	leads("a", "sv1")
	leads("b", "sv2")
	equal(t, s.KeepFeed(ctx, "sv1", "c"), nil)
	leads("a", "")
	leads("c", "sv1")
	for range 2 {
		equal(t, s.DropFeed(ctx, "sv1"), nil)
		leads("c", "")
	}
	leads("b", "sv2")
}

func feedEndsWithItsAccount(t *testing.T, s Storer) {
	ctx := t.Context()
	save(t, s, student("sv1", "", ""), student("sv2", "", ""))
	join := func(startCode string, code journey.Code, who chat.Address) {
		t.Helper()
		equal(t, s.KeepStartCode(ctx, startCode, code, january), nil)
		link(t, s, startCode, who, code)
	}
	join("one", "sv1", 7)
	join("two", "sv2", 8)
	equal(t, s.KeepFeed(ctx, "sv1", "a"), nil)
	equal(t, s.KeepFeed(ctx, "sv2", "b"), nil)
	join("three", "sv1", 8) // another account for sv1, and it was that of sv2
	for _, secret := range []string{"a", "b"} {
		if code, err := s.Feed(ctx, secret); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s leads to %q, %v; want ErrNotFound", secret, code, err)
		}
	}
}
