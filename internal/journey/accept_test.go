package journey

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var (
	officer   = Person{Code: "cb1", Roles: []Role{YouthOfficer}, Unit: "K47"}
	secretary = Person{Code: "bt1", Roles: []Role{CellSecretary}, Unit: "K47/B5"}
	admin     = Person{Code: "qt1", Roles: []Role{Admin}}
	file      = Person{Roles: []Role{Admin}}
)

func TestRefusals(t *testing.T) {
	resolved, held := until("E_CELL_RESOLVED_ADMIT"), until("E_CEREMONY_HELD")
	reviewed := until("E_OPINIONS_DONE")
	moving := then(until("E_DECISION_ISSUED"), "2027-01-18 E_MOVE_EFFECTIVE khac-cap-uy")
	tests := map[string]struct {
		facts []string
		by    Person
		event string
		want  string // Why, Rule, and what else is told; "" accepted
	}{
		"nobody knows the event":                         {nil, admin, "2026-11-25 E_NOTHING", "unknown "},
		"the future is not known":                        {nil, admin, "2033-01-02 E_SOURCE_LISTED", "future "},
		"but a graduation is planned":                    {nil, admin, "2033-07-02 E_GRADUATION", ""},
		"a mentor does not decide":                       {resolved, Person{Code: "gv4", Roles: []Role{Mentor}}, "2027-01-15 E_DECISION_ISSUED", "role "},
		"but says when the ceremony was":                 {until("E_DECISION_ISSUED"), Person{Code: "gv4", Roles: []Role{Mentor}}, "2027-02-03 E_CEREMONY_HELD", ""},
		"not of another's student":                       {until("E_DECISION_ISSUED"), Person{Code: "gv5", Roles: []Role{Mentor}}, "2027-02-03 E_CEREMONY_HELD", "role "},
		"a secretary of another cell does not record":    {nil, Person{Code: "bt2", Roles: []Role{CellSecretary}, Unit: "K47/B6"}, "2026-11-25 E_SYMPATHIZER_LISTED", "role "},
		"a guest records nothing":                        {nil, Person{}, "2026-11-25 E_SOURCE_LISTED", "role "},
		"students record what they did":                  {held, Person{Code: "sv17", Roles: []Role{Student}}, "2027-03-01 E_MEMBER_FILE_DONE", ""},
		"and their dues":                                 {held, Person{Code: "sv17", Roles: []Role{Student}}, "2027-03-01 E_DUTY_DONE rc-dues/2027-03", ""},
		"not the remark of the mentor":                   {held, Person{Code: "sv17", Roles: []Role{Student}}, "2027-03-01 E_DUTY_DONE rc-mentor-remark", "role "},
		"no dossier without a certificate":               {[]string{"2025-10-01 E_SYMPATHIZER_LISTED", "2025-10-01 E_MENTOR_ASSIGNED"}, secretary, "2026-05-04 E_DOSSIER_OPENED", "missing awareness-class-required E_CLASS_CERT_ISSUED"},
		"nor with one of 60 months and a day":            {[]string{"2025-10-01 E_SYMPATHIZER_LISTED", "2021-05-04 E_CLASS_CERT_ISSUED"}, secretary, "2026-05-05 E_DOSSIER_OPENED", "expired awareness-cert-60-months 2026-05-04"},
		"on the last day it counts":                      {[]string{"2025-10-01 E_SYMPATHIZER_LISTED", "2021-05-04 E_CLASS_CERT_ISSUED"}, secretary, "2026-05-04 E_DOSSIER_OPENED", ""},
		"no dossier for who is not on the list":          {[]string{"2025-09-10 E_SOURCE_LISTED", "2025-12-01 E_CLASS_CERT_ISSUED"}, secretary, "2026-05-04 E_DOSSIER_OPENED", "needs application-before-cv E_SYMPATHIZER_LISTED E_READMISSION_OPENED"},
		"the cell does not look at a half dossier":       {until("E_CHECK_CONCLUDED"), secretary, "2026-11-20 E_CELL_RESOLVED_ADMIT", "stage cell-vote-two-thirds opinions"},
		"nor at one of twelve months and a day":          {reviewed, secretary, "2027-05-05 E_CELL_RESOLVED_ADMIT", "expired dossier-12-months 2027-05-04"},
		"nor with a certificate that ran out":            {then([]string{"2021-11-01 E_CLASS_CERT_ISSUED"}, slices.DeleteFunc(slices.Clone(reviewed), func(s string) bool { return strings.Contains(s, "CLASS") })...), secretary, "2026-11-20 E_CELL_RESOLVED_ADMIT", "expired awareness-cert-60-months 2026-11-02"},
		"nor at somebody who is 17":                      {then([]string{"2008-12-05 E_BIRTH"}, reviewed...), secretary, "2026-12-04 E_CELL_RESOLVED_ADMIT", "age age-18-60 2026-12-05"},
		"18 on that day is old enough":                   {then([]string{"2008-12-05 E_BIRTH"}, reviewed...), secretary, "2026-12-05 E_CELL_RESOLVED_ADMIT", ""},
		"no ceremony before the decision":                {resolved, secretary, "2027-02-03 E_CEREMONY_HELD", "stage ceremony-30-working-days committee_decision"},
		"nor on a day before it, recorded later":         {until("E_DECISION_ISSUED"), secretary, "2027-01-14 E_CEREMONY_HELD", "stage ceremony-30-working-days committee_decision"},
		"no recognition before twelve months are over":   {held, secretary, "2028-02-02 E_CELL_RESOLVED_OFFICIAL", "early no-early-resolution 2028-02-03"},
		"on that day it may be":                          {held, secretary, "2028-02-03 E_CELL_RESOLVED_OFFICIAL", ""},
		"no self-review before they are over":            {held, secretary, "2028-01-20 E_SELF_REVIEW_DONE", "early self-review-after-12m 2028-02-03"},
		"the end of probation is not recorded":           {held, admin, "2028-02-01 E_PROBATION_ENDED", "automatic probation-12-months"},
		"but a list may say what follows anyway":         {held, file, "2028-02-03 E_PROBATION_ENDED", ""},
		"no ceremony at the place that is left":          {moving, secretary, "2027-02-03 E_CEREMONY_HELD", "needs student-decided-then-moves E_MOVE_FILE_RECEIVED"},
		"a decision long after the move is cancelled":    {then(resolved, "2026-11-25 E_MOVE_EFFECTIVE", "2027-01-15 E_DECISION_ISSUED"), secretary, "2027-02-03 E_CEREMONY_HELD", "needs student-decided-then-moves E_DECISION_CANCELLED"},
		"wherever the file is by then":                   {then(resolved, "2026-11-25 E_MOVE_EFFECTIVE", "2027-01-15 E_DECISION_ISSUED", "2027-01-20 E_MOVE_FILE_RECEIVED"), secretary, "2027-02-03 E_CEREMONY_HELD", "needs student-decided-then-moves E_DECISION_CANCELLED"},
		"the new place's own decision is no late one":    {then(resolved, "2026-11-25 E_MOVE_EFFECTIVE", "2026-12-05 E_MOVE_FILE_RECEIVED", "2027-01-15 E_DECISION_ISSUED"), secretary, "2027-02-03 E_CEREMONY_HELD", ""},
		"nor is one after the cancelling":                {then(resolved, "2026-11-25 E_MOVE_EFFECTIVE", "2027-01-15 E_DECISION_ISSUED", "2027-01-20 E_DECISION_CANCELLED", "2027-01-25 E_MOVE_FILE_RECEIVED", "2027-03-01 E_DECISION_ISSUED"), secretary, "2027-03-10 E_CEREMONY_HELD", ""},
		"within one authority the ceremony is held":      {then(until("E_DECISION_ISSUED"), "2027-01-18 E_MOVE_EFFECTIVE cung-cap-uy"), secretary, "2027-02-03 E_CEREMONY_HELD", ""},
		"an answer from a place nobody asked":            {until("E_CHECK_SENT"), secretary, "2026-06-25 E_CHECK_RECEIVED noi-o", "needs check-deadline-30-90 E_CHECK_SENT"},
		"on hold the way rests":                          {then(until("E_MENTOR_ASSIGNED"), "2025-12-01 E_CLASS_CERT_ISSUED", "2026-01-01 E_HOLD"), secretary, "2026-05-04 E_DOSSIER_OPENED", "stopped  on_hold"},
		"but papers may arrive":                          {then(until("E_MENTOR_ASSIGNED"), "2026-01-01 E_HOLD"), secretary, "2026-02-01 E_CLASS_CERT_ISSUED", ""},
		"who withdrew does not go on":                    {then(until("E_MENTOR_ASSIGNED"), "2026-01-01 E_WITHDRAWN"), secretary, "2026-02-01 E_CLASS_CERT_ISSUED", "stopped  withdrawn"},
		"but may begin again":                            {then(until("E_DOSSIER_OPENED"), "2026-06-01 E_WITHDRAWN"), secretary, "2026-09-01 E_SYMPATHIZER_LISTED", ""},
		"readmission not before 36 months":               {then(happy, "2029-01-10 E_LEFT_PARTY"), secretary, "2031-01-09 E_READMISSION_OPENED", "early special-readmission-36 2032-01-10"},
		"the third year is over":                         {then(happy, "2028-04-10 E_LEFT_PARTY"), secretary, "2031-04-10 E_READMISSION_OPENED", ""},
		"and once only":                                  {[]string{"2018-01-01 E_CEREMONY_HELD", "2020-01-01 E_LEFT_PARTY", "2024-01-01 E_READMISSION_OPENED", "2024-02-01 E_WITHDRAWN"}, secretary, "2028-01-10 E_READMISSION_OPENED", "once special-readmission-36 2024-01-01"},
		"no reasons are kept":                            {until("E_MENTOR_ASSIGNED"), secretary, "2026-01-01 E_HOLD ốm", "detail  ốm"},
		"nor is a document nobody knows":                 {until("E_DOSSIER_OPENED"), secretary, "2026-05-20 E_DOC_DATED 99-KND", "detail  99-KND"},
		"a form may be named as it is printed":           {until("E_DOSSIER_OPENED"), secretary, "2026-05-20 E_DOC_DATED 3-KNĐ", ""},
		"a place is no report":                           {until("E_DOSSIER_COMPLETE"), secretary, "2026-06-20 E_CHECK_SENT " + strings.Repeat("x", 61), "detail  " + strings.Repeat("x", 61)},
		"a place must be named":                          {until("E_DOSSIER_COMPLETE"), secretary, "2026-06-20 E_CHECK_SENT", "detail "},
		"a period must be one":                           {held, secretary, "2027-03-01 E_DUTY_DONE rc-dues/2027-Q1", "detail  rc-dues/2027-Q1"},
		"the clock of an unknown version is not moved":   {until("E_DECISION_ISSUED"), officer, "2027-01-20 E_CLOCK_MOVED dl-ceremony=999", "detail  dl-ceremony=999"},
		"nor one that was never started":                 {resolved, officer, "2026-11-25 E_CLOCK_MOVED dl-ceremony=294", "detail  dl-ceremony=294"},
		"a running one is":                               {until("E_DECISION_ISSUED"), officer, "2027-01-20 E_CLOCK_MOVED dl-ceremony=294", ""},
		"what came later still must be possible":         {held, secretary, "2026-12-01 E_DECISION_REFUSED", "breaks decision-admit-deadline E_DECISION_ISSUED 2027-01-15"},
		"an older fact is taken where nothing breaks":    {held, secretary, "2026-05-25 E_DOC_DATED 2-knd", ""},
		"in the chat a way begins at its beginning":      {nil, secretary, "2027-02-03 E_CEREMONY_HELD", "stage ceremony-30-working-days 2027-02-03"},
		"a file may begin in the middle":                 {nil, file, "2027-02-03 E_CEREMONY_HELD", ""},
		"also of who has a certificate":                  {[]string{"2025-12-01 E_CLASS_CERT_ISSUED"}, file, "2027-02-03 E_CEREMONY_HELD", ""},
		"but does not jump":                              {until("E_MENTOR_ASSIGNED"), file, "2027-02-03 E_CEREMONY_HELD", "stage ceremony-30-working-days sympathizer"},
		"nor go back":                                    {[]string{"2027-02-03 E_CEREMONY_HELD"}, file, "2027-03-03 E_DECISION_ISSUED", "stage decision-admit-deadline probation"},
		"the decision before it is news, not a mistake":  {[]string{"2027-02-03 E_CEREMONY_HELD"}, file, "2027-01-15 E_DECISION_ISSUED", ""},
		"after the cell's own resolution nobody forgets": {resolved, secretary, "2026-12-01 E_CLASS_CERT_ISSUED", "stage awareness-cert-60-months committee_decision"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			before := track(tt.facts...)
			after, err := theRules.Accept(before, event(tt.event), tt.by, on("2032-12-01"))
			got := ""
			var r *Refusal
			if errors.As(err, &r) {
				got = fmt.Sprintf("%s %s", r.Why, r.Rule)
				for _, more := range append([]string{string(r.Stage), string(r.Side)}, names(r.Needs)...) {
					if more != "" {
						got += " " + more
					}
				}
				if !r.Date.IsZero() {
					got += " " + r.Date.String()
				}
				if r.Why == BadDetail && r.Detail != "" {
					got += " " + r.Detail
				}
			}
			if got != tt.want {
				t.Errorf("%s by %v after %q: %q (%v), want %q", tt.event, tt.by.Roles, tt.facts, got, err, tt.want)
			}
			if err != nil && len(after.Events) != len(before.Events) {
				t.Errorf("%s refused and kept", tt.event)
			}
		})
	}
}

