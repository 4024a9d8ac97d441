package telegramtest

import (
	"fmt"
	"math"
	"net/http"
	"slices"
	"time"
)

// Limits is how much the bot may send before it is told to wait. A zero means
// Telegram's own limit, a negative number none.
type Limits struct {
	PerSecond      int // messages, edits and deletions in any second, over all chats; 30
	ChatBurst      int // messages to one person at once, then one a second; 3
	GroupPerMinute int // messages to one group in any minute; 20
}

func (l Limits) withDefaults() Limits {
	or := func(n, def int) int {
		switch {
		case n == 0:
			return def
		case n < 0:
			return math.MaxInt
		}
		return n
	}
	return Limits{or(l.PerSecond, 30), or(l.ChatBurst, 3), or(l.GroupPerMinute, 20)}
}

// pace is when the bot sent what, as far as the limits still ask for it.
type pace struct {
	all    []time.Time
	groups map[int64][]time.Time
	chats  map[int64]bucket
}

// bucket holds what a chat may still take at a moment.
type bucket struct {
	tokens float64
	at     time.Time
}

func newPace() pace {
	return pace{groups: map[int64][]time.Time{}, chats: map[int64]bucket{}}
}

// spend counts a message or an edit, or refuses it. What is refused does not
// count. Edits and deletions count over all chats only.
func (s *Server) spend(chat int64, isEdit bool) error {
	now := s.now()
	p := &s.pace
	p.all = within(p.all, now, time.Second)
	if len(p.all) >= s.limits.PerSecond {
		return tooMany(time.Second - now.Sub(p.all[0]))
	}
	switch {
	case isEdit:
	case chat < 0:
		sent := within(p.groups[chat], now, time.Minute)
		if len(sent) >= s.limits.GroupPerMinute {
			return tooMany(time.Minute - now.Sub(sent[0]))
		}
		p.groups[chat] = append(sent, now)
	default:
		burst := float64(s.limits.ChatBurst)
		b, known := p.chats[chat]
		if !known || now.Before(b.at) {
			b = bucket{burst, now}
		}
		b.tokens = min(burst, b.tokens+now.Sub(b.at).Seconds())
		b.at = now
		if b.tokens < 1-1e-9 {
			return tooMany(time.Duration((1 - b.tokens) * float64(time.Second)))
		}
		b.tokens--
		p.chats[chat] = b
	}
	p.all = append(p.all, now)
	return nil
}

// within drops the times that are at least d ago, or ahead: the clock of a
// demo may be set.
func within(times []time.Time, now time.Time, d time.Duration) []time.Time {
	return slices.DeleteFunc(times, func(t time.Time) bool { return t.After(now) || now.Sub(t) >= d })
}

func tooMany(wait time.Duration) *failure {
	seconds := max(1, int(math.Ceil(wait.Seconds())))
	return &failure{
		code:        http.StatusTooManyRequests,
		description: fmt.Sprintf("Too Many Requests: retry after %d", seconds),
		retryAfter:  seconds,
	}
}
