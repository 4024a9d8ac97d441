package wording

import (
	"errors"
	"fmt"
	"strings"

	"donghanh/internal/journey"
	"donghanh/internal/roster"
)

// Lists of people and events are read on a terminal: nothing is escaped here.

// RosterProblem says where in a list something is wrong, what, and what to do.
// title words an event.
func RosterProblem(p roster.Problem, title func(journey.EventID) string) string {
	switch p.Why {
	case roster.SheetSkipped:
		return p.File + ": bỏ qua trang «" + p.Sheet + "»: dòng tiêu đề không phải danh sách người (mã, họ tên, vai trò) hay mốc (mã, mốc, ngày)"
	case roster.RowSkipped:
		return p.File + ofSheet(p.Sheet) + fmt.Sprintf(": bỏ qua dòng %d: không có mã", p.Row)
	}
	var where strings.Builder
	where.WriteString(p.File)
	where.WriteString(ofSheet(p.Sheet))
	if p.Row > 0 {
		fmt.Fprintf(&where, ", dòng %d", p.Row)
	}
	if p.Column != "" {
		where.WriteString(", cột " + columnName(p.Column))
	}
	return where.String() + ": " + rosterReason(p, title)
}

func ofSheet(name string) string {
	if name == "" {
		return ""
	}
	return ", trang " + name
}

func columnName(c roster.Column) string {
	switch c {
	case roster.Code:
		return "mã"
	case roster.Name:
		return "họ tên"
	case roster.Role:
		return "vai trò"
	case roster.Unit:
		return "đơn vị"
	case roster.Mentor:
		return "người giúp đỡ"
	case roster.Birth:
		return "sinh"
	case roster.Event:
		return "mốc"
	case roster.Date:
		return "ngày"
	case roster.Detail:
		return "ghi chú"
	}
	return string(c)
}

func rosterReason(p roster.Problem, title func(journey.EventID) string) string {
	switch p.Why {
	case roster.NotUTF8:
		return "có chữ không phải UTF-8; trong Excel chọn Lưu thành (Save As), kiểu CSV UTF-8, hoặc lưu dạng XLSX"
	case roster.UTF16:
		return "tệp ở dạng Unicode Text (UTF-16); trong Excel chọn Lưu thành (Save As), kiểu CSV UTF-8, hoặc lưu dạng XLSX"
	case roster.OldExcel:
		return "tệp Excel kiểu cũ (.xls); mở bằng Excel rồi lưu thành .xlsx"
	case roster.Protected:
		return "tệp có đặt mật khẩu; mở bằng Excel, bỏ mật khẩu (Tệp, Thông tin, Bảo vệ sổ làm việc) rồi lưu lại"
	case roster.Damaged:
		return "không đọc được, tệp hỏng hoặc không phải CSV, XLSX; mở bằng Excel rồi lưu lại thành .xlsx"
	case roster.Empty:
		return "trống: cần dòng tiêu đề và ít nhất một dòng dữ liệu"
	case roster.TooLarge:
		return "tệp quá lớn" + inBrackets(p.Value) + ", nhiều nhất " + p.Other + "; xóa định dạng thừa hoặc chia ra nhiều tệp"
	case roster.TooManyRows:
		return "quá nhiều dòng, nhiều nhất " + p.Other + " dòng một trang; chia ra nhiều tệp"
	case roster.NoSheet:
		return "không có trang nào là danh sách người (tiêu đề: mã, họ tên, vai trò) hay mốc (tiêu đề: mã, mốc, ngày); đang có: " + p.Value +
			"; xem tệp mẫu: donghanh import --template mau.xlsx"
	case roster.NoSpreadsheet:
		return "đây là tệp " + p.Value + ", không phải bảng tính; lưu danh sách thành .xlsx hoặc CSV UTF-8 rồi nhập lại"
	case roster.BadQuotes:
		return `dấu ngoặc kép mở mà không đóng, hoặc đứng giữa ô; viết "" thay cho mỗi dấu " trong ô`
	case roster.UnknownTable:
		return "dòng tiêu đề không phải danh sách người (mã, họ tên, vai trò) hay mốc (mã, mốc, ngày); đang là: " + p.Value
	case roster.ColumnMissing:
		return "thiếu cột " + columnName(p.Column) + " (" + string(p.Column) + ")"
	case roster.ColumnTwice:
		return "cột " + columnName(p.Column) + " có hai lần, lần sau tên là " + quoted(p.Value) + "; bỏ một"
	case roster.ColumnMistyped:
		return "cột " + quoted(p.Value) + " có phải ý là " + columnName(roster.Column(p.Other)) + "? Sửa tên cột, hoặc xóa cột nếu không dùng"
	case roster.ColumnUnused:
		return "cột " + quoted(p.Value) + " không dùng đến, bỏ qua"
	case roster.RowsHidden:
		return p.Value + " dòng đang ẩn, vẫn đọc như dòng thường"
	case roster.CellsMerged:
		return "có ô gộp (" + p.Value + "), chỉ ô đầu có giá trị; bỏ gộp (Unmerge) rồi điền đủ từng dòng"
	case roster.BeyondTheHeader:
		return quoted(p.Value) + " nằm ngoài các cột có tiêu đề; có thể dòng bị lệch, hoặc thừa dấu phân cách"
	}
	return rosterCell(p, title)
}

