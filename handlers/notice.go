package handlers

import (
	"context"
	"errors"
	"fmt"
	"html"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"donghanh/internal/audit"
	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/knowledge"
	"donghanh/internal/notice"
	"donghanh/internal/wording"
)

// Notices is what is kept of notices, of what became of each recipient, and of
// the groups the bot is in.
type Notices interface {
	KeepNotice(context.Context, notice.Notice) error // journey.ErrConflict
	Notice(context.Context, notice.ID) (notice.Notice, error)
	Notices(ctx context.Context, n int) ([]notice.Notice, error) // newest first

	RequeueRecipients(ctx context.Context, id notice.ID, from ...notice.Outcome) (int, error)
	RecipientCounts(context.Context, notice.ID) (notice.Counts, error)
	Recipients(ctx context.Context, id notice.ID, yield func([]notice.Result) error) error
	Received(ctx context.Context, id notice.ID, who journey.Code, at time.Time) (isNew bool, err error)
	ReceivedCount(context.Context, notice.ID) (int, error)

	KeepGroup(ctx context.Context, group chat.Address, title string, by journey.Code, unit journey.Unit) error
	DropGroup(context.Context, chat.Address) error
	Groups(context.Context) ([]notice.Group, error)

	Codes(ctx context.Context, yield func([]journey.Code) error) error              // of all in the lists, in chunks
	Units(context.Context, journey.Unit) (students map[journey.Unit]int, err error) // right in each unit below one, where there are any
}

// flowNotice writes a notice; what is typed depends on the step.
const flowNotice = "thongbao"

// What was said so far of a notice, beside keyDay.
const (
	keyNotice = "id"
	keyStep   = "step"
	keyRev    = "rev"   // of the notice a reason is typed about
	keyAlbum  = "album" // of which the first file was taken
	keyToldOf = "told"  // that the others of the album are not taken
	keyLong   = "long"  // when a text was taken that Telegram may have cut, unix seconds
)

// Steps of a notice in which something is typed.
const (
	stepText    = "tin"
	stepCodes   = "ma"
	stepWhen    = "hen"
	stepUntil   = "vao"
	stepReceipt = "nhac"
	stepReason  = "lydo"
)

const (
	maxAttached = 50 << 20 // bytes of a file that goes along
	nearlyFull  = 3500     // letters from which on a text may be the first part of a longer one
	cutWithin   = 5        // seconds in which the other parts come
)

// errNoNotice means that there is no such notice, or not for who asks.
var errNoNotice = errors.New("no such notice")

// errOtherRev means that a notice was changed since it was shown.
var errOtherRev = errors.New("the notice was changed")

// WriteNotice begins a notice: it asks for the content.
func (h *Handlers) WriteNotice(_ context.Context, r *Request) (chat.Reply, error) {
	rows := [][]chat.Button{{button(wording.NoticesLabel, wording.ButtonNotices, 0)}}
	if !notice.MayWrite(r.Person) {
		return chat.Reply{Texts: []string{wording.NoticeLinkFirst}}, nil
	}
	r.Talk.Begin(flowNotice, r.At, map[string]string{keyStep: stepText})
	return chat.Reply{Texts: []string{wording.TypeNotice}, Rows: append(rows, []chat.Button{button(wording.LeaveIt, buttonCancel)})}, nil
}

// AboutNotice takes a press on a button about a notice: which, what to do, and
// values.
func (h *Handlers) AboutNotice(ctx context.Context, r *Request) (chat.Reply, error) {
	if r.Talk.Flow == flowNotice && r.Talk.Values[keyStep] != "" && r.Talk.Values[keyNotice] == r.arg(0) {
		r.Talk.End() // what was to be typed about it is not any more
	}
	do, known := aboutNotice[r.arg(1)]
	n, err := h.noticeOf(ctx, r, r.arg(0))
	if err == nil && !known {
		err = errNoNotice
	}
	if err != nil {
		return pressRefused(err)
	}
	reply, err := do(h, ctx, r, n)
	if err != nil {
		return pressRefused(err)
	}
	return reply, nil
}

