package main

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"donghanh/internal/telegramtest"
)

// TestLogsHoldIDsOnly runs a conversation of people with names, phone numbers
// and secrets, with everything going wrong that is logged, and looks for any of
// them in all that was logged.
func TestLogsHoldIDsOnly(t *testing.T) {
	tg, url := pretend(t, 0, telegramtest.Limits{})
	tg.Join(telegramtest.User{ID: 1, FirstName: "Thị Mận", LastName: "Đoàn", Username: "manmuadong"})
	tg.Join(telegramtest.User{ID: 2, FirstName: "Bưởi", LastName: "Cao"})
	data := t.TempDir()
	people := "code,name,role,unit,mentor,birth\nsv-7,Đoàn Thị Mận,student,K48/B3,gv-7,2004-11\ngv-7,Cao Văn Bưởi,mentor,K48/B3,,\n"
	events := "code,event,date,detail\nsv-7,E_SYMPATHIZER_LISTED,2026-01-05,\n"
	environ := []string{"TELEGRAM_API=" + url, "DATA_DIR=" + data, "LOG_LEVEL=debug", "ADMIN_IDS=2"}
	p := start(t, environ, "serve")
	links := filepath.Join(t.TempDir(), "links.csv")
	out, more, err := cli(t.Context(), environ, "import", "--links", links, written(t, "people.csv", people), written(t, "events.csv", events))
	if err != nil {
		t.Fatalf("%v\n%s%s", err, out, more)
	}
	rows := read(t, links)
	secret := regexp.MustCompile(`(?m)^sv-7,[^,]*,[^,]*,([^,]+),`).FindStringSubmatch(rows)[1]

	said := []string{
		"/start " + secret,
		"cho em hỏi số của thầy Phùng Khắc Khoan là 0912 345 678 hay 0987654321 ạ",
		"căn cước của em là 079204001234, em buồn lắm không muốn sống nữa",
		"<b>Hồng Ngọc</b> & \u202exyz\u202c 😀 du bi bao lau",
		"/timkiem Lương Thế Vinh",
		"/dieukien",
	}
	for i, kind := range []telegramtest.Fault{
		{Method: "sendMessage", Kind: telegramtest.BadGateway}, {Method: "sendMessage", Kind: telegramtest.TooMany429, RetryAfter: 1},
		{Method: "getUpdates", Kind: telegramtest.BadGateway}, {Method: "sendMessage", Kind: telegramtest.Garbage},
	} {
		tg.Fault(kind)
		tg.Say(1, said[i])
	}
	tg.Say(1, said[4])
	tg.Say(1, said[5])
	tg.Say(2, "đảng phí bao nhiêu, hỏi hộ Tạ Quang Bửu")
	answers(t, tg, 1, 1)
	tg.Raw([]byte(`{"message":{"chat":{"id":"Nguyễn Bỉnh Khiêm"},"text":"0909090909"}}`))
	p.until(t, "/metrics", func(_ int, page string) bool { return strings.Contains(page, "\ndonghanh_updates_aside 1\n") })
	status, metrics := p.get(t, "/metrics")
	if status != http.StatusOK {
		t.Errorf("metrics: %d", status)
	}
	_, health := p.get(t, "/healthz")
	p.stop(t, syscall.SIGTERM)

	log := p.stderr.String()
	private := append(slices.Clone(said[1:]), "Mận", "Đoàn", "manmuadong", "Bưởi", "Cao Văn", "Phùng", "Khắc Khoan", "345 678", "0987654321", "079204001234", "không muốn sống",
		"Hồng Ngọc", "du bi", "Lương", "Thế Vinh", "timkiem", "dự bị", "đảng phí", "Bửu", "Bỉnh Khiêm", "0909090909", secret, "SECRET", token, "test-")
	for where, text := range map[string]string{"the log": log, "/metrics": metrics, "/healthz": health} {
		for _, word := range private {
			if i := strings.Index(text, word); i >= 0 {
				t.Errorf("%s tells %q: …%s…", where, word, text[max(0, i-200):min(len(text), i+200)])
			}
		}
	}
	lines := 0
	for line := range strings.Lines(log) {
		lines++
		var fields map[string]any
		if err := json.Unmarshal([]byte(line), &fields); err != nil || fields["time"] == nil || fields["level"] == nil || fields["msg"] == nil {
			t.Errorf("not a line of JSON with time, level and msg: %v: %s", err, line)
		}
	}
	for _, want := range []string{`"level":"WARN"`, `"msg":"polling fails"`} { // else nothing was tried
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %s:\n%s", want, log)
		}
	}
	if lines < 3 {
		t.Errorf("only %d lines were logged:\n%s", lines, log)
	}
}
