package handlers

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/wording"
)

// several stands for the code where a button names a whole digest.
const several = "-"

// everyLine stands on the button that puts off a whole digest.
const everyLine = "het"

// flowDone asks for the day on which something was done.
const flowDone = "xong"

// What was said so far in the flow.
const (
	keyCode  = "code"
	keyShort = "short"
	keyWhich = "which"
)

// otherDay asks to type a day.
const otherDay = "khac"

// closing is one way in which a deadline may be done.
type closing struct {
	event  journey.EventRule
	detail string
	now    bool // a duty of a period: done is done, whatever the day
}

// closings lists how a deadline may be done.
func closings(r *Request, d journey.Deadline) []closing {
	id, detail, ok := r.Rules.Closing(d)
	ids := d.Rule.Done
	if ok && !slices.Contains(ids, id) {
		ids = append([]journey.EventID{id}, ids...)
	}
	var out []closing
	for _, e := range ids {
		rule, known := r.Rules.Event(e)
		if !known || rule.Automatic {
			continue
		}
		c := closing{event: rule, now: rule.Detail == journey.OfDuty && d.Rule.EveryMonths == 0}
		if rule.Detail == journey.OfDuty {
			c.event.Title = d.Rule.Title
		}
		switch {
		case e == id:
			c.detail = detail
		case rule.Detail != journey.NoDetail && rule.Detail != journey.OfChoice:
			c.detail = d.Detail
		}
		out = append(out, c)
	}
	return out
}

// Done answers "Đã làm": it records what says that a deadline is done, asking
// which of several and on which day where that matters. Pressed once more it
// says that this stands.
func (h *Handlers) Done(ctx context.Context, r *Request) (chat.Reply, error) {
	reply, err := h.done(ctx, r)
	reply.Edit = len(r.Args) > 3 // the question of ours that was pressed on, not the reminder
	return reply, err
}

func (h *Handlers) done(ctx context.Context, r *Request) (chat.Reply, error) {
	if r.arg(0) == several {
		return h.whichLine(ctx, r, wording.ButtonDone)
	}
	m, ok, err := h.matter(ctx, r, r.arg(0), r.arg(1))
	if err != nil || !ok {
		return chat.Reply{Toast: wording.ToastOld}, err
	}
	if !m.mayRecord() {
		return chat.Reply{Toast: wording.ToastNotYours}, nil
	}
	ways := closings(r, m.d)
	if !m.open() {
		return h.doneAlready(ctx, r, m)
	}
	which, asked := 0, len(r.Args) > 3
	if asked {
		which = r.number(3)
	}
	code, short := m.of.Person.Code, m.d.Short()
	switch {
	case len(ways) == 0 || which >= len(ways):
		return chat.Reply{Toast: wording.ToastByItself}, nil
	case !asked && len(ways) > 1:
		reply := chat.Reply{Texts: []string{wording.AskWhich(r.line(item{m.of, m.d}))}}
		for i, way := range ways {
			reply.Rows = append(reply.Rows, []chat.Button{button(wording.EventLabel(way.event), wording.ButtonDone, code, short, "", i)})
		}
		return reply, nil
	case ways[which].now:
		reply, _, err := h.recorded(ctx, r, code, journey.Event{ID: ways[which].event.ID, On: r.today(), Detail: ways[which].detail})
		return reply, err
	}
	switch day := r.arg(4); day {
	case "":
		return chat.Reply{Texts: []string{wording.AskDay(ways[which].event, r.line(item{m.of, m.d}))}, Rows: dayButtons(r, wording.ButtonDone, code, short, "", which)}, nil
	case otherDay:
		r.Talk.Begin(flowDone, r.At, map[string]string{keyCode: string(code), keyShort: short, keyWhich: strconv.Itoa(which)})
		return chat.Reply{Texts: []string{wording.TypeDay}}, nil
	default:
		on, err := stamped(day)
		if err != nil {
			return chat.Reply{Toast: wording.ToastOld}, nil
		}
		if tooEarly(m.d, on) {
			return chat.Reply{Texts: []string{wording.TooEarlyToCount(m.d.Anchor.On)}, Rows: dayButtons(r, wording.ButtonDone, code, short, "", which)}, nil
		}
		reply, _, err := h.recorded(ctx, r, code, journey.Event{ID: ways[which].event.ID, On: on, Detail: ways[which].detail})
		return reply, err
	}
}

