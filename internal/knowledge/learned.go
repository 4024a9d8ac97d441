package knowledge

import "math"

// learned holds weights per feature and class, found once when the content is
// read: softmax regression over the ways of asking, by AdaGrad, with small
// gradients left out so that a feature weighs on a few classes only. The same
// content gives the same weights.
type learned struct {
	from    []int32 // feature number → where its weights begin; one more at the end
	weights []weight
}

// weight is what a feature says of one class.
type weight struct {
	class int32
	value float32
}

// learner is a learned under way.
type learner struct {
	rows [][]lesson // by feature number
}

func newLearner(in []int32) *learner {
	room := 0
	for _, n := range in {
		room += int(n) + spareRoom
	}
	m := &learner{rows: make([][]lesson, len(in))}
	all := make([]lesson, room)
	for f, n := range in {
		m.rows[f] = all[: 0 : int(n)+spareRoom]
		all = all[int(n)+spareRoom:]
	}
	return m
}

// spareRoom is for classes a feature speaks against.
const spareRoom = 2

// lesson is a weight under way; power is the sum of squared gradients.
type lesson struct {
	class        int32
	value, power float32
	sum          float32 // of the orders before
}

const (
	orders = 2 // in so many orders; the mean depends less on any of them
	epochs = 2
	rate   = 0.5
	gate   = 0.1 // a share of belief smaller than this is not worth learning from
)

// learn finds the weights. in says in how many classes each feature stands:
// about so many weights it will have, so they get room next to each other.
func learn(examples []example, classes int, in []int32) *learned {
	m := newLearner(in)
	for seed := range uint64(orders) {
		m.begin()
		m.learn(examples, classes, seed+1)
	}
	return m.done()
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
			m.score(e.vector, scores)
			softmax(scores)
			scores[e.class]--
			settled[i] = scores[e.class] > -gate
			for c, g := range scores {
				if g < gate && g > -gate {
					continue
				}
				for _, t := range e.vector {
					w := m.at(t.in, int32(c)) // #nosec G115 -- hundreds
					d := g * t.weight
					w.power += d * d
					w.value -= rate * d / float32(math.Sqrt(float64(w.power)+1e-6))
				}
			}
		}
	}
}

// begin puts what was learned aside and starts anew.
func (m *learner) begin() {
	for _, row := range m.rows {
		for i := range row {
			row[i].sum += row[i].value
			row[i].value, row[i].power = 0, 0
		}
	}
}

// done puts the weights one after the other, where they are read fastest.
func (m *learner) done() *learned {
	l := &learned{from: make([]int32, len(m.rows)+1)}
	n := int32(0)
	for f, row := range m.rows {
		n += int32(len(row)) // #nosec G115 -- hundreds
		l.from[f+1] = n
	}
	m.begin()
	l.weights = make([]weight, 0, n)
	for _, row := range m.rows {
		for _, w := range row {
			l.weights = append(l.weights, weight{w.class, w.sum / orders})
		}
	}
	return l
}

// at returns the weight of a feature for a class, a new one if there is none.
func (m *learner) at(feature, class int32) *lesson {
	row := m.rows[feature]
	for i := range row {
		if row[i].class == class {
			return &row[i]
		}
	}
	m.rows[feature] = append(row, lesson{class: class})
	return &m.rows[feature][len(row)]
}

// score fills out with the sum of weights of each class.
func (m *learner) score(v []posting, out []float32) {
	clear(out)
	for _, t := range v {
		for _, w := range m.rows[t.in] {
			out[w.class] += t.weight * w.value
		}
	}
}

// score fills out with the sum of weights of each class.
func (l *learned) score(v []posting, out []float32) {
	clear(out)
	for _, t := range v {
		for _, w := range l.weights[l.from[t.in]:l.from[t.in+1]] {
			out[w.class] += t.weight * w.value
		}
	}
}

// example is one way of asking as weights, with the class it belongs to.
type example struct {
	vector []posting
	class  int32
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
