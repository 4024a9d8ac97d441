// Package handlers holds one function for each thing a person can do, and the
// table that leads there. A handler loads, decides, saves and words; it knows
// no Telegram, no Redis, no clock and no goroutine.
package handlers

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"donghanh/internal/audit"
	"donghanh/internal/chat"
	"donghanh/internal/desk"
	"donghanh/internal/journey"
	"donghanh/internal/knowledge"
	"donghanh/internal/roster"
	"donghanh/internal/wording"
)

// Talks is what is remembered of conversations.
type Talks interface {
	Talk(context.Context, chat.Address) (chat.Talk, error)
	SaveTalk(context.Context, chat.Address, chat.Talk) error
	Reachable(context.Context, chat.Address) error
}

// Desk keeps what waits for a person, and counts what people said of answers.
// Each of its writes happens once for each id.
type Desk interface {
	KeepQuestion(context.Context, desk.Question) (isNew bool, err error)
	Questions(context.Context, chat.Address) ([]desk.Question, error)
	Question(ctx context.Context, ref string) (desk.Question, error) // desk.ErrClosed
	WaitingQuestions(ctx context.Context, n int) ([]desk.Question, error)
	CountQuestions(context.Context) (int, error)
	ReplaceQuestion(context.Context, desk.Question) error
	CloseQuestions(context.Context, ...desk.Question) error
	EraseQuestions(context.Context, chat.Address) (int, error)
	Claim(ctx context.Context, c desk.Claim, from desk.Officer, now time.Time, refs ...string) (held desk.Claim, err error)
	Release(ctx context.Context, by desk.Officer, refs ...string) error
	Claims(ctx context.Context, refs ...string) (map[string]desk.Claim, error)
	CountVote(ctx context.Context, id, topic string, good bool) error
	CountOutcome(ctx context.Context, id, outcome string) error
}

// Outbox takes messages for delivery, each key once.
type Outbox interface {
	Put(context.Context, ...chat.Message) (int, error)
}

// Handlers does what people ask for. Create it with New.
type Handlers struct {
	talks   Talks
	people  People
	desk    Desk
	outbox  Outbox
	book    func() *knowledge.Book // the content of the moment
	rules   func() *journey.Rules  // the rules of the moment
	admins  []chat.Address
	onDuty  func(context.Context) ([]chat.Address, error)
	hours   journey.Hours
	notices Notices
	audit   Audit
	above   int
	rate    int
	fetch   func(ctx context.Context, id string, max int64) ([]byte, error)

	readSheet   func(file string, data []byte) ([]roster.Table, *roster.Problem)
	workbook    func(...roster.Sheet) ([]byte, error)
	register    *register
	mentorLimit int
	username    func() string

	feeds  string
	secret func() string
	menus  func(chat.Address, []journey.Role)
	log    *slog.Logger
	routes []Route
}

// Parts is what Handlers is made of.
type Parts struct {
	Talks   Talks
	People  People
	Desk    Desk
	Outbox  Outbox
	Notices Notices
	Audit   Audit
	Book    func() *knowledge.Book
	Rules   func() *journey.Rules
	Admins  []chat.Address
	Log     *slog.Logger

	// OnDuty lists those who hear at once of a person in danger.
	OnDuty func(context.Context) ([]chat.Address, error)

	// Hours says when people may be reminded.
	Hours journey.Hours

	// ApprovalAbove is from how many recipients on a notice needs a second
	// officer; Rate is how many messages leave in a second.
	ApprovalAbove, Rate int

	// Fetch returns a document the person sent, of at most max bytes;
	// chat.ErrTooLarge. It is called for one who was asked for a list, and for
	// nobody else. nil: no list is taken in the conversation.
	Fetch func(ctx context.Context, id string, max int64) ([]byte, error)

	// FeedURL is what stands before the secret of a calendar feed
	// ("https://bot.example/lich/"). Empty: no feed is offered.
	FeedURL string

	// Secret makes the secret of a feed, and that of start codes; nil: 128 random
	// bits.
	Secret func() string

	// Workbook makes a workbook of sheets. nil: no report is offered as a file.
	Workbook func(...roster.Sheet) ([]byte, error)

	// ReadSheet reads a list that was fetched.
	ReadSheet func(file string, data []byte) ([]roster.Table, *roster.Problem)

	// MentorLimit is how many students a mentor is suggested to help at most.
	MentorLimit int

	// Username is the bot's name at the service, without its @; empty while it is
	// not known.
	Username func() string

	// Introduce gives a conversation the command menu of those roles, none for a
	// guest. It must not block. nil: menus stay as they are.
	Introduce func(chat.Address, []journey.Role)
}

