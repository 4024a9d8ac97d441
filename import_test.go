package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"donghanh/internal/audit"
	"donghanh/internal/journey"
	"donghanh/internal/roster"
	"donghanh/internal/sheet"
	"donghanh/internal/store"
	"donghanh/internal/storetest"
	"donghanh/internal/telegramtest"
)

// cli runs one command with an environment and returns what it printed.
func cli(ctx context.Context, environ []string, args ...string) (stdout, stderr string, err error) {
	var out, log bytes.Buffer
	err = run(ctx, args, env{environ: environ, in: strings.NewReader(""), out: &out, err: &log})
	return out.String(), log.String(), err
}

// written writes a file of a test and returns its path.
func written(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// academy is a Redis of a test, and how commands reach it.
type academy struct {
	*store.Store
	environ []string
}

func newAcademy(t testing.TB, more ...string) academy {
	t.Helper()
	url := storetest.RedisURL(t)
	db, err := store.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return academy{db, append([]string{"REDIS_URL=" + url}, more...)}
}

// must runs a command that works.
func (a academy) must(t testing.TB, args ...string) (stdout, stderr string) {
	t.Helper()
	stdout, stderr, err := cli(t.Context(), a.environ, args...)
	if err != nil {
		t.Fatalf("%q: %v\n%s", args, err, stderr)
	}
	return stdout, stderr
}

// codes are those of all people stored, sorted.
func (a academy) codes(t testing.TB) (all []journey.Code) {
	t.Helper()
	err := a.Codes(t.Context(), func(codes []journey.Code) error {
		all = append(all, codes...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	return all
}

const (
	somePeople = "mã,họ tên,vai trò,đơn vị,người giúp đỡ,sinh\n" +
		"gv1,Trần Thị Hoa,người giúp đỡ,K47/B5,,\n" +
		"gv1,Trần Thị Hoa,bí thư chi bộ,K47/B5,,\n" +
		"sv1,Nguyễn An,sinh viên,K47/B5,gv1,3/2005\n" +
		"sv2,Lê Bình,sinh viên,K47/B5,gv1,4/2005\n"
	someEvents = "code,event,date\nsv1,E_SYMPATHIZER_LISTED,03/02/2026\n"
)

func TestImportKeepsWhatIsNewAndTheSecondTimeNothing(t *testing.T) {
	a := newAcademy(t)
	files := []string{written(t, "người.csv", somePeople), written(t, "mốc.csv", someEvents)}
	out, _ := a.must(t, append([]string{"import", "--dry-run"}, files...)...)
	for _, want := range []string{
		"thêm  gv1  Trần Thị Hoa: người giúp đỡ, bí thư chi bộ; đơn vị K47/B5",
		"thêm  sv1  Nguyễn An: sinh viên; đơn vị K47/B5; người giúp đỡ gv1; mốc Chi bộ đưa vào danh sách cảm tình Đảng 03/02/2026",
		"Đã đọc 4 dòng người, 1 dòng mốc. Sẽ ghi (đây là chạy thử, chưa ghi gì): thêm 3 người, đổi 0 người, thêm 1 mốc.",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("a dry run prints\n%s\nwant %s", out, want)
		}
	}
	if got := a.codes(t); len(got) > 0 {
		t.Fatalf("a dry run kept %v", got)
	}

	if out, _ := a.must(t, append([]string{"import"}, files...)...); !strings.Contains(out, "Đã ghi: thêm 3 người, đổi 0 người, thêm 1 mốc.") {
		t.Errorf("import prints %s", out)
	}
	if got, want := a.codes(t), []journey.Code{"gv1", "sv1", "sv2"}; !slices.Equal(got, want) {
		t.Errorf("kept %v, want %v", got, want)
	}
	track, err := a.Track(t.Context(), "sv1")
	if err != nil || track.Person.Mentor != "gv1" || len(track.Events) != 1 || track.Rev != 1 {
		t.Errorf("sv1 is %+v, %v", track, err)
	}

	if out, _ := a.must(t, append([]string{"import"}, files...)...); !strings.Contains(out, "Không có gì mới.") {
		t.Errorf("the second time prints %s", out)
	}
	if again, err := a.Track(t.Context(), "sv1"); err != nil || again.Rev != track.Rev {
		t.Errorf("the second time sv1 has revision %d, %v, want %d as before", again.Rev, err, track.Rev)
	}

	moved := written(t, "người.csv", strings.Replace(somePeople, "sv2,Lê Bình,sinh viên,K47/B5", "sv2,Lê Bình,sinh viên,K47/B6", 1))
	if out, _ := a.must(t, "import", moved, "--dry-run"); !strings.Contains(out, "đổi  sv2  Lê Bình: đơn vị K47/B5 → K47/B6\n") {
		t.Errorf("a change prints %s", out)
	}
}

func TestImportIsAllOrNothing(t *testing.T) {
	a := newAcademy(t)
	good := written(t, "người.csv", somePeople)
	bad := written(t, "mốc.csv", someEvents+"sv9,E_SYMPATHIZER_LISTED,03/02/2026\nsv1,E_CLASS_NOMINATED,31/02/2026\n")
	out, log, err := cli(t.Context(), a.environ, "import", good, bad)
	if !errors.Is(err, errFound) || out != "" {
		t.Errorf("import = %v, printed %q, want findings", err, out)
	}
	want := `LỖI  mốc.csv, dòng 3, cột mã: không có ai mã "sv9" trong tệp hay trong danh sách đã có
LỖI  mốc.csv, dòng 4, cột ngày: "31/02/2026" không phải ngày có thật; viết 22/12/2026 hoặc 2026-12-22
2 lỗi. Chưa ghi gì; sửa các dòng trên rồi nhập lại cả tệp.
`
	if log != want {
		t.Errorf("findings\n%s\nwant\n%s", log, want)
	}
	if got := a.codes(t); len(got) > 0 {
		t.Errorf("kept %v", got)
	}
}

func TestImportLaysTheListBesideWhatTheBotChangedMeanwhile(t *testing.T) {
	a := newAcademy(t)
	people := written(t, "người.csv", somePeople)
	a.must(t, "import", people)
	_, rules, err := settingsAndRules(env{environ: a.environ})
	if err != nil {
		t.Fatal(err)
	}
	tables, _, err := readTables([]string{written(t, "người.csv", strings.ReplaceAll(somePeople, "K47/B5", "K47/B6")), written(t, "mốc.csv", someEvents)})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	today := journey.DateOf(now)
	lists, _ := roster.Read(tables, today)
	i := &importing{db: a.Store, rules: rules, lists: lists, now: now, today: today, e: env{out: io.Discard, err: io.Discard}, run: "import/test"}
	changes, _, err := i.plan(t.Context())
	if err != nil || len(changes) != 3 {
		t.Fatalf("%d changes, %v, want 3", len(changes), err)
	}

	meanwhile, err := a.Track(t.Context(), "sv1")
	if err != nil {
		t.Fatal(err)
	}
	meanwhile = meanwhile.With(journey.Event{ID: "E_CLASS_NOMINATED", On: journey.Date{Year: 2026, Month: 1, Day: 5}, By: "gv1"})
	if conflicts, err := a.SaveTracks(t.Context(), journey.Save{Track: meanwhile}); err != nil || len(conflicts) > 0 {
		t.Fatal(conflicts, err)
	}

	if saved, err := i.save(t.Context(), changes); err != nil || len(saved) != 3 {
		t.Errorf("saved %d, %v, want 3", len(saved), err)
	}
	track, err := a.Track(t.Context(), "sv1")
	if err != nil || len(track.Events) != 2 || track.Person.Unit != "K47/B6" {
		t.Errorf("sv1 is %+v, %v, want the event of the bot and that of the list, and the new unit", track, err)
	}
}

func TestAMentorWithStudentsInNoListStaysOne(t *testing.T) {
	a := newAcademy(t)
	a.must(t, "import", written(t, "người.csv", somePeople))
	_, log, err := cli(t.Context(), a.environ, "import", written(t, "người.csv", "mã,họ tên,vai trò\ngv1,Trần Thị Hoa,bí thư chi bộ\n"))
	if want := "gv1 thôi vai trò người giúp đỡ nhưng sinh viên sv"; !errors.Is(err, errFound) || !strings.Contains(log, want) {
		t.Errorf("import = %v\n%s\nwant %s", err, log, want)
	}
}

func TestImportNamesAFileItCannotRead(t *testing.T) {
	a := newAcademy(t)
	tests := map[string]struct{ file, want string }{
		"an old Excel": {written(t, "cũ.xls", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"+strings.Repeat("\x00", 512)), "cũ.xls: tệp Excel kiểu cũ (.xls)"},
		"no UTF-8":     {written(t, "x.csv", "m\xE3,t\xEAn\n"), "x.csv, dòng 1: có chữ không phải UTF-8"},
		"nothing":      {written(t, "trống.csv", ""), "trống.csv: trống"},
		"a PDF":        {written(t, "a.csv", "%PDF-1.4\nx,y\n"), "a.csv: đây là tệp PDF, không phải bảng tính; lưu danh sách thành .xlsx hoặc CSV UTF-8"},
	}
	for name, tt := range tests {
		if _, log, err := cli(t.Context(), a.environ, "import", tt.file); !errors.Is(err, errFound) || !strings.Contains(log, tt.want) {
			t.Errorf("%s: %v\n%s\nwant %s", name, err, log, tt.want)
		}
	}
	if _, _, err := cli(t.Context(), a.environ, "import", "không-có.csv"); err == nil || err.Error() != "không-có.csv: không có tệp này; xem lại tên và thư mục" {
		t.Errorf("a file that is not there: %v", err)
	}
}

func TestImportOfAWorkbook(t *testing.T) {
	a := newAcademy(t)
	f := excelize.NewFile()
	sheets := map[string][][]any{
		"Người": {{"DANH SÁCH"}, {"STT", "Mã", "Họ tên", "Vai trò", "Ngày sinh"}, {1, 2151120001, "Nguyễn An", "sinh viên", time.Date(2005, 3, 15, 0, 0, 0, 0, time.UTC)}},
		"Mốc":   {{"Mã", "Mốc", "Ngày"}, {2151120001, "E_SYMPATHIZER_LISTED", time.Date(2026, 2, 3, 0, 0, 0, 0, time.UTC)}},
	}
	for name, rows := range sheets {
		if _, err := f.NewSheet(name); err != nil {
			t.Fatal(err)
		}
		for i, row := range rows {
			if err := f.SetSheetRow(name, fmt.Sprintf("A%d", i+1), &row); err != nil {
				t.Fatal(err)
			}
		}
	}
	path := filepath.Join(t.TempDir(), "lớp.xlsx")
	if err := f.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	a.must(t, "import", path)
	track, err := a.Track(t.Context(), "2151120001")
	if err != nil || track.Person.Birth != (journey.Month{Year: 2005, Month: 3}) || len(track.Events) != 1 || track.Events[0].On != (journey.Date{Year: 2026, Month: 2, Day: 3}) {
		t.Errorf("kept %+v, %v", track, err)
	}
}

// links reads a file of start codes.
func links(t *testing.T, path string) (rows [][]string) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != 0o600 {
		t.Errorf("others may read the codes: %o", got)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	mark := make([]byte, 3) // without it Excel garbles the names
	if _, err := io.ReadFull(f, mark); err != nil || string(mark) != "\uFEFF" {
		t.Fatalf("the file begins with %q, %v, want a byte order mark", mark, err)
	}
	if rows, err = csv.NewReader(f).ReadAll(); err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestLinksAreForThoseNotLinkedYet(t *testing.T) {
	_, url := pretend(t, 0, telegramtest.Limits{})
	a := newAcademy(t, "TELEGRAM_API="+url, "TELEGRAM_TOKEN="+token)
	people, file := written(t, "người.csv", somePeople), filepath.Join(t.TempDir(), "links.csv")
	if out, _ := a.must(t, "import", "--links", file, people); !strings.Contains(out, "3 mã bắt đầu ở "+file) ||
		!strings.Contains(out, "Mã nào đã phát trước đây cho 3 người này thì từ nay không dùng được nữa.") {
		t.Errorf("printed %s", out)
	}
	rows := links(t, file)
	if len(rows) != 4 || strings.Join(rows[0], ",") != "code,name,role,start_code,link" {
		t.Fatalf("the file holds %q", rows)
	}
	for _, row := range rows[1:] {
		code, err := a.StartCode(t.Context(), row[3], time.Now())
		if err != nil || string(code) != row[0] {
			t.Errorf("the start code of %s is that of %q, %v", row[0], code, err)
		}
		if want := "https://t.me/donghanh_bot?start=" + row[3]; row[4] != want || len(row[3]) < 16 {
			t.Errorf("link %q, want %q", row[4], want)
		}
		if _, err := a.StartCode(t.Context(), row[3], time.Now().Add(31*24*time.Hour)); !errors.Is(err, store.ErrBadCode) {
			t.Errorf("the start code of %s after a month: %v, want ErrBadCode", row[0], err)
		}
	}
	if rows[1][2] != "mentor+cell_secretary" || rows[2][1] != "Nguyễn An" {
		t.Errorf("the file holds %q", rows)
	}

	if _, err := a.Link(t.Context(), rows[2][3], 77, time.Now()); err != nil {
		t.Fatal(err)
	}
	second := filepath.Join(t.TempDir(), "links-2.csv")
	a.must(t, "import", people, "--links", second)
	again := links(t, second)
	if len(again) != 3 || again[1][0] != "gv1" || again[2][0] != "sv2" || again[1][3] == rows[1][3] {
		t.Errorf("once sv1 is linked the file holds %q, want new codes of gv1 and sv2", again)
	}
	if _, err := a.StartCode(t.Context(), rows[1][3], time.Now()); !errors.Is(err, store.ErrBadCode) {
		t.Errorf("the code before still works: %v", err)
	}
}

func TestLinksAreNeverWrittenOverOthers(t *testing.T) {
	a := newAcademy(t)
	people, file := written(t, "người.csv", somePeople), filepath.Join(t.TempDir(), "links.csv")
	a.must(t, "import", people, "--links", file)
	rows := links(t, file)
	more := written(t, "thêm.csv", somePeople+"sv3,Đỗ Chi,sinh viên,K47/B5,gv1,5/2005\n")
	_, _, err := cli(t.Context(), a.environ, "import", more, "--links", file)
	if want := "--links: tệp " + file + " đã có, có thể đang giữ các mã đã phát, nên không ghi đè; chọn tên khác. Chưa nhập gì"; err == nil || err.Error() != want {
		t.Errorf("import = %v, want %s", err, want)
	}
	if got := a.codes(t); len(got) != 3 || !reflect.DeepEqual(links(t, file), rows) {
		t.Errorf("kept %v, want nothing done", got)
	}
	if code, err := a.StartCode(t.Context(), rows[1][3], time.Now()); err != nil || string(code) != rows[1][0] {
		t.Errorf("the code sent is that of %q, %v", code, err)
	}
	if rows, problem, err := sheet.ReadFile(file); err != nil || problem != nil || rows[0].Rows[0].Cells[0] != "code" {
		t.Errorf("read back %+v, %+v, %v", rows, problem, err)
	}
}

func TestImportSaysWhatItChanged(t *testing.T) {
	a := newAcademy(t)
	a.must(t, "import", written(t, "người.csv", somePeople))
	out, _ := a.must(t, "import", written(t, "người.csv", strings.Replace(somePeople, "sv2,Lê Bình,sinh viên,K47/B5,gv1", "sv2,Lê Bình,sinh viên,K47/B5,", 1)))
	want := "đổi  sv2  Lê Bình: người giúp đỡ gv1 → (không có)\n" +
		"Đã đọc 4 dòng người, 0 dòng mốc. Đã ghi: thêm 0 người, đổi 1 người, thêm 0 mốc.\n"
	if out != want {
		t.Errorf("printed\n%s\nwant\n%s", out, want)
	}
}

func TestATemplateCanBeImportedAsItIs(t *testing.T) {
	a := newAcademy(t)
	file := filepath.Join(t.TempDir(), "mau.xlsx")
	if out, _ := a.must(t, "import", "--template", file); !strings.Contains(out, "Đã ghi tệp mẫu "+file) {
		t.Errorf("printed %s", out)
	}
	out, log := a.must(t, "import", "--dry-run", file)
	const want = `thêm  GV01  Trần Thị Mẫu: người giúp đỡ; đơn vị K47/B5
thêm  SV001  Nguyễn Văn Mẫu: sinh viên; đơn vị K47/B5; người giúp đỡ GV01; mốc Chi bộ đưa vào danh sách cảm tình Đảng 03/02/2025; mốc Chi bộ phân công người giúp đỡ 03/02/2025
Đã đọc 2 dòng người, 2 dòng mốc. Sẽ ghi (đây là chạy thử, chưa ghi gì): thêm 2 người, đổi 0 người, thêm 2 mốc.
`
	if out != want || log != "nhắc  mau.xlsx: bỏ qua trang «Danh mục»: dòng tiêu đề không phải danh sách người (mã, họ tên, vai trò) hay mốc (mã, mốc, ngày)\n" {
		t.Errorf("printed\n%s%s\nwant\n%s", out, log, want)
	}
	f, err := excelize.OpenFile(file)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := f.GetRows("Danh mục")
	_, rules, errRules := settingsAndRules(env{environ: a.environ})
	if err != nil || errRules != nil {
		t.Fatal(err, errRules)
	}
	listed := map[string]string{}
	for _, row := range rows {
		if len(row) > 1 {
			listed[row[0]] = row[1]
		}
	}
	for _, rule := range rules.Events {
		if !rule.Automatic && listed[string(rule.ID)] != rule.Title {
			t.Errorf("%s is called %q, want %q", rule.ID, listed[string(rule.ID)], rule.Title)
		}
	}
	for _, role := range journey.Roles {
		if listed[string(role)] == "" {
			t.Errorf("%s is not listed", role)
		}
	}
	if _, _, err := cli(t.Context(), a.environ, "import", "--template", file); err == nil || !strings.Contains(err.Error(), "đã có, không ghi đè") {
		t.Errorf("written over: %v", err)
	}
}

func TestLinksWithoutTelegramHoldTheCodeAlone(t *testing.T) {
	a := newAcademy(t)
	file := filepath.Join(t.TempDir(), "links.csv")
	_, log := a.must(t, "import", "--links", file, written(t, "người.csv", somePeople))
	if rows := links(t, file); len(rows) != 4 || rows[1][4] != rows[1][3] || !strings.Contains(log, "cột link chỉ có mã") {
		t.Errorf("the file holds %q, said %s", rows, log)
	}
}

func TestImportUsesADataFolderOfItsOwnToo(t *testing.T) {
	environ := []string{"DATA_DIR=" + t.TempDir()}
	people := written(t, "người.csv", somePeople)
	for _, want := range []string{"thêm 3 người", "Không có gì mới"} {
		if out, log, err := cli(t.Context(), environ, "import", people); err != nil || !strings.Contains(out, want) {
			t.Errorf("import = %v, printed %s%s, want %s", err, out, log, want)
		}
	}
}

func TestImportJoinsARunningServe(t *testing.T) {
	_, url := pretend(t, 1, telegramtest.Limits{})
	dir := t.TempDir()
	p := start(t, []string{"TELEGRAM_API=" + url, "DATA_DIR=" + dir}, "serve")
	people := written(t, "người.csv", somePeople)
	for _, want := range []string{"thêm 3 người", "Không có gì mới"} {
		if out, log, err := cli(t.Context(), []string{"DATA_DIR=" + dir}, "import", people); err != nil || !strings.Contains(out, want) {
			t.Errorf("import beside serve = %v, printed %s%s, want %s", err, out, log, want)
		}
	}
	if status, body := p.get(t, "/healthz"); status != http.StatusOK {
		t.Errorf("healthz: %d %s", status, body)
	}
	p.stop(t, syscall.SIGTERM)
}

func TestInviteShowsALinkAndItsQRCode(t *testing.T) {
	_, url := pretend(t, 0, telegramtest.Limits{})
	a := newAcademy(t, "TELEGRAM_API="+url, "TELEGRAM_TOKEN="+token)
	out, _ := a.must(t, "invite", "--role", "cán bộ Đoàn", "--name", " Phạm  Chi ", "--unit", "K47")
	codes := a.codes(t)
	if len(codes) != 1 || !strings.HasPrefix(string(codes[0]), "moi-") {
		t.Fatalf("kept %v", codes)
	}
	track, err := a.Track(t.Context(), codes[0])
	if p := track.Person; err != nil || p.Name != "Phạm Chi" || p.Unit != "K47" || !slices.Equal(p.Roles, []journey.Role{journey.YouthOfficer}) {
		t.Errorf("kept %+v, %v", p, err)
	}
	_, rest, _ := strings.Cut(out, "https://t.me/donghanh_bot?start=")
	start, _, _ := strings.Cut(rest, "\n")
	if code, err := a.StartCode(t.Context(), start, time.Now()); err != nil || code != codes[0] {
		t.Errorf("the code in\n%s\nis that of %q, %v", out, code, err)
	}
	if !strings.Contains(out, "▀") || !strings.Contains(out, "█") {
		t.Errorf("no QR code in\n%s", out)
	}
	if !strings.Contains(out, "mở bot @donghanh_bot:") {
		t.Errorf("no name of the bot in\n%s", out)
	}
	if out, _ := newAcademy(t).must(t, "invite", "--role", "student", "--name", "An"); !strings.Contains(out, "/start ") || strings.Contains(out, "█") {
		t.Errorf("without Telegram\n%s\nwant the code alone", out)
	}
	if _, log, err := cli(t.Context(), a.environ, "invite", "--role", "mentor", "--name", "0912345678"); !errors.Is(err, errFound) || len(a.codes(t)) != 1 {
		t.Errorf("a phone number for a name: %v\n%s", err, log)
	}
}

func TestInviteAsksBeforeItTakesInTheSameTwice(t *testing.T) {
	a := newAcademy(t)
	a.must(t, "import", written(t, "người.csv", somePeople))
	unknown := func(unit, want string) {
		t.Helper()
		_, _, err := cli(t.Context(), a.environ, "invite", "--role", "mentor", "--name", "Phạm Chi", "--unit", unit)
		if err == nil || err.Error() != want {
			t.Errorf("in %q: %v\nwant %s", unit, err, want)
		}
	}
	unknown("K47 B5", `invite: chưa có ai ở đơn vị "K47 B5", có lẽ là "K47/B5"; sửa --unit, hoặc thêm --new-unit nếu đúng là đơn vị mới`)
	unknown("Khoa Luật", `invite: chưa có ai ở đơn vị "Khoa Luật"; sửa --unit, hoặc thêm --new-unit nếu đúng là đơn vị mới`)
	if got := a.codes(t); len(got) != 3 {
		t.Fatalf("kept %v, want those imported", got)
	}
	a.must(t, "invite", "--role", "mentor", "--name", "Phạm Chi", "--unit", "Khoa Luật", "--new-unit")
	a.must(t, "invite", "--role", "youth_officer", "--name", "Lý Dung", "--unit", "K47") // above one that is known

	_, _, err := cli(t.Context(), a.environ, "invite", "--role", "bí thư chi bộ", "--name", "trần thị hoa", "--unit", "K47/B5")
	want := "invite: đã có Trần Thị Hoa (người giúp đỡ, bí thư chi bộ, mã gv1); lời mời mới cho người ấy: donghanh invite --code gv1; nếu đúng là một người khác cùng tên thì thêm --again"
	if err == nil || err.Error() != want || len(a.codes(t)) != 5 {
		t.Errorf("the same twice: %v\nwant %s", err, want)
	}
	a.must(t, "invite", "--role", "bí thư chi bộ + cán bộ Đoàn", "--name", "Trần Thị Hoa", "--unit", "K47/B5", "--again")
	if got := a.codes(t); len(got) != 6 {
		t.Errorf("kept %v, want one more", got)
	}
}

// logged is the log, oldest first.
func (a academy) logged(t testing.TB) (lines []string) {
	t.Helper()
	entries, err := a.Audit(t.Context(), audit.Filter{}, "", 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range slices.Backward(entries) {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s%s %s %s", e.By, e.Act, e.Of, e.Note)))
	}
	return lines
}

func TestWhatTheCommandLineDoesIsNoted(t *testing.T) {
	a := newAcademy(t)
	a.must(t, "import", "--dry-run", written(t, "người.csv", somePeople))
	a.must(t, "import", written(t, "người.csv", somePeople), written(t, "mốc.csv", someEvents))
	moved := written(t, "người.csv", strings.Replace(somePeople, "sv2,Lê Bình,sinh viên,K47/B5", "sv2,Lê Bình,sinh viên,K47/B6", 1))
	a.must(t, "import", moved, "--links", filepath.Join(t.TempDir(), "links.csv"))
	a.must(t, "import", moved)
	a.must(t, "invite", "--code", "gv1")
	want := []string{
		"imported gv1 import new mentor+cell_secretary K47/B5",
		"imported sv1 import new student K47/B5; E_SYMPATHIZER_LISTED 2026-02-03",
		"imported sv2 import new student K47/B5",
		"imported sv2 import unit K47/B5 → K47/B6",
		"invited gv1 import --links", "invited sv1 import --links", "invited sv2 import --links",
		"invited gv1 invite",
	}
	if got := a.logged(t); !slices.Equal(got, want) {
		t.Errorf("noted\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestInviteMakesAFreshLinkForSomebodyKnown(t *testing.T) {
	a := newAcademy(t)
	a.must(t, "import", written(t, "người.csv", somePeople))
	start := func(out string) string {
		_, rest, _ := strings.Cut(out, "/start ")
		code, _, _ := strings.Cut(rest, "\n")
		return code
	}
	out, _ := a.must(t, "invite", "--code", "gv1")
	first := start(out)
	if want := "Lời mời cho Trần Thị Hoa (người giúp đỡ, bí thư chi bộ, mã gv1), dùng một lần trong 30 ngày. Gõ cho bot:\n/start " + first +
		"\nLời mời trước của người này từ nay không dùng được nữa.\n"; out != want {
		t.Errorf("printed\n%s\nwant\n%s", out, want)
	}
	if _, err := a.Link(t.Context(), first, 77, time.Now()); err != nil {
		t.Fatal(err)
	}
	out, _ = a.must(t, "invite", "--code", "gv1")
	if !strings.Contains(out, "đang liên kết với một tài khoản Telegram") {
		t.Errorf("of one who is linked\n%s", out)
	}
	if _, err := a.Link(t.Context(), start(out), 78, time.Now()); err != nil { // a new phone
		t.Error(err)
	}
	if track, err := a.Track(t.Context(), "gv1"); err != nil || track.Account != 78 || len(a.codes(t)) != 3 {
		t.Errorf("gv1 is at %d, %v, want the new account", track.Account, err)
	}
	if _, _, err := cli(t.Context(), a.environ, "invite", "--code", "gv9"); err == nil || err.Error() != `invite: không có ai mã "gv9" trong danh sách đã có; xem lại mã, hoặc mời người mới bằng --name và --role` {
		t.Errorf("of nobody: %v", err)
	}
}

func TestImportAndInviteHelp(t *testing.T) {
	for command, want := range map[string][]string{
		"import": {"--dry-run", "--links FILE", "--template FILE", "người giúp đỡ (mentor)", "bí thư chi bộ (cell_secretary)", "Ví dụ:"},
		"invite": {"--role ROLE", "--code CODE", "--new-unit", "--again", "cán bộ Đoàn (youth_officer)", "Ví dụ:"},
	} {
		for _, flag := range []string{"--help", "-h"} {
			out, log, err := cli(t.Context(), nil, command, flag)
			if err != nil || log != "" {
				t.Errorf("%s %s = %v, %s", command, flag, err, log)
			}
			for _, w := range want {
				if !strings.Contains(out, w) {
					t.Errorf("%s %s prints\n%s\nwant %s", command, flag, out, w)
				}
			}
		}
	}
}

func TestImportAndInviteWrongUsage(t *testing.T) {
	const seeImport, seeInvite = "; xem: donghanh import --help", "; xem: donghanh invite --help"
	tests := []struct {
		args []string
		want string
	}{
		{[]string{"import"}, "import: chưa có tệp nào; viết: donghanh import DANH-SACH.xlsx" + seeImport},
		{[]string{"import", "--dry-run", "--links", "x", "y.csv"}, "import: --dry-run là chạy thử nên không tạo mã; bỏ --links hoặc bỏ --dry-run" + seeImport},
		{[]string{"import", "--fast", "y.csv"}, "import: không có tùy chọn --fast" + seeImport},
		{[]string{"import", "y.csv", "--fast"}, "import: không có tùy chọn --fast" + seeImport},
		{[]string{"import", "y.csv", "--links"}, "import: tùy chọn --links cần một giá trị theo sau" + seeImport},
		{[]string{"import", "--dry-run=x"}, "import: tùy chọn --dry-run không nhận giá trị" + seeImport},
		{[]string{"import", "--template", "x.xlsx", "y.csv"}, "import: --template chỉ ghi tệp mẫu; viết riêng: donghanh import --template mau.xlsx" + seeImport},
		{[]string{"import", "--template", "x.csv"}, "import: tên tệp mẫu phải có đuôi .xlsx" + seeImport},
		{[]string{"invite", "--role", "mentor"}, `invite: thiếu họ tên; thêm --name "Nguyễn Văn An"` + seeInvite},
		{[]string{"invite", "--name", "An"}, "invite: thiếu vai trò; thêm --role, ví dụ --role mentor" + seeInvite},
		{[]string{"invite", "--name", "An", "--role", "king"}, `invite: không có vai trò "king"; các vai trò: sinh viên (student), người giúp đỡ (mentor), bí thư chi bộ (cell_secretary), cán bộ Đoàn (youth_officer), đảng ủy cơ sở (base_committee), quản trị (admin)` + seeInvite},
		{[]string{"invite", "--name", "An", "--role", "mentor", "x"}, `invite: thừa "x"; giá trị có dấu cách phải đặt trong dấu ngoặc kép` + seeInvite},
		{[]string{"invite", "--code", "gv1", "--name", "An"}, "invite: --code mời lại người đã có trong danh sách, không đi cùng --name, --role, --unit, --again, --new-unit" + seeInvite},
	}
	for _, tt := range tests {
		var usage usageError
		if _, _, err := cli(t.Context(), nil, tt.args...); !errors.As(err, &usage) || err.Error() != tt.want {
			t.Errorf("%q = %v, want a usage error: %s", tt.args, err, tt.want)
		}
	}
}

func BenchmarkImport20000Rows(b *testing.B) {
	var people, events strings.Builder
	people.WriteString("code,name,role,unit,mentor,birth\ngv1,Trần Thị Hoa,mentor,K47,,\n")
	events.WriteString("code,event,date\n")
	for i := range 10_000 {
		fmt.Fprintf(&people, "sv%d,Nguyễn Văn An,student,K47/B%d,gv1,3/2005\n", i, i%40)
		fmt.Fprintf(&events, "sv%d,E_SYMPATHIZER_LISTED,2026-02-03\n", i)
	}
	files := []string{written(b, "people.csv", people.String()), written(b, "events.csv", events.String())}
	for b.Loop() {
		b.StopTimer()
		a := newAcademy(b)
		b.StartTimer()
		if out, _ := a.must(b, append([]string{"import"}, files...)...); !strings.Contains(out, "thêm 10.001 người, đổi 0 người, thêm 10.000 mốc") {
			b.Fatal(out)
		}
	}
}
