package knowledge

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestPostingsFindEveryPassageOfAFeature(t *testing.T) {
	const features = 4
	rare := []int{0, 1, 128, 129, 16_512, 20_000, 39_999} // one byte apart, two, three
	passages := make([]example, 40_000)
	want := make([][]int32, features)
	put := func(p int, f int32) {
		passages[p].features = append(passages[p].features, f)
		want[f] = append(want[f], int32(p))
	}
	random := rand.New(rand.NewPCG(1, 2))
	for p := range passages {
		if slices.Contains(rare, p) {
			put(p, 0)
		}
		if random.IntN(100) == 0 {
			put(p, 1)
		}
		put(p, 2)
	} // 3 stands nowhere
	o := newPostings(passages, features)
	for f := range int32(features) {
		near := make([]float32, len(passages))
		got := o.add(near, nil, f, 0.5)
		if !slices.Equal(got, want[f]) || int(o.in[f]) != len(want[f]) {
			t.Errorf("feature %d: %d passages, said to be %d, want %d: %v…", f, len(got), o.in[f], len(want[f]), got[:min(len(got), 10)])
		}
		if again := o.add(near, nil, f, 0.25); len(again) != 0 {
			t.Errorf("feature %d: %d passages touched again", f, len(again))
		}
		for _, p := range got {
			if near[p] != 0.75 {
				t.Fatalf("feature %d in passage %d: %v, want 0.75", f, p, near[p])
			}
		}
	}
}
