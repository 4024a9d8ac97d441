package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"donghanh/internal/audit"
	"donghanh/internal/chat"
	"donghanh/internal/desk"
	"donghanh/internal/journey"
	about "donghanh/internal/notice"
	"donghanh/internal/store"
	"donghanh/internal/storetest"
)

// nextOf is when a track of the sample is to be looked at: it need not make sense,
// only be the same each time.
func nextOf(t journey.Track) journey.Date {
	if !t.Person.Has(journey.Student) {
		return journey.Date{}
	}
	return journey.Date{Year: 2027, Month: 1, Day: 1 + len(t.Person.Code)%28}
}

// sample fills a store with something of every family of keys.
func sample(t testing.TB, s *store.Store) {
	t.Helper()
	ctx, day := t.Context(), journey.DateOf(noon)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	people := []journey.Track{
		person("sv1", journey.Student, "K47/B5", "gv1"), person("sv02", journey.Student, "K47/B5", "gv1"),
		person("gv1", journey.Mentor, "K47", ""), person("cb1", journey.YouthOfficer, "K47", ""),
	}
	for i := range people {
		people[i].Person.Name = "Nguyễn Thị <Đào> & \u2028 " + people[i].Person.Name
		people[i].Since = day
		people[i].Events = []journey.Event{{ID: "E_SOURCE_LISTED", On: day, At: noon, By: "cb1"}}
		conflicts, err := s.SaveTracks(ctx, journey.Save{Track: people[i], Next: nextOf(people[i])})
		if len(conflicts) > 0 {
			t.Fatal(conflicts)
		}
		must(err)
	}
	must(s.SetRulesPrint(ctx, "rules 1"))
	must(s.Alive(ctx))
	for i, code := range []journey.Code{"sv1", "gv1", "cb1"} {
		must(s.KeepStartCode(ctx, "start-"+string(code), code, time.Now().Add(time.Hour)))
		_, err := s.Link(ctx, "start-"+string(code), chat.Address(11+i), time.Now())
		must(err)
	}
	must(s.KeepStartCode(ctx, "start-sv02", "sv02", time.Now().Add(time.Hour)))
	must(s.KeepFeed(ctx, "sv1", "secret"))
	_, err := s.Guessed(ctx, 99, noon)
	must(err)
	must(s.SaveTalk(ctx, 11, chat.Talk{Handled: 5, Flow: "dieukien", Since: noon}))

	line := func(key string) journey.LineRef {
		return journey.LineRef{Of: "sv1", Key: key, To: journey.Mentor, Step: day}
	}
	must(s.Offer(ctx, day.AddDays(-1), map[journey.Code][]journey.LineRef{"gv1": {line("a")}, "cb1": {line("a")}}))
	digests, err := s.TakeDigests(ctx, day.AddDays(-1), "gv1", "cb1")
	must(err)
	must(s.DigestsPut(ctx, digests[0]))
	must(s.Offer(ctx, day, map[journey.Code][]journey.LineRef{"gv1": {line("b")}, "cb1": {line("b")}}))

	for _, q := range []desk.Question{waits("tg:1", 11), waits("tg:2", 12)} {
		_, err := s.KeepQuestion(ctx, q)
		must(err)
	}
	_, err = s.Claim(ctx, desk.Claim{ID: "tg:9", By: desk.OfficerOf("cb1", 13), Since: noon, Until: time.Now().Add(time.Hour), Cause: "tg:9"}, "", noon, waits("tg:1", 11).Ref())
	must(err)
	_, err = s.OfBot(ctx, "123456")
	must(err)
	must(s.CountVote(ctx, "tg:3", "party-fee", true))
	must(s.CountOutcome(ctx, "tg:3", "sure"))
	must(s.Aside(ctx, []byte("\xff{"), "bad"))

	n, err := about.New("n-abcdefgh", people[3].Person, noon)
	must(err)
	n.HTML, n.Status, n.Count, n.Begun, n.Progress = "Họp <b>chi bộ</b>", about.Sending, 4, noon, about.Place{Chat: 13, Message: 7}
	must(s.KeepNotice(ctx, n))
	_, err = s.AddRecipients(ctx, n.ID, map[journey.Code]about.Outcome{"sv1": about.Pending, "gv1": about.Pending, "cb1": about.Pending, "sv02": about.Unlinked})
	must(err)
	taken, err := s.TakeRecipients(ctx, n.ID, noon, 2)
	must(err)
	_, err = s.SettleRecipients(ctx, n.ID, about.Result{Code: taken[0].Code, Outcome: about.Delivered, At: noon, Message: 57})
	must(err)
	_, err = s.Received(ctx, n.ID, taken[0].Code, noon.Add(time.Hour))
	must(err)
	_, err = s.AddRecipients(ctx, n.ID, map[journey.Code]about.Outcome{"sv3": about.Pending, "sv4": about.Pending})
	must(err)
	taken, err = s.TakeRecipients(ctx, n.ID, noon, 2)
	must(err)
	_, err = s.SettleRecipients(ctx, n.ID, about.Result{Code: taken[0].Code, Outcome: about.Failed, At: noon, Reason: "Bad Request"})
	must(err)
	must(s.SetGathered(ctx, n.ID, noon))
	must(s.KeepGroup(ctx, -100, "K47", "cb1", "K47"))

	for i := range 4 { // in two months, the first of which is dropped
		must(s.Note(ctx, audit.Entry{ID: fmt.Sprint("tg:", i), At: noon.AddDate(0, i/2, 0), By: "cb1", From: 13, Act: audit.Saw, Of: "sv1"}))
	}
	_, err = s.DropAudit(ctx, noon.AddDate(0, 1, 0))
	must(err)
	outboxSample(t, s)
}

