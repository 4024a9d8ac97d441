package store

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	namedAtOnce = 1000     // keys named in one step of a scan
	keysAtATime = 100      // keys read in one script
	wholeValues = 20_000   // a script reads so many values; what goes beyond is read in steps
	stepValues  = 2000     // values of one such step
	spoolBytes  = 32 << 10 // names kept in memory before they go to a file
	anyNumber   = 1_000_000_000
)

// Exporting is what an export says of itself, and a folder for names of keys
// meanwhile, which the caller makes and removes.
type Exporting struct {
	Made  time.Time
	By    string // version of the program
	Spool string
}

// Export writes all that is kept, but for what can be derived from it. A bot may
// go on writing meanwhile; then this is what belongs together, and is of one
// moment each:
//
//   - all of one shard of people: tracks, accounts, and what they are to be told,
//   - the desk,
//   - the log,
//   - each message of the outbox with what is known of its key,
//   - any other key for itself.
//
// They are read in this order, messages last: what somebody was told may be in
// the file without what followed from it, never the other way round. With no bot
// running all is of one moment.
func (s *Store) Export(ctx context.Context, w io.Writer, e Exporting) (ExportTotals, error) {
	x := &exporting{Store: s, out: newExportWriter(w), spool: spool{dir: e.Spool, kept: map[string][]byte{}}}
	err := x.out.put(ExportHeader{Format: exportFormat, Version: ExportVersion(), Made: e.Made, By: e.By})
	for _, step := range []func(context.Context) error{x.scan, x.people, x.desk, x.log, x.messages, x.rest} {
		if err == nil {
			err = step(ctx)
		}
	}
	if err == nil {
		var totals ExportTotals
		if totals, err = x.out.end(); err == nil {
			return totals, nil
		}
	}
	return ExportTotals{}, fmt.Errorf("export: %w", err)
}

// exporting is one run of Export.
type exporting struct {
	*Store
	out   *exportWriter
	spool spool
}

// Places of names that are read later.
const (
	laterDesk     = "desk"
	laterLog      = "log"
	laterMessages = "messages"
	laterRest     = "rest" // of the outbox
)

// later says where the name of a key waits for its turn, "" when it is read at
// once.
func later(key string) string {
	tag := tagOf(key)
	switch {
	case strings.HasPrefix(tag, "j:"):
		return tag
	case tag == "desk":
		return laterDesk
	case tag == "log":
		return laterLog
	case strings.HasPrefix(key, keyMessages):
		return laterMessages
	case tag == "out":
		return laterRest
	}
	return ""
}

// scan names all keys, and reads those that stand for themselves.
func (x *exporting) scan(ctx context.Context) error {
	return x.eachKey(ctx, func(ctx context.Context, keys []string) error {
		var now []string
		for _, key := range keys {
			if isDerived(key) {
				continue
			}
			place := later(key)
			if place == "" {
				now = append(now, key)
			} else if err := x.spool.add(strings.ReplaceAll(place, ":", ""), key); err != nil {
				return err
			}
		}
		return x.read(ctx, now)
	})
}

// eachKey yields the names of all keys, some more than once, in chunks. In a
// Cluster it goes from one master to the next.
func (s *Store) eachKey(ctx context.Context, yield func(context.Context, []string) error) error {
	return s.eachNode(ctx, func(ctx context.Context, node redis.Cmdable) error {
		for cursor := uint64(0); ; {
			keys, next, err := node.Scan(ctx, cursor, "*", namedAtOnce).Result()
			if err == nil && len(keys) > 0 {
				err = yield(ctx, keys)
			}
			if err != nil || next == 0 {
				return err
			}
			cursor = next
		}
	})
}

// eachNode calls f for every server that holds keys of its own, one after the
// other.
func (s *Store) eachNode(ctx context.Context, f func(context.Context, redis.Cmdable) error) error {
	cluster, ok := s.rdb.(*redis.ClusterClient)
	if !ok {
		return f(ctx, s.rdb)
	}
	var one sync.Mutex
	return cluster.ForEachMaster(ctx, func(ctx context.Context, node *redis.Client) error {
		one.Lock()
		defer one.Unlock()
		return f(ctx, node)
	})
}

