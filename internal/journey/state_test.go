package journey

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestSidesAndWhatTheyMakeOfTheStage(t *testing.T) {
	opened, resolved, decided := until("E_DOSSIER_OPENED"), until("E_CELL_RESOLVED_ADMIT"), until("E_DECISION_ISSUED")
	reviewed := until("E_OPINIONS_DONE")
	oldCert := then([]string{"2021-11-30 E_CLASS_CERT_ISSUED"}, slices.DeleteFunc(slices.Clone(reviewed), func(s string) bool { return strings.Contains(s, "CLASS") })...)
	tests := map[string]struct {
		facts []string
		today string
		want  string // stage, since, sides
	}{
		"the class may come first":                        {[]string{"2025-10-01 E_CLASS_NOMINATED"}, "2025-10-02", "awareness_class 2025-10-01"},
		"on hold the stage stays":                         {then(opened, "2026-06-01 E_HOLD"), "2026-06-02", "dossier 2026-05-04 on_hold"},
		"and goes on afterwards":                          {then(opened, "2026-06-01 E_HOLD", "2026-07-01 E_RESUME"), "2026-07-02", "dossier 2026-05-04"},
		"withdrawn":                                       {then(opened, "2026-06-01 E_WITHDRAWN"), "2026-06-02", "dossier 2026-05-04 withdrawn"},
		"who comes back begins anew":                      {then(opened, "2026-06-01 E_WITHDRAWN", "2026-09-01 E_SYMPATHIZER_LISTED"), "2026-09-02", "sympathizer 2026-09-01"},
		"delisted":                                        {then(opened, "2026-06-01 E_DELISTED"), "2026-06-02", "dossier 2026-05-04 delisted"},
		"on its last day a certificate counts":            {oldCert, "2026-11-30", "cell_review 2026-09-01"},
		"a day later it leads back to the class":          {oldCert, "2026-12-01", "awareness_class 2026-12-01 cert_expired"},
		"a new one leads on":                              {then(oldCert, "2026-12-20 E_CLASS_CERT_ISSUED"), "2026-12-21", "cell_review 2026-09-01"},
		"after the resolution it does not matter":         {then([]string{"2021-11-30 E_CLASS_CERT_ISSUED"}, "2026-11-20 E_CELL_RESOLVED_ADMIT"), "2027-01-02", "committee_decision 2026-11-20"},
		"on its last day a dossier counts":                {reviewed, "2027-05-04", "cell_review 2026-09-01"},
		"a day later it leads back":                       {reviewed, "2027-05-05", "dossier 2027-05-05 dossier_expired"},
		"opened anew":                                     {then(reviewed, "2027-06-01 E_DOSSIER_OPENED"), "2027-06-02", "dossier 2027-06-01"},
		"the cell does not look at who is 17":             {then([]string{"2008-12-05 E_BIRTH"}, reviewed...), "2026-12-04", "opinions 2026-09-01"},
		"on the birthday it does":                         {then([]string{"2008-12-05 E_BIRTH"}, reviewed...), "2026-12-05", "cell_review 2026-09-01"},
		"not passed":                                      {then(reviewed, "2026-11-20 E_CELL_NOT_PASSED"), "2026-11-21", "sympathizer 2026-11-20 not_admitted"},
		"refused by the committee":                        {then(resolved, "2027-01-10 E_DECISION_REFUSED"), "2027-01-11", "sympathizer 2027-01-10 not_admitted"},
		"a new dossier ends that":                         {then(resolved, "2027-01-10 E_DECISION_REFUSED", "2027-06-01 E_DOSSIER_OPENED"), "2027-06-02", "dossier 2027-06-01"},
		"moving keeps the stage":                          {then(decided, "2027-01-18 E_MOVE_EFFECTIVE khac-cap-uy"), "2027-01-19", "awaiting_ceremony 2027-01-15 transferring before awaiting_ceremony"},
		"arrived":                                         {then(decided, "2027-01-18 E_MOVE_EFFECTIVE", "2027-01-25 E_MOVE_FILE_RECEIVED"), "2027-01-26", "awaiting_ceremony 2027-01-15"},
		"a cancelled decision goes back to the committee": {then(decided, "2027-01-18 E_MOVE_EFFECTIVE", "2027-01-20 E_DECISION_CANCELLED"), "2027-01-21", "committee_decision 2027-01-20 transferring before awaiting_ceremony"},
		"gone":                               {then(happy, "2028-09-01 E_TRANSFER_OUT"), "2028-09-02", "official_member 2028-03-10 transferred_out"},
		"removed":                            {then(until("E_CEREMONY_HELD"), "2027-06-01 E_REMOVED"), "2027-06-02", "probation 2027-02-03 removed"},
		"admitted again from the dossier on": {then(happy, "2028-09-01 E_LEFT_PARTY", "2031-09-01 E_READMISSION_OPENED"), "2031-09-02", "dossier 2031-09-01 readmission"},
		"the end of probation comes on a Saturday too":      {[]string{"2025-10-10 E_CEREMONY_HELD"}, "2026-10-10", "official_review 2026-10-10"},
		"what lies ahead has not happened":                  {then(until("E_MENTOR_ASSIGNED"), "2026-07-15 E_GRADUATION"), "2025-10-02", "sympathizer 2025-10-01"},
		"a removal proposed is for the committee to decide": {[]string{"2025-12-22 E_CEREMONY_HELD", "2027-01-05 E_CELL_PROPOSED_REMOVAL"}, "2027-01-06", "official_decision 2027-01-05"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			s := theRules.State(track(tt.facts...), on(tt.today))
			got := fmt.Sprintf("%s %s", s.Stage, s.Since)
			for _, side := range s.Side {
				got += " " + string(side)
			}
			if s.Before != NoStage {
				got += " before " + string(s.Before)
			}
			if got != tt.want {
				t.Errorf("on %s of %q: %q, want %q", tt.today, tt.facts, got, tt.want)
			}
		})
	}
}

