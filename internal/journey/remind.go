package journey

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"donghanh/internal/yamlfile"
)

// Reminders says when what is told: content/reminders.yaml. All of it is the
// product's own proposal, no regulation (journey.md, section 4).
type Reminders struct {
	LongFrom     int      `yaml:"long_from"`     // calendar days a deadline runs to count as long
	Long         []int    `yaml:"long"`          // steps of a long one: calendar days before the day, far to near
	Short        []int    `yaml:"short"`         // steps of a shorter one
	OverdueEvery int      `yaml:"overdue_every"` // working days between two reminders of what is overdue
	OverdueTimes int      `yaml:"overdue_times"` // how often, before it is gathered for the week
	UrgentWithin int      `yaml:"urgent_within"` // calendar days before the day in which a reminder comes, whatever a person chose
	Climb        Climbing `yaml:"climb"`
}

// Climbing says when silence climbs, in working days since the mentor was first
// told that an answer is waited for.
type Climbing struct {
	From      int `yaml:"from"`      // calendar days before the day from which an answer is waited for
	Second    int `yaml:"second"`    // the mentor again
	Secretary int `yaml:"secretary"` // the cell secretary
	Officer   int `yaml:"officer"`   // the officer of the Youth Union
}

// remindersFile is where Reminders are read from.
const remindersFile = "reminders.yaml"

// loadReminders reads and checks the file of Reminders.
func loadReminders(fsys fs.FS) (Reminders, []yamlfile.Problem) {
	var r Reminders
	problems := yamlfile.One(fsys, remindersFile, &r)
	if len(problems) > 0 {
		return r, problems
	}
	at := yamlfile.In(remindersFile)
	bad := func(format string, args ...any) {
		problems = append(problems, at.Problem("", true, fmt.Sprintf(format, args...)))
	}
	for _, s := range []struct {
		key   string
		steps []int
	}{{"long", r.Long}, {"short", r.Short}} {
		if len(s.steps) == 0 || !farToNear(s.steps) {
			bad("%s phải là số ngày trước hạn, từ xa đến gần, không lặp, không âm, như [7, 3, 1, 0]", s.key)
		}
	}
	for _, n := range []struct {
		key   string
		value int
		least int
	}{
		{"long_from", r.LongFrom, 1}, {"overdue_every", r.OverdueEvery, 1}, {"overdue_times", r.OverdueTimes, 0},
		{"urgent_within", r.UrgentWithin, 0}, {"climb.from", r.Climb.From, 0},
	} {
		if n.value < n.least || n.value > 1000 {
			bad("%s là %d; cần một số từ %d đến 1000", n.key, n.value, n.least)
		}
	}
	if c := r.Climb; c.Second < 1 || c.Secretary <= c.Second || c.Officer <= c.Secretary || c.Officer > 1000 {
		bad("climb: second, secretary, officer phải tăng dần và từ 1 trở lên, như 2, 4, 6; đang là %d, %d, %d", c.Second, c.Secretary, c.Officer)
	}
	return r, problems
}

// farToNear reports whether steps may be the steps of a rule.
func farToNear(steps []int) bool {
	for i, s := range steps {
		if s < 0 || i > 0 && s >= steps[i-1] {
			return false
		}
	}
	return true
}

// Urgent reports whether a deadline is so near, or past, that a reminder of it
// comes whatever a person chose.
func (r Reminders) Urgent(d Deadline, today Date) bool {
	return today.DaysUntil(d.Due) <= r.UrgentWithin
}

// Wants reports whether a person with that preference wants to hear the line
// today. What waits for Monday comes on the first day after it on which
// anything goes out.
func (r Reminders) Wants(p Pref, l Line, today Date) bool {
	switch {
	case r.Urgent(l.Deadline, today):
		return true
	case p == UrgentOnly:
		return false
	case p == Weekly:
		return !mondayBy(today).Before(l.Step)
	}
	return true
}

