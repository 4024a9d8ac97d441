package journey

import "slices"

// Leads says who has which role in which unit. Create it with LeadsOf.
type Leads struct {
	in     map[Role]map[Unit][]Code
	listed map[Code]Person
}

// LeadsOf returns who leads what among the staff.
func LeadsOf(staff []Person) Leads {
	l := Leads{map[Role]map[Unit][]Code{}, map[Code]Person{}}
	for _, p := range staff {
		l.listed[p.Code] = p
		for _, role := range p.Roles {
			if l.in[role] == nil {
				l.in[role] = map[Unit][]Code{}
			}
			l.in[role][p.Unit] = append(l.in[role][p.Unit], p.Code)
		}
	}
	return l
}

// Nearest returns those who have the role in the unit of p, or in the nearest
// one above it in which somebody has; never p.
func (l Leads) Nearest(p Person, role Role) []Code {
	for u := p.Unit; ; u = u.Parent() {
		others := slices.DeleteFunc(slices.Clone(l.in[role][u]), func(c Code) bool { return c == p.Code })
		if len(others) > 0 || u == "" {
			return others
		}
	}
}

// Correct takes from one of the staff what their own track says they lead no
// longer; the zero Person: there is no track.
func (l Leads) Correct(code Code, now Person) {
	listed := l.listed[code]
	for _, role := range listed.Roles {
		if now.Unit != listed.Unit || !now.Has(role) {
			l.in[role][listed.Unit] = slices.DeleteFunc(l.in[role][listed.Unit], func(c Code) bool { return c == code })
		}
	}
}
