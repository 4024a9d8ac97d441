package notice

import (
	"errors"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"donghanh/internal/journey"
)

// What is wrong with a time that was typed.
var (
	ErrNotATime = errors.New("not a time")
	ErrPast     = errors.New("that time is over")
	ErrTooFar   = errors.New("that time is more than a year away")
)

// Unclear means that a time was typed, and could be meant in several ways. It
// is an ErrNotATime too.
type Unclear struct {
	Readings []time.Time // what could be meant, soonest first; may be empty
}

func (e *Unclear) Error() string { return "not clear which time is meant" }
func (e *Unclear) Unwrap() error { return ErrNotATime }

// longestTime is how many characters a time may have.
const longestTime = 80

// Hours that are meant by a part of the day, or by a day alone.
const (
	morning   = 8
	midday    = 12
	afternoon = 14
	evening   = 19
)

// ParseWhen reads a time as people here type it, with accents or without, in
// full or as in chats: "8h sáng mai", "20/12 7:30", "20/12/2026 7h30", "chiều
// nay 5h", "thứ 2 tuần sau 8h", "7g30 t2", "tối nay 8 giờ", "2 tiếng nữa",
// "mai" (at 8), "ngay" (now itself).
//
// A day without a year is the next one of that name, a weekday without a week
// too. An hour alone is the next one, unless both 8 and 20 o'clock could be
// meant. ParseWhen never guesses between two readings: it returns *Unclear.
// ErrPast, ErrTooFar and ErrNotATime say what else is wrong.
func ParseWhen(text string, now time.Time) (time.Time, error) {
	text = norm.NFC.String(text)
	if len([]rune(text)) > longestTime {
		return time.Time{}, ErrNotATime
	}
	now = now.In(journey.Zone)
	r := &reading{rest: plain(text), now: now, today: journey.DateOf(now)}
	switch {
	case whenNow.MatchString(r.rest):
		return now, nil
	case r.rest == "bay gio": // now, or seven o'clock
		return time.Time{}, &Unclear{Readings: []time.Time{now}}
	}
	for _, take := range []func(*reading){
		(*reading).takePast, (*reading).takeSpan, (*reading).takeDates, (*reading).takeWeekdays,
		(*reading).takeClocks, (*reading).takeDayOfMonth, (*reading).takeParts, (*reading).takeDays,
		(*reading).readDotted,
	} {
		if take(r); r.err != nil {
			return time.Time{}, r.err
		}
	}
	if whenFiller.ReplaceAllString(r.rest, "") != "" {
		if r.found() {
			return time.Time{}, &Unclear{}
		}
		return time.Time{}, ErrNotATime
	}
	at, err := r.resolve()
	if err != nil {
		return time.Time{}, err
	}
	return r.check(at)
}

// check refuses what lies behind or too far ahead. The minute that runs is now.
func (r *reading) check(at time.Time) (time.Time, error) {
	switch {
	case at.Before(r.now.Truncate(time.Minute)):
		return time.Time{}, ErrPast
	case at.After(r.now.Add(horizon)):
		return time.Time{}, ErrTooFar
	case at.Before(r.now):
		return r.now, nil
	}
	return at, nil
}

// reading is a text of which more and more is understood.
type reading struct {
	rest  string // what is not understood yet
	now   time.Time
	today journey.Date
	err   error

	days     []journey.Date
	weekdays []time.Weekday // without a week
	clocks   []clock
	parts    []string // of the day
	dotted   []clock  // "8.10": an hour or a day
	moment   time.Time
	vague    bool // something in it can be meant in two ways
}

// clock is a time of the day; half reports that 8 could be 20 too.
type clock struct {
	hour, minute int
	half         bool
}

func (c clock) since() time.Duration {
	return time.Duration(c.hour)*time.Hour + time.Duration(c.minute)*time.Minute
}