// mondayBy returns the last Monday up to and with d.
func mondayBy(d Date) Date { return d.AddDays(-(int(d.Weekday()) + 6) % 7) }

// Due returns what should have been told by today of the open deadlines on a
// track and was not: one line for each deadline and role, however many steps
// went by.
//
// It depends on the day and on what was told, not on the moment it is asked: a
// morning on which the bot was down is caught up on the next one.
func (r *Rules) Due(t Track, open []Deadline, today Date) []Line {
	var lines []Line
	for _, d := range open {
		p := r.plan(t, d)
		for _, to := range p.roles {
			if m := r.moments(t, p, to, today); m.due {
				lines = append(lines, Line{Deadline: d, To: to, Step: m.step, Climb: m.climb})
			}
		}
	}
	return lines
}

// plan is when a deadline is told, whoever hears of it.
type plan struct {
	Deadline
	key     string
	regular []Date // days of regular reminders, earliest first
	last    Date   // after it, what is overdue is gathered for the week; no day: nothing is
	roles   []Role // who may hear of it, at one time or another
}

// plan returns when d is told. Of a duty of a role that leads, roles are those
// of whom one is to be told; which, the person decides.
//
// What fell due before the person came into the lists is nobody's news: whether
// it was done then is not known here. Nor is silence about a duty that has never
// been recorded for this person a sign that it was not done: a cell that keeps
// its dues elsewhere is reminded before the day and not accused after it.
func (r *Rules) plan(t Track, d Deadline) plan {
	p := plan{Deadline: d, key: d.Key(), roles: d.Rule.Remind}
	unkept := d.Rule.Duty != "" && !t.keeps(d.Rule.Duty)
	if d.Due.Before(t.Since) || unkept && d.Rule.Count > 0 {
		return plan{Deadline: d}
	}
	for _, before := range r.steps(d) {
		p.regular = append(p.regular, d.Due.AddDays(-before))
	}
	if !d.canBeLate() || unkept {
		return p
	}
	p.last = d.Due
	for i := range r.Reminders.OverdueTimes {
		p.last, _ = r.Calendar.AddWorkingDays(d.Due, (i+1)*r.Reminders.OverdueEvery)
		p.regular = append(p.regular, p.last)
	}
	if d.OfStaff() || len(p.roles) == 0 {
		return p
	}
	p.roles = including(p.roles, CellSecretary)
	if d.climbs() {
		p.roles = including(p.roles, YouthOfficer)
	}
	return p
}

// including returns the roles and one more.
func including(roles []Role, role Role) []Role {
	if slices.Contains(roles, role) {
		return roles
	}
	return append(slices.Clip(roles), role)
}

// OfStaff reports whether d is a duty of a role that leads a unit: it stands on
// the way of the one who has the role. All else is about a student.
func (d Deadline) OfStaff() bool {
	return slices.ContainsFunc(d.Rule.Who, func(r Role) bool { return r != Student && r != Mentor })
}

// canBeLate reports whether something has to be done by the day. What begins on
// a day, or changes on it by itself, is not late afterwards.
func (d Deadline) canBeLate() bool { return d.Rule.Kind != Milestone && d.Rule.Kind != Earliest }

// climbs reports whether the mentor alone is waited for: one who hears of it and
// may say that it is done, while neither the student nor the cell secretary hears
// of it by themselves.
func (d Deadline) climbs() bool {
	return d.canBeLate() && slices.Contains(d.Rule.Remind, Mentor) && slices.Contains(d.Rule.Record, Mentor) &&
		!slices.Contains(d.Rule.Remind, Student) && !slices.Contains(d.Rule.Remind, CellSecretary)
}

// keeps reports whether a duty was ever recorded on the track.
func (t Track) keeps(duty string) bool {
	return slices.ContainsFunc(t.Events, func(e Event) bool {
		return e.ID == evDutyDone && !e.Undone && strings.HasPrefix(e.Detail, duty)
	})
}

