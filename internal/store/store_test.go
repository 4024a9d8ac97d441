package store_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"donghanh/internal/chat"
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
