package journey

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"donghanh/internal/yamlfile"
)

// EventRule is a kind of fact as content/events.yaml has it.
type EventRule struct {
	ID        EventID    `yaml:"id"`
	Title     string     `yaml:"title"`     // what took place, in a few words
	Detail    DetailKind `yaml:"detail"`    // what it must be recorded with
	Choices   []Choice   `yaml:"choices"`   // of a choice
	Record    []Role     `yaml:"record"`    // who may record it, besides an admin
	Stages    []Stage    `yaml:"stages"`    // where one must stand; none: anywhere
	After     []EventID  `yaml:"after"`     // one of which must have come before
	Enter     Stage      `yaml:"enter"`     // the stage that begins
	Set       []Side     `yaml:"set"`       // sides that begin
	Clear     []Side     `yaml:"clear"`     // sides that end
	Despite   []Side     `yaml:"despite"`   // sides in which it may take place though they stop the way
	Planned   bool       `yaml:"planned"`   // may lie ahead
	Automatic bool       `yaml:"automatic"` // follows from others; nobody records it
	Facts     []string   `yaml:"facts"`     // the rules that set the order

	at                    yamlfile.Place
	from                  set // Stages
	sets, clears, despite set
}

// DetailKind says what an event must be recorded with.
type DetailKind string

// Kinds of detail. NoDetail: nothing, so that no free text is kept.
const (
	NoDetail   DetailKind = ""
	OfDocument DetailKind = "document" // id or form of content/papers.yaml
	OfPlace    DetailKind = "place"    // where was asked; abroad it begins with "ngoai-nuoc"
	OfDuty     DetailKind = "duty"     // "rc-dues/2027-01"
	OfPerson   DetailKind = "person"   // the code of somebody
	OfClock    DetailKind = "clock"    // "dl-ceremony=208"
	OfChoice   DetailKind = "choice"   // one of Choices, or nothing
)

var detailKinds = []DetailKind{NoDetail, OfDocument, OfPlace, OfDuty, OfPerson, OfClock, OfChoice}

// Choice is one detail an event may have.
type Choice struct {
	ID    string `yaml:"id"`
	Title string `yaml:"title"`
}

// maxDetail is how many letters a detail may have: a place, not a report.
const maxDetail = 60

// Why says why an event is refused.
type Why string

// Reasons of a refusal.
const (
	UnknownEvent Why = "unknown"   // there is no such event
	NotForRole   Why = "role"      // who asks may not record it, or not of this person
	InFuture     Why = "future"    // it lies ahead
	BeforeBirth  Why = "birth"     // it lies before the person was born, on Date
	TooEarly     Why = "early"     // it may take place from Date on
	TooYoung     Why = "age"       // not yet 18; from Date on
	PaperMissing Why = "missing"   // the paper that Rule asks for was never recorded
	PaperExpired Why = "expired"   // it counted until Date
	WrongStage   Why = "stage"     // the person stood in Stage; before the first, on Date
	NeedsFirst   Why = "needs"     // one of Needs must come first
	Stopped      Why = "stopped"   // Side stopped the way
	Breaks       Why = "breaks"    // the later event Needs[0] of Date could not have taken place
	Follows      Why = "automatic" // it follows from others; nobody records it
	BadDetail    Why = "detail"    // Detail is missing, unknown, or not wanted
	OnlyOnce     Why = "once"      // it took place on Date already
)

// Refusal says why an event cannot be recorded. Which fields are set beside
// Event, Why and Rule depends on Why.
type Refusal struct {
	Event  EventID
	Why    Why
	Rule   string // the fact in facts.yaml that forbids it; may be empty
	Needs  []EventID
	Stage  Stage
	Side   Side
	Date   Date
	Detail string
}

// Error is for the operator; wording has the sentence for people.
func (r *Refusal) Error() string {
	s := fmt.Sprintf("%s refused: %s", r.Event, r.Why)
	if r.Rule != "" {
		s += " (" + r.Rule + ")"
	}
	return s
}

