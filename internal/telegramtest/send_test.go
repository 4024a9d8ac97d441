package telegramtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"strings"
	"testing"
	"time"
)

func TestWhatIsRefused(t *testing.T) {
	keys := func(s string) []any {
		return []any{"chat_id", 7, "text", "a", "reply_markup", `{"inline_keyboard":` + s + `}`}
	}
	button := func(s string) []any { return keys(`[[` + s + `]]`) }
	many := strings.TrimSuffix(strings.Repeat(`{"text":"a","callback_data":"b"},`, 9), ",")
	tests := map[string]struct {
		method string
		params []any
		code   int
		words  string
	}{
		"4,096 characters":            {"sendMessage", []any{"chat_id", 7, "text", strings.Repeat("ạ", 4096)}, 0, ""},
		"4,097 characters":            {"sendMessage", []any{"chat_id", 7, "text", strings.Repeat("ạ", 4097)}, 400, "message is too long"},
		"2,049 emoji are 4,098":       {"sendMessage", []any{"chat_id", 7, "text", strings.Repeat("🎉", 2049)}, 400, "message is too long"},
		"markup does not count":       {"sendMessage", []any{"chat_id", 7, "parse_mode", "HTML", "text", "<b>" + strings.Repeat("a", 4096) + "</b>"}, 0, ""},
		"only blanks":                 {"sendMessage", []any{"chat_id", 7, "text", " \n "}, 400, "text is empty"},
		"only markup":                 {"sendMessage", []any{"chat_id", 7, "parse_mode", "HTML", "text", "<b></b>"}, 400, "text is empty"},
		"bad markup":                  {"sendMessage", []any{"chat_id", 7, "parse_mode", "HTML", "text", "<b>a"}, 400, "can't parse entities"},
		"another markup":              {"sendMessage", []any{"chat_id", 7, "parse_mode", "Markdown", "text", "a"}, 400, "parse_mode"},
		"a person nobody knows":       {"sendMessage", []any{"chat_id", 9, "text", "a"}, 400, "chat not found"},
		"no chat":                     {"sendMessage", []any{"chat_id", "", "text", "a"}, 400, "chat_id is empty"},
		"one who blocked":             {"sendMessage", []any{"chat_id", 8, "text", "a"}, 403, "blocked by the user"},
		"a group that moved":          {"sendMessage", []any{"chat_id", -1, "text", "a"}, 400, "upgraded to a supergroup"},
		"a flag that is none":         {"sendMessage", []any{"chat_id", 7, "text", "a", "protect_content", "maybe"}, 400, "protect_content"},
		"preview options unknown":     {"sendMessage", []any{"chat_id", 7, "text", "a", "link_preview_options", `{"off":true}`}, 400, "link_preview_options"},
		"data of 64 bytes":            {"sendMessage", button(`{"text":"a","callback_data":"` + strings.Repeat("đ", 32) + `"}`), 0, ""},
		"data of 65 bytes":            {"sendMessage", button(`{"text":"a","callback_data":"` + strings.Repeat("đ", 32) + `x"}`), 400, "BUTTON_DATA_INVALID"},
		"data of none":                {"sendMessage", button(`{"text":"a","callback_data":""}`), 400, "BUTTON_DATA_INVALID"},
		"a button that does nothing":  {"sendMessage", button(`{"text":"a"}`), 400, "Text buttons are unallowed"},
		"a button that does two":      {"sendMessage", button(`{"text":"a","callback_data":"b","url":"https://a.vn"}`), 400, "Text buttons are unallowed"},
		"a button without words":      {"sendMessage", button(`{"text":"","callback_data":"b"}`), 400, "text"},
		"a button to no address":      {"sendMessage", button(`{"text":"a","url":"a b"}`), 400, "BUTTON_URL_INVALID"},
		"a button with a new field":   {"sendMessage", button(`{"text":"a","callback_data":"b","color":"red"}`), 400, "color"},
		"nine in a row":               {"sendMessage", button(many), 400, "row"},
		"no rows":                     {"sendMessage", keys("[]"), 0, ""},
		"an empty row":                {"sendMessage", keys("[[]]"), 0, ""},
		"no list of rows":             {"sendMessage", keys(`{}`), 400, "reply_markup"},
		"editing nothing":             {"editMessageText", []any{"chat_id", 7, "message_id", 999, "text", "a"}, 400, "message to edit not found"},
		"editing what a person wrote": {"editMessageText", []any{"chat_id", 7, "message_id", 1, "text", "b"}, 400, "can't be edited"},
		"a caption for a text":        {"editMessageCaption", []any{"chat_id", 7, "message_id", 1, "caption", "b"}, 400, "there is no caption"},
		"a caption for nothing":       {"editMessageCaption", []any{"chat_id", 7, "message_id", 999, "caption", "b"}, 400, "message to edit not found"},
		"a caption of 1,025":          {"editMessageCaption", []any{"chat_id", 7, "message_id", 1, "caption", strings.Repeat("a", 1025)}, 400, "caption is too long"},
		"a group the bot was put out": {"sendMessage", []any{"chat_id", -2, "text", "a"}, 403, "bot was kicked from the supergroup chat"},
		"a photo as a document":       {"sendDocument", []any{"chat_id", 7, "document", "file-1"}, 400, "can't use file of type Photo as Document"},
		"a photo as a photo":          {"sendPhoto", []any{"chat_id", 7, "photo", "file-1", "caption", "a"}, 0, ""},
		"a photo nobody sent":         {"sendPhoto", []any{"chat_id", 7, "photo", "file-2"}, 400, "wrong file identifier"},
		"deleting what a person says": {"deleteMessage", []any{"chat_id", 7, "message_id", 1}, 0, ""},
		"the same in a group":         {"deleteMessage", []any{"chat_id", -3, "message_id", 5}, 400, "message can't be deleted"},
		"deleting nothing":            {"deleteMessage", []any{"chat_id", 7, "message_id", 999}, 400, "message to delete not found"},
		"an invented query":           {"answerCallbackQuery", []any{"callback_query_id", "1"}, 400, "query is too old"},
		"an action there is none of":  {"sendChatAction", []any{"chat_id", 7, "action", "dancing"}, 400, "action"},
		"typing":                      {"sendChatAction", []any{"chat_id", 7, "action", "typing"}, 0, ""},
		"a file there is none of":     {"sendDocument", []any{"chat_id", 7, "document", "x"}, 400, "wrong file identifier"},
		"getting such a file":         {"getFile", []any{"file_id", "x"}, 400, "invalid file_id"},
		"a command with accents":      {"setMyCommands", []any{"commands", `[{"command":"hạn","description":"a"}]`}, 400, "BOT_COMMAND_INVALID"},
		"a command without words":     {"setMyCommands", []any{"commands", `[{"command":"han","description":""}]`}, 400, "DESCRIPTION"},
		"commands for nobody":         {"setMyCommands", []any{"commands", `[]`, "scope", `{"type":"chat","chat_id":9}`}, 400, "chat not found"},
		"commands of a new scope":     {"setMyCommands", []any{"commands", `[]`, "scope", `{"type":"all"}`}, 400, "scope"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			b := start(t, Config{})
			b.Say(7, "a") // message 1
			b.Block(8)
			b.Migrate(-1, -1001) // message 2 tells of it
			b.AddBot(-2, 7, Supergroup, "B5")
			b.RemoveBot(-2, 7)
			b.Upload(7, "photo", "a.jpg", []byte("jpg"), "") // message 3
			b.SayIn(-2, 7, "a")                              // message 4
			b.SayIn(-3, 7, "a")                              // message 5
			r := b.call(t, tt.method, tt.params...)
			r.want(t, name, tt.code, tt.words)
			if tt.words == "upgraded to a supergroup" && r.Parameters.MigrateTo != -1001 {
				t.Errorf("moved to %d", r.Parameters.MigrateTo)
			}
		})
	}
}

