// Package store keeps what must outlive the process in Redis: people and what
// took place on their way, what they are to be told, conversations, questions at
// the desk, counts, and the outbox with its leases.
//
// It stores and hands out; it decides nothing about people and words nothing.
// No method reads a clock: an instant that matters is given by the caller.
// Every write is a guarded script or harmless when done twice, since the
// client repeats a command whose answer was lost.
package store

import (
	"context"
	"fmt"
	"sync"

	"github.com/redis/go-redis/v9"

	"donghanh/internal/journey"
)

// What is said of people, and of all else that is not there. See package
// journey.
var (
	ErrNotFound       = journey.ErrNotFound
	ErrUnreadable     = journey.ErrUnreadable
	ErrConflict       = journey.ErrConflict
	ErrBadCode        = journey.ErrBadCode
	ErrTooManyGuesses = journey.ErrTooManyGuesses
)

// Store is the product's memory in Redis. It is safe for concurrent use.
type Store struct {
	rdb redis.UniversalClient

	mu    sync.Mutex
	onPut []func()

	onUnreadable func(journey.Code, error)
	tokens       []string // of claims whose answer was lost; see Lease
}

// New returns a Store on rdb, which it closes in the end.
func New(rdb redis.UniversalClient) *Store { return &Store{rdb: rdb} }

// Close ends all connections.
func (s *Store) Close() error { return s.rdb.Close() }

// Ping says whether Redis answers.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.rdb.Ping(ctx).Err(); err != nil {
		return fmt.Errorf("redis: %w", err)
	}
	return nil
}

// OnUnreadable has f called for each track that Tracks leaves out since it
// cannot be read. f must not block.
func (s *Store) OnUnreadable(f func(journey.Code, error)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.onUnreadable = f
}

// OnPut has f called after each Put, so that a courier wakes at once. f must
// not block.
func (s *Store) OnPut(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.onPut = append(s.onPut, f)
}
