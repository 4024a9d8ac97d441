package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/notice"
	"donghanh/internal/wording"
)

var pictures = flag.String("pictures", "", "folder in which TestDemo leaves its pictures")

// TestDemoWalksAClassThroughMonths moves the clock of the demo on: digests
// come, a mentor says what is done, and silence climbs to the cell secretary
// and the officer.
func TestDemoWalksAClassThroughMonths(t *testing.T) {
	d, url := startDemo(t)
	p := openPage(t, startBrowser(t), url, 1440, 900)
	for _, who := range []int64{sampleStudent, sampleMentor, sampleOfficer} {
		p.begin(who)
	}
	move := func(to, day string) {
		t.Helper()
		p.do(chromedp.Click(chromedp.CSS(`[data-move="`+to+`"]`), chromedp.NodeEnabled))
		p.until(`document.querySelector("#clock").innerText.includes("` + day + ` · 07:3")`)
		for { // until all of that morning is out
			depths, err := d.bots.db.LaneDepths(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			inboxes, err := d.bots.db.Inboxes(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if depths[chat.Reminders] == 0 && len(inboxes) == 0 {
				return
			}
			look[bool](p, "true")
		}
	}
	said := func(who int64, text string) int {
		t.Helper()
		return look[int](p, fmt.Sprintf(`[...document.querySelectorAll("#phone-%d .message:not(.mine)")].filter((m) => m.textContent.includes(%s)).length`, who, quoted(text)))
	}
	move("morning", "25/11/2026")
	p.has(sampleMentor, "Việc cần nhớ, thứ Tư 25/11/2026")
	p.has(sampleStudent, "Hết 12 tháng dự bị, mốc 12/12/2026")
	for _, inner := range []string{"Cấp ủy có thẩm quyền", "Đỗ Huy", "Chi bộ họp"} {
		p.hasNot(sampleStudent, inner)
	}

	const remark = "Nguyễn Lan: Nhận xét người được giúp đỡ"
	p.press(sampleMentor, "Đã làm")
	p.press(sampleMentor, remark)
	p.press(sampleMentor, "Hôm nay 25/11")
	p.has(sampleMentor, "Đã ghi")

	// For the other four no answer comes: after two, four and six working days
	// the mentor hears again, then the cell secretary, then the officer.
	for day := (journey.Date{Year: 2026, Month: 11, Day: 26}); !day.After(journey.Date{Year: 2026, Month: 12, Day: 8}); day = day.AddDays(1) {
		move("morning", fmt.Sprintf("%02d/%02d/%d", day.Day, day.Month, day.Year))
		switch day.Day {
		case 2:
			p.has(sampleMentor, "Mình nhắc lại vì chưa thấy trả lời.")
			p.hasNot(sampleOfficer, "chưa trả lời")
		case 4:
			p.has(sampleMentor, "mình đã báo bí thư chi bộ")
			p.has(sampleOfficer, "Người giúp đỡ (Trần Minh) chưa trả lời")
			p.shoot("reminders")
		case 8:
			p.has(sampleMentor, "mình đã báo bí thư chi bộ và cán bộ Đoàn")
			p.hasNot(sampleOfficer, "mình đã báo cán bộ Đoàn") // who is that officer
		}
	}
	lan := fmt.Sprintf(`[...document.querySelectorAll("#phone-%d .message:not(.mine)")].filter((m) => m.innerText.split("\n").some((l) => l.includes("Nguyễn Lan") && l.includes("Nhận xét người được giúp đỡ, hạn"))).length`, sampleMentor)
	if n := look[int](p, lan); n != 1 {
		t.Errorf("the mentor was told %d times of what was done after the first, want once", n)
	}

	// A month in which nothing ran is one message, not thirty.
	before := said(sampleMentor, "Việc cần nhớ")
	move("month", "07/01/2027")
	p.has(sampleMentor, "07/01/2027")
	if n := said(sampleMentor, "Việc cần nhớ") - before; n != 1 {
		t.Errorf("a month later the mentor got %d digests, want one", n)
	}
	p.has(sampleStudent, "Nộp bản tự kiểm điểm dự bị")
}

// TestDemoSendsANoticeWhileAStudentAsks: an officer writes to the whole sample
// academy, the bar moves, and a student's question is answered meanwhile.
func TestDemoSendsANoticeWhileAStudentAsks(t *testing.T) {
	d, url := startDemo(t)
	p := openPage(t, startBrowser(t), url, 1440, 900)
	for _, who := range []int64{sampleStudent, sampleMentor, sampleOfficer} {
		p.begin(who)
	}
	p.do(chromedp.Click(chromedp.CSS(`[data-move="morning"]`), chromedp.NodeEnabled)) // out of the quiet hours
	p.until(`document.querySelector("#clock").innerText.includes("25/11/2026 · 07:3")`)
	p.has(sampleOfficer, "Việc cần nhớ")

	p.say(sampleOfficer, "/thongbao")
	p.has(sampleOfficer, "Soạn thông báo")
	p.say(sampleOfficer, "Họp chi đoàn 19h thứ Sáu, hội trường A.")
	p.press(sampleOfficer, "Tất cả sinh viên")
	p.has(sampleOfficer, fmt.Sprintf("Tới %d người", sampleOthers+1)) // and Lan; the mentor is none, four are not linked
	p.press(sampleOfficer, "Gửi ngay")
	p.has(sampleOfficer, "Tạm dừng")
	p.say(sampleStudent, "du bi bao lau v ad")
	p.has(sampleStudent, "12 tháng")
	p.has(sampleStudent, "Họp chi đoàn 19h thứ Sáu")
	p.hasNot(sampleMentor, "Họp chi đoàn")

	notices, err := d.bots.db.Notices(t.Context(), 1)
	if err != nil || len(notices) != 1 {
		t.Fatalf("notices: %v, %v", notices, err)
	}
	if counts, err := d.bots.db.RecipientCounts(t.Context(), notices[0].ID); err != nil || counts.Left() == 0 {
		t.Errorf("the student was answered when all was out already: %v, %v", counts, err)
	}
	p.shoot("notice")
	p.has(sampleOfficer, "Đã gửi xong")
	counts, err := d.bots.db.RecipientCounts(t.Context(), notices[0].ID)
	if err != nil || counts[notice.Delivered] != sampleOthers+1 || counts[notice.Unlinked] != 4 {
		t.Errorf("in the end: %v, %v; want %d delivered, 4 unlinked", counts, err, sampleOthers+1)
	}
}

// TestDemo goes through the whole product as a visitor of the demo would, in
// one browser: each step builds on the ones before.
func TestDemo(t *testing.T) {
	d, url := startDemo(t)
	browser := startBrowser(t)
	p := openPage(t, browser, url, 1440, 900)

	t.Run("the student asks and reads the answer with its source", func(t *testing.T) {
		p.t = t
		p.begin(sampleStudent)
		p.say(sampleStudent, "du bi bao lau v ad")
		for _, want := range []string{"12 tháng", "Nguồn:", "Điều lệ Đảng"} {
			p.has(sampleStudent, want)
		}
		for _, other := range []int64{sampleMentor, sampleOfficer} {
			p.hasNot(other, "12 tháng")
		}
	})

	t.Run("a related question is a press away", func(t *testing.T) {
		p.t = t
		p.press(sampleStudent, "Quyền của đảng viên dự bị")
		p.has(sampleStudent, "trừ ba quyền")
	})

	t.Run("the menu of each role lists its commands", func(t *testing.T) {
		p.t = t
		p.begin(sampleMentor)
		p.begin(sampleOfficer)
		for id, roles := range map[int64][]journey.Role{
			sampleStudent: {journey.Student}, sampleMentor: {journey.Mentor}, sampleOfficer: {journey.YouthOfficer, journey.CellSecretary},
		} {
			var want []string
			for _, c := range d.bots.handlers.Menu(roles...) {
				want = append(want, "/"+c.Name+" "+c.Does)
			}
			if slices.ContainsFunc(want, func(c string) bool { return strings.HasPrefix(c, "/cauhoi ") }) != (id == sampleOfficer) {
				t.Errorf("the menu of %s: %q", roles, want)
			}
			menu := fmt.Sprintf(`[...document.querySelectorAll("#phone-%d .pop-commands button")].map((b) => [...b.children].map((c) => c.textContent).join(" ")).join("\n")`, id)
			p.until(menu + " === " + quoted(strings.Join(want, "\n")))
		}
	})

	t.Run("the self-check leads by buttons to the list", func(t *testing.T) {
		p.t = t
		p.do(chromedp.Click(at(sampleStudent, ".commands")), chromedp.Click(at(sampleStudent, `.pop-commands [data-name="dieukien"]`), chromedp.NodeVisible))
		for _, label := range []string{"2005", "Tháng 3", "Là đoàn viên", "Rồi", "Có giấy chứng nhận", "2025", "Tháng 4", "Đạt"} {
			p.press(sampleStudent, label)
		}
		p.has(sampleStudent, "✓ Tuổi")
		p.has(sampleStudent, "✓ Lớp nhận thức về Đảng")
		p.has(sampleStudent, "Bước tiếp theo:")
	})

	t.Run("a picture is refused with the reason and never fetched", func(t *testing.T) {
		p.t = t
		p.do(chromedp.SetUploadFiles(at(sampleStudent, ".pick-photo"), []string{photo(t)}))
		p.until(fmt.Sprintf(`document.querySelector("#phone-%d .staged-name").innerText.startsWith("the-can-cuoc.png")`, sampleStudent))
		p.say(sampleStudent, "ảnh căn cước của em")
		p.has(sampleStudent, "Mình không nhận ảnh")
		p.has(sampleStudent, "tài liệu mật của Đảng")
		if slices.Contains(d.methods(), "getFile") {
			t.Error("the bot asked for the file")
		}
	})

	const unanswerable, answer = "bí thư chi bộ trường em họp ngày mấy hàng tháng vậy", "Chi bộ sinh viên họp ngày 3 hằng tháng, ở phòng 201 nhà A1."
	t.Run("a question without an answer is kept for the officer", func(t *testing.T) {
		p.t = t
		p.say(sampleStudent, unanswerable)
		p.until(fmt.Sprintf(`(() => {
			const [asked, got] = [...document.querySelectorAll("#phone-%d .message")].slice(-2);
			return asked.textContent.includes(%s) && !got.matches(".mine") && !got.textContent.includes("Nguồn:");
		})()`, sampleStudent, quoted(unanswerable)))
		p.press(sampleStudent, "Hỏi cán bộ")
		p.has(sampleStudent, "Mình đã giữ câu hỏi này cho cán bộ")
		p.hasNot(sampleOfficer, "câu hỏi đang chờ")
	})

	t.Run("the morning brings the officer a digest", func(t *testing.T) {
		p.t = t
		p.do(chromedp.Click(chromedp.CSS(`[data-move="morning"]`)))
		p.until(`document.querySelector("#clock").innerText.startsWith("thứ Tư, 25/11/2026 · 07:3")`)
		p.has(sampleOfficer, "Có 1 câu hỏi đang chờ cán bộ trả lời")
		p.hasNot(sampleMentor, "câu hỏi đang chờ")
	})

	t.Run("the officer answers and the student reads it", func(t *testing.T) {
		p.t = t
		p.say(sampleOfficer, "/cauhoi")
		p.has(sampleOfficer, unanswerable)
		p.hasNot(sampleOfficer, "Lan hỏi")
		p.press(sampleOfficer, "1")
		p.press(sampleOfficer, "Tôi trả lời")
		p.press(sampleOfficer, "Trả lời ngay")
		p.has(sampleOfficer, "Gõ câu trả lời")
		p.say(sampleOfficer, answer)
		p.has(sampleOfficer, "Người hỏi sẽ nhận đúng như sau")
		p.press(sampleOfficer, "Gửi trả lời")
		p.has(sampleOfficer, "Đã gửi cho người hỏi")
		p.has(sampleStudent, answer)
		p.has(sampleStudent, "trả lời lúc 07:3")
		p.hasNot(sampleMentor, answer)
	})

	t.Run("the mentor asks too", func(t *testing.T) {
		p.t = t
		p.say(sampleMentor, "tôi được phân công giúp đỡ thì phải làm gì")
		p.has(sampleMentor, "Nguồn:")
		p.shoot("demo", "/cauhoi", "du bi bao lau", "tôi được phân công")
	})

	t.Run("on a phone the same question works", func(t *testing.T) {
		phone := openPage(t, browser, url, 390, 844)
		phone.until(`[...document.querySelectorAll(".phone")].filter((f) => f.checkVisibility()).length === 1`)
		answers := fmt.Sprintf(`[...document.querySelectorAll("#phone-%d .message:not(.mine)")].filter((m) => m.textContent.includes("12 tháng, tính từ ngày")).length`, sampleStudent)
		phone.until(answers + " === 1")
		phone.say(sampleStudent, "du bi bao lau v ad")
		phone.until(answers + " === 2")
		if show := `document.documentElement.scrollWidth <= innerWidth`; !look[bool](phone, show) {
			t.Error("the page is wider than the window")
		}
		phone.shoot("phone", "du bi bao lau")
	})

	if mistakes := d.telegram.Mistakes(); len(mistakes) > 0 {
		t.Errorf("Telegram would not know: %v", mistakes)
	}
}

func TestADayLaterTheDemoHasForgottenTheConversation(t *testing.T) {
	d, url := startDemo(t)
	ctx := t.Context()
	talk := chat.Talk{Handled: 1}
	talk.Remember(chat.Asked{Seq: 1, At: d.bots.now(), Text: "dự bị bao lâu"})
	if err := d.bots.db.SaveTalk(ctx, sampleStudent, talk); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		move string
		kept int
	}{{"hour", 1}, {"day", 0}} {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/clock", strings.NewReader(`{"move":"`+step.move+`"}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		got, err := d.bots.db.Talk(ctx, sampleStudent)
		if err != nil || answer.StatusCode != http.StatusOK || len(got.Asked) != step.kept {
			t.Errorf("after %q (%s) the store remembers %v, %v, want %d questions", step.move, answer.Status, got.Asked, err, step.kept)
		}
	}
}

// startDemo runs the demo until the test ends, with its clock at 21:40 on 24
// November 2026.
func startDemo(t *testing.T) (d *sample, url string) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	var log bytes.Buffer
	d, err := newDemo(ctx, env{err: &log}, time.Date(2026, 11, 24, 21, 40, 0, 0, journey.Zone))
	if err != nil {
		t.Fatal(err)
	}
	page, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- d.run(ctx, page) }()
	t.Cleanup(func() {
		stop()
		if err := errors.Join(<-ended, d.close()); err != nil {
			t.Errorf("the demo ended with %v", err)
		}
		for line := range strings.Lines(log.String()) {
			if !strings.Contains(line, "asked to wait") { // the student presses faster than Telegram likes
				t.Errorf("the demo complained: %s", line)
			}
		}
	})
	return d, "http://" + page.Addr().String()
}

