package wording

import (
	"fmt"
	"html"
	"strings"
	"time"

	"donghanh/internal/journey"
	"donghanh/internal/roster"
)

// Labels of the list of people.
const (
	FindPeople    = "Tìm người"
	ExportList    = "Tải danh sách"
	ImportList    = "Nhập danh sách"
	AssignMentors = "Phân công người giúp đỡ"
	WholeList     = "Cả danh sách"
	OnlyStudents  = "Sinh viên"
	OnlyMentors   = "Người giúp đỡ"
	OnlyLeaders   = "Cán bộ"
	NoMentorYet   = "Chưa có người giúp đỡ"

	ChangeUnit   = "Đổi đơn vị"
	ChangeMentor = "Đổi người giúp đỡ"
	ChangeName   = "Sửa họ tên"
	ChangeRole   = "Đổi vai trò"
	HoldPerson   = "Tạm dừng theo dõi"
	ResumePerson = "Theo dõi tiếp"
	MovePerson   = "Chuyển đi"
	ReturnPerson = "Chuyển về lại"
	LeavePerson  = "Thôi theo dõi"
	NewLink      = "Liên kết mới"
	SeeWay       = "Xem chặng đường"
	MoveStudents = "Chuyển sinh viên cho người khác"
	NoMentorAny  = "Không ai"
	WriteIt      = "Ghi"
	MakeLink     = "Tạo liên kết"
	BackToPerson = "‹ Về người này"

	TypePerson = "Gõ tên, một phần tên, mã hoặc đơn vị, có dấu hay không, thứ tự nào cũng được. Ví dụ: lan k47/b5."
	TypeNew    = "Gõ họ tên đúng, đủ dấu."
	NotInList  = "Người này không còn trong danh sách bạn phụ trách. Gõ /danhsach để xem lại."
)

// Listed is one line of the list.
type Listed struct {
	Person journey.Person
	State  journey.State // of a student
	Linked bool
}

// ListPage is a page of the list.
type ListPage struct {
	Lines      []Listed
	First, All int // of those found, how many stand before the page, and how many there are
	Of         journey.Unit
	Narrowed   string // to whom; empty: to nobody in particular
	Query      string
}

// List shows a page of people, under the unit they are in.
func List(p ListPage) string {
	var b strings.Builder
	whole := "Cả học viện"
	if p.Of != "" {
		whole = "Đơn vị " + shown(string(p.Of))
	}
	b.WriteString("<b>" + whole + "</b>: ")
	if p.Narrowed != "" {
		b.WriteString(lowerFirst(p.Narrowed) + ", ")
	}
	if p.Query != "" {
		b.WriteString("«" + html.EscapeString(p.Query) + "», ")
	}
	if p.All == 0 {
		b.WriteString("chưa có ai.")
		if p.Query != "" {
			b.WriteString(" Bạn thử gõ ít chữ hơn; tìm được theo tên, mã, đơn vị.")
		}
		return b.String()
	}
	b.WriteString(thousands(p.All) + " người")
	if p.All > len(p.Lines) {
		fmt.Fprintf(&b, " (%s đến %s)", thousands(p.First+1), thousands(p.First+len(p.Lines)))
	}
	unit := journey.Unit("\x00")
	for i, l := range p.Lines {
		if l.Person.Unit != unit {
			if unit = l.Person.Unit; unit != "" {
				b.WriteString("\n\n<i>" + shown(string(unit)) + "</i>")
			} else {
				b.WriteString("\n\n<i>không thuộc đơn vị nào</i>")
			}
		}
		fmt.Fprintf(&b, "\n%d. <b>%s</b> %s: %s", p.First+i+1, name(l.Person), codeOf(l.Person.Code), RolesOf(l.Person.Roles))
		if l.Person.Has(journey.Student) {
			b.WriteString(", " + lowerFirst(standsIn(l.State)))
			for _, side := range l.State.Side {
				b.WriteString(", " + SideName(side))
			}
		}
		if !l.Linked {
			b.WriteString(", chưa liên kết")
		}
	}
	b.WriteString("\n\nBấm tên để xem và sửa.")
	return b.String()
}

// Card is what is kept of a person, as it stands in the list.
type Card struct {
	Person   journey.Person
	State    journey.State
	Mentor   journey.Person // the zero Person: nobody
	Students int            // helped by a mentor
	Limit    int            // how many a mentor may help
	Linked   bool
	Gone     time.Time // since then unreachable; zero: reachable, as far as is known
	Since    journey.Date
	May      bool // who looks may change it
	Oneself  bool
}

