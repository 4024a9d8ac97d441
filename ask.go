package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"log/slog"
	"os"
	"regexp"
	"strings"
	"time"

	"donghanh/config"
	"donghanh/internal/journey"
	"donghanh/internal/knowledge"
	"donghanh/internal/wording"
)

// asked is one question of ask --jsonl, and of a labelled file.
type asked struct {
	ID       string `json:"id"`
	Question string `json:"question"`
	Prev     string `json:"prev"`

	Style string            `json:"style"`
	Topic knowledge.Topic   `json:"topic"`
	Also  []knowledge.Topic `json:"also"`
}

// told is what ask --jsonl writes for one question.
type told struct {
	ID      string            `json:"id"`
	Outcome knowledge.Outcome `json:"outcome"`
	Topic   knowledge.Topic   `json:"topic"`
	Choices []knowledge.Topic `json:"choices"`
	Score   float64           `json:"score"`
	Micros  float64           `json:"micros"`
}

func ask(args []string, e env) error {
	f := flags("ask")
	lines := f.Bool("jsonl", false, "questions from standard input, one JSON object a line")
	score := f.String("score", "", "a labelled question file")
	if err := parse(f, args, len(args)); err != nil {
		return err
	}
	question := strings.TrimSpace(strings.Join(f.Args(), " "))
	if *lines && (*score != "" || f.NArg() > 0) || *score != "" && f.NArg() > 0 {
		return usageError{"ask takes a question, --jsonl or --score FILE"}
	}
	if !*lines && *score == "" && question == "" {
		return usageError{"ask: no question given"}
	}
	environ, err := config.Environ(e.environ, ".env")
	if err != nil {
		return err
	}
	cfg, err := config.Load(environ)
	if err := errors.Join(err, cfg.ForContent()); err != nil {
		return err
	}
	lib, err := openLibrary(contentFiles(cfg.ContentDir), "", slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	switch {
	case *lines:
		return askLines(lib.Book(), e.in, e.out)
	case *score != "":
		return scoreFile(lib.Book(), *score, e.out)
	}
	_, err = fmt.Fprintln(e.out, terminal(lib.Book(), question, time.Now().In(journey.Zone)))
	return err
}

// answerFor times and answers one question.
func answerFor(b *knowledge.Book, q asked) told {
	start := time.Now()
	found := b.FindAll(q.Question, q.Prev)[0]
	took := time.Since(start)
	t := told{ID: q.ID, Outcome: found.Outcome, Topic: found.Topic, Choices: found.Choices, Score: found.Score, Micros: float64(took.Nanoseconds()) / 1000}
	if t.Outcome == knowledge.Distress {
		t.Outcome = knowledge.Nothing
	}
	if t.Choices == nil {
		t.Choices = []knowledge.Topic{}
	}
	return t
}

// maxLine is how long one line of questions may be, in bytes.
const maxLine = 16 << 20

func askLines(b *knowledge.Book, in io.Reader, out io.Writer) error {
	w := bufio.NewWriter(out)
	err := eachLine(in, func(q asked) error { return json.NewEncoder(w).Encode(answerFor(b, q)) })
	return errors.Join(w.Flush(), err) // what was answered before a bad line is told
}

// eachLine reads one JSON object a line; an error names the line.
func eachLine(in io.Reader, do func(asked) error) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, maxLine)
	n := 0
	for lines.Scan() {
		n++
		if len(strings.TrimSpace(lines.Text())) == 0 {
			continue
		}
		var q struct {
			asked
			Question *string `json:"question"` // tells an empty one from none
		}
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			return fmt.Errorf("line %d is not a JSON object with id and question: %w", n, err)
		}
		if q.Question == nil {
			return fmt.Errorf(`line %d has no "question"`, n)
		}
		q.asked.Question = *q.Question
		if err := do(q.asked); err != nil {
			return fmt.Errorf("line %d: %w", n, err)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("line %d: %w", n+1, err)
	}
	return nil
}

// terminal is the reply of the bot as plain text.
func terminal(b *knowledge.Book, question string, now time.Time) string {
	var out []string
	for _, f := range b.FindAll(question, "") {
		out = append(out, plain(terminalOne(b, f, now)))
	}
	return strings.Join(out, "\n\n")
}

func terminalOne(b *knowledge.Book, f knowledge.Found, now time.Time) string {
	switch {
	case f.Outcome == knowledge.Distress:
		return wording.Care(*f.Care)
	case f.Topic == knowledge.BotHelp:
		return wording.Help(nil, nil)
	case f.Topic == knowledge.MyStatus:
		return wording.MyStatus()
	case f.Outcome == knowledge.Sure:
		e := b.Entries[f.Topic]
		if d, gone := b.Withdrawn(e, dayOf(now)); gone {
			return wording.Withdrawn(e, d)
		}
		return wording.Answer(e, b.Sources(e))
	case f.Outcome == knowledge.Unsure:
		text := wording.MeantOne()
		for _, t := range f.Choices {
			text += "\n[" + html.EscapeString(b.Entries[t].Title) + "]"
		}
		return text
	case f.Scope != nil:
		return wording.OutOfScope(*f.Scope)
	}
	return wording.NoAnswer()
}

// dayOf is the day of a moment, in its zone.
func dayOf(now time.Time) knowledge.Date {
	return knowledge.Date{Year: now.Year(), Month: int(now.Month()), Day: now.Day()}
}

var tags = regexp.MustCompile(`<[^>]*>`)

func plain(text string) string { return html.UnescapeString(tags.ReplaceAllString(text, "")) }

func scoreFile(b *knowledge.Book, file string, out io.Writer) error {
	in, err := os.Open(file) // #nosec G304 -- the file the operator names
	if err != nil {
		return fmt.Errorf("score: %w", err)
	}
	defer func() { _ = in.Close() }() // opened for reading
	var s score
	if err := eachLine(in, func(q asked) error { s.add(q, answerFor(b, q)); return nil }); err != nil {
		return fmt.Errorf("score %s: %w", file, err)
	}
	return s.print(out)
}
