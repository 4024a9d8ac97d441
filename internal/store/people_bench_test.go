package store_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/store"
	"donghanh/internal/storetest"
)

// sizes are how many people are tracked in the benchmarks.
var sizes = []int{15_000, 150_000}

// academy fills a store with people on their way: five students of a mentor,
// a hundred of a unit, six events each. The first due of them have something
// due today, the others later in the year.
func academy(b *testing.B, s *store.Store, people, due int) (codes []journey.Code) {
	b.Helper()
	today := journey.DateOf(noon)
	ids := []journey.EventID{
		"E_SOURCE_LISTED", "E_SYMPATHIZER_LISTED", "E_MENTOR_ASSIGNED", "E_CLASS_CERT_ISSUED", "E_DOSSIER_OPENED", "E_CELL_RESOLVED_ADMIT",
	}
	var saves []journey.Save
	for i := range people {
		code := journey.Code(fmt.Sprintf("sv%07d", i))
		t := person(code, journey.Student, journey.Unit(fmt.Sprintf("K%d/B%d", i/10_000, i/100%100)), journey.Code(fmt.Sprintf("gv%06d", i/5)))
		t.Person.Birth, t.Since = journey.Month{Year: 2005, Month: 1 + i%12}, today.AddDays(-i%300)
		for j, id := range ids {
			t.Events = append(t.Events, journey.Event{ID: id, On: t.Since.AddDays(20 * j), At: noon})
		}
		next := today
		if i >= due {
			next = today.AddDays(1 + i/7%300)
		}
		codes, saves = append(codes, code), append(saves, journey.Save{Track: t, Next: next})
	}
	for chunk := range slices.Chunk(saves, 5000) {
		if conflicts, err := s.SaveTracks(b.Context(), chunk...); err != nil || len(conflicts) > 0 {
			b.Fatalf("%d conflicts, %v", len(conflicts), err)
		}
	}
	return codes
}

// used returns how many bytes Redis holds.
func used(b *testing.B, rdb *redis.Client) float64 {
	b.Helper()
	info, err := rdb.Info(b.Context(), "memory").Result()
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(info) {
		if text, ok := strings.CutPrefix(strings.TrimSpace(line), "used_memory:"); ok {
			n, err := strconv.ParseFloat(text, 64)
			if err != nil {
				b.Fatal(err)
			}
			return n
		}
	}
	b.Fatal("Redis does not say how much memory it uses")
	return 0
}

// forSizes runs a benchmark on a real redis-server with many people of whom a
// thousand have something due.
func forSizes(b *testing.B, run func(b *testing.B, s *store.Store, codes []journey.Code)) {
	const due = 1000
	for _, people := range sizes {
		b.Run(fmt.Sprintf("%d people", people), func(b *testing.B) {
			rdb := storetest.Redis(b)
			s := store.New(rdb)
			before := used(b, rdb)
			codes := academy(b, s, people, due)
			each := (used(b, rdb) - before) / float64(people)
			run(b, s, codes[:due])
			b.ReportMetric(each, "bytes/person")
		})
	}
}

func BenchmarkDueCodes(b *testing.B) {
	forSizes(b, func(b *testing.B, s *store.Store, due []journey.Code) {
		for b.Loop() {
			if codes, err := s.DueCodes(b.Context(), journey.DateOf(noon)); err != nil || len(codes) != len(due) {
				b.Fatalf("%d due, %v", len(codes), err)
			}
		}
	})
}

func BenchmarkTracks(b *testing.B) {
	forSizes(b, func(b *testing.B, s *store.Store, due []journey.Code) {
		for b.Loop() {
			if tracks, err := s.Tracks(b.Context(), due...); err != nil || len(tracks) != len(due) {
				b.Fatalf("%d tracks, %v", len(tracks), err)
			}
		}
	})
}

func BenchmarkSaveTracks(b *testing.B) {
	forSizes(b, func(b *testing.B, s *store.Store, due []journey.Code) {
		tracks, err := s.Tracks(b.Context(), due...)
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			saves := make([]journey.Save, len(tracks))
			for i := range tracks {
				saves[i] = journey.Save{Track: tracks[i], Next: journey.DateOf(noon)}
				tracks[i].Rev++
			}
			if conflicts, err := s.SaveTracks(b.Context(), saves...); err != nil || len(conflicts) > 0 {
				b.Fatalf("%d conflicts, %v", len(conflicts), err)
			}
		}
	})
}

// BenchmarkDigests has a thousand people told something: from the inbox into the
// outbox.
func BenchmarkDigests(b *testing.B) {
	forSizes(b, func(b *testing.B, s *store.Store, due []journey.Code) {
		day := journey.DateOf(noon)
		for b.Loop() {
			lines := make(map[journey.Code][]journey.LineRef, len(due))
			for _, code := range due {
				lines[code] = []journey.LineRef{{Of: code, Key: "dl-ceremony/2026-11-24", To: journey.Student, Step: day}}
			}
			if err := s.Offer(b.Context(), day, lines); err != nil {
				b.Fatal(err)
			}
			codes, err := s.Inboxes(b.Context())
			if err != nil || len(codes) != len(due) {
				b.Fatalf("%d inboxes, %v", len(codes), err)
			}
			for chunk := range slices.Chunk(codes, 500) {
				digests, err := s.TakeDigests(b.Context(), day, chunk...)
				if err != nil || len(digests) != len(chunk) {
					b.Fatalf("%d digests of %d, %v", len(digests), len(chunk), err)
				}
				messages := make([]chat.Message, len(digests))
				for i, d := range digests {
					name := "digest/" + string(d.For) + "/" + d.Day.String()
					messages[i] = chat.Message{Key: name, To: chat.Address(1 + i), Lane: chat.Reminders, Make: name, At: noon}
				}
				if _, err := s.Put(b.Context(), messages...); err != nil {
					b.Fatal(err)
				}
				if err := s.DigestsPut(b.Context(), digests...); err != nil {
					b.Fatal(err)
				}
			}
			day = day.AddDays(1)
		}
	})
}