// methods lists the methods of Telegram the bot called.
func (d *sample) methods() (out []string) {
	for _, c := range d.telegram.Calls() {
		out = append(out, c.Method)
	}
	return out
}

// photo returns the path of a small picture.
func photo(t *testing.T) string {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 64, 40))
	for i := range img.Pix {
		img.Pix[i] = 0xff
	}
	img.Set(1, 1, color.Black)
	var b bytes.Buffer
	file := filepath.Join(t.TempDir(), "the-can-cuoc.png")
	if err := errors.Join(png.Encode(&b, img), os.WriteFile(file, b.Bytes(), 0o600)); err != nil {
		t.Fatal(err)
	}
	return file
}

// startBrowser runs Chromium until the test ends.
func startBrowser(t *testing.T) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		t.Fatal("no chromium, chromium-browser or google-chrome in PATH: the demo cannot be tested")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.WindowSize(1440, 900))
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, _ := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		closing, done := context.WithTimeout(ctx, 10*time.Second)
		_ = chromedp.Cancel(closing) // it is killed next if it does not end
		done()
		stop()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	return ctx
}

// shownPage is the page of the demo in a window.
type shownPage struct {
	t   *testing.T // of the step under way
	ctx context.Context
}

// openPage opens the page. The test fails if the page has an error of its own.
func openPage(t *testing.T, browser context.Context, url string, width, height int64) *shownPage {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser)
	p := &shownPage{t: t, ctx: ctx}
	console := chromedp.Console(ctx)
	var wrong []string
	var reader sync.WaitGroup
	reader.Go(func() {
		for m, err := range console {
			if err != nil {
				return
			}
			wrong = append(wrong, m.String())
		}
	})
	t.Cleanup(func() {
		cancel()
		reader.Wait()
		for _, w := range wrong {
			t.Errorf("the page has an error: %s", w)
		}
	})
	p.do(chromedp.EmulateViewport(width, height), chromedp.Navigate(url))
	p.until(`document.querySelectorAll(".phone").length === 3`)
	return p
}

