package store

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// An export is a file of lines, each a JSON object: a header, records, and an
// end. A record is a key of Redis, or a part of one: the next line goes on with
// it where "more" is set. Each line closes with eight digits of the SHA-256 over
// all lines up to it, so that the first line that was altered, moved, doubled or
// lost is known by its number.
//
//	{"format":"donghanh-export","version":1,"made":"2026-11-25T02:00:00+07:00","by":"v1.0","sum":"…"}
//	{"key":"{j:0a}:track","type":"hash","values":["sv17","7 20261130\n…"],"more":true,"sum":"…"}
//	{"key":"{s:…}:code","type":"string","until":1803600000000,"values":["sv17"],"sum":"…"}
//	{"end":true,"keys":2,"lines":4,"sha256":"…","sum":"…"}

const (
	exportFormat = "donghanh-export"
	partBytes    = 256 << 10 // of values in one line
	maxLine      = 64 << 20  // bytes of a line that is read: one message with a file in it stays whole
)

// upgrades are what becomes of a record of an earlier version, in the order of
// versions: the first makes version 2 of version 1. Whoever changes what is kept
// in such a way that older values can no longer be read adds one.
var upgrades []func(*Record) error

// ExportVersion is the version of what Export writes.
func ExportVersion() int { return 1 + len(upgrades) }

// ExportHeader is the first line of an export.
type ExportHeader struct {
	Format  string    `json:"format"`
	Version int       `json:"version"`
	Made    time.Time `json:"made"`
	By      string    `json:"by"` // version of the program
}

// Record is a key, or a part of one.
type Record struct {
	Key    string   `json:"key"`
	Type   string   `json:"type"`            // string, hash, set, zset, list
	Until  int64    `json:"until,omitempty"` // ms at which the key is forgotten; 0: never
	Base64 bool     `json:"base64,omitempty"`
	Values []string `json:"values"`         // of a hash field and value by turns, of a zset member and score
	More   bool     `json:"more,omitempty"` // the next line goes on with this key
}

// exportEnd is the last line.
type exportEnd struct {
	End    bool   `json:"end"`
	Keys   int    `json:"keys"`
	Lines  int    `json:"lines"` // with header and end
	SHA256 string `json:"sha256"`
}

// ExportTotals says how much an export holds.
type ExportTotals struct {
	Keys, Lines, People int
}

// Flaw says what is wrong with a file that is to be restored.
type Flaw string

// Flaws.
const (
	FlawForeign Flaw = "it is no export of this program"
	FlawNewer   Flaw = "it was written by a newer version"
	FlawCut     Flaw = "it ends too early"
	FlawAltered Flaw = "the line is not as it was written, or stands in another place"
	FlawForm    Flaw = "the line cannot be read"
	FlawLong    Flaw = "the line is too long"
)

// BadExport says in which line a file is wrong, and what is wrong.
type BadExport struct {
	Line int
	Flaw Flaw
	Is   ExportHeader // for FlawNewer
}

func (e *BadExport) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Flaw) }

// exportWriter writes the lines of an export.
type exportWriter struct {
	w      *bufio.Writer
	sum    hash.Hash
	line   bytes.Buffer
	enc    *json.Encoder
	totals ExportTotals
}

func newExportWriter(w io.Writer) *exportWriter {
	e := &exportWriter{w: bufio.NewWriterSize(w, 1<<20), sum: sha256.New()}
	e.enc = json.NewEncoder(&e.line)
	e.enc.SetEscapeHTML(false)
	return e
}

// put writes one line.
func (e *exportWriter) put(v any) error {
	e.line.Reset()
	if err := e.enc.Encode(v); err != nil {
		return err
	}
	body := bytes.TrimSuffix(e.line.Bytes(), []byte("}\n"))
	e.sum.Write(body)
	e.totals.Lines++
	_, err := fmt.Fprintf(e.w, `%s,"sum":"%s"}`+"\n", body, e.short())
	return err
}

