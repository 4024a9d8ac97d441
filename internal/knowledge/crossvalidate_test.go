package knowledge

import (
	"os"
	"testing"
)

// TestCrossValidated asks each approved way of asking of an index that was
// built without it (ten folds), and without what its class said in the same
// words: how well people are understood who ask in a way nobody wrote down.
// The figures go to BENCHMARKS.md.
func TestCrossValidated(t *testing.T) {
	b, problems := Load(os.DirFS(contentDir()))
	if b == nil {
		t.Fatalf("content does not load: %v", problems)
	}
	classes, asks := b.asks()
	const folds = 10
	var top [3]int
	var right, offered, wrong, missed, declined, falsely, inside, outside int
	for fold := range folds {
		var kept []way
		for i, a := range asks {
			if i%folds != fold {
				kept = append(kept, a)
			}
		}
		part := *b
		part.index = buildIndex(b.words, classes, kept)
		for i, a := range asks {
			if i%folds != fold {
				continue
			}
			if r := part.index.rank(sentences(a.text), nil); len(r.by) > 2 {
				for k, c := range r.by[:3] {
					if c.class == a.class {
						top[k]++
					}
				}
			}
			found := part.Find(a.text, "")
			topic := classes[a.class].topic
			if topic == "" {
				outside++
				switch found.Outcome {
				case Sure:
					falsely++
				case Nothing, Distress:
					declined++
				}
				continue
			}
			inside++
			switch {
			case found.Outcome == Sure && found.Topic == topic:
				right++
			case found.Outcome == Sure:
				wrong++
			case contains(found.Choices, topic):
				offered++
			default:
				missed++
			}
		}
	}
	share := func(n, of int) float64 { return float64(n) / float64(max(1, of)) }
	t.Logf("the right one stands first %.3f, among three %.3f", share(top[0], len(asks)), share(top[0]+top[1]+top[2], len(asks)))
	t.Logf("in scope      n=%d  right %.3f  offered %.3f  wrong %.3f  missed %.3f", inside, share(right, inside), share(offered, inside), share(wrong, inside), share(missed, inside))
	t.Logf("out of scope  n=%d  declined %.3f  false %.3f", outside, share(declined, outside), share(falsely, outside))
}

func contains(list []Topic, t Topic) bool {
	for _, l := range list {
		if l == t {
			return true
		}
	}
	return false
}

func contentDir() string {
	if d := os.Getenv("TRY_CONTENT"); d != "" {
		return d
	}
	return "../../content"
}
