package notice

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"donghanh/internal/journey"
)

var today = journey.Date{Year: 2026, Month: 11, Day: 25}

func TestAudienceHolds(t *testing.T) {
	student := journey.Track{Person: journey.Person{Code: "sv1", Roles: []journey.Role{journey.Student}, Unit: "K47/B5"}}
	at := journey.State{Stage: journey.Dossier, Papers: []journey.Paper{
		{ID: "cert", Has: true, Until: today},
		{ID: "old", Has: true, Until: today.AddDays(-1)},
		{ID: "form"},
		{ID: "photo", Has: true},
	}}
	due := func(kind journey.Kind, days int) []journey.Deadline {
		return []journey.Deadline{{Rule: &journey.Rule{ID: "dl-x", Kind: kind}, Due: today.AddDays(days)}}
	}
	gone := func(side journey.Side) journey.State { s := at; s.Side = []journey.Side{side}; return s }
	tests := map[string]struct {
		a    Audience
		s    journey.State
		open []journey.Deadline
		want bool
	}{
		"nobody is in an empty one":                 {Audience{}, at, nil, false},
		"nor in a group":                            {Audience{Group: -5}, at, nil, false},
		"everyone":                                  {Audience{Everyone: true}, at, nil, true},
		"the role":                                  {Audience{Roles: []journey.Role{journey.Mentor, journey.Student}}, at, nil, true},
		"another role":                              {Audience{Roles: []journey.Role{journey.Mentor}}, at, nil, false},
		"the unit":                                  {Audience{Units: []journey.Unit{"K46", "K47/B5"}}, at, nil, true},
		"a unit above":                              {Audience{Units: []journey.Unit{"K47"}}, at, nil, true},
		"a unit below":                              {Audience{Units: []journey.Unit{"K47/B5/T1"}}, at, nil, false},
		"a unit that only begins alike":             {Audience{Units: []journey.Unit{"K47/B"}}, at, nil, false},
		"the stage":                                 {Audience{Stages: []journey.Stage{journey.Source, journey.Dossier}}, at, nil, true},
		"another stage":                             {Audience{Stages: []journey.Stage{journey.Source}}, at, nil, false},
		"a paper that is missing":                   {Audience{Missing: []string{"form"}}, at, nil, true},
		"a paper that has expired":                  {Audience{Missing: []string{"old"}}, at, nil, true},
		"a paper on its last day":                   {Audience{Missing: []string{"cert"}}, at, nil, false},
		"one of two papers":                         {Audience{Missing: []string{"photo", "form"}}, at, nil, true},
		"a paper that is not wanted yet":            {Audience{Missing: []string{"card"}}, at, nil, false},
		"something is overdue":                      {Audience{Overdue: true}, at, due(journey.Latest, -1), true},
		"a meeting was missed":                      {Audience{Overdue: true}, at, due(journey.Meeting, -1), true},
		"due today is not overdue":                  {Audience{Overdue: true}, at, due(journey.Latest, 0), false},
		"what may begin is not overdue":             {Audience{Overdue: true}, at, due(journey.Earliest, -1), false},
		"nor is what changed by itself":             {Audience{Overdue: true}, at, due(journey.Milestone, -1), false},
		"nothing is open":                           {Audience{Overdue: true}, at, nil, false},
		"one of two is overdue":                     {Audience{Late: []string{"dl-y", "dl-x"}}, at, due(journey.Latest, -1), true},
		"another one is overdue":                    {Audience{Late: []string{"dl-y"}}, at, due(journey.Latest, -1), false},
		"it is due today":                           {Audience{Late: []string{"dl-x"}}, at, due(journey.Latest, 0), false},
		"the code":                                  {Audience{Codes: []journey.Code{"sv1"}}, at, nil, true},
		"another code":                              {Audience{Codes: []journey.Code{"sv2"}}, at, nil, false},
		"all that is set is to be met":              {Audience{Roles: []journey.Role{journey.Student}, Missing: []string{"form"}, Overdue: true}, at, nil, false},
		"and is":                                    {Audience{Roles: []journey.Role{journey.Student}, Missing: []string{"form"}, Overdue: true}, at, due(journey.Latest, -9), true},
		"everyone of a stage":                       {Audience{Everyone: true, Stages: []journey.Stage{journey.Source}}, at, nil, false},
		"who withdrew is not meant":                 {Audience{Everyone: true}, gone(journey.Withdrawn), nil, false},
		"nor who left":                              {Audience{Roles: []journey.Role{journey.Student}}, gone(journey.TransferredOut), nil, false},
		"nor who was removed":                       {Audience{Everyone: true}, gone(journey.Removed), nil, false},
		"nor who was taken off the list":            {Audience{Everyone: true}, gone(journey.Delisted), nil, false},
		"but who waits is":                          {Audience{Everyone: true}, gone(journey.OnHold), nil, true},
		"who left may be named":                     {Audience{Codes: []journey.Code{"sv1"}}, gone(journey.TransferredOut), nil, true},
		"named, but not of the stage of the others": {Audience{Codes: []journey.Code{"sv1"}, Stages: []journey.Stage{journey.Source}}, at, nil, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := tt.a.Holds(student, tt.s, tt.open, today); got != tt.want {
				t.Errorf("%+v holds %+v: %t, want %t", tt.a, tt.s, got, tt.want)
			}
		})
	}
}

