package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"donghanh/internal/desk"
	"donghanh/internal/journey"
	"donghanh/internal/notice"
)

// What stands in the way of a restoration, or of all else after one that did not
// come to its end.
var (
	ErrNotEmpty     = errors.New("this Redis is not empty")
	ErrHalfRestored = errors.New("a restoration into this Redis did not come to its end")
)

const (
	restoredAtOnce = 1000    // commands in one round trip
	restoredBytes  = 1 << 20 // of values in one round trip
	mendedAtOnce   = 200     // messages put into their lines in one script
)

// Restoring says how an export is restored.
type Restoring struct {
	Now time.Time

	// Next and Print are the rules: on which day a track is to be looked at next,
	// and their fingerprint.
	Next  func(journey.Track) journey.Date
	Print string

	// NewBot is for the day on which the bot's account is lost: people, their way,
	// questions and notices stay. What was on its way by the old bot is dropped,
	// and so is what it was told last, with its numbers of updates, and the groups
	// it was in. Everybody stays linked, since a person's number is the same with
	// every bot, but counts as unreachable until they write: a bot may not write
	// first. Notices that go out, or are planned, pause.
	NewBot bool
}

// Restore writes an export, which was read to its end before, into an empty
// Redis; else the error is ErrNotEmpty. What is derived is made anew. Until all
// is well Whole returns ErrHalfRestored: nothing else can be done after an error
// but to empty that Redis and to begin again.
func (s *Store) Restore(ctx context.Context, r io.Reader, how Restoring) (ExportTotals, error) {
	w := &restoring{Store: s, how: how, p: s.rdb.Pipeline()}
	totals, err := w.all(ctx, r)
	if err != nil {
		return totals, fmt.Errorf("restore: %w", err)
	}
	return totals, nil
}

// Whole returns ErrHalfRestored while a restoration is under way, or when one did
// not come to its end.
func (s *Store) Whole(ctx context.Context) error {
	n, err := s.rdb.Exists(ctx, keyRestoring).Result()
	if err != nil {
		return fmt.Errorf("redis: %w", err)
	}
	if n > 0 {
		return ErrHalfRestored
	}
	return nil
}

// Empty returns ErrNotEmpty when there is a key in this Redis, and
// ErrHalfRestored when there are those of a restoration that broke off.
func (s *Store) Empty(ctx context.Context) error {
	if err := s.Whole(ctx); err != nil {
		return err
	}
	return s.eachNode(ctx, func(ctx context.Context, node redis.Cmdable) error {
		n, err := node.DBSize(ctx).Result()
		if err == nil && n > 0 {
			err = ErrNotEmpty
		}
		return err
	})
}

// restoring is one run of Restore.
type restoring struct {
	*Store
	how   Restoring
	p     redis.Pipeliner // commands that wait
	bytes int             // of values in them
	going string          // the key the next record goes on with
	put   int             // how many values of it are written, if it is a list
}

func (w *restoring) all(ctx context.Context, r io.Reader) (totals ExportTotals, err error) {
	if err := w.Empty(ctx); err != nil {
		return totals, err
	}
	if err := w.rdb.Set(ctx, keyRestoring, milli(w.how.Now), 0).Err(); err != nil {
		return totals, err
	}
	_, totals, err = ReadExport(r, func(r Record) error { return w.record(ctx, r) })
	if err == nil {
		err = w.flush(ctx)
	}
	for _, mend := range []func(context.Context) error{w.mendKeys, w.mendNotices, w.derive} {
		if err == nil {
			err = mend(ctx)
		}
	}
	if err == nil {
		err = w.rdb.Del(ctx, keyRestoring).Err()
	}
	return totals, err
}

// derive makes anew what follows from the tracks.
func (w *restoring) derive(ctx context.Context) error {
	if _, err := w.Reindex(ctx, w.how.Next); err != nil {
		return err
	}
	return w.SetRulesPrint(ctx, w.how.Print)
}

// ofOldBot are the beginnings of keys that mean nothing to another bot.
var ofOldBot = []string{"{p:", "{out}:", "{groups}:", "{say}:vote:", "{say}:outcome:", keyLogSeen}

func (w *restoring) dropped(key string) bool {
	return isDerived(key) || w.how.NewBot && slices.ContainsFunc(ofOldBot, func(begin string) bool { return strings.HasPrefix(key, begin) })
}

