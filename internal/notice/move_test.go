package notice

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"donghanh/internal/journey"
)

var (
	author  = journey.Person{Code: "cb1", Roles: []journey.Role{journey.YouthOfficer}, Unit: "K47"}
	second  = journey.Person{Code: "cb2", Roles: []journey.Role{journey.YouthOfficer}}
	admin   = journey.Person{Code: "ad1", Roles: []journey.Role{journey.Admin}, Unit: "K48"}
	below   = journey.Person{Code: "cb3", Roles: []journey.Role{journey.YouthOfficer}, Unit: "K47/B5"}
	student = journey.Person{Code: "sv1", Roles: []journey.Role{journey.Student}, Unit: "K47/B5"}
)

const above = 50

// whole is content that can be sent.
var whole = Content{HTML: "<b>Họp</b> 8h", Audience: Audience{Everyone: true}}

// in is a whole notice of the author's that stands somewhere.
func in(status Status) Notice {
	n := Notice{ID: "n-abcdefgh", Kind: Send, Author: author.Code, Unit: author.Unit, Content: whole, Status: status, Made: wednesday}
	switch status {
	case Planned:
		n.At, n.Count = wednesday, 9
	case Refused:
		n.Approver, n.Reason = second.Code, "sai giờ"
	case Sending, Paused, Stopped, Done:
		n.At, n.Begun = wednesday, wednesday
	}
	if status.Over() {
		n.Ended = wednesday
	}
	return n
}

// why is the reason of a refusal, "" for none.
func why(err error) Why {
	if err == nil {
		return ""
	}
	if r, ok := errors.AsType[*Refusal](err); ok {
		return r.Why
	}
	return Why("no refusal: " + err.Error())
}

func TestFromWhereTheMovesLead(t *testing.T) {
	all := []Status{Draft, Waiting, Refused, Planned, Sending, Paused, Stopped, Done}
	other := whole
	other.HTML = "khác"
	moves := map[string]struct {
		move func(Notice) (Notice, error)
		to   map[Status]Status // where the move is allowed
	}{
		"edit":            {func(n Notice) (Notice, error) { return n.Edit(author, other) }, map[Status]Status{Draft: Draft, Waiting: Draft, Refused: Draft, Planned: Draft}},
		"submit to a few": {func(n Notice) (Notice, error) { return n.Submit(author, wednesday.Add(time.Hour), 9, above, wednesday) }, map[Status]Status{Draft: Planned, Waiting: Planned, Refused: Waiting, Planned: Planned}},
		"submit to many": {func(n Notice) (Notice, error) {
			return n.Submit(author, wednesday.Add(time.Hour), 50, above, wednesday)
		}, map[Status]Status{Draft: Waiting, Waiting: Waiting, Refused: Waiting, Planned: Waiting}},
		"approve":             {func(n Notice) (Notice, error) { return n.Approve(second, wednesday) }, map[Status]Status{Waiting: Planned}},
		"refuse":              {func(n Notice) (Notice, error) { return n.Refuse(admin, "sai giờ") }, map[Status]Status{Waiting: Refused}},
		"begin, a few":        {func(n Notice) (Notice, error) { return n.Begin(9, above, wednesday) }, map[Status]Status{Planned: Sending, Sending: Sending}},
		"begin, become many":  {func(n Notice) (Notice, error) { return n.Begin(50, above, wednesday) }, map[Status]Status{Planned: Waiting, Sending: Sending}},
		"pause":               {func(n Notice) (Notice, error) { return n.Pause(author) }, map[Status]Status{Sending: Paused, Paused: Paused}},
		"resume":              {func(n Notice) (Notice, error) { return n.Resume(second) }, map[Status]Status{Sending: Sending, Paused: Sending}},
		"stop":                {func(n Notice) (Notice, error) { return n.Stop(author, wednesday) }, map[Status]Status{Draft: Stopped, Waiting: Stopped, Refused: Stopped, Planned: Stopped, Sending: Stopped, Paused: Stopped, Stopped: Stopped}},
		"finish":              {func(n Notice) (Notice, error) { return n.Finish(wednesday) }, map[Status]Status{Sending: Done, Done: Done}},
		"correct it":          {func(n Notice) (Notice, error) { return Correction("n-b", n, author, wednesday) }, map[Status]Status{Stopped: Draft, Done: Draft}},
		"take it back":        {func(n Notice) (Notice, error) { return Recalling("n-b", n, author, wednesday) }, map[Status]Status{Stopped: Draft, Done: Draft}},
		"write it once again": {func(n Notice) (Notice, error) { return From("n-b", n, author, wednesday) }, map[Status]Status{Draft: Draft, Waiting: Draft, Refused: Draft, Planned: Draft, Sending: Draft, Paused: Draft, Stopped: Draft, Done: Draft}},
	}
	for name, m := range moves {
		for _, from := range all {
			n, err := m.move(in(from))
			to, allowed := m.to[from]
			switch {
			case allowed && (err != nil || n.Status != to):
				t.Errorf("%s while %s: %s, %v; want %s", name, from, n.Status, err, to)
			case !allowed && why(err) != WrongStatus:
				t.Errorf("%s while %s: %v, want a refusal because of where it stands", name, from, err)
			}
			if r, ok := errors.AsType[*Refusal](err); ok && r.Status != from {
				t.Errorf("%s while %s: refused for standing in %s", name, from, r.Status)
			}
		}
	}
}

