// Package notice holds what is true of a message to many: who may write it,
// who must agree, whom it is for, and what may become of it when. It sends
// nothing, keeps nothing and has no clock.
package notice

import (
	"crypto/sha256"
	"encoding/base32"
	"regexp"
	"slices"
	"strings"
	"time"

	"donghanh/internal/journey"
)

// ID names a notice: "n-" and eight letters.
type ID string

var idShape = regexp.MustCompile(`^n-[a-z2-7]{8}$`)

// NewID names the notice that was begun by cause, such as "tg:88123/7": the
// same one when that is delivered again, another one for everything else.
func NewID(cause string) ID {
	sum := sha256.Sum256([]byte(cause))
	return ID("n-" + strings.ToLower(base32.StdEncoding.EncodeToString(sum[:5])))
}

// ValidID reports whether a text, such as a part of a button's data, may be an
// ID.
func ValidID(s string) bool { return idShape.MatchString(s) }

// Status says what has become of a notice.
type Status string

// Statuses. Stopped and Done are for good.
const (
	Draft   Status = "draft"
	Waiting Status = "waiting" // for a second officer
	Refused Status = "refused" // by the second officer
	Planned Status = "planned" // goes out at Notice.At
	Sending Status = "sending"
	Paused  Status = "paused"
	Stopped Status = "stopped"
	Done    Status = "done"
)

// Over reports whether nothing may become of the notice any more.
func (s Status) Over() bool { return s == Stopped || s == Done }

// Kind says what a notice does.
type Kind string

// Kinds.
const (
	Send    Kind = "send"
	Correct Kind = "correct" // replaces the text of Notice.Of wherever it was delivered
	Recall  Kind = "recall"  // takes Notice.Of away wherever it was delivered
)

// Attachment is a photo or document that Telegram has already.
type Attachment struct {
	Kind string `json:"kind,omitempty"` // "photo" or "document"; empty: there is none
	ID   string `json:"id,omitempty"`   // Telegram's file_id
}

// IsZero reports whether there is no attachment.
func (a Attachment) IsZero() bool { return a == Attachment{} }

// Content is what is written, for whom and how. A change of it takes an
// approval away.
type Content struct {
	HTML       string       `json:"html,omitempty"` // every value in it escaped
	Attachment Attachment   `json:"attachment,omitzero"`
	Audience   Audience     `json:"audience,omitzero"`
	JoinUntil  journey.Date `json:"join_until,omitzero"` // who comes into the audience until the end of that day gets it too; no day: nobody
	Urgent     bool         `json:"urgent,omitempty"`    // goes out in quiet hours too
	Receipt    bool         `json:"receipt,omitempty"`   // has the button "Đã nhận"
	ReceiptBy  journey.Date `json:"receipt_by,omitzero"` // until when the silent are reminded; no day: they are not
}

// Same reports whether both are the same.
func (c Content) Same(o Content) bool {
	return c.HTML == o.HTML && c.Attachment == o.Attachment && c.Audience.Same(o.Audience) && c.JoinUntil == o.JoinUntil &&
		c.Urgent == o.Urgent && c.Receipt == o.Receipt && c.ReceiptBy == o.ReceiptBy
}

// Notice is a message to many, or the correction or recall of one.
type Notice struct {
	ID     ID           `json:"id"`
	Rev    int64        `json:"rev"` // grows with each change
	Kind   Kind         `json:"kind"`
	Of     ID           `json:"of,omitempty"` // the notice a correction or recall is about
	Author journey.Code `json:"author"`
	Unit   journey.Unit `json:"unit,omitempty"` // of the author; nobody outside of it is reached
	Content

	Status   Status       `json:"status"`
	At       time.Time    `json:"at,omitzero"`        // when it is to go out; while Waiting, zero: as soon as it is approved
	Count    int          `json:"count,omitempty"`    // people reached when it was previewed, later when it began
	Unlinked int          `json:"unlinked,omitempty"` // people in the audience then who are not linked, and so not in Count
	Approver journey.Code `json:"approver,omitempty"` // the second officer, who approved or refused
	Reason   string       `json:"reason,omitempty"`   // why it was refused
	Held     string       `json:"held,omitempty"`     // why it paused by itself
	Made     time.Time    `json:"made"`
	Approved time.Time    `json:"approved,omitzero"`
	Begun    time.Time    `json:"begun,omitzero"`
	Ended    time.Time    `json:"ended,omitzero"`
	Progress Place        `json:"progress,omitzero"` // the message that shows how far it is
}