// record writes a record. One that begins a key takes the place of what an
// earlier one wrote there: a key that was renamed in memory while it was listed
// may be in the file twice.
func (w *restoring) record(ctx context.Context, r Record) error {
	begins := w.going == ""
	if w.going = ""; r.More {
		w.going = r.Key
	}
	if w.dropped(r.Key) {
		return nil
	}
	if r.Type == "list" {
		return w.list(ctx, r, begins)
	}
	if begins {
		w.p.Del(ctx, r.Key)
	}
	nameless := w.how.NewBot && strings.HasPrefix(r.Key, "{n:") && strings.Contains(r.Key, "}:to:")
	values := make([]any, len(r.Values))
	for i, v := range r.Values {
		if nameless && i%2 == 1 {
			v = withoutMessage(v)
		}
		values[i] = v
		w.bytes += len(v)
	}
	switch r.Type {
	case "string":
		w.p.Set(ctx, r.Key, values[0], 0)
	case "hash":
		w.p.HSet(ctx, r.Key, values...)
	case "set":
		w.p.SAdd(ctx, r.Key, values...)
	case "zset":
		members := make([]redis.Z, 0, len(values)/2)
		for pair := range slices.Chunk(r.Values, 2) {
			score, err := strconv.ParseFloat(pair[1], 64)
			if err != nil {
				return err
			}
			members = append(members, redis.Z{Member: pair[0], Score: score})
		}
		w.p.ZAdd(ctx, r.Key, members...)
	}
	if r.Until > 0 {
		w.p.PExpireAt(ctx, r.Key, time.UnixMilli(r.Until))
	}
	w.leads(ctx, r)
	if w.p.Len() < restoredAtOnce && w.bytes < restoredBytes {
		return nil
	}
	return w.flush(ctx)
}

// withoutMessage is what became of a recipient without the number of the message:
// with another bot it may be that of another message.
func withoutMessage(value string) string {
	parts := strings.Split(value, ".")
	if len(parts) < 3 || !strings.HasPrefix(value, letters[notice.Delivered]) {
		return value
	}
	parts[2] = ""
	return strings.TrimRight(strings.Join(parts, "."), ".")
}

// leads writes the ways to a person that follow from the person's own keys: they
// are read at another moment, and one may be missing.
func (w *restoring) leads(ctx context.Context, r Record) {
	if !strings.HasPrefix(r.Key, "{j:") {
		return
	}
	_, name, _ := strings.Cut(r.Key, "}:")
	code, invited := strings.CutPrefix(name, "invite:")
	for pair := range slices.Chunk(r.Values, stepOf(r.Type)) {
		switch {
		case name == "feed":
			w.p.Set(ctx, keyFeed(pair[1]), pair[0], 0)
		case invited && pair[0] == "hash" && r.Until > 0:
			w.p.Do(ctx, "SET", keyStart(pair[1]), code, "NX", "PXAT", r.Until)
		case name == "account" && w.how.NewBot:
			w.p.HSet(ctx, keyGone, pair[1], milli(w.how.Now))
		}
	}
}

func (w *restoring) flush(ctx context.Context) error {
	w.bytes = 0
	if w.p.Len() == 0 {
		return nil
	}
	commands, err := w.p.Exec(ctx) // which empties it
	if !errors.Is(err, redis.Nil) {
		return err
	}
	for _, c := range commands { // Nil is of one that writes only where it is missing
		if err := c.Err(); err != nil && !errors.Is(err, redis.Nil) {
			return err
		}
	}
	return nil
}

// pushScript writes values at the end of a list that has so many by now.
//
//	KEYS[1] the list
//	ARGV    how many it has, 0 to begin it anew; ms at which it is forgotten (0:
//	        never); values
//	returns how many it has then
var pushScript = redis.NewScript(`
local have = tonumber(ARGV[1])
if have == 0 then redis.call('DEL', KEYS[1]) end
if redis.call('LLEN', KEYS[1]) == have then
  for i = 3, #ARGV do redis.call('RPUSH', KEYS[1], ARGV[i]) end
end
local n = redis.call('LLEN', KEYS[1])
if ARGV[2] ~= '0' then redis.call('PEXPIREAT', KEYS[1], ARGV[2]) end
return n`)

