package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"donghanh/bot"
	"donghanh/handlers"
	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/store"
	"donghanh/internal/storetest"
	"donghanh/internal/telegramtest"
	"donghanh/internal/wording"
)

var kills = flag.Int("kills", 8, "how often the tests of that kind kill the bot")

// TestMain lets the test binary be the program itself, so that a test can kill
// a real process.
func TestMain(m *testing.M) {
	if os.Getenv("DONGHANH_TEST_MAIN") != "" {
		main()
		os.Exit(0)
	}
	os.Exit(m.Run())
}

const token = "123456:test-SECRET"

// pretend starts a pretend Telegram with students in it.
func pretend(t *testing.T, students int, limits telegramtest.Limits) (*telegramtest.Server, string) {
	t.Helper()
	tg, url := telegramtest.Start(t, telegramtest.Config{Token: token, Limits: limits})
	for i := range students {
		tg.Join(telegramtest.User{ID: int64(i + 1), FirstName: fmt.Sprintf("Sinh viên %d", i+1)})
	}
	return tg, url
}

// process is the program as a process of its own.
type process struct {
	cmd    *exec.Cmd
	stderr *journal
	listen string
	exited chan error
}

func start(t *testing.T, environ []string, args ...string) *process {
	t.Helper()
	return startAs(t, nil, environ, args...)
}

// startAs is start for a process that the kernel treats differently.
func startAs(t *testing.T, attr *syscall.SysProcAttr, environ []string, args ...string) *process {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{stderr: newJournal(), exited: make(chan error, 1)}
	p.cmd = exec.Command(self, args...)
	p.cmd.Dir, p.cmd.SysProcAttr = t.TempDir(), attr
	p.cmd.Env = append([]string{"DONGHANH_TEST_MAIN=1", "PATH=" + os.Getenv("PATH"), "TMPDIR=" + os.TempDir(), "TELEGRAM_TOKEN=" + token, "LISTEN=127.0.0.1:0", "SEND_RATE=1000"}, environ...)
	pipe, err := p.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.cmd.Process.Kill() })
	started := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(pipe)
		listen := regexp.MustCompile(`"msg":"started".*"listen":"([^"]+)"`)
		for lines.Scan() {
			p.stderr.add(lines.Text())
			if found := listen.FindStringSubmatch(lines.Text()); found != nil {
				started <- found[1]
			}
		}
		close(started)
		p.stderr.end()
		p.exited <- p.cmd.Wait()
	}()
	listening, ok := <-started
	if !ok {
		t.Fatalf("did not start: %s", p.stderr)
	}
	p.listen = listening
	return p
}

// journal is what a process logs, while it does.
type journal struct {
	mu    sync.Mutex
	more  *sync.Cond // told of each line and of the end
	text  strings.Builder
	ended bool
}

func newJournal() *journal {
	j := &journal{}
	j.more = sync.NewCond(&j.mu)
	return j
}

func (j *journal) add(line string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.text.WriteString(line + "\n")
	j.more.Broadcast()
}

func (j *journal) end() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.ended = true
	j.more.Broadcast()
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// wait waits for words in the log.
func (j *journal) wait(t *testing.T, words string) {
	t.Helper()
	j.mu.Lock()
	defer j.mu.Unlock()
	for !strings.Contains(j.text.String(), words) {
		if j.ended {
			t.Fatalf("ended without logging %q:\n%s", words, j.text.String())
		}
		j.more.Wait()
	}
}

// get asks for a page.
func (p *process) get(t *testing.T, path string) (status int, body string) {
	t.Helper()
	resp, err := http.Get("http://" + p.listen + path)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(raw)
}

// until asks for a page until it is as wanted.
func (p *process) until(t *testing.T, path string, wanted func(status int, body string) bool) (body string) {
	t.Helper()
	for limit := time.Now().Add(60 * time.Second); ; { // only a hang gets there
		status, body := p.get(t, path)
		if wanted(status, body) {
			return body
		}
		if time.Now().After(limit) {
			t.Fatalf("%s: still %d %s", path, status, body)
		}
	}
}

func (p *process) stop(t *testing.T, signal os.Signal) {
	t.Helper()
	if err := p.cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	err := <-p.exited
	if signal == syscall.SIGTERM && err != nil {
		t.Fatalf("ended with %v: %s", err, p.stderr)
	}
}

