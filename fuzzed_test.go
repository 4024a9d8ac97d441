package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"donghanh/bot"
	"donghanh/content"
	"donghanh/handlers"
	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/store"
	"donghanh/internal/storetest"
	"donghanh/internal/telegramtest"
)

var (
	updates = flag.Int("updates", 3000, "how many fuzzed updates the bot is given")
	seed    = flag.Uint64("seed", 0, "of the fuzzed updates; 0: another one each time")
)

// Who does anything: the people of the sample academy, an admin, guests.
const (
	fuzzAsker = 7_000_077 // does nothing but ask, to see whether the bot still answers
	fuzzAdmin = 99
	fuzzGuest = 5001
)

func fuzzPeople() (ids []int64, codes map[int64]journey.Code) {
	codes = map[int64]journey.Code{}
	for i, t := range samplePeople(journey.Date{Year: 2026, Month: 12, Day: 1}) {
		id := int64(1001 + i)
		ids, codes[id] = append(ids, id, id, id, id, id), t.Person.Code // more often than the others
	}
	for i := range 20 {
		ids = append(ids, int64(firstOther+i), int64(fuzzGuest+i))
	}
	return append(ids, fuzzAdmin, fuzzAdmin, 1007, 1007, 1007, 1007, 1007), codes
}

// fuzzTexts are what people write.
func fuzzTexts(b *bots) []string {
	texts := []string{
		"dự bị bao lâu vậy ạ", "đảng phí sinh viên đóng bao nhiêu", "em buồn lắm", "hồ sơ của em tới đâu rồi", "thời tiết hôm nay", "có", "không", "1", "12", "Lan", "nguyen", "sv-lan", "K47/B5", "gv-minh",
		"01/12/2026", "hôm nay", "ngày mai", "mai 8h", "20h", "Chiều nay họp chi đoàn tại hội trường B.", "3,6", "2004", "07/2005", "/start", "/help", "/han@donghanh_bot 2", "/start demo-sv-lan", "/start demo-cb-hanh",
	}
	for _, c := range b.handlers.Menu(journey.Roles...) {
		texts = append(texts, "/"+c.Name, "/"+c.Name) // most begin something
	}
	for _, e := range b.lib.Book().Entries {
		texts = append(texts, e.Ask[0])
	}
	slices.Sort(texts)
	return texts
}

// logJudge is a log that remembers what must not be logged.
type logJudge struct {
	mu    sync.Mutex
	count map[string]int
	first map[string]string
}

// isForged reports whether Telegram refused what never was: a message that was
// pressed, a file that came with another.
func isForged(reason string) bool {
	return slices.ContainsFunc([]string{"message to edit not found", "query is too old", "wrong file identifier"}, func(s string) bool { return strings.Contains(reason, s) })
}

func (j *logJudge) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelWarn }
func (j *logJudge) WithAttrs([]slog.Attr) slog.Handler           { return j }
func (j *logJudge) WithGroup(string) slog.Handler                { return j }
func (j *logJudge) Handle(_ context.Context, r slog.Record) error {
	forged := false
	r.Attrs(func(a slog.Attr) bool {
		forged = forged || a.Key == "reason" && isForged(a.Value.String())
		return true
	})
	if forged {
		return nil
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.count == nil {
		j.count, j.first = map[string]int{}, map[string]string{}
	}
	if j.count[r.Message]++; j.count[r.Message] == 1 {
		var all strings.Builder
		r.Attrs(func(a slog.Attr) bool { fmt.Fprintf(&all, " %s=%v", a.Key, a.Value); return true })
		j.first[r.Message] = all.String()
	}
	return nil
}

// inProcess has a client reach a handler without a network.
type inProcess struct{ http.Handler }

func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	return w.Result(), nil
}

// fuzzing is a bot that is given fuzzed updates, beside a pretend Telegram.
type fuzzing struct {
	t        *testing.T
	b        *bots
	tg       *telegramtest.Server
	judge    *logJudge
	anything *telegramtest.Anything
	hook     http.Handler
	next     int64 // number of the next update
	given    int
	settled  func() // everything that was given is answered
	answered chan string
	aside    int
	heap     map[int]uint64 // bytes in use after so many updates
}

const fuzzSecret = "s"

