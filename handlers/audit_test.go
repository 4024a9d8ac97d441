package handlers

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"donghanh/internal/audit"
	"donghanh/internal/chat"
)

// noted returns what was noted since, oldest first: who, act, of whom, note.
func (r *room) noted(since int) (lines []string) {
	r.t.Helper()
	entries, err := r.store.Audit(context.Background(), audit.Filter{}, "", 1000)
	if err != nil {
		r.t.Fatalf("%v", err)
	}
	for i := len(entries) - 1 - since; i >= 0; i-- {
		e := entries[i]
		by := string(e.By)
		if by == "" {
			by = e.From.String()
		}
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", by, e.Act, e.Of, e.Note)))
	}
	return lines
}

func TestWhatConcernsAnotherIsNoted(t *testing.T) {
	tests := map[string]struct {
		who  chat.Address
		does []string // texts, and data after "!"
		want []string
	}{
		"a student shown to the mentor": {minh, []string{"!ht:sv-lan"}, []string{"gv-minh saw sv-lan"}},
		"a student of somebody else":    {tam, []string{"!ht:sv-lan"}, nil},
		"one's own way":                 {lan, []string{"/hanhtrinh"}, nil},
	}
	tg := newTelegram(t)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := newRoom(t, tg)
			for _, what := range tt.does {
				if data, press := strings.CutPrefix(what, "!"); press {
					r.press(tt.who, data)
				} else {
					r.say(tt.who, what)
				}
			}
			if got := r.noted(0); strings.Join(got, "\n") != strings.Join(tt.want, "\n") {
				t.Errorf("%v: noted\n%s\nwant\n%s", tt.does, strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
		})
	}
}
