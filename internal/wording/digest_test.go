package wording

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"donghanh/internal/journey"
	"donghanh/internal/knowledge"
)

// rules are the built-in ones.
func builtRules(t testing.TB) *journey.Rules {
	t.Helper()
	r, problems := journey.LoadRules(os.DirFS("../../content"))
	if r == nil {
		t.Fatal(problems)
	}
	return r
}

func on(t testing.TB, s string) journey.Date {
	t.Helper()
	d, err := journey.ParseDate(s)
	if err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return d
}

// line is a reminder of a rule that says it rests on a checked text.
func line(t testing.TB, of journey.Code, whose, due string, to journey.Role, rule journey.Rule) Reminder {
	rule.ID = cmpOr(rule.ID, "dl-test")
	return Reminder{
		Deadline: journey.Deadline{
			Rule: &rule, Version: &journey.Version{Verified: true}, Of: of,
			Anchor: journey.Event{ID: "E_TEST", On: on(t, "2026-10-01")}, Due: on(t, due),
		},
		To: to, Whose: whose, Mentor: "Trần Minh", May: to != journey.Student,
	}
}

func cmpOr(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

func climbedTo(l Reminder, c journey.Climb) Reminder { l.Climb = c; return l }

func TestDigest(t *testing.T) {
	const file, mentor, secretary = "Khai hồ sơ đảng viên", journey.Mentor, journey.CellSecretary
	review := journey.Rule{Title: "Nộp bản nhận xét đảng viên dự bị", Overdue: "Chi bộ chưa đủ tài liệu để xét công nhận."}
	ceremony := journey.Rule{ID: "dl-ceremony", Title: "Tổ chức lễ kết nạp", Overdue: "Báo cáo cấp trên."}
	probation := journey.Rule{ID: "dl-probation-end", Kind: journey.Milestone, Title: "Hết 12 tháng dự bị"}
	unsure := line(t, "sv1", "Nguyễn Lan", "2027-01-04", mentor, review)
	unsure.Version = &journey.Version{}
	unsure.Tentative = true
	unread := climbedTo(line(t, "sv2", "Đỗ Huy", "2026-11-26", secretary, review), journey.ToSecretary)
	unread.Unread = true
	nobody := climbedTo(line(t, "sv1", "Nguyễn Lan", "2026-11-26", secretary, review), journey.ToSecretary)
	nobody.Mentor = ""
	unchecked := line(t, "sv2", "Đỗ Huy", "2026-12-01", mentor, ceremony)
	unchecked.Version = &journey.Version{}
	officer := climbedTo(line(t, "sv2", "Đỗ Huy", "2026-11-26", secretary, review), journey.ToOfficer)
	officer.Also = []journey.Role{journey.YouthOfficer}
	tests := map[string]struct {
		day, today string
		again      bool
		lines      []Reminder
		want       string
	}{
		"a mentor's one line": {
			"2026-11-25", "2026-11-25", false,
			[]Reminder{line(t, "sv1", "Nguyễn Lan", "2026-12-02", mentor, review)},
			`<b>Việc cần nhớ, thứ Tư 25/11/2026</b>

• <b>Nguyễn Lan</b>: Nộp bản nhận xét đảng viên dự bị, hạn <b>02/12/2026</b>, còn 5 ngày làm việc.
[Đã làm xong:sv1:edb22341:20261125] [Nhắc lại sau hoan:sv1:edb22341:20261125]
[Vì sao ngày này? visao:sv1:edb22341:20261125]`,
		},
		"late first, then by day, the week's at the end": {
			"2026-11-25", "2026-11-25", false,
			[]Reminder{
				line(t, "sv3", "Lê Mai", "2026-11-25", secretary, ceremony),
				climbedTo(line(t, "sv4", "Vũ An", "2026-09-01", secretary, ceremony), journey.WeekSummary),
				line(t, "sv2", "Đỗ Huy", "2026-12-22", secretary, probation),
				line(t, "sv1", "Nguyễn Lan", "2026-11-19", secretary, review),
			},
			`<b>Việc cần nhớ, thứ Tư 25/11/2026</b>

• <b>Nguyễn Lan</b>: Nộp bản nhận xét đảng viên dự bị, hạn 19/11/2026, <b>trễ 3 ngày làm việc</b>. Lưu ý: Chi bộ chưa đủ tài liệu để xét công nhận.

• <b>Lê Mai</b>: Tổ chức lễ kết nạp, <b>hôm nay là hạn</b> (25/11/2026).

• <b>Đỗ Huy</b>: Hết 12 tháng dự bị, mốc <b>22/12/2026</b> (còn 27 ngày; ngày này tự đến, không phải hạn nộp).

<b>Tồn lâu, mình gom lại mỗi tuần</b>
• <b>Vũ An</b>: Tổ chức lễ kết nạp, hạn 01/9/2026, trễ 59 ngày làm việc
[Đã làm xong:-:20261125] [Nhắc lại sau hoan:-:20261125]
[Vì sao ngày này? visao:-:20261125]`,
		},
		"who differ in the name only stand together": {
			"2026-11-25", "2026-11-25", false,
			[]Reminder{
				line(t, "sv1", "Nguyễn Lan", "2026-12-02", mentor, review),
				line(t, "sv3", "Lê Mai", "2026-12-02", mentor, review),
				line(t, "sv4", "Vũ An", "2026-12-03", mentor, review),
			},
			`<b>Việc cần nhớ, thứ Tư 25/11/2026</b>

• <b>Lê Mai, Nguyễn Lan</b>: Nộp bản nhận xét đảng viên dự bị, hạn <b>02/12/2026</b>, còn 5 ngày làm việc.

• <b>Vũ An</b>: Nộp bản nhận xét đảng viên dự bị, hạn <b>03/12/2026</b>, còn 6 ngày làm việc.
[Đã làm xong:-:20261125] [Nhắc lại sau hoan:-:20261125]
[Vì sao ngày này? visao:-:20261125]`,
		},
		"a student reads of nobody but the mentor": {
			"2026-11-25", "2026-11-25", false,
			[]Reminder{
				line(t, "sv1", "", "2026-12-02", journey.Student, journey.Rule{Title: file}),
				line(t, "sv1", "", "2026-11-20", journey.Student, journey.Rule{ID: "dl-transfer-present", Title: "Trình giấy giới thiệu ở nơi đến", Overdue: "Báo cáo lý do để cấp ủy xem xét, xử lý."}),
			},
			`<b>Chào bạn, mình nhắc những mốc sắp tới của bạn</b> (thứ Tư 25/11/2026)

• Trình giấy giới thiệu ở nơi đến, hạn 20/11/2026, <b>trễ 2 ngày làm việc</b>. Bạn báo người giúp đỡ hoặc chi bộ để cùng gỡ nhé. Để bạn biết: Báo cáo lý do để cấp ủy xem xét, xử lý.

• Khai hồ sơ đảng viên, hạn <b>02/12/2026</b>, còn 5 ngày làm việc.

Cần giúp chỗ nào, bạn nhắn người giúp đỡ của mình: Trần Minh.
[Nhắc lại sau hoan:-:20261125]
[Vì sao ngày này? visao:-:20261125]`,
		},
		"what is not sure": {
			"2026-11-25", "2026-11-25", false, []Reminder{unsure},
			`<b>Việc cần nhớ, thứ Tư 25/11/2026</b>

• <b>Nguyễn Lan</b>: Nộp bản nhận xét đảng viên dự bị, hạn <b>04/01/2027</b>, còn 27 ngày làm việc. <i>(tạm tính; chưa kiểm chứng theo văn bản hiện hành)</i>
[Đã làm xong:sv1:edb22341:20261125] [Nhắc lại sau hoan:sv1:edb22341:20261125]
[Vì sao ngày này? visao:sv1:edb22341:20261125]`,
		},
		"the mentor sees who was told": {
			"2026-11-25", "2026-11-25", false,
			[]Reminder{climbedTo(line(t, "sv1", "Nguyễn Lan", "2026-11-26", mentor, review), journey.ToSecretary)},
			`<b>Việc cần nhớ, thứ Tư 25/11/2026</b>

• <b>Nguyễn Lan</b>: Nộp bản nhận xét đảng viên dự bị, hạn <b>26/11/2026</b>, còn 1 ngày làm việc. Chưa thấy trả lời, mình đã báo bí thư chi bộ.
[Đã làm xong:sv1:edb22341:20261125] [Nhắc lại sau hoan:sv1:edb22341:20261125]
[Vì sao ngày này? visao:sv1:edb22341:20261125]`,
		},
		"the secretary hears who is silent": {
			"2026-11-25", "2026-11-25", false,
			[]Reminder{climbedTo(line(t, "sv2", "Đỗ Huy", "2026-11-26", secretary, review), journey.ToOfficer), nobody},
			`<b>Việc cần nhớ, thứ Tư 25/11/2026</b>

• <b>Nguyễn Lan</b>: Nộp bản nhận xét đảng viên dự bị, hạn <b>26/11/2026</b>, còn 1 ngày làm việc. Chưa phân công người giúp đỡ.

• <b>Đỗ Huy</b>: Nộp bản nhận xét đảng viên dự bị, hạn <b>26/11/2026</b>, còn 1 ngày làm việc. Người giúp đỡ (Trần Minh) chưa trả lời; mình đã báo cán bộ Đoàn.
[Đã làm xong:-:20261125] [Nhắc lại sau hoan:-:20261125]
[Vì sao ngày này? visao:-:20261125]`,
		},
		"who is not linked is not called silent": {
			"2026-11-25", "2026-11-25", false, []Reminder{unread},
			`<b>Việc cần nhớ, thứ Tư 25/11/2026</b>

• <b>Đỗ Huy</b>: Nộp bản nhận xét đảng viên dự bị, hạn <b>26/11/2026</b>, còn 1 ngày làm việc. Người giúp đỡ (Trần Minh) chưa liên kết với bot nên chưa nhận được lời nhắc.
[Đã làm xong:sv2:edb22341:20261125] [Nhắc lại sau hoan:sv2:edb22341:20261125]
[Vì sao ngày này? visao:sv2:edb22341:20261125]`,
		},
		"late news says how late, and counts from today": {
			"2026-11-25", "2026-11-27", false,
			[]Reminder{line(t, "cb2", "", "2026-11-30", secretary, journey.Rule{Title: "Chi bộ họp thường lệ"})},
			`<b>Việc cần nhớ, thứ Sáu 27/11/2026</b>
<i>Tin này trễ 2 ngày vì mình không gửi được đúng hôm; số ngày dưới đây tính đến hôm nay.</i>

• <b>Việc của bí thư chi bộ</b>: Chi bộ họp thường lệ, hạn <b>30/11/2026</b>, còn 1 ngày làm việc.
[Đã làm xong:cb2:edb22341:20261125] [Nhắc lại sau hoan:cb2:edb22341:20261125]
[Vì sao ngày này? visao:cb2:edb22341:20261125]`,
		},
		"what several lines are not sure of is said once": {
			"2026-11-25", "2026-11-25", false, []Reminder{unsure, unchecked},
			`<b>Việc cần nhớ, thứ Tư 25/11/2026</b>

• <b>Đỗ Huy</b>: Tổ chức lễ kết nạp, hạn <b>01/12/2026</b>, còn 4 ngày làm việc. *

• <b>Nguyễn Lan</b>: Nộp bản nhận xét đảng viên dự bị, hạn <b>04/01/2027</b>, còn 27 ngày làm việc. <i>(tạm tính)</i> *

<i>* chưa kiểm chứng theo văn bản hiện hành</i>
[Đã làm xong:-:20261125] [Nhắc lại sau hoan:-:20261125]
[Vì sao ngày này? visao:-:20261125]`,
		},
		"an officer does not hear that the officer was told": {
			"2026-11-25", "2026-11-25", false, []Reminder{officer},
			`<b>Việc cần nhớ, thứ Tư 25/11/2026</b>

• <b>Đỗ Huy</b>: Nộp bản nhận xét đảng viên dự bị, hạn <b>26/11/2026</b>, còn 1 ngày làm việc. Người giúp đỡ (Trần Minh) chưa trả lời.
[Đã làm xong:sv2:edb22341:20261125] [Nhắc lại sau hoan:sv2:edb22341:20261125]
[Vì sao ngày này? visao:sv2:edb22341:20261125]`,
		},
		"asked for again, it is not late": {
			"2026-11-25", "2026-11-27", true,
			[]Reminder{line(t, "sv1", "<Lan>", "2026-11-28", mentor, journey.Rule{Kind: journey.Earliest, Title: "Đủ 12 tháng"})},
			`<b>Mình nhắc lại như bạn đã hẹn</b> (thứ Sáu 27/11/2026)

• <b>&lt;Lan&gt;</b>: Đủ 12 tháng, sớm nhất từ <b>28/11/2026</b> (còn 1 ngày).
[Đã làm xong:sv1:edb22341:20261125] [Nhắc lại sau hoan:sv1:edb22341:20261125]
[Vì sao ngày này? visao:sv1:edb22341:20261125]`,
		},
	}
	calendar := builtRules(t).Calendar
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			text, rows := Digest(Reminders{Day: on(t, tt.day), Today: on(t, tt.today), Again: tt.again, Lines: tt.lines, Calendar: calendar})
			for _, row := range rows {
				var buttons []string
				for _, b := range row {
					buttons = append(buttons, "["+b.Label+" "+b.Data+"]")
				}
				text += "\n" + strings.Join(buttons, " ")
			}
			if text != tt.want {
				t.Errorf("digest of %s on %s:\n%s\nwant\n%s", tt.day, tt.today, text, tt.want)
			}
		})
	}
}

