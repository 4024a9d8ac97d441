package telegramtest

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Anything makes updates that Telegram could send, and that it could not: what
// people write, press and attach, every other kind of update, all of these
// damaged, and no update at all. The same seed makes the same updates as long as
// the bot shows the same.
type Anything struct {
	r      *rand.Rand
	people []int64
	texts  []string
	last   int64 // who did something last

	mu    sync.Mutex
	shown []shownButton
	news  []shownButton // of the last messages
	kinds map[string]int
}

// shownButton is a button somebody was shown.
type shownButton struct {
	chat    int64
	message int
	data    string
}

// How many buttons are remembered.
const (
	shownKept = 3000
	newsKept  = 12
)

// NewAnything returns what those people may do, and others; texts are what they
// write among other things.
func NewAnything(seed uint64, people []int64, texts []string) *Anything {
	return &Anything{r: rand.New(rand.NewPCG(seed, 5)), people: people, texts: texts, kinds: map[string]int{}}
}

// Kinds returns how often buttons were shown, by what their data begins with.
func (a *Anything) Kinds() map[string]int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return maps.Clone(a.kinds)
}

// Saw remembers the buttons of a message, to be pressed by whoever.
func (a *Anything) Saw(e Event) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, row := range e.Message.Rows {
		for _, b := range row {
			if b.Data == "" {
				continue
			}
			s := shownButton{e.Chat, e.Message.ID, b.Data}
			name, _, _ := strings.Cut(b.Data, ":")
			a.kinds[name]++
			a.news = append(a.news, s)
			if over := len(a.news) - newsKept; over > 0 {
				a.news = a.news[over:]
			}
			if len(a.shown) < shownKept {
				a.shown = append(a.shown, s)
			} else {
				a.shown[a.r.IntN(shownKept)] = s
			}
		}
	}
}

// Next returns the next update, as the body of a request: mostly with that
// number, and mostly JSON.
func (a *Anything) Next(id int64) []byte {
	a.mu.Lock()
	defer a.mu.Unlock()
	n := a.r.IntN(1000)
	if n < 10 {
		return a.noise()
	}
	u := object{{"update_id", id}}
	kind, content := a.event()
	u = append(u, member{kind, content})
	if n < 300 {
		for range 1 + a.r.IntN(5) {
			u = a.damaged(u, 5)
		}
	}
	return encode(nil, numbered(u, id))
}

// object is a JSON object that keeps its order, and may have a name twice.
type object []member

type member struct {
	name  string
	value any // object, []any, string, verbatim, or what json.Marshal takes
}

// verbatim is written as it is.
type verbatim string

func encode(b []byte, v any) []byte {
	switch v := v.(type) {
	case object:
		b = append(b, '{')
		for i, m := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(encode(b, m.name), ':')
			b = encode(b, m.value)
		}
		return append(b, '}')
	case []any:
		b = append(b, '[')
		for i, e := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = encode(b, e)
		}
		return append(b, ']')
	case verbatim:
		return append(b, v...)
	}
	body, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("telegramtest: %T in an update: %v", v, err)) // ours, found by any test
	}
	return append(b, body...)
}

// one returns one of a list.
func one[T any](a *Anything, list ...T) T { return list[a.r.IntN(len(list))] }

// someone returns one of the people, at times a stranger, a group or nobody.
func (a *Anything) someone() int64 {
	switch a.r.IntN(40) {
	case 0:
		return 1 + a.r.Int64N(1000)
	case 1:
		return one(a, int64(1)<<52, 1<<40, 777000)
	}
	if a.r.IntN(7) == 0 || a.last == 0 { // else whoever was at it goes on
		a.last = one(a, a.people...)
	}
	return a.last
}

func (a *Anything) user(id int64) object {
	u := object{{"id", id}, {"is_bot", false}, {"first_name", a.name()}}
	if a.r.IntN(2) == 0 {
		u = append(u, member{"last_name", a.name()}, member{"username", "u" + strconv.FormatInt(id, 10)}, member{"language_code", one(a, "vi", "en", "", "xx-YY")})
	}
	return u
}

func (a *Anything) name() string {
	return one(a, "Lan", "Nguyễn Thị Hồng", "<b>An</b>", "&amp;", "", " ", strings.Repeat("Tên ", 75), "\u202eđảo", "a\u200bb", "👩‍👩‍👧‍👦", "'; DROP", "=1+1", "\x00", "\n\n")
}

