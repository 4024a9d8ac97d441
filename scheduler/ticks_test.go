package scheduler_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"donghanh/scheduler"
)

func TestTicksTellHowLateAJobRanAndWhenItLastFinished(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ticks scheduler.Ticks
		began := time.Now() // a full minute in a bubble
		runs := 0
		jobs := ticks.Watch(time.Now, scheduler.Job{Name: "a", Do: func(_ context.Context, now time.Time) error {
			runs++
			time.Sleep(3 * time.Second)
			if runs == 2 {
				return errors.New("no")
			}
			if runs == 4 {
				time.Sleep(2 * time.Hour)
			}
			return nil
		}})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		time.Sleep(40 * time.Second)
		go func() { done <- scheduler.Run(ctx, time.Now, slog.New(slog.DiscardHandler), jobs...) }()
		last := func() scheduler.Tick {
			synctest.Wait()
			all := ticks.All()
			if len(all) != 1 || all[0].Job != "a" {
				t.Fatalf("known of: %+v", all)
			}
			return all[0]
		}
		steps := []struct {
			claim    string
			at       time.Duration // after began
			since    time.Duration
			took     time.Duration
			failures int64
		}{
			{"the run at the start is never late", 44 * time.Second, 43 * time.Second, 3 * time.Second, 0},
			{"a failed tick finished too", 64 * time.Second, 63 * time.Second, 3 * time.Second, 1},
			{"the next", 124 * time.Second, 123 * time.Second, 3 * time.Second, 1},
			{"a job that hangs does not finish", time.Hour, 123 * time.Second, 3 * time.Second, 1},
		}
		for _, s := range steps {
			time.Sleep(time.Until(began.Add(s.at)))
			if got := last(); got.Since.Sub(began) != s.since || got.Took != s.took || got.Failures != s.failures || got.Late != 0 {
				t.Errorf("%s: after %s %+v (finished at %s)", s.claim, s.at, got, got.Since.Sub(began))
			}
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestATickThatCameLateIsSaidToBe(t *testing.T) {
	var ticks scheduler.Ticks
	now := time.Date(2026, 12, 1, 7, 30, 0, 0, time.UTC)
	job := ticks.Watch(func() time.Time { return now }, scheduler.Job{Name: "a", Do: func(context.Context, time.Time) error { return nil }})[0]
	for _, late := range []time.Duration{20 * time.Second, 0, 17 * time.Second} {
		if err := job.Do(t.Context(), now.Add(late)); err != nil {
			t.Fatal(err)
		}
	}
	if got := ticks.All()[0].Late; got != 17*time.Second {
		t.Errorf("late by %s, want 17s", got)
	}
}
