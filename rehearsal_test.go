package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/store"
	"donghanh/internal/telegramtest"
)

// The academy of the rehearsal. On the morning of 20 January 2027 there is
// something to tell to sv1 to sv30, of whom
//
//	sv1 to sv26   have 14 days left on probation
//	sv27          has 15, so hears again a day later
//	sv28 to sv30  have a certificate that runs out on that day
//
// and to all who lead or help. sv31 to sv39 have only been listed, and nobody
// can write to sv40, who is on probation and never pressed start.
const (
	students    = 40
	hearing     = 30
	unlinked    = "sv40"
	hearsTwice  = "sv27"
	endsThatDay = "sv28"
)

func rehearsalLists() (people, events string) {
	var p, e strings.Builder
	p.WriteString("mã,họ tên,vai trò,đơn vị,người giúp đỡ,sinh\n" +
		"gv1,Trần Thị Hoa,người giúp đỡ,K47/B5,,\ngv1,Trần Thị Hoa,bí thư chi bộ,K47/B5,,\n" +
		"gv2,Lê Văn Minh,người giúp đỡ,K47/B5,,\ngv3,Đỗ Thị Hạnh,người giúp đỡ,K47/B5,,\ngv4,Vũ Văn Nam,người giúp đỡ,K47/B6,,\n" +
		"bt2,Phạm Thị Chi,bí thư chi bộ,K47/B6,,\ncb1,Ngô Văn Dũng,cán bộ Đoàn,K47,,\n")
	e.WriteString("mã,mốc,ngày,ghi chú\n")
	for i := range students {
		code := fmt.Sprintf("sv%d", i+1)
		fmt.Fprintf(&p, "%s,Sinh viên số %d,sinh viên,K47/B%d,gv%d,3/2005\n", code, i+1, 5+i/20, 1+i%4)
		happened := func(event, on, detail string) { fmt.Fprintf(&e, "%s,%s,%s,%s\n", code, event, on, detail) }
		happened("E_SYMPATHIZER_LISTED", "2024-03-01", "")
		happened("E_MENTOR_ASSIGNED", "2024-03-01", "")
		switch {
		case i < hearing-3, code == unlinked:
			ceremony := "2026-02-03"
			if code == hearsTwice {
				ceremony = "2026-02-04"
			}
			happened("E_CLASS_CERT_ISSUED", "2024-06-01", "")
			happened("E_DOSSIER_OPENED", "2025-03-03", "")
			happened("E_DOSSIER_COMPLETE", "2025-04-01", "")
			happened("E_CHECK_SENT", "2025-04-02", "que-quan")
			happened("E_CHECK_RECEIVED", "2025-04-10", "que-quan")
			happened("E_CHECK_CONCLUDED", "2025-06-02", "")
			happened("E_OPINIONS_DONE", "2025-06-16", "")
			happened("E_CELL_RESOLVED_ADMIT", "2025-11-03", "")
			happened("E_DECISION_ISSUED", "2026-01-12", "")
			happened("E_CEREMONY_HELD", ceremony, "")
			happened("E_MEMBER_FILE_DONE", "2026-02-24", "")
			happened("E_NEW_MEMBER_CLASS_CERT", "2026-06-01", "")
		case i < hearing:
			happened("E_CLASS_CERT_ISSUED", "2022-01-20", "")
		}
	}
	return p.String(), e.String()
}

// TestRehearsal is what an academy would try before it trusts the bot: people
// come in from a file and press start, then the real program and a real
// redis-server live through a bad January.
func TestRehearsal(t *testing.T) {
	e := enrol(t)
	calm := e.calm(t)
	for _, seed := range []uint64{1, 2} {
		t.Run(fmt.Sprintf("killed anytime, everybody hears once, seed %d", seed), func(t *testing.T) {
			t.Parallel()
			killedAnytime(t, e.stage(t), calm, seed)
		})
	}
	t.Run("asleep over seven, it sends one a day later", func(t *testing.T) {
		t.Parallel()
		asleepBefore(t, e.stage(t))
	})
	t.Run("asleep before any is sent, each says how late it is", func(t *testing.T) {
		t.Parallel()
		asleepAfter(t, e.stage(t), calm)
	})
	t.Run("down for a month, it sums up", func(t *testing.T) {
		t.Parallel()
		downForAMonth(t, e.stage(t))
	})
}

