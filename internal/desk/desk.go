// Package desk holds the questions that wait for a person: those the bot could
// not answer, and those it answered beside the point. Who asked is kept only
// as the address an answer goes back to, unless they agreed that the desk knows
// them. Questions that are alike wait as a group, which one officer answers.
package desk

import (
	"errors"
	"time"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
)

// Why says how a question came to the desk.
type Why string

// Reasons.
const (
	Handed Why = "handed" // the person pressed "Hỏi cán bộ"
	Wrong  Why = "wrong"  // the person pressed "Chưa đúng"
	Urgent Why = "urgent" // the person may be in danger, and pressed "Hỏi cán bộ"
)

// ErrClosed is returned for a question that does not wait (any more).
var ErrClosed = errors.New("the question does not wait")

// MaxWaiting is how many questions of one person may wait. Urgent ones are
// counted for themselves: a full desk turns nobody away who may be in danger.
const MaxWaiting = 20

// ErrTooMany is returned for a question of somebody who has MaxWaiting already.
var ErrTooMany = errors.New("too many questions of this person wait")

// Question is one question that waits for a person.
type Question struct {
	ID    string       `json:"id"` // the Incoming in which it was asked
	Text  string       `json:"text"`
	Topic string       `json:"topic,omitempty"` // what it was answered with, if anything
	Why   Why          `json:"why"`
	At    time.Time    `json:"at"`
	From  chat.Address `json:"from"`
	Known journey.Code `json:"known,omitempty"` // who asked, once they agreed that the desk knows
}

// Ref names the question at the desk. It does not say who asked.
func (q Question) Ref() string { return string(q.Why) + "/" + q.ID }
