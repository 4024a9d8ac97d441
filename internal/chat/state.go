package chat

import "time"

// State is how far a message that was put out has come.
type State string

// States. All but Queued are ends.
const (
	Queued   State = "queued" // waits, or is on its way
	Sent     State = "sent"
	Failed   State = "failed"      // the service will never take it
	Gone     State = "unreachable" // the person blocked the bot or is gone
	Doubtful State = "in doubt"    // nobody can know whether it arrived
	Moot     State = "moot"        // there was nothing left to say when its turn came
)

// Delivery is what became of a message.
type Delivery struct {
	State   State
	At      time.Time // when it came to that; not before, while it is queued
	Reason  string    // why, for all but Queued, Sent and Moot
	Message int       // the number the service gave it; 0 where there is none
}
