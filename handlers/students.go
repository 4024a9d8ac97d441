package handlers

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/knowledge"
	"donghanh/internal/wording"
)

// studentsOf is how many students stand on one page.
const studentsOf = 8

// flowSearch waits for a part of a student's name.
const flowSearch = "timsv"

// keyPart is the part of the unit in which is searched.
const keyPart = "part"

// maxQuery is how many letters of a search fit on the buttons to its pages.
const maxQuery = 30

// Students lists the students of the person, or those whose name has a part in
// it: "/sinhvien lan".
func (h *Handlers) Students(ctx context.Context, r *Request) (chat.Reply, error) {
	reply, _, err := h.students(ctx, r, 0, 0, query(strings.Join(r.Args, " ")))
	return reply, err
}

// StudentsPage shows another page of the list in place of the one pressed on.
func (h *Handlers) StudentsPage(ctx context.Context, r *Request) (chat.Reply, error) {
	reply, _, err := h.students(ctx, r, r.number(0), r.number(1), query(r.arg(2)))
	reply.Edit = true
	return reply, err
}

// query is what is looked for in names: folded, short, without what parts
// button data.
func query(s string) string {
	s = strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == ' ' {
			return c
		}
		return -1
	}, knowledge.Fold(s))
	return strings.TrimSpace(cut(strings.Join(strings.Fields(s), " "), maxQuery))
}

// BeginSearch asks for a part of a name.
func (h *Handlers) BeginSearch(_ context.Context, r *Request) (chat.Reply, error) {
	r.Talk.Begin(flowSearch, r.At, map[string]string{keyPart: r.arg(0)})
	return chat.Reply{Texts: []string{wording.TypeName}}, nil
}

// searchTyped looks for what was typed after that. ok is false when no student
// is called so and the text is rather a question.
func (h *Handlers) searchTyped(ctx context.Context, r *Request) (reply chat.Reply, ok bool, err error) {
	if utf8.RuneCountInString(r.Text) > 2*maxQuery {
		return chat.Reply{}, false, nil
	}
	r.Args = []string{r.Talk.Values[keyPart]}
	reply, found, err := h.students(ctx, r, 0, r.number(0), query(r.Text))
	if err != nil {
		return chat.Reply{}, true, err
	}
	r.Talk.End()
	return reply, found > 0 || r.Book.FindAll(r.Text, "")[0].Outcome != knowledge.Sure, nil
}

// students lists the students whose names have the query in them, by unit and
// name as Vietnamese sorts them.
func (h *Handlers) students(ctx context.Context, r *Request, page, part int, query string) (reply chat.Reply, found int, err error) {
	codes, parts, err := h.area(ctx, r, part)
	if err != nil {
		return chat.Reply{}, 0, err
	}
	if len(parts) > 0 {
		return chat.Reply{Texts: []string{wording.ChooseUnit}, Rows: choose(parts, buttonStudents)}, 0, nil
	}
	tracks, err := h.people.Tracks(ctx, codes...)
	if err != nil {
		return chat.Reply{}, 0, err
	}
	tracks = slices.DeleteFunc(tracks, func(t journey.Track) bool {
		return !t.Person.Has(journey.Student) || len(r.Person.RolesFor(t.Person)) == 0 || t.Person.Code == r.Who.Person.Code || !matches(t.Person, query)
	})
	sortByName(tracks)
	page, shown := paged(tracks, page, studentsOf)
	if err := h.noteList(ctx, r, listStudents, len(shown)); err != nil {
		return chat.Reply{}, 0, err
	}
	var lines []wording.StudentLine
	for _, t := range shown {
		line := wording.StudentLine{Person: t.Person, State: r.Rules.State(t, r.today())}
		if open := items(r, []journey.Track{t}, false); len(open) > 0 {
			line.Next = r.line(open[0])
		}
		lines = append(lines, line)
	}
	reply = chat.Reply{Texts: []string{wording.Students(lines, page*studentsOf, len(tracks), query, r.today(), r.Rules.Calendar)}, Protect: true}
	var names []chat.Button
	for _, t := range shown {
		names = append(names, button(wording.Label(t.Person.Name), buttonStudent, t.Person.Code))
	}
	reply.Rows = slices.Collect(slices.Chunk(names, 2))
	reply.Rows = append(reply.Rows, turn(page, len(tracks), studentsOf, buttonStudents, part, query)...)
	switch {
	case query != "":
		reply.Rows = append(reply.Rows, []chat.Button{button(wording.SearchLabel, buttonSearch, part), button(wording.AllStudents, buttonStudents, 0, part)})
	case len(tracks) > 0:
		reply.Rows = append(reply.Rows, []chat.Button{button(wording.SearchLabel, buttonSearch, part)})
	}
	return reply, len(tracks), nil
}

// matches reports whether the name or the code has the query in it.
func matches(p journey.Person, query string) bool {
	return strings.Contains(strings.Join(strings.Fields(knowledge.Fold(p.Name)), " "), query) || query != "" && knowledge.Fold(string(p.Code)) == query
}

// sortByName sorts by unit, then by given name, then by the whole name: as
// lists here are kept.
func sortByName(tracks []journey.Track) {
	c := collate.New(language.Vietnamese)
	slices.SortFunc(tracks, func(a, b journey.Track) int {
		return cmp.Or(
			c.CompareString(string(a.Person.Unit), string(b.Person.Unit)),
			c.CompareString(given(a.Person.Name), given(b.Person.Name)),
			c.CompareString(a.Person.Name, b.Person.Name),
			cmp.Compare(a.Person.Code, b.Person.Code),
		)
	})
}