// Accept returns the track with the event, or a *Refusal: of what nobody, or
// not this person, may record; of what lies in the future; and of what goes
// against the order of the way or one of its invariants (journey.md, section
// 2), also against what was recorded of later days. The same fact again changes
// nothing.
//
// A person without a code who has the role of an admin brings a file. A file
// may begin a way in the middle: of who is in probation today, the academy's
// lists often have nothing but the ceremony. From there on the order holds.
func (r *Rules) Accept(t Track, e Event, by Person, today Date) (Track, error) {
	rule, ok := r.Event(e.ID)
	if !ok {
		return t, &Refusal{Event: e.ID, Why: UnknownEvent}
	}
	if slices.ContainsFunc(t.Events, func(old Event) bool { return old.Same(e) && !old.Undone }) {
		return t, nil
	}
	if rule.Automatic {
		if w := r.walk(t.Person, r.factsOf(t), today); e.ID == evProbationEnded && e.On == w.ended && !w.ended.IsZero() {
			return t, nil // a list that says what follows anyway
		}
		return t, &Refusal{Event: e.ID, Why: Follows, Rule: first(rule.Facts)}
	}
	if refusal := r.mayRecord(t, rule, e, by); refusal != nil {
		return t, refusal
	}
	if refusal := r.inTime(t, rule, e, today); refusal != nil {
		return t, refusal
	}
	if refusal := r.detail(t, rule, e); refusal != nil {
		return t, refusal
	}
	with := t.With(e)
	if refusal := r.inOrder(t, with, e, by.fromFile()); refusal != nil {
		return t, refusal
	}
	return with, nil
}

func first(ids []string) string {
	if len(ids) == 0 {
		return ""
	}
	return ids[0]
}

// fromFile reports whether the person stands for a file that is read.
func (p Person) fromFile() bool { return p.Code == "" && p.Has(Admin) }

// MayRecord reports whether by may record an event of a person, whatever the
// order of the way says of it.
func (r *Rules) MayRecord(of Person, e Event, by Person) bool {
	rule, ok := r.Event(e.ID)
	return ok && !rule.Automatic && r.mayRecord(Track{Person: of}, rule, e, by) == nil
}

// mayRecord refuses who may not record the event of that person.
func (r *Rules) mayRecord(t Track, rule EventRule, e Event, by Person) *Refusal {
	refusal := &Refusal{Event: e.ID, Why: NotForRole}
	duty := r.dutyOf(e.Detail)
	switch {
	case rule.Detail == OfDuty && duty != nil && duty.ofStaff():
		if !t.Person.Has(duty.Who...) || by.Code != t.Person.Code && !by.Has(Admin) {
			return refusal // one's own duty
		}
		return nil
	case !t.Person.Has(Student), !by.MaySee(t.Person):
		return refusal
	case by.Has(Admin):
		return nil
	case rule.Detail == OfDuty && duty != nil:
		if !by.Has(duty.Record...) {
			return refusal
		}
	case !by.Has(rule.Record...):
		return refusal
	}
	return nil
}

// dutyOf returns the duty an event's detail names, or nil.
func (r *Rules) dutyOf(detail string) *Rule {
	id, _, _ := strings.Cut(detail, "/")
	for i := range r.Duties {
		if r.Duties[i].ID == id {
			return &r.Duties[i]
		}
	}
	return nil
}

// inTime refuses a day that cannot be.
func (r *Rules) inTime(t Track, rule EventRule, e Event, today Date) *Refusal {
	if e.On.After(today) && !rule.Planned || e.On.IsZero() {
		return &Refusal{Event: e.ID, Why: InFuture}
	}
	born := t.Person.Birth
	if born != (Month{}) && e.On.Before(firstOf(born)) {
		return &Refusal{Event: e.ID, Why: BeforeBirth, Date: firstOf(born)}
	}
	if exact, ok := t.Last(evBirth); ok && e.On.Before(exact.On) && e.ID != evBirth {
		return &Refusal{Event: e.ID, Why: BeforeBirth, Date: exact.On}
	}
	return nil
}

// detail refuses a detail that is missing, unknown or not wanted.
func (r *Rules) detail(t Track, rule EventRule, e Event) *Refusal {
	refusal := &Refusal{Event: e.ID, Why: BadDetail, Detail: e.Detail}
	plain := utf8.RuneCountInString(e.Detail) <= maxDetail && utf8.ValidString(e.Detail) &&
		!strings.ContainsFunc(e.Detail, unicode.IsControl) && strings.TrimSpace(e.Detail) == e.Detail
	ok := false
	switch rule.Detail {
	case NoDetail:
		ok = e.Detail == ""
	case OfDocument:
		ok = slices.ContainsFunc(r.Papers, func(p PaperRule) bool { return p.named(e.Detail) })
	case OfPlace:
		ok = plain && e.Detail != ""
	case OfPerson:
		ok = ValidCode(e.Detail)
	case OfChoice:
		ok = e.Detail == "" || slices.ContainsFunc(rule.Choices, func(c Choice) bool { return strings.EqualFold(c.ID, e.Detail) })
	case OfDuty:
		ok = r.dutyDetail(e)
	case OfClock:
		ok = r.clockDetail(t, e)
	}
	if ok {
		return nil
	}
	return refusal
}

