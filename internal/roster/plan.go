package roster

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"donghanh/internal/journey"
	"donghanh/internal/yamlfile"
)

// Plan returns what the lists change in what is known of the people they speak
// of, in the order of the lists. existing holds what is known, of those codes
// at least. A code that is not in the lists is left alone, a person or an event
// that is known as listed is no change, and a column that is not there says
// nothing. With a Fatal problem there are no changes.
//
// by is whose list it is: it changes no more than they may change, and says
// nothing of anybody else. nil is the operator, who may all.
func (l Lists) Plan(existing map[journey.Code]journey.Track, rules *journey.Rules, by *journey.Person, today journey.Date, now time.Time) ([]Change, []Problem) {
	p := plan{lists: l, existing: existing, rules: rules, by: by, today: today, now: now, known: map[journey.Code]*entry{}, ids: eventIDs(rules)}
	if p.within() { // else nothing is looked at that may lie beyond
		p.people()
		p.theirs()
		p.units()
		p.mentors()
		p.events()
	}
	l.InOrder(p.problems)
	if slices.ContainsFunc(p.problems, Problem.Fatal) {
		return nil, p.problems
	}
	var changes []Change
	for _, e := range p.order {
		if c, changed := e.change(today); changed {
			changes = append(changes, c)
		}
	}
	return changes, p.problems
}

// plan is what is being worked out.
type plan struct {
	lists    Lists
	existing map[journey.Code]journey.Track
	rules    *journey.Rules
	by       *journey.Person // nil: the operator
	today    journey.Date
	now      time.Time
	ids      map[string]journey.EventID
	known    map[journey.Code]*entry
	order    []*entry
	problems []Problem
}

// entry is one person of the lists.
type entry struct {
	before journey.Track // as known; a new one has no code
	is     journey.Person
	first  personRow       // where the person was listed first
	listed bool            // among the people, not only with events
	fresh  []happening     // events that are not known as listed
	events []journey.Event // with those the rules took, in their way of writing
}

// happening is a new event and its row.
type happening struct {
	journey.Event
	line line
}

func (p *plan) bad(l line, column Column, why Why, value string) *Problem {
	p.problems = append(p.problems, l.problem(column, why, value))
	return &p.problems[len(p.problems)-1]
}

// entry returns what is gathered of a code; nil when there is no such person.
func (p *plan) entry(code journey.Code) *entry {
	if e, ok := p.known[code]; ok {
		return e
	}
	t, ok := p.existing[code]
	if !ok {
		return nil
	}
	e := &entry{before: t, is: t.Person}
	p.known[code] = e
	p.order = append(p.order, e)
	return e
}

// people gathers the rows of each person.
func (p *plan) people() {
	for _, row := range p.lists.people {
		e := p.known[row.code]
		switch {
		case e == nil:
			p.list(row)
		case p.agrees(e, row):
			for _, role := range row.roles {
				if !e.is.Has(role) {
					e.is.Roles = append(e.is.Roles, role)
				}
			}
			if row.mentor != nil && *row.mentor != "" {
				e.is.Mentor = *row.mentor
			}
			if row.birth != (journey.Month{}) {
				e.is.Birth = row.birth
			}
		}
	}
	for _, e := range p.order {
		slices.SortFunc(e.is.Roles, func(a, b journey.Role) int {
			return cmp.Compare(slices.Index(journey.Roles, a), slices.Index(journey.Roles, b))
		})
		if e.is.Has(journey.Student) {
			continue
		}
		if m := e.first.mentor; m != nil && *m != "" {
			p.bad(e.first.line, Mentor, NotForRole, string(*m))
		}
		if b := e.first.birth; b != (journey.Month{}) {
			p.bad(e.first.line, Birth, NotForRole, b.String())
		}
		e.is.Mentor = "" // a student before
	}
}

// list takes a person's first row.
func (p *plan) list(row personRow) {
	e := &entry{first: row, listed: true, is: journey.Person{Code: row.code}}
	if t, ok := p.existing[row.code]; ok {
		e.before, e.is = t, t.Person
	}
	e.is.Name, e.is.Roles = row.name, slices.Clone(row.roles)
	if row.unit != nil {
		e.is.Unit = *row.unit
	}
	if row.mentor != nil {
		e.is.Mentor = *row.mentor
	}
	if row.birth != (journey.Month{}) {
		e.is.Birth = row.birth
	}
	p.known[row.code] = e
	p.order = append(p.order, e)
}