func TestWhoMayMove(t *testing.T) {
	lost := second
	lost.Roles = []journey.Role{journey.Student}
	same := author
	same.Roles = append([]journey.Role{journey.Admin}, same.Roles...)
	other := whole
	other.HTML = "khác"
	tests := map[string]struct {
		got  error
		want Why
	}{
		"a student begins one":                     {errorOf(New("n-a", student, wednesday)), NotForRole},
		"another officer edits it":                 {errorOf(in(Draft).Edit(second, other)), NotYours},
		"an admin edits it":                        {errorOf(in(Draft).Edit(admin, other)), NotYours},
		"the author edits it, no officer any more": {errorOf(in(Draft).Edit(journey.Person{Code: author.Code}, other)), NotForRole},
		"another officer submits it":               {errorOf(in(Draft).Submit(second, time.Time{}, 9, above, wednesday)), NotYours},
		"the author approves it":                   {errorOf(in(Waiting).Approve(author, wednesday)), OwnNotice},
		"the author approves it as an admin":       {errorOf(in(Waiting).Approve(same, wednesday)), OwnNotice},
		"an officer below approves it":             {errorOf(in(Waiting).Approve(below, wednesday)), OtherUnit},
		"one who lost the role approves it":        {errorOf(in(Waiting).Approve(lost, wednesday)), NotForRole},
		"an admin approves it":                     {errorOf(in(Waiting).Approve(admin, wednesday)), ""},
		"the author refuses it":                    {errorOf(in(Waiting).Refuse(author, "x")), OwnNotice},
		"an officer below refuses it":              {errorOf(in(Waiting).Refuse(below, "x")), OtherUnit},
		"a student pauses it":                      {errorOf(in(Sending).Pause(student)), NotYours},
		"an officer below pauses it":               {errorOf(in(Sending).Pause(below)), NotYours},
		"an officer above stops it":                {errorOf(in(Sending).Stop(second, wednesday)), ""},
		"an officer below resumes it":              {errorOf(in(Paused).Resume(below)), NotYours},
		"an officer below takes it back":           {errorOf(Recalling("n-b", in(Done), below, wednesday)), NotYours},
		"an officer above corrects it":             {errorOf(Correction("n-b", in(Done), second, wednesday)), ""},
		"an officer below writes the same again":   {errorOf(From("n-b", in(Done), below, wednesday)), NotYours},
		"a student writes the same again":          {errorOf(From("n-b", in(Done), student, wednesday)), NotForRole},
		"a correction is not corrected":            {errorOf(Correction("n-c", Notice{Kind: Correct, Author: author.Code, Status: Done, Begun: wednesday}, author, wednesday)), WrongStatus},
		"what was stopped before it began":         {errorOf(Recalling("n-c", Notice{Kind: Send, Author: author.Code, Status: Stopped}, author, wednesday)), WrongStatus},
		"a number of a person as the reason":       {errorOf(in(Waiting).Refuse(second, "gọi 0912 345 678")), HasNumber},
		"without a reason":                         {errorOf(in(Waiting).Refuse(second, " \n")), NoReason},
		"with a reason of 500 letters":             {errorOf(in(Waiting).Refuse(second, strings.Repeat("ạ", 500))), ""},
		"with one of 501":                          {errorOf(in(Waiting).Refuse(second, strings.Repeat("ạ", 501))), TooLong},
	}
	for name, tt := range tests {
		if why(tt.got) != tt.want {
			t.Errorf("%s: %v, want %q", name, tt.got, tt.want)
		}
	}
}

