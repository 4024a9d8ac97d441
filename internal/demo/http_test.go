package demo_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"

	"donghanh/internal/demo"
	"donghanh/internal/telegramtest"
)

// quietStage is a demo without a bot and without a network.
func quietStage(t *testing.T) (*demo.Demo, *telegramtest.Server) {
	t.Helper()
	clock := demo.NewClock(start)
	telegram := telegramtest.New(telegramtest.Config{Now: clock.Now})
	t.Cleanup(telegram.Close)
	d := demo.New(demo.Config{Telegram: telegram, People: people(), Clock: clock})
	t.Cleanup(d.Close)
	return d, telegram
}

// request is a POST as the page itself sends it.
func request(path, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1:8090"+path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Origin", "http://127.0.0.1:8090")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return r
}

func serve(d *demo.Demo, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	return w
}

func TestOnlyThePageItselfMayAct(t *testing.T) {
	tests := map[string]struct {
		change func(*http.Request)
		status int
	}{
		"the page":                          {func(*http.Request) {}, http.StatusNoContent},
		"the page under the name localhost": {func(r *http.Request) { r.Host = "localhost:8090"; r.Header.Set("Origin", "http://localhost:8090") }, http.StatusNoContent},
		"the page over IPv6":                {func(r *http.Request) { r.Host = "[::1]:8090"; r.Header.Set("Origin", "http://[::1]:8090") }, http.StatusNoContent},
		"a program, which sends no origin":  {func(r *http.Request) { r.Header.Del("Origin"); r.Header.Del("Sec-Fetch-Site") }, http.StatusNoContent},
		"another site": {func(r *http.Request) {
			r.Header.Set("Origin", "https://evil.example")
			r.Header.Set("Sec-Fetch-Site", "cross-site")
		}, http.StatusForbidden},
		"another site, older browser": {func(r *http.Request) { r.Header.Set("Origin", "https://evil.example"); r.Header.Del("Sec-Fetch-Site") }, http.StatusForbidden},
		"another port of this machine": {func(r *http.Request) {
			r.Header.Set("Origin", "http://127.0.0.1:9999")
			r.Header.Set("Sec-Fetch-Site", "same-site")
		}, http.StatusForbidden},
		"a sandboxed frame": {func(r *http.Request) { r.Header.Set("Origin", "null"); r.Header.Del("Sec-Fetch-Site") }, http.StatusForbidden},
		"a strange name for this machine": {func(r *http.Request) {
			r.Host = "evil.example:8090"
			r.Header.Set("Origin", "http://evil.example:8090")
		}, http.StatusForbidden},
		"a form": {func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }, http.StatusUnsupportedMediaType},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d, telegram := quietStage(t)
			r := request("/say", `{"from":1001,"text":"chào"}`)
			tt.change(r)
			w := serve(d, r)
			if w.Code != tt.status {
				t.Errorf("status %d, want %d: %s", w.Code, tt.status, w.Body)
			}
			if said := len(telegram.Messages(student)) == 1; said != (tt.status == http.StatusNoContent) {
				t.Errorf("something was said: %t", said)
			}
		})
	}
}

func TestAStrangeNameForThisMachineSeesNothing(t *testing.T) {
	d, _ := quietStage(t)
	for _, path := range []string{"/", "/events", "/app.js", "/file/file-1"} {
		r := httptest.NewRequest(http.MethodGet, "http://evil.example"+path, nil)
		if w := serve(d, r); w.Code != http.StatusForbidden {
			t.Errorf("GET %s: status %d, want 403", path, w.Code)
		}
	}
}

func TestWhatCannotBeDoneIsRefusedWithASentence(t *testing.T) {
	d, telegram := quietStage(t)
	telegram.Say(student, "chào")
	tests := map[string]struct {
		path, body string
		status     int
		sentence   string
	}{
		"an empty text":             {"/say", `{"from":1001,"text":" \n "}`, 400, "Tin nhắn trống."},
		"a text too long":           {"/say", `{"from":1001,"text":"` + strings.Repeat("ă", 4097) + `"}`, 400, "Tin nhắn dài quá 4.096 ký tự."},
		"a body too long":           {"/say", `{"from":1001,"text":"` + strings.Repeat("a", 70<<10) + `"}`, 413, "Tin nhắn quá dài."},
		"a person not on the page":  {"/say", `{"from":7,"text":"chào"}`, 404, "Không có người này trong bản xem thử."},
		"no JSON":                   {"/say", `từ đâu`, 400, "Không đọc được yêu cầu."},
		"a message that is not":     {"/press", `{"from":1001,"message":99,"data":"ok"}`, 404, "Tin nhắn này không còn nữa."},
		"one's own message":         {"/press", `{"from":1001,"message":1,"data":"ok"}`, 404, "Tin nhắn này không còn nữa."},
		"a step the clock has not":  {"/clock", `{"move":"back"}`, 400, "Đồng hồ không có bước này."},
		"blocking for someone else": {"/block", `{"from":7,"blocked":true}`, 404, "Không có người này trong bản xem thử."},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := serve(d, request(tt.path, tt.body))
			if w.Code != tt.status || sentence(t, w.Body) != tt.sentence {
				t.Errorf("%d %s, want %d %s", w.Code, w.Body, tt.status, tt.sentence)
			}
		})
	}
	if n := len(telegram.Messages(student)); n != 1 {
		t.Errorf("%d messages, want the one from before", n)
	}
}

