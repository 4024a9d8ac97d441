package knowledge

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestWithdrawn(t *testing.T) {
	tests := map[string]struct {
		replaced string // of rule-new, on which length and card rest
		entry    Topic
		day      Date
		by       string // the document that took it away; "" while it stands
	}{
		"a document in force":                          {"", "length", Date{2026, 12, 1}, ""},
		"the day before it is replaced":                {"2026-12-01", "length", Date{2026, 11, 30}, ""},
		"the day it is replaced":                       {"2026-12-01", "length", Date{2026, 12, 1}, "rule-new"},
		"the day after":                                {"2026-12-01", "length", Date{2026, 12, 2}, "rule-new"},
		"years after":                                  {"2026-12-01", "length", Date{2031, 1, 1}, "rule-new"},
		"a later day of an earlier month":              {"2026-12-01", "length", Date{2026, 11, 2}, ""},
		"a later month of the year before":             {"2027-01-15", "length", Date{2026, 12, 31}, ""},
		"the year alone is known: from its first day":  {"2027", "length", Date{2027, 1, 1}, "rule-new"},
		"the year alone is known: not the year before": {"2027", "length", Date{2026, 12, 31}, ""},
		"read in a text long replaced, it stands":      {"", "card", Date{2026, 12, 1}, ""},
		"until its own document is replaced":           {"2026-12-01", "card", Date{2026, 12, 1}, "rule-new"},
		"without any document it stands":               {"2026-12-01", "fee", Date{2027, 1, 1}, ""},
		"the bot's own function stands":                {"2026-12-01", MyStatus, Date{2027, 1, 1}, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			fsys := tiny()
			if tt.replaced != "" {
				edit(t, fsys, "documents.yaml", "status: in_force", "status: replaced\n  replaced: {on: "+tt.replaced+"}")
			}
			b := load(t, fsys)
			got, gone := b.Withdrawn(b.Entries[tt.entry], tt.day)
			if got.ID != tt.by || gone != (tt.by != "") {
				t.Errorf("rule-new replaced on %q: Withdrawn(%s, %v) = %q, %t, want %q", tt.replaced, tt.entry, tt.day, got.ID, gone, tt.by)
			}
		})
	}
}

func TestSources(t *testing.T) {
	const more = `
- id: fee-2
  says: Phí.
  basis: thông lệ
- id: same-place
  says: Cùng một điều.
  document: rule-new
  article: Điều 5
  verified: true
  read_in: guide
  read_at: trang 2
- id: other-article
  says: Điều khác.
  document: rule-new
  article: Điều 6
  verified: true
- id: partly
  says: Cùng điều, một phần chưa kiểm chứng.
  document: rule-new
  article: Điều 5
  verified: true
  limit: phần sau
- id: unchecked
  says: Cùng điều, chưa kiểm chứng.
  document: rule-new
  article: Điều 5
- id: local
  says: Một nơi.
  basis: thông lệ
  local: true
`
	tests := map[string]struct {
		facts string
		want  []string // document, article, text read and place in it, basis, limit, verified, local
	}{
		"one":                            {"[length]", []string{"rule-new Điều 5     true false"}},
		"in the order of the facts":      {"[fee, card, length]", []string{"    thông lệ  false false", "rule-new  rule-old Điều 9   false false", "rule-new Điều 5     true false"}},
		"document and article once":      {"[length, same-place, length]", []string{"rule-new Điều 5     true false"}},
		"a basis once":                   {"[fee, fee-2]", []string{"    thông lệ  false false"}},
		"each article of a document":     {"[length, other-article]", []string{"rule-new Điều 5     true false", "rule-new Điều 6     true false"}},
		"a part not verified is told":    {"[length, partly]", []string{"rule-new Điều 5     true false", "rule-new Điều 5    phần sau true false"}},
		"whichever comes first":          {"[partly, length]", []string{"rule-new Điều 5    phần sau true false", "rule-new Điều 5     true false"}},
		"one not verified is told":       {"[length, unchecked]", []string{"rule-new Điều 5     true false", "rule-new Điều 5     false false"}},
		"an example of one place too":    {"[fee, local]", []string{"    thông lệ  false false", "    thông lệ  false true"}},
		"the text read, unless verified": {"[same-place, card]", []string{"rule-new Điều 5     true false", "rule-new  rule-old Điều 9   false false"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			fsys := tiny()
			edit(t, fsys, "facts.yaml", "- id: fee\n", strings.TrimPrefix(more, "\n")+"- id: fee\n")
			edit(t, fsys, "answers/b.yaml", "answer: Mỗi tháng 30 nghìn đồng.", "answer: Mỗi tháng.")
			edit(t, fsys, "answers/b.yaml", "[fee]", tt.facts)
			b := load(t, fsys)
			var got []string
			for _, c := range b.Sources(b.Entries["fee"]) {
				got = append(got, fmt.Sprintf("%s %s %s %s %s %s %t %t", c.Document.ID, c.Article, c.ReadIn.ID, c.ReadAt, c.Basis, c.Limit, c.Verified, c.Local))
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("sources of %s:\n got %q\nwant %q", tt.facts, got, tt.want)
			}
		})
	}
}

