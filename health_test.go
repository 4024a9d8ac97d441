package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestHealthAsksTheRunningBot(t *testing.T) {
	tests := map[string]struct {
		status int
		body   string
		want   string // of the error; empty: none
	}{
		"a bot that is well":               {http.StatusOK, "ok\n", ""},
		"a bot that is not says why":       {http.StatusServiceUnavailable, "redis: gone\ntelegram: not reached yet\n", "health: redis: gone; telegram: not reached yet"},
		"whatever answers without a cause": {http.StatusNotFound, "", "health: "},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/healthz" {
					t.Errorf("asked for %s", r.URL)
				}
				w.WriteHeader(tt.status)
				_, _ = w.Write([]byte(tt.body))
			}))
			defer server.Close()
			var out bytes.Buffer
			err := run(t.Context(), []string{"health"}, env{environ: []string{"LISTEN=" + server.Listener.Addr().String(), "HTTP_PROXY=http://127.0.0.1:1"}, out: &out, err: &out})
			if tt.want == "" && (err != nil || out.String() != "ok\n") || tt.want != "" && (err == nil || err.Error() != tt.want) {
				t.Errorf("%v, printed %q; want %q", err, out.String(), tt.want)
			}
		})
	}
	var out bytes.Buffer
	err := run(t.Context(), []string{"health"}, env{environ: []string{"LISTEN=127.0.0.1:1"}, out: &out, err: &out})
	if err == nil || !strings.Contains(err.Error(), "nobody answers at 127.0.0.1:1") {
		t.Errorf("nobody there: %v", err)
	}
}

func TestHealthCallsTheMachineItself(t *testing.T) {
	tests := map[string]string{
		"127.0.0.1:8080":   "127.0.0.1:8080",
		":8080":            "127.0.0.1:8080",
		"0.0.0.0:8080":     "127.0.0.1:8080",
		"[::]:8080":        "[::1]:8080",
		"10.0.0.7:80":      "10.0.0.7:80",
		"bot.internal:443": "bot.internal:443",
	}
	for listen, want := range tests {
		if got := near(listen); got != want {
			t.Errorf("near(%s) = %s, want %s", listen, got, want)
		}
	}
}
