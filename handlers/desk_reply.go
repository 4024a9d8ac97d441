package handlers

import (
	"context"
	"errors"
	"fmt"

	"donghanh/internal/audit"
	"donghanh/internal/chat"
	"donghanh/internal/desk"
	"donghanh/internal/journey"
	"donghanh/internal/leak"
	"donghanh/internal/wording"
)

// flowReply names the answering of questions by hand.
const flowReply = "traloi"

// What was said while answering questions by hand.
const (
	keyRef  = "ref"  // the oldest of them
	keyText = "text" // the answer, to be confirmed
)

// maxReply is how many letters an answer by hand may have.
const maxReply = 2500

// BeginReply asks for the answer to a group that the person holds.
func (h *Handlers) BeginReply(ctx context.Context, r *Request) (chat.Reply, error) {
	g, why, ok, err := h.held(ctx, r, ref(r))
	if err != nil || !ok {
		return chat.Reply{Toast: why}, err
	}
	r.Talk.Begin(flowReply, r.At, map[string]string{keyRef: g.Lead().Ref()})
	return chat.Reply{Texts: []string{wording.TypeReply(g)}}, nil
}

// replyTyped takes the answer typed for a group and shows how it will look. ok is
// false when nothing is being answered.
func (h *Handlers) replyTyped(ctx context.Context, r *Request) (reply chat.Reply, ok bool, err error) {
	if r.Talk.Flow != flowReply || !r.Person.Has(journey.AtDesk...) {
		return chat.Reply{}, false, nil
	}
	g, why, ok, err := h.held(ctx, r, r.Talk.Values[keyRef])
	if err != nil {
		return chat.Reply{}, true, err
	}
	if !ok {
		r.Talk.End()
		return chat.Reply{Texts: []string{lost(why)}}, true, nil
	}
	if len([]rune(r.Text)) > maxReply {
		return chat.Reply{Texts: []string{wording.TooLong(maxReply)}}, true, nil
	}
	if _, hidden := leak.Mask(r.Text); hidden {
		return chat.Reply{Texts: []string{wording.NoNumbersInReply}}, true, nil
	}
	r.Talk.Values[keyText] = r.Text
	q := g.Lead()
	return chat.Reply{
		Texts: []string{wording.PreviewReply(wording.OfficerReply(q, r.Text, r.Person, r.At.In(journey.Zone)), len(g.Askers()))},
		Rows:  [][]chat.Button{{button(wording.SendReply, buttonSend, q.Why, q.ID), button(wording.CancelReply, buttonCancel)}},
	}, true, nil
}

// lost says in a message what a toast says of questions that cannot be answered.
func lost(why string) string {
	if why == wording.ToastNotHeld {
		return wording.NotYours
	}
	return wording.AlreadyAnswered
}

// SendReply sends the answer to everybody who asked, each once, and closes the
// questions. It holds them until then, so that nobody else answers meanwhile.
func (h *Handlers) SendReply(ctx context.Context, r *Request) (chat.Reply, error) {
	text := r.Talk.Values[keyText]
	if r.Talk.Flow != flowReply || r.Talk.Values[keyRef] != ref(r) || text == "" {
		return chat.Reply{Toast: wording.ToastOld}, nil
	}
	g, why, ok, err := h.kept(ctx, r, ref(r))
	if err != nil {
		return chat.Reply{}, err
	}
	r.Talk.End()
	if !ok {
		return chat.Reply{Edit: true, Texts: []string{lost(why)}}, nil
	}
	var messages []chat.Message
	for _, q := range g.Askers() {
		answer := wording.OfficerReply(q, text, r.Person, r.At.In(journey.Zone))
		messages = append(messages, toAsker(r, "reply", q, answer)...)
	}
	if err := h.note(ctx, r, audit.Answered, "", g.Lead().Ref()); err != nil {
		return chat.Reply{}, err
	}
	reply := chat.Reply{Edit: true, Texts: []string{wording.ReplySent(len(g.Askers()))}, Toast: wording.ToastSent, Rows: backToDesk()}
	if err := h.announce(ctx, r, reply, messages...); err != nil {
		return chat.Reply{}, err
	}
	return reply, h.desk.CloseQuestions(ctx, g.Questions...)
}

// kept returns a group the person holds, and has them hold it a while longer
// from now: nobody else gets it before what follows is done.
func (h *Handlers) kept(ctx context.Context, r *Request, ref string) (g desk.Group, why string, ok bool, err error) {
	g, why, ok, err = h.held(ctx, r, ref)
	if err != nil || !ok {
		return g, why, false, err
	}
	g.Claim.Until, g.Claim.Cause = r.At.Add(desk.ClaimFor), r.ID
	held, err := h.desk.Claim(ctx, g.Claim, "", r.At, g.Refs()...)
	switch {
	case errors.Is(err, desk.ErrClosed):
		return g, wording.ToastAnswered, false, nil
	case err == nil && held.ID != "":
		return g, wording.ToastNotHeld, false, nil
	}
	return g, "", err == nil, err
}

// toAsker is what one who asked hears because of this press, whatever came of
// it and however often it is run: a key for each person.
func toAsker(r *Request, what string, q desk.Question, text string) (out []chat.Message) {
	key := fmt.Sprintf("%s/%s/%s", what, r.ID, q.From)
	for i, part := range wording.Split(text, wording.MaxMessage) {
		out = append(out, chat.Message{Key: partKey(key, i), To: q.From, Lane: chat.Answers, At: r.At, Text: part})
	}
	return out
}

// backToDesk leads back to the questions that wait.
func backToDesk() [][]chat.Button {
	return [][]chat.Button{{button(wording.OtherQuestions, buttonDesk, 0)}}
}

// DropGroup asks once more, and then closes a group that the person holds
// without an answer: it was answered in person, or is none. Who asked is told so.
func (h *Handlers) DropGroup(ctx context.Context, r *Request) (chat.Reply, error) {
	if r.arg(3) != sure {
		g, why, ok, err := h.held(ctx, r, ref(r))
		if err != nil || !ok {
			return chat.Reply{Toast: why}, err
		}
		q := g.Lead()
		return chat.Reply{Texts: []string{wording.DropSure(g)}, Rows: [][]chat.Button{{
			button(wording.DropIt, buttonDrop, q.Why, q.ID, sure), button(wording.LeaveIt, buttonLeave)}}}, nil
	}
	g, why, ok, err := h.kept(ctx, r, ref(r))
	if err != nil || !ok {
		return chat.Reply{Toast: why}, err
	}
	var told []chat.Message
	for _, q := range g.Askers() {
		told = append(told, toAsker(r, "dropped", q, wording.ClosedWithoutReply(q))...)
	}
	if err := h.note(ctx, r, audit.Dropped, "", g.Lead().Ref()); err != nil {
		return chat.Reply{}, err
	}
	reply := chat.Reply{Edit: true, Texts: []string{wording.Dropped(len(g.Askers()))}, Toast: wording.ToastDropped, Rows: backToDesk()}
	if err := h.announce(ctx, r, reply, told...); err != nil {
		return chat.Reply{}, err
	}
	return reply, h.desk.CloseQuestions(ctx, g.Questions...)
}
