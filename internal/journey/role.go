// Package journey holds what is true of the way into the Party: who takes part
// in it, its months and conditions. It does no input or output and has no
// clock.
package journey

// Role is what a person may do and see.
type Role string

// Roles. Guest is anybody the bot does not know: everyone may ask.
const (
	Guest         Role = ""
	Student       Role = "student"
	Mentor        Role = "mentor" // an official member assigned to help a student
	CellSecretary Role = "cell_secretary"
	YouthOfficer  Role = "youth_officer"
	BaseCommittee Role = "base_committee"
	Admin         Role = "admin"
)

// AtDesk are the roles that answer waiting questions.
var AtDesk = []Role{YouthOfficer, CellSecretary, Admin}

// Roles lists every role but Guest.
var Roles = []Role{Student, Mentor, CellSecretary, YouthOfficer, BaseCommittee, Admin}
