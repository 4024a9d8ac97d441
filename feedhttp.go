package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"donghanh/internal/feed"
	"donghanh/internal/journey"
)

// feeds serves the calendar feeds: GET /lich/<secret>.ics.
type feeds struct {
	whose    func(ctx context.Context, secret string) (journey.Code, error) // journey.ErrNotFound
	calendar func(ctx context.Context, whose journey.Code, now time.Time) ([]byte, error)
	now      func() time.Time
	log      *slog.Logger
}

// ServeHTTP makes the calendar anew for each request, from what is known now.
// A secret is looked up by its hash, so how long a refusal takes says nothing
// of how near a guess was.
func (f *feeds) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	secret, ok := strings.CutSuffix(r.PathValue("file"), ".ics")
	if !ok || secret == "" || len(secret) > 100 {
		http.NotFound(w, r)
		return
	}
	whose, err := f.whose(r.Context(), secret)
	if errors.Is(err, journey.ErrNotFound) {
		http.NotFound(w, r)
		return
	}
	var body []byte
	if err == nil {
		body, err = f.calendar(r.Context(), whose, f.now())
	}
	if err != nil {
		f.log.Error("a calendar feed could not be made", "code", whose, "err", err)
		http.Error(w, "the calendar cannot be read now", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", feed.Type)
	w.Header().Set("Cache-Control", "private, max-age=900")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Referrer-Policy", "no-referrer")
	_, _ = w.Write(body) // the asker is gone: nobody to tell
}

// feeds serves the calendars of this bot.
func (b *bots) feeds() http.Handler {
	calendar := func(ctx context.Context, whose journey.Code, now time.Time) ([]byte, error) {
		return b.handlers.Calendar(ctx, whose, now) // the handlers are there once the bot runs
	}
	return &feeds{whose: b.db.Feed, calendar: calendar, now: b.now, log: b.log}
}
