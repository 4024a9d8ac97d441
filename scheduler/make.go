package scheduler

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/wording"
)

// Digests is where a digest under way is read.
type Digests interface {
	Digest(context.Context, journey.Code, journey.Date) (journey.Digest, error) // journey.ErrNotFound
	Tracks(context.Context, ...journey.Code) ([]journey.Track, error)
}

// Maker returns what makes the text of a digest at the moment it leaves: what
// is done by then, or not the reader's to see any more, is left out, and days
// are counted from that moment.
//
// It returns chat.ErrMoot when nothing is left to say or the account is not the
// reader's any more, chat.NotYet for a digest that comes late into the quiet
// hours, chat.Unavailable when it cannot be read now, and chat.Refused for a
// name that is no digest's.
func Maker(digests Digests, desk Waiting, rules func() *journey.Rules, hours journey.Hours) func(context.Context, chat.Message, time.Time) (chat.Message, error) {
	return func(ctx context.Context, m chat.Message, now time.Time) (chat.Message, error) {
		code, day, of, short, ok := journey.ParseDigestName(m.Make)
		again := m.Key != m.Make // put off by the reader
		switch {
		case !ok:
			return chat.Message{}, &chat.Refused{Reason: "no such text: " + m.Make}
		case hours.Quiet(now):
			return chat.Message{}, &chat.NotYet{At: hours.After(now)}
		}
		text := making{rules: rules(), today: journey.DateOf(now)}
		if err := text.load(ctx, digests, code, day, of); err != nil {
			return chat.Message{}, err
		}
		if text.reader.Account == 0 || chat.Address(text.reader.Account) != m.To {
			return chat.Message{}, fmt.Errorf("%s: not the account of %s any more: %w", m.Key, code, chat.ErrMoot)
		}
		var lines []wording.Reminder
		for _, ref := range text.about(of, short) {
			if l, ok := text.line(ref); ok {
				lines = append(lines, l)
			}
		}
		waiting, err := text.waiting(ctx, desk, short)
		if err != nil {
			return chat.Message{}, err
		}
		if len(lines) == 0 && waiting == 0 {
			return chat.Message{}, fmt.Errorf("%s: %w", m.Key, chat.ErrMoot)
		}
		m.Text, m.Rows = wording.Digest(wording.Reminders{
			Day: day, Today: text.today, Again: again, Lines: lines, Waiting: waiting, Calendar: text.rules.Calendar,
		})
		return m, nil
	}
}

// making is one digest being made.
type making struct {
	rules  *journey.Rules
	today  journey.Date
	reader journey.Track
	refs   []journey.LineRef
	people map[journey.Code]journey.Track
	open   map[journey.Code][]journey.Deadline
}

// waiting returns how many questions wait, where the digest is to say so.
func (t *making) waiting(ctx context.Context, desk Waiting, short string) (int, error) {
	about := func(ref journey.LineRef) bool { return strings.HasPrefix(ref.Key, deskKey) }
	if short != "" || !t.reader.Person.Has(journey.AtDesk...) || !slices.ContainsFunc(t.refs, about) {
		return 0, nil
	}
	n, err := desk.CountQuestions(ctx)
	if err != nil {
		return 0, &chat.Unavailable{Err: err}
	}
	return n, nil
}

// load reads the digest, the reader, and all it is about; of too, where given.
func (t *making) load(ctx context.Context, digests Digests, code journey.Code, day journey.Date, of journey.Code) error {
	d, err := digests.Digest(ctx, code, day)
	if err != nil && !errors.Is(err, journey.ErrNotFound) {
		return &chat.Unavailable{Err: err}
	}
	t.refs = one(d.Lines)
	t.people, t.open = map[journey.Code]journey.Track{}, map[journey.Code][]journey.Deadline{}
	codes := []journey.Code{code}
	if of != "" {
		codes = append(codes, of)
	}
	for _, ref := range t.refs {
		codes = append(codes, ref.Of)
	}
	if err := t.add(ctx, digests, codes); err != nil {
		return err
	}
	t.reader = t.people[code]
	var mentors []journey.Code
	for _, p := range t.people {
		if mentor := p.Person.Mentor; mentor != "" {
			mentors = append(mentors, mentor)
		}
	}
	return t.add(ctx, digests, mentors)
}