func errorOf(_ Notice, err error) error { return err }

func TestWhatCannotBeSubmitted(t *testing.T) {
	content := func(change func(*Content)) Content { c := whole; change(&c); return c }
	tests := map[string]struct {
		c     Content
		at    time.Time
		count int
		want  Why
	}{
		"as it should be":                 {whole, time.Time{}, 9, ""},
		"nothing written":                 {content(func(c *Content) { c.HTML = "" }), time.Time{}, 9, NoText},
		"only markup and blanks":          {content(func(c *Content) { c.HTML = "<b> </b>\n" }), time.Time{}, 9, NoText},
		"a photo alone":                   {content(func(c *Content) { c.HTML, c.Attachment = "", Attachment{"photo", "x"} }), time.Time{}, 9, ""},
		"a video":                         {content(func(c *Content) { c.Attachment = Attachment{"video", "x"} }), time.Time{}, 9, BadFile},
		"a photo without a name":          {content(func(c *Content) { c.Attachment = Attachment{Kind: "photo"} }), time.Time{}, 9, BadFile},
		"4,096 characters and markup":     {content(func(c *Content) { c.HTML = "<b>" + strings.Repeat("ạ", 4095) + "</b>&amp;" }), time.Time{}, 9, ""},
		"4,097 characters":                {content(func(c *Content) { c.HTML = strings.Repeat("ạ", 4097) }), time.Time{}, 9, TooLong},
		"a caption of 1,024":              {content(func(c *Content) { c.HTML, c.Attachment = strings.Repeat("a", 1024), Attachment{"document", "x"} }), time.Time{}, 9, ""},
		"a caption of 1,025":              {content(func(c *Content) { c.HTML, c.Attachment = strings.Repeat("a", 1025), Attachment{"document", "x"} }), time.Time{}, 9, TooLong},
		"no audience":                     {content(func(c *Content) { c.Audience = Audience{} }), time.Time{}, 9, NoAudience},
		"nobody in the audience":          {whole, time.Time{}, 0, Nobody},
		"a unit beside the author's":      {content(func(c *Content) { c.Audience.Units = []journey.Unit{"K47/B5", "K48"} }), time.Time{}, 9, Beyond},
		"a unit above the author's":       {content(func(c *Content) { c.Audience.Units = []journey.Unit{""} }), time.Time{}, 9, Beyond},
		"a unit below the author's":       {content(func(c *Content) { c.Audience.Units = []journey.Unit{"K47/B5"} }), time.Time{}, 9, ""},
		"a group":                         {content(func(c *Content) { c.Audience = Audience{Group: -5} }), time.Time{}, 9, ""},
		"a group and people":              {content(func(c *Content) { c.Audience.Group = -5 }), time.Time{}, 9, Mixed},
		"in a minute":                     {whole, wednesday.Add(time.Minute), 9, ""},
		"a minute ago":                    {whole, wednesday.Add(-time.Minute), 9, PastTime},
		"in two years":                    {whole, wednesday.AddDate(2, 0, 0), 9, TooFar},
		"people join until yesterday":     {content(func(c *Content) { c.JoinUntil = today.AddDays(-1) }), time.Time{}, 9, PastDay},
		"people join today":               {content(func(c *Content) { c.JoinUntil = today }), time.Time{}, 9, ""},
		"reminded until yesterday":        {content(func(c *Content) { c.Receipt, c.ReceiptBy = true, today.AddDays(-1) }), time.Time{}, 9, PastDay},
		"reminded of a button that lacks": {content(func(c *Content) { c.ReceiptBy = today }), time.Time{}, 9, NoReceipt},
		"a button without a day":          {content(func(c *Content) { c.Receipt = true }), time.Time{}, 9, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			n := in(Draft)
			n.Content = tt.c
			after, err := n.Submit(author, tt.at, tt.count, above, wednesday)
			if why(err) != tt.want {
				t.Fatalf("Submit: %v, want %q", err, tt.want)
			}
			if err != nil && !reflect.DeepEqual(after, n) {
				t.Errorf("refused, it became %+v", after)
			}
		})
	}
}

