package journey

import (
	"slices"
	"strings"
	"time"
)

// Facts the arithmetic itself knows of; all others are what content/ says of
// them.
const (
	evBirth           EventID = "E_BIRTH"
	evSympathizer     EventID = "E_SYMPATHIZER_LISTED"
	evMentor          EventID = "E_MENTOR_ASSIGNED"
	evClassNominated  EventID = "E_CLASS_NOMINATED"
	evClassCert       EventID = "E_CLASS_CERT_ISSUED"
	evDossierOpened   EventID = "E_DOSSIER_OPENED"
	evDocDated        EventID = "E_DOC_DATED"
	evDossierComplete EventID = "E_DOSSIER_COMPLETE"
	evCheckSent       EventID = "E_CHECK_SENT"
	evCheckConcluded  EventID = "E_CHECK_CONCLUDED"
	evCheckExempt     EventID = "E_CHECK_EXEMPT"
	evOpinions        EventID = "E_OPINIONS_DONE"
	evResolvedAdmit   EventID = "E_CELL_RESOLVED_ADMIT"
	evNotPassed       EventID = "E_CELL_NOT_PASSED" // #nosec G101 -- the name of an event
	evSentUp          EventID = "E_DOSSIER_SENT_UP"
	evBaseReceived    EventID = "E_BASE_RECEIVED"
	evDecision        EventID = "E_DECISION_ISSUED"
	evProposedRemoval EventID = "E_CELL_PROPOSED_REMOVAL"
	evRemoved         EventID = "E_REMOVED"
	evOfficial        EventID = "E_OFFICIAL_DECISION"
	evCancelled       EventID = "E_DECISION_CANCELLED"
	evCeremony        EventID = "E_CEREMONY_HELD"
	evProbationEnded  EventID = "E_PROBATION_ENDED"
	evMove            EventID = "E_MOVE_EFFECTIVE"
	evMoveReceived    EventID = "E_MOVE_FILE_RECEIVED"
	evTempStart       EventID = "E_TEMP_TRANSFER_START"
	evTempEnd         EventID = "E_TEMP_TRANSFER_END"
	evDuesMonth       EventID = "E_DUES_MONTH"
	evDuesWaiver      EventID = "E_DUES_WAIVER"
	evDuesWaiverEnd   EventID = "E_DUES_WAIVER_END"
	evLeftParty       EventID = "E_LEFT_PARTY"
	evRecordCleared   EventID = "E_RECORD_CLEARED"
	evReadmission     EventID = "E_READMISSION_OPENED"
	evDutyDone        EventID = "E_DUTY_DONE"
	evClockMoved      EventID = "E_CLOCK_MOVED"

	sameAuthority = "cung-cap-uy" // a choice of evMove
)

// knownEvents must stand in content/events.yaml.
var knownEvents = []EventID{
	evBirth, evSympathizer, evMentor, evClassNominated, evClassCert, evDossierOpened, evDocDated, evDossierComplete,
	evCheckSent, evCheckConcluded, evCheckExempt, evOpinions, evResolvedAdmit, evNotPassed, evSentUp, evBaseReceived,
	evDecision, evProposedRemoval, evRemoved, evOfficial, evCancelled, evCeremony, evProbationEnded, evMove, evMoveReceived, evTempStart, evTempEnd,
	evDuesMonth, evDuesWaiver, evDuesWaiverEnd, evLeftParty, evRecordCleared, evReadmission, evDutyDone, evClockMoved,
}

// Rules the arithmetic itself asks for: they say how long papers count.
const (
	ruleCert    = "dl-awareness-cert"
	ruleDossier = "dl-doc-validity"
)

const (
	probationMonths = 12  // rule probation-12-months
	adultMonths     = 216 // rule age-18-60: 18 years, counted in months
)

var stagesInOrder = []Stage{
	NoStage, Source, Sympathizer, AwarenessClass, Dossier, BackgroundCheck, Opinions, CellReview,
	CommitteeDecision, AwaitingCeremony, Probation, OfficialReview, OfficialDecision, OfficialMember,
}

var sidesInOrder = []Side{
	OnHold, Withdrawn, Delisted, CertExpired, DossierExpired, NotAdmitted, Transferring, TransferredOut, Removed, Readmission,
}