func TestPartyAgeDoesNotCountFromACancelledDecision(t *testing.T) {
	cancelled := then(until("E_DECISION_ISSUED"), "2027-01-18 E_MOVE_EFFECTIVE", "2027-01-20 E_DECISION_CANCELLED")
	if from := theRules.State(track(cancelled...), on("2027-01-21")).AgeFrom; !from.IsZero() {
		t.Errorf("Party age from %s after the decision was cancelled, want from no day", from)
	}
	if from := theRules.State(track(until("E_DECISION_ISSUED")...), on("2027-01-21")).AgeFrom; from != on("2027-01-15") {
		t.Errorf("Party age from %s, want 2027-01-15", from)
	}
}

func TestWhoIsListedIsHelpedOnceThereIsAMentor(t *testing.T) {
	tr := track("2025-10-01 E_SYMPATHIZER_LISTED")
	if s := theRules.State(tr, on("2025-10-02")); s.Stage != Sympathizer {
		t.Errorf("with a mentor in the lists: %q, want sympathizer", s.Stage)
	}
	tr.Person.Mentor = ""
	if s := theRules.State(tr, on("2025-10-02")); s.Stage != Source {
		t.Errorf("without a mentor: %q, want source", s.Stage)
	}
	tr = tr.With(event("2025-10-05 E_MENTOR_ASSIGNED"))
	if s := theRules.State(tr, on("2025-10-06")); s.Stage != Sympathizer || s.Since != on("2025-10-05") {
		t.Errorf("with one assigned: %q since %s, want sympathizer since 2025-10-05", s.Stage, s.Since)
	}
}

func TestAnUndoneFactCountsForNothing(t *testing.T) {
	tr := track(until("E_CEREMONY_HELD")...)
	tr.Events[len(tr.Events)-1].Undone = true
	if s := theRules.State(tr, on("2027-02-10")); s.Stage != AwaitingCeremony || !s.Joined.IsZero() {
		t.Errorf("after the ceremony was taken back: %s, joined %s; want awaiting_ceremony, never", s.Stage, s.Joined)
	}
}

