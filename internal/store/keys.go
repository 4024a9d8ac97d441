package store

import "donghanh/internal/chat"

// Every key of the product is built here. The part in braces is the Cluster
// hash tag: what one script touches shares it. Instants are Unix milliseconds,
// as decimal strings; "for ever" means until somebody erases it.
//
// One person ({p:<id>}):
//
//	{p:<id>}:talk    hash    handled (20 digits), talk (chat.Talk as JSON); 24 hours
//	{p:<id>}:role    string  the role; for ever
//
// The desk ({desk}):
//
//	{desk}:q:<ref>   string  desk.Question as JSON; its reference is "<why>/<question
//	                         id>"; until closed or erased, 90 days at most
//	{desk}:waiting   zset    reference → when it was asked (unix milliseconds); 90
//	                         days after the last one came
//	{desk}:from:<id> set     references of one person; the same
//
// A reference in the last two whose question is gone counts for nothing; it is
// dropped when somebody looks.
//
// What people said of answers ({say}):
//
//	{say}:votes          hash    "good/<topic>", "bad/<topic>" → count; for ever
//	{say}:outcomes       hash    outcome → count; for ever
//	{say}:vote:<id>      string  marks a press as counted; 2 days
//	{say}:outcome:<id>   string  marks an update as counted; 2 days
//
// Updates nobody could read ({aside}):
//
//	{aside}:list         list    Aside as JSON, newest first; the newest 1,000, for
//	                             30 days
//	{aside}:put:<nonce>  string  marks one call as done; 1 minute
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

func keyTalk(a chat.Address) string { return "{p:" + a.String() + "}:talk" }
func keyRole(a chat.Address) string { return "{p:" + a.String() + "}:role" }

const keyDeskWaiting = "{desk}:waiting"

func keyQuestion(ref string) string     { return "{desk}:q:" + ref }
func keyDeskFrom(a chat.Address) string { return "{desk}:from:" + a.String() }

// deskKeys names the questions inside scripts, which learn of them only there.
const deskKeys = `
local function QUESTION(ref) return '{desk}:q:' .. ref end
`

const (
	keyVotes    = "{say}:votes"
	keyOutcomes = "{say}:outcomes"
)

func keyVote(id string) string    { return "{say}:vote:" + id }
func keyOutcome(id string) string { return "{say}:outcome:" + id }

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
