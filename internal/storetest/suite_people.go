package storetest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"donghanh/internal/journey"
	"donghanh/internal/store"
)

var peopleClaims = map[string]func(*testing.T, Storer){
	"nobody is in the lists at first":                       nobodyIsKnown,
	"a track comes back as saved":                           trackComesBack,
	"tracks come in the order asked for":                    tracksKeepTheirOrder,
	"a track changed meanwhile is a conflict":               changedTrackConflicts,
	"of two writers on one track one wins and none is lost": twoWritersOneWins,
	"the same save again is no conflict":                    repeatedSaveIsFine,
	"what is not a code is refused":                         codeIsNeeded,
	"who is due by a day is known":                          dueByTheDay,
	"all codes come in chunks":                              codesComeInChunks,
	"an error ends the codes":                               errorEndsTheCodes,
	"staff are those who lead a unit, and admins":           staffLead,
	"a student stands where the mentor and the unit are":    studentStands,
	"a unit has the students of all below it":               unitCoversBelow,
	"reindexing changes only what is wrong":                 reindexMends,
	"the fingerprint of the rules is kept":                  rulesPrintIsKept,
	"the register brings what changed and nothing else":     registerBringsChanges,
	"the register is the same for all who keep it":          registerIsOne,
}

// day is a day of January 2027.
func day(d int) journey.Date { return journey.Date{Year: 2027, Month: 1, Day: d} }

// student returns a new student.
func student(code journey.Code, unit journey.Unit, mentor journey.Code) journey.Track {
	return journey.Track{Person: journey.Person{
		Code: code, Name: "Nguyễn Văn An", Roles: []journey.Role{journey.Student}, Unit: unit, Mentor: mentor,
	}}
}

// member returns somebody else.
func member(code journey.Code, unit journey.Unit, roles ...journey.Role) journey.Track {
	return journey.Track{Person: journey.Person{Code: code, Name: "Trần Thị Bình", Roles: roles, Unit: unit}}
}

// save saves tracks with nothing due, and returns them as saved.
func save(t *testing.T, s Storer, tracks ...journey.Track) []journey.Track {
	t.Helper()
	saves := make([]journey.Save, len(tracks))
	for i, track := range tracks {
		saves[i].Track = track
	}
	conflicts, err := s.SaveTracks(t.Context(), saves...)
	equal(t, err, nil)
	equal(t, len(conflicts), 0)
	for i := range tracks {
		tracks[i].Rev++
	}
	return tracks
}

// codesAre wants these codes and no error.
func codesAre(t *testing.T, got []journey.Code, err error, want ...journey.Code) {
	t.Helper()
	equal(t, err, nil)
	if !slices.Equal(got, want) {
		t.Fatalf("got %v, want %v", got, want)
	}
}

func nobodyIsKnown(t *testing.T, s Storer) {
	ctx := t.Context()
	if _, err := s.Track(ctx, "sv1"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("track of a stranger: %v, want ErrNotFound", err)
	}
	tracks, err := s.Tracks(ctx, "sv1", "sv2")
	equal(t, err, nil)
	equal(t, len(tracks), 0)
	tracks, err = s.Tracks(ctx)
	equal(t, err, nil)
	equal(t, len(tracks), 0)
	conflicts, err := s.SaveTracks(ctx)
	codesAre(t, conflicts, err)
	codes, err := s.DueCodes(ctx, day(31))
	codesAre(t, codes, err)
	codes, err = s.StudentsOf(ctx, "gv1")
	codesAre(t, codes, err)
	codes, err = s.StudentsIn(ctx, "")
	codesAre(t, codes, err)
	staff, err := s.Staff(ctx)
	equal(t, err, nil)
	equal(t, len(staff), 0)
	changed, err := s.Reindex(ctx, func(journey.Track) journey.Date { return day(1) })
	equal(t, err, nil)
	equal(t, changed, 0)
}

func trackComesBack(t *testing.T, s Storer) {
	ctx := t.Context()
	full := student("SV.17-a_b", "K47/Lớp B5 \"x\"", "gv4")
	full.Person.Name = "Đào <b> & 'Ân'\nhai dòng"
	full.Person.Roles = []journey.Role{journey.Student, journey.CellSecretary}
	full.Person.Birth = journey.Month{Year: 2005, Month: 3}
	full.Since, full.Pref = day(1), journey.Weekly
	at := time.Date(2027, 1, 5, 9, 30, 17, 0, time.UTC)
	full.Events = []journey.Event{
		{ID: "E_SOURCE_LISTED", On: day(2)},
		{ID: "E_MENTOR_ASSIGNED", On: day(3), At: at},
		{ID: "E_DOC_DATED", On: day(4), By: "gv4", At: at, Undone: true},
		{ID: "E_DOC_DATED", On: day(5), By: "gv4", At: at, Undone: true, UndoneBy: "cb-1.x", UndoneAt: at},
		{ID: "E_CHECK_RECEIVED", On: day(5), Detail: "xã Hòa Bình, \n tỉnh A  -"},
		{ID: "E_CHECK_SENT", On: day(5), Detail: "-", By: "bt1"},
		{ID: "E_CHECK_SENT", On: day(6), Detail: "=", At: at},
		{ID: "E_CHECK_SENT", On: day(7), By: "bt1", At: at},
		{ID: "E_BIRTH", On: journey.Date{Year: 1905, Month: 12, Day: 31}, By: "bt1", At: time.Unix(1, 0).UTC()},
	}
	full.Told = journey.Told{
		"dl-ceremony/2027-01-15/mentor":           {Step: day(1), First: day(1), Times: 1},
		"dl-check/2027-01-15/xã Hòa Bình/student": {Step: day(3), First: day(2), Times: 12, Hold: day(4)},
		"dl-ceremony/2027-01-15/cell_secretary":   {Step: day(3), First: day(2), Times: 2, Climb: journey.ToSecretary, Climbed: day(5)},
	}
	for _, want := range []journey.Track{full, {Person: journey.Person{Code: "x"}}} {
		want = save(t, s, want)[0]
		got, err := s.Track(ctx, want.Person.Code)
		equal(t, err, nil)
		equal(t, got, want)
	}
}

func tracksKeepTheirOrder(t *testing.T, s Storer) {
	var codes, want []journey.Code
	var tracks []journey.Track
	for i := range 60 {
		code := journey.Code(fmt.Sprint("sv", i*7%60))
		codes = append(codes, code)
		if i%3 > 0 {
			tracks, want = append(tracks, student(code, "", "")), append(want, code)
		}
	}
	save(t, s, tracks...)
	read, err := s.Tracks(t.Context(), codes...)
	var got []journey.Code
	for _, track := range read {
		got = append(got, track.Person.Code)
	}
	codesAre(t, got, err, want...)
}

func changedTrackConflicts(t *testing.T, s Storer) {
	ctx := t.Context()
	first := save(t, s, student("sv1", "A", ""))[0]
	other := save(t, s, student("sv2", "A", ""))[0]
	second := save(t, s, first.With(journey.Event{ID: "E_SOURCE_LISTED", On: day(2)}))[0]

	stale := first.With(journey.Event{ID: "E_SYMPATHIZER_LISTED", On: day(3)})
	moved := first
	moved.Person.Unit = "B"
	unknown := student("sv3", "A", "")
	unknown.Rev = 1
	next := other.With(journey.Event{ID: "E_SOURCE_LISTED", On: day(4)})
	for _, late := range []journey.Track{stale, moved, student("sv1", "C", "")} {
		conflicts, err := s.SaveTracks(ctx, journey.Save{Track: late, Next: day(1)}, journey.Save{Track: next}, journey.Save{Track: unknown})
		codesAre(t, conflicts, err, "sv1", "sv3")
		next.Rev++
	}
	got, err := s.Tracks(ctx, "sv1", "sv2", "sv3")
	equal(t, err, nil)
	equal(t, got, []journey.Track{second, next})
	codes, err := s.DueCodes(ctx, day(31))
	codesAre(t, codes, err)
}

// repeatedSaveIsFine: the client repeats a command whose answer was lost.
func repeatedSaveIsFine(t *testing.T, s Storer) {
	ctx := t.Context()
	track := student("sv1", "A", "gv1")
	for rev := range int64(3) {
		track.Rev = rev
		track = track.With(journey.Event{ID: "E_DUES_MONTH", On: day(1 + int(rev)), At: before})
		track.Told = journey.Told{"dl-dues-month/2027-01-01/student": {Step: day(1), First: day(1), Times: int(rev)}}
		for range 2 {
			conflicts, err := s.SaveTracks(ctx, journey.Save{Track: track, Next: day(9)})
			codesAre(t, conflicts, err)
		}
	}
	track.Rev--
	conflicts, err := s.SaveTracks(ctx, journey.Save{Track: track, Next: day(9)})
	codesAre(t, conflicts, err, "sv1")
	track.Rev++
	conflicts, err = s.SaveTracks(ctx, journey.Save{Track: track, Next: day(8)})
	codesAre(t, conflicts, err, "sv1")
	got, err := s.Track(ctx, "sv1")
	equal(t, err, nil)
	equal(t, got.Rev, int64(3))
}

func twoWritersOneWins(t *testing.T, s Storer) {
	ctx := t.Context()
	save(t, s, student("sv1", "A", "gv1"))
	const writers, each = 4, 10
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for i := 0; i < each; {
				track, err := s.Track(ctx, "sv1")
				if err != nil {
					t.Error(err)
					return
				}
				track = track.With(journey.Event{ID: "E_DUES_MONTH", On: day(1 + i), Detail: fmt.Sprint("writer ", w)})
				track.Person.Unit = journey.Unit(fmt.Sprint("U", (w+i)%3))
				conflicts, err := s.SaveTracks(ctx, journey.Save{Track: track})
				if err != nil {
					t.Error(err)
					return
				}
				if len(conflicts) == 0 {
					i++
				}
			}
		})
	}
	all.Wait()
	got, err := s.Track(ctx, "sv1")
	equal(t, err, nil)
	if len(got.Events) != writers*each || got.Rev < 1+writers*each { // more where a command is repeated
		t.Errorf("%d events after %d changes, want %d and at least %d", len(got.Events), got.Rev, writers*each, 1+writers*each)
	}
	codes, err := s.StudentsIn(ctx, got.Person.Unit)
	codesAre(t, codes, err, "sv1")
}

func codeIsNeeded(t *testing.T, s Storer) {
	for _, code := range []journey.Code{"", "a b", "{x}", "đ"} {
		if _, err := s.SaveTracks(t.Context(), journey.Save{Track: student(code, "", "")}); err == nil {
			t.Errorf("a person with the code %q was saved", code)
		}
	}
}

func dueByTheDay(t *testing.T, s Storer) {
	ctx := t.Context()
	codes := []journey.Code{"sv1", "sv2", "sv3", "sv4"}
	next := []journey.Date{day(5), day(4), {}, {Year: 2026, Month: 12, Day: 31}}
	set := func(rev int64) {
		t.Helper()
		var saves []journey.Save
		for i, code := range codes {
			saves = append(saves, journey.Save{Track: student(code, "", ""), Next: next[i]})
			saves[i].Track.Rev = rev
		}
		conflicts, err := s.SaveTracks(ctx, saves...)
		codesAre(t, conflicts, err)
	}
	due := func(d journey.Date, want ...journey.Code) {
		t.Helper()
		got, err := s.DueCodes(ctx, d)
		codesAre(t, got, err, want...)
	}
	set(0)
	due(day(1), "sv4")
	due(day(4), "sv2", "sv4")
	due(day(5), "sv1", "sv2", "sv4")
	next = []journey.Date{{}, day(6), day(1), day(7)}
	set(1)
	due(day(5), "sv3")
	due(day(6), "sv2", "sv3")
}

func codesComeInChunks(t *testing.T, s Storer) {
	var want, got []journey.Code
	var tracks []journey.Track
	for i := range 1200 {
		code := journey.Code(fmt.Sprintf("sv%04d", i))
		want, tracks = append(want, code), append(tracks, student(code, "", ""))
	}
	save(t, s, tracks...)
	err := s.Codes(t.Context(), func(codes []journey.Code) error {
		if len(codes) == 0 || len(codes) > 500 {
			t.Errorf("a chunk of %d codes", len(codes))
		}
		got = append(got, codes...)
		return nil
	})
	slices.Sort(got)
	codesAre(t, got, err, want...)
}

func errorEndsTheCodes(t *testing.T, s Storer) {
	save(t, s, student("sv1", "", ""), student("sv2", "", ""))
	enough, calls := errors.New("enough"), 0
	err := s.Codes(t.Context(), func([]journey.Code) error { calls++; return enough })
	if !errors.Is(err, enough) || calls != 1 {
		t.Errorf("%v after %d calls, want %v after one", err, calls, enough)
	}
}

func staffLead(t *testing.T, s Storer) {
	ctx := t.Context()
	saved := save(t, s,
		student("sv1", "K47/B5", "gv1"), member("gv1", "K47", journey.Mentor),
		member("bt1", "K47", journey.Mentor, journey.CellSecretary), member("cb1", "", journey.YouthOfficer),
		member("du1", "", journey.BaseCommittee), member("ad1", "", journey.Admin))
	staff := func(want ...journey.Person) {
		t.Helper()
		got, err := s.Staff(ctx)
		equal(t, err, nil)
		equal(t, got, want)
	}
	bt, cb, du, ad := saved[2], saved[3], saved[4], saved[5]
	staff(ad.Person, bt.Person, cb.Person, du.Person)

	bt.Person.Roles = []journey.Role{journey.Mentor} // no longer
	cb.Person.Unit, cb.Person.Name = "K48", "Lê Cúc" // elsewhere
	gv := saved[1]
	gv.Person.Roles = append(gv.Person.Roles, journey.Admin) // too
	save(t, s, bt, cb, gv)
	staff(ad.Person, cb.Person, du.Person, gv.Person)
}

func studentStands(t *testing.T, s Storer) {
	ctx := t.Context()
	of := func(mentor journey.Code, want ...journey.Code) {
		t.Helper()
		got, err := s.StudentsOf(ctx, mentor)
		codesAre(t, got, err, want...)
	}
	in := func(unit journey.Unit, want ...journey.Code) {
		t.Helper()
		got, err := s.StudentsIn(ctx, unit)
		codesAre(t, got, err, want...)
	}
	saved := save(t, s, student("sv2", "A", "gv1"), student("sv1", "A", "gv1"), student("sv3", "", ""),
		member("gv1", "A", journey.Mentor))
	of("gv1", "sv1", "sv2")
	of("", []journey.Code{}...)
	in("A", "sv1", "sv2")

	moved, same := saved[0], saved[1].With(journey.Event{ID: "E_SOURCE_LISTED", On: day(2)})
	moved.Person.Unit, moved.Person.Mentor = "B", "gv2"
	saved = save(t, s, moved, same)
	of("gv1", "sv1")
	of("gv2", "sv2")
	in("A", "sv1")
	in("B", "sv2")
	in("", "sv1", "sv2", "sv3")

	left := saved[0]
	left.Person.Roles = []journey.Role{journey.Mentor}
	save(t, s, left)
	of("gv2", []journey.Code{}...)
	in("B", []journey.Code{}...)
	in("", "sv1", "sv3")
}

func unitCoversBelow(t *testing.T, s Storer) {
	save(t, s, student("a", "K47", ""), student("b", "K47/B5", ""), student("c", "K47/B5/1", ""),
		student("d", "K470", ""), student("e", "K4", ""), student("f", "K47/B50", ""), student("g", "", ""), student("h", "K47.1", ""))
	for unit, want := range map[journey.Unit][]journey.Code{
		"":         {"a", "b", "c", "d", "e", "f", "g", "h"},
		"K47":      {"a", "b", "c", "f"},
		"K47/B5":   {"b", "c"},
		"K47/B5/1": {"c"},
		"K4":       {"e"},
		"K":        nil,
		"K47/":     nil,
	} {
		got, err := s.StudentsIn(t.Context(), unit)
		equal(t, err, nil)
		if !slices.Equal(got, want) {
			t.Errorf("students in %q: %v, want %v", unit, got, want)
		}
	}
	for unit, want := range map[journey.Unit]map[journey.Unit]int{
		"":       {"": 1, "K4": 1, "K47": 1, "K47/B5": 1, "K47/B5/1": 1, "K47/B50": 1, "K470": 1, "K47.1": 1},
		"K47":    {"K47": 1, "K47/B5": 1, "K47/B5/1": 1, "K47/B50": 1},
		"K47/B5": {"K47/B5": 1, "K47/B5/1": 1},
		"K":      {},
	} {
		got, err := s.Units(t.Context(), unit)
		equal(t, err, nil)
		if !maps.Equal(got, want) {
			t.Errorf("units in %q: %v, want %v", unit, got, want)
		}
	}
}

func reindexMends(t *testing.T, s Storer) {
	ctx := t.Context()
	saved := save(t, s, student("sv1", "A", "gv1"), student("sv2", "A", "gv1"), member("gv1", "", journey.Mentor), member("ad1", "", journey.Admin))
	equal(t, s.KeepStartCode(ctx, "start", "sv1", january), nil)
	_, err := s.Link(ctx, "start", 7, january.Add(-time.Hour))
	equal(t, err, nil)
	days := map[journey.Code]journey.Date{"sv1": day(3), "ad1": day(4)}
	for _, want := range []int{2, 0} {
		changed, err := s.Reindex(ctx, func(t journey.Track) journey.Date { return days[t.Person.Code] })
		equal(t, err, nil)
		equal(t, changed, want)
	}
	codes, err := s.DueCodes(ctx, day(4))
	codesAre(t, codes, err, "ad1", "sv1")
	days = nil
	changed, err := s.Reindex(ctx, func(t journey.Track) journey.Date { return days[t.Person.Code] })
	equal(t, err, nil)
	equal(t, changed, 2)
	codes, err = s.DueCodes(ctx, day(31))
	codesAre(t, codes, err)
	got, err := s.Track(ctx, "sv2") // nothing of it is a change of the track
	equal(t, err, nil)
	equal(t, got, saved[1])
}

func rulesPrintIsKept(t *testing.T, s Storer) {
	ctx := t.Context()
	for _, next := range []string{"a1", "b2"} {
		before, err := s.RulesPrint(ctx)
		equal(t, err, nil)
		equal(t, before, map[string]string{"a1": "", "b2": "a1"}[next])
		equal(t, s.SetRulesPrint(ctx, next), nil)
	}
}
