package journey

import "testing"

func TestWhoMayChangeWhom(t *testing.T) {
	who := func(code Code, unit Unit, roles ...Role) Person { return Person{Code: code, Unit: unit, Roles: roles} }
	officer, secretary := who("o", "K47", YouthOfficer), who("s", "K47/B5", CellSecretary)
	tests := map[string]struct {
		by, other   Person
		may, mayAll bool // change, and name somebody who leads
	}{
		"an officer and a student below":         {officer, who("x", "K47/B5", Student), true, false},
		"an officer and a mentor of the unit":    {officer, who("x", "K47", Mentor), true, false},
		"an officer and another unit's student":  {officer, who("x", "K48/B1", Student), false, false},
		"a unit whose name begins alike":         {officer, who("x", "K470", Student), false, false},
		"an officer and a person of no unit":     {officer, who("x", "", Student), false, false},
		"an officer and a secretary below":       {officer, who("x", "K47/B5", CellSecretary), false, false},
		"a mentor who is a secretary too":        {officer, who("x", "K47/B5", Mentor, CellSecretary), false, false},
		"a secretary and the unit above":         {secretary, who("x", "K47", Mentor), false, false},
		"an officer and themselves":              {who("o", "K47", YouthOfficer, Mentor), who("o", "K47", Mentor), false, false},
		"a mentor and their student":             {who("m", "K47/B5", Mentor), Person{Code: "x", Unit: "K47/B5", Roles: []Role{Student}, Mentor: "m"}, false, false},
		"a student and themselves":               {who("x", "K47/B5", Student), who("x", "K47/B5", Student), false, false},
		"an admin of no unit and anybody":        {who("", "", Admin), who("x", "K48/B1", BaseCommittee), true, true},
		"an officer of the academy and anywhere": {who("o", "", YouthOfficer), who("x", "K48/B1", Student), true, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			may, mayAll := tt.by.MayChange(tt.other), tt.by.MayGive(Roles...)
			if may != tt.may || mayAll != tt.mayAll {
				t.Errorf("%+v, %+v: may change %t, may give every role %t; want %t, %t", tt.by, tt.other, may, mayAll, tt.may, tt.mayAll)
			}
		})
	}
}
