package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
)

const (
	startFor   = 90 * 24 * time.Hour // a start code is forgotten after that, used or not
	guessesFor = time.Hour           // a wrong start code counts so long
)

// accountOf reads where a person can be written to, "" when not linked.
func (s *Store) accountOf(ctx context.Context, code journey.Code) (string, error) {
	account, err := s.rdb.HGet(ctx, keyAccounts(code), string(code)).Result()
	if errors.Is(err, redis.Nil) {
		err = nil
	}
	return account, err
}

// codeAt reads to whom an account leads, whether or not that person agrees; ""
// for nobody.
func (s *Store) codeAt(ctx context.Context, who chat.Address) (journey.Code, error) {
	code, err := s.rdb.HGet(ctx, keyCodes(who), who.String()).Result()
	if errors.Is(err, redis.Nil) {
		err = nil
	}
	return journey.Code(code), err
}

// PersonAt returns who is linked to an account, "" when nobody is.
func (s *Store) PersonAt(ctx context.Context, who chat.Address) (journey.Code, error) {
	code, err := s.codeAt(ctx, who)
	if err != nil {
		return "", fmt.Errorf("person at %s: %w", who, err)
	}
	if code == "" {
		return "", nil
	}
	account, err := s.accountOf(ctx, code)
	if err != nil {
		return "", fmt.Errorf("person at %s: %w", who, err)
	}
	if account != who.String() {
		return "", nil
	}
	return code, nil
}

// inviteScript keeps a start code of a person in place of any other. Kept again,
// a used one stays used.
//
//	KEYS[1] {j:xx}:track
//	KEYS[2] {j:xx}:invite:<code>
//	ARGV    code, hash of the start code, until when it can be used (ms), how
//	        long to remember it (ms)
//	returns 1 if kept, 0 if there is no such person
var inviteScript = redis.NewScript(`
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return 0 end
if redis.call('HGET', KEYS[2], 'hash') ~= ARGV[2] then redis.call('DEL', KEYS[2]) end
redis.call('HSET', KEYS[2], 'hash', ARGV[2], 'till', ARGV[3])
redis.call('PEXPIRE', KEYS[2], ARGV[4])
return 1`)

// KeepStartCode is KeepStartCodes for one person.
func (s *Store) KeepStartCode(ctx context.Context, startCode string, code journey.Code, expires time.Time) error {
	return s.KeepStartCodes(ctx, map[journey.Code]string{code: startCode}, expires)
}

// KeepStartCodes has each start code link an account to its person, once, until
// expires and for 90 days at most. An earlier one of the same person is void
// from then on. Only a hash is stored. The error is ErrNotFound for people who
// are not in the lists; the others are kept.
func (s *Store) KeepStartCodes(ctx context.Context, startCodes map[journey.Code]string, expires time.Time) error {
	var unknown []error
	for chunk := range slices.Chunk(slices.Sorted(maps.Keys(startCodes)), peopleAtOnce) {
		err := s.pipe(ctx, func(p redis.Pipeliner) {
			for _, code := range chunk {
				p.Set(ctx, keyStart(hashOf(startCodes[code])), string(code), startFor)
			}
		})
		var answers []*redis.Cmd
		if err == nil {
			calls := make([]call, len(chunk))
			for i, code := range chunk {
				calls[i] = call{
					keys: []string{keyTracks(code), keyInvite(code)},
					args: []any{string(code), hashOf(startCodes[code]), milli(expires), startFor.Milliseconds()},
				}
			}
			answers, err = s.runAll(ctx, inviteScript, calls)
		}
		if err != nil {
			return fmt.Errorf("start code of %s and %d more: %w", chunk[0], len(chunk)-1, err)
		}
		for i, answer := range answers {
			if kept, err := answer.Bool(); err != nil || !kept {
				unknown = append(unknown, fmt.Errorf("start code of %s: %w", chunk[i], errors.Join(err, ErrNotFound)))
			}
		}
	}
	return errors.Join(unknown...)
}