func TestAMessageIsEditedAndDeleted(t *testing.T) {
	b := start(t, Config{})
	edit := func(text string) reply {
		return b.call(t, "editMessageText", "chat_id", 7, "message_id", 1, "text", text, "reply_markup", `{"inline_keyboard":[[{"text":"x","callback_data":"d"}]]}`)
	}
	b.call(t, "sendMessage", "chat_id", 7, "text", "a").want(t, "send", 0, "")
	edit("a").want(t, "the same text with a button", 0, "")
	edit("a").want(t, "the same again", 400, "message is not modified")
	edit("b").want(t, "another text", 0, "")
	b.call(t, "editMessageReplyMarkup", "chat_id", 7, "message_id", 1).want(t, "no button", 0, "")
	if m := b.Messages(7)[0]; m.Text != "b" || len(m.Rows) != 0 || !m.Edited {
		t.Errorf("now it is %+v", m)
	}
	b.call(t, "deleteMessage", "chat_id", 7, "message_id", 1).want(t, "delete", 0, "")
	edit("c").want(t, "editing what is deleted", 400, "not found")
	if m := b.Messages(7)[0]; !m.Deleted {
		t.Errorf("now it is %+v", m)
	}
}

func TestAMessageCanBeTakenAwayForTwoDays(t *testing.T) {
	c := &clock{at: time.Unix(1_800_000_000, 0)}
	b := start(t, Config{Now: c.now})
	for range 2 {
		b.call(t, "sendMessage", "chat_id", 7, "text", "a").want(t, "send", 0, "")
	}
	remove := func(id int) reply { return b.call(t, "deleteMessage", "chat_id", 7, "message_id", id) }
	c.at = c.at.Add(48*time.Hour - time.Second)
	remove(1).want(t, "a second before two days are over", 0, "")
	remove(1).want(t, "again", 400, "message to delete not found")
	c.at = c.at.Add(time.Second)
	remove(2).want(t, "after two days", 400, "message can't be deleted for everyone")
	b.call(t, "editMessageText", "chat_id", 7, "message_id", 2, "text", "b").want(t, "editing it then", 0, "")
}

