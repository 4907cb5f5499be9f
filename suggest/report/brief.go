package report

import (
	"strings"

	"sgfit/suggest"
)

// A page with more than mostCards rules tells the first of its groups in full, up to cardsOfMany rules, and the others in a line
// a rule: a browser opens some 100,000 elements in a second, and a rule told in full has 40.
const (
	mostCards   = 3000
	cardsOfMany = 1000
)

// abridge marks the groups that are told in a line a rule, and counts them.
func abridge(views []GroupView, cards int) (abridged int) {
	all, rules := 0, 0
	for _, v := range views {
		all += len(v.Rules)
	}
	for i := range views {
		rules += len(views[i].Rules)
		if views[i].Brief = all > cards && rules > min(cards, cardsOfMany) && i > 0; views[i].Brief {
			abridged++
		}
	}
	return abridged
}

// Chunk is a run of groups that a browser lays out together, once they are in sight.
type Chunk struct {
	Groups []GroupView
	Brief  bool
}

const chunkSize = 50

// chunks cuts groups into runs that are told alike.
func chunks(groups []GroupView) []Chunk {
	var out []Chunk
	for _, g := range groups {
		if n := len(out); n == 0 || out[n-1].Brief != g.Brief || len(out[n-1].Groups) == chunkSize {
			out = append(out, Chunk{Brief: g.Brief})
		}
		last := &out[len(out)-1]
		last.Groups = append(last.Groups, g)
	}
	return out
}

// Lines are all rules of a group, those with something to do first.
func (g GroupView) Lines() []Card { return append(g.ToDo[:len(g.ToDo):len(g.ToDo)], g.Kept...) }

// BriefWords say where the group is, who gets in, and what was said of it as a whole.
func (g GroupView) BriefWords() string {
	words := g.Place() + " · " + count(g.Interfaces, "interface", "interfaces")
	if g.InReach != nil {
		words += " · Inbound " + g.InReach.Text()
	}
	if g.OutReach != nil {
		words += " · Outbound " + g.OutReach.Text()
	}
	for _, s := range g.Said {
		words += " · " + s.Title + ": " + s.Reason
	}
	return words
}

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
