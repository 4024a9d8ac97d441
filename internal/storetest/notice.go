package storetest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/notice"
	"donghanh/internal/store"
)

// notices is what Memory keeps of notices and groups.
type notices struct {
	kept   map[notice.ID]notice.Notice
	live   map[notice.ID]bool
	sends  map[notice.ID]*send
	groups map[chat.Address]notice.Group
	ended  map[string]store.Delivery // of messages
}

// send is to whom one notice goes.
type send struct {
	to       map[journey.Code]notice.Result
	taken    map[journey.Code]time.Time
	row      int
	gathered time.Time
}

func newNotices() notices {
	return notices{
		kept: make(map[notice.ID]notice.Notice), live: make(map[notice.ID]bool), sends: make(map[notice.ID]*send),
		groups: make(map[chat.Address]notice.Group), ended: make(map[string]store.Delivery),
	}
}

// send returns to whom a notice goes, to be filled.
func (n *notices) send(id notice.ID) *send {
	s := n.sends[id]
	if s == nil {
		s = &send{to: make(map[journey.Code]notice.Result), taken: make(map[journey.Code]time.Time)}
		n.sends[id] = s
	}
	return s
}

// sorted returns the recipients that fit, sorted by code.
func (s *send) sorted(fits func(notice.Result) bool) (results []notice.Result) {
	for _, r := range s.to {
		if fits(r) {
			results = append(results, r)
		}
	}
	slices.SortFunc(results, func(a, b notice.Result) int { return cmp.Compare(a.Code, b.Code) })
	return results
}

// queued returns those that are taken.
func (s *send) queued() []notice.Taken {
	taken := []notice.Taken{}
	for _, r := range s.sorted(func(r notice.Result) bool { return r.Outcome == notice.Queued }) {
		taken = append(taken, notice.Taken{Code: r.Code, Round: r.Round, At: s.taken[r.Code]})
	}
	slices.SortStableFunc(taken, func(a, b notice.Taken) int { return a.At.Compare(b.At) })
	return taken
}

// End has a message that was put come to its end.
func (m *Memory) End(key string, d store.Delivery) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, message := range m.messages {
		if message.Key == key && d.State == chat.Gone {
			m.gone[message.To] = d.At
		}
	}
	m.notices.ended[key] = d
}

// States is Store.States.
func (m *Memory) States(_ context.Context, keys ...string) (map[string]store.Delivery, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	found := make(map[string]store.Delivery)
	for _, key := range keys {
		if d, ok := m.delivery(key); ok {
			found[key] = d
		}
	}
	return found, m.fail
}

// LaneDepths is Store.LaneDepths.
func (m *Memory) LaneDepths(context.Context) (map[chat.Lane]int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	depths := make(map[chat.Lane]int)
	for _, message := range m.messages {
		if _, ended := m.notices.ended[message.Key]; !ended && message.Act != chat.Ack {
			depths[message.Lane]++
		}
	}
	return depths, m.fail
}

// PausedUntil is Store.PausedUntil; nothing pauses here.
func (m *Memory) PausedUntil(context.Context, time.Time) (time.Time, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return time.Time{}, m.fail
}

// KeepNotice is Store.KeepNotice.
func (m *Memory) KeepNotice(_ context.Context, n notice.Notice) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return m.fail
	}
	if m.notices.kept[n.ID].Rev != n.Rev {
		return fmt.Errorf("keep notice %s: %w", n.ID, store.ErrConflict)
	}
	n.Rev++
	m.notices.kept[n.ID] = n
	switch n.Status {
	case notice.Planned, notice.Sending, notice.Paused, notice.Stopped, notice.Done:
		m.notices.live[n.ID] = true
	default:
		delete(m.notices.live, n.ID)
	}
	return nil
}

// Notice is Store.Notice.
func (m *Memory) Notice(_ context.Context, id notice.ID) (notice.Notice, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n, ok := m.notices.kept[id]
	if !ok && m.fail == nil {
		return n, fmt.Errorf("notice %s: %w", id, store.ErrNotFound)
	}
	return n, m.fail
}

