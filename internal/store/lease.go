package store

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"donghanh/internal/chat"
	"donghanh/internal/outbox/claim"
)

// Lease and Pace are what the outbox calls them.
type (
	Lease = claim.Lease
	Pace  = claim.Pace
)

const (
	scanAtOnce   = 50               // lines of a lane looked at in one claim
	maxResends   = 20               // after so many lost answers a message rests: about an hour
	ackWithin    = 30 * time.Second // later than this nobody looks at the toast
	maxIdle      = time.Second      // the longest wait a claim asks for
	clockBack    = 2 * time.Second  // a pace further ahead means the clock went back; see also turnedBackMillis
	chatKeptFor  = time.Minute      // how much longer than needed a chat's pace is kept
	doubtBackoff = time.Second      // before a message is sent again after a lost answer; doubled each time
	doubtMost    = 5 * time.Minute  // the longest such wait
)

// moves are the state moves that scripts share. A move happens only while the
// lease (token) is held, and takes the lease away: done twice, it changes
// nothing.
const moves = outKeys + `
local function ms(n) return string.format('%.0f', n) end

-- held says whether the lease is still that of token.
local function held(id, token)
  return token ~= '' and redis.call('HGET', MSG(id), 'token') == token
end

-- look has a line looked at when its first message is due, not before from;
-- not at all while one of its messages is in flight or when it is empty.
local function look(lane, line, from)
  local head = redis.call('ZRANGE', LINE(lane, line), 0, 0, 'WITHSCORES')
  if not head[1] or redis.call('HEXISTS', FLIGHT(lane), line) == 1 then
    redis.call('ZREM', DUE(lane), line)
  else
    redis.call('ZADD', DUE(lane), ms(math.max(tonumber(head[2]), from)), line)
  end
end

-- looks has every line of a lane looked at anew after a clock that showed last
-- was set to now: what was due stays due, and what waited some seconds waits as
-- many.
local function looks(lane, now, last)
  local lines = redis.call('ZRANGE', DUE(lane), 0, -1)
  for _, line in ipairs(redis.call('HKEYS', FLIGHT(lane))) do table.insert(lines, line) end
  for _, line in ipairs(lines) do
    for _, id in ipairs(redis.call('ZRANGEBYSCORE', LINE(lane, line), '(0', ms(last))) do
      redis.call('ZADD', LINE(lane, line), '0', id)
    end
    for _, id in ipairs(redis.call('ZRANGEBYSCORE', LINE(lane, line), '0', '0')) do
      local after = tonumber(redis.call('HGET', MSG(id), 'after'))
      if after > now then redis.call('HSET', MSG(id), 'after', ms(math.max(now, after - (last - now)))) end
    end
    look(lane, line, now)
  end
end

-- turnBack moves all that was counted on a clock that showed last back to one
-- that shows now.
local function turnBack(now, last)
  local pause = tonumber(redis.call('GET', PAUSE) or '0')
  if pause > last then
    redis.call('SET', PAUSE, ms(pause - last + now), 'PX', ms(pause - last))
  else
    redis.call('DEL', PAUSE)
  end
  local leased = redis.call('ZRANGE', LEASED, 0, -1, 'WITHSCORES')
  for i = 1, #leased, 2 do
    redis.call('ZADD', LEASED, ms(math.max(0, tonumber(leased[i + 1]) - last + now)), leased[i])
  end
  for _, lane in ipairs({'0', '1', '2', 'ack'}) do looks(lane, now, last) end
end

-- clock compares now with the latest clock anybody worked with. One that was
-- ahead (bad at boot, a rehearsal) may not silence the bot until its date comes.
-- Clocks that differ by less are those of several machines, and at most as much
-- is waited too long. With note the clock is remembered: each script that writes
-- a moment to wait for does that.
local function clock(now, note)
  local last = tonumber(redis.call('GET', CLOCK) or '0')
  local back = now < last - ` + turnedBackMillis + `
  if back then turnBack(now, last) end
  if back or note and now >= last + 1000 then redis.call('SET', CLOCK, ms(now)) end
end

-- land takes the lease away.
local function land(id, lane, line)
  redis.call('ZREM', LEASED, id)
  redis.call('HSET', MSG(id), 'token', '')
  if redis.call('HGET', FLIGHT(lane), line) == id then redis.call('HDEL', FLIGHT(lane), line) end
end

-- finish ends a message; only its key is remembered, with what became of it.
local function finish(id, state, now, reason, message)
  local m = redis.call('HMGET', MSG(id), 'key', 'lane', 'line')
  local key, lane, line = m[1], m[2], m[3]
  land(id, lane, line)
  redis.call('ZREM', LINE(lane, line), id)
  redis.call('DEL', MSG(id))
  redis.call('HINCRBY', DEPTH, lane, -1)
  redis.call('HINCRBY', ENDED, lane .. ':' .. state, 1)
  redis.call('HSET', SEEN(key), 'state', state, 'at', ms(now), 'reason', reason, 'message', message)
  redis.call('PEXPIRE', SEEN(key), '` + seenForMillis + `')
  look(lane, line, now)
end

-- again puts a message back, not to be sent before after.
local function again(id, now, after)
  local m = redis.call('HMGET', MSG(id), 'lane', 'line')
  land(id, m[1], m[2])
  redis.call('HSET', MSG(id), 'after', ms(after))
  look(m[1], m[2], math.max(now, after))
end

-- doubt counts that nobody knows whether a message went out, and sends it
-- again, after a wait that doubles each time, or lets it rest.
local function doubt(id, now, resend, wait, most, resends, reason)
  local lane = redis.call('HGET', MSG(id), 'lane')
  redis.call('HINCRBY', DOUBTS, lane, 1)
  local n = redis.call('HINCRBY', MSG(id), 'doubts', 1)
  if resend and n <= resends then
    again(id, now, now + math.min(most, wait * 2 ^ (n - 1)))
  else
    finish(id, 'in doubt', now, reason, '0')
  end
end
`

