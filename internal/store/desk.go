package store

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/redis/go-redis/v9"

	"donghanh/internal/chat"
	"donghanh/internal/desk"
)

// keepQuestionScript stores a question unless it waits already.
//
//	KEYS[1] {desk}:from:<id>
//	KEYS[2] {desk}:waiting
//	ARGV    "<why>/<question id>", question (JSON), "<id>/<why>/<question id>"
//	returns 1 if stored, 0 if it waits already
var keepQuestionScript = redis.NewScript(`
if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 0 then return 0 end
redis.call('SADD', KEYS[2], ARGV[3])
return 1`)

// KeepQuestion stores a question for a person to answer, once for each ID and
// Why: the same again changes nothing. isNew is false then.
func (s *Store) KeepQuestion(ctx context.Context, q desk.Question) (isNew bool, err error) {
	body, err := json.Marshal(q)
	if err != nil {
		return false, fmt.Errorf("keep question %s: %w", q.ID, err)
	}
	field := string(q.Why) + "/" + q.ID
	n, err := keepQuestionScript.Run(ctx, s.rdb, []string{keyDeskFrom(q.From), keyDeskWaiting},
		field, body, q.From.String()+"/"+field).Int()
	if err != nil {
		return false, fmt.Errorf("keep question %s: %w", q.ID, err)
	}
	return n == 1, nil
}

// Questions returns the waiting questions of one person, oldest first.
func (s *Store) Questions(ctx context.Context, from chat.Address) ([]desk.Question, error) {
	bodies, err := s.rdb.HVals(ctx, keyDeskFrom(from)).Result()
	if err != nil {
		return nil, fmt.Errorf("questions of %s: %w", from, err)
	}
	questions := make([]desk.Question, len(bodies))
	for i, body := range bodies {
		if err := json.Unmarshal([]byte(body), &questions[i]); err != nil {
			return nil, fmt.Errorf("questions of %s: %w", from, err)
		}
	}
	slices.SortFunc(questions, func(a, b desk.Question) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Why, b.Why))
	})
	return questions, nil
}

// CountQuestions returns how many questions of all people wait.
func (s *Store) CountQuestions(ctx context.Context) (int, error) {
	n, err := s.rdb.SCard(ctx, keyDeskWaiting).Result()
	if err != nil {
		return 0, fmt.Errorf("count questions: %w", err)
	}
	return int(n), nil
}

// eraseQuestionsScript removes all questions of one person.
//
//	KEYS[1] {desk}:from:<id>
//	KEYS[2] {desk}:waiting
//	ARGV    the person's id
//	returns how many were removed
var eraseQuestionsScript = redis.NewScript(`
local fields = redis.call('HKEYS', KEYS[1])
for _, field in ipairs(fields) do
  redis.call('SREM', KEYS[2], ARGV[1] .. '/' .. field)
end
redis.call('DEL', KEYS[1])
return #fields`)

// EraseQuestions removes all waiting questions of one person and returns how
// many there were.
func (s *Store) EraseQuestions(ctx context.Context, from chat.Address) (int, error) {
	n, err := eraseQuestionsScript.Run(ctx, s.rdb, []string{keyDeskFrom(from), keyDeskWaiting}, from.String()).Int()
	if err != nil {
		return 0, fmt.Errorf("erase questions of %s: %w", from, err)
	}
	return n, nil
}
