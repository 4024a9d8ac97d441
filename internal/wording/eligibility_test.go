package wording

import (
	"strings"
	"testing"

	"donghanh/internal/journey"
	"donghanh/internal/knowledge"
)

func TestEachFindingOfTheSelfCheckHasItsLine(t *testing.T) {
	until := journey.Month{Year: 2027, Month: 2}
	type f = journey.Finding
	tests := map[string]struct {
		finding f
		want    string
	}{
		"old enough":                 {f{Condition: journey.Age, Mark: journey.Met, Facts: []string{"age-18-60"}}, "✓ Tuổi: đã đủ 18 và chưa quá 60, tính theo tháng tại lúc chi bộ xét."},
		"too young":                  {f{Condition: journey.Age, Mark: journey.Missing, Facts: []string{"age-18-60"}, Until: until}, "<b>Thiếu</b> · Tuổi: chưa đủ 18; đủ từ tháng 02/2027. Bây giờ vẫn phấn đấu và học lớp nhận thức được nếu cấp ủy cử."},
		"eighteen this month":        {f{Condition: journey.Age, Mark: journey.AskCell, Facts: []string{"age-18-60"}}, "<b>Hỏi chi ủy</b> · Tuổi: đang đúng tháng giáp ranh, tính tại ngày chi bộ họp xét."},
		"over sixty":                 {f{Condition: journey.Age, Mark: journey.AskCell, Facts: []string{"age-over-60"}}, "<b>Hỏi chi ủy</b> · Tuổi: trên 60, chỉ xét trường hợp đặc biệt."},
		"school finished":            {f{Condition: journey.Schooling, Mark: journey.Met}, "✓ Học vấn: đã hoàn thành trung học cơ sở."},
		"school not finished":        {f{Condition: journey.Schooling, Mark: journey.Missing}, "<b>Thiếu</b> · Học vấn: tối thiểu hoàn thành trung học cơ sở; vùng đặc biệt khó khăn có ngoại lệ, chi ủy cho biết."},
		"school unknown":             {f{Condition: journey.Schooling, Mark: journey.AskCell}, "<b>Hỏi chi ủy</b> · Học vấn: mang bằng hoặc học bạ cho chi ủy xem."},
		"a member of the Union":      {f{Condition: journey.Union, Mark: journey.Met, Facts: []string{"youth-must-be-member"}}, "✓ Đoàn: là đoàn viên, do Đoàn và một đảng viên chính thức giới thiệu."},
		"no member of the Union":     {f{Condition: journey.Union, Mark: journey.Missing, Facts: []string{"youth-must-be-member"}}, "<b>Thiếu</b> · Đoàn: trong tuổi thanh niên, nơi có tổ chức Đoàn thì phải là đoàn viên. Đăng ký với bí thư chi đoàn."},
		"past the Union's age":       {f{Condition: journey.Union, Mark: journey.AskCell, Facts: []string{"introducers-two", "introducers-trade-union"}}, "<b>Hỏi chi ủy</b> · Đoàn: đã quá tuổi Đoàn thì do hai đảng viên chính thức, hoặc công đoàn và một đảng viên chính thức giới thiệu."},
		"unknown to the Union":       {f{Condition: journey.Union, Mark: journey.AskCell, Facts: []string{"youth-must-be-member"}}, "<b>Hỏi chi ủy</b> · Đoàn: hỏi bí thư chi đoàn xem tên bạn có trong danh sách đoàn viên."},
		"a certificate that stands":  {f{Condition: journey.Awareness, Mark: journey.Met, Facts: []string{"a", "b"}, Until: until}, "✓ Lớp nhận thức về Đảng: giấy chứng nhận dùng được trong 60 tháng, tới tháng 02/2027."},
		"one that ends this month":   {f{Condition: journey.Awareness, Mark: journey.AskCell, Facts: []string{"a", "b"}, Until: until}, "<b>Hỏi chi ủy</b> · Lớp nhận thức về Đảng: giấy chứng nhận hết 60 tháng đúng tháng này, xem ngày ghi trên giấy."},
		"one that has ended":         {f{Condition: journey.Awareness, Mark: journey.Missing, Facts: []string{"a", "b"}, Until: until}, "<b>Thiếu</b> · Lớp nhận thức về Đảng: giấy chứng nhận đã quá 60 tháng (hết từ tháng 02/2027), chi bộ giới thiệu học lại trước khi xét."},
		"one of long ago":            {f{Condition: journey.Awareness, Mark: journey.Missing, Facts: []string{"a", "b"}}, "<b>Thiếu</b> · Lớp nhận thức về Đảng: giấy chứng nhận đã quá 60 tháng, chi bộ giới thiệu học lại trước khi xét."},
		"no class yet":               {f{Condition: journey.Awareness, Mark: journey.Missing, Facts: []string{"a"}}, "<b>Thiếu</b> · Lớp nhận thức về Đảng: cần học xong và có giấy chứng nhận trước khi chi bộ xét."},
		"the school's marks met":     {f{Condition: journey.LocalRule, Mark: journey.Met}, "✓ Tiêu chí của trường: bạn đã hỏi và thấy đạt; mức do đảng ủy trường đặt và có thể đổi theo đợt."},
		"the school's marks missed":  {f{Condition: journey.LocalRule, Mark: journey.Missing}, "<b>Thiếu</b> · Tiêu chí của trường: chưa đạt theo lời bạn; hỏi Đoàn trường kỳ xét tới và cách tính."},
		"the school's marks unknown": {f{Condition: journey.LocalRule, Mark: journey.AskCell}, "<b>Hỏi chi ủy</b> · Tiêu chí của trường (điểm, rèn luyện): không có mức chung toàn quốc; hỏi Đoàn trường hoặc văn phòng Đảng ủy."},
		"political standards":        {f{Condition: journey.Political, Mark: journey.AskCell}, "<b>Hỏi chi ủy</b> · Tiêu chuẩn chính trị của bản thân và gia đình: chi ủy xem xét theo quy định riêng; bạn khai đúng và đủ."},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := SelfCheck([]f{tt.finding}, func([]string) []knowledge.Citation { return nil })
			if !strings.Contains(got, "\n\n"+tt.want+"\n\n") {
				t.Errorf("%+v\n got %s\nwant the line %s", tt.finding, got, tt.want)
			}
		})
	}
}

