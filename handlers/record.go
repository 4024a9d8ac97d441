package handlers

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"donghanh/internal/audit"
	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/knowledge"
	"donghanh/internal/leak"
	"donghanh/internal/wording"
)

// flowRecord names the recording of an event in a conversation.
const flowRecord = "ghimoc"

// Steps of recording an event, each the key of what was said there; and
// keyCode, the student.
const (
	stepEvent  = "event"
	stepDetail = "detail"
	stepDay    = "day"
	stepSave   = "save" // not kept: confirm
	stepMore   = "more" // not kept: more events
)

// eventsShown is how many events are offered at once.
const eventsShown = 6

// noDetail stands for a choice left out.
const noDetail = "-"

// BeginRecord begins to record an event of a student.
func (h *Handlers) BeginRecord(ctx context.Context, r *Request) (chat.Reply, error) {
	t, ok, err := h.student(ctx, r, r.arg(0))
	if err != nil || !ok {
		return chat.Reply{Toast: wording.ToastOld}, err
	}
	if err := h.saw(ctx, r, t.Person.Code, ""); err != nil {
		return chat.Reply{}, err
	}
	events := recordable(r, t)
	if len(events) == 0 {
		return chat.Reply{Texts: []string{wording.NothingToRecord(t.Person)}}, nil
	}
	r.Talk.Begin(flowRecord, r.At, map[string]string{keyStart: strconv.FormatInt(r.Seq, 10), keyCode: string(t.Person.Code)})
	return askEvent(r, t, events, 0), nil
}

// recordable is what the person may record of a student, without the duties:
// those are said to be done where they are due.
func recordable(r *Request, t journey.Track) []journey.EventRule {
	return slices.DeleteFunc(r.Rules.Recordable(t, r.as(t.Person), r.today()), func(e journey.EventRule) bool {
		return e.Detail == journey.OfDuty || e.Detail == journey.OfClock || e.Automatic
	})
}

func recordButton(r *Request, label, step string, value any) chat.Button {
	return button(label, buttonRecordStep, r.Talk.Values[keyStart], step, value)
}

func askEvent(r *Request, t journey.Track, events []journey.EventRule, page int) chat.Reply {
	page, shown := paged(events, page, eventsShown)
	pages := (len(events) + eventsShown - 1) / eventsShown
	reply := chat.Reply{Texts: []string{wording.AskEvent(t.Person, page+1, pages)}}
	for _, e := range shown {
		reply.Rows = append(reply.Rows, []chat.Button{recordButton(r, wording.EventLabel(e), stepEvent, e.ID)})
	}
	var turn []chat.Button
	if page > 0 {
		turn = append(turn, recordButton(r, wording.PageBack, stepMore, page-1))
	}
	if page+1 < pages {
		turn = append(turn, recordButton(r, wording.MoreEvents, stepMore, page+1))
	}
	if len(turn) > 0 {
		reply.Rows = append(reply.Rows, turn)
	}
	reply.Rows = append(reply.Rows, []chat.Button{button(wording.LeaveIt, buttonCancel)})
	return reply
}