func (r *reading) found() bool {
	return len(r.days)+len(r.weekdays)+len(r.clocks)+len(r.parts) > 0 || !r.moment.IsZero() || r.vague
}

// take cuts out of the rest whatever fits, and gives it to see.
func (r *reading) take(form *regexp.Regexp, see func(m []string)) {
	r.rest = replace(form, r.rest, func(m []string) string {
		see(m)
		return " ; "
	})
}

// replace puts something else wherever a form fits; with gets the groups.
func replace(form *regexp.Regexp, text string, with func(m []string) string) string {
	var b strings.Builder
	at := 0
	for _, found := range form.FindAllStringSubmatchIndex(text, -1) {
		groups := make([]string, len(found)/2)
		for i := range groups {
			if from := found[2*i]; from >= 0 {
				groups[i] = text[from:found[2*i+1]]
			}
		}
		b.WriteString(text[at:found[0]] + with(groups))
		at = found[1]
	}
	return b.String() + text[at:]
}

// told are words that mean something else without their accents: they are told
// apart before the accents go.
var told = map[string]string{
	"tới": "sapden", "tối": "buoitoi", "ngày": "ngayz", "bây": "nowz", "bảy": "bayz", "mốt": "kia",
}

// short are words as typed in chats.
var short = map[string]string{
	"hnay": "hom nay", "hn": "hom nay", "bjo": "nowz gio", "bgio": "nowz gio", "bh": "nowz gio", "lun": "luon", "sag": "sang",
	"cn": "chu nhat", "ph": "phut", "rui": "ruoi", "ngmai": "mai", "bua": "hom",
}

var (
	whenWord  = regexp.MustCompile(`[\p{L}\p{M}]+`)
	whenPlain = regexp.MustCompile(`[a-z]+`)
	whenDots  = regexp.MustCompile(`\.(\D|$)|[,;!?()"“”]`)
	whenBlank = regexp.MustCompile(`\s+`)
)

// plain is a composed text in lower case without accents, the few words apart that need
// them.
func plain(text string) string {
	text = whenWord.ReplaceAllStringFunc(strings.ToLower(text), func(w string) string {
		if other, ok := told[w]; ok {
			return other
		}
		return w
	})
	text = strings.Map(func(c rune) rune {
		switch {
		case unicode.Is(unicode.Mn, c):
			return -1
		case c == 'đ':
			return 'd'
		case unicode.IsSpace(c):
			return ' '
		}
		return c
	}, norm.NFD.String(text))
	text = whenPlain.ReplaceAllStringFunc(text, func(w string) string {
		if other, ok := short[w]; ok {
			return other
		}
		return w
	})
	text = whenDots.ReplaceAllString(text, " $1")
	return strings.TrimSpace(whenBlank.ReplaceAllString(text, " "))
}

