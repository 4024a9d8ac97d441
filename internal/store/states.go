package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"donghanh/internal/chat"
)

const statesAtOnce = 200 // keys looked up in one script

// statesScript reads what became of messages.
//
//	KEYS[1] the slot of {out}
//	ARGV    keys of messages
//	returns for each state, at (ms), reason, number at the service; "" four times
//	for a key that is not remembered
var statesScript = redis.NewScript(outKeys + `
local out = {}
for _, key in ipairs(ARGV) do
  local s = redis.call('HMGET', SEEN(key), 'state', 'at', 'reason', 'message')
  for i = 1, 4 do table.insert(out, s[i] or '') end
end
return out`)

// States is State for many keys; those that State does not find are left out.
func (s *Store) States(ctx context.Context, keys ...string) (map[string]Delivery, error) {
	found := make(map[string]Delivery, len(keys))
	for chunk := range slices.Chunk(keys, statesAtOnce) {
		args := make([]any, len(chunk))
		for i, key := range chunk {
			args[i] = key
		}
		got, err := statesScript.Run(ctx, s.rdb, []string{keyPause}, args...).StringSlice()
		if err == nil && len(got) != 4*len(chunk) {
			err = errForm
		}
		for i := 0; err == nil && i < len(chunk); i++ {
			if got[4*i] == "" {
				continue
			}
			found[chunk[i]], err = readDelivery(got[4*i], got[4*i+1], got[4*i+2], got[4*i+3])
		}
		if err != nil {
			return nil, fmt.Errorf("state of %s and %d more: %w", chunk[0], len(chunk)-1, err)
		}
	}
	return found, nil
}

// readDelivery reads what {out}:seen holds of a message.
func readDelivery(state, at, reason, message string) (d Delivery, err error) {
	ms, err := strconv.ParseInt(at, 10, 64)
	if err != nil {
		return d, err
	}
	d = Delivery{State: chat.State(state), At: time.UnixMilli(ms), Reason: reason}
	if message != "" {
		d.Message, err = strconv.Atoi(message)
	}
	return d, err
}

// PausedUntil returns until when nothing goes out, because the service asked for
// that; the zero time when it goes on at now.
func (s *Store) PausedUntil(ctx context.Context, now time.Time) (time.Time, error) {
	ms, err := s.rdb.Get(ctx, keyPause).Int64()
	if errors.Is(err, redis.Nil) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("paused until: %w", err)
	}
	if until := time.UnixMilli(ms); until.After(now) {
		return until, nil
	}
	return time.Time{}, nil
}