// agrees reports whether a further row of a person says the same but for the
// role; an empty mentor or birth says nothing.
func (p *plan) agrees(e *entry, row personRow) bool {
	differs := func(column Column, why Why, value, other string) bool {
		found := p.bad(row.line, column, why, value)
		found.Other, found.At = other, e.first.row
		return false
	}
	switch {
	case row.name != e.is.Name:
		return differs(Name, CodeTwice, row.name, e.is.Name)
	case row.unit != nil && *row.unit != e.is.Unit:
		return differs(Unit, CodeTwice, string(*row.unit), string(e.is.Unit))
	case row.mentor != nil && *row.mentor != "" && e.is.Mentor != "" && *row.mentor != e.is.Mentor:
		return differs(Mentor, TwoMentors, string(*row.mentor), string(e.is.Mentor))
	case row.birth != (journey.Month{}) && e.is.Birth != (journey.Month{}) && row.birth != e.is.Birth:
		return differs(Birth, CodeTwice, row.birth.String(), e.is.Birth.String())
	}
	return true
}

// units finds units that lie in each other, and one unit spelt in two ways.
func (p *plan) units() {
	type pair struct{ above, below string }
	lies := map[pair]line{}
	spelt := map[string]line{}        // as spelt → where first
	folded := map[string]string{}     // in lower case → as spelt first
	known := map[string]bool{}        // spelt so before these lists
	seen := map[journey.Unit]bool{}   // paths looked at
	without := map[journey.Role]int{} // people without a unit
	for _, t := range p.existing {
		for u := t.Person.Unit; u != ""; u = u.Parent() {
			folded[strings.ToLower(string(u))] = string(u)
			known[string(u)] = true
		}
	}
	for _, e := range p.order {
		if e.is.Unit == "" && e.first.unit != nil {
			for _, r := range []journey.Role{journey.Student, journey.CellSecretary} {
				if e.is.Has(r) {
					without[r]++
				}
			}
		}
		if seen[e.is.Unit] {
			continue
		}
		seen[e.is.Unit] = true
		for u := e.is.Unit; u != ""; u = u.Parent() {
			low := strings.ToLower(string(u))
			if other, ok := folded[low]; ok && other != string(u) && !known[string(u)] {
				found := p.bad(e.first.line, Unit, UnitSpelt, string(u))
				found.Other, found.At = other, spelt[other].row
				break
			}
			folded[low] = string(u)
			if _, ok := spelt[string(u)]; !ok {
				spelt[string(u)] = e.first.line
			}
		}
		parts := strings.Split(string(e.is.Unit), "/")
		for i, part := range parts {
			for _, other := range parts[i+1:] {
				above, below := strings.ToLower(part), strings.ToLower(other)
				if numbered(above) || numbered(below) {
					continue
				}
				if at, ok := lies[pair{below, above}]; ok && above != below {
					found := p.bad(e.first.line, Unit, UnitCycle, string(e.is.Unit))
					found.Other, found.At = part+", "+other, at.row
				}
				lies[pair{above, below}] = e.first.line
			}
		}
	}
	for _, r := range []journey.Role{journey.Student, journey.CellSecretary} {
		if n := without[r]; n > 0 {
			p.bad(line{table: p.order[0].table(p.lists)}, Unit, UnitMissing, fmt.Sprint(n)).Other = string(r)
		}
	}
}

// table is where a person was listed, or the first table of all.
func (e *entry) table(l Lists) *Table {
	if e.first.table != nil {
		return e.first.table
	}
	return l.tables[0]
}

// mentors finds mentors who are none.
func (p *plan) mentors() {
	for _, e := range p.order {
		code := e.is.Mentor
		if !e.listed || code == "" || p.lists.broken[code] {
			continue
		}
		who, found := p.existing[code]
		mentor := who.Person
		if listed, ok := p.known[code]; ok {
			mentor, found = listed.is, true
		}
		switch {
		case code == e.is.Code:
			p.bad(e.first.line, Mentor, MentorOneself, string(code))
		case !found:
			p.bad(e.first.line, Mentor, MentorMissing, string(code))
		case !mentor.Has(journey.Mentor):
			p.bad(e.first.line, Mentor, MentorHasNot, string(code)).Other = string(mentor.Roles[0])
		}
	}
	unlisted := map[journey.Code][]journey.Code{} // mentor → students who are in no list
	for code, t := range p.existing {
		if p.known[code] == nil && t.Person.Mentor != "" {
			unlisted[t.Person.Mentor] = append(unlisted[t.Person.Mentor], code)
		}
	}
	for _, e := range p.order {
		if students := unlisted[e.is.Code]; len(students) > 0 && !e.is.Has(journey.Mentor) {
			p.bad(e.first.line, Role, MentorStillHas, string(e.is.Code)).Other = string(slices.Min(students))
		}
	}
}

