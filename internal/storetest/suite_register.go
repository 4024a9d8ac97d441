package storetest

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"testing"

	"donghanh/internal/journey"
)

// reader keeps what the register brought.
type reader struct {
	marks []string
	parts map[int][]journey.Person
}

// read asks for what changed, and returns who came with it, sorted.
func (r *reader) read(t *testing.T, s Storer) (came []journey.Code) {
	t.Helper()
	marks, changed, err := s.Register(t.Context(), r.marks)
	equal(t, err, nil)
	if r.parts == nil {
		r.parts = map[int][]journey.Person{}
	}
	for part, people := range changed {
		r.parts[part] = people
		for _, p := range people {
			came = append(came, p.Code)
		}
	}
	r.marks = marks
	slices.Sort(came)
	return came
}

// all is everybody that is known, by code.
func (r *reader) all() []journey.Person {
	people := slices.Concat(slices.Collect(maps.Values(r.parts))...)
	slices.SortFunc(people, func(a, b journey.Person) int { return cmp.Compare(a.Code, b.Code) })
	return people
}

func registerBringsChanges(t *testing.T, s Storer) {
	var r reader
	codesAre(t, r.read(t, s), nil)
	tracks := save(t, s, student("sv1", "K47/B5", "gv1"), member("gv1", "K47", journey.Mentor), student("sv-22", "K47/B5", ""))
	codesAre(t, r.read(t, s), nil, "gv1", "sv-22", "sv1")
	codesAre(t, r.read(t, s), nil)

	withEvent := tracks[0].With(journey.Event{ID: "E_SOURCE_LISTED", On: day(2)})
	withEvent = save(t, s, withEvent)[0]
	codesAre(t, r.read(t, s), nil) // what takes place is not who somebody is

	moved := withEvent
	moved.Person.Unit = "K47/B6"
	save(t, s, moved)
	if came := r.read(t, s); !slices.Contains(came, "sv1") || slices.Contains(came, "sv-22") {
		t.Errorf("after sv1 moved came %v", came)
	}
	late := tracks[0]
	late.Person.Name = "Quá Muộn"
	conflicts, err := s.SaveTracks(t.Context(), journey.Save{Track: late})
	codesAre(t, conflicts, err, "sv1")
	codesAre(t, r.read(t, s), nil)
	if got := r.all()[2]; got.Unit != "K47/B6" || got.Code != "sv1" || got.Name != "Nguyễn Văn An" || got.Mentor != "gv1" {
		t.Errorf("known of sv1: %+v", got)
	}
}

func registerIsOne(t *testing.T, s Storer) {
	var early, late reader
	early.read(t, s)
	for i := range 30 {
		tracks := save(t, s, student(journey.Code(fmt.Sprint("sv", i)), "K47/B5", ""))
		if i%3 == 0 {
			early.read(t, s)
		}
		tracks[0].Person.Mentor = "gv1"
		save(t, s, tracks[0])
	}
	early.read(t, s)
	late.read(t, s)
	equal(t, len(early.all()), 30)
	equal(t, fmt.Sprint(early.all()), fmt.Sprint(late.all()))
}
