// Package yamlfile reads the reviewed YAML of content/ and says in plain words, with
// file and line, what is wrong with it.
package yamlfile

import (
	"encoding"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// Problem is one finding of the content check, for the person who edits the
// YAML.
type Problem struct {
	File   string
	Line   int  // from 1; 0 where the whole file is meant
	Fatal  bool // the content is not used while it stands
	Reason string
}

func (p Problem) String() string {
	if p.Line == 0 {
		return fmt.Sprintf("%s: %s", p.File, p.Reason)
	}
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Reason)
}

// Place is where a piece of content was read, so that a finding can point at
// it.
type Place struct {
	file     string
	lines    map[string]int // key → line; "" is the first line of the item
	only     int            // the one line still known once lines is nil
	approval int            // and that of the approval
	item     ast.Node       // what was read there
}

// Settled forgets all lines but those of key and of the approval.
func (p Place) Settled(key string) Place {
	return Place{file: p.file, only: p.Line(key), approval: p.Line("approval")}
}

// LineIn returns the line of the n-th value (from 0) of the list at key, and
// that of key where there is no such value.
func (p Place) LineIn(key string, n int) int {
	if m, ok := p.item.(*ast.MappingNode); ok {
		for _, v := range m.Values {
			list, ok := v.Value.(*ast.SequenceNode)
			if ok && v.Key.GetToken().Value == key && n >= 0 && n < len(list.Values) {
				value := list.Values[n]
				if m, ok := value.(*ast.MappingNode); ok && len(m.Values) > 0 {
					value = m.Values[0].Key // the mapping's own token is its first colon
				}
				return value.GetToken().Position.Line
			}
		}
	}
	return p.Line(key)
}

func (p Place) Line(key string) int {
	if n, ok := p.lines[key]; ok {
		return n
	}
	switch {
	case p.lines != nil:
		return p.lines[""]
	case key == "approval":
		return p.approval
	}
	return p.only
}

// List reads a file that holds a YAML list. What cannot be read is a
// problem each and left out; the others are returned.
func List[T any](fsys fs.FS, file string, item func(Place, T)) []Problem {
	s, problems := readSource(fsys, file)
	if s.body == nil {
		return problems
	}
	list, ok := s.body.(*ast.SequenceNode)
	if !ok {
		return []Problem{{File: file, Line: 1, Fatal: true, Reason: "tệp phải là một danh sách, mỗi mục bắt đầu bằng dấu gạch ngang"}}
	}
	for _, node := range list.Values {
		at := Place{file: file, item: node, lines: map[string]int{"": node.GetToken().Position.Line}}
		if m, ok := node.(*ast.MappingNode); ok {
			for _, v := range m.Values {
				key := v.Key.GetToken()
				at.lines[key.Value] = key.Position.Line
				if len(at.lines) == 2 {
					at.lines[""] = key.Position.Line
				}
			}
		}
		var value T
		if err := decode(node, &value); err != nil {
			problems = append(problems, s.problem(err, node, reflect.TypeFor[T](), at.lines[""]))
			continue
		}
		item(at, value)
	}
	return problems
}

// One reads a file that holds one YAML mapping.
func One[T any](fsys fs.FS, file string, into *T) []Problem {
	s, problems := readSource(fsys, file)
	if s.body == nil {
		return problems
	}
	if err := decode(s.body, into); err != nil {
		return []Problem{s.problem(err, s.body, reflect.TypeFor[T](), 0)}
	}
	return nil
}

// source is one file that is being read.
type source struct {
	file  string
	lines []string
	body  ast.Node // nil where there is nothing to read
}

// readSource reads and parses a file. The mark that Windows' Notepad puts in
// front is skipped.
func readSource(fsys fs.FS, file string) (source, []Problem) {
	s := source{file: file}
	fail := func(line int, reason string) (source, []Problem) {
		return s, []Problem{{File: file, Line: line, Fatal: true, Reason: reason}}
	}
	raw, err := fs.ReadFile(fsys, file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fail(0, "không đọc được tệp: không có tệp này trong thư mục nội dung")
	case err != nil:
		return fail(0, "không đọc được tệp: "+pathless(err))
	case !utf8.Valid(raw):
		return fail(0, "tệp không phải UTF-8; lưu lại và chọn bảng mã (Encoding) UTF-8")
	}
	text := strings.TrimPrefix(string(raw), "\ufeff")
	s.lines = strings.Split(text, "\n")
	doc, err := parse([]byte(text))
	if err != nil {
		return s, []Problem{s.problem(err, nil, nil, 0)}
	}
	if len(doc.Docs) > 0 {
		s.body = doc.Docs[0].Body
	}
	return s, nil
}

// parse reads YAML. Where the library panics, that is an error.
func parse(text []byte) (doc *ast.File, err error) {
	defer caught(&err)
	return parser.ParseBytes(text, 0)
}

