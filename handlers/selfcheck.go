package handlers

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/knowledge"
	"donghanh/internal/wording"
)

// flowCheck names the self-check in a conversation.
const flowCheck = "dieukien"

// Steps of the self-check, in order; each is the key of what was said there.
const (
	keyStart   = "start" // the Seq that began it: buttons of an earlier one are old
	stepYear   = "year"
	stepBirth  = "birth"
	stepUnion  = "union"
	stepSchool = "school"
	stepClass  = "class"
	stepCert   = "cert"
	stepIssued = "issued"
	stepLocal  = "local"

	stepShow  = "show"  // not a step: show where it stands
	stepAgain = "again" // not a step: begin anew
)

// earlier stands for a certificate older than the years on the buttons.
const earlier = "old"

// SelfCheck begins the self-check, or shows where it stands.
func (h *Handlers) SelfCheck(_ context.Context, r *Request) (chat.Reply, error) {
	if gone, ok := h.checkWithdrawn(r); ok {
		return gone, nil
	}
	if r.Talk.Flow == flowCheck {
		reply := h.checkQuestion(r)
		reply.Texts[0] = wording.CheckOpen + "\n\n" + reply.Texts[0]
		reply.Rows = append(reply.Rows, []chat.Button{button(wording.StartAgain, buttonCheck, r.Talk.Values[keyStart], stepAgain)})
		return reply, nil
	}
	return h.beginCheck(r), nil
}

func (h *Handlers) beginCheck(r *Request) chat.Reply {
	r.Talk.Begin(flowCheck, r.At, map[string]string{keyStart: strconv.FormatInt(r.Seq, 10)})
	reply := h.checkQuestion(r)
	reply.Texts[0] = wording.CheckIntro + reply.Texts[0]
	return reply
}

// checkWithdrawn refuses the self-check while a document it rests on is being
// replaced.
func (h *Handlers) checkWithdrawn(r *Request) (chat.Reply, bool) {
	var facts []string
	for _, f := range journey.SelfCheck(journey.Eligibility{}, journey.Month{}) {
		facts = append(facts, f.Facts...)
	}
	e := knowledge.Entry{Title: "tự kiểm tra điều kiện", Facts: append(facts, "age-18-60", "awareness-cert-60-months")}
	d, gone := r.Book.Withdrawn(e, day(r))
	if !gone {
		return chat.Reply{}, false
	}
	r.Talk.End()
	return chat.Reply{Texts: []string{wording.Withdrawn(e, d)}}, true
}

// CheckStep takes one press of the self-check: its start, the step, the value.
func (h *Handlers) CheckStep(_ context.Context, r *Request) (chat.Reply, error) {
	if r.Talk.Flow != flowCheck || r.arg(0) != r.Talk.Values[keyStart] {
		return chat.Reply{Toast: wording.ToastOld}, nil
	}
	switch step := r.arg(1); step {
	case stepShow:
		return h.checkQuestion(r), nil
	case stepAgain:
		return h.beginCheck(r), nil
	default:
		if step != nextStep(r.Talk.Values) || !offered(r, step, r.arg(2)) {
			return chat.Reply{Toast: wording.ToastOld}, nil
		}
		r.Talk.Values[step] = r.arg(2)
	}
	reply := h.checkQuestion(r)
	reply.Edit = true
	return reply, nil
}

// checkTyped takes a month typed at a step that asks for one. ok is false when
// the text is something else: a question may be asked in between.
func (h *Handlers) checkTyped(r *Request) (reply chat.Reply, ok bool) {
	if r.Talk.Flow != flowCheck {
		return chat.Reply{}, false
	}
	step := nextStep(r.Talk.Values)
	year, into := "", ""
	switch step {
	case stepYear, stepBirth:
		year, into = stepYear, stepBirth
	case stepCert, stepIssued:
		year, into = stepCert, stepIssued
	default:
		return chat.Reply{}, false
	}
	if bare := strings.TrimSpace(r.Text); offered(r, step, bare) {
		r.Talk.Values[step] = bare
		return h.checkQuestion(r), true
	}
	m, err := journey.ParseMonth(r.Text)
	if err != nil && !onlyDigits(r.Text) {
		return chat.Reply{}, false
	}
	if err != nil || m.Until(thisMonth(r)) < 0 {
		reply = h.checkQuestion(r)
		reply.Texts = []string{wording.BadMonth}
		return reply, true
	}
	r.Talk.Values[year], r.Talk.Values[into] = strconv.Itoa(m.Year), strconv.Itoa(m.Month)
	return h.checkQuestion(r), true
}

func onlyDigits(s string) bool {
	digits := false
	for _, c := range s {
		switch {
		case c >= '0' && c <= '9':
			digits = true
		case c != ' ' && c != '/' && c != '-' && c != '.':
			return false
		}
	}
	return digits
}

func thisMonth(r *Request) journey.Month { return journey.MonthOf(r.At.In(journey.Zone)) }

// nextStep is the first step nothing was said at, or "" at the end.
func nextStep(said map[string]string) string {
	for _, step := range []string{stepYear, stepBirth, stepUnion, stepSchool, stepClass, stepCert, stepIssued, stepLocal} {
		if step == stepCert && said[stepClass] != string(journey.Certificate) ||
			step == stepIssued && (said[stepClass] != string(journey.Certificate) || said[stepCert] == earlier) {
			continue
		}
		if said[step] == "" {
			return step
		}
	}
	return ""
}

