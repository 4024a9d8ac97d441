package journey

import (
	"strings"
	"testing"
)

func TestUnitCovers(t *testing.T) {
	tests := []struct {
		unit, other Unit
		want        bool
	}{
		{"K47", "K47", true},
		{"K47", "K47/B5", true},
		{"K47", "K47/B5/T2", true},
		{"K47/B5", "K47", false},
		{"K47/B5", "K47/B6", false},
		{"K4", "K47", false}, // another unit whose name begins alike
		{"K4", "K47/B5", false},
		{"K47/B5", "K47/B51", false},
		{"", "K47", true}, // the whole academy
		{"", "", true},
		{"K47", "", false},
	}
	for _, tt := range tests {
		if got := tt.unit.Covers(tt.other); got != tt.want {
			t.Errorf("%q covers %q: %t, want %t", tt.unit, tt.other, got, tt.want)
		}
	}
}

func TestUnitParent(t *testing.T) {
	for unit, want := range map[Unit]Unit{"K47/B5/T2": "K47/B5", "K47/B5": "K47", "K47": "", "": ""} {
		if got := unit.Parent(); got != want {
			t.Errorf("parent of %q = %q, want %q", unit, got, want)
		}
	}
}

func TestWhoMaySeeAStudent(t *testing.T) {
	student := Person{Code: "sv1", Roles: []Role{Student}, Unit: "K47/B5", Mentor: "gv1"}
	tests := map[string]struct {
		who  Person
		want bool
	}{
		"the student":                      {Person{Code: "sv1", Roles: []Role{Student}}, true},
		"another student of the unit":      {Person{Code: "sv2", Roles: []Role{Student}, Unit: "K47/B5"}, false},
		"a student above the unit":         {Person{Code: "sv3", Roles: []Role{Student}, Unit: "K47"}, false},
		"the mentor":                       {Person{Code: "gv1", Roles: []Role{Mentor}}, true},
		"another mentor of the unit":       {Person{Code: "gv2", Roles: []Role{Mentor}, Unit: "K47/B5"}, false},
		"one who is a mentor no more":      {Person{Code: "gv1", Roles: []Role{Student}}, false},
		"the secretary of the unit":        {Person{Code: "bt1", Roles: []Role{CellSecretary}, Unit: "K47/B5"}, true},
		"the secretary of another":         {Person{Code: "bt2", Roles: []Role{CellSecretary}, Unit: "K47/B6"}, false},
		"the secretary of one named alike": {Person{Code: "bt3", Roles: []Role{CellSecretary}, Unit: "K4"}, false},
		"a secretary below the unit":       {Person{Code: "bt4", Roles: []Role{CellSecretary}, Unit: "K47/B5/T1"}, false},
		"the officer above":                {Person{Code: "cb1", Roles: []Role{YouthOfficer}, Unit: "K47"}, true},
		"the committee of the academy":     {Person{Code: "du1", Roles: []Role{BaseCommittee}}, true},
		"an admin of another unit":         {Person{Code: "qt1", Roles: []Role{Admin}, Unit: "K48"}, true},
		"a mentor who leads the unit too":  {Person{Code: "gv3", Roles: []Role{Mentor, CellSecretary}, Unit: "K47"}, true},
		"nobody":                           {Person{}, false},
	}
	for name, tt := range tests {
		if got := tt.who.MaySee(student); got != tt.want {
			t.Errorf("%s may see: %t, want %t", name, got, tt.want)
		}
	}
	unassigned := Person{Code: "sv9", Roles: []Role{Student}, Unit: "K47/B5"}
	if (Person{Roles: []Role{Mentor}}).MaySee(unassigned) {
		t.Error("a mentor without a code sees a student without a mentor")
	}
}

func TestCodesArePlain(t *testing.T) {
	for _, good := range []string{"sv17", "B21.DCCN-001", "2151_A", "7", strings.Repeat("x", 32)} {
		if !ValidCode(good) {
			t.Errorf("%q is no code", good)
		}
	}
	for _, bad := range []string{"", "sv 17", "sv/17", "sv:17", "đv1", ".sv", "-sv", "sv\n", strings.Repeat("x", 33)} {
		if ValidCode(bad) {
			t.Errorf("%q is a code", bad)
		}
	}
}
