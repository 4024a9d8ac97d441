package bot

import (
	"fmt"
	"html"
	"math"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"

	"pgregory.net/rapid"

	"donghanh/internal/chat"
)

func TestMarkup(t *testing.T) {
	piece := func(kind string, offset, length int64) entity {
		return entity{Type: kind, Offset: offset, Length: length}
	}
	link := func(offset, length int64, url string) entity {
		return entity{Type: "text_link", Offset: offset, Length: length, URL: url}
	}
	tests := map[string]struct {
		text       string
		formatting entities
		want       string
	}{
		"nothing":               {"", entities{piece("bold", 0, 1)}, ""},
		"values are escaped":    {`a<b> & "c"`, nil, `a&lt;b&gt; &amp; "c"`},
		"every style":           {"bisux", entities{piece("bold", 0, 1), piece("italic", 1, 1), piece("strikethrough", 2, 1), piece("underline", 3, 1), piece("spoiler", 4, 1)}, "<b>b</b><i>i</i><s>s</s><u>u</u><tg-spoiler>x</tg-spoiler>"},
		"a link, with escapes":  {"đây", entities{link(0, 3, `https://a.vn/?a=1&b="2"`)}, `<a href="https://a.vn/?a=1&amp;b=&quot;2&quot;">đây</a>`},
		"a link to nowhere":     {"đây", entities{link(0, 3, "")}, "đây"},
		"code":                  {"a<b", entities{piece("code", 0, 3)}, "<code>a&lt;b</code>"},
		"code with a language":  {"x", entities{{Type: "pre", Length: 1, Language: `go"`}}, `<pre><code class="language-go&quot;">x</code></pre>`},
		"code with no language": {"x", entities{piece("pre", 0, 1)}, "<pre>x</pre>"},
		"quotations":            {"a\nb", entities{piece("blockquote", 0, 1), piece("expandable_blockquote", 2, 1)}, "<blockquote>a</blockquote>\n<blockquote expandable>b</blockquote>"},
		"what Telegram finds":   {"/han @an #tag", entities{piece("bot_command", 0, 4), piece("mention", 5, 3), piece("hashtag", 9, 4)}, "/han @an #tag"},
		"custom emoji are text": {"🎉", entities{piece("custom_emoji", 0, 2)}, "🎉"},

		"nested":                             {"abc", entities{piece("bold", 0, 3), piece("italic", 1, 1)}, "<b>a<i>b</i>c</b>"},
		"nested, given inside out":           {"abc", entities{piece("italic", 1, 1), piece("bold", 0, 3)}, "<b>a<i>b</i>c</b>"},
		"two on the same letters":            {"abc", entities{piece("bold", 0, 3), piece("italic", 0, 3)}, "<b><i>abc</i></b>"},
		"the same twice":                     {"abc", entities{piece("bold", 0, 3), piece("bold", 0, 3)}, "<b>abc</b>"},
		"overlapping":                        {"abcd", entities{piece("bold", 0, 3), piece("italic", 1, 3)}, "<b>a<i>bc</i></b><i>d</i>"},
		"overlapping the same":               {"abcd", entities{piece("bold", 0, 3), piece("bold", 1, 3)}, "<b>abc</b><b>d</b>"},
		"three across":                       {"abcde", entities{piece("bold", 0, 3), piece("italic", 1, 3), piece("underline", 2, 3)}, "<b>a<i>b<u>c</u></i></b><i><u>d</u></i><u>e</u>"},
		"links across: the first":            {"abc", entities{link(0, 2, "https://a.vn"), link(1, 2, "https://b.vn")}, `<a href="https://a.vn">ab</a><a href="https://b.vn">c</a>`},
		"a quotation within bold":            {"a b c", entities{piece("bold", 0, 5), piece("blockquote", 2, 1)}, "<b>a </b><blockquote><b>b</b></blockquote><b> c</b>"},
		"quotations are not nested":          {"abc", entities{piece("blockquote", 0, 3), piece("expandable_blockquote", 1, 1)}, "<blockquote>abc</blockquote>"},
		"nothing is bold in code":            {"abc", entities{piece("code", 0, 3), piece("bold", 1, 1)}, "<code>abc</code>"},
		"nor is code in bold":                {"abc", entities{piece("bold", 0, 3), piece("code", 1, 1)}, "<b>a</b><code>b</code><b>c</b>"},
		"code may be quoted":                 {"abc", entities{piece("blockquote", 0, 3), piece("code", 1, 1)}, "<blockquote>a<code>b</code>c</blockquote>"},
		"code across code":                   {"abc", entities{piece("code", 0, 2), piece("pre", 1, 2)}, "<code>ab</code><pre>c</pre>"},
		"emoji count as two":                 {"🎉a🎉", entities{piece("bold", 2, 1)}, "🎉<b>a</b>🎉"},
		"accents count as one, or as typed":  {"ệ e\u0323\u0302", entities{piece("bold", 2, 3)}, "ệ <b>e\u0323\u0302</b>"},
		"an emoji of several":                {"👨‍👩‍👧x", entities{piece("bold", 8, 1)}, "👨‍👩‍👧<b>x</b>"},
		"half an emoji is all of it":         {"a🎉b", entities{piece("bold", 0, 2), piece("italic", 2, 2)}, "<b>a<i>🎉</i></b><i>b</i>"},
		"the second half alone":              {"a🎉", entities{piece("bold", 2, 1)}, "a<b>🎉</b>"},
		"beyond the end is cut":              {"ab", entities{piece("bold", 1, math.MaxInt64)}, "a<b>b</b>"},
		"wholly beyond the end":              {"ab", entities{piece("bold", 2, 1), piece("bold", math.MaxInt64, math.MaxInt64)}, "ab"},
		"before the beginning":               {"ab", entities{piece("bold", -1, 2), piece("bold", math.MinInt64, math.MaxInt64)}, "ab"},
		"of no letter, or fewer":             {"ab", entities{piece("bold", 0, 0), piece("bold", 1, -1)}, "ab"},
		"of a kind that is new":              {"ab", entities{piece("sparkling", 0, 1)}, "ab"},
		"one ends where the next begins":     {"abc", entities{piece("bold", 0, 1), piece("italic", 1, 2)}, "<b>a</b><i>bc</i>"},
		"a longer one that begins with both": {"abc", entities{piece("italic", 0, 2), piece("bold", 0, 3)}, "<b><i>ab</i>c</b>"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := markup(tt.text, tt.formatting); got != tt.want {
				t.Errorf("markup(%q, %v)\n got %s\nwant %s", tt.text, tt.formatting, got, tt.want)
			}
		})
	}
}

