package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/redis/go-redis/v9"

	"donghanh/internal/journey"
)

const (
	peopleAtOnce = 500  // saved in one round trip
	tracksAtOnce = 2000 // read in one round trip
)

// byShard returns the places of the codes in their list, shard by shard.
func byShard[T any](list []T, code func(T) journey.Code) map[int][]int {
	places := make(map[int][]int)
	for i, item := range list {
		shard := shardOf(string(code(item)))
		places[shard] = append(places[shard], i)
	}
	return places
}

// Track returns all that is kept of one person, with the account the person is
// linked to; ErrNotFound when there is no such person, and ErrUnreadable. The
// moment at which an event was recorded is kept to the second.
func (s *Store) Track(ctx context.Context, code journey.Code) (journey.Track, error) {
	tracks, unread, err := s.tracks(ctx, code)
	switch {
	case err != nil:
		return journey.Track{}, err
	case len(unread) > 0:
		return journey.Track{}, unread[code]
	case len(tracks) == 0:
		return journey.Track{}, fmt.Errorf("track %s: %w", code, ErrNotFound)
	}
	return tracks[0], nil
}

// Tracks returns what Track does for several people, in the order asked for.
// Who is not known, or cannot be read, is left out: one damaged track holds up
// nobody else. What cannot be read is reported, see OnUnreadable.
func (s *Store) Tracks(ctx context.Context, codes ...journey.Code) ([]journey.Track, error) {
	tracks, unread, err := s.tracks(ctx, codes...)
	s.mu.Lock()
	report := s.onUnreadable
	s.mu.Unlock()
	if report != nil {
		for code, why := range unread {
			report(code, why)
		}
	}
	return tracks, err
}

// tracks returns the tracks that can be read, and why the others cannot be.
func (s *Store) tracks(ctx context.Context, codes ...journey.Code) (tracks []journey.Track, unread map[journey.Code]error, err error) {
	for chunk := range slices.Chunk(codes, tracksAtOnce) {
		values, accounts, err := s.readTracks(ctx, chunk)
		if err != nil {
			return nil, nil, fmt.Errorf("tracks of %s and %d more: %w", codes[0], len(codes)-1, err)
		}
		for i, code := range chunk {
			value, ok := values[i].(string)
			if !ok {
				continue
			}
			t, err := decodeTrack(code, value)
			if account, linked := accounts[i].(string); err == nil && linked {
				t.Account, err = strconv.ParseInt(account, 10, 64)
			}
			if err != nil {
				if unread == nil {
					unread = map[journey.Code]error{}
				}
				unread[code] = fmt.Errorf("track %s: %w: %w", code, ErrUnreadable, err)
				continue
			}
			tracks = append(tracks, t)
		}
	}
	return tracks, unread, nil
}

// readTracks returns tracks and accounts as they are stored, nil for what is
// not there.
func (s *Store) readTracks(ctx context.Context, codes []journey.Code) (values, accounts []any, err error) {
	places := byShard(codes, func(c journey.Code) journey.Code { return c })
	type pair struct{ tracks, accounts *redis.SliceCmd }
	read := make(map[int]pair, len(places))
	err = s.pipe(ctx, func(p redis.Pipeliner) {
		for shard, at := range places {
			fields := make([]string, len(at))
			for i, place := range at {
				fields[i] = string(codes[place])
			}
			read[shard] = pair{p.HMGet(ctx, keyShard(shard, "track"), fields...), p.HMGet(ctx, keyShard(shard, "account"), fields...)}
		}
	})
	if err != nil {
		return nil, nil, err
	}
	values, accounts = make([]any, len(codes)), make([]any, len(codes))
	for shard, at := range places {
		for i, place := range at {
			values[place], accounts[place] = read[shard].tracks.Val()[i], read[shard].accounts.Val()[i]
		}
	}
	return values, accounts, nil
}

