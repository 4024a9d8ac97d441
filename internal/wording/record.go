package wording

import (
	"fmt"
	"html"
	"strings"

	"donghanh/internal/journey"
	"donghanh/internal/knowledge"
)

// Labels and lines of recording an event.
const (
	AnotherDay    = "Ngày khác"
	RecordIt      = "Ghi"
	UndoLabel     = "Hoàn tác"
	MoreEvents    = "Mốc khác"
	NoneOfThese   = "Không ghi thêm"
	TypeDay       = "Gõ ngày, ví dụ: 22/12/2026, 20/11 hoặc hôm qua."
	BadDay        = "Mình đang chờ bạn gõ ngày, và chưa đọc được ngày này. Gõ dạng ngày/tháng/năm, ví dụ: 22/12/2026. Thôi không ghi: /huy."
	TypeAnother   = "Gõ ngày khác, hoặc /huy để thôi."
	BadPlace      = "Mình đang chờ tên nơi, còn đây là một ngày. Bạn gõ tên nơi, ví dụ: xã Hòa Bình, tỉnh Lào Cai. Thôi không ghi: /huy."
	PressOne      = "Mình đang chờ bạn bấm một nút ở tin trên. Thôi không ghi: /huy."
	BadDetail     = "Bạn gõ ngắn gọn tên nơi hoặc mã, dưới 60 chữ, không kèm số điện thoại, số giấy tờ. Thôi không ghi: /huy."
	GoneMeanwhile = "Việc này không còn ở đây nữa. Gõ /han hoặc /sinhvien để xem lại."

	ToastStands   = "Việc này đã được ghi rồi"
	ToastUndone   = "Đã hoàn tác"
	ToastTooLate  = "Đã quá một phút. Bí thư chi bộ hoặc cán bộ Đoàn gỡ được: mở sinh viên, bấm «Gỡ mốc ghi nhầm»"
	ToastRests    = "Có mốc khác dựa vào mốc này, gỡ mốc kia trước"
	TakeItBack    = "Gỡ mốc này"
	ToastFollowed = "Sau mốc này đã có mốc khác được ghi"
)

// Today and Yesterday label the buttons of those days.
func Today(d journey.Date) string     { return "Hôm nay " + shortDay(d) }
func Yesterday(d journey.Date) string { return "Hôm qua " + shortDay(d) }

func shortDay(d journey.Date) string { return fmt.Sprintf("%02d/%02d", d.Day, d.Month) }

// EventLabel labels the button of a kind of event.
func EventLabel(e journey.EventRule) string { return cutTo(e.Title, 60) }

// AskEvent asks what took place; page, from 1, is one of so many.
func AskEvent(p journey.Person, page, pages int) string {
	text := "<b>Ghi mốc cho " + name(p) + "</b>\nViệc gì đã diễn ra?"
	if pages > 1 {
		text += fmt.Sprintf(" (trang %d/%d)", page, pages)
	}
	return text
}

// AskTakeBack asks which of the events last recorded was recorded by mistake.
func AskTakeBack(p journey.Person, some bool) string {
	if !some {
		return "Chưa có mốc nào được ghi cho " + name(p) + " để gỡ."
	}
	return "<b>Gỡ mốc ghi nhầm của " + name(p) + "</b>\nMốc nào ghi nhầm? Đây là những mốc ghi gần nhất."
}

// FactLabel labels the button of an event.
func FactLabel(rule journey.EventRule, e journey.Event) string {
	return dayText(e.On) + ": " + cutTo(rule.Title, 44)
}

// SureTakeBack asks before an event is taken back.
func SureTakeBack(rule journey.EventRule, e journey.Event, p journey.Person, by string) string {
	text := "Gỡ khỏi chặng đường của <b>" + name(p) + "</b>: " + fact(rule, e, "")
	if by != "" {
		text += ", do " + shown(by) + " ghi"
	}
	return text + "?\n\nMốc không tính nữa, các hạn trở lại như khi chưa ghi. Mình giữ lại ai gỡ, lúc nào; người đã được báo việc này xong sẽ được báo lại."
}

// StillRests refuses to take back what a later event rests on.
func StillRests(r *journey.Refusal, title func(journey.EventID) string) string {
	text := "Mình chưa gỡ «" + html.EscapeString(title(r.Event)) + "»"
	for _, id := range r.Needs {
		text += ": «" + html.EscapeString(title(id)) + "», ngày " + dayText(r.Date) + ", dựa vào mốc này"
	}
	return text + ". Mốc đó cũng ghi nhầm thì gỡ trước."
}

