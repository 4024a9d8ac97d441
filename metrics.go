package main

import (
	"context"
	"maps"
	"math"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"donghanh/internal/store"
)

// metrics is the page Prometheus reads: counts only, no names and no texts.
// While Redis does not answer it says so and leaves out what is kept there; when
// that fails later it is an error. It is never a page of zeros.
func (b *bots) metrics() http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		figures{b},
	)
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{ErrorHandling: promhttp.HTTPErrorOnError})
}

// figures reads the figures of a bot each time they are asked for.
type figures struct{ *bots }

const figuresWithin = 5 * time.Second // all of them

var (
	figureQueued   = figure("messages_queued", "Messages that wait or are on their way.", "lane")
	figureEnded    = figure("messages_total", "Messages that came to an end: sent, failed (never accepted), unreachable (the person blocked the bot or is gone), in doubt (nobody knows), moot (nothing was left to say).", "lane", "state")
	figureDoubts   = figure("doubts_total", "How often nobody knew whether a message had gone out; most were sent again.", "lane")
	figureOutcomes = figure("questions_total", "Questions by outcome: sure (answered), asked (asked back), declined (no approved answer), care (a person may be in danger), chosen (a topic offered was pressed).", "outcome")
	figureVotes    = figure("votes_total", "What people said of answers with the buttons under them.", "vote")
	figureWaiting  = figure("questions_waiting", "Questions that wait for a person at the desk.")
	figureAsides   = figure("updates_aside", "Updates nobody could read, kept for an operator; the newest 1000 at most.")
	figureSilence  = figure("telegram_silence_seconds", "Seconds since Telegram was last heard; +Inf before the first time.")
	figureHeld     = figure("messages_held_total", "Messages not let out since the start: they had a number as on an identity card or of a phone. The log names them by key.")
	figureAwaiting = figure("entries_awaiting_approval", "Entries of the content that nobody has approved yet.")
	figureUpdates  = figure("updates_total", "Updates since the start: handled, nobodys (none of ours), aside (nobody could read them), failed (tries; they came again).", "outcome")
	figureStuck    = figure("update_stuck_seconds", "Seconds since the update under way failed first; 0: it did not.")
	figureErrors   = figure("telegram_errors_total", "What went wrong with Telegram since the start: poll (polls that failed), conflict (of those, since somebody else polls), webhook (posts that could not be taken), forbidden (posts without the secret).", "of")
	figureJobAge   = figure("job_age_seconds", "Seconds since a job last finished.", "job")
	figureJobLate  = figure("job_late_seconds", "Seconds after its minute at which a job last began.", "job")
	figureJobTook  = figure("job_took_seconds", "Seconds a job last took.", "job")
	figureJobFails = figure("job_failures_total", "Ticks of a job that failed since the start.", "job")
	figurePeople   = figure("people", "People in the lists: linked (to a conversation) and unlinked.", "state")
	figureGone     = figure("conversations_unreachable", "Conversations Telegram lets us write to no more.")
	figureRedisUp  = figure("redis_up", "1: Redis answers. 0: it does not, and what is kept there is left out.")
	figurePing     = figure("redis_ping_seconds", "Seconds Redis took to answer.")
	figureMemory   = figure("redis_memory_bytes", "Memory Redis uses.")
	figureLimit    = figure("redis_memory_limit_bytes", "Memory Redis may use; 0: no limit.")
	figureKeys     = figure("redis_keys", "Keys in Redis, of one node.")
	figureRecords  = figure("log_records_total", "Lines logged since the start, by level.", "level")
)

// figure describes one figure.
func figure(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("donghanh_"+name, help, labels, nil)
}

// Describe names the figures.
func (figures) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		figureQueued, figureEnded, figureDoubts, figureOutcomes, figureVotes,
		figureWaiting, figureAsides, figureSilence, figureAwaiting, figureHeld,
		figureUpdates, figureStuck, figureErrors, figureJobAge, figureJobLate, figureJobTook, figureJobFails,
		figurePeople, figureGone, figureRedisUp, figurePing, figureMemory, figureLimit, figureKeys, figureRecords,
	} {
		to <- d
	}
}

// Collect reads the figures. One that cannot be read fails the whole page.
func (f figures) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), figuresWithin)
	defer cancel()
	p := page{to}
	f.telegram(p)
	f.ran(p)
	f.logged(p)
	p.now(figureAwaiting, float64(len(f.lib.Book().Awaiting())), nil)
	if !f.redis(ctx, p) {
		return
	}
	f.messages(ctx, p)
	f.questions(ctx, p)
	f.votes(ctx, p)
	asides, err := f.db.CountAsides(ctx)
	p.now(figureAsides, float64(asides), err)
	heads, err := f.db.Headcount(ctx)
	p.now(figurePeople, float64(heads.Linked), err, "linked")
	p.now(figurePeople, float64(heads.People-heads.Linked), nil, "unlinked")
	p.now(figureGone, float64(heads.Unreachable), nil)
}