// short is what closes a line.
func (e *exportWriter) short() string { return shortSum(e.sum) }

func shortSum(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)[:4]) }

// key writes a key with all its values, in as many lines as it takes.
func (e *exportWriter) key(r Record) error {
	e.totals.Keys++
	return e.parts(r, false)
}

// parts writes values of a key; with more, others of it follow.
func (e *exportWriter) parts(r Record, more bool) error {
	if isTracks(r.Key) {
		e.totals.People += len(r.Values) / 2
	}
	step := stepOf(r.Type)
	for all := r.Values; ; {
		n, size := 0, 0
		for n < len(all) && (n == 0 || size < partBytes) {
			for range step {
				size += len(all[n])
				n++
			}
		}
		r.Values, all = all[:n], all[n:]
		r.More = more || len(all) > 0
		if err := e.put(encoded(r)); err != nil || len(all) == 0 {
			return err
		}
	}
}

// stepOf is how many values of a type belong together.
func stepOf(kind string) int {
	if kind == "hash" || kind == "zset" {
		return 2
	}
	return 1
}

// encoded is a record as it is written: JSON holds only UTF-8.
func encoded(r Record) Record {
	plain := utf8.ValidString(r.Key)
	for _, v := range r.Values {
		plain = plain && utf8.ValidString(v)
	}
	if plain {
		return r
	}
	r.Base64, r.Key = true, base64.StdEncoding.EncodeToString([]byte(r.Key))
	values := make([]string, len(r.Values))
	for i, v := range r.Values {
		values[i] = base64.StdEncoding.EncodeToString([]byte(v))
	}
	r.Values = values
	return r
}

// decoded is what encoded made.
func decoded(r Record) (Record, error) {
	if !r.Base64 {
		return r, nil
	}
	key, err := base64.StdEncoding.DecodeString(r.Key)
	r.Key, r.Base64 = string(key), false
	for i, v := range r.Values {
		b, wrong := base64.StdEncoding.DecodeString(v)
		r.Values[i], err = string(b), errors.Join(err, wrong)
	}
	return r, err
}

// end writes the last line.
func (e *exportWriter) end() (ExportTotals, error) {
	err := e.put(exportEnd{End: true, Keys: e.totals.Keys, Lines: e.totals.Lines + 1, SHA256: hex.EncodeToString(e.sum.Sum(nil))})
	return e.totals, errors.Join(err, e.w.Flush())
}

// ReadExport reads an export to its end and hands over its records, in the form
// of this version, as far as it is as it was written: a *BadExport may come
// after some. An error of f ends it. Nothing is kept.
func ReadExport(r io.Reader, f func(Record) error) (ExportHeader, ExportTotals, error) {
	in := &exportReader{r: bufio.NewReaderSize(r, 1<<20), sum: sha256.New()}
	header, err := in.header()
	for ended := false; err == nil && !ended; {
		ended, err = in.next(header, f)
	}
	return header, in.totals, err
}

// exportReader reads the lines of an export.
type exportReader struct {
	r      *bufio.Reader
	sum    hash.Hash
	totals ExportTotals
	last   Record // without values
	buf    []byte
}

func (in *exportReader) bad(flaw Flaw) error {
	return &BadExport{Line: max(1, in.totals.Lines), Flaw: flaw}
}

// text returns the next line without its end. io.EOF means that there is none.
func (in *exportReader) text() ([]byte, error) {
	in.buf = in.buf[:0]
	for {
		part, err := in.r.ReadSlice('\n')
		in.buf = append(in.buf, part...)
		switch {
		case len(in.buf) > maxLine:
			in.totals.Lines++
			return nil, in.bad(FlawLong)
		case err == nil:
			in.totals.Lines++
			return in.buf[:len(in.buf)-1], nil
		case errors.Is(err, io.EOF) && len(in.buf) == 0:
			return nil, io.EOF
		case errors.Is(err, io.EOF):
			in.totals.Lines++
			return in.buf, in.bad(FlawCut) // in the middle of a line
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		}
	}
}

