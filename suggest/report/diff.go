package report

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sgfit/schema"
	"sgfit/suggest"
)

// DiffView is a comparison of two plans in words.
type DiffView struct {
	OldWindow, NewWindow string
	Totals               []Fact
	Groups               []DiffGroup // those that opened something first
	Uncompared           []string
	AdminLinks           []Link // what newly opens an administration port to the world, and is not on record: leads to where the page says more
	Exceptions           []DiffException
}

// DiffException is one exception that ran out, came or changed.
type DiffException struct {
	Mark  string // "ran out", "unmatched", "new" …
	Class string // how a page colours it
	Words string // what it is for, kind, owner and reason
	Why   string
	Rules []string
}

// DiffGroup is one group of a comparison.
type DiffGroup struct {
	GroupID, GroupName, Place string
	Change                    string // "new", "gone" or ""
	Reach                     []Fact // by direction: what it admitted, and what it admits
	Rules                     []DiffRule
	rank                      int
}

// DiffRule is one rule of it.
type DiffRule struct {
	Mark     string // what is most to be said: "OPENED", "wider", "applied", "new" …
	Class    string // how a page colours it
	OnRecord bool   // an exception answers for what it opens
	Anchor   string // of what newly opens an administration port: the page's head leads to it
	Words    string // "inbound tcp 443 from 10.0.0.0/8"
	Reason   string
	Notes    []string // what is still missing of a suggestion
}

func newDiffView(c suggest.Comparison) DiffView {
	c = suggest.VisibleCopy(c)
	v := DiffView{OldWindow: comparedWords(c.Old), NewWindow: comparedWords(c.New), Totals: diffTotals(c.Counts)}
	for _, u := range c.Uncompared {
		v.Uncompared = append(v.Uncompared, strings.Join([]string{u.AccountID, u.Region}, " ")+": "+count(u.Groups, "group", "groups")+" that only the "+u.OnlyIn+" plan knows")
	}
	for _, x := range c.Exceptions {
		v.Exceptions = append(v.Exceptions, diffException(x))
	}
	names := groupNames{}
	for _, g := range c.Groups {
		names[g.GroupID] = g.GroupName
	}
	for _, g := range c.Groups {
		v.Groups = append(v.Groups, v.linked(diffGroup(g, names)))
	}
	slices.SortStableFunc(v.Groups, func(a, b DiffGroup) int { return cmp.Compare(b.rank, a.rank) })
	return v
}

// linked has the page's head lead to the rules of a group that newly open an administration port.
func (v *DiffView) linked(g DiffGroup) DiffGroup {
	for i := range g.Rules {
		if r := &g.Rules[i]; r.Mark == markOpened && !r.OnRecord {
			r.Anchor = "opened-" + strconv.Itoa(len(v.AdminLinks)+1)
			v.AdminLinks = append(v.AdminLinks, Link{cmp.Or(g.GroupName, g.GroupID) + ": " + r.Words, r.Anchor})
		}
	}
	return g
}

func comparedWords(p suggest.ComparedPlan) string {
	return windowWords(p.Window) + ", " + count(p.Groups, "group", "groups") + ", " + count(p.Rules, "rule", "rules")
}

// diffTotals says every count, with its noun.
func diffTotals(c suggest.Counts) []Fact {
	said := func(name, words string) string { return thousands(c[name]) + " " + words }
	counted := func(name, one, many string) string { return count(c[name], one, many) }
	line := func(parts ...string) string { return strings.Join(parts, " · ") }
	facts := []Fact{
		{"Suggested before", line(said("applied", "applied"), said("partly", "applied in part"), said("otherwise", "done otherwise"), said("ignored", "still open"))},
		{"Exposure", line(counted("wider", "direction of a group got wider", "directions of groups got wider"), said("grown", "grew by members or list entries"))},
		{"For the world", line(counted("new-open-admin", "newly opened administration port", "newly opened administration ports"), counted("new-wildcard", "new rule for every address", "new rules for every address"))},
		{"Rules", line(said("new-rule", "new"), said("gone-rule", "gone"), said("changed-action", "judged differently"),
			said("new-removal", "newly to be removed"), said("changed-grade", "of another confidence"))},
		{"Groups", line(said("new-group", "new"), said("gone-group", "gone"))},
	}
	var exceptions []string
	for _, change := range []suggest.ExceptionChange{suggest.RanOut, suggest.Unmet, suggest.Withdrawn, suggest.Extended, suggest.Granted} {
		if name := string(change) + "-exception"; c[name] > 0 {
			exceptions = append(exceptions, said(name, changeWords(change)))
		}
	}
	if c["new-on-record"] > 0 {
		exceptions = append(exceptions, count(c["new-on-record"], "new opening on record", "new openings on record"))
	}
	if len(exceptions) > 0 {
		facts = append(facts, Fact{"Exceptions", line(exceptions...)})
	}
	return facts
}

