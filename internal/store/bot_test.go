package store_test

import (
	"fmt"
	"testing"

	"donghanh/internal/chat"
	"donghanh/internal/store"
	"donghanh/internal/storetest"
)

// TestAnotherBotBeginsConversationsAnew: its updates have other numbers.
func TestAnotherBotBeginsConversationsAnew(t *testing.T) {
	s := store.New(storetest.Redis(t))
	ctx := t.Context()
	steps := []struct {
		bot     string
		changed bool
		kept    int // conversations
	}{
		{"1", false, 250}, // state of before it was noted whose it is
		{"1", false, 250},
		{"2", true, 0},
		{"2", false, 250},
		{"1", true, 0},
	}
	for i, step := range steps {
		for who := range 250 {
			if err := s.SaveTalk(ctx, chat.Address(who+1), chat.Talk{Handled: int64(100 + i)}); err != nil {
				t.Fatal(err)
			}
		}
		changed, err := s.OfBot(ctx, step.bot)
		if err != nil || changed != step.changed {
			t.Fatalf("step %d, bot %s: changed %t, %v; want %t", i, step.bot, changed, err, step.changed)
		}
		kept := 0
		for who := range 250 {
			talk, err := s.Talk(ctx, chat.Address(who+1))
			if err != nil {
				t.Fatal(fmt.Errorf("%d: %w", who, err))
			}
			if talk.Handled > 0 {
				kept++
			}
		}
		if kept != step.kept {
			t.Errorf("step %d, bot %s: %d conversations, want %d", i, step.bot, kept, step.kept)
		}
	}
}
