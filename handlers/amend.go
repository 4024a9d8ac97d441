package handlers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"donghanh/internal/audit"
	"donghanh/internal/chat"
	"donghanh/internal/invite"
	"donghanh/internal/journey"
	"donghanh/internal/roster"
	"donghanh/internal/wording"
)

// flowAmend names a change of who somebody is in a conversation.
const flowAmend = "suads"

// What is said in it, beside keyStart and keyCode.
const (
	keyWhat = "what" // wording.UnitOfPerson, …, amendLink
	keyWas  = "was"  // what was kept when it was asked
	keyNew  = "new"  // what is to be kept
	keySeed = "seed" // of start codes: the same ones when the press runs again
)

// What a button of a card is for, beside what wording names.
const (
	amendLink = "lk"
	endHold   = "dung"
	endResume = "tiep"
	endMove   = "di"
	endReturn = "ve"
	endLeave  = "thoi"
)

// ends are the events behind those buttons.
var ends = map[string][]journey.EventID{
	endHold:   {"E_HOLD"},
	endResume: {"E_RESUME"},
	endMove:   {"E_TRANSFER_OUT"},
	endReturn: {"E_TRANSFER_IN"},
	endLeave:  {"E_WITHDRAWN", "E_DELISTED", "E_LEFT_PARTY"},
}

// What a press within a change does.
const (
	amendUnits  = "u" // short name of the unit looked into, page
	amendUnit   = "v" // short name of the unit chosen
	amendPage   = "p" // page of mentors
	amendMentor = "m" // code of the mentor chosen, "-" for nobody
	amendSave   = "ok"
)

// BeginAmend begins a change of one person of the list: who they are, a new
// start link, or an event that ends or stops their way.
func (h *Handlers) BeginAmend(ctx context.Context, r *Request) (chat.Reply, error) {
	t, ok, err := h.ofList(ctx, r, r.arg(0))
	if err != nil || !ok || !r.Person.MayChange(t.Person) {
		return chat.Reply{Toast: wording.ToastOld}, err
	}
	what := r.arg(1)
	if events, ok := ends[what]; ok {
		return h.beginEnd(r, t, events)
	}
	said := map[string]string{keyStart: strconv.FormatInt(r.Seq, 10), keyCode: string(t.Person.Code), keyWhat: what}
	begin := func() { r.Talk.Begin(flowAmend, r.At, said) }
	switch {
	case what == wording.UnitOfPerson:
		begin()
		return h.askUnit(ctx, r, t.Person, r.keeps(), 0)
	case what == wording.MentorOfPerson && t.Person.Has(journey.Student):
		begin()
		return h.askMentor(ctx, r, t.Person, 0, "")
	case what == wording.NameOfPerson:
		begin()
		return chat.Reply{Texts: []string{wording.AskNewName(t.Person)}, Rows: [][]chat.Button{{button(wording.LeaveIt, buttonCancel)}}, Protect: true}, nil
	case what == amendLink:
		said[keySeed] = h.secret()
		begin()
		return chat.Reply{Texts: []string{wording.ConfirmLink(t.Person, t.Account != 0)}, Protect: true, Rows: [][]chat.Button{{
			r.amendButton(wording.MakeLink, amendSave), button(wording.LeaveIt, buttonCancel)}}}, nil
	}
	return chat.Reply{Toast: wording.ToastOld}, nil
}

// beginEnd begins to record an event that stops or ends somebody's way, as
// BeginRecord does: the rules say whether it may be.
func (h *Handlers) beginEnd(r *Request, t journey.Track, events []journey.EventID) (chat.Reply, error) {
	if !t.Person.Has(journey.Student) {
		return chat.Reply{Toast: wording.ToastOld}, nil
	}
	var may []journey.EventRule
	var refusal *journey.Refusal
	for _, id := range events {
		_, err := r.Rules.Accept(t, journey.Event{ID: id, On: r.today(), By: r.Who.Person.Code, At: r.At}, r.as(t.Person), r.today())
		if rule, ok := r.Rules.Event(id); ok && err == nil {
			may = append(may, rule)
		} else if refusal == nil {
			refusal, _ = errors.AsType[*journey.Refusal](err)
		}
	}
	switch {
	case len(may) == 0 && len(events) == 1 && refusal != nil:
		return chat.Reply{Texts: []string{h.refused(r, refusal)}, Protect: true}, nil
	case len(may) == 0:
		return chat.Reply{Texts: []string{wording.NothingToEnd(t.Person)}, Protect: true}, nil
	}
	r.Talk.Begin(flowRecord, r.At, map[string]string{keyStart: strconv.FormatInt(r.Seq, 10), keyCode: string(t.Person.Code)})
	if len(may) > 1 {
		reply := chat.Reply{Texts: []string{wording.AskHowLeft(t.Person)}, Protect: true}
		for _, rule := range may {
			reply.Rows = append(reply.Rows, []chat.Button{recordButton(r, wording.EventLabel(rule), stepEvent, rule.ID)})
		}
		reply.Rows = append(reply.Rows, []chat.Button{button(wording.LeaveIt, buttonCancel)})
		return reply, nil
	}
	r.Talk.Values[stepEvent] = string(may[0].ID)
	return h.askRecord(r, t), nil
}

