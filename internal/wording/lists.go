package wording

import (
	"fmt"
	"html"
	"strings"

	"donghanh/internal/journey"
	"donghanh/internal/leak"
	"donghanh/internal/roster"
)

// What is said of lists that go in and out of the conversation.
const (
	TemplateLabel = "Tệp mẫu"
	WriteList     = "Ghi vào"
	LinkList      = "Tạo liên kết cho người chưa có"
	LinksSheet    = "Liên kết"
	SentFile      = "Tệp bạn gửi"

	TemplateFile = "Tệp mẫu: thay các dòng ví dụ ở trang Người và Mốc bằng danh sách của bạn rồi gửi lại. Trang Danh mục liệt kê các mốc, vai trò."
	ListAsFile   = "Bạn gửi danh sách dạng tệp (XLSX hoặc CSV), không phải ảnh. Bấm biểu tượng kẹp giấy, chọn Tệp."
	ListTooLarge = "Tệp lớn hơn 20 MB nên mình không tải. Danh sách vài nghìn người chỉ khoảng 1 MB: bạn xóa ảnh và định dạng thừa, hoặc chia ra nhiều tệp rồi gửi lại."
	ListOnlyOne  = "Mỗi lần một tệp. Mình đang xem tệp đầu; ghi xong bạn gửi tệp kia."

	ListNotFetched = "Mình chưa tải được tệp từ Telegram. Bạn gửi lại tệp giúp mình; chưa có gì được ghi từ lần này."
	ListMovedOn    = "Từ lúc xem đến giờ danh sách đã có thay đổi, nên mình chưa ghi gì. Bạn xem lại:\n\n"
	AllProblems    = "Tất cả các dòng cần sửa."
	AllChanges     = "Tất cả thay đổi. Tệp có tên người thật, xem xong thì xóa."
	AllLinked      = "Những người trong tệp mà bạn được mời đều đã liên kết; không cần liên kết nào."
)

// SendList asks for a list.
func SendList(of journey.Unit, all bool) string {
	text := "Gửi vào đây tệp danh sách (XLSX hoặc CSV UTF-8, nhiều nhất 20 MB): trang Người (mã, họ tên, vai trò, đơn vị, người giúp đỡ, sinh) và trang Mốc (mã, mốc, ngày, ghi chú). Mình cho xem trước sẽ đổi gì, bạn bấm «" + WriteList + "» mới ghi. Người không có trong tệp thì giữ nguyên."
	if !all {
		text += "\n\nBạn nhập được sinh viên và người giúp đỡ của " + unitPath(of) + "; đơn vị khác và các vai trò phụ trách thì nhờ quản trị."
	}
	return text
}

// chatHint puts what there is in a conversation in place of what there is on the
// command line.
var chatHint = strings.NewReplacer(
	"; xem tệp mẫu: donghanh import --template mau.xlsx", "; xem «"+TemplateLabel+"»",
	" của tệp mẫu (donghanh import --template mau.xlsx)", " của «"+TemplateLabel+"»",
)

// listLine is a line of findings as it may be sent: numbers that may name a person
// are masked in it, but for codes of the lists.
func listLine(line string, codes ...string) string {
	safe := html.EscapeString(line)
	for _, c := range codes {
		if journey.ValidCode(c) && leak.In(c) {
			safe = strings.ReplaceAll(safe, html.EscapeString(c), codeOf(journey.Code(c)))
		}
	}
	if leak.InHTML(safe) {
		masked, _ := leak.Mask(line)
		safe = html.EscapeString(masked)
	}
	return safe
}

// problemLine is a finding as it stands in a message.
func problemLine(p roster.Problem, title func(journey.EventID) string) string {
	line := chatHint.Replace(RosterProblem(p, title))
	line = strings.TrimPrefix(strings.TrimPrefix(line, SentFile+", "), SentFile+": ")
	var codes []string
	if p.Column == roster.Code || p.Column == roster.Mentor || p.Why == roster.WithoutThis || p.Why == roster.MentorStillHas {
		codes = []string{p.Value, p.Other}
	}
	return "• " + listLine(upperFirst(line), codes...)
}

// ListProblems says what is the matter with a list that cannot be taken, n of the
// findings in the text and, where there are more, every one in all.
func ListProblems(problems []roster.Problem, title func(journey.EventID) string, n int) (text, all string) {
	var lines, plainLines []string
	for _, p := range problems {
		if p.Fatal() {
			lines = append(lines, problemLine(p, title))
			masked, _ := leak.Mask(chatHint.Replace(RosterProblem(p, title)))
			plainLines = append(plainLines, masked)
		}
	}
	text = fmt.Sprintf("<b>Chưa nhập được: %s chỗ cần sửa.</b> Chưa ghi gì. Bạn sửa rồi gửi lại cả tệp vào đây.\n\n", thousands(len(lines)))
	text += strings.Join(lines[:min(len(lines), n)], "\n")
	if len(lines) > n {
		return text + "\n" + RosterMoreProblems(len(lines)-n), strings.Join(plainLines, "\r\n") + "\r\n"
	}
	return text, ""
}

