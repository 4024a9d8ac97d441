package bench

import (
	"encoding/json"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"donghanh/internal/knowledge"
)

// passage is a text that is found, with what it belongs to: a topic, or a kind
// out of scope.
type passage struct {
	class, text string
}

// passages returns titles and ways of asking in the order of the book.
func passages(b *knowledge.Book) []passage {
	var out []passage
	for _, id := range b.Order {
		out = append(out, passage{string(id), b.Entries[id].Title})
		for _, a := range b.Entries[id].Ask {
			out = append(out, passage{string(id), a})
		}
	}
	for _, s := range b.Scope {
		out = append(out, passage{s.ID, s.Title})
		for _, a := range s.Ask {
			out = append(out, passage{s.ID, a})
		}
	}
	return out
}

// grow returns a folder with the content and, in asks/more.yaml, so many more
// ways of asking that there are n passages. Each is one that stands there with
// one to three words put in or replaced, drawn as often as people use them; no
// two are the same, and each run makes the same ones.
func grow(t testing.TB, content fs.FS, b *knowledge.Book, n int) fs.FS {
	t.Helper()
	old := passages(b)
	var words []string
	seen := map[string]bool{}
	for _, p := range old {
		words = append(words, strings.Fields(p.text)...)
		seen[letters(p.text)] = true
	}
	random := rand.New(rand.NewPCG(1, 2))
	more := map[string][]string{}
	for made := len(old); made < n; {
		p := old[made%len(old)]
		text := vary(random, strings.Fields(p.text), words)
		if key := letters(text); !seen[key] {
			seen[key] = true
			more[p.class] = append(more[p.class], text)
			made++
		}
	}

	dir := t.TempDir()
	if err := os.CopyFS(dir, content); err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(more) // which is YAML too
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "asks", "more.yaml"), raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return os.DirFS(dir)
}

func vary(random *rand.Rand, text, words []string) string {
	for range 1 + random.IntN(3) {
		w, at := words[random.IntN(len(words))], random.IntN(len(text))
		if random.IntN(2) == 0 {
			text[at] = w
		} else {
			text = append(text[:at], append([]string{w}, text[at:]...)...)
		}
	}
	return strings.Join(text, " ")
}

// letters is what the content check compares: two that agree in it count as
// the same way of asking.
func letters(s string) string {
	return strings.Join(strings.FieldsFunc(knowledge.Fold(s), func(r rune) bool { return !('a' <= r && r <= 'z' || '0' <= r && r <= '9') }), " ")
}
