package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
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
	if _, err := command(t, "{\"id\":\"a\"}\nnot json\n", "ask", "--jsonl"); err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("a broken line: %v, want its number", err)
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
