package bot

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"
)

// maxUpdate is how large an update at the webhook may be, in bytes. Telegram's
// own are far below; a larger one is put aside, and its beginning kept.
const maxUpdate = 1 << 20

// secretHeader is where Telegram shows that it is Telegram.
const secretHeader = "X-Telegram-Bot-Api-Secret-Token" // #nosec G101 -- a header's name

// Webhook takes updates that Telegram brings by itself, one at a time. It
// answers 200 after the update was handled or put aside, and 500 else, after
// which Telegram brings it again. Without the secret nobody gets in; an empty
// secret lets nobody in at all.
func (c *Client) Webhook(secret string, handle Handle, aside Aside) http.Handler {
	want := sha256.Sum256([]byte(secret))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got := sha256.Sum256([]byte(r.Header.Get(secretHeader)))
		if subtle.ConstantTimeCompare(got[:], want[:]) != 1 || secret == "" {
			c.counts.outsider.Add(1)
			http.Error(w, "forbidden", http.StatusForbidden)
			return
		}
		if r.Method != http.MethodPost {
			w.Header().Set("Allow", http.MethodPost)
			http.Error(w, "POST only", http.StatusMethodNotAllowed)
			return
		}
		raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxUpdate))
		if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok { // it would come again for ever
			err = aside(r.Context(), raw, fmt.Sprintf("an update of more than %d bytes", tooLarge.Limit))
			c.counts.ended(&c.counts.aside, err, c.now())
			if err == nil {
				return
			}
		}
		if err != nil {
			c.counts.webhook.Add(1)
			http.Error(w, "unreadable", http.StatusInternalServerError)
			return
		}
		c.hear()
		select {
		case c.handling <- struct{}{}:
			defer func() { <-c.handling }()
		case <-r.Context().Done(): // Telegram gave up waiting; it comes again
			http.Error(w, "busy", http.StatusServiceUnavailable)
			return
		}
		if err := c.dispatch(r.Context(), raw, handle, aside); err != nil {
			id, _ := updateID(raw)
			c.counts.webhook.Add(1)
			c.log.Warn("update not handled, comes again", "update", id, "err", err)
			http.Error(w, "not handled", http.StatusInternalServerError)
		}
	})
}

// SetWebhook asks Telegram to bring updates to an address, one at a time and
// so in order, with a secret of 1 to 256 characters A-Z, a-z, 0-9, _ and -.
func (c *Client) SetWebhook(ctx context.Context, address, secret string) error {
	_, err := c.ask(ctx, "setWebhook", tgbotapi.Params{
		"url":             address,
		"secret_token":    secret,
		"max_connections": strconv.Itoa(1),
		"allowed_updates": allowedUpdates,
	})
	return err
}

// DeleteWebhook lets updates be polled again. Those that wait stay.
func (c *Client) DeleteWebhook(ctx context.Context) error {
	_, err := c.ask(ctx, "deleteWebhook", nil)
	return err
}
