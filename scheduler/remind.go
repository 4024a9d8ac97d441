package scheduler

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/wording"
)

// Tracks keeps people and what they were told.
type Tracks interface {
	DueCodes(context.Context, journey.Date) ([]journey.Code, error)
	Tracks(context.Context, ...journey.Code) ([]journey.Track, error)
	SaveTracks(context.Context, ...journey.Save) (conflicts []journey.Code, err error)
	Staff(context.Context) ([]journey.Person, error)

	// Reindex computes anew on which day each track is to be looked at, with
	// the rules of that fingerprint.
	Reindex(ctx context.Context, next func(journey.Track) journey.Date) (changed int, err error)
	RulesPrint(context.Context) (string, error)
	SetRulesPrint(context.Context, string) error
}

// Inboxes keeps what each person is to be told until it is on its way.
type Inboxes interface {
	// Offer adds lines to inboxes, each line once.
	Offer(ctx context.Context, day journey.Date, lines map[journey.Code][]journey.LineRef) error
	Inboxes(context.Context) ([]journey.Code, error)

	// TakeDigests makes inboxes the digests of the day, one for each person and
	// day. While one is not confirmed by DigestsPut the same comes again, on later
	// days too; RetakeDigest puts such an earlier one together with the inbox.
	TakeDigests(context.Context, journey.Date, ...journey.Code) ([]journey.Digest, error)
	RetakeDigest(context.Context, journey.Code, journey.Date) (d journey.Digest, ok bool, err error)
	DigestsPut(context.Context, ...journey.Digest) error

	// WasPut reports whether the outbox knows a message of that key.
	WasPut(ctx context.Context, key string) (bool, error)
}

// Reminding is what Remind is made of.
type Reminding struct {
	Tracks  Tracks
	Inboxes Inboxes
	Outbox  Outbox
	Desk    Waiting
	Rules   func() *journey.Rules // of the moment
	Hours   journey.Hours
	Admins  []chat.Address // hear of a year without a table of holidays
	Log     *slog.Logger
}

// chunk is how many tracks are worked on at once.
const chunk = 500

// Remind tells everybody what is due, in one digest a person and day. It looks
// at what should have been told by today and was not: run again after a crash
// at any point, or by several at once, it tells nothing twice and leaves out
// nothing.
func Remind(r Reminding) Job {
	run := &reminding{Reminding: r, missed: map[int]journey.Month{}}
	return Job{Name: "remind", Do: run.do}
}

type reminding struct {
	Reminding
	desk   journey.Date          // the last day on which waiting questions were offered
	missed map[int]journey.Month // years without a table, and when that was last told
}

func (r *reminding) do(ctx context.Context, now time.Time) error {
	rules, today := r.Rules(), journey.DateOf(now)
	if err := r.reindex(ctx, rules, today); err != nil {
		return err
	}
	if !r.Hours.Open(now) {
		return nil
	}
	if err := r.missing(ctx, rules, now); err != nil {
		return err
	}
	// All is offered before anything is taken: a digest goes out once a day.
	if err := r.offer(ctx, rules, today); err != nil {
		return err
	}
	return r.send(ctx, now)
}

// reindex has the store compute anew when each track is to be looked at, once
// the rules have changed.
func (r *reminding) reindex(ctx context.Context, rules *journey.Rules, today journey.Date) error {
	print := rules.Fingerprint()
	kept, err := r.Tracks.RulesPrint(ctx)
	if err != nil || kept == print {
		return err
	}
	changed, err := r.Tracks.Reindex(ctx, func(t journey.Track) (next journey.Date) {
		if !r.safely(t.Person.Code, func() { next = rules.NextDue(t, rules.Deadlines(t, today), today.AddDays(-1)) }) {
			next = today // it is looked at, and looked at again
		}
		return next
	})
	if err != nil {
		return fmt.Errorf("reindex: %w", err)
	}
	r.Log.Info("the rules have changed", "tracks_due_on_another_day", changed)
	return r.Tracks.SetRulesPrint(ctx, print)
}

// missing tells the admins, once a month, of years without a table of holidays.
func (r *reminding) missing(ctx context.Context, rules *journey.Rules, now time.Time) error {
	month := journey.MonthOf(now)
	for _, year := range rules.Calendar.Missing(journey.DateOf(now)) {
		if r.missed[year] == month {
			continue // the outbox forgets a key within the month
		}
		var messages []chat.Message
		for _, who := range r.Admins {
			messages = append(messages, chat.Message{
				Key: fmt.Sprintf("calendar/%d/%04d-%02d/%s", year, month.Year, month.Month, who), To: who, Lane: chat.Reminders, At: now,
				Text: wording.MissingCalendar(year),
			})
		}
		if _, err := r.Outbox.Put(ctx, messages...); err != nil {
			return err
		}
		r.missed[year] = month
	}
	return nil
}

