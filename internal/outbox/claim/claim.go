// Package claim is what a queue of messages hands to a courier: one message
// under a lease, and the pace at which that may happen. It knows no Redis, no
// clock and no goroutine; the store and the outbox both speak it.
package claim

import (
	"time"

	"donghanh/internal/chat"
)

// Lease is one message that its holder alone may send. It must be handed back
// by one of the queue's methods before it runs out; after that nobody knows
// whether the message went out, and it counts as a doubt.
type Lease struct {
	ID      string // the message's place in the order of putting, fixed width
	Token   string // proves that the lease is ours
	Message chat.Message
	Doubts  int // how often it may have gone out already
	Tries   int // how often it was handed out before
}

// Pace is how fast messages may be claimed. Unset fields mean the defaults.
type Pace struct {
	Rate  int           // messages a second over all conversations; default 30
	Lease time.Duration // how long a claim is good for; default 1 minute
	Chat  time.Duration // one message to a person in this time; default 1.05 s: what leaves in time may arrive early
	Burst int           // so many to a person at once after a rest; default 3
	Group time.Duration // one message to a group in this time; default 3 s
}

// Slack is the lateness of a claim that costs no pace: a timer that fires a
// little late does not slow the bot down.
const Slack = 5 * time.Millisecond

// Jitter is how much closer together two messages may arrive at the service
// than they were claimed: making and sending one takes longer than the other.
const Jitter = 10 * time.Millisecond

// Filled returns p with the defaults in place of unset fields.
func (p Pace) Filled() Pace {
	if p.Rate <= 0 {
		p.Rate = 30
	}
	if p.Lease <= 0 {
		p.Lease = time.Minute
	}
	if p.Chat <= 0 {
		p.Chat = 1050 * time.Millisecond
	}
	if p.Burst <= 0 {
		p.Burst = 3
	}
	if p.Group <= 0 {
		p.Group = 3 * time.Second
	}
	return p
}

// Sending returns how long a delivery may take, counted from when its claim was
// asked for: three quarters of the lease. No delivery outlives its lease, and
// what became of it can be recorded while the lease is held.
func (p Pace) Sending() time.Duration { return p.Filled().Lease / 4 * 3 }

// Every returns the distance between two claims. It is a little more than
// 1/Rate, by Slack and Jitter spread over a second, so that no second holds more
// than Rate messages even when the first of them came late: 0.985 of the rate.
func (p Pace) Every() time.Duration {
	return (time.Second + Slack + Jitter) / time.Duration(p.Filled().Rate)
}
