package handlers

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"donghanh/internal/audit"
	"donghanh/internal/chat"
	"donghanh/internal/desk"
	"donghanh/internal/journey"
	"donghanh/internal/notice"
	"donghanh/internal/storetest"
)

// errDown is what a store says that cannot be reached.
var errDown = errors.New("down")

// shaky is a store that goes down at one of its calls.
type shaky struct {
	*storetest.Memory
	at    int  // the call at which it goes down, from 1; 0: never
	late  bool // that call has its effect first: only the answer is lost
	crash bool // the whole process goes down with it
	calls int
}

func (s *shaky) try(do func() error) error {
	if s.calls++; s.calls != s.at {
		return do()
	}
	if s.late {
		_ = do()
	}
	if s.crash {
		runtime.Goexit() // no recover catches it, as none catches a kill
	}
	return errDown
}

func tried[T any](s *shaky, do func() (T, error)) (v T, err error) {
	err = s.try(func() (err error) { v, err = do(); return err })
	return v, err
}

func (s *shaky) Talk(ctx context.Context, a chat.Address) (chat.Talk, error) {
	return tried(s, func() (chat.Talk, error) { return s.Memory.Talk(ctx, a) })
}
func (s *shaky) SaveTalk(ctx context.Context, a chat.Address, t chat.Talk) error {
	return s.try(func() error { return s.Memory.SaveTalk(ctx, a, t) })
}
func (s *shaky) PersonAt(ctx context.Context, a chat.Address) (journey.Code, error) {
	return tried(s, func() (journey.Code, error) { return s.Memory.PersonAt(ctx, a) })
}
func (s *shaky) Track(ctx context.Context, c journey.Code) (journey.Track, error) {
	return tried(s, func() (journey.Track, error) { return s.Memory.Track(ctx, c) })
}
func (s *shaky) Tracks(ctx context.Context, c ...journey.Code) ([]journey.Track, error) {
	return tried(s, func() ([]journey.Track, error) { return s.Memory.Tracks(ctx, c...) })
}
func (s *shaky) SaveTracks(ctx context.Context, saves ...journey.Save) ([]journey.Code, error) {
	return tried(s, func() ([]journey.Code, error) { return s.Memory.SaveTracks(ctx, saves...) })
}
func (s *shaky) StudentsOf(ctx context.Context, c journey.Code) ([]journey.Code, error) {
	return tried(s, func() ([]journey.Code, error) { return s.Memory.StudentsOf(ctx, c) })
}
func (s *shaky) StudentsIn(ctx context.Context, u journey.Unit) ([]journey.Code, error) {
	return tried(s, func() ([]journey.Code, error) { return s.Memory.StudentsIn(ctx, u) })
}
func (s *shaky) Register(ctx context.Context, marks []string) (now []string, changed map[int][]journey.Person, err error) {
	err = s.try(func() (err error) { now, changed, err = s.Memory.Register(ctx, marks); return err })
	return now, changed, err
}
func (s *shaky) GoneSince(ctx context.Context, a ...chat.Address) (map[chat.Address]time.Time, error) {
	return tried(s, func() (map[chat.Address]time.Time, error) { return s.Memory.GoneSince(ctx, a...) })
}
func (s *shaky) KeepStartCodes(ctx context.Context, codes map[journey.Code]string, till time.Time) error {
	return s.try(func() error { return s.Memory.KeepStartCodes(ctx, codes, till) })
}
func (s *shaky) Staff(ctx context.Context) ([]journey.Person, error) {
	return tried(s, func() ([]journey.Person, error) { return s.Memory.Staff(ctx) })
}
func (s *shaky) Digest(ctx context.Context, c journey.Code, day journey.Date) (journey.Digest, error) {
	return tried(s, func() (journey.Digest, error) { return s.Memory.Digest(ctx, c, day) })
}
func (s *shaky) StartCode(ctx context.Context, code string, now time.Time) (journey.Code, error) {
	return tried(s, func() (journey.Code, error) { return s.Memory.StartCode(ctx, code, now) })
}
func (s *shaky) Link(ctx context.Context, code string, a chat.Address, now time.Time) (journey.Code, error) {
	return tried(s, func() (journey.Code, error) { return s.Memory.Link(ctx, code, a, now) })
}
func (s *shaky) Unlink(ctx context.Context, c journey.Code) error {
	return s.try(func() error { return s.Memory.Unlink(ctx, c) })
}
func (s *shaky) Guessed(ctx context.Context, a chat.Address, now time.Time) (int, error) {
	return tried(s, func() (int, error) { return s.Memory.Guessed(ctx, a, now) })
}
func (s *shaky) Guesses(ctx context.Context, a chat.Address, now time.Time) (int, error) {
	return tried(s, func() (int, error) { return s.Memory.Guesses(ctx, a, now) })
}
func (s *shaky) KeepFeed(ctx context.Context, c journey.Code, secret string) error {
	return s.try(func() error { return s.Memory.KeepFeed(ctx, c, secret) })
}
func (s *shaky) DropFeed(ctx context.Context, c journey.Code) error {
	return s.try(func() error { return s.Memory.DropFeed(ctx, c) })
}
func (s *shaky) Reachable(ctx context.Context, a chat.Address) error {
	return s.try(func() error { return s.Memory.Reachable(ctx, a) })
}
func (s *shaky) Put(ctx context.Context, m ...chat.Message) (int, error) {
	return tried(s, func() (int, error) { return s.Memory.Put(ctx, m...) })
}
func (s *shaky) Note(ctx context.Context, e ...audit.Entry) error {
	return s.try(func() error { return s.Memory.Note(ctx, e...) })
}
func (s *shaky) KeepQuestion(ctx context.Context, q desk.Question) (bool, error) {
	return tried(s, func() (bool, error) { return s.Memory.KeepQuestion(ctx, q) })
}
func (s *shaky) Questions(ctx context.Context, a chat.Address) ([]desk.Question, error) {
	return tried(s, func() ([]desk.Question, error) { return s.Memory.Questions(ctx, a) })
}
func (s *shaky) Question(ctx context.Context, ref string) (desk.Question, error) {
	return tried(s, func() (desk.Question, error) { return s.Memory.Question(ctx, ref) })
}
func (s *shaky) WaitingQuestions(ctx context.Context, n int) ([]desk.Question, error) {
	return tried(s, func() ([]desk.Question, error) { return s.Memory.WaitingQuestions(ctx, n) })
}
func (s *shaky) CountQuestions(ctx context.Context) (int, error) {
	return tried(s, func() (int, error) { return s.Memory.CountQuestions(ctx) })
}
func (s *shaky) ReplaceQuestion(ctx context.Context, q desk.Question) error {
	return s.try(func() error { return s.Memory.ReplaceQuestion(ctx, q) })
}
func (s *shaky) CloseQuestions(ctx context.Context, q ...desk.Question) error {
	return s.try(func() error { return s.Memory.CloseQuestions(ctx, q...) })
}
func (s *shaky) Claim(ctx context.Context, c desk.Claim, from desk.Officer, now time.Time, refs ...string) (desk.Claim, error) {
	return tried(s, func() (desk.Claim, error) { return s.Memory.Claim(ctx, c, from, now, refs...) })
}
func (s *shaky) Release(ctx context.Context, by desk.Officer, refs ...string) error {
	return s.try(func() error { return s.Memory.Release(ctx, by, refs...) })
}
func (s *shaky) Claims(ctx context.Context, refs ...string) (map[string]desk.Claim, error) {
	return tried(s, func() (map[string]desk.Claim, error) { return s.Memory.Claims(ctx, refs...) })
}
func (s *shaky) EraseQuestions(ctx context.Context, a chat.Address) (int, error) {
	return tried(s, func() (int, error) { return s.Memory.EraseQuestions(ctx, a) })
}
func (s *shaky) CountVote(ctx context.Context, id, topic string, good bool) error {
	return s.try(func() error { return s.Memory.CountVote(ctx, id, topic, good) })
}
func (s *shaky) CountOutcome(ctx context.Context, id, outcome string) error {
	return s.try(func() error { return s.Memory.CountOutcome(ctx, id, outcome) })
}
func (s *shaky) KeepNotice(ctx context.Context, n notice.Notice) error {
	return s.try(func() error { return s.Memory.KeepNotice(ctx, n) })
}
func (s *shaky) Notice(ctx context.Context, id notice.ID) (notice.Notice, error) {
	return tried(s, func() (notice.Notice, error) { return s.Memory.Notice(ctx, id) })
}
func (s *shaky) Notices(ctx context.Context, n int) ([]notice.Notice, error) {
	return tried(s, func() ([]notice.Notice, error) { return s.Memory.Notices(ctx, n) })
}
func (s *shaky) RequeueRecipients(ctx context.Context, id notice.ID, from ...notice.Outcome) (int, error) {
	return tried(s, func() (int, error) { return s.Memory.RequeueRecipients(ctx, id, from...) })
}
func (s *shaky) RecipientCounts(ctx context.Context, id notice.ID) (notice.Counts, error) {
	return tried(s, func() (notice.Counts, error) { return s.Memory.RecipientCounts(ctx, id) })
}
func (s *shaky) Recipients(ctx context.Context, id notice.ID, yield func([]notice.Result) error) error {
	return s.try(func() error { return s.Memory.Recipients(ctx, id, yield) })
}
func (s *shaky) Received(ctx context.Context, id notice.ID, who journey.Code, at time.Time) (bool, error) {
	return tried(s, func() (bool, error) { return s.Memory.Received(ctx, id, who, at) })
}
func (s *shaky) ReceivedCount(ctx context.Context, id notice.ID) (int, error) {
	return tried(s, func() (int, error) { return s.Memory.ReceivedCount(ctx, id) })
}
func (s *shaky) KeepGroup(ctx context.Context, a chat.Address, title string, by journey.Code, unit journey.Unit) error {
	return s.try(func() error { return s.Memory.KeepGroup(ctx, a, title, by, unit) })
}
func (s *shaky) DropGroup(ctx context.Context, a chat.Address) error {
	return s.try(func() error { return s.Memory.DropGroup(ctx, a) })
}
func (s *shaky) Groups(ctx context.Context) ([]notice.Group, error) {
	return tried(s, func() ([]notice.Group, error) { return s.Memory.Groups(ctx) })
}
func (s *shaky) Codes(ctx context.Context, yield func([]journey.Code) error) error {
	return s.try(func() error { return s.Memory.Codes(ctx, yield) })
}
func (s *shaky) Units(ctx context.Context, u journey.Unit) (map[journey.Unit]int, error) {
	return tried(s, func() (map[journey.Unit]int, error) { return s.Memory.Units(ctx, u) })
}

