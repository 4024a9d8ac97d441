package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"donghanh/internal/journey"
)

// A track is stored as three lines, so that scripts need not read JSON and a
// million people fit: the number of the change and the next day on which
// something is due (0: none), who it is, and the rest.
//
//	7 20261130
//	{"n":"Nguyễn Văn An","r":"student","u":"K47/B5","m":"gv04","b":"2005-03"}
//	{"s":20260901,"e":["E_SOURCE_LISTED 20260901 1788220800","E_SYMPATHIZER_LISTED 20261002 ="]}
//
// What decides the derived indexes stands in the second line alone. Where the
// person can be written to is not part of it: links are decided elsewhere.

// who is the second line.
type who struct {
	Name   string        `json:"n"`
	Roles  string        `json:"r"` // with spaces between them
	Unit   journey.Unit  `json:"u,omitempty"`
	Mentor journey.Code  `json:"m,omitempty"`
	Birth  journey.Month `json:"b,omitzero"`
}

// what is the third line.
type what struct {
	Since  int               `json:"s,omitempty"`
	Events []string          `json:"e,omitempty"` // see encodeEvent
	Told   map[string]string `json:"t,omitempty"` // see encodeTelling
	Pref   journey.Pref      `json:"p,omitempty"`
}

// errForm means that something stored has not the form this version writes.
var errForm = errors.New("not in a form this version reads")

// encodePerson writes the second line.
func encodePerson(p journey.Person) (string, error) {
	roles := make([]string, len(p.Roles))
	for i, r := range p.Roles {
		roles[i] = string(r)
	}
	b, err := json.Marshal(who{p.Name, strings.Join(roles, " "), p.Unit, p.Mentor, p.Birth})
	return string(b), err
}

// decodePerson reads the second line.
func decodePerson(code journey.Code, line string) (journey.Person, error) {
	var w who
	if err := json.Unmarshal([]byte(line), &w); err != nil {
		return journey.Person{}, err
	}
	p := journey.Person{Code: code, Name: w.Name, Unit: w.Unit, Mentor: w.Mentor, Birth: w.Birth}
	for _, r := range strings.Fields(w.Roles) {
		p.Roles = append(p.Roles, journey.Role(r))
	}
	return p, nil
}

// encodeTrack writes t as change number rev, with something due next on a day.
func encodeTrack(t journey.Track, rev int64, next journey.Date) (string, error) {
	person, err := encodePerson(t.Person)
	if err != nil {
		return "", err
	}
	w := what{Since: number(t.Since), Pref: t.Pref}
	var before time.Time
	for _, e := range t.Events {
		w.Events = append(w.Events, encodeEvent(e, before))
		before = e.At
	}
	if len(t.Told) > 0 {
		w.Told = make(map[string]string, len(t.Told))
	}
	for key, telling := range t.Told {
		w.Told[key] = encodeTelling(telling)
	}
	rest, err := json.Marshal(w)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d %d\n%s\n%s", rev, number(next), person, rest), nil
}

// decodeTrack reads what encodeTrack wrote.
func decodeTrack(code journey.Code, value string) (t journey.Track, err error) {
	first, rest, _ := strings.Cut(value, "\n")
	rev, _, _ := strings.Cut(first, " ")
	person, rest, ok := strings.Cut(rest, "\n")
	if t.Rev, err = strconv.ParseInt(rev, 10, 64); err != nil || !ok {
		return t, errForm
	}
	if t.Person, err = decodePerson(code, person); err != nil {
		return t, err
	}
	var w what
	if err := json.Unmarshal([]byte(rest), &w); err != nil {
		return t, err
	}
	t.Since, t.Pref = dayOf(w.Since), w.Pref
	var before time.Time
	for _, s := range w.Events {
		e, err := decodeEvent(s, before)
		if err != nil {
			return t, err
		}
		t.Events, before = append(t.Events, e), e.At
	}
	if len(w.Told) > 0 {
		t.Told = make(journey.Told, len(w.Told))
	}
	for key, s := range w.Told {
		if t.Told[key], err = decodeTelling(s); err != nil {
			return t, err
		}
	}
	return t, nil
}

