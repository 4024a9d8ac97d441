package bot

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"donghanh/internal/chat"
)

// Handle does what somebody wants. The update is acknowledged after it
// returned nil; else the same one comes again.
type Handle func(context.Context, chat.Incoming) error

// Aside puts away an update nobody can read, with the reason. It too is
// acknowledged only after nil.
type Aside func(ctx context.Context, raw []byte, reason string) error

// allowedUpdates are the kinds of update the bot understands.
const allowedUpdates = `["message","callback_query","my_chat_member"]`

const (
	longestPoll  = 50 * time.Second
	shortestWait = 100 * time.Millisecond
	longestWait  = 30 * time.Second
	// conflictWait gives the other poller time to end, and keeps two of them
	// from ending each other's polls all the time.
	conflictWait = 5 * time.Second
	confirmLimit = 3 * time.Second
)

// Poll fetches updates until ctx ends and hands them over one after the other.
// An update that cannot be handled is tried again, with growing pauses, until
// it can: none is skipped and none overtakes it. Poll outlives whatever
// Telegram or the network does; the only error it returns is *chat.Stop, for a
// token that is wrong or withdrawn.
func (c *Client) Poll(ctx context.Context, handle Handle, aside Aside) error {
	p := poller{Client: c, handle: handle, aside: aside}
	hold := time.Duration(0) // at first, and after a failure, it is heard at once whether all is well
	for ctx.Err() == nil {
		batch, err := c.updates(ctx, p.next, hold, 100)
		if err != nil {
			if stop, ok := errors.AsType[*chat.Stop](meaning(err)); ok {
				return stop
			}
			hold = 0
			p.afterFailure(ctx, err)
			continue
		}
		hold = c.pollTimeout
		p.wentWell()
		if restarted(batch, p.next) {
			p.log.Info("Telegram numbers updates anew", "asked_from", p.next)
			p.next = 0
		}
		before := p.next
		p.confirmed = p.next
		p.pass(ctx, batch)
		if len(batch) > 0 && p.next == before {
			p.wait(ctx, p.pause.next()) // an update without a number, see pass
		}
	}
	p.confirm(ctx)
	return nil
}

// updates fetches what has come in from update number from on, which
// acknowledges all before it.
func (c *Client) updates(ctx context.Context, from int64, hold time.Duration, n int) ([]json.RawMessage, error) {
	params := tgbotapi.Params{
		"timeout":         strconv.Itoa(int(hold.Seconds())),
		"limit":           strconv.Itoa(n),
		"allowed_updates": allowedUpdates,
	}
	params.AddNonZero64("offset", from)
	result, err := c.call(ctx, hold+c.sendTimeout, "getUpdates", params)
	if err != nil {
		return nil, err
	}
	var batch []json.RawMessage // one by one: a bad one must not hide the rest
	if err := json.Unmarshal(result, &batch); err != nil {
		return nil, &chat.InDoubt{Err: err}
	}
	c.hear()
	return batch, nil
}

// poller is a Poll under way.
type poller struct {
	*Client
	handle Handle
	aside  Aside

	next      int64 // the number of the first update not handled; 0: not known
	confirmed int64 // what Telegram knows of it
	pause     backoff
	failing   bool
	conflict  bool
}

// restarted reports whether Telegram began to number updates anew, as it may
// after a week without any: then it does not know the number asked for, and
// answers with updates that all lie before it.
func restarted(batch []json.RawMessage, from int64) bool {
	before := false
	for _, raw := range batch {
		id, ok := updateID(raw)
		if ok && id >= from {
			return false
		}
		before = before || ok
	}
	return before
}

// pass hands over a batch, until ctx ends.
//
// An update whose number cannot be read is taken for the one after the last.
// Without a last one it stays until a later one arrives, and is put aside
// again each time Telegram sends it.
func (p *poller) pass(ctx context.Context, batch []json.RawMessage) {
	for _, raw := range batch {
		id, ok := updateID(raw)
		if !ok {
			id = p.next
		}
		if !p.handOver(ctx, id, raw) {
			return
		}
		if id > 0 {
			p.next = max(p.next, id+1)
		}
	}
}

// handOver gives one update to handle or aside until that returns nil. It
// reports false if ctx ended first.
func (p *poller) handOver(ctx context.Context, id int64, raw json.RawMessage) bool {
	var pause backoff
	for ctx.Err() == nil {
		err := p.dispatch(ctx, raw, p.handle, p.aside)
		if err == nil {
			return true
		}
		if ctx.Err() != nil {
			return false
		}
		wait := pause.next()
		p.log.Warn("update not handled, comes again", "update", id, "in", wait, "err", err)
		p.wait(ctx, wait)
	}
	return false
}

// dispatch gives an update to handle, or, if it cannot be read, to aside. One
// that concerns nobody is done.
func (c *Client) dispatch(ctx context.Context, raw []byte, handle Handle, aside Aside) error {
	in, concerns, err := decode(raw, c.now())
	as := &c.counts.handled
	switch {
	case err != nil:
		as, err = &c.counts.aside, aside(ctx, raw, err.Error())
	case !concerns:
		as = &c.counts.nobodys
	default:
		err = handle(ctx, in)
	}
	if ctx.Err() == nil {
		c.counts.ended(as, err, c.now())
	}
	return err
}

// afterFailure waits as long as a failed poll calls for, and logs the first of
// several failures in a row.
func (p *poller) afterFailure(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	p.counts.poll.Add(1)
	wait := p.pause.next()
	r, isRefusal := errors.AsType[*refusal](err)
	switch {
	case isRefusal && r.status == http.StatusConflict:
		wait = conflictWait
		p.counts.conflict.Add(1)
		if !p.conflict {
			p.log.Error("somebody else polls with this bot's token, or a webhook is set", "err", err)
		}
		p.conflict = true
	case !p.failing:
		p.log.Warn("polling fails", "err", err)
		p.failing = true
	}
	if busy, ok := errors.AsType[*chat.Busy](meaning(err)); ok {
		wait = busy.After
	}
	p.wait(ctx, wait)
}

func (p *poller) wentWell() {
	if p.failing || p.conflict {
		p.log.Info("polling goes well again")
	}
	p.failing, p.conflict = false, false
	p.pause = backoff{}
}

// wait returns after d, or when ctx ends.
func (p *poller) wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// confirm tells Telegram what was handled, so that the next start gets none of
// it again. ctx has ended already.
func (p *poller) confirm(ctx context.Context) {
	if p.next == p.confirmed {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), confirmLimit)
	defer cancel()
	if _, err := p.updates(ctx, p.next, 0, 1); err != nil {
		p.log.Warn("the last updates are not acknowledged and will come again", "from", p.confirmed, "err", err)
	}
}

// backoff is a pause that grows. The zero value begins anew.
type backoff struct{ last time.Duration }

func (b *backoff) next() time.Duration {
	b.last = min(max(2*b.last, shortestWait), longestWait)
	return b.last
}
