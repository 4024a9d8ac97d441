package knowledge

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestTheTinyContentHasNoFinding(t *testing.T) {
	b, problems := Load(tiny())
	if b == nil || len(problems) > 0 {
		t.Fatalf("Load = %v, findings:\n%s", b, problemsOf(problems))
	}
	if want := []Topic{"length", "card", "fee", MyStatus, BotHelp}; !slices.Equal(b.Order, want) {
		t.Errorf("order %v, want %v: file by file, as written", b.Order, want)
	}
	if got := b.Entries["length"].Ask; !slices.Contains(got, "làm đảng viên dự bị kéo dài chừng nào") {
		t.Errorf("ways of asking %q, want those of asks/*.yaml among them", got)
	}
	if got := b.Scope[0].Ask; !slices.Contains(got, "nắng nóng mấy độ") {
		t.Errorf("ways of asking out of scope %q, want those of asks/*.yaml among them", got)
	}
	if got, want := b.Awaiting(), []Topic{"card"}; !slices.Equal(got, want) {
		t.Errorf("Awaiting() = %v, want %v", got, want)
	}
}

func TestTheBuiltInContentLoads(t *testing.T) {
	if _, problems := readBuilt(); slices.ContainsFunc(problems, func(p Problem) bool { return p.Fatal }) {
		t.Errorf("findings:\n%s", problemsOf(problems))
	}
}

