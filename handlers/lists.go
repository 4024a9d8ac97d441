package handlers

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"donghanh/internal/audit"
	"donghanh/internal/chat"
	"donghanh/internal/intake"
	"donghanh/internal/invite"
	"donghanh/internal/journey"
	"donghanh/internal/roster"
	"donghanh/internal/wording"
)

// flowList waits for a list, and then for the word that it is to be kept.
const flowList = "nhapds"

// What is kept of a list in a conversation, beside keyStart and keySeed: where the
// service has the file, and what the last preview said. Of what is in it nothing
// is kept: it is fetched and read again.
const (
	keyFile   = "file"
	keyPlan   = "plan"
	keyTotals = "totals" // new people, changed people, new events, as previewed
)

// What a button of the lists is for.
const (
	listExport   = "xuat"
	listImport   = "nhap"
	listTemplate = "mau"
	listWrite    = "ghi" // Seq that began it, mark of the preview
	listLinks    = "lk"  // Seq that began it
)

// maxList is how many bytes a list may have that is sent to the bot: as many as
// the service hands out.
const maxList = 20 << 20

// maxLines is how many findings or changes stand in a message; all of them stand
// in the file beside it.
const maxLines = 12

// Lists takes a list out of the conversation, or into it.
func (h *Handlers) Lists(ctx context.Context, r *Request) (chat.Reply, error) {
	said := r.Talk.Values
	switch r.arg(0) {
	case listExport:
		return h.exportList(ctx, r)
	case listTemplate:
		data, err := h.workbook(wording.Template(r.Rules)...)
		return chat.Reply{Texts: []string{wording.TemplateFile}, File: &chat.File{Name: "mau-danh-sach.xlsx", Data: data}, Public: true}, err
	case listImport:
		if h.fetch == nil {
			return chat.Reply{Toast: wording.ToastOld}, nil
		}
		r.Talk.Begin(flowList, r.At, map[string]string{keyStart: strconv.FormatInt(r.Seq, 10), keySeed: h.secret()})
		return chat.Reply{Texts: []string{wording.SendList(r.keeps(), r.Person.Has(journey.Admin))}, Rows: [][]chat.Button{
			{button(wording.TemplateLabel, buttonLists, listTemplate), button(wording.LeaveIt, buttonCancel)}}, Public: true}, nil
	}
	if r.Talk.Flow != flowList || r.arg(1) != said[keyStart] || said[keyFile] == "" {
		return chat.Reply{Toast: wording.ToastOld}, nil
	}
	switch {
	case r.arg(0) == listWrite && said[keyPlan] != "" && r.arg(2) == journey.Short(said[keyPlan]):
		return h.writeList(ctx, r)
	case r.arg(0) == listLinks:
		return h.linkList(ctx, r)
	}
	return chat.Reply{Toast: wording.ToastOld}, nil
}

// exportList sends the people whom the person looks after, and what took place,
// in the columns that import reads.
func (h *Handlers) exportList(ctx context.Context, r *Request) (chat.Reply, error) {
	people, err := h.within(ctx, r, func(journey.Person) bool { return true }, "")
	if err != nil {
		return chat.Reply{}, err
	}
	tracks, err := h.tracksOf(ctx, people)
	if err != nil {
		return chat.Reply{}, err
	}
	rows, events := [][]string{wording.PeopleHeader()}, [][]string{wording.EventsHeader()}
	for _, t := range tracks {
		p := t.Person
		if !r.Person.Keeps(p.Unit) {
			continue // moved since
		}
		birth := ""
		if p.Birth != (journey.Month{}) {
			birth = p.Birth.String()
		}
		rows = append(rows, []string{string(p.Code), p.Name, wording.RolesCell(p.Roles), string(p.Unit), string(p.Mentor), birth})
		facts := t.Facts()
		r.Rules.Sort(facts)
		for _, e := range facts {
			events = append(events, []string{string(p.Code), string(e.ID), e.On.String(), e.Detail})
		}
	}
	n, m := len(rows)-1, len(events)-1
	if err := h.note(ctx, r, audit.Exported, "", fmt.Sprintf("list %d, events %d", n, m)); err != nil {
		return chat.Reply{}, err
	}
	data, err := h.workbook(roster.Sheet{Name: wording.PeopleSheet, Rows: rows}, roster.Sheet{Name: wording.EventsSheet, Rows: events})
	if err != nil {
		return chat.Reply{}, err
	}
	return chat.Reply{
		Texts: []string{wording.Exported(r.keeps(), n, m)},
		File:  &chat.File{Name: "danh-sach-" + stamp(r.today()) + ".xlsx", Data: data}, // to be saved and worked on
	}, nil
}

