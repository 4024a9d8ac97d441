package desk

import (
	"errors"
	"time"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
)

// Officer names somebody at the desk: by their code, or by their conversation
// where only the settings know them ("@99").
type Officer string

// OfficerOf names the person of that code at that address.
func OfficerOf(code journey.Code, at chat.Address) Officer {
	if code == "" {
		return Officer("@" + at.String())
	}
	return Officer(code)
}

// Code is the officer's code; "" for one who is in no list.
func (o Officer) Code() journey.Code {
	if o == "" || o[0] == '@' { // no code begins so: journey.ValidCode
		return ""
	}
	return journey.Code(o)
}

// ClaimFor is how long somebody keeps questions to themselves. It runs out by
// itself, so that nothing lies with one who went home.
const ClaimFor = 4 * time.Hour

// ErrFree is returned for questions that are to be passed on and held by nobody.
var ErrFree = errors.New("nobody holds the questions")

// Claim says who answers some questions. All questions of one claim bear the
// same.
type Claim struct {
	ID    string    `json:"id"` // the press that made it; stays when it is passed on
	By    Officer   `json:"by"`
	Since time.Time `json:"since"`
	Until time.Time `json:"until"`
	Cause string    `json:"cause"` // the press that gave it to By: the same again is no conflict
}

// Holds reports whether the claim still keeps others away at now.
func (c Claim) Holds(now time.Time) bool { return c.ID != "" && now.Before(c.Until) }

// HeldBy reports whether the claim holds and is that officer's.
func (c Claim) HeldBy(o Officer, now time.Time) bool { return c.Holds(now) && c.By == o }
