package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/notice"
)

const (
	buckets          = 512 // hashes over which the recipients of a notice are spread
	recipientsAtOnce = 100 // added or settled in one script: whoever claims a message waits as long
	takenAtOnce      = 250 // the same for those taken
	bucketsAtOnce    = 32  // read, or looked through, in one round trip
	maxReasons       = 100 // different reasons kept of one notice
	maxReason        = 200 // letters of a reason
)

// keepNoticeScript stores a notice that nobody changed since it was read.
//
//	KEYS[1] {notices}:body
//	KEYS[2] {notices}:all
//	KEYS[3] {notices}:live
//	ARGV    id, number of the change it was read with ("0": new), new value, when it
//	        was made (ms), "1" if there is something left to do for it
//	returns 1 if that is stored now, 0 for a conflict. What is already stored
//	exactly so is no conflict: the call may be a repeated one
var keepNoticeScript = redis.NewScript(`
local old = redis.call('HGET', KEYS[1], ARGV[1])
if old ~= ARGV[3] then
  local rev = '0'
  if old then rev = string.match(old, '^%d+') end
  if rev ~= ARGV[2] then return 0 end
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
end
redis.call('ZADD', KEYS[2], ARGV[4], ARGV[1])
if ARGV[5] == '1' then redis.call('SADD', KEYS[3], ARGV[1]) else redis.call('SREM', KEYS[3], ARGV[1]) end
return 1`)

// KeepNotice stores n as its change number n.Rev + 1; n.Rev must be the stored
// one, 0 for a new notice, otherwise it returns ErrConflict and changes nothing.
func (s *Store) KeepNotice(ctx context.Context, n notice.Notice) error {
	rev := strconv.FormatInt(n.Rev, 10)
	n.Rev++
	body, err := json.Marshal(n)
	if err != nil {
		return fmt.Errorf("keep notice %s: %w", n.ID, err)
	}
	live := "0"
	if isLive(n) {
		live = "1"
	}
	value := fmt.Sprintf("%d\n%s", n.Rev, body)
	kept, err := keepNoticeScript.Run(ctx, s.rdb, []string{keyNotices, keyAllNotices, keyLiveNotices},
		string(n.ID), rev, value, milli(n.Made), live).Int()
	if err == nil && kept == 0 {
		err = ErrConflict
	}
	if err != nil {
		return fmt.Errorf("keep notice %s: %w", n.ID, err)
	}
	return nil
}

// isLive reports whether somebody has to look at the notice from time to time.
func isLive(n notice.Notice) bool {
	switch n.Status {
	case notice.Planned, notice.Sending, notice.Paused, notice.Stopped, notice.Done:
		return true
	}
	return false
}

// Notice returns a notice; ErrNotFound when there is none of that id.
func (s *Store) Notice(ctx context.Context, id notice.ID) (n notice.Notice, err error) {
	value, err := s.rdb.HGet(ctx, keyNotices, string(id)).Result()
	if errors.Is(err, redis.Nil) {
		err = ErrNotFound
	}
	if err == nil {
		n, err = decodeNotice(value)
	}
	if err != nil {
		return notice.Notice{}, fmt.Errorf("notice %s: %w", id, err)
	}
	return n, nil
}

func decodeNotice(value string) (n notice.Notice, err error) {
	_, body, ok := strings.Cut(value, "\n")
	if !ok {
		return n, errForm
	}
	err = json.Unmarshal([]byte(body), &n)
	return n, err
}

// Notices returns the newest n notices, newest first. One that another version
// stored and this one cannot read is left out.
func (s *Store) Notices(ctx context.Context, n int) ([]notice.Notice, error) {
	if n <= 0 {
		return nil, nil
	}
	ids, err := s.rdb.ZRevRange(ctx, keyAllNotices, 0, int64(n)-1).Result()
	if err != nil || len(ids) == 0 {
		return nil, wrapped("notices", err)
	}
	values, err := s.rdb.HMGet(ctx, keyNotices, ids...).Result()
	if err != nil {
		return nil, fmt.Errorf("notices: %w", err)
	}
	var notices []notice.Notice
	for _, value := range values {
		body, _ := value.(string)
		if read, err := decodeNotice(body); err == nil {
			notices = append(notices, read)
		}
	}
	return notices, nil
}

