package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// countedFor is how long an update is remembered as counted; the service keeps
// what it could not deliver for one day.
const countedFor = 48 * time.Hour

// Votes is what people said of the answers to one topic.
type Votes struct{ Good, Bad int }

// countScript adds one to a field unless the cause was counted before.
//
//	KEYS[1] {say}:vote:<id> or {say}:outcome:<id>
//	KEYS[2] {say}:votes or {say}:outcomes
//	ARGV    field, how long to remember the cause (ms)
//	returns 1 if counted, 0 if it was counted before
var countScript = redis.NewScript(`
if not redis.call('SET', KEYS[1], '1', 'NX', 'PX', ARGV[2]) then return 0 end
redis.call('HINCRBY', KEYS[2], ARGV[1], 1)
return 1`)

// CountVote counts what somebody said of an answer, once for each id (the
// update in which the button was pressed).
func (s *Store) CountVote(ctx context.Context, id, topic string, good bool) error {
	field := "bad/" + topic
	if good {
		field = "good/" + topic
	}
	return s.count(ctx, keyVote(id), keyVotes, field)
}

// CountOutcome counts how a question ended (sure, asked, declined), once for
// each id (the update in which it was asked).
func (s *Store) CountOutcome(ctx context.Context, id, outcome string) error {
	return s.count(ctx, keyOutcome(id), keyOutcomes, outcome)
}

func (s *Store) count(ctx context.Context, cause, counts, field string) error {
	if err := countScript.Run(ctx, s.rdb, []string{cause, counts}, field, countedFor.Milliseconds()).Err(); err != nil {
		return fmt.Errorf("count %s: %w", cause, err)
	}
	return nil
}

// Votes returns what people said of answers, by topic.
func (s *Store) Votes(ctx context.Context) (map[string]Votes, error) {
	counts, err := s.counts(ctx, keyVotes)
	if err != nil {
		return nil, err
	}
	votes := make(map[string]Votes)
	for field, n := range counts {
		kind, topic, _ := strings.Cut(field, "/")
		v := votes[topic]
		if kind == "good" {
			v.Good = n
		} else {
			v.Bad = n
		}
		votes[topic] = v
	}
	return votes, nil
}

// Outcomes returns how questions ended, by outcome.
func (s *Store) Outcomes(ctx context.Context) (map[string]int, error) {
	return s.counts(ctx, keyOutcomes)
}

// counts reads a hash of numbers.
func (s *Store) counts(ctx context.Context, key string) (map[string]int, error) {
	fields, err := s.rdb.HGetAll(ctx, key).Result()
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", key, err)
	}
	counts := make(map[string]int, len(fields))
	for field, value := range fields {
		if counts[field], err = strconv.Atoi(value); err != nil {
			return nil, fmt.Errorf("read %s: %w", key, err)
		}
	}
	return counts, nil
}
