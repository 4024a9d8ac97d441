package scheduler

import (
	"errors"
	"strings"
	"testing"
	"time"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
)

// text makes the message of a digest at eight on a day.
func (r *room) text(key, name string, to chat.Address, today string) (chat.Message, error) {
	r.t.Helper()
	make := Maker(r.store, r.parts.Desk, func() *journey.Rules { return r.rules }, r.parts.Hours)
	return make(r.t.Context(), chat.Message{Key: key, Make: name, To: to, Protect: true}, day(r.t, today).At(8*time.Hour))
}

const (
	studentDigest   = "digest/sv1/2026-12-03"
	secretaryDigest = "digest/cb2/2026-12-03"

	studentAt   chat.Address = 101
	secretaryAt chat.Address = 103
)

func TestTheTextIsMadeAtTheMomentItLeaves(t *testing.T) {
	r := newRoom(t)
	r.ticks("2026-12-03", "2026-12-03")
	tests := map[string]struct {
		key, name string
		to        chat.Address
		today     string
		has, not  []string
	}{
		"on its day": {
			secretaryDigest, secretaryDigest, secretaryAt, "2026-12-03",
			[]string{"Nguyễn Lan", "Khai hồ sơ đảng viên", "18/12/2026", "còn 11 ngày làm việc", "chưa kiểm chứng theo văn bản hiện hành"}, []string{"Tin này trễ"},
		},
		"two days late": {
			secretaryDigest, secretaryDigest, secretaryAt, "2026-12-05",
			[]string{"Tin này trễ 2 ngày", "còn 10 ngày làm việc"}, nil,
		},
		"overdue by then": {
			secretaryDigest, secretaryDigest, secretaryAt, "2026-12-22",
			[]string{"trễ 2 ngày làm việc", "Lưu ý: Chi bộ nhắc hoàn thành ngay."}, nil,
		},
		"to the student, of nobody else": {
			studentDigest, studentDigest, studentAt, "2026-12-03",
			[]string{"Khai hồ sơ đảng viên", "còn 11 ngày làm việc", "Trần Minh"}, []string{"Nguyễn Lan", "Phạm Hạnh"},
		},
		"asked for again, one line alone": {
			"again/tg:9", secretaryDigest + "/sv1/" + journey.Short(memberFile), secretaryAt, "2026-12-04",
			[]string{"Khai hồ sơ đảng viên", "đã hẹn"}, []string{"Tin này trễ", "Chi bộ họp"},
		},
		"put off from a list, it stands in no digest": {
			"again/tg:9", "digest/cb2/2026-12-01/sv1/" + journey.Short(memberFile), secretaryAt, "2026-12-04",
			[]string{"Nguyễn Lan", "Khai hồ sơ đảng viên", "đã hẹn"}, []string{"Chi bộ họp"},
		},
		"named without the student": {
			"again/tg:9", secretaryDigest + "/" + journey.Short(memberFile), secretaryAt, "2026-12-04",
			[]string{"Khai hồ sơ đảng viên"}, nil,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			m, err := r.text(tt.key, tt.name, tt.to, tt.today)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range tt.has {
				if !strings.Contains(m.Text, s) {
					t.Errorf("%s on %s: no %q in\n%s", tt.name, tt.today, s, m.Text)
				}
			}
			for _, s := range tt.not {
				if strings.Contains(m.Text, s) {
					t.Errorf("%s on %s: %q in\n%s", tt.name, tt.today, s, m.Text)
				}
			}
			if m.Key != tt.key || m.To != tt.to || !m.Protect || len(m.Rows) == 0 {
				t.Errorf("made %+v, want the same message with a text and buttons", m)
			}
		})
	}
}

func TestNothingIsSaidAnyMore(t *testing.T) {
	done := journey.Event{ID: "E_MEMBER_FILE_DONE", On: journey.Date{Year: 2026, Month: 12, Day: 4}}
	line := studentDigest + "/sv1/" + journey.Short(memberFile)
	asSecretary := secretaryDigest + "/sv1/" + journey.Short(memberFile)
	tests := map[string]struct {
		change func(*room)
		name   string
		to     chat.Address
	}{
		"it is done": {
			func(r *room) { r.change("sv1", "2026-12-04", func(t *journey.Track) { *t = t.With(done) }) }, line, studentAt,
		},
		"the account is another's": {func(*room) {}, line, 999},
		"the person is not linked any more": {
			func(r *room) {
				if err := r.store.Unlink(r.t.Context(), "sv1"); err != nil {
					r.t.Fatal(err)
				}
			}, line, studentAt,
		},
		"the secretary leads another class": {
			func(r *room) { r.change("cb2", "2026-12-04", func(t *journey.Track) { t.Person.Unit = "K47/B6" }) }, asSecretary, secretaryAt,
		},
		"the secretary is none any more": {
			func(r *room) {
				r.change("cb2", "2026-12-04", func(t *journey.Track) { t.Person.Roles = []journey.Role{journey.YouthOfficer} })
			}, asSecretary, secretaryAt,
		},
		"there is no such digest": {func(*room) {}, "digest/sv1/2026-12-04", studentAt},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := newRoom(t)
			r.ticks("2026-12-03", "2026-12-03")
			tt.change(r)
			if m, err := r.text(tt.name, tt.name, tt.to, "2026-12-04"); !errors.Is(err, chat.ErrMoot) {
				t.Errorf("%s: %v, %q, want nothing left to say", tt.name, err, m.Text)
			}
		})
	}
}

