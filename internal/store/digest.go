package store

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"donghanh/internal/journey"
)

const (
	digestFor   = 45 * 24 * time.Hour // a digest is kept so long after it was put
	toldDays    = 45                  // a line offered within so many days is not offered again
	toldFor     = (toldDays + 1) * 24 * time.Hour
	offerAtOnce = 500 // people offered something in one round trip
)

// lineField names what one role is told of one deadline, whatever the step; a
// later telling takes the place of an earlier one.
func lineField(l journey.LineRef) string {
	return string(l.Of) + " " + string(l.To) + " " + l.Key
}

func lineValue(l journey.LineRef) string {
	return strconv.Itoa(number(l.Step)) + " " + strconv.Itoa(int(l.Climb))
}

// lineMark is 12 letters for a line with its step and climb.
func lineMark(l journey.LineRef) string {
	h := sha256.Sum256([]byte(lineField(l) + "\n" + lineValue(l)))
	return base64.RawURLEncoding.EncodeToString(h[:9])
}

// decodeLine reads what lineField and lineValue wrote.
func decodeLine(field, value string) (l journey.LineRef, err error) {
	name := strings.SplitN(field, " ", 3)
	step, climb, ok := strings.Cut(value, " ")
	if len(name) < 3 || !ok {
		return l, errForm
	}
	day, err1 := strconv.Atoi(step)
	n, err2 := strconv.Atoi(climb)
	if err := errors.Join(err1, err2); err != nil {
		return l, errForm
	}
	return journey.LineRef{
		Of: journey.Code(name[0]), To: journey.Role(name[1]), Key: name[2],
		Step: dayOf(day), Climb: journey.Climb(n),
	}, nil
}

// decodeLines returns lines sorted by whom and what they are about. One that
// another version stored and this one cannot read is left out without a word: it
// shall not hide the others.
func decodeLines(fields map[string]string) (lines []journey.LineRef) {
	for field, value := range fields {
		if l, err := decodeLine(field, value); err == nil {
			lines = append(lines, l)
		}
	}
	slices.SortFunc(lines, func(a, b journey.LineRef) int {
		return cmp.Or(cmp.Compare(a.Of, b.Of), cmp.Compare(a.Key, b.Key), cmp.Compare(a.To, b.To))
	})
	return lines
}

// offerScript puts lines into a person's inbox, each unless it was offered
// lately.
//
//	KEYS[1] {j:xx}:inboxes
//	KEYS[2] {j:xx}:inbox:<code>
//	KEYS[3] {j:xx}:told:<code>
//	ARGV    code, day, first day that counts as lately, how long to remember the
//	        lines (ms); then for each line: its 12 letters, field, value
//	returns how many were new
var offerScript = redis.NewScript(`
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', '(' .. ARGV[3])
local new = 0
for i = 5, #ARGV, 3 do
  if redis.call('ZADD', KEYS[3], 'NX', ARGV[2], ARGV[i]) == 1 then
    redis.call('HSET', KEYS[2], ARGV[i+1], ARGV[i+2])
    new = new + 1
  end
end
if new > 0 then
  redis.call('PEXPIRE', KEYS[3], ARGV[4])
  redis.call('SADD', KEYS[1], ARGV[1])
end
return new`)

// Offer puts into each person's inbox what that person is to be told. A line
// that was offered with the same step and climb in the last 45 days is not
// offered again, so a job that died halfway is simply run again; one with
// another step takes the place of the line that still waits.
func (s *Store) Offer(ctx context.Context, day journey.Date, lines map[journey.Code][]journey.LineRef) error {
	lately := number(day.AddDays(-toldDays))
	for chunk := range slices.Chunk(slices.Sorted(maps.Keys(lines)), offerAtOnce) {
		calls := make([]call, len(chunk))
		for i, code := range chunk {
			args := []any{string(code), number(day), lately, toldFor.Milliseconds()}
			for _, l := range lines[code] {
				args = append(args, lineMark(l), lineField(l), lineValue(l))
			}
			calls[i] = call{keys: []string{keyInboxes(code), keyInbox(code), keyTold(code)}, args: args}
		}
		if _, err := s.runAll(ctx, offerScript, calls); err != nil {
			return fmt.Errorf("offer to %s and %d more: %w", chunk[0], len(chunk)-1, err)
		}
	}
	return nil
}

// Inboxes returns who has something in the inbox, or a digest that is not
// confirmed put, sorted.
func (s *Store) Inboxes(ctx context.Context) ([]journey.Code, error) {
	var read [shards]*redis.StringSliceCmd
	err := s.pipe(ctx, func(p redis.Pipeliner) {
		for shard := range read {
			read[shard] = p.SMembers(ctx, keyShard(shard, "inboxes"))
		}
	})
	if err != nil {
		return nil, fmt.Errorf("inboxes: %w", err)
	}
	return sortedCodes(read[:]), nil
}