func TestADigestThatIsTooLongTellsTheMostUrgentAndCountsTheRest(t *testing.T) {
	calendar, today := builtRules(t).Calendar, on(t, "2026-11-25")
	for _, n := range []int{20, 40, 600} {
		var lines []Reminder
		for i := range n {
			l := line(t, journey.Code(fmt.Sprint("sv", i)), strings.Repeat("&", 30), "2026-11-26", journey.Mentor, journey.Rule{Title: strings.Repeat("Làm hồ sơ ", 5)})
			l.Due = l.Due.AddDays(n - i) // the last is the most urgent
			lines = append(lines, l)
		}
		text, _ := Digest(Reminders{Day: today, Today: today, Lines: lines, Calendar: calendar})
		said := strings.Count(text, "•")
		if size := units(text); size > MaxMessage || n == 20 && said != n && size < MaxMessage/2 {
			t.Errorf("%d lines: %d letters, %d lines said", n, size, said)
		}
		if rest := fmt.Sprintf("… và %d việc nữa: gõ /han", n-said); said < n && !strings.Contains(text, rest) {
			t.Errorf("%d lines, %d of them said: no %q in\n%s", n, said, rest, text)
		}
		if first := strings.Index(text, dayText(lines[n-1].Due)); first < 0 || first > 300 {
			t.Errorf("%d lines: the most urgent one is not first", n)
		}
	}
}

