package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"donghanh/internal/audit"
	"donghanh/internal/journey"
	"donghanh/internal/store"
)

// Note is Store.Note.
func (m *Memory) Note(_ context.Context, entries ...audit.Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return m.fail
	}
	if slices.ContainsFunc(entries, func(e audit.Entry) bool { return e.ID == "" || e.Act == "" }) {
		return errors.New("an entry without an id or an act")
	}
	for _, e := range entries {
		if slices.ContainsFunc(m.log, func(known audit.Entry) bool { return known.ID == e.ID }) {
			continue
		}
		e.At = time.UnixMilli(e.At.UnixMilli()).UTC()
		if letters := []rune(e.Note); len(letters) > audit.MaxNote {
			e.Note = string(letters[:audit.MaxNote])
		}
		e.Place = strconv.Itoa(m.logFrom + len(m.log))
		m.log = append(m.log, e)
	}
	return nil
}

// Audit is Store.Audit.
func (m *Memory) Audit(_ context.Context, f audit.Filter, before string, n int) (out []audit.Entry, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	end := m.logFrom + len(m.log)
	if before != "" {
		if end, err = strconv.Atoi(before); err != nil {
			return nil, fmt.Errorf("audit: %q is no place in the log: %w", before, store.ErrNotFound)
		}
	}
	for i := min(end-m.logFrom, len(m.log)) - 1; i >= 0 && len(out) < n; i-- {
		if f.Fits(m.log[i]) {
			out = append(out, m.log[i])
		}
	}
	return out, m.fail
}

// AuditChain is Store.AuditChain; nobody can change it here.
func (m *Memory) AuditChain(context.Context, int) (audit.Chain, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	chain := audit.Chain{Entries: int64(m.logFrom + len(m.log))}
	for _, e := range m.log {
		chain.Link = audit.Next(chain.Link, []byte(e.ID))
	}
	return chain, m.fail
}

// DropAudit is Store.DropAudit.
func (m *Memory) DropAudit(_ context.Context, before time.Time) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	month := func(at time.Time) string { return at.In(journey.Zone).Format("200601") }
	n, last, in := 0, "", ""
	for _, e := range m.log {
		last = max(last, month(e.At))
	}
	for m.fail == nil && n < len(m.log) {
		if in = max(in, month(m.log[n].At)); in >= month(before) || in == last {
			break
		}
		n++
	}
	m.log, m.logFrom = m.log[n:], m.logFrom+n
	return n, m.fail
}