// outboxSample has messages wait, one under way, and others ended in each way.
func outboxSample(t testing.TB, s *store.Store) {
	t.Helper()
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	put := func(messages ...chat.Message) {
		t.Helper()
		_, err := s.Put(ctx, messages...)
		must(err)
	}
	claim := func(at time.Time) store.Lease {
		t.Helper()
		l, _, err := s.Lease(ctx, at, fast)
		must(err)
		if l.ID == "" {
			t.Fatal("nothing to claim")
		}
		return l
	}
	at := noon
	for i, end := range []func(store.Lease) error{
		func(l store.Lease) error { return s.Sent(ctx, l, at, chat.Receipt{Message: 5}) },
		func(l store.Lease) error { return s.Gone(ctx, l, at, "blocked") },
		func(l store.Lease) error { return s.Doubt(ctx, l, at, false) },
	} {
		put(answer(fmt.Sprint("E", i), chat.Address(20+i)))
		must(end(claim(at)))
		at = at.Add(time.Second)
	}
	put(answer("under-way", 30))
	claim(at)
	later := notice("N1", 31)
	later.At = noon.Add(time.Hour)
	put(answer("A1", 30), answer("A2", 32), later, ack("K", 32))
	must(s.Pause(ctx, time.Now(), time.Hour))
}

// dump is all that Redis holds: by key its type, its end and its values.
func dump(t testing.TB, rdb redis.Cmdable) map[string]string {
	t.Helper()
	ctx := t.Context()
	keys, err := rdb.Keys(ctx, "*").Result()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, key := range keys {
		kind := rdb.Type(ctx, key).Val()
		var value any
		switch kind {
		case "string":
			value = rdb.Get(ctx, key).Val()
		case "hash":
			value = rdb.HGetAll(ctx, key).Val()
		case "set":
			members := rdb.SMembers(ctx, key).Val()
			slices.Sort(members)
			value = members
		case "zset":
			value = rdb.ZRangeWithScores(ctx, key, 0, -1).Val()
		case "list":
			value = rdb.LRange(ctx, key, 0, -1).Val()
		}
		until := rdb.PExpireTime(ctx, key).Val().Milliseconds()
		all[key] = fmt.Sprintf("%s until %d: %q", kind, until, fmt.Sprint(value))
	}
	return all
}