func rosterCell(p roster.Problem, title func(journey.EventID) string) string {
	row := func(before string) string {
		if p.At == 0 {
			return ""
		}
		return fmt.Sprintf("%s dòng %d", before, p.At)
	}
	switch p.Why {
	case roster.ValueMissing:
		return "ô trống; ô này bắt buộc"
	case roster.TooLong:
		return "dài quá " + p.Other + " ký tự: " + quoted(p.Value)
	case roster.CellError:
		return "công thức bị lỗi (" + p.Value + "); thay bằng giá trị"
	case roster.LooksPrivate:
		return "có dãy số giống số căn cước hoặc số điện thoại; danh sách này không nhận, hãy xóa số ấy"
	case roster.BadCode:
		return "mã " + quoted(p.Value) + " không dùng được; mã gồm 1 đến 32 chữ không dấu, chữ số, dấu chấm, gạch nối, gạch dưới"
	case roster.BadName:
		return quoted(p.Value) + " không phải họ tên"
	case roster.BadRole:
		return "không có vai trò " + quoted(p.Value) + meant(roleMeant(p.Other)) + "; các vai trò: " + allRoles() + "; nhiều vai trò thì cách nhau dấu phẩy"
	case roster.BadUnit:
		return "đơn vị " + quoted(p.Value) + " viết chưa đúng; viết từ lớn đến nhỏ, cách nhau dấu /, ví dụ K47/B5, nhiều nhất 5 cấp"
	case roster.UnitInItself:
		return "đơn vị " + quoted(p.Value) + " nằm trong chính nó (" + p.Other + " có hai lần)"
	case roster.UnitCycle:
		return "đơn vị " + quoted(p.Value) + " tạo vòng lặp với" + row("") + ": hai đơn vị nằm trong nhau (" + p.Other + "); viết từ lớn đến nhỏ"
	case roster.UnitSpelt:
		return "đơn vị " + quoted(p.Value) + " khác chữ hoa, chữ thường với " + quoted(p.Other) + row(" ở") + "; viết cùng một cách"
	case roster.BadDate:
		return quoted(p.Value) + " không phải ngày có thật; viết 22/12/2026 hoặc 2026-12-22"
	case roster.ShortYear:
		return quoted(p.Value) + " chỉ có hai số của năm; viết đủ năm: " + p.Other
	case roster.DateAhead:
		return "ngày " + vietnameseDate(p.Value) + " ở tương lai; mốc chỉ ghi khi đã diễn ra"
	case roster.BadBirth:
		return quoted(p.Value) + " không phải tháng năm sinh; viết 3/2005 hoặc 15/3/2005"
	case roster.BirthAhead:
		return "tháng sinh " + quoted(p.Value) + " ở tương lai"
	case roster.BadAge:
		return "tháng sinh " + quoted(p.Value) + " cho tuổi " + p.Other + "; xem lại năm sinh"
	case roster.UnknownEvent:
		return "không có mốc " + quoted(p.Value) + meant(eventNamed(p.Other, title))
	case roster.NotForRole:
		return "chỉ sinh viên mới ghi ô này (đang ghi " + quoted(p.Value) + ")"
	case roster.MentorMissing:
		return "không có ai mã " + quoted(p.Value) + " trong tệp hay trong danh sách đã có; thêm người này với vai trò người giúp đỡ"
	case roster.MentorOneself:
		return "không thể tự giúp đỡ chính mình (" + p.Value + ")"
	case roster.MentorNamed:
		return "cột này cần mã người giúp đỡ, ví dụ GV01, không phải họ tên (đang ghi " + quoted(p.Value) + ")"
	case roster.MentorHasNot:
		return "người mã " + quoted(p.Value) + " không có vai trò người giúp đỡ (đang là " + Role(journey.Role(p.Other)) + ")"
	case roster.Beyond:
		if p.Column == roster.Unit && p.Value == "" {
			return "dòng này không có đơn vị, nên nằm ngoài phần bạn phụ trách; điền đơn vị của mình, hoặc nhờ quản trị"
		}
		if p.Column == roster.Unit {
			return "đơn vị " + quoted(p.Value) + " nằm ngoài phần bạn phụ trách; bỏ dòng này, hoặc nhờ quản trị hay cán bộ phụ trách đơn vị ấy"
		}
		return "mã " + quoted(p.Value) + " là của người ngoài phần bạn phụ trách; bỏ dòng này, hoặc nhờ quản trị hay cán bộ phụ trách người ấy"
	case roster.NotYours:
		return "thông tin của người mã " + quoted(p.Value) + " (có vai trò phụ trách, hoặc là chính bạn) do quản trị sửa; để dòng này như đang ghi, hoặc bỏ đi"
	case roster.RoleNotYours:
		return "vai trò " + Role(journey.Role(p.Value)) + " do quản trị giao; bỏ vai trò này, hoặc nhờ quản trị nhập"
	case roster.MentorBeyond:
		return "người giúp đỡ mã " + quoted(p.Value) + " nằm ngoài phần bạn phụ trách; chọn người trong đơn vị, hoặc nhờ cán bộ phụ trách cả hai đơn vị"
	case roster.EventNotYours:
		return "mốc " + eventNamed(p.Value, title) + " do " + rolesNamed(p.Other) + " ghi; bỏ dòng này, hoặc nhờ người ấy ghi"
	case roster.MentorStillHas:
		return p.Value + " thôi vai trò người giúp đỡ nhưng sinh viên " + p.Other + " vẫn ghi người này; đổi người giúp đỡ cho sinh viên trước"
	case roster.TwoMentors:
		if p.Other == "" {
			return quoted(p.Value) + " là nhiều mã; mỗi sinh viên một người giúp đỡ"
		}
		return "sinh viên này có hai người giúp đỡ: " + p.Value + ", và " + p.Other + row(" ở") + "; giữ một"
	case roster.CodeTwice:
		return "mã này đã có" + row(" ở") + " với dữ liệu khác: " + quoted(p.Value) + " và " + quoted(p.Other) + "; một mã là một người"
	case roster.UnknownCode:
		return "không có ai mã " + quoted(p.Value) + " trong tệp hay trong danh sách đã có" + meant(p.Other)
	case roster.Refused:
		return refusedEvent(p, title)
	case roster.WithoutThis:
		return "các dòng khác của " + p.Value + " được xét như chưa có dòng này; sửa dòng này rồi nhập lại để xét đủ"
	case roster.UnitMissing:
		return p.Value + " người vai trò " + Role(journey.Role(p.Other)) + " chưa có đơn vị"
	}
	return quoted(p.Value)
}

