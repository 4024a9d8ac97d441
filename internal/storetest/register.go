package storetest

import (
	"context"
	"encoding/json"
	"time"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
)

// parts is in how many parts the register of Memory comes.
const parts = 4

// Register is Store.Register.
func (m *Memory) Register(_ context.Context, marks []string) (now []string, changed map[int][]journey.Person, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return nil, nil, m.fail
	}
	people := make([][]journey.Person, parts)
	for _, code := range m.codes(func(p *person) bool { return p.known }) {
		part := len(code) % parts
		people[part] = append(people[part], cloneTrack(m.people[code].track).Person)
	}
	now, changed = make([]string, parts), make(map[int][]journey.Person)
	for part := range parts {
		mark, err := json.Marshal(people[part])
		if err != nil {
			return nil, nil, err
		}
		if now[part] = string(mark); len(marks) != parts || marks[part] != now[part] {
			changed[part] = people[part]
		}
	}
	return now, changed, nil
}

// GoneSince is Store.GoneSince.
func (m *Memory) GoneSince(_ context.Context, who ...chat.Address) (map[chat.Address]time.Time, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	gone := make(map[chat.Address]time.Time)
	for _, a := range who {
		if at, ok := m.gone[a]; ok {
			gone[a] = at
		}
	}
	return gone, m.fail
}