// New returns the handlers with their routes.
func New(p Parts) *Handlers {
	h := &Handlers{
		talks: p.Talks, people: p.People, desk: p.Desk, outbox: p.Outbox, book: p.Book, rules: p.Rules, admins: p.Admins, onDuty: p.OnDuty,
		hours: p.Hours, notices: p.Notices, audit: p.Audit, above: p.ApprovalAbove, rate: p.Rate, fetch: p.Fetch, readSheet: p.ReadSheet, workbook: p.Workbook, register: &register{source: p.People}, mentorLimit: p.MentorLimit, username: p.Username, feeds: p.FeedURL, secret: p.Secret, menus: p.Introduce, log: p.Log,
	}
	if h.secret == nil {
		h.secret = rand.Text
	}
	if h.menus == nil {
		h.menus = func(chat.Address, []journey.Role) {}
	}
	h.routes = []Route{
		{Command: "hanhtrinh", For: asked, Do: h.MyWay, Menu: "Mình đang ở bước nào, giấy tờ, ngày sắp tới"},
		{Command: "han", For: concerned, Do: h.Deadlines, Menu: "Việc sắp đến hạn, lịch, cách nhắc"},
		{Command: "sinhvien", For: leading, Do: h.Students, Menu: "Sinh viên tôi giúp đỡ, theo dõi"},
		{Command: "thongbao", For: officers, Do: h.WriteNotice, Menu: "Soạn thông báo, xem thông báo đã gửi"},
		{Command: "danhsach", For: journey.Keepers, Do: h.List, Menu: "Danh sách: tìm, sửa, nhập, tải về"},
		{Command: "dieukien", Do: h.SelfCheck, Menu: "Tự xem mình còn thiếu điều kiện gì"},
		{Command: "cauhoi", For: journey.AtDesk, Do: h.WaitingQuestions, Menu: "Câu hỏi đang chờ cán bộ trả lời"},
		{Command: "nhatky", For: admins, Do: h.Log, Menu: "Nhật ký: ai xem, ai sửa của ai"},
		{Command: "vaitro", For: admins, Do: h.RoleList, Menu: "Vai trò: ai giữ, giao, thôi, mời"},
		{Command: "dulieu", Do: h.MyData, Menu: "Mình đang lưu gì về bạn, tải về, xóa"},
		{Command: "trogiup", Do: h.Help, Menu: "Cách dùng, gặp người thật"},
		{Command: "huy", Do: h.Cancel, Menu: "Hủy việc đang làm dở"},
		{Command: "start", Do: h.Start},
		{Command: "help", Do: h.Help},
		{Button: buttonTopic, Do: h.AskTopic},
		{Button: buttonGood, Do: h.GoodAnswer},
		{Button: buttonBad, Do: h.BadAnswer},
		{Button: buttonOfficer, Do: h.AskOfficer},
		{Button: buttonCheck, Do: h.CheckStep},
		{Button: buttonLink, Do: h.Link},
		{Button: wording.ButtonDone, For: concerned, Do: h.Done},
		{Button: wording.ButtonLater, For: concerned, Do: h.Later},
		{Button: wording.ButtonWhy, For: concerned, Do: h.Why},
		{Button: buttonUndo, For: concerned, Do: h.Undo},
		{Button: buttonPage, For: concerned, Do: h.DeadlinesPage},
		{Button: buttonDeadline, For: concerned, Do: h.Deadline},
		{Button: buttonPref, For: concerned, Do: h.Preference},
		{Button: buttonCalendar, For: concerned, Do: h.CalendarFile},
		{Button: buttonFeed, For: concerned, Do: h.Feed},
		{Button: buttonStudents, For: leading, Do: h.StudentsPage},
		{Button: buttonSearch, For: leading, Do: h.BeginSearch},
		{Button: buttonStudent, For: leading, Do: h.Student},
		{Button: buttonRecord, For: leading, Do: h.BeginRecord},
		{Button: buttonRecordStep, For: recording, Do: h.RecordStep},
		{Button: buttonList, For: journey.Keepers, Do: h.ListPage},
		{Button: buttonLists, For: journey.Keepers, Do: h.Lists},
		{Button: buttonAssign, For: journey.Keepers, Do: h.Assign},
		{Button: buttonPerson, For: journey.Keepers, Do: h.PersonCard},
		{Button: buttonAmend, For: journey.Keepers, Do: h.BeginAmend},
		{Button: buttonAmendStep, For: journey.Keepers, Do: h.AmendStep},
		{Button: wording.ButtonNotice, For: officers, Do: h.AboutNotice},
		{Button: wording.ButtonNotices, For: officers, Do: h.NoticeList},
		{Button: wording.ButtonSecond, For: officers, Do: h.Second},
		{Button: wording.ButtonReceived, Do: h.ReceivedNotice},
		{Button: buttonGroup, For: officers, Do: h.GroupUnit},
		{Button: buttonDownload, Do: h.Download},
		{Button: buttonErase, Do: h.Erase},
		{Button: buttonUnlink, Do: h.Unlink},
		{Button: buttonKnown, For: concerned, Do: h.MakeKnown},
		{Button: buttonDesk, For: journey.AtDesk, Do: h.DeskPage},
		{Button: buttonOpen, For: journey.AtDesk, Do: h.OpenGroup},
		{Button: buttonTake, For: journey.AtDesk, Do: h.TakeUp},
		{Button: buttonGiveUp, For: journey.AtDesk, Do: h.GiveUp},
		{Button: buttonPass, For: journey.AtDesk, Do: h.PassOn},
		{Button: buttonGive, For: journey.AtDesk, Do: h.Give},
		{Button: buttonReply, For: journey.AtDesk, Do: h.BeginReply},
		{Button: buttonSend, For: journey.AtDesk, Do: h.SendReply},
		{Button: buttonDrop, For: journey.AtDesk, Do: h.DropGroup},
		{Button: buttonLog, For: admins, Do: h.LogPage},
		{Button: buttonRole, For: admins, Do: h.RolePress},
		{Button: buttonCancel, Do: h.Cancel},
		{Button: buttonLeave, Do: h.Leave},
		{File: true, Do: h.File},
		{Text: true, Do: h.Ask}, // last: anything else is a question
	}
	return h
}

