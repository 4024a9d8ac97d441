package handlers

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/wording"
)

// down is an outbox that takes nothing while it is down.
type down struct {
	Outbox
	is bool
}

func (d *down) Put(ctx context.Context, m ...chat.Message) (int, error) {
	if d.is {
		return 0, errors.New("down")
	}
	return d.Outbox.Put(ctx, m...)
}

// TestAPressRunAgainAfterMinutes breaks a press off between what it stores and
// what it says, and runs it again when its minute is long over.
func TestAPressRunAgainAfterMinutes(t *testing.T) {
	d := deadline(academy()[0], "dl-ceremony")
	done := "xong:sv-lan:" + d.Short() + "::0:20261124"
	tests := map[string]struct {
		before string // pressed first; its first button is the press
		press  string
		undone bool
		key    string // begins the key of what those who wait are told
	}{
		"what is done reaches those who wait":           {"", done, false, "done/"},
		"what is taken back is not said to be too late": {done, "", true, "undone/"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, store := newBot(built)
			p := testParts(store)
			out := &down{Outbox: store}
			p.Outbox = out
			r := &room{t: t, tg: newTelegram(t), store: store, h: New(p)}
			press := tt.press
			if tt.before != "" {
				press = datas(r.press(minh, tt.before))[0]
			}
			in := numbered(99, pressed(minh, press))
			in.At = evening.Add(40 * time.Second)
			out.is = true
			if err := r.h.Handle(t.Context(), in); err == nil {
				t.Fatal("no error though nothing could be said")
			}
			out.is = false
			in.At = in.At.Add(90 * time.Second)
			before := len(store.Messages())
			if err := r.h.Handle(t.Context(), in); err != nil {
				t.Fatal(err)
			}
			told := false
			for _, m := range store.Messages()[before:] {
				told = told || strings.HasPrefix(m.Key, tt.key)
				if strings.Contains(m.Text, "Đã quá một phút") {
					t.Errorf("said of what is taken back: %q", m.Text)
				}
			}
			track, err := store.Track(t.Context(), "sv-lan")
			if err != nil || track.Events[len(track.Events)-1].Undone != tt.undone || !told {
				t.Errorf("%v; undone %t, told %t; want %t, true", err, track.Events[len(track.Events)-1].Undone, told, tt.undone)
			}
		})
	}
}

func TestAReminderPutOffTwiceComesOnce(t *testing.T) {
	r := newRoom(t, newTelegram(t))
	r.ahead = 14 * time.Hour
	data := "hoan:sv-lan:" + deadline(academy()[0], "dl-ceremony").Short() + ":20261125:pm"
	r.press(minh, data)
	r.press(minh, data)
	var keys []string
	for _, m := range r.store.Messages() {
		if strings.HasPrefix(m.Key, "again/") {
			keys = append(keys, m.Key)
		}
	}
	if len(keys) != 1 {
		t.Errorf("put off: %q, want one message", keys)
	}
}

// TestADutyOfARoleIsAnsweredByWhoHasIt: what somebody is told to do they can say
// is done, an admin and a student who is an officer too.
func TestADutyOfARoleIsAnsweredByWhoHasIt(t *testing.T) {
	for name, roles := range map[string][]journey.Role{
		"a student who is an officer": {journey.Student, journey.YouthOfficer},
		"an admin":                    {journey.Admin},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRoom(t, newTelegram(t))
			track := journey.Track{Person: journey.Person{Code: "kep", Name: "Vũ Kép", Roles: roles, Unit: "K47/B5"}, Since: aDay("2026-10-01")}
			if _, err := r.store.SaveTracks(t.Context(), journey.Save{Track: track}); err != nil {
				t.Fatal(err)
			}
			link(r.store, "kep", stranger)
			today, some := journey.DateOf(evening), false
			for _, d := range builtRules().Deadlines(track, today) {
				if !d.OfStaff() {
					continue
				}
				some = true
				r.press(stranger, fmt.Sprintf("xong:kep:%s:20261124", d.Short()))
				now, err := r.store.Track(t.Context(), "kep")
				if err != nil {
					t.Fatal(err)
				}
				for _, open := range builtRules().Deadlines(now, today) {
					if open.Key() == d.Key() {
						t.Errorf("%s is open still", d.Key())
					}
				}
			}
			if !some {
				t.Error("no duty to answer")
			}
		})
	}
}