// wrapped says what err, if it is one, was about.
func wrapped(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

// LiveNotices returns which notices there is something left to do for, sorted:
// they wait for their hour, are being sent, were stopped just now, or are done
// and wait for answers or joiners.
func (s *Store) LiveNotices(ctx context.Context) ([]notice.ID, error) {
	members, err := s.rdb.SMembers(ctx, keyLiveNotices).Result()
	if err != nil {
		return nil, fmt.Errorf("live notices: %w", err)
	}
	ids := make([]notice.ID, len(members))
	for i, id := range members {
		ids[i] = notice.ID(id)
	}
	slices.Sort(ids)
	return ids, nil
}

// restScript takes a notice from the live ones unless it changed.
//
//	KEYS[1] {notices}:body
//	KEYS[2] {notices}:live
//	ARGV    id, number of the change
//	returns 1 if it is not among them now
var restScript = redis.NewScript(`
local value = redis.call('HGET', KEYS[1], ARGV[1])
if value and string.match(value, '^%d+') ~= ARGV[2] then return 0 end
redis.call('SREM', KEYS[2], ARGV[1])
return 1`)

// RestNotice says that there is nothing left to do for a notice as it was at
// change number rev. It stays live when it changed since.
func (s *Store) RestNotice(ctx context.Context, id notice.ID, rev int64) error {
	err := restScript.Run(ctx, s.rdb, []string{keyNotices, keyLiveNotices}, string(id), rev).Err()
	return wrapped("rest notice "+string(id), err)
}

// What became of a recipient is kept as the letter of the outcome, the number of
// the round (none for the first), and, each after a dot and left out when empty
// at the end: when (unix seconds), the number of the message or of the reason,
// and when it was confirmed. Numbers but the round's have the digits 0-9a-z.
//
//	w                     waits
//	q2                    in the outbox, the third time
//	d.t3k9x2.3f9ka        delivered
//	d.t3k9x2.3f9ka.t3kb01 delivered and confirmed
//	f1.t3k9x2.4           failed in the second round, for reason 4
var letters = map[notice.Outcome]string{
	notice.Pending: "w", notice.Queued: "q", notice.Delivered: "d", notice.Blocked: "b",
	notice.Failed: "f", notice.InDoubt: "i", notice.Unlinked: "u",
}

const digits = 36

// recipientScript is what the scripts about recipients share.
//
//	KEYS[1] {n:<id>}:counts
//	KEYS[2] {n:<id>}:wait
//	KEYS[3] {n:<id>}:queued
//	KEYS[4] {n:<id>}:why
//	ARGV[1] {n:<id>}:to: (the number of a hash follows)
const recipientScript = `
local COUNTS, WAIT, QUEUED, WHY, TO = KEYS[1], KEYS[2], KEYS[3], KEYS[4], ARGV[1]

-- read returns outcome, round, when, message or reason, and when confirmed.
local function read(value) return string.match(value, '^(%a)(%d*)%.?([^.]*)%.?([^.]*)%.?([^.]*)$') end

local function write(bucket, code, outcome, round, at, more, got)
  if round == '0' then round = '' end
  local value = string.gsub(outcome .. round .. '.' .. at .. '.' .. more .. '.' .. got, '%.+$', '')
  redis.call('HSET', TO .. bucket, code, value)
  if outcome == 'w' then redis.call('SADD', WAIT, bucket) end
end

local function count(what, n) if n ~= 0 then redis.call('HINCRBY', COUNTS, what, n) end end
local function after(round) return string.format('%d', (tonumber(round) or 0) + 1) end
`

// recipientKeys are the keys of recipientScript.
func recipientKeys(id notice.ID) []string {
	return []string{keyRecipients(id, "counts"), keyRecipients(id, "wait"), keyRecipients(id, "queued"), keyRecipients(id, "why")}
}

func keyBuckets(id notice.ID) string { return keyRecipients(id, "to:") } // and a number

// bucketOf returns the hash in which a recipient is kept.
func bucketOf(code journey.Code) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(code)) // never fails
	return int(h.Sum32() % buckets)
}

