package review

import (
	"fmt"
	"slices"

	"sgfit/schema"
	"sgfit/suggest"
)

// Accepted returns the plan as it was decided: what was accepted or changed is done, what was rejected stays, and what was
// postponed or is still open is left for review. Exposure, replay, backtest, and what is said of groups as wholes are of the
// plan that was suggested, so they are left out for the caller to measure.
func (b *Book) Accepted() (suggest.Plan, error) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.accepted(nil, nil)
}

// trial is a rule that is to be tried with other rules in its place.
type trial struct {
	item  *item
	rules []suggest.ReplacementRule
}

// accepted builds the accepted plan of the groups wanted (nil: all), with a trial in it. The lock is held.
func (b *Book) accepted(wanted map[string]bool, try *trial) (suggest.Plan, error) {
	plan := b.plan
	plan.Groups, plan.Replay, plan.Backtest, plan.Exposure, plan.Observations = []suggest.Group{}, suggest.Replayed{}, nil, nil, nil
	first := 0
	for _, g := range b.plan.Groups {
		items := b.items[first : first+len(g.Rules)]
		first += len(g.Rules)
		if wanted != nil && !wanted[g.GroupID] {
			continue
		}
		g.Rules = slices.Clone(g.Rules)
		g.Exposure, g.ExposureBits, g.Suggested = nil, suggest.ExposureBits{}, nil
		for i := range g.Rules {
			if try != nil && try.item == &items[i] {
				put(&g.Rules[i], try.rules)
				continue
			}
			if err := b.settle(&g.Rules[i], &items[i]); err != nil {
				return plan, err
			}
		}
		plan.Groups = append(plan.Groups, g)
	}
	plan.Profile = nil // what that costs was said of the suggestions
	return plan, nil
}

// settle makes a rule what was decided of it.
func (b *Book) settle(r *suggest.Rule, it *item) error {
	d, stale := b.decision(it)
	r.Exposure = nil
	if d == nil || stale {
		if r.Action == suggest.Remove || r.Action == suggest.Replace {
			r.Action = suggest.Review // nobody said yes
		}
		return nil
	}
	r.Decision = &suggest.Decided{Action: d.Action, Reason: d.Reason, Who: d.Who, At: d.At}
	switch d.Action {
	case schema.DecisionAccept, schema.DecisionChange:
		rules, err := decodeRules(d.Replacement)
		if err != nil {
			return fmt.Errorf("decision %d: %w", d.No, err)
		}
		put(r, rules)
	case schema.DecisionReject:
		r.Action, r.Replacement, r.ReplacementTraffic = suggest.Keep, []suggest.ReplacementRule{}, nil
	case schema.DecisionPostpone:
		r.Action = suggest.Review
	}
	return nil
}

// put has a rule replaced by others, or removed where there are none.
func put(r *suggest.Rule, rules []suggest.ReplacementRule) {
	if !slices.EqualFunc(r.Replacement, rules, suggest.SameRule) {
		r.ReplacementTraffic = nil
	}
	r.Action, r.Replacement = suggest.Replace, rules
	if len(rules) == 0 {
		r.Action, r.Replacement = suggest.Remove, []suggest.ReplacementRule{}
	}
}

// Rejected is one suggestion that was rejected, for exceptions to be written of.
type Rejected struct {
	AccountID string `json:"account_id"`
	Region    string `json:"region"`
	VPCID     string `json:"vpc_id"`
	GroupID   string `json:"group_id"`
	GroupName string `json:"group_name"`
	suggest.RuleHead
	Suggested   suggest.Action            `json:"suggested"`
	Replacement []suggest.ReplacementRule `json:"replacement"`
	Findings    []suggest.Finding         `json:"findings"`
	Decision    suggest.Decided           `json:"decision"`
}

// Rejections returns what was rejected, in the plan's order.
func (b *Book) Rejections() []Rejected {
	b.mu.RLock()
	defer b.mu.RUnlock()
	out := []Rejected{}
	for i := range b.items {
		it := &b.items[i]
		d := b.rejection(it)
		if d == nil {
			continue
		}
		g, r := b.groupOf(it), b.ruleOf(it)
		out = append(out, Rejected{g.AccountID, g.Region, g.VPCID, g.GroupID, g.GroupName, r.Head(), r.Action, r.Replacement, r.Findings,
			suggest.Decided{Action: d.Action, Reason: d.Reason, Who: d.Who, At: d.At}})
	}
	return out
}