// decode turns a node into a value, with the same care.
func decode(node ast.Node, into any) (err error) {
	defer caught(&err)
	return yaml.NodeToValue(node, into, yaml.Strict())
}

func caught(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("%v", r)
	}
}

// problem words what the library found wrong with a node that was to become a
// value of type t. Where the library names no line, the given one is meant.
func (s source) problem(err error, node ast.Node, t reflect.Type, line int) Problem {
	message := err.Error()
	var known yaml.Error
	var at *token.Token
	if errors.As(err, &known) {
		message = known.GetMessage()
		if at = known.GetToken(); at != nil {
			line = at.Position.Line
		}
	}
	message, _, _ = strings.Cut(message, "\n")
	found := Problem{File: s.file, Line: line, Fatal: true}
	for p := range fieldsOf(node, t) {
		switch {
		case at == nil && p.wrongDate():
			found.Line = p.value.GetToken().Position.Line
			found.Reason = "chỗ này cần một ngày; viết 2026-12-01 (năm-tháng-ngày)"
			if text := p.value.GetToken().Value; len(text) > 1 {
				found.Reason = fmt.Sprintf("ngày %q không đúng; viết 2026-12-01 (năm-tháng-ngày)", text)
			}
			return found
		case at != nil && p.fields != nil && strings.HasPrefix(message, "unknown field") && p.key.Position.Offset == at.Position.Offset:
			found.Reason = fmt.Sprintf("không có mục %s", at.Value) + OrMeant(at.Value, p.fields)
			if Nearest(at.Value, p.fields) == "" {
				found.Reason += "; chỗ này dùng: " + strings.Join(p.fields, ", ")
			}
			return found
		}
	}
	found.Reason = explain(message, s.text(line))
	return found
}

// text is the text of a line, from 1; empty where there is none.
func (s source) text(n int) string {
	if n < 1 || n > len(s.lines) {
		return ""
	}
	return s.lines[n-1]
}

// field is a key of a mapping with its value.
type field struct {
	key    *token.Token
	value  ast.Node
	is     reflect.Type // what the value is to become; nil where unknown
	fields []string     // keys the mapping may have; nil where any
}

// wrongDate reports whether a type called Date refuses the value.
func (p field) wrongDate() bool {
	if p.is == nil || p.is.Name() != "Date" || p.value.Type() == ast.NullType {
		return false
	}
	date, ok := reflect.New(p.is).Interface().(encoding.TextUnmarshaler)
	if !ok {
		return false
	}
	_, scalar := p.value.(ast.ScalarNode)
	return !scalar || date.UnmarshalText([]byte(p.value.GetToken().Value)) != nil
}

// fieldsOf walks all mappings of a node that is to become a value of type t.
func fieldsOf(node ast.Node, t reflect.Type) iter.Seq[field] {
	return func(yield func(field) bool) { walk(node, t, yield) }
}

func walk(node ast.Node, t reflect.Type, yield func(field) bool) bool {
	switch n := node.(type) {
	case *ast.SequenceNode:
		if t != nil && t.Kind() == reflect.Slice {
			t = t.Elem()
		}
		for _, v := range n.Values {
			if !walk(v, t, yield) {
				return false
			}
		}
	case *ast.MappingNode:
		for _, v := range n.Values {
			p := field{key: v.Key.GetToken(), value: v.Value}
			switch {
			case t == nil:
			case t.Kind() == reflect.Map:
				p.is = t.Elem()
			case t.Kind() == reflect.Struct:
				for _, f := range reflect.VisibleFields(t) {
					name := f.Tag.Get("yaml")
					if name == "" {
						continue
					}
					p.fields = append(p.fields, name)
					if name == p.key.Value {
						p.is = f.Type
					}
				}
			}
			if !yield(p) || !walk(v.Value, p.is, yield) {
				return false
			}
		}
	}
	return true
}

var (
	tabbed     = regexp.MustCompile(`^[ -]*\t`)
	noBlank    = regexp.MustCompile(`^\s*-[^\s-]`)
	twoColons  = regexp.MustCompile(`:\s.*:(\s|$)`)
	definedAt  = regexp.MustCompile(`mapping key "(.*)" already defined at \[(\d+):`)
	typeWanted = regexp.MustCompile(`cannot unmarshal (\S+).* of type (\S+)$`)
)

const quoteIt = `đặt cả câu trong dấu ngoặc kép "…"`

