package roster

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"donghanh/internal/journey"
	"donghanh/internal/yamlfile"
)

// Most letters a cell may have.
const (
	longestName   = 80
	longestUnit   = 64
	longestDetail = 80
	deepestUnit   = 5 // parts of a path
	shownOf       = 60
)

// Lists is what the tables say, each cell for itself.
type Lists struct {
	tables []*Table
	people []personRow
	events []eventRow
	broken map[journey.Code]bool // codes of people whose row cannot be used
	gaps   map[journey.Code]line // the first row of events of a person that cannot be used
}

// line is where a row was read.
type line struct {
	table *Table
	row   int
}

func (l line) problem(column Column, why Why, value string) Problem {
	if utf8.RuneCountInString(value) > shownOf {
		value = string([]rune(value)[:shownOf]) + "…"
	}
	return Problem{File: l.table.File, Sheet: l.table.Sheet, Row: l.row, Column: column, Why: why, Value: value}
}

// personRow is a row of people. A nil field has no column.
type personRow struct {
	line
	code   journey.Code
	name   string
	roles  []journey.Role
	unit   *journey.Unit
	mentor *journey.Code
	birth  journey.Month // none: the cell is empty or there is no column
}

// eventRow is a row of events.
type eventRow struct {
	line
	code   journey.Code
	event  string
	on     journey.Date
	detail string
}

// Read reads the tables. Each is of people or of events, which its sheet's name
// or else its header tells. today is where the future begins.
func Read(tables []Table, today journey.Date) (Lists, []Problem) {
	l := Lists{broken: map[journey.Code]bool{}, gaps: map[journey.Code]line{}}
	var problems []Problem
	for i := range tables {
		t := &tables[i]
		l.tables = append(l.tables, t)
		problems = append(problems, l.read(t, today)...)
	}
	return l, problems
}

// Codes returns every code that the lists speak of, each once.
func (l Lists) Codes() []journey.Code {
	all := l.Listed()
	for _, p := range l.people {
		if p.mentor != nil {
			all = append(all, *p.mentor)
		}
	}
	for _, e := range l.events {
		all = append(all, e.code)
	}
	return once(all)
}

// Listed returns the codes of the people in the lists, each once.
func (l Lists) Listed() []journey.Code {
	all := make([]journey.Code, len(l.people))
	for i, p := range l.people {
		all[i] = p.code
	}
	return once(all)
}

// MentorsNoMore returns those in the lists who are known as mentors and not
// listed as such.
func (l Lists) MentorsNoMore(known map[journey.Code]journey.Track) []journey.Code {
	still := map[journey.Code]bool{}
	for _, p := range l.people {
		still[p.code] = still[p.code] || slices.Contains(p.roles, journey.Mentor)
	}
	return slices.DeleteFunc(l.Listed(), func(c journey.Code) bool {
		return still[c] || !known[c].Person.Has(journey.Mentor)
	})
}

// once returns the codes in their order, without those met before.
func once(codes []journey.Code) (out []journey.Code) {
	seen := map[journey.Code]bool{"": true}
	for _, c := range codes {
		if !seen[c] {
			seen[c] = true
			out = append(out, c)
		}
	}
	return out
}

// Rows returns how many rows of people and of events there are.
func (l Lists) Rows() (people, events int) { return len(l.people), len(l.events) }

func (l *Lists) read(t *Table, today journey.Date) (problems []Problem) {
	kind := t.Kind()
	if kind == Unknown && t.Sheet != "" {
		return []Problem{line{table: t}.problem("", SheetSkipped, "")}
	}
	top := headerAmong(t.Rows)
	if top < 0 {
		return []Problem{line{table: t}.problem("", Empty, "")}
	}
	header := t.Rows[top]
	at := line{t, header.Number}
	if kind == Unknown {
		return []Problem{at.problem("", UnknownTable, strings.Join(cleanAll(header.Cells), ", "))}
	}
	where, problems := place(at, kind, header)
	if t.Hidden > 0 {
		problems = append(problems, line{table: t}.problem("", RowsHidden, fmt.Sprint(t.Hidden)))
	}
	if len(t.Merged) > 0 {
		problems = append(problems, line{table: t}.problem("", CellsMerged, strings.Join(t.Merged[:min(5, len(t.Merged))], ", ")))
	}
	if slices.ContainsFunc(problems, Problem.Fatal) {
		return problems
	}
	rows := 0
	for _, r := range t.Rows[top+1:] {
		if r.blank() {
			continue
		}
		c := cells{line: line{t, r.Number}, cells: r.Cells, where: where, today: today}
		if c.footer(kind) {
			problems = append(problems, c.problem("", RowSkipped, ""))
			continue
		}
		rows++
		c.check(kind, len(header.Cells))
		if kind == People {
			if p := c.person(); len(c.problems) == 0 {
				l.people = append(l.people, p)
			} else {
				l.broken[p.code] = true
			}
		} else if e := c.happened(); len(c.problems) == 0 {
			l.events = append(l.events, e)
		} else {
			l.gap(e.code, c.line)
		}
		problems = append(problems, c.problems...)
	}
	if rows == 0 {
		problems = append(problems, at.problem("", Empty, ""))
	}
	return problems
}

