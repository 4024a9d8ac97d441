package journey

import (
	"slices"
	"strings"
)

// Deadlines returns all that is open on a track on that day, soonest first: on
// the way of a student the student's deadlines and what others owe the student,
// on that of a member of staff the duties of the role. Where the way is
// stopped (on hold, withdrawn, delisted, transferred out, removed) nothing is
// owed; only what the person may still ask for (dl-removal-complaint,
// dl-readmission) is there, and nobody is reminded of it.
func (r *Rules) Deadlines(t Track, today Date) []Deadline {
	all := r.factsOf(t)
	var out []Deadline
	if t.Person.Has(Student) {
		c := r.clockOf(t.Person, all, today)
		all = c.all
		for i := range r.DeadlineRules {
			out = c.open(out, &r.DeadlineRules[i], t.Since)
		}
		for i := range r.Duties {
			out = c.duty(out, &r.Duties[i], t)
		}
	}
	out = r.staffDuties(out, all, t, today)
	slices.SortStableFunc(out, func(a, b Deadline) int { return a.Due.Compare(b.Due) })
	return out
}

// withEnd adds the end of probation, also when it lies ahead.
func (w *way) withEnd(all facts) facts {
	if !w.ended.IsZero() {
		i := w.r.byEvent[evProbationEnded]
		all.add(fact{Event{ID: evProbationEnded, On: w.ended}, &w.r.Events[i], i})
	}
	return all
}

// clock finds the deadlines of one way on one day.
type clock struct {
	r     *Rules
	w     *way
	all   facts
	of    Code
	today Date
	at    set // the stage
}

// clockOf winds the clock of a way on a day.
func (r *Rules) clockOf(p Person, all facts, today Date) *clock {
	w := r.walk(p, all, today)
	return &clock{r: r, w: &w, all: w.withEnd(all), of: p.Code, today: today, at: stageSet(w.stage())}
}

// counts reports whether a rule is of any concern where the way stands.
func (c *clock) counts(rule *Rule) bool {
	stopped := c.w.sides & stopping
	return rule.Use() && stopped&^rule.despite == 0 && (rule.where == 0 || rule.where&c.at != 0)
}

// open adds what is open of one rule.
func (c *clock) open(out []Deadline, rule *Rule, since Date) []Deadline {
	switch {
	case !c.counts(rule), !c.allowed(rule):
		return out
	case rule.Duty != "" && rule.Count > 0:
		return c.unpaid(out, rule, since)
	case rule.Duty != "":
		return c.months(out, rule, since)
	case !rule.PerDetail:
		return c.one(out, rule, "")
	}
	for i, f := range c.all { // once for each detail
		if f.Detail == "" || !rule.starts(f.ID) || c.repeated(rule, i) {
			continue
		}
		out = c.one(out, rule, f.Detail)
	}
	return out
}

// repeated reports whether an earlier fact has the detail of the i-th.
func (c *clock) repeated(rule *Rule, i int) bool {
	for _, f := range c.all[:i] {
		if rule.starts(f.ID) && strings.EqualFold(f.Detail, c.all[i].Detail) {
			return true
		}
	}
	return false
}

// allowed reports whether what the rule needs took place since the stage began,
// and nothing of what excludes it.
func (c *clock) allowed(rule *Rule) bool {
	if len(rule.Needs) == 0 && len(rule.Unless) == 0 {
		return true
	}
	needed := len(rule.Needs) == 0
	for _, f := range c.all {
		if f.On.Before(c.w.entered) || f.On.After(c.today) {
			continue
		}
		if slices.Contains(rule.Unless, f.ID) {
			return false
		}
		needed = needed || slices.Contains(rule.Needs, f.ID)
	}
	return needed
}

// one adds the deadline of a rule for one detail, if it is open.
func (c *clock) one(out []Deadline, rule *Rule, detail string) []Deadline {
	d, ok := c.running(rule, detail)
	if !ok {
		return out
	}
	from := d.Anchor.On // what is done counts from here on
	if d.Version.Days < 0 && d.Version.Months == 0 {
		from = Date{} // due before the day of its anchor
	} else if opens := from.AddDays(rule.Opens); opens.After(c.today) {
		return out
	} else if rule.Opens < 0 {
		from = opens
	}
	if rule.begins != nil { // once the other has run out
		if !d.Anchor.On.Before(c.today) {
			return out
		}
		from = c.w.entered
	} else if rule.next != nil && c.today.After(d.Due) && rule.next.Use() && c.allowed(rule.next) {
		return out // the extension runs instead
	}
	if (rule.Kind == Earliest || rule.Kind == Milestone) && c.today.After(d.Due) || c.closed(rule, d.Detail, from) {
		return out
	}
	return append(out, d)
}

