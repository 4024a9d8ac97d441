package bot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"donghanh/internal/chat"
	"donghanh/internal/telegramtest"
)

func TestASentMessageHasEverythingThatWasAskedFor(t *testing.T) {
	b := inMemory(t, unlimited)
	receipt, err := b.Deliver(t.Context(), chat.Message{
		Key: "answer/tg:1", To: 7, Text: "<b>12 tháng</b> &amp; hơn", Protect: true, Quiet: true,
		Rows: [][]chat.Button{{{Label: "Đúng ý", Data: "good/1"}, {Label: "Văn bản", URL: "https://example.vn/a?b=1&c=2"}}, {}},
	})
	if err != nil {
		t.Fatal(err)
	}
	got := b.tg.Messages(7)
	if len(got) != 1 {
		t.Fatalf("%d messages arrived, want 1", len(got))
	}
	m := got[0]
	if m.ID != receipt.Message || m.Text != "<b>12 tháng</b> &amp; hơn" || !m.Protect || !m.Silent {
		t.Errorf("receipt %+v, arrived %+v", receipt, m)
	}
	want := fmt.Sprint([][]telegramtest.Button{{{Text: "Đúng ý", Data: "good/1"}, {Text: "Văn bản", URL: "https://example.vn/a?b=1&c=2"}}})
	if fmt.Sprint(m.Rows) != want {
		t.Errorf("buttons %v, want %v", m.Rows, want)
	}
	if p := b.tg.Calls()[0].Params; p["link_preview_options"] != noPreview || p["parse_mode"] != "HTML" {
		t.Errorf("sent with %v", p)
	}
}