func TestNobodyOutsideTheAuthorsUnitIsReached(t *testing.T) {
	n := Notice{Unit: "K47", Content: Content{Audience: Audience{Everyone: true, Codes: []journey.Code{"a", "b", "c", "d"}}}}
	for code, tt := range map[journey.Code]struct {
		unit journey.Unit
		want bool
	}{"a": {"K47", true}, "b": {"K47/B5", true}, "c": {"K48", false}, "d": {"", false}} {
		if got := n.Reaches(journey.Track{Person: journey.Person{Code: code, Unit: tt.unit}}, journey.State{}, nil, today); got != tt.want {
			t.Errorf("a notice of %s reaches one of %q: %t, want %t", n.Unit, tt.unit, got, tt.want)
		}
	}
}

func TestWhoMayApproveAndManage(t *testing.T) {
	n := Notice{Author: "cb1", Unit: "K47/B5"}
	person := func(code journey.Code, role journey.Role, unit journey.Unit) journey.Person {
		return journey.Person{Code: code, Roles: []journey.Role{role}, Unit: unit}
	}
	tests := map[string]struct {
		p               journey.Person
		approve, manage bool
	}{
		"the author":                    {person("cb1", journey.YouthOfficer, "K47/B5"), false, true},
		"the author, now an admin":      {person("cb1", journey.Admin, ""), false, true},
		"the author, without the role":  {person("cb1", journey.Student, "K47/B5"), false, false},
		"an officer of the same unit":   {person("cb2", journey.YouthOfficer, "K47/B5"), true, true},
		"an officer above":              {person("cb2", journey.YouthOfficer, "K47"), true, true},
		"an officer of the academy":     {person("cb2", journey.YouthOfficer, ""), true, true},
		"an officer below":              {person("cb2", journey.YouthOfficer, "K47/B5/T1"), false, false},
		"an officer of another unit":    {person("cb2", journey.YouthOfficer, "K48"), false, false},
		"an admin of another unit":      {person("ad1", journey.Admin, "K48"), true, true},
		"a secretary":                   {person("bt1", journey.CellSecretary, ""), false, false},
		"a student":                     {person("sv1", journey.Student, "K47/B5"), false, false},
		"nobody the lists know":         {person("", journey.Admin, ""), false, false},
		"nobody at all":                 {journey.Person{}, false, false},
		"the author at another unit":    {person("cb1", journey.YouthOfficer, "K48"), false, true},
		"the committee is no officer":   {person("uv1", journey.BaseCommittee, ""), false, false},
		"a mentor who is an officer":    {journey.Person{Code: "gv1", Roles: []journey.Role{journey.Mentor, journey.YouthOfficer}, Unit: "K47"}, true, true},
		"a mentor":                      {person("gv1", journey.Mentor, "K47"), false, false},
		"an officer of a unit alike":    {person("cb2", journey.YouthOfficer, "K4"), false, false},
		"an officer whose unit is gone": {person("cb2", journey.YouthOfficer, "K47/"), false, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if a, m := n.MayApprove(tt.p), n.MayManage(tt.p); a != tt.approve || m != tt.manage {
				t.Errorf("may approve %t, manage %t; want %t, %t", a, m, tt.approve, tt.manage)
			}
		})
	}
}