// same fails the test where two dumps differ, but for keys that differ so.
func same(t testing.TB, got, want map[string]string, but func(key string) bool) {
	t.Helper()
	for _, key := range slices.Sorted(maps.Keys(want)) {
		if !but(key) && got[key] != want[key] {
			t.Errorf("%s\n got %s\nwant %s", key, got[key], want[key])
		}
	}
	for key := range got {
		if _, ok := want[key]; !ok && !but(key) {
			t.Errorf("%s came out of nowhere: %s", key, got[key])
		}
	}
}

// export returns an export of a store.
func export(t testing.TB, s *store.Store) []byte {
	t.Helper()
	var file bytes.Buffer
	_, err := s.Export(t.Context(), &file, store.Exporting{Made: noon, By: "test", Spool: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// restored is how tests restore.
func restored() store.Restoring {
	return store.Restoring{Now: time.Now(), Next: nextOf, Print: "rules 1"}
}

// check reads an export to its end.
func check(file []byte) (store.ExportTotals, error) {
	_, totals, err := store.ReadExport(bytes.NewReader(file), func(store.Record) error { return nil })
	return totals, err
}

// restore empties a Redis and restores a file into it.
func restore(t testing.TB, rdb redis.UniversalClient, file []byte, how store.Restoring) *store.Store {
	t.Helper()
	if err := rdb.FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	s := store.New(rdb)
	if _, err := s.Restore(t.Context(), bytes.NewReader(file), how); err != nil {
		t.Fatal(err)
	}
	return s
}

// looksAnew are keys that Restore makes anew from others, in which times of
// looking stand that need not be the same.
func looksAnew(key string) bool {
	for _, begin := range []string{"{out}:line:", "{out}:due:", "{out}:leased", "{out}:claim:", "{alive}:"} {
		if strings.HasPrefix(key, begin) {
			return true
		}
	}
	return false
}

func TestWhatIsRestoredIsWhatWasExported(t *testing.T) {
	rdb := storetest.Redis(t)
	s := store.New(rdb)
	sample(t, s)
	ctx := t.Context()
	odd := "{later}:\xff\n\"}"
	for key, err := range map[string]error{
		"a list":   rdb.RPush(ctx, "{later}:list", "", "b\x00\xfe", "c").Err(),
		"a set":    rdb.SAdd(ctx, "{later}:set", "a", odd).Err(),
		"a zset":   rdb.ZAdd(ctx, "{later}:zset", redis.Z{Member: odd, Score: 1796000000123.4567}, redis.Z{Member: "b", Score: -1e300}).Err(),
		"a string": rdb.Set(ctx, odd, odd, time.Hour).Err(),
		"a hash":   rdb.HSet(ctx, "{later}:hash", odd, strings.Repeat("Đ", 1<<20)).Err(),
	} {
		if err != nil {
			t.Fatal(key, err)
		}
	}
	before, messages := dump(t, rdb), waiting(t, rdb)
	file := export(t, s)
	if totals, err := check(file); err != nil || totals.People != 4 {
		t.Fatalf("%+v, %v, want four people", totals, err)
	}
	again := restore(t, rdb, file, restored())
	same(t, dump(t, rdb), before, looksAnew)
	if got := waiting(t, rdb); !reflect.DeepEqual(got, messages) {
		t.Errorf("there wait %v, want %v", got, messages)
	}
	restore(t, rdb, export(t, again), restored())
	same(t, dump(t, rdb), before, looksAnew)
}

// waiting are the lines of the outbox, and which of them are looked at.
func waiting(t testing.TB, rdb redis.Cmdable) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for _, pattern := range []string{"{out}:line:*", "{out}:due:*", "{out}:leased"} {
		keys, err := rdb.Keys(t.Context(), pattern).Result()
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range keys {
			members := rdb.ZRange(t.Context(), key, 0, -1).Val()
			slices.Sort(members)
			all[key] = members
		}
	}
	return all
}

func TestTheSampleTouchesEveryFamilyOfKeys(t *testing.T) {
	source, err := os.ReadFile("keys.go")
	if err != nil {
		t.Fatal(err)
	}
	rdb := storetest.Redis(t)
	sample(t, store.New(rdb))
	keys, err := rdb.Keys(t.Context(), "*").Result()
	if err != nil {
		t.Fatal(err)
	}
	families := regexp.MustCompile(`(?m)^//\t(\{[^}]+\}:\S+)`).FindAllStringSubmatch(string(source), -1)
	if len(families) < 60 {
		t.Fatalf("%d families are described in keys.go, which cannot be all", len(families))
	}
	part := regexp.MustCompile(`<[^>]+>`)
	for _, family := range families {
		if family[1] == "{restoring}:since" { // never outside of Restore
			continue
		}
		pattern := "^"
		for i, fixed := range part.Split(family[1], -1) {
			if i > 0 {
				pattern += ".+"
			}
			pattern += strings.ReplaceAll(regexp.QuoteMeta(fixed), "xx", "[0-9a-f]{2}")
		}
		if !slices.ContainsFunc(keys, regexp.MustCompile(pattern+"$").MatchString) {
			t.Errorf("the sample has no key like %s: add one in sample(), so that restoring it is tested", family[1])
		}
	}
}

func TestABadFileIsNamedByLineAndNothingIsWritten(t *testing.T) {
	rdb := storetest.Redis(t)
	s := store.New(rdb)
	sample(t, s)
	file := string(export(t, s))
	lines := strings.SplitAfter(strings.TrimSuffix(file, "\n"), "\n")
	n := len(lines)
	join := func(lines ...string) string { return strings.Join(lines, "") }
	tests := map[string]struct {
		file string
		line int
		flaw store.Flaw
	}{
		"an empty file":           {"", 1, store.FlawForeign},
		"another file":            {"code,name\nsv1,Lan\n", 1, store.FlawForeign},
		"another JSON file":       {`{"a":1}` + "\n", 1, store.FlawForeign},
		"a picture":               {strings.Repeat("\x89PNG\x00", 100), 1, store.FlawForeign},
		"cut after a line":        {join(lines[:n-1]...), n, store.FlawCut},
		"cut within a line":       {file[:len(join(lines[:5]...))+20], 6, store.FlawCut},
		"cut within the last":     {file[:len(file)-30], n, store.FlawCut},
		"cut within the header":   {file[:60], 1, store.FlawCut},
		"a letter is another":     {join(lines[:4]...) + strings.Replace(lines[4], ":", ";", 1) + join(lines[5:]...), 5, store.FlawAltered},
		"the header is another":   {strings.Replace(file, `"by":"test"`, `"by":"tets"`, 1), 1, store.FlawAltered},
		"two lines change places": {join(lines[:4]...) + lines[5] + lines[4] + join(lines[6:]...), 5, store.FlawAltered},
		"a line is there twice":   {join(lines[:5]...) + join(lines[4:]...), 6, store.FlawAltered},
		"a line is missing":       {join(lines[:4]...) + join(lines[5:]...), 5, store.FlawAltered},
		"an empty line":           {join(lines[:4]...) + "\n" + join(lines[4:]...), 5, store.FlawAltered},
		"more after the end":      {file + lines[4], n + 1, store.FlawAltered},
		"10 MB of nothing":        {join(lines[:2]...) + strings.Repeat("x", 10<<20) + "\n" + join(lines[2:]...), 3, store.FlawAltered},
		"10 MB at the beginning":  {strings.Repeat("x", 10<<20) + "\n" + file, 1, store.FlawForeign},
		"a line without end":      {join(lines[:2]...) + strings.Repeat("x", 65<<20), 3, store.FlawLong},
		"a newer version":         {strings.Replace(file, `"version":1`, `"version":999`, 1), 1, store.FlawNewer},
		"no version":              {strings.Replace(file, `"version":1`, `"version":0`, 1), 1, store.FlawForm},
	}
	empty := restoredNothing(t)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := check([]byte(tt.file))
			bad, ok := errors.AsType[*store.BadExport](err)
			if !ok || bad.Line != tt.line || bad.Flaw != tt.flaw {
				t.Errorf("%v, want line %d: %s", err, tt.line, tt.flaw)
			}
		})
	}
	if got := empty(); len(got) != 0 {
		t.Errorf("reading wrote %v", got)
	}
}