// RecordStep takes one press of the recording: what began it, the step, the
// value.
func (h *Handlers) RecordStep(ctx context.Context, r *Request) (chat.Reply, error) {
	said := r.Talk.Values
	if r.Talk.Flow != flowRecord || r.arg(0) != said[keyStart] {
		return chat.Reply{Toast: wording.ToastOld}, nil
	}
	t, ok, err := h.student(ctx, r, said[keyCode])
	if err != nil || !ok {
		return chat.Reply{Toast: wording.ToastOld}, err
	}
	events := recordable(r, t)
	step, value := r.arg(1), r.arg(2)
	switch step {
	case stepMore:
		reply := askEvent(r, t, events, r.number(2))
		reply.Edit = true
		return reply, nil
	case stepEvent:
		if !slices.ContainsFunc(events, func(e journey.EventRule) bool { return string(e.ID) == value }) {
			return chat.Reply{Toast: wording.ToastOld}, nil
		}
		r.Talk.Values = map[string]string{keyStart: said[keyStart], keyCode: said[keyCode], stepEvent: value}
	case stepDetail:
		if detail, ok := offeredDetail(r, t, value); ok && said[stepDetail] == "" {
			said[stepDetail] = detail
			break
		}
		return chat.Reply{Toast: wording.ToastOld}, nil
	case stepDay:
		if said[stepEvent] == "" || needsDetail(r) {
			return chat.Reply{Toast: wording.ToastOld}, nil
		}
		if value == otherDay {
			return chat.Reply{Edit: true, Texts: []string{wording.TypeDay}}, nil
		}
		on, err := stamped(value)
		if err != nil {
			return chat.Reply{Toast: wording.ToastOld}, nil
		}
		said[stepDay] = on.String()
	case stepSave:
		return h.saveRecord(ctx, r)
	default:
		return chat.Reply{Toast: wording.ToastOld}, nil
	}
	reply := h.askRecord(r, t)
	reply.Edit = true
	return reply, nil
}

// rule is the kind of event chosen so far.
func (r *Request) rule() journey.EventRule {
	e, _ := r.Rules.Event(journey.EventID(r.Talk.Values[stepEvent]))
	return e
}

// needsDetail reports whether a detail is still to be said.
func needsDetail(r *Request) bool {
	return r.rule().Detail != journey.NoDetail && r.Talk.Values[stepDetail] == ""
}

// detailChoice is a detail that can be pressed.
type detailChoice struct{ label, value string }

// details lists the details that can be pressed; typed says that one may be
// typed too.
func details(r *Request, t journey.Track) (choices []detailChoice, typed bool) {
	rule := r.rule()
	switch rule.Detail {
	case journey.OfDocument:
		for _, p := range r.Rules.Papers {
			choices = append(choices, detailChoice{p.Title, p.ID})
		}
	case journey.OfPlace:
		for _, e := range t.Facts() {
			of, _ := r.Rules.Event(e.ID)
			seen := slices.ContainsFunc(choices, func(c detailChoice) bool { return c.value == e.Detail })
			if of.Detail == journey.OfPlace && e.Detail != "" && !seen {
				choices = append(choices, detailChoice{wording.Place(e.Detail), e.Detail})
			}
		}
		return choices, true
	case journey.OfPerson:
		return nil, true
	case journey.OfChoice:
		for _, c := range rule.Choices {
			choices = append(choices, detailChoice{c.Title, c.ID})
		}
		choices = append(choices, detailChoice{wording.NoneOfThese, noDetail})
	case journey.NoDetail, journey.OfDuty, journey.OfClock:
	}
	return choices, false
}

// offeredDetail returns the detail of the button with that number.
func offeredDetail(r *Request, t journey.Track, number string) (string, bool) {
	n, err := strconv.Atoi(number)
	choices, _ := details(r, t)
	if err != nil || n < 0 || n >= len(choices) {
		return "", false
	}
	return choices[n].value, true
}

// askRecord asks what is still to be said, or to confirm.
func (h *Handlers) askRecord(r *Request, t journey.Track) chat.Reply {
	said, rule := r.Talk.Values, r.rule()
	cancel := []chat.Button{button(wording.LeaveIt, buttonCancel)}
	switch {
	case needsDetail(r):
		choices, _ := details(r, t)
		reply := chat.Reply{Texts: []string{wording.AskDetail(rule, len(choices) > 0)}}
		for i, c := range choices {
			reply.Rows = append(reply.Rows, []chat.Button{recordButton(r, wording.Label(c.label), stepDetail, i)})
		}
		reply.Rows = append(reply.Rows, cancel)
		return reply
	case said[stepDay] == "":
		rows := dayButtons(r, buttonRecordStep, said[keyStart], stepDay)
		rows[1][1] = cancel[0] // leaving it forgets the flow
		return chat.Reply{Texts: []string{wording.AskDayOf(rule, t.Person)}, Rows: rows}
	}
	e := spoken(r)
	if _, err := r.Rules.Accept(t, e, r.as(t.Person), r.today()); err != nil {
		var refusal *journey.Refusal
		if errors.As(err, &refusal) {
			delete(said, stepDay) // another day may do
			rows := dayButtons(r, buttonRecordStep, said[keyStart], stepDay)
			rows[1][1] = cancel[0]
			return chat.Reply{Texts: []string{h.refused(r, refusal)}, Rows: rows}
		}
	}
	return chat.Reply{
		Texts: []string{wording.ConfirmRecord(rule, e, wording.Place(shownDetail(r, e)), t.Person)},
		Rows:  [][]chat.Button{{recordButton(r, wording.RecordIt, stepSave, stamp(e.On)), cancel[0]}},
	}
}