// rolesNamed names roles that stand in a list of ids.
func rolesNamed(ids string) string {
	var roles []journey.Role
	for id := range strings.SplitSeq(ids, ",") {
		roles = append(roles, journey.Role(id))
	}
	return roleList(roles)
}

func quoted(s string) string { return `"` + s + `"` }

func inBrackets(s string) string {
	if s == "" {
		return ""
	}
	return " (" + s + ")"
}

func meant(what string) string {
	if what == "" {
		return ""
	}
	return ", có phải ý là " + what + "?"
}

func eventNamed(id string, title func(journey.EventID) string) string {
	if id == "" {
		return ""
	}
	if t := title(journey.EventID(id)); t != "" {
		return id + " (" + t + ")"
	}
	return id
}

func vietnameseDate(iso string) string {
	if d, err := journey.ParseDate(iso); err == nil {
		return fmt.Sprintf("%02d/%02d/%d", d.Day, d.Month, d.Year)
	}
	return iso
}

func roleMeant(id string) string {
	if id == "" {
		return ""
	}
	return Role(journey.Role(id))
}

func allRoles() string {
	var out []string
	for _, r := range journey.Roles {
		out = append(out, Role(r)+" ("+string(r)+")")
	}
	return strings.Join(out, ", ")
}

// refusedEvent says why the rules do not take an event of a list, and what to
// record or look at before.
func refusedEvent(p roster.Problem, title func(journey.EventID) string) string {
	named := func(id journey.EventID) string {
		if t := title(id); t != "" {
			return "«" + t + "» (" + string(id) + ")"
		}
		return string(id)
	}
	hint := p.Hint
	if hint == nil {
		hint = &roster.Hint{}
	}
	what := "mốc " + named(journey.EventID(p.Value))
	if !hint.On.IsZero() {
		what += " ngày " + dayText(hint.On)
	}
	r, ok := errors.AsType[*journey.Refusal](p.Refusal)
	if !ok {
		return what + " không ghi được: " + p.Refusal.Error()
	}
	says := rosterRefusal(r, title)
	switch {
	case hint.Past.ID != "":
		says += "; trái với " + named(hint.Past.ID) + " ngày " + dayText(hint.Past.On) + ": xem lại hai ngày"
	case len(hint.Later) > 0:
		var later []string
		for _, e := range hint.Later {
			later = append(later, named(e.ID)+" lại ghi ngày "+dayText(e.On))
		}
		says += "; " + strings.Join(later, ", ") + ", tức là sau mốc này: xem lại hai ngày"
	case len(hint.Needs) > 0:
		var needs []string
		for _, id := range hint.Needs {
			needs = append(needs, named(id))
		}
		says += "; cần có trước: " + strings.Join(needs, " hoặc ") + "; thêm dòng ấy, hoặc xem lại ngày"
	}
	return what + ": " + says
}

