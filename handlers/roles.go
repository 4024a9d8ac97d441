package handlers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"donghanh/internal/audit"
	"donghanh/internal/chat"
	"donghanh/internal/invite"
	"donghanh/internal/journey"
	"donghanh/internal/roster"
	"donghanh/internal/wording"
)

// buttonRole is about roles: what to do, of whom, which role.
const buttonRole = "vt"

// What a press on it does.
const (
	rolePage   = "ds"   // page
	roleSearch = "tim"  //
	roleOf     = "ai"   // code
	roleAdd    = "them" // code
	roleGive   = "giao" // code, role, sure
	roleTake   = "bo"   // code, role, sure
	roleInvite = "moi"  // anyway: somebody else of a known name

	// Within an invitation.
	inviteRole  = "vai" // role
	inviteLook  = "xem" // short name of a unit looked into, page
	inviteUnit  = "o"   // short name of the unit chosen
	inviteReady = "ok"  // mark of what is asked
)

// Flows in which something is typed about roles, and what was said in the second.
const (
	flowRole   = "vaitro"   // whom to look for
	flowInvite = "moinguoi" // who is invited: name, then role, then unit

	keyName = "name"
	keyRole = "role"
	keyUnit = "unit"
)

// rolesShown is how many people stand on one page.
const rolesShown = 8

// RoleList shows who has which role and where, or one person: "/vaitro minh".
func (h *Handlers) RoleList(ctx context.Context, r *Request) (chat.Reply, error) {
	if len(r.Args) > 0 {
		return h.roleFor(ctx, r, strings.Join(r.Args, " "))
	}
	return h.roles(ctx, r, 0)
}

// RolePress takes a press about roles.
func (h *Handlers) RolePress(ctx context.Context, r *Request) (reply chat.Reply, err error) {
	switch act := r.arg(0); act {
	case rolePage:
		reply, err = h.roles(ctx, r, r.number(1))
		reply.Edit = true
		return reply, err
	case roleSearch:
		r.Talk.Begin(flowRole, r.At, nil)
		return chat.Reply{Texts: []string{wording.TypePerson}, Public: true}, nil
	case roleInvite:
		return h.beginInvite(ctx, r)
	case inviteRole, inviteLook, inviteUnit, inviteReady:
		return h.inviteStep(ctx, r)
	}
	if !journey.ValidCode(r.arg(1)) {
		return chat.Reply{Toast: wording.ToastOld}, nil
	}
	t, err := h.people.Track(ctx, journey.Code(r.arg(1)))
	if errors.Is(err, journey.ErrNotFound) {
		return chat.Reply{Toast: wording.ToastOld}, nil
	}
	if err != nil {
		return chat.Reply{}, err
	}
	role := journey.Role(r.arg(2))
	switch act := r.arg(0); {
	case act == roleOf:
		reply, err = h.roleCard(ctx, r, t)
	case act == roleAdd:
		reply, err = h.askRole(ctx, r, t.Person)
	case act == roleGive && slices.Contains(nameable, role):
		reply, err = h.giveRole(ctx, r, t, role)
	case act == roleTake && slices.Contains(nameable, role):
		reply, err = h.takeRole(ctx, r, t, role)
	default:
		return chat.Reply{Toast: wording.ToastOld}, nil
	}
	reply.Edit = len(reply.Texts) > 0
	return reply, err
}

// nameable are the roles that are given and taken one by one. A student comes
// with a list, and leaves by an event.
var nameable = []journey.Role{journey.Mentor, journey.CellSecretary, journey.YouthOfficer, journey.BaseCommittee, journey.Admin}

