package notice

import (
	"strings"
	"time"

	"donghanh/internal/journey"
	"donghanh/internal/leak"
)

// Why says why a move is refused.
type Why string

// Reasons of a refusal.
const (
	NotForRole  Why = "role"     // who asks may not write, or not approve, notices
	NotYours    Why = "yours"    // only the author may, or who leads the author's unit
	OwnNotice   Why = "own"      // the second officer must be another one than the author
	OtherUnit   Why = "unit"     // the second officer's unit does not cover Unit, the author's
	WrongStatus Why = "status"   // not while it stands in Status
	NoText      Why = "text"     // there is nothing to send
	BadFile     Why = "file"     // what is attached is neither a photo nor a document
	TooLong     Why = "long"     // Length characters, and Limit are allowed; After stands where to cut
	NoAudience  Why = "audience" // nothing is said about whom it is for
	Mixed       Why = "mixed"    // a group or channel together with people
	Beyond      Why = "beyond"   // the audience reaches into Unit, which is not the author's
	Nobody      Why = "nobody"   // nobody is in the audience
	PastTime    Why = "past"     // the planned time is over
	NotYet      Why = "early"    // the planned time has not come
	TooFar      Why = "far"      // the planned time is more than a year away
	PastDay     Why = "day"      // the day until which people join, or are reminded, is over
	NoReceipt   Why = "receipt"  // a day until which to remind, but no button to confirm
	NoReason    Why = "reason"   // who refuses says why
	HasNumber   Why = "number"   // there is a number in it as on an identity card, or of a phone or account
)

// MaxReason is how long a reason may be, in characters.
const MaxReason = 500

// Refusal says why a move is not allowed. Which fields are set depends on Why.
type Refusal struct {
	Why    Why
	Status Status
	Unit   journey.Unit
	Length int
	Limit  int
	After  string // the last words that fit
}

// Error is for the operator; wording has the sentence for people.
func (r *Refusal) Error() string { return "notice: refused: " + string(r.Why) }

func refuse(why Why) error { return &Refusal{Why: why} }

// wrong refuses because of where the notice stands.
func (n Notice) wrong() error { return &Refusal{Why: WrongStatus, Status: n.Status} }

// New begins a notice of the author's.
func New(id ID, author journey.Person, now time.Time) (Notice, error) {
	if !MayWrite(author) {
		return Notice{}, refuse(NotForRole)
	}
	return Notice{ID: id, Kind: Send, Author: author.Code, Unit: author.Unit, Status: Draft, Made: now}, nil
}

// From begins a notice of the author's that says what an earlier one said, to
// the same audience, without its dates.
func From(id ID, old Notice, author journey.Person, now time.Time) (Notice, error) {
	n, err := New(id, author, now)
	if err != nil || !old.MayManage(author) {
		return Notice{}, orNotYours(err)
	}
	if old.Kind != Send {
		return Notice{}, old.wrong()
	}
	n.Content = old.Content
	n.JoinUntil, n.ReceiptBy = journey.Date{}, journey.Date{}
	return n, nil
}

// Correction begins the correction of a notice that is over: with its text, to
// be edited.
func Correction(id ID, of Notice, author journey.Person, now time.Time) (Notice, error) {
	return about(Correct, id, of, author, now)
}

// Recalling begins the recall of a notice that is over.
func Recalling(id ID, of Notice, author journey.Person, now time.Time) (Notice, error) {
	return about(Recall, id, of, author, now)
}

func about(kind Kind, id ID, of Notice, author journey.Person, now time.Time) (Notice, error) {
	n, err := New(id, author, now)
	switch {
	case err != nil || !of.MayManage(author):
		return Notice{}, orNotYours(err)
	case of.Kind != Send || !of.Status.Over() || of.Begun.IsZero():
		return Notice{}, of.wrong()
	}
	n.Kind, n.Of = kind, of.ID
	if kind == Correct {
		n.HTML, n.Attachment, n.Receipt = of.HTML, of.Attachment, of.Receipt // what is edited keeps its file and its button
	}
	return n, nil
}

func orNotYours(err error) error {
	if err == nil {
		err = refuse(NotYours)
	}
	return err
}

// mine returns nil when the author asks, and may still write.
func (n Notice) mine(by journey.Person) error {
	switch {
	case !MayWrite(by):
		return refuse(NotForRole)
	case by.Code != n.Author:
		return refuse(NotYours)
	}
	return nil
}

