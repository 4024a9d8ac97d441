package handlers

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"donghanh/internal/audit"
	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/notice"
	"donghanh/internal/roster"
	"donghanh/internal/wording"
)

// reportNotice says what became of a notice.
func (h *Handlers) reportNotice(ctx context.Context, r *Request, n notice.Notice) (chat.Reply, error) {
	counts, err := h.notices.RecipientCounts(ctx, n.ID)
	if err != nil {
		return chat.Reply{}, err
	}
	received := 0
	if n.Receipt {
		if received, err = h.notices.ReceivedCount(ctx, n.ID); err != nil {
			return chat.Reply{}, err
		}
	}
	reply := chat.Reply{Texts: []string{wording.NoticeResults(n, counts, received, true)}, Rows: wording.ReportRows(n, counts, h.workbook != nil)}
	reply.Rows = append(reply.Rows, []chat.Button{button(wording.BackToNotices, wording.ButtonNotices, 0)})
	return reply, nil
}

// missed are the outcomes of those a notice did not reach.
var missed = []notice.Outcome{notice.Blocked, notice.Failed, notice.InDoubt, notice.Unlinked}

// showMissed lists those whom a notice did not reach, and why.
func (h *Handlers) showMissed(ctx context.Context, r *Request, n notice.Notice) (chat.Reply, error) {
	if !mayName(r, n) {
		return chat.Reply{}, errNoNotice
	}
	var all []notice.Result
	err := h.notices.Recipients(ctx, n.ID, func(results []notice.Result) error {
		for _, result := range results {
			if slices.Contains(missed, result.Outcome) {
				all = append(all, result)
			}
		}
		return nil
	})
	if err != nil {
		return chat.Reply{}, err
	}
	slices.SortFunc(all, func(a, b notice.Result) int { return cmp.Compare(a.Code, b.Code) })
	page, shown := paged(all, r.number(2), namesOf)
	if err := h.noteList(ctx, r, listMissed, len(shown)); err != nil {
		return chat.Reply{}, err
	}
	who, err := h.whoAre(ctx, shown)
	if err != nil {
		return chat.Reply{}, err
	}
	var people []journey.Person
	var notes []string
	for _, result := range shown {
		people = append(people, who(result.Code))
		notes = append(notes, wording.MissedNote(n, result))
	}
	reply := chat.Reply{Texts: []string{wording.NoticePeople(wording.TitleMissed, people, notes, page*namesOf, len(all))}, Protect: true}
	reply.Edit = r.arg(3) != ""
	reply.Rows = namePages(n, wording.NoticeMissed, page, len(all))
	return reply, nil
}

// whoAre returns who recipients are: people, or groups by their title.
func (h *Handlers) whoAre(ctx context.Context, results []notice.Result) (who func(journey.Code) journey.Person, err error) {
	known := make(map[journey.Code]journey.Person, len(results))
	var codes []journey.Code
	for _, result := range results {
		known[result.Code] = journey.Person{Code: result.Code, Name: string(result.Code)}
		if _, group := notice.GroupOf(result.Code); !group {
			codes = append(codes, result.Code)
		}
	}
	tracks, err := h.people.Tracks(ctx, codes...)
	if err != nil {
		return nil, err
	}
	for _, t := range tracks {
		known[t.Person.Code] = t.Person
	}
	if len(codes) < len(results) {
		groups, err := h.notices.Groups(ctx)
		if err != nil {
			return nil, err
		}
		for _, g := range groups {
			if code := notice.GroupCode(g.Chat); known[code].Code != "" {
				known[code] = journey.Person{Code: code, Name: g.Title, Unit: g.Unit}
			}
		}
	}
	return func(code journey.Code) journey.Person { return known[code] }, nil
}

// noticeSheet sends the report as a workbook, one line for each recipient.
func (h *Handlers) noticeSheet(ctx context.Context, r *Request, n notice.Notice) (chat.Reply, error) {
	if !mayName(r, n) || h.workbook == nil {
		return chat.Reply{}, errNoNotice
	}
	rows := [][]string{wording.SheetHeader()}
	err := h.notices.Recipients(ctx, n.ID, func(results []notice.Result) error {
		who, err := h.whoAre(ctx, results)
		if err != nil {
			return err
		}
		for _, result := range results {
			rows = append(rows, wording.SheetRow(n, who(result.Code), result))
		}
		return nil
	})
	if err != nil {
		return chat.Reply{}, err
	}
	if err := h.note(ctx, r, audit.Exported, "", fmt.Sprintf("notice %s %d", n.ID, len(rows)-1)); err != nil {
		return chat.Reply{}, err
	}
	slices.SortFunc(rows[1:], slices.Compare)
	data, err := h.workbook(roster.Sheet{Name: wording.ReportSheet, Rows: rows})
	if err != nil {
		return chat.Reply{}, fmt.Errorf("report of notice %s: %w", n.ID, err)
	}
	h.log.Info("notice report taken", "notice", n.ID, "by", r.Person.Code)
	return chat.Reply{Texts: []string{wording.SheetCaption(n)}, File: &chat.File{Name: wording.SheetName(n), Data: data}}, nil
}

// From which outcomes a notice is sent again.
const (
	againMissed = "sot"
	againDoubt  = "ngo"
)