// dutyDetail reports whether the detail names a duty and one of its periods.
func (r *Rules) dutyDetail(e Event) bool {
	duty := r.dutyOf(e.Detail)
	if duty == nil {
		return false
	}
	_, period, named := strings.Cut(e.Detail, "/")
	if !named {
		return true // that of the day
	}
	if duty.EveryMonths > 0 {
		_, err := ParseDate(period)
		return err == nil
	}
	_, ok := duty.Every.parse(period)
	return ok
}

// clockDetail reports whether the detail names a deadline whose clock was
// started, and one of its versions.
func (r *Rules) clockDetail(t Track, e Event) bool {
	id, to, _ := strings.Cut(e.Detail, "=")
	i := slices.IndexFunc(r.DeadlineRules, func(rule Rule) bool { return rule.ID == id })
	if i < 0 || r.DeadlineRules[i].version(to) == nil {
		return false
	}
	all := r.factsOf(t)
	w := r.walk(t.Person, all, e.On)
	return slices.ContainsFunc(w.withEnd(all), func(f fact) bool { return r.DeadlineRules[i].starts(f.ID) && !f.On.After(e.On) })
}

// inOrder refuses an event out of order, and one after which something recorded
// of a later day would be.
func (r *Rules) inOrder(before, with Track, e Event, fromFile bool) *Refusal {
	old := r.verdicts(before, Event{}, false)
	var past bool // the event itself was come by
	for _, v := range r.verdicts(with, e, fromFile) {
		if v.is(e) {
			if v.refusal != nil {
				return v.refusal
			}
			past = true
			continue
		}
		if !past || v.refusal == nil {
			continue
		}
		i := slices.IndexFunc(old, func(o verdict) bool { return o.is(v.Event) })
		if i >= 0 && old[i].refusal == nil {
			return &Refusal{Event: e.ID, Why: Breaks, Rule: v.refusal.Rule, Needs: []EventID{v.ID}, Date: v.On}
		}
	}
	return nil
}

// TakeBack returns the track with its i-th event taken back by somebody, or a
// *Refusal: of what a later event rests on. Taken back already it is left as it
// is.
func (r *Rules) TakeBack(t Track, i int, by Code, at time.Time) (Track, error) {
	if t.Events[i].Undone {
		return t, nil
	}
	with := t.WithUndone(i, by, at)
	old := r.verdicts(t, Event{}, false)
	for _, v := range r.verdicts(with, Event{}, false) {
		j := slices.IndexFunc(old, func(o verdict) bool { return o.is(v.Event) })
		if v.refusal != nil && j >= 0 && old[j].refusal == nil {
			return t, &Refusal{Event: t.Events[i].ID, Why: Breaks, Rule: v.refusal.Rule, Needs: []EventID{v.ID}, Date: v.On}
		}
	}
	return with, nil
}

// verdict is an event of a track and why it should not have been recorded.
type verdict struct {
	Event
	refusal *Refusal
}

func (v verdict) is(e Event) bool { return v.Same(e) }

// verdicts judges all facts of a track one after another. added is the one that
// is new; fromFile says whether it comes with a file.
func (r *Rules) verdicts(t Track, added Event, fromFile bool) []verdict {
	all := r.factsOf(t)
	out := make([]verdict, 0, len(all))
	w := r.newWay(t.Person)
	for i, f := range all {
		w.until(f.On)
		file := f.By == ""
		if f.Same(added) {
			file = fromFile
		}
		out = append(out, verdict{f.Event, w.refuses(f, all[:i], file)})
		w.take(f)
	}
	return out
}

