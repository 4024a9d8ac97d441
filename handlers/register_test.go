package handlers

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"donghanh/internal/journey"
	"donghanh/internal/store"
	"donghanh/internal/storetest"
)

// searched are the codes that a query finds among people, in their order.
func searched(t *testing.T, g *register, query string) (codes []journey.Code) {
	t.Helper()
	all, err := g.everybody(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	parts := partsOf(sought(query))
	for i := range all {
		if all[i].finds(parts) {
			codes = append(codes, all[i].Code)
		}
	}
	return codes
}

func TestPeopleAreFoundHoweverTheyAreTyped(t *testing.T) {
	m := storetest.NewMemory()
	for _, p := range []journey.Person{
		{Code: "SV2151120001", Name: "Nguyễn Thị Lan", Unit: "K47/B5"},
		{Code: "SV2151120002", Name: "Đỗ Quang Huy", Unit: "K47/B5"},
		{Code: "sv-lan.2", Name: "Lan  Anh\u200b <b>Đào</b>", Unit: "K47/B50"},
		{Code: "gv1", Name: "Ân", Unit: ""},
		{Code: "x", Name: "\u202eداود 🎓", Unit: "Khoa Ngoại ngữ/Lớp 2"},
	} {
		p.Roles = []journey.Role{journey.Student}
		if _, err := m.SaveTracks(t.Context(), journey.Save{Track: journey.Track{Person: p}}); err != nil {
			t.Fatal(err)
		}
	}
	g := &register{source: m}
	tests := map[string]struct {
		query string
		want  []journey.Code
	}{
		"everybody":                          {"", []journey.Code{"gv1", "SV2151120002", "SV2151120001", "sv-lan.2", "x"}},
		"without accents":                    {"do quang", []journey.Code{"SV2151120002"}},
		"decomposed as iPhones send it":      {"Lan Nguye\u0302\u0303n", []journey.Code{"SV2151120001"}},
		"the parts in any order":             {"lan thi nguyen", []journey.Code{"SV2151120001"}},
		"beginnings of words":                {"ngu la", []journey.Code{"SV2151120001"}},
		"not the middle of a word":           {"uang", nil},
		"a name and a unit":                  {"lan k47/b5", []journey.Code{"SV2151120001"}},
		"a unit is not another that goes on": {"b5", []journey.Code{"SV2151120002", "SV2151120001"}},
		"the unit above":                     {"k47 lan", []journey.Code{"SV2151120001", "sv-lan.2"}},
		"the end of a code":                  {"0002", []journey.Code{"SV2151120002"}},
		"a code in other case":               {"sv2151120001", []journey.Code{"SV2151120001"}},
		"a short name":                       {"an", []journey.Code{"gv1", "sv-lan.2"}},
		"markup is no part of a name":        {"<b>dao", []journey.Code{"sv-lan.2"}},
		"nothing that can be looked for":     {"🎓🎓", []journey.Code{"gv1", "SV2151120002", "SV2151120001", "sv-lan.2", "x"}},
		"no one":                             {"lan huy", nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := searched(t, g, tt.query); !slices.Equal(got, tt.want) {
				t.Errorf("%q (%q) finds %v, want %v", tt.query, sought(tt.query), got, tt.want)
			}
		})
	}
}

// TestTheRegisterFollowsEveryChange: however people change, by whom and between
// which looks, what one instance kept is what a new one reads.
func TestTheRegisterFollowsEveryChange(t *testing.T) {
	s := store.New(storetest.Redis(t))
	kept := &register{source: s}
	dice := rand.New(rand.NewPCG(7, 7)) // #nosec G404 -- a test
	names := []string{"Đào", "Đỗ", "An", "Ân", "ánh", "Lan", "Yến"}
	for round := range 60 {
		for range dice.IntN(4) {
			code := journey.Code(fmt.Sprint("sv", dice.IntN(300)))
			track, err := s.Track(t.Context(), code)
			if err != nil {
				track = journey.Track{Person: journey.Person{Code: code, Roles: []journey.Role{journey.Student}}}
			}
			track.Person.Name = "Nguyễn " + names[dice.IntN(len(names))]
			track.Person.Unit = journey.Unit(fmt.Sprint("K47/B", dice.IntN(12)))
			if conflicts, err := s.SaveTracks(t.Context(), journey.Save{Track: track}); err != nil || len(conflicts) > 0 {
				t.Fatal(conflicts, err)
			}
		}
		got, want := searched(t, kept, ""), searched(t, &register{source: s}, "")
		if !slices.Equal(got, want) {
			t.Fatalf("round %d: kept %v, want %v", round, got, want)
		}
	}
}

