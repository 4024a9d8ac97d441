package storetest

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	"donghanh/internal/journey"
	"donghanh/internal/store"
)

// person is all that Memory keeps of one: the track, and what the person is to
// be told.
type person struct {
	known  bool // there is a track
	track  journey.Track
	next   journey.Date
	inbox  map[line]journey.LineRef
	told   map[journey.LineRef]journey.Date // when it was offered
	taken  map[journey.Date]journey.Digest
	open   journey.Date // of the digest that is not confirmed put; no day: none
	secret string       // of the feed
}

// line is what one role is told of one deadline, whatever the step.
type line struct {
	of  journey.Code
	key string
	to  journey.Role
}

// of returns what is kept of a person, to be filled.
func (m *Memory) of(code journey.Code) *person {
	p := m.people[code]
	if p == nil {
		p = &person{
			inbox: make(map[line]journey.LineRef),
			told:  make(map[journey.LineRef]journey.Date),
			taken: make(map[journey.Date]journey.Digest),
		}
		m.people[code] = p
	}
	return p
}

// cloneTrack returns t as the store would bring it back.
func cloneTrack(t journey.Track) journey.Track {
	t.Person.Roles = slices.Clone(t.Person.Roles)
	t.Events = slices.Clone(t.Events)
	for i, e := range t.Events {
		if !e.At.IsZero() {
			t.Events[i].At = time.Unix(e.At.Unix(), 0).UTC()
		}
	}
	t.Told = maps.Clone(t.Told)
	return t
}

// Track is Store.Track.
func (m *Memory) Track(ctx context.Context, code journey.Code) (journey.Track, error) {
	tracks, err := m.Tracks(ctx, code)
	if err == nil && len(tracks) == 0 {
		err = fmt.Errorf("track %s: %w", code, store.ErrNotFound)
	}
	if err != nil {
		return journey.Track{}, err
	}
	return tracks[0], nil
}

// Tracks is Store.Tracks.
func (m *Memory) Tracks(_ context.Context, codes ...journey.Code) ([]journey.Track, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var tracks []journey.Track
	for _, code := range codes {
		if p := m.people[code]; p != nil && p.known {
			tracks = append(tracks, cloneTrack(p.track))
		}
	}
	return tracks, m.fail
}

// SaveTracks is Store.SaveTracks.
func (m *Memory) SaveTracks(_ context.Context, saves ...journey.Save) (conflicts []journey.Code, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return nil, m.fail
	}
	for _, save := range saves {
		if code := save.Track.Person.Code; !journey.ValidCode(string(code)) {
			return nil, fmt.Errorf("save track: %q is not a code", code)
		}
	}
	for _, save := range saves {
		p, t := m.of(save.Track.Person.Code), cloneTrack(save.Track)
		at := t.Rev
		t.Rev++
		t.Account = p.track.Account
		if repeated := reflect.DeepEqual(t, p.track) && save.Next == p.next; at != p.track.Rev && !repeated {
			conflicts = append(conflicts, t.Person.Code)
			continue
		}
		p.known, p.track, p.next = true, t, save.Next
	}
	return conflicts, nil
}

// codes returns the codes of those that fit, sorted.
func (m *Memory) codes(fits func(*person) bool) (codes []journey.Code) {
	for code, p := range m.people {
		if fits(p) {
			codes = append(codes, code)
		}
	}
	slices.Sort(codes)
	return codes
}

// DueCodes is Store.DueCodes.
func (m *Memory) DueCodes(_ context.Context, day journey.Date) ([]journey.Code, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.codes(func(p *person) bool { return p.known && !p.next.IsZero() && !p.next.After(day) }), m.fail
}

// Codes is Store.Codes.
func (m *Memory) Codes(_ context.Context, yield func([]journey.Code) error) error {
	m.mu.Lock()
	codes, err := m.codes(func(p *person) bool { return p.known }), m.fail
	m.mu.Unlock()
	for chunk := range slices.Chunk(codes, 500) {
		if err == nil {
			err = yield(chunk)
		}
	}
	return err
}

// Staff is Store.Staff.
func (m *Memory) Staff(context.Context) (staff []journey.Person, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, p := range m.people {
		if p.track.Person.Has(journey.CellSecretary, journey.YouthOfficer, journey.BaseCommittee, journey.Admin) {
			staff = append(staff, cloneTrack(p.track).Person)
		}
	}
	slices.SortFunc(staff, func(a, b journey.Person) int { return cmp.Compare(a.Code, b.Code) })
	return staff, m.fail
}

// StudentsOf is Store.StudentsOf.
func (m *Memory) StudentsOf(_ context.Context, mentor journey.Code) ([]journey.Code, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.codes(func(p *person) bool {
		return p.track.Person.Has(journey.Student) && mentor != "" && p.track.Person.Mentor == mentor
	}), m.fail
}

// StudentsIn is Store.StudentsIn.
func (m *Memory) StudentsIn(_ context.Context, unit journey.Unit) ([]journey.Code, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.codes(func(p *person) bool {
		return p.track.Person.Has(journey.Student) && unit.Covers(p.track.Person.Unit)
	}), m.fail
}

// Reindex is Store.Reindex; only the next days can be wrong here.
func (m *Memory) Reindex(_ context.Context, next func(journey.Track) journey.Date) (changed int, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return 0, m.fail
	}
	for _, p := range m.people {
		if !p.known {
			continue
		}
		if day := next(cloneTrack(p.track)); day != p.next {
			p.next = day
			changed++
		}
	}
	return changed, nil
}

// RulesPrint is Store.RulesPrint.
func (m *Memory) RulesPrint(context.Context) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.print, m.fail
}

// SetRulesPrint is Store.SetRulesPrint.
func (m *Memory) SetRulesPrint(_ context.Context, fingerprint string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail == nil {
		m.print = fingerprint
	}
	return m.fail
}
