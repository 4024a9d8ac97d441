package journey

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// open lists what is open of the rules that a row is about.
func open(facts []string, today string, ids ...string) []string {
	return keys(slices.DeleteFunc(theRules.Deadlines(track(facts...), on(today)), func(d Deadline) bool { return !slices.Contains(ids, d.Rule.ID) }))
}

func then(facts []string, more ...string) []string { return append(slices.Clone(facts), more...) }

func TestDeadlines(t *testing.T) {
	resolved, decided, held := until("E_CELL_RESOLVED_ADMIT"), until("E_DECISION_ISSUED"), until("E_CEREMONY_HELD")
	opened := until("E_DOSSIER_OPENED")
	member := then(happy, "2028-03-20 E_OFFICIAL_ANNOUNCED")
	tests := map[string]struct {
		facts []string
		today string
		ids   string
		want  []string
	}{
		"golden: ceremony 22/12/2025, twelve months":                {[]string{"2025-12-22 E_CEREMONY_HELD"}, "2026-12-01", "dl-probation-end dl-official-cell", []string{"dl-probation-end 2026-12-22"}},
		"golden: ceremony 22/12/2025, the cell looks by 03/02/2027": {[]string{"2025-12-22 E_CEREMONY_HELD"}, "2026-12-23", "dl-probation-end dl-official-cell", []string{"dl-official-cell 2027-02-03"}},
		"golden: ceremony 29/02/2024 ends on 28/02/2025":            {[]string{"2024-02-29 E_CEREMONY_HELD"}, "2025-02-01", "dl-probation-end", []string{"dl-probation-end 2025-02-28"}},
		"golden: certificate 30/11/2021 counts until 30/11/2026":    {[]string{"2021-11-30 E_CLASS_CERT_ISSUED"}, "2026-11-25", "dl-awareness-cert", []string{"dl-awareness-cert 2026-11-30"}},
		"golden: 23/11/2026, 45 working days over Tết":              {[]string{"2026-11-23 E_CELL_RESOLVED_ADMIT"}, "2026-11-25", "dl-decision-admit", []string{"dl-decision-admit 2027-01-27"}},
		"probation ends on a Saturday and does not move":            {[]string{"2025-10-10 E_CEREMONY_HELD"}, "2026-10-01", "dl-probation-end", []string{"dl-probation-end 2026-10-10"}},
		"what is counted in days moves to Monday":                   {[]string{"2025-11-27 E_CEREMONY_HELD"}, "2026-11-30", "dl-self-review dl-probation-opinions", []string{"dl-self-review 2026-12-04", "dl-probation-opinions 2026-12-11"}},
		"a certificate that ends on a Sunday moves to Monday":       {[]string{"2021-11-29 E_CLASS_CERT_ISSUED"}, "2026-11-25", "dl-awareness-cert", []string{"dl-awareness-cert 2026-11-30"}},
		"opinions are prepared from 30 days before":                 {held, "2028-01-04", "dl-probation-opinions", []string{"dl-probation-opinions 2028-02-17"}},
		"and not sooner":                                                 {held, "2028-01-03", "dl-probation-opinions", nil},
		"opinions gathered before the day count":                         {then(held, "2028-01-20 E_PROBATION_OPINIONS_DONE"), "2028-02-04", "dl-probation-opinions", nil},
		"a decision under 232 has 60 working days":                       {[]string{"2025-06-30 E_CELL_RESOLVED_ADMIT"}, "2025-08-01", "dl-decision-admit", []string{"dl-decision-admit 2025-09-24"}},
		"a day later, under 294, 45":                                     {[]string{"2025-07-01 E_CELL_RESOLVED_ADMIT"}, "2025-08-01", "dl-decision-admit", []string{"dl-decision-admit 2025-09-04"}},
		"an extension under 232 is 30 more":                              {[]string{"2025-06-30 E_CELL_RESOLVED_ADMIT", "2025-09-20 E_EXTENSION_GRANTED"}, "2025-10-01", "dl-decision-admit-ext", []string{"dl-decision-admit-ext 2025-11-05"}},
		"issued under 294 and not received, nothing runs":                {[]string{"2026-07-20 E_DECISION_ISSUED"}, "2026-07-28", "dl-ceremony", nil},
		"issued under 294, the clock starts when it is received":         {[]string{"2026-07-20 E_DECISION_ISSUED", "2026-07-28 E_DECISION_RECEIVED"}, "2026-08-01", "dl-ceremony", []string{"dl-ceremony 2026-09-10"}},
		"issued under 208, it starts on that day":                        {[]string{"2026-07-27 E_DECISION_ISSUED", "2026-07-31 E_DECISION_RECEIVED"}, "2026-08-01", "dl-ceremony", []string{"dl-ceremony 2026-09-09"}},
		"an officer moves the clock to 208":                              {[]string{"2026-07-20 E_DECISION_ISSUED", "2026-07-29 E_CLOCK_MOVED dl-ceremony=208"}, "2026-08-01", "dl-ceremony", []string{"dl-ceremony 2026-08-28"}},
		"moving another clock leaves it":                                 {[]string{"2026-07-27 E_DECISION_ISSUED", "2026-07-29 E_CLOCK_MOVED dl-decision-admit=232"}, "2026-08-01", "dl-ceremony", []string{"dl-ceremony 2026-09-09"}},
		"one enquiry for each place, 30 days at home and 90 abroad":      {then(until("E_CHECK_SENT"), "2026-06-25 E_CHECK_RECEIVED que-quan", "2026-06-26 E_CHECK_RECEIVED ngoai-nuoc: Nhật Bản"), "2026-07-01", "dl-check-domestic dl-check-abroad", []string{"dl-check-domestic 2026-08-06 que-quan", "dl-check-abroad 2026-11-03 ngoai-nuoc: Nhật Bản"}},
		"the place that answered is done, the others are not":            {then(until("E_CHECK_RECEIVED"), "2026-06-26 E_CHECK_RECEIVED noi-o", "2026-07-20 E_CHECK_ANSWERED que-quan"), "2026-07-21", "dl-check-domestic", []string{"dl-check-domestic 2026-08-07 noi-o"}},
		"the conclusion ends all enquiries":                              {until("E_CHECK_CONCLUDED"), "2026-08-11", "dl-check-domestic", nil},
		"an introducer each, not before twelve months":                   {then(until("E_MENTOR_ASSIGNED"), "2025-10-05 E_COWORK_START gv4", "2026-01-05 E_COWORK_START gv5"), "2026-10-01", "dl-introducer-12m", []string{"dl-introducer-12m 2026-10-05 gv4", "dl-introducer-12m 2027-01-05 gv5"}},
		"after its day an introducer is no news":                         {then(until("E_MENTOR_ASSIGNED"), "2025-10-05 E_COWORK_START gv4"), "2026-10-06", "dl-introducer-12m", nil},
		"a dossier has twelve months":                                    {opened, "2026-06-01", "dl-doc-validity dl-awareness-cert", []string{"dl-doc-validity 2027-05-04", "dl-awareness-cert 2030-12-02"}},
		"once the cell resolved, papers no longer run out":               {resolved, "2026-11-25", "dl-doc-validity dl-awareness-cert", nil},
		"a decision makes its deadline moot":                             {decided, "2027-01-16", "dl-decision-admit dl-decision-admit-ext", nil},
		"a refusal too":                                                  {then(resolved, "2027-01-10 E_DECISION_REFUSED"), "2027-01-16", "dl-decision-admit", nil},
		"local deadlines are off":                                        {then(resolved, "2026-11-22 E_BASE_RECEIVED"), "2026-11-25", "dl-local-cell-send dl-local-base", nil},
		"two meetings without a resolution are no report":                {[]string{"2025-12-22 E_CEREMONY_HELD", "2027-01-05 E_OFFICIAL_NOT_PASSED", "2027-01-12 E_OFFICIAL_NOT_PASSED"}, "2027-01-20", "dl-three-votes", nil},
		"the third one is, at once":                                      {[]string{"2025-12-22 E_CEREMONY_HELD", "2027-01-05 E_OFFICIAL_NOT_PASSED", "2027-01-12 E_OFFICIAL_NOT_PASSED", "2027-01-19 E_OFFICIAL_NOT_PASSED"}, "2027-01-20", "dl-three-votes", []string{"dl-three-votes 2027-01-19"}},
		"reported, it is done":                                           {[]string{"2025-12-22 E_CEREMONY_HELD", "2027-01-05 E_OFFICIAL_NOT_PASSED", "2027-01-12 E_OFFICIAL_NOT_PASSED", "2027-01-19 E_OFFICIAL_NOT_PASSED", "2027-01-20 E_REPORTED_UP"}, "2027-01-20", "dl-three-votes", nil},
		"a card within a month":                                          {then(member, "2028-05-15 E_CARD_DECISION"), "2028-05-20", "dl-card dl-official-announce", []string{"dl-card 2028-06-15"}},
		"moving: 60 working days, and 30 with the letter":                {then(held, "2027-03-01 E_MOVE_EFFECTIVE", "2027-03-05 E_TRANSFER_LETTER"), "2027-03-10", "dl-transfer-official dl-transfer-present", []string{"dl-transfer-present 2027-04-19", "dl-transfer-official 2027-05-27"}},
		"arrived, nothing is left":                                       {then(held, "2027-03-01 E_MOVE_EFFECTIVE", "2027-03-05 E_TRANSFER_LETTER", "2027-03-30 E_TRANSFER_PRESENTED"), "2027-04-01", "dl-transfer-official dl-transfer-present", nil},
		"moving after the dossier went up: sent on in 15 working days":   {then(resolved, "2026-11-25 E_DOSSIER_SENT_UP", "2026-12-01 E_MOVE_EFFECTIVE"), "2026-12-05", "dl-move-send dl-move-decide", []string{"dl-move-send 2026-12-22"}},
		"not sent up, nothing is to be sent on":                          {then(resolved, "2026-12-01 E_MOVE_EFFECTIVE"), "2026-12-05", "dl-move-send dl-move-decide", nil},
		"received, the new place decides in 30":                          {then(resolved, "2026-11-25 E_DOSSIER_SENT_UP", "2026-12-01 E_MOVE_EFFECTIVE", "2026-12-10 E_MOVE_FILE_RECEIVED"), "2026-12-15", "dl-move-send dl-move-decide dl-decision-admit", []string{"dl-move-decide 2027-01-22"}},
		"cancelled, it looks again within 60":                            {then(decided, "2027-01-20 E_DECISION_CANCELLED", "2027-01-25 E_MOVE_FILE_RECEIVED"), "2027-02-01", "dl-move-decide dl-move-reconsider dl-decision-admit dl-ceremony", []string{"dl-move-reconsider 2027-04-22"}},
		"graduating, the paper is wanted 60 days before":                 {then(until("E_MENTOR_ASSIGNED"), "2026-07-15 E_GRADUATION"), "2026-01-10", "dl-grad-handover dl-grad-stay", []string{"dl-grad-handover 2026-05-18"}},
		"there before graduating, it is done":                            {then(until("E_MENTOR_ASSIGNED"), "2026-04-20 E_HANDOVER_CERT", "2026-07-15 E_GRADUATION"), "2026-05-01", "dl-grad-handover", nil},
		"a member who graduated may stay twelve months":                  {then(held, "2027-07-15 E_GRADUATION"), "2027-07-16", "dl-grad-handover dl-grad-stay", []string{"dl-grad-stay 2028-07-17"}},
		"but not before graduating":                                      {then(held, "2027-07-15 E_GRADUATION"), "2027-07-14", "dl-grad-handover dl-grad-stay", nil},
		"away for work: less than twelve months":                         {then(held, "2027-05-10 E_TEMP_TRANSFER_START cong-tac"), "2027-05-11", "dl-temp-move dl-temp-study", []string{"dl-temp-move 2028-05-09"}},
		"away to study: at most 24":                                      {then(held, "2027-05-10 E_TEMP_TRANSFER_START di-hoc"), "2027-05-11", "dl-temp-move dl-temp-study", []string{"dl-temp-study 2029-05-10"}},
		"back again":                                                     {then(held, "2027-05-10 E_TEMP_TRANSFER_START", "2027-09-01 E_TEMP_TRANSFER_END"), "2027-09-02", "dl-temp-move dl-temp-study", nil},
		"exempt for less than twelve months":                             {then(held, "2027-05-10 E_TEMP_EXEMPT"), "2027-05-11", "dl-temp-exempt", []string{"dl-temp-exempt 2028-05-09"}},
		"a waiver of dues for twelve months":                             {then(held, "2027-05-10 E_DUES_WAIVER"), "2027-05-11", "dl-dues-waiver dl-dues-month", []string{"dl-dues-month 2027-03-31 2027-03", "dl-dues-month 2027-04-30 2027-04", "dl-dues-waiver 2028-05-10"}},
		"dues of the month, by its last day":                             {then(held), "2027-03-02", "dl-dues-month dl-dues-3m", []string{"dl-dues-month 2027-03-31 2027-03"}},
		"paid":                                                           {then(held, "2027-03-01 E_DUTY_DONE rc-dues/2027-03"), "2027-03-02", "dl-dues-month dl-dues-3m", nil},
		"none in the month of the ceremony":                              {then(held), "2027-02-20", "dl-dues-month", nil},
		"two months unpaid: the third would be one too many":             {then(held), "2027-05-02", "dl-dues-3m", []string{"dl-dues-3m 2027-05-31 2027-05"}},
		"one of them paid":                                               {then(held, "2027-05-01 E_DUTY_DONE rc-dues/2027-03"), "2027-05-02", "dl-dues-3m", nil},
		"counted in the calendar year":                                   {then(held, "2028-01-10 E_DUTY_DONE rc-dues/2027-03", "2028-01-10 E_DUTY_DONE rc-dues/2027-04", "2028-01-10 E_DUTY_DONE rc-dues/2027-05", "2028-01-10 E_DUTY_DONE rc-dues/2027-06", "2028-01-10 E_DUTY_DONE rc-dues/2027-07", "2028-01-10 E_DUTY_DONE rc-dues/2027-08", "2028-01-10 E_DUTY_DONE rc-dues/2027-09", "2028-01-10 E_DUTY_DONE rc-dues/2027-10"), "2028-02-02", "dl-dues-3m", nil},
		"a removal may be contested, and nothing else is left":           {then(held, "2027-06-01 E_REMOVED", "2027-06-10 E_REMOVAL_RECEIVED"), "2027-06-11", "dl-removal-complaint dl-dues-month dl-probation-end", []string{"dl-removal-complaint 2027-07-22"}},
		"who left may return after 36 months":                            {then(happy, "2029-01-10 E_LEFT_PARTY"), "2029-02-01", "dl-readmission dl-readmission-cleared dl-dues-month", []string{"dl-readmission 2032-01-10"}},
		"after a record was cleared, 60":                                 {then(happy, "2029-01-10 E_LEFT_PARTY", "2030-01-10 E_RECORD_CLEARED"), "2030-02-01", "dl-readmission dl-readmission-cleared", []string{"dl-readmission-cleared 2035-01-10"}},
		"the mentor's remark, three months after the assignment":         {until("E_MENTOR_ASSIGNED"), "2025-10-02", "rc-mentor-remark", []string{"rc-mentor-remark 2026-01-05 2025-10-01"}},
		"and after the last one":                                         {then(until("E_MENTOR_ASSIGNED"), "2025-12-20 E_DUTY_DONE rc-mentor-remark/2025-10-01"), "2025-12-21", "rc-mentor-remark", []string{"rc-mentor-remark 2026-03-20 2025-12-20"}},
		"nobody remarks on who is only named":                            {until("E_SOURCE_LISTED"), "2025-10-02", "rc-mentor-remark", nil},
		"the yearly file of a member":                                    {held, "2027-03-02", "rc-file-update", []string{"rc-file-update 2027-12-31 2027"}},
		"done, the year is over":                                         {then(held, "2027-12-01 E_DUTY_DONE rc-file-update/2027"), "2027-12-02", "rc-file-update", nil},
		"undone facts do not count (here: the third month is unpaid)":    {then(held, "2027-05-01 E_DUTY_DONE rc-dues/2027-06"), "2027-05-02", "dl-dues-3m", []string{"dl-dues-3m 2027-05-31 2027-05"}},
		"18 years in months, from the month of birth":                    {[]string{"2008-12-05 E_BIRTH", "2025-09-10 E_SOURCE_LISTED"}, "2026-11-25", "dl-age-18", []string{"dl-age-18 2026-12-05"}},
		"an old resolution has no deadline once a new dossier is opened": {then(resolved, "2027-01-10 E_DECISION_REFUSED", "2027-02-01 E_DOSSIER_OPENED"), "2027-02-02", "dl-decision-admit dl-doc-validity", []string{"dl-doc-validity 2028-02-01"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := open(tt.facts, tt.today, strings.Fields(tt.ids)...); !slices.Equal(got, tt.want) {
				t.Errorf("on %s of %q: %q, want %q", tt.today, tt.facts, got, tt.want)
			}
		})
	}
}

