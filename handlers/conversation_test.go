package handlers

import (
	"context"
	"flag"
	"fmt"
	"html"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"donghanh/content"
	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/knowledge"
	"donghanh/internal/notice"
	"donghanh/internal/storetest"
)

var update = flag.Bool("update", false, "rewrite the conversations in testdata")

var built = sync.OnceValue(func() *knowledge.Book { return load(content.Built) })

func load(files fs.FS) *knowledge.Book {
	b, problems := knowledge.Load(files)
	if b == nil {
		panic(fmt.Sprint(problems))
	}
	return b
}

// newBot is the bot as the conversations meet it: the built-in content, the
// sample academy, one admin, at 21:40 on 24 November 2026.
func newBot(book func() *knowledge.Book) (*Handlers, *storetest.Memory) {
	store := storetest.NewMemory()
	settle(store)
	p := testParts(store)
	p.Book, p.OnDuty, p.Log = book, onDuty, slog.New(slog.DiscardHandler)
	return New(p), store
}

var evening = time.Date(2026, 11, 24, 21, 40, 0, 0, journey.Zone)

func onDuty(context.Context) ([]chat.Address, error) {
	return []chat.Address{people["quản trị"]}, nil
}

// TestConversations plays each file in testdata and compares it whole. A line
// "> sinh viên: text" is typed, "> sinh viên: [label]" presses the button of
// label nearest above that the person was shown, "> sinh viên: <photo>" attaches
// a file (as do "<photo: caption>" and "<document 60: caption>", of 60 MB), "> sinh viên: {data}" presses a button of that data whether it stands
// anywhere or not, "> sinh viên: <list: mã,tên\nsv1,An>" sends that CSV (ID is the first notice), "! gửi" and "! xong" begin and end the newest notice, and "= 2026-11-25 08:00" sets the clock; the lines between
// are what the bot says.
func TestConversations(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no conversations: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := play(t, string(raw))
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if got != string(raw) {
				t.Errorf("the conversation went another way (go test ./handlers -update, then read the difference):\n%s", got)
			}
		})
	}
}

func play(t *testing.T, script string) string {
	t.Helper()
	h, store := newBot(built)
	var out strings.Builder
	type shown struct {
		chat.Button
		message int
	}
	buttons := map[string]shown{} // person and label → the nearest above
	seq, message := int64(100), 1000
	private := newPrivate(t)
	at := evening
	for line := range strings.Lines(script) {
		line = strings.TrimRight(line, "\n")
		said, ok := strings.CutPrefix(line, "> ")
		if !ok {
			if clock, ok := strings.CutPrefix(line, "= "); ok {
				var err error
				if at, err = time.ParseInLocation("2006-01-02 15:04", clock, journey.Zone); err != nil {
					t.Fatal(err)
				}
			}
			if strings.HasPrefix(line, "#") || strings.HasPrefix(line, "= ") {
				out.WriteString(line + "\n")
			}
			if end, ok := strings.CutPrefix(line, "! "); ok {
				out.WriteString(line + "\n")
				goOut(t, store, end, at)
			}
			continue
		}
		out.WriteString(line + "\n")
		name, text, _ := strings.Cut(said, ": ")
		seq++
		message++
		at = at.Add(20 * time.Second)
		in := chat.Incoming{ID: fmt.Sprintf("tg:%d", seq), Seq: seq, At: at, Chat: people[name], From: people[name], Name: "Lan", Message: message}
		switch {
		case people[name] == 0:
			t.Fatalf("nobody is called %q", name)
		case strings.HasPrefix(text, "<list: "):
			in.File, in.FileID = chat.Document, "list:"+strings.ReplaceAll(strings.Trim(strings.TrimPrefix(text, "<list: "), ">"), `\n`, "\n")
			in.FileSize = int64(len(in.FileID))
		case strings.HasPrefix(text, "<photo") || strings.HasPrefix(text, "<document"):
			attach(&in, strings.Trim(text, "<>"))
		case strings.HasPrefix(text, "<added to "), strings.HasPrefix(text, "<put out of "):
			in.Chat, in.Added, in.Removed = -1001234567890, strings.HasPrefix(text, "<added"), strings.HasPrefix(text, "<put")
			_, in.Title, _ = strings.Cut(strings.Trim(text, "<>"), " of ")
			if in.Added {
				in.Title = strings.TrimPrefix(strings.Trim(text, "<>"), "added to ")
			}
		case strings.HasPrefix(text, "[") && strings.HasSuffix(text, "]"):
			label := strings.Trim(text, "[]")
			b, ok := buttons[name+"/"+label]
			if !ok {
				t.Fatalf("%s: no button %q above:\n%s", line, label, out.String())
			}
			in.Button, in.Press, in.Message = b.Data, in.ID, b.message
		case strings.HasPrefix(text, "{") && strings.HasSuffix(text, "}"):
			in.Button, in.Press = strings.ReplaceAll(strings.Trim(text, "{}"), "ID", first(t, store)), in.ID
		default:
			in.Text, in.HTML = strings.ReplaceAll(text, `\n`, "\n"), html.EscapeString(strings.ReplaceAll(text, `\n`, "\n"))
			in.HTML = bold.ReplaceAllString(in.HTML, "<b>$1</b>")
		}
		before := len(store.Messages())
		if err := h.Handle(context.Background(), in); err != nil {
			t.Fatal(err)
		}
		for _, m := range store.Messages()[before:] {
			message++
			private.sent(m, message)
			if m.To != people[name] {
				out.WriteString("< (gửi " + nameOf(m.To) + ")\n")
			}
			write(&out, m)
			where := message
			if m.Act == chat.Edit {
				where = m.Target
			}
			for _, row := range m.Rows {
				for _, b := range row {
					buttons[nameOf(m.To)+"/"+b.Label] = shown{b, where}
				}
			}
		}
	}
	return out.String()
}

