package knowledge

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
)

// tiny returns content with one answer of each kind, small enough to be read
// in a test and without a finding.
func tiny() fstest.MapFS {
	return files(map[string]string{
		"documents.yaml": `
- id: rule-new
  name: Quy định mới, số 2-QĐ/TW
  short: 2-QĐ/TW
  date: 2026-07-26
  status: in_force
- id: rule-old
  name: Quy định cũ, số 1-QĐ/TW
  short: 1-QĐ/TW
  date: 2025
  status: replaced
  replaced: {by: rule-new, on: 2026-07-26}
- id: guide
  name: Hướng dẫn
  short: Hướng dẫn
  date: 2024-01-05
  status: unknown
`,
		"facts.yaml": `
- id: length
  says: Dự bị 12 tháng.
  document: rule-new
  article: Điều 5
  verified: true
- id: card
  says: Thẻ phát khi thành chính thức.
  document: rule-new
  read_in: rule-old
  read_at: Điều 9
- id: fee
  says: Phí 30 nghìn đồng.
  basis: thông lệ
`,
		"answers/a.yaml": `
- id: length
  title: Dự bị bao lâu
  ask: [dự bị mấy tháng, thời gian dự bị, bao giờ hết dự bị]
  answer: Dự bị 12 tháng.
  facts: [length]
  related: [card]
  approval: {by: "Nguyễn Thị A, bí thư", on: 2026-11-20}
- id: card
  title: Thẻ đảng
  ask: [khi nào có thẻ, thẻ phát lúc nào, bao giờ nhận thẻ]
  answer: Khi thành chính thức.
  facts: [card]
  approval: {drafted: 2026-11-24, awaiting: cấp ủy duyệt}
`,
		"answers/b.yaml": `
- id: fee
  title: Đóng phí
  ask: [phí mỗi tháng mấy đồng, đóng phí bao nhiêu, mức đóng]
  answer: Mỗi tháng 30 nghìn đồng.
  facts: [fee]
  related: [length, card]
  approval: {by: "Nguyễn Thị A, bí thư", on: 2026-11-20}
- id: my-status
  title: Hồ sơ của tôi
  ask: [hồ sơ em tới đâu rồi, em đang ở bước nào, hồ sơ của tôi sao rồi]
  function: true
- id: bot-help
  title: Bot giúp được gì
  ask: [bạn làm được gì, cách dùng, hướng dẫn sử dụng bot]
  function: true
`,
		"asks/more.yaml": `
length:
  - làm đảng viên dự bị kéo dài chừng nào
weather:
  - nắng nóng mấy độ
`,
		"scope.yaml": `
- id: weather
  title: Thời tiết
  ask: [hôm nay trời mưa, mai có bão, nhiệt độ ngoài trời]
  reply: Mình không biết thời tiết.
`,
		"care.yaml": `
- id: harm
  phrases: [muốn chết]
  except: [đói muốn chết]
  reply: Bạn gọi người thân ngay nhé.
`,
		"words.yaml": `
short: {ko: không}
same: [[đảng phí, phí đảng]]
filler: [ạ]
groups: {tiền: [phí, đồng]}
`,
	})
}

func files(texts map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, text := range texts {
		fsys[name] = &fstest.MapFile{Data: []byte(strings.TrimPrefix(text, "\n"))}
	}
	return fsys
}

// edit replaces old, which must stand in the file, once by new.
func edit(t testing.TB, fsys fstest.MapFS, file, old, new string) {
	t.Helper()
	text := string(fsys[file].Data)
	if !strings.Contains(text, old) {
		t.Fatalf("%s holds no %q", file, old)
	}
	fsys[file] = &fstest.MapFile{Data: []byte(strings.Replace(text, old, new, 1))}
}

// load reads content that must be usable.
func load(t testing.TB, fsys fs.FS) *Book {
	t.Helper()
	b, problems := Load(fsys)
	if b == nil {
		t.Fatalf("content does not load: %v", problems)
	}
	return b
}

var readBuilt = sync.OnceValues(func() (*Book, []Problem) { return Load(os.DirFS("../../content")) })

// built is the content that comes with the program, read once for all tests.
func built(t testing.TB) *Book {
	t.Helper()
	b, problems := readBuilt()
	if b == nil {
		t.Fatalf("the built-in content does not load: %v", problems)
	}
	return b
}

// said writes a finding for messages.
func (f Found) said() string {
	switch {
	case f.Care != nil:
		return fmt.Sprintf("%s %s", f.Outcome, f.Care.ID)
	case f.Scope != nil:
		return fmt.Sprintf("%s %s (%.2f)", f.Outcome, f.Scope.ID, f.Score)
	case f.Outcome == Unsure:
		return fmt.Sprintf("%s %v (%.2f)", f.Outcome, f.Choices, f.Score)
	}
	return fmt.Sprintf("%s %s (%.2f)", f.Outcome, f.Topic, f.Score)
}

func problemsOf(problems []Problem) string {
	var lines []string
	for _, p := range problems {
		lines = append(lines, fmt.Sprintf("%s (fatal %t)", p, p.Fatal))
	}
	return strings.Join(lines, "\n")
}

// lineOf is the line, from 1, on which text stands in the file.
func lineOf(t testing.TB, fsys fstest.MapFS, file, text string) int {
	t.Helper()
	before, _, ok := strings.Cut(string(fsys[file].Data), text)
	if !ok {
		t.Fatalf("%s holds no %q", file, text)
	}
	return strings.Count(before, "\n") + 1
}

func sortedFiles(fsys fstest.MapFS) []string { return slices.Sorted(maps.Keys(fsys)) }