func TestAWayThatIsStoppedOwesNothing(t *testing.T) {
	for _, stop := range []string{"E_HOLD", "E_WITHDRAWN", "E_DELISTED", "E_TRANSFER_OUT", "E_REMOVED"} {
		got := slices.DeleteFunc(keys(theRules.Deadlines(track(then(until("E_DOSSIER_OPENED"), "2026-06-01 "+stop)...), on("2026-06-02"))),
			func(s string) bool { return strings.HasPrefix(s, "dl-readmission") }) // asked for, never told
		if len(got) > 0 {
			t.Errorf("after %s: %q, want nothing", stop, got)
		}
	}
	got := open(then(until("E_DOSSIER_OPENED"), "2026-06-01 E_HOLD", "2026-07-01 E_RESUME"), "2026-07-02", "dl-doc-validity")
	if want := []string{"dl-doc-validity 2027-05-04"}; !slices.Equal(got, want) {
		t.Errorf("resumed: %q, want %q", got, want)
	}
}

func TestNobodyIsRemindedOfWhatIsOnlyAskedFor(t *testing.T) {
	for _, id := range []string{"dl-age-18", "dl-removal-complaint", "dl-readmission", "dl-readmission-cleared"} {
		i := slices.IndexFunc(theRules.DeadlineRules, func(r Rule) bool { return r.ID == id })
		if len(theRules.DeadlineRules[i].Remind) > 0 {
			t.Errorf("%s is told to %v, want nobody", id, theRules.DeadlineRules[i].Remind)
		}
	}
}

