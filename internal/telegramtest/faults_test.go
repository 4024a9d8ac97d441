package telegramtest

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestFaults(t *testing.T) {
	tests := map[string]struct {
		kind   FaultKind
		status int // 0: no whole answer
		lands  bool
	}{
		"hang":        {Hang, 0, true},
		"cut":         {Cut, 0, true},
		"cut header":  {CutHeader, 0, true},
		"drop":        {Drop, 0, false},
		"bad gateway": {BadGateway, 0, false},
		"garbage":     {Garbage, 0, false},
		"500":         {Server500, 500, false},
		"409":         {Conflict409, 409, false},
		"429":         {TooMany429, 429, false},
		"401":         {WrongToken, 401, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := start(t, Config{})
				defer b.stop()
				b.Fault(Fault{Method: "sendMessage", Kind: tt.kind})
				b.call(t, "getMe").want(t, "another method", 0, "")
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				r, err := b.try(ctx, "sendMessage", "chat_id", 7, "text", "a")
				if (err == nil) != (tt.status != 0) || err == nil && r.status != tt.status {
					t.Errorf("answered %+v, error %v; want status %d", r, err, tt.status)
				}
				if got := len(b.Messages(7)) == 1; got != tt.lands {
					t.Errorf("arrived: %t, want %t", got, tt.lands)
				}
				b.call(t, "sendMessage", "chat_id", 7, "text", "b").want(t, "the next call", 0, "")
			})
		})
	}
}

func TestWhatHangsIsReleased(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, Config{})
		defer b.stop()
		b.Fault(Fault{Kind: Hang})
		answered := make(chan reply)
		go func() { answered <- b.call(t, "sendMessage", "chat_id", 7, "text", "a") }()
		synctest.Wait()
		if c := b.Calls(); len(c) != 1 || c[0].Status != 0 || len(b.Messages(7)) != 1 {
			t.Errorf("while it hangs: calls %+v", c)
		}
		b.Release()
		(<-answered).want(t, "released", 0, "")
	})
}

func TestFaultsLastUntilCleared(t *testing.T) {
	b := start(t, Config{})
	b.Fault(Fault{Kind: Server500, Times: -1})
	for range 5 {
		b.call(t, "getMe").want(t, "with the fault", 500, "")
	}
	b.ClearFaults()
	b.call(t, "getMe").want(t, "without it", 0, "")
}

func TestLatencyPassesBeforeTheCallIsLookedAt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, Config{Latency: time.Second})
		defer b.stop()
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		if _, err := b.try(ctx, "sendMessage", "chat_id", 7, "text", "a"); err == nil || len(b.Messages(7)) != 0 {
			t.Errorf("given up after half the way: error %v, %d arrived", err, len(b.Messages(7)))
		}
		b.SetLatency(2 * time.Second)
		began := time.Now()
		b.call(t, "getMe")
		if took := time.Since(began); took != 2*time.Second {
			t.Errorf("took %s, want 2s", took)
		}
	})
}

func TestAfterTheEndThereIsNobody(t *testing.T) {
	b := start(t, Config{})
	b.Close()
	if _, err := b.try(t.Context(), "getMe"); err == nil {
		t.Error("answered after Close")
	}
}
