package bot

import (
	"sync/atomic"
	"time"
)

// Counts are what became of updates and calls since the client was made.
type Counts struct {
	Handled  int64 // updates
	Nobodys  int64 // that concern nobody
	Aside    int64 // that nobody could read
	Failed   int64 // tries to handle one that failed; it came again
	Poll     int64 // polls that failed
	Conflict int64 // of those, since somebody else polls too
	Webhook  int64 // posts at the webhook that could not be taken
	Outsider int64 // posts there without the secret

	// Stuck is when the update under way failed first; zero: it did not.
	Stuck time.Time
}

// Counts returns the counts of the moment.
func (c *Client) Counts() Counts {
	n := Counts{
		Handled: c.counts.handled.Load(), Nobodys: c.counts.nobodys.Load(), Aside: c.counts.aside.Load(), Failed: c.counts.failed.Load(),
		Poll: c.counts.poll.Load(), Conflict: c.counts.conflict.Load(), Webhook: c.counts.webhook.Load(), Outsider: c.counts.outsider.Load(),
	}
	if at := c.counts.stuck.Load(); at != 0 {
		n.Stuck = time.Unix(0, at)
	}
	return n
}

// counts is where they are counted.
type counts struct {
	handled, nobodys, aside, failed, poll, conflict, webhook, outsider atomic.Int64

	stuck atomic.Int64 // unix nanoseconds; 0: not stuck
}

// ended counts a try to handle an update by what it counts as.
func (n *counts) ended(as *atomic.Int64, err error, now time.Time) {
	if err != nil {
		n.failed.Add(1)
		n.stuck.CompareAndSwap(0, now.UnixNano())
		return
	}
	as.Add(1)
	n.stuck.Store(0)
}
