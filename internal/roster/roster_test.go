package roster_test

import (
	"flag"
	"fmt"
	"os"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"donghanh/internal/journey"
	"donghanh/internal/knowledge"
	"donghanh/internal/roster"
	"donghanh/internal/sheet"
	"donghanh/internal/wording"
	"donghanh/internal/yamlfile"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var (
	today = journey.Date{Year: 2026, Month: 11, Day: 25}
	now   = today.At(9 * time.Hour)
)

// load reads the rules that come with the program, once.
var load = sync.OnceValues(func() (*journey.Rules, []yamlfile.Problem) {
	return journey.LoadRules(os.DirFS("../../content"))
})

func built(t testing.TB) *journey.Rules {
	t.Helper()
	rules, problems := load()
	if rules == nil {
		t.Fatalf("the rules in content/: %v", problems)
	}
	return rules
}

// table is a CSV without a file.
func table(t testing.TB, text string) roster.Table {
	t.Helper()
	tables, p := sheet.Read("x.csv", []byte(text))
	if p != nil {
		t.Fatalf("%q: %+v", text, *p)
	}
	return tables[0]
}

// known is what the store knows, as a map of codes.
func known(tracks ...journey.Track) map[journey.Code]journey.Track {
	out := map[journey.Code]journey.Track{}
	for _, t := range tracks {
		out[t.Person.Code] = t
	}
	return out
}

// plan reads CSV texts and plans.
func plan(t testing.TB, existing map[journey.Code]journey.Track, texts ...string) ([]roster.Change, []roster.Problem) {
	t.Helper()
	var tables []roster.Table
	for i, text := range texts {
		table := table(t, text)
		table.File = fmt.Sprintf("%d.csv", i+1)
		tables = append(tables, table)
	}
	lists, problems := roster.Read(tables, today)
	changes, more := lists.Plan(existing, built(t), nil, today, now)
	return changes, append(problems, more...)
}

// keep is what is known after the changes.
func keep(existing map[journey.Code]journey.Track, changes []roster.Change) map[journey.Code]journey.Track {
	for _, c := range changes {
		existing[c.Track.Person.Code] = c.Track
	}
	return existing
}

// words are the problems as the operator reads them.
func words(t testing.TB, problems []roster.Problem) string {
	t.Helper()
	rules := built(t)
	var out strings.Builder
	for _, p := range problems {
		mark := "LỖI  "
		if !p.Fatal() {
			mark = "nhắc  "
		}
		fmt.Fprintln(&out, mark+wording.RosterProblem(p, func(id journey.EventID) string {
			rule, _ := rules.Event(id)
			return rule.Title
		}))
	}
	return out.String()
}

const (
	goodPeople = `code,name,role,unit,mentor,birth
gv1,Trần Thị Hoa,mentor,K47/B5,,
gv1,Trần Thị Hoa,cell_secretary,K47/B5,,
sv1,Nguyễn An,student,K47/B5,gv1,3/2005
sv2,Lê Bình,student,K47/B5,gv1,2005-04
cb1,Phạm Chi,youth_officer,,,
`
	goodEvents = `code,event,date,detail
sv1,E_SYMPATHIZER_LISTED,03/02/2026,
sv1,E_MENTOR_ASSIGNED,2026-02-03,
sv2,E_SYMPATHIZER_LISTED,2026-03-03,
`
)

func TestAGoodListIsTakenWhole(t *testing.T) {
	changes, problems := plan(t, nil, goodPeople, goodEvents)
	if len(problems) > 0 {
		t.Fatalf("problems:\n%s", words(t, problems))
	}
	want := map[journey.Code]journey.Person{
		"gv1": {Code: "gv1", Name: "Trần Thị Hoa", Roles: []journey.Role{journey.Mentor, journey.CellSecretary}, Unit: "K47/B5"},
		"sv1": {Code: "sv1", Name: "Nguyễn An", Roles: []journey.Role{journey.Student}, Unit: "K47/B5", Mentor: "gv1", Birth: journey.Month{Year: 2005, Month: 3}},
		"sv2": {Code: "sv2", Name: "Lê Bình", Roles: []journey.Role{journey.Student}, Unit: "K47/B5", Mentor: "gv1", Birth: journey.Month{Year: 2005, Month: 4}},
		"cb1": {Code: "cb1", Name: "Phạm Chi", Roles: []journey.Role{journey.YouthOfficer}},
	}
	if len(changes) != len(want) {
		t.Fatalf("%d changes, want %d", len(changes), len(want))
	}
	for _, c := range changes {
		if got := c.Track.Person; !reflect.DeepEqual(got, want[got.Code]) || !c.New || c.Track.Since != today {
			t.Errorf("%+v (new %t, since %s), want %+v, new today", got, c.New, c.Track.Since, want[got.Code])
		}
	}
	first := changes[1].Track.Events
	if len(first) != 2 || first[0].ID != "E_SYMPATHIZER_LISTED" || first[0].By != "" || !first[0].At.Equal(now) {
		t.Errorf("events of sv1 %+v, want two, recorded now by nobody", first)
	}
}

func TestTheSameListAgainChangesNothing(t *testing.T) {
	changes, _ := plan(t, nil, goodPeople, goodEvents)
	again, problems := plan(t, keep(known(), changes), goodPeople, goodEvents)
	if len(again) > 0 || len(problems) > 0 {
		t.Errorf("changes %+v, problems\n%s", again, words(t, problems))
	}
}

func TestTheOrderOfRowsColumnsAndFilesIsFree(t *testing.T) {
	want, _ := plan(t, nil, goodPeople, goodEvents)
	got, problems := plan(t, nil, "ngày;ghi chú;Mốc;MÃ SỐ\n2026-02-03;;E_MENTOR_ASSIGNED;sv1\n3.3.2026;;e_sympathizer_listed;sv2\n3/2/2026;;Chi bộ đưa vào danh sách cảm tình Đảng;sv1\n",
		"Sinh\tngười giúp đỡ\tĐƠN VỊ\tvai tro\tHo va ten\tMSSV\n"+
			"15/3/2005\tgv1\tK47 / B5\tSinh viên\tNguyễn  An\tsv1\n"+
			"\t\tK47/B5\tBÍ THƯ CHI BỘ\tTrần Thị Hoa\tgv1\n"+
			"tháng 4 năm 2005\tgv1\tK47/B5\tsinh vien\tLê Bình\tsv2\n"+
			"\t\tK47/B5\tngười giúp đỡ\tTrần Thị Hoa\tgv1\n"+
			"\t\t\tcán bộ Đoàn\tPhạm Chi\tcb1\n")
	if len(problems) > 0 {
		t.Fatalf("problems:\n%s", words(t, problems))
	}
	a, b := keep(known(), want), keep(known(), got)
	if !reflect.DeepEqual(a, b) {
		t.Errorf("kept\n%+v\nwant\n%+v", b, a)
	}
}

func TestWhatChangedAndWhatIsLeftAlone(t *testing.T) {
	changes, _ := plan(t, nil, goodPeople, goodEvents)
	existing := keep(known(), changes)
	linked := existing["sv1"]
	linked.Account, linked.Rev = 77, 4
	existing["sv1"] = linked

	changes, problems := plan(t, existing,
		"code,name,role,unit\nsv1,Nguyễn An,student,K47/B6\ngv1,Trần Thị Hoa,mentor,K47/B5\n",
		"code,event,date\nsv1,E_SYMPATHIZER_LISTED,2026-02-03\nsv2,E_MENTOR_ASSIGNED,2026-03-03\n")
	if len(problems) > 0 {
		t.Fatalf("problems:\n%s", words(t, problems))
	}
	got := keep(known(), changes)
	if len(changes) != 3 {
		t.Fatalf("changed %v, want sv1, gv1 and sv2", got)
	}
	if moved := got["sv1"]; moved.Person.Unit != "K47/B6" || moved.Person.Mentor != "gv1" || moved.Person.Birth.Year != 2005 ||
		moved.Account != 77 || moved.Rev != 4 || len(moved.Events) != 2 {
		t.Errorf("sv1 is %+v, want another unit and all else as it was: columns not there say nothing", moved)
	}
	if roles := got["gv1"].Person.Roles; !reflect.DeepEqual(roles, []journey.Role{journey.Mentor}) {
		t.Errorf("gv1 is %v, want a mentor alone", roles)
	}
	if events := got["sv2"].Events; len(events) != 2 {
		t.Errorf("sv2 has %+v, want one more event", events)
	}
}

func TestAnEmptyMentorTakesTheMentorAway(t *testing.T) {
	changes, _ := plan(t, nil, goodPeople)
	changes, problems := plan(t, keep(known(), changes), "code,name,role,mentor,birth\nsv1,Nguyễn An,student,,\n")
	if len(problems) > 0 || len(changes) != 1 || changes[0].Track.Person.Mentor != "" || changes[0].Track.Person.Birth.Year != 2005 {
		t.Errorf("changes %+v, problems\n%s\nwant no mentor and the birth as known", changes, words(t, problems))
	}
}

func TestNothingIsTakenWhileOneRowIsWrong(t *testing.T) {
	changes, problems := plan(t, nil, goodPeople+"sv3,Ai đó,student,K47/B5,gv9,3/2005\n", goodEvents)
	if len(changes) > 0 || len(problems) != 1 || problems[0].Row != 7 {
		t.Errorf("%d changes, problems\n%s\nwant none and row 7 named", len(changes), words(t, problems))
	}
}

// Every row of the files is wrong in its own way and named once.
func TestEachBadRowIsNamed(t *testing.T) {
	existing := known(
		journey.Track{Person: journey.Person{Code: "gv-cu", Name: "Người cũ", Roles: []journey.Role{journey.Mentor}, Unit: "K47"}},
		journey.Track{Person: journey.Person{Code: "sv-cu", Name: "Sinh viên cũ", Roles: []journey.Role{journey.Student}, Unit: "K47/B5", Mentor: "gv-cu"}},
	)
	var tables []roster.Table
	for _, name := range []string{"bad-people.csv", "bad-events.csv"} {
		read, p, err := sheet.ReadFile("testdata/" + name)
		if err != nil || p != nil {
			t.Fatal(err, p)
		}
		tables = append(tables, read...)
	}
	lists, problems := roster.Read(tables, today)
	changes, more := lists.Plan(existing, built(t), nil, today, now)
	if len(changes) > 0 {
		t.Errorf("%d changes", len(changes))
	}
	problems = append(problems, more...)
	lists.InOrder(problems)
	golden(t, "testdata/bad.golden", words(t, problems))
}

// golden compares findings with a file, or rewrites it.
func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || got != string(want) {
		t.Errorf("findings (%v)\n%s\nwant\n%s", err, got, want)
	}
}

