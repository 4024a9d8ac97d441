package wording

import (
	"fmt"
	"strings"

	"donghanh/internal/journey"
	"donghanh/internal/roster"
)

// ImportNoFile says that no file was named.
func ImportNoFile() string {
	return "chưa có tệp nào; viết: donghanh import DANH-SACH.xlsx"
}

// ImportDryLinks says that a dry run makes no start codes.
func ImportDryLinks() string {
	return "--dry-run là chạy thử nên không tạo mã; bỏ --links hoặc bỏ --dry-run"
}

// ImportTemplateOnly says that a template is written by itself.
func ImportTemplateOnly() string {
	return "--template chỉ ghi tệp mẫu; viết riêng: donghanh import --template mau.xlsx"
}

// ImportTemplateName says what a template is called.
func ImportTemplateName() string {
	return "tên tệp mẫu phải có đuôi .xlsx"
}

// InviteNoName says that the name is missing.
func InviteNoName() string {
	return `thiếu họ tên; thêm --name "Nguyễn Văn An"`
}

// InviteNoRole says that the role is missing.
func InviteNoRole() string {
	return "thiếu vai trò; thêm --role, ví dụ --role mentor"
}

// InviteCodeOnly says that a code stands alone.
func InviteCodeOnly() string {
	return "--code mời lại người đã có trong danh sách, không đi cùng --name, --role, --unit, --again, --new-unit"
}

// SeeImport says where import is explained.
func SeeImport() string {
	return "xem: donghanh import --help"
}

// SeeInvite says where invite is explained.
func SeeInvite() string {
	return "xem: donghanh invite --help"
}

// InviteBadRole says that a role is none.
func InviteBadRole(text string) string {
	return "không có vai trò " + quoted(text) + "; các vai trò: " + allRoles()
}

// WrongFlag says in Vietnamese what the flag package says of a command line.
func WrongFlag(err error) string {
	says := err.Error()
	if name, ok := strings.CutPrefix(says, "flag provided but not defined: -"); ok {
		return "không có tùy chọn --" + name
	}
	if name, ok := strings.CutPrefix(says, "flag needs an argument: -"); ok {
		return "tùy chọn --" + name + " cần một giá trị theo sau"
	}
	if rest, ok := strings.CutPrefix(says, "invalid boolean value "); ok {
		_, rest, _ = strings.Cut(rest, " for -")
		name, _, _ := strings.Cut(rest, ":")
		return "tùy chọn --" + name + " không nhận giá trị"
	}
	return "không hiểu tùy chọn (" + says + ")"
}

// TooManyWords says that words stand after the options.
func TooManyWords(word string) string {
	return "thừa " + quoted(word) + "; giá trị có dấu cách phải đặt trong dấu ngoặc kép"
}

// NoSuchFile says that a file is not there.
func NoSuchFile(file string) string {
	return file + ": không có tệp này; xem lại tên và thư mục"
}

// NotAFile says that a folder was named.
func NotAFile(file string) string { return file + ": đây là thư mục, không phải tệp" }

// NotReadable says that a file may not be read.
func NotReadable(file string) string { return file + ": không có quyền đọc tệp này" }

// FileExists says that nothing is written over an existing file.
func FileExists(option, file string) string {
	return option + ": tệp " + file + " đã có, không ghi đè; chọn tên khác"
}

// LinksExist is FileExists for start codes, which must not be lost.
func LinksExist(file string) string {
	return "--links: tệp " + file + " đã có, có thể đang giữ các mã đã phát, nên không ghi đè; chọn tên khác. Chưa nhập gì"
}

// TemplateWritten says what to do with a template.
func TemplateWritten(file string) string {
	return "Đã ghi tệp mẫu " + file + ". Thay các dòng ví dụ ở trang Người và Mốc bằng danh sách của mình, xem thử: donghanh import --dry-run " + file
}

// UnitUnknown says that nobody is known in a unit; like is one that is and may
// be meant.
func UnitUnknown(unit, like string) string {
	says := "chưa có ai ở đơn vị " + quoted(unit)
	if like != "" {
		says += ", có lẽ là " + quoted(like)
	}
	return says + "; sửa --unit, hoặc thêm --new-unit nếu đúng là đơn vị mới"
}

// InvitedBefore says that somebody of that name and role is known.
func InvitedBefore(p journey.Person) string {
	return fmt.Sprintf("đã có %s (%s, mã %s); lời mời mới cho người ấy: donghanh invite --code %s; nếu đúng là một người khác cùng tên thì thêm --again",
		p.Name, roleList(p.Roles), p.Code, p.Code)
}

// InviteUnknownCode says that a code is nobody's.
func InviteUnknownCode(code string) string {
	return "không có ai mã " + quoted(code) + " trong danh sách đã có; xem lại mã, hoặc mời người mới bằng --name và --role"
}