// aboutNotice says what follows from a press.
var aboutNotice = map[string]func(*Handlers, context.Context, *Request, notice.Notice) (chat.Reply, error){
	wording.NoticeOpen:     (*Handlers).openNotice,
	wording.NoticeShow:     (*Handlers).showReview,
	wording.NoticeAudience: (*Handlers).showAudience,
	actRole:                (*Handlers).chooseRole,
	actUnits:               (*Handlers).showUnits,
	actUnit:                (*Handlers).chooseUnit,
	actStages:              (*Handlers).showStages,
	actStage:               (*Handlers).chooseStage,
	actPapers:              (*Handlers).showPapers,
	actPaper:               (*Handlers).choosePaper,
	actLate:                (*Handlers).showLate,
	actLateFor:             (*Handlers).chooseLate,
	actOverdue:             (*Handlers).chooseOverdue,
	actCodes:               (*Handlers).askCodes,
	actGroups:              (*Handlers).showGroups,
	actGroup:               (*Handlers).chooseGroup,
	actClear:               (*Handlers).clearAudience,
	wording.NoticeUnlinked: (*Handlers).showUnlinked,

	wording.NoticeOptions: (*Handlers).showOptions,
	actUrgent:             (*Handlers).chooseUrgent,
	actReceipt:            (*Handlers).chooseReceipt,
	actReceiptBy:          (*Handlers).askReceiptBy,
	actJoin:               (*Handlers).askJoin,

	wording.NoticeEdit:   (*Handlers).askContent,
	actDropFile:          (*Handlers).dropFile,
	wording.NoticeSend:   (*Handlers).sendNotice,
	wording.NoticeWhen:   (*Handlers).askWhen,
	wording.NoticeAt:     (*Handlers).sendAt,
	wording.NoticeCancel: (*Handlers).cancelNotice,

	wording.NoticePause:   (*Handlers).pauseNotice,
	wording.NoticeResume:  (*Handlers).resumeNotice,
	wording.NoticeStop:    (*Handlers).stopNotice,
	wording.NoticeReport:  (*Handlers).reportNotice,
	wording.NoticeSheet:   (*Handlers).noticeSheet,
	wording.NoticeMissed:  (*Handlers).showMissed,
	wording.NoticeAgain:   (*Handlers).sendAgain,
	wording.NoticeCorrect: (*Handlers).correctNotice,
	wording.NoticeRecall:  (*Handlers).recallNotice,
	wording.NoticeReuse:   (*Handlers).reuseNotice,
}

// pressRefused says over the screen why a press does nothing.
func pressRefused(err error) (chat.Reply, error) {
	var refusal *notice.Refusal
	switch {
	case errors.Is(err, errNoNotice):
		return chat.Reply{Toast: wording.ToastOld}, nil
	case errors.Is(err, errOtherRev):
		return chat.Reply{Toast: wording.ToastChanged}, nil
	case errors.As(err, &refusal):
		return chat.Reply{Toast: wording.NoticeRefused(refusal)}, nil
	}
	return chat.Reply{}, err
}

// typedRefused says why what was typed is not taken.
func typedRefused(err error) (chat.Reply, error) {
	reply, err := pressRefused(err)
	if err == nil {
		reply = chat.Reply{Texts: []string{reply.Toast + "."}}
	}
	return reply, err
}

// noticeOf returns a notice that the person may manage; errNoNotice for any
// other, so that a press says nothing of what there is.
func (h *Handlers) noticeOf(ctx context.Context, r *Request, id string) (notice.Notice, error) {
	if !notice.ValidID(id) {
		return notice.Notice{}, errNoNotice
	}
	n, err := h.notices.Notice(ctx, notice.ID(id))
	if errors.Is(err, journey.ErrNotFound) || err == nil && !n.MayManage(r.Person) {
		err = errNoNotice
	}
	return n, err
}

