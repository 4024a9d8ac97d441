// Package roster decides what lists of people and events, typed by people into
// a spreadsheet, change in what is known: all of it, or nothing and every row
// that stands in the way. It reads no files and words nothing.
package roster

import (
	"cmp"
	"slices"
	"strings"

	"donghanh/internal/audit"
	"donghanh/internal/journey"
	"donghanh/internal/knowledge"
)

// Table is one sheet of a file, as it was typed. What stands above the header is
// a title.
type Table struct {
	File   string
	Sheet  string // empty: the file has no sheets
	Rows   []Row
	Hidden int      // rows its reader does not see on the screen; read all the same
	Merged []string // areas below the header whose value stands in their first cell only: "E2:E6"
}

// Sheet is a sheet to be written, as it stands in a workbook.
type Sheet struct {
	Name string
	Rows [][]string // the first is the header
}

// Row is one row with the number its reader knows it by, from 1.
type Row struct {
	Number int
	Cells  []string
}

// blank reports whether nothing stands in the row.
func (r Row) blank() bool {
	return !slices.ContainsFunc(r.Cells, func(c string) bool { return clean(c) != "" })
}

// Blank reports whether nothing stands in the table.
func (t Table) Blank() bool {
	return !slices.ContainsFunc(t.Rows, func(r Row) bool { return !r.blank() })
}

// Kind tells what a table lists: by the name of its sheet, or else by its
// header. A sheet among others needs the code and one more of the columns a list
// must have, since workbooks hold all kinds of tables beside the lists.
func (t Table) Kind() Kind {
	if kind := KindOf(t.Sheet); kind != Unknown {
		return kind
	}
	top := headerAmong(t.Rows)
	if top < 0 {
		return Unknown
	}
	header := t.Rows[top]
	if t.Sheet != "" && !slices.ContainsFunc(header.Cells, func(c string) bool { column, ok := ColumnOf(c); return ok && column == Code }) {
		return Unknown
	}
	return kindByHeader(header)
}

// Kind is what a table lists.
type Kind int

// Kinds of table.
const (
	Unknown Kind = iota
	People
	Events
)

// KindOf tells by the name of a sheet what it lists: people or events, Người
// or Mốc, in any case, with or without accents.
func KindOf(sheet string) Kind {
	switch plain(sheet) {
	case "people", "nguoi":
		return People
	case "events", "moc":
		return Events
	}
	return Unknown
}

// Column is a column of either list, by its English header.
type Column string

// Columns. The first six are of people, the others of events, which have Code
// too.
const (
	Code   Column = "code"
	Name   Column = "name"
	Role   Column = "role"
	Unit   Column = "unit"
	Mentor Column = "mentor"
	Birth  Column = "birth"
	Event  Column = "event"
	Date   Column = "date"
	Detail Column = "detail"
)

// columns of a kind of table; the first three are needed.
var columns = map[Kind][]Column{
	People: {Code, Name, Role, Unit, Mentor, Birth},
	Events: {Code, Event, Date, Detail},
}

// headers are the ways a column is called. Folded.
var headers = map[string]Column{
	"code": Code, "id": Code, "ma": Code, "ma so": Code, "mssv": Code, "msv": Code, "ma sv": Code,
	"ma sinh vien": Code, "ma so sinh vien": Code, "ma hoc vien": Code, "ma so hoc vien": Code,
	"ma nguoi": Code, "ma ca nhan": Code, "ma can bo": Code, "so hieu": Code,
	"name": Name, "full name": Name, "fullname": Name, "ten": Name, "ho ten": Name, "ho va ten": Name,
	"ho va ten dem": Name, "ten day du": Name,
	"role": Role, "vai tro": Role, "vai": Role, "chuc vu": Role,
	"unit": Unit, "don vi": Unit, "lop": Unit, "chi bo": Unit, "chi doan": Unit,
	"mentor": Mentor, "nguoi giup do": Mentor, "ma nguoi giup do": Mentor, "dang vien giup do": Mentor,
	"nguoi huong dan": Mentor, "nguoi duoc phan cong giup do": Mentor,
	"birth": Birth, "birthday": Birth, "birth date": Birth, "date of birth": Birth, "dob": Birth, "sinh": Birth,
	"ngay sinh": Birth, "nam sinh": Birth, "thang sinh": Birth, "thang nam sinh": Birth, "ngay thang nam sinh": Birth,
	"event": Event, "moc": Event, "su kien": Event, "ma moc": Event,
	"date": Date, "ngay": Date, "ngay thang": Date, "ngay thang nam": Date, "ngay dien ra": Date,
	"detail": Detail, "details": Detail, "note": Detail, "ghi chu": Detail, "chi tiet": Detail,
}

