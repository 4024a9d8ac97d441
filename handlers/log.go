package handlers

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"donghanh/internal/audit"
	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/knowledge"
	"donghanh/internal/roster"
	"donghanh/internal/wording"
)

// buttonLog turns the pages of the log: the place they come before, of whom,
// within which days.
const buttonLog = "nk"

// What else a press on it does, in place of the place.
const (
	logSearch = "tim"
	logFile   = "tep"
	logCheck  = "kiem"
)

// flowLog waits for whom and when to look for in the log.
const flowLog = "nhatky"

const (
	logOf       = 8     // entries of a page
	logAtOnce   = 500   // entries read at once for a file
	logFileMost = 50000 // entries in a file
	peopleFound = 8     // people offered to choose from
)

// look is what of the log is looked at.
type look struct {
	who  journey.Code // did something, or had it done to them; empty: anybody
	days string       // as it stands on a button; empty: all
}

// filter is what the store is asked for.
func (l look) filter(today journey.Date) audit.Filter {
	from, to := daysOf(l.days, today)
	return audit.Filter{Who: l.who, From: from, To: to}
}

// Days that can be looked at, on buttons and typed.
var (
	daysBack  = regexp.MustCompile(`(?:^| )(\d{1,3}) ngay(?: qua| gan day)?(?: |$)`)
	daysMonth = regexp.MustCompile(`(?:^| )(?:thang )?(\d{1,2})[/-](\d{4})(?: |$)`)
	daysDay   = regexp.MustCompile(`(?:^| )(?:ngay )?(\d{1,2}[/-]\d{1,2}[/-]\d{4})(?: |$)`)
	daysShape = regexp.MustCompile(`^(?:d\d{1,3}|m\d{6}|t\d{8})$`)
)

// readLook reads what is looked for: "minh 7 ngày", "sv-lan 11/2026", "hôm qua".
// What is no day is a name or a code, folded.
func readLook(text string, today journey.Date) (query, days string) {
	text = strings.Join(strings.Fields(knowledge.Fold(text)), " ")
	rest := func(m []string) string {
		return strings.TrimSpace(strings.Replace(text, strings.TrimSpace(m[0]), "", 1))
	}
	if m := daysDay.FindStringSubmatch(text); m != nil {
		if d, err := journey.ParseDate(m[1]); err == nil {
			return rest(m), "t" + stamp(d)
		}
	}
	if m := daysMonth.FindStringSubmatch(text); m != nil {
		if month, _ := strconv.Atoi(m[1]); 1 <= month && month <= 12 {
			return rest(m), fmt.Sprintf("m%s%02d", m[2], month)
		}
	}
	if m := daysBack.FindStringSubmatch(text); m != nil {
		return rest(m), "d" + m[1]
	}
	for words, day := range map[string]journey.Date{"hom nay": today, "hom qua": today.AddDays(-1)} {
		if strings.Contains(text, words) {
			return strings.TrimSpace(strings.Replace(text, words, "", 1)), "t" + stamp(day)
		}
	}
	return text, ""
}

// daysOf is from when, and to before when, those days last; the zero time: no
// end on that side.
func daysOf(days string, today journey.Date) (from, to time.Time) {
	if !daysShape.MatchString(days) {
		return from, to
	}
	switch n, _ := strconv.Atoi(days[1:]); days[0] {
	case 'd':
		return today.AddDays(1 - max(n, 1)).At(0), today.AddDays(1).At(0)
	case 'm':
		first := journey.Date{Year: n / 100, Month: time.Month(n % 100), Day: 1}
		return first.At(0), first.AddMonths(1).At(0)
	}
	day, err := stamped(days[1:])
	if err != nil {
		return from, to
	}
	return day.At(0), day.AddDays(1).At(0)
}

// Log shows the newest entries of the log, or of a person and some days:
// "/nhatky minh 7 ngày".
func (h *Handlers) Log(ctx context.Context, r *Request) (chat.Reply, error) {
	if len(r.Args) > 0 {
		return h.lookFor(ctx, r, strings.Join(r.Args, " "), "")
	}
	return h.logAbout(ctx, r, look{}, "")
}

