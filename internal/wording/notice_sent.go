package wording

import (
	"fmt"
	"html"
	"math"
	"strings"
	"time"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/notice"
)

// NoticeProgress is the message that shows how far the sending is, with the
// buttons that stop it. perSecond is the speed of late and left how long it
// takes still, both 0 while nothing is known. pausedUntil is until when the
// service asked to wait; the zero time: it did not.
func NoticeProgress(n notice.Notice, c notice.Counts, perSecond float64, left time.Duration, pausedUntil time.Time) (text string, rows [][]chat.Button) {
	var b strings.Builder
	fmt.Fprintf(&b, "<b>%s</b> «%s»\n", doing(n), excerpt(n.HTML))
	all := c.Total() - c[notice.Unlinked]
	if all == 0 && !n.Status.Over() {
		b.WriteString("Đang lập danh sách người nhận…")
	} else {
		fmt.Fprintf(&b, "%s\n%s", bar(c.Tried(), all), counts(n, c))
	}
	switch n.Status {
	case notice.Sending:
		switch {
		case !pausedUntil.IsZero():
			b.WriteString("\nTelegram yêu cầu chờ tới " + pausedUntil.In(journey.Zone).Format("15:04:05") + "; hết giờ chờ mình gửi tiếp.")
		case perSecond > 0:
			fmt.Fprintf(&b, "\n%s tin mỗi giây, còn %s.", decimal(perSecond), span(left))
		}
		rows = [][]chat.Button{{NoticeButton(PauseSending, n.ID, NoticePause), NoticeButton(StopSending, n.ID, NoticeStop)}}
	case notice.Paused:
		b.WriteString("\n" + held(n))
		rows = [][]chat.Button{{NoticeButton(ResumeSending, n.ID, NoticeResume), NoticeButton(StopSending, n.ID, NoticeStop)}}
	default:
		rows = [][]chat.Button{{NoticeButton(ReportLabel, n.ID, NoticeReport)}}
	}
	return b.String(), rows
}

func doing(n notice.Notice) string {
	what := map[notice.Kind]string{notice.Correct: "sửa tin", notice.Recall: "thu hồi"}[n.Kind]
	if what == "" {
		what = "gửi"
	}
	switch n.Status {
	case notice.Paused:
		return "Tạm dừng " + what
	case notice.Stopped:
		return "Đã dừng hẳn, không " + what + " tiếp"
	case notice.Done:
		return "Đã " + what + " xong"
	}
	return "Đang " + what
}

func held(n notice.Notice) string {
	switch n.Held {
	case notice.HeldFailures:
		return "<b>Mình tự tạm dừng</b> vì nhiều tin liền nhau không gửi được. Bạn xem báo cáo rồi bấm «" + ResumeSending + "» hoặc «" + StopSending + "»."
	case notice.HeldNobody:
		return "<b>Mình tự tạm dừng</b>: đến giờ gửi thì không có ai trong nhóm người nhận."
	case notice.HeldNewBot:
		return "<b>Đã tạm dừng</b> vì học viện đổi sang bot mới: ai nhắn cho bot mới rồi thì mới nhận được tin. Bạn chờ mọi người vào bot rồi bấm «" + ResumeSending + "»; tệp đính kèm, nếu có, cần gửi lại trong thông báo mới."
	}
	return "Bấm «" + ResumeSending + "» để gửi tiếp cho người còn lại."
}

// barLength is how many letters the bar has.
const barLength = 16

// bar draws how much is done.
func bar(done, all int) string {
	share := 1.0
	if all > 0 {
		share = min(1, float64(done)/float64(all))
	}
	full := int(share * barLength)
	return strings.Repeat("▓", full) + strings.Repeat("░", barLength-full) +
		fmt.Sprintf(" %d%% (%s/%s)", int(math.Floor(share*100)), thousands(done), thousands(all))
}

// decimal writes a speed: 29,4.
func decimal(v float64) string { return strings.ReplaceAll(fmt.Sprintf("%.1f", v), ".", ",") }

