package journey

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"
)

// reminding returns rules with the built-in calendar and reminders.
func reminding(t testing.TB) *Rules {
	t.Helper()
	settings, problems := loadReminders(os.DirFS("../../content"))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return &Rules{Calendar: built(t), Reminders: settings}
}

// studentTrack is a student with a mentor.
func studentTrack() Track {
	return Track{Person: Person{Code: "sv17", Roles: []Role{Student}, Unit: "K47/B5", Mentor: "gv4"}}
}

// deadlineOf is a deadline that starts on a day and falls on another.
func deadlineOf(rule Rule, start, due Date) Deadline {
	if rule.ID == "" {
		rule.ID = "dl-test"
	}
	return Deadline{Rule: &rule, Version: &Version{}, Of: "sv17", Anchor: Event{ID: "E_TEST", On: start}, Due: due}
}

// forMentor is a rule a mentor hears of and answers.
func forMentor() Rule { return Rule{Remind: []Role{Mentor}, Record: []Role{Mentor}} }

// told is one line as the tests below write it: "02/03 mentor", and how far
// silence climbed.
func toldOn(today Date, l Line) string {
	climbs := map[Climb]string{Second: " second", ToSecretary: " secretary knows", ToOfficer: " officer knows", WeekSummary: " of the week"}
	return fmt.Sprintf("%02d/%02d %s%s", today.Day, today.Month, l.To, climbs[l.Climb])
}

// live tells what is due each day from one to another on which the bot is up.
func live(r *Rules, t Track, open func(Date) []Deadline, from, to Date, up func(Date) bool) (all []string, after Track) {
	for d := from; !d.After(to); d = d.AddDays(1) {
		if !up(d) {
			continue
		}
		lines := r.Due(t, open(d), d)
		for _, l := range lines {
			all = append(all, toldOn(d, l))
		}
		t = t.WithTold(lines, d)
	}
	return all, t
}

func always(Date) bool { return true }

