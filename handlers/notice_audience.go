package handlers

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/notice"
	"donghanh/internal/wording"
)

// What a press does about whom a notice is for. Values that are added and taken
// away say which, so that a press that comes twice does no more.
const (
	actRole    = "vai" // a role, all
	actUnits   = "dv"  // short name of the unit that is looked into, page
	actUnit    = "dv1" // 1 or 0, short name
	actStages  = "ch"
	actStage   = "ch1" // 1 or 0, short name
	actPapers  = "gi"  // page
	actPaper   = "gi1" // 1 or 0, short name
	actLate    = "th"  // page
	actLateFor = "th1" // 1 or 0, short name
	actOverdue = "qh"  // 1 or 0
	actCodes   = "ma"
	actGroups  = "nh"  // page
	actGroup   = "nh1" // conversation
	actClear   = "bo"
)

const everybody = "all"

// choicesOf is how many choices stand on one page.
const choicesOf = 8

// stages are all stages one may stand in.
var stages = []journey.Stage{
	journey.Source, journey.Sympathizer, journey.AwarenessClass, journey.Dossier, journey.BackgroundCheck, journey.Opinions, journey.CellReview,
	journey.CommitteeDecision, journey.AwaitingCeremony, journey.Probation, journey.OfficialReview, journey.OfficialDecision, journey.OfficialMember,
}

func oneIf(on bool) int {
	if on {
		return 1
	}
	return 0
}

func (h *Handlers) showAudience(_ context.Context, r *Request, n notice.Notice) (chat.Reply, error) {
	if _, err := n.Edit(r.Person, n.Content); err != nil {
		return chat.Reply{}, err
	}
	if n.Kind != notice.Send {
		return chat.Reply{}, errNoNotice
	}
	reply := audienceMenu(n)
	reply.Edit = true
	return reply, nil
}

// audienceMenu asks whom a notice is for.
func audienceMenu(n notice.Notice) chat.Reply {
	a := n.Audience
	b := func(label string, is bool, args ...any) chat.Button {
		return wording.NoticeButton(wording.Chosen(label, is), n.ID, args...)
	}
	role := func(label string, role journey.Role) chat.Button {
		return b(label, slices.Contains(a.Roles, role), actRole, role)
	}
	rows := [][]chat.Button{
		{role(wording.EveryStudent, journey.Student), role(wording.EveryMentor, journey.Mentor)},
		{b(wording.ByUnit, len(a.Units) > 0, actUnits, journey.Short(string(n.Unit)), 0), b(wording.ByStage, len(a.Stages) > 0, actStages)},
		{b(wording.ByPaper, len(a.Missing) > 0, actPapers, 0), b(wording.ByOverdue, a.Overdue || len(a.Late) > 0, actLate, 0)},
		{b(wording.ByCodes, len(a.Codes) > 0, actCodes), b(wording.ByGroup, a.Group != 0, actGroups, 0)},
		{role(wording.CellLeaders, journey.CellSecretary), role(wording.YouthOfficers, journey.YouthOfficer), role(wording.BaseCommittees, journey.BaseCommittee)},
		{b(wording.Everybody, a.Everyone, actRole, everybody)},
	}
	if a.Empty() {
		rows = append(rows, []chat.Button{wording.NoticeButton(wording.EditNotice, n.ID, wording.NoticeEdit), wording.NoticeButton(wording.CancelNotice, n.ID, wording.NoticeCancel)})
	} else {
		rows = append(rows, []chat.Button{wording.NoticeButton(wording.ClearAudience, n.ID, actClear), wording.NoticeButton(wording.BackToReview, n.ID, wording.NoticeShow)})
	}
	return chat.Reply{Texts: []string{wording.AskAudience}, Rows: rows}
}