// span writes how long something takes still.
func span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d giây", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d phút %d giây", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%d giờ %d phút", int(d.Hours()), int(d.Minutes())%60)
}

// counts lists the outcomes there are.
func counts(n notice.Notice, c notice.Counts) string {
	var lines []string
	for _, o := range shownOutcomes {
		if c[o] > 0 || o == notice.Delivered {
			lines = append(lines, upperFirst(OutcomeName(n.Kind, o))+": "+thousands(c[o]))
		}
	}
	if left := c.Left(); left > 0 {
		what := "Còn chờ"
		if n.Status == notice.Stopped {
			what = "Chưa gửi"
		}
		lines = append(lines, what+": "+thousands(left))
	}
	return strings.Join(lines, "\n")
}

var shownOutcomes = []notice.Outcome{notice.Delivered, notice.Blocked, notice.Failed, notice.InDoubt, notice.Unlinked}

// OutcomeName says what became of a notice for somebody.
func OutcomeName(kind notice.Kind, o notice.Outcome) string {
	switch o {
	case notice.Delivered:
		switch kind {
		case notice.Correct:
			return "đã sửa"
		case notice.Recall:
			return "đã gỡ"
		case notice.Send:
		}
		return "đã tới"
	case notice.Blocked:
		return "chặn bot hoặc tài khoản không còn"
	case notice.Failed:
		switch kind {
		case notice.Correct:
			return "không sửa được"
		case notice.Recall:
			return "không gỡ được"
		case notice.Send:
		}
		return "không gửi được"
	case notice.InDoubt:
		return "chưa rõ tới hay chưa"
	case notice.Unlinked:
		return "chưa liên kết"
	case notice.Pending, notice.Queued:
		return "chưa gửi"
	}
	return string(o)
}

// ReasonName says in words why a message did not arrive, where the reason is a
// known one.
func ReasonName(reason string) string {
	for _, known := range [...]struct{ part, says string }{
		{"message can't be deleted", "quá 48 giờ, Telegram không cho gỡ nữa"},
		{"message to delete not found", "tin không còn ở đó"},
		{"message to edit not found", "tin không còn ở đó"},
		{"message can't be edited", "Telegram không cho sửa tin này nữa"},
		{"bot was blocked", "người nhận chặn bot"},
		{"user is deactivated", "tài khoản đã xóa"},
		{"chat not found", "Telegram không thấy cuộc trò chuyện"},
		{"kicked", "bot đã bị đưa ra khỏi nhóm"},
		{"number of the message is not known", "không rõ tin đã gửi là tin nào"},
		{"is forgotten", "để quá lâu, không còn biết kết quả"},
	} {
		if strings.Contains(reason, known.part) {
			return known.says
		}
	}
	return reason
}

// NoticeDone is what the author hears when a notice is over: the report.
func NoticeDone(n notice.Notice, c notice.Counts) (text string, rows [][]chat.Button) {
	return NoticeResults(n, c, -1, false), ReportRows(n, c, false)
}

// NoticeResults is the report of a notice. received is how many confirmed it,
// below 0 where that was not looked up. more says that the audience is told too.
func NoticeResults(n notice.Notice, c notice.Counts, received int, more bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<b>%s</b> «%s»", doing(n), excerpt(n.HTML))
	if !n.Begun.IsZero() && more {
		b.WriteString("\nBắt đầu " + Moment(n.Begun))
		if !n.Ended.IsZero() {
			b.WriteString(", xong sau " + span(n.Ended.Sub(n.Begun).Round(time.Second)))
		}
	}
	b.WriteString("\n\n" + counts(n, c))
	if n.Receipt && n.Kind == notice.Send && received >= 0 {
		fmt.Fprintf(&b, "\nĐã bấm «%s»: %s/%s", ReceivedLabel, thousands(received), thousands(c[notice.Delivered]))
	}
	if n.Joins(journey.DateOf(n.Ended)) && n.Status == notice.Done {
		b.WriteString("\nAi vào nhóm người nhận đến hết " + dayText(n.JoinUntil) + " vẫn được gửi thêm.")
	}
	if n.Kind == notice.Recall && c[notice.Failed] > 0 {
		b.WriteString("\nTelegram chỉ cho gỡ tin trong 48 giờ; tin không gỡ được thì bạn «" + CorrectLabel + "».")
	}
	return b.String()
}

