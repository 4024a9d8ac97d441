package bot

import (
	"strings"
	"testing"

	"donghanh/internal/chat"
	"donghanh/internal/telegramtest"
)

func TestMe(t *testing.T) {
	b := inMemory(t, unlimited)
	if !b.Heard().IsZero() {
		t.Error("heard of Telegram before it was asked anything")
	}
	name, err := b.Me(t.Context())
	if name != "donghanh_bot" || err != nil {
		t.Errorf("Me() = %q, %v", name, err)
	}
	if b.Heard().IsZero() {
		t.Error("not heard of Telegram after it answered")
	}
	b.tg.Fault(telegramtest.Fault{Kind: telegramtest.WrongToken})
	if _, err := b.Me(t.Context()); kind(err) != "Stop" {
		t.Errorf("with a wrong token: %v, want Stop", err)
	}
}

func TestAMenuOfOneConversationHidesEveryones(t *testing.T) {
	b := inMemory(t, unlimited)
	set := func(to int64, names ...string) {
		t.Helper()
		var menu []Command
		for _, n := range names {
			menu = append(menu, Command{Name: n, Description: "Việc " + n})
		}
		if err := b.SetCommands(t.Context(), chat.Address(to), menu); err != nil {
			t.Fatal(err)
		}
	}
	shown := func(id int64) string {
		var names []string
		for _, c := range b.tg.Commands(id) {
			names = append(names, c.Name)
		}
		return strings.Join(names, " ")
	}
	set(0, "start", "dieukien")
	set(7, "han")
	if got := shown(7); got != "han" {
		t.Errorf("student 7 sees %q, want their own menu", got)
	}
	if got := shown(8); got != "start dieukien" {
		t.Errorf("anybody else sees %q", got)
	}
	set(7)
	if got := shown(7); got != "start dieukien" {
		t.Errorf("with the own menu taken away student 7 sees %q", got)
	}
	err := b.SetCommands(t.Context(), 0, []Command{{Name: "Hạn", Description: "x"}})
	if kind(err) != "Refused" {
		t.Errorf("a name with capitals and accents: %v, want Refused", err)
	}
}

func TestSetDescription(t *testing.T) {
	b := inMemory(t, unlimited)
	if err := b.SetDescription(t.Context(), "Đồng hành cùng bạn"); err != nil || b.tg.Description() != "Đồng hành cùng bạn" {
		t.Errorf("description %q, error %v", b.tg.Description(), err)
	}
	if err := b.SetDescription(t.Context(), strings.Repeat("đ", 513)); kind(err) != "Refused" {
		t.Errorf("513 characters: %v, want Refused", err)
	}
}