// enrolled is an academy whose people are linked, put away in a folder.
type enrolled struct {
	folder   string
	accounts map[journey.Code]int64 // 1 and up
}

// enrol has the program import the lists, and those who are to be linked press
// the start button.
func enrol(t *testing.T) enrolled {
	t.Helper()
	e := enrolled{t.TempDir(), map[journey.Code]int64{}}
	s := e.stage(t)
	people, events := rehearsalLists()
	file := filepath.Join(t.TempDir(), "links.csv")
	if _, stderr, err := cli(t.Context(), s.at(0), "import", written(t, "người.csv", people), written(t, "mốc.csv", events), "--links", file); err != nil {
		t.Fatalf("import: %v\n%s", err, stderr)
	}
	rows := links(t, file)[1:]
	rows = slices.DeleteFunc(rows, func(row []string) bool { return row[0] == unlinked })

	p := s.serve(t, 0, time.Now().In(journey.Zone).Format(time.DateOnly)+"T05:00:00+07:00") // codes work for a month, and nobody is reminded yet
	for i, row := range rows {
		account := int64(i + 1)
		e.accounts[journey.Code(row[0])] = account
		s.tg.Join(telegramtest.User{ID: account, FirstName: row[1]})
		s.tg.Say(account, "/start "+row[3])
	}
	answers(t, s.tg, len(rows), 1)
	for account := range int64(len(rows)) {
		asked := s.tg.Messages(account + 1)[1]
		s.tg.Press(account+1, asked.ID, asked.Rows[0][0].Data)
	}
	s.until(t, "everybody is linked", func(ctx context.Context) (bool, error) {
		for code, account := range e.accounts {
			if linked, err := s.db.PersonAt(ctx, chat.Address(account)); err != nil || linked != code {
				return false, err
			}
		}
		return true, nil
	})
	p.stop(t, syscall.SIGTERM)
	// On whatever day this test runs: the next start finds out anew when who is due.
	if err := s.db.SetRulesPrint(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	s.redis.stop(t, syscall.SIGTERM)
	return e
}

// stage is a copy of an academy, its Redis running, and a pretend Telegram with
// all accounts in it.
type stage struct {
	enrolled
	tg      *telegramtest.Server
	redis   *ownRedis
	gate    *gate
	db      *store.Store // past the gate
	environ []string
}

// withinReason is more than anything here takes; only a hang gets there.
const withinReason = 60 * time.Second

func (e enrolled) stage(t *testing.T) *stage {
	t.Helper()
	s := &stage{enrolled: e}
	if len(e.accounts) > 0 { // else it is being set up in that folder
		s.folder = t.TempDir()
		if err := os.CopyFS(s.folder, os.DirFS(e.folder)); err != nil {
			t.Fatal(err)
		}
	}
	sockets, err := os.MkdirTemp("", "rehearsal") // t.TempDir is too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(sockets) })
	s.redis = &ownRedis{folder: s.folder, socket: filepath.Join(sockets, "redis")}
	s.redis.start(t)
	t.Cleanup(func() { _, _ = s.redis.cmd.Process.Kill(), s.redis.cmd.Wait() })
	s.gate = openGate(t, sockets, s.redis.socket)
	if s.db, err = store.Open(t.Context(), "unix://"+s.redis.socket); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.db.Close() })
	tg, url := pretend(t, len(e.accounts), telegramtest.Limits{PerSecond: 5000})
	s.tg = tg
	s.environ = []string{"TELEGRAM_API=" + url, "TELEGRAM_TOKEN=" + token, "REMIND_AT=07:00"}
	return s
}

