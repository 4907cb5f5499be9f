package suggest

import (
	"cmp"
	"maps"
	"slices"

	"sgfit/schema"
)

// ListWeight is what rules that name a prefix list count against the quota of rules.
type ListWeight struct {
	PrefixListID string `json:"prefix_list_id"`
	Weight       int    `json:"weight"` // its largest size; of AWS's own lists what AWS says; 0 where it is not known, which counts as 1
}

// listWeights are those of the lists that a plan's rules name, or that it would have them name; sorted by id.
func (e *estate) listWeights(p *Plan) []ListWeight {
	known := map[string]ListWeight{}
	see := func(peer schema.Peer) {
		if peer.Kind == schema.PeerPrefixList {
			known[peer.Value] = ListWeight{peer.Value, e.weights[peer.Value]}
		}
	}
	for i := range p.Groups {
		for j := range p.Groups[i].Rules {
			r := &p.Groups[i].Rules[j]
			see(r.Peer)
			for _, n := range r.Replacement {
				see(n.Peer)
			}
			for _, a := range r.Alternatives {
				for _, n := range a.Rules {
					see(n.Peer)
				}
			}
		}
	}
	return slices.SortedFunc(maps.Values(known), func(a, b ListWeight) int { return cmp.Compare(a.PrefixListID, b.PrefixListID) })
}

// Weight is what a rule with this peer counts against the quota of rules.
func (p *Plan) Weight() func(schema.Peer) int {
	weights := map[string]int{}
	for _, l := range p.PrefixLists {
		weights[l.PrefixListID] = l.Weight
	}
	return func(peer schema.Peer) int {
		if peer.Kind == schema.PeerPrefixList {
			return max(weights[peer.Value], 1)
		}
		return 1
	}
}

// Quota is the most rules of a group, direction and address family.
func (p *Plan) Quota() int {
	if p.Settings != nil && p.Settings.RulesQuota > 0 {
		return p.Settings.RulesQuota
	}
	return DefaultBudget
}
