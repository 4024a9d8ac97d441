package demo_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// chromium is one Chromium for all tests, started by the first that needs it.
var chromium struct {
	once sync.Once
	ctx  context.Context
	stop func()
	err  error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if chromium.stop != nil {
		chromium.stop()
	}
	os.Exit(code)
}

func startBrowser() {
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		chromium.err = fmt.Errorf("no chromium, chromium-browser or google-chrome in PATH: the page cannot be tested")
		return
	}
	profile, err := os.MkdirTemp("", "donghanh-demo-")
	if err != nil {
		chromium.err = err
		return
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.UserDataDir(profile), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.WindowSize(1440, 900))
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	chromium.ctx, _ = chromedp.NewContext(ctx)
	chromium.err = chromedp.Do(chromium.ctx)
	chromium.stop = func() {
		closing, done := context.WithTimeout(chromium.ctx, 10*time.Second)
		_ = chromedp.Cancel(closing) // it is killed below if it does not end
		done()
		cancel()
		_ = os.RemoveAll(profile)
	}
}

// tab is a page of the demo in the browser.
type tab struct {
	t   testing.TB
	ctx context.Context

	mu       sync.Mutex
	requests []string // URLs
	wrong    []string // uncaught errors, and what the policy refused
}

// open shows the page in a window of a size. The test fails if the page has an
// error of its own.
func open(t testing.TB, url string, width, height int64) *tab {
	t.Helper()
	chromium.once.Do(startBrowser)
	if chromium.err != nil {
		t.Fatal(chromium.err)
	}
	p := &tab{t: t}
	ctx, cancel := chromedp.NewContext(chromium.ctx)
	p.ctx = ctx
	t.Cleanup(cancel)
	requests := chromedp.Events(ctx, network.RequestWillBeSent)
	console := chromedp.Console(ctx)
	var readers sync.WaitGroup
	readers.Go(func() {
		for e, err := range requests {
			if err != nil {
				return
			}
			p.mu.Lock()
			p.requests = append(p.requests, e.Request.URL)
			p.mu.Unlock()
		}
	})
	readers.Go(func() {
		for m, err := range console {
			if err != nil {
				return
			}
			p.mu.Lock()
			p.wrong = append(p.wrong, m.String())
			p.mu.Unlock()
		}
	})
	t.Cleanup(func() {
		cancel()
		readers.Wait()
		for _, w := range p.wrong {
			t.Errorf("the page has an error: %s", w)
		}
	})
	_, err := chromedp.Call(ctx, network.Enable, network.EnableParams{})
	if err != nil {
		t.Fatal(err)
	}
	p.do(chromedp.EmulateViewport(width, height), chromedp.Navigate(url))
	p.until(`document.querySelectorAll(".phone").length === 3`)
	return p
}

// within is how long anything on the page may take.
const within = 20 * time.Second

func (p *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, within)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatalf("%v\n%s", err, p.shown())
	}
}

// until waits until an expression is true. (chromedp.Poll builds its code in
// the page, which the page's policy forbids.)
func (p *tab) until(expression string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, within)
	defer cancel()
	script := fmt.Sprintf(`(async () => {
		while (!(%s)) await new Promise((again) => setTimeout(again, 15));
		return true;
	})()`, expression)
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](script, chromedp.EvalAwaitPromise)); err != nil {
		p.t.Fatalf("never came true: %s: %v\n%s", expression, err, p.shown())
	}
}

// eval returns the value of an expression as JSON would give it.
func eval[T any](p *tab, expression string) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, within)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// shown is what stands on the page, for a failure to print.
func (p *tab) shown() string {
	ctx, cancel := context.WithTimeout(p.ctx, within)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.body.innerText`))
	if err != nil {
		return err.Error()
	}
	return "the page shows:\n" + text
}

// in is a selector within a person's phone.
func in(person int64, selector string) chromedp.CSS {
	return chromedp.CSS(fmt.Sprintf("#phone-%d %s", person, selector))
}

// has waits until a person's chat holds a text.
func (p *tab) has(person int64, text string) {
	p.t.Helper()
	p.until(fmt.Sprintf(`document.querySelector("#phone-%d .messages").textContent.includes(%s)`, person, quote(text)))
}

// hasNot reports a text in a person's chat.
func (p *tab) hasNot(person int64, text string) {
	p.t.Helper()
	if got := eval[string](p, fmt.Sprintf(`document.querySelector("#phone-%d .messages").textContent`, person)); strings.Contains(got, text) {
		p.t.Errorf("person %d has %q in the chat:\n%s", person, text, got)
	}
}

// start presses the start button of a person's empty chat.
func (p *tab) start(person int64) {
	p.t.Helper()
	p.do(chromedp.Click(in(person, ".start"), chromedp.NodeVisible))
	p.has(person, "Chào bạn")
}

// enter presses Enter as a keyboard does. (The library's own sends the letter
// too, even if the page has taken the key for itself.)
var enter = chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
	key := input.DispatchKeyEventParams{Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13, NativeVirtualKeyCode: 13}
	for _, key.Type = range []input.DispatchKeyEventType{input.DispatchKeyEventTypeKeyDown, input.DispatchKeyEventTypeKeyUp} {
		key.Text = map[bool]string{true: "\r"}[key.Type == input.DispatchKeyEventTypeKeyDown]
		if _, err := cdp.Call(ctx, t, input.DispatchKeyEvent, key); err != nil {
			return err
		}
	}
	return nil
})

// say types a text and Enter.
func (p *tab) say(person int64, text string) {
	p.t.Helper()
	p.do(chromedp.SendKeys(in(person, "textarea"), text, chromedp.NodeVisible), enter)
}

// quote writes a text as JavaScript does.
func quote(text string) string {
	b, err := json.Marshal(text)
	if err != nil {
		panic(err) // of a string, never
	}
	return string(b)
}

// shoot keeps a picture of the page for people to look at, if they asked for
// it: DEMO_PICTURES names the folder.
func (p *tab) shoot(name string) {
	p.t.Helper()
	folder := os.Getenv("DEMO_PICTURES")
	if folder == "" {
		return
	}
	picture, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(folder, name+".png"), picture, 0o600)
	}
	if err != nil {
		p.t.Error(err)
	}
}