// counters are headers of columns that only number the rows.
var counters = []string{"", "stt", "tt", "no", "so thu tu"}

// ColumnOf returns the column that a header names.
func ColumnOf(header string) (Column, bool) {
	c, ok := headers[plain(header)]
	return c, ok
}

// HoldsDates reports whether a header names a column of days, so that a number
// in it is a day as spreadsheets count them.
func HoldsDates(header string) bool {
	c, ok := ColumnOf(header)
	return ok && (c == Birth || c == Date)
}

// IsHeader reports whether a row names columns: two at least, so that a title
// above is none.
func (r Row) IsHeader() bool {
	known := 0
	for _, cell := range r.Cells {
		if _, ok := ColumnOf(cell); ok {
			known++
		}
	}
	return known > 1
}

// HeaderWithin is among how many rows with something in them a header is looked
// for.
const HeaderWithin = 20

// headerAmong returns which of the rows is the header, and where none is, the
// first with something in it; -1 when all are blank.
func headerAmong(rows []Row) int {
	if i := slices.IndexFunc(rows[:min(HeaderWithin, len(rows))], Row.IsHeader); i >= 0 {
		return i
	}
	return slices.IndexFunc(rows, func(r Row) bool { return !r.blank() })
}

// roles are the ways a role is called. Folded.
var roles = map[string]journey.Role{
	"student": journey.Student, "sinh vien": journey.Student, "sv": journey.Student, "hoc vien": journey.Student,
	"mentor": journey.Mentor, "nguoi giup do": journey.Mentor, "dang vien giup do": journey.Mentor,
	"dang vien duoc phan cong giup do": journey.Mentor, "nguoi huong dan": journey.Mentor,
	"cell secretary": journey.CellSecretary, "bi thu chi bo": journey.CellSecretary, "bi thu": journey.CellSecretary,
	"chi uy": journey.CellSecretary, "chi uy vien": journey.CellSecretary, "pho bi thu chi bo": journey.CellSecretary,
	"youth officer": journey.YouthOfficer, "can bo doan": journey.YouthOfficer,
	"base committee": journey.BaseCommittee, "dang uy co so": journey.BaseCommittee, "dang uy": journey.BaseCommittee,
	"admin": journey.Admin, "quan tri": journey.Admin, "nguoi quan tri": journey.Admin,
}

// RolesOf returns the roles that a text names, one or several parted by commas,
// semicolons, slashes, plus or ampersand signs, each once; in bad the first part
// that names none.
func RolesOf(text string) (named []journey.Role, bad string) {
	if role, ok := RoleOf(text); ok {
		return []journey.Role{role}, ""
	}
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",;/+&", r) }) {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		role, ok := RoleOf(part)
		if !ok {
			return nil, part
		}
		if !slices.Contains(named, role) {
			named = append(named, role)
		}
	}
	if len(named) == 0 {
		return nil, text
	}
	return named, ""
}

// RoleOf returns the role that a text names: its id, or what it is called in
// Vietnamese.
func RoleOf(text string) (journey.Role, bool) {
	r, ok := roles[plain(text)]
	return r, ok
}

// Plain is a text as headers, roles, names of sheets and titles are compared.
func Plain(s string) string { return plain(s) }

// plain is a text as headers, roles and names of sheets are compared: without
// accents and case, and with one space for whatever is no letter or digit.
func plain(s string) string {
	out := make([]byte, 0, len(s))
	for _, r := range knowledge.Fold(s) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			out = append(out, byte(r)) // #nosec G115 -- a letter or a digit
		case len(out) > 0 && out[len(out)-1] != ' ':
			out = append(out, ' ')
		}
	}
	if n := len(out); n > 0 && out[n-1] == ' ' {
		out = out[:n-1]
	}
	return string(out)
}

// Problem is a place in the lists, and what is the matter with it.
type Problem struct {
	File, Sheet string
	Row         int // 0: the whole file or sheet
	Column      Column
	Why         Why
	Value       string // what stands there
	Other       string // what was meant, what it disagrees with, or how much is allowed
	At          int    // another row it has to do with; 0: none
	Refusal     error  // of Refused: what the rules say
	Hint        *Hint  // of Refused; may be nil
}