// list writes a part of a list. It must not be written twice, as the client does
// when an answer is lost.
func (w *restoring) list(ctx context.Context, r Record, begins bool) error {
	if begins {
		w.put = 0
	}
	args := []any{w.put, r.Until}
	for _, v := range r.Values {
		args = append(args, v)
	}
	n, err := pushScript.Run(ctx, w.rdb, []string{r.Key}, args...).Int()
	if w.put += len(r.Values); err == nil && n != w.put {
		err = fmt.Errorf("%s has %d values, not %d", r.Key, n, w.put)
	}
	return err
}

// mendKeys puts messages into their lines and questions before the desk.
func (w *restoring) mendKeys(ctx context.Context) error {
	return w.eachKey(ctx, func(ctx context.Context, keys []string) error {
		var messages []any
		for _, key := range keys {
			if id, ok := strings.CutPrefix(key, keyMessages); ok {
				messages = append(messages, id)
			}
			if ref, ok := strings.CutPrefix(key, keyQuestion("")); ok {
				if err := w.mendQuestion(ctx, ref); err != nil {
					return err
				}
			}
		}
		for some := range slices.Chunk(messages, mendedAtOnce) {
			if err := enqueueScript.Run(ctx, w.rdb, []string{keyPause}, some...).Err(); err != nil {
				return err
			}
		}
		return nil
	})
}

// enqueueScript puts messages into the lines they wait in, each once. One that
// was under way goes on as after a sender that died. One that ended meanwhile,
// while the export was written, is dropped.
//
//	KEYS[1] the slot of {out}
//	ARGV    seqs
//	returns how many wait
var enqueueScript = redis.NewScript(moves + `
local n = 0
for _, id in ipairs(ARGV) do
  local m = redis.call('HMGET', MSG(id), 'key', 'lane', 'line', 'at', 'token')
  local key, lane, line, at, token = m[1], m[2], m[3], m[4], m[5]
  if not key or redis.call('HGET', SEEN(key), 'state') ~= 'queued' then
    redis.call('DEL', MSG(id))
  elseif redis.call('ZADD', LINE(lane, line), 'NX', at, id) == 1 then
    n = n + 1
    redis.call('HINCRBY', DEPTH, lane, 1)
    if tonumber(id) > tonumber(redis.call('GET', SEQ) or '0') then redis.call('SET', SEQ, ms(tonumber(id))) end
    if token ~= '' then
      redis.call('HSET', FLIGHT(lane), line, id)
      redis.call('ZADD', LEASED, '0', id)
    end
    look(lane, line, 0)
  end
end
return n`)

// mendQuestionScript has a question stand before the desk.
//
//	KEYS[1] {desk}:waiting
//	KEYS[2] {desk}:from:<id>
//	KEYS[3] {desk}:q:<ref>
//	ARGV    reference, when it was asked (ms)
//	returns 1 if it was missing somewhere
var mendQuestionScript = redis.NewScript(`
local left, missing = redis.call('PTTL', KEYS[3]), 0
if left < 0 then return 0 end
for i = 1, 2 do
  local added
  if i == 1 then added = redis.call('ZADD', KEYS[1], 'NX', ARGV[2], ARGV[1]) else added = redis.call('SADD', KEYS[2], ARGV[1]) end
  if added == 1 then missing = 1 end
  if added == 1 and redis.call('PTTL', KEYS[i]) < left then redis.call('PEXPIRE', KEYS[i], left) end
end
return missing`)

// mendQuestion has a question stand before the desk.
func (w *restoring) mendQuestion(ctx context.Context, ref string) error {
	body, err := w.rdb.Get(ctx, keyQuestion(ref)).Result()
	if errors.Is(err, redis.Nil) {
		return nil
	}
	var q desk.Question
	if err == nil && json.Unmarshal([]byte(body), &q) != nil {
		return nil // nobody can answer it
	}
	if err == nil {
		keys := []string{keyDeskWaiting, keyDeskFrom(q.From), keyQuestion(ref)}
		err = mendQuestionScript.Run(ctx, w.rdb, keys, ref, milli(q.At)).Err()
	}
	return err
}