func TestATextThatIsTooLongIsToldWhereToCut(t *testing.T) {
	n := in(Draft)
	c := whole
	c.HTML = "<i>" + strings.Repeat("một ", 1023) + "hai &lt;ba bốn</i>"
	_, err := n.Edit(author, c)
	r, ok := errors.AsType[*Refusal](err)
	if !ok || r.Why != TooLong || r.Length != 4103 || r.Limit != 4096 || !strings.HasSuffix(r.After, "một hai") {
		t.Errorf("Edit: %+v, want 4,103 of 4,096, to be cut after … một hai", r)
	}
}

func TestWhatIsIncompleteMayBeEdited(t *testing.T) {
	n, err := New("n-abcdefgh", author, wednesday)
	if err != nil || n.Status != Draft || n.Author != author.Code || n.Unit != author.Unit || n.Kind != Send || !n.Made.Equal(wednesday) {
		t.Fatalf("New: %+v, %v", n, err)
	}
	for _, c := range []Content{{HTML: "a"}, {HTML: "a", Audience: Audience{Overdue: true}}, {Attachment: Attachment{"photo", "x"}}} {
		edited, err := n.Edit(author, c)
		if err != nil || !edited.Same(c) {
			t.Errorf("Edit(%+v): %+v, %v", c, edited.Content, err)
		}
	}
}

func TestAPressTwiceDoesNoHarm(t *testing.T) {
	few, _ := in(Draft).Submit(author, time.Time{}, 9, above, wednesday)
	many, _ := in(Draft).Submit(author, time.Time{}, 99, above, wednesday)
	later, _ := in(Draft).Submit(author, wednesday.Add(time.Hour), 99, above, wednesday)
	approved, _ := many.Approve(second, wednesday)
	approvedLater, _ := later.Approve(second, wednesday)
	refused, _ := many.Refuse(second, "sai")
	sent, _ := few.Begin(9, above, wednesday)
	soon := wednesday.Add(time.Second)
	tests := map[string]struct {
		before Notice
		move   func(Notice) (Notice, error)
	}{
		"Gửi ngay, to a few":              {few, func(n Notice) (Notice, error) { return n.Submit(author, time.Time{}, 9, above, soon) }},
		"Gửi ngay, to many":               {many, func(n Notice) (Notice, error) { return n.Submit(author, time.Time{}, 99, above, soon) }},
		"Gửi ngay, once approved":         {approved, func(n Notice) (Notice, error) { return n.Submit(author, time.Time{}, 99, above, soon) }},
		"Hẹn giờ for the same time":       {later, func(n Notice) (Notice, error) { return n.Submit(author, later.At, 99, above, soon) }},
		"for the same time once approved": {approvedLater, func(n Notice) (Notice, error) { return n.Submit(author, later.At, 99, above, soon) }},
		"Duyệt":                           {approved, func(n Notice) (Notice, error) { return n.Approve(second, soon) }},
		"Từ chối":                         {refused, func(n Notice) (Notice, error) { return n.Refuse(second, "sai nữa") }},
		"an edit that changes nothing":    {approved, func(n Notice) (Notice, error) { return n.Edit(author, n.Content) }},
		"begin":                           {sent, func(n Notice) (Notice, error) { return n.Begin(99, above, soon) }},
		"Dừng hẳn":                        {in(Stopped), func(n Notice) (Notice, error) { return n.Stop(author, soon) }},
		"finish":                          {in(Done), func(n Notice) (Notice, error) { return n.Finish(soon) }},
	}
	for name, tt := range tests {
		after, err := tt.move(tt.before)
		if err != nil || !reflect.DeepEqual(after, tt.before) {
			t.Errorf("%s: %v\n got %+v\nwant %+v", name, err, after, tt.before)
		}
	}
	if _, err := sent.Submit(author, time.Time{}, 9, above, soon); why(err) != WrongStatus {
		t.Errorf("Gửi ngay while it is sent: %v", err)
	}
}

