package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/store"
)

// invite is a start code of one person.
type invite struct {
	startCode string
	expires   time.Time
	usedBy    chat.Address // 0: nobody
}

// guessesFor is how long a wrong start code counts.
const guessesFor = time.Hour

// PersonAt is Store.PersonAt.
func (m *Memory) PersonAt(_ context.Context, who chat.Address) (journey.Code, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	codes := m.codes(func(p *person) bool { return who != 0 && p.track.Account == int64(who) })
	if len(codes) == 0 {
		return "", m.fail
	}
	return codes[0], m.fail
}

// KeepStartCode is Store.KeepStartCode.
func (m *Memory) KeepStartCode(ctx context.Context, startCode string, code journey.Code, expires time.Time) error {
	return m.KeepStartCodes(ctx, map[journey.Code]string{code: startCode}, expires)
}

// KeepStartCodes is Store.KeepStartCodes.
func (m *Memory) KeepStartCodes(_ context.Context, startCodes map[journey.Code]string, expires time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	var errs []error
	for code, startCode := range startCodes {
		switch p := m.people[code]; {
		case m.fail != nil:
			return m.fail
		case p == nil || !p.known:
			errs = append(errs, fmt.Errorf("start code of %s: %w", code, store.ErrNotFound))
		default:
			i := m.invites[code]
			if i.startCode != startCode {
				i = invite{startCode: startCode}
			}
			i.expires = expires
			m.invites[code] = i
		}
	}
	return errors.Join(errs...)
}

// whose returns the person a start code was kept for.
func (m *Memory) whose(startCode string) (journey.Code, invite, error) {
	for code, i := range m.invites {
		if i.startCode == startCode {
			return code, i, nil
		}
	}
	return "", invite{}, fmt.Errorf("start code: %w", store.ErrBadCode)
}

// StartCode is Store.StartCode.
func (m *Memory) StartCode(_ context.Context, startCode string, now time.Time) (journey.Code, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return "", m.fail
	}
	code, i, err := m.whose(startCode)
	if err == nil && (i.usedBy != 0 || !now.Before(i.expires)) {
		return "", fmt.Errorf("start code of %s: %w", code, store.ErrBadCode)
	}
	return code, err
}

// Link is Store.Link.
func (m *Memory) Link(_ context.Context, startCode string, who chat.Address, now time.Time) (journey.Code, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return "", m.fail
	}
	if len(m.guessed(who, now)) >= journey.MaxGuesses {
		return "", fmt.Errorf("link %s: %w", who, store.ErrTooManyGuesses)
	}
	code, i, err := m.whose(startCode)
	if err != nil {
		return "", err
	}
	p := m.of(code)
	again := i.usedBy == who && p.track.Account == int64(who)
	if !again && (i.usedBy != 0 || !now.Before(i.expires)) {
		return "", fmt.Errorf("link %s: %w", code, store.ErrBadCode)
	}
	if !again {
		p.secret = "" // it was of whoever had another account
	}
	for _, other := range m.people {
		if other != p && other.track.Account == int64(who) {
			other.track.Account, other.secret = 0, ""
		}
	}
	i.usedBy, p.track.Account = who, int64(who)
	m.invites[code] = i
	return code, nil
}

// Unlink is Store.Unlink.
func (m *Memory) Unlink(_ context.Context, code journey.Code) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail == nil {
		m.of(code).track.Account = 0
	}
	return m.fail
}

// guessed returns when the account tried wrong codes in the last hour.
func (m *Memory) guessed(who chat.Address, now time.Time) []time.Time {
	m.guesses[who] = slices.DeleteFunc(m.guesses[who], func(at time.Time) bool {
		return now.Sub(at) >= guessesFor || at.Sub(now) >= guessesFor
	})
	return m.guesses[who]
}

// Guessed is Store.Guessed.
func (m *Memory) Guessed(_ context.Context, who chat.Address, now time.Time) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return 0, m.fail
	}
	m.guesses[who] = append(m.guessed(who, now), now)
	return len(m.guesses[who]), nil
}

// Guesses is Store.Guesses.
func (m *Memory) Guesses(_ context.Context, who chat.Address, now time.Time) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.guessed(who, now)), m.fail
}

// KeepFeed is Store.KeepFeed.
func (m *Memory) KeepFeed(_ context.Context, code journey.Code, secret string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail == nil {
		m.of(code).secret = secret
	}
	return m.fail
}

// Feed is Store.Feed.
func (m *Memory) Feed(_ context.Context, secret string) (journey.Code, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	codes := m.codes(func(p *person) bool { return secret != "" && p.secret == secret })
	switch {
	case m.fail != nil:
		return "", m.fail
	case len(codes) == 0:
		return "", fmt.Errorf("feed: %w", store.ErrNotFound)
	}
	return codes[0], nil
}

// DropFeed is Store.DropFeed.
func (m *Memory) DropFeed(_ context.Context, code journey.Code) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail == nil {
		m.of(code).secret = ""
	}
	return m.fail
}
