package handlers

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"donghanh/content"
	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/roster"
	realsheet "donghanh/internal/sheet"
	"donghanh/internal/storetest"
)

// People of the conversations, by the name they have there. Those of the sample
// are linked, but for Huy, who has a start code.
var people = map[string]chat.Address{
	"sinh viên": 11, "quản trị": 99,
	"Lan": 21, "Huy": 22, "Mai": 23, "Minh": 31, "Tâm": 32, "Hạnh": 41, "Dũng": 42, "Nga": 43, "Vân": 51,
}

const (
	lan  = chat.Address(21)
	huy  = chat.Address(22)
	minh = chat.Address(31)
	tam  = chat.Address(32)
	hanh = chat.Address(41)
	dung = chat.Address(42)
	nga  = chat.Address(43)
)

// huysCode is a start code nobody used yet.
const huysCode = "HuyMaLienKet7"

var builtRules = sync.OnceValue(func() *journey.Rules {
	r, problems := journey.LoadRules(content.Built)
	if r == nil {
		panic(problems)
	}
	return r
})

// quietHours are those of the settings' default.
var quietHours = journey.Hours{QuietFrom: 21 * time.Hour, QuietTo: 6*time.Hour + 30*time.Minute}

// day reads 2026-12-22.
func aDay(s string) journey.Date {
	d, err := journey.ParseDate(s)
	if err != nil {
		panic(s)
	}
	return d
}

// happened are events, "E_SYMPATHIZER_LISTED 2024-01-05", with a detail after
// that where they have one.
func happened(lines ...string) (events []journey.Event) {
	for _, line := range lines {
		f := strings.Fields(line)
		e := journey.Event{ID: journey.EventID(f[0]), On: aDay(f[1])}
		if len(f) > 2 {
			e.Detail = f[2]
		}
		events = append(events, e)
	}
	return events
}

// toDossier are the events of one who has all papers together.
var toDossier = []string{
	"E_SYMPATHIZER_LISTED 2025-01-10", "E_MENTOR_ASSIGNED 2025-01-10", "E_CLASS_CERT_ISSUED 2025-05-20", "E_DOSSIER_OPENED 2026-03-02",
	"E_DOSSIER_COMPLETE 2026-04-10", "E_CHECK_SENT 2026-04-15 que-quan", "E_CHECK_RECEIVED 2026-04-20 que-quan", "E_CHECK_CONCLUDED 2026-06-01",
	"E_OPINIONS_DONE 2026-06-10", "E_DUTY_DONE 2026-10-09 rc-mentor-remark",
}

func with(lines []string, more ...string) []string { return append(slices.Clone(lines), more...) }

// academy is a small class with its mentors and those who lead it, and one
// officer of another class.
func academy() []journey.Track {
	student := func(code journey.Code, name string, mentor journey.Code, events ...string) journey.Track {
		return journey.Track{
			Person: journey.Person{Code: code, Name: name, Roles: []journey.Role{journey.Student}, Unit: "K47/B5", Mentor: mentor, Birth: journey.Month{Year: 2005, Month: 3}},
			Since:  aDay("2024-12-01"), Events: happened(events...),
		}
	}
	staff := func(code journey.Code, name string, unit journey.Unit, roles ...journey.Role) journey.Track {
		return journey.Track{Person: journey.Person{Code: code, Name: name, Roles: roles, Unit: unit}, Since: aDay("2026-11-01")}
	}
	return []journey.Track{
		student("sv-lan", "Nguyễn Thị Lan", "gv-minh", with(toDossier, "E_CELL_RESOLVED_ADMIT 2026-09-08", "E_DECISION_ISSUED 2026-11-05")...),
		student("sv-huy", "Đỗ Quang Huy", "gv-minh", with(toDossier, "E_CELL_RESOLVED_ADMIT 2026-11-20")...),
		student("sv-mai", "Lê Mai", "gv-minh",
			"E_SYMPATHIZER_LISTED 2024-01-10", "E_MENTOR_ASSIGNED 2024-01-10", "E_CLASS_CERT_ISSUED 2024-05-20", "E_DOSSIER_OPENED 2025-03-03",
			"E_DOSSIER_COMPLETE 2025-04-10", "E_CHECK_SENT 2025-04-15 que-quan", "E_CHECK_RECEIVED 2025-04-20 que-quan", "E_CHECK_CONCLUDED 2025-06-02",
			"E_OPINIONS_DONE 2025-06-10", "E_CELL_RESOLVED_ADMIT 2025-09-08", "E_DECISION_ISSUED 2025-11-20", "E_CEREMONY_HELD 2025-12-22",
			"E_MEMBER_FILE_DONE 2026-01-20", "E_DUTY_DONE 2026-01-05 rc-dues/2025-12", "E_DUTY_DONE 2026-01-06 rc-dues/2026-01", "E_DUTY_DONE 2026-02-03 rc-dues/2026-02", "E_DUTY_DONE 2026-03-04 rc-dues/2026-03",
			"E_DUTY_DONE 2026-04-03 rc-dues/2026-04", "E_DUTY_DONE 2026-05-05 rc-dues/2026-05", "E_DUTY_DONE 2026-06-03 rc-dues/2026-06", "E_DUTY_DONE 2026-07-03 rc-dues/2026-07",
			"E_DUTY_DONE 2026-08-04 rc-dues/2026-08", "E_DUTY_DONE 2026-09-03 rc-dues/2026-09", "E_DUTY_DONE 2026-10-05 rc-dues/2026-10", "E_DUTY_DONE 2026-09-10 rc-mentor-remark"),
		student("sv-an", "Vũ Hoài An", "gv-tam", "E_SYMPATHIZER_LISTED 2026-09-04", "E_MENTOR_ASSIGNED 2026-09-04"),
		student("sv-binh", "Phan Bình", "gv-tam", "E_SYMPATHIZER_LISTED 2025-09-04", "E_MENTOR_ASSIGNED 2025-09-04", "E_CLASS_CERT_ISSUED 2026-05-20", "E_DOSSIER_OPENED 2026-10-05", "E_DUTY_DONE 2026-10-09 rc-mentor-remark"),
		student("sv-dao", "Trần Anh Đào", "", "E_SOURCE_LISTED 2026-10-01"),
		staff("gv-minh", "Trần Văn Minh", "K47/B5", journey.Mentor),
		staff("gv-tam", "Hồ Thanh Tâm", "K47/B5", journey.Mentor),
		staff("cb-hanh", "Phạm Thu Hạnh", "K47/B5", journey.CellSecretary, journey.YouthOfficer),
		staff("cb-dung", "Bùi Tiến Dũng", "K47/B6", journey.YouthOfficer),
		staff("cb-nga", "Đặng Thúy Nga", "K47", journey.YouthOfficer),
		staff("du-van", "Ngô Thanh Vân", "K47", journey.BaseCommittee),
	}
}