func TestWhenItGoesOut(t *testing.T) {
	hour := wednesday.Add(time.Hour)
	n, err := in(Draft).Submit(author, time.Time{}, 9, above, wednesday)
	if err != nil || !n.At.Equal(wednesday) || n.Count != 9 {
		t.Errorf("Gửi ngay: %+v, %v", n, err)
	}
	n, _ = in(Draft).Submit(author, hour, 9, above, wednesday)
	if _, err := n.Begin(9, above, hour.Add(-time.Second)); why(err) != NotYet {
		t.Errorf("a second early: %v", err)
	}
	if _, err := n.Begin(0, above, hour); why(err) != Nobody {
		t.Errorf("to nobody: %v", err)
	}
	if n, err := n.Begin(11, above, hour); err != nil || n.Status != Sending || !n.Begun.Equal(hour) || n.Count != 11 {
		t.Errorf("at its time: %+v, %v", n, err)
	}
	n, _ = in(Draft).Submit(author, hour, 99, above, wednesday)
	if _, err := n.Approve(second, hour.Add(time.Second)); why(err) != PastTime {
		t.Errorf("approved after its time: %v", err)
	}
	if n, err = n.Approve(second, wednesday); err != nil || !n.At.Equal(hour) || n.Approver != second.Code {
		t.Errorf("approved before its time: %+v, %v", n, err)
	}
	if n, _ := n.Submit(author, hour.Add(time.Hour), 99, above, wednesday); n.Status != Waiting || !n.Approved.IsZero() || n.Approver != "" {
		t.Errorf("another time after the approval: %+v, want it approved again", n)
	}
	n, _ = in(Draft).Submit(author, time.Time{}, 99, above, wednesday)
	if n, err = n.Approve(second, hour); err != nil || !n.At.Equal(hour) {
		t.Errorf("Gửi ngay, approved an hour later: %+v, %v; want it at once then", n, err)
	}
	few, _ := in(Draft).Submit(author, hour, 9, above, wednesday)
	waits, err := few.Begin(60, above, hour)
	if err != nil || waits.Status != Waiting || waits.Count != 60 {
		t.Errorf("the audience has grown: %+v, %v; want it to wait for a second officer", waits, err)
	}
	late := hour.Add(5 * time.Hour)
	if waits, err = waits.Approve(second, late); err != nil || !waits.At.Equal(late) {
		t.Errorf("approved then: %+v, %v", waits, err)
	}
	if waits, err = waits.Begin(70, above, late); err != nil || waits.Status != Sending {
		t.Errorf("and begun: %+v, %v", waits, err)
	}
}

func TestOneThatPausedByItselfGoesOnWhereItWas(t *testing.T) {
	for _, from := range []Status{Planned, Sending} {
		n := in(from).Hold("too many failures")
		if n.Status != Paused || n.Held != "too many failures" {
			t.Errorf("held while %s: %+v", from, n)
		}
		if n, err := n.Resume(author); err != nil || n.Status != from || n.Held != "" {
			t.Errorf("resumed, held while %s: %+v, %v", from, n, err)
		}
	}
	for _, from := range []Status{Draft, Waiting, Refused, Paused, Stopped, Done} {
		if n := in(from).Hold("x"); !reflect.DeepEqual(n, in(from)) {
			t.Errorf("held while %s: %+v", from, n)
		}
	}
}

