package handlers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
)

// People is who is who, and what is kept of each. What it does not know is
// journey.ErrNotFound.
type People interface {
	PersonAt(context.Context, chat.Address) (journey.Code, error) // "" when not linked
	Track(context.Context, journey.Code) (journey.Track, error)
	Tracks(context.Context, ...journey.Code) ([]journey.Track, error)
	SaveTracks(context.Context, ...journey.Save) (conflicts []journey.Code, err error)
	StudentsOf(ctx context.Context, mentor journey.Code) ([]journey.Code, error)
	StudentsIn(context.Context, journey.Unit) ([]journey.Code, error)
	Staff(context.Context) ([]journey.Person, error)
	Digest(ctx context.Context, whose journey.Code, day journey.Date) (journey.Digest, error)

	StartCode(ctx context.Context, startCode string, now time.Time) (journey.Code, error)
	Link(ctx context.Context, startCode string, who chat.Address, now time.Time) (journey.Code, error)
	Unlink(context.Context, journey.Code) error
	Guessed(context.Context, chat.Address, time.Time) (int, error)
	Guesses(context.Context, chat.Address, time.Time) (int, error)
	KeepStartCodes(ctx context.Context, startCodes map[journey.Code]string, expires time.Time) error
	GoneSince(context.Context, ...chat.Address) (map[chat.Address]time.Time, error)
	Register
	KeepFeed(ctx context.Context, whose journey.Code, secret string) error
	DropFeed(context.Context, journey.Code) error
}

// who returns what is kept of the person at an address; the zero Track for one
// who is not linked.
func (h *Handlers) who(ctx context.Context, at chat.Address) (journey.Track, error) {
	code, err := h.people.PersonAt(ctx, at)
	if err != nil || code == "" {
		return journey.Track{}, err
	}
	t, err := h.people.Track(ctx, code)
	switch {
	case errors.Is(err, journey.ErrNotFound), errors.Is(err, journey.ErrUnreadable), err == nil && t.Account != int64(at):
		return journey.Track{}, nil // the fact decides, not the index to it
	case err != nil:
		return journey.Track{}, err
	}
	return t, nil
}

// acting returns the person as who they act: an admin too when the settings say
// so.
func (h *Handlers) acting(at chat.Address, p journey.Person) journey.Person {
	if slices.Contains(h.admins, at) && !p.Has(journey.Admin) {
		p.Roles = append(slices.Clone(p.Roles), journey.Admin)
	}
	return p
}

// as is the person with none but the roles in which they have to do with
// another: a cell secretary elsewhere, who helps a student here, is no secretary
// here. An admin stays one.
func (r *Request) as(of journey.Person) journey.Person {
	p := r.Person
	p.Roles = slices.Clone(r.Person.RolesFor(of))
	if r.Person.Has(journey.Admin) {
		p.Roles = append(p.Roles, journey.Admin)
	}
	return p
}

// concerns reports whether the person has to do with another: in a role, or as
// an admin.
func (r *Request) concerns(of journey.Person) bool {
	return len(r.Person.RolesFor(of)) > 0 || r.Person.Has(journey.Admin)
}

func overlap(a, b []journey.Role) bool {
	return slices.ContainsFunc(a, func(r journey.Role) bool { return slices.Contains(b, r) })
}

// sees reports whether somebody of those roles sees a deadline: who is reminded
// of it, and among those who lead, who may say it is done. What concerns
// committees alone stays hidden from the student.
func sees(roles []journey.Role, d journey.Deadline) bool {
	if slices.Contains(roles, journey.Student) && !d.OfStaff() {
		return slices.Contains(d.Rule.Remind, journey.Student)
	}
	return overlap(roles, d.Rule.Remind) || overlap(roles, d.Rule.Record)
}

// lists reports whether a deadline stands in somebody's list: what they are
// reminded of, and what is late and theirs to say done.
func lists(roles []journey.Role, d journey.Deadline, today journey.Date) bool {
	return sees(roles, d) && (overlap(roles, d.Rule.Remind) || d.Due.Before(today))
}

// tries is how often a change is begun anew after somebody else's.
const tries = 5

// change loads a track, changes it and saves it; when somebody else changed it
// meanwhile it begins again. do returns ok false when there is nothing to save.
func (h *Handlers) change(ctx context.Context, r *Request, code journey.Code, do func(journey.Track) (t journey.Track, ok bool, err error)) error {
	for range tries {
		t, err := h.people.Track(ctx, code)
		if err != nil {
			return err
		}
		t, ok, err := do(t)
		if err != nil || !ok {
			return err
		}
		conflicts, err := h.people.SaveTracks(ctx, journey.Save{Track: t, Next: next(r.Rules, t, r.today())})
		if err != nil || len(conflicts) == 0 {
			return err
		}
	}
	return fmt.Errorf("change %s: %w", code, journey.ErrConflict)
}

// next is the first day from today on which something is to be told on a track.
func next(rules *journey.Rules, t journey.Track, today journey.Date) journey.Date {
	return rules.NextDue(t, rules.Deadlines(t, today), today.AddDays(-1))
}

