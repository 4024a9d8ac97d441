package handlers

import (
	"context"
	"errors"
	"slices"
	"strings"

	"donghanh/internal/chat"
	"donghanh/internal/desk"
	"donghanh/internal/journey"
	"donghanh/internal/knowledge"
	"donghanh/internal/wording"
)

// flowReply names the answering of a question by hand.
const flowReply = "traloi"

// What was said while answering a question by hand.
const (
	keyRef  = "ref"  // the question
	keyText = "text" // the answer, to be confirmed
)

// maxReply is how many letters an answer by hand may have.
const maxReply = 2500

// shownAtOnce is how many waiting questions are shown, of so many looked at.
const (
	shownAtOnce = 5
	lookedAt    = 200
)

// WaitingQuestions shows the questions that wait longest, without names.
func (h *Handlers) WaitingQuestions(ctx context.Context, r *Request) (chat.Reply, error) {
	all, err := h.desk.CountQuestions(ctx)
	if err != nil {
		return chat.Reply{}, err
	}
	questions, err := h.desk.WaitingQuestions(ctx, lookedAt)
	if err != nil {
		return chat.Reply{}, err
	}
	slices.SortStableFunc(questions, func(a, b desk.Question) int { // who may be in danger goes first
		switch {
		case a.Why == b.Why:
			return 0
		case a.Why == desk.Urgent:
			return -1
		case b.Why == desk.Urgent:
			return 1
		}
		return 0
	})
	questions = questions[:min(len(questions), shownAtOnce)]
	var rows [][]chat.Button
	for i, q := range questions {
		rows = append(rows, []chat.Button{
			button(wording.ReplyTo(i+1), buttonReply, q.Why, q.ID),
			button(wording.DropQuestion(i+1), buttonDrop, q.Why, q.ID),
		})
	}
	titles := func(topics string) (out []string) {
		for t := range strings.SplitSeq(topics, ",") {
			if e, ok := r.Book.Entries[knowledge.Topic(t)]; ok {
				out = append(out, e.Title)
			}
		}
		return out
	}
	return chat.Reply{Texts: []string{wording.Waiting(questions, all, titles, r.At)}, Rows: rows}, nil
}

// BeginReply takes up one question to answer it by hand.
func (h *Handlers) BeginReply(ctx context.Context, r *Request) (chat.Reply, error) {
	q, gone, err := h.waiting(ctx, ref(r))
	if gone || err != nil {
		return chat.Reply{Toast: wording.ToastAnswered}, err
	}
	r.Talk.Begin(flowReply, r.At, map[string]string{keyRef: q.Ref()})
	return chat.Reply{Texts: []string{wording.TypeReply(q)}}, nil
}

// replyTyped takes the answer typed for a question and shows how it will look.
// ok is false when no question is being answered.
func (h *Handlers) replyTyped(ctx context.Context, r *Request) (reply chat.Reply, ok bool, err error) {
	if r.Talk.Flow != flowReply || !r.Person.Has(journey.AtDesk...) {
		return chat.Reply{}, false, nil
	}
	q, gone, err := h.waiting(ctx, r.Talk.Values[keyRef])
	if err != nil {
		return chat.Reply{}, true, err
	}
	if gone {
		r.Talk.End()
		return chat.Reply{Texts: []string{wording.AlreadyAnswered}}, true, nil
	}
	if len([]rune(r.Text)) > maxReply {
		return chat.Reply{Texts: []string{wording.TooLong(maxReply)}}, true, nil
	}
	r.Talk.Values[keyText] = r.Text
	return chat.Reply{
		Texts: []string{wording.PreviewReply(wording.OfficerReply(q, r.Text, r.At.In(journey.Zone)))},
		Rows:  [][]chat.Button{{button(wording.SendReply, buttonSend, q.Why, q.ID), button(wording.CancelReply, buttonCancel)}},
	}, true, nil
}

// SendReply sends the answer to the one who asked, once, and closes the
// question.
func (h *Handlers) SendReply(ctx context.Context, r *Request) (chat.Reply, error) {
	text := r.Talk.Values[keyText]
	if r.Talk.Flow != flowReply || r.Talk.Values[keyRef] != ref(r) || text == "" {
		return chat.Reply{Toast: wording.ToastOld}, nil
	}
	q, gone, err := h.waiting(ctx, ref(r))
	if err != nil {
		return chat.Reply{}, err
	}
	r.Talk.End()
	if gone {
		return chat.Reply{Edit: true, Texts: []string{wording.AlreadyAnswered}}, nil
	}
	key := "reply/" + q.Ref() + "/" + r.ID // asked again after an answer, it is answered again
	var messages []chat.Message
	for i, part := range wording.Split(wording.OfficerReply(q, text, r.At.In(journey.Zone)), wording.MaxMessage) {
		messages = append(messages, chat.Message{Key: partKey(key, i), To: q.From, Lane: chat.Answers, At: r.At, Text: part})
	}
	reply := chat.Reply{Edit: true, Texts: []string{wording.ReplySent}, Toast: wording.ToastSent}
	if err := h.announce(ctx, r, reply, messages...); err != nil {
		return chat.Reply{}, err
	}
	return reply, h.desk.CloseQuestion(ctx, q)
}

// DropQuestion asks once more, and then closes a question without an answer: it
// was answered in person, or is none. The one who asked is told so.
func (h *Handlers) DropQuestion(ctx context.Context, r *Request) (chat.Reply, error) {
	q, gone, err := h.waiting(ctx, ref(r))
	if gone || err != nil {
		return chat.Reply{Toast: wording.ToastAnswered}, err
	}
	if r.arg(3) != sure {
		return chat.Reply{Texts: []string{wording.DropSure(q)}, Rows: [][]chat.Button{{
			button(wording.DropIt, buttonDrop, q.Why, q.ID, sure), button(wording.LeaveIt, buttonLeave)}}}, nil
	}
	reply := chat.Reply{Edit: true, Texts: []string{wording.Dropped}, Toast: wording.ToastDropped}
	told := chat.Message{Key: "dropped/" + q.Ref() + "/" + r.ID, To: q.From, Lane: chat.Answers, At: r.At, Text: wording.ClosedWithoutReply(q)}
	if err := h.announce(ctx, r, reply, told); err != nil {
		return chat.Reply{}, err
	}
	return reply, h.desk.CloseQuestion(ctx, q)
}

// ref is the question a button names: its reason and its id, "tg:88123".
func ref(r *Request) string { return r.arg(0) + "/" + r.arg(1) + ":" + r.arg(2) }

// waiting returns a waiting question; gone is true when it is closed.
func (h *Handlers) waiting(ctx context.Context, ref string) (q desk.Question, gone bool, err error) {
	q, err = h.desk.Question(ctx, ref)
	if errors.Is(err, desk.ErrClosed) {
		return q, true, nil
	}
	return q, false, err
}
