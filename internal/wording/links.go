package wording

import (
	"fmt"

	"donghanh/internal/journey"
)

// LinksTitle names the page of links.
const LinksTitle = "Liên kết riêng"

// LinksUnit heads the sheet of a unit.
func LinksUnit(u journey.Unit) string {
	if u == "" {
		return "Không ghi đơn vị"
	}
	return string(u)
}

// LinksIntro says how to hand out the cards of a sheet. It is no HTML.
func LinksIntro(people int, made, until journey.Date) string {
	return fmt.Sprintf("%s người. In ngày %s. Cắt theo nét đứt, đưa tận tay từng người: ai cầm mã là vào được với tên người ấy. Mã dùng một lần, đến hết %s. Còn thừa thì hủy.",
		thousands(people), longDate(made), longDate(until))
}

// LinksHow says what to do with a card; bot is the bot's name, empty: not known.
func LinksHow(bot string) string {
	if bot == "" {
		return "Mở bot trong Telegram, gõ:"
	}
	return "Mở máy ảnh, quét mã, bấm Bắt đầu. Hoặc mở @" + bot + " trong Telegram, gõ:"
}

// longDate is a day as it stands on paper.
func longDate(d journey.Date) string { return fmt.Sprintf("%02d/%02d/%04d", d.Day, d.Month, d.Year) }

// EveryoneLinked says that there is nobody to invite.
func EveryoneLinked() string {
	return "Ai trong danh sách cũng đã liên kết, hoặc danh sách còn trống: không có gì để in. In lại cho tất cả: thêm --again."
}

// LinksPageWritten says how many links the page holds, and what to do with it.
func LinksPageWritten(n int, file string) string {
	return fmt.Sprintf("Đã ghi %s liên kết, mỗi đơn vị một trang, ở %s: mở bằng trình duyệt rồi in (Ctrl+P), đưa tận tay, xong thì xóa tệp. Mã nào đã phát trước đây cho những người này từ nay không dùng được nữa; ai đang liên kết vẫn liên kết cho tới khi mã mới được dùng.", thousands(n), file)
}

// InviteEveryoneOnly says that the page of all stands alone.
func InviteEveryoneOnly() string {
	return "--everyone in liên kết cho tất cả, chỉ đi cùng --again, không đi cùng --name, --role, --unit, --code, --new-unit"
}
