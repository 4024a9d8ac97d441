package store_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"donghanh/internal/chat"
	"donghanh/internal/desk"
	"donghanh/internal/store"
	"donghanh/internal/storetest"
)

func TestStoreOnMiniredis(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Storer {
		rdb, _ := storetest.Miniredis(t)
		return store.New(rdb)
	})
}

func TestStoreOnRedis(t *testing.T) {
	rdb := storetest.Redis(t)
	storetest.Run(t, func(t *testing.T) storetest.Storer {
		if err := rdb.FlushAll(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
		return store.New(rdb)
	})
}

func TestTalkIsForgottenAfterADay(t *testing.T) {
	rdb, m := storetest.Miniredis(t)
	s := store.New(rdb)
	ctx := t.Context()
	if err := s.SaveTalk(ctx, 7, chat.Talk{Handled: 5, Flow: "dieukien"}); err != nil {
		t.Fatal(err)
	}
	m.FastForward(24*time.Hour - time.Second)
	if talk, err := s.Talk(ctx, 7); err != nil || talk.Flow != "dieukien" {
		t.Fatalf("a second before the day is over: %+v, %v", talk, err)
	}
	m.FastForward(time.Second)
	if keys := m.Keys(); len(keys) != 0 {
		t.Errorf("after a day Redis still holds %v", keys)
	}
}

func TestATalkNobodyCanReadIsForgottenAndBlocksNothing(t *testing.T) {
	const handled = "00000000000000000005"
	tests := map[string]struct {
		store func(b *box, key string) error
		want  chat.Talk
	}{
		"of another version": {func(b *box, key string) error {
			return b.rdb.HSet(b.Context(), key, "handled", handled, "talk", `{"flow":"dieukien","asked":"once a list"}`).Err()
		}, chat.Talk{Handled: 5}},
		"cut short": {func(b *box, key string) error {
			return b.rdb.HSet(b.Context(), key, "handled", handled, "talk", `{"flow":"die`).Err()
		}, chat.Talk{Handled: 5}},
		"with a number that is none": {func(b *box, key string) error {
			return b.rdb.HSet(b.Context(), key, "handled", "twenty", "talk", `{"flow":"dieukien"}`).Err()
		}, chat.Talk{Flow: "dieukien"}},
		"of another kind": {func(b *box, key string) error {
			return b.rdb.Set(b.Context(), key, `{"flow":"dieukien"}`, 0).Err()
		}, chat.Talk{}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			onBoth(t, fast, func(b *box) {
				b.must(tt.store(b, "{p:7}:talk"))
				got, err := b.Talk(b.Context(), 7)
				b.must(err)
				if !reflect.DeepEqual(got, tt.want) {
					b.Errorf("read %+v, want %+v", got, tt.want)
				}
				next := chat.Talk{Handled: 6, Flow: "traloi"}
				b.must(b.SaveTalk(b.Context(), 7, next))
				if got, err := b.Talk(b.Context(), 7); err != nil || !reflect.DeepEqual(got, next) {
					b.Errorf("after the next message %+v, %v, want %+v", got, err, next)
				}
			})
		})
	}
}

// waits is a question that was asked at noon.
func waits(id string, from chat.Address) desk.Question {
	return desk.Question{ID: id, Text: "Đảng phí đóng thế nào?", Why: desk.Handed, At: noon, From: from}
}

func TestAQuestionNobodyCanReadHidesNoOther(t *testing.T) {
	onBoth(t, fast, func(b *box) {
		ctx := b.Context()
		for i := range 5 {
			_, err := b.KeepQuestion(ctx, waits(fmt.Sprint("tg:", i), 7))
			b.must(err)
		}
		for i := range 3 { // the oldest
			b.must(b.rdb.Set(ctx, fmt.Sprint("{desk}:q:handed/tg:", i), `{"at":"once a date"}`, time.Hour).Err())
		}
		all, err := b.WaitingQuestions(ctx, 2)
		b.must(err)
		own, err := b.Questions(ctx, 7)
		b.must(err)
		want := []desk.Question{waits("tg:3", 7), waits("tg:4", 7)}
		if !slices.Equal(all, want) || !slices.Equal(own, want) {
			b.Errorf("the desk sees %v, the person %v, want %v", all, own, want)
		}
		if _, err := b.Question(ctx, "handed/tg:0"); !errors.Is(err, desk.ErrClosed) {
			b.Errorf("that question: %v, want ErrClosed", err)
		}
	})
}

