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
	held := of(q).Group
	held.Claim = desk.Claim{ID: "x", By: "cb", Until: at.Add(time.Hour)}
	tests := map[string]string{
		"the name of who starts":     Welcome(said),
		"what a command does":        Help(nil, []Command{{"hoi", said}}),
		"a command there is not":     UnknownCommand(said),
		"a reference":                Broken(said),
		"a waiting question":         Waiting([]GroupLine{of(q)}, 0, 1, 1, at),
		"one that is opened":         Opened(of(q), at),
		"the title of its answer":    Waiting([]GroupLine{{Group: of(q).Group, Answered: []string{said}}}, 0, 1, 1, at),
		"who takes care of it":       Opened(GroupLine{Group: held, Holder: journey.Person{Name: said}}, at),
		"who asked":                  Opened(GroupLine{Group: of(q).Group, Askers: map[string]journey.Person{q.Ref(): {Name: said, Unit: said}}}, at),
		"one that is passed on":      PassTo(q),
		"one that comes":             PassedToYou(journey.Person{Name: said}, of(q).Group),
		"who lets the desk know":     KnownNow(journey.Person{Name: said}),
		"one to be closed":           DropSure(of(q).Group),
		"a question to be answered":  TypeReply(of(q).Group),
		"a question answered":        OfficerReply(q, "x", journey.Person{Unit: said}, at),
		"an officer's answer":        OfficerReply(desk.Question{Text: "x"}, said, journey.Person{}, at),
		"an officer's preview":       PreviewReply(OfficerReply(desk.Question{Text: "x"}, said, journey.Person{}, at), 1),
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
		"a waiting question":   {Waiting([]GroupLine{of(desk.Question{Text: long})}, 0, 1, 1, time.Time{}), 300},
		"one to be answered":   {TypeReply(of(desk.Question{Text: long}).Group), 1000},
		"one that is answered": {OfficerReply(desk.Question{Text: long}, "x", journey.Person{}, time.Time{}), 600},
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
			g := of(tt.q)
			if tt.q.Topic != "" {
				g.Answered = []string{"Thẻ", "Phí"}
			}
			got := Waiting([]GroupLine{g}, 0, 1, 1, now)
			if !strings.Contains(got, tt.want) || strings.Contains(got, "nhóm") || strings.Contains(got, "–") {
				t.Errorf("%+v: %s\nwithout %s", tt.q, got, tt.want)
			}
		})
	}
	two := []GroupLine{of(make([]desk.Question, 3)...), of(make([]desk.Question, 1)...)}
	if got := Waiting(two, 5, 12, 20, now); !strings.Contains(got, "<b>20 câu hỏi đang chờ</b>, câu giống nhau gom lại còn 12 nhóm (đây là 6–7)") || !strings.Contains(got, "<b>6.</b>") || !strings.Contains(got, "3 câu giống nhau") {
		t.Errorf("two of twelve: %s", got)
	}
	if got := Waiting(nil, 0, 0, 0, now); got != "Không có câu hỏi nào đang chờ." {
		t.Errorf("none: %s", got)
	}
}

// of is a group of those questions.
func of(q ...desk.Question) GroupLine { return GroupLine{Group: desk.Group{Questions: q}} }

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
