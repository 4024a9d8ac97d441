// Package bot is the bot's side of Telegram: it takes updates in, by polling
// or by webhook, brings messages out, translates both ways, and knows every
// limit and every kind of failure Telegram has. Whoever calls it speaks the
// words of package chat. When to send, and what to send again, is decided
// elsewhere.
//
// The token reaches no log, no error and no panic from here.
package bot

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"donghanh/internal/chat"
)

// Config is what a [Client] needs. Only Token is required.
type Config struct {
	Token       string
	API         string           // https://api.telegram.org if empty
	HTTP        *http.Client     // without a time-out of its own; nil: one that honours HTTPS_PROXY
	Now         func() time.Time // time.Now if nil
	Log         *slog.Logger     // nobody reads it if nil
	SendTimeout time.Duration    // for one call; 15 s if zero
	PollTimeout time.Duration    // how long Telegram may hold a poll open, 1 to 50 s; 50 s if zero
}

// Client talks to Telegram for one bot. It may be used by several goroutines.
type Client struct {
	api         func() tgbotapi.BotAPI // a fresh copy; a func, so that printing a Client prints no token
	scrub       func(string) string    // takes the token out of a text
	endpoint    string
	http        *http.Client
	now         func() time.Time
	log         *slog.Logger
	sendTimeout time.Duration
	pollTimeout time.Duration

	heard    atomic.Int64  // unix nanoseconds; 0: never
	handling chan struct{} // holds one value while a webhook handles an update
	counts   counts
}

// New returns a client without contacting anybody, so that the bot starts
// while Telegram is down.
func New(c Config) *Client {
	if c.API == "" {
		c.API = "https://api.telegram.org"
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.SendTimeout == 0 {
		c.SendTimeout = 15 * time.Second
	}
	if c.PollTimeout == 0 {
		c.PollTimeout = longestPoll
	}
	if c.HTTP == nil {
		c.HTTP = &http.Client{Transport: newTransport()}
	}
	client := *c.HTTP
	client.CheckRedirect = func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse // wherever it leads, the token does not go there
	}

	endpoint := strings.TrimRight(c.API, "/")
	var api tgbotapi.BotAPI
	api.Token = c.Token
	api.SetAPIEndpoint(strings.ReplaceAll(endpoint, "%", "%%") + "/bot%s/%s")
	return &Client{
		api:         func() tgbotapi.BotAPI { return api },
		scrub:       scrubber(c.Token),
		endpoint:    endpoint,
		http:        &client,
		now:         c.Now,
		log:         c.Log,
		sendTimeout: c.SendTimeout,
		pollTimeout: min(max(c.PollTimeout, time.Second), longestPoll), // Telegram counts whole seconds
		handling:    make(chan struct{}, 1),
	}
}

func newTransport() *http.Transport {
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		ForceAttemptHTTP2:     true,
		TLSHandshakeTimeout:   10 * time.Second,
		ExpectContinueTimeout: time.Second,
		MaxIdleConnsPerHost:   8,
		IdleConnTimeout:       90 * time.Second,
	}
}

// Close lets go of idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Heard returns when Telegram last showed that it serves this bot: a poll or
// [Client.Me] that went well, an update at the webhook. It is zero before the
// first time. A quiet poll is heard of once in Config.PollTimeout, a quiet
// webhook only by way of [Client.Me].
func (c *Client) Heard() time.Time {
	n := c.heard.Load()
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, n)
}

func (c *Client) hear() { c.heard.Store(c.now().UnixNano()) }

// Me returns the name under which people find the bot, without its @.
func (c *Client) Me(ctx context.Context) (username string, err error) {
	result, err := c.ask(ctx, "getMe", nil)
	if err != nil {
		return "", err
	}
	var me tgbotapi.User
	if err := json.Unmarshal(result, &me); err != nil {
		return "", &chat.InDoubt{Err: fmt.Errorf("getMe: %w", err)}
	}
	c.hear()
	return me.UserName, nil
}

// ask makes a call within the time for one call. What goes wrong is one of the
// errors of package chat.
func (c *Client) ask(ctx context.Context, method string, params tgbotapi.Params) (json.RawMessage, error) {
	result, err := c.call(ctx, c.sendTimeout, method, params)
	return result, meaning(err)
}

// call makes one call. A [refusal] is Telegram's own answer; anything else
// that goes wrong is Unavailable or InDoubt.
func (c *Client) call(ctx context.Context, limit time.Duration, method string, params tgbotapi.Params, files ...tgbotapi.RequestFile) (json.RawMessage, error) {
	if err := ctx.Err(); err != nil {
		return nil, &chat.Unavailable{Err: fmt.Errorf("%s: %w", method, err)}
	}
	if u, err := url.Parse(c.endpoint); err != nil || u.Host == "" {
		// The library would leave a goroutine behind for an upload.
		return nil, &chat.Unavailable{Err: fmt.Errorf("%s: the address of Telegram is wrong", method)}
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()

	x := &exchange{ctx: ctx, http: c.http}
	api := c.api()
	api.Client = x
	var resp *tgbotapi.APIResponse
	var err error
	if len(files) > 0 {
		resp, err = api.UploadFiles(method, params, files)
	} else {
		resp, err = api.MakeRequest(method, params)
	}
	if err != nil {
		return nil, c.wrong(method, x, err)
	}
	return resp.Result, nil
}
