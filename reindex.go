package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"donghanh/internal/journey"
)

// reindex builds anew, from the facts, on which day each person is to be looked
// at, and who is whose. Nothing needs it: it is there for the day on which
// somebody doubts it. A running bot may go on meanwhile.
func reindex(ctx context.Context, args []string, e env) (err error) {
	if err := parse(flags("reindex"), args, 0); err != nil {
		return err
	}
	cfg, rules, err := settingsAndRules(e)
	if err != nil {
		return err
	}
	db, server, err := joinStore(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close(), server.Close()) }()
	today := journey.DateOf(time.Now())
	changed, err := db.Reindex(ctx, func(t journey.Track) journey.Date {
		return rules.NextDue(t, rules.Deadlines(t, today), today.AddDays(-1))
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.out, "Đã dựng lại chỉ mục từ các mốc; %d chỗ khác với trước.\n", changed)
	return err
}
