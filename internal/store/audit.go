package store

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"donghanh/internal/audit"
	"donghanh/internal/chat"
	"donghanh/internal/journey"
)

// logLine is an entry of the log as it is kept, after its link and a space.
type logLine struct {
	ID   string       `json:"id"`
	At   int64        `json:"at"` // ms
	By   journey.Code `json:"by,omitempty"`
	From chat.Address `json:"from,omitempty"`
	Act  audit.Act    `json:"act"`
	Of   journey.Code `json:"of,omitempty"`
	Note string       `json:"note,omitempty"`
}

const (
	notedAtOnce = 500                // entries of one call of a script
	notedFor    = 7 * 24 * time.Hour // how long it is known that an ID was written down
	readAtOnce  = 500                // entries of one look into the log
	noteTries   = 100                // how often an entry is put behind somebody else's
)

// logHeadScript returns where the log ends, and which entries are not in it.
//
//	KEYS[1] {log}:head
//	KEYS[2] {log}:seen
//	ARGV    ids
//	returns the last link, how many entries there are, the last month, and for
//	        each id 1 if it is new
var logHeadScript = redis.NewScript(`
local head = redis.call('HMGET', KEYS[1], 'link', 'n', 'month')
local out = {head[1] or '', head[2] or '0', head[3] or ''}
for _, id in ipairs(ARGV) do
  out[#out + 1] = redis.call('ZSCORE', KEYS[2], id) and '0' or '1'
end
return out`)

// noteScript puts entries at the end of the log, if that is still where it was.
//
//	KEYS[1] {log}:head
//	KEYS[2] {log}:seen
//	KEYS[3] {log}:months
//	ARGV    the last link, as it was; as it becomes; how many entries there will
//	        be; ids to forget are older than (ms); then for each entry its month,
//	        its line, its id, its ms, by, of
//	returns 1 if they stand there, 0 if the log has another end by now
var noteScript = redis.NewScript(logKeys + `
if (redis.call('HGET', KEYS[1], 'link') or '') ~= ARGV[1] then return 0 end
local link = ARGV[1]
for i = 5, #ARGV, 6 do
  local month, line = ARGV[i], ARGV[i + 1]
  redis.call('HSETNX', KEYS[3], month, link)
  redis.call('RPUSH', MONTH(month), line)
  redis.call('ZADD', KEYS[2], ARGV[i + 3], ARGV[i + 2])
  if ARGV[i + 4] ~= '' then redis.call('SADD', WHO(month), ARGV[i + 4]) end
  if ARGV[i + 5] ~= '' then redis.call('SADD', WHO(month), ARGV[i + 5]) end
  redis.call('HSET', KEYS[1], 'month', month)
  link = string.match(line, '^%S+')
end
redis.call('HSET', KEYS[1], 'link', ARGV[2], 'n', ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', '(' .. ARGV[4])
return 1`)

// Note writes entries down at the end of the log, each ID once within a week;
// what is written down stays as it is. An entry later than others of a later
// month stands in the later month: the order of the log is the order of the
// writing.
func (s *Store) Note(ctx context.Context, entries ...audit.Entry) error {
	for chunk := range slices.Chunk(entries, notedAtOnce) {
		if err := s.note(ctx, chunk); err != nil {
			return fmt.Errorf("note %s: %w", chunk[0].ID, err)
		}
	}
	return nil
}

func (s *Store) note(ctx context.Context, entries []audit.Entry) error {
	ids := make([]any, len(entries))
	for i, e := range entries {
		if e.ID == "" || e.Act == "" {
			return errors.New("an entry without an id or an act")
		}
		ids[i] = e.ID
	}
	for range noteTries {
		head, err := logHeadScript.Run(ctx, s.rdb, []string{keyLogHead, keyLogSeen}, ids...).StringSlice()
		if err != nil {
			return err
		}
		args, err := appended(head[:3], head[3:], entries)
		if err != nil || args == nil {
			return err
		}
		done, err := noteScript.Run(ctx, s.rdb, []string{keyLogHead, keyLogSeen, keyLogMonths}, args...).Bool()
		if err != nil || done {
			return err
		}
	}
	return ErrConflict
}

// appended is what noteScript is called with to put the new ones of the entries
// after the head; nil: none is new.
func appended(head, isNew []string, entries []audit.Entry) ([]any, error) {
	link, month := head[0], head[2]
	n, err := strconv.ParseInt(head[1], 10, 64)
	if err != nil {
		return nil, fmt.Errorf("the number of entries: %w", err)
	}
	args := []any{link, "", "", ""}
	newest := int64(0)
	known := map[string]bool{}
	for i, e := range entries {
		if isNew[i] != "1" || known[e.ID] {
			continue
		}
		known[e.ID] = true
		at := e.At.UnixMilli()
		body, err := json.Marshal(logLine{ID: e.ID, At: at, By: e.By, From: e.From, Act: e.Act, Of: e.Of, Note: cutNote(e.Note)})
		if err != nil {
			return nil, err
		}
		link = audit.Next(link, body)
		month = max(month, monthOf(e.At))
		newest = max(newest, at)
		n++
		args = append(args, month, link+" "+string(body), e.ID, at, string(e.By), string(e.Of))
	}
	if len(known) == 0 {
		return nil, nil
	}
	args[1], args[2], args[3] = link, n, newest-notedFor.Milliseconds()
	return args, nil
}

