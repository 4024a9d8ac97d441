package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"donghanh/internal/chat"
)

// State and Delivery are what became of a message, in the words of package chat.
type (
	State    = chat.State
	Delivery = chat.Delivery
)

// States. All but Queued are ends.
const (
	Queued      = chat.Queued
	Sent        = chat.Sent
	Failed      = chat.Failed
	Unreachable = chat.Gone
	InDoubt     = chat.Doubtful
	Moot        = chat.Moot
)

const (
	laneAck   = "ack"
	seenFor   = 7 * 24 * time.Hour // how long a key is remembered after its message ended
	putAtOnce = 100                // messages in one script
)

// putScript stores messages, each unless its key is remembered.
//
//	KEYS[1] the slot of {out}
//	ARGV    for each message: key, to, lane, at (ms, 0 for "at once"), "1" if it is
//	        free of the conversation's pace, body (JSON)
//	returns how many were stored
var putScript = redis.NewScript(outKeys + `
local new = 0
for i = 1, #ARGV, 6 do
  local key, to, lane, at, free, body = ARGV[i], ARGV[i+1], ARGV[i+2], ARGV[i+3], ARGV[i+4], ARGV[i+5]
  if redis.call('HSETNX', SEEN(key), 'state', 'queued') == 1 then
    redis.call('HSET', SEEN(key), 'at', at)
    local id = string.format('%016.0f', redis.call('INCR', SEQ))
    local line = to
    if lane == 'ack' then line = id end
    redis.call('HSET', MSG(id), 'key', key, 'to', to, 'lane', lane, 'line', line, 'at', at,
      'after', '0', 'tries', '0', 'doubts', '0', 'token', '', 'free', free, 'body', body)
    redis.call('ZADD', LINE(lane, line), at, id)
    redis.call('HINCRBY', DEPTH, lane, 1)
    if redis.call('HEXISTS', FLIGHT(lane), line) == 0 then
      local look = redis.call('ZSCORE', DUE(lane), line)
      if not look or tonumber(at) < tonumber(look) then redis.call('ZADD', DUE(lane), at, line) end
    end
    new = new + 1
  end
end
return new`)

// Put stores messages for delivery, each once for its Key: a key that waits or
// ended in the last 7 days is no error and changes nothing, so a job that died
// halfway is simply run again. Within one conversation and lane, messages that
// are due go out in the order they were put. Put returns how many were new.
func (s *Store) Put(ctx context.Context, messages ...chat.Message) (isNew int, err error) {
	for chunk := range slices.Chunk(messages, putAtOnce) {
		n, err := s.putChunk(ctx, chunk)
		if err != nil {
			return isNew, err
		}
		isNew += n
	}
	s.mu.Lock()
	wake := slices.Clone(s.onPut)
	s.mu.Unlock()
	for _, f := range wake {
		f()
	}
	return isNew, nil
}

// putChunk stores a few messages in one script.
func (s *Store) putChunk(ctx context.Context, messages []chat.Message) (isNew int, err error) {
	args := make([]any, 0, 6*len(messages))
	for _, m := range messages {
		if m.Key == "" {
			return 0, errors.New("put: a message without a key")
		}
		body, err := json.Marshal(m)
		if err != nil {
			return 0, fmt.Errorf("put %s: %w", m.Key, err)
		}
		args = append(args, m.Key, m.To.String(), laneOf(m), strconv.FormatInt(max(m.At.UnixMilli(), 0), 10), freeOf(m), body)
	}
	n, err := putScript.Run(ctx, s.rdb, []string{keyPause}, args...).Int()
	if err != nil {
		return 0, fmt.Errorf("put %s and %d more: %w", messages[0].Key, len(messages)-1, err)
	}
	return n, nil
}

// freeOf says whether a message is free of the conversation's pace: Telegram
// counts an edit only towards the bot's own.
func freeOf(m chat.Message) string {
	if m.Act == chat.Edit {
		return "1"
	}
	return "0"
}

// laneOf names the lane of a message inside the store.
func laneOf(m chat.Message) string {
	if m.Act == chat.Ack {
		return laneAck
	}
	return strconv.Itoa(int(m.Lane))
}

// State returns what became of the message put with key; ErrNotFound when none
// was, or when it ended more than 7 days ago.
func (s *Store) State(ctx context.Context, key string) (Delivery, error) {
	got, err := s.rdb.HGetAll(ctx, keySeen(key)).Result()
	if err != nil {
		return Delivery{}, fmt.Errorf("state of %s: %w", key, err)
	}
	if len(got) == 0 {
		return Delivery{}, fmt.Errorf("state of %s: %w", key, ErrNotFound)
	}
	d, err := readDelivery(got["state"], got["at"], got["reason"], got["message"])
	if err != nil {
		return Delivery{}, fmt.Errorf("state of %s: %w", key, err)
	}
	return d, nil
}

