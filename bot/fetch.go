package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"regexp"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"donghanh/internal/chat"
)

const (
	maxFetched = 20 << 20         // what Telegram hands out to a bot, in bytes
	fetchFor   = 20 * time.Second // all of it: somebody waits, and others behind
)

// fileShape is what a path of Telegram's looks like: "documents/file_12.xlsx".
var fileShape = regexp.MustCompile(`^[A-Za-z0-9_./-]{1,200}$`)

// Fetch returns a document or photo that a person sent to the bot, named by
// [chat.Incoming.FileID], of at most limit bytes (and 20 MB, which is Telegram's
// own limit). The error is [chat.ErrTooLarge], or one of those a delivery has;
// the same file may be fetched again.
func (c *Client) Fetch(ctx context.Context, id string, limit int64) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchFor)
	defer cancel()
	limit = min(limit, maxFetched)
	result, err := c.call(ctx, c.sendTimeout, "getFile", tgbotapi.Params{"file_id": id})
	if r, ok := errors.AsType[*refusal](err); ok && r.says("file is too big") {
		return nil, fmt.Errorf("getFile: %w", chat.ErrTooLarge)
	}
	if err != nil {
		return nil, meaning(err)
	}
	var file struct {
		Path string `json:"file_path"`
		Size int64  `json:"file_size"`
	}
	if err := json.Unmarshal(result, &file); err != nil {
		return nil, &chat.InDoubt{Err: fmt.Errorf("getFile: %w", err)}
	}
	switch {
	case file.Size > limit:
		return nil, fmt.Errorf("getFile: %w", chat.ErrTooLarge)
	case !fs.ValidPath(file.Path) || !fileShape.MatchString(file.Path):
		return nil, &chat.Refused{Reason: "getFile: a path that leads elsewhere"}
	}
	return c.download(ctx, file.Path, limit)
}

// download fetches what lies at a path of Telegram's. The address has the token
// in it, so nothing of it is passed on.
func (c *Client) download(ctx context.Context, path string, limit int64) ([]byte, error) {
	const what = "file"
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, c.endpoint+"/file/bot"+url.PathEscape(c.api().Token)+"/"+path, nil)
	if err != nil {
		return nil, &chat.Unavailable{Err: fmt.Errorf("%s: the address of Telegram is wrong", what)}
	}
	resp, err := c.http.Do(r) // #nosec G704 -- the operator names the endpoint, and the path was looked at
	if err != nil {
		return nil, &chat.Unavailable{Err: fmt.Errorf("%s: %w", what, c.clean(err))}
	}
	defer func() { _ = resp.Body.Close() }() // what it could report was read
	switch {
	case resp.StatusCode == http.StatusNotFound:
		return nil, &chat.Refused{Reason: what + ": no longer there"} // kept for an hour; getFile gives another
	case resp.StatusCode != http.StatusOK:
		return nil, &chat.Unavailable{Err: fmt.Errorf("%s: status %d", what, resp.StatusCode)}
	case resp.ContentLength > limit:
		return nil, fmt.Errorf("%s: %w", what, chat.ErrTooLarge)
	}
	data, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	switch {
	case err != nil:
		return nil, &chat.Unavailable{Err: fmt.Errorf("%s: %w", what, c.clean(err))}
	case int64(len(data)) > limit:
		return nil, fmt.Errorf("%s: %w", what, chat.ErrTooLarge)
	}
	return data, nil
}
