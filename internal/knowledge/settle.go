package knowledge

import (
	"maps"
	"slices"
	"strings"

	"donghanh/internal/yamlfile"
)

// settle moves all that stays of the YAML next to each other and forgets what
// only the checks need. As the YAML reader leaves it, lying among what it threw
// away, it would hold several times its size.
func (b *Book) settle(w *Words) {
	count := &mover{}
	count.book(b)
	count.words(w)
	move := &mover{moving: true, rest: count.all.String()}
	move.book(b)
	move.words(w)
}

// mover goes over all texts twice: first it gathers them, then each becomes
// its part of what was gathered.
type mover struct {
	all    strings.Builder
	moving bool
	rest   string // what is not given out yet
}

func text[T ~string](m *mover, s *T) {
	if !m.moving {
		m.all.WriteString(string(*s))
		return
	}
	n := len(*s)
	*s, m.rest = T(m.rest[:n]), m.rest[n:]
}

func texts[T ~string](m *mover, list *[]T) {
	if m.moving {
		*list = slices.Clone(*list)
	}
	for i := range *list {
		text(m, &(*list)[i])
	}
}

// table goes over a map in the order of its keys. item gets a copy of each.
func table[K ~string, V any](m *mover, all *map[K]V, item func(*V)) {
	moved := make(map[K]V, len(*all))
	for _, key := range slices.Sorted(maps.Keys(*all)) {
		value := (*all)[key]
		text(m, &key)
		item(&value)
		moved[key] = value
	}
	if m.moving {
		*all = moved
	}
}

func (m *mover) book(b *Book) {
	table(m, &b.Documents, func(d *Document) {
		text(m, &d.ID)
		text(m, &d.Status)
		text(m, &d.Replaced.By)
		for _, s := range []*string{&d.Name, &d.Short, &d.Note} {
			text(m, s)
		}
		m.place(&d.at, "")
	})
	table(m, &b.Facts, func(f *Fact) {
		for _, s := range []*string{&f.ID, &f.Says, &f.Document, &f.Article, &f.ReadIn, &f.ReadAt, &f.Basis, &f.Limit, &f.Section} {
			text(m, s)
		}
		texts(m, &f.Also)
		m.place(&f.at, "")
	})
	table(m, &b.Entries, func(e *Entry) {
		text(m, &e.ID)
		for _, s := range []*string{&e.Title, &e.Answer, &e.Approval.By, &e.Approval.Awaiting} {
			text(m, s)
		}
		texts(m, &e.Ask)
		texts(m, &e.Facts)
		texts(m, &e.Related)
		m.place(&e.at, "ask")
	})
	texts(m, &b.Order)
	for i := range b.Scope {
		s := &b.Scope[i]
		for _, s := range []*string{&s.ID, &s.Title, &s.Reply} {
			text(m, s)
		}
		texts(m, &s.Ask)
		m.place(&s.at, "ask")
	}
	for i := range b.Care {
		c := &b.Care[i]
		text(m, &c.ID)
		text(m, &c.Reply)
		texts(m, &c.Phrases)
		texts(m, &c.Except)
		m.place(&c.at, "")
	}
}

func (m *mover) words(w *Words) {
	table(m, &w.Short, func(meant *string) { text(m, meant) })
	table(m, &w.Groups, func(words *[]string) { texts(m, words) })
	for i := range w.Same {
		texts(m, &w.Same[i])
	}
	texts(m, &w.Filler)
	for i := range w.Ambiguous {
		texts(m, &w.Ambiguous[i].Words)
		texts(m, &w.Ambiguous[i].Unless)
		texts(m, &w.Ambiguous[i].Topics)
	}
	for i := range w.Own {
		text(m, &w.Own[i].Does)
		texts(m, &w.Own[i].Says)
		texts(m, &w.Own[i].Whole)
		texts(m, &w.Own[i].Unless)
	}
	texts(m, &w.Self)
	texts(m, &w.Polite)
	texts(m, &w.Worry.Says)
	text(m, &w.Worry.Reply)
}

// place keeps the line of one key and of the approval.
func (m *mover) place(at *yamlfile.Place, key string) {
	if m.moving {
		*at = at.Settled(key)
	}
}