func TestLeft(t *testing.T) {
	calendar := builtRules(t).Calendar
	tests := map[string]struct {
		kind       journey.Kind
		today, due string
		want       string
	}{
		"a week with a holiday in it":         {journey.Latest, "2026-11-23", "2026-11-30", "còn 4 ngày làm việc"},
		"the day itself":                      {journey.Latest, "2026-11-30", "2026-11-30", "hôm nay là hạn"},
		"a day late":                          {journey.Latest, "2026-12-01", "2026-11-30", "trễ 1 ngày làm việc"},
		"late over a weekend":                 {journey.Latest, "2026-11-29", "2026-11-27", "đã quá hạn, chưa sang ngày làm việc kế tiếp"},
		"only days off lie before it":         {journey.Latest, "2027-02-03", "2027-02-07", "còn 4 ngày, đều là ngày nghỉ"},
		"a milestone counts all days":         {journey.Milestone, "2027-02-03", "2027-02-07", "còn 4 ngày"},
		"a milestone today":                   {journey.Milestone, "2027-02-07", "2027-02-07", "là hôm nay"},
		"a milestone passed is not late":      {journey.Milestone, "2027-02-09", "2027-02-07", "đã qua 2 ngày"},
		"what may begin is not late":          {journey.Earliest, "2027-02-09", "2027-02-07", "đã qua 2 ngày"},
		"sixty working days are counted":      {journey.Latest, "2026-11-25", "2027-02-25", "còn 60 ngày làm việc"},
		"further off in months":               {journey.Latest, "2026-11-25", "2027-10-05", "còn gần 11 tháng"},
		"in years":                            {journey.Latest, "2026-11-25", "2029-06-20", "còn gần 3 năm"},
		"to the day":                          {journey.Milestone, "2026-11-25", "2027-11-25", "còn 12 tháng"},
		"at the next meeting, within a month": {journey.Meeting, "2026-11-23", "2026-12-23", "còn 21 ngày làm việc"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := journey.Deadline{Rule: &journey.Rule{Kind: tt.kind}, Due: on(t, tt.due)}
			if got := Left(d, on(t, tt.today), calendar); got != tt.want {
				t.Errorf("%s due %s, on %s: %q, want %q", tt.kind, tt.due, tt.today, got, tt.want)
			}
		})
	}
}