func TestLoadRefuses(t *testing.T) {
	long := strings.Repeat("ă", 41)
	tests := map[string]struct {
		file, old, new string
		at             string // text on the line that is named; "" where only the file is
		says           []string
	}{
		"a fact nobody wrote":                             {"answers/a.yaml", "facts: [card]", "facts: [card, nowhere]", "facts: [card, nowhere]", []string{"card", "nowhere"}},
		"an answer without a source":                      {"answers/b.yaml", "  facts: [fee]\n", "", "- id: fee", []string{"fee", "facts"}},
		"an answer whose sources are an empty list":       {"answers/b.yaml", "facts: [fee]", "facts: []", "facts: []", []string{"fee", "facts"}},
		"a rule without a source":                         {"facts.yaml", "  basis: thông lệ\n", "", "- id: fee", []string{"fee", "basis"}},
		"a rule that says nothing":                        {"facts.yaml", "says: Phí 30 nghìn đồng.", "says: ' '", "- id: fee", []string{"fee", "says"}},
		"a rule of a document not in the register":        {"facts.yaml", "document: rule-new", "document: rule-3", "document: rule-3", []string{"length", "rule-3"}},
		"a rule read in a document not in the register":   {"facts.yaml", "read_in: rule-old", "read_in: rule-0", "document: rule-new\n  read_in", []string{"card", "rule-0"}},
		"a checked rule that names no document in force":  {"facts.yaml", "  document: rule-new\n  article: Điều 5\n", "  basis: thông lệ\n", "verified: true", []string{"length", "document"}},
		"two rules with one id":                           {"facts.yaml", "- id: fee", "- id: card", "- id: card\n  says: Phí", []string{"card"}},
		"an answer without approval":                      {"answers/a.yaml", `  approval: {by: "Nguyễn Thị A, bí thư", on: 2026-11-20}` + "\n", "", "- id: length", []string{"length", "approval"}},
		"an approval without a day":                       {"answers/a.yaml", `{by: "Nguyễn Thị A, bí thư", on: 2026-11-20}`, `{by: "Nguyễn Thị A, bí thư"}`, `approval: {by: "Nguyễn`, []string{"length", "on"}},
		"an approval by nobody":                           {"answers/a.yaml", `{by: "Nguyễn Thị A, bí thư", on: 2026-11-20}`, "{on: 2026-11-20}", "approval: {on", []string{"length", "by"}},
		"an approval by nobody that awaits somebody":      {"answers/a.yaml", "{drafted: 2026-11-24, awaiting: cấp ủy duyệt}", "{on: 2026-11-24, awaiting: cấp ủy duyệt}", "approval: {on", []string{"card", "by"}},
		"a draft that awaits nobody":                      {"answers/a.yaml", ", awaiting: cấp ủy duyệt", "", "approval: {drafted", []string{"card", "awaiting"}},
		"a number no rule has":                            {"answers/a.yaml", "Dự bị 12 tháng.", "Dự bị 13 tháng.", "answer: Dự bị 13", []string{"length", `"13"`}},
		"a number of another answer's rule":               {"answers/a.yaml", "Dự bị 12 tháng.", "Dự bị 12 tháng, phí 30.", "answer: Dự bị 12", []string{"length", `"30"`}},
		"a number that only ends like one of the rule":    {"answers/a.yaml", "Dự bị 12 tháng.", "Dự bị 1 tháng 12.", "answer: Dự bị 1", []string{"length", `"1"`}},
		"a related question nobody wrote":                 {"answers/a.yaml", "related: [card]", "related: [card, cards]", "related: [card, cards]", []string{"length", "cards"}},
		"an answer related to itself":                     {"answers/a.yaml", "related: [card]", "related: [length]", "related: [length]", []string{"length"}},
		"a title too long for a button":                   {"answers/a.yaml", "title: Thẻ đảng", "title: " + long, "title: " + long, []string{"card", "41"}},
		"no title":                                        {"answers/a.yaml", "  title: Thẻ đảng\n", "", "- id: card", []string{"card", "0"}},
		"an answer too long for a message":                {"answers/a.yaml", "answer: Khi thành chính thức.", "answer: " + strings.Repeat("ừ", 2501), "answer: ừ", []string{"card", "2501", "2500"}},
		"no answer":                                       {"answers/a.yaml", "  answer: Khi thành chính thức.\n", "", "- id: card", []string{"card", "answer"}},
		"an answer that foretells":                        {"answers/a.yaml", "Khi thành chính thức.", "Bạn chắc chắn được kết nạp.", "answer: Bạn chắc", []string{"card", "chắc chắn được kết nạp"}},
		"an answer that soothes":                          {"answers/a.yaml", "Khi thành chính thức.", "Yên tâm đi.", "answer: Yên tâm", []string{"card", "Yên tâm đi"}},
		"an answer that discourages":                      {"answers/a.yaml", "Khi thành chính thức.", "Việc này khó lắm.", "answer: Việc này", []string{"card", "khó lắm"}},
		"an answer that belittles":                        {"answers/a.yaml", "Khi thành chính thức.", "Không ảnh hưởng đâu.", "answer: Không ảnh", []string{"card", "Không ảnh hưởng đâu"}},
		"too few ways of asking":                          {"answers/a.yaml", "ask: [khi nào có thẻ, thẻ phát lúc nào, bao giờ nhận thẻ]", "ask: [khi nào có thẻ, thẻ phát lúc nào]", "ask: [khi nào có thẻ", []string{"card", "3"}},
		"one way of asking under two answers":             {"answers/b.yaml", "mức đóng]", "Khi nao co the?]", "ask: [phí mỗi", []string{"fee", "Khi nao co the?", "card"}},
		"one way of asking as an answer and out of scope": {"scope.yaml", "mai có bão", "thời gian dự bị ", "ask: [hôm nay", []string{"weather", "length"}},
		"an empty way of asking":                          {"answers/b.yaml", "mức đóng]", `"?"]`, "ask: [phí mỗi", []string{"fee"}},
		"two answers with one id":                         {"answers/b.yaml", "- id: fee", "- id: card", "- id: card", []string{"card", "answers/a.yaml:"}},
		"an id in capitals":                               {"answers/b.yaml", "- id: fee", "- id: Fee", "- id: Fee", []string{"Fee"}},
		"an id too long for a button's data":              {"answers/b.yaml", "- id: fee", "- id: " + strings.Repeat("f", 41), "- id: ffff", []string{"40"}},
		"a function with a text":                          {"answers/b.yaml", "function: true", "function: true\n  answer: Đây.", "function: true", []string{"my-status"}},
		"no answer by the bot itself":                     {"answers/b.yaml", "- id: bot-help", "- id: bot-other", "", []string{"bot-help"}},
		"a replaced document without a day":               {"documents.yaml", "{by: rule-new, on: 2026-07-26}", "{by: rule-new}", "status: replaced", []string{"rule-old", "on"}},
		"a replaced document without a replacement":       {"documents.yaml", "  replaced: {by: rule-new, on: 2026-07-26}\n", "", "status: replaced", []string{"rule-old", "on"}},
		"a replacement that is in no register":            {"documents.yaml", "by: rule-new", "by: rule-9", "replaced: {by", []string{"rule-old", "rule-9"}},
		"a day of replacement under a document in force":  {"documents.yaml", "status: replaced", "status: in_force", "replaced: {by", []string{"rule-old", "in_force"}},
		"a status there is not":                           {"documents.yaml", "status: unknown", "status: gone", "status: gone", []string{"guide", "gone"}},
		"a document without a status":                     {"documents.yaml", "  status: unknown\n", "", "- id: guide", []string{"guide", "status"}},
		"a document without a date":                       {"documents.yaml", "  date: 2024-01-05\n", "", "- id: guide", []string{"guide", "date"}},
		"two documents with one id":                       {"documents.yaml", "- id: guide", "- id: rule-old", "- id: rule-old\n  name: Hướng", []string{"rule-old"}},
		"a day there is not":                              {"documents.yaml", "date: 2024-01-05", "date: 2024-02-30", "date: 2024-02-30", []string{"2024-02-30"}},
		"a day in the order of speech":                    {"documents.yaml", "date: 2024-01-05", "date: 05/01/2024", "date: 05/01/2024", []string{"05/01/2024"}},
		"a kind out of scope without a reply":             {"scope.yaml", "  reply: Mình không biết thời tiết.\n", "", "- id: weather", []string{"weather", "reply"}},
		"a kind of distress without a reply":              {"care.yaml", "  reply: Bạn gọi người thân ngay nhé.\n", "", "- id: harm", []string{"harm", "reply"}},
		"ways of asking for nothing":                      {"asks/more.yaml", "weather:", "wether:", "", []string{"wether"}},
		"an equal expression alone":                       {"words.yaml", "[đảng phí, phí đảng]", "[đảng phí]", "", []string{"same", "đảng phí"}},
		"an empty equal expression":                       {"words.yaml", "[đảng phí, phí đảng]", `[đảng phí, ""]`, "", []string{"same"}},
		"an equal expression of blanks":                   {"words.yaml", "[đảng phí, phí đảng]", `[đảng phí, " "]`, "", []string{"same"}},
		"equal expressions, none of them":                 {"words.yaml", "[[đảng phí, phí đảng]]", "[[]]", "", []string{"same"}},

		"an unknown key":                   {"answers/a.yaml", "related: [card]", "relatd: [card]", "relatd", []string{"relatd"}},
		"an unknown key in an approval":    {"answers/a.yaml", "{by: ", "{who: ", "approval: {who", []string{"who"}},
		"an unknown key among the words":   {"words.yaml", "filler:", "fillers:", "fillers:", []string{"fillers"}},
		"a key written twice":              {"answers/a.yaml", "  title: Thẻ đảng\n", "  title: Thẻ đảng\n  title: Thẻ\n", "title: Thẻ\n", []string{"title"}},
		"a map where a text belongs":       {"answers/a.yaml", "title: Thẻ đảng", "title: {vi: Thẻ đảng}", "title: {vi", nil},
		"a way of asking with a colon":     {"answers/a.yaml", "ask: [khi nào có thẻ, ", "ask:\n    - hỏi: khi nào có thẻ\n    - [", "- hỏi: khi", nil},
		"a text where a list belongs":      {"answers/a.yaml", "facts: [card]", "facts: {card: 1}", "facts: {card", nil},
		"a bracket left open":              {"answers/b.yaml", "mức đóng]", "mức đóng", "answer: Mỗi tháng", nil},
		"a quote left open":                {"facts.yaml", "basis: thông lệ", `basis: "thông lệ`, `basis: "thông`, nil},
		"a tab for blanks":                 {"answers/a.yaml", "  title: Thẻ đảng", "\ttitle: Thẻ đảng", "\ttitle", nil},
		"a mapping where the list belongs": {"scope.yaml", "- id: weather\n", "weather:\n", "weather:", nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			fsys := tiny()
			edit(t, fsys, tt.file, tt.old, tt.new)
			line := 0
			if tt.at != "" {
				line = lineOf(t, fsys, tt.file, tt.at)
			}
			b, problems := Load(fsys)
			if b != nil {
				t.Errorf("the content is used")
			}
			found := slices.ContainsFunc(problems, func(p Problem) bool {
				if !p.Fatal || p.Line != line || p.File != tt.file && (line != 0 || !strings.HasPrefix(tt.file, p.File)) {
					return false
				}
				return !slices.ContainsFunc(tt.says, func(s string) bool { return !strings.Contains(p.Reason, s) })
			})
			if !found {
				t.Errorf("%s: %q for %q\nfindings:\n%s\nwant a fatal one at line %d of %s that says %q", tt.file, tt.new, tt.old, problemsOf(problems), line, tt.file, tt.says)
			}
			for _, p := range problems {
				if strings.Contains(p.Reason, "\n") {
					t.Errorf("a finding of several lines: %q", p.Reason)
				}
			}
		})
	}
}

