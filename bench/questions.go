// Package bench measures the product: how fast and how well it finds an
// answer, beside a peer in the same run, and how long an answer takes from
// question to chat (latency). It is a module of its own, so that the peer does
// not stand in the product's go.mod. scripts/bench runs all of it.
package bench

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"donghanh/internal/knowledge"
)

// Question is one question; those of a labelled file say which topics fit.
type Question struct {
	Question string `json:"question"`
	Prev     string `json:"prev"` // asked in the turn before, or empty
	Style    string `json:"style"`

	Topic knowledge.Topic   `json:"topic"`
	Also  []knowledge.Topic `json:"also"`
}

// InScope reports whether an approved text is to answer the question. As in
// "ask --score", questions about the asker's own data or the bot and fragments
// that need the turn before are left out.
func (q Question) InScope() bool {
	return q.Topic != "" && q.Topic != "none" && q.Topic != knowledge.MyStatus && q.Topic != knowledge.BotHelp && q.Style != "followup_fragment"
}

// Fits reports whether a topic answers the question.
func (q Question) Fits(t knowledge.Topic) bool {
	return t != "" && (t == q.Topic || slices.Contains(q.Also, t))
}

// fixed is how many questions are taken from the book where there is no
// labelled file.
const fixed = 200

// Questions reads a labelled file. Where path is empty or does not exist, it
// takes every k-th way of asking of the book instead, without labels.
func Questions(path string, b *knowledge.Book) (questions []Question, labelled bool, err error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return everyKth(b), false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("questions: %w", err)
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		var q Question
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			return nil, false, fmt.Errorf("questions: %s line %d: %w", path, n, err)
		}
		questions = append(questions, q)
	}
	if err := lines.Err(); err != nil {
		return nil, false, fmt.Errorf("questions: %w", err)
	}
	return questions, true, nil
}

func everyKth(b *knowledge.Book) []Question {
	var all []string
	for _, id := range b.Order {
		all = append(all, b.Entries[id].Ask...)
	}
	var out []Question
	for i := 0; i < len(all); i += max(1, len(all)/fixed) {
		out = append(out, Question{Question: all[i]})
	}
	return out
}
