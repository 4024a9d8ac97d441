package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// Alive says whether Redis takes a change: one that is full, or only read, is
// reached but of no use.
func (s *Store) Alive(ctx context.Context) error {
	if err := s.rdb.Set(ctx, keyAlive, "", aliveFor).Err(); err != nil {
		return fmt.Errorf("redis: %w", err)
	}
	return nil
}

// aliveFor is how long the mark of Alive stays.
const aliveFor = 10 * time.Second

// Figures are what an operator asks of a Redis. Of a Cluster they are those of
// one of its nodes.
type Figures struct {
	Keys          int64
	Memory, Limit int64 // bytes; Limit 0: none. Both -1 where Redis does not tell
}

// Figures returns the figures of the moment.
func (s *Store) Figures(ctx context.Context) (Figures, error) {
	f := Figures{Memory: -1, Limit: -1}
	keys, err := s.rdb.DBSize(ctx).Result()
	if err != nil {
		return f, fmt.Errorf("figures: %w", err)
	}
	f.Keys = keys
	info, err := s.rdb.Info(ctx, "memory").Result()
	if err != nil {
		return f, nil //nolint:nilerr // a Redis may keep it to itself
	}
	for line := range strings.Lines(info) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		n, err := strconv.ParseInt(value, 10, 64)
		switch {
		case err != nil:
		case name == "used_memory":
			f.Memory = n
		case name == "maxmemory":
			f.Limit = n
		}
	}
	return f, nil
}

// Headcount is how many people there are in the lists.
type Headcount struct {
	People, Linked int // Linked are among People
	Unreachable    int // conversations that Telegram lets us write to no more
}

// Headcount counts people.
func (s *Store) Headcount(ctx context.Context) (h Headcount, err error) {
	var people, linked [shards]*redis.IntCmd
	var gone *redis.IntCmd
	err = s.pipe(ctx, func(p redis.Pipeliner) {
		for shard := range shards {
			people[shard] = p.HLen(ctx, keyShard(shard, "track"))
			linked[shard] = p.HLen(ctx, keyShard(shard, "account"))
		}
		gone = p.HLen(ctx, keyGone)
	})
	if err != nil {
		return h, fmt.Errorf("headcount: %w", err)
	}
	for shard := range shards {
		h.People += int(people[shard].Val())
		h.Linked += int(min(linked[shard].Val(), people[shard].Val()))
	}
	h.Unreachable = int(gone.Val())
	return h, nil
}
