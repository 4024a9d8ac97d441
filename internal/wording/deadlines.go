package wording

import (
	"fmt"
	"html"
	"strconv"
	"strings"
	"time"

	"donghanh/internal/journey"
)

// Labels and lines of the list of deadlines.
const (
	PageBack   = "‹ Trước"
	PageOn     = "Sau ›"
	BackToList = "‹ Danh sách việc"
	SeeStudent = "Xem cả chặng đường"
	WhichDone  = "Việc nào đã làm xong?"
	WhichWhy   = "Xem cách tính ngày của việc nào?"
	WhichLater = "Nhắc lại việc nào?"
	AllOfThem  = "Tất cả"

	CalendarLabel = "Lịch (.ics)"
	PrefLabel     = "Nhắc thế nào"

	ToastNothingOpen = "Không còn việc nào đang mở ở đây"
	ToastNotYours    = "Việc này do vai trò khác ghi"
	ToastByItself    = "Mốc này tự đến theo ngày, không cần bấm"
)

// Number labels the button of the n-th line.
func Number(n int) string { return fmt.Sprint(n) }

// Deadlines lists what is open, from the number first on, of so many. choose
// says that a unit is to be chosen first.
func Deadlines(lines []Reminder, first, all int, choose bool, today journey.Date, c *journey.Calendar) string {
	var b strings.Builder
	switch {
	case all == 0 && choose:
		return ChooseUnit
	case all == 0:
		return "Hiện không có hạn nào đang mở. Có việc mới mình sẽ nhắc."
	}
	fmt.Fprintf(&b, "<b>%d việc đang mở</b>, gấp nhất trước", all)
	if all > len(lines) {
		fmt.Fprintf(&b, " (%d đến %d)", first+1, first+len(lines))
	}
	for i, l := range lines {
		fmt.Fprintf(&b, "\n\n%d. %s", first+i+1, listed(l, today, c))
	}
	b.WriteString("\n\nBấm số để xem chi tiết.")
	if choose {
		b.WriteString("\n\n" + ChooseUnit)
	}
	return b.String()
}

// listed is one deadline in a list: whose, what, when, how far.
func listed(l Reminder, today journey.Date, c *journey.Calendar) string {
	text := titled(l.Deadline) + ", " + when(l.Deadline, today, c)
	if l.Whose != "" {
		text = "<b>" + shown(l.Whose) + "</b>: " + text
	}
	if l.Tentative {
		text += " <i>(tạm tính)</i>"
	}
	return text
}

// Deadline is one deadline in full.
func Deadline(l Reminder, of journey.Person, today journey.Date, c *journey.Calendar) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<b>%s</b>", titled(l.Deadline))
	if l.Whose != "" {
		fmt.Fprintf(&b, "\nCủa: %s%s", name(of), unitOf(of))
	}
	text := when(l.Deadline, today, c)
	fmt.Fprintf(&b, "\n%s.", upperFirst(text))
	if l.Rule.Overdue != "" && l.Rule.Kind != journey.Milestone {
		b.WriteString("\nNếu lỡ: " + strings.TrimSuffix(html.EscapeString(l.Rule.Overdue), ".") + ".")
	}
	if sure := unsure(l.Deadline); sure != "" {
		b.WriteString("\n<i>(" + sure + ")</i>")
	}
	return b.String()
}

// titled is what is to be done, with the place, the document or the period it
// is about.
func titled(d journey.Deadline) string {
	return html.EscapeString(withPeriod(*d.Rule, d.Detail))
}

func withPeriod(rule journey.Rule, of string) string {
	about := period(of)
	if about == "" || rule.EveryMonths > 0 {
		return rule.Title
	}
	if strings.HasSuffix(rule.Title, "tháng") {
		about = strings.TrimPrefix(about, "tháng ")
	}
	return rule.Title + " (" + plain(about) + ")"
}

// Duty names a recurring duty of one period.
func Duty(duty journey.Rule, of string) string { return withPeriod(duty, of) }

// period shows a period as people write it: 2026-09 as 9/2026, 2026-Q4 as quý
// 4/2026.
func period(s string) string {
	if on, err := time.Parse("2006-01", s); err == nil {
		return fmt.Sprintf("tháng %d/%d", on.Month(), on.Year())
	}
	year, part, ok := strings.Cut(s, "-")
	switch {
	case ok && len(year) == 4 && strings.HasPrefix(part, "Q"):
		return "quý " + part[1:] + "/" + year
	case ok && len(year) == 4 && strings.HasPrefix(part, "H"):
		return "nửa năm " + part[1:] + "/" + year
	}
	if d, err := journey.ParseDate(s); err == nil {
		return dayText(d)
	}
	return Place(s)
}

// periodEnd returns the last day of a period; no day for what names none.
func periodEnd(s string) journey.Date {
	year, part, _ := strings.Cut(s, "-")
	months := 12
	n := 1
	if part != "" {
		months = map[byte]int{'Q': 3, 'H': 6}[part[0]]
		if months == 0 {
			months = 1
		}
		n, _ = strconv.Atoi(strings.TrimLeft(part, "QH")) // 0: names none
	}
	first, err := journey.ParseDate(fmt.Sprintf("%s-%d-01", year, (n-1)*months+1))
	if err != nil {
		return journey.Date{}
	}
	return first.AddMonths(months).AddDays(-1)
}

func upperFirst(s string) string {
	r := []rune(s)
	if len(r) == 0 || r[0] == '<' {
		return s
	}
	return strings.ToUpper(string(r[:1])) + string(r[1:])
}

