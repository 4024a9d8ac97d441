package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"donghanh/internal/audit"
	"donghanh/internal/journey"
	"donghanh/internal/store"
)

// auditStorer keeps who saw or changed what of whom.
type auditStorer interface {
	Note(ctx context.Context, entries ...audit.Entry) error
	Audit(ctx context.Context, f audit.Filter, before string, n int) ([]audit.Entry, error)
	AuditChain(ctx context.Context, newest int) (audit.Chain, error)
	DropAudit(ctx context.Context, before time.Time) (int, error)
}

var auditClaims = map[string]func(*testing.T, Storer){
	"an entry comes back as it was noted":                     entryComesBack,
	"an entry is noted once for each id":                      entryIsNotedOnce,
	"entries come newest first, page after page":              entriesComeInPages,
	"entries are found by who, whom, act and time":            entriesAreFound,
	"an entry noted late is found at its own time":            lateEntriesAreFound,
	"an entry without an id or an act is refused":             entryNeedsAnID,
	"months long past are dropped, and the chain still holds": oldMonthsAreDropped,
}

func entry(id string, at time.Time, act audit.Act, by, of journey.Code) audit.Entry {
	return audit.Entry{ID: id, At: at, Act: act, By: by, Of: of, From: 1<<53 + 1}
}

// noon of a day of 2026 and later; months run on.
func noon(month, day int) time.Time {
	return time.Date(2026, time.Month(month), day, 12, 0, 0, 0, journey.Zone)
}

// logged returns the ids the log gives, all pages of that size.
func logged(t *testing.T, s Storer, f audit.Filter, size int) string {
	t.Helper()
	var ids []string
	for before := ""; ; {
		page, err := s.Audit(t.Context(), f, before, size)
		equal(t, err, nil)
		for _, e := range page {
			ids = append(ids, e.ID)
			before = e.Place
		}
		if len(page) < size {
			return strings.Join(ids, " ")
		}
	}
}

// sound wants a chain of so many entries that fits.
func sound(t *testing.T, s Storer, entries int64) {
	t.Helper()
	for _, newest := range []int{0, 1} {
		chain, err := s.AuditChain(t.Context(), newest)
		equal(t, err, nil)
		equal(t, chain.Broken, "")
		equal(t, chain.Entries, entries)
		equal(t, chain.Link != "", entries > 0)
	}
}

func entryComesBack(t *testing.T, s Storer) {
	ctx := t.Context()
	sound(t, s, 0)
	want := entry("tg:1/saw/sv1", noon(11, 24).Add(123*time.Millisecond), audit.Saw, "gv1", "sv1")
	want.Note = "chặng cũ → mới"
	equal(t, s.Note(ctx, want), nil)
	got, err := s.Audit(ctx, audit.Filter{}, "", 10)
	equal(t, err, nil)
	equal(t, len(got), 1)
	equal(t, got[0].Place != "", true)
	equal(t, got[0].At.Equal(want.At), true)
	got[0].Place, want.At = "", got[0].At
	equal(t, got[0], want)

	long := entry("tg:2", noon(11, 24), audit.Changed, "", "")
	long.Note = strings.Repeat("ệ", audit.MaxNote+1)
	equal(t, s.Note(ctx, long), nil)
	got, err = s.Audit(ctx, audit.Filter{}, "", 1)
	equal(t, err, nil)
	equal(t, got[0].Note, strings.Repeat("ệ", audit.MaxNote))
	sound(t, s, 2)
}

func entryIsNotedOnce(t *testing.T, s Storer) {
	ctx := t.Context()
	first, second := entry("tg:1", noon(11, 24), audit.Saw, "gv1", "sv1"), entry("tg:2", noon(11, 24), audit.Saw, "gv1", "sv2")
	for range 2 {
		equal(t, s.Note(ctx, first, first), nil)
	}
	other := first
	other.Act = audit.Erased // the same id stays what it was
	equal(t, s.Note(ctx, other, second), nil)
	equal(t, s.Note(ctx), nil)
	got, err := s.Audit(ctx, audit.Filter{}, "", 10)
	equal(t, err, nil)
	equal(t, len(got), 2)
	equal(t, got[1].Act, audit.Saw)
	sound(t, s, 2)
}

