package wording

import (
	"cmp"
	"fmt"
	"html"
	"slices"
	"strings"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/knowledge"
)

// Labels of the buttons under a digest.
const (
	DoneLabel  = "Đã làm"
	LaterLabel = "Nhắc lại sau"
	WhyLabel   = "Vì sao ngày này?"
)

// Names of the buttons under a digest. Their arguments are the student's code,
// Deadline.Short() and the day of the digest, written 20270131; under a digest
// of several lines the first two are "-" and the day.
const (
	ButtonDone  = "xong"
	ButtonLater = "hoan"
	ButtonWhy   = "visao"
)

// Reminder is one deadline as one reader is told of it.
type Reminder struct {
	journey.Deadline
	To     journey.Role  // for whom the reader hears of it
	Climb  journey.Climb // how far silence has climbed
	Whose  string        // the student's name; empty: the reader's own way or duty
	Mentor string        // the name of the student's mentor; empty: nobody is assigned
	Unread bool          // the mentor is not linked, and so was told of nothing
	May    bool          // the reader may say that it is done

	// Also are the roles in which the reader has to do with it beside To: nobody
	// is told that they were told themselves.
	Also []journey.Role
}

// Reminders is what one person is told at once.
type Reminders struct {
	Day      journey.Date // the digest was made up for
	Today    journey.Date // on which it goes out
	Again    bool         // the reader asked to be told later
	Lines    []Reminder
	Waiting  int // questions that wait for the reader, or for who shares the desk
	Calendar *journey.Calendar
}

// Digest words what one person is told, most urgent first, with the buttons
// under it. What does not fit into one message is counted.
func Digest(r Reminders) (string, [][]chat.Button) {
	lines, today, c := slices.Clone(r.Lines), r.Today, r.Calendar
	slices.SortStableFunc(lines, func(a, b Reminder) int {
		return cmp.Or(cmp.Compare(rank(a, today), rank(b, today)), a.Due.Compare(b.Due),
			strings.Compare(a.Whose, b.Whose), strings.Compare(a.Key(), b.Key()))
	})
	own := r.Waiting == 0 && !slices.ContainsFunc(lines, func(l Reminder) bool { return l.To != journey.Student })
	head := heading(r, own)
	if r.Waiting > 0 {
		head += "\n\n" + DeskDigest(r.Waiting)
	}
	said, week := 0, false
	all, note := footnoted(together(lines, own, today, c))
	foot := note + footing(lines, own)
	room := MaxMessage - units(head) - units(foot) - units(andMore(len(lines)))

	var b strings.Builder
	for _, g := range all {
		text := g.text()
		if g.week && !week {
			text = "\n\n<b>Tồn lâu, mình gom lại mỗi tuần</b>" + text
		}
		if room -= units(text); room < 0 {
			break
		}
		week = week || g.week
		b.WriteString(text)
		said += max(len(g.who), 1)
	}
	if said < len(lines) {
		b.WriteString(andMore(len(lines) - said))
	}
	return head + b.String() + foot, digestButtons(lines, r.Day)
}

// sentence is what is said of several people in the same words.
type sentence struct {
	who  []string // escaped; none: the reader's own
	what string
	week bool // gathered for the week
}

// namesAtOnce is how many names stand before one text.
const namesAtOnce = 10

func (g sentence) text() string {
	begin := "\n\n• "
	if g.week {
		begin = "\n• "
	}
	if len(g.who) > 0 {
		begin += "<b>" + strings.Join(g.who, ", ") + "</b>: "
	}
	return begin + g.what
}

