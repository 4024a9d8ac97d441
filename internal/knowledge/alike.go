package knowledge

import "math"

// Alike returns how much each two of the texts resemble each other, from 0
// (nothing in common) to 1 (the same words): short forms, accents and words that
// mean the same make no difference, and words that say little do not count. A
// word the book does not know counts as a rare one.
func (b *Book) Alike(texts []string) func(i, k int) float64 {
	vectors := make([]map[term]float64, len(texts))
	for i, text := range texts {
		vectors[i] = b.weights(text)
	}
	return func(i, k int) float64 {
		a, other := vectors[i], vectors[k]
		if len(other) < len(a) {
			a, other = other, a
		}
		sum := 0.0
		for word, w := range a {
			sum += w * other[word]
		}
		return math.Round(sum*1e6) / 1e6 // the same however the words came
	}
}

// greeting are words that open a message and say nothing of what is asked.
// Folded.
var greeting = map[string]bool{"chao": true, "thua": true, "vang": true, "admin": true, "xin": true, "phep": true}

// term is a word: by its number where the book knows it, however it is spelled.
type term struct {
	known   uint32
	unknown string
}

// weights is a text as the words in it that say something, with what each
// weighs; the squares of all come to one. A text of filler words alone is taken
// as it stands.
func (b *Book) weights(text string) map[term]float64 {
	v, sum := map[term]float64{}, 0.0
	said := b.words.reading(text)
	for _, filler := range []bool{false, true} {
		for _, s := range said {
			for _, word := range s.norm {
				t, w := b.index.term(word)
				if _, met := v[t]; met || (b.words.filler[word] || b.words.polite[word] || greeting[word]) != filler {
					continue
				}
				v[t] = math.Sqrt(w) // no single rare word decides alone
				sum += w
			}
		}
		if len(v) > 0 {
			break
		}
	}
	for word := range v {
		v[word] /= math.Sqrt(math.Max(sum, 1e-12))
	}
	return v
}

// term returns a word and what it weighs: the fewer classes it occurs in, the
// more. One that was never met counts as if it stood in a single class.
func (x *index) term(word string) (t term, weight float64) {
	id, ok := x.ids[word]
	if !ok {
		id = x.spelling.nearest(word)
	}
	if f, ok := x.feature.find(single | uint64(id)); ok && id != 0 {
		return term{known: id}, float64(x.idf[f])
	}
	return term{unknown: word}, math.Log((float64(len(x.classes))+1)/1.2) * float64(kindWeight[single>>kindShift])
}