// text is something a person may write.
func (a *Anything) text() string {
	switch a.r.IntN(30) {
	case 0:
		return strings.Repeat("😀", 1+a.r.IntN(4096))
	case 1:
		return strings.Repeat(one(a, "ạ", "a ", "<", "&", "\u0301", "\u202e", "\n", "/han ", "0"), 1+a.r.IntN(5000))
	case 2:
		return a.letters(1 + a.r.IntN(300))
	case 3:
		return one(a, a.texts...) + " " + one(a, a.texts...)
	case 4:
		return "/" + a.letters(1+a.r.IntN(40))
	case 5:
		return "/start " + a.letters(1+a.r.IntN(64))
	case 6:
		return one(a, "<b>", "</b>", "<a href=\"x\">", "&lt;", "<script>alert(1)</script>", "<!--", "&#0;", "&#x110000;", "{{.}}", "%s%n", "../../etc/passwd", "\\u0000")
	case 7:
		return fmt.Sprintf("%d/%d/%d", a.r.IntN(40), a.r.IntN(15), 1900+a.r.IntN(300))
	case 8:
		return strconv.FormatInt(a.r.Int64(), 10)
	}
	return one(a, a.texts...)
}

// letters are n characters of any kind.
func (a *Anything) letters(n int) string {
	ranges := [][2]rune{{' ', '~'}, {'À', 'ỹ'}, {0x200b, 0x202e}, {0x2066, 0x2069}, {0x1f300, 0x1faff}, {1, 31}, {0x0590, 0x06ff}, {0xfe00, 0xfeff}, {0xe000, 0xe0ff}}
	var b strings.Builder
	for range n {
		in := one(a, ranges...)
		b.WriteRune(in[0] + a.r.Int32N(in[1]-in[0]+1))
	}
	return b.String()
}

func (a *Anything) chat(id int64) object {
	if id < 0 {
		return object{{"id", id}, {"type", one(a, "group", "supergroup", "channel")}, {"title", a.name()}}
	}
	return append(object{{"type", "private"}}, a.user(id)...)
}

// message is one that somebody wrote.
func (a *Anything) message(content ...member) object {
	from := a.someone()
	in := from
	if a.r.IntN(30) == 0 {
		in = -1 - a.r.Int64N(50)
	}
	m := object{{"message_id", 1 + a.r.IntN(1<<20)}, {"date", 1_700_000_000 + a.r.Int64N(200_000_000)}, {"from", a.user(from)}, {"chat", a.chat(in)}}
	return append(m, content...)
}

func (a *Anything) written() object {
	m := a.message(member{"text", a.text()})
	if a.r.IntN(4) == 0 {
		m = append(m, member{"entities", a.entities()})
	}
	if a.r.IntN(8) == 0 {
		m = append(m, member{"reply_to_message", a.message(member{"text", a.text()})})
	}
	if a.r.IntN(10) == 0 {
		m = append(m, member{"forward_origin", object{{"type", "hidden_user"}, {"sender_user_name", a.name()}}})
	}
	return m
}

func (a *Anything) entities() []any {
	var list []any
	for range a.r.IntN(8) {
		list = append(list, object{
			{"type", one(a, "bold", "italic", "code", "pre", "text_link", "blockquote", "expandable_blockquote", "spoiler", "mention", "custom_emoji", "bot_command", "new")},
			{"offset", a.r.IntN(60) - 5}, {"length", a.r.IntN(60) - 5}, {"url", one(a, "https://a.vn/?a=1&b=2", "javascript:alert(1)", `"><b>`, "tg://user?id=1", "")}, {"language", one(a, "go", `"`, "")},
		})
	}
	return list
}