func TestWhyShowsTheCalculation(t *testing.T) {
	rules := builtRules(t)
	title := func(id journey.EventID) string { e, _ := rules.Event(id); return e.Title }
	document := knowledge.Document{ID: "qd-208-2026", Name: "Quy định 208-QĐ/TW", Date: knowledge.Date{Year: 2026, Month: 7, Day: 26}}
	checked := []knowledge.Citation{{Document: document, Article: "điểm 4", Verified: true}}
	tests := map[string]struct {
		rule    journey.Rule
		version journey.Version
		from    string
		due     string
		unsure  bool
		sources []knowledge.Citation
		want    string
	}{
		"thirty working days over Tết": {
			journey.Rule{Title: "Tổ chức lễ kết nạp", Overdue: "Báo cáo cấp trên."},
			journey.Version{Anchor: "E_DECISION_ISSUED", WorkingDays: 30, Verified: true}, "2027-01-15", "2027-03-05", false, checked,
			`<b>Vì sao là ngày 05/3/2027?</b>
Tổ chức lễ kết nạp
• Tính từ: ` + title("E_DECISION_ISSUED") + `, ngày 15/01/2027.
• Đếm từ ngày kế tiếp, đủ 30 ngày làm việc.
• Không tính: 04/02/2027 đến 05/02/2027 (Tết Đinh Mùi); 08/02/2027 đến 10/02/2027 (Tết Đinh Mùi); 14 ngày thứ Bảy, Chủ nhật.
• Kết quả: chậm nhất hết thứ Sáu 05/3/2027.
• Lưu ý: Báo cáo cấp trên.

<i>Nguồn: Quy định 208-QĐ/TW ngày 26/7/2026, điểm 4.</i>`,
		},
		"a make-up Saturday is counted": {
			journey.Rule{Title: "Tổ chức lễ kết nạp"},
			journey.Version{Anchor: "E_DECISION_ISSUED", WorkingDays: 30, Verified: true}, "2026-08-20", "2026-10-05", false, checked,
			`<b>Vì sao là ngày 05/10/2026?</b>
Tổ chức lễ kết nạp
• Tính từ: ` + title("E_DECISION_ISSUED") + `, ngày 20/8/2026.
• Đếm từ ngày kế tiếp, đủ 30 ngày làm việc.
• Không tính: 31/8/2026 (nghỉ hoán đổi, làm bù 22/8); 01/9/2026 đến 02/9/2026 (Quốc khánh); 13 ngày thứ Bảy, Chủ nhật.
• Có tính ngày làm bù: thứ Bảy 22/8/2026.
• Kết quả: chậm nhất hết thứ Hai 05/10/2026.

<i>Nguồn: Quy định 208-QĐ/TW ngày 26/7/2026, điểm 4.</i>`,
		},
		"a milestone does not move": {
			journey.Rule{Kind: journey.Milestone, Title: "Hết 12 tháng dự bị"},
			journey.Version{Anchor: "E_CEREMONY_HELD", Months: 12, Verified: true}, "2026-05-30", "2027-05-30", false, checked,
			`<b>Vì sao là ngày 30/5/2027?</b>
Hết 12 tháng dự bị
• Tính từ: ` + title("E_CEREMONY_HELD") + `, ngày 30/5/2026.
• Cộng 12 tháng theo lịch: 30/5/2027.
• Kết quả: Chủ nhật 30/5/2027; ngày này tự đến, không phải hạn nộp; không lùi vì ngày nghỉ.

<i>Nguồn: Quy định 208-QĐ/TW ngày 26/7/2026, điểm 4.</i>`,
		},
		"a day off moves a deadline, and what was not checked is said": {
			journey.Rule{Title: "Nộp bản tự kiểm điểm dự bị", Proposed: true},
			journey.Version{Anchor: "E_PROBATION_ENDED", Days: 7}, "2027-04-09", "2027-04-19", false, nil,
			`<b>Vì sao là ngày 19/4/2027?</b>
Nộp bản tự kiểm điểm dự bị
• Tính từ: ` + title("E_PROBATION_ENDED") + `, ngày 09/4/2027.
• Cộng 7 ngày theo lịch: 16/4/2027.
• Ngày đó là ngày nghỉ (Giỗ Tổ Hùng Vương, tự suy, chưa có công bố), nên hạn lùi tới hết ngày làm việc kế tiếp.
• Kết quả: chậm nhất hết thứ Hai 19/4/2027.
• Mốc này là đề xuất để kịp việc, không phải quy định; đơn vị đổi được.

<i>Căn cứ: chưa có văn bản (chưa kiểm chứng theo văn bản hiện hành).</i>`,
		},
		"a year without a table": {
			journey.Rule{Title: "Khai hồ sơ đảng viên"},
			journey.Version{Anchor: "E_CEREMONY_HELD", WorkingDays: 3, Basis: "lệ <của> nơi này"}, "2031-03-03", "2031-03-06", true, nil,
			`<b>Vì sao là ngày 06/3/2031?</b>
Khai hồ sơ đảng viên
• Tính từ: ` + title("E_CEREMONY_HELD") + `, ngày 03/3/2031.
• Đếm từ ngày kế tiếp, đủ 3 ngày làm việc.
• Kết quả: chậm nhất hết thứ Năm 06/3/2031.
• Tạm tính: chưa có bảng ngày nghỉ năm 2031.

<i>Căn cứ: lệ &lt;của&gt; nơi này (chưa kiểm chứng theo văn bản hiện hành).</i>`,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := journey.Deadline{
				Rule: &tt.rule, Version: &tt.version, Of: "sv1", Due: on(t, tt.due), Tentative: tt.unsure,
				Anchor: journey.Event{ID: tt.version.Anchor, On: on(t, tt.from)},
			}
			if got := Why(d, rules, tt.sources); got != tt.want {
				t.Errorf("from %s to %s:\n%s\nwant\n%s", tt.from, tt.due, got, tt.want)
			}
		})
	}
}