// recipients runs a script about the recipients of a notice.
func (s *Store) recipients(ctx context.Context, script *redis.Script, id notice.ID, args ...any) *redis.Cmd {
	return script.Run(ctx, s.rdb, recipientKeys(id), append([]any{keyBuckets(id)}, args...)...)
}

// addScript adds recipients.
//
//	KEYS    see recipientScript
//	ARGV    2… for each recipient: number of the hash, code, letter
//	returns how many are new, or were not linked and wait now
var addScript = redis.NewScript(recipientScript + `
local new = 0
for i = 2, #ARGV, 3 do
  local bucket, code, outcome = ARGV[i], ARGV[i+1], ARGV[i+2]
  local old = redis.call('HGET', TO .. bucket, code)
  local was, round = '', ''
  if old then was, round = read(old) end
  if not old or was == 'u' and outcome == 'w' then
    write(bucket, code, outcome, round, '', '', '')
    if old then count(was, -1) end
    count(outcome, 1)
    new = new + 1
  end
end
return new`)

// AddRecipients adds people who wait for the notice, or who cannot have it since
// they are not linked. One who is known stays as is, but for one who was not
// linked and waits now. It returns how many that changed.
//
// A group is a recipient whose code is the number of its conversation.
func (s *Store) AddRecipients(ctx context.Context, id notice.ID, recipients map[journey.Code]notice.Outcome) (isNew int, err error) {
	for chunk := range slices.Chunk(slices.Sorted(maps.Keys(recipients)), recipientsAtOnce) {
		var args []any
		for _, code := range chunk {
			o := recipients[code]
			if o != notice.Pending && o != notice.Unlinked {
				return isNew, fmt.Errorf("add to notice %s: %s as %q", id, code, o)
			}
			args = append(args, bucketOf(code), string(code), letters[o])
		}
		n, err := s.recipients(ctx, addScript, id, args...).Int()
		if err != nil {
			return isNew, fmt.Errorf("add %d to notice %s: %w", len(chunk), id, err)
		}
		isNew += n
	}
	return isNew, nil
}

// takeScript has recipients that wait queued, until so many are.
//
//	KEYS    see recipientScript
//	ARGV    2 how many may be queued, 3 now (unix seconds)
//	returns {code, "<round> <unix seconds>", …} of all that are queued
var takeRecipientsScript = redis.NewScript(recipientScript + `
local free = tonumber(ARGV[2]) - redis.call('HLEN', QUEUED)
local moved = 0
if free > 0 then
  for _, bucket in ipairs(redis.call('SMEMBERS', WAIT)) do
    local all, left = redis.call('HGETALL', TO .. bucket), false
    for i = 1, #all, 2 do
      local outcome, round, _, _, got = read(all[i+1])
      if outcome == 'w' then
        if moved == free then left = true break end
        write(bucket, all[i], 'q', round, '', '', got)
        if round == '' then round = '0' end
        redis.call('HSET', QUEUED, all[i], round .. ' ' .. ARGV[3])
        moved = moved + 1
      end
    end
    if left then break end
    redis.call('SREM', WAIT, bucket)
  end
  count('w', -moved)
  count('q', moved)
end
return redis.call('HGETALL', QUEUED)`)

// TakeRecipients has recipients that wait queued until n are, and returns all
// that are queued, sorted: those of this call, of an earlier one, and of others.
// They stay so until SettleRecipients.
func (s *Store) TakeRecipients(ctx context.Context, id notice.ID, now time.Time, n int) ([]notice.Taken, error) {
	var got []string
	var err error
	for before, more := -1, true; more && err == nil; before = len(got) / 2 {
		most := min(n, max(before, 0)+takenAtOnce)
		got, err = s.recipients(ctx, takeRecipientsScript, id, most, now.Unix()).StringSlice()
		more = most < n && len(got)/2 != before
	}
	if err == nil && len(got)%2 != 0 {
		err = errForm
	}
	taken := make([]notice.Taken, 0, len(got)/2)
	for i := 0; err == nil && i < len(got); i += 2 {
		var t notice.Taken
		t, err = decodeTaken(got[i], got[i+1])
		taken = append(taken, t)
	}
	if err != nil {
		return nil, fmt.Errorf("recipients of notice %s: %w", id, err)
	}
	slices.SortFunc(taken, func(a, b notice.Taken) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Code, b.Code)) })
	return taken, nil
}

