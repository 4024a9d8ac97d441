package knowledge

import "testing"

func TestFeaturesAreNumberedInTheOrderMet(t *testing.T) {
	var features features
	if n, ok := features.find(7); ok {
		t.Errorf("found %d where nothing was met", n)
	}
	key := func(i int) uint64 { return pair | uint64(i%50)<<28 | uint64(i) }
	for i := range 10_000 {
		if n, isNew := features.add(key(i)); n != int32(i) || !isNew {
			t.Fatalf("key %d: number %d (new %t), want %d and new", i, n, isNew, i)
		}
		if n, isNew := features.add(key(i / 2)); n != int32(i/2) || isNew {
			t.Fatalf("key %d again: number %d (new %t), want %d and not new", i/2, n, isNew, i/2)
		}
	}
	for i := range 10_000 {
		if n, ok := features.find(key(i)); n != int32(i) || !ok || features.kind(n) != pair {
			t.Fatalf("key %d: number %d (%t), want %d, a pair", i, n, ok, i)
		}
	}
	if n, ok := features.find(key(10_000)); ok {
		t.Errorf("found %d for a key never met", n)
	}
}