// narrowed changes the audience and shows whom the notice reaches then.
func (h *Handlers) narrowed(ctx context.Context, r *Request, n notice.Notice, change func(*notice.Audience)) (chat.Reply, error) {
	n, err := h.edited(ctx, r, n.ID, func(c *notice.Content) {
		change(&c.Audience)
		if c.Audience.Group != 0 { // nobody there confirms or joins
			c.Receipt, c.ReceiptBy, c.JoinUntil = false, journey.Date{}, journey.Date{}
		}
	})
	if err != nil {
		return chat.Reply{}, err
	}
	reply, err := h.review(ctx, r, n)
	reply.Edit = true
	return reply, err
}

// ofPeople has the audience be people: a group goes, and everybody is no one in
// particular.
func ofPeople(a *notice.Audience, ofStudents bool) {
	a.Group, a.Everyone = 0, false
	if ofStudents && len(a.Roles) == 0 {
		a.Roles = []journey.Role{journey.Student}
	}
}

func (h *Handlers) chooseRole(ctx context.Context, r *Request, n notice.Notice) (chat.Reply, error) {
	role := r.arg(2)
	switch role {
	case everybody, string(journey.Student), string(journey.Mentor), string(journey.CellSecretary), string(journey.YouthOfficer), string(journey.BaseCommittee):
	default:
		return chat.Reply{}, errNoNotice
	}
	return h.narrowed(ctx, r, n, func(a *notice.Audience) {
		ofPeople(a, false)
		if a.Roles = []journey.Role{journey.Role(role)}; role == everybody {
			a.Roles, a.Everyone = nil, true
		}
	})
}

func (h *Handlers) clearAudience(ctx context.Context, r *Request, n notice.Notice) (chat.Reply, error) {
	return h.narrowed(ctx, r, n, func(a *notice.Audience) { *a = notice.Audience{} })
}

// withOrNot adds a value to a list, or takes it away.
func withOrNot[T cmp.Ordered](all []T, one T, add bool) []T {
	all = slices.DeleteFunc(slices.Clone(all), func(v T) bool { return v == one })
	if add {
		all = append(all, one)
		slices.Sort(all)
	}
	if len(all) == 0 {
		return nil
	}
	return all
}

// tree holds how many students each unit has, those below it included.
type tree map[journey.Unit]int

// unitTree returns the units that are known within one: those with students and
// those somebody leads, and all above them.
func (h *Handlers) unitTree(ctx context.Context, within journey.Unit) (tree, error) {
	students, err := h.notices.Units(ctx, within)
	if err != nil {
		return nil, err
	}
	staff, err := h.people.Staff(ctx)
	if err != nil {
		return nil, err
	}
	t := tree{within: 0}
	add := func(u journey.Unit, n int) {
		for within.Covers(u) {
			t[u] += n
			if u == within {
				return
			}
			u = u.Parent()
		}
	}
	for u, n := range students {
		add(u, n)
	}
	for _, p := range staff {
		add(p.Unit, 0)
	}
	return t, nil
}

// below lists the units right below one.
func (t tree) below(unit journey.Unit) (units []journey.Unit) {
	for u := range t {
		if u != unit && u.Parent() == unit {
			units = append(units, u)
		}
	}
	slices.Sort(units)
	return units
}

// named finds a unit by its short name.
func (t tree) named(short string) (journey.Unit, bool) {
	for u := range t {
		if journey.Short(string(u)) == short {
			return u, true
		}
	}
	return "", false
}

// rows are the buttons of a unit and those right below it. open looks into one,
// pick chooses it; is says that it is chosen.
func (t tree) rows(top, unit journey.Unit, page int, is func(journey.Unit) bool, open func(journey.Unit, int) []any, pick func(journey.Unit) []any, press func(string, ...any) chat.Button) (rows [][]chat.Button) {
	units := t.below(unit)
	rows = append(rows, []chat.Button{press(wording.Chosen(wording.WholeLabel(unit, t[unit]), is(unit)), pick(unit)...)})
	page, shown := paged(units, page, choicesOf)
	var row []chat.Button
	for _, u := range shown {
		label := wording.Chosen(wording.CountLabel(u, t[u]), is(u))
		if len(t.below(u)) > 0 {
			row = append(row, press(label+" ›", open(u, 0)...))
		} else {
			row = append(row, press(label, pick(u)...))
		}
	}
	rows = append(rows, slices.Collect(slices.Chunk(row, 2))...)
	var nav []chat.Button
	if page > 0 {
		nav = append(nav, press(wording.PageBack, open(unit, page-1)...))
	}
	if (page+1)*choicesOf < len(units) {
		nav = append(nav, press(wording.PageOn, open(unit, page+1)...))
	}
	if unit != top {
		nav = append(nav, press(wording.AboveLabel(unit.Parent()), open(unit.Parent(), 0)...))
	}
	if len(nav) > 0 {
		rows = append(rows, nav)
	}
	return rows
}

