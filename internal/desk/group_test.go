package desk

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"donghanh/internal/chat"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// asked is a question of so many minutes ago.
func asked(n int, why Why, topic, text string, minutes int) Question {
	return Question{ID: fmt.Sprint("tg:", n), Why: why, Topic: topic, Text: text, At: noon.Add(-time.Duration(minutes) * time.Minute), From: chat.Address(n)}
}

// sameFirstWord stands for resemblance.
func sameFirstWord(all []Question) func(i, k int) float64 {
	return func(i, k int) float64 {
		first := func(q Question) string { word, _, _ := strings.Cut(q.Text, " "); return word }
		if first(all[i]) == first(all[k]) {
			return 1
		}
		return 0
	}
}

// shown writes groups as their questions' numbers: "3 | 1 2".
func shown(groups []Group) string {
	var out []string
	for _, g := range groups {
		var ids []string
		for _, q := range g.Questions {
			ids = append(ids, strings.TrimPrefix(q.ID, "tg:"))
		}
		out = append(out, strings.Join(ids, " "))
	}
	return strings.Join(out, " | ")
}

func TestQuestionsWaitInGroups(t *testing.T) {
	held := Claim{ID: "tg:50", By: "cb-hanh", Since: noon.Add(-time.Hour), Until: noon.Add(time.Minute)}
	over := held
	over.Until = noon
	tests := map[string]struct {
		all    []Question
		claims map[string]Claim
		want   string
	}{
		"nothing waits": {nil, nil, ""},
		"alike under one topic, oldest first": {[]Question{
			asked(1, Handed, "a", "hop ngay may", 5), asked(2, Wrong, "a", "hop hom nao", 50), asked(3, Handed, "a", "phi bao nhieu", 20)}, nil, "2 1 | 3"},
		"alike, but matched with another topic": {[]Question{
			asked(1, Handed, "a", "hop ngay may", 5), asked(2, Handed, "b", "hop hom nao", 4)}, nil, "1 | 2"},
		"in danger: first, and never grouped": {[]Question{
			asked(1, Handed, "", "em met", 90), asked(2, Urgent, "", "em met", 5), asked(3, Urgent, "", "em met", 6)}, nil, "3 | 2 | 1"},
		"taken up: what comes later waits apart": {[]Question{
			asked(1, Handed, "a", "hop ngay may", 9), asked(2, Handed, "a", "hop hom nao", 8), asked(3, Handed, "a", "hop a", 7)},
			map[string]Claim{"handed/tg:1": held, "handed/tg:2": held}, "1 2 | 3"},
		"taken up together, they stay so": {[]Question{
			asked(1, Handed, "a", "hop", 9), asked(2, Handed, "b", "phi", 8)},
			map[string]Claim{"handed/tg:1": held, "handed/tg:2": held}, "1 2"},
		"a claim that ran out parts nobody": {[]Question{
			asked(1, Handed, "a", "hop ngay may", 9), asked(2, Handed, "a", "hop hom nao", 8)},
			map[string]Claim{"handed/tg:1": over}, "1 2"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := shown(Groups(tt.all, tt.claims, noon, sameFirstWord(tt.all))); got != tt.want {
				t.Errorf("groups %q, want %q", got, tt.want)
			}
		})
	}
}

func TestEachAskerOfAGroupIsAnsweredOnce(t *testing.T) {
	g := Group{Questions: []Question{asked(1, Handed, "", "x", 3), asked(2, Wrong, "", "x", 2), asked(3, Handed, "", "x", 1)}}
	g.Questions[2].From = 1
	if got := g.Askers(); len(got) != 2 || got[0].ID != "tg:1" || got[1].ID != "tg:2" {
		t.Errorf("askers %+v", got)
	}
}

func TestAnOfficerIsKnownByCodeOrConversation(t *testing.T) {
	if got := OfficerOf("cb-hanh", 41); got != "cb-hanh" || got.Code() != "cb-hanh" {
		t.Errorf("in the lists: %q, code %q", got, got.Code())
	}
	if got := OfficerOf("", 99); got != "@99" || got.Code() != "" {
		t.Errorf("in none: %q, code %q", got, got.Code())
	}
}
