package handlers

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"donghanh/internal/chat"
	"donghanh/internal/desk"
	"donghanh/internal/journey"
	"donghanh/internal/knowledge"
	"donghanh/internal/leak"
	"donghanh/internal/wording"
)

// Ask answers a question with an approved text and its source, asks back, or
// says honestly that there is none.
func (h *Handlers) Ask(ctx context.Context, r *Request) (chat.Reply, error) {
	if reply, ok, err := h.noticeTyped(ctx, r); ok || err != nil {
		return reply, err
	}
	if utf8.RuneCountInString(r.Text) > maxQuestion {
		return chat.Reply{Texts: []string{wording.TooLong(maxQuestion)}}, nil
	}
	if reply, ok, err := h.replyTyped(ctx, r); ok || err != nil {
		return reply, err
	}
	if reply, ok := h.checkTyped(r); ok {
		return reply, nil
	}
	if reply, ok, err := h.flowTyped(ctx, r); ok || err != nil {
		return reply, err
	}
	switch said := knowledge.Fold(strings.TrimSpace(r.Text)); {
	case !hasLetters(said):
		return chat.Reply{Texts: []string{wording.NothingSaid}}, nil
	case said == knowledge.Fold(wording.AskOfficer) && len(r.Talk.Asked) > 0: // typed, not pressed
		r.Args = []string{fmt.Sprint(r.Talk.Asked[len(r.Talk.Asked)-1].Seq)}
		reply, err := h.AskOfficer(ctx, r)
		if len(reply.Texts) == 0 && err == nil { // it waits already; a toast is for presses
			reply.Texts = []string{reply.Toast}
		}
		return reply, err
	}
	found := r.Book.FindAll(r.Text, r.Talk.Last())
	called, own := h.owns(r)
	switch own = own && found[0].Outcome != knowledge.Distress; {
	case own:
		found = []knowledge.Found{{Outcome: knowledge.Sure, Topic: called.Topic, Score: 1}}
	case len(found) == 1:
		found[0] = onceOnly(r, found[0])
	}
	if err := h.desk.CountOutcome(ctx, r.ID, outcome(found[0].Outcome)); err != nil {
		return chat.Reply{}, err
	}
	answer := func() (chat.Reply, error) { return h.found(ctx, r, found) }
	if own {
		answer = func() (chat.Reply, error) { return h.own(ctx, r, called) }
	}
	reply, err := answer()
	if err != nil {
		return chat.Reply{}, err
	}
	text, hidden := leak.Mask(r.Text)
	if found[0].Outcome != knowledge.Distress {
		if hidden {
			reply.Texts[0] = wording.NumbersHidden() + "\n\n" + reply.Texts[0]
		}
		if about := documents(r); about != "" {
			reply.Texts[0] = about + "\n\n" + reply.Texts[0]
		}
	}
	if found[0].Scope == nil { // small talk is no question to come back to
		r.Talk.Remember(h.asked(r, found, text))
	}
	if r.Talk.Flow == flowCheck && found[0].Outcome != knowledge.Distress {
		reply.Rows = append(reply.Rows, []chat.Button{button(wording.Continue, buttonCheck, r.Talk.Values[keyStart], stepShow)})
	}
	return reply, nil
}

// onceOnly turns an answer that was given just now, and fits only with the turn
// before, into a question back: said again it would help nobody.
func onceOnly(r *Request, f knowledge.Found) knowledge.Found {
	if n := len(r.Talk.Asked); n > 0 && f.Leaned && f.Outcome == knowledge.Sure && slices.Contains(strings.Split(r.Talk.Asked[n-1].Topic, ","), string(f.Topic)) {
		f.Outcome, f.Choices, f.Topic = knowledge.Unsure, []knowledge.Topic{f.Topic}, ""
	}
	return f
}

