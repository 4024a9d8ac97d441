package wording

import (
	"fmt"
	"html"
	"strings"

	"donghanh/internal/journey"
	"donghanh/internal/knowledge"
)

// Steps of the self-check.
const (
	CheckIntro  = "Tự kiểm tra điều kiện, khoảng một phút. Câu trả lời của bạn chỉ dùng để lập danh sách cuối cùng rồi quên ngay; dừng lúc nào cũng được bằng /huy.\n\n"
	AskBirth    = "<b>Bạn sinh năm nào?</b>\nChọn năm, hoặc gõ tháng/năm, ví dụ 3/2005."
	AskMonth    = "<b>Tháng mấy?</b>\nTuổi vào Đảng tính theo tháng."
	AskUnion    = "<b>Bạn có đang là đoàn viên không?</b>"
	AskSchool   = "<b>Bạn đã học xong trung học cơ sở (lớp 9) chưa?</b>"
	AskClass    = "<b>Bạn đã học lớp bồi dưỡng nhận thức về Đảng chưa?</b>"
	AskCertYear = "<b>Giấy chứng nhận cấp năm nào?</b>\nChọn năm, hoặc gõ tháng/năm ghi trên giấy, ví dụ 4/2025."
	AskCertDate = "<b>Tháng mấy?</b>"
	AskLocal    = "<b>Tiêu chí riêng của trường (điểm học tập, rèn luyện, xếp loại đoàn viên): bạn đã hỏi và thấy mình đạt chưa?</b>"
	BadMonth    = "Mình chưa đọc được tháng này. Gõ dạng tháng/năm, ví dụ 3/2005, và không sau hôm nay."
	Continue    = "Tiếp tục tự kiểm tra"
	StartAgain  = "Làm lại từ đầu"
	CheckOpen   = "Bạn đang tự kiểm tra điều kiện dở dang."
)

// Choices of the self-check.
const (
	ChoiceYes       = "Rồi"
	ChoiceNo        = "Chưa"
	ChoiceMember    = "Là đoàn viên"
	ChoiceTooOld    = "Đã quá tuổi Đoàn"
	ChoiceUnknown   = "Chưa rõ"
	ChoiceCert      = "Có giấy chứng nhận"
	ChoiceAttending = "Đang học"
	ChoiceEarlier   = "Sớm hơn"
	ChoiceMet       = "Đạt"
	ChoiceNotMet    = "Chưa đạt"
)

// MonthChoice labels a month's button.
func MonthChoice(month int) string { return fmt.Sprintf("Tháng %d", month) }

// SelfCheck lists each condition with ✓, thiếu or hỏi chi ủy, its source and
// the next step. It says nothing of the outcome.
func SelfCheck(findings []journey.Finding, sources func(facts []string) []knowledge.Citation) string {
	var b strings.Builder
	b.WriteString("<b>Bạn đối chiếu được đến đây</b>\n")
	var all []string
	for _, f := range findings {
		fmt.Fprintf(&b, "\n%s\n", condition(f))
		all = append(all, f.Facts...)
	}
	b.WriteString("\n<b>Bước tiếp theo:</b> " + html.EscapeString(nextStep(findings)))
	b.WriteString("\n\nĐây là danh sách để bạn tự đối chiếu. Chi bộ xem xét từng trường hợp, cấp ủy có thẩm quyền quyết định; mình không kết luận thay. Những gì bạn vừa nhập đã được quên.\n\n")
	b.WriteString(Sources(sources(all)))
	return b.String()
}

var marks = map[journey.Mark]string{
	journey.Met:     "✓",
	journey.Missing: "<b>Thiếu</b> ·",
	journey.AskCell: "<b>Hỏi chi ủy</b> ·",
}

func condition(f journey.Finding) string {
	return marks[f.Mark] + " " + html.EscapeString(conditionText(f))
}

