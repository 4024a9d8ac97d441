package telegramtest

import (
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// User is a person, or the bot.
type User struct {
	ID        int64
	FirstName string
	LastName  string
	Username  string
	Language  string // IETF tag, "vi"
}

func (u User) json() map[string]any {
	m := map[string]any{"id": u.ID, "is_bot": false, "first_name": u.FirstName}
	for key, value := range map[string]string{"last_name": u.LastName, "username": u.Username, "language_code": u.Language} {
		if value != "" {
			m[key] = value
		}
	}
	return m
}

type person struct {
	User
	blocked bool
}

// group is a group or a channel the bot is or was in.
type group struct {
	kind    GroupKind
	title   string
	out     bool // the bot was put out
	movedTo int64
}

// GroupKind is a kind of conversation of several people.
type GroupKind string

// Kinds of group.
const (
	Group      GroupKind = "group"
	Supergroup GroupKind = "supergroup"
	Channel    GroupKind = "channel" // the bot posts there as an administrator
)

type query struct {
	answered bool
	toast    string
}

// Join makes a person known, with a private chat the bot may write to; its id
// is the person's. Joining again changes the name.
func (s *Server) Join(u User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p := s.people[u.ID]; p != nil {
		p.User = u
		return
	}
	s.people[u.ID] = &person{User: u}
}

// known returns the person with an id, who joins if they have not.
func (s *Server) known(id int64) *person {
	p := s.people[id]
	if p == nil {
		p = &person{User: User{ID: id, FirstName: "Người " + strconv.FormatInt(id, 10)}}
		s.people[id] = p
	}
	return p
}

// Say lets a person type a text to the bot. One who has not joined joins, one
// who has blocked the bot unblocks it first, as in the real client. It returns
// the update's id, 0 if the bot did not ask for messages.
func (s *Server) Say(from int64, text string) (update int64) {
	return s.say(from, from, text, nil)
}

// SayHTML lets a person type a formatted text to the bot, given as the HTML
// that would show it. It panics if that is none.
func (s *Server) SayHTML(from int64, html string) (update int64) {
	plain, formatting := typed(html)
	return s.say(from, from, plain, formatting)
}

// typed is what a person types to make what the HTML shows.
func typed(html string) (plain string, formatting []entity) {
	plain, formatting, err := parseMarkup(html)
	if err != nil {
		panic(fmt.Sprintf("telegramtest: nobody can type %q: %v", html, err))
	}
	return plain, formatting
}

// SayIn lets a person type a text in a group, which comes into being by it.
// The ids of groups are negative.
func (s *Server) SayIn(group, from int64, text string) (update int64) {
	if group >= 0 {
		panic(fmt.Sprintf("telegramtest: group %d is not negative", group))
	}
	return s.say(group, from, text, nil)
}

func (s *Server) say(chat, from int64, text string, formatting []entity) int64 {
	defer s.emit()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.enter(chat, from)
	m := s.put(&Message{Chat: chat, From: from, Text: text, formatting: formatting})
	if g := s.groups[chat]; g != nil && g.out {
		return 0 // the bot hears nothing of it
	}
	return s.push("message", s.messageJSON(m, text))
}

// enter makes sure that a person may write in a chat.
func (s *Server) enter(chat, from int64) {
	p := s.known(from)
	if chat == from {
		s.setBlocked(p, false)
		return
	}
	if s.groups[chat] == nil {
		s.groups[chat] = newGroup(chat, Supergroup)
	}
}

func newGroup(chat int64, kind GroupKind) *group {
	return &group{kind: kind, title: "Nhóm " + strconv.FormatInt(-chat, 10)}
}

// AddBot lets a person add the bot to a group or channel, which comes into
// being by it; into a channel as an administrator. It returns the update's id,
// 0 if the bot did not ask for changes of its membership or is in already.
func (s *Server) AddBot(chat, by int64, kind GroupKind, title string) (update int64) {
	if chat >= 0 {
		panic(fmt.Sprintf("telegramtest: group %d is not negative", chat))
	}
	defer s.emit()
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.groups[chat]
	if g != nil && !g.out {
		return 0
	}
	was := "left"
	if g != nil {
		was = "kicked"
	}
	g = &group{kind: kind, title: title}
	s.groups[chat] = g
	return s.pushMember(chat, by, was, g.standing())
}

// standing is what the bot is in the group.
func (g *group) standing() string {
	switch {
	case g.out:
		return "kicked"
	case g.kind == Channel:
		return "administrator"
	}
	return "member"
}

// RemoveBot lets a person put the bot out of a group or channel. What it sends
// there from then on is answered with 403.
func (s *Server) RemoveBot(chat, by int64) (update int64) {
	defer s.emit()
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.groups[chat]
	if g == nil || g.out {
		return 0
	}
	was := g.standing()
	g.out = true
	return s.pushMember(chat, by, was, g.standing())
}

// Upload lets a person send a file to the bot; kind is "photo" or "document".
func (s *Server) Upload(from int64, kind, name string, data []byte, caption string) (update int64) {
	return s.upload(from, kind, name, data, caption, nil)
}

// UploadHTML is [Server.Upload] with a formatted caption, as in
// [Server.SayHTML].
func (s *Server) UploadHTML(from int64, kind, name string, data []byte, caption string) (update int64) {
	plain, formatting := typed(caption)
	return s.upload(from, kind, name, data, plain, formatting)
}

// UploadAlbum lets a person send several photos at once, with one caption. They
// come one by one, the caption with the first. It returns the first update's
// id.
func (s *Server) UploadAlbum(from int64, photos [][]byte, caption string) (update int64) {
	if len(photos) < 2 || len(photos) > 10 {
		panic(fmt.Sprintf("telegramtest: no album has %d photos", len(photos)))
	}
	defer s.emit()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.enter(from, from)
	album := strconv.Itoa(13_000_000_000 + s.lastID)
	for i, data := range photos {
		f := s.keep("photo", fmt.Sprintf("photo_%d.jpg", i+1), data)
		id := s.push("message", s.messageJSON(s.put(&Message{Chat: from, From: from, Text: caption, File: &f, album: album}), caption))
		if i == 0 {
			update, caption = id, ""
		}
	}
	return update
}

func (s *Server) upload(from int64, kind, name string, data []byte, caption string, formatting []entity) int64 {
	if kind != "photo" && kind != "document" {
		panic(fmt.Sprintf("telegramtest: no such kind of file: %q", kind))
	}
	defer s.emit()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.enter(from, from)
	f := s.keep(kind, name, data)
	m := s.put(&Message{Chat: from, From: from, Text: caption, File: &f, formatting: formatting})
	return s.push("message", s.messageJSON(m, caption))
}

// Press lets a person press a button under a message of the bot. No such
// button need stand there: a client may send what it likes. It returns the id
// of the query, to be asked for with [Server.Answered].
func (s *Server) Press(from int64, message int, data string) (query string) {
	defer s.emit()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.press(from, message, data)
}

func (s *Server) press(from int64, message int, data string) string {
	p := s.known(from)
	id := fmt.Sprintf("%d%09d", 4_000_000_000+from, len(s.queries)+1)
	s.queries[id] = &query{}
	q := map[string]any{"id": id, "from": p.json(), "chat_instance": strconv.FormatInt(from, 10), "data": data}
	if m := s.anywhere(message); m != nil && !m.Deleted {
		plain, _ := parseHTML(m.Text)
		q["message"] = s.messageJSON(m, plain)
	} else { // as Telegram shows a message it has no longer
		q["message"] = map[string]any{"message_id": message, "date": 0, "chat": s.chatJSON(from)}
	}
	s.push("callback_query", q)
	return id
}

// Answered returns what the bot answered to a press. ok is false while it has
// not answered.
func (s *Server) Answered(query string) (toast string, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := s.queries[query]
	if q == nil {
		return "", false
	}
	return q.toast, q.answered
}

// Block lets a person stop the bot: it learns of it, and what it sends them is
// answered with 403.
func (s *Server) Block(user int64) { s.block(user, true) }

// Unblock lets a person start the bot again.
func (s *Server) Unblock(user int64) { s.block(user, false) }

func (s *Server) block(user int64, blocked bool) {
	defer s.emit()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.setBlocked(s.known(user), blocked)
}

func (s *Server) setBlocked(p *person, blocked bool) {
	if p.blocked == blocked {
		return
	}
	p.blocked = blocked
	was, is := "member", "kicked"
	if !blocked {
		was, is = is, was
	}
	s.pushMember(p.ID, p.ID, was, is)
}

// pushMember tells the bot that somebody changed what it is in a chat.
func (s *Server) pushMember(chat, by int64, was, is string) int64 {
	member := func(status string) map[string]any {
		me := s.bot.json()
		me["is_bot"] = true
		m := map[string]any{"user": me, "status": status}
		switch status {
		case "kicked":
			m["until_date"] = 0
		case "administrator":
			m["can_be_edited"], m["can_post_messages"], m["can_edit_messages"], m["can_delete_messages"] = false, true, true, true
		}
		return m
	}
	return s.push("my_chat_member", map[string]any{
		"chat": s.chatJSON(chat), "from": s.known(by).json(), "date": s.now().Unix(),
		"old_chat_member": member(was), "new_chat_member": member(is),
	})
}

// Migrate turns a group into a supergroup with a new id. What is sent to the
// old one is refused with the new one.
func (s *Server) Migrate(from, to int64) {
	defer s.emit()
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.groups[from]
	if old == nil {
		old = newGroup(from, Group)
		s.groups[from] = old
	}
	old.kind, old.movedTo = Group, to
	s.groups[to] = &group{kind: Supergroup, title: old.title}
	s.lastID++
	s.push("message", map[string]any{
		"message_id": s.lastID, "date": s.now().Unix(), "chat": s.chatJSON(from),
		"from": s.bot.json(), "migrate_to_chat_id": to,
	})
}

// Raw puts any JSON into the queue of updates, also what no client could
// decode. An object without an update_id gets one. It returns the update's id.
func (s *Server) Raw(body json.RawMessage) (update int64) {
	defer s.emit()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.updateID++
	var fields map[string]json.RawMessage
	if json.Unmarshal(body, &fields) == nil && fields != nil && fields["update_id"] == nil {
		fields["update_id"] = json.RawMessage(strconv.FormatInt(s.updateID, 10))
		body, _ = json.Marshal(fields) // of valid parts
	}
	s.queue(slices.Clone(body))
	return s.updateID
}

func (s *Server) chatJSON(id int64) map[string]any {
	if p := s.people[id]; p != nil {
		c := p.json()
		delete(c, "is_bot")
		delete(c, "language_code")
		c["type"] = "private"
		return c
	}
	g := s.groups[id]
	if g == nil {
		g = newGroup(id, Supergroup)
	}
	return map[string]any{"id": id, "type": string(g.kind), "title": g.title}
}

func (s *Server) messageJSON(m *Message, plain string) map[string]any {
	j := map[string]any{"message_id": m.ID, "date": m.At.Unix(), "chat": s.chatJSON(m.Chat)}
	if g := s.groups[m.Chat]; g != nil && g.kind == Channel {
		j["sender_chat"] = s.chatJSON(m.Chat) // nobody is named as the author
	} else if m.From == s.bot.ID {
		me := s.bot.json()
		me["is_bot"] = true
		j["from"] = me
	} else if p := s.people[m.From]; p != nil {
		j["from"] = p.json()
	}
	if m.Edited {
		j["edit_date"] = s.now().Unix()
	}
	if m.Protect {
		j["has_protected_content"] = true
	}
	if len(m.Rows) > 0 {
		j["reply_markup"] = keyboardJSON(m.Rows)
	}
	if m.File == nil {
		j["text"] = plain
		if first := strings.Fields(plain); len(first) > 0 && strings.HasPrefix(plain, "/") {
			j["entities"] = []any{map[string]any{"type": "bot_command", "offset": 0, "length": length(first[0])}}
		}
		if len(m.formatting) > 0 {
			j["entities"] = m.formatting
		}
		return j
	}
	if plain != "" {
		j["caption"] = plain
		if len(m.formatting) > 0 {
			j["caption_entities"] = m.formatting
		}
	}
	if m.album != "" {
		j["media_group_id"] = m.album
	}
	f := map[string]any{"file_id": m.File.ID, "file_unique_id": "u" + m.File.ID, "file_size": m.File.Size}
	if m.File.Kind == "photo" {
		f["width"], f["height"] = 800, 600
		thumb := map[string]any{"file_id": m.File.ID + "-thumb", "file_unique_id": "u" + m.File.ID + "-thumb", "file_size": thumbSize, "width": 90, "height": 67}
		j["photo"] = []any{thumb, f}
	} else {
		f["file_name"] = m.File.Name
		j["document"] = f
	}
	return j
}

// length counts as Telegram does: UTF-16 units, so most emoji are two.
func length(text string) int { return len(utf16.Encode([]rune(text))) }

// File is a file that was sent, by the bot or by a person.
type File struct {
	ID   string
	Kind string // "photo" or "document"
	Name string
	Size int
}

type stored struct {
	File
	data []byte
	path string
}

// File returns a file and its content.
func (s *Server) File(id string) (File, []byte, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.files {
		if f.ID == id {
			return f.File, slices.Clone(f.data), true
		}
	}
	return File{}, nil, false
}

// keep stores a file.
func (s *Server) keep(kind, name string, data []byte) File {
	s.lastFile++
	n := s.lastFile
	f := &stored{
		File: File{ID: fmt.Sprintf("file-%d", n), Kind: kind, Name: path.Base(name), Size: len(data)},
		data: slices.Clone(data),
		path: fmt.Sprintf("%ss/file_%d%s", kind, n, path.Ext(name)),
	}
	s.files = append(forget(s.files, s.most), f)
	return f.File
}