// Durations as the scripts hold them.
const (
	seenForMillis    = "604800000" // seenFor
	turnedBackMillis = "60000"     // a clock that much behind the latest one was set back
)

// leaseScript claims the message that should go out next.
//
// In this order: a clock that was set back; leases that ran out; the pause; acknowledgements, free of
// every pace; the bot's pace; then lane by lane the first line whose message
// is due and whose conversation has its pace. A line that must wait is moved
// to the moment it may go on and stands in nobody's way; the bot's clock moves
// only with a claim.
//
//	KEYS[1] the slot of {out}
//	ARGV    1 now (ms), 2 token, 3 lease (ms), 4 lines to look at in a lane,
//	        5 distance between claims (ms), 6 lateness that costs nothing (ms),
//	        7 distance in a conversation (ms), 8 its credit (ms),
//	        9 distance in a group (ms),
//	        10 age at which an acknowledgement is dropped (ms),
//	        11 longest wait (ms), 12 how far ahead a pace can be (ms),
//	        13 how much longer a conversation's pace is kept (ms)
//	returns {seq, body, doubts, earlier tries}, or {"", ms to wait}
var leaseScript = redis.NewScript(moves + `
local now, token, hold, scan = tonumber(ARGV[1]), ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local dropAge, ahead = tonumber(ARGV[10]), tonumber(ARGV[12])
local wait = tonumber(ARGV[11])

local function nothing() return {'', math.ceil(math.max(wait, 0))} end

-- soon shortens the wait to the first entry of a zset.
local function soon(key)
  local first = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
  if first[2] then wait = math.min(wait, tonumber(first[2]) - now) end
end

local function hand(id)
  local m = redis.call('HMGET', MSG(id), 'body', 'doubts', 'tries')
  return {id, m[1], tonumber(m[2]), tonumber(m[3]) - 1}
end

local function take(id, lane, line)
  clock(now, true)
  redis.call('HSET', MSG(id), 'token', token, 'wrote', '0')
  redis.call('HINCRBY', MSG(id), 'tries', 1)
  redis.call('ZADD', LEASED, ms(now + hold), id)
  redis.call('HSET', FLIGHT(lane), line, id)
  redis.call('ZREM', DUE(lane), line)
  redis.call('SET', CLAIM(token), id, 'PX', ms(hold))
  return hand(id)
end

-- first returns the message of a line that is due and was put first; nil, and
-- the line moved, when there is none yet.
local function first(lane, line)
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', LINE(lane, line), '(0', ms(now))) do
    redis.call('ZADD', LINE(lane, line), '0', id)
  end
  local head = redis.call('ZRANGE', LINE(lane, line), 0, 0, 'WITHSCORES')
  if not head[1] or tonumber(head[2]) > 0 then look(lane, line, now) return nil end
  local after = tonumber(redis.call('HGET', MSG(head[1]), 'after'))
  if after > now then redis.call('ZADD', DUE(lane), ms(after), line) return nil end
  return head[1]
end

-- pace returns the distance of a conversation, its credit, and the moment at
-- which its burst is whole again.
local function pace(to)
  local every, credit = tonumber(ARGV[7]), tonumber(ARGV[8])
  if tonumber(to) < 0 then every, credit = tonumber(ARGV[9]), 0 end
  local whole = tonumber(redis.call('GET', CHAT(to)) or '0')
  if whole > now + every + credit then whole = now end -- the clock went back
  return every, credit, whole
end

clock(now, false)

local before = redis.call('GET', CLAIM(token))
if before and held(before, token) then
  redis.call('ZADD', LEASED, ms(now + hold), before) -- its holder counts from now
  return hand(before)
end

for _, id in ipairs(redis.call('ZRANGEBYSCORE', LEASED, '-inf', ms(now), 'LIMIT', 0, scan)) do
  local lane = redis.call('HGET', MSG(id), 'lane')
  if lane == 'ack' then
    finish(id, 'failed', now, 'nobody knows', '0')
  else
    doubt(id, now, lane ~= '2', 0, 0, math.huge, 'the sender ended before the answer')
  end
end
soon(LEASED)

local pause = tonumber(redis.call('GET', PAUSE) or '0')
if now < pause then
  wait = math.min(wait, pause - now)
  return nothing()
end

for _, id in ipairs(redis.call('ZRANGEBYSCORE', DUE('ack'), '-inf', ms(now), 'LIMIT', 0, scan)) do
  local at = tonumber(redis.call('HGET', MSG(id), 'at'))
  if at == 0 or now - at <= dropAge then return take(id, 'ack', id) end
  finish(id, 'failed', now, 'too late', '0')
end
soon(DUE('ack'))

local tat = tonumber(redis.call('GET', TAT) or '0')
if tat > now + ahead then tat = now end -- the clock went back
if now < tat then
  wait = math.min(wait, tat - now)
  return nothing()
end

for _, lane in ipairs({'0', '1', '2'}) do
  for _, line in ipairs(redis.call('ZRANGEBYSCORE', DUE(lane), '-inf', ms(now), 'LIMIT', 0, scan)) do
    local id = first(lane, line)
    if id and redis.call('HEXISTS', GONE, line) == 1 then
      finish(id, 'unreachable', now, 'the person cannot be reached', '0')
    elseif id then
      local every, credit, whole = pace(line)
      local free = redis.call('HGET', MSG(id), 'free') == '1'
      if not free and now < whole - credit then
        redis.call('ZADD', DUE(lane), ms(math.ceil(whole - credit)), line)
      else
        if not free then redis.call('SET', CHAT(line), ms(math.max(whole, now) + every), 'PX', ms(every + credit + tonumber(ARGV[13]))) end
        redis.call('SET', TAT, string.format('%.3f', math.max(tat, now - tonumber(ARGV[6])) + tonumber(ARGV[5])))
        return take(id, lane, line)
      end
    end
  end
  soon(DUE(lane))
end
return nothing()`)

