package journey

import (
	"fmt"
	"io/fs"
	"math/bits"
	"slices"
	"time"

	"donghanh/internal/yamlfile"
)

const calendarFile = "calendar.yaml"

// Calendar knows the working days: Monday to Friday except holidays, and the
// Saturdays worked in their place (rule tm-workday, a default until the
// committee confirms it).
//
// In a year without a table the weekends and the holidays that the law fixes
// to a day are off, and nothing else is known: neither Tết, nor days off in
// compensation, nor days exchanged. Dates that lie in such a year are
// tentative.
type Calendar struct {
	names   map[Date]string // days off in the tables, and what for
	derived map[Date]bool
	tables  map[int]bool // years with a table; true: compared with the announcements
	years   [lastYear - firstYear + 1]year
}

// Years in which working days can be counted; ParseDate takes no others as
// they are typed, and sums of them stay near.
const (
	firstYear = 1900
	lastYear  = 2299
)

// year is the working days of one year: bit n stands for its n-th day, from 0.
type year struct {
	works  [6]uint64
	before int32 // working days of all years before
}

// yearTable is an entry of calendar.yaml.
type yearTable struct {
	Year     int        `yaml:"year"`
	Off      []dayOff   `yaml:"off"`
	Makeup   []Date     `yaml:"makeup"`
	Derived  []Date     `yaml:"derived"`
	Sources  []string   `yaml:"sources"`
	Reviewed reviewMark `yaml:"reviewed"`
	Verified bool       `yaml:"verified"`
}

type dayOff struct {
	On   Date   `yaml:"on"`
	Name string `yaml:"name"`
}

type reviewMark struct {
	By string `yaml:"by"`
	On Date   `yaml:"on"`
}

// fixedHolidays are the days off that Labour Code 2019, art. 112(1) fixes to a
// day of the calendar; 24/11 was added by Resolution 28/2026/QH16.
var fixedHolidays = []struct {
	month time.Month
	day   int
	from  int
	name  string
}{
	{time.January, 1, firstYear, "Tết Dương lịch"},
	{time.April, 30, firstYear, "Ngày Chiến thắng"},
	{time.May, 1, firstYear, "Quốc tế Lao động"},
	{time.September, 2, firstYear, "Quốc khánh"},
	{time.November, 24, 2026, "Ngày Văn hóa Việt Nam"},
}

// loadCalendar reads calendar.yaml. A table with an error makes the calendar
// nil.
func loadCalendar(fsys fs.FS) (*Calendar, []yamlfile.Problem) {
	var tables []yearTable
	var problems []yamlfile.Problem
	lines := map[int]int{} // year → line of its table
	unread := yamlfile.List(fsys, calendarFile, func(at yamlfile.Place, t yearTable) {
		problems = append(problems, t.check(at)...)
		if first, twice := lines[t.Year]; twice {
			problems = append(problems, at.Problem("year", true, fmt.Sprintf("năm %d có hai bảng, bảng trước ở dòng %d; bỏ một", t.Year, first)))
			return
		}
		lines[t.Year] = at.Line("year")
		tables = append(tables, t)
	})
	problems = append(unread, problems...)
	if slices.ContainsFunc(problems, func(p yamlfile.Problem) bool { return p.Fatal }) {
		return nil, problems
	}
	return newCalendar(tables), problems
}