func TestAFileGoesOutWithItsNameAndCaption(t *testing.T) {
	b := inMemory(t, unlimited)
	data := bytes.Repeat([]byte("mã,mốc\n"), 30_000)
	receipt, err := b.Deliver(t.Context(), chat.Message{
		To: 7, Text: "<i>Danh sách</i>", Protect: true,
		File: &chat.File{Name: `danh "sách".csv`, Data: data},
		Rows: [][]chat.Button{{{Label: "Xem", Data: "list"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	m := b.tg.Messages(7)[0]
	if m.File == nil || m.File.Name != `danh "sách".csv` || m.Text != "<i>Danh sách</i>" || !m.Protect || len(m.Rows) != 1 {
		t.Fatalf("arrived %+v with file %+v", m, m.File)
	}
	if _, got, _ := b.tg.File(m.File.ID); !bytes.Equal(got, data) {
		t.Errorf("the file arrived with %d bytes, want %d", len(got), len(data))
	}
	if receipt.Message != m.ID {
		t.Errorf("receipt for %d, want %d", receipt.Message, m.ID)
	}
}

func TestAPictureIsSeenAndReplaced(t *testing.T) {
	b := inMemory(t, unlimited)
	draw := func(side int) []byte {
		var out bytes.Buffer
		if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, side, side))); err != nil {
			t.Fatal(err)
		}
		return out.Bytes()
	}
	m := chat.Message{To: 7, Text: "<b>K47</b>", Protect: true, Rows: [][]chat.Button{{{Label: "Xem", Data: "x"}}}, File: &chat.File{Name: "k47.png", Data: draw(40), Picture: true}}
	receipt, err := b.Deliver(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	got := b.tg.Messages(7)[0]
	if got.ID != receipt.Message || got.File == nil || got.File.Kind != "photo" || got.Text != m.Text || !got.Protect || len(got.Rows) != 1 {
		t.Errorf("arrived %+v with %+v", got, got.File)
	}
	m.Act, m.Target, m.Text, m.File = chat.Edit, receipt.Message, "<b>B5</b> &amp; hơn", &chat.File{Name: "b5.png", Data: draw(60), Picture: true}
	for range 2 { // told twice, done once
		if _, err := b.Deliver(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	got = b.tg.Messages(7)[0]
	if _, data, _ := b.tg.File(got.File.ID); got.Text != m.Text || got.File.Name != "b5.png" || !bytes.Equal(data, draw(60)) || len(got.Rows) != 1 {
		t.Errorf("now it is %+v with %+v", got, got.File)
	}
}

func TestAnEdit(t *testing.T) {
	b := inMemory(t, unlimited)
	row := [][]chat.Button{{{Label: "Huỷ", Data: "x"}}}
	first, err := b.Deliver(t.Context(), chat.Message{To: 7, Text: "một", Rows: row})
	if err != nil {
		t.Fatal(err)
	}
	// Steps build on each other.
	steps := []struct {
		name string
		m    chat.Message
		kind string
		text string
		rows int
	}{
		{"changing nothing succeeds", chat.Message{Target: first.Message, Text: "một", Rows: row}, "", "một", 1},
		{"replaces text and buttons", chat.Message{Target: first.Message, Text: "hai"}, "", "hai", 0},
		{"without text replaces the buttons", chat.Message{Target: first.Message, Rows: row}, "", "hai", 1},
		{"of a message that is not there is refused", chat.Message{Target: 999, Text: "ba"}, "Refused", "hai", 1},
		{"without a target is refused", chat.Message{Text: "ba"}, "Refused", "hai", 1},
	}
	for _, s := range steps {
		s.m.To, s.m.Act = 7, chat.Edit
		_, err := b.Deliver(t.Context(), s.m)
		m := b.tg.Messages(7)[0]
		if kind(err) != s.kind || m.Text != s.text || len(m.Rows) != s.rows {
			t.Errorf("an edit %s: error %v, text %q, %d rows; want %q, %q, %d", s.name, err, m.Text, len(m.Rows), s.kind, s.text, s.rows)
		}
	}
}

// What a person sent to the bot goes out again as it came, by its name.
func TestAnAttachmentGoesOutByItsName(t *testing.T) {
	for _, sent := range []chat.FileKind{chat.Photo, chat.Document} {
		t.Run(string(sent), func(t *testing.T) {
			b := inMemory(t, unlimited)
			b.tg.Join(telegramtest.User{ID: 8, FirstName: "Bình"})
			b.tg.UploadHTML(7, string(sent), "a.bin", []byte("data"), "<b>Họp</b> &amp; <i>🎉 <u>bế</u> giảng</i>")
			raw, err := b.updates(t.Context(), 0, 0, 1)
			if err != nil {
				t.Fatal(err)
			}
			in, _, err := decode(raw[0], noon)
			if err != nil || in.File != sent || in.FileSize != 4 || in.HTML != "<b>Họp</b> &amp; <i>🎉 <u>bế</u> giảng</i>" {
				t.Fatalf("came as %+v, error %v", in, err)
			}
			m := chat.Message{To: 8, Text: in.HTML, Attach: &chat.Attach{Kind: in.File, ID: in.FileID}, Rows: [][]chat.Button{{{Label: "Đã nhận", Data: "x"}}}, Protect: true}
			receipt, err := b.Deliver(t.Context(), m)
			if err != nil {
				t.Fatal(err)
			}
			got := b.tg.Messages(8)[0]
			if got.ID != receipt.Message || got.File == nil || got.File.ID != in.FileID || got.Text != in.HTML || len(got.Rows) != 1 || !got.Protect {
				t.Errorf("receipt %+v, arrived %+v with %+v", receipt, got, got.File)
			}
			m.Act, m.Target, m.Text = chat.Edit, receipt.Message, "<b>Dời</b>"
			for range 2 { // the second changes nothing
				if _, err := b.Deliver(t.Context(), m); err != nil {
					t.Fatal(err)
				}
			}
			if got := b.tg.Messages(8)[0]; got.Text != "<b>Dời</b>" || got.File == nil || !got.Edited {
				t.Errorf("after the edit %+v", got)
			}
			m.Text = strings.Repeat("a", 1025)
			if _, err := b.Deliver(t.Context(), m); kind(err) != "Refused" {
				t.Errorf("a caption of 1,025: %v, want Refused", err)
			}
			m.Text, m.Rows = "", nil
			if _, err := b.Deliver(t.Context(), m); err != nil || len(b.tg.Messages(8)[0].Rows) != 0 || b.tg.Messages(8)[0].Text != "<b>Dời</b>" {
				t.Errorf("an edit without text: %v, now %+v", err, b.tg.Messages(8)[0])
			}
			m = chat.Message{To: 8, Text: "<b>" + strings.Repeat("ạ", 1024) + "</b>", Attach: m.Attach}
			if _, err := b.Deliver(t.Context(), m); err != nil {
				t.Errorf("a caption of 1,024 letters and markup: %v", err)
			}
			m.Text += "b"
			if _, err := b.Deliver(t.Context(), m); kind(err) != "Refused" {
				t.Errorf("a caption of 1,025 letters: %v, want Refused", err)
			}
		})
	}
}

func TestADeletionTakesTheMessageAwayWhileItMay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := inMemory(t, unlimited)
		defer b.stop()
		b.tg.AddBot(-5, 7, telegramtest.Group, "B5")
		b.tg.SayIn(-5, 7, "của người khác")
		foreign := b.tg.Messages(-5)[0].ID
		send := func(to chat.Address) int {
			receipt, err := b.Deliver(t.Context(), chat.Message{To: to, Text: "a"})
			if err != nil {
				t.Fatal(err)
			}
			return receipt.Message
		}
		early, inGroup, late := send(7), send(-5), send(7)
		remove := func(to chat.Address, id int, want string) {
			t.Helper()
			_, err := b.Deliver(t.Context(), chat.Message{To: to, Act: chat.Delete, Target: id})
			if want == "" && err != nil || want != "" && (kind(err) != "Refused" || !strings.Contains(err.Error(), want)) {
				t.Errorf("deleting %d in %s: %v, want %q", id, to, err, want)
			}
		}
		time.Sleep(48*time.Hour - time.Second)
		remove(7, early, "")
		remove(7, early, "message to delete not found")
		remove(-5, inGroup, "")
		remove(-5, foreign, "message can't be deleted")
		time.Sleep(time.Second)
		remove(7, late, "message can't be deleted")
		if m := b.tg.Messages(7); !m[0].Deleted || m[1].Deleted {
			t.Errorf("deleted: %t, %t; want the first only", m[0].Deleted, m[1].Deleted)
		}
	})
}

func TestAGroupTheBotWasPutOutOfIsUnreachable(t *testing.T) {
	for _, group := range []telegramtest.GroupKind{telegramtest.Group, telegramtest.Supergroup, telegramtest.Channel} {
		t.Run(string(group), func(t *testing.T) {
			b := inMemory(t, unlimited)
			b.tg.AddBot(-5, 7, group, "B5")
			m := chat.Message{To: -5, Text: "a"}
			if _, err := b.Deliver(t.Context(), m); err != nil {
				t.Fatal(err)
			}
			b.tg.RemoveBot(-5, 7)
			if _, err := b.Deliver(t.Context(), m); kind(err) != "Unreachable" {
				t.Errorf("put out: %v, want Unreachable", err)
			}
			b.tg.AddBot(-5, 7, group, "B5")
			if _, err := b.Deliver(t.Context(), m); err != nil {
				t.Errorf("added again: %v", err)
			}
		})
	}
	c := New(Config{Token: token, HTTP: &http.Client{Transport: canned{400, `{"ok":false,"error_code":400,"description":"Bad Request: need administrator rights in the channel chat"}`}}})
	if _, err := c.Deliver(t.Context(), chat.Message{To: -5, Text: "a"}); kind(err) != "Unreachable" {
		t.Errorf("in a channel without the right to post: %v, want Unreachable", err)
	}
}

func TestAPressIsAcknowledged(t *testing.T) {
	tests := map[string]struct{ text, toast string }{
		"silently":                       {"", ""},
		"with a toast, without escapes":  {"Đã ghi &lt;T-3&gt; &amp; nhắc lại", "Đã ghi <T-3> & nhắc lại"},
		"a long toast is cut":            {strings.Repeat("ư", 300), strings.Repeat("ư", 199) + "…"},
		"an emoji is not cut in half":    {strings.Repeat("ư", 198) + "🎉🎉", strings.Repeat("ư", 198) + "…"},
		"exactly as long as it may be":   {strings.Repeat("ư", 200), strings.Repeat("ư", 200)},
		"emoji count as two, and all go": {strings.Repeat("🎉", 100), strings.Repeat("🎉", 100)},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			b := inMemory(t, unlimited)
			m := chat.Message{To: 7, Act: chat.Ack, Press: b.tg.Press(7, 1, "x"), Text: tt.text}
			for range 2 { // the second is too old, which is no error
				if _, err := b.Deliver(t.Context(), m); err != nil {
					t.Fatal(err)
				}
			}
			toast, ok := b.tg.Answered(m.Press)
			if toast != tt.toast || !ok {
				t.Errorf("toast %q (%t), want %q", toast, ok, tt.toast)
			}
		})
	}
}