// restoredNothing returns what is in a fresh Redis when asked.
func restoredNothing(t *testing.T) func() map[string]string {
	rdb := storetest.Redis(t)
	return func() map[string]string { return dump(t, rdb) }
}

func TestOnlyAnEmptyRedisIsRestoredInto(t *testing.T) {
	rdb := storetest.Redis(t)
	s := store.New(rdb)
	sample(t, s)
	file, ctx := export(t, s), t.Context()
	if _, err := s.Restore(ctx, bytes.NewReader(file), restored()); !errors.Is(err, store.ErrNotEmpty) {
		t.Errorf("over what is there: %v, want ErrNotEmpty", err)
	}
	if err := s.Whole(ctx); err != nil {
		t.Errorf("after a refusal: %v", err)
	}
	if err := rdb.FlushAll(ctx).Err(); err != nil {
		t.Fatal(err)
	}
	disk := errors.New("the disk is full")
	_, err := s.Restore(ctx, io.MultiReader(bytes.NewReader(file[:len(file)/2]), broken{disk}), restored())
	if !errors.Is(err, disk) {
		t.Fatalf("restore: %v, want %v", err, disk)
	}
	for name, err := range map[string]error{"what is there": s.Whole(ctx), "a second try": second(s.Restore(ctx, bytes.NewReader(file), restored()))} {
		if !errors.Is(err, store.ErrHalfRestored) {
			t.Errorf("%s: %v, want ErrHalfRestored", name, err)
		}
	}
	if err := restore(t, rdb, file, restored()).Whole(ctx); err != nil {
		t.Errorf("emptied and begun again: %v", err)
	}
}

