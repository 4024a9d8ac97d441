package telegramtest

import (
	"bytes"
	"image"
	_ "image/jpeg" // photos come as one of these
	_ "image/png"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Message is one message in a chat, the bot's or a person's.
type Message struct {
	ID      int // never used twice, in any chat
	Chat    int64
	From    int64
	Text    string // the HTML the bot sent, or what a person typed; the caption if there is a file
	Rows    [][]Button
	Edited  bool
	Protect bool
	Silent  bool
	Deleted bool
	File    *File
	At      time.Time

	formatting []entity // of what a person typed
	album      string   // what several files were sent as together
}

const (
	maxText    = 4096
	maxCaption = 1024
	maxToast   = 200
)

// Messages returns what was written in a chat, oldest first, the deleted
// included.
func (s *Server) Messages(chat int64) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Message, len(s.messages[chat]))
	for i, m := range s.messages[chat] {
		out[i] = m.copy()
	}
	return out
}

func (m *Message) copy() Message {
	c := *m
	c.Rows = make([][]Button, len(m.Rows))
	for i, row := range m.Rows {
		c.Rows[i] = slices.Clone(row)
	}
	if m.File != nil {
		f := *m.File
		c.File = &f
	}
	return c
}

// put adds a message to its chat and tells the watchers.
func (s *Server) put(m *Message) *Message {
	s.lastID++
	m.ID, m.At = s.lastID, s.now()
	s.messages[m.Chat] = append(forget(s.messages[m.Chat], s.most), m)
	s.notify(Event{Kind: "message", Chat: m.Chat, Message: m.copy()})
	return m
}

// anywhere returns the message with an id, nil if there is none.
func (s *Server) anywhere(id int) *Message {
	for chat := range s.messages {
		if m := s.find(chat, id); m != nil {
			return m
		}
	}
	return nil
}

func (s *Server) find(chat int64, id int) *Message {
	list := s.messages[chat]
	i, ok := slices.BinarySearchFunc(list, id, func(m *Message, id int) int { return m.ID - id })
	if !ok {
		return nil
	}
	return list[i]
}

// reach returns the chat a call is for, if the bot may write there.
func (s *Server) reach(r *request) (int64, error) {
	if r.params["chat_id"] == "" {
		return 0, badRequest("chat_id is empty")
	}
	id, err := strconv.ParseInt(r.params["chat_id"], 10, 64)
	if err != nil {
		return 0, badRequest("chat not found") // the name of a channel
	}
	if g := s.groups[id]; g != nil {
		switch {
		case g.movedTo != 0:
			f := badRequest("group chat was upgraded to a supergroup chat")
			f.migrateTo = g.movedTo
			return 0, f
		case g.out:
			return 0, &failure{code: http.StatusForbidden, description: "Forbidden: bot was kicked from the " + string(g.kind) + " chat"}
		}
		return id, nil
	}
	p := s.people[id]
	switch {
	case p == nil:
		return 0, badRequest("chat not found")
	case p.blocked:
		return 0, &failure{code: http.StatusForbidden, description: "Forbidden: bot was blocked by the user"}
	}
	return id, nil
}

// text returns a text parameter as people see it. It must have between least
// and most characters after the markup is taken out.
func (r *request) text(name string, least, most int) (plain string, err error) {
	plain = r.params[name]
	switch mode := r.params["parse_mode"]; strings.ToLower(mode) {
	case "":
	case "html":
		plain, err = parseHTML(plain)
		if err != nil {
			return "", err
		}
	default:
		return "", badRequest("unsupported parse_mode %q", mode)
	}
	plain = strings.TrimSpace(plain)
	switch n := length(plain); {
	case n < least:
		return "", badRequest("message text is empty")
	case n > most && name == "caption":
		return "", badRequest("message caption is too long")
	case n > most:
		return "", badRequest("message is too long")
	}
	var preview struct {
		IsDisabled bool   `json:"is_disabled"`
		URL        string `json:"url"`
	}
	return plain, r.object("link_preview_options", &preview)
}

// compose makes the message a send call asks for, without its file.
func (s *Server) compose(r *request, field string, least, most int) (m *Message, plain string, err error) {
	chat, err := s.reach(r)
	if err != nil {
		return nil, "", err
	}
	plain, err = r.text(field, least, most)
	if err != nil {
		return nil, "", err
	}
	rows, err := r.keyboard()
	if err != nil {
		return nil, "", err
	}
	protect, err := r.flag("protect_content")
	if err != nil {
		return nil, "", err
	}
	silent, err := r.flag("disable_notification")
	if err != nil {
		return nil, "", err
	}
	if err := s.spend(chat, false); err != nil {
		return nil, "", err
	}
	return &Message{Chat: chat, From: s.bot.ID, Text: r.params[field], Rows: rows, Protect: protect, Silent: silent}, plain, nil
}

