package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"donghanh/config"
	"donghanh/internal/journey"
	"donghanh/internal/knowledge"
	"donghanh/internal/yamlfile"
)

// maxNearer is how many ways of asking near another entry check shows unless
// all are asked for.
const maxNearer = 20

// check reads the content and prints what it found: warnings, then what awaits
// approval, then errors, each with file, line and what to do. The last line is
// the summary.
func check(args []string, e env) error {
	f := flags("check")
	all := f.Bool("all", false, "show every warning")
	if err := parse(f, args, 1); err != nil {
		return err
	}
	dir, err := checkedDir(f.Arg(0), e)
	if err != nil {
		return err
	}
	var out strings.Builder
	if dir != "" && !config.HoldsContent(dir) {
		fmt.Fprintf(&out, "LỖI  %s: không phải thư mục nội dung; cần documents.yaml, facts.yaml, scope.yaml, care.yaml, words.yaml và answers/*.yaml\n", dir)
		fmt.Fprintln(&out, "1 lỗi, 0 nhắc; chưa có nội dung nào để kiểm tra.")
		_, err := io.WriteString(e.out, out.String())
		return errors.Join(errFound, err)
	}
	files := contentFiles(dir)
	book, problems := knowledge.Load(files)
	rules, found := journey.LoadRules(files)
	problems = append(problems, found...)
	if rules != nil && book != nil {
		problems = append(problems, rules.UnknownFacts(slices.Collect(maps.Keys(book.Facts)))...)
	}
	var warnings, wrong []yamlfile.Problem
	for _, p := range problems {
		if p.Fatal {
			wrong = append(wrong, p)
		} else {
			warnings = append(warnings, p)
		}
	}
	var near []yamlfile.Problem
	now := time.Now().In(journey.Zone)
	if rules != nil {
		for _, year := range rules.Calendar.Missing(journey.DateOf(now)) {
			warnings = append(warnings, yamlfile.Problem{File: "calendar.yaml", Reason: fmt.Sprintf("chưa có bảng ngày nghỉ đã soát của năm %d; mọi hạn qua năm đó ghi là tạm tính", year)})
		}
	}
	if book != nil {
		warnings = append(warnings, book.ApprovedAfter(dayOf(now))...)
		near = book.Nearer()
	}
	inOrder(warnings)
	inOrder(wrong)
	shown := near[:min(len(near), maxNearer)]
	if *all {
		shown = near
	}
	for _, p := range append(warnings, shown...) {
		fmt.Fprintf(&out, "nhắc  %s\n", p)
	}
	if more := len(near) - len(shown); more > 0 {
		fmt.Fprintf(&out, "nhắc  … và %d cách hỏi nữa giống câu của mục khác; xem hết: donghanh check --all\n", more)
	}
	if book != nil {
		awaiting(&out, book)
	}
	for _, p := range wrong {
		fmt.Fprintf(&out, "LỖI  %s\n", p)
	}
	fmt.Fprintf(&out, "%d lỗi, %d nhắc; ", len(wrong), len(warnings)+len(near))
	if book == nil || rules == nil || len(wrong) > 0 {
		fmt.Fprintln(&out, "nội dung này không dùng được cho tới khi sửa xong.")
		_, err = io.WriteString(e.out, out.String())
		return errors.Join(errFound, err)
	}
	fmt.Fprintf(&out, "nội dung dùng được: %d mục, %d quy tắc, %d văn bản; %d mốc, %d hạn, %d việc lặp.\n",
		len(book.Entries), len(book.Facts), len(book.Documents), len(rules.Events), len(rules.DeadlineRules), len(rules.Duties))
	_, err = io.WriteString(e.out, out.String())
	return err
}

// checkedDir is the folder named, or the one of the settings; empty for the
// content built in.
func checkedDir(named string, e env) (string, error) {
	if named != "" {
		return named, nil
	}
	environ, err := config.Environ(e.environ, ".env")
	if err != nil {
		return "", err
	}
	cfg, err := config.Load(environ)
	return cfg.ContentDir, err
}

// inOrder sorts findings by file and line.
func inOrder(problems []yamlfile.Problem) {
	slices.SortStableFunc(problems, func(a, b knowledge.Problem) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
}

// awaiting lists what nobody has approved yet.
func awaiting(out *strings.Builder, b *knowledge.Book) {
	waiting := b.Awaiting()
	if len(waiting) == 0 {
		return
	}
	fmt.Fprintf(out, "Chưa được duyệt: %d mục\n", len(waiting))
	for _, t := range waiting {
		fmt.Fprintf(out, "  %s  %s\n", t, b.Entries[t].Title)
	}
}
