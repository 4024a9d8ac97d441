package journey

// Eligibility is what a person says of themselves in the self-check. The zero
// value of each field means "not said yet".
type Eligibility struct {
	Birth     Month
	Union     Said  // member of the Youth Union
	TooOld    bool  // past the age of the Youth Union; with Union == No
	School    Said  // lower secondary school finished
	Class     Class // the awareness class
	Certified Month // when its certificate was issued, for Certificate
	Local     Said  // the school's own marks and conduct
}

// Said is an answer to a yes-or-no question.
type Said string

// Answers to a yes-or-no question.
const (
	Unsaid  Said = ""
	Yes     Said = "yes"
	No      Said = "no"
	Unknown Said = "unknown"
)

// Class says how far a person is with the awareness class.
type Class string

// States of the awareness class.
const (
	Certificate Class = "certificate"
	Expired     Class = "expired" // a certificate so old that its month does not matter
	Attending   Class = "attending"
	NoClass     Class = "none"
)

// Mark is what the self-check says of one condition. It says nothing of the
// outcome: the cell looks at each person.
type Mark string

// Marks.
const (
	Met     Mark = "met"
	Missing Mark = "missing"
	AskCell Mark = "ask" // only the cell or the school can tell
)

// Condition names one point of the self-check.
type Condition string

// Conditions, in the order in which they are told.
const (
	Age       Condition = "age"
	Schooling Condition = "school"
	Union     Condition = "union"
	Awareness Condition = "class"
	LocalRule Condition = "local"
	Political Condition = "political"
)

// Finding is the self-check's word on one condition, with the facts it rests
// on.
type Finding struct {
	Condition Condition
	Mark      Mark
	Facts     []string
	Until     Month // Age missing: the month of 18; Awareness: the certificate's last month
}

// Self-check in months.
const (
	adult         = 18 * 12 // fact age-18-60: counted by month, on the day the cell meets
	oldest        = 60 * 12 // fact age-18-60
	certificateIn = 60      // fact awareness-cert-60-months
)

// SelfCheck weighs what a person said against the national conditions, in the
// month of today. A month that decides by its day ("18 this month") is for the
// cell to tell.
func SelfCheck(e Eligibility, today Month) []Finding {
	return []Finding{
		checkAge(e.Birth, today),
		{Condition: Schooling, Mark: mark(e.School), Facts: []string{"education-lower-secondary"}},
		checkUnion(e),
		checkClass(e, today),
		{Condition: LocalRule, Mark: mark(e.Local), Facts: []string{"student-local-criteria"}},
		{Condition: Political, Mark: AskCell, Facts: []string{"political-standard"}},
	}
}

func mark(s Said) Mark {
	switch s {
	case Yes:
		return Met
	case No:
		return Missing
	}
	return AskCell
}

func checkAge(birth, today Month) Finding {
	f := Finding{Condition: Age, Facts: []string{"age-18-60"}}
	switch age := birth.Until(today); {
	case age < adult:
		f.Mark, f.Until = Missing, birth.Add(adult)
	case age == adult, age == oldest: // the day of the month decides
		f.Mark = AskCell
	case age > oldest:
		f.Mark, f.Facts = AskCell, []string{"age-over-60"}
	default:
		f.Mark = Met
	}
	return f
}

func checkUnion(e Eligibility) Finding {
	if e.Union == No && e.TooOld {
		return Finding{Condition: Union, Mark: AskCell, Facts: []string{"introducers-two", "introducers-trade-union"}}
	}
	return Finding{Condition: Union, Mark: mark(e.Union), Facts: []string{"youth-must-be-member"}}
}

func checkClass(e Eligibility, today Month) Finding {
	f := Finding{Condition: Awareness, Mark: Missing, Facts: []string{"awareness-class-required"}}
	if e.Class != Certificate && e.Class != Expired {
		return f
	}
	f.Facts = append(f.Facts, "awareness-cert-60-months")
	if e.Class == Expired {
		return f
	}
	f.Until = e.Certified.Add(certificateIn)
	switch left := today.Until(f.Until); {
	case left > 0:
		f.Mark = Met
	case left == 0: // the day of issue decides
		f.Mark = AskCell
	}
	return f
}