// Questions of the tests, by how they end.
const (
	sureQuestion   = "dự bị bao lâu"
	followUp       = "thế còn quyền biểu quyết thì sao"
	twoQuestions   = "Dự bị bao lâu vậy ạ? Đảng phí sinh viên đóng bao nhiêu một tháng?"
	nothingKnown   = "bí thư chi bộ trường em họp ngày mấy hàng tháng vậy"
	outOfScope     = "học phí kỳ này bao nhiêu"
	distress       = "em không muốn sống nữa"
	probation      = "probation-length"
	officersAnswer = "Ngày 5 hằng tháng."
)

// stories are what people do, one step after the other. The n-th step has the
// Seq n. Together they touch every route and every way a handler ends.
var stories = map[string][]chat.Incoming{
	"start":             {said(student, "/start")},
	"start with a code": {said(student, "/start abc")},
	"help":              {said(student, "/trogiup"), said(admin, "/help")},
	"unknown command":   {said(student, "/khongco")},
	"not for you":       {said(student, "/cauhoi")},
	"file":              {sent(student, chat.Photo, "ảnh thẻ"), sent(student, chat.Other, "")},
	"questions": {
		said(student, sureQuestion), said(student, followUp), said(student, twoQuestions),
		said(student, nothingKnown), said(student, outOfScope), said(student, distress),
	},
	"related":        {said(student, sureQuestion), pressed(student, "q:probation-rights:0")},
	"good, then bad": {said(student, sureQuestion), pressed(student, "ok:1:"+probation), pressed(student, "no:1:"+probation)},
	"bad twice":      {said(student, sureQuestion), pressed(student, "no:1:"+probation), pressed(student, "no:1:"+probation)},
	"ask the officer twice": {
		said(student, nothingKnown), pressed(student, "hoi:1"), pressed(student, "hoi:1"),
	},
	"self-check by buttons": {
		said(student, "/dieukien"), pressed(student, "dk:1:year:2005"), pressed(student, "dk:1:birth:3"),
		pressed(student, "dk:1:union:yes"), pressed(student, "dk:1:school:yes"), pressed(student, "dk:1:class:certificate"),
		pressed(student, "dk:1:cert:2025"), pressed(student, "dk:1:issued:4"), pressed(student, "dk:1:local:yes"),
	},
	"self-check typed, interrupted, begun again": {
		said(student, "/dieukien"), said(student, "13/2005"), said(student, "3/2005"), said(student, sureQuestion),
		pressed(student, "dk:1:show"), said(student, "/dieukien"), pressed(student, "dk:1:again"), said(student, "/huy"),
	},
	"my data": {
		said(student, nothingKnown), pressed(student, "hoi:1"), said(student, "/dulieu"), pressed(student, "tai"), pressed(student, "xoa"), pressed(student, "thoi"), pressed(student, "xoa"), pressed(student, "xoa:chac"),
	},
	"linked, and the code used up": {
		said(huy, "/start khong-co-ma"), said(huy, "/start "+huysCode), pressed(huy, "lk:"+huysCode), pressed(huy, "lk:"+huysCode),
		said(huy, "/start "+huysCode), said(huy, "/start"), said(lan, "/start "+huysCode), said(huy, "/trogiup"),
	},
	"the code of somebody else": {said(lan, "/start "+huysCode)},
	"too many codes": {
		said(student, "/start ma-mot"), said(student, "/start ma-hai"), said(student, "/start ma-ba"), said(student, "/start ma-bon"), said(student, "/start ma-nam"), said(student, "/start "+huysCode),
	},
	"where I stand": {said(huy, "/hanhtrinh"), said(lan, "/hanhtrinh"), said(lan, "hồ sơ của em tới đâu rồi"), pressed(lan, "hp:0:0")},
	"a deadline":    {said(minh, "/han"), pressed(minh, "hn:sv-lan:"+ceremony()+":0:0"), pressed(minh, "visao:sv-lan:"+ceremony()), pressed(minh, "hp:0:0")},
	"done, pressed twice, undone twice": {
		said(minh, "/han"), pressed(minh, "hn:sv-lan:"+ceremony()+":0:0"), pressed(minh, "xong:sv-lan:"+ceremony()), pressed(minh, "xong:sv-lan:"+ceremony()+"::0:20261124"),
		pressed(minh, "xong:sv-lan:"+ceremony()+"::0:20261124"), pressed(minh, held), pressed(minh, held),
	},
	"done on a typed day": {
		said(minh, "/han"), pressed(minh, "hn:sv-lan:"+ceremony()+":0:0"), pressed(minh, "xong:sv-lan:"+ceremony()), pressed(minh, "xong:sv-lan:"+ceremony()+"::0:khac"),
		said(minh, "1/1/2030"), said(minh, "99/99"), said(minh, sureQuestion), said(minh, "24/11"), pressed(minh, "hn:sv-lan:"+ceremony()+":0:0"), said(lan, "/hanhtrinh"),
	},
	"done under a digest": {pressed(hanh, "xong:-:20261124"), pressed(hanh, "xong:sv-lan:"+ceremony()), pressed(hanh, "xong:sv-lan:"+ceremony()+"::0:20261123"), pressed(hanh, "visao:-:20261124")},
	"later":               {said(minh, "/han"), pressed(minh, "hn:sv-lan:"+ceremony()+":0:0"), pressed(minh, "hoan:sv-lan:"+ceremony()), pressed(minh, "hoan:sv-lan:"+ceremony()+"::mai")},
	"a digest later":      {pressed(hanh, "hoan:-:20261124"), pressed(hanh, "hoan:-:20261124:het"), pressed(hanh, "hoan:-:20261124:het:tuan")},
	"a mistake taken back": {
		said(minh, "/han"), pressed(minh, "hn:sv-lan:"+ceremony()+":0:0"), pressed(minh, "xong:sv-lan:"+ceremony()), pressed(minh, "xong:sv-lan:"+ceremony()+"::0:20261123"),
		said(hanh, "/sinhvien"), pressed(hanh, "ht:sv-lan"), pressed(hanh, "lui:sv-lan"), pressed(hanh, mistaken+":hoi"), pressed(hanh, mistaken+":chac"), pressed(hanh, mistaken+":chac"),
	},
	"the list, and somebody moved": {
		said(hanh, "/danhsach"), pressed(hanh, "ds:tim"), said(hanh, "huy"), pressed(hanh, "dsn:sv-huy"), pressed(hanh, "ds:0:k"), pressed(nga, "dsn:sv-huy"),
		pressed(nga, "dsd:sv-huy:donvi"), said(nga, "k47/b6"), pressed(nga, "dsx:7:ok:"+journey.Short("K47/B5\x00K47/B6")), pressed(nga, "dsx:7:ok:"+journey.Short("K47/B5\x00K47/B6")),
	},
	"a mentor chosen, a name mended, a link": {
		said(hanh, "/danhsach"), pressed(hanh, "dsn:sv-lan"), pressed(hanh, "dsd:sv-lan:giup"), pressed(hanh, "dsx:3:m:gv-tam"), pressed(hanh, "dsx:3:ok:"+journey.Short("gv-minh\x00gv-tam")),
		pressed(hanh, "dsd:sv-lan:ten"), said(hanh, "Nguyễn Thị Lân"), pressed(hanh, "dsx:6:ok:"+journey.Short("Nguyễn Thị Lan\x00Nguyễn Thị Lân")),
		pressed(hanh, "dsn:sv-huy"), pressed(hanh, "dsd:sv-huy:lk"), pressed(hanh, "dsx:10:ok"), pressed(hanh, "dsx:10:ok"),
	},
	"a list out and in": {
		said(hanh, "/danhsach"), pressed(hanh, "dsf:xuat"), pressed(hanh, "dsf:nhap"), pressed(hanh, "dsf:mau"), sent(hanh, chat.Photo, ""), list(hanh, "mã,tên\nx"), list(hanh, aList),
		pressed(hanh, "dsf:ghi:3:9b8b32fe"), pressed(hanh, "dsf:ghi:3:9b8b32fe"), pressed(hanh, "dsf:lk:3"), pressed(hanh, "dsf:lk:3:chac"), pressed(hanh, "dsf:lk:3:chac"),
	},
	"mentors assigned, and one whose students move": {
		said(hanh, "/danhsach"), pressed(hanh, "dsg:moi"), pressed(hanh, "dsg:ok:2:"+journey.Short("sv-dao>gv-tam")), pressed(hanh, "dsg:ok:2:"+journey.Short("sv-dao>gv-tam")),
		pressed(hanh, "ds:1:-:"), pressed(hanh, "dsn:gv-tam"), pressed(hanh, "dsg:tu:gv-tam"), pressed(hanh, "dsg:mot:7:0"), pressed(hanh, "dsg:cho:7:gv-minh"),
		pressed(hanh, "dsg:ok:7:"+journey.Short("sv-an>gv-minh sv-binh>gv-minh sv-dao>gv-minh")),
	},
	"held": {
		said(hanh, "/danhsach"), pressed(hanh, "dsn:sv-huy"), pressed(hanh, "dsd:sv-huy:dung"), pressed(hanh, "gb:3:day:20261124"), pressed(hanh, "gb:3:save:20261124"),
		pressed(hanh, "dsd:sv-huy:thoi"),
	},
	"how often":                {said(lan, "/han"), pressed(lan, "nhac"), pressed(lan, "nhac:tuan"), pressed(lan, "nhac:tuan"), pressed(lan, "nhac:gap")},
	"a calendar and its feed":  {said(lan, "/han"), pressed(lan, "ics"), pressed(lan, "lich"), pressed(lan, "lich:moi"), pressed(lan, "lich:bo")},
	"data of one linked":       {said(lan, "/han"), pressed(lan, "nhac"), pressed(lan, "nhac:tuan"), said(lan, "/dulieu"), pressed(lan, "tai"), pressed(lan, "xoa"), pressed(lan, "xoa:chac")},
	"unlinked":                 {said(lan, "/dulieu"), pressed(lan, "roi"), pressed(lan, "roi:chac"), pressed(lan, "roi"), said(lan, "/hanhtrinh")},
	"a student, looked for":    {said(hanh, "/sinhvien lan"), said(hanh, "/sinhvien"), pressed(hanh, "tim:0"), said(hanh, "quang"), pressed(hanh, "ht:sv-huy"), pressed(hanh, "sv:0:0")},
	"looked for by a question": {said(hanh, "/sinhvien"), pressed(hanh, "tim:0"), said(hanh, sureQuestion)},
	"an event recorded": {
		said(hanh, "/sinhvien"), pressed(hanh, "ht:sv-huy"), pressed(hanh, "gm:sv-huy"), pressed(hanh, "gb:3:more:1"), pressed(hanh, "gb:3:event:E_DECISION_ISSUED"),
		said(hanh, "1/10/2026"), said(hanh, distress), said(hanh, "hôm qua"), pressed(hanh, "gb:3:save:20261123"), pressed(hanh, issued),
	},
	"recording given up": {said(hanh, "/sinhvien"), pressed(hanh, "ht:sv-huy"), pressed(hanh, "gm:sv-huy"), pressed(hanh, "huy")},
}