func (s *Server) sendMessage(r *request) (any, error) {
	m, plain, err := s.compose(r, "text", 1, maxText)
	if err != nil {
		return nil, err
	}
	return s.messageJSON(s.put(m), plain), nil
}

func (s *Server) sendDocument(r *request) (any, error) { return s.sendFile(r, "document") }
func (s *Server) sendPhoto(r *request) (any, error)    { return s.sendFile(r, "photo") }

func (s *Server) sendFile(r *request, kind string) (any, error) {
	f, given := r.files[kind]
	if given && len(f.data) == 0 {
		return nil, badRequest("file must be non-empty")
	}
	known := s.fileByID(r.params[kind])
	switch {
	case given:
	case known == nil:
		return nil, badRequest("wrong file identifier/HTTP URL specified")
	case known.Kind != kind:
		return nil, badRequest("can't use file of type %s as %s", title(known.Kind), title(kind))
	}
	if given && kind == "photo" {
		if err := seen(f.data); err != nil {
			return nil, err
		}
	}
	m, plain, err := s.compose(r, "caption", 0, maxCaption)
	if err != nil {
		return nil, err
	}
	if given {
		kept := s.keep(kind, f.name, f.data)
		m.File = &kept
	} else {
		again := known.File
		m.File = &again
	}
	return s.messageJSON(s.put(m), plain), nil
}

const (
	maxPhoto      = 10 << 20 // bytes
	maxPhotoSides = 10_000   // pixels, width and height together
	maxPhotoRatio = 20
)

// seen refuses what cannot be shown as a photo.
func seen(data []byte) error {
	if len(data) > maxPhoto {
		return badRequest("file is too big")
	}
	c, _, err := image.DecodeConfig(bytes.NewReader(data))
	switch {
	case err != nil:
		return badRequest("IMAGE_PROCESS_FAILED")
	case c.Width+c.Height > maxPhotoSides, c.Width > maxPhotoRatio*c.Height, c.Height > maxPhotoRatio*c.Width:
		return badRequest("PHOTO_INVALID_DIMENSIONS")
	}
	return nil
}

// title writes a kind of file as Telegram's errors do.
func title(kind string) string { return strings.ToUpper(kind[:1]) + kind[1:] }

// thumbSize is how large the small size of a photo is, in bytes.
const thumbSize = 1500

// fileByID returns a file, or the small size of a photo; nil if nobody sent it.
func (s *Server) fileByID(id string) *stored {
	if whole, ok := strings.CutSuffix(id, "-thumb"); ok {
		f := s.fileByID(whole)
		if f == nil || f.Kind != "photo" {
			return nil
		}
		small := *f
		small.ID, small.Size = id, thumbSize
		return &small
	}
	for _, f := range s.files {
		if f.ID == id {
			return f
		}
	}
	return nil
}

func (s *Server) getFile(r *request) (any, error) {
	f := s.fileByID(r.params["file_id"])
	switch {
	case f == nil:
		return nil, badRequest("invalid file_id")
	case f.Size > 20<<20:
		return nil, badRequest("file is too big")
	}
	return map[string]any{"file_id": f.ID, "file_unique_id": "u" + f.ID, "file_size": f.Size, "file_path": f.path}, nil
}

