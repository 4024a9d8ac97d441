// Package knowledge holds the approved answers with their sources, and finds
// the one a person asks for however it is typed. It invents nothing: what it
// returns is a text somebody wrote, reviewed and dated, or nothing.
//
// It does no input or output beyond reading the content it is given and has
// no clock: whether a document is in force is asked for a day. Reading uses
// all cores; nothing of it goes on once it has returned.
package knowledge

import (
	"crypto/sha256"
	"fmt"
	"time"

	"donghanh/internal/yamlfile"
)

// Topic names a need to know; the ids are those of the topic list.
type Topic string

// Topics that a function of the bot answers, not a text.
const (
	MyStatus Topic = "my-status"
	BotHelp  Topic = "bot-help"
)

// Topics of texts that stand beside a function, or in its place.
const (
	ProbationLength Topic = "probation-length" // beside a person's own day
	BotPrivacy      Topic = "bot-privacy"
)

// Date is a day of the calendar; Day and Month are 0 where only the year is
// known.
type Date struct{ Year, Month, Day int }

// UnmarshalText reads 2026-07-26, or 2018 where the day is not known.
func (d *Date) UnmarshalText(b []byte) error {
	if t, err := time.Parse("2006-01-02", string(b)); err == nil {
		*d = Date{t.Year(), int(t.Month()), t.Day()}
		return nil
	}
	if t, err := time.Parse("2006", string(b)); err == nil {
		*d = Date{Year: t.Year()}
		return nil
	}
	return fmt.Errorf("ngày %q không đúng dạng 2026-07-26", b)
}

// MarshalText writes the date as UnmarshalText reads it.
func (d Date) MarshalText() ([]byte, error) {
	if d.Month == 0 {
		return fmt.Appendf(nil, "%04d", d.Year), nil
	}
	return fmt.Appendf(nil, "%04d-%02d-%02d", d.Year, d.Month, d.Day), nil
}

// IsZero reports whether no date was given.
func (d Date) IsZero() bool { return d == Date{} }

// After reports whether d comes later than other.
func (d Date) After(other Date) bool {
	a := d.Year*10000 + d.Month*100 + d.Day
	return a > other.Year*10000+other.Month*100+other.Day
}

// Status says whether a document is in force.
type Status string

// Statuses of a document.
const (
	InForce  Status = "in_force"
	Replaced Status = "replaced"
	Unknown  Status = "unknown" // old, or not yet checked
)

// Document is one entry of the register of documents.
type Document struct {
	ID       string      `yaml:"id"`
	Name     string      `yaml:"name"`  // as people know it, with its number
	Short    string      `yaml:"short"` // the number alone
	Date     Date        `yaml:"date"`
	Status   Status      `yaml:"status"`
	Replaced Replacement `yaml:"replaced"`
	Note     string      `yaml:"note"`

	at yamlfile.Place
}

// Replacement says from which day a document no longer stands, and what
// stands in its place.
type Replacement struct {
	By string `yaml:"by"`
	On Date   `yaml:"on"`
}

// Gone reports whether the document no longer stands on the day.
func (d Document) Gone(day Date) bool {
	return d.Status == Replaced && !d.Replaced.On.After(day)
}

// Fact is one rule with the document it rests on.
type Fact struct {
	ID       string   `yaml:"id"`
	Says     string   `yaml:"says"`
	Document string   `yaml:"document"` // in force; empty where only an old text or practice is known
	Article  string   `yaml:"article"`
	Also     []string `yaml:"also"`
	ReadIn   string   `yaml:"read_in"` // the text it was really read in, where not checked against Document
	ReadAt   string   `yaml:"read_at"`
	Basis    string   `yaml:"basis"` // where there is no document at all
	Verified bool     `yaml:"verified"`
	Limit    string   `yaml:"limit"` // the part that is not verified
	Local    bool     `yaml:"local"` // an example of one place
	Section  string   `yaml:"section"`

	at yamlfile.Place
}

// Approval says who stands behind a text. By and On are empty while it awaits
// approval.
type Approval struct {
	By       string `yaml:"by"`
	On       Date   `yaml:"on"`
	Drafted  Date   `yaml:"drafted"`
	Awaiting string `yaml:"awaiting"`
}

// Given reports whether somebody approved the text.
func (a Approval) Given() bool { return a.By != "" && !a.On.IsZero() }

// Entry is one answer.
type Entry struct {
	ID       Topic    `yaml:"id"`
	Title    string   `yaml:"title"` // label of a button
	Ask      []string `yaml:"ask"`   // the ways people ask
	Answer   string   `yaml:"answer"`
	Facts    []string `yaml:"facts"`
	Related  []Topic  `yaml:"related"`
	Function bool     `yaml:"function"` // answered by a function of the bot
	Approval Approval `yaml:"approval"`

	at yamlfile.Place
}

// Scope is one kind of question the bot declines, with what it says instead.
type Scope struct {
	ID    string   `yaml:"id"`
	Title string   `yaml:"title"`
	Ask   []string `yaml:"ask"`
	Reply string   `yaml:"reply"`

	at yamlfile.Place
}

// Care is a kind of distress or danger, met before any question.
type Care struct {
	ID      string   `yaml:"id"`
	Phrases []string `yaml:"phrases"`
	Except  []string `yaml:"except"` // harmless runs that hold one of the phrases
	Urgent  bool     `yaml:"urgent"` // a person may be in danger: those on duty hear at once
	Reply   string   `yaml:"reply"`

	at yamlfile.Place
}

// Book is all content of one reading, checked and ready to be asked. It is
// not changed after Load; a new reading is a new Book.
type Book struct {
	Documents map[string]Document
	Facts     map[string]Fact
	Entries   map[Topic]Entry
	Order     []Topic // as read
	Scope     []Scope
	Care      []Care

	learnedFrom [sha256.Size]byte // names all that decides what is learned
	learnedAnew bool              // by this reading
	words       *normaliser
	index       *index
	cares       cares
}

// Citation is one source of an answer, to be worded.
type Citation struct {
	Document Document // in force; zero where there is none
	Article  string
	ReadIn   Document // the text really read, where not verified; zero otherwise
	ReadAt   string
	Basis    string
	Limit    string
	Verified bool
	Local    bool
}

// Sources returns what the entry rests on, in the order of its facts, each
// document and article once, and once more for a part of it not verified.
func (b *Book) Sources(e Entry) []Citation {
	var out []Citation
	seen := map[string]bool{}
	for _, id := range e.Facts {
		f := b.Facts[id]
		c := Citation{Article: f.Article, ReadAt: f.ReadAt, Basis: f.Basis, Limit: f.Limit, Verified: f.Verified, Local: f.Local}
		c.Document = b.Documents[f.Document]
		if !f.Verified {
			c.ReadIn = b.Documents[f.ReadIn]
		} else {
			c.ReadAt = ""
		}
		key := fmt.Sprint(f.Document, "|", f.Article, "|", c.ReadIn.ID, "|", c.ReadAt, "|", f.Basis, "|", f.Limit, f.Verified, f.Local)
		if !seen[key] {
			seen[key] = true
			out = append(out, c)
		}
	}
	return out
}

// Withdrawn returns the document whose replacement took the entry's ground
// away on the day. A text that was only read in an older document, under a
// successor still in force, stands.
func (b *Book) Withdrawn(e Entry, day Date) (Document, bool) {
	for _, id := range e.Facts {
		if d, ok := b.Documents[b.Facts[id].Document]; ok && d.Gone(day) {
			return d, true
		}
	}
	return Document{}, false
}