// gap keeps the first row of events of a person that cannot be used.
func (l *Lists) gap(code journey.Code, at line) {
	if _, ok := l.gaps[code]; !ok {
		l.gaps[code] = at
	}
}

// kindByHeader tells a table by its columns.
func kindByHeader(header Row) Kind {
	var has []Column
	for _, cell := range header.Cells {
		if c, ok := ColumnOf(cell); ok {
			has = append(has, c)
		}
	}
	switch {
	case slices.Contains(has, Event):
		return Events
	case slices.Contains(has, Role), slices.Contains(has, Name):
		return People
	case slices.Contains(has, Date) && slices.Contains(has, Code):
		return Events
	}
	return Unknown
}

// place finds the columns of a header.
func place(at line, kind Kind, header Row) (where map[Column]int, problems []Problem) {
	where = map[Column]int{}
	for i, cell := range header.Cells {
		column, ok := ColumnOf(cell)
		_, twice := where[column]
		switch {
		case ok && twice:
			problems = append(problems, at.problem(column, ColumnTwice, clean(cell)))
		case ok && slices.Contains(columns[kind], column):
			where[column] = i
		case slices.Contains(counters, plain(cell)):
		default:
			p := at.problem("", ColumnUnused, clean(cell))
			if meant := nearest(plain(cell), kind); !ok && meant != "" {
				p.Why, p.Other = ColumnMistyped, string(meant)
			}
			problems = append(problems, p)
		}
	}
	for _, column := range columns[kind][:3] {
		if _, ok := where[column]; !ok {
			problems = append(problems, at.problem(column, ColumnMissing, ""))
		}
	}
	return where, problems
}

// nearest returns the column that a mistyped header means.
func nearest(header string, kind Kind) Column {
	var known []string
	for name, column := range headers {
		if len(name) > 3 && slices.Contains(columns[kind], column) {
			known = append(known, name)
		}
	}
	// Only letters in the wrong place: "so dien thoai" is no "so hieu".
	if near := yamlfile.Nearest(header, known); near != "" && strings.Count(near, " ") == strings.Count(header, " ") {
		return headers[near]
	}
	return ""
}

// cells reads one row and gathers what is wrong with it.
type cells struct {
	line
	cells    []string
	where    map[Column]int
	today    journey.Date
	problems []Problem
}

func (c *cells) bad(column Column, why Why, value string) *Problem {
	c.problems = append(c.problems, c.problem(column, why, value))
	return &c.problems[len(c.problems)-1]
}

// text returns a cell without what cannot be seen; ok is false where there is
// no such column.
func (c *cells) text(column Column) (text string, ok bool) {
	i, ok := c.where[column]
	if !ok || i >= len(c.cells) {
		return "", ok
	}
	return clean(c.cells[i]), true
}

// footer reports whether the row is none of the list, such as the signature
// below it: without a code and with one more cell at most, or with words in place
// of the code and nothing else.
func (c *cells) footer(kind Kind) bool {
	code, _ := c.text(Code)
	others := 0
	for _, column := range columns[kind] {
		if text, _ := c.text(column); column != Code && text != "" {
			others++
		}
	}
	return code == "" && others <= 1 || others == 0 && strings.Contains(code, " ")
}

// need returns a cell that may not be empty.
func (c *cells) need(column Column) string {
	text, _ := c.text(column)
	if text == "" {
		c.bad(column, ValueMissing, "")
	}
	return text
}

var brokenFormulas = []string{"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"}

