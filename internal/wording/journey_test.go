package wording

import (
	"slices"
	"strings"
	"testing"
	"time"

	"donghanh/internal/journey"
	"donghanh/internal/knowledge"
)

// stages are all stages, in order.
var stages = []journey.Stage{
	journey.Source, journey.Sympathizer, journey.AwarenessClass, journey.Dossier, journey.BackgroundCheck, journey.Opinions, journey.CellReview,
	journey.CommitteeDecision, journey.AwaitingCeremony, journey.Probation, journey.OfficialReview, journey.OfficialDecision, journey.OfficialMember,
}

func TestEveryStageStandsOnceOnTheDrawnWay(t *testing.T) {
	var drawnStages []journey.Stage
	for _, p := range parts {
		drawnStages = append(drawnStages, p.stages...)
	}
	if !slices.Equal(drawnStages, stages) {
		t.Errorf("drawn: %v, want %v", drawnStages, stages)
	}
	names := map[string]journey.Stage{}
	for _, s := range append(stages, journey.NoStage) {
		name := StageName(s)
		if other, twice := names[name]; twice || name == "" || name == string(s) {
			t.Errorf("stage %q is called %q, like %q", s, name, other)
		}
		names[name] = s
		got := drawn(journey.State{Stage: s, Since: journey.Date{Year: 2026, Month: 11, Day: 5}})
		here := strings.Count(got, "◉")
		if s == journey.NoStage {
			if here != 0 {
				t.Errorf("nothing recorded, drawn as\n%s", got)
			}
			continue
		}
		if !strings.Contains(got, "05/11/2026") || here < 1 || here > 2 {
			t.Errorf("stage %q is drawn as\n%s", s, got)
		}
		for line := range strings.Lines(got) {
			if len([]rune(strings.NewReplacer("<b>", "", "</b>", "").Replace(line))) > 62 {
				t.Errorf("a line too long for a phone: %q", line)
			}
		}
	}
}

func TestEverySideHasAName(t *testing.T) {
	for _, s := range []journey.Side{
		journey.OnHold, journey.Withdrawn, journey.Delisted, journey.CertExpired, journey.DossierExpired, journey.NotAdmitted,
		journey.Transferring, journey.TransferredOut, journey.Removed, journey.Readmission,
	} {
		if name := SideName(s); name == "" || name == string(s) {
			t.Errorf("side %q is called %q", s, name)
		}
	}
}

func TestEveryRefusalSaysWhyAndByWhichRule(t *testing.T) {
	title := func(id journey.EventID) string { return "mốc " + string(id) }
	source := []knowledge.Citation{{Document: knowledge.Document{ID: "d", Name: "Điều lệ"}, Article: "Điều 5", Verified: true}}
	seen := map[string]journey.Why{}
	for _, why := range []journey.Why{
		journey.UnknownEvent, journey.NotForRole, journey.InFuture, journey.BeforeBirth, journey.TooEarly, journey.TooYoung, journey.PaperMissing,
		journey.PaperExpired, journey.WrongStage, journey.NeedsFirst, journey.Stopped, journey.Breaks, journey.Follows, journey.BadDetail, journey.OnlyOnce,
	} {
		got := Refused(&journey.Refusal{
			Event: "E_X", Why: why, Needs: []journey.EventID{"E_Y"}, Stage: journey.Dossier, Side: journey.OnHold, Date: journey.Date{Year: 2027, Month: 2, Day: 3},
		}, title, source)
		if other, twice := seen[got]; twice || !strings.Contains(got, "mốc E_X") || !strings.Contains(got, "Điều lệ, Điều 5") {
			t.Errorf("%q: %q (like %q)", why, got, other)
		}
		seen[got] = why
	}
}

