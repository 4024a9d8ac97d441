// Package feed turns days into an iCalendar file (RFC 5545), as phones and mail
// programs subscribe to it. It knows no people: what a calendar may say is
// decided by whoever fills it.
package feed

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	ics "github.com/arran4/golang-ical"

	"donghanh/internal/journey"
)

// Entry is one day with what falls on it.
type Entry struct {
	ID    string // names the entry for good, whatever day it moves to
	On    journey.Date
	Title string
	Note  string
}

// Type is the media type of a calendar.
const Type = "text/calendar; charset=utf-8"

// Build returns the calendar of that name with one all-day event for each
// entry, in the order given. now is when it was made. An entry has the same UID
// in every calendar made of it, so a program that reads the calendar again
// moves the event and adds none; the UID does not show the ID. There are no
// alarms: reminding is the bot's. every is how often to read it again; 0: it is a
// file, which does not change.
func Build(name string, entries []Entry, now time.Time, every time.Duration) []byte {
	cal := ics.NewCalendar()
	cal.SetProductId("-//Dong Hanh//Lich viec//VI")
	cal.SetMethod(ics.MethodPublish)
	cal.SetCalscale("GREGORIAN")
	cal.SetName(name)
	cal.SetXWRCalName(name)
	if every > 0 {
		again := fmt.Sprintf("PT%dM", int(every.Minutes()))
		cal.SetXPublishedTTL(again)
		cal.SetRefreshInterval(again)
	}
	for _, e := range entries {
		event := cal.AddEvent(uid(e.ID))
		event.SetDtStampTime(now)
		event.SetAllDayStartAt(noon(e.On))
		event.SetAllDayEndAt(noon(e.On.AddDays(1))) // the end is not part of it
		event.SetSummary(e.Title)
		if e.Note != "" {
			event.SetDescription(e.Note)
		}
		event.SetTimeTransparency(ics.TransparencyTransparent)
	}
	return []byte(cal.Serialize(ics.WithNewLineWindows))
}

// noon is a moment of the day whose date is the same in every zone that counts.
func noon(d journey.Date) time.Time { return d.At(12 * time.Hour) }

func uid(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:16]) + "@dong-hanh"
}
