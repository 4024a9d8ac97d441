package bot

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"donghanh/internal/chat"
	"donghanh/internal/telegramtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// token has a secret half that appears nowhere else.
const token = "123456:SECRET"

// leaks fails the test if text holds the token, or the secret half of it.
func leaks(t *testing.T, where, text string) {
	t.Helper()
	if strings.Contains(text, "SECRET") {
		t.Errorf("%s shows the token: %s", where, text)
	}
}

// leaksIn is leaks for every way an error may be printed.
func leaksIn(t *testing.T, err error) {
	t.Helper()
	for _, format := range []string{"%v", "%+v", "%#v", "%q"} {
		for e := err; e != nil; e = errors.Unwrap(e) {
			leaks(t, "error as "+format, fmt.Sprintf(format, e))
		}
	}
}

// journal is a log that can be read while it is written.
type journal struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.buf.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.buf.String()
}

// side is a bot and the pretend Telegram it talks to.
type side struct {
	*Client
	tg   *telegramtest.Server
	log  *journal
	http *http.Client
	stop func()
}

// inMemory starts both without a network, for use in and out of synctest.
// Student 7 has joined.
func inMemory(t *testing.T, limits telegramtest.Limits) side {
	t.Helper()
	tg, client, url, stop := telegramtest.StartInMemory(t, telegramtest.Config{Token: token, Limits: limits})
	tg.Join(telegramtest.User{ID: 7, FirstName: "Nguyễn Văn", LastName: "An"})
	s := side{tg: tg, log: &journal{}, http: client, stop: stop}
	s.Client = New(Config{
		Token: token, API: url, HTTP: client,
		Log: slog.New(slog.NewJSONHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	t.Cleanup(func() { leaks(t, "the log", s.log.String()) })
	return s
}

// unlimited is for tests that are not about limits.
var unlimited = telegramtest.Limits{PerSecond: -1, ChatBurst: -1, GroupPerMinute: -1}

// kind names the error of package chat that err is.
func kind(err error) string {
	if err == nil {
		return ""
	}
	kinds := map[string]bool{
		"Busy": is[*chat.Busy](err), "Unavailable": is[*chat.Unavailable](err), "InDoubt": is[*chat.InDoubt](err),
		"Unreachable": is[*chat.Unreachable](err), "Refused": is[*chat.Refused](err), "Moved": is[*chat.Moved](err), "Stop": is[*chat.Stop](err),
	}
	var names []string
	for name, yes := range kinds {
		if yes {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return cmp.Or(strings.Join(names, "+"), fmt.Sprintf("%T", err))
}

func is[E error](err error) bool {
	_, ok := errors.AsType[E](err)
	return ok
}

func nothingAside(context.Context, []byte, string) error { return nil }
