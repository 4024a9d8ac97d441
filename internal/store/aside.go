package store

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	asidesKept = 1000     // the newest so many
	asideBytes = 64 << 10 // of each
	nonceFor   = time.Minute
	asidesFor  = 30 * 24 * time.Hour // after the newest one
)

// Aside is an update that could not be read, put aside for an operator.
type Aside struct {
	Raw    []byte `json:"raw"` // at most its first 64 KB
	Reason string `json:"reason"`
}

// asideScript puts an entry before the others and drops the oldest.
//
//	KEYS[1] {aside}:list
//	KEYS[2] {aside}:put:<nonce>
//	ARGV    entry (JSON), how many to keep, how long to remember the call (ms),
//	        how long to keep them (ms)
//	returns 1 if stored, 0 if this call was done before
var asideScript = redis.NewScript(`
if not redis.call('SET', KEYS[2], '1', 'NX', 'PX', ARGV[3]) then return 0 end
redis.call('LPUSH', KEYS[1], ARGV[1])
redis.call('LTRIM', KEYS[1], 0, tonumber(ARGV[2]) - 1)
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1`)

// Aside keeps an update that could not be read, cut to 64 KB. Only the newest
// 1,000 are kept, for 30 days after the newest one: what could not be read may
// hold what a person wrote.
func (s *Store) Aside(ctx context.Context, raw []byte, reason string) error {
	entry, err := json.Marshal(Aside{Raw: raw[:min(len(raw), asideBytes)], Reason: reason})
	if err != nil {
		return fmt.Errorf("aside: %w", err)
	}
	keys := []string{keyAside, keyAsidePut(rand.Text())}
	if err := asideScript.Run(ctx, s.rdb, keys, entry, asidesKept, nonceFor.Milliseconds(), asidesFor.Milliseconds()).Err(); err != nil {
		return fmt.Errorf("aside: %w", err)
	}
	return nil
}

// Asides returns the newest n updates that could not be read, newest first.
func (s *Store) Asides(ctx context.Context, n int) ([]Aside, error) {
	if n <= 0 {
		return nil, nil
	}
	entries, err := s.rdb.LRange(ctx, keyAside, 0, int64(n)-1).Result()
	if err != nil {
		return nil, fmt.Errorf("asides: %w", err)
	}
	asides := make([]Aside, len(entries))
	for i, entry := range entries {
		if err := json.Unmarshal([]byte(entry), &asides[i]); err != nil {
			return nil, fmt.Errorf("asides: %w", err)
		}
	}
	return asides, nil
}

// CountAsides returns how many updates that could not be read are kept.
func (s *Store) CountAsides(ctx context.Context) (int, error) {
	n, err := s.rdb.LLen(ctx, keyAside).Result()
	if err != nil {
		return 0, fmt.Errorf("count asides: %w", err)
	}
	return int(n), nil
}
