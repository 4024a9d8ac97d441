package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"donghanh/bot"
	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/telegramtest"
	"donghanh/scheduler"
)

func TestMetricsSayWhatBecameOfAQuestion(t *testing.T) {
	tg, url := pretend(t, 1, telegramtest.Limits{})
	p := start(t, []string{"TELEGRAM_API=" + url, "DATA_DIR=" + t.TempDir()}, "serve")
	tg.Say(1, "dự bị bao lâu vậy ạ")
	answers(t, tg, 1, 1)
	// That it was sent is known to Telegram first, then to the store.
	page := p.until(t, "/metrics", func(status int, body string) bool {
		return status == http.StatusOK && strings.Contains(body, `donghanh_messages_total{lane="answers",state="sent"} 1`) &&
			strings.Contains(body, `donghanh_updates_total{outcome="handled"} 1`)
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
		`donghanh_updates_total{outcome="aside"} 0`,
		`donghanh_update_stuck_seconds 0`,
		`donghanh_telegram_errors_total{of="conflict"} 0`,
		`donghanh_job_failures_total{job="remind"} 0`,
		`donghanh_people{state="linked"} 0`,
		`donghanh_people{state="unlinked"} 0`,
		`donghanh_conversations_unreachable 0`,
		`donghanh_redis_up 1`,
		`donghanh_redis_memory_limit_bytes 0`,
		`donghanh_log_records_total{level="error"} 0`,
	} {
		if !strings.Contains(page, "\n"+want+"\n") {
			t.Errorf("the page lacks %s", want)
		}
	}
	for _, want := range []string{`donghanh_telegram_silence_seconds \d`, `donghanh_entries_awaiting_approval \d`, `donghanh_job_age_seconds\{job="remind"\} \d`, `donghanh_job_late_seconds\{job="remind"\} \d`,
		`donghanh_job_took_seconds\{job="remind"\} \d`, `donghanh_redis_ping_seconds \d`, `donghanh_redis_memory_bytes \d`, `donghanh_redis_keys \d`, `go_goroutines \d`, `process_start_time_seconds \d`} {
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

func TestMetricsWithoutRedisSaySoAndLeaveOutWhatItKeeps(t *testing.T) {
	_, url := pretend(t, 0, telegramtest.Limits{})
	redis := miniredis.RunT(t)
	p := start(t, []string{"TELEGRAM_API=" + url, "REDIS_URL=redis://" + redis.Addr(), "DATA_DIR=" + t.TempDir()}, "serve")
	status, page := p.get(t, "/metrics")
	if status != http.StatusOK || !strings.Contains(page, "\ndonghanh_redis_up 1\n") || !strings.Contains(page, "\ndonghanh_questions_waiting 0\n") {
		t.Fatalf("while all is well: %d %s", status, page)
	}
	redis.Close()
	status, page = p.get(t, "/metrics")
	if status != http.StatusOK || !strings.Contains(page, "\ndonghanh_redis_up 0\n") || !strings.Contains(page, "\ndonghanh_telegram_silence_seconds ") {
		t.Errorf("without Redis: %d %s", status, page)
	}
	for _, kept := range []string{"donghanh_messages", "donghanh_questions", "donghanh_people", "donghanh_votes", "donghanh_updates_aside"} {
		if strings.Contains(page, kept) {
			t.Errorf("without Redis the page tells of %s", kept)
		}
	}
	p.stop(t, syscall.SIGKILL)
}

func TestHealthNamesEveryReason(t *testing.T) {
	tg, url := pretend(t, 1, telegramtest.Limits{})
	redis := miniredis.RunT(t)
	p := start(t, []string{"TELEGRAM_API=" + url, "REDIS_URL=redis://" + redis.Addr(), "DATA_DIR=" + t.TempDir()}, "serve")
	p.until(t, "/healthz", func(status int, _ string) bool { return status == http.StatusOK })
	redis.SetError("OOM command not allowed when used memory > 'maxmemory'.") // to any command, as a full Redis to any change
	status, body := p.get(t, "/healthz")
	if status != http.StatusServiceUnavailable || !strings.HasPrefix(body, "redis: OOM command not allowed") {
		t.Errorf("a full Redis: %d %s", status, body)
	}
	tg.Say(1, "dự bị bao lâu vậy ạ")
	p.stderr.wait(t, "update not handled, comes again")
	redis.SetError("")
	page := p.until(t, "/metrics", func(_ int, page string) bool {
		return strings.Contains(page, `donghanh_updates_total{outcome="handled"} 1`)
	})
	if !strings.Contains(page, "\ndonghanh_update_stuck_seconds 0\n") || strings.Contains(page, `donghanh_updates_total{outcome="failed"} 0`) {
		t.Errorf("after it was handled in the end:\n%s", page)
	}
	p.stop(t, syscall.SIGTERM)
}

func TestUnwellListsWhatStandsStill(t *testing.T) {
	d, err := newDemo(t.Context(), env{err: io.Discard}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.close() }()
	_, url := pretend(t, 0, telegramtest.Limits{})
	now := time.Date(2026, 12, 1, 8, 0, 0, 0, journey.Zone)
	b := &bots{now: func() time.Time { return now }, db: d.bots.db}
	b.client = bot.New(bot.Config{Token: token, API: url, Now: b.now})
	job := b.ticks.Watch(b.now, scheduler.Job{Name: "remind", Do: func(context.Context, time.Time) error { return nil }})[0]
	hook := b.client.Webhook("s", func(context.Context, chat.Incoming) error { return errors.New("no") }, nil)
	post := func() {
		r := httptest.NewRequest(http.MethodPost, "/telegram", strings.NewReader(`{"update_id":1,"message":{"message_id":1,"chat":{"id":1,"type":"private"},"from":{"id":1},"text":"a"}}`))
		r.Header.Set("X-Telegram-Bot-Api-Secret-Token", "s")
		hook.ServeHTTP(httptest.NewRecorder(), r)
	}
	post()
	if err := job.Do(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	if reasons := b.unwell(t.Context()); len(reasons) > 0 {
		t.Errorf("one failure is no reason yet: %q", reasons)
	}
	now = now.Add(11 * time.Minute)
	post()
	want := []string{"updates: the same one cannot be handled since 2026-12-01T08:00:00+07:00", "jobs: remind did not finish since 2026-12-01T08:00:00+07:00"}
	if reasons := b.unwell(t.Context()); !slices.Equal(reasons, want) {
		t.Errorf("unwell: %q\nwant %q", reasons, want)
	}
}
