package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"donghanh/internal/chat"
	"donghanh/internal/desk"
)

// questionFor is how long a question waits, counted from when it came to the
// desk: that is within a day of being asked, as nobody can hand over a question
// that is forgotten. It is Redis that forgets, so a text is gone even if nobody
// ever looks again.
const questionFor = 90 * 24 * time.Hour

// keepQuestionScript stores a question unless it waits already or too many of
// that person do.
//
//	KEYS[1] {desk}:waiting
//	KEYS[2] {desk}:from:<id>
//	ARGV    reference, question (JSON), its place (see waitsAt), how long to keep
//	        it (ms), how many may wait, how references of urgent ones begin
//	        (these are counted apart)
//	returns 1 if stored, 0 if it waits already, -1 if there are too many
var keepQuestionScript = redis.NewScript(deskKeys + `
local function urgent(ref) return string.sub(ref, 1, #ARGV[6]) == ARGV[6] end

if redis.call('EXISTS', QUESTION(ARGV[1])) == 1 then return 0 end
local waiting = 0
for _, ref in ipairs(redis.call('SMEMBERS', KEYS[2])) do
  if redis.call('EXISTS', QUESTION(ref)) == 0 then
    redis.call('SREM', KEYS[2], ref)
  elseif urgent(ref) == urgent(ARGV[1]) then
    waiting = waiting + 1
  end
end
if waiting >= tonumber(ARGV[5]) then return -1 end
redis.call('SET', QUESTION(ARGV[1]), ARGV[2], 'PX', ARGV[4])
redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1])
redis.call('SADD', KEYS[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('PEXPIRE', KEYS[2], ARGV[4])
return 1`)

// KeepQuestion stores a question for a person to answer, once for each Ref:
// the same again changes nothing, and isNew is false then. It waits for 90 days
// at most. When desk.MaxWaiting of that person wait, the error is
// desk.ErrTooMany.
func (s *Store) KeepQuestion(ctx context.Context, q desk.Question) (isNew bool, err error) {
	body, err := json.Marshal(q)
	if err != nil {
		return false, fmt.Errorf("keep question %s: %w", q.Ref(), err)
	}
	n, err := keepQuestionScript.Run(ctx, s.rdb, []string{keyDeskWaiting, keyDeskFrom(q.From)},
		q.Ref(), body, waitsAt(q), questionFor.Milliseconds(), desk.MaxWaiting, string(desk.Urgent)+"/").Int()
	if n < 0 {
		err = desk.ErrTooMany
	}
	if err != nil {
		return false, fmt.Errorf("keep question %s: %w", q.Ref(), err)
	}
	return n == 1, nil
}

// waitsAt is the place of a question among all: when it was asked, in unix
// milliseconds, and long before that for one who may be in danger.
func waitsAt(q desk.Question) int64 {
	at := q.At.UnixMilli()
	if q.Why == desk.Urgent {
		at -= urgentAhead
	}
	return at
}

// urgentAhead is more milliseconds than have passed since 1970.
const urgentAhead = int64(1e13)

// replaceQuestionScript stores a question anew, for as long as it would wait.
//
//	KEYS[1] {desk}:q:<ref>
//	ARGV    question (JSON)
//	returns 1 if it waits, 0 otherwise
var replaceQuestionScript = redis.NewScript(`
local left = redis.call('PTTL', KEYS[1])
if left <= 0 then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', left)
return 1`)

// ReplaceQuestion stores a waiting question anew: whether the desk may know who
// asked is all that changes of one. desk.ErrClosed when it waits no more.
func (s *Store) ReplaceQuestion(ctx context.Context, q desk.Question) error {
	body, err := json.Marshal(q)
	if err != nil {
		return fmt.Errorf("replace question %s: %w", q.Ref(), err)
	}
	n, err := replaceQuestionScript.Run(ctx, s.rdb, []string{keyQuestion(q.Ref())}, body).Int()
	if err == nil && n == 0 {
		err = desk.ErrClosed
	}
	return wrapped("replace question "+q.Ref(), err)
}

// Question returns one waiting question, or desk.ErrClosed.
func (s *Store) Question(ctx context.Context, ref string) (desk.Question, error) {
	body, err := s.rdb.Get(ctx, keyQuestion(ref)).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return desk.Question{}, fmt.Errorf("question %s: %w", ref, err)
	}
	questions := decodeQuestions([]string{body})
	if len(questions) == 0 {
		return desk.Question{}, fmt.Errorf("question %s: %w", ref, desk.ErrClosed)
	}
	return questions[0], nil
}

// decodeQuestions returns the questions oldest first. One that another version
// stored and this one cannot read is left out without a word: it shall not hide
// the others, nobody here could answer it, and it is gone after its 90 days.
func decodeQuestions(bodies []string) []desk.Question {
	var questions []desk.Question
	for _, body := range bodies {
		var q desk.Question
		if err := json.Unmarshal([]byte(body), &q); err == nil {
			questions = append(questions, q)
		}
	}
	slices.SortFunc(questions, func(a, b desk.Question) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Ref(), b.Ref()))
	})
	return questions
}

