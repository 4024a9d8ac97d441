package wording

import (
	"fmt"
	"html"
	"slices"
	"strings"
	"time"

	"donghanh/internal/audit"
	"donghanh/internal/journey"
)

// Welcome greets a person who starts the bot.
func Welcome(name string) string {
	hello := "Chào bạn"
	if name = strings.TrimSpace(name); name != "" {
		hello += " " + html.EscapeString(cutTo(name, 40))
	}
	return hello + ", mình là <b>Đồng Hành</b>.\n\n" +
		"Bạn cứ gõ câu hỏi về việc vào Đảng, dự bị, công nhận chính thức, chuyển sinh hoạt đảng: có dấu hay không dấu, viết tắt đều được. " +
		"Mình chỉ trả lời bằng nội dung có nguồn; chỗ nào chưa có thì nói thật và giữ câu hỏi cho cán bộ.\n\n" +
		"• /dieukien: tự xem mình còn thiếu điều kiện gì\n" +
		"• /han, /hanhtrinh: hạn sắp tới và bước bạn đang ở; mình nhắc trước từng hạn. Cần liên kết riêng do đơn vị cấp\n" +
		"• /dulieu: mình đang lưu gì về bạn, tải về, xóa\n" +
		"• /trogiup: cách dùng\n\n" +
		"Hồ sơ của Đảng là tài liệu mật: đừng gửi ảnh giấy tờ, số căn cước hay kết quả thẩm tra vào đây."
}

// Command is one line of the help and of the menu.
type Command struct{ Name, Does string }

// Help says what a person of those roles can do.
func Help(roles []journey.Role, commands []Command) string {
	var b strings.Builder
	b.WriteString("<b>Mình giúp được gì</b>\n")
	b.WriteString("Gõ câu hỏi như nhắn cho một người bạn: «dự bị bao lâu», «ho so gom nhung gi», «gpa bn thi dc xet». Hỏi tiếp câu sau («thế còn dự bị thì sao?») mình cũng hiểu.\n")
	for _, c := range commands {
		fmt.Fprintf(&b, "\n/%s: %s", c.Name, html.EscapeString(c.Does))
	}
	if concerned := slices.ContainsFunc(commands, func(c Command) bool { return c.Name == "han" }); concerned {
		b.WriteString("\n\nMình nhắc trước từng hạn. Xem ở /han; muốn nhắc ít đi hay gom theo tuần, bấm «" + PrefLabel + "» ở đó. Gõ thường cũng được: «hạn của em», «tắt nhắc».")
	} else {
		b.WriteString("\n\nNgười có liên kết riêng của đơn vị còn xem được các hạn của mình (/han), chặng đường (/hanhtrinh) và được nhắc trước từng hạn. " + HowToLink())
	}
	b.WriteString("\n\nMuốn gặp người thật: hỏi một câu rồi bấm «" + AskOfficer + "», hoặc gặp bí thư chi đoàn, người giúp đỡ, bí thư chi bộ của bạn.")
	if len(roles) > 0 {
		fmt.Fprintf(&b, "\n\nVai trò của bạn ở đây: %s.", RolesOf(roles))
	}
	return b.String()
}

// Role names a role.
func Role(r journey.Role) string {
	switch r {
	case journey.Student:
		return "sinh viên"
	case journey.Mentor:
		return "người giúp đỡ"
	case journey.CellSecretary:
		return "bí thư chi bộ"
	case journey.YouthOfficer:
		return "cán bộ Đoàn"
	case journey.BaseCommittee:
		return "đảng ủy cơ sở"
	case journey.Admin:
		return "quản trị"
	}
	return "người hỏi"
}

// Description stands on the empty chat before a person presses Start.
func Description() string {
	return "Hỏi đáp về việc vào Đảng cho sinh viên: điều kiện, hồ sơ, dự bị, công nhận chính thức, chuyển sinh hoạt đảng. Câu trả lời có nguồn, không phỏng đoán. Ai được đơn vị cấp liên kết thì xem được các hạn của mình (/han), chặng đường (/hanhtrinh) và được nhắc trước từng hạn. Bấm Bắt đầu rồi gõ câu hỏi."
}

// MyStatus answers a question about their own file of one who is no student in
// the lists.
func MyStatus() string {
	return "Mình chưa biết bạn là ai trong danh sách, nên không biết hồ sơ đang ở bước nào hay còn mấy ngày.\n\n" +
		"• " + HowToLink() + "\n" +
		"• Hỏi người được phân công giúp đỡ bạn hoặc bí thư chi bộ: họ nắm từng bước.\n" +
		"• Muốn biết mỗi bước có hạn bao lâu, bạn hỏi mình, ví dụ «chi bộ ra nghị quyết rồi bao lâu có quyết định», «dự bị tính từ ngày nào».\n" +
		"• Kết quả xét là việc của chi bộ và cấp ủy có thẩm quyền; mình không đoán."
}

