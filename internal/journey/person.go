package journey

import (
	"regexp"
	"slices"
	"strings"
)

// Code names a person in the academy's own lists. It is part of button data,
// so it is short and plain: see ValidCode.
type Code string

var codeShape = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$`)

// ValidCode reports whether a text may be a code: up to 32 letters a-z,
// digits, dots, dashes and underscores.
func ValidCode(s string) bool { return codeShape.MatchString(s) }

// Unit is a place in the academy, as a path from the largest: "K47/B5". The
// empty unit is the whole academy.
type Unit string

// Covers reports whether other is u or lies below it.
func (u Unit) Covers(other Unit) bool {
	return u == "" || u == other || strings.HasPrefix(string(other), string(u)+"/")
}

// Parent returns the unit that u lies in; the academy lies in itself.
func (u Unit) Parent() Unit {
	i := strings.LastIndexByte(string(u), '/')
	return u[:max(i, 0)]
}

// Person is one who is in the academy's lists.
type Person struct {
	Code   Code   `json:"code"`
	Name   string `json:"name"`
	Roles  []Role `json:"roles"` // usually one; a mentor may be a cell secretary too
	Unit   Unit   `json:"unit,omitempty"`
	Mentor Code   `json:"mentor,omitempty"` // of a student; empty: nobody is assigned yet
	Birth  Month  `json:"birth,omitzero"`   // of a student, where known
}

// Has reports whether the person has one of the roles.
func (p Person) Has(roles ...Role) bool {
	return slices.ContainsFunc(p.Roles, func(r Role) bool { return slices.Contains(roles, r) })
}

// MaySee reports whether p may see what is kept of the student: oneself, the
// mentor of the student, whoever leads the student's unit, and an admin.
func (p Person) MaySee(student Person) bool {
	switch {
	case p.Code == student.Code, p.Has(Admin):
		return true
	case p.Has(Mentor) && p.Code != "" && student.Mentor == p.Code:
		return true
	}
	return p.Has(CellSecretary, YouthOfficer, BaseCommittee) && p.Unit.Covers(student.Unit)
}

// RolesFor returns the roles in which p has to do with what is on the way of
// another, or on p's own. A student is nothing but a student there.
func (p Person) RolesFor(of Person) []Role {
	if p.Code == of.Code {
		if of.Has(Student) {
			return []Role{Student}
		}
		return p.Roles
	}
	if !of.Has(Student) || !p.MaySee(of) {
		return nil
	}
	var roles []Role
	for _, role := range p.Roles {
		switch role {
		case Mentor:
			if of.Mentor == p.Code {
				roles = append(roles, role)
			}
		case CellSecretary, YouthOfficer, BaseCommittee:
			if p.Unit.Covers(of.Unit) {
				roles = append(roles, role)
			}
		case Guest, Student, Admin:
		}
	}
	return roles
}

// RolesOn returns the roles in which p has to do with one deadline of of: what
// falls to the roles p leads in is p's own, though p may be a student too.
func (p Person) RolesOn(d Deadline, of Person) []Role {
	if p.Code == of.Code && d.OfStaff() {
		return p.Roles
	}
	return p.RolesFor(of)
}
