package journey

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestUnitsApart(t *testing.T) {
	for _, tt := range []struct {
		a, b Unit
		want int
	}{
		{"K47/B5", "K47/B5", 0}, {"K47", "K47/B5", 1}, {"K47/B5", "K47/B6", 2}, {"K47/B5", "K48/B5", 4}, {"", "", 0}, {"", "K47/B5", 2}, {"K4", "K47", 2},
	} {
		if got, back := Apart(tt.a, tt.b), Apart(tt.b, tt.a); got != tt.want || back != tt.want {
			t.Errorf("%q and %q: %d and back %d, want %d", tt.a, tt.b, got, back, tt.want)
		}
	}
}

func TestAssignSuggestsTheNearestThenTheLeastBusy(t *testing.T) {
	student := func(code Code, unit Unit) Person { return Person{Code: code, Unit: unit} }
	mentor := func(code Code, unit Unit, helps int) Helping {
		return Helping{Person{Code: code, Unit: unit}, helps}
	}
	tests := map[string]struct {
		students []Person
		mentors  []Helping
		want     string
	}{
		"fewest first": {
			[]Person{student("a", "K/B1"), student("b", "K/B1"), student("c", "K/B1")},
			[]Helping{mentor("x", "K/B1", 2), mentor("y", "K/B1", 0)}, "[{a y} {b y} {c x}] []"},
		"the own unit before one who helps fewer elsewhere": {
			[]Person{student("a", "K/B1")}, []Helping{mentor("x", "K/B2", 0), mentor("y", "K/B1", 4)}, "[{a y}] []"},
		"elsewhere when the own unit is full": {
			[]Person{student("a", "K/B1")}, []Helping{mentor("x", "K/B2", 0), mentor("y", "K/B1", 5)}, "[{a x}] []"},
		"nobody above the limit": {
			[]Person{student("a", "K/B1"), student("b", "K/B1")}, []Helping{mentor("x", "K/B1", 4), mentor("y", "K/B1", 9)}, "[{a x}] [b]"},
		"those of another unit do not take the own mentor": {
			[]Person{student("a", "K/B1"), student("b", "K/B2")}, []Helping{mentor("x", "K/B2", 4)}, "[{b x}] [a]"},
		"nobody helps themselves": {[]Person{student("x", "K/B1")}, []Helping{mentor("x", "K/B1", 0)}, "[] [x]"},
		"no mentor at all":        {[]Person{student("a", "")}, nil, "[] [a]"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			pairs, left := Assign(tt.students, tt.mentors, 5)
			var codes []Code
			for _, p := range left {
				codes = append(codes, p.Code)
			}
			if got := fmt.Sprint(pairs, codes); got != tt.want {
				t.Errorf("suggested %s, want %s", got, tt.want)
			}
		})
	}
}

func TestAssignIsBalanced(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		unit := rapid.SampledFrom([]Unit{"", "K", "K/B1", "K/B2", "L/B1"})
		limit := rapid.IntRange(1, 6).Draw(t, "limit")
		var students []Person
		for i := range rapid.IntRange(0, 30).Draw(t, "students") {
			students = append(students, Person{Code: Code(fmt.Sprint("s", i)), Unit: unit.Draw(t, "unit")})
		}
		var mentors []Helping
		room, load := 0, map[Code]int{}
		for i := range rapid.IntRange(0, 8).Draw(t, "mentors") {
			m := Helping{Person{Code: Code(fmt.Sprint("m", i)), Unit: unit.Draw(t, "unit")}, rapid.IntRange(0, 8).Draw(t, "helps")}
			mentors, load[m.Code] = append(mentors, m), m.Students
			room += max(0, limit-m.Students)
		}
		before := slices.Clone(mentors)
		pairs, left := Assign(students, mentors, limit)
		if len(pairs)+len(left) != len(students) || len(pairs) != min(len(students), room) {
			t.Fatalf("%d students, room for %d: %d pairs, %d left", len(students), room, len(pairs), len(left))
		}
		for _, p := range pairs {
			if load[p.Mentor]++; load[p.Mentor] > limit {
				t.Fatalf("%s helps %d, more than %d", p.Mentor, load[p.Mentor], limit)
			}
		}
		for _, p := range pairs { // of mentors of one unit nobody is two ahead of another who got somebody
			for _, m := range mentors {
				given := slices.ContainsFunc(before, func(b Helping) bool { return b.Code == p.Mentor && b.Students < load[p.Mentor] })
				other := mentors[slices.IndexFunc(mentors, func(b Helping) bool { return b.Code == p.Mentor })]
				if given && m.Unit == other.Unit && load[m.Code] < load[p.Mentor]-1 {
					t.Fatalf("%s helps %d, %s of the same unit %d", p.Mentor, load[p.Mentor], m.Code, load[m.Code])
				}
			}
		}
	})
}