func TestNobodyActsBeforeTheyWereBorn(t *testing.T) {
	tr := track()
	tr.Person.Birth = Month{2005, 3}
	_, err := theRules.Accept(tr, event("2005-02-28 E_SOURCE_LISTED"), admin, on("2026-11-25"))
	var r *Refusal
	if !errors.As(err, &r) || r.Why != BeforeBirth || r.Date != on("2005-03-01") {
		t.Errorf("%+v, want refused for birth on 2005-03-01", r)
	}
}

func TestStaffRecordTheirOwnDuties(t *testing.T) {
	tr := Track{Person: secretary}
	e := Event{ID: evDutyDone, On: on("2026-11-25"), Detail: "rc-cell-meeting/2026-11"}
	for _, tt := range []struct {
		by Person
		ok bool
	}{{secretary, true}, {admin, true}, {officer, false}, {Person{Code: "bt2", Roles: []Role{CellSecretary}}, false}} {
		if _, err := theRules.Accept(tr, e, tt.by, e.On); (err == nil) != tt.ok {
			t.Errorf("by %s: %v, want accepted %t", tt.by.Code, err, tt.ok)
		}
	}
	if _, err := theRules.Accept(tr, Event{ID: evCeremony, On: e.On}, admin, e.On); err == nil {
		t.Error("a secretary was admitted, want refused: no student")
	}
}