// ImportHelp explains import on the terminal.
func ImportHelp() string {
	return `donghanh import [--dry-run] [--links FILE] FILE…
donghanh import --template FILE.xlsx

Nhập người và mốc từ XLSX hoặc CSV (UTF-8): tất cả, hoặc không gì cả khi còn một dòng sai.
Nhập lại cùng tệp thì không đổi gì. Người không còn trong tệp thì giữ nguyên.

  --dry-run        chạy thử: cho xem sẽ đổi gì, không ghi
  --links FILE     ghi mã bắt đầu của người chưa liên kết (code,name,role,start_code,link);
                   FILE phải là tên mới; mã đã phát trước đây cho những người này hết dùng được
  --template FILE  ghi một tệp mẫu .xlsx có hai trang Người, Mốc và danh mục các mốc, vai trò

Trang người, cột (tiếng Việt hoặc tiếng Anh, thứ tự tùy ý):
  mã (code)              bắt buộc; chữ không dấu, số, ví dụ SV001
  họ tên (name)          bắt buộc
  vai trò (role)         bắt buộc; nhiều vai trò cách nhau dấu phẩy
  đơn vị (unit)          từ lớn đến nhỏ, ví dụ K47/B5
  người giúp đỡ (mentor) mã của người giúp đỡ, ví dụ GV01; chỉ cho sinh viên. Ô trống nghĩa là không có ai
  sinh (birth)           tháng năm, ví dụ 3/2005; chỉ cho sinh viên
Trang mốc, cột:
  mã (code)              bắt buộc
  mốc (event)            bắt buộc; mã mốc như E_CEREMONY_HELD hoặc tên như Tổ chức lễ kết nạp
  ngày (date)            bắt buộc; 22/12/2026 hoặc 2026-12-22
  ghi chú (detail)       số hiệu tài liệu hoặc nơi, nếu mốc cần
Vai trò: ` + allRoles() + `

Ví dụ:
  donghanh import --template mau.xlsx
  donghanh import --dry-run lop-k47.xlsx
  donghanh import --links ma-k47.csv lop-k47.xlsx
`
}

// InviteHelp explains invite on the terminal.
func InviteHelp() string {
	return `donghanh invite --role ROLE --name NAME [--unit UNIT]
donghanh invite --code CODE
donghanh invite --everyone FILE.html [--again]

Lời mời dùng một lần trong 30 ngày, cho người không có trong danh sách (--role, --name),
hoặc lời mời mới cho người đã có (--code), ví dụ khi đổi điện thoại hay sau khi ngừng liên kết.

  --role ROLE  vai trò; nhiều vai trò cách nhau dấu phẩy
  --name NAME  họ tên
  --unit UNIT  đơn vị, từ lớn đến nhỏ, ví dụ K47/B5
  --new-unit   đơn vị ấy chưa có ai, đúng là đơn vị mới
  --again      một người khác, trùng họ tên và vai trò với người đã có
  --code CODE  mã của người đã có; lời mời trước của người ấy hết dùng được
  --everyone FILE.html
               trang để in, mỗi đơn vị một tờ, mỗi người một thẻ có mã QR: cho mọi người chưa
               liên kết; thêm --again thì cho tất cả (ai đang liên kết vẫn liên kết cho tới khi
               mã mới được dùng). Dùng khi mất tài khoản bot: docs/lost-account.md
Vai trò: ` + allRoles() + `

Ví dụ:
  donghanh invite --role youth_officer --name "Phạm Thị Chi" --unit K47
  donghanh invite --code GV01
`
}

// Template returns the workbook to fill in: both lists with an example of each
// row, and what may stand in them. It can be imported as it is.
func Template(rules *journey.Rules) []roster.Sheet {
	choices := [][]string{{"Ghi ở cột Mốc", "Nghĩa là", "Ghi chú cần có", "Ai ghi trong bot"}}
	for _, e := range rules.Events {
		if !e.Automatic {
			choices = append(choices, []string{string(e.ID), e.Title, detailWanted(e), roleList(e.Record)})
		}
	}
	choices = append(choices, []string{}, []string{"Ghi ở cột Vai trò", "Hoặc ghi"})
	for _, r := range journey.Roles {
		choices = append(choices, []string{string(r), Role(r)})
	}
	return []roster.Sheet{
		{Name: "Người", Rows: [][]string{
			{"Mã", "Họ tên", "Vai trò", "Đơn vị", "Người giúp đỡ", "Sinh"},
			{"GV01", "Trần Thị Mẫu", Role(journey.Mentor), "K47/B5", "", ""},
			{"SV001", "Nguyễn Văn Mẫu", Role(journey.Student), "K47/B5", "GV01", "3/2005"},
		}},
		{Name: "Mốc", Rows: [][]string{
			{"Mã", "Mốc", "Ngày", "Ghi chú"},
			{"SV001", "E_SYMPATHIZER_LISTED", "03/02/2025", ""},
			{"SV001", "E_MENTOR_ASSIGNED", "03/02/2025", ""},
		}},
		{Name: "Danh mục", Rows: choices},
	}
}

// detailWanted says what an event is recorded with.
func detailWanted(e journey.EventRule) string {
	switch e.Detail {
	case journey.OfDocument:
		return "mã tài liệu hoặc số mẫu, ví dụ 1-KNĐ"
	case journey.OfPlace:
		return "tên ngắn của nơi được hỏi; ở nước ngoài thì bắt đầu bằng ngoai-nuoc"
	case journey.OfPerson:
		return "mã người"
	case journey.OfDuty:
		return "mã việc/kỳ, ví dụ rc-dues/2027-01"
	case journey.OfClock:
		return "hạn=phiên bản, ví dụ dl-ceremony=294"
	case journey.OfChoice:
		var ids []string
		for _, c := range e.Choices {
			ids = append(ids, c.ID+" ("+c.Title+")")
		}
		return strings.Join(ids, ", ")
	}
	return ""
}
