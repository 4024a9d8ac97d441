package handlers

import (
	"context"
	"slices"
	"strconv"

	"donghanh/internal/audit"
	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/notice"
	"donghanh/internal/wording"
)

// buttonGroup says which unit a group is of.
const buttonGroup = "nhom" // conversation, what to do, short name of a unit, page

// What a press on buttonGroup does.
const (
	groupLook = "xem"
	groupOf   = "la"
)

// Grouped answers in private that the bot was added to a group or channel, or
// put out of it. Only an officer's word counts for the adding; to anybody else
// nothing is said.
func (h *Handlers) Grouped(ctx context.Context, r *Request) (chat.Reply, error) {
	officer := notice.MayWrite(r.Person)
	if r.Removed {
		if err := h.notices.DropGroup(ctx, r.Group); err != nil || !officer {
			return chat.Reply{}, err
		}
		return chat.Reply{Texts: []string{wording.GroupLeft(r.Title)}}, nil
	}
	if !officer {
		return chat.Reply{}, nil
	}
	groups, err := h.notices.Groups(ctx)
	if err != nil {
		return chat.Reply{}, err
	}
	unit := r.Person.Unit
	for _, g := range groups {
		if g.Chat == int64(r.Group) && r.Person.Unit.Covers(g.Unit) {
			unit = g.Unit
		}
	}
	if err := h.note(ctx, r, audit.GroupAdded, "", r.Group.String()+" "+string(unit)); err != nil {
		return chat.Reply{}, err
	}
	if err := h.notices.KeepGroup(ctx, r.Group, r.Title, r.Person.Code, unit); err != nil {
		return chat.Reply{}, err
	}
	h.log.Info("a group was added", "group", r.Group.String(), "by", r.Person.Code)
	return h.askGroupUnit(ctx, r, notice.Group{Chat: int64(r.Group), Title: r.Title, Unit: unit}, r.Person.Unit, 0)
}

// askGroupUnit asks for the unit of a group, among those right below one.
func (h *Handlers) askGroupUnit(ctx context.Context, r *Request, g notice.Group, at journey.Unit, page int) (chat.Reply, error) {
	t, err := h.unitTree(ctx, r.Person.Unit)
	if err != nil {
		return chat.Reply{}, err
	}
	rows := t.rows(r.Person.Unit, at, page, func(u journey.Unit) bool { return u == g.Unit },
		func(u journey.Unit, page int) []any { return []any{g.Chat, groupLook, journey.Short(string(u)), page} },
		func(u journey.Unit) []any { return []any{g.Chat, groupOf, journey.Short(string(u))} },
		func(label string, args ...any) chat.Button { return button(label, buttonGroup, args...) })
	return chat.Reply{Texts: []string{wording.GroupJoined(g.Title, g.Unit)}, Rows: rows}, nil
}

// GroupUnit takes a press under that question.
func (h *Handlers) GroupUnit(ctx context.Context, r *Request) (chat.Reply, error) {
	groups, err := h.notices.Groups(ctx)
	if err != nil {
		return chat.Reply{}, err
	}
	i := slices.IndexFunc(groups, func(g notice.Group) bool {
		return strconv.FormatInt(g.Chat, 10) == r.arg(0) && r.Person.Unit.Covers(g.Unit) && notice.MayWrite(r.Person)
	})
	if i < 0 {
		return chat.Reply{Toast: wording.ToastOld}, nil
	}
	g := groups[i]
	t, err := h.unitTree(ctx, r.Person.Unit)
	if err != nil {
		return chat.Reply{}, err
	}
	unit, ok := t.named(r.arg(2))
	switch {
	case ok && r.arg(1) == groupLook:
		reply, err := h.askGroupUnit(ctx, r, g, unit, r.number(3))
		reply.Edit = true
		return reply, err
	case ok && r.arg(1) == groupOf:
		if err := h.note(ctx, r, audit.GroupAdded, "", strconv.FormatInt(g.Chat, 10)+" "+string(g.Unit)+" → "+string(unit)); err != nil {
			return chat.Reply{}, err
		}
		if err := h.notices.KeepGroup(ctx, chat.Address(g.Chat), g.Title, r.Person.Code, unit); err != nil {
			return chat.Reply{}, err
		}
		return chat.Reply{Edit: true, Texts: []string{wording.GroupKept(g.Title, unit)}, Toast: wording.ToastNoticeSaved}, nil
	}
	return chat.Reply{Toast: wording.ToastOld}, nil
}
