package store_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/store"
	"donghanh/internal/storetest"
)

// wire stands between a store and Redis. Each command or pipeline passes
// through do, which may send it any number of times.
type wire struct {
	do func(send func() error) error
}

func (w *wire) DialHook(next redis.DialHook) redis.DialHook { return next }

func (w *wire) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		err := w.do(func() error { return next(ctx, cmd) })
		cmd.SetErr(err)
		return err
	}
}

func (w *wire) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		err := w.do(func() error { return next(ctx, cmds) })
		if errors.Is(err, errCut) {
			for _, cmd := range cmds {
				cmd.SetErr(err)
			}
		}
		return err
	}
}

var errCut = errors.New("the connection is cut")

// TestACommandWhoseAnswerWasLostMayBeRepeated holds a store whose every command
// reaches Redis twice to the claims: the client repeats what got no answer.
func TestACommandWhoseAnswerWasLostMayBeRepeated(t *testing.T) {
	storetest.RunPeople(t, func(t *testing.T) storetest.Storer {
		rdb, _ := storetest.Miniredis(t)
		rdb.AddHook(&wire{do: func(send func() error) error {
			if err := send(); err != nil && !errors.Is(err, redis.Nil) {
				return err
			}
			return send()
		}})
		return store.New(rdb)
	}, "reindexing changes only what is wrong") // it counts what it changed, and the second time that is nothing
}

// cutAt runs f again and again, each time with the connection cut for good at a
// later command, before or after it has its effect, until it is no longer cut.
func cutAt(t *testing.T, f func(t *testing.T, s, cut *store.Store)) {
	for step := 1; ; step++ {
		reached := false
		for _, after := range []bool{false, true} {
			t.Run(fmt.Sprintf("at command %d, answered: %t", step, after), func(t *testing.T) {
				rdb, _ := storetest.Miniredis(t)
				other := redis.NewClient(&redis.Options{Addr: "127.0.0.1:6379", Dialer: rdb.Options().Dialer, MaintNotificationsConfig: rdb.Options().MaintNotificationsConfig})
				t.Cleanup(func() { _ = other.Close() })
				left := step
				other.AddHook(&wire{do: func(send func() error) error {
					left--
					if left > 0 {
						return send()
					}
					reached = true
					if left == 0 && after {
						if err := send(); redis.HasErrorPrefix(err, "NOSCRIPT") {
							return err // no command: it is sent again
						}
					}
					return errCut
				}})
				f(t, store.New(rdb), store.New(other))
			})
		}
		if !reached {
			if step < 4 {
				t.Errorf("only %d commands were cut off", step-1)
			}
			return
		}
	}
}

func person(code journey.Code, role journey.Role, unit journey.Unit, mentor journey.Code) journey.Track {
	return journey.Track{Person: journey.Person{Code: code, Name: "Nguyễn Văn An", Roles: []journey.Role{role}, Unit: unit, Mentor: mentor}}
}

// saveAll saves tracks with nothing due and wants no conflict.
func saveAll(t testing.TB, s *store.Store, tracks ...journey.Track) {
	t.Helper()
	saves := make([]journey.Save, len(tracks))
	for i, track := range tracks {
		saves[i].Track = track
	}
	if conflicts, err := s.SaveTracks(t.Context(), saves...); err != nil || len(conflicts) > 0 {
		t.Fatalf("conflicts %v, %v", conflicts, err)
	}
}

