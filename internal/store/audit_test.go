package store_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"donghanh/internal/audit"
	"donghanh/internal/journey"
	"donghanh/internal/store"
	"donghanh/internal/storetest"
)

// threeMonths notes 30 entries in September, October and November.
func threeMonths(t *testing.T, s *store.Store) {
	t.Helper()
	for i := range 30 {
		at := time.Date(2026, time.Month(9+i/10), 1+i%10, 8, 0, 0, 0, journey.Zone)
		if err := s.Note(t.Context(), audit.Entry{ID: fmt.Sprint("tg:", i), At: at, Act: audit.Saw, By: "gv1", Of: "sv1", Note: fmt.Sprint(i)}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestACutOrChangedLogIsNoticed(t *testing.T) {
	tests := map[string]struct {
		do     []any
		broken string
		quick  string // what a look at the newest month alone finds
	}{
		"nothing":                     {[]any{"PING"}, "", ""},
		"the newest entry cut off":    {[]any{"RPOP", "{log}:m:202611"}, "end", "end"},
		"entries cut off at the end":  {[]any{"LTRIM", "{log}:m:202611", 0, 4}, "end", "end"},
		"an entry taken out":          {[]any{"LTRIM", "{log}:m:202611", 1, -1}, "202611.0", "202611.0"},
		"an entry of the middle gone": {[]any{"LPOP", "{log}:m:202610"}, "202610.0", "end"},
		"an entry put between":        {[]any{"LPUSH", "{log}:m:202611", `x {"id":"x"}`}, "202611.0", "202611.0"},
		"an entry put at the end":     {[]any{"RPUSH", "{log}:m:202611", `x {"id":"x"}`}, "202611.10", "202611.10"},
		"a month gone":                {[]any{"DEL", "{log}:m:202610"}, "202610", "202610"},
		"a month forgotten":           {[]any{"HDEL", "{log}:months", "202610"}, "202611", "202611"},
		"the first month forgotten":   {[]any{"HDEL", "{log}:months", "202609"}, "202610", "202610"},
		"an entry changed":            {[]any{"LSET", "{log}:m:202610", 3, `x {"id":"x"}`}, "202610.3", ""},
		"the last of a month changed": {[]any{"LSET", "{log}:m:202609", 9, `x {"id":"x"}`}, "202609.9", "202610"},
		"the head moved back":         {[]any{"HSET", "{log}:head", "n", "29"}, "end", "end"},
		"a head that is no number":    {[]any{"HSET", "{log}:head", "n", "many"}, "head", "head"},
		"the head gone":               {[]any{"DEL", "{log}:head"}, "end", "end"},
		"all months gone":             {[]any{"DEL", "{log}:months"}, "end", "end"},
	}
	rdb := storetest.Redis(t)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if err := rdb.FlushAll(t.Context()).Err(); err != nil {
				t.Fatal(err)
			}
			s := store.New(rdb)
			threeMonths(t, s)
			if err := rdb.Do(t.Context(), tt.do...).Err(); err != nil {
				t.Fatal(err)
			}
			for newest, want := range map[int]string{0: tt.broken, 1: tt.quick} {
				chain, err := s.AuditChain(t.Context(), newest)
				if err != nil || chain.Broken != want {
					t.Errorf("%v, looking at %d: broken at %q, %v; want %q", tt.do, newest, chain.Broken, err, want)
				}
			}
		})
	}
}

// TestManyNoteAtOnce: several instances of the bot write into one log.
func TestManyNoteAtOnce(t *testing.T) {
	s := store.New(storetest.Redis(t))
	var all sync.WaitGroup
	for who := range 4 {
		all.Go(func() {
			for i := range 25 {
				e := audit.Entry{ID: fmt.Sprint(who, "/", i), At: time.Date(2026, 11, 1, 8, 0, i, 0, journey.Zone), Act: audit.Saw}
				if err := s.Note(t.Context(), e); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	chain, err := s.AuditChain(t.Context(), 0)
	if err != nil || chain.Broken != "" || chain.Entries != 100 {
		t.Errorf("%+v, %v; want a sound chain of 100", chain, err)
	}
}
