package knowledge

import (
	"math"
	"slices"
)

// Outcome says how sure the book is of what it found.
type Outcome string

// Outcomes.
const (
	Sure     Outcome = "answer"  // one entry fits, alone and clearly
	Unsure   Outcome = "choices" // up to three may fit: ask back
	Nothing  Outcome = "none"    // no approved answer, or out of scope
	Distress Outcome = "care"    // a person may be in danger: nothing else is answered
)

// Found is what the book has for one question.
type Found struct {
	Outcome Outcome
	Topic   Topic   // the entry that fits, for Sure
	Choices []Topic // the entries that may fit, nearest first, for Unsure
	Scope   *Scope  // the kind out of scope it was taken for, if any
	Care    *Care   // for Distress
	Score   float64 // how sure, 0 to 1
	Leaned  bool    // understood only with the turn before
}

// Where sureness begins. Chosen with both the cross-validated ways of asking
// and the labelled questions in view (BENCHMARKS.md).
const (
	sharpness     = 2.2  // how far the learned scores are spread before they become shares
	sureShare     = 0.54 // the first one's share of all, to answer it alone
	sureLead      = 1.6  // how many times the second one's share it has
	sureLikely    = 0.12 // how near the nearest way of asking is, to answer
	offerShare    = 0.03 // share of one that is offered
	offerTogether = 0.25 // share of all that are offered, to ask back at all
	offerLikely   = 0.08 // how near the nearest way of asking is, to offer anything
	outside       = 0.60 // share of a kind out of scope, to decline
)

// Find returns what the book has for a question. before is the question the
// same person asked in the turn before, or empty: a question that leans on it
// ("thế còn dự bị thì sao?") is read with it.
func (b *Book) Find(question, before string) Found { return b.find(b.words.reading(question), before) }

func (b *Book) find(said []reading, before string) Found {
	if c := b.cares.distress(said); c != nil {
		return Found{Outcome: Distress, Care: c, Score: 1}
	}
	if topics := b.ambiguous(said); topics != nil && before == "" {
		return Found{Outcome: Unsure, Choices: topics, Score: 1 / float64(len(topics))}
	}
	found := b.decide(b.index.rank(said, nil))
	if before == "" || found.Scope != nil || len(said) == 0 || !b.leans(said, found) {
		return found
	}
	earlier := b.words.reading(before)
	together := b.decide(b.index.rank(said, earlier))
	if found.Outcome != Nothing && together.Score <= found.Score {
		return found
	}
	together.Leaned = true
	if together.Outcome != Sure || found.Outcome == Sure && found.Topic == together.Topic {
		return together
	}
	if again := b.decide(b.index.rank(earlier, nil)).Topic == together.Topic; again || found.Outcome == Sure {
		// Said again word for word, or over what the question says alone, an
		// answer is rarely the one meant: it is offered beside the others.
		return Found{Outcome: Unsure, Choices: offered(together, found), Score: together.Score, Leaned: true}
	}
	return together
}

// offered are the topics of some findings, each once, the first ones.
func offered(all ...Found) (topics []Topic) {
	for _, f := range all {
		for _, t := range append([]Topic{f.Topic}, f.Choices...) {
			if t != "" && len(topics) < maxChoices && !slices.Contains(topics, t) {
				topics = append(topics, t)
			}
		}
	}
	return topics
}

// ambiguous returns the topics a question may mean that holds an expression
// people use for several things, and no word that tells which; else nil.
func (b *Book) ambiguous(said []reading) []Topic {
	holds := func(runs [][]string) bool {
		for _, s := range said {
			for at := range s.norm {
				for _, run := range runs {
					if len(s.norm)-at >= len(run) && slices.Equal(s.norm[at:at+len(run)], run) {
						return true
					}
				}
			}
		}
		return false
	}
	for _, a := range b.words.ambiguous {
		if holds(a.words) && !holds(a.unless) {
			return a.topics
		}
	}
	return nil
}

