package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/redis/go-redis/v9"

	"donghanh/internal/journey"
)

// Units returns how many students there are right in each unit that a unit
// covers; units without any are left out.
func (s *Store) Units(ctx context.Context, unit journey.Unit) (map[journey.Unit]int, error) {
	units, err := s.unitsIn(ctx, unit)
	if err != nil {
		return nil, fmt.Errorf("units in %q: %w", unit, err)
	}
	students := make(map[journey.Unit]int, len(units))
	for chunk := range slices.Chunk(units, keysAtOnce) {
		read := make([]*redis.IntCmd, len(chunk))
		err := s.pipe(ctx, func(p redis.Pipeliner) {
			for i, u := range chunk {
				read[i] = p.HLen(ctx, keyUnit(journey.Unit(u)))
			}
		})
		if err != nil {
			return nil, fmt.Errorf("units in %q: %w", unit, err)
		}
		for i, u := range chunk {
			if n := int(read[i].Val()); n > 0 {
				students[journey.Unit(u)] = n
			}
		}
	}
	return students, nil
}