func TestACorrectionChangesTheTextOnly(t *testing.T) {
	old := in(Done)
	old.Attachment, old.Receipt, old.ReceiptBy, old.Urgent = Attachment{"photo", "x"}, true, today, true
	n, err := Correction("n-b", old, second, wednesday)
	if err != nil || n.Kind != Correct || n.Of != old.ID || n.HTML != old.HTML || n.Attachment != old.Attachment || !n.Receipt || n.Author != second.Code || !n.Audience.Empty() {
		t.Fatalf("Correction: %+v, %v", n, err)
	}
	n, err = n.Edit(second, Content{HTML: "Dời", Attachment: Attachment{"document", "y"}, Audience: Audience{Everyone: true}})
	if err != nil || n.HTML != "Dời" || n.Attachment != old.Attachment || !n.Audience.Empty() {
		t.Errorf("edited: %+v, %v", n, err)
	}
	if _, err := n.Edit(second, Content{HTML: strings.Repeat("a", 1025)}); why(err) != TooLong {
		t.Errorf("a caption of 1,025: %v", err)
	}
	if n, err := n.Submit(second, time.Time{}, 99, above, wednesday); err != nil || n.Status != Waiting {
		t.Errorf("submitted: %+v, %v; want it to wait", n, err)
	}
	n.HTML = ""
	if _, err := n.Submit(second, time.Time{}, 9, above, wednesday); why(err) != NoText {
		t.Errorf("without a text: %v", err)
	}
	recalled := in(Draft)
	recalled.Kind = Recall
	recall, err := Recalling("n-c", old, second, wednesday)
	if err == nil {
		recall, err = recall.Submit(second, time.Time{}, 5000, above, wednesday)
	}
	if err != nil || recall.Kind != Recall || recall.Of != old.ID || recall.Status != Planned {
		t.Errorf("a recall: %+v, %v; want it to go out at once", recall, err)
	}
	if edited, err := recalled.Edit(author, Content{HTML: "b"}); err != nil || edited.HTML != whole.HTML {
		t.Errorf("a recall has no text to edit: %+v, %v", edited, err)
	}
}

func TestFromAnEarlierOneTheDatesGo(t *testing.T) {
	old := in(Done)
	old.JoinUntil, old.Receipt, old.ReceiptBy = today, true, today
	n, err := From("n-b", old, second, wednesday)
	want := old.Content
	want.JoinUntil, want.ReceiptBy = journey.Date{}, journey.Date{}
	if err != nil || !n.Same(want) || n.Status != Draft || n.Author != second.Code || n.Of != "" || !n.Begun.IsZero() {
		t.Errorf("From: %+v, %v", n, err)
	}
}