// Roles of the routes.
var (
	asked     = []journey.Role{journey.Guest, journey.Student} // a guest hears how to be linked
	concerned = journey.Roles                                  // an admin has duties too
	leading   = []journey.Role{journey.Mentor, journey.CellSecretary, journey.YouthOfficer, journey.BaseCommittee}
	recording = append(slices.Clone(leading), journey.Admin)
	admins    = []journey.Role{journey.Admin}
	officers  = []journey.Role{journey.YouthOfficer, journey.Admin} // who write notices
)

// Route leads from something a person did to the handler for it. Exactly one
// of Command, Button, File and Text is set.
type Route struct {
	Command string
	Button  string
	File    bool
	Text    bool
	For     []journey.Role // nil: anyone; else one of them is needed
	Do      func(context.Context, *Request) (chat.Reply, error)
	Menu    string // what it does, for the menu and the help; empty: not listed
}

// open reports whether a person of those roles may take the route.
func (route Route) open(roles []journey.Role) bool {
	if len(roles) == 0 {
		roles = []journey.Role{journey.Guest}
	}
	return route.For == nil || slices.ContainsFunc(roles, func(r journey.Role) bool { return slices.Contains(route.For, r) })
}

// Request is one thing a person did, with what is known of them. A handler may
// change Talk; it is stored after the reply.
type Request struct {
	chat.Incoming
	Who    journey.Track  // as kept; the zero Track for one who is not linked
	Person journey.Person // who acts: of Who, and an admin if the settings say so
	Talk   *chat.Talk
	Args   []string // after the command, or the parts of the button's data
	Book   *knowledge.Book
	Rules  *journey.Rules
	Group  chat.Address // of Added and Removed; Chat is who did it, in private, then
}

// today is the day on which the person did it.
func (r *Request) today() journey.Date { return journey.DateOf(r.At) }

// maxQuestion is how many letters a message may have to be read as a question.
const maxQuestion = 3000

