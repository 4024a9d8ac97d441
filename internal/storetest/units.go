package storetest

import (
	"context"

	"donghanh/internal/journey"
)

// Units is Store.Units.
func (m *Memory) Units(_ context.Context, unit journey.Unit) (map[journey.Unit]int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	students := make(map[journey.Unit]int)
	for _, p := range m.people {
		if u := p.track.Person.Unit; p.known && p.track.Person.Has(journey.Student) && unit.Covers(u) {
			students[u]++
		}
	}
	return students, m.fail
}
