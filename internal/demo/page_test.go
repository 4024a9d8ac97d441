package demo_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

func TestWhatTheStudentTypesIsAnsweredInTheStudentsColumnOnly(t *testing.T) {
	s := newStage(t, people())
	p := open(t, s.url, 1440, 900)
	p.start(student)
	p.say(student, "dự bị bao lâu")
	p.has(student, "Bạn hỏi: dự bị bao lâu")
	for _, other := range []int64{mentor, officer} {
		p.hasNot(other, "dự bị bao lâu")
	}
	if got := s.telegram.Messages(student); len(got) != 4 || got[2].Text != "dự bị bao lâu" {
		t.Errorf("the chat holds %v", got)
	}
}

func TestStartSendsTheCodeOfTheHint(t *testing.T) {
	s := newStage(t, people())
	p := open(t, s.url, 1440, 900)
	if about := eval[string](p, `document.querySelector("#phone-1001 .about").innerText`); about != "Hỏi đáp về việc vào Đảng cho sinh viên." {
		t.Errorf("an empty chat says %q", about)
	}
	p.start(student)
	p.has(student, "Mã: ma-cua-an")
	p.start(mentor)
	if first := s.telegram.Messages(mentor)[0].Text; first != "/start" {
		t.Errorf("without a code it sends %q", first)
	}
	if chips := eval[[]string](p, `[...document.querySelectorAll("#phone-1001 .chip")].map((c) => c.innerText)`); !slices.Equal(chips, people()[0].Hints[:3]) {
		t.Errorf("chips %q", chips)
	}
	p.do(chromedp.Click(in(student, ".chip:nth-child(2)")))
	p.has(student, "Bạn hỏi: ho so gom nhung gi")
}

func TestAPressSpinsUntilAnsweredThenEditsAndShowsTheToast(t *testing.T) {
	s := newStage(t, people())
	p := open(t, s.url, 1440, 900)
	p.start(student)
	p.say(student, "nút")
	s.bot.hold.Lock()
	p.do(chromedp.Click(in(student, `.key[data-data="ok"]`), chromedp.NodeVisible))
	p.until(`document.querySelector('#phone-1001 .key[data-data="ok"]').disabled && document.querySelector('#phone-1001 .key.busy[aria-busy="true"]')`)
	if eval[bool](p, `document.querySelector('#phone-1001 .key[data-data="no"]').disabled`) {
		t.Error("the other button is disabled too")
	}
	p.shoot("pressed")
	s.bot.hold.Unlock()
	p.has(student, "Bạn chọn Đúng ý")
	p.has(student, "đã sửa")
	p.until(`document.querySelector("#phone-1001 .toast.on")?.innerText === "Đã ghi: Đúng ý"`)
	p.until(`!document.querySelector("#phone-1001 .key")`) // the edit took them away
	if n := eval[int](p, `document.querySelectorAll(".toast.on").length`); n != 1 {
		t.Errorf("%d toasts, want the student's only", n)
	}
}

func TestAButtonWithAnAddressIsALink(t *testing.T) {
	s := newStage(t, people())
	p := open(t, s.url, 1440, 900)
	p.start(student)
	p.say(student, "nút")
	p.until(`document.querySelector("#phone-1001 a.key")?.href === "https://example.org/van-ban"`)
	if rel := eval[string](p, `document.querySelector("#phone-1001 a.key").rel`); rel != "noopener noreferrer" {
		t.Errorf("rel %q", rel)
	}
}

func TestMarkupInANameOrATextStaysText(t *testing.T) {
	const evil = `<img src=x onerror="document.title='hỏng'"><script>document.title='hỏng'</script><b>x</b>&lt;`
	cast := people()
	cast[0].FirstName, cast[0].Role, cast[0].Hints = evil, evil, []string{evil}
	s := newStage(t, cast)
	p := open(t, s.url, 1440, 900)
	p.start(student)
	p.say(student, evil)
	p.has(student, "Bạn hỏi: "+evil)
	s.telegram.Upload(student, "document", evil+".txt", []byte("x"), evil)
	p.has(student, "Đã nhận tệp")
	if n := eval[int](p, `document.querySelectorAll("main img:not([src='icon.svg']), main script, #phone-1001 .mine b:not(.file b)").length`); n != 0 {
		t.Errorf("%d elements came out of a text", n)
	}
	if name := eval[string](p, `document.querySelector("#phone-1001 h2").textContent`); name != evil {
		t.Errorf("name %q", name)
	}
	if title := eval[string](p, `document.title`); title != "Đồng Hành · bản xem thử" {
		t.Errorf("title %q: a script ran", title)
	}
}

