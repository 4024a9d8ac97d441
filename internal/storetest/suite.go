package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"testing"
	"time"

	"donghanh/internal/chat"
	"donghanh/internal/desk"
	"donghanh/internal/journey"
	"donghanh/internal/store"
)

// Storer is what handlers and jobs use of a store.
type Storer interface {
	Ping(ctx context.Context) error

	Talk(ctx context.Context, a chat.Address) (chat.Talk, error)
	SaveTalk(ctx context.Context, a chat.Address, t chat.Talk) error

	KeepQuestion(ctx context.Context, q desk.Question) (isNew bool, err error)
	Questions(ctx context.Context, from chat.Address) ([]desk.Question, error)
	Question(ctx context.Context, ref string) (desk.Question, error)
	WaitingQuestions(ctx context.Context, n int) ([]desk.Question, error)
	ReplaceQuestion(ctx context.Context, q desk.Question) error
	CloseQuestions(ctx context.Context, questions ...desk.Question) error
	Claim(ctx context.Context, c desk.Claim, from desk.Officer, now time.Time, refs ...string) (held desk.Claim, err error)
	Release(ctx context.Context, by desk.Officer, refs ...string) error
	Claims(ctx context.Context, refs ...string) (map[string]desk.Claim, error)
	CountQuestions(ctx context.Context) (int, error)
	EraseQuestions(ctx context.Context, from chat.Address) (int, error)

	CountVote(ctx context.Context, id, topic string, good bool) error
	Votes(ctx context.Context) (map[string]store.Votes, error)
	CountOutcome(ctx context.Context, id, outcome string) error
	Outcomes(ctx context.Context) (map[string]int, error)

	Aside(ctx context.Context, raw []byte, reason string) error
	Asides(ctx context.Context, n int) ([]store.Aside, error)

	Put(ctx context.Context, messages ...chat.Message) (isNew int, err error)
	OnPut(f func())
	State(ctx context.Context, key string) (store.Delivery, error)
	WasPut(ctx context.Context, key string) (bool, error)
	Reachable(ctx context.Context, a chat.Address) error

	Track(ctx context.Context, code journey.Code) (journey.Track, error)
	Tracks(ctx context.Context, codes ...journey.Code) ([]journey.Track, error)
	SaveTracks(ctx context.Context, saves ...journey.Save) (conflicts []journey.Code, err error)
	DueCodes(ctx context.Context, day journey.Date) ([]journey.Code, error)
	Codes(ctx context.Context, yield func([]journey.Code) error) error
	Staff(ctx context.Context) ([]journey.Person, error)
	StudentsOf(ctx context.Context, mentor journey.Code) ([]journey.Code, error)
	StudentsIn(ctx context.Context, unit journey.Unit) ([]journey.Code, error)
	Units(ctx context.Context, unit journey.Unit) (students map[journey.Unit]int, err error)
	Register(ctx context.Context, marks []string) (now []string, changed map[int][]journey.Person, err error)
	GoneSince(ctx context.Context, who ...chat.Address) (map[chat.Address]time.Time, error)
	Reindex(ctx context.Context, next func(journey.Track) journey.Date) (changed int, err error)
	RulesPrint(ctx context.Context) (string, error)
	SetRulesPrint(ctx context.Context, fingerprint string) error

	PersonAt(ctx context.Context, who chat.Address) (journey.Code, error)
	KeepStartCode(ctx context.Context, startCode string, code journey.Code, expires time.Time) error
	KeepStartCodes(ctx context.Context, startCodes map[journey.Code]string, expires time.Time) error
	StartCode(ctx context.Context, startCode string, now time.Time) (journey.Code, error)
	Link(ctx context.Context, startCode string, who chat.Address, now time.Time) (journey.Code, error)
	Unlink(ctx context.Context, code journey.Code) error
	Guessed(ctx context.Context, who chat.Address, now time.Time) (int, error)
	Guesses(ctx context.Context, who chat.Address, now time.Time) (int, error)

	Offer(ctx context.Context, day journey.Date, lines map[journey.Code][]journey.LineRef) error
	Inboxes(ctx context.Context) ([]journey.Code, error)
	TakeDigests(ctx context.Context, day journey.Date, codes ...journey.Code) ([]journey.Digest, error)
	RetakeDigest(ctx context.Context, code journey.Code, day journey.Date) (d journey.Digest, ok bool, err error)
	Digest(ctx context.Context, code journey.Code, day journey.Date) (journey.Digest, error)
	DigestsPut(ctx context.Context, digests ...journey.Digest) error

	KeepFeed(ctx context.Context, code journey.Code, secret string) error
	Feed(ctx context.Context, secret string) (journey.Code, error)
	DropFeed(ctx context.Context, code journey.Code) error

	noticeStorer
	auditStorer
}