// events gathers what took place, and has the rules look at each person's way
// in the order of the days.
func (p *plan) events() {
	var touched []*entry
	for _, row := range p.lists.events {
		id, ok := p.eventID(row.event)
		if !ok {
			p.bad(row.line, Event, UnknownEvent, row.event).Other = string(nearestEvent(row.event, p.rules.Events))
			p.lists.gap(row.code, row.line)
			continue
		}
		e := p.entry(row.code)
		if e == nil {
			if !p.lists.broken[row.code] {
				p.bad(row.line, Code, UnknownCode, string(row.code)).Other = p.otherCase(row.code)
			}
			continue
		}
		rule, _ := p.rules.Event(id)
		if row.on.After(p.today) && !rule.Planned {
			p.bad(row.line, Date, DateAhead, row.on.String())
			p.lists.gap(row.code, row.line)
			continue
		}
		if rule.Detail != journey.OfPerson && looksPrivate(row.detail) { // a code may look like a number of a card
			p.bad(row.line, Detail, LooksPrivate, "")
			p.lists.gap(row.code, row.line)
			continue
		}
		event := journey.Event{ID: id, On: row.on, Detail: row.detail, At: p.now}
		if e.knows(event) {
			continue
		}
		if len(e.fresh) == 0 {
			touched = append(touched, e)
		}
		e.fresh = append(e.fresh, happening{event, row.line})
	}
	for _, e := range touched {
		p.walk(e)
	}
}

// eventIDs are the events by what they are called: id or title.
func eventIDs(rules *journey.Rules) map[string]journey.EventID {
	ids := map[string]journey.EventID{}
	for _, rule := range rules.Events {
		ids[strings.ToLower(string(rule.ID))] = rule.ID
		ids[plain(rule.Title)] = rule.ID
	}
	return ids
}

func (p *plan) eventID(text string) (journey.EventID, bool) {
	id, ok := p.ids[strings.ToLower(text)]
	if !ok {
		id, ok = p.ids[plain(text)]
	}
	return id, ok
}

// nearestEvent returns the event that a text most likely means: one whose id or
// title differs by a few letters, or else the one with the most of its words in
// the title, two at least; empty where there is none.
func nearestEvent(text string, events []journey.EventRule) journey.EventID {
	byName, names := map[string]journey.EventID{}, []string(nil)
	for _, rule := range events {
		if rule.Automatic {
			continue
		}
		for _, name := range []string{string(rule.ID), plain(rule.Title)} {
			byName[name] = rule.ID
			names = append(names, name)
		}
	}
	if id, ok := byName[yamlfile.Nearest(text, names)]; ok {
		return id
	}
	typed := plain(text)
	if id, ok := byName[yamlfile.Nearest(typed, names)]; ok {
		return id
	}
	words := strings.Fields(typed)
	var best journey.EventID
	most := 0.0
	for _, rule := range events {
		title := strings.Fields(plain(rule.Title))
		shared := 0
		for _, w := range words {
			if slices.Contains(title, w) {
				shared++
			}
		}
		// Most of what was typed, and of titles alike the shortest.
		score := float64(shared)/float64(len(words)) + float64(shared)/float64(100*len(title))
		if !rule.Automatic && shared > 1 && 5*shared >= 3*len(words) && score > most {
			best, most = rule.ID, score
		}
	}
	return best
}

// otherCase returns a known code that differs by case only.
func (p *plan) otherCase(code journey.Code) string {
	for known := range p.known {
		if strings.EqualFold(string(known), string(code)) {
			return string(known)
		}
	}
	return ""
}

// knows reports whether the event is recorded or listed already.
func (e *entry) knows(event journey.Event) bool {
	return slices.ContainsFunc(e.before.Events, func(old journey.Event) bool { return old.Same(event) && !old.Undone }) ||
		slices.ContainsFunc(e.fresh, func(h happening) bool { return h.Same(event) })
}

// operator stands for a file: whoever may start the program acts for every
// role.
var operator = journey.Person{Roles: journey.Roles}