func TestACodeThatLooksLikeACardIsTakenForAPerson(t *testing.T) {
	r := newRoom(t, newTelegram(t))
	start := strings.Split(datas(r.press(hanh, "gm:sv-an"))[0], ":")[1]
	r.press(hanh, "gb:"+start+":event:E_COWORK_START")
	if got := text(r.say(hanh, "2151120001"), hanh); strings.Contains(got, "không kèm số") {
		t.Errorf("a code the lists allow: %q", got)
	}
}

// TestTheNewsThatItIsDoneGoesToWhoWasTold: where the student holds the role
// themselves, those above were told, and hear.
func TestTheNewsThatItIsDoneGoesToWhoWasTold(t *testing.T) {
	r := newRoom(t, newTelegram(t))
	today, d := journey.DateOf(evening), deadline(academy()[0], "dl-ceremony")
	change := func(code journey.Code, how func(*journey.Track)) {
		t.Helper()
		track, err := r.store.Track(t.Context(), code)
		if err != nil {
			t.Fatal(err)
		}
		how(&track)
		if _, err := r.store.SaveTracks(t.Context(), journey.Save{Track: track}); err != nil {
			t.Fatal(err)
		}
	}
	change("sv-lan", func(track *journey.Track) {
		track.Person.Roles = []journey.Role{journey.Student, journey.YouthOfficer}
		*track = track.WithTold([]journey.Line{{Deadline: d, To: journey.YouthOfficer, Step: today, Climb: journey.ToOfficer}}, today)
	})
	change("cb-hanh", func(track *journey.Track) { track.Person.Roles = []journey.Role{journey.CellSecretary} })
	change("du-van", func(track *journey.Track) { track.Person.Roles = []journey.Role{journey.YouthOfficer} })
	r.press(minh, "xong:sv-lan:"+d.Short()+"::0:20261124")
	heard := map[chat.Address]bool{}
	for _, m := range r.store.Messages() {
		if strings.HasPrefix(m.Key, "done/") {
			heard[m.To] = true
		}
	}
	if heard[lan] || !heard[people["Vân"]] {
		t.Errorf("heard by %v, want the officer above and not the student", heard)
	}
}

func TestAfterTooManyGuessesARightCodeSaysNoMoreThanAWrongOne(t *testing.T) {
	r := newRoom(t, newTelegram(t))
	for i := range journey.MaxGuesses {
		r.press(lan, fmt.Sprintf("lk:wrongcode%d", i))
	}
	wrong, right := text(r.press(lan, "lk:wrongcode9"), lan), text(r.press(lan, "lk:"+huysCode), lan)
	if wrong != right {
		t.Errorf("a wrong code: %q\na right one: %q", wrong, right)
	}
}

func TestAnErrorThatStaysHoldsUpNobody(t *testing.T) {
	tests := map[string]struct {
		err   error
		again bool // it may mend itself
	}{
		"what is gone":           {journey.ErrNotFound, false},
		"what cannot be read":    {journey.ErrUnreadable, false},
		"a store that is down":   {errDown, true},
		"a change by another":    {journey.ErrConflict, true},
		"a start code that died": {journey.ErrBadCode, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			h, store := newBot(built)
			h.routes = []Route{{Text: true, Do: func(_ context.Context, r *Request) (chat.Reply, error) {
				r.Talk.Begin("half", r.At, nil)
				return chat.Reply{}, fmt.Errorf("track sv-1: %w", tt.err)
			}}}
			err := h.Handle(t.Context(), numbered(1, said(student, "a")))
			if (err != nil) != tt.again {
				t.Fatalf("handled with %v, want it to come again: %t", err, tt.again)
			}
			talk, e := store.Talk(t.Context(), student)
			if e != nil || talk.Flow != "" {
				t.Errorf("what was half done is kept: %+v, %v", talk, e)
			}
			if out := store.Messages(); !tt.again && (len(out) != 1 || out[0].Text != wording.Broken("tg:1")) {
				t.Errorf("the person got %+v, want an apology", out)
			}
		})
	}
}

func TestHowOftenOneIsRemindedIsForThoseInTheLists(t *testing.T) {
	h, store := newBot(built)
	for i, who := range []chat.Address{admin, stranger} { // an admin by the settings, and nobody, with a button of others
		if err := h.Handle(t.Context(), numbered(int64(i+1), pressed(who, "nhac:tuan"))); err != nil {
			t.Errorf("%d pressed: %v", who, err)
		}
	}
	for _, m := range store.Messages() {
		if m.Act != chat.Ack {
			t.Errorf("got %+v, want no more than a word", m)
		}
	}
}
