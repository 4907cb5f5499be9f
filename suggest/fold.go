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

// folding is a rule while it is folded, with what is asked of it again and again.
type folding struct {
	SuggestedRule
	rule   analyze.Rule
	cidr   netip.Prefix
	isCIDR bool
}

func (f *folding) read() {
	p, _ := schema.ParseProtocol(f.Protocol) // made by ourselves
	f.rule.Rule = schema.Rule{Direction: f.Direction, Protocol: p, FromPort: portOr(f.FromPort), ToPort: portOr(f.ToPort), Peer: f.Peer}
	f.cidr, f.isCIDR = f.Peer.Prefix()
}

// fold joins rules until no two are left that one rule says as well. Rules that stay swallow others, and are not changed.
func fold(list []SuggestedRule) []SuggestedRule {
	rules := make([]*folding, len(list))
	for i := range list {
		rules[i] = &folding{SuggestedRule: list[i]}
		rules[i].read()
	}
	for again := true; again; {
		again = false
		for i := 0; i < len(rules); i++ {
			for j := 0; j < len(rules); j++ {
				a, b := rules[i], rules[j]
				if i == j || b.Kept || !a.join(b) {
					continue
				}
				a.StandsFor = slices.Compact(slices.Sorted(slices.Values(slices.Concat(a.StandsFor, b.StandsFor))))
				a.Traffic = together(a.SuggestedRule, b.SuggestedRule)
				a.read()
				rules = slices.Delete(rules, j, j+1)
				again = true
				if j < i {
					i--
				}
				j--
			}
		}
	}
	out := make([]SuggestedRule, len(rules))
	for i := range rules {
		out[i] = rules[i].SuggestedRule
	}
	slices.SortStableFunc(out, func(a, b SuggestedRule) int { return compareReplacements(a.ReplacementRule, b.ReplacementRule) })
	return out
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

// join makes the rule the one that admits exactly what it and another admit; false where there is none.
func (f *folding) join(o *folding) bool {
	x, y := &f.rule, &o.rule
	switch {
	case containsService(x, y) && f.holdsPeer(o):
		return true
	case f.Kept || x.Protocol != y.Protocol:
		return false
	case x.Peer == y.Peer && x.Protocol.HasPorts() && x.FromPort <= y.FromPort && y.FromPort <= x.ToPort+1:
		to := max(x.ToPort, y.ToPort)
		f.ToPort = &to
		return true
	case x.FromPort == y.FromPort && x.ToPort == y.ToPort && f.isCIDR && o.isCIDR:
		whole, ok := siblings(f.cidr, o.cidr)
		if ok {
			f.Peer = schema.CIDRPeer(whole)
		}
		return ok
	}
	return false
}

// holdsPeer says whether one peer stands for all that another will ever stand for.
func (f *folding) holdsPeer(o *folding) bool {
	return f.isCIDR && o.isCIDR && inside(o.cidr, f.cidr) || f.Peer == o.Peer
}

// holdsPeer is the same of peers that are not read yet.
func holdsPeer(a, b schema.Peer) bool {
	p, isCIDR := a.Prefix()
	q, also := b.Prefix()
	return a == b || isCIDR && also && inside(q, p)
}

// siblings is the prefix of which two are the halves.
func siblings(p, q netip.Prefix) (netip.Prefix, bool) {
	if p.Bits() != q.Bits() || p == q || p.Bits() == 0 || p.Addr().Is4() != q.Addr().Is4() {
		return netip.Prefix{}, false
	}
	whole := netip.PrefixFrom(p.Addr(), p.Bits()-1).Masked()
	return whole, whole.Contains(q.Addr())
}
