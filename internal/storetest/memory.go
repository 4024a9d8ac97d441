// Package storetest is for tests of those who use the store: a Memory that
// keeps everything in maps, real servers to run on, and the suite that holds
// all of them to the same behaviour.
package storetest

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"donghanh/internal/audit"
	"donghanh/internal/chat"
	"donghanh/internal/desk"
	"donghanh/internal/journey"
	"donghanh/internal/store"
)

// Memory is a store without Redis. It never forgets by time and delivers
// nothing: what was put stays queued, in Messages, until End says otherwise. It is safe for concurrent
// use.
type Memory struct {
	mu        sync.Mutex
	fail      error
	talks     map[chat.Address]chat.Talk
	questions map[string]desk.Question // by reference
	claims    map[string]desk.Claim    // the same
	counted   map[string]bool
	votes     map[string]store.Votes
	outcomes  map[string]int
	asides    []store.Aside
	messages  []chat.Message
	onPut     []func()
	gone      map[chat.Address]time.Time

	people  map[journey.Code]*person
	invites map[journey.Code]invite
	guesses map[chat.Address][]time.Time
	print   string

	notices notices
	log     []audit.Entry
	logFrom int // how many entries were dropped
}

// NewMemory returns an empty Memory.
func NewMemory() *Memory {
	return &Memory{
		talks:     make(map[chat.Address]chat.Talk),
		questions: make(map[string]desk.Question),
		claims:    make(map[string]desk.Claim),
		counted:   make(map[string]bool),
		votes:     make(map[string]store.Votes),
		outcomes:  make(map[string]int),
		people:    make(map[journey.Code]*person),
		invites:   make(map[journey.Code]invite),
		guesses:   make(map[chat.Address][]time.Time),
		gone:      make(map[chat.Address]time.Time),
		notices:   newNotices(),
	}
}

// Fail has every method fail with err from now on; nil mends it.
func (m *Memory) Fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fail = err
}

// Messages returns what was put, in order.
func (m *Memory) Messages() []chat.Message {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.messages)
}

// Take returns what was put since the last Take, in order, and forgets it.
func (m *Memory) Take() []chat.Message {
	m.mu.Lock()
	defer m.mu.Unlock()
	taken := m.messages
	m.messages = nil
	return taken
}

// Ping returns the error of Fail.
func (m *Memory) Ping(context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.fail
}

// Talk is Store.Talk.
func (m *Memory) Talk(_ context.Context, a chat.Address) (chat.Talk, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return cloneTalk(m.talks[a]), m.fail
}

// SaveTalk is Store.SaveTalk.
func (m *Memory) SaveTalk(_ context.Context, a chat.Address, t chat.Talk) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	t.Handled = max(t.Handled, 0)
	if m.fail == nil && t.Handled >= m.talks[a].Handled {
		m.talks[a] = cloneTalk(t)
	}
	return m.fail
}

// cloneTalk returns t as Redis would bring it back.
func cloneTalk(t chat.Talk) (clone chat.Talk) {
	body, err := json.Marshal(t)
	if err == nil {
		err = json.Unmarshal(body, &clone)
	}
	if err != nil {
		panic(err) // a Talk that cannot be stored: a mistake in its type
	}
	return clone
}

// KeepQuestion is Store.KeepQuestion.
func (m *Memory) KeepQuestion(_ context.Context, q desk.Question) (isNew bool, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, known := m.questions[q.Ref()]; known || m.fail != nil {
		return false, m.fail
	}
	same := m.sorted(func(other desk.Question) bool {
		return other.From == q.From && (other.Why == desk.Urgent) == (q.Why == desk.Urgent)
	})
	if len(same) >= desk.MaxWaiting {
		return false, fmt.Errorf("keep question %s: %w", q.Ref(), desk.ErrTooMany)
	}
	m.questions[q.Ref()] = q
	return true, nil
}

// Question is Store.Question.
func (m *Memory) Question(_ context.Context, ref string) (desk.Question, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	q, ok := m.questions[ref]
	if !ok && m.fail == nil {
		return q, desk.ErrClosed
	}
	return q, m.fail
}

