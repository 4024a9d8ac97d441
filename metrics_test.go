package main

import (
	"net/http"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/alicebob/miniredis/v2"

	"donghanh/internal/telegramtest"
)

func TestMetricsSayWhatBecameOfAQuestion(t *testing.T) {
	tg, url := pretend(t, 1, telegramtest.Limits{})
	p := start(t, []string{"TELEGRAM_API=" + url, "DATA_DIR=" + t.TempDir()}, "serve")
	tg.Say(1, "dự bị bao lâu vậy ạ")
	answers(t, tg, 1, 1)
	// That it was sent is known to Telegram first, then to the store.
	page := p.until(t, "/metrics", func(status int, body string) bool {
		return status == http.StatusOK && strings.Contains(body, `donghanh_messages_total{lane="answers",state="sent"} 1`)
	})
	for _, want := range []string{
		`donghanh_messages_queued{lane="answers"} 0`,
		`donghanh_messages_queued{lane="reminders"} 0`,
		`donghanh_messages_total{lane="answers",state="failed"} 0`,
		`donghanh_messages_total{lane="answers",state="unreachable"} 0`,
		`donghanh_messages_total{lane="notices",state="in doubt"} 0`,
		`donghanh_doubts_total{lane="answers"} 0`,
		`donghanh_questions_total{outcome="sure"} 1`,
		`donghanh_questions_total{outcome="asked"} 0`,
		`donghanh_questions_total{outcome="declined"} 0`,
		`donghanh_questions_total{outcome="care"} 0`,
		`donghanh_questions_total{outcome="chosen"} 0`,
		`donghanh_votes_total{vote="good"} 0`,
		`donghanh_votes_total{vote="bad"} 0`,
		`donghanh_questions_waiting 0`,
		`donghanh_updates_aside 0`,
	} {
		if !strings.Contains(page, "\n"+want+"\n") {
			t.Errorf("the page lacks %s", want)
		}
	}
	for _, want := range []string{`donghanh_telegram_silence_seconds \d`, `donghanh_entries_awaiting_approval \d`, `go_goroutines \d`, `process_start_time_seconds \d`} {
		if !regexp.MustCompile(`(?m)^` + want).MatchString(page) {
			t.Errorf("the page lacks %s", want)
		}
	}
	for line := range strings.Lines(page) {
		for _, private := range []string{"Sinh viên", "dự bị", "tháng", "SECRET"} {
			if strings.Contains(line, private) {
				t.Errorf("the page tells %q: %s", private, line)
			}
		}
		name, _, _ := strings.Cut(line, " ")
		if !strings.HasPrefix(line, "#") && !regexp.MustCompile(`^(donghanh|go|process)_`).MatchString(name) {
			t.Errorf("a figure of whose? %s", line)
		}
	}
	p.stop(t, syscall.SIGTERM)
}

func TestMetricsOfAStoreThatCannotBeReadAreAnError(t *testing.T) {
	_, url := pretend(t, 0, telegramtest.Limits{})
	redis := miniredis.RunT(t)
	p := start(t, []string{"TELEGRAM_API=" + url, "REDIS_URL=redis://" + redis.Addr(), "DATA_DIR=" + t.TempDir()}, "serve")
	if status, page := p.get(t, "/metrics"); status != http.StatusOK {
		t.Fatalf("while all is well: %d %s", status, page)
	}
	redis.Close()
	status, page := p.get(t, "/metrics")
	if status != http.StatusInternalServerError || strings.Contains(page, "} 0") {
		t.Errorf("without Redis: %d %s, want an error", status, page)
	}
	p.stop(t, syscall.SIGKILL)
}