func (h *Handlers) showUnits(ctx context.Context, r *Request, n notice.Notice) (chat.Reply, error) {
	if _, err := n.Edit(r.Person, n.Content); err != nil {
		return chat.Reply{}, err
	}
	t, err := h.unitTree(ctx, n.Unit)
	if err != nil {
		return chat.Reply{}, err
	}
	unit, ok := t.named(r.arg(2))
	if !ok {
		return chat.Reply{}, errNoNotice
	}
	is := func(u journey.Unit) bool { return slices.Contains(n.Audience.Units, u) }
	rows := t.rows(n.Unit, unit, r.number(3), is,
		func(u journey.Unit, page int) []any { return []any{actUnits, journey.Short(string(u)), page} },
		func(u journey.Unit) []any { return []any{actUnit, oneIf(!is(u)), journey.Short(string(u))} },
		func(label string, args ...any) chat.Button { return wording.NoticeButton(label, n.ID, args...) })
	rows = append(rows, []chat.Button{wording.NoticeButton(wording.BackToAudience, n.ID, wording.NoticeAudience)})
	return chat.Reply{Edit: true, Texts: []string{wording.AskUnit}, Rows: rows}, nil
}

func (h *Handlers) chooseUnit(ctx context.Context, r *Request, n notice.Notice) (chat.Reply, error) {
	t, err := h.unitTree(ctx, n.Unit)
	if err != nil {
		return chat.Reply{}, err
	}
	unit, ok := t.named(r.arg(3))
	if !ok {
		return chat.Reply{}, errNoNotice
	}
	return h.narrowed(ctx, r, n, func(a *notice.Audience) {
		ofPeople(a, false)
		a.Units = withOrNot(a.Units, unit, r.arg(2) == "1")
	})
}

func (h *Handlers) showStages(_ context.Context, r *Request, n notice.Notice) (chat.Reply, error) {
	if _, err := n.Edit(r.Person, n.Content); err != nil {
		return chat.Reply{}, err
	}
	var all []chat.Button
	for _, s := range stages {
		is := slices.Contains(n.Audience.Stages, s)
		all = append(all, wording.NoticeButton(wording.Chosen(wording.StageName(s), is), n.ID, actStage, oneIf(!is), journey.Short(string(s))))
	}
	rows := slices.Collect(slices.Chunk(all, 2))
	rows = append(rows, []chat.Button{wording.NoticeButton(wording.BackToAudience, n.ID, wording.NoticeAudience)})
	return chat.Reply{Edit: true, Texts: []string{wording.AskStage}, Rows: rows}, nil
}

func (h *Handlers) chooseStage(ctx context.Context, r *Request, n notice.Notice) (chat.Reply, error) {
	i := slices.IndexFunc(stages, func(s journey.Stage) bool { return journey.Short(string(s)) == r.arg(3) })
	if i < 0 {
		return chat.Reply{}, errNoNotice
	}
	return h.narrowed(ctx, r, n, func(a *notice.Audience) {
		ofPeople(a, true)
		a.Stages = withOrNot(a.Stages, stages[i], r.arg(2) == "1")
	})
}

