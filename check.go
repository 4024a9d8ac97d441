package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"donghanh/config"
	"donghanh/internal/knowledge"
)

// check reads the content and prints each finding with file, line and what to
// do, then what awaits approval.
func check(args []string, e env) error {
	f := flags("check")
	if err := parse(f, args, 1); err != nil {
		return err
	}
	dir := f.Arg(0)
	if dir == "" {
		environ, err := config.Environ(e.environ, ".env")
		if err != nil {
			return err
		}
		cfg, err := config.Load(environ)
		if err != nil {
			return err
		}
		dir = cfg.ContentDir
	}
	book, problems := knowledge.Load(contentFiles(dir))
	slices.SortStableFunc(problems, func(a, b knowledge.Problem) int { // errors last, next to the summary
		switch {
		case a.Fatal == b.Fatal:
			return 0
		case a.Fatal:
			return 1
		}
		return -1
	})
	var out strings.Builder
	errorsFound := 0
	for _, p := range problems {
		kind := "nhắc"
		if p.Fatal {
			kind = "LỖI"
			errorsFound++
		}
		fmt.Fprintf(&out, "%s  %s\n", kind, p)
	}
	if book == nil {
		fmt.Fprintf(&out, "%d lỗi: nội dung này không dùng được cho tới khi sửa xong.\n", errorsFound)
		_, err := io.WriteString(e.out, out.String())
		return errors.Join(errFound, err)
	}
	for _, near := range book.Nearer() {
		fmt.Fprintf(&out, "nhắc  %s\n", near)
	}
	waiting := book.Awaiting()
	fmt.Fprintf(&out, "Nội dung dùng được: %d mục, %d quy tắc, %d văn bản.\n", len(book.Entries), len(book.Facts), len(book.Documents))
	if len(waiting) > 0 {
		fmt.Fprintf(&out, "Chưa được duyệt: %d mục\n", len(waiting))
		for _, t := range waiting {
			fmt.Fprintf(&out, "  %s  %s\n", t, book.Entries[t].Title)
		}
	}
	_, err := io.WriteString(e.out, out.String())
	return err
}