func (a *Anything) press() object {
	data, chat, id := a.letters(a.r.IntN(80)), a.someone(), a.r.IntN(1<<20)
	if len(a.shown) > 0 && a.r.IntN(8) > 0 {
		s := one(a, a.shown...)
		if a.r.IntN(3) > 0 { // what is asked is answered
			s = one(a, a.news...)
		}
		data, chat, id = s.data, s.chat, s.message
		if a.r.IntN(3) == 0 {
			data = a.forged(data)
		}
	}
	from := chat
	if a.r.IntN(6) == 0 || from < 0 {
		from = a.someone() // a button shown to somebody else
	}
	if slices.Contains(a.people, from) {
		a.last = from
	}
	p := object{{"id", strconv.FormatUint(a.r.Uint64(), 10)}, {"from", a.user(from)}, {"chat_instance", "1"}, {"data", data}}
	if a.r.IntN(12) > 0 {
		p = append(p, member{"message", object{{"message_id", id}, {"date", a.r.IntN(2)}, {"chat", a.chat(from)}}})
	}
	return p
}

// forged changes the data of a button.
func (a *Anything) forged(data string) string {
	parts := strings.Split(data, ":")
	i := a.r.IntN(len(parts))
	switch a.r.IntN(7) {
	case 0:
		parts[i] = a.letters(a.r.IntN(20))
	case 1:
		parts[i] = one(a, "", "0", "-1", "9223372036854775807", "9223372036854775808", "1e9", "NaN", "../..", "*", "\x00")
	case 2:
		parts = append(parts, parts[i], a.letters(a.r.IntN(60)))
	case 3:
		parts = parts[:i]
	case 4:
		if len(a.shown) > 0 {
			parts = append(parts[:1:1], strings.Split(one(a, a.shown...).data, ":")[1:]...)
		}
	case 5:
		a.r.Shuffle(len(parts), func(i, k int) { parts[i], parts[k] = parts[k], parts[i] })
	default:
		if n, err := strconv.Atoi(parts[i]); err == nil {
			parts[i] = strconv.Itoa(n + a.r.IntN(5) - 2)
		} else {
			parts[i] = strings.ToUpper(parts[i])
		}
	}
	return strings.Join(parts, ":")
}

func (a *Anything) attached() object {
	file := object{{"file_id", one(a, "file-1", "", a.letters(20))}, {"file_unique_id", "u"}, {"file_size", one[any](a, 0, 1000, 1<<40, -1)}, {"file_name", one(a, "danh-sach.xlsx", "a.pdf", "../../x", a.letters(50))}, {"width", a.r.IntN(5000)}, {"height", a.r.IntN(5000)}}
	kind := one(a, "photo", "document", "voice", "video", "sticker", "contact", "location", "animation", "poll", "dice", "video_note", "venue", "story", "checklist", "paid_media", "game", "audio", "invoice", "new_chat_members")
	content := []member{{kind, file}}
	if kind == "photo" {
		content = []member{{kind, []any{file, file}}}
	}
	if a.r.IntN(2) == 0 {
		content = append(content, member{"caption", a.text()}, member{"caption_entities", a.entities()})
	}
	if a.r.IntN(4) == 0 {
		content = append(content, member{"media_group_id", strconv.Itoa(a.r.IntN(3))})
	}
	return a.message(content...)
}

func (a *Anything) membership() object {
	status := func() object {
		return object{{"status", one(a, "member", "administrator", "creator", "left", "kicked", "restricted", "new")}, {"is_member", a.r.IntN(2) == 0}, {"user", a.user(1)}}
	}
	in := a.someone()
	if a.r.IntN(2) == 0 {
		in = -1 - a.r.Int64N(50)
	}
	return object{{"from", a.user(a.someone())}, {"chat", a.chat(in)}, {"date", 1_700_000_000}, {"old_chat_member", status()}, {"new_chat_member", status()}}
}

// event is one kind of update with what is in it.
func (a *Anything) event() (kind string, content any) {
	switch n := a.r.IntN(100); {
	case n < 42:
		return "message", a.written()
	case n < 72:
		return "callback_query", a.press()
	case n < 82:
		return "message", a.attached()
	case n < 86:
		return "my_chat_member", a.membership()
	case n < 94:
		return one(a, "edited_message", "channel_post", "edited_channel_post", "business_message", "edited_business_message", "guest_message"), one(a, a.written(), a.attached())
	}
	return one(a, "inline_query", "chosen_inline_result", "shipping_query", "pre_checkout_query", "poll", "poll_answer", "chat_member", "chat_join_request", "message_reaction", "message_reaction_count",
			"chat_boost", "removed_chat_boost", "purchased_paid_media", "deleted_business_messages", "business_connection", "something_new"),
		object{{"id", "1"}, {"from", a.user(a.someone())}, {"chat", a.chat(a.someone())}, {"query", a.text()}}
}