func TestNeedsSecond(t *testing.T) {
	tests := map[string]struct {
		n     Notice
		count int
		want  bool
	}{
		"one fewer":                   {Notice{Kind: Send}, 49, false},
		"from so many on":             {Notice{Kind: Send}, 50, true},
		"a correction too":            {Notice{Kind: Correct}, 50, true},
		"taking back is for one":      {Notice{Kind: Recall}, 5000, false},
		"what was refused, for a few": {Notice{Kind: Send, Status: Refused}, 1, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := tt.n.NeedsSecond(tt.count, 50); got != tt.want {
				t.Errorf("%+v to %d: %t, want %t", tt.n, tt.count, got, tt.want)
			}
		})
	}
}

func TestParseCodes(t *testing.T) {
	tests := map[string]struct {
		text  string
		codes string
		bad   string
	}{
		"nothing":               {" \n ", "", ""},
		"one":                   {"sv17", "sv17", ""},
		"lines, commas, spaces": {"sv1, sv2;sv3\nsv4\tsv5  sv6\r\nsv7", "sv1 sv2 sv3 sv4 sv5 sv6 sv7", ""},
		"each once, in order":   {"sv2 sv1 sv2", "sv2 sv1", ""},
		"numbered":              {"1. sv1\n2) sv2\n- sv3\n• sv4", "sv1 sv2 sv3 sv4", ""},
		"the end of a sentence": {"Gửi: sv1, (sv2).", "sv1 sv2", "Gửi"},
		"what cannot be a code": {"sv1 Nguyễn sv/2 Nguyễn", "sv1", "Nguyễn sv/2"},
		"too long":              {strings.Repeat("a", 33) + " " + strings.Repeat("ạ", 50), "", strings.Repeat("a", 33) + " " + strings.Repeat("ạ", 40)},
		"from a spreadsheet":    {"\ufeffB5.01\u00a0\nB5_02", "B5.01 B5_02", ""},
		"only signs":            {"... - ;", "", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			codes, bad := ParseCodes(tt.text)
			var got []string
			for _, c := range codes {
				got = append(got, string(c))
			}
			if strings.Join(got, " ") != tt.codes || strings.Join(bad, " ") != tt.bad {
				t.Errorf("ParseCodes(%q) = %v, bad %q; want %s, bad %q", tt.text, got, bad, tt.codes, tt.bad)
			}
		})
	}
}

func TestCodesAreReadBack(t *testing.T) {
	code := rapid.StringMatching(`[A-Za-z][A-Za-z0-9._-]{0,30}[A-Za-z0-9]`)
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOfDistinct(code, rapid.ID).Draw(t, "codes")
		text := strings.Join(want, rapid.SampledFrom([]string{"\n", ", ", ";", "\t", " \n- "}).Draw(t, "between"))
		codes, bad := ParseCodes(text)
		if fmt.Sprint(codes) != fmt.Sprint(want) || len(bad) > 0 {
			t.Fatalf("ParseCodes(%q) = %v, bad %q; want %v", text, codes, bad, want)
		}
	})
}

func TestMinutes(t *testing.T) {
	tests := []struct{ count, rate, want int }{
		{0, 30, 0}, {-1, 30, 0}, {1, 30, 1}, {1800, 30, 1}, {1801, 30, 2}, {50_000, 30, 28}, {50_000, 1000, 1}, {61, 0, 2}, {61, -5, 2},
	}
	for _, tt := range tests {
		if got := Minutes(tt.count, tt.rate); got != tt.want {
			t.Errorf("Minutes(%d, %d) = %d, want %d", tt.count, tt.rate, got, tt.want)
		}
	}
}

