package knowledge

import (
	"flag"
	"os"
	"slices"
	"testing"
)

var folds = flag.Int("folds", 1, "how many of the ten folds TestCrossValidated measures")

// TestCrossValidated asks approved ways of asking of an index that was built
// without them: how well people are understood who ask in a way nobody wrote
// down. Most of them stand alone with their situation, so this is harder than
// everyday questions. All ten folds go to BENCHMARKS.md.
func TestCrossValidated(t *testing.T) {
	b, problems := Load(os.DirFS("../../content"))
	if b == nil {
		t.Fatalf("content does not load: %v", problems)
	}
	classes, asks := b.asks()
	inside, outside := map[string]int{}, map[string]int{}
	for fold := range *folds {
		var kept []way
		for i, a := range asks {
			if i%10 != fold {
				kept = append(kept, a)
			}
		}
		part := *b
		part.index = buildIndex(b.words, classes, kept, nil)
		for i, a := range asks {
			if i%10 != fold {
				continue
			}
			found, topic := part.Find(a.text, ""), classes[a.class].topic
			into := inside
			if topic == "" {
				into = outside
			}
			into["all"]++
			switch {
			case found.Outcome == Sure && found.Topic == topic:
				into["right"]++
			case found.Outcome == Sure:
				into["wrong"]++
			case found.Outcome == Unsure && slices.Contains(found.Choices, topic):
				into["offered"]++
			case found.Outcome == Unsure:
				into["asked back"]++
			default:
				into["declined"]++
			}
		}
	}
	share := func(of map[string]int, kind string) float64 { return float64(of[kind]) / float64(of["all"]) }
	t.Logf("in scope      n=%d  right %.3f  offered %.3f  wrong %.3f  declined %.3f", inside["all"], share(inside, "right"), share(inside, "offered"), share(inside, "wrong"), share(inside, "declined"))
	t.Logf("out of scope  n=%d  declined %.3f  asked back %.3f  false %.3f", outside["all"], share(outside, "declined"), share(outside, "asked back"), share(outside, "wrong"))
	if right, wrong := share(inside, "right"), share(inside, "wrong"); right < 0.65 || wrong > 0.18 {
		t.Errorf("in scope: right %.3f, want 0.65 at least; wrong %.3f, want 0.18 at most", right, wrong)
	}
	if falsely := share(outside, "wrong"); falsely > 0.18 {
		t.Errorf("out of scope: %.3f answered, want 0.18 at most", falsely)
	}
}