// set is some of stagesInOrder, of sidesInOrder or of Rules.Events, each by its
// place there.
type set uint32

func stageSet(stages ...Stage) (s set) {
	for _, stage := range stages {
		s |= 1 << stage.index()
	}
	return s
}

func sideSet(sides ...Side) (s set) {
	for _, side := range sides {
		s |= 1 << max(0, slices.Index(sidesInOrder, side))
	}
	return s
}

// index is the place of the stage on the way, from 0 for NoStage.
func (s Stage) index() int { return max(0, slices.Index(stagesInOrder, s)) }

var (
	stopping = sideSet(OnHold, Withdrawn, Delisted, TransferredOut, Removed) // nothing is owed
	leaving  = sideSet(Withdrawn, Delisted)                                  // who comes back begins anew
	parted   = sideSet(Withdrawn, Delisted, Removed)                         // nothing follows but by a new beginning
	unjudged = stageSet(NoStage, Source, Sympathizer, AwarenessClass, Dossier, BackgroundCheck, Opinions, CellReview)
	filing   = stageSet(Dossier, BackgroundCheck, Opinions, CellReview)
	resolved = stageSet(CommitteeDecision, AwaitingCeremony) // the cell has looked at the papers
)

// fact is an event that counts, with its rule.
type fact struct {
	Event
	rule *EventRule
	rank int // the rule's place in events.yaml
}

// facts are the events of a track that count, and those that follow from them,
// by day; of one day in the order of recording, in which Accept took them. Some
// may lie ahead.
type facts []fact

// add puts a fact in its place.
func (fs *facts) add(f fact) {
	*fs = append(*fs, f)
	all := *fs
	for i := len(all) - 1; i > 0; i-- {
		if !all[i].On.Before(all[i-1].On) {
			return
		}
		all[i], all[i-1] = all[i-1], all[i]
	}
}

// last returns the latest fact of one of the kinds.
func (fs facts) last(id EventID, also ...EventID) (fact, bool) {
	for i := len(fs) - 1; i >= 0; i-- {
		if fs[i].ID == id || slices.Contains(also, fs[i].ID) {
			return fs[i], true
		}
	}
	return fact{}, false
}

// upTo returns the facts that do not lie ahead of a day.
func (fs facts) upTo(day Date) facts {
	for len(fs) > 0 && fs[len(fs)-1].On.After(day) {
		fs = fs[:len(fs)-1]
	}
	return fs
}

// factsOf returns the facts of a track. What no rule knows, and what is never
// recorded, does not count.
func (r *Rules) factsOf(t Track) facts {
	out := make(facts, 0, len(t.Events)+2)
	for _, e := range t.Events {
		if i, ok := r.byEvent[e.ID]; ok && !e.Undone && !r.Events[i].Automatic {
			out.add(fact{e, &r.Events[i], i})
		}
	}
	if _, exact := out.last(evBirth); !exact && t.Person.Birth != (Month{}) {
		i := r.byEvent[evBirth]
		out.add(fact{Event{ID: evBirth, On: firstOf(t.Person.Birth)}, &r.Events[i], i})
	}
	return out
}

func firstOf(m Month) Date { return Date{m.Year, time.Month(m.Month), 1} }

// way is where a person stands after some facts, taken in order.
type way struct {
	r        *Rules
	main     Stage // the last one entered
	entered  Date
	begun    bool // something of the way itself was recorded
	midway   bool // the first that was recorded lies in the middle
	sides    set
	listed   bool // on the list of sympathizers
	mentored bool
	inClass  bool
	complete bool // the dossier has its papers
	sent     bool // an enquiry went out
	checked  bool // the enquiry is over
	heard    bool // the opinions are there
	dropped  bool // the cell did not propose to recognise the member

	since     Date // the stage began
	born      Date // the first of the month where only that is known
	cert      Date
	opened    Date // the dossier
	reopened  bool
	decision  Date
	late      bool // it came too late after the move: see lateFor
	joined    Date
	ended     Date // the twelve months after it
	before    Stage
	moved     Date
	same      bool // within the same deciding committee
	temporary bool
	seen      [4]set // kinds recorded, by their place in Rules.Events
}