// questionsFromScript returns the questions of one person.
//
//	KEYS[1] {desk}:from:<id>
//	returns questions (JSON)
var questionsFromScript = redis.NewScript(deskKeys + `
local bodies = {}
for _, ref in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  local body = redis.call('GET', QUESTION(ref))
  if body then table.insert(bodies, body) else redis.call('SREM', KEYS[1], ref) end
end
return bodies`)

// Questions returns the waiting questions of one person, oldest first.
func (s *Store) Questions(ctx context.Context, from chat.Address) ([]desk.Question, error) {
	bodies, err := questionsFromScript.Run(ctx, s.rdb, []string{keyDeskFrom(from)}).StringSlice()
	if err != nil {
		return nil, fmt.Errorf("questions of %s: %w", from, err)
	}
	return decodeQuestions(bodies), nil
}

// waitingScript returns questions in the order of waiting.
//
//	KEYS[1] {desk}:waiting
//	ARGV    how many to skip, how many to return
//	returns questions (JSON)
var waitingScript = redis.NewScript(deskKeys + `
local at, most, bodies = tonumber(ARGV[1]), tonumber(ARGV[2]), {}
while #bodies < most do
  local refs = redis.call('ZRANGE', KEYS[1], at, at + most - #bodies - 1)
  if #refs == 0 then break end
  for _, ref in ipairs(refs) do
    local body = redis.call('GET', QUESTION(ref))
    if body then
      table.insert(bodies, body)
      at = at + 1
    else
      redis.call('ZREM', KEYS[1], ref)
    end
  end
end
return bodies`)

// WaitingQuestions returns n questions: those of people who may be in danger
// first, then those that wait longest.
func (s *Store) WaitingQuestions(ctx context.Context, n int) ([]desk.Question, error) {
	var questions []desk.Question
	for skip := 0; len(questions) < n; { // again only where some could not be read
		bodies, err := waitingScript.Run(ctx, s.rdb, []string{keyDeskWaiting}, skip, n).StringSlice()
		if err != nil {
			return nil, fmt.Errorf("waiting questions: %w", err)
		}
		questions = append(questions, decodeQuestions(bodies)...)
		if len(bodies) < n {
			break
		}
		skip += len(bodies)
	}
	slices.SortFunc(questions, desk.InOrder)
	return questions[:min(n, len(questions))], nil
}

// countQuestionsScript counts the questions that wait.
//
//	KEYS[1] {desk}:waiting
//	returns how many
var countQuestionsScript = redis.NewScript(deskKeys + `
local n = 0
for _, ref in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  if redis.call('EXISTS', QUESTION(ref)) == 1 then n = n + 1 else redis.call('ZREM', KEYS[1], ref) end
end
return n`)

// CountQuestions returns how many questions of all people wait.
func (s *Store) CountQuestions(ctx context.Context) (int, error) {
	n, err := countQuestionsScript.Run(ctx, s.rdb, []string{keyDeskWaiting}).Int()
	if err != nil {
		return 0, fmt.Errorf("count questions: %w", err)
	}
	return n, nil
}

// closeQuestionsScript removes questions.
//
//	KEYS[1] {desk}:waiting
//	KEYS[n] {desk}:from:<id> of the question ARGV[n-1]
//	ARGV    references
//	returns how many were removed
var closeQuestionsScript = redis.NewScript(deskKeys + `
local n = 0
for i, ref in ipairs(ARGV) do
  n = n + redis.call('DEL', QUESTION(ref))
  redis.call('DEL', CLAIM(ref))
  redis.call('ZREM', KEYS[1], ref)
  redis.call('SREM', KEYS[i + 1], ref)
end
return n`)

// CloseQuestions removes answered questions, all or none. Closing them again
// changes nothing.
func (s *Store) CloseQuestions(ctx context.Context, questions ...desk.Question) error {
	if len(questions) == 0 {
		return nil
	}
	keys, refs := []string{keyDeskWaiting}, []any{}
	for _, q := range questions {
		keys, refs = append(keys, keyDeskFrom(q.From)), append(refs, q.Ref())
	}
	return wrapped(fmt.Sprintf("close %d questions", len(questions)), closeQuestionsScript.Run(ctx, s.rdb, keys, refs...).Err())
}

// eraseQuestionsScript removes all questions of one person.
//
//	KEYS[1] {desk}:waiting
//	KEYS[2] {desk}:from:<id>
//	returns how many were removed
var eraseQuestionsScript = redis.NewScript(deskKeys + `
local n = 0
for _, ref in ipairs(redis.call('SMEMBERS', KEYS[2])) do
  n = n + redis.call('DEL', QUESTION(ref))
  redis.call('DEL', CLAIM(ref))
  redis.call('ZREM', KEYS[1], ref)
end
redis.call('DEL', KEYS[2])
return n`)

