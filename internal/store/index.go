package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/redis/go-redis/v9"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
)

// keysAtOnce is how many keys of an index are looked through in one round trip.
const keysAtOnce = 200

// entry is one place in which a derived index names a person.
type entry struct{ key, code, value string }

// samePlace says whether both name the same person in the same place.
func (e entry) samePlace(other entry) bool { return e.key == other.key && e.code == other.code }

// entries returns all places in which the derived indexes name p.
func entries(p journey.Person) (all []entry) {
	code := string(p.Code)
	if p.Has(journey.Student) {
		all = append(all, entry{keyUnit(p.Unit), code, ""})
		if p.Mentor != "" {
			all = append(all, entry{keyMentees(p.Mentor), code, ""})
		}
	}
	if leads(p) {
		line, _ := encodePerson(p) // it was encoded before, or will be
		all = append(all, entry{keyStaff, code, line})
	}
	return all
}

// leads says whether p has a role that leads a unit, or is an admin.
func leads(p journey.Person) bool {
	return p.Has(journey.CellSecretary, journey.YouthOfficer, journey.BaseCommittee, journey.Admin)
}

// addToIndex names people where they belong, and returns in how many places
// they were missing.
func (s *Store) addToIndex(ctx context.Context, people []journey.Person) (missing int, err error) {
	fields := make(map[string][]any)
	units := make(map[journey.Unit]bool)
	for _, p := range people {
		for _, e := range entries(p) {
			fields[e.key] = append(fields[e.key], e.code, e.value)
		}
		if p.Has(journey.Student) {
			units[p.Unit] = true
		}
	}
	var added []*redis.IntCmd
	err = s.pipe(ctx, func(p redis.Pipeliner) {
		for key, pairs := range fields {
			added = append(added, p.HSet(ctx, key, pairs...))
		}
		if len(units) > 0 {
			added = append(added, p.ZAdd(ctx, keyUnits, unitsOf(units)...))
		}
	})
	for _, cmd := range added {
		missing += int(cmd.Val())
	}
	return missing, err
}

func unitsOf(units map[journey.Unit]bool) (members []redis.Z) {
	for unit := range units {
		members = append(members, redis.Z{Member: string(unit)})
	}
	return members
}

// dropFromIndex takes people out of places they no longer belong to. Then it
// looks again at the tracks of people and adds them where they belong by now:
// somebody may have moved them back meanwhile.
func (s *Store) dropFromIndex(ctx context.Context, gone []entry, people []journey.Person) error {
	codes := make(map[string][]string)
	for _, e := range gone {
		codes[e.key] = append(codes[e.key], e.code)
	}
	err := s.pipe(ctx, func(p redis.Pipeliner) {
		for key, fields := range codes {
			p.HDel(ctx, key, fields...)
		}
	})
	if err != nil {
		return err
	}
	again := make([]journey.Code, len(people))
	for i, p := range people {
		again[i] = p.Code
	}
	people, err = s.people(ctx, again)
	if err == nil {
		_, err = s.addToIndex(ctx, people)
	}
	return err
}

// people returns who the codes belong to; those nobody knows, or can read, are
// left out.
func (s *Store) people(ctx context.Context, codes []journey.Code) (people []journey.Person, err error) {
	tracks, err := s.Tracks(ctx, codes...)
	for _, t := range tracks {
		people = append(people, t.Person)
	}
	return people, err
}

// Staff returns everyone with a role that leads a unit, and the admins, sorted
// by code.
func (s *Store) Staff(ctx context.Context) ([]journey.Person, error) {
	lines, err := s.rdb.HGetAll(ctx, keyStaff).Result()
	if err != nil {
		return nil, fmt.Errorf("staff: %w", err)
	}
	staff := make([]journey.Person, 0, len(lines))
	for code, line := range lines {
		p, err := decodePerson(journey.Code(code), line)
		if err != nil {
			continue // the track it is made from is reported when it is read
		}
		staff = append(staff, p)
	}
	slices.SortFunc(staff, func(a, b journey.Person) int { return cmp.Compare(a.Code, b.Code) })
	return staff, nil
}

// StudentsOf returns the codes of a mentor's students, sorted. After a crash it
// may name one who has another mentor by now: who shows more than the code
// compares with the track.
func (s *Store) StudentsOf(ctx context.Context, mentor journey.Code) ([]journey.Code, error) {
	read := s.rdb.HKeys(ctx, keyMentees(mentor))
	if err := read.Err(); err != nil {
		return nil, fmt.Errorf("students of %s: %w", mentor, err)
	}
	return sortedCodes([]*redis.StringSliceCmd{read}), nil
}