// moments is where the reminding of one role about one deadline stands on a
// day.
type moments struct {
	today Date
	due   bool  // something was to be told by today and was not
	step  Date  // the last day planned for it
	climb Climb // how far silence has climbed
	next  Date  // the first day after today on which there is more; no day: none
}

// at adds a telling planned for a day and not told yet.
func (m *moments) at(on Date, climb Climb) {
	switch {
	case !on.After(m.today):
		if !m.due || on.After(m.step) {
			m.step = on
		}
		m.due, m.climb = true, max(m.climb, climb)
	case m.next.IsZero() || on.Before(m.next):
		m.next = on
	}
}

// moments finds what role to is to be told.
func (r *Rules) moments(t Track, p plan, to Role, today Date) moments {
	own := p.OfStaff()
	if own && to != heldBy(t.Person, p.roles) {
		return moments{} // a person is told once, however many roles they have
	}
	told := t.Told[toldKey(p.key, to)]
	m := moments{today: today, climb: told.Climb}
	if slices.Contains(p.Rule.Remind, to) {
		for _, on := range p.regular {
			if on.After(told.Step) {
				m.at(on, Regular)
			}
		}
	}
	if !own && p.climbs() {
		r.climbed(&m, t, p, to)
	}
	if !p.last.IsZero() && (own || to == CellSecretary) {
		if monday := mondayBy(today); monday.After(p.last) && monday.After(told.Step) {
			m.at(monday, WeekSummary)
		}
		m.at(mondayBy(later(today, p.last)).AddDays(7), WeekSummary)
	}
	return m
}

// heldBy returns the first of the roles that the person has; Guest: none.
func heldBy(p Person, roles []Role) Role {
	for _, role := range roles {
		if p.Has(role) {
			return role
		}
	}
	return Guest
}

// steps returns how many calendar days before the day a reminder is planned,
// far to near.
func (r *Rules) steps(d Deadline) []int {
	switch {
	case len(d.Rule.Steps) > 0:
		return d.Rule.Steps
	case d.Rule.Kind == Earliest:
		return []int{0} // nothing can be done before
	case d.Anchor.On.DaysUntil(d.Due) >= r.Reminders.LongFrom:
		return r.Reminders.Long
	}
	return r.Reminders.Short
}

// climbed adds what role to is to be told of the mentor's silence: each step
// goes to those of the steps before it too.
//
// Silence counts from the day the mentor was first told, from the day on which
// an answer is waited for, or from the one until which the mentor asked to be
// left; and from step to step, since a mentor who could not be told was not
// silent.
func (r *Rules) climbed(m *moments, t Track, p plan, to Role) {
	mentor, told := t.Told[toldKey(p.key, Mentor)], t.Told[toldKey(p.key, to)]
	if mentor.First.IsZero() {
		return
	}
	since := mentor.Climbed
	if mentor.Climb == Regular {
		since = later(mentor.First, p.Due.AddDays(-r.Reminders.Climb.From))
	}
	for step := hearsFrom(to); step <= ToOfficer; step++ {
		switch {
		case step <= told.Climb:
		case step <= mentor.Climb:
			m.at(mentor.Climbed, step)
		case step == mentor.Climb+1:
			on, _ := r.Calendar.AddWorkingDays(later(since, mentor.Hold), r.Reminders.Climb.after(step)-r.Reminders.Climb.after(step-1))
			m.at(on, step)
		}
	}
}

// hearsFrom returns the step of silence from which on a role hears of it.
func hearsFrom(to Role) Climb {
	switch to {
	case Mentor:
		return Second
	case CellSecretary:
		return ToSecretary
	case YouthOfficer:
		return ToOfficer
	case Guest, Student, BaseCommittee, Admin:
	}
	return WeekSummary // never
}

