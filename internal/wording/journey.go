package wording

import (
	"fmt"
	"html"
	"slices"
	"strings"

	"donghanh/internal/journey"
	"donghanh/internal/leak"
)

// part is a piece of the way that is drawn in one line while one stands
// elsewhere: a phone shows five lines better than thirteen.
type part struct {
	title  string
	stages []journey.Stage
}

var parts = []part{
	{"Tạo nguồn, cảm tình Đảng", []journey.Stage{journey.Source, journey.Sympathizer, journey.AwarenessClass}},
	{"Hồ sơ, thẩm tra, ý kiến", []journey.Stage{journey.Dossier, journey.BackgroundCheck, journey.Opinions}},
	{"Xét kết nạp, lễ kết nạp", []journey.Stage{journey.CellReview, journey.CommitteeDecision, journey.AwaitingCeremony}},
	{"Dự bị 12 tháng", []journey.Stage{journey.Probation}},
	{"Công nhận chính thức", []journey.Stage{journey.OfficialReview, journey.OfficialDecision, journey.OfficialMember}},
}

// StageName names a stage.
func StageName(s journey.Stage) string {
	switch s {
	case journey.NoStage:
		return "Chưa có mốc nào"
	case journey.Source:
		return "Tạo nguồn"
	case journey.Sympathizer:
		return "Cảm tình Đảng"
	case journey.AwarenessClass:
		return "Học lớp nhận thức về Đảng"
	case journey.Dossier:
		return "Làm hồ sơ"
	case journey.BackgroundCheck:
		return "Thẩm tra lý lịch"
	case journey.Opinions:
		return "Lấy ý kiến đoàn thể, nơi cư trú"
	case journey.CellReview:
		return "Chi bộ xét"
	case journey.CommitteeDecision:
		return "Chờ cấp ủy quyết định"
	case journey.AwaitingCeremony:
		return "Chờ lễ kết nạp"
	case journey.Probation:
		return "Đảng viên dự bị"
	case journey.OfficialReview:
		return "Chi bộ xét công nhận chính thức"
	case journey.OfficialDecision:
		return "Chờ quyết định công nhận"
	case journey.OfficialMember:
		return "Đảng viên chính thức"
	}
	return string(s)
}

// SideName names a side state.
func SideName(s journey.Side) string {
	switch s {
	case journey.OnHold:
		return "đang tạm dừng"
	case journey.Withdrawn:
		return "đã xin thôi"
	case journey.Delisted:
		return "không còn trong danh sách cảm tình Đảng"
	case journey.CertExpired:
		return "giấy chứng nhận lớp nhận thức đã quá 60 tháng, cần học lại"
	case journey.DossierExpired:
		return "giấy tờ trong hồ sơ đã quá 12 tháng, cần làm lại phần hết hạn"
	case journey.NotAdmitted:
		return "lần xét vừa rồi chưa được thông qua"
	case journey.Transferring:
		return "đang chuyển đơn vị"
	case journey.TransferredOut:
		return "đã chuyển đi nơi khác"
	case journey.Removed:
		return "đã ra khỏi danh sách đảng viên dự bị"
	case journey.Readmission:
		return "đang xét kết nạp lại"
	}
	return string(s)
}

// Standing is all that is said of where a student stands.
type Standing struct {
	Person   journey.Person
	Own      bool   // the reader's own way
	Mentor   string // empty: nobody is assigned
	State    journey.State
	Next     []Reminder
	More     int // deadlines beside Next
	Today    journey.Date
	Calendar *journey.Calendar
}

