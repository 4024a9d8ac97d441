package scheduler

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/storetest"
)

// The simulated year: a class of students with those around them, whose events
// take place while the bot is up, down, killed, or there twice.

// builtRules are the rules that come with the program.
func builtRules(t testing.TB) *journey.Rules {
	t.Helper()
	rules, problems := journey.LoadRules(os.DirFS("../content"))
	if rules == nil {
		t.Fatal(problems)
	}
	return rules
}

// way is what takes place on a student's way, with the days since the event
// before.
var way = []struct {
	event       journey.EventID
	least, most int
	detail      string
}{
	{"E_SYMPATHIZER_LISTED", 0, 0, ""},
	{"E_MENTOR_ASSIGNED", 0, 5, ""},
	{"E_CLASS_CERT_ISSUED", 60, 200, ""},
	{"E_DOSSIER_OPENED", 30, 200, ""},
	{"E_DOSSIER_COMPLETE", 20, 90, ""},
	{"E_CHECK_SENT", 1, 10, "que-quan"},
	{"E_CHECK_RECEIVED", 2, 15, "que-quan"},
	{"E_CHECK_ANSWERED", 10, 70, "que-quan"},
	{"E_CHECK_CONCLUDED", 1, 20, ""},
	{"E_OPINIONS_DONE", 1, 20, ""},
	{"E_CELL_RESOLVED_ADMIT", 5, 40, ""},
	{"E_DECISION_ISSUED", 30, 110, ""},
	{"E_CEREMONY_HELD", 10, 70, ""},
	{"E_MEMBER_FILE_DONE", 20, 90, ""},
	{"E_NEW_MEMBER_CLASS_CERT", 60, 200, ""},
	{"E_SELF_REVIEW_DONE", 200, 240, ""},
	{"E_MENTOR_REVIEW_DONE", 1, 10, ""},
	{"E_CELL_RESOLVED_OFFICIAL", 10, 60, ""},
	{"E_OFFICIAL_DECISION", 20, 70, ""},
	{"E_OFFICIAL_ANNOUNCED", 10, 60, ""},
}

const students = 60

// class is a simulated academy: who is in it, and what takes place when.
type class struct {
	tracks []journey.Track
	events map[journey.Date]map[journey.Code][]journey.Event
	first  journey.Date
	days   int
}

// newClass draws one. Some people are not linked, and one student has nobody
// to help.
func newClass(random *rand.Rand, first journey.Date, days int) class {
	c := class{events: map[journey.Date]map[journey.Code][]journey.Event{}, first: first, days: days}
	account := int64(1000)
	person := func(p journey.Person) {
		account++
		t := journey.Track{Person: p, Since: first, Account: account}
		if random.IntN(12) == 0 {
			t.Account = 0
		}
		t.Pref = []journey.Pref{journey.Daily, journey.Daily, journey.Daily, journey.Weekly, journey.UrgentOnly}[random.IntN(5)]
		c.tracks = append(c.tracks, t)
	}
	for i := range students {
		p := journey.Person{
			Code: journey.Code(fmt.Sprintf("sv%02d", i)), Name: fmt.Sprint("Sinh viên ", i), Roles: []journey.Role{journey.Student},
			Unit: journey.Unit(fmt.Sprint("K47/B", i%2)), Mentor: journey.Code(fmt.Sprint("gv", i%7)), Birth: journey.Month{Year: 2004, Month: 5},
		}
		if i == 13 {
			p.Mentor = ""
		}
		person(p)
		at := first.AddDays(-random.IntN(1400))
		for _, w := range way {
			at = at.AddDays(w.least + random.IntN(w.most-w.least+1))
			e := journey.Event{ID: w.event, On: at, Detail: w.detail}
			if at.Before(first) {
				c.tracks[i] = c.tracks[i].With(e)
				continue
			}
			if c.events[at] == nil {
				c.events[at] = map[journey.Code][]journey.Event{}
			}
			c.events[at][p.Code] = append(c.events[at][p.Code], e)
		}
	}
	for i := range 7 {
		p := journey.Person{Code: journey.Code(fmt.Sprint("gv", i)), Name: fmt.Sprint("Người giúp ", i), Roles: []journey.Role{journey.Mentor}, Unit: "K47/B0"}
		if i == 0 {
			p.Roles = append(p.Roles, journey.CellSecretary) // two roles, one digest
		}
		person(p)
	}
	person(journey.Person{Code: "bt0", Name: "Bí thư", Roles: []journey.Role{journey.CellSecretary}, Unit: "K47/B0"}) // shares with gv0
	person(journey.Person{Code: "bt1", Name: "Bí thư", Roles: []journey.Role{journey.CellSecretary}, Unit: "K47/B1"})
	person(journey.Person{Code: "dt", Name: "Cán bộ Đoàn", Roles: []journey.Role{journey.YouthOfficer}, Unit: "K47"})
	person(journey.Person{Code: "du", Name: "Đảng ủy", Roles: []journey.Role{journey.BaseCommittee}})
	return c
}

