// Command latency measures the product as a process of its own: from a
// student's question to the answer in the chat while 200 questions a second
// come in, from start to the first answer, and the memory it holds. Telegram
// is the strict pretend one, in this process, reached over loopback; Redis is
// the private redis-server that the product starts, which writes each change
// to disk before it answers.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"time"

	"donghanh/bench"
	"donghanh/internal/knowledge"
	"donghanh/internal/telegramtest"
)

const (
	token     = "123456:bench"
	students  = 2000
	idleFor   = 5 * time.Second  // before memory is read
	patience  = 15 * time.Second // for the last answers
	starts    = 7
	diskTries = 200
)

// report is what was measured; times are in milliseconds, memory in MB.
type report struct {
	Asked, Answered, Rate int
	P50, P90, P99, Max    float64
	Throughput            float64 // answers a second
	Behind                float64 // the asker's own worst lag
	FirstAnswer           float64 // median
	FirstAnswers          []float64
	Idle, IdleRedis       float64
	Loaded, LoadedRedis   float64
	DiskWrite             float64 // one small write and fsync on the same disk, median
	Labelled              bool
	Questions             int
}

func main() {
	log.SetFlags(0)
	binary := flag.String("binary", "data/donghanh", "the product, built")
	content := flag.String("content", "../content", "whose ways of asking are asked where there is no labelled file")
	rate := flag.Int("rate", 200, "questions a second")
	seconds := flag.Int("seconds", 20, "how long they come in")
	out := flag.String("json", "", "a file for the figures")
	flag.Parse()
	if err := run(*binary, *content, *rate, *seconds, *out); err != nil {
		log.Fatal("latency: ", err)
	}
}

func run(binary, content string, rate, seconds int, out string) error {
	binary, err := filepath.Abs(binary)
	if err != nil {
		return err
	}
	book, problems := knowledge.Load(os.DirFS(content))
	if book == nil {
		return fmt.Errorf("content does not load: %v", problems)
	}
	file, ok := os.LookupEnv("QUESTIONS")
	if !ok {
		file = "../../shared/domain/questions-dev.jsonl"
	}
	questions, labelled, err := bench.Questions(file, book)
	if err != nil {
		return err
	}
	work, err := os.MkdirTemp(filepath.Dir(binary), "run-") // the disk of the repository, not /tmp, which may be memory
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)

	r := report{Rate: rate, Labelled: labelled, Questions: len(questions)}
	if r.DiskWrite, err = diskWrite(work); err != nil {
		return err
	}
	for i := range starts {
		took, err := firstAnswer(binary, filepath.Join(work, fmt.Sprint("start", i)), questions[i*len(questions)/starts].Question)
		if err != nil {
			return fmt.Errorf("first answer: %w", err)
		}
		r.FirstAnswers = append(r.FirstAnswers, bench.Millis(took))
	}
	r.FirstAnswer = bench.Quantile(r.FirstAnswers, 0.5)
	if err := r.load(binary, filepath.Join(work, "load"), questions, seconds); err != nil {
		return err
	}
	r.print()
	if out == "" {
		return nil
	}
	raw, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(out, raw, 0o644)
}

// pretend starts a pretend Telegram without limits.
func pretend() (tg *telegramtest.Server, url string, stop func() error, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, "", nil, err
	}
	none := -1
	tg = telegramtest.New(telegramtest.Config{Token: token, Limits: telegramtest.Limits{PerSecond: none, ChatBurst: none, GroupPerMinute: none}})
	server := &http.Server{Handler: tg}
	go server.Serve(l) // ends with ErrServerClosed
	return tg, "http://" + l.Addr().String(), func() error {
		tg.Close()
		server.Close()
		if m := tg.Mistakes(); len(m) > 0 {
			return fmt.Errorf("the bot made %d mistakes at Telegram, the first: %s", len(m), m[0])
		}
		return nil
	}, nil
}

// start starts the product.
func start(binary, url, dir string) (*exec.Cmd, error) {
	return bench.Start(binary, dir, "TELEGRAM_TOKEN="+token, "TELEGRAM_API="+url, "SEND_RATE=1000")
}

func end(p *exec.Cmd) error {
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return p.Wait()
}

