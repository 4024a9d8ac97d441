package notice

import (
	"strings"
	"testing"
	"unicode/utf16"

	"pgregory.net/rapid"
)

func TestLength(t *testing.T) {
	tests := map[string]int{
		"": 0, "abc": 3, "ạ": 1, "🎉": 2, "<b>a</b>": 1, "a &amp; &lt;b&gt;": 7, `<a href="https://a.vn/?a=1&amp;b=2">đây</a>`: 3,
		" a ": 1, "a\nb": 3, "&quot;": 1, "👨‍👩‍👧": 8,
	}
	for text, want := range tests {
		if got := Length(text); got != want {
			t.Errorf("Length(%q) = %d, want %d", text, got, want)
		}
	}
}

func TestWhereToCut(t *testing.T) {
	tests := map[string]struct {
		text  string
		limit int
		want  string
	}{
		"after the last whole word":  {"một hai ba bốn", 9, "một hai"},
		"where a word just ends":     {"một hai ba bốn", 10, "một hai ba"},
		"a word longer than allowed": {strings.Repeat("a", 20), 10, strings.Repeat("a", 10)},
		"a word far too long":        {strings.Repeat("a", 200), 100, strings.Repeat("a", 60)},
		"not in an emoji":            {"aaa🎉🎉", 6, "aaa🎉"},
		"only the last words":        {strings.Repeat("từ ", 100) + "cuối cùng", 150, strings.TrimSpace(strings.Repeat("từ ", 13))},
		"lines are words":            {"một\nhai\nba", 8, "một hai"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := lastFitting(tt.text, tt.limit); got != tt.want {
				t.Errorf("lastFitting(%q, %d) = %q, want %q", tt.text, tt.limit, got, tt.want)
			}
		})
	}
}

// What is said to fit does, and one word more does not.
func TestWhatFitsDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.StringMatching(`[aạ🎉]{1,12}`), 1, 30).Draw(t, "words")
		text := strings.Join(words, " ")
		limit := rapid.IntRange(13*2, 200).Draw(t, "limit")
		units := func(s string) int { return len(utf16.Encode([]rune(s))) }
		if units(text) <= limit {
			return
		}
		last := lastFitting(text, limit)
		for fits := len(words); fits >= 0; fits-- {
			head := strings.Join(words[:fits], " ")
			if units(head) <= limit {
				if !strings.HasSuffix(head, last) || last == "" {
					t.Fatalf("lastFitting(%q, %d) = %q, which does not end %q", text, limit, last, head)
				}
				return
			}
		}
	})
}
