package knowledge

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"slices"
)

// Learned is what was learned from the ways of asking, to be given to a later
// Reload: learning is most of the time to read content. It is worth nothing to
// a book with other ways of asking.
func (b *Book) Learned() []byte {
	key := b.learnedFrom
	l := b.index.learned
	out := make([]byte, 0, len(key)+8+4*len(l.from)+8*len(l.weights))
	out = append(out, key[:]...)
	put := func(n int32) { out = binary.LittleEndian.AppendUint32(out, uint32(n)) } // #nosec G115 -- bits
	put(int32(len(l.from)))                                                         // #nosec G115 -- thousands
	put(int32(len(l.weights)))                                                      // #nosec G115 -- thousands
	for _, n := range l.from {
		put(n)
	}
	for _, w := range l.weights {
		put(w.class)
		put(int32(math.Float32bits(w.value))) // #nosec G115 -- bits
	}
	return out
}

// recall reads what Learned wrote. It returns nil for anything else: what was
// learned from other ways of asking, or in another way, or is cut or spoilt.
func (b *Book) recall(kept []byte) *learned {
	key := b.learnedFrom
	rest, ok := bytes.CutPrefix(kept, key[:])
	if !ok || len(rest) < 8 || len(rest)%4 != 0 {
		return nil
	}
	take := func() int32 {
		n := int32(binary.LittleEndian.Uint32(rest)) // #nosec G115 -- bits
		rest = rest[4:]
		return n
	}
	features, weights := take(), take()
	if features < 1 || weights < 0 || int64(len(rest)) != 4*int64(features)+8*int64(weights) {
		return nil
	}
	l := &learned{from: make([]int32, features), weights: make([]weight, weights)}
	for i := range l.from {
		l.from[i] = take()
	}
	for i := range l.weights {
		l.weights[i] = weight{take(), math.Float32frombits(uint32(take()))} // #nosec G115 -- bits
	}
	classes := int32(len(b.Order) + len(b.Scope)) // #nosec G115 -- hundreds
	if l.from[0] != 0 || l.from[features-1] != weights || !slices.IsSorted(l.from) ||
		slices.ContainsFunc(l.weights, func(w weight) bool { return w.class < 0 || w.class >= classes }) {
		return nil
	}
	return l
}

// learnedKey names everything that decides what is learned.
func (b *Book) learnedKey(t Words) [sha256.Size]byte {
	var all bytes.Buffer
	classes, asks := b.asks()
	fmt.Fprintln(&all, "1", orders, epochs, rate, gate, kindWeight)
	for _, c := range classes {
		fmt.Fprintln(&all, c.topic, c.scope, c.id)
	}
	for _, a := range asks {
		fmt.Fprintf(&all, "%d %s\n", a.class, a.text)
	}
	for _, typed := range slices.Sorted(maps.Keys(t.Short)) {
		fmt.Fprintf(&all, "%q=%q\n", typed, t.Short[typed])
	}
	for _, name := range slices.Sorted(maps.Keys(t.Groups)) {
		fmt.Fprintf(&all, "%q=%q\n", name, t.Groups[name])
	}
	fmt.Fprintf(&all, "%q\n%q\n", t.Same, t.Filler)
	return sha256.Sum256(all.Bytes())
}