// unapproved is the notice as if no second officer had seen it.
func (n Notice) unapproved() Notice {
	n.Approver, n.Approved, n.Reason = "", time.Time{}, ""
	return n
}

// Edit replaces the content, until the sending begins: it is a draft then, to
// be submitted and, where that is due, approved again. Only the author edits.
// Of a correction only the text changes. What is incomplete is taken; what can
// never be sent is refused. The same content changes nothing.
func (n Notice) Edit(by journey.Person, c Content) (Notice, error) {
	if err := n.mine(by); err != nil {
		return n, err
	}
	switch n.Status {
	case Draft, Waiting, Refused, Planned:
	default:
		return n, n.wrong()
	}
	switch n.Kind {
	case Correct:
		text := c.HTML
		c = n.Content
		c.HTML = text
	case Recall:
		c = n.Content
	}
	if c.Same(n.Content) {
		return n, nil
	}
	if err := n.allows(c); err != nil {
		return n, err
	}
	n = n.unapproved()
	n.Content, n.Status, n.At, n.Count = c, Draft, time.Time{}, 0
	return n, nil
}

// allows says what of a content can never be sent.
func (n Notice) allows(c Content) error {
	if length := Length(c.HTML); length > c.Limit() {
		return &Refusal{Why: TooLong, Length: length, Limit: c.Limit(), After: lastFitting(shown(c.HTML), c.Limit())}
	}
	if leak.In(c.HTML) {
		return refuse(HasNumber)
	}
	if a := c.Attachment; !a.IsZero() && (a.ID == "" || a.Kind != "photo" && a.Kind != "document") {
		return refuse(BadFile)
	}
	for _, u := range c.Audience.Units {
		if !n.Unit.Covers(u) {
			return &Refusal{Why: Beyond, Unit: u}
		}
	}
	people := c.Audience
	people.Group = 0
	if c.Audience.Group != 0 && !people.Empty() {
		return refuse(Mixed)
	}
	return nil
}

// complete says what is missing before it can be sent.
func (n Notice) complete(today journey.Date) error {
	if err := n.allows(n.Content); err != nil {
		return err
	}
	past := func(d journey.Date) bool { return !d.IsZero() && d.Before(today) }
	noText := shown(n.HTML) == ""
	switch {
	case n.Kind == Recall:
	case noText && (n.Attachment.IsZero() || n.Kind == Correct):
		return refuse(NoText)
	case n.Kind == Correct:
	case n.Audience.Empty():
		return refuse(NoAudience)
	case past(n.JoinUntil), past(n.ReceiptBy):
		return refuse(PastDay)
	case !n.Receipt && !n.ReceiptBy.IsZero():
		return refuse(NoReceipt)
	}
	return nil
}

// horizon is how far ahead a notice may be planned.
const horizon = 366 * 24 * time.Hour

// Submit is what the author's "Gửi ngay" (a zero time) and "Hẹn giờ" do to a
// notice for count people: it is Planned, or Waiting where a second officer
// must agree. Another time than the approved one is approved again. The same
// time again changes nothing, so that a second press does no harm.
func (n Notice) Submit(by journey.Person, at time.Time, count, above int, now time.Time) (Notice, error) {
	if err := n.mine(by); err != nil {
		return n, err
	}
	switch n.Status {
	case Draft, Refused:
	case Waiting, Planned:
		due := n.Status == Planned && !n.At.After(now)
		if at.Equal(n.At) || at.IsZero() && due {
			return n, nil
		}
	default:
		return n, n.wrong()
	}
	switch err := n.complete(journey.DateOf(now)); {
	case err != nil:
		return n, err
	case count <= 0:
		return n, refuse(Nobody)
	case at.IsZero():
	case at.Before(now):
		return n, refuse(PastTime)
	case at.After(now.Add(horizon)):
		return n, refuse(TooFar)
	}
	second := n.NeedsSecond(count, above)
	n = n.unapproved()
	n.Status, n.At, n.Count = Waiting, at, count
	if !second {
		n = n.planned(now)
	}
	return n, nil
}

// planned is the notice ready to go out at its time, at once if it has none.
func (n Notice) planned(now time.Time) Notice {
	n.Status = Planned
	if n.At.IsZero() {
		n.At = now
	}
	return n
}

// second returns nil when somebody may decide as the second officer.
func (n Notice) second(by journey.Person) error {
	switch {
	case !MayWrite(by):
		return refuse(NotForRole)
	case by.Code == n.Author:
		return refuse(OwnNotice)
	case !n.covers(by):
		return &Refusal{Why: OtherUnit, Unit: n.Unit}
	}
	return nil
}

