package journey

import (
	"slices"
	"strings"

	"donghanh/internal/yamlfile"
)

// Move says what becomes of a way under way when a person changes places
// (journey.md, section 5).
type Move struct {
	ID        string   `yaml:"id"`
	Title     string   `yaml:"title"`
	Stages    []Stage  `yaml:"stages"`
	When      MoveWhen `yaml:"when"`
	Leaves    string   `yaml:"leaves"`    // what the place left does
	Arrives   string   `yaml:"arrives"`   // what the new place does
	Deadlines []string `yaml:"deadlines"` // ids of deadlines.yaml
	Facts     []string `yaml:"facts"`     // ids of facts.yaml
	Verified  bool     `yaml:"verified"`

	at yamlfile.Place
}

// MoveWhen is a condition beside the stage.
type MoveWhen string

// Conditions of a move.
const (
	Always        MoveWhen = ""
	NotSent       MoveWhen = "not_sent"       // the dossier has not gone up to whoever decides
	Sent          MoveWhen = "sent"           // it has
	SameAuthority MoveWhen = "same_authority" // the deciding committee stays the same
	DecidedSoon   MoveWhen = "decided_soon"   // the decision came within 30 working days after the move
	DecidedLate   MoveWhen = "decided_late"   // or later
	Temporary     MoveWhen = "temporary"      // away for a time only
)

var moveWhens = []MoveWhen{Always, NotSent, Sent, SameAuthority, DecidedSoon, DecidedLate, Temporary}

// decidedSoon is how many working days after the move a decision to admit is
// still good for the new place (rule student-decided-then-moves).
const decidedSoon = 30

// Move returns what holds for a person who is changing places, or is away for a
// time, on that day. ok is false for anybody else.
func (r *Rules) Move(t Track, today Date) (m Move, ok bool) {
	all := r.factsOf(t)
	w := r.walk(t.Person, all, today)
	moving := w.sides&sideSet(Transferring) != 0
	if !moving && !w.temporary || w.sides&stopping != 0 {
		return Move{}, false
	}
	stage := w.stage()
	for _, m := range r.Moves {
		if slices.Contains(m.Stages, stage) && w.moves(m.When, all, moving) {
			return m, true
		}
	}
	return Move{}, false
}

// moves reports whether a condition holds.
func (w *way) moves(when MoveWhen, all facts, moving bool) bool {
	switch when {
	case Always:
		return moving
	case NotSent, Sent:
		up, ok := all.last(evSentUp, evBaseReceived)
		sent := ok && !up.On.Before(w.entered)
		return moving && sent == (when == Sent)
	case SameAuthority:
		return moving && w.same
	case DecidedSoon, DecidedLate:
		return moving && !w.same && w.late == (when == DecidedLate)
	case Temporary:
		return w.temporary
	}
	return false
}

// lateFor reports whether a decision to admit of that day comes from the place
// the person is leaving, more than 30 working days after the move: then it is
// cancelled and the new place looks again.
func (w *way) lateFor(day Date) bool {
	if w.sides&sideSet(Transferring) == 0 || w.same {
		return false
	}
	last, _ := w.r.Calendar.AddWorkingDays(w.moved, decidedSoon)
	return day.After(last)
}

// PaperRule is a document of the way.
type PaperRule struct {
	ID       string    `yaml:"id"`    // "3-knd"
	Form     string    `yaml:"form"`  // "3-KNĐ"; an event's detail may name it too
	Title    string    `yaml:"title"` // what it is
	Stage    Stage     `yaml:"stage"` // from which on it is wanted
	Optional bool      `yaml:"optional"`
	By       []EventID `yaml:"by"`    // what shows that it is there
	Valid    string    `yaml:"valid"` // the deadline that says how long it counts; none: for good
	Facts    []string  `yaml:"facts"` // ids of facts.yaml

	at yamlfile.Place
}

// named reports whether a text names the document.
func (p *PaperRule) named(s string) bool {
	return strings.EqualFold(s, p.ID) || p.Form != "" && strings.EqualFold(s, p.Form)
}

// shownBy reports whether an event shows that the document is there.
func (p *PaperRule) shownBy(e Event) bool {
	return slices.Contains(p.By, e.ID) || e.ID == evDocDated && p.named(e.Detail)
}
