package wording

import (
	"strings"
	"testing"
	"time"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/notice"
)

var noon = time.Date(2026, 12, 1, 12, 0, 0, 0, journey.Zone)

// sending is a notice on its way to ten people, two of whom are not linked.
func sending(status notice.Status) (notice.Notice, notice.Counts) {
	n := notice.Notice{ID: notice.NewID("x"), Kind: notice.Send, Status: status, Begun: noon, Count: 10}
	n.HTML = "<b>Họp</b> &lt;A1&gt;"
	return n, notice.Counts{notice.Delivered: 3, notice.Blocked: 1, notice.Queued: 2, notice.Pending: 4, notice.Unlinked: 2}
}

func labels(rows [][]chat.Button) string {
	var out []string
	for _, row := range rows {
		for _, b := range row {
			out = append(out, b.Label)
		}
	}
	return strings.Join(out, "|")
}

func TestProgressSaysHowFarItIsAndWhatCanBeDone(t *testing.T) {
	for name, tt := range map[string]struct {
		status      notice.Status
		held        string
		perSecond   float64
		pausedUntil time.Time
		want        []string
		rows        string
	}{
		"at full speed":       {status: notice.Sending, perSecond: 29.4, want: []string{"Đang gửi", "▓▓▓▓▓▓░░░░░░░░░░ 40% (4/10)", "29,4 tin mỗi giây, còn 2 phút 5 giây"}, rows: "Tạm dừng|Dừng hẳn"},
		"asked to wait":       {status: notice.Sending, perSecond: 3, pausedUntil: noon.Add(90 * time.Second), want: []string{"chờ tới 12:01:30"}, rows: "Tạm dừng|Dừng hẳn"},
		"paused":              {status: notice.Paused, want: []string{"Tạm dừng gửi", "Còn chờ: 6"}, rows: "Tiếp tục|Dừng hẳn"},
		"paused by itself":    {status: notice.Paused, held: notice.HeldFailures, want: []string{"tự tạm dừng"}, rows: "Tiếp tục|Dừng hẳn"},
		"nobody was there":    {status: notice.Paused, held: notice.HeldNobody, want: []string{"không có ai"}, rows: "Tiếp tục|Dừng hẳn"},
		"stopped for good":    {status: notice.Stopped, want: []string{"Đã dừng hẳn, không gửi tiếp", "Chưa gửi: 6"}, rows: "Báo cáo"},
		"what it says is cut": {status: notice.Sending, want: []string{"«Họp &lt;A1&gt;»"}, rows: "Tạm dừng|Dừng hẳn"},
	} {
		n, counts := sending(tt.status)
		n.Held = tt.held
		text, rows := NoticeProgress(n, counts, tt.perSecond, 125*time.Second, tt.pausedUntil)
		for _, want := range tt.want {
			if !strings.Contains(text, want) {
				t.Errorf("%s: %q lacks %q", name, text, want)
			}
		}
		if got := labels(rows); got != tt.rows {
			t.Errorf("%s: buttons %s, want %s", name, got, tt.rows)
		}
	}
}

func TestProgressBeforeAnybodyIsKnownIsNoHundredPercent(t *testing.T) {
	n, _ := sending(notice.Sending)
	if text, _ := NoticeProgress(n, notice.Counts{}, 0, 0, time.Time{}); strings.Contains(text, "%") {
		t.Errorf("%q", text)
	}
}

func TestEveryRefusalHasAWordThatFitsOverTheScreen(t *testing.T) {
	for _, why := range []notice.Why{
		notice.NotForRole, notice.NotYours, notice.OwnNotice, notice.OtherUnit, notice.WrongStatus, notice.NoText, notice.BadFile, notice.TooLong, notice.NoAudience,
		notice.Mixed, notice.Beyond, notice.Nobody, notice.PastTime, notice.NotYet, notice.TooFar, notice.PastDay, notice.NoReceipt, notice.NoReason, notice.HasNumber,
	} {
		got := NoticeRefused(&notice.Refusal{Why: why, Status: notice.Done, Length: 5000, Limit: 4096, After: strings.Repeat("x", 60)})
		if got == "" || units(got) > 200 || got == NoticeRefused(&notice.Refusal{}) {
			t.Errorf("%s: %q", why, got)
		}
	}
}

