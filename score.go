package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"donghanh/internal/knowledge"
)

// score counts how well a labelled set of questions is answered:
//
//	right    answered directly with a topic that fits
//	offered  a fitting topic stands among the choices
//	wrong    answered directly with another topic
//	missed   declined, or choices without a fitting one
//	false    out of scope, yet answered directly
//
// Questions about the asker's own data or the bot, and fragments that need the
// turn before, are counted apart.
type score struct {
	groups map[string]map[string]int
	micros []float64
}

// outOfScope labels a question that no topic fits.
const outOfScope = knowledge.Topic("none")

func (s *score) add(q asked, a told) {
	s.micros = append(s.micros, a.Micros)
	verdict := judge(q, a)
	switch {
	case q.Topic == knowledge.MyStatus || q.Topic == knowledge.BotHelp || q.Style == "followup_fragment":
		s.count("(apart)", verdict)
	case q.Topic == outOfScope:
		s.count("out of scope", verdict)
	default:
		s.count("in scope", verdict)
		s.count("  "+q.Style, verdict)
	}
}

func judge(q asked, a told) string {
	fits := func(t knowledge.Topic) bool { return t == q.Topic || slices.Contains(q.Also, t) }
	switch {
	case q.Topic == outOfScope && a.Outcome == knowledge.Sure:
		return "false"
	case q.Topic == outOfScope && a.Outcome == knowledge.Unsure:
		return "offered"
	case q.Topic == outOfScope:
		return "declined"
	case a.Outcome == knowledge.Sure && fits(a.Topic):
		return "right"
	case a.Outcome == knowledge.Sure:
		return "wrong"
	case slices.ContainsFunc(a.Choices, fits):
		return "offered"
	}
	return "missed"
}

func (s *score) count(group, verdict string) {
	if s.groups == nil {
		s.groups = map[string]map[string]int{}
	}
	if s.groups[group] == nil {
		s.groups[group] = map[string]int{}
	}
	s.groups[group][verdict]++
}

// rate is the share of a verdict in a group, 0 for an empty one.
func (s *score) rate(group string, verdicts ...string) float64 {
	n, all := 0, 0
	for v, c := range s.groups[group] {
		all += c
		if slices.Contains(verdicts, v) {
			n += c
		}
	}
	return float64(n) / math.Max(1, float64(all))
}

func (s *score) print(out io.Writer) error {
	var b strings.Builder
	names := []string{"in scope"}
	for g := range s.groups {
		if strings.HasPrefix(g, "  ") {
			names = append(names, g)
		}
	}
	slices.Sort(names[1:])
	for _, g := range append(names, "out of scope", "(apart)") {
		n := 0
		for _, c := range s.groups[g] {
			n += c
		}
		fmt.Fprintf(&b, "%-22s n=%4d", g, n)
		for _, v := range []string{"right", "offered", "wrong", "missed", "declined", "false"} {
			if s.groups[g][v] > 0 {
				fmt.Fprintf(&b, "  %s %.3f", v, s.rate(g, v))
			}
		}
		b.WriteString("\n")
	}
	if n := len(s.micros); n > 0 {
		slices.Sort(s.micros)
		fmt.Fprintf(&b, "time a question        p50 %.0f µs  p99 %.0f µs\n", s.micros[n/2], s.micros[n*99/100])
	}
	round := func(v float64) float64 { return math.Round(v*10000) / 10000 }
	last, err := json.Marshal(struct {
		Right   float64 `json:"right"`
		Offered float64 `json:"right_or_offered"`
		Wrong   float64 `json:"wrong"`
		False   float64 `json:"false"`
	}{
		round(s.rate("in scope", "right")), round(s.rate("in scope", "right", "offered")),
		round(s.rate("in scope", "wrong")), round(s.rate("out of scope", "false")),
	})
	if err != nil {
		return err
	}
	_, err = io.WriteString(out, b.String()+string(last)+"\n")
	return err
}