// What a person's first wrong row entails is not said of each later row.
func TestWhatIsOutOfOrderIsSaidOnce(t *testing.T) {
	people := "code,name,role\n"
	for i := range 9 {
		people += fmt.Sprintf("sv%d,Nguyễn An,student\n", i+1)
	}
	_, problems := plan(t, nil, people, `code,event,date,detail
sv1,E_DECISION_ISSUED,10/02/2026,
sv1,E_CEREMONY_HELD,03/02/2026,
sv1,E_MEMBER_FILE_DONE,20/02/2026,
sv2,E_CEREMONY_HELD,03/02/2026,
sv2,E_CELL_RESOLVED_OFFICIAL,10/03/2026,
sv2,E_OFFICIAL_DECISION,20/03/2026,
sv2,E_OFFICIAL_ANNOUNCED,25/03/2026,
sv3,E_SOURCE_LISTED,03/02/2026,
sv3,E_CEREMONY_HELD,10/02/2026,
sv3,E_MEMBER_FILE_DONE,20/02/2026,
sv4,E_SOURCE_LISTED,31/02/2026,
sv4,E_DOSSIER_COMPLETE,03/03/2026,
sv4,E_CHECK_SENT,04/03/2026,
sv5,E_OFFICIAL_ANNOUNCED,03/02/2026,
sv6,E_SOURCE_LISTED,03/02/2026,
sv6,E_DOSSIER_OPENED,04/02/2026,
sv7,E_CEREMONY_HELD,03/02/2026,
sv7,E_CELL_RESOLVED_OFFICIAL,10/02/2026,
sv7,E_CARD_GIVEN,12/02/2026,
sv8,E_CELL_RESOLVED_ADMIT,03/03/2026,
sv8,E_DECISION_ISSUED,02/03/2026,
sv9,E_CELL_RESOLVED_ADMIT,03/03/2026,
sv9,E_DOSSIER_SENT_UP,02/03/2026,
`)
	golden(t, "testdata/order.golden", words(t, problems))
}