// awaitsList reports whether the person was asked for a list, and still may send
// one.
func (r *Request) awaitsList() bool {
	return r.Talk.Flow == flowList && r.Person.Has(journey.Keepers...)
}

// listSent takes the file that was asked for, and shows what it would change.
func (h *Handlers) listSent(ctx context.Context, r *Request) (chat.Reply, error) {
	said := r.Talk.Values
	switch {
	case r.File != chat.Document || r.FileID == "":
		return chat.Reply{Texts: []string{wording.ListAsFile}, Public: true}, nil
	case r.FileSize > maxList:
		return chat.Reply{Texts: []string{wording.ListTooLarge}, Public: true}, nil
	case r.Album != "" && r.Album == said[keyAlbum]:
		return chat.Reply{Texts: []string{wording.ListOnlyOne}, Public: true}, nil
	}
	said[keyFile], said[keyAlbum], said[keyPlan] = r.FileID, r.Album, ""
	return h.previewList(ctx, r, "")
}

// takenIn is a list that was sent, laid beside what is kept.
type takenIn struct {
	in       *intake.Intake
	changes  []roster.Change
	problems []roster.Problem
	plan     string // names what changes
}

// bad reports whether the list cannot be taken.
func (t *takenIn) bad() bool { return slices.ContainsFunc(t.problems, roster.Problem.Fatal) }

// readList fetches the list of the conversation and lays it beside what is kept.
// sorry says why it cannot be fetched; then there is nothing else.
func (h *Handlers) readList(ctx context.Context, r *Request) (t takenIn, sorry string, err error) {
	data, err := h.fetch(ctx, r.Talk.Values[keyFile], maxList)
	switch {
	case ctx.Err() != nil:
		return t, "", ctx.Err() // the bot is stopping
	case errors.Is(err, chat.ErrTooLarge):
		return t, wording.ListTooLarge, nil
	case err != nil:
		h.log.Warn("a list could not be fetched", "update", r.ID, "err", err)
		return t, wording.ListNotFetched, nil
	}
	tables, problem := h.readSheet(wording.SentFile, data)
	if problem != nil {
		t.problems = []roster.Problem{*problem}
		return t, "", nil
	}
	lists, problems := roster.Read(tables, r.today())
	by := r.Person
	t.in = &intake.Intake{Kept: h.people, Rules: r.Rules, Lists: lists, Now: r.At, By: &by, Note: h.noteImport(r)}
	changes, more, err := t.in.Plan(ctx)
	if err != nil {
		return t, "", err
	}
	t.problems = append(problems, more...)
	lists.InOrder(t.problems)
	if !t.bad() {
		t.changes = changes
	}
	t.plan, err = planOf(t.changes)
	return t, "", err
}

// noteImport writes down whom a list is about to change.
func (h *Handlers) noteImport(r *Request) func(context.Context, []roster.Change) error {
	return func(ctx context.Context, changes []roster.Change) error {
		entries := make([]audit.Entry, len(changes))
		for i, c := range changes {
			entries[i] = r.entry(audit.Imported, c.Track.Person.Code, cut("list "+c.Note(), audit.MaxNote))
		}
		return h.audit.Note(ctx, entries...)
	}
}