// Lease claims the message that should go out next at now: acknowledgements
// first, then lane by lane, as far as the pause, the bot's pace and the
// conversation's pace allow. Only one message of a conversation is out in each
// lane, so that their order holds. With nothing to claim the Lease is zero (its
// ID is "") and wait says how long nothing can be due, at most one second.
//
// Leases that ran out are settled first: nobody knows whether the message went
// out. Answers and reminders go out again, however often a sender dies over
// them; notices rest in doubt.
//
// When Redis answers with an error, the claim may have been made all the same.
// The next call then asks with the same token and gets that very message.
func (s *Store) Lease(ctx context.Context, now time.Time, p Pace) (l Lease, wait time.Duration, err error) {
	p = p.Filled()
	token := s.takeToken()
	got, err := leaseScript.Run(ctx, s.rdb, []string{keyPause},
		milli(now), token, p.Lease.Milliseconds(), scanAtOnce,
		strconv.FormatFloat(float64(p.Every())/float64(time.Millisecond), 'f', 3, 64), claim.Slack.Milliseconds(),
		p.Chat.Milliseconds(), int64(p.Burst-1)*p.Chat.Milliseconds(),
		p.Group.Milliseconds(),
		ackWithin.Milliseconds(),
		maxIdle.Milliseconds(), (clockBack + p.Every()).Milliseconds(),
		chatKeptFor.Milliseconds(),
	).Slice()
	if err != nil {
		s.keepToken(token)
		return Lease{}, 0, fmt.Errorf("lease: %w", err)
	}
	l, wait, err = readLease(got, token)
	if err != nil {
		return Lease{}, 0, fmt.Errorf("lease: %w", err)
	}
	return l, wait, nil
}