func init() {
	maps.Copy(stories, noticeStories)
	maps.Copy(stories, deskStories)
	maps.Copy(stories, roleStories)
}

// aList is a list for a secretary to send.
const aList = "mã,họ tên,vai trò,đơn vị,người giúp đỡ\nsv-moi,Trần Bé,sinh viên,K47/B5,gv-minh\nsv-mai,Lê Thị Mai,sinh viên,K47/B5,gv-tam\n"

// list is a list that somebody sends.
func list(who chat.Address, text string) chat.Incoming {
	in := sent(who, chat.Document, "")
	in.FileID, in.FileSize = "list:"+text, int64(len(text))
	return in
}

// held and issued take back the events of the stories.
var (
	held     = "lui:sv-lan:" + mark(journey.Event{ID: "E_CEREMONY_HELD", On: aDay("2026-11-24")})
	mistaken = "lui:sv-lan:" + mark(journey.Event{ID: "E_CEREMONY_HELD", On: aDay("2026-11-23")})

	issued = "lui:sv-huy:" + mark(journey.Event{ID: "E_DECISION_ISSUED", On: aDay("2026-11-23")})
)

// underDigests stand under messages the scheduler makes.
var underDigests = []string{"xong:-:20261124", "hoan:-:20261124", "visao:-:20261124", "dn:" + string(over)}