// BenchmarkSearch searches among 20,000 people on a real redis-server.
func BenchmarkSearch(b *testing.B) {
	s := store.New(storetest.Redis(b))
	fill(b, s, 20_000, 0)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	g := &register{source: s}
	look := func(query string) (n int) {
		all, err := g.everybody(context.Background())
		if err != nil {
			b.Fatal(err)
		}
		parts := partsOf(sought(query))
		for i := range all {
			if all[i].finds(parts) {
				n++
			}
		}
		return n
	}
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			g = &register{source: s}
			look("nguyen lan")
		}
	})
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.Run("again", func(b *testing.B) {
		for b.Loop() {
			if look("nguyen lan") == 0 {
				b.Fatal("nobody is found")
			}
		}
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/20_000, "bytes/person")
	})
	b.Run("after a change", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			b.StopTimer()
			track, err := s.Track(b.Context(), journey.Code(fmt.Sprintf("sv%05d", i%1000)))
			if err != nil {
				b.Fatal(err)
			}
			track.Person.Name += "a"
			if _, err := s.SaveTracks(b.Context(), journey.Save{Track: track}); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
			look("nguyen lan")
		}
	})
}

// fill fills a store with people of 200 units: one in ten is a mentor, the
// others are students with some events each.
func fill(tb testing.TB, s *store.Store, people, events int) {
	tb.Helper()
	family := []string{"Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Đỗ", "Vũ"}
	middle := []string{"Thị", "Văn", "Quang", "Thu", "Minh"}
	last := []string{"Lan", "Huy", "Đào", "Ân", "Hạnh", "Dũng", "Yến", "Mai", "Bình"}
	steps := []string{
		"E_SOURCE_LISTED 2024-01-05", "E_SYMPATHIZER_LISTED 2025-01-10", "E_MENTOR_ASSIGNED 2025-01-10", "E_CLASS_CERT_ISSUED 2025-05-20",
		"E_DOSSIER_OPENED 2026-03-02", "E_DOSSIER_COMPLETE 2026-04-10", "E_CHECK_SENT 2026-04-15 que-quan", "E_CHECK_RECEIVED 2026-04-20 que-quan",
	}
	var saves []journey.Save
	for i := range people {
		unit := journey.Unit(fmt.Sprintf("K%d/B%d", 40+i%10, i/10%20))
		p := journey.Person{
			Code: journey.Code(fmt.Sprintf("sv%05d", i)), Roles: []journey.Role{journey.Student}, Unit: unit, Birth: journey.Month{Year: 2005, Month: 1 + i%12},
			Name: strings.Join([]string{family[i%7], middle[i/3%5], last[i/7%9]}, " "),
		}
		if i%10 == 0 {
			p.Roles, p.Birth = []journey.Role{journey.Mentor}, journey.Month{}
		} else if i%4 > 0 {
			p.Mentor = journey.Code(fmt.Sprintf("sv%05d", i/10*10))
		}
		t := journey.Track{Person: p, Since: aDay("2025-09-01")}
		if p.Has(journey.Student) {
			t.Events = happened(steps[:events]...)
		}
		saves = append(saves, journey.Save{Track: t})
	}
	if conflicts, err := s.SaveTracks(tb.Context(), saves...); err != nil || len(conflicts) > 0 {
		tb.Fatalf("%d conflicts, %v", len(conflicts), err)
	}
}
