package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"
)

// OfBot says which bot the state is used by from now on, by its number at the
// service. Another bot than before counts what people do from another number on,
// so that its updates may be taken for handled ones: what is remembered of
// conversations, a day at most, is forgotten, and so is what was sent, noted or
// counted for updates; changed is true then. Links stay, as people have the same
// numbers with every bot, and so does what waits to be sent. Broken off, it is
// done again the next time.
func (s *Store) OfBot(ctx context.Context, id string) (changed bool, err error) {
	was, err := s.rdb.Get(ctx, keyBot).Result()
	switch {
	case errors.Is(err, redis.Nil):
	case err != nil:
		return false, fmt.Errorf("of bot: %w", err)
	case was == id:
		return false, nil
	default:
		changed = true
		if err := s.forgetUpdates(ctx); err != nil {
			return false, fmt.Errorf("of bot: %w", err)
		}
	}
	if err := s.rdb.Set(ctx, keyBot, id, 0).Err(); err != nil {
		return false, fmt.Errorf("of bot: %w", err)
	}
	return changed, nil
}

// ended deletes what is known of a message that waits no more.
//
//	KEYS[1] {out}:seen:<key>
var ended = redis.NewScript(`
if redis.call('HGET', KEYS[1], 'state') == ARGV[1] then return 0 end
return redis.call('UNLINK', KEYS[1])`)

// forgetUpdates deletes all that says how far updates were handled, on every node
// of a Cluster.
func (s *Store) forgetUpdates(ctx context.Context) error {
	return s.eachKey(ctx, func(ctx context.Context, keys []string) (err error) {
		for _, key := range keys { // one by one: each may have a slot of its own
			switch {
			case aboutUpdate(key) && strings.HasPrefix(key, keySeen("")):
				err = ended.Run(ctx, s.rdb, []string{key}, string(Queued)).Err()
			case aboutUpdate(key):
				err = s.rdb.Unlink(ctx, key).Err()
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// aboutUpdate reports whether a key says how far one or several updates were
// handled.
func aboutUpdate(key string) bool {
	const update = "tg:" // begins the id of each
	switch {
	case key == keyLogSeen, strings.HasPrefix(key, "{p:") && strings.HasSuffix(key, "}:talk"):
		return true
	case strings.HasPrefix(key, keySeen("")), strings.HasPrefix(key, keyVote("")), strings.HasPrefix(key, keyOutcome("")):
		return strings.Contains(key, update)
	}
	return false
}
