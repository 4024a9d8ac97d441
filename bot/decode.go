package bot

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"donghanh/internal/chat"
)

// maxIncoming is how much of a text is read, in characters. Telegram's own
// limit is below it.
const maxIncoming = 10_000

// maxTitle is how much of a group's title is read, in characters; Telegram's
// own limit.
const maxTitle = 128

// update is as much of Telegram's Update as the bot reads. The library's type
// knows hundreds of fields more, each of which can make a message unreadable
// the day Telegram changes it.
type update struct {
	ID      int64    `json:"update_id"`
	Message *message `json:"message"`
	Press   *press   `json:"callback_query"`
	Member  *member  `json:"my_chat_member"`
}

type user struct {
	ID        int64  `json:"id"`
	IsBot     bool   `json:"is_bot"`
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
}

func (u user) name() string { return strings.TrimSpace(u.FirstName + " " + u.LastName) }

type conversation struct {
	ID    int64  `json:"id"`
	Type  string `json:"type"`
	Title string `json:"title"`
}

type message struct {
	ID       int          `json:"message_id"`
	From     *user        `json:"from"`
	Chat     conversation `json:"chat"`
	Date     int64        `json:"date"`
	Text     string       `json:"text"`
	Entities entities     `json:"entities"`
	Caption  string       `json:"caption"`
	About    entities     `json:"caption_entities"` // the formatting of Caption
	Album    string       `json:"media_group_id"`
	Photo    photo        `json:"photo"`
	Document document     `json:"document"`

	Animation present `json:"animation"`
	Audio     present `json:"audio"`
	Checklist present `json:"checklist"`
	Contact   present `json:"contact"`
	Dice      present `json:"dice"`
	Game      present `json:"game"`
	Location  present `json:"location"`
	PaidMedia present `json:"paid_media"`
	Poll      present `json:"poll"`
	Sticker   present `json:"sticker"`
	Story     present `json:"story"`
	Venue     present `json:"venue"`
	Video     present `json:"video"`
	VideoNote present `json:"video_note"`
	Voice     present `json:"voice"`
}

// present is a field of which only its being there matters.
type present bool

// UnmarshalJSON takes any value.
func (p *present) UnmarshalJSON(b []byte) error {
	*p = string(b) != "null"
	return nil
}

// named is a file as Telegram names it; nothing of it is fetched.
type named struct {
	ID     string `json:"file_id"`
	Size   int64  `json:"file_size"`
	Width  int64  `json:"width"`
	Height int64  `json:"height"`
}

// document is a file, as far as it can be read.
type document struct {
	present
	named
}

// UnmarshalJSON takes any value.
func (d *document) UnmarshalJSON(b []byte) error {
	*d = document{}
	_ = json.Unmarshal(b, &d.named) // without a name then
	return d.present.UnmarshalJSON(b)
}

// photo is the largest of the sizes in which Telegram keeps a picture.
type photo document

// UnmarshalJSON takes any value.
func (p *photo) UnmarshalJSON(b []byte) error {
	*p = photo{}
	for _, raw := range list(b) {
		var size named
		if json.Unmarshal(raw, &size) == nil && size.Width*size.Height >= p.Width*p.Height {
			p.named = size
		}
	}
	return p.present.UnmarshalJSON(b)
}

// file says what came with a message, and under which name it can be sent
// again.
func (m *message) file() (chat.FileKind, named) {
	switch {
	case bool(m.Animation): // has a document too
		return chat.Other, named{}
	case bool(m.Photo.present):
		return chat.Photo, m.Photo.named
	case bool(m.Document.present):
		return chat.Document, m.Document.named
	case bool(m.Audio || m.Checklist || m.Contact || m.Dice || m.Game || m.Location || m.PaidMedia || m.Poll ||
		m.Sticker || m.Story || m.Venue || m.Video || m.VideoNote || m.Voice):
		return chat.Other, named{}
	}
	return chat.NoFile, named{}
}

type press struct {
	ID      string   `json:"id"`
	From    *user    `json:"from"`
	Message *message `json:"message"`
	Data    string   `json:"data"`
}

type member struct {
	From *user        `json:"from"`
	Chat conversation `json:"chat"`
	Date int64        `json:"date"`
	Old  standing     `json:"old_chat_member"`
	New  standing     `json:"new_chat_member"`
}

// standing is what the bot is in a conversation.
type standing struct {
	Status   string `json:"status"`
	IsMember bool   `json:"is_member"` // of one who is restricted
}