// OwnProbation says on which day a student's own probation ends.
func OwnProbation(s journey.State, today journey.Date) string {
	switch {
	case s.Unproposed:
		return "<b>Của bạn:</b> " + LookedAt
	case !s.Joined.IsZero() && s.Official.IsZero():
		return "<b>Của bạn:</b> bạn hỏi bí thư chi bộ nhé."
	case s.Official.IsZero():
		return "<b>Của bạn:</b> chưa thấy ghi ngày lễ kết nạp, nên mình chưa tính được. Lễ đã tổ chức thì báo người giúp đỡ hoặc bí thư chi bộ ghi giúp."
	}
	text := "<b>Của bạn: " + dayText(s.Official) + "</b>, 12 tháng sau lễ kết nạp ngày " + dayText(s.Joined)
	switch left := today.DaysUntil(s.Official); {
	case s.Stage == journey.OfficialMember:
		return text + "; đã ghi bạn là đảng viên chính thức."
	case left > 0:
		text += fmt.Sprintf(", còn %d ngày", left)
	case left == 0:
		text += ", là hôm nay"
	default:
		text += ", đã qua"
	}
	return text + ". Đó là mốc tự đến; công nhận chính thức do chi bộ và cấp ủy xét."
}

// WhereReminders says where a person chooses how often they are reminded.
func WhereReminders() string {
	return "Chọn bằng nút dưới đây. Lần sau: gõ /han rồi bấm «" + PrefLabel + "». Không muốn nhận nhắc nữa: gõ /dulieu, bấm «" + UnlinkMe + "»."
}

// HowToUndo says how what was recorded is taken back.
func HowToUndo() string {
	return "Vừa ghi xong thì bấm «" + UndoLabel + "» ngay dưới tin «Đã ghi», trong một phút: mốc được gỡ, hạn tính lại như cũ.\n\n" +
		"Đã quá một phút: báo người giúp đỡ, bí thư chi bộ hoặc cán bộ Đoàn mốc nào sai và ngày đúng; hoặc bấm «" + AskOfficer + "» để mình giữ cho cán bộ."
}

// Kept says that a question now waits for a person.
func Kept() string {
	return "Mình đã giữ câu hỏi này cho cán bộ, không kèm tên bạn. Khi cán bộ trả lời, mình nhắn lại ở đây.\n\nViệc gấp thì gặp trực tiếp bí thư chi đoàn, người giúp đỡ hoặc bí thư chi bộ."
}

// Short lines shown over the screen after a press.
const (
	ToastKept      = "Đã giữ câu hỏi cho cán bộ"
	ToastGood      = "Cảm ơn bạn"
	ToastBad       = "Mình ghi nhận, sẽ soát lại"
	ToastOld       = "Nút này đã cũ"
	ToastForgotten = "Mình không còn giữ câu hỏi đó, bạn gõ lại giúp mình"
	ToastRefused   = "Bạn không dùng được nút này"
	ToastErased    = "Đã xóa"
)

// WhatThen asks, after "Chưa đúng", what the person would like now.
func WhatThen() string {
	return "Cảm ơn bạn đã cho biết. Mình đã giữ câu hỏi này cho cán bộ soát lại (không kèm tên bạn). Bạn cũng có thể gõ lại theo cách khác."
}

// NoFiles refuses an attachment.
func NoFiles() string {
	return "Mình không nhận ảnh, tệp hay ghi âm, và không tải tệp bạn vừa gửi: hồ sơ đảng viên là tài liệu mật của Đảng.\n\nBạn xóa tin đó đi nhé (xóa cho cả hai bên). Cần hỏi gì về giấy tờ, bạn gõ bằng chữ; nộp giấy tờ thì đưa trực tiếp cho người giúp đỡ hoặc chi bộ."
}

// TooLong refuses a message that is no question any more. limit is in letters.
func TooLong(limit int) string {
	return fmt.Sprintf("Tin nhắn dài quá %d chữ nên mình không đọc được ý chính. Bạn gõ lại riêng câu hỏi, một hai câu thôi.", limit)
}

// UnknownCommand answers a command that does not exist.
func UnknownCommand(name string) string {
	return "Mình không có lệnh /" + html.EscapeString(cutTo(name, 32)) + ". Gõ /trogiup để xem mình làm được gì, hoặc gõ thẳng câu hỏi."
}

// NotForYou refuses a command that is for other roles.
func NotForYou() string {
	return "Bạn chưa liên kết? Xin cán bộ một liên kết riêng. Đã liên kết rồi thì lệnh này dành cho vai trò khác; gõ /trogiup để xem việc bạn làm được ở đây."
}

// Stopped says that what was under way is cancelled.
func Stopped(wasBusy bool) string {
	if wasBusy {
		return "Đã hủy và quên những gì bạn vừa nhập. Bạn cần gì cứ gõ tiếp."
	}
	return "Không có việc nào đang làm dở. Bạn cần gì cứ gõ."
}

// Broken apologises for a failure; ref is what the operator finds in the log.
func Broken(ref string) string {
	return "Xin lỗi, mình gặp lỗi khi xử lý tin này. Bạn thử lại sau ít phút; nếu vẫn lỗi, báo cán bộ mã <code>" + html.EscapeString(ref) + "</code>."
}

