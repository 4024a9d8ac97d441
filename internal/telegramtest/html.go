package telegramtest

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// tags are the HTML tags Telegram knows, each with the attributes it may have.
var tags = map[string][]string{
	"b": nil, "strong": nil, "i": nil, "em": nil, "u": nil, "ins": nil, "s": nil, "strike": nil, "del": nil,
	"tg-spoiler": nil, "span": {"class"}, "a": {"href"}, "tg-emoji": {"emoji-id"},
	"code": {"class"}, "pre": nil, "blockquote": {"expandable"},
}

var (
	tagForm    = regexp.MustCompile(`^<(/?)([A-Za-z][A-Za-z0-9-]*)((?:\s+[A-Za-z-]+(?:\s*=\s*(?:"[^"<>]*"|'[^'<>]*'))?)*)\s*>`)
	attrForm   = regexp.MustCompile(`([A-Za-z-]+)(?:\s*=\s*("[^"]*"|'[^']*'))?`)
	entityForm = regexp.MustCompile(`^&(?:(lt|gt|amp|quot)|#([0-9]{1,7})|#[xX]([0-9A-Fa-f]{1,6}));`)
	named      = map[string]string{"lt": "<", "gt": ">", "amp": "&", "quot": `"`}
)

// entity is a piece of formatting; it counts in UTF-16 units.
type entity struct {
	Type     string `json:"type"`
	Offset   int    `json:"offset"`
	Length   int    `json:"length"`
	URL      string `json:"url,omitempty"`
	Language string `json:"language,omitempty"`
	Emoji    string `json:"custom_emoji_id,omitempty"`
}

// opened is a tag that is not closed yet.
type opened struct {
	name   string
	at     int // where its text begins, in UTF-16 units
	values map[string]string
}

var entityTypes = map[string]string{
	"b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
	"s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler", "span": "spoiler",
	"a": "text_link", "tg-emoji": "custom_emoji", "code": "code", "pre": "pre", "blockquote": "blockquote",
}