// running returns the deadline of a rule for one detail, open or not. ok is
// false when nothing has started its clock. What follows on another deadline
// has that one's day for an anchor, which is no event.
func (c *clock) running(rule *Rule, detail string) (d Deadline, ok bool) {
	anchor, v, ok := c.anchor(rule, detail)
	if !ok {
		return Deadline{}, false
	}
	d = Deadline{Rule: rule, Version: v, Of: c.of, Anchor: anchor, Detail: detail}
	if rule.begins != nil {
		first, ok := c.running(rule.begins, detail)
		if !ok {
			return Deadline{}, false
		}
		d.Anchor, d.Tentative = Event{On: first.Due}, first.Tentative
	}
	due, tentative := c.r.due(rule, v, d.Anchor.On)
	d.Due, d.Tentative = due, tentative || d.Tentative
	return d, true
}

// anchor returns what started the clock of a rule, and the version that counts:
// that of the day on which it was started, unless an officer moved it.
//
// Where versions begin with different events (dl-ceremony: the decision was
// received, or issued), the event of the newest decides which version counts;
// while that is not recorded, those of the others do. A clock whose event is not
// recorded does not run.
func (c *clock) anchor(rule *Rule, detail string) (Event, *Version, bool) {
	var at Event
	var version *Version
	for i := len(rule.Versions) - 1; i >= 0 && version == nil; i-- {
		v := &rule.Versions[i]
		e, ok := c.start(rule, v, detail)
		if !ok {
			continue
		}
		counts := rule.versionAt(e.On)
		switch {
		case counts == v || counts.Anchor == v.Anchor:
			at, version = e, counts
		case i == len(rule.Versions)-1: // it began under an older one, by another event
			if at, ok = c.start(rule, counts, detail); ok && !at.On.Before(e.On) {
				version = counts
			} else {
				version, at = counts, Event{}
			}
		}
	}
	if version == nil {
		return Event{}, nil, false
	}
	for i := len(c.all) - 1; i >= 0; i-- {
		f := &c.all[i]
		if f.ID != evClockMoved || f.On.After(c.today) || f.On.Before(at.On) {
			continue
		}
		id, to, _ := strings.Cut(f.Detail, "=")
		if moved := rule.version(to); id == rule.ID && moved != nil {
			if e, ok := c.start(rule, moved, detail); ok {
				return e, moved, true
			}
			return Event{}, nil, false
		}
	}
	return at, version, !at.On.IsZero()
}

// start returns the event that starts the clock of a version.
func (c *clock) start(rule *Rule, v *Version, detail string) (Event, bool) {
	if rule.Count > 0 {
		n := 0
		for _, f := range c.all {
			if f.ID == v.Anchor && !f.On.Before(c.w.entered) && !f.On.After(c.today) {
				if n++; n == rule.Count {
					return f.Event, true
				}
			}
		}
		return Event{}, false
	}
	for i := len(c.all) - 1; i >= 0; i-- {
		f := &c.all[i]
		if f.ID != v.Anchor && !slices.Contains(v.Also, f.ID) {
			continue
		}
		if rule.PerDetail && !strings.EqualFold(f.Detail, detail) {
			continue
		}
		if !rule.takes(f.Detail) {
			if rule.PerDetail {
				continue
			}
			return Event{}, false // the last of its kind is of another rule
		}
		return f.Event, true
	}
	return Event{}, false
}

// closed reports whether a deadline is done or moot by what took place from a
// day on.
func (c *clock) closed(rule *Rule, detail string, from Date) bool {
	for i := len(c.all) - 1; i >= 0; i-- {
		f := &c.all[i]
		switch {
		case f.On.Before(from):
			return false
		case f.On.After(c.today):
		case slices.Contains(rule.Moot, f.ID):
			return true
		case slices.Contains(rule.Done, f.ID) && (!rule.PerDetail || f.rule.Detail == NoDetail || strings.EqualFold(f.Detail, detail)):
			return true
		}
	}
	return false
}