var (
	whenNow    = regexp.MustCompile(`^(?:gui |hen )?(?:ngay|luon|lap tuc|ngay luon|ngay lap tuc|luon va ngay|(?:ngay |luon )?nowz gio|ngay bay gio)(?: (?:luon|nhe|nha|di|a|day))*$`)
	whenFiller = regexp.MustCompile(`\b(?:luc|vao|hen|gui|nhe|nha|a|di|dung|ngayz?|cho|la|thi|cua)\b|[; -]+`)

	whenGone  = regexp.MustCompile(`\b(?:hom (?:qua|kia|truoc)|(?:tuan|thang|nam) (?:truoc|ngoai|qua))\b`)
	whenSpan  = regexp.MustCompile(`\b(?:(\d{1,3}) ?(phut|p|tieng|gio|h|ngayz?|hom|tuan)( ruoi)?|(nua) (?:tieng|gio)) nua\b`)
	whenAfter = regexp.MustCompile(`\bsau (\d{1,3}) ?(phut|p|tieng)\b`)

	whenISO    = regexp.MustCompile(`\b(\d{4})-(\d{1,2})-(\d{1,2})\b`)
	whenFull   = regexp.MustCompile(`\b(\d{1,2}) ?[/.-] ?(\d{1,2}) ?[/.-] ?(\d{4}|\d{2})\b`)
	whenMonth  = regexp.MustCompile(`\b(?:ngayz? )?(\d{1,2}) ?(?:thang|th) ?(\d{1,2})(?: nam (\d{4}))?\b`)
	whenSlash  = regexp.MustCompile(`\b(\d{1,2}) ?[/-] ?(\d{1,2})(?: nam (\d{4}))?\b`)
	whenMonths = regexp.MustCompile(`\b(?:ngayz? )?(\d{1,2}) thang (nay|sau|sapden|toi)\b`)
	whenDot    = regexp.MustCompile(`\b(\d{1,2})\.(\d{1,2})\b`)
	whenLunar  = regexp.MustCompile(`\b(?:mung|mong|ram)\b`)
	whenDay    = regexp.MustCompile(`\bngayz? (\d{1,2})\b`)

	whenWeekday = regexp.MustCompile(`\b(?:tuan (nay|sau|sapden|toi) )?(?:(?:thu ?|t)([2-7]|hai|ba|tu|nam|sau|bayz?)|(chu nhat))\b(?: (tuan nay|tuan sau nua|tuan sau|tuan sapden|tuan toi|nay|sapden|toi)\b)?`)

	whenAMPM  = regexp.MustCompile(`\b(\d{1,2})(?:[:.h](\d{2}))? ?(am|pm|sa|ch)\b`)
	whenWords = regexp.MustCompile(`\b(muoi mot|muoi hai|muoi|mot|hai|ba|bon|tu|nam|sau|bayz?|tam|chin) (gio|ruoi)\b`)
	whenClock = regexp.MustCompile(`\b(\d{1,2}) ?(?:(?:h|g|gio|:) ?(?:(\d{1,2})(?: ?'| ?(?:phut|p)\b|\b)|(ruoi)\b|kem (\d{1,2})(?: ?(?:phut|p))?\b|\b)|(ruoi)\b)`)

	whenPart = regexp.MustCompile(`\b(?:buoi )?(sang som|sang|trua|chieu|buoitoi|toi|dem|khuya)\b`)
	whenDays = regexp.MustCompile(`\b(?:ngayz? )?(mai|kia|mot)\b|\b(hom nay|nay)\b`)
)

var numbers = map[string]int{
	"mot": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4, "nam": 5, "sau": 6, "bay": 7, "bayz": 7, "tam": 8, "chin": 9,
	"muoi": 10, "muoi mot": 11, "muoi hai": 12,
}

// number reads digits, or one of the words; there is nothing else to read.
func number(s string) int {
	if n, ok := numbers[s]; ok {
		return n
	}
	n, _ := strconv.Atoi(s) // few digits, or nothing
	return n
}

func (r *reading) takePast() {
	r.take(whenGone, func([]string) { r.err = ErrPast })
}

// takeSpan finds "2 tiếng nữa".
func (r *reading) takeSpan() {
	after := func(n int, unit string, half time.Duration) {
		length := map[string]time.Duration{"phut": time.Minute, "p": time.Minute, "tieng": time.Hour, "gio": time.Hour, "h": time.Hour}[unit]
		switch {
		case length > 0:
			if !r.moment.IsZero() {
				r.vague = true
			}
			r.moment = r.now.Add(time.Duration(n)*length + half*length/2)
		case half > 0:
			r.vague = true
		case unit == "tuan":
			r.days = append(r.days, r.today.AddDays(7*n))
		default:
			r.days = append(r.days, r.today.AddDays(n))
		}
	}
	r.take(whenSpan, func(m []string) {
		switch {
		case m[4] != "":
			after(0, "gio", 1)
		case m[3] != "":
			after(number(m[1]), m[2], 1)
		default:
			after(number(m[1]), m[2], 0)
		}
	})
	r.take(whenAfter, func(m []string) { after(number(m[1]), m[2], 0) })
}