var (
	_ Storer = (*store.Store)(nil)
	_ Storer = (*Memory)(nil)
)

// Run holds the store that open returns, empty, to what every Storer does.
func Run(t *testing.T, open func(t *testing.T) Storer) {
	claims := map[string]func(*testing.T, Storer){
		"nothing is remembered of a stranger":                   strangerIsUnknown,
		"a talk comes back as saved":                            talkComesBack,
		"an earlier talk does not replace a later one":          earlierTalkIsLate,
		"one conversation is not another":                       talksAreApart,
		"a question is kept once for each reason":               questionIsKeptOnce,
		"twenty questions of a person wait, and no more":        questionsAreBounded,
		"questions come oldest first and one person's only":     questionsAreSorted,
		"the desk sees the oldest questions of all first":       deskSeesTheOldest,
		"a closed question is gone, and closing again is fine":  closedIsGone,
		"erasing takes one person's questions":                  erasingTakesOnePersons,
		"a vote counts once for each press":                     voteCountsOnce,
		"an outcome counts once for each question":              outcomeCountsOnce,
		"asides come newest first, cut, and not without number": asidesAreBounded,
		"a key is put once":                                     keyIsPutOnce,
		"every put rings":                                       putRings,
		"a message without a key is refused":                    keyIsNeeded,
	}
	maps.Copy(claims, deskClaims)
	maps.Copy(claims, peopleClaims)
	maps.Copy(claims, linkClaims)
	maps.Copy(claims, digestClaims)
	maps.Copy(claims, noticeClaims)
	maps.Copy(claims, auditClaims)
	run(t, open, claims)
}

// RunPeople holds a store to what every Storer does with people and what they
// are told, except for claims of those names.
func RunPeople(t *testing.T, open func(t *testing.T) Storer, except ...string) {
	claims := maps.Clone(peopleClaims)
	maps.Copy(claims, linkClaims)
	maps.Copy(claims, digestClaims)
	for _, name := range except {
		if claims[name] == nil {
			t.Errorf("there is no claim that %s", name)
		}
		delete(claims, name)
	}
	run(t, open, claims)
}

func run(t *testing.T, open func(t *testing.T) Storer, claims map[string]func(*testing.T, Storer)) {
	for name, claim := range claims {
		t.Run(name, func(t *testing.T) { claim(t, open(t)) })
	}
}

func strangerIsUnknown(t *testing.T, s Storer) {
	ctx := t.Context()
	talk, err := s.Talk(ctx, 7)
	equal(t, err, nil)
	equal(t, talk, chat.Talk{})
	questions, err := s.Questions(ctx, 7)
	equal(t, err, nil)
	equal(t, len(questions), 0)
	erased, err := s.EraseQuestions(ctx, 7)
	equal(t, err, nil)
	equal(t, erased, 0)
	if _, err := s.State(ctx, "answer/tg:1"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("state of an unknown key: %v, want ErrNotFound", err)
	}
	equal(t, s.Reachable(ctx, 7), nil)
	equal(t, s.Ping(ctx), nil)
}

// someTalk returns a talk with every field set.
func someTalk(handled int64) chat.Talk {
	talk := chat.Talk{Handled: handled, Flow: "dieukien", Values: map[string]string{"tuổi": "19"}}
	talk.Remember(chat.Asked{Seq: handled, Text: "Dự bị bao lâu?", Topic: "probation-length"})
	return talk
}

func talkComesBack(t *testing.T, s Storer) {
	ctx := t.Context()
	want := someTalk(1<<62 + 1) // more digits than a script's number holds
	equal(t, s.SaveTalk(ctx, 7, want), nil)
	want.Values["later"] = "not saved"
	got, err := s.Talk(ctx, 7)
	equal(t, err, nil)
	equal(t, got, someTalk(1<<62+1))

	equal(t, s.SaveTalk(ctx, 7, chat.Talk{Handled: 1<<62 + 1}), nil) // the same again replaces
	got, err = s.Talk(ctx, 7)
	equal(t, err, nil)
	equal(t, got, chat.Talk{Handled: 1<<62 + 1})
}

func earlierTalkIsLate(t *testing.T, s Storer) {
	ctx := t.Context()
	for _, later := range []int64{10, 1 << 53, 1<<53 + 1} {
		equal(t, s.SaveTalk(ctx, 7, someTalk(later)), nil)
		equal(t, s.SaveTalk(ctx, 7, chat.Talk{Handled: later - 1, Flow: "late"}), nil)
		got, err := s.Talk(ctx, 7)
		equal(t, err, nil)
		equal(t, got, someTalk(later))
	}
}

