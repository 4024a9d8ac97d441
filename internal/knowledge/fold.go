package knowledge

import (
	"strings"
	"unicode"

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
// or more ("vậyyyy") counts once. Anything but letters and digits divides
// words.
func sentences(text string) []sentence {
	text = strings.ToLower(norm.NFC.String(text))
	var out []sentence
	var now sentence
	var exact, folded strings.Builder
	var last rune
	run := 0
	word1 := func() {
		if folded.Len() > 0 {
			now.words = append(now.words, word{exact.String(), folded.String()})
			exact.Reset()
			folded.Reset()
		}
		last, run = 0, 0
	}
	end := func(asks bool) {
		word1()
		if asks && len(now.words) == 0 && len(out) > 0 {
			out[len(out)-1].asks = true
			return
		}
		if len(now.words) > 0 {
			now.asks = asks
			out = append(out, now)
			now = sentence{}
		}
	}
	runes := []rune(text)
	for i, r := range runes {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			f := foldRune(r)
			if f == last && !unicode.IsDigit(r) {
				if run++; run >= 3 {
					continue
				}
			} else {
				run = 1
			}
			last = f
			exact.WriteRune(r)
			folded.WriteRune(f)
		case unicode.Is(unicode.Mn, r): // a mark that does not compose
		case r == '?':
			end(true)
		case r == '\n' || r == '!' || r == ';':
			end(false)
		case r == '.' || r == ',':
			// 5.000 and 7,0 are one number; otherwise a full stop ends a
			// sentence and a comma only a word.
			if i > 0 && i+1 < len(runes) && unicode.IsDigit(runes[i-1]) && unicode.IsDigit(runes[i+1]) {
				continue
			}
			if r == '.' {
				end(false)
			} else {
				word1()
			}
		default:
			word1()
		}
	}
	end(false)
	return out
}