func botOn(s *shaky) *Handlers {
	p := testParts(s)
	p.Log = slog.New(slog.DiscardHandler)
	return New(p)
}

// handle runs Handle as a process that may be killed in it.
func handle(h *Handlers, in chat.Incoming) (err error, alive bool) {
	result := make(chan error, 1)
	go func() {
		defer close(result)
		result <- h.Handle(context.Background(), in)
	}()
	err, alive = <-result
	return err, alive
}

// lived returns the store after the first n steps of a story, undisturbed.
func lived(t *testing.T, story []chat.Incoming, n int) *storetest.Memory {
	t.Helper()
	s := &shaky{Memory: storetest.NewMemory()}
	settle(s.Memory)
	already(s.Memory)
	h := botOn(s)
	for i, in := range story[:n] {
		if err, _ := handle(h, numbered(int64(i+1), in)); err != nil {
			t.Fatal(err)
		}
	}
	return s.Memory
}

// TestStoppedAtEveryStepEverythingHappensOnce takes the store down, before or
// after the effect, alone or with the whole process, at every call of every
// step, and delivers that step again. The end is that of an undisturbed run.
func TestStoppedAtEveryStepEverythingHappensOnce(t *testing.T) {
	for name, story := range stories {
		t.Run(name, func(t *testing.T) {
			for i := range story {
				stopEverywhere(t, story, i)
			}
		})
	}
}

