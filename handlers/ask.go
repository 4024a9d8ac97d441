package handlers

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"donghanh/internal/chat"
	"donghanh/internal/desk"
	"donghanh/internal/journey"
	"donghanh/internal/knowledge"
	"donghanh/internal/wording"
)

// Ask answers a question with an approved text and its source, asks back, or
// says honestly that there is none.
func (h *Handlers) Ask(ctx context.Context, r *Request) (chat.Reply, error) {
	if utf8.RuneCountInString(r.Text) > maxQuestion {
		return chat.Reply{Texts: []string{wording.TooLong(maxQuestion)}}, nil
	}
	if reply, ok, err := h.replyTyped(ctx, r); ok || err != nil {
		return reply, err
	}
	if reply, ok := h.checkTyped(r); ok {
		return reply, nil
	}
	found := r.Book.FindAll(r.Text, r.Talk.Last())
	if err := h.desk.CountOutcome(ctx, r.ID, outcome(found[0].Outcome)); err != nil {
		return chat.Reply{}, err
	}
	asked := chat.Asked{Seq: r.Seq, Text: r.Text}
	if before := r.Talk.Last(); found[0].Leaned && before != "" {
		asked.Text = cut(before, maxQuestion/2) + "\n" + r.Text
	}
	var topics []string
	for _, f := range found {
		if f.Topic != "" {
			topics = append(topics, string(f.Topic))
		}
	}
	asked.Topic = strings.Join(topics, ",")
	r.Talk.Remember(asked)

	reply := h.found(r, found)
	if r.Talk.Flow == flowCheck && found[0].Outcome != knowledge.Distress {
		reply.Rows = append(reply.Rows, []chat.Button{button(wording.Continue, buttonCheck, r.Talk.Values[keyStart], stepShow)})
	}
	return reply, nil
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
func (h *Handlers) found(r *Request, all []knowledge.Found) chat.Reply {
	if len(all) > 1 {
		return h.several(r, all)
	}
	switch f := all[0]; f.Outcome {
	case knowledge.Distress:
		return chat.Reply{Texts: []string{wording.Care(*f.Care)}, Rows: [][]chat.Button{{button(wording.AskOfficer, buttonOfficer, r.Seq)}}}
	case knowledge.Sure:
		return h.topic(r, f.Topic, r.Seq)
	case knowledge.Unsure:
		var rows [][]chat.Button
		for _, t := range f.Choices {
			rows = append(rows, []chat.Button{button(r.Book.Entries[t].Title, buttonTopic, t, r.Seq)})
		}
		return chat.Reply{Texts: []string{wording.MeantOne()}, Rows: append(rows, []chat.Button{button(wording.AskOfficer, buttonOfficer, r.Seq)})}
	default:
		if f.Scope != nil {
			return chat.Reply{Texts: []string{wording.OutOfScope(*f.Scope)}}
		}
		return chat.Reply{Texts: []string{wording.NoAnswer()}, Rows: [][]chat.Button{{button(wording.AskOfficer, buttonOfficer, r.Seq)}}}
	}
}

// several answers a message that asks several things, one message each.
func (h *Handlers) several(r *Request, all []knowledge.Found) chat.Reply {
	var reply chat.Reply
	for i, f := range all {
		one := h.topic(r, f.Topic, r.Seq)
		if i > 0 {
			one.Texts[0] = wording.Also(i+1) + one.Texts[0]
		}
		reply.Texts = append(reply.Texts, one.Texts...)
	}
	reply.Rows = [][]chat.Button{
		{button(wording.GoodAnswer, buttonGood, r.Seq, all[0].Topic), button(wording.BadAnswer, buttonBad, r.Seq, all[0].Topic)},
		{button(wording.AskOfficer, buttonOfficer, r.Seq)},
	}
	return reply
}

// topic answers with one entry. seq names the question it answers.
func (h *Handlers) topic(r *Request, t knowledge.Topic, seq int64) chat.Reply {
	e := r.Book.Entries[t]
	officer := []chat.Button{button(wording.AskOfficer, buttonOfficer, seq)}
	switch t {
	case knowledge.BotHelp:
		return chat.Reply{Texts: []string{wording.Help(r.Role, h.Menu(r.Role))}, Rows: [][]chat.Button{officer}}
	case knowledge.MyStatus:
		return chat.Reply{Texts: []string{wording.MyStatus()}, Rows: [][]chat.Button{officer}}
	}
	if d, gone := r.Book.Withdrawn(e, day(r)); gone {
		return chat.Reply{Texts: []string{wording.Withdrawn(e, d)}, Rows: [][]chat.Button{officer}}
	}
	var rows [][]chat.Button
	for _, rel := range e.Related[:min(len(e.Related), 3)] {
		rows = append(rows, []chat.Button{button(r.Book.Entries[rel].Title, buttonTopic, rel, 0)})
	}
	rows = append(rows,
		[]chat.Button{button(wording.GoodAnswer, buttonGood, seq, t), button(wording.BadAnswer, buttonBad, seq, t)},
		officer)
	return chat.Reply{Texts: []string{wording.Answer(e, r.Book.Sources(e))}, Rows: rows}
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
	r.Talk.Remember(chat.Asked{Seq: r.Seq, Text: text, Topic: string(t)})
	return h.topic(r, t, r.Seq), nil
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
	return h.keep(ctx, r, asked, desk.Handed, chat.Reply{Toast: wording.ToastKept, Texts: []string{wording.Kept()}})
}

// keep keeps a question for a person to look at. The texts of the reply are
// said only when it does not wait already.
func (h *Handlers) keep(ctx context.Context, r *Request, a chat.Asked, why desk.Why, reply chat.Reply) (chat.Reply, error) {
	q := desk.Question{ID: fmt.Sprintf("tg:%d", a.Seq), Text: a.Text, Topic: a.Topic, Why: why, At: r.At, From: r.From}
	_, isNew, err := h.waiting(ctx, q.Ref())
	if err != nil {
		return chat.Reply{}, err
	}
	if !isNew {
		reply.Texts = nil
	}
	if err := h.announce(ctx, r, reply); err != nil {
		return chat.Reply{}, err
	}
	_, err = h.desk.KeepQuestion(ctx, q)
	return reply, err
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
