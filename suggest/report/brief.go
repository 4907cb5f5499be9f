package report

import (
	"strings"

	"sgfit/suggest"
)

// mostCards is how many rules a page tells in full, with pictures: those of the groups with the most to gain. The others are
// told in a line each, so that a page of 50,000 rules still opens at once.
const mostCards = 2000

// abridge marks the groups after the first mostCards rules.
func abridge(views []GroupView) (abridged int) {
	rules := 0
	for i := range views {
		rules += len(views[i].Rules)
		if views[i].Brief = rules > mostCards && i > 0; views[i].Brief {
			abridged++
		}
	}
	return abridged
}

// Lines are all rules of a group, those with something to do first.
func (g GroupView) Lines() []Card { return append(g.ToDo[:len(g.ToDo):len(g.ToDo)], g.Kept...) }

// Line is the rule in one line: what, why, what it becomes, and how much it was used.
func (c Card) Line() string {
	var b strings.Builder
	b.WriteString(c.Verb() + ": " + c.Words + " · " + joined(" · ", c.Ref, c.RuleID))
	for _, f := range c.Findings {
		b.WriteString(" · " + f.Title + ": " + strings.TrimSuffix(f.Reason, "."))
	}
	if len(c.Replacement) > 0 {
		b.WriteString(" · " + c.Instead() + ": " + strings.Join(c.Replacement, "; "))
	}
	if len(c.StillThrough) > 0 {
		b.WriteString(" · Still flows through: " + strings.Join(c.StillThrough, "; "))
	}
	if c.OnRecord != "" {
		b.WriteString(" · On record: " + c.OnRecord)
	}
	b.WriteString(" · Real use: " + useWords(c.Evidence))
	if c.Evidence.Conversations > 0 {
		b.WriteString(", on " + usedWords(c.Evidence))
	}
	if c.Action != suggest.Keep {
		b.WriteString(" · Grade " + joined(", ", c.Grade, and("sources ", c.Label)))
	}
	return b.String()
}
