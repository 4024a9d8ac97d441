package wording

import (
	"strings"
	"testing"

	"donghanh/internal/knowledge"
)

var (
	ruleNew = knowledge.Document{ID: "new", Name: "Quy định thi hành Điều lệ Đảng, số 208-QĐ/TW", Short: "208-QĐ/TW ngày 26/7/2026", Date: knowledge.Date{Year: 2026, Month: 7, Day: 26}, Status: knowledge.InForce}
	ruleOld = knowledge.Document{ID: "old", Name: "Quy định thi hành Điều lệ Đảng, số 294-QĐ/TW", Short: "294-QĐ/TW", Date: knowledge.Date{Year: 2025, Month: 2, Day: 5}, Status: knowledge.Replaced}
	dated   = knowledge.Document{ID: "dated", Name: "Luật mẫu ngày 26/7/2026", Short: "Luật mẫu", Date: knowledge.Date{Year: 2026, Month: 7, Day: 26}}
	yearly  = knowledge.Document{ID: "yearly", Name: "Sổ tay", Short: "Sổ tay", Date: knowledge.Date{Year: 2018}}
	hostile = knowledge.Document{ID: "h", Name: `A & B <i>"x"</i>`, Short: "<s>", Date: knowledge.Date{Year: 2020}}
)

const (
	nameNew = "Quy định thi hành Điều lệ Đảng, số 208-QĐ/TW ngày 26/7/2026"
	nameOld = "Quy định thi hành Điều lệ Đảng, số 294-QĐ/TW ngày 05/02/2025"
)

func TestSources(t *testing.T) {
	type list = []knowledge.Citation
	tests := map[string]struct {
		sources list
		want    string
	}{
		"verified: document, article, date": {
			list{{Document: ruleNew, Article: "điểm 1.1", Verified: true}},
			"<i>Nguồn: " + nameNew + ", điểm 1.1.</i>"},
		"verified without an article": {
			list{{Document: ruleNew, Verified: true}},
			"<i>Nguồn: " + nameNew + ".</i>"},
		"a date that stands in the name is not said twice": {
			list{{Document: dated, Article: "Điều 2", Verified: true}},
			"<i>Nguồn: Luật mẫu ngày 26/7/2026, Điều 2.</i>"},
		"a document of which the year is known": {
			list{{Document: yearly, Verified: true}},
			"<i>Nguồn: Sổ tay năm 2018.</i>"},
		"limited: the part is named": {
			list{{Document: ruleNew, Article: "điểm 1.1", Verified: true, Limit: "mốc 60 ngày"}},
			"<i>Nguồn: " + nameNew + ", điểm 1.1 (riêng phần sau chưa kiểm chứng theo văn bản hiện hành: mốc 60 ngày).</i>"},
		"not verified": {
			list{{Document: ruleNew, Article: "điểm 1.1"}},
			"<i>Nguồn: " + nameNew + ", điểm 1.1 (chưa kiểm chứng theo văn bản hiện hành).</i>"},
		"read in the text before": {
			list{{Document: ruleNew, Article: "điểm 1.1", ReadIn: ruleOld, ReadAt: "điểm 3.4"}},
			"<i>Nguồn: " + nameOld + ", điểm 3.4 (bản đã đọc; nay là 208-QĐ/TW ngày 26/7/2026; chưa kiểm chứng theo văn bản hiện hành).</i>"},
		"read in a text without a successor": {
			list{{ReadIn: ruleOld, ReadAt: "điểm 3.4"}},
			"<i>Nguồn: " + nameOld + ", điểm 3.4 (bản đã đọc; chưa kiểm chứng theo văn bản hiện hành).</i>"},
		"practice without a document": {
			list{{Basis: "thông lệ các trường"}},
			"<i>Nguồn: thông lệ các trường (chưa kiểm chứng theo văn bản hiện hành).</i>"},
		"an example of one place, by document": {
			list{{Document: ruleNew, Article: "trang 2", Local: true}},
			"<i>Nguồn: ví dụ của một nơi, không phải quy định chung: " + nameNew + ", trang 2 (chưa kiểm chứng theo văn bản hiện hành).</i>"},
		"an example of one place, by the text read": {
			list{{ReadIn: ruleOld, ReadAt: "trang 3", Local: true}},
			"<i>Nguồn: ví dụ của một nơi, không phải quy định chung: " + nameOld + ", trang 3 (chưa kiểm chứng theo văn bản hiện hành).</i>"},
		"an example of one place, by practice": {
			list{{Basis: "thông báo 10/2025", Local: true}},
			"<i>Nguồn: ví dụ của một nơi, không phải quy định chung: thông báo 10/2025 (chưa kiểm chứng theo văn bản hiện hành).</i>"},
		"articles of one document stand together": {
			list{{Document: ruleNew, Article: "điểm 1", Verified: true}, {Basis: "thông lệ"}, {Document: ruleNew, Article: "điểm 2", Verified: true}},
			"<i>Nguồn:\n• " + nameNew + ", điểm 1; điểm 2;\n• thông lệ (chưa kiểm chứng theo văn bản hiện hành).</i>"},
		"verified and not verified stand apart": {
			list{{Document: ruleNew, Article: "điểm 1", Verified: true}, {Document: ruleNew, Article: "điểm 2"}},
			"<i>Nguồn:\n• " + nameNew + ", điểm 1;\n• " + nameNew + ", điểm 2 (chưa kiểm chứng theo văn bản hiện hành).</i>"},
		"all of it escaped": {
			list{{Document: hostile, Article: "<b>1", Verified: true, Limit: "x<y"}, {Basis: "a&b"}},
			"<i>Nguồn:\n• A &amp; B &lt;i&gt;&#34;x&#34;&lt;/i&gt; năm 2020, &lt;b&gt;1 (riêng phần sau chưa kiểm chứng theo văn bản hiện hành: x&lt;y);\n• a&amp;b (chưa kiểm chứng theo văn bản hiện hành).</i>"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := Sources(tt.sources); got != tt.want {
				t.Errorf("%+v\n got %s\nwant %s", tt.sources, got, tt.want)
			}
		})
	}
}

