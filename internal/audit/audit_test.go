package audit

import (
	"testing"
	"time"

	"donghanh/internal/journey"
)

func TestDifferSaysWhatChangedAndNoName(t *testing.T) {
	was := journey.Person{Code: "gv1", Name: "Trần Văn Minh", Roles: []journey.Role{journey.Mentor}, Unit: "K47/B5"}
	tests := map[string]struct {
		change func(*journey.Person)
		want   string
	}{
		"nothing":      {func(*journey.Person) {}, ""},
		"a role more":  {func(p *journey.Person) { p.Roles = []journey.Role{journey.Mentor, journey.CellSecretary} }, "role mentor → mentor+cell_secretary"},
		"no role left": {func(p *journey.Person) { p.Roles = nil }, "role mentor → -"},
		"another unit": {func(p *journey.Person) { p.Unit = "" }, "unit K47/B5 → -"},
		"a mentor":     {func(p *journey.Person) { p.Mentor = "gv2" }, "mentor - → gv2"},
		"another name": {func(p *journey.Person) { p.Name = "Trần Minh" }, "name"},
		"all":          {func(p *journey.Person) { *p = journey.Person{Code: "gv1"} }, "role mentor → -; unit K47/B5 → -; name"},
	}
	for name, tt := range tests {
		is := was
		tt.change(&is)
		if got := Differ(was, is); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

func TestTheChainShowsEachChange(t *testing.T) {
	link := Next(Next("", []byte("a")), []byte("b"))
	for name, other := range map[string]string{
		"another entry":    Next(Next("", []byte("A")), []byte("b")),
		"the other order":  Next(Next("", []byte("b")), []byte("a")),
		"one left out":     Next("", []byte("b")),
		"joined otherwise": Next("", []byte("a\nb")),
	} {
		if other == link {
			t.Errorf("%s: the same link %q", name, link)
		}
	}
}

func TestAFilterIsFromInclusiveToExclusive(t *testing.T) {
	at := time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)
	e := Entry{At: at, By: "gv1", Of: "sv1", Act: Saw}
	for name, tt := range map[string]struct {
		f    Filter
		want bool
	}{
		"nothing asked":   {Filter{}, true},
		"from its moment": {Filter{From: at}, true},
		"to its moment":   {Filter{To: at}, false},
		"from later":      {Filter{From: at.Add(1)}, false},
		"another doer":    {Filter{By: "gv2"}, false},
		"another of":      {Filter{Of: "gv1"}, false},
		"another act":     {Filter{Act: Changed}, false},
		"all of it":       {Filter{By: "gv1", Of: "sv1", Act: Saw, From: at, To: at.Add(1)}, true},
	} {
		if got := tt.f.Fits(e); got != tt.want {
			t.Errorf("%s: %+v fits: %t, want %t", name, tt.f, got, tt.want)
		}
	}
}
