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
// While the store cannot be read it is an error, never a page of zeros.
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

const (
	figuresWithin = 5 * time.Second // all of them
	asidesCounted = 1000            // as many as the store keeps
)

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
	} {
		to <- d
	}
}

// Collect reads the figures. One that cannot be read fails the whole page.
func (f figures) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), figuresWithin)
	defer cancel()
	p := page{to}
	f.messages(ctx, p)
	f.questions(ctx, p)
	f.votes(ctx, p)
	asides, err := f.db.Asides(ctx, asidesCounted)
	p.now(figureAsides, float64(len(asides)), err)
	silence := math.Inf(1)
	if heard := f.client.Heard(); !heard.IsZero() {
		silence = f.now().Sub(heard).Seconds()
	}
	p.now(figureSilence, silence, nil)
	p.sofar(figureHeld, int(f.held.Load()))
	p.now(figureAwaiting, float64(len(f.lib.Book().Awaiting())), nil)
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