// whose returns the person a start code was once kept for, whether or not it
// still counts.
func (s *Store) whose(ctx context.Context, startCode string) (journey.Code, error) {
	code, err := s.rdb.Get(ctx, keyStart(hashOf(startCode))).Result()
	if errors.Is(err, redis.Nil) {
		err = ErrBadCode
	}
	return journey.Code(code), err
}

// StartCode returns whom a start code would link, without using it; ErrBadCode
// when it would link nobody.
func (s *Store) StartCode(ctx context.Context, startCode string, now time.Time) (journey.Code, error) {
	code, err := s.whose(ctx, startCode)
	if err != nil {
		return "", fmt.Errorf("start code: %w", err)
	}
	got, err := s.rdb.HMGet(ctx, keyInvite(code), "hash", "till", "by").Result()
	if err != nil {
		return "", fmt.Errorf("start code of %s: %w", code, err)
	}
	hash, _ := got[0].(string)
	till, _ := got[1].(string)
	by, _ := got[2].(string)
	last, err := strconv.ParseInt(till, 10, 64)
	if hash != hashOf(startCode) || err != nil || now.UnixMilli() >= last || by != "" {
		return "", fmt.Errorf("start code of %s: %w", code, ErrBadCode)
	}
	return code, nil
}

// linkScript uses a start code: from then on the person can be written to at
// that account and nowhere else. The account that used it may use it again as
// long as it stays linked.
//
//	KEYS[1] {j:xx}:invite:<code>
//	KEYS[2] {j:xx}:account
//	KEYS[3] {j:xx}:feed, from which the calendar of another account before goes
//	ARGV    code, hash of the start code, now (ms), account
//	returns {account before, "" for none}, or {} if the start code does not count
var linkScript = redis.NewScript(`
local invite = redis.call('HMGET', KEYS[1], 'hash', 'till', 'by')
if invite[1] ~= ARGV[2] then return {} end
local before = redis.call('HGET', KEYS[2], ARGV[1]) or ''
if invite[3] then
  if invite[3] ~= ARGV[4] or before ~= ARGV[4] then return {} end
  return {before}
end
if tonumber(ARGV[3]) >= tonumber(invite[2]) then return {} end
redis.call('HSET', KEYS[1], 'by', ARGV[4])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[4])
if before ~= ARGV[4] then redis.call('HDEL', KEYS[3], ARGV[1]) end
return {before}`)

// Link uses a start code: who is the account of that person from then on, the
// only one, and of nobody else. The same account may use the same code again, as
// a message delivered twice does, and gets the same answer. The error is
// ErrBadCode for a code that does not count, and ErrTooManyGuesses after too
// many wrong ones; see Guessed.
func (s *Store) Link(ctx context.Context, startCode string, who chat.Address, now time.Time) (journey.Code, error) {
	guesses, err := s.Guesses(ctx, who, now)
	if err == nil && guesses >= journey.MaxGuesses {
		err = ErrTooManyGuesses
	}
	var code journey.Code
	if err == nil {
		code, err = s.whose(ctx, startCode)
	}
	if err != nil {
		return "", fmt.Errorf("link %s: %w", who, err)
	}
	before, err := linkScript.Run(ctx, s.rdb, []string{keyInvite(code), keyAccounts(code), keyFeeds(code)},
		string(code), hashOf(startCode), milli(now), who.String()).StringSlice()
	if err == nil && len(before) == 0 {
		err = ErrBadCode
	}
	if err == nil {
		err = s.leadTo(ctx, who, code, before[0])
	}
	if err != nil {
		return "", fmt.Errorf("link %s to %s: %w", who, code, err)
	}
	return code, nil
}