func TestLoadNamesAllFindingsAtOnce(t *testing.T) {
	fsys := tiny()
	edit(t, fsys, "documents.yaml", "status: unknown", "status: gone")
	edit(t, fsys, "facts.yaml", "  basis: thông lệ\n", "")
	edit(t, fsys, "answers/a.yaml", "related: [card]", "related: [cards]")
	edit(t, fsys, "answers/b.yaml", "Mỗi tháng 30", "Mỗi tháng 31")
	edit(t, fsys, "scope.yaml", "  reply: Mình không biết thời tiết.\n", "")
	b, problems := Load(fsys)
	if b != nil {
		t.Error("the content is used")
	}
	for _, want := range []string{"documents.yaml:", "facts.yaml:", "answers/a.yaml:", "answers/b.yaml:", "scope.yaml:"} {
		if !slices.ContainsFunc(problems, func(p Problem) bool { return p.Fatal && strings.HasPrefix(p.String(), want) }) {
			t.Errorf("nothing about %s among:\n%s", want, problemsOf(problems))
		}
	}
}

func TestLoadMissesAFile(t *testing.T) {
	for _, file := range []string{"documents.yaml", "facts.yaml", "scope.yaml", "care.yaml", "words.yaml"} {
		t.Run(file, func(t *testing.T) {
			fsys := tiny()
			delete(fsys, file)
			b, problems := Load(fsys)
			if b != nil || !slices.ContainsFunc(problems, func(p Problem) bool { return p.Fatal && p.File == file }) {
				t.Errorf("Load = used %t, findings:\n%s\nwant %s named", b != nil, problemsOf(problems), file)
			}
		})
	}
	t.Run("all answers", func(t *testing.T) {
		fsys := tiny()
		delete(fsys, "answers/a.yaml")
		delete(fsys, "answers/b.yaml")
		b, problems := Load(fsys)
		if b != nil || !slices.ContainsFunc(problems, func(p Problem) bool { return p.Fatal && strings.Contains(p.Reason, "answers/*.yaml") }) {
			t.Errorf("Load = used %t, findings:\n%s", b != nil, problemsOf(problems))
		}
	})
	t.Run("more ways of asking are not needed", func(t *testing.T) {
		fsys := tiny()
		delete(fsys, "asks/more.yaml")
		load(t, fsys)
	})
}

