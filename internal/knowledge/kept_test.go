package knowledge

import (
	"os"
	"reflect"
	"testing"
)

func TestWhatWasLearnedIsTakenUpAgain(t *testing.T) {
	files := os.DirFS("../../content")
	first, problems := Load(files)
	if first == nil {
		t.Fatalf("content does not load: %v", problems)
	}
	kept := first.Learned()
	again, _ := LoadLearned(files, kept)
	if !reflect.DeepEqual(again.index.learned, first.index.learned) {
		t.Error("what was kept is not what was learned")
	}
	if again.recall(kept) == nil {
		t.Error("it was learned anew")
	}

	other := *first
	other.Scope = append([]Scope(nil), first.Scope...)
	other.Scope[0].Ask = append([]string{"một cách hỏi mới"}, other.Scope[0].Ask...)
	other.learnedFrom = other.learnedKey(Words{})
	spoilt := append([]byte(nil), kept...)
	spoilt[len(spoilt)-7] = 0xff // the class of the last weight
	for name, got := range map[string]*learned{
		"from other ways of asking": other.recall(kept),
		"cut":                       first.recall(kept[:len(kept)-4]),
		"nothing":                   first.recall(nil),
		"only the key":              first.recall(kept[:32]),
		"a class that is not there": first.recall(spoilt),
	} {
		if got != nil {
			t.Errorf("%s: it was taken up", name)
		}
	}
}
