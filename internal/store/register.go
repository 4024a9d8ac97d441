package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
)

// registerScript returns who the people of a shard are.
//
//	KEYS[1] {j:xx}:track
//	returns for each person the code and the second line of the track
var registerScript = redis.NewScript(`
local out = {}
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  local who = string.match(all[i + 1], '^[^\n]*\n([^\n]*)\n')
  if who then
    table.insert(out, all[i])
    table.insert(out, who)
  end
end
return out`)

// Register returns who everybody is, in parts: all people of a part that is not
// as it was when its mark was given out. marks are those Register returned
// before, one for each part; nil brings all. Whoever keeps what it brought, and
// asks again with the marks, knows what every instance of the bot and every
// import has changed. What cannot be read is left out.
func (s *Store) Register(ctx context.Context, marks []string) (now []string, changed map[int][]journey.Person, err error) {
	type pair struct {
		who    *redis.StringCmd
		people *redis.IntCmd
	}
	read := make([]pair, shards)
	p := s.rdb.Pipeline()
	for shard := range shards {
		read[shard] = pair{p.Get(ctx, keyShard(shard, "who")), p.HLen(ctx, keyShard(shard, "track"))}
	}
	if _, err := p.Exec(ctx); err != nil && !errors.Is(err, redis.Nil) {
		return nil, nil, fmt.Errorf("register: %w", err)
	}
	now = make([]string, shards)
	var calls []call
	var of []int
	for shard, r := range read {
		if err := r.who.Err(); err != nil && !errors.Is(err, redis.Nil) {
			return nil, nil, fmt.Errorf("register: %w", err)
		}
		n, err := r.people.Result()
		if err != nil {
			return nil, nil, fmt.Errorf("register: %w", err)
		}
		now[shard] = r.who.Val() + "/" + strconv.FormatInt(n, 10) // who was taken out counts nowhere, but is missing
		if len(marks) != shards || marks[shard] != now[shard] {
			calls, of = append(calls, call{keys: []string{keyShard(shard, "track")}}), append(of, shard)
		}
	}
	answers, err := s.runAll(ctx, registerScript, calls)
	if err != nil {
		return nil, nil, fmt.Errorf("register: %w", err)
	}
	changed = make(map[int][]journey.Person, len(of))
	for i, answer := range answers {
		lines, err := answer.StringSlice()
		if err != nil {
			return nil, nil, fmt.Errorf("register: %w", err)
		}
		people := make([]journey.Person, 0, len(lines)/2)
		for j := 0; j+1 < len(lines); j += 2 {
			if who, err := decodePerson(journey.Code(lines[j]), lines[j+1]); err == nil {
				people = append(people, who)
			}
		}
		changed[of[i]] = people
	}
	return now, changed, nil
}

// GoneSince returns since when conversations are unreachable; those that are
// reachable, as far as is known, are left out.
func (s *Store) GoneSince(ctx context.Context, who ...chat.Address) (map[chat.Address]time.Time, error) {
	gone := make(map[chat.Address]time.Time)
	if len(who) == 0 {
		return gone, nil
	}
	fields := make([]string, len(who))
	for i, a := range who {
		fields[i] = a.String()
	}
	values, err := s.rdb.HMGet(ctx, keyGone, fields...).Result()
	if err != nil {
		return nil, fmt.Errorf("gone since: %w", err)
	}
	for i, value := range values {
		text, ok := value.(string)
		if !ok {
			continue
		}
		ms, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("gone since: %w", errForm)
		}
		gone[who[i]] = time.UnixMilli(ms)
	}
	return gone, nil
}