// flowTyped takes what is typed while something waits for it. ok is false when
// it is something else: a question may be asked in between, and a person in
// distress is met before all.
func (h *Handlers) flowTyped(ctx context.Context, r *Request) (reply chat.Reply, ok bool, err error) {
	var take func(context.Context, *Request) (chat.Reply, bool, error)
	switch {
	case r.Talk.Flow == flowDone && r.Person.Has(concerned...):
		take = h.doneTyped
	case r.Talk.Flow == flowRecord && r.Person.Has(recording...):
		take = h.recordTyped
	case r.Talk.Flow == flowAmend && r.Person.Has(journey.Keepers...):
		take = h.amendTyped
	case r.Talk.Flow == flowFind && r.Person.Has(journey.Keepers...):
		take = h.findTyped
	case r.Talk.Flow == flowSearch && r.Person.Has(leading...):
		take = h.searchTyped
	case r.Talk.Flow == flowLog && r.Person.Has(admins...):
		take = h.logTyped
	case r.Talk.Flow == flowRole && r.Person.Has(admins...):
		take = h.roleTyped
	case r.Talk.Flow == flowInvite && r.Person.Has(admins...):
		take = h.inviteTyped
	default:
		return chat.Reply{}, false, nil
	}
	if r.Book.FindAll(r.Text, "")[0].Outcome == knowledge.Distress {
		return chat.Reply{}, false, nil
	}
	return take(ctx, r)
}

// documents says of the documents a question names which stand no more, and
// whether the others stand if that is what is asked.
func documents(r *Request) string {
	asksStatus := slices.ContainsFunc([]string{"hieu luc", "con dung", "con ap dung", "bi thay", "thay the", "het han chua"},
		func(s string) bool { return strings.Contains(knowledge.Fold(r.Text), s) })
	var out []string
	for _, d := range r.Book.Mentioned(r.Text) {
		switch now, ok := r.Book.Successor(d, day(r)); {
		case d.Gone(day(r)):
			out = append(out, wording.DocumentReplaced(d, now, ok))
		case asksStatus && d.Status == knowledge.InForce:
			out = append(out, wording.DocumentStands(d))
		}
	}
	return strings.Join(out, "\n")
}

// inDanger stands for the topic of words of a person who may be in danger.
const inDanger = "care"

// asked is what is remembered of a question.
func (h *Handlers) asked(r *Request, found []knowledge.Found, text string) chat.Asked {
	asked := chat.Asked{Seq: r.Seq, At: r.At, Text: text}
	if before := r.Talk.Last(); found[0].Leaned && before != "" {
		asked.Text = cut(before, maxQuestion/2) + "\n" + text
	}
	if found[0].Outcome == knowledge.Distress {
		if found[0].Care.Urgent {
			asked.Topic = inDanger
		}
		return asked
	}
	var topics []string
	for _, f := range found {
		if f.Topic != "" {
			topics = append(topics, string(f.Topic))
		}
	}
	asked.Topic = strings.Join(topics, ",")
	return asked
}

func hasLetters(s string) bool {
	return strings.ContainsFunc(s, func(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) })
}

// outcome names an outcome as it is counted.
func outcome(o knowledge.Outcome) string {
	switch o {
	case knowledge.Sure:
		return "sure"
	case knowledge.Unsure:
		return "asked"
	case knowledge.Distress:
		return "care"
	}
	return "declined"
}

// found words what the book has.
func (h *Handlers) found(ctx context.Context, r *Request, all []knowledge.Found) (chat.Reply, error) {
	if len(all) > 1 {
		return h.several(ctx, r, all)
	}
	switch f := all[0]; f.Outcome {
	case knowledge.Distress:
		return chat.Reply{Public: true, Texts: []string{wording.Care(*f.Care)}, Rows: [][]chat.Button{{button(wording.AskOfficer, buttonOfficer, r.Seq)}}}, nil
	case knowledge.Sure:
		return h.topic(ctx, r, f.Topic, r.Seq)
	case knowledge.Unsure:
		var rows [][]chat.Button
		for _, t := range f.Choices {
			rows = append(rows, []chat.Button{button(r.Book.Entries[t].Title, buttonTopic, t, r.Seq)})
		}
		return chat.Reply{Public: true, Texts: []string{calm(r) + wording.MeantOne()}, Rows: append(rows, []chat.Button{button(wording.AskOfficer, buttonOfficer, r.Seq)})}, nil
	default:
		if f.Scope != nil {
			return chat.Reply{Public: true, Texts: []string{wording.OutOfScope(*f.Scope)}}, nil
		}
		return chat.Reply{Public: true, Texts: []string{calm(r) + wording.NoAnswer()}, Rows: [][]chat.Button{{button(wording.AskOfficer, buttonOfficer, r.Seq)}}}, nil
	}
}

// calm is what stands before a question back, for one who sounds afraid.
func calm(r *Request) string {
	if line := r.Book.Worried(r.Text); line != "" {
		return wording.Calm(line)
	}
	return ""
}

