package handlers

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/knowledge"
	"donghanh/internal/wording"
)

// listedOf is how many people stand on one page of the list.
const listedOf = 8

// listFind, in place of a page, asks whom to look for.
const listFind = "tim"

// flowFind waits for what is looked for in the list.
const flowFind = "timds"

// Whom a page of the list is narrowed to.
const (
	narrowNobody   = "-"
	narrowStudents = "s"
	narrowMentors  = "m"
	narrowLeaders  = "c"
	narrowAlone    = "k" // students without a mentor
)

var narrowed = map[string]struct {
	label string
	fits  func(journey.Person) bool
}{
	narrowNobody:   {"", func(journey.Person) bool { return true }},
	narrowStudents: {wording.OnlyStudents, func(p journey.Person) bool { return p.Has(journey.Student) }},
	narrowMentors:  {wording.OnlyMentors, func(p journey.Person) bool { return p.Has(journey.Mentor) }},
	narrowLeaders:  {wording.OnlyLeaders, func(p journey.Person) bool { return p.Has(journey.Keepers...) }},
	narrowAlone:    {wording.NoMentorYet, alone},
}

// alone reports whether a student has no mentor.
func alone(p journey.Person) bool { return p.Has(journey.Student) && p.Mentor == "" }

// keeps is the unit whose list the person looks after; the whole academy for an
// admin.
func (r *Request) keeps() journey.Unit {
	if r.Person.Has(journey.Admin) {
		return ""
	}
	return r.Person.Unit
}

// List shows the people whom the person looks after, or those of them who are
// looked for: "/danhsach lan k47".
func (h *Handlers) List(ctx context.Context, r *Request) (chat.Reply, error) {
	reply, _, err := h.list(ctx, r, 0, narrowNobody, sought(strings.Join(r.Args, " ")))
	return reply, err
}

// ListPage shows another page of the list in place of the one pressed on, or
// asks whom to look for.
func (h *Handlers) ListPage(ctx context.Context, r *Request) (chat.Reply, error) {
	if r.arg(0) == listFind {
		r.Talk.Begin(flowFind, r.At, nil)
		return chat.Reply{Texts: []string{wording.TypePerson}, Public: true}, nil
	}
	reply, _, err := h.list(ctx, r, r.number(0), r.arg(1), sought(r.arg(2)))
	reply.Edit = true
	return reply, err
}

// findTyped looks for what was typed. ok is false when nobody is found and the
// text is rather a question.
func (h *Handlers) findTyped(ctx context.Context, r *Request) (reply chat.Reply, ok bool, err error) {
	if utf8.RuneCountInString(r.Text) > 2*maxQuery {
		return chat.Reply{}, false, nil
	}
	reply, found, err := h.list(ctx, r, 0, narrowNobody, sought(r.Text))
	if err != nil {
		return chat.Reply{}, true, err
	}
	if found == 0 && r.Book.FindAll(r.Text, "")[0].Outcome == knowledge.Sure {
		return chat.Reply{}, false, nil
	}
	r.Talk.End()
	return reply, true, nil
}

// within returns the people whom the person looks after and who fit, by unit and
// name.
func (h *Handlers) within(ctx context.Context, r *Request, fits func(journey.Person) bool, query string) (people []journey.Person, err error) {
	all, err := h.register.everybody(ctx)
	if err != nil {
		return nil, err
	}
	parts := partsOf(query)
	for _, e := range all {
		if r.Person.Keeps(e.Unit) && fits(e.Person) && e.finds(parts) {
			people = append(people, e.Person)
		}
	}
	return people, nil
}

// list shows a page of the list.
func (h *Handlers) list(ctx context.Context, r *Request, page int, narrow, query string) (reply chat.Reply, found int, err error) {
	to, ok := narrowed[narrow]
	if !ok {
		return chat.Reply{Toast: wording.ToastOld}, 0, nil
	}
	people, err := h.within(ctx, r, to.fits, query)
	if err != nil {
		return chat.Reply{}, 0, err
	}
	page, shown := paged(people, page, listedOf)
	tracks, err := h.tracksOf(ctx, shown)
	if err != nil {
		return chat.Reply{}, 0, err
	}
	is := wording.ListPage{First: page * listedOf, All: len(people), Of: r.keeps(), Narrowed: to.label, Query: query}
	var names []chat.Button
	for _, t := range tracks {
		if !r.Person.Keeps(t.Person.Unit) {
			continue // moved since
		}
		line := wording.Listed{Person: t.Person, Linked: t.Account != 0}
		if t.Person.Has(journey.Student) {
			line.State = r.Rules.State(t, r.today())
		}
		is.Lines = append(is.Lines, line)
		names = append(names, button(wording.Label(t.Person.Name), buttonPerson, t.Person.Code))
	}
	if err := h.noteList(ctx, r, "list", len(is.Lines)); err != nil {
		return chat.Reply{}, 0, err
	}
	reply = chat.Reply{Texts: []string{wording.List(is)}, Protect: true, Rows: slices.Collect(slices.Chunk(names, 2))}
	reply.Rows = append(reply.Rows, turn(page, len(people), listedOf, buttonList, narrow, query)...)
	if query != "" || narrow != narrowNobody {
		reply.Rows = append(reply.Rows, []chat.Button{button(wording.FindPeople, buttonList, listFind), button(wording.WholeList, buttonList, 0, narrowNobody)})
		return reply, len(people), nil
	}
	narrowTo := func(n string) chat.Button { return button(narrowed[n].label, buttonList, 0, n) }
	reply.Rows = append(reply.Rows,
		[]chat.Button{button(wording.FindPeople, buttonList, listFind)},
		[]chat.Button{narrowTo(narrowStudents), narrowTo(narrowMentors)},
		[]chat.Button{narrowTo(narrowLeaders), narrowTo(narrowAlone)},
		[]chat.Button{button(wording.AssignMentors, buttonAssign, assignAlone)},
		[]chat.Button{button(wording.ImportList, buttonLists, listImport), button(wording.ExportList, buttonLists, listExport)},
	)
	return reply, len(people), nil
}

// tracksOf reads the ways of people.
func (h *Handlers) tracksOf(ctx context.Context, people []journey.Person) ([]journey.Track, error) {
	codes := make([]journey.Code, len(people))
	for i, p := range people {
		codes[i] = p.Code
	}
	return h.people.Tracks(ctx, codes...)
}

// ofList returns a person whom who asks looks after. ok is false for anybody else,
// and for nobody: a press says nothing of who there is.
func (h *Handlers) ofList(ctx context.Context, r *Request, code string) (t journey.Track, ok bool, err error) {
	if !journey.ValidCode(code) {
		return journey.Track{}, false, nil
	}
	t, err = h.people.Track(ctx, journey.Code(code))
	if errors.Is(err, journey.ErrNotFound) {
		return journey.Track{}, false, nil
	}
	return t, err == nil && r.Person.Keeps(t.Person.Unit), err
}

// PersonCard shows one person of the list with what can be changed.
func (h *Handlers) PersonCard(ctx context.Context, r *Request) (chat.Reply, error) {
	t, ok, err := h.ofList(ctx, r, r.arg(0))
	if err != nil || !ok {
		return chat.Reply{Toast: wording.ToastOld}, err
	}
	if err := h.saw(ctx, r, t.Person.Code, "list"); err != nil {
		return chat.Reply{}, err
	}
	return h.card(ctx, r, t)
}

func (h *Handlers) card(ctx context.Context, r *Request, t journey.Track) (chat.Reply, error) {
	p := t.Person
	c := wording.Card{Person: p, Linked: t.Account != 0, Since: t.Since, Limit: h.mentorLimit, May: r.Person.MayChange(p), Oneself: p.Code == r.Who.Person.Code}
	if c.Linked {
		gone, err := h.people.GoneSince(ctx, chat.Address(t.Account))
		if err != nil {
			return chat.Reply{}, err
		}
		c.Gone = gone[chat.Address(t.Account)]
	}
	var err error
	if p.Has(journey.Student) {
		c.State = r.Rules.State(t, r.today())
		if c.Mentor, err = h.named(ctx, p.Mentor); err != nil {
			return chat.Reply{}, err
		}
	}
	if p.Has(journey.Mentor) {
		students, err := h.people.StudentsOf(ctx, p.Code)
		if err != nil {
			return chat.Reply{}, err
		}
		c.Students = len(students)
	}
	return chat.Reply{Texts: []string{wording.PersonCard(c)}, Rows: cardRows(r, c), Protect: true}, nil
}

// named is who a code belongs to; the zero Person for none, and by the code
// alone one who is not known.
func (h *Handlers) named(ctx context.Context, code journey.Code) (journey.Person, error) {
	if code == "" {
		return journey.Person{}, nil
	}
	tracks, err := h.people.Tracks(ctx, code)
	if err != nil || len(tracks) == 0 {
		return journey.Person{Code: code, Name: string(code)}, err
	}
	return tracks[0].Person, nil
}

// cardRows are the buttons of a card.
func cardRows(r *Request, c wording.Card) (rows [][]chat.Button) {
	p := c.Person
	to := func(label, what string) chat.Button { return button(label, buttonAmend, p.Code, what) }
	if c.May {
		row := []chat.Button{to(wording.ChangeUnit, wording.UnitOfPerson)}
		if p.Has(journey.Student) {
			row = append(row, to(wording.ChangeMentor, wording.MentorOfPerson))
		}
		rows = append(rows, row)
		if p.Has(journey.Student) {
			hold, move := to(wording.HoldPerson, endHold), to(wording.MovePerson, endMove)
			if slices.Contains(c.State.Side, journey.OnHold) {
				hold = to(wording.ResumePerson, endResume)
			}
			if slices.Contains(c.State.Side, journey.TransferredOut) {
				move = to(wording.ReturnPerson, endReturn)
			}
			rows = append(rows, []chat.Button{hold, move}, []chat.Button{to(wording.LeavePerson, endLeave)})
		}
		rows = append(rows, []chat.Button{to(wording.ChangeName, wording.NameOfPerson), to(wording.NewLink, amendLink)})
	}
	if p.Has(journey.Mentor) && c.Students > 0 {
		rows = append(rows, []chat.Button{button(wording.MoveStudents, buttonAssign, assignFrom, p.Code)})
	}
	if r.Person.Has(admins...) {
		rows = append(rows, []chat.Button{button(wording.ChangeRole, buttonRole, roleOf, p.Code)})
	}
	if p.Has(journey.Student) && len(r.Person.RolesFor(p)) > 0 {
		rows = append(rows, []chat.Button{button(wording.SeeWay, buttonStudent, p.Code)})
	}
	return append(rows, []chat.Button{button(wording.WholeList, buttonList, 0, narrowNobody)})
}