// changeNotice loads a notice, changes it and keeps it; when somebody else
// changed it meanwhile it begins again. It returns the notice as it is kept.
func (h *Handlers) changeNotice(ctx context.Context, r *Request, id notice.ID, do func(notice.Notice) (notice.Notice, error)) (notice.Notice, error) {
	for range tries {
		n, err := h.noticeOf(ctx, r, string(id))
		if err != nil {
			return n, err
		}
		next, err := do(n)
		if err != nil || reflect.DeepEqual(next, n) {
			return next, err
		}
		if act := moved(n, next); act != "" {
			if err := h.note(ctx, r, act, "", fmt.Sprintf("%s %d", n.ID, next.Count)); err != nil {
				return n, err
			}
		}
		err = h.notices.KeepNotice(ctx, next)
		if err == nil {
			next.Rev++
			h.log.Info("notice changed", "notice", next.ID, "status", next.Status, "by", r.Person.Code)
			return next, nil
		}
		if !errors.Is(err, journey.ErrConflict) {
			return n, err
		}
	}
	return notice.Notice{}, fmt.Errorf("change notice %s: %w", id, journey.ErrConflict)
}

// moved says what was done with a notice that stands elsewhere now; "": it
// stands where it stood.
func moved(before, after notice.Notice) audit.Act {
	switch {
	case before.Status == after.Status:
		return ""
	case before.Approver == "" && after.Approver != "":
		return audit.NoticeApproved
	case before.Status == notice.Paused && after.Status != notice.Stopped:
		return audit.NoticeResumed
	}
	return map[notice.Status]audit.Act{
		notice.Waiting: audit.NoticeSent, notice.Planned: audit.NoticeSent, notice.Sending: audit.NoticeSent,
		notice.Refused: audit.NoticeRejected, notice.Paused: audit.NoticePaused, notice.Stopped: audit.NoticeStopped,
	}[after.Status]
}

// newNotice keeps a notice under the id; one that is kept already is what an
// earlier run made.
func (h *Handlers) newNotice(ctx context.Context, r *Request, id notice.ID, begin func(notice.ID) (notice.Notice, error)) (notice.Notice, error) {
	n, err := h.notices.Notice(ctx, id)
	if !errors.Is(err, journey.ErrNotFound) {
		return n, err
	}
	if n, err = begin(id); err != nil {
		return n, err
	}
	act := map[notice.Kind]audit.Act{notice.Send: audit.NoticeWritten, notice.Correct: audit.NoticeCorrected, notice.Recall: audit.NoticeRecalled}[n.Kind]
	if err := h.note(ctx, r, act, "", strings.TrimSpace(string(n.ID)+" "+string(n.Of))); err != nil {
		return n, err
	}
	if err := h.notices.KeepNotice(ctx, n); err != nil {
		return n, err
	}
	n.Rev++
	h.log.Info("notice begun", "notice", n.ID, "kind", n.Kind, "by", r.Person.Code)
	return n, nil
}

// edited changes the content of a notice and counts whom it reaches then.
func (h *Handlers) edited(ctx context.Context, r *Request, id notice.ID, change func(*notice.Content)) (notice.Notice, error) {
	return h.changeNotice(ctx, r, id, func(n notice.Notice) (notice.Notice, error) {
		c := n.Content
		change(&c)
		return h.withContent(ctx, r, n, c)
	})
}

// withContent is a notice with another content.
func (h *Handlers) withContent(ctx context.Context, r *Request, n notice.Notice, c notice.Content) (notice.Notice, error) {
	next, err := n.Edit(r.Person, c)
	if err != nil {
		return n, err
	}
	if next.Audience.Same(n.Audience) && n.Count+n.Unlinked > 0 {
		next.Count, next.Unlinked = n.Count, n.Unlinked
		return next, nil
	}
	next.Count, next.Unlinked, err = h.reached(ctx, r, next)
	return next, err
}