// encodeEvent writes kind, day, unix seconds of the recording ("=": those of the
// event before), who recorded it ("-": a file) and the detail, with spaces
// between them; "!" before the kind takes it back, "!1788220800/gv4/" at that
// moment by that person. What is empty at the end is left out.
func encodeEvent(e journey.Event, before time.Time) string {
	id, by, at := string(e.ID), string(e.By), "0"
	switch {
	case e.Undone && !e.UndoneAt.IsZero():
		id = fmt.Sprintf("!%d/%s/%s", e.UndoneAt.Unix(), e.UndoneBy, id)
	case e.Undone:
		id = "!" + id
	}
	if by == "" {
		by = "-"
	}
	if !before.IsZero() && e.At.Unix() == before.Unix() {
		at = "="
	} else if !e.At.IsZero() {
		at = strconv.FormatInt(e.At.Unix(), 10)
	}
	s := id + " " + strconv.Itoa(number(e.On))
	switch {
	case e.Detail != "":
		s += " " + at + " " + by + " " + e.Detail
	case e.By != "":
		s += " " + at + " " + by
	case !e.At.IsZero():
		s += " " + at
	}
	return s
}

// decodeEvent reads what encodeEvent wrote.
func decodeEvent(s string, before time.Time) (e journey.Event, err error) {
	parts := strings.SplitN(s, " ", 5)
	if len(parts) < 2 {
		return e, errForm
	}
	id, undone := strings.CutPrefix(parts[0], "!")
	on, err := strconv.Atoi(parts[1])
	if err != nil {
		return e, errForm
	}
	e = journey.Event{On: dayOf(on), Undone: undone}
	if taken := strings.SplitN(id, "/", 3); undone && len(taken) == 3 {
		seconds, err := strconv.ParseInt(taken[0], 10, 64)
		if err != nil {
			return e, errForm
		}
		e.UndoneAt, e.UndoneBy, id = time.Unix(seconds, 0).UTC(), journey.Code(taken[1]), taken[2]
	}
	e.ID = journey.EventID(id)
	if len(parts) > 2 && parts[2] == "=" {
		e.At = before
	} else if len(parts) > 2 && parts[2] != "0" {
		seconds, err := strconv.ParseInt(parts[2], 10, 64)
		if err != nil {
			return e, errForm
		}
		e.At = time.Unix(seconds, 0).UTC()
	}
	if len(parts) > 3 && parts[3] != "-" {
		e.By = journey.Code(parts[3])
	}
	if len(parts) > 4 {
		e.Detail = parts[4]
	}
	return e, nil
}

// encodeTelling writes step, first day, times, the day of the hold, how far it
// climbed and on which day; zeros at the end are left out.
func encodeTelling(t journey.Telling) string {
	numbers := []int{number(t.Step), number(t.First), t.Times, number(t.Hold), int(t.Climb), number(t.Climbed)}
	for len(numbers) > 0 && numbers[len(numbers)-1] == 0 {
		numbers = numbers[:len(numbers)-1]
	}
	return strings.Trim(fmt.Sprint(numbers), "[]")
}

// decodeTelling reads what encodeTelling wrote.
func decodeTelling(s string) (t journey.Telling, err error) {
	var n [6]int
	for i, part := range strings.Fields(s) {
		if i == len(n) {
			break
		}
		if n[i], err = strconv.Atoi(part); err != nil {
			return t, errForm
		}
	}
	return journey.Telling{
		Step: dayOf(n[0]), First: dayOf(n[1]), Times: n[2], Hold: dayOf(n[3]),
		Climb: journey.Climb(n[4]), Climbed: dayOf(n[5]),
	}, nil
}

// number writes a day as 20270131; no day is 0.
func number(d journey.Date) int { return d.Year*10_000 + int(d.Month)*100 + d.Day }

// dayOf reads what number wrote.
func dayOf(n int) journey.Date {
	return journey.Date{Year: n / 10_000, Month: time.Month(n / 100 % 100), Day: n % 100}
}