func TestEveryBuiltInAnswerHasASource(t *testing.T) {
	b := built(t)
	for _, id := range b.Order {
		e := b.Entries[id]
		if got := b.Sources(e); len(got) == 0 && !e.Function {
			t.Errorf("%s rests on nothing", id)
		}
		for _, c := range b.Sources(e) {
			if c.Document.ID == "" && c.ReadIn.ID == "" && c.Basis == "" {
				t.Errorf("%s has a source that names nothing: %+v", id, c)
			}
		}
	}
}

func TestDate(t *testing.T) {
	tests := map[string]struct {
		text string
		want Date
		ok   bool
	}{
		"a day":                 {"2026-07-26", Date{2026, 7, 26}, true},
		"a year":                {"2018", Date{Year: 2018}, true},
		"a leap day":            {"2024-02-29", Date{2024, 2, 29}, true},
		"a leap day of no year": {"2025-02-29", Date{}, false},
		"a month":               {"2026-07", Date{}, false},
		"as people speak":       {"26/7/2026", Date{}, false},
		"nothing":               {"", Date{}, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got Date
			err := got.UnmarshalText([]byte(tt.text))
			if got != tt.want || (err == nil) != tt.ok {
				t.Errorf("%q read as %v, %v, want %v, ok %t", tt.text, got, err, tt.want, tt.ok)
			}
			if !tt.ok {
				return
			}
			if back, err := got.MarshalText(); err != nil || string(back) != tt.text {
				t.Errorf("%v written as %q, %v, want %q", got, back, err, tt.text)
			}
		})
	}
}