func TestDeletionsCountLikeEdits(t *testing.T) {
	c := &clock{at: time.Unix(1_800_000_000, 0)}
	b := start(t, Config{Now: c.now, Limits: Limits{PerSecond: 3, ChatBurst: 3}})
	for range 3 {
		b.call(t, "sendMessage", "chat_id", 7, "text", "a").want(t, "send", 0, "")
	}
	b.call(t, "deleteMessage", "chat_id", 7, "message_id", 1).want(t, "the fourth in a second", 429, "retry after 1")
	c.at = c.at.Add(time.Second)
	b.call(t, "deleteMessage", "chat_id", 7, "message_id", 1).want(t, "a second later", 0, "")
}

func TestACaptionIsEdited(t *testing.T) {
	b := start(t, Config{})
	b.Upload(7, "document", "a.csv", []byte("a"), "")
	edit := func(caption string) reply {
		return b.call(t, "editMessageCaption", "chat_id", 7, "message_id", 2, "parse_mode", "HTML", "caption", caption)
	}
	b.call(t, "sendDocument", "chat_id", 7, "document", "file-1", "caption", "a").want(t, "send", 0, "")
	edit("a").want(t, "the same", 400, "message is not modified")
	edit("<b>b").want(t, "bad markup", 400, "can't parse entities")
	edit("<b>"+strings.Repeat("b", 1024)+"</b>").want(t, "1,024 and markup", 0, "")
	b.call(t, "editMessageText", "chat_id", 7, "message_id", 2, "text", "b").want(t, "its text", 400, "there is no text")
	edit("").want(t, "none", 0, "")
	if m := b.Messages(7)[1]; m.Text != "" || !m.Edited || m.File == nil {
		t.Errorf("now it is %+v", m)
	}
}

// picture is a PNG of that size.
func picture(t *testing.T, width, height int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewPaletted(image.Rect(0, 0, width, height), color.Palette{color.White})); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAPictureIsReplacedWithItsCaption(t *testing.T) {
	b := start(t, Config{})
	b.upload(t, "sendPhoto", "photo", "a.png", picture(t, 80, 60), "chat_id", 7, "caption", "một").want(t, "send", 0, "")
	edit := func(media string, data []byte) reply {
		return b.upload(t, "editMessageMedia", "file", "b.png", data, "chat_id", 7, "message_id", 1, "media", media)
	}
	edit(`{"type":"photo","media":"attach://file","caption":"<b>hai","parse_mode":"HTML"}`, picture(t, 40, 40)).want(t, "bad markup", 400, "can't parse entities")
	edit(`{"type":"photo","media":"attach://file"}`, []byte("x")).want(t, "no picture", 400, "IMAGE_PROCESS_FAILED")
	edit(`{"type":"video","media":"attach://file"}`, []byte("x")).want(t, "a film", 400, "not known")
	edit(`{"type":"photo","media":"attach://file","caption":"<b>hai</b>","parse_mode":"HTML"}`, picture(t, 40, 40)).want(t, "another", 0, "")
	m := b.Messages(7)[0]
	if _, data, _ := b.File(m.File.ID); m.Text != "<b>hai</b>" || !m.Edited || m.File.Name != "b.png" || !bytes.Equal(data, picture(t, 40, 40)) {
		t.Errorf("now it is %+v with %+v", m, m.File)
	}
	b.call(t, "sendMessage", "chat_id", 7, "text", "chữ").want(t, "a text", 0, "")
	b.upload(t, "editMessageMedia", "file", "b.png", picture(t, 4, 4), "chat_id", 7, "message_id", 2, "media", `{"type":"photo","media":"attach://file"}`).want(t, "a text", 400, "no media")
}

