package roster

import (
	"strings"

	"donghanh/internal/journey"
)

// within finds rows that lie beyond what the person looks after whose list it
// is: of people who are elsewhere, with a unit elsewhere, with a role they may not
// give. It reports whether there are none.
func (p *plan) within() bool {
	if p.by == nil || p.by.Has(journey.Admin) {
		return true
	}
	found := len(p.problems)
	elsewhere := func(code journey.Code) bool {
		t, ok := p.existing[code]
		return ok && !p.by.Keeps(t.Person.Unit)
	}
	for _, row := range p.lists.people {
		before, isKnown := p.existing[row.code]
		switch {
		case elsewhere(row.code):
			p.bad(row.line, Code, Beyond, string(row.code))
			continue
		case row.unit != nil && !p.by.Keeps(*row.unit):
			p.bad(row.line, Unit, Beyond, string(*row.unit))
		case row.unit == nil && !isKnown:
			p.bad(row.line, Unit, Beyond, "")
		}
		for _, role := range row.roles {
			if !p.by.MayGive(role) && !before.Person.Has(role) {
				p.bad(row.line, Role, RoleNotYours, string(role))
			}
		}
		if m := row.mentor; m != nil && *m != "" && *m != before.Person.Mentor && elsewhere(*m) {
			p.bad(row.line, Mentor, MentorBeyond, string(*m))
		}
	}
	for _, row := range p.lists.events {
		if elsewhere(row.code) {
			p.bad(row.line, Code, Beyond, string(row.code))
		}
	}
	return len(p.problems) == found
}

// theirs finds changes that the person may not make, though they look after the
// one who is changed: who somebody is that leads, or they themselves, and events
// that others record.
func (p *plan) theirs() {
	if p.by == nil || p.by.Has(journey.Admin) {
		return
	}
	for _, e := range p.order {
		if e.before.Person.Code != "" && !same(e.before.Person, e.is) && !p.by.MayChange(e.before.Person) {
			p.bad(e.first.line, Code, NotYours, string(e.is.Code))
		}
	}
	for _, row := range p.lists.events {
		id, ok := p.eventID(row.event)
		e := p.known[row.code]
		if t, isKnown := p.existing[row.code]; e == nil && isKnown {
			e = &entry{before: t, is: t.Person}
		}
		if !ok || e == nil {
			continue // said elsewhere
		}
		event := journey.Event{ID: id, On: row.on, Detail: row.detail}
		rule, _ := p.rules.Event(id)
		if rule.Automatic || e.knows(event) || p.rules.MayRecord(e.is, event, *p.by) {
			continue
		}
		var who []string
		for _, r := range rule.Record {
			who = append(who, string(r))
		}
		p.bad(row.line, Event, EventNotYours, string(id)).Other = strings.Join(who, ",")
	}
}