func TestLoadAccepts(t *testing.T) {
	tests := map[string]struct{ file, old, new string }{
		"a title of forty letters":              {"answers/a.yaml", "title: Thẻ đảng", "title: " + strings.Repeat("ă", 40)},
		"an answer of 2,500 letters":            {"answers/a.yaml", "answer: Khi thành chính thức.", "answer: " + strings.Repeat("ừ", 2500)},
		"a number in the name of the document":  {"answers/a.yaml", "Dự bị 12 tháng.", "Dự bị 12 tháng, theo 2-QĐ/TW."},
		"a number in what was not verified":     {"facts.yaml", "verified: true", "verified: true\n  limit: ngày 15 hằng tháng"},
		"a document of which the year is known": {"documents.yaml", "date: 2024-01-05", "date: 2024"},
		"a way of asking written twice in one":  {"answers/a.yaml", "khi nào có thẻ, ", "khi nào có thẻ, Khi nào có thẻ?, "},
		"an empty list of ways of asking":       {"asks/more.yaml", "weather:\n  - nắng nóng mấy độ\n", "weather: []\n"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			fsys := tiny()
			edit(t, fsys, tt.file, tt.old, tt.new)
			if b, problems := Load(fsys); b == nil {
				t.Errorf("%q for %q is refused:\n%s", tt.new, tt.old, problemsOf(problems))
			}
		})
	}
}