func TestFilesGoBothWays(t *testing.T) {
	b := start(t, Config{})
	b.maxUpload = 1 << 20 // 50 MB take a while
	data := bytes.Repeat([]byte("dữ liệu "), 10_000)
	b.upload(t, "sendDocument", "document", "a.csv", data, "chat_id", 7, "caption", "x").want(t, "a document", 0, "")
	b.upload(t, "sendPhoto", "photo", "a.png", picture(t, 80, 60), "chat_id", 7).want(t, "a photo", 0, "")
	b.upload(t, "sendPhoto", "photo", "a.png", []byte("png"), "chat_id", 7).want(t, "no photo", 400, "IMAGE_PROCESS_FAILED")
	b.upload(t, "sendPhoto", "photo", "a.png", picture(t, 210, 10), "chat_id", 7).want(t, "a stripe", 400, "PHOTO_INVALID_DIMENSIONS")
	b.upload(t, "sendPhoto", "photo", "a.png", picture(t, 5001, 5000), "chat_id", 7).want(t, "a wall", 400, "PHOTO_INVALID_DIMENSIONS")
	b.upload(t, "sendDocument", "document", "a.csv", nil, "chat_id", 7).want(t, "nothing", 400, "non-empty")
	b.upload(t, "sendDocument", "document", "a.bin", make([]byte, b.maxUpload+1), "chat_id", 7).want(t, "over the limit", 413, "Too Large")
	b.upload(t, "sendDocument", "document", "a.bin", make([]byte, 3*b.maxUpload), "chat_id", 7).want(t, "far over it", 413, "Too Large")
	b.upload(t, "sendDocument", "document", "a.bin", []byte("a"), "chat_id", 7, "caption", strings.Repeat("a", 1025)).want(t, "a long caption", 400, "caption is too long")
	m := b.Messages(7)[0]
	if f, got, ok := b.File(m.File.ID); !ok || !bytes.Equal(got, data) || f.Name != "a.csv" || f.Kind != "document" {
		t.Errorf("stored %+v with %d bytes", f, len(got))
	}
	var f struct {
		Path string `json:"file_path"`
	}
	_ = json.Unmarshal(b.call(t, "getFile", "file_id", m.File.ID).Result, &f)
	resp, err := b.http.Get(b.url + "/file/bot" + token + "/" + f.Path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if got, _ := io.ReadAll(resp.Body); !bytes.Equal(got, data) {
		t.Errorf("fetched %d bytes, want %d", len(got), len(data))
	}
	b.call(t, "sendDocument", "chat_id", 7, "document", m.File.ID).want(t, "the same again by its id", 0, "")
}

func TestAPressIsAnsweredOnce(t *testing.T) {
	b := start(t, Config{})
	q := b.Press(7, 1, "x")
	if _, ok := b.Answered(q); ok {
		t.Error("answered before it was")
	}
	b.call(t, "answerCallbackQuery", "callback_query_id", q, "text", strings.Repeat("a", 201)).want(t, "a long toast", 400, "TOO_LONG")
	b.call(t, "answerCallbackQuery", "callback_query_id", q, "text", "Đã ghi").want(t, "the first", 0, "")
	b.call(t, "answerCallbackQuery", "callback_query_id", q).want(t, "the second", 400, "query is too old and response timeout expired or query ID is invalid")
	if toast, ok := b.Answered(q); toast != "Đã ghi" || !ok {
		t.Errorf("answered with %q (%t)", toast, ok)
	}
}

func TestOneWhoBlockedMaySpeakAgain(t *testing.T) {
	b := start(t, Config{})
	b.Block(7)
	b.call(t, "sendMessage", "chat_id", 7, "text", "a").want(t, "while blocked", 403, "Forbidden")
	b.Say(7, "xin lỗi")
	b.call(t, "sendMessage", "chat_id", 7, "text", "a").want(t, "after they wrote", 0, "")
	if n := b.Waiting(); n != 3 {
		t.Errorf("%d updates, want blocked, unblocked, text", n)
	}
}

func TestLimits(t *testing.T) {
	tests := map[string]struct {
		chat  func(i int) int64
		every time.Duration
		n     int // calls
		ok    int // of them accepted
		after int // what the first refusal asks for, in seconds
	}{
		"30 people in a moment":          {func(i int) int64 { return int64(1000 + i) }, 0, 35, 30, 1},
		"one person: three at once":      {func(int) int64 { return 7 }, 0, 5, 3, 1},
		"one person: one a second":       {func(int) int64 { return 7 }, time.Second, 100, 100, 0},
		"one person: two a second":       {func(int) int64 { return 7 }, 500 * time.Millisecond, 10, 7, 1},
		"a group: twenty a minute":       {func(int) int64 { return -5 }, time.Second, 25, 20, 40},
		"a group: one in three seconds":  {func(int) int64 { return -5 }, 3 * time.Second, 100, 100, 0},
		"30 a second, for ever":          {func(i int) int64 { return int64(1000 + i%100) }, 34 * time.Millisecond, 600, 600, 0},
		"the clock is set back in a row": {func(int) int64 { return 7 }, -time.Minute, 10, 10, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := &clock{at: time.Unix(1_800_000_000, 0)}
			b := start(t, Config{Now: c.now})
			for i := range 100 {
				b.Join(User{ID: int64(1000 + i), FirstName: fmt.Sprint(i)})
			}
			b.SayIn(-5, 7, "a")
			ok, after := 0, 0
			for i := range tt.n {
				r := b.call(t, "sendMessage", "chat_id", tt.chat(i), "text", fmt.Sprint(i))
				switch {
				case r.OK:
					ok++
				case r.Code != 429:
					t.Fatalf("answered %+v", r)
				case after == 0:
					after = r.Parameters.RetryAfter
				}
				c.at = c.at.Add(tt.every)
			}
			if ok != tt.ok || after != tt.after {
				t.Errorf("%d of %d accepted, first asked to wait %d s; want %d, %d s", ok, tt.n, after, tt.ok, tt.after)
			}
		})
	}
}

