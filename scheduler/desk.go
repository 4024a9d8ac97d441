package scheduler

import (
	"context"
	"fmt"
	"time"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/wording"
)

// Waiting counts the questions that wait for a person.
type Waiting interface {
	CountQuestions(context.Context) (int, error)
}

// Outbox takes messages for delivery, each key once.
type Outbox interface {
	Put(context.Context, ...chat.Message) (int, error)
}

// digestWindow is how long after its time a digest is still made up for.
const digestWindow = 12 * time.Hour

// DeskDigest tells those who are in no list once a day, from at (time since
// midnight) on, how many questions wait; who is in one reads it in the digest. A
// morning on which the bot was down is made up for within twelve hours; a
// question that comes after them waits for the next morning, since nobody is to
// be woken by it. A day without questions stays silent.
func DeskDigest(desk Waiting, outbox Outbox, at time.Duration, to func(context.Context) ([]chat.Address, error)) Job {
	return Job{Name: "desk digest", Do: func(ctx context.Context, now time.Time) error {
		today := journey.DateOf(now)
		if since := now.Sub(today.At(at)); since < 0 || since >= digestWindow {
			return nil
		}
		n, err := desk.CountQuestions(ctx)
		if err != nil || n == 0 {
			return err
		}
		all, err := to(ctx)
		if err != nil {
			return err
		}
		var messages []chat.Message
		for _, who := range all {
			messages = append(messages, chat.Message{
				Key: fmt.Sprintf("desk/%s/%s", today, who), To: who, Lane: chat.Reminders, At: now,
				Text: wording.DeskDigest(n),
			})
		}
		_, err = outbox.Put(ctx, messages...)
		return err
	}}
}