func TestSeveralRolesInOneCell(t *testing.T) {
	for _, cell := range []string{
		`"Cán bộ Đoàn, bí thư chi bộ"`, "bí thư chi bộ; cán bộ Đoàn", "cell_secretary+youth_officer", "Bí thư / cán bộ Đoàn/", "bí thư chi bộ & cán bộ đoàn & chi ủy",
	} {
		changes, problems := plan(t, nil, "code,name,role\ncb1,Phạm Chi,"+cell+"\n")
		want := []journey.Role{journey.CellSecretary, journey.YouthOfficer}
		if len(problems) > 0 || len(changes) != 1 || !reflect.DeepEqual(changes[0].Track.Person.Roles, want) {
			t.Errorf("%s: %+v\n%s\nwant %v", cell, changes, words(t, problems), want)
		}
	}
	for _, cell := range []string{"+", "mentor+vua", "/"} {
		if _, problems := plan(t, nil, "code,name,role\ncb1,Phạm Chi,"+cell+"\n"); len(problems) != 1 || problems[0].Why != roster.BadRole {
			t.Errorf("%s: %s", cell, words(t, problems))
		}
	}
}

func TestAnEventMayBeCalledByItsTitle(t *testing.T) {
	for _, rule := range built(t).Events {
		if rule.Automatic {
			continue
		}
		for _, name := range []string{string(rule.ID), rule.Title, strings.ToUpper(knowledge.Fold(rule.Title))} {
			_, problems := plan(t, nil, goodPeople, "code;event;date\nsv1;"+name+";2026-02-03\n")
			for _, p := range problems {
				if p.Why == roster.UnknownEvent || p.Why == roster.Refused && p.Value != string(rule.ID) {
					t.Errorf("%q: %s, want %s", name, words(t, problems), rule.ID)
				}
			}
		}
	}
}