// Stored is what is stored about a person, counted.
type Stored struct {
	Roles   []journey.Role
	Person  journey.Person // the zero Person for one who is not linked
	Events  int
	Pref    journey.Pref
	Asked   int // questions remembered
	Flow    bool
	Waiting int // questions for a person to answer
}

// MyData lists all that is stored about the person.
func MyData(s Stored) string {
	var b strings.Builder
	b.WriteString("<b>Mình đang lưu về bạn</b>\n")
	b.WriteString("• Số tài khoản Telegram, để gửi tin trả lời.\n")
	if len(s.Roles) > 0 {
		fmt.Fprintf(&b, "• Vai trò: %s.\n", RolesOf(s.Roles))
	}
	if s.Person.Code != "" {
		fmt.Fprintf(&b, "• Trong danh sách của đơn vị: %s, mã %s%s.\n", name(s.Person), codeOf(s.Person.Code), unitOf(s.Person))
		fmt.Fprintf(&b, "• %d mốc đã ghi, giấy tờ có hay chưa và hạn dùng, đã nhắc việc gì ngày nào.\n", s.Events)
		fmt.Fprintf(&b, "• Cách nhắc: %s. Địa chỉ lịch riêng, nếu bạn đã tạo.\n", strings.ToLower(prefName(s.Pref)))
		fmt.Fprintf(&b, "• Thông báo nào đã gửi cho bạn, có đến không; nhật ký ai xem, ai sửa việc của bạn (mã và ngày, không có nội dung), giữ %d năm. Hai phần này không có trong tệp tải về: bạn hỏi quản trị của đơn vị.\n", audit.KeptYears)
	}
	fmt.Fprintf(&b, "• %d câu hỏi gần nhất, tự xóa sau 24 giờ không nhắn.\n", s.Asked)
	if s.Flow {
		b.WriteString("• Những gì bạn đang nhập dở; xong là quên.\n")
	}
	fmt.Fprintf(&b, "• %d câu hỏi bạn nhờ chuyển cán bộ hoặc báo «Chưa đúng»: không kèm tên nếu bạn chưa cho, chỉ kèm số tài khoản để gửi lại câu trả lời.\n", s.Waiting)
	b.WriteString("• Dấu của tin đã gửi và nút đã bấm (không có nội dung), tự xóa sau 2 đến 7 ngày.\n")
	b.WriteString("\nMình không lưu lý lịch, ảnh giấy tờ, số căn cước, kết quả thẩm tra. Cán bộ chỉ đọc được câu bạn chuyển.")
	return b.String()
}

// Labels under what is stored about the person.
const (
	DownloadData = "Tải về"
	EraseData    = "Xóa hết"
)

// DataFile is the caption of the downloaded data.
func DataFile() string { return "Những gì mình đang lưu về bạn." }

// Erased is the receipt of an erasure. kept says that the person is in the
// lists of the academy.
func Erased(questions, waiting int, kept bool, at time.Time) string {
	text := fmt.Sprintf("Đã xóa lúc %s: %d câu hỏi gần đây, những gì nhập dở, và %d câu đang chờ cán bộ. ", at.Format("15:04 02/01/2006"), questions, waiting)
	if kept {
		text += "Cách nhắc trở về hằng ngày, địa chỉ lịch riêng hết dùng.\n\nCòn lại vì nhiệm vụ: danh sách và các mốc do đơn vị giữ, nhật ký ai xem, ai sửa, thông báo nào đã gửi cho bạn, số tài khoản để nhắc hạn (bấm «" + UnlinkMe + "» nếu không muốn nữa), và dấu"
	} else {
		text += "Còn lại: dấu"
	}
	return text + " của tin đã gửi, tự hết sau 7 ngày. Tin nhắn trên máy bạn thì bạn tự xóa."
}

func cutTo(s string, letters int) string {
	r := []rune(s)
	if len(r) <= letters {
		return s
	}
	return string(r[:letters]) + "…"
}

// NothingSaid meets a message without a word, such as a thumb.
const NothingSaid = "Mình vẫn ở đây. Bạn cần hỏi gì cứ gõ bằng chữ."

// NumbersHidden warns of numbers that were not kept.
func NumbersHidden() string {
	return "Bạn đừng gửi số căn cước, số điện thoại hay số tài khoản vào đây. Mình đã che các số đó, không lưu; bạn xóa tin vừa gửi đi nhé."
}

// RestUnanswered stands after the answers to a message that asked more.
func RestUnanswered() string {
	return "Phần còn lại trong tin của bạn mình chưa chắc hiểu đúng. Bạn gõ riêng từng câu giúp mình, hoặc bấm nút bên dưới để cán bộ đọc cả tin."
}

// EraseSure asks before an erasure.
func EraseSure() string {
	return "Xóa hết câu hỏi gần đây, những gì đang nhập dở, các câu đang chờ cán bộ trả lời, cách nhắc đã chọn và địa chỉ lịch riêng? Xóa rồi không lấy lại được."
}

// LeaveIt and LeftAsItIs take back a question that asked once more.
const (
	LeaveIt    = "Thôi"
	LeftAsItIs = "Giữ nguyên, không có gì thay đổi."
)
