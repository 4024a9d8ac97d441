package telegramtest

import (
	"fmt"
	"strings"
	"testing"
)

func TestParseHTML(t *testing.T) {
	tests := map[string]struct {
		in    string
		plain string
		err   string // contained in the error
	}{
		"plain":                       {"chào bạn", "chào bạn", ""},
		"every tag":                   {`<b>a</b><strong>b</strong><i>c</i><em>d</em><u>e</u><ins>f</ins><s>g</s><strike>h</strike><del>i</del><tg-spoiler>j</tg-spoiler>`, "abcdefghij", ""},
		"tags with attributes":        {`<a href="https://a.vn/?b=1&amp;c=2">a</a><span class="tg-spoiler">b</span><blockquote expandable>c</blockquote><tg-emoji emoji-id='5'>d</tg-emoji>`, "abcd", ""},
		"code with a language":        {`<pre><code class="language-go">a &lt; b</code></pre>`, "a < b", ""},
		"nested":                      {"<b>a<i>b<u>c</u></i></b>", "abc", ""},
		"escapes":                     {"&lt;&gt;&amp;&quot;&#39;&#x1F389;", `<>&"'🎉`, ""},
		"capitals":                    {"<B>a</b>", "a", ""},
		"not closed":                  {"<b>a", "", `Can't find end tag corresponding to start tag "b"`},
		"crossed":                     {"<b><i>a</b></i>", "", `expected "</i>", found "</b>"`},
		"closed and never opened":     {"a</b>", "", "Unexpected end tag"},
		"a tag there is none of":      {"<p>a</p>", "", `Unsupported start tag "p"`},
		"a line break":                {"a<br>b", "", `Unsupported start tag "br"`},
		"a lone <":                    {"a < b", "", "Unclosed start tag at byte offset 2"},
		"a lone >":                    {"a > b", "", "Unescaped"},
		"a lone &":                    {"a & b", "", "Unescaped"},
		"an escape Telegram lacks":    {"&nbsp;", "", "Unescaped"},
		"an escape of nothing":        {"&#0;", "", "No such character"},
		"an attribute it does not":    {`<b style="x">a</b>`, "", "Unsupported attribute"},
		"a span of another class":     {`<span class="red">a</span>`, "", "tg-spoiler"},
		"a link to nowhere":           {"<a>a</a>", "", "without href"},
		"a tag inside code":           {"<code><b>a</b></code>", "", "inside code"},
		"a quotation in a quotation":  {"<blockquote><blockquote>a</blockquote></blockquote>", "", "Nested blockquote"},
		"half a character":            {"\xc6", "", "UTF-8"},
		"an attribute that never end": {`<a href="x`, "", "Unclosed start tag"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			plain, err := parseHTML(tt.in)
			switch {
			case tt.err == "" && (err != nil || plain != tt.plain):
				t.Errorf("parseHTML(%q) = %q, %v; want %q", tt.in, plain, err, tt.plain)
			case tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)):
				t.Errorf("parseHTML(%q): error %v, want one with %q", tt.in, err, tt.err)
			}
		})
	}
}

func TestParseMarkupFindsTheFormatting(t *testing.T) {
	tests := map[string]struct {
		in   string
		want string // type offset+length, and what else it has
	}{
		"none":                    {"a &amp; b", ""},
		"one":                     {"a <b>b</b>", "bold 2+1"},
		"nested, outermost first": {"<i>a<b>b</b></i>", "italic 0+2; bold 1+1"},
		"both around the same":    {"<i><b>b</b></i>", "bold 0+1; italic 0+1"},
		"emoji count as two":      {"🎉<u>🎉</u>&#x1F389;<s>x</s>", "underline 2+2; strikethrough 6+1"},
		"escapes count as one":    {"&lt;<code>&amp;</code>", "code 1+1"},
		"a link":                  {`<a href="https://a.vn/?b=1&amp;c=2">a</a>`, "text_link 0+1 https://a.vn/?b=1&c=2"},
		"quotations":              {"<blockquote>a</blockquote><blockquote expandable>b</blockquote>", "blockquote 0+1; expandable_blockquote 1+1"},
		"spoilers":                {`<tg-spoiler>a</tg-spoiler><span class="tg-spoiler">b</span>`, "spoiler 0+1; spoiler 1+1"},
		"code with a language":    {`<pre><code class="language-go">a</code></pre><code>b</code>`, "pre 0+1 go; code 1+1"},
		"around nothing":          {"<b></b>a", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, formatting, err := parseMarkup(tt.in)
			var got []string
			for _, e := range formatting {
				got = append(got, strings.TrimSpace(fmt.Sprintf("%s %d+%d %s%s", e.Type, e.Offset, e.Length, e.URL, e.Language)))
			}
			if strings.Join(got, "; ") != tt.want || err != nil {
				t.Errorf("parseMarkup(%q): %v, %v; want %s", tt.in, got, err, tt.want)
			}
		})
	}
}