func decodeTaken(code, value string) (t notice.Taken, err error) {
	round, at, _ := strings.Cut(value, " ")
	r, err1 := strconv.Atoi(round)
	seconds, err2 := strconv.ParseInt(at, 10, 64)
	if err1 != nil || err2 != nil {
		return t, errForm
	}
	return notice.Taken{Code: journey.Code(code), Round: r, At: time.Unix(seconds, 0)}, nil
}

// QueuedRecipients returns those that are queued.
func (s *Store) QueuedRecipients(ctx context.Context, id notice.ID) ([]notice.Taken, error) {
	return s.TakeRecipients(ctx, id, time.Time{}, 0)
}

// settleScript moves recipients that are queued, in the round that ended, to
// what became of them.
//
//	KEYS    see recipientScript
//	ARGV    2 different reasons at most, 3… for each recipient: number of the hash,
//	        code, round, letter, when, number of the message, reason
//	returns how many in a row failed, or are in doubt
var settleScript = redis.NewScript(recipientScript + `
-- because returns the number of a reason, '' once there are too many.
local function because(reason)
  local n = redis.call('HGET', WHY, reason)
  if not n then
    n = redis.call('HLEN', WHY) + 1
    if n > tonumber(ARGV[2]) then return '' end
    n = string.format('%d', n)
    redis.call('HSET', WHY, reason, n)
  end
  return n
end

for i = 3, #ARGV, 7 do
  local bucket, code, round, outcome, at, more, reason = unpack(ARGV, i, i + 6)
  local taken = redis.call('HGET', QUEUED, code)
  if taken and string.match(taken, '^%d+') == round then
    local _, _, _, _, got = read(redis.call('HGET', TO .. bucket, code))
    if got ~= '' and outcome ~= 'd' then -- who confirmed it has it
      outcome, at, more, reason = 'd', got, '', ''
    end
    if reason ~= '' then more = because(reason) end
    if outcome == 'w' then
      write(bucket, code, 'w', after(round), '', '', '')
    else
      write(bucket, code, outcome, round, at, more, got)
    end
    redis.call('HDEL', QUEUED, code)
    count('q', -1)
    count(outcome, 1)
    if outcome == 'f' or outcome == 'i' then
      count('row', 1)
    elseif outcome == 'd' or outcome == 'b' then
      redis.call('HDEL', COUNTS, 'row')
    end
  end
end
return tonumber(redis.call('HGET', COUNTS, 'row') or '0')`)

// SettleRecipients says what became of recipients that are queued, in the order
// in which it came to that; of one that is not, or whose round is another by now,
// it changes nothing. One that is to wait again does so in a new round. It
// returns how many in a row failed or are in doubt, also for no results.
func (s *Store) SettleRecipients(ctx context.Context, id notice.ID, results ...notice.Result) (inARow int, err error) {
	first := true // no results are one call too
	for chunk := range slices.Chunk(results, recipientsAtOnce) {
		first = false
		if inARow, err = s.settle(ctx, id, chunk); err != nil {
			return 0, err
		}
	}
	if first {
		return s.settle(ctx, id, nil)
	}
	return inARow, nil
}

func (s *Store) settle(ctx context.Context, id notice.ID, results []notice.Result) (inARow int, err error) {
	args := []any{maxReasons}
	for _, r := range results {
		letter, ok := letters[r.Outcome]
		if !ok || r.Outcome == notice.Queued {
			return 0, fmt.Errorf("settle notice %s: %s as %q", id, r.Code, r.Outcome)
		}
		message, reason := "", []rune(r.Reason)
		if r.Outcome == notice.Delivered && r.Message != 0 {
			message, reason = strconv.FormatInt(int64(r.Message), digits), nil
		}
		args = append(args, bucketOf(r.Code), string(r.Code), r.Round, letter, encodeSeconds(r.At), message,
			string(reason[:min(len(reason), maxReason)]))
	}
	inARow, err = s.recipients(ctx, settleScript, id, args...).Int()
	if err != nil {
		return 0, fmt.Errorf("settle %d of notice %s: %w", len(results), id, err)
	}
	return inARow, nil
}