// spoken is the event as said so far.
func spoken(r *Request) journey.Event {
	said := r.Talk.Values
	on, _ := journey.ParseDate(said[stepDay]) // our own
	e := journey.Event{ID: journey.EventID(said[stepEvent]), On: on, Detail: said[stepDetail]}
	if e.Detail == noDetail {
		e.Detail = ""
	}
	return e
}

// shownDetail is the detail of an event as people read it.
func shownDetail(r *Request, e journey.Event) string {
	rule, _ := r.Rules.Event(e.ID)
	switch rule.Detail {
	case journey.OfDocument:
		for _, p := range r.Rules.Papers {
			if p.ID == e.Detail {
				return p.Title
			}
		}
	case journey.OfChoice:
		for _, c := range rule.Choices {
			if c.ID == e.Detail {
				return c.Title
			}
		}
	case journey.OfDuty, journey.OfClock:
		return ""
	case journey.NoDetail, journey.OfPlace, journey.OfPerson:
	}
	return e.Detail
}

// title names a kind of event.
func (r *Request) title(id journey.EventID) string {
	rule, _ := r.Rules.Event(id)
	return rule.Title
}

func (h *Handlers) refused(r *Request, refusal *journey.Refusal) string {
	var sources []knowledge.Citation
	if _, known := r.Book.Facts[refusal.Rule]; known {
		sources = r.Book.Sources(knowledge.Entry{Facts: []string{refusal.Rule}})
	}
	return wording.Refused(refusal, r.title, sources)
}

// maxDetail is how many letters a place may have.
const maxDetail = 60

// recordTyped takes a day, a place or a code typed while an event is recorded.
// ok is false when the text is something else.
func (h *Handlers) recordTyped(ctx context.Context, r *Request) (reply chat.Reply, ok bool, err error) {
	said := r.Talk.Values
	if said[stepEvent] == "" {
		return chat.Reply{}, false, nil
	}
	t, found, err := h.student(ctx, r, said[keyCode])
	if err != nil {
		return chat.Reply{}, true, err
	}
	if !found {
		r.Talk.End()
		return chat.Reply{Texts: []string{wording.GoneMeanwhile}}, true, nil
	}
	if needsDetail(r) {
		if _, typed := details(r, t); !typed {
			return chat.Reply{Texts: []string{wording.PressOne}}, !asksSomething(r), nil
		}
		if strings.HasSuffix(strings.TrimSpace(r.Text), "?") {
			return chat.Reply{}, false, nil
		}
		if _, isDay := typedDay(r.Text, r.today()); isDay && r.rule().Detail == journey.OfPlace {
			return chat.Reply{Texts: []string{wording.BadPlace}}, true, nil
		}
		detail, hidden := leak.Mask(strings.Join(strings.Fields(r.Text), " "))
		if typed := strings.TrimSpace(r.Text); r.rule().Detail == journey.OfPerson && journey.ValidCode(typed) {
			detail, hidden = typed, false // a code may look like the number of a card
		}
		if hidden || len([]rune(detail)) > maxDetail || strings.ContainsAny(detail, "/?") {
			return chat.Reply{Texts: []string{wording.BadDetail}}, true, nil
		}
		said[stepDetail] = detail
		return h.askRecord(r, t), true, nil
	}
	on, isDay := typedDay(r.Text, r.today())
	if !isDay {
		return chat.Reply{Texts: []string{wording.BadDay}}, !asksSomething(r), nil
	}
	said[stepDay] = on.String()
	return h.askRecord(r, t), true, nil
}