// Place shows a place kept as an id, "que-quan", as people write it.
func Place(s string) string {
	known := map[string]string{"que-quan": "quê quán", "noi-cu-tru": "nơi cư trú", "noi-o": "nơi ở"}
	if text, ok := known[s]; ok {
		return text
	}
	return s
}

// LineLabel labels the button of one line of a digest.
func LineLabel(l Reminder) string {
	title := withPeriod(*l.Rule, l.Detail)
	if l.Whose != "" {
		title = l.Whose + ": " + title
	}
	return plain(title)
}

// Labels and lines of putting a reminder off.
const (
	InAnHour      = "1 giờ nữa"
	ThisAfternoon = "Chiều nay"
	Tomorrow      = "Sáng mai"
	NextWeek      = "Thứ Hai tuần sau"
	AskLater      = "Nhắc lại lúc nào? Mình chỉ đưa ra lúc còn trước hạn và ngoài giờ nghỉ."

	ToastNoLater = "Không còn lúc nào trước hạn để lùi lời nhắc"
)

// LaterSet says when the reminder comes back. lines is how many it is about.
func LaterSet(at time.Time, lines int) string {
	what := "việc này"
	if lines > 1 {
		what = fmt.Sprintf("%d việc này", lines)
	}
	return fmt.Sprintf("Mình sẽ nhắc lại %s lúc %s, %s. Việc nào xong trước đó thì thôi không nhắc.", what, at.Format("15:04"), dayText(journey.DateOf(at)))
}

// Labels of the choice how often a person is reminded.
const (
	PrefDaily  = "Hằng ngày"
	PrefWeekly = "Hằng tuần"
	PrefUrgent = "Chỉ việc gấp"

	ToastPref = "Đã đổi cách nhắc"
)

// Preference says how often the person is reminded and what can be chosen.
func Preference(p journey.Pref) string {
	return "Đang nhắc: <b>" + prefName(p) + "</b>.\n\n" +
		"• " + PrefDaily + ": mỗi sáng một tin, ngày nào có việc thì nhắc.\n" +
		"• " + PrefWeekly + ": gom vào sáng thứ Hai.\n" +
		"• " + PrefUrgent + ": chỉ khi còn từ 3 ngày trở xuống.\n\n" +
		"Dù chọn cách nào, việc còn từ 3 ngày trở xuống hoặc đã quá hạn mình vẫn nhắc."
}

func prefName(p journey.Pref) string {
	switch p {
	case journey.Weekly:
		return PrefWeekly
	case journey.UrgentOnly:
		return PrefUrgent
	case journey.Daily:
	}
	return PrefDaily
}

// Labels and lines of the calendar.
const (
	CalendarName = "Đồng Hành: việc và hạn"
	FeedLabel    = "Địa chỉ lịch riêng"
	FeedMake     = "Tạo địa chỉ mới"
	FeedDrop     = "Thu hồi địa chỉ"
	FeedDropped  = "Đã thu hồi. Địa chỉ lịch cũ không dùng được nữa."

	ToastFeedDropped = "Đã thu hồi"
)

// CalendarFile is the caption of a calendar file.
func CalendarFile() string {
	return "Các hạn đang mở, để bạn thêm vào lịch trên máy. Trong lịch không ghi tên ai khác. Tệp này không tự cập nhật."
}

// CalendarEntry words a deadline for a calendar outside: no other's name is in
// it, and no place. of is how many students it is about, where it is one of
// several of the day that differ in nothing else.
func CalendarEntry(l Reminder, of int) (title, note string) {
	title = l.Rule.Title
	if byPeriod(l.Deadline) {
		title = withPeriod(*l.Rule, l.Detail)
	}
	switch {
	case l.Whose != "" && of > 1:
		title += fmt.Sprintf(" (%d sinh viên)", of)
	case l.Whose != "":
		title += " (một sinh viên bạn theo dõi)"
	}
	switch l.Rule.Kind {
	case journey.Milestone:
		note = upperFirst(ItComes) + "."
	case journey.Earliest:
		note = "Sớm nhất từ ngày này."
	case journey.Meeting:
		note = "Ở kỳ sinh hoạt chi bộ gần nhất."
	default:
		note = "Chậm nhất hết ngày này."
	}
	if l.Tentative {
		note += " Ngày tạm tính."
	}
	if l.Version == nil || !l.Version.Verified {
		note += " Quy tắc " + Unverified + "."
	}
	return title, note + " Chi tiết và cách tính: nhắn /han cho Đồng Hành."
}

// FeedOffer explains a calendar feed.
func FeedOffer() string {
	return "Địa chỉ lịch riêng là một đường dẫn bí mật: thêm vào ứng dụng lịch một lần, các hạn tự cập nhật. Trong lịch không ghi tên ai khác.\n\nAi có đường dẫn thì xem được lịch của bạn, nên đừng chuyển cho người khác. Tạo mới thì địa chỉ cũ (nếu có) hết dùng."
}

// FeedMade shows the address of a feed, once.
func FeedMade(address string) string {
	return "Địa chỉ lịch riêng của bạn, chỉ hiện một lần này:\n<code>" + html.EscapeString(address) + "</code>\n\nTrong ứng dụng lịch, chọn thêm lịch theo địa chỉ (URL) rồi dán vào. Lộ địa chỉ thì bấm «" + FeedDrop + "»."
}