// together words the lines, those that differ in the name only as one.
func together(lines []Reminder, own bool, today journey.Date, c *journey.Calendar) (all []sentence) {
	for _, l := range lines {
		g := sentence{what: reminder(l, today, c)}
		if l.Climb == journey.WeekSummary {
			g = sentence{what: gathered(l, today, c), week: true}
		}
		who := whose(l, own)
		if who == "" {
			all = append(all, g)
			continue
		}
		i := slices.IndexFunc(all, func(other sentence) bool {
			return other.what == g.what && other.week == g.week && len(other.who) > 0 && len(other.who) < namesAtOnce
		})
		if i < 0 {
			i, all = len(all), append(all, g)
		}
		if !slices.Contains(all[i].who, who) {
			all[i].who = append(all[i].who, who)
		}
	}
	return all
}

// footnoted says once, at the end, what more than one sentence would: that it
// rests on a text not compared with the one in force. A mark stands instead.
func footnoted(all []sentence) ([]sentence, string) {
	n := 0
	for _, g := range all {
		if strings.Contains(g.what, Unverified) {
			n++
		}
	}
	if n < 2 {
		return all, ""
	}
	short := strings.NewReplacer("<i>("+Unverified+")</i>", "*", "; "+Unverified+")</i>", ")</i> *", "("+Unverified+")", "*")
	for i := range all {
		all[i].what = short.Replace(all[i].what)
	}
	return all, "\n\n<i>* " + Unverified + "</i>"
}

func andMore(n int) string { return fmt.Sprintf("\n\n… và %d việc nữa: gõ /han", n) }

// rank puts what is late first, then what is to come; what is gathered for the
// week, last.
func rank(l Reminder, today journey.Date) int {
	switch {
	case l.Climb == journey.WeekSummary:
		return 2
	case late(l.Deadline, today):
		return 0
	}
	return 1
}

// late reports whether something was to be done by a day that has passed.
func late(d journey.Deadline, today journey.Date) bool {
	return d.Rule.Kind != journey.Milestone && d.Rule.Kind != journey.Earliest && d.Due.Before(today)
}

func heading(r Reminders, own bool) string {
	on := weekday(r.Today) + " " + dayText(r.Today)
	switch {
	case r.Again:
		return "<b>Mình nhắc lại như bạn đã hẹn</b> (" + on + ")"
	case own:
		on = "<b>Chào bạn, mình nhắc những mốc sắp tới của bạn</b> (" + on + ")"
	default:
		on = "<b>Việc cần nhớ, " + on + "</b>"
	}
	if n := r.Day.DaysUntil(r.Today); n > 0 {
		on += fmt.Sprintf("\n<i>Tin này trễ %d ngày vì mình không gửi được đúng hôm; số ngày dưới đây tính đến hôm nay.</i>", n)
	}
	return on
}

// footing tells a student whom to turn to.
func footing(lines []Reminder, own bool) string {
	if !own || len(lines) == 0 {
		return ""
	}
	if mentor := lines[0].Mentor; mentor != "" {
		return "\n\nCần giúp chỗ nào, bạn nhắn người giúp đỡ của mình: " + shown(mentor) + "."
	}
	return "\n\nCần giúp chỗ nào, bạn hỏi bí thư chi đoàn hoặc chi bộ nhé."
}

// reminder is one line in full, without whose it is.
func reminder(l Reminder, today journey.Date, c *journey.Calendar) string {
	text := titled(l.Deadline) + ", " + when(l.Deadline, today, c) + "."
	if late(l.Deadline, today) && missed(l) != "" {
		text += " " + missed(l)
	}
	if why := climbed(l); why != "" {
		text += " " + why
	}
	if sure := unsure(l.Deadline); sure != "" {
		text += " <i>(" + sure + ")</i>"
	}
	return text
}

// gathered is one line in short.
func gathered(l Reminder, today journey.Date, c *journey.Calendar) string {
	text := titled(l.Deadline) + ", hạn " + dayText(l.Due) + ", " + Left(l.Deadline, today, c)
	if sure := unsure(l.Deadline); sure != "" {
		text += " <i>(" + sure + ")</i>"
	}
	return text
}

