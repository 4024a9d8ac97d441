package chat

import (
	"errors"
	"fmt"
	"time"
)

// What can go wrong with a delivery. A sender returns one of these, possibly
// wrapped; every other error counts as InDoubt, since nothing is known.
//
//	Busy         not delivered; everything waits until After has passed
//	Unavailable  not delivered, for certain; try again later
//	InDoubt      nobody can know whether it was delivered
//	Unreachable  not delivered; the person blocked the bot or is gone
//	Refused      not delivered; the message itself is wrong, never try again
//	Stop         not delivered; the bot itself may not go on (bad token)

// Busy means the service asked for a pause. It holds for all conversations.
type Busy struct{ After time.Duration }

func (e *Busy) Error() string { return fmt.Sprintf("asked to wait %s", e.After) }

// Unavailable means the message certainly did not leave: no connection.
type Unavailable struct{ Err error }

func (e *Unavailable) Error() string { return "unavailable: " + e.Err.Error() }
func (e *Unavailable) Unwrap() error { return e.Err }

// InDoubt means the message may or may not have arrived: the answer was lost.
type InDoubt struct{ Err error }

func (e *InDoubt) Error() string { return "in doubt: " + e.Err.Error() }
func (e *InDoubt) Unwrap() error { return e.Err }

// Unreachable means nothing can be delivered to this conversation any more,
// until the person writes again.
type Unreachable struct{ Reason string }

func (e *Unreachable) Error() string { return "unreachable: " + e.Reason }

// Refused means this message will never be accepted; it is our mistake.
type Refused struct{ Reason string }

func (e *Refused) Error() string { return "refused: " + e.Reason }

// Moved means the conversation has a new number; send there.
type Moved struct{ To Address }

func (e *Moved) Error() string { return "moved to " + e.To.String() }

// Stop means the bot may not go on at all: the token is wrong or withdrawn.
type Stop struct{ Reason string }

func (e *Stop) Error() string { return "stopped by the service: " + e.Reason }

// NotYet means that a message whose text is made at sending time is not to go
// out before At: it would come in the quiet hours.
type NotYet struct{ At time.Time }

func (e *NotYet) Error() string { return "not before " + e.At.Format(time.RFC3339) }

// ErrMoot means that there is nothing left to say by now: what a message whose
// text is made at sending time (Message.Make) was about is done. It never
// leaves.
var ErrMoot = errors.New("nothing left to say")

// ErrTooLarge means that a file a person sent is larger than what was asked for,
// or than the service hands out.
var ErrTooLarge = errors.New("too large")
