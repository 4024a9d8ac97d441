package wording

import (
	"fmt"
	"html"
	"strings"
	"time"

	"donghanh/internal/journey"
)

// Labels and lines of linking an account to a person of the lists.
const (
	LinkMe   = "Đồng ý, liên kết"
	UnlinkMe = "Ngừng liên kết"

	ToastNotLinked = "Tài khoản này chưa liên kết"
	ToastUnlinked  = "Đã ngừng liên kết"
)

// name is a person's name, ready to be sent.
func name(p journey.Person) string {
	if p.Name == string(p.Code) && p.Code != "" { // all that is known of them
		return codeOf(p.Code)
	}
	return shown(p.Name)
}

// RolesOf names the roles of a person: "bí thư chi bộ, cán bộ Đoàn".
func RolesOf(roles []journey.Role) string {
	var names []string
	for _, r := range roles {
		names = append(names, Role(r))
	}
	if len(names) == 0 {
		return Role(journey.Guest)
	}
	return strings.Join(names, ", ")
}

// HowToLink says how a person comes into the lists.
func HowToLink() string {
	return "Bạn có trong danh sách theo dõi của đơn vị thì xin cán bộ Đoàn hoặc bí thư chi bộ một liên kết riêng, bấm vào là xong. Từ đó mình cho bạn biết bạn đang ở bước nào và nhắc trước từng hạn."
}

// Consent says whose start code it is and what is stored once they agree: of a
// student the way, of others what they record.
func Consent(p journey.Person) string {
	text := "Liên kết này của <b>" + name(p) + "</b> (" + RolesOf(p.Roles) + unitOf(p) + "). Đúng là bạn chứ?\n\n" +
		"Khi bạn đồng ý, mình lưu:\n" +
		"1. số tài khoản Telegram này, để nhắn đúng bạn;\n" +
		"2. họ tên, mã, đơn vị, vai trò do đơn vị cung cấp;\n"
	if !p.Has(journey.Student) {
		return text +
			"3. mốc và việc bạn ghi: kèm mã của bạn và giờ ghi;\n" +
			"4. đã nhắc bạn việc gì, ngày nào.\n\n" +
			"Cán bộ phụ trách đơn vị xem được mục 2, 3. Bạn xem, tải về hoặc ngừng bất cứ lúc nào bằng /dulieu."
	}
	return text +
		"3. ngày của các mốc trên chặng đường, do người có vai trò ghi;\n" +
		"4. giấy tờ đã có hay chưa, ngày ghi và hạn dùng; không lưu ảnh hay nội dung;\n" +
		"5. đã nhắc bạn việc gì, ngày nào.\n\n" +
		"Người giúp đỡ và cán bộ phụ trách đơn vị xem được mục 2, 3, 4. Việc trễ hạn thì mình báo người giúp đỡ, bí thư chi bộ, cán bộ Đoàn. Bạn xem, tải về hoặc ngừng bất cứ lúc nào bằng /dulieu."
}

func unitOf(p journey.Person) string {
	if p.Unit == "" {
		return ""
	}
	return ", " + shown(string(p.Unit))
}

// Linked greets a person who was just linked, with what is open for them. all
// is how much that is.
func Linked(p journey.Person, first []Reminder, all int, commands []Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Chào <b>%s</b>. Mình đã liên kết tài khoản này với bạn, vai trò: %s.", name(p), RolesOf(p.Roles))
	if all == 0 {
		b.WriteString("\n\nHiện chưa có hạn nào đang mở.")
	} else {
		b.WriteString("\n\n<b>Việc đang mở</b>")
		for _, l := range first {
			b.WriteString("\n• " + brief(l))
		}
		if all > len(first) {
			fmt.Fprintf(&b, "\n… và %d việc nữa: /han", all-len(first))
		}
	}
	b.WriteString("\n\n" + commandList(commands))
	return b.String()
}

func commandList(commands []Command) string {
	var lines []string
	for _, c := range commands {
		lines = append(lines, "/"+c.Name+": "+html.EscapeString(c.Does))
	}
	return strings.Join(lines, "\n")
}

// brief is a deadline in one line: whose, what, until when.
func brief(l Reminder) string {
	text := titled(l.Deadline) + ": " + dayText(l.Due)
	if l.Whose != "" {
		text = shown(l.Whose) + ", " + text
	}
	if l.Tentative {
		text += " (tạm tính)"
	}
	return text
}

// WelcomeBack greets a person who is linked.
func WelcomeBack(p journey.Person, commands []Command) string {
	return "Chào <b>" + name(p) + "</b>, mình là Đồng Hành. Bạn cứ gõ câu hỏi, hoặc chọn:\n\n" + commandList(commands)
}

// LinkedAlready answers a start code of the person who is linked already.
func LinkedAlready(p journey.Person) string {
	return "Tài khoản này đã liên kết với " + name(p) + " rồi, bạn không cần làm gì thêm. Gõ /trogiup để xem mình giúp được gì."
}

// LinkedToAnother refuses the start code of somebody else.
func LinkedToAnother(p journey.Person) string {
	return "Tài khoản này đang liên kết với " + name(p) + ", nên mình không dùng liên kết của người khác ở đây.\n\nNếu " + name(p) + " không phải bạn: gõ /dulieu, bấm «" + UnlinkMe + "», rồi mở lại liên kết của bạn."
}

// BadCode answers /start with a code that opens nothing.
func BadCode() string {
	return "Mã liên kết này không dùng được (sai, đã dùng hoặc hết hạn). Bạn xin cán bộ mã mới; trong lúc đó vẫn hỏi đáp bình thường."
}

// TooManyGuesses refuses more start codes until a moment.
func TooManyGuesses(until time.Time) string {
	return "Bạn đã thử nhiều mã liên kết không đúng, nên mình tạm dừng nhận mã. Bạn thử lại sau " + until.Format("15:04") + ", và xin cán bộ liên kết mới. Trong lúc đó vẫn hỏi đáp bình thường."
}

// UnlinkSure asks before a link is ended.
func UnlinkSure() string {
	return "Ngừng liên kết thì mình không nhắc hạn ở đây nữa và địa chỉ lịch riêng (nếu có) hết dùng. Danh sách và các mốc do đơn vị giữ vẫn còn. Muốn liên kết lại, bạn xin cán bộ mã mới."
}

// Unlinked is the receipt of an ended link.
func Unlinked() string {
	return "Đã ngừng liên kết. Mình không còn biết tài khoản này là ai và không nhắc hạn ở đây nữa. Bạn vẫn hỏi đáp bình thường."
}