// roles shows those who lead, by unit.
func (h *Handlers) roles(ctx context.Context, r *Request, page int) (chat.Reply, error) {
	all, err := h.register.everybody(ctx)
	if err != nil {
		return chat.Reply{}, err
	}
	is := wording.RoleList{BySettings: len(h.admins)}
	var leads []journey.Person
	for _, e := range all {
		if e.Has(journey.Keepers...) {
			leads = append(leads, e.Person)
		}
		if e.Has(journey.Mentor) {
			is.Mentors++
		}
	}
	page, shown := paged(leads, page, rolesShown)
	if err := h.noteList(ctx, r, listRoles, len(shown)); err != nil {
		return chat.Reply{}, err
	}
	is.First, is.All = page*rolesShown, len(leads)
	tracks, err := h.tracksOf(ctx, shown)
	if err != nil {
		return chat.Reply{}, err
	}
	var names []chat.Button
	for _, t := range tracks {
		is.People = append(is.People, wording.Listed{Person: t.Person, Linked: t.Account != 0})
		names = append(names, button(wording.Label(t.Person.Name), buttonRole, roleOf, t.Person.Code))
	}
	reply := chat.Reply{Texts: []string{wording.Roles(is)}, Protect: true, Rows: slices.Collect(slices.Chunk(names, 2))}
	reply.Rows = append(reply.Rows, turnTo(page, len(leads), rolesShown, func(label string, page int) chat.Button {
		return button(label, buttonRole, rolePage, page)
	})...)
	reply.Rows = append(reply.Rows, []chat.Button{button(wording.RoleFind, buttonRole, roleSearch), button(wording.InviteNew, buttonRole, roleInvite)})
	return reply, nil
}

// roleTyped takes whose roles are looked for. ok is false when the text is rather
// a question.
func (h *Handlers) roleTyped(ctx context.Context, r *Request) (reply chat.Reply, ok bool, err error) {
	if asksSomething(r) {
		return chat.Reply{}, false, nil
	}
	r.Talk.End()
	reply, err = h.roleFor(ctx, r, r.Text)
	return reply, true, err
}

// roleFor shows the one who is meant, or asks which.
func (h *Handlers) roleFor(ctx context.Context, r *Request, asked string) (chat.Reply, error) {
	people, all, err := h.called(ctx, r, asked, peopleFound)
	if err != nil {
		return chat.Reply{}, err
	}
	switch all {
	case 0:
		return chat.Reply{Texts: []string{wording.RoleNobody(cut(strings.TrimSpace(asked), 2*maxQuery))}, Rows: [][]chat.Button{{
			button(wording.RoleFind, buttonRole, roleSearch), button(wording.InviteNew, buttonRole, roleInvite)}}}, nil
	case 1:
		t, err := h.people.Track(ctx, people[0].Code)
		if err != nil {
			return chat.Reply{}, err
		}
		return h.roleCard(ctx, r, t)
	}
	if err := h.noteList(ctx, r, listFound, len(people)); err != nil {
		return chat.Reply{}, err
	}
	reply := chat.Reply{Texts: []string{wording.WhichPerson(cut(strings.TrimSpace(asked), 2*maxQuery), all, len(people))}, Protect: true}
	for _, p := range people {
		reply.Rows = append(reply.Rows, []chat.Button{button(wording.PersonLabel(p), buttonRole, roleOf, p.Code)})
	}
	return reply, nil
}

// roleCard shows one person's roles and what can be done about them.
func (h *Handlers) roleCard(ctx context.Context, r *Request, t journey.Track) (chat.Reply, error) {
	p := t.Person
	if err := h.saw(ctx, r, p.Code, listRoles); err != nil {
		return chat.Reply{}, err
	}
	return chat.Reply{Texts: []string{wording.RoleCard(p, t.Account != 0)}, Rows: roleRows(p), Protect: true}, nil
}

func roleRows(p journey.Person) (rows [][]chat.Button) {
	for _, role := range p.Roles {
		if slices.Contains(nameable, role) {
			rows = append(rows, []chat.Button{button(wording.TakeRoleLabel(role), buttonRole, roleTake, p.Code, role)})
		}
	}
	if !hasAll(p, nameable) {
		rows = append(rows, []chat.Button{button(wording.AddRole, buttonRole, roleAdd, p.Code)})
	}
	return append(rows,
		[]chat.Button{button(wording.ChangeUnit, buttonAmend, p.Code, wording.UnitOfPerson), button(wording.NewLink, buttonAmend, p.Code, amendLink)},
		[]chat.Button{button(wording.BackToRoles, buttonRole, rolePage, 0)})
}