// in reports whether the bot is in the conversation.
func (s standing) in() bool {
	switch s.Status {
	case "member", "administrator", "creator":
		return true
	case "restricted":
		return s.IsMember
	}
	return false
}

// decode translates an update. concerns is false for one that is none of
// ours: somebody joined a group, the title changed, a channel post. The error
// says why an update cannot be read, without what people wrote in it.
func decode(raw []byte, now time.Time) (in chat.Incoming, concerns bool, err error) {
	var u update
	if err := json.Unmarshal(raw, &u); err != nil {
		return in, false, err
	}
	if u.ID <= 0 {
		return in, false, errors.New("update without an update_id")
	}
	in = chat.Incoming{ID: "tg:" + strconv.FormatInt(u.ID, 10), Seq: u.ID}
	switch {
	case u.Message != nil:
		concerns, err = fromMessage(&in, u.Message, now)
	case u.Press != nil:
		concerns, err = fromPress(&in, u.Press, now)
	case u.Member != nil:
		concerns, err = fromMember(&in, u.Member, now)
	}
	if err != nil || !concerns {
		return chat.Incoming{}, false, err
	}
	return in, true, nil
}

func fromMessage(in *chat.Incoming, m *message, now time.Time) (concerns bool, err error) {
	if m.Chat.ID == 0 {
		return false, errors.New("message without a chat")
	}
	kind, file := m.file()
	text, formatting := m.Text, m.Entities
	if kind != chat.NoFile {
		text, formatting = m.Caption, m.About
	}
	if m.From == nil || m.From.ID == 0 || m.From.IsBot || text == "" && kind == chat.NoFile {
		return false, nil
	}
	in.At = moment(m.Date, now)
	in.Chat, in.From, in.Name = chat.Address(m.Chat.ID), chat.Address(m.From.ID), m.From.name()
	in.Text = cutRunes(text, maxIncoming)
	in.HTML = markup(in.Text, formatting)
	in.File, in.FileID, in.FileSize, in.Album = kind, file.ID, file.Size, m.Album
	in.Message = m.ID
	return true, nil
}

func fromPress(in *chat.Incoming, p *press, now time.Time) (concerns bool, err error) {
	if p.From == nil || p.From.ID == 0 || p.ID == "" {
		return false, errors.New("press without a person or an id")
	}
	in.At = now
	in.From, in.Name = chat.Address(p.From.ID), p.From.name()
	in.Chat = in.From // where Telegram does not tell
	if p.Message != nil && p.Message.Chat.ID != 0 {
		in.Chat, in.Message = chat.Address(p.Message.Chat.ID), p.Message.ID
	}
	in.Button, in.Press = p.Data, p.ID
	return true, nil
}

// fromMember sees a person stop the bot, and the bot come into a group or
// channel and go out of it. What it may do there is no news: sending there
// will show.
func fromMember(in *chat.Incoming, m *member, now time.Time) (concerns bool, err error) {
	if m.Chat.ID == 0 {
		return false, errors.New("change of membership without a chat")
	}
	in.At, in.Chat = moment(m.Date, now), chat.Address(m.Chat.ID)
	if !in.Chat.Group() {
		in.From = in.Chat
		in.Blocked = m.New.Status == "kicked"
		return in.Blocked, nil
	}
	if m.From == nil || m.From.ID == 0 || m.From.IsBot || m.Old.in() == m.New.in() {
		return false, nil
	}
	in.From, in.Name, in.Title = chat.Address(m.From.ID), m.From.name(), cutRunes(m.Chat.Title, maxTitle)
	in.Added, in.Removed = m.New.in(), !m.New.in()
	return true, nil
}

// moment returns a date of Telegram's, now if it is missing or ahead.
func moment(unix int64, now time.Time) time.Time {
	if at := time.Unix(unix, 0); unix > 0 && !at.After(now) {
		return at.In(now.Location())
	}
	return now
}

// cutRunes returns the first n characters of text.
func cutRunes(text string, n int) string {
	for i := range text {
		if n == 0 {
			return text[:i]
		}
		n--
	}
	return text
}

// updateID reads the number of an update that may be unreadable otherwise.
func updateID(raw []byte) (id int64, ok bool) {
	var u struct {
		ID int64 `json:"update_id"`
	}
	err := json.Unmarshal(raw, &u)
	return u.ID, err == nil && u.ID > 0
}