// Place is one message in one conversation.
type Place struct {
	Chat    int64 `json:"chat"`
	Message int   `json:"message"`
}

// NeedsSecond reports whether a second officer must agree before count people
// get it: from above people on (setting APPROVAL_ABOVE). What was refused
// needs one in any case; taking a notice back needs none, so that a mistake
// can be undone at once.
func (n Notice) NeedsSecond(count, above int) bool {
	return n.Kind != Recall && (count >= above || n.Status == Refused)
}

// Reaches reports whether somebody is in the audience on a day: within the
// author's unit, and as Audience says. It is only for people; whom a
// correction or recall reaches follows from the notice it is about.
func (n Notice) Reaches(t journey.Track, s journey.State, open []journey.Deadline, today journey.Date) bool {
	return n.Unit.Covers(t.Person.Unit) && n.Audience.Holds(t, s, open, today)
}

// Joins reports whether who comes into the audience on that day still gets it.
func (n Notice) Joins(today journey.Date) bool {
	return !n.JoinUntil.IsZero() && !today.After(n.JoinUntil)
}

// MayWrite reports whether somebody may write notices.
func MayWrite(p journey.Person) bool {
	return p.Code != "" && p.Has(journey.YouthOfficer, journey.Admin)
}

// MayManage reports whether somebody may see the notice, pause, stop, correct
// and take it back: its author, an officer whose unit covers the author's, and
// an admin.
func (n Notice) MayManage(p journey.Person) bool {
	return MayWrite(p) && (p.Code == n.Author || n.covers(p))
}

// MayApprove reports whether somebody may be the second officer. Nobody
// approves their own.
func (n Notice) MayApprove(p journey.Person) bool {
	return MayWrite(p) && p.Code != n.Author && n.covers(p)
}

func (n Notice) covers(p journey.Person) bool { return p.Has(journey.Admin) || p.Unit.Covers(n.Unit) }

// Audience says whom a notice is for. All fields that are set are to be met, a
// list by one of its values.
type Audience struct {
	Everyone bool            `json:"everyone,omitempty"` // whoever is in the lists
	Roles    []journey.Role  `json:"roles,omitempty"`
	Units    []journey.Unit  `json:"units,omitempty"` // with what lies below
	Stages   []journey.Stage `json:"stages,omitempty"`
	Missing  []string        `json:"missing,omitempty"` // ids of papers that are wanted and not there, or expired
	Overdue  bool            `json:"overdue,omitempty"` // something on their way is overdue
	Late     []string        `json:"late,omitempty"`    // ids of deadlines; one of them is overdue
	Codes    []journey.Code  `json:"codes,omitempty"`
	Group    int64           `json:"group,omitempty"` // a unit's group or channel; nothing else is set then
}

// Empty reports whether nothing is said yet.
func (a Audience) Empty() bool { return a.Same(Audience{}) }

// Same reports whether both are the same, in the same order.
func (a Audience) Same(o Audience) bool {
	return a.Everyone == o.Everyone && slices.Equal(a.Roles, o.Roles) && slices.Equal(a.Units, o.Units) && slices.Equal(a.Stages, o.Stages) &&
		slices.Equal(a.Missing, o.Missing) && a.Overdue == o.Overdue && slices.Equal(a.Late, o.Late) && slices.Equal(a.Codes, o.Codes) && a.Group == o.Group
}

// left are the sides of people who are no longer on the way.
var left = []journey.Side{journey.Withdrawn, journey.Delisted, journey.TransferredOut, journey.Removed}