func hasAll(p journey.Person, roles []journey.Role) bool {
	return !slices.ContainsFunc(roles, func(role journey.Role) bool { return !p.Has(role) })
}

// askRole asks which role somebody is to have.
func (h *Handlers) askRole(ctx context.Context, r *Request, p journey.Person) (chat.Reply, error) {
	if err := h.saw(ctx, r, p.Code, listRoles); err != nil {
		return chat.Reply{}, err
	}
	reply := chat.Reply{Texts: []string{wording.AskRole(p)}, Protect: true}
	var row []chat.Button
	for _, role := range nameable {
		if !p.Has(role) {
			row = append(row, button(wording.RoleLabel(role), buttonRole, roleGive, p.Code, role))
		}
	}
	reply.Rows = append(slices.Collect(slices.Chunk(row, 2)), []chat.Button{button(wording.BackToRole, buttonRole, roleOf, p.Code)})
	return reply, nil
}

// giveRole asks once more, and then gives somebody a role where they belong.
func (h *Handlers) giveRole(ctx context.Context, r *Request, t journey.Track, role journey.Role) (chat.Reply, error) {
	if r.arg(3) != sure {
		if err := h.saw(ctx, r, t.Person.Code, listRoles); err != nil {
			return chat.Reply{}, err
		}
		return chat.Reply{Texts: []string{wording.SureGive(t.Person, role)}, Protect: true, Rows: [][]chat.Button{
			{button(wording.GiveIt, buttonRole, roleGive, t.Person.Code, role, sure), button(wording.BackToRole, buttonRole, roleOf, t.Person.Code)},
			{button(wording.ChangeUnit, buttonAmend, t.Person.Code, wording.UnitOfPerson)}}}, nil
	}
	return h.withRoles(ctx, r, t.Person.Code, func(roles []journey.Role) []journey.Role {
		return slices.DeleteFunc(slices.Clone(journey.Roles), func(one journey.Role) bool {
			return one != role && !slices.Contains(roles, one)
		})
	})
}

// takeRole asks once more, and then takes a role away. It works at once: every
// press is looked at with the roles of that moment.
func (h *Handlers) takeRole(ctx context.Context, r *Request, t journey.Track, role journey.Role) (chat.Reply, error) {
	p := t.Person
	students := 0
	if role == journey.Mentor {
		helped, err := h.people.StudentsOf(ctx, p.Code)
		if err != nil {
			return chat.Reply{}, err
		}
		students = len(helped)
	}
	last, err := h.lastAdmin(ctx, r, p.Code, role)
	if err != nil {
		return chat.Reply{}, err
	}
	switch {
	case !p.Has(role) && r.arg(3) != sure:
		return chat.Reply{Toast: wording.ToastOld}, nil
	case last:
		return chat.Reply{Toast: wording.ToastLastAdmin}, nil
	case students > 0 && p.Has(role):
		if err := h.saw(ctx, r, p.Code, listRoles); err != nil {
			return chat.Reply{}, err
		}
		return chat.Reply{Texts: []string{wording.StillHelps(p, students)}, Protect: true, Rows: [][]chat.Button{{button(wording.BackToRole, buttonRole, roleOf, p.Code)}}}, nil
	case r.arg(3) != sure:
		if err := h.saw(ctx, r, p.Code, listRoles); err != nil {
			return chat.Reply{}, err
		}
		return chat.Reply{Texts: []string{wording.SureTake(p, role, p.Code == r.Who.Person.Code)}, Protect: true, Rows: [][]chat.Button{{
			button(wording.TakeIt, buttonRole, roleTake, p.Code, role, sure), button(wording.BackToRole, buttonRole, roleOf, p.Code)}}}, nil
	}
	return h.withRoles(ctx, r, p.Code, func(roles []journey.Role) []journey.Role {
		return slices.DeleteFunc(slices.Clone(roles), func(one journey.Role) bool { return one == role })
	})
}

