package journey

// Keepers are the roles that look after the lists of a unit.
var Keepers = []Role{CellSecretary, YouthOfficer, BaseCommittee, Admin}

// given are the roles that whoever looks after a list may give; the others are
// an admin's to give.
var given = []Role{Student, Mentor}

// Keeps reports whether p looks after the lists of a unit: who leads it or one
// above it, and an admin.
func (p Person) Keeps(u Unit) bool {
	return p.Has(Admin) || p.Has(CellSecretary, YouthOfficer, BaseCommittee) && p.Unit.Covers(u)
}

// MayGive reports whether p may give all of those roles: those who lead are an
// admin's to name.
func (p Person) MayGive(roles ...Role) bool {
	if p.Has(Admin) {
		return true
	}
	for _, r := range roles {
		if !(Person{Roles: given}).Has(r) {
			return false
		}
	}
	return p.Has(Keepers...)
}

// MayChange reports whether p may say anew who another is, within what p keeps:
// a student or a mentor there. Of those who lead, and of oneself, an admin may.
func (p Person) MayChange(other Person) bool {
	if p.Has(Admin) {
		return true
	}
	return p.Code != other.Code && p.Keeps(other.Unit) && p.MayGive(other.Roles...)
}