// receivers is whom a line is for, said once more and simply.
func (c class) receivers(p journey.Person, l journey.Line) (who []journey.Code) {
	units := map[journey.Role]map[journey.Unit][]journey.Code{
		journey.CellSecretary: {"K47/B0": {"bt0", "gv0"}, "K47/B1": {"bt1"}},
		journey.YouthOfficer:  {"K47/B0": {"dt"}, "K47/B1": {"dt"}},
		journey.BaseCommittee: {"K47/B0": {"du"}, "K47/B1": {"du"}},
	}
	switch {
	case !p.Has(journey.Student), l.To == journey.Student:
		who = []journey.Code{p.Code}
	case l.To == journey.Mentor:
		who = []journey.Code{p.Mentor}
	default:
		who = units[l.To][p.Unit]
	}
	return slices.DeleteFunc(slices.Clone(who), func(code journey.Code) bool {
		return !slices.ContainsFunc(c.tracks, func(t journey.Track) bool { return t.Person.Code == code && t.Account != 0 })
	})
}

// prefers returns how often somebody wants to hear.
func (c class) prefers(code journey.Code) journey.Pref {
	i := slices.IndexFunc(c.tracks, func(t journey.Track) bool { return t.Person.Code == code })
	return c.tracks[i].Pref
}

// telling is one line told to one person on a day.
type telling struct {
	to journey.Code
	on journey.Date
	journey.LineRef
}

// perfect returns what is told when nothing but whole days are lost.
func (c class) perfect(rules *journey.Rules, up func(journey.Date) bool) map[telling]int {
	told := map[telling]int{}
	tracks := slices.Clone(c.tracks)
	for i := range c.days {
		today := c.first.AddDays(i)
		for j, t := range tracks {
			for _, e := range c.events[today][t.Person.Code] {
				t = t.With(e)
			}
			if up(today) {
				for _, l := range rules.Due(t, rules.Deadlines(t, today), today) {
					who := c.receivers(t.Person, l)
					if len(who) > 0 && !slices.ContainsFunc(who, func(code journey.Code) bool { return rules.Reminders.Wants(c.prefers(code), l, today) }) {
						continue
					}
					for _, code := range who {
						told[telling{code, today, l.Ref()}]++
					}
					t = t.WithTold([]journey.Line{l}, today)
				}
			}
			tracks[j] = t
		}
	}
	return told
}

// record lets events take place in the store.
func record(t *testing.T, store *storetest.Memory, rules *journey.Rules, events map[journey.Code][]journey.Event, today journey.Date) {
	t.Helper()
	for code, more := range events {
		track, err := store.Track(t.Context(), code)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range more {
			track = track.With(e)
		}
		save(t, store, rules, track, today)
	}
}