// EraseQuestions removes all waiting questions of one person and returns how
// many there were.
func (s *Store) EraseQuestions(ctx context.Context, from chat.Address) (int, error) {
	n, err := eraseQuestionsScript.Run(ctx, s.rdb, []string{keyDeskWaiting, keyDeskFrom(from)}).Int()
	return n, wrapped("erase questions of "+from.String(), err)
}

// claimScript has somebody take up questions, all that wait or none.
//
//	KEYS[1] {desk}:waiting
//	ARGV    claim (JSON), by whom, from whom it is passed on ("": from nobody), its
//	        cause, now (ms), when it runs out (ms), references
//	returns "" if it is so now; the claim (JSON) of somebody else in the way;
//	        "closed" if none of them waits, "free" if what was to be passed on is
//	        held by nobody
var claimScript = redis.NewScript(deskKeys + `
local waiting = {}
for i = 7, #ARGV do
  local ref = ARGV[i]
  if redis.call('EXISTS', QUESTION(ref)) == 1 then
    table.insert(waiting, ref)
    local value = redis.call('GET', CLAIM(ref))
    local held = value and cjson.decode(value)
    local holds = held and tonumber(held.ends) > tonumber(ARGV[5])
    if holds and held.cause ~= ARGV[4] and held.by ~= (ARGV[3] ~= '' and ARGV[3] or ARGV[2]) then return value end
    if not holds and ARGV[3] ~= '' then return 'free' end
  end
end
if #waiting == 0 then return 'closed' end
for _, ref in ipairs(waiting) do
  redis.call('SET', CLAIM(ref), ARGV[1], 'PX', math.max(1, tonumber(ARGV[6]) - tonumber(ARGV[5])))
end
return ''`)

// storedClaim is a claim as it is stored: with its end as the scripts compare it.
type storedClaim struct {
	desk.Claim
	Ends int64 `json:"ends"` // unix milliseconds
}

// Claim has c.By take up those questions of refs that still wait, unless somebody
// else holds one of them at now: then it changes nothing and returns that claim.
// Holding them already, by the same officer or by a claim of the same cause, is
// no hindrance, so the same again changes nothing. With from set they must be
// held by from, who passes them on, and the error is desk.ErrFree when nobody
// holds them. desk.ErrClosed when none waits.
func (s *Store) Claim(ctx context.Context, c desk.Claim, from desk.Officer, now time.Time, refs ...string) (held desk.Claim, err error) {
	body, err := json.Marshal(storedClaim{c, c.Until.UnixMilli()})
	if err != nil {
		return held, fmt.Errorf("claim %s: %w", c.ID, err)
	}
	args := []any{body, string(c.By), string(from), c.Cause, milli(now), milli(c.Until)}
	for _, ref := range refs {
		args = append(args, ref)
	}
	answer, err := claimScript.Run(ctx, s.rdb, []string{keyDeskWaiting}, args...).Text()
	switch {
	case err != nil:
	case answer == "closed":
		err = desk.ErrClosed
	case answer == "free":
		err = desk.ErrFree
	case answer != "":
		err = json.Unmarshal([]byte(answer), &held)
	}
	return held, wrapped("claim "+c.ID, err)
}

// releaseScript gives questions up.
//
//	KEYS[1] {desk}:waiting
//	ARGV    by whom, references
//	returns how many were held by that officer
var releaseScript = redis.NewScript(deskKeys + `
local n = 0
for i = 2, #ARGV do
  local value = redis.call('GET', CLAIM(ARGV[i]))
  if value and cjson.decode(value).by == ARGV[1] then n = n + redis.call('DEL', CLAIM(ARGV[i])) end
end
return n`)

// Release gives up what the officer holds of those questions. What nobody, or
// somebody else, holds stays as it is.
func (s *Store) Release(ctx context.Context, by desk.Officer, refs ...string) error {
	args := []any{string(by)}
	for _, ref := range refs {
		args = append(args, ref)
	}
	return wrapped("release", releaseScript.Run(ctx, s.rdb, []string{keyDeskWaiting}, args...).Err())
}

// Claims returns the claims of those questions, by reference; what nobody holds
// is not in it. One may have run out by the clock of who asks.
func (s *Store) Claims(ctx context.Context, refs ...string) (map[string]desk.Claim, error) {
	if len(refs) == 0 {
		return nil, nil
	}
	keys := make([]string, len(refs))
	for i, ref := range refs {
		keys[i] = keyClaim(ref)
	}
	values, err := s.rdb.MGet(ctx, keys...).Result()
	if err != nil {
		return nil, fmt.Errorf("claims: %w", err)
	}
	claims := make(map[string]desk.Claim)
	for i, value := range values {
		var c desk.Claim
		if body, ok := value.(string); ok && json.Unmarshal([]byte(body), &c) == nil {
			claims[refs[i]] = c
		}
	}
	return claims, nil
}