// tooEarly reports whether a day lies before the one from which a duty with an
// interval is counted: it would be the time before, and close nothing.
func tooEarly(d journey.Deadline, on journey.Date) bool {
	return d.Rule.EveryMonths > 0 && on.Before(d.Anchor.On)
}

// dayButtons are today, yesterday and another day, as the last argument of a
// button.
func dayButtons(r *Request, name string, args ...any) [][]chat.Button {
	with := func(label string, value any) chat.Button {
		return button(label, name, append(slices.Clone(args), value)...)
	}
	today := r.today()
	return [][]chat.Button{
		{with(wording.Today(today), stamp(today)), with(wording.Yesterday(today.AddDays(-1)), stamp(today.AddDays(-1)))},
		{with(wording.AnotherDay, otherDay), button(wording.LeaveIt, buttonLeave)},
	}
}

// stamp writes a day as it stands in button data: 20261124.
func stamp(d journey.Date) string { return strings.ReplaceAll(d.String(), "-", "") }

// stamped reads what stamp writes.
func stamped(s string) (journey.Date, error) {
	if len(s) != 8 {
		return journey.Date{}, journey.ErrNotADate
	}
	return journey.ParseDate(s[:4] + "-" + s[4:6] + "-" + s[6:])
}

// doneTyped takes the day typed for what was done. ok is false when the text is
// something else.
func (h *Handlers) doneTyped(ctx context.Context, r *Request) (reply chat.Reply, ok bool, err error) {
	on, isDay := typedDay(r.Text, r.today())
	if !isDay {
		return chat.Reply{Texts: []string{wording.BadDay}}, !asksSomething(r), nil
	}
	m, found, err := h.matter(ctx, r, r.Talk.Values[keyCode], r.Talk.Values[keyShort])
	if err != nil {
		return chat.Reply{}, true, err
	}
	if !found || !m.mayRecord() {
		r.Talk.End()
		return chat.Reply{Texts: []string{wording.GoneMeanwhile}}, true, nil
	}
	if !m.open() {
		r.Talk.End()
		reply, err = h.doneAlready(ctx, r, m)
		return reply, true, err
	}
	which, _ := strconv.Atoi(r.Talk.Values[keyWhich]) // our own
	ways := closings(r, m.d)
	if which >= len(ways) {
		r.Talk.End()
		return chat.Reply{Texts: []string{wording.GoneMeanwhile}}, true, nil
	}
	if tooEarly(m.d, on) {
		return chat.Reply{Texts: []string{wording.TooEarlyToCount(m.d.Anchor.On) + "\n\n" + wording.TypeAnother}}, true, nil
	}
	reply, refused, err := h.recorded(ctx, r, m.of.Person.Code, journey.Event{ID: ways[which].event.ID, On: on, Detail: ways[which].detail})
	switch {
	case err != nil:
		return chat.Reply{}, true, err
	case refused && len(reply.Texts) > 0:
		reply.Texts[0] += "\n\n" + wording.TypeAnother
	default:
		r.Talk.End()
	}
	return reply, true, nil
}

// doneAlready answers "Đã làm" for what something has closed. The very press
// that closed it is answered as it was then.
func (h *Handlers) doneAlready(ctx context.Context, r *Request, m matter) (chat.Reply, error) {
	if i := slices.IndexFunc(m.of.Events, func(e journey.Event) bool { return e == m.done }); i >= 0 && (fresh(r, m.done) || m.done.By == r.Who.Person.Code && r.At.Sub(m.done.At) < toldWithin) {
		reply, err := h.saidRecorded(ctx, r, m.of, i)
		if !samePress(r, m.done) {
			reply.Toast = wording.ToastStands
		}
		return reply, err
	}
	if err := h.saw(ctx, r, m.of.Person.Code, m.d.Key()); err != nil {
		return chat.Reply{}, err
	}
	text, err := h.stands(ctx, r, m)
	return chat.Reply{Texts: []string{text}, Toast: wording.ToastStands}, err
}