// patience is how long anything on the page may take.
const patience = 15 * time.Second

func (p *shownPage) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatalf("%v\n%s", err, p.text())
	}
}

// until waits until an expression is true.
func (p *shownPage) until(expression string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	script := fmt.Sprintf(`(async () => {
		while (!(%s)) await new Promise((again) => setTimeout(again, 15));
		return true;
	})()`, expression)
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](script, chromedp.EvalAwaitPromise)); err != nil {
		p.t.Fatalf("never came true: %s: %v\n%s", expression, err, p.text())
	}
}

// look returns the value of an expression.
func look[T any](p *shownPage, expression string) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// text is all the page shows, for a failure to print.
func (p *shownPage) text() string {
	return "the page shows:\n" + look[string](p, `document.body.innerText`)
}

// at is a selector within a person's phone.
func at(person int64, selector string) chromedp.CSS {
	return chromedp.CSS(fmt.Sprintf("#phone-%d %s", person, selector))
}

func chatOf(person int64) string {
	return fmt.Sprintf(`document.querySelector("#phone-%d .messages").textContent`, person)
}

// has waits until a person's chat holds a text.
func (p *shownPage) has(person int64, text string) {
	p.t.Helper()
	p.until(fmt.Sprintf("%s.includes(%s)", chatOf(person), quoted(text)))
}

