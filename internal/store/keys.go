package store

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/notice"
)

// Every key of the product is built here. The part in braces is the Cluster
// hash tag: what one script touches shares it. Instants are Unix milliseconds,
// as decimal strings; "for ever" means until somebody erases it.
//
// One person ({p:<id>}):
//
//	{p:<id>}:talk    hash    handled (20 digits), talk (chat.Talk as JSON); 24 hours
//
// People of the lists, in 256 shards; xx is FNV-1a of the code in two hexadecimal
// digits ({j:xx}). Days are numbers such as 20270131; a hash of a secret is its
// SHA-256 in base64, and nothing else is kept of it:
//
//	{j:xx}:track          hash    code → three lines: number of the change and next day
//	                              on which something is due, who it is, what took
//	                              place (see form.go); for ever
//	{j:xx}:due            zset    days that are somebody's next → the same; derived
//	{j:xx}:due:<day>      hash    codes of those whose next day it is → ""; derived
//	{j:xx}:who            string  how often somebody's second line changed; for ever
//	{j:xx}:account        hash    code → conversation; until unlinked
//	{j:xx}:feed           hash    code → hash of the feed's secret; until dropped
//	{j:xx}:invite:<code>  hash    hash (of the start code), till (ms), by (the
//	                              conversation that used it); 90 days
//	{j:xx}:inboxes        set     codes with an inbox or an open digest
//	{j:xx}:inbox:<code>   hash    "<of> <role> <deadline>" → "<step> <climb>": what the
//	                              person is to be told; until it is taken
//	{j:xx}:told:<code>    zset    a line with step and climb, as 12 letters → day on
//	                              which it was offered; 46 days after the last one
//	{j:xx}:digest:<code>:<day>    hash as the inbox; until it is put, then 45 days
//	{j:xx}:open:<code>    string  day of the digest that was taken and is not
//	                              confirmed put
//
// Derived from the tracks, in slots of their own; they may name somebody too many
// after a crash, never one too few, and Reindex mends them:
//
//	{staff}:all           hash    code → who it is, as in the track's second line
//	{m:<code>}:students   hash    codes of a mentor's students → ""
//	{u:<unit>}:students   hash    codes of the students in exactly that unit → ""
//	{units}:all           zset    units with students → 0
//
// Ways to a person; each counts only if the person's own shard agrees:
//
//	{a:xx}:code           hash    conversation → code; xx is FNV-1a of its number
//	{a:xx}:guess:<id>     zset    nonce → ms of a wrong start code; 1 hour
//	{s:<hash>}:code       string  hash of a start code → code; 90 days
//	{f:<hash>}:code       string  hash of a feed's secret → code; until dropped
//
// And for all:
//
//	{bot}:id              string  number of the bot the state is used by; for ever
//	{rules}:print         string  fingerprint of the rules that {j:xx}:due follows; for
//	                              ever
//
// The desk ({desk}):
//
//	{desk}:q:<ref>   string  desk.Question as JSON; its reference is "<why>/<question
//	                         id>"; until closed or erased, 90 days at most
//	{desk}:claim:<ref>  string  desk.Claim as JSON, with "ends" (ms); until it ends
//	{desk}:waiting   zset    reference → when it was asked (unix milliseconds), less
//	                         10^13 for an urgent one; 90 days after the last one came
//	{desk}:from:<id> set     references of one person; the same
//
// A reference in the last two whose question is gone counts for nothing; it is
// dropped when somebody looks.
//
// Notices ({notices}), and whom each goes to ({n:<id>}); for ever:
//
//	{notices}:body       hash    id → number of the change, a line break, and
//	                             notice.Notice as JSON
//	{notices}:all        zset    id → when it was made (ms)
//	{notices}:live       set     ids of those there is something left to do for
//	{n:<id>}:to:<n>      hash    code → what became of that recipient, in a few letters
//	                             (see notice.go); n is FNV-1a of the code modulo 512,
//	                             so that Redis packs these hashes
//	{n:<id>}:wait        set     numbers of the hashes with somebody waiting in them
//	{n:<id>}:queued      hash    code of a recipient whose message is in the outbox, or
//	                             about to be → "<round> <unix seconds of the taking>"
//	{n:<id>}:counts      hash    letter of an outcome → recipients; got → how many
//	                             confirmed; row → failures in a row; gathered → ms at
//	                             which the audience was last looked through
//	{n:<id>}:why         hash    reason → its number
//	{groups}:all         hash    conversation of a group → notice.Group as JSON
//
// What people said of answers ({say}):
//
//	{say}:votes          hash    "good/<topic>", "bad/<topic>" → count; for ever
//	{say}:outcomes       hash    outcome → count; for ever
//	{say}:vote:<id>      string  marks a press as counted; 2 days
//	{say}:outcome:<id>   string  marks an update as counted; 2 days
//
// Who saw or changed what of whom ({log}); months are named such as 202611:
//
//	{log}:head           hash    link (the last of the chain, see audit.Next), n (how
//	                             many entries there ever were), month (the last one)
//	{log}:months         hash    month → link before its first entry
//	{log}:m:<month>      list    entries in the order of writing, each its link, a
//	                             space, and logLine as JSON; only ever put at the
//	                             end; dropped a whole month at a time, after 5 years
//	{log}:who:<month>    set     codes that did something or to whom it was done
//	{log}:dropped        hash    link and n as they were at the end of the last month
//	                             that was dropped
//	{log}:seen           zset    id of an entry → ms at which it took place; 7 days
//
// Updates nobody could read ({aside}):
//
//	{aside}:list         list    Aside as JSON, newest first; the newest 1,000, for
//	                             30 days
//	{aside}:put:<nonce>  string  marks one call as done; 1 minute
//
// Whether Redis takes changes ({alive}):
//
//	{alive}:mark         string  empty; 10 seconds
//
// A restoration under way ({restoring}):
//
//	{restoring}:since    string  when it began (ms); until it ended well
//
// The outbox ({out}); its keys are named inside the scripts, by outKeys:
//
//	{out}:seq                string  number of the last message put; for ever
//	{out}:seen:<key>         hash    state, at (ms), reason, message (number at the
//	                                 service); while it waits, then 7 days
//	{out}:msg:<seq>          hash    key, to, lane, line, at (ms), after (ms, not
//	                                 before), tries, doubts, token, free ("1": of the
//	                                 conversation's pace), wrote ("1": the person did
//	                                 while it was under way), body (JSON); until it ends
//	{out}:line:<lane>:<line> zset    seq → ms before which it is not due, 0 once due;
//	                                 what waits or is in flight for one conversation
//	{out}:due:<lane>         zset    line → ms at which to look at it; lines with a
//	                                 message in flight are not in it
//	{out}:flight:<lane>      hash    line → seq of its message in flight
//	{out}:leased             zset    seq → ms at which the lease runs out
//	{out}:claim:<token>      string  seq claimed with that token; as long as the lease
//	{out}:tat                string  ms (with fractions) of the bot's next free moment
//	{out}:chat:<id>          string  ms at which a conversation's burst is whole again;
//	                                 a minute longer than that
//	{out}:pause              string  ms until which everything waits; as long as that
//	{out}:clock              string  ms, within a second, that the clock showed when
//	                                 something was last claimed or settled
//	{out}:gone               hash    conversation → ms at which it became unreachable
//	{out}:depth              hash    lane → messages waiting or in flight
//	{out}:ended              hash    "<lane>:<state>" → messages that ended so
//	{out}:doubts             hash    lane → how often nobody knew
//
// Lanes are "0", "1", "2" (chat.Lane) and "ack". The line of a message is its
// conversation; that of an acknowledgement is its own seq, as their order is
// free.

