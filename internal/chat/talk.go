package chat

import (
	"slices"
	"time"
)

// Talk is what the bot remembers of one conversation, for a day at most: the
// questions asked in it, for one that leans on the turn before or is handed to
// a person, and a flow under way. It is forgotten after that time.
type Talk struct {
	// Handled is the Seq of the last Incoming whose effect is stored. That one
	// or an earlier one coming again changes nothing.
	Handled int64 `json:"handled,omitempty"`

	Asked []Asked `json:"asked,omitempty"` // oldest first, at most MaxAsked

	// Menu is whose command menu the conversation was given last, as the roles are
	// written in the log; "" for that of a guest.
	Menu string `json:"menu,omitempty"`

	Flow   string            `json:"flow,omitempty"`   // the flow under way, such as "dieukien"
	Since  time.Time         `json:"since,omitzero"`   // when it began
	Values map[string]string `json:"values,omitempty"` // what was said in it so far
}

// Asked is one question with what it was answered with.
type Asked struct {
	Seq   int64     `json:"seq"`             // the Incoming in which it was asked
	At    time.Time `json:"at"`              // when
	Text  string    `json:"text"`            // as typed, with what it leans on
	Topic string    `json:"topic,omitempty"` // empty if nothing fitted
}

// MaxAsked is how many questions of a conversation are remembered.
const MaxAsked = 10

// Memory is how long a question, or a flow that was left, is remembered.
const Memory = 24 * time.Hour

// Forget drops what is older than Memory at now, however often the person
// wrote since.
func (t *Talk) Forget(now time.Time) {
	t.Asked = slices.DeleteFunc(t.Asked, func(a Asked) bool { return now.Sub(a.At) > Memory })
	if t.Flow != "" && now.Sub(t.Since) > Memory {
		t.End()
	}
}

// Begin starts a flow at now, with what is known of it so far.
func (t *Talk) Begin(flow string, now time.Time, values map[string]string) {
	t.Flow, t.Since, t.Values = flow, now, values
}

// Remember adds a question, and forgets the oldest one when there are too many.
func (t *Talk) Remember(a Asked) {
	t.Asked = append(t.Asked, a)
	if over := len(t.Asked) - MaxAsked; over > 0 {
		t.Asked = append([]Asked(nil), t.Asked[over:]...)
	}
}

// Recall returns the question asked in the Incoming seq. ok is false when it
// is forgotten.
func (t *Talk) Recall(seq int64) (a Asked, ok bool) {
	for _, a := range t.Asked {
		if a.Seq == seq {
			return a, true
		}
	}
	return Asked{}, false
}

// Last returns the text of the question asked last, or "".
func (t *Talk) Last() string {
	if len(t.Asked) == 0 {
		return ""
	}
	return t.Asked[len(t.Asked)-1].Text
}

// End forgets the flow under way and all that was said in it.
func (t *Talk) End() { t.Flow, t.Since, t.Values = "", time.Time{}, nil }
