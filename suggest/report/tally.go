package report

import (
	"strings"

	"sgfit/suggest"
)

// Tally counts rules by what the plan would do with them.
type Tally struct{ Rules, Remove, Replace, Review, Keep int }

func tally(rules []suggest.Rule) Tally {
	var t Tally
	for _, r := range rules {
		t.add(r.Action)
	}
	return t
}

func (t *Tally) add(a suggest.Action) {
	t.Rules++
	switch a {
	case suggest.Remove:
		t.Remove++
	case suggest.Replace:
		t.Replace++
	case suggest.Review:
		t.Review++
	case suggest.Keep:
		t.Keep++
	}
}

func (t Tally) plus(u Tally) Tally {
	return Tally{t.Rules + u.Rules, t.Remove + u.Remove, t.Replace + u.Replace, t.Review + u.Review, t.Keep + u.Keep}
}

// Words lists what is not zero: "2 remove · 1 replace".
func (t Tally) Words() string {
	var parts []string
	for _, p := range []struct {
		n    int
		word string
	}{{t.Remove, "remove"}, {t.Replace, "replace"}, {t.Review, "review"}, {t.Keep, "keep"}} {
		if p.n > 0 {
			parts = append(parts, thousands(p.n)+" "+p.word)
		}
	}
	if len(parts) == 0 {
		return "no rules"
	}
	return strings.Join(parts, " · ")
}
