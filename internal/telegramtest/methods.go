package telegramtest

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// method is one method of the Bot API: the parameters it may have, those it
// must have marked with "!", and what it does. run is called with the server
// locked; wait locks it itself.
type method struct {
	params string
	run    func(*Server, *request) (any, error)
	wait   func(*Server, context.Context, *request) (any, error)
}

// methods is what the bot uses of Bot API 9.2, and nothing else: a parameter
// that had no effect here would be a trap for whoever relies on it.
var methods = map[string]method{
	"getMe":         {run: (*Server).getMe},
	"getUpdates":    {params: "offset limit timeout allowed_updates", wait: (*Server).getUpdates},
	"setWebhook":    {params: "url! max_connections allowed_updates drop_pending_updates secret_token", run: (*Server).setWebhook},
	"deleteWebhook": {params: "drop_pending_updates", run: (*Server).deleteWebhook},

	"sendMessage":            {params: "chat_id! text! parse_mode link_preview_options disable_notification protect_content reply_markup", run: (*Server).sendMessage},
	"sendDocument":           {params: "chat_id! document! caption parse_mode disable_notification protect_content reply_markup", run: (*Server).sendDocument},
	"sendPhoto":              {params: "chat_id! photo! caption parse_mode disable_notification protect_content reply_markup", run: (*Server).sendPhoto},
	"sendChatAction":         {params: "chat_id! action!", run: (*Server).sendChatAction},
	"editMessageText":        {params: "chat_id message_id text! parse_mode link_preview_options reply_markup", run: (*Server).editMessageText},
	"editMessageCaption":     {params: "chat_id message_id caption parse_mode reply_markup", run: (*Server).editMessageCaption},
	"editMessageMedia":       {params: "chat_id message_id media! reply_markup", run: (*Server).editMessageMedia},
	"editMessageReplyMarkup": {params: "chat_id message_id reply_markup", run: (*Server).editMessageReplyMarkup},
	"deleteMessage":          {params: "chat_id! message_id!", run: (*Server).deleteMessage},
	"answerCallbackQuery":    {params: "callback_query_id! text show_alert", run: (*Server).answerCallbackQuery},
	"getFile":                {params: "file_id!", run: (*Server).getFile},

	"setMyCommands":         {params: "commands! scope language_code", run: (*Server).setMyCommands},
	"deleteMyCommands":      {params: "scope language_code", run: (*Server).deleteMyCommands},
	"getMyCommands":         {params: "scope language_code", run: (*Server).getMyCommands},
	"setMyDescription":      {params: "description language_code", run: (*Server).setMyDescription},
	"setMyShortDescription": {params: "short_description language_code", run: (*Server).setMyShortDescription},
}

// allowed returns the parameters of m and those of them it must have.
func (m method) allowed() (all, required []string) {
	for _, p := range strings.Fields(m.params) {
		name, must := strings.CutSuffix(p, "!")
		all = append(all, name)
		if must {
			required = append(required, name)
		}
	}
	return all, required
}

// check refuses a parameter m does not have, or lacks.
func (m method) check(r *request) error {
	all, required := m.allowed()
	for name := range r.params {
		if !slices.Contains(all, name) {
			return badRequest("there is no parameter %q", name)
		}
	}
	for name := range r.files {
		if !slices.Contains(all, name) && !r.attached(name) {
			return badRequest("there is no file parameter %q", name)
		}
	}
	for _, name := range required {
		_, isParam := r.params[name]
		_, isFile := r.files[name]
		if !isParam && !isFile {
			return badRequest("parameter %q is missing", name)
		}
	}
	return nil
}

// request is what came with a call.
type request struct {
	params map[string]string
	files  map[string]uploaded
}

type uploaded struct {
	name string
	data []byte
}

// telegramsMaxUpload is how large a file a bot may send, in bytes.
const telegramsMaxUpload = 50 << 20

// parse reads the parameters of a call from its query and its body, in any of
// the three encodings Telegram takes. No file may have more than maxUpload
// bytes.
func parse(w http.ResponseWriter, r *http.Request, maxUpload int64) (*request, error) {
	req := &request{params: map[string]string{}, files: map[string]uploaded{}}
	r.Body = http.MaxBytesReader(w, r.Body, maxUpload+1<<20)
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var err error
	switch kind {
	case "multipart/form-data":
		err = parseMultipart(r, req, maxUpload)
	case "application/json":
		err = parseJSON(r, req)
	default:
		err = r.ParseForm()
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return req, tooLarge()
	}
	if err != nil {
		return req, badRequest("can't parse the request: %v", err)
	}
	for name, values := range r.Form {
		req.params[name] = values[0]
	}
	for name, f := range req.files {
		if int64(len(f.data)) > maxUpload {
			return req, tooLarge()
		}
		if f.name == "" {
			return req, badRequest("file %q has no name", name)
		}
	}
	return req, nil
}

func tooLarge() *failure {
	return &failure{code: http.StatusRequestEntityTooLarge, description: "Request Entity Too Large"}
}

func parseMultipart(r *http.Request, req *request, maxUpload int64) error {
	if err := r.ParseMultipartForm(maxUpload + 2<<20); err != nil {
		return err
	}
	for name, headers := range r.MultipartForm.File {
		f, err := headers[0].Open()
		if err != nil {
			return err
		}
		data, err := io.ReadAll(f)
		_ = f.Close() // in memory
		if err != nil {
			return err
		}
		req.files[name] = uploaded{name: headers[0].Filename, data: data}
	}
	return nil
}

func parseJSON(r *http.Request, req *request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	var values map[string]json.RawMessage
	if err := json.NewDecoder(r.Body).Decode(&values); err != nil {
		return err
	}
	for name, raw := range values {
		var text string
		if json.Unmarshal(raw, &text) != nil {
			text = string(raw)
		}
		req.params[name] = text
	}
	return nil
}

// attached reports whether a file came as a part of the parameter media, which
// names it, instead of as a parameter of its own.
func (r *request) attached(name string) bool {
	return strings.Contains(r.params["media"], `"attach://`+name+`"`)
}

// number returns an integer parameter, def if it is not given.
func (r *request) number(name string, def int64) (int64, error) {
	text, ok := r.params[name]
	if !ok {
		return def, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, badRequest("parameter %q is no integer: %q", name, text)
	}
	return n, nil
}

// flag returns a boolean parameter, false if it is not given.
func (r *request) flag(name string) (bool, error) {
	text, ok := r.params[name]
	if !ok {
		return false, nil
	}
	b, err := strconv.ParseBool(text)
	if err != nil {
		return false, badRequest("parameter %q is no boolean: %q", name, text)
	}
	return b, nil
}

// object decodes a parameter that is JSON; absent it leaves into as it is.
func (r *request) object(name string, into any) error {
	text, ok := r.params[name]
	if !ok {
		return nil
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return badRequest("can't parse %s JSON object: %v", name, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return badRequest("can't parse %s JSON object: something follows it", name)
	}
	return nil
}

func (s *Server) getMe(*request) (any, error) {
	me := s.bot.json()
	me["is_bot"] = true
	me["can_join_groups"] = true
	me["can_read_all_group_messages"] = false
	me["supports_inline_queries"] = false
	return me, nil
}