// One message a day: who looks after waiting questions hears of them with all
// else, and on a day with nothing else of them alone.
func TestTheDigestOfWhoIsAtTheDeskSaysHowManyQuestionsWait(t *testing.T) {
	r := newRoom(t)
	r.parts.Desk = waiting(3)
	r.ticks("2026-12-03", "2026-12-04")
	for _, on := range []string{"2026-12-03", "2026-12-04"} {
		name := "digest/cb2/" + on
		m, err := r.text(name, name, secretaryAt, on)
		if err != nil || !strings.Contains(m.Text, "3 câu hỏi") {
			t.Errorf("%s: %v, want three questions in\n%s", name, err, m.Text)
		}
		if has := strings.Contains(m.Text, "Khai hồ sơ"); has != (on == "2026-12-03") {
			t.Errorf("%s speaks of the member file: %t\n%s", name, has, m.Text)
		}
	}
	if m, err := r.text(studentDigest, studentDigest, studentAt, "2026-12-03"); err != nil || strings.Contains(m.Text, "câu hỏi") {
		t.Errorf("the student: %v\n%s\nwant nothing of the desk", err, m.Text)
	}
	r.parts.Desk = waiting(0)
	if m, err := r.text("digest/cb2/2026-12-04", "digest/cb2/2026-12-04", secretaryAt, "2026-12-04"); !errors.Is(err, chat.ErrMoot) {
		t.Errorf("all answered meanwhile: %v\n%s\nwant nothing left to say", err, m.Text)
	}
}

func TestADigestThatComesLateIntoTheNightWaitsForTheMorning(t *testing.T) {
	r := newRoom(t)
	r.ticks("2026-12-03", "2026-12-03")
	make := Maker(r.store, r.parts.Desk, func() *journey.Rules { return r.rules }, r.parts.Hours)
	for at, want := range map[string]string{
		"2026-12-03T21:30:00+07:00": "2026-12-04T06:30:00+07:00",
		"2026-12-03T23:00:00Z":      "2026-12-03T23:30:00Z", // six in the morning
	} {
		_, err := make(t.Context(), chat.Message{Key: studentDigest, Make: studentDigest, To: studentAt}, clock(t, at))
		if wait, ok := errors.AsType[*chat.NotYet](err); !ok || !wait.At.Equal(clock(t, want)) {
			t.Errorf("at %s: %v, want to wait until %s", at, err, want)
		}
		again := chat.Message{Key: "again/tg:9", Make: studentDigest, To: studentAt}
		if _, err := make(t.Context(), again, clock(t, at)); !errors.As(err, new(*chat.NotYet)) {
			t.Errorf("put off, and late at %s: %v, want to wait until the morning", at, err)
		}
	}
}

func TestWhatCannotBeMade(t *testing.T) {
	r := newRoom(t)
	r.ticks("2026-12-03", "2026-12-03")
	for _, name := range []string{"", "digest", "digest/sv1", "digest/sv1/yesterday", "digest/../2026-12-03", "notice/7"} {
		_, err := r.text(name, name, studentAt, "2026-12-03")
		if _, ok := errors.AsType[*chat.Refused](err); !ok {
			t.Errorf("%q: %v, want a refusal", name, err)
		}
	}
	r.store.Fail(errors.New("no Redis"))
	_, err := r.text(studentDigest, studentDigest, studentAt, "2026-12-03")
	if _, ok := errors.AsType[*chat.Unavailable](err); !ok {
		t.Errorf("without a store: %v, want to be tried again later", err)
	}
}

func TestADeadlineIsToldOnceToOneWithTwoRoles(t *testing.T) {
	refs := []journey.LineRef{
		{Of: "sv1", Key: "dl-a/2026-11-05", To: journey.YouthOfficer, Climb: journey.ToOfficer},
		{Of: "sv1", Key: "dl-a/2026-11-05", To: journey.CellSecretary, Climb: journey.ToSecretary},
		{Of: "sv1", Key: "dl-b/2026-11-05", To: journey.YouthOfficer},
		{Of: "sv1", Key: "dl-b/2026-11-05", To: journey.CellSecretary},
		{Of: "sv2", Key: "dl-b/2026-11-05", To: journey.Mentor},
	}
	var got []string
	for _, ref := range one(refs) {
		got = append(got, string(ref.Of)+" "+ref.Key[:4]+" "+string(ref.To))
	}
	if text, want := strings.Join(got, ", "), "sv1 dl-a youth_officer, sv1 dl-b cell_secretary, sv2 dl-b mentor"; text != want {
		t.Errorf("of %+v: %s, want %s", refs, text, want)
	}
}