func TestPapers(t *testing.T) {
	tests := map[string]struct {
		facts []string
		today string
		want  string // ids; + there, until
	}{
		"nothing is wanted of who is named":                  {until("E_SOURCE_LISTED"), "2025-09-11", ""},
		"in the class its certificate":                       {until("E_CLASS_NOMINATED"), "2025-11-04", "cn-ntvd"},
		"for the dossier four, as far as they are":           {then(until("E_DOC_DATED"), "2026-05-25 E_DOC_DATED 3-KNĐ"), "2026-05-26", "+cn-ntvd 2030-12-02, +1-knd, 2-knd, +3-knd 2027-05-04, 4-knd"},
		"opened anew, three are made anew":                   {then(until("E_DOC_DATED"), "2026-05-25 E_DOC_DATED 3-knd", "2027-06-01 E_DOSSIER_OPENED"), "2027-06-02", "+cn-ntvd 2030-12-02, +1-knd, 2-knd, 3-knd, 4-knd"},
		"an expired certificate leaves the rest as is":       {[]string{"2021-11-30 E_CLASS_CERT_ISSUED", "2026-05-04 E_DOSSIER_OPENED"}, "2026-12-02", "+cn-ntvd 2026-11-30, 1-knd, 2-knd, 3-knd, 4-knd"},
		"the committee's resolution is of the half it is in": {then(then(until("E_CELL_RESOLVED_ADMIT"), "2026-12-05 E_BASE_RESOLVED"), "2027-01-15 E_DECISION_ISSUED", "2027-02-03 E_CEREMONY_HELD", "2028-02-20 E_CELL_RESOLVED_OFFICIAL"), "2028-02-24", "ho-so-dang-vien, cn-dvm, 10-knd, 11-knd, 12-knd, +13-knd, 15-knd, 16-knd"},
		"and there once it was made for recognition":         {then(until("E_CELL_RESOLVED_OFFICIAL"), "2028-02-25 E_BASE_RESOLVED"), "2028-02-26", "ho-so-dang-vien, cn-dvm, 10-knd, 11-knd, 12-knd, +13-knd, +15-knd, 16-knd"},
		"in probation those of the second half":              {then(until("E_CEREMONY_HELD"), "2027-03-01 E_MEMBER_FILE_DONE"), "2027-03-02", "+ho-so-dang-vien, cn-dvm"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, p := range theRules.State(track(slices.DeleteFunc(slices.Clone(tt.facts), func(s string) bool { return s == "2025-10-01 E_MENTOR_ASSIGNED" })...), on(tt.today)).Papers {
				s := p.ID
				if p.Has {
					s = "+" + s
				}
				if !p.Until.IsZero() {
					s += " " + p.Until.String()
				}
				got = append(got, s)
			}
			if strings.Join(got, ", ") != tt.want {
				t.Errorf("on %s of %q: %q, want %q", tt.today, tt.facts, strings.Join(got, ", "), tt.want)
			}
		})
	}
}

func TestMovingMidway(t *testing.T) {
	resolved, decided, held := until("E_CELL_RESOLVED_ADMIT"), until("E_DECISION_ISSUED"), until("E_CEREMONY_HELD")
	tests := map[string]struct {
		facts []string
		today string
		want  string
	}{
		"who stays has no move":                           {held, "2027-03-01", ""},
		"helped":                                          {then(until("E_DOSSIER_OPENED"), "2026-06-01 E_MOVE_EFFECTIVE"), "2026-06-02", "helped"},
		"resolved, and not sent up":                       {then(resolved, "2026-11-25 E_MOVE_EFFECTIVE"), "2026-11-26", "resolved-not-sent"},
		"sent up":                                         {then(resolved, "2026-11-23 E_DOSSIER_SENT_UP", "2026-11-25 E_MOVE_EFFECTIVE"), "2026-11-26", "resolved-sent"},
		"decided, the same authority":                     {then(decided, "2027-01-18 E_MOVE_EFFECTIVE cung-cap-uy"), "2027-01-19", "decided-same"},
		"decided before the move":                         {then(decided, "2027-01-18 E_MOVE_EFFECTIVE khac-cap-uy"), "2027-01-19", "decided-soon"},
		"decided 30 working days after it":                {then(resolved, "2026-12-03 E_MOVE_EFFECTIVE", "2027-01-15 E_DECISION_ISSUED"), "2027-01-19", "decided-soon"},
		"decided 31 working days after it":                {then(resolved, "2026-12-02 E_MOVE_EFFECTIVE", "2027-01-15 E_DECISION_ISSUED"), "2027-01-19", "decided-late"},
		"in probation":                                    {then(held, "2027-03-01 E_MOVE_EFFECTIVE"), "2027-03-02", "probation"},
		"probation ends while away for a time":            {then(held, "2027-12-01 E_TEMP_TRANSFER_START"), "2028-02-04", "temporary-end"},
		"a member":                                        {then(happy, "2028-09-01 E_MOVE_EFFECTIVE"), "2028-09-02", "member"},
		"who has gone has arrived":                        {then(happy, "2028-09-01 E_MOVE_EFFECTIVE", "2028-10-01 E_TRANSFER_OUT"), "2028-10-02", ""},
		"away for a time and deciding is not a move":      {then(happy, "2028-09-01 E_TEMP_TRANSFER_START"), "2028-09-02", ""},
		"after the ceremony an old move is over":          {then(decided, "2027-01-18 E_MOVE_EFFECTIVE", "2027-01-25 E_MOVE_FILE_RECEIVED", "2027-02-03 E_CEREMONY_HELD"), "2027-02-04", ""},
		"a move on the day after the first is the latest": {then(held, "2027-03-01 E_MOVE_EFFECTIVE cung-cap-uy", "2027-03-02 E_MOVE_EFFECTIVE"), "2027-03-03", "probation"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if m, _ := theRules.Move(track(tt.facts...), on(tt.today)); m.ID != tt.want {
				t.Errorf("on %s of %q: %q, want %q", tt.today, tt.facts, m.ID, tt.want)
			}
		})
	}
}