func TestWhenARoleIsTold(t *testing.T) {
	tests := map[string]struct {
		rule       Rule
		start, due string
		from, to   string
		down       [2]string // the bot is down from, up to and with
		want       string
	}{
		"a long one from thirty days before": {
			rule: Rule{Remind: []Role{Student}}, start: "2026-03-02", due: "2026-06-30", from: "2026-03-02", to: "2026-07-01",
			want: "31/05 student, 16/06 student, 23/06 student, 27/06 student, 29/06 student, 30/06 student",
		},
		"a short one from fifteen days before": {
			rule: Rule{Remind: []Role{Student}}, start: "2026-05-20", due: "2026-06-30", from: "2026-05-20", to: "2026-07-01",
			want: "15/06 student, 23/06 student, 27/06 student, 29/06 student, 30/06 student",
		},
		"its own steps go before": {
			rule: Rule{Remind: []Role{Student}, Steps: []int{90, 10}}, start: "2026-01-05", due: "2026-06-30", from: "2026-01-05", to: "2026-07-01",
			want: "01/04 student, 20/06 student",
		},
		"one of a week is told as soon as it stands": {
			rule: Rule{Remind: []Role{Student}}, start: "2026-06-23", due: "2026-06-30", from: "2026-06-23", to: "2026-06-30",
			want: "23/06 student, 27/06 student, 29/06 student, 30/06 student",
		},
		"overdue every three working days, five times, then only the secretary each Monday": {
			rule: Rule{Remind: []Role{Student}, Steps: []int{0}}, start: "2026-05-20", due: "2026-06-10", from: "2026-06-01", to: "2026-07-15",
			want: "10/06 student, 15/06 student, 18/06 student, 23/06 student, 26/06 student, 01/07 student, 06/07 cell_secretary of the week, 13/07 cell_secretary of the week",
		},
		"Tết is not counted among the working days": {
			rule: Rule{Remind: []Role{CellSecretary}, Steps: []int{0}}, start: "2027-01-11", due: "2027-02-03", from: "2027-01-30", to: "2027-02-16",
			want: "03/02 cell_secretary, 15/02 cell_secretary", // off from the 4th to the 10th
		},
		"each role that hears of it": {
			rule: Rule{Remind: []Role{CellSecretary, BaseCommittee}, Steps: []int{1}}, start: "2026-05-20", due: "2026-06-10", from: "2026-06-08", to: "2026-06-10",
			want: "09/06 cell_secretary, 09/06 base_committee",
		},
		"a milestone passes and is over": {
			rule: Rule{Kind: Milestone, Remind: []Role{Student}, Steps: []int{7, 0}}, start: "2025-06-10", due: "2026-06-10", from: "2026-06-01", to: "2026-08-01",
			want: "03/06 student, 10/06 student",
		},
		"what may begin is told on its day": {
			rule: Rule{Kind: Earliest, Remind: []Role{Mentor}}, start: "2025-06-10", due: "2026-06-10", from: "2026-01-01", to: "2026-08-01",
			want: "10/06 mentor",
		},
		"nobody to be told": {
			rule: Rule{}, start: "2026-05-20", due: "2026-06-10", from: "2026-05-20", to: "2026-09-10",
		},
		"down for two steps, told once on the day after": {
			rule: Rule{Remind: []Role{Student}}, start: "2026-05-20", due: "2026-06-30", from: "2026-05-20", to: "2026-06-30",
			down: [2]string{"2026-06-20", "2026-06-27"},
			want: "15/06 student, 28/06 student, 29/06 student, 30/06 student",
		},
		"down for a month, told once how late it is": {
			rule: Rule{Remind: []Role{Student}}, start: "2026-05-20", due: "2026-06-30", from: "2026-05-20", to: "2026-07-20",
			down: [2]string{"2026-06-16", "2026-07-17"},
			want: "15/06 student, 18/07 student",
		},
		"a Monday that was missed is made up for": {
			rule: Rule{Remind: []Role{Student}, Steps: []int{0}}, start: "2026-05-20", due: "2026-06-10", from: "2026-07-02", to: "2026-07-14",
			down: [2]string{"2026-07-05", "2026-07-07"},
			want: "02/07 student, 08/07 cell_secretary of the week, 13/07 cell_secretary of the week",
		},
		"overdue long before it came into the lists": {
			rule: Rule{Remind: []Role{Student, CellSecretary}}, start: "2025-01-06", due: "2025-02-10", from: "2026-06-10", to: "2026-06-15",
			want: "10/06 student, 10/06 cell_secretary of the week, 15/06 cell_secretary of the week",
		},
		"silence climbs every second working day, and whoever knew hears of it": {
			rule: forMentor(), start: "2026-05-20", due: "2026-06-30", from: "2026-05-20", to: "2026-07-02",
			want: "15/06 mentor, 23/06 mentor, 25/06 mentor second, 27/06 mentor second, 29/06 mentor secretary knows, 29/06 cell_secretary secretary knows, " +
				"30/06 mentor secretary knows, 01/07 mentor officer knows, 01/07 cell_secretary officer knows, 01/07 youth_officer officer knows",
		},
		"who only hears of it is not waited for": {
			rule: Rule{Remind: []Role{Mentor}, Record: []Role{CellSecretary}}, start: "2026-05-20", due: "2026-06-30", from: "2026-06-23", to: "2026-06-30",
			want: "23/06 mentor, 27/06 mentor, 29/06 mentor, 30/06 mentor",
		},
		"a mentor who could not be told was not silent": {
			rule: forMentor(), start: "2026-05-20", due: "2026-06-30", from: "2026-06-22", to: "2026-07-17",
			down: [2]string{"2026-06-24", "2026-07-13"},
			want: "22/06 mentor, 23/06 mentor, 14/07 mentor second, 16/07 mentor secretary knows, 16/07 cell_secretary secretary knows",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := reminding(t)
			d := deadlineOf(tt.rule, day(t, tt.start), day(t, tt.due))
			up := always
			if tt.down[0] != "" {
				up = func(on Date) bool { return on.Before(day(t, tt.down[0])) || on.After(day(t, tt.down[1])) }
			}
			got, _ := live(r, studentTrack(), func(Date) []Deadline { return []Deadline{d} }, day(t, tt.from), day(t, tt.to), up)
			if text := strings.Join(got, ", "); text != tt.want {
				t.Errorf("due %s, from %s to %s, down %s: told\n%s\nwant\n%s", tt.due, tt.from, tt.to, tt.down, text, tt.want)
			}
		})
	}
}