// walk has the rules look at a person's new events one after another, in the
// order of the way. So that each mistake is named once, an event that only
// stands in the wrong place is no reason to refuse a later one: that is refused
// when it fits neither with the wrong ones nor without them, and not at all
// while a row of the person that could not be read may be what is missing.
func (p *plan) walk(e *entry) {
	events, lines := make([]journey.Event, len(e.fresh)), map[journey.Event]line{}
	for i, h := range e.fresh {
		events[i], lines[h.Event] = h.Event, h.line
	}
	p.rules.Sort(events)
	t := e.before
	t.Person = e.is
	if t.Since.IsZero() {
		t.Since = p.today
	}
	gap, hasGap := p.lists.gaps[e.is.Code]
	asListed, wrong, said := t, false, false // asListed takes in the wrong ones
	say := func(at line) {
		if !said {
			said = true
			p.bad(at, "", WithoutThis, string(e.is.Code))
		}
	}
	for i, event := range events {
		next, err := p.rules.Accept(t, event, operator, p.today)
		if err == nil {
			t = next
		}
		if wrong {
			again, errListed := p.rules.Accept(asListed, event, operator, p.today)
			if errListed == nil {
				err, asListed = nil, again
			}
		} else {
			asListed = t
		}
		if err == nil {
			continue
		}
		r, _ := errors.AsType[*journey.Refusal](err)
		if r != nil && slices.Contains(misplaced, r.Why) {
			asListed = asListed.With(event)
			if hasGap && slices.Contains(ofGaps, r.Why) {
				say(gap)
				continue
			}
		}
		found := p.bad(lines[event], Event, Refused, string(event.ID))
		found.Refusal = err
		found.Hint = p.hint(event, r, append(slices.Clone(e.before.Events), events...))
		if !wrong && i+1 < len(events) {
			say(lines[event])
		}
		wrong = true
	}
	e.events = t.Events
}

// misplaced are the refusals of an event that may well have taken place.
var misplaced = []journey.Why{
	journey.WrongStage, journey.NeedsFirst, journey.TooEarly, journey.TooYoung, journey.PaperMissing, journey.PaperExpired,
	journey.Stopped, journey.BadDetail, journey.Breaks,
}

// ofGaps are those that a row which could not be read may account for.
var ofGaps = []journey.Why{
	journey.WrongStage, journey.NeedsFirst, journey.TooEarly, journey.PaperMissing, journey.PaperExpired, journey.Stopped,
}

// hint says what must come before an event, and which of that is among all the
// events of the person, but of a later day.
func (p *plan) hint(event journey.Event, r *journey.Refusal, all []journey.Event) *Hint {
	h := &Hint{On: event.On}
	if r == nil {
		return h
	}
	switch r.Why {
	case journey.NeedsFirst, journey.PaperMissing:
		h.Needs = r.Needs
	case journey.WrongStage:
		if h.Past = p.past(event, r.Stage, all); h.Past.ID != "" {
			return h
		}
		rule, _ := p.rules.Event(event.ID)
		for _, before := range p.rules.Events {
			if before.ID != event.ID && before.Enter != journey.NoStage && slices.Contains(rule.Stages, before.Enter) {
				h.Needs = append(h.Needs, before.ID)
			}
		}
	}
	for _, other := range all {
		if slices.Contains(h.Needs, other.ID) && other.On.After(event.On) && !other.Undone {
			h.Later = append(h.Later, other)
		}
	}
	return h
}

// past returns the last event up to the day of another that began the stage its
// person stands in, where that lies beyond the other on the way.
func (p *plan) past(event journey.Event, stage journey.Stage, all []journey.Event) (last journey.Event) {
	beyond := false
	for _, rule := range p.rules.Events { // in the order of the way
		if beyond = beyond || rule.ID == event.ID; !beyond || rule.ID == event.ID || stage == journey.NoStage || rule.Enter != stage {
			continue
		}
		for _, e := range all {
			if e.ID == rule.ID && !e.Undone && !e.On.After(event.On) && !e.On.Before(last.On) {
				last = e
			}
		}
	}
	return last
}

// change returns what is to be kept of the person, and whether that is news.
func (e *entry) change(today journey.Date) (Change, bool) {
	c := Change{New: e.before.Person.Code == "", Was: e.before.Person, Track: e.before}
	if c.New {
		c.Track.Since = today
	}
	c.Track.Person = e.is
	if len(e.events) > len(e.before.Events) {
		c.Events, c.Track.Events = e.events[len(e.before.Events):], e.events
	}
	return c, c.New || len(c.Events) > 0 || !same(c.Was, e.is)
}

// same reports whether both say the same of one person.
func same(a, b journey.Person) bool {
	rolesA, rolesB := slices.Sorted(slices.Values(a.Roles)), slices.Sorted(slices.Values(b.Roles))
	a.Roles, b.Roles = nil, nil
	return slices.Equal(rolesA, rolesB) && a.Code == b.Code && a.Name == b.Name && a.Unit == b.Unit && a.Mentor == b.Mentor && a.Birth == b.Birth
}
