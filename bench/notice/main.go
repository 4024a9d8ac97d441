// Command notice measures how fast a notice goes out: the product as a process
// of its own sends one to many through a strict pretend Telegram whose every
// call takes 40 ms, while students ask twice a second. Beside it, in the same
// run, a naive sender: one message after the other, asleep for retry_after at a
// 429. Redis is a private one that writes each change to disk before it answers.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"

	"donghanh/bench"
	"donghanh/content"
	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/knowledge"
	"donghanh/internal/notice"
	"donghanh/internal/store"
	"donghanh/internal/telegramtest"
)

const (
	token    = "123456:bench"
	latency  = 40 * time.Millisecond
	body     = "Thông báo của Đoàn: họp chi đoàn lúc 8 giờ ngày 20/12, hội trường A."
	boss     = 1
	guests   = 100 // the accounts of those who ask, each in turn: a chat takes one message a second
	askers   = 40
	first    = 1000 // account of the first recipient
	askEvery = 500 * time.Millisecond
	idleFor  = 5 * time.Second // before memory is read
	patience = 30 * time.Second
)

// figures are what one sender came to; times in milliseconds, memory in MB.
type figures struct {
	Recipients, Rate        int
	Delivered, Twice        int
	Seconds                 float64 // from the first notice delivered to the last
	Notices, All            float64 // of the allowed rate: by notices, and with answers and progress
	TooMany                 int     // answers 429
	Start                   float64 // from the moment it was kept to the first delivered
	Asked, Answered         int
	P50, P99                float64 // question to answer
	Before, After           float64 // resident, of the product
	RedisBefore, RedisAfter float64 // used_memory
	BytesARecipient         float64 // of Redis
}

// report is what was measured.
type report struct {
	Runs  []figures // of the product
	Naive figures
}

func main() {
	log.SetFlags(0)
	binary := flag.String("binary", "data/donghanh", "the product, built")
	built := flag.String("content", "../content", "whose ways of asking are asked")
	people := flag.String("people", "600,6000", "recipients of each run")
	rates := flag.String("rate", "30,1000", "messages a second of each run")
	out := flag.String("json", "", "a file for the figures")
	flag.Parse()
	if err := run(*binary, *built, strings.Split(*people, ","), strings.Split(*rates, ","), *out); err != nil {
		log.Fatal("notice: ", err)
	}
}

func run(binary, built string, people, rates []string, out string) error {
	binary, err := filepath.Abs(binary)
	if err != nil {
		return err
	}
	book, problems := knowledge.Load(os.DirFS(built))
	if book == nil {
		return fmt.Errorf("content does not load: %v", problems)
	}
	questions, _, err := bench.Questions("", book)
	if err != nil {
		return err
	}
	if len(people) != len(rates) {
		return errors.New("-people and -rate must name as many runs")
	}
	var r report
	for i := range people {
		count, err := strconv.Atoi(people[i])
		if err != nil {
			return err
		}
		rate, err := strconv.Atoi(rates[i])
		if err != nil {
			return err
		}
		f, err := send(binary, count, rate, questions)
		if err != nil {
			return fmt.Errorf("%d recipients at %d a second: %w", count, rate, err)
		}
		log.Printf("%5d at %4d a second: %d delivered in %.1f s, %.3f of the rate (%.3f notices alone), %d × 429, first after %.0f ms; %d of %d answered, p50 %.0f p99 %.0f ms; donghanh %.1f → %.1f MB, Redis %.0f bytes a recipient",
			f.Recipients, f.Rate, f.Delivered, f.Seconds, f.All, f.Notices, f.TooMany, f.Start, f.Answered, f.Asked, f.P50, f.P99, f.Before, f.After, f.BytesARecipient)
		r.Runs = append(r.Runs, f)
		if i > 0 {
			continue
		}
		if r.Naive, err = naive(count, rate); err != nil {
			return fmt.Errorf("naive sender: %w", err)
		}
		log.Printf("%5d at %4d a second, one after the other: %d delivered in %.1f s, %.3f of the rate, %d × 429",
			count, rate, r.Naive.Delivered, r.Naive.Seconds, r.Naive.All, r.Naive.TooMany)
	}
	if out == "" {
		return nil
	}
	raw, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(out, raw, 0o644)
}

