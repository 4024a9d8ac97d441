package telegramtest

import (
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