// TotalsOf counts changes.
func TotalsOf(people, events int, changes []roster.Change) RosterTotals {
	t := RosterTotals{People: people, Events: events}
	for _, c := range changes {
		if c.New {
			t.New++
		} else {
			t.Changed++
		}
		t.NewEvents += len(c.Events)
	}
	return t
}

// ListChanges says what a list would change, n people in the text and, where there
// are more, every one in all.
func ListChanges(totals RosterTotals, changes []roster.Change, notes []roster.Problem, title func(journey.EventID) string, n int) (text, all string) {
	var b strings.Builder
	fmt.Fprintf(&b, "Đã đọc %s dòng người, %s dòng mốc. ", thousands(totals.People), thousands(totals.Events))
	if len(changes) == 0 {
		b.WriteString("<b>Không có gì mới</b>: tất cả đã có như trong tệp.")
	} else {
		fmt.Fprintf(&b, "<b>Sẽ thêm %s người, đổi %s người, thêm %s mốc.</b> Chưa ghi gì.\n", thousands(totals.New), thousands(totals.Changed), thousands(totals.NewEvents))
		for _, c := range changes[:min(len(changes), n)] {
			b.WriteString("\n• " + changeLine(c, title))
		}
	}
	if len(changes) > n {
		b.WriteString("\n" + RosterMore(len(changes)-n))
		var lines strings.Builder
		for _, c := range changes {
			lines.WriteString(RosterChange(c, title) + "\r\n")
		}
		all = lines.String()
	}
	shownNotes := 0
	for _, p := range notes {
		if p.Fatal() {
			continue
		}
		if shownNotes++; shownNotes > 5 {
			continue
		}
		if shownNotes == 1 {
			b.WriteString("\n\n<i>Lưu ý</i>")
		}
		b.WriteString("\n" + problemLine(p, title))
	}
	if shownNotes > 5 {
		b.WriteString("\n" + RosterMoreNotes(shownNotes-5))
	}
	return b.String(), all
}

// longestChange is how many letters of one person's change stand in a message.
const longestChange = 300

// changeLine says what changes for one person.
func changeLine(c roster.Change, title func(journey.EventID) string) string {
	mark, is := "Đổi ", c.Track.Person
	if c.New {
		mark = "Thêm "
	}
	_, what, _ := strings.Cut(RosterChange(c, title), is.Name+": ")
	return mark + codeOf(is.Code) + " <b>" + name(is) + "</b>: " + listLine(cutTo(what, longestChange), string(is.Mentor), string(c.Was.Mentor))
}

// ListPartly stands before what is left of a list when others changed people while
// it was kept.
func ListPartly(saved int) string {
	return fmt.Sprintf("Đã ghi %s người. Trong lúc ghi có người bị người khác đổi; phần còn lại chưa ghi, bạn xem lại:\n\n", thousands(saved))
}

// ListWritten says that a list was kept. open is how many of it are linked to no
// account.
func ListWritten(t RosterTotals, open int) string {
	text := fmt.Sprintf("<b>Đã ghi</b>: thêm %s người, đổi %s người, thêm %s mốc.", thousands(t.New), thousands(t.Changed), thousands(t.NewEvents))
	if open > 0 {
		text += fmt.Sprintf("\n\n%s người trong tệp chưa liên kết với tài khoản nào. Bấm «%s» để lấy liên kết riêng của từng người.", thousands(open), LinkList)
	}
	return text
}

// LinksSure asks whether links are to be made for so many people.
func LinksSure(n int) string {
	return fmt.Sprintf("Tạo liên kết cho %s người chưa liên kết? Mỗi liên kết dùng một lần, trong 30 ngày. Liên kết đã phát trước đây cho những người này hết dùng được.", thousands(n))
}

// LinksHeader are the columns of the file of links.
func LinksHeader() []string {
	return []string{"Mã", "Họ tên", "Vai trò", "Đơn vị", "Mã bắt đầu", "Liên kết"}
}

// LinksFile stands under the file of links.
func LinksFile(n int) string {
	return fmt.Sprintf("Liên kết riêng của %s người. Chuyển riêng cho từng người, đừng đăng lên nhóm; ai cầm liên kết là vào được thay người ấy. Phát xong thì xóa tệp.", thousands(n))
}