// LogPage takes a press under the log.
func (h *Handlers) LogPage(ctx context.Context, r *Request) (chat.Reply, error) {
	l := look{who: journey.Code(r.arg(1)), days: r.arg(2)}
	if r.arg(1) != "" && !journey.ValidCode(r.arg(1)) || l.days != "" && !daysShape.MatchString(l.days) {
		return chat.Reply{Toast: wording.ToastOld}, nil
	}
	switch r.arg(0) {
	case logSearch:
		r.Talk.Begin(flowLog, r.At, map[string]string{})
		return chat.Reply{Texts: []string{wording.LogAsk}}, nil
	case logFile:
		return h.logFile(ctx, r, l)
	case logCheck:
		chain, err := h.audit.AuditChain(ctx, 0)
		if err != nil {
			return chat.Reply{}, err
		}
		return chat.Reply{Texts: []string{wording.LogChain(chain, true)}}, nil
	}
	reply, err := h.logAbout(ctx, r, l, r.arg(0))
	if errors.Is(err, journey.ErrNotFound) {
		return chat.Reply{Toast: wording.ToastOld}, nil
	}
	reply.Edit = true
	return reply, err
}

// logTyped takes whom and when to look for. ok is false when the text is rather
// a question.
func (h *Handlers) logTyped(ctx context.Context, r *Request) (reply chat.Reply, ok bool, err error) {
	r.Talk.End()
	if asksSomething(r) {
		return chat.Reply{}, false, nil
	}
	reply, err = h.lookFor(ctx, r, r.Text, "")
	return reply, true, err
}

// lookFor finds the person meant and shows the log of them; of several it asks
// which.
func (h *Handlers) lookFor(ctx context.Context, r *Request, text, days string) (chat.Reply, error) {
	query, found := readLook(text, r.today())
	if found != "" {
		days = found
	}
	if query == "" {
		return h.logAbout(ctx, r, look{days: days}, "")
	}
	people, all, err := h.called(ctx, r, query, peopleFound)
	if err != nil {
		return chat.Reply{}, err
	}
	switch all {
	case 0:
		return chat.Reply{Texts: []string{wording.LogNobody(cut(strings.TrimSpace(text), 2*maxQuery))}, Rows: [][]chat.Button{{button(wording.LogSearch, buttonLog, logSearch), button(wording.LogAll, buttonLog, "")}}}, nil
	case 1:
		return h.logAbout(ctx, r, look{who: people[0].Code, days: days}, "")
	}
	if err := h.noteList(ctx, r, listFound, len(people)); err != nil {
		return chat.Reply{}, err
	}
	reply := chat.Reply{Texts: []string{wording.WhichPerson(query, all, len(people))}, Protect: true}
	for _, p := range people {
		reply.Rows = append(reply.Rows, []chat.Button{button(wording.PersonLabel(p), buttonLog, "", p.Code, days)})
	}
	return reply, nil
}

// called returns the people whose name, code or unit is meant: the one whose code
// it is, or else the first most of them, and how many there are.
func (h *Handlers) called(ctx context.Context, r *Request, asked string, most int) (people []journey.Person, all int, err error) {
	anybody := func(journey.Person) bool { return true }
	people, err = h.within(ctx, r, anybody, sought(asked))
	for _, p := range people {
		if knowledge.Fold(string(p.Code)) == knowledge.Fold(asked) {
			return []journey.Person{p}, 1, err
		}
	}
	return people[:min(len(people), most)], len(people), err
}

// logged returns so many entries of what is looked at, without what this very
// request noted: run again, it sees the same.
func (h *Handlers) logged(ctx context.Context, r *Request, l look, before string, n int) ([]audit.Entry, error) {
	entries, err := h.audit.Audit(ctx, l.filter(r.today()), before, n+1)
	entries = slices.DeleteFunc(entries, func(e audit.Entry) bool { return strings.HasPrefix(e.ID, r.ID+"/") })
	return entries[:min(len(entries), n)], err
}

