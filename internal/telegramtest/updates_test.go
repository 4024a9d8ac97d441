package telegramtest

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// direct serves calls without a connection.
type direct struct{ h http.Handler }

func (d direct) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	d.h.ServeHTTP(w, r)
	return w.Result(), nil
}

func TestALongPollIsWokenByAnUpdate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, Config{})
		defer b.stop()
		began := time.Now()
		answered := make(chan reply)
		go func() { answered <- b.call(t, "getUpdates", "timeout", 50) }()
		time.Sleep(20 * time.Second)
		b.Say(7, "a")
		if got := (<-answered).updates(t); got != "a" || time.Since(began) != 20*time.Second {
			t.Errorf("got %q after %s, want a after 20s", got, time.Since(began))
		}
	})
}

func TestALongPollEndsEmpty(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, Config{})
		defer b.stop()
		began := time.Now()
		r := b.call(t, "getUpdates", "timeout", 1000)
		if string(r.Result) != "[]" || time.Since(began) != 50*time.Second {
			t.Errorf("got %s after %s, want [] after 50s", r.Result, time.Since(began))
		}
	})
}

func TestUpdatesComeAgainUntilConfirmed(t *testing.T) {
	b := start(t, Config{})
	first := b.Say(7, "a")
	second := b.Say(7, "b")
	b.Say(7, "c")
	for _, tt := range []struct {
		params []any
		want   string
	}{
		{nil, "a b c"},
		{nil, "a b c"},
		{[]any{"limit", 2}, "a b"},
		{[]any{"offset", first + 1}, "b c"},
		{[]any{"offset", first}, "b c"},
		{[]any{"offset", -1}, "c"},
		{[]any{"offset", second}, "c"},
		{[]any{"offset", second + 2}, ""},
	} {
		if got := b.call(t, "getUpdates", tt.params...).updates(t); got != tt.want {
			t.Errorf("getUpdates %v: %q, want %q", tt.params, got, tt.want)
		}
	}
	b.call(t, "getUpdates", "limit", 101).want(t, "limit 101", 400, "limit")
}

func TestAnOffsetFarAheadOfTheLastUpdateIsIgnored(t *testing.T) {
	b := start(t, Config{})
	b.Say(7, "a")
	last := b.Say(7, "b")
	for offset, want := range map[int64]string{last + 12: "a b", last + 1000: "a b", 1 << 40: "a b"} {
		if got := b.call(t, "getUpdates", "offset", offset).updates(t); got != want || b.Waiting() != 2 {
			t.Errorf("%d after the last: %q, %d wait; want %q and both", offset-last, got, b.Waiting(), want)
		}
	}
	if got := b.call(t, "getUpdates", "offset", last+11).updates(t); got != "" || b.Waiting() != 0 {
		t.Errorf("10 after the next: %q, %d wait; want none", got, b.Waiting())
	}
}

func TestNumbersRestartWithNothingWaiting(t *testing.T) {
	b := start(t, Config{})
	asked := b.Say(7, "a") + 1
	b.RestartIDs(500)
	if n := b.Waiting(); n != 0 {
		t.Errorf("%d updates wait after a week, want none", n)
	}
	if id := b.Say(7, "b"); id != 500 {
		t.Errorf("the next update has number %d, want 500", id)
	}
	if got := b.call(t, "getUpdates", "offset", asked).updates(t); got != "b" {
		t.Errorf("asked with the old offset: %q, want b", got)
	}
}

func TestTheSecondPollEndsTheFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := start(t, Config{})
		defer b.stop()
		first, second := make(chan reply), make(chan reply)
		go func() { first <- b.call(t, "getUpdates", "timeout", 50) }()
		synctest.Wait()
		go func() { second <- b.call(t, "getUpdates", "timeout", 50) }()
		(<-first).want(t, "the first", 409, "terminated by other getUpdates request")
		b.Say(7, "a")
		if got := (<-second).updates(t); got != "a" {
			t.Errorf("the second got %q, want a", got)
		}
	})
}