func TestRecordableIsLikeliestFirst(t *testing.T) {
	ids := func(rules []EventRule) []string {
		var out []string
		for _, r := range rules {
			out = append(out, string(r.ID))
		}
		return out
	}
	tests := map[string]struct {
		facts []string
		by    Person
		today string
		first string
		never string
	}{
		"the decision is awaited":        {until("E_CELL_RESOLVED_ADMIT"), secretary, "2026-11-25", "E_DECISION_ISSUED", "E_CEREMONY_HELD"},
		"then the ceremony":              {until("E_DECISION_ISSUED"), secretary, "2027-01-20", "E_CEREMONY_HELD", "E_DECISION_ISSUED"},
		"a secretary begins with a list": {nil, secretary, "2026-11-25", "E_SOURCE_LISTED", "E_DOSSIER_OPENED"},
		"the end of probation comes":     {until("E_CEREMONY_HELD"), secretary, "2028-02-04", "E_NEW_MEMBER_CLASS_CERT", "E_PROBATION_ENDED"},
		"a place answers":                {until("E_CHECK_RECEIVED"), secretary, "2026-07-01", "E_CHECK_ANSWERED", "E_CELL_RESOLVED_ADMIT"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := ids(theRules.Recordable(track(tt.facts...), tt.by, on(tt.today)))
			if len(got) == 0 || got[0] != tt.first || slices.Contains(got, tt.never) {
				t.Errorf("%q, want %s first and %s nowhere", got, tt.first, tt.never)
			}
		})
	}
	if got := theRules.Recordable(track(until("E_DECISION_ISSUED")...), Person{}, on("2027-01-20")); len(got) > 0 {
		t.Errorf("a guest may record %q, want nothing", ids(got))
	}
}

