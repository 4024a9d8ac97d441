package wording

import (
	"html"
	"strings"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/leak"
)

// plain is a name or another short text of the lists, not escaped. A number that
// may name a person is masked in it: one such name shall not hold up a whole
// list of deadlines.
func plain(s string) string {
	s, _ = leak.Mask(cutTo(s, 60))
	return s
}

// shown is plain, ready to be sent.
func shown(s string) string { return html.EscapeString(plain(s)) }

// codeOf shows a code of the lists. It may look like the number of a card, so
// that it stands where leak.InHTML lets it pass.
func codeOf(c journey.Code) string { return "<code>" + html.EscapeString(string(c)) + "</code>" }

// codes shows several.
func codes(all []string) string {
	out := make([]string, len(all))
	for i, c := range all {
		out[i] = codeOf(journey.Code(c))
	}
	return strings.Join(out, ", ")
}

// HeldBack stands in place of a message that was not let out.
func HeldBack() string {
	return "Một tin gửi bạn bị giữ lại vì có số giống số giấy tờ, số điện thoại hoặc số tài khoản. Số đó không được gửi đi. Việc gấp thì bạn hỏi trực tiếp cán bộ phụ trách; người vận hành đã được báo để xem lại."
}

// ToastHeld stands in place of a short line that was not let out.
const ToastHeld = "Tin bị giữ lại vì có số giống số giấy tờ"

// Guarded returns m as it may leave: as it is, or, where it has a number that
// may name a person (see package leak), what says that it was held back; held is
// true then. A notice goes to nobody in that case: the error is chat.Refused, so
// that its sending stops by itself and its author hears of it.
func Guarded(m chat.Message) (_ chat.Message, held bool, err error) {
	if !leaks(m) {
		return m, false, nil
	}
	if m.Lane == chat.Notices {
		return chat.Message{}, true, &chat.Refused{Reason: "held back: a number as on a card or of a phone"}
	}
	out := chat.Message{Key: m.Key, To: m.To, Lane: m.Lane, At: m.At, Act: m.Act, Target: m.Target, Press: m.Press, Protect: m.Protect, Quiet: m.Quiet, Text: HeldBack()}
	if m.Act == chat.Ack {
		out.Text = ToastHeld
	}
	return out, true, nil
}

// leaks looks through all of a message that a person reads. Files are made of
// texts that were masked where they came in.
func leaks(m chat.Message) bool {
	if leak.InHTML(m.Text) || m.File != nil && leak.In(m.File.Name) {
		return true
	}
	for _, row := range m.Rows {
		for _, b := range row {
			if leak.In(b.Label) || leak.In(b.URL) {
				return true
			}
		}
	}
	return false
}