// TooEarlyToCount refuses the day of a duty before the one it is counted from.
func TooEarlyToCount(from journey.Date) string {
	return "Lần này tính từ ngày " + dayText(from) + ", nên ngày làm phải từ hôm đó trở đi."
}

// NothingToRecord says that nothing can be recorded of a student now.
func NothingToRecord(p journey.Person) string {
	return "Lúc này bạn không có mốc nào để ghi cho " + name(p) + "."
}

// AskDetail asks for what an event is about. chosen says that there are buttons
// to choose from.
func AskDetail(e journey.EventRule, chosen bool) string {
	text := "<b>" + html.EscapeString(e.Title) + "</b>\n"
	switch e.Detail {
	case journey.OfDocument:
		return text + "Giấy tờ nào?"
	case journey.OfPlace:
		text += "Nơi nào? Gõ tên nơi, ví dụ: xã Hòa Bình, tỉnh Lào Cai."
		if chosen {
			text += " Hoặc bấm chọn."
		}
	case journey.OfPerson:
		text += "Ai? Gõ mã của người đó trong danh sách."
	case journey.OfChoice:
		return text + "Trường hợp nào?"
	case journey.NoDetail, journey.OfDuty, journey.OfClock:
	}
	return text
}

// AskWhich asks in which way a deadline was done.
func AskWhich(l Reminder) string {
	return "<b>" + about(l) + "</b>\nKết quả thế nào?"
}

func about(l Reminder) string {
	text := html.EscapeString(l.Rule.Title)
	if l.Whose != "" {
		text = shown(l.Whose) + ": " + text
	}
	return text
}

// AskDay asks on which day what a deadline waits for took place.
func AskDay(e journey.EventRule, l Reminder) string {
	text := "<b>" + html.EscapeString(e.Title) + "</b>"
	if l.Whose != "" {
		text += ", " + shown(l.Whose)
	}
	return text + "\nDiễn ra ngày nào?"
}

// AskDayOf asks on which day an event took place.
func AskDayOf(e journey.EventRule, p journey.Person) string {
	return "<b>" + html.EscapeString(e.Title) + "</b>, " + name(p) + "\nDiễn ra ngày nào? Bấm, hoặc gõ ngày, ví dụ: 22/12/2026."
}

// fact is an event in words: what, about what, which day.
func fact(rule journey.EventRule, e journey.Event, detail string) string {
	text := "«" + html.EscapeString(rule.Title) + "»"
	if detail = strings.TrimSpace(detail); detail != "" {
		text += " (" + shown(detail) + ")"
	}
	return text + ", ngày " + dayText(e.On)
}

// ConfirmRecord asks before an event is recorded.
func ConfirmRecord(rule journey.EventRule, e journey.Event, detail string, p journey.Person) string {
	return "Ghi cho <b>" + name(p) + "</b>: " + fact(rule, e, detail) + "?"
}

// Recorded says that an event stands, and what follows from it.
func Recorded(rule journey.EventRule, e journey.Event, detail string, p journey.Person, own bool, follows []Reminder, today journey.Date, c *journey.Calendar) string {
	var b strings.Builder
	late := ""
	b.WriteString("Đã ghi")
	if !own {
		b.WriteString(" cho <b>" + name(p) + "</b>")
	}
	if rule.Detail == journey.OfDuty {
		_, of, _ := strings.Cut(e.Detail, "/")
		if ends := periodEnd(of); !ends.IsZero() && ends.Before(today) {
			late = "\nMình ghi cho kỳ " + html.EscapeString(period(of)) + ", là kỳ đã qua."
		}
		detail = ""
	}
	b.WriteString(": " + fact(rule, e, Place(detail)) + "." + late)
	if len(follows) > 0 {
		b.WriteString("\n\n<b>Từ mốc này</b>")
		for _, l := range follows {
			l.Whose = ""
			b.WriteString("\n• " + listed(l, today, c))
		}
	}
	b.WriteString("\n\nGhi nhầm thì bấm «" + UndoLabel + "» trong một phút.")
	return b.String()
}

// RecordedBefore says that the same event was recorded some time ago.
func RecordedBefore(rule journey.EventRule, e journey.Event, detail string, p journey.Person) string {
	return "Mốc này đã có từ trước, mình không ghi thêm: " + name(p) + ", " + fact(rule, e, Place(detail)) + "."
}