// lastAdmin reports whether somebody would take from themselves what nobody could
// give back: the settings name no admin, and the lists no other one.
func (h *Handlers) lastAdmin(ctx context.Context, r *Request, of journey.Code, role journey.Role) (bool, error) {
	if role != journey.Admin || of != r.Who.Person.Code || len(h.admins) > 0 {
		return false, nil
	}
	staff, err := h.people.Staff(ctx)
	return !slices.ContainsFunc(staff, func(p journey.Person) bool { return p.Code != of && p.Has(journey.Admin) }), err
}

// withRoles changes somebody's roles, tells them, and has their menu follow. A
// press that changes nothing says how it stands.
func (h *Handlers) withRoles(ctx context.Context, r *Request, code journey.Code, change func([]journey.Role) []journey.Role) (chat.Reply, error) {
	var after journey.Track
	err := h.change(ctx, r, code, func(t journey.Track) (journey.Track, bool, error) {
		before := t.Person
		if t.Person.Roles = change(before.Roles); len(t.Person.Roles) == 0 {
			t.Person.Roles = nil
		}
		after = t
		if audit.Roles(before) == audit.Roles(t.Person) {
			return t, false, nil
		}
		if err := h.note(ctx, r, audit.Changed, code, audit.Differ(before, t.Person)); err != nil {
			return t, false, err
		}
		if own := h.acting(r.From, t.Person); code == r.Who.Person.Code && !own.Has(admins...) {
			return t, true, h.announce(ctx, r, chat.Reply{Edit: true, Texts: []string{wording.OwnRolesNow(t.Person)}, Protect: true}) // run again, it is not theirs to do
		}
		if t.Account == 0 || code == r.Who.Person.Code {
			return t, true, nil
		}
		_, err := h.outbox.Put(ctx, chat.Message{ // before it is done: run again, it is done already
			Key: "role/" + r.ID, To: chat.Address(t.Account), Lane: chat.Answers, At: h.hours.After(r.At), Protect: true,
			Text: wording.RolesChanged(t.Person, r.Person),
		})
		return t, true, err
	})
	switch {
	case errors.Is(err, journey.ErrNotFound):
		return chat.Reply{Toast: wording.ToastOld}, nil
	case err != nil:
		return chat.Reply{}, err
	}
	if after.Account != 0 {
		h.menus(chat.Address(after.Account), h.acting(chat.Address(after.Account), after.Person).Roles)
	}
	if code == r.Who.Person.Code {
		r.Who, r.Person = after, h.acting(r.From, after.Person)
		if !r.Person.Has(admins...) {
			return chat.Reply{Texts: []string{wording.OwnRolesNow(after.Person)}, Protect: true}, nil
		}
	}
	return chat.Reply{Texts: []string{wording.RoleCard(after.Person, after.Account != 0)}, Toast: wording.ToastRolesKept, Rows: roleRows(after.Person), Protect: true}, nil
}

// beginInvite asks for the name of somebody who is in no list.
func (h *Handlers) beginInvite(ctx context.Context, r *Request) (chat.Reply, error) {
	if r.Talk.Flow == flowInvite && r.Talk.Values[keyName] != "" && r.arg(1) == "1" { // somebody else of that name
		return h.askInvite(ctx, r)
	}
	r.Talk.Begin(flowInvite, r.At, map[string]string{keySeed: h.secret()})
	return chat.Reply{Texts: []string{wording.TypeInvited}, Public: true, Rows: [][]chat.Button{{button(wording.LeaveIt, buttonCancel)}}}, nil
}