// sendAgain asks to whom a notice is sent once more, and does it. Who is in
// doubt may get it twice, which is said first.
func (h *Handlers) sendAgain(ctx context.Context, r *Request, n notice.Notice) (chat.Reply, error) {
	if n.Status != notice.Done {
		return chat.Reply{}, &notice.Refusal{Why: notice.WrongStatus, Status: n.Status}
	}
	if !mayName(r, n) {
		return chat.Reply{}, errNoNotice
	}
	counts, err := h.notices.RecipientCounts(ctx, n.ID)
	if err != nil {
		return chat.Reply{}, err
	}
	certain := counts[notice.Blocked] + counts[notice.Failed] + counts[notice.Unlinked]
	doubt := counts[notice.InDoubt]
	var from []notice.Outcome
	count := 0
	switch r.arg(2) {
	case againMissed:
		from, count = []notice.Outcome{notice.Blocked, notice.Failed, notice.Unlinked}, certain
	case againDoubt:
		from, count = []notice.Outcome{notice.InDoubt}, doubt
	case "":
		reply := chat.Reply{Texts: []string{wording.AskAgain(counts)}}
		if certain > 0 {
			reply.Rows = append(reply.Rows, []chat.Button{wording.NoticeButton(wording.AgainMissed(certain), n.ID, wording.NoticeAgain, againMissed)})
		}
		if doubt > 0 {
			reply.Rows = append(reply.Rows, []chat.Button{wording.NoticeButton(wording.AgainDoubt(doubt), n.ID, wording.NoticeAgain, againDoubt)})
		}
		if len(reply.Rows) == 0 {
			return chat.Reply{Toast: wording.ToastNobodyLeft}, nil
		}
		reply.Rows = append(reply.Rows, []chat.Button{button(wording.LeaveIt, buttonLeave)})
		return reply, nil
	default:
		return chat.Reply{}, errNoNotice
	}
	if count == 0 {
		return chat.Reply{Toast: wording.ToastNobodyLeft}, nil
	}
	if err := h.note(ctx, r, audit.NoticeAgain, "", fmt.Sprintf("%s %d", n.ID, count)); err != nil {
		return chat.Reply{}, err
	}
	reply := chat.Reply{Edit: true, Texts: []string{wording.SentAgain(count)}, Rows: [][]chat.Button{{wording.NoticeButton(wording.ReportLabel, n.ID, wording.NoticeReport)}}}
	if err := h.announce(ctx, r, reply); err != nil { // done once, nobody is left to count
		return chat.Reply{}, err
	}
	if _, err := h.notices.RequeueRecipients(ctx, n.ID, from...); err != nil {
		return chat.Reply{}, err
	}
	h.log.Info("notice sent again", "notice", n.ID, "from", fmt.Sprint(from), "by", r.Person.Code)
	return reply, nil
}

// correctNotice begins to correct a notice: it asks for the new text.
func (h *Handlers) correctNotice(ctx context.Context, r *Request, of notice.Notice) (chat.Reply, error) {
	if !mayName(r, of) {
		return chat.Reply{}, errNoNotice
	}
	n, err := h.newNotice(ctx, r, notice.NewID(r.ID), func(id notice.ID) (notice.Notice, error) {
		n, err := notice.Correction(id, of, r.Person, r.At)
		n.Unit = of.Unit
		return n, err
	})
	if err != nil {
		return chat.Reply{}, err
	}
	asksFor(r, n, stepText)
	return chat.Reply{Texts: []string{wording.TypeCorrection}}, nil
}

// recallNotice asks once more, and then takes a notice back wherever that is
// still possible. A second press finds the same recall.
func (h *Handlers) recallNotice(ctx context.Context, r *Request, of notice.Notice) (chat.Reply, error) {
	if !mayName(r, of) {
		return chat.Reply{}, errNoNotice
	}
	if _, err := notice.Recalling("", of, r.Person, r.At); err != nil { // asks whether one may
		return chat.Reply{}, err
	}
	counts, err := h.notices.RecipientCounts(ctx, of.ID)
	if err != nil {
		return chat.Reply{}, err
	}
	delivered := counts[notice.Delivered]
	if delivered == 0 {
		return chat.Reply{}, &notice.Refusal{Why: notice.Nobody}
	}
	if r.arg(2) != sure {
		return chat.Reply{Texts: []string{wording.RecallSure(delivered)}, Rows: [][]chat.Button{
			{wording.NoticeButton(wording.RecallIt(delivered), of.ID, wording.NoticeRecall, sure), button(wording.LeaveIt, buttonLeave)}}}, nil
	}
	begin := func(id notice.ID) (notice.Notice, error) {
		n, err := notice.Recalling(id, of, r.Person, r.At)
		if err != nil {
			return n, err
		}
		n.HTML, n.Unit, n.Count = of.HTML, of.Unit, delivered // named by what it takes back
		return n.Submit(r.Person, r.At, delivered, h.above, r.At)
	}
	n, err := h.newNotice(ctx, r, notice.NewID("recall/"+string(of.ID)), begin)
	if err == nil && n.Status.Over() && !n.Made.Equal(r.At) { // an earlier one, which ended: once more
		n, err = h.newNotice(ctx, r, notice.NewID(r.ID), begin)
	}
	if err != nil {
		return chat.Reply{}, err
	}
	if n.Status != notice.Planned {
		reply, err := h.progressed(ctx, n)
		reply.Edit = true
		return reply, err
	}
	return chat.Reply{Edit: true, Texts: []string{wording.Planned(n, h.starts(n, r.At))}}, nil
}

// reuseNotice begins a notice that says what an earlier one said, to the same
// audience.
func (h *Handlers) reuseNotice(ctx context.Context, r *Request, of notice.Notice) (chat.Reply, error) {
	n, err := h.newNotice(ctx, r, notice.NewID(r.ID), func(id notice.ID) (notice.Notice, error) {
		return notice.From(id, of, r.Person, r.At)
	})
	if err == nil {
		n, err = h.recounted(ctx, r, n.ID)
	}
	if err != nil {
		return chat.Reply{}, err
	}
	return h.previewed(ctx, r, n)
}
