package handlers

import (
	"html"
	"io/fs"
	"strings"
	"testing"

	"donghanh/content"
	"donghanh/internal/chat"
	"donghanh/internal/leak"
	"donghanh/internal/wording"
)

// private checks what went out for two promises: that no number leaves that may
// name a person, and that what names a person of the lists can be neither
// forwarded nor saved. A file is for keeping, and is not looked at.
type private struct {
	t      tester
	shown  map[int]chat.Message // number of a message → it, as it was sent
	begins map[string]bool      // what was said of already
}

func newPrivate(t tester) *private {
	return &private{t: t, shown: map[int]chat.Message{}, begins: map[string]bool{}}
}

// sent takes a message that got that number. An edit keeps what the message was
// sent with: Telegram protects nothing afterwards.
func (p *private) sent(m chat.Message, number int) {
	p.t.Helper()
	if _, held, _ := wording.Guarded(m); held {
		p.t.Errorf("%s would be held back, as if a number in it named a person:\n%s\n%s", m.Key, m.Text, labels(m))
	}
	protected := m.Protect
	if m.Act == chat.Edit {
		if first, known := p.shown[m.Target]; known {
			protected = first.Protect
		}
		m.Protect, number = protected, m.Target
	}
	p.shown[number] = m
	if m.Act == chat.Ack || m.Act == chat.Delete || m.File != nil || protected {
		return
	}
	if name := personIn(m); name != "" {
		p.t.Errorf("%s (%q) names %s and is not protected:\n%s\n%s", m.Key, m.Act, name, m.Text, labels(m))
	}
}

// personIn returns the person of the sample whom a message names, "" for none. What
// an officer wrote may name whom it will.
func personIn(m chat.Message) string {
	text := html.UnescapeString(m.Text + labels(m))
	for _, t := range academy() {
		if strings.Contains(text, t.Person.Name) {
			return t.Person.Name
		}
	}
	return ""
}

func labels(m chat.Message) string {
	var b strings.Builder
	for _, row := range m.Rows {
		for _, button := range row {
			b.WriteString(" [" + button.Label + "]")
		}
	}
	return b.String()
}

// TestNoContentHasANumberOfAPerson: what stands in the content goes out as it is.
func TestNoContentHasANumberOfAPerson(t *testing.T) {
	err := fs.WalkDir(content.Built, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".yaml") {
			return err
		}
		body, err := fs.ReadFile(content.Built, path)
		if err != nil {
			return err
		}
		n := 0
		for line := range strings.Lines(string(body)) {
			if n++; leak.In(line) && !strings.Contains(line, "http") {
				t.Errorf("%s:%d: a number as on a card or of a phone: %s", path, n, line)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestFilesOfStudentsAndMentorsAreTurnedAway: nobody fetches them, and none is
// passed on.
func TestFilesOfStudentsAndMentorsAreTurnedAway(t *testing.T) {
	for _, who := range []chat.Address{student, lan, minh} {
		for _, kind := range []chat.FileKind{chat.Photo, chat.Document, chat.Other} {
			r := newRoom(t, newTelegram(t))
			in := sent(who, kind, "lý lịch của em")
			in.FileID = "AgACAgUAAxkBAAI"
			out := r.hear(in)
			if got := strings.TrimSpace(text(out, who)); got != plain(wording.NoFiles()) {
				t.Errorf("%s sent a %s and is told %q, want %q", nameOf(who), kind, got, plain(wording.NoFiles()))
			}
			for _, m := range out {
				if m.Attach != nil || m.File != nil {
					t.Errorf("a %s of %s is passed on: %+v", kind, nameOf(who), m)
				}
			}
			if all := everything(t, r.store); strings.Contains(all, in.FileID) {
				t.Errorf("a %s of %s is remembered: %s", kind, nameOf(who), all)
			}
		}
	}
}
