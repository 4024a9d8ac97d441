package wording

import (
	"strings"
	"testing"
)

func TestSplit(t *testing.T) {
	tests := map[string]struct {
		text  string
		limit int
		want  []string
	}{
		"what fits stays whole":               {"<b>ngắn</b>", 20, []string{"<b>ngắn</b>"}},
		"nothing gives nothing":               {"  \n", 20, nil},
		"paragraphs before lines":             {"một hai\nba\n\nbốn năm", 14, []string{"một hai\nba", "bốn năm"}},
		"lines before words":                  {"một hai ba\nbốn năm", 14, []string{"một hai ba", "bốn năm"}},
		"words before letters":                {"một hai ba bốn", 8, []string{"một hai", "ba bốn"}},
		"a long word is cut":                  {"abcdefghij", 4, []string{"abcd", "efgh", "ij"}},
		"an open tag is closed and reopened":  {"<b>một hai ba</b>", 14, []string{"<b>một</b>", "<b>hai ba</b>"}},
		"an entity stays whole":               {"a&amp;&amp;b", 7, []string{"a&amp;", "&amp;b"}},
		"an emoji counts twice and is whole":  {"😀😀😀", 5, []string{"😀😀", "😀"}},
		"tags that leave no room give up":     {"<blockquote>abc</blockquote>", 10, nil},
		"a link keeps its address at the cut": {`<a href="x">một hai</a>`, 20, []string{`<a href="x">một</a>`, `<a href="x">hai</a>`}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := Split(tt.text, tt.limit)
			if strings.Join(got, "|") != strings.Join(tt.want, "|") {
				t.Errorf("Split(%q, %d) = %q, want %q", tt.text, tt.limit, got, tt.want)
			}
		})
	}
}

func FuzzSplit(f *testing.F) {
	f.Add("<b>một</b> &amp; hai\n\nba", 20)
	f.Add("<a href=\"x\">"+strings.Repeat("dài ", 40)+"</a>", 30)
	f.Fuzz(func(t *testing.T, text string, limit int) {
		if limit < 1 || limit > 10000 {
			return // no such message
		}
		for _, part := range Split(text, limit) {
			if n := units(part); n > limit {
				t.Errorf("a part of %d units, limit %d", n, limit)
			}
		}
	})
}