func TestADutyOfTheRoleItselfIsToldToThePersonOnce(t *testing.T) {
	r := reminding(t)
	staff := Track{Person: Person{Code: "cb2", Roles: []Role{Mentor, CellSecretary, YouthOfficer}, Unit: "K47"}}
	d := deadlineOf(Rule{Who: []Role{CellSecretary}, Remind: []Role{CellSecretary, YouthOfficer}, Record: []Role{CellSecretary, Mentor}, Steps: []int{3}}, day(t, "2026-06-01"), day(t, "2026-06-30"))
	got, _ := live(r, staff, func(Date) []Deadline { return []Deadline{d} }, day(t, "2026-06-01"), day(t, "2026-07-27"), always)
	want := "27/06 cell_secretary, 03/07 cell_secretary, 08/07 cell_secretary, 13/07 cell_secretary, 16/07 cell_secretary, 21/07 cell_secretary, 27/07 cell_secretary of the week"
	if text := strings.Join(got, ", "); text != want {
		t.Errorf("told\n%s\nwant\n%s", text, want)
	}
	d.Rule.Remind = []Role{BaseCommittee}
	if lines := r.Due(staff, []Deadline{d}, d.Due); len(lines) != 0 {
		t.Errorf("told %v of a duty of a role the person does not have", lines)
	}
}

func TestRemindMeLaterHoldsTheClimb(t *testing.T) {
	r, d := reminding(t), deadlineOf(forMentor(), day(t, "2026-05-20"), day(t, "2026-06-30"))
	open := func(Date) []Deadline { return []Deadline{d} }
	_, track := live(r, studentTrack(), open, day(t, "2026-06-23"), day(t, "2026-06-24"), always)
	track = track.WithHold(d.Key(), Mentor, day(t, "2026-06-29"))
	got, _ := live(r, track, open, day(t, "2026-06-25"), day(t, "2026-07-03"), always)
	want := "27/06 mentor, 29/06 mentor, 30/06 mentor, 01/07 mentor second, 03/07 mentor secretary knows, 03/07 cell_secretary secretary knows"
	if text := strings.Join(got, ", "); text != want {
		t.Errorf("held until the 29th: told\n%s\nwant\n%s", text, want)
	}
}

func TestAnAnswerEndsAll(t *testing.T) {
	r, d := reminding(t), deadlineOf(forMentor(), day(t, "2026-05-20"), day(t, "2026-06-30"))
	answered := day(t, "2026-06-26")
	open := func(on Date) []Deadline {
		if on.Before(answered) {
			return []Deadline{d}
		}
		return nil
	}
	got, _ := live(r, studentTrack(), open, day(t, "2026-06-23"), day(t, "2026-12-31"), always)
	if text, want := strings.Join(got, ", "), "23/06 mentor, 25/06 mentor second"; text != want {
		t.Errorf("answered on the 26th: told %s, want %s", text, want)
	}
}

func TestWhoWantsWhatWhen(t *testing.T) {
	r := reminding(t)
	line := func(due, step string) Line {
		return Line{Deadline: deadlineOf(Rule{}, day(t, "2026-05-20"), day(t, due)), Step: day(t, step)}
	}
	far, near, late := line("2026-06-30", "2026-06-16"), line("2026-06-20", "2026-06-17"), line("2026-06-10", "2026-06-15")
	tests := map[string]struct {
		pref  Pref
		line  Line
		today string
		want  bool
	}{
		"daily wants all":                                     {Daily, far, "2026-06-16", true},
		"weekly waits on a Tuesday":                           {Weekly, far, "2026-06-16", false},
		"weekly waits on a Sunday":                            {Weekly, far, "2026-06-21", false},
		"weekly hears on Monday":                              {Weekly, far, "2026-06-22", true},
		"weekly hears on Tuesday when nothing came on Monday": {Weekly, far, "2026-06-23", true},
		"weekly hears within three days":                      {Weekly, near, "2026-06-17", true},
		"weekly hears of what is late":                        {Weekly, late, "2026-06-17", true},
		"urgent waits however long":                           {UrgentOnly, far, "2026-06-26", false},
		"urgent hears within three days":                      {UrgentOnly, far, "2026-06-27", true},
		"urgent hears of what is late":                        {UrgentOnly, late, "2026-06-17", true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := r.Reminders.Wants(tt.pref, tt.line, day(t, tt.today)); got != tt.want {
				t.Errorf("%q on %s, due %s, planned for %s: %t, want %t", tt.pref, tt.today, tt.line.Due, tt.line.Step, got, tt.want)
			}
		})
	}
}

