package handlers

import (
	"context"
	"errors"
	"regexp"
	"time"

	"donghanh/internal/audit"
	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/wording"
)

// startCodeShape is what may be a start code: what Telegram brings after
// /start, and what fits on the button.
var startCodeShape = regexp.MustCompile(`^[A-Za-z0-9_-]{4,60}$`)

// Start greets a person, or takes up a start code: it says what will be stored
// and asks for consent. The code is kept nowhere but on the button.
func (h *Handlers) Start(ctx context.Context, r *Request) (chat.Reply, error) {
	if len(r.Args) == 0 {
		if r.linked() {
			return chat.Reply{Texts: []string{wording.WelcomeBack(r.Who.Person, h.Menu(r.Person.Roles...))}}, nil
		}
		return chat.Reply{Texts: []string{wording.Welcome(r.Name)}}, nil
	}
	startCode := r.arg(0)
	guesses, err := h.people.Guesses(ctx, r.From, r.At)
	if err != nil {
		return chat.Reply{}, err
	}
	if guesses >= journey.MaxGuesses {
		return h.tooManyGuesses(r), nil
	}
	owner, known, err := h.ownerOf(ctx, r, startCode)
	switch {
	case err != nil:
		return chat.Reply{}, err
	case !known:
		return h.guessedWrong(ctx, r, guesses, chat.Reply{})
	case r.linked() && owner == r.Who.Person.Code:
		return chat.Reply{Texts: []string{wording.LinkedAlready(r.Who.Person)}}, nil
	case r.linked():
		return chat.Reply{Texts: []string{wording.LinkedToAnother(r.Who.Person)}}, nil
	}
	t, err := h.people.Track(ctx, owner)
	if err != nil {
		return chat.Reply{}, err
	}
	return chat.Reply{
		Texts: []string{wording.Consent(t.Person)}, Protect: true,
		Rows: [][]chat.Button{{button(wording.LinkMe, buttonLink, startCode), button(wording.LeaveIt, buttonLeave)}},
	}, nil
}

// linked reports whether the person is in the lists.
func (r *Request) linked() bool { return r.Who.Person.Code != "" }

// ownerOf returns whose start code it is; known is false when it opens nothing.
func (h *Handlers) ownerOf(ctx context.Context, r *Request, startCode string) (owner journey.Code, known bool, err error) {
	if !startCodeShape.MatchString(startCode) {
		return "", false, nil
	}
	owner, err = h.people.StartCode(ctx, startCode, r.At)
	if errors.Is(err, journey.ErrBadCode) {
		return "", false, nil
	}
	return owner, err == nil, err
}

func (h *Handlers) tooManyGuesses(r *Request) chat.Reply {
	return chat.Reply{Texts: []string{wording.TooManyGuesses(r.At.Add(time.Hour).In(journey.Zone))}}
}

// guessedWrong counts a wrong code after so many others and says so.
func (h *Handlers) guessedWrong(ctx context.Context, r *Request, before int, reply chat.Reply) (chat.Reply, error) {
	reply.Texts = []string{wording.BadCode()}
	if before+1 >= journey.MaxGuesses {
		reply = h.tooManyGuesses(r)
		h.log.Warn("many wrong start codes", "account", r.From.String())
	}
	if err := h.announce(ctx, r, reply); err != nil {
		return chat.Reply{}, err
	}
	_, err := h.people.Guessed(ctx, r.From, r.At)
	return reply, err
}

// firstShown is how many deadlines are shown to one who was just linked.
const firstShown = 12

// Link links the account to the person of the start code, who agreed, and says
// what is open. The code works once; the same account again is fine.
func (h *Handlers) Link(ctx context.Context, r *Request) (chat.Reply, error) {
	startCode := r.arg(0)
	guesses, err := h.people.Guesses(ctx, r.From, r.At)
	if err != nil {
		return chat.Reply{}, err
	}
	if guesses >= journey.MaxGuesses {
		return h.tooManyGuesses(r), nil
	}
	owner, known, err := h.ownerOf(ctx, r, startCode)
	if err != nil {
		return chat.Reply{}, err
	}
	if known && r.linked() && owner != r.Who.Person.Code {
		return chat.Reply{Edit: true, Texts: []string{wording.LinkedToAnother(r.Who.Person)}}, nil
	}
	if !startCodeShape.MatchString(startCode) {
		return h.guessedWrong(ctx, r, guesses, chat.Reply{Edit: true})
	}
	if known {
		if err := h.note(ctx, r, audit.Linked, owner, ""); err != nil {
			return chat.Reply{}, err
		}
	}
	code, err := h.people.Link(ctx, startCode, r.From, r.At)
	switch {
	case errors.Is(err, journey.ErrTooManyGuesses):
		return h.tooManyGuesses(r), nil
	case errors.Is(err, journey.ErrBadCode):
		return h.guessedWrong(ctx, r, guesses, chat.Reply{Edit: true})
	case err != nil:
		return chat.Reply{}, err
	}
	if r.Who, err = h.people.Track(ctx, code); err != nil {
		return chat.Reply{}, err
	}
	r.Person = h.acting(r.From, r.Who.Person)
	all, _, err := h.mine(ctx, r, 0)
	if err != nil {
		return chat.Reply{}, err
	}
	shown := all[:min(len(all), firstShown)]
	if err := h.noteList(ctx, r, listDeadlines, othersOn(r, shown)); err != nil {
		return chat.Reply{}, err
	}
	return chat.Reply{
		Edit:  true,
		Texts: []string{wording.Linked(r.Who.Person, r.lines(shown), len(all), h.Menu(r.Person.Roles...))},
	}, nil
}

// Unlink asks once more, and then ends the link: nothing more is sent to this
// account. What the academy keeps of the person stays.
func (h *Handlers) Unlink(ctx context.Context, r *Request) (chat.Reply, error) {
	if !r.linked() {
		return chat.Reply{Toast: wording.ToastNotLinked}, nil
	}
	if r.arg(0) != sure {
		return chat.Reply{Edit: true, Texts: []string{wording.UnlinkSure()}, Rows: [][]chat.Button{{
			button(wording.UnlinkMe, buttonUnlink, sure), button(wording.LeaveIt, buttonLeave)}}}, nil
	}
	if err := h.note(ctx, r, audit.Unlinked, r.Who.Person.Code, ""); err != nil {
		return chat.Reply{}, err
	}
	reply := chat.Reply{Edit: true, Texts: []string{wording.Unlinked()}, Toast: wording.ToastUnlinked}
	if err := h.announce(ctx, r, reply); err != nil {
		return chat.Reply{}, err
	}
	if err := h.people.DropFeed(ctx, r.Who.Person.Code); err != nil {
		return chat.Reply{}, err
	}
	if err := h.people.Unlink(ctx, r.Who.Person.Code); err != nil {
		return chat.Reply{}, err
	}
	r.Who, r.Person = journey.Track{}, h.acting(r.From, journey.Person{})
	return reply, nil
}