func (h *Handlers) showPapers(_ context.Context, r *Request, n notice.Notice) (chat.Reply, error) {
	if _, err := n.Edit(r.Person, n.Content); err != nil {
		return chat.Reply{}, err
	}
	var rows [][]chat.Button
	page, shown := paged(r.Rules.Papers, r.number(2), choicesOf)
	for _, p := range shown {
		is := slices.Contains(n.Audience.Missing, p.ID)
		rows = append(rows, []chat.Button{wording.NoticeButton(wording.Chosen(wording.Label(p.Title), is), n.ID, actPaper, oneIf(!is), journey.Short(p.ID))})
	}
	rows = append(rows, noticePages(n, actPapers, page, len(r.Rules.Papers), choicesOf)...)
	rows = append(rows, []chat.Button{wording.NoticeButton(wording.BackToAudience, n.ID, wording.NoticeAudience)})
	return chat.Reply{Edit: true, Texts: []string{wording.AskPaper}, Rows: rows}, nil
}

// noticePages are the buttons to the pages beside one.
func noticePages(n notice.Notice, act string, page, all, size int) [][]chat.Button {
	return turnTo(page, all, size, func(label string, page int) chat.Button { return wording.NoticeButton(label, n.ID, act, page) })
}

func (h *Handlers) choosePaper(ctx context.Context, r *Request, n notice.Notice) (chat.Reply, error) {
	for _, p := range r.Rules.Papers {
		if journey.Short(p.ID) == r.arg(3) {
			return h.narrowed(ctx, r, n, func(a *notice.Audience) {
				ofPeople(a, true)
				a.Missing = withOrNot(a.Missing, p.ID, r.arg(2) == "1")
			})
		}
	}
	return chat.Reply{}, errNoNotice
}

// missable are the deadlines students can be late with.
func missable(r *Request) []journey.Rule {
	return slices.DeleteFunc(slices.Clone(r.Rules.DeadlineRules), func(rule journey.Rule) bool {
		return rule.Kind == journey.Earliest || rule.Kind == journey.Milestone
	})
}

func (h *Handlers) showLate(_ context.Context, r *Request, n notice.Notice) (chat.Reply, error) {
	if _, err := n.Edit(r.Person, n.Content); err != nil {
		return chat.Reply{}, err
	}
	all := missable(r)
	rows := [][]chat.Button{{wording.NoticeButton(wording.Chosen(wording.AnyOverdue, n.Audience.Overdue), n.ID, actOverdue, oneIf(!n.Audience.Overdue))}}
	page, shown := paged(all, r.number(2), choicesOf)
	for _, rule := range shown {
		is := slices.Contains(n.Audience.Late, rule.ID)
		rows = append(rows, []chat.Button{wording.NoticeButton(wording.Chosen(wording.Label(rule.Title), is), n.ID, actLateFor, oneIf(!is), journey.Short(rule.ID))})
	}
	rows = append(rows, noticePages(n, actLate, page, len(all), choicesOf)...)
	rows = append(rows, []chat.Button{wording.NoticeButton(wording.BackToAudience, n.ID, wording.NoticeAudience)})
	return chat.Reply{Edit: true, Texts: []string{wording.AskOverdue}, Rows: rows}, nil
}

func (h *Handlers) chooseLate(ctx context.Context, r *Request, n notice.Notice) (chat.Reply, error) {
	for _, rule := range missable(r) {
		if journey.Short(rule.ID) == r.arg(3) {
			return h.narrowed(ctx, r, n, func(a *notice.Audience) {
				ofPeople(a, true)
				a.Late = withOrNot(a.Late, rule.ID, r.arg(2) == "1")
			})
		}
	}
	return chat.Reply{}, errNoNotice
}

func (h *Handlers) chooseOverdue(ctx context.Context, r *Request, n notice.Notice) (chat.Reply, error) {
	return h.narrowed(ctx, r, n, func(a *notice.Audience) {
		ofPeople(a, true)
		a.Overdue = r.arg(2) == "1"
	})
}

func (h *Handlers) askCodes(_ context.Context, r *Request, n notice.Notice) (chat.Reply, error) {
	return askTyped(r, n, stepCodes, wording.TypeCodes)
}