func TestStudentsDoNotHearOfWhatCommitteesOwe(t *testing.T) {
	for _, id := range []string{"dl-check-domestic", "dl-check-abroad", "dl-decision-admit", "dl-decision-admit-ext", "dl-official-decision", "dl-official-decision-ext", "dl-official-cell", "dl-three-votes", "dl-local-base", "dl-local-cell-send", "dl-move-send", "dl-move-decide", "dl-move-reconsider"} {
		i := slices.IndexFunc(theRules.DeadlineRules, func(r Rule) bool { return r.ID == id })
		if slices.Contains(theRules.DeadlineRules[i].Remind, Student) {
			t.Errorf("%s is told to the student", id)
		}
	}
}

func TestDutiesOfStaff(t *testing.T) {
	staff := func(since string, roles []Role, facts ...string) Track {
		t := track(facts...)
		t.Person = Person{Code: "bt1", Roles: roles, Unit: "K47/B5"}
		if since != "" {
			t.Since = on(since)
		}
		return t
	}
	secretary, committee := []Role{CellSecretary}, []Role{BaseCommittee}
	tests := map[string]struct {
		track Track
		today string
		want  []string
	}{
		"a secretary, from the month of coming": {staff("2026-11-10", secretary), "2026-11-25", []string{"rc-cell-meeting 2026-11-30 2026-11", "rc-source-review 2026-11-30 2026-11", "rc-annual-plan 2026-12-31 2026", "rc-card-check 2026-12-31 2026"}},
		"a month that was missed stays open": {staff("2026-10-01", secretary, "2026-11-02 E_DUTY_DONE rc-cell-meeting/2026-11"), "2026-11-25",
			[]string{"rc-cell-meeting 2026-10-31 2026-10", "rc-source-review 2026-10-31 2026-10", "rc-source-review 2026-11-30 2026-11", "rc-annual-plan 2026-12-31 2026", "rc-card-check 2026-12-31 2026"}},
		"the month of coming stays open too": {staff("2026-11-10", secretary, "2026-12-01 E_DUTY_DONE rc-cell-meeting"), "2026-12-01",
			[]string{"rc-cell-meeting 2026-11-30 2026-11", "rc-source-review 2026-11-30 2026-11", "rc-source-review 2026-12-31 2026-12", "rc-annual-plan 2026-12-31 2026", "rc-card-check 2026-12-31 2026"}},
		"without a period the day says which": {staff("2026-11-01", secretary, "2026-11-02 E_DUTY_DONE rc-cell-meeting", "2026-11-02 E_DUTY_DONE rc-source-review", "2026-11-02 E_DUTY_DONE rc-annual-plan", "2026-11-02 E_DUTY_DONE rc-card-check"), "2026-11-25", nil},
		"a committee: month, quarter, half":   {staff("2026-11-10", committee), "2026-11-25", []string{"rc-base-meeting 2026-11-30 2026-11", "rc-source-upper 2026-11-30 2026-11", "rc-file-reconcile 2026-12-31 2026-H2", "rc-transfer-slips 2026-12-31 2026-Q4"}},
		"an officer":                          {staff("2026-11-10", []Role{YouthOfficer}), "2026-11-25", []string{"rc-annual-plan 2026-12-31 2026", "rc-youth-rating 2026-12-31 2026", "rc-pipeline-report 2026-12-31 2026-Q4"}},
		"who keeps the content":               {staff("2026-11-10", []Role{Admin}), "2026-11-25", []string{"rc-rule-check 2026-11-30 2026-11"}},
		"a mentor has none of his own":        {staff("2026-11-10", []Role{Mentor}), "2026-11-25", nil},
		"nobody":                              {Track{}, "2026-11-25", nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := keys(theRules.Deadlines(tt.track, on(tt.today))); !slices.Equal(got, tt.want) {
				t.Errorf("on %s: %q, want %q", tt.today, got, tt.want)
			}
		})
	}
}

