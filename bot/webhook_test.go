package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"donghanh/internal/chat"
	"donghanh/internal/telegramtest"
)

const secret = "mot-bi-mat_7"

func TestWhoMayUseTheWebhook(t *testing.T) {
	body := `{"update_id":5,"message":{"message_id":1,"date":1,"chat":{"id":7},"from":{"id":7},"text":"a"}}`
	tests := map[string]struct {
		method, body string
		secret, sent string
		err          error
		status       int
		handled      int
		aside        int
	}{
		"Telegram":                          {"POST", body, secret, secret, nil, 200, 1, 0},
		"somebody without the secret":       {"POST", body, secret, "", nil, 403, 0, 0},
		"somebody who guesses":              {"POST", body, secret, secret + "8", nil, 403, 0, 0},
		"anybody, if no secret is set":      {"POST", body, "", "", nil, 403, 0, 0},
		"a browser":                         {"GET", "", secret, secret, nil, 405, 0, 0},
		"more than 1 MB is put aside":       {"POST", strings.Repeat(" ", maxUpdate) + body, secret, secret, nil, 200, 0, 1},
		"unless that fails":                 {"POST", strings.Repeat(" ", maxUpdate) + body, secret, secret, errors.New("disk full"), 500, 0, 1},
		"an update that cannot be handled":  {"POST", body, secret, secret, errors.New("redis is down"), 500, 1, 0},
		"an update that cannot be read":     {"POST", `{"update_id":5,"message":{"text":5}}`, secret, secret, nil, 200, 0, 1},
		"one that cannot even be put aside": {"POST", `[`, secret, secret, errors.New("disk full"), 500, 0, 1},
		"an update that concerns nobody":    {"POST", `{"update_id":5,"poll":{}}`, secret, secret, nil, 200, 0, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			handled, aside := 0, 0
			h := New(Config{Token: token}).Webhook(tt.secret, func(_ context.Context, in chat.Incoming) error {
				handled++
				return tt.err
			}, func(context.Context, []byte, string) error {
				aside++
				return tt.err
			})
			r := httptest.NewRequest(tt.method, "/telegram", strings.NewReader(tt.body))
			r.Header.Set(secretHeader, tt.sent)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if w.Code != tt.status || handled != tt.handled || aside != tt.aside {
				t.Errorf("status %d, %d handled, %d aside; want %d, %d, %d", w.Code, handled, aside, tt.status, tt.handled, tt.aside)
			}
			leaks(t, "the answer", w.Body.String())
		})
	}
}

func TestTelegramBringsUpdatesOneAtATimeUntilTheyAreHandled(t *testing.T) {
	tg, api := telegramtest.Start(t, telegramtest.Config{Token: token})
	c := New(Config{Token: token, API: api})
	defer c.Close()
	var failures atomic.Int32
	failures.Store(2)
	var atOnce atomic.Int32
	got, aside := make(chan string, 10), make(chan string, 10)
	hook := httptest.NewServer(c.Webhook(secret, func(_ context.Context, in chat.Incoming) error {
		if atOnce.Add(1) != 1 {
			t.Error("two updates at once")
		}
		defer atOnce.Add(-1)
		got <- in.Text
		if in.Text == "b" && failures.Add(-1) >= 0 {
			return errors.New("redis is down")
		}
		return nil
	}, func(_ context.Context, raw []byte, _ string) error {
		aside <- string(raw)
		return nil
	}))
	defer hook.Close()
	tg.Say(7, "a")
	tg.Say(7, "b")
	tg.Raw(json.RawMessage(`{"message":5}`))
	tg.Say(7, "c")
	if err := c.SetWebhook(t.Context(), hook.URL, secret); err != nil {
		t.Fatal(err)
	}
	var order []string
	for range 5 {
		order = append(order, <-got)
	}
	if all := strings.Join(order, " "); all != "a b b b c" || !strings.Contains(<-aside, `"message":5`) {
		t.Errorf("handled %q, want a b b b c", all)
	}
	if c.Heard().IsZero() {
		t.Error("not heard of Telegram")
	}
	if err := c.DeleteWebhook(t.Context()); err != nil {
		t.Fatal(err)
	}
	tg.Say(7, "d")
	p := poll(t, c, nil)
	for text := range p.got { // c may come again: its 200 may have been on the way
		if text.Text == "d" {
			break
		}
	}
	if err := p.end(); err != nil {
		t.Error(err)
	}
}

func TestTheWebhookHandlesOneUpdateAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began, goOn := make(chan int64), make(chan struct{})
		h := New(Config{Token: token}).Webhook(secret, func(_ context.Context, in chat.Incoming) error {
			began <- in.Seq
			<-goOn
			return nil
		}, nothingAside)
		send := func(ctx context.Context, id int) <-chan int {
			status := make(chan int, 1)
			go func() {
				body := fmt.Sprintf(`{"update_id":%d,"message":{"message_id":1,"chat":{"id":7},"from":{"id":7},"text":"a"}}`, id)
				r := httptest.NewRequest("POST", "/telegram", strings.NewReader(body)).WithContext(ctx)
				r.Header.Set(secretHeader, secret)
				w := httptest.NewRecorder()
				h.ServeHTTP(w, r)
				status <- w.Code
			}()
			return status
		}
		first := send(t.Context(), 1)
		if id := <-began; id != 1 {
			t.Errorf("update %d began first", id)
		}
		impatient, giveUp := context.WithCancel(t.Context())
		second, third := send(t.Context(), 2), send(impatient, 3)
		synctest.Wait()
		select {
		case id := <-began:
			t.Fatalf("update %d began while the first was handled", id)
		default:
		}
		giveUp()
		if status := <-third; status != http.StatusServiceUnavailable {
			t.Errorf("Telegram gave up waiting and was told %d", status)
		}
		goOn <- struct{}{}
		if id := <-began; id != 2 {
			t.Errorf("update %d began second", id)
		}
		goOn <- struct{}{}
		if a, b := <-first, <-second; a != 200 || b != 200 {
			t.Errorf("answered %d and %d, want 200", a, b)
		}
	})
}

func TestPollingBesideAWebhookWaits(t *testing.T) {
	b := inMemory(t, unlimited)
	if err := b.SetWebhook(t.Context(), "http://127.0.0.1:9/telegram", secret); err != nil {
		t.Fatal(err)
	}
	_, err := b.updates(t.Context(), 0, 0, 1)
	if r, ok := errors.AsType[*refusal](err); !ok || r.status != http.StatusConflict {
		t.Errorf("error %v, want a conflict", err)
	}
	if p := b.tg.Calls()[0].Params; p["max_connections"] != "1" || p["allowed_updates"] != allowedUpdates {
		t.Errorf("the webhook was set with %v: several connections would mix the order", p)
	}
	if err := b.SetWebhook(t.Context(), "http://127.0.0.1:9/telegram", "có dấu"); kind(err) != "Refused" {
		t.Errorf("a secret with accents: %v, want Refused", err)
	}
}
