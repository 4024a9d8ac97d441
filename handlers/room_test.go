package handlers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"donghanh/internal/audit"
	"donghanh/internal/chat"
	"donghanh/internal/desk"
	"donghanh/internal/journey"
	"donghanh/internal/notice"
	"donghanh/internal/storetest"
	"donghanh/internal/telegramtest"
)

// More people, beside those of the conversations.
const (
	student  = chat.Address(11)
	stranger = chat.Address(12)
	admin    = chat.Address(99)
)

// said is a text a person types; its Seq comes when it is said.
func said(who chat.Address, text string) chat.Incoming {
	return chat.Incoming{Chat: who, From: who, Name: "Lan", Text: text}
}

// pressed is a press on a button with that data.
func pressed(who chat.Address, data string) chat.Incoming {
	return chat.Incoming{Chat: who, From: who, Name: "Lan", Button: data, Press: "press", Message: 77}
}

// sent is an attachment.
func sent(who chat.Address, kind chat.FileKind, caption string) chat.Incoming {
	return chat.Incoming{Chat: who, From: who, Name: "Lan", Text: caption, File: kind}
}

// numbered gives the n-th Incoming, from 1, its id and its time.
func numbered(n int64, in chat.Incoming) chat.Incoming {
	in.ID, in.Seq, in.At = fmt.Sprintf("tg:%d", n), n, evening.Add(time.Duration(n)*20*time.Second)
	if in.Press != "" {
		in.Press = fmt.Sprintf("press-%d", n)
	}
	if in.Message == 0 {
		in.Message = int(1000 + n)
	}
	return in
}

// tester is what *testing.T and *rapid.T have in common.
type tester interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// room is a bot to which people speak. It checks that Telegram would take
// every message, and that nothing a person does goes without an answer.
type room struct {
	t     tester
	tg    telegram
	h     *Handlers
	store *storetest.Memory
	seq   int64
	ahead time.Duration // of the clock
}

func newRoom(t tester, tg telegram) *room {
	h, store := newBot(built)
	return &room{t: t, tg: tg, h: h, store: store}
}

// hear handles one Incoming and returns what was put for it.
func (r *room) hear(in chat.Incoming) []chat.Message {
	r.t.Helper()
	r.seq++
	in = numbered(r.seq, in)
	in.At = in.At.Add(r.ahead)
	before := len(r.store.Messages())
	if err := r.h.Handle(context.Background(), in); err != nil {
		r.t.Fatalf("%s: %v", about(in), err)
	}
	out := r.store.Messages()[before:]
	r.tg.wouldTake(r.t, in, out)
	return out
}

func (r *room) say(who chat.Address, text string) []chat.Message {
	r.t.Helper()
	return r.hear(said(who, text))
}

func (r *room) press(who chat.Address, data string) []chat.Message {
	r.t.Helper()
	return r.hear(pressed(who, data))
}

func (r *room) talk(who chat.Address) chat.Talk {
	r.t.Helper()
	talk, err := r.store.Talk(context.Background(), who)
	if err != nil {
		r.t.Fatalf("%v", err)
	}
	return talk
}

// setRole gives somebody a role, and takes all others away.
func (r *room) setRole(who chat.Address, role journey.Role) {
	r.t.Helper()
	ctx := context.Background()
	code := journey.Code("p-" + who.String())
	t, err := r.store.Track(ctx, code)
	if errors.Is(err, journey.ErrNotFound) {
		t = journey.Track{Person: journey.Person{Code: code, Name: "Người Lạ", Unit: "K47/B9"}}
	} else if err != nil {
		r.t.Fatalf("%v", err)
	}
	t.Person.Roles = nil
	if role != journey.Guest {
		t.Person.Roles = []journey.Role{role}
	}
	if _, err := r.store.SaveTracks(ctx, journey.Save{Track: t}); err != nil {
		r.t.Fatalf("%v", err)
	}
	if t.Account == 0 {
		link(r.store, code, who)
	}
}

