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
//	ARGV    reference, question (JSON), when it was asked (unix milliseconds), how
//	        long to keep it (ms), how many may wait, how references of urgent
//	        ones begin (these are counted apart)
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
		q.Ref(), body, milli(q.At), questionFor.Milliseconds(), desk.MaxWaiting, string(desk.Urgent)+"/").Int()
	if n < 0 {
		err = desk.ErrTooMany
	}
	if err != nil {
		return false, fmt.Errorf("keep question %s: %w", q.Ref(), err)
	}
	return n == 1, nil
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

// WaitingQuestions returns the n questions that wait longest, oldest first.
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

// closeQuestionsScript removes questions of one person.
//
//	KEYS[1] {desk}:waiting
//	KEYS[2] {desk}:from:<id>
//	ARGV    references; none: all of that person
//	returns how many were removed
var closeQuestionsScript = redis.NewScript(deskKeys + `
local refs = ARGV
if #refs == 0 then refs = redis.call('SMEMBERS', KEYS[2]) end
local n = 0
for _, ref in ipairs(refs) do
  n = n + redis.call('DEL', QUESTION(ref))
  redis.call('ZREM', KEYS[1], ref)
  redis.call('SREM', KEYS[2], ref)
end
return n`)

// CloseQuestion removes an answered question. Closing it again changes nothing.
func (s *Store) CloseQuestion(ctx context.Context, q desk.Question) error {
	keys := []string{keyDeskWaiting, keyDeskFrom(q.From)}
	if err := closeQuestionsScript.Run(ctx, s.rdb, keys, q.Ref()).Err(); err != nil {
		return fmt.Errorf("close question %s: %w", q.Ref(), err)
	}
	return nil
}

// EraseQuestions removes all waiting questions of one person and returns how
// many there were.
func (s *Store) EraseQuestions(ctx context.Context, from chat.Address) (int, error) {
	n, err := closeQuestionsScript.Run(ctx, s.rdb, []string{keyDeskWaiting, keyDeskFrom(from)}).Int()
	if err != nil {
		return 0, fmt.Errorf("erase questions of %s: %w", from, err)
	}
	return n, nil
}
