package knowledge

import (
	"slices"
	"strings"
)

// Function names what the bot does, for one it knows, in place of a text from
// the book.
type Function string

// Functions a way of asking can call for.
const (
	OwnDeadlines Function = "deadlines" // what is open for the person
	OwnWay       Function = "way"       // where the person stands, with papers
	OwnStudents  Function = "students"  // what is open for the students of the person
	OwnProbation Function = "probation" // the day on which the person's probation ends
	OwnReminders Function = "reminders" // how often the person is reminded
	OwnUndo      Function = "undo"      // how to take back what was recorded
	OwnPrivacy   Function = "privacy"   // what is stored of the person, and who sees it
)

var functions = []Function{OwnDeadlines, OwnWay, OwnStudents, OwnProbation, OwnReminders, OwnUndo, OwnPrivacy}

// topic is what answers those whom the bot does not know.
func (f Function) topic() Topic {
	switch f {
	case OwnProbation:
		return ProbationLength
	case OwnReminders, OwnUndo:
		return BotHelp
	case OwnPrivacy:
		return BotPrivacy
	}
	return MyStatus
}

// Own is one thing people ask of a bot that knows them.
type Own struct {
	Does   Function `yaml:"does"`
	Says   []string `yaml:"says"`   // "…": a few words between; "(tôi)": a word of Self
	Whole  []string `yaml:"whole"`  // as Says, and nothing else is said but polite words
	Unless []string `yaml:"unless"` // words that tell that something else is meant
}

// Worry is how people say that they are afraid, and one calm line for them.
type Worry struct {
	Says  []string `yaml:"says"`
	Reply string   `yaml:"reply"`
}

// Called is a function with the topic that stands for it.
type Called struct {
	Function Function
	Topic    Topic
}

// Own returns the functions a message calls for if the bot knows who asks, in
// the order of the content. A long message is a story, and calls for none.
func (b *Book) Own(message string) (all []Called) {
	said := b.words.reading(message)
	words := 0
	for _, s := range said {
		words += len(s.norm)
	}
	if words > ownLongest {
		return nil
	}
	bare := make([]reading, len(said)) // without words of politeness
	for i, s := range said {
		bare[i] = reading{s.sentence, slices.DeleteFunc(slices.Clone(s.norm), func(w string) bool { return b.words.polite[w] })}
	}
	for _, o := range b.words.own {
		if o.calledBy(said, bare) && !slices.ContainsFunc(all, func(c Called) bool { return c.Function == o.does }) {
			all = append(all, Called{o.does, o.does.topic()})
		}
	}
	return all
}

// Worried returns the calm line for a message that sounds afraid, or "".
func (b *Book) Worried(message string) string {
	if meets(b.words.worried, b.words.reading(message), false) {
		return b.words.calm
	}
	return ""
}

const (
	ownLongest = 14 // words of a message that calls for a function
	ownGap     = 4  // words "…" stands for, at most
)

// owned is an Own as the normaliser reads it.
type owned struct {
	does                Function
	says, whole, unless []pattern
}

func (o owned) calledBy(said, bare []reading) bool {
	return (meets(o.says, said, false) || meets(o.whole, bare, true)) && !meets(o.unless, said, false)
}

// pattern is words in order. Each is one of several; none: a gap.
type pattern [][]string

// patterns reads ways of saying. self are the words for oneself.
func (n *normaliser) patterns(texts []string, self []string) (all []pattern) {
	for _, text := range texts {
		var p pattern
		for part := range strings.SplitSeq(strings.ReplaceAll(strings.ReplaceAll(text, "…", "|…|"), "(tôi)", "|(tôi)|"), "|") {
			switch part = strings.TrimSpace(part); part {
			case "…":
				p = append(p, nil)
			case "(tôi)":
				p = append(p, self)
			default:
				for _, words := range n.read([]string{part}) {
					for _, w := range words {
						p = append(p, []string{w})
					}
				}
			}
		}
		all = append(all, p)
	}
	return all
}

// meets reports whether one of the patterns stands in one of the sentences;
// with whole, whether it is all that is said.
func meets(all []pattern, said []reading, whole bool) bool {
	said = slices.DeleteFunc(slices.Clone(said), func(s reading) bool { return len(s.norm) == 0 })
	if whole && len(said) != 1 {
		return false
	}
	for _, s := range said {
		for _, p := range all {
			for at := range s.norm {
				if whole && at > 0 {
					break
				}
				if p.at(s.norm[at:], whole) {
					return true
				}
			}
		}
	}
	return false
}

// at reports whether words begin with the pattern, and with end are no more.
func (p pattern) at(words []string, end bool) bool {
	switch {
	case len(p) == 0:
		return !end || len(words) == 0
	case p[0] == nil:
		for skip := 0; skip <= min(ownGap, len(words)); skip++ {
			if p[1:].at(words[skip:], end) {
				return true
			}
		}
		return false
	}
	return len(words) > 0 && slices.Contains(p[0], words[0]) && p[1:].at(words[1:], end)
}