// offer puts what is due on each track into the inboxes of those it is for.
func (r *reminding) offer(ctx context.Context, rules *journey.Rules, today journey.Date) error {
	if err := r.offerDesk(ctx, today); err != nil {
		return err
	}
	codes, err := r.Tracks.DueCodes(ctx, today)
	if err != nil || len(codes) == 0 {
		return err
	}
	staff, err := r.Tracks.Staff(ctx)
	if err != nil {
		return err
	}
	to := receivers{tracks: r.Tracks, leads: journey.LeadsOf(staff), known: map[journey.Code]receiver{}}
	return r.each(ctx, codes, func(some []journey.Code) error {
		tracks, err := r.Tracks.Tracks(ctx, some...)
		if err != nil {
			return err
		}
		return r.offerThese(ctx, rules, today, &to, tracks)
	})
}

// deskKey begins the key of a line that says that questions wait; the day
// follows.
const deskKey = "desk/"

// offerDesk tells those who look after waiting questions once a day that some
// wait, in the digest in which they hear of all else.
func (r *reminding) offerDesk(ctx context.Context, today journey.Date) error {
	if r.desk == today {
		return nil
	}
	n, err := r.Desk.CountQuestions(ctx)
	if err != nil || n == 0 {
		return err
	}
	staff, err := r.Tracks.Staff(ctx)
	if err != nil {
		return err
	}
	var codes []journey.Code
	for _, p := range staff {
		if p.Has(journey.AtDesk...) {
			codes = append(codes, p.Code)
		}
	}
	tracks, err := r.Tracks.Tracks(ctx, codes...)
	if err != nil {
		return err
	}
	offers := map[journey.Code][]journey.LineRef{}
	for _, t := range tracks {
		if code := t.Person.Code; t.Account != 0 {
			offers[code] = []journey.LineRef{{Of: code, Key: deskKey + today.String(), To: journey.YouthOfficer, Step: today}}
		}
	}
	if err := r.Inboxes.Offer(ctx, today, offers); err != nil {
		return err
	}
	r.desk = today
	return nil
}

// brokenFor is for how many people a tick may fail before it counts as broken
// for all.
const brokenFor = 3

// each does something for all people, many at once, and one by one where that
// fails: what is broken for one is logged and does not hold up the others.
func (r *reminding) each(ctx context.Context, codes []journey.Code, do func([]journey.Code) error) error {
	broken := 0
	for some := range slices.Chunk(codes, chunk) {
		if do(some) == nil {
			continue
		}
		for i, code := range some {
			err := do(some[i : i+1])
			if err == nil {
				continue
			}
			if broken++; broken >= brokenFor || ctx.Err() != nil {
				return fmt.Errorf("remind %s: %w", code, err)
			}
			r.Log.Error("one person cannot be reminded", "code", code, "err", err)
		}
	}
	return nil
}

// due is what is to be told of one track.
type due struct {
	track journey.Track
	open  []journey.Deadline
	lines []journey.Line
	next  journey.Date // on which it is looked at again
}

// offerThese offers what is due on the tracks and then saves that it was told,
// in this order: a line is offered once, however often it is tried. A track that
// was changed meanwhile stays due.
func (r *reminding) offerThese(ctx context.Context, rules *journey.Rules, today journey.Date, to *receivers, tracks []journey.Track) error {
	var all []due
	for _, t := range tracks {
		d := due{track: t}
		if r.safely(t.Person.Code, func() {
			d.open = rules.Deadlines(t, today)
			d.lines = rules.Due(t, d.open, today)
		}) {
			all = append(all, d)
		}
	}
	if err := to.meet(ctx, all); err != nil {
		return err
	}
	offers := map[journey.Code][]journey.LineRef{}
	var saves []journey.Save
	for _, d := range all {
		refs := map[journey.Code][]journey.LineRef{}
		if !r.safely(d.track.Person.Code, func() {
			var told []journey.Line
			for _, l := range d.lines {
				who := to.linked(d.track.Person, l)
				if len(who) > 0 && !slices.ContainsFunc(who, func(w receiver) bool { return rules.Reminders.Wants(w.pref, l, today) }) {
					continue // those it is for want it later; whoever shares a duty hears with the first
				}
				told = append(told, l)
				for _, w := range who {
					refs[w.code] = append(refs[w.code], l.Ref())
				}
			}
			d.track = d.track.WithTold(told, today).WithoutOld(d.open, today)
			d.next = rules.NextDue(d.track, d.open, today)
		}) {
			continue
		}
		for code, more := range refs {
			offers[code] = append(offers[code], more...)
		}
		saves = append(saves, journey.Save{Track: d.track, Next: d.next})
	}
	if len(offers) > 0 {
		if err := r.Inboxes.Offer(ctx, today, offers); err != nil {
			return err
		}
	}
	if len(saves) == 0 {
		return nil
	}
	_, err := r.Tracks.SaveTracks(ctx, saves...)
	return err
}

