package knowledge

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestSpelling(t *testing.T) {
	words := map[string]uint32{"dang": 1, "chuyen": 2, "chinh": 3, "thuc": 4, "phi": 5, "thanh": 6, "thang": 7, "2026": 8}
	tests := map[string]struct {
		typed string
		want  uint32
	}{
		"a letter missing":                    {"chuyn", 2},
		"a letter too many":                   {"chuyeen", 2},
		"a letter wrong":                      {"chuyem", 2},
		"two letters swapped":                 {"chuyne", 2},
		"the first letter wrong":              {"xhuyen", 2},
		"an accent typed as a letter":         {"phis", 5},
		"short words are left alone":          {"phy", 0},
		"two letters off":                     {"cuyem", 0},
		"between two words: neither":          {"thanx", 0},
		"between two words, a letter missing": {"thag", 7},
		"near nothing":                        {"zzzzzz", 0},
		"a number is not mended":              {"2027", 0},
		"a number with a letter too many":     {"20266", 0},
		"nothing":                             {"", 0},
	}
	s := newSpelling(words)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := s.nearest(tt.typed); got != tt.want {
				t.Errorf("nearest(%q) = %d, want %d among %v", tt.typed, got, tt.want, words)
			}
		})
	}
}

func TestOneLetterOffIsMended(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		known := rapid.StringMatching(`[a-z]{5,9}`).Draw(t, "known")
		typed := []byte(known)
		at := rapid.IntRange(0, len(known)-1).Draw(t, "at")
		letter := byte(rapid.IntRange('a', 'z').Draw(t, "letter"))
		switch rapid.SampledFrom([]string{"missing", "too many", "wrong", "swapped"}).Draw(t, "mistake") {
		case "missing":
			typed = slices.Delete(typed, at, at+1)
		case "too many":
			typed = slices.Insert(typed, at, letter)
		case "wrong":
			typed[at] = letter
		case "swapped":
			if at > 0 {
				typed[at-1], typed[at] = typed[at], typed[at-1]
			}
		}
		if string(typed) == known {
			return // no mistake
		}
		if got := newSpelling(map[string]uint32{known: 1}).nearest(string(typed)); got != 1 {
			t.Fatalf("nearest(%q) = %d though only %q is known", typed, got, known)
		}
	})
}

func TestWhatIsMendedWasNear(t *testing.T) {
	word := rapid.StringMatching(`[ab1]{1,7}`) // few letters, so that many are near
	rapid.Check(t, func(t *rapid.T) {
		ids, byID := map[string]uint32{}, map[uint32]string{}
		for i, w := range rapid.SliceOfNDistinct(word, 0, 6, rapid.ID).Draw(t, "known") {
			ids[w], byID[uint32(i+1)] = uint32(i+1), w // #nosec G115 -- six
		}
		typed := word.Draw(t, "typed")
		id := newSpelling(ids).nearest(typed)
		if id == 0 {
			return
		}
		got, ok := byID[id]
		if !ok || len(typed) < shortest || !slices.ContainsFunc(cuts(typed), func(c string) bool { return slices.Contains(cuts(got), c) }) {
			t.Fatalf("nearest(%q) = %d %q among %v, not one letter off", typed, id, got, ids)
		}
	})
}

// cuts is the word, and the word with each one letter taken out.
func cuts(w string) []string {
	all := []string{w}
	for i := range len(w) {
		all = append(all, w[:i]+w[i+1:])
	}
	return all
}
