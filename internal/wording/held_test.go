package wording

import (
	"errors"
	"strings"
	"testing"
	"time"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
)

func TestWhatHasANumberOfAPersonIsHeldBack(t *testing.T) {
	at := time.Date(2026, 11, 24, 21, 40, 0, 0, journey.Zone)
	card := "CCCD 001203004567"
	tests := map[string]struct {
		message chat.Message
		held    bool
	}{
		"a plain answer":            {chat.Message{Text: "Theo 208-QĐ/TW ngày 26/7/2026, đóng 5.000.000 đồng"}, false},
		"a card":                    {chat.Message{Text: "<b>" + card + "</b>"}, true},
		"an edit":                   {chat.Message{Act: chat.Edit, Target: 7, Text: card}, true},
		"a toast":                   {chat.Message{Act: chat.Ack, Press: "p", Text: card}, true},
		"a caption":                 {chat.Message{Text: card, File: &chat.File{Name: "a.json"}}, true},
		"the name of a file":        {chat.Message{File: &chat.File{Name: "001203004567.pdf"}}, true},
		"a text made late":          {chat.Message{Lane: chat.Reminders, Make: "digest/gv4/2027-01-31", Text: card}, true},
		"a button":                  {chat.Message{Text: "x", Rows: [][]chat.Button{{{Label: "0912 345 678", Data: "x"}}}}, true},
		"a button's address":        {chat.Message{Text: "x", Rows: [][]chat.Button{{{Label: "Zalo", URL: "https://zalo.me/0912345678"}}}}, true},
		"a code of the lists":       {chat.Message{Text: "mã " + codeOf("211121521101")}, false},
		"the reference of an error": {chat.Message{Text: Broken("tg:881234567890")}, false},
		"an invitation":             {chat.Message{Text: "x", Rows: [][]chat.Button{{{Label: "Mở", URL: "https://t.me/dh_bot?start=123456789012"}}}}, false},
		"data nobody reads":         {chat.Message{Text: "x", Rows: [][]chat.Button{{{Label: "Xem", Data: "ht:211121521101"}}}}, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			m := tt.message
			m.Key, m.To, m.At, m.Protect = "answer/tg:1", 11, at, true
			got, held, err := Guarded(m)
			if err != nil || held != tt.held {
				t.Fatalf("Guarded(%q): held %t, %v, want %t", m.Text, held, err, tt.held)
			}
			if !held {
				return
			}
			want := HeldBack()
			if m.Act == chat.Ack {
				want = ToastHeld
			}
			if got.Text != want || got.File != nil || len(got.Rows) > 0 || got.Make != "" {
				t.Errorf("Guarded(%q) = %+v, want %q and nothing else", m.Text, got, want)
			}
			if got.Key != m.Key || got.To != m.To || got.Act != m.Act || got.Target != m.Target || got.Press != m.Press || !got.Protect {
				t.Errorf("Guarded(%q) = %+v, want it where %+v was to go", m.Text, got, m)
			}
			if _, again, _ := Guarded(got); again {
				t.Errorf("%q is held back itself", got.Text)
			}
		})
	}
}

func TestANoticeWithANumberGoesToNobody(t *testing.T) {
	_, held, err := Guarded(chat.Message{Lane: chat.Notices, Text: "Liên hệ 0912345678"})
	if _, refused := errors.AsType[*chat.Refused](err); !held || !refused {
		t.Errorf("held %t, %v, want a refusal", held, err)
	}
}

func TestANumberInANameIsMasked(t *testing.T) {
	p := journey.Person{Code: "sv-an", Name: "Vũ Hoài An 0912345678", Unit: "K47/B5"}
	for what, text := range map[string]string{
		"name": name(p), "label": Label(p.Name), "consent": Consent(p), "line": LineLabel(Reminder{Whose: p.Name, Deadline: journey.Deadline{Rule: &journey.Rule{Title: "Lễ"}}}),
	} {
		if strings.Contains(text, "0912345678") {
			t.Errorf("%s: %q, want the number masked", what, text)
		}
	}
	if got := name(journey.Person{Code: "211121521101", Name: "211121521101"}); got != "<code>211121521101</code>" {
		t.Errorf("of whom only the code is known: %q, want the code", got)
	}
}
