package handlers

import (
	"context"
	"time"

	"donghanh/internal/chat"
	"donghanh/internal/feed"
	"donghanh/internal/journey"
	"donghanh/internal/wording"
)

// CalendarFile sends what is open for the person as a calendar file.
func (h *Handlers) CalendarFile(ctx context.Context, r *Request) (chat.Reply, error) {
	body, err := h.calendar(ctx, r)
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
	return h.calendar(ctx, r)
}

// calendar is the calendar of who asks. It leaves the academy's house, so it
// names nobody else: of a student it says only that it is one.
func (h *Handlers) calendar(ctx context.Context, r *Request) ([]byte, error) {
	all, _, err := h.mine(ctx, r, 0)
	if err != nil {
		return nil, err
	}
	var entries []feed.Entry
	for _, i := range all {
		line := r.line(i)
		title, note := wording.CalendarEntry(line, r.today(), r.Rules.Calendar)
		entries = append(entries, feed.Entry{ID: string(i.of.Person.Code) + "/" + i.d.Key(), On: i.d.Due, Title: title, Note: note})
	}
	return feed.Build(wording.CalendarName, entries, r.At), nil
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
		if err := h.people.KeepFeed(ctx, code, secret); err != nil {
			return chat.Reply{}, err
		}
		reply := chat.Reply{Texts: []string{wording.FeedMade(h.feeds + secret + ".ics")}, Protect: true,
			Rows: [][]chat.Button{{button(wording.FeedDrop, buttonFeed, "bo")}}}
		if err := h.announce(ctx, r, reply); err != nil {
			return chat.Reply{}, err
		}
		r.Talk.End()
		return reply, nil
	case "bo":
		if err := h.people.DropFeed(ctx, code); err != nil {
			return chat.Reply{}, err
		}
		return chat.Reply{Edit: true, Texts: []string{wording.FeedDropped}, Toast: wording.ToastFeedDropped}, nil
	}
	return chat.Reply{Toast: wording.ToastOld}, nil
}
