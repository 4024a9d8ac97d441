package wording

import "donghanh/internal/audit"

// acts says what somebody did, as it stands in the log.
var acts = map[audit.Act]string{
	audit.Saw:      "xem",
	audit.SawList:  "xem danh sách",
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