// rosterRefusal is refusal for one who can mend the list.
func rosterRefusal(r *journey.Refusal, title func(journey.EventID) string) string {
	switch r.Why {
	case journey.WrongStage:
		return "vào ngày ấy người này ở bước «" + StageName(r.Stage) + "», không phải bước của mốc này"
	case journey.NeedsFirst:
		return "chưa đến lượt mốc này"
	case journey.PaperMissing:
		return "còn thiếu giấy tờ bắt buộc"
	case journey.TooEarly:
		return "sớm quá, theo các mốc đã có thì sớm nhất từ ngày " + dayText(r.Date) + "; xem lại ngày"
	case journey.BeforeBirth:
		return "ngày này trước cả tháng sinh đã ghi (" + dayText(r.Date) + "); xem lại ngày, hoặc cột sinh"
	case journey.NotForRole:
		return "mốc này chỉ ghi cho sinh viên"
	case journey.BadDetail:
		return "ô ghi chú thiếu hoặc không đúng; ghi chú mỗi mốc cần xem ở trang Danh mục của tệp mẫu (donghanh import --template mau.xlsx)"
	case journey.Breaks:
		var names []string
		for _, id := range r.Needs {
			names = append(names, "«"+title(id)+"»")
		}
		return "ghi vào ngày này thì mốc " + strings.Join(names, ", ") + " ngày " + dayText(r.Date) + " không còn đúng thứ tự; xem lại hai ngày"
	}
	return refusal(r, title)
}

// RosterChange says in one line what a list changes for one person.
func RosterChange(c roster.Change, title func(journey.EventID) string) string {
	is := c.Track.Person
	var parts []string
	differs := func(what, was, now string) {
		if was != now {
			parts = append(parts, what+" "+orNone(was)+" → "+orNone(now))
		}
	}
	mark := "đổi"
	if c.New {
		mark = "thêm"
		parts = append(parts, roleList(is.Roles))
		if is.Unit != "" {
			parts = append(parts, "đơn vị "+string(is.Unit))
		}
		if is.Mentor != "" {
			parts = append(parts, "người giúp đỡ "+string(is.Mentor))
		}
	} else {
		differs("họ tên", c.Was.Name, is.Name)
		differs("vai trò", roleList(c.Was.Roles), roleList(is.Roles))
		differs("đơn vị", string(c.Was.Unit), string(is.Unit))
		differs("người giúp đỡ", string(c.Was.Mentor), string(is.Mentor))
		if c.Was.Birth != is.Birth {
			parts = append(parts, "tháng sinh")
		}
	}
	for _, e := range c.Events {
		what := title(e.ID)
		if what == "" {
			what = string(e.ID)
		}
		parts = append(parts, "mốc "+what+" "+vietnameseDate(e.On.String()))
	}
	return fmt.Sprintf("%s  %s  %s: %s", mark, is.Code, is.Name, strings.Join(parts, "; "))
}

