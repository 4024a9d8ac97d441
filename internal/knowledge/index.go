package knowledge

import (
	"maps"
	"math"
	"slices"
	"strings"
	"sync"

	"donghanh/internal/yamlfile"
)

// index finds the classes (topics and kinds out of scope) to which a question
// belongs. Weights per feature and class are learned from the ways of asking;
// the nearest way of asking tells how far to trust them: a question that
// resembles nothing anybody wrote down is not understood, whatever the weights
// say.
//
// Features are folded words, pairs of neighbouring words, pairs of words with
// the fillers between them left out, and accented words where the question
// has accents.
type index struct {
	words   *normaliser
	classes []class
	ids     map[string]uint32 // folded word → id, from 1
	exact   map[string]uint32 // accented word → id, from 1
	feature features
	idf     []float32 // by feature number

	postings    postings
	passage     []int32   // passage → class
	norm        []float32 // passage → what makes the length of its weights one
	learned     *learned
	learnedAnew bool // not known before
	spelling    *spelling

	scratch sync.Pool
}

// class is a topic or a kind out of scope.
type class struct {
	topic Topic  // empty for a kind out of scope
	scope int    // number in Book.Scope, for those
	id    string // for messages
}

// share is what a feature weighs in a question.
type share struct {
	feature int32
	weight  float32
}

// Kinds of feature, in the top bits of its key.
const (
	single = uint64(iota) << kindShift
	pair
	bare // a pair with fillers left out
	marked
	group     // a group of words
	groupPair // two groups in one sentence
)

const kindShift = 60

// Weights of the kinds of feature. Chosen with both the cross-validated ways of
// asking and the labelled questions in view (BENCHMARKS.md).
var kindWeight = [...]float32{
	single >> kindShift: 1.8, pair >> kindShift: 0.7, bare >> kindShift: 0.5,
	marked >> kindShift: 1, group >> kindShift: 1, groupPair >> kindShift: 0.5,
}

func newIndex(b *Book, kept [][]byte) *index {
	classes, asks := b.asks()
	return buildIndex(b.words, classes, asks, b.recall(kept))
}

// way is one approved way of asking, with the class it belongs to.
type way struct {
	class int32
	text  string
	at    yamlfile.Place // where it stands, for messages
}

// asks returns all classes and their ways of asking, in the order read. A
// title is a way of asking too.
func (b *Book) asks() (classes []class, asks []way) {
	add := func(c class, at yamlfile.Place, title string, texts []string) {
		n := int32(len(classes)) // #nosec G115 -- hundreds
		classes = append(classes, c)
		for _, t := range append([]string{title}, texts...) {
			asks = append(asks, way{n, t, at})
		}
	}
	for _, id := range b.Order {
		add(class{topic: id, id: string(id)}, b.Entries[id].at, b.Entries[id].Title, b.Entries[id].Ask)
	}
	for i, s := range b.Scope {
		add(class{scope: i, id: s.ID}, s.at, s.Title, s.Ask)
	}
	return classes, asks
}

// buildIndex indexes the ways of asking. known is what was learned from them
// before, or nil.
func buildIndex(words *normaliser, classes []class, asks []way, known *learned) *index {
	x := &index{words: words, classes: classes, learned: known, ids: map[string]uint32{}, exact: map[string]uint32{}}
	var texts []string
	for _, a := range asks {
		texts = append(texts, a.text)
		x.passage = append(x.passage, a.class)
	}
	x.build(texts)
	return x
}

// build learns words, weights and postings from the texts of x.passage.
func (x *index) build(texts []string) {
	var all []uint64 // the features of all texts, one after the other
	ends := make([]int, 0, len(texts))
	for said := range x.words.ahead(texts) {
		for _, s := range said {
			all, _ = x.sentenceKeys(all, s.sentence, s.norm, true)
		}
		ends = append(ends, len(all))
	}
	examples, classes := x.weigh(all, ends)
	x.norm = make([]float32, len(examples))
	for p, e := range examples {
		x.norm[p] = e.norm
	}
	x.postings = newPostings(examples, len(x.idf))
	if x.learned == nil || len(x.learned.from) != len(x.idf)+1 {
		x.learned, x.learnedAnew = learn(examples, len(x.classes), x.idf, classes), true
	}
	x.ids, x.exact = packed(x.ids), packed(x.exact)
	x.spelling = newSpelling(x.ids)
}

// packed returns the same words next to each other: as met, each would hold
// the whole text in which it was met first.
func packed(ids map[string]uint32) map[string]uint32 {
	words := slices.Collect(maps.Keys(ids))
	all := strings.Join(words, "")
	out := make(map[string]uint32, len(ids))
	for _, w := range words {
		out[all[:len(w)]] = ids[w]
		all = all[len(w):]
	}
	return out
}