// student returns the way of a student whom the person may see. ok is false for
// anybody else, and for nobody: a press says nothing of who there is.
func (h *Handlers) student(ctx context.Context, r *Request, code string) (t journey.Track, ok bool, err error) {
	if !journey.ValidCode(code) {
		return journey.Track{}, false, nil
	}
	t, err = h.people.Track(ctx, journey.Code(code))
	if errors.Is(err, journey.ErrNotFound) {
		return journey.Track{}, false, nil
	}
	if err != nil || !t.Person.Has(journey.Student) || !r.concerns(t.Person) {
		return journey.Track{}, false, err
	}
	return t, true, nil
}

// matter is one deadline as somebody sees it.
type matter struct {
	of    journey.Track
	d     journey.Deadline
	roles []journey.Role // in which the person has to do with it
	done  journey.Event  // what closed it; the zero Event while it is open
}

// open reports whether nothing has closed it.
func (m matter) open() bool { return m.done.ID == "" }

// mayRecord reports whether the person may say that it is done.
func (m matter) mayRecord() bool { return overlap(m.roles, m.d.Rule.Record) }

// matter finds the deadline a button names. ok is false for what the person
// does not see, and for what is no more.
func (h *Handlers) matter(ctx context.Context, r *Request, code, short string) (m matter, ok bool, err error) {
	if !journey.ValidCode(code) {
		return matter{}, false, nil
	}
	t, err := h.people.Track(ctx, journey.Code(code))
	if errors.Is(err, journey.ErrNotFound) {
		return matter{}, false, nil
	}
	if err != nil {
		return matter{}, false, err
	}
	m, ok = find(r, t, short)
	return m, ok, nil
}

// closedFor is how many days it is remembered what closed a deadline, for a
// button pressed once more.
const closedFor = 60

// find finds a deadline on a track by its short name, open or closed by one of
// the latest events.
func find(r *Request, t journey.Track, short string) (matter, bool) {
	m := matter{of: t, roles: r.Person.RolesFor(t.Person)}
	named := func(t journey.Track) bool {
		for _, d := range r.Rules.Deadlines(t, r.today()) {
			if roles := r.Person.RolesOn(d, t.Person); d.Short() == short && sees(roles, d) {
				m.d, m.roles = d, roles
				return true
			}
		}
		return false
	}
	if len(m.roles) == 0 {
		return matter{}, false
	}
	if named(t) {
		return m, true
	}
	for i, e := range slices.Backward(t.Events) {
		if e.Undone || e.At.IsZero() || journey.DateOf(e.At).DaysUntil(r.today()) > closedFor {
			continue
		}
		if named(without(t, i)) {
			m.done = e
			return m, true
		}
	}
	return matter{}, false
}

// without returns the track as if its i-th event had not taken place.
func without(t journey.Track, i int) journey.Track {
	t.Events = slices.Clone(t.Events)
	t.Events[i].Undone = true
	return t
}

// item is one open deadline with whose way it is on.
type item struct {
	of journey.Track
	d  journey.Deadline
}

// items returns what is open for who asks on those tracks, most urgent first.
// listed leaves out what is still another's to do.
func items(r *Request, tracks []journey.Track, listed bool) []item {
	var out []item
	for _, t := range tracks {
		if len(r.Person.RolesFor(t.Person)) == 0 {
			continue
		}
		for _, d := range r.Rules.Deadlines(t, r.today()) {
			if roles := r.Person.RolesOn(d, t.Person); sees(roles, d) && (!listed || lists(roles, d, r.today())) {
				out = append(out, item{t, d})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b item) int { return a.d.Due.Compare(b.d.Due) })
	return out
}

// atOnce is of how many people everything is read for one answer. Who leads
// more chooses a part first.
const atOnce = 4000

// area is whose ways a person looks at: their own, and those of their students.
// part, from 1, narrows a large unit to one of the parts; parts are returned
// instead of codes as long as there are too many.
func (h *Handlers) area(ctx context.Context, r *Request, part int) (codes []journey.Code, parts []journey.Unit, err error) {
	p := r.Person
	if p.Has(journey.Mentor) {
		if codes, err = h.people.StudentsOf(ctx, p.Code); err != nil {
			return nil, nil, err
		}
	}
	if p.Has(journey.CellSecretary, journey.YouthOfficer, journey.BaseCommittee) {
		in, err := h.people.StudentsIn(ctx, p.Unit)
		if err == nil && len(in) > atOnce {
			if parts, err = h.parts(ctx, p.Unit); err == nil && 0 < part && part <= len(parts) {
				in, err = h.people.StudentsIn(ctx, parts[part-1])
				parts = nil
			}
		}
		if err != nil || len(parts) > 0 {
			return nil, parts, err
		}
		codes = append(codes, in[:min(len(in), atOnce)]...)
	}
	slices.Sort(codes)
	return slices.Compact(codes), nil, nil
}

// parts are the units right below one that somebody leads.
func (h *Handlers) parts(ctx context.Context, unit journey.Unit) ([]journey.Unit, error) {
	staff, err := h.people.Staff(ctx)
	if err != nil {
		return nil, err
	}
	var parts []journey.Unit
	for _, p := range staff {
		if p.Unit != unit && unit.Covers(p.Unit) {
			parts = append(parts, p.Unit)
		}
	}
	slices.Sort(parts)
	parts = slices.Compact(parts)
	var top []journey.Unit
	for _, u := range parts { // sorted: a unit comes before those below it
		if !slices.ContainsFunc(top, func(above journey.Unit) bool { return above.Covers(u) }) {
			top = append(top, u)
		}
	}
	return top, nil
}