func save(t *testing.T, store *storetest.Memory, rules *journey.Rules, track journey.Track, today journey.Date) {
	t.Helper()
	next := rules.NextDue(track, rules.Deadlines(track, today), today.AddDays(-1))
	if conflicts, err := store.SaveTracks(t.Context(), journey.Save{Track: track, Next: next}); err != nil || len(conflicts) > 0 {
		t.Fatalf("save %s: conflicts %v, %v", track.Person.Code, conflicts, err)
	}
}

// link gives a person an account.
func link(t *testing.T, store *storetest.Memory, code journey.Code, who chat.Address) {
	t.Helper()
	start := "start-" + string(code)
	if err := store.KeepStartCode(t.Context(), start, code, time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Link(t.Context(), start, who, time.Now()); err != nil {
		t.Fatal(err)
	}
}

// mortal is the store as one process sees it: its calls take a while, and at
// one of them the process dies, before it has an effect or before its answer
// comes. The dead do nothing more.
type mortal struct {
	*storetest.Memory
	random *rand.Rand
	calls  int // left to live; negative: for ever
	dead   bool
}

var errKilled = errors.New("killed")

// call does what a call does, unless the process is dead.
func (m *mortal) call(do func() error) error {
	if m.dead {
		return errKilled
	}
	time.Sleep(time.Duration(m.random.IntN(20)) * time.Millisecond)
	if m.calls == 0 {
		m.dead = true
		if m.random.IntN(2) == 0 {
			_ = do() // it had its effect, but nobody heard
		}
		return errKilled
	}
	m.calls--
	return do()
}

func (m *mortal) DueCodes(ctx context.Context, day journey.Date) (codes []journey.Code, err error) {
	err = m.call(func() (err error) { codes, err = m.Memory.DueCodes(ctx, day); return err })
	return codes, err
}

func (m *mortal) Tracks(ctx context.Context, codes ...journey.Code) (tracks []journey.Track, err error) {
	err = m.call(func() (err error) { tracks, err = m.Memory.Tracks(ctx, codes...); return err })
	return tracks, err
}

func (m *mortal) SaveTracks(ctx context.Context, saves ...journey.Save) (conflicts []journey.Code, err error) {
	err = m.call(func() (err error) { conflicts, err = m.Memory.SaveTracks(ctx, saves...); return err })
	return conflicts, err
}

// Offer dies between two receivers too: each is stored by itself.
func (m *mortal) Offer(ctx context.Context, day journey.Date, lines map[journey.Code][]journey.LineRef) error {
	for code, refs := range lines {
		if err := m.call(func() error {
			return m.Memory.Offer(ctx, day, map[journey.Code][]journey.LineRef{code: refs})
		}); err != nil {
			return err
		}
	}
	return nil
}

func (m *mortal) Inboxes(ctx context.Context) (codes []journey.Code, err error) {
	err = m.call(func() (err error) { codes, err = m.Memory.Inboxes(ctx); return err })
	return codes, err
}

// TakeDigests, DigestsPut and Put die between two people too.
func (m *mortal) TakeDigests(ctx context.Context, day journey.Date, codes ...journey.Code) (all []journey.Digest, err error) {
	for _, code := range codes {
		if err := m.call(func() error {
			digests, err := m.Memory.TakeDigests(ctx, day, code)
			all = append(all, digests...)
			return err
		}); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (m *mortal) RetakeDigest(ctx context.Context, code journey.Code, day journey.Date) (d journey.Digest, ok bool, err error) {
	err = m.call(func() (err error) { d, ok, err = m.Memory.RetakeDigest(ctx, code, day); return err })
	return d, ok, err
}

func (m *mortal) DigestsPut(ctx context.Context, digests ...journey.Digest) error {
	for _, d := range digests {
		if err := m.call(func() error { return m.Memory.DigestsPut(ctx, d) }); err != nil {
			return err
		}
	}
	return nil
}

func (m *mortal) WasPut(ctx context.Context, key string) (put bool, err error) {
	err = m.call(func() (err error) { put, err = m.Memory.WasPut(ctx, key); return err })
	return put, err
}

func (m *mortal) Put(ctx context.Context, messages ...chat.Message) (isNew int, err error) {
	for _, message := range messages {
		if err := m.call(func() error {
			n, err := m.Memory.Put(ctx, message)
			isNew += n
			return err
		}); err != nil {
			return isNew, err
		}
	}
	return isNew, nil
}

// life is one process from its start on; calls is how many of the store it
// lives for.
func life(store *storetest.Memory, rules *journey.Rules, random *rand.Rand, calls int) Job {
	m := &mortal{Memory: store, random: rand.New(rand.NewPCG(random.Uint64(), 0)), calls: calls} // several live at once
	return Remind(Reminding{
		Tracks: m, Inboxes: m, Outbox: m, Desk: waiting(0), Rules: func() *journey.Rules { return rules },
		Hours: journey.Hours{At: halfPastSeven, QuietFrom: 21*time.Hour + 30*time.Minute, QuietTo: 6*time.Hour + 30*time.Minute}, Log: slog.New(slog.DiscardHandler),
	})
}

// year runs the class through its days in a bubble, and returns the store.
//
// On a day that is up, up to two processes run from before half past seven on.
// Some die at any call; the last one lives, unless alive says that nobody does.
func (c class) year(t *testing.T, rules *journey.Rules, random *rand.Rand, up, alive func(journey.Date) bool) *storetest.Memory {
	store := storetest.NewMemory()
	if err := store.SetRulesPrint(t.Context(), rules.Fingerprint()); err != nil {
		t.Fatal(err)
	}
	for _, track := range c.tracks {
		save(t, store, rules, track, c.first)
		if track.Account != 0 {
			link(t, store, track.Person.Code, chat.Address(track.Account))
		}
	}
	for i := range c.days {
		today := c.first.AddDays(i)
		time.Sleep(time.Until(today.At(6 * time.Hour)))
		record(t, store, rules, c.events[today], today)
		if !up(today) {
			continue
		}
		time.Sleep(time.Until(today.At(7*time.Hour + 29*time.Minute + 58*time.Second)))
		for range random.IntN(3) { // a process that dies, beside one that does perhaps
			var stops []func() error
			for range 1 + random.IntN(2) {
				stop, _ := started(t, life(store, rules, random, random.IntN(60)))
				stops = append(stops, stop)
			}
			time.Sleep(time.Duration(random.IntN(90)) * time.Second)
			for _, stop := range stops {
				if err := stop(); err != nil {
					t.Fatal(err)
				}
			}
		}
		if alive(today) {
			stop, _ := started(t, life(store, rules, random, -1))
			other, _ := started(t, life(store, rules, random, -1))
			time.Sleep(2*time.Minute + time.Second)
			if err := errors.Join(stop(), other()); err != nil {
				t.Fatal(err)
			}
		}
	}
	return store
}

// tellings reads from the store what was put for whom, and finds what no
// person should see.
func tellings(t *testing.T, store *storetest.Memory) map[telling]int {
	t.Helper()
	told := map[telling]int{}
	for _, m := range store.Messages() {
		code, day, _, _, ok := journey.ParseDigestName(m.Key)
		if !ok || m.Make != m.Key || !m.Protect || m.Lane != chat.Reminders {
			t.Errorf("put %+v, want a protected digest among the reminders", m)
			continue
		}
		if at := journey.DateOf(m.At); at != day {
			t.Errorf("%s went out on %s", m.Key, at)
		}
		d, err := store.Digest(t.Context(), code, day)
		if err != nil {
			t.Errorf("%s: %v", m.Key, err)
		}
		for _, ref := range d.Lines {
			told[telling{code, day, ref}]++
		}
	}
	return told
}

// outages draws on which days nobody is there: single days, weekends, a month.
func outages(random *rand.Rand, c class) func(journey.Date) bool {
	down := map[journey.Date]bool{}
	for _, length := range []int{1, 1, 1, 2, 3, 5, 30} {
		at := c.first.AddDays(random.IntN(c.days))
		for i := range length {
			down[at.AddDays(i)] = true
		}
	}
	return func(d journey.Date) bool { return !down[d] }
}

func compare(t *testing.T, got, want map[telling]int) {
	t.Helper()
	var wrong []string
	for line := range want {
		if got[line] == 0 {
			wrong = append(wrong, fmt.Sprintf("missed: %+v", line))
		}
	}
	for line, n := range got {
		if n > 1 {
			wrong = append(wrong, fmt.Sprintf("told %d times: %+v", n, line))
		}
		if want[line] == 0 {
			wrong = append(wrong, fmt.Sprintf("told without need: %+v", line))
		}
	}
	slices.Sort(wrong)
	if len(wrong) > 0 {
		t.Errorf("%d of %d lines wrong, such as\n%s", len(wrong), len(want), strings.Join(wrong[:min(len(wrong), 10)], "\n"))
	}
}

var firstDay = journey.Date{Year: 2026, Month: 9, Day: 1}

// Whatever is killed in the morning, once a process gets through on a day,
// everybody has been told exactly what a bot that never fails tells on the same
// days.
func TestAYearOfOutagesMissesNothingAndDoublesNothing(t *testing.T) {
	rules := builtRules(t)
	for _, seed := range []uint64{1, 2} {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				random := rand.New(rand.NewPCG(seed, seed))
				c := newClass(random, firstDay, 365)
				up := outages(random, c)
				store := c.year(t, rules, random, up, func(journey.Date) bool { return true })
				want := c.perfect(rules, up)
				if len(want) < 1000 {
					t.Errorf("only %d lines are to be told in a year", len(want))
				}
				compare(t, tellings(t, store), want)
			})
		})
	}
}