// Holds reports whether somebody who stands in s, with open the deadlines on
// their way, is meant on a day. Nobody is meant by an empty audience, nor by
// one that is a group. Who withdrew, was taken off the list, transferred out
// or was removed is meant only when named by their code.
func (a Audience) Holds(t journey.Track, s journey.State, open []journey.Deadline, today journey.Date) bool {
	p := t.Person
	switch {
	case a.Empty(), a.Group != 0:
		return false
	case len(a.Codes) == 0 && slices.ContainsFunc(s.Side, func(side journey.Side) bool { return slices.Contains(left, side) }):
		return false
	case len(a.Roles) > 0 && !p.Has(a.Roles...):
		return false
	case len(a.Units) > 0 && !slices.ContainsFunc(a.Units, func(u journey.Unit) bool { return u.Covers(p.Unit) }):
		return false
	case len(a.Stages) > 0 && !slices.Contains(a.Stages, s.Stage):
		return false
	case len(a.Missing) > 0 && !slices.ContainsFunc(s.Papers, func(paper journey.Paper) bool { return a.misses(paper, today) }):
		return false
	case a.Overdue && !slices.ContainsFunc(open, func(d journey.Deadline) bool { return overdue(d, today) }):
		return false
	case len(a.Late) > 0 && !slices.ContainsFunc(open, func(d journey.Deadline) bool { return slices.Contains(a.Late, d.Rule.ID) && overdue(d, today) }):
		return false
	case len(a.Codes) > 0 && !slices.Contains(a.Codes, p.Code):
		return false
	}
	return true
}

func (a Audience) misses(p journey.Paper, today journey.Date) bool {
	expired := !p.Until.IsZero() && today.After(p.Until)
	return slices.Contains(a.Missing, p.ID) && (!p.Has || expired)
}

// overdue reports whether a deadline is missed. What only begins or changes on
// its day cannot be.
func overdue(d journey.Deadline, today journey.Date) bool {
	switch d.Rule.Kind {
	case journey.Earliest, journey.Milestone:
		return false
	}
	return d.Due.Before(today)
}

// Outcome says what became of a notice for one person.
type Outcome string

// Outcomes.
const (
	Pending   Outcome = "pending"   // its turn has not come
	Queued    Outcome = "queued"    // on its way
	Delivered Outcome = "delivered" // it arrived
	Blocked   Outcome = "blocked"   // the person stopped the bot or is gone
	Failed    Outcome = "failed"    // it was refused
	InDoubt   Outcome = "in_doubt"  // nobody can know whether it arrived
	Unlinked  Outcome = "unlinked"  // the person has not been linked yet
)

// Outcomes lists every outcome.
var Outcomes = []Outcome{Pending, Queued, Delivered, Blocked, Failed, InDoubt, Unlinked}

// Counts says how many people there are of each outcome.
type Counts map[Outcome]int

// Total is how many people are meant, linked or not.
func (c Counts) Total() int {
	n := 0
	for _, of := range c {
		n += of
	}
	return n
}

// Left is for how many it is still to be decided.
func (c Counts) Left() int { return c[Pending] + c[Queued] }

// Tried is for how many it is decided, of those who are linked.
func (c Counts) Tried() int { return c.Total() - c.Left() - c[Unlinked] }

// Minutes is how long it takes to send to count people at rate messages a
// second, in whole minutes, rounded up.
func Minutes(count, rate int) int {
	if count <= 0 {
		return 0
	}
	perMinute := 60 * max(1, rate)
	return (count-1)/perMinute + 1
}

var codeBullet = regexp.MustCompile(`^\d+[.)]$`)

// ParseCodes reads a pasted list of codes, parted by spaces, lines, commas or
// semicolons, numbered or not. Each code comes once, in the order of the text;
// bad holds what cannot be a code. Whether anybody has a code is for others to
// say.
func ParseCodes(text string) (codes []journey.Code, bad []string) {
	words := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t\r\n,;|\u00a0\ufeff", r) })
	for _, w := range words {
		if codeBullet.MatchString(w) {
			continue
		}
		w = strings.Trim(w, `.:"'-•*()[]`)
		switch {
		case w == "":
		case !journey.ValidCode(w):
			if w = cut(w, 40); !slices.Contains(bad, w) {
				bad = append(bad, w)
			}
		case !slices.Contains(codes, journey.Code(w)):
			codes = append(codes, journey.Code(w))
		}
	}
	return codes, bad
}

// cut returns the first n characters of a text.
func cut(text string, n int) string {
	for i := range text {
		if n == 0 {
			return text[:i]
		}
		n--
	}
	return text
}