// serve starts the program at a moment of the rehearsal, behind a door of the
// gate.
func (s *stage) serve(t *testing.T, door int, clock string) *process {
	t.Helper()
	return start(t, s.at(door), "serve", "--clock", clock)
}

// at is the environment of a program behind a door.
func (s *stage) at(door int) []string {
	return append(slices.Clone(s.environ), "REDIS_URL=unix://"+s.gate.doors[door].socket)
}

// until asks, a hundred times a second, until something is true.
func (s *stage) until(t *testing.T, what string, is func(context.Context) (bool, error)) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), withinReason)
	defer cancel()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		ok, err := is(ctx)
		switch {
		case ok:
			return
		case err == nil:
			err = ctx.Err()
		}
		if err != nil {
			t.Fatalf("waiting until %s: %v", what, err)
		}
		<-tick.C
	}
}

// once returns what was told without what was told twice in a row.
func once(told []string) []string { return slices.Compact(slices.Clone(told)) }

// told returns what the bot wrote to a person, oldest first.
func (s *stage) told(code journey.Code) (texts []string) {
	account := s.accounts[code]
	for _, m := range s.tg.Messages(account) {
		if m.From != account {
			texts = append(texts, m.Text)
		}
	}
	return texts
}

// heard waits until each of the people has had so many different messages, and
// nothing else is on its way to anybody.
func (s *stage) heard(t *testing.T, each int, people ...journey.Code) {
	t.Helper()
	s.until(t, fmt.Sprintf("%v have %d messages each", people, each), func(context.Context) (bool, error) {
		return !slices.ContainsFunc(people, func(code journey.Code) bool { return len(once(s.told(code))) < each }), nil
	})
	s.until(t, "the outbox is empty", func(ctx context.Context) (bool, error) {
		depths, err := s.db.LaneDepths(ctx)
		return depths[chat.Reminders] == 0, err
	})
}

// due are those to whom there is something to tell on 20 January.
func due() []journey.Code {
	codes := []journey.Code{"gv1", "gv2", "gv3", "gv4", "bt2", "cb1"}
	for i := range hearing {
		codes = append(codes, journey.Code(fmt.Sprintf("sv%d", i+1)))
	}
	return codes
}

// only fails the test unless exactly the people have had so many messages, and
// the others none.
func (s *stage) only(t *testing.T, each int, people ...journey.Code) {
	t.Helper()
	for code := range s.accounts {
		want := 0
		if slices.Contains(people, code) {
			want = each
		}
		if got := s.told(code); len(got) != want {
			t.Errorf("%s has %d messages, want %d: %q", code, len(got), want, got)
		}
	}
}

// ownRedis is a redis-server that keeps each change before it answers, always
// in the same folder and at the same socket.
type ownRedis struct {
	folder, socket string
	cmd            *exec.Cmd
	up             bool
}

func (r *ownRedis) start(t *testing.T) {
	t.Helper()
	r.cmd = exec.Command("redis-server", "--port", "0", "--unixsocket", r.socket, "--dir", r.folder,
		"--save", "", "--appendonly", "yes", "--appendfsync", "always", "--daemonize", "no")
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r.up = true
}

func (r *ownRedis) stop(t *testing.T, signal os.Signal) {
	t.Helper()
	if err := r.cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	_ = r.cmd.Wait() // what it ended with is the signal's affair
	r.up = false
}

// gate stands between programs and their Redis, with a door for each program.
// It can hold one request, so that a test strikes just before Redis has it, or
// just after.
type gate struct {
	redis string
	doors [2]door
	held  chan chan bool // a request that is held; whether it goes on

	mu   sync.Mutex
	left int // requests until one is held; 0: none will be
}

// door lets requests pass while nobody has locked it.
type door struct {
	sync.RWMutex
	socket string
}

func openGate(t *testing.T, folder, redis string) *gate {
	t.Helper()
	g := &gate{redis: redis, held: make(chan chan bool, 1)}
	for i := range g.doors {
		d := &g.doors[i]
		d.socket = filepath.Join(folder, fmt.Sprint("door", i))
		listener, err := net.Listen("unix", d.socket)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = listener.Close() })
		go func() {
			for {
				client, err := listener.Accept()
				if err != nil {
					return
				}
				go g.carry(client, d)
			}
		}()
	}
	return g
}

