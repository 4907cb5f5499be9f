package suggest

import (
	"cmp"
	"slices"

	"sgfit/schema"
)

// ComparisonVersion is the value of Comparison.Schema.
const ComparisonVersion = "sgfit.diff/v1"

// Comparison says what became of one plan by the time of another: what of it was applied, and what changed since. Rules
// are matched by content within their group, since ids are not always known and do not outlive a rule.
type Comparison struct {
	Schema string       `json:"schema"`
	Old    ComparedPlan `json:"old"`
	New    ComparedPlan `json:"new"`
	// Counts has every name of ComparisonNames.
	Counts Counts `json:"counts"`
	// Groups are those with anything to say, sorted as in a plan.
	Groups []GroupComparison `json:"groups"`
	// Exceptions are those that ran out, came or changed, those of the old plan first.
	Exceptions []ExceptionComparison `json:"exceptions"`
	// Uncompared are accounts and Regions that one of the plans does not know at all: their groups did not come or go.
	Uncompared []UncomparedScope `json:"uncompared"`
}

// ComparedPlan says which plan was compared.
type ComparedPlan struct {
	Window Window `json:"window"`
	Groups int    `json:"groups"`
	Rules  int    `json:"rules"`
}

// UncomparedScope is one account and Region that one plan alone knows.
type UncomparedScope struct {
	AccountID string `json:"account_id"`
	Region    string `json:"region"`
	OnlyIn    string `json:"only_in"` // old, new
	Groups    int    `json:"groups"`
}

// GroupComparison is one group that both plans may know.
type GroupComparison struct {
	AccountID string `json:"account_id"`
	Region    string `json:"region"`
	VPCID     string `json:"vpc_id"`
	GroupID   string `json:"group_id"`
	GroupName string `json:"group_name"`
	// Change is new or gone, and "" for a group of both plans.
	Change  string               `json:"change,omitempty"`
	Ingress *DirectionComparison `json:"ingress,omitempty"` // nil where what it admits did not change
	Egress  *DirectionComparison `json:"egress,omitempty"`
	Rules   []RuleComparison     `json:"rules"`
}

// RuleState is what a plan says of a rule.
type RuleState struct {
	Action   Action `json:"action"`
	Grade    string `json:"grade"`
	Findings []Kind `json:"findings"`
}

// Outcome is what became of a suggestion.
type Outcome string

// The outcomes of a suggestion to remove or replace a rule.
const (
	Applied   Outcome = "applied"   // the rule is gone, and what was to replace it is there
	Partly    Outcome = "partly"    // some of it was done
	Otherwise Outcome = "otherwise" // the rule is gone, but what was suggested is not what took its place
	Ignored   Outcome = "ignored"   // all is as it was
)

// RuleComparison is one rule of which there is anything to say.
type RuleComparison struct {
	RuleHead
	Was *RuleState `json:"was"` // in the old plan; null: it was not there
	Is  *RuleState `json:"is"`  // in the new plan; null: it is not there
	// Outcome is of the old plan's suggestion, "" where it had none.
	Outcome Outcome `json:"outcome,omitempty"`
	// Missing are the suggested rules that are not there.
	Missing []ReplacementRule `json:"missing,omitempty"`
	// SuggestedFor names the old plan's rules of whose replacement a new rule is part.
	SuggestedFor []string `json:"suggested_for,omitempty"`
	// Modified names the rule that had the same sgr- id.
	Modified string `json:"modified,omitempty"`
	// Wider says that a new rule admits something that the old plan's rules did not, nor its suggestions.
	Wider bool `json:"wider,omitempty"`
	// OpensAdmin and OpensWorld say of what: an administration port for the world, or anything for the world.
	OpensAdmin bool `json:"opens_admin,omitempty"`
	OpensWorld bool `json:"opens_world,omitempty"`
	// Exception is that which the new plan has the rule on record with; nil for none in force.
	Exception *RuleException `json:"exception,omitempty"`
	// Blanket says that it is for the group as a whole, and older than the rule: nobody answers for this opening.
	Blanket bool   `json:"blanket,omitempty"`
	Reason  string `json:"reason"` // one sentence
}