func TestTheBotsMarkupIsShown(t *testing.T) {
	s := newStage(t, people())
	p := open(t, s.url, 1440, 900)
	p.start(student)
	p.say(student, "kiểu")
	p.has(student, "a < b & c > d")
	for tag, want := range map[string]string{
		"b": "đậm", "i": "nghiêng", "u": "gạch dưới", "s": "gạch bỏ", "code": "mã <b>", "a": "liên kết",
		".spoiler": "kín", "pre": "hai\ndòng", "blockquote": "trích",
	} {
		got := eval[string](p, fmt.Sprintf(`[...document.querySelectorAll("#phone-1001 .message")].at(-1).querySelector(".text %s")?.textContent ?? "(missing)"`, tag))
		if got != want {
			t.Errorf("%s holds %q, want %q", tag, got, want)
		}
	}
	if href := eval[string](p, `document.querySelector("#phone-1001 .text a").href`); href != "https://example.org/?a=1&b=2" {
		t.Errorf("href %q", href)
	}
	p.do(chromedp.Click(in(student, ".spoiler")))
	p.until(`document.querySelector("#phone-1001 .spoiler.open")`)
}

func TestACommandInATextCanBePressed(t *testing.T) {
	s := newStage(t, people())
	p := open(t, s.url, 1440, 900)
	p.start(student)
	p.do(chromedp.Click(in(student, ".message:not(.mine) .cmd")))
	p.has(student, "Bạn hỏi: /trogiup")
}

func TestTheMenuListsTheCommands(t *testing.T) {
	s := newStage(t, people())
	p := open(t, s.url, 1440, 900)
	p.start(mentor)
	p.do(chromedp.Click(in(mentor, ".commands")))
	p.until(`document.activeElement.dataset.name === "dieukien"`)
	p.shoot("menu")
	p.do(chromedp.KeyEvent(kb.ArrowDown))
	p.until(`document.activeElement.dataset.name === "dulieu"`)
	p.do(enter)
	p.has(mentor, "Bạn hỏi: /dulieu")
	p.until(`document.querySelector("#phone-1002 .pop-commands").hidden`)

	p.do(chromedp.SendKeys(in(mentor, "textarea"), "/tro"))
	p.until(`[...document.querySelectorAll("#phone-1002 .pop-commands button")].filter((b) => b.checkVisibility()).map((b) => b.innerText).join().startsWith("/trogiup")`)
	p.do(chromedp.KeyEvent(kb.Escape))
	p.until(`document.querySelector("#phone-1002 .pop-commands").hidden`)
}

func TestEnterSendsShiftEnterBreaksAndAnInputMethodKeepsItsEnter(t *testing.T) {
	s := newStage(t, people())
	p := open(t, s.url, 1440, 900)
	p.start(student)
	p.do(chromedp.SendKeys(in(student, "textarea"), "một"), chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(chromedp.ModifierShift)),
		chromedp.SendKeys(in(student, "textarea"), "hai"))
	eval[bool](p, `document.querySelector("#phone-1001 textarea").dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", isComposing: true, bubbles: true, cancelable: true}))`)
	p.until(`document.querySelector("#phone-1001 textarea").value === "một\nhai"`)
	p.do(enter)
	p.has(student, "Bạn hỏi: một\nhai")
	p.until(`document.querySelector("#phone-1001 textarea").value === "" && document.querySelector("#phone-1001 .send").disabled`)
}