// readLease reads what leaseScript returned.
func readLease(got []any, token string) (l Lease, wait time.Duration, err error) {
	switch len(got) {
	case 2:
		n, ok := got[1].(int64)
		if !ok {
			return Lease{}, 0, fmt.Errorf("unexpected answer %v", got)
		}
		return Lease{}, time.Duration(n) * time.Millisecond, nil
	case 4:
		id, ok1 := got[0].(string)
		body, ok2 := got[1].(string)
		doubts, ok3 := got[2].(int64)
		tries, ok4 := got[3].(int64)
		if !ok1 || !ok2 || !ok3 || !ok4 {
			return Lease{}, 0, errors.New("unexpected kinds in the answer")
		}
		m, err := chat.Decode([]byte(body))
		if err != nil {
			return Lease{}, 0, fmt.Errorf("message %s: %w", id, err)
		}
		return Lease{ID: id, Token: token, Message: m, Doubts: int(doubts), Tries: int(tries)}, 0, nil
	}
	return Lease{}, 0, fmt.Errorf("unexpected answer of %d parts", len(got))
}

// takeToken returns the token for the next claim: one whose answer was lost,
// or a new one.
func (s *Store) takeToken() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.tokens); n > 0 {
		token := s.tokens[n-1]
		s.tokens = s.tokens[:n-1]
		return token
	}
	return rand.Text()
}

// keepToken keeps the token of a claim whose answer was lost.
func (s *Store) keepToken(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tokens = append(s.tokens, token)
}

// finishScript ends a message whose lease is held.
//
//	KEYS[1] the slot of {out}
//	ARGV    seq, token, state, now (ms), reason, number at the service
//	returns 1 if it ended now, 0 if the lease was gone
var finishScript = redis.NewScript(moves + `
if not held(ARGV[1], ARGV[2]) then return 0 end
clock(tonumber(ARGV[4]), true)
if ARGV[3] == 'unreachable' then
  local m = redis.call('HMGET', MSG(ARGV[1]), 'to', 'wrote')
  if m[2] ~= '1' then redis.call('HSET', GONE, m[1], ARGV[4]) end
end
finish(ARGV[1], ARGV[3], tonumber(ARGV[4]), ARGV[5], ARGV[6])
return 1`)

func (s *Store) finish(ctx context.Context, l Lease, state State, now time.Time, reason string, number int) error {
	err := finishScript.Run(ctx, s.rdb, []string{keyPause}, l.ID, l.Token, string(state), milli(now), reason, number).Err()
	if err != nil {
		return fmt.Errorf("%s %s: %w", l.Message.Key, state, err)
	}
	return nil
}

// Sent ends a message as delivered. Like every method that settles a lease, it
// changes nothing when the lease is gone, and that is no error.
func (s *Store) Sent(ctx context.Context, l Lease, now time.Time, r chat.Receipt) error {
	return s.finish(ctx, l, Sent, now, "", r.Message)
}

// Failed ends a message that will never be accepted.
func (s *Store) Failed(ctx context.Context, l Lease, now time.Time, reason string) error {
	return s.finish(ctx, l, Failed, now, reason, 0)
}

// Moot ends a message about which there is nothing left to say.
func (s *Store) Moot(ctx context.Context, l Lease, now time.Time) error {
	return s.finish(ctx, l, Moot, now, "", 0)
}

