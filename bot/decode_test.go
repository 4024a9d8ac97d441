package bot

import (
	"cmp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"donghanh/internal/chat"
)

var noon = time.Date(2027, 1, 20, 12, 0, 0, 0, time.FixedZone("ICT", 7*3600))

func TestDecode(t *testing.T) {
	const person = `"from":{"id":7,"first_name":"An","last_name":"Nguyễn"},"chat":{"id":7,"type":"private"},"message_id":3`
	an := chat.Incoming{ID: "tg:5", Seq: 5, At: noon, Chat: 7, From: 7, Name: "An Nguyễn", Message: 3}
	with := func(change func(*chat.Incoming)) chat.Incoming {
		in := an
		change(&in)
		return in
	}
	tests := map[string]struct {
		raw  string
		want chat.Incoming
	}{
		"a text": {`{"update_id":5,"message":{` + person + `,"date":1800000000,"text":"hạn?"}}`,
			with(func(in *chat.Incoming) { in.Text, in.At = "hạn?", time.Unix(1800000000, 0) })},
		"a date ahead is now": {`{"update_id":5,"message":{` + person + `,"date":1999999999,"text":"a"}}`,
			with(func(in *chat.Incoming) { in.Text = "a" })},
		"no date is now": {`{"update_id":5,"message":{` + person + `,"text":"a"}}`,
			with(func(in *chat.Incoming) { in.Text = "a" })},
		"an unknown field, and one of a new type": {`{"update_id":5,"message":{` + person + `,"text":"a","entities":{"new":1},"forward_from":7}}`,
			with(func(in *chat.Incoming) { in.Text = "a" })},
		"a photo with a caption": {`{"update_id":5,"message":{` + person + `,"photo":[{}],"caption":"đơn"}}`,
			with(func(in *chat.Incoming) { in.Text, in.File = "đơn", chat.Photo })},
		"of a photo the largest size": {`{"update_id":5,"message":{` + person + `,"photo":[{"file_id":"s","width":90,"height":60,"file_size":1},{"file_id":"l","width":900,"height":600,"file_size":100},{"file_id":"m","width":300,"height":200}]}}`,
			with(func(in *chat.Incoming) { in.File, in.FileID, in.FileSize = chat.Photo, "l", 100 })},
		"a document of 60 MB, formatted caption": {`{"update_id":5,"message":{` + person + `,"document":{"file_id":"d","file_size":62914560},"caption":"a & b","caption_entities":[{"type":"bold","offset":0,"length":1}]}}`,
			with(func(in *chat.Incoming) {
				in.Text, in.HTML, in.File, in.FileID, in.FileSize = "a & b", "<b>a</b> &amp; b", chat.Document, "d", 60<<20
			})},
		"a document of a new form": {`{"update_id":5,"message":{` + person + `,"document":["d"]}}`,
			with(func(in *chat.Incoming) { in.File = chat.Document })},
		"a photo of a new form": {`{"update_id":5,"message":{` + person + `,"photo":{"file_id":1}}}`,
			with(func(in *chat.Incoming) { in.File = chat.Photo })},
		"one of an album": {`{"update_id":5,"message":{` + person + `,"photo":[{"file_id":"s"}],"media_group_id":"77"}}`,
			with(func(in *chat.Incoming) { in.File, in.FileID, in.Album = chat.Photo, "s", "77" })},
		"a formatted text": {`{"update_id":5,"message":{` + person + `,"text":"a<b","entities":[{"type":"italic","offset":2,"length":1}]}}`,
			with(func(in *chat.Incoming) { in.Text, in.HTML = "a<b", "a&lt;<i>b</i>" })},
		"formatting of which one piece cannot be read": {`{"update_id":5,"message":{` + person + `,"text":"ab","entities":[{"type":5},null,{"type":"bold","offset":0,"length":1,"new":[]}]}}`,
			with(func(in *chat.Incoming) { in.Text, in.HTML = "ab", "<b>a</b>b" })},
		"a person added the bot to a group": {`{"update_id":5,"my_chat_member":{"from":{"id":7,"first_name":"An Nguyễn"},"chat":{"id":-9,"type":"group","title":"Chi đoàn B5"},"old_chat_member":{"status":"left"},"new_chat_member":{"status":"member"}}}`,
			chat.Incoming{ID: "tg:5", Seq: 5, At: noon, Chat: -9, From: 7, Name: "An Nguyễn", Title: "Chi đoàn B5", Added: true}},
		"or to a channel": {`{"update_id":5,"my_chat_member":{"from":{"id":7},"chat":{"id":-9,"type":"channel","title":"K47"},"old_chat_member":{"status":"kicked"},"new_chat_member":{"status":"administrator"}}}`,
			chat.Incoming{ID: "tg:5", Seq: 5, At: noon, Chat: -9, From: 7, Title: "K47", Added: true}},
		"or put it out": {`{"update_id":5,"my_chat_member":{"from":{"id":7},"chat":{"id":-9,"title":"K47"},"old_chat_member":{"status":"administrator"},"new_chat_member":{"status":"left"}}}`,
			chat.Incoming{ID: "tg:5", Seq: 5, At: noon, Chat: -9, From: 7, Title: "K47", Removed: true}},
		"silenced it stays": {`{"update_id":5,"my_chat_member":{"from":{"id":7},"chat":{"id":-9},"old_chat_member":{"status":"member"},"new_chat_member":{"status":"restricted","is_member":true}}}`, chat.Incoming{}},
		"silenced and gone": {`{"update_id":5,"my_chat_member":{"from":{"id":7},"chat":{"id":-9},"old_chat_member":{"status":"member"},"new_chat_member":{"status":"restricted"}}}`,
			chat.Incoming{ID: "tg:5", Seq: 5, At: noon, Chat: -9, From: 7, Removed: true}},
		"a right more in a group concerns nobody": {`{"update_id":5,"my_chat_member":{"from":{"id":7},"chat":{"id":-9},"old_chat_member":{"status":"member"},"new_chat_member":{"status":"administrator"}}}`, chat.Incoming{}},
		"nor that another bot added it":           {`{"update_id":5,"my_chat_member":{"from":{"id":8,"is_bot":true},"chat":{"id":-9},"old_chat_member":{"status":"left"},"new_chat_member":{"status":"member"}}}`, chat.Incoming{}},
		"an animation has a document too": {`{"update_id":5,"message":{` + person + `,"animation":{},"document":{}}}`,
			with(func(in *chat.Incoming) { in.File = chat.Other })},
		"a voice message": {`{"update_id":5,"message":{` + person + `,"voice":{}}}`,
			with(func(in *chat.Incoming) { in.File = chat.Other })},
		"a long text is cut at a character": {`{"update_id":5,"message":{` + person + `,"text":"` + strings.Repeat("ạ", 10_001) + `"}}`,
			with(func(in *chat.Incoming) { in.Text = strings.Repeat("ạ", 10_000) })},
		"a press": {`{"update_id":5,"callback_query":{"id":"99","from":{"id":7,"first_name":"An Nguyễn"},"data":"done","message":{"message_id":3,"date":0,"chat":{"id":-4}}}}`,
			with(func(in *chat.Incoming) { in.Chat, in.Button, in.Press = -4, "done", "99" })},
		"a press without its message": {`{"update_id":5,"callback_query":{"id":"99","from":{"id":7,"first_name":"An Nguyễn"},"data":"done"}}`,
			with(func(in *chat.Incoming) { in.Message, in.Button, in.Press = 0, "done", "99" })},
		"a block": {`{"update_id":5,"my_chat_member":{"from":{"id":7,"first_name":"An"},"chat":{"id":7},"new_chat_member":{"status":"kicked"}}}`,
			chat.Incoming{ID: "tg:5", Seq: 5, At: noon, Chat: 7, From: 7, Blocked: true}},

		"an unblock concerns nobody":     {`{"update_id":5,"my_chat_member":{"chat":{"id":7},"new_chat_member":{"status":"member"}}}`, chat.Incoming{}},
		"nor being out of a group still": {`{"update_id":5,"my_chat_member":{"from":{"id":7},"chat":{"id":-7},"old_chat_member":{"status":"left"},"new_chat_member":{"status":"kicked"}}}`, chat.Incoming{}},
		"nor a channel post":             {`{"update_id":5,"channel_post":{"text":5}}`, chat.Incoming{}},
		"nor an edited message":          {`{"update_id":5,"edited_message":{` + person + `,"text":"a"}}`, chat.Incoming{}},
		"nor an inline query":            {`{"update_id":5,"inline_query":{"id":"1"}}`, chat.Incoming{}},
		"nor somebody joining a group":   {`{"update_id":5,"message":{` + person + `,"new_chat_members":[{}]}}`, chat.Incoming{}},
		"nor a message of another bot":   {`{"update_id":5,"message":{"message_id":1,"chat":{"id":-7},"from":{"id":8,"is_bot":true},"text":"a"}}`, chat.Incoming{}},
		"nor a message of a channel":     {`{"update_id":5,"message":{"message_id":1,"chat":{"id":-7},"text":"a"}}`, chat.Incoming{}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			in, concerns, err := decode([]byte(tt.raw), noon)
			if err != nil || concerns != (tt.want.ID != "") {
				t.Fatalf("concerns somebody: %t, error %v", concerns, err)
			}
			if !in.At.Equal(tt.want.At) {
				t.Errorf("at %s, want %s", in.At, tt.want.At)
			}
			in.At = tt.want.At
			tt.want.HTML = cmp.Or(tt.want.HTML, tt.want.Text) // the same where nothing is formatted or escaped
			if in != tt.want {
				t.Errorf("got %+v, want %+v", in, tt.want)
			}
		})
	}
}

