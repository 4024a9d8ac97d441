package handlers

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"donghanh/internal/chat"
	"donghanh/internal/desk"
	"donghanh/internal/knowledge"
	"donghanh/internal/storetest"
)

// TestEveryAnswerCanBeSent presses every topic, and every button under its
// answer. The room checks what comes.
func TestEveryAnswerCanBeSent(t *testing.T) {
	tg := newTelegram(t)
	var topics []string
	for topic := range built().Entries {
		topics = append(topics, string(topic))
	}
	slices.Sort(topics)
	for _, topic := range append(topics, string(knowledge.BotHelp), string(knowledge.MyStatus)) {
		r := newRoom(t, tg)
		out := r.press(student, "q:"+topic+":0")
		for _, data := range datas(out) {
			if out := r.press(student, data); strings.Contains(text(out, student), "lỗi khi xử lý") {
				t.Errorf("%s: the button %q fails", topic, data)
			}
		}
	}
}

// TestEveryEndOfAQuestionCanBeSent asks until each outcome came, and presses
// all that is offered.
func TestEveryEndOfAQuestionCanBeSent(t *testing.T) {
	r := newRoom(t, newTelegram(t))
	for _, q := range []string{
		sureQuestion, followUp, twoQuestions, nothingKnown, outOfScope, distress, "đảng", "hồ sơ", "?", "...", "/", " ", "",
		"hồ sơ của em tới đâu rồi", "bot làm được gì", "ok cảm ơn ad",
	} {
		for _, data := range datas(r.say(student, q)) {
			r.press(student, data)
		}
	}
}

// strange is what nobody should be hurt by.
var strange = map[string]string{
	"10,000 letters":      strings.Repeat("ơ", 10_000),
	"3,000 letters":       strings.Repeat("dự bị ", 500),
	"2,500 ampersands":    strings.Repeat("&", 2500),
	"2,500 emoji":         strings.Repeat("😀", 2500),
	"NUL bytes":           "dự\x00bị\x00bao\x00lâu",
	"only NUL bytes":      "\x00\x00\x00",
	"control letters":     "a\x01\x02\x1b[31mb\x7f",
	"only emoji":          "😀🎉👨‍👩‍👧‍👦🇻🇳",
	"right to left marks": "\u202edự bị\u202c bao lâu \u2067x\u2069 \u200f",
	"zero width":          "d\u200bự\u200d b\ufeffị",
	"markup":              `<b>đậm</b><script>x</script><a href="tg://user?id=1">y</a> & &amp; &lt;`,
	"unfinished markup":   `<b <i> </b> <tg-spoiler`,
	"a tag of ours":       "</blockquote></b></i>",
	"one long word":       strings.Repeat("a", 2900),
	"lines only":          strings.Repeat("\n", 2000) + "x",
	"combining marks":     "z" + strings.Repeat("\u0301", 2000),
	"a JSON":              `{"a":"\u0000","b":[1,2]}`,
	"a template":          `{{.}} %s %d %!v(MISSING) ${x}`,
	"a button's data":     "gui:handed:tg:500",
	"an old command":      "/start@khac_bot <b>x</b>",
	"a strange command":   "/<i>\u202e&x",
	"a command of spaces": "/\u00a0\u2003x",
}

// TestStrangeTextsAreSafe lets a student and an officer say strange things
// wherever a text is taken. The room checks each message as Telegram would.
func TestStrangeTextsAreSafe(t *testing.T) {
	tg := newTelegram(t)
	for name, evil := range strange {
		t.Run(name, func(t *testing.T) {
			r := newRoom(t, tg)
			in := said(student, "/start")
			in.Name = evil
			r.hear(in)
			r.say(student, "/start "+evil)
			r.say(student, evil) // a question
			r.say(student, evil) // one that may lean on it
			r.press(student, "hoi:4")
			r.hear(sent(student, chat.Document, evil))
			r.say(student, "/dieukien")
			r.say(student, evil) // in between
			r.say(student, "/dulieu")
			download := r.press(student, "tai")
			if !json.Valid(download[len(download)-1].File.Data) {
				t.Errorf("the download is no JSON")
			}

			handed(r, student, 500, evil)
			r.say(admin, "/cauhoi")
			r.press(admin, "nhan:handed:tg:500")
			r.press(admin, "tl:handed:tg:500")
			r.say(admin, evil)
			r.press(admin, "gui:handed:tg:500")
		})
	}
}