// Stands says what closed a deadline, and who said so.
func Stands(l Reminder, rule journey.EventRule, e journey.Event, by string) string {
	text := "Việc này đã được ghi: "
	if l.Whose != "" {
		text += shown(l.Whose) + ", "
	}
	text += fact(rule, e, "")
	if by != "" {
		text += ", do " + shown(by) + " ghi"
	}
	if !e.At.IsZero() {
		text += " lúc " + e.At.In(journey.Zone).Format("15:04") + " " + dayText(journey.DateOf(e.At))
	}
	return text + "."
}

// Undone says that an event was taken back.
func Undone(rule journey.EventRule, e journey.Event, p journey.Person) string {
	return "Đã hoàn tác: " + name(p) + ", " + fact(rule, e, "") + ". Các hạn trở lại như trước khi ghi."
}

// DoneByOther tells somebody who was waiting that a matter is done.
func DoneByOther(student journey.Person, title, by string) string {
	return "<b>Đã làm</b>: " + name(student) + ", " + html.EscapeString(title) + ". " + shown(by) + " vừa ghi, bạn không cần làm gì thêm."
}

// UndoneByOther takes that back.
func UndoneByOther(student journey.Person, title, by string) string {
	return "Việc vừa báo xong được ghi lại là <b>chưa làm</b>: " + name(student) + ", " + html.EscapeString(title) + ". " + shown(by) + " đã hoàn tác."
}

// Refused says why an event cannot be recorded, with the rule that forbids it.
func Refused(r *journey.Refusal, title func(journey.EventID) string, sources []knowledge.Citation) string {
	text := "Mình chưa ghi «" + html.EscapeString(title(r.Event)) + "»: " + refusal(r, func(id journey.EventID) string { return html.EscapeString(title(id)) }) + "."
	if len(sources) > 0 {
		text += "\n\n" + Sources(sources)
	}
	return text
}

func refusal(r *journey.Refusal, title func(journey.EventID) string) string {
	needs := func(join string) string {
		var names []string
		for _, id := range r.Needs {
			names = append(names, "«"+title(id)+"»")
		}
		return strings.Join(names, join)
	}
	switch r.Why {
	case journey.UnknownEvent:
		return "không có mốc này"
	case journey.NotForRole:
		return "vai trò của bạn không ghi mốc này cho người này"
	case journey.InFuture:
		return "ngày này chưa tới; mốc chỉ ghi khi đã diễn ra"
	case journey.BeforeBirth:
		return "ngày này trước cả tháng sinh đã ghi"
	case journey.TooEarly:
		return "sớm nhất từ ngày " + dayText(r.Date)
	case journey.TooYoung:
		text := "chưa đủ 18 tuổi vào ngày đó (tính theo tháng)"
		if !r.Date.IsZero() {
			text += "; đủ từ " + dayText(r.Date)
		}
		return text
	case journey.PaperMissing:
		text := "còn thiếu giấy tờ bắt buộc"
		if n := needs(" hoặc "); n != "" {
			text += ": cần ghi " + n + " trước"
		}
		return text
	case journey.PaperExpired:
		return "giấy tờ bắt buộc chỉ dùng đến " + dayText(r.Date) + ", cần làm lại trước"
	case journey.WrongStage:
		if r.Stage == journey.NoStage && !r.Date.IsZero() {
			return "ngày " + dayText(r.Date) + " lúc đó người này chưa có trong danh sách; bạn xem lại ngày, hoặc ghi các mốc trước đó trước"
		}
		return "người này đang ở bước «" + StageName(r.Stage) + "», chưa tới hoặc đã qua bước của mốc này"
	case journey.NeedsFirst:
		return "cần ghi " + needs(" hoặc ") + " trước"
	case journey.Stopped:
		return "người này " + SideName(r.Side)
	case journey.Breaks:
		return "mốc " + needs(", ") + " ghi sau đó sẽ không còn đúng thứ tự"
	case journey.Follows:
		return "mốc này tự đến theo các mốc khác, không ai ghi"
	case journey.BadDetail:
		return "thiếu hoặc sai phần ghi kèm (nơi, giấy tờ, người)"
	case journey.OnlyOnce:
		return "mốc này đã được ghi ngày " + dayText(r.Date)
	}
	return "không đúng thứ tự các bước"
}
