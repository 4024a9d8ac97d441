package wording

import (
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"
	"time"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/notice"
)

// Names of the buttons under notices, and what stands after them.
const (
	ButtonNotice   = "tb"    // notice, what to do, values
	ButtonReceived = "dn"    // notice
	ButtonSecond   = "duyet" // notice, number of the change that was shown, what to do
	ButtonNotices  = "tbds"  // page
)

// What a button of ButtonNotice does.
const (
	NoticeOpen     = "mo"
	NoticeShow     = "xem" // the draft's overview, in place
	NoticeAudience = "ai"
	NoticeSend     = "gui"
	NoticeWhen     = "hen"
	NoticeAt       = "luc" // unix seconds
	NoticeEdit     = "sua"
	NoticeCancel   = "huy"
	NoticePause    = "dung"
	NoticeResume   = "tiep"
	NoticeStop     = "het"
	NoticeReport   = "kq"
	NoticeSheet    = "tep"
	NoticeMissed   = "sot" // page
	NoticeAgain    = "lai" // from which outcomes
	NoticeCorrect  = "dinh"
	NoticeRecall   = "thu"
	NoticeReuse    = "mau"
	NoticeUnlinked = "chua" // page
	NoticeOptions  = "tc"
)

// Labels under a notice.
const (
	SendNow       = "Gửi ngay"
	SendLater     = "Hẹn giờ"
	EditNotice    = "Sửa"
	CancelNotice  = "Huỷ"
	Narrow        = "Thu hẹp thêm"
	ChooseOptions = "Tuỳ chọn"
	SeeNotice     = "Xem lại tin"
	Approve       = "Duyệt"
	Decline       = "Từ chối"
	PauseSending  = "Tạm dừng"
	ResumeSending = "Tiếp tục"
	StopSending   = "Dừng hẳn"
	ReceivedLabel = "Đã nhận"
	ReportLabel   = "Báo cáo"
	SheetLabel    = "Tệp Excel"
	AgainLabel    = "Gửi lại"
	CorrectLabel  = "Đính chính"
	RecallLabel   = "Thu hồi"
	ReuseLabel    = "Dùng lại"
	NoticesLabel  = "Thông báo đã soạn"
	BackToNotices = "‹ Danh sách thông báo"
	BackToReview  = "‹ Xem lại"
	DropFile      = "Bỏ ảnh, tệp"
	KeepContent   = "Giữ nguyên"
)

// Labels of whom a notice is for.
const (
	EveryStudent   = "Tất cả sinh viên"
	EveryMentor    = "Tất cả người giúp đỡ"
	Everybody      = "Mọi người trong danh sách"
	ByUnit         = "Theo đơn vị"
	ByStage        = "Theo chặng"
	ByPaper        = "Thiếu giấy tờ"
	ByOverdue      = "Có việc quá hạn"
	AnyOverdue     = "Bất kỳ việc nào"
	CellLeaders    = "Bí thư chi bộ"
	YouthOfficers  = "Cán bộ Đoàn"
	BaseCommittees = "Đảng ủy cơ sở"
	ByCodes        = "Dán danh sách mã"
	ByGroup        = "Vào nhóm, kênh"
	ClearAudience  = "Bỏ chọn hết"
	BackToAudience = "‹ Cách chọn khác"
)

const (
	chosen         = "✓ "
	noticeExcerpt  = 60 // letters of a notice that is named
	maxNoticeLabel = 40 // letters of a unit on a button
	shownCodes     = 10 // unknown codes that are named
)

// Chosen marks the label of what is chosen already.
func Chosen(label string, is bool) string {
	if is {
		return chosen + label
	}
	return label
}

// NoticeButton is a button about a notice.
func NoticeButton(label string, id notice.ID, args ...any) chat.Button {
	return chat.NewButton(label, ButtonNotice, append([]any{id}, args...)...)
}

// NoticeMessage is a notice as each recipient gets it.
func NoticeMessage(n notice.Notice) (text string, rows [][]chat.Button) {
	if n.Receipt && n.Audience.Group == 0 {
		rows = [][]chat.Button{{chat.NewButton(ReceivedLabel, ButtonReceived, confirmedOf(n))}}
	}
	return n.HTML, rows
}