// recounted counts anew whom a draft reaches.
func (h *Handlers) recounted(ctx context.Context, r *Request, id notice.ID) (notice.Notice, error) {
	return h.changeNotice(ctx, r, id, func(n notice.Notice) (_ notice.Notice, err error) {
		n.Count, n.Unlinked, err = h.reached(ctx, r, n)
		return n, err
	})
}

// noticeTyped takes what an officer types for a notice. ok is false when
// nothing of the kind is asked.
func (h *Handlers) noticeTyped(ctx context.Context, r *Request) (reply chat.Reply, ok bool, err error) {
	if r.Talk.Flow != flowNotice || !r.Person.Has(officers...) {
		return chat.Reply{}, false, nil
	}
	switch r.Talk.Values[keyStep] {
	case stepText:
		reply, err = h.contentTyped(ctx, r)
	case stepCodes:
		reply, err = h.codesTyped(ctx, r)
	case stepReason:
		reply, err = h.reasonTyped(ctx, r)
	case stepWhen:
		return h.whenTyped(ctx, r)
	case stepUntil, stepReceipt:
		return h.dayTyped(ctx, r)
	default:
		since, _ := strconv.ParseInt(r.Talk.Values[keyLong], 10, 64) // our own; empty: 0
		if r.At.Unix()-since > cutWithin {
			return chat.Reply{}, false, nil
		}
		delete(r.Talk.Values, keyLong)
		return chat.Reply{Texts: []string{wording.NoticeSplitUp}}, true, nil
	}
	if err != nil {
		reply, err = typedRefused(err)
	}
	return reply, true, err
}

// asksFor waits for something to be typed about a notice.
func asksFor(r *Request, n notice.Notice, step string) {
	r.Talk.Begin(flowNotice, r.At, map[string]string{keyNotice: string(n.ID), keyStep: step})
}

// typedHTML is what was typed as HTML.
func typedHTML(r *Request) string {
	if r.HTML == "" {
		return html.EscapeString(strings.TrimSpace(r.Text))
	}
	return strings.TrimSpace(r.HTML)
}

// contentTyped takes a text, or a file with its caption, as the content.
func (h *Handlers) contentTyped(ctx context.Context, r *Request) (chat.Reply, error) {
	said := r.Talk.Values
	if typedHTML(r) == "" && r.File == chat.NoFile {
		return chat.Reply{}, &notice.Refusal{Why: notice.NoText}
	}
	change := func(c *notice.Content) {
		c.HTML = typedHTML(r)
		if r.File != chat.NoFile {
			c.Attachment = notice.Attachment{Kind: string(r.File), ID: r.FileID}
		}
	}
	var n notice.Notice
	var err error
	if id := said[keyNotice]; id != "" {
		n, err = h.edited(ctx, r, notice.ID(id), change)
	} else {
		n, err = h.newNotice(ctx, r, notice.NewID(r.ID), func(id notice.ID) (notice.Notice, error) {
			n, err := notice.New(id, r.Person, r.At)
			if err != nil {
				return n, err
			}
			change(&n.Content)
			c := n.Content
			n.Content = notice.Content{}
			return n.Edit(r.Person, c)
		})
	}
	if err != nil {
		return chat.Reply{}, err
	}
	asksFor(r, n, "")
	if r.Album != "" {
		r.Talk.Values[keyAlbum] = r.Album
	}
	if len([]rune(r.Text)) >= nearlyFull && r.File == chat.NoFile {
		r.Talk.Values[keyLong] = strconv.FormatInt(r.At.Unix(), 10)
	}
	return h.previewed(ctx, r, n)
}

