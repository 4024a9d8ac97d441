package demo

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	maxBody    = 64 << 10 // of a request that is not an upload
	maxText    = 4096     // UTF-16 units, as Telegram counts
	maxCaption = 1024
	maxUpload  = 20 << 20 // what a bot may fetch from Telegram
)

// say lets a person type.
func (d *Demo) say(w http.ResponseWriter, r *http.Request) {
	var in struct {
		From int64  `json:"from"`
		Text string `json:"text"`
	}
	if !d.read(w, r, &in, &in.From) {
		return
	}
	text := strings.TrimSpace(in.Text)
	switch {
	case text == "":
		refuse(w, http.StatusBadRequest, "Tin nhắn trống.")
		return
	case units(text) > maxText:
		refuse(w, http.StatusBadRequest, "Tin nhắn dài quá 4.096 ký tự.")
		return
	}
	d.telegram.Say(in.From, text)
	d.setBlocked(in.From, false) // typing unblocks
	w.WriteHeader(http.StatusNoContent)
}

// press lets a person press a button, and returns the id under which the
// answer will come.
func (d *Demo) press(w http.ResponseWriter, r *http.Request) {
	var in struct {
		From    int64  `json:"from"`
		Message int    `json:"message"`
		Data    string `json:"data"`
	}
	if !d.read(w, r, &in, &in.From) {
		return
	}
	if _, ok := d.findMessage(in.From, in.Message); !ok {
		refuse(w, http.StatusNotFound, "Tin nhắn này không còn nữa.")
		return
	}
	query := d.telegram.Press(in.From, in.Message, in.Data)
	reply(w, http.StatusOK, map[string]string{"query": query})
}

// block lets a person block the bot, or unblock it.
func (d *Demo) block(w http.ResponseWriter, r *http.Request) {
	var in struct {
		From    int64 `json:"from"`
		Blocked bool  `json:"blocked"`
	}
	if !d.read(w, r, &in, &in.From) {
		return
	}
	if in.Blocked {
		d.telegram.Block(in.From)
	} else {
		d.telegram.Unblock(in.From)
	}
	d.setBlocked(in.From, in.Blocked)
	w.WriteHeader(http.StatusNoContent)
}

func (d *Demo) setBlocked(id int64, blocked bool) {
	d.mu.Lock()
	changed := d.blocked[id] != blocked
	d.blocked[id] = blocked
	d.mu.Unlock()
	if changed {
		d.tell("blocked", blocking{id, blocked})
	}
}

// moveClock moves the clock by one of the steps the page offers.
func (d *Demo) moveClock(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Move string `json:"move"`
	}
	if !d.read(w, r, &in, nil) {
		return
	}
	switch in.Move {
	case "hour":
		d.clock.Advance(time.Hour)
	case "day":
		d.clock.Advance(24 * time.Hour)
	case "morning":
		d.clock.To(nextAt(d.clock.Now(), 7, 30))
	case "month":
		d.clock.To(nextAt(d.clock.Now().AddDate(0, 0, 29), 7, 30))
	default:
		refuse(w, http.StatusBadRequest, "Đồng hồ không có bước này.")
		return
	}
	reply(w, http.StatusOK, map[string]int64{"now": d.now()})
}

// upload lets a person send a file.
func (d *Demo) upload(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxUpload+maxBody)
	const tooBig = "Tệp lớn hơn 20 MB nên không gửi được."
	if err := r.ParseMultipartForm(maxUpload + maxBody); err != nil {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			refuse(w, http.StatusRequestEntityTooLarge, tooBig)
		} else {
			refuse(w, http.StatusBadRequest, "Không đọc được tệp vừa gửi.")
		}
		return
	}
	defer func() { _ = r.MultipartForm.RemoveAll() }() // all of it is in memory
	var from int64
	if err := json.Unmarshal([]byte(r.FormValue("from")), &from); err != nil || d.person(from) == nil {
		refuse(w, http.StatusNotFound, unknownPerson)
		return
	}
	part, header, err := r.FormFile("file")
	if err != nil {
		refuse(w, http.StatusBadRequest, "Chưa chọn tệp nào.")
		return
	}
	data, err := io.ReadAll(part)
	caption := strings.TrimSpace(r.FormValue("caption"))
	switch {
	case err != nil:
		refuse(w, http.StatusBadRequest, "Không đọc được tệp vừa gửi.")
	case len(data) > maxUpload:
		refuse(w, http.StatusRequestEntityTooLarge, tooBig)
	case len(data) == 0:
		refuse(w, http.StatusBadRequest, "Tệp này trống.")
	case units(caption) > maxCaption:
		refuse(w, http.StatusBadRequest, "Chú thích dài quá 1.024 ký tự.")
	default:
		kind := "document"
		if r.FormValue("kind") == "photo" && pictureType(data) != "" {
			kind = "photo"
		}
		d.telegram.Upload(from, kind, fileName(header.Filename), data, caption)
		d.setBlocked(from, false)
		w.WriteHeader(http.StatusNoContent)
	}
}

// file gives out a file that was sent, to be saved. Only pictures are named
// for what they are, so that the page can show them; nothing runs here.
func (d *Demo) file(w http.ResponseWriter, r *http.Request) {
	f, data, ok := d.telegram.File(r.PathValue("id"))
	if !ok {
		refuse(w, http.StatusNotFound, "Không có tệp này.")
		return
	}
	kind := pictureType(data)
	if kind == "" {
		kind = "application/octet-stream"
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": fileName(f.Name)}))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	_, _ = w.Write(data) // a browser that is gone reads nothing
}

// pictureType returns the media type of a picture that browsers show, or "".
func pictureType(data []byte) string {
	switch t := http.DetectContentType(data); t {
	case "image/png", "image/jpeg", "image/gif", "image/webp":
		return t
	}
	return ""
}

// fileName makes a name harmless that came from outside.
func fileName(name string) string {
	name = strings.Map(func(c rune) rune {
		switch {
		case unicode.IsControl(c), unicode.Is(unicode.Cf, c): // such as those that turn the reading direction
			return -1
		case strings.ContainsRune(`/\`, c):
			return '_'
		}
		return c
	}, strings.ToValidUTF8(name, ""))
	for len(name) > 200 {
		_, n := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-n]
	}
	if strings.Trim(name, ". ") == "" {
		return "tep"
	}
	return name
}

const unknownPerson = "Không có người này trong bản xem thử."

// read decodes a request into v and checks that the person in it, if there is
// one, is on the page. It answers the request itself if something is wrong.
func (d *Demo) read(w http.ResponseWriter, r *http.Request, v any, from *int64) bool {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		refuse(w, http.StatusUnsupportedMediaType, "Yêu cầu phải là JSON.")
		return false
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(v); err != nil {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			refuse(w, http.StatusRequestEntityTooLarge, "Tin nhắn quá dài.")
		} else {
			refuse(w, http.StatusBadRequest, "Không đọc được yêu cầu.")
		}
		return false
	}
	if from != nil && d.person(*from) == nil {
		refuse(w, http.StatusNotFound, unknownPerson)
		return false
	}
	return true
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // a browser that is gone reads nothing
}

// refuse answers with a sentence for the person.
func refuse(w http.ResponseWriter, status int, sentence string) {
	reply(w, status, map[string]string{"error": sentence})
}

func units(s string) int { return len(utf16.Encode([]rune(s))) }