// everything is what the store holds, as text to compare.
func everything(t tester, store *storetest.Memory) string {
	t.Helper()
	ctx := context.Background()
	var b strings.Builder
	show := func(what string, v any, err error) {
		body, jsonErr := json.Marshal(v)
		if err != nil || jsonErr != nil {
			t.Fatalf("%s: %v %v", what, err, jsonErr)
		}
		fmt.Fprintf(&b, "%s %s\n", what, body)
	}
	messages := store.Messages()
	slices.SortFunc(messages, func(a, b chat.Message) int { return strings.Compare(a.Key, b.Key) })
	for _, m := range messages {
		show("message", m, nil)
	}
	for _, who := range slices.Sorted(maps.Values(people)) {
		talk, err := store.Talk(ctx, who)
		show("talk of "+who.String(), talk, err)
	}
	talk, err := store.Talk(ctx, stranger)
	show("talk of "+stranger.String(), talk, err)
	err = store.Codes(ctx, func(codes []journey.Code) error {
		tracks, err := store.Tracks(ctx, codes...)
		for _, t := range tracks {
			show("track", t, err)
		}
		return err
	})
	show("tracks", nil, err)
	feed, err := store.Feed(ctx, "BIMAT26CHUCAI")
	if errors.Is(err, journey.ErrNotFound) {
		err = nil
	}
	show("feed", feed, err)
	questions, err := store.WaitingQuestions(ctx, 1000)
	show("questions", questions, err)
	var refs []string
	for _, q := range questions {
		refs = append(refs, q.Ref())
	}
	claims, err := store.Claims(ctx, refs...)
	show("claims", claims, err)
	votes, err := store.Votes(ctx)
	show("votes", votes, err)
	outcomes, err := store.Outcomes(ctx)
	show("outcomes", outcomes, err)
	notices, err := store.Notices(ctx, 1000)
	show("notices", notices, err)
	for _, n := range notices {
		err := store.Recipients(ctx, n.ID, func(results []notice.Result) error {
			show("recipients of "+string(n.ID), results, nil)
			return nil
		})
		show("recipients", nil, err)
	}
	groups, err := store.Groups(ctx)
	show("groups", fmt.Sprint(groups), err)
	entries, err := store.Audit(ctx, audit.Filter{}, "", 1000)
	show("log", entries, err)
	return b.String()
}

// effects is what the store holds but for messages and how far each person
// was handled.
func effects(t tester, store *storetest.Memory) string {
	t.Helper()
	var b strings.Builder
	for line := range strings.Lines(everything(t, store)) {
		if strings.HasPrefix(line, "message ") {
			continue
		}
		if what, body, ok := strings.Cut(line, " {"); ok && strings.HasPrefix(line, "talk ") {
			var talk chat.Talk
			if err := json.Unmarshal([]byte("{"+body), &talk); err != nil {
				t.Fatalf("%s: %v", line, err)
			}
			talk.Handled, talk.Menu = 0, "" // whose menu it has follows from the roles
			line = fmt.Sprintf("%s %+v\n", what, talk)
		}
		b.WriteString(line)
	}
	return b.String()
}

// handed is the question of person from as it waits after "Hỏi cán bộ".
func handed(r *room, from chat.Address, seq int64, text string) desk.Question {
	r.t.Helper()
	q := desk.Question{ID: fmt.Sprintf("tg:%d", seq), Text: text, Why: desk.Handed, At: evening, From: from}
	if _, err := r.store.KeepQuestion(context.Background(), q); err != nil {
		r.t.Fatalf("%v", err)
	}
	return q
}

// about names an Incoming in a failure.
func about(in chat.Incoming) string {
	switch {
	case in.Press != "":
		return fmt.Sprintf("%s presses %q", in.From, in.Button)
	case in.File != chat.NoFile:
		return fmt.Sprintf("%s sends a %s", in.From, in.File)
	}
	return fmt.Sprintf("%s says %q", in.From, cut(in.Text, 60))
}

// toast is what flashed over the screen.
func toast(messages []chat.Message) string {
	for _, m := range messages {
		if m.Act == chat.Ack {
			return m.Text
		}
	}
	return ""
}