func (r *Request) amendButton(label, act string, args ...any) chat.Button {
	return button(label, buttonAmendStep, append([]any{r.Talk.Values[keyStart], act}, args...)...)
}

// askUnit asks for a unit among those the person looks after.
func (h *Handlers) askUnit(ctx context.Context, r *Request, p journey.Person, unit journey.Unit, page int) (chat.Reply, error) {
	t, err := h.unitTree(ctx, r.keeps())
	if err != nil {
		return chat.Reply{}, err
	}
	if _, ok := t[unit]; !ok {
		return chat.Reply{Toast: wording.ToastOld}, nil
	}
	rows := t.rows(r.keeps(), unit, page, func(u journey.Unit) bool { return u == p.Unit },
		func(u journey.Unit, page int) []any { return []any{amendUnits, journey.Short(string(u)), page} },
		func(u journey.Unit) []any { return []any{amendUnit, journey.Short(string(u))} },
		func(label string, args ...any) chat.Button {
			return r.amendButton(label, fmt.Sprint(args[0]), args[1:]...)
		})
	rows = append(rows, []chat.Button{button(wording.LeaveIt, buttonCancel)})
	return chat.Reply{Texts: []string{wording.AskNewUnit(p)}, Rows: rows, Protect: true}, nil
}

// helper is a mentor with how many students they help.
type helper struct {
	journey.Person
	helped int
}

// helpers are the mentors whom the person looks after, those nearest to a unit
// first, then those who help fewest.
func (h *Handlers) helpers(ctx context.Context, r *Request, near journey.Unit) ([]helper, error) {
	all, err := h.register.everybody(ctx)
	if err != nil {
		return nil, err
	}
	helped := map[journey.Code]int{}
	var out []helper
	for _, e := range all {
		if e.Has(journey.Student) && e.Mentor != "" {
			helped[e.Mentor]++
		}
		if e.Has(journey.Mentor) && r.Person.Keeps(e.Unit) {
			out = append(out, helper{Person: e.Person})
		}
	}
	for i := range out {
		out[i].helped = helped[out[i].Code]
	}
	slices.SortStableFunc(out, func(a, b helper) int {
		return cmp.Or(cmp.Compare(journey.Apart(a.Unit, near), journey.Apart(b.Unit, near)), cmp.Compare(a.helped, b.helped))
	})
	return out, nil
}

// askMentor asks who is to help a student, among those whose name or code has
// the query in it.
func (h *Handlers) askMentor(ctx context.Context, r *Request, p journey.Person, page int, query string) (chat.Reply, error) {
	all, err := h.helpers(ctx, r, p.Unit)
	if err != nil {
		return chat.Reply{}, err
	}
	w := newWriter()
	parts := partsOf(query)
	all = slices.DeleteFunc(all, func(m helper) bool {
		return m.Code == p.Mentor || m.Code == p.Code || query != "" && !w.entry(m.Person, 0).finds(parts)
	})
	now, err := h.named(ctx, p.Mentor)
	if err != nil {
		return chat.Reply{}, err
	}
	page, shown := paged(all, page, choicesOf)
	reply := chat.Reply{Texts: []string{wording.AskNewMentor(p, now, len(all) > 0, h.mentorLimit)}, Protect: true}
	if query != "" && len(all) == 0 {
		reply.Texts = []string{wording.NoSuchMentor()}
	}
	for _, m := range shown {
		reply.Rows = append(reply.Rows, []chat.Button{r.amendButton(wording.MentorLabel(m.Person, m.helped), amendMentor, m.Code)})
	}
	if query == "" { // its pages know no query
		reply.Rows = append(reply.Rows, turnTo(page, len(all), choicesOf, func(label string, page int) chat.Button {
			return r.amendButton(label, amendPage, page)
		})...)
	}
	last := []chat.Button{button(wording.LeaveIt, buttonCancel)}
	if p.Mentor != "" {
		last = append([]chat.Button{r.amendButton(wording.NoMentorAny, amendMentor, noDetail)}, last...)
	}
	reply.Rows = append(reply.Rows, last)
	return reply, nil
}

// AmendStep takes one press of a change: what began it, what to do, with what.
func (h *Handlers) AmendStep(ctx context.Context, r *Request) (chat.Reply, error) {
	said := r.Talk.Values
	if r.Talk.Flow != flowAmend || r.arg(0) != said[keyStart] {
		return chat.Reply{Toast: wording.ToastOld}, nil
	}
	t, ok, err := h.ofList(ctx, r, said[keyCode])
	if err != nil || !ok || !r.Person.MayChange(t.Person) {
		return chat.Reply{Toast: wording.ToastOld}, err
	}
	reply, err := h.amendStep(ctx, r, t)
	reply.Edit = len(reply.Texts) > 0 && reply.File == nil // a text cannot become a picture
	return reply, err
}

func (h *Handlers) amendStep(ctx context.Context, r *Request, t journey.Track) (chat.Reply, error) {
	old := chat.Reply{Toast: wording.ToastOld}
	what := r.Talk.Values[keyWhat]
	switch act := r.arg(1); {
	case act == amendSave && what == amendLink:
		return h.makeLink(ctx, r, t)
	case act == amendSave && r.arg(2) == r.amendMark():
		return h.amend(ctx, r, t)
	case what == wording.UnitOfPerson && (act == amendUnits || act == amendUnit):
		tree, err := h.unitTree(ctx, r.keeps())
		if err != nil {
			return chat.Reply{}, err
		}
		unit, ok := tree.named(r.arg(2))
		switch {
		case !ok:
			return old, nil
		case act == amendUnits:
			return h.askUnit(ctx, r, t.Person, unit, r.number(3))
		}
		return h.amendTo(ctx, r, t.Person, string(unit))
	case what == wording.MentorOfPerson && act == amendPage:
		return h.askMentor(ctx, r, t.Person, r.number(2), "")
	case what == wording.MentorOfPerson && act == amendMentor && r.arg(2) == noDetail:
		return h.amendTo(ctx, r, t.Person, "")
	case what == wording.MentorOfPerson && act == amendMentor && journey.ValidCode(r.arg(2)):
		return h.amendTo(ctx, r, t.Person, r.arg(2))
	}
	return old, nil
}

// amendTyped takes a name, a unit or a mentor that is typed. ok is false when
// the text is something else.
func (h *Handlers) amendTyped(ctx context.Context, r *Request) (reply chat.Reply, ok bool, err error) {
	said := r.Talk.Values
	t, found, err := h.ofList(ctx, r, said[keyCode])
	if err != nil {
		return chat.Reply{}, true, err
	}
	if !found || !r.Person.MayChange(t.Person) {
		r.Talk.End()
		return chat.Reply{Texts: []string{wording.NotInList}}, true, nil
	}
	text := strings.TrimSpace(r.Text)
	if strings.HasSuffix(text, "?") {
		return chat.Reply{}, false, nil
	}
	switch said[keyWhat] {
	case wording.NameOfPerson, wording.UnitOfPerson:
		column := roster.Name
		if said[keyWhat] == wording.UnitOfPerson {
			column = roster.Unit
		}
		value, problem := roster.Typed(column, text)
		if problem != nil {
			return chat.Reply{Texts: []string{wording.WrongValue(*problem)}, Protect: true}, true, nil
		}
		reply, err = h.amendTo(ctx, r, t.Person, value)
	case wording.MentorOfPerson:
		reply, err = h.askMentor(ctx, r, t.Person, 0, sought(text))
	default:
		return chat.Reply{}, false, nil
	}
	return reply, true, err
}

