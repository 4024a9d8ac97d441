package demo_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"donghanh/internal/demo"
	"donghanh/internal/telegramtest"
)

const (
	student = 1001
	mentor  = 1002
	officer = 1003
)

// start is what the clock of the tests shows first.
var start = time.Date(2026, 11, 24, 21, 40, 0, 0, time.FixedZone("+07", 7*3600))

// stage is a demo with a small bot behind it.
type stage struct {
	telegram *telegramtest.Server
	clock    *demo.Clock
	demo     *demo.Demo
	url      string // of the page
	bot      *bot
}

func people() []demo.Person {
	return []demo.Person{
		{User: telegramtest.User{ID: student, FirstName: "Trần Minh An", Language: "vi"}, Role: "Sinh viên",
			Hints: []string{"dự bị bao lâu", "ho so gom nhung gi", "gpa bn thi dc xet", "/start ma-cua-an"}},
		{User: telegramtest.User{ID: mentor, FirstName: "Lê Thu Hà", Language: "vi"}, Role: "Người giúp đỡ", Hints: []string{"/han", "/sinhvien"}},
		{User: telegramtest.User{ID: officer, FirstName: "Phạm", LastName: "Quốc Bảo", Language: "vi"}, Role: "Cán bộ Đoàn", Hints: []string{"/thongbao", "/tiendo"}},
	}
}

// newStage runs a demo until the test ends.
func newStage(t testing.TB, cast []demo.Person) *stage {
	t.Helper()
	s := &stage{clock: demo.NewClock(start)}
	telegram, api := telegramtest.Start(t, telegramtest.Config{Now: s.clock.Now, Limits: telegramtest.Limits{ChatBurst: -1}})
	s.telegram = telegram
	s.demo = demo.New(demo.Config{Telegram: s.telegram, People: cast, Clock: s.clock})
	page := httptest.NewServer(s.demo)
	t.Cleanup(page.Close)
	t.Cleanup(s.demo.Close) // first: open event streams would keep the page
	s.url = page.URL
	s.bot = startBot(t, api)
	return s
}

// bot answers as a bot would, through the Bot API.
type bot struct {
	t    testing.TB
	api  string
	hold sync.Mutex // held: presses are not answered
}

func startBot(t testing.TB, api string) *bot {
	b := &bot{t: t, api: api}
	ctx, stop := context.WithCancel(context.Background())
	var ended sync.WaitGroup
	b.call(ctx, "setMyCommands", map[string]any{"commands": []map[string]string{
		{"command": "dieukien", "description": "Tự xem mình còn thiếu điều kiện gì"},
		{"command": "dulieu", "description": "Mình đang lưu gì về bạn, tải về, xóa"},
		{"command": "trogiup", "description": "Cách dùng, gặp người thật"},
	}}, nil)
	b.call(ctx, "setMyDescription", map[string]any{"description": "Hỏi đáp về việc vào Đảng cho sinh viên."}, nil)
	ended.Go(func() { b.poll(ctx) })
	t.Cleanup(func() {
		stop()
		ended.Wait()
	})
	return b
}

type (
	update struct {
		ID      int       `json:"update_id"`
		Message *incoming `json:"message"`
		Press   *struct {
			ID      string   `json:"id"`
			Data    string   `json:"data"`
			Message incoming `json:"message"`
		} `json:"callback_query"`
	}
	incoming struct {
		ID   int `json:"message_id"`
		Chat struct {
			ID int64 `json:"id"`
		} `json:"chat"`
		Text     string     `json:"text"`
		Caption  string     `json:"caption"`
		Document *uploaded  `json:"document"`
		Photo    []uploaded `json:"photo"`
	}
	uploaded struct {
		ID   string `json:"file_id"`
		Name string `json:"file_name"`
	}
)

func (b *bot) poll(ctx context.Context) {
	offset := 0
	for ctx.Err() == nil {
		var updates []update
		b.call(ctx, "getUpdates", map[string]any{
			"offset": offset, "timeout": 30, "allowed_updates": []string{"message", "callback_query", "my_chat_member"},
		}, &updates)
		for _, u := range updates {
			offset = u.ID + 1
			switch {
			case u.Press != nil:
				b.pressed(ctx, u)
			case u.Message != nil:
				b.got(ctx, *u.Message)
			}
		}
	}
}