// confirmedOf is the notice that is confirmed by the button: of a correction the
// one that was corrected.
func confirmedOf(n notice.Notice) notice.ID {
	if n.Kind == notice.Correct {
		return n.Of
	}
	return n.ID
}

// NoticeReminder reminds one who has not confirmed a notice.
func NoticeReminder(n notice.Notice) (text string, rows [][]chat.Button) {
	return "Bạn chưa bấm «" + ReceivedLabel + "» cho thông báo «" + excerpt(n.HTML) + "». Đã đọc thì bạn bấm giúp, trước hết ngày " + dayText(n.ReceiptBy) + ".",
		[][]chat.Button{{chat.NewButton(ReceivedLabel, ButtonReceived, n.ID)}}
}

var markup = regexp.MustCompile(`<[^<>]*>`)

// excerpt is how an HTML text begins, in one line and without markup, ready to
// be sent.
func excerpt(text string) string {
	text = html.UnescapeString(markup.ReplaceAllString(text, ""))
	text = strings.Join(strings.Fields(text), " ")
	if text == "" {
		return "(không có chữ)"
	}
	return html.EscapeString(cutTo(text, noticeExcerpt))
}

// Lines of writing a notice.
const (
	TypeNotice = "<b>Soạn thông báo</b>\nGõ nội dung, định dạng (đậm, nghiêng, liên kết…) được giữ nguyên; hoặc gửi một ảnh hay một tệp kèm chú thích. " +
		"Chữ nhiều nhất 4.096 ký tự, chú thích dưới ảnh, tệp nhiều nhất 1.024.\n\nChưa có gì được gửi đi: bạn xem lại và chọn người nhận trước. Thôi: /huy."
	NoticeLinkFirst = "Tài khoản này chưa liên kết với ai trong danh sách, nên chưa soạn thông báo được: mỗi thông báo phải có người chịu trách nhiệm. Bạn xin một mã bắt đầu cho vai trò cán bộ Đoàn hoặc quản trị rồi gõ lại /thongbao."
	AskAudience     = "Tin phía trên là đúng tin người nhận sẽ thấy.\n\n<b>Gửi cho ai?</b> Chọn xong vẫn thu hẹp thêm được."
	AskUnit         = "<b>Đơn vị nào?</b> Số trong ngoặc là số sinh viên, kể cả đơn vị bên dưới. Bấm thêm để gửi nhiều đơn vị."
	AskStage        = "<b>Chặng nào?</b> Bấm thêm để gửi nhiều chặng, bấm lại để bỏ."
	AskPaper        = "<b>Thiếu giấy nào?</b> Gồm cả giấy đã quá hạn dùng."
	AskOverdue      = "<b>Việc nào quá hạn?</b> Bấm thêm để gửi cho người trễ một trong nhiều việc."
	AskGroup        = "<b>Nhóm hay kênh nào?</b> Chỉ có những nhóm mà cán bộ đã thêm bot vào."
	NoGroups        = "Chưa có nhóm hay kênh nào của đơn vị bạn. Bạn thêm bot vào nhóm, mình sẽ hỏi riêng bạn nhóm đó của đơn vị nào."
	TypeCodes       = "Dán danh sách mã, cách nhau bằng dấu cách, dấu phẩy hoặc xuống dòng. Thôi: /huy."
	TypeWhen        = "Gửi lúc nào? Gõ như bạn nói, ví dụ: 8h sáng mai, 20/12 7:30, chiều nay 5h, thứ 2 tuần sau 8h."
	TypeUntil       = "Đến hết ngày nào, ai mới vào nhóm người nhận này vẫn nhận được thông báo? Gõ ngày, ví dụ: 20/12."
	TypeReceiptBy   = "Đến hết ngày nào thì nhắc người chưa bấm «" + ReceivedLabel + "» (hôm trước và trong ngày đó, nhiều nhất hai lần)? Gõ ngày, ví dụ: 20/12."
	TypeReason      = "Vì sao từ chối? Gõ một câu để người soạn sửa. Thôi: /huy."
	TypeCorrection  = "<b>Đính chính</b>\nGõ nội dung mới. Tin đã tới sẽ được sửa thành nội dung này, ở đúng chỗ cũ; người nhận không có chuông. Thôi: /huy."
	NoticeOnlyOne   = "Một thông báo đi cùng một ảnh hoặc một tệp: mình giữ cái đầu tiên, những cái sau không gửi."
	NoticeFileOnly  = "Kèm thông báo được ảnh hoặc tệp; giọng nói, video, nhãn dán thì chưa. Bạn gửi ảnh, tệp, hoặc gõ chữ."
	NoticeNoFile    = "Đính chính chỉ đổi được chữ, ảnh và tệp giữ nguyên. Bạn gõ nội dung mới, hoặc /huy."
	NoticeFileLarge = "Tệp này quá 50 MB nên Telegram không cho bot gửi. Bạn nén lại, hoặc để ở nơi lưu trữ rồi gõ đường dẫn trong thông báo."
	NoticeSplitUp   = "Tin của bạn dài hơn một tin Telegram (4.096 ký tự) nên máy đã tách làm hai, và mình chỉ giữ phần đầu làm thông báo: bạn đọc lại tin phía trên. Nội dung dài thì gửi kèm tệp, hoặc bấm «" + EditNotice + "» để gõ bản ngắn hơn."
	NoticeCancelled = "Đã huỷ thông báo này, không gửi cho ai."
	BadWhen         = "Mình chưa hiểu thời điểm này. Gõ ví dụ: 8h sáng mai, 20/12 7:30, thứ 2 tuần sau 8h. Thôi: /huy."
	WhenPast        = "Thời điểm này đã qua. Gõ thời điểm khác, hoặc /huy để thôi."
	WhenFar         = "Thời điểm này xa quá một năm. Gõ thời điểm gần hơn, hoặc /huy để thôi."
	WhenUnclear     = "Ý bạn là lúc nào?"
	BadUntil        = "Mình chưa đọc được ngày này, hoặc ngày đã qua. Gõ ngày sắp tới, ví dụ: 20/12. Thôi: /huy."
	NoCodes         = "Mình không thấy mã nào có trong danh sách của đơn vị bạn. Bạn dán lại, hoặc /huy để thôi."

	ToastPreview     = "Đây là bản xem trước"
	ToastReceived    = "Đã ghi nhận, cảm ơn bạn"
	ToastNotSentYou  = "Nút này không dành cho bạn"
	ToastChanged     = "Thông báo đã được sửa, xem bản mới nhất"
	ToastDecided     = "Thông báo này đã được duyệt hoặc từ chối rồi"
	ToastPausing     = "Đã tạm dừng"
	ToastResuming    = "Gửi tiếp"
	ToastStopping    = "Đã dừng hẳn"
	ToastApproved    = "Đã duyệt"
	ToastNobodyLeft  = "Không còn ai để gửi lại"
	ToastNoticeSaved = "Đã lưu"
	ToastNoUnits     = "Chưa có đơn vị nào trong danh sách"
)

