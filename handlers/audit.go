package handlers

import (
	"context"
	"fmt"

	"donghanh/internal/audit"
	"donghanh/internal/journey"
)

// Audit is the log of who saw or changed what of whom. Each entry is kept once
// for each ID, and none is ever changed.
type Audit interface {
	Note(context.Context, ...audit.Entry) error
	Audit(ctx context.Context, f audit.Filter, before string, n int) ([]audit.Entry, error)
	AuditChain(ctx context.Context, newest int) (audit.Chain, error)
}

// note writes down that the person is about to do something, of somebody or (of
// is "") of nobody in particular: once for each request, act and of, and before
// it is done, so that nothing happens unnoted. The note holds ids and "old → new"
// values; never a text, a name, or what a file holds.
func (h *Handlers) note(ctx context.Context, r *Request, act audit.Act, of journey.Code, note string) error {
	if err := h.audit.Note(ctx, r.entry(act, of, note)); err != nil {
		return fmt.Errorf("%s of %q: %w", act, of, err)
	}
	return nil
}

// entry is what note writes down; for many at once.
func (r *Request) entry(act audit.Act, of journey.Code, note string) audit.Entry {
	return audit.Entry{ID: fmt.Sprintf("%s/%s/%s", r.ID, act, of), At: r.At, By: r.Who.Person.Code, From: r.From, Act: act, Of: of, Note: note}
}

// noteList writes down that a list is about to be shown in which so many others
// stand, or of which they are so many: one entry, not one for each.
func (h *Handlers) noteList(ctx context.Context, r *Request, what string, others int) error {
	if others == 0 {
		return nil
	}
	return h.note(ctx, r, audit.SawList, "", fmt.Sprintf("%s %d", what, others))
}

// saw writes down that the person is about to be shown what is kept of another;
// of oneself one may know all.
func (h *Handlers) saw(ctx context.Context, r *Request, of journey.Code, note string) error {
	if of == r.Who.Person.Code {
		return nil
	}
	return h.note(ctx, r, audit.Saw, of, note)
}