// text is what the messages to one person show, without markup.
func text(messages []chat.Message, to chat.Address) string {
	var b strings.Builder
	for _, m := range messages {
		if m.Act != chat.Ack && m.To == to {
			b.WriteString(plain(m.Text) + "\n")
		}
	}
	return b.String()
}

// plain is a text without markup. The strict check of [telegram] went before.
func plain(text string) string {
	for _, name := range []string{"b", "i", "blockquote"} {
		text = strings.NewReplacer("<"+name+">", "", "</"+name+">", "").Replace(text)
	}
	return html.UnescapeString(text)
}

// datas lists the data of all buttons.
func datas(messages []chat.Message) (out []string) {
	for _, m := range messages {
		for _, row := range m.Rows {
			for _, b := range row {
				out = append(out, b.Data)
			}
		}
	}
	return out
}

// telegram is a strict pretend Telegram that is shown each message.
type telegram string

func newTelegram(t testing.TB) telegram {
	tg, address := telegramtest.Start(t, telegramtest.Config{Limits: telegramtest.Limits{PerSecond: -1, ChatBurst: -1, GroupPerMinute: -1}})
	tg.Join(telegramtest.User{ID: 1, FirstName: "Người đọc"})
	return telegram(address + "/bot123456:TEST/")
}

// wouldTake checks what was put for one Incoming: the person hears something,
// a press is acknowledged once, and Telegram accepts each message.
func (tg telegram) wouldTake(t tester, in chat.Incoming, out []chat.Message) {
	t.Helper()
	acks, heard := 0, in.Added || in.Removed // only an officer is told of that, in private
	for _, m := range out {
		switch {
		case m.Act == chat.Ack:
			acks++
			heard = heard || m.Text != ""
			if n := units(m.Text); n > 200 || m.Press != in.Press || m.To != in.Chat {
				t.Errorf("%s: acknowledged by %+v", about(in), m)
			}
			continue
		case m.Act == chat.Edit && m.Target == 0:
			t.Errorf("%s: edits nothing: %+v", about(in), m)
		}
		heard = heard || m.To == in.Chat
		if m.Make != "" {
			continue // its text is made when it leaves
		}
		tg.accepts(t, in, m)
	}
	if want := map[bool]int{true: 1}[in.Press != ""]; acks != want {
		t.Errorf("%s: acknowledged %d times, want %d", about(in), acks, want)
	}
	if !heard {
		t.Errorf("%s: hears nothing", about(in))
	}
}

func (tg telegram) accepts(t tester, in chat.Incoming, m chat.Message) {
	t.Helper()
	limit := 4096
	if m.File != nil || m.Attach != nil {
		limit = 1024
	}
	if m.Attach != nil && m.Text == "" {
		m.Text = "(không có chú thích)"
	}
	if n := units(m.Text); n > limit {
		t.Errorf("%s: a message of %d characters, at most %d may be:\n%s", about(in), n, limit, m.Text)
	}
	form := url.Values{"chat_id": {"1"}, "parse_mode": {"HTML"}, "text": {m.Text}}
	var rows [][]map[string]string
	for _, row := range m.Rows {
		var buttons []map[string]string
		for _, b := range row {
			if b.Label == "" || units(b.Label) > 64 || len(b.Data) == 0 || len(b.Data) > chat.MaxData {
				t.Errorf("%s: a button %+v", about(in), b)
			}
			buttons = append(buttons, map[string]string{"text": b.Label, "callback_data": b.Data})
		}
		rows = append(rows, buttons)
	}
	if len(rows) > 0 {
		markup, err := json.Marshal(map[string]any{"inline_keyboard": rows})
		if err != nil {
			t.Fatalf("%v", err)
		}
		form.Set("reply_markup", string(markup))
	}
	resp, err := http.PostForm(string(tg)+"sendMessage", form)
	if err != nil {
		t.Fatalf("%v", err)
	}
	defer resp.Body.Close()
	var answer struct {
		OK          bool
		Description string
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || !answer.OK {
		t.Errorf("%s: Telegram refuses: %s %v\n%s", about(in), answer.Description, err, m.Text)
	}
}

func units(text string) int { return len(utf16.Encode([]rune(text))) }
