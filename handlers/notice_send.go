package handlers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/notice"
	"donghanh/internal/wording"
)

// sendNotice answers "Gửi ngay". Pressed once more it changes nothing.
func (h *Handlers) sendNotice(ctx context.Context, r *Request, n notice.Notice) (chat.Reply, error) {
	reply, err := h.submit(ctx, r, n.ID, time.Time{})
	reply.Edit = true
	return reply, err
}

// askWhen answers "Hẹn giờ": it asks for the time.
func (h *Handlers) askWhen(_ context.Context, r *Request, n notice.Notice) (chat.Reply, error) {
	return askTyped(r, n, stepWhen, wording.TypeWhen)
}

// whenTyped takes the time a notice is to go out at, and says back how it was
// understood. ok is false when the text is rather a question.
func (h *Handlers) whenTyped(ctx context.Context, r *Request) (reply chat.Reply, ok bool, err error) {
	id := notice.ID(r.Talk.Values[keyNotice])
	at, err := notice.ParseWhen(r.Text, r.At)
	var unclear *notice.Unclear
	switch {
	case errors.As(err, &unclear) && len(unclear.Readings) > 0:
		reply.Texts = []string{wording.WhenUnclear}
		for _, t := range unclear.Readings[:min(len(unclear.Readings), choicesOf)] {
			reply.Rows = append(reply.Rows, []chat.Button{wording.NoticeButton(wording.MomentLabel(t), id, wording.NoticeAt, t.Unix())})
		}
		return reply, true, nil
	case errors.As(err, &unclear):
		return chat.Reply{Texts: []string{wording.BadWhen}}, true, nil
	case errors.Is(err, notice.ErrPast):
		return chat.Reply{Texts: []string{wording.WhenPast}}, true, nil
	case errors.Is(err, notice.ErrTooFar):
		return chat.Reply{Texts: []string{wording.WhenFar}}, true, nil
	case err != nil:
		return chat.Reply{Texts: []string{wording.BadWhen}}, !h.asksSomething(r), nil
	}
	if !at.After(r.At) { // "ngay"
		at = time.Time{}
	}
	if reply, err = h.submit(ctx, r, id, at); err != nil {
		reply, err = typedRefused(err)
		return reply, true, err
	}
	r.Talk.End()
	return reply, true, nil
}

// sendAt takes one of the readings of a time that was not clear.
func (h *Handlers) sendAt(ctx context.Context, r *Request, n notice.Notice) (chat.Reply, error) {
	seconds, err := strconv.ParseInt(r.arg(2), 10, 64)
	if err != nil {
		return chat.Reply{}, errNoNotice
	}
	reply, err := h.submit(ctx, r, n.ID, time.Unix(seconds, 0).In(journey.Zone))
	if err == nil {
		r.Talk.End()
	}
	reply.Edit = true
	return reply, err
}

// submit has a notice go out at a time (zero: at once), or asks a second officer
// first. Whoever leads another unit by now reaches nobody there.
func (h *Handlers) submit(ctx context.Context, r *Request, id notice.ID, at time.Time) (chat.Reply, error) {
	n, err := h.changeNotice(ctx, r, id, func(n notice.Notice) (notice.Notice, error) {
		if !mayName(r, n) {
			return n, &notice.Refusal{Why: notice.Beyond, Unit: n.Unit}
		}
		if n.Kind == notice.Send && n.Audience.Group != 0 {
			groups, err := h.groupsFor(ctx, n)
			if err != nil {
				return n, err
			}
			if !slices.ContainsFunc(groups, func(g notice.Group) bool { return g.Chat == n.Audience.Group }) {
				return n, &notice.Refusal{Why: notice.Nobody}
			}
		}
		return n.Submit(r.Person, at, n.Count, h.above, r.At)
	})
	if err != nil {
		return chat.Reply{}, err
	}
	return h.submitted(ctx, r, n)
}

