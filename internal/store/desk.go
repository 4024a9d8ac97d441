package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/redis/go-redis/v9"

	"donghanh/internal/chat"
	"donghanh/internal/desk"
)

// keepQuestionScript stores a question unless it was kept before.
//
//	KEYS[1] {desk}:body
//	KEYS[2] {desk}:waiting
//	KEYS[3] {desk}:from:<id>
//	ARGV    reference, question (JSON), when it was asked (unix milliseconds)
//	returns 1 if stored, 0 if it waits already
var keepQuestionScript = redis.NewScript(`
if redis.call('HSETNX', KEYS[1], ARGV[1], ARGV[2]) == 0 then return 0 end
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
redis.call('SADD', KEYS[3], ARGV[1])
return 1`)

// KeepQuestion stores a question for a person to answer, once for each Ref:
// the same again changes nothing. isNew is false then.
func (s *Store) KeepQuestion(ctx context.Context, q desk.Question) (isNew bool, err error) {
	body, err := json.Marshal(q)
	if err != nil {
		return false, fmt.Errorf("keep question %s: %w", q.Ref(), err)
	}
	n, err := keepQuestionScript.Run(ctx, s.rdb, []string{keyDeskBody, keyDeskWaiting, keyDeskFrom(q.From)},
		q.Ref(), body, milli(q.At)).Int()
	if err != nil {
		return false, fmt.Errorf("keep question %s: %w", q.Ref(), err)
	}
	return n == 1, nil
}

// Question returns one waiting question, or desk.ErrClosed.
func (s *Store) Question(ctx context.Context, ref string) (q desk.Question, err error) {
	body, err := s.rdb.HGet(ctx, keyDeskBody, ref).Bytes()
	if errors.Is(err, redis.Nil) {
		return q, fmt.Errorf("question %s: %w", ref, desk.ErrClosed)
	}
	if err == nil {
		err = json.Unmarshal(body, &q)
	}
	if err != nil {
		return q, fmt.Errorf("question %s: %w", ref, err)
	}
	return q, nil
}

// Questions returns the waiting questions of one person, oldest first.
func (s *Store) Questions(ctx context.Context, from chat.Address) ([]desk.Question, error) {
	refs, err := s.rdb.SMembers(ctx, keyDeskFrom(from)).Result()
	if err != nil {
		return nil, fmt.Errorf("questions of %s: %w", from, err)
	}
	return s.questions(ctx, refs)
}

// WaitingQuestions returns the n questions that wait longest, oldest first.
func (s *Store) WaitingQuestions(ctx context.Context, n int) ([]desk.Question, error) {
	refs, err := s.rdb.ZRange(ctx, keyDeskWaiting, 0, int64(n)-1).Result()
	if err != nil {
		return nil, fmt.Errorf("waiting questions: %w", err)
	}
	return s.questions(ctx, refs)
}

// questions reads questions by reference; one closed meanwhile is left out.
func (s *Store) questions(ctx context.Context, refs []string) ([]desk.Question, error) {
	if len(refs) == 0 {
		return nil, nil
	}
	bodies, err := s.rdb.HMGet(ctx, keyDeskBody, refs...).Result()
	if err != nil {
		return nil, fmt.Errorf("questions: %w", err)
	}
	var questions []desk.Question
	for _, body := range bodies {
		text, ok := body.(string)
		if !ok {
			continue
		}
		var q desk.Question
		if err := json.Unmarshal([]byte(text), &q); err != nil {
			return nil, fmt.Errorf("questions: %w", err)
		}
		questions = append(questions, q)
	}
	slices.SortFunc(questions, func(a, b desk.Question) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Ref(), b.Ref()))
	})
	return questions, nil
}

// CountQuestions returns how many questions of all people wait.
func (s *Store) CountQuestions(ctx context.Context) (int, error) {
	n, err := s.rdb.ZCard(ctx, keyDeskWaiting).Result()
	if err != nil {
		return 0, fmt.Errorf("count questions: %w", err)
	}
	return int(n), nil
}

// closeQuestionsScript removes questions of one person.
//
//	KEYS[1] {desk}:body
//	KEYS[2] {desk}:waiting
//	KEYS[3] {desk}:from:<id>
//	ARGV    references; none: all of that person
//	returns how many were removed
var closeQuestionsScript = redis.NewScript(`
local refs = ARGV
if #refs == 0 then refs = redis.call('SMEMBERS', KEYS[3]) end
local n = 0
for _, ref in ipairs(refs) do
  n = n + redis.call('HDEL', KEYS[1], ref)
  redis.call('ZREM', KEYS[2], ref)
  redis.call('SREM', KEYS[3], ref)
end
return n`)

// CloseQuestion removes an answered question. Closing it again changes nothing.
func (s *Store) CloseQuestion(ctx context.Context, q desk.Question) error {
	keys := []string{keyDeskBody, keyDeskWaiting, keyDeskFrom(q.From)}
	if err := closeQuestionsScript.Run(ctx, s.rdb, keys, q.Ref()).Err(); err != nil {
		return fmt.Errorf("close question %s: %w", q.Ref(), err)
	}
	return nil
}

// EraseQuestions removes all waiting questions of one person and returns how
// many there were.
func (s *Store) EraseQuestions(ctx context.Context, from chat.Address) (int, error) {
	n, err := closeQuestionsScript.Run(ctx, s.rdb, []string{keyDeskBody, keyDeskWaiting, keyDeskFrom(from)}).Int()
	if err != nil {
		return 0, fmt.Errorf("erase questions of %s: %w", from, err)
	}
	return n, nil
}