// entity is the formatting of a tag whose text ends at a unit.
func (o opened) entity(end int) entity {
	e := entity{Type: entityTypes[o.name], Offset: o.at, Length: end - o.at, Emoji: o.values["emoji-id"]}
	if href := o.values["href"]; href != "" {
		e.URL = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&quot;", `"`, "&amp;", "&").Replace(href)
	}
	if _, expandable := o.values["expandable"]; expandable {
		e.Type = "expandable_blockquote"
	}
	return e
}

// withLanguages gives code blocks the language that stands in the tag inside
// them, whose own formatting goes.
func withLanguages(list []entity, languages map[int]string) []entity {
	var out []entity
	for _, e := range list {
		if language, ok := languages[e.Offset]; ok {
			switch e.Type {
			case "pre":
				e.Language = language
			case "code":
				continue
			}
		}
		out = append(out, e)
	}
	return out
}

// parseHTML returns the text that people see, or says why Telegram would not
// parse it.
func parseHTML(text string) (plain string, err error) {
	plain, _, err = parseMarkup(text)
	return plain, err
}

// parseMarkup is parseHTML that returns the formatting too, outermost first.
// Where Telegram is lenient (a lone & or >, tags inside code, an
// unknown attribute) this is not: each of them is a value somebody forgot to
// escape, or markup that is silently lost.
func parseMarkup(text string) (plain string, formatting []entity, err error) {
	if !utf8.ValidString(text) {
		return "", nil, badRequest("strings must be encoded in UTF-8")
	}
	wrong := func(format string, args ...any) (string, []entity, error) {
		return "", nil, badRequest("can't parse entities: %s", fmt.Sprintf(format, args...))
	}
	var out strings.Builder
	var open []opened
	languages := map[int]string{} // of the code block that begins at a unit
	units := 0
	for at := 0; at < len(text); {
		rest := text[at:]
		switch text[at] {
		case '&':
			e := entityForm.FindStringSubmatch(rest)
			if e == nil {
				return wrong("Unescaped \"&\" at byte offset %d", at)
			}
			r, ok := character(e)
			if !ok {
				return wrong("No such character at byte offset %d", at)
			}
			out.WriteString(r)
			units += length(r)
			at += len(e[0])
		case '>':
			return wrong("Unescaped \">\" at byte offset %d", at)
		case '<':
			m := tagForm.FindStringSubmatch(rest)
			if m == nil {
				return wrong("Unclosed start tag at byte offset %d", at)
			}
			name := strings.ToLower(m[2])
			if m[1] == "/" {
				switch {
				case len(open) == 0:
					return wrong("Unexpected end tag at byte offset %d", at)
				case open[len(open)-1].name != name:
					return wrong("Unmatched end tag at byte offset %d, expected \"</%s>\", found \"</%s>\"", at, open[len(open)-1].name, name)
				}
				if e := open[len(open)-1].entity(units); e.Length > 0 {
					formatting = append(formatting, e)
				}
				open = open[:len(open)-1]
			} else {
				o := opened{name: name, at: units}
				var why string
				if o.values, why = checkTag(name, m[3], open); why != "" {
					return wrong("%s at byte offset %d", why, at)
				}
				if language, ok := strings.CutPrefix(o.values["class"], "language-"); ok && len(open) > 0 && open[len(open)-1].name == "pre" {
					languages[units] = language
				}
				open = append(open, o)
			}
			at += len(m[0])
		default:
			n := strings.IndexAny(rest, "&<>")
			if n < 0 {
				n = len(rest)
			}
			out.WriteString(rest[:n])
			units += length(rest[:n])
			at += n
		}
	}
	if len(open) > 0 {
		return wrong("Can't find end tag corresponding to start tag %q", open[len(open)-1].name)
	}
	slices.SortStableFunc(formatting, func(a, b entity) int {
		return cmp.Or(cmp.Compare(a.Offset, b.Offset), cmp.Compare(b.Length, a.Length))
	})
	return out.String(), withLanguages(formatting, languages), nil
}

func character(e []string) (string, bool) {
	if e[1] != "" {
		return named[e[1]], true
	}
	digits, base := e[2], 10
	if e[3] != "" {
		digits, base = e[3], 16
	}
	n, err := strconv.ParseInt(digits, base, 32)
	if err != nil || n == 0 || !utf8.ValidRune(rune(n)) {
		return "", false
	}
	return string(rune(n)), true
}

// checkTag returns the attributes of a start tag inside the open ones, and what
// is wrong with it, "" if nothing is.
func checkTag(name, attributes string, open []opened) (values map[string]string, why string) {
	allowed, known := tags[name]
	if !known {
		return nil, fmt.Sprintf("Unsupported start tag %q", name)
	}
	values = map[string]string{}
	for _, a := range attrForm.FindAllStringSubmatch(attributes, -1) {
		key := strings.ToLower(a[1])
		if !slices.Contains(allowed, key) {
			return nil, fmt.Sprintf("Unsupported attribute %q of tag %q", key, name)
		}
		values[key] = strings.Trim(a[2], `"'`)
	}
	inside := func(tag string) bool {
		return slices.ContainsFunc(open, func(o opened) bool { return o.name == tag })
	}
	switch {
	case inside("code"), inside("pre") && (name != "code" || !strings.HasPrefix(values["class"], "language-")):
		why = fmt.Sprintf("Tag %q inside code", name)
	case name == "blockquote" && inside("blockquote"):
		why = "Nested blockquote"
	case name == "a" && values["href"] == "":
		why = `Tag "a" without href`
	case name == "span" && values["class"] != "tg-spoiler":
		why = `Tag "span" must have class "tg-spoiler"`
	case name == "tg-emoji" && values["emoji-id"] == "":
		why = `Tag "tg-emoji" without emoji-id`
	}
	return values, why
}