// saveScript replaces tracks that nobody changed since they were read, and has
// each stand at the day on which something is next due on it. One whose second
// line, which decides the derived indexes, would change is only saved on demand.
//
//	KEYS[1] {j:xx}:track
//	KEYS[2] {j:xx}:due
//	KEYS[3] {j:xx}:who, which counts the changes of second lines
//	ARGV    "1" to save a changed second line too; then for each track: code,
//	        number of the change it was read with ("0": new), new value
//	returns for each track "saved", "conflict", or ">" and the second line to be
//	replaced (nothing after it for a new track). What is already stored exactly
//	so counts as saved: the call may be a repeated one
var saveScript = redis.NewScript(dueKeys + `
local answers = {}
for i = 2, #ARGV, 3 do
  local code, rev, value = ARGV[i], ARGV[i+1], ARGV[i+2]
  local old = redis.call('HGET', KEYS[1], code)
  local at, before, who = '0', '0', ''
  if old then at, before, who = lines(old) end
  local _, next, new = lines(value)
  local answer = 'saved'
  if old ~= value then
    if at ~= rev then
      answer = 'conflict'
    elseif who ~= new and ARGV[1] ~= '1' then
      answer = '>' .. who
    else
      redis.call('HSET', KEYS[1], code, value)
      if who ~= new then redis.call('INCR', KEYS[3]) end
      if before ~= next then due(code, before, next) end
    end
  end
  table.insert(answers, answer)
end
return answers`)

// SaveTracks stores tracks, each with the next day on which something is due on
// it, as one change: a track's Rev grows by one. Its Rev must be the stored one,
// 0 for a new person; whoever was changed meanwhile is returned and is not
// saved, the others are. The account is not saved: see Link.
//
// Who a person is (roles, unit, mentor) may change with it; the derived indexes
// then name them where they were and where they will be until that is done.
func (s *Store) SaveTracks(ctx context.Context, saves ...journey.Save) (conflicts []journey.Code, err error) {
	for _, save := range saves {
		if code := save.Track.Person.Code; !journey.ValidCode(string(code)) {
			return nil, fmt.Errorf("save track: %q is not a code", code)
		}
	}
	for chunk := range slices.Chunk(saves, peopleAtOnce) {
		late, err := s.saveChunk(ctx, chunk)
		conflicts = append(conflicts, late...)
		if err != nil {
			return conflicts, fmt.Errorf("save track %s and %d more: %w", chunk[0].Track.Person.Code, len(chunk)-1, err)
		}
	}
	return conflicts, nil
}

// saveChunk saves a few tracks: mostly in one round trip, in some more where
// the derived indexes change.
func (s *Store) saveChunk(ctx context.Context, saves []journey.Save) (conflicts []journey.Code, err error) {
	answers, err := s.save(ctx, saves, false)
	if err != nil {
		return nil, err
	}
	var changed []journey.Save // the person changed
	var before []journey.Person
	for i, answer := range answers {
		if answer == "conflict" {
			conflicts = append(conflicts, saves[i].Track.Person.Code)
		} else if answer != "saved" {
			changed = append(changed, saves[i])
			old, _ := decodePerson(saves[i].Track.Person.Code, answer[1:]) // a new one, and one nobody can read, stands in no index
			before = append(before, old)
		}
	}
	if len(changed) == 0 {
		return conflicts, nil
	}
	late, err := s.saveChanged(ctx, changed, before)
	return append(conflicts, late...), err
}

// saveChanged saves people whose place in the derived indexes changes: they are
// added where they will be, saved, and taken from where they were. What was
// saved in between by somebody else is added again in the end, so that nobody
// is missing anywhere, however the steps of two writers mix.
func (s *Store) saveChanged(ctx context.Context, saves []journey.Save, before []journey.Person) (conflicts []journey.Code, err error) {
	after := make([]journey.Person, len(saves))
	for i, save := range saves {
		after[i] = save.Track.Person
	}
	if _, err := s.addToIndex(ctx, after); err != nil {
		return nil, err
	}
	answers, err := s.save(ctx, saves, true)
	if err != nil {
		return nil, err
	}
	var gone []entry
	for i, answer := range answers {
		if answer == "conflict" {
			conflicts = append(conflicts, after[i].Code)
			continue
		}
		now := entries(after[i])
		for _, e := range entries(before[i]) {
			if !slices.ContainsFunc(now, e.samePlace) {
				gone = append(gone, e)
			}
		}
	}
	return conflicts, s.dropFromIndex(ctx, gone, after)
}