// Draft is what an officer is told of a notice that is not sent yet.
type Draft struct {
	notice.Notice
	Papers    func(id string) string // titles of papers
	Deadlines func(id string) string // titles of deadlines
	Group     string                 // title of the group it goes to
	Above     int                    // from how many people on a second officer must agree
	Rate      int                    // messages a second
	Starts    time.Time              // when it would begin if it were sent now, because of quiet hours; zero: at once
	Author    string                 // shown to the second officer
	Unknown   []string               // of a pasted list: what is no code, or nobody's in the unit
}

// Review is the overview of a draft: whom it reaches, how long it takes, what to
// mind.
func Review(d Draft) string {
	var b strings.Builder
	switch {
	case d.Kind == notice.Correct:
		b.WriteString("<b>Xem lại bản đính chính</b>")
	case d.Author != "":
		b.WriteString("<b>Mời bạn duyệt thông báo phía trên</b>\nNgười soạn: " + shown(d.Author))
	default:
		b.WriteString("<b>Xem lại trước khi gửi</b>")
	}
	if d.Kind == notice.Send {
		b.WriteString("\nNgười nhận: " + audience(d))
	}
	b.WriteString("\n" + reach(d))
	if d.Kind == notice.Send {
		if n := d.Unlinked; n > 0 {
			fmt.Fprintf(&b, "\n%s người chưa liên kết nên không nhận được.", thousands(n))
		}
		if toEveryone(d.Audience) {
			b.WriteString("\n<b>Lưu ý: tin này đi tới tất cả, trong " + unitName(d.Unit) + ".</b>")
		}
	}
	if len(d.Unknown) > 0 {
		b.WriteString("\nKhông có trong danh sách của đơn vị: " + codes(d.Unknown[:min(len(d.Unknown), shownCodes)]))
		if more := len(d.Unknown) - shownCodes; more > 0 {
			fmt.Fprintf(&b, " và %d mã nữa", more)
		}
		b.WriteString(".")
	}
	if options := optionLines(d.Notice); options != "" {
		b.WriteString("\n" + options)
	}
	if d.Author != "" {
		if !d.At.IsZero() {
			b.WriteString("\nHẹn gửi: " + Moment(d.At) + ".")
		}
		return b.String()
	}
	if d.NeedsSecond(d.Count, d.Above) {
		b.WriteString("\nCần một cán bộ khác duyệt trước khi gửi.")
	}
	if !d.Starts.IsZero() {
		b.WriteString("\nĐang giờ nghỉ: bấm «" + SendNow + "» thì " + Moment(d.Starts) + " mới bắt đầu gửi.")
	}
	return b.String()
}

