package handlers

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"donghanh/internal/audit"
	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/roster"
	"donghanh/internal/wording"
)

// flowAssign names the assigning of mentors to many students in a conversation.
const flowAssign = "phancong"

// What is kept of it, beside keyStart.
const (
	keyFrom  = "from"  // whose students they are; empty: nobody's
	keyPairs = "pairs" // "sv1>gv1 sv2>gv2", as shown
	keyOne   = "one"   // who gets all of them, chosen by the person; may come above the limit
)

// What a button of it is for.
const (
	assignAlone = "moi" // students without a mentor
	assignFrom  = "tu"  // those of a mentor: code
	assignWrite = "ok"  // Seq that began it, mark of what was shown
	assignOne   = "mot" // Seq that began it, page: to whom all of them
	assignTo    = "cho" // Seq that began it, code
)

// assignedAtOnce is how many students are assigned in one go: as many pairs stand
// in the conversation until they are confirmed.
const assignedAtOnce = 300

// Assign assigns mentors to students: it suggests, and writes what was shown.
func (h *Handlers) Assign(ctx context.Context, r *Request) (chat.Reply, error) {
	said := r.Talk.Values
	old := chat.Reply{Toast: wording.ToastOld}
	switch act := r.arg(0); act {
	case assignAlone:
		return h.beginAssign(ctx, r, "")
	case assignFrom:
		t, ok, err := h.ofList(ctx, r, r.arg(1))
		if err != nil || !ok || !t.Person.Has(journey.Mentor) {
			return old, err
		}
		return h.beginAssign(ctx, r, t.Person.Code)
	case assignWrite, assignOne, assignTo:
		if r.Talk.Flow != flowAssign || r.arg(1) != said[keyStart] {
			return old, nil
		}
		var reply chat.Reply
		var err error
		edit := said[keyFile] == "" // a message with a file takes no text
		switch {
		case act == assignWrite && said[keyPairs] != "" && r.arg(2) == journey.Short(said[keyPairs]):
			reply, err = h.writeAssign(ctx, r)
		case act == assignOne && said[keyFrom] != "":
			reply, err = h.askOne(ctx, r)
		case act == assignTo && said[keyFrom] != "" && journey.ValidCode(r.arg(2)):
			said[keyOne] = r.arg(2)
			reply, err = h.suggest(ctx, r, "")
		default:
			return old, nil
		}
		reply.Edit = edit && len(reply.Texts) > 0 && reply.File == nil
		return reply, err
	}
	return old, nil
}

func (h *Handlers) beginAssign(ctx context.Context, r *Request, from journey.Code) (chat.Reply, error) {
	r.Talk.Begin(flowAssign, r.At, map[string]string{keyStart: strconv.FormatInt(r.Seq, 10), keyFrom: string(from)})
	return h.suggest(ctx, r, "")
}

// toAssign are the students who are to get a mentor, by unit and name: those of
// one mentor, or those without one who are on their way.
func (h *Handlers) toAssign(ctx context.Context, r *Request) ([]journey.Person, error) {
	from := journey.Code(r.Talk.Values[keyFrom])
	people, err := h.within(ctx, r, func(p journey.Person) bool {
		return p.Has(journey.Student) && p.Mentor == from && r.Person.MayChange(p)
	}, "")
	if err != nil {
		return nil, err
	}
	tracks, err := h.tracksOf(ctx, people[:min(len(people), atOnce)])
	if err != nil {
		return nil, err
	}
	var out []journey.Person
	for _, t := range tracks {
		if t.Person.Mentor == from && (from != "" || needsMentor(r.Rules.State(t, r.today()))) {
			out = append(out, t.Person)
		}
	}
	return out, nil
}

// needsMentor reports whether somebody is on the way: who left it, or is an
// official member, needs no one to help.
func needsMentor(s journey.State) bool {
	return s.Stage != journey.OfficialMember && !slices.ContainsFunc(s.Side, func(side journey.Side) bool {
		return slices.Contains([]journey.Side{journey.Withdrawn, journey.Delisted, journey.TransferredOut, journey.Removed}, side)
	})
}

// suggest shows who would help whom. first stands before it.
func (h *Handlers) suggest(ctx context.Context, r *Request, first string) (chat.Reply, error) {
	said := r.Talk.Values
	from, one := journey.Code(said[keyFrom]), journey.Code(said[keyOne])
	students, err := h.toAssign(ctx, r)
	if err != nil {
		return chat.Reply{}, err
	}
	helpers, err := h.helpers(ctx, r, r.keeps())
	if err != nil {
		return chat.Reply{}, err
	}
	plan := wording.AssignPlan{Waiting: len(students), Limit: h.mentorLimit}
	if plan.From, err = h.named(ctx, from); err != nil {
		return chat.Reply{}, err
	}
	var mentors []journey.Helping
	byCode := map[journey.Code]helper{}
	for _, m := range helpers {
		if m.Code != from {
			mentors, byCode[m.Code] = append(mentors, journey.Helping{Person: m.Person, Students: m.helped}), m
		}
	}
	plan.Mentors = len(mentors)
	students = students[:min(len(students), assignedAtOnce)]
	var pairs []journey.Pair
	if _, ok := byCode[one]; ok {
		plan.One = true
		for _, s := range students {
			if s.Code != one {
				pairs = append(pairs, journey.Pair{Student: s.Code, Mentor: one})
			}
		}
	} else {
		var left []journey.Person
		pairs, left = journey.Assign(students, mentors, h.mentorLimit)
		plan.Left = len(left)
	}
	of := map[journey.Code]journey.Person{}
	for _, s := range students {
		of[s.Code] = s
	}
	var written []string
	for _, p := range pairs {
		written = append(written, string(p.Student)+">"+string(p.Mentor))
		plan.Add(byCode[p.Mentor].Person, byCode[p.Mentor].helped, of[p.Student])
	}
	said[keyPairs] = strings.Join(written, " ")
	if err := h.noteList(ctx, r, "assign", len(pairs)); err != nil {
		return chat.Reply{}, err
	}
	text, rows := wording.Suggested(plan, maxLines)
	reply := chat.Reply{Texts: []string{first + text}, Protect: true}
	delete(said, keyFile)
	if rows != nil {
		said[keyFile] = wording.AssignSheet
		data, err := h.workbook(roster.Sheet{Name: wording.AssignSheet, Rows: rows})
		if err != nil {
			return chat.Reply{}, err
		}
		reply.Texts, reply.File = append(reply.Texts, wording.AllPairs), &chat.File{Name: "phan-cong.xlsx", Data: data}
	}
	if len(pairs) > 0 {
		label := wording.AssignThem
		if from != "" {
			label = wording.MoveThem
		}
		reply.Rows = append(reply.Rows, []chat.Button{button(label, buttonAssign, assignWrite, said[keyStart], journey.Short(said[keyPairs]))})
	}
	if from != "" && len(students) > 0 && len(mentors) > 0 {
		reply.Rows = append(reply.Rows, []chat.Button{button(wording.AllToOne, buttonAssign, assignOne, said[keyStart], 0)})
	}
	reply.Rows = append(reply.Rows, []chat.Button{button(wording.LeaveIt, buttonCancel)})
	return reply, nil
}

// askOne asks who is to get all students of a mentor.
func (h *Handlers) askOne(ctx context.Context, r *Request) (chat.Reply, error) {
	said := r.Talk.Values
	from, err := h.named(ctx, journey.Code(said[keyFrom]))
	if err != nil {
		return chat.Reply{}, err
	}
	helpers, err := h.helpers(ctx, r, from.Unit)
	if err != nil {
		return chat.Reply{}, err
	}
	helpers = slices.DeleteFunc(helpers, func(m helper) bool { return m.Code == from.Code })
	page, shown := paged(helpers, r.number(2), choicesOf)
	reply := chat.Reply{Texts: []string{wording.AskOne(from)}, Protect: true}
	for _, m := range shown {
		reply.Rows = append(reply.Rows, []chat.Button{button(wording.MentorLabel(m.Person, m.helped), buttonAssign, assignTo, said[keyStart], m.Code)})
	}
	reply.Rows = append(reply.Rows, turnTo(page, len(helpers), choicesOf, func(label string, page int) chat.Button {
		return button(label, buttonAssign, assignOne, said[keyStart], page)
	})...)
	reply.Rows = append(reply.Rows, []chat.Button{button(wording.LeaveIt, buttonCancel)})
	return reply, nil
}

// pairsOf reads what keyPairs holds: our own.
func pairsOf(text string) (pairs []journey.Pair) {
	for pair := range strings.FieldsSeq(text) {
		student, mentor, _ := strings.Cut(pair, ">")
		pairs = append(pairs, journey.Pair{Student: journey.Code(student), Mentor: journey.Code(mentor)})
	}
	return pairs
}

// writeAssign writes what was shown, once: a student whom somebody else gave a
// mentor meanwhile is left as they are. Where a mentor would come above the limit
// by now it is suggested anew.
func (h *Handlers) writeAssign(ctx context.Context, r *Request) (chat.Reply, error) {
	said := r.Talk.Values
	pairs := pairsOf(said[keyPairs])
	fits, err := h.stillFits(ctx, r, pairs)
	if err != nil {
		return chat.Reply{}, err
	}
	if !fits {
		return h.suggest(ctx, r, wording.AssignMovedOn)
	}
	from := journey.Code(said[keyFrom])
	to, codes := map[journey.Code]journey.Code{}, make([]journey.Code, len(pairs))
	for i, p := range pairs {
		to[p.Student], codes[i] = p.Mentor, p.Student
	}
	given := map[journey.Code][]journey.Person{}
	done := 0
	for range tries {
		tracks, err := h.people.Tracks(ctx, codes...)
		if err != nil {
			return chat.Reply{}, err
		}
		var saves []journey.Save
		var entries []audit.Entry
		for _, t := range tracks {
			p := t.Person
			mentor := to[p.Code]
			switch {
			case !p.Has(journey.Student) || !r.Person.MayChange(p):
			case p.Mentor == mentor: // by this press before a crash
				given[mentor] = append(given[mentor], p)
				done++
			case p.Mentor == from:
				t.Person.Mentor = mentor
				saves = append(saves, journey.Save{Track: t, Next: next(r.Rules, t, r.today())})
				entries = append(entries, r.entry(audit.Changed, p.Code, audit.Differ(p, t.Person)))
			}
		}
		if len(saves) == 0 {
			codes = nil
			break
		}
		if err := h.audit.Note(ctx, entries...); err != nil {
			return chat.Reply{}, err
		}
		if codes, err = h.people.SaveTracks(ctx, saves...); err != nil {
			return chat.Reply{}, err
		}
		for _, s := range saves {
			if p := s.Track.Person; !slices.Contains(codes, p.Code) {
				given[p.Mentor] = append(given[p.Mentor], p)
				done++
			}
		}
		if len(codes) == 0 {
			break
		}
	}
	if len(codes) > 0 {
		return chat.Reply{}, fmt.Errorf("assign %s and %d more: %w", codes[0], len(codes)-1, journey.ErrConflict)
	}
	if err := h.tellMentors(ctx, r, given); err != nil {
		return chat.Reply{}, err
	}
	r.Talk.End()
	return chat.Reply{Texts: []string{wording.AssignedThem(done, len(given), len(pairs)-done)}, Public: true, Rows: [][]chat.Button{{button(wording.WholeList, buttonList, 0, narrowNobody)}}}, nil
}

// stillFits reports whether all mentors of the pairs are mentors whom the person
// looks after, and come to help no more than the limit, with these students; who
// was chosen to get all may.
func (h *Handlers) stillFits(ctx context.Context, r *Request, pairs []journey.Pair) (bool, error) {
	of, ours := map[journey.Code]int{}, map[journey.Code]bool{}
	for _, p := range pairs {
		of[p.Mentor]++
		ours[p.Student] = true
	}
	for mentor, more := range of {
		t, ok, err := h.ofList(ctx, r, string(mentor))
		if err != nil || !ok || !t.Person.Has(journey.Mentor) {
			return false, err
		}
		if r.Talk.Values[keyOne] == string(mentor) {
			continue
		}
		students, err := h.people.StudentsOf(ctx, mentor)
		if err != nil {
			return false, err
		}
		students = slices.DeleteFunc(students, func(c journey.Code) bool { return ours[c] })
		if len(students)+more > h.mentorLimit {
			return false, nil
		}
	}
	return true, nil
}
