package knowledge

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
)

// Learned is what was learned from the ways of asking, to be given to a later
// LoadLearned. It is worth nothing to a book with other ways of asking.
func (b *Book) Learned() []byte {
	l := b.index.learned
	var body []byte
	body = binary.AppendUvarint(body, uint64(math.Float32bits(l.unit)))
	body = binary.AppendUvarint(body, uint64(len(l.from)-1)) // #nosec G115 -- not below 0
	for f := range len(l.from) - 1 {
		body = binary.AppendUvarint(body, uint64(l.from[f+1]-l.from[f])) // #nosec G115 -- not below 0
	}
	for row := range l.rows() {
		last := uint16(0)
		for _, w := range row { // by class
			body = binary.AppendUvarint(body, uint64(w.class-last))
			last = w.class
		}
	}
	low, high := make([]byte, len(l.weights)), make([]byte, len(l.weights)) // like by like packs best
	for i, w := range l.weights {
		n := uint16(w.value<<1 ^ w.value>>15)      // #nosec G115 -- the sign last, so that small ones have a high byte of 0
		low[i], high[i] = byte(n&0xff), byte(n>>8) // #nosec G115 -- eight bits
	}
	out := bytes.NewBuffer(append([]byte(nil), b.learnedFrom[:]...))
	z, _ := flate.NewWriter(out, flate.BestCompression) // the level is a right one
	for _, part := range [][]byte{body, low, high} {
		_, _ = z.Write(part) // a buffer takes everything
	}
	_ = z.Close()
	return out.Bytes()
}

// LearnedAnew reports whether the reading of this book had to learn: what it
// learned is worth keeping for the next one.
func (b *Book) LearnedAnew() bool { return b.learnedAnew }

// recall reads what Learned wrote, the first that was learned from these ways
// of asking. It returns nil for anything else: what was learned from others,
// or in another way, or is cut or spoilt.
func (b *Book) recall(kept [][]byte) *learned {
	for _, k := range kept {
		packed, ok := bytes.CutPrefix(k, b.learnedFrom[:])
		if !ok {
			continue
		}
		body, err := io.ReadAll(flate.NewReader(bytes.NewReader(packed)))
		if err != nil {
			continue
		}
		if l := unpack(body, len(b.Order)+len(b.Scope)); l != nil {
			return l
		}
	}
	return nil
}

// unpack reads weights of so many classes; nil if they are none.
func unpack(body []byte, classes int) *learned {
	ok := true
	take := func() uint64 {
		n, size := binary.Uvarint(body)
		ok = ok && size > 0
		body = body[max(size, 0):]
		return n
	}
	l := &learned{unit: math.Float32frombits(uint32(take()))} // #nosec G115 -- bits
	features := take()
	if features > uint64(len(body)) {
		return nil
	}
	l.from = make([]int32, features+1)
	weights := uint64(0)
	for f := range features {
		n := take()
		if weights += n; n > uint64(classes) || weights > uint64(len(body)) { // #nosec G115 -- hundreds
			return nil
		}
		l.from[f+1] = int32(weights) // #nosec G115 -- no more than bytes
	}
	l.weights = make([]weight, weights)
	for row := range l.rows() {
		class := uint64(0)
		for i := range row {
			if class += take(); class >= uint64(classes) { // #nosec G115 -- hundreds
				return nil
			}
			row[i].class = uint16(class) // #nosec G115 -- hundreds
		}
	}
	if !ok || uint64(len(body)) != 2*weights {
		return nil
	}
	low, high := body[:weights], body[weights:]
	for i := range l.weights {
		n := uint16(high[i])<<8 | uint16(low[i])
		l.weights[i].value = int16(n>>1) ^ -int16(n&1) // #nosec G115 -- as packed
	}
	return l
}

// learnedKey names everything that decides what is learned.
func (b *Book) learnedKey(t Words) [sha256.Size]byte {
	var all bytes.Buffer
	classes, asks := b.asks()
	fmt.Fprintln(&all, "2", orders, epochs, rate, gate, kindWeight)
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
