package handlers

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"donghanh/internal/audit"
	"donghanh/internal/chat"
	"donghanh/internal/journey"
	"donghanh/internal/storetest"
)

// TestManyAreAssignedAtOnceAndEachMentorHearsOnce: within the limit, whoever else
// changes a student meanwhile; pressed again nothing more happens.
func TestManyAreAssignedAtOnceAndEachMentorHearsOnce(t *testing.T) {
	m := &meddling{Memory: storetest.NewMemory()}
	settle(m.Memory)
	var saves []journey.Save
	add := func(code string, unit journey.Unit, role journey.Role, events ...string) {
		saves = append(saves, journey.Save{Track: journey.Track{
			Person: journey.Person{Code: journey.Code(code), Name: "Người " + code, Unit: unit, Roles: []journey.Role{role}}, Since: aDay("2026-09-01"), Events: happened(events...),
		}})
	}
	for i := range 19 {
		add(fmt.Sprintf("m-%02d", i), journey.Unit(fmt.Sprint("K47/L", i%3)), journey.Student, "E_SOURCE_LISTED 2026-09-02")
	}
	add("m-gone", "K47/L0", journey.Student, "E_SOURCE_LISTED 2026-09-02", "E_WITHDRAWN 2026-10-02")
	add("m-else", "K48/L0", journey.Student, "E_SOURCE_LISTED 2026-09-02")
	for i := range 3 {
		add(fmt.Sprint("g-", i), journey.Unit(fmt.Sprint("K47/L", i)), journey.Mentor)
	}
	if _, err := m.Memory.SaveTracks(t.Context(), saves...); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		link(m.Memory, journey.Code(fmt.Sprint("g-", i)), chat.Address(900+i))
	}
	r := &room{t: t, tg: newTelegram(t), store: m.Memory, h: New(testParts(m))}
	write := datas(r.press(nga, "dsg:moi"))[0]
	m.with = "m-07" // changed while the batch is saved, and still without a mentor
	out := r.press(nga, write)
	said := text(out, nga)
	heard := map[chat.Address]int{}
	for _, message := range out {
		if strings.HasPrefix(message.Key, "assigned/") {
			heard[message.To]++
		}
	}
	for who, n := range heard {
		if n != 1 {
			t.Errorf("%d hears %d times", who, n)
		}
	}
	count := map[journey.Code]int{}
	all, err := m.Tracks(t.Context(), codesOf(saves)...)
	if err != nil {
		t.Fatal(err)
	}
	for _, track := range all {
		p := track.Person
		switch {
		case p.Has(journey.Mentor):
		case p.Code == "m-gone" || p.Code == "m-else":
			if p.Mentor != "" {
				t.Errorf("%s was given to %s", p.Code, p.Mentor)
			}
		default:
			count[p.Mentor]++
		}
	}
	if count[""] > 0 || len(heard) == 0 {
		t.Errorf("%d have no mentor; %d mentors heard; said %q", count[""], len(heard), said)
	}
	for _, code := range []journey.Code{"gv-minh", "gv-tam", "g-0", "g-1", "g-2"} {
		students, err := m.StudentsOf(t.Context(), code)
		if err != nil || len(students) > 5 {
			t.Errorf("%s helps %d, %v, want 5 at most", code, len(students), err)
		}
	}
	entries, err := m.Audit(t.Context(), audit.Filter{Act: audit.Changed}, "", 100)
	if err != nil || len(entries) != 20 {
		t.Errorf("%d entries in the log, %v, want 20", len(entries), err)
	}
	before := effects(t, m.Memory)
	r.press(nga, write)
	if got := effects(t, m.Memory); got != before {
		t.Errorf("pressed again:\n%s", differ(got, before))
	}
}

// codesOf are the codes of what was saved.
func codesOf(saves []journey.Save) (codes []journey.Code) {
	for _, s := range saves {
		codes = append(codes, s.Track.Person.Code)
	}
	slices.Sort(codes)
	return codes
}

// TestAFullMentorGetsNobodyMore: who came to the limit between the suggestion and
// the press is no part of a new suggestion.
func TestAFullMentorGetsNobodyMore(t *testing.T) {
	r := newRoom(t, newTelegram(t))
	write := datas(r.press(hanh, "dsg:moi"))[0] // Đào to Tâm, who helps 2
	for i := range 3 {
		track := journey.Track{Person: journey.Person{Code: journey.Code(fmt.Sprint("x", i)), Name: "Thêm", Unit: "K47/B5", Mentor: "gv-tam", Roles: []journey.Role{journey.Student}}}
		if _, err := r.store.SaveTracks(t.Context(), journey.Save{Track: track}); err != nil {
			t.Fatal(err)
		}
	}
	out := r.press(hanh, write)
	if got := text(out, hanh); !strings.Contains(got, "chưa ghi gì") || !strings.Contains(got, "Trần Văn Minh (3 → 4): Trần Anh Đào") {
		t.Errorf("said:\n%s", got)
	}
	if track, err := r.store.Track(t.Context(), "sv-dao"); err != nil || track.Person.Mentor != "" {
		t.Errorf("%+v, %v", track.Person, err)
	}
}
