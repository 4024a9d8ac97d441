package chat

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestTalkRemembersTheLastTen(t *testing.T) {
	tests := map[string]struct {
		asked      int
		oldest     int64 // Seq of the first one remembered; 0 for none
		remembered int
	}{
		"nothing yet":                    {0, 0, 0},
		"one":                            {1, 1, 1},
		"as many as fit":                 {MaxAsked, 1, MaxAsked},
		"one more pushes out the oldest": {MaxAsked + 1, 2, MaxAsked},
		"a long evening":                 {500, 491, MaxAsked},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var talk Talk
			for seq := range tt.asked {
				talk.Remember(Asked{Seq: int64(seq + 1), Text: fmt.Sprint("câu ", seq+1)})
			}
			if len(talk.Asked) != tt.remembered {
				t.Fatalf("after %d questions %d are remembered, want %d", tt.asked, len(talk.Asked), tt.remembered)
			}
			if tt.asked == 0 {
				return
			}
			if got := talk.Asked[0].Seq; got != tt.oldest {
				t.Errorf("after %d questions the oldest is %d, want %d", tt.asked, got, tt.oldest)
			}
			if got, want := talk.Last(), fmt.Sprint("câu ", tt.asked); got != want {
				t.Errorf("Last() = %q, want %q", got, want)
			}
		})
	}
}

func TestRecallKnowsWhatIsRememberedAndNothingElse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var talk Talk
		var all []Asked
		seq := int64(0)
		for i := range rapid.IntRange(0, 3*MaxAsked).Draw(t, "questions") {
			seq += rapid.Int64Range(1, 5).Draw(t, "step")
			a := Asked{Seq: seq, Text: fmt.Sprint("câu ", i), Topic: fmt.Sprint("topic-", i)}
			before := slices.Clone(talk.Asked)
			held := talk.Asked
			talk.Remember(a)
			all = append(all, a)
			if !slices.Equal(held, before) {
				t.Fatalf("remembering %d changed a list handed out before: %v, was %v", seq, held, before)
			}
		}
		kept := all[max(0, len(all)-MaxAsked):]
		if !slices.Equal(talk.Asked, kept) {
			t.Fatalf("after %d questions: %v, want the last %d", len(all), talk.Asked, len(kept))
		}
		for s := int64(-1); s <= seq+1; s++ {
			at := slices.IndexFunc(kept, func(a Asked) bool { return a.Seq == s })
			got, ok := talk.Recall(s)
			if ok != (at >= 0) || ok && got != kept[at] || !ok && got != (Asked{}) {
				t.Fatalf("Recall(%d) = %v, %t among %v", s, got, ok, kept)
			}
		}
	})
}

func TestEndForgetsTheFlowAndKeepsTheQuestions(t *testing.T) {
	talk := Talk{Handled: 9, Asked: []Asked{{Seq: 8, Text: "dự bị bao lâu"}}, Flow: "dieukien", Values: map[string]string{"birth": "3/2005"}}
	talk.End()
	if talk.Flow != "" || talk.Values != nil {
		t.Errorf("after End: flow %q, values %v, want nothing of it", talk.Flow, talk.Values)
	}
	if talk.Handled != 9 || talk.Last() != "dự bị bao lâu" {
		t.Errorf("after End: handled %d, last %q, want 9 and the question", talk.Handled, talk.Last())
	}
}

func TestTalkForgetsAfterADayHoweverOftenThePersonWrites(t *testing.T) {
	start := time.Date(2026, 11, 24, 21, 40, 0, 0, time.UTC)
	var talk Talk
	talk.Begin("dieukien", start, map[string]string{"year": "2005"})
	for i := range 5 { // every ten hours
		at := start.Add(time.Duration(i) * 10 * time.Hour)
		talk.Forget(at)
		talk.Remember(Asked{Seq: int64(i + 1), At: at, Text: fmt.Sprint("câu ", i+1)})
	}
	var seqs []int64
	for _, a := range talk.Asked {
		seqs = append(seqs, a.Seq)
	}
	if want := []int64{3, 4, 5}; !slices.Equal(seqs, want) {
		t.Errorf("remembered after forty hours: %v, want %v", seqs, want)
	}
	if talk.Flow != "" || talk.Values != nil {
		t.Errorf("a flow begun forty hours ago stands: %+v", talk)
	}
}
