package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"donghanh/bot"
	"donghanh/internal/telegramtest"
)

// command runs one command and returns what it printed.
func command(t *testing.T, stdin string, args ...string) (out string, err error) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	err = run(context.Background(), args, env{in: strings.NewReader(stdin), out: &stdout, err: &stderr})
	return stdout.String(), err
}

func TestWrongUsageSaysSo(t *testing.T) {
	tests := map[string][]string{
		"no command":                   {},
		"an unknown one":               {"dance"},
		"ask without a question":       {"ask"},
		"ask an empty question":        {"ask", ""},
		"ask nothing but blanks":       {"ask", " ", "  "},
		"version with words":           {"version", "now"},
		"ask with two ways":            {"ask", "--jsonl", "--score", "x"},
		"an unknown flag":              {"serve", "--fast"},
		"serve with words":             {"serve", "now"},
		"check of two folders":         {"check", "a", "b"},
		"a clock that is no time":      {"serve", "--clock", "tomorrow"},
		"a clock with Telegram itself": {"serve", "--clock", "2027-01-20T06:59:50+07:00"},
	}
	for name, args := range tests {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			err := run(context.Background(), args, env{environ: []string{"TELEGRAM_TOKEN=1:x"}, in: strings.NewReader(""), out: &stdout, err: &stderr})
			var usage usageError
			if !errors.As(err, &usage) {
				t.Errorf("run(%q) = %v, want a usage error", args, err)
			}
		})
	}
}

func TestServeWithoutATokenNamesTheDemo(t *testing.T) {
	_, err := command(t, "", "serve")
	if err == nil || !strings.Contains(err.Error(), "donghanh demo") {
		t.Errorf("serve without a token: %v", err)
	}
}

func TestAskAnswersWithItsSource(t *testing.T) {
	out, err := command(t, "", "ask", "du", "bi", "bao", "lau")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"12 tháng", "Nguồn", "Điều lệ Đảng"} {
		if !strings.Contains(out, want) {
			t.Errorf("the answer lacks %q:\n%s", want, out)
		}
	}
}

func TestAskLines(t *testing.T) {
	out, err := command(t, `{"id":"a","question":"dự bị bao lâu"}`+"\n\n"+`{"id":"b","question":"thế còn quyền biểu quyết thì sao","prev":"đảng viên dự bị là gì"}`+"\n", "ask", "--jsonl")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 2 || !strings.Contains(lines[0], `"outcome":"answer","topic":"probation-length","choices":[]`) || !strings.Contains(lines[1], "probation-rights") {
		t.Errorf("got:\n%s", out)
	}
	good := `{"id":"a","question":""}` + "\n"
	for bad, says := range map[string]string{"not json": "line 2", `{"id":"b"}`: `line 2 has no "question"`, `{"question":null}`: `line 2 has no "question"`} {
		out, err := command(t, good+bad+"\n"+good, "ask", "--jsonl")
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %s", bad, err, says)
		}
		if strings.Count(out, "\n") != 1 || !strings.Contains(out, `"id":"a"`) {
			t.Errorf("before %s was told: %q, want the line before it", bad, out)
		}
	}
}

