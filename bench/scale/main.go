// Command scale measures a tick of the reminders over many people on a private
// redis-server that writes each change to disk before it answers: what a tick
// costs when ten thousand of them have something due and when nobody has, what
// the people weigh, how fast they come in, and how fast one of them is shown.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"donghanh/bench"
	"donghanh/content"
	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/store"
	"donghanh/scheduler"
)

const (
	perMentor    = 5   // students
	perSecretary = 100 // students of one unit
	asked        = 2000
)

// figures are what was measured; times in milliseconds.
type figures struct {
	People, Due           int
	ImportSeconds         float64
	BytesAPerson          float64
	Ticks, IdleTicks      []float64
	Told                  int // digests put by the last tick
	ShowP50, ShowP99      float64
	RedisMB, AfterTicksMB float64
}

func main() {
	log.SetFlags(0)
	sizes := flag.String("people", "15000,1500000", "how many people are tracked, one run each")
	due := flag.Int("due", 10000, "how many of them have something due")
	ticks := flag.Int("ticks", 5, "how often that is measured")
	out := flag.String("json", "", "a file for the figures")
	flag.Parse()
	var all []figures
	for size := range strings.SplitSeq(*sizes, ",") {
		n, err := strconv.Atoi(size)
		if err != nil || n*4/5 < *due { // mentors and secretaries are among them
			log.Fatalf("-people %s: five students in six of them must be enough for %d", size, *due)
		}
		f, err := measure(n, *due, *ticks)
		if err != nil {
			log.Fatal(err)
		}
		log.Printf("%d people: in %.1f s, %.0f bytes each; %d due: tick %.0f ms, nothing due: %.1f ms; one shown: p50 %.2f ms, p99 %.2f ms",
			f.People, f.ImportSeconds, f.BytesAPerson, f.Due, median(f.Ticks), median(f.IdleTicks), f.ShowP50, f.ShowP99)
		all = append(all, f)
	}
	if *out == "" {
		return
	}
	raw, err := json.MarshalIndent(all, "", "  ")
	if err == nil {
		err = os.WriteFile(*out, raw, 0o600)
	}
	if err != nil {
		log.Fatal(err)
	}
}

func measure(n, due, ticks int) (f figures, err error) {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "scale")
	if err != nil {
		return f, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	server, err := store.StartServer(ctx, dir)
	if err != nil {
		return f, err
	}
	defer func() { _ = server.Close() }()
	db, err := store.Open(ctx, server.URL())
	if err != nil {
		return f, err
	}
	defer func() { _ = db.Close() }()
	options, err := redis.ParseURL(server.URL())
	if err != nil {
		return f, err
	}
	raw := redis.NewClient(options)
	defer func() { _ = raw.Close() }()
	rules, problems := journey.LoadRules(content.Built)
	if rules == nil {
		return f, fmt.Errorf("rules: %v", problems)
	}

	f = figures{People: n, Due: due}
	day := journey.Date{Year: 2026, Month: 12, Day: 8}
	before, err := bench.UsedMemory(ctx, raw)
	if err != nil {
		return f, err
	}
	a := academy{db: db, rules: rules, day: day}
	began := time.Now()
	if err := a.fill(ctx, n); err != nil {
		return f, err
	}
	f.ImportSeconds = time.Since(began).Seconds()
	after, err := bench.UsedMemory(ctx, raw)
	if err != nil {
		return f, err
	}
	f.BytesAPerson, f.RedisMB = float64(after-before)/float64(n), float64(after)/1e6

	if err := db.SetRulesPrint(ctx, rules.Fingerprint()); err != nil {
		return f, err
	}
	job := scheduler.Remind(scheduler.Reminding{
		Tracks: db, Inboxes: db, Outbox: db, Desk: db, Rules: func() *journey.Rules { return rules },
		Hours: journey.Hours{At: 7 * time.Hour, QuietFrom: 21 * time.Hour, QuietTo: 6 * time.Hour},
		Log:   slog.New(slog.DiscardHandler),
	})
	for i := range ticks {
		today := day.AddDays(i)
		if err := a.makeDue(ctx, due, today); err != nil {
			return f, err
		}
		for _, into := range []*[]float64{&f.Ticks, &f.IdleTicks} {
			began := time.Now()
			if err := job.Do(ctx, today.At(8*time.Hour)); err != nil {
				return f, err
			}
			*into = append(*into, bench.Millis(time.Since(began)))
		}
	}
	counts, err := db.Counts(ctx)
	if err != nil {
		return f, err
	}
	f.Told = counts[chat.Reminders][store.Queued]
	if after, err = bench.UsedMemory(ctx, raw); err != nil {
		return f, err
	}
	f.AfterTicksMB = float64(after) / 1e6
	f.ShowP50, f.ShowP99, err = a.show(ctx, n)
	return f, err
}

// academy is the people of a run.
type academy struct {
	db    *store.Store
	rules *journey.Rules
	day   journey.Date
}

func student(i int) journey.Code { return journey.Code(fmt.Sprintf("sv%07d", i)) }
func mentor(i int) journey.Code  { return journey.Code(fmt.Sprintf("gv%07d", i/perMentor)) }