// changeWords puts what became of an exception in words.
func changeWords(c suggest.ExceptionChange) string {
	switch c {
	case suggest.RanOut:
		return "ran out"
	case suggest.Unmet:
		return "no longer matched"
	}
	return string(c)
}

func diffException(x suggest.ExceptionComparison) DiffException {
	out := DiffException{Mark: string(x.Change), Why: x.Why, Rules: x.Rules,
		Words: fmt.Sprintf("%s (%s until %s, %s: %s)", x.Exception.Name(), x.Exception.Kind, x.Exception.Expires, x.Exception.Owner, x.Exception.Reason)}
	switch x.Change {
	case suggest.RanOut:
		out.Mark, out.Class = changeWords(x.Change), "remove"
	case suggest.Unmet, suggest.Withdrawn:
		out.Class = "replace"
	}
	return out
}

func diffGroup(g suggest.GroupComparison, names groupNames) DiffGroup {
	v := DiffGroup{GroupID: g.GroupID, GroupName: g.GroupName, Place: joined(" · ", g.AccountID, g.Region, g.VPCID), Change: g.Change}
	v.addReach("Inbound", schema.Ingress, g.Ingress)
	v.addReach("Outbound", schema.Egress, g.Egress)
	for _, r := range g.Rules {
		if r.Was == nil && len(r.SuggestedFor) > 0 && !r.Wider {
			continue // what became of the rule that it stands for says so
		}
		rule := diffRule(r, names)
		v.rank = max(v.rank, markRank(rule.Mark))
		v.Rules = append(v.Rules, rule)
	}
	slices.SortStableFunc(v.Rules, func(a, b DiffRule) int { return cmp.Compare(markRank(b.Mark), markRank(a.Mark)) })
	return v
}

func (v *DiffGroup) addReach(name string, d schema.Direction, c *suggest.DirectionComparison) {
	if c == nil {
		return
	}
	var words []string
	switch {
	case c.Wider:
		words = append(words, "got wider")
		v.rank = max(v.rank, 2)
	case c.Grown:
		words = append(words, "grew, though no rule admits more: groups or lists that rules name did")
	}
	if !c.Opened.IsZero() {
		words = append(words, combinations(c.Opened)+" opened")
	}
	if !c.Closed.IsZero() {
		words = append(words, combinations(c.Closed)+" closed")
	}
	if c.Before != nil && c.After != nil && c.Before.Combinations != c.After.Combinations {
		words = append(words, changedWords(d, *c.Before, *c.After)+", "+changedBits(*c.Before, *c.After))
	}
	if len(words) > 0 {
		v.Reach = append(v.Reach, Fact{name, strings.Join(words, "; ")})
	}
}

func combinations(n suggest.Count) string {
	return numbered(n, "combination of protocol, port and address", "combinations of protocol, port and address")
}

// Marks of rules, and how urgent they are.
const (
	markOpened = "OPENED"
	markWider  = "WIDER"
)

func markRank(mark string) int {
	switch mark {
	case markOpened:
		return 3
	case markWider:
		return 2
	case string(suggest.Ignored), string(suggest.Partly), string(suggest.Otherwise):
		return 1
	}
	return 0
}

func diffRule(r suggest.RuleComparison, names groupNames) DiffRule {
	out := DiffRule{Words: side(r.Direction) + " " + names.matchWords(r.Direction, r.Protocol, r.FromPort, r.ToPort, r.Peer), Reason: r.Reason}
	out.OnRecord = r.OnRecord()
	switch {
	case r.OpensAdmin:
		out.Mark, out.Class = markOpened, "remove"
	case r.Wider:
		out.Mark, out.Class = markWider, "remove"
	case r.Outcome == suggest.Applied:
		out.Mark, out.Class = string(r.Outcome), "keep"
	case r.Outcome != "":
		out.Mark, out.Class = string(r.Outcome), "replace"
	case r.Was == nil:
		out.Mark = "new"
	case r.Is == nil:
		out.Mark = "gone"
	default:
		out.Mark, out.Class = "changed", "review"
	}
	for _, m := range r.Missing {
		out.Notes = append(out.Notes, "not there: "+names.replacementWords(r.Direction, m))
	}
	return out
}
