package wording

import (
	"fmt"
	"html"
	"regexp"
	"strconv"
	"strings"
	"time"

	"donghanh/internal/audit"
	"donghanh/internal/journey"
)

// Labels and lines of the log.
const (
	LogNewest = "‹ Mới nhất"
	LogOlder  = "Cũ hơn ›"
	LogWeek   = "7 ngày"
	LogMonth  = "Tháng này"
	LogAll    = "Tất cả"
	LogSearch = "Tìm"
	LogCheck  = "Kiểm tra cả sổ"
	LogFile   = "Tải về XLSX"

	LogAsk = "Tìm ai, ngày nào? Gõ tên hoặc mã, thêm ngày nếu cần. Ví dụ: «minh», «sv-lan 7 ngày», «11/2026», «24/11/2026», «hôm qua»."
)

// acts says what somebody did, as it stands in the log.
var acts = map[audit.Act]string{
	audit.Saw:      "xem",
	audit.SawList:  "xem danh sách",
	audit.SawLog:   "xem nhật ký",
	audit.Recorded: "ghi mốc",
	audit.TookBack: "gỡ mốc",
	audit.Changed:  "sửa",
	audit.Imported: "nhập từ tệp",
	audit.Exported: "tải tệp về",
	audit.Invited:  "tạo liên kết mời",
	audit.Linked:   "liên kết tài khoản",
	audit.Unlinked: "bỏ liên kết",
	audit.Erased:   "xóa dữ liệu",
	audit.FeedMade: "tạo địa chỉ lịch",
	audit.FeedGone: "bỏ địa chỉ lịch",

	audit.Claimed:  "nhận trả lời câu hỏi",
	audit.PassedOn: "chuyển câu hỏi cho người khác",
	audit.GivenUp:  "thôi giữ câu hỏi",
	audit.Answered: "trả lời một câu hỏi",
	audit.Dropped:  "đóng một câu hỏi, không trả lời",

	audit.DraftSubmitted: "gửi duyệt một câu trả lời",
	audit.DraftApproved:  "duyệt một câu trả lời",
	audit.DraftRejected:  "từ chối một câu trả lời",
	audit.Published:      "đưa câu trả lời vào kho",

	audit.NoticeWritten:   "soạn thông báo",
	audit.NoticeApproved:  "duyệt thông báo",
	audit.NoticeRejected:  "từ chối thông báo",
	audit.NoticeSent:      "cho gửi thông báo",
	audit.NoticePaused:    "tạm dừng thông báo",
	audit.NoticeResumed:   "gửi tiếp thông báo",
	audit.NoticeStopped:   "dừng hẳn thông báo",
	audit.NoticeCorrected: "đính chính thông báo",
	audit.NoticeRecalled:  "thu hồi thông báo",
	audit.NoticeAgain:     "gửi lại thông báo",
	audit.GroupAdded:      "thêm bot vào nhóm",
}

// Act says what somebody did, as it stands in the log.
func Act(act audit.Act) string {
	if word := acts[act]; word != "" {
		return word
	}
	return string(act) // of a later version
}

// Log is one page of the log, newest first.
func Log(lines []string, who journey.Person, from, to time.Time, older bool) string {
	var b strings.Builder
	b.WriteString("<b>Nhật ký: ai xem, ai sửa của ai</b>")
	if who.Code != "" {
		b.WriteString("\nCủa " + inLog(who))
	}
	if !from.IsZero() {
		if last := to.Add(-time.Second); last.YearDay() == from.YearDay() && last.Year() == from.Year() {
			b.WriteString("\nNgày " + from.Format("02/01/2006"))
		} else {
			b.WriteString("\nTừ " + from.Format("02/01/2006") + " đến " + last.Format("02/01/2006"))
		}
	}
	switch {
	case len(lines) == 0 && older:
		b.WriteString("\n\nKhông còn dòng nào cũ hơn.")
	case len(lines) == 0:
		b.WriteString("\n\nKhông có dòng nào.")
	}
	for _, line := range lines {
		b.WriteString("\n\n" + line)
	}
	return b.String()
}

// inLog is a person with their code.
func inLog(p journey.Person) string {
	if p.Name == string(p.Code) {
		return codeOf(p.Code)
	}
	return name(p) + " " + codeOf(p.Code)
}

// LogLine is one entry: when, who, what, of whom, and what the note says.
func LogLine(e audit.Entry, by, of journey.Person, title func(journey.EventID) string) string {
	line := "<b>" + e.At.In(journey.Zone).Format("15:04 02/01/2006") + "</b>\n" + doer(e, inLog(by)) + " " + Act(e.Act)
	if e.Of != "" && e.Of != e.By {
		line += ": " + inLog(of)
	} else if e.Of != "" {
		line += " của mình"
	}
	if note := LogNote(e, title); note != "" {
		line += "\n" + shown(note)
	}
	return line
}

// doer is who did it: somebody of the lists, an account in no list, or whoever
// ran a command on the server.
func doer(e audit.Entry, by string) string {
	switch {
	case e.By != "":
		return by
	case e.From != 0:
		return "Tài khoản <code>" + e.From.String() + "</code>"
	}
	return "Dòng lệnh trên máy chủ"
}

var (
	eventInNote = regexp.MustCompile(`\bE_[A-Z0-9_]+\b`)
	dayInNote   = regexp.MustCompile(`\b(\d{4})-(\d{2})-(\d{2})\b`)
	roleInNote  = regexp.MustCompile(`\b(?:` + oneRole + `)(?:\+(?:` + oneRole + `))*\b`)
	listInNote  = regexp.MustCompile(`^([a-z]+) (\d+)$`)
	mentorNote  = regexp.MustCompile(`(^|; )mentor ([^;]*→)`)
)

