package knowledge

import "math/bits"

// features numbers the features met, from 0 in the order met. A Go map of them
// would take more than twice the memory, and longer.
type features struct {
	keys  []uint64 // number → key
	slots []int32  // place of a key's hash, or after it → number + 1; 0 is free
	shift int      // of the hash, to its place
}

// find returns the number of a key.
func (t *features) find(key uint64) (n int32, ok bool) {
	if len(t.slots) == 0 {
		return 0, false
	}
	n = t.slots[t.place(key)] - 1
	return n, n >= 0
}

// add returns the number of a key, a new one if it was not met before.
func (t *features) add(key uint64) (n int32, isNew bool) {
	if 4*len(t.keys) >= 3*len(t.slots) {
		t.grow()
	}
	at := t.place(key)
	if n := t.slots[at]; n > 0 {
		return n - 1, false
	}
	t.keys = append(t.keys, key)
	t.slots[at] = int32(len(t.keys)) // #nosec G115 -- thousands
	return t.slots[at] - 1, true
}

// place is where a key stands, or the free slot where it would.
func (t *features) place(key uint64) int {
	const odd = 0x9E3779B97F4A7C15  // 2^64 divided by the golden ratio: spreads neighbours
	at := int(key * odd >> t.shift) // #nosec G115 -- below the length
	for {
		if n := t.slots[at]; n == 0 || t.keys[n-1] == key {
			return at
		}
		at = (at + 1) & (len(t.slots) - 1)
	}
}

func (t *features) grow() {
	size := max(1<<10, 2*len(t.slots))
	t.slots, t.shift = make([]int32, size), 64-bits.TrailingZeros(uint(size))
	for n, key := range t.keys {
		t.slots[t.place(key)] = int32(n + 1) // #nosec G115 -- thousands
	}
}

// kind is the kind of a feature, as in its key.
func (t *features) kind(n int32) uint64 { return t.keys[n] >> kindShift << kindShift }