// safely runs f for one person. A panic there is logged and costs that person's
// turn, not everybody's.
func (r *reminding) safely(code journey.Code, f func()) (ok bool) {
	defer func() {
		if p := recover(); p != nil {
			r.Log.Error("a track cannot be reminded of", "code", code, "panic", fmt.Sprint(p))
		}
	}()
	f()
	return true
}

// send puts the digests of the day into the outbox.
func (r *reminding) send(ctx context.Context, now time.Time) error {
	codes, err := r.Inboxes.Inboxes(ctx)
	if err != nil {
		return err
	}
	return r.each(ctx, codes, func(some []journey.Code) error { return r.sendTo(ctx, now, some) })
}

// sendTo puts the digests of some people, of those who can be written to. One of
// an earlier day that did not get as far as the outbox goes out with today's.
func (r *reminding) sendTo(ctx context.Context, now time.Time, codes []journey.Code) error {
	today := journey.DateOf(now)
	tracks, err := r.Tracks.Tracks(ctx, codes...)
	if err != nil {
		return err
	}
	linked, accounts := []journey.Code(nil), map[journey.Code]chat.Address{}
	for _, t := range tracks {
		if t.Account != 0 {
			linked = append(linked, t.Person.Code)
			accounts[t.Person.Code] = chat.Address(t.Account)
		}
	}
	if len(linked) == 0 {
		return nil
	}
	taken, err := r.Inboxes.TakeDigests(ctx, today, linked...)
	if err != nil {
		return err
	}
	var digests []journey.Digest
	var messages []chat.Message
	for _, d := range taken {
		if d.Day != today {
			again, ok, err := r.earlier(ctx, d, today)
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
			d = again
		}
		name := journey.DigestName(d.For, d.Day)
		digests = append(digests, d)
		messages = append(messages, chat.Message{Key: name, To: accounts[d.For], Lane: chat.Reminders, At: now, Make: name, Protect: true})
	}
	if len(digests) == 0 {
		return nil
	}
	if _, err := r.Outbox.Put(ctx, messages...); err != nil {
		return err
	}
	return r.Inboxes.DigestsPut(ctx, digests...)
}

// earlier settles a digest of another day that was not confirmed, and returns
// the one of today.
func (r *reminding) earlier(ctx context.Context, d journey.Digest, today journey.Date) (journey.Digest, bool, error) {
	put, err := r.Inboxes.WasPut(ctx, journey.DigestName(d.For, d.Day))
	if err != nil {
		return journey.Digest{}, false, err
	}
	if !put {
		return r.Inboxes.RetakeDigest(ctx, d.For, today)
	}
	if err := r.Inboxes.DigestsPut(ctx, d); err != nil {
		return journey.Digest{}, false, err
	}
	return r.Inboxes.RetakeDigest(ctx, d.For, today)
}

// receiver is somebody to be told.
type receiver struct {
	code   journey.Code
	linked bool
	pref   journey.Pref
}

// receivers finds those whom a line is for.
type receivers struct {
	tracks Tracks
	leads  journey.Leads
	known  map[journey.Code]receiver
}

// of returns whom a line on the way of p is for: several where several have the
// role in the nearest unit, and nobody where nobody has it.
func (r *receivers) of(p journey.Person, l journey.Line) []journey.Code {
	switch {
	case l.OfStaff(), l.To == journey.Student:
		return []journey.Code{p.Code}
	case l.To == journey.Mentor && p.Mentor == "":
		return nil
	case l.To == journey.Mentor:
		return []journey.Code{p.Mentor}
	}
	return r.leads.Nearest(p, l.To)
}

// meet learns how those can be told whom the lines are for.
//
// The list of who leads may name somebody too many for a while; whose own track
// says otherwise is passed over, for the next one up.
func (r *receivers) meet(ctx context.Context, all []due) error {
	for {
		strangers := r.strangers(all)
		if len(strangers) == 0 {
			return nil
		}
		tracks, err := r.tracks.Tracks(ctx, strangers...)
		if err != nil {
			return err
		}
		for _, code := range strangers {
			r.known[code] = receiver{code: code} // unless there is a track, nobody to write to
		}
		people := map[journey.Code]journey.Person{}
		for _, t := range tracks {
			r.known[t.Person.Code] = receiver{t.Person.Code, t.Account != 0, t.Pref}
			people[t.Person.Code] = t.Person
		}
		for _, code := range strangers {
			r.leads.Correct(code, people[code])
		}
	}
}

// strangers are those whom the lines are for and who are not known yet.
func (r *receivers) strangers(all []due) []journey.Code {
	var strangers []journey.Code
	for _, d := range all {
		for _, l := range d.lines {
			for _, code := range r.of(d.track.Person, l) {
				if _, met := r.known[code]; !met && !slices.Contains(strangers, code) {
					strangers = append(strangers, code)
				}
			}
		}
	}
	return strangers
}

// linked returns those of of who can be written to.
func (r *receivers) linked(p journey.Person, l journey.Line) (who []receiver) {
	for _, code := range r.of(p, l) {
		if w := r.known[code]; w.linked {
			who = append(who, w)
		}
	}
	return who
}