// anyDeadline draws a deadline of any shape around the middle of 2026.
func anyDeadline(t *rapid.T, i int) Deadline {
	rule := Rule{ID: fmt.Sprint("dl-", i)}
	rule.Kind = rapid.SampledFrom([]Kind{"", Latest, Earliest, Milestone}).Draw(t, "kind")
	rule.Remind = rapid.SliceOfDistinct(rapid.SampledFrom([]Role{Student, Mentor, CellSecretary, YouthOfficer, BaseCommittee}), func(r Role) Role { return r }).Draw(t, "remind")
	rule.Record = rapid.SampledFrom([][]Role{{Mentor}, {Mentor, CellSecretary}, {CellSecretary}}).Draw(t, "record")
	rule.Steps = rapid.SampledFrom([][]int{nil, {0}, {30, 14}, {90, 7, 1, 0}}).Draw(t, "steps")
	start := Date{2026, 3, 1}.AddDays(rapid.IntRange(0, 90).Draw(t, "start"))
	return deadlineOf(rule, start, start.AddDays(rapid.IntRange(0, 120).Draw(t, "length")))
}

// TestLookingOnlyOnTheNextDueDayMissesNothing is what the index of due tracks
// rests on.
func TestLookingOnlyOnTheNextDueDayMissesNothing(t *testing.T) {
	r := reminding(t)
	rapid.Check(t, func(t *rapid.T) {
		var deadlines []Deadline
		closed := map[string]Date{}
		for i := range rapid.IntRange(1, 3).Draw(t, "deadlines") {
			d := anyDeadline(t, i)
			deadlines = append(deadlines, d)
			if rapid.Bool().Draw(t, "is answered") {
				closed[d.Key()] = d.Anchor.On.AddDays(rapid.IntRange(1, 150).Draw(t, "answered after"))
			}
		}
		from := Date{2026, 6, 1}
		holds := map[Date]Date{} // on which day somebody asked to be left until when
		for range rapid.IntRange(0, 2).Draw(t, "holds") {
			on := from.AddDays(rapid.IntRange(0, 60).Draw(t, "hold on"))
			holds[on] = on.AddDays(rapid.IntRange(0, 10).Draw(t, "hold for"))
		}
		down := map[Date]bool{}
		for range rapid.IntRange(0, 3).Draw(t, "outages") {
			at := from.AddDays(rapid.IntRange(0, 100).Draw(t, "down from"))
			for i := range rapid.IntRange(1, 30).Draw(t, "down for") {
				down[at.AddDays(i)] = true
			}
		}
		open := func(today Date) []Deadline {
			return slices.DeleteFunc(slices.Clone(deadlines), func(d Deadline) bool {
				end, ok := closed[d.Key()]
				return d.Anchor.On.After(today) || ok && !today.Before(end)
			})
		}
		changes := func(today Date) bool { // an event was recorded: the track is looked at
			return slices.ContainsFunc(deadlines, func(d Deadline) bool { return d.Anchor.On == today || closed[d.Key()] == today })
		}
		pref := rapid.SampledFrom([]Pref{Daily, Weekly, UrgentOnly}).Draw(t, "preference")

		run := func(always bool) (told []string) {
			track, next := studentTrack(), from
			for i := range 160 {
				today := from.AddDays(i)
				if until, ok := holds[today]; ok {
					for _, d := range open(today) {
						track = track.WithHold(d.Key(), Mentor, until)
					}
				}
				if _, held := holds[today]; held || changes(today) {
					next = today
				}
				if down[today] || !always && (next.IsZero() || next.After(today)) {
					continue
				}
				lines := slices.DeleteFunc(r.Due(track, open(today), today), func(l Line) bool { return !r.Reminders.Wants(pref, l, today) })
				for _, l := range lines {
					told = append(told, toldOn(today, l)+" "+l.Key())
				}
				track = track.WithTold(lines, today).WithoutOld(open(today), today)
				next = r.NextDue(track, open(today), today)
				if !next.IsZero() && !next.After(today) {
					t.Fatalf("next after %s is %s", today, next)
				}
			}
			return told
		}
		daily, indexed := run(true), run(false)
		if !slices.Equal(daily, indexed) {
			t.Errorf("looking each day told\n%s\nlooking on due days only\n%s", strings.Join(daily, "\n"), strings.Join(indexed, "\n"))
		}
		seen := map[string]bool{}
		for _, line := range daily {
			if seen[line] {
				t.Errorf("told twice: %s", line)
			}
			seen[line] = true
		}
	})
}