// Missed is how many people a notice did not reach.
func Missed(c notice.Counts) int {
	return c[notice.Blocked] + c[notice.Failed] + c[notice.InDoubt] + c[notice.Unlinked]
}

// ReportRows are the buttons under a report. sheet says that the file can be
// made.
func ReportRows(n notice.Notice, c notice.Counts, sheet bool) (rows [][]chat.Button) {
	var see []chat.Button
	if missed := Missed(c); missed > 0 {
		see = append(see, NoticeButton(fmt.Sprintf("Ai chưa nhận được (%s)", thousands(missed)), n.ID, NoticeMissed, 0))
	}
	if sheet {
		see = append(see, NoticeButton(SheetLabel, n.ID, NoticeSheet))
	}
	if len(see) > 0 {
		rows = append(rows, see)
	}
	var act []chat.Button
	if n.Status == notice.Done && Missed(c) > 0 {
		act = append(act, NoticeButton(AgainLabel, n.ID, NoticeAgain))
	}
	if n.Kind == notice.Send {
		if n.Status.Over() && !n.Begun.IsZero() && c[notice.Delivered] > 0 {
			act = append(act, NoticeButton(CorrectLabel, n.ID, NoticeCorrect), NoticeButton(RecallLabel, n.ID, NoticeRecall))
		}
		act = append(act, NoticeButton(ReuseLabel, n.ID, NoticeReuse))
	}
	if len(act) > 0 {
		rows = append(rows, act)
	}
	if !sheet {
		rows = append(rows, []chat.Button{NoticeButton(ReportLabel, n.ID, NoticeReport)})
	}
	return rows
}

// AskAgain asks to whom a notice is sent once more.
func AskAgain(c notice.Counts) string {
	text := "<b>Gửi lại cho ai?</b>"
	if c[notice.InDoubt] > 0 {
		text += "\nVới người chưa rõ tới hay chưa: gửi lại thì <b>có người nhận hai lần</b>."
	}
	return text
}

// AgainMissed and AgainDoubt label to whom it is sent once more.
func AgainMissed(n int) string {
	return fmt.Sprintf("Người chưa nhận được (%s)", thousands(n))
}
func AgainDoubt(n int) string {
	return fmt.Sprintf("Người chưa rõ (%s), có thể trùng", thousands(n))
}

// SentAgain says to how many a notice goes once more.
func SentAgain(n int) string {
	return fmt.Sprintf("Đang gửi lại cho %s người. Kết quả nằm trong báo cáo của thông báo này.", thousands(n))
}

// RecallSure asks before a notice is taken back.
func RecallSure(delivered int) string {
	return fmt.Sprintf("Thu hồi %s tin đã tới? Telegram chỉ cho gỡ tin gửi chưa quá 48 giờ; tin nào không gỡ được mình nói rõ. Người đã đọc thì vẫn đã đọc.", thousands(delivered))
}

// RecallIt labels the button that takes a notice back.
func RecallIt(n int) string { return fmt.Sprintf("Thu hồi %s tin", thousands(n)) }