func stopEverywhere(t *testing.T, story []chat.Incoming, i int) {
	t.Helper()
	in := numbered(int64(i+1), story[i])
	want := everything(t, lived(t, story, i+1))
	for _, mode := range []shaky{{}, {late: true}, {crash: true}, {late: true, crash: true}} {
		for first := 1; ; first++ {
			s := mode
			s.Memory, s.at = lived(t, story, i), first
			err, alive := handle(botOn(&s), in)
			if s.calls < first {
				break // there are no more calls to stop at
			}
			if alive == s.crash || alive && !errors.Is(err, errDown) {
				t.Fatalf("%s: stopped at call %d, Handle = %v (alive: %t)", about(in), first, err, alive)
			}
			s.calls, s.at = 0, first // once more at the same call, and then well
			if err, alive := handle(botOn(&s), in); alive && err != nil && !errors.Is(err, errDown) {
				t.Fatal(err)
			}
			s.at = 0
			if err, _ := handle(botOn(&s), in); err != nil {
				t.Fatal(err)
			}
			if got := everything(t, s.Memory); got != want {
				t.Errorf("%s: stopped at call %d (late: %t, crash: %t) it ends otherwise than undisturbed:\n%s", about(in), first, s.late, s.crash, differ(got, want))
				return
			}
		}
	}
}