// TestWhatPeopleTypeIsShownAsText: markup they type is neither obeyed nor lost.
func TestWhatPeopleTypeIsShownAsText(t *testing.T) {
	const markup = `<b>x</b> & <a href="tg://user?id=1">y</a> </blockquote>`
	r := newRoom(t, newTelegram(t))
	in := said(student, "/start")
	in.Name = `<b>L</b>&`
	if got := text(r.hear(in), student); !strings.Contains(got, "Chào bạn "+in.Name+",") {
		t.Errorf("the greeting is %q", got)
	}
	if got := text(r.say(student, "/<b>&x"), student); !strings.Contains(got, "/<b>&x.") {
		t.Errorf("a command with markup: %q", got)
	}
	handed(r, student, 500, markup)
	for _, step := range []struct {
		in chat.Incoming
		to chat.Address
	}{
		{said(admin, "/cauhoi"), admin},
		{pressed(admin, "nhan:handed:tg:500"), admin},
		{pressed(admin, "tl:handed:tg:500"), admin},
		{said(admin, "trả lời "+markup), admin},
		{pressed(admin, "gui:handed:tg:500"), student},
	} {
		if got := text(r.hear(step.in), step.to); !strings.Contains(got, markup) {
			t.Errorf("%s: %s sees\n%s\nwithout\n%s", about(step.in), step.to, got, markup)
		}
	}
}

// broken panics where it is told to.
type broken struct {
	*storetest.Memory
	on string
}

func (b *broken) CountOutcome(ctx context.Context, id, outcome string) error {
	if b.on == "ask" {
		panic("a mistake of ours")
	}
	return b.Memory.CountOutcome(ctx, id, outcome)
}

func (b *broken) CloseQuestions(ctx context.Context, q ...desk.Question) error {
	if b.on == "close" {
		panic(errors.New("a mistake of ours"))
	}
	return b.Memory.CloseQuestions(ctx, q...)
}

func (b *broken) EraseQuestions(ctx context.Context, a chat.Address) (int, error) {
	if b.on == "erase" {
		panic("a mistake of ours")
	}
	return b.Memory.EraseQuestions(ctx, a)
}

// TestAPanicIsAnsweredAndTheNextUpdateGoesOn breaks a handler in the book or
// at the desk.
func TestAPanicIsAnsweredAndTheNextUpdateGoesOn(t *testing.T) {
	tg := newTelegram(t)
	for name, tt := range map[string]struct {
		on string
		do chat.Incoming
	}{
		"the book":            {"book", said(student, sureQuestion)},
		"the book at a press": {"book", pressed(student, "q:"+probation+":0")},
		"the desk":            {"ask", said(student, sureQuestion)},
		"the desk at a press": {"ask", pressed(student, "q:"+probation+":0")},
	} {
		t.Run(name, func(t *testing.T) {
			store := &broken{Memory: storetest.NewMemory()}
			var log strings.Builder
			p := testParts(store)
			p.Log = slog.New(slog.NewTextHandler(&log, nil))
			p.Book = func() *knowledge.Book {
				if store.on == "book" {
					panic("a mistake of ours")
				}
				return built()
			}
			h := New(p)
			r := &room{t: t, tg: tg, h: h, store: store.Memory}
			r.say(student, "/dieukien")
			before := r.talk(student)

			store.on = tt.on
			if got := text(r.hear(tt.do), student); !strings.Contains(got, "Xin lỗi") || !strings.Contains(got, "tg:2") {
				t.Errorf("the person hears %q, want an apology with the reference tg:2", got)
			}
			after := r.talk(student)
			if after.Flow != before.Flow || len(after.Asked) != len(before.Asked) || after.Handled != 2 {
				t.Errorf("remembered %+v, before %+v: half a change is kept", after, before)
			}
			if !strings.Contains(log.String(), "update=tg:2") || strings.Contains(log.String(), sureQuestion) {
				t.Errorf("the log, which needs the reference and not the text:\n%s", &log)
			}

			store.on = ""
			if got := text(r.say(student, sureQuestion), student); !strings.Contains(got, "12 tháng") {
				t.Errorf("the next question hears %q", got)
			}
		})
	}
}

// TestAPanicInTheMiddleKeepsTheDraft: what the officer wrote is still there.
func TestAPanicInTheMiddleKeepsTheDraft(t *testing.T) {
	store := &broken{Memory: storetest.NewMemory()}
	p := testParts(store)
	p.Log = slog.New(slog.DiscardHandler)
	r := &room{t: t, tg: newTelegram(t), store: store.Memory, h: New(p)}
	handed(r, student, 500, nothingKnown)
	r.press(admin, "nhan:handed:tg:500")
	r.press(admin, "tl:handed:tg:500")
	r.say(admin, officersAnswer)
	store.on = "close"
	r.press(admin, "gui:handed:tg:500")
	if talk := r.talk(admin); talk.Flow != flowReply || talk.Values[keyText] != officersAnswer {
		t.Errorf("remembered %+v", talk)
	}
}