// NoticeLine is one notice in a list.
func NoticeLine(n notice.Notice, author string) string {
	text := "«" + excerpt(n.HTML) + "»"
	switch n.Kind {
	case notice.Correct:
		text = "Đính chính: " + text
	case notice.Recall:
		text = "Thu hồi: " + text
	case notice.Send:
	}
	text += "\n<i>" + statusName(n.Status)
	switch {
	case n.Status == notice.Planned:
		text += " " + Moment(n.At)
	case !n.Begun.IsZero():
		text += ", bắt đầu " + Moment(n.Begun)
	default:
		text += ", soạn " + Moment(n.Made)
	}
	if n.Count > 0 && n.Audience.Group == 0 {
		text += fmt.Sprintf(", %s người", thousands(n.Count))
	}
	if author != "" {
		text += "; " + shown(author)
	}
	return text + "</i>"
}

// NoticeList lists notices, from the number first on, of so many.
func NoticeList(lines []string, first, all int) string {
	if all == 0 {
		return "Chưa có thông báo nào. Gõ /thongbao để soạn."
	}
	var b strings.Builder
	fmt.Fprintf(&b, "<b>%d thông báo</b>, mới nhất trước", all)
	if all > len(lines) {
		fmt.Fprintf(&b, " (%d đến %d)", first+1, first+len(lines))
	}
	for i, line := range lines {
		fmt.Fprintf(&b, "\n\n%d. %s", first+i+1, line)
	}
	b.WriteString("\n\nBấm số để mở.")
	return b.String()
}

// NoticeStands says where a notice stands that somebody may look at, and not
// change.
func NoticeStands(n notice.Notice) string {
	text := upperFirst("thông báo phía trên " + statusName(n.Status))
	if n.Status == notice.Planned || n.Status == notice.Waiting && !n.At.IsZero() {
		text += ", hẹn " + Moment(n.At)
	}
	return text + "."
}

// ReportSheet is the sheet of a notice's report.
const ReportSheet = "Kết quả"

// SheetName names the file of a report.
func SheetName(n notice.Notice) string { return "thong-bao-" + string(n.ID) + ".xlsx" }

// SheetCaption stands under the file of a report.
func SheetCaption(n notice.Notice) string {
	return "Kết quả của thông báo «" + excerpt(n.HTML) + "». Tệp có họ tên: bạn giữ trong phạm vi đơn vị."
}

// SheetHeader and SheetRow are the lines of that file, not escaped.
func SheetHeader() []string {
	return []string{"Mã", "Họ tên", "Đơn vị", "Kết quả", "Lý do", "Lúc", ReceivedLabel}
}

// SheetRow is the line of one recipient.
func SheetRow(n notice.Notice, p journey.Person, r notice.Result) []string {
	clock := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.In(journey.Zone).Format("15:04:05 02/01/2006")
	}
	return []string{string(r.Code), p.Name, string(p.Unit), OutcomeName(n.Kind, r.Outcome), ReasonName(r.Reason), clock(r.At), clock(r.Received)}
}

// MissedNote says beside a name why a notice did not reach somebody.
func MissedNote(n notice.Notice, r notice.Result) string {
	text := OutcomeName(n.Kind, r.Outcome)
	if reason := ReasonName(r.Reason); reason != "" && r.Outcome != notice.Blocked {
		text += " (" + html.EscapeString(cutTo(reason, 80)) + ")"
	}
	return text
}

// GroupJoined asks the officer who added the bot to a group for its unit.
func GroupJoined(title string, unit journey.Unit) string {
	return "Bot đã được thêm vào nhóm, kênh «" + shown(title) + "». Thông báo có thể gửi vào đó; câu hỏi của từng người thì mình chỉ trả lời riêng.\n\n" +
		"<b>Nhóm này của đơn vị nào?</b> Đang ghi: " + unitName(unit) + "."
}

// GroupKept says for which unit a group is kept.
func GroupKept(title string, unit journey.Unit) string {
	return "Nhóm, kênh «" + shown(title) + "» là của " + unitName(unit) + ". Cán bộ phụ trách đơn vị này hoặc cấp trên gửi thông báo vào được."
}

// GroupLeft says that the bot is in a group no more.
func GroupLeft(title string) string {
	return "Bot không còn ở nhóm, kênh «" + shown(title) + "», nên không gửi thông báo vào đó nữa."
}