func TestPapersSayWhetherTheyCount(t *testing.T) {
	today := journey.Date{Year: 2026, Month: 11, Day: 24}
	for name, tt := range map[string]struct {
		p    journey.Paper
		want string
	}{
		"not recorded":                       {journey.Paper{Title: "Đơn"}, "○ Đơn: chưa thấy ghi"},
		"there, for good":                    {journey.Paper{Title: "Đơn", Has: true}, "✓ Đơn: có"},
		"there, of a day":                    {journey.Paper{Title: "Đơn", Has: true, On: journey.Date{Year: 2026, Month: 3, Day: 2}}, "✓ Đơn: có, ngày 02/3/2026"},
		"counts for its last day":            {journey.Paper{Title: "Giấy", Has: true, Until: today}, "✓ Giấy: dùng đến 24/11/2026"},
		"expired the day before":             {journey.Paper{Title: "Giấy", Has: true, Until: today.AddDays(-1)}, "✗ Giấy: hết hạn từ 23/11/2026"},
		"used by the cell, whatever it says": {journey.Paper{Title: "Giấy", Has: true, On: today.AddDays(-90), Used: today.AddDays(-1)}, "✓ Giấy: đã dùng để chi bộ xét ngày 23/11/2026"},
		"a title with a sign in it":          {journey.Paper{Title: "<b>"}, "○ &lt;b&gt;: chưa thấy ghi"},
	} {
		if got := paper(tt.p, today); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

func TestPeriodsAreWrittenAsPeopleDo(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "2026-09": "tháng 9/2026", "2026-Q4": "quý 4/2026", "2026-H1": "nửa năm 1/2026", "2026": "2026", "2026-09-10": "10/9/2026", "que-quan": "quê quán", "xã Hòa Bình": "xã Hòa Bình",
	} {
		if got := period(in); got != want {
			t.Errorf("period(%q) = %q, want %q", in, got, want)
		}
	}
}

// What the academy's lists hold may have signs of HTML in it too.
func TestNamesAndTitlesAreEscaped(t *testing.T) {
	const said = `<a href="x">&'`
	p := journey.Person{Code: "c", Name: said, Unit: said}
	rule := &journey.Rule{ID: "r", Title: said, Overdue: said}
	l := Reminder{Deadline: journey.Deadline{Rule: rule, Version: &journey.Version{}, Due: journey.Date{Year: 2026, Month: 12, Day: 1}, Detail: said}, Whose: said}
	e := journey.Event{ID: "E", On: journey.Date{Year: 2026, Month: 12, Day: 1}, Detail: said, At: time.Unix(0, 0)}
	er := journey.EventRule{ID: "E", Title: said}
	day, c := journey.Date{Year: 2026, Month: 11, Day: 24}, builtRules(t).Calendar
	for name, got := range map[string]string{
		"consent":         Consent(p),
		"greeting":        Linked(p, []Reminder{l}, 1, []Command{{"han", said}}),
		"welcome back":    WelcomeBack(p, nil),
		"linked already":  LinkedAlready(p),
		"linked to other": LinkedToAnother(p),
		"a way":           Way(Standing{Person: p, Mentor: said, State: journey.State{Papers: []journey.Paper{{Title: said}}}, Next: []Reminder{l}, Today: day, Calendar: c}),
		"students":        Students([]StudentLine{{Person: p, Next: l}}, 0, 1, "", day, c),
		"a search":        Students(nil, 0, 0, said, day, c),
		"deadlines":       Deadlines([]Reminder{l}, 0, 1, false, day, c),
		"a deadline":      Deadline(l, p, day, c),
		"which way":       AskWhich(l),
		"a day":           AskDay(er, l),
		"a day of":        AskDayOf(er, p),
		"confirm":         ConfirmRecord(er, e, said, p),
		"recorded":        Recorded(er, e, said, p, false, []Reminder{l}, day, c),
		"before":          RecordedBefore(er, e, said, p),
		"stands":          Stands(l, er, e, said),
		"undone":          Undone(er, e, p),
		"by another":      DoneByOther(p, said, said),
		"undone by other": UndoneByOther(p, said, said),
		"taking back":     AskTakeBack(p, true),
		"nothing to take": AskTakeBack(p, false),
		"sure":            SureTakeBack(er, e, p, said),
		"a detail":        AskDetail(er, true),
		"an address":      FeedMade(said),
		"my data":         MyData(Stored{Person: p}),
		"an event for":    AskEvent(p, 1, 2),
	} {
		if !strings.Contains(got, `&lt;a href=&#34;x&#34;&gt;&amp;&#39;`) || strings.Contains(got, "<a") || strings.Contains(got, `"x"`) {
			t.Errorf("%s: %q came out as\n%s", name, said, got)
		}
	}
}

func TestNobodyIsGivenFalseHope(t *testing.T) {
	c, day := builtRules(t).Calendar, journey.Date{Year: 2027, Month: 2, Day: 1}
	for name, s := range map[string]journey.State{
		"not proposed": {Stage: journey.OfficialDecision, Since: day, Joined: day.AddMonths(-13), AgeFrom: day.AddMonths(-14), Unproposed: true},
		"removed":      {Stage: journey.Probation, Side: []journey.Side{journey.Removed}, Joined: day.AddMonths(-6), AgeFrom: day.AddMonths(-7)},
		"both":         {Stage: journey.OfficialDecision, Side: []journey.Side{journey.Removed}, Joined: day.AddMonths(-13), Unproposed: true},
	} {
		got := Way(Standing{Person: journey.Person{Name: "Lan"}, State: s, Today: day, Calendar: c})
		for _, bad := range []string{"ông nhận", "Ngày chính thức", "Tuổi đảng", "Đảng viên chính thức"} {
			if strings.Contains(got, bad) {
				t.Errorf("%s: %q in\n%s", name, bad, got)
			}
		}
		if strings.Contains(got, LookedAt) != (name == "not proposed") {
			t.Errorf("%s: what is waited for in\n%s", name, got)
		}
	}
	if got := Students([]StudentLine{{State: journey.State{Stage: journey.OfficialDecision, Unproposed: true}}}, 0, 1, "", day, c); strings.Contains(got, "công nhận") {
		t.Errorf("in a list: %q", got)
	}
	if got := drawn(journey.State{Stage: journey.OfficialReview, Since: day}); !strings.Contains(got, "Đã đủ 12 tháng, chưa được công nhận: vẫn là đảng viên dự bị") {
		t.Errorf("on the day probation ends:\n%s", got)
	}
}

func TestConsentSaysWhatIsKeptOfWhom(t *testing.T) {
	student := Consent(journey.Person{Name: "Lan", Roles: []journey.Role{journey.Student}})
	staff := Consent(journey.Person{Name: "Minh", Roles: []journey.Role{journey.Mentor, journey.CellSecretary}})
	if !strings.Contains(student, "Việc trễ hạn thì mình báo người giúp đỡ, bí thư chi bộ, cán bộ Đoàn") || strings.Contains(student, "\n6.") {
		t.Errorf("a student agrees to\n%s", student)
	}
	if strings.Contains(staff, "chặng đường") || strings.Contains(staff, "giấy tờ") {
		t.Errorf("a mentor agrees to\n%s", staff)
	}
}

func TestAPeriodEnds(t *testing.T) {
	for in, want := range map[string]string{"2026-11": "2026-11-30", "2026-Q3": "2026-09-30", "2026-H2": "2026-12-31", "2026": "2026-12-31", "2026-09-06": "", "": "", "2026-": "2026-12-31", "xã": ""} {
		if got := periodEnd(in).String(); got != want {
			t.Errorf("%q ends on %q, want %q", in, got, want)
		}
	}
}
