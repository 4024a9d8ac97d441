package knowledge

// postings says in which passages each feature stands. There are many more of
// them than of anything else, so they are kept as the distance from the one
// before, seven bits a byte, the lowest first: most take one byte.
type postings struct {
	from  []int32 // feature → where its passages begin; one more at the end
	in    []int32 // feature → how many passages it stands in
	steps []byte
}

// more marks a byte of a distance that goes on in the next one.
const more = 0x80

// newPostings turns passages with their features around. Each feature stands
// at most once in a passage.
func newPostings(passages []example, features int) postings {
	o := postings{from: make([]int32, features+1), in: make([]int32, features)}
	each := func(do func(f, step int32)) {
		last := make([]int32, features)
		for p, e := range passages {
			for _, f := range e.features {
				do(f, int32(p)-last[f]) // #nosec G115 -- thousands
				last[f] = int32(p)      // #nosec G115 -- thousands
			}
		}
	}
	each(func(f, step int32) {
		o.in[f]++
		o.from[f+1]++
		for ; step >= more; step >>= 7 {
			o.from[f+1]++
		}
	})
	for f := range o.in {
		o.from[f+1] += o.from[f]
	}
	o.steps = make([]byte, o.from[features])
	next := append([]int32(nil), o.from...)
	put := func(f int32, b int32) {
		o.steps[next[f]] = byte(b) // #nosec G115 -- eight bits
		next[f]++
	}
	each(func(f, step int32) {
		for ; step >= more; step >>= 7 {
			put(f, step&(more-1)|more)
		}
		put(f, step)
	})
	return o
}

// add adds weight to near for each passage the feature stands in, and appends
// to touched those that had nothing before.
func (o *postings) add(near []float32, touched []int32, feature int32, weight float32) []int32 {
	var passage, step int32
	shift := 0
	for _, b := range o.steps[o.from[feature]:o.from[feature+1]] {
		if b >= more {
			step |= int32(b&(more-1)) << (shift & 31)
			shift += 7
			continue
		}
		if shift == 0 {
			passage += int32(b)
		} else {
			passage += step | int32(b)<<(shift&31)
			step, shift = 0, 0
		}
		n := near[passage]
		if n == 0 {
			touched = append(touched, passage)
		}
		near[passage] = n + weight
	}
	return touched
}
