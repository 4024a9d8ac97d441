package journey

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// months is how many months one period takes.
func (p Period) months() int {
	switch p {
	case EachQuarter:
		return 3
	case EachHalf:
		return 6
	case EachYear:
		return 12
	}
	return 1
}

// first returns the first day of the period that a day lies in.
func (p Period) first(d Date) Date {
	n := p.months()
	return Date{d.Year, time.Month((int(d.Month)-1)/n*n + 1), 1}
}

// since is first, and no day for no day: what is owed in the period in which a
// person came into the lists stays owed after it.
func (p Period) since(d Date) Date {
	if d.IsZero() {
		return d
	}
	return p.first(d)
}

// last returns the last day of the period that a day lies in. It is not moved
// when that day is off: what is owed in a month is owed in that month.
func (p Period) last(d Date) Date { return p.first(d).AddMonths(p.months()).AddDays(-1) }

// name writes the period that a day lies in: 2027-01, 2027-Q1, 2027-H1, 2027.
func (p Period) name(d Date) string {
	n := (int(d.Month)-1)/p.months() + 1
	switch p {
	case EachQuarter:
		return fmt.Sprintf("%04d-Q%d", d.Year, n)
	case EachHalf:
		return fmt.Sprintf("%04d-H%d", d.Year, n)
	case EachYear:
		return strconv.Itoa(d.Year)
	}
	return d.String()[:len("2027-01")]
}

// parse reads what name writes; the day is the first of the period.
func (p Period) parse(s string) (Date, bool) {
	if len(s) < 4 {
		return Date{}, false
	}
	year, err := strconv.Atoi(s[:4])
	if err != nil || year < firstYear || year > lastYear {
		return Date{}, false
	}
	n := 1
	if p != EachYear {
		at := map[Period]string{EachQuarter: "-Q", EachHalf: "-H"}[p]
		if at == "" {
			at = "-"
		}
		rest, ok := strings.CutPrefix(s[4:], at)
		if n, err = strconv.Atoi(rest); !ok || err != nil {
			return Date{}, false
		}
	}
	if n < 1 || n > 12/p.months() {
		return Date{}, false
	}
	first := Date{year, time.Month((n-1)*p.months() + 1), 1}
	return first, p.name(first) == s
}

// dutyDone reports whether an event says that a duty was done for the period
// that a day lies in. An event that names no period means that of its own day.
func (rule *Rule) dutyDone(e Event, in Date) bool {
	if e.ID != evDutyDone {
		return false
	}
	id, period, named := strings.Cut(e.Detail, "/")
	if id != rule.ID {
		return false
	}
	if !named {
		return rule.Every.first(e.On) == rule.Every.first(in)
	}
	first, ok := rule.Every.parse(period)
	return ok && first == rule.Every.first(in)
}

// periods adds a duty for the period of today and the one before, as far as
// they are not done and do not end before the day the person owes it from. What
// is older is past: nobody can hold last year's meeting.
func (rule *Rule) periods(out []Deadline, all facts, of Code, from, today Date) []Deadline {
	now := rule.Every.first(today)
	for _, first := range []Date{now.AddMonths(-rule.Every.months()), now} {
		if first != now && (from.IsZero() || from.After(first)) {
			continue
		}
		if slices.ContainsFunc(all, func(f fact) bool { return !f.On.After(today) && rule.dutyDone(f.Event, first) }) {
			continue
		}
		name := rule.Every.name(first)
		out = append(out, Deadline{
			Rule: rule, Version: rule.versionAt(first), Of: of,
			Anchor: Event{ID: evDutyDone, On: first, Detail: name}, Detail: name, Due: rule.Every.last(first),
		})
	}
	return out
}

// staffDuties adds the duties of the roles the person has, from the period in
// which the person came into the lists.
func (r *Rules) staffDuties(out []Deadline, all facts, t Track, today Date) []Deadline {
	for i := range r.Duties {
		rule := &r.Duties[i]
		if rule.Use() && rule.ofStaff() && t.Person.Has(rule.Who...) {
			out = rule.periods(out, all, t.Person.Code, rule.Every.since(t.Since), today)
		}
	}
	return out
}

// hasDuty reports whether the person has a duty of staff.
func (r *Rules) hasDuty(p Person) bool {
	return slices.ContainsFunc(r.Duties, func(rule Rule) bool { return rule.Use() && rule.ofStaff() && p.Has(rule.Who...) })
}