// FindAll returns what the book has for each question in a message, at most
// three, the first one first. A message that asks one thing, however long its
// story, has one. Of several questions those without a sure answer come
// together as one Nothing at the end.
func (b *Book) FindAll(message, before string) []Found {
	said := b.words.reading(message)
	whole := b.find(said, before)
	if whole.Outcome == Distress {
		return []Found{whole}
	}
	var all []Found
	rest := false
	for _, s := range said {
		if !s.asks || len(said) < 2 {
			continue
		}
		f := b.decide(b.index.rank([]reading{s}, nil))
		switch {
		case f.Outcome != Sure || len(s.words) < 4:
			rest = true
		case slices.ContainsFunc(all, func(o Found) bool { return o.Topic == f.Topic }):
		case len(all) == maxAtOnce:
			rest = true
		default:
			all = append(all, f)
		}
	}
	if len(all) < 2 {
		return []Found{whole}
	}
	if rest {
		all = append(all, Found{Outcome: Nothing})
	}
	return all
}

// maxAtOnce is how many questions of one message are answered.
const maxAtOnce = 3

// candidate is a class with its share of the belief.
type candidate struct {
	class int32
	share float64
}

// ranking is the likeliest classes by belief, and how near the nearest passage
// is.
type ranking struct {
	by     []candidate // falling, at most ranked
	likely float64     // resemblance of the nearest way of asking, 0 to 1
}

func (b *Book) decide(r ranking) Found {
	if len(r.by) == 0 {
		return Found{Outcome: Nothing}
	}
	first := r.by[0]
	second := candidate{}
	if len(r.by) > 1 {
		second = r.by[1]
	}
	c := b.index.classes[first.class]
	score := first.share * math.Min(1, r.likely/sureLikely)
	switch {
	case c.topic == "" && (first.share >= outside || r.likely < offerLikely):
		return Found{Outcome: Nothing, Scope: &b.Scope[c.scope], Score: score}
	case c.topic != "" && first.share >= sureShare && first.share >= sureLead*second.share && r.likely >= sureLikely:
		return Found{Outcome: Sure, Topic: c.topic, Score: score}
	case r.likely < offerLikely:
		return Found{Outcome: Nothing, Score: score}
	}
	var choices []Topic
	offered := 0.0
	for _, k := range r.by {
		if t := b.index.classes[k.class].topic; t != "" && k.share >= offerShare && len(choices) < maxChoices {
			choices = append(choices, t)
			offered += k.share
		}
	}
	if offered < offerTogether {
		return Found{Outcome: Nothing, Score: score}
	}
	return Found{Outcome: Unsure, Choices: choices, Score: score}
}

// maxChoices is how many entries "Ý bạn là…?" offers.
const maxChoices = 3

// leans reports whether a question needs the turn before to be understood: it
// takes up its thread, or is short and names nothing that the book knows by
// itself. One that alone would be asked back is not answered from the turn
// before.
func (b *Book) leans(said []reading, found Found) bool {
	words := 0
	for _, s := range said {
		words += len(s.words)
	}
	if words > 14 {
		return false
	}
	for _, s := range said {
		if len(s.words) == 0 {
			continue
		}
		switch s.words[0].exact { // as typed: "thẻ" is not "thế", "rơi" not "rồi"
		case "thế", "the", "vậy", "vay", "còn", "con", "v", "z", "rồi", "roi", "r", "nếu", "neu", "nhưng", "nhung":
			return true
		}
	}
	return found.Outcome == Nothing && words <= 9
}

// ranked is how many classes are worth a look.
const ranked = 8

// scratch is what one search needs, kept for the next one.
type scratch struct {
	gather *gather
	keys   []uint64
	part   []float32 // by key: what its sentence counts
	vector []share
	near   []float32 // by passage, without its norm
	touch  []int32   // passages met
	belief []float32 // by class
}

// Weights of a sentence's words by what the sentence does.
const (
	asking  = 1.0  // it ends in a question mark or holds a question word
	telling = 0.45 // it tells the story around the question
	past    = 0.6  // it is the turn before
)

