package wording

import (
	"strings"
	"testing"
	"time"

	"donghanh/internal/desk"
	"donghanh/internal/journey"
	"donghanh/internal/knowledge"
)

// Everything a person or the content says may hold signs of HTML.
func TestWhatPeopleSayIsEscaped(t *testing.T) {
	const said = `<a href="x">&'`
	at := time.Date(2026, 11, 24, 8, 5, 0, 0, time.UTC)
	q := desk.Question{Text: said, Topic: "t", At: at, Why: desk.Handed}
	tests := map[string]string{
		"the name of who starts":     Welcome(said),
		"what a command does":        Help(nil, []Command{{"hoi", said}}),
		"a command there is not":     UnknownCommand(said),
		"a reference":                Broken(said),
		"a waiting question":         Waiting([]desk.Question{q}, 1, func(string) []string { return nil }, at),
		"the title of its answer":    Waiting([]desk.Question{{Text: "x", Topic: "t", At: at}}, 1, func(string) []string { return []string{said} }, at),
		"a question to be answered":  TypeReply(q),
		"a question answered":        OfficerReply(q, "x", at),
		"an officer's answer":        OfficerReply(desk.Question{Text: "x"}, said, at),
		"an officer's preview":       PreviewReply(OfficerReply(desk.Question{Text: "x"}, said, at)),
		"an answer's first line":     Answer(knowledge.Entry{Answer: said}, nil),
		"an answer's second line":    Answer(knowledge.Entry{Answer: "x\n" + said}, nil),
		"who approved":               Answer(knowledge.Entry{Answer: "x", Approval: knowledge.Approval{By: said, On: knowledge.Date{Year: 2026}}}, nil),
		"a source's name":            Sources([]knowledge.Citation{{Document: knowledge.Document{ID: "d", Name: said}, Verified: true}}),
		"a source's short name":      Sources([]knowledge.Citation{{Document: knowledge.Document{ID: "d", Short: said}, ReadIn: ruleOld}}),
		"a source's basis":           Sources([]knowledge.Citation{{Basis: said}}),
		"a withdrawn answer's title": Withdrawn(knowledge.Entry{Title: said}, ruleOld),
		"a reply out of scope":       OutOfScope(knowledge.Scope{Reply: said}),
		"a reply of care":            Care(knowledge.Care{Reply: said}),
	}
	for name, got := range tests {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(got, `&lt;a href=&#34;x&#34;&gt;&amp;&#39;`) || strings.Contains(got, "<a") || strings.Contains(got, `"x"`) {
				t.Errorf("%q came out as\n%s", said, got)
			}
		})
	}
}

// A cut must not fall into an entity.
func TestLongTextsAreCutBeforeTheyAreEscaped(t *testing.T) {
	long := strings.Repeat("&", 5000)
	for name, tt := range map[string]struct {
		got  string
		want int
	}{
		"a name":               {Welcome(long), 40},
		"a command":            {UnknownCommand(long), 32},
		"a waiting question":   {Waiting([]desk.Question{{Text: long}}, 1, func(string) []string { return nil }, time.Time{}), 400},
		"one to be answered":   {TypeReply(desk.Question{Text: long}), 1000},
		"one that is answered": {OfficerReply(desk.Question{Text: long}, "x", time.Time{}), 600},
	} {
		t.Run(name, func(t *testing.T) {
			n := strings.Count(tt.got, "&amp;")
			if n != tt.want || strings.Count(tt.got, "&") != n || !strings.Contains(tt.got, "&amp;…") {
				t.Errorf("%d of 5000 letters left, want %d and an ellipsis, no piece of an entity: %s", n, tt.want, tt.got)
			}
		})
	}
}

func TestWaitingTellsHowLongAndWhy(t *testing.T) {
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	tests := map[string]struct {
		q    desk.Question
		want string
	}{
		"just now":              {desk.Question{Why: desk.Handed, At: now.Add(-59 * time.Second)}, "<i>nhờ chuyển cán bộ, vừa xong</i>"},
		"a minute":              {desk.Question{Why: desk.Handed, At: now.Add(-time.Minute)}, "<i>nhờ chuyển cán bộ, 1 phút trước</i>"},
		"most of a day":         {desk.Question{Why: desk.Wrong, At: now.Add(-24*time.Hour + time.Second)}, "<i>báo trả lời chưa đúng, 23 giờ trước</i>"},
		"days":                  {desk.Question{Why: desk.Wrong, At: now.Add(-49 * time.Hour)}, "<i>báo trả lời chưa đúng, 2 ngày trước</i>"},
		"what it was told then": {desk.Question{Why: desk.Wrong, Topic: "t", At: now}, "<i>báo trả lời chưa đúng; bot đã trả lời: Thẻ, Phí, vừa xong</i>"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := Waiting([]desk.Question{tt.q}, 1, func(topic string) []string {
				if topic == "" {
					return nil
				}
				return []string{"Thẻ", "Phí"}
			}, now)
			if !strings.Contains(got, tt.want) || strings.Contains(got, "cũ nhất") {
				t.Errorf("%+v: %s\nwithout %s", tt.q, got, tt.want)
			}
		})
	}
	if got := Waiting(make([]desk.Question, 2), 7, func(string) []string { return nil }, now); !strings.Contains(got, "<b>7 câu hỏi đang chờ</b>, đây là 2 câu cũ nhất") {
		t.Errorf("two of seven: %s", got)
	}
	if got := Waiting(nil, 0, nil, now); got != "Không có câu hỏi nào đang chờ." {
		t.Errorf("none: %s", got)
	}
}

func TestEveryRoleHasAName(t *testing.T) {
	seen := map[string]journey.Role{}
	for _, r := range append([]journey.Role{journey.Guest}, journey.Roles...) {
		name := Role(r)
		if other, twice := seen[name]; twice || name == "" {
			t.Errorf("%q is called %q, like %q", r, name, other)
		}
		seen[name] = r
	}
}

func TestMyDataCountsWhatIsStored(t *testing.T) {
	all := MyData(Stored{
		Roles: []journey.Role{journey.Mentor, journey.CellSecretary}, Person: journey.Person{Code: "gv-1", Name: "Minh", Unit: "K47"},
		Events: 5, Pref: journey.Weekly, Asked: 4, Flow: true, Waiting: 3,
	})
	for _, want := range []string{"4 câu hỏi gần nhất", "3 câu hỏi bạn nhờ chuyển", "Vai trò: người giúp đỡ, bí thư chi bộ", "đang nhập dở", "Minh, mã <code>gv-1</code>, K47", "5 mốc đã ghi", "hằng tuần"} {
		if !strings.Contains(all, want) {
			t.Errorf("%s\nwithout %q", all, want)
		}
	}
	little := MyData(Stored{})
	for _, not := range []string{"Vai trò", "nhập dở", "danh sách", "mốc"} {
		if strings.Contains(little, not) {
			t.Errorf("%s\nwith %q though nothing of it is stored", little, not)
		}
	}
}