func TestCounts(t *testing.T) {
	c := Counts{Pending: 1, Queued: 2, Delivered: 4, Blocked: 8, Failed: 16, InDoubt: 32, Unlinked: 64}
	if c.Total() != 127 || c.Left() != 3 || c.Tried() != 60 {
		t.Errorf("%v: total %d, left %d, tried %d; want 127, 3, 60", c, c.Total(), c.Left(), c.Tried())
	}
	if len(Outcomes) != len(c) {
		t.Errorf("%d outcomes are listed, want %d", len(Outcomes), len(c))
	}
	if none := Counts(nil); none.Total()+none.Left()+none.Tried() != 0 {
		t.Error("nothing counts for something")
	}
}

func TestNewID(t *testing.T) {
	a, again, b := NewID("tg:1/7"), NewID("tg:1/7"), NewID("tg:2/7")
	if a != again || a == b || !ValidID(string(a)) || !ValidID(string(b)) {
		t.Errorf("ids %q, %q, %q", a, again, b)
	}
	for _, s := range []string{"", "n-", "n-abcdefg", "n-abcdefghi", "n-ABCDEFGH", "n-abcdefg1", "n-abc:efgh", "x-abcdefgh", "n-abcdefgh\n"} {
		if ValidID(s) {
			t.Errorf("%q is taken for an id", s)
		}
	}
}

func TestJoins(t *testing.T) {
	n := Notice{}
	if n.Joins(today) {
		t.Error("without a day somebody joins")
	}
	n.JoinUntil = today
	if !n.Joins(today) || n.Joins(today.AddDays(1)) {
		t.Errorf("on the last day %t, on the next %t; want true, false", n.Joins(today), n.Joins(today.AddDays(1)))
	}
}

// What is stored is read back whole, and a draft takes little room.
func TestANoticeIsKeptAsJSON(t *testing.T) {
	n := Notice{ID: "n-abcdefgh", Rev: 3, Kind: Correct, Of: "n-hgfedcba", Author: "cb1", Unit: "K47",
		Content: Content{HTML: "<b>Họp</b>", Attachment: Attachment{"photo", "x"}, Audience: Audience{Everyone: true, Roles: []journey.Role{journey.Student}, Units: []journey.Unit{"K47/B5"},
			Stages: []journey.Stage{journey.Source}, Missing: []string{"a"}, Overdue: true, Late: []string{"dl-x"}, Codes: []journey.Code{"sv1"}, Group: -5}, JoinUntil: today, Urgent: true, Receipt: true, ReceiptBy: today},
		Status: Planned, At: wednesday, Count: 5, Unlinked: 2, Approver: "cb2", Reason: "r", Held: "h", Made: wednesday, Approved: wednesday, Begun: wednesday, Ended: wednesday, Progress: Place{7, 9}}
	for i := range reflect.TypeFor[Notice]().NumField() {
		if reflect.ValueOf(n).Field(i).IsZero() {
			t.Errorf("field %s is not tried", reflect.TypeFor[Notice]().Field(i).Name)
		}
	}
	raw, err := json.Marshal(n)
	if err != nil {
		t.Fatal(err)
	}
	var back Notice
	if err := json.Unmarshal(raw, &back); err != nil {
		t.Fatal(err)
	}
	for name, at := range map[string][2]time.Time{"at": {back.At, n.At}, "made": {back.Made, n.Made}, "approved": {back.Approved, n.Approved}, "begun": {back.Begun, n.Begun}, "ended": {back.Ended, n.Ended}} {
		if !at[0].Equal(at[1]) {
			t.Errorf("%s came back as %v, want %v", name, at[0], at[1])
		}
	}
	back.At, back.Made, back.Approved, back.Begun, back.Ended = n.At, n.Made, n.Approved, n.Begun, n.Ended
	if !reflect.DeepEqual(back, n) {
		t.Errorf("came back as\n%+v, want\n%+v", back, n)
	}
	draft, _ := json.Marshal(Notice{ID: "n-abcdefgh", Kind: Send, Author: "cb1", Status: Draft, Made: wednesday})
	if want := `{"id":"n-abcdefgh","rev":0,"kind":"send","author":"cb1","status":"draft","made":"2026-11-25T10:15:20+07:00"}`; string(draft) != want {
		t.Errorf("a draft is kept as %s", draft)
	}
}