// reading is what the scripts that read keys share. Each returns for every key
// that is there: its name, type, ms at which it is forgotten ("0": never), how
// many values it has, and those values, none when there are too many.
//
//	ARGV[1] how many values a call may return
const reading = `
local out, left = {}, tonumber(ARGV[1])

-- ends returns the ms at which a key is forgotten.
local function ends(key)
  local at = redis.pcall('PEXPIRETIME', key)
  if type(at) ~= 'table' then return string.format('%.0f', math.max(at, 0)) end
  local ttl, now = redis.call('PTTL', key), redis.call('TIME') -- before Redis 7
  if ttl < 0 then return '0' end
  return string.format('%.0f', tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000) + ttl)
end

local sizes = {hash = 'HLEN', set = 'SCARD', zset = 'ZCARD', list = 'LLEN'}
local function values(key, kind)
  if kind == 'string' then return {redis.call('GET', key)} end
  if kind == 'hash' then return redis.call('HGETALL', key) end
  if kind == 'set' then return redis.call('SMEMBERS', key) end
  if kind == 'zset' then return redis.call('ZRANGE', key, 0, -1, 'WITHSCORES') end
  return redis.call('LRANGE', key, 0, -1)
end

local done = {}
local function read(key)
  if done[key] then return end
  done[key] = true
  local kind = redis.call('TYPE', key)['ok']
  if kind == 'none' then return end
  local size = 1
  if sizes[kind] then size = redis.call(sizes[kind], key) end
  local all = {}
  if size <= left then
    all = values(key, kind)
    left = left - size
  end
  out[#out + 1] = key
  out[#out + 1] = kind
  out[#out + 1] = ends(key)
  out[#out + 1] = tostring(#all)
  out[#out + 1] = string.format('%.0f', size)
  for _, v in ipairs(all) do out[#out + 1] = v end
end
`

// readScript reads keys of one slot.
//
//	KEYS    the keys
//	ARGV    see reading
var readScript = redis.NewScript(reading + `
for _, key in ipairs(KEYS) do read(key) end
return out`)

// readPeopleScript reads a shard of people, also what is in it by now.
//
//	KEYS    {j:xx}:track, {j:xx}:account, {j:xx}:feed, {j:xx}:inboxes, and others of
//	        the shard
//	ARGV    see reading
var readPeopleScript = redis.NewScript(reading + `
for _, key in ipairs(KEYS) do read(key) end
local shard = string.match(KEYS[4], '^(.*)inboxes$')
for _, code in ipairs(redis.call('SMEMBERS', KEYS[4])) do
  for _, name in ipairs({'inbox:', 'told:', 'open:'}) do read(shard .. name .. code) end
  local open = redis.call('GET', shard .. 'open:' .. code)
  if open then read(shard .. 'digest:' .. code .. ':' .. open) end
end
return out`)

// readDeskScript reads the desk, also what is there by now.
//
//	KEYS    {desk}:waiting and others of the desk
//	ARGV    see reading
var readDeskScript = redis.NewScript(reading + deskKeys + `
for _, key in ipairs(KEYS) do read(key) end
for _, ref in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do read(QUESTION(ref)) end
return out`)

// readLogScript reads the log, also the months that are there by now. Of a month
// with more entries than may be returned it tells how many: what comes later is
// not part of this moment.
//
//	KEYS    {log}:months and others of the log
//	ARGV    see reading
var readLogScript = redis.NewScript(reading + logKeys + `
for _, key in ipairs(KEYS) do
  if redis.call('TYPE', key)['ok'] ~= 'list' then read(key) end
end
for _, month in ipairs(redis.call('HKEYS', KEYS[1])) do
  read(WHO(month))
  read(MONTH(month))
end
return out`)