// takeDates finds "20/12/2026", "20-12" and "20 tháng 12".
func (r *reading) takeDates() {
	r.take(whenISO, func(m []string) { r.date(number(m[1]), number(m[2]), number(m[3])) })
	r.take(whenFull, func(m []string) {
		year := number(m[3])
		if year < 100 {
			year += 2000
		}
		r.date(year, number(m[2]), number(m[1]))
	})
	r.take(whenMonths, func(m []string) {
		month := journey.Month{Year: r.today.Year, Month: int(r.today.Month)}
		if m[2] != "nay" {
			month = month.Add(1)
		}
		r.date(month.Year, month.Month, number(m[1]))
	})
	for _, form := range []*regexp.Regexp{whenMonth, whenSlash} {
		r.take(form, func(m []string) { r.date(number(m[3]), number(m[2]), number(m[1])) })
	}
	r.take(whenLunar, func([]string) { r.vague = true }) // of the moon's month, or of ours
}

// soon is how many days ahead a day without a year may lie in the next one: so
// that "5/1" is understood in December, and "20/12" on the 22nd is over.
const soon = 183

// date adds a day; in year 0 it is the next one of that name.
func (r *reading) date(year, month, day int) {
	given := year != 0
	if !given {
		year = r.today.Year
	}
	d := journey.Date{Year: year, Month: time.Month(month), Day: day}
	if !given && d.Before(r.today) {
		if next := (journey.Date{Year: year + 1, Month: d.Month, Day: day}); r.today.DaysUntil(next) <= soon {
			d = next
		}
	}
	if month < 1 || month > 12 || day < 1 || d != d.AddDays(0) {
		r.err = ErrNotATime
		return
	}
	r.days = append(r.days, d)
}

// takeWeekdays finds "thứ 2 tuần sau", "t2" and "chủ nhật".
func (r *reading) takeWeekdays() {
	r.take(whenWeekday, func(m []string) {
		day := time.Sunday
		if m[3] == "" {
			day = time.Weekday(number(m[2]) - 1)
		}
		week := strings.TrimPrefix(m[4], "tuan ")
		switch {
		case m[1] != "" && m[4] != "":
			r.vague = true
			return
		case m[1] != "":
			week = m[1]
			if week == "toi" {
				week = "sau"
			}
		case m[4] == "tuan toi":
			week = "sau"
		}
		monday := r.today.AddDays(-(int(r.today.Weekday()) + 6) % 7)
		inWeek := monday.AddDays((int(day) + 6) % 7)
		inWeeks := func(n int) { r.days = append(r.days, inWeek.AddDays(7*n)) }
		switch week {
		case "":
			r.weekdays = append(r.weekdays, day)
		case "nay":
			inWeeks(0)
		case "sau":
			inWeeks(1)
		case "sau nua":
			inWeeks(2)
		case "sapden":
			if strings.HasPrefix(m[4], "tuan ") || m[1] != "" {
				inWeeks(1)
			} else {
				r.days = append(r.days, r.nextWeekday(day, 1))
			}
		default: // "toi" without its accent: the coming one, or in the evening
			r.vague = true
		}
	})
}

// nextWeekday is the first such day at least so many days after today.
func (r *reading) nextWeekday(day time.Weekday, least int) journey.Date {
	from := r.today.AddDays(least)
	return from.AddDays((int(day) - int(from.Weekday()) + 7) % 7)
}

