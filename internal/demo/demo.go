// Package demo is the page on which the whole product can be tried without
// Telegram: three people side by side, each with a chat, and a clock that can
// be moved. It shows what happens in a pretend Telegram and lets the people in
// it type, press, send files and block. It knows nothing of the bot.
package demo

import (
	"embed"
	"io/fs"
	"net"
	"net/http"
	"net/netip"
	"sync"

	"donghanh/internal/telegramtest"
)

// Person is one of the people whose phone the page shows.
type Person struct {
	telegramtest.User
	Role string // as shown: "Sinh viên", "Người giúp đỡ", "Cán bộ Đoàn"

	// Hints are inputs to try, offered above the input. One that begins with
	// "/start " is not: it is what the start button of an empty chat sends, as
	// a link with a code does in Telegram.
	Hints []string
}

// Config is what a demo is made of. Telegram and Clock are required.
type Config struct {
	Telegram *telegramtest.Server // whose Now should be the Clock's
	People   []Person             // three, in the order shown
	Clock    *Clock
	Bot      string // its name; "Đồng Hành" if empty
}

// Demo is the page and all it asks for. Create it with New.
type Demo struct {
	telegram *telegramtest.Server
	people   []Person
	clock    *Clock
	bot      string
	handler  http.Handler
	unwatch  func()

	mu      sync.Mutex // guards everything below; never held while anything is sent
	closed  bool
	readers map[*reader]bool
	blocked map[int64]bool
}

// New returns a demo whose people have joined and said nothing yet.
func New(c Config) *Demo {
	if c.Bot == "" {
		c.Bot = "Đồng Hành"
	}
	d := &Demo{
		telegram: c.Telegram, people: c.People, clock: c.Clock, bot: c.Bot,
		readers: map[*reader]bool{}, blocked: map[int64]bool{},
	}
	for _, p := range d.people {
		d.telegram.Join(p.User)
	}
	d.handler = d.routes()
	d.unwatch = d.telegram.Watch(d.see)
	d.clock.OnMove(d.moved)
	return d
}

// Close ends the event streams of open pages, so that a server can shut down.
// The pretend Telegram stays as it is.
func (d *Demo) Close() {
	d.unwatch()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = true
	for r := range d.readers {
		d.drop(r)
	}
}

//go:embed page
var embedded embed.FS

// routes is what the page asks for.
func (d *Demo) routes() http.Handler {
	page, err := fs.Sub(embedded, "page")
	if err != nil {
		panic(err) // a wrong name, found by any test
	}
	mux := http.NewServeMux()
	mux.Handle("GET /", http.FileServerFS(page))
	mux.HandleFunc("GET /events", d.events)
	mux.HandleFunc("GET /file/{id}", d.file)
	mux.HandleFunc("POST /say", d.say)
	mux.HandleFunc("POST /press", d.press)
	mux.HandleFunc("POST /upload", d.upload)
	mux.HandleFunc("POST /block", d.block)
	mux.HandleFunc("POST /clock", d.moveClock)

	sameOrigin := http.NewCrossOriginProtection()
	sameOrigin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, http.StatusForbidden, "Yêu cầu đến từ một trang khác nên bị từ chối.")
	}))
	return sameOrigin.Handler(mux)
}

// policy lets the page load what is served here and nothing else. Trusted
// types without any policy forbid the browser to read HTML from a string, so
// no text can become markup by mistake.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// ServeHTTP answers requests that come from this machine under a name of its
// own; another name may be a strange site's that was pointed here.
func (d *Demo) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	if !isLoopback(r.Host) {
		refuse(w, http.StatusForbidden, "Bản xem thử chỉ mở được từ chính máy này, ở địa chỉ 127.0.0.1 hoặc localhost.")
		return
	}
	d.handler.ServeHTTP(w, r)
}

// isLoopback reports whether a Host header names this machine.
func isLoopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	} else if len(host) > 2 && host[0] == '[' && host[len(host)-1] == ']' {
		host = host[1 : len(host)-1]
	}
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

// person returns the person with an id, nil if the page shows no such one.
func (d *Demo) person(id int64) *Person {
	for i := range d.people {
		if d.people[i].ID == id {
			return &d.people[i]
		}
	}
	return nil
}