// A document that is replaced takes its answers away; the rest stays in use,
// and the editor is told.
func TestAReplacedDocumentIsAWarningOnly(t *testing.T) {
	fsys := tiny()
	edit(t, fsys, "documents.yaml", "status: in_force", "status: replaced\n  replaced: {on: 2026-12-01}")
	b, problems := Load(fsys)
	if b == nil {
		t.Fatalf("findings:\n%s", problemsOf(problems))
	}
	line := lineOf(t, fsys, "answers/a.yaml", "facts: [length]")
	if !slices.ContainsFunc(problems, func(p Problem) bool {
		return !p.Fatal && p.File == "answers/a.yaml" && p.Line == line && strings.Contains(p.Reason, "2-QĐ/TW") && strings.Contains(p.Reason, "từ ngày 2026-12-01")
	}) {
		t.Errorf("findings:\n%s\nwant one at answers/a.yaml:%d about 2-QĐ/TW", problemsOf(problems), line)
	}
}

// alone is the one finding of content with a mistake.
func alone(t *testing.T, fsys fstest.MapFS) string {
	t.Helper()
	b, problems := Load(fsys)
	if b != nil || len(problems) != 1 || !problems[0].Fatal {
		t.Errorf("used %t, findings:\n%s\nwant one, and that fatal", b != nil, problemsOf(problems))
		return ""
	}
	return problems[0].String()
}