func newFuzzing(t *testing.T, seed uint64, now func() time.Time, db *store.Store) *fuzzing {
	t.Helper()
	f := &fuzzing{t: t, judge: &logJudge{}, next: 1000, answered: make(chan string, 100), heap: map[int]uint64{}}
	log := slog.New(f.judge)
	f.tg = telegramtest.New(telegramtest.Config{Token: token, Now: now, Keep: 50, Limits: telegramtest.Limits{PerSecond: -1, ChatBurst: -1, GroupPerMinute: -1}})
	lib, err := openLibrary(content.Built, "", log)
	if err != nil {
		t.Fatal(err)
	}
	f.b = &bots{
		log: log, now: now, lib: lib, db: db, rate: 1000, above: 100, admins: []chat.Address{fuzzAdmin}, menus: make(chan menu, menusWaiting), feedURL: "https://a.vn/lich/",
		hours:  journey.Hours{At: 7*time.Hour + 30*time.Minute, QuietFrom: 21*time.Hour + 30*time.Minute, QuietTo: 6*time.Hour + 30*time.Minute},
		client: bot.New(bot.Config{Token: token, API: "http://telegram.test", Now: now, Log: log, HTTP: &http.Client{Transport: inProcess{f.tg}}}),
	}
	people, _ := fuzzPeople()
	for _, id := range append(people, fuzzAsker) {
		f.tg.Join(telegramtest.User{ID: id, FirstName: "A"})
	}
	f.tg.Watch(func(e telegramtest.Event) {
		if e.Kind != "message" && e.Kind != "edit" || e.Message.From == e.Chat {
			return
		}
		if e.Chat == fuzzAsker {
			f.answered <- e.Message.Text
			return
		}
		f.anything.Saw(e)
	})
	return f
}

// people settles the people of the sample academy, each with their account.
func (f *fuzzing) people(db settling) {
	f.t.Helper()
	if err := settle(f.t.Context(), db, f.b.lib.Rules(), f.b.now()); err != nil {
		f.t.Fatal(err)
	}
	f.relink(db)
}

// relink has the people come back who left.
func (f *fuzzing) relink(db settling) {
	f.t.Helper()
	_, codes := fuzzPeople()
	startCodes := map[journey.Code]string{}
	for id, code := range codes {
		startCodes[code] = fmt.Sprintf("again-%d-%d", id, f.given)
	}
	if err := db.KeepStartCodes(f.t.Context(), startCodes, f.b.now().AddDate(1, 0, 0)); err != nil {
		f.t.Fatal(err)
	}
	for id, code := range codes {
		if _, err := db.Link(f.t.Context(), startCodes[code], chat.Address(id), f.b.now()); err != nil && !errors.Is(err, journey.ErrTooManyGuesses) { // comes back later
			f.t.Fatal(err)
		}
	}
}

// begin has the bot take updates, to be handled and put aside so.
func (f *fuzzing) begin(seed uint64, handle bot.Handle, aside bot.Aside) {
	people, _ := fuzzPeople()
	f.anything = telegramtest.NewAnything(seed, people, fuzzTexts(f.b))
	f.hook = f.b.client.Webhook(fuzzSecret, handle, func(ctx context.Context, raw []byte, reason string) error {
		f.aside++
		return aside(ctx, raw, reason)
	})
}

// give gives one update to the bot, as often as Telegram would.
func (f *fuzzing) give(body []byte) {
	f.t.Helper()
	f.next++
	f.given++
	for try := 1; ; try++ {
		r := httptest.NewRequest(http.MethodPost, "/telegram", bytes.NewReader(body))
		r.Header.Set("X-Telegram-Bot-Api-Secret-Token", fuzzSecret)
		w := httptest.NewRecorder()
		f.hook.ServeHTTP(w, r)
		if w.Code == http.StatusOK {
			return
		}
		if try == 3 {
			f.t.Fatalf("update %d is never taken, all behind it wait (%d): %v\n%.2000q", f.given, w.Code, f.judge.first, body)
		}
	}
}

// ask asks something the bot knows, and waits for the answer.
func (f *fuzzing) ask() {
	f.t.Helper()
	body, err := json.Marshal(map[string]any{"update_id": f.next, "message": map[string]any{
		"message_id": f.next, "date": 1_700_000_000, "chat": map[string]any{"id": fuzzAsker, "type": "private"}, "from": map[string]any{"id": fuzzAsker, "first_name": "Lan"}, "text": "dự bị bao lâu vậy ạ",
	}})
	if err != nil {
		f.t.Fatal(err)
	}
	f.give(body)
	f.settled()
	select {
	case text := <-f.answered:
		if !strings.Contains(text, "12 tháng") {
			f.t.Fatalf("after %d updates a question is answered with %q", f.given, text)
		}
	case <-time.After(time.Minute): // only a hang gets here
		f.t.Fatalf("after %d updates a question is not answered: %v", f.given, f.judge.first)
	}
}