// Approve is what the second officer's "Duyệt" does: the notice is Planned. A
// time that passed while it waited must be set anew by the author. The same
// officer again changes nothing.
func (n Notice) Approve(by journey.Person, now time.Time) (Notice, error) {
	if err := n.second(by); err != nil {
		return n, err
	}
	switch {
	case !n.Approved.IsZero() && n.Approver == by.Code:
		return n, nil
	case n.Status != Waiting:
		return n, n.wrong()
	case !n.At.IsZero() && n.At.Before(now):
		return n, refuse(PastTime)
	}
	n.Approver, n.Approved = by.Code, now
	return n.planned(now), nil
}

// Refuse is what the second officer's "Từ chối" does. The same officer again
// changes nothing.
func (n Notice) Refuse(by journey.Person, reason string) (Notice, error) {
	if err := n.second(by); err != nil {
		return n, err
	}
	reason = strings.TrimSpace(reason)
	switch length := len([]rune(reason)); {
	case n.Status == Refused && n.Approver == by.Code:
		return n, nil
	case n.Status != Waiting:
		return n, n.wrong()
	case reason == "":
		return n, refuse(NoReason)
	case leak.In(reason):
		return n, refuse(HasNumber)
	case length > MaxReason:
		return n, &Refusal{Why: TooLong, Length: length, Limit: MaxReason, After: lastFitting(reason, MaxReason)}
	}
	n.Status, n.Approver, n.Reason = Refused, by.Code, reason
	return n, nil
}

// Begin starts the sending when its time has come, to the count people who are
// in the audience now. If they have become so many that a second officer must
// agree, and none has, it is Waiting instead, to go out once approved; the
// caller looks at Status. Once it is Sending, beginning again changes nothing.
func (n Notice) Begin(count, above int, now time.Time) (Notice, error) {
	switch {
	case n.Status == Sending:
		return n, nil
	case n.Status != Planned:
		return n, n.wrong()
	case n.At.After(now):
		return n, refuse(NotYet)
	case count <= 0:
		return n, refuse(Nobody)
	}
	n.Count = count
	if n.NeedsSecond(count, above) && n.Approved.IsZero() {
		n.Status, n.At = Waiting, time.Time{}
		return n, nil
	}
	n.Status, n.Begun, n.Held = Sending, now, ""
	return n, nil
}

// Pause is what "Tạm dừng" does. Pausing again changes nothing.
func (n Notice) Pause(by journey.Person) (Notice, error) {
	switch {
	case !n.MayManage(by):
		return n, refuse(NotYours)
	case n.Status == Paused:
		return n, nil
	case n.Status != Sending:
		return n, n.wrong()
	}
	n.Status, n.Held = Paused, ""
	return n, nil
}

// Hold pauses a notice by itself, and says why: too many failures, or what was
// planned cannot begin. One that does not go out anyway stays as it is.
func (n Notice) Hold(why string) Notice {
	if n.Status == Sending || n.Status == Planned {
		n.Status, n.Held = Paused, why
	}
	return n
}

// Resume is what "Tiếp tục" does. Resuming again changes nothing.
func (n Notice) Resume(by journey.Person) (Notice, error) {
	switch {
	case !n.MayManage(by):
		return n, refuse(NotYours)
	case n.Status == Sending:
		return n, nil
	case n.Status != Paused:
		return n, n.wrong()
	}
	n.Status, n.Held = Sending, ""
	if n.Begun.IsZero() {
		n.Status = Planned // it was held before its first message
	}
	return n, nil
}

// Stop is what "Dừng hẳn" does, and "Huỷ" before the sending. Stopping again
// changes nothing.
func (n Notice) Stop(by journey.Person, now time.Time) (Notice, error) {
	switch {
	case !n.MayManage(by):
		return n, refuse(NotYours)
	case n.Status == Stopped:
		return n, nil
	case n.Status == Done:
		return n, n.wrong()
	}
	n.Status, n.Ended, n.Held = Stopped, now, ""
	return n, nil
}

// Finish ends a notice for which nobody is left. Finishing again changes
// nothing.
func (n Notice) Finish(now time.Time) (Notice, error) {
	switch n.Status {
	case Done:
		return n, nil
	case Sending:
		n.Status, n.Ended = Done, now
		return n, nil
	}
	return n, n.wrong()
}