// codesTyped takes a pasted list of codes. Who is not in the author's unit is as
// unknown as who is in no list.
func (h *Handlers) codesTyped(ctx context.Context, r *Request) (chat.Reply, error) {
	codes, unknown := notice.ParseCodes(r.Text)
	n, err := h.noticeOf(ctx, r, r.Talk.Values[keyNotice])
	if err != nil {
		return chat.Reply{}, err
	}
	var known []journey.Code
	for some := range slices.Chunk(codes, countAtOnce) {
		tracks, err := h.people.Tracks(ctx, some...)
		if err != nil {
			return chat.Reply{}, err
		}
		for _, t := range tracks {
			if n.Unit.Covers(t.Person.Unit) {
				known = append(known, t.Person.Code)
			}
		}
	}
	for _, code := range codes {
		if !slices.Contains(known, code) {
			unknown = append(unknown, string(code))
		}
	}
	if len(known) == 0 {
		return chat.Reply{Texts: []string{wording.NoCodes}}, nil
	}
	slices.Sort(known)
	n, err = h.edited(ctx, r, n.ID, func(c *notice.Content) {
		ofPeople(&c.Audience, false)
		c.Audience.Codes = known
	})
	if err != nil {
		return chat.Reply{}, err
	}
	asksFor(r, n, "")
	return h.review(ctx, r, n, unknown...)
}

func (h *Handlers) showGroups(ctx context.Context, r *Request, n notice.Notice) (chat.Reply, error) {
	if _, err := n.Edit(r.Person, n.Content); err != nil {
		return chat.Reply{}, err
	}
	groups, err := h.groupsFor(ctx, n)
	if err != nil {
		return chat.Reply{}, err
	}
	reply := chat.Reply{Edit: true, Texts: []string{wording.AskGroup}}
	if len(groups) == 0 {
		reply.Texts = []string{wording.NoGroups}
	}
	page, shown := paged(groups, r.number(2), choicesOf)
	for _, g := range shown {
		reply.Rows = append(reply.Rows, []chat.Button{wording.NoticeButton(wording.Chosen(wording.Label(g.Title), g.Chat == n.Audience.Group), n.ID, actGroup, g.Chat)})
	}
	reply.Rows = append(reply.Rows, noticePages(n, actGroups, page, len(groups), choicesOf)...)
	reply.Rows = append(reply.Rows, []chat.Button{wording.NoticeButton(wording.BackToAudience, n.ID, wording.NoticeAudience)})
	return reply, nil
}

// groupsFor returns the groups of the author's unit and of those below it.
func (h *Handlers) groupsFor(ctx context.Context, n notice.Notice) ([]notice.Group, error) {
	groups, err := h.notices.Groups(ctx)
	return slices.DeleteFunc(groups, func(g notice.Group) bool { return !n.Unit.Covers(g.Unit) }), err
}

func (h *Handlers) chooseGroup(ctx context.Context, r *Request, n notice.Notice) (chat.Reply, error) {
	groups, err := h.groupsFor(ctx, n)
	if err != nil {
		return chat.Reply{}, err
	}
	for _, g := range groups {
		if strconv.FormatInt(g.Chat, 10) == r.arg(2) {
			return h.narrowed(ctx, r, n, func(a *notice.Audience) { *a = notice.Audience{Group: g.Chat} })
		}
	}
	return chat.Reply{}, errNoNotice
}

// countAtOnce is how many people are read in one go when an audience is counted.
const countAtOnce = 500

// reached counts whom a notice reaches today: who is linked, and who is not.
func (h *Handlers) reached(ctx context.Context, r *Request, n notice.Notice) (linked, unlinked int, err error) {
	switch {
	case n.Kind != notice.Send:
		counts, err := h.notices.RecipientCounts(ctx, n.Of)
		return counts[notice.Delivered], 0, err
	case n.Audience.Group != 0:
		return 1, 0, nil
	case n.Audience.Empty():
		return 0, 0, nil
	}
	err = h.audience(ctx, r, n, func(t journey.Track) {
		if t.Account != 0 {
			linked++
		} else {
			unlinked++
		}
	})
	return linked, unlinked, err
}

