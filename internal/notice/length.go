package notice

import (
	"html"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf16"
)

// How long a text may be, in characters as Telegram counts them (most emoji
// are two), after its markup is taken out.
const (
	MaxText    = 4096
	MaxCaption = 1024 // under a photo or document
)

// Limit is how long the text of the content may be.
func (c Content) Limit() int {
	if c.Attachment.IsZero() {
		return MaxText
	}
	return MaxCaption
}

var tag = regexp.MustCompile(`<[^<>]*>`)

// shown is what people see of HTML.
func shown(text string) string {
	return strings.TrimSpace(html.UnescapeString(tag.ReplaceAllString(text, "")))
}

// Length is how long a text is as Telegram counts.
func Length(text string) int {
	n := 0
	for _, r := range shown(text) {
		n += max(1, utf16.RuneLen(r))
	}
	return n
}

// lastFitting returns the last words of a text, about forty characters, before
// it grows longer than limit: there it is to be cut.
func lastFitting(text string, limit int) string {
	end, before := 0, 0 // of what fits, and of the last whole word in it
	for i, r := range text {
		limit -= max(1, utf16.RuneLen(r))
		if unicode.IsSpace(r) {
			before = i
		}
		if limit < 0 {
			break
		}
		end = i + len(string(r))
	}
	if before > 0 {
		end = min(end, before)
	}
	words := strings.Fields(text[:end])
	last := ""
	for i := len(words) - 1; i >= 0 && (last == "" || len([]rune(last))+len([]rune(words[i])) < 40); i-- {
		last = strings.TrimSpace(words[i] + " " + last)
	}
	return tail(last, 60)
}

// tail returns the last n characters of a text.
func tail(text string, n int) string {
	runes := []rune(text)
	return string(runes[max(0, len(runes)-n):])
}
