package scheduler

import (
	"context"
	"errors"
	"slices"

	"donghanh/internal/journey"
	"donghanh/internal/notice"
)

// Audience yields whom a notice is for on a day, in chunks: people who are
// linked as Pending, others as Unlinked.
type Audience func(ctx context.Context, n notice.Notice, today journey.Date, yield func(map[journey.Code]notice.Outcome) error) error

// People is where everybody is found.
type People interface {
	Codes(ctx context.Context, yield func([]journey.Code) error) error
	Tracks(context.Context, ...journey.Code) ([]journey.Track, error)

	// Recipients yields what became of the recipients of an earlier notice.
	Recipients(ctx context.Context, id notice.ID, yield func([]notice.Result) error) error
}

// Reached returns the Audience of notices: those in the lists whom a notice
// reaches, a group, or, for a correction or recall, those to whom the message
// it is about was delivered. Whoever cannot be computed is left out and
// logged by report.
func Reached(people People, rules func() *journey.Rules, report func(journey.Code, any)) Audience {
	return func(ctx context.Context, n notice.Notice, today journey.Date, yield func(map[journey.Code]notice.Outcome) error) error {
		switch {
		case n.Kind != notice.Send:
			return people.Recipients(ctx, n.Of, func(results []notice.Result) error {
				return yieldAll(yield, had(results))
			})
		case n.Audience.Group != 0:
			return yieldAll(yield, map[journey.Code]notice.Outcome{notice.GroupCode(n.Audience.Group): notice.Pending})
		}
		look := func(codes []journey.Code) error {
			tracks, err := people.Tracks(ctx, codes...)
			if err != nil && len(tracks) == 0 {
				return err
			}
			return yieldAll(yield, reached(n, tracks, rules(), today, report))
		}
		if codes := n.Audience.Codes; len(codes) > 0 {
			for some := range slices.Chunk(codes, chunk) {
				if err := look(some); err != nil {
					return err
				}
			}
			return nil
		}
		return people.Codes(ctx, look)
	}
}

func yieldAll(yield func(map[journey.Code]notice.Outcome) error, some map[journey.Code]notice.Outcome) error {
	if len(some) == 0 {
		return nil
	}
	return yield(some)
}

// had returns those who have a message that can be named.
func had(results []notice.Result) map[journey.Code]notice.Outcome {
	some := make(map[journey.Code]notice.Outcome)
	for _, r := range results {
		if r.Outcome == notice.Delivered && r.Message != 0 {
			some[r.Code] = notice.Pending
		}
	}
	return some
}

// reached returns those of the tracks whom the notice reaches.
func reached(n notice.Notice, tracks []journey.Track, rules *journey.Rules, today journey.Date, report func(journey.Code, any)) map[journey.Code]notice.Outcome {
	some := make(map[journey.Code]notice.Outcome)
	for _, t := range tracks {
		if !reaches(n, t, rules, today, report) {
			continue
		}
		some[t.Person.Code] = notice.Pending
		if t.Account == 0 {
			some[t.Person.Code] = notice.Unlinked
		}
	}
	return some
}

// reaches computes where a person stands. A panic there costs that person's
// turn, not everybody's.
func reaches(n notice.Notice, t journey.Track, rules *journey.Rules, today journey.Date, report func(journey.Code, any)) (ok bool) {
	defer func() {
		if p := recover(); p != nil {
			report(t.Person.Code, p)
			ok = false
		}
	}()
	return n.Reaches(t, rules.State(t, today), rules.Deadlines(t, today), today)
}

// count returns how many linked people a notice is for.
func (a Audience) count(ctx context.Context, n notice.Notice, today journey.Date) (count int, err error) {
	err = a(ctx, n, today, func(some map[journey.Code]notice.Outcome) error {
		for _, o := range some {
			if o == notice.Pending {
				count++
			}
		}
		return ctx.Err()
	})
	return count, err
}

// refused reports whether err is a refusal of that kind.
func refused(err error, why notice.Why) bool {
	r, ok := errors.AsType[*notice.Refusal](err)
	return ok && r.Why == why
}