func reach(d Draft) string {
	switch {
	case d.Kind == notice.Correct:
		return fmt.Sprintf("Sửa <b>%s tin</b> đã tới%s.", thousands(d.Count), minutes(d))
	case d.Audience.Group != 0:
		return "Tới <b>1 nhóm, kênh</b>."
	case d.Count == 0:
		return "<b>Không có ai nhận được.</b>"
	}
	return fmt.Sprintf("Tới <b>%s người</b>%s.", thousands(d.Count), minutes(d))
}

func minutes(d Draft) string {
	return fmt.Sprintf(", khoảng %d phút", notice.Minutes(d.Count, d.Rate))
}

// toEveryone reports whether an audience leaves nobody, or no student, out.
func toEveryone(a notice.Audience) bool {
	return (a.Everyone || slices.Contains(a.Roles, journey.Student)) && len(a.Units)+len(a.Stages)+len(a.Missing)+len(a.Late)+len(a.Codes) == 0 && !a.Overdue
}

func unitName(u journey.Unit) string {
	if u == "" {
		return "cả học viện"
	}
	return shown(string(u))
}

// audience names whom a notice is for.
func audience(d Draft) string {
	a := d.Audience
	if a.Group != 0 {
		return "nhóm, kênh «" + shown(d.Group) + "»"
	}
	if a.Empty() {
		return "chưa chọn"
	}
	var who []string
	for _, role := range a.Roles {
		who = append(who, Role(role))
	}
	if len(who) == 0 {
		who = []string{"mọi người"}
	}
	parts := []string{strings.Join(who, ", ")}
	units := a.Units
	if len(units) == 0 {
		units = []journey.Unit{d.Unit}
	}
	parts = append(parts, "đơn vị "+list(units, unitName))
	if len(a.Stages) > 0 {
		parts = append(parts, "chặng "+list(a.Stages, func(s journey.Stage) string { return "«" + StageName(s) + "»" }))
	}
	if len(a.Missing) > 0 {
		parts = append(parts, "thiếu "+list(a.Missing, func(id string) string { return "«" + html.EscapeString(cutTo(d.Papers(id), 60)) + "»" }))
	}
	if a.Overdue {
		parts = append(parts, "có việc quá hạn")
	}
	if len(a.Late) > 0 {
		parts = append(parts, "quá hạn "+list(a.Late, func(id string) string { return "«" + html.EscapeString(cutTo(d.Deadlines(id), 60)) + "»" }))
	}
	if len(a.Codes) > 0 {
		parts = append(parts, fmt.Sprintf("trong %s mã đã dán", thousands(len(a.Codes))))
	}
	return strings.Join(parts, "; ")
}

