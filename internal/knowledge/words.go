package knowledge

import (
	"maps"
	"slices"
	"strings"
)

// Words is how people type: short forms and runs of words that mean the same.
// It is data (content/words.yaml), so that it grows without anyone touching
// the code.
type Words struct {
	Short  map[string]string `yaml:"short"`
	Same   [][]string        `yaml:"same"`
	Filler []string          `yaml:"filler"`

	// Groups are words that play the same part in a question, by a name.
	Groups map[string][]string `yaml:"groups"`

	Ambiguous []Ambiguous `yaml:"ambiguous"`

	// Own is what people ask of a bot that knows them; Self are the words for
	// oneself in it, Polite the words that may stand around what is Whole.
	Own    []Own    `yaml:"own"`
	Self   []string `yaml:"self"`
	Polite []string `yaml:"polite"`
	Worry  Worry    `yaml:"worry"`
}

// Ambiguous is an expression that means one of several topics.
type Ambiguous struct {
	Words  []string `yaml:"words"`
	Unless []string `yaml:"unless"` // words that tell which is meant
	Topics []Topic  `yaml:"topics"`
}

// normaliser turns typed words into the words the index knows. It is built
// once and not changed.
type normaliser struct {
	short map[string][]string // typed or folded word → folded words
	runs  map[string][]run    // first word → runs that begin with it, longest first

	filler map[string]bool     // folded words that say little
	groups []string            // names, sorted
	member map[string][]member // first word → runs that belong to a group

	ambiguous []twoMeanings

	own     []owned
	polite  map[string]bool
	worried []pattern
	calm    string
}

// twoMeanings is an Ambiguous as the normaliser reads it.
type twoMeanings struct {
	words, unless [][]string
	topics        []Topic
}

// member is a run of words that belongs to a group.
type member struct {
	words []string
	group int // in groups
}

// run is a sequence of words and what it becomes.
type run struct{ from, to []string }

func newNormaliser(w Words) *normaliser {
	n := &normaliser{short: map[string][]string{}, runs: map[string][]run{}, filler: map[string]bool{}}
	for _, f := range w.Filler {
		n.filler[Fold(f)] = true
	}
	n.groups, n.member = slices.Sorted(maps.Keys(w.Groups)), map[string][]member{}
	for typed, meant := range w.Short {
		n.short[strings.ToLower(typed)] = strings.Fields(Fold(meant))
	}
	for _, same := range w.Same {
		to := strings.Fields(Fold(same[0]))
		for _, s := range same[1:] {
			from := strings.Fields(Fold(s))
			n.runs[from[0]] = append(n.runs[from[0]], run{from, to})
		}
		// The canonical form shields its own words from shorter runs in it.
		n.runs[to[0]] = append(n.runs[to[0]], run{to, to})
	}
	for _, runs := range n.runs {
		for i := 1; i < len(runs); i++ {
			for k := i; k > 0 && len(runs[k].from) > len(runs[k-1].from); k-- {
				runs[k], runs[k-1] = runs[k-1], runs[k]
			}
		}
	}
	for g, name := range n.groups {
		for _, words := range n.read(w.Groups[name]) {
			n.member[words[0]] = append(n.member[words[0]], member{words, g})
		}
	}
	n.calm, n.worried = strings.TrimSpace(w.Worry.Reply), n.patterns(w.Worry.Says, nil)
	n.polite = map[string]bool{}
	for _, word := range slices.Concat(n.read(w.Polite)...) {
		n.polite[word] = true
	}
	self := slices.Concat(n.read(w.Self)...)
	for _, o := range w.Own {
		n.own = append(n.own, owned{o.Does, n.patterns(o.Says, self), n.patterns(o.Whole, self), n.patterns(o.Unless, self)})
	}
	for _, a := range w.Ambiguous {
		n.ambiguous = append(n.ambiguous, twoMeanings{n.read(a.Words), n.read(a.Unless), a.Topics})
	}
	return n
}

// reading is a sentence with its words as the normaliser reads them.
type reading struct {
	sentence
	norm []string
}

// reading reads a text.
func (n *normaliser) reading(text string) []reading {
	said := sentences(text)
	out := make([]reading, len(said))
	for i, s := range said {
		out[i] = reading{s, n.words(s)}
	}
	return out
}

// ahead reads texts in order, on another core and a little ahead of who
// receives them. Who does must receive all.
func (n *normaliser) ahead(texts []string) <-chan []reading {
	out := make(chan []reading, 256)
	go func() {
		defer close(out)
		for _, t := range texts {
			out <- n.reading(t)
		}
	}()
	return out
}

// read returns expressions as questions come to be read: short forms and equal
// expressions made one.
func (n *normaliser) read(texts []string) (out [][]string) {
	for _, text := range texts {
		for _, s := range sentences(text) {
			out = append(out, n.words(s))
		}
	}
	return out
}

// in appends the groups that occur in the words, each once.
func (n *normaliser) in(groups []int, words []string) []int {
	for i := range words {
		for _, m := range n.member[words[i]] {
			if len(words)-i >= len(m.words) && slices.Equal(words[i:i+len(m.words)], m.words) && !slices.Contains(groups, m.group) {
				groups = append(groups, m.group)
			}
		}
	}
	return groups
}

// words returns the folded words of a sentence with short forms written out
// and equal expressions made one.
func (n *normaliser) words(s sentence) []string {
	typed := make([]string, len(s.words))
	for i, w := range s.words {
		typed[i] = w.folded
	}
	// Runs may be written with short forms ("dk vao dang"), so they are met
	// before the short forms are written out, and once more after.
	out := make([]string, 0, len(typed)+8)
	for i := 0; i < len(typed); {
		if r, ok := n.match(typed[i:]); ok {
			out = append(out, r.to...)
			i += len(r.from)
			continue
		}
		if full, ok := n.short[s.words[i].exact]; ok {
			out = append(out, full...)
		} else if age, ok := strings.CutSuffix(typed[i], "t"); ok && isNumber(age) { // "19t"
			out = append(out, age, "tuoi")
		} else {
			out = append(out, typed[i])
		}
		i++
	}
	return n.rewrite(out)
}

func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// rewrite replaces each run by what it becomes, from the left, longest first.
func (n *normaliser) rewrite(words []string) []string {
	at := 0
	for at < len(words) {
		if _, ok := n.match(words[at:]); ok {
			break
		}
		at++
	}
	if at == len(words) {
		return words
	}
	out := append(make([]string, 0, len(words)+4), words[:at]...)
	for at < len(words) {
		if r, ok := n.match(words[at:]); ok {
			out = append(out, r.to...)
			at += len(r.from)
			continue
		}
		out = append(out, words[at])
		at++
	}
	return out
}

func (n *normaliser) match(words []string) (run, bool) {
next:
	for _, r := range n.runs[words[0]] {
		if len(r.from) > len(words) {
			continue
		}
		for i, w := range r.from {
			if words[i] != w {
				continue next
			}
		}
		return r, true
	}
	return run{}, false
}
