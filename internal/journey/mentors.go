package journey

import (
	"cmp"
	"slices"
	"strings"
)

// Apart is how many steps lie between two units: none within one, one to the
// unit right above or below, two to its neighbour.
func Apart(a, b Unit) int {
	parts := func(u Unit) []string {
		if u == "" {
			return nil
		}
		return strings.Split(string(u), "/")
	}
	x, y := parts(a), parts(b)
	same := 0
	for same < len(x) && same < len(y) && x[same] == y[same] {
		same++
	}
	return len(x) + len(y) - 2*same
}

// Helping is a mentor with how many students they help.
type Helping struct {
	Person
	Students int
}

// Pair is a student and who is to help them.
type Pair struct{ Student, Mentor Code }

// Assign suggests who is to help which student: the mentor whose unit is
// nearest, of those alike who helps fewest by then, of those alike the first of
// the list. Nobody comes to help more than limit; left are the students for whom
// nobody is left. Nobody helps themselves. The suggestion for a student is in
// the order of the students.
//
// How many a member may help stands in no rule that was read; limit is the
// committee's own.
func Assign(students []Person, mentors []Helping, limit int) (pairs []Pair, left []Person) {
	mentors = slices.Clone(mentors)
	for _, s := range students {
		best := -1
		for i, m := range mentors {
			if m.Students >= limit || m.Code == s.Code {
				continue
			}
			if best < 0 || cmp.Or(
				cmp.Compare(Apart(m.Unit, s.Unit), Apart(mentors[best].Unit, s.Unit)),
				cmp.Compare(m.Students, mentors[best].Students)) < 0 {
				best = i
			}
		}
		if best < 0 {
			left = append(left, s)
			continue
		}
		mentors[best].Students++
		pairs = append(pairs, Pair{s.Code, mentors[best].Code})
	}
	return pairs, left
}