// takeClocks finds "8h30", "7g", "8 giờ rưỡi", "9h kém 15", "5:00 CH".
func (r *reading) takeClocks() {
	r.take(whenAMPM, func(m []string) {
		c := clock{hour: number(m[1]), minute: number(m[2])}
		late := m[3] == "pm" || m[3] == "ch"
		switch {
		case c.hour > 12 && !late:
			r.vague = true
		case late && c.hour < 12:
			c.hour += 12
		case !late && c.hour == 12:
			c.hour = 0
		}
		r.clock(c)
	})
	r.rest = replace(whenWords, r.rest, func(m []string) string {
		return strconv.Itoa(number(m[1])) + " " + m[2]
	})
	r.take(whenClock, func(m []string) {
		c := clock{hour: number(m[1]), minute: number(m[2])}
		c.half = c.hour >= 1 && c.hour <= 12
		switch {
		case m[3] != "", m[5] != "":
			c.minute = 30
		case m[4] != "":
			c.hour, c.minute = c.hour-1, 60-number(m[4])
		}
		r.clock(c)
	})
	r.take(whenDot, func(m []string) {
		r.dotted = append(r.dotted, clock{hour: number(m[1]), minute: number(m[2]), half: true})
	})
}

func (r *reading) clock(c clock) {
	if c.hour == 24 && c.minute == 0 {
		c.half = false
	} else if c.hour < 0 || c.hour > 23 || c.minute < 0 || c.minute > 59 {
		r.err = ErrNotATime
		return
	}
	r.clocks = append(r.clocks, c)
}

// readDotted takes "8.30" for an hour and "25.12" for a day. "8.10" alone can
// be both; beside a day it is an hour, beside an hour a day.
func (r *reading) readDotted() {
	for _, d := range r.dotted {
		mayBeClock := d.hour <= 23 && d.minute <= 59
		mayBeDay := d.hour <= 31 && d.hour >= 1 && d.minute <= 12 && d.minute >= 1
		if mayBeClock && mayBeDay {
			mayBeClock = len(r.clocks) == 0
			mayBeDay = len(r.days)+len(r.weekdays) == 0
		}
		switch {
		case mayBeClock && mayBeDay:
			r.vague = true
		case mayBeClock:
			d.half = d.hour >= 1 && d.hour <= 12
			r.clock(d)
		case mayBeDay:
			r.date(0, d.minute, d.hour)
		default:
			r.err = ErrNotATime
		}
	}
}

// takeDayOfMonth finds "ngày 20".
func (r *reading) takeDayOfMonth() {
	r.take(whenDay, func(m []string) {
		day := number(m[1])
		month := journey.Month{Year: r.today.Year, Month: int(r.today.Month)}
		for n := range 13 { // not every month has a 31st
			at := month.Add(n)
			d := journey.Date{Year: at.Year, Month: time.Month(at.Month), Day: day}
			if day >= 1 && d == d.AddDays(0) && !d.Before(r.today) {
				r.days = append(r.days, d)
				return
			}
		}
		r.err = ErrNotATime
	})
}

// takeParts finds "sáng", "chiều", "tối".
func (r *reading) takeParts() {
	r.take(whenPart, func(m []string) {
		part := m[1]
		switch part {
		case "sang som":
			part = "sang"
		case "buoitoi":
			part = "toi"
		case "khuya":
			part = "dem"
		}
		if !slices.Contains(r.parts, part) {
			r.parts = append(r.parts, part)
		}
	})
}

// takeDays finds "mai", "ngày kia" and "hôm nay".
func (r *reading) takeDays() {
	r.take(whenDays, func(m []string) {
		ahead := map[string]int{"mai": 1, "kia": 2, "mot": 2}[m[1]]
		r.days = append(r.days, r.today.AddDays(ahead))
	})
}

