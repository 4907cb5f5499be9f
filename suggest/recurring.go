package suggest

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"sgfit/schema"
)

// Fewest CIDRs, and groups that have all of them, that speak for a prefix list.
const (
	listCIDRs  = 3
	listGroups = 2
)

// mostSets is how many sets of groups are combined: what recurs in more ways than these is not worth the time.
const mostSets = 300

// recurring finds CIDRs of one family that recur in several groups of an account and Region once the plan is applied: a
// customer-managed prefix list could name them once.
func (p *Plan) recurring() []Observation {
	places := map[string]map[string][]int{} // account, Region and family, then CIDR: the groups, ascending
	for i := range p.Groups {
		g := &p.Groups[i]
		for _, peer := range peersAfter(g) {
			if peer.Kind != schema.PeerIPv4 && peer.Kind != schema.PeerIPv6 || peer.IsWildcard() {
				continue
			}
			place := strings.Join([]string{g.AccountID, g.Region, string(peer.Kind)}, " ")
			if places[place] == nil {
				places[place] = map[string][]int{}
			}
			if in := places[place][peer.Value]; len(in) == 0 || in[len(in)-1] != i {
				places[place][peer.Value] = append(in, i)
			}
		}
	}
	var out []Observation
	for _, place := range slices.Sorted(maps.Keys(places)) {
		for _, l := range recurringSets(places[place]) {
			var groups []*Group
			for _, i := range l.groups {
				groups = append(groups, &p.Groups[i])
			}
			out = append(out, Observation{NewPrefixList, fmt.Sprintf(
				"%s recur in %s (%s): %s. A prefix list of your own could name them once; it counts as its largest size, at least %d, against each group's quota of rules.",
				countOf(len(l.cidrs), "CIDR", "CIDRs"), count(int64(len(groups)), "group"), list(groupNames(groups), 3), list(l.cidrs, 5), len(l.cidrs)),
				groupIDs(groups), l.cidrs})
		}
	}
	return sorted(out)
}

// peersAfter are the peers of the rules that a group has when the plan is applied.
func peersAfter(g *Group) (peers []schema.Peer) {
	for i := range g.Rules {
		if r := &g.Rules[i]; r.Action == Keep || r.Action == Review {
			peers = append(peers, r.Peer)
		}
	}
	for _, s := range g.Suggested {
		peers = append(peers, s.Peer)
	}
	return peers
}

// recurringSet are CIDRs that all of some groups have.
type recurringSet struct {
	groups []int
	cidrs  []string
}

// recurringSets are those with enough of both, each CIDR in one at most; what saves most rules comes first.
func recurringSets(in map[string][]int) (out []recurringSet) {
	same := alike(in)
	sets := candidates(same)
	holds := make([][]int, len(sets)) // by set, the numbers of those alike that all of its groups have
	for i, groups := range sets {
		for k := range same {
			if len(intersection(same[k].groups, groups)) == len(groups) {
				holds[i] = append(holds[i], k)
			}
		}
	}
	taken := make([]bool, len(same))
	for {
		best, most := -1, 0
		for i := range sets {
			n := 0
			for _, k := range holds[i] {
				if !taken[k] {
					n += len(same[k].cidrs)
				}
			}
			if n >= listCIDRs && n*len(sets[i]) > most {
				best, most = i, n*len(sets[i])
			}
		}
		if best < 0 {
			return out
		}
		one := recurringSet{groups: sets[best]}
		for _, k := range holds[best] {
			if !taken[k] {
				one.cidrs, taken[k] = append(one.cidrs, same[k].cidrs...), true
			}
		}
		slices.Sort(one.cidrs)
		out = append(out, one)
	}
}

// alike puts CIDRs together that the same groups have, where these are enough.
func alike(in map[string][]int) (out []recurringSet) {
	at := map[string]int{}
	for _, cidr := range slices.Sorted(maps.Keys(in)) {
		if len(in[cidr]) < listGroups {
			continue
		}
		key := fmt.Sprint(in[cidr])
		i, ok := at[key]
		if !ok {
			i, at[key] = len(out), len(out)
			out = append(out, recurringSet{groups: in[cidr]})
		}
		out[i].cidrs = append(out[i].cidrs, cidr)
	}
	return out
}

// candidates are the sets of groups that have something in common, and what two of them share; the first mostSets.
func candidates(same []recurringSet) (sets [][]int) {
	known := map[string]bool{}
	add := func(groups []int) {
		if key := fmt.Sprint(groups); len(groups) >= listGroups && len(sets) < mostSets && !known[key] {
			known[key], sets = true, append(sets, groups)
		}
	}
	for i := range same {
		add(same[i].groups)
	}
	for i, n := 0, len(sets); i < n; i++ {
		for j := range i {
			add(intersection(sets[i], sets[j]))
		}
	}
	return sets
}

// intersection of two ascending lists.
func intersection(a, b []int) (both []int) {
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			both = append(both, a[i])
			i, j = i+1, j+1
		case a[i] < b[j]:
			i++
		default:
			j++
		}
	}
	return both
}
