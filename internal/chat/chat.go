// Package chat is the vocabulary between a messaging service and the rest of
// the product: what comes in, what goes out, and what can go wrong on the way.
// It knows no Telegram, no Redis and no clock; a second channel would speak it
// too.
package chat

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"
)

// Address is one conversation: a person, a group or a channel.
type Address int64

func (a Address) String() string { return strconv.FormatInt(int64(a), 10) }

// Group reports whether the conversation has several people in it. Telegram
// gives groups and channels negative numbers.
func (a Address) Group() bool { return a < 0 }

// Incoming is one thing a person did: a text, a press of a button, a file.
type Incoming struct {
	ID      string    // names the cause, "tg:88123"; the same again when delivered again
	Seq     int64     // grows with each Incoming of a channel; the same again when delivered again
	At      time.Time // when the person did it; the moment of receipt for a press
	Chat    Address   // where it happened, and where the reply goes
	From    Address   // who did it; equal to Chat in a private conversation
	Name    string    // what the person calls themselves there
	Text    string    // what was typed, or the caption of a file
	Button  string    // data of the pressed button; empty for a message
	Press   string    // names the press, to be acknowledged; empty for a message
	Message int       // the message typed, or the one under which the button stands
	File    FileKind  // what was attached, if anything
	Blocked bool      // the person stopped the bot; nothing else is set then

	HTML     string // Text as escaped HTML, with the formatting it was typed in
	FileID   string // names a photo or document there, to send it again without fetching it
	FileSize int64  // bytes of that photo or document, where the service tells
	Album    string // names what several files were sent as together; each comes by itself
	Title    string // what the group or channel is called, with Added and Removed
	Added    bool   // From added the bot to the group or channel Chat; no text is set then
	Removed  bool   // From put the bot out of it; no text is set then
}

// FileKind says what came attached to a message. The file itself is not
// fetched, as Party files are secret: but for a list that an officer was asked
// for.
type FileKind string

// Kinds of attachment.
const (
	NoFile   FileKind = ""
	Photo    FileKind = "photo"
	Document FileKind = "document"
	Other    FileKind = "other" // voice, sticker, place, contact, …
)

// Button is one button under a message. Exactly one of Data and URL is set.
type Button struct {
	Label string `json:"label"`
	Data  string `json:"data,omitempty"` // comes back as Incoming.Button; at most MaxData bytes
	URL   string `json:"url,omitempty"`
}

// MaxData is how many bytes a button's data may have.
const MaxData = 64

// NewButton makes a button whose data is a name and arguments, parted by
// colons. It panics if the data would not fit, which is a mistake of ours:
// every argument is an id of ours with a checked length.
func NewButton(label, name string, args ...any) Button {
	data := name
	for _, a := range args {
		data += ":" + fmt.Sprint(a)
	}
	if len(data) > MaxData || !utf8.ValidString(data) {
		panic("button data does not fit: " + data)
	}
	return Button{Label: label, Data: data}
}

// Lane says how urgent a message is. A lower lane goes first.
type Lane int

// Lanes, most urgent first.
const (
	Answers   Lane = iota // somebody is waiting in front of the screen
	Reminders             // due today
	Notices               // to many
)

// Lanes lists all lanes, most urgent first.
var Lanes = []Lane{Answers, Reminders, Notices}

func (l Lane) String() string {
	switch l {
	case Answers:
		return "answers"
	case Reminders:
		return "reminders"
	case Notices:
		return "notices"
	}
	return "lane(" + strconv.Itoa(int(l)) + ")"
}

// Act is what is done with a message.
type Act string

// Acts.
const (
	Send   Act = ""       // a new message
	Edit   Act = "edit"   // replace text and buttons of Message.Target
	Ack    Act = "ack"    // acknowledge the press Message.Press, Text as a short toast
	Delete Act = "delete" // take the message Message.Target away
)

// Message is one thing to be delivered. Text is HTML (the tags b, i, u, s, a,
// code, pre, blockquote, tg-spoiler), every value in it escaped.
type Message struct {
	// Key names the cause ("answer/tg:88123"). A key is delivered once,
	// however often it is put.
	Key  string    `json:"key"`
	To   Address   `json:"to"`
	Lane Lane      `json:"lane"`
	At   time.Time `json:"at"` // not before
	Act  Act       `json:"act,omitempty"`

	Text    string     `json:"text,omitempty"`
	Rows    [][]Button `json:"rows,omitempty"`
	Target  int        `json:"target,omitempty"`  // the message to edit or delete
	Press   string     `json:"press,omitempty"`   // the press to acknowledge
	Protect bool       `json:"protect,omitempty"` // forbid forwarding and saving
	Quiet   bool       `json:"quiet,omitempty"`   // deliver without a sound
	File    *File      `json:"file,omitempty"`    // sent along; Text is its caption then; of an edit: takes the file's place
	Attach  *Attach    `json:"attach,omitempty"`  // sent along instead; Text is its caption then, of an edit too

	// Make names the text that is to be made when the message is sent, so that
	// it says what is true then ("digest/gv4/2027-01-31"). Not for Act Ack;
	// Text is empty until then.
	Make string `json:"make,omitempty"`
}

// Attach is a photo or document the service has already, because a person sent
// it to the bot: it goes out again without passing through here.
type Attach struct {
	Kind FileKind `json:"kind"` // Photo or Document
	ID   string   `json:"id"`   // Incoming.FileID
}

// File is a small document that goes out with a message.
type File struct {
	Name    string `json:"name"` // with its extension, without a path
	Data    []byte `json:"data"`
	Picture bool   `json:"picture,omitempty"` // a PNG or JPEG, to be seen in the conversation
}

// Reply is what a handler says to the person who did something. Empty Texts
// and an empty Toast mean silence (a press is still acknowledged).
type Reply struct {
	Texts   []string   // one message each, in order; the buttons stand under the last
	Rows    [][]Button // buttons
	Edit    bool       // replace the message under which the button was pressed
	Toast   string     // a short line over the screen, for a press
	Protect bool       // forbid forwarding and saving, also where that does not follow from who asked
	Public  bool       // says nothing of anybody: may be passed on, whoever asked
	File    *File      // goes out with the last text as its caption
}

// Receipt says what a delivery left behind.
type Receipt struct {
	Message int // the new message's number; 0 where there is none
}

// Decode reads a message as it was stored.
func Decode(b []byte) (m Message, err error) {
	err = json.Unmarshal(b, &m)
	return m, err
}
