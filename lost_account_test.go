package main

import (
	"encoding/xml"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/telegramtest"
	"donghanh/internal/wording"
)

// card is what is read off a card on the page of links.
var card = regexp.MustCompile(`<b>([^<]+)</b><p>([^<]+) · <code>([^<]+)</code></p>\n.*?<code>/start ([a-z0-9]+)</code>`)

// cards reads the page: code of a person → start code.
func cards(t *testing.T, file string) (page string, starts map[string]string) {
	t.Helper()
	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	starts = map[string]string{}
	for _, m := range card.FindAllStringSubmatch(string(body), -1) {
		starts[m[3]] = m[4]
	}
	return string(body), starts
}

func TestThePageOfLinksLinksEverybody(t *testing.T) {
	_, url := pretend(t, 0, telegramtest.Limits{})
	a := newAcademy(t, "TELEGRAM_API="+url, "TELEGRAM_TOKEN="+token)
	people := "code,name,role,unit\n" +
		"gv1,Trần Thị Hoa,mentor,K47/B5\nsv1,Nguyễn An,student,K47/B5\nsv2,Lê Đào,student,K47/B6\ncb1,Phạm Chi,youth_officer,K47\nad1,Hồ Tâm,admin,\n"
	a.must(t, "import", written(t, "người.csv", people))
	first := filepath.Join(t.TempDir(), "links.html")
	out, _ := a.must(t, "invite", "--everyone", first)
	if !strings.Contains(out, "Đã ghi 5 liên kết") {
		t.Errorf("printed %s", out)
	}
	if info, err := os.Stat(first); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the page: %v, %v; want it for the operator alone", info.Mode(), err)
	}
	page, starts := cards(t, first)
	for d := xml.NewDecoder(strings.NewReader(page[strings.Index(page, "<body>") : strings.Index(page, "</body>")+len("</body>")])); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("the page is not well formed: %v", err)
		}
	}
	if n := strings.Count(page, "<section>"); n != 4 || strings.Count(page, "<svg") != 5 {
		t.Errorf("%d sections and %d QR codes, want one section for each of four units and a QR code for each of five people", n, strings.Count(page, "<svg"))
	}
	var order []string
	for _, m := range card.FindAllStringSubmatch(page, -1) {
		order = append(order, m[3])
	}
	if want := []string{"ad1", "cb1", "sv1", "gv1", "sv2"}; !slices.Equal(order, want) {
		t.Errorf("in the order %v, want %v: by unit, then by given name", order, want)
	}
	for account, code := range order {
		if linked, err := a.Link(t.Context(), starts[code], chat.Address(account+100), time.Now()); err != nil || linked != journey.Code(code) {
			t.Errorf("the code of %s links %q, %v", code, linked, err)
		}
	}
	if got := a.logged(t); !slices.Contains(got, "invited sv1 invite --everyone") {
		t.Errorf("noted %v", got)
	}

	if _, _, err := cli(t.Context(), a.environ, "invite", "--everyone", first, "--again"); err == nil || !strings.Contains(err.Error(), "không ghi đè") {
		t.Errorf("over a page that stands there: %v", err)
	}
	second := filepath.Join(t.TempDir(), "links.html")
	if out, _ := a.must(t, "invite", "--everyone", second); out != wording.EveryoneLinked()+"\n" {
		t.Errorf("once all are linked: %s", out)
	}
	if _, err := os.Stat(second); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("once all are linked a page was written: %v", err)
	}

	a.must(t, "invite", "--everyone", second, "--again")
	_, again := cards(t, second)
	if len(again) != 5 || again["sv1"] == starts["sv1"] {
		t.Fatalf("again: %v, want new codes for all", again)
	}
	if track, err := a.Track(t.Context(), "sv1"); err != nil || track.Account == 0 {
		t.Errorf("before it is used sv1 is unlinked: %v", err)
	}
	if _, err := a.Link(t.Context(), again["sv1"], 999, time.Now()); err != nil {
		t.Error(err)
	}
	if track, err := a.Track(t.Context(), "sv1"); err != nil || track.Account != 999 {
		t.Errorf("once it was used sv1 is at %d, %v; want the new account", track.Account, err)
	}

	for _, wrong := range [][]string{{"--everyone", "x.html", "--name", "An"}, {"--everyone", "x.html", "--code", "sv1"}} {
		if _, _, err := cli(t.Context(), a.environ, append([]string{"invite"}, wrong...)...); err == nil || !strings.Contains(err.Error(), "--everyone") {
			t.Errorf("%v: %v", wrong, err)
		}
	}
}

