// Package intake lays lists of people and events beside what is kept, and keeps
// what is new in them. Whether they come from the command line or from a
// conversation, they are planned and saved here.
package intake

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"donghanh/internal/journey"
	"donghanh/internal/roster"
)

// Kept is what is kept of people.
type Kept interface {
	Tracks(context.Context, ...journey.Code) ([]journey.Track, error)
	StudentsOf(ctx context.Context, mentor journey.Code) ([]journey.Code, error)
	SaveTracks(context.Context, ...journey.Save) (conflicts []journey.Code, err error)
}

// Intake is one list that is taken in.
type Intake struct {
	Kept  Kept
	Rules *journey.Rules
	Lists roster.Lists
	Now   time.Time
	By    *journey.Person // whose list it is, and within what they look after; nil: the operator's

	Note     func(context.Context, []roster.Change) error // writes down what is about to be saved
	Progress func(saved int)                              // called as people are saved; may be nil
}

const (
	savedAtOnce = 500
	tries       = 5 // how often a plan is made anew for people who were changed meanwhile
)

// ErrBusy means that people were changed by others all the time.
var ErrBusy = errors.New("people are being changed all the time; import the file again for the rest")

func (i *Intake) today() journey.Date { return journey.DateOf(i.Now) }

// Plan returns what the lists change in what is kept, and what is the matter
// with them; with a fatal problem there are no changes.
func (i *Intake) Plan(ctx context.Context) ([]roster.Change, []roster.Problem, error) {
	known, err := i.Tracks(ctx, i.Lists.Codes())
	if err != nil {
		return nil, nil, err
	}
	// Whoever is a mentor no more may still have students in no list.
	var left []journey.Code
	for _, code := range i.Lists.MentorsNoMore(known) {
		students, err := i.Kept.StudentsOf(ctx, code)
		if err != nil {
			return nil, nil, fmt.Errorf("import: %w", err)
		}
		left = append(left, students...)
	}
	theirs, err := i.Tracks(ctx, left)
	if err != nil {
		return nil, nil, err
	}
	maps.Copy(known, theirs)
	changes, problems := i.Lists.Plan(known, i.Rules, i.By, i.today(), i.Now)
	return changes, problems, nil
}

// Tracks returns what is kept of people, by code; who is not known is left out.
func (i *Intake) Tracks(ctx context.Context, codes []journey.Code) (map[journey.Code]journey.Track, error) {
	out := make(map[journey.Code]journey.Track, len(codes))
	for chunk := range slices.Chunk(codes, savedAtOnce) {
		tracks, err := i.Kept.Tracks(ctx, chunk...)
		if err != nil {
			return nil, fmt.Errorf("import: %w", err)
		}
		for _, t := range tracks {
			out[t.Person.Code] = t
		}
	}
	return out, nil
}

// Once saves changes and returns those that were made: all but those of people
// whom somebody changed since they were planned.
func (i *Intake) Once(ctx context.Context, changes []roster.Change) (saved []roster.Change, err error) {
	for chunk := range slices.Chunk(changes, savedAtOnce) {
		if err := i.Note(ctx, chunk); err != nil {
			return saved, err
		}
		saves := make([]journey.Save, len(chunk))
		for n, c := range chunk {
			saves[n] = journey.Save{Track: c.Track, Next: i.next(c.Track)}
		}
		conflicts, err := i.Kept.SaveTracks(ctx, saves...)
		if err != nil {
			return saved, fmt.Errorf("import: %w; import the file again for the rest", err)
		}
		for _, c := range chunk {
			if !slices.Contains(conflicts, c.Track.Person.Code) {
				saved = append(saved, c)
			}
		}
		if i.Progress != nil {
			i.Progress(len(saved))
		}
	}
	return saved, nil
}

// Save saves changes and returns all that were made. Where somebody was changed
// meanwhile, the lists are laid beside what is known now; what is the matter
// then is returned, and the rest is not saved.
func (i *Intake) Save(ctx context.Context, changes []roster.Change) (saved []roster.Change, problems []roster.Problem, err error) {
	for range tries {
		now, err := i.Once(ctx, changes)
		saved = append(saved, now...)
		if err != nil || len(now) == len(changes) {
			return saved, nil, err
		}
		if changes, problems, err = i.Plan(ctx); err != nil {
			return saved, nil, err
		}
		if slices.ContainsFunc(problems, roster.Problem.Fatal) {
			return saved, problems, nil
		}
	}
	return saved, nil, fmt.Errorf("import: %w", ErrBusy)
}

// next is the first day on which something is due on a track.
func (i *Intake) next(t journey.Track) journey.Date {
	return i.Rules.NextDue(t, i.Rules.Deadlines(t, i.today()), i.today().AddDays(-1))
}