// stands says what closed a deadline, and who said so.
func (h *Handlers) stands(ctx context.Context, r *Request, m matter) (string, error) {
	rule := named(r, m.done)
	by, err := h.people.Tracks(ctx, m.done.By)
	if err != nil {
		return "", err
	}
	name := ""
	if len(by) > 0 {
		name = by[0].Person.Name
	}
	return wording.Stands(r.line(item{m.of, m.d}), rule, m.done, name), nil
}

// whichLine asks which line of a digest a press is about.
func (h *Handlers) whichLine(ctx context.Context, r *Request, name string) (chat.Reply, error) {
	lines, err := h.digest(ctx, r)
	if err != nil {
		return chat.Reply{}, err
	}
	if err := h.noteList(ctx, r, listDigest, othersOn(r, lines)); err != nil {
		return chat.Reply{}, err
	}
	asks := map[string]string{wording.ButtonDone: wording.WhichDone, wording.ButtonWhy: wording.WhichWhy, wording.ButtonLater: wording.WhichLater}
	reply := chat.Reply{Texts: []string{asks[name]}}
	for _, i := range lines {
		m := matter{of: i.of, d: i.d, roles: r.Person.RolesOn(i.d, i.of.Person)}
		if name == wording.ButtonDone && (!m.mayRecord() || len(closings(r, m.d)) == 0) {
			continue
		}
		args := []any{i.of.Person.Code, i.d.Short()}
		if name == wording.ButtonLater {
			args = append(args, r.arg(1)) // the digest that is told again
		}
		reply.Rows = append(reply.Rows, []chat.Button{button(wording.LineLabel(r.line(i)), name, args...)})
	}
	if len(reply.Rows) == 0 {
		return chat.Reply{Toast: wording.ToastNothingOpen}, nil
	}
	last := []chat.Button{button(wording.LeaveIt, buttonLeave)}
	if name == wording.ButtonLater {
		last = append([]chat.Button{button(wording.AllOfThem, name, several, r.arg(1), everyLine)}, last...)
	}
	reply.Rows = append(reply.Rows, last)
	return reply, nil
}

// digest returns what is still open of the digest a button names.
func (h *Handlers) digest(ctx context.Context, r *Request) ([]item, error) {
	day, err := stamped(r.arg(1))
	if err != nil || !r.linked() {
		return nil, nil
	}
	d, err := h.people.Digest(ctx, r.Who.Person.Code, day)
	if errors.Is(err, journey.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var codes []journey.Code
	named := map[journey.Code][]string{}
	for _, line := range d.Lines {
		if named[line.Of] == nil {
			codes = append(codes, line.Of)
		}
		named[line.Of] = append(named[line.Of], line.Key)
	}
	tracks, err := h.people.Tracks(ctx, codes...)
	if err != nil {
		return nil, err
	}
	lines := items(r, tracks, false)
	lines = slices.DeleteFunc(lines, func(i item) bool { return !slices.Contains(named[i.of.Person.Code], i.d.Key()) })
	return lines[:min(len(lines), linesAsked)], nil
}

// linesAsked is how many lines of a digest are offered to choose from.
const linesAsked = 20

// undoFor is how long what was recorded can be taken back by one press.
const undoFor = time.Minute

// fresh reports whether the person recorded the event so lately that they may
// take it back.
func fresh(r *Request, e journey.Event) bool {
	age := r.At.Unix() - e.At.Unix() // an event keeps whole seconds
	return r.linked() && e.By == r.Who.Person.Code && 0 <= age && age <= int64(undoFor.Seconds())
}

// samePress reports whether the event was recorded by what is handled now, in
// an earlier run.
func samePress(r *Request, e journey.Event) bool {
	return e.By == r.Who.Person.Code && e.At.Unix() == r.At.Unix()
}