func whose(l Reminder, own bool) string {
	switch {
	case l.Whose != "":
		return shown(l.Whose)
	case own:
		return ""
	case l.To == journey.Student:
		return "Của bạn"
	}
	return "Việc của " + Role(l.To)
}

// when is the day with what it means and how far it is.
func when(d journey.Deadline, today journey.Date, c *journey.Calendar) string {
	day, left := "<b>"+dayText(d.Due)+"</b>", Left(d, today, c)
	switch {
	case d.Rule.Kind == journey.Milestone:
		return "mốc " + day + " (" + left + "; " + ItComes + ")"
	case d.Rule.Kind == journey.Earliest:
		return "sớm nhất từ " + day + " (" + left + ")"
	case late(d, today):
		return "hạn " + dayText(d.Due) + ", <b>" + left + "</b>"
	case d.Due == today:
		return "<b>" + left + "</b> (" + dayText(d.Due) + ")"
	case d.Rule.Kind == journey.Meeting:
		return "muộn nhất khoảng " + day + ", " + left
	}
	if runsOut(d) {
		return "hết hạn ngày " + day + ", " + left
	}
	return "hạn " + day + ", " + left
}

// ItComes is said of a day on which something changes by itself.
const ItComes = "ngày này tự đến, không phải hạn nộp"

// runsOut reports whether the title names a paper that runs out, and no act.
func runsOut(d journey.Deadline) bool { return strings.HasPrefix(d.Rule.Title, "Giấy ") }

// Left says how far a deadline's day is: "còn 5 ngày làm việc", "hôm nay là
// hạn", "trễ 3 ngày làm việc". What is no deadline is counted in days of the
// calendar.
func Left(d journey.Deadline, today journey.Date, c *journey.Calendar) string {
	days := today.DaysUntil(d.Due)
	switch d.Rule.Kind {
	case journey.Milestone, journey.Earliest:
		switch {
		case days == 0:
			return "là hôm nay"
		case days > farDays:
			return far(today, d.Due)
		case days > 0:
			return fmt.Sprintf("còn %d ngày", days)
		}
		return fmt.Sprintf("đã qua %d ngày", -days)
	case journey.Latest, journey.Meeting:
	}
	working := c.WorkingDays(today, d.Due)
	switch {
	case days == 0:
		return "hôm nay là hạn"
	case days > 0 && working == 0:
		return fmt.Sprintf("còn %d ngày, đều là ngày nghỉ", days)
	case working > farWorking:
		return far(today, d.Due)
	case days > 0:
		return fmt.Sprintf("còn %d ngày làm việc", working)
	case working == 0:
		return "đã quá hạn, chưa sang ngày làm việc kế tiếp"
	}
	return fmt.Sprintf("trễ %d ngày làm việc", -working)
}

// What lies further off is not counted in days.
const (
	farWorking = 60
	farDays    = 90
)

// far says roughly how far off a day is, in months, or from two years on in
// years.
func far(today, due journey.Date) string {
	months := 0
	for today.AddMonths(months).Before(due) {
		months++
	}
	about := "còn gần"
	if today.AddMonths(months) == due {
		about = "còn"
	}
	if months < 24 {
		return fmt.Sprintf("%s %d tháng", about, months)
	}
	if months%12 != 0 {
		about = "còn gần"
	}
	return fmt.Sprintf("%s %d năm", about, (months+11)/12)
}

// missed says what follows from a day that has passed, to a student gently.
func missed(l Reminder) string {
	overdue := strings.TrimSuffix(html.EscapeString(l.Rule.Overdue), ".")
	if l.To == journey.Student {
		text := "Bạn báo người giúp đỡ hoặc chi bộ để cùng gỡ nhé."
		if overdue != "" {
			text += " Để bạn biết: " + overdue + "."
		}
		return text
	}
	if overdue == "" {
		return ""
	}
	return "Lưu ý: " + overdue + "."
}