// WasPut reports whether a message was put with key and waits, or ended in the
// last 7 days.
func (s *Store) WasPut(ctx context.Context, key string) (bool, error) {
	n, err := s.rdb.Exists(ctx, keySeen(key)).Result()
	if err != nil {
		return false, fmt.Errorf("was %s put: %w", key, err)
	}
	return n > 0, nil
}

// Counts returns how many messages of each lane came to which state, Queued
// among them. Acknowledgements of presses are not counted.
func (s *Store) Counts(ctx context.Context) (map[chat.Lane]map[State]int, error) {
	ended, err := s.counts(ctx, keyEnded)
	if err != nil {
		return nil, err
	}
	depths, err := s.LaneDepths(ctx)
	if err != nil {
		return nil, err
	}
	counts := make(map[chat.Lane]map[State]int, len(chat.Lanes))
	for _, lane := range chat.Lanes {
		counts[lane] = map[State]int{Queued: depths[lane]}
		for _, state := range []State{Sent, Failed, Unreachable, InDoubt, Moot} {
			counts[lane][state] = ended[strconv.Itoa(int(lane))+":"+string(state)]
		}
	}
	return counts, nil
}

// LaneDepths returns how many messages of each lane wait or are on their way.
func (s *Store) LaneDepths(ctx context.Context) (map[chat.Lane]int, error) {
	return s.byLane(ctx, keyDepth)
}

// Doubts returns how often, in each lane, nobody knew whether a message had
// gone out; most of those were sent again and ended well.
func (s *Store) Doubts(ctx context.Context) (map[chat.Lane]int, error) {
	return s.byLane(ctx, keyDoubts)
}

func (s *Store) byLane(ctx context.Context, key string) (map[chat.Lane]int, error) {
	counts, err := s.counts(ctx, key)
	if err != nil {
		return nil, err
	}
	lanes := make(map[chat.Lane]int, len(chat.Lanes))
	for _, lane := range chat.Lanes {
		lanes[lane] = counts[strconv.Itoa(int(lane))]
	}
	return lanes, nil
}

// pauseScript sets the end of the pause unless it already lasts longer.
//
//	KEYS[1] the slot of {out}
//	ARGV    now (ms), until (ms)
//	returns 1 if set, 0 if the pause lasts longer already
var pauseScript = redis.NewScript(moves + `
local now, till = tonumber(ARGV[1]), tonumber(ARGV[2])
clock(now, true)
if till <= now or tonumber(redis.call('GET', PAUSE) or '0') >= till then return 0 end
redis.call('SET', PAUSE, ARGV[2], 'PX', ms(till - now))
return 1`)

// Pause lets nothing out for the length of wait from now on, for all
// conversations and couriers; it survives a restart. A pause that lasts longer
// already stays as it is.
func (s *Store) Pause(ctx context.Context, now time.Time, wait time.Duration) error {
	if err := pauseScript.Run(ctx, s.rdb, []string{keyPause}, milli(now), ceilMilli(now.Add(wait))).Err(); err != nil {
		return fmt.Errorf("pause: %w", err)
	}
	return nil
}

// reachableScript takes the mark of being gone from a conversation, and has
// what is under way there not set it again: what the service says of that may be
// older. Nothing is written for somebody who is not gone and to whom nothing is
// under way, that is nearly always.
//
//	KEYS[1] the slot of {out}
//	ARGV    conversation
var reachableScript = redis.NewScript(outKeys + `
redis.call('HDEL', GONE, ARGV[1])
for _, lane in ipairs({'0', '1', '2'}) do
  local id = redis.call('HGET', FLIGHT(lane), ARGV[1])
  if id then redis.call('HSET', MSG(id), 'wrote', '1') end
end
return 1`)

// Reachable notes that a person wrote again: what is put for them goes out.
func (s *Store) Reachable(ctx context.Context, a chat.Address) error {
	if err := reachableScript.Run(ctx, s.rdb, []string{keyPause}, a.String()).Err(); err != nil {
		return fmt.Errorf("reachable %s: %w", a, err)
	}
	return nil
}

// recoverScript lets all leases run out.
//
//	KEYS[1] {out}:leased
//	returns how many there were
var recoverScript = redis.NewScript(`
local ids = redis.call('ZRANGE', KEYS[1], 0, -1)
for _, id in ipairs(ids) do redis.call('ZADD', KEYS[1], 0, id) end
return #ids`)

// Recover lets every lease run out at once and returns how many there were;
// the next Lease treats them as any that ran out. It is only for a Redis of
// our own, before the courier starts: no other process can hold a lease then.
func (s *Store) Recover(ctx context.Context) (int, error) {
	n, err := recoverScript.Run(ctx, s.rdb, []string{keyLeased}).Int()
	if err != nil {
		return 0, fmt.Errorf("recover: %w", err)
	}
	return n, nil
}

// milli writes an instant as Redis holds it: scripts take no number of so many
// digits.
func milli(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }

// ceilMilli is milli, rounded up: a wait must not end early.
func ceilMilli(t time.Time) string { return milli(t.Add(time.Millisecond - 1)) }
