package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"strconv"
	"time"
	"unicode/utf16"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"donghanh/internal/chat"
)

const (
	maxToast   = 200      // UTF-16 units
	maxFile    = 50 << 20 // bytes
	maxPicture = 10 << 20 // bytes
	// slowestUpload is the line on which a file must still get through.
	slowestUpload = 50 << 10 // bytes a second
)

// noPreview keeps Telegram from fetching and showing what a link leads to.
const noPreview = `{"is_disabled":true}`

// Deliver does with m what m.Act says, once. It tries nothing again and paces
// nothing. Its error is one of those of package chat.
//
// An edit that changes nothing and a press that is too old to be acknowledged
// count as delivered. An edit without text replaces the buttons only. A
// message that cannot be taken away, because it is older than 48 hours or gone
// already, is Refused.
func (c *Client) Deliver(ctx context.Context, m chat.Message) (chat.Receipt, error) {
	switch m.Act {
	case chat.Send:
		return c.send(ctx, m)
	case chat.Edit:
		return chat.Receipt{}, c.edit(ctx, m)
	case chat.Ack:
		return chat.Receipt{}, c.acknowledge(ctx, m)
	case chat.Delete:
		return chat.Receipt{}, c.remove(ctx, m)
	}
	return chat.Receipt{}, &chat.Refused{Reason: fmt.Sprintf("no such act: %q", m.Act)}
}

func (c *Client) send(ctx context.Context, m chat.Message) (chat.Receipt, error) {
	params, err := paramsFor(m)
	if err != nil {
		return chat.Receipt{}, err
	}
	params.AddBool("disable_notification", m.Quiet)
	params.AddBool("protect_content", m.Protect)
	switch {
	case m.File != nil && m.Attach != nil:
		return chat.Receipt{}, &chat.Refused{Reason: "a file and an attachment in one message"}
	case m.File != nil:
		return c.sendFile(ctx, m, params)
	case m.Attach != nil:
		return c.sendAttached(ctx, m, params)
	}
	params["text"] = m.Text
	params["link_preview_options"] = noPreview
	result, err := c.ask(ctx, "sendMessage", params)
	return receiptOf(result), err
}

func (c *Client) sendFile(ctx context.Context, m chat.Message, params tgbotapi.Params) (chat.Receipt, error) {
	method, field, most := "sendDocument", "document", maxFile
	if m.File.Picture {
		method, field, most = "sendPhoto", "photo", maxPicture
	}
	params.AddNonEmpty("caption", m.Text)
	result, err := c.upload(ctx, method, field, most, *m.File, params)
	return receiptOf(result), meaning(err)
}

// upload sends a file of at most most bytes as the field of a call.
func (c *Client) upload(ctx context.Context, method, field string, most int, f chat.File, params tgbotapi.Params) (json.RawMessage, error) {
	size := len(f.Data)
	if size > most {
		return nil, &chat.Refused{Reason: fmt.Sprintf("%s: %d bytes are more than Telegram takes", method, size)}
	}
	limit := c.sendTimeout + time.Duration(size/slowestUpload)*time.Second
	return c.call(ctx, limit, method, params, tgbotapi.RequestFile{Name: field, Data: tgbotapi.FileBytes{Name: f.Name, Bytes: f.Data}})
}

// sendAttached sends what Telegram has already.
func (c *Client) sendAttached(ctx context.Context, m chat.Message, params tgbotapi.Params) (chat.Receipt, error) {
	method, field := "sendDocument", "document"
	switch {
	case m.Attach.ID == "":
		return chat.Receipt{}, &chat.Refused{Reason: "an attachment without a name"}
	case m.Attach.Kind == chat.Photo:
		method, field = "sendPhoto", "photo"
	case m.Attach.Kind != chat.Document:
		return chat.Receipt{}, &chat.Refused{Reason: fmt.Sprintf("an attachment of the kind %q", m.Attach.Kind)}
	}
	params[field] = m.Attach.ID
	params.AddNonEmpty("caption", m.Text)
	result, err := c.ask(ctx, method, params)
	return receiptOf(result), err
}

func (c *Client) edit(ctx context.Context, m chat.Message) error {
	if m.Target == 0 {
		return &chat.Refused{Reason: "edit without a target"}
	}
	params, err := paramsFor(m)
	if err != nil {
		return err
	}
	params["message_id"] = strconv.Itoa(m.Target)
	if m.File != nil {
		return c.editFile(ctx, m, params)
	}
	var method string
	switch {
	case m.Text == "":
		method = "editMessageReplyMarkup"
		delete(params, "parse_mode")
	case m.Attach != nil:
		method = "editMessageCaption"
		params["caption"] = m.Text
	default:
		method = "editMessageText"
		params["text"] = m.Text
		params["link_preview_options"] = noPreview
	}
	_, err = c.call(ctx, c.sendTimeout, method, params)
	return edited(err)
}