// carry passes on what is asked and answered until one side is gone. Asking a
// Redis that is not there counts as a request.
func (g *gate) carry(client net.Conn, d *door) {
	defer client.Close()
	redis, err := net.Dial("unix", g.redis)
	if err != nil {
		g.passes()
		return
	}
	defer redis.Close()
	go func() {
		defer client.Close()
		defer redis.Close()
		_, _ = io.Copy(client, redis)
	}()
	request := make([]byte, 1<<16)
	for {
		n, err := client.Read(request)
		if err != nil {
			return
		}
		d.RLock()
		d.RUnlock() //nolint:staticcheck // only waits while it is locked
		if !g.passes() {
			return
		}
		if _, err := redis.Write(request[:n]); err != nil {
			return
		}
	}
}

// passes counts a request, and reports whether it may go on.
func (g *gate) passes() bool {
	g.mu.Lock()
	hold := g.left == 1
	g.left = max(0, g.left-1)
	g.mu.Unlock()
	if !hold {
		return true
	}
	goOn := make(chan bool)
	g.held <- goOn
	return <-goOn
}

// arm has the n-th request from now on held.
func (g *gate) arm(n int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.left = n
}

// holds waits until a request is held; it goes on or not when true or false is
// sent. ok is false when none is in that time: none will be then.
func (g *gate) holds(within time.Duration) (goOn chan<- bool, ok bool) {
	timer := time.NewTimer(within)
	defer timer.Stop()
	select {
	case goOn := <-g.held:
		return goOn, true
	case <-timer.C:
	}
	g.mu.Lock()
	none := g.left > 0
	g.left = 0
	g.mu.Unlock()
	if none {
		return nil, false
	}
	return <-g.held, true
}

// calm is what everybody reads on that day and the next when nothing happens.
func (e enrolled) calm(t *testing.T) map[journey.Code][]string {
	t.Helper()
	s := e.stage(t)
	p := s.serve(t, 0, "2027-01-20T07:00:00+07:00")
	s.heard(t, 1, due()...)
	s.only(t, 1, due()...)
	p.stop(t, syscall.SIGTERM)
	s.nextMorning(t)
	texts := map[journey.Code][]string{}
	for code := range s.accounts {
		texts[code] = s.told(code)
	}
	return texts
}

// nextMorning serves on the day after until all has been told that is to be
// told then.
func (s *stage) nextMorning(t *testing.T) {
	t.Helper()
	p := s.serve(t, 0, "2027-01-21T07:00:00+07:00")
	s.heard(t, 2, hearsTwice)
	p.stop(t, syscall.SIGTERM)
}

// killedAnytime runs two programs on one Redis through the morning, and kills
// each of the three again and again. What everybody reads is what they read
// where nothing happens; twice only what is counted as in doubt.
func killedAnytime(t *testing.T, at *stage, calm map[journey.Code][]string, seed uint64) {
	s := &storm{stage: at, random: rand.New(rand.NewPCG(seed, 3)), arrived: map[journey.Code]int{}, doubt: map[journey.Code]int{}}
	defer func() { t.Logf("seed %d: %s", seed, strings.Join(s.log, ", ")) }()
	s.rage(t)
	doubts, err := s.db.Doubts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	doubled := 0
	for code := range s.accounts {
		got, want := s.told(code), calm[code]
		doubled += len(got) - len(once(got))
		if n := len(got) - len(once(got)); n > s.doubt[code] {
			t.Errorf("%s reads the same %d times too often, %d of them in doubt", code, n, s.doubt[code])
		}
		if !slices.Equal(once(got), want) {
			t.Errorf("%s reads\n%s\nwant, as where nothing happens,\n%s", code, strings.Join(once(got), "\n----\n"), strings.Join(want, "\n----\n"))
		}
	}
	s.note("%d doubled, %d shown in doubt", doubled, doubts[chat.Reminders])
	if doubled > doubts[chat.Reminders] {
		t.Errorf("%d digests came twice, but only %d are shown in doubt", doubled, doubts[chat.Reminders])
	}
}