func talksAreApart(t *testing.T, s Storer) {
	ctx := t.Context()
	equal(t, s.SaveTalk(ctx, 7, someTalk(5)), nil)
	equal(t, s.SaveTalk(ctx, -7, someTalk(6)), nil)
	for address, want := range map[chat.Address]int64{7: 5, -7: 6} {
		got, err := s.Talk(ctx, address)
		equal(t, err, nil)
		equal(t, got, someTalk(want))
	}
}

// question returns a question asked so many minutes after nine.
func question(id string, from chat.Address, why desk.Why, minutes int) desk.Question {
	at := time.Date(2026, 11, 24, 9, minutes, 0, 0, time.UTC)
	return desk.Question{ID: id, Text: "Đảng phí đóng thế nào?", Topic: "party-fee", Why: why, At: at, From: from}
}

func questionIsKeptOnce(t *testing.T, s Storer) {
	ctx := t.Context()
	for _, tt := range []struct {
		why  desk.Why
		want bool
	}{{desk.Handed, true}, {desk.Handed, false}, {desk.Wrong, true}, {desk.Wrong, false}} {
		isNew, err := s.KeepQuestion(ctx, question("tg:1", 7, tt.why, 0))
		equal(t, err, nil)
		equal(t, isNew, tt.want)
	}
	n, err := s.CountQuestions(ctx)
	equal(t, err, nil)
	equal(t, n, 2)
}

func questionsAreBounded(t *testing.T, s Storer) {
	ctx := t.Context()
	keep := func(q desk.Question, isNew bool, want error) {
		t.Helper()
		got, err := s.KeepQuestion(ctx, q)
		if got != isNew || !errors.Is(err, want) {
			t.Fatalf("keep %s of %s: new %t, %v, want %t, %v", q.Ref(), q.From, got, err, isNew, want)
		}
	}
	for i := range 20 {
		keep(question(fmt.Sprint("tg:", i), 7, desk.Handed, i), true, nil)
	}
	over := question("tg:20", 7, desk.Wrong, 20)
	keep(over, false, desk.ErrTooMany)
	keep(question("tg:0", 7, desk.Handed, 0), false, nil) // waits already: no fault
	keep(question("tg:21", 8, desk.Handed, 21), true, nil)
	for i := range 20 { // who may be in danger finds room
		keep(question(fmt.Sprint("tg:", 30+i), 7, desk.Urgent, 30+i), true, nil)
	}
	keep(question("tg:50", 7, desk.Urgent, 50), false, desk.ErrTooMany)
	n, err := s.CountQuestions(ctx)
	equal(t, err, nil)
	equal(t, n, 41)
	equal(t, s.CloseQuestions(ctx, question("tg:3", 7, desk.Handed, 3)), nil)
	keep(over, true, nil)
}

func deskSeesTheOldest(t *testing.T, s Storer) {
	ctx := t.Context()
	late, early, middle := question("tg:1", 7, desk.Handed, 5), question("tg:2", 8, desk.Handed, 1), question("tg:3", 7, desk.Wrong, 2)
	for _, q := range []desk.Question{late, early, middle} {
		_, err := s.KeepQuestion(ctx, q)
		equal(t, err, nil)
	}
	got, err := s.WaitingQuestions(ctx, 2)
	equal(t, err, nil)
	equal(t, got, []desk.Question{early, middle})
	one, err := s.Question(ctx, late.Ref())
	equal(t, err, nil)
	equal(t, one, late)
}

func closedIsGone(t *testing.T, s Storer) {
	ctx := t.Context()
	q := question("tg:1", 7, desk.Handed, 0)
	_, err := s.KeepQuestion(ctx, q)
	equal(t, err, nil)
	equal(t, s.CloseQuestions(ctx, q), nil)
	equal(t, s.CloseQuestions(ctx, q), nil)
	if _, err := s.Question(ctx, q.Ref()); !errors.Is(err, desk.ErrClosed) {
		t.Errorf("a closed question: %v, want ErrClosed", err)
	}
	n, err := s.CountQuestions(ctx)
	equal(t, err, nil)
	equal(t, n, 0)
	left, err := s.Questions(ctx, 7)
	equal(t, err, nil)
	equal(t, len(left), 0)
}

func questionsAreSorted(t *testing.T, s Storer) {
	ctx := t.Context()
	late, early, other := question("tg:1", 7, desk.Handed, 5), question("tg:2", 7, desk.Handed, 2), question("tg:3", 8, desk.Wrong, 1)
	for _, q := range []desk.Question{late, early, other} {
		_, err := s.KeepQuestion(ctx, q)
		equal(t, err, nil)
	}
	got, err := s.Questions(ctx, 7)
	equal(t, err, nil)
	equal(t, got, []desk.Question{early, late})
}