func second[T any](_ T, err error) error { return err }

// broken is a reader that fails.
type broken struct{ err error }

func (b broken) Read([]byte) (int, error) { return 0, b.err }

func TestANewBotHasThePeopleButNothingOfTheOldOne(t *testing.T) {
	rdb := storetest.Redis(t)
	s := store.New(rdb)
	sample(t, s)
	how := restored()
	how.NewBot = true
	before := dump(t, rdb)
	file := export(t, s)
	s = restore(t, rdb, file, how)
	ctx := context.Background()
	same(t, dump(t, rdb), before, func(key string) bool {
		for _, begin := range []string{"{p:", "{out}:", "{groups}:", "{say}:vote:", "{say}:outcome:", "{log}:seen", "{notices}:body", "{n:", "{alive}:"} {
			if strings.HasPrefix(key, begin) {
				return true
			}
		}
		return false
	})
	for _, gone := range []string{"{p:*", "{groups}:*", "{out}:msg*", "{out}:seen*", "{out}:line*", "{out}:pause"} {
		if keys := rdb.Keys(ctx, gone).Val(); len(keys) > 0 {
			t.Errorf("of the old bot is left: %v", keys)
		}
	}
	// Whoever has not written to the new bot is not written to; who has, is.
	if _, err := s.Put(ctx, answer("to-sv1", 11), answer("to-gv1", 12)); err != nil {
		t.Fatal(err)
	}
	if err := s.Reachable(ctx, 12); err != nil {
		t.Fatal(err)
	}
	l, _, err := s.Lease(ctx, noon, fast)
	if err != nil || l.Message.Key != "to-gv1" {
		t.Errorf("claimed %q, %v; want what is for who wrote", l.Message.Key, err)
	}
	n, err := s.Notice(ctx, "n-abcdefgh")
	if err != nil || n.Status != about.Paused || n.Held != about.HeldNewBot || n.Progress.Message != 0 {
		t.Errorf("the notice: %+v, %v; want it paused", n, err)
	}
	counts, err := s.RecipientCounts(ctx, n.ID)
	if err != nil || counts[about.Queued] != 0 || counts[about.Pending] == 0 {
		t.Errorf("its recipients: %v, %v; want nobody queued", counts, err)
	}
	if err := s.Recipients(ctx, n.ID, func(all []about.Result) error {
		for _, r := range all {
			if r.Message != 0 || r.Outcome == about.Delivered && r.Received.IsZero() {
				t.Errorf("kept of a recipient: %+v, want no number of a message of the old bot", r)
			}
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
}

// TestABackupOfTheFirstVersionStillLoads reads testdata/export-v1.jsonl, which is
// never written anew. What has an end in it may be over by now.
func TestABackupOfTheFirstVersionStillLoads(t *testing.T) {
	file, err := os.ReadFile("testdata/export-v1.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	rdb := storetest.Redis(t)
	s := restore(t, rdb, file, restored())
	ctx := t.Context()
	tracks, err := s.Tracks(ctx, "sv1", "sv02", "gv1", "cb1")
	if err != nil || len(tracks) != 4 {
		t.Fatalf("%d people, %v, want 4", len(tracks), err)
	}
	if p := tracks[0]; p.Account != 11 || p.Person.Mentor != "gv1" || len(p.Events) != 1 || !strings.HasPrefix(p.Person.Name, "Nguyễn Thị <Đào> & \u2028 ") {
		t.Errorf("sv1 is %+v", p)
	}
	if students, err := s.StudentsOf(ctx, "gv1"); err != nil || !slices.Equal(students, []journey.Code{"sv02", "sv1"}) {
		t.Errorf("students of gv1: %v, %v", students, err)
	}
	if due, err := s.DueCodes(ctx, nextOf(tracks[0])); err != nil || !slices.Contains(due, "sv1") {
		t.Errorf("due: %v, %v, want sv1 among them", due, err)
	}
	if staff, err := s.Staff(ctx); err != nil || len(staff) != 1 || staff[0].Code != "cb1" {
		t.Errorf("staff: %v, %v", staff, err)
	}
	if code, err := s.PersonAt(ctx, 12); err != nil || code != "gv1" {
		t.Errorf("at 12 is %q, %v, want gv1", code, err)
	}
	if code, err := s.Feed(ctx, "secret"); err != nil || code != "sv1" {
		t.Errorf("the feed is that of %q, %v, want sv1", code, err)
	}
	digests, err := s.TakeDigests(ctx, journey.DateOf(noon), "gv1", "cb1")
	if err != nil || len(digests) != 2 || len(digests[0].Lines) != 1 {
		t.Errorf("digests: %v, %v, want one each", digests, err)
	}
	if n, err := s.Notice(ctx, "n-abcdefgh"); err != nil || n.HTML != "Họp <b>chi bộ</b>" {
		t.Errorf("the notice: %+v, %v", n, err)
	}
	if counts, err := s.RecipientCounts(ctx, "n-abcdefgh"); err != nil || counts.Total() != 6 || counts[about.Unlinked] != 1 {
		t.Errorf("its recipients: %v, %v", counts, err)
	}
	if groups, err := s.Groups(ctx); err != nil || len(groups) != 1 {
		t.Errorf("groups: %v, %v", groups, err)
	}
	if votes, err := s.Votes(ctx); err != nil || votes["party-fee"].Good != 1 {
		t.Errorf("votes: %v, %v", votes, err)
	}
	if chain, err := s.AuditChain(ctx, 0); err != nil || chain.Broken != "" || chain.Entries != 4 {
		t.Errorf("the log: %+v, %v, want it whole with 4 entries", chain, err)
	}
	if depths, err := s.LaneDepths(ctx); err != nil || depths[chat.Answers] != 3 || depths[chat.Notices] != 1 {
		t.Errorf("there wait %v, %v, want 3 answers and a notice", depths, err)
	}
}