// asksSomething reports whether what was typed is clearly a question, though
// something else is waited for.
func asksSomething(r *Request) bool {
	return strings.HasSuffix(strings.TrimSpace(r.Text), "?") || r.Book.FindAll(r.Text, "")[0].Outcome == knowledge.Sure
}

// saveRecord records what was confirmed.
func (h *Handlers) saveRecord(ctx context.Context, r *Request) (chat.Reply, error) {
	said := r.Talk.Values
	if said[stepEvent] == "" || needsDetail(r) || said[stepDay] == "" || r.arg(2) != stamp(spoken(r).On) {
		return chat.Reply{Toast: wording.ToastOld}, nil
	}
	reply, refused, err := h.recorded(ctx, r, journey.Code(said[keyCode]), spoken(r))
	if err == nil && !refused {
		r.Talk.End()
	}
	reply.Edit = true
	return reply, err
}

// errNotYours means that the person may not see whose way it is (any more).
var errNotYours = errors.New("not theirs to see")

// recorded records an event and says what follows. refused is true when the
// rules forbid it; the reply says which.
func (h *Handlers) recorded(ctx context.Context, r *Request, code journey.Code, e journey.Event) (reply chat.Reply, refused bool, err error) {
	e.By, e.At = r.Who.Person.Code, r.At
	var after journey.Track
	at := -1
	err = h.change(ctx, r, code, func(t journey.Track) (journey.Track, bool, error) {
		if !r.concerns(t.Person) {
			return t, false, errNotYours
		}
		accepted, err := r.Rules.Accept(t, e, r.as(t.Person), r.today())
		if err != nil {
			return t, false, err
		}
		after = accepted
		at = slices.IndexFunc(after.Events, func(known journey.Event) bool { return known.Same(e) && !known.Undone })
		if len(after.Events) == len(t.Events) {
			return after, false, nil
		}
		return after, true, h.note(ctx, r, audit.Recorded, code, aboutEvent(e))
	})
	var refusal *journey.Refusal
	switch {
	case errors.As(err, &refusal):
		return chat.Reply{Texts: []string{h.refused(r, refusal)}}, true, nil
	case errors.Is(err, errNotYours):
		return chat.Reply{Toast: wording.ToastOld}, true, nil
	case err != nil:
		return chat.Reply{}, false, err
	case at < 0: // accepted, and not there: a mistake of ours
		return chat.Reply{}, false, fmt.Errorf("record %s of %s: accepted and not kept", e.ID, code)
	}
	reply, err = h.saidRecorded(ctx, r, after, at)
	return reply, false, err
}

// saidRecorded says that the event stands, with what follows from it, and tells
// those who were waiting for it.
func (h *Handlers) saidRecorded(ctx context.Context, r *Request, t journey.Track, at int) (chat.Reply, error) {
	e := t.Events[at]
	rule := named(r, e)
	closed, opened := changes(r, t, at)
	roles := r.Person.RolesFor(t.Person)
	opened = slices.DeleteFunc(opened, func(d journey.Deadline) bool { return !sees(roles, d) })
	var follows []item
	for _, d := range opened {
		follows = append(follows, item{t, d})
	}
	reply := chat.Reply{}
	if r.At.Sub(e.At) < toldWithin {
		if err := h.tell(ctx, r, t, e, closed, "done", wording.DoneByOther); err != nil {
			return chat.Reply{}, err
		}
	}
	if !fresh(r, e) {
		reply.Texts = []string{wording.RecordedBefore(rule, e, shownDetail(r, e), t.Person)}
		return reply, nil
	}
	code := t.Person.Code
	reply.Texts = []string{wording.Recorded(rule, e, shownDetail(r, e), t.Person, code == r.Who.Person.Code, r.lines(follows), r.today(), r.Rules.Calendar)}
	reply.Rows = [][]chat.Button{{button(wording.UndoLabel, buttonUndo, code, mark(e))}}
	return reply, nil
}

