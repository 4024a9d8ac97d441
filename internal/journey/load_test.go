package journey

import (
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"donghanh/content"
	"donghanh/internal/knowledge"
)

// changed is the built-in content with one text in one file replaced, once.
func changed(t *testing.T, file, old, now string) fs.FS {
	t.Helper()
	all := fstest.MapFS{}
	for _, name := range []string{eventsFile, deadlinesFile, dutiesFile, movesFile, papersFile, remindersFile, calendarFile} {
		text, err := fs.ReadFile(content.Built, name)
		if err != nil {
			t.Fatal(err)
		}
		if name == file {
			if !strings.Contains(string(text), old) {
				t.Fatalf("%s has no %q", file, old)
			}
			text = []byte(strings.Replace(string(text), old, now, 1))
		}
		all[name] = &fstest.MapFile{Data: text}
	}
	return all
}

func TestBuiltInRulesNameOnlyKnownFacts(t *testing.T) {
	book, problems := knowledge.Load(content.Built)
	if book == nil {
		t.Fatal(problems)
	}
	if found := theRules.UnknownFacts(slices.Collect(maps.Keys(book.Facts))); len(found) > 0 {
		t.Errorf("%v", found)
	}
}

// TestFindingsSayWhereAndWhatToDo changes one thing each, and finds it.
func TestFindingsSayWhereAndWhatToDo(t *testing.T) {
	tests := map[string]struct{ file, old, now, line, says string }{
		"an event that is not there": {
			deadlinesFile, "  done: [E_CEREMONY_HELD]", "  done: [E_CEREMONY_HELP]", "  done: [E_CEREMONY_HELP]",
			`dl-ceremony: mốc "E_CEREMONY_HELP" không có, có phải ý bạn là E_CEREMONY_HELD?`,
		},
		"an anchor that is not there": {
			deadlinesFile, "anchor: E_DECISION_ISSUED", "anchor: E_DECISION_ISSUE", "anchor: E_DECISION_ISSUE,",
			`mốc "E_DECISION_ISSUE" không có trong events.yaml, có phải ý bạn là E_DECISION_ISSUED?`,
		},
		"a role that is not there": {
			deadlinesFile, "  remind: [cell_secretary, mentor, student]", "  remind: [cell_secretary, mentors, student]", "  remind: [cell_secretary, mentors, student]",
			`dl-ceremony: vai trò "mentors" không có, có phải ý bạn là mentor?`,
		},
		"steps from near to far": {
			deadlinesFile, "  steps: [180, 90, 30]", "  steps: [180, 30, 90]", "  steps: [180, 30, 90]",
			"các bước nhắc phải đi từ xa đến gần, mà 90 đứng sau 30",
		},
		"versions out of order": {
			deadlinesFile, `    - {id: "232", anchor: E_CELL_RESOLVED_ADMIT, working_days: 60`, `    - {id: "232", from: 2026-01-01, anchor: E_CELL_RESOLVED_ADMIT, working_days: 60`, `{id: "232", from: 2026-01-01`,
			"phiên bản đầu không ghi ngày (from)",
		},
		"a version without a day": {
			deadlinesFile, `{id: "208", from: 2026-07-26, anchor: E_DECISION_ISSUED`, `{id: "208", anchor: E_DECISION_ISSUED`, `{id: "208", anchor: E_DECISION_ISSUED`,
			"phiên bản 208 chưa có ngày bắt đầu; viết from: 2026-07-26",
		},
		"no facts": {
			deadlinesFile, "facts: [member-file-30-working-days], ", "", "anchor: E_CEREMONY_HELD, working_days: 30, verified",
			"không có nguồn; ghi mã quy tắc vào facts",
		},
		"no length": {
			deadlinesFile, "anchor: E_TRANSFER_LETTER, working_days: 30,", "anchor: E_TRANSFER_LETTER,", "anchor: E_TRANSFER_LETTER, facts",
			"chưa có độ dài; viết working_days: 30, months: 12 hoặc days: 7",
		},
		"two lengths": {
			deadlinesFile, "anchor: E_TRANSFER_LETTER, working_days: 30,", "anchor: E_TRANSFER_LETTER, working_days: 30, months: 1,", "working_days: 30, months: 1",
			"chỉ ghi một trong working_days",
		},
		"a role that may not record what it may say": {
			deadlinesFile, "  record: [base_committee]\n  done: [E_BASE_RESOLVED]", "  record: [mentor]\n  done: [E_BASE_RESOLVED]", "  record: [mentor]",
			"không mốc nào ở done cho vai trò này ghi",
		},
		"two of one id": {
			deadlinesFile, "- id: dl-check-abroad", "- id: dl-check-domestic", "- id: dl-check-domestic",
			`mã "dl-check-domestic" đã có ở deadlines.yaml:`,
		},
		"an extension of nothing": {
			deadlinesFile, "  follows: dl-official-decision", "  follows: dl-oficial-decision", "  follows: dl-oficial-decision",
			"có phải ý bạn là dl-official-decision?",
		},
		"a key that is not there": {
			deadlinesFile, "  overdue: Phát thẻ", "  overdu: Phát thẻ", "  overdu: Phát thẻ",
			"không có mục overdu, có phải ý bạn là overdue?",
		},
		"a stage that is not there": {
			eventsFile, "  enter: awaiting_ceremony", "  enter: awaiting_ceremonies", "  enter: awaiting_ceremonies",
			`E_DECISION_ISSUED: chặng "awaiting_ceremonies" không có, có phải ý bạn là awaiting_ceremony?`,
		},
		"a side that is not there": {
			eventsFile, "  set: [on_hold]", "  set: [onhold]", "  set: [onhold]",
			`nhánh phụ "onhold" không có, có phải ý bạn là on_hold?`,
		},
		"a kind of detail that is not there": {
			eventsFile, "  detail: place", "  detail: address", "  detail: address",
			`E_CHECK_SENT: kiểu ghi chú "address" không có; chỗ này dùng: document, place, duty, person, clock, choice`,
		},
		"an event nobody may record": {
			eventsFile, "  record: [cell_secretary, youth_officer]\n  set: [on_hold]", "  set: [on_hold]", "- id: E_HOLD",
			"E_HOLD: chưa có ai được ghi; viết record: [cell_secretary]",
		},
		"an event the program needs": {
			eventsFile, "- id: E_CEREMONY_HELD", "- id: E_LE_KET_NAP", "",
			"thiếu mốc E_CEREMONY_HELD",
		},
		"a duty without a period": {
			dutiesFile, "  every: half\n", "", "- id: rc-file-reconcile",
			"rc-file-reconcile: chưa có chu kỳ; viết every: month",
		},
		"a period that is not there": {
			dutiesFile, "  every: half", "  every: hafl", "  every: hafl",
			`chu kỳ "hafl" không có, có phải ý bạn là half?`,
		},
		"a condition that is not there": {
			movesFile, "  when: decided_late", "  when: decided_lately", "  when: decided_lately",
			`điều kiện "decided_lately" không có, có phải ý bạn là decided_late?`,
		},
		"a paper nothing shows": {
			papersFile, "by: [E_BASE_RESOLVED]", "by: [E_BASE_RESOLVE]", "by: [E_BASE_RESOLVE]",
			`8-knd: mốc "E_BASE_RESOLVE" không có, có phải ý bạn là E_BASE_RESOLVED?`,
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			files := changed(t, tt.file, tt.old, tt.now)
			rules, problems := LoadRules(files)
			if rules != nil {
				t.Error("loaded, want refused")
			}
			text, _ := fs.ReadFile(files, tt.file)
			for _, p := range problems {
				line := ""
				if lines := strings.Split(string(text), "\n"); p.Line > 0 && p.Line <= len(lines) {
					line = lines[p.Line-1]
				}
				if p.File == tt.file && strings.Contains(p.Reason, tt.says) && (tt.line == "" && p.Line == 0 || tt.line != "" && strings.Contains(line, tt.line)) {
					return
				}
			}
			t.Errorf("found %v, want %q at the line with %q", problems, tt.says, tt.line)
		})
	}
}

