package knowledge

import (
	"cmp"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"donghanh/internal/yamlfile"
)

// Limits of what fits under and into a message.
const (
	maxTitle  = 40   // letters on a button that a phone still shows whole
	maxAnswer = 2500 // letters, so that answer and sources stay one message of 4,096
	maxID     = 40   // bytes, so that it fits into a button's 64
)

// Problem is one finding of the content check.
type Problem = yamlfile.Problem

// Load reads and checks the content: documents.yaml, facts.yaml, scope.yaml,
// care.yaml, words.yaml and answers/*.yaml. The book is nil when one of the
// problems is fatal; the others are worth a look and the book can be used.
func Load(fsys fs.FS) (*Book, []Problem) { return read(fsys, nil, nil) }

// LoadLearned reads the content as Load does, in half the time when one of
// learned is what Learned returned for the same ways of asking. Anything
// else in it is of no effect.
func LoadLearned(fsys fs.FS, learned ...[]byte) (*Book, []Problem) { return read(fsys, nil, learned) }

// Reload reads and checks the content as Load does. What was learned from the
// ways of asking is taken over from b, which may be nil, when none of them
// changed: marking a document replaced takes milliseconds then.
func (b *Book) Reload(fsys fs.FS) (*Book, []Problem) { return read(fsys, b, nil) }

func read(fsys fs.FS, old *Book, kept [][]byte) (*Book, []Problem) {
	b := &Book{Documents: map[string]Document{}, Facts: map[string]Fact{}, Entries: map[Topic]Entry{}}
	var problems []Problem
	complain := func(at yamlfile.Place, key string, fatal bool, format string, args ...any) {
		problems = append(problems, at.Problem(key, fatal, fmt.Sprintf(format, args...)))
	}
	words, asks, unread := b.readFiles(fsys, complain)
	if len(unread) > 0 { // what is missing would look wrong everywhere it is named
		return nil, once(unread)
	}
	b.addAsks(asks, complain)
	b.checkWords(words, complain)
	b.checkDocuments(complain)
	b.checkFacts(complain)
	b.checkEntries(complain)
	b.checkReplies(complain)
	b.checkPhrasings(complain)
	problems = once(problems)
	if slices.ContainsFunc(problems, func(p Problem) bool { return p.Fatal }) {
		return nil, problems
	}
	b.settle(&words)
	b.words = newNormaliser(words)
	b.learnedFrom = b.learnedKey(words)
	if old != nil && old.learnedFrom == b.learnedFrom {
		b.index = old.index
	} else {
		b.index = newIndex(b, kept)
		b.learnedAnew = b.index.learnedAnew
	}
	b.cares = newCares(b.Care)
	return b, problems
}