// newWay is the way before anything happened.
func (r *Rules) newWay(p Person) way { return way{r: r, mentored: p.Mentor != ""} }

// stage is where the way stands, whatever has expired.
func (w *way) stage() Stage {
	switch {
	case w.main == Dossier:
		return w.filing()
	case w.main.index() > Dossier.index():
		return w.main
	case w.inClass:
		return AwarenessClass
	case w.main == Sympathizer, w.listed && w.mentored:
		return Sympathizer
	case w.listed, !w.cert.IsZero():
		return Source
	}
	return w.main
}

// filing is the stage of a dossier under way: the check and the opinions run
// side by side, and both come before the cell looks at it.
func (w *way) filing() Stage {
	switch {
	case w.complete && w.checked && w.heard:
		return CellReview
	case w.checked && w.heard:
		return Dossier // a paper is still missing
	case w.checked && (w.complete || w.sent):
		return Opinions
	case w.complete, w.sent:
		return BackgroundCheck
	}
	return Dossier
}

// until takes what happens by itself up to a day: probation ends after twelve
// months, whoever notices.
func (w *way) until(day Date) {
	if w.main == Probation && !day.Before(w.ended) {
		w.main, w.since, w.entered = OfficialReview, w.ended, w.ended
	}
}

// take takes the next fact.
func (w *way) take(f fact) {
	w.until(f.On)
	stood := w.stage()
	if f.rule.clears&leaving&w.sides != 0 { // starts again after having left
		w.main, w.listed, w.inClass = NoStage, false, false
	}
	w.sides = w.sides&^f.rule.clears | f.rule.sets
	w.seen[f.rank/32] |= 1 << (f.rank % 32)
	w.note(f)
	if f.rule.Enter != NoStage {
		w.midway = w.midway || !w.begun && !f.rule.from.has(NoStage)
		w.begun = true
		w.main, w.entered = f.rule.Enter, f.On
		w.dropped = f.ID == evProposedRemoval
	}
	if f.ID == evSympathizer || f.ID == evMentor {
		w.begun = true
	}
	if w.stage() != stood {
		w.since = f.On
	}
}

// note keeps what a fact means beside its stage and sides.
func (w *way) note(f fact) {
	switch f.ID {
	case evBirth:
		w.born = f.On
	case evSympathizer:
		w.listed = true
	case evMentor:
		w.mentored = true
	case evClassNominated:
		w.inClass = true
	case evClassCert:
		w.inClass, w.cert = false, f.On
	case evReadmission:
		w.joined, w.ended, w.decision = Date{}, Date{}, Date{}
		w.open(f.On)
	case evDossierOpened:
		w.open(f.On)
	case evDossierComplete:
		w.complete = true
	case evCheckSent:
		w.sent = true
	case evCheckConcluded, evCheckExempt:
		w.checked = true
	case evOpinions:
		w.heard = true
	case evDecision:
		w.decision = f.On
		w.late = w.lateFor(f.On)
	case evCancelled:
		w.decision, w.late = Date{}, false
	case evCeremony:
		w.joined, w.ended = f.On, f.On.AddMonths(probationMonths)
	case evMove:
		w.before, w.moved, w.same = w.stage(), f.On, strings.EqualFold(f.Detail, sameAuthority)
	case evTempStart:
		w.temporary = true
	case evTempEnd:
		w.temporary = false
	}
}

// open begins a dossier; the enquiry and the opinions of an older one are made
// anew with it (rule dossier-12-months).
func (w *way) open(day Date) {
	w.reopened = !w.opened.IsZero()
	w.opened, w.complete, w.sent, w.checked, w.heard = day, false, false, false, false
}

// has reports whether the stage is one of the set.
func (s set) has(stage Stage) bool { return s&(1<<stage.index()) != 0 }

// walk takes all facts up to a day.
func (r *Rules) walk(p Person, all facts, day Date) way {
	w := r.newWay(p)
	for _, f := range all {
		if f.On.After(day) {
			break
		}
		w.take(f)
	}
	w.until(day)
	return w
}

// certUntil is the last day on which the certificate of the awareness class
// counts; no day: there is none.
func (w *way) certUntil() Date { return w.r.counts(w.r.cert, w.cert) }