// run gives n updates, with a question after each ten thousand, and notes the
// memory in use.
func (f *fuzzing) run(n int, settle func()) {
	f.t.Helper()
	every := min(10_000, n/3)
	for i := 1; i <= n; i++ {
		f.give(f.anything.Next(f.next))
		f.settled()
		if i%every == 0 {
			f.ask()
			if settle != nil {
				settle()
			}
		}
		if i == n || i == n/10 || i == n/2 {
			debug.FreeOSMemory()
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			f.heap[i] = m.HeapAlloc
			f.t.Logf("%d updates: heap %.1f MB, resident %s, %d goroutines", f.given, float64(m.HeapAlloc)/1e6, resident(), runtime.NumGoroutine())
		}
	}
}

// resident is the memory of this process.
func resident() string {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return "unknown"
	}
	_, after, _ := strings.Cut(string(status), "VmRSS:")
	line, _, _ := strings.Cut(after, "\n")
	return strings.TrimSpace(line)
}

// verdict says what went wrong meanwhile.
func (f *fuzzing) verdict() {
	f.t.Helper()
	f.judge.mu.Lock()
	defer f.judge.mu.Unlock()
	for _, message := range slices.Sorted(maps.Keys(f.judge.count)) {
		if message != "many wrong start codes" && !strings.HasPrefix(message, "a message was held back") { // as it should be
			f.t.Errorf("logged %d times: %s%.3000s", f.judge.count[message], message, f.judge.first[message])
		}
	}
	mistakes := map[string]int{}
	for _, m := range f.tg.Mistakes() {
		mistakes[m]++
	}
	for m, n := range mistakes {
		f.t.Errorf("%d times the bot said what Telegram does not know: %s", n, m)
	}
	counts := f.b.client.Counts()
	f.t.Logf("%d handled, %d of no concern, %d aside, %d tries failed", counts.Handled, counts.Nobodys, counts.Aside, counts.Failed)
	f.t.Logf("buttons shown: %v", f.anything.Kinds())
	if counts.Handled < int64(f.given/3) || counts.Aside < int64(f.given/100) {
		f.t.Errorf("of %d updates only %d were handled and %d put aside: what was tried?", f.given, counts.Handled, counts.Aside)
	}
}

func theSeed(t *testing.T) uint64 {
	s := *seed
	if s == 0 {
		s = uint64(time.Now().UnixNano())
	}
	t.Logf("go test -run '^%s$' . -updates %d -seed %d", t.Name(), *updates, s)
	return s
}

// TestFuzzedUpdatesFindNoPanicAndNoStuckQueue gives the bot whatever there is,
// through decoding, handlers, a store in memory and delivery to a strict
// Telegram.
func TestFuzzedUpdatesFindNoPanicAndNoStuckQueue(t *testing.T) {
	s := theSeed(t)
	began := time.Date(2026, 12, 1, 8, 0, 0, 0, journey.Zone)
	var f *fuzzing
	now := func() time.Time {
		if f == nil {
			return began
		}
		return began.Add(time.Duration(f.given) * 7 * time.Second)
	}
	db, _ := storetest.Miniredis(t) // nobody asks it
	f = newFuzzing(t, s, now, store.New(db))
	memory := storetest.NewMemory()
	renew := func() { // a Memory never forgets; people come back
		memory = storetest.NewMemory()
		f.people(memory)
		parts := f.b.parts()
		parts.Talks, parts.People, parts.Desk, parts.Outbox, parts.Notices, parts.Audit = memory, memory, memory, memory, memory, memory
		parts.OnDuty = func(context.Context) ([]chat.Address, error) { return []chat.Address{1002, fuzzAdmin}, nil }
		f.b.handlers = handlers.New(parts)
	}
	renew()
	f.begin(s, f.b.handle, func(ctx context.Context, raw []byte, reason string) error { return memory.Aside(ctx, raw, reason) })
	refused := map[string]int{}
	f.settled = func() {
		for _, m := range memory.Take() {
			if m.Make != "" {
				continue
			}
			m, err := f.b.guard(m)
			if err == nil {
				_, err = f.b.client.Deliver(t.Context(), m)
			}
			if refusal, ok := errors.AsType[*chat.Refused](err); ok {
				refused[refusal.Reason]++
			}
		}
		for len(f.b.menus) > 0 {
			<-f.b.menus
		}
	}
	f.run(*updates, func() {
		if f.given%20_000 < 10_000 || *updates < 20_000 {
			renew()
		}
	})
	for reason, n := range refused {
		if !isForged(reason) {
			t.Errorf("Telegram refused %d messages for good: %s", n, reason)
		}
	}
	f.verdict()
	if tenth, all := f.heap[*updates/10], f.heap[*updates]; *updates >= 100_000 && float64(all) > 1.2*float64(tenth)+4e6 {
		t.Errorf("the heap grew from %d to %d bytes", tenth, all)
	}
}