// submitted says what becomes of a notice that was submitted.
func (h *Handlers) submitted(ctx context.Context, r *Request, n notice.Notice) (chat.Reply, error) {
	if n.Status == notice.Waiting {
		officers, messages, err := h.second(ctx, n, r.At)
		if err != nil {
			return chat.Reply{}, err
		}
		if _, err := h.outbox.Put(ctx, messages...); err != nil {
			return chat.Reply{}, err
		}
		return chat.Reply{Texts: []string{wording.WaitsForSecond(n, officers)}, Rows: sendRows(n)[1:]}, nil
	}
	starts := h.starts(n, r.At)
	reply := chat.Reply{Texts: []string{wording.Planned(n, starts)}}
	switch {
	case n.Kind == notice.Recall:
	case n.At.After(r.At):
		reply.Rows = sendRows(n)
	case !starts.IsZero():
		reply.Rows = sendRows(n)[1:]
	}
	return reply, nil
}

// starts is when a planned notice begins, for its own time or the quiet hours;
// the zero time: at once.
func (h *Handlers) starts(n notice.Notice, now time.Time) time.Time {
	at := now
	if n.At.After(now) {
		at = n.At
	}
	if n.Kind == notice.Send && !n.Urgent {
		at = h.hours.After(at)
	}
	if !at.After(now) {
		return time.Time{}
	}
	return at
}

// maxSeconds is how many officers are asked to agree to one notice.
const maxSeconds = 30

// second returns what is put to the officers who may agree to a notice, each of
// whom sees it as it will look, and their names, the nearest first.
func (h *Handlers) second(ctx context.Context, n notice.Notice, now time.Time) (names []string, messages []chat.Message, err error) {
	staff, err := h.people.Staff(ctx)
	if err != nil {
		return nil, nil, err
	}
	staff = slices.DeleteFunc(staff, func(p journey.Person) bool { return !n.MayApprove(p) })
	slices.SortStableFunc(staff, func(a, b journey.Person) int { return cmp.Compare(len(b.Unit), len(a.Unit)) })
	var codes []journey.Code
	for _, p := range staff {
		codes = append(codes, p.Code)
	}
	tracks, err := h.people.Tracks(ctx, codes...)
	if err != nil {
		return nil, nil, err
	}
	r := &Request{Incoming: chat.Incoming{At: now}, Rules: h.rules()}
	text, rows, err := h.secondText(ctx, r, n)
	if err != nil {
		return nil, nil, err
	}
	for _, t := range tracks {
		if t.Account == 0 || len(names) == maxSeconds {
			continue
		}
		names = append(names, t.Person.Name)
		key, to := fmt.Sprintf("second/%s/%d/%s", n.ID, n.Rev, t.Person.Code), chat.Address(t.Account)
		messages = append(messages, preview(key, to, n, now), chat.Message{Key: partKey(key, 1), To: to, At: now, Text: text, Rows: rows, Protect: true})
	}
	return names, messages, nil
}

// secondText is what the second officer reads under a notice.
func (h *Handlers) secondText(ctx context.Context, r *Request, n notice.Notice) (string, [][]chat.Button, error) {
	d, err := h.draft(ctx, r, n)
	if err != nil {
		return "", nil, err
	}
	names, err := h.names(ctx, []notice.Notice{n})
	if err != nil {
		return "", nil, err
	}
	if d.Author = names[n.Author]; d.Author == "" {
		d.Author = string(n.Author)
	}
	rows := [][]chat.Button{{
		button(wording.Approve, wording.ButtonSecond, n.ID, n.Rev, approve), button(wording.Decline, wording.ButtonSecond, n.ID, n.Rev, decline),
	}}
	if n.Unlinked > 0 {
		rows = append(rows, []chat.Button{wording.NoticeButton(wording.UnlinkedLabel(n.Unlinked), n.ID, wording.NoticeUnlinked, 0)})
	}
	return wording.Review(d), rows, nil
}

// secondReview shows a waiting notice to one who may agree to it.
func (h *Handlers) secondReview(ctx context.Context, r *Request, n notice.Notice) (chat.Reply, error) {
	text, rows, err := h.secondText(ctx, r, n)
	return chat.Reply{Texts: []string{text}, Rows: rows}, err
}

// AskSecond returns what is to be put for a notice whose audience grew so much
// by its hour that a second officer must agree: to those officers, and to the
// author.
func (h *Handlers) AskSecond(ctx context.Context, n notice.Notice, now time.Time) ([]chat.Message, error) {
	_, messages, err := h.second(ctx, n, now)
	if err != nil {
		return nil, err
	}
	told, err := h.toAuthor(ctx, n, fmt.Sprintf("grew/%s/%d", n.ID, n.Rev), now, wording.GrewOver(n), sendRows(n)[1:])
	return append(told, messages...), err
}