// indexed returns where the derived indexes name each person.
func indexed(t *testing.T, s *store.Store) map[string][]journey.Code {
	t.Helper()
	places := make(map[string][]journey.Code)
	for _, unit := range []journey.Unit{"A", "B"} {
		codes, err := s.StudentsIn(t.Context(), unit)
		if err != nil {
			t.Fatal(err)
		}
		places["unit "+string(unit)] = codes
	}
	for _, mentor := range []journey.Code{"gv1", "gv2"} {
		codes, err := s.StudentsOf(t.Context(), mentor)
		if err != nil {
			t.Fatal(err)
		}
		places["mentor "+string(mentor)] = codes
	}
	staff, err := s.Staff(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range staff {
		places["staff"] = append(places["staff"], p.Code)
	}
	maps.DeleteFunc(places, func(_ string, codes []journey.Code) bool { return len(codes) == 0 })
	return places
}

// belong returns where the tracks say that each person belongs.
func belong(t *testing.T, s *store.Store) map[string][]journey.Code {
	t.Helper()
	tracks, err := s.Tracks(t.Context(), "bt1", "gv1", "sv1", "sv2")
	if err != nil {
		t.Fatal(err)
	}
	places := make(map[string][]journey.Code)
	for _, track := range tracks {
		p := track.Person
		if p.Has(journey.Student) {
			places["unit "+string(p.Unit)] = append(places["unit "+string(p.Unit)], p.Code)
			places["mentor "+string(p.Mentor)] = append(places["mentor "+string(p.Mentor)], p.Code)
		} else if p.Has(journey.CellSecretary) {
			places["staff"] = append(places["staff"], p.Code)
		}
	}
	return places
}

func TestASaveBrokenOffLeavesNobodyOutOfAnIndex(t *testing.T) {
	cutAt(t, func(t *testing.T, s, cut *store.Store) {
		ctx := t.Context()
		saveAll(t, s, person("sv1", journey.Student, "A", "gv1"), person("sv2", journey.Student, "A", "gv1"), person("bt1", journey.CellSecretary, "A", ""))
		moved := person("sv1", journey.Student, "B", "gv2")
		left := person("bt1", journey.Mentor, "A", "")
		moved.Rev, left.Rev = 1, 1
		saves := []journey.Save{{Track: moved}, {Track: left}, {Track: person("gv1", journey.CellSecretary, "A", "")}}
		_, broken := cut.SaveTracks(ctx, saves...)

		for place, codes := range belong(t, s) {
			for _, code := range codes {
				if named := indexed(t, s)[place]; !slices.Contains(named, code) {
					t.Errorf("%s: named are %v, %s belongs there", place, named, code)
				}
			}
		}
		if broken != nil { // whoever was broken off begins again from the top
			var again []journey.Save
			for _, save := range saves {
				track, err := s.Track(ctx, save.Track.Person.Code)
				if err == nil && !reflect.DeepEqual(track.Person, save.Track.Person) || errors.Is(err, store.ErrNotFound) {
					again = append(again, save)
				}
			}
			if conflicts, err := s.SaveTracks(ctx, again...); len(conflicts) > 0 || err != nil {
				t.Fatalf("saved again: conflicts %v, %v", conflicts, err)
			}
			if _, err := s.Reindex(ctx, func(journey.Track) journey.Date { return journey.Date{} }); err != nil {
				t.Fatal(err)
			}
		}
		want := map[string][]journey.Code{
			"unit A": {"sv2"}, "unit B": {"sv1"}, "mentor gv1": {"sv2"}, "mentor gv2": {"sv1"}, "staff": {"gv1"},
		}
		if got := indexed(t, s); !maps.EqualFunc(got, want, slices.Equal) {
			t.Errorf("the indexes name %v, want %v", got, want)
		}
		if n, err := s.Reindex(ctx, func(journey.Track) journey.Date { return journey.Date{} }); n != 0 || err != nil {
			t.Errorf("%d entries are still wrong, %v", n, err)
		}
	})
}

func TestALinkBrokenOffIsMadeWholeByTheNextTry(t *testing.T) {
	cutAt(t, func(t *testing.T, s, cut *store.Store) {
		ctx := t.Context()
		saveAll(t, s, person("sv1", journey.Student, "A", "gv1"), person("sv2", journey.Student, "A", "gv1"))
		till := noon.AddDate(0, 1, 0)
		for _, l := range []struct {
			code  journey.Code
			start string
			who   chat.Address
		}{{"sv1", "one", 7}, {"sv2", "two", 8}} {
			if err := s.KeepStartCode(ctx, l.start, l.code, till); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Link(ctx, l.start, l.who, noon); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.KeepStartCode(ctx, "three", "sv1", till); err != nil {
			t.Fatal(err)
		}
		_, broken := cut.Link(ctx, "three", 8, noon) // takes sv1 from account 7 and account 8 from sv2

		if at, err := s.PersonAt(ctx, 7); err != nil || at == "sv2" {
			t.Errorf("account 7 is that of %q, %v", at, err)
		}
		if broken != nil {
			if code, err := s.Link(ctx, "three", 8, noon); code != "sv1" || err != nil {
				t.Fatalf("the next try: %q, %v", code, err)
			}
		}
		for who, want := range map[chat.Address]journey.Code{7: "", 8: "sv1"} {
			if code, err := s.PersonAt(ctx, who); code != want || err != nil {
				t.Errorf("account %s is that of %q, %v, want %q", who, code, err, want)
			}
		}
		tracks, err := s.Tracks(ctx, "sv1", "sv2")
		if err != nil || tracks[0].Account != 8 || tracks[1].Account != 0 {
			t.Errorf("accounts %d and %d, %v, want 8 and none", tracks[0].Account, tracks[1].Account, err)
		}
		if n, err := s.Reindex(ctx, func(journey.Track) journey.Date { return journey.Date{} }); n != 0 || err != nil {
			t.Errorf("%d entries are wrong, %v", n, err)
		}
	})
}

func TestAFeedBrokenOffNeverLeadsToTwo(t *testing.T) {
	cutAt(t, func(t *testing.T, s, cut *store.Store) {
		ctx := t.Context()
		if err := s.KeepFeed(ctx, "sv1", "old"); err != nil {
			t.Fatal(err)
		}
		broken := cut.KeepFeed(ctx, "sv1", "new")
		old, errOld := s.Feed(ctx, "old")
		next, errNext := s.Feed(ctx, "new")
		if (errOld == nil) == (errNext == nil) || old+next != "sv1" {
			t.Errorf("old %q, %v; new %q, %v; want exactly one to lead there", old, errOld, next, errNext)
		}
		if broken == nil && errNext != nil {
			t.Errorf("the new one leads nowhere: %v", errNext)
		}
	})
}

// fill sets every field of v to something that is not its zero value.
func fill(v reflect.Value, n *int) {
	*n++
	switch v.Kind() {
	case reflect.Struct:
		switch v.Interface().(type) {
		case journey.Date:
			v.Set(reflect.ValueOf(journey.Date{Year: 2027, Month: 1, Day: 1}.AddDays(*n)))
		case journey.Month:
			v.Set(reflect.ValueOf(journey.Month{Year: 2005, Month: 1}.Add(*n)))
		case time.Time:
			v.Set(reflect.ValueOf(time.Unix(int64(*n), 0).UTC()))
		default:
			for i := range v.NumField() {
				fill(v.Field(i), n)
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), n)
		fill(v.Index(1), n)
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key, n)
		fill(value, n)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	case reflect.String:
		v.SetString(fmt.Sprint("text", *n))
	case reflect.Bool:
		v.SetBool(true)
	default:
		v.Set(reflect.ValueOf(*n).Convert(v.Type()))
	}
}

// TestEveryFieldOfATrackIsStored fails when a field is added to a track, or to a
// line of a digest, that the store does not know.
func TestEveryFieldOfATrackIsStored(t *testing.T) {
	onBoth(t, fast, func(b *box) {
		ctx, n := b.Context(), 0
		var want journey.Track
		fill(reflect.ValueOf(&want).Elem(), &n)
		want.Rev, want.Account = 0, 0
		saveAll(b.T, b.Store, want)
		want.Rev, want.Account = 1, 1<<53+1
		b.must(b.KeepStartCode(ctx, "start", want.Person.Code, noon.Add(time.Hour)))
		_, err := b.Link(ctx, "start", chat.Address(want.Account), noon)
		b.must(err)
		got, err := b.Track(ctx, want.Person.Code)
		b.must(err)
		if !reflect.DeepEqual(got, want) {
			b.Errorf("got  %+v\nwant %+v", got, want)
		}

		var line journey.LineRef
		fill(reflect.ValueOf(&line).Elem(), &n)
		day := journey.DateOf(noon)
		b.must(b.Offer(ctx, day, map[journey.Code][]journey.LineRef{"gv1": {line}}))
		digests, err := b.TakeDigests(ctx, day, "gv1")
		b.must(err)
		if want := []journey.LineRef{line}; len(digests) != 1 || !reflect.DeepEqual(digests[0].Lines, want) {
			b.Errorf("got  %+v\nwant %+v", digests, want)
		}
	})
}

func TestATrackNobodyCanReadHidesNoOther(t *testing.T) {
	for name, value := range map[string]string{
		"cut short":          "1 0\n{\"n\":\"An\"",
		"of another version": `{"rev":1}`,
		"a broken event":     "1 0\n{\"n\":\"An\",\"r\":\"student\"}\n{\"e\":[\"E_X today\"]}",
		"a broken telling":   "1 0\n{\"n\":\"An\",\"r\":\"student\"}\n{\"t\":{\"k\":\"x\"}}",
	} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, fast, func(b *box) {
				ctx := b.Context()
				saveAll(b.T, b.Store, person("sv1", journey.Student, "A", "gv1"), person("sv2", journey.Student, "A", "gv1"))
				keys, err := b.rdb.Keys(ctx, "{j:*}:track").Result()
				b.must(err)
				for _, key := range keys {
					if b.rdb.HExists(ctx, key, "sv1").Val() {
						b.must(b.rdb.HSet(ctx, key, "sv1", value).Err())
					}
				}
				var reported error
				b.OnUnreadable(func(_ journey.Code, why error) { reported = why })
				tracks, err := b.Tracks(ctx, "sv1", "sv2")
				if err != nil || !errors.Is(reported, store.ErrUnreadable) || !strings.Contains(reported.Error(), "sv1") || strings.Contains(reported.Error(), "An") {
					b.Errorf("error %v, reported %v, want a report that names sv1 and not what is stored", err, reported)
				}
				if _, err := b.Track(ctx, "sv1"); !errors.Is(err, store.ErrUnreadable) {
					b.Errorf("asked for alone: %v, want that it cannot be read", err)
				}
				if len(tracks) != 1 || tracks[0].Person.Code != "sv2" {
					b.Errorf("got %v, want sv2", tracks)
				}
				n, err := b.Reindex(ctx, func(journey.Track) journey.Date { return journey.DateOf(noon) })
				if n == 0 || err != nil {
					b.Errorf("reindexed %d, %v, want sv2 without an error", n, err)
				}
				due, err := b.DueCodes(ctx, journey.DateOf(noon))
				if err != nil || !slices.Equal(due, []journey.Code{"sv2"}) {
					b.Errorf("due are %v, %v, want sv2", due, err)
				}
			})
		})
	}
}

