package handlers

import (
	"context"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/knowledge"
	"donghanh/internal/wording"
)

// owns returns what a message of one who is linked calls for: what concerns
// themselves is theirs to hear, not what the book says of it in general. ok is
// false for a guest, and for a function the person has no part in.
func (h *Handlers) owns(r *Request) (called knowledge.Called, ok bool) {
	if !r.Person.Has(concerned...) {
		return knowledge.Called{}, false
	}
	for _, c := range r.Book.Own(r.Text) {
		part := concerned
		switch c.Function {
		case knowledge.OwnProbation:
			part = []journey.Role{journey.Student}
		case knowledge.OwnStudents:
			part = leading
		}
		if r.Person.Has(part...) {
			return c, true
		}
	}
	return knowledge.Called{}, false
}

// own does what was called for. A person can still be asked.
func (h *Handlers) own(ctx context.Context, r *Request, called knowledge.Called) (reply chat.Reply, err error) {
	switch called.Function {
	case knowledge.OwnDeadlines, knowledge.OwnStudents:
		reply, err = h.Deadlines(ctx, r)
	case knowledge.OwnReminders:
		if reply, err = h.Preference(ctx, r); err == nil {
			reply.Texts[0] += "\n\n" + wording.WhereReminders()
		}
	case knowledge.OwnUndo:
		reply.Texts = []string{wording.HowToUndo()}
	case knowledge.OwnPrivacy:
		return h.topic(ctx, r, called.Topic, r.Seq)
	case knowledge.OwnProbation:
		reply, err = h.topic(ctx, r, called.Topic, r.Seq)
		if err != nil {
			return chat.Reply{}, err
		}
		reply.Public = false
		reply.Texts[0] = wording.OwnProbation(r.Rules.State(r.Who, r.today()), r.today()) + "\n\n" + reply.Texts[0]
		return reply, nil
	default:
		return h.topic(ctx, r, knowledge.MyStatus, r.Seq)
	}
	if err != nil {
		return chat.Reply{}, err
	}
	reply.Rows = append(reply.Rows, []chat.Button{button(wording.AskOfficer, buttonOfficer, r.Seq)})
	return reply, nil
}

// status answers a question about the person's own file, or about those of
// their students.
func (h *Handlers) status(ctx context.Context, r *Request) (chat.Reply, error) {
	if !r.Person.Has(journey.Student) && r.Person.Has(leading...) {
		return h.Students(ctx, r)
	}
	return h.MyWay(ctx, r)
}