const keyBot = "{bot}:id"

func keyTalk(a chat.Address) string { return "{p:" + a.String() + "}:talk" }

// shards is how many slots people, and conversations, are spread over.
const shards = 256

// shardOf returns the shard of a code or of a conversation's number.
func shardOf(s string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(s)) // never fails
	return int(h.Sum32() % shards)
}

func keyShard(shard int, name string) string { return fmt.Sprintf("{j:%02x}:%s", shard, name) }

func keyOf(code journey.Code, name string) string { return keyShard(shardOf(string(code)), name) }

func keyTracks(code journey.Code) string    { return keyOf(code, "track") }
func keyAccounts(code journey.Code) string  { return keyOf(code, "account") }
func keyFeeds(code journey.Code) string     { return keyOf(code, "feed") }
func keyInboxes(code journey.Code) string   { return keyOf(code, "inboxes") }
func keyInvite(code journey.Code) string    { return keyOf(code, "invite:"+string(code)) }
func keyInbox(code journey.Code) string     { return keyOf(code, "inbox:"+string(code)) }
func keyTold(code journey.Code) string      { return keyOf(code, "told:"+string(code)) }
func keyOpen(code journey.Code) string      { return keyOf(code, "open:"+string(code)) }
func keyDigests(code journey.Code) string   { return keyOf(code, "digest:"+string(code)+":") } // and a day
func keyMentees(mentor journey.Code) string { return "{m:" + string(mentor) + "}:students" }
func keyUnit(unit journey.Unit) string      { return "{u:" + string(unit) + "}:students" }