// bold marks what is typed in bold in a conversation.
var bold = regexp.MustCompile(`\*(.+?)\*`)

// attach reads "photo: caption" and "document 60: caption", with megabytes.
func attach(in *chat.Incoming, what string) {
	what, in.Text, _ = strings.Cut(what, ": ")
	in.HTML = html.EscapeString(in.Text)
	kind, megabytes, _ := strings.Cut(what, " ")
	in.File, in.FileID = chat.FileKind(kind), "file-"+kind
	if n, err := strconv.Atoi(megabytes); err == nil {
		in.FileSize = int64(n) << 20
	}
}

// first is the id of the first notice of a conversation.
func first(t *testing.T, store *storetest.Memory) string {
	t.Helper()
	all, err := store.Notices(context.Background(), 100)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		return "ID"
	}
	return string(all[len(all)-1].ID)
}

// goOut does with the newest notice that was sent what the scheduler would: "gửi"
// begins it, "xong" ends it. Mai blocked the bot; of Tâm nothing is known.
func goOut(t *testing.T, store *storetest.Memory, what string, at time.Time) {
	t.Helper()
	ctx := context.Background()
	all, err := store.Notices(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	n := all[0]
	if what == "xong" {
		n, err = n.Finish(at)
	} else {
		n, err = n.Begin(n.Count, 1000, at)
	}
	if err == nil {
		err = store.KeepNotice(ctx, n)
	}
	if err != nil {
		t.Fatal(err)
	}
	if what == "xong" {
		taken, err := store.TakeRecipients(ctx, n.ID, at, 1000)
		for i, one := range taken {
			r := notice.Result{Code: one.Code, Round: one.Round, Outcome: notice.Delivered, At: at, Message: 500 + i}
			switch one.Code {
			case "sv-mai":
				r.Outcome, r.Reason = notice.Blocked, "Forbidden: bot was blocked by the user"
			case "gv-tam":
				r.Outcome, r.Reason = notice.InDoubt, "no answer"
			}
			if err == nil {
				_, err = store.SettleRecipients(ctx, n.ID, r)
			}
		}
		if err != nil {
			t.Fatal(err)
		}
		return
	}
	recipients := map[journey.Code]notice.Outcome{}
	tracks := academy()
	for _, track := range tracks {
		today := journey.DateOf(at)
		if n.Reaches(track, builtRules().State(track, today), nil, today) {
			recipients[track.Person.Code] = notice.Pending
			if linkedAs[track.Person.Code] == "" {
				recipients[track.Person.Code] = notice.Unlinked
			}
		}
	}
	if _, err := store.AddRecipients(ctx, n.ID, recipients); err != nil {
		t.Fatal(err)
	}
}

func nameOf(who chat.Address) string {
	for name, address := range people {
		if address == who {
			return name
		}
	}
	return who.String()
}

var tag = regexp.MustCompile(`</?(b|i|code)>`)

func write(out *strings.Builder, m chat.Message) {
	mark := "<"
	switch {
	case m.Act == chat.Ack && m.Text == "":
		return
	case m.Act == chat.Ack:
		mark = "< (thoáng hiện)"
	case m.Act == chat.Edit:
		mark = "< (sửa tin)"
	}
	text := html.UnescapeString(tag.ReplaceAllString(m.Text, ""))
	if m.Make != "" {
		text = fmt.Sprintf("(lúc %s: %s)", m.At.In(journey.Zone).Format("15:04 02/01/2006"), m.Make)
	}
	fmt.Fprintf(out, "%s %s\n", mark, strings.ReplaceAll(text, "\n", "\n  "))
	if m.File != nil {
		fmt.Fprintf(out, "  {%s}\n", m.File.Name)
	}
	if m.File != nil && strings.HasSuffix(m.File.Name, ".xlsx") {
		out.WriteString("  " + strings.ReplaceAll(strings.TrimSpace(string(m.File.Data)), "\n", "\n  ") + "\n")
	}
	if m.Attach != nil {
		fmt.Fprintf(out, "  {%s %s}\n", m.Attach.Kind, m.Attach.ID)
	}
	for _, row := range m.Rows {
		out.WriteString(" ")
		for _, b := range row {
			out.WriteString(" [" + b.Label + "]")
		}
		out.WriteString("\n")
	}
}
