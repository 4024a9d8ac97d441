package telegramtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bot is a client that does as it is told, mistakes included.
type bot struct {
	*Server
	http *http.Client
	url  string
	stop func()
}

const token = "123456:TEST"

// start starts a server with student 7 and a bot.
func start(t *testing.T, c Config) *bot {
	t.Helper()
	s, client, url, stop := StartInMemory(t, c)
	s.Join(User{ID: 7, FirstName: "An", Language: "vi"})
	return &bot{Server: s, http: client, url: url, stop: stop}
}

// reply is what a call was answered with.
type reply struct {
	OK          bool
	Result      json.RawMessage
	Code        int `json:"error_code"`
	Description string
	Parameters  struct {
		RetryAfter int   `json:"retry_after"`
		MigrateTo  int64 `json:"migrate_to_chat_id"`
	}
	status int
}

// call makes a call; params are names and values in turn.
func (b *bot) call(t *testing.T, method string, params ...any) reply {
	t.Helper()
	r, err := b.try(t.Context(), method, params...)
	if err != nil {
		t.Fatalf("%s: %v", method, err)
	}
	return r
}

func (b *bot) try(ctx context.Context, method string, params ...any) (r reply, err error) {
	form := url.Values{}
	for i := 0; i < len(params); i += 2 {
		form.Set(params[i].(string), fmt.Sprint(params[i+1]))
	}
	return b.post(ctx, method, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

func (b *bot) post(ctx context.Context, method, kind string, body io.Reader) (r reply, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, b.url+"/bot"+token+"/"+method, body)
	if err != nil {
		return r, err
	}
	req.Header.Set("Content-Type", kind)
	resp, err := b.http.Do(req)
	if err != nil {
		return r, err
	}
	defer func() { _ = resp.Body.Close() }()
	r.status = resp.StatusCode
	return r, json.NewDecoder(resp.Body).Decode(&r)
}

// upload sends a file.
func (b *bot) upload(t *testing.T, method, field, name string, data []byte, params ...any) reply {
	t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for i := 0; i < len(params); i += 2 {
		_ = m.WriteField(params[i].(string), fmt.Sprint(params[i+1]))
	}
	part, _ := m.CreateFormFile(field, name)
	_, _ = part.Write(data)
	_ = m.Close()
	r, err := b.post(t.Context(), method, m.FormDataContentType(), &body)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// want fails the test unless a call was answered with a code (0: it went well)
// and a description that contains words.
func (r reply) want(t *testing.T, what string, code int, words string) {
	t.Helper()
	if r.Code != code || r.OK != (code == 0) || !strings.Contains(r.Description, words) {
		t.Errorf("%s: answered %d %q, want %d %q", what, r.Code, r.Description, code, words)
	}
	if code != 0 && r.status != code {
		t.Errorf("%s: HTTP status %d, want %d", what, r.status, code)
	}
}

// updates returns the texts in the result of getUpdates.
func (r reply) updates(t *testing.T) string {
	t.Helper()
	var list []struct {
		Message struct{ Text string }
	}
	if err := json.Unmarshal(r.Result, &list); err != nil {
		t.Fatalf("%s: %v", r.Result, err)
	}
	var texts []string
	for _, u := range list {
		texts = append(texts, u.Message.Text)
	}
	return strings.Join(texts, " ")
}

// clock is a clock that is set by hand.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }
