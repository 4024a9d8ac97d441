package scheduler

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/storetest"
)

func TestWhomALineIsFor(t *testing.T) {
	person := func(code journey.Code, unit journey.Unit, roles ...journey.Role) journey.Person {
		return journey.Person{Code: code, Unit: unit, Roles: roles}
	}
	secretary, officer := journey.CellSecretary, journey.YouthOfficer
	r := receivers{leads: journey.LeadsOf([]journey.Person{
		person("bt1", "K47/B5", secretary), person("bt2", "K47/B5", secretary), person("bt3", "K47", secretary),
		person("dt1", "K47", officer), person("sv9", "K47/B5", journey.Student, officer), person("du", "", journey.BaseCommittee),
	})}
	student := func(unit journey.Unit) journey.Person {
		return journey.Person{Code: "sv1", Unit: unit, Roles: []journey.Role{journey.Student}, Mentor: "gv4"}
	}
	alone := student("K47/B5")
	alone.Mentor = ""
	tests := map[string]struct {
		of   journey.Person
		to   journey.Role
		duty []journey.Role
		want []journey.Code
	}{
		"the student":                                  {student("K47/B5"), journey.Student, nil, []journey.Code{"sv1"}},
		"the student's mentor":                         {student("K47/B5"), journey.Mentor, nil, []journey.Code{"gv4"}},
		"nobody, where nobody is assigned":             {alone, journey.Mentor, nil, nil},
		"both secretaries of the class":                {student("K47/B5"), secretary, nil, []journey.Code{"bt1", "bt2"}},
		"the one above, where the class has none":      {student("K47/B6"), secretary, nil, []journey.Code{"bt3"}},
		"the one of the class, not the one above":      {student("K47/B5"), officer, nil, []journey.Code{"sv9"}},
		"the whole academy's":                          {student("K47/B5"), journey.BaseCommittee, nil, []journey.Code{"du"}},
		"nobody, where nobody has the role":            {student("K48"), secretary, nil, nil},
		"the person whose role's duty it is":           {person("bt3", "K47", secretary), secretary, []journey.Role{secretary}, []journey.Code{"bt3"}},
		"a mentor's duty on the student's way":         {student("K47/B5"), journey.Mentor, []journey.Role{journey.Mentor}, []journey.Code{"gv4"}},
		"not the student, who is the class's officer":  {journey.Person{Code: "sv9", Unit: "K47/B5", Roles: []journey.Role{journey.Student, officer}}, officer, nil, []journey.Code{"dt1"}},
		"a unit is not another that begins like it":    {student("K47/B50"), secretary, nil, []journey.Code{"bt3"}},
		"of somebody right at the top, the top itself": {student(""), journey.BaseCommittee, nil, []journey.Code{"du"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			l := journey.Line{Deadline: journey.Deadline{Rule: &journey.Rule{Who: tt.duty}}, To: tt.to}
			if got := r.of(tt.of, l); !slices.Equal(got, tt.want) {
				t.Errorf("%s on the way of %s in %q: %s, want %s", tt.to, tt.of.Code, tt.of.Unit, got, tt.want)
			}
		})
	}
}

// room is a store with people in it, and what reminds them.
type room struct {
	t     *testing.T
	store *storetest.Memory
	rules *journey.Rules
	parts Reminding
}

// memberFile is the deadline most tests here look at: a ceremony on 5 November
// 2026, and thirty working days for the files. It is told from 3 December on.
const memberFile = "dl-member-file/2026-11-05"

// newRoom returns a room with a student admitted on 5 November 2026, the mentor
// and the secretary, all linked but those named.
func newRoom(t *testing.T, unlinked ...journey.Code) *room {
	t.Helper()
	r := &room{t: t, store: storetest.NewMemory(), rules: builtRules(t)}
	r.parts = Reminding{
		Tracks: r.store, Inboxes: r.store, Outbox: r.store, Desk: waiting(0), Rules: func() *journey.Rules { return r.rules },
		Hours: journey.Hours{At: halfPastSeven, QuietFrom: 21*time.Hour + 30*time.Minute, QuietTo: 6*time.Hour + 30*time.Minute},
		Log:   slog.New(slog.DiscardHandler),
	}
	today := journey.Date{Year: 2026, Month: 11, Day: 6}
	for i, p := range []journey.Person{
		{Code: "sv1", Name: "Nguyễn Lan", Roles: []journey.Role{journey.Student}, Unit: "K47/B5", Mentor: "gv4"},
		{Code: "gv4", Name: "Trần Minh", Roles: []journey.Role{journey.Mentor}, Unit: "K47/B5"},
		{Code: "cb2", Name: "Phạm Hạnh", Roles: []journey.Role{journey.CellSecretary, journey.YouthOfficer}, Unit: "K47/B5"},
	} {
		track := journey.Track{Person: p, Since: today}
		if p.Code == "sv1" {
			track = track.With(journey.Event{ID: "E_CEREMONY_HELD", On: journey.Date{Year: 2026, Month: 11, Day: 5}})
		}
		save(t, r.store, r.rules, track, today)
		if !slices.Contains(unlinked, p.Code) {
			link(t, r.store, p.Code, chat.Address(101+i))
		}
	}
	return r
}

// change saves a track changed.
func (r *room) change(code journey.Code, today string, how func(*journey.Track)) {
	r.t.Helper()
	track, err := r.store.Track(r.t.Context(), code)
	if err != nil {
		r.t.Fatal(err)
	}
	how(&track)
	save(r.t, r.store, r.rules, track, day(r.t, today))
}

func day(t *testing.T, text string) journey.Date {
	t.Helper()
	d, err := journey.ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// ticks wakes the job at eight on each day from one to another.
func (r *room) ticks(from, to string) {
	r.t.Helper()
	job := Remind(r.parts)
	for d := day(r.t, from); !d.After(day(r.t, to)); d = d.AddDays(1) {
		if err := job.Do(r.t.Context(), d.At(8*time.Hour)); err != nil {
			r.t.Errorf("woken on %s: %v", d, err)
		}
	}
}

// told returns on which days a person is told of a deadline, as put.
func (r *room) told(code journey.Code, key string) (days []string) {
	r.t.Helper()
	for _, m := range r.store.Messages() {
		who, day, _, _, ok := journey.ParseDigestName(m.Key)
		if !ok || who != code {
			continue
		}
		d, err := r.store.Digest(r.t.Context(), code, day)
		if err != nil {
			r.t.Fatal(err)
		}
		if slices.ContainsFunc(d.Lines, func(l journey.LineRef) bool { return l.Key == key }) {
			days = append(days, day.String())
		}
	}
	return days
}

func (r *room) wantTold(code journey.Code, want ...string) {
	r.t.Helper()
	if got := r.told(code, memberFile); !slices.Equal(got, want) {
		r.t.Errorf("%s was told on %s, want %s", code, got, want)
	}
}

func TestThoseItConcernsAreTold(t *testing.T) {
	r := newRoom(t)
	r.ticks("2026-11-06", "2026-12-18")
	for _, code := range []journey.Code{"sv1", "cb2"} {
		r.wantTold(code, "2026-12-03", "2026-12-11", "2026-12-15", "2026-12-17", "2026-12-18")
	}
	r.wantTold("gv4") // a mentor does not hear of it before silence climbs
	for _, m := range r.store.Messages() {
		if m.Text != "" || m.Make != m.Key || !m.Protect || m.Lane != chat.Reminders {
			t.Errorf("put %+v, want a protected reminder whose text is made later", m)
		}
	}
}

func TestOneWhoIsNotLinkedCountsAsTold(t *testing.T) {
	r := newRoom(t, "sv1")
	r.ticks("2026-12-01", "2026-12-04")
	r.wantTold("sv1")
	r.wantTold("cb2", "2026-12-03")
	track, err := r.store.Track(t.Context(), "sv1")
	if got := track.Told[memberFile+"/student"]; err != nil || got.Step != day(t, "2026-12-03") {
		t.Errorf("the student counts as told %+v, %v; want the step of 2026-12-03", got, err)
	}
}

func TestHowOftenAPersonWantsToHear(t *testing.T) {
	tests := map[journey.Pref][]string{
		journey.Daily:      {"2026-12-03", "2026-12-11", "2026-12-15", "2026-12-17", "2026-12-18"},
		journey.Weekly:     {"2026-12-07", "2026-12-14", "2026-12-15", "2026-12-17", "2026-12-18"}, // Mondays, until it is near
		journey.UrgentOnly: {"2026-12-15", "2026-12-17", "2026-12-18"},
	}
	for pref, want := range tests {
		t.Run(fmt.Sprintf("%q", pref), func(t *testing.T) {
			r := newRoom(t)
			r.change("sv1", "2026-11-06", func(t *journey.Track) { t.Pref = pref })
			r.ticks("2026-11-06", "2026-12-18")
			r.wantTold("sv1", want...)
		})
	}
}

// raced is a store in which a handler saves the student between the job's
// reading and its saving.
type raced struct {
	*storetest.Memory
	between func()
}

func (s *raced) SaveTracks(ctx context.Context, saves ...journey.Save) ([]journey.Code, error) {
	if s.between != nil {
		between := s.between
		s.between = nil
		between()
	}
	return s.Memory.SaveTracks(ctx, saves...)
}

func TestATrackChangedMeanwhileIsLookedAtAgain(t *testing.T) {
	r := newRoom(t)
	store := &raced{Memory: r.store}
	r.parts.Tracks = store
	r.ticks("2026-11-06", "2026-12-02")
	store.between = func() {
		r.change("sv1", "2026-12-03", func(t *journey.Track) { t.Pref = journey.Weekly })
	}
	r.ticks("2026-12-03", "2026-12-03")
	r.ticks("2026-12-03", "2026-12-10")
	track, err := r.store.Track(t.Context(), "sv1")
	if err != nil || track.Pref != journey.Weekly {
		t.Errorf("what the handler saved is lost: %q, %v", track.Pref, err)
	}
	r.wantTold("cb2", "2026-12-03")
}

// broken is a store that fails for some people.
type broken struct {
	*storetest.Memory
	codes []journey.Code
}

func (s broken) fails(codes []journey.Code) bool {
	return slices.ContainsFunc(codes, func(c journey.Code) bool { return slices.Contains(s.codes, c) })
}

func (s broken) Tracks(ctx context.Context, codes ...journey.Code) ([]journey.Track, error) {
	if s.fails(codes) {
		return nil, errors.New("unreadable")
	}
	return s.Memory.Tracks(ctx, codes...)
}

func (s broken) TakeDigests(ctx context.Context, day journey.Date, codes ...journey.Code) ([]journey.Digest, error) {
	if s.fails(codes) {
		return nil, errors.New("unreadable")
	}
	return s.Memory.TakeDigests(ctx, day, codes...)
}

// listed is a store whose list of staff has somebody who is none any more, as a
// crash may leave it.
type listed struct {
	*storetest.Memory
	more []journey.Person
}

func (l listed) Staff(ctx context.Context) ([]journey.Person, error) {
	staff, err := l.Memory.Staff(ctx)
	return append(staff, l.more...), err
}

func TestWhoLeadsNoLongerIsPassedOverForTheNextUp(t *testing.T) {
	r := newRoom(t)
	today := day(t, "2026-11-06")
	save(t, r.store, r.rules, journey.Track{Person: journey.Person{Code: "bt9", Name: "Đỗ Trên", Roles: []journey.Role{journey.CellSecretary}, Unit: "K47"}, Since: today}, today)
	link(t, r.store, "bt9", 555)
	was, err := r.store.Track(t.Context(), "cb2")
	if err != nil {
		t.Fatal(err)
	}
	r.change("cb2", "2026-11-06", func(track *journey.Track) { track.Person.Roles = []journey.Role{journey.Mentor} })
	r.parts.Tracks = listed{r.store, []journey.Person{was.Person}}
	r.ticks("2026-12-03", "2026-12-03")
	if got := r.told("bt9", memberFile); len(got) != 1 {
		t.Errorf("the secretary above was told on %q, want once", got)
	}
	if got := r.told("cb2", memberFile); len(got) != 0 {
		t.Errorf("who is no secretary any more was told on %q", got)
	}
}

func TestWhatFailsForOneDoesNotStopTheOthers(t *testing.T) {
	tests := map[string]struct {
		tracks, digests []journey.Code
		told            []journey.Code
		fails           bool
	}{
		"one digest":             {nil, []journey.Code{"cb2"}, []journey.Code{"sv1", "sv2"}, false},
		"one track":              {[]journey.Code{"sv2"}, nil, []journey.Code{"sv1"}, false},
		"so many that it is all": {nil, []journey.Code{"cb2", "sv1", "sv2"}, nil, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := newRoom(t)
			second := journey.Track{Person: journey.Person{Code: "sv2", Name: "Đỗ Huy", Roles: []journey.Role{journey.Student}, Unit: "K48"}}
			save(t, r.store, r.rules, second.With(journey.Event{ID: "E_CEREMONY_HELD", On: day(t, "2026-11-05")}), day(t, "2026-11-06"))
			link(t, r.store, "sv2", 104)
			r.ticks("2026-11-06", "2026-12-02")
			var log strings.Builder
			r.parts.Log = slog.New(slog.NewTextHandler(&log, nil))
			r.parts.Tracks, r.parts.Inboxes = broken{r.store, tt.tracks}, broken{r.store, tt.digests}
			err := Remind(r.parts).Do(t.Context(), clock(t, "2026-12-03T08:00:00+07:00"))
			if (err != nil) != tt.fails {
				t.Errorf("tracks of %s and digests of %s are broken: %v, want an error %t", tt.tracks, tt.digests, err, tt.fails)
			}
			for _, code := range slices.Concat(tt.tracks, tt.digests) {
				if !tt.fails && !strings.Contains(log.String(), "code="+string(code)) {
					t.Errorf("the log does not name %s: %s", code, log.String())
				}
			}
			for _, code := range tt.told {
				r.wantTold(code, "2026-12-03")
			}
			r.parts.Tracks, r.parts.Inboxes = r.store, r.store // mended
			r.ticks("2026-12-03", "2026-12-03")
			for _, code := range []journey.Code{"sv1", "sv2", "cb2"} {
				r.wantTold(code, "2026-12-03")
			}
		})
	}
}

// hiccup is a store one of whose first calls for tracks fails.
type hiccup struct {
	*storetest.Memory
	call *int
	at   int
}

func (s hiccup) Tracks(ctx context.Context, codes ...journey.Code) ([]journey.Track, error) {
	if *s.call++; *s.call == s.at {
		return nil, errors.New("no Redis")
	}
	return s.Memory.Tracks(ctx, codes...)
}

func TestAStoreThatFailsOnceMidwayLosesNoLine(t *testing.T) {
	for at := 1; at <= 4; at++ {
		r := newRoom(t)
		r.ticks("2026-11-06", "2026-12-02")
		r.parts.Tracks = hiccup{r.store, new(int), at}
		r.ticks("2026-12-03", "2026-12-03")
		r.wantTold("sv1", "2026-12-03")
		r.wantTold("cb2", "2026-12-03")
	}
}

func TestChangedRulesAreLookedAtOnEveryTrack(t *testing.T) {
	r := newRoom(t)
	if err := r.store.SetRulesPrint(t.Context(), "of old rules"); err != nil {
		t.Fatal(err)
	}
	track, err := r.store.Track(t.Context(), "sv1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.store.SaveTracks(t.Context(), journey.Save{Track: track}); err != nil { // the old rules had nothing for it
		t.Fatal(err)
	}
	r.ticks("2026-12-04", "2026-12-04")
	r.wantTold("sv1", "2026-12-04")
	if print, err := r.store.RulesPrint(t.Context()); err != nil || print != r.rules.Fingerprint() {
		t.Errorf("the index is said to be that of %q, %v, want the rules of now", print, err)
	}
}

func TestNothingGoesOutInTheQuietHours(t *testing.T) {
	r := newRoom(t)
	job := Remind(r.parts)
	for _, at := range []string{"00:00:00", "06:40:00", "07:29:59", "21:30:00", "23:59:59"} {
		if err := job.Do(t.Context(), clock(t, "2026-12-03T"+at+"+07:00")); err != nil {
			t.Error(err)
		}
	}
	if got := r.store.Messages(); len(got) > 0 {
		t.Errorf("put %+v outside the hours", got)
	}
}

func TestAdminsHearOnceAMonthOfAYearWithoutATable(t *testing.T) {
	r := newRoom(t)
	r.parts.Admins = []chat.Address{7, 8}
	var want []string
	r.ticks("2031-08-20", "2031-10-03")
	for _, of := range []string{"2031/2031-08", "2031/2031-09", "2031/2031-10", "2032/2031-10"} {
		want = append(want, "calendar/"+of+"/7", "calendar/"+of+"/8")
	}
	var got []string
	for _, m := range r.store.Messages() {
		if strings.HasPrefix(m.Key, "calendar/") {
			got = append(got, m.Key)
			if year := m.Key[len("calendar/"):][:4]; !strings.Contains(m.Text, year) {
				t.Errorf("%s does not name the year: %s", m.Key, m.Text)
			}
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("put %q, want %q", got, want)
	}
}