// cutNote keeps a note short, whole letters only.
func cutNote(note string) string {
	if letters := []rune(note); len(letters) > audit.MaxNote {
		return string(letters[:audit.MaxNote])
	}
	return strings.ToValidUTF8(note, "")
}

// monthOf names the month of the academy in which a moment lies: "202611".
func monthOf(at time.Time) string { return at.In(journey.Zone).Format("200601") }

// Audit returns the n newest entries that the filter wants, newest first; before
// is the Place of the entry they come before, "" for the end of the log.
func (s *Store) Audit(ctx context.Context, f audit.Filter, before string, n int) ([]audit.Entry, error) {
	months, err := s.logMonths(ctx)
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	end, at := "", int64(-1)
	if before != "" {
		if end, at, err = parsePlace(before); err != nil {
			return nil, fmt.Errorf("audit: %w", err)
		}
	}
	var out []audit.Entry
	for _, month := range slices.Backward(months) {
		switch {
		case end != "" && month > end, !f.To.IsZero() && month > nextMonth(f.To):
			continue // an entry may stand in the month after its own, hardly later
		case !f.From.IsZero() && month < monthOf(f.From):
			return out, nil
		}
		upTo := int64(-1)
		if month == end {
			upTo = at
		}
		if out, err = s.auditMonth(ctx, f, month, upTo, n, out); err != nil {
			return nil, fmt.Errorf("audit %s: %w", month, err)
		}
		if len(out) >= n {
			break
		}
	}
	return out, nil
}

// nextMonth names the month after that of a moment.
func nextMonth(at time.Time) string {
	at = at.In(journey.Zone)
	return monthOf(time.Date(at.Year(), at.Month()+1, 1, 0, 0, 0, 0, journey.Zone))
}

// auditMonth adds to out what the filter wants of one month before the entry of
// that index, -1: of the whole month, until there are n.
func (s *Store) auditMonth(ctx context.Context, f audit.Filter, month string, upTo int64, n int, out []audit.Entry) ([]audit.Entry, error) {
	for _, code := range []journey.Code{f.By, f.Of, f.Who} {
		if code == "" {
			continue
		}
		if there, err := s.rdb.SIsMember(ctx, keyLogWho(month), string(code)).Result(); err != nil || !there {
			return out, err
		}
	}
	if upTo < 0 {
		var err error
		if upTo, err = s.rdb.LLen(ctx, keyLogMonth(month)).Result(); err != nil {
			return out, err
		}
	}
	for len(out) < n && upTo > 0 {
		from := max(upTo-readAtOnce, 0)
		lines, err := s.rdb.LRange(ctx, keyLogMonth(month), from, upTo-1).Result()
		if err != nil {
			return out, err
		}
		for i, line := range slices.Backward(lines) {
			e, ok := readEntry(line)
			if !ok || !f.Fits(e) {
				continue // what cannot be read breaks the chain, which is said there
			}
			e.Place = place(month, from+int64(i))
			if out = append(out, e); len(out) == n {
				return out, nil
			}
		}
		upTo = from
	}
	return out, nil
}

// readEntry reads an entry after its link.
func readEntry(line string) (audit.Entry, bool) {
	_, body, _ := strings.Cut(line, " ")
	var l logLine
	if err := json.Unmarshal([]byte(body), &l); err != nil {
		return audit.Entry{}, false
	}
	return audit.Entry{ID: l.ID, At: time.UnixMilli(l.At).UTC(), By: l.By, From: l.From, Act: l.Act, Of: l.Of, Note: l.Note}, true
}

// place names an entry by its month and its index there: "202611.17".
func place(month string, index int64) string { return month + "." + strconv.FormatInt(index, 10) }

func parsePlace(s string) (month string, index int64, err error) {
	month, number, ok := strings.Cut(s, ".")
	index, err = strconv.ParseInt(number, 10, 64)
	if !ok || err != nil || index < 0 || len(month) != 6 {
		return "", 0, fmt.Errorf("%q is no place in the log: %w", s, ErrNotFound)
	}
	return month, index, nil
}

// logMonths returns the months there are, oldest first.
func (s *Store) logMonths(ctx context.Context) ([]string, error) {
	months, err := s.rdb.HKeys(ctx, keyLogMonths).Result()
	slices.Sort(months)
	return months, err
}