// TestALostBotAccount is the drill of docs/lost-account.md: another bot takes over
// the state, and people come back by the printed page.
func TestALostBotAccount(t *testing.T) {
	data := t.TempDir()
	lost, lostURL := pretend(t, 3, telegramtest.Limits{})
	environ := []string{"TELEGRAM_API=" + lostURL, "DATA_DIR=" + data, "TELEGRAM_TOKEN=" + token}
	if _, log, err := cli(t.Context(), environ, "import", written(t, "người.csv", somePeople)); err != nil {
		t.Fatalf("%v\n%s", err, log)
	}
	first := filepath.Join(t.TempDir(), "links.html")
	if _, log, err := cli(t.Context(), environ, "invite", "--everyone", first); err != nil {
		t.Fatalf("%v\n%s", err, log)
	}
	_, starts := cards(t, first)
	p := start(t, environ, "serve")
	for range 5 { // the new bot will count from one again
		lost.Say(1, "dự bị bao lâu vậy ạ")
	}
	comes(t, lost, 1, starts["sv1"], "Mình đã liên kết")
	p.stop(t, syscall.SIGTERM)

	const found = "654321:test-FOUND"
	tg, url := telegramtest.Start(t, telegramtest.Config{Token: found, Bot: telegramtest.User{ID: 654321, FirstName: "Đồng Hành", Username: "donghanh2_bot"}})
	for id := range int64(3) {
		tg.Join(telegramtest.User{ID: id + 1, FirstName: "Sinh viên"})
	}
	environ = []string{"TELEGRAM_API=" + url, "DATA_DIR=" + data, "TELEGRAM_TOKEN=" + found}
	p = start(t, environ, "serve")
	second := filepath.Join(t.TempDir(), "links.html")
	if _, log, err := cli(t.Context(), environ, "invite", "--everyone", second, "--again"); err != nil { // while it runs
		t.Fatalf("%v\n%s", err, log)
	}
	page, again := cards(t, second)
	if !strings.Contains(page, "@donghanh2_bot") || len(again) != 3 {
		t.Errorf("the page of the new bot has %d cards:\n%s", len(again), page)
	}
	comes(t, tg, 1, again["sv1"], "Tài khoản này đã liên kết với") // known as before, nothing to agree to again
	comes(t, tg, 2, again["gv1"], "Mình đã liên kết")
	p.stop(t, syscall.SIGTERM)
	if !strings.Contains(p.stderr.String(), "another bot than before") {
		t.Errorf("nothing said of another bot:\n%s", p.stderr)
	}
}

// comes has somebody open a link of the page and agree, and wants those words in
// the end.
func comes(t *testing.T, tg *telegramtest.Server, who int64, startCode, words string) {
	t.Helper()
	news := make(chan struct{}, 1)
	defer tg.Watch(func(telegramtest.Event) {
		select {
		case news <- struct{}{}:
		default:
		}
	})()
	tg.Say(who, "/start "+startCode)
	limit := time.After(60 * time.Second) // only a hang gets there
	for pressed := 0; ; {
		for _, m := range tg.Messages(who) {
			if m.From == who {
				continue
			}
			if strings.Contains(m.Text, words) {
				return
			}
			for b := range slices.Values(slices.Concat(m.Rows...)) {
				if b.Text == wording.LinkMe && pressed != m.ID {
					pressed = m.ID
					tg.Press(who, m.ID, b.Data)
				}
			}
		}
		select {
		case <-news:
		case <-limit:
			t.Fatalf("%d opened %s and never heard %q: %+v", who, startCode, words, tg.Messages(who))
		}
	}
}