func TestAPeriodIsReadAsItIsWritten(t *testing.T) {
	for _, p := range []Period{EachMonth, EachQuarter, EachHalf, EachYear} {
		for m := range 12 {
			d := Date{2027, time.Month(m + 1), 17}
			name := p.name(d)
			if first, ok := p.parse(name); !ok || first != p.first(d) {
				t.Errorf("%s of %s: %q read as %s (%t), want %s", p, d, name, first, ok, p.first(d))
			}
		}
	}
	for _, bad := range []string{"", "27", "2027-13", "2027-1", "2027-Q5", "2027-H3", "2027-00", "abcd", "2027-01-01"} {
		if first, ok := EachMonth.parse(bad); ok {
			t.Errorf("month %q read as %s", bad, first)
		}
	}
}

func TestTurnIsTheDayOnWhichSomethingOpens(t *testing.T) {
	tests := map[string]struct {
		facts []string
		after string
		want  string
	}{
		"nothing opens for who is only helped": {until("E_MENTOR_ASSIGNED"), "2025-10-02", ""},
		"a month begins for a member":          {until("E_CEREMONY_HELD"), "2027-03-02", "2027-04-01"},
		"thirty days before probation ends":    {until("E_CEREMONY_HELD"), "2028-01-03", "2028-01-04"},
		"it ends":                              {until("E_CEREMONY_HELD"), "2028-02-01", "2028-02-03"},
		"the extension begins":                 {then(until("E_CELL_RESOLVED_ADMIT"), "2027-01-20 E_EXTENSION_GRANTED"), "2027-01-20", "2027-01-27"},
		"a planned day":                        {then(until("E_MENTOR_ASSIGNED"), "2026-07-15 E_GRADUATION"), "2026-01-01", "2026-07-15"},
		"on hold nothing does":                 {then(until("E_CEREMONY_HELD"), "2027-03-01 E_HOLD"), "2027-03-02", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := theRules.Turn(track(tt.facts...), on(tt.after)).String(); got != tt.want {
				t.Errorf("after %s of %q: %q, want %q", tt.after, tt.facts, got, tt.want)
			}
		})
	}
}