// check names what is wrong with one year's table.
func (t yearTable) check(at yamlfile.Place) (problems []yamlfile.Problem) {
	line := at.Line("year")
	bad := func(format string, args ...any) {
		problems = append(problems, yamlfile.Problem{File: calendarFile, Line: line, Fatal: true, Reason: fmt.Sprintf(format, args...)})
	}
	if t.Year < firstYear || t.Year > lastYear {
		bad("thiếu năm, hoặc năm %d không đúng; viết year: 2028", t.Year)
		return problems
	}
	off := map[Date]bool{}
	for i, d := range t.Off {
		line = at.LineIn("off", i)
		switch {
		case d.On.IsZero():
			bad("thiếu ngày; viết {on: %d-09-02, name: Quốc khánh}", t.Year)
			continue
		case d.On.Year != t.Year:
			bad("ngày %s không thuộc năm %d", vietnamese(d.On), t.Year)
		case weekend(d.On):
			bad("ngày %s là %s, vốn đã nghỉ; bỏ dòng này, và ghi ngày nghỉ bù nếu có", vietnamese(d.On), weekdayName(d.On))
		case off[d.On]:
			bad("ngày %s viết hai lần; bỏ một", vietnamese(d.On))
		}
		if d.Name == "" {
			bad("ngày %s chưa có tên; viết name: Quốc khánh", vietnamese(d.On))
		}
		off[d.On] = true
	}
	made := map[Date]bool{}
	for i, d := range t.Makeup {
		line = at.LineIn("makeup", i)
		switch {
		case d.Year != t.Year:
			bad("ngày làm bù %s không thuộc năm %d", vietnamese(d), t.Year)
		case !weekend(d):
			bad("ngày làm bù %s là %s; ngày làm bù phải là thứ Bảy hoặc Chủ nhật", vietnamese(d), weekdayName(d))
		case made[d]:
			bad("ngày làm bù %s viết hai lần; bỏ một", vietnamese(d))
		}
		made[d] = true
	}
	for i, d := range t.Derived {
		if line = at.LineIn("derived", i); !off[d] {
			bad("ngày %s ở derived không có trong off; derived chỉ ghi ngày nghỉ tự suy", vietnamese(d))
		}
	}
	line = at.Line("off")
	if n := tetDays(off); n < 3 {
		bad("năm %d mới có %d ngày nghỉ Tết Âm lịch; Tết nghỉ 5 ngày, ghi mỗi ngày rơi vào ngày thường một dòng", t.Year, n)
	}
	for _, h := range fixedHolidays {
		if d := (Date{t.Year, h.month, h.day}); t.Year >= h.from && !weekend(d) && !off[d] {
			bad("thiếu ngày %s (%s)", vietnamese(d), h.name)
		}
	}
	line = at.Line("")
	if len(t.Sources) == 0 {
		bad("bảng năm %d chưa có nguồn; viết sources: và tên thông báo", t.Year)
	}
	if t.Reviewed.By == "" || t.Reviewed.On.IsZero() {
		bad("bảng năm %d chưa có người đối chiếu; viết reviewed: {by: …, on: 2026-12-01}", t.Year)
	}
	return problems
}

// tetDays counts the days off from 18 January to 26 February: the lunar year
// begins between 21 January and 20 February, and Tết is five days around that.
func tetDays(off map[Date]bool) (n int) {
	for d := range off {
		if d.Month == time.January && d.Day >= 18 || d.Month == time.February && d.Day <= 26 {
			n++
		}
	}
	return n
}

func weekend(d Date) bool { return d.Weekday() == time.Saturday || d.Weekday() == time.Sunday }

// vietnamese is a day as people here write it.
func vietnamese(d Date) string { return fmt.Sprintf("%02d/%02d/%d", d.Day, d.Month, d.Year) }

func weekdayName(d Date) string {
	return [...]string{"Chủ nhật", "thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy"}[d.Weekday()]
}

func newCalendar(tables []yearTable) *Calendar {
	c := &Calendar{names: map[Date]string{}, derived: map[Date]bool{}, tables: map[int]bool{}}
	for i := range c.years {
		c.years[i].open(firstYear + i)
	}
	for _, t := range tables {
		c.tables[t.Year] = t.Verified
		for _, d := range t.Off {
			c.names[d.On] = d.Name
			c.set(d.On, false)
		}
		for _, d := range t.Makeup {
			c.set(d, true)
		}
		for _, d := range t.Derived {
			c.derived[d] = true
		}
	}
	var before int32
	for i := range c.years {
		for _, h := range fixedHolidays {
			if y := firstYear + i; !c.tables[y] && y >= h.from { // a table has them anyway
				c.set(Date{y, h.month, h.day}, false)
			}
		}
		c.years[i].before = before
		before += int32(c.years[i].count(366)) // #nosec G115 -- at most 366
	}
	return c
}

// open marks Monday to Friday.
func (y *year) open(n int) {
	first := Date{n, time.January, 1}
	weekday := first.Weekday()
	for i := range first.DaysUntil(Date{n + 1, time.January, 1}) {
		if weekday != time.Saturday && weekday != time.Sunday {
			y.works[i/64] |= 1 << (i % 64)
		}
		weekday = (weekday + 1) % 7
	}
}

// count returns how many of the first n days are working days.
func (y *year) count(n int) (sum int) {
	for _, word := range y.works {
		if n < 64 {
			word &= 1<<max(n, 0) - 1
		}
		sum += bits.OnesCount64(word)
		n -= 64
	}
	return sum
}