// refuses returns why a fact cannot follow on the facts before it; nil when it
// can.
func (w *way) refuses(f fact, before facts, fromFile bool) *Refusal {
	refusal := &Refusal{Event: f.ID, Rule: first(f.rule.Facts)}
	if f.ID == evDutyDone {
		return w.refusesDuty(f)
	}
	stopped := w.sides & stopping
	comesBack := stopped&f.rule.clears != 0
	if stopped == sideSet(OnHold) && f.rule.Enter == NoStage {
		stopped = 0 // papers may arrive meanwhile
	}
	if stopped&^f.rule.despite != 0 && !comesBack {
		refusal.Why, refusal.Rule = Stopped, ""
		for i, side := range sidesInOrder {
			if stopped&(1<<i) != 0 {
				refusal.Side = side
			}
		}
		return refusal
	}
	if broken := w.invariant(f, before); broken != nil {
		return broken
	}
	midway := fromFile && !w.begun && f.rule.Enter != NoStage
	if f.rule.from != 0 && !f.rule.from.has(w.stage()) && !midway && (!comesBack || f.rule.clears&leaving == 0) {
		refusal.Why, refusal.Stage = WrongStage, w.stage()
		if refusal.Stage == NoStage {
			refusal.Date = f.On
		}
		return refusal
	}
	if len(f.rule.After) > 0 && !midway && !cameBefore(f, before) {
		refusal.Why, refusal.Needs, refusal.Detail = NeedsFirst, f.rule.After, f.Detail
		return refusal
	}
	return nil
}

// cameBefore reports whether one of what must come before did; where both name
// a place, of the same place.
func cameBefore(f fact, before facts) bool {
	return slices.ContainsFunc(before, func(b fact) bool {
		return slices.Contains(f.rule.After, b.ID) && (f.rule.Detail != OfPlace || b.rule.Detail != OfPlace || strings.EqualFold(f.Detail, b.Detail))
	})
}

// refusesDuty returns why a duty of a student cannot be recorded.
func (w *way) refusesDuty(f fact) *Refusal {
	duty := w.r.dutyOf(f.Detail)
	if duty == nil || duty.where == 0 || duty.where.has(w.stage()) {
		return nil
	}
	if !w.joined.IsZero() && duty.where.has(Probation) {
		return nil // dues of the time before may be paid later
	}
	return &Refusal{Event: f.ID, Why: WrongStage, Stage: w.stage(), Rule: first(duty.Versions[0].Facts)}
}

// invariant returns the invariant of journey.md, section 2, that forbids a
// fact; nil when none does.
func (w *way) invariant(f fact, before facts) *Refusal {
	early := func(rule string, from Date) *Refusal {
		return &Refusal{Event: f.ID, Why: TooEarly, Rule: rule, Date: from}
	}
	if w.stage() == Probation && f.rule.from.has(OfficialReview) && !f.rule.from.has(Probation) {
		return early(first(f.rule.Facts), w.ended) // rule no-early-resolution
	}
	switch f.ID {
	case evBirth:
		if old, ok := before.last(evBirth); ok && w.r.Events[old.rank].ID == evBirth {
			return &Refusal{Event: f.ID, Why: OnlyOnce, Rule: "age-18-60", Date: old.On}
		}
	case evDossierOpened:
		return w.validCert(f)
	case evResolvedAdmit, evNotPassed:
		return w.mayBeLookedAt(f)
	case evCeremony:
		return w.mayBeAdmittedHere(f)
	case evReadmission:
		return w.mayReturn(f, before, early)
	}
	return nil
}

// validCert asks for a certificate of the awareness class that still counts on
// the day (rules awareness-class-required, awareness-cert-60-months).
func (w *way) validCert(f fact) *Refusal {
	until := w.certUntil()
	switch {
	case w.sides&sideSet(Readmission) != 0:
		return nil // see State
	case until.IsZero() && (w.midway || !w.begun):
		return nil // a way from a file, which begins in the middle
	case until.IsZero():
		return &Refusal{Event: f.ID, Why: PaperMissing, Rule: "awareness-class-required", Needs: []EventID{evClassCert}}
	case f.On.After(until):
		return &Refusal{Event: f.ID, Why: PaperExpired, Rule: "awareness-cert-60-months", Date: until}
	}
	return nil
}

// mayBeLookedAt asks for what must be there before the cell looks at somebody:
// papers that still count, and 18 years, in months, on the day of the meeting.
func (w *way) mayBeLookedAt(f fact) *Refusal {
	if r := w.validCert(f); r != nil {
		return r
	}
	if until := w.dossierUntil(); !until.IsZero() && f.On.After(until) {
		return &Refusal{Event: f.ID, Why: PaperExpired, Rule: "dossier-12-months", Date: until}
	}
	if from := w.adult(); f.On.Before(from) {
		return &Refusal{Event: f.ID, Why: TooYoung, Rule: "age-18-60", Date: from}
	}
	return nil
}

