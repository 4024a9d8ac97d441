package journey

import (
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

// Assign suggests who is to help which student: first those of a unit help in it,
// then those nearest; of those alike who helps fewest by then, of those alike the
// first of the list. Nobody comes to help more than limit; left are the students
// for whom nobody is left. Nobody helps themselves. Both come in the order of the
// students.
//
// How many a member may help stands in no rule that was read; limit is the
// committee's own.
func Assign(students []Person, mentors []Helping, limit int) (pairs []Pair, left []Person) {
	mentors = slices.Clone(mentors)
	given := make([]Code, len(students))
	for steps := range furthest(students, mentors) + 1 {
		for i, s := range students {
			if given[i] != "" {
				continue
			}
			best := -1
			for j, m := range mentors {
				free := m.Students < limit && m.Code != s.Code && Apart(m.Unit, s.Unit) == steps
				if free && (best < 0 || m.Students < mentors[best].Students) {
					best = j
				}
			}
			if best >= 0 {
				mentors[best].Students++
				given[i] = mentors[best].Code
			}
		}
	}
	for i, s := range students {
		if given[i] == "" {
			left = append(left, s)
		} else {
			pairs = append(pairs, Pair{s.Code, given[i]})
		}
	}
	return pairs, left
}

// furthest is how many steps lie between the units furthest apart, at most.
func furthest(students []Person, mentors []Helping) int {
	deep := func(u Unit) int { return Apart("", u) }
	most, mostOfMentors := 0, 0
	for _, s := range students {
		most = max(most, deep(s.Unit))
	}
	for _, m := range mentors {
		mostOfMentors = max(mostOfMentors, deep(m.Unit))
	}
	return most + mostOfMentors
}