func TestAFileGoesBothWays(t *testing.T) {
	s := newStage(t, people())
	p := open(t, s.url, 1440, 900)
	downloads, yes := t.TempDir(), true
	_, err := chromedp.CallBrowser(p.ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: downloads, EventsEnabled: &yes,
	})
	if err != nil {
		t.Fatal(err)
	}
	p.start(student)

	mine := filepath.Join(t.TempDir(), "đơn của em.txt")
	if err := os.WriteFile(mine, []byte("nội dung <đơn>"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.do(chromedp.SetUploadFiles(in(student, ".pick-document"), []string{mine}))
	p.until(`document.querySelector("#phone-1001 .staged-name").innerText.startsWith("đơn của em.txt · 18 B")`)
	p.say(student, "của em đây")
	p.has(student, "Đã nhận tệp đơn của em.txt: nội dung <đơn> (của em đây)")

	p.say(student, "tệp")
	p.has(student, "du-lieu-của tôi.json")
	finished := chromedp.BrowserEvents(p.ctx, browser.DownloadProgress)
	p.do(chromedp.Click(in(student, `.message:not(.mine) a.file`)))
	for e, err := range finished {
		if err != nil {
			t.Fatal(err)
		}
		if e.State == browser.DownloadProgressStateCompleted {
			break
		}
	}
	got, err := os.ReadFile(filepath.Join(downloads, "du-lieu-của tôi.json"))
	if err != nil || string(got) != `{"xin":"chào"}` {
		t.Errorf("downloaded %q, %v", got, err)
	}
}

func TestAPictureIsShownSmall(t *testing.T) {
	s := newStage(t, people())
	p := open(t, s.url, 1440, 900)
	p.start(student)
	file := filepath.Join(t.TempDir(), "ảnh.png")
	if err := os.WriteFile(file, picture(t), 0o600); err != nil {
		t.Fatal(err)
	}
	p.do(chromedp.SetUploadFiles(in(student, ".pick-photo"), []string{file}), chromedp.Click(in(student, ".send"), chromedp.NodeEnabled))
	p.has(student, "Đã nhận ảnh")
	p.until(`document.querySelector("#phone-1001 .picture img").naturalWidth === 64`)
}

func TestATooBigFileIsRefusedBeforeItIsSent(t *testing.T) {
	s := newStage(t, people())
	p := open(t, s.url, 1440, 900)
	p.start(student)
	file := filepath.Join(t.TempDir(), "to.bin")
	if err := os.WriteFile(file, make([]byte, 20<<20+1), 0o600); err != nil {
		t.Fatal(err)
	}
	p.do(chromedp.SetUploadFiles(in(student, ".pick-document"), []string{file}))
	p.until(`document.querySelector("#phone-1001 .toast.on")?.innerText === "Tệp lớn hơn 20 MB nên không gửi được."`)
}

func TestTheClockMoves(t *testing.T) {
	s := newStage(t, people())
	p := open(t, s.url, 1440, 900)
	clock := func(want string) {
		t.Helper()
		p.until(fmt.Sprintf(`document.querySelector("#clock").innerText.startsWith(%s)`, quote(want)))
	}
	clock("thứ Ba, 24/11/2026 · 21:4")
	p.do(chromedp.Click(chromedp.CSS(`[data-move="hour"]`)))
	clock("thứ Ba, 24/11/2026 · 22:4")
	p.do(chromedp.Click(chromedp.CSS(`[data-move="day"]`), chromedp.NodeEnabled))
	clock("thứ Tư, 25/11/2026 · 22:4")
	p.start(student)
	p.do(chromedp.Click(chromedp.CSS(`[data-move="morning"]`), chromedp.NodeEnabled))
	clock("thứ Năm, 26/11/2026 · 07:3")
	p.say(student, "sáng rồi")
	p.has(student, "Bạn hỏi: sáng rồi")
	days := eval[string](p, `[...document.querySelectorAll("#phone-1001 .day")].map((d) => d.innerText).join(" | ")`)
	if days != "thứ Tư, 25/11/2026 | thứ Năm, 26/11/2026" {
		t.Errorf("days between the messages: %s", days)
	}
}

func TestAPhoneWideWindowShowsOnePersonAtATimeWithTabs(t *testing.T) {
	s := newStage(t, people())
	p := open(t, s.url, 390, 844)
	shown := `[...document.querySelectorAll(".phone")].filter((f) => f.checkVisibility()).map((f) => f.dataset.person).join()`
	p.until(shown + ` === "1001"`)
	if eval[bool](p, `document.documentElement.scrollWidth > innerWidth`) {
		t.Error("the page is wider than the window")
	}
	p.start(student)
	s.telegram.Say(mentor, "xin chào") // on another device
	p.until(`document.querySelector("#tab-1002 .count").checkVisibility() && document.querySelector("#tab-1002 .count").innerText === "1"`)
	p.do(chromedp.Click(chromedp.CSS("#tab-1002")))
	p.until(shown + ` === "1002"`)
	p.until(`document.querySelector("#tab-1002 .count").hidden`)
	p.has(mentor, "Bạn hỏi: xin chào")
	p.do(chromedp.KeyEvent(kb.ArrowRight))
	p.until(shown + ` === "1003" && document.activeElement.id === "tab-1003" && document.activeElement.ariaSelected === "true"`)

	p.do(chromedp.EmulateViewport(1440, 900))
	p.until(shown + ` === "1001,1002,1003" && !document.querySelector("#tabs").checkVisibility()`)
}

// log is an expression over the student's chat: l is what scrolls, m the last
// message, top how far m is below the header.
func log(expression string) string {
	return `(() => { const l = document.querySelector("#phone-1001 .log"), m = [...l.querySelectorAll(".message")].at(-1),
		top = m.getBoundingClientRect().top - l.getBoundingClientRect().top; return ` + expression + `; })()`
}

var (
	atEnd     = log(`l.scrollHeight - l.scrollTop - l.clientHeight < 2`)
	fromTop   = log(`top >= 0 && top < 20 && m.offsetHeight > l.clientHeight`) // the last message is shown
	downShown = `!document.querySelector("#phone-1001 .down").hidden`
)

// tells sends the student a message of the bot.
func (s *stage) tells(text string) {
	s.bot.call(s.bot.t.Context(), "sendMessage", map[string]any{"chat_id": student, "text": text, "parse_mode": "HTML"}, nil)
}

// settle waits until the page has laid out and told of all scrolling so far.
func (p *tab) settle() {
	p.t.Helper()
	p.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => requestAnimationFrame(() => done(true)))))`, chromedp.EvalAwaitPromise))
		return err
	}))
}

func TestAnAnswerTallerThanTheChatIsShownFromItsTop(t *testing.T) {
	for name, size := range map[string][2]int64{"wide": {1440, 900}, "narrow": {390, 844}} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, people())
			p := open(t, s.url, size[0], size[1])
			p.start(student)
			p.say(student, "nguồn")
			p.has(student, "đang chờ cấp ủy duyệt")
			p.until(fromTop + " && " + downShown)
			p.settle()
			p.until(log(`!m.getAnimations().length`))
			p.shoot("answer-" + name)
			if !eval[bool](p, fromTop) {
				t.Error("the page did not stay at the top of the answer")
			}
			p.do(chromedp.EmulateViewport(size[0]-40, size[1]-60))
			p.until(fromTop) // as long as the reader has not scrolled
			s.tells("tin sau")
			p.until(`document.querySelector("#phone-1001 .down .count").innerText === "1"`)
			if top := eval[float64](p, log(`m.previousElementSibling.offsetTop - l.scrollTop`)); top < 0 || top > 20 {
				t.Errorf("a later message moved the answer to %v", top)
			}
			p.say(student, "ngắn")
			p.has(student, "Bạn hỏi: ngắn")
			p.until(atEnd + " && !" + downShown)
			p.settle()
			if !eval[bool](p, atEnd) {
				t.Error("a short answer is not followed")
			}
		})
	}
}

func TestAnAnswerThatCameWhileAnotherTabWasOpenIsShownFromItsTop(t *testing.T) {
	s := newStage(t, people())
	p := open(t, s.url, 390, 844)
	p.start(student)
	p.do(chromedp.Click(chromedp.CSS("#tab-1002")))
	s.tells(answer)
	p.until(`document.querySelector("#tab-1001 .count").innerText === "1"`)
	p.do(chromedp.Click(chromedp.CSS("#tab-1001")))
	p.until(fromTop + ` && document.querySelector("#tab-1001 .count").hidden`)
}

func TestAnEditThatOutgrowsTheChatIsShownFromItsTop(t *testing.T) {
	s := newStage(t, people())
	p := open(t, s.url, 1440, 900)
	p.start(student)
	last := s.telegram.Messages(student)[1]
	s.bot.call(t.Context(), "editMessageText", map[string]any{"chat_id": student, "message_id": last.ID, "text": answer, "parse_mode": "HTML"}, nil)
	p.until(fromTop)
}

func TestNewMessagesDoNotTakeTheReaderAway(t *testing.T) {
	s := newStage(t, people())
	p := open(t, s.url, 1440, 900)
	p.start(student)
	p.say(student, "dài")
	p.has(student, "hết")
	p.until(fromTop)
	eval[float64](p, log(`l.scrollTop = 300`))
	p.settle()
	for i, text := range []string{"tin mới", answer} {
		s.tells(text)
		p.until(fmt.Sprintf(`document.querySelector("#phone-1001 .down .count").innerText === "%d"`, i+1))
		p.settle()
		if top := eval[float64](p, log(`l.scrollTop`)); top != 300 {
			t.Errorf("the reader was taken to %v", top)
		}
	}
	p.do(chromedp.Click(in(student, ".down")))
	p.until(atEnd + " && !" + downShown)
}

func TestOnesOwnMessageIsAlwaysScrolledTo(t *testing.T) {
	s := newStage(t, people())
	p := open(t, s.url, 1440, 900)
	p.start(student)
	away := func() {
		t.Helper()
		p.say(student, "dài")
		p.until(log(`m.textContent.includes("hết")`) + " && " + fromTop)
		eval[float64](p, log(`l.scrollTop = 100`))
		p.settle()
	}
	mine := func(text string) {
		t.Helper()
		p.until(log(fmt.Sprintf(`m.matches(".mine") && m.textContent.includes(%s)`, quote(text))) + " && " + atEnd)
	}
	away()
	p.say(student, "im") // is not answered
	mine("im")
	away()
	s.telegram.Say(student, "im") // on another device
	mine("im")

	file := filepath.Join(t.TempDir(), "im.txt")
	if err := os.WriteFile(file, []byte("im"), 0o600); err != nil {
		t.Fatal(err)
	}
	away()
	p.do(chromedp.SetUploadFiles(in(student, ".pick-document"), []string{file}), chromedp.Click(in(student, ".send"), chromedp.NodeEnabled))
	p.has(student, "Đã nhận tệp im.txt")
	p.until(atEnd)
	away()
	p.do(chromedp.Click(in(student, ".chip")))
	p.has(student, "Bạn hỏi: dự bị bao lâu")
	p.until(atEnd)
}

func TestALongQuoteOpensByTapAndByEnter(t *testing.T) {
	s := newStage(t, people())
	p := open(t, s.url, 1440, 900)
	p.start(student)
	p.say(student, "trích")
	p.has(student, "hết")
	fold := func(i int, expression string) string {
		return fmt.Sprintf(`(() => { const q = document.querySelectorAll("#phone-1001 .fold")[%d], b = q.querySelector(".unfold"); return %s; })()`, i, expression)
	}
	const closed = `q.offsetHeight < 90 && q.offsetHeight > 60 && b.ariaExpanded === "false" && b.checkVisibility({visibilityProperty: true})`
	const opened = `q.offsetHeight > 200 && b.ariaExpanded === "true"`
	p.until(fold(1, closed))
	if !eval[bool](p, fold(0, `q.offsetHeight < 40 && !b.checkVisibility({visibilityProperty: true})`)) {
		t.Error("a short quote can be opened")
	}
	p.do(chromedp.Click(in(student, ".fold.long .folded")))
	p.until(fold(1, opened))
	p.do(chromedp.Click(in(student, ".fold.long .unfold")))
	p.until(fold(1, closed))
	eval[bool](p, fold(1, `(b.focus(), true)`))
	p.do(enter)
	p.until(fold(1, opened))

	s.demo.Hangup() // all is rendered anew
	p.until(`!document.querySelector("#lost").hidden`)
	p.until(`document.querySelector("#lost").hidden && ` + fold(1, opened))
	eval[bool](p, fold(1, `(b.focus(), true)`))
	p.do(enter)
	p.until(fold(1, closed))
}

func TestOpeningAQuoteKeepsItWhereItIs(t *testing.T) {
	for name, size := range map[string][2]int64{"wide": {1440, 900}, "narrow": {390, 844}} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, people())
			p := open(t, s.url, size[0], size[1])
			p.start(student)
			p.say(student, "nguồn")
			p.has(student, "đang chờ cấp ủy duyệt")
			p.do(chromedp.Click(in(student, ".down"), chromedp.NodeVisible))
			p.until(atEnd + " && !" + downShown)
			p.settle()
			p.shoot("quote-closed-" + name)
			const at = `Math.round(m.querySelector(".fold").getBoundingClientRect().top)`
			before := eval[int](p, log(at))
			p.do(chromedp.Click(in(student, ".folded")))
			p.until(log(`m.querySelector(".fold.open .unfold[aria-expanded=true]")`))
			p.settle()
			if after := eval[int](p, log(at)); after != before {
				t.Errorf("it went from %d to %d", before, after)
			}
			p.until(downShown)
			p.shoot("quote-open-" + name)

			eval[float64](p, log(`l.scrollTop += m.querySelector(".unfold").getBoundingClientRect().top - l.getBoundingClientRect().top - 20`))
			p.do(chromedp.Click(in(student, ".unfold")))
			p.until(log(`m.querySelector(".fold:not(.open)").getBoundingClientRect().top >= l.getBoundingClientRect().top`))
		})
	}
}

func TestALinkInAClosedQuoteOpensItWhenFocused(t *testing.T) {
	s := newStage(t, people())
	p := open(t, s.url, 1440, 900)
	p.start(student)
	p.say(student, "nguồn")
	p.until(`document.querySelector("#phone-1001 .fold.long a")`)
	eval[bool](p, `(document.querySelector("#phone-1001 .fold a").focus(), true)`)
	p.until(`document.querySelector("#phone-1001 .fold.open .unfold").ariaExpanded === "true"`)
}

func TestAPersonBlocksTheBotAndTakesItBack(t *testing.T) {
	s := newStage(t, people())
	p := open(t, s.url, 1440, 900)
	p.start(student)
	p.do(chromedp.Click(in(student, ".more")), chromedp.Click(in(student, ".do-block"), chromedp.NodeVisible),
		chromedp.WaitVisible(in(student, ".unblock")), chromedp.WaitNotVisible(in(student, "textarea")))
	p.do(chromedp.Click(in(student, ".unblock")), chromedp.WaitVisible(in(student, "textarea")))
	p.say(student, "lại đây")
	p.has(student, "Bạn hỏi: lại đây")
}

func TestTheWaitingForAnAnswerIsShown(t *testing.T) {
	s := newStage(t, people())
	p := open(t, s.url, 1440, 900)
	p.start(student)
	p.say(student, "im")
	p.do(chromedp.WaitVisible(in(student, ".typing")))
	s.bot.call(t.Context(), "sendMessage", map[string]any{"chat_id": student, "text": "đây"}, nil)
	p.has(student, "đây")
	p.do(chromedp.WaitNotVisible(in(student, ".typing")))
}

func TestADeletedMessageGoes(t *testing.T) {
	s := newStage(t, people())
	p := open(t, s.url, 1440, 900)
	p.start(student)
	last := s.telegram.Messages(student)[1]
	s.bot.call(t.Context(), "deleteMessage", map[string]any{"chat_id": student, "message_id": last.ID}, nil)
	p.until(fmt.Sprintf(`!document.querySelector('#phone-1001 [data-id="%d"]')`, last.ID))
}

func TestADraftAndTheChatsSurviveAReconnect(t *testing.T) {
	s := newStage(t, people())
	p := open(t, s.url, 1440, 900)
	p.start(student)
	p.do(chromedp.SendKeys(in(student, "textarea"), "nháp"))
	s.demo.Hangup()
	p.until(`!document.querySelector("#lost").hidden && document.querySelector("#phone-1001 .send").disabled`)
	p.until(`document.querySelector("#lost").hidden && !document.querySelector("#phone-1001 .send").disabled`)
	if draft := eval[string](p, `document.querySelector("#phone-1001 textarea").value`); draft != "nháp" {
		t.Errorf("the draft is %q", draft)
	}
	p.say(student, "")
	p.has(student, "Bạn hỏi: nháp")
	if n := eval[int](p, `document.querySelectorAll("#phone-1001 .message").length`); n != 4 {
		t.Errorf("%d messages, want 4", n)
	}
}

func TestNothingIsLoadedFromElsewhere(t *testing.T) {
	s := newStage(t, people())
	p := open(t, s.url, 1440, 900)
	p.start(student)
	p.say(student, "kiểu") // with a link
	p.has(student, "trích")
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.requests) < 4 { // page, style, script, events
		t.Errorf("only %d requests were seen", len(p.requests))
	}
	for _, r := range p.requests {
		if !strings.HasPrefix(r, s.url+"/") {
			t.Errorf("the page asked for %s", r)
		}
	}
}

func TestEveryControlHasAName(t *testing.T) {
	s := newStage(t, people())
	p := open(t, s.url, 1440, 900)
	p.start(student)
	p.say(student, "nút")
	p.has(student, "Chọn một")
	unnamed := eval[[]string](p, `[...document.querySelectorAll("button, input, textarea, a, [role=log]")]
		.filter((e) => !(e.ariaLabel || e.innerText.trim() || e.textContent.trim() || e.closest("[hidden]"))).map((e) => e.outerHTML)`)
	for _, e := range unnamed {
		t.Errorf("no name: %s", e)
	}
}

// picture returns a small picture with something to see.
func picture(t testing.TB) []byte {
	img := image.NewRGBA(image.Rect(0, 0, 64, 48))
	for y := range 48 {
		for x := range 64 {
			img.Set(x, y, color.RGBA{uint8(40 + 3*x), uint8(120 + 2*y), 160, 255})
		}
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