// planOf names what changes: the same again only if all of it is the same. What
// else is known of somebody, such as what they were told, is not part of it.
func planOf(changes []roster.Change) (string, error) {
	sum := sha256.New()
	for _, c := range changes {
		line := struct {
			New     bool
			Was, Is journey.Person
			Events  []string
		}{c.New, c.Was, c.Track.Person, nil}
		for _, e := range c.Events {
			line.Events = append(line.Events, fmt.Sprint(e.ID, " ", e.On, " ", e.Detail))
		}
		body, err := json.Marshal(line)
		if err != nil {
			return "", fmt.Errorf("plan of %s: %w", c.Track.Person.Code, err)
		}
		_, _ = sum.Write(append(body, '\n')) // never fails
	}
	return base64.RawURLEncoding.EncodeToString(sum.Sum(nil)), nil
}

// previewList shows what the list would change, or what is the matter with it.
// first stands before it.
func (h *Handlers) previewList(ctx context.Context, r *Request, first string) (chat.Reply, error) {
	t, sorry, err := h.readList(ctx, r)
	if err != nil {
		return chat.Reply{}, err
	}
	if sorry != "" {
		return chat.Reply{Texts: []string{sorry}, Public: true}, nil
	}
	return h.shownList(r, t, first)
}

// shownList shows what a list that was read would change.
func (h *Handlers) shownList(r *Request, t takenIn, first string) (chat.Reply, error) {
	said := r.Talk.Values
	said[keyPlan] = ""
	cancel := button(wording.LeaveIt, buttonCancel)
	if t.bad() {
		reply := chat.Reply{Protect: true, Rows: [][]chat.Button{{button(wording.TemplateLabel, buttonLists, listTemplate), cancel}}}
		text, all := wording.ListProblems(t.problems, r.title, maxLines)
		reply.Texts, reply.File = withLines(first+text, all, "loi.txt", wording.AllProblems)
		return reply, nil
	}
	people, events := t.in.Lists.Rows()
	totals := wording.TotalsOf(people, events, t.changes)
	text, all := wording.ListChanges(totals, t.changes, t.problems, r.title, maxLines)
	reply := chat.Reply{Protect: true, Rows: [][]chat.Button{{cancel}}}
	if len(t.changes) > 0 {
		said[keyPlan], said[keyTotals] = t.plan, fmt.Sprint(totals.New, " ", totals.Changed, " ", totals.NewEvents)
		reply.Rows = [][]chat.Button{{button(wording.WriteList, buttonLists, listWrite, said[keyStart], journey.Short(t.plan)), cancel}}
	} else {
		reply.Rows = append([][]chat.Button{{button(wording.LinkList, buttonLists, listLinks, said[keyStart])}}, reply.Rows...)
	}
	reply.Texts, reply.File = withLines(first+text, all, "thay-doi.txt", wording.AllChanges)
	return reply, nil
}

// withLines adds all lines as a file where a message does not hold them. The file
// names people, as the list does that the person sent.
func withLines(text, all, name, caption string) ([]string, *chat.File) {
	if all == "" {
		return []string{text}, nil
	}
	return []string{text, caption}, &chat.File{Name: name, Data: []byte("\ufeff" + all)}
}