// ClearFailures begins the count of failures in a row anew.
func (s *Store) ClearFailures(ctx context.Context, id notice.ID) error {
	return wrapped("clear failures of notice "+string(id), s.rdb.HDel(ctx, keyRecipients(id, "counts"), "row").Err())
}

func encodeSeconds(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return strconv.FormatInt(max(t.Unix(), 0), digits)
}

func decodeSeconds(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	n, err := strconv.ParseInt(s, digits, 64)
	if err != nil {
		return time.Time{}, errForm
	}
	return time.Unix(n, 0), nil
}

// requeueScript has recipients wait again, in a new round.
//
//	KEYS    see recipientScript
//	ARGV    2 letters of the outcomes from which, 3… numbers of the hashes
//	returns how many
var requeueScript = redis.NewScript(recipientScript + `
local moved = {}
for i = 3, #ARGV do
  local all = redis.call('HGETALL', TO .. ARGV[i])
  for j = 1, #all, 2 do
    local outcome, round, _, _, got = read(all[j+1])
    if got == '' and string.find(ARGV[2], outcome, 1, true) then
      write(ARGV[i], all[j], 'w', after(round), '', '', '')
      moved[outcome] = (moved[outcome] or 0) + 1
    end
  end
end
local sum = 0
for outcome, n in pairs(moved) do
  count(outcome, -n)
  sum = sum + n
end
count('w', sum)
return sum`)

// RequeueRecipients has those wait again of whom one of the outcomes came
// (Blocked, Failed, InDoubt, Unlinked), and returns how many; who confirmed is
// never among them. Of those in doubt some will have the notice twice. The notice
// is live after that, and goes out to them if it is being sent or done.
func (s *Store) RequeueRecipients(ctx context.Context, id notice.ID, from ...notice.Outcome) (n int, err error) {
	which := ""
	for _, o := range from {
		switch o {
		case notice.Blocked, notice.Failed, notice.InDoubt, notice.Unlinked:
			which += letters[o]
		default:
			return 0, fmt.Errorf("requeue of notice %s: those %q", id, o)
		}
	}
	if err := s.revive(ctx, id); err != nil { // first, so that a crash leaves nobody waiting unseen
		return 0, err
	}
	for first := 0; first < buckets; first += bucketsAtOnce {
		args := []any{which}
		for bucket := first; bucket < first+bucketsAtOnce; bucket++ {
			args = append(args, bucket)
		}
		moved, err := s.recipients(ctx, requeueScript, id, args...).Int()
		if err != nil {
			return n, fmt.Errorf("requeue of notice %s: %w", id, err)
		}
		n += moved
	}
	return n, s.revive(ctx, id) // and again: it may have been at rest until they waited
}

// revive makes a notice one of the live ones.
func (s *Store) revive(ctx context.Context, id notice.ID) error {
	return wrapped("revive notice "+string(id), s.rdb.SAdd(ctx, keyLiveNotices, string(id)).Err())
}

// RecipientCounts returns how many recipients came to which outcome.
func (s *Store) RecipientCounts(ctx context.Context, id notice.ID) (notice.Counts, error) {
	fields, err := s.counts(ctx, keyRecipients(id, "counts"))
	if err != nil {
		return nil, fmt.Errorf("recipients of notice %s: %w", id, err)
	}
	counts := make(notice.Counts)
	for o, letter := range letters {
		if n := fields[letter]; n != 0 {
			counts[o] = n
		}
	}
	return counts, nil
}

// ReceivedCount returns how many recipients confirmed.
func (s *Store) ReceivedCount(ctx context.Context, id notice.ID) (int, error) {
	n, err := s.rdb.HGet(ctx, keyRecipients(id, "counts"), "got").Int()
	if err != nil && !errors.Is(err, redis.Nil) {
		return 0, fmt.Errorf("received notice %s: %w", id, err)
	}
	return n, nil
}

