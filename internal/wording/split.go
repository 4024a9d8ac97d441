package wording

import (
	"strings"
	"unicode/utf8"
)

// MaxMessage is how many characters one message may have. Telegram counts in
// UTF-16 units and after reading the tags; counting the tags too is the safe
// side.
const MaxMessage = 4096

// Split cuts a text into messages of at most limit UTF-16 units each: between
// paragraphs where it can, else between lines, words, letters. Tags that stand
// open at a cut are closed before it and opened again after it, and no cut
// falls into a tag or an entity. A text that fits comes back whole; an empty
// one gives nothing.
func Split(html string, limit int) []string {
	var out []string
	rest := strings.TrimSpace(html)
	for open := []string(nil); rest != ""; {
		head := strings.Join(open, "")
		if units(head)+units(rest) <= limit {
			return append(out, head+rest)
		}
		at, after := cut(rest, open, limit)
		if at == 0 { // tags leave no room: nothing sensible can be said
			return out
		}
		piece := strings.TrimRight(rest[:at], " \n")
		if strings.TrimSpace(piece) != "" {
			out = append(out, head+piece+closing(after))
		}
		rest = strings.TrimLeft(rest[at:], " \n")
		open = after
	}
	return out
}

// cut returns the best place to end a message that begins with the tags open,
// and the tags open there.
func cut(s string, open []string, limit int) (at int, after []string) {
	used := units(strings.Join(open, ""))
	now := append([]string(nil), open...)
	best, rank := 0, 0
	bestOpen := now
	for i := 0; i < len(s); {
		n, size := token(s[i:])
		t := s[i : i+n]
		if used += size; used+units(closing(now)) > limit {
			break
		}
		i += n
		now = follow(now, t)
		if used+units(closing(now)) > limit {
			break
		}
		if r := breakRank(t, s[i:]); r >= rank || r > 0 && rank < 3 && i > best+limit/2 {
			best, rank, bestOpen = i, r, append([]string(nil), now...)
		}
	}
	return best, bestOpen
}

// breakRank says how good it is to cut after t: 3 at a paragraph, 2 at a line,
// 1 at a word, 0 in a word.
func breakRank(t, rest string) int {
	switch {
	case t == "\n" && strings.HasPrefix(rest, "\n"):
		return 3
	case t == "\n":
		return 2
	case t == " ":
		return 1
	}
	return 0
}

// token returns the length in bytes of the tag, entity or letter s begins
// with, and its size in UTF-16 units.
func token(s string) (n, size int) {
	switch s[0] {
	case '<':
		if end := strings.IndexByte(s, '>'); end >= 0 {
			return end + 1, units(s[:end+1])
		}
	case '&':
		if end := strings.IndexByte(s, ';'); end >= 0 && end < 10 {
			return end + 1, end + 1
		}
	}
	_, n = utf8.DecodeRuneInString(s)
	return n, units(s[:n])
}

// follow returns the tags open after t.
func follow(open []string, t string) []string {
	switch {
	case strings.HasPrefix(t, "</"):
		if len(open) > 0 {
			return open[:len(open)-1]
		}
	case strings.HasPrefix(t, "<") && strings.HasSuffix(t, ">") && len(t) > 2:
		return append(open[:len(open):len(open)], t)
	}
	return open
}

// closing returns the end tags for the tags open, innermost first.
func closing(open []string) string {
	var b strings.Builder
	for i := len(open) - 1; i >= 0; i-- {
		name, _, _ := strings.Cut(strings.Trim(open[i], "<>"), " ")
		b.WriteString("</" + name + ">")
	}
	return b.String()
}

func units(s string) int {
	n := 0
	for _, r := range s {
		if n++; r > 0xFFFF {
			n++
		}
	}
	return n
}
