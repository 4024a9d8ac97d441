package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"donghanh/internal/feed"
	"donghanh/internal/journey"
)

func TestAFeedIsServedToWhoKnowsItsSecret(t *testing.T) {
	down := false
	f := &feeds{
		whose: func(_ context.Context, secret string) (journey.Code, error) {
			if secret != "BIMAT" {
				return "", journey.ErrNotFound
			}
			return "sv-lan", nil
		},
		calendar: func(_ context.Context, whose journey.Code, _ time.Time) ([]byte, error) {
			if down {
				return nil, errors.New("down")
			}
			return []byte("of " + whose), nil
		},
		now: time.Now, log: slog.New(slog.DiscardHandler),
	}
	mux := http.NewServeMux()
	mux.Handle("GET /lich/{file}", f)
	get := func(method, path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, path, nil))
		return w
	}
	w := get("GET", "/lich/BIMAT.ics")
	if w.Code != http.StatusOK || w.Body.String() != "of sv-lan" || w.Header().Get("Content-Type") != feed.Type || w.Header().Get("Cache-Control") != "private, max-age=900" {
		t.Errorf("the feed: %d %q %v", w.Code, w.Body, w.Header())
	}
	unknown := get("GET", "/lich/KHONGCO.ics")
	for _, path := range []string{"/lich/BIMAT", "/lich/.ics", "/lich/bimat.ics", "/lich/BIMAT.ics.ics", "/lich/"} {
		if w := get("GET", path); w.Code != http.StatusNotFound || path != "/lich/" && w.Body.String() != unknown.Body.String() {
			t.Errorf("%s: %d %q, want what an unknown secret gets: %q", path, w.Code, w.Body, unknown.Body)
		}
	}
	if w := get("POST", "/lich/BIMAT.ics"); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", w.Code)
	}
	down = true
	if w := get("GET", "/lich/BIMAT.ics"); w.Code != http.StatusServiceUnavailable {
		t.Errorf("while the store is down: %d %q", w.Code, w.Body)
	}
}