// TestNothingOpensBetweenTurns walks through days: what is open the day after
// was open the day before, unless Turn said so.
func TestNothingOpensBetweenTurns(t *testing.T) {
	secretary := Track{Person: Person{Code: "bt1", Roles: []Role{CellSecretary, BaseCommittee}}, Since: on("2026-11-10")}
	for _, tr := range []Track{
		track(until("E_CEREMONY_HELD")...),
		track(then(until("E_CELL_RESOLVED_ADMIT"), "2026-11-20 E_EXTENSION_GRANTED")...),
		track(then(until("E_CEREMONY_HELD"), "2027-02-05 E_DUES_WAIVER", "2027-07-15 E_GRADUATION")...),
		secretary,
	} {
		today := on("2027-02-06")
		before := theRules.Deadlines(tr, today)
		for range 800 {
			turn := theRules.Turn(tr, today)
			today = today.AddDays(1)
			now := theRules.Deadlines(tr, today)
			for _, d := range now {
				known := slices.ContainsFunc(before, func(b Deadline) bool { return b.Key() == d.Key() })
				if !known && turn != today {
					t.Fatalf("%s opened on %s, the turn was to be %s", d.Key(), today, turn)
				}
			}
			before = now
		}
	}
}

func TestClosingSaysWhatToRecord(t *testing.T) {
	tests := map[string]struct {
		facts []string
		today string
		id    string
		want  string
	}{
		"an event":             {until("E_DECISION_ISSUED"), "2027-01-16", "dl-ceremony", "E_CEREMONY_HELD  true"},
		"of a place":           {until("E_CHECK_RECEIVED"), "2026-07-01", "dl-check-domestic", "E_CHECK_ANSWERED que-quan true"},
		"dues":                 {until("E_CEREMONY_HELD"), "2027-03-02", "dl-dues-month", "E_DUTY_DONE rc-dues/2027-03 true"},
		"a duty":               {until("E_MENTOR_ASSIGNED"), "2025-10-02", "rc-mentor-remark", "E_DUTY_DONE rc-mentor-remark/2025-10-01 true"},
		"nothing to be done":   {until("E_CEREMONY_HELD"), "2027-03-02", "dl-probation-end", "  false"},
		"the first of several": {until("E_CELL_RESOLVED_ADMIT"), "2026-11-25", "dl-decision-admit", "E_DECISION_ISSUED  true"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			list := only(theRules.Deadlines(track(tt.facts...), on(tt.today)), tt.id)
			if len(list) != 1 {
				t.Fatalf("%q, want one %s", keys(list), tt.id)
			}
			id, detail, ok := theRules.Closing(list[0])
			if got := fmt.Sprint(id, " ", detail, " ", ok); got != tt.want {
				t.Errorf("%s: %q, want %q", tt.id, got, tt.want)
			}
		})
	}
}

func BenchmarkDeadlines(b *testing.B) {
	tr := track(then(until("E_CEREMONY_HELD"), "2027-03-01 E_DUTY_DONE rc-dues/2027-03")...)
	today := on("2027-06-01")
	b.ReportAllocs()
	for b.Loop() {
		theRules.Deadlines(tr, today)
	}
}

func BenchmarkTurn(b *testing.B) {
	tr := track(then(until("E_CEREMONY_HELD"), "2027-03-01 E_DUTY_DONE rc-dues/2027-03")...)
	today := on("2027-06-01")
	b.ReportAllocs()
	for b.Loop() {
		theRules.Turn(tr, today)
	}
}