func TestTellingChangesNoTrackHandedOut(t *testing.T) {
	r, d := reminding(t), deadlineOf(forMentor(), day(t, "2026-05-20"), day(t, "2026-06-30"))
	track := studentTrack().WithHold(d.Key(), Mentor, day(t, "2026-06-01"))
	before := track.Told[toldKey(d.Key(), Mentor)]
	more := track.WithTold(r.Due(track, []Deadline{d}, d.Due), d.Due)
	if after := track.Told[toldKey(d.Key(), Mentor)]; after != before {
		t.Errorf("telling changed the track it was called on: %+v, was %+v", after, before)
	}
	got := more.Told[toldKey(d.Key(), Mentor)]
	if want := (Telling{Step: d.Due, First: d.Due, Times: 1, Hold: day(t, "2026-06-01")}); got != want {
		t.Errorf("told %+v, want %+v", got, want)
	}
}

func TestWhatWasToldLongAgoOfClosedDeadlinesIsForgotten(t *testing.T) {
	d := deadlineOf(forMentor(), day(t, "2026-05-20"), day(t, "2026-06-30"))
	track := studentTrack().WithTold([]Line{{Deadline: d, To: Mentor, Step: d.Due}}, d.Due)
	tests := map[string]struct {
		open []Deadline
		days int
		want int
	}{
		"open, however long ago":           {[]Deadline{d}, 1000, 1},
		"closed, but it may be undone":     {nil, tellingKept, 1},
		"closed for more than three month": {nil, tellingKept + 1, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := len(track.WithoutOld(tt.open, d.Due.AddDays(tt.days)).Told); got != tt.want || len(track.Told) != 1 {
				t.Errorf("after %d days %d tellings, want %d; the track handed in has %d, want 1", tt.days, got, tt.want, len(track.Told))
			}
		})
	}
}

func TestFindingsInReminders(t *testing.T) {
	good := "long_from: 60\nlong: [30, 7, 0]\nshort: [7, 0]\noverdue_every: 3\noverdue_times: 5\nurgent_within: 3\nclimb: {from: 7, second: 2, secretary: 4, officer: 6}\n"
	tests := map[string]struct{ old, new, want string }{
		"good as it is":                      {"", "", ""},
		"steps from near to far":             {"[30, 7, 0]", "[7, 30]", "long phải là"},
		"no steps":                           {"short: [7, 0]", "short: []", "short phải là"},
		"overdue every day that is none":     {"overdue_every: 3", "overdue_every: 0", "overdue_every là 0"},
		"the officer before the secretary":   {"officer: 6", "officer: 3", "tăng dần"},
		"a name that does not exist":         {"urgent_within", "urgent", "không có mục urgent"},
		"a number that is too large to mean": {"from: 7", "from: 7000", "climb.from là 7000"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(good, tt.old, tt.new, 1)
			_, problems := loadReminders(fstest.MapFS{remindersFile: {Data: []byte(text)}})
			var got []string
			for _, p := range problems {
				got = append(got, p.String())
			}
			if all := strings.Join(got, "; "); (tt.want == "") != (all == "") || !strings.Contains(all, tt.want) {
				t.Errorf("%s\nfindings %q, want one with %q", text, all, tt.want)
			}
		})
	}
}