// Whatever is done in whatever order by whomever: what is sent to many was
// approved by another officer after its last change, what is over stays over,
// a refused move changes nothing, and times run forward.
func TestTheMovesKeepTheirPromises(t *testing.T) {
	people := []journey.Person{author, second, admin, below, student}
	rapid.Check(t, func(t *rapid.T) {
		n, err := New("n-abcdefgh", author, wednesday)
		if err != nil {
			t.Fatal(err)
		}
		if rapid.Bool().Draw(t, "whole") {
			n.Content = whole
		}
		now := wednesday
		approvedBy := journey.Code("") // since the last change
		refused := false               // since the last change
		for range rapid.IntRange(1, 40).Draw(t, "moves") {
			now = now.Add(time.Duration(rapid.IntRange(0, 90).Draw(t, "minutes")) * time.Minute)
			by := rapid.SampledFrom(people).Draw(t, "by")
			if rapid.IntRange(0, 2).Draw(t, "author") > 0 {
				by = author
			}
			count := rapid.SampledFrom([]int{0, 1, 49, 50, 5000}).Draw(t, "count")
			at := rapid.SampledFrom([]time.Time{{}, now.Add(-time.Minute), now.Add(time.Minute), now.Add(3 * time.Hour), n.At}).Draw(t, "at")
			before, after := n, n
			var err error
			move := rapid.SampledFrom([]string{"edit", "submit", "submit", "approve", "approve", "refuse", "begin", "begin", "pause", "hold", "resume", "stop", "finish"}).Draw(t, "move")
			switch move {
			case "edit":
				c := Content{HTML: rapid.SampledFrom([]string{"a", "b", strings.Repeat("a", 5000)}).Draw(t, "text"), Audience: rapid.SampledFrom([]Audience{{}, {Everyone: true}, {Units: []journey.Unit{"K48"}}, {Codes: []journey.Code{"sv1"}}}).Draw(t, "audience")}
				after, err = n.Edit(by, c)
				if err == nil && !c.Same(n.Content) {
					approvedBy, refused = "", false
					if after.Status != Draft || by.Code != n.Author {
						t.Fatalf("edited by %s it is %s", by.Code, after.Status)
					}
				}
			case "submit":
				after, err = n.Submit(by, at, count, above, now)
				if err == nil && !reflect.DeepEqual(after, n) {
					approvedBy = ""
				}
			case "approve":
				after, err = n.Approve(by, now)
				if err == nil && n.Status == Waiting {
					approvedBy = by.Code
				}
				if err == nil && (by.Code == n.Author || !n.MayApprove(by)) {
					t.Fatalf("%s approved", by.Code)
				}
			case "refuse":
				after, err = n.Refuse(by, "sai")
				refused = refused || err == nil && n.Status == Waiting
			case "begin":
				after, err = n.Begin(count, above, now)
				if err == nil && after.Status == Sending && n.Status != Sending {
					if approvedBy == "" && (count >= above || refused) {
						t.Fatalf("begun to %d without a second officer: %+v", count, after)
					}
					if approvedBy == n.Author || after.Audience.Empty() || shown(after.HTML) == "" || n.At.After(now) || Length(after.HTML) > MaxText || count == 0 {
						t.Fatalf("begun, approved by %q: %+v", approvedBy, after)
					}
				}
			case "pause":
				after, err = n.Pause(by)
			case "hold":
				after = n.Hold("hỏng")
			case "resume":
				after, err = n.Resume(by)
			case "stop":
				after, err = n.Stop(by, now)
			case "finish":
				after, err = n.Finish(now)
			}
			switch {
			case err != nil && !reflect.DeepEqual(after, before):
				t.Fatalf("%s was refused (%v), and made of %+v\n%+v", move, err, before, after)
			case err != nil && strings.HasPrefix(string(why(err)), "no refusal"):
				t.Fatalf("%s: %v is no refusal", move, err)
			case before.Status.Over() && !reflect.DeepEqual(after, before):
				t.Fatalf("%s made of what was over %+v", move, after)
			case after.Author != author.Code || after.ID != before.ID || after.Unit != author.Unit || !before.Begun.IsZero() && !after.Begun.Equal(before.Begun):
				t.Fatalf("%s made of %+v\n%+v", move, before, after)
			case after.Status.Over() == after.Ended.IsZero():
				t.Fatalf("%s: %s, ended %v", move, after.Status, after.Ended)
			case after.Approved.IsZero() != (approvedBy == "") || approvedBy != "" && after.Approver != approvedBy:
				t.Fatalf("%s: approved by %q at %v, want %q", move, after.Approver, after.Approved, approvedBy)
			case !before.Begun.IsZero() && slices.Contains([]Status{Draft, Waiting, Refused, Planned}, after.Status):
				t.Fatalf("%s: begun, and %s again", move, after.Status)
			}
			n = after
		}
	})
}

func TestARefusalIsForTheOperatorToRead(t *testing.T) {
	if got, want := fmt.Sprint(refuse(OwnNotice)), "notice: refused: own"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