// resolve makes one moment of what was found.
func (r *reading) resolve() (time.Time, error) {
	if !r.found() {
		return time.Time{}, ErrNotATime
	}
	days := map[journey.Date]bool{}
	for _, d := range r.days {
		days[d] = true
	}
	if r.vague || len(days) > 1 || len(r.clocks) > 1 || len(r.parts) > 1 || len(slices.Compact(r.weekdays)) > 1 {
		return time.Time{}, &Unclear{}
	}
	if !r.moment.IsZero() {
		if len(days)+len(r.clocks)+len(r.parts)+len(r.weekdays) > 0 {
			return time.Time{}, &Unclear{}
		}
		return r.moment, nil
	}
	c, err := r.clockMeant()
	if err != nil {
		return time.Time{}, err
	}
	switch {
	case len(days) == 1:
		day := slices.Collect(maps.Keys(days))[0]
		if len(r.weekdays) > 0 && r.weekdays[0] != day.Weekday() {
			return time.Time{}, &Unclear{Readings: r.ahead(day.At(c.since()), r.nextWeekday(r.weekdays[0], 0).At(c.since()))}
		}
		return day.At(c.since()), nil
	case len(r.weekdays) > 0:
		at := r.nextWeekday(r.weekdays[0], 0).At(c.since())
		if at.Before(r.now) {
			at = r.nextWeekday(r.weekdays[0], 1).At(c.since())
		}
		return at, nil
	case len(r.clocks) == 0: // "sáng": of which day?
		return time.Time{}, &Unclear{Readings: r.ahead(r.today.At(c.since()), r.today.AddDays(1).At(c.since()))}
	}
	return r.nextHour(c)
}

// nextHour is the next time a clock shows that hour.
func (r *reading) nextHour(c clock) (time.Time, error) {
	at := r.today.At(c.since())
	if !at.Before(r.now.Truncate(time.Minute)) {
		return at, nil
	}
	tomorrow := r.today.AddDays(1).At(c.since())
	if c.half && c.hour <= 12 && len(r.parts) == 0 {
		c.hour = c.hour%12 + 12
		if r.clocks[0].hour == 12 {
			c.hour = 24 // midnight
		}
		if later := r.today.At(c.since()); later.After(r.now) {
			return time.Time{}, &Unclear{Readings: r.ahead(later, tomorrow)}
		}
	}
	return tomorrow, nil
}

// ahead returns the moments that are not over, soonest first.
func (r *reading) ahead(all ...time.Time) []time.Time {
	all = slices.DeleteFunc(all, func(at time.Time) bool { return at.Before(r.now) })
	slices.SortFunc(all, time.Time.Compare)
	return slices.CompactFunc(all, time.Time.Equal)
}

// clockMeant is the hour that the clock and the part of the day together mean.
func (r *reading) clockMeant() (clock, error) {
	part := ""
	if len(r.parts) > 0 {
		part = r.parts[0]
	}
	if len(r.clocks) == 0 {
		if hour, ok := map[string]int{"sang": morning, "trua": midday, "chieu": afternoon, "toi": evening}[part]; ok {
			return clock{hour: hour}, nil
		}
		if part == "" && (len(r.days) == 0 || r.days[0] != r.today) {
			return clock{hour: morning}, nil
		}
		return clock{}, &Unclear{} // "hôm nay" or "đêm nay": at what time?
	}
	c := r.clocks[0]
	h := c.hour
	fits := func(from, to int) bool { return from <= h && h <= to }
	switch part {
	case "":
		return c, nil
	case "sang":
		if fits(0, 11) {
			return c, nil
		}
	case "trua":
		switch {
		case fits(10, 14):
			return c, nil
		case fits(1, 2):
			c.hour += 12
			return c, nil
		}
	case "chieu":
		switch {
		case fits(12, 19):
			return c, nil
		case fits(1, 7):
			c.hour += 12
			return c, nil
		}
	case "toi":
		switch {
		case fits(17, 23):
			return c, nil
		case fits(5, 11):
			c.hour += 12
			return c, nil
		}
	case "dem":
		switch {
		case fits(19, 23), h == 24:
			return c, nil
		case fits(7, 11):
			c.hour += 12
			return c, nil
		case h == 12: // midnight, when the day ends
			c.hour = 24
			return c, nil
		}
	}
	return clock{}, &Unclear{}
}
