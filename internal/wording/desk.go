package wording

import (
	"fmt"
	"html"
	"strings"
	"time"

	"donghanh/internal/desk"
)

// DeskDigest tells those at the desk how many questions wait.
func DeskDigest(n int) string {
	return fmt.Sprintf("Có <b>%d câu hỏi</b> đang chờ cán bộ trả lời. Gõ /cauhoi để xem, câu cũ nhất trước.", n)
}

// Waiting lists waiting questions, without names. titles words the topics a
// question was answered with.
func Waiting(questions []desk.Question, all int, titles func(topics string) []string, now time.Time) string {
	if len(questions) == 0 {
		return "Không có câu hỏi nào đang chờ."
	}
	var b strings.Builder
	fmt.Fprintf(&b, "<b>%d câu hỏi đang chờ</b>", all)
	if all > len(questions) {
		fmt.Fprintf(&b, ", đây là %d câu cũ nhất", len(questions))
	}
	b.WriteString(". Người hỏi không kèm tên.\n")
	for i, q := range questions {
		fmt.Fprintf(&b, "\n<b>%d.</b> %s\n<i>%s, %s</i>\n", i+1, html.EscapeString(cutTo(q.Text, 400)), why(q, titles(q.Topic)), ago(now.Sub(q.At)))
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

// ReplyTo and DropQuestion label the buttons of the i-th waiting question.
func ReplyTo(i int) string      { return fmt.Sprintf("Trả lời câu %d", i) }
func DropQuestion(i int) string { return fmt.Sprintf("Bỏ câu %d", i) }

// Labels and lines of answering by hand.
const (
	SendReply       = "Gửi trả lời"
	CancelReply     = "Huỷ"
	ReplySent       = "Đã gửi cho người hỏi và đóng câu hỏi này. Gõ /cauhoi để xem câu tiếp."
	AlreadyAnswered = "Câu này đã được trả lời hoặc người hỏi đã xóa. Gõ /cauhoi để xem câu khác."

	DropIt  = "Bỏ hẳn"
	Dropped = "Đã đóng câu này. Người hỏi được báo là cán bộ đã xem."

	ToastAnswered = "Câu này không còn chờ"
	ToastSent     = "Đã gửi"
	ToastDropped  = "Đã bỏ câu này"
)

// TypeReply asks for the answer to a question.
func TypeReply(q desk.Question) string {
	return "Bạn đang trả lời:\n<blockquote>" + html.EscapeString(cutTo(q.Text, 1000)) + "</blockquote>\nGõ câu trả lời, nêu văn bản làm căn cứ nếu có. Đừng ghi tên hay số giấy tờ của ai. Thôi trả lời: /huy."
}

// PreviewReply shows the answer as the other will see it.
func PreviewReply(reply string) string {
	return "Người hỏi sẽ nhận đúng như sau. Gõ lại nếu muốn sửa.\n\n" + reply
}

// OfficerReply is an answer by hand, under a footer that says what it is.
func OfficerReply(q desk.Question, text string, at time.Time) string {
	return "Về câu bạn hỏi:\n<blockquote>" + html.EscapeString(cutTo(q.Text, 600)) + "</blockquote>\n" + html.EscapeString(text) +
		"\n\n<i>Cán bộ trả lời lúc " + at.Format("15:04 02/01/2006") + " cho riêng câu hỏi này; chưa phải nội dung đã duyệt của kho trả lời.</i>"
}

// SomeoneInNeed calls those on duty to a person who may be in danger.
func SomeoneInNeed() string {
	return "<b>Có người cần được giúp ngay.</b> Một tin nhắn có dấu hiệu nguy hiểm vừa được chuyển tới cán bộ. Gõ /cauhoi, tin đó đứng đầu danh sách; trả lời sớm và ấm áp, mời gặp trực tiếp."
}

// DropSure asks before a question is closed without an answer.
func DropSure(q desk.Question) string {
	return "Đóng câu này mà không trả lời?\n<blockquote>" + html.EscapeString(cutTo(q.Text, 400)) + "</blockquote>"
}

// ClosedWithoutReply tells the one who asked that a question is closed.
func ClosedWithoutReply(q desk.Question) string {
	return "Cán bộ đã xem câu bạn chuyển và không trả lời ở đây:\n<blockquote>" + html.EscapeString(cutTo(q.Text, 400)) + "</blockquote>\nNếu vẫn cần, bạn gặp trực tiếp bí thư chi đoàn, người giúp đỡ hoặc bí thư chi bộ."
}

// TooManyWaiting refuses one more question of somebody who has many waiting.
func TooManyWaiting() string {
	return "Bạn đang có nhiều câu chờ cán bộ trả lời rồi, nên mình chưa nhận thêm. Việc gấp thì bạn gặp trực tiếp bí thư chi đoàn, người giúp đỡ hoặc bí thư chi bộ."
}