// list joins the names of the first few.
func list[T any](all []T, name func(T) string) string {
	const most = 6
	var names []string
	for _, one := range all[:min(len(all), most)] {
		names = append(names, name(one))
	}
	text := strings.Join(names, ", ")
	if more := len(all) - most; more > 0 {
		text += fmt.Sprintf(" và %d mục nữa", more)
	}
	return text
}

func optionLines(n notice.Notice) string {
	var lines []string
	if n.Urgent {
		lines = append(lines, "Khẩn: gửi cả trong giờ nghỉ.")
	}
	switch {
	case n.Receipt && !n.ReceiptBy.IsZero():
		lines = append(lines, "Có nút «"+ReceivedLabel+"», nhắc người chưa bấm đến hết "+dayText(n.ReceiptBy)+".")
	case n.Receipt:
		lines = append(lines, "Có nút «"+ReceivedLabel+"», không nhắc.")
	}
	if !n.JoinUntil.IsZero() {
		lines = append(lines, "Ai vào nhóm người nhận này đến hết "+dayText(n.JoinUntil)+" cũng nhận được.")
	}
	return strings.Join(lines, "\n")
}

// Options asks what else there is to say of how a notice goes out.
func Options(n notice.Notice) string {
	text := "<b>Tuỳ chọn</b>"
	if lines := optionLines(n); lines != "" {
		return text + "\n" + lines
	}
	return text + "\nĐang để mặc định: giờ nghỉ không gửi, không có nút «" + ReceivedLabel + "», chỉ gửi cho người nằm trong nhóm lúc gửi."
}

// UrgentLabel and ReceiptLabel label the options that are on or off.
func UrgentLabel(on bool) string  { return Chosen("Khẩn, gửi cả giờ nghỉ", on) }
func ReceiptLabel(on bool) string { return Chosen("Nút «"+ReceivedLabel+"»", on) }

// ReceiptByLabel and JoinLabel label the buttons of those days.
func ReceiptByLabel(d journey.Date) string { return dayLabel("Nhắc người chưa bấm", d) }
func JoinLabel(d journey.Date) string      { return dayLabel("Người vào sau", d) }

func dayLabel(what string, d journey.Date) string {
	if d.IsZero() {
		return what + ": không"
	}
	return what + ": đến " + dayText(d)
}

// Moment writes a time in full: 08:00 thứ Năm, 26/11/2026.
func Moment(at time.Time) string {
	at = at.In(journey.Zone)
	d := journey.DateOf(at)
	return at.Format("15:04") + " " + weekday(d) + ", " + dayText(d)
}

// MomentLabel labels the button of a time.
func MomentLabel(at time.Time) string { return Moment(at) }

// CountLabel labels a unit with how many students it has.
func CountLabel(u journey.Unit, students int) string {
	return fmt.Sprintf("%s (%s)", whole(u), thousands(students))
}

// WholeLabel labels the button for all of a unit.
func WholeLabel(u journey.Unit, students int) string { return "Cả " + CountLabel(u, students) }

func whole(u journey.Unit) string {
	if u == "" {
		return "học viện"
	}
	return cutTo(string(u), maxNoticeLabel)
}

// UnlinkedLabel labels the button to those who are not linked.
func UnlinkedLabel(n int) string {
	return fmt.Sprintf("Xem %s người chưa liên kết", thousands(n))
}

// NoticePeople lists people of a notice, from the number first on, of so many.
func NoticePeople(title string, people []journey.Person, notes []string, first, all int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<b>%s</b>: %s người", title, thousands(all))
	if all > len(people) {
		fmt.Fprintf(&b, " (%d đến %d)", first+1, first+len(people))
	}
	for i, p := range people {
		fmt.Fprintf(&b, "\n%d. %s, mã %s%s", first+i+1, name(p), codeOf(p.Code), unitOf(p))
		if i < len(notes) && notes[i] != "" {
			b.WriteString(": " + notes[i])
		}
	}
	return b.String()
}