const oneRole = "student|mentor|cell_secretary|youth_officer|base_committee|admin"

// shownIn says in which view somebody was shown.
var shownIn = map[string]string{"roles": "vai trò", "list": "trong danh sách"}

// lists names the lists of the log.
var lists = map[string]string{
	"deadlines": "các hạn", "students": "sinh viên", "digest": "lời nhắc trong ngày", "unlinked": "chưa liên kết", "missed": "chưa nhận được thông báo",
	"roles": "vai trò", "found": "tìm theo tên", "list": "danh sách đơn vị",
}

// LogNote says in words what the note of an entry says in ids.
func LogNote(e audit.Entry, title func(journey.EventID) string) string {
	note := e.Note
	if m := listInNote.FindStringSubmatch(note); e.Act == audit.SawList && m != nil {
		what := lists[m[1]]
		if what == "" {
			what = m[1]
		}
		n, _ := strconv.Atoi(m[2]) // digits
		return what + ", " + thousands(n) + " người"
	}
	if what := shownIn[note]; e.Act == audit.Saw && what != "" {
		return what
	}
	note = mentorNote.ReplaceAllString(note, "${1}người giúp đỡ: $2")
	note = strings.NewReplacer("role ", "vai trò: ", "unit ", "đơn vị: ", "new ", "người mới: ", "import ", "nhập: ", "log ", "nhật ký, số dòng: ", "notice ", "báo cáo thông báo ", "invite", "lời mời", "name", "họ tên", "birth", "ngày sinh").Replace(note)
	note = roleInNote.ReplaceAllStringFunc(note, func(ids string) string {
		var names []string
		for id := range strings.SplitSeq(ids, "+") {
			names = append(names, Role(journey.Role(id)))
		}
		return strings.Join(names, ", ")
	})
	note = eventInNote.ReplaceAllStringFunc(note, func(id string) string {
		if said := title(journey.EventID(id)); said != "" {
			return said
		}
		return id
	})
	return dayInNote.ReplaceAllString(note, "$3/$2/$1")
}

// LogChain says whether the log is as it was written. whole says that each entry
// was looked at.
func LogChain(c audit.Chain, whole bool) string {
	switch {
	case c.Broken != "":
		return "⚠️ <b>Sổ nhật ký không còn nguyên vẹn</b>: có dòng bị cắt hoặc bị sửa, ở chỗ <code>" + html.EscapeString(c.Broken) + "</code>. Giữ nguyên máy chủ và bản sao lưu, báo người quản trị máy chủ."
	case whole:
		return fmt.Sprintf("Đã kiểm từng dòng: sổ nguyên vẹn, %s dòng từ trước đến nay. Mã cuối sổ: %s.", thousands(int(c.Entries)), link(c))
	}
	return fmt.Sprintf("Sổ nguyên vẹn, %s dòng.", thousands(int(c.Entries)))
}

func link(c audit.Chain) string {
	if c.Link == "" {
		return "(trống)"
	}
	return "<code>" + html.EscapeString(c.Link) + "</code>"
}

// LogNobody says that nobody is called so.
func LogNobody(query string) string {
	return "Không có ai trong danh sách tên hoặc mã là «" + shown(query) + "». Gõ lại, hoặc xem tất cả."
}

// WhichPerson asks who is meant.
func WhichPerson(query string, all, shownOf int) string {
	text := fmt.Sprintf("Có %s người tên «%s». Bạn tìm ai?", thousands(all), shown(query))
	if all > shownOf {
		text += fmt.Sprintf(" Đây là %d người đầu; gõ tên đầy đủ hơn hoặc mã để thấy người khác.", shownOf)
	}
	return text
}

// PersonLabel is a person on a button.
func PersonLabel(p journey.Person) string {
	label := p.Name
	if p.Unit != "" {
		label += " · " + string(p.Unit)
	}
	return Label(label)
}

// LogSheet is the sheet of the log as a workbook.
const LogSheet = "Nhật ký"

// LogHeader is the first row of the log as a workbook.
func LogHeader() []string {
	return []string{"Lúc", "Ai", "Mã", "Tài khoản", "Việc", "Của ai", "Mã của ai", "Ghi chú", "Chỗ trong sổ"}
}

// LogRow is one entry in it.
func LogRow(e audit.Entry, by, of journey.Person, title func(journey.EventID) string) []string {
	account := ""
	if e.From != 0 {
		account = e.From.String()
	}
	who := by.Name
	if e.By == "" && e.From == 0 {
		who = "Dòng lệnh trên máy chủ"
	}
	return []string{e.At.In(journey.Zone).Format("2006-01-02 15:04:05"), who, string(e.By), account, Act(e.Act), of.Name, string(e.Of), LogNote(e, title), e.Place}
}

// LogEnd is the last row: whether the log is as it was written, and its last
// link, by which a later change can be shown.
func LogEnd(c audit.Chain, at time.Time) []string {
	said := fmt.Sprintf("Sổ nguyên vẹn, %s dòng từ trước đến nay; mã cuối sổ: %s", thousands(int(c.Entries)), c.Link)
	if c.Broken != "" {
		said = "SỔ KHÔNG CÒN NGUYÊN VẸN, ở chỗ " + c.Broken
	}
	return []string{at.Format("2006-01-02 15:04:05"), "", "", "", said}
}

// LogFileCaption says what the file holds.
func LogFileCaption(n int, cut bool) string {
	text := fmt.Sprintf("Nhật ký, %s dòng, mới trước cũ sau. Dòng cuối có mã cuối sổ: giữ tệp này thì sau này biết được sổ có bị sửa không. Việc tải về cũng đã ghi vào nhật ký.", thousands(n))
	if cut {
		text += " Còn dòng cũ hơn: tải từng tháng."
	}
	return text
}
