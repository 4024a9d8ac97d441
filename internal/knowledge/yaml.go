package knowledge

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
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

// place is where a piece of content was read, so that a finding can point at
// it.
type place struct {
	file  string
	lines map[string]int // key → line; "" is the first line of the item
	only  int            // the one line still known once lines is nil
}

// settled forgets all lines but that of key.
func (p place) settled(key string) place { return place{file: p.file, only: p.line(key)} }

func (p place) line(key string) int {
	if n, ok := p.lines[key]; ok {
		return n
	}
	if p.lines == nil {
		return p.only
	}
	return p.lines[""]
}

// readList reads a file that holds a YAML list. What cannot be read is a
// problem each and left out; the others are returned.
func readList[T any](fsys fs.FS, file string, item func(place, T)) []Problem {
	raw, err := fs.ReadFile(fsys, file)
	if err != nil {
		return []Problem{{File: file, Fatal: true, Reason: "không đọc được tệp: " + pathless(err)}}
	}
	doc, err := parser.ParseBytes(raw, 0)
	if err != nil {
		return []Problem{yamlProblem(file, 0, err)}
	}
	if len(doc.Docs) == 0 || doc.Docs[0].Body == nil {
		return nil
	}
	list, ok := doc.Docs[0].Body.(*ast.SequenceNode)
	if !ok {
		return []Problem{{File: file, Line: 1, Fatal: true, Reason: "tệp phải là một danh sách, mỗi mục bắt đầu bằng dấu gạch ngang"}}
	}
	var problems []Problem
	for _, node := range list.Values {
		at := place{file: file, lines: map[string]int{"": node.GetToken().Position.Line}}
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
		if err := yaml.NodeToValue(node, &value, yaml.Strict()); err != nil {
			problems = append(problems, yamlProblem(file, at.lines[""], err))
			continue
		}
		item(at, value)
	}
	return problems
}

// readOne reads a file that holds one YAML mapping.
func readOne(fsys fs.FS, file string, into any) []Problem {
	raw, err := fs.ReadFile(fsys, file)
	if err != nil {
		return []Problem{{File: file, Fatal: true, Reason: "không đọc được tệp: " + pathless(err)}}
	}
	if err := yaml.UnmarshalWithOptions(raw, into, yaml.Strict()); err != nil {
		return []Problem{yamlProblem(file, 0, err)}
	}
	return nil
}

// yamlProblem takes line and reason out of the library's error.
func yamlProblem(file string, line int, err error) Problem {
	var at yaml.Error
	reason := err.Error()
	if errors.As(err, &at) {
		if t := at.GetToken(); t != nil {
			line = t.Position.Line
		}
		reason = at.GetMessage()
	}
	reason, _, _ = strings.Cut(reason, "\n")
	return Problem{File: file, Line: line, Fatal: true, Reason: "YAML sai: " + reason}
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