// storm kills what is on a stage.
type storm struct {
	*stage
	random  *rand.Rand
	log     []string             // what was done
	arrived map[journey.Code]int // messages of each by the end of the last life
	doubt   map[journey.Code]int // lives that ended with one arrived and not recorded
}

func (s *storm) note(format string, args ...any) { s.log = append(s.log, fmt.Sprintf(format, args...)) }

const (
	lives      = 6
	strikes    = 6                      // in one life, at most
	quietAfter = 500 * time.Millisecond // without a request to strike at
)

// rage starts two programs ten seconds before the digests go out, and again
// each time both were killed or nothing more is happening. Then it leaves two
// alone until everybody has heard, and one on the next morning.
func (s *storm) rage(t *testing.T) {
	begin := time.Date(2027, 1, 20, 6, 59, 50, 0, journey.Zone)
	for life := range lives {
		// Each time later than anything of before is claimed for, or waits.
		running := s.start(t, begin.Add(time.Duration(life)*10*time.Minute), life == 0)
		for n, struck := 0, true; struck && len(running) > 0 && n < strikes; n++ {
			running, struck = s.strike(t, running, life == 0 && n == 0)
		}
		for _, p := range running {
			s.kill(t, p)
		}
		if !s.redis.up {
			s.redis.start(t)
		}
		s.settle(t)
		s.note("%d have heard", s.count())
		if s.count() >= len(due()) && life > 3 {
			break
		}
	}
	running := s.start(t, begin.Add(lives*10*time.Minute), false)
	s.gate.arm(0)
	s.heard(t, 1, due()...)
	for _, p := range running {
		p.stop(t, syscall.SIGTERM)
	}
	s.nextMorning(t)
}

// start starts two programs on one Redis, which both begin once both are there.
// Telegram lets only one of them poll at a time; taking turns is waited for.
func (s *storm) start(t *testing.T, clock time.Time, takingTurns bool) []*process {
	t.Helper()
	first := s.serve(t, 0, clock.Format(time.RFC3339))
	if takingTurns {
		s.until(t, "the first one polls", func(context.Context) (bool, error) {
			return slices.ContainsFunc(s.tg.Calls(), func(c telegramtest.Call) bool {
				return c.Method == "getUpdates" && c.Params["timeout"] != "0" && c.Status == 0
			}), nil
		})
	}
	s.gate.doors[0].Lock()
	second := s.serve(t, 1, clock.Format(time.RFC3339))
	s.gate.doors[0].Unlock()
	if takingTurns {
		first.stderr.wait(t, "somebody else polls with this bot's token")
		first.stderr.wait(t, "polling goes well again")
	}
	return []*process{first, second}
}

// settle counts whose digest arrived in the life that ended without being
// recorded: only these may come once more.
func (s *storm) settle(t *testing.T) {
	t.Helper()
	s.until(t, "Redis is back", func(ctx context.Context) (bool, error) { return s.db.Ping(ctx) == nil, nil })
	for _, code := range due() {
		n := len(s.told(code))
		if n > s.arrived[code] {
			is, err := s.db.State(t.Context(), journey.DigestName(code, journey.Date{Year: 2027, Month: 1, Day: 20}))
			if err != nil {
				t.Fatal(err)
			}
			if is.State == chat.Queued {
				s.doubt[code]++
			}
		}
		s.arrived[code] = n
	}
}

// count returns how many people have heard.
func (s *storm) count() (n int) {
	for _, code := range due() {
		n += min(1, len(s.told(code)))
	}
	return n
}