// Notices is Store.Notices.
func (m *Memory) Notices(_ context.Context, n int) ([]notice.Notice, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []notice.Notice
	for _, kept := range m.notices.kept {
		all = append(all, kept)
	}
	slices.SortFunc(all, func(a, b notice.Notice) int {
		return cmp.Or(b.Made.Compare(a.Made), cmp.Compare(b.ID, a.ID))
	})
	return all[:min(max(n, 0), len(all))], m.fail
}

// LiveNotices is Store.LiveNotices.
func (m *Memory) LiveNotices(context.Context) ([]notice.ID, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	ids := []notice.ID{}
	for id := range m.notices.live {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids, m.fail
}

// RestNotice is Store.RestNotice.
func (m *Memory) RestNotice(_ context.Context, id notice.ID, rev int64) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail == nil && m.notices.kept[id].Rev == rev {
		delete(m.notices.live, id)
	}
	return m.fail
}

// AddRecipients is Store.AddRecipients.
func (m *Memory) AddRecipients(_ context.Context, id notice.ID, recipients map[journey.Code]notice.Outcome) (isNew int, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return 0, m.fail
	}
	s := m.notices.send(id)
	for code, o := range recipients {
		if o != notice.Pending && o != notice.Unlinked {
			return isNew, fmt.Errorf("add to notice %s: %s as %q", id, code, o)
		}
		old, known := s.to[code]
		if !known || old.Outcome == notice.Unlinked && o == notice.Pending {
			s.to[code] = notice.Result{Code: code, Outcome: o, Round: old.Round}
			isNew++
		}
	}
	return isNew, nil
}

// TakeRecipients is Store.TakeRecipients.
func (m *Memory) TakeRecipients(_ context.Context, id notice.ID, now time.Time, n int) ([]notice.Taken, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return nil, m.fail
	}
	s := m.notices.send(id)
	waiting := s.sorted(func(r notice.Result) bool { return r.Outcome == notice.Pending })
	free := max(n-len(s.queued()), 0)
	for _, r := range waiting[:min(free, len(waiting))] {
		r.Outcome = notice.Queued
		s.to[r.Code], s.taken[r.Code] = r, time.Unix(now.Unix(), 0)
	}
	return s.queued(), nil
}

// QueuedRecipients is Store.QueuedRecipients.
func (m *Memory) QueuedRecipients(ctx context.Context, id notice.ID) ([]notice.Taken, error) {
	return m.TakeRecipients(ctx, id, time.Time{}, 0)
}

// SettleRecipients is Store.SettleRecipients.
func (m *Memory) SettleRecipients(_ context.Context, id notice.ID, results ...notice.Result) (inARow int, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return 0, m.fail
	}
	s := m.notices.send(id)
	for _, r := range results {
		old := s.to[r.Code]
		if old.Outcome != notice.Queued || old.Round != r.Round {
			continue
		}
		r.At, r.Received = cut(r.At), old.Received
		switch {
		case !r.Received.IsZero() && r.Outcome != notice.Delivered:
			r.Outcome, r.At, r.Message, r.Reason = notice.Delivered, r.Received, 0, ""
		case r.Outcome == notice.Pending:
			r = notice.Result{Code: r.Code, Outcome: notice.Pending, Round: r.Round + 1}
		case r.Outcome == notice.Delivered:
			r.Reason = ""
		default:
			r.Message = 0
		}
		s.to[r.Code] = r
		switch r.Outcome {
		case notice.Failed, notice.InDoubt:
			s.row++
		case notice.Delivered, notice.Blocked:
			s.row = 0
		}
	}
	return s.row, nil
}

// cut is a time as the store keeps it of recipients.
func cut(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return time.Unix(t.Unix(), 0)
}

// ClearFailures is Store.ClearFailures.
func (m *Memory) ClearFailures(_ context.Context, id notice.ID) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail == nil {
		m.notices.send(id).row = 0
	}
	return m.fail
}