func TestSheetsOfAWorkbook(t *testing.T) {
	people := []roster.Row{{Number: 1, Cells: []string{"Mã", "Họ tên", "Vai trò"}}, {Number: 2, Cells: []string{"sv1", "An", "sinh viên"}}}
	other := []roster.Row{{Number: 1, Cells: []string{"Họ tên", "Vai trò"}}}
	tests := map[string]struct {
		tables []roster.Table
		people int
		want   string
	}{
		"a list under any name": {[]roster.Table{{File: "x", Sheet: "Sheet1", Rows: people}}, 1, ""},
		"one that is neither":   {[]roster.Table{{File: "x", Sheet: "Sheet1", Rows: people}, {File: "x", Sheet: "Danh bạ", Rows: other}}, 1, "nhắc  x: bỏ qua trang «Danh bạ»: dòng tiêu đề không phải danh sách người (mã, họ tên, vai trò) hay mốc (mã, mốc, ngày)\n"},
		"a name that promises":  {[]roster.Table{{File: "x", Sheet: "Người", Rows: other}}, 0, "LỖI  x, trang Người, dòng 1, cột mã: thiếu cột mã (code)\n"},
	}
	for name, tt := range tests {
		lists, problems := roster.Read(tt.tables, today)
		if n, _ := lists.Rows(); n != tt.people || words(t, problems) != tt.want {
			t.Errorf("%s: %d people and\n%s\nwant %d and\n%s", name, n, words(t, problems), tt.people, tt.want)
		}
	}
}