// check finds what is wrong in any cell.
func (c *cells) check(kind Kind, width int) {
	for _, column := range columns[kind] {
		if text, _ := c.text(column); slices.Contains(brokenFormulas, text) {
			c.bad(column, CellError, text)
		}
	}
	for i, cell := range c.cells {
		if text := clean(cell); i >= width && text != "" {
			c.bad("", BeyondTheHeader, text)
			return
		}
	}
}

// short finds a cell that is too long.
func (c *cells) short(column Column, text string, longest int) {
	if utf8.RuneCountInString(text) > longest {
		c.bad(column, TooLong, text).Other = fmt.Sprint(longest)
	}
}

func (c *cells) code() journey.Code {
	text := c.need(Code)
	if text != "" && !journey.ValidCode(text) {
		c.bad(Code, BadCode, text)
	}
	return journey.Code(text)
}

// name reads what somebody is called.
func (c *cells) name() string {
	name := c.need(Name)
	c.short(Name, name, longestName)
	if looksPrivate(name) {
		c.bad(Name, LooksPrivate, "")
	}
	if name != "" && !strings.ContainsFunc(name, unicode.IsLetter) {
		c.bad(Name, BadName, name)
	}
	return name
}

func (c *cells) person() personRow {
	p := personRow{line: c.line, code: c.code(), name: c.name()}
	if text := c.need(Role); text != "" {
		named, bad := RolesOf(text)
		if bad != "" {
			c.bad(Role, BadRole, bad).Other = nearestRole(bad)
		}
		p.roles = named
	}
	if text, ok := c.text(Unit); ok {
		unit := c.unit(text)
		p.unit = &unit
	}
	if text, ok := c.text(Mentor); ok {
		code := journey.Code(text)
		p.mentor = &code
		switch {
		case text == "":
		case looksLikeName(text):
			c.bad(Mentor, MentorNamed, text)
		case strings.ContainsAny(text, ",;&+/ ") && severalCodes(text):
			c.bad(Mentor, TwoMentors, text)
		case !journey.ValidCode(text):
			c.bad(Mentor, BadCode, text)
		case code == p.code:
			c.bad(Mentor, MentorOneself, text)
		}
	}
	if text, _ := c.text(Birth); text != "" {
		p.birth = c.born(text)
	}
	return p
}

// looksLikeName reports whether a text is the name of a person rather than a
// code: words without a digit, or a word no code could be.
func looksLikeName(text string) bool {
	for part := range strings.FieldsSeq(text) {
		if strings.ContainsFunc(part, func(r rune) bool { return !unicode.IsLetter(r) && r != '.' && r != '-' }) {
			return false
		}
	}
	return strings.Contains(text, " ") || !journey.ValidCode(text)
}

func severalCodes(text string) bool {
	parts := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",;&+/ ", r) })
	return len(parts) > 1 && !slices.ContainsFunc(parts, func(s string) bool { return !journey.ValidCode(s) })
}

func nearestRole(text string) string {
	var known []string
	for name := range roles {
		if len(name) > 3 {
			known = append(known, name)
		}
	}
	return string(roles[yamlfile.Nearest(plain(text), known)])
}

var aroundSlash = regexp.MustCompile(`\s*[/\\]\s*`)

// unit reads a path of units.
func (c *cells) unit(text string) journey.Unit {
	if text == "" {
		return ""
	}
	text = aroundSlash.ReplaceAllString(text, "/")
	c.short(Unit, text, longestUnit)
	parts := strings.Split(text, "/")
	if len(parts) > deepestUnit || slices.Contains(parts, "") {
		c.bad(Unit, BadUnit, text)
		return ""
	}
	for i, part := range parts {
		if !numbered(part) && slices.ContainsFunc(parts[:i], func(s string) bool { return strings.EqualFold(s, part) }) {
			c.bad(Unit, UnitInItself, text).Other = part
			break
		}
	}
	return journey.Unit(text)
}

// numbered reports whether a unit is called by a number alone, as many are:
// class 2 of year 1 and class 1 of year 2 lie in no circle.
func numbered(part string) bool { return !strings.ContainsFunc(part, unicode.IsLetter) }

var (
	monthISO = regexp.MustCompile(`^(\d{4})-(\d{1,2})$`)
	timeOf   = regexp.MustCompile(`[ T]0?0:00(:00)?(\.0+)?$`) // spreadsheets add it to a day
)

// Ages of people who may stand in a list of students, in years.
const (
	youngest = 14
	oldest   = 70
)