// PersonCard shows one person of the list.
func PersonCard(c Card) string {
	var b strings.Builder
	p := c.Person
	fmt.Fprintf(&b, "<b>%s</b> %s\nVai trò: %s\nĐơn vị: %s", name(p), codeOf(p.Code), RolesOf(p.Roles), unitPath(p.Unit))
	if p.Has(journey.Student) {
		b.WriteString("\nNgười giúp đỡ: " + mentorOf(c.Mentor))
		b.WriteString("\nChặng: " + lowerFirst(standsIn(c.State)))
		for _, side := range c.State.Side {
			b.WriteString(", " + SideName(side))
		}
	}
	if p.Has(journey.Mentor) {
		fmt.Fprintf(&b, "\nĐang giúp đỡ: %d sinh viên", c.Students)
		if c.Limit > 0 && c.Students > c.Limit {
			fmt.Fprintf(&b, ", hơn mức %d", c.Limit)
		}
	}
	switch {
	case !c.Linked:
		b.WriteString("\nTelegram: chưa liên kết")
	case !c.Gone.IsZero():
		b.WriteString("\nTelegram: đã liên kết, không gửi tới được từ " + dayText(journey.DateOf(c.Gone)))
	default:
		b.WriteString("\nTelegram: đã liên kết")
	}
	if !c.Since.IsZero() {
		b.WriteString("\nCó trong danh sách từ " + dayText(c.Since))
	}
	switch {
	case c.Oneself && !c.May:
		b.WriteString("\n\n<i>Thông tin của chính bạn thì người khác sửa.</i>")
	case !c.May:
		b.WriteString("\n\n<i>Vai trò này do quản trị sửa.</i>")
	}
	return b.String()
}

func unitPath(u journey.Unit) string {
	if u == "" {
		return "(không có)"
	}
	return shown(string(u))
}

func mentorOf(m journey.Person) string {
	if m.Code == "" {
		return "(chưa có)"
	}
	return name(m) + " " + codeOf(m.Code)
}

// AskNewUnit asks for the unit somebody is to be in.
func AskNewUnit(p journey.Person) string {
	return "<b>" + name(p) + "</b> đang ở đơn vị " + unitPath(p.Unit) + ".\nChuyển sang đơn vị nào? Bấm, hoặc gõ, ví dụ: K47/B5."
}

// AskNewMentor asks who is to help a student. limit is how many one may help.
func AskNewMentor(p journey.Person, now journey.Person, some bool, limit int) string {
	text := "<b>" + name(p) + "</b>, đơn vị " + unitPath(p.Unit) + ", người giúp đỡ: " + mentorOf(now) + "."
	if !some {
		return text + "\nChưa có người giúp đỡ nào khác trong đơn vị bạn phụ trách."
	}
	return text + fmt.Sprintf("\nAi giúp đỡ? Bấm, hoặc gõ tên hay mã. Trong ngoặc là số sinh viên đang giúp; mức gợi ý là %d.", limit)
}

// AskNewName asks how somebody's name is spelt.
func AskNewName(p journey.Person) string {
	return "Đang ghi: <b>" + name(p) + "</b>.\n" + TypeNew
}

// MentorLabel labels the button of a mentor with how many they help.
func MentorLabel(p journey.Person, helped int) string {
	return Label(plain(cutTo(p.Name, 30))) + fmt.Sprintf(" (%d)", helped)
}

// Amendment is a change of who somebody is, before it is made or after.
type Amendment struct {
	Person   journey.Person // as it is now
	What     string         // UnitOfPerson, …
	Was, Now string         // as they are kept
	Old, New journey.Person // of a mentor
	NewUnit  bool           // nobody is known there yet
	Helped   int            // by the new mentor so far
	Limit    int
	Mentor   journey.Person // the student's, of a change of unit
}

// What can be changed.
const (
	UnitOfPerson   = "donvi"
	MentorOfPerson = "giup"
	NameOfPerson   = "ten"
)

func (a Amendment) says() string {
	switch a.What {
	case UnitOfPerson:
		return "đơn vị: " + unitPath(journey.Unit(a.Was)) + " → <b>" + unitPath(journey.Unit(a.Now)) + "</b>"
	case MentorOfPerson:
		return "người giúp đỡ: " + mentorOf(a.Old) + " → <b>" + mentorOf(a.New) + "</b>"
	}
	return "họ tên: " + shown(a.Was) + " → <b>" + shown(a.Now) + "</b>"
}

// ConfirmAmend asks whether a change is to be made.
func ConfirmAmend(a Amendment) string {
	text := "<b>" + name(a.Person) + "</b>, " + a.says() + "?"
	if a.NewUnit {
		text += "\nChưa có ai ở đơn vị này. Xem lại chữ viết; đúng là đơn vị mới thì ghi."
	}
	if a.What == UnitOfPerson && a.Mentor.Code != "" {
		text += "\nNgười giúp đỡ vẫn là " + mentorOf(a.Mentor) + ", cho đến khi bạn đổi."
	}
	if a.What == MentorOfPerson && a.New.Code != "" && a.Helped >= a.Limit {
		text += fmt.Sprintf("\n%s đang giúp %d sinh viên, đã đủ mức gợi ý %d.", name(a.New), a.Helped, a.Limit)
	}
	return text
}

// Amended says that a change was made.
func Amended(a Amendment) string { return "Đã ghi. <b>" + name(a.Person) + "</b>, " + a.says() + "." }

// AmendedMeanwhile says that somebody else changed it first, before it is asked
// again.
const AmendedMeanwhile = "Người khác vừa đổi, bạn xem lại:"

// SameAlready says that there is nothing to change.
const SameAlready = "Vẫn như đang ghi, không có gì để đổi."

