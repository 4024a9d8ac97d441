// Package scheduler wakes jobs. Cron is only the tick: a job asks what should
// have gone out by now, so a tick that was missed, or came twice, changes
// nothing.
package scheduler

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/robfig/cron/v3"
)

// Job does what is due by now. It is run again each minute, so what it puts
// out is keyed by its cause.
type Job struct {
	Name string
	Do   func(ctx context.Context, now time.Time) error
}

// everyMinute is the tick: each full minute of a clock, which may be that of a
// rehearsal and then is not the machine's.
type everyMinute struct{ now func() time.Time }

// Next returns when the machine's clock shows the next full minute of the other.
func (e everyMinute) Next(t time.Time) time.Time {
	ahead := time.Until(e.now()).Round(time.Millisecond)
	return t.Add(ahead).Truncate(time.Minute).Add(time.Minute - ahead)
}

// Run wakes each job now and each minute until ctx ends, and waits for those
// under way. A job that fails or panics is logged and run again at the next
// tick; one that still runs is not started twice.
func Run(ctx context.Context, now func() time.Time, log *slog.Logger, jobs ...Job) error {
	c := cron.New(cron.WithLocation(now().Location()), cron.WithLogger(quiet{log}))
	var first sync.WaitGroup
	for _, j := range jobs {
		do := cron.FuncJob(func() {
			if err := j.Do(ctx, now()); err != nil && ctx.Err() == nil {
				log.Error("job failed", "job", j.Name, "err", err)
			}
		})
		// In this order: the other one never runs a job again after one panic.
		wrapped := cron.NewChain(cron.SkipIfStillRunning(quiet{log}), cron.Recover(quiet{log})).Then(do)
		c.Schedule(everyMinute{now}, wrapped)
		first.Go(wrapped.Run) // beside each other: a slow one holds up nobody
	}
	c.Start()
	<-ctx.Done()
	<-c.Stop().Done()
	first.Wait()
	return nil
}

// quiet passes only what went wrong to the log.
type quiet struct{ log *slog.Logger }

func (quiet) Info(string, ...any) {}

func (q quiet) Error(err error, msg string, keysAndValues ...any) {
	q.log.Error(msg, append([]any{"err", err}, keysAndValues...)...)
}