// toldWithin is how long after an event was recorded those who waited for it are
// still told, where a crash came between. It is shorter than the outbox
// remembers a key.
const toldWithin = 24 * time.Hour

// named is the kind of an event; that of a duty done is named for the duty.
func named(r *Request, e journey.Event) journey.EventRule {
	rule, _ := r.Rules.Event(e.ID)
	if rule.Detail != journey.OfDuty {
		return rule
	}
	id, period, _ := strings.Cut(e.Detail, "/")
	for _, duty := range r.Rules.Duties {
		if duty.ID == id {
			rule.Title = wording.Duty(duty, period)
		}
	}
	return rule
}

// changes returns which deadlines the i-th event of a track closes, and which
// it opens.
func changes(r *Request, t journey.Track, i int) (closed, opened []journey.Deadline) {
	before, after := r.Rules.Deadlines(without(t, i), r.today()), r.Rules.Deadlines(t, r.today())
	minus := func(a, b []journey.Deadline) (out []journey.Deadline) {
		for _, d := range a {
			if !slices.ContainsFunc(b, func(other journey.Deadline) bool { return other.Key() == d.Key() }) {
				out = append(out, d)
			}
		}
		return out
	}
	return minus(before, after), minus(after, before)
}

// aboutEvent names an event in the log: what and when. A detail may be a place
// somebody typed, and stays out.
func aboutEvent(e journey.Event) string { return string(e.ID) + " " + e.On.String() }

// mark names an event on a track in eight letters.
func mark(e journey.Event) string {
	return journey.Short(string(e.ID) + "/" + e.On.String() + "/" + e.Detail)
}

// climb are those to whom a mentor's silence climbs, the mentor first.
var climb = []journey.Role{journey.Mentor, journey.CellSecretary, journey.YouthOfficer}

// tell writes to those of the climb who were told of the deadlines and are not
// the one who acts, once for each event and kind of news.
func (h *Handlers) tell(ctx context.Context, r *Request, t journey.Track, e journey.Event, about []journey.Deadline, news string, word func(student journey.Person, title, by string) string) error {
	staff, err := h.people.Staff(ctx)
	if err != nil {
		return err
	}
	leads := journey.LeadsOf(staff)
	var out []chat.Message
	for _, d := range about {
		if !slices.ContainsFunc(closings(r, d), func(c closing) bool { return c.event.ID == e.ID }) {
			continue // gone with it, not done
		}
		for _, role := range climb {
			if t.Told[d.Key()+"/"+string(role)].Times == 0 {
				continue
			}
			hearers := []journey.Code{t.Person.Mentor}
			if role != journey.Mentor {
				hearers = leads.Nearest(t.Person, role)
			}
			tracks, err := h.people.Tracks(ctx, hearers...)
			if err != nil {
				return err
			}
			for _, who := range tracks {
				m := chat.Message{
					Key: fmt.Sprintf("%s/%s/%s/%s/%d", news, t.Person.Code, d.Short(), who.Person.Code, e.At.Unix()),
					To:  chat.Address(who.Account), Lane: chat.Reminders, At: h.hours.After(r.At),
					Text: word(t.Person, d.Rule.Title, r.Who.Person.Name), Protect: true,
				}
				same := func(known chat.Message) bool { return known.Key == m.Key }
				if who.Account != 0 && who.Person.Code != r.Who.Person.Code && !slices.ContainsFunc(out, same) {
					out = append(out, m)
				}
			}
		}
	}
	if len(out) == 0 {
		return nil
	}
	_, err = h.outbox.Put(ctx, out...)
	return err
}

