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
func (e *estate) suggested(g *Group) []SuggestedRule {
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
		for _, r := range e.fold(rules) {
			if !r.Kept || len(r.StandsFor) > 1 {
				r.Kept = r.Kept || slices.Contains(reviewed, r.content(d))
				out = append(out, r)
			}
		}
	}
	return out
}

// Folded gives the suggested rules that stand for each replaced rule, by RuleName. It is false where they are not those of the
// replacements, as in a plan that was changed by hand, or of a sgfit that did not fold.
func (g *Group) Folded() (map[string][]ReplacementRule, bool) {
	out, actions := map[string][]ReplacementRule{}, map[string]Action{}
	for i := range g.Rules {
		actions[RuleName(g.GroupID, g.Rules[i])] = g.Rules[i].Action
	}
	for _, s := range g.Suggested {
		for _, name := range s.StandsFor {
			if a := actions[name]; a != Replace && !(s.Kept && a == Keep) {
				return nil, false
			}
			out[name] = append(out[name], s.ReplacementRule)
		}
	}
	for i := range g.Rules {
		r := &g.Rules[i]
		if r.Action != Replace {
			continue
		}
		for _, n := range r.Replacement {
			piece := n.content(r.Direction)
			if !slices.ContainsFunc(out[RuleName(g.GroupID, *r)], func(s ReplacementRule) bool { return s.content(r.Direction).mayHold(piece) }) {
				return nil, false
			}
		}
	}
	return out, true
}

// mayHold is holds, for all that contents tell: a group's or a list's addresses may all lie in a CIDR.
func (c ruleContent) mayHold(d ruleContent) bool {
	_, wide := c.peer.Prefix()
	if _, isCIDR := d.peer.Prefix(); wide && !isCIDR {
		d.peer = c.peer
	}
	return c.holds(d)
}

// fold joins rules until no two are left that one rule says as well. Rules that stay swallow others, and are not changed.
func (e *estate) fold(rules []SuggestedRule) []SuggestedRule {
	for again := true; again; {
		again = false
		for i := 0; i < len(rules); i++ {
			for j := 0; j < len(rules); j++ {
				one, ok := SuggestedRule{}, false
				if i != j {
					one, ok = e.joined(rules[i], rules[j])
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
func (e *estate) joined(a, b SuggestedRule) (SuggestedRule, bool) {
	if b.Kept {
		return a, false
	}
	x, y := ruleOf(a), ruleOf(b)
	switch {
	case e.contains(&x, &y):
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
