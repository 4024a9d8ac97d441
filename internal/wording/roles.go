package wording

import (
	"fmt"
	"strings"

	"donghanh/internal/journey"
)

// Labels and lines of roles.
const (
	RoleFind     = "Tìm người"
	InviteNew    = "Mời người ngoài danh sách"
	AddRole      = "Giao thêm vai trò"
	BackToRoles  = "‹ Danh sách vai trò"
	BackToRole   = "‹ Quay lại"
	GiveIt       = "Giao"
	TakeIt       = "Thôi vai trò này"
	InviteIt     = "Tạo lời mời"
	SomebodyElse = "Người khác, trùng tên"

	ToastRolesKept = "Đã ghi vai trò"
	ToastLastAdmin = "Bạn là quản trị cuối cùng: giao quyền cho người khác trước đã"

	TypeInvited = "Mời người chưa có trong danh sách nào. Gõ họ tên người ấy."
)

// RoleList is one page of those who lead.
type RoleList struct {
	People     []Listed // by unit and name
	First, All int      // the first of them, from 0, of how many
	Mentors    int      // how many there are
	BySettings int      // accounts that the settings make admins
}

// Roles lists who has which role and where.
func Roles(l RoleList) string {
	var b strings.Builder
	b.WriteString("<b>Vai trò, theo đơn vị</b>")
	if l.All > len(l.People) {
		fmt.Fprintf(&b, " (%d–%d trong %s người)", l.First+1, l.First+len(l.People), thousands(l.All))
	}
	unit := journey.Unit("\x00")
	for _, p := range l.People {
		if p.Person.Unit != unit {
			unit = p.Person.Unit
			b.WriteString("\n\n<b>" + unitHead(unit) + "</b>")
		}
		b.WriteString("\n• " + name(p.Person) + ": " + RolesOf(p.Person.Roles))
		if !p.Linked {
			b.WriteString(" (chưa liên kết)")
		}
	}
	if l.All == 0 {
		b.WriteString("\n\nChưa có bí thư, cán bộ, đảng ủy hay quản trị nào trong danh sách.")
	}
	if l.BySettings > 0 {
		fmt.Fprintf(&b, "\n\nQuản trị theo cài đặt máy chủ (ADMIN_IDS): %d tài khoản, chỉ đổi được ở máy chủ.", l.BySettings)
	}
	if l.Mentors > 0 {
		fmt.Fprintf(&b, "\n\nNgười giúp đỡ: %s người, bấm «%s» hoặc xem ở /danhsach.", thousands(l.Mentors), RoleFind)
	}
	return b.String()
}

func unitHead(u journey.Unit) string {
	if u == "" {
		return "Cả học viện"
	}
	return shown(string(u))
}

// RoleCard says which roles a person has, and where they hold.
func RoleCard(p journey.Person, linked bool) string {
	text := "<b>" + name(p) + "</b> " + codeOf(p.Code) + "\nĐơn vị: " + unitHead(p.Unit)
	if len(p.Roles) == 0 {
		text += "\nVai trò: chưa có"
	} else {
		text += "\nVai trò: " + RolesOf(p.Roles)
	}
	if !linked {
		text += "\nChưa liên kết tài khoản Telegram."
	}
	if !p.Has(journey.CellSecretary, journey.YouthOfficer, journey.BaseCommittee) {
		return text
	}
	return text + "\n\n" + whereRolesHold(p.Unit)
}

func whereRolesHold(u journey.Unit) string {
	if u == "" {
		return "Vai trò bí thư, cán bộ Đoàn, đảng ủy của người này có hiệu lực trong cả học viện."
	}
	return "Vai trò bí thư, cán bộ Đoàn, đảng ủy của người này có hiệu lực trong " + shown(string(u)) + " và các đơn vị bên dưới."
}

// RoleLabel is a role on a button.
func RoleLabel(role journey.Role) string { return upperFirst(Role(role)) }

// TakeRoleLabel is the button that takes a role away.
func TakeRoleLabel(role journey.Role) string { return "Bỏ vai trò " + Role(role) }

// AskRole asks which role somebody is to have.
func AskRole(p journey.Person) string {
	return "Giao thêm vai trò nào cho <b>" + name(p) + "</b>?"
}