// Way draws where a student stands, with papers, the next days, and what is not
// known.
func Way(s Standing) string {
	var b strings.Builder
	if s.Own {
		b.WriteString("<b>Chặng đường của bạn</b>")
	} else {
		fmt.Fprintf(&b, "<b>%s</b>%s", name(s.Person), unitOf(s.Person))
	}
	for _, side := range s.State.Side {
		b.WriteString("\n<i>Lưu ý: " + SideName(side) + ".</i>")
	}
	b.WriteString("\n\n" + drawn(s.State))
	if s.State.Unproposed && !slices.Contains(s.State.Side, journey.Removed) {
		b.WriteString("\n" + LookedAt)
	}
	age := "Tuổi đảng tính từ"
	if s.State.Stage != journey.OfficialMember {
		age += " (khi được công nhận)"
	}
	if unrecognised(s.State) {
		s.State.AgeFrom = journey.Date{}
	}
	for _, day := range []struct {
		what string
		on   journey.Date
	}{
		{"Ngày vào Đảng (lễ kết nạp)", s.State.Joined}, {age, s.State.AgeFrom}, {"Ngày chính thức (lễ + 12 tháng, khi được công nhận)", s.State.Official},
	} {
		if !day.on.IsZero() {
			fmt.Fprintf(&b, "\n%s: %s", day.what, dayText(day.on))
		}
	}
	if len(s.State.Papers) > 0 {
		b.WriteString("\n\n<b>Giấy tờ</b>")
		for _, p := range s.State.Papers {
			b.WriteString("\n" + paper(p, s.Today))
		}
	}
	b.WriteString("\n\n<b>Ngày sắp tới</b>")
	for i, l := range s.Next {
		l.Whose = "" // it stands above
		fmt.Fprintf(&b, "\n%d. %s", i+1, listed(l, s.Today, s.Calendar))
	}
	switch {
	case len(s.Next) == 0 && s.More > 0:
		fmt.Fprintf(&b, "\nChưa có ngày nào trong 18 tháng tới. Xa hơn có %d việc, gõ /han.", s.More)
	case len(s.Next) == 0:
		b.WriteString("\nChưa có hạn nào đang mở.")
	case s.More > 0:
		fmt.Fprintf(&b, "\n… và %d việc nữa, gõ /han.", s.More)
	}
	b.WriteString("\n\n<b>Mình không biết</b>")
	for _, line := range unknown(s) {
		b.WriteString("\n• " + line)
	}
	return b.String()
}

// LookedAt is what anybody reads of a member whom the cell has looked at while
// the committee has not decided, and whom it did not propose to recognise.
const LookedAt = "Chi bộ đã xét, chờ cấp ủy có thẩm quyền quyết định. Hỏi bí thư chi bộ."

// unrecognised reports whether nothing may be said that sounds as if the person
// were to become a full member.
func unrecognised(s journey.State) bool {
	return s.Unproposed || slices.ContainsFunc(s.Side, func(side journey.Side) bool { return side == journey.Removed || side == journey.Withdrawn })
}

// standsIn names where somebody stands.
func standsIn(s journey.State) string {
	if s.Unproposed {
		return "Chi bộ đã xét, chờ cấp ủy quyết định"
	}
	return StageName(s.Stage)
}

// drawn is the line of stages: ● behind, ◉ here, ○ ahead.
func drawn(s journey.State) string {
	if s.Stage == journey.NoStage {
		lines := []string{"Chưa có mốc nào được ghi."}
		for _, p := range parts {
			lines = append(lines, "○ "+p.title)
		}
		return strings.Join(lines, "\n")
	}
	here, at := 0, 0
	for i, p := range parts {
		for j, stage := range p.stages {
			if stage == s.Stage {
				here, at = i, j
			}
		}
	}
	since := ""
	if !s.Since.IsZero() {
		since = ", từ " + dayText(s.Since)
	}
	var lines []string
	for i, p := range parts {
		title := p.title
		switch {
		case i == len(parts)-1 && i != here && unrecognised(s):
			continue
		case i == here && s.Unproposed:
			if slices.Contains(s.Side, journey.Removed) {
				continue
			}
			lines = append(lines, "◉ <b>"+standsIn(s)+"</b>"+since)
			continue
		case i == here && i == len(parts)-1 && s.Stage != journey.OfficialMember:
			title = "Đã đủ 12 tháng, chưa được công nhận: vẫn là đảng viên dự bị"
		}
		switch {
		case i < here:
			lines = append(lines, "● "+p.title)
		case i > here:
			lines = append(lines, "○ "+p.title)
		case len(p.stages) == 1:
			lines = append(lines, "◉ <b>"+p.title+"</b>"+since)
		default:
			lines = append(lines, "◉ <b>"+title+"</b>")
			for j, stage := range p.stages {
				switch {
				case j < at:
					lines = append(lines, "   ● "+StageName(stage))
				case j > at:
					lines = append(lines, "   ○ "+StageName(stage))
				default:
					lines = append(lines, "   ◉ <b>"+StageName(stage)+"</b>"+since)
				}
			}
		}
	}
	return strings.Join(lines, "\n")
}

// paper says of one document whether it is there and until when it counts.
func paper(p journey.Paper, today journey.Date) string {
	title := html.EscapeString(p.Title)
	switch {
	case !p.Has:
		return "○ " + title + ": chưa thấy ghi"
	case !p.Used.IsZero():
		return "✓ " + title + ": đã dùng để chi bộ xét ngày " + dayText(p.Used)
	case !p.Until.IsZero() && p.Until.Before(today):
		return "✗ " + title + ": hết hạn từ " + dayText(p.Until)
	case !p.Until.IsZero():
		return "✓ " + title + ": dùng đến " + dayText(p.Until)
	case !p.On.IsZero():
		return "✓ " + title + ": có, ngày " + dayText(p.On)
	}
	return "✓ " + title + ": có"
}