func TestWhatTelegramRefuses(t *testing.T) {
	tests := map[string]struct {
		m     chat.Message
		kind  string
		calls int
	}{
		"text over 4,096 characters":    {chat.Message{To: 7, Text: strings.Repeat("ă", 4097)}, "Refused", 1},
		"text of 4,096 with markup":     {chat.Message{To: 7, Text: "<b>" + strings.Repeat("ă", 4095) + "</b>&amp;"}, "", 1},
		"no text":                       {chat.Message{To: 7}, "Refused", 1},
		"unescaped value":               {chat.Message{To: 7, Text: "a < b"}, "Refused", 1},
		"caption over 1,024":            {chat.Message{To: 7, Text: strings.Repeat("a", 1025), File: &chat.File{Name: "a", Data: []byte("b")}}, "Refused", 1},
		"data over 64 bytes":            {chat.Message{To: 7, Text: "a", Rows: [][]chat.Button{{{Label: "x", Data: strings.Repeat("d", 65)}}}}, "Refused", 0},
		"data of 64 bytes":              {chat.Message{To: 7, Text: "a", Rows: [][]chat.Button{{{Label: "x", Data: strings.Repeat("đ", 32)}}}}, "", 1},
		"data and an address":           {chat.Message{To: 7, Text: "a", Rows: [][]chat.Button{{{Label: "x", Data: "d", URL: "https://a.vn"}}}}, "Refused", 0},
		"neither data nor an address":   {chat.Message{To: 7, Text: "a", Rows: [][]chat.Button{{{Label: "x"}}}}, "Refused", 0},
		"no label":                      {chat.Message{To: 7, Text: "a", Rows: [][]chat.Button{{{Data: "x"}}}}, "Refused", 1},
		"a file and an attachment":      {chat.Message{To: 7, File: &chat.File{Name: "a", Data: []byte("b")}, Attach: &chat.Attach{Kind: chat.Photo, ID: "x"}}, "Refused", 0},
		"an attachment without a name":  {chat.Message{To: 7, Attach: &chat.Attach{Kind: chat.Photo}}, "Refused", 0},
		"an attachment of no kind":      {chat.Message{To: 7, Attach: &chat.Attach{Kind: chat.Other, ID: "x"}}, "Refused", 0},
		"an attachment nobody sent":     {chat.Message{To: 7, Attach: &chat.Attach{Kind: chat.Photo, ID: "x"}}, "Refused", 1},
		"deletion without a target":     {chat.Message{To: 7, Act: chat.Delete}, "Refused", 0},
		"deletion of nothing":           {chat.Message{To: 7, Act: chat.Delete, Target: 99}, "Refused", 1},
		"an act there is none of":       {chat.Message{To: 7, Act: "burn"}, "Refused", 0},
		"a press without a name":        {chat.Message{To: 7, Act: chat.Ack}, "Refused", 0},
		"a file over 50 MB":             {chat.Message{To: 7, File: &chat.File{Name: "a", Data: make([]byte, maxFile+1)}}, "Refused", 0},
		"a picture over 10 MB":          {chat.Message{To: 7, File: &chat.File{Name: "a", Picture: true, Data: make([]byte, maxPicture+1)}}, "Refused", 0},
		"another over 10 MB":            {chat.Message{To: 7, Act: chat.Edit, Target: 1, File: &chat.File{Name: "a", Picture: true, Data: make([]byte, maxPicture+1)}}, "Refused", 0},
		"a picture that is none":        {chat.Message{To: 7, File: &chat.File{Name: "a", Picture: true, Data: []byte("b")}}, "Refused", 1},
		"an empty file":                 {chat.Message{To: 7, File: &chat.File{Name: "a"}}, "Refused", 1},
		"a person who blocked the bot":  {chat.Message{To: 8, Text: "a"}, "Unreachable", 1},
		"their file":                    {chat.Message{To: 8, File: &chat.File{Name: "a", Data: []byte("b")}}, "Unreachable", 1},
		"a person nobody knows":         {chat.Message{To: 9, Text: "a"}, "Unreachable", 1},
		"a group that has a new number": {chat.Message{To: -1, Text: "a"}, "Moved", 1},
		"a file for such a group":       {chat.Message{To: -1, File: &chat.File{Name: "a", Data: []byte("b")}}, "Moved", 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			b := inMemory(t, unlimited)
			b.tg.Block(8)
			b.tg.Migrate(-1, -1001)
			_, err := b.Deliver(t.Context(), tt.m)
			if kind(err) != tt.kind || len(b.tg.Calls()) != tt.calls {
				t.Errorf("error %v after %d calls, want %q after %d", err, len(b.tg.Calls()), tt.kind, tt.calls)
			}
			if moved, ok := errors.AsType[*chat.Moved](err); ok && moved.To != -1001 {
				t.Errorf("moved to %s, want the new number", moved.To)
			}
			leaksIn(t, err)
		})
	}
}