// Who was on the way before the lists were kept comes in with the event that
// began the stage; from then on the order counts.
func TestSomebodyOnTheWayComesInWithTheStage(t *testing.T) {
	tests := map[string]struct {
		events string
		why    string // empty: taken
	}{
		"a ceremony alone":                  {"sv1,E_CEREMONY_HELD,03/02/2026", ""},
		"and what follows":                  {"sv1,E_CEREMONY_HELD,03/02/2025\nsv1,E_CELL_RESOLVED_OFFICIAL,10/02/2026", ""},
		"a resolution before twelve months": {"sv1,E_CEREMONY_HELD,03/02/2026\nsv1,E_CELL_RESOLVED_OFFICIAL,10/03/2026", "E_CELL_RESOLVED_OFFICIAL"},
		"a decision after its ceremony":     {"sv1,E_DECISION_ISSUED,10/02/2026\nsv1,E_CEREMONY_HELD,03/02/2026", "E_DECISION_ISSUED"},
		"a decision and its ceremony":       {"sv1,E_CEREMONY_HELD,10/02/2026\nsv1,E_DECISION_ISSUED,03/02/2026", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, problems := plan(t, nil, goodPeople, "code,event,date\n"+tt.events+"\n")
			if got := words(t, problems); tt.why == "" && got != "" || !strings.Contains(got, tt.why) {
				t.Errorf("%s found\n%s\nwant %q refused", tt.events, got, tt.why)
			}
		})
	}
}

func TestTablesThatAreNone(t *testing.T) {
	tests := map[string]struct{ text, want string }{
		"another list":            {"tên món,giá\nphở,40000\n", "dòng tiêu đề không phải danh sách người"},
		"only a header":           {"code,name,role\n", "trống"},
		"a header and blank rows": {"code,name,role\n,,\n \u00a0,,\n", "trống"},
		"no role":                 {"code,name\nsv1,An\n", "thiếu cột vai trò (role)"},
		"no date":                 {"mã,mốc\nsv1,E_X\n", "thiếu cột ngày (date)"},
		"a column twice":          {"mã,mssv,tên,vai trò\nsv1,sv1,An,sv\n", "cột mã có hai lần"},
		"a column mistyped":       {"code,name,role,metnor\nsv1,An,student,gv1\n", "có phải ý là người giúp đỡ?"},
		"cells beyond the header": {"code,name,role\nsv1,An,student,K47\n", "nằm ngoài các cột có tiêu đề"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			changes, problems := plan(t, nil, tt.text)
			if got := words(t, problems); len(changes) > 0 || !strings.Contains(got, tt.want) || !strings.Contains(got, "LỖI") {
				t.Errorf("%d changes, found\n%s\nwant %s", len(changes), got, tt.want)
			}
		})
	}
}

func TestNotesDoNotHinder(t *testing.T) {
	table := table(t, "code,name,role,unit,số điện thoại\nsv1,An,student,,0912345678\n")
	table.Hidden = 3
	lists, problems := roster.Read([]roster.Table{table}, today)
	changes, more := lists.Plan(nil, built(t), nil, today, now)
	got := words(t, append(problems, more...))
	for _, want := range []string{`cột "số điện thoại" không dùng đến, bỏ qua`, "3 dòng đang ẩn", "1 người vai trò sinh viên chưa có đơn vị"} {
		if !strings.Contains(got, want) {
			t.Errorf("found\n%s\nwant %s", got, want)
		}
	}
	if len(changes) != 1 || strings.Contains(got, "LỖI") || strings.Contains(got, "0912345678") {
		t.Errorf("%d changes and\n%s\nwant the person taken and no number shown", len(changes), got)
	}
}

