package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"donghanh/content"
	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/notice"
	"donghanh/internal/store"
	"donghanh/internal/telegramtest"
)

var recipients = flag.Int("recipients", 300, "how many people TestNoticeKilledAnytimeAccountsForEverybody writes to")

// redisKills is how often redis-server is killed in one run of it.
const redisKills = 5

// notified is an academy to which a notice goes out, and what breaks on the way.
type notified struct {
	tg      *telegramtest.Server
	redis   *ownRedis
	db      *store.Store
	environ []string
	id      notice.ID
	people  map[journey.Code]int64 // accounts
	random  *rand.Rand
}

var noticeOfficer = journey.Person{Code: "cb1", Name: "Phạm Thị Hạnh", Roles: []journey.Role{journey.YouthOfficer}}

const noticeText = "Họp chi đoàn lúc 8 giờ, hội trường A."

// TestNoticeKilledAnytimeAccountsForEverybody kills the bot at random moments of
// a notice, as well as Redis, while Telegram errs in every way it can. In the
// end each person has one outcome; nobody reads it twice, nobody counts as
// reached who was not, and who may or may not have it is shown in doubt.
func TestNoticeKilledAnytimeAccountsForEverybody(t *testing.T) {
	t.Parallel()
	n := notify(t, *recipients)
	redisDown := map[int]bool{}
	for i := range redisKills {
		redisDown[(2*i+1)**kills/(2*redisKills)] = true
	}
	for life := range *kills {
		n.misbehave()
		n.live(t, life, redisDown[life])
	}
	n.tg.ClearFaults()
	n.tg.Release()
	// Later than whatever was claimed by those killed.
	p := start(t, n.environ, "serve", "--clock", time.Now().Add(2*time.Minute).Format(time.RFC3339))
	n.until(t, "the notice is done", func() bool {
		at, err := n.db.Notice(t.Context(), n.id)
		if err == nil && at.Status == notice.Paused {
			err = n.resume(t, at)
		}
		return err == nil && at.Status == notice.Done
	})
	p.stop(t, syscall.SIGTERM)
	n.account(t)
}

// notify starts a Redis, a pretend Telegram and a notice to that many people.
func notify(t *testing.T, count int) *notified {
	t.Helper()
	sockets, err := os.MkdirTemp("", "notice") // t.TempDir is too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(sockets) })
	tg, url := pretend(t, count+1, telegramtest.Limits{PerSecond: 5000})
	n := &notified{
		tg: tg, redis: &ownRedis{folder: t.TempDir(), socket: filepath.Join(sockets, "redis")},
		id: notice.NewID("killed"), people: map[journey.Code]int64{}, random: rand.New(rand.NewPCG(4, 2)),
	}
	n.redis.start(t)
	t.Cleanup(func() { _, _ = n.redis.cmd.Process.Kill(), n.redis.cmd.Wait() })
	address := "unix://" + n.redis.socket
	n.environ = []string{"TELEGRAM_API=" + url, "REDIS_URL=" + address, "APPROVAL_ABOVE=" + fmt.Sprint(count+1)}
	if n.db, err = store.Open(t.Context(), address); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = n.db.Close() })
	n.enrol(t, count)
	n.write(t, count)
	return n
}