// Every way a call can fail, for a text and for an upload (after which the
// library has no status).
func TestWhatAFailureMeans(t *testing.T) {
	tests := map[string]struct {
		fault telegramtest.Fault
		want  string
		lands bool // the message arrives nevertheless
	}{
		"no answer in time":                {telegramtest.Fault{Kind: telegramtest.Hang}, "InDoubt", true},
		"the answer is cut in the middle":  {telegramtest.Fault{Kind: telegramtest.Cut}, "InDoubt", true},
		"the answer does not come":         {telegramtest.Fault{Kind: telegramtest.CutHeader}, "InDoubt", true},
		"the connection ends at once":      {telegramtest.Fault{Kind: telegramtest.Drop}, "InDoubt", false},
		"a 502 page":                       {telegramtest.Fault{Kind: telegramtest.BadGateway}, "InDoubt", false},
		"a 500 of Telegram's":              {telegramtest.Fault{Kind: telegramtest.Server500}, "InDoubt", false},
		"a login page of the network":      {telegramtest.Fault{Kind: telegramtest.Garbage}, "InDoubt", false},
		"asked to wait":                    {telegramtest.Fault{Kind: telegramtest.TooMany429, RetryAfter: 7}, "Busy", false},
		"the token is withdrawn":           {telegramtest.Fault{Kind: telegramtest.WrongToken}, "Stop", false},
		"a conflict, for certain not sent": {telegramtest.Fault{Kind: telegramtest.Conflict409}, "Unavailable", false},
	}
	messages := map[string]chat.Message{
		"text": {To: 7, Text: "a"},
		"file": {To: 7, Text: "a", File: &chat.File{Name: "a.txt", Data: bytes.Repeat([]byte("a"), 200_000)}},
	}
	for name, tt := range tests {
		for what, m := range messages {
			t.Run(name+", "+what, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					b := inMemory(t, unlimited)
					defer b.stop()
					b.tg.Fault(tt.fault)
					_, err := b.Deliver(t.Context(), m)
					if kind(err) != tt.want {
						t.Errorf("error %v (%T), want %s", err, err, tt.want)
					}
					if tt.fault.Kind == telegramtest.Hang && !errors.Is(err, context.DeadlineExceeded) {
						t.Errorf("error %v does not say that the time was up", err)
					}
					if busy, ok := errors.AsType[*chat.Busy](err); ok && busy.After != 7*time.Second {
						t.Errorf("told to wait %s, want 7s", busy.After)
					}
					if got := len(b.tg.Messages(7)) == 1; got != tt.lands {
						t.Errorf("arrived: %t, want %t", got, tt.lands)
					}
					leaksIn(t, err)
				})
			})
		}
	}
}

