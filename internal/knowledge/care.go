package knowledge

import "strings"

// cares finds words of distress and danger, met before anything else.
type cares struct {
	list []Care
	runs map[string][]careRun // folded first word → runs that begin with it
}

// careRun is a run of words that calls for care, or one that is harmless
// though it holds such a run.
type careRun struct {
	words    []word
	care     int // in list
	harmless bool
}

func newCares(list []Care) cares {
	c := cares{list, map[string][]careRun{}}
	add := func(text string, care int, harmless bool) {
		var words []word
		for _, s := range sentences(text) {
			words = append(words, s.words...)
		}
		if len(words) > 0 {
			first := words[0].folded
			c.runs[first] = append(c.runs[first], careRun{words, care, harmless})
		}
	}
	for i, kind := range list {
		for _, p := range kind.Phrases {
			add(p, i, false)
		}
		for _, p := range kind.Except {
			add(p, i, true)
		}
	}
	return c.packed()
}

// packed returns the same with all words next to each other: as cut, each run
// would hold memory of its own.
func (c cares) packed() cares {
	var all strings.Builder
	var words []*word
	for _, runs := range c.runs {
		for _, r := range runs {
			for i := range r.words {
				words = append(words, &r.words[i])
				all.WriteString(r.words[i].exact + r.words[i].folded)
			}
		}
	}
	rest := all.String()
	for _, w := range words {
		n, m := len(w.exact), len(w.exact)+len(w.folded)
		w.exact, w.folded, rest = rest[:n], rest[n:m], rest[m:]
	}
	runs := make(map[string][]careRun, len(c.runs))
	for _, r := range c.runs {
		runs[r[0].words[0].folded] = r
	}
	return cares{c.list, runs}
}

// distress returns the kind of care a text calls for, the first in the list,
// or nil. Words that belong to a harmless run ("đói muốn chết") do not count.
// A run is met as typed; without accents only where the whole text has none,
// since "tu tu" may be "từ từ".
func (c cares) distress(text []reading) *Care {
	var words []word
	bare := true
	for _, s := range text {
		for _, w := range s.words {
			words = append(words, w)
			bare = bare && !w.accented()
		}
	}
	harmless := map[[2]int]bool{} // care and word
	c.each(words, func(at int, r careRun) {
		if r.harmless && (r.typedAt(words[at:]) || bare && r.foldedAt(words[at:])) {
			for i := range r.words {
				harmless[[2]int{r.care, at + i}] = true
			}
		}
	})
	found := len(c.list)
	c.each(words, func(at int, r careRun) {
		if r.harmless || r.care >= found || !r.typedAt(words[at:]) && (!bare || !r.foldedAt(words[at:])) {
			return
		}
		for i := range r.words {
			if harmless[[2]int{r.care, at + i}] {
				return
			}
		}
		found = r.care
	})
	if found == len(c.list) {
		return nil
	}
	return &c.list[found]
}

// each calls do for every run that may begin at each word.
func (c cares) each(words []word, do func(at int, r careRun)) {
	for at, w := range words {
		for _, r := range c.runs[w.folded] {
			if len(words)-at >= len(r.words) {
				do(at, r)
			}
		}
	}
}

func (r careRun) typedAt(words []word) bool {
	for i, w := range r.words {
		if words[i].exact != w.exact {
			return false
		}
	}
	return true
}

func (r careRun) foldedAt(words []word) bool {
	for i, w := range r.words {
		if words[i].folded != w.folded {
			return false
		}
	}
	return true
}