func keyDigest(code journey.Code, day journey.Date) string {
	return keyDigests(code) + strconv.Itoa(number(day))
}

// dueKeys keeps the days on which somebody has something due next, inside
// scripts that change a track; KEYS[2] is {j:xx}:due. A hash for each day takes a
// fifth of the room of one zset for all: short ones are packed.
const dueKeys = `
-- lines reads the first two lines of a track: change, next day ("0": none), person.
local function lines(value) return string.match(value, '^(%d+) (%d+)\n([^\n]*)\n') end

local function DUE(day) return KEYS[2] .. ':' .. day end

local function notDue(code, day)
  redis.call('HDEL', DUE(day), code)
  if redis.call('EXISTS', DUE(day)) == 0 then redis.call('ZREM', KEYS[2], day) end
end

-- due has a person stand at the day to come, and no longer at the day before.
local function due(code, before, day)
  if before ~= day and before ~= '0' then notDue(code, before) end
  if day == '0' then return 0 end
  redis.call('ZADD', KEYS[2], day, day)
  return redis.call('HSET', DUE(day), code, '')
end
`

const (
	keyStaff = "{staff}:all"
	keyUnits = "{units}:all"
	keyPrint = "{rules}:print"
)

func keyAccount(a chat.Address, name string) string {
	return fmt.Sprintf("{a:%02x}:%s", shardOf(a.String()), name)
}

func keyCodes(a chat.Address) string   { return keyAccount(a, "code") }
func keyGuesses(a chat.Address) string { return keyAccount(a, "guess:"+a.String()) }

func keyStart(hash string) string { return "{s:" + hash + "}:code" }
func keyFeed(hash string) string  { return "{f:" + hash + "}:code" }

// hashOf is what is kept of a secret.
func hashOf(secret string) string {
	h := sha256.Sum256([]byte(secret))
	return base64.RawURLEncoding.EncodeToString(h[:])
}

const keyDeskWaiting = "{desk}:waiting"

func keyQuestion(ref string) string     { return "{desk}:q:" + ref }
func keyClaim(ref string) string        { return "{desk}:claim:" + ref }
func keyDeskFrom(a chat.Address) string { return "{desk}:from:" + a.String() }

// deskKeys names questions and claims inside scripts, which learn of them only there.
const deskKeys = `
local function QUESTION(ref) return '{desk}:q:' .. ref end
local function CLAIM(ref) return '{desk}:claim:' .. ref end
`