// day returns which day of the year, from 0, is its n-th working day, from 1;
// there must be so many.
func (y *year) day(n int) int {
	at := 0
	for _, word := range y.works {
		if k := bits.OnesCount64(word); n > k {
			n -= k
			at += 64
			continue
		}
		for range n - 1 {
			word &= word - 1 // without its lowest bit
		}
		return at + bits.TrailingZeros64(word)
	}
	return at
}

func (c *Calendar) set(d Date, works bool) {
	y, n := &c.years[d.Year-firstYear], d.noon().YearDay()-1
	if works {
		y.works[n/64] |= 1 << (n % 64)
	} else {
		y.works[n/64] &^= 1 << (n % 64)
	}
}

// until counts the working days up to and with d, from the first day of all.
func (c *Calendar) until(d Date) int {
	switch {
	case d.Year < firstYear:
		return 0
	case d.Year > lastYear:
		d = Date{lastYear, time.December, 31}
	}
	y := &c.years[d.Year-firstYear]
	return int(y.before) + y.count(d.noon().YearDay())
}

// nth returns the n-th working day from the first day of all, from 1, and the
// nearest there is where n lies outside.
func (c *Calendar) nth(n int) Date {
	last := &c.years[len(c.years)-1]
	n = min(max(n, 1), int(last.before)+last.count(366))
	i, _ := slices.BinarySearchFunc(c.years[:], n, func(y year, n int) int { return int(y.before) - n })
	i-- // the last year that begins before the n-th
	y := &c.years[i]
	return Date{firstYear + i, time.January, 1}.AddDays(y.day(n - int(y.before)))
}

// Works reports whether d is a working day.
func (c *Calendar) Works(d Date) bool { return c.until(d) > c.until(d.AddDays(-1)) }

// Known reports whether there is a table of that year that was compared with the
// announcements.
func (c *Calendar) Known(year int) bool { return c.tables[year] }

// Off returns what a day from Monday to Friday is off for; empty when it is a
// working day, a day of the weekend, or off without a name known.
func (c *Calendar) Off(d Date) string {
	if name := c.names[d]; name != "" || c.Known(d.Year) {
		return name
	}
	for _, h := range fixedHolidays {
		if d.Month == h.month && d.Day == h.day && d.Year >= h.from && !weekend(d) {
			return h.name
		}
	}
	return ""
}

// Derived reports whether d is a day off that nobody has announced: it follows
// from the lunar calendar or from the rule on compensation.
func (c *Calendar) Derived(d Date) bool { return c.derived[d] }

// AddWorkingDays returns the n-th working day after d. d itself is not counted
// (rule tm-start-excluded: Civil Code 2015, art. 147(2)); a make-up Saturday
// counts (rule tm-workday, our default until the committee confirms it). No
// days after d is d, whether it is a working day or not, and -1 the last
// working day before it.
//
// The day is tentative when the count went through a year that is not Known.
func (c *Calendar) AddWorkingDays(d Date, n int) (due Date, tentative bool) {
	switch {
	case n > 0:
		due = c.nth(c.until(d) + n)
		return due, c.guessed(d.AddDays(1), due)
	case n < 0:
		due = c.nth(c.until(d.AddDays(-1)) + n + 1)
		return due, c.guessed(due, d.AddDays(-1))
	}
	return d, false
}

// NextWorking returns d when it is a working day, and else the first one after
// it (rule tm-end-of-day: Civil Code 2015, art. 148(5)).
func (c *Calendar) NextWorking(d Date) (next Date, tentative bool) {
	next = c.nth(c.until(d.AddDays(-1)) + 1)
	return next, c.guessed(d, next)
}

// WorkingDays returns how many working days lie after from, up to and with to.
// It is negative when to comes before from: so many lie after to, up to and
// with from.
func (c *Calendar) WorkingDays(from, to Date) int { return c.until(to) - c.until(from) }

// guessed reports whether a year that is not Known lies in the span.
func (c *Calendar) guessed(from, to Date) bool {
	for y := from.Year; y <= to.Year; y++ {
		if !c.Known(y) {
			return true
		}
	}
	return false
}

// askFrom is the month from which the table of the next year is missed: most
// deadlines reach 30 to 60 working days ahead, and the announcement for 2027
// came on 2 October 2026.
const askFrom = time.October

// Missing returns the years whose table is needed by now and is not there, or
// was not compared with the announcements.
func (c *Calendar) Missing(today Date) []int {
	years := []int{today.Year}
	if today.Month >= askFrom {
		years = append(years, today.Year+1)
	}
	return slices.DeleteFunc(years, c.Known)
}