// mendRecipientsScript counts recipients, and has those that wait, or are queued,
// be found.
//
//	KEYS    see recipientScript
//	ARGV    2 now (unix seconds), 3… numbers of the hashes
//	returns letters of outcomes, and "got", each with how many there are
var mendRecipientsScript = redis.NewScript(recipientScript + `
local sums = {}
local function more(what) sums[what] = (sums[what] or 0) + 1 end
for i = 3, #ARGV do
  local all = redis.call('HGETALL', TO .. ARGV[i])
  for j = 1, #all, 2 do
    local outcome, round, _, _, got = read(all[j+1])
    if outcome then
      more(outcome)
      if got ~= '' then more('got') end
      if outcome == 'w' then redis.call('SADD', WAIT, ARGV[i]) end
      if round == '' then round = '0' end
      if outcome == 'q' then redis.call('HSETNX', QUEUED, all[j], round .. ' ' .. ARGV[2]) end
    end
  end
end
local out = {}
for what, n in pairs(sums) do
  out[#out + 1] = what
  out[#out + 1] = tostring(n)
end
return out`)

// countedScript sets the counts of a notice, and forgets who is not queued.
//
//	KEYS    see recipientScript
//	ARGV    2 how many numbers follow, then letters (or "got") with their numbers,
//	        then codes of those queued with the numbers of their hashes
var countedScript = redis.NewScript(recipientScript + `
local numbers = tonumber(ARGV[2])
for i = 3, 1 + numbers, 2 do
  if (redis.call('HGET', COUNTS, ARGV[i]) or '0') ~= ARGV[i+1] then redis.call('HSET', COUNTS, ARGV[i], ARGV[i+1]) end
end
for i = 3 + numbers, #ARGV, 2 do
  local value = redis.call('HGET', TO .. ARGV[i+1], ARGV[i])
  if not value or read(value) ~= 'q' then redis.call('HDEL', QUEUED, ARGV[i]) end
end
return 1`)

// mendNotices has the recipients of each notice agree with what is counted: they
// are read one hash after the other.
func (w *restoring) mendNotices(ctx context.Context) error {
	ids, err := w.rdb.ZRange(ctx, keyAllNotices, 0, -1).Result()
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := w.mendNotice(ctx, notice.ID(id)); err != nil {
			return fmt.Errorf("notice %s: %w", id, err)
		}
	}
	if !w.how.NewBot {
		return nil
	}
	live, err := w.LiveNotices(ctx)
	for _, id := range live {
		if err == nil {
			err = w.anotherBot(ctx, id)
		}
	}
	return err
}

func (w *restoring) mendNotice(ctx context.Context, id notice.ID) error {
	sums := map[string]int{"got": 0}
	for _, letter := range letters {
		sums[letter] = 0
	}
	for first := 0; first < buckets; first += bucketsAtOnce {
		args := []any{w.how.Now.Unix()}
		for bucket := first; bucket < first+bucketsAtOnce; bucket++ {
			args = append(args, bucket)
		}
		got, err := w.recipients(ctx, mendRecipientsScript, id, args...).StringSlice()
		if err != nil {
			return err
		}
		for pair := range slices.Chunk(got, 2) {
			n, err := strconv.Atoi(pair[1])
			if err != nil {
				return err
			}
			sums[pair[0]] += n
		}
	}
	args := []any{2 * len(sums)}
	for what, n := range sums {
		args = append(args, what, n)
	}
	queued, err := w.rdb.HKeys(ctx, keyRecipients(id, "queued")).Result()
	if err != nil {
		return err
	}
	for _, code := range queued {
		args = append(args, code, bucketOf(journey.Code(code)))
	}
	return w.recipients(ctx, countedScript, id, args...).Err()
}

// anotherBot has a notice wait for an officer: what was queued for the old bot
// waits again, and what it wrote cannot be changed by another one.
func (w *restoring) anotherBot(ctx context.Context, id notice.ID) error {
	taken, err := w.QueuedRecipients(ctx, id)
	if err != nil {
		return err
	}
	results := make([]notice.Result, len(taken))
	for i, t := range taken {
		results[i] = notice.Result{Code: t.Code, Round: t.Round, Outcome: notice.Pending}
	}
	if _, err := w.SettleRecipients(ctx, id, results...); err != nil {
		return err
	}
	n, err := w.Notice(ctx, id)
	if err != nil {
		return err
	}
	n.Progress.Message = 0
	return w.KeepNotice(ctx, n.Hold(notice.HeldNewBot))
}