// deadline finds an open deadline of a track by its rule.
func deadline(t journey.Track, rule string) journey.Deadline {
	for _, d := range builtRules().Deadlines(t, journey.DateOf(evening)) {
		if d.Rule.ID == rule {
			return d
		}
	}
	panic("no " + rule + " on the way of " + string(t.Person.Code))
}

// linkedAs says at which address people of the sample are linked.
var linkedAs = map[journey.Code]string{
	"sv-lan": "Lan", "sv-mai": "Mai", "gv-minh": "Minh", "gv-tam": "Tâm", "cb-hanh": "Hạnh", "cb-dung": "Dũng", "cb-nga": "Nga", "du-van": "Vân",
}

// settle puts the sample into a store. Of Lan's ceremony Minh and Hạnh were told
// this morning, each in a digest of two lines.
func settle(store *storetest.Memory) {
	ctx := context.Background()
	must := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	today := journey.DateOf(evening)
	for _, t := range academy() {
		if t.Person.Code == "sv-lan" {
			d := deadline(t, "dl-ceremony")
			t = t.WithTold([]journey.Line{{Deadline: d, To: journey.Mentor, Step: today}, {Deadline: d, To: journey.CellSecretary, Step: today}}, today)
		}
		conflicts, err := store.SaveTracks(ctx, journey.Save{Track: t, Next: next(builtRules(), t, today)})
		must(err)
		if len(conflicts) > 0 {
			panic(conflicts)
		}
		if name, ok := linkedAs[t.Person.Code]; ok {
			link(store, t.Person.Code, people[name])
		}
	}
	lines := func(to journey.Role) []journey.LineRef {
		return []journey.LineRef{{Of: "sv-lan", Key: "dl-ceremony/2026-11-05", To: to, Step: today}, {Of: "sv-mai", Key: "dl-probation-end/2025-12-22", To: to, Step: today}}
	}
	must(store.Offer(ctx, today, map[journey.Code][]journey.LineRef{"gv-minh": lines(journey.Mentor), "cb-hanh": lines(journey.CellSecretary)}))
	for _, code := range []journey.Code{"gv-minh", "cb-hanh"} {
		_, err := store.TakeDigests(ctx, today, code)
		must(err)
		must(store.DigestsPut(ctx, journey.Digest{For: code, Day: today}))
	}
	must(store.KeepStartCode(ctx, huysCode, "sv-huy", evening.AddDate(0, 0, 7)))
}

// link links a person to an address.
func link(store *storetest.Memory, code journey.Code, at chat.Address) {
	ctx := context.Background()
	once := "once-" + string(code)
	if err := store.KeepStartCode(ctx, once, code, evening.AddDate(1, 0, 0)); err != nil {
		panic(err)
	}
	if _, err := store.Link(ctx, once, at, evening); err != nil {
		panic(err)
	}
}

// parts is the bot as the tests meet it, on a store.
func testParts(store interface {
	Talks
	People
	Desk
	Outbox
	Notices
	Audit
}) Parts {
	return Parts{
		Talks: store, People: store, Desk: store, Outbox: store, Notices: store, Audit: store, Book: built, Rules: builtRules,
		Hours: quietHours, FeedURL: "https://bot.example/lich/", Secret: func() string { return "BIMAT26CHUCAI" },
		Admins: []chat.Address{people["quản trị"]}, ApprovalAbove: 5, Rate: 30,
		Fetch: fetched, ReadSheet: readSheet, Workbook: workbook, MentorLimit: 5, Username: func() string { return "donghanh_bot" },
	}
}

// workbook writes sheets as text.
func workbook(sheets ...roster.Sheet) ([]byte, error) {
	var b strings.Builder
	for _, s := range sheets {
		b.WriteString("# " + s.Name + "\n")
		for _, row := range s.Rows {
			b.WriteString(strings.Join(row, " | ") + "\n")
		}
	}
	return []byte(b.String()), nil
}

// fetched is a file of the tests: a list is its own id.
func fetched(_ context.Context, id string, limit int64) ([]byte, error) {
	switch list, ok := strings.CutPrefix(id, "list:"); {
	case !ok:
		return nil, &chat.Refused{Reason: "nobody was asked for " + id}
	case int64(len(list)) > limit:
		return nil, chat.ErrTooLarge
	default:
		return []byte(list), nil
	}
}

func readSheet(file string, data []byte) ([]roster.Table, *roster.Problem) {
	return realsheet.Read(file, data)
}
