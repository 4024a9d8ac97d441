package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"donghanh/internal/chat"
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

func TestAGroupFollowsItsNumberAndThePauseIsTold(t *testing.T) {
	onBoth(t, fast, func(b *box) {
		ctx := b.Context()
		b.must(b.KeepGroup(ctx, -100, "Chi đoàn B5", "cb1", "K47/B5"))
		b.put(chat.Message{Key: "notice/n-a/-100", To: -100, Lane: chat.Notices})
		b.must(b.Moved(ctx, b.next("notice/n-a/-100"), -1_000_000_000_100))
		b.sent(b.next("notice/n-a/-100"))
		b.put(notice("N", 7))
		b.must(b.Moved(ctx, b.next("N"), 8)) // no group: nothing is noted
		groups, err := b.Groups(ctx)
		if want := (about.Group{Chat: -1_000_000_000_100, Title: "Chi đoàn B5", By: "cb1", Unit: "K47/B5"}); err != nil || len(groups) != 1 || groups[0] != want {
			b.Errorf("groups %v, %v, want %v", groups, err, want)
		}
		b.must(b.Pause(ctx, b.now, 30*time.Second))
		for after, want := range map[time.Duration]time.Duration{0: 30 * time.Second, 29 * time.Second: 30 * time.Second, 30 * time.Second: 0} {
			until, err := b.PausedUntil(ctx, b.now.Add(after))
			if err != nil || until.IsZero() != (want == 0) || want != 0 && !until.Equal(b.now.Add(want)) {
				b.Errorf("after %s paused until %s, %v, want %s after the beginning", after, until, err, want)
			}
		}
	})
}

func TestAFewHundredAreTakenAtOnceInSeveralScripts(t *testing.T) {
	onBoth(t, fast, func(b *box) {
		to := make(map[journey.Code]about.Outcome)
		for i := range 900 {
			to[journey.Code(fmt.Sprint("sv", i))] = about.Pending
		}
		if n, err := b.AddRecipients(b.Context(), "n-a", to); n != 900 || err != nil {
			b.Fatalf("added %d, %v", n, err)
		}
		for _, tt := range []struct{ n, want int }{{30, 30}, {0, 30}, {800, 800}, {700, 800}, {1000, 900}, {2000, 900}} {
			taken, err := b.TakeRecipients(b.Context(), "n-a", noon, tt.n)
			if err != nil || len(taken) != tt.want {
				b.Errorf("taken until %d: %d, %v, want %d", tt.n, len(taken), err, tt.want)
			}
		}
	})
}
