package audit

import (
	"strings"

	"donghanh/internal/journey"
)

// Differ says in which of a person's particulars two versions differ, as it
// stands in a note: "role mentor → mentor+cell_secretary; unit K47/B5 → K47". Of
// names and birth it says that they changed, not from what to what.
func Differ(before, after journey.Person) string {
	var out []string
	moved := func(what, from, to string) {
		if from != to {
			out = append(out, what+" "+orNone(from)+" → "+orNone(to))
		}
	}
	moved("role", Roles(before), Roles(after))
	moved("unit", string(before.Unit), string(after.Unit))
	moved("mentor", string(before.Mentor), string(after.Mentor))
	if before.Name != after.Name {
		out = append(out, "name")
	}
	if before.Birth != after.Birth {
		out = append(out, "birth")
	}
	return strings.Join(out, "; ")
}

func orNone(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// Roles lists the roles of a person: "mentor+cell_secretary".
func Roles(p journey.Person) string {
	var out []string
	for _, r := range p.Roles {
		out = append(out, string(r))
	}
	return strings.Join(out, "+")
}
