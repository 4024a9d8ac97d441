package knowledge

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// foldTable maps each letter below its length to its base letter in lower
// case: accents and tone marks gone, đ as d. 0 stands for itself.
var foldTable = func() (table [0x1F00]rune) {
	for r := range rune(len(table)) {
		base := unicode.ToLower(r)
		if base == 'đ' {
			base = 'd'
		} else if d := []rune(norm.NFD.String(string(base))); len(d) > 1 && !unicode.Is(unicode.Mn, d[0]) {
			base = d[0]
		}
		if base == 'đ' {
			base = 'd'
		}
		if base != r {
			table[r] = base
		}
	}
	return table
}()

func foldRune(r rune) rune {
	if int(r) < len(foldTable) {
		if f := foldTable[r]; f != 0 {
			return f
		}
		return r
	}
	return unicode.ToLower(r)
}

// Fold returns s without accents and in lower case, so that "Đảng", "đảng"
// and "dang" become one word, whether typed composed (NFC) or decomposed
// (NFD, as iPhones send it).
func Fold(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return foldRune(r)
	}, norm.NFC.String(s))
}

// plainWords returns the folded letters and digits of a text, with one space
// for whatever stands between them.
func plainWords(s string) string {
	out := make([]byte, 0, len(s))
	for _, r := range norm.NFC.String(s) {
		switch f := foldRune(r); {
		case f >= 'a' && f <= 'z' || f >= '0' && f <= '9':
			out = append(out, byte(f)) // #nosec G115 -- a letter or a digit
		case unicode.Is(unicode.Mn, r): // a mark that does not compose
		case len(out) > 0 && out[len(out)-1] != ' ':
			out = append(out, ' ')
		}
	}
	return strings.TrimRight(string(out), " ")
}

// word is one syllable as typed and as folded.
type word struct {
	exact  string // lower case, with its accents
	folded string // without accents
}

// accented reports whether the syllable was typed with at least one mark.
func (w word) accented() bool { return w.exact != w.folded }

// sentence is a run of words up to a full stop, a question mark or a new line.
type sentence struct {
	words []word
	asks  bool // ended by a question mark
}

// questionWords mark a question that has no question mark. Folded.
var questionWords = map[string]bool{
	"khong": true, "ko": true, "k": true, "hok": true, "hong": true, "hk": true, "hem": true,
	"gi": true, "j": true, "nao": true, "sao": true, "dau": true, "may": true, "ai": true,
	"chua": true, "bao": true, "ntn": true, "bn": true, "nhieu": true, "a": true, "ha": true,
}

// questions reports whether the sentence asks: by its mark, or by a question
// word.
func (s sentence) questions() bool {
	if s.asks {
		return true
	}
	for _, w := range s.words {
		if questionWords[w.folded] {
			return true
		}
	}
	return false
}

// sentences cuts a text into sentences and words. A letter typed three times
// or more ("vậyyyy") counts twice. Anything but letters and digits divides
// words.
func sentences(text string) []sentence {
	c := cutter{
		exact:  make([]byte, 0, len(text)+8),
		folded: make([]byte, 0, len(text)),
		words:  make([]span, 0, len(text)/4+1),
	}
	last := ' '
	text = norm.NFC.String(text)
	for i, r := range text {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			c.letter(unicode.ToLower(r))
		case unicode.Is(unicode.Mn, r): // a mark that does not compose
		case r == '?':
			c.end(true)
		case r == '\n' || r == '!' || r == ';':
			c.end(false)
		case (r == '.' || r == ',') && unicode.IsDigit(last) && i+1 < len(text) && text[i+1] >= '0' && text[i+1] <= '9':
			// 5.000 and 7,0 are one number
		case r == '.':
			c.end(false)
		default:
			c.word()
		}
		last = r
	}
	c.end(false)
	return c.sentences()
}

// cutter gathers words and sentences in two buffers, so that a text costs a
// few allocations however long it is.
type cutter struct {
	exact, folded  []byte
	atExact, atOne int // where the word under way begins
	words          []span
	ends           []ending
	last           rune // folded
	run            int
}

// span is where a word stands in the buffers.
type span struct{ exact, exactEnd, folded, foldedEnd int }

// ending is how many words stand before the end of a sentence.
type ending struct {
	words int
	asks  bool
}

func (c *cutter) letter(r rune) {
	f := foldRune(r)
	switch {
	case f != c.last || unicode.IsDigit(r):
		c.run = 1
	default:
		if c.run++; c.run >= 3 {
			return
		}
	}
	c.last = f
	c.exact = utf8.AppendRune(c.exact, r)
	c.folded = utf8.AppendRune(c.folded, f)
}

func (c *cutter) word() {
	if len(c.folded) > c.atOne {
		c.words = append(c.words, span{c.atExact, len(c.exact), c.atOne, len(c.folded)})
	}
	c.atExact, c.atOne = len(c.exact), len(c.folded)
	c.last, c.run = 0, 0
}

func (c *cutter) end(asks bool) {
	c.word()
	before := 0
	if n := len(c.ends); n > 0 {
		before = c.ends[n-1].words
	}
	if len(c.words) > before {
		c.ends = append(c.ends, ending{len(c.words), asks})
	} else if asks && len(c.ends) > 0 {
		c.ends[len(c.ends)-1].asks = true
	}
}

func (c *cutter) sentences() []sentence {
	exact, folded := string(c.exact), string(c.folded)
	words := make([]word, len(c.words))
	for i, w := range c.words {
		words[i] = word{exact[w.exact:w.exactEnd], folded[w.folded:w.foldedEnd]}
	}
	out := make([]sentence, len(c.ends))
	from := 0
	for i, e := range c.ends {
		out[i] = sentence{words[from:e.words:e.words], e.asks}
		from = e.words
	}
	return out
}
