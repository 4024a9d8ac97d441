package handlers

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"donghanh/internal/chat"
	"donghanh/internal/desk"
	"donghanh/internal/wording"
)

func TestTheLastTenQuestionsAreRemembered(t *testing.T) {
	r := newRoom(t, newTelegram(t))
	for i := range 12 {
		r.say(student, fmt.Sprintf("%s %d", nothingKnown, i))
	}
	asked := r.talk(student).Asked
	if len(asked) != chat.MaxAsked || asked[0].Seq != 3 || asked[9].Seq != 12 {
		t.Fatalf("remembered: %+v", asked)
	}
	if out := r.press(student, "hoi:2"); toast(out) != wording.ToastForgotten || len(out) != 1 {
		t.Errorf("handing over a forgotten question: %+v", out)
	}
	if out := r.press(student, "no:2:"+probation); toast(out) != wording.ToastBad || len(out) != 1 {
		t.Errorf("a word against a forgotten answer: %+v", out)
	}
	if n, err := r.store.CountQuestions(context.Background()); n != 0 || err != nil {
		t.Errorf("%d questions wait, %v: nothing is known of what was asked", n, err)
	}
	if out := r.press(student, "hoi:3"); toast(out) != wording.ToastKept {
		t.Errorf("handing over the oldest remembered question: %+v", out)
	}
}

func TestAFollowUpIsReadWithTheTurnBefore(t *testing.T) {
	const before, then = "the dang de lam gi", "con mat thi sao"
	r := newRoom(t, newTelegram(t))
	r.say(student, before)
	r.say(student, then)
	r.press(student, "hoi:2")
	questions, err := r.store.Questions(context.Background(), student)
	if err != nil || len(questions) != 1 {
		t.Fatalf("%+v %v", questions, err)
	}
	if q := questions[0]; q.Topic != "party-card-lost" || q.Text != before+"\n"+then {
		t.Errorf("answered with %q; the officer reads %q", q.Topic, q.Text)
	}

	r.say(stranger, then) // another person's turn before is none of theirs
	if asked := r.talk(stranger).Asked; len(asked) != 1 || asked[0].Text != then || asked[0].Topic == "party-card-lost" {
		t.Errorf("the stranger's question is remembered as %+v", asked)
	}
}

func TestAFollowUpOfFollowUpsStaysShort(t *testing.T) {
	r := newRoom(t, newTelegram(t))
	long := "dự bị bao lâu " + strings.Repeat("vậy ạ ", 400)
	for range 5 {
		r.say(student, long)
		r.say(student, followUp)
		r.say(student, "thế còn cái đó thì sao")
	}
	for _, a := range r.talk(student).Asked {
		if n := len([]rune(a.Text)); n > maxQuestion+maxQuestion/2+1 {
			t.Errorf("a question of %d letters is remembered", n)
		}
	}
}

func TestAfterErasingNothingIsRemembered(t *testing.T) {
	r := newRoom(t, newTelegram(t))
	r.say(student, nothingKnown)
	r.press(student, "hoi:1")
	r.say(student, "/dieukien")
	r.say(student, "/dulieu")
	r.press(student, "xoa")
	if len(r.talk(student).Asked) == 0 {
		t.Error("erased without asking once more")
	}
	r.press(student, "xoa:chac")
	if talk := r.talk(student); len(talk.Asked) > 0 || talk.Flow != "" || talk.Values != nil {
		t.Errorf("remembered: %+v", talk)
	}
	if out := r.press(student, "hoi:1"); toast(out) != wording.ToastForgotten {
		t.Errorf("handing over an erased question: %+v", out)
	}
	out := r.press(student, "tai")
	if data := string(out[len(out)-1].File.Data); strings.Contains(data, nothingKnown) {
		t.Errorf("the download still has it: %s", data)
	}
}

// TestAskedAgainAfterAnAnswerItIsAnsweredAgain: the second answer to the same
// question reaches the person too.
func TestAskedAgainAfterAnAnswerItIsAnsweredAgain(t *testing.T) {
	r := newRoom(t, newTelegram(t))
	r.say(student, nothingKnown)
	for _, answer := range []string{"Ngày 3.", "Nay là ngày 5."} {
		if out := r.press(student, "hoi:1"); !strings.Contains(text(out, student), plain(wording.Kept())) {
			t.Errorf("the student hears %q", text(out, student))
		}
		r.press(admin, "nhan:handed:tg:1")
		r.press(admin, "tl:handed:tg:1")
		r.say(admin, answer)
		if got := text(r.press(admin, "gui:handed:tg:1"), student); !strings.Contains(got, answer) {
			t.Errorf("the student hears %q, want %q", got, answer)
		}
	}
}

func TestSomebodyWithManyWaitingQuestionsIsAskedToWait(t *testing.T) {
	r := newRoom(t, newTelegram(t))
	for i := range desk.MaxWaiting {
		handed(r, student, int64(500+i), secret)
	}
	r.say(student, nothingKnown)
	out := r.press(student, "hoi:1")
	if !strings.Contains(text(out, student), plain(wording.TooManyWaiting())) {
		t.Errorf("the student hears %q", text(out, student))
	}
	r.say(student, "em không muốn sống nữa")
	if out := r.press(student, "hoi:3"); !strings.Contains(text(out, student), plain(wording.Kept())) {
		t.Errorf("one in danger is turned away: %q", text(out, student))
	}
}

func TestAskingTwiceForAnOfficerInWordsIsNotMetWithSilence(t *testing.T) {
	r := newRoom(t, newTelegram(t))
	r.say(student, nothingKnown)
	r.say(student, "Hỏi cán bộ")
	if out := r.say(student, "hoi can bo"); !strings.Contains(text(out, student), wording.ToastKept) {
		t.Errorf("the second time the student hears %q", text(out, student))
	}
}