// weigh numbers the features and finds what each is worth: the fewer classes
// it occurs in, the more. It returns the passages with their features, and in
// how many classes each feature stands.
func (x *index) weigh(all []uint64, ends []int) (examples []example, classes []int32) {
	type met struct{ passage, class int32 } // the last it was met in
	var last []met
	numbers := make([]int32, 0, len(all))
	examples = make([]example, len(ends))
	from := 0
	for p, end := range ends {
		now, start := met{int32(p), x.passage[p]}, len(numbers) // #nosec G115 -- thousands
		for _, k := range all[from:end] {
			f, isNew := x.feature.add(k)
			if isNew {
				last, classes = append(last, met{-1, -1}), append(classes, 0)
			}
			if last[f].class != now.class {
				classes[f]++
			}
			if last[f] != now {
				last[f] = now
				numbers = append(numbers, f)
			}
		}
		examples[p] = example{features: numbers[start:], class: now.class}
		from = end
	}
	n := float64(len(x.classes))
	x.idf = make([]float32, len(classes))
	for f := range x.idf {
		x.idf[f] = float32(math.Log((n+1)/(float64(classes[f])+0.2))) * kindWeight[x.feature.kind(int32(f))>>kindShift] // #nosec G115 -- thousands
	}
	for i := range examples {
		e, sum := &examples[i], 0.0
		for _, f := range e.features {
			sum += float64(x.idf[f]) * float64(x.idf[f])
		}
		e.norm = unitNorm(sum)
	}
	return examples, classes
}

// unitNorm is what makes the length of weights one, sum being that of their
// squares.
func unitNorm(sum float64) float32 { return float32(1 / math.Sqrt(math.Max(sum, 1e-12))) }

// sentenceKeys appends the features of a sentence, words being its words as
// the normaliser reads them, and counts the words it does not know. With learn
// set, words not met before get an id; otherwise they are spelled right if one
// letter is off, or left out.
func (x *index) sentenceKeys(keys []uint64, s sentence, words []string, learn bool) (all []uint64, unknown int) {
	ids := make([]uint32, len(words)) // 0: an unknown word keeps its place
	core := make([]uint32, 0, len(words))
	for i, w := range words {
		id, ok := x.ids[w]
		switch {
		case ok:
		case learn:
			id = uint32(len(x.ids) + 1) // #nosec G115 -- thousands
			x.ids[w] = id
		default:
			if id = x.spelling.nearest(w); id == 0 {
				unknown++
			}
		}
		ids[i] = id
		if id != 0 && !x.words.filler[w] {
			core = append(core, id)
		}
	}
	for i, a := range ids {
		if a == 0 {
			continue
		}
		keys = append(keys, single|uint64(a))
		if i+1 < len(ids) && ids[i+1] != 0 {
			keys = append(keys, pair|uint64(a)<<28|uint64(ids[i+1]))
		}
	}
	for i := 1; i < len(core); i++ {
		keys = append(keys, bare|uint64(core[i-1])<<28|uint64(core[i]))
	}
	groups := x.words.in(nil, words)
	slices.Sort(groups)
	for i, g := range groups {
		keys = append(keys, group|uint64(g)) // #nosec G115 -- dozens
		for _, h := range groups[i+1:] {
			keys = append(keys, groupPair|uint64(g)<<28|uint64(h)) // #nosec G115 -- dozens
		}
	}
	for _, w := range s.words {
		if !w.accented() {
			continue
		}
		id, ok := x.exact[w.exact]
		if !ok && learn {
			id = uint32(len(x.exact) + 1) // #nosec G115 -- thousands
			x.exact[w.exact] = id
		}
		if id != 0 {
			keys = append(keys, marked|uint64(id))
		}
	}
	return keys, unknown
}

// gather finds features that were met before in one text, without sorting.
type gather struct {
	round int32
	met   []int32 // feature → the round in which it was met last
	at    []int32 // feature → where it stands in the vector of that round
}

func newGather(features int) *gather {
	return &gather{met: make([]int32, features), at: make([]int32, features)}
}

// vector appends features as weights of length one. A feature met twice counts
// once, with the greater part. part, if given, is what each key counts.
func (x *index) vector(v []share, g *gather, keys []uint64, part []float32) []share {
	g.round++
	var sum float64
	for i, k := range keys {
		f, ok := x.feature.find(k)
		if !ok {
			continue
		}
		w := x.idf[f]
		if part != nil {
			w *= part[i]
		}
		if g.met[f] != g.round {
			g.met[f], g.at[f] = g.round, int32(len(v)) // #nosec G115 -- thousands
			v = append(v, share{f, w})
			sum += float64(w) * float64(w)
		} else if old := &v[g.at[f]]; w > old.weight {
			sum += float64(w)*float64(w) - float64(old.weight)*float64(old.weight)
			old.weight = w
		}
	}
	norm := unitNorm(sum)
	for i := range v {
		v[i].weight *= norm
	}
	return v
}