// telegram tells what was heard of Telegram, and what became of it.
func (f figures) telegram(p page) {
	silence := math.Inf(1)
	if heard := f.client.Heard(); !heard.IsZero() {
		silence = f.now().Sub(heard).Seconds()
	}
	p.now(figureSilence, silence, nil)
	n := f.client.Counts()
	stuck := 0.0
	if !n.Stuck.IsZero() {
		stuck = f.now().Sub(n.Stuck).Seconds()
	}
	p.now(figureStuck, stuck, nil)
	for outcome, n := range map[string]int64{"handled": n.Handled, "nobodys": n.Nobodys, "aside": n.Aside, "failed": n.Failed} {
		p.sofar(figureUpdates, int(n), outcome)
	}
	for of, n := range map[string]int64{"poll": n.Poll, "conflict": n.Conflict, "webhook": n.Webhook, "forbidden": n.Outsider} {
		p.sofar(figureErrors, int(n), of)
	}
}

// ran tells of the ticks of the jobs.
func (f figures) ran(p page) {
	for _, tick := range f.ticks.All() {
		p.now(figureJobAge, f.now().Sub(tick.Since).Seconds(), nil, tick.Job)
		p.now(figureJobLate, tick.Late.Seconds(), nil, tick.Job)
		p.now(figureJobTook, tick.Took.Seconds(), nil, tick.Job)
		p.sofar(figureJobFails, int(tick.Failures), tick.Job)
	}
}

// logged counts what was logged, where that is counted.
func (f figures) logged(p page) {
	if c, ok := f.log.Handler().(*counted); ok {
		p.sofar(figureRecords, int(c.warnings.Load()), "warn")
		p.sofar(figureRecords, int(c.errors.Load()), "error")
	}
}

// redis tells how Redis is; up is false when nothing can be read from it.
func (f figures) redis(ctx context.Context, p page) (up bool) {
	began := time.Now()
	err := f.db.Ping(ctx)
	took := time.Since(began)
	if err != nil {
		p.now(figureRedisUp, 0, nil)
		return false
	}
	p.now(figureRedisUp, 1, nil)
	p.now(figurePing, took.Seconds(), nil)
	figures, err := f.db.Figures(ctx)
	p.now(figureKeys, float64(figures.Keys), err)
	if figures.Memory >= 0 {
		p.now(figureMemory, float64(figures.Memory), nil)
		p.now(figureLimit, float64(figures.Limit), nil)
	}
	return true
}

// messages reads what waits in the outbox and what became of the rest.
func (f figures) messages(ctx context.Context, p page) {
	counts, err := f.db.Counts(ctx)
	p.failed(figureEnded, err)
	for lane, states := range counts {
		for state, n := range states {
			if state == store.Queued {
				p.now(figureQueued, float64(n), nil, lane.String())
				continue
			}
			p.sofar(figureEnded, n, lane.String(), string(state))
		}
	}
	doubts, err := f.db.Doubts(ctx)
	p.failed(figureDoubts, err)
	for lane, n := range doubts {
		p.sofar(figureDoubts, n, lane.String())
	}
}

// questions reads how questions ended, and how many wait for a person.
func (f figures) questions(ctx context.Context, p page) {
	counts, err := f.db.Outcomes(ctx)
	p.failed(figureOutcomes, err)
	outcomes := map[string]int{"sure": 0, "asked": 0, "declined": 0, "care": 0, "chosen": 0} // also before the first
	maps.Copy(outcomes, counts)
	for outcome, n := range outcomes {
		p.sofar(figureOutcomes, n, outcome)
	}
	waiting, err := f.db.CountQuestions(ctx)
	p.now(figureWaiting, float64(waiting), err)
}

// votes reads what people said of answers, to all topics together.
func (f figures) votes(ctx context.Context, p page) {
	topics, err := f.db.Votes(ctx)
	p.failed(figureVotes, err)
	var all store.Votes
	for _, v := range topics {
		all.Good += v.Good
		all.Bad += v.Bad
	}
	p.sofar(figureVotes, all.Good, "good")
	p.sofar(figureVotes, all.Bad, "bad")
}

// page is where figures go.
type page struct{ to chan<- prometheus.Metric }

// failed makes the whole page an error, if err is one.
func (p page) failed(d *prometheus.Desc, err error) {
	if err != nil {
		p.to <- prometheus.NewInvalidMetric(d, err)
	}
}

// now writes a figure of the moment.
func (p page) now(d *prometheus.Desc, value float64, err error, labels ...string) {
	p.failed(d, err)
	p.to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
}

// sofar writes a figure that only grows.
func (p page) sofar(d *prometheus.Desc, n int, labels ...string) {
	p.to <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(n), labels...)
}
