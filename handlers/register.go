package handlers

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"

	"donghanh/internal/journey"
	"donghanh/internal/knowledge"
)

// Register brings who everybody is, in parts: all people of each part that is
// not as it was when its mark was given out.
type Register interface {
	Register(ctx context.Context, marks []string) (now []string, changed map[int][]journey.Person, err error)
}

// register keeps who everybody is, ready to be searched. Each look asks first
// which parts changed, so that it holds with several instances and after an
// import.
type register struct {
	source Register

	mu    sync.Mutex // guards what is below
	marks []string
	all   []*entry // by unit and name
}

// entry is one person as they are searched and sorted.
type entry struct {
	journey.Person
	part int
	said string // what can be looked for, folded: " lan nguyen thi sv-lan /k47/b5/"
	key  []byte // sorts by unit, given name, name
}

// everybody returns all people, by unit and name. The slice is not to be
// changed.
func (g *register) everybody(ctx context.Context) ([]*entry, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	marks, changed, err := g.source.Register(ctx, g.marks)
	if err != nil {
		return nil, err
	}
	if len(changed) == 0 {
		g.marks = marks
		return g.all, nil
	}
	w := newWriter()
	var fresh []*entry
	for part, people := range changed {
		for _, p := range people {
			fresh = append(fresh, w.entry(p, part))
		}
	}
	byKey := func(a, b *entry) int { return bytes.Compare(a.key, b.key) }
	slices.SortFunc(fresh, byKey)
	stays := make([]*entry, 0, len(g.all)+len(fresh)) // a new slice: the old one was handed out
	for _, e := range g.all {
		if _, gone := changed[e.part]; gone {
			continue
		}
		for len(fresh) > 0 && byKey(fresh[0], e) < 0 {
			stays, fresh = append(stays, fresh[0]), fresh[1:]
		}
		stays = append(stays, e)
	}
	g.marks, g.all = marks, append(stays, fresh...)
	return g.all, nil
}

// writer makes entries. What many people share is kept once.
type writer struct {
	sorts *collate.Collator
	buf   collate.Buffer
	units map[journey.Unit][]byte
	roles map[string][]journey.Role
	same  map[string]string
}

func newWriter() *writer {
	return &writer{
		sorts: collate.New(language.Vietnamese), units: map[journey.Unit][]byte{},
		roles: map[string][]journey.Role{}, same: map[string]string{},
	}
}

func (w *writer) key(s string) []byte {
	w.buf.Reset()
	return slices.Clone(w.sorts.KeyFromString(&w.buf, s))
}

func (w *writer) once(s string) string {
	if known, ok := w.same[s]; ok {
		return known
	}
	w.same[s] = s
	return s
}

func (w *writer) entry(p journey.Person, part int) *entry {
	unit, ok := w.units[p.Unit]
	if !ok {
		unit = w.key(string(p.Unit))
		w.units[p.Unit] = unit
	}
	var named strings.Builder
	for _, r := range p.Roles {
		named.WriteString(string(r) + " ")
	}
	if roles, ok := w.roles[named.String()]; ok {
		p.Roles = roles
	} else {
		w.roles[named.String()] = p.Roles
	}
	p.Unit, p.Mentor = journey.Unit(w.once(string(p.Unit))), journey.Code(w.once(string(p.Mentor)))
	const apart = 0 // keys hold none in their first bytes
	key := append(slices.Clone(unit), apart)
	key = append(append(key, w.key(given(p.Name))...), apart)
	key = append(append(key, w.key(p.Name)...), apart)
	code := knowledge.Fold(string(p.Code))
	said := " " + lookedFor(p.Name) + " " + code
	if parts := strings.FieldsFunc(code, func(r rune) bool { return strings.ContainsRune("._-", r) }); len(parts) > 1 {
		said += " " + strings.Join(parts, " ")
	}
	return &entry{Person: p, part: part, said: said + " /" + knowledge.Fold(string(p.Unit)) + "/", key: append(key, p.Code...)}
}

// given is the given name, which stands last.
func given(name string) string { return name[strings.LastIndexByte(name, ' ')+1:] }

// lookedFor is a name as it is looked for: folded words with one space between
// them.
func lookedFor(name string) string {
	return strings.Join(strings.Fields(strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
			return c
		}
		return ' '
	}, knowledge.Fold(name))), " ")
}

// finds reports whether an entry has all parts of a query: a part begins a word
// of the name or of the code, is a number in the code, or names a unit on the
// path.
func (e *entry) finds(parts []part) bool {
	for _, p := range parts {
		switch {
		case strings.Contains(e.said, p.word), strings.Contains(e.said, p.unit):
		case p.number != "" && strings.Contains(knowledge.Fold(string(e.Code)), p.number):
		default:
			return false
		}
	}
	return true
}

// part is one word of a query, in the ways it can be found.
type part struct{ word, unit, number string }

// partsOf cuts a query as sought makes it into its words.
func partsOf(query string) (parts []part) {
	for w := range strings.FieldsSeq(query) {
		p := part{word: " " + w, unit: "/" + w + "/"}
		if strings.ContainsAny(w, "0123456789") {
			p.number = w
		}
		parts = append(parts, p)
	}
	return parts
}

// sought is what people look for as it is searched: folded, short, without what
// parts button data.
func sought(s string) string {
	s = strings.Map(func(c rune) rune {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', strings.ContainsRune("/._-", c):
			return c
		}
		return ' '
	}, knowledge.Fold(s))
	return strings.TrimSpace(cut(strings.Join(strings.Fields(s), " "), maxQuery))
}