func TestReindexMendsWhatWasLost(t *testing.T) {
	onBoth(t, fast, func(b *box) {
		ctx := b.Context()
		secretary := person("bt1", journey.CellSecretary, "A", "")
		saveAll(b.T, b.Store, person("sv1", journey.Student, "A", "gv1"), person("sv2", journey.Student, "B", "gv1"),
			person("gv1", journey.Mentor, "A", ""), secretary)
		b.must(b.KeepStartCode(ctx, "start", "sv1", noon.Add(time.Hour)))
		_, err := b.Link(ctx, "start", 7, noon)
		b.must(err)
		due := journey.DateOf(noon)
		next := func(journey.Track) journey.Date { return due }
		_, err = b.Reindex(ctx, next)
		b.must(err)
		want := indexed(b.T, b.Store)

		lost := 0
		for _, pattern := range []string{"{m:*", "{u:*", "{units}:*", "{staff}:*", "{a:*}:code", "*:due", "*:due:*"} {
			keys, err := b.rdb.Keys(ctx, pattern).Result()
			b.must(err)
			for _, key := range keys {
				b.must(b.rdb.Del(ctx, key).Err())
				lost++
			}
		}
		for key, field := range map[string]string{"{u:A}:students": "sv2", "{u:C}:students": "sv1", "{m:gv1}:students": "nobody", "{staff}:all": "gv1"} {
			b.must(b.rdb.HSet(ctx, key, field, "").Err())
		}
		b.must(b.rdb.ZAdd(ctx, "{units}:all", redis.Z{Member: "C"}, redis.Z{Member: "D"}).Err())
		b.must(b.rdb.HSet(ctx, "{j:00}:due:20261101", "sv1", "").Err())
		b.must(b.rdb.ZAdd(ctx, "{j:00}:due", redis.Z{Score: 20261101, Member: "20261101"}).Err())
		b.must(b.rdb.HSet(ctx, "{staff}:all", "bt1", `{"n":"Ai","r":"admin"}`).Err())

		if n, err := b.Reindex(ctx, next); n < lost || err != nil {
			b.Errorf("%d entries were wrong, %v; %d keys were lost", n, err, lost)
		}
		if got := indexed(b.T, b.Store); !maps.EqualFunc(got, want, slices.Equal) {
			b.Errorf("the indexes name %v, want %v", got, want)
		}
		if codes, err := b.DueCodes(ctx, due); err != nil || len(codes) != 4 {
			b.Errorf("due are %v, %v, want all four", codes, err)
		}
		if code, err := b.PersonAt(ctx, 7); code != "sv1" || err != nil {
			b.Errorf("account 7 is that of %q, %v, want sv1", code, err)
		}
		if staff, err := b.Staff(ctx); err != nil || !reflect.DeepEqual(staff, []journey.Person{secretary.Person}) {
			b.Errorf("staff are %v, %v, want %v", staff, err, secretary.Person)
		}
		if n := b.rdb.ZCard(ctx, "{units}:all").Val(); n != 2 {
			b.Errorf("%d units are known, want 2", n)
		}
		if n, err := b.Reindex(ctx, next); n != 0 || err != nil {
			b.Errorf("%d entries are still wrong, %v", n, err)
		}
	})
}

func TestOnlyHashesOfSecretsAreStored(t *testing.T) {
	rdb, m := storetest.Miniredis(t)
	s, ctx := store.New(rdb), t.Context()
	saveAll(t, s, person("sv1", journey.Student, "A", ""))
	if err := errors.Join(s.KeepStartCode(ctx, "s3cret-start", "sv1", noon.Add(time.Hour)), s.KeepFeed(ctx, "sv1", "s3cret-feed")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Link(ctx, "s3cret-start", 7, noon); err != nil {
		t.Fatal(err)
	}
	if dump := m.Dump(); strings.Contains(dump, "s3cret") {
		t.Errorf("Redis holds a secret:\n%s", dump)
	}
}

func TestWhatIsOnlyForAWhileIsForgotten(t *testing.T) {
	const days = 24 * time.Hour
	today := journey.DateOf(noon)
	line := journey.LineRef{Of: "sv1", Key: "dl-ceremony/2026-11-24", To: journey.Mentor, Step: today}
	tests := map[string]struct {
		do    func(t *testing.T, s *store.Store) error
		after time.Duration
		left  []string // of keys that last
	}{
		"a wrong start code after an hour": {func(t *testing.T, s *store.Store) error {
			_, err := s.Guessed(t.Context(), 7, noon)
			return err
		}, time.Hour, nil},
		"a start code after 90 days": {func(t *testing.T, s *store.Store) error {
			saveAll(t, s, person("x", journey.Mentor, "", ""))
			return s.KeepStartCode(t.Context(), "start", "x", noon.AddDate(1, 0, 0))
		}, 90 * days, []string{":track", ":who"}},
		"a digest 45 days after it was put, and its lines a day later": {func(t *testing.T, s *store.Store) error {
			err := s.Offer(t.Context(), today, map[journey.Code][]journey.LineRef{"gv1": {line}})
			_, errTake := s.TakeDigests(t.Context(), today, "gv1")
			return errors.Join(err, errTake, s.DigestsPut(t.Context(), journey.Digest{For: "gv1", Day: today}))
		}, 46 * days, nil},
		"but never what was not put": {func(t *testing.T, s *store.Store) error {
			err := s.Offer(t.Context(), today, map[journey.Code][]journey.LineRef{"gv1": {line}})
			_, errTake := s.TakeDigests(t.Context(), today, "gv1")
			return errors.Join(err, errTake)
		}, 400 * days, []string{":digest:gv1:20261124", ":inboxes", ":open:gv1"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			rdb, m := storetest.Miniredis(t)
			if err := tt.do(t, store.New(rdb)); err != nil {
				t.Fatal(err)
			}
			before := len(m.Keys())
			m.FastForward(tt.after - time.Second)
			if early := before - len(m.Keys()); early > 1 {
				t.Errorf("%d keys are gone a second before", early)
			}
			m.FastForward(time.Second)
			var left []string
			for _, key := range m.Keys() {
				left = append(left, key[strings.Index(key, "}")+1:])
			}
			slices.Sort(left)
			if !slices.Equal(left, tt.left) {
				t.Errorf("left are %v, want %v", left, tt.left)
			}
		})
	}
}
