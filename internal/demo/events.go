package demo

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"donghanh/internal/telegramtest"
)

const (
	waitingFrames = 256              // of a reader, before it is dropped
	writeWithin   = 10 * time.Second // a frame
	breath        = 10 * time.Second // between frames when nothing happens
	shownMessages = 500              // of a chat, the latest
)

// reader is a page that listens. frames is closed when it is dropped; the
// browser then connects again and is told the whole state anew.
type reader struct{ frames chan []byte }

// events tells the whole state and then what changes, as server-sent events.
// What happened between the two is told twice rather than not at all: every
// event says how a thing is now, so that does no harm.
func (d *Demo) events(w http.ResponseWriter, r *http.Request) {
	me, ok := d.join()
	if !ok {
		refuse(w, http.StatusServiceUnavailable, "Bản xem thử đang tắt.")
		return
	}
	defer d.leave(me)
	w.Header().Set("Content-Type", "text/event-stream")
	control := http.NewResponseController(w)
	defer func() { _ = control.SetWriteDeadline(time.Time{}) }() // the connection may serve again
	send := func(frame []byte) bool {
		// Neither is possible with every ResponseWriter; without them frames
		// only come later.
		_ = control.SetWriteDeadline(time.Now().Add(writeWithin))
		_, err := w.Write(frame)
		_ = control.Flush()
		return err == nil
	}
	if !send([]byte("retry: 1000\n\n")) || !send(frame("state", d.state())) {
		return
	}
	tick := time.NewTicker(breath)
	defer tick.Stop()
	for {
		select {
		case f, ok := <-me.frames:
			if !ok || !send(f) {
				return
			}
		case <-tick.C: // finds out whether anybody is there, and keeps clocks together
			if !send(frame("clock", d.now())) || !send(frame("about", d.telegram.Description())) {
				return
			}
		case <-r.Context().Done():
			return
		}
	}
}

func (d *Demo) join() (r *reader, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil, false
	}
	r = &reader{frames: make(chan []byte, waitingFrames)}
	d.readers[r] = true
	return r, true
}

func (d *Demo) leave(r *reader) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.readers[r] {
		d.drop(r)
	}
}

// drop forgets a reader; d is locked.
func (d *Demo) drop(r *reader) {
	delete(d.readers, r)
	close(r.frames)
}

// tell gives an event to all readers without waiting for any; one that does
// not keep up is dropped.
func (d *Demo) tell(kind string, data any) {
	f := frame(kind, data)
	d.mu.Lock()
	defer d.mu.Unlock()
	for r := range d.readers {
		select {
		case r.frames <- f:
		default:
			d.drop(r)
		}
	}
}

func frame(kind string, data any) []byte {
	body, err := json.Marshal(data) // one line: strings are escaped
	if err != nil {
		panic(fmt.Sprintf("demo: event %s: %v", kind, err)) // types of our own, found by any test
	}
	return fmt.Appendf(nil, "event: %s\ndata: %s\n\n", kind, body)
}

// see tells the readers what became visible in the pretend Telegram.
func (d *Demo) see(e telegramtest.Event) {
	switch e.Kind {
	case "answer":
		d.tell("answer", answered{e.Query, e.Toast})
		return
	case "commands":
		for _, p := range d.people {
			if e.Chat == 0 || e.Chat == p.ID {
				d.tell("commands", menu{p.ID, d.commands(p.ID)})
			}
		}
		d.tell("about", d.telegram.Description())
		return
	}
	if d.person(e.Chat) == nil {
		return
	}
	switch e.Kind {
	case "message", "edit", "delete":
		d.tell("message", messageOf(e.Message))
	case "typing":
		d.tell("typing", e.Chat)
	}
}

func (d *Demo) moved(time.Time) { d.tell("clock", d.now()) }