// pretend starts a pretend Telegram that bears rate messages a second, with
// those who are to get the notice, and those who ask.
func pretend(count, rate int) (tg *telegramtest.Server, url string, stop func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, "", nil, err
	}
	tg = telegramtest.New(telegramtest.Config{Token: token, Latency: latency, Limits: telegramtest.Limits{PerSecond: rate}})
	join := func(id int) { tg.Join(telegramtest.User{ID: int64(id), FirstName: fmt.Sprint("Sinh viên ", id)}) }
	join(boss)
	for i := range askers {
		join(guests + i)
	}
	for i := range count {
		join(first + i)
	}
	server := &http.Server{Handler: tg}
	go server.Serve(l) // ends with ErrServerClosed
	return tg, "http://" + l.Addr().String(), func() { tg.Close(); server.Close() }, nil
}

// seen is what became visible in the pretend Telegram.
type seen struct {
	mu      sync.Mutex
	count   int
	got     map[int64]int // notices, by recipient
	sent    []time.Time   // all that counts for the rate
	notices []time.Time
	asked   map[int64]time.Time
	took    []float64
	all     chan struct{} // closed when everybody has the notice
}

func watch(tg *telegramtest.Server, count int) *seen {
	s := &seen{count: count, got: map[int64]int{}, asked: map[int64]time.Time{}, all: make(chan struct{})}
	tg.Watch(s.see)
	return s
}

func (s *seen) see(e telegramtest.Event) {
	now := time.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case e.Kind == "edit", e.Kind == "delete", e.Kind == "message" && e.Message.From != e.Chat:
		s.sent = append(s.sent, now)
	default:
		return
	}
	if from, ok := s.asked[e.Chat]; ok && e.Kind == "message" {
		delete(s.asked, e.Chat)
		s.took = append(s.took, bench.Millis(now.Sub(from)))
	}
	if e.Kind != "message" || e.Chat < first || e.Message.Text != body {
		return
	}
	s.notices = append(s.notices, now)
	if s.got[e.Chat]++; len(s.got) == s.count && s.got[e.Chat] == 1 {
		close(s.all)
	}
}

// ask has those who ask ask one question after the other, until over.
func (s *seen) ask(tg *telegramtest.Server, questions []bench.Question, over <-chan struct{}) (asked int) {
	for tick := time.NewTicker(askEvery); ; asked++ {
		who := int64(guests + asked%askers)
		s.mu.Lock()
		s.asked[who] = time.Now()
		s.mu.Unlock()
		tg.Say(who, questions[asked*7%len(questions)].Question)
		select {
		case <-over:
			tick.Stop()
			return asked + 1
		case <-tick.C:
		}
	}
}

// sum puts together what was seen.
func (s *seen) sum(f *figures, tg *telegramtest.Server, from time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f.Delivered, f.Answered = len(s.got), len(s.took)
	for _, n := range s.got {
		f.Twice += min(1, n-1)
	}
	for _, c := range tg.Calls() {
		if c.Status == http.StatusTooManyRequests {
			f.TooMany++
		}
	}
	if len(s.took) > 0 {
		f.P50, f.P99 = bench.Quantile(s.took, 0.5), bench.Quantile(s.took, 0.99)
	}
	if len(s.notices) < 2 {
		return
	}
	begin, end := s.notices[0], s.notices[len(s.notices)-1]
	f.Start, f.Seconds = bench.Millis(begin.Sub(from)), end.Sub(begin).Seconds()
	of := func(times []time.Time) float64 {
		n := 0
		for _, t := range times {
			if t.After(begin) && !t.After(end) { // the first opens the time and is not in it
				n++
			}
		}
		return float64(n) / f.Seconds / float64(f.Rate)
	}
	f.Notices, f.All = of(s.notices), of(s.sent)
}