func unit(i int) journey.Unit {
	u := i / perSecretary
	return journey.Unit(fmt.Sprintf("K%d/L%d", u/50, u))
}

// track is a student with six events, for whom nothing is due for a while.
func (a academy) track(i int) journey.Track {
	from := a.day.AddMonths(-9).AddDays(-(i % 60))
	t := journey.Track{Since: a.day, Person: journey.Person{
		Code: student(i), Name: "Nguyễn Thị Minh Anh", Roles: []journey.Role{journey.Student}, Unit: unit(i), Mentor: mentor(i),
		Birth: journey.Month{Year: 2005, Month: 1 + i%12},
	}}
	for k, id := range []journey.EventID{"E_SOURCE_LISTED", "E_SYMPATHIZER_LISTED", "E_MENTOR_ASSIGNED", "E_CLASS_NOMINATED", "E_CLASS_CERT_ISSUED", "E_DOSSIER_OPENED"} {
		t = t.With(journey.Event{ID: id, On: from.AddDays(10 * k), At: from.At(0)})
	}
	return t
}

// fill puts n people into the store: students, their mentors and secretaries.
func (a academy) fill(ctx context.Context, n int) error {
	var saves []journey.Save
	flush := func() error {
		defer func() { saves = saves[:0] }()
		conflicts, err := a.db.SaveTracks(ctx, saves...)
		if err == nil && len(conflicts) > 0 {
			err = fmt.Errorf("conflicts: %v", conflicts)
		}
		return err
	}
	others := 0
	add := func(t journey.Track) error {
		saves = append(saves, journey.Save{Track: t, Next: a.day.AddDays(400)})
		if len(saves) < 500 {
			return nil
		}
		return flush()
	}
	for i := 0; i+others < n; i++ {
		if i%perMentor == 0 {
			others++
			if err := add(journey.Track{Since: a.day, Person: journey.Person{Code: mentor(i), Name: "Trần Văn Minh", Roles: []journey.Role{journey.Mentor}, Unit: unit(i)}}); err != nil {
				return err
			}
		}
		if i%perSecretary == 0 {
			others++
			p := journey.Person{Code: journey.Code("bt" + strconv.Itoa(i)), Name: "Phạm Thị Hạnh", Roles: []journey.Role{journey.CellSecretary}, Unit: unit(i)}
			if err := add(journey.Track{Since: a.day, Person: p}); err != nil {
				return err
			}
		}
		if err := add(a.track(i)); err != nil {
			return err
		}
	}
	return flush()
}

// makeDue has something be due on a day for many students, who joined a year
// ago but for a few days, and links all who are to hear of it.
func (a academy) makeDue(ctx context.Context, many int, today journey.Date) error {
	var saves []journey.Save
	codes := map[journey.Code]string{}
	for i := range many {
		stored, err := a.db.Track(ctx, student(i))
		if err != nil {
			return err
		}
		joined := today.AddDays(30).AddMonths(-12)
		t := stored
		t.Events, t.Told, t.Since = nil, nil, today
		for k, id := range []journey.EventID{"E_DECISION_ISSUED", "E_CELL_RESOLVED_ADMIT", "E_DOSSIER_OPENED", "E_CLASS_CERT_ISSUED", "E_MENTOR_ASSIGNED", "E_SYMPATHIZER_LISTED"} {
			t = t.With(journey.Event{ID: id, On: joined.AddDays(-30 * (k + 1))})
		}
		for _, id := range []journey.EventID{"E_CEREMONY_HELD", "E_MEMBER_FILE_DONE", "E_NEW_MEMBER_CLASS_CERT"} {
			t = t.With(journey.Event{ID: id, On: joined})
		}
		saves = append(saves, journey.Save{Track: t, Next: today})
		codes[student(i)], codes[mentor(i)] = fmt.Sprint("s", i, today), fmt.Sprint("m", i/perMentor, today)
	}
	if _, err := a.db.SaveTracks(ctx, saves...); err != nil {
		return err
	}
	now := today.At(0)
	if err := a.db.KeepStartCodes(ctx, codes, now.Add(24*time.Hour)); err != nil {
		return err
	}
	who := chat.Address(1_000_000 * int64(today.DaysUntil(journey.Date{Year: 2100, Month: 1, Day: 1})))
	for _, code := range codes {
		who++
		if _, err := a.db.Link(ctx, code, who, now); err != nil {
			return err
		}
	}
	return nil
}

// show reads and computes what /hanhtrinh shows, of people here and there.
func (a academy) show(ctx context.Context, n int) (p50, p99 float64, err error) {
	var took []float64
	for i := range asked {
		code := student(i * (n / perMentor * 3) / asked)
		began := time.Now()
		t, err := a.db.Track(ctx, code)
		if err != nil {
			return 0, 0, err
		}
		a.rules.State(t, a.day)
		a.rules.Deadlines(t, a.day)
		took = append(took, bench.Millis(time.Since(began)))
	}
	slices.Sort(took)
	return took[len(took)/2], took[len(took)*99/100], nil
}

func median(of []float64) float64 { return bench.Quantile(of, 0.5) }