func TestWithoutAConnectionNothingWasSent(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "http://" + l.Addr().String()
	_ = l.Close()
	for name, config := range map[string]Config{
		"nobody listens":            {API: closed},
		"the name is not known":     {API: "http://telegram.invalid", HTTP: &http.Client{Transport: &http.Transport{DialContext: noSuchHost}}},
		"the address is none":       {API: "ht tp://%zz"},
		"there is no address":       {API: "/"},
		"an address with a percent": {API: closed + "/%41%"},
	} {
		for what, m := range map[string]chat.Message{
			"text": {To: 7, Text: "a"},
			"file": {To: 7, File: &chat.File{Name: "a.txt", Data: make([]byte, 100_000)}},
		} {
			t.Run(name+", "+what, func(t *testing.T) {
				config.Token = token
				c := New(config)
				defer c.Close()
				_, err := c.Deliver(t.Context(), m)
				if kind(err) != "Unavailable" {
					t.Errorf("error %v (%T), want Unavailable", err, err)
				}
				leaksIn(t, err)
			})
		}
	}
}

func noSuchHost(context.Context, string, string) (net.Conn, error) {
	return nil, &net.DNSError{Err: "no such host", Name: "telegram.invalid", IsNotFound: true}
}

func TestAfterTheEndNothingIsSent(t *testing.T) {
	b := inMemory(t, unlimited)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := b.Deliver(ctx, chat.Message{To: 7, Text: "a"})
	if kind(err) != "Unavailable" || len(b.tg.Calls()) != 0 {
		t.Errorf("error %v after %d calls, want Unavailable after none", err, len(b.tg.Calls()))
	}
}