// Whatever a person says of themselves, each condition has a line and a
// source, and no outcome is foretold.
func TestSelfCheckSaysSomethingOfEachConditionAndNothingOfTheOutcome(t *testing.T) {
	today := journey.Month{Year: 2026, Month: 11}
	said := []journey.Said{journey.Unsaid, journey.Yes, journey.No, journey.Unknown}
	for _, birth := range []journey.Month{{Year: 2005, Month: 3}, {Year: 2008, Month: 11}, {Year: 2010, Month: 1}, {Year: 1950, Month: 1}, {Year: 1966, Month: 11}} {
		for _, s := range said {
			for _, class := range []journey.Class{journey.Certificate, journey.Expired, journey.Attending, journey.NoClass} {
				for _, cert := range []journey.Month{{Year: 2025, Month: 4}, {Year: 2021, Month: 11}, {Year: 2019, Month: 1}} {
					e := journey.Eligibility{Birth: birth, Union: s, TooOld: s == journey.No && class == journey.NoClass, School: s, Class: class, Certified: cert, Local: s}
					var asked []string
					got := SelfCheck(journey.SelfCheck(e, today), func(facts []string) []knowledge.Citation {
						asked = facts
						return []knowledge.Citation{{Document: ruleNew, Article: "điểm 1", Verified: true}}
					})
					for _, want := range []string{" Tuổi: ", " Học vấn: ", " Đoàn: ", " Lớp nhận thức về Đảng: ", " Tiêu chí của trường", " Tiêu chuẩn chính trị ", "<b>Bước tiếp theo:</b> ", "mình không kết luận thay", "<i>Nguồn: " + nameNew} {
						if strings.Count(got, want) != 1 {
							t.Fatalf("%+v: %q stands %d times, want once, in\n%s", e, want, strings.Count(got, want), got)
						}
					}
					for _, not := range []string{"đủ điều kiện", "được kết nạp", "chắc chắn", "không được vào", "0000"} {
						if strings.Contains(got, not) {
							t.Fatalf("%+v: %q stands in\n%s", e, not, got)
						}
					}
					if len(asked) < 6 {
						t.Fatalf("%+v: sources asked for %q only", e, asked)
					}
				}
			}
		}
	}
}

func TestTheNextStepIsTheFirstThatIsMissing(t *testing.T) {
	finding := func(c journey.Condition, m journey.Mark) journey.Finding {
		return journey.Finding{Condition: c, Mark: m, Facts: []string{"x"}}
	}
	tests := map[string]struct {
		union, local, class journey.Mark
		want                string
	}{
		"the Union before all":     {journey.Missing, journey.Missing, journey.Missing, "gặp bí thư chi đoàn đăng ký vào Đoàn."},
		"then the school":          {journey.Met, journey.AskCell, journey.Missing, "hỏi Đoàn trường mức điểm"},
		"then the class":           {journey.AskCell, journey.Met, journey.Missing, "để được xét cử học lớp nhận thức"},
		"an ended certificate too": {journey.Met, journey.Met, journey.AskCell, "để được xét cử học lớp nhận thức"},
		"then the dossier":         {journey.Met, journey.Met, journey.Met, "gặp bí thư chi bộ hoặc người được phân công giúp đỡ"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := SelfCheck([]journey.Finding{finding(journey.Union, tt.union), finding(journey.LocalRule, tt.local), finding(journey.Awareness, tt.class)}, func([]string) []knowledge.Citation { return nil })
			_, next, _ := strings.Cut(got, "<b>Bước tiếp theo:</b> ")
			if next, _, _ = strings.Cut(next, "\n"); !strings.Contains(next, tt.want) {
				t.Errorf("Union %s, school %s, class %s: next %q, want %q", tt.union, tt.local, tt.class, next, tt.want)
			}
		})
	}
}