func erasingTakesOnePersons(t *testing.T, s Storer) {
	ctx := t.Context()
	for i, from := range []chat.Address{7, 7, 8} {
		_, err := s.KeepQuestion(ctx, question(fmt.Sprint("tg:", i), from, desk.Handed, i))
		equal(t, err, nil)
	}
	for _, want := range []int{2, 0} {
		erased, err := s.EraseQuestions(ctx, 7)
		equal(t, err, nil)
		equal(t, erased, want)
	}
	left, err := s.CountQuestions(ctx)
	equal(t, err, nil)
	equal(t, left, 1)
}

func voteCountsOnce(t *testing.T, s Storer) {
	ctx := t.Context()
	for _, id := range []string{"tg:1", "tg:1", "tg:2"} {
		equal(t, s.CountVote(ctx, id, "party-fee", true), nil)
	}
	equal(t, s.CountVote(ctx, "tg:2", "party-fee", false), nil) // counted already
	equal(t, s.CountVote(ctx, "tg:3", "party-fee", false), nil)
	equal(t, s.CountVote(ctx, "tg:4", "a/b", false), nil)
	got, err := s.Votes(ctx)
	equal(t, err, nil)
	equal(t, got, map[string]store.Votes{"party-fee": {Good: 2, Bad: 1}, "a/b": {Bad: 1}})
}

func outcomeCountsOnce(t *testing.T, s Storer) {
	ctx := t.Context()
	equal(t, s.CountVote(ctx, "tg:1", "party-fee", true), nil) // its id is free for an outcome
	for id, outcome := range map[string]string{"tg:1": "sure", "tg:2": "sure", "tg:3": "declined"} {
		equal(t, s.CountOutcome(ctx, id, outcome), nil)
		equal(t, s.CountOutcome(ctx, id, outcome), nil)
	}
	got, err := s.Outcomes(ctx)
	equal(t, err, nil)
	equal(t, maps.Equal(got, map[string]int{"sure": 2, "declined": 1}), true)
}

func asidesAreBounded(t *testing.T, s Storer) {
	ctx := t.Context()
	const kept = 1000
	for i := range kept {
		equal(t, s.Aside(ctx, fmt.Append(nil, i), "bad"), nil)
	}
	long := bytes.Repeat([]byte{0xff, 'x'}, 64<<10)
	equal(t, s.Aside(ctx, long, "long"), nil)
	equal(t, s.Aside(ctx, []byte("same"), "twice"), nil)
	equal(t, s.Aside(ctx, []byte("same"), "twice"), nil)

	got, err := s.Asides(ctx, 4)
	equal(t, err, nil)
	want := []store.Aside{
		{Raw: []byte("same"), Reason: "twice"},
		{Raw: []byte("same"), Reason: "twice"},
		{Raw: long[:64<<10], Reason: "long"},
		{Raw: fmt.Append(nil, kept-1), Reason: "bad"},
	}
	equal(t, got, want)
	got, err = s.Asides(ctx, 2*kept)
	equal(t, err, nil)
	equal(t, len(got), kept)
	got, err = s.Asides(ctx, 0)
	equal(t, err, nil)
	equal(t, len(got), 0)
}

func keyIsPutOnce(t *testing.T, s Storer) {
	ctx := t.Context()
	at := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	m := chat.Message{Key: "answer/tg:1", To: 7, At: at, Text: "Chào bạn"}
	other := m
	other.Key = "answer/tg:2"
	for _, tt := range []struct {
		put  []chat.Message
		want int
	}{{nil, 0}, {[]chat.Message{m}, 1}, {[]chat.Message{m}, 0}, {[]chat.Message{m, other, other}, 1}} {
		n, err := s.Put(ctx, tt.put...)
		equal(t, err, nil)
		equal(t, n, tt.want)
	}
	d, err := s.State(ctx, m.Key)
	equal(t, err, nil)
	equal(t, d.State, store.Queued)
	equal(t, d.At.Equal(at), true)
	for key, want := range map[string]bool{m.Key: true, "answer/tg:3": false} {
		was, err := s.WasPut(ctx, key)
		equal(t, err, nil)
		equal(t, was, want)
	}
}

func putRings(t *testing.T, s Storer) {
	rings := 0
	s.OnPut(func() { rings++ })
	s.OnPut(func() { rings++ })
	for range 2 {
		_, err := s.Put(t.Context(), chat.Message{Key: "answer/tg:1", To: 7})
		equal(t, err, nil)
	}
	equal(t, rings, 4)
}

func keyIsNeeded(t *testing.T, s Storer) {
	if _, err := s.Put(t.Context(), chat.Message{To: 7, Text: "Chào bạn"}); err == nil {
		t.Error("a message without a key was taken")
	}
}

// equal fails the test where got is not want.
func equal(t testing.TB, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("got %v, want %v", got, want)
	}
}
