package knowledge

import "strings"

// cares finds words of distress and danger, met before anything else.
type cares struct {
	care    *Care
	phrases []phrase
	except  []phrase
}

// phrase is a run of words to be met as typed: with its accents if it has any
// and the text has them too, else folded.
type phrase struct{ exact, folded string }

func newPhrase(s string) phrase {
	var exact, folded []string
	for _, part := range sentences(s) {
		for _, w := range part.words {
			exact = append(exact, w.exact)
			folded = append(folded, w.folded)
		}
	}
	return phrase{" " + strings.Join(exact, " ") + " ", " " + strings.Join(folded, " ") + " "}
}

func newCares(list []Care) []cares {
	var out []cares
	for i := range list {
		c := cares{care: &list[i]}
		for _, p := range list[i].Phrases {
			c.phrases = append(c.phrases, newPhrase(p))
		}
		for _, p := range list[i].Except {
			c.except = append(c.except, newPhrase(p))
		}
		out = append(out, c)
	}
	return out
}

// distress returns the kind of care a text calls for, or nil. Harmless runs
// ("chết tiệt", "đói muốn chết") are taken out of the text first.
func (b *Book) distress(text string) *Care {
	whole := newPhrase(text)
	accented := whole.exact != whole.folded
	for _, c := range b.cares {
		exact, folded := whole.exact, whole.folded
		for _, e := range c.except {
			exact = strings.ReplaceAll(exact, e.exact, " ")
			folded = strings.ReplaceAll(folded, e.folded, " ")
		}
		for _, p := range c.phrases {
			if strings.Contains(exact, p.exact) || !accented && strings.Contains(folded, p.folded) {
				return c.care
			}
		}
	}
	return nil
}
