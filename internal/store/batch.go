package store

import (
	"context"
	"slices"

	"github.com/redis/go-redis/v9"
)

// call is one call of a script.
type call struct {
	keys []string
	args []any
}

// runAll calls a script several times in one round trip; each call may touch
// another slot. It returns the answers in order, or the first error; calls
// beside the one that failed may have been made.
func (s *Store) runAll(ctx context.Context, script *redis.Script, calls []call) ([]*redis.Cmd, error) {
	answers := make([]*redis.Cmd, len(calls))
	unknown := func(i int) bool { return answers[i] == nil || redis.HasErrorPrefix(answers[i].Err(), "NOSCRIPT") }
	todo := make([]int, len(calls))
	for i := range calls {
		todo[i] = i
	}
	for loaded := false; len(todo) > 0; loaded = true {
		p := s.rdb.Pipeline()
		for _, i := range todo {
			answers[i] = p.EvalSha(ctx, script.Hash(), calls[i].keys, calls[i].args...)
		}
		if _, err := p.Exec(ctx); err == nil {
			return answers, nil
		}
		for _, i := range todo {
			if err := answers[i].Err(); err != nil && (loaded || !unknown(i)) {
				return nil, err
			}
		}
		todo = slices.DeleteFunc(todo, func(i int) bool { return !unknown(i) })
		if err := script.Load(ctx, s.rdb).Err(); err != nil {
			return nil, err
		}
	}
	return answers, nil
}

// pipe sends what f queues in one round trip.
func (s *Store) pipe(ctx context.Context, f func(p redis.Pipeliner)) error {
	_, err := s.rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		f(p)
		return nil
	})
	return err
}
