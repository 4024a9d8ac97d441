package journey

import (
	"fmt"
	"hash/fnv"

	"donghanh/internal/yamlfile"
)

// Stage is where a person stands on the way (journey.md, section 2).
type Stage string

// Stages, in order. NoStage: nothing is recorded yet.
const (
	NoStage           Stage = ""
	Source            Stage = "source"
	Sympathizer       Stage = "sympathizer"
	AwarenessClass    Stage = "awareness_class"
	Dossier           Stage = "dossier"
	BackgroundCheck   Stage = "background_check"
	Opinions          Stage = "opinions"
	CellReview        Stage = "cell_review"
	CommitteeDecision Stage = "committee_decision"
	AwaitingCeremony  Stage = "awaiting_ceremony"
	Probation         Stage = "probation"
	OfficialReview    Stage = "official_review"
	OfficialDecision  Stage = "official_decision"
	OfficialMember    Stage = "official_member"
)

// Side is something beside the stage that changes what may follow.
type Side string

// Sides.
const (
	OnHold         Side = "on_hold"
	Withdrawn      Side = "withdrawn"
	Delisted       Side = "delisted"
	CertExpired    Side = "cert_expired"
	DossierExpired Side = "dossier_expired"
	NotAdmitted    Side = "not_admitted"
	Transferring   Side = "transferring"
	TransferredOut Side = "transferred_out"
	Removed        Side = "removed"
	Readmission    Side = "readmission"
)

// State is where a person stands on a day, computed from the facts.
type State struct {
	Stage    Stage
	Side     []Side
	Since    Date  // in this stage
	Before   Stage // where a transfer under way began
	Papers   []Paper
	AgeFrom  Date // Party age counts from here: the day of the decision to admit
	Joined   Date // the ceremony
	Official Date // twelve months after the ceremony, whenever it was decided; no day where the cell did not propose it

	// Unproposed: the cell has looked at a probationary member and did not
	// propose to recognise them. What it proposed, only the committee says.
	Unproposed bool
}

// Paper says of one document whether it is there; never what it says.
type Paper struct {
	ID    string // of content/papers.yaml
	Title string
	Has   bool
	On    Date // where known
	Until Date // valid until; no day: for good
	Used  Date // the cell looked at it on that day, so that Until matters no more
}

// Kind says what a deadline's day means.
type Kind string

// Kinds of deadline.
const (
	Latest    Kind = "latest"    // to be done by the end of that day
	Earliest  Kind = "earliest"  // not before that day
	Milestone Kind = "milestone" // something changes on that day by itself
	Meeting   Kind = "meeting"   // at the next regular meeting after that day
)

// Deadline is one rule applied to one person.
type Deadline struct {
	Rule      *Rule    // what it is about; of a recurring duty too
	Version   *Version // the text of the rule that counts here
	Of        Code     // whose way it is on
	Anchor    Event    // what started the clock; of a duty, its period in Detail
	Detail    string   // the place, document or period; part of Key
	Due       Date
	Tentative bool // a year without a reviewed table of holidays is in it
}

// Key names the deadline within its track, whatever day it falls on:
// "dl-ceremony/2027-01-15".
func (d Deadline) Key() string {
	key := d.Rule.ID + "/" + d.Anchor.On.String()
	if d.Detail != "" {
		key += "/" + d.Detail
	}
	return key
}

// Short names the deadline within its track in eight letters, for buttons.
func (d Deadline) Short() string { return Short(d.Key()) }

// Short is eight letters for a Key.
func Short(key string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(key)) // never fails
	return fmt.Sprintf("%08x", h.Sum32())
}

// Line is one deadline to be told to one role.
type Line struct {
	Deadline
	To    Role
	Step  Date  // the day this telling was planned for
	Climb Climb // how far silence has climbed
}

// Climb says why somebody hears of what is another's to do.
type Climb int

// Climbs.
const (
	Regular     Climb = iota
	Second            // to the mentor again: no answer yet
	ToSecretary       // the mentor has not answered
	ToOfficer         // nor has the cell secretary
	WeekSummary       // long overdue: gathered for the week
)

// LineRef is what is kept of a Line until it is told: the text is made then.
type LineRef struct {
	Of    Code   `json:"of"`
	Key   string `json:"key"` // Deadline.Key
	To    Role   `json:"to"`
	Step  Date   `json:"step"`
	Climb Climb  `json:"climb,omitempty"`
}

