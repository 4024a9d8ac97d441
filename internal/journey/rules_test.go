package journey

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"donghanh/content"
)

// theRules are the rules that come with the program.
var theRules = func() *Rules {
	r, problems := LoadRules(content.Built)
	for _, p := range problems {
		fmt.Println(p)
	}
	return r
}()

func on(s string) Date {
	d, err := ParseDate(s)
	if err != nil {
		panic(s + ": " + err.Error())
	}
	return d
}

// track reads the way of a student with a mentor, one fact a line: a day, the
// event, and its detail.
func track(lines ...string) Track {
	t := Track{Person: Person{Code: "sv17", Roles: []Role{Student}, Unit: "K47/B5", Mentor: "gv4"}}
	for _, line := range lines {
		t.Events = append(t.Events, event(line))
	}
	return t
}

func event(line string) Event {
	parts := strings.SplitN(line, " ", 3)
	e := Event{On: on(parts[0]), ID: EventID(parts[1]), By: "bt1"}
	if len(parts) == 3 {
		e.Detail = parts[2]
	}
	return e
}

// keys lists deadlines as "id due detail".
func keys(list []Deadline) []string {
	var out []string
	for _, d := range list {
		out = append(out, strings.TrimSpace(d.Rule.ID+" "+d.Due.String()+" "+d.Detail))
	}
	return out
}

// only keeps deadlines of an id.
func only(list []Deadline, id string) []Deadline {
	return slices.DeleteFunc(slices.Clone(list), func(d Deadline) bool { return d.Rule.ID != id })
}

// happy is one way from the first day to the card.
var happy = []string{
	"2025-09-10 E_SOURCE_LISTED",
	"2025-10-01 E_SYMPATHIZER_LISTED",
	"2025-10-01 E_MENTOR_ASSIGNED",
	"2025-11-03 E_CLASS_NOMINATED",
	"2025-12-01 E_CLASS_CERT_ISSUED",
	"2026-05-04 E_DOSSIER_OPENED",
	"2026-05-20 E_DOC_DATED 1-knd",
	"2026-06-15 E_DOSSIER_COMPLETE",
	"2026-06-20 E_CHECK_SENT que-quan",
	"2026-06-25 E_CHECK_RECEIVED que-quan",
	"2026-08-01 E_CHECK_ANSWERED que-quan",
	"2026-08-10 E_CHECK_CONCLUDED",
	"2026-09-01 E_OPINIONS_DONE",
	"2026-11-20 E_CELL_RESOLVED_ADMIT",
	"2027-01-15 E_DECISION_ISSUED",
	"2027-02-03 E_CEREMONY_HELD",
	"2028-02-20 E_CELL_RESOLVED_OFFICIAL",
	"2028-03-10 E_OFFICIAL_DECISION",
}

func until(n string) []string {
	for i, line := range happy {
		if strings.Contains(line, n) {
			return happy[:i+1]
		}
	}
	panic(n)
}

func TestBuiltInRulesLoadWithoutProblems(t *testing.T) {
	if _, problems := LoadRules(content.Built); len(problems) > 0 {
		t.Errorf("%v", problems)
	}
}

func TestEveryStageIsReached(t *testing.T) {
	tests := map[Stage]struct{ last, today, since string }{
		Source:            {"E_SOURCE_LISTED", "2025-09-11", "2025-09-10"},
		Sympathizer:       {"E_MENTOR_ASSIGNED", "2025-10-02", "2025-10-01"},
		AwarenessClass:    {"E_CLASS_NOMINATED", "2025-11-04", "2025-11-03"},
		Dossier:           {"E_DOSSIER_OPENED", "2026-05-05", "2026-05-04"},
		BackgroundCheck:   {"E_CHECK_ANSWERED", "2026-08-02", "2026-06-15"},
		Opinions:          {"E_CHECK_CONCLUDED", "2026-08-11", "2026-08-10"},
		CellReview:        {"E_OPINIONS_DONE", "2026-09-02", "2026-09-01"},
		CommitteeDecision: {"E_CELL_RESOLVED_ADMIT", "2026-11-21", "2026-11-20"},
		AwaitingCeremony:  {"E_DECISION_ISSUED", "2027-01-16", "2027-01-15"},
		Probation:         {"E_CEREMONY_HELD", "2028-02-02", "2027-02-03"},
		OfficialReview:    {"E_CEREMONY_HELD", "2028-02-03", "2028-02-03"},
		OfficialDecision:  {"E_CELL_RESOLVED_OFFICIAL", "2028-02-21", "2028-02-20"},
		OfficialMember:    {"E_OFFICIAL_DECISION", "2028-03-11", "2028-03-10"},
	}
	for stage, tt := range tests {
		t.Run(string(stage), func(t *testing.T) {
			s := theRules.State(track(until(tt.last)...), on(tt.today))
			if s.Stage != stage || s.Since != on(tt.since) || len(s.Side) > 0 {
				t.Errorf("on %s after %s: %s since %s, sides %v; want %s since %s, none", tt.today, tt.last, s.Stage, s.Since, s.Side, stage, tt.since)
			}
		})
	}
	if s := theRules.State(Track{}, on("2026-11-25")); s.Stage != NoStage || !s.Since.IsZero() {
		t.Errorf("nobody stands in %q since %s, want nowhere", s.Stage, s.Since)
	}
}