// fuzzRedis starts a redis-server that keeps nothing on disk.
func fuzzRedis(t *testing.T) (url string) {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "donghanh-fuzz-")
	if err != nil {
		t.Fatal(err)
	}
	program, err := exec.LookPath("redis-server")
	if err != nil {
		if program, err = exec.LookPath("valkey-server"); err != nil {
			t.Fatal(err)
		}
	}
	socket := filepath.Join(dir, "s")
	cmd := exec.Command(program, "--port", "0", "--unixsocket", socket, "--dir", dir, "--save", "", "--appendonly", "no")
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	runtime.LockOSThread() // the server ends with this thread
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = os.RemoveAll(dir)
	})
	return "unix://" + socket
}

// TestFuzzedUpdatesThroughRedisAndCourier gives a tenth as many to a whole bot:
// Redis, courier, jobs and notices.
func TestFuzzedUpdatesThroughRedisAndCourier(t *testing.T) {
	s, n := theSeed(t), max(*updates/10, 1000)
	db, err := store.Open(t.Context(), fuzzRedis(t))
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	began := time.Date(2026, 12, 1, 8, 0, 0, 0, journey.Zone)
	now := func() time.Time { return began.Add(300 * time.Since(start)) } // each conversation is written to once a second
	f := newFuzzing(t, s, now, db)
	f.b.handlers = handlers.New(f.b.parts()) // to know the commands
	f.people(db)
	f.begin(s, f.b.handle, db.Aside)
	f.settled = func() {}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	ready := make(chan struct{})
	go func() {
		done <- f.b.run(ctx, func(ctx context.Context) error { close(ready); <-ctx.Done(); return nil })
	}()
	<-ready
	f.run(n, func() { f.relink(db) })
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	after, stop := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer stop()
	figures, err := db.Figures(after)
	t.Logf("Redis: %d keys, %.1f MB, %v", figures.Keys, float64(figures.Memory)/1e6, err)
	counts, err := db.Counts(after)
	t.Logf("messages: %v, %v", counts, err)
	f.verdict()
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

// TestFuzzedUpdatesThroughPolling gives a fiftieth as many to a process of its
// own that polls, with a Redis that writes all to disk.
func TestFuzzedUpdatesThroughPolling(t *testing.T) {
	s, n := theSeed(t), max(*updates/50, 200)
	people, _ := fuzzPeople()
	tg, url := telegramtest.Start(t, telegramtest.Config{Token: token, Keep: 50, Limits: telegramtest.Limits{PerSecond: -1, ChatBurst: -1, GroupPerMinute: -1}})
	for _, id := range append(people, fuzzAsker) {
		tg.Join(telegramtest.User{ID: id, FirstName: "A"})
	}
	anything := telegramtest.NewAnything(s, people, []string{"/start", "/dieukien", "/dulieu", "dự bị bao lâu", "có", "không", "12"})
	answered := make(chan string, 100)
	tg.Watch(func(e telegramtest.Event) {
		switch {
		case e.Kind == "message" && e.Chat == fuzzAsker && e.Message.From != fuzzAsker:
			answered <- e.Message.Text
		case e.Message.From != e.Chat:
			anything.Saw(e)
		}
	})
	p := start(t, []string{"TELEGRAM_API=" + url, "DATA_DIR=" + t.TempDir(), "ADMIN_IDS=99"}, "serve")
	next := int64(100_000) // before the first
	for i := range n {
		next++
		if body := anything.Next(next); json.Valid(body) { // Telegram's answer as a whole is JSON
			next = tg.Raw(body)
		}
		if i%500 == 0 || i == n-1 {
			next = tg.Say(fuzzAsker, "dự bị bao lâu vậy ạ")
			select {
			case text := <-answered:
				if !strings.Contains(text, "12 tháng") {
					t.Fatalf("after %d updates a question is answered with %q", i, text)
				}
			case <-time.After(time.Minute): // only a hang gets here
				t.Fatalf("after %d updates a question is not answered:\n%s", i, p.stderr)
			}
		}
	}
	p.stop(t, syscall.SIGTERM)
	if log := p.stderr.String(); strings.Contains(log, "panic") || strings.Contains(log, "for good") || strings.Contains(log, "not handled") {
		t.Errorf("something went wrong:\n%.5000s", log)
	}
}