// StudentsIn returns the codes of the students of a unit and of all below it,
// sorted. After a crash it may name one who is elsewhere by now, as StudentsOf.
func (s *Store) StudentsIn(ctx context.Context, unit journey.Unit) ([]journey.Code, error) {
	units, err := s.unitsIn(ctx, unit)
	if err != nil {
		return nil, fmt.Errorf("students in %q: %w", unit, err)
	}
	var read []*redis.StringSliceCmd
	for chunk := range slices.Chunk(units, keysAtOnce) {
		err := s.pipe(ctx, func(p redis.Pipeliner) {
			for _, u := range chunk {
				read = append(read, p.HKeys(ctx, keyUnit(journey.Unit(u))))
			}
		})
		if err != nil {
			return nil, fmt.Errorf("students in %q: %w", unit, err)
		}
	}
	return slices.Compact(sortedCodes(read)), nil
}

// unitsIn returns the units with students that unit covers, itself among them.
func (s *Store) unitsIn(ctx context.Context, unit journey.Unit) ([]string, error) {
	if unit == "" {
		return s.rdb.ZRange(ctx, keyUnits, 0, -1).Result()
	}
	below := &redis.ZRangeBy{Min: "[" + string(unit) + "/", Max: "(" + string(unit) + "0"} // 0 follows /
	units, err := s.rdb.ZRangeByLex(ctx, keyUnits, below).Result()
	return append(units, string(unit)), err
}

// dueScript sets the next days of tracks that were not changed meanwhile. That
// is no change of the track.
//
//	KEYS[1] {j:xx}:track
//	KEYS[2] {j:xx}:due
//	ARGV    for each track: code, number of the change, next day ("0": none)
//	returns how many were wrong
var dueScript = redis.NewScript(dueKeys + `
local wrong = 0
for i = 1, #ARGV, 3 do
  local code, rev, next = ARGV[i], ARGV[i+1], ARGV[i+2]
  local value = redis.call('HGET', KEYS[1], code)
  local at, before
  if value then at, before = lines(value) end
  if at == rev then
    local missing = due(code, before, next)
    if before ~= next then
      redis.call('HSET', KEYS[1], code, rev .. ' ' .. next .. string.sub(value, string.find(value, '\n'), -1))
      missing = 1
    end
    wrong = wrong + missing
  end
end
return wrong`)

// sweepDueScript takes everybody from days that are not their next.
//
//	KEYS[1] {j:xx}:track
//	KEYS[2] {j:xx}:due
//	returns how many were wrong
var sweepDueScript = redis.NewScript(dueKeys + `
local wrong = 0
for _, day in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
  for _, code in ipairs(redis.call('HKEYS', DUE(day))) do
    local value = redis.call('HGET', KEYS[1], code)
    local next
    if value then _, next = lines(value) end
    if next ~= day then
      notDue(code, day)
      wrong = wrong + 1
    end
  end
end
return wrong`)

// Reindex makes all that is derived from the tracks anew: the days on which
// something is next due, as next computes them, staff, students of mentors and
// of units, and whose account is whose. It returns how many entries were wrong.
// People may be saved meanwhile. A track that cannot be read is left as it is.
func (s *Store) Reindex(ctx context.Context, next func(journey.Track) journey.Date) (changed int, err error) {
	keys := []string{keyStaff}
	err = s.Codes(ctx, func(codes []journey.Code) error {
		tracks, err := s.Tracks(ctx, codes...)
		if err != nil {
			return err
		}
		people := make([]journey.Person, len(tracks))
		for i, t := range tracks {
			people[i] = t.Person
			if len(t.Person.Roles) > 1 || !t.Person.Has(journey.Student) { // may have been a mentor
				keys = append(keys, keyMentees(t.Person.Code))
			}
		}
		missing, err := s.addToIndex(ctx, people)
		if err != nil {
			return err
		}
		wrong, err := s.mendDue(ctx, tracks, next)
		if err != nil {
			return err
		}
		lost, err := s.mendAccounts(ctx, tracks)
		changed += missing + wrong + lost
		return err
	})
	if err != nil {
		return changed, fmt.Errorf("reindex: %w", err)
	}
	wrong, err := s.sweepDue(ctx)
	changed += wrong
	if err != nil {
		return changed, fmt.Errorf("reindex: %w", err)
	}
	units, err := s.unitsIn(ctx, "")
	if err != nil {
		return changed, fmt.Errorf("reindex: %w", err)
	}
	for _, unit := range units {
		keys = append(keys, keyUnit(journey.Unit(unit)))
	}
	for chunk := range slices.Chunk(keys, keysAtOnce) {
		n, err := s.sweep(ctx, chunk)
		changed += n
		if err != nil {
			return changed, fmt.Errorf("reindex: %w", err)
		}
	}
	if err := s.sweepUnits(ctx, units); err != nil {
		return changed, fmt.Errorf("reindex: %w", err)
	}
	return changed, nil
}