// explanations are the mistakes people make most, by the library's words.
var explanations = []struct{ has, says string }{
	{"tab character", "có phím Tab; dùng dấu cách thay phím Tab"},
	{"found character '\t'", "có phím Tab; dùng dấu cách thay phím Tab"},
	{"mapping value is not allowed in this context", "có dấu hai chấm giữa câu (" + quoteIt + "), hoặc dòng này hay dòng sau không thẳng hàng với các mục khác"},
	{"map key-value is pre-defined", "dòng này không thẳng hàng với các mục khác, hoặc câu bắt đầu bằng dấu \" ' * & (" + quoteIt + ")"},
	{"value is not allowed in this context", "dòng này không thẳng hàng với các mục khác, hoặc có chữ sau dấu ngoặc kép đóng"},
	{"non-map value is specified", "chỗ này cần tên mục, dấu hai chấm rồi dấu cách, như title: Tiêu đề; và thẳng hàng với các mục khác"},
	{"unexpected key name", "chỗ này cần tên mục, dấu hai chấm rồi dấu cách, như title: Tiêu đề; và thẳng hàng với các mục khác"},
	{"end character of double-quoted text", "dấu ngoặc kép mở mà không đóng; thêm \" ở cuối câu"},
	{"end character of single-quoted text", "dấu nháy mở mà không đóng; thêm ' ở cuối câu, hoặc " + quoteIt},
	{"',' or ']' must be specified", "dấu [ mở mà không đóng, hoặc thiếu dấu phẩy giữa hai phần; thêm ] ở cuối danh sách"},
	{"sequence end token ']' not found", "dấu [ mở mà không đóng; thêm ] ở cuối danh sách"},
	{"',' or '}' must be specified", "dấu { mở mà không đóng, hoặc thiếu dấu phẩy giữa hai phần; thêm } ở cuối"},
	{"flow map", "dấu { mở mà không đóng; thêm } ở cuối"},
	{"is a reserved character", "câu không được bắt đầu bằng @ hay `; " + quoteIt},
	{"was used where sequence is expected", "chỗ này cần một danh sách: mỗi câu một dòng, bắt đầu bằng dấu gạch ngang và dấu cách, hoặc [câu một, câu hai]"},
	{"was used where mapping is expected", "chỗ này cần các mục con, như {by: …, on: 2026-12-01}"},
}

// explain says in plain words what is wrong with a line and what to do. What
// it does not know keeps the library's words.
func explain(message, line string) string {
	if tabbed.MatchString(line) {
		return explanations[0].says
	}
	if m := definedAt.FindStringSubmatch(message); m != nil {
		return fmt.Sprintf("mục %s viết hai lần, lần đầu ở dòng %s; bỏ một", m[1], m[2])
	}
	if m := typeWanted.FindStringSubmatch(message); m != nil {
		switch from, to := m[1], m[2]; {
		case to == "bool":
			return "chỗ này chỉ ghi true hoặc false"
		case to == "string" && strings.HasPrefix(from, "["):
			return "chỗ này cần một câu chữ, không phải danh sách; bỏ dấu [ ] hoặc dấu gạch ngang"
		case to == "string":
			return "chỗ này cần một câu chữ; câu có dấu hai chấm thì " + quoteIt
		}
	}
	if strings.HasPrefix(message, "mapping value") {
		switch {
		case noBlank.MatchString(line):
			return "thiếu dấu cách sau dấu gạch ngang đầu dòng"
		case twoColons.MatchString(line):
			return "có dấu hai chấm giữa câu; " + quoteIt
		}
	}
	for _, e := range explanations {
		if strings.Contains(message, e.has) {
			return e.says
		}
	}
	return "YAML sai: " + message
}

// OrMeant asks whether the nearest known name was meant; empty if none is near.
func OrMeant(name string, known []string) string {
	if near := Nearest(name, known); near != "" {
		return ", có phải ý bạn là " + near + "?"
	}
	return ""
}

// Nearest returns the known name from which name is few letters off or with
// which it shares at least half of all their words; empty if there is none.
func Nearest(name string, known []string) string {
	name = strings.ToLower(name)
	words := strings.Split(name, "-")
	best, least := "", max(2, len(name)/4)+1
	alike, most := "", 0.5
	for _, k := range slices.Sorted(slices.Values(known)) {
		if n := distance(name, strings.ToLower(k)); n < least && 2*n <= len(k) {
			best, least = k, n
		}
		shared, all := 0, len(words)
		for _, w := range strings.Split(k, "-") {
			if slices.Contains(words, w) {
				shared++
			} else {
				all++
			}
		}
		if s := float64(shared) / float64(all); s > most || s == most && alike == "" {
			alike, most = k, s
		}
	}
	if best != "" {
		return best
	}
	return alike
}

// distance counts the letters to insert, remove or change.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		corner := row[0]
		row[0]++
		for j := range len(b) {
			change := corner
			if a[i] != b[j] {
				change++
			}
			corner = row[j+1]
			row[j+1] = min(change, row[j]+1, corner+1)
		}
	}
	return row[len(b)]
}

// pathless is an error without the path in front, which the problem names
// already.
func pathless(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}

// In returns the place that is a whole file.
func In(file string) Place { return Place{file: file} }

// File is where the item was read.
func (p Place) File() string { return p.file }

// Problem is a finding at a key of the item; "" means the item itself.
func (p Place) Problem(key string, fatal bool, reason string) Problem {
	return Problem{File: p.file, Line: p.Line(key), Fatal: fatal, Reason: reason}
}
