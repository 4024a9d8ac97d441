package roster

import (
	"strings"

	"donghanh/internal/journey"
)

// Typed reads a name or the path of a unit that is typed by itself, as it would
// be read in a list; the problem says what is the matter with it.
func Typed(column Column, text string) (value string, p *Problem) {
	c := cells{line: line{table: &Table{}}, cells: []string{text}, where: map[Column]int{column: 0}, today: journey.Date{}}
	switch column {
	case Name:
		value = c.name()
	case Unit:
		typed, _ := c.text(Unit)
		if value = string(c.unit(typed)); value == "" && len(c.problems) == 0 {
			c.bad(Unit, BadUnit, typed)
		}
		if strings.ContainsAny(value, "<>") || looksPrivate(value) {
			c.bad(Unit, BadUnit, value)
		}
	}
	if len(c.problems) > 0 {
		return "", &c.problems[0]
	}
	return value, nil
}