// strike kills one program or Redis at some request, just before Redis has it
// or just after. A Redis that is down is started again at the next strike.
// struck is false when nothing more is happening.
func (s *storm) strike(t *testing.T, running []*process, first bool) (left []*process, struck bool) {
	t.Helper()
	n, within, before, victim := 1+s.random.IntN(25), quietAfter, s.random.IntN(2) == 0, s.random.IntN(3)
	switch {
	case !s.redis.up:
		n = 1 + n%4
	case first:
		n, within = n+10, withinReason // some time from a few seconds before seven on
	}
	s.gate.arm(n)
	goOn, ok := s.gate.holds(within)
	if !ok {
		return running, false
	}
	if !s.redis.up {
		s.note("Redis back after %d", n)
		s.redis.start(t)
		goOn <- true
		return running, true
	}
	if !before {
		goOn <- true
	}
	if victim < len(running) {
		s.kill(t, running[victim])
		running = slices.Delete(running, victim, victim+1)
		s.note("program killed at %d", n)
	} else {
		s.redis.stop(t, syscall.SIGKILL)
		s.note("Redis killed at %d", n)
	}
	if before {
		goOn <- false
	}
	return running, true
}

// kill kills a program that has not ended by itself.
func (s *storm) kill(t *testing.T, p *process) {
	t.Helper()
	select {
	case err := <-p.exited:
		t.Fatalf("a program ended by itself: %v\n%s", err, p.stderr)
	default:
	}
	p.stop(t, syscall.SIGKILL)
}

// asleepBefore is a machine that falls asleep before the digests are made and
// wakes a day later: there is one, made on that day.
func asleepBefore(t *testing.T, s *stage) {
	s.serve(t, 0, "2027-01-20T06:30:00+07:00").stop(t, syscall.SIGKILL)
	p := s.serve(t, 0, "2027-01-21T09:15:00+07:00")
	s.heard(t, 1, due()...)
	p.stop(t, syscall.SIGTERM)
	s.only(t, 1, due()...)
	if got, want := s.told(endsThatDay)[0], "trễ 1 ngày làm việc"; !strings.Contains(got, want) {
		t.Errorf("%s reads %q, want that it is %s", endsThatDay, got, want)
	}
}

// asleepAfter is a machine that falls asleep when the digests are made and none
// has left. A day later they say so; who has news of that day has it too.
func asleepAfter(t *testing.T, s *stage, calm map[journey.Code][]string) {
	nowhere := append(s.at(0), "TELEGRAM_API=http://"+freeAddress(t))
	p := start(t, nowhere, "serve", "--clock", "2027-01-20T07:00:00+07:00")
	s.until(t, "all digests are made", func(ctx context.Context) (bool, error) {
		for _, code := range due() {
			made, err := s.db.WasPut(ctx, journey.DigestName(code, journey.Date{Year: 2027, Month: 1, Day: 20}))
			if err != nil || !made {
				return false, err
			}
		}
		return true, nil
	})
	p.stop(t, syscall.SIGKILL)
	p = s.serve(t, 0, "2027-01-21T09:15:00+07:00")
	s.heard(t, 1, due()...)
	s.heard(t, 2, hearsTwice)
	p.stop(t, syscall.SIGTERM)
	for code := range s.accounts {
		got, want := s.told(code), len(calm[code])
		late := 0
		for _, text := range got {
			late += strings.Count(text, "Tin này trễ 1 ngày")
		}
		if len(got) != want || late != min(1, want) {
			t.Errorf("%s has %d messages of which %d say that they are late, want %d and %d:\n%s", code, len(got), late, want, min(1, want), strings.Join(got, "\n----\n"))
		}
	}
}

// downForAMonth is a bot that is away over several steps of everybody's
// deadlines: each hears of what is to be done now, once.
func downForAMonth(t *testing.T, s *stage) {
	p := s.serve(t, 0, "2026-12-18T07:00:00+07:00")
	s.heard(t, 1, due()...)
	p.stop(t, syscall.SIGKILL)
	p = s.serve(t, 0, "2027-01-20T09:15:00+07:00")
	s.heard(t, 2, due()...)
	p.stop(t, syscall.SIGTERM)
	s.only(t, 2, due()...)
}
