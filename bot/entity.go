package bot

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf16"
)

// maxEntities is how many pieces of formatting of a text are read. Telegram's
// own limit is below it.
const maxEntities = 200

// entity is a piece of formatting. Offset and Length count UTF-16 units.
type entity struct {
	Type     string `json:"type"`
	Offset   int64  `json:"offset"`
	Length   int64  `json:"length"`
	URL      string `json:"url"`
	Language string `json:"language"`
}

// entities are read as far as they can be: a text is worth having without its
// formatting.
type entities []entity

// UnmarshalJSON takes any value.
func (e *entities) UnmarshalJSON(b []byte) error {
	for _, raw := range list(b) {
		var one entity
		if json.Unmarshal(raw, &one) == nil && len(*e) < maxEntities {
			*e = append(*e, one)
		}
	}
	return nil
}

// list returns the parts of a JSON list, none for anything else.
func list(b []byte) []json.RawMessage {
	var raws []json.RawMessage
	_ = json.Unmarshal(b, &raws) // none then
	return raws
}

// span is a piece of formatting in bytes of the text, with the tags around it.
type span struct {
	from, to    int
	layer       layer
	kind        string
	open, close string
}

// layer orders what stands around what: a quotation contains everything, code
// contains nothing.
type layer int

const (
	quotation layer = iota
	style
	code
)

// markup returns a text as HTML that Telegram takes back: every value escaped,
// every tag closed, in the order of its opening. What Telegram finds by itself
// (addresses, hashtags, commands) needs no tag; what another bot may not send
// (mentions without a name, custom emoji) stays as text.
func markup(text string, formatting entities) string {
	spans := spansOf(text, formatting)
	cuts := []int{0, len(text)}
	for _, s := range spans {
		cuts = append(cuts, s.from, s.to)
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)

	var b strings.Builder
	var open []*span
	leave := func(kept int) {
		for _, s := range slices.Backward(open[kept:]) {
			b.WriteString(s.close)
		}
		open = open[:kept]
	}
	for i := 0; i+1 < len(cuts); i++ {
		around := covering(spans, cuts[i], cuts[i+1])
		kept := 0
		for kept < len(open) && kept < len(around) && open[kept] == around[kept] {
			kept++
		}
		leave(kept)
		for _, s := range around[kept:] {
			b.WriteString(s.open)
			open = append(open, s)
		}
		b.WriteString(escapeText.Replace(text[cuts[i]:cuts[i+1]]))
	}
	leave(0)
	return b.String()
}

var (
	escapeText  = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	escapeValue = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;")
)

// covering returns what stands around the piece of text between two cuts,
// outermost first: of each kind the first, and beside code only quotations.
func covering(spans []span, from, to int) []*span {
	var around []*span
	isCode := false
	for i := range spans {
		s := &spans[i]
		if s.from > from || s.to < to || slices.ContainsFunc(around, func(o *span) bool { return o.kind == s.kind }) {
			continue
		}
		if s.layer == code {
			if isCode {
				continue
			}
			isCode = true
		}
		around = append(around, s)
	}
	if isCode {
		around = slices.DeleteFunc(around, func(s *span) bool { return s.layer == style })
	}
	return around
}

// spansOf returns the formatting that is shown, outermost first. Pieces that
// reach beyond the text are cut, those without a letter dropped.
func spansOf(text string, formatting entities) []span {
	if len(formatting) == 0 {
		return nil
	}
	starts := make([]int, 0, len(text)+1) // where in text each unit stands; half a character is all of it
	for i, r := range text {
		starts = append(starts, i)
		if utf16.RuneLen(r) == 2 {
			starts = append(starts, i)
		}
	}
	units := int64(len(starts))
	starts = append(starts, len(text))

	var spans []span
	for _, e := range formatting {
		s, known := spanOf(e)
		if !known || e.Offset < 0 || e.Offset >= units || e.Length <= 0 {
			continue
		}
		end := e.Offset + min(e.Length, units-e.Offset)
		s.from, s.to = starts[e.Offset], starts[end]
		if starts[end-1] == s.to { // ends within a character
			s.to = starts[end+1]
		}
		spans = append(spans, s)
	}
	slices.SortStableFunc(spans, func(a, b span) int {
		return cmp.Or(min(int(a.layer), int(style))-min(int(b.layer), int(style)), cmp.Compare(a.from, b.from), cmp.Compare(b.to, a.to), cmp.Compare(a.layer, b.layer))
	})
	return spans
}

// spanOf returns the tags of a piece of formatting; known is false for one
// that has none.
func spanOf(e entity) (s span, known bool) {
	tag := func(l layer, name, attributes string) (span, bool) {
		return span{layer: l, kind: name, open: "<" + name + attributes + ">", close: "</" + name + ">"}, true
	}
	switch e.Type {
	case "bold":
		return tag(style, "b", "")
	case "italic":
		return tag(style, "i", "")
	case "underline":
		return tag(style, "u", "")
	case "strikethrough":
		return tag(style, "s", "")
	case "spoiler":
		return tag(style, "tg-spoiler", "")
	case "blockquote":
		return tag(quotation, "blockquote", "")
	case "expandable_blockquote":
		return tag(quotation, "blockquote", " expandable")
	case "code":
		return tag(code, "code", "")
	case "pre":
		s, _ = tag(code, "pre", "")
		if e.Language != "" {
			s.open += `<code class="language-` + escapeValue.Replace(e.Language) + `">`
			s.close = "</code>" + s.close
		}
		return s, true
	case "text_link":
		if e.URL != "" {
			return tag(style, "a", ` href="`+escapeValue.Replace(e.URL)+`"`)
		}
	}
	return s, false
}