// save runs saveScript for all shards at once.
func (s *Store) save(ctx context.Context, saves []journey.Save, changed bool) (answers []string, err error) {
	flag := "0"
	if changed {
		flag = "1"
	}
	var calls []call
	var places [][]int
	for shard, at := range byShard(saves, func(s journey.Save) journey.Code { return s.Track.Person.Code }) {
		c := call{keys: []string{keyShard(shard, "track"), keyShard(shard, "due"), keyShard(shard, "who")}, args: []any{flag}}
		for _, place := range at {
			t := saves[place].Track
			value, err := encodeTrack(t, t.Rev+1, saves[place].Next)
			if err != nil {
				return nil, err
			}
			c.args = append(c.args, string(t.Person.Code), strconv.FormatInt(t.Rev, 10), value)
		}
		calls, places = append(calls, c), append(places, at)
	}
	got, err := s.runAll(ctx, saveScript, calls)
	if err != nil {
		return nil, err
	}
	answers = make([]string, len(saves))
	for i, cmd := range got {
		shard, err := cmd.StringSlice()
		if err != nil {
			return nil, err
		}
		for j, place := range places[i] {
			answers[place] = shard[j]
		}
	}
	return answers, nil
}

// dueCodesScript returns who has something due.
//
//	KEYS[1] {j:xx}:due
//	ARGV    the last day that counts
//	returns codes
var dueCodesScript = redis.NewScript(`
local codes = {}
for _, day in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])) do
  for _, code in ipairs(redis.call('HKEYS', KEYS[1] .. ':' .. day)) do table.insert(codes, code) end
end
return codes`)

// DueCodes returns who has something due on that day or before, sorted.
func (s *Store) DueCodes(ctx context.Context, day journey.Date) ([]journey.Code, error) {
	calls := make([]call, shards)
	for shard := range calls {
		calls[shard] = call{[]string{keyShard(shard, "due")}, []any{number(day)}}
	}
	answers, err := s.runAll(ctx, dueCodesScript, calls)
	if err != nil {
		return nil, fmt.Errorf("due on %s: %w", day, err)
	}
	var codes []journey.Code
	for _, answer := range answers {
		some, err := answer.StringSlice()
		if err != nil {
			return nil, fmt.Errorf("due on %s: %w", day, err)
		}
		for _, code := range some {
			codes = append(codes, journey.Code(code))
		}
	}
	slices.Sort(codes)
	return codes, nil
}

// sortedCodes returns what was read, sorted.
func sortedCodes(read []*redis.StringSliceCmd) (codes []journey.Code) {
	for _, cmd := range read {
		for _, code := range cmd.Val() {
			codes = append(codes, journey.Code(code))
		}
	}
	slices.SortFunc(codes, cmp.Compare)
	return codes
}

// Codes yields the codes of all people, in chunks of at most 500, until yield
// returns an error. Who is added meanwhile may be left out.
func (s *Store) Codes(ctx context.Context, yield func([]journey.Code) error) error {
	for shard := range shards {
		fields, err := s.rdb.HKeys(ctx, keyShard(shard, "track")).Result()
		if err != nil {
			return fmt.Errorf("codes: %w", err)
		}
		slices.Sort(fields)
		for chunk := range slices.Chunk(fields, peopleAtOnce) {
			codes := make([]journey.Code, len(chunk))
			for i, field := range chunk {
				codes[i] = journey.Code(field)
			}
			if err := yield(codes); err != nil {
				return err
			}
		}
	}
	return nil
}