// once leaves out what was found before.
func once(problems []Problem) []Problem {
	var out []Problem
	for _, p := range problems {
		if !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

// moreAsks is one file of asks/*.yaml.
type moreAsks struct {
	file string
	asks map[Topic][]string
}

// readFiles reads all files. What could not be read is returned; an id that
// is missing or there twice is complained of.
func (b *Book) readFiles(fsys fs.FS, complain complainFunc) (words Words, asks []moreAsks, unread []Problem) {
	f := readAtOnce(fsys)
	documents, facts := beginList[Document](f, "documents.yaml"), beginList[Fact](f, "facts.yaml")
	scope, care := beginList[Scope](f, "scope.yaml"), beginList[Care](f, "care.yaml")
	readWords := beginOne(f, "words.yaml", &words)
	var answers []func(func(yamlfile.Place, Entry)) []Problem
	for _, file := range contentIn(fsys, "answers") {
		answers = append(answers, beginList[Entry](f, file))
	}
	for _, file := range contentIn(fsys, "asks") {
		asks = append(asks, moreAsks{file: file})
	}
	readAsks := make([]func() []Problem, len(asks))
	for i := range asks {
		readAsks[i] = beginOne(f, asks[i].file, &asks[i].asks)
	}

	report := func(problems []Problem) { unread = append(unread, problems...) }
	report(documents(func(at yamlfile.Place, d Document) {
		d.at = at
		if _, twice := b.Documents[d.ID]; twice || d.ID == "" {
			complain(at, "id", true, "mã văn bản %q trống hoặc đã có", d.ID)
			return
		}
		b.Documents[d.ID] = d
	}))
	report(facts(func(at yamlfile.Place, f Fact) {
		f.at = at
		if _, twice := b.Facts[f.ID]; twice || f.ID == "" {
			complain(at, "id", true, "mã quy tắc %q trống hoặc đã có", f.ID)
			return
		}
		b.Facts[f.ID] = f
	}))
	if len(answers) == 0 {
		report([]Problem{{File: "answers", Fatal: true, Reason: "không có tệp câu trả lời nào (answers/*.yaml)"}})
	}
	for _, entries := range answers {
		report(entries(func(at yamlfile.Place, e Entry) {
			e.at = at
			e.Answer = strings.TrimSpace(e.Answer)
			if old, twice := b.Entries[e.ID]; twice {
				complain(at, "id", true, "mục %q đã có ở %s:%d; bỏ một trong hai", e.ID, old.at.File(), old.at.Line("id"))
				return
			}
			b.Entries[e.ID] = e
			b.Order = append(b.Order, e.ID)
		}))
	}
	report(scope(func(at yamlfile.Place, s Scope) {
		s.at = at
		s.Reply = strings.TrimSpace(s.Reply)
		b.Scope = append(b.Scope, s)
	}))
	for _, read := range readAsks {
		report(read())
	}
	report(care(func(at yamlfile.Place, c Care) {
		c.at = at
		c.Reply = strings.TrimSpace(c.Reply)
		b.Care = append(b.Care, c)
	}))
	report(readWords())
	return words, asks, unread
}

// contentIn lists the YAML files of a folder. A name that begins with a dot is
// an editor's own file.
func contentIn(fsys fs.FS, folder string) []string {
	files, _ := fs.Glob(fsys, folder+"/*.yaml") // the pattern is well formed
	return slices.DeleteFunc(files, func(f string) bool { return strings.HasPrefix(path.Base(f), ".") })
}

// addAsks adds what asks/*.yaml holds: more ways of asking, topic or kind out
// of scope → list, so that what people really type can grow without touching
// the approved texts.
func (b *Book) addAsks(files []moreAsks, complain complainFunc) {
	for _, more := range files {
		for _, id := range slices.Sorted(maps.Keys(more.asks)) {
			if i := slices.IndexFunc(b.Scope, func(s Scope) bool { return s.ID == string(id) }); i >= 0 {
				b.Scope[i].Ask = append(b.Scope[i].Ask, more.asks[id]...)
				continue
			}
			e, ok := b.Entries[id]
			if !ok {
				known := b.topicIDs()
				for _, s := range b.Scope {
					known = append(known, s.ID)
				}
				complain(yamlfile.In(more.file), "", true, "chủ đề %q không có trong answers hay scope.yaml%s", id, yamlfile.OrMeant(string(id), known))
				continue
			}
			e.Ask = append(e.Ask, more.asks[id]...)
			b.Entries[id] = e
		}
	}
}

func (b *Book) checkWords(words Words, complain complainFunc) {
	at := yamlfile.In("words.yaml")
	for i, same := range words.Same {
		if len(same) < 2 || slices.ContainsFunc(same, func(s string) bool { return len(strings.Fields(Fold(s))) == 0 }) {
			complain(at, "", true, "nhóm thứ %d của same (%q) cần ít nhất hai cụm từ, không cụm nào trống", i+1, strings.Join(same, ", "))
		}
	}
	for i, o := range words.Own {
		if !slices.Contains(functions, o.Does) || len(o.Says)+len(o.Whole) == 0 {
			complain(at, "", true, "own thứ %d: does %q phải là một trong %v, và cần says hoặc whole", i+1, o.Does, functions)
		} else if _, ok := b.Entries[o.Does.topic()]; !ok {
			complain(at, "", true, "own thứ %d: does %s cần mục %q trong kho", i+1, o.Does, o.Does.topic())
		}
		for _, s := range slices.Concat(o.Says, o.Whole, o.Unless) {
			if len(strings.Fields(Fold(s))) == 0 || strings.HasSuffix(strings.TrimSpace(s), "…") || strings.HasPrefix(strings.TrimSpace(s), "…") {
				complain(at, "", true, "own %s: %q trống, hoặc bắt đầu hay kết thúc bằng …", o.Does, s)
			}
		}
	}
	if len(words.Worry.Says) > 0 && strings.TrimSpace(words.Worry.Reply) == "" {
		complain(at, "", true, "worry có says thì cần reply")
	}
	for _, a := range words.Ambiguous {
		if len(a.Words) == 0 || len(a.Topics) < 2 || len(a.Topics) > maxChoices {
			complain(at, "", true, "ambiguous %q cần words và 2 đến %d topics", strings.Join(a.Words, ", "), maxChoices)
		}
		for _, t := range a.Topics {
			if _, ok := b.Entries[t]; !ok {
				complain(at, "", true, "ambiguous: chủ đề %q không có trong kho%s", t, yamlfile.OrMeant(string(t), b.topicIDs()))
			}
		}
	}
}

func (b *Book) topicIDs() []string {
	var out []string
	for _, t := range b.Order {
		out = append(out, string(t))
	}
	return out
}

func (b *Book) documentIDs() []string { return slices.Collect(maps.Keys(b.Documents)) }

type complainFunc = func(at yamlfile.Place, key string, fatal bool, format string, args ...any)

func (b *Book) checkDocuments(complain complainFunc) {
	for _, id := range slices.Sorted(maps.Keys(b.Documents)) {
		d := b.Documents[id]
		if d.Name == "" || d.Date.IsZero() {
			complain(d.at, "id", true, "văn bản %s thiếu tên (name) hoặc ngày (date)", d.ID)
		}
		switch d.Status {
		case InForce, Unknown:
			if d.Replaced != (Replacement{}) {
				complain(d.at, "replaced", true, "văn bản %s ghi đã bị thay (replaced) nhưng status là %s; đổi status thành replaced", d.ID, d.Status)
			}
		case Replaced:
			if d.Replaced.On.IsZero() {
				complain(d.at, "status", true, "văn bản %s đã bị thay nhưng thiếu ngày: replaced: {by: …, on: 2026-07-26}", d.ID)
			}
			if _, ok := b.Documents[d.Replaced.By]; !ok && d.Replaced.By != "" {
				complain(d.at, "replaced", true, "văn bản %s ghi bị thay bởi %q, mã này không có trong documents.yaml%s", d.ID, d.Replaced.By, yamlfile.OrMeant(d.Replaced.By, b.documentIDs()))
			}
		default:
			complain(d.at, "status", true, "status %q của %s phải là in_force, replaced hoặc unknown", d.Status, d.ID)
		}
	}
}

func (b *Book) checkFacts(complain complainFunc) {
	for _, id := range slices.Sorted(maps.Keys(b.Facts)) {
		f := b.Facts[id]
		if strings.TrimSpace(f.Says) == "" {
			complain(f.at, "id", true, "quy tắc %s chưa có nội dung (says)", f.ID)
		}
		if f.Document == "" && f.ReadIn == "" && f.Basis == "" {
			complain(f.at, "id", true, "quy tắc %s không có nguồn: cần document, read_in hoặc basis", f.ID)
		}
		for _, id := range append([]string{f.Document, f.ReadIn}, f.Also...) {
			if _, ok := b.Documents[id]; !ok && id != "" {
				complain(f.at, "document", true, "quy tắc %s dẫn văn bản %q, mã này không có trong documents.yaml%s", f.ID, id, yamlfile.OrMeant(id, b.documentIDs()))
			}
		}
		if f.Verified && f.Document == "" {
			complain(f.at, "verified", true, "quy tắc %s ghi đã kiểm chứng nhưng không nêu văn bản đang hiệu lực (document)", f.ID)
		}
	}
}

var (
	digits      = regexp.MustCompile(`\d+(?:[.,]\d+)*`)
	noVerdict   = regexp.MustCompile(`(?i)chắc chắn được kết nạp|không ảnh hưởng đâu|khó lắm|yên tâm đi|chắc chắn đậu`)
	validTopics = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
)

func (b *Book) checkEntries(complain complainFunc) {
	for _, id := range b.Order {
		e := b.Entries[id]
		if !validTopics.MatchString(string(e.ID)) || len(e.ID) > maxID {
			complain(e.at, "id", true, "mã %q phải là chữ thường, số và gạch nối, tối đa %d ký tự", e.ID, maxID)
		}
		if n := utf8.RuneCountInString(e.Title); n == 0 || n > maxTitle {
			complain(e.at, "title", true, "%s: tiêu đề cần 1 đến %d ký tự, đang có %d", e.ID, maxTitle, n)
		}
		if len(e.Ask) < 3 {
			complain(e.at, "ask", true, "%s: cần ít nhất 3 cách hỏi (ask)", e.ID)
		}
		for _, r := range e.Related {
			if r == e.ID {
				complain(e.at, "related", true, "%s: câu liên quan (related) là chính nó; bỏ đi", e.ID)
			} else if _, ok := b.Entries[r]; !ok {
				complain(e.at, "related", true, "%s: câu liên quan %q không có trong kho%s", e.ID, r, yamlfile.OrMeant(string(r), b.topicIDs()))
			}
		}
		if e.Function {
			if e.Answer != "" || len(e.Facts) > 0 {
				complain(e.at, "function", true, "%s do chức năng của bot trả lời, không ghi answer hay facts", e.ID)
			}
			continue
		}
		b.checkAnswer(e, complain)
	}
	for _, id := range []Topic{MyStatus, BotHelp} {
		if e, ok := b.Entries[id]; !ok || !e.Function {
			complain(yamlfile.In("answers"), "", true, "thiếu mục %s với function: true", id)
		}
	}
}

func (b *Book) checkAnswer(e Entry, complain complainFunc) {
	switch n := utf8.RuneCountInString(e.Answer); {
	case n == 0:
		complain(e.at, "answer", true, "%s: chưa có câu trả lời (answer)", e.ID)
	case n > maxAnswer:
		complain(e.at, "answer", true, "%s: câu trả lời dài %d ký tự, tối đa %d; cắt bớt", e.ID, n, maxAnswer)
	}
	if len(e.Facts) == 0 {
		complain(e.at, "facts", true, "%s: không có nguồn; ghi mã quy tắc vào facts", e.ID)
	}
	var ground strings.Builder
	complete := true
	for _, id := range e.Facts {
		f, ok := b.Facts[id]
		if !ok {
			complete = false
			complain(e.at, "facts", true, "%s: quy tắc %q không có trong facts.yaml%s", e.ID, id, yamlfile.OrMeant(id, slices.Collect(maps.Keys(b.Facts))))
			continue
		}
		ground.WriteString(" " + f.Says + " " + f.Limit)
		for _, d := range append([]string{f.Document, f.ReadIn}, f.Also...) {
			doc := b.Documents[d]
			ground.WriteString(" " + doc.Name + " " + doc.Short)
		}
	}
	known := digits.FindAllString(ground.String(), -1)
	for _, n := range digits.FindAllString(e.Answer, -1) {
		if complete && !slices.Contains(known, n) {
			complain(e.at, "answer", true, "%s: số %q không có trong quy tắc nào của facts; sửa số hoặc thêm quy tắc", e.ID, n)
		}
	}
	if bad := noVerdict.FindString(e.Answer); bad != "" {
		complain(e.at, "answer", true, "%s: %q đoán kết quả của một người; bot không làm việc đó", e.ID, bad)
	}
	switch a := e.Approval; {
	case a == Approval{}:
		complain(e.at, "id", true, "%s: thiếu phê duyệt: approval: {by: họ tên, chức vụ, on: 2026-12-01}, hoặc {drafted: 2026-11-24, awaiting: cấp ủy duyệt}", e.ID)
	case a.By != "" && a.On.IsZero(), a.By == "" && !a.On.IsZero():
		complain(e.at, "approval", true, "%s: phê duyệt cần cả người duyệt (by) và ngày (on)", e.ID)
	case !a.Given() && a.Awaiting == "":
		complain(e.at, "approval", true, "%s: chưa duyệt thì ghi awaiting: ai sẽ duyệt", e.ID)
	}
	for _, id := range e.Facts {
		if d, ok := b.Documents[b.Facts[id].Document]; ok && d.Status == Replaced && !d.Replaced.On.IsZero() {
			complain(e.at, "facts", false, "%s: quy tắc %s dựa trên %s, văn bản này bị thay; từ ngày %s câu trả lời không được đưa ra nữa", e.ID, id, d.Short, asWritten(d.Replaced.On))
		}
	}
}

func (b *Book) checkReplies(complain complainFunc) {
	for _, s := range b.Scope {
		if s.ID == "" || s.Reply == "" || len(s.Ask) == 0 {
			complain(s.at, "id", true, "loại ngoài phạm vi %q cần id, ask và reply", s.ID)
		}
	}
	for _, c := range b.Care {
		if c.ID == "" || c.Reply == "" || len(c.Phrases) == 0 {
			complain(c.at, "id", true, "loại %q trong care.yaml cần id, phrases và reply", c.ID)
		}
	}
}

// checkPhrasings finds the same way of asking under two entries: the finder
// could never tell them apart.
func (b *Book) checkPhrasings(complain complainFunc) {
	seen := map[string]string{}
	check := func(at yamlfile.Place, owner string, asks []string) {
		for _, a := range asks {
			key := plainWords(a)
			if key == "" {
				complain(at, "ask", true, "%s: một cách hỏi trống", owner)
				continue
			}
			if other, ok := seen[key]; ok {
				if other != owner {
					complain(at, "ask", true, "%s: cách hỏi %q cũng đứng ở %s; để lại một nơi", owner, a, other)
				} else {
					complain(at, "ask", false, "%s: cách hỏi %q viết hai lần", owner, a)
				}
				continue
			}
			seen[key] = owner
		}
	}
	for _, id := range b.Order {
		e := b.Entries[id]
		check(e.at, string(id), e.Ask)
	}
	for _, s := range b.Scope {
		check(s.at, path.Join("scope.yaml", s.ID), s.Ask)
	}
}

// Awaiting lists the entries nobody has approved yet, in the order read.
func (b *Book) Awaiting() []Topic {
	var out []Topic
	for _, id := range b.Order {
		if e := b.Entries[id]; !e.Function && !e.Approval.Given() {
			out = append(out, id)
		}
	}
	return out
}

// asWritten is a date as it stands in the YAML.
func asWritten(d Date) string {
	text, _ := d.MarshalText() // there is no date it refuses
	return string(text)
}

// ApprovedAfter lists the approvals dated after the day: nobody can have given
// them yet.
func (b *Book) ApprovedAfter(day Date) []Problem {
	var out []Problem
	for _, id := range b.Order {
		if e := b.Entries[id]; e.Approval.On.After(day) {
			out = append(out, Problem{File: e.at.File(), Line: e.at.Line("approval"), Reason: fmt.Sprintf(
				"%s: ngày duyệt %s chưa tới; ghi ngày đã duyệt thật", id, asWritten(e.Approval.On))})
		}
	}
	return out
}

// Nearer lists the ways of asking that resemble one of another entry far more
// than any of their own, the worst first: the finder would give them the wrong
// answer if somebody asked a little differently.
func (b *Book) Nearer() []Problem {
	classes, asks := b.asks()
	type finding struct {
		Problem
		other float64
	}
	var found []finding
	for p, a := range asks {
		own, other, at := b.index.neighbours(int32(p), a) // #nosec G115 -- thousands
		if other > own*nearerBy && other > nearerFrom {
			found = append(found, finding{Problem{File: a.at.File(), Line: a.at.Line("ask"), Reason: fmt.Sprintf(
				"%s: cách hỏi %q giống %q của %s hơn các cách hỏi cùng mục; thêm chữ để phân biệt, hoặc chuyển mục",
				classes[a.class].id, a.text, asks[at].text, classes[asks[at].class].id)}, other})
		}
	}
	slices.SortStableFunc(found, func(a, b finding) int { return cmp.Compare(b.other, a.other) })
	var out []Problem
	for _, f := range found {
		out = append(out, f.Problem)
	}
	return out
}

// When a neighbour of another entry is worth a warning. Pairs written to tell
// two topics apart lie below.
const (
	nearerBy   = 3
	nearerFrom = 0.75
)