// RequeueRecipients is Store.RequeueRecipients.
func (m *Memory) RequeueRecipients(_ context.Context, id notice.ID, from ...notice.Outcome) (n int, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return 0, m.fail
	}
	for _, o := range from {
		switch o {
		case notice.Blocked, notice.Failed, notice.InDoubt, notice.Unlinked:
		default:
			return 0, fmt.Errorf("requeue of notice %s: those %q", id, o)
		}
	}
	s := m.notices.send(id)
	m.notices.live[id] = true
	for code, r := range s.to {
		if r.Received.IsZero() && slices.Contains(from, r.Outcome) {
			s.to[code] = notice.Result{Code: code, Outcome: notice.Pending, Round: r.Round + 1}
			n++
		}
	}
	return n, nil
}

// RecipientCounts is Store.RecipientCounts.
func (m *Memory) RecipientCounts(_ context.Context, id notice.ID) (notice.Counts, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return nil, m.fail
	}
	counts := make(notice.Counts)
	for _, r := range m.notices.send(id).to {
		counts[r.Outcome]++
	}
	return counts, nil
}

// ReceivedCount is Store.ReceivedCount.
func (m *Memory) ReceivedCount(_ context.Context, id notice.ID) (n int, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range m.notices.send(id).to {
		if !r.Received.IsZero() {
			n++
		}
	}
	return n, m.fail
}

// Gathered is Store.Gathered.
func (m *Memory) Gathered(_ context.Context, id notice.ID) (time.Time, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.notices.send(id).gathered, m.fail
}

// SetGathered is Store.SetGathered.
func (m *Memory) SetGathered(_ context.Context, id notice.ID, at time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail == nil {
		m.notices.send(id).gathered = time.UnixMilli(at.UnixMilli())
	}
	return m.fail
}

// Recipients is Store.Recipients.
func (m *Memory) Recipients(_ context.Context, id notice.ID, yield func([]notice.Result) error) error {
	m.mu.Lock()
	all, err := m.notices.send(id).sorted(func(notice.Result) bool { return true }), m.fail
	m.mu.Unlock()
	for chunk := range slices.Chunk(all, 100) {
		if err == nil {
			err = yield(chunk)
		}
	}
	return err
}

// RecipientsOf is Store.RecipientsOf.
func (m *Memory) RecipientsOf(_ context.Context, id notice.ID, codes ...journey.Code) ([]notice.Result, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.notices.send(id).sorted(func(r notice.Result) bool { return slices.Contains(codes, r.Code) }), m.fail
}

// Received is Store.Received.
func (m *Memory) Received(_ context.Context, id notice.ID, code journey.Code, at time.Time) (isNew bool, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return false, m.fail
	}
	s := m.notices.send(id)
	r, known := s.to[code]
	if known && !r.Received.IsZero() {
		return false, nil
	}
	out := r.Round > 0 // in an earlier round
	switch r.Outcome {
	case notice.Queued, notice.Delivered, notice.InDoubt:
		out = true
	case notice.Unlinked:
		out = false
	}
	if !known || !out {
		return false, fmt.Errorf("notice %s received by %s: %w", id, code, store.ErrNotFound)
	}
	r.Received = cut(at)
	if r.Outcome != notice.Queued && r.Outcome != notice.Delivered {
		r.Outcome, r.At, r.Reason = notice.Delivered, r.Received, ""
	}
	s.to[code] = r
	return true, nil
}

// KeepGroup is Store.KeepGroup.
func (m *Memory) KeepGroup(_ context.Context, addr chat.Address, title string, by journey.Code, unit journey.Unit) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail == nil {
		m.notices.groups[addr] = notice.Group{Chat: int64(addr), Title: title, By: by, Unit: unit}
	}
	return m.fail
}

// DropGroup is Store.DropGroup.
func (m *Memory) DropGroup(_ context.Context, addr chat.Address) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail == nil {
		delete(m.notices.groups, addr)
	}
	return m.fail
}

// Groups is Store.Groups.
func (m *Memory) Groups(context.Context) ([]notice.Group, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var groups []notice.Group
	for _, g := range m.notices.groups {
		groups = append(groups, g)
	}
	slices.SortFunc(groups, notice.Group.Compare)
	return groups, m.fail
}
