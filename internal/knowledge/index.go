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
	feature map[uint64]int32  // feature → number
	idf     []float32         // by feature number
	kinds   []uint8           // by feature number

	from     []int32   // feature number → where its postings begin; one more at the end
	postings []posting // passages
	passage  []int32   // passage → class
	learned  *learned
	spelling *spelling

	scratch sync.Pool
}

// in returns the passages in which a feature stands.
func (x *index) in(feature int32) []posting {
	return x.postings[x.from[feature]:x.from[feature+1]]
}

// class is a topic or a kind out of scope.
type class struct {
	topic Topic  // empty for a kind out of scope
	scope int    // number in Book.Scope, for those
	id    string // for messages
}

type posting struct {
	in     int32
	weight float32
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

func newIndex(b *Book, kept []byte) *index {
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
	x := &index{words: words, classes: classes, learned: known, ids: map[string]uint32{}, exact: map[string]uint32{}, feature: map[uint64]int32{}}
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
	ends := make([]int, len(texts))
	for p, t := range texts {
		for _, s := range sentences(t) {
			all, _ = x.sentenceKeys(all, s, x.words.words(s), true)
		}
		ends[p] = len(all)
	}
	classes := x.weigh(all, ends)

	g := newGather(len(x.idf))
	vectors := make([]posting, 0, len(all))
	examples := make([]example, len(texts))
	x.from = make([]int32, len(x.idf)+1)
	from := 0
	for p, end := range ends {
		start := len(vectors)
		vectors = x.vector(vectors, g, all[from:end], nil)
		examples[p] = example{vectors[start:], x.passage[p]}
		for _, t := range examples[p].vector {
			x.from[t.in+1]++
		}
		from = end
	}
	for f := range x.idf {
		x.from[f+1] += x.from[f]
	}
	x.postings = make([]posting, len(vectors))
	next := append([]int32(nil), x.from...)
	for p, e := range examples {
		for _, t := range e.vector {
			x.postings[next[t.in]] = posting{int32(p), t.weight} // #nosec G115 -- thousands
			next[t.in]++
		}
	}
	if x.learned == nil || len(x.learned.from) != len(x.idf)+1 {
		x.learned = learn(examples, len(x.classes), classes)
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
// it occurs in, the more. It returns in how many each does.
func (x *index) weigh(all []uint64, ends []int) (classes []int32) {
	var last []int32 // the class a feature was met in last
	p := 0
	for i, k := range all {
		for i >= ends[p] {
			p++
		}
		f, ok := x.feature[k]
		if !ok {
			f = int32(len(last)) // #nosec G115 -- thousands
			x.feature[k] = f
			last, classes = append(last, -1), append(classes, 0)
			x.kinds = append(x.kinds, uint8(k>>kindShift)) // #nosec G115 -- a few kinds
		}
		if last[f] != x.passage[p] {
			last[f] = x.passage[p]
			classes[f]++
		}
	}
	n := float64(len(x.classes))
	x.idf = make([]float32, len(classes))
	for f := range x.idf {
		x.idf[f] = float32(math.Log((n+1)/(float64(classes[f])+0.2))) * kindWeight[x.kinds[f]]
	}
	return classes
}

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
// once, with the greater share. share, if given, is the weight of each key.
func (x *index) vector(v []posting, g *gather, keys []uint64, share []float32) []posting {
	g.round++
	start := len(v)
	var sum float64
	for i, k := range keys {
		f, ok := x.feature[k]
		if !ok {
			continue
		}
		w := x.idf[f]
		if share != nil {
			w *= share[i]
		}
		if g.met[f] != g.round {
			g.met[f], g.at[f] = g.round, int32(len(v)) // #nosec G115 -- thousands
			v = append(v, posting{f, w})
			sum += float64(w) * float64(w)
		} else if old := &v[g.at[f]]; w > old.weight {
			sum += float64(w)*float64(w) - float64(old.weight)*float64(old.weight)
			old.weight = w
		}
	}
	norm := float32(1 / math.Sqrt(math.Max(sum, 1e-12)))
	for i := start; i < len(v); i++ {
		v[i].weight *= norm
	}
	return v
}