// send has the product send a notice to count people.
func send(binary string, count, rate int, questions []bench.Question) (f figures, err error) {
	ctx := context.Background()
	dir, err := os.MkdirTemp(filepath.Dir(binary), "run-") // the disk of the repository, not /tmp, which may be memory
	if err != nil {
		return f, err
	}
	defer os.RemoveAll(dir)
	server, err := store.StartServer(ctx, dir)
	if err != nil {
		return f, err
	}
	defer server.Close()
	db, err := store.Open(ctx, server.URL())
	if err != nil {
		return f, err
	}
	defer db.Close()
	options, err := redis.ParseURL(server.URL())
	if err != nil {
		return f, err
	}
	raw := redis.NewClient(options)
	defer raw.Close()
	if err := fill(ctx, db, count); err != nil {
		return f, err
	}

	tg, url, stop, err := pretend(count, rate)
	if err != nil {
		return f, err
	}
	defer stop()
	p, err := bench.Start(binary, dir, "TELEGRAM_TOKEN="+token, "TELEGRAM_API="+url, "REDIS_URL="+server.URL(),
		"SEND_RATE="+strconv.Itoa(rate), "APPROVAL_ABOVE="+strconv.Itoa(count+1))
	if err != nil {
		return f, err
	}
	defer p.Process.Kill()
	time.Sleep(idleFor)
	f = figures{Recipients: count, Rate: rate}
	if f.Before, f.RedisBefore, err = memory(ctx, p.Process.Pid, raw); err != nil {
		return f, err
	}

	saw := watch(tg, count)
	asked := make(chan int, 1)
	go func() { asked <- saw.ask(tg, questions, saw.all) }()
	from := time.Now()
	id, err := write(ctx, db, count, from)
	if err != nil {
		return f, err
	}
	select {
	case <-saw.all:
	case <-time.After(patience + 2*time.Duration(count/rate)*time.Second):
		saw.mu.Lock()
		defer saw.mu.Unlock()
		return f, fmt.Errorf("%d of %d have it", len(saw.got), count)
	}
	f.Asked = <-asked
	for end := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		n, err := db.Notice(ctx, id)
		if err != nil {
			return f, err
		}
		if n.Status == notice.Done {
			break
		}
		if time.Now().After(end) {
			return f, fmt.Errorf("everybody has it, and it is %s", n.Status)
		}
	}
	time.Sleep(time.Second) // the last answers, and the report to the officer
	if f.After, f.RedisAfter, err = memory(ctx, p.Process.Pid, raw); err != nil {
		return f, err
	}
	f.BytesARecipient = (f.RedisAfter - f.RedisBefore) * 1e6 / float64(count)
	saw.sum(&f, tg, from)
	counts, err := db.RecipientCounts(ctx, id)
	if err != nil {
		return f, err
	}
	if counts[notice.Delivered] != count || counts.Total() != count {
		return f, fmt.Errorf("the product says %v of %d", counts, count)
	}
	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		return f, err
	}
	if err := p.Wait(); err != nil {
		return f, err
	}
	if m := tg.Mistakes(); len(m) > 0 {
		return f, fmt.Errorf("the bot made %d mistakes at Telegram, the first: %s", len(m), m[0])
	}
	return f, nil
}

var officer = journey.Person{Code: "cb0001", Name: "Phạm Thị Hạnh", Roles: []journey.Role{journey.YouthOfficer}}