// differ shows the lines that stand in one text only.
func differ(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	var b strings.Builder
	for _, line := range g {
		if !slices.Contains(w, line) {
			b.WriteString("got  " + line + "\n")
		}
	}
	for _, line := range w {
		if !slices.Contains(g, line) {
			b.WriteString("want " + line + "\n")
		}
	}
	return b.String()
}

func TestWhatIsDeliveredAgainChangesNothing(t *testing.T) {
	for name, story := range stories {
		t.Run(name, func(t *testing.T) {
			memory := lived(t, story, len(story))
			want := everything(t, memory)
			h := botOn(&shaky{Memory: memory})
			for range 2 {
				for i, in := range story {
					if err, _ := handle(h, numbered(int64(i+1), in)); err != nil {
						t.Fatal(err)
					}
				}
			}
			if got := everything(t, memory); got != want {
				t.Errorf("delivered again, it changes:\n%s", differ(got, want))
			}
		})
	}
}

// TestTheStoriesPressButtonsThatStandThere keeps the button data written in
// the stories true, and the stories complete.
func TestTheStoriesPressButtonsThatStandThere(t *testing.T) {
	tg := newTelegram(t)
	touched := map[string]bool{}
	for name, story := range stories {
		r := newRoom(t, tg)
		already(r.store)
		seen := slices.Clone(underDigests)
		for _, in := range story {
			if in.Press != "" && !slices.Contains(seen, in.Button) {
				t.Errorf("%s: %s, but it stands nowhere", name, about(in))
			}
			out := r.hear(in)
			seen = append(seen, datas(out)...)
			request := &Request{Incoming: in}
			if route, ok := r.h.route(request); ok {
				touched[route.Command+"/"+route.Button] = true
			}
			if strings.Contains(text(out, in.From), "lỗi") {
				t.Errorf("%s: %s: %s", name, about(in), text(out, in.From))
			}
		}
	}
	for _, route := range newRoom(t, tg).h.routes {
		if !touched[route.Command+"/"+route.Button] {
			t.Errorf("no story takes the route %+v", route)
		}
	}
}