// inviteTyped takes the name, or the path of a unit, of who is invited.
func (h *Handlers) inviteTyped(ctx context.Context, r *Request) (reply chat.Reply, ok bool, err error) {
	said := r.Talk.Values
	text := strings.TrimSpace(r.Text)
	if strings.HasSuffix(text, "?") {
		return chat.Reply{}, false, nil
	}
	column := roster.Name
	if said[keyName] != "" && said[keyRole] != "" {
		column = roster.Unit
	}
	value, problem := roster.Typed(column, text)
	if problem != nil {
		return chat.Reply{Texts: []string{wording.WrongValue(*problem)}, Protect: true}, true, nil
	}
	if column == roster.Unit {
		tree, err := h.unitTree(ctx, "")
		if err != nil {
			return chat.Reply{}, true, err
		}
		said[keyUnit] = string(tree.spelt(journey.Unit(value)))
		reply, err = h.sureInvite(ctx, r)
		return reply, true, err
	}
	said[keyName] = value
	delete(said, keyRole)
	delete(said, keyUnit)
	same, all, err := h.called(ctx, r, value, peopleFound)
	if err != nil {
		return chat.Reply{}, true, err
	}
	if all == 0 {
		reply, err = h.askInvite(ctx, r)
		return reply, true, err
	}
	if err := h.noteList(ctx, r, listFound, len(same)); err != nil {
		return chat.Reply{}, true, err
	}
	reply = chat.Reply{Texts: []string{wording.InvitedAlready(value)}, Protect: true}
	for _, p := range same {
		reply.Rows = append(reply.Rows, []chat.Button{button(wording.PersonLabel(p), buttonRole, roleOf, p.Code)})
	}
	reply.Rows = append(reply.Rows, []chat.Button{button(wording.SomebodyElse, buttonRole, roleInvite, 1), button(wording.LeaveIt, buttonCancel)})
	return reply, true, nil
}

// askInvite asks for what is still to be said of who is invited, or to confirm.
func (h *Handlers) askInvite(ctx context.Context, r *Request) (chat.Reply, error) {
	said := r.Talk.Values
	if said[keyRole] != "" {
		return h.askInviteUnit(ctx, r, "", 0)
	}
	var row []chat.Button
	for _, role := range nameable {
		row = append(row, button(wording.RoleLabel(role), buttonRole, inviteRole, role))
	}
	return chat.Reply{Texts: []string{wording.AskInvitedRole(said[keyName])}, Protect: true,
		Rows: append(slices.Collect(slices.Chunk(row, 2)), []chat.Button{button(wording.LeaveIt, buttonCancel)})}, nil
}

func (h *Handlers) askInviteUnit(ctx context.Context, r *Request, unit journey.Unit, page int) (chat.Reply, error) {
	t, err := h.unitTree(ctx, "")
	if err != nil {
		return chat.Reply{}, err
	}
	rows := t.rows("", unit, page, func(u journey.Unit) bool { return false },
		func(u journey.Unit, page int) []any { return []any{inviteLook, journey.Short(string(u)), page} },
		func(u journey.Unit) []any { return []any{inviteUnit, journey.Short(string(u))} },
		func(label string, args ...any) chat.Button { return button(label, buttonRole, args...) })
	rows = append(rows, []chat.Button{button(wording.LeaveIt, buttonCancel)})
	return chat.Reply{Texts: []string{wording.AskInvitedUnit(r.Talk.Values[keyName], journey.Role(r.Talk.Values[keyRole]))}, Rows: rows, Protect: true}, nil
}