// dossierUntil is the last day on which the cell may look at the dossier.
func (w *way) dossierUntil() Date { return w.r.counts(w.r.dossier, w.opened) }

// counts returns the last day of a paper of that day under a rule.
func (r *Rules) counts(rule *Rule, from Date) Date {
	if from.IsZero() {
		return Date{}
	}
	due, _ := r.due(rule, rule.versionAt(from), from)
	return due
}

// adult is the day from which the person is 18. Where only the month of birth
// is known it is the first of the month: age counts in months.
func (w *way) adult() Date {
	if w.born.IsZero() {
		return Date{}
	}
	return w.born.AddMonths(adultMonths)
}

// State returns where a person stands on a day.
//
// A certificate of more than 60 months leads back to the class, a dossier of
// more than twelve months back to the dossier, both until the cell has looked
// at it; and before somebody is 18 the cell does not look at it (journey.md,
// section 2).
func (r *Rules) State(t Track, today Date) State {
	all := r.factsOf(t)
	w := r.walk(t.Person, all, today)
	s := State{Stage: w.stage(), Since: w.since, AgeFrom: w.decision, Joined: w.joined, Official: w.ended}
	if w.sides&sideSet(Transferring) != 0 {
		s.Before = w.before
	}
	if unjudged.has(s.Stage) && w.sides&stopping == 0 {
		w.expire(&s, today)
	}
	for i, side := range sidesInOrder {
		if w.sides&(1<<i) != 0 {
			s.Side = append(s.Side, side)
		}
	}
	if s.Unproposed = w.dropped; w.dropped || w.sides&parted != 0 {
		s.Official = Date{} // it would be false hope
	}
	s.Papers = r.papers(all, &w, s.Stage, today)
	return s
}

// expire says what expired papers and youth make of the stage.
func (w *way) expire(s *State, today Date) {
	if w.stage() == CellReview && today.Before(w.adult()) {
		s.Stage = Opinions
	}
	if filing.has(w.stage()) && today.After(w.dossierUntil()) {
		w.sides |= sideSet(DossierExpired)
		s.Stage, s.Since = Dossier, w.dossierUntil().AddDays(1)
	}
	// Who is admitted again made the class before; nothing read says that the
	// certificate must be new.
	if until := w.certUntil(); !until.IsZero() && today.After(until) && w.sides&sideSet(Readmission) == 0 {
		w.sides |= sideSet(CertExpired)
		s.Stage, s.Since = AwarenessClass, until.AddDays(1)
	}
}

// papers lists what is wanted up to a stage, on its half of the way: towards the
// ceremony, or after it. What is there already is listed too.
func (r *Rules) papers(all facts, w *way, stage Stage, today Date) []Paper {
	var out []Paper
	member := stage.index() >= Probation.index()
	if now := w.stage(); now.index() > stage.index() && !member {
		stage = now // an expired paper does not make the others unwanted
	}
	for i := range r.Papers {
		rule := &r.Papers[i]
		if member != (rule.Stage.index() >= Probation.index()) {
			continue
		}
		p := Paper{ID: rule.ID, Title: rule.Title}
		for _, f := range all {
			if f.On.After(today) || !rule.shownBy(f.Event) {
				continue
			}
			if member && f.On.Before(w.joined) {
				continue // a form of that name belongs to the way towards the ceremony
			}
			if renewed := rule.Valid != ruleCert && w.sides&sideSet(Readmission) != 0 || rule.Valid == ruleDossier && w.reopened; renewed && f.On.Before(w.opened) {
				continue
			}
			p.Has, p.On = true, f.On
		}
		switch {
		case p.Has && rule.Valid == ruleCert:
			p.Until = r.counts(r.cert, p.On)
		case p.Has && rule.Valid == ruleDossier:
			p.Until = w.dossierUntil()
		}
		if admit, ok := all.upTo(today).last(evResolvedAdmit); ok && !p.Until.IsZero() && resolved.has(stage) {
			p.Until, p.Used = Date{}, admit.On
		}
		if p.Has || !rule.Optional && !w.dropped && rule.Stage.index() <= stage.index() {
			out = append(out, p)
		}
	}
	return out
}