// BeyondScope says that a unit, or who is there, is not the person's to look
// after, and whom to ask.
func BeyondScope(unit, own journey.Unit, ask []journey.Person) string {
	text := "Đơn vị " + unitPath(unit) + " nằm ngoài phần bạn phụ trách (" + unitPath(own) + "), nên mình không ghi. " + askThem(ask)
	return text
}

func askThem(ask []journey.Person) string {
	if len(ask) == 0 {
		return "Bạn nhờ người quản trị bot."
	}
	var names []string
	for _, p := range ask {
		names = append(names, name(p)+" ("+RolesOf(p.Roles)+", "+unitPath(p.Unit)+")")
	}
	return "Bạn nhờ " + strings.Join(names, ", ") + ", hoặc người quản trị bot."
}

// NoSuchMentor says that nobody who may help is called so.
func NoSuchMentor() string {
	return "Không thấy người giúp đỡ nào như vậy trong đơn vị bạn phụ trách. Bạn gõ tên, mã, hoặc bấm một người ở trên. Người giúp đỡ ở đơn vị khác thì nhờ cán bộ phụ trách cả hai đơn vị."
}

// WrongValue says what is the matter with a value of the lists that was typed.
func WrongValue(p roster.Problem) string {
	reason := rosterReason(p, func(journey.EventID) string { return "" })
	return strings.ToUpper(string([]rune(reason)[:1])) + html.EscapeString(string([]rune(reason)[1:])) + "."
}

// ConfirmLink asks whether somebody is to get a new start link.
func ConfirmLink(p journey.Person, linked bool) string {
	text := "Tạo liên kết mới cho <b>" + name(p) + "</b>? Liên kết dùng một lần, trong 30 ngày. Liên kết đã phát trước đây cho người này hết dùng được."
	if linked {
		text += "\nNgười này đang liên kết một tài khoản Telegram; ai mở liên kết mới sẽ thay tài khoản ấy."
	}
	return text
}

// TheLink shows a new start link. username is the bot's; empty: not known.
func TheLink(p journey.Person, link, startCode string) string {
	text := "Liên kết của <b>" + name(p) + "</b>, dùng một lần trong 30 ngày. Chuyển riêng cho người ấy, đừng đăng lên nhóm."
	if link == "" {
		return text + "\n\nGõ cho bot: <code>/start " + html.EscapeString(startCode) + "</code>"
	}
	return text + "\n\n<code>" + html.EscapeString(link) + "</code>"
}

// NothingToEnd says that somebody cannot leave the way where they are.
func NothingToEnd(p journey.Person) string {
	return "Bạn chưa ghi được việc này cho " + name(p) + ": người này đã thôi, đã chuyển đi, hoặc đang ở chặng mà việc ấy do cấp khác ghi."
}

// AskHowLeft asks in which way somebody leaves.
func AskHowLeft(p journey.Person) string {
	return "<b>" + name(p) + "</b> thôi theo dõi vì việc gì? Mình chỉ ghi việc và ngày, không ghi lý do."
}

// ListSheets names the sheets of an export, which import reads.
const (
	PeopleSheet = "Người"
	EventsSheet = "Mốc"
)

// PeopleHeader and EventsHeader are the columns of an export.
func PeopleHeader() []string {
	return []string{"Mã", "Họ tên", "Vai trò", "Đơn vị", "Người giúp đỡ", "Sinh"}
}

// EventsHeader is PeopleHeader for events.
func EventsHeader() []string { return []string{"Mã", "Mốc", "Ngày", "Ghi chú"} }

// RolesCell writes roles as import reads them.
func RolesCell(roles []journey.Role) string { return roleList(roles) }

// Exported stands under the file of an export.
func Exported(of journey.Unit, people, events int) string {
	whole := "cả học viện"
	if of != "" {
		whole = "đơn vị " + shown(string(of))
	}
	return fmt.Sprintf("Danh sách %s: %s người, %s mốc. Sửa rồi gửi lại ở «%s» được. Tệp có tên người thật: giữ trên máy của bạn, dùng xong thì xóa. Lần tải này có trong nhật ký.",
		whole, thousands(people), thousands(events), ImportList)
}

// NewStudents tells a mentor whom they are to help from now on, and who said so.
func NewStudents(students []journey.Person, by journey.Person) string {
	var b strings.Builder
	who := "cán bộ phụ trách"
	if by.Name != "" {
		who = name(by)
	}
	if len(students) == 1 {
		fmt.Fprintf(&b, "Từ nay bạn giúp đỡ <b>%s</b> (%s), do %s phân công trong danh sách.", name(students[0]), unitPath(students[0].Unit), who)
	} else {
		fmt.Fprintf(&b, "Từ nay bạn giúp đỡ thêm %d sinh viên, do %s phân công trong danh sách:", len(students), who)
		for _, s := range students {
			fmt.Fprintf(&b, "\n• <b>%s</b>, %s", name(s), unitPath(s.Unit))
		}
	}
	b.WriteString("\n\nGõ /sinhvien để xem từng người đang ở bước nào. Có gì chưa đúng, bạn báo lại người phân công.")
	return b.String()
}