// Handle answers one Incoming: it finds the person, checks the role, runs the
// handler, and stores reply and conversation. Run again for the same Incoming
// it changes nothing more. An error means that nothing is sure to be stored
// and Handle is to be run again; a panic is answered with an apology.
func (h *Handlers) Handle(ctx context.Context, in chat.Incoming) error {
	group := chat.Address(0)
	if in.Chat.Group() {
		if !in.Added && !in.Removed {
			return nil // what concerns one person is not said before others
		}
		group, in.Chat = in.Chat, in.From
	}
	talk, err := h.talks.Talk(ctx, in.From)
	if err != nil {
		return fmt.Errorf("handle %s: %w", in.ID, err)
	}
	if in.Seq <= talk.Handled || in.Blocked {
		return nil
	}
	who, err := h.who(ctx, in.From)
	if err != nil {
		return fmt.Errorf("handle %s: %w", in.ID, err)
	}
	if group == 0 {
		if err := h.talks.Reachable(ctx, in.From); err != nil {
			return fmt.Errorf("handle %s: %w", in.ID, err)
		}
	}
	talk.Forget(in.At)
	r := &Request{Incoming: in, Who: who, Person: h.acting(in.From, who.Person), Talk: &talk, Group: group}
	reply, err := h.run(ctx, r)
	if err != nil {
		return fmt.Errorf("handle %s: %w", in.ID, err)
	}
	if messages := outgoing(r, reply); len(messages) > 0 {
		if _, err := h.outbox.Put(ctx, messages...); err != nil {
			return fmt.Errorf("handle %s: %w", in.ID, err)
		}
	}
	h.follow(r)
	talk.Handled = in.Seq
	if err := h.talks.SaveTalk(ctx, in.From, talk); err != nil {
		return fmt.Errorf("handle %s: %w", in.ID, err)
	}
	return nil
}

// noRole stands in Talk.Menu for one who is linked and has no role.
const noRole = "-"

// follow has the command menu follow the roles, however they changed: by a link, by
// an admin, or by a list that was imported since the person last wrote.
func (h *Handlers) follow(r *Request) {
	want := audit.Roles(r.Person)
	if want == "" && r.linked() {
		want = noRole
	}
	if want != r.Talk.Menu {
		h.menus(r.From, r.Person.Roles)
		r.Talk.Menu = want
	}
}