// Compare holds a plan against an earlier one.
func Compare(old, now Plan) Comparison {
	c := Comparison{Schema: ComparisonVersion, Old: comparedPlan(old), New: comparedPlan(now), Counts: Counts{},
		Groups: []GroupComparison{}, Uncompared: uncompared(old, now)}
	for _, name := range ComparisonNames() {
		c.Counts[name] = 0
	}
	c.Exceptions = compareExceptions(old, now, c.Uncompared)
	for _, x := range c.Exceptions {
		c.Counts[string(x.Change)+exceptionSuffix]++
	}
	blankets := newBlankets(old, now)
	for _, pair := range pairGroups(old, now, c.Uncompared) {
		if g, some := pair.compare(); some {
			blankets.mark(&g)
			c.Groups = append(c.Groups, g)
			c.count(g)
		}
	}
	return c
}

func comparedPlan(p Plan) ComparedPlan {
	out := ComparedPlan{Window: p.Window, Groups: len(p.Groups)}
	for _, g := range p.Groups {
		out.Rules += len(g.Rules)
	}
	return out
}

// place is the account and Region of a group.
type place struct{ account, region string }

func (g *Group) place() place { return place{g.AccountID, g.Region} }

// uncompared lists the places of which one plan has no group: every VPC has at least its default group.
func uncompared(old, now Plan) []UncomparedScope {
	out := []UncomparedScope{}
	list := func(plan, other Plan, name string) {
		known, lacking := map[place]bool{}, map[place]int{}
		for i := range other.Groups {
			known[other.Groups[i].place()] = true
		}
		for i := range plan.Groups {
			if p := plan.Groups[i].place(); !known[p] {
				lacking[p]++
			}
		}
		for p, groups := range lacking {
			out = append(out, UncomparedScope{p.account, p.region, name, groups})
		}
	}
	list(old, now, "old")
	list(now, old, "new")
	slices.SortFunc(out, func(a, b UncomparedScope) int {
		return cmp.Or(cmp.Compare(a.AccountID, b.AccountID), cmp.Compare(a.Region, b.Region), cmp.Compare(a.OnlyIn, b.OnlyIn))
	})
	return out
}

// groupPair is one group in both plans; nil where a plan does not have it.
type groupPair struct{ old, now *Group }

// pairGroups matches groups by account, Region and id, sorted as in a plan.
func pairGroups(old, now Plan, without []UncomparedScope) []groupPair {
	type key struct {
		place
		id string
	}
	skip := map[place]bool{}
	for _, u := range without {
		skip[place{u.AccountID, u.Region}] = true
	}
	pairs := map[key]*groupPair{}
	at := func(g *Group) *groupPair {
		k := key{g.place(), g.GroupID}
		if pairs[k] == nil {
			pairs[k] = &groupPair{}
		}
		return pairs[k]
	}
	for i := range old.Groups {
		if g := &old.Groups[i]; !skip[g.place()] {
			at(g).old = g
		}
	}
	for i := range now.Groups {
		if g := &now.Groups[i]; !skip[g.place()] {
			at(g).now = g
		}
	}
	var out []groupPair
	for _, p := range pairs {
		out = append(out, *p)
	}
	slices.SortFunc(out, func(a, b groupPair) int {
		x, y := a.either(), b.either()
		return cmp.Or(cmp.Compare(x.AccountID, y.AccountID), cmp.Compare(x.Region, y.Region), cmp.Compare(x.VPCID, y.VPCID),
			cmp.Compare(x.GroupID, y.GroupID))
	})
	return out
}

func (p groupPair) either() *Group {
	if p.now != nil {
		return p.now
	}
	return p.old
}

// compare says what changed; false for nothing.
func (p groupPair) compare() (GroupComparison, bool) {
	g := p.either()
	out := GroupComparison{AccountID: g.AccountID, Region: g.Region, VPCID: g.VPCID, GroupID: g.GroupID, GroupName: g.GroupName}
	switch {
	case p.old == nil:
		out.Change = "new"
	case p.now == nil:
		out.Change = "gone"
	}
	rules := newRulePairs(p)
	out.Rules = rules.compare()
	out.Ingress, out.Egress = rules.direction(schema.Ingress), rules.direction(schema.Egress)
	return out, out.Change != "" || len(out.Rules) > 0 || out.Ingress != nil || out.Egress != nil
}
