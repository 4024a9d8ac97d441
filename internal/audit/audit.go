// Package audit says what is written down of who saw or changed what of whom:
// the entries of a log that only grows, and the chain that shows whether it was
// cut or changed. An entry holds codes, ids and values from lists of ours, never
// a text, a name or what a file holds.
package audit

import (
	"crypto/sha256"
	"encoding/base64"
	"time"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
)

// Act is what somebody did.
type Act string

// Acts.
const (
	Saw      Act = "saw"       // was shown what is kept of a person
	SawList  Act = "saw_list"  // was shown a list of people; the note says how many
	SawLog   Act = "saw_log"   // looked into this log, at all or at what concerns a person
	Recorded Act = "recorded"  // an event of a person's way
	TookBack Act = "took_back" // such an event
	Changed  Act = "changed"   // who a person is: role, unit, mentor
	Imported Act = "imported"  // a person, or events, from a file
	Exported Act = "exported"  // took a file; the note says which and how many lines
	Invited  Act = "invited"   // made a start code for a person
	Linked   Act = "linked"    // an account to a person
	Unlinked Act = "unlinked"  // it again
	Erased   Act = "erased"    // what could be forgotten of a person
	FeedMade Act = "feed_made" // the address of a calendar
	FeedGone Act = "feed_gone" // taken back

	Claimed  Act = "claimed"   // took up waiting questions; of nobody, as no asker is named
	PassedOn Act = "passed_on" // waiting questions to another officer
	GivenUp  Act = "given_up"  // let go of waiting questions
	Answered Act = "answered"  // a waiting question
	Dropped  Act = "dropped"   // closed a waiting question without an answer

	DraftSubmitted Act = "draft_submitted" // an answer for the content, for a second person to approve
	DraftApproved  Act = "draft_approved"
	DraftRejected  Act = "draft_rejected"
	Published      Act = "published" // an approved answer, in the content

	NoticeWritten   Act = "notice_written"
	NoticeApproved  Act = "notice_approved"
	NoticeRejected  Act = "notice_rejected"
	NoticeSent      Act = "notice_sent" // or put off to its time, or to a second officer
	NoticePaused    Act = "notice_paused"
	NoticeResumed   Act = "notice_resumed"
	NoticeStopped   Act = "notice_stopped"
	NoticeCorrected Act = "notice_corrected"
	NoticeRecalled  Act = "notice_recalled"
	NoticeAgain     Act = "notice_again" // sent once more to those it missed
	GroupAdded      Act = "group_added"
)

// Acts lists every act, in the order in which they are explained.
var Acts = []Act{
	Saw, SawList, SawLog, Recorded, TookBack, Changed, Imported, Exported, Invited, Linked, Unlinked, Erased, FeedMade, FeedGone,
	Claimed, PassedOn, GivenUp, Answered, Dropped, DraftSubmitted, DraftApproved, DraftRejected, Published,
	NoticeWritten, NoticeApproved, NoticeRejected, NoticeSent, NoticePaused, NoticeResumed, NoticeStopped, NoticeCorrected, NoticeRecalled, NoticeAgain, GroupAdded,
}

// Entry is one line of the log.
type Entry struct {
	ID   string       // names the cause; an entry of that ID is written down once
	At   time.Time    // to the millisecond
	By   journey.Code // who did it; empty for one in no list, and for the command line
	From chat.Address // the account it was done from; 0 for the command line
	Act  Act
	Of   journey.Code // of whom; empty where it is nobody in particular
	Note string       // ids and "old → new" values; at most MaxNote letters

	Place string // where it stands in the log; set by the store
}

// KeptYears is how long an entry is kept: as long as a course of studies lasts, and
// one year more, in which whoever left can still ask what was done with their
// data.
const KeptYears = 5

// MaxNote is how many letters a note may have.
const MaxNote = 200

// Filter says which entries are wanted; what is zero narrows nothing.
type Filter struct {
	By, Of   journey.Code
	Who      journey.Code // did it, or had it done to them
	Act      Act
	From, To time.Time // from inclusive, to exclusive
}

// Fits reports whether an entry is wanted.
func (f Filter) Fits(e Entry) bool {
	return (f.By == "" || e.By == f.By) && (f.Of == "" || e.Of == f.Of) && (f.Who == "" || e.By == f.Who || e.Of == f.Who) && (f.Act == "" || e.Act == f.Act) &&
		(f.From.IsZero() || !e.At.Before(f.From)) && (f.To.IsZero() || e.At.Before(f.To))
}

// Next returns the link of the chain that stands at an entry, from the link
// before it ("" at the beginning) and the entry as it is kept: SHA-256 of both.
// Whoever changes, drops or moves an entry changes every link after it. It shows
// what went wrong and what was done by hand; against one who may write to the
// store and makes all links anew, the last link is to be kept elsewhere: it
// stands on every export.
func Next(link string, entry []byte) string {
	h := sha256.New()
	_, _ = h.Write([]byte(link + "\n")) // never fails
	_, _ = h.Write(entry)
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}

// Chain is what became of the log as a whole.
type Chain struct {
	Entries int64  // ever written, those of months that were dropped too
	Link    string // the last one
	Broken  string // the place of the first entry that does not fit, or what is missing; empty: sound
}