// editFile puts another file, with its caption and buttons, in the place of the
// one a message has.
func (c *Client) editFile(ctx context.Context, m chat.Message, params tgbotapi.Params) error {
	kind, most := "document", maxFile
	if m.File.Picture {
		kind, most = "photo", maxPicture
	}
	media, err := json.Marshal(map[string]string{"type": kind, "media": "attach://file", "caption": m.Text, "parse_mode": params["parse_mode"]})
	if err != nil {
		return err
	}
	delete(params, "parse_mode") // of the caption, which goes with the file here
	params["media"] = string(media)
	_, err = c.upload(ctx, "editMessageMedia", "file", most, *m.File, params)
	return edited(err)
}

// edited is the meaning of an edit's error: one that changes nothing is done.
func edited(err error) error {
	if r, ok := errors.AsType[*refusal](err); ok && r.says("message is not modified") {
		return nil
	}
	return meaning(err)
}

// remove takes a message away.
func (c *Client) remove(ctx context.Context, m chat.Message) error {
	if m.Target == 0 {
		return &chat.Refused{Reason: "deletion without a target"}
	}
	_, err := c.ask(ctx, "deleteMessage", tgbotapi.Params{"chat_id": m.To.String(), "message_id": strconv.Itoa(m.Target)})
	return err
}

func (c *Client) acknowledge(ctx context.Context, m chat.Message) error {
	if m.Press == "" {
		return &chat.Refused{Reason: "acknowledgement without a press"}
	}
	params := tgbotapi.Params{"callback_query_id": m.Press}
	params.AddNonEmpty("text", cutUnits(html.UnescapeString(m.Text), maxToast)) // a toast has no markup
	_, err := c.call(ctx, c.sendTimeout, "answerCallbackQuery", params)
	if r, ok := errors.AsType[*refusal](err); ok && r.says("query is too old", "query id is invalid") {
		err = nil
	}
	return meaning(err)
}

// paramsFor returns what sending and editing have in common.
func paramsFor(m chat.Message) (tgbotapi.Params, error) {
	params := tgbotapi.Params{"chat_id": m.To.String(), "parse_mode": tgbotapi.ModeHTML}
	markup, err := keyboard(m.Rows)
	if err != nil {
		return nil, err
	}
	params.AddNonEmpty("reply_markup", markup)
	return params, nil
}

// button is a button as Telegram wants it; the library's lacks what is new.
type button struct {
	Text string `json:"text"`
	Data string `json:"callback_data,omitempty"`
	URL  string `json:"url,omitempty"`
}

// keyboard returns rows of buttons as JSON, "" if there is none.
func keyboard(rows [][]chat.Button) (string, error) {
	var markup struct {
		Rows [][]button `json:"inline_keyboard"`
	}
	for _, in := range rows {
		var row []button
		for _, b := range in {
			switch {
			case len(b.Data) > chat.MaxData:
				return "", &chat.Refused{Reason: fmt.Sprintf("button %q: its data has %d bytes, more than %d", b.Label, len(b.Data), chat.MaxData)}
			case (b.Data == "") == (b.URL == ""):
				return "", &chat.Refused{Reason: fmt.Sprintf("button %q: needs either data or an address", b.Label)}
			}
			row = append(row, button{Text: b.Label, Data: b.Data, URL: b.URL})
		}
		if len(row) > 0 {
			markup.Rows = append(markup.Rows, row)
		}
	}
	if len(markup.Rows) == 0 {
		return "", nil
	}
	b, err := json.Marshal(markup)
	return string(b), err
}

// receiptOf reads the number of a new message. Where it cannot be read the
// message is delivered all the same.
func receiptOf(result json.RawMessage) chat.Receipt {
	var sent struct {
		ID int `json:"message_id"`
	}
	_ = json.Unmarshal(result, &sent) // 0 then
	return chat.Receipt{Message: sent.ID}
}

// cutUnits shortens text to at most n UTF-16 units, as Telegram counts.
func cutUnits(text string, n int) string {
	units := utf16.Encode([]rune(text))
	if len(units) <= n {
		return text
	}
	units = units[:n-1] // room for the dots
	if last := units[n-2]; utf16.IsSurrogate(rune(last)) && last < 0xDC00 {
		units = units[:n-2] // half a character
	}
	return string(utf16.Decode(units)) + "…"
}