func TestAMistakeInYAMLIsToldOnceWithItsRemedy(t *testing.T) {
	const quotes = "dấu ngoặc kép"
	tests := map[string]struct{ file, old, new, at, says string }{
		"a tab in front":                      {"answers/a.yaml", "  title: Thẻ", "\ttitle: Thẻ", "\ttitle", "dùng dấu cách thay phím Tab"},
		"a tab after the dash":                {"answers/a.yaml", "- id: card", "-\tid: card", "-\tid", "dùng dấu cách thay phím Tab"},
		"a colon inside a sentence":           {"answers/a.yaml", "answer: Khi thành", "answer: Khi nào: thành", "answer: Khi nào", "đặt cả câu trong " + quotes},
		"a colon inside a way of asking":      {"answers/a.yaml", "[khi nào có thẻ", "[khi nào: có thẻ", "[khi nào", "đặt cả câu trong " + quotes},
		"a colon on a sentence's second line": {"answers/a.yaml", "answer: Khi thành", "answer: Khi\n    thế: thành", "answer: Khi", "đặt cả câu trong " + quotes},
		"words after a quotation":             {"answers/a.yaml", "answer: Khi thành", "answer: \"Khi\" thành", "answer: \"Khi", quotes},
		"no blank after the dash":             {"answers/b.yaml", "- id: fee", "-id: fee", "-id", "thiếu dấu cách sau dấu gạch ngang"},
		"no blank after the colon":            {"answers/a.yaml", "title: Thẻ", "title:Thẻ", "title:Thẻ", "dấu hai chấm rồi dấu cách"},
		"a line too far to the left":          {"answers/a.yaml", "  title: Thẻ", " title: Thẻ", " title: Thẻ", "không thẳng hàng"},
		"a field misspelled":                  {"answers/a.yaml", "title: Thẻ", "titel: Thẻ", "titel", "không có mục titel, có phải ý bạn là title?"},
		"a field of an approval misspelled":   {"answers/a.yaml", "awaiting: cấp", "awaitin: cấp", "awaitin", "không có mục awaitin, có phải ý bạn là awaiting?"},
		"a field of the words misspelled":     {"words.yaml", "filler:", "fillers:", "fillers", "có phải ý bạn là filler?"},
		"a field there never was":             {"answers/a.yaml", "title: Thẻ", "tiêu đề: Thẻ", "tiêu đề", "chỗ này dùng: id, title, ask"},
		"a date in the order of speech":       {"answers/a.yaml", "drafted: 2026-11-24", "drafted: 24/11/2026", "24/11/2026", `"24/11/2026" không đúng; viết 2026-12-01`},
		"a date on a line of its own":         {"documents.yaml", "{by: rule-new, on: 2026-07-26}", "\n    by: rule-new\n    on: 26-7-2026", "on: 26-7", "viết 2026-12-01"},
		"a list where a date belongs":         {"documents.yaml", "on: 2026-07-26", "on: [2026-07-26]", "on: [", "viết 2026-12-01"},
		"a double quote left open":            {"facts.yaml", "basis: thông lệ", `basis: "thông lệ`, "basis", quotes + " mở mà không đóng"},
		"a single quote left open":            {"facts.yaml", "basis: thông lệ", "basis: 'thông lệ", "basis", "nháy mở mà không đóng"},
		"a sentence that begins with @":       {"facts.yaml", "basis: thông lệ", "basis: @thông lệ", "basis", "đặt cả câu trong " + quotes},
		"a list where a text belongs":         {"answers/a.yaml", "title: Thẻ đảng", "title: [Thẻ đảng]", "title: [", "cần một câu chữ, không phải danh sách"},
		"a text where a list belongs":         {"answers/a.yaml", "facts: [card]", "facts: card", "facts: card", "cần một danh sách"},
		"a text where an approval belongs":    {"answers/a.yaml", "{drafted: 2026-11-24, awaiting: cấp ủy duyệt}", "2026-11-24", "approval: 2026", "on: 2026-12-01"},
		"yes for true":                        {"answers/b.yaml", "function: true", "function: yes", "function: yes", "true hoặc false"},
		"a field written twice":               {"answers/a.yaml", "  title: Thẻ đảng\n", "  title: Thẻ đảng\n  title: Thẻ\n", "title: Thẻ\n", "mục title viết hai lần, lần đầu ở dòng 9"},
		"a topic asked for twice":             {"asks/more.yaml", "weather:", "length:", "length:\n  - nắng", "mục length viết hai lần"},
		"a bracket left open":                 {"answers/a.yaml", "facts: [card]", "facts: [card", "approval: {drafted", "dấu [ mở mà không đóng"},
		"what nobody foresaw":                 {"facts.yaml", "basis: thông lệ", "basis: *lệ", "basis", "YAML sai: "},
		"what the library panics at":          {"answers/a.yaml", "facts: [card]", "facts: !b x", "- id: card", "YAML sai: "},
		"Latin-1":                             {"facts.yaml", "basis: thông lệ", "basis: th\xf4ng", "", "UTF-8"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			fsys := tiny()
			edit(t, fsys, tt.file, tt.old, tt.new)
			want := tt.file + ": "
			if tt.at != "" {
				want = fmt.Sprintf("%s:%d: ", tt.file, lineOf(t, fsys, tt.file, tt.at))
			}
			if got := alone(t, fsys); !strings.HasPrefix(got, want) || !strings.Contains(got, tt.says) {
				t.Errorf("%q for %q:\n got %s\nwant %s…%s", tt.new, tt.old, got, want, tt.says)
			}
		})
	}
}

func TestWhatCannotBeReadIsNamedWithoutItsConsequences(t *testing.T) {
	for _, file := range []string{"documents.yaml", "facts.yaml", "answers/a.yaml", "answers/b.yaml", "scope.yaml", "asks/more.yaml"} {
		t.Run(file, func(t *testing.T) {
			fsys := tiny()
			fsys[file] = &fstest.MapFile{Data: []byte("- \"")}
			if got := alone(t, fsys); !strings.HasPrefix(got, file) {
				t.Errorf("the finding is %s, want %s named", got, file)
			}
		})
	}
	t.Run("several, each once", func(t *testing.T) {
		fsys := tiny()
		delete(fsys, "facts.yaml")
		edit(t, fsys, "answers/a.yaml", "title: Thẻ", "titel: Thẻ")
		edit(t, fsys, "answers/b.yaml", "title: Đóng", "titel: Đóng")
		if _, problems := Load(fsys); len(problems) != 3 {
			t.Errorf("findings:\n%s\nwant one a file", problemsOf(problems))
		}
	})
	t.Run("a number without its rule, written twice", func(t *testing.T) {
		fsys := tiny()
		edit(t, fsys, "answers/a.yaml", "Dự bị 12 tháng.", "Dự bị 13 tháng, là 13 tháng.")
		alone(t, fsys)
	})
}

