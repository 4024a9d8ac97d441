package knowledge

import (
	"os"
	"slices"
	"testing"
)

func TestDocumentsAreKnownByTheirNumberHoweverTyped(t *testing.T) {
	b, problems := Load(os.DirFS("../../content"))
	if b == nil {
		t.Fatalf("content does not load: %v", problems)
	}
	tests := map[string]struct {
		text string
		want []string
	}{
		"with kind and slash":                {"theo 294-QĐ/TW thì sao", []string{"qd-294-2025"}},
		"kind before":                        {"quy định 294 còn hiệu lực không", []string{"qd-294-2025"}},
		"without accents":                    {"qd208 noi gi", []string{"qd-208-2026"}},
		"a nought in front":                  {"hd 06 năm 2025", []string{"hd-06-2025"}},
		"three of a number need a year":      {"hướng dẫn 01 còn dùng không", nil},
		"and with the year one is meant":     {"hướng dẫn 01-HD/TW năm 2021", []string{"hd-01-2021"}},
		"two in one text, each once":         {"quy định 294 hay quy định 208, 294-qd/tw", []string{"qd-294-2025", "qd-208-2026"}},
		"a number alone is no document":      {"có 294 bạn trong lớp", nil},
		"nor is a number nobody registered":  {"quy định 99999", nil},
		"nor the form of a dossier":          {"mẫu 2-KNĐ", nil},
		"nor thirty days after a regulation": {"quy định là 30 ngày", nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, d := range b.Mentioned(tt.text) {
				got = append(got, d.ID)
			}
			slices.Sort(got)
			slices.Sort(tt.want)
			if !slices.Equal(got, tt.want) {
				t.Errorf("Mentioned(%q) = %v, want %v", tt.text, got, tt.want)
			}
		})
	}
}

func TestSuccessorFollowsReplacementsToTheEnd(t *testing.T) {
	day := Date{2026, 11, 24}
	b := &Book{Documents: map[string]Document{
		"a": {ID: "a", Status: Replaced, Replaced: Replacement{By: "b", On: Date{2025, 1, 1}}},
		"b": {ID: "b", Status: Replaced, Replaced: Replacement{By: "c", On: Date{2026, 1, 1}}},
		"c": {ID: "c", Status: InForce},
		"d": {ID: "d", Status: Replaced, Replaced: Replacement{On: Date{2026, 1, 1}}},
		"e": {ID: "e", Status: Replaced, Replaced: Replacement{By: "c", On: Date{2027, 1, 1}}},
		"x": {ID: "x", Status: Replaced, Replaced: Replacement{By: "y", On: Date{2026, 1, 1}}},
		"y": {ID: "y", Status: Replaced, Replaced: Replacement{By: "x", On: Date{2026, 1, 1}}},
	}}
	for name, tt := range map[string]struct {
		from, want string
		ok         bool
	}{
		"two steps":                         {"a", "c", true},
		"none named":                        {"d", "d", false},
		"not yet replaced":                  {"e", "e", false},
		"in force":                          {"c", "c", false},
		"a circle is no answer":             {"x", "", false},
		"one step":                          {"b", "c", true},
		"a circle from the other side too ": {"y", "", false},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := b.Successor(b.Documents[tt.from], day)
			if ok != tt.ok || tt.want != "" && got.ID != tt.want {
				t.Errorf("Successor(%s) = %s, %t, want %s, %t", tt.from, got.ID, ok, tt.want, tt.ok)
			}
		})
	}
}