// enrol links count students, and the officer.
func (n *notified) enrol(t *testing.T, count int) {
	t.Helper()
	now := time.Now()
	today := journey.DateOf(now)
	saves := []journey.Save{{Track: journey.Track{Since: today, Person: noticeOfficer}}}
	starts := map[journey.Code]string{noticeOfficer.Code: "start"}
	n.people[noticeOfficer.Code] = int64(count + 1)
	for i := range count {
		p := journey.Person{Code: journey.Code(fmt.Sprintf("sv%d", i+1)), Name: "Nguyễn An", Roles: []journey.Role{journey.Student}, Unit: "K47"}
		n.people[p.Code], starts[p.Code] = int64(i+1), "start"+string(p.Code)
		saves = append(saves, journey.Save{Track: journey.Track{Since: today, Person: p}})
	}
	if late, err := n.db.SaveTracks(t.Context(), saves...); err != nil || len(late) > 0 {
		t.Fatal(late, err)
	}
	if err := n.db.KeepStartCodes(t.Context(), starts, now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	for code, account := range n.people {
		if _, err := n.db.Link(t.Context(), starts[code], chat.Address(account), now); err != nil {
			t.Fatal(err)
		}
	}
	delete(n.people, noticeOfficer.Code)
	rules, _ := journey.LoadRules(content.Built)
	if err := n.db.SetRulesPrint(t.Context(), rules.Fingerprint()); err != nil {
		t.Fatal(err)
	}
}

// write keeps the notice as "Gửi ngay" does. A few have stopped the bot.
func (n *notified) write(t *testing.T, count int) {
	t.Helper()
	now := time.Now()
	is, err := notice.New(n.id, noticeOfficer, now)
	if err == nil {
		is, err = is.Edit(noticeOfficer, notice.Content{HTML: noticeText, Audience: notice.Audience{Roles: []journey.Role{journey.Student}}, Urgent: true})
	}
	if err == nil {
		is, err = is.Submit(noticeOfficer, time.Time{}, count, count+1, now)
	}
	if err == nil {
		err = n.db.KeepNotice(t.Context(), is)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, account := range n.people {
		if account%50 == 0 {
			n.tg.Block(account)
		}
	}
}

// misbehave has Telegram err a few times.
func (n *notified) misbehave() {
	kinds := []telegramtest.FaultKind{telegramtest.Hang, telegramtest.Cut, telegramtest.CutHeader, telegramtest.Drop, telegramtest.BadGateway, telegramtest.Server500}
	for range n.random.IntN(4) {
		n.tg.Fault(telegramtest.Fault{Method: "sendMessage", Kind: kinds[n.random.IntN(len(kinds))]})
	}
	if n.random.IntN(10) == 0 {
		n.tg.Fault(telegramtest.Fault{Method: "sendMessage", Kind: telegramtest.TooMany429, RetryAfter: 1})
	}
}

// live runs the bot, or two of them, until a random number of people have read
// the notice, and kills all of them; Redis with them where down says so.
func (n *notified) live(t *testing.T, life int, down bool) {
	t.Helper()
	wanted := 1 + n.random.IntN(max(1, 2*len(n.people) / *kills))
	var once sync.Once
	var lock sync.Mutex
	enough, read := make(chan struct{}), 0
	stop := n.tg.Watch(func(e telegramtest.Event) {
		lock.Lock()
		defer lock.Unlock()
		if e.Kind == "message" && e.Message.From != e.Chat && e.Message.Text == noticeText {
			read++
		}
		if read >= wanted {
			once.Do(func() { close(enough) })
		}
	})
	running := []*process{start(t, n.environ, "serve")}
	if life%2 == 1 {
		running = append(running, start(t, n.environ, "serve"))
	}
	select {
	case <-enough:
	case <-time.After(2 * time.Second): // most have read it by now
	}
	<-time.After(time.Duration(n.random.IntN(8000)) * time.Microsecond)
	if down {
		n.redis.stop(t, syscall.SIGKILL)
	}
	for _, p := range running {
		p.stop(t, syscall.SIGKILL)
	}
	stop()
	if down {
		n.redis.start(t)
		n.until(t, "Redis is back", func() bool { return n.db.Ping(t.Context()) == nil })
	}
	at, err := n.db.Notice(t.Context(), n.id)
	if err == nil && at.Status == notice.Paused {
		err = n.resume(t, at)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// resume goes on with a notice that paused by itself, as the button does.
func (n *notified) resume(t *testing.T, is notice.Notice) error {
	t.Helper()
	is, err := is.Resume(noticeOfficer)
	if err == nil {
		err = n.db.ClearFailures(t.Context(), n.id)
	}
	if err == nil {
		err = n.db.KeepNotice(t.Context(), is)
	}
	return err
}

// until asks, a hundred times a second, until something is true.
func (n *notified) until(t *testing.T, what string, is func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(withinReason); !is(); <-tick.C {
		if time.Now().After(end) {
			t.Fatalf("waiting until %s", what)
		}
	}
}

// account compares what the product says with what people have read.
func (n *notified) account(t *testing.T) {
	t.Helper()
	seen, missed := map[journey.Code]notice.Outcome{}, 0
	err := n.db.Recipients(t.Context(), n.id, func(results []notice.Result) error {
		for _, r := range results {
			seen[r.Code] = r.Outcome
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	counts := notice.Counts{}
	for code, account := range n.people {
		read := 0
		for _, m := range n.tg.Messages(account) {
			if m.Text == noticeText {
				read++
			}
		}
		is := seen[code]
		counts[is]++
		ok := map[notice.Outcome]bool{
			notice.Delivered: read == 1, notice.Blocked: read == 0, notice.InDoubt: read <= 1, notice.Failed: read == 0,
		}[is]
		if !ok {
			t.Errorf("%s is %q and has read it %d times", code, is, read)
		}
		if is == notice.InDoubt && read == 0 {
			missed++
		}
	}
	kept, err := n.db.RecipientCounts(t.Context(), n.id)
	if err != nil {
		t.Fatal(err)
	}
	if kept.Total() != len(n.people) || len(seen) != len(n.people) {
		t.Errorf("%d in the counts (%v), %d listed, want %d", kept.Total(), kept, len(seen), len(n.people))
	}
	for outcome := range counts {
		if kept[outcome] != counts[outcome] {
			t.Errorf("%d counted as %s, %d listed so", kept[outcome], outcome, counts[outcome])
		}
	}
	t.Logf("%d kills, Redis killed %d times, %d people: %v; %d of those in doubt have not read it", *kills, redisKills, len(n.people), counts, missed)
}
