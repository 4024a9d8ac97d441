package wording

import (
	"slices"
	"testing"

	"donghanh/internal/audit"
)

func TestEveryActHasItsWord(t *testing.T) {
	for _, act := range audit.Acts {
		if acts[act] == "" {
			t.Errorf("%q has no word", act)
		}
	}
	for act := range acts {
		if !slices.Contains(audit.Acts, act) {
			t.Errorf("%q has a word and does not stand in audit.Acts", act)
		}
	}
}