func TestARoundTripperThatTellsNothingLeavesDoubt(t *testing.T) {
	c := New(Config{Token: token, HTTP: &http.Client{Transport: brokenTripper{}}})
	_, err := c.Deliver(t.Context(), chat.Message{To: 7, File: &chat.File{Name: "a", Data: make([]byte, 100_000)}})
	if kind(err) != "InDoubt" {
		t.Errorf("error %v (%T), want InDoubt", err, err)
	}
	leaksIn(t, err)
}

// brokenTripper fails with the address in its error, and closes no body.
type brokenTripper struct{}

func (brokenTripper) RoundTrip(r *http.Request) (*http.Response, error) {
	return nil, fmt.Errorf("cannot reach %s", r.URL)
}

// A page from something between us and Telegram is no word of Telegram's.
func TestOnlyTelegramItselfStopsTheBot(t *testing.T) {
	tests := map[string]struct {
		status int
		body   string
		want   string
	}{
		"404 page of a proxy":           {404, "<html>not found</html>", "InDoubt"},
		"404 in JSON, not Telegram's":   {404, `{"message":"no route"}`, "InDoubt"},
		"404 of Telegram's":             {404, `{"ok":false,"error_code":404,"description":"Not Found"}`, "Stop"},
		"401 of Telegram's":             {401, `{"ok":false,"error_code":401,"description":"Unauthorized"}`, "Stop"},
		"413 page of nginx":             {413, "<html>too large</html>", "Refused"},
		"429 page of nginx":             {429, "<html>slow down</html>", "Busy"},
		"a redirect is not followed":    {307, "<html>moved</html>", "InDoubt"},
		"200 and nothing":               {200, "", "InDoubt"},
		"200 and null":                  {200, "null", "InDoubt"},
		"delivered, unreadable receipt": {200, `{"ok":true,"result":"?"}`, ""},
		"the group moved":               {400, `{"ok":false,"error_code":400,"description":"Bad Request: group chat was upgraded to a supergroup chat","parameters":{"migrate_to_chat_id":-1009}}`, "Moved"},
		"the account is gone":           {403, `{"ok":false,"error_code":403,"description":"Forbidden: user is deactivated"}`, "Unreachable"},
		"a refusal that has the token":  {400, `{"ok":false,"error_code":400,"description":"Bad Request: bot123456:SECRET"}`, "Refused"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := New(Config{Token: token, HTTP: &http.Client{Transport: canned{tt.status, tt.body}}})
			for _, m := range []chat.Message{
				{To: 7, Text: "a"},
				{To: 7, File: &chat.File{Name: "a", Data: make([]byte, 100_000)}},
				{To: 7, Act: chat.Edit, Target: 1, Text: "a"},
				{To: 7, Act: chat.Ack, Press: "1"},
				{To: 7, Act: chat.Edit, Target: 1, Text: "a", Attach: &chat.Attach{Kind: chat.Photo, ID: "x"}},
				{To: 7, Act: chat.Delete, Target: 1},
				{To: 7, Text: "a", Attach: &chat.Attach{Kind: chat.Document, ID: "x"}},
			} {
				_, err := c.Deliver(t.Context(), m)
				if kind(err) != tt.want {
					t.Errorf("act %q: error %v (%T), want %q", m.Act, err, err, tt.want)
				}
				leaksIn(t, err)
			}
		})
	}
}

// canned answers everything alike.
type canned struct {
	status int
	body   string
}

func (c canned) RoundTrip(r *http.Request) (*http.Response, error) {
	_ = r.Body.Close()
	rec := http.Response{StatusCode: c.status, Header: http.Header{"Location": {"https://elsewhere.example/"}}, Request: r}
	rec.Body = http.NoBody
	if c.body != "" {
		rec.Body = readCloser{strings.NewReader(c.body)}
	}
	return &rec, nil
}

type readCloser struct{ *strings.Reader }

func (readCloser) Close() error { return nil }

func TestPrintingAClientPrintsNoToken(t *testing.T) {
	b := inMemory(t, unlimited)
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		leaks(t, format, fmt.Sprintf(format, b.Client))
		leaks(t, format+" of the value", fmt.Sprintf(format, struct{ C *Client }{b.Client}))
	}
	b.Client.log.Info("client", "client", b.Client) // looked at when the test ends
}
