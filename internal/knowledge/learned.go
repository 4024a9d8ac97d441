package knowledge

import (
	"iter"
	"math"
	"slices"
	"sync"
)

// learned holds weights per feature and class, found once when the content is
// read: softmax regression over the ways of asking, by AdaGrad, with small
// gradients left out so that a feature weighs on a few classes only. The same
// content gives the same weights.
type learned struct {
	from    []int32 // feature number → where its weights begin; one more at the end
	weights []weight
	unit    float32 // of the values
}

// weight is what a feature says of one class. There are hundreds of thousands,
// so it is kept small.
type weight struct {
	class uint16
	value int16
}

// learner is a learned under way, in one order of the examples. The rows of
// features stand one after the other, what is read most next to each other.
type learner struct {
	idf    []float32
	rows   []row // by feature number
	class  []uint16
	value  []float32
	powers []float32 // sums of squared gradients
}

// row is where the weights of a feature stand.
type row struct{ from, len, room int32 }

func newLearner(idf []float32, in []int32) *learner {
	m := &learner{idf: idf, rows: make([]row, len(in))}
	room := int32(0)
	for f, n := range in {
		m.rows[f] = row{from: room, room: n + spareRoom}
		room += n + spareRoom
	}
	m.class, m.value, m.powers = make([]uint16, room, room+room/4), make([]float32, room, room+room/4), make([]float32, room, room+room/4)
	return m
}

// spareRoom is for classes a feature speaks against.
const spareRoom = 2

const (
	orders = 2 // in so many orders; the mean depends less on any of them
	epochs = 2
	rate   = 0.5
	gate   = 0.1 // a share of belief smaller than this is not worth learning from
)

// learn finds the weights. in says in how many classes each feature stands:
// about so many weights it will have, so they get room next to each other. The
// orders know nothing of each other, so they are learned at the same time.
func learn(examples []example, classes int, idf []float32, in []int32) *learned {
	var all [orders]*learner
	var wait sync.WaitGroup
	for i := range all {
		all[i] = newLearner(idf, in)
		wait.Go(func() { all[i].learn(examples, classes, uint64(i+1)) }) // #nosec G115 -- a few
	}
	wait.Wait()
	return mean(all[:])
}

// learn goes over the examples in an order given by seed.
func (m *learner) learn(examples []example, classes int, seed uint64) {
	scores := make([]float32, classes)
	order := make([]int, len(examples))
	for i := range order {
		order[i] = i
	}
	settled := make([]bool, len(examples)) // taught nothing in the epoch before
	for range epochs {
		for i := len(order) - 1; i > 0; i-- { // the same shuffle each time
			seed = seed*6364136223846793005 + 1442695040888963407
			k := int(seed>>33) % (i + 1) // #nosec G115 -- 31 bits
			order[i], order[k] = order[k], order[i]
		}
		for _, i := range order {
			if settled[i] {
				settled[i] = false // looked at again in the next one
				continue
			}
			e := examples[i]
			m.score(e, scores)
			softmax(scores)
			scores[e.class]--
			settled[i] = scores[e.class] > -gate
			for c, g := range scores {
				if g < gate && g > -gate {
					continue
				}
				for _, f := range e.features {
					at := m.at(f, uint16(c)) // #nosec G115 -- hundreds
					d := g * m.idf[f] * e.norm
					m.powers[at] += d * d
					m.value[at] -= rate * d / float32(math.Sqrt(float64(m.powers[at])+1e-6))
				}
			}
		}
	}
}

// at returns where the weight of a feature for a class stands, a new one if
// there is none.
func (m *learner) at(feature int32, class uint16) int32 {
	r := &m.rows[feature]
	if i := slices.Index(m.class[r.from:r.from+r.len], class); i >= 0 {
		return r.from + int32(i) // #nosec G115 -- hundreds
	}
	if r.len == r.room {
		m.move(r)
	}
	at := r.from + r.len
	m.class[at] = class
	r.len++
	return at
}

// move gives a row twice the room, at the end.
func (m *learner) move(r *row) {
	from, end := r.from, r.from+r.room
	r.from, r.room = int32(len(m.class)), 2*r.room // #nosec G115 -- millions
	m.class = append(append(m.class, m.class[from:end]...), make([]uint16, end-from)...)
	m.value = append(append(m.value, m.value[from:end]...), make([]float32, end-from)...)
	m.powers = append(append(m.powers, m.powers[from:end]...), make([]float32, end-from)...)
}

// score fills out with the sum of weights of each class.
func (m *learner) score(e example, out []float32) {
	clear(out)
	for _, f := range e.features {
		r := m.rows[f]
		weight := m.idf[f] * e.norm
		values := m.value[r.from : r.from+r.len]
		for i, c := range m.class[r.from : r.from+r.len] {
			out[c] += weight * values[i]
		}
	}
}

// steps is in how many steps the greatest weight is told from none: enough not
// to be noticed in the figures of BENCHMARKS.md, few enough to be kept small.
const steps = 2047

// mean puts the weights one after the other, by feature and class, where they
// are read fastest.
func mean(all []*learner) *learned {
	l := &learned{from: make([]int32, len(all[0].rows)+1)}
	type sum struct {
		class uint16
		value float32
	}
	var sums []sum
	most := float32(math.SmallestNonzeroFloat32)
	for f := range all[0].rows {
		start := len(sums)
		for _, m := range all {
			r := m.rows[f]
			for i := r.from; i < r.from+r.len; i++ {
				at := slices.IndexFunc(sums[start:], func(s sum) bool { return s.class == m.class[i] })
				if at < 0 {
					at = len(sums) - start
					sums = append(sums, sum{class: m.class[i]})
				}
				sums[start+at].value += m.value[i] / float32(len(all))
			}
		}
		slices.SortFunc(sums[start:], func(a, b sum) int { return int(a.class) - int(b.class) })
		for _, s := range sums[start:] {
			most = max(most, s.value, -s.value)
		}
		l.from[f+1] = int32(len(sums)) // #nosec G115 -- hundreds of thousands
	}
	l.unit = most / steps
	l.weights = make([]weight, len(sums))
	for i, s := range sums {
		l.weights[i] = weight{s.class, int16(math.Round(float64(s.value / l.unit)))}
	}
	return l
}

// rows are the weights of each feature.
func (l *learned) rows() iter.Seq[[]weight] {
	return func(yield func([]weight) bool) {
		for f := range len(l.from) - 1 {
			if !yield(l.weights[l.from[f]:l.from[f+1]]) {
				return
			}
		}
	}
}

// score fills out with the sum of weights of each class.
func (l *learned) score(v []share, out []float32) {
	clear(out)
	for _, t := range v {
		weight := t.weight * l.unit
		for _, w := range l.weights[l.from[t.feature]:l.from[t.feature+1]] {
			out[w.class] += weight * float32(w.value)
		}
	}
}

// example is one way of asking, with the class it belongs to. A feature weighs
// its idf times norm.
type example struct {
	features []int32
	norm     float32
	class    int32
}

// negligible is how far below the top a score counts for nothing.
const negligible = -12

// softmax turns scores into shares that sum to one.
func softmax(s []float32) {
	top := s[0]
	for _, v := range s {
		top = max(top, v)
	}
	var sum float32
	for i, v := range s {
		if v -= top; v > negligible {
			s[i] = float32(math.Exp(float64(v)))
			sum += s[i]
		} else {
			s[i] = 0
		}
	}
	for i := range s {
		s[i] /= sum
	}
}
