package knowledge

import (
	"bytes"
	"compress/flate"
	"flag"
	"io"
	"os"
	"reflect"
	"testing"
)

var update = flag.Bool("update", false, "learn content/ anew and write content/learned")

// content/learned is built in, so that the first start does not have to learn.
func TestContentComesWithWhatWasLearnedFromIt(t *testing.T) {
	files, file := os.DirFS("../../content"), "../../content/learned"
	book, problems := Load(files)
	if book == nil {
		t.Fatalf("content does not load: %v", problems)
	}
	if *update {
		if err := os.WriteFile(file, book.Learned(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	kept, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	// Other machines may round otherwise, so the weights themselves may differ.
	if book.recall([][]byte{kept}) == nil {
		t.Error("content/learned was learned from other content: the bot works, but starts more slowly; renew it: make learned")
	}
}

func TestWhatWasLearnedIsTakenUpAgain(t *testing.T) {
	files := os.DirFS("../../content")
	first, problems := Load(files)
	if first == nil {
		t.Fatalf("content does not load: %v", problems)
	}
	kept := first.Learned()
	again, _ := LoadLearned(files, nil, []byte("others"), kept)
	if !reflect.DeepEqual(again.index.learned, first.index.learned) {
		t.Error("what was kept is not what was learned")
	}
	if !first.LearnedAnew() || again.LearnedAnew() {
		t.Errorf("learned anew: %t at first, want true; %t with what was kept, want false", first.LearnedAnew(), again.LearnedAnew())
	}
	if changed, _ := first.Reload(files); changed.LearnedAnew() {
		t.Error("learned anew when read again, though no way of asking changed")
	}

	other := *first
	other.Scope = append([]Scope(nil), first.Scope...)
	other.Scope[0].Ask = append([]string{"một cách hỏi mới"}, other.Scope[0].Ask...)
	other.learnedFrom = other.learnedKey(Words{})
	for name, got := range map[string]*learned{
		"from other ways of asking": other.recall([][]byte{kept}),
		"cut":                       first.recall([][]byte{kept[:len(kept)-4]}),
		"nothing":                   first.recall(nil),
		"only the key":              first.recall([][]byte{kept[:32]}),
	} {
		if got != nil {
			t.Errorf("%s: it was taken up", name)
		}
	}
}

func TestSpoiltWeightsAreNotTakenUp(t *testing.T) {
	good := &learned{from: []int32{0, 2, 2, 3}, weights: []weight{{0, 7}, {2, -2047}, {1, 0}}, unit: 0.5}
	b := &Book{index: &index{learned: good}, Order: []Topic{"a", "b", "c"}}
	body, err := io.ReadAll(flate.NewReader(bytes.NewReader(b.Learned()[len(b.learnedFrom):])))
	if err != nil {
		t.Fatal(err)
	}
	if got := unpack(body, 3); !reflect.DeepEqual(got, good) {
		t.Errorf("unpacked %+v, want %+v", got, good)
	}
	if unpack(body, 2) != nil {
		t.Error("a class that is not there: it was taken up")
	}
	for n := range body {
		if unpack(body[:n], 3) != nil {
			t.Errorf("cut after %d of %d bytes: it was taken up", n, len(body))
		}
	}
	for at := range body { // whatever it makes of it, it does not panic
		for b := range 256 {
			spoilt := bytes.Clone(body)
			spoilt[at] = byte(b)
			unpack(spoilt, 3)
		}
	}
}