// chainScript returns what the log says of itself, at one moment.
//
//	KEYS[1] {log}:head
//	KEYS[2] {log}:dropped
//	KEYS[3] {log}:months
//	returns the last link, how many entries there are, the link and the number
//	        before the first that is kept, then each month, the link before it
//	        and how many entries are in it
var chainScript = redis.NewScript(logKeys + `
local head, dropped = redis.call('HMGET', KEYS[1], 'link', 'n'), redis.call('HMGET', KEYS[2], 'link', 'n')
local out = {head[1] or '', head[2] or '0', dropped[1] or '', dropped[2] or '0'}
local months = redis.call('HGETALL', KEYS[3])
for i = 1, #months, 2 do
  out[#out + 1] = months[i]
  out[#out + 1] = months[i + 1]
  out[#out + 1] = tostring(redis.call('LLEN', MONTH(months[i])))
end
return out`)

// AuditChain looks whether the log is as it was written: of the newest months,
// each entry (0: of all); of those before, that each ends where the next begins.
func (s *Store) AuditChain(ctx context.Context, newest int) (chain audit.Chain, err error) {
	for range 2 { // a month dropped while it was looked at only seems to be missing
		if chain, err = s.auditChain(ctx, newest); err != nil {
			return chain, fmt.Errorf("audit chain: %w", err)
		}
		if chain.Broken == "" {
			break
		}
	}
	return chain, nil
}

func (s *Store) auditChain(ctx context.Context, newest int) (chain audit.Chain, err error) {
	said, err := chainScript.Run(ctx, s.rdb, []string{keyLogHead, keyLogDropped, keyLogMonths}).StringSlice()
	if err != nil {
		return chain, err
	}
	n, wrong := strconv.ParseInt(said[3], 10, 64)
	entries, wrongToo := strconv.ParseInt(said[1], 10, 64)
	chain.Link, chain.Entries = said[0], entries
	if wrong != nil || wrongToo != nil {
		chain.Broken = "head"
		return chain, nil
	}
	months := slices.SortedFunc(slices.Chunk(said[4:], 3), func(a, b []string) int { return cmp.Compare(a[0], b[0]) })
	link := said[2]
	for i, m := range months {
		month, opens := m[0], m[1]
		in, wrong := strconv.ParseInt(m[2], 10, 64)
		if opens != link || wrong != nil || in == 0 {
			chain.Broken = month
			return chain, nil
		}
		look := s.quickly
		if newest == 0 || i >= len(months)-newest {
			look = s.wholly
		}
		if link, chain.Broken, err = look(ctx, month, link, in); err != nil || chain.Broken != "" {
			return chain, err
		}
		n += in
	}
	if n != entries || link != chain.Link {
		chain.Broken = "end"
	}
	return chain, nil
}

// quickly takes the last link of a month with n entries for right.
func (s *Store) quickly(ctx context.Context, month, _ string, n int64) (link, broken string, err error) {
	line, err := s.rdb.LIndex(ctx, keyLogMonth(month), n-1).Result()
	if errors.Is(err, redis.Nil) {
		return "", month, nil
	}
	link, _, _ = strings.Cut(line, " ")
	return link, "", err
}

// wholly makes each link of the n entries of a month anew.
func (s *Store) wholly(ctx context.Context, month, link string, n int64) (last, broken string, err error) {
	for at := int64(0); at < n; at += readAtOnce {
		lines, err := s.rdb.LRange(ctx, keyLogMonth(month), at, min(at+readAtOnce, n)-1).Result()
		if err != nil {
			return link, "", err
		}
		for i, line := range lines {
			kept, body, _ := strings.Cut(line, " ")
			if link = audit.Next(link, []byte(body)); link != kept {
				return link, place(month, at+int64(i)), nil
			}
		}
	}
	return link, "", nil
}

// dropLogScript drops a month, and remembers where the log begins then.
//
//	KEYS[1] {log}:months
//	KEYS[2] {log}:dropped
//	KEYS[3] {log}:m:<month>
//	KEYS[4] {log}:who:<month>
//	ARGV    month
//	returns how many entries were dropped
var dropLogScript = redis.NewScript(`
local last = redis.call('LINDEX', KEYS[3], -1)
if not last then return 0 end
local n = redis.call('LLEN', KEYS[3])
redis.call('HSET', KEYS[2], 'link', string.match(last, '^%S+'))
redis.call('HINCRBY', KEYS[2], 'n', n)
redis.call('DEL', KEYS[3], KEYS[4])
redis.call('HDEL', KEYS[1], ARGV[1])
return n`)

// DropAudit forgets the months that ended before a moment, oldest first, and
// returns how many entries were in them. The chain goes on from where it was.
// The month last written in stays.
func (s *Store) DropAudit(ctx context.Context, before time.Time) (int, error) {
	months, err := s.logMonths(ctx)
	if err != nil {
		return 0, fmt.Errorf("drop audit: %w", err)
	}
	dropped := 0
	for i, month := range months {
		if month >= monthOf(before) || i == len(months)-1 {
			break
		}
		n, err := dropLogScript.Run(ctx, s.rdb, []string{keyLogMonths, keyLogDropped, keyLogMonth(month), keyLogWho(month)}, month).Int()
		if err != nil {
			return dropped, fmt.Errorf("drop audit %s: %w", month, err)
		}
		dropped += n
	}
	return dropped, nil
}