// sumChars is how much closes a line: ,"sum":"12345678"}
const sumChars = 18

// body returns a line without what closes it, if that is right.
func (in *exportReader) body(line []byte) ([]byte, error) {
	n := len(line) - sumChars
	if n < 1 {
		return nil, in.bad(FlawAltered)
	}
	in.sum.Write(line[:n])
	if string(line[n:]) != `,"sum":"`+shortSum(in.sum)+`"}` {
		return nil, in.bad(FlawAltered)
	}
	line[n] = '}'
	return line[:n+1], nil
}

func (in *exportReader) header() (h ExportHeader, err error) {
	line, err := in.text()
	var cut *BadExport
	if errors.Is(err, io.EOF) || errors.As(err, &cut) && cut.Flaw == FlawLong {
		return h, in.bad(FlawForeign)
	}
	if err != nil && cut == nil {
		return h, err
	}
	if wrong := json.Unmarshal(line, &h); wrong != nil && (cut == nil || !strings.HasPrefix(string(line), `{"format":"`+exportFormat)) || wrong == nil && h.Format != exportFormat {
		return h, in.bad(FlawForeign)
	}
	if h.Version > ExportVersion() {
		return h, &BadExport{Line: 1, Flaw: FlawNewer, Is: h}
	}
	if err != nil {
		return h, err
	}
	if h.Version < 1 {
		return h, in.bad(FlawForm)
	}
	_, err = in.body(line)
	return h, err
}

// next reads a line after the header.
func (in *exportReader) next(h ExportHeader, f func(Record) error) (ended bool, err error) {
	line, err := in.text()
	if errors.Is(err, io.EOF) {
		in.totals.Lines++
		return false, in.bad(FlawCut)
	}
	if err != nil {
		return false, err
	}
	before := hex.EncodeToString(in.sum.Sum(nil))
	body, err := in.body(line)
	if err != nil {
		return false, err
	}
	if bytes.HasPrefix(body, []byte(`{"end":`)) {
		return true, in.end(body, before)
	}
	var r Record
	if json.Unmarshal(body, &r) != nil {
		return false, in.bad(FlawForm)
	}
	if r, err = decoded(r); err != nil || !in.fits(r) {
		return false, in.bad(FlawForm)
	}
	if !in.last.More {
		in.totals.Keys++
	}
	if isTracks(r.Key) {
		in.totals.People += len(r.Values) / 2
	}
	in.last = Record{Key: r.Key, Type: r.Type, More: r.More}
	for _, up := range upgrades[h.Version-1:] {
		if up(&r) != nil {
			return false, in.bad(FlawForm)
		}
	}
	return false, f(r)
}

// fits reports whether a record is one, and goes on where the last one ended.
func (in *exportReader) fits(r Record) bool {
	switch r.Type {
	case "string":
		if len(r.Values) != 1 {
			return false
		}
	case "hash", "zset", "set", "list":
		if len(r.Values) == 0 || len(r.Values)%stepOf(r.Type) != 0 {
			return false
		}
	default:
		return false
	}
	if r.Type == "zset" {
		for i := 1; i < len(r.Values); i += 2 {
			if _, err := strconv.ParseFloat(r.Values[i], 64); err != nil {
				return false
			}
		}
	}
	if in.last.More && (r.Key != in.last.Key || r.Type != in.last.Type) {
		return false
	}
	return r.Key != "" && r.Until >= 0
}

// end looks whether the last line says what was read, and is the last.
func (in *exportReader) end(body []byte, sum string) error {
	var e exportEnd
	if json.Unmarshal(body, &e) != nil || in.last.More || e.Keys != in.totals.Keys || e.Lines != in.totals.Lines || e.SHA256 != sum {
		return in.bad(FlawForm)
	}
	if _, err := in.text(); !errors.Is(err, io.EOF) {
		return in.bad(FlawAltered)
	}
	return nil
}
