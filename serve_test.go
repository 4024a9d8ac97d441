package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"donghanh/internal/chat"
	"donghanh/internal/store"
	"donghanh/internal/telegramtest"
)

var kills = flag.Int("kills", 15, "how often TestKilledAnytimeEveryQuestionIsAnswered kills the bot")

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
	stderr *bytes.Buffer
	listen string
	exited chan error
}

func start(t *testing.T, environ []string, args ...string) *process {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{stderr: &bytes.Buffer{}, exited: make(chan error, 1)}
	p.cmd = exec.Command(self, args...)
	p.cmd.Dir = t.TempDir()
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
			p.stderr.WriteString(lines.Text() + "\n")
			if found := listen.FindStringSubmatch(lines.Text()); found != nil {
				started <- found[1]
			}
		}
		close(started)
		p.exited <- p.cmd.Wait()
	}()
	listening, ok := <-started
	if !ok {
		t.Fatalf("did not start: %s", p.stderr)
	}
	p.listen = listening
	return p
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
	resp, err := http.Get("http://" + p.listen + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil || resp.StatusCode != http.StatusOK {
		t.Errorf("healthz: %d %s %v", resp.StatusCode, body, err)
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
