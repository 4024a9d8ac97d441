package bot

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"donghanh/internal/chat"
	"donghanh/internal/telegramtest"
)

// sentFile is the id of a document that student 7 sends.
func sentFile(t *testing.T, b side, data []byte) string {
	t.Helper()
	b.tg.Upload(7, "document", "danh-sach.xlsx", data, "")
	messages := b.tg.Messages(7)
	return messages[len(messages)-1].File.ID
}

func TestFetchBringsWhatAPersonSent(t *testing.T) {
	b := inMemory(t, unlimited)
	want := bytes.Repeat([]byte("Nguyễn Văn An;"), 5000)
	id := sentFile(t, b, want)
	for range 2 {
		got, err := b.Fetch(t.Context(), id, 1<<20)
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("Fetch(%q) = %d bytes, %v, want %d", id, len(got), err, len(want))
		}
	}
	if got := b.tg.Mistakes(); len(got) > 0 {
		t.Error(got)
	}
}

func TestFetchStopsAtTheLimit(t *testing.T) {
	b := inMemory(t, unlimited)
	small, large := sentFile(t, b, make([]byte, 1001)), sentFile(t, b, make([]byte, 20<<20+1))
	for name, tt := range map[string]struct {
		id    string
		limit int64
		want  error
	}{
		"one byte more than was asked for": {small, 1000, chat.ErrTooLarge},
		"just as many":                     {small, 1001, nil},
		"more than Telegram hands out":     {large, 1 << 40, chat.ErrTooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := b.Fetch(t.Context(), tt.id, tt.limit); !errors.Is(err, tt.want) {
				t.Errorf("Fetch(%d) = %v, want %v", tt.limit, err, tt.want)
			}
		})
	}
	if _, err := b.Fetch(t.Context(), "nobody-sent-this", 1000); kind(err) != "Refused" {
		t.Errorf("a file nobody sent: %v, want Refused", err)
	}
	b.tg.Fault(telegramtest.Fault{Kind: telegramtest.BadGateway})
	if _, err := b.Fetch(t.Context(), small, 1000); kind(err) != "InDoubt" {
		t.Errorf("Telegram is down: %v, want InDoubt", err)
	}
}

// TestFetchTrustsNoAnswer has something in between answer in place of Telegram.
func TestFetchTrustsNoAnswer(t *testing.T) {
	getFile := func(path string) string {
		return `{"ok":true,"result":{"file_id":"x","file_unique_id":"y","file_size":3,"file_path":"` + path + `"}}`
	}
	for name, tt := range map[string]struct {
		answer string           // to getFile
		file   http.HandlerFunc // to the file; nil: it must not be asked for
		want   string
	}{
		"a path up":                 {getFile("../../etc/passwd"), nil, "Refused"},
		"an absolute path":          {getFile("/var/lib/telegram/file_1"), nil, "Refused"},
		"an address":                {getFile("https://evil.example/file"), nil, "Refused"},
		"a query":                   {getFile("documents/file_1?x=y"), nil, "Refused"},
		"an escaped way up":         {getFile("documents/%2e%2e/%2e%2e/x"), nil, "Refused"},
		"no path":                   {getFile(""), nil, "Refused"},
		"something that is no file": {`{"ok":true,"result":[1]}`, nil, "InDoubt"},
		"another place to go": {getFile("documents/f"), func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://evil.example/", http.StatusFound)
		}, "Unavailable"},
		"a page that says it is down":  {getFile("documents/f"), func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }, "Unavailable"},
		"a file that is gone":          {getFile("documents/f"), http.NotFound, "Refused"},
		"more than it said there were": {getFile("documents/f"), func(w http.ResponseWriter, _ *http.Request) { _, _ = io.Copy(w, io.LimitReader(endless{}, 5000)) }, "*fmt.wrapError"},
		"an end in the middle": {getFile("documents/f"), func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "900")
			_, _ = w.Write([]byte("PK"))
		}, "Unavailable"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				switch {
				case !strings.HasPrefix(r.URL.Path, "/file/"):
					_, _ = io.WriteString(w, tt.answer)
				case tt.file == nil:
					t.Errorf("asked for %s", strings.ReplaceAll(r.URL.Path, token, "…"))
				default:
					tt.file(w, r)
				}
			}))
			defer server.Close()
			c := New(Config{Token: token, API: server.URL})
			defer c.Close()
			data, err := c.Fetch(t.Context(), "id", 1000)
			if kind(err) != tt.want || data != nil {
				t.Errorf("Fetch = %d bytes, %v (%s), want %s", len(data), err, kind(err), tt.want)
			}
			leaksIn(t, err)
		})
	}
	c := New(Config{Token: token, API: "http://127.0.0.1:1"})
	_, err := c.Fetch(t.Context(), "id", 1000)
	leaksIn(t, err)
	_, err = c.download(t.Context(), "documents/f", 1000)
	if kind(err) != "Unavailable" {
		t.Errorf("nobody there: %v, want Unavailable", err)
	}
	leaksIn(t, err)
}

// endless never ends.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }
