package handlers

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"donghanh/internal/audit"
	"donghanh/internal/chat"
	"donghanh/internal/desk"
	"donghanh/internal/journey"
	"donghanh/internal/knowledge"
	"donghanh/internal/wording"
)

// groupsOf is how many groups of questions stand on one page.
const groupsOf = 5

// lookedAt is how many waiting questions are looked at; more wait their turn.
const lookedAt = 1000

// officer names the person as the desk does.
func (r *Request) officer() desk.Officer { return desk.OfficerOf(r.Who.Person.Code, r.From) }

// groups returns the waiting questions as they are answered together.
func (h *Handlers) groups(ctx context.Context, r *Request) ([]desk.Group, error) {
	questions, err := h.desk.WaitingQuestions(ctx, lookedAt)
	if err != nil {
		return nil, err
	}
	refs, texts := make([]string, len(questions)), make([]string, len(questions))
	for i, q := range questions {
		refs[i], texts[i] = q.Ref(), q.Text
	}
	claims, err := h.desk.Claims(ctx, refs...)
	if err != nil {
		return nil, err
	}
	return desk.Groups(questions, claims, r.At, r.Book.Alike(texts)), nil
}

// group returns the group with a question. ok is false when it waits no more.
func (h *Handlers) group(ctx context.Context, r *Request, ref string) (g desk.Group, ok bool, err error) {
	groups, err := h.groups(ctx, r)
	if err != nil {
		return g, false, err
	}
	i := slices.IndexFunc(groups, func(g desk.Group) bool { return g.Has(ref) })
	if i < 0 {
		return g, false, nil
	}
	return groups[i], true, nil
}

// WaitingQuestions shows the questions that wait, those that are alike together,
// without names.
func (h *Handlers) WaitingQuestions(ctx context.Context, r *Request) (chat.Reply, error) {
	return h.deskPage(ctx, r, 0)
}

// DeskPage shows another page of them in place of the message pressed on.
func (h *Handlers) DeskPage(ctx context.Context, r *Request) (chat.Reply, error) {
	reply, err := h.deskPage(ctx, r, r.number(0))
	reply.Edit = true
	return reply, err
}

func (h *Handlers) deskPage(ctx context.Context, r *Request, page int) (chat.Reply, error) {
	all, err := h.desk.CountQuestions(ctx)
	if err != nil {
		return chat.Reply{}, err
	}
	groups, err := h.groups(ctx, r)
	if err != nil {
		return chat.Reply{}, err
	}
	page, shown := paged(groups, page, groupsOf)
	lines, err := h.groupLines(ctx, r, shown)
	if err != nil {
		return chat.Reply{}, err
	}
	reply := chat.Reply{Texts: []string{wording.Waiting(lines, page*groupsOf, len(groups), all, r.At)}, Protect: true}
	var row []chat.Button
	for i, g := range shown {
		row = append(row, button(wording.OpenGroup(page*groupsOf+i+1), buttonOpen, g.Lead().Why, g.Lead().ID))
	}
	if len(row) > 0 {
		reply.Rows = append(reply.Rows, row)
	}
	reply.Rows = append(reply.Rows, turn(page, len(groups), groupsOf, buttonDesk)...)
	return reply, nil
}

// groupLines returns groups as they are worded: with the titles they were
// answered with, who takes care of them, and who asked, where this person may
// know.
func (h *Handlers) groupLines(ctx context.Context, r *Request, groups []desk.Group) ([]wording.GroupLine, error) {
	var codes []journey.Code
	for _, g := range groups {
		codes = append(codes, g.Claim.By.Code())
		for _, q := range g.Questions {
			codes = append(codes, q.Known)
		}
	}
	slices.Sort(codes)
	codes = slices.DeleteFunc(slices.Compact(codes), func(c journey.Code) bool { return c == "" })
	tracks, err := h.people.Tracks(ctx, codes...)
	if err != nil {
		return nil, err
	}
	known := map[journey.Code]journey.Person{}
	for _, t := range tracks {
		known[t.Person.Code] = t.Person
	}
	var lines []wording.GroupLine
	for _, g := range groups {
		line := wording.GroupLine{Group: g, Answered: titles(r.Book, g.Lead().Topic), Mine: g.Claim.By == r.officer(), Askers: map[string]journey.Person{}}
		if line.Holder = known[g.Claim.By.Code()]; line.Holder.Code == "" {
			line.Holder.Roles = []journey.Role{journey.Admin} // whom only the settings know
		}
		for _, q := range g.Questions {
			if p := known[q.Known]; q.Known != "" && p.Code != "" && r.Person.MaySee(p) {
				line.Askers[q.Ref()] = p
			}
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// titles are those of the entries with which something was answered.
func titles(b *knowledge.Book, topics string) (out []string) {
	for t := range strings.SplitSeq(topics, ",") {
		if e, ok := b.Entries[knowledge.Topic(t)]; ok {
			out = append(out, e.Title)
		}
	}
	return out
}

// OpenGroup shows all questions of one group, with what can be done about them.
func (h *Handlers) OpenGroup(ctx context.Context, r *Request) (chat.Reply, error) {
	g, ok, err := h.group(ctx, r, ref(r))
	if err != nil || !ok {
		return chat.Reply{Toast: wording.ToastAnswered}, err
	}
	reply, err := h.opened(ctx, r, g)
	reply.Edit = true
	return reply, err
}

func (h *Handlers) opened(ctx context.Context, r *Request, g desk.Group) (chat.Reply, error) {
	lines, err := h.groupLines(ctx, r, []desk.Group{g})
	if err != nil {
		return chat.Reply{}, err
	}
	for _, p := range lines[0].Askers {
		if err := h.saw(ctx, r, p.Code, g.Lead().Ref()); err != nil {
			return chat.Reply{}, err
		}
	}
	q := g.Lead()
	on := func(label, name string, more ...any) chat.Button {
		return button(label, name, append([]any{q.Why, q.ID}, more...)...)
	}
	reply := chat.Reply{Texts: []string{wording.Opened(lines[0], r.At)}, Protect: true}
	switch {
	case !g.Claim.Holds(r.At):
		reply.Rows = [][]chat.Button{{on(wording.TakeUp, buttonTake)}}
	case g.Claim.HeldBy(r.officer(), r.At):
		reply.Rows = [][]chat.Button{
			{on(wording.ReplyNow, buttonReply)},
			{on(wording.HandOver, buttonPass, 0), on(wording.GiveUp, buttonGiveUp)},
			{on(wording.CloseGroup, buttonDrop)},
		}
	}
	reply.Rows = append(reply.Rows, []chat.Button{button(wording.BackToDesk, buttonDesk, 0)})
	return reply, nil
}

// TakeUp has the person answer a group: the others see who does, and since when.
// It runs out by itself.
func (h *Handlers) TakeUp(ctx context.Context, r *Request) (chat.Reply, error) {
	g, ok, err := h.group(ctx, r, ref(r))
	if err != nil || !ok {
		return chat.Reply{Toast: wording.ToastAnswered}, err
	}
	claim := desk.Claim{ID: r.ID, By: r.officer(), Since: r.At, Until: r.At.Add(desk.ClaimFor), Cause: r.ID}
	return h.claim(ctx, r, g, claim)
}

// claim has the person hold a group and shows it, or who holds it already.
func (h *Handlers) claim(ctx context.Context, r *Request, g desk.Group, claim desk.Claim) (chat.Reply, error) {
	toast := wording.ToastTaken
	if !g.Claim.Holds(r.At) || g.Claim.By == claim.By {
		if err := h.note(ctx, r, audit.Claimed, "", g.Lead().Ref()); err != nil {
			return chat.Reply{}, err
		}
	}
	held, err := h.desk.Claim(ctx, claim, "", r.At, g.Refs()...)
	switch {
	case errors.Is(err, desk.ErrClosed):
		return chat.Reply{Toast: wording.ToastAnswered}, nil
	case err != nil:
		return chat.Reply{}, err
	case held.ID != "":
		claim, toast = held, wording.ToastClaimed
	}
	g.Claim = claim
	reply, err := h.opened(ctx, r, g)
	reply.Edit, reply.Toast = true, toast
	return reply, err
}

// held returns the group with a question, which the person holds. ok is false,
// with what to say, when it waits no more or is not theirs to answer.
func (h *Handlers) held(ctx context.Context, r *Request, ref string) (g desk.Group, why string, ok bool, err error) {
	g, ok, err = h.group(ctx, r, ref)
	switch {
	case err != nil || !ok:
		return g, wording.ToastAnswered, false, err
	case !g.Claim.HeldBy(r.officer(), r.At):
		return g, wording.ToastNotHeld, false, nil
	}
	return g, "", true, nil
}

// GiveUp lets go of a group: somebody else may answer it.
func (h *Handlers) GiveUp(ctx context.Context, r *Request) (chat.Reply, error) {
	g, ok, err := h.group(ctx, r, ref(r))
	if err != nil || !ok {
		return chat.Reply{Toast: wording.ToastAnswered}, err
	}
	if g.Claim.Holds(r.At) && g.Claim.By != r.officer() {
		return chat.Reply{Toast: wording.ToastNotHeld}, nil
	}
	if err := h.note(ctx, r, audit.GivenUp, "", g.Lead().Ref()); err != nil {
		return chat.Reply{}, err
	}
	if err := h.desk.Release(ctx, r.officer(), g.Refs()...); err != nil {
		return chat.Reply{}, err
	}
	if r.Talk.Flow == flowReply && g.Has(r.Talk.Values[keyRef]) {
		r.Talk.End()
	}
	g.Claim = desk.Claim{}
	reply, err := h.opened(ctx, r, g)
	reply.Edit, reply.Toast = true, wording.ToastGivenUp
	return reply, err
}

// passOf is how many officers stand on one page.
const passOf = 8

// PassOn offers those to whom a group can be passed on.
func (h *Handlers) PassOn(ctx context.Context, r *Request) (chat.Reply, error) {
	g, why, ok, err := h.held(ctx, r, ref(r))
	if err != nil || !ok {
		return chat.Reply{Toast: why}, err
	}
	others, err := h.colleagues(ctx, r, g)
	if err != nil {
		return chat.Reply{}, err
	}
	if len(others) == 0 {
		return chat.Reply{Toast: wording.ToastNobodyElse}, nil
	}
	q := g.Lead()
	page, shown := paged(others, r.number(3), passOf)
	reply := chat.Reply{Edit: true, Texts: []string{wording.PassTo(q)}}
	for _, t := range shown {
		reply.Rows = append(reply.Rows, []chat.Button{button(wording.OfficerLabel(t.Person), buttonGive, q.Why, q.ID, t.Person.Code)})
	}
	reply.Rows = append(reply.Rows, turnTo(page, len(others), passOf, func(label string, page int) chat.Button {
		return button(label, buttonPass, q.Why, q.ID, page)
	})...)
	reply.Rows = append(reply.Rows, []chat.Button{button(wording.BackToGroup, buttonOpen, q.Why, q.ID)})
	return reply, nil
}

// colleagues are those at the desk who can be written to and may know whoever
// asked, the nearest first.
func (h *Handlers) colleagues(ctx context.Context, r *Request, g desk.Group) ([]journey.Track, error) {
	staff, err := h.people.Staff(ctx)
	if err != nil {
		return nil, err
	}
	var codes, asked []journey.Code
	for _, p := range staff {
		if p.Has(journey.AtDesk...) && p.Code != r.Who.Person.Code {
			codes = append(codes, p.Code)
		}
	}
	for _, q := range g.Questions {
		if q.Known != "" {
			asked = append(asked, q.Known)
		}
	}
	askers, err := h.people.Tracks(ctx, asked...)
	if err != nil {
		return nil, err
	}
	tracks, err := h.people.Tracks(ctx, codes...)
	if err != nil {
		return nil, err
	}
	tracks = slices.DeleteFunc(tracks, func(t journey.Track) bool {
		return t.Account == 0 || !t.Person.Has(journey.AtDesk...) ||
			slices.ContainsFunc(askers, func(a journey.Track) bool { return !t.Person.MaySee(a.Person) })
	})
	sortByName(tracks)
	slices.SortStableFunc(tracks, func(a, b journey.Track) int {
		return cmp.Compare(away(r.Person.Unit, a.Person.Unit), away(r.Person.Unit, b.Person.Unit))
	})
	return tracks, nil
}

// away is how far a unit lies from one's own: 0 for the same, 1 above or below
// it, 2 elsewhere.
func away(own, other journey.Unit) int {
	switch {
	case own == other:
		return 0
	case own.Covers(other), other.Covers(own):
		return 1
	}
	return 2
}

// Give passes a group on to another officer, who is told.
func (h *Handlers) Give(ctx context.Context, r *Request) (chat.Reply, error) {
	g, ok, err := h.group(ctx, r, ref(r))
	if err != nil || !ok {
		return chat.Reply{Toast: wording.ToastAnswered}, err
	}
	if !g.Claim.HeldBy(r.officer(), r.At) && g.Claim.Cause != r.ID { // given by this press: run again
		return chat.Reply{Toast: wording.ToastNotHeld}, nil
	}
	others, err := h.colleagues(ctx, r, g)
	if err != nil {
		return chat.Reply{}, err
	}
	i := slices.IndexFunc(others, func(t journey.Track) bool { return string(t.Person.Code) == r.arg(3) })
	if i < 0 {
		return chat.Reply{Toast: wording.ToastNoColleague}, nil
	}
	to := others[i]
	if err := h.note(ctx, r, audit.PassedOn, to.Person.Code, g.Lead().Ref()); err != nil {
		return chat.Reply{}, err
	}
	claim := desk.Claim{ID: g.Claim.ID, By: desk.OfficerOf(to.Person.Code, 0), Since: r.At, Until: r.At.Add(desk.ClaimFor), Cause: r.ID}
	held, err := h.desk.Claim(ctx, claim, r.officer(), r.At, g.Refs()...)
	switch {
	case errors.Is(err, desk.ErrClosed):
		return chat.Reply{Toast: wording.ToastAnswered}, nil
	case errors.Is(err, desk.ErrFree), err == nil && held.ID != "":
		return chat.Reply{Toast: wording.ToastNotHeld}, nil
	case err != nil:
		return chat.Reply{}, err
	}
	if r.Talk.Flow == flowReply && g.Has(r.Talk.Values[keyRef]) {
		r.Talk.End()
	}
	g.Claim = claim
	reply, err := h.opened(ctx, r, g)
	if err != nil {
		return chat.Reply{}, err
	}
	reply.Edit, reply.Toast = true, wording.ToastHandedOver
	q := g.Lead()
	told := chat.Message{
		Key: "passed/" + r.ID, To: chat.Address(to.Account), Lane: chat.Answers, At: r.At, Protect: true, Text: wording.PassedToYou(r.Person, g),
		Rows: [][]chat.Button{{button(wording.OpenIt, buttonOpen, q.Why, q.ID)}},
	}
	return reply, h.announce(ctx, r, reply, told)
}

// MakeKnown has the desk know who asked a question, or no longer: only who asked
// may say so.
func (h *Handlers) MakeKnown(ctx context.Context, r *Request) (chat.Reply, error) {
	q, gone, err := h.waiting(ctx, ref(r))
	if err != nil {
		return chat.Reply{}, err
	}
	if gone || q.From != r.From || !r.linked() {
		return chat.Reply{Toast: wording.ToastOld}, nil
	}
	hide := r.arg(3) == hidden
	if q.Known = r.Who.Person.Code; hide {
		q.Known = ""
	}
	if err := h.desk.ReplaceQuestion(ctx, q); err != nil && !errors.Is(err, desk.ErrClosed) {
		return chat.Reply{}, err
	}
	if hide {
		return chat.Reply{Edit: true, Texts: []string{wording.Kept()}, Rows: knownRow(q)}, nil
	}
	return chat.Reply{Edit: true, Texts: []string{wording.KnownNow(r.Who.Person)}, Rows: [][]chat.Button{{button(wording.HideMe, buttonKnown, q.Why, q.ID, hidden)}}}, nil
}

// hidden is the argument of the button by which one is not known any more.
const hidden = "an"

// knownRow offers who asked to be known to the desk.
func knownRow(q desk.Question) [][]chat.Button {
	return [][]chat.Button{{button(wording.LetThemKnow, buttonKnown, q.Why, q.ID)}}
}

// ref is the question a button names: its reason and its id, "tg:88123".
func ref(r *Request) string { return r.arg(0) + "/" + r.arg(1) + ":" + r.arg(2) }

// waiting returns a waiting question; gone is true when it is closed.
func (h *Handlers) waiting(ctx context.Context, ref string) (q desk.Question, gone bool, err error) {
	q, err = h.desk.Question(ctx, ref)
	if errors.Is(err, desk.ErrClosed) {
		return q, true, nil
	}
	return q, false, err
}
