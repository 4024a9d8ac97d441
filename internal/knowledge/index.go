package knowledge

import (
	"cmp"
	"math"
	"slices"
	"sync"
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
	kinds   []uint64          // by feature number

	postings [][]posting // by feature number: passages
	passage  []int32     // passage → class
	learned  *learned
	spelling *spelling

	scratch sync.Pool
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
	single = uint64(iota) << 60
	pair
	bare // a pair with fillers left out
	marked
	group     // a group of words
	groupPair // two groups in one sentence
)

// Weights of the kinds of feature. Chosen by cross-validation over the ways of
// asking (BENCHMARKS.md), not by the labelled questions.
var kindWeight = map[uint64]float32{single: 1.8, pair: 0.7, bare: 0.5, marked: 1, group: 1, groupPair: 0.5}

func newIndex(b *Book) *index {
	classes, asks := b.asks()
	return buildIndex(b.words, classes, asks)
}

// way is one approved way of asking, with the class it belongs to.
type way struct {
	class int32
	text  string
	at    place // where it stands, for messages
}

// asks returns all classes and their ways of asking, in the order read. A
// title is a way of asking too.
func (b *Book) asks() (classes []class, asks []way) {
	add := func(c class, at place, title string, texts []string) {
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

func buildIndex(words *normaliser, classes []class, asks []way) *index {
	x := &index{words: words, classes: classes, ids: map[string]uint32{}, exact: map[string]uint32{}, feature: map[uint64]int32{}}
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
	var all [][]uint64
	for _, t := range texts {
		all = append(all, x.keys(nil, t, true))
	}
	// How many classes a feature occurs in decides what it is worth.
	last := []int32{}
	count := []float32{}
	for p, keys := range all {
		for _, k := range keys {
			f, ok := x.feature[k]
			if !ok {
				f = int32(len(last)) // #nosec G115 -- thousands
				x.feature[k] = f
				last, count = append(last, -1), append(count, 0)
			}
			if last[f] != x.passage[p] {
				last[f] = x.passage[p]
				count[f]++
			}
		}
	}
	x.kinds = make([]uint64, len(last))
	for k, f := range x.feature {
		x.kinds[f] = k & (15 << 60)
	}
	n := float64(len(x.classes))
	x.idf = make([]float32, len(last))
	for f := range x.idf {
		x.idf[f] = float32(math.Log((n+1)/(float64(count[f])+0.2))) * kindWeight[x.kinds[f]]
	}
	x.postings = make([][]posting, len(last))
	var examples []example
	for p, keys := range all {
		v := x.vector(nil, keys, nil)
		examples = append(examples, example{v, x.passage[p]})
		for _, t := range v {
			x.postings[t.in] = append(x.postings[t.in], posting{int32(p), t.weight}) // #nosec G115 -- thousands
		}
	}
	x.learned = learn(examples, len(x.classes), len(x.idf))
	x.spelling = newSpelling(x.ids)
}

// keys appends the features of a text. With learn set, words not met before
// get an id; otherwise they are spelled right if one letter is off, or left
// out.
func (x *index) keys(keys []uint64, text string, learn bool) []uint64 {
	for _, s := range sentences(text) {
		keys, _ = x.sentenceKeys(keys, s, learn)
	}
	return keys
}

// sentenceKeys appends the features of a sentence, and counts the words it
// does not know.
func (x *index) sentenceKeys(keys []uint64, s sentence, learn bool) (all []uint64, unknown int) {
	words := x.words.words(s)
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

// vector turns features into weights of length one. A feature met twice counts
// once. share, if given, is the weight of each key.
func (x *index) vector(v []posting, keys []uint64, share []float32) []posting {
	v = v[:0]
	for i, k := range keys {
		f, ok := x.feature[k]
		if !ok {
			continue
		}
		w := x.idf[f]
		if w <= 0 {
			continue
		}
		if share != nil {
			w *= share[i]
		}
		v = append(v, posting{f, w})
	}
	slices.SortFunc(v, func(a, b posting) int {
		return cmp.Or(cmp.Compare(a.in, b.in), cmp.Compare(b.weight, a.weight))
	})
	v = slices.CompactFunc(v, func(a, b posting) bool { return a.in == b.in })
	var sum float64
	for _, t := range v {
		sum += float64(t.weight) * float64(t.weight)
	}
	if sum == 0 {
		return v
	}
	norm := float32(1 / math.Sqrt(sum))
	for i := range v {
		v[i].weight *= norm
	}
	return v
}
