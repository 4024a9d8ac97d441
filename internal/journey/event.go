package journey

import (
	"slices"
	"time"
)

// EventID names a kind of fact, such as E_CEREMONY_HELD. Which there are, what
// they are called, and who may record them stands in content/events.yaml.
type EventID string

// Event is a fact: it took place on a day, and somebody recorded it. Two events
// with the same ID, On and Detail are the same fact.
type Event struct {
	ID     EventID   `json:"id"`
	On     Date      `json:"on"`
	Detail string    `json:"detail,omitempty"` // the document, the place or the period it is about
	By     Code      `json:"by,omitempty"`     // who recorded it; empty: it came with a file
	At     time.Time `json:"at,omitzero"`      // when it was recorded
	Undone bool      `json:"undone,omitempty"` // taken back; counts for nothing

	UndoneBy Code      `json:"undone_by,omitempty"` // who took it back, where that was kept
	UndoneAt time.Time `json:"undone_at,omitzero"`  // and when
}

// Same reports whether both are the same fact.
func (e Event) Same(other Event) bool {
	return e.ID == other.ID && e.On == other.On && e.Detail == other.Detail
}

// Track is everything kept of one person: who they are, what took place, and
// what they and others have been told of it. What follows from the facts
// (stage, deadlines, reminders) is computed, never kept.
type Track struct {
	Person  Person  `json:"person"`
	Since   Date    `json:"since"`             // when the person came into the lists
	Events  []Event `json:"events,omitempty"`  // in the order of recording
	Told    Told    `json:"told,omitempty"`    // of deadlines on this track, to whom
	Account int64   `json:"account,omitempty"` // where the person can be written to; 0: not linked
	Pref    Pref    `json:"pref,omitempty"`
	Rev     int64   `json:"rev"` // grows with each change
}

// Facts returns the events that count.
func (t Track) Facts() []Event {
	var out []Event
	for _, e := range t.Events {
		if !e.Undone {
			out = append(out, e)
		}
	}
	return out
}

// Last returns the latest event of that kind by its day, the later recorded of
// two on one day. ok is false when there is none.
func (t Track) Last(id EventID) (last Event, ok bool) {
	for _, e := range t.Events {
		if e.ID == id && !e.Undone && (!ok || !e.On.Before(last.On)) {
			last, ok = e, true
		}
	}
	return last, ok
}

// With returns the track with one more event; t itself is not changed. The same
// fact again changes nothing.
func (t Track) With(e Event) Track {
	for _, old := range t.Events {
		if old.Same(e) && !old.Undone {
			return t
		}
	}
	t.Events = append(t.Events[:len(t.Events):len(t.Events)], e)
	return t
}

// WithUndone returns the track with its i-th event taken back; t itself is not
// changed.
func (t Track) WithUndone(i int, by Code, at time.Time) Track {
	t.Events = slices.Clone(t.Events)
	t.Events[i].Undone, t.Events[i].UndoneBy, t.Events[i].UndoneAt = true, by, at
	return t
}

// Pref is how often a person wants to hear. Deadlines within three days always
// come.
type Pref string

// Preferences.
const (
	Daily      Pref = ""
	Weekly     Pref = "weekly"
	UrgentOnly Pref = "urgent"
)

// Told says what was told of each deadline to each role: the key is
// Deadline.Key, a slash, and the role.
type Told map[string]Telling

// Telling is what one role was told of one deadline.
type Telling struct {
	Step    Date  `json:"step"`             // the last step told: the day it was planned for
	First   Date  `json:"first"`            // when the role was first told
	Times   int   `json:"times"`            // how many steps were told
	Hold    Date  `json:"hold,omitzero"`    // "remind me later": no climbing before that day
	Climb   Climb `json:"climb,omitempty"`  // how far silence had climbed when the role was told
	Climbed Date  `json:"climbed,omitzero"` // when the role was told that it climbed so far
}