func TestAQuestionWaitsForNinetyDays(t *testing.T) {
	const days = 24 * time.Hour
	keep := func(t *testing.T, s *store.Store, id string, want bool) {
		t.Helper()
		if isNew, err := s.KeepQuestion(t.Context(), waits(id, 7)); err != nil || isNew != want {
			t.Fatalf("keep %s: new %t, %v, want %t", id, isNew, err, want)
		}
	}
	t.Run("and counts for nothing after that", func(t *testing.T) {
		rdb, m := storetest.Miniredis(t)
		s, ctx := store.New(rdb), t.Context()
		for i := range desk.MaxWaiting - 1 {
			keep(t, s, fmt.Sprint("tg:", i), true)
		}
		m.FastForward(60 * days)
		keep(t, s, "tg:late", true)
		m.FastForward(30*days - time.Second)
		keep(t, s, "tg:0", false)
		m.FastForward(time.Second)
		for range 2 { // what is gone is dropped when somebody looks, and stays so
			all, err := s.WaitingQuestions(ctx, 10)
			if want := []desk.Question{waits("tg:late", 7)}; err != nil || !slices.Equal(all, want) {
				t.Errorf("the desk sees %v, %v, want %v", all, err, want)
			}
			if n, err := s.CountQuestions(ctx); n != 1 || err != nil {
				t.Errorf("%d wait, %v, want 1", n, err)
			}
			if own, err := s.Questions(ctx, 7); err != nil || len(own) != 1 {
				t.Errorf("the person has %v, %v, want one", own, err)
			}
		}
		if n, err := s.EraseQuestions(ctx, 7); n != 1 || err != nil {
			t.Errorf("erased %d, %v, want 1", n, err)
		}
		for i := range desk.MaxWaiting { // there is room again
			keep(t, s, fmt.Sprint("tg:new", i), true)
		}
	})
	t.Run("and leaves nothing behind even if nobody looks", func(t *testing.T) {
		rdb, m := storetest.Miniredis(t)
		s := store.New(rdb)
		keep(t, s, "tg:1", true)
		m.FastForward(90 * days)
		if keys := m.Keys(); len(keys) != 0 {
			t.Errorf("Redis still holds %v", keys)
		}
	})
}

func TestVoteMayCountAgainAfterTwoDays(t *testing.T) {
	rdb, m := storetest.Miniredis(t)
	s := store.New(rdb)
	ctx := t.Context()
	for _, wait := range []time.Duration{0, 48*time.Hour - time.Second, time.Second} {
		m.FastForward(wait)
		if err := s.CountVote(ctx, "tg:1", "party-fee", true); err != nil {
			t.Fatal(err)
		}
	}
	votes, err := s.Votes(ctx)
	if err != nil || votes["party-fee"].Good != 2 {
		t.Errorf("votes %v, %v; want the first and the one after two days", votes, err)
	}
}

func TestOpenTakesASocket(t *testing.T) {
	s, err := store.Open(t.Context(), storetest.RedisURL(t)+"?db=3")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestOpenNeverPrintsThePassword(t *testing.T) {
	const secret = "s3cret"
	for _, url := range []string{
		"redis://:" + secret + "@127.0.0.1:1",
		"rediss://u:" + secret + "@127.0.0.1:1/0",
		"redis://:" + secret + "/x@127.0.0.1:1",
		"redis://:" + secret + "%zz@127.0.0.1:1",
		"redis://:" + secret + "@127.0.0.1:port",
		"redis://:" + secret + "@127.0.0.1:1/db",
		"redis://:" + secret + "@127.0.0.1:1,127.0.0.1:2",
		"redis://:" + secret + "@127.0.0.1:1,,127.0.0.1:2",
		"redis://:" + secret + "@127.0.0.1:1?master=m",
		"redis://:" + secret + "@127.0.0.1:1?nonsense=1",
		"unix://:" + secret + "@/nowhere/socket",
		secret,
		"http://" + secret,
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond) // nobody answers there
		s, err := store.Open(ctx, url)
		cancel()
		if err == nil {
			t.Errorf("%s opened", url)
			_ = s.Close()
			continue
		}
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the error shows the password: %v", err)
		}
	}
}