// can says what a role may see and do.
func can(role journey.Role, u journey.Unit) string {
	where := "cả học viện"
	if u != "" {
		where = shown(string(u)) + " và các đơn vị bên dưới"
	}
	switch role {
	case journey.Mentor:
		return "Người này xem và ghi mốc cho sinh viên được phân công."
	case journey.CellSecretary:
		return "Người này xem sinh viên, ghi mốc, trả lời câu hỏi trong " + where + "."
	case journey.YouthOfficer:
		return "Người này xem sinh viên, ghi mốc, gửi thông báo, trả lời câu hỏi trong " + where + "."
	case journey.BaseCommittee:
		return "Người này xem sinh viên và ghi mốc của đảng ủy trong " + where + "."
	case journey.Admin:
		return "Quản trị xem và sửa được mọi thứ, của cả học viện, và giao được vai trò cho người khác."
	case journey.Guest, journey.Student:
	}
	return ""
}

// SureGive asks before a role is given.
func SureGive(p journey.Person, role journey.Role) string {
	return "Giao vai trò <b>" + Role(role) + "</b> cho <b>" + name(p) + "</b>, đơn vị " + unitHead(p.Unit) + "? " + can(role, p.Unit)
}

// SureTake asks before a role is taken away.
func SureTake(p journey.Person, role journey.Role, own bool) string {
	if own {
		return "Bạn tự thôi vai trò <b>" + Role(role) + "</b>? Có hiệu lực ngay; muốn lại thì nhờ quản trị khác giao."
	}
	return "Thôi vai trò <b>" + Role(role) + "</b> của <b>" + name(p) + "</b>? Có hiệu lực ngay: các nút cũ của người này cũng hết tác dụng."
}

// StillHelps says why somebody stays a mentor.
func StillHelps(p journey.Person, students int) string {
	return fmt.Sprintf("<b>%s</b> đang giúp đỡ %s sinh viên. Phân công người khác cho các bạn ấy ở /danhsach trước, rồi mới thôi vai trò này.", name(p), thousands(students))
}

// RolesChanged tells a person that their roles changed.
func RolesChanged(p, by journey.Person) string {
	text := "Vai trò của bạn ở đây nay là: <b>" + RolesOf(p.Roles) + "</b>" + unitOf(p) + "."
	if len(p.Roles) == 0 {
		text = "Bạn không còn vai trò nào ở đây. Hỏi đáp thì vẫn như trước."
	}
	if by.Name != "" {
		text += " " + name(by) + " vừa đổi."
	}
	return text + " Danh sách lệnh của bạn đã đổi theo; gõ /trogiup để xem."
}

// OwnRolesNow says to one who gave up being an admin what is left.
func OwnRolesNow(p journey.Person) string {
	if len(p.Roles) == 0 {
		return "Bạn không còn vai trò nào ở đây. Hỏi đáp thì vẫn như trước."
	}
	return "Vai trò của bạn ở đây nay là: <b>" + RolesOf(p.Roles) + "</b>" + unitOf(p) + "."
}

// RoleNobody says that nobody is called so.
func RoleNobody(query string) string {
	return "Không có ai trong danh sách tên hoặc mã là «" + shown(query) + "». Gõ lại, hoặc mời người ấy."
}

// InvitedAlready says that there is somebody of that name.
func InvitedAlready(who string) string {
	return "Trong danh sách đã có người tên như «" + shown(who) + "». Đúng người thì bấm tên để giao vai trò; không thì mời tiếp."
}

// AskInvitedRole asks what the person is to be.
func AskInvitedRole(who string) string {
	return "<b>" + shown(who) + "</b> giữ vai trò gì?"
}

// AskInvitedUnit asks where.
func AskInvitedUnit(who string, role journey.Role) string {
	return "<b>" + shown(who) + "</b>, " + Role(role) + ", ở đơn vị nào? Bấm chọn, hoặc gõ, từ lớn đến nhỏ, ví dụ K47/B5."
}

// SureInvite asks before somebody is invited.
func SureInvite(p journey.Person, newUnit bool) string {
	text := "Mời <b>" + name(p) + "</b> làm " + RolesOf(p.Roles) + ", đơn vị " + unitHead(p.Unit) + "? "
	if newUnit {
		text += "Đơn vị này chưa có ai, xem lại có gõ nhầm không. "
	}
	return text + can(p.Roles[0], p.Unit) + " Liên kết dùng một lần, trong 30 ngày."
}