// climbed says why the reader hears of what nobody answered, and who else does.
func climbed(l Reminder) string {
	secretary, officer := slices.Contains(l.Also, journey.CellSecretary), slices.Contains(l.Also, journey.YouthOfficer)
	if l.To == journey.Mentor {
		told := "bí thư chi bộ và cán bộ Đoàn"
		switch {
		case l.Climb == journey.Second, secretary && officer:
			told = ""
		case l.Climb == journey.ToSecretary && secretary:
			told = ""
		case l.Climb == journey.ToSecretary, officer:
			told = "bí thư chi bộ"
		case secretary:
			told = "cán bộ Đoàn"
		}
		switch {
		case l.Climb != journey.Second && l.Climb != journey.ToSecretary && l.Climb != journey.ToOfficer:
			return ""
		case told == "":
			return "Mình nhắc lại vì chưa thấy trả lời."
		}
		return "Chưa thấy trả lời, mình đã báo " + told + "."
	}
	mentor := "Chưa phân công người giúp đỡ"
	if l.Mentor != "" {
		mentor = "Người giúp đỡ (" + shown(l.Mentor) + ") chưa trả lời"
		if l.Unread {
			mentor = "Người giúp đỡ (" + shown(l.Mentor) + ") chưa liên kết với bot nên chưa nhận được lời nhắc"
		}
	}
	switch {
	case l.Climb == journey.ToSecretary && l.To == journey.CellSecretary, l.Climb == journey.ToOfficer && l.To == journey.CellSecretary && officer:
		return mentor + "."
	case l.Climb == journey.ToOfficer && l.To == journey.CellSecretary:
		return mentor + "; mình đã báo cán bộ Đoàn."
	case l.Climb == journey.ToOfficer && l.To == journey.YouthOfficer:
		return mentor + "; bí thư chi bộ đã được báo và việc chưa xong."
	}
	return ""
}

// unsure says what is not sure about a day.
func unsure(d journey.Deadline) string {
	var marks []string
	if d.Tentative {
		marks = append(marks, "tạm tính")
	}
	if d.Version == nil || !d.Version.Verified {
		marks = append(marks, Unverified)
	}
	return strings.Join(marks, "; ")
}

// digestButtons stand under a digest. "Đã làm" is left out where the reader may
// say of no line that it is done.
func digestButtons(lines []Reminder, day journey.Date) [][]chat.Button {
	if len(lines) == 0 {
		return nil
	}
	stamp := fmt.Sprintf("%04d%02d%02d", day.Year, day.Month, day.Day)
	args := []any{"-", stamp}
	if len(lines) == 1 {
		args = []any{lines[0].Of, lines[0].Short(), stamp}
	}
	var first []chat.Button
	if slices.ContainsFunc(lines, func(l Reminder) bool { return l.May }) {
		first = append(first, chat.NewButton(DoneLabel, ButtonDone, args...))
	}
	first = append(first, chat.NewButton(LaterLabel, ButtonLater, args...))
	return [][]chat.Button{first, {chat.NewButton(WhyLabel, ButtonWhy, args...)}}
}

// dayText writes a day as people here do: 26/7/2026.
func dayText(d journey.Date) string {
	return Date(knowledge.Date{Year: d.Year, Month: int(d.Month), Day: d.Day})
}

// weekday names the day of the week.
func weekday(d journey.Date) string {
	return [...]string{"Chủ nhật", "thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy"}[d.Weekday()]
}

// MissingCalendar tells an admin of a year without a table of holidays.
func MissingCalendar(year int) string {
	return fmt.Sprintf("Chưa có bảng ngày nghỉ năm <b>%d</b> (calendar.yaml), nên các hạn rơi vào năm đó đang ghi «tạm tính». "+
		"Khi có thông báo lịch nghỉ lễ, tết, bạn thêm bảng năm %d vào thư mục nội dung rồi chạy <code>donghanh check</code>; mình nhắc lại mỗi tháng đến khi có bảng.", year, year)
}
