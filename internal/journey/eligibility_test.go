package journey

import (
	"testing"

	"pgregory.net/rapid"
)

func TestSelfCheck(t *testing.T) {
	today := Month{2026, 11}
	whole := Eligibility{Birth: Month{2005, 3}, Union: Yes, School: Yes, Class: Certificate, Certified: Month{2025, 4}, Local: Yes}
	with := func(change func(*Eligibility)) Eligibility {
		e := whole
		change(&e)
		return e
	}
	tests := map[string]struct {
		said      Eligibility
		condition Condition
		mark      Mark
		until     Month
	}{
		"nineteen is old enough":                     {whole, Age, Met, Month{}},
		"seventeen is told the month of eighteen":    {with(func(e *Eligibility) { e.Birth = Month{2009, 2} }), Age, Missing, Month{2027, 2}},
		"eighteen this month depends on the day":     {with(func(e *Eligibility) { e.Birth = Month{2008, 11} }), Age, AskCell, Month{}},
		"over sixty is for the cell":                 {with(func(e *Eligibility) { e.Birth = Month{1960, 1} }), Age, AskCell, Month{}},
		"no member of the Youth Union is missing":    {with(func(e *Eligibility) { e.Union = No }), Union, Missing, Month{}},
		"past the Youth Union's age is for the cell": {with(func(e *Eligibility) { e.Union, e.TooOld = No, true }), Union, AskCell, Month{}},
		"a certificate of last year stands":          {whole, Awareness, Met, Month{2030, 4}},
		"a certificate of 11/2021 ends this month":   {with(func(e *Eligibility) { e.Certified = Month{2021, 11} }), Awareness, AskCell, Month{2026, 11}},
		"a certificate of 10/2021 is past":           {with(func(e *Eligibility) { e.Certified = Month{2021, 10} }), Awareness, Missing, Month{2026, 10}},
		"a certificate of long ago is past":          {with(func(e *Eligibility) { e.Class = Expired }), Awareness, Missing, Month{}},
		"attending is not yet a certificate":         {with(func(e *Eligibility) { e.Class = Attending }), Awareness, Missing, Month{}},
		"what the school asks may be unknown":        {with(func(e *Eligibility) { e.Local = Unknown }), LocalRule, AskCell, Month{}},
		"political standards are never judged":       {whole, Political, AskCell, Month{}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for _, f := range SelfCheck(tt.said, today) {
				if f.Condition != tt.condition {
					continue
				}
				if f.Mark != tt.mark || f.Until != tt.until {
					t.Errorf("%s: %s until %s, want %s until %s", f.Condition, f.Mark, f.Until, tt.mark, tt.until)
				}
				if len(f.Facts) == 0 {
					t.Errorf("%s rests on no fact", f.Condition)
				}
				return
			}
			t.Errorf("no finding on %s", tt.condition)
		})
	}
}

func TestParseMonth(t *testing.T) {
	tests := map[string]struct {
		typed string
		want  Month
		ok    bool
	}{
		"month and year":                  {"3/2005", Month{2005, 3}, true},
		"a dash and a nought":             {"03-2005", Month{2005, 3}, true},
		"in words":                        {"tháng 3 năm 2005", Month{2005, 3}, true},
		"in words without accents":        {"thang 12 nam 2004", Month{2004, 12}, true},
		"a whole date":                    {"15/3/2005", Month{2005, 3}, true},
		"the thirteenth month":            {"13/2005", Month{}, false},
		"a year alone":                    {"2005", Month{}, false},
		"a question that holds a month":   {"em sinh 3/2005 được chưa", Month{}, false},
		"a year before anyone was alive":  {"3/1805", Month{}, false},
		"nothing":                         {"", Month{}, false},
		"two digits of the year are none": {"3/05", Month{}, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := ParseMonth(tt.typed)
			if got != tt.want || (err == nil) != tt.ok {
				t.Errorf("ParseMonth(%q) = %s, %v, want %s, ok %t", tt.typed, got, err, tt.want, tt.ok)
			}
		})
	}
}

func TestMonthsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := Month{rapid.IntRange(1900, 2100).Draw(t, "year"), rapid.IntRange(1, 12).Draw(t, "month")}
		a, b := rapid.IntRange(-600, 600).Draw(t, "a"), rapid.IntRange(-600, 600).Draw(t, "b")
		if got, want := m.Add(a).Add(b), m.Add(a+b); got != want {
			t.Errorf("%s + %d + %d = %s, want %s", m, a, b, got, want)
		}
		if got := m.Until(m.Add(a)); got != a {
			t.Errorf("%s until %d later is %d", m, a, got)
		}
		if read, err := ParseMonth(m.String()); err != nil || read != m {
			t.Errorf("ParseMonth(%s) = %s, %v", m, read, err)
		}
	})
}