func TestAnswer(t *testing.T) {
	source := []knowledge.Citation{{Document: ruleNew, Article: "điểm 1", Verified: true}}
	const footer = "\n\n<i>Nguồn: " + nameNew + ", điểm 1.</i>\n"
	given := knowledge.Approval{By: "Nguyễn Văn A, bí thư", On: knowledge.Date{Year: 2026, Month: 11, Day: 20}}
	awaiting := knowledge.Approval{Drafted: knowledge.Date{Year: 2026, Month: 11, Day: 24}, Awaiting: "cấp ủy duyệt"}
	tests := map[string]struct {
		entry knowledge.Entry
		want  string
	}{
		"one line, approved": {
			knowledge.Entry{Answer: "Dự bị 12 tháng.", Approval: given},
			"<b>Dự bị 12 tháng.</b>" + footer + "<i>Duyệt: Nguyễn Văn A, bí thư, ngày 20/11/2026.</i>"},
		"awaiting approval says so": {
			knowledge.Entry{Answer: "Dự bị 12 tháng.", Approval: awaiting},
			"<b>Dự bị 12 tháng.</b>" + footer + "<i>Bản soạn từ nguồn công khai ngày 24/11/2026, đang chờ cấp ủy duyệt.</i>"},
		"the first line stands out, the rest does not": {
			knowledge.Entry{Answer: "Mười hai tháng.\n• một\n• hai", Approval: given},
			"<b>Mười hai tháng.</b>\n• một\n• hai" + footer + "<i>Duyệt: Nguyễn Văn A, bí thư, ngày 20/11/2026.</i>"},
		"all of it escaped": {
			knowledge.Entry{Answer: "a < b & \"c\"\n</b><i>", Approval: knowledge.Approval{By: "<A> & 'B'", On: given.On}},
			"<b>a &lt; b &amp; &#34;c&#34;</b>\n&lt;/b&gt;&lt;i&gt;" + footer + "<i>Duyệt: &lt;A&gt; &amp; &#39;B&#39;, ngày 20/11/2026.</i>"},
		"who it awaits is escaped": {
			knowledge.Entry{Answer: "a", Approval: knowledge.Approval{Drafted: awaiting.Drafted, Awaiting: "<b>&"}},
			"<b>a</b>" + footer + "<i>Bản soạn từ nguồn công khai ngày 24/11/2026, đang chờ &lt;b&gt;&amp;.</i>"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := Answer(tt.entry, source); got != tt.want {
				t.Errorf("%+v\n got %s\nwant %s", tt.entry, got, tt.want)
			}
		})
	}
}

func TestDate(t *testing.T) {
	tests := map[string]struct {
		date knowledge.Date
		want string
	}{
		"as people write":        {knowledge.Date{Year: 2026, Month: 7, Day: 26}, "26/7/2026"},
		"a day of one digit":     {knowledge.Date{Year: 2026, Month: 4, Day: 8}, "08/4/2026"},
		"January and February":   {knowledge.Date{Year: 2026, Month: 2, Day: 3}, "03/02/2026"},
		"March is written short": {knowledge.Date{Year: 2026, Month: 3, Day: 1}, "01/3/2026"},
		"the end of the year":    {knowledge.Date{Year: 2026, Month: 12, Day: 31}, "31/12/2026"},
		"the year alone":         {knowledge.Date{Year: 2018}, "2018"},
		"no date":                {knowledge.Date{}, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := Date(tt.date); got != tt.want {
				t.Errorf("Date(%v) = %q, want %q", tt.date, got, tt.want)
			}
		})
	}
}

func TestWithdrawnNamesTheDocumentAndTheDay(t *testing.T) {
	d := hostile
	d.Replaced = knowledge.Replacement{On: knowledge.Date{Year: 2026, Month: 12, Day: 1}}
	got := Withdrawn(knowledge.Entry{Title: "Tuổi <18>", Answer: "bí mật cũ"}, d)
	for _, want := range []string{"«Tuổi &lt;18&gt;»", "&lt;s&gt; đã bị thay từ ngày 01/12/2026", "«Hỏi cán bộ»"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s\nwithout %q", got, want)
		}
	}
	if strings.Contains(got, "bí mật cũ") {
		t.Errorf("the old answer is given: %s", got)
	}
	d.Replaced.On = knowledge.Date{Year: 2027} // the day is not known
	if got := Withdrawn(knowledge.Entry{Title: "x"}, d); !strings.Contains(got, "đã bị thay từ năm 2027,") {
		t.Errorf("replaced in 2027: %s", got)
	}
}