func TestSortedEventsAreAccepted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := track(rapid.Permutation(happy).Draw(t, "lines")...).Events
		for i := range events {
			events[i].By = ""
		}
		theRules.Sort(events)
		tr := track()
		for _, e := range events {
			next, err := theRules.Accept(tr, e, file, on("2028-12-01"))
			if err != nil {
				t.Fatalf("%s %s: %v", e.On, e.ID, err)
			}
			tr = next
		}
	})
}

// TestAnyWayKeepsItsPromises records at random what may be recorded: nothing
// panics, no deadline is there twice, none that is done is open, they come
// soonest first, and what has been recorded stays possible.
func TestAnyWayKeepsItsPromises(t *testing.T) {
	details := map[DetailKind][]string{
		NoDetail: {""}, OfDocument: {"1-knd", "3-KNĐ"}, OfPlace: {"que-quan", "ngoai-nuoc: Lào"}, OfPerson: {"gv4", "gv5"},
		OfChoice: {"", "di-hoc", "cung-cap-uy"}, OfClock: {"dl-ceremony=294", "dl-decision-admit=232"},
		OfDuty: {"rc-dues/2026-05", "rc-dues", "rc-mentor-remark", "rc-file-update/2026"},
	}
	rapid.Check(t, func(t *rapid.T) {
		today := on("2024-01-10").AddDays(rapid.IntRange(0, 900).Draw(t, "first"))
		tr := track()
		if rapid.Bool().Draw(t, "born") {
			tr.Person.Birth = Month{2005, rapid.IntRange(1, 12).Draw(t, "month")}
		}
		for range rapid.IntRange(1, 30).Draw(t, "events") {
			today = today.AddDays(rapid.SampledFrom([]int{0, 1, 5, 30, 90, 370}).Draw(t, "later"))
			may := theRules.Recordable(tr, admin, today)
			if len(may) == 0 {
				t.Fatalf("nothing may be recorded on %s of %v", today, tr.Events)
			}
			rule := rapid.SampledFrom(may[:min(len(may), 12)]).Draw(t, "rule")
			e := Event{ID: rule.ID, Detail: rapid.SampledFrom(details[rule.Detail]).Draw(t, "detail"), By: admin.Code}
			e.On = today.AddDays(-rapid.SampledFrom([]int{0, 0, 0, 2, 40}).Draw(t, "ago"))
			next, err := theRules.Accept(tr, e, admin, today)
			if err == nil {
				tr = next
			} else if rule.Detail == NoDetail && e.On == today {
				t.Fatalf("%s may be recorded on %s and is refused: %v", e.ID, today, err)
			}
			theRules.State(tr, today)
			theRules.Turn(tr, today)
			theRules.Move(tr, today)
			checkOpen(t, tr, today)
		}
	})
}

func checkOpen(t *rapid.T, tr Track, today Date) {
	seen := map[string]bool{}
	var last Date
	for _, d := range theRules.Deadlines(tr, today) {
		if seen[d.Key()] || d.Due.IsZero() || d.Due.Before(last) || d.Version == nil || d.Of != tr.Person.Code {
			t.Fatalf("on %s: %s due %s after %s, version %v, of %q, seen %t", today, d.Key(), d.Due, last, d.Version, d.Of, seen[d.Key()])
		}
		seen[d.Key()], last = true, d.Due
		id, detail, ok := theRules.Closing(d)
		if !ok {
			continue
		}
		done := tr.With(Event{ID: id, Detail: detail, On: today, By: admin.Code})
		for _, still := range theRules.Deadlines(done, today) {
			if still.Key() == d.Key() {
				t.Fatalf("%s is open on %s although %s %s is recorded, after %v", d.Key(), today, id, detail, tr.Events)
			}
		}
	}
}