// File takes a photo or document for a notice; anybody else's, and any other,
// is turned away. It is never fetched.
func (h *Handlers) File(ctx context.Context, r *Request) (chat.Reply, error) {
	said := r.Talk.Values
	if r.awaitsList() {
		return h.listSent(ctx, r)
	}
	if r.Talk.Flow != flowNotice || !r.Person.Has(officers...) {
		return h.RefuseFile(ctx, r)
	}
	if r.Album != "" && r.Album == said[keyAlbum] {
		if said[keyToldOf] != "" {
			return chat.Reply{}, nil
		}
		said[keyToldOf] = "1"
		return chat.Reply{Texts: []string{wording.NoticeOnlyOne}}, nil
	}
	if said[keyStep] != stepText {
		return h.RefuseFile(ctx, r)
	}
	switch {
	case r.File != chat.Photo && r.File != chat.Document, r.FileID == "":
		return chat.Reply{Texts: []string{wording.NoticeFileOnly}}, nil
	case r.FileSize > maxAttached:
		return chat.Reply{Texts: []string{wording.NoticeFileLarge}}, nil
	}
	if id := said[keyNotice]; id != "" {
		n, err := h.noticeOf(ctx, r, id)
		if err != nil {
			return typedRefused(err)
		}
		if n.Kind == notice.Correct {
			return chat.Reply{Texts: []string{wording.NoticeNoFile}}, nil
		}
	}
	reply, err := h.contentTyped(ctx, r)
	if err != nil {
		return typedRefused(err)
	}
	return reply, nil
}

// preview is the message that a recipient would get, to somebody who looks at
// it first.
func preview(key string, to chat.Address, n notice.Notice, at time.Time) chat.Message {
	text, rows := wording.NoticeMessage(n)
	m := chat.Message{Key: key, To: to, At: at, Text: text, Rows: rows}
	if !n.Attachment.IsZero() {
		m.Attach = &chat.Attach{Kind: chat.FileKind(n.Attachment.Kind), ID: n.Attachment.ID}
	}
	return m
}

// previewed shows a notice as it will look, and below it what there is to
// choose.
func (h *Handlers) previewed(ctx context.Context, r *Request, n notice.Notice) (chat.Reply, error) {
	if _, err := h.outbox.Put(ctx, preview("preview/"+r.ID, r.Chat, n, r.At)); err != nil {
		return chat.Reply{}, err
	}
	return h.review(ctx, r, n)
}

// review says whom a draft reaches, with the buttons that send it.
func (h *Handlers) review(ctx context.Context, r *Request, n notice.Notice, unknown ...string) (chat.Reply, error) {
	if n.Kind == notice.Send && n.Audience.Empty() {
		return audienceMenu(n), nil
	}
	d, err := h.draft(ctx, r, n)
	if err != nil {
		return chat.Reply{}, err
	}
	d.Unknown = unknown
	rows := sendRows(n)
	if n.Kind == notice.Send {
		rows = append(rows, []chat.Button{wording.NoticeButton(wording.Narrow, n.ID, wording.NoticeAudience), wording.NoticeButton(wording.ChooseOptions, n.ID, wording.NoticeOptions)})
	}
	if n.Unlinked > 0 {
		rows = append(rows, []chat.Button{wording.NoticeButton(wording.UnlinkedLabel(n.Unlinked), n.ID, wording.NoticeUnlinked, 0)})
	}
	return chat.Reply{Texts: []string{wording.Review(d)}, Rows: rows}, nil
}

// sendRows are the buttons under a draft.
func sendRows(n notice.Notice) [][]chat.Button {
	return [][]chat.Button{
		{wording.NoticeButton(wording.SendNow, n.ID, wording.NoticeSend), wording.NoticeButton(wording.SendLater, n.ID, wording.NoticeWhen)},
		{wording.NoticeButton(wording.EditNotice, n.ID, wording.NoticeEdit), wording.NoticeButton(wording.CancelNotice, n.ID, wording.NoticeCancel)},
	}
}