// born reads a month of birth, or a whole date.
func (c *cells) born(text string) journey.Month {
	text = timeOf.ReplaceAllString(text, "")
	if m := monthISO.FindStringSubmatch(text); m != nil {
		text = m[2] + "/" + m[1]
	}
	month, err := journey.ParseMonth(text)
	if d, errDate := journey.ParseDate(text); errDate == nil {
		month, err = journey.Month{Year: d.Year, Month: int(d.Month)}, nil
	} else if len(strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("/.-", r) })) > 2 {
		err = errDate // 31/02/2005 has a month, but is no day
	}
	if full := fullYear(text, c.today.Year-youngest); err != nil && full != "" {
		c.bad(Birth, ShortYear, text).Other = full
		return journey.Month{}
	}
	if err != nil {
		c.bad(Birth, BadBirth, text)
		return journey.Month{}
	}
	age := month.Until(journey.Month{Year: c.today.Year, Month: int(c.today.Month)}) / 12
	switch {
	case month.Until(journey.Month{Year: c.today.Year, Month: int(c.today.Month)}) < 0:
		c.bad(Birth, BirthAhead, text)
	case age < youngest || age > oldest:
		c.bad(Birth, BadAge, text).Other = fmt.Sprint(age)
	}
	return month
}

var yearOfTwo = regexp.MustCompile(`^(\d{1,2}[/.-]\d{1,2}[/.-])(\d{2})$`)

// fullYear returns a day whose year has two digits with all four, in the last
// hundred years up to last; empty for anything else.
func fullYear(text string, last int) string {
	m := yearOfTwo.FindStringSubmatch(text)
	if m == nil {
		return ""
	}
	year, _ := strconv.Atoi(m[2])
	year += last / 100 * 100
	if year > last {
		year -= 100
	}
	full := m[1] + strconv.Itoa(year)
	if _, err := journey.ParseDate(full); err != nil {
		return ""
	}
	return full
}

func (c *cells) happened() eventRow {
	e := eventRow{line: c.line, code: c.code(), event: c.need(Event)}
	if text := c.need(Date); text != "" {
		on, err := journey.ParseDate(timeOf.ReplaceAllString(text, ""))
		if full := fullYear(text, c.today.Year+10); err != nil && full != "" {
			c.bad(Date, ShortYear, text).Other = full
		} else if err != nil {
			c.bad(Date, BadDate, text)
		}
		e.on = on
	}
	e.detail, _ = c.text(Detail)
	c.short(Detail, e.detail, longestDetail)
	return e
}

var (
	anyDate  = regexp.MustCompile(`\b\d{1,2}[/.-]\d{1,2}[/.-]\d{4}\b|\b\d{4}-\d{1,2}-\d{1,2}\b`)
	longRun  = regexp.MustCompile(`\+?\d(?:[ .-]?\d){8,}`)
	noDigits = regexp.MustCompile(`\D`)
)

// looksPrivate reports whether a text holds the number of an identity card (9
// or 12 digits) or of a phone (10 or 11 digits that begin with 0 or 84).
func looksPrivate(text string) bool {
	for _, run := range longRun.FindAllString(anyDate.ReplaceAllString(text, "|"), -1) {
		digits := noDigits.ReplaceAllString(run, "")
		phone := strings.HasPrefix(digits, "0") || strings.HasPrefix(digits, "84")
		if n := len(digits); n == 9 || n == 12 || (n == 10 || n == 11) && phone {
			return true
		}
	}
	return false
}

// clean returns a cell as it looks: composed, without what cannot be seen, and
// with single spaces.
func clean(s string) string {
	if plainASCII(s) {
		return s
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Cf, r): // zero width, byte order marks
			return -1
		case unicode.IsControl(r):
			return ' '
		}
		return r
	}, norm.NFC.String(strings.ToValidUTF8(s, "\uFFFD")))
	return strings.Join(strings.Fields(s), " ") // hard spaces too
}

// plainASCII reports whether there is nothing to clean.
func plainASCII(s string) bool {
	last := byte(' ')
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' || s[i] == ' ' && last == ' ' {
			return false
		}
		last = s[i]
	}
	return s == "" || last != ' '
}

func cleanAll(cells []string) []string {
	var out []string
	for _, cell := range cells {
		if text := clean(cell); text != "" {
			out = append(out, text)
		}
	}
	return out
}