func TestWhatWasTakenBackSaysWhatTelegramAllows(t *testing.T) {
	n, _ := sending(notice.Done)
	n.Kind = notice.Recall
	text := NoticeResults(n, notice.Counts{notice.Delivered: 8, notice.Failed: 2}, -1, false)
	for _, want := range []string{"Đã thu hồi xong", "Đã gỡ: 8", "Không gỡ được: 2", "48 giờ"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q lacks %q", text, want)
		}
	}
	if got := ReasonName("Bad Request: message can't be deleted for everyone"); !strings.Contains(got, "48 giờ") {
		t.Errorf("the reason reads %q", got)
	}
}

func TestOnlyANoticeToPeopleThatWantsItHasTheButtonReceived(t *testing.T) {
	n, _ := sending(notice.Sending)
	for name, tt := range map[string]struct {
		receipt bool
		group   int64
		want    string
	}{"wanted": {true, 0, ReceivedLabel}, "not wanted": {false, 0, ""}, "in a group": {true, -1, ""}} {
		n.Receipt, n.Audience.Group = tt.receipt, tt.group
		if text, rows := NoticeMessage(n); text != n.HTML || labels(rows) != tt.want {
			t.Errorf("%s: %q with %q, want %q", name, text, labels(rows), tt.want)
		}
	}
}

func TestACorrectionIsConfirmedAsWhatItCorrects(t *testing.T) {
	n, _ := sending(notice.Sending)
	n.Kind, n.Of, n.Receipt = notice.Correct, notice.NewID("first"), true
	if _, rows := NoticeMessage(n); rows[0][0].Data != ButtonReceived+":"+string(n.Of) {
		t.Errorf("the button bears %q", rows[0][0].Data)
	}
}

// Titles, names, reasons and texts come from people.
func TestWhatNoticesNameIsEscaped(t *testing.T) {
	const said = `<a href="x">&'`
	n, counts := sending(notice.Done)
	n.HTML, n.Reason, n.Unit = "&lt;a href=&#34;x&#34;&gt;&amp;&#39;", said, said
	n.Audience.Group = -1
	person := journey.Person{Code: "sv1", Name: said, Unit: said}
	progress, _ := NoticeProgress(n, counts, 1, 0, time.Time{})
	for name, got := range map[string]string{
		"the author":           Review(Draft{Notice: n, Author: said}),
		"a group":              Review(Draft{Notice: n, Group: said}),
		"an unknown code":      Review(Draft{Notice: n, Unknown: []string{said}}),
		"who is asked":         WaitsForSecond(n, []string{said}),
		"who approved":         ApprovedBy(n, said, time.Time{}),
		"who refused":          DeclinedBy(notice.Notice{}, said),
		"why":                  DeclinedHere(n),
		"how it begins":        progress,
		"in a list":            NoticeLine(n, ""),
		"an author in a list":  NoticeLine(notice.Notice{}, said),
		"who it did not reach": NoticePeople(TitleMissed, []journey.Person{person}, nil, 0, 1),
		"why it did not":       MissedNote(n, notice.Result{Outcome: notice.Failed, Reason: said}),
		"a group's title":      GroupJoined(said, ""),
		"a group's unit":       GroupKept("x", said),
		"where to cut":         NoticeRefused(&notice.Refusal{Why: notice.TooLong, After: said}),
	} {
		if !strings.Contains(got, `&lt;a href=&#34;x&#34;&gt;&amp;&#39;`) || strings.Contains(got, "<a") || strings.Contains(got, `"x"`) {
			t.Errorf("%s: %q came out as\n%s", name, said, got)
		}
	}
}