// starts reports whether an event starts the clock of some version.
func (rule *Rule) starts(id EventID) bool {
	for i := range rule.Versions {
		if rule.Versions[i].Anchor == id || slices.Contains(rule.Versions[i].Also, id) {
			return true
		}
	}
	return false
}

// takes reports whether the rule is about an anchor with that detail.
func (rule *Rule) takes(detail string) bool {
	if len(rule.Only) == 0 && len(rule.Except) == 0 {
		return true
	}
	begins := func(with string) bool {
		return len(detail) >= len(with) && strings.EqualFold(detail[:len(with)], with)
	}
	if slices.ContainsFunc(rule.Except, begins) {
		return false
	}
	return len(rule.Only) == 0 || slices.ContainsFunc(rule.Only, begins)
}

// versionAt returns the version of the day.
func (rule *Rule) versionAt(day Date) *Version {
	for i := len(rule.Versions) - 1; i > 0; i-- {
		if !day.Before(rule.Versions[i].From) {
			return &rule.Versions[i]
		}
	}
	return &rule.Versions[0]
}

// version returns the version of that name, or nil.
func (rule *Rule) version(id string) *Version {
	for i := range rule.Versions {
		if rule.Versions[i].ID == id {
			return &rule.Versions[i]
		}
	}
	return nil
}

// due returns the day of a deadline whose clock was started on a day. Counted
// by the calendar it moves to the next working day (rule tm-end-of-day), except
// the days on which something may begin or changes by itself (rule
// tm-probation-no-shift) and what must stay within its time.
func (r *Rules) due(rule *Rule, v *Version, from Date) (due Date, tentative bool) {
	if v.WorkingDays > 0 {
		return r.Calendar.AddWorkingDays(from, v.WorkingDays)
	}
	due = from.AddMonths(v.Months).AddDays(v.Days)
	if rule.Fixed || rule.Kind == Earliest || rule.Kind == Milestone {
		return due, false
	}
	return r.Calendar.NextWorking(due)
}

// Turn returns the first day after a day on which something may open on the
// track by the calendar alone: probation ends, a month begins, the time before
// an extension has run out, a planned day comes. No day: never. Whoever plans
// the next look at a track looks again then.
func (r *Rules) Turn(t Track, after Date) Date {
	var next Date
	turn := func(d Date) {
		if d.After(after) {
			next = sooner(next, d)
		}
	}
	all := r.factsOf(t)
	if t.Person.Has(Student) {
		if c := r.clockOf(t.Person, all, after); c.w.sides&stopping == 0 {
			for _, f := range c.all {
				turn(f.On)
			}
			c.turns(turn)
			if c.w.stage().index() >= Probation.index() {
				turn(Date{after.Year, after.Month, 1}.AddMonths(1))
			}
		}
	}
	if r.hasDuty(t.Person) {
		turn(Date{after.Year, after.Month, 1}.AddMonths(1))
	}
	return next
}

// turns calls turn for the days on which rules open apart from their anchors.
func (c *clock) turns(turn func(Date)) {
	for i := range c.r.DeadlineRules {
		rule := &c.r.DeadlineRules[i]
		if !rule.Use() || rule.PerDetail || rule.Duty != "" || rule.Opens == 0 && rule.begins == nil {
			continue
		}
		if d, ok := c.running(rule, ""); ok {
			if rule.begins != nil {
				turn(d.Anchor.On.AddDays(1))
			} else {
				turn(d.Anchor.On.AddDays(rule.Opens))
			}
		}
	}
}

// Closing returns the fact that says a deadline or duty is done, to be recorded
// with that detail. ok is false when none does: the day changes something by
// itself.
func (r *Rules) Closing(d Deadline) (id EventID, detail string, ok bool) {
	switch {
	case len(d.Rule.Who) > 0:
		return evDutyDone, d.Rule.ID + "/" + d.Detail, true
	case d.Rule.Duty != "":
		return evDutyDone, d.Rule.Duty + "/" + d.Detail, true
	case len(d.Rule.Done) == 0:
		return "", "", false
	}
	id = d.Rule.Done[0]
	if e, known := r.Event(id); known && e.Detail != NoDetail && e.Detail != OfChoice {
		detail = d.Detail
	}
	return id, detail, true
}
