package storetest_test

import (
	"errors"
	"testing"

	"go.uber.org/goleak"

	"donghanh/internal/chat"
	"donghanh/internal/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestMemory(t *testing.T) {
	storetest.Run(t, func(*testing.T) storetest.Storer { return storetest.NewMemory() })
}

func TestFailedMemoryChangesNothing(t *testing.T) {
	m, down := storetest.NewMemory(), errors.New("down")
	m.Fail(down)
	if _, err := m.Put(t.Context(), chat.Message{Key: "answer/tg:1"}); !errors.Is(err, down) {
		t.Errorf("put: %v, want %v", err, down)
	}
	m.Fail(nil)
	if got := m.Messages(); len(got) != 0 {
		t.Errorf("messages after a failed put: %v, want none", got)
	}
}