// Undo takes back what the person recorded less than a minute ago. Whoever may
// take back later sees a list of what was recorded last, and is asked once
// more.
func (h *Handlers) Undo(ctx context.Context, r *Request) (chat.Reply, error) {
	switch {
	case !journey.ValidCode(r.arg(0)) || !r.linked():
		return chat.Reply{Toast: wording.ToastOld}, nil
	case r.arg(1) == "":
		return h.mistakes(ctx, r)
	case r.arg(2) != "":
		return h.takeBack(ctx, r)
	}
	var back journey.Track
	var late, followed bool
	at := -1
	err := h.change(ctx, r, journey.Code(r.arg(0)), func(t journey.Track) (journey.Track, bool, error) {
		at, late, followed = -1, false, false
		for i, e := range slices.Backward(t.Events) {
			if mark(e) == r.arg(1) && e.By == r.Who.Person.Code {
				at = i
				break
			}
		}
		if at < 0 || len(r.Person.RolesFor(t.Person)) == 0 {
			return t, false, errNotYours
		}
		if t.Events[at].Undone { // run again after a crash, or pressed again
			back = t
			return t, false, nil
		}
		back = t.WithUndone(at, r.Who.Person.Code, r.At)
		late = !fresh(r, t.Events[at])
		followed = slices.ContainsFunc(t.Events[at+1:], func(e journey.Event) bool { return !e.Undone })
		if late || followed {
			return t, false, nil
		}
		return back, true, h.note(ctx, r, audit.TookBack, t.Person.Code, aboutEvent(t.Events[at]))
	})
	switch {
	case errors.Is(err, errNotYours), errors.Is(err, journey.ErrNotFound):
		return chat.Reply{Toast: wording.ToastOld}, nil
	case err != nil:
		return chat.Reply{}, err
	case late:
		return chat.Reply{Toast: wording.ToastTooLate}, nil
	case followed:
		return chat.Reply{Toast: wording.ToastFollowed}, nil
	}
	return h.saidUndone(ctx, r, back, at)
}

// saidUndone says that the event was taken back, and tells those who were told
// that it took place.
func (h *Handlers) saidUndone(ctx context.Context, r *Request, back journey.Track, at int) (chat.Reply, error) {
	e := back.Events[at]
	standing := back
	standing.Events = slices.Clone(back.Events)
	standing.Events[at].Undone = false
	closed, _ := changes(r, standing, at)
	reply := chat.Reply{Edit: true, Texts: []string{wording.Undone(named(r, e), e, back.Person)}, Toast: wording.ToastUndone}
	return reply, h.tell(ctx, r, back, e, closed, "undone", wording.UndoneByOther)
}

// mayTakeBack reports whether the person may take back what anybody recorded of
// a student: not the mentor, who is helped by it, and not the student.
func mayTakeBack(r *Request, t journey.Track) bool {
	return t.Person.Code != r.Who.Person.Code && r.linked() && r.as(t.Person).Has(journey.CellSecretary, journey.YouthOfficer)
}

// mistakesShown is how many of the events last recorded are offered to be taken
// back.
const mistakesShown = 5

// mistakes lists what was recorded last of a student.
func (h *Handlers) mistakes(ctx context.Context, r *Request) (chat.Reply, error) {
	t, ok, err := h.student(ctx, r, r.arg(0))
	if err != nil || !ok || !mayTakeBack(r, t) {
		return chat.Reply{Toast: wording.ToastOld}, err
	}
	if err := h.saw(ctx, r, t.Person.Code, ""); err != nil {
		return chat.Reply{}, err
	}
	reply := chat.Reply{Protect: true}
	for _, e := range slices.Backward(t.Facts()) {
		if e.At.IsZero() {
			continue // it came with a list, which is where it is put right
		}
		reply.Rows = append(reply.Rows, []chat.Button{button(wording.FactLabel(named(r, e), e), buttonUndo, t.Person.Code, mark(e), askSure)})
		if len(reply.Rows) == mistakesShown {
			break
		}
	}
	reply.Texts = []string{wording.AskTakeBack(t.Person, len(reply.Rows) > 0)}
	reply.Rows = append(reply.Rows, []chat.Button{button(wording.LeaveIt, buttonLeave)})
	return reply, nil
}