// Ref returns what is kept of the line.
func (l Line) Ref() LineRef { return LineRef{l.Of, l.Key(), l.To, l.Step, l.Climb} }

// Digest is what one person is told on one day.
type Digest struct {
	For   Code      `json:"for"`
	Day   Date      `json:"day"`
	Lines []LineRef `json:"lines"`
}

// Save is a track to be stored, with the next day on which something is due on
// it; no day: nothing is.
type Save struct {
	Track Track
	Next  Date
}

// Rule is a deadline (content/deadlines.yaml) or a recurring duty
// (content/duties.yaml).
type Rule struct {
	ID       string    `yaml:"id"`       // "dl-ceremony", "rc-mentor-remark"
	Title    string    `yaml:"title"`    // what is to be done, in a few words
	Kind     Kind      `yaml:"kind"`     // default latest
	Versions []Version `yaml:"versions"` // oldest first
	Remind   []Role    `yaml:"remind"`   // who hears of it
	Record   []Role    `yaml:"record"`   // who may say it is done
	Done     []EventID `yaml:"done"`     // what says so
	Steps    []int     `yaml:"steps"`    // days before the day, far to near; none: the defaults of reminders.yaml
	Overdue  string    `yaml:"overdue"`  // what follows when it is missed

	Stages    []Stage   `yaml:"stages"`     // where it counts; none: everywhere
	Despite   []Side    `yaml:"despite"`    // sides in which it counts though they stop the way
	Moot      []EventID `yaml:"moot"`       // what takes it away without its being done
	PerDetail bool      `yaml:"per_detail"` // one for each detail of the anchor: each place, each introducer
	Only      []string  `yaml:"only"`       // details of the anchor, by how they begin
	Except    []string  `yaml:"except"`     // the others
	Count     int       `yaml:"count"`      // the anchor is the third, say, of its kind
	Opens     int       `yaml:"opens"`      // days after the anchor from which it is to be done; negative: before it
	Fixed     bool      `yaml:"fixed"`      // not moved to a working day
	Follows   string    `yaml:"follows"`    // begins when the deadline of that id has run out
	Needs     []EventID `yaml:"needs"`      // only with one of these since the stage began
	Unless    []EventID `yaml:"unless"`     // only without any of these since the stage began
	Enabled   *bool     `yaml:"enabled"`    // false: not used here
	Proposed  bool      `yaml:"proposed"`   // our proposal, which an academy may change; no regulation

	Who         []Role `yaml:"who"`          // of a duty: whose it is
	Every       Period `yaml:"every"`        // of a duty: once in each
	EveryMonths int    `yaml:"every_months"` // or so long after the last time
	Duty        string `yaml:"duty"`         // the duty whose being done closes the deadline
	Deadline    string `yaml:"deadline"`     // of a duty: the deadline that stands for it

	at             yamlfile.Place
	where, despite set
	begins, next   *Rule // the deadline it follows, and the one that follows it
	duty           *Rule
}

// Use reports whether the rule is used here.
func (rule *Rule) Use() bool { return rule.Enabled == nil || *rule.Enabled }

// Period is a span of the calendar.
type Period string

// Periods.
const (
	EachMonth   Period = "month"
	EachQuarter Period = "quarter"
	EachHalf    Period = "half"
	EachYear    Period = "year"
)

// Version is what a rule says from a day on. A clock keeps the version of the
// day on which it was started, unless an officer moves it (E_CLOCK_MOVED).
type Version struct {
	ID          string    `yaml:"id"`           // "208"
	From        Date      `yaml:"from"`         // no day: always
	Anchor      EventID   `yaml:"anchor"`       // what starts the clock
	Also        []EventID `yaml:"also"`         // or one of these; the last counts
	WorkingDays int       `yaml:"working_days"` // how long it runs
	Months      int       `yaml:"months"`       // or so long
	Days        int       `yaml:"days"`         // or so many calendar days; with months: beside them
	Facts       []string  `yaml:"facts"`        // ids in facts.yaml
	Basis       string    `yaml:"basis"`        // what it rests on where facts.yaml has nothing
	Verified    bool      `yaml:"verified"`     // compared with the text in force
}
