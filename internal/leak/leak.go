// Package leak knows what must not leave by accident: numbers that name a
// person (identity card, phone, bank account, payment card). It is the one
// definition of such a number: what people type is masked by it, what officers
// write is refused by it, and what goes out is looked through by it.
//
// Nine digits or more are such a number, perhaps parted by a blank, a point or a
// dash: identity cards have 9 or 12, phones 10 or 11, accounts and cards more.
// What looks like one and is none: days, runs of years, amounts of money, the
// reference of an update, a link to Telegram; and what stands in <code>, which
// our own words keep for codes of the lists and the like.
package leak

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Sign stands in place of a number that was masked.
const Sign = "[số đã che]"

// fewest is how many digits make a number that may name a person.
const fewest = 9

// Mask puts Sign in place of every number in a plain text that may name a
// person. found says whether there was one.
func Mask(text string) (masked string, found bool) {
	var b strings.Builder
	last := 0
	scan(text, false, func(from, to int) bool {
		b.WriteString(text[last:from])
		b.WriteString(Sign)
		last = to
		return true
	})
	if last == 0 {
		return text, false
	}
	b.WriteString(text[last:])
	return b.String(), true
}

// In reports whether a plain text has a number that may name a person.
func In(text string) bool { return found(text, false) }

// InHTML is In for a text with markup, in which what stands in <code> is ours.
func InHTML(text string) bool { return found(text, true) }

func found(text string, markup bool) (found bool) {
	scan(text, markup, func(int, int) bool {
		found = true
		return false
	})
	return found
}

// group is a row of digits.
type group struct {
	from, to int  // bytes
	digits   int  // how many; those of other scripts have more bytes
	sep      byte // what parts it from the group before: ' ', '.', '-', or 0 for the first
	value    int  // of up to four digits
	zero     bool // the first digit is 0
}

// scan yields the place of each number that may name a person, until yield
// returns false.
func scan(text string, markup bool, yield func(from, to int) bool) {
	var room [16]group
	for i := 0; i < len(text); {
		if !looked[text[i]] {
			i++
			continue
		}
		if markup && text[i] == '<' && strings.HasPrefix(text[i:], "<code>") {
			end := strings.Index(text[i:], "</code>")
			if end < 0 {
				return
			}
			i += end
			continue
		}
		if digit(text, i) == 0 {
			i++ // the middle of a letter is no digit either
			continue
		}
		if end := short(text, i); end > 0 {
			i = end
			continue
		}
		groups := row(text, i, room[:0])
		i = groups[len(groups)-1].to
		if count(groups) < fewest {
			continue
		}
		for _, part := range withoutDays(groups) {
			if count(part) >= fewest && !harmless(text, part) && !yield(part[0].from, part[len(part)-1].to) {
				return
			}
		}
	}
}

// looked holds the bytes at which a digit or a tag may begin; nearly all others
// are skipped at once.
var looked = func() (is [256]bool) {
	for c := range is {
		is[c] = '0' <= c && c <= '9' || c == '<' || c >= 0xD9
	}
	return is
}()

// short returns where a row of few digits ends that nothing goes on, 0 for any
// other.
func short(text string, i int) (end int) {
	from := i
	for i < len(text) && '0' <= text[i] && text[i] <= '9' {
		i++
	}
	if i-from >= fewest || i == from {
		return 0
	}
	if i == len(text) || !goesOn[text[i]] && text[i] < utf8.RuneSelf {
		return i
	}
	if i+1 < len(text) && goesOn[text[i]] && text[i+1] < utf8.RuneSelf && !goesOn[text[i+1]] && (text[i+1] < '0' || '9' < text[i+1]) && text[i] != ')' {
		return i
	}
	return 0
}

var goesOn = [256]bool{' ': true, '.': true, '-': true, ')': true}

// digit returns how many bytes the digit at i has, 0 when there is none. Digits
// of other scripts count: they read the same.
func digit(text string, i int) int {
	c := text[i]
	if c < utf8.RuneSelf {
		if '0' <= c && c <= '9' {
			return 1
		}
		return 0
	}
	if c < 0xD9 || c == 0xE1 && i+1 < len(text) && text[i+1] >= 0xB8 { // Latin, and Vietnamese, letters
		return 0
	}
	if r, n := utf8.DecodeRuneInString(text[i:]); unicode.IsDigit(r) {
		return n
	}
	return 0
}