// firstAnswer is the time from the start of the process to the answer to a
// question that already waits.
func firstAnswer(binary, dir, question string) (time.Duration, error) {
	tg, url, stop, err := pretend()
	if err != nil {
		return 0, err
	}
	answered := make(chan time.Time, 1)
	tg.Watch(func(e telegramtest.Event) {
		if e.Kind == "message" && e.Message.From != e.Chat {
			select {
			case answered <- time.Now():
			default: // a second message of the same answer
			}
		}
	})
	tg.Say(1, question)
	from := time.Now()
	p, err := start(binary, url, dir)
	if err != nil {
		return 0, err
	}
	defer p.Process.Kill()
	select {
	case at := <-answered:
		if err := end(p); err != nil {
			return 0, err
		}
		return at.Sub(from), stop()
	case <-time.After(patience):
		return 0, fmt.Errorf("no answer within %s", patience)
	}
}

// load asks at an even pace, whether answers come or not.
func (r *report) load(binary, dir string, questions []bench.Question, seconds int) error {
	tg, url, stop, err := pretend()
	if err != nil {
		return err
	}
	p, err := start(binary, url, dir)
	if err != nil {
		return err
	}
	defer p.Process.Kill()
	for i := range students {
		tg.Join(telegramtest.User{ID: int64(i + 1), FirstName: fmt.Sprint("Sinh viên ", i+1)})
	}
	time.Sleep(idleFor)
	if r.Idle, r.IdleRedis, err = memory(p.Process.Pid); err != nil {
		return err
	}

	total := r.Rate * seconds
	var mu sync.Mutex
	waiting := map[int64][]time.Time{} // by student, oldest first
	var took []float64
	var last time.Time
	all := make(chan struct{})
	tg.Watch(func(e telegramtest.Event) {
		if e.Kind != "message" || e.Message.From == e.Chat {
			return
		}
		at := time.Now()
		mu.Lock()
		defer mu.Unlock()
		asked := waiting[e.Chat]
		if len(asked) == 0 {
			return // a second message of the same answer
		}
		waiting[e.Chat] = asked[1:]
		took, last = append(took, bench.Millis(at.Sub(asked[0]))), at
		if len(took) == total {
			close(all)
		}
	})
	begin := time.Now()
	for i := range total {
		due := begin.Add(time.Duration(i) * time.Second / time.Duration(r.Rate))
		time.Sleep(time.Until(due))
		who := int64(i%students + 1)
		mu.Lock()
		now := time.Now()
		waiting[who] = append(waiting[who], now)
		mu.Unlock()
		tg.Say(who, questions[i%len(questions)].Question)
		r.Behind = max(r.Behind, bench.Millis(now.Sub(due)))
	}
	select {
	case <-all:
	case <-time.After(patience):
	}
	if r.Loaded, r.LoadedRedis, err = memory(p.Process.Pid); err != nil {
		return err
	}
	if err := end(p); err != nil {
		return err
	}
	mu.Lock()
	defer mu.Unlock()
	r.Asked, r.Answered = total, len(took)
	if len(took) > 0 {
		r.P50, r.P90, r.P99, r.Max = bench.Quantile(took, 0.5), bench.Quantile(took, 0.9), bench.Quantile(took, 0.99), slices.Max(took)
		r.Throughput = float64(len(took)) / last.Sub(begin).Seconds()
	}
	return stop()
}

func (r *report) print() {
	row := func(what, format string, args ...any) {
		fmt.Printf("%-34s "+format+"\n", append([]any{what}, args...)...)
	}
	row("asked, answered", "%d, %d at %d a second by %d students", r.Asked, r.Answered, r.Rate, students)
	row("question to answer", "p50 %.1f  p90 %.1f  p99 %.1f  max %.1f ms", r.P50, r.P90, r.P99, r.Max)
	row("throughput", "%.1f answers a second", r.Throughput)
	row("the asker's own worst lag", "%.1f ms", r.Behind)
	row("start to first answer", "median %.0f ms of %.0f", r.FirstAnswer, r.FirstAnswers)
	row("memory idle", "donghanh %.1f MB, redis-server %.1f MB", r.Idle, r.IdleRedis)
	row("memory after the load", "donghanh %.1f MB, redis-server %.1f MB", r.Loaded, r.LoadedRedis)
	row("one small write and fsync", "%.2f ms", r.DiskWrite)
}

// diskWrite is how long one small write takes to reach the disk.
func diskWrite(dir string) (float64, error) {
	f, err := os.CreateTemp(dir, "write")
	if err != nil {
		return 0, err
	}
	defer f.Close()
	var took []float64
	for range diskTries {
		from := time.Now()
		if _, err := f.Write(make([]byte, 400)); err != nil {
			return 0, err
		}
		if err := f.Sync(); err != nil {
			return 0, err
		}
		took = append(took, bench.Millis(time.Since(from)))
	}
	return bench.Quantile(took, 0.5), nil
}