func sentence(t *testing.T, r io.Reader) string {
	t.Helper()
	var answer struct{ Error string }
	if err := json.NewDecoder(r).Decode(&answer); err != nil {
		t.Error(err)
	}
	return answer.Error
}

// upload is the request that sends a file.
func upload(t *testing.T, kind, name string, data []byte) *http.Request {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for field, value := range map[string]string{"from": "1001", "kind": kind, "caption": "đây"} {
		if err := form.WriteField(field, value); err != nil {
			t.Fatal(err)
		}
	}
	part, err := form.CreateFormFile("file", name)
	if err == nil {
		_, err = part.Write(data)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	r := request("/upload", body.String())
	r.Header.Set("Content-Type", form.FormDataContentType())
	return r
}

func TestUpload(t *testing.T) {
	tests := map[string]struct {
		kind     string
		name     string
		data     []byte
		status   int
		sentence string
		becomes  string
		named    string
	}{
		"exactly 20 MB":                  {kind: "document", name: "a.bin", data: make([]byte, 20<<20), status: 204, becomes: "document", named: "a.bin"},
		"one byte more":                  {kind: "document", name: "a.bin", data: make([]byte, 20<<20+1), status: 413, sentence: "Tệp lớn hơn 20 MB nên không gửi được."},
		"far more":                       {kind: "document", name: "a.bin", data: make([]byte, 25<<20), status: 413, sentence: "Tệp lớn hơn 20 MB nên không gửi được."},
		"nothing":                        {kind: "document", name: "a.bin", status: 400, sentence: "Tệp này trống."},
		"a picture":                      {kind: "photo", name: "ảnh.png", data: picture(t), status: 204, becomes: "photo", named: "ảnh.png"},
		"what only claims to be one":     {kind: "photo", name: "ảnh.png", data: []byte("<script>"), status: 204, becomes: "document", named: "ảnh.png"},
		"a name that leads elsewhere":    {kind: "document", name: "../../etc/pass\u202ewd", data: []byte("x"), status: 204, becomes: "document", named: "passwd"},
		"a name of a strange machine":    {kind: "document", name: `C:\tệp\đơn.doc`, data: []byte("x"), status: 204, becomes: "document", named: "C:_tệp_đơn.doc"},
		"a name that is longer than any": {kind: "document", name: strings.Repeat("ơ", 300), data: []byte("x"), status: 204, becomes: "document", named: strings.Repeat("ơ", 100)},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d, telegram := quietStage(t)
			w := serve(d, upload(t, tt.kind, tt.name, tt.data))
			if w.Code != tt.status {
				t.Fatalf("status %d, want %d: %s", w.Code, tt.status, w.Body)
			}
			if tt.sentence != "" {
				if got := sentence(t, w.Body); got != tt.sentence {
					t.Errorf("%q, want %q", got, tt.sentence)
				}
				return
			}
			m := telegram.Messages(student)
			if len(m) != 1 || m[0].File == nil || m[0].File.Kind != tt.becomes || m[0].File.Name != tt.named || m[0].Text != "đây" {
				t.Errorf("%+v", m)
			}
		})
	}
}

func TestAFileIsSavedAndNeverRun(t *testing.T) {
	d, telegram := quietStage(t)
	telegram.Upload(student, "document", "bẫy.html", []byte("<script>alert(1)</script>"), "")
	telegram.Upload(student, "photo", "ảnh.png", picture(t), "")
	for i, want := range []string{"application/octet-stream", "image/png"} {
		f := telegram.Messages(student)[i].File
		h := serve(d, httptest.NewRequest(http.MethodGet, "http://localhost/file/"+f.ID, nil)).Header()
		if got := h.Get("Content-Type"); got != want {
			t.Errorf("%s is sent as %s, want %s", f.Name, got, want)
		}
		if got := h.Get("Content-Disposition"); !strings.HasPrefix(got, "attachment; filename*=utf-8''") {
			t.Errorf("%s: Content-Disposition %q", f.Name, got)
		}
		if got := h.Get("X-Content-Type-Options"); got != "nosniff" {
			t.Errorf("%s: X-Content-Type-Options %q", f.Name, got)
		}
	}
	if w := serve(d, httptest.NewRequest(http.MethodGet, "http://localhost/file/file-99", nil)); w.Code != http.StatusNotFound {
		t.Errorf("a file that is not: status %d", w.Code)
	}
}