// TitleUnlinked and TitleMissed head lists of people.
const (
	TitleUnlinked = "Chưa liên kết"
	TitleMissed   = "Chưa nhận được"
)

// EditPrompt asks for a new content.
func EditPrompt(n notice.Notice) string {
	text := "Gõ nội dung mới."
	switch {
	case n.Kind == notice.Correct:
	case n.Attachment.IsZero():
		text = "Gõ nội dung mới, hoặc gửi ảnh, tệp kèm chú thích."
	default:
		text = "Gõ chú thích mới (ảnh, tệp đang kèm giữ nguyên), hoặc gửi ảnh, tệp khác."
	}
	if n.Status == notice.Waiting || n.Status == notice.Planned {
		text += " Sửa xong phải bấm gửi lại; chỗ nào cần duyệt thì duyệt lại."
	}
	return text + " Thôi: /huy."
}

// Planned says that a notice is on its way, or when it will be. starts is when it
// begins; zero: at once.
func Planned(n notice.Notice, starts time.Time) string {
	who := fmt.Sprintf("%s người", thousands(n.Count))
	switch {
	case n.Kind == notice.Recall:
		return fmt.Sprintf("Đang bắt đầu thu hồi %s tin. Tin tiến độ sẽ hiện ngay dưới đây.", thousands(n.Count))
	case n.Kind == notice.Correct:
		if starts.IsZero() {
			return fmt.Sprintf("Đang bắt đầu sửa %s tin đã tới. Tin tiến độ sẽ hiện ngay dưới đây.", thousands(n.Count))
		}
		return fmt.Sprintf("Đã hẹn: <b>%s</b> bắt đầu sửa %s tin đã tới.", Moment(starts), thousands(n.Count))
	case n.Audience.Group != 0:
		who = "nhóm, kênh đã chọn"
	}
	if !starts.IsZero() {
		return "Đã hẹn: <b>" + Moment(starts) + "</b> bắt đầu gửi tới " + who + "."
	}
	return "Đang bắt đầu gửi tới " + who + ". Tin tiến độ sẽ hiện ngay dưới đây."
}

// WaitsForSecond says who was asked to agree to a notice.
func WaitsForSecond(n notice.Notice, officers []string) string {
	text := fmt.Sprintf("Thông báo này tới %s người nên cần một cán bộ khác duyệt. ", thousands(n.Count))
	if len(officers) == 0 {
		text += "<b>Chưa có ai khác duyệt được</b>: cần thêm một cán bộ Đoàn phụ trách " + unitName(n.Unit) + " hoặc cấp trên, hoặc quản trị, đã liên kết. Khi có, người đó gõ /thongbao là thấy."
	} else {
		text += "Đã gửi cho: " + html.EscapeString(list(officers, func(s string) string { return plain(s) })) + ". Có kết quả mình báo bạn."
	}
	if !n.At.IsZero() {
		text += "\nHẹn gửi: <b>" + Moment(n.At) + "</b>."
	}
	return text
}

// GrewOver tells the author that the audience grew until its hour, so that a
// second officer must agree.
func GrewOver(n notice.Notice) string {
	return fmt.Sprintf("Đến giờ gửi, thông báo «%s» có %s người nhận nên cần một cán bộ khác duyệt. Mình đã gửi đi hỏi; duyệt xong là gửi ngay.", excerpt(n.HTML), thousands(n.Count))
}

// TooLateFor tells the author that a notice was not approved before its time.
func TooLateFor(n notice.Notice) string {
	return "Thông báo «" + excerpt(n.HTML) + "» chưa kịp duyệt trước giờ hẹn (" + Moment(n.At) + "). Bạn gửi ngay hoặc hẹn giờ khác, rồi duyệt lại."
}

// ApprovedBy tells the author that a second officer agreed; ApprovedHere tells
// that officer.
func ApprovedBy(n notice.Notice, officer string, starts time.Time) string {
	return "<b>" + shown(officer) + "</b> đã duyệt thông báo «" + excerpt(n.HTML) + "». " + Planned(n, starts)
}