func TestTheBotIsToldWhereItIsAddedAndPutOut(t *testing.T) {
	b := start(t, Config{})
	b.AddBot(-2, 7, Channel, "Kênh K47")
	if id := b.AddBot(-2, 7, Channel, "Kênh K47"); id != 0 {
		t.Errorf("added twice, told as update %d", id)
	}
	b.call(t, "sendMessage", "chat_id", -2, "text", "a").want(t, "a post", 0, "")
	b.RemoveBot(-2, 7)
	if id := b.RemoveBot(-2, 7); id != 0 {
		t.Errorf("put out twice, told as update %d", id)
	}
	if id := b.SayIn(-2, 7, "ai nghe?"); id != 0 {
		t.Errorf("out of a group it hears update %d", id)
	}
	b.AddBot(-2, 7, Channel, "Kênh K47")
	var updates []struct {
		Member struct {
			Chat struct{ Title, Type string }
			From struct{ ID int64 }
			Old  struct{ Status string } `json:"old_chat_member"`
			New  struct{ Status string } `json:"new_chat_member"`
		} `json:"my_chat_member"`
	}
	if err := json.Unmarshal(b.call(t, "getUpdates", "allowed_updates", `["my_chat_member"]`).Result, &updates); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, u := range updates {
		if u.Member.Chat.Title != "Kênh K47" || u.Member.Chat.Type != "channel" || u.Member.From.ID != 7 {
			t.Errorf("told %+v", u)
		}
		got = append(got, u.Member.Old.Status+">"+u.Member.New.Status)
	}
	if want := "left>administrator administrator>kicked kicked>administrator"; strings.Join(got, " ") != want {
		t.Errorf("told %v, want %s", got, want)
	}
	b.call(t, "getUpdates", "allowed_updates", `["message"]`)
	if id := b.RemoveBot(-2, 7); id != 0 {
		t.Errorf("nobody asked, but update %d", id)
	}
}

func TestOnlyTheKindsAskedForCome(t *testing.T) {
	b := start(t, Config{})
	b.call(t, "getUpdates", "allowed_updates", `["callback_query"]`)
	if id := b.Say(7, "a"); id != 0 {
		t.Errorf("a message nobody asked for has number %d", id)
	}
	b.Press(7, 1, "x")
	if n := b.Waiting(); n != 1 {
		t.Errorf("%d updates wait, want the press", n)
	}
	b.call(t, "getUpdates", "allowed_updates", `["presses"]`).want(t, "a kind there is none of", 400, "presses")
	b.call(t, "getUpdates", "allowed_updates", `[]`)
	if id := b.Say(7, "a"); id == 0 {
		t.Error("with an empty list messages come again")
	}
}

func TestAWebhookGetsEachUpdateUntilItAcceptsIt(t *testing.T) {
	type post struct {
		body   string
		secret string
	}
	posts := make(chan post, 10)
	statuses := make(chan int, 10)
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		posts <- post{string(body), r.Header.Get("X-Telegram-Bot-Api-Secret-Token")}
		w.WriteHeader(<-statuses)
	}))
	defer hook.Close()
	b := start(t, Config{})
	b.call(t, "setWebhook", "url", hook.URL, "secret_token", "not allowed").want(t, "a bad secret", 400, "unallowed")
	b.call(t, "setWebhook", "url", hook.URL, "secret_token", "s3cret").want(t, "a webhook", 0, "")
	b.call(t, "getUpdates").want(t, "polling beside a webhook", 409, "webhook is active")
	b.Say(7, "a")
	b.Say(7, "b")
	var texts []string
	for _, status := range []int{500, 200, 204} {
		p := <-posts
		if p.secret != "s3cret" {
			t.Errorf("came with secret %q", p.secret)
		}
		var u struct{ Message struct{ Text string } }
		if err := json.Unmarshal([]byte(p.body), &u); err != nil {
			t.Fatal(err)
		}
		texts = append(texts, u.Message.Text)
		statuses <- status
	}
	if got := texts[0] + texts[1] + texts[2]; got != "aab" {
		t.Errorf("brought %v, want a a b", texts)
	}
	b.call(t, "deleteWebhook", "drop_pending_updates", true).want(t, "away with it", 0, "")
	b.call(t, "getUpdates").want(t, "polling again", 0, "")
}

func TestRawUpdatesGoOutAsTheyAre(t *testing.T) {
	b := start(t, Config{})
	b.Raw(json.RawMessage(`5`))
	b.Raw(json.RawMessage(`{"message":{"text":5}}`))
	b.Raw(json.RawMessage(`{"update_id":"x"}`))
	r := b.call(t, "getUpdates")
	if want := `[5,{"message":{"text":5},"update_id":100002},{"update_id":"x"}]`; string(r.Result) != want {
		t.Errorf("got %s, want %s", r.Result, want)
	}
}