func TestWhySaysOnlyWhatWasCalculated(t *testing.T) {
	rules := builtRules(t)
	of := func(id string, duty bool) *journey.Rule {
		list := rules.DeadlineRules
		if duty {
			list = rules.Duties
		}
		for i := range list {
			if list[i].ID == id {
				return &list[i]
			}
		}
		t.Fatalf("no rule %s", id)
		return nil
	}
	tests := map[string]struct {
		rule           *journey.Rule
		anchor         journey.EventID
		from, due      string
		detail         string
		want, mustLack []string
	}{
		"a month that begins on a Sunday": {
			of("rc-cell-meeting", true), "E_DUTY_DONE", "2026-11-01", "2026-11-30", "2026-11",
			[]string{"Tính từ: kỳ tháng 11/2026, từ ngày 01/11/2026.", "Hạn tính theo ngày cuối kỳ, không lùi vì ngày nghỉ."}, []string{"nên hạn lùi", "2026-11"},
		},
		"dues": {
			of("dl-dues-month", false), "E_DUES_MONTH", "2026-11-01", "2026-11-30", "2026-11",
			[]string{"kỳ tháng 11/2026", "không lùi vì ngày nghỉ"}, []string{"nên hạn lùi", "2026-11"},
		},
		"an extension": {
			of("dl-decision-admit-ext", false), "", "2027-01-26", "2027-02-23", "",
			[]string{"Tính từ: hết hạn trước, ngày 26/01/2027."}, []string{"mốc bắt đầu"},
		},
		"less than twelve months": {
			of("dl-temp-move", false), "E_TEMP_TRANSFER_START", "2027-05-10", "2028-05-09", "",
			[]string{"Phải trước khi đủ 12 tháng: chậm nhất 09/5/2028."}, []string{"-1", "nên hạn lùi"},
		},
		"a duty with an interval": {
			of("rc-mentor-remark", true), "E_DUTY_DONE", "2026-09-06", "2026-12-07", "2026-09-06",
			[]string{"Tính từ: lần làm trước, ngày 06/9/2026.", "Cứ 3 tháng một lần: 06/12/2026.", "nên hạn lùi"}, []string{"2026-09"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := Why(journey.Deadline{
				Rule: tt.rule, Version: &tt.rule.Versions[0], Detail: tt.detail, Due: on(t, tt.due),
				Anchor: journey.Event{ID: tt.anchor, On: on(t, tt.from), Detail: tt.detail},
			}, rules, nil)
			for _, want := range tt.want {
				if !strings.Contains(got, want) {
					t.Errorf("no %q in\n%s", want, got)
				}
			}
			for _, bad := range tt.mustLack {
				if strings.Contains(got, bad) {
					t.Errorf("%q in\n%s", bad, got)
				}
			}
		})
	}
}