// after returns how many working days of silence lead to a step.
func (c Climbing) after(step Climb) int {
	switch step {
	case Second:
		return c.Second
	case ToSecretary:
		return c.Secretary
	case ToOfficer:
		return c.Officer
	case Regular, WeekSummary:
	}
	return 0
}

// NextDue returns the first day after a day on which Due may return something
// new; no day: none. open are the deadlines of that day.
func (r *Rules) NextDue(t Track, open []Deadline, after Date) Date {
	next := r.Turn(t, after)
	for _, d := range open {
		p := r.plan(t, d)
		for _, to := range p.roles {
			m := r.moments(t, p, to, after)
			if m.due {
				return after.AddDays(1)
			}
			next = sooner(next, m.next)
		}
	}
	return next
}

// later returns the later of two days.
func later(a, b Date) Date {
	if a.Before(b) {
		return b
	}
	return a
}

// sooner returns the earlier of two days, of which either may be none.
func sooner(a, b Date) Date {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func toldKey(key string, to Role) string { return key + "/" + string(to) }

// WithTold returns the track on which the lines count as told today.
func (t Track) WithTold(lines []Line, today Date) Track {
	for _, l := range lines {
		t = t.telling(l.Key(), l.To, func(is *Telling) {
			is.Step = later(is.Step, l.Step)
			is.Times++
			if is.First.IsZero() {
				is.First = today
			}
			if l.Climb > is.Climb {
				is.Climb, is.Climbed = l.Climb, today
			}
		})
	}
	return t
}

// WithHold returns the track on which the silence of a role about a deadline
// does not climb before a day.
func (t Track) WithHold(key string, role Role, until Date) Track {
	return t.telling(key, role, func(is *Telling) { is.Hold = until })
}

// telling returns the track with one telling changed; t itself is not.
func (t Track) telling(key string, to Role, change func(*Telling)) Track {
	told := maps.Clone(t.Told)
	if told == nil {
		told = Told{}
	}
	is := told[toldKey(key, to)]
	change(&is)
	told[toldKey(key, to)] = is
	t.Told = told
	return t
}

// DigestName names the text of what a person is told on a day, for
// chat.Message.Make: "digest/gv4/2027-01-31". With a student's code and
// Deadline.Short it names that line alone:
// "digest/gv4/2027-01-31/sv17/0a1b2c3d".
func DigestName(code Code, day Date, only ...string) string {
	return strings.Join(append([]string{"digest", string(code), day.String()}, only...), "/")
}

// ParseDigestName reads what DigestName writes, or a name with Deadline.Short
// alone after the day. of and short are empty where not given; ok is false for
// any other name.
func ParseDigestName(name string) (code Code, day Date, of Code, short string, ok bool) {
	parts := strings.Split(name, "/")
	if len(parts) < 3 || len(parts) > 5 || parts[0] != "digest" || !ValidCode(parts[1]) {
		return "", Date{}, "", "", false
	}
	day, err := ParseDate(parts[2])
	if err != nil {
		return "", Date{}, "", "", false
	}
	switch len(parts) {
	case 4:
		short = parts[3]
	case 5:
		of, short = Code(parts[3]), parts[4]
	}
	return Code(parts[1]), day, of, short, true
}

// tellingKept is how many days a telling about what is not open any more is
// kept: a deadline may open again, when an event is taken back.
const tellingKept = 90

// WithoutOld returns the track without what was told long ago of deadlines that
// are not open any more.
func (t Track) WithoutOld(open []Deadline, today Date) Track {
	keys := map[string]bool{}
	for _, d := range open {
		keys[d.Key()] = true
	}
	old := func(key string, is Telling) bool {
		if later(is.Step, is.First).DaysUntil(today) <= tellingKept {
			return false
		}
		return !keys[key[:max(strings.LastIndexByte(key, '/'), 0)]]
	}
	for key, is := range t.Told {
		if old(key, is) {
			t.Told = maps.Clone(t.Told)
			maps.DeleteFunc(t.Told, old)
			break
		}
	}
	return t
}
