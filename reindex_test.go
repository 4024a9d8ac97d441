package main

import (
	"strings"
	"testing"

	"donghanh/internal/journey"
)

func TestReindexMendsTheDayOnWhichSomebodyIsLookedAt(t *testing.T) {
	a := newAcademy(t)
	a.must(t, "import", written(t, "people.csv", "code,name,role,unit,mentor\nsv1,Lan,student,K47,gv1\ngv1,Minh,mentor,K47,\n"),
		written(t, "events.csv", "code,event,date\nsv1,E_SYMPATHIZER_LISTED,2026-01-05\nsv1,E_MENTOR_ASSIGNED,2026-01-05\n"))
	said, _ := a.must(t, "reindex")
	if !strings.Contains(said, "; 0 chỗ khác") {
		t.Errorf("after an import: %q, want nothing to mend", said)
	}
	track, err := a.Track(t.Context(), "sv1")
	if err != nil {
		t.Fatal(err)
	}
	if conflicts, err := a.SaveTracks(t.Context(), journey.Save{Track: track, Next: journey.Date{Year: 2099, Month: 1, Day: 1}}); err != nil || len(conflicts) > 0 {
		t.Fatal(conflicts, err)
	}
	for _, want := range []string{"; 1 chỗ khác", "; 0 chỗ khác"} {
		if said, _ := a.must(t, "reindex"); !strings.Contains(said, want) {
			t.Errorf("after a wrong day: %q, want %q", said, want)
		}
	}
}