// readMessagesScript reads messages of the outbox, each with what is known of
// its key.
//
//	KEYS    {out}:msg:<seq>
//	ARGV    see reading
var readMessagesScript = redis.NewScript(reading + outKeys + `
for _, msg in ipairs(KEYS) do
  local key = redis.call('HGET', msg, 'key')
  if key then
    read(msg)
    read(SEEN(key))
  end
end
return out`)

// readRestScript reads the rest of the outbox. What is known of a message that
// waits was read with the message, or is of a later one.
//
//	KEYS    keys of the outbox
//	ARGV    see reading
var readRestScript = redis.NewScript(reading + outKeys + `
for _, key in ipairs(KEYS) do
  if string.sub(key, 1, #SEEN('')) ~= SEEN('') or redis.call('HGET', key, 'state') ~= 'queued' then read(key) end
end
return out`)

// read reads keys that stand for themselves.
func (x *exporting) read(ctx context.Context, keys []string) error {
	slices.SortFunc(keys, func(a, b string) int { return strings.Compare(tagOf(a), tagOf(b)) })
	var calls []call
	for i := 0; i < len(keys); {
		some := keys[i:]
		n := 1
		for n < len(some) && n < keysAtATime && tagOf(some[n]) == tagOf(some[0]) {
			n++
		}
		calls = append(calls, call{some[:n], []any{wholeValues}})
		i += n
	}
	return x.write(ctx, readScript, calls...)
}

// write runs a script that reads, and writes what it returns.
func (x *exporting) write(ctx context.Context, script *redis.Script, calls ...call) error {
	if len(calls) == 0 {
		return nil
	}
	answers, err := x.runAll(ctx, script, calls)
	if err != nil {
		return err
	}
	for _, answer := range answers {
		flat, err := answer.StringSlice()
		if err != nil {
			return err
		}
		if err := x.writeAll(ctx, flat); err != nil {
			return err
		}
	}
	return nil
}

// writeAll writes what one call returned.
func (x *exporting) writeAll(ctx context.Context, flat []string) error {
	for len(flat) > 0 {
		if len(flat) < 5 {
			return errForm
		}
		r := Record{Key: flat[0], Type: flat[1]}
		until, err1 := strconv.ParseInt(flat[2], 10, 64)
		n, err2 := strconv.Atoi(flat[3])
		size, err3 := strconv.ParseInt(flat[4], 10, 64)
		if err := errors.Join(err1, err2, err3); err != nil || len(flat) < 5+n {
			return fmt.Errorf("%s: %w", r.Key, errForm)
		}
		r.Until, r.Values, flat = until, flat[5:5+n], flat[5+n:]
		write := x.out.key
		if n == 0 {
			write = func(r Record) error { return x.large(ctx, r, size) }
		}
		if err := write(r); err != nil {
			return fmt.Errorf("%s: %w", r.Key, err)
		}
	}
	return nil
}

// large reads a key step by step; of a list, its first n values.
func (x *exporting) large(ctx context.Context, r Record, n int64) error {
	var behind []string // one step behind: which one is the last shows later
	flush := func(more bool) error {
		if len(behind) == 0 {
			return nil
		}
		r.Values = behind
		return x.out.parts(r, more)
	}
	for at, cursor, more := int64(0), uint64(0), true; more; {
		var values []string
		var err error
		values, at, cursor, more, err = x.step(ctx, r, n, at, cursor)
		if err == nil && len(values) > 0 {
			err = flush(true)
			behind = values
		}
		if err != nil {
			return err
		}
	}
	if len(behind) > 0 {
		x.out.totals.Keys++
	}
	return flush(false)
}

