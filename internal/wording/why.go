package wording

import (
	"fmt"
	"html"
	"strings"

	"donghanh/internal/journey"
	"donghanh/internal/knowledge"
)

// Why shows how the day of a deadline was counted: from what, how long, which
// days were left out, and what it rests on.
func Why(d journey.Deadline, r *journey.Rules, sources []knowledge.Citation) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<b>Vì sao là ngày %s?</b>\n%s", dayText(d.Due), html.EscapeString(d.Rule.Title))
	point := func(format string, args ...any) { fmt.Fprintf(&b, "\n• "+format, args...) }

	point("Tính từ: %s.", countedFrom(d, r))
	counting(point, d, r.Calendar)
	point("Kết quả: %s.", result(d))
	if d.Tentative {
		point("Tạm tính: %s.", whyTentative(d, r.Calendar))
	}
	if d.Rule.Overdue != "" && d.Rule.Kind != journey.Milestone {
		point("Lưu ý: %s.", strings.TrimSuffix(html.EscapeString(d.Rule.Overdue), "."))
	}
	if d.Rule.Proposed {
		point("Mốc này là đề xuất để kịp việc, không phải quy định; đơn vị đổi được.")
	}
	b.WriteString("\n\n")
	if len(sources) > 0 {
		b.WriteString(Sources(sources))
		if d.Version == nil || d.Version.Verified || strings.Contains(Sources(sources), Unverified) {
			return b.String()
		}
		return b.String() + "\n<i>Quy tắc này " + Unverified + ".</i>"
	}
	basis := "chưa có văn bản"
	if d.Version != nil && d.Version.Basis != "" {
		basis = html.EscapeString(strings.TrimSuffix(d.Version.Basis, "."))
	}
	b.WriteString("<i>Căn cứ: " + basis)
	if d.Version == nil || !d.Version.Verified {
		b.WriteString(" (" + Unverified + ")")
	}
	return b.String() + ".</i>"
}

// byPeriod reports whether a deadline is one of a period: what is owed in a
// month is owed by its last day, on whatever day that falls.
func byPeriod(d journey.Deadline) bool { return d.Rule.Every != "" || d.Rule.Duty != "" }

// countedFrom names what started the clock, and its day.
func countedFrom(d journey.Deadline, r *journey.Rules) string {
	what := "mốc bắt đầu"
	kind, _ := r.Event(d.Anchor.ID)
	if kind.Title != "" {
		what = html.EscapeString(kind.Title)
	}
	switch {
	case byPeriod(d):
		return "kỳ " + html.EscapeString(period(d.Detail)) + ", từ ngày " + dayText(d.Anchor.On)
	case d.Rule.Follows != "":
		what = "hết hạn trước"
	case d.Rule.EveryMonths > 0 && kind.Detail == journey.OfDuty:
		what = "lần làm trước"
	case d.Rule.EveryMonths > 0 && d.Anchor.ID == "":
		what = "ngày vào danh sách"
	case d.Rule.EveryMonths > 0: // the detail is the day again
	case d.Detail != "":
		what += " (" + html.EscapeString(period(d.Detail)) + ")"
	}
	return what + ", ngày " + dayText(d.Anchor.On)
}

// periods word how often a duty comes.
var periods = map[journey.Period]string{
	journey.EachMonth: "mỗi tháng", journey.EachQuarter: "mỗi quý", journey.EachHalf: "mỗi nửa năm", journey.EachYear: "mỗi năm",
}