// leadTo has an account lead to a person who was linked to it. Whoever it led to
// before can no longer be written to there; what the person had before leads
// nowhere. Done again after a crash in between, it comes to the same.
func (s *Store) leadTo(ctx context.Context, who chat.Address, code journey.Code, before string) error {
	other, err := s.codeAt(ctx, who)
	if err != nil {
		return err
	}
	if other != "" && other != code {
		if err := s.DropFeed(ctx, other); err != nil {
			return err
		}
		if _, err := s.takeAccount(ctx, other, who.String()); err != nil {
			return err
		}
	}
	if err := s.rdb.HSet(ctx, keyCodes(who), who.String(), string(code)).Err(); err != nil {
		return err
	}
	return s.leadNowhere(ctx, before, code, who)
}

// leadNowhere forgets that an account led to a person, unless it is the one to
// keep.
func (s *Store) leadNowhere(ctx context.Context, account string, code journey.Code, keep chat.Address) error {
	id, err := strconv.ParseInt(account, 10, 64)
	if err != nil || chat.Address(id) == keep {
		return nil // it had none
	}
	return hdelIfScript.Run(ctx, s.rdb, []string{keyCodes(chat.Address(id))}, account, string(code)).Err()
}

// hdelIfScript removes a field of a hash.
//
//	KEYS[1] the hash
//	ARGV    field; the value it must have, "" for any
//	returns the value removed, "" for none
var hdelIfScript = redis.NewScript(`
local value = redis.call('HGET', KEYS[1], ARGV[1])
if not value or ARGV[2] ~= '' and value ~= ARGV[2] then return '' end
redis.call('HDEL', KEYS[1], ARGV[1])
return value`)

// takeAccount takes the account from a person, if it is that one; "" for any. It
// returns the one taken.
func (s *Store) takeAccount(ctx context.Context, code journey.Code, account string) (string, error) {
	return hdelIfScript.Run(ctx, s.rdb, []string{keyAccounts(code)}, string(code), account).Text()
}

// Unlink takes the account from a person; it takes a new start code to link one
// again. Done twice, it changes nothing.
func (s *Store) Unlink(ctx context.Context, code journey.Code) error {
	account, err := s.takeAccount(ctx, code, "")
	if err == nil {
		err = s.leadNowhere(ctx, account, code, 0)
	}
	if err != nil {
		return fmt.Errorf("unlink %s: %w", code, err)
	}
	return nil
}

// guessScript counts a wrong start code, and forgets old ones.
//
//	KEYS[1] {a:xx}:guess:<id>
//	ARGV    now (ms), nonce, so long it counts (ms)
//	returns how many count now
var guessScript = redis.NewScript(`
local now, long = tonumber(ARGV[1]), tonumber(ARGV[3])
local function ms(n) return string.format('%.0f', n) end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ms(now - long))
redis.call('ZREMRANGEBYSCORE', KEYS[1], ms(now + long), '+inf') -- the clock went back
redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return redis.call('ZCARD', KEYS[1])`)

// Guessed counts that an account tried a wrong start code, and returns how many
// it tried within the last hour, this one among them. From journey.MaxGuesses
// on, Link takes none from it.
func (s *Store) Guessed(ctx context.Context, who chat.Address, now time.Time) (int, error) {
	n, err := guessScript.Run(ctx, s.rdb, []string{keyGuesses(who)}, milli(now), rand.Text(), guessesFor.Milliseconds()).Int()
	if err != nil {
		return 0, fmt.Errorf("guess of %s: %w", who, err)
	}
	return n, nil
}

// Guesses returns how many wrong start codes an account tried within the last
// hour.
func (s *Store) Guesses(ctx context.Context, who chat.Address, now time.Time) (int, error) {
	n, err := s.rdb.ZCount(ctx, keyGuesses(who), "("+milli(now.Add(-guessesFor)), "("+milli(now.Add(guessesFor))).Result()
	if err != nil {
		return 0, fmt.Errorf("guesses of %s: %w", who, err)
	}
	return int(n), nil
}