// What the second officer's buttons do.
const (
	approve = "co"
	decline = "khong"
)

// Second answers "Duyệt" and "Từ chối". A notice that was changed since it was
// shown is not decided on.
func (h *Handlers) Second(ctx context.Context, r *Request) (chat.Reply, error) {
	reply, err := h.decide(ctx, r)
	if err != nil {
		return pressRefused(err)
	}
	return reply, nil
}

func (h *Handlers) decide(ctx context.Context, r *Request) (chat.Reply, error) {
	rev := r.seq(1)
	switch r.arg(2) {
	case approve:
		n, err := h.changeNotice(ctx, r, notice.ID(r.arg(0)), func(n notice.Notice) (notice.Notice, error) {
			if changedSince(n, rev) {
				return n, errOtherRev
			}
			return n.Approve(r.Person, r.At)
		})
		if refusal, ok := errors.AsType[*notice.Refusal](err); ok && refusal.Why == notice.PastTime {
			told, err := h.toAuthor(ctx, n, fmt.Sprintf("late/%s/%d", n.ID, rev), r.At, wording.TooLateFor(n), sendRows(n))
			if err == nil {
				_, err = h.outbox.Put(ctx, told...)
			}
			return chat.Reply{Toast: wording.NoticeRefused(refusal)}, err
		}
		if err != nil {
			return chat.Reply{}, err
		}
		starts := h.starts(n, r.At)
		told, err := h.toAuthor(ctx, n, fmt.Sprintf("approved/%s/%d", n.ID, rev), r.At, wording.ApprovedBy(n, r.Person.Name, starts), nil)
		if err != nil {
			return chat.Reply{}, err
		}
		if _, err := h.outbox.Put(ctx, told...); err != nil {
			return chat.Reply{}, err
		}
		return chat.Reply{Edit: true, Texts: []string{wording.ApprovedHere(n, starts)}, Toast: wording.ToastApproved}, nil
	case decline:
		n, err := h.noticeOf(ctx, r, r.arg(0))
		if err != nil {
			return chat.Reply{}, err
		}
		if changedSince(n, rev) {
			return chat.Reply{}, errOtherRev
		}
		if _, err := n.Refuse(r.Person, "-"); err != nil { // asks whether one may
			return chat.Reply{}, err
		}
		asksFor(r, n, stepReason)
		r.Talk.Values[keyRev] = strconv.FormatInt(rev, 10)
		return chat.Reply{Texts: []string{wording.TypeReason}}, nil
	}
	return chat.Reply{}, errNoNotice
}

// changedSince reports whether a notice that waits, or waited, for a second
// officer is another one than was shown as number rev.
func changedSince(n notice.Notice, rev int64) bool {
	return n.Status == notice.Draft || n.Status == notice.Waiting && n.Rev != rev
}

// reasonTyped takes why a notice is refused, and tells the author.
func (h *Handlers) reasonTyped(ctx context.Context, r *Request) (chat.Reply, error) {
	rev, _ := strconv.ParseInt(r.Talk.Values[keyRev], 10, 64) // our own
	n, err := h.changeNotice(ctx, r, notice.ID(r.Talk.Values[keyNotice]), func(n notice.Notice) (notice.Notice, error) {
		if changedSince(n, rev) {
			return n, errOtherRev
		}
		return n.Refuse(r.Person, r.Text)
	})
	var refusal *notice.Refusal
	if errors.As(err, &refusal) && (refusal.Why == notice.TooLong || refusal.Why == notice.NoReason || refusal.Why == notice.HasNumber) {
		return chat.Reply{}, err // another reason may do
	}
	r.Talk.End()
	if err != nil {
		return chat.Reply{}, err
	}
	told, err := h.toAuthor(ctx, n, fmt.Sprintf("declined/%s/%d", n.ID, rev), r.At, wording.DeclinedBy(n, r.Person.Name), [][]chat.Button{
		{wording.NoticeButton(wording.SeeNotice, n.ID, wording.NoticeOpen)},
		{wording.NoticeButton(wording.EditNotice, n.ID, wording.NoticeEdit), wording.NoticeButton(wording.CancelNotice, n.ID, wording.NoticeCancel)},
	})
	if err != nil {
		return chat.Reply{}, err
	}
	if _, err := h.outbox.Put(ctx, told...); err != nil {
		return chat.Reply{}, err
	}
	return chat.Reply{Texts: []string{wording.DeclinedHere(n)}}, nil
}