// audience goes over the people whom a notice reaches today, in the order of
// their codes where those are read by unit.
func (h *Handlers) audience(ctx context.Context, r *Request, n notice.Notice, each func(journey.Track)) error {
	look := func(codes []journey.Code) error {
		for some := range slices.Chunk(codes, countAtOnce) {
			tracks, err := h.people.Tracks(ctx, some...)
			if err != nil {
				return err
			}
			for _, t := range tracks {
				if h.meant(r, n, t) {
					each(t)
				}
			}
		}
		return nil
	}
	a := n.Audience
	switch {
	case len(a.Codes) > 0:
		return look(a.Codes)
	case len(a.Roles) == 1 && a.Roles[0] == journey.Student:
		units := a.Units
		if len(units) == 0 {
			units = []journey.Unit{n.Unit}
		}
		var codes []journey.Code
		for _, u := range units {
			in, err := h.people.StudentsIn(ctx, u)
			if err != nil {
				return err
			}
			codes = append(codes, in...)
		}
		slices.Sort(codes)
		return look(slices.Compact(codes))
	}
	return h.notices.Codes(ctx, look)
}

// meant reports whether a notice is for somebody, and looks no further into
// their way than it must. Whoever cannot be computed is left out, as when it is
// sent.
func (h *Handlers) meant(r *Request, n notice.Notice, t journey.Track) (ok bool) {
	a := n.Audience
	person := notice.Audience{Everyone: true, Roles: a.Roles, Units: a.Units, Codes: a.Codes}
	if !n.Unit.Covers(t.Person.Unit) || !person.Holds(t, journey.State{}, nil, r.today()) {
		return false
	}
	defer func() {
		if p := recover(); p != nil {
			h.log.Error("a person cannot be computed", "code", t.Person.Code, "panic", fmt.Sprint(p))
			ok = false
		}
	}()
	state := r.Rules.State(t, r.today())
	var open []journey.Deadline
	if a.Overdue || len(a.Late) > 0 {
		open = r.Rules.Deadlines(t, r.today())
	}
	return n.Reaches(t, state, open, r.today())
}

// namesOf is how many people stand on one page of a list.
const namesOf = 20

// showUnlinked lists those in the audience who are not linked.
func (h *Handlers) showUnlinked(ctx context.Context, r *Request, n notice.Notice) (chat.Reply, error) {
	if !mayName(r, n) || n.Kind != notice.Send {
		return chat.Reply{}, errNoNotice
	}
	var all []journey.Person
	err := h.audience(ctx, r, n, func(t journey.Track) {
		if t.Account == 0 {
			all = append(all, t.Person)
		}
	})
	if err != nil {
		return chat.Reply{}, err
	}
	slices.SortFunc(all, func(a, b journey.Person) int { return cmp.Or(cmp.Compare(a.Unit, b.Unit), cmp.Compare(a.Code, b.Code)) })
	page, shown := paged(all, r.number(2), namesOf)
	if err := h.noteList(ctx, r, listUnlinked, len(shown)); err != nil {
		return chat.Reply{}, err
	}
	reply := chat.Reply{Texts: []string{wording.NoticePeople(wording.TitleUnlinked, shown, nil, page*namesOf, len(all))}, Protect: true}
	reply.Edit = r.arg(3) != ""
	reply.Rows = namePages(n, wording.NoticeUnlinked, page, len(all))
	return reply, nil
}

// namePages are the buttons to the pages of a list of people, which stays in its
// place.
func namePages(n notice.Notice, act string, page, all int) [][]chat.Button {
	return turnTo(page, all, namesOf, func(label string, page int) chat.Button { return wording.NoticeButton(label, n.ID, act, page, 1) })
}

// mayName reports whether the person may see who is in the audience: an author
// who leads another unit by now may not.
func mayName(r *Request, n notice.Notice) bool {
	return n.MayManage(r.Person) && (r.Person.Has(journey.Admin) || r.Person.Unit.Covers(n.Unit))
}
