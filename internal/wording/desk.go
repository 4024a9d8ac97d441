package wording

import (
	"fmt"
	"html"
	"strconv"
	"strings"
	"time"

	"donghanh/internal/desk"
	"donghanh/internal/journey"
)

// DeskDigest tells those at the desk how many questions wait.
func DeskDigest(n int) string {
	return fmt.Sprintf("Có <b>%d câu hỏi</b> đang chờ cán bộ trả lời. Gõ /cauhoi để xem, câu cũ nhất trước.", n)
}

// GroupLine is a group of questions as somebody at the desk sees it.
type GroupLine struct {
	desk.Group
	Answered []string                  // titles it was answered with, if any
	Holder   journey.Person            // who takes care of it, where somebody does
	Mine     bool                      // that is who looks at it
	Askers   map[string]journey.Person // by reference: who agreed to be known, and may be
}

// Waiting lists groups of waiting questions, after those on the pages before.
func Waiting(lines []GroupLine, before, groups, all int, now time.Time) string {
	if groups == 0 {
		return "Không có câu hỏi nào đang chờ."
	}
	var b strings.Builder
	fmt.Fprintf(&b, "<b>%d câu hỏi đang chờ</b>", all)
	if all > groups {
		fmt.Fprintf(&b, ", câu giống nhau gom lại còn %d nhóm", groups)
	}
	if len(lines) < groups {
		fmt.Fprintf(&b, " (đây là %d–%d)", before+1, before+len(lines))
	}
	b.WriteString(". Bấm số để mở.\n")
	for i, g := range lines {
		fmt.Fprintf(&b, "\n<b>%d.</b> %s\n<i>", before+i+1, html.EscapeString(cutTo(g.Lead().Text, 300)))
		if n := len(g.Questions); n > 1 {
			fmt.Fprintf(&b, "%d câu giống nhau; ", n)
		}
		fmt.Fprintf(&b, "%s, %s</i>\n", why(g.Lead(), g.Answered), ago(now.Sub(g.Lead().At)))
		if line := g.taken(now); line != "" {
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}

// taken says who takes care of the group, and since when; "" for nobody.
func (g GroupLine) taken(now time.Time) string {
	switch {
	case !g.Claim.Holds(now):
		return ""
	case g.Mine:
		return "<b>Bạn đang giữ</b>, tới " + g.Claim.Until.In(journey.Zone).Format("15:04 02/01") + "."
	}
	return "<b>" + upperFirst(Officer(g.Holder)) + "</b> đang giữ câu này, từ " + g.Claim.Since.In(journey.Zone).Format("15:04 02/01") + "."
}

// Officer names somebody at the desk by role and name.
func Officer(p journey.Person) string {
	role := deskRole(p)
	if p.Name == "" {
		return role
	}
	return role + " " + name(p)
}

// deskRole is the role in which somebody is at the desk.
func deskRole(p journey.Person) string {
	for _, r := range journey.AtDesk {
		if p.Has(r) {
			return Role(r)
		}
	}
	return "cán bộ"
}

// OfficerLabel is a button with somebody at the desk: name and unit.
func OfficerLabel(p journey.Person) string {
	label := p.Name
	if p.Unit != "" {
		label += ", " + string(p.Unit)
	}
	return Label(label)
}

// questionsShown is how many questions of a group are shown.
const questionsShown = 30

// Opened shows the questions of one group.
func Opened(g GroupLine, now time.Time) string {
	var b strings.Builder
	if n := len(g.Questions); n > 1 {
		fmt.Fprintf(&b, "<b>%d câu giống nhau, của %d người</b>\n", n, len(g.Group.Askers()))
	} else {
		b.WriteString("<b>Một câu hỏi</b>\n")
	}
	for _, q := range g.Questions[:min(len(g.Questions), questionsShown)] {
		text := cutTo(q.Text, 400)
		if len(g.Questions) == 1 {
			text = cutTo(q.Text, 3000)
		}
		fmt.Fprintf(&b, "\n<blockquote>%s</blockquote>\n<i>%s, %s</i>", html.EscapeString(text), why(q, nil), ago(now.Sub(q.At)))
		if p, ok := g.Askers[q.Ref()]; ok {
			fmt.Fprintf(&b, "\nNgười hỏi cho biết tên: <b>%s</b>%s", name(p), unitOf(p))
		}
		b.WriteString("\n")
	}
	if more := len(g.Questions) - questionsShown; more > 0 {
		fmt.Fprintf(&b, "\n… và %d câu nữa.\n", more)
	}
	if len(g.Answered) > 0 {
		fmt.Fprintf(&b, "\nBot đã trả lời: %s.\n", html.EscapeString(strings.Join(g.Answered, ", ")))
	}
	if line := g.taken(now); line != "" {
		b.WriteString("\n" + line)
		if g.Mine {
			b.WriteString(" Quá giờ đó câu hỏi tự về bàn chung.")
		}
	} else {
		b.WriteString("\nChưa ai nhận. Bấm «" + TakeUp + "» để người khác không trả lời trùng.")
	}
	return b.String()
}

func why(q desk.Question, topics []string) string {
	reason := "nhờ chuyển cán bộ"
	switch q.Why {
	case desk.Wrong:
		reason = "báo trả lời chưa đúng"
	case desk.Urgent:
		reason = "CẦN NGƯỜI THẬT NGAY: lời kể có dấu hiệu nguy hiểm"
	}
	if len(topics) > 0 {
		reason += "; bot đã trả lời: " + html.EscapeString(strings.Join(topics, ", "))
	}
	return reason
}

func ago(d time.Duration) string {
	switch {
	case d < time.Minute:
		return "vừa xong"
	case d < time.Hour:
		return fmt.Sprintf("%d phút trước", int(d.Minutes()))
	case d < 24*time.Hour:
		return fmt.Sprintf("%d giờ trước", int(d.Hours()))
	}
	return fmt.Sprintf("%d ngày trước", int(d.Hours()/24))
}

// OpenGroup labels the button of the i-th group.
func OpenGroup(i int) string { return strconv.Itoa(i) }

// Labels and lines of the desk.
const (
	TakeUp         = "Tôi trả lời"
	ReplyNow       = "Trả lời ngay"
	HandOver       = "Chuyển cho…"
	GiveUp         = "Thôi giữ"
	CloseGroup     = "Đóng, không trả lời"
	BackToGroup    = "‹ Về câu hỏi"
	BackToDesk     = "‹ Danh sách câu hỏi"
	OpenIt         = "Mở"
	OtherQuestions = "Câu hỏi khác"

	SendReply       = "Gửi trả lời"
	CancelReply     = "Huỷ"
	AlreadyAnswered = "Câu này đã được trả lời hoặc người hỏi đã xóa. Gõ /cauhoi để xem câu khác."
	NotYours        = "Bạn không còn giữ câu này: đã quá giờ, hoặc đã chuyển cho người khác. Gõ /cauhoi, mở câu đó và bấm «" + TakeUp + "» nếu chưa ai nhận."

	NoNumbersInReply = "Câu trả lời có dãy số giống số điện thoại, số căn cước hay số tài khoản nên mình không gửi: tin có thể tới nhiều người. Gõ lại, bỏ dãy số đó; cần liên hệ thì ghi phòng, giờ trực, hoặc mời bạn gặp bí thư chi đoàn."

	DropIt = "Đóng hẳn"

	ToastAnswered    = "Câu này không còn chờ"
	ToastTaken       = "Bạn đã nhận câu này"
	ToastClaimed     = "Đã có người nhận trước"
	ToastNotHeld     = "Bạn không giữ câu này"
	ToastGivenUp     = "Đã để lại bàn chung"
	ToastHandedOver  = "Đã chuyển"
	ToastNobodyElse  = "Chưa có ai khác ở bàn cán bộ nhận được tin"
	ToastNoColleague = "Người đó không nhận được câu này"
	ToastSent        = "Đã gửi"
	ToastDropped     = "Đã đóng câu này"
)

// ReplySent says that an answer is on its way to so many people.
func ReplySent(people int) string {
	return "Đã gửi cho " + askers(people) + " và đóng câu hỏi này."
}

// Dropped says that questions of so many people are closed without an answer.
func Dropped(people int) string {
	return "Đã đóng câu này. " + upperFirst(askers(people)) + " được báo là cán bộ đã xem."
}

func askers(n int) string {
	if n == 1 {
		return "người hỏi"
	}
	return fmt.Sprintf("%d người hỏi", n)
}

// PassTo asks to whom a group is to be passed on.
func PassTo(q desk.Question) string {
	return "Chuyển câu này cho ai?\n<blockquote>" + html.EscapeString(cutTo(q.Text, 400)) + "</blockquote>"
}

// PassedToYou tells an officer that another one passed a group on to them.
func PassedToYou(from journey.Person, g desk.Group) string {
	return upperFirst(Officer(from)) + " chuyển cho bạn " + questions(len(g.Questions)) + ":\n<blockquote>" + html.EscapeString(cutTo(g.Lead().Text, 400)) +
		"</blockquote>\nMình giữ cho bạn tới " + g.Claim.Until.In(journey.Zone).Format("15:04 02/01") + "."
}

func questions(n int) string {
	if n == 1 {
		return "một câu hỏi"
	}
	return fmt.Sprintf("%d câu hỏi giống nhau", n)
}

// TypeReply asks for the answer to a group.
func TypeReply(g desk.Group) string {
	text := "Bạn đang trả lời:\n<blockquote>" + html.EscapeString(cutTo(g.Lead().Text, 1000)) + "</blockquote>\n"
	if n := len(g.Questions); n > 1 {
		text += fmt.Sprintf("và %d câu giống vậy. ", n-1)
	}
	return text + "Gõ câu trả lời, nêu văn bản làm căn cứ nếu có. Đừng ghi tên hay số giấy tờ của ai. Thôi trả lời: /huy."
}

// PreviewReply shows the answer as so many people will see it.
func PreviewReply(reply string, people int) string {
	return upperFirst(askers(people)) + " sẽ nhận đúng như sau. Gõ lại nếu muốn sửa.\n\n" + reply
}

// OfficerReply is an answer by hand, under a footer that says what it is and who
// gives it: role and unit, no name.
func OfficerReply(q desk.Question, text string, by journey.Person, at time.Time) string {
	return "Về câu bạn hỏi:\n<blockquote>" + html.EscapeString(cutTo(q.Text, 600)) + "</blockquote>\n" + html.EscapeString(text) +
		"\n\n<i>" + upperFirst(deskRole(by)) + unitOf(by) + " trả lời lúc " + at.Format("15:04 02/01/2006") + " cho riêng câu hỏi này; chưa phải nội dung đã duyệt của kho trả lời.</i>"
}

// Labels by which who asked lets the desk know who they are.
const (
	LetThemKnow = "Cho cán bộ biết tên em"
	HideMe      = "Giấu tên em"
)

// KnownNow says that the desk sees who asked.
func KnownNow(p journey.Person) string {
	return "Cán bộ phụ trách đơn vị của bạn sẽ thấy câu hỏi này là của <b>" + name(p) + "</b>" + unitOf(p) + ". Khi cán bộ trả lời, mình nhắn lại ở đây.\n\nĐổi ý thì bấm «" + HideMe + "»."
}

// SomeoneInNeed calls those on duty to a person who may be in danger.
func SomeoneInNeed() string {
	return "<b>Có người cần được giúp ngay.</b> Một tin nhắn có dấu hiệu nguy hiểm vừa được chuyển tới cán bộ. Bấm «" + OpenIt + "» hoặc gõ /cauhoi, tin đó đứng đầu danh sách; trả lời sớm và ấm áp, mời gặp trực tiếp."
}

// DropSure asks before a group is closed without an answer.
func DropSure(g desk.Group) string {
	what := "câu hỏi"
	if len(g.Questions) > 1 {
		what = questions(len(g.Questions))
	}
	return "Đóng " + what + " này mà không trả lời?\n<blockquote>" + html.EscapeString(cutTo(g.Lead().Text, 400)) + "</blockquote>"
}

// ClosedWithoutReply tells the one who asked that a question is closed.
func ClosedWithoutReply(q desk.Question) string {
	return "Cán bộ đã xem câu bạn chuyển và không trả lời ở đây:\n<blockquote>" + html.EscapeString(cutTo(q.Text, 400)) + "</blockquote>\nNếu vẫn cần, bạn gặp trực tiếp bí thư chi đoàn, người giúp đỡ hoặc bí thư chi bộ."
}

// TooManyWaiting refuses one more question of somebody who has many waiting.
func TooManyWaiting() string {
	return "Bạn đang có nhiều câu chờ cán bộ trả lời rồi, nên mình chưa nhận thêm. Việc gấp thì bạn gặp trực tiếp bí thư chi đoàn, người giúp đỡ hoặc bí thư chi bộ."
}
