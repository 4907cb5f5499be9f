package suggest

import (
	"fmt"
	"slices"

	"sgfit/analyze"
	"sgfit/schema"
)

// ruleContent is what two rules of a group must share to be the same.
type ruleContent struct {
	direction schema.Direction
	protocol  string
	from, to  int32
	peer      schema.Peer
}

func (r *Rule) content() ruleContent {
	return ruleContent{r.Direction, r.Protocol, portOr(r.FromPort), portOr(r.ToPort), r.Peer}
}

// content is that of a replacement for a rule of that direction.
func (r ReplacementRule) content(d schema.Direction) ruleContent {
	return ruleContent{d, r.Protocol, portOr(r.FromPort), portOr(r.ToPort), r.Peer}
}

// rulePairs are the rules of one group in two plans.
type rulePairs struct {
	groups    groupPair
	id        string
	old, now  []*Rule                      // in the plans' order
	was, is   map[ruleContent]*Rule        // the same by content
	byID      map[string]*Rule             // the old plan's
	suggested map[ruleContent][]string     // by the old plan: names of the rules that they were to replace
	folded    map[string][]ReplacementRule // by the old plan: what stands for each rule once the group's rules are one set
	admitted  *admittedBefore
}

func newRulePairs(p groupPair) *rulePairs {
	x := &rulePairs{groups: p, id: p.either().GroupID, was: map[ruleContent]*Rule{}, is: map[ruleContent]*Rule{}, byID: map[string]*Rule{},
		suggested: map[ruleContent][]string{}}
	if p.old != nil {
		for i := range p.old.Rules {
			r := &p.old.Rules[i]
			x.old, x.was[r.content()] = append(x.old, r), r
			if r.RuleID != nil {
				x.byID[*r.RuleID] = r
			}
			for _, n := range r.Replacement {
				k := n.content(r.Direction)
				x.suggested[k] = append(x.suggested[k], RuleName(x.id, *r))
			}
		}
	}
	if p.now != nil {
		for i := range p.now.Rules {
			r := &p.now.Rules[i]
			x.now, x.is[r.content()] = append(x.now, r), r
		}
	}
	if p.old != nil {
		x.folded, _ = p.old.Folded()
		for _, r := range x.old {
			for _, n := range x.folded[RuleName(x.id, *r)] {
				if k := n.content(r.Direction); !slices.Contains(x.suggested[k], RuleName(x.id, *r)) {
					x.suggested[k] = append(x.suggested[k], RuleName(x.id, *r))
				}
			}
		}
	}
	x.admitted = newAdmittedBefore(x)
	return x
}

// compare lists the rules of which there is anything to say, in the order of a plan.
func (x *rulePairs) compare() []RuleComparison {
	out := []RuleComparison{}
	for _, r := range x.old {
		if c, some := x.became(r); some {
			out = append(out, c)
		}
	}
	for _, r := range x.now {
		if x.was[r.content()] == nil {
			out = append(out, x.appeared(r))
		}
	}
	slices.SortStableFunc(out, func(a, b RuleComparison) int { return compareRules(a.rule(), b.rule()) })
	return out
}

func state(r *Rule) *RuleState {
	s := &RuleState{Action: r.Action, Grade: r.Confidence.Grade, Findings: []Kind{}}
	for _, f := range r.Findings {
		if !slices.Contains(s.Findings, f.Kind) {
			s.Findings = append(s.Findings, f.Kind)
		}
	}
	return s
}

// became says what became of a rule of the old plan; false where there is nothing to say.
func (x *rulePairs) became(r *Rule) (RuleComparison, bool) {
	c := RuleComparison{RuleHead: r.Head()}
	c.Was = state(r)
	now := x.is[r.content()]
	if now != nil {
		c.Is, c.RuleID, c.Description = state(now), now.RuleID, now.Description
	}
	switch r.Action {
	case Remove:
		c.Outcome, c.Reason = Applied, "it was to be removed, and is gone"
		if now != nil {
			c.Outcome, c.Reason = Ignored, "it was to be removed, and is still there"
		}
	case Replace:
		x.replaced(&c, r)
	default:
		if now == nil {
			c.Reason = "it is gone; the old plan would have left it"
		}
	}
	if words := changedState(c.Was, c.Is); words != "" {
		c.Reason = joinReasons(c.Reason, words)
	}
	return c, c.Reason != ""
}

