package main

import (
	"context"
	"fmt"
	"time"

	"donghanh/internal/chat"
	"donghanh/internal/journey"
)

// sampleUnit is the class of the sample academy.
const sampleUnit journey.Unit = "K47/B5"

// sampleApproval is from how many recipients on a notice needs a second officer
// in the sample academy, which has one: more than it has people.
const sampleApproval = 500

// sampleOthers is how many more students the sample academy has, each with an
// account from firstOther on and no phone on the page: a notice takes a while.
const (
	sampleOthers = 240
	firstOther   = 2001
)

// otherStudents are those without a phone on the page, at the beginning of the
// way.
func otherStudents(today journey.Date) (tracks []journey.Track) {
	family := []string{"Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi"}
	given := []string{"Anh", "Bình", "Châu", "Dũng", "Giang", "Hà", "Khánh", "Linh", "Nga", "Phúc", "Quân", "Thảo"}
	for i := range sampleOthers {
		tracks = append(tracks, journey.Track{Since: today, Person: journey.Person{
			Code: journey.Code(fmt.Sprintf("sv-%03d", i+1)), Name: family[i%len(family)] + " " + given[i%len(given)],
			Roles: []journey.Role{journey.Student}, Unit: journey.Unit(fmt.Sprintf("K47/B%d", 6+i/60)),
		}})
	}
	return tracks
}

// happened is one event of the sample academy, so many months and days before
// the day on which the demo begins.
type happened struct {
	id           journey.EventID
	months, days int
	detail       string
}

// samplePeople is the sample academy on a day: a class of five students at
// different points of the way, whose mentor is Minh. Hạnh leads both the Youth
// Union and the cell, and so gets one digest for two roles.
func samplePeople(today journey.Date) []journey.Track {
	student := func(code journey.Code, name string, birth journey.Month, events ...happened) journey.Track {
		t := journey.Track{
			Person: journey.Person{Code: code, Name: name, Roles: []journey.Role{journey.Student}, Unit: sampleUnit, Mentor: "gv-minh", Birth: birth},
			Since:  today.AddDays(-80), // so the mentor's first remarks fall due in ten days
		}
		for _, e := range events {
			t = t.With(journey.Event{ID: e.id, On: today.AddMonths(-e.months).AddDays(-e.days), Detail: e.detail})
		}
		return t
	}
	born := func(years int) journey.Month { return journey.Month{Year: today.Year - years, Month: 3} }
	way := []happened{ // of one who joined 11 months and a few days ago
		{id: "E_SYMPATHIZER_LISTED", months: 29}, {id: "E_MENTOR_ASSIGNED", months: 29},
		{id: "E_CLASS_CERT_ISSUED", months: 24}, {id: "E_DOSSIER_OPENED", months: 18},
		{id: "E_DOSSIER_COMPLETE", months: 17}, {id: "E_CHECK_SENT", months: 17, detail: "que-quan"},
		{id: "E_CHECK_RECEIVED", months: 16, days: 20, detail: "que-quan"}, {id: "E_CHECK_CONCLUDED", months: 15},
		{id: "E_OPINIONS_DONE", months: 14, days: 20}, {id: "E_CELL_RESOLVED_ADMIT", months: 14},
		{id: "E_DECISION_ISSUED", months: 12, days: 20}, {id: "E_CEREMONY_HELD", months: 11, days: 12},
		{id: "E_MEMBER_FILE_DONE", months: 11}, {id: "E_NEW_MEMBER_CLASS_CERT", months: 6},
	}
	lan := student("sv-lan", "Nguyễn Lan", born(21), way...)
	for m := range 10 { // the dues of the months before this one are paid
		month := journey.Date{Year: today.Year, Month: today.Month, Day: 1}.AddMonths(-m - 1)
		lan = lan.With(journey.Event{ID: "E_DUTY_DONE", On: month.AddDays(9), Detail: "rc-dues/" + month.String()[:len("2027-01")]})
	}
	led := func(code journey.Code, name string, unit journey.Unit, roles ...journey.Role) journey.Track {
		return journey.Track{Person: journey.Person{Code: code, Name: name, Roles: roles, Unit: unit}, Since: today}
	}
	return []journey.Track{
		lan,
		student("sv-huy", "Đỗ Huy", born(22), append(way[:9:9],
			happened{id: "E_CELL_RESOLVED_ADMIT", days: 50})...),
		student("sv-mai", "Lê Mai", born(21),
			happened{id: "E_SYMPATHIZER_LISTED", months: 20}, happened{id: "E_MENTOR_ASSIGNED", months: 20},
			happened{id: "E_CLASS_CERT_ISSUED", months: 15}, happened{id: "E_DOSSIER_OPENED", months: 10}),
		student("sv-nam", "Hoàng Nam", born(23),
			happened{id: "E_SYMPATHIZER_LISTED", months: 26}, happened{id: "E_MENTOR_ASSIGNED", months: 26},
			happened{id: "E_CLASS_CERT_ISSUED", months: 57, days: 5}),
		student("sv-an", "Vũ An", born(19),
			happened{id: "E_SYMPATHIZER_LISTED", months: 2, days: 20}, happened{id: "E_MENTOR_ASSIGNED", months: 2, days: 20}),
		led("gv-minh", "Trần Minh", sampleUnit, journey.Mentor),
		led("cb-hanh", "Phạm Hạnh", "K47", journey.YouthOfficer, journey.CellSecretary),
	}
}

// startCommand is what the start button sends on a phone that was given the
// link of a person of the sample academy.
func startCommand(code journey.Code) string { return "/start demo-" + string(code) }

// settling is what keeps people.
type settling interface {
	SaveTracks(context.Context, ...journey.Save) (conflicts []journey.Code, err error)
	KeepStartCodes(ctx context.Context, startCodes map[journey.Code]string, expires time.Time) error
	Link(ctx context.Context, startCode string, who chat.Address, now time.Time) (journey.Code, error)
}

// settle puts the sample academy into the store as of now, with a start code
// for each of its people.
func settle(ctx context.Context, db settling, rules *journey.Rules, now time.Time) error {
	today := journey.DateOf(now)
	codes := map[journey.Code]string{}
	var saves []journey.Save
	for _, t := range append(samplePeople(today), otherStudents(today)...) {
		saves = append(saves, journey.Save{Track: t, Next: rules.NextDue(t, rules.Deadlines(t, today), today.AddDays(-1))})
		codes[t.Person.Code] = "demo-" + string(t.Person.Code)
	}
	if _, err := db.SaveTracks(ctx, saves...); err != nil {
		return err
	}
	if err := db.KeepStartCodes(ctx, codes, now.AddDate(1, 0, 0)); err != nil {
		return err
	}
	for i, t := range otherStudents(today) {
		if _, err := db.Link(ctx, codes[t.Person.Code], chat.Address(firstOther+i), now); err != nil {
			return err
		}
	}
	return nil
}