// step reads the next values of a key, and where to go on.
func (x *exporting) step(ctx context.Context, r Record, n, at int64, cursor uint64) (values []string, next int64, nextCursor uint64, more bool, err error) {
	switch r.Type {
	case "list":
		values, err = x.rdb.LRange(ctx, r.Key, at, min(at+stepValues, n)-1).Result()
		next = at + stepValues
		return values, next, 0, next < n && len(values) > 0, err
	case "hash":
		values, cursor, err = x.rdb.HScan(ctx, r.Key, cursor, "", stepValues).Result()
	case "zset":
		values, cursor, err = x.rdb.ZScan(ctx, r.Key, cursor, "", stepValues).Result()
	case "set":
		values, cursor, err = x.rdb.SScan(ctx, r.Key, cursor, "", stepValues).Result()
	default:
		value, wrong := x.rdb.Get(ctx, r.Key).Result()
		if values, err = []string{value}, wrong; errors.Is(err, redis.Nil) {
			values, err = nil, nil
		}
		cursor = 0
	}
	return values, 0, cursor, cursor != 0, err
}

// people reads all shards of people, each at one moment.
func (x *exporting) people(ctx context.Context) error {
	for shard := range shards {
		keys := []string{keyShard(shard, "track"), keyShard(shard, "account"), keyShard(shard, "feed"), keyShard(shard, "inboxes")}
		fixed := len(keys)
		err := x.spool.each(strings.ReplaceAll(tagOf(keys[0]), ":", ""), anyNumber, func(some []string) error {
			slices.Sort(some)
			keys = append(keys, slices.Compact(some)...)
			return nil
		})
		if err == nil && len(keys) > fixed {
			err = x.write(ctx, readPeopleScript, call{keys, []any{anyNumber}})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// desk reads the desk at one moment.
func (x *exporting) desk(ctx context.Context) error {
	return x.spool.each(laterDesk, anyNumber, func(keys []string) error {
		return x.write(ctx, readDeskScript, call{append([]string{keyDeskWaiting}, keys...), []any{anyNumber}})
	})
}

// log reads the log as it is at one moment.
func (x *exporting) log(ctx context.Context) error {
	return x.spool.each(laterLog, anyNumber, func(keys []string) error {
		return x.write(ctx, readLogScript, call{append([]string{keyLogMonths}, keys...), []any{wholeValues}})
	})
}

// messages reads the messages of the outbox.
func (x *exporting) messages(ctx context.Context) error {
	return x.spool.each(laterMessages, keysAtATime, func(keys []string) error {
		return x.write(ctx, readMessagesScript, call{keys, []any{wholeValues}})
	})
}

// rest reads what else is known in the outbox.
func (x *exporting) rest(ctx context.Context) error {
	return x.spool.each(laterRest, keysAtATime, func(keys []string) error {
		return x.write(ctx, readRestScript, call{keys, []any{wholeValues}})
	})
}

// spool keeps names of keys by places, in files where there are many: a million
// people have millions of keys.
type spool struct {
	dir  string
	kept map[string][]byte
}

func (s *spool) file(place string) string { return filepath.Join(s.dir, place) }

// add keeps a name.
func (s *spool) add(place, name string) error {
	b := binary.AppendUvarint(s.kept[place], uint64(len(name)))
	b = append(b, name...)
	if len(b) < spoolBytes {
		s.kept[place] = b
		return nil
	}
	s.kept[place] = b[:0]
	f, err := os.OpenFile(s.file(place), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Close())
}

// each yields the names of a place, at most n at once, and forgets them.
func (s *spool) each(place string, n int, yield func([]string) error) (err error) {
	var all io.Reader = bytes.NewReader(s.kept[place])
	delete(s.kept, place)
	f, err := os.Open(s.file(place))
	if err == nil {
		defer func() { err = errors.Join(err, f.Close(), os.Remove(f.Name())) }()
		all = io.MultiReader(f, all)
	} else if !errors.Is(err, os.ErrNotExist) {
		return err
	}
	in := bufio.NewReader(all)
	for ended := false; !ended; {
		var names []string
		for len(names) < n {
			size, err := binary.ReadUvarint(in)
			if ended = errors.Is(err, io.EOF); ended {
				break
			}
			name := make([]byte, size)
			if _, wrong := io.ReadFull(in, name); err != nil || wrong != nil {
				return errors.Join(err, wrong)
			}
			names = append(names, string(name))
		}
		if len(names) > 0 {
			if err := yield(names); err != nil {
				return err
			}
		}
	}
	return nil
}