// draft gathers what is said of a draft.
func (h *Handlers) draft(ctx context.Context, r *Request, n notice.Notice) (wording.Draft, error) {
	d := wording.Draft{Notice: n, Above: h.above, Rate: h.rate, Papers: func(id string) string {
		for _, p := range r.Rules.Papers {
			if p.ID == id {
				return p.Title
			}
		}
		return id
	}, Deadlines: func(id string) string {
		for _, rule := range r.Rules.DeadlineRules {
			if rule.ID == id {
				return rule.Title
			}
		}
		return id
	}}
	if n.Kind == notice.Send && !n.Urgent && h.hours.Quiet(r.At) {
		d.Starts = h.hours.After(r.At)
	}
	if n.Audience.Group != 0 {
		groups, err := h.notices.Groups(ctx)
		if err != nil {
			return d, err
		}
		for _, g := range groups {
			if g.Chat == n.Audience.Group {
				d.Group = g.Title
			}
		}
	}
	return d, nil
}

func (h *Handlers) showReview(ctx context.Context, r *Request, n notice.Notice) (chat.Reply, error) {
	if n.Author != r.Person.Code {
		return chat.Reply{}, errNoNotice
	}
	reply, err := h.review(ctx, r, n)
	reply.Edit = true
	return reply, err
}

// askContent asks for another content.
func (h *Handlers) askContent(_ context.Context, r *Request, n notice.Notice) (chat.Reply, error) {
	if _, err := n.Edit(r.Person, n.Content); err != nil { // changes nothing: it asks whether one may
		return chat.Reply{}, err
	}
	asksFor(r, n, stepText)
	row := []chat.Button{wording.NoticeButton(wording.KeepContent, n.ID, wording.NoticeOpen)}
	if !n.Attachment.IsZero() && n.Kind == notice.Send {
		row = append(row, wording.NoticeButton(wording.DropFile, n.ID, actDropFile))
	}
	rows := [][]chat.Button{row}
	if n.Kind == notice.Send {
		rows = append(rows, []chat.Button{wording.NoticeButton(wording.Narrow, n.ID, wording.NoticeAudience), wording.NoticeButton(wording.ChooseOptions, n.ID, wording.NoticeOptions)})
	}
	return chat.Reply{Texts: []string{wording.EditPrompt(n)}, Rows: rows}, nil
}

// actDropFile takes the file away from a notice.
const actDropFile = "botep"

func (h *Handlers) dropFile(ctx context.Context, r *Request, n notice.Notice) (chat.Reply, error) {
	if n.HTML == "" {
		return chat.Reply{}, &notice.Refusal{Why: notice.NoText}
	}
	n, err := h.edited(ctx, r, n.ID, func(c *notice.Content) { c.Attachment = notice.Attachment{} })
	if err != nil {
		return chat.Reply{}, err
	}
	r.Talk.End()
	return h.previewed(ctx, r, n)
}

// What a press does about how a notice goes out.
const (
	actUrgent    = "khan" // 1: yes
	actReceipt   = "nhan" // 1: yes
	actReceiptBy = "nhac" // 0: no
	actJoin      = "vao"  // 0: no
)

func (h *Handlers) showOptions(_ context.Context, r *Request, n notice.Notice) (chat.Reply, error) {
	if _, err := n.Edit(r.Person, n.Content); err != nil {
		return chat.Reply{}, err
	}
	return optionsMenu(n), nil
}