// Gathered returns when the audience of a notice was last looked through to its
// end; the zero time when it never was.
func (s *Store) Gathered(ctx context.Context, id notice.ID) (time.Time, error) {
	ms, err := s.rdb.HGet(ctx, keyRecipients(id, "counts"), "gathered").Int64()
	if errors.Is(err, redis.Nil) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("notice %s gathered: %w", id, err)
	}
	return time.UnixMilli(ms), nil
}

// SetGathered notes that the audience was looked through to its end, beginning
// at that time.
func (s *Store) SetGathered(ctx context.Context, id notice.ID, at time.Time) error {
	return wrapped("notice "+string(id)+" gathered", s.rdb.HSet(ctx, keyRecipients(id, "counts"), "gathered", milli(at)).Err())
}

// Recipients yields what became of all recipients, in chunks sorted by code,
// until yield returns an error. Who is added meanwhile may be left out.
func (s *Store) Recipients(ctx context.Context, id notice.ID, yield func([]notice.Result) error) error {
	for first := 0; first < buckets; first += bucketsAtOnce {
		var read [bucketsAtOnce]*redis.MapStringStringCmd
		if err := s.pipe(ctx, func(p redis.Pipeliner) {
			for i := range read {
				read[i] = p.HGetAll(ctx, keyBuckets(id)+strconv.Itoa(first+i))
			}
		}); err != nil {
			return fmt.Errorf("recipients of notice %s: %w", id, err)
		}
		fields := make(map[string]string)
		for _, cmd := range read {
			maps.Copy(fields, cmd.Val())
		}
		if len(fields) == 0 {
			continue
		}
		results, err := s.results(ctx, id, fields)
		if err != nil {
			return err
		}
		if err := yield(results); err != nil {
			return err
		}
	}
	return nil
}

// RecipientsOf returns what became of some recipients, sorted by code; who is
// none is left out.
func (s *Store) RecipientsOf(ctx context.Context, id notice.ID, codes ...journey.Code) ([]notice.Result, error) {
	read := make([]*redis.StringCmd, len(codes))
	err := s.pipe(ctx, func(p redis.Pipeliner) {
		for i, code := range codes {
			read[i] = p.HGet(ctx, keyBuckets(id)+strconv.Itoa(bucketOf(code)), string(code))
		}
	})
	if err != nil && !errors.Is(err, redis.Nil) {
		return nil, fmt.Errorf("recipients of notice %s: %w", id, err)
	}
	fields := make(map[string]string, len(codes))
	for i, cmd := range read {
		if cmd.Err() == nil {
			fields[string(codes[i])] = cmd.Val()
		}
	}
	return s.results(ctx, id, fields)
}

// results reads what is kept of recipients.
func (s *Store) results(ctx context.Context, id notice.ID, fields map[string]string) (results []notice.Result, err error) {
	numbers, err := s.rdb.HGetAll(ctx, keyRecipients(id, "why")).Result()
	reasons := make(map[string]string, len(numbers))
	for reason, number := range numbers {
		reasons[number] = reason
	}
	for code, value := range fields {
		var r notice.Result
		if err == nil {
			r, err = decodeResult(journey.Code(code), value, reasons)
		}
		if err != nil {
			return nil, fmt.Errorf("recipient %s of notice %s: %w", code, id, err)
		}
		results = append(results, r)
	}
	slices.SortFunc(results, func(a, b notice.Result) int { return cmp.Compare(a.Code, b.Code) })
	return results, nil
}

// decodeResult reads what the scripts wrote of one recipient.
func decodeResult(code journey.Code, value string, reasons map[string]string) (r notice.Result, err error) {
	if value == "" {
		return r, errForm
	}
	r.Code = code
	for o, letter := range letters {
		if letter == value[:1] {
			r.Outcome = o
		}
	}
	parts := append(strings.Split(value[1:], "."), "", "", "")
	if parts[0] != "" {
		if r.Round, err = strconv.Atoi(parts[0]); err != nil {
			return r, errForm
		}
	}
	var err1, err2, err3 error
	r.At, err1 = decodeSeconds(parts[1])
	r.Received, err2 = decodeSeconds(parts[3])
	if more := parts[2]; r.Outcome == notice.Delivered && more != "" {
		var number int64
		number, err3 = strconv.ParseInt(more, digits, 64)
		r.Message = int(number)
	} else {
		r.Reason = reasons[more]
	}
	if err := errors.Join(err1, err2, err3); err != nil || r.Outcome == "" {
		return r, errForm
	}
	return r, nil
}