func TestScoreCountsAsTheTableSays(t *testing.T) {
	file := filepath.Join(t.TempDir(), "questions.jsonl")
	questions := `{"id":"1","question":"dự bị bao lâu","style":"casual","topic":"probation-length"}
{"id":"2","question":"dự bị bao lâu","style":"formal","topic":"party-card"}
{"id":"3","question":"dự bị bao lâu","style":"casual","topic":"none"}
{"id":"4","question":"hồ sơ của em tới đâu rồi","style":"casual","topic":"my-status"}
`
	if err := os.WriteFile(file, []byte(questions), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := command(t, "", "ask", "--score", file)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"right":0.5,"right_or_offered":0.5,"wrong":0.5,"false":1}`; !strings.Contains(out, want) {
		t.Errorf("got:\n%s\nwant %s", out, want)
	}
}

func TestCheckNamesFileLineAndRemedy(t *testing.T) {
	dir := copyContent(t)
	if out, err := command(t, "", "check", dir); err != nil || !strings.Contains(out, "Chưa được duyệt") {
		t.Fatalf("the built-in content: %v\n%s", err, out)
	}
	broken := "- id: age-limit\n  title: Tuổi\n  ask: [một, hai hai, ba ba]\n  answer: Từ 19 tuổi.\n  facts: [age-18-60, no-such-fact]\n"
	if err := os.WriteFile(filepath.Join(dir, "answers", "zz.yaml"), []byte(broken), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := command(t, "", "check", dir)
	if !errors.Is(err, errFound) {
		t.Fatalf("check of broken content: %v\n%s", err, out)
	}
	if !strings.Contains(out, "answers/zz.yaml:1") {
		t.Errorf("file and line are missing:\n%s", out)
	}
}

func TestHelpIsPrintedForEveryCommand(t *testing.T) {
	for _, args := range [][]string{
		{"-h"}, {"help"}, {"ask", "-h"}, {"ask", "--jsonl", "--help"}, {"check", "-h"}, {"check", "--all", "-help"},
		{"serve", "-h"}, {"serve", "--clock", "x", "-h"}, {"demo", "-h"}, {"version", "-h"},
	} {
		if out, err := command(t, "", args...); err != nil || out != help {
			t.Errorf("%q: %v\n%s\nwant the help alone", args, err, out)
		}
	}
}

func TestWhatIsNoContentFolderIsOneError(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.yaml")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, dir := range map[string]string{"no folder": "/nowhere", "a part of the content": "content/answers", "another part": "content/asks", "a file": file, "an empty folder": t.TempDir()} {
		t.Run(name, func(t *testing.T) {
			out, err := command(t, "", "check", dir)
			if !errors.Is(err, errFound) || strings.Count(out, "LỖI") != 1 || !strings.Contains(out, "LỖI  "+dir+": không phải thư mục nội dung; cần documents.yaml") {
				t.Errorf("check %s: %v\n%s", dir, err, out)
			}
			for _, args := range [][]string{{"serve"}, {"ask", "dự bị bao lâu"}} {
				var stdout, stderr bytes.Buffer
				err := run(t.Context(), args, env{environ: []string{"TELEGRAM_TOKEN=1:x", "CONTENT_DIR=" + dir}, in: strings.NewReader(""), out: &stdout, err: &stderr})
				if err == nil || !strings.HasPrefix(err.Error(), "CONTENT_DIR: "+dir+" ") || !strings.Contains(err.Error(), "documents.yaml") {
					t.Errorf("%s with CONTENT_DIR=%s: %v", args[0], dir, err)
				}
			}
		})
	}
}

func TestARedisThatDoesNotAnswerSaysWhatToDo(t *testing.T) {
	var stdout, stderr bytes.Buffer
	environ := []string{"TELEGRAM_TOKEN=1:x", "REDIS_URL=redis://:secret@127.0.0.1:1", "DATA_DIR=" + t.TempDir()}
	err := run(t.Context(), []string{"serve"}, env{environ: environ, in: strings.NewReader(""), out: &stdout, err: &stderr})
	if err == nil || !strings.HasPrefix(err.Error(), "REDIS_URL: ") || !strings.HasSuffix(err.Error(), "a Redis of its own") || strings.Contains(err.Error(), "secret@") {
		t.Errorf("serve: %v", err)
	}
}

func TestBeforeTelegramWasReachedHealthSaysSo(t *testing.T) {
	_, url := pretend(t, 1, telegramtest.Limits{})
	d, err := newDemo(t.Context(), env{err: io.Discard}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := d.close(); err != nil {
			t.Error(err)
		}
	}()
	b := &bots{now: time.Now, db: d.bots.db, client: bot.New(bot.Config{Token: "1:x", API: url, Now: time.Now})}
	w := httptest.NewRecorder()
	b.health(w, httptest.NewRequest(http.MethodGet, "/healthz", nil))
	if body := w.Body.String(); w.Code != http.StatusServiceUnavailable || body != "telegram: not reached yet\n" {
		t.Errorf("healthz: %d %s", w.Code, body)
	}
}

func TestCheckPrintsWarningsThenWhatAwaitsThenErrorsThenTheSummary(t *testing.T) {
	lines := func(args ...string) []string {
		out, _ := command(t, "", append([]string{"check"}, args...)...)
		return strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	}
	dir := copyContent(t)
	write := func(file, text string) {
		t.Helper()
		f, err := os.OpenFile(filepath.Join(dir, file), os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o600)
		if err == nil {
			_, err = f.WriteString(text)
			err = errors.Join(err, f.Close())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	write("answers/zz.yaml", "- id: zz-test\n  title: Thử\n  ask: [zzz một, zzz hai, zzz hai, zzz ba]\n  answer: Thử.\n  facts: [probation-12-months]\n"+
		"  approval: {by: Ai đó, on: 2999-12-01}\n")

	few, all := lines(dir), lines("--all", dir)
	last := few[len(few)-1]
	var errs, warns int
	if _, err := fmt.Sscanf(last, "%d lỗi, %d nhắc; nội dung dùng được:", &errs, &warns); err != nil || errs != 0 {
		t.Fatalf("the last line is %q (%v), want the summary", last, err)
	}
	near := func(lines []string) (n int) {
		for _, line := range lines {
			if strings.Contains(line, "hơn các cách hỏi cùng mục") {
				n++
			}
		}
		return n
	}
	if near(few) > maxNearer || near(all) < near(few) {
		t.Errorf("%d neighbours, %d with --all; want at most %d and all", near(few), near(all), maxNearer)
	}
	told := 0
	for _, line := range all {
		if strings.HasPrefix(line, "nhắc  ") {
			told++
		}
	}
	if told != warns {
		t.Errorf("%d warnings with --all, the summary counts %d", told, warns)
	}
	if more := fmt.Sprintf("nhắc  … và %d cách hỏi nữa", near(all)-maxNearer); near(all) > maxNearer && !slices.ContainsFunc(few, func(l string) bool { return strings.HasPrefix(l, more) }) {
		t.Errorf("no line %q in:\n%s", more, strings.Join(few, "\n"))
	}
	at := func(words string) int {
		return slices.IndexFunc(few, func(l string) bool { return strings.Contains(l, words) })
	}
	if twice, tomorrow, waits := at("viết hai lần"), at("answers/zz.yaml:6: zz-test: ngày duyệt 2999-12-01 chưa tới"), at("Chưa được duyệt"); twice < 0 || tomorrow < twice || waits < tomorrow {
		t.Errorf("written twice on line %d, approved tomorrow on %d, awaiting on %d; want them in this order:\n%s", twice, tomorrow, waits, strings.Join(few, "\n"))
	}

	write("answers/zz.yaml", "  related: [zz-tset]\n")
	few = lines(dir)
	if n := len(few); n < 2 || few[n-1] != fmt.Sprintf("1 lỗi, %d nhắc; nội dung này không dùng được cho tới khi sửa xong.", n-2) || !strings.HasPrefix(few[n-2], "LỖI  answers/zz.yaml:7") {
		t.Errorf("with an error:\n%s", strings.Join(few, "\n"))
	}
}

func TestAnEditorsLockIsNoChangeOfContent(t *testing.T) {
	dir := copyContent(t)
	before := fingerprint(os.DirFS(dir))
	for _, name := range []string{".#facts.yaml", "answers/.#k-bot.yaml"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("{"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if fingerprint(os.DirFS(dir)) != before {
		t.Error("a file that begins with a dot counts as content")
	}
}
