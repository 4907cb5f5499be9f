package suggest

import (
	"net/netip"
	"slices"

	"sgfit/analyze"
	"sgfit/schema"
)

// SuggestedRule is one rule that a plan would put into a group, or leave there for others too, and what it stands for.
type SuggestedRule struct {
	Direction schema.Direction `json:"direction"`
	ReplacementRule
	Kept      bool     `json:"kept,omitempty"` // it is one of today's, and stays
	StandsFor []string `json:"stands_for"`     // today's rules, by RuleName; sorted
	// Traffic is that of the window which it stands for; nil where that is not known.
	Traffic *Traffic `json:"traffic,omitempty"`
}

// suggested is what the replacements of a group come to together: rules that others of the group contain are left out,
// and what fits together exactly is one. They admit what all the replacements and the rules that stay admit, neither more
// nor less. Rules that stay are listed where they stand for others. What is for review stands for nothing but its equal: it may
// be narrowed later, to what the others do not carry.
//
// Only what contents tell is joined: that a group's or a list's addresses lie in a CIDR today is no promise for tomorrow, and a plan
// that was read from a file can be held to its replacements without an inventory.
func (g *Group) suggested() []SuggestedRule {
	var out []SuggestedRule
	for _, d := range []schema.Direction{schema.Ingress, schema.Egress} {
		var rules []SuggestedRule
		var reviewed []ruleContent
		for i := range g.Rules {
			r := &g.Rules[i]
			if r.Direction != d || r.Action == Remove {
				continue
			}
			name := []string{RuleName(g.GroupID, *r)}
			if r.Action == Review {
				reviewed = append(reviewed, r.content())
				continue
			}
			if r.Action != Replace {
				own := ReplacementRule{r.Protocol, r.FromPort, r.ToPort, r.Peer, r.Description}
				rules = append(rules, SuggestedRule{d, own, true, name, &Traffic{r.Evidence.Conversations, r.Evidence.Peers}})
				continue
			}
			for k, n := range r.Replacement {
				var traffic *Traffic
				if len(r.ReplacementTraffic) == len(r.Replacement) {
					traffic = &r.ReplacementTraffic[k]
				}
				rules = append(rules, SuggestedRule{d, n, false, name, traffic})
			}
		}
		for _, r := range fold(rules) {
			if !r.Kept || len(r.StandsFor) > 1 {
				r.Kept = r.Kept || slices.Contains(reviewed, r.content(d))
				out = append(out, r)
			}
		}
	}
	return out
}

// Folded gives the suggested rules that stand for each replaced rule, by RuleName. It is false where they are not exactly those that the
// replacements come to, as in a plan that was changed by hand, or of a sgfit that folded otherwise.
func (g *Group) Folded() (map[string][]ReplacementRule, bool) {
	isSame := func(a, b SuggestedRule) bool {
		return a.Direction == b.Direction && SameRule(a.ReplacementRule, b.ReplacementRule) && a.Kept == b.Kept && slices.Equal(a.StandsFor, b.StandsFor)
	}
	if !slices.EqualFunc(g.Suggested, g.suggested(), isSame) {
		return nil, false
	}
	return g.standIns(), true
}

// standIns are the suggested rules by the names of the rules that they stand for.
func (g *Group) standIns() map[string][]ReplacementRule {
	out := map[string][]ReplacementRule{}
	for _, s := range g.Suggested {
		for _, name := range s.StandsFor {
			out[name] = append(out[name], s.ReplacementRule)
		}
	}
	return out
}

// fold joins rules until no two are left that one rule says as well. Rules that stay swallow others, and are not changed.
func fold(rules []SuggestedRule) []SuggestedRule {
	for again := true; again; {
		again = false
		for i := 0; i < len(rules); i++ {
			for j := 0; j < len(rules); j++ {
				one, ok := SuggestedRule{}, false
				if i != j {
					one, ok = joined(rules[i], rules[j])
				}
				if !ok {
					continue
				}
				one.StandsFor = slices.Compact(slices.Sorted(slices.Values(slices.Concat(rules[i].StandsFor, rules[j].StandsFor))))
				one.Traffic = together(rules[i], rules[j])
				rules[i] = one
				rules = slices.Delete(rules, j, j+1)
				again = true
				if j < i {
					i--
				}
				j--
			}
		}
	}
	slices.SortStableFunc(rules, func(a, b SuggestedRule) int { return compareReplacements(a.ReplacementRule, b.ReplacementRule) })
	return rules
}

// together is the traffic of two rules that become one. A rule that stays has what it admits counted already.
func together(a, b SuggestedRule) *Traffic {
	if a.Kept {
		return a.Traffic
	}
	if a.Traffic == nil || b.Traffic == nil {
		return nil
	}
	return &Traffic{a.Traffic.Conversations + b.Traffic.Conversations, a.Traffic.Peers + b.Traffic.Peers}
}

// joined is the rule that admits exactly what two admit; false where there is none.
func joined(a, b SuggestedRule) (SuggestedRule, bool) {
	if b.Kept {
		return a, false
	}
	x, y := ruleOf(a), ruleOf(b)
	switch {
	case containsService(&x, &y) && holdsPeer(x.Peer, y.Peer):
		return a, true
	case a.Kept || x.Protocol != y.Protocol:
		return a, false
	case x.Peer == y.Peer && x.Protocol.HasPorts() && x.FromPort <= y.FromPort && y.FromPort <= x.ToPort+1:
		to := max(x.ToPort, y.ToPort)
		a.ToPort = &to
		return a, true
	case x.FromPort == y.FromPort && x.ToPort == y.ToPort:
		whole, ok := siblings(x.Peer, y.Peer)
		if ok {
			a.Peer = schema.CIDRPeer(whole)
		}
		return a, ok
	}
	return a, false
}

func ruleOf(r SuggestedRule) analyze.Rule {
	p, _ := schema.ParseProtocol(r.Protocol) // made by ourselves
	return analyze.Rule{Rule: schema.Rule{Direction: r.Direction, Protocol: p, FromPort: portOr(r.FromPort), ToPort: portOr(r.ToPort), Peer: r.Peer}}
}

// holdsPeer says whether one peer stands for all that another will ever stand for.
func holdsPeer(a, b schema.Peer) bool {
	p, isCIDR := a.Prefix()
	q, also := b.Prefix()
	return a == b || isCIDR && also && inside(q, p)
}

// siblings is the prefix of which two are the halves.
func siblings(a, b schema.Peer) (netip.Prefix, bool) {
	p, isA := a.Prefix()
	q, isB := b.Prefix()
	if !isA || !isB || p.Bits() != q.Bits() || p == q || p.Bits() == 0 || p.Addr().Is4() != q.Addr().Is4() {
		return netip.Prefix{}, false
	}
	whole := netip.PrefixFrom(p.Addr(), p.Bits()-1).Masked()
	return whole, whole.Contains(q.Addr())
}