// several answers a message that asks several things, one message each.
func (h *Handlers) several(ctx context.Context, r *Request, all []knowledge.Found) (chat.Reply, error) {
	reply := chat.Reply{Public: true}
	for i, f := range all {
		if f.Topic == "" { // what was asked besides
			reply.Texts = append(reply.Texts, wording.RestUnanswered())
			continue
		}
		one, err := h.topic(ctx, r, f.Topic, r.Seq)
		if err != nil {
			return chat.Reply{}, err
		}
		if i > 0 {
			one.Texts[0] = wording.Also(i+1) + one.Texts[0]
		}
		reply.Texts = append(reply.Texts, one.Texts...)
		reply.Public = reply.Public && one.Public
	}
	reply.Rows = [][]chat.Button{
		{button(wording.GoodAnswer, buttonGood, r.Seq, all[0].Topic), button(wording.BadAnswer, buttonBad, r.Seq, all[0].Topic)},
		{button(wording.AskOfficer, buttonOfficer, r.Seq)},
	}
	return reply, nil
}

// topic answers with one entry. seq names the question it answers.
func (h *Handlers) topic(ctx context.Context, r *Request, t knowledge.Topic, seq int64) (chat.Reply, error) {
	e := r.Book.Entries[t]
	officer := []chat.Button{button(wording.AskOfficer, buttonOfficer, seq)}
	switch t {
	case knowledge.BotHelp:
		return chat.Reply{Public: true, Texts: []string{wording.Help(r.Person.Roles, h.Menu(r.Person.Roles...))}, Rows: [][]chat.Button{officer}}, nil
	case knowledge.MyStatus:
		reply, err := h.status(ctx, r)
		reply.Rows = append(reply.Rows, officer)
		return reply, err
	}
	if d, gone := r.Book.Withdrawn(e, day(r)); gone {
		return chat.Reply{Public: true, Texts: []string{wording.Withdrawn(e, d)}, Rows: [][]chat.Button{officer}}, nil
	}
	var rows [][]chat.Button
	for _, rel := range e.Related[:min(len(e.Related), 3)] {
		rows = append(rows, []chat.Button{button(r.Book.Entries[rel].Title, buttonTopic, rel, 0)})
	}
	rows = append(rows,
		[]chat.Button{button(wording.GoodAnswer, buttonGood, seq, t), button(wording.BadAnswer, buttonBad, seq, t)},
		officer)
	return chat.Reply{Public: true, Texts: []string{wording.Answer(e, r.Book.Sources(e))}, Rows: rows}, nil
}

// day is the day on which documents must be in force.
func day(r *Request) knowledge.Date {
	t := r.At.In(journey.Zone)
	return knowledge.Date{Year: t.Year(), Month: int(t.Month()), Day: t.Day()}
}

// AskTopic answers a press on a related question or on "Ý bạn là…?".
func (h *Handlers) AskTopic(ctx context.Context, r *Request) (chat.Reply, error) {
	t := knowledge.Topic(r.arg(0))
	e, ok := r.Book.Entries[t]
	if !ok {
		return chat.Reply{Toast: wording.ToastOld}, nil
	}
	if err := h.desk.CountOutcome(ctx, r.ID, "chosen"); err != nil {
		return chat.Reply{}, err
	}
	text := e.Title
	if asked, ok := r.Talk.Recall(r.seq(1)); ok {
		text = asked.Text
	}
	r.Talk.Remember(chat.Asked{Seq: r.Seq, At: r.At, Text: text, Topic: string(t)})
	return h.topic(ctx, r, t, r.Seq)
}

// GoodAnswer counts "Đúng ý".
func (h *Handlers) GoodAnswer(ctx context.Context, r *Request) (chat.Reply, error) {
	if _, ok := r.Book.Entries[knowledge.Topic(r.arg(1))]; !ok {
		return chat.Reply{Toast: wording.ToastOld}, nil
	}
	if _, ok := told(r); !ok {
		return chat.Reply{Toast: wording.ToastGood}, nil
	}
	if err := h.desk.CountVote(ctx, voteID(r), r.arg(1), true); err != nil {
		return chat.Reply{}, err
	}
	return chat.Reply{Toast: wording.ToastGood}, nil
}

