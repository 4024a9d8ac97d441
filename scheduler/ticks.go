package scheduler

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"
)

// Ticks is what is known of the ticks of jobs. The zero value knows of none.
type Ticks struct {
	mu   sync.Mutex
	jobs map[string]*Tick
}

// Tick is what is known of the ticks of one job.
type Tick struct {
	Job      string
	Since    time.Time     // of the last finished tick; before the first, when the job was first begun
	Late     time.Duration // how long after its minute the last tick began; 0 for the one at the start
	Took     time.Duration // of the last finished one
	Failures int64

	began bool
}

// Watch returns the jobs so that their ticks are known.
func (t *Ticks) Watch(now func() time.Time, jobs ...Job) []Job {
	watched := make([]Job, len(jobs))
	for i, j := range jobs {
		watched[i] = Job{Name: j.Name, Do: func(ctx context.Context, at time.Time) error {
			t.begin(j.Name, at)
			err := j.Do(ctx, at)
			t.end(j.Name, at, now(), err)
			return err
		}}
	}
	return watched
}

// of returns what is known of a job; t.mu is held.
func (t *Ticks) of(job string, at time.Time) *Tick {
	if t.jobs == nil {
		t.jobs = map[string]*Tick{}
	}
	if t.jobs[job] == nil {
		t.jobs[job] = &Tick{Job: job, Since: at}
	}
	return t.jobs[job]
}

func (t *Ticks) begin(job string, at time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	tick := t.of(job, at)
	if tick.began { // each full minute
		tick.Late = at.Sub(at.Truncate(time.Minute))
	}
	tick.began = true
}

func (t *Ticks) end(job string, at, now time.Time, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	tick := t.of(job, at)
	if err != nil {
		tick.Failures++
	}
	tick.Since, tick.Took = now, now.Sub(at)
}

// All returns what is known of each job, by name.
func (t *Ticks) All() []Tick {
	t.mu.Lock()
	defer t.mu.Unlock()
	var all []Tick
	for _, tick := range t.jobs {
		all = append(all, *tick)
	}
	slices.SortFunc(all, func(a, b Tick) int { return cmp.Compare(a.Job, b.Job) })
	return all
}