// answers waits until each student has at least the number of messages from
// the bot.
func answers(t *testing.T, tg *telegramtest.Server, students, each int) {
	t.Helper()
	news := make(chan struct{}, 1)
	stop := tg.Watch(func(telegramtest.Event) {
		select {
		case news <- struct{}{}:
		default:
		}
	})
	defer stop()
	limit := time.After(60 * time.Second) // only a hang gets here
	for student := 1; student <= students; {
		if fromBot(tg, student) >= each {
			student++
			continue
		}
		select {
		case <-news:
		case <-limit:
			t.Fatalf("student %d has %d messages, want %d", student, fromBot(tg, student), each)
		}
	}
}

func fromBot(tg *telegramtest.Server, student int) int {
	n := 0
	for _, m := range tg.Messages(int64(student)) {
		if m.From != int64(student) {
			n++
		}
	}
	return n
}

func TestServeAnswersThroughTheRealPath(t *testing.T) {
	tg, url := pretend(t, 1, telegramtest.Limits{})
	p := start(t, []string{"TELEGRAM_API=" + url, "DATA_DIR=" + t.TempDir()}, "serve")
	tg.Say(1, "dự bị bao lâu vậy ạ")
	answers(t, tg, 1, 1)

	all := tg.Messages(1)
	text := all[len(all)-1].Text
	for _, want := range []string{"12 tháng", "Nguồn", "Điều lệ Đảng"} {
		if !strings.Contains(text, want) {
			t.Errorf("the answer lacks %q:\n%s", want, text)
		}
	}
	if status, body := p.get(t, "/healthz"); status != http.StatusOK {
		t.Errorf("healthz: %d %s", status, body)
	}
	p.stop(t, syscall.SIGTERM)
	if strings.Contains(p.stderr.String(), "SECRET") {
		t.Errorf("the token stands in the log:\n%s", p.stderr)
	}
	if mistakes := tg.Mistakes(); len(mistakes) > 0 {
		t.Errorf("Telegram would not know: %v", mistakes)
	}
}

func TestServeByWebhook(t *testing.T) {
	tg, url := pretend(t, 1, telegramtest.Limits{})
	listen := freeAddress(t)
	p := start(t, []string{
		"TELEGRAM_API=" + url, "DATA_DIR=" + t.TempDir(), "LISTEN=" + listen,
		"WEBHOOK_URL=http://" + listen + "/telegram", "WEBHOOK_SECRET=abc_DEF-1",
	}, "serve")
	tg.Say(1, "đảng phí sinh viên đóng bao nhiêu")
	answers(t, tg, 1, 1)
	resp, err := http.Post("http://"+p.listen+"/telegram", "application/json", strings.NewReader(`{"update_id":1}`))
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil || resp.StatusCode == http.StatusOK {
		t.Errorf("a post without the secret got %d", resp.StatusCode)
	}
	p.stop(t, syscall.SIGTERM)
}

func TestServePollsAfterARunWithAWebhook(t *testing.T) {
	tg, url := pretend(t, 1, telegramtest.Limits{})
	listen := freeAddress(t)
	environ := []string{"TELEGRAM_API=" + url, "DATA_DIR=" + t.TempDir()}
	p := start(t, append(environ, "LISTEN="+listen, "WEBHOOK_URL=http://"+listen+"/telegram", "WEBHOOK_SECRET=abc_DEF-1"), "serve")
	tg.Say(1, "đảng phí sinh viên đóng bao nhiêu")
	answers(t, tg, 1, 1)
	p.stop(t, syscall.SIGTERM)

	tg.Say(1, "dự bị bao lâu vậy ạ")
	p = start(t, environ, "serve")
	answers(t, tg, 1, 2)
	p.stop(t, syscall.SIGTERM)
	if strings.Contains(p.stderr.String(), "webhook") {
		t.Errorf("polled beside the webhook:\n%s", p.stderr)
	}
}

func TestServeIsWellWhileNobodyWrites(t *testing.T) {
	listen := freeAddress(t)
	tests := map[string][]string{
		"polling":   nil,
		"a webhook": {"LISTEN=" + listen, "WEBHOOK_URL=http://" + listen + "/telegram", "WEBHOOK_SECRET=abc_DEF-1"},
	}
	for name, more := range tests {
		t.Run(name, func(t *testing.T) {
			_, url := pretend(t, 0, telegramtest.Limits{})
			p := start(t, append(more, "TELEGRAM_API="+url, "DATA_DIR="+t.TempDir()), "serve")
			p.until(t, "/healthz", func(status int, _ string) bool { return status == http.StatusOK })
			p.stop(t, syscall.SIGTERM)
		})
	}
}