// run finds the route and follows it.
func (h *Handlers) run(ctx context.Context, r *Request) (reply chat.Reply, err error) {
	defer func() {
		if p := recover(); p != nil {
			h.log.Error("handler panicked", "update", r.ID, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			reply, err = h.broken(ctx, r)
		}
		if forGood(err) {
			h.log.Error("handler failed for good", "update", r.ID, "err", err)
			reply, err = h.broken(ctx, r)
		}
	}()
	r.Book, r.Rules = h.book(), h.rules()
	if r.Group != 0 {
		return h.Grouped(ctx, r)
	}
	route, ok := h.route(r)
	switch {
	case !ok && r.Press != "":
		return chat.Reply{Toast: wording.ToastOld}, nil
	case !ok:
		return chat.Reply{Texts: []string{wording.UnknownCommand(command(r.Text))}}, nil
	case !route.open(r.Person.Roles) && r.Press != "":
		return chat.Reply{Toast: wording.ToastRefused}, nil
	case !route.open(r.Person.Roles):
		return chat.Reply{Texts: []string{wording.NotForYou()}}, nil
	}
	return route.Do(ctx, r)
}

// broken apologizes for a mistake of ours. What was half changed in the
// conversation is not kept.
func (h *Handlers) broken(ctx context.Context, r *Request) (reply chat.Reply, err error) {
	*r.Talk, err = h.talks.Talk(ctx, r.From)
	return chat.Reply{Texts: []string{wording.Broken(r.ID)}}, err
}

// forGood reports whether an error will be the same however often the handler is
// run again. Everybody would wait behind it.
func forGood(err error) bool {
	return slices.ContainsFunc([]error{journey.ErrNotFound, journey.ErrUnreadable, journey.ErrBadCode}, func(known error) bool { return errors.Is(err, known) })
}

// route finds what a person wants and fills r.Args.
func (h *Handlers) route(r *Request) (Route, bool) {
	name, isCommand := "", false
	switch {
	case r.Press != "":
		parts := strings.Split(r.Button, ":")
		name, r.Args = parts[0], parts[1:]
	case r.File == chat.NoFile:
		if name = command(r.Text); name != "" {
			isCommand = true
			r.Args = strings.Fields(r.Text)[1:]
		}
	}
	for _, route := range h.routes {
		switch {
		case r.Press != "":
			if route.Button != "" && route.Button == name {
				return route, true
			}
		case isCommand:
			if route.Command != "" && route.Command == name {
				return route, true
			}
		case r.File != chat.NoFile:
			if route.File {
				return route, true
			}
		case route.Text:
			return route, true
		}
	}
	return Route{}, false
}

// command returns the name in "/han@bot 3", or "" for a text that is none.
func command(text string) string {
	word, ok := strings.CutPrefix(text, "/")
	if !ok {
		return ""
	}
	word, _, _ = strings.Cut(word, " ")
	word, _, _ = strings.Cut(word, "\n")
	word, _, _ = strings.Cut(word, "@")
	return strings.ToLower(word)
}

// Menu lists the commands a person of those roles sees, in order; of no role: a
// guest.
func (h *Handlers) Menu(roles ...journey.Role) []wording.Command {
	var out []wording.Command
	for _, r := range h.routes {
		if r.Command != "" && r.Menu != "" && r.open(roles) {
			out = append(out, wording.Command{Name: r.Command, Does: r.Menu})
		}
	}
	return out
}

// announce puts a reply, after the messages given, before the handler does what
// it says. It is for an act that looks done by somebody else when Handle runs
// again after a crash: its words are said by then, and others no longer count.
func (h *Handlers) announce(ctx context.Context, r *Request, reply chat.Reply, before ...chat.Message) error {
	_, err := h.outbox.Put(ctx, append(before, outgoing(r, reply)...)...)
	return err
}

// protects reports whether a reply can be neither forwarded nor saved. What a
// person of the lists hears is about people, unless the handler says that it is
// public; and a file is there to be saved.
func protects(r *Request, reply chat.Reply) bool {
	return reply.Protect || reply.File == nil && !reply.Public && len(r.Person.Roles) > 0
}

// outgoing turns a reply into messages, each with a key named for its cause.
func outgoing(r *Request, reply chat.Reply) []chat.Message {
	in := r.Incoming
	var out []chat.Message
	if in.Press != "" {
		out = append(out, chat.Message{Key: "ack/" + in.ID, To: in.Chat, At: in.At, Act: chat.Ack, Press: in.Press, Text: reply.Toast})
	}
	var parts []string
	for _, t := range reply.Texts {
		parts = append(parts, wording.Split(t, wording.MaxMessage)...)
	}
	for i, text := range parts {
		m := chat.Message{Key: "answer/" + in.ID, To: in.Chat, At: in.At, Text: text, Protect: protects(r, reply)}
		m.Key = partKey(m.Key, i)
		if i == 0 && reply.Edit && in.Message != 0 {
			m.Act, m.Target = chat.Edit, in.Message
		}
		if i == len(parts)-1 {
			m.Rows, m.File = reply.Rows, reply.File
		}
		out = append(out, m)
	}
	return out
}

// partKey names the i-th message of one cause.
func partKey(key string, i int) string {
	if i == 0 {
		return key
	}
	return key + "/" + strconv.Itoa(i+1)
}

// Names of buttons. A button's data is a name and its arguments, divided by
// colons.
const (
	buttonTopic    = "q"  // topic, seq of the question it answers (0: none)
	buttonGood     = "ok" // seq, topic
	buttonBad      = "no" // seq, topic
	buttonOfficer  = "hoi"
	buttonCheck    = "dk"
	buttonDownload = "tai"
	buttonErase    = "xoa"
	buttonKnown    = "ten"    // reason and id of the question, perhaps hidden
	buttonDesk     = "ch"     // page
	buttonOpen     = "mo"     // reason and id of a question of the group
	buttonTake     = "nhan"   // the same
	buttonGiveUp   = "tha"    // the same
	buttonPass     = "chuyen" // the same, and a page
	buttonGive     = "giao"   // the same, and to whom
	buttonReply    = "tl"     // the same
	buttonSend     = "gui"    // the same
	buttonDrop     = "dong"   // the same
	buttonCancel   = "huy"
	buttonLeave    = "thoi"
	buttonLink     = "lk" // start code
	buttonUnlink   = "roi"

	buttonUndo       = "lui"  // student, mark of the event
	buttonPage       = "hp"   // page, part
	buttonDeadline   = "hn"   // whose, which (Deadline.Short), page to go back to, part
	buttonPref       = "nhac" // preference
	buttonCalendar   = "ics"
	buttonFeed       = "lich" // what to do
	buttonStudents   = "sv"   // page, part, query
	buttonSearch     = "tim"
	buttonStudent    = "ht" // student
	buttonRecord     = "gm" // student
	buttonRecordStep = "gb" // Seq that began it, step, value

	buttonList      = "ds"  // page, whom, query; or "tim"
	buttonLists     = "dsf" // what to do with a file
	buttonAssign    = "dsg" // what to do about mentors
	buttonPerson    = "dsn" // person
	buttonAmend     = "dsd" // person, what
	buttonAmendStep = "dsx" // Seq that began it, what to do, with what
)

// button makes a button of ours.
var button = chat.NewButton

// arg returns the i-th argument, or "".
func (r *Request) arg(i int) string {
	if i < len(r.Args) {
		return r.Args[i]
	}
	return ""
}

// seq returns the i-th argument as a Seq, or 0.
func (r *Request) seq(i int) int64 {
	n, err := strconv.ParseInt(r.arg(i), 10, 64)
	if err != nil {
		return 0
	}
	return n
}