func orNone(s string) string {
	if s == "" {
		return "(không có)"
	}
	return s
}

func roleList(roles []journey.Role) string {
	var out []string
	for _, r := range roles {
		out = append(out, Role(r))
	}
	return strings.Join(out, ", ")
}

// RosterTotals is what all changes come to.
type RosterTotals struct {
	People, Events   int // rows read
	New, Changed     int // people
	NewEvents, Alike int // events not known before; people listed as known
}

// RosterSummary says what the lists changed, or would change.
func RosterSummary(t RosterTotals, dry bool) string {
	read := fmt.Sprintf("Đã đọc %s dòng người, %s dòng mốc. ", thousands(t.People), thousands(t.Events))
	if t.New+t.Changed == 0 {
		return read + "Không có gì mới."
	}
	did := "Đã ghi"
	if dry {
		did = "Sẽ ghi (đây là chạy thử, chưa ghi gì)"
	}
	return read + fmt.Sprintf("%s: thêm %s người, đổi %s người, thêm %s mốc.", did, thousands(t.New), thousands(t.Changed), thousands(t.NewEvents))
}

// RosterMore says how many changes are not listed.
func RosterMore(n int) string { return fmt.Sprintf("… và %s người nữa", thousands(n)) }

// RosterRefused is the last line when a list was not taken.
func RosterRefused(n int) string {
	return fmt.Sprintf("%s lỗi. Chưa ghi gì; sửa các dòng trên rồi nhập lại cả tệp.", thousands(n))
}

// RosterMoreNotes says how many notes are not listed.
func RosterMoreNotes(n int) string { return fmt.Sprintf("… và %s lời nhắc nữa", thousands(n)) }

// RosterMoreProblems says how many findings are not listed.
func RosterMoreProblems(n int) string { return fmt.Sprintf("… và %s lỗi nữa", thousands(n)) }

// RosterProgress says how far the writing is.
func RosterProgress(done, all int) string {
	return fmt.Sprintf("đang ghi %s/%s người", thousands(done), thousands(all))
}

// RosterLinks says where the start codes are.
func RosterLinks(n int, file string) string {
	if n == 0 {
		return "Ai trong tệp cũng đã liên kết; không cần mã bắt đầu nào."
	}
	return fmt.Sprintf("%s mã bắt đầu ở %s, mỗi mã dùng một lần trong 30 ngày. Mã nào đã phát trước đây cho %s người này thì từ nay không dùng được nữa. Chuyển riêng cho từng người rồi xóa tệp.", thousands(n), file, thousands(n))
}

// RosterNoUsername says why links lack the bot's address.
func RosterNoUsername() string {
	return "Chưa hỏi được Telegram tên của bot (chưa có TELEGRAM_TOKEN, hoặc chưa kết nối được), nên cột link chỉ có mã; người nhận gõ /start và mã này cho bot."
}

// Invited is what an invitation shows on the terminal.
type Invited struct {
	Name      string
	Roles     []journey.Role
	Code      journey.Code
	Username  string // of the bot; empty: not known
	Link      string
	StartCode string
	Again     bool // the person was known
	Linked    bool // and is linked to an account
}

// Invitation shows an invitation on the terminal.
func Invitation(i Invited) string {
	says := fmt.Sprintf("Lời mời cho %s (%s, mã %s), dùng một lần trong 30 ngày", i.Name, roleList(i.Roles), i.Code)
	if i.Username == "" {
		says += ". Gõ cho bot:\n/start " + i.StartCode
	} else {
		says += ", mở bot @" + i.Username + ":\n" + i.Link
	}
	if i.Again {
		says += "\nLời mời trước của người này từ nay không dùng được nữa."
	}
	if i.Linked {
		says += "\nNgười này đang liên kết với một tài khoản Telegram; tài khoản nào mở lời mời này sẽ thay tài khoản ấy."
	}
	return says
}

// thousands groups a number by dots.
func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "." + s[i:]
	}
	return s
}