// askSure asks before what it stands on is done.
const askSure = "hoi"

// takeBack takes back an event of a student, once it is sure. What later events
// rest on stays.
func (h *Handlers) takeBack(ctx context.Context, r *Request) (chat.Reply, error) {
	var back journey.Track
	at := -1
	err := h.change(ctx, r, journey.Code(r.arg(0)), func(t journey.Track) (journey.Track, bool, error) {
		at = -1
		for i, e := range slices.Backward(t.Events) {
			if mark(e) == r.arg(1) && !e.At.IsZero() {
				at = i
				break
			}
		}
		if at < 0 || !t.Person.Has(journey.Student) || !mayTakeBack(r, t) {
			return t, false, errNotYours
		}
		var err error
		back, err = r.Rules.TakeBack(t, at, r.Who.Person.Code, r.At)
		if err != nil || r.arg(2) != sure || t.Events[at].Undone {
			return back, false, err
		}
		return back, true, h.note(ctx, r, audit.TookBack, t.Person.Code, aboutEvent(t.Events[at]))
	})
	var refusal *journey.Refusal
	switch {
	case errors.Is(err, errNotYours), errors.Is(err, journey.ErrNotFound):
		return chat.Reply{Toast: wording.ToastOld}, nil
	case errors.As(err, &refusal):
		return chat.Reply{Edit: true, Texts: []string{wording.StillRests(refusal, r.title)}, Toast: wording.ToastRests}, nil
	case err != nil:
		return chat.Reply{}, err
	case r.arg(2) == sure:
		return h.saidUndone(ctx, r, back, at)
	}
	e := back.Events[at]
	if e.UndoneAt.Unix() != r.At.Unix() {
		return chat.Reply{Toast: wording.ToastUndone}, nil // taken back before
	}
	if err := h.saw(ctx, r, back.Person.Code, ""); err != nil {
		return chat.Reply{}, err
	}
	by, err := h.people.Tracks(ctx, e.By)
	if err != nil {
		return chat.Reply{}, err
	}
	name := ""
	if len(by) > 0 {
		name = by[0].Person.Name
	}
	return chat.Reply{Edit: true, Protect: true, Texts: []string{wording.SureTakeBack(named(r, e), e, back.Person, name)}, Rows: [][]chat.Button{{
		button(wording.TakeItBack, buttonUndo, back.Person.Code, mark(e), sure), button(wording.LeaveIt, buttonLeave)}}}, nil
}

// Days as they are typed with words, and with a short year.
var (
	dayInWords = regexp.MustCompile(`^(\d{1,2}) thang (\d{1,2})(?: nam (\d{4}))?$`)
	shortYear  = regexp.MustCompile(`^(\d{1,2}[/.-]\d{1,2}[/.-])(\d{2})$`)
)

// typedDay reads a day as people type it: 22/12/2026, 22/12/26, 22/12 (the last
// one up to today), 22 tháng 12, hôm nay, hôm qua, hôm kia.
func typedDay(text string, today journey.Date) (journey.Date, bool) {
	text = strings.Join(strings.Fields(knowledge.Fold(text)), " ")
	text = strings.TrimPrefix(text, "ngay ")
	switch text {
	case "hom nay", "nay", "bua nay":
		return today, true
	case "hom qua", "qua", "bua qua":
		return today.AddDays(-1), true
	case "hom kia", "bua kia":
		return today.AddDays(-2), true
	}
	if words := dayInWords.FindStringSubmatch(text); words != nil {
		text = strings.TrimSuffix(words[1]+"/"+words[2]+"/"+words[3], "/")
	}
	text = shortYear.ReplaceAllString(text, "${1}20$2")
	if d, err := journey.ParseDate(text); err == nil {
		return d, true
	}
	year := today.Year
	for range 2 {
		if d, err := journey.ParseDate(text + "/" + strconv.Itoa(year)); err == nil && !d.After(today) {
			return d, true
		}
		year--
	}
	return journey.Date{}, false
}