// add reads those that are not there yet.
func (t *making) add(ctx context.Context, digests Digests, codes []journey.Code) error {
	slices.Sort(codes)
	codes = slices.DeleteFunc(slices.Compact(codes), func(c journey.Code) bool {
		_, there := t.people[c]
		return there
	})
	if len(codes) == 0 {
		return nil
	}
	tracks, err := digests.Tracks(ctx, codes...)
	if err != nil {
		return &chat.Unavailable{Err: err}
	}
	for _, track := range tracks {
		t.people[track.Person.Code] = track
	}
	return nil
}

// about returns the lines that are meant: all of the digest, or the one of that
// student and Deadline.Short. A line that was put off from a list, and so stands
// in no digest, is told to the reader in the first role that hears of it.
func (t *making) about(of journey.Code, short string) []journey.LineRef {
	if short == "" {
		return t.refs
	}
	refs := slices.DeleteFunc(slices.Clone(t.refs), func(ref journey.LineRef) bool {
		return journey.Short(ref.Key) != short || of != "" && ref.Of != of
	})
	if len(refs) > 0 || of == "" {
		return refs
	}
	subject := t.people[of]
	for _, d := range t.deadlines(subject) {
		for _, role := range heardAs {
			if d.Short() == short && hears(t.reader.Person, subject.Person, d, role) {
				return []journey.LineRef{{Of: of, Key: d.Key(), To: role}}
			}
		}
	}
	return nil
}

// deadlines returns what is open on the way of one of those read.
func (t *making) deadlines(of journey.Track) []journey.Deadline {
	code := of.Person.Code
	if _, computed := t.open[code]; !computed {
		t.open[code] = t.rules.Deadlines(of, t.today)
	}
	return t.open[code]
}

// heardAs is which of several roles of one reader a line is told to: who is to
// act, before who is to know.
var heardAs = []journey.Role{journey.Student, journey.Mentor, journey.CellSecretary, journey.YouthOfficer, journey.BaseCommittee, journey.Admin}

// one leaves one line of each deadline: the one that has climbed most.
func one(refs []journey.LineRef) []journey.LineRef {
	refs = slices.Clone(refs)
	slices.SortFunc(refs, func(a, b journey.LineRef) int {
		return cmp.Or(cmp.Compare(a.Of, b.Of), cmp.Compare(a.Key, b.Key), cmp.Compare(b.Climb, a.Climb),
			cmp.Compare(slices.Index(heardAs, a.To), slices.Index(heardAs, b.To)))
	})
	return slices.CompactFunc(refs, func(a, b journey.LineRef) bool { return a.Of == b.Of && a.Key == b.Key })
}

// line returns what is told of one deadline. ok is false when it is closed, or
// not the reader's to hear any more.
func (t *making) line(ref journey.LineRef) (l wording.Reminder, ok bool) {
	subject, known := t.people[ref.Of]
	if !known {
		return l, false
	}
	open := t.deadlines(subject)
	i := slices.IndexFunc(open, func(d journey.Deadline) bool { return d.Key() == ref.Key })
	if i < 0 {
		return l, false
	}
	d := open[i]
	if !hears(t.reader.Person, subject.Person, d, ref.To) {
		return l, false
	}
	mentor := t.people[subject.Person.Mentor]
	l = wording.Reminder{Deadline: d, To: ref.To, Climb: ref.Climb, Mentor: mentor.Person.Name, Unread: mentor.Account == 0}
	if ref.Of != t.reader.Person.Code {
		l.Whose = subject.Person.Name
	}
	for _, role := range heardAs {
		if role != ref.To && !d.OfStaff() && hears(t.reader.Person, subject.Person, d, role) {
			l.Also = append(l.Also, role)
		}
	}
	_, _, closes := t.rules.Closing(d)
	l.May = closes && slices.ContainsFunc(d.Rule.Record, func(role journey.Role) bool {
		return hears(t.reader.Person, subject.Person, d, role)
	})
	return l, true
}

// hears reports whether that is a role in which the reader has to do with the
// subject's deadline.
func hears(reader, subject journey.Person, d journey.Deadline, to journey.Role) bool {
	return slices.Contains(reader.RolesOn(d, subject), to)
}