// hasNot reports a text in a person's chat.
func (p *shownPage) hasNot(person int64, text string) {
	p.t.Helper()
	if got := look[string](p, chatOf(person)); strings.Contains(got, text) {
		p.t.Errorf("person %d has %q in the chat:\n%s", person, text, got)
	}
}

// begin presses the start button of an empty chat and agrees to be linked.
func (p *shownPage) begin(person int64) {
	p.t.Helper()
	p.do(chromedp.Click(at(person, ".start"), chromedp.NodeVisible))
	p.has(person, "Khi bạn đồng ý, mình lưu")
	p.press(person, wording.LinkMe)
	p.has(person, "Mình đã liên kết tài khoản này với bạn")
}

// press presses the last button with a label, once it is there.
func (p *shownPage) press(person int64, label string) {
	p.t.Helper()
	key := fmt.Sprintf(`[...document.querySelectorAll("#phone-%d button.key:enabled")].findLast((k) => k.textContent === %s)`, person, quoted(label))
	p.until(key)
	look[bool](p, fmt.Sprintf(`(() => {
		document.querySelector("#to-press")?.removeAttribute("id");
		%s.id = "to-press";
		return true;
	})()`, key))
	p.do(chromedp.Click(chromedp.CSS("#to-press")))
}

// say types a text and Enter.
func (p *shownPage) say(person int64, text string) {
	p.t.Helper()
	p.do(chromedp.SendKeys(at(person, "textarea"), text, chromedp.NodeVisible), pressEnter)
}

