package storetest

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"donghanh/internal/journey"
	"donghanh/internal/store"
)

// toldFor is how many days an offered line is not offered again.
const toldFor = 45

// Offer is Store.Offer.
func (m *Memory) Offer(_ context.Context, day journey.Date, lines map[journey.Code][]journey.LineRef) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return m.fail
	}
	for code, refs := range lines {
		p := m.of(code)
		for _, ref := range refs {
			at, before := p.told[ref]
			if before && at.DaysUntil(day) <= toldFor {
				continue
			}
			p.told[ref] = day
			p.inbox[line{ref.Of, ref.Key, ref.To}] = ref
		}
	}
	return nil
}

// Inboxes is Store.Inboxes.
func (m *Memory) Inboxes(context.Context) ([]journey.Code, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.codes(func(p *person) bool { return len(p.inbox) > 0 || !p.open.IsZero() }), m.fail
}

// TakeDigests is Store.TakeDigests.
func (m *Memory) TakeDigests(_ context.Context, day journey.Date, codes ...journey.Code) (digests []journey.Digest, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return nil, m.fail
	}
	for _, code := range codes {
		if d, ok := m.take(code, day); ok {
			digests = append(digests, d)
		}
	}
	return digests, nil
}

// take moves the inbox into the digest of the day, unless one is open.
func (m *Memory) take(code journey.Code, day journey.Date) (journey.Digest, bool) {
	p := m.of(code)
	if !p.open.IsZero() {
		return cloneDigest(p.taken[p.open]), true
	}
	_, had := p.taken[day]
	if had || len(p.inbox) == 0 {
		return journey.Digest{}, false
	}
	d := journey.Digest{For: code, Day: day}
	for _, ref := range p.inbox {
		d.Lines = append(d.Lines, ref)
	}
	slices.SortFunc(d.Lines, func(a, b journey.LineRef) int {
		return cmp.Or(cmp.Compare(a.Of, b.Of), cmp.Compare(a.Key, b.Key), cmp.Compare(a.To, b.To))
	})
	clear(p.inbox)
	p.open, p.taken[day] = day, d
	return cloneDigest(d), true
}

// RetakeDigest is Store.RetakeDigest.
func (m *Memory) RetakeDigest(_ context.Context, code journey.Code, day journey.Date) (d journey.Digest, ok bool, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return journey.Digest{}, false, m.fail
	}
	if p := m.of(code); !p.open.IsZero() && p.open != day {
		for _, ref := range p.taken[p.open].Lines {
			at := line{ref.Of, ref.Key, ref.To}
			if _, newer := p.inbox[at]; !newer {
				p.inbox[at] = ref
			}
		}
		delete(p.taken, p.open)
		p.open = journey.Date{}
	}
	d, ok = m.take(code, day)
	return d, ok, nil
}

// Digest is Store.Digest.
func (m *Memory) Digest(_ context.Context, code journey.Code, day journey.Date) (journey.Digest, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	d, ok := m.of(code).taken[day]
	switch {
	case m.fail != nil:
		return journey.Digest{}, m.fail
	case !ok:
		return journey.Digest{}, fmt.Errorf("digest of %s for %s: %w", code, day, store.ErrNotFound)
	}
	return cloneDigest(d), nil
}

func cloneDigest(d journey.Digest) journey.Digest {
	d.Lines = slices.Clone(d.Lines)
	return d
}

// DigestsPut is Store.DigestsPut.
func (m *Memory) DigestsPut(_ context.Context, digests ...journey.Digest) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, d := range digests {
		if p := m.of(d.For); m.fail == nil && p.open == d.Day {
			p.open = journey.Date{}
		}
	}
	return m.fail
}

// WasPut is Store.WasPut.
func (m *Memory) WasPut(_ context.Context, key string) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.has(key), m.fail
}