// odd is a value of any type.
func (a *Anything) odd() any {
	switch a.r.IntN(16) {
	case 0:
		return nil
	case 1:
		return a.r.IntN(2) == 0
	case 2:
		return verbatim(one(a, "0", "-1", "1e400", "-0", "1.5", "9223372036854775808", "-9223372036854775809", "123456789012345678901234567890", "1E3", "0.1e-7"))
	case 3:
		depth := one(a, 10, 100, 5000, 9990, 20_000) // encoding/json gives up at 10,000
		return verbatim(strings.Repeat("[", depth) + strings.Repeat("]", depth))
	case 4:
		depth := one(a, 10, 1000, 9000)
		return verbatim(strings.Repeat(`{"message":`, depth) + "1" + strings.Repeat("}", depth))
	case 5:
		return verbatim(one(a, `"\ud800"`, `"\udc00\ud800"`, `"\u0000"`, "\"\xff\xfe\"", "\"\xc0\x80\"", `"\ud83d"`, "\"\xed\xa0\x80\""))
	case 6:
		return strings.Repeat(one(a, "x", "ạ", "😀"), a.r.IntN(one(a, 100, 10_000, 300_000)))
	case 7:
		return []any{}
	case 8:
		return object{}
	case 9:
		return slices.Repeat([]any{one[any](a, 1, "a", nil)}, a.r.IntN(5000))
	case 10:
		return []any{a.user(a.someone())}
	case 11:
		return a.user(a.someone())
	case 12:
		return a.letters(20)
	case 13:
		return strconv.FormatInt(a.r.Int64(), 10)
	}
	return a.r.Int64() - a.r.Int64()
}

// damaged changes one thing in an object, at most depth objects down.
func (a *Anything) damaged(o object, depth int) object {
	o = slices.Clone(o)
	var below []int
	for i, m := range o {
		if inner, ok := m.value.(object); ok && len(inner) > 0 {
			below = append(below, i)
		}
	}
	if depth > 0 && len(below) > 0 && a.r.IntN(4) > 0 {
		i := one(a, below...)
		o[i].value = a.damaged(o[i].value.(object), depth-1)
		return o
	}
	if len(o) == 0 {
		return o
	}
	i := a.r.IntN(len(o))
	switch a.r.IntN(6) {
	case 0:
		o = slices.Delete(o, i, i+1)
	case 1:
		o = append(o, member{o[i].name, a.odd()}) // twice
	case 2:
		o = append(o, member{one(a, "text", "from", "chat", "id", "data", "photo", "document", "message", "callback_query", "entities", "date", "new"), a.odd()})
	default:
		o[i].value = a.odd()
	}
	return o
}

// numbered takes out every other number of an update: what has one far ahead
// hides all that its sender does after it, as it should.
func numbered(u object, id int64) object {
	for i, m := range u {
		if n, ok := m.value.(int64); ok && m.name == "update_id" && n > 0 && n != id {
			u[i].value = nil
		}
	}
	return u
}

// noise is no update.
func (a *Anything) noise() []byte {
	switch a.r.IntN(8) {
	case 0:
		return nil
	case 1:
		return []byte(one(a, "null", "true", "0", `""`, "[]", "{}", "[[]]", `{"update_id":0}`, `{"update_id":-5}`, `{"update_id":"7"}`, `{"update_id":1e3}`))
	case 2:
		b := make([]byte, a.r.IntN(2000))
		for i := range b {
			b[i] = byte(a.r.IntN(256))
		}
		return b
	case 3:
		return []byte(strings.Repeat(one(a, "[", "{\"a\":", " ", "\"", "\\"), one(a, 10, 100_000, 1_200_000)))
	case 4:
		return encode(nil, a.odd())
	case 5:
		body := encode(nil, object{{"update_id", 1}, {"message", a.written()}})
		return body[:a.r.IntN(len(body))]
	case 6:
		body := encode(nil, object{{"update_id", 1}, {"message", a.written()}})
		for range 1 + a.r.IntN(5) {
			body[a.r.IntN(len(body))] ^= byte(1 << a.r.IntN(8))
		}
		return body
	}
	return encode(nil, numbered(object{{"update_id", a.odd()}, {"message", a.written()}}, 0))
}