const (
	keyNotices     = "{notices}:body"
	keyAllNotices  = "{notices}:all"
	keyLiveNotices = "{notices}:live"
	keyGroups      = "{groups}:all"
)

func keyRecipients(id notice.ID, name string) string { return "{n:" + string(id) + "}:" + name }

const (
	keyVotes    = "{say}:votes"
	keyOutcomes = "{say}:outcomes"
)

func keyVote(id string) string    { return "{say}:vote:" + id }
func keyOutcome(id string) string { return "{say}:outcome:" + id }

const (
	keyLogHead    = "{log}:head"
	keyLogMonths  = "{log}:months"
	keyLogDropped = "{log}:dropped"
	keyLogSeen    = "{log}:seen"
)

func keyLogMonth(month string) string { return "{log}:m:" + month }
func keyLogWho(month string) string   { return "{log}:who:" + month }

// logKeys names the months inside a script that writes in several.
const logKeys = `
local function MONTH(month) return '{log}:m:' .. month end
local function WHO(month) return '{log}:who:' .. month end
`

const keyAlive = "{alive}:mark"

const keyRestoring = "{restoring}:since"

const keyAside = "{aside}:list"

func keyAsidePut(nonce string) string { return "{aside}:put:" + nonce }

const (
	keyPause  = "{out}:pause"
	keyGone   = "{out}:gone"
	keyDepth  = "{out}:depth"
	keyEnded  = "{out}:ended"
	keyDoubts = "{out}:doubts"
	keyLeased = "{out}:leased"
)

func keySeen(key string) string { return "{out}:seen:" + key }

// keyMessages begins the keys of messages that wait; the number follows.
const keyMessages = "{out}:msg:"

// outKeys names the outbox's keys inside its scripts. Which lines a claim
// touches is known only once it looks, so the scripts build these names
// themselves; KEYS[1] only tells a Cluster the slot, which all of them share.
const outKeys = `
local SEQ, LEASED, TAT, PAUSE, CLOCK = '{out}:seq', '{out}:leased', '{out}:tat', '{out}:pause', '{out}:clock'
local GONE, DEPTH, ENDED, DOUBTS = '{out}:gone', '{out}:depth', '{out}:ended', '{out}:doubts'
local function SEEN(key) return '{out}:seen:' .. key end
local function MSG(id) return '{out}:msg:' .. id end
local function LINE(lane, line) return '{out}:line:' .. lane .. ':' .. line end
local function DUE(lane) return '{out}:due:' .. lane end
local function FLIGHT(lane) return '{out}:flight:' .. lane end
local function CLAIM(token) return '{out}:claim:' .. token end
local function CHAT(to) return '{out}:chat:' .. to end
`

// tagOf returns what stands in the braces of a key.
func tagOf(key string) string {
	_, rest, _ := strings.Cut(key, "{")
	tag, _, _ := strings.Cut(rest, "}")
	return tag
}

// isTracks reports whether a key is {j:xx}:track.
func isTracks(key string) bool {
	return strings.HasPrefix(key, "{j:") && strings.HasSuffix(key, "}:track")
}

// derived are the beginnings of keys that follow from others: no export holds
// them, and Restore makes them anew. Those of people are {j:xx}:due as well.
var derived = []string{
	"{staff}:", "{m:", "{u:", "{units}:", "{rules}:", "{restoring}:", "{alive}:",
	"{out}:line:", "{out}:due:", "{out}:flight:", "{out}:leased", "{out}:claim:", "{out}:depth",
}

// isDerived reports whether a key follows from others.
func isDerived(key string) bool {
	if strings.HasPrefix(key, "{j:") {
		_, name, _ := strings.Cut(key, "}:")
		return name == "due" || strings.HasPrefix(name, "due:")
	}
	return slices.ContainsFunc(derived, func(begin string) bool { return strings.HasPrefix(key, begin) })
}