// Hint says more of an event out of order.
type Hint struct {
	On    journey.Date      // its day
	Needs []journey.EventID // one of these must come before
	Later []journey.Event   // of those, what is listed or known of a later day
	Past  journey.Event     // what went past its place on the way; none: no ID
}

// Fatal reports whether the lists are not used because of it.
func (p Problem) Fatal() bool { return !slices.Contains(notes, p.Why) }

// Why is what is the matter.
type Why int

// Of a whole file.
const (
	NotUTF8       Why = iota // Row is the line of the first bad letter
	UTF16                    // "Unicode text" of Excel
	OldExcel                 // an .xls
	Protected                // by a password
	Damaged                  // or no spreadsheet at all
	Empty                    // no rows, or none below the header
	TooLarge                 // Value is its size, Other the most there may be
	TooManyRows              // Other is the most there may be
	NoSheet                  // Value lists those there are
	NoSpreadsheet            // Value says what else: "PDF", "Word"
	BadQuotes                // a quotation mark in a CSV is not closed, or stands alone

	// Of a sheet.
	UnknownTable    // the header fits neither list; Value is the header
	SheetSkipped    // a note; neither list
	RowSkipped      // a note; no code and next to nothing else
	ColumnMissing   // Column
	ColumnTwice     // Column; Value is the second header
	ColumnMistyped  // Value is the header, Other what was meant
	ColumnUnused    // a note; Value is the header
	RowsHidden      // a note; Value is how many
	CellsMerged     // Value lists where
	BeyondTheHeader // Value stands in a column without a header

	// Of a cell.
	ValueMissing
	TooLong        // Other is how many letters there may be
	CellError      // Value is what a broken formula shows: "#N/A"
	LooksPrivate   // the number of an identity card or a phone
	BadCode        //
	BadName        // no letters
	BadRole        // Other is what was meant
	BadUnit        // an empty part, or too many
	UnitInItself   // the path holds Other twice
	UnitCycle      // of the two units in Other, each lies in the other; At is the other row
	UnitSpelt      // another spelling of Other, which stands in row At or is known
	BadDate        //
	ShortYear      // two digits; Other is the day with all four
	DateAhead      //
	BadBirth       //
	BirthAhead     //
	BadAge         // Other is the age
	UnknownEvent   // Other is what was meant
	NotForRole     // mentor or birth of one who is no student
	MentorMissing  // no such person, in the files or known
	MentorOneself  //
	MentorNamed    // a name in place of a code
	MentorHasNot   // the role of a mentor
	TwoMentors     // Other is the other one
	CodeTwice      // with other data in Column: Other, in row At
	UnknownCode    // Other is one that differs by case only
	Refused        // by the rules
	WithoutThis    // a note; later rows of Value were looked at without this one
	UnitMissing    // a note: a student or secretary without a unit; Value is how many
	Beyond         // of somebody, or with a unit, whom Plan's by does not look after; Value is the unit, where it is theirs
	NotYours       // a change of somebody who leads, or of oneself
	RoleNotYours   // a role that only an admin gives
	MentorBeyond   // a mentor whom by does not look after
	EventNotYours  // an event that by may not record
	MentorStillHas // a mentor no more, and still that of Other, who is in no list
)

var notes = []Why{ColumnUnused, RowsHidden, UnitMissing, SheetSkipped, RowSkipped, WithoutThis}

// Change is what the lists change for one person.
type Change struct {
	New    bool
	Was    journey.Person  // as known so far; of a new person nothing
	Events []journey.Event // those that were not known, by their day
	Track  journey.Track   // as it is to be kept
}

// Note says what changed, as it stands in the log: no name, and no detail of an
// event.
func (c Change) Note() string {
	note := audit.Differ(c.Was, c.Track.Person)
	if c.New {
		note = strings.TrimSpace("new " + audit.Roles(c.Track.Person) + " " + string(c.Track.Person.Unit))
	}
	for _, e := range c.Events {
		note += "; " + string(e.ID) + " " + e.On.String()
	}
	return strings.TrimPrefix(note, "; ")
}

// InOrder sorts findings as the files were given, by row.
func (l Lists) InOrder(problems []Problem) {
	place := map[[2]string]int{}
	for i, t := range l.tables {
		place[[2]string{t.File, t.Sheet}] = i
	}
	slices.SortStableFunc(problems, func(a, b Problem) int {
		return cmp.Or(
			cmp.Compare(place[[2]string{a.File, a.Sheet}], place[[2]string{b.File, b.Sheet}]),
			cmp.Compare(a.Row, b.Row))
	})
}
