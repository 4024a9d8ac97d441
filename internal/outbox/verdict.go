package outbox

import (
	"context"
	"errors"
	"time"

	"donghanh/internal/chat"
)

// verdict is what follows from one delivery.
type verdict struct {
	pause  time.Duration // everything waits so long
	stop   error         // the bot may not go on
	settle func(ctx context.Context, r chat.Receipt) error
}

// judge decides what err, the result of delivering l, means at now.
//
//	nil            sent
//	Busy           everything pauses; the message goes out after that
//	Unavailable    later: after 1 s, 2 s, … 60 s
//	ErrMoot        the end: nothing was left to say
//	NotYet         at the moment it names
//	unmade         the end where it was Refused; else later, as Unavailable: its text could not be made
//	Unreachable    the end for all that waits for this person
//	Refused        the end of this message
//	Moved          on to the new number
//	Stop           put back; the courier ends
//	anything else  in doubt: notices rest, the others go out again
//
// An acknowledgement is of use for some seconds only: whatever goes wrong, it
// ends.
func (c *Courier) judge(l Lease, now time.Time, err error) verdict {
	var v verdict
	key := l.Message.Key
	failed := func(reason string) {
		v.settle = func(ctx context.Context, _ chat.Receipt) error { return c.Queue.Failed(ctx, l, now, reason) }
	}
	later := func(at time.Time) {
		v.settle = func(ctx context.Context, _ chat.Receipt) error { return c.Queue.Later(ctx, l, now, at) }
	}

	if err == nil {
		v.settle = func(ctx context.Context, r chat.Receipt) error { return c.Queue.Sent(ctx, l, now, r) }
		return v
	}
	if busy, ok := errors.AsType[*chat.Busy](err); ok {
		c.Log.Warn("asked to wait", "seconds", busy.After.Seconds())
		v.pause = busy.After
		later(now.Add(busy.After))
	} else if refusal, ok := errors.AsType[*chat.Stop](err); ok {
		v.stop = refusal
		later(now)
	} else if failure, ok := errors.AsType[*unmade](err); ok {
		if errors.Is(err, chat.ErrMoot) {
			v.settle = func(ctx context.Context, _ chat.Receipt) error { return c.Queue.Moot(ctx, l, now) }
		} else if early, ok := errors.AsType[*chat.NotYet](err); ok {
			later(early.At)
		} else if refused, ok := errors.AsType[*chat.Refused](err); ok {
			c.Log.Error("a message can never be made", "key", key, "reason", refused.Reason)
			failed(refused.Reason)
		} else {
			wait := backoff(l.Tries)
			c.Log.Error("a message could not be made", "key", key, "err", failure.err, "retry_in", wait)
			later(now.Add(wait))
		}
	} else if gone, ok := errors.AsType[*chat.Unreachable](err); ok {
		v.settle = func(ctx context.Context, _ chat.Receipt) error { return c.Queue.Gone(ctx, l, now, gone.Reason) }
	} else if refused, ok := errors.AsType[*chat.Refused](err); ok {
		if l.Message.Act != chat.Ack {
			c.Log.Error("a message was refused", "key", key, "reason", refused.Reason)
		}
		failed(refused.Reason)
	} else if moved, ok := errors.AsType[*chat.Moved](err); ok {
		c.Log.Info("a conversation moved", "key", key)
		v.settle = func(ctx context.Context, _ chat.Receipt) error { return c.Queue.Moved(ctx, l, moved.To) }
	} else if _, ok := errors.AsType[*chat.Unavailable](err); ok {
		wait := backoff(l.Tries)
		c.Log.Warn("the service cannot be reached", "key", key, "err", err, "retry_in", wait)
		later(now.Add(wait))
	} else {
		c.Log.Warn("nobody knows whether a message went out", "key", key, "err", err)
		again := l.Message.Lane != chat.Notices
		v.settle = func(ctx context.Context, _ chat.Receipt) error { return c.Queue.Doubt(ctx, l, now, again) }
	}
	if l.Message.Act == chat.Ack {
		failed("not acknowledged")
	}
	return v
}

// backoff returns how long a message waits that was tried so often before:
// 1 s, 2 s, 4 s, … 60 s.
func backoff(tries int) time.Duration {
	wait := laterFirst
	for range tries {
		if wait = 2 * wait; wait >= laterMost {
			return laterMost
		}
	}
	return wait
}