func (b *bot) got(ctx context.Context, m incoming) {
	say := func(text string, rows ...[]map[string]string) {
		p := map[string]any{"chat_id": m.Chat.ID, "text": text, "parse_mode": "HTML"}
		if len(rows) > 0 {
			p["reply_markup"] = map[string]any{"inline_keyboard": rows}
		}
		b.call(ctx, "sendMessage", p, nil)
	}
	switch {
	case m.Document != nil:
		say(fmt.Sprintf("Đã nhận tệp <b>%s</b>: <code>%s</code> (%s)", html.EscapeString(m.Document.Name), html.EscapeString(b.fetch(ctx, m.Document.ID)), html.EscapeString(m.Caption)))
	case m.Photo != nil:
		say(fmt.Sprintf("Đã nhận ảnh, %d byte", len(b.fetch(ctx, m.Photo[0].ID))))
	case strings.HasPrefix(m.Text, "/start"):
		say("Chào bạn, mình là <b>Đồng Hành</b>. Gõ /trogiup để xem cách dùng. Mã:" + html.EscapeString(strings.TrimPrefix(m.Text, "/start")))
	case m.Text == "nút":
		say("<b>Chọn một</b>", []map[string]string{{"text": "Đúng ý", "callback_data": "ok"}, {"text": "Chưa đúng", "callback_data": "no"}},
			[]map[string]string{{"text": "Văn bản", "url": "https://example.org/van-ban"}})
	case m.Text == "kiểu":
		say(`<b>đậm</b> <i>nghiêng</i> <u>gạch dưới</u> <s>gạch bỏ</s> <code>mã &lt;b&gt;</code> <a href="https://example.org/?a=1&amp;b=2">liên kết</a> <tg-spoiler>kín</tg-spoiler>` +
			"<pre>hai\ndòng</pre><blockquote>trích</blockquote>a &lt; b &amp; c &gt; d")
	case m.Text == "tệp":
		b.send(ctx, m.Chat.ID, "du-lieu-của tôi.json", []byte(`{"xin":"chào"}`))
	case m.Text == "im":
	case m.Text == "dài":
		say(strings.Repeat("Một dòng chữ cho dài.\n", 80) + "hết")
	case m.Text == "nguồn":
		say(answer, []map[string]string{{"text": "Đúng ý", "callback_data": "ok"}, {"text": "Chưa đúng", "callback_data": "no"}})
	case m.Text == "trích":
		say("<blockquote expandable>một dòng</blockquote>ngắn\n<blockquote expandable>" + strings.Repeat("Một dòng chữ cho dài.\n", 9) + "hết</blockquote>")
	default:
		say("Bạn hỏi: " + html.EscapeString(m.Text))
	}
}

// answer is taller than a chat, and names its sources.
var answer = "<b>Thời gian dự bị là 12 tháng, tính từ ngày chi bộ tổ chức lễ kết nạp.</b>\n" +
	strings.Repeat("• Không tính từ ngày họp chi bộ, ngày ký hay ngày nhận quyết định. Chi bộ tiếp tục giáo dục, rèn luyện và phân công một đảng viên chính thức giúp đỡ.\n", 5) +
	"\n<blockquote expandable><i>Nguồn:\n• Điều lệ Đảng ngày 19/01/2011, Điều 5, khoản 1;\n" +
	strings.Repeat("• Quy định thi hành Điều lệ Đảng, điểm 4.2.1 (bản đã đọc; chưa kiểm chứng theo văn bản hiện hành);\n", 3) +
	`• <a href="https://example.org/van-ban">Văn bản gốc</a>.</i></blockquote>Bản soạn từ nguồn công khai, đang chờ cấp ủy duyệt.`

func (b *bot) pressed(ctx context.Context, u update) {
	b.hold.Lock()
	defer b.hold.Unlock()
	chosen := map[string]string{"ok": "Đúng ý", "no": "Chưa đúng"}[u.Press.Data]
	b.call(ctx, "editMessageText", map[string]any{
		"chat_id": u.Press.Message.Chat.ID, "message_id": u.Press.Message.ID, "parse_mode": "HTML",
		"text": "Bạn chọn <b>" + chosen + "</b>",
	}, nil)
	b.call(ctx, "answerCallbackQuery", map[string]any{"callback_query_id": u.Press.ID, "text": "Đã ghi: " + chosen}, nil)
}

// call calls a method, and reports what it is refused.
func (b *bot) call(ctx context.Context, method string, params map[string]any, result any) {
	form := url.Values{}
	for name, v := range params {
		switch v := v.(type) {
		case string:
			form.Set(name, v)
		case int:
			form.Set(name, strconv.Itoa(v))
		case int64:
			form.Set(name, strconv.FormatInt(v, 10))
		default:
			body, err := json.Marshal(v)
			if err != nil {
				b.t.Errorf("%s: %v", method, err)
			}
			form.Set(name, string(body))
		}
	}
	b.post(ctx, method, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()), result)
}

func (b *bot) send(ctx context.Context, chat int64, name string, data []byte) {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile("document", name)
	if err == nil {
		_, err = part.Write(data)
	}
	err = errors.Join(err, w.WriteField("chat_id", strconv.FormatInt(chat, 10)), w.WriteField("caption", "Của bạn đây."), w.Close())
	if err != nil {
		b.t.Error(err)
	}
	b.post(ctx, "sendDocument", w.FormDataContentType(), &body, nil)
}

func (b *bot) post(ctx context.Context, method, kind string, body io.Reader, result any) {
	answer := struct {
		OK          bool
		Description string
		Result      any
	}{Result: result}
	err := b.do(ctx, http.MethodPost, "/bot123456:TEST/"+method, kind, body, func(r io.Reader) error { return json.NewDecoder(r).Decode(&answer) })
	if ctx.Err() != nil {
		return
	}
	if err != nil || !answer.OK {
		b.t.Errorf("%s: %v %s", method, err, answer.Description)
	}
}

func (b *bot) do(ctx context.Context, verb, path, kind string, body io.Reader, read func(io.Reader) error) error {
	req, err := http.NewRequestWithContext(ctx, verb, b.api+path, body)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", kind)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	return errors.Join(read(resp.Body), resp.Body.Close())
}

// fetch returns the content of a file a person sent.
func (b *bot) fetch(ctx context.Context, id string) string {
	var f struct {
		Path string `json:"file_path"`
	}
	b.call(ctx, "getFile", map[string]any{"file_id": id}, &f)
	var data []byte
	err := b.do(ctx, http.MethodGet, "/file/bot123456:TEST/"+f.Path, "", nil, func(r io.Reader) (err error) {
		data, err = io.ReadAll(r)
		return err
	})
	if err != nil {
		b.t.Error(err)
	}
	return string(data)
}
