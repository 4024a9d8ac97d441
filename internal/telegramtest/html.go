package telegramtest

import (
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

// parseHTML returns the text that people see, or says why Telegram would not
// parse it. Where Telegram is lenient (a lone & or >, tags inside code, an
// unknown attribute) this is not: each of them is a value somebody forgot to
// escape, or markup that is silently lost.
func parseHTML(text string) (plain string, err error) {
	if !utf8.ValidString(text) {
		return "", badRequest("strings must be encoded in UTF-8")
	}
	wrong := func(format string, args ...any) (string, error) {
		return "", badRequest("can't parse entities: %s", fmt.Sprintf(format, args...))
	}
	var out strings.Builder
	var open []string
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
				case open[len(open)-1] != name:
					return wrong("Unmatched end tag at byte offset %d, expected \"</%s>\", found \"</%s>\"", at, open[len(open)-1], name)
				}
				open = open[:len(open)-1]
			} else {
				if why := checkTag(name, m[3], open); why != "" {
					return wrong("%s at byte offset %d", why, at)
				}
				open = append(open, name)
			}
			at += len(m[0])
		default:
			n := strings.IndexAny(rest, "&<>")
			if n < 0 {
				n = len(rest)
			}
			out.WriteString(rest[:n])
			at += n
		}
	}
	if len(open) > 0 {
		return wrong("Can't find end tag corresponding to start tag %q", open[len(open)-1])
	}
	return out.String(), nil
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

// checkTag says what is wrong with a start tag inside the open ones, "" if
// nothing is.
func checkTag(name, attributes string, open []string) string {
	allowed, known := tags[name]
	if !known {
		return fmt.Sprintf("Unsupported start tag %q", name)
	}
	values := map[string]string{}
	for _, a := range attrForm.FindAllStringSubmatch(attributes, -1) {
		key := strings.ToLower(a[1])
		if !slices.Contains(allowed, key) {
			return fmt.Sprintf("Unsupported attribute %q of tag %q", key, name)
		}
		values[key] = strings.Trim(a[2], `"'`)
	}
	inside := func(tag string) bool { return slices.Contains(open, tag) }
	switch {
	case inside("code"), inside("pre") && (name != "code" || !strings.HasPrefix(values["class"], "language-")):
		return fmt.Sprintf("Tag %q inside code", name)
	case name == "blockquote" && inside("blockquote"):
		return "Nested blockquote"
	case name == "a" && values["href"] == "":
		return `Tag "a" without href`
	case name == "span" && values["class"] != "tg-spoiler":
		return `Tag "span" must have class "tg-spoiler"`
	case name == "tg-emoji" && values["emoji-id"] == "":
		return `Tag "tg-emoji" without emoji-id`
	}
	return ""
}