// counting shows the way from the first day to the last.
func counting(point func(string, ...any), d journey.Deadline, c *journey.Calendar) {
	if byPeriod(d) {
		switch every := periods[d.Rule.Every]; {
		case every != "":
			point("Việc này làm %s một lần.", every)
		case d.Rule.Count > 0:
			point("Đây là tháng thứ %d trong năm chưa thấy ghi đã đóng.", d.Rule.Count)
		}
		point("Hạn tính theo ngày cuối kỳ, không lùi vì ngày nghỉ.")
		return
	}
	if d.Version == nil {
		return
	}
	v := d.Version
	months := v.Months
	if months == 0 && v.Days == 0 {
		months = d.Rule.EveryMonths
	}
	plain := d.Anchor.On.AddMonths(months).AddDays(v.Days)
	switch {
	case v.WorkingDays > 0:
		point("Đếm từ ngày kế tiếp, đủ %d ngày làm việc.", v.WorkingDays)
		if due, _ := c.AddWorkingDays(d.Anchor.On, v.WorkingDays); due == d.Due {
			notCounted(point, d.Anchor.On, d.Due, c)
		}
		return
	case v.Months != 0 && v.Days == -1:
		point("Phải trước khi đủ %d tháng: chậm nhất %s.", v.Months, dayText(plain))
	case v.Months != 0 && v.Days != 0:
		point("Cộng %d tháng và %d ngày theo lịch: %s.", v.Months, v.Days, dayText(plain))
	case v.Months != 0:
		point("Cộng %d tháng theo lịch: %s.", v.Months, dayText(plain))
	case v.Days > 0:
		point("Cộng %d ngày theo lịch: %s.", v.Days, dayText(plain))
	case v.Days < 0:
		point("Lùi về trước %d ngày theo lịch: %s.", -v.Days, dayText(plain))
	case d.Rule.EveryMonths > 0:
		point("Cứ %d tháng một lần: %s.", d.Rule.EveryMonths, dayText(plain))
	}
	if moved, _ := c.NextWorking(plain); plain.Before(d.Due) && moved == d.Due {
		point("Ngày đó là ngày nghỉ (%s), nên hạn lùi tới hết ngày làm việc kế tiếp.", offFor(plain, c))
	}
}

// notCounted lists the days after from, up to and with to, that are no working
// days, and the weekends that are.
func notCounted(point func(string, ...any), from, to journey.Date, c *journey.Calendar) {
	weekends := 0
	var off, made []string
	name, first, last := "", journey.Date{}, journey.Date{}
	flush := func() {
		switch {
		case name == "":
			return
		case first == last:
			off = append(off, dayText(first)+" ("+name+")")
		default:
			off = append(off, dayText(first)+" đến "+dayText(last)+" ("+name+")")
		}
		name = ""
	}
	for d := from.AddDays(1); !d.After(to); d = d.AddDays(1) {
		weekend := d.Weekday() == 0 || d.Weekday() == 6
		switch works := c.Works(d); {
		case works && weekend:
			made = append(made, weekday(d)+" "+dayText(d))
		case works:
		case weekend:
			weekends++
		default:
			if why := offFor(d, c); why != name || last.AddDays(1) != d {
				flush()
				name, first = why, d
			}
			last = d
		}
	}
	flush()
	if weekends > 0 {
		off = append(off, fmt.Sprintf("%d ngày thứ Bảy, Chủ nhật", weekends))
	}
	if len(off) > 0 {
		point("Không tính: %s.", strings.Join(off, "; "))
	}
	if len(made) > 0 {
		point("Có tính ngày làm bù: %s.", strings.Join(made, ", "))
	}
}

// offFor says why a day is no working day.
func offFor(d journey.Date, c *journey.Calendar) string {
	name := c.Off(d)
	switch {
	case name == "":
		return weekday(d)
	case c.Derived(d):
		return html.EscapeString(name) + ", tự suy, chưa có công bố"
	}
	return html.EscapeString(name)
}

// result says what the day means.
func result(d journey.Deadline) string {
	day := weekday(d.Due) + " " + dayText(d.Due)
	switch d.Rule.Kind {
	case journey.Milestone:
		return day + "; " + ItComes + "; không lùi vì ngày nghỉ"
	case journey.Earliest:
		return "sớm nhất từ " + day
	case journey.Meeting:
		return "kỳ sinh hoạt chi bộ gần nhất, muộn nhất khoảng " + day
	case journey.Latest:
	}
	return "chậm nhất hết " + day
}

func whyTentative(d journey.Deadline, c *journey.Calendar) string {
	for year := d.Anchor.On.Year; year <= d.Due.Year; year++ {
		if !c.Known(year) {
			return fmt.Sprintf("chưa có bảng ngày nghỉ năm %d", year)
		}
	}
	return "lịch nghỉ có ngày chưa được đối chiếu"
}
