package handlers

import (
	"context"
	"time"

	"donghanh/internal/audit"
	"donghanh/internal/chat"
	"donghanh/internal/feed"
	"donghanh/internal/journey"
	"donghanh/internal/wording"
)

// CalendarFile sends what is open for the person as a calendar file.
func (h *Handlers) CalendarFile(ctx context.Context, r *Request) (chat.Reply, error) {
	body, err := h.calendar(ctx, r, 0)
	if err != nil {
		return chat.Reply{}, err
	}
	reply := chat.Reply{Texts: []string{wording.CalendarFile()}, File: &chat.File{Name: "dong-hanh.ics", Data: body}}
	if h.feeds != "" {
		reply.Rows = [][]chat.Button{{button(wording.FeedLabel, buttonFeed)}}
	}
	return reply, nil
}

// Calendar returns what is open at a moment for the person of that code, as a
// feed serves it. A person who is no more has an empty one.
func (h *Handlers) Calendar(ctx context.Context, code journey.Code, now time.Time) ([]byte, error) {
	tracks, err := h.people.Tracks(ctx, code)
	if err != nil {
		return nil, err
	}
	r := &Request{Incoming: chat.Incoming{At: now}, Rules: h.rules()}
	if len(tracks) > 0 {
		r.Who, r.Person = tracks[0], tracks[0].Person
	}
	return h.calendar(ctx, r, feedEvery)
}

// feedEvery is how often a program is to read a feed again.
const feedEvery = 6 * time.Hour

// calendar is the calendar of who asks, to be read again that often. It leaves
// the academy's house, so it names nobody else: of students it says only how
// many they are.
func (h *Handlers) calendar(ctx context.Context, r *Request, every time.Duration) ([]byte, error) {
	all, _, err := h.mine(ctx, r, 0)
	if err != nil {
		return nil, err
	}
	var entries []feed.Entry
	of := map[string]int{} // students of one entry
	same := func(i item) string { return i.d.Rule.ID + "/" + i.d.Due.String() }
	for _, i := range all {
		if i.of.Person.Code != r.Who.Person.Code {
			of[same(i)]++
		}
	}
	said := map[string]bool{}
	for _, i := range all {
		id, n := string(i.of.Person.Code)+"/"+i.d.Key(), 1
		if i.of.Person.Code != r.Who.Person.Code && of[same(i)] > 1 {
			id, n = string(r.Who.Person.Code)+"/"+same(i), of[same(i)]
		}
		if said[id] {
			continue
		}
		said[id] = true
		title, note := wording.CalendarEntry(r.line(i), n)
		entries = append(entries, feed.Entry{ID: id, On: i.d.Due, Title: title, Note: note})
	}
	return feed.Build(wording.CalendarName, entries, r.At, every), nil
}

// flowFeed keeps the secret of a feed in the conversation until the person was
// told it: run again after a crash, the same address is made.
const flowFeed = "lich"

const keySecret = "secret"

// Feed offers a private calendar address, makes one and shows it once, or takes
// it back. A new one takes the place of the old.
func (h *Handlers) Feed(ctx context.Context, r *Request) (chat.Reply, error) {
	code := r.Who.Person.Code
	if h.feeds == "" || code == "" {
		return chat.Reply{Toast: wording.ToastOld}, nil
	}
	switch r.arg(0) {
	case "":
		return chat.Reply{Texts: []string{wording.FeedOffer()}, Rows: [][]chat.Button{
			{button(wording.FeedMake, buttonFeed, "moi")}, {button(wording.FeedDrop, buttonFeed, "bo"), button(wording.LeaveIt, buttonLeave)}}}, nil
	case "moi":
		if r.Talk.Flow != flowFeed {
			r.Talk.Begin(flowFeed, r.At, map[string]string{keySecret: h.secret()})
			if err := h.talks.SaveTalk(ctx, r.From, *r.Talk); err != nil {
				return chat.Reply{}, err
			}
		}
		secret := r.Talk.Values[keySecret]
		if err := h.note(ctx, r, audit.FeedMade, code, ""); err != nil {
			return chat.Reply{}, err
		}
		if err := h.people.KeepFeed(ctx, code, secret); err != nil {
			return chat.Reply{}, err
		}
		reply := chat.Reply{Texts: []string{wording.FeedMade(h.feeds + secret + ".ics")}, Public: true, // to be copied into a calendar
			Rows: [][]chat.Button{{button(wording.FeedDrop, buttonFeed, "bo")}}}
		if err := h.announce(ctx, r, reply); err != nil {
			return chat.Reply{}, err
		}
		r.Talk.End()
		return reply, nil
	case "bo":
		if err := h.note(ctx, r, audit.FeedGone, code, ""); err != nil {
			return chat.Reply{}, err
		}
		if err := h.people.DropFeed(ctx, code); err != nil {
			return chat.Reply{}, err
		}
		return chat.Reply{Edit: true, Texts: []string{wording.FeedDropped}, Toast: wording.ToastFeedDropped}, nil
	}
	return chat.Reply{Toast: wording.ToastOld}, nil
}