func TestServeEndsAtOnceWhenToldTwice(t *testing.T) {
	tg, url := pretend(t, 1, telegramtest.Limits{})
	p := start(t, []string{"TELEGRAM_API=" + url, "DATA_DIR=" + t.TempDir()}, "serve")
	tg.Fault(telegramtest.Fault{Method: "sendMessage", Kind: telegramtest.Hang, Times: -1}) // a clean end would wait for it
	tg.Say(1, "dự bị bao lâu vậy ạ")
	answers(t, tg, 1, 1)
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	p.stderr.wait(t, "a second signal ends it at once")
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	err := <-p.exited
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGTERM {
		t.Errorf("ended with %v, want by the second signal: %s", err, p.stderr)
	}
}

// wired is a bot without content and store, beside a pretend Telegram in
// memory that student 1 has joined, for use in synctest.
func wired(t *testing.T) (b *bots, tg *telegramtest.Server, stop func()) {
	t.Helper()
	tg, client, url, stop := telegramtest.StartInMemory(t, telegramtest.Config{Token: token})
	tg.Join(telegramtest.User{ID: 1, FirstName: "Sinh viên 1"})
	return &bots{
		log: slog.New(slog.DiscardHandler), now: time.Now, handlers: handlers.New(handlers.Parts{}),
		client: bot.New(bot.Config{Token: token, API: url, HTTP: client}),
	}, tg, stop
}

// calls counts the calls of a method.
func calls(tg *telegramtest.Server, method string) (n int) {
	for _, c := range tg.Calls() {
		if c.Method == method {
			n++
		}
	}
	return n
}

func TestServePollsOnceTheWebhookIsTakenAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, tg, stop := wired(t)
		defer stop()
		if err := b.client.SetWebhook(t.Context(), "http://127.0.0.1:9/telegram", "abc"); err != nil {
			t.Fatal(err)
		}
		tg.Fault(telegramtest.Fault{Method: "deleteWebhook", Kind: telegramtest.BadGateway, Times: 5})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- b.poll(ctx) }()
		time.Sleep(time.Hour)
		if b.client.Heard().IsZero() {
			t.Error("does not poll")
		}
		if n := calls(tg, "deleteWebhook"); n != 6 {
			t.Errorf("the webhook was taken away in %d calls, want 6", n)
		}
		for _, c := range tg.Calls() {
			if c.Status == http.StatusConflict {
				t.Errorf("polled beside the webhook")
			}
		}
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestServeStaysWellBehindAQuietWebhook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, tg, stop := wired(t)
		defer stop()
		done := make(chan error)
		go func() { done <- b.receiveAt(t.Context(), "http://127.0.0.1:9/telegram", "abc") }()
		for range 300 {
			time.Sleep(50 * time.Second)
			if quiet := time.Since(b.client.Heard()); quiet > quietFor {
				t.Fatalf("nothing heard for %s", quiet)
			}
		}
		tg.Fault(telegramtest.Fault{Method: "getMe", Kind: telegramtest.BadGateway, Times: 10})
		time.Sleep(9 * time.Minute)
		if quiet := time.Since(b.client.Heard()); quiet <= quietFor {
			t.Errorf("Telegram is down and was heard %s ago", quiet)
		}
		time.Sleep(5 * time.Minute)
		if quiet := time.Since(b.client.Heard()); quiet > quietFor {
			t.Errorf("Telegram is back, and nothing heard for %s", quiet)
		}
		tg.Fault(telegramtest.Fault{Method: "getMe", Kind: telegramtest.WrongToken})
		err := <-done
		if _, ok := errors.AsType[*chat.Stop](err); !ok {
			t.Errorf("after the token was withdrawn: %v, want the end", err)
		}
	})
}

func TestServePersistsAsLongAsTelegramAsks(t *testing.T) {
	tests := map[string]struct {
		errs []error
		took time.Duration
		ends bool // with the last of them
	}{
		"it works":                          {nil, 0, false},
		"ever longer":                       {[]error{&chat.Unavailable{Err: io.EOF}, &chat.InDoubt{Err: io.EOF}, io.EOF}, 7 * time.Second, false},
		"as long as Telegram asks":          {[]error{&chat.Busy{After: 5 * time.Minute}}, 5 * time.Minute, false},
		"not shorter because Telegram asks": {[]error{io.EOF, io.EOF, &chat.Busy{After: time.Second}}, 7 * time.Second, false},
		"never, when refused":               {[]error{io.EOF, &chat.Refused{Reason: "no"}}, time.Second, true},
		"never, with a wrong token":         {[]error{&chat.Stop{Reason: "no"}}, 0, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := &bots{log: slog.New(slog.DiscardHandler)}
				began, left := time.Now(), tt.errs
				err := b.persist(t.Context(), "not yet", func() error {
					if len(left) == 0 {
						return nil
					}
					err := left[0]
					left = left[1:]
					return err
				})
				if took := time.Since(began); took != tt.took || (err != nil) != tt.ends {
					t.Errorf("ended after %s with %v, want after %s, with an error: %t", took, err, tt.took, tt.ends)
				}
			})
		})
	}
}

func TestServeSetsNoMenuTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, tg, stop := wired(t)
		defer stop()
		tg.Join(telegramtest.User{ID: 2, FirstName: "Hạnh"})
		b.admins = []chat.Address{1, 2, 3} // 3 never wrote
		tg.Fault(telegramtest.Fault{Method: "setMyDescription", Kind: telegramtest.BadGateway, Times: 3})
		tg.Fault(telegramtest.Fault{Method: "setMyCommands", Kind: telegramtest.TooMany429, RetryAfter: 90})
		b.introduce(t.Context())
		set := map[string]int{}
		for _, c := range tg.Calls() {
			if c.Method == "setMyCommands" && c.Status == http.StatusOK {
				set[c.Params["scope"]]++
			}
		}
		if len(set) != 3 || calls(tg, "setMyCommands") != 5 || tg.Description() == "" {
			t.Errorf("menus set: %v in %d calls, description %q; want three, each once, one refused and one asked to wait", set, calls(tg, "setMyCommands"), tg.Description())
		}
	})
}

func TestServeDeskAreThoseWhoSeeTheWaitingQuestions(t *testing.T) {
	rdb, _ := storetest.Miniredis(t)
	b, h, now := &bots{db: store.New(rdb), admins: []chat.Address{99}}, handlers.New(handlers.Parts{}), time.Now()
	want := []chat.Address{99}
	for i, role := range journey.Roles {
		who, code := chat.Address(i+1), journey.Code(role)
		_, err := b.db.SaveTracks(t.Context(), journey.Save{Track: journey.Track{Person: journey.Person{Code: code, Name: "A", Roles: []journey.Role{role}}}})
		if err = errors.Join(err, b.db.KeepStartCode(t.Context(), "code-"+string(role), code, now.Add(time.Hour))); err != nil {
			t.Fatal(err)
		}
		if _, err := b.db.Link(t.Context(), "code-"+string(role), who, now); err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(h.Menu(role), func(c wording.Command) bool { return c.Name == "cauhoi" }) {
			want = append(want, who)
		}
	}
	_, err := b.db.SaveTracks(t.Context(), journey.Save{Track: journey.Track{Person: journey.Person{Code: "nobody", Name: "B", Roles: []journey.Role{journey.YouthOfficer}}}})
	got, e := b.atDesk(t.Context())
	if err = errors.Join(err, e); err != nil {
		t.Fatal(err)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) || len(got) < 4 {
		t.Errorf("at the desk are %v, /cauhoi is for %v", got, want)
	}
}

func TestServeClockIsNeverForTelegramItself(t *testing.T) {
	tests := map[string]bool{ // whether it is a pretend Telegram
		"https://api.telegram.org":            false,
		"http://api.telegram.org":             false,
		"https://API.Telegram.ORG":            false,
		"https://api.telegram.org:443":        false,
		"https://api.telegram.org.":           false,
		"https://api.telegram.org./":          false,
		"https://someone@api.telegram.org.:8": false,
		"http://127.0.0.1:8081":               true,
		"https://telegram.test":               true,
		"https://api.telegram.org.test":       true,
	}
	for api, want := range tests {
		_, err := clockFrom("2027-01-20T06:59:50+07:00", api)
		if _, usage := errors.AsType[usageError](err); usage == want {
			t.Errorf("--clock with TELEGRAM_API=%s: %v, want it taken: %t", api, err, want)
		}
	}
	if _, err := clockFrom("", "https://api.telegram.org"); err != nil {
		t.Errorf("without --clock: %v", err)
	}
}

// pipe is a listener for one connection within the process.
type pipe struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (p *pipe) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipe) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipe) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