// pressEnter presses Enter as a keyboard does. (The library's own sends the
// letter too, even if the page has taken the key for itself.)
var pressEnter = chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
	key := input.DispatchKeyEventParams{Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13, NativeVirtualKeyCode: 13}
	for _, key.Type = range []input.DispatchKeyEventType{input.DispatchKeyEventTypeKeyDown, input.DispatchKeyEventTypeKeyUp} {
		key.Text = map[bool]string{true: "\r"}[key.Type == input.DispatchKeyEventTypeKeyDown]
		if _, err := cdp.Call(ctx, t, input.DispatchKeyEvent, key); err != nil {
			return err
		}
	}
	return nil
})

// shoot leaves a picture of the page for the README, if asked for. The chats
// in which a person said one of the texts are scrolled to it.
func (p *shownPage) shoot(name string, said ...string) {
	p.t.Helper()
	if *pictures == "" {
		return
	}
	body, err := json.Marshal(append([]string{}, said...)) // none is an empty list
	if err != nil {
		p.t.Fatal(err)
	}
	look[bool](p, fmt.Sprintf(`(() => {
		document.activeElement.blur();
		for (const said of %s) {
			const mine = [...document.querySelectorAll(".mine")].findLast((m) => m.textContent.includes(said));
			mine.closest(".log").scrollTop += mine.getBoundingClientRect().top - mine.closest(".log").getBoundingClientRect().top - 12;
		}
		return true;
	})()`, body))
	p.until(`!document.querySelector(".toast.on") && !document.querySelector(".typing:not([hidden])") && document.getAnimations().every((a) => a.playState !== "running")`)
	raw, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		p.t.Fatal(err)
	}
	var small bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := errors.Join(encoder.Encode(&small, img), os.WriteFile(filepath.Join(*pictures, name+".png"), small.Bytes(), 0o600)); err != nil {
		p.t.Fatal(err)
	}
}

// quoted writes a text as JavaScript does.
func quoted(text string) string {
	b, err := json.Marshal(text)
	if err != nil {
		panic(err) // of a string, never
	}
	return string(b)
}