// toAuthor is a message to the author of a notice; none when they are not linked.
func (h *Handlers) toAuthor(ctx context.Context, n notice.Notice, key string, at time.Time, text string, rows [][]chat.Button) ([]chat.Message, error) {
	tracks, err := h.people.Tracks(ctx, n.Author)
	if err != nil || len(tracks) == 0 || tracks[0].Account == 0 {
		return nil, err
	}
	return []chat.Message{{Key: key, To: chat.Address(tracks[0].Account), At: at, Text: text, Rows: rows, Protect: true}}, nil
}

// cancelNotice answers "Huỷ", before the sending.
func (h *Handlers) cancelNotice(ctx context.Context, r *Request, n notice.Notice) (chat.Reply, error) {
	_, err := h.changeNotice(ctx, r, n.ID, func(n notice.Notice) (notice.Notice, error) {
		if !n.Begun.IsZero() {
			return n, &notice.Refusal{Why: notice.WrongStatus, Status: n.Status}
		}
		return n.Stop(r.Person, r.At)
	})
	if err != nil {
		return chat.Reply{}, err
	}
	if r.Talk.Flow == flowNotice {
		r.Talk.End()
	}
	return chat.Reply{Edit: true, Texts: []string{wording.NoticeCancelled}}, nil
}

// pauseNotice, resumeNotice and stopNotice answer the buttons under a notice
// that is being sent.
func (h *Handlers) pauseNotice(ctx context.Context, r *Request, n notice.Notice) (chat.Reply, error) {
	return h.move(ctx, r, n, wording.ToastPausing, func(n notice.Notice) (notice.Notice, error) { return n.Pause(r.Person) })
}

func (h *Handlers) resumeNotice(ctx context.Context, r *Request, n notice.Notice) (chat.Reply, error) {
	return h.move(ctx, r, n, wording.ToastResuming, func(n notice.Notice) (notice.Notice, error) { return n.Resume(r.Person) })
}

func (h *Handlers) stopNotice(ctx context.Context, r *Request, n notice.Notice) (chat.Reply, error) {
	return h.move(ctx, r, n, wording.ToastStopping, func(n notice.Notice) (notice.Notice, error) { return n.Stop(r.Person, r.At) })
}

// move changes where a notice stands and shows how far it is.
func (h *Handlers) move(ctx context.Context, r *Request, n notice.Notice, toast string, do func(notice.Notice) (notice.Notice, error)) (chat.Reply, error) {
	n, err := h.changeNotice(ctx, r, n.ID, do)
	if err != nil {
		return chat.Reply{}, err
	}
	reply, err := h.progressed(ctx, n)
	reply.Edit, reply.Toast = true, toast
	return reply, err
}

// progressed says how far a notice is.
func (h *Handlers) progressed(ctx context.Context, n notice.Notice) (chat.Reply, error) {
	counts, err := h.notices.RecipientCounts(ctx, n.ID)
	if err != nil {
		return chat.Reply{}, err
	}
	text, rows := wording.NoticeProgress(n, counts, 0, 0, time.Time{})
	return chat.Reply{Texts: []string{text}, Rows: rows}, nil
}

// ReceivedNotice answers "Đã nhận": it counts once for each person.
func (h *Handlers) ReceivedNotice(ctx context.Context, r *Request) (chat.Reply, error) {
	if !notice.ValidID(r.arg(0)) {
		return chat.Reply{Toast: wording.ToastOld}, nil
	}
	if !r.linked() {
		return chat.Reply{Toast: wording.ToastNotSentYou}, nil
	}
	id := notice.ID(r.arg(0))
	_, err := h.notices.Received(ctx, id, r.Who.Person.Code, r.At)
	switch {
	case errors.Is(err, journey.ErrNotFound):
		if _, err := h.noticeOf(ctx, r, r.arg(0)); err == nil {
			return chat.Reply{Toast: wording.ToastPreview}, nil
		}
		return chat.Reply{Toast: wording.ToastNotSentYou}, nil
	case err != nil:
		return chat.Reply{}, err
	}
	return chat.Reply{Toast: wording.ToastReceived}, nil
}