var anyTag = regexp.MustCompile(`<(/?)([a-z-]+)([^<>]*)>`)

// shows returns what people see of HTML, or says what is wrong with it.
func shows(text string) (plain, why string) {
	var open []string
	for _, m := range anyTag.FindAllStringSubmatch(text, -1) {
		switch {
		case m[1] == "":
			open = append(open, m[2])
		case len(open) == 0 || open[len(open)-1] != m[2]:
			return "", fmt.Sprintf("%s closes %v", m[0], open)
		default:
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		return "", fmt.Sprintf("%v not closed", open)
	}
	bare := anyTag.ReplaceAllString(text, "")
	if strings.ContainsAny(bare, "<>") {
		return "", "a lone < or >"
	}
	return html.UnescapeString(bare), ""
}

// Whatever formatting comes: Telegram takes the HTML back, it shows the text
// as it was, and each letter is bold if and only if it was.
func TestMarkupIsWhatTelegramTakesBack(t *testing.T) {
	b := inMemory(t, unlimited)
	rapid.Check(t, func(t *rapid.T) {
		text := "x" + rapid.StringOf(rapid.SampledFrom([]rune("aạ<>&\" \n🎉e\u0301"))).Draw(t, "text") + "x"
		kind := rapid.SampledFrom([]string{"bold", "italic", "underline", "strikethrough", "spoiler", "code", "pre", "text_link", "blockquote", "expandable_blockquote", "mention"})
		var formatting entities
		for range rapid.IntRange(0, 6).Draw(t, "pieces") {
			formatting = append(formatting, entity{
				Type: kind.Draw(t, "kind"), Offset: rapid.Int64Range(-2, 25).Draw(t, "offset"), Length: rapid.Int64Range(-1, 25).Draw(t, "length"),
				URL: "https://a.vn/?a=1&b=2", Language: rapid.SampledFrom([]string{"", "go"}).Draw(t, "language"),
			})
		}
		got := markup(text, formatting)
		if _, err := b.Deliver(t.Context(), chat.Message{To: 7, Text: got}); err != nil {
			t.Fatalf("%q with %+v: Telegram does not take %q: %v", text, formatting, got, err)
		}
		if shown, why := shows(got); shown != text || why != "" {
			t.Fatalf("%q with %+v shows %q (%s)", text, formatting, shown, why)
		}
		want, is := boldUnits(text, formatting), boldIn(got)
		if fmt.Sprint(want) != fmt.Sprint(is) {
			t.Fatalf("%q with %+v is %q\nbold %v\nwant %v", text, formatting, got, is, want)
		}
	})
}

// boldUnits says of each character whether it was typed bold and not as code.
func boldUnits(text string, formatting entities) (bold []bool) {
	at := int64(0)
	for _, r := range text {
		n := int64(utf16.RuneLen(r))
		isBold, isCode := false, false
		for _, e := range formatting {
			if e.Offset < 0 || e.Length <= 0 || e.Offset >= at+n || e.Offset+e.Length <= at {
				continue
			}
			isBold = isBold || e.Type == "bold"
			isCode = isCode || e.Type == "code" || e.Type == "pre"
		}
		bold = append(bold, isBold && !isCode)
		at += n
	}
	return bold
}

// boldIn says of each character that HTML shows whether it is bold.
func boldIn(text string) (bold []bool) {
	depth := 0
	for len(text) > 0 {
		n := strings.IndexByte(text, '<')
		if n < 0 {
			n = len(text)
		}
		for range html.UnescapeString(text[:n]) {
			bold = append(bold, depth > 0)
		}
		text = text[n:]
		if end := strings.IndexByte(text, '>'); end >= 0 {
			switch text[:end+1] {
			case "<b>":
				depth++
			case "</b>":
				depth--
			}
			text = text[end+1:]
		}
	}
	return bold
}
