package storetest

import (
	"context"
	"maps"
	"time"

	"donghanh/internal/chat"
	"donghanh/internal/desk"
)

// ReplaceQuestion is Store.ReplaceQuestion.
func (m *Memory) ReplaceQuestion(_ context.Context, q desk.Question) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return m.fail
	}
	if _, waits := m.questions[q.Ref()]; !waits {
		return desk.ErrClosed
	}
	m.questions[q.Ref()] = q
	return nil
}

// CloseQuestions is Store.CloseQuestions.
func (m *Memory) CloseQuestions(_ context.Context, questions ...desk.Question) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail == nil {
		for _, q := range questions {
			delete(m.questions, q.Ref())
			delete(m.claims, q.Ref())
		}
	}
	return m.fail
}

// EraseQuestions is Store.EraseQuestions.
func (m *Memory) EraseQuestions(_ context.Context, from chat.Address) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return 0, m.fail
	}
	n := 0
	maps.DeleteFunc(m.questions, func(ref string, q desk.Question) bool {
		if q.From != from {
			return false
		}
		delete(m.claims, ref)
		n++
		return true
	})
	return n, nil
}

// Claim is Store.Claim.
func (m *Memory) Claim(_ context.Context, c desk.Claim, from desk.Officer, now time.Time, refs ...string) (desk.Claim, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return desk.Claim{}, m.fail
	}
	var waiting []string
	for _, ref := range refs {
		if _, waits := m.questions[ref]; !waits {
			continue
		}
		waiting = append(waiting, ref)
		held, by := m.claims[ref], c.By
		if from != "" {
			by = from
		}
		switch {
		case held.Holds(now) && held.Cause != c.Cause && held.By != by:
			return held, nil
		case !held.Holds(now) && from != "":
			return desk.Claim{}, desk.ErrFree
		}
	}
	if len(waiting) == 0 {
		return desk.Claim{}, desk.ErrClosed
	}
	for _, ref := range waiting {
		m.claims[ref] = c
	}
	return desk.Claim{}, nil
}

// Release is Store.Release.
func (m *Memory) Release(_ context.Context, by desk.Officer, refs ...string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, ref := range refs {
		if m.fail == nil && m.claims[ref].By == by {
			delete(m.claims, ref)
		}
	}
	return m.fail
}

// Claims is Store.Claims.
func (m *Memory) Claims(_ context.Context, refs ...string) (map[string]desk.Claim, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	claims := make(map[string]desk.Claim)
	for _, ref := range refs {
		if c, held := m.claims[ref]; held {
			claims[ref] = c
		}
	}
	return claims, m.fail
}