// mayBeAdmittedHere asks that nobody is admitted by the place they are leaving,
// nor anywhere on a decision that came too late after the move (rule
// student-decided-then-moves).
func (w *way) mayBeAdmittedHere(f fact) *Refusal {
	needs := evMoveReceived
	switch {
	case w.stage() != AwaitingCeremony:
		return nil
	case w.late:
		needs = evCancelled
	case w.sides&sideSet(Transferring) == 0 || w.same:
		return nil
	}
	return &Refusal{Event: f.ID, Why: NeedsFirst, Rule: "student-decided-then-moves", Needs: []EventID{needs}}
}

// mayReturn asks for the time that must pass before somebody is admitted again,
// which is possible once (rule special-readmission-36).
func (w *way) mayReturn(f fact, before facts, early func(string, Date) *Refusal) *Refusal {
	const rule = "special-readmission-36"
	if old, ok := before.last(evReadmission); ok {
		return &Refusal{Event: f.ID, Why: OnlyOnce, Rule: rule, Date: old.On}
	}
	if cleared, ok := before.last(evRecordCleared); ok {
		if from := cleared.On.AddMonths(60); f.On.Before(from) {
			return early(rule, from)
		}
		return nil
	}
	if gone, ok := before.last(evLeftParty, "E_REMOVED", "E_REMOVAL_RECEIVED"); ok {
		if from := gone.On.AddMonths(36); f.On.Before(from) {
			return early(rule, from)
		}
	}
	return nil
}

// Recordable returns what by may record of the person today, likeliest first:
// what is due soonest, then what belongs to the stage, then the rest. What
// needs a detail is there even if not every detail will be accepted.
func (r *Rules) Recordable(t Track, by Person, today Date) []EventRule {
	all := r.factsOf(t)
	w := r.walk(t.Person, all, today)
	past := all.upTo(today)
	open := r.Deadlines(t, today)
	type likely struct {
		rule EventRule
		rank int
	}
	var out []likely
	for i := range r.Events {
		rule := &r.Events[i]
		e := Event{ID: rule.ID, On: today}
		rank := slices.IndexFunc(open, func(d Deadline) bool { return d.closedBy(rule.ID) })
		if rule.Detail == OfDuty {
			duty := slices.IndexFunc(open, func(d Deadline) bool {
				id, detail, ok := r.Closing(d)
				return ok && id == rule.ID && r.mayRecord(t, *rule, Event{ID: id, Detail: detail}, by) == nil
			})
			if duty < 0 {
				continue
			}
			_, e.Detail, _ = r.Closing(open[duty])
			rank = len(open) + 1 // there is a button under each
		}
		if rule.Automatic || r.mayRecord(t, *rule, e, by) != nil || w.refuses(fact{e, rule, i}, r.named(rule, past), by.fromFile()) != nil {
			continue
		}
		switch {
		case w.dropped && rule.ID == evRemoved:
			rank = -1
		case w.dropped && rule.ID == evOfficial, rule.sets&parted != 0, rule.ID == evProposedRemoval:
			rank = len(open) + 2
		case rank >= 0:
		case rule.from != 0 && rule.from.has(w.stage()) && (w.seen[i/32]&(1<<(i%32)) == 0 || rule.Enter != NoStage):
			rank = len(open)
		default:
			rank = len(open) + 1
		}
		out = append(out, likely{*rule, rank})
	}
	slices.SortStableFunc(out, func(a, b likely) int { return cmp.Compare(a.rank, b.rank) })
	rules := make([]EventRule, len(out))
	for i := range out {
		rules[i] = out[i].rule
	}
	return rules
}

// named gives the facts before as if they named no place: which one an event is
// about is not said yet.
func (r *Rules) named(rule *EventRule, before facts) facts {
	if rule.Detail != OfPlace {
		return before
	}
	before = slices.Clone(before)
	for i := range before {
		before[i].Detail = ""
	}
	return before
}

// closedBy reports whether an event of the kind says that d is done.
func (d Deadline) closedBy(id EventID) bool { return slices.Contains(d.Rule.Done, id) }

// Sort puts events into the order in which Accept takes them: by day, and those
// of one day in the order of events.yaml.
func (r *Rules) Sort(events []Event) {
	slices.SortStableFunc(events, func(a, b Event) int {
		return cmp.Or(a.On.Compare(b.On), cmp.Compare(r.byEvent[a.ID], r.byEvent[b.ID]))
	})
}