// On some days nobody gets through: what was begun is brought to its end on a
// later one.
func TestADayOnWhichAllWereKilledIsMadeUpForOnce(t *testing.T) {
	rules := builtRules(t)
	for _, seed := range []uint64{11} {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				random := rand.New(rand.NewPCG(seed, seed))
				c := newClass(random, firstDay, 250)
				last := c.first.AddDays(c.days - 1)
				store := c.year(t, rules, random, outages(random, c), func(today journey.Date) bool {
					return random.IntN(3) > 0 || today.DaysUntil(last) < 3
				})
				times, latest := map[telling]int{}, map[telling]journey.Date{}
				for line, n := range tellings(t, store) {
					line.on = journey.Date{}
					if times[line] += n; times[line] > 1 {
						t.Errorf("told %d times: %+v", times[line], line)
					}
					step := line.Step
					line.Step, line.Climb = journey.Date{}, 0
					if latest[line].Before(step) {
						latest[line] = step
					}
				}
				for _, begun := range c.tracks {
					c.allIsTold(t, store, rules, begun.Person.Code, last, latest)
				}
			})
		})
	}
}

// allIsTold checks that nothing is left to be told of a person on a day, and
// that what counts as told came to all it was for.
func (c class) allIsTold(t *testing.T, store *storetest.Memory, rules *journey.Rules, code journey.Code, today journey.Date, latest map[telling]journey.Date) {
	t.Helper()
	track, err := store.Track(t.Context(), code)
	if err != nil {
		t.Fatal(err)
	}
	open := rules.Deadlines(track, today)
	for _, l := range rules.Due(track, open, today) {
		for _, who := range c.receivers(track.Person, l) {
			if rules.Reminders.Wants(c.prefers(who), l, today) {
				t.Errorf("%s: left untold to %s: %+v", code, who, l.Ref())
			}
		}
	}
	for _, d := range open {
		for _, role := range journey.Roles {
			is := track.Told[d.Key()+"/"+string(role)]
			if is.Times == 0 {
				continue
			}
			for _, who := range c.receivers(track.Person, journey.Line{Deadline: d, To: role}) {
				line := telling{to: who, LineRef: journey.LineRef{Of: code, Key: d.Key(), To: role}}
				if got := latest[line]; got != is.Step {
					t.Errorf("%s counts as told of %s up to %s, but %s was told up to %s", role, d.Key(), is.Step, who, got)
				}
			}
		}
	}
}