func TestMergedCellsAreRefused(t *testing.T) {
	table := table(t, goodPeople)
	table.Merged = []string{"E4:E5"}
	if _, problems := roster.Read([]roster.Table{table}, today); len(problems) != 1 || !strings.Contains(words(t, problems), "có ô gộp (E4:E5)") {
		t.Errorf("found\n%s\nwant the merged cells", words(t, problems))
	}
}

func TestWhatLooksLikeAPrivateNumber(t *testing.T) {
	tests := map[string]bool{
		"0912345678": true, "0912 345 678": true, "+84 912.345.678": true, "84912345678": true,
		"001205012345": true, "CMND 123456789": true, "123 456 789": true, "024.3825.1234": true,
		"123-NQ/CB": false, "22/12/2026": false, "22.12.2026": false, "2026-12-22 2026-12-23": false,
		"12345678": false, "K47/B5/T2": false, "quyết định 1234 ngày 22-12-2026": false,
	}
	for detail, want := range tests {
		_, problems := plan(t, nil, goodPeople, "code,event,date,detail\nsv1,E_SYMPATHIZER_LISTED,2026-02-03,"+detail+"\n")
		found := false
		for _, p := range problems {
			found = found || p.Why == roster.LooksPrivate
		}
		if found != want {
			t.Errorf("%q looks private: %t, want %t", detail, found, want)
		}
	}
}

func TestNamesOfSheets(t *testing.T) {
	for name, want := range map[string]roster.Kind{
		"people": roster.People, "People": roster.People, "Người": roster.People, "NGUOI": roster.People, "Ngu\u031bo\u031b\u0300i": roster.People,
		"events": roster.Events, "Mốc": roster.Events, " moc ": roster.Events, "MỐC": roster.Events,
		"Sheet1": roster.Unknown, "": roster.Unknown, "Người lạ": roster.Unknown,
	} {
		if got := roster.KindOf(name); got != want {
			t.Errorf("sheet %q is %d, want %d", name, got, want)
		}
	}
}

// Whatever a file holds, reading it ends with changes or with a fatal problem,
// and what was taken once is no change the next time.
func FuzzPlan(f *testing.F) {
	f.Add(goodPeople, goodEvents)
	for _, name := range []string{"bad-people.csv", "bad-events.csv"} {
		b, err := os.ReadFile("testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(b), goodEvents)
		f.Add(goodPeople, string(b))
	}
	rules := built(f)
	f.Fuzz(func(t *testing.T, people, events string) {
		var tables []roster.Table
		for _, text := range []string{people, events} {
			read, p := sheet.Read("x.csv", []byte(text))
			if p != nil {
				return
			}
			tables = append(tables, read...)
		}
		lists, problems := roster.Read(tables, today)
		for _, p := range problems {
			if p.Fatal() {
				return
			}
		}
		changes, more := lists.Plan(nil, rules, nil, today, now)
		for _, p := range more {
			if p.Fatal() && len(changes) > 0 {
				t.Fatalf("changes in spite of %+v", p)
			}
			if p.Fatal() {
				return
			}
		}
		if again, _ := lists.Plan(keep(known(), changes), rules, nil, today, now); len(again) > 0 {
			t.Fatalf("the second time %+v changes to %+v", again[0].Was, again[0].Track.Person)
		}
	})
}

func BenchmarkPlan20000Rows(b *testing.B) {
	var people, events strings.Builder
	people.WriteString("code,name,role,unit,mentor,birth\ngv1,Trần Thị Hoa,mentor,K47,,\n")
	events.WriteString("code,event,date\n")
	for i := range 10_000 {
		fmt.Fprintf(&people, "sv%d,Nguyễn Văn An,student,K47/B%d,gv1,3/2005\n", i, i%40)
		fmt.Fprintf(&events, "sv%d,E_SYMPATHIZER_LISTED,2026-02-03\n", i)
	}
	rules, tables := built(b), []roster.Table{table(b, people.String()), table(b, events.String())}
	for b.Loop() {
		lists, _ := roster.Read(tables, today)
		if changes, _ := lists.Plan(nil, rules, nil, today, now); len(changes) != 10_001 {
			b.Fatalf("%d changes", len(changes))
		}
	}
}