func entriesComeInPages(t *testing.T, s Storer) {
	var all []audit.Entry
	var ids []string
	for i := range 1203 {
		all = append(all, entry(fmt.Sprint("tg:", i), noon(11, 1).Add(time.Duration(i)*time.Hour), audit.Saw, "gv1", "sv1"))
		ids = append(ids, fmt.Sprint("tg:", i))
	}
	slices.Reverse(ids)
	equal(t, s.Note(t.Context(), all...), nil)
	equal(t, logged(t, s, audit.Filter{}, 100) == strings.Join(ids, " "), true)
	equal(t, logged(t, s, audit.Filter{}, 5000) == strings.Join(ids, " "), true)
	_, err := s.Audit(t.Context(), audit.Filter{}, "nowhere", 5)
	equal(t, errors.Is(err, store.ErrNotFound), true)
	sound(t, s, 1203)
}

func entriesAreFound(t *testing.T, s Storer) {
	equal(t, s.Note(t.Context(),
		entry("1", noon(9, 30), audit.Saw, "gv1", "sv1"),
		entry("2", noon(10, 1), audit.Changed, "cb1", "sv1"),
		entry("3", noon(10, 31), audit.Saw, "gv1", "sv2"),
		entry("4", noon(12, 1), audit.Saw, "", "sv1"),
		entry("5", noon(12, 2), audit.Saw, "sv1", ""),
	), nil)
	october := audit.Filter{From: time.Date(2026, 10, 1, 0, 0, 0, 0, journey.Zone), To: time.Date(2026, 11, 1, 0, 0, 0, 0, journey.Zone)}
	tests := map[string]struct {
		f    audit.Filter
		want string
	}{
		"all":             {audit.Filter{}, "5 4 3 2 1"},
		"of a person":     {audit.Filter{Of: "sv1"}, "4 2 1"},
		"by a person":     {audit.Filter{By: "gv1"}, "3 1"},
		"about a person":  {audit.Filter{Who: "sv1"}, "5 4 2 1"},
		"by and of":       {audit.Filter{By: "gv1", Of: "sv1"}, "1"},
		"an act":          {audit.Filter{Act: audit.Changed}, "2"},
		"a month":         {october, "3 2"},
		"of nobody there": {audit.Filter{Of: "sv9"}, ""},
		"before october":  {audit.Filter{To: october.From}, "1"},
		"from november":   {audit.Filter{From: october.To}, "5 4"},
		"to the moment":   {audit.Filter{To: noon(12, 2)}, "4 3 2 1"},
		"from the moment": {audit.Filter{From: noon(12, 2)}, "5"},
	}
	for name, tt := range tests {
		for _, size := range []int{1, 10} {
			if got := logged(t, s, tt.f, size); got != tt.want {
				t.Errorf("%s, %d at once: %q, want %q", name, size, got, tt.want)
			}
		}
	}
}

func lateEntriesAreFound(t *testing.T, s Storer) {
	equal(t, s.Note(t.Context(), entry("1", noon(11, 1), audit.Saw, "gv1", "sv1")), nil)
	equal(t, s.Note(t.Context(), entry("2", noon(10, 31), audit.Saw, "gv1", "sv2")), nil)
	first := time.Date(2026, 11, 1, 0, 0, 0, 0, journey.Zone)
	equal(t, logged(t, s, audit.Filter{To: first}, 10), "2")
	equal(t, logged(t, s, audit.Filter{From: first}, 10), "1")
	equal(t, logged(t, s, audit.Filter{}, 1), "2 1")
	sound(t, s, 2)
}

func entryNeedsAnID(t *testing.T, s Storer) {
	for _, e := range []audit.Entry{{Act: audit.Saw}, {ID: "tg:1"}} {
		if err := s.Note(t.Context(), entry("fine", noon(11, 1), audit.Saw, "", ""), e); err == nil {
			t.Errorf("%+v was noted", e)
		}
	}
	sound(t, s, 0)
}

func oldMonthsAreDropped(t *testing.T, s Storer) {
	ctx := t.Context()
	for month := 1; month <= 14; month++ {
		equal(t, s.Note(ctx, entry(fmt.Sprint(month), noon(month, 5), audit.Saw, "gv1", "sv1")), nil)
	}
	for _, want := range []int{8, 0} {
		n, err := s.DropAudit(ctx, noon(9, 5))
		equal(t, err, nil)
		equal(t, n, want)
	}
	equal(t, logged(t, s, audit.Filter{}, 3), "14 13 12 11 10 9")
	sound(t, s, 14)
	equal(t, s.Note(ctx, entry("15", noon(14, 6), audit.Saw, "gv1", "sv1")), nil)
	sound(t, s, 15)
	n, err := s.DropAudit(ctx, noon(30, 1))
	equal(t, err, nil)
	equal(t, n, 5)
	equal(t, logged(t, s, audit.Filter{}, 3), "15 14") // the month last written in stays
	sound(t, s, 15)
}