// WaitingQuestions is Store.WaitingQuestions.
func (m *Memory) WaitingQuestions(_ context.Context, n int) ([]desk.Question, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := m.sorted(func(desk.Question) bool { return true })
	slices.SortFunc(all, desk.InOrder)
	return all[:min(n, len(all))], m.fail
}

// sorted returns the questions that fit, oldest first.
func (m *Memory) sorted(fits func(desk.Question) bool) []desk.Question {
	var questions []desk.Question
	for _, q := range m.questions {
		if fits(q) {
			questions = append(questions, q)
		}
	}
	slices.SortFunc(questions, func(a, b desk.Question) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Ref(), b.Ref()))
	})
	return questions
}

// Questions is Store.Questions.
func (m *Memory) Questions(_ context.Context, from chat.Address) ([]desk.Question, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.sorted(func(q desk.Question) bool { return q.From == from }), m.fail
}

// CountQuestions is Store.CountQuestions.
func (m *Memory) CountQuestions(context.Context) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.questions), m.fail
}

// CountVote is Store.CountVote.
func (m *Memory) CountVote(_ context.Context, id, topic string, good bool) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil || m.counted["vote/"+id] {
		return m.fail
	}
	m.counted["vote/"+id] = true
	v := m.votes[topic]
	if good {
		v.Good++
	} else {
		v.Bad++
	}
	m.votes[topic] = v
	return nil
}

// Votes is Store.Votes.
func (m *Memory) Votes(context.Context) (map[string]store.Votes, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return maps.Clone(m.votes), m.fail
}

// CountOutcome is Store.CountOutcome.
func (m *Memory) CountOutcome(_ context.Context, id, outcome string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil || m.counted["outcome/"+id] {
		return m.fail
	}
	m.counted["outcome/"+id] = true
	m.outcomes[outcome]++
	return nil
}

// Outcomes is Store.Outcomes.
func (m *Memory) Outcomes(context.Context) (map[string]int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return maps.Clone(m.outcomes), m.fail
}

// Aside is Store.Aside.
func (m *Memory) Aside(_ context.Context, raw []byte, reason string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return m.fail
	}
	raw = slices.Clone(raw[:min(len(raw), 64<<10)])
	m.asides = slices.Insert(m.asides, 0, store.Aside{Raw: raw, Reason: reason})
	m.asides = m.asides[:min(len(m.asides), 1000)]
	return nil
}

// Asides is Store.Asides.
func (m *Memory) Asides(_ context.Context, n int) ([]store.Aside, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.asides[:min(len(m.asides), max(n, 0))]), m.fail
}

// Put is Store.Put.
func (m *Memory) Put(_ context.Context, messages ...chat.Message) (isNew int, err error) {
	isNew, wake, err := m.put(messages)
	for _, f := range wake {
		f()
	}
	return isNew, err
}

func (m *Memory) put(messages []chat.Message) (isNew int, wake []func(), err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return 0, nil, m.fail
	}
	for _, message := range messages {
		if message.Key == "" {
			return isNew, nil, errors.New("put: a message without a key")
		}
		if !m.has(message.Key) {
			m.messages = append(m.messages, message)
			isNew++
		}
	}
	return isNew, slices.Clone(m.onPut), nil
}

func (m *Memory) has(key string) bool {
	return slices.ContainsFunc(m.messages, func(known chat.Message) bool { return known.Key == key })
}

// delivery returns what became of a message that was put: it is queued until End
// says otherwise.
func (m *Memory) delivery(key string) (d store.Delivery, ok bool) {
	if d, ok = m.notices.ended[key]; ok {
		return d, true
	}
	for _, message := range m.messages {
		if message.Key == key {
			return store.Delivery{State: store.Queued, At: message.At}, true
		}
	}
	return d, false
}

// State is Store.State.
func (m *Memory) State(_ context.Context, key string) (store.Delivery, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return store.Delivery{}, m.fail
	}
	if d, ok := m.delivery(key); ok {
		return d, nil
	}
	return store.Delivery{}, fmt.Errorf("state of %s: %w", key, store.ErrNotFound)
}

// OnPut is Store.OnPut.
func (m *Memory) OnPut(f func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.onPut = append(m.onPut, f)
}

// Reachable is Store.Reachable; everybody is.
func (m *Memory) Reachable(_ context.Context, a chat.Address) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.gone, a)
	return m.fail
}
