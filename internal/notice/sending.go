package notice

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"donghanh/internal/journey"
)

// Result is what became of a notice for one person.
type Result struct {
	Code     journey.Code
	Outcome  Outcome
	Reason   string    // why, of Blocked, Failed and InDoubt
	At       time.Time // when it came to that, to the second; not of Pending and Queued
	Message  int       // the message's number, of Delivered; 0 where it is not known
	Received time.Time // when the person confirmed; zero: not yet
	Round    int       // how often the person's turn came before
}

// Why a notice pauses by itself (Notice.Held).
const (
	HeldFailures = "failures" // too many failed in a row
	HeldNobody   = "nobody"   // nobody is in the audience when it is to begin
	HeldNewBot   = "new_bot"  // the academy has another bot: nobody can be written to there yet
)

// Taken is a recipient whose message is in the outbox, or about to be put there.
type Taken struct {
	Code  journey.Code
	Round int       // 0 the first time, one more each time it waits again
	At    time.Time // when it was taken, to the second
}

// Key names the message to a recipient; each round has one of its own.
func (t Taken) Key(id ID) string {
	key := "notice/" + string(id) + "/" + string(t.Code)
	if t.Round > 0 {
		key += "/" + strconv.Itoa(t.Round)
	}
	return key
}

// ParseKey reads what Key wrote, but for the time.
func ParseKey(key string) (id ID, t Taken, ok bool) {
	parts := strings.Split(key, "/")
	if len(parts) < 3 || len(parts) > 4 || parts[0] != "notice" {
		return "", Taken{}, false
	}
	if len(parts) == 4 {
		round, err := strconv.Atoi(parts[3])
		if err != nil || round < 1 {
			return "", Taken{}, false
		}
		t.Round = round
	}
	t.Code = journey.Code(parts[2])
	return ID(parts[1]), t, true
}

// GroupCode is the code under which a group or channel is a recipient: the
// number of its conversation, which is no person's code.
func GroupCode(chat int64) journey.Code { return journey.Code(strconv.FormatInt(chat, 10)) }

// GroupOf returns the conversation of a group that is a recipient; ok is false
// for a person.
func GroupOf(code journey.Code) (chat int64, ok bool) {
	if !strings.HasPrefix(string(code), "-") {
		return 0, false
	}
	chat, err := strconv.ParseInt(string(code), 10, 64)
	return chat, err == nil
}

// Group is a group or channel to which an officer added the bot.
type Group struct {
	Chat  int64        `json:"-"`
	Title string       `json:"title"`
	By    journey.Code `json:"by"`
	Unit  journey.Unit `json:"unit,omitempty"`
}

// Compare orders groups by unit and title.
func (g Group) Compare(other Group) int {
	return cmp.Or(cmp.Compare(g.Unit, other.Unit), cmp.Compare(g.Title, other.Title), cmp.Compare(g.Chat, other.Chat))
}
