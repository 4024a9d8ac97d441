package scheduler

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/notice"
)

// asks reports whether a notice still wants to be confirmed on a day.
func asks(n notice.Notice, today journey.Date) bool {
	return n.Receipt && !n.ReceiptBy.IsZero() && !today.After(n.ReceiptBy)
}

// remind puts reminders to those who have the notice and have not confirmed it:
// one on the day before the last day, and one on that day. It does so beside the
// loop, and no faster than they leave.
func (s *Notices) remind(ctx context.Context, n notice.Notice, r *sending, now time.Time) {
	today := journey.DateOf(now)
	nth := nagTimes - today.DaysUntil(n.ReceiptBy) // 1 the day before, 2 on the day
	if !asks(n, today) || nth < 1 || r.reminded == today || r.working != nil ||
		!journey.DateOf(n.Begun).Before(today) || !s.Hours.Open(now) {
		return
	}
	r.reminded = today
	s.beside(ctx, r, func(ctx context.Context) error {
		err := s.Store.Recipients(ctx, n.ID, func(results []notice.Result) error {
			return s.remindThese(ctx, n, results, nth)
		})
		if err != nil {
			return fmt.Errorf("reminders of notice %s: %w", n.ID, err)
		}
		return nil
	})
}

// remindThese puts one reminder to each of those who are silent, as soon as what
// was put before has left.
func (s *Notices) remindThese(ctx context.Context, n notice.Notice, results []notice.Result, nth int) error {
	var silent []notice.Taken
	for _, r := range results {
		if _, group := notice.GroupOf(r.Code); !group && r.Outcome == notice.Delivered && r.Received.IsZero() {
			silent = append(silent, notice.Taken{Code: r.Code})
		}
	}
	for some := range slices.Chunk(silent, s.window()) {
		if err := s.room(ctx); err != nil {
			return err
		}
		to, err := s.addresses(ctx, some)
		if err != nil {
			return err
		}
		var messages []chat.Message
		for _, t := range some {
			if to[t.Code] != 0 {
				messages = append(messages, chat.Message{
					Key: fmt.Sprintf("%s%s/%s/%d", madeReceipt, n.ID, t.Code, nth), To: to[t.Code], Lane: chat.Notices, At: s.Now(),
					Make: madeReceipt + string(n.ID),
				})
			}
		}
		if _, err := s.Outbox.Put(ctx, messages...); err != nil {
			return err
		}
	}
	return nil
}

// room waits until less than a second's worth of notices is in the outbox.
func (s *Notices) room(ctx context.Context) error {
	for {
		depths, err := s.Outbox.LaneDepths(ctx)
		if err != nil || depths[chat.Notices] < s.window() {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(refillEvery):
		}
	}
}

// makeReminder makes a reminder to confirm a notice.
func (s *Notices) makeReminder(ctx context.Context, id notice.ID, m chat.Message, now time.Time) (chat.Message, error) {
	code, err := s.silent(ctx, id, m, now)
	if err == nil {
		err = s.there(ctx, code, m.To)
	}
	if err != nil {
		return chat.Message{}, fmt.Errorf("%s: %w", m.Key, err)
	}
	n, err := s.recent(ctx, id, now)
	if err != nil {
		return chat.Message{}, err
	}
	m.Text, m.Rows = s.Texts.Remind(n)
	return m, nil
}

// silent returns whom a reminder is for, if it is still to be said.
func (s *Notices) silent(ctx context.Context, id notice.ID, m chat.Message, now time.Time) (journey.Code, error) {
	var code journey.Code
	if parts := strings.Split(m.Key, "/"); len(parts) == 4 {
		code = journey.Code(parts[2])
	}
	n, err := s.recent(ctx, id, now)
	if err != nil {
		return code, err
	}
	if !asks(n, journey.DateOf(now)) || s.Hours.Quiet(now) {
		return code, fmt.Errorf("not at this time: %w", chat.ErrMoot)
	}
	results, err := s.Store.RecipientsOf(ctx, id, code)
	switch {
	case err != nil:
		return code, &chat.Unavailable{Err: err}
	case len(results) == 0 || !results[0].Received.IsZero():
		return code, fmt.Errorf("confirmed: %w", chat.ErrMoot)
	}
	return code, nil
}