// receivedScript notes that a recipient confirmed.
//
//	KEYS    see recipientScript
//	ARGV    2 number of the hash, 3 code, 4 when
//	returns 1 if noted now, 0 if it was before, -1 if nothing went out to them
var receivedScript = redis.NewScript(recipientScript + `
local bucket, code, now = ARGV[2], ARGV[3], ARGV[4]
local value = redis.call('HGET', TO .. bucket, code)
if not value then return -1 end
local outcome, round, at, more, got = read(value)
if got ~= '' then return 0 end
if outcome == 'u' or round == '' and (outcome == 'w' or outcome == 'f' or outcome == 'b') then return -1 end
if outcome == 'q' or outcome == 'd' then
  write(bucket, code, outcome, round, at, more, now)
else -- it did arrive, in this round or an earlier one
  write(bucket, code, 'd', round, now, '', now)
  count(outcome, -1)
  count('d', 1)
end
count('got', 1)
return 1`)

// Received notes that a recipient confirmed the notice, once; who was in doubt
// counts as delivered then. ErrNotFound means that it did not go out to them.
func (s *Store) Received(ctx context.Context, id notice.ID, code journey.Code, at time.Time) (isNew bool, err error) {
	n, err := s.recipients(ctx, receivedScript, id, bucketOf(code), string(code), encodeSeconds(at)).Int()
	if err == nil && n < 0 {
		err = ErrNotFound
	}
	if err != nil {
		return false, fmt.Errorf("notice %s received by %s: %w", id, code, err)
	}
	return n == 1, nil
}

// KeepGroup notes that an officer added the bot to a group or channel, for a
// unit. A later note takes the place of an earlier one.
func (s *Store) KeepGroup(ctx context.Context, addr chat.Address, title string, by journey.Code, unit journey.Unit) error {
	body, err := json.Marshal(notice.Group{Title: title, By: by, Unit: unit})
	if err == nil {
		err = s.rdb.HSet(ctx, keyGroups, addr.String(), body).Err()
	}
	return wrapped("keep group "+addr.String(), err)
}

// DropGroup notes that the bot is in a group no more.
func (s *Store) DropGroup(ctx context.Context, addr chat.Address) error {
	return wrapped("drop group "+addr.String(), s.rdb.HDel(ctx, keyGroups, addr.String()).Err())
}

// Groups returns the groups and channels the bot is in, sorted by unit and
// title.
func (s *Store) Groups(ctx context.Context) ([]notice.Group, error) {
	fields, err := s.rdb.HGetAll(ctx, keyGroups).Result()
	if err != nil {
		return nil, fmt.Errorf("groups: %w", err)
	}
	var groups []notice.Group
	for number, body := range fields {
		var g notice.Group
		err := json.Unmarshal([]byte(body), &g)
		if err == nil {
			g.Chat, err = strconv.ParseInt(number, 10, 64)
		}
		if err != nil {
			return nil, fmt.Errorf("group %s: %w", number, err)
		}
		groups = append(groups, g)
	}
	slices.SortFunc(groups, notice.Group.Compare)
	return groups, nil
}

// groupMovedScript gives a group its new number.
//
//	KEYS[1] {groups}:all
//	ARGV    old number, new number
var groupMovedScript = redis.NewScript(`
local group = redis.call('HGET', KEYS[1], ARGV[1])
if not group then return 0 end
redis.call('HSETNX', KEYS[1], ARGV[2], group)
redis.call('HDEL', KEYS[1], ARGV[1])
return 1`)

// groupMoved notes that a conversation, if it is a group's, has a new number.
func (s *Store) groupMoved(ctx context.Context, from, to chat.Address) error {
	return groupMovedScript.Run(ctx, s.rdb, []string{keyGroups}, from.String(), to.String()).Err()
}
