package bot

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"donghanh/internal/chat"
)

// refusal is an answer of Telegram that says no.
type refusal struct {
	method      string
	status      int
	description string
	after       time.Duration // how long to wait, where it says so
	movedTo     chat.Address  // the group's new number, where it says so
}

func (r *refusal) Error() string {
	return fmt.Sprintf("%s: %s (%d)", r.method, r.description, r.status)
}

// says reports whether the description contains one of some words.
func (r *refusal) says(words ...string) bool {
	d := strings.ToLower(r.description)
	for _, w := range words {
		if strings.Contains(d, w) {
			return true
		}
	}
	return false
}

// wrong says what an error of the library means for the call x carried. The
// library's own text is never passed on as it is: it may hold the token.
func (c *Client) wrong(method string, x *exchange, err error) error {
	if te, ok := errors.AsType[*tgbotapi.Error](err); ok {
		r := &refusal{
			method:      method,
			status:      x.status, // the library has none after an upload
			description: c.scrub(te.Message),
			after:       time.Duration(te.RetryAfter) * time.Second,
			movedTo:     chat.Address(te.MigrateToChatID),
		}
		if r.status < http.StatusBadRequest {
			r.status = te.Code
		}
		if r.description != "" && r.status >= http.StatusBadRequest {
			return r
		}
		err = errors.New("not an answer of Telegram's")
	}
	// No answer, or none of Telegram's: a page of something in between, whose
	// 401 or 404 says nothing about the bot.
	switch x.status {
	case http.StatusRequestEntityTooLarge, http.StatusTooManyRequests:
		return &refusal{method: method, status: x.status, description: http.StatusText(x.status)}
	}
	err = c.clean(err)
	if x.status != 0 {
		return &chat.InDoubt{Err: fmt.Errorf("%s: status %d: %w", method, x.status, err)}
	}
	err = fmt.Errorf("%s: %w", method, err)
	if x.neverLeft() {
		return &chat.Unavailable{Err: err}
	}
	return &chat.InDoubt{Err: err}
}

// clean takes the token out of a network error: net/http puts the address in,
// and the address has the token in it.
func (c *Client) clean(err error) error {
	for {
		ue, ok := errors.AsType[*url.Error](err)
		if !ok {
			break
		}
		err = ue.Err
	}
	if text := err.Error(); c.scrub(text) != text {
		return errors.New(c.scrub(text))
	}
	return err
}

// scrubber returns a function that takes a token out of a text, whole, escaped
// or only its secret half.
func scrubber(token string) func(string) string {
	var pairs []string
	_, secret, _ := strings.Cut(token, ":")
	for _, s := range []string{token, url.QueryEscape(token), url.PathEscape(token), secret} {
		if s != "" {
			pairs = append(pairs, s, "[token]")
		}
	}
	return strings.NewReplacer(pairs...).Replace
}

// gone are the descriptions, beside every 403, after which writing to a
// conversation is of no use.
var gone = []string{
	"chat not found", "user is deactivated", "user_deactivated", "input_user_deactivated", "peer_id_invalid",
	"group chat was deactivated", "bot was kicked", "bot was blocked", "bot is not a member",
	"chat_write_forbidden", "not enough rights to send", "have no rights to send",
	"need administrator rights in the channel",
}

// meaning turns a refusal into the words of package chat; other errors are in
// them already.
func meaning(err error) error {
	r, ok := errors.AsType[*refusal](err)
	if !ok {
		return err
	}
	reason := r.Error()
	switch {
	case r.status == http.StatusTooManyRequests, r.status == 420:
		return &chat.Busy{After: max(r.after, time.Second)}
	case r.status == http.StatusUnauthorized, r.status == http.StatusNotFound:
		return &chat.Stop{Reason: reason}
	case r.movedTo != 0:
		return &chat.Moved{To: r.movedTo}
	case r.status == http.StatusForbidden, r.says(gone...):
		return &chat.Unreachable{Reason: reason}
	case r.status == http.StatusConflict:
		return &chat.Unavailable{Err: r}
	case r.status >= http.StatusInternalServerError:
		return &chat.InDoubt{Err: r}
	}
	return &chat.Refused{Reason: reason}
}