// row reads the groups of digits that begin at i, parted by one sign each.
func row(text string, i int, groups []group) []group {
	sep := byte(0)
	for {
		g := group{from: i, sep: sep}
		for i < len(text) {
			n := digit(text, i)
			if n == 0 {
				break
			}
			if n == 1 && g.digits < 4 {
				g.value = 10*g.value + int(text[i]-'0')
			}
			g.zero = g.zero || g.digits == 0 && text[i] == '0'
			g.digits++
			i += n
		}
		g.to = i
		groups = append(groups, g)
		var long int
		if sep, long = parting(text[i:]); long == 0 || i+long >= len(text) || digit(text, i+long) == 0 {
			return groups
		}
		i += long
	}
}

// partings are what may stand inside one number.
var partings = []struct {
	text string
	sep  byte
}{{" ", ' '}, {".", '.'}, {"-", '-'}, {"\u00a0", ' '}, {"\u202f", ' '}, {"\u2009", ' '}, {"\u2011", '-'}, {"\u2013", '-'}, {") ", ' '}, {")", ' '}, {". ", '.'}}

func parting(rest string) (sep byte, long int) {
	if rest == "" || rest[0] < utf8.RuneSelf && !goesOn[rest[0]] {
		return 0, 0
	}
	for _, p := range partings {
		if strings.HasPrefix(rest, p.text) {
			sep, long = p.sep, len(p.text)
			if long < len(rest) && digit(rest, long) > 0 {
				return sep, long
			}
		}
	}
	return 0, 0
}

func count(groups []group) (digits int) {
	for _, g := range groups {
		digits += g.digits
	}
	return digits
}

// withoutDays returns what is left of a row on both sides of each day in it:
// 2026-12-22, 22-12-2026, 22.12.2026.
func withoutDays(groups []group) (parts [][]group) {
	begin := 0
	for i := 0; i+2 < len(groups); i++ {
		a, b, c := groups[i], groups[i+1], groups[i+2]
		if b.sep == c.sep && (b.sep == '-' || b.sep == '.') && month(b) && (year(a) && dayOfMonth(c) || dayOfMonth(a) && year(c)) {
			parts = append(parts, groups[begin:i])
			begin = i + 3
			i += 2
		}
	}
	return append(parts, groups[begin:])
}

func year(g group) bool       { return g.digits == 4 && 1900 <= g.value && g.value < 2100 }
func month(g group) bool      { return g.digits <= 2 && 1 <= g.value && g.value <= 12 }
func dayOfMonth(g group) bool { return g.digits <= 2 && 1 <= g.value && g.value <= 31 }

// harmless reports whether a row names nobody: counting, years, an amount, or a
// reference of ours.
func harmless(text string, groups []group) bool {
	counting, years, thousands := len(groups) > 1, true, !groups[0].zero && groups[0].digits <= 3
	for i, g := range groups {
		counting = counting && (i == 0 || g.value == groups[i-1].value+1)
		years = years && year(g)
		thousands = thousands && (i == 0 || g.digits == 3)
	}
	if counting || years {
		return true
	}
	if (thousands || len(groups) == 1 && !groups[0].zero) && isMoney(text[groups[len(groups)-1].to:]) {
		return true
	}
	return ours(text, groups)
}

// monies follow an amount.
var monies = []string{"đồng", "đ", "vnđ", "vnd", "₫", "dong", "triệu", "tỷ", "tỉ", "nghìn"}

func isMoney(rest string) bool {
	rest = strings.TrimLeft(rest, " \u00a0")
	word := rest[:min(len(rest), 12)]
	if end := strings.IndexFunc(word, func(r rune) bool { return !unicode.IsLetter(r) && r != '₫' }); end >= 0 {
		word = word[:end]
	}
	word = strings.ToLower(word)
	for _, m := range monies {
		if word == m {
			return true
		}
	}
	return false
}

// ours reports whether a row is part of the reference of an update, or of a link
// to Telegram; or of another address in which it is longer than what names a
// person, as in those of newspapers.
func ours(text string, groups []group) bool {
	from := groups[0].from
	begin := strings.LastIndexAny(text[:from], " \n\t\"'<>()«»") + 1
	token := text[begin:groups[len(groups)-1].to]
	for _, start := range []string{"tg:", "https://t.me/", "http://t.me/", "t.me/"} {
		if strings.HasPrefix(token, start) {
			return true
		}
	}
	if strings.HasPrefix(token, "http://") || strings.HasPrefix(token, "https://") {
		for _, g := range groups {
			if fewest <= g.digits && g.digits <= 12 {
				return false
			}
		}
		return true
	}
	return false
}