func TestWhatCannotBeRead(t *testing.T) {
	tests := map[string]string{
		"no JSON":                  `{"update_id":5,`,
		"nothing":                  ``,
		"a list":                   `[]`,
		"null":                     `null`,
		"no number":                `{"message":{"text":"a"}}`,
		"a number below one":       `{"update_id":-1}`,
		"a text of the wrong type": `{"update_id":5,"message":{"chat":{"id":7},"text":5}}`,
		"a chat of the wrong type": `{"update_id":5,"message":{"chat":"7","text":"a"}}`,
		"a message without a chat": `{"update_id":5,"message":{"text":"a","from":{"id":7}}}`,
		"a press without a person": `{"update_id":5,"callback_query":{"id":"1","data":"a"}}`,
		"a press without an id":    `{"update_id":5,"callback_query":{"from":{"id":7},"data":"a"}}`,
		"a block without a chat":   `{"update_id":5,"my_chat_member":{"new_chat_member":{"status":"kicked"}}}`,
	}
	for name, raw := range tests {
		t.Run(name, func(t *testing.T) {
			if in, _, err := decode([]byte(raw), noon); err == nil {
				t.Errorf("read as %+v", in)
			}
		})
	}
}

// Whatever comes: no panic, and what is handed over is sound.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"update_id":5,"message":{"message_id":3,"from":{"id":7,"first_name":"An"},"chat":{"id":7},"date":1,"text":"a","photo":[]}}`,
		`{"update_id":5,"callback_query":{"id":"99","from":{"id":7},"data":"done","message":{"message_id":3,"chat":{"id":7}}}}`,
		`{"update_id":5,"my_chat_member":{"chat":{"id":7},"date":1,"new_chat_member":{"status":"kicked"}}}`,
		`{"update_id":5,"message":{"chat":{"id":7},"from":{"id":7},"text":"a🎉b","entities":[{"type":"bold","offset":0,"length":3},{"type":"pre","offset":2,"length":9,"language":"\"go"},{"type":"text_link","offset":1,"length":2,"url":"https://a.vn/?a&b"}]}}`,
		`{"update_id":5,"message":{"chat":{"id":7},"from":{"id":7},"caption":"a","caption_entities":[{"type":"spoiler","offset":-1,"length":9223372036854775807}],"document":{"file_id":"x"}}}`,
		`{"update_id":5,"my_chat_member":{"chat":{"id":-7,"title":"a"},"from":{"id":7},"old_chat_member":{"status":"left"},"new_chat_member":{"status":"member"}}}`,
		`{"update_id":9223372036854775807,"message":{"date":-9223372036854775808}}`, `null`, `5`, `[{}]`, "\xff",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		in, concerns, err := decode(raw, noon)
		if err != nil || !concerns {
			if in != (chat.Incoming{}) {
				t.Fatalf("nothing to hand over, but %+v", in)
			}
			return
		}
		id, ok := updateID(raw)
		if !ok || id != in.Seq || in.Chat == 0 || in.At.After(noon) {
			t.Errorf("update %d (%t) handed over as %+v", id, ok, in)
		}
		if n := utf8.RuneCountInString(in.Text); n > maxIncoming {
			t.Errorf("%d characters", n)
		}
		if shown, why := shows(in.HTML); why != "" || shown != in.Text {
			t.Errorf("%q came as %q: %s, shows %q", in.Text, in.HTML, why, shown)
		}
	})
}
