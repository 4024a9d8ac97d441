package wording

import (
	"fmt"
	"time"
)

// Backups are made on a terminal: nothing is escaped here.

// SeeBackup says where export and restore are explained.
func SeeBackup(command string) string { return "xem: donghanh " + command + " --help" }

// ExportNoFile says that no file was named.
func ExportNoFile() string { return "chưa có tên tệp; viết: donghanh export SAO-LUU.jsonl" }

// RestoreNoFile says that no file was named.
func RestoreNoFile() string { return "chưa có tên tệp; viết: donghanh restore SAO-LUU.jsonl" }

// ExportHelp explains export.
func ExportHelp() string {
	return `donghanh export TỆP

Ghi toàn bộ dữ liệu (người, mốc, liên kết, câu hỏi, thông báo, nhật ký, tin đang chờ) ra một tệp, mỗi dòng một mục JSON.
Không ghi đè tệp đã có; chỉ chủ tệp đọc được (0600). Trong tệp có họ tên và mốc của mọi người: giữ như giữ hồ sơ.
Chạy được khi serve đang chạy; muốn đúng một thời điểm tuyệt đối thì dừng serve trước.
Xem docs/operations.md: sao lưu hằng đêm, thử khôi phục, khi nâng cấp.
`
}

// RestoreHelp explains restore.
func RestoreHelp() string {
	return `donghanh restore [--new-bot] TỆP

Đọc và kiểm tra cả tệp trước, rồi ghi vào một Redis trống. Dừng serve trước khi chạy.
--new-bot   khi mất tài khoản bot và dùng bot mới: giữ người, mốc, liên kết, câu hỏi, thông báo, nhật ký;
            bỏ tin đang chờ và các nhóm của bot cũ. Mọi người được coi là chưa liên lạc được cho tới khi tự nhắn
            cho bot mới (bot không được nhắn trước); thông báo đang gửi hoặc đã hẹn giờ thì tạm dừng.
Xem docs/operations.md.
`
}

// StateExported says what an export holds.
func StateExported(file string, people, keys int, bytes int64, took time.Duration) string {
	return fmt.Sprintf("Đã ghi %s người, %s mục, %s vào %s trong %s giây. Tệp có dữ liệu cá nhân: giữ ở nơi chỉ người có trách nhiệm đọc được.",
		thousands(people), thousands(keys), megabytes(bytes), file, seconds(took))
}

// Restored says what was restored, and what to do now.
func Restored(file string, made time.Time, people, keys int, newBot bool, took time.Duration) string {
	says := fmt.Sprintf("Đã khôi phục %s người, %s mục từ %s (sao lưu lúc %s) trong %s giây.",
		thousands(people), thousands(keys), file, made.Format("15:04 ngày 02/01/2006"), seconds(took))
	if newBot {
		return says + " Đặt TELEGRAM_TOKEN của bot mới, chạy donghanh serve, rồi báo mọi người vào bot mới nhắn một câu bất kỳ: ai đã liên kết thì được nhận ra ngay."
	}
	return says + " Chạy donghanh serve được rồi; tin còn chờ lúc sao lưu sẽ được gửi."
}

func megabytes(n int64) string { return decimal(float64(n)/1e6) + " MB" }

func seconds(d time.Duration) string { return decimal(d.Seconds()) }

// RestoreForeign says that a file is no export.
func RestoreForeign(file string) string {
	return file + ": không phải tệp do donghanh export ghi; chọn đúng tệp sao lưu. Chưa ghi gì"
}

// RestoreNewer says that a file was written by a newer program.
func RestoreNewer(file, by string, version, reads int) string {
	return fmt.Sprintf("%s: do bản donghanh mới hơn ghi (bản %s, dạng %d; bản này đọc tới dạng %d); cập nhật chương trình rồi làm lại. Chưa ghi gì", file, by, version, reads)
}

// RestoreCut says that a file ends too early.
func RestoreCut(file string, line int) string {
	return fmt.Sprintf("%s: tệp bị cắt ở dòng %d, thiếu phần cuối; sao chép lại hoặc dùng bản sao lưu khác. Chưa ghi gì", file, line)
}

// RestoreAltered says that a line is not as it was written.
func RestoreAltered(file string, line int) string {
	return fmt.Sprintf("%s: dòng %d không còn như lúc ghi (bị sửa, mất, lặp hoặc đổi chỗ); dùng bản sao lưu khác. Chưa ghi gì", file, line)
}

// RestoreUnreadable says that a line cannot be read.
func RestoreUnreadable(file string, line int) string {
	return fmt.Sprintf("%s: dòng %d không đọc được; dùng bản sao lưu khác. Chưa ghi gì", file, line)
}

// RestoreWhileServing says that a bot is running on the folder.
func RestoreWhileServing(dir string) string {
	return "donghanh serve đang chạy với dữ liệu ở " + dir + "; dừng nó rồi làm lại. Chưa ghi gì"
}

// RestoreNotEmpty says that only an empty Redis is restored into.
func RestoreNotEmpty(dir string) string {
	return "đã có dữ liệu; restore chỉ ghi vào Redis trống. " + emptied(dir) + ". Chưa ghi gì"
}

// RestoreHalf says that a restoration broke off.
func RestoreHalf(dir string) string {
	return "lần khôi phục trước chưa xong nên dữ liệu chưa đủ. " + emptied(dir)
}

// emptied says how to empty a Redis, and to begin again; dir is the folder of a
// private one, "" for another.
func emptied(dir string) string {
	if dir == "" {
		return "Trỏ REDIS_URL tới một Redis trống, hoặc xóa sạch Redis này (redis-cli FLUSHDB; Cluster: trên từng máy chính), rồi chạy lại donghanh restore"
	}
	return "Dừng serve, chuyển thư mục " + dir + "/appendonlydir đi nơi khác, rồi chạy lại donghanh restore"
}