// Gone ends a message as unreachable and marks its conversation so: what waits
// for it ends as unreachable without a call when its turn comes, until
// Reachable is called. A person who wrote while the message was under way is
// not marked: what the service said is older than that.
func (s *Store) Gone(ctx context.Context, l Lease, now time.Time, reason string) error {
	return s.finish(ctx, l, Unreachable, now, reason, 0)
}

// doubtScript counts a doubt about a message whose lease is held.
//
//	KEYS[1] the slot of {out}
//	ARGV    seq, token, now (ms), "1" to send it again, first wait (ms), longest
//	        wait (ms), resends, reason
//	returns 1 if counted now, 0 if the lease was gone
var doubtScript = redis.NewScript(moves + `
if not held(ARGV[1], ARGV[2]) then return 0 end
clock(tonumber(ARGV[3]), true)
doubt(ARGV[1], tonumber(ARGV[3]), ARGV[4] == '1', tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7]), ARGV[8])
return 1`)

// Doubt says that nobody can know whether a message went out. With again it
// goes out once more, after a wait that doubles each time and for about an hour
// at most; otherwise, and after that, it rests in doubt. A sender that died is
// another matter: see Lease.
func (s *Store) Doubt(ctx context.Context, l Lease, now time.Time, again bool) error {
	resend := "0"
	if again {
		resend = "1"
	}
	err := doubtScript.Run(ctx, s.rdb, []string{keyPause}, l.ID, l.Token, milli(now), resend,
		doubtBackoff.Milliseconds(), doubtMost.Milliseconds(), maxResends, "the answer was lost").Err()
	if err != nil {
		return fmt.Errorf("%s in doubt: %w", l.Message.Key, err)
	}
	return nil
}

// laterScript puts a message back whose lease is held.
//
//	KEYS[1] the slot of {out}
//	ARGV    seq, token, now (ms), not before (ms)
//	returns 1 if put back now, 0 if the lease was gone
var laterScript = redis.NewScript(moves + `
if not held(ARGV[1], ARGV[2]) then return 0 end
clock(tonumber(ARGV[3]), true)
again(ARGV[1], tonumber(ARGV[3]), tonumber(ARGV[4]))
return 1`)

// Later puts a message back that certainly did not go out, not to be sent
// before at. What waits behind it in the same conversation and lane waits too.
func (s *Store) Later(ctx context.Context, l Lease, now, at time.Time) error {
	if err := laterScript.Run(ctx, s.rdb, []string{keyPause}, l.ID, l.Token, milli(now), ceilMilli(at)).Err(); err != nil {
		return fmt.Errorf("%s later: %w", l.Message.Key, err)
	}
	return nil
}

// movedScript puts a message whose lease is held into another conversation.
//
//	KEYS[1] the slot of {out}
//	ARGV    seq, token, new conversation, body (JSON)
//	returns 1 if moved now, 0 if the lease was gone
var movedScript = redis.NewScript(moves + `
local id, to = ARGV[1], ARGV[3]
if not held(id, ARGV[2]) then return 0 end
local m = redis.call('HMGET', MSG(id), 'lane', 'line')
local lane, line = m[1], m[2]
land(id, lane, line)
redis.call('ZREM', LINE(lane, line), id)
look(lane, line, 0)
redis.call('HSET', MSG(id), 'to', to, 'line', to, 'body', ARGV[4])
redis.call('ZADD', LINE(lane, to), '0', id)
look(lane, to, 0)
return 1`)

// Moved puts a message back that did not go out because its conversation has a
// new number; it goes there next, before what was put for that one later.
func (s *Store) Moved(ctx context.Context, l Lease, to chat.Address) error {
	m := l.Message
	if err := s.groupMoved(ctx, m.To, to); err != nil {
		return fmt.Errorf("%s moved: %w", m.Key, err)
	}
	m.To = to
	body, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("%s moved: %w", m.Key, err)
	}
	if err := movedScript.Run(ctx, s.rdb, []string{keyPause}, l.ID, l.Token, to.String(), body).Err(); err != nil {
		return fmt.Errorf("%s moved: %w", m.Key, err)
	}
	return nil
}