// rank finds the likeliest classes for a question, read with the turn before
// if any.
func (x *index) rank(said, before []reading) ranking {
	s, _ := x.scratch.Get().(*scratch)
	if s == nil {
		s = &scratch{gather: newGather(len(x.idf)), near: make([]float32, len(x.passage)), belief: make([]float32, len(x.classes))}
	}
	defer x.scratch.Put(s)
	s.keys, s.part, s.vector = s.keys[:0], s.part[:0], s.vector[:0]

	unknown := 0
	add := func(r reading, part float32) {
		var lost int
		s.keys, lost = x.sentenceKeys(s.keys, r.sentence, r.norm, false)
		unknown += lost
		for len(s.part) < len(s.keys) {
			s.part = append(s.part, part)
		}
	}
	anyAsks := slices.ContainsFunc(said, reading.questions)
	for _, r := range said {
		if len(said) > 1 && anyAsks && !r.questions() {
			add(r, telling)
		} else {
			add(r, asking)
		}
	}
	for _, r := range before {
		add(r, past)
	}
	s.vector = x.vector(s.vector, s.gather, s.keys, s.part)
	if len(s.vector) == 0 {
		return ranking{}
	}
	return ranking{x.likeliest(s), x.resemblance(s) * x.knownShare(s.vector, unknown)}
}

// knownShare is how much of the question the index knows, 0 to 1: a question
// of mostly unknown words resembles nothing, however well the rest fits.
func (x *index) knownShare(v []share, unknown int) float64 {
	if unknown == 0 {
		return 1
	}
	known := 0
	for _, t := range v {
		if x.feature.kind(t.feature) == single {
			known++
		}
	}
	return math.Sqrt(float64(known) / (float64(known) + 0.6*float64(unknown)))
}

// resemblance is how near the nearest way of asking is, 0 to 1.
func (x *index) resemblance(s *scratch) float64 {
	s.touch = x.meet(s.vector, s.near, s.touch[:0])
	var nearest float32
	for _, p := range s.touch {
		nearest = max(nearest, s.near[p]*x.norm[p])
		s.near[p] = 0
	}
	return float64(nearest)
}

// meet adds to near how much each passage has in common with a question, and
// appends to touched those it met.
func (x *index) meet(v []share, near []float32, touched []int32) []int32 {
	for _, t := range v {
		if !tooCommon(t, int(x.postings.in[t.feature]), len(x.passage)) {
			touched = x.postings.add(near, touched, t.feature, t.weight*x.idf[t.feature])
		}
	}
	return touched
}

// likeliest returns the classes the learned weights believe in most, falling.
func (x *index) likeliest(s *scratch) []candidate {
	x.learned.score(s.vector, s.belief)
	for c := range s.belief {
		s.belief[c] *= sharpness
	}
	softmax(s.belief)
	by := make([]candidate, 0, ranked+1)
	for c, share := range s.belief {
		if len(by) == ranked && float64(share) <= by[ranked-1].share {
			continue
		}
		at := len(by)
		for at > 0 && by[at-1].share < float64(share) {
			at--
		}
		by = slices.Insert(by, at, candidate{int32(c), float64(share)}) // #nosec G115 -- hundreds
		by = by[:min(len(by), ranked)]
	}
	return by
}

// tooCommon reports whether a feature that stands in so many of all passages is
// not worth following: it makes passages hardly more alike, and following it
// would cost more than all others together.
func tooCommon(t share, in, of int) bool {
	return in*commonIn > of && t.weight*t.weight < commonMass
}

const (
	commonIn   = 100   // in more than one of so many passages
	commonMass = 0.025 // of the question's squared length
)

// neighbours returns how near the nearest other way of asking of the own class
// stands to a, how near the nearest of another class, and which that is.
func (x *index) neighbours(self int32, a way) (own, other float64, at int32) {
	g := newGather(len(x.idf))
	near := make([]float32, len(x.passage))
	var keys []uint64
	for _, s := range sentences(a.text) {
		keys, _ = x.sentenceKeys(keys, s, x.words.words(s), false)
	}
	for _, p := range x.meet(x.vector(nil, g, keys, nil), near, nil) {
		n := float64(near[p] * x.norm[p])
		switch {
		case p == self:
		case x.passage[p] == a.class:
			own = max(own, n)
		case n > other:
			other, at = n, p
		}
	}
	return own, other, at
}
