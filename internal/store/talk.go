package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"donghanh/internal/chat"
)

// talkFor is how long a conversation is remembered after its last change.
const talkFor = 24 * time.Hour

// Talk returns what is remembered of a conversation; the zero Talk when
// nothing is. What this version cannot read, since an older or a newer one
// stored it, counts as forgotten, without a word: an error would stop every
// later message of that person. Handled is kept where it can be read.
func (s *Store) Talk(ctx context.Context, a chat.Address) (chat.Talk, error) {
	got, err := s.rdb.HMGet(ctx, keyTalk(a), "handled", "talk").Result()
	if redis.HasErrorPrefix(err, "WRONGTYPE") {
		return chat.Talk{}, nil
	}
	if err != nil {
		return chat.Talk{}, fmt.Errorf("talk of %s: %w", a, err)
	}
	var t chat.Talk
	if body, ok := got[1].(string); ok && json.Unmarshal([]byte(body), &t) != nil {
		t = chat.Talk{} // it may be half filled
	}
	if text, ok := got[0].(string); ok {
		if handled, err := strconv.ParseInt(text, 10, 64); err == nil {
			t.Handled = handled
		}
	}
	return t, nil
}

// saveTalkScript replaces a conversation unless a later one is stored.
//
//	KEYS[1] {p:<id>}:talk
//	ARGV    handled (20 digits, so that strings compare as numbers), talk (JSON),
//	        how long to remember it (ms)
//	returns 1 if stored, 0 if the stored one is later
var saveTalkScript = redis.NewScript(`
local handled = redis.pcall('HGET', KEYS[1], 'handled')
if type(handled) == 'table' then -- an error: another version stored something else there
  redis.call('DEL', KEYS[1])
elseif handled and string.match(handled, '^%d+$') and #handled == #ARGV[1] and handled > ARGV[1] then
  return 0
end
redis.call('HSET', KEYS[1], 'handled', ARGV[1], 'talk', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1`)

// SaveTalk replaces what is remembered of a conversation, for 24 hours. A talk
// whose Handled lies before the stored one comes too late: it changes nothing
// and is no error.
func (s *Store) SaveTalk(ctx context.Context, a chat.Address, t chat.Talk) error {
	body, err := json.Marshal(t)
	if err != nil {
		return fmt.Errorf("save talk of %s: %w", a, err)
	}
	handled := fmt.Sprintf("%020d", max(t.Handled, 0))
	if err := saveTalkScript.Run(ctx, s.rdb, []string{keyTalk(a)}, handled, body, talkFor.Milliseconds()).Err(); err != nil {
		return fmt.Errorf("save talk of %s: %w", a, err)
	}
	return nil
}