func TestWatchersSeeEverythingInOrderAndMayCallBack(t *testing.T) {
	b := start(t, Config{})
	var seen []string
	stop := b.Watch(func(e Event) {
		seen = append(seen, e.Kind+" "+e.Message.Text+e.Toast)
		if e.Kind == "message" && e.Message.Text == "Chọn" {
			b.Press(7, e.Message.ID, "x")
			b.Say(7, "xong")
		}
	})
	b.call(t, "sendMessage", "chat_id", 7, "text", "Chọn")
	b.call(t, "sendChatAction", "chat_id", 7, "action", "typing")
	b.call(t, "editMessageText", "chat_id", 7, "message_id", 1, "text", "Rồi")
	b.call(t, "answerCallbackQuery", "callback_query_id", "4000000007000000001", "text", "ơ")
	b.call(t, "setMyCommands", "commands", `[{"command":"han","description":"Hạn"}]`)
	b.call(t, "deleteMessage", "chat_id", 7, "message_id", 1)
	stop()
	b.Say(7, "không ai thấy")
	want := "message Chọn, message xong, typing , edit Rồi, answer ơ, commands , delete Rồi"
	if got := strings.Join(seen, ", "); got != want {
		t.Errorf("saw %s\nwant %s", got, want)
	}
}

func TestTheNearestMenuIsShown(t *testing.T) {
	b := start(t, Config{})
	for scope, name := range map[string]string{
		`{"type":"default"}`:            "everyone",
		`{"type":"all_private_chats"}`:  "people",
		`{"type":"chat","chat_id":7}`:   "an",
		`{"type":"all_group_chats"}`:    "groups",
		`{"type":"chat","chat_id":123}`: "",
	} {
		if name != "" {
			b.call(t, "setMyCommands", "scope", scope, "commands", `[{"command":"`+name+`","description":"x"}]`).want(t, scope, 0, "")
		}
	}
	shown := func(chat int64, want string) {
		t.Helper()
		if got := b.Commands(chat); len(got) != 1 || got[0].Name != want {
			t.Errorf("chat %d shows %v, want %s", chat, got, want)
		}
	}
	shown(7, "an")
	shown(8, "people")
	shown(-5, "groups")
	b.call(t, "deleteMyCommands", "scope", `{"type":"chat","chat_id":7}`)
	shown(7, "people")
	b.call(t, "deleteMyCommands", "scope", `{"type":"all_private_chats"}`)
	shown(7, "everyone")
	b.call(t, "setMyCommands", "language_code", "vi", "commands", `[{"command":"viet","description":"x"}]`)
	shown(7, "viet")
	if r := b.call(t, "getMyCommands"); string(r.Result) != `[{"command":"everyone","description":"x"}]` {
		t.Errorf("getMyCommands: %s", r.Result)
	}
	b.call(t, "setMyDescription", "description", "dài")
	b.call(t, "setMyShortDescription", "short_description", "ngắn")
	if b.Description() != "dài" || b.ShortDescription() != "ngắn" {
		t.Errorf("descriptions %q, %q", b.Description(), b.ShortDescription())
	}
}