// BadAnswer counts "Chưa đúng" and keeps the question for a person to look at.
func (h *Handlers) BadAnswer(ctx context.Context, r *Request) (chat.Reply, error) {
	if _, ok := r.Book.Entries[knowledge.Topic(r.arg(1))]; !ok {
		return chat.Reply{Toast: wording.ToastOld}, nil
	}
	asked, ok := told(r)
	if !ok {
		return chat.Reply{Toast: wording.ToastBad}, nil
	}
	if err := h.desk.CountVote(ctx, voteID(r), r.arg(1), false); err != nil {
		return chat.Reply{}, err
	}
	return h.keep(ctx, r, asked, desk.Wrong, chat.Reply{Toast: wording.ToastBad, Texts: []string{wording.WhatThen()}})
}

// told returns the question under whose answer the button stands. ok is false
// when it is forgotten, or was never answered with that topic: such a press
// counts for nothing.
func told(r *Request) (asked chat.Asked, ok bool) {
	asked, ok = r.Talk.Recall(r.seq(0))
	return asked, ok && slices.Contains(strings.Split(asked.Topic, ","), r.arg(1))
}

// voteID names one person's word on one answer: pressing again, or the other
// button, adds nothing.
func voteID(r *Request) string { return fmt.Sprintf("%s/%d", r.From, r.seq(0)) }

// AskOfficer keeps a question for a person.
func (h *Handlers) AskOfficer(ctx context.Context, r *Request) (chat.Reply, error) {
	asked, ok := r.Talk.Recall(r.seq(0))
	if !ok {
		return chat.Reply{Toast: wording.ToastForgotten}, nil
	}
	why := desk.Handed
	if asked.Topic == inDanger {
		why = desk.Urgent
	}
	return h.keep(ctx, r, asked, why, chat.Reply{Toast: wording.ToastKept, Texts: []string{wording.Kept()}})
}

// keep keeps a question for a person to look at. The texts of the reply are
// said only when it does not wait already. Those on duty hear at once of a
// person who may be in danger.
func (h *Handlers) keep(ctx context.Context, r *Request, a chat.Asked, why desk.Why, reply chat.Reply) (chat.Reply, error) {
	q := desk.Question{ID: fmt.Sprintf("tg:%d", a.Seq), Text: a.Text, Topic: a.Topic, Why: why, At: r.At, From: r.From}
	_, isNew, err := h.waiting(ctx, q.Ref())
	if err != nil {
		return chat.Reply{}, err
	}
	if why != desk.Wrong && r.linked() {
		reply.Rows = knownRow(q)
	}
	if !isNew {
		reply.Texts, reply.Rows = nil, nil
	} else if full, err := h.deskIsFull(ctx, r.From, why); err != nil || full {
		return chat.Reply{Texts: []string{wording.TooManyWaiting()}}, err
	}
	var alarm []chat.Message
	if why == desk.Urgent {
		onDuty, err := h.onDuty(ctx)
		if err != nil {
			return chat.Reply{}, err
		}
		for _, who := range onDuty {
			alarm = append(alarm, chat.Message{Key: fmt.Sprintf("urgent/%s/%s", q.ID, who), To: who, Lane: chat.Answers, At: r.At, Text: wording.SomeoneInNeed(),
				Rows: [][]chat.Button{{button(wording.OpenIt, buttonOpen, q.Why, q.ID)}}})
		}
	}
	if err := h.announce(ctx, r, reply, alarm...); err != nil {
		return chat.Reply{}, err
	}
	_, err = h.desk.KeepQuestion(ctx, q)
	return reply, err
}

// deskIsFull reports whether no more questions of a person may wait.
func (h *Handlers) deskIsFull(ctx context.Context, who chat.Address, why desk.Why) (bool, error) {
	if why == desk.Urgent {
		return false, nil
	}
	all, err := h.desk.Questions(ctx, who)
	all = slices.DeleteFunc(all, func(q desk.Question) bool { return q.Why == desk.Urgent })
	return len(all) >= desk.MaxWaiting, err
}

// RefuseFile turns an attachment away; it is never fetched.
func (h *Handlers) RefuseFile(context.Context, *Request) (chat.Reply, error) {
	return chat.Reply{Texts: []string{wording.NoFiles()}}, nil
}

func cut(s string, letters int) string {
	if r := []rune(s); len(r) > letters {
		return string(r[:letters])
	}
	return s
}