// writeList keeps what was previewed. What changed since is shown again before
// anything is kept; of people who are changed while it is kept, what is left is
// shown again too.
func (h *Handlers) writeList(ctx context.Context, r *Request) (chat.Reply, error) {
	t, sorry, err := h.readList(ctx, r)
	switch {
	case err != nil:
		return chat.Reply{}, err
	case sorry != "":
		return chat.Reply{Texts: []string{sorry}, Public: true}, nil
	case t.bad() || t.plan != r.Talk.Values[keyPlan] && len(t.changes) > 0:
		return h.shownList(r, t, wording.ListMovedOn)
	}
	// Nothing left to change: all of it stands there, most likely by this press
	// before a crash.
	saved, err := t.in.Once(ctx, t.changes)
	if err != nil {
		return chat.Reply{}, err
	}
	if len(saved) < len(t.changes) {
		again, sorry, err := h.readList(ctx, r)
		if err != nil || sorry != "" {
			return chat.Reply{Texts: []string{sorry}, Public: true}, err
		}
		return h.shownList(r, again, wording.ListPartly(len(saved)))
	}
	said := r.Talk.Values
	said[keyPlan] = ""
	var totals wording.RosterTotals
	if _, err := fmt.Sscan(said[keyTotals], &totals.New, &totals.Changed, &totals.NewEvents); err != nil {
		return chat.Reply{}, fmt.Errorf("totals of a preview: %w", err)
	}
	open, err := h.unlinked(ctx, r, t.in)
	if err != nil {
		return chat.Reply{}, err
	}
	reply := chat.Reply{Texts: []string{wording.ListWritten(totals, len(open))}, Protect: true}
	if len(open) > 0 {
		reply.Rows = append(reply.Rows, []chat.Button{button(wording.LinkList, buttonLists, listLinks, said[keyStart])})
	}
	reply.Rows = append(reply.Rows, []chat.Button{button(wording.WholeList, buttonList, 0, narrowNobody)})
	return reply, nil
}

// unlinked are the people of a list who are linked to no account, and whom the
// person may give a link.
func (h *Handlers) unlinked(ctx context.Context, r *Request, in *intake.Intake) (open []journey.Person, err error) {
	listed := in.Lists.Listed()
	known, err := in.Tracks(ctx, listed)
	if err != nil {
		return nil, err
	}
	for _, code := range listed {
		if t, ok := known[code]; ok && t.Account == 0 && r.Person.MayChange(t.Person) {
			open = append(open, t.Person)
		}
	}
	return open, nil
}

// linkList makes a start link for each person of the list who is not linked, as a
// file; the same ones when the press runs again. Links given out before are void.
func (h *Handlers) linkList(ctx context.Context, r *Request) (chat.Reply, error) {
	t, sorry, err := h.readList(ctx, r)
	switch {
	case err != nil:
		return chat.Reply{}, err
	case sorry != "" || t.bad():
		return chat.Reply{Texts: []string{wording.ListNotFetched}, Public: true}, nil
	}
	open, err := h.unlinked(ctx, r, t.in)
	if err != nil {
		return chat.Reply{}, err
	}
	if len(open) == 0 {
		return chat.Reply{Texts: []string{wording.AllLinked}, Public: true}, nil
	}
	if r.arg(2) != sure {
		return chat.Reply{Texts: []string{wording.LinksSure(len(open))}, Public: true, Rows: [][]chat.Button{{
			button(wording.MakeLink, buttonLists, listLinks, r.Talk.Values[keyStart], sure), button(wording.LeaveIt, buttonLeave)}}}, nil
	}
	rows := [][]string{wording.LinksHeader()}
	codes, entries := map[journey.Code]string{}, []audit.Entry(nil)
	for _, p := range open {
		startCode := invite.StartCodeOf(r.Talk.Values[keySeed], p.Code)
		codes[p.Code] = startCode
		rows = append(rows, []string{string(p.Code), p.Name, wording.RolesCell(p.Roles), string(p.Unit), startCode, h.startLink(startCode)})
		entries = append(entries, r.entry(audit.Invited, p.Code, "list"))
	}
	if err := h.audit.Note(ctx, entries...); err != nil {
		return chat.Reply{}, err
	}
	if err := h.people.KeepStartCodes(ctx, codes, r.At.Add(invite.For)); err != nil {
		return chat.Reply{}, err
	}
	data, err := h.workbook(roster.Sheet{Name: wording.LinksSheet, Rows: rows})
	if err != nil {
		return chat.Reply{}, err
	}
	r.Talk.End()
	return chat.Reply{
		Texts: []string{wording.LinksFile(len(open))},
		File:  &chat.File{Name: "lien-ket-" + stamp(r.today()) + ".xlsx", Data: data}, // to be passed on
	}, nil
}
