package handlers

import (
	"context"
	"fmt"
	"slices"
	"time"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/wording"
)

// moment is a time to which a reminder can be put off.
type moment struct {
	name  string // in button data
	label string
	at    time.Time
}

// Times of day at which what was put off comes back.
const (
	afternoon = 15 * time.Hour
	morning   = 8 * time.Hour
)

// moments lists to when a reminder of those deadlines can be put off: never
// into quiet hours, and never past the end of a deadline. What is overdue stays
// within the day.
func (h *Handlers) moments(r *Request, about []journey.Deadline) []moment {
	today := r.today()
	var last journey.Date
	for _, d := range about {
		day := d.Due
		if day.Before(today) {
			day = today
		}
		if last.IsZero() || day.Before(last) {
			last = day
		}
	}
	monday := today.AddDays(1)
	for monday.Weekday() != time.Monday {
		monday = monday.AddDays(1)
	}
	all := []moment{
		{"1h", wording.InAnHour, r.At.Add(time.Hour)},
		{"pm", wording.ThisAfternoon, today.At(afternoon)},
		{"mai", wording.Tomorrow, today.AddDays(1).At(morning)},
		{"tuan", wording.NextWeek, monday.At(morning)},
	}
	soonest := r.At.Add(30 * time.Minute)
	return slices.DeleteFunc(all, func(m moment) bool {
		return last.IsZero() || m.at.Before(soonest) || !m.at.Before(last.AddDays(1).At(0)) || h.hours.Quiet(m.at)
	})
}

// Later answers "Nhắc lại sau": it asks when, and puts the reminder there.
// Meanwhile silence does not climb.
func (h *Handlers) Later(ctx context.Context, r *Request) (chat.Reply, error) {
	var lines []item
	var err error
	if r.arg(0) == several {
		lines, err = h.digest(ctx, r)
	} else {
		m, ok, e := h.matter(ctx, r, r.arg(0), r.arg(1))
		if err = e; ok && m.open() {
			lines = []item{{m.of, m.d}}
		}
	}
	if err != nil {
		return chat.Reply{}, err
	}
	if len(lines) == 0 {
		return chat.Reply{Toast: wording.ToastNothingOpen}, nil
	}
	if r.arg(0) == several && r.arg(2) == "" && len(lines) > 1 {
		return h.whichLine(ctx, r, wording.ButtonLater)
	}
	var about []journey.Deadline
	for _, i := range lines {
		about = append(about, i.d)
	}
	moments := h.moments(r, about)
	args, when := []any{r.arg(0), r.arg(1), r.arg(2)}, r.arg(3)
	if r.arg(0) == several {
		args[2] = everyLine
		if r.arg(2) != everyLine { // a button of an earlier version
			when = r.arg(2)
		}
	}
	if when == "" {
		if len(moments) == 0 {
			return chat.Reply{Toast: wording.ToastNoLater}, nil
		}
		var row []chat.Button
		for _, m := range moments {
			row = append(row, button(m.label, wording.ButtonLater, append(slices.Clone(args), m.name)...))
		}
		return chat.Reply{Texts: []string{wording.AskLater}, Rows: append(slices.Collect(slices.Chunk(row, 2)), []chat.Button{button(wording.LeaveIt, buttonLeave)})}, nil
	}
	at := slices.IndexFunc(moments, func(m moment) bool { return m.name == when })
	if at < 0 {
		return chat.Reply{Toast: wording.ToastNoLater}, nil
	}
	until := moments[at].at
	for _, i := range lines {
		if err := h.hold(ctx, r, i, journey.DateOf(until).AddDays(1)); err != nil {
			return chat.Reply{}, err
		}
	}
	// Pressed twice before the buttons are gone, it is put off once.
	name := h.madeAgain(r)
	again := chat.Message{
		Key: fmt.Sprintf("again/%s/%s/%s", name, when, until.Truncate(time.Hour).Format("2006-01-02T15")),
		To:  r.Chat, Lane: chat.Reminders, At: until, Make: name, Protect: true,
	}
	if _, err := h.outbox.Put(ctx, again); err != nil {
		return chat.Reply{}, err
	}
	return chat.Reply{Edit: true, Texts: []string{wording.LaterSet(until.In(journey.Zone), len(lines))}}, nil
}

// madeAgain names the text of a reminder put off: what is left of the digest
// then, or of one line of it.
func (h *Handlers) madeAgain(r *Request) string {
	if r.arg(0) == several {
		day, _ := stamped(r.arg(1)) // its digest was found
		return journey.DigestName(r.Who.Person.Code, day)
	}
	day, err := stamped(r.arg(2))
	if err != nil {
		day = r.today()
	}
	return journey.DigestName(r.Who.Person.Code, day, r.arg(0), r.arg(1))
}

// hold keeps the person's silence about a deadline from climbing before a day.
func (h *Handlers) hold(ctx context.Context, r *Request, i item, until journey.Date) error {
	return h.change(ctx, r, i.of.Person.Code, func(t journey.Track) (journey.Track, bool, error) {
		changed := false
		for _, role := range r.Person.RolesFor(t.Person) {
			told, ok := t.Told[i.d.Key()+"/"+string(role)]
			if ok && told.Hold != until {
				t, changed = t.WithHold(i.d.Key(), role, until), true
			}
		}
		return t, changed, nil
	})
}