// inviteStep takes one press of an invitation.
func (h *Handlers) inviteStep(ctx context.Context, r *Request) (chat.Reply, error) {
	said := r.Talk.Values
	old := chat.Reply{Toast: wording.ToastOld}
	if r.Talk.Flow != flowInvite || said[keyName] == "" || said[keySeed] == "" {
		return old, nil
	}
	if r.arg(0) == inviteRole {
		if !slices.Contains(nameable, journey.Role(r.arg(1))) {
			return old, nil
		}
		said[keyRole] = r.arg(1)
		delete(said, keyUnit)
		reply, err := h.askInvite(ctx, r)
		reply.Edit = true
		return reply, err
	}
	if said[keyRole] == "" {
		return old, nil
	}
	if r.arg(0) == inviteReady {
		return h.inviteNew(ctx, r)
	}
	tree, err := h.unitTree(ctx, "")
	if err != nil {
		return chat.Reply{}, err
	}
	unit, ok := tree.named(r.arg(1))
	if !ok {
		return old, nil
	}
	var reply chat.Reply
	if r.arg(0) == inviteLook {
		reply, err = h.askInviteUnit(ctx, r, unit, r.number(2))
	} else {
		said[keyUnit] = string(unit)
		reply, err = h.sureInvite(ctx, r)
	}
	reply.Edit = true
	return reply, err
}

// inviteMark names what is asked, so that a button of another question does
// nothing.
func (r *Request) inviteMark() string {
	said := r.Talk.Values
	unit, chosen := said[keyUnit]
	return journey.Short(fmt.Sprint(said[keyName], "\x00", said[keyRole], "\x00", unit, chosen))
}

// sureInvite asks to confirm who is invited.
func (h *Handlers) sureInvite(ctx context.Context, r *Request) (chat.Reply, error) {
	tree, err := h.unitTree(ctx, "")
	if err != nil {
		return chat.Reply{}, err
	}
	p := r.invited()
	_, known := tree[p.Unit]
	return chat.Reply{Texts: []string{wording.SureInvite(p, !known)}, Protect: true, Rows: [][]chat.Button{{
		button(wording.InviteIt, buttonRole, inviteReady, r.inviteMark()), button(wording.LeaveIt, buttonCancel)}}}, nil
}

// invited is the person as said so far. The code comes from the secret of the
// invitation: run again, it is the same person.
func (r *Request) invited() journey.Person {
	said := r.Talk.Values
	return journey.Person{
		Code: invite.CodeOf(said[keySeed]), Name: said[keyName], Roles: []journey.Role{journey.Role(said[keyRole])}, Unit: journey.Unit(said[keyUnit]),
	}
}

// inviteNew takes the person into the lists and shows the way in.
func (h *Handlers) inviteNew(ctx context.Context, r *Request) (chat.Reply, error) {
	if _, chosen := r.Talk.Values[keyUnit]; !chosen || r.arg(1) != r.inviteMark() {
		return chat.Reply{Toast: wording.ToastOld}, nil
	}
	p := r.invited()
	if err := h.note(ctx, r, audit.Invited, p.Code, strings.TrimSpace("new "+audit.Roles(p)+" "+string(p.Unit))); err != nil {
		return chat.Reply{}, err
	}
	t, err := h.people.Track(ctx, p.Code)
	if errors.Is(err, journey.ErrNotFound) {
		t = journey.Track{Person: p, Since: r.today()}
		_, err = h.people.SaveTracks(ctx, journey.Save{Track: t, Next: next(r.Rules, t, r.today())})
	}
	if err != nil {
		return chat.Reply{}, err
	}
	return h.invitation(ctx, r, t)
}

// invitation keeps a start code for somebody, from the secret of the flow, and
// shows the link as a picture too. It is there to be handed on, so it is not
// protected.
func (h *Handlers) invitation(ctx context.Context, r *Request, t journey.Track) (chat.Reply, error) {
	code := t.Person.Code
	startCode := invite.StartCodeOf(r.Talk.Values[keySeed], code)
	if err := h.people.KeepStartCodes(ctx, map[journey.Code]string{code: startCode}, r.At.Add(invite.For)); err != nil {
		return chat.Reply{}, err
	}
	r.Talk.End()
	link := h.startLink(startCode)
	reply := chat.Reply{Texts: []string{wording.TheLink(t.Person, link, startCode)}, Public: true}
	if link != "" {
		picture, err := invite.PNG(link)
		if err != nil {
			return chat.Reply{}, err
		}
		reply.File = &chat.File{Name: "lien-ket.png", Data: picture, Picture: true}
	}
	return reply, nil
}
