package desk

import (
	"cmp"
	"slices"
	"time"
)

// Alike is how much two questions matched with the same topic resemble each other,
// of 1, from which on one answer may serve both: of the labelled pairs above it 85
// in 88 belong together.
const Alike = 0.5

// Group is questions that one answer may serve, oldest first. Only those of one
// claim, or unclaimed ones, stand together: an answer goes to what the officer
// saw when taking it up, and what comes later waits in a group of its own.
type Group struct {
	Questions []Question
	Claim     Claim // the zero Claim: nobody answers it yet
}

// Lead is the oldest question, which names the group.
func (g Group) Lead() Question { return g.Questions[0] }

// Urgent reports whether it is the question of one who may be in danger. Such a
// question stands alone.
func (g Group) Urgent() bool { return g.Lead().Why == Urgent }

// Has reports whether a question of that reference is in the group.
func (g Group) Has(ref string) bool {
	return slices.ContainsFunc(g.Questions, func(q Question) bool { return q.Ref() == ref })
}

// Refs are the references of its questions.
func (g Group) Refs() (refs []string) {
	for _, q := range g.Questions {
		refs = append(refs, q.Ref())
	}
	return refs
}

// Askers returns the oldest question of each person in it: one answer is due to
// each.
func (g Group) Askers() (first []Question) {
	for _, q := range g.Questions {
		if !slices.ContainsFunc(first, func(f Question) bool { return f.From == q.From }) {
			first = append(first, q)
		}
	}
	return first
}

// Groups puts the questions that were matched with the same topic and resemble
// the oldest one among them together: urgent ones first, each alone, then groups
// by their oldest question. claims are those of questions, by reference; one
// that ran out by now counts for nothing. alike says how much the texts of the
// i-th and the k-th question resemble each other, from 0 to 1.
func Groups(questions []Question, claims map[string]Claim, now time.Time, alike func(i, k int) float64) []Group {
	order := make([]int, len(questions))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return InOrder(questions[a], questions[b]) })
	var groups []Group
	var leads []int // of each group, in questions
	for _, i := range order {
		q := questions[i]
		claim := claims[q.Ref()]
		if !claim.Holds(now) {
			claim = Claim{}
		}
		at := 0
		for at < len(groups) && !belongs(q, claim, groups[at], func() float64 { return alike(leads[at], i) }) {
			at++
		}
		if at == len(groups) {
			groups, leads = append(groups, Group{Claim: claim}), append(leads, i)
		}
		groups[at].Questions = append(groups[at].Questions, q)
	}
	return groups
}

// belongs reports whether a question with that claim stands in the group. like is
// how much it resembles the oldest one there.
func belongs(q Question, claim Claim, g Group, like func() float64) bool {
	switch {
	case g.Claim.ID != claim.ID, g.Urgent(), q.Why == Urgent:
		return false
	case claim.ID != "": // taken up together
		return true
	}
	return g.Lead().Topic == q.Topic && like() >= Alike
}

// InOrder compares two questions as they wait: who may be in danger goes first,
// then who waits longest.
func InOrder(a, b Question) int {
	urgent := func(q Question) int {
		if q.Why == Urgent {
			return 0
		}
		return 1
	}
	return cmp.Or(urgent(a)-urgent(b), a.At.Compare(b.At), cmp.Compare(a.Ref(), b.Ref()))
}