// takeScript moves the inbox into the digest of a day, unless that day had one
// already, or one that was taken is still open.
//
//	KEYS[1] {j:xx}:inboxes
//	KEYS[2] {j:xx}:inbox:<code>
//	KEYS[3] {j:xx}:open:<code>
//	ARGV    code, day, {j:xx}:digest:<code>: (a day follows), "1" to put the lines
//	        of one still open from another day back first; those of the inbox are
//	        newer
//	returns {day, field, value, …} of the digest that is open now, {} for none
var takeScript = redis.NewScript(`
local open = redis.call('GET', KEYS[3])
if open and open ~= ARGV[2] and ARGV[4] == '1' then
  local old = redis.call('HGETALL', ARGV[3] .. open)
  for i = 1, #old, 2 do redis.call('HSETNX', KEYS[2], old[i], old[i+1]) end
  redis.call('DEL', ARGV[3] .. open, KEYS[3])
  open = false
end
if not open then
  if redis.call('EXISTS', KEYS[2]) == 0 then
    redis.call('SREM', KEYS[1], ARGV[1])
    return {}
  end
  if redis.call('EXISTS', ARGV[3] .. ARGV[2]) == 1 then return {} end
  redis.call('RENAME', KEYS[2], ARGV[3] .. ARGV[2])
  redis.call('SET', KEYS[3], ARGV[2])
  open = ARGV[2]
end
local answer = redis.call('HGETALL', ARGV[3] .. open)
table.insert(answer, 1, open)
return answer`)

// TakeDigests moves each person's inbox into the digest of the day. There is at
// most one digest a person and day: who had one already, and who has nothing to
// be told, is left out. Until DigestsPut confirms it, the same digest comes
// again, with the day for which it was taken, even on a later one; for that see
// RetakeDigest.
func (s *Store) TakeDigests(ctx context.Context, day journey.Date, codes ...journey.Code) (digests []journey.Digest, err error) {
	for chunk := range slices.Chunk(codes, peopleAtOnce) {
		some, err := s.takeAll(ctx, chunk, day, "0")
		if err != nil {
			return nil, err
		}
		digests = append(digests, some...)
	}
	return digests, nil
}

// RetakeDigest takes a digest of which one that is open from another day, and
// surely never was put, becomes a part. The one of that day is gone then. ok is
// false when there is nothing to tell.
func (s *Store) RetakeDigest(ctx context.Context, code journey.Code, day journey.Date) (d journey.Digest, ok bool, err error) {
	digests, err := s.takeAll(ctx, []journey.Code{code}, day, "1")
	if err != nil || len(digests) == 0 {
		return journey.Digest{}, false, err
	}
	return digests[0], true, nil
}

func (s *Store) takeAll(ctx context.Context, codes []journey.Code, day journey.Date, again string) (digests []journey.Digest, err error) {
	calls := make([]call, len(codes))
	for i, code := range codes {
		calls[i] = call{
			keys: []string{keyInboxes(code), keyInbox(code), keyOpen(code)},
			args: []any{string(code), number(day), keyDigests(code), again},
		}
	}
	answers, err := s.runAll(ctx, takeScript, calls)
	if err != nil {
		return nil, fmt.Errorf("digests of %s and %d more for %s: %w", codes[0], len(codes)-1, day, err)
	}
	for i, code := range codes {
		d, err := readDigest(code, answers[i])
		if err != nil {
			return nil, fmt.Errorf("digest of %s for %s: %w", code, day, err)
		}
		if !d.Day.IsZero() {
			digests = append(digests, d)
		}
	}
	return digests, nil
}

// readDigest reads what takeScript returned; without a day for none.
func readDigest(code journey.Code, answer *redis.Cmd) (d journey.Digest, err error) {
	got, err := answer.StringSlice()
	if err != nil || len(got) == 0 {
		return d, err
	}
	n, err := strconv.Atoi(got[0])
	if err != nil {
		return d, err
	}
	fields := make(map[string]string, len(got)/2)
	for pair := range slices.Chunk(got[1:], 2) {
		fields[pair[0]] = pair[len(pair)-1]
	}
	return journey.Digest{For: code, Day: dayOf(n), Lines: decodeLines(fields)}, nil
}

// Digest returns what a person is told on a day; ErrNotFound when that is
// nothing, when it was retaken for a later day, and 45 days after it was put.
func (s *Store) Digest(ctx context.Context, code journey.Code, day journey.Date) (journey.Digest, error) {
	fields, err := s.rdb.HGetAll(ctx, keyDigest(code, day)).Result()
	if err == nil && len(fields) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return journey.Digest{}, fmt.Errorf("digest of %s for %s: %w", code, day, err)
	}
	return journey.Digest{For: code, Day: day, Lines: decodeLines(fields)}, nil
}

// digestPutScript ends a digest that is open.
//
//	KEYS[1] {j:xx}:inboxes
//	KEYS[2] {j:xx}:inbox:<code>
//	KEYS[3] {j:xx}:open:<code>
//	KEYS[4] {j:xx}:digest:<code>:<day>
//	ARGV    code, day, how long to keep it (ms)
//	returns 1 if it was open
var digestPutScript = redis.NewScript(`
if redis.call('GET', KEYS[3]) ~= ARGV[2] then return 0 end
redis.call('DEL', KEYS[3])
redis.call('PEXPIRE', KEYS[4], ARGV[3])
if redis.call('EXISTS', KEYS[2]) == 0 then redis.call('SREM', KEYS[1], ARGV[1]) end
return 1`)

// DigestsPut notes that digests are in the outbox. Of one that is not open it
// changes nothing.
func (s *Store) DigestsPut(ctx context.Context, digests ...journey.Digest) error {
	for chunk := range slices.Chunk(digests, peopleAtOnce) {
		calls := make([]call, len(chunk))
		for i, d := range chunk {
			calls[i] = call{
				keys: []string{keyInboxes(d.For), keyInbox(d.For), keyOpen(d.For), keyDigest(d.For, d.Day)},
				args: []any{string(d.For), number(d.Day), digestFor.Milliseconds()},
			}
		}
		if _, err := s.runAll(ctx, digestPutScript, calls); err != nil {
			return fmt.Errorf("digest of %s for %s and %d more: %w", chunk[0].For, chunk[0].Day, len(chunk)-1, err)
		}
	}
	return nil
}