// valueOf is what is kept of a person of what a change is about.
func valueOf(p journey.Person, what string) string {
	switch what {
	case wording.UnitOfPerson:
		return string(p.Unit)
	case wording.MentorOfPerson:
		return string(p.Mentor)
	}
	return p.Name
}

// withValue is a person with another value of what a change is about.
func withValue(p journey.Person, what, value string) journey.Person {
	switch what {
	case wording.UnitOfPerson:
		p.Unit = journey.Unit(value)
	case wording.MentorOfPerson:
		p.Mentor = journey.Code(value)
	default:
		p.Name = value
	}
	return p
}

// amendTo asks whether a person is to have another value.
func (h *Handlers) amendTo(ctx context.Context, r *Request, p journey.Person, value string) (chat.Reply, error) {
	said := r.Talk.Values
	a, refused, err := h.amendment(ctx, r, p, said[keyWhat], value)
	switch {
	case err != nil:
		return chat.Reply{}, err
	case refused != "":
		return chat.Reply{Texts: []string{refused}, Protect: true}, nil
	case a.Was == a.Now:
		return chat.Reply{Texts: []string{wording.SameAlready}, Public: true}, nil
	}
	said[keyWas], said[keyNew] = a.Was, a.Now
	return chat.Reply{Texts: []string{wording.ConfirmAmend(a)}, Protect: true, Rows: [][]chat.Button{{
		r.amendButton(wording.WriteIt, amendSave, r.amendMark()), button(wording.LeaveIt, buttonCancel)}}}, nil
}

// amendMark names what is asked, so that a button of another question does
// nothing.
func (r *Request) amendMark() string {
	return journey.Short(r.Talk.Values[keyWas] + "\x00" + r.Talk.Values[keyNew])
}

// amendment is a change to another value, or why the person may not make it. A
// unit or a mentor is one the person looks after too.
func (h *Handlers) amendment(ctx context.Context, r *Request, p journey.Person, what, value string) (a wording.Amendment, refused string, err error) {
	a = wording.Amendment{Person: p, What: what, Was: valueOf(p, what), Now: value, Limit: h.mentorLimit}
	switch what {
	case wording.UnitOfPerson:
		tree, err := h.unitTree(ctx, r.keeps())
		if err != nil {
			return a, "", err
		}
		unit := tree.spelt(journey.Unit(value))
		if !r.Person.Keeps(unit) {
			ask, err := h.whoKeeps(ctx, p.Unit, unit)
			return a, wording.BeyondScope(unit, r.keeps(), ask), err
		}
		a.Now = string(unit)
		_, known := tree[unit]
		a.NewUnit = !known
		if a.Mentor, err = h.named(ctx, p.Mentor); err != nil {
			return a, "", err
		}
	case wording.MentorOfPerson:
		if a.Old, err = h.named(ctx, p.Mentor); err != nil || value == "" {
			return a, "", err
		}
		tracks, err := h.people.Tracks(ctx, journey.Code(value))
		switch {
		case err != nil:
			return a, "", err
		case len(tracks) == 0 || !tracks[0].Person.Has(journey.Mentor) || tracks[0].Person.Code == p.Code:
			return a, wording.NoSuchMentor(), nil
		case !r.Person.Keeps(tracks[0].Person.Unit):
			ask, err := h.whoKeeps(ctx, p.Unit, tracks[0].Person.Unit)
			return a, wording.BeyondScope(tracks[0].Person.Unit, r.keeps(), ask), err
		}
		a.New = tracks[0].Person
		students, err := h.people.StudentsOf(ctx, a.New.Code)
		if err != nil {
			return a, "", err
		}
		a.Helped = len(students)
	}
	return a, "", nil
}

// spelt is a unit as its known part is spelt.
func (t tree) spelt(unit journey.Unit) journey.Unit {
	for above := unit; above != ""; above = above.Parent() {
		for known := range t {
			if strings.EqualFold(string(known), string(above)) {
				return known + unit[len(above):]
			}
		}
	}
	return unit
}

// namedToAsk is how many people are named whom one may ask instead.
const namedToAsk = 3

// whoKeeps names those nearest who look after all of the units.
func (h *Handlers) whoKeeps(ctx context.Context, units ...journey.Unit) ([]journey.Person, error) {
	staff, err := h.people.Staff(ctx)
	if err != nil {
		return nil, err
	}
	staff = slices.DeleteFunc(staff, func(p journey.Person) bool {
		return p.Has(journey.Admin) || slices.ContainsFunc(units, func(u journey.Unit) bool { return !p.Keeps(u) })
	})
	slices.SortStableFunc(staff, func(a, b journey.Person) int { return cmp.Compare(len(b.Unit), len(a.Unit)) })
	return staff[:min(len(staff), namedToAsk)], nil
}

// amend makes the change that was asked, once. Where somebody else changed the
// same meanwhile it is asked again.
func (h *Handlers) amend(ctx context.Context, r *Request, t journey.Track) (chat.Reply, error) {
	what, was, value := r.Talk.Values[keyWhat], r.Talk.Values[keyWas], r.Talk.Values[keyNew]
	current := valueOf(t.Person, what)
	if current != was && current != value {
		reply, err := h.amendTo(ctx, r, t.Person, value)
		if len(reply.Texts) > 0 {
			reply.Texts[0] = wording.AmendedMeanwhile + "\n" + reply.Texts[0]
		}
		return reply, err
	}
	before := withValue(t.Person, what, was) // the change may be made already, by this press
	a, refused, err := h.amendment(ctx, r, before, what, value)
	if err != nil || refused != "" {
		return chat.Reply{Texts: []string{refused}, Protect: true}, err
	}
	code := t.Person.Code
	if current != value {
		if err := h.note(ctx, r, audit.Changed, code, audit.Differ(t.Person, withValue(t.Person, what, value))); err != nil {
			return chat.Reply{}, err
		}
	}
	err = h.change(ctx, r, code, func(t journey.Track) (journey.Track, bool, error) {
		current := valueOf(t.Person, what)
		if !r.Person.MayChange(t.Person) || current != was && current != value {
			return t, false, errNotYours
		}
		t.Person = withValue(t.Person, what, value)
		a.Person = t.Person
		return t, current != value, nil
	})
	switch {
	case errors.Is(err, errNotYours):
		return chat.Reply{Toast: wording.ToastOld}, nil
	case err != nil:
		return chat.Reply{}, err
	}
	if what == wording.MentorOfPerson && a.New.Code != "" {
		if err := h.tellMentors(ctx, r, map[journey.Code][]journey.Person{a.New.Code: {a.Person}}); err != nil {
			return chat.Reply{}, err
		}
	}
	r.Talk.End()
	return chat.Reply{Texts: []string{wording.Amended(a)}, Protect: true, Rows: [][]chat.Button{{button(wording.BackToPerson, buttonPerson, code)}}}, nil
}

// tellMentors tells mentors whom they are to help from now on, one message each,
// once for each press.
func (h *Handlers) tellMentors(ctx context.Context, r *Request, students map[journey.Code][]journey.Person) error {
	codes := make([]journey.Code, 0, len(students))
	for code := range students {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	tracks, err := h.people.Tracks(ctx, codes...)
	if err != nil {
		return err
	}
	var out []chat.Message
	for _, t := range tracks {
		if t.Account == 0 || t.Person.Code == r.Who.Person.Code {
			continue
		}
		text := wording.NewStudents(students[t.Person.Code], r.Who.Person)
		for i, part := range wording.Split(text, wording.MaxMessage) {
			out = append(out, chat.Message{
				Key: partKey("assigned/"+r.ID+"/"+string(t.Person.Code), i), To: chat.Address(t.Account), Lane: chat.Reminders,
				At: h.hours.After(r.At), Text: part, Protect: true,
			})
		}
	}
	if len(out) == 0 {
		return nil
	}
	_, err = h.outbox.Put(ctx, out...)
	return err
}

// makeLink makes a new start link for a person; earlier ones are void.
func (h *Handlers) makeLink(ctx context.Context, r *Request, t journey.Track) (chat.Reply, error) {
	code := t.Person.Code
	if err := h.note(ctx, r, audit.Invited, code, ""); err != nil {
		return chat.Reply{}, err
	}
	reply, err := h.invitation(ctx, r, t)
	reply.Rows = [][]chat.Button{{button(wording.BackToPerson, buttonPerson, code)}}
	return reply, err
}

// startLink opens the bot with a start code; empty while the bot's name is not
// known.
func (h *Handlers) startLink(startCode string) string {
	if h.username == nil || h.username() == "" {
		return ""
	}
	return invite.Link(h.username(), startCode)
}