func TestReloadKeepsWhatWasLearnedWhenOnlyDocumentsChanged(t *testing.T) {
	questions := []string{"dự bị mấy tháng", "bao giờ có thẻ", "đóng phí ko", "mai có bão", "kinh tế vĩ mô", "khi nào"}
	tests := map[string]struct {
		file, old, new string
		kept           bool
	}{
		"nothing changed":                     {"words.yaml", "ko", "ko", true},
		"a document replaced":                 {"documents.yaml", "status: in_force", "status: replaced\n  replaced: {on: 2026-12-01}", true},
		"a document renamed":                  {"documents.yaml", "name: Hướng dẫn", "name: Hướng dẫn chung", true},
		"a rule corrected":                    {"facts.yaml", "says: Thẻ phát", "says: Thẻ trao", true},
		"an answer reworded":                  {"answers/a.yaml", "Khi thành chính thức.", "Sau khi thành chính thức.", true},
		"an answer approved":                  {"answers/a.yaml", "{drafted: 2026-11-24, awaiting: cấp ủy duyệt}", "{by: A, on: 2026-11-30}", true},
		"a reply reworded":                    {"scope.yaml", "Mình không biết thời tiết.", "Mình không rõ.", true},
		"a way of asking added":               {"answers/a.yaml", "khi nào có thẻ", "khi nào có thẻ, kinh tế vĩ mô", false},
		"a way of asking moved":               {"answers/a.yaml", "bao giờ hết dự bị]", "bao giờ hết dự bị, thẻ trắng]", false},
		"a title changed":                     {"answers/a.yaml", "title: Thẻ đảng", "title: Tấm thẻ đảng", false},
		"a way of asking out of scope added":  {"scope.yaml", "mai có bão", "mai có bão, kinh tế vĩ mô", false},
		"one more way of asking in asks":      {"asks/more.yaml", "nắng nóng mấy độ", "nắng nóng bao nhiêu độ", false},
		"a short form added":                  {"words.yaml", "ko: không", "ko: không, k: không", false},
		"a group changed":                     {"words.yaml", "tiền: [phí, đồng]", "tiền: [phí]", false},
		"a filler added":                      {"words.yaml", "[ạ]", "[ạ, em]", false},
		"an expression made equal to another": {"words.yaml", "phí đảng]", "phí đảng, tiền đảng]", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			old := load(t, tiny())
			fsys := tiny()
			edit(t, fsys, tt.file, tt.old, tt.new)
			b, problems := old.Reload(fsys)
			if b == nil {
				t.Fatalf("findings:\n%s", problemsOf(problems))
			}
			if kept := b.index == old.index; kept != tt.kept {
				t.Errorf("%q for %q in %s: learned index kept %t, want %t", tt.new, tt.old, tt.file, kept, tt.kept)
			}
			fresh := load(t, fsys)
			for _, q := range questions {
				if got, want := b.Find(q, "").said(), fresh.Find(q, "").said(); got != want {
					t.Errorf("%q: %s after Reload, %s after Load of the same", q, got, want)
				}
			}
		})
	}
}

func TestReloadSeesWhatChanged(t *testing.T) {
	old := load(t, tiny())
	if got := old.Find("kinh tế vĩ mô", ""); got.Outcome != Nothing {
		t.Fatalf("before: %s, want nothing", got.said())
	}
	fsys := tiny()
	edit(t, fsys, "answers/a.yaml", "khi nào có thẻ", "khi nào có thẻ, kinh tế vĩ mô")
	edit(t, fsys, "care.yaml", "[muốn chết]", "[muốn chết, nhảy cầu]")
	b, problems := old.Reload(fsys)
	if b == nil {
		t.Fatalf("findings:\n%s", problemsOf(problems))
	}
	if got := b.Find("kinh tế vĩ mô", ""); got.Topic != "card" {
		t.Errorf("a new way of asking: %s, want card", got.said())
	}
	if got := b.Find("em muốn nhảy cầu", ""); got.Outcome != Distress {
		t.Errorf("new words of distress: %s, want care", got.said())
	}
	if got := old.Find("em muốn nhảy cầu", ""); got.Outcome == Distress {
		t.Errorf("the book before changed too: %s", got.said())
	}
}

// Words of distress are no part of what was learned.
func TestReloadTakesNewWordsOfDistressWithTheOldIndex(t *testing.T) {
	old := load(t, tiny())
	fsys := tiny()
	edit(t, fsys, "care.yaml", "[muốn chết]", "[nhảy cầu]")
	b, _ := old.Reload(fsys)
	if b == nil || b.index != old.index {
		t.Fatal("not reloaded with the learned index")
	}
	if got := b.Find("em muốn nhảy cầu", ""); got.Outcome != Distress {
		t.Errorf("%s, want care", got.said())
	}
	if got := b.Find("em muốn chết", ""); got.Outcome == Distress {
		t.Errorf("%s though the words were taken out", got.said())
	}
}

func TestReloadOfBrokenContentLeavesTheBookAsItWas(t *testing.T) {
	b := load(t, tiny())
	const question = "dự bị mấy tháng"
	before := b.Find(question, "")
	fsys := tiny()
	edit(t, fsys, "answers/a.yaml", "facts: [card]", "facts: [nowhere]")
	broken, problems := b.Reload(fsys)
	if broken != nil || len(problems) == 0 {
		t.Errorf("Reload = used %t, findings:\n%s", broken != nil, problemsOf(problems))
	}
	if after := b.Find(question, ""); before.Topic != "length" || after.said() != before.said() {
		t.Errorf("%q: %s before, %s after, want length both times", question, before.said(), after.said())
	}
}