// mendDue sets the next days of tracks and returns how many were wrong.
func (s *Store) mendDue(ctx context.Context, tracks []journey.Track, next func(journey.Track) journey.Date) (wrong int, err error) {
	var calls []call
	for shard, at := range byShard(tracks, func(t journey.Track) journey.Code { return t.Person.Code }) {
		c := call{keys: []string{keyShard(shard, "track"), keyShard(shard, "due")}}
		for _, place := range at {
			t := tracks[place]
			c.args = append(c.args, string(t.Person.Code), strconv.FormatInt(t.Rev, 10), number(next(t)))
		}
		calls = append(calls, c)
	}
	return s.sum(ctx, dueScript, calls)
}

// sum adds up the numbers a script returns.
func (s *Store) sum(ctx context.Context, script *redis.Script, calls []call) (sum int, err error) {
	answers, err := s.runAll(ctx, script, calls)
	for _, answer := range answers {
		n, err := answer.Int()
		if err != nil {
			return sum, err
		}
		sum += n
	}
	return sum, err
}

// sweepDue takes everybody from days that are not their next, and returns how
// many were wrong.
func (s *Store) sweepDue(ctx context.Context) (wrong int, err error) {
	calls := make([]call, shards)
	for shard := range calls {
		calls[shard].keys = []string{keyShard(shard, "track"), keyShard(shard, "due")}
	}
	return s.sum(ctx, sweepDueScript, calls)
}

// mendAccounts has the accounts of tracks lead to them again, and returns how
// many did not. Of two people with one account the one it leads to keeps it.
func (s *Store) mendAccounts(ctx context.Context, tracks []journey.Track) (lost int, err error) {
	for _, t := range tracks {
		if t.Account == 0 {
			continue
		}
		code, err := s.PersonAt(ctx, chat.Address(t.Account))
		if err == nil && code == "" {
			lost++
			err = s.rdb.HSet(ctx, keyCodes(chat.Address(t.Account)), t.Account, string(t.Person.Code)).Err()
		}
		if err != nil {
			return lost, err
		}
	}
	return lost, nil
}

// sweep takes people out of keys of the index to which they do not belong,
// corrects what is kept with the others, and returns how many were wrong.
func (s *Store) sweep(ctx context.Context, keys []string) (wrong int, err error) {
	read := make([]*redis.MapStringStringCmd, len(keys))
	err = s.pipe(ctx, func(p redis.Pipeliner) {
		for i, key := range keys {
			read[i] = p.HGetAll(ctx, key)
		}
	})
	if err != nil {
		return 0, err
	}
	var named []entry
	var codes []journey.Code
	for i, key := range keys {
		for code, value := range read[i].Val() {
			named = append(named, entry{key, code, value})
			codes = append(codes, journey.Code(code))
		}
	}
	people, err := s.people(ctx, codes)
	if err != nil {
		return 0, err
	}
	belong := make(map[[2]string]string) // key and code to value
	for _, p := range people {
		for _, e := range entries(p) {
			belong[[2]string{e.key, e.code}] = e.value
		}
	}
	var gone []entry
	var again []journey.Person
	for _, e := range named {
		value, ok := belong[[2]string{e.key, e.code}]
		if ok && value == e.value {
			continue
		}
		if !ok {
			gone = append(gone, e)
		}
		again = append(again, journey.Person{Code: journey.Code(e.code)})
	}
	if len(again) == 0 {
		return 0, nil
	}
	return len(again), s.dropFromIndex(ctx, gone, again)
}

// sweepUnits forgets units without students.
func (s *Store) sweepUnits(ctx context.Context, units []string) error {
	for _, unit := range units {
		key := keyUnit(journey.Unit(unit))
		n, err := s.rdb.Exists(ctx, key).Result()
		if err != nil || n > 0 {
			if err != nil {
				return err
			}
			continue
		}
		if err := s.rdb.ZRem(ctx, keyUnits, unit).Err(); err != nil {
			return err
		}
		n, err = s.rdb.Exists(ctx, key).Result() // somebody may have come into it meanwhile
		if err == nil && n > 0 {
			err = s.rdb.ZAdd(ctx, keyUnits, redis.Z{Member: unit}).Err()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// RulesPrint returns the fingerprint of the rules with which the next days were
// computed, "" when there is none yet.
func (s *Store) RulesPrint(ctx context.Context) (string, error) {
	fingerprint, err := s.rdb.Get(ctx, keyPrint).Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return "", fmt.Errorf("fingerprint of the rules: %w", err)
	}
	return fingerprint, nil
}

// SetRulesPrint stores the fingerprint of the rules with which the next days
// were computed.
func (s *Store) SetRulesPrint(ctx context.Context, fingerprint string) error {
	if err := s.rdb.Set(ctx, keyPrint, fingerprint, 0).Err(); err != nil {
		return fmt.Errorf("fingerprint of the rules: %w", err)
	}
	return nil
}