func optionsMenu(n notice.Notice) chat.Reply {
	other := func(on bool) int {
		if on {
			return 0
		}
		return 1
	}
	rows := [][]chat.Button{{wording.NoticeButton(wording.UrgentLabel(n.Urgent), n.ID, actUrgent, other(n.Urgent))}}
	if n.Audience.Group == 0 {
		rows = append(rows, []chat.Button{wording.NoticeButton(wording.ReceiptLabel(n.Receipt), n.ID, actReceipt, other(n.Receipt))})
		if n.Receipt {
			rows = append(rows, []chat.Button{wording.NoticeButton(wording.ReceiptByLabel(n.ReceiptBy), n.ID, actReceiptBy, other(!n.ReceiptBy.IsZero()))})
		}
		rows = append(rows, []chat.Button{wording.NoticeButton(wording.JoinLabel(n.JoinUntil), n.ID, actJoin, other(!n.JoinUntil.IsZero()))})
	}
	rows = append(rows, []chat.Button{wording.NoticeButton(wording.BackToReview, n.ID, wording.NoticeShow)})
	return chat.Reply{Edit: true, Texts: []string{wording.Options(n)}, Rows: rows}
}

// option changes an option and shows all of them.
func (h *Handlers) option(ctx context.Context, r *Request, n notice.Notice, change func(*notice.Content)) (chat.Reply, error) {
	n, err := h.edited(ctx, r, n.ID, change)
	if err != nil {
		return chat.Reply{}, err
	}
	return optionsMenu(n), nil
}

func (h *Handlers) chooseUrgent(ctx context.Context, r *Request, n notice.Notice) (chat.Reply, error) {
	return h.option(ctx, r, n, func(c *notice.Content) { c.Urgent = r.arg(2) == "1" })
}

func (h *Handlers) chooseReceipt(ctx context.Context, r *Request, n notice.Notice) (chat.Reply, error) {
	return h.option(ctx, r, n, func(c *notice.Content) {
		if c.Receipt = r.arg(2) == "1"; !c.Receipt {
			c.ReceiptBy = journey.Date{}
		}
	})
}

func (h *Handlers) askReceiptBy(ctx context.Context, r *Request, n notice.Notice) (chat.Reply, error) {
	if r.arg(2) == "0" {
		return h.option(ctx, r, n, func(c *notice.Content) { c.ReceiptBy = journey.Date{} })
	}
	return askTyped(r, n, stepReceipt, wording.TypeReceiptBy)
}

func (h *Handlers) askJoin(ctx context.Context, r *Request, n notice.Notice) (chat.Reply, error) {
	if r.arg(2) == "0" {
		return h.option(ctx, r, n, func(c *notice.Content) { c.JoinUntil = journey.Date{} })
	}
	return askTyped(r, n, stepUntil, wording.TypeUntil)
}

// askTyped asks the author to type something.
func askTyped(r *Request, n notice.Notice, step, prompt string) (chat.Reply, error) {
	if _, err := n.Edit(r.Person, n.Content); err != nil {
		return chat.Reply{}, err
	}
	asksFor(r, n, step)
	return chat.Reply{Texts: []string{prompt}}, nil
}

// dayTyped takes the last day of an option. ok is false when the text is rather
// a question.
func (h *Handlers) dayTyped(ctx context.Context, r *Request) (reply chat.Reply, ok bool, err error) {
	day, ok := lastDay(r.Text, r.At)
	if !ok {
		return chat.Reply{Texts: []string{wording.BadUntil}}, !h.asksSomething(r), nil
	}
	n, err := h.edited(ctx, r, notice.ID(r.Talk.Values[keyNotice]), func(c *notice.Content) {
		if r.Talk.Values[keyStep] == stepUntil {
			c.JoinUntil = day
		} else {
			c.Receipt, c.ReceiptBy = true, day
		}
	})
	if err != nil {
		reply, err = typedRefused(err)
		return reply, true, err
	}
	asksFor(r, n, "")
	reply, err = h.review(ctx, r, n)
	return reply, true, err
}

// lastDay reads a day from today on: "20/12", "thứ 6".
func lastDay(text string, now time.Time) (journey.Date, bool) {
	for _, t := range []string{text + " 23:59", text} { // by its end: today is no day of the past
		if at, err := notice.ParseWhen(t, now); err == nil {
			return journey.DateOf(at), true
		}
	}
	return journey.Date{}, false
}