// What the page is told. Times are Unix milliseconds.
type (
	state struct {
		Now    int64    `json:"now"`
		Bot    string   `json:"bot"`
		About  string   `json:"about"`
		People []person `json:"people"`
	}
	person struct {
		ID       int64     `json:"id"`
		Name     string    `json:"name"`
		Role     string    `json:"role"`
		Start    string    `json:"start"` // what the start button sends
		Hints    []string  `json:"hints"`
		Blocked  bool      `json:"blocked"`
		Commands []command `json:"commands"`
		Messages []message `json:"messages"`
	}
	command struct {
		Name string `json:"name"`
		Does string `json:"does"`
	}
	menu struct {
		Chat     int64     `json:"chat"`
		Commands []command `json:"commands"`
	}
	message struct {
		ID      int        `json:"id"`
		Chat    int64      `json:"chat"`
		Mine    bool       `json:"mine"` // the person's; the bot's is HTML
		Text    string     `json:"text"`
		Rows    [][]button `json:"rows"`
		Edited  bool       `json:"edited"`
		Protect bool       `json:"protect"`
		Silent  bool       `json:"silent"`
		Deleted bool       `json:"deleted"`
		File    *file      `json:"file"`
		At      int64      `json:"at"`
	}
	button struct {
		Text string `json:"text"`
		Data string `json:"data"`
		URL  string `json:"url"`
	}
	file struct {
		ID   string `json:"id"`
		Kind string `json:"kind"`
		Name string `json:"name"`
		Size int    `json:"size"`
	}
	answered struct {
		Query string `json:"query"`
		Toast string `json:"toast"`
	}
	blocking struct {
		Chat    int64 `json:"chat"`
		Blocked bool  `json:"blocked"`
	}
)

func (d *Demo) now() int64 { return d.clock.Now().UnixMilli() }

func (d *Demo) state() state {
	s := state{Now: d.now(), Bot: d.bot, About: d.telegram.Description(), People: []person{}}
	for _, p := range d.people {
		start, hints := "/start", []string{}
		for _, h := range p.Hints {
			if strings.HasPrefix(h, "/start ") {
				start = h
			} else {
				hints = append(hints, h)
			}
		}
		messages := d.telegram.Messages(p.ID)
		shown := []message{}
		for _, m := range messages[max(0, len(messages)-shownMessages):] {
			if !m.Deleted {
				shown = append(shown, messageOf(m))
			}
		}
		d.mu.Lock()
		blocked := d.blocked[p.ID]
		d.mu.Unlock()
		s.People = append(s.People, person{
			ID: p.ID, Name: strings.TrimSpace(p.FirstName + " " + p.LastName), Role: p.Role,
			Start: start, Hints: hints, Blocked: blocked, Commands: d.commands(p.ID), Messages: shown,
		})
	}
	return s
}

func (d *Demo) commands(chat int64) []command {
	out := []command{}
	for _, c := range d.telegram.Commands(chat) {
		out = append(out, command{c.Name, c.Description})
	}
	return out
}

func messageOf(m telegramtest.Message) message {
	out := message{
		ID: m.ID, Chat: m.Chat, Mine: m.From == m.Chat, Text: m.Text, Rows: [][]button{}, Edited: m.Edited,
		Protect: m.Protect, Silent: m.Silent, Deleted: m.Deleted, At: m.At.UnixMilli(),
	}
	for _, row := range m.Rows {
		buttons := []button{}
		for _, b := range row {
			buttons = append(buttons, button(b))
		}
		out.Rows = append(out.Rows, buttons)
	}
	if m.File != nil {
		f := file(*m.File)
		out.File = &f
	}
	return out
}

// findMessage returns the message of the bot with an id in a chat.
func (d *Demo) findMessage(chat int64, id int) (telegramtest.Message, bool) {
	list := d.telegram.Messages(chat)
	i := slices.IndexFunc(list, func(m telegramtest.Message) bool { return m.ID == id && m.From != chat && !m.Deleted })
	if i < 0 {
		return telegramtest.Message{}, false
	}
	return list[i], true
}
