package journey

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// Month is one month of the calendar. Ages and the life of a certificate are
// counted in months (facts age-18-60, awareness-cert-60-months).
type Month struct{ Year, Month int }

// MonthOf returns the month in which t lies, in t's own zone.
func MonthOf(t time.Time) Month { return Month{t.Year(), int(t.Month())} }

// Add returns the month n months later, or earlier for a negative n.
func (m Month) Add(n int) Month {
	all := m.Year*12 + m.Month - 1 + n
	return Month{all / 12, all%12 + 1}
}

// Until returns how many months lie between m and later; negative if later
// comes before m.
func (m Month) Until(later Month) int {
	return (later.Year-m.Year)*12 + later.Month - m.Month
}

// String writes 03/2005, as people do.
func (m Month) String() string { return fmt.Sprintf("%02d/%04d", m.Month, m.Year) }

// MarshalText writes 2005-03, and nothing for no month.
func (m Month) MarshalText() ([]byte, error) {
	if m == (Month{}) {
		return nil, nil
	}
	return fmt.Appendf(nil, "%04d-%02d", m.Year, m.Month), nil
}

// UnmarshalText reads what MarshalText writes.
func (m *Month) UnmarshalText(b []byte) error {
	*m = Month{}
	if len(b) == 0 {
		return nil
	}
	t, err := time.Parse("2006-01", string(b))
	if err != nil {
		return fmt.Errorf("%q: %w", b, ErrNotAMonth)
	}
	*m = MonthOf(t)
	return nil
}

// ErrNotAMonth is returned for a text that names no month.
var ErrNotAMonth = errors.New("not a month")

var monthTyped = regexp.MustCompile(`^\s*(?:(?:tháng|thang|t)\s*)?(?:\d{1,2}\s*[/.-]\s*)?(\d{1,2})\s*(?:[/. -]|năm|nam)+\s*(\d{4})\s*$`)

// ParseMonth reads a month as people type it: 3/2005, 03-2005, "tháng 3 năm
// 2005", or a whole date, 15/3/2005. It returns ErrNotAMonth for anything
// else, and for years no living person was born in.
func ParseMonth(s string) (Month, error) {
	found := monthTyped.FindStringSubmatch(s)
	if found == nil {
		return Month{}, ErrNotAMonth
	}
	month, _ := strconv.Atoi(found[1]) // digits only
	year, _ := strconv.Atoi(found[2])
	if month < 1 || month > 12 || year < 1900 || year > 2100 {
		return Month{}, ErrNotAMonth
	}
	return Month{year, month}, nil
}

// Zone is the time zone of all rules (rule tm-tz): UTC+7, no summer time.
var Zone = time.FixedZone("Asia/Ho_Chi_Minh", 7*60*60)