func TestThePageHasNoScriptOrStyleOfItsOwn(t *testing.T) {
	d, _ := quietStage(t)
	w := serve(d, httptest.NewRequest(http.MethodGet, "http://localhost/", nil))
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "<!doctype html>") {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if policy := w.Header().Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'; script-src 'self';") || strings.Contains(policy, "unsafe") {
		t.Errorf("policy %q", policy)
	}
	if found := regexp.MustCompile(`(?i)\son[a-z]+=|\sstyle=|<style|<script>|https?://`).FindString(w.Body.String()); found != "" {
		t.Errorf("the page holds %q", found)
	}
}

// stuckWriter is a browser that takes the first frames and then no more, until
// it is released.
type stuckWriter struct {
	*httptest.ResponseRecorder
	takes   int
	stuck   chan struct{} // closed when it takes no more
	release chan struct{}
	once    sync.Once
}

func (w *stuckWriter) Write(b []byte) (int, error) {
	if w.takes--; w.takes < 0 {
		w.once.Do(func() { close(w.stuck) })
		<-w.release
	}
	return w.ResponseRecorder.Write(b)
}

func TestASlowPageIsDroppedAndHoldsNobodyUp(t *testing.T) {
	d, telegram := quietStage(t)
	w := &stuckWriter{ResponseRecorder: httptest.NewRecorder(), takes: 2, stuck: make(chan struct{}), release: make(chan struct{})}
	var served sync.WaitGroup
	served.Go(func() { d.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://localhost/events", nil)) })
	for said := 0; ; said++ { // some before it listens, then one it sticks at
		telegram.Say(student, "một")
		select {
		case <-w.stuck:
		default:
			if said > 100_000 {
				t.Fatal("it never listened")
			}
			continue
		}
		break
	}
	for range 300 { // more than are kept for it
		telegram.Say(student, "hai") // returns though nobody reads
	}
	telegram.Say(mentor, "người sau cùng")
	close(w.release)
	served.Wait() // without being cancelled: it was dropped
	if strings.Contains(w.Body.String(), "người sau cùng") {
		t.Error("it was told what came after it was dropped")
	}
}

func TestEventsTellTheStateThenWhatChanges(t *testing.T) {
	s := newStage(t, people())
	s.telegram.Say(student, "trước <b>")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	lines := bufio.NewScanner(resp.Body)
	next := func(kind, holds string) string {
		t.Helper()
		for lines.Scan() {
			if lines.Text() == "event: "+kind && lines.Scan() && strings.Contains(lines.Text(), holds) {
				return lines.Text()
			}
		}
		t.Fatalf("no event %s with %s: %v", kind, holds, lines.Err())
		return ""
	}
	if got := next("state", `"now":`); !strings.Contains(got, `trước \u003cb\u003e`) || !strings.Contains(got, `"dieukien"`) || !strings.Contains(got, "Phạm Quốc Bảo") {
		t.Errorf("state %s", got)
	}
	s.telegram.Say(mentor, "sau")
	next("message", `"chat":1002,"mine":true,"text":"sau"`)
	next("message", `"chat":1002,"mine":false,"text":"Bạn hỏi: sau"`)
	s.clock.Advance(1)
	next("clock", "")
	s.demo.Close()
	for lines.Scan() { // ends, or the test hangs
	}
	again, err := http.Get(s.url + "/events")
	if err != nil {
		t.Fatal(err)
	}
	_ = again.Body.Close()
	if again.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("after Close: status %d", again.StatusCode)
	}
}

func TestPressReturnsTheQueryToWaitFor(t *testing.T) {
	s := newStage(t, people())
	s.bot.call(t.Context(), "sendMessage", map[string]any{"chat_id": officer, "text": "Gửi?",
		"reply_markup": map[string]any{"inline_keyboard": [][]map[string]string{{{"text": "Gửi ngay", "callback_data": "ok"}}}}}, nil)
	answers := make(chan telegramtest.Event, 10)
	defer s.telegram.Watch(func(e telegramtest.Event) {
		if e.Kind == "answer" {
			answers <- e
		}
	})()
	id := s.telegram.Messages(officer)[0].ID
	w := serve(s.demo, request("/press", fmt.Sprintf(`{"from":1003,"message":%d,"data":"ok"}`, id)))
	var got struct{ Query string }
	if err := json.NewDecoder(w.Body).Decode(&got); err != nil {
		t.Fatal(err)
	}
	if e := <-answers; e.Query != got.Query || e.Toast != "Đã ghi: Đúng ý" {
		t.Errorf("answered %+v, want query %s", e, got.Query)
	}
}