func TestAfterARemovalWasProposedNothingSpeaksOfRecognition(t *testing.T) {
	tr, today := track("2025-12-22 E_CEREMONY_HELD", "2027-01-05 E_CELL_PROPOSED_REMOVAL"), on("2027-01-06")
	s := theRules.State(tr, today)
	if !s.Unproposed || !s.Official.IsZero() {
		t.Errorf("unproposed %t, official %s", s.Unproposed, s.Official)
	}
	for _, p := range s.Papers {
		if !p.Has {
			t.Errorf("%s is still wanted", p.ID)
		}
	}
	rules := theRules.Recordable(tr, Person{Code: "bt1", Roles: []Role{CellSecretary}, Unit: tr.Person.Unit}, today)
	ids := make([]EventID, 0, len(rules))
	for _, r := range rules {
		ids = append(ids, r.ID)
	}
	if ids[0] != evRemoved || slices.Index(ids, evOfficial) < len(ids)-4 {
		t.Errorf("offered: %v, want the removal first, and what the committee may decide otherwise among the last", ids)
	}
	if got := theRules.State(tr.With(event("2027-01-20 E_OFFICIAL_DECISION")), on("2027-01-21")); got.Unproposed || got.Official.IsZero() {
		t.Errorf("the committee decided otherwise: %+v", got)
	}
}

func TestOfPapersTheCellUsedNoneRunsOut(t *testing.T) {
	for _, p := range theRules.State(track(until("E_CELL_RESOLVED_ADMIT")...), on("2027-06-01")).Papers {
		if !p.Until.IsZero() || (p.ID == "tham-tra" || p.ID == "cn-ntvd") && p.Used != on("2026-11-20") {
			t.Errorf("%s counts until %s, used on %s", p.ID, p.Until, p.Used)
		}
	}
}

func TestWhatALaterEventRestsOnIsNotTakenBack(t *testing.T) {
	tr := track(until("E_CEREMONY_HELD")...)
	decided := slices.IndexFunc(tr.Events, func(e Event) bool { return e.ID == evDecision })
	if _, err := theRules.TakeBack(tr, decided, "bt1", time.Unix(9, 0)); err == nil {
		t.Error("the decision is taken back under the ceremony")
	}
	got, err := theRules.TakeBack(tr, len(tr.Events)-1, "bt1", time.Unix(9, 0))
	last := got.Events[len(got.Events)-1]
	if err != nil || !last.Undone || last.UndoneBy != "bt1" || last.UndoneAt.Unix() != 9 || tr.Events[len(tr.Events)-1].Undone {
		t.Errorf("the last one: %+v, %v", last, err)
	}
}