// choice is one button of a step.
type choice struct{ label, value string }

// choices lists what can be pressed at a step, in rows.
func choices(r *Request, step string) (ask string, rows [][]choice) {
	now := thisMonth(r)
	yesNo := [][]choice{{{wording.ChoiceYes, string(journey.Yes)}, {wording.ChoiceNo, string(journey.No)}}}
	switch step {
	case stepYear:
		return wording.AskBirth, years(now.Year-16, 12)
	case stepBirth:
		return wording.AskMonth, months(r.Talk.Values[stepYear], now)
	case stepUnion:
		return wording.AskUnion, [][]choice{{{wording.ChoiceMember, string(journey.Yes)}, {wording.ChoiceNo, string(journey.No)}}, {{wording.ChoiceTooOld, tooOld}}}
	case stepSchool:
		return wording.AskSchool, yesNo
	case stepClass:
		return wording.AskClass, [][]choice{{{wording.ChoiceCert, string(journey.Certificate)}}, {{wording.ChoiceAttending, string(journey.Attending)}, {wording.ChoiceNo, string(journey.NoClass)}}}
	case stepCert:
		return wording.AskCertYear, append(years(now.Year, 6), []choice{{wording.ChoiceEarlier, earlier}})
	case stepIssued:
		return wording.AskCertDate, months(r.Talk.Values[stepCert], now)
	case stepLocal:
		return wording.AskLocal, [][]choice{{{wording.ChoiceMet, string(journey.Yes)}, {wording.ChoiceNotMet, string(journey.No)}}, {{wording.ChoiceUnknown, string(journey.Unknown)}}}
	}
	return "", nil
}

// tooOld is the Youth Union answer of one past its age.
const tooOld = "old"

// years lists n years from the given one backwards, four to a row.
func years(from, n int) [][]choice {
	var flat []choice
	for i := range n {
		y := strconv.Itoa(from - i)
		flat = append(flat, choice{y, y})
	}
	return slices.Collect(slices.Chunk(flat, 4))
}

// months lists the months of a year up to now, four to a row.
func months(year string, now journey.Month) [][]choice {
	y, _ := strconv.Atoi(year) // a year of our own buttons
	var flat []choice
	for m := 1; m <= 12 && (journey.Month{Year: y, Month: m}).Until(now) >= 0; m++ {
		flat = append(flat, choice{wording.MonthChoice(m), strconv.Itoa(m)})
	}
	return slices.Collect(slices.Chunk(flat, 4))
}

// offered reports whether the value stands on one of the step's buttons: a
// forged press says nothing.
func offered(r *Request, step, value string) bool {
	_, rows := choices(r, step)
	for _, row := range rows {
		if slices.ContainsFunc(row, func(c choice) bool { return c.value == value }) {
			return true
		}
	}
	return false
}

// checkQuestion asks the next step, or ends with the list and forgets all that
// was said.
func (h *Handlers) checkQuestion(r *Request) chat.Reply {
	step := nextStep(r.Talk.Values)
	if step == "" {
		findings := journey.SelfCheck(eligibility(r.Talk.Values), thisMonth(r))
		r.Talk.End()
		related := []knowledge.Topic{"general-eligibility", "process-overview", "when-to-start"}
		var rows [][]chat.Button
		for _, t := range related {
			if e, ok := r.Book.Entries[t]; ok {
				rows = append(rows, []chat.Button{button(e.Title, buttonTopic, t, 0)})
			}
		}
		sources := func(facts []string) []knowledge.Citation {
			return r.Book.Sources(knowledge.Entry{Facts: facts})
		}
		return chat.Reply{Texts: []string{wording.SelfCheck(findings, sources)}, Rows: rows}
	}
	ask, rows := choices(r, step)
	reply := chat.Reply{Texts: []string{ask}}
	for _, row := range rows {
		var buttons []chat.Button
		for _, c := range row {
			buttons = append(buttons, button(c.label, buttonCheck, r.Talk.Values[keyStart], step, c.value))
		}
		reply.Rows = append(reply.Rows, buttons)
	}
	return reply
}

// eligibility reads what was said. The values come from our own buttons or
// from ParseMonth.
func eligibility(said map[string]string) journey.Eligibility {
	month := func(year, month string) journey.Month {
		y, _ := strconv.Atoi(said[year])
		m, _ := strconv.Atoi(said[month])
		return journey.Month{Year: y, Month: m}
	}
	e := journey.Eligibility{
		Birth:  month(stepYear, stepBirth),
		Union:  journey.Said(said[stepUnion]),
		School: journey.Said(said[stepSchool]),
		Class:  journey.Class(said[stepClass]),
		Local:  journey.Said(said[stepLocal]),
	}
	if said[stepUnion] == tooOld {
		e.Union, e.TooOld = journey.No, true
	}
	switch {
	case said[stepCert] == earlier:
		e.Class = journey.Expired
	case said[stepCert] != "":
		e.Certified = month(stepCert, stepIssued)
	}
	return e
}