// fill puts an officer and count students into the store, each linked to their
// account. Nothing is due for them, so that the notice goes out alone.
func fill(ctx context.Context, db *store.Store, count int) error {
	rules, problems := journey.LoadRules(content.Built)
	if rules == nil {
		return fmt.Errorf("rules: %v", problems)
	}
	now := time.Now()
	today := journey.DateOf(now)
	accounts := map[journey.Code]chat.Address{officer.Code: boss}
	saves := []journey.Save{{Track: journey.Track{Since: today, Person: officer}, Next: today.AddDays(400)}}
	for i := range count {
		p := journey.Person{
			Code: journey.Code(fmt.Sprintf("sv%06d", i)), Name: "Nguyễn Thị Minh Anh", Roles: []journey.Role{journey.Student},
			Unit: journey.Unit(fmt.Sprintf("K1/L%d", i/50)),
		}
		accounts[p.Code] = chat.Address(first + i)
		saves = append(saves, journey.Save{Track: journey.Track{Since: today, Person: p}, Next: today.AddDays(400)})
	}
	for some := range slices.Chunk(saves, 500) {
		late, err := db.SaveTracks(ctx, some...)
		if err == nil && len(late) > 0 {
			err = fmt.Errorf("conflicts: %v", late)
		}
		if err != nil {
			return err
		}
	}
	starts := map[journey.Code]string{}
	for code := range accounts {
		starts[code] = "start" + string(code)
	}
	if err := db.KeepStartCodes(ctx, starts, now.Add(time.Hour)); err != nil {
		return err
	}
	for code, who := range accounts {
		if _, err := db.Link(ctx, starts[code], who, now); err != nil {
			return err
		}
	}
	return db.SetRulesPrint(ctx, rules.Fingerprint())
}

// write keeps a notice as the officer's "Gửi ngay" does.
func write(ctx context.Context, db *store.Store, count int, now time.Time) (notice.ID, error) {
	n, err := notice.New(notice.NewID("bench"), officer, now)
	if err == nil {
		n, err = n.Edit(officer, notice.Content{HTML: body, Audience: notice.Audience{Roles: []journey.Role{journey.Student}}, Urgent: true})
	}
	if err == nil {
		n, err = n.Submit(officer, time.Time{}, count, count+1, now)
	}
	if err == nil {
		err = db.KeepNotice(ctx, n)
	}
	return n.ID, err
}

// naive sends the same to count people one after the other.
func naive(count, rate int) (f figures, err error) {
	tg, url, stop, err := pretend(count, rate)
	if err != nil {
		return f, err
	}
	defer stop()
	f = figures{Recipients: count, Rate: rate}
	saw, from := watch(tg, count), time.Now()
	for i := 0; i < count; {
		wait, err := post(url, first+i)
		if err != nil {
			return f, err
		}
		if wait == 0 {
			i++
		}
		time.Sleep(wait)
	}
	saw.sum(&f, tg, from)
	return f, nil
}

// post sends the notice to one person, and says how long Telegram has it wait.
func post(url string, who int) (wait time.Duration, err error) {
	raw, err := json.Marshal(map[string]any{"chat_id": who, "text": body})
	if err != nil {
		return 0, err
	}
	resp, err := http.Post(url+"/bot"+token+"/sendMessage", "application/json", bytes.NewReader(raw))
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err
	}
	var a struct {
		OK         bool
		Parameters struct {
			RetryAfter int `json:"retry_after"`
		}
	}
	if err := json.Unmarshal(answer, &a); err != nil {
		return 0, err
	}
	if !a.OK && a.Parameters.RetryAfter == 0 {
		return 0, fmt.Errorf("%s", answer)
	}
	return time.Duration(a.Parameters.RetryAfter) * time.Second, nil
}

// memory is what a process holds and what Redis does, in MB.
func memory(ctx context.Context, pid int, raw *redis.Client) (own, used float64, err error) {
	if own, err = bench.Status(strconv.Itoa(pid), "VmRSS"); err != nil {
		return 0, 0, err
	}
	bytes, err := bench.UsedMemory(ctx, raw)
	return own, float64(bytes) / 1e6, err
}