// asksSomething reports whether a text is a question the book has an answer to.
func (h *Handlers) asksSomething(r *Request) bool {
	o := r.Book.FindAll(r.Text, "")[0].Outcome
	return o == knowledge.Sure || o == knowledge.Distress
}

// Notices of the person, and of others they lead.
const (
	noticesOf   = 6   // on one page
	noticesRead = 300 // of the newest
)

// NoticeList lists the notices the person may manage.
func (h *Handlers) NoticeList(ctx context.Context, r *Request) (chat.Reply, error) {
	all, err := h.notices.Notices(ctx, noticesRead)
	if err != nil {
		return chat.Reply{}, err
	}
	all = slices.DeleteFunc(all, func(n notice.Notice) bool {
		cancelled := n.Status == notice.Stopped && n.Begun.IsZero()
		othersDraft := n.Author != r.Person.Code && (n.Status == notice.Draft || n.Status == notice.Refused)
		return !n.MayManage(r.Person) || cancelled || othersDraft
	})
	page, shown := paged(all, r.number(0), noticesOf)
	names, err := h.names(ctx, shown)
	if err != nil {
		return chat.Reply{}, err
	}
	var lines []string
	var row []chat.Button
	for i, n := range shown {
		author := names[n.Author]
		if n.Author == r.Person.Code {
			author = ""
		}
		lines = append(lines, wording.NoticeLine(n, author))
		row = append(row, wording.NoticeButton(wording.Number(page*noticesOf+i+1), n.ID, wording.NoticeOpen))
	}
	reply := chat.Reply{Edit: true, Texts: []string{wording.NoticeList(lines, page*noticesOf, len(all))}}
	if len(row) > 0 {
		reply.Rows = append(reply.Rows, row)
	}
	reply.Rows = append(reply.Rows, turn(page, len(all), noticesOf, wording.ButtonNotices)...)
	return reply, nil
}

// names returns the names of the authors.
func (h *Handlers) names(ctx context.Context, all []notice.Notice) (map[journey.Code]string, error) {
	var codes []journey.Code
	for _, n := range all {
		codes = append(codes, n.Author)
	}
	slices.Sort(codes)
	tracks, err := h.people.Tracks(ctx, slices.Compact(codes)...)
	names := make(map[journey.Code]string, len(tracks))
	for _, t := range tracks {
		names[t.Person.Code] = t.Person.Name
	}
	return names, err
}

// openNotice shows a notice with what the person may do about it.
func (h *Handlers) openNotice(ctx context.Context, r *Request, n notice.Notice) (chat.Reply, error) {
	mine := n.Author == r.Person.Code
	if r.Talk.Flow == flowNotice {
		r.Talk.End()
	}
	switch n.Status {
	case notice.Draft, notice.Refused:
		if !mine {
			return chat.Reply{}, errNoNotice
		}
		n, err := h.recounted(ctx, r, n.ID)
		if err != nil {
			return chat.Reply{}, err
		}
		return h.previewed(ctx, r, n)
	case notice.Waiting, notice.Planned:
		if n.Kind == notice.Recall {
			break
		}
		if _, err := h.outbox.Put(ctx, preview("preview/"+r.ID, r.Chat, n, r.At)); err != nil {
			return chat.Reply{}, err
		}
		if n.Status == notice.Waiting && !mine {
			return h.secondReview(ctx, r, n)
		}
		reply := chat.Reply{Texts: []string{wording.NoticeStands(n)}, Rows: sendRows(n)}
		if !mine {
			reply.Rows = [][]chat.Button{{wording.NoticeButton(wording.CancelNotice, n.ID, wording.NoticeCancel)}}
		} else if n.Status == notice.Waiting {
			reply.Rows = reply.Rows[1:]
		}
		return reply, nil
	case notice.Sending, notice.Paused:
		return h.progressed(ctx, n)
	case notice.Stopped, notice.Done:
	}
	return h.reportNotice(ctx, r, n)
}