// ofStaff reports whether the duty is one of a role, not of a student or of
// somebody who helps one.
func (rule *Rule) ofStaff() bool { return Deadline{Rule: rule}.OfStaff() }

// duty adds a duty that lies on the way of a student.
func (c *clock) duty(out []Deadline, rule *Rule, t Track) []Deadline {
	switch {
	case !c.counts(rule), rule.ofStaff(), rule.Deadline != "":
		return out
	case slices.Contains(rule.Who, Mentor) && t.Person.Mentor == "":
		return out // nobody is there to do it
	case rule.EveryMonths == 0:
		return rule.periods(out, c.all, c.of, later(rule.Every.since(t.Since), c.w.joined), c.today)
	}
	start := Event{On: t.Since} // the person came into the lists
	if e, _, ok := c.anchor(rule, ""); ok && !e.On.Before(start.On) {
		start = e
	}
	from := start.On
	for _, f := range c.all {
		id, named, _ := strings.Cut(f.Detail, "/")
		if f.ID != evDutyDone || id != rule.ID || f.On.After(c.today) || f.On.Before(from) && named != from.String() {
			continue
		}
		begun := from
		if start, from = f.Event, f.On; !from.After(begun) {
			from = begun.AddDays(1) // done on the day it began: the next one has a name of its own
		}
	}
	if from.IsZero() {
		return out
	}
	start.On = from
	start.Detail = from.String()
	d := Deadline{Rule: rule, Version: rule.versionAt(from), Of: c.of, Anchor: start, Detail: start.Detail}
	d.Due, d.Tentative = c.r.Calendar.NextWorking(from.AddMonths(rule.EveryMonths))
	return append(out, d)
}

// duesKept is how many months of unpaid dues are owed one by one, the current
// one among them; what is older is a matter of dl-dues-3m.
const duesKept = 3

// months adds the dues of the last months that are not paid.
//
// They are owed from the first whole month after the ceremony, and no earlier
// than the person came into the lists; the first month is for the cell to
// settle.
func (c *clock) months(out []Deadline, rule *Rule, since Date) []Deadline {
	now := EachMonth.first(c.today)
	for i := duesKept - 1; i >= 0; i-- {
		if first := now.AddMonths(-i); c.owes(rule, first, since) {
			out = append(out, c.dues(rule, first, EachMonth.last(first)))
		}
	}
	return out
}

// unpaid adds the deadline of the third month of a year without dues: known
// from the second one on, open from then until one of them is paid; that of the
// year before until the end of March.
func (c *clock) unpaid(out []Deadline, rule *Rule, since Date) []Deadline {
	for _, year := range []int{c.today.Year - 1, c.today.Year} {
		if year < c.today.Year && c.today.Month > time.March {
			continue
		}
		n, third := 0, Date{}
		for m := time.January; m <= time.December && third.IsZero(); m++ {
			first := Date{year, m, 1}
			if first.After(c.today) {
				break
			}
			if c.owes(rule, first, since) {
				if n++; n == rule.Count {
					third = first
				}
			}
		}
		if !third.IsZero() {
			out = append(out, c.dues(rule, third, EachMonth.last(third)))
		}
	}
	return out
}

// dues is a deadline about the dues of one month.
func (c *clock) dues(rule *Rule, first, due Date) Deadline {
	name := EachMonth.name(first)
	return Deadline{
		Rule: rule, Version: rule.versionAt(first), Of: c.of,
		Anchor: Event{ID: evDuesMonth, On: first, Detail: name}, Detail: name, Due: due,
	}
}

// owes reports whether the dues of a month are owed and not paid.
func (c *clock) owes(rule *Rule, first, since Date) bool {
	if c.w.joined.IsZero() || !first.After(c.w.joined) || EachMonth.last(first).Before(since) {
		return false
	}
	last := EachMonth.last(first)
	var waived Date // until
	for _, f := range c.all {
		switch {
		case f.On.After(c.today):
		case rule.duty.dutyDone(f.Event, first):
			return false
		case f.ID == evDuesWaiver && !f.On.After(last):
			waived = f.On.AddMonths(12) // rule dues-waiver: at most
		case f.ID == evDuesWaiverEnd && !f.On.After(last):
			waived = f.On
		}
	}
	return !waived.After(last)
}