func TestServeHTTPCutsOffASlowClientWithoutAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there := net.Pipe()
		defer here.Close()
		listener := &pipe{conns: make(chan net.Conn, 1), closed: make(chan struct{})}
		listener.conns <- there
		asked := make(chan struct{})
		slow := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			close(asked)
			<-r.Context().Done() // until cut off
		})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- serveHTTP(ctx, listener, slow) }()
		if _, err := io.WriteString(here, "GET / HTTP/1.1\r\nHost: a\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		<-asked
		cancel()
		if err := <-done; err != nil {
			t.Errorf("ended with %v, want none", err)
		}
	})
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// TestKilledAnytimeEveryQuestionIsAnswered kills the bot, and its Redis with
// it, again and again while questions stream in. Each question is answered;
// one is answered twice only if its answer was in flight at a kill, and that
// is counted as in doubt.
func TestKilledAnytimeEveryQuestionIsAnswered(t *testing.T) {
	const perLife = 8
	students := *kills * perLife
	tg, url := pretend(t, students, telegramtest.Limits{PerSecond: 5000})
	data := t.TempDir()
	environ := []string{"TELEGRAM_API=" + url, "DATA_DIR=" + data}
	random := rand.New(rand.NewPCG(1, 2))

	asked := 0
	for range *kills {
		// Kill after a random number of calls of the bot, and a random moment.
		var once sync.Once
		reached := make(chan struct{})
		calls, want := 0, random.IntN(perLife)
		var lock sync.Mutex
		stop := tg.Watch(func(e telegramtest.Event) {
			lock.Lock()
			defer lock.Unlock()
			if e.Message.From == e.Chat {
				return // what a student typed
			}
			if calls++; calls > want {
				once.Do(func() { close(reached) })
			}
		})
		for range perLife {
			asked++
			tg.Say(int64(asked), "dự bị bao lâu vậy ạ")
		}
		p := start(t, environ, "serve")
		select {
		case <-reached:
		case <-time.After(2 * time.Second): // fewer answers were left than calls wanted
		}
		<-time.After(time.Duration(random.IntN(8000)) * time.Microsecond)
		p.stop(t, syscall.SIGKILL)
		stop()
	}
	p := start(t, environ, "serve")
	answers(t, tg, students, 1)
	p.stop(t, syscall.SIGTERM)

	doubles := 0
	for s := 1; s <= students; s++ {
		doubles += fromBot(tg, s) - 1
	}
	doubts := doubtsIn(t, data)
	t.Logf("%d kills, %d questions: 0 lost, %d doubled, %d shown in doubt", *kills, students, doubles, doubts)
	if doubles > doubts {
		t.Errorf("%d answers came twice, but only %d are shown in doubt", doubles, doubts)
	}
}

// doubtsIn counts the answers shown in doubt in a data folder.
func doubtsIn(t *testing.T, dir string) int {
	t.Helper()
	ctx := context.Background()
	server, err := store.StartServer(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	db, err := store.Open(ctx, server.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	doubts, err := db.Doubts(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return doubts[chat.Answers]
}

func TestReplacedDocumentWithdrawsItsAnswersAtOnce(t *testing.T) {
	dir := copyContent(t)
	tg, url := pretend(t, 1, telegramtest.Limits{})
	p := start(t, []string{"TELEGRAM_API=" + url, "DATA_DIR=" + t.TempDir(), "CONTENT_DIR=" + dir}, "serve")
	tg.Say(1, "đảng phí sinh viên đóng bao nhiêu")
	answers(t, tg, 1, 1)

	file := filepath.Join(dir, "documents.yaml")
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	marked := markReplaced(t, string(raw), "qd-01-2026-dang-phi", "2026-11-01")
	if err := os.WriteFile(file, []byte(marked), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	// The reload and the next question race; ask until it is withdrawn.
	for n := 2; ; n++ {
		tg.Say(1, "đảng phí sinh viên đóng bao nhiêu")
		answers(t, tg, 1, n)
		all := tg.Messages(1)
		if strings.Contains(all[len(all)-1].Text, "đang được soát lại") {
			break
		}
		if n > 10 {
			t.Fatalf("still answered: %s", all[len(all)-1].Text)
		}
	}
	p.stop(t, syscall.SIGTERM)
}

// markReplaced edits the register as a person would.
func markReplaced(t *testing.T, documents, id, on string) string {
	t.Helper()
	before, rest, ok := strings.Cut(documents, "- id: "+id+"\n")
	if !ok {
		t.Fatalf("no document %s", id)
	}
	entry, after, _ := strings.Cut(rest, "\n- id: ")
	entry = regexp.MustCompile(`(?m)^  status: .*$`).ReplaceAllString(entry, "  status: replaced\n  replaced: {on: "+on+"}")
	return before + "- id: " + id + "\n" + entry + "\n- id: " + after
}

func copyContent(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("content")); err != nil {
		t.Fatal(err)
	}
	return dir
}