// unknown lists what the bot does not know, and who does.
func unknown(s Standing) []string {
	var lines []string
	if s.Person.Birth == (journey.Month{}) {
		lines = append(lines, "Tháng sinh: chưa ghi, nên không tính được mốc đủ 18 tuổi.")
	}
	if s.Person.Mentor == "" {
		lines = append(lines, "Người giúp đỡ: chưa thấy phân công.")
	}
	ask := "chi bộ"
	if s.Own {
		ask = "người giúp đỡ hoặc bí thư chi bộ"
		if s.Mentor != "" {
			ask = shown(s.Mentor) + " (người giúp đỡ) hoặc bí thư chi bộ"
		}
	}
	return append(lines,
		"Nội dung hồ sơ, kết quả thẩm tra, ý kiến, số phiếu: mình không lưu; hỏi "+ask+".",
		"Mốc nào chưa ai ghi thì mình chưa thấy. Kết quả xét do chi bộ và cấp ủy có thẩm quyền quyết định.")
}

// StudentLine is one student in a list.
type StudentLine struct {
	Person journey.Person
	State  journey.State
	Next   Reminder // the most urgent deadline; without a Rule: none
}

// Students lists students from the number first on, of so many.
func Students(lines []StudentLine, first, all int, query string, today journey.Date, c *journey.Calendar) string {
	var b strings.Builder
	switch {
	case all == 0 && query != "":
		return "Không thấy ai có «" + html.EscapeString(query) + "» trong tên. Bạn thử gõ ít chữ hơn, có dấu hay không đều được."
	case all == 0:
		return "Chưa có sinh viên nào trong danh sách của bạn. Danh sách do đơn vị cập nhật."
	case query != "":
		fmt.Fprintf(&b, "<b>%d sinh viên có «%s» trong tên</b>", all, html.EscapeString(query))
	default:
		fmt.Fprintf(&b, "<b>%d sinh viên</b>", all)
	}
	if all > len(lines) {
		fmt.Fprintf(&b, " (%d đến %d)", first+1, first+len(lines))
	}
	unit := journey.Unit("\x00")
	for i, l := range lines {
		if l.Person.Unit != unit {
			if unit = l.Person.Unit; unit != "" {
				b.WriteString("\n\n<i>" + shown(string(unit)) + "</i>")
			} else {
				b.WriteString("\n")
			}
		}
		fmt.Fprintf(&b, "\n%d. <b>%s</b>: %s", first+i+1, name(l.Person), lowerFirst(standsIn(l.State)))
		for _, side := range l.State.Side {
			b.WriteString(", " + SideName(side))
		}
		if l.Next.Rule != nil {
			fmt.Fprintf(&b, "; %s %s, %s", lowerFirst(titled(l.Next.Deadline)), dayText(l.Next.Due), Left(l.Next.Deadline, today, c))
		}
	}
	b.WriteString("\n\nBấm tên để xem chi tiết.")
	return b.String()
}

// lowerFirst begins a phrase with a small letter, but for names that stand in
// capitals.
func lowerFirst(s string) string {
	r := []rune(s)
	if len(r) < 2 || strings.HasPrefix(s, "Đảng") || strings.HasPrefix(s, "Đoàn") {
		if !strings.HasPrefix(s, "Đảng viên") && !strings.HasPrefix(s, "Đảng ủy") {
			return s
		}
	}
	if string(r[1:2]) == strings.ToUpper(string(r[1:2])) {
		return s // an abbreviation
	}
	return strings.ToLower(string(r[:1])) + string(r[1:])
}

// Labels and lines of the list of students.
const (
	SearchLabel = "Tìm theo tên"
	AllStudents = "Cả danh sách"
	RecordLabel = "Ghi mốc"
	MyDeadlines = "Các hạn của tôi"
	BackToWay   = "‹ Chặng đường của tôi"
	TakeBack    = "Gỡ mốc ghi nhầm"
	TypeName    = "Gõ tên hoặc một phần tên, có dấu hay không đều được, ví dụ: lan."
	ChooseUnit  = "Đơn vị của bạn có nhiều sinh viên. Bạn chọn một đơn vị để xem:"
)

// UnitLabel labels the button of a unit.
func UnitLabel(u journey.Unit) string { return Label(string(u)) }

// AboveLabel leads to the unit above.
func AboveLabel(u journey.Unit) string {
	if u == "" {
		return "‹ Cả học viện"
	}
	return "‹ " + UnitLabel(u)
}

// Label cuts a text so that it fits on a button.
func Label(s string) string {
	if s = strings.TrimSpace(s); s == "" {
		return "…"
	}
	s, _ = leak.Mask(cutTo(s, 38))
	return s
}
