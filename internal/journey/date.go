package journey

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// Date is one day of the calendar in Zone. The zero Date is no day.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf returns the day in Zone on which t lies.
func DateOf(t time.Time) Date {
	y, m, d := t.In(Zone).Date()
	return Date{y, m, d}
}

// ErrNotADate is returned for a text that names no day.
var ErrNotADate = errors.New("not a date")

var (
	dateISO   = regexp.MustCompile(`^(\d{4})-(\d{1,2})-(\d{1,2})$`)
	dateTyped = regexp.MustCompile(`^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$`)
)

// ParseDate reads 2026-12-22, or 22/12/2026 as people here write it (with
// dots or dashes too). It returns ErrNotADate for anything else, for a day
// that does not exist, and for years outside 1900 to 2200.
func ParseDate(s string) (Date, error) {
	year, month, day := 1, 2, 3
	found := dateISO.FindStringSubmatch(s)
	if found == nil {
		year, month, day = 3, 2, 1
		found = dateTyped.FindStringSubmatch(s)
	}
	if found == nil {
		return Date{}, ErrNotADate
	}
	number := func(i int) int { n, _ := strconv.Atoi(found[i]); return n } // digits only
	d := Date{number(year), time.Month(number(month)), number(day)}
	if d.Year < 1900 || d.Year > 2200 || d != d.AddDays(0) {
		return Date{}, ErrNotADate
	}
	return d, nil
}

// String writes 2026-12-22, and "" for no day. Such strings sort as the days
// do.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day)
}

// MarshalText writes the date as String does.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what ParseDate reads; nothing is no day.
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = Date{}
		return nil
	}
	read, err := ParseDate(string(b))
	if err != nil {
		return fmt.Errorf("%q: %w", b, err)
	}
	*d = read
	return nil
}

// IsZero reports whether d is no day.
func (d Date) IsZero() bool { return d == Date{} }

// At returns the moment of d that lies so long after midnight.
func (d Date) At(sinceMidnight time.Duration) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, Zone).Add(sinceMidnight)
}

// noon is a moment of d in a zone without jumps, to count days with.
func (d Date) noon() time.Time { return time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, time.UTC) }

// AddDays returns the day n days later, or earlier for a negative n.
func (d Date) AddDays(n int) Date {
	y, m, day := d.noon().AddDate(0, 0, n).Date()
	return Date{y, m, day}
}

// AddMonths returns the day of the same number n months later, or the last one
// of that month where there is no such day (rule tm-months: Civil Code 2015,
// art. 148(3); 29/02/2024 and twelve months is 28/02/2025).
func (d Date) AddMonths(n int) Date {
	m := Month{d.Year, int(d.Month)}.Add(n)
	last := time.Date(m.Year, time.Month(m.Month)+1, 0, 12, 0, 0, 0, time.UTC).Day()
	return Date{m.Year, time.Month(m.Month), min(d.Day, last)}
}

// DaysUntil returns how many days lie between d and later; negative if later
// comes before d.
func (d Date) DaysUntil(later Date) int { return int(later.noon().Sub(d.noon()).Hours() / 24) }

// Compare is negative when d comes before other, and positive when after it.
func (d Date) Compare(other Date) int {
	return cmp.Or(cmp.Compare(d.Year, other.Year), cmp.Compare(d.Month, other.Month), cmp.Compare(d.Day, other.Day))
}

// Before reports whether d comes before other.
func (d Date) Before(other Date) bool { return d.Compare(other) < 0 }

// After reports whether d comes after other.
func (d Date) After(other Date) bool { return d.Compare(other) > 0 }

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return d.noon().Weekday() }