// logAbout shows one page of the log. To open it, or to look for a person, is
// noted itself: the next one who looks sees it.
func (h *Handlers) logAbout(ctx context.Context, r *Request, l look, before string) (chat.Reply, error) {
	if r.Press == "" || l.who != "" && before == "" {
		if err := h.note(ctx, r, audit.SawLog, l.who, ""); err != nil {
			return chat.Reply{}, err
		}
	}
	entries, err := h.logged(ctx, r, l, before, logOf+1)
	if err != nil {
		return chat.Reply{}, err
	}
	chain, err := h.audit.AuditChain(ctx, 1)
	if err != nil {
		return chat.Reply{}, err
	}
	more := len(entries) > logOf
	entries = entries[:min(len(entries), logOf)]
	names, err := h.namesIn(ctx, entries, l.who)
	if err != nil {
		return chat.Reply{}, err
	}
	var lines []string
	for _, e := range entries {
		lines = append(lines, wording.LogLine(e, h.inLog(e.By, names), h.inLog(e.Of, names), r.title))
	}
	from, to := daysOf(l.days, r.today())
	reply := chat.Reply{Protect: true, Texts: []string{wording.Log(lines, h.inLog(l.who, names), from, to, before != "") + "\n\n" + wording.LogChain(chain, false)}}
	on := func(label, act string, l look) chat.Button { return button(label, buttonLog, act, l.who, l.days) }
	var turn []chat.Button
	if before != "" {
		turn = append(turn, on(wording.LogNewest, "", l))
	}
	if more {
		turn = append(turn, on(wording.LogOlder, entries[logOf-1].Place, l))
	}
	if len(turn) > 0 {
		reply.Rows = append(reply.Rows, turn)
	}
	days := []chat.Button{on(wording.LogWeek, "", look{l.who, "d7"}), on(wording.LogMonth, "", look{l.who, fmt.Sprintf("m%04d%02d", r.today().Year, r.today().Month)})}
	if l != (look{}) {
		days = append(days, on(wording.LogAll, "", look{}))
	}
	last := []chat.Button{button(wording.LogSearch, buttonLog, logSearch), button(wording.LogCheck, buttonLog, logCheck)}
	if h.workbook != nil && len(entries) > 0 {
		last = append(last, on(wording.LogFile, logFile, l))
	}
	reply.Rows = append(reply.Rows, days, last)
	return reply, nil
}

// inLog is a person as they stand in the log; of one who is in no list any more
// the code is all that is known.
func (h *Handlers) inLog(code journey.Code, names map[journey.Code]journey.Person) journey.Person {
	if p, ok := names[code]; ok {
		return p
	}
	return journey.Person{Code: code, Name: string(code)}
}

// namesIn returns who those in the entries are.
func (h *Handlers) namesIn(ctx context.Context, entries []audit.Entry, more ...journey.Code) (map[journey.Code]journey.Person, error) {
	codes := slices.DeleteFunc(slices.Clone(more), func(c journey.Code) bool { return c == "" })
	for _, e := range entries {
		for _, c := range []journey.Code{e.By, e.Of} {
			if c != "" {
				codes = append(codes, c)
			}
		}
	}
	slices.Sort(codes)
	names := map[journey.Code]journey.Person{}
	for some := range slices.Chunk(slices.Compact(codes), countAtOnce) {
		tracks, err := h.people.Tracks(ctx, some...)
		if err != nil {
			return nil, err
		}
		for _, t := range tracks {
			names[t.Person.Code] = t.Person
		}
	}
	return names, nil
}

// logFile sends what is looked at as a workbook, newest first, with the last
// link of the chain, so that a later change of the log can be shown.
func (h *Handlers) logFile(ctx context.Context, r *Request, l look) (chat.Reply, error) {
	if h.workbook == nil {
		return chat.Reply{Toast: wording.ToastOld}, nil
	}
	var entries []audit.Entry
	for before := ""; len(entries) < logFileMost; {
		some, err := h.logged(ctx, r, l, before, logAtOnce)
		if err != nil {
			return chat.Reply{}, err
		}
		if entries = append(entries, some...); len(some) < logAtOnce {
			break
		}
		before = some[len(some)-1].Place
	}
	if err := h.note(ctx, r, audit.Exported, l.who, fmt.Sprintf("log %d", len(entries))); err != nil {
		return chat.Reply{}, err
	}
	chain, err := h.audit.AuditChain(ctx, 0)
	if err != nil {
		return chat.Reply{}, err
	}
	names, err := h.namesIn(ctx, entries)
	if err != nil {
		return chat.Reply{}, err
	}
	rows := [][]string{wording.LogHeader()}
	for _, e := range entries {
		rows = append(rows, wording.LogRow(e, h.inLog(e.By, names), h.inLog(e.Of, names), r.title))
	}
	rows = append(rows, wording.LogEnd(chain, r.At.In(journey.Zone)))
	name := "nhat-ky-" + stamp(r.today()) + ".xlsx"
	data, err := h.workbook(roster.Sheet{Name: wording.LogSheet, Rows: rows})
	if err != nil {
		return chat.Reply{}, fmt.Errorf("log as a file: %w", err)
	}
	return chat.Reply{Protect: true, Texts: []string{wording.LogFileCaption(len(entries), len(entries) >= logFileMost)}, File: &chat.File{Name: name, Data: data}}, nil
}