// replaced says how much of a replacement was done.
func (x *rulePairs) replaced(c *RuleComparison, r *Rule) {
	fresh, inOthers := 0, 0
	for _, n := range r.Replacement {
		k := n.content(r.Direction)
		held, came := x.folds(k, r)
		switch {
		case x.is[k] == nil && held:
			if came {
				fresh++
			}
		case x.is[k] == nil && x.within(k, r.content()):
			inOthers++
			c.Missing = append(c.Missing, n)
		case x.is[k] == nil:
			c.Missing = append(c.Missing, n)
		case x.was[k] == nil:
			fresh++
		}
	}
	all, missing := count(int64(len(r.Replacement)), "suggested rule"), len(c.Missing)
	switch {
	case c.Is != nil && fresh == 0:
		c.Outcome, c.Reason = Ignored, "it was to be replaced, and is still there"
	case c.Is != nil:
		c.Outcome, c.Reason = Partly, fmt.Sprintf("%d of %s came, but it is still there beside them", len(r.Replacement)-missing, all)
	case missing == 0:
		c.Outcome, c.Reason = Applied, "it was replaced by "+all+", as planned"
	case missing == inOthers:
		c.Outcome, c.Reason = Otherwise, fmt.Sprintf("it is gone, and rules that are wider took the place of %d of %s", missing, all)
	case missing == 1 && len(r.Replacement) == 1:
		c.Outcome, c.Reason = Otherwise, "it is gone, but the suggested rule did not come"
	case missing == len(r.Replacement):
		c.Outcome, c.Reason = Otherwise, "it is gone, but none of "+all+" came"
	default:
		c.Outcome, c.Reason = Partly, fmt.Sprintf("it is gone, but %d of %s did not come", missing, all)
	}
}

// folds says whether a rule is there that the old plan suggested for this one together with others, and that holds what it was
// to be replaced by; and whether such a one came since.
func (x *rulePairs) folds(k ruleContent, r *Rule) (held, came bool) {
	for _, n := range x.folded[RuleName(x.id, *r)] {
		if one := n.content(r.Direction); x.is[one] != nil && one.holds(k) {
			held, came = true, came || x.was[one] == nil
		}
	}
	return held, came
}

// within says whether a rule of the new plan, other than the one to be replaced, holds all that a rule would admit.
func (x *rulePairs) within(k, replaced ruleContent) bool {
	return slices.ContainsFunc(x.now, func(r *Rule) bool { return r.content() != replaced && r.content().holds(k) })
}

// holds says whether one rule admits all that another does, as far as contents tell.
func (c ruleContent) holds(d ruleContent) bool { return c.holdsService(d) && holdsPeer(c.peer, d.peer) }

// holdsService says it of protocol, ports, types and codes.
func (c ruleContent) holdsService(d ruleContent) bool {
	a, b := c.service(), d.service()
	return a != nil && b != nil && containsService(a, b)
}

// service is the rule without its peer; nil where nobody knows its protocol.
func (c ruleContent) service() *analyze.Rule {
	p, err := schema.ParseProtocol(c.protocol)
	if err != nil {
		return nil
	}
	return &analyze.Rule{Rule: schema.Rule{Direction: c.direction, Protocol: p, FromPort: c.from, ToPort: c.to}}
}

// appeared describes a rule that the old plan did not have.
func (x *rulePairs) appeared(r *Rule) RuleComparison {
	c := RuleComparison{RuleHead: r.Head()}
	c.Is, c.SuggestedFor = state(r), x.suggested[r.content()]
	if r.RuleID != nil && x.byID[*r.RuleID] != nil {
		c.Modified = RuleName(x.id, *x.byID[*r.RuleID])
	}
	c.Wider, c.OpensWorld, c.OpensAdmin = x.admitted.opens(r)
	switch {
	case c.OpensAdmin:
		c.Reason = "it opens an administration port to the world"
	case c.OpensWorld:
		c.Reason = "it opens something to the world that was not open before"
	case c.Wider:
		c.Reason = "it admits what nothing admitted before"
	case len(c.SuggestedFor) > 0:
		c.Reason = "it is as the old plan suggested for " + list(c.SuggestedFor, 2)
	default:
		c.Reason = "it admits nothing that was not admitted before"
	}
	if c.Modified != "" {
		c.Reason += "; it was " + c.Modified
	}
	if x := r.Exception; x != nil {
		c.Exception = x
		c.Reason += fmt.Sprintf("; on record as %s until %s (%s)", x.Kind, x.Expires, x.Owner)
	}
	return c
}

// changedState says how what the plans say of a rule differs: "" for not at all, or where one of them does not have it.
func changedState(was, is *RuleState) string {
	if was == nil || is == nil {
		return ""
	}
	var words string
	if was.Action != is.Action {
		words = fmt.Sprintf("%s before, %s now", was.Action, is.Action)
	}
	if was.Grade != is.Grade && was.Action == is.Action {
		words = joinReasons(words, fmt.Sprintf("confidence %s before, %s now", was.Grade, is.Grade))
	}
	var fresh []string
	for _, k := range is.Findings {
		if !slices.Contains(was.Findings, k) {
			fresh = append(fresh, string(k))
		}
	}
	if len(fresh) > 0 {
		words = joinReasons(words, "found since: "+list(fresh, 4))
	}
	return words
}

func joinReasons(a, b string) string {
	if a == "" {
		return b
	}
	return a + "; " + b
}
