package knowledge

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Mentioned returns the documents a text names by their number, however typed:
// "294", "qd 294", "quy định số 294-QĐ/TW", "hd01 năm 2021". A number that
// several documents carry counts only with the year of one of them.
func (b *Book) Mentioned(text string) []Document {
	folded := Fold(text)
	var out []Document
	for _, m := range numberThenKind.FindAllStringSubmatch(folded, -1) {
		out = b.named(out, m[1], m[2], folded)
	}
	for _, m := range kindThenNumber.FindAllStringSubmatch(folded, -1) {
		out = b.named(out, m[2], m[1], folded)
	}
	return out
}

var (
	numberThenKind = regexp.MustCompile(`\b0*(\d{1,4})\s*[-/]?\s*(qd|hd|ct|nq|cv)\b`)
	kindThenNumber = regexp.MustCompile(`\b(qd|quy dinh|hd|huong dan|ct|chi thi|cv|cong van)\s*(?:so\s*)?0*(\d{1,4})\b`)
	kinds          = map[string]string{"quy dinh": "qd", "huong dan": "hd", "chi thi": "ct", "cong van": "cv"}
	shortNumber    = regexp.MustCompile(`^0*(\d{1,4})-([a-z]{2})[/-]`)
)

// named appends the document of that number and kind, unless it stands there.
func (b *Book) named(out []Document, number, kind, text string) []Document {
	if full, ok := kinds[kind]; ok {
		kind = full
	}
	var same []Document
	for _, d := range b.Documents {
		if m := shortNumber.FindStringSubmatch(Fold(d.Short)); m != nil && m[1] == number && m[2] == kind {
			same = append(same, d)
		}
	}
	if len(same) > 1 {
		same = slices.DeleteFunc(same, func(d Document) bool { return !strings.Contains(text, strconv.Itoa(d.Date.Year)) })
	}
	if len(same) != 1 || slices.ContainsFunc(out, func(d Document) bool { return d.ID == same[0].ID }) {
		return out
	}
	return append(out, same[0])
}

// Successor returns what stands in a document's place on the day, following
// replacements to the end. ok is false when the register names none.
func (b *Book) Successor(d Document, day Date) (now Document, ok bool) {
	for range len(b.Documents) {
		next, found := b.Documents[d.Replaced.By]
		if !d.Gone(day) || !found {
			return d, ok
		}
		d, ok = next, true
	}
	return d, false // they replace each other in a circle
}