func TestUnknownFactsAreNamedWithTheirLine(t *testing.T) {
	found := theRules.UnknownFacts([]string{"age-18-60"})
	at := slices.IndexFunc(found, func(p knowledge.Problem) bool {
		return strings.Contains(p.Reason, `dl-ceremony: quy tắc "ceremony-30-working-days"`)
	})
	if at < 0 || found[at].File != deadlinesFile || found[at].Line == 0 {
		t.Errorf("%v, want dl-ceremony named with its line", found)
	}
}

func TestFingerprintFollowsTheDatesAndNotTheWords(t *testing.T) {
	tests := map[string]struct {
		file, old, now string
		same           bool
	}{
		"a title":      {deadlinesFile, "title: Tổ chức lễ kết nạp", "title: Làm lễ kết nạp", true},
		"a source":     {deadlinesFile, "facts: [transfer-present-30], verified: true", "facts: [transfer-present-30], verified: false", true},
		"a comment":    {calendarFile, "# Working days", "# The working days", true},
		"a length":     {deadlinesFile, "working_days: 45", "working_days: 46", false},
		"a step":       {deadlinesFile, "steps: [180, 90, 30]", "steps: [180, 90, 31]", false},
		"who hears":    {deadlinesFile, "  remind: [mentor]\n", "  remind: [mentor, student]\n", false},
		"a day off":    {calendarFile, "2027-09-03", "2027-09-01", false},
		"a stage":      {eventsFile, "  enter: awaiting_ceremony", "  enter: committee_decision", false},
		"used or not":  {deadlinesFile, "enabled: false", "enabled: true", false},
		"the defaults": {remindersFile, "overdue_every: 3", "overdue_every: 4", false},
		"how often":    {dutiesFile, "every_months: 3", "every_months: 2", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r, problems := LoadRules(changed(t, tt.file, tt.old, tt.now))
			if r == nil {
				t.Fatal(problems)
			}
			if same := r.Fingerprint() == theRules.Fingerprint(); same != tt.same {
				t.Errorf("after %q became %q the same: %t, want %t", tt.old, tt.now, same, tt.same)
			}
		})
	}
}

func TestALocalDeadlineIsSwitchedOn(t *testing.T) {
	r, problems := LoadRules(changed(t, deadlinesFile, "enabled: false", "enabled: true"))
	if r == nil {
		t.Fatal(problems)
	}
	got := keys(only(r.Deadlines(track(until("E_CELL_RESOLVED_ADMIT")...), on("2026-11-21")), "dl-local-cell-send"))
	if want := []string{"dl-local-cell-send 2026-11-30"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
