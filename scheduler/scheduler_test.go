package scheduler

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// started runs the jobs inside a bubble. stop ends them and returns what Run
// returned; log is readable after it.
func started(t *testing.T, jobs ...Job) (stop func() error, log *bytes.Buffer) {
	t.Helper()
	log = &bytes.Buffer{}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- Run(ctx, time.Now, slog.New(slog.NewTextHandler(log, nil)), jobs...) }()
	return func() error { cancel(); return <-done }, log
}

// wakings returns a job that notes when it was woken, as seconds from now, and
// then does more.
func wakings(name string, more func(waking int) error) (j Job, at *[]int) {
	begun := time.Now()
	at = &[]int{}
	return Job{name, func(_ context.Context, now time.Time) error {
		*at = append(*at, int(now.Sub(begun).Seconds()))
		return more(len(*at))
	}}, at
}

func nothing(int) error { return nil }

func TestAJobRunsAtStartAndEachMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(17 * time.Second) // not at a full minute
		j, at := wakings("j", nothing)
		other, otherAt := wakings("other", nothing)
		stop, log := started(t, j, other)
		time.Sleep(3*time.Minute - time.Second)
		if err := stop(); err != nil {
			t.Errorf("Run = %v, want nil", err)
		}
		if want := []int{0, 43, 103, 163}; !slices.Equal(*at, want) || !slices.Equal(*otherAt, want) {
			t.Errorf("woken at second %d and %d, want %d both", *at, *otherAt, want)
		}
		if log.Len() > 0 {
			t.Errorf("nothing went wrong, but the log says %s", log)
		}
	})
}

func TestAJobThatWentWrongRunsAgainAtTheNextTick(t *testing.T) {
	tests := map[string]struct {
		more func(int) error
		log  string
	}{
		"after an error": {func(int) error { return errors.New("no Redis") }, "no Redis"},
		"after a panic":  {func(int) error { panic("out of bounds") }, "out of bounds"},
		"after a panic that is an error": {func(int) error {
			var list []int
			return errors.New(strconv.Itoa(list[len(list)]))
		}, "out of range"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				j, at := wakings("desk digest", tt.more)
				well, wellAt := wakings("well", nothing)
				stop, log := started(t, j, well)
				time.Sleep(2*time.Minute + time.Second)
				if err := stop(); err != nil {
					t.Errorf("Run = %v, want nil", err)
				}
				if want := []int{0, 60, 120}; !slices.Equal(*at, want) || !slices.Equal(*wellAt, want) {
					t.Errorf("woken at second %d, the job beside it at %d, want %d both", *at, *wellAt, want)
				}
				if n := strings.Count(log.String(), tt.log); n < 3 {
					t.Errorf("the log names %q %d times, want each of the 3 times: %s", tt.log, n, log)
				}
			})
		})
	}
}

func TestAJobStillRunningIsNotStartedTwice(t *testing.T) {
	tests := map[string]struct {
		long int // the waking that takes two and a half minutes
		want []int
	}{
		"the run at start":  {1, []int{0, 180, 240}},
		"the run at a tick": {2, []int{0, 60, 240}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				running := 0
				j, at := wakings("long", func(waking int) error {
					if running++; running > 1 {
						t.Error("started while it still runs")
					}
					if waking == tt.long {
						time.Sleep(150 * time.Second)
					}
					running--
					return nil
				})
				quick, quickAt := wakings("quick", nothing)
				stop, _ := started(t, j, quick)
				time.Sleep(4*time.Minute + time.Second)
				if err := stop(); err != nil {
					t.Errorf("Run = %v, want nil", err)
				}
				if !slices.Equal(*at, tt.want) {
					t.Errorf("woken at second %d, want %d", *at, tt.want)
				}
				if want := []int{0, 60, 120, 180, 240}; !slices.Equal(*quickAt, want) {
					t.Errorf("the job beside it was woken at second %d, want %d", *quickAt, want)
				}
			})
		})
	}
}

func TestRunWaitsForAJobUnderWay(t *testing.T) {
	tests := map[string]struct {
		long int // the waking that is under way at the end
		end  time.Duration
	}{
		"the run at start":  {1, 10 * time.Second},
		"the run at a tick": {2, 70 * time.Second},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begun, finished := time.Now(), false
				j := Job{Name: "j"}
				woken := 0
				j.Do = func(ctx context.Context, _ time.Time) error {
					if woken++; woken != tt.long {
						return nil
					}
					<-ctx.Done() // told to come to an end
					time.Sleep(5 * time.Second)
					finished = true
					return ctx.Err()
				}
				stop, log := started(t, j)
				time.Sleep(tt.end)
				err := stop()
				if took := time.Since(begun); err != nil || !finished || took != tt.end+5*time.Second {
					t.Errorf("Run = %v after %s, job finished %t; want nil after %s and a finished job", err, took, finished, tt.end+5*time.Second)
				}
				time.Sleep(5 * time.Minute)
				if woken != tt.long {
					t.Errorf("woken %d times, want none after the end", woken)
				}
				if log.Len() > 0 {
					t.Errorf("coming to an end is no failure, but the log says %s", log)
				}
			})
		})
	}
}

// The clock of a rehearsal is ahead of the machine's.
func TestAJobIsToldTheTimeOfTheClockGiven(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ahead := 61 * 24 * time.Hour
		begun := time.Now()
		var told []time.Duration
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() {
			done <- Run(ctx, func() time.Time { return time.Now().Add(ahead) }, slog.New(slog.DiscardHandler), Job{"j", func(_ context.Context, now time.Time) error {
				told = append(told, now.Sub(begun))
				return nil
			}})
		}()
		time.Sleep(61 * time.Second)
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run = %v, want nil", err)
		}
		if want := []time.Duration{ahead, ahead + time.Minute}; !slices.Equal(told, want) {
			t.Errorf("told %s from the start, want %s", told, want)
		}
	})
}
