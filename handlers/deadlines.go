package handlers

import (
	"context"
	"strconv"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/knowledge"
	"donghanh/internal/wording"
)

// pageOf is how many deadlines stand on one page.
const pageOf = 5

// Deadlines shows what is open for the person, most urgent first.
func (h *Handlers) Deadlines(ctx context.Context, r *Request) (chat.Reply, error) {
	return h.deadlines(ctx, r, 0, 0)
}

// toWay leads from the list of deadlines back to the reader's own way.
const toWay = "ve"

// DeadlinesPage shows another page, or a student's own way, in place of the one
// pressed on.
func (h *Handlers) DeadlinesPage(ctx context.Context, r *Request) (chat.Reply, error) {
	if r.arg(2) == toWay && r.Person.Has(journey.Student) {
		reply, err := h.MyWay(ctx, r)
		reply.Edit = true
		return reply, err
	}
	reply, err := h.deadlines(ctx, r, r.number(0), r.number(1))
	reply.Edit = true
	return reply, err
}

// number returns the i-th argument as a small number, or 0.
func (r *Request) number(i int) int {
	n, err := strconv.Atoi(r.arg(i))
	if err != nil || n < 0 || n > 9999 {
		return 0
	}
	return n
}

// mine returns what is open for the person, most urgent first: on their own
// way, and on those of their students. parts are units to choose from where
// there are too many.
func (h *Handlers) mine(ctx context.Context, r *Request, part int) (all []item, parts []journey.Unit, err error) {
	codes, parts, err := h.area(ctx, r, part)
	if err != nil {
		return nil, nil, err
	}
	tracks := []journey.Track{r.Who}
	others, err := h.people.Tracks(ctx, codes...)
	if err != nil {
		return nil, nil, err
	}
	for _, t := range others {
		if t.Person.Code != r.Who.Person.Code {
			tracks = append(tracks, t)
		}
	}
	return items(r, tracks, true), parts, nil
}

// lines turns deadlines into what is worded of them.
func (r *Request) lines(all []item) []wording.Reminder {
	var out []wording.Reminder
	for _, i := range all {
		out = append(out, r.line(i))
	}
	return out
}

func (r *Request) line(i item) wording.Reminder {
	roles := r.Person.RolesOn(i.d, i.of.Person)
	line := wording.Reminder{Deadline: i.d, May: overlap(roles, i.d.Rule.Record)}
	for _, role := range roles {
		if line.To == journey.Guest || sees([]journey.Role{role}, i.d) {
			line.To = role
		}
	}
	if i.of.Person.Code != r.Who.Person.Code {
		line.Whose = i.of.Person.Name
	}
	return line
}

func (h *Handlers) deadlines(ctx context.Context, r *Request, page, part int) (chat.Reply, error) {
	all, parts, err := h.mine(ctx, r, part)
	if err != nil {
		return chat.Reply{}, err
	}
	page, shown := paged(all, page, pageOf)
	if err := h.noteList(ctx, r, listDeadlines, othersOn(r, shown)); err != nil {
		return chat.Reply{}, err
	}
	reply := chat.Reply{Texts: []string{wording.Deadlines(r.lines(shown), page*pageOf, len(all), len(parts) > 0, r.today(), r.Rules.Calendar)}}
	var row []chat.Button
	for i, it := range shown {
		reply.Protect = reply.Protect || it.of.Person.Code != r.Who.Person.Code
		row = append(row, button(wording.Number(page*pageOf+i+1), buttonDeadline, it.of.Person.Code, it.d.Short(), page, part))
	}
	if len(row) > 0 {
		reply.Rows = append(reply.Rows, row)
	}
	reply.Rows = append(reply.Rows, turn(page, len(all), pageOf, buttonPage, part)...)
	reply.Rows = append(reply.Rows, choose(parts, buttonPage)...)
	if len(all) > 0 {
		reply.Rows = append(reply.Rows, []chat.Button{button(wording.CalendarLabel, buttonCalendar), button(wording.PrefLabel, buttonPref)})
	} else {
		reply.Rows = append(reply.Rows, []chat.Button{button(wording.PrefLabel, buttonPref)})
	}
	if r.Person.Has(journey.Student) {
		reply.Rows = append(reply.Rows, []chat.Button{button(wording.BackToWay, buttonPage, 0, 0, toWay)})
	}
	return reply, nil
}

// Lists, as they are named in the log.
const (
	listDeadlines = "deadlines"
	listStudents  = "students"
	listDigest    = "digest"
	listUnlinked  = "unlinked"
	listMissed    = "missed"
	listFound     = "found"
	listRoles     = "roles"
)

// othersOn counts the other people whose deadlines stand in a list.
func othersOn(r *Request, list []item) int {
	others := map[journey.Code]bool{}
	for _, i := range list {
		others[i.of.Person.Code] = true
	}
	delete(others, r.Who.Person.Code)
	return len(others)
}

// paged returns one page of a list, and which page it is: the last one where
// the list has become shorter.
func paged[T any](all []T, page, size int) (int, []T) {
	page = max(0, min(page, (len(all)-1)/size))
	return page, all[page*size : min(len(all), (page+1)*size)]
}

// turn are the buttons to the pages beside one, the number of which comes first
// in their data.
func turn(page, all, size int, name string, rest ...any) [][]chat.Button {
	return turnTo(page, all, size, func(label string, page int) chat.Button {
		return button(label, name, append([]any{page}, rest...)...)
	})
}

// turnTo are the buttons to the pages beside one; none where there is one page.
func turnTo(page, all, size int, to func(label string, page int) chat.Button) [][]chat.Button {
	var row []chat.Button
	if page > 0 {
		row = append(row, to(wording.PageBack, page-1))
	}
	if (page+1)*size < all {
		row = append(row, to(wording.PageOn, page+1))
	}
	if len(row) == 0 {
		return nil
	}
	return [][]chat.Button{row}
}

// partsShown is how many parts of a unit are offered.
const partsShown = 30

// choose are buttons for the parts of a unit, three to a row.
func choose(parts []journey.Unit, name string) [][]chat.Button {
	var rows [][]chat.Button
	for i, u := range parts[:min(len(parts), partsShown)] {
		if i%3 == 0 {
			rows = append(rows, nil)
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], button(wording.UnitLabel(u), name, 0, i+1))
	}
	return rows
}

// Deadline shows one deadline with what can be done about it.
func (h *Handlers) Deadline(ctx context.Context, r *Request) (chat.Reply, error) {
	m, ok, err := h.matter(ctx, r, r.arg(0), r.arg(1))
	if err != nil || !ok {
		return chat.Reply{Toast: wording.ToastOld}, err
	}
	if err := h.saw(ctx, r, m.of.Person.Code, m.d.Key()); err != nil {
		return chat.Reply{}, err
	}
	page, part := r.number(2), r.number(3)
	back := button(wording.BackToList, buttonPage, page, part)
	if !m.open() {
		text, err := h.stands(ctx, r, m)
		return chat.Reply{Edit: true, Texts: []string{text}, Rows: [][]chat.Button{{back}}}, err
	}
	code, short := m.of.Person.Code, m.d.Short()
	var act []chat.Button
	if m.mayRecord() && len(closings(r, m.d)) > 0 {
		act = append(act, button(wording.DoneLabel, wording.ButtonDone, code, short))
	}
	if len(h.moments(r, []journey.Deadline{m.d})) > 0 {
		act = append(act, button(wording.LaterLabel, wording.ButtonLater, code, short))
	}
	rows := [][]chat.Button{act, {button(wording.WhyLabel, wording.ButtonWhy, code, short)}}
	if len(act) == 0 {
		rows = rows[1:]
	}
	if code != r.Who.Person.Code {
		rows = append(rows, []chat.Button{button(wording.SeeStudent, buttonStudent, code)})
	}
	rows = append(rows, []chat.Button{back})
	return chat.Reply{
		Edit:  true,
		Texts: []string{wording.Deadline(r.line(item{m.of, m.d}), m.of.Person, r.today(), r.Rules.Calendar)},
		Rows:  rows,
	}, nil
}

// Why says how a day was calculated and what it rests on.
func (h *Handlers) Why(ctx context.Context, r *Request) (chat.Reply, error) {
	if r.arg(0) == several {
		return h.whichLine(ctx, r, wording.ButtonWhy)
	}
	m, ok, err := h.matter(ctx, r, r.arg(0), r.arg(1))
	if err != nil || !ok {
		return chat.Reply{Toast: wording.ToastOld}, err
	}
	if err := h.saw(ctx, r, m.of.Person.Code, m.d.Key()); err != nil {
		return chat.Reply{}, err
	}
	return chat.Reply{Texts: []string{wording.Why(m.d, r.Rules, r.Book.Sources(knowledge.Entry{Facts: facts(m.d)}))}}, nil
}

// Preference shows how often the person is reminded, or changes it.
func (h *Handlers) Preference(ctx context.Context, r *Request) (chat.Reply, error) {
	want, ok := map[string]journey.Pref{"ngay": journey.Daily, "tuan": journey.Weekly, "gap": journey.UrgentOnly}[r.arg(0)]
	pref := r.Who.Pref
	reply := chat.Reply{}
	switch {
	case r.arg(0) == "":
	case !ok, !r.linked():
		return chat.Reply{Toast: wording.ToastOld}, nil
	default:
		err := h.change(ctx, r, r.Who.Person.Code, func(t journey.Track) (journey.Track, bool, error) {
			changed := t.Pref != want
			t.Pref = want
			return t, changed, nil
		})
		if err != nil {
			return chat.Reply{}, err
		}
		pref, reply.Edit, reply.Toast = want, true, wording.ToastPref
	}
	reply.Texts = []string{wording.Preference(pref)}
	reply.Rows = [][]chat.Button{
		{button(wording.PrefDaily, buttonPref, "ngay"), button(wording.PrefWeekly, buttonPref, "tuan")},
		{button(wording.PrefUrgent, buttonPref, "gap")},
	}
	return reply, nil
}

// facts are the rules a deadline rests on.
func facts(d journey.Deadline) []string {
	if d.Version == nil {
		return nil
	}
	return d.Version.Facts
}
