package knowledge

import (
	"slices"
	"testing"
	"testing/fstest"
)

// FuzzLoad reads any bytes as one of the files.
func FuzzLoad(f *testing.F) {
	names := sortedFiles(tiny())
	for i, name := range names {
		f.Add(uint8(i), tiny()[name].Data) // #nosec G115 -- eight
	}
	words := uint8(slices.Index(names, "words.yaml"))
	for _, raw := range []string{
		"", "-", "- ", "---\n---\n", "- id: a\n  a: &b [*b]\n", "[[[[[[", "- ? a\n", "\xff\xfe", "- !!binary x", "a: b: c", "- <<: *x\n", "- id: |\n", "- ask: !b x\n", "short: !b x\n", "v: !b x\n",
		"same: [[]]", "same: [[a, ' ']]", "groups: {a: ['']}", "short: {'': ''}",
	} {
		for i := range names {
			f.Add(uint8(i), []byte(raw)) // #nosec G115 -- eight
		}
	}
	f.Add(words, []byte("same: [[a, \u0301]]"))
	f.Fuzz(func(t *testing.T, file uint8, raw []byte) {
		fsys := tiny()
		fsys[names[int(file)%len(names)]] = &fstest.MapFile{Data: raw}
		b, problems := Load(fsys)
		fatal := slices.ContainsFunc(problems, func(p Problem) bool { return p.Fatal })
		if (b == nil) != fatal {
			t.Errorf("book %t, findings:\n%s", b != nil, problemsOf(problems))
		}
		for _, p := range problems {
			if p.File == "" || p.Reason == "" || p.Line < 0 {
				t.Errorf("a finding that says nothing: %+v", p)
			}
		}
		if b == nil {
			return
		}
		for _, id := range b.Order {
			e := b.Entries[id]
			if e.Function {
				continue
			}
			if len(b.Sources(e)) == 0 {
				t.Errorf("%s has no source", id)
			}
			b.Withdrawn(e, Date{2027, 1, 1})
		}
		for _, q := range []string{"dự bị mấy tháng", "đóng đảng phí ko ạ", "em muốn chết", ""} {
			sound(t, b, q, b.Find(q, "bao giờ có thẻ"))
		}
		b.Nearer()
		if again, problems := b.Reload(fsys); again == nil {
			t.Errorf("read once, refused the second time:\n%s", problemsOf(problems))
		}
	})
}