func (s *Server) serveFile(w http.ResponseWriter, token, path string) {
	if token != s.token {
		answer(w, nil, &failure{code: 401, description: "Unauthorized"})
		return
	}
	s.mu.Lock()
	i := slices.IndexFunc(s.files, func(f *stored) bool { return f.path == path })
	var data []byte
	if i >= 0 {
		data = s.files[i].data
	}
	s.mu.Unlock()
	if i < 0 {
		answer(w, nil, &failure{code: 404, description: "Not Found"})
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	_, _ = w.Write(data) // a client that is gone reads nothing
}

// mine returns the message of the bot that a call is about. missing is what is
// said if it is not there.
func (s *Server) mine(r *request, missing string) (*Message, error) {
	chat, err := s.reach(r)
	if err != nil {
		return nil, err
	}
	id, err := r.number("message_id", 0)
	if err != nil {
		return nil, err
	}
	m := s.find(chat, int(id))
	if m == nil || m.Deleted {
		return nil, badRequest("%s", missing)
	}
	return m, nil
}

func (s *Server) editMessageText(r *request) (any, error) {
	m, err := s.mine(r, "message to edit not found")
	if err != nil {
		return nil, err
	}
	plain, err := r.text("text", 1, maxText)
	if err != nil {
		return nil, err
	}
	if m.File != nil {
		return nil, badRequest("there is no text in the message to edit")
	}
	return s.edit(m, r, r.params["text"], plain)
}

func (s *Server) editMessageCaption(r *request) (any, error) {
	m, err := s.mine(r, "message to edit not found")
	if err != nil {
		return nil, err
	}
	plain, err := r.text("caption", 0, maxCaption)
	if err != nil {
		return nil, err
	}
	if m.File == nil {
		return nil, badRequest("there is no caption in the message to edit")
	}
	return s.edit(m, r, r.params["caption"], plain)
}

// editMessageMedia puts another photo or document, uploaded with the call, in
// the place of what a message has.
func (s *Server) editMessageMedia(r *request) (any, error) {
	var media struct {
		Type    string `json:"type"`
		Media   string `json:"media"`
		Caption string `json:"caption"`
		Mode    string `json:"parse_mode"`
	}
	if err := r.object("media", &media); err != nil {
		return nil, err
	}
	name, ok := strings.CutPrefix(media.Media, "attach://")
	f, given := r.files[name]
	switch {
	case media.Type != "photo" && media.Type != "document":
		return nil, badRequest("media type %q is not known here", media.Type)
	case !ok || !given:
		return nil, badRequest("wrong file identifier/HTTP URL specified")
	case len(f.data) == 0:
		return nil, badRequest("file must be non-empty")
	}
	if media.Type == "photo" {
		if err := seen(f.data); err != nil {
			return nil, err
		}
	}
	m, err := s.mine(r, "message to edit not found")
	if err != nil {
		return nil, err
	}
	r.params["caption"], r.params["parse_mode"] = media.Caption, media.Mode
	plain, err := r.text("caption", 0, maxCaption)
	if err != nil {
		return nil, err
	}
	if m.File == nil {
		return nil, badRequest("there is no media in the message to edit") // a text may become one at Telegram; the bot never does that
	}
	before := m.File
	kept := s.keep(media.Type, f.name, f.data)
	m.File = &kept
	j, err := s.edit(m, r, media.Caption, plain)
	if err != nil {
		m.File = before
	}
	return j, err
}

func (s *Server) editMessageReplyMarkup(r *request) (any, error) {
	m, err := s.mine(r, "message to edit not found")
	if err != nil {
		return nil, err
	}
	plain, _ := parseHTML(m.Text) // went through it when it was sent
	return s.edit(m, r, m.Text, plain)
}

func (s *Server) edit(m *Message, r *request, text, plain string) (any, error) {
	if m.From != s.bot.ID {
		return nil, badRequest("message can't be edited")
	}
	rows, err := r.keyboard()
	if err != nil {
		return nil, err
	}
	if _, newFile := r.params["media"]; !newFile && m.Text == text && sameKeyboard(m.Rows, rows) {
		return nil, badRequest("message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message")
	}
	if err := s.spend(m.Chat, true); err != nil {
		return nil, err
	}
	m.Text, m.Rows, m.Edited = text, rows, true
	s.notify(Event{Kind: "edit", Chat: m.Chat, Message: m.copy()})
	return s.messageJSON(m, plain), nil
}

// deletable is how long after it was written a message can be taken away.
const deletable = 48 * time.Hour

// deleteMessage takes away what the bot wrote, and what people wrote to it in
// private. In a group that takes a right it does not have.
func (s *Server) deleteMessage(r *request) (any, error) {
	m, err := s.mine(r, "message to delete not found")
	if err != nil {
		return nil, err
	}
	switch {
	case m.From != s.bot.ID && m.Chat < 0:
		return nil, badRequest("message can't be deleted")
	case s.now().Sub(m.At) >= deletable:
		return nil, badRequest("message can't be deleted for everyone")
	}
	if err := s.spend(m.Chat, true); err != nil {
		return nil, err
	}
	m.Deleted = true
	s.notify(Event{Kind: "delete", Chat: m.Chat, Message: m.copy()})
	return true, nil
}

func (s *Server) answerCallbackQuery(r *request) (any, error) {
	q := s.queries[r.params["callback_query_id"]]
	if q == nil || q.answered {
		return nil, badRequest("query is too old and response timeout expired or query ID is invalid")
	}
	if length(r.params["text"]) > maxToast {
		return nil, badRequest("MESSAGE_TOO_LONG")
	}
	if _, err := r.flag("show_alert"); err != nil {
		return nil, err
	}
	q.answered, q.toast = true, r.params["text"]
	s.notify(Event{Kind: "answer", Query: r.params["callback_query_id"], Toast: q.toast})
	return true, nil
}

var actions = []string{
	"typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
	"choose_sticker", "find_location", "record_video_note", "upload_video_note",
}

func (s *Server) sendChatAction(r *request) (any, error) {
	chat, err := s.reach(r)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(actions, r.params["action"]) {
		return nil, badRequest("wrong parameter action in request")
	}
	s.notify(Event{Kind: "typing", Chat: chat})
	return true, nil
}