func TestWhatEditorsLeaveIsNoMistake(t *testing.T) {
	fsys := tiny()
	for _, file := range sortedFiles(fsys) { // Notepad: a mark in front, two letters at each line's end
		fsys[file].Data = []byte("\ufeff" + strings.ReplaceAll(string(fsys[file].Data), "\n", "\r\n"))
	}
	for _, file := range []string{"answers/.#a.yaml", "answers/._b.yaml", "asks/.more.yaml"} {
		fsys[file] = &fstest.MapFile{Data: []byte("{")}
	}
	if b, problems := Load(fsys); b == nil || len(problems) > 0 {
		t.Errorf("findings:\n%s", problemsOf(problems))
	}
}

func TestAnUnknownIDNamesTheNearest(t *testing.T) {
	tests := map[string]struct{ file, old, new, meant string }{
		"a letter off in a fact":           {"answers/a.yaml", "facts: [card]", "facts: [crad]", "card"},
		"a fact's words in another order":  {"answers/a.yaml", "facts: [card]", "facts: [12-months-probation]", "probation-12-months"},
		"a fact with a word missing":       {"answers/a.yaml", "facts: [card]", "facts: [probation-12]", "probation-12-months"},
		"a document":                       {"facts.yaml", "document: rule-new", "document: rules-new", "rule-new"},
		"a document in capitals":           {"facts.yaml", "read_in: rule-old", "read_in: RULE-OLD", "rule-old"},
		"the document that replaces":       {"documents.yaml", "by: rule-new", "by: new-rule", "rule-new"},
		"a related topic":                  {"answers/a.yaml", "related: [card]", "related: [cards]", "card"},
		"a topic with more ways of asking": {"asks/more.yaml", "length:", "lngth:", "length"},
		"a kind out of scope":              {"asks/more.yaml", "weather:", "wether:", "weather"},
		"a topic of two meanings":          {"words.yaml", "filler:", "ambiguous: [{words: [thẻ], topics: [card, feee]}]\nfiller:", "fee"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			fsys := tiny()
			fsys["facts.yaml"].Data = append(fsys["facts.yaml"].Data, "- id: probation-12-months\n  says: Dự bị 12 tháng.\n  basis: thông lệ\n"...)
			edit(t, fsys, tt.file, tt.old, tt.new)
			if got, want := alone(t, fsys), "có phải ý bạn là "+tt.meant+"?"; !strings.Contains(got, want) {
				t.Errorf("%s\nwant %s", got, want)
			}
		})
	}
	t.Run("none is near", func(t *testing.T) {
		fsys := tiny()
		edit(t, fsys, "answers/a.yaml", "facts: [card]", "facts: [nowhere]")
		if got := alone(t, fsys); strings.Contains(got, "có phải") {
			t.Errorf("%s\nwant nothing suggested", got)
		}
	})
}

func TestAnApprovalOfTomorrowIsAWarning(t *testing.T) {
	fsys := tiny()
	b := load(t, fsys)
	if got := b.ApprovedAfter(Date{2026, 11, 20}); len(got) > 0 {
		t.Errorf("on the day itself:\n%s", problemsOf(got))
	}
	got := b.ApprovedAfter(Date{2026, 11, 19})
	if len(got) != 2 || got[0].Fatal || got[0].File != "answers/a.yaml" ||
		got[0].Line != lineOf(t, fsys, "answers/a.yaml", "approval: {by") || !strings.Contains(got[0].Reason, "2026-11-20") {
		t.Errorf("the day before:\n%s\nwant a warning at the line of each of two approvals", problemsOf(got))
	}
}

func TestOnlyMisleadingNeighboursAreWarnedOf(t *testing.T) {
	if got := built(t).Nearer(); len(got) >= 60 {
		t.Errorf("%d warnings about the built-in content, want fewer than 60", len(got))
	}
	fsys := tiny()
	edit(t, fsys, "answers/b.yaml", "mức đóng]", "có thẻ khi nào có thẻ]")
	got := load(t, fsys).Nearer()
	if len(got) != 1 || !strings.Contains(got[0].Reason, `"có thẻ khi nào có thẻ" giống "khi nào có thẻ" của card`) {
		t.Errorf("a question in the wrong place:\n%s", problemsOf(got))
	}
}