func conditionText(f journey.Finding) string {
	switch f.Condition {
	case journey.Age:
		switch {
		case f.Mark == journey.Met:
			return "Tuổi: đã đủ 18 và chưa quá 60, tính theo tháng tại lúc chi bộ xét."
		case f.Mark == journey.Missing:
			return "Tuổi: chưa đủ 18; đủ từ tháng " + f.Until.String() + ". Bây giờ vẫn phấn đấu và học lớp nhận thức được nếu cấp ủy cử."
		case len(f.Facts) > 0 && f.Facts[0] == "age-over-60":
			return "Tuổi: trên 60, chỉ xét trường hợp đặc biệt."
		}
		return "Tuổi: đang đúng tháng giáp ranh, tính tại ngày chi bộ họp xét."
	case journey.Schooling:
		switch f.Mark {
		case journey.Met:
			return "Học vấn: đã hoàn thành trung học cơ sở."
		case journey.Missing:
			return "Học vấn: tối thiểu hoàn thành trung học cơ sở; vùng đặc biệt khó khăn có ngoại lệ, chi ủy cho biết."
		}
		return "Học vấn: mang bằng hoặc học bạ cho chi ủy xem."
	case journey.Union:
		switch {
		case f.Mark == journey.Met:
			return "Đoàn: là đoàn viên, do Đoàn và một đảng viên chính thức giới thiệu."
		case f.Mark == journey.Missing:
			return "Đoàn: trong tuổi thanh niên, nơi có tổ chức Đoàn thì phải là đoàn viên. Đăng ký với bí thư chi đoàn."
		case f.Facts[0] == "introducers-two":
			return "Đoàn: đã quá tuổi Đoàn thì do hai đảng viên chính thức, hoặc công đoàn và một đảng viên chính thức giới thiệu."
		}
		return "Đoàn: hỏi bí thư chi đoàn xem tên bạn có trong danh sách đoàn viên."
	case journey.Awareness:
		switch {
		case f.Mark == journey.Met:
			return "Lớp nhận thức về Đảng: giấy chứng nhận dùng được trong 60 tháng, tới tháng " + f.Until.String() + "."
		case f.Mark == journey.AskCell:
			return "Lớp nhận thức về Đảng: giấy chứng nhận hết 60 tháng đúng tháng này, xem ngày ghi trên giấy."
		case f.Until != journey.Month{}:
			return "Lớp nhận thức về Đảng: giấy chứng nhận đã quá 60 tháng (hết từ tháng " + f.Until.String() + "), chi bộ giới thiệu học lại trước khi xét."
		case len(f.Facts) > 1:
			return "Lớp nhận thức về Đảng: giấy chứng nhận đã quá 60 tháng, chi bộ giới thiệu học lại trước khi xét."
		}
		return "Lớp nhận thức về Đảng: cần học xong và có giấy chứng nhận trước khi chi bộ xét."
	case journey.LocalRule:
		switch f.Mark {
		case journey.Met:
			return "Tiêu chí của trường: bạn đã hỏi và thấy đạt; mức do đảng ủy trường đặt và có thể đổi theo đợt."
		case journey.Missing:
			return "Tiêu chí của trường: chưa đạt theo lời bạn; hỏi Đoàn trường kỳ xét tới và cách tính."
		}
		return "Tiêu chí của trường (điểm, rèn luyện): không có mức chung toàn quốc; hỏi Đoàn trường hoặc văn phòng Đảng ủy."
	case journey.Political:
		return "Tiêu chuẩn chính trị của bản thân và gia đình: chi ủy xem xét theo quy định riêng; bạn khai đúng và đủ."
	}
	return ""
}

// nextStep names the first thing to do, in the order of the way.
func nextStep(findings []journey.Finding) string {
	at := map[journey.Condition]journey.Mark{}
	for _, f := range findings {
		at[f.Condition] = f.Mark
	}
	switch {
	case at[journey.Union] == journey.Missing:
		return "gặp bí thư chi đoàn đăng ký vào Đoàn."
	case at[journey.LocalRule] != journey.Met:
		return "hỏi Đoàn trường mức điểm, kỳ xét và hạn nộp danh sách của đợt này."
	case at[journey.Awareness] != journey.Met:
		return "báo chi đoàn và chi bộ nguyện vọng để được xét cử học lớp nhận thức về Đảng."
	}
	return "gặp bí thư chi bộ hoặc người được phân công giúp đỡ, hỏi khi nào được làm hồ sơ và mượn mẫu đảng bộ đang dùng."
}