func TestThreeDatesOfAMemberAreKeptApart(t *testing.T) {
	s := theRules.State(track(happy...), on("2028-04-01"))
	if s.AgeFrom != on("2027-01-15") || s.Joined != on("2027-02-03") || s.Official != on("2028-02-03") {
		t.Errorf("Party age from %s, joined %s, official %s; want 2027-01-15, 2027-02-03, 2028-02-03", s.AgeFrom, s.Joined, s.Official)
	}
}

func TestEveryEventOfTheHappyWayIsAccepted(t *testing.T) {
	tr := track()
	by := Person{Code: "ad", Roles: []Role{Admin}}
	for _, line := range happy {
		next, err := theRules.Accept(tr, event(line), by, on("2028-04-01"))
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		if again, err := theRules.Accept(next, event(line), by, on("2028-04-01")); err != nil || len(again.Events) != len(next.Events) {
			t.Errorf("%s twice: %d events, %v; want unchanged", line, len(again.Events), err)
		}
		tr = next
	}
}

// TestWorkedTimeline is the case of journey.md, section 8.
func TestWorkedTimeline(t *testing.T) {
	tests := map[string]struct {
		facts []string
		today string
		want  []string
	}{
		"the committee decides within 45 working days":    {until("E_CELL_RESOLVED_ADMIT"), "2026-11-25", []string{"dl-decision-admit 2027-01-26"}},
		"granted, the extension waits for the first day":  {append(slices.Clone(until("E_CELL_RESOLVED_ADMIT")), "2027-01-20 E_EXTENSION_GRANTED"), "2027-01-26", []string{"dl-decision-admit 2027-01-26"}},
		"then it runs 15 more":                            {append(slices.Clone(until("E_CELL_RESOLVED_ADMIT")), "2027-01-20 E_EXTENSION_GRANTED"), "2027-01-27", []string{"dl-decision-admit-ext 2027-02-23"}},
		"without one the first stays open":                {until("E_CELL_RESOLVED_ADMIT"), "2027-01-27", []string{"dl-decision-admit 2027-01-26"}},
		"the ceremony within 30 working days of issue":    {until("E_DECISION_ISSUED"), "2027-01-20", []string{"dl-ceremony 2027-03-05"}},
		"the ceremony starts a file and twelve months":    {until("E_CEREMONY_HELD"), "2027-02-10", []string{"dl-member-file 2027-03-24", "dl-new-member-class 2028-02-03", "dl-probation-end 2028-02-03"}},
		"at their end the cell has 30 working days":       {until("E_CEREMONY_HELD"), "2028-02-04", []string{"dl-self-review 2028-02-10", "dl-mentor-review 2028-02-10", "dl-probation-opinions 2028-02-17", "dl-official-cell 2028-03-16"}},
		"the committee has 30 working days from the cell": {until("E_CELL_RESOLVED_OFFICIAL"), "2028-02-21", []string{"dl-official-decision 2028-03-31"}},
		"it is made known within a month":                 {happy, "2028-03-11", []string{"dl-official-announce 2028-04-10"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := keys(theRules.Deadlines(track(tt.facts...), on(tt.today)))
			for _, want := range tt.want {
				if !slices.Contains(got, want) {
					t.Errorf("on %s: %q, want %q among them", tt.today, got, want)
				}
			}
			for _, other := range []string{"dl-decision-admit ", "dl-decision-admit-ext ", "dl-ceremony ", "dl-official-cell "} {
				n := func(list []string) int {
					return len(slices.DeleteFunc(slices.Clone(list), func(s string) bool { return !strings.HasPrefix(s, other) }))
				}
				if n(got) != n(tt.want) {
					t.Errorf("on %s: %q, want of %sonly %q", tt.today, got, other, tt.want)
				}
			}
		})
	}
}