// ApprovedHere tells the second officer what they did.
func ApprovedHere(n notice.Notice, starts time.Time) string {
	if !starts.IsZero() {
		return "Bạn đã duyệt. " + Moment(starts) + " bắt đầu gửi."
	}
	return fmt.Sprintf("Bạn đã duyệt. Đang bắt đầu gửi tới %s người.", thousands(n.Count))
}

// DeclinedBy tells the author why a second officer refused; DeclinedHere tells
// that officer.
func DeclinedBy(n notice.Notice, officer string) string {
	return "<b>" + shown(officer) + "</b> từ chối thông báo «" + excerpt(n.HTML) + "»:\n<blockquote>" + html.EscapeString(n.Reason) + "</blockquote>\nChưa gửi cho ai. Bạn sửa rồi gửi duyệt lại, hoặc huỷ."
}

// DeclinedHere tells the second officer what they did.
func DeclinedHere(n notice.Notice) string {
	return "Bạn đã từ chối, lý do đã gửi cho người soạn:\n<blockquote>" + html.EscapeString(n.Reason) + "</blockquote>"
}

// NoticeRefused says why a move is refused, in one line without markup that
// fits over the screen.
func NoticeRefused(r *notice.Refusal) string {
	switch r.Why {
	case notice.NotForRole:
		return "Việc này dành cho cán bộ Đoàn hoặc quản trị"
	case notice.NotYours:
		return "Chỉ người soạn làm được việc này"
	case notice.OwnNotice:
		return "Bạn soạn thông báo này nên người khác phải duyệt"
	case notice.OtherUnit:
		return "Thông báo này của đơn vị khác, bạn không duyệt được"
	case notice.WrongStatus:
		return upperFirst("thông báo " + statusName(r.Status) + " nên không làm được việc này")
	case notice.NoText:
		return "Chưa có nội dung để gửi"
	case notice.BadFile:
		return NoticeFileOnly
	case notice.TooLong:
		return tooLong(r)
	case notice.NoAudience:
		return "Bạn chưa chọn người nhận"
	case notice.Mixed:
		return "Gửi vào nhóm thì không kèm người nhận khác"
	case notice.Beyond:
		return "Người nhận nằm ngoài đơn vị bạn phụ trách"
	case notice.Nobody:
		return "Không có ai nhận được: chưa ai khớp, hoặc chưa ai liên kết"
	case notice.PastTime:
		return "Giờ hẹn đã qua, cần hẹn lại"
	case notice.NotYet:
		return "Chưa tới giờ hẹn"
	case notice.TooFar:
		return "Giờ hẹn xa quá một năm"
	case notice.PastDay:
		return "Ngày trong tuỳ chọn đã qua, bạn chọn lại"
	case notice.NoReceipt:
		return "Muốn nhắc thì phải có nút «" + ReceivedLabel + "»"
	case notice.NoReason:
		return "Bạn cần ghi lý do"
	case notice.HasNumber:
		return "Trong tin có số giống số giấy tờ, điện thoại hoặc tài khoản nên không gửi được. Bạn bỏ số đó rồi gửi lại"
	}
	return "Không làm được việc này"
}

func tooLong(r *notice.Refusal) string {
	text := fmt.Sprintf("Dài %s ký tự, nhiều nhất %s: thừa %s. Cắt sau chỗ", thousands(r.Length), thousands(r.Limit), thousands(r.Length-r.Limit))
	return text + " «…" + html.EscapeString(r.After) + "»"
}

// statusName says where a notice stands, after "thông báo".
func statusName(s notice.Status) string {
	switch s {
	case notice.Draft:
		return "đang soạn"
	case notice.Waiting:
		return "đang chờ duyệt"
	case notice.Refused:
		return "đã bị từ chối"
	case notice.Planned:
		return "đã hẹn gửi"
	case notice.Sending:
		return "đang được gửi"
	case notice.Paused:
		return "đang tạm dừng"
	case notice.Stopped:
		return "đã dừng hẳn"
	case notice.Done:
		return "đã gửi xong"
	}
	return string(s)
}
