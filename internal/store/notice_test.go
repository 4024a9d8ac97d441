package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"donghanh/internal/journey"
	about "donghanh/internal/notice"
	"donghanh/internal/store"
	"donghanh/internal/storetest"
)

func TestFiftyThousandRecipientsTakeLittleRoom(t *testing.T) {
	const count = 50_000
	rdb := storetest.Redis(t)
	s, ctx := store.New(rdb), t.Context()
	used := func() (bytes int64) {
		keys, err := rdb.Keys(ctx, "{n:n-a}:*").Result()
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range keys {
			n, err := rdb.MemoryUsage(ctx, key, 0).Result()
			if err != nil {
				t.Fatal(err)
			}
			bytes += n
		}
		return bytes
	}
	to := make(map[journey.Code]about.Outcome, count)
	for i := range count {
		to[journey.Code(fmt.Sprintf("sv%06d", i))] = about.Pending
	}
	began := time.Now()
	if n, err := s.AddRecipients(ctx, "n-a", to); n != count || err != nil {
		t.Fatalf("added %d, %v", n, err)
	}
	waiting := used()
	t.Logf("added in %s: %.1f bytes each", time.Since(began), float64(waiting)/count)
	began = time.Now()
	for sent := 0; sent < count; {
		taken, err := s.TakeRecipients(ctx, "n-a", noon, 1000)
		if err != nil {
			t.Fatal(err)
		}
		results := make([]about.Result, len(taken))
		for i, who := range taken {
			results[i] = about.Result{Code: who.Code, Outcome: about.Delivered, At: noon.Add(time.Duration(sent) * time.Millisecond), Message: 5_000_000 + sent}
			if sent++; sent%50 == 0 {
				results[i].Outcome, results[i].Reason = about.Blocked, "sendMessage: Forbidden: bot was blocked by the user (403)"
			}
		}
		if _, err := s.SettleRecipients(ctx, "n-a", results...); err != nil {
			t.Fatal(err)
		}
	}
	settled := used()
	t.Logf("taken and settled in %s: %.1f bytes each", time.Since(began), float64(settled)/count)
	seen := 0
	if err := s.Recipients(context.Background(), "n-a", func(r []about.Result) error { seen += len(r); return nil }); err != nil || seen != count {
		t.Errorf("%d came back, %v", seen, err)
	}
	if each := float64(settled) / count; each > 50 {
		t.Errorf("%.1f bytes a recipient, want at most 50", each)
	}
}
