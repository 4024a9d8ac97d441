package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"donghanh/internal/chat"
	"donghanh/internal/telegramtest"
)

// polling is a Poll under way. What it hands over is in got, what it puts
// aside in aside.
type polling struct {
	got   chan chat.Incoming
	aside chan string
	end   func() error // ends it and returns its error
	done  chan struct{}
}

// poll starts polling. fail, if there is one, says how handling an update ends.
func poll(t *testing.T, c *Client, fail func(chat.Incoming) error) *polling {
	ctx, cancel := context.WithCancel(t.Context())
	p := &polling{got: make(chan chat.Incoming, 1000), aside: make(chan string, 1000), done: make(chan struct{})}
	var err error
	go func() {
		defer close(p.done)
		err = c.Poll(ctx, func(_ context.Context, in chat.Incoming) error {
			p.got <- in
			if fail != nil {
				return fail(in)
			}
			return nil
		}, func(_ context.Context, raw []byte, reason string) error {
			p.aside <- string(raw) + " " + reason
			return nil
		})
	}()
	p.end = func() error {
		cancel()
		<-p.done
		return err
	}
	return p
}

// texts takes n updates and returns their texts.
func (p *polling) texts(n int) string {
	var all []string
	for range n {
		all = append(all, (<-p.got).Text)
	}
	return strings.Join(all, " ")
}

func TestPollHandsOverInOrderAndAcknowledges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := inMemory(t, unlimited)
		defer b.stop()
		b.tg.Say(7, "a")
		b.tg.Say(7, "b")
		p := poll(t, b.Client, nil)
		if got := p.texts(2); got != "a b" {
			t.Errorf("handed over %q, want a b", got)
		}
		time.Sleep(3 * time.Hour) // quiet
		synctest.Wait()
		if n := b.tg.Waiting(); n != 0 {
			t.Errorf("%d updates not acknowledged", n)
		}
		if quiet := time.Since(b.Heard()); quiet > 50*time.Second {
			t.Errorf("last heard of Telegram %s ago", quiet)
		}
		b.tg.Say(7, "c")
		if got := p.texts(1); got != "c" {
			t.Errorf("after a quiet time: %q, want c", got)
		}
		if err := p.end(); err != nil {
			t.Error(err)
		}
		if n := b.tg.Waiting(); n != 0 {
			t.Errorf("a clean end leaves %d updates to come again", n)
		}
	})
}

func TestNumbersThatRestartAreFollowed(t *testing.T) {
	for _, first := range []int64{1, 500, 99_000, 2_000_000} {
		synctest.Test(t, func(t *testing.T) {
			b := inMemory(t, unlimited)
			defer b.stop()
			b.tg.Say(7, "a")
			p := poll(t, b.Client, nil)
			_ = p.texts(1)
			time.Sleep(time.Hour) // quiet
			b.tg.RestartIDs(first)
			b.tg.Say(7, "b")
			b.tg.Raw(json.RawMessage(`"no number"`))
			b.tg.Say(7, "c")
			if got := p.texts(2); got != "b c" {
				t.Errorf("restarted at %d: %q, want b c", first, got)
			}
			b.tg.Say(7, "d")
			if got := p.texts(1); got != "d" {
				t.Errorf("restarted at %d, then: %q, want d", first, got)
			}
			_ = p.end()
			if again, wait := len(p.got), b.tg.Waiting(); again != 0 || wait != 0 {
				t.Errorf("restarted at %d: %d came twice, %d wait; want none", first, again, wait)
			}
		})
	}
}

func TestWhetherNumbersRestarted(t *testing.T) {
	tests := map[string]struct {
		batch string
		want  bool
	}{
		"nothing came":            {`[]`, false},
		"what was asked for":      {`[{"update_id":10}]`, false},
		"all of it before":        {`[{"update_id":8},{"update_id":9}]`, true},
		"some of it before":       {`[{"update_id":9},{"update_id":10}]`, false},
		"one without a number":    {`[5]`, false},
		"before, and one without": {`[5,{"update_id":9}]`, true},
		"far after, as by a jump": {`[{"update_id":1000000}]`, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var batch []json.RawMessage
			if err := json.Unmarshal([]byte(tt.batch), &batch); err != nil {
				t.Fatal(err)
			}
			if got := restarted(batch, 10); got != tt.want {
				t.Errorf("asked from 10, got %s: restarted %t, want %t", tt.batch, got, tt.want)
			}
		})
	}
}

func TestTheFirstPollIsAnsweredAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := inMemory(t, unlimited)
		defer b.stop()
		began := time.Now()
		p := poll(t, b.Client, nil)
		synctest.Wait()
		if !b.Heard().Equal(began) {
			t.Errorf("nobody writes, and Telegram is heard of at %s, want %s", b.Heard(), began)
		}
		_ = p.end()
		var holds []string
		for _, c := range b.tg.Calls() {
			holds = append(holds, c.Params["timeout"])
		}
		if got := strings.Join(holds, " "); got != "0 50" {
			t.Errorf("polls were held %s seconds, want 0 50", got)
		}
	})
}

func TestAnUpdateThatFailsComesAgainAndIsNotOvertaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := inMemory(t, unlimited)
		defer b.stop()
		for _, text := range []string{"a", "b", "c"} {
			b.tg.Say(7, text)
		}
		failures := 3
		p := poll(t, b.Client, func(in chat.Incoming) error {
			if in.Text == "b" && failures > 0 {
				failures--
				return errors.New("redis is down")
			}
			return nil
		})
		if got := p.texts(6); got != "a b b b b c" {
			t.Errorf("handed over %q, want a b b b b c", got)
		}
		_ = p.end()
	})
}

func TestWhatWasNotHandledComesAgainAfterARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := inMemory(t, unlimited)
		defer b.stop()
		for _, text := range []string{"a", "b", "c"} {
			b.tg.Say(7, text)
		}
		stuck := make(chan struct{})
		poll(t, b.Client, func(in chat.Incoming) error {
			if in.Text == "b" {
				close(stuck)
				<-t.Context().Done() // the test is over
				return t.Context().Err()
			}
			return nil
		})
		<-stuck
		// The process dies here: a second one knows only what Telegram knows.
		second := poll(t, New(Config{Token: token, API: "http://telegram.test", HTTP: b.http}), nil)
		if got := second.texts(3); got != "a b c" {
			t.Errorf("after a crash: %q, want a b c: nothing was acknowledged", got)
		}
		_ = second.end()
	})
}

func TestACleanEndKeepsWhatIsNotHandled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := inMemory(t, unlimited)
		defer b.stop()
		for _, text := range []string{"a", "b", "c"} {
			b.tg.Say(7, text)
		}
		p := poll(t, b.Client, func(in chat.Incoming) error {
			if in.Text == "b" {
				return errors.New("redis is down")
			}
			return nil
		})
		_ = p.texts(2)
		if err := p.end(); err != nil {
			t.Error(err)
		}
		again := poll(t, b.Client, nil)
		if got := again.texts(2); got != "b c" {
			t.Errorf("after a clean end: %q, want b c", got)
		}
		_ = again.end()
	})
}

func TestAnUnreadableUpdateIsPutAsideAndTheRestGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := inMemory(t, unlimited)
		defer b.stop()
		b.tg.Say(7, "a")
		b.tg.Raw(json.RawMessage(`{"message":{"message_id":1,"chat":{"id":7},"text":5}}`))
		b.tg.Say(7, "b")
		b.tg.Raw(json.RawMessage(`"no object at all"`))
		p := poll(t, b.Client, nil)
		if got := p.texts(2); got != "a b" {
			t.Errorf("handed over %q, want a b", got)
		}
		if got := <-p.aside; !strings.Contains(got, `"text":5`) || !strings.Contains(got, "message.text") {
			t.Errorf("put aside %s, want it raw and with the reason", got)
		}
		if got := <-p.aside; !strings.Contains(got, "no object") {
			t.Errorf("put aside %s", got)
		}
		b.tg.Say(7, "c")
		if got := p.texts(1); got != "c" {
			t.Errorf("then handed over %q, want c", got)
		}
		_ = p.end()
		if n := b.tg.Waiting(); n != 0 || len(p.aside) != 0 {
			t.Errorf("%d updates wait, %d were put aside again", n, len(p.aside))
		}
	})
}

func TestAnUnreadableUpdateWithoutANumberBlocksNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := inMemory(t, unlimited)
		defer b.stop()
		b.tg.Raw(json.RawMessage(`5`)) // the very first: no number to count from
		p := poll(t, b.Client, nil)
		<-p.aside
		b.tg.Say(7, "a")
		if got := p.texts(1); got != "a" {
			t.Errorf("handed over %q, want a", got)
		}
		_ = p.end()
		if n := b.tg.Waiting(); n != 0 {
			t.Errorf("%d updates still wait", n)
		}
	})
}

func TestWhatCannotBePutAsideStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := inMemory(t, unlimited)
		defer b.stop()
		b.tg.Raw(json.RawMessage(`{"message":[]}`))
		b.tg.Say(7, "a")
		ctx, cancel := context.WithCancel(t.Context())
		tries, got := 0, ""
		err := b.Poll(ctx, func(_ context.Context, in chat.Incoming) error {
			got = in.Text
			cancel()
			return nil
		}, func(context.Context, []byte, string) error {
			if tries++; tries < 4 {
				return errors.New("disk full")
			}
			return nil
		})
		if tries != 4 || got != "a" || err != nil {
			t.Errorf("put aside in %d tries, then %q, error %v; want 4, a, none", tries, got, err)
		}
	})
}

func TestPollOutlivesWhatTelegramDoes(t *testing.T) {
	faults := map[string]telegramtest.Fault{
		"502 pages":           {Kind: telegramtest.BadGateway, Times: 5},
		"500s":                {Kind: telegramtest.Server500, Times: 5},
		"cut answers":         {Kind: telegramtest.Cut, Times: 5},
		"no answers":          {Kind: telegramtest.CutHeader, Times: 5},
		"hanging":             {Kind: telegramtest.Hang, Times: 2},
		"dropped connections": {Kind: telegramtest.Drop, Times: 5},
		"a login page":        {Kind: telegramtest.Garbage, Times: 5},
		"conflicts":           {Kind: telegramtest.Conflict409, Times: 5},
		"asked to wait":       {Kind: telegramtest.TooMany429, RetryAfter: 40, Times: 2},
	}
	for name, fault := range faults {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := inMemory(t, unlimited)
				defer b.stop()
				b.tg.Say(7, "a")
				fault.Method = "getUpdates"
				b.tg.Fault(fault)
				began := time.Now()
				p := poll(t, b.Client, nil)
				if got := p.texts(1); got != "a" {
					t.Errorf("handed over %q, want a", got)
				}
				took := time.Since(began)
				if fault.Kind == telegramtest.TooMany429 && took != 80*time.Second {
					t.Errorf("went well after %s, want twice the 40s Telegram asked for", took)
				}
				if fault.Kind == telegramtest.Conflict409 && took != 5*conflictWait {
					t.Errorf("went well after %s, want five times %s", took, conflictWait)
				}
				_ = p.end()
				if n := len(p.got); n != 0 {
					t.Errorf("%d updates came twice", n)
				}
				if lines := strings.Count(b.log.String(), `"level":"WARN"`) + strings.Count(b.log.String(), `"level":"ERROR"`); lines != 1 {
					t.Errorf("%d lines of complaint, want 1:\n%s", lines, b.log)
				}
			})
		})
	}
}

func TestPollStartsWhileTelegramIsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := inMemory(t, unlimited)
		defer b.stop()
		b.tg.Say(7, "a")
		up := b.http.Transport.(*http.Transport)
		var isUp atomic.Bool
		transport := &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			if !isUp.Load() {
				return nil, &net.OpError{Op: "dial", Net: network, Err: errors.New("connection refused")}
			}
			return up.DialContext(ctx, network, address)
		}}
		defer transport.CloseIdleConnections()
		c := New(Config{Token: token, API: "http://telegram.test", HTTP: &http.Client{Transport: transport}})
		p := poll(t, c, nil)
		time.Sleep(time.Hour)
		isUp.Store(true)
		if got := p.texts(1); got != "a" {
			t.Errorf("handed over %q, want a", got)
		}
		_ = p.end()
	})
}

func TestPollStopsForAWrongToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := inMemory(t, unlimited)
		defer b.stop()
		wrong := New(Config{Token: "123456:SECRET-other", API: "http://telegram.test", HTTP: b.http})
		err := wrong.Poll(t.Context(), func(context.Context, chat.Incoming) error { return nil }, nothingAside)
		if kind(err) != "Stop" {
			t.Errorf("Poll() = %v, want Stop", err)
		}
		leaksIn(t, err)
	})
}

func TestTwoPollersLoseNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := inMemory(t, unlimited)
		defer b.stop()
		first := poll(t, b.Client, nil)
		second := poll(t, New(Config{Token: token, API: "http://telegram.test", HTTP: b.http}), nil)
		time.Sleep(10 * time.Minute)
		b.tg.Say(7, "a")
		var in chat.Incoming
		select {
		case in = <-first.got:
		case in = <-second.got:
		}
		if in.Text != "a" {
			t.Errorf("handed over %q, want a", in.Text)
		}
		_, _ = first.end(), second.end()
		if n := strings.Count(b.log.String(), `"level":"ERROR"`); n > 1+strings.Count(b.log.String(), "goes well again") {
			t.Errorf("%d complaints:\n%s", n, b.log)
		}
	})
}

func TestAFullBatchIsFollowedByTheRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := inMemory(t, unlimited)
		defer b.stop()
		var want []string
		for i := range 250 {
			want = append(want, fmt.Sprint(i))
			b.tg.Say(7, fmt.Sprint(i))
		}
		p := poll(t, b.Client, nil)
		if got := p.texts(250); got != strings.Join(want, " ") {
			t.Errorf("handed over %q", got)
		}
		_ = p.end()
	})
}

// What comes in over the wire, each kind once.
func TestPollTranslates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := inMemory(t, unlimited)
		defer b.stop()
		p := poll(t, b.Client, nil)
		defer func() { _ = p.end() }()
		receipt, err := b.Deliver(t.Context(), chat.Message{To: 7, Text: "Chọn", Rows: [][]chat.Button{{{Label: "Đã làm", Data: "done"}}}})
		if err != nil {
			t.Fatal(err)
		}
		id := b.tg.Say(7, "/han")
		in := <-p.got
		want := chat.Incoming{
			ID: fmt.Sprintf("tg:%d", id), Seq: id, At: time.Unix(time.Now().Unix(), 0),
			Chat: 7, From: 7, Name: "Nguyễn Văn An", Text: "/han", HTML: "/han", Message: receipt.Message + 1,
		}
		if !in.At.Equal(want.At) {
			t.Errorf("typed at %s, want %s", in.At, want.At)
		}
		in.At = want.At
		if in != want {
			t.Errorf("a text came as %+v, want %+v", in, want)
		}
		query := b.tg.Press(7, receipt.Message, "done")
		if in := <-p.got; in.Button != "done" || in.Press != query || in.Message != receipt.Message || in.Chat != 7 || !in.At.Equal(time.Now()) {
			t.Errorf("a press came as %+v", in)
		}
		b.tg.Press(7, 999, "forged")
		if in := <-p.got; in.Button != "forged" || in.Message != 999 || in.Chat != 7 {
			t.Errorf("a forged press came as %+v", in)
		}
		b.tg.SayIn(-5, 7, "chào nhóm")
		if in := <-p.got; in.Chat != -5 || in.From != 7 || !in.Chat.Group() {
			t.Errorf("a text in a group came as %+v", in)
		}
		b.tg.Upload(7, "document", "don.pdf", []byte("%PDF"), "đơn của em")
		if in := <-p.got; in.File != chat.Document || in.Text != "đơn của em" {
			t.Errorf("a document came as %+v", in)
		}
		b.tg.Upload(7, "photo", "anh.jpg", []byte("jpg"), "")
		if in := <-p.got; in.File != chat.Photo || in.Text != "" {
			t.Errorf("a photo came as %+v", in)
		}
		b.tg.SayHTML(7, "<b>Mời</b> họp <blockquote>8h &lt; 9h</blockquote>")
		if in := <-p.got; in.Text != "Mời họp 8h < 9h" || in.HTML != "<b>Mời</b> họp <blockquote>8h &lt; 9h</blockquote>" {
			t.Errorf("a formatted text came as %+v", in)
		}
		b.tg.UploadAlbum(7, [][]byte{[]byte("a"), []byte("bb")}, "hai ảnh")
		first, second := <-p.got, <-p.got
		if first.Album == "" || first.Album != second.Album || first.Text != "hai ảnh" || second.Text != "" || first.FileID == second.FileID || second.FileSize != 2 {
			t.Errorf("an album came as %+v and %+v", first, second)
		}
		b.tg.AddBot(-77, 7, telegramtest.Channel, "Kênh K47")
		if in := <-p.got; !in.Added || in.Chat != -77 || in.From != 7 || in.Title != "Kênh K47" || in.Text != "" {
			t.Errorf("the bot was added to a channel, which came as %+v", in)
		}
		b.tg.RemoveBot(-77, 7)
		if in := <-p.got; !in.Removed || in.Chat != -77 || in.From != 7 {
			t.Errorf("the bot was put out of a channel, which came as %+v", in)
		}
		b.tg.Block(7)
		if in := <-p.got; !in.Blocked || in.From != 7 || in.Chat != 7 {
			t.Errorf("a block came as %+v", in)
		}
		b.tg.Unblock(7)         // concerns nobody
		b.tg.Migrate(-5, -1005) // nor does this
		b.tg.Say(7, "còn đây")
		if in := <-p.got; in.Text != "còn đây" {
			t.Errorf("after what concerns nobody came %+v", in)
		}
		i := slices.IndexFunc(b.tg.Calls(), func(c telegramtest.Call) bool { return c.Method == "getUpdates" })
		if got := b.tg.Calls()[i].Params["allowed_updates"]; got != allowedUpdates {
			t.Errorf("asked for %s", got)
		}
	})
}
