package handlers

import (
	"context"
	"slices"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/wording"
)

// nextShown is how many coming deadlines stand under a way.
const nextShown = 5

// nextWithin is within how many months they lie.
const nextWithin = 18

// MyWay shows a student where they stand; one who is not linked hears how to
// be.
func (h *Handlers) MyWay(ctx context.Context, r *Request) (chat.Reply, error) {
	if !r.Person.Has(journey.Student) {
		return chat.Reply{Texts: []string{wording.MyStatus()}}, nil
	}
	text, err := h.way(ctx, r, r.Who)
	return chat.Reply{Texts: []string{text}, Rows: [][]chat.Button{{button(wording.MyDeadlines, buttonPage, 0, 0)}}}, err
}

// comingOn returns the next deadlines on a way, and how many there are in all.
// What is far off is not among the next.
func comingOn(r *Request, t journey.Track) (all int, soon []item) {
	open := items(r, []journey.Track{t}, false)
	far := slices.IndexFunc(open, func(i item) bool { return i.d.Due.After(r.today().AddMonths(nextWithin)) })
	if far < 0 {
		far = len(open)
	}
	return len(open), open[:min(far, nextShown)]
}

// way words where a student stands, as far as the person may see it.
func (h *Handlers) way(ctx context.Context, r *Request, t journey.Track) (string, error) {
	mentor := ""
	if t.Person.Mentor != "" {
		tracks, err := h.people.Tracks(ctx, t.Person.Mentor)
		if err != nil {
			return "", err
		}
		if len(tracks) > 0 {
			mentor = tracks[0].Person.Name
		}
	}
	all, soon := comingOn(r, t)
	return wording.Way(wording.Standing{
		Person: t.Person, Own: t.Person.Code == r.Who.Person.Code, Mentor: mentor, State: r.Rules.State(t, r.today()),
		Next: r.lines(soon), More: all - len(soon), Today: r.today(), Calendar: r.Rules.Calendar,
	}), nil
}

// Student shows where one student of the person stands.
func (h *Handlers) Student(ctx context.Context, r *Request) (chat.Reply, error) {
	t, ok, err := h.student(ctx, r, r.arg(0))
	if err != nil || !ok {
		return chat.Reply{Toast: wording.ToastOld}, err
	}
	if err := h.saw(ctx, r, t.Person.Code, ""); err != nil {
		return chat.Reply{}, err
	}
	text, err := h.way(ctx, r, t)
	if err != nil {
		return chat.Reply{}, err
	}
	reply := chat.Reply{Texts: []string{text}, Protect: true}
	var row []chat.Button
	_, soon := comingOn(r, t)
	for i, it := range soon {
		row = append(row, button(wording.Number(i+1), buttonDeadline, t.Person.Code, it.d.Short(), 0, 0))
	}
	if len(row) > 0 {
		reply.Rows = append(reply.Rows, row)
	}
	if len(recordable(r, t)) > 0 {
		reply.Rows = append(reply.Rows, []chat.Button{button(wording.RecordLabel, buttonRecord, t.Person.Code)})
	}
	if mayTakeBack(r, t) {
		reply.Rows = append(reply.Rows, []chat.Button{button(wording.TakeBack, buttonUndo, t.Person.Code)})
	}
	reply.Rows = append(reply.Rows, []chat.Button{button(wording.AllStudents, buttonStudents, 0, 0)})
	return reply, nil
}
