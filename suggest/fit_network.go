package suggest

import (
	"maps"
	"net/netip"
	"slices"

	"sgfit/analyze"
)

// subnetUses are the uses from one known subnet.
type subnetUses struct {
	prefix netip.Prefix
	uses   []*analyze.Use
}

// splitSubnets takes out the uses of known subnets that have several sources each and lie in the rule's CIDR.
func (f *fitting) splitSubnets(uses []*analyze.Use) (whole []subnetUses, rest []*analyze.Use) {
	limit, _ := f.s.Peer.Prefix()
	sources := map[netip.Prefix]map[netip.Addr]bool{}
	at := make([]netip.Prefix, len(uses))
	for i := range uses {
		s, ok := f.m.estate.subnetAt(f.s.group.VPCID, uses[i].Peer)
		if !ok || s.prefix.Bits() < limit.Bits() {
			continue
		}
		at[i] = s.prefix
		if sources[s.prefix] == nil {
			sources[s.prefix] = map[netip.Addr]bool{}
		}
		sources[s.prefix][uses[i].Peer] = true
	}
	index := map[netip.Prefix]int{}
	for p, seen := range sources {
		if !f.enough(seen) {
			delete(sources, p)
		}
	}
	if _, rest = split(uses, func(i int) bool { return sources[at[i]] != nil }); len(rest) == len(uses) {
		return nil, rest
	}
	for i := range uses {
		if sources[at[i]] == nil {
			continue
		}
		k, ok := index[at[i]]
		if !ok {
			k = len(whole)
			index[at[i]], whole = k, append(whole, subnetUses{prefix: at[i]})
		}
		whole[k].uses = append(whole[k].uses, uses[i])
	}
	return whole, rest
}

// split parts uses by what is said of each index. Uses are large: where all are of one kind they are not copied.
func split(uses []*analyze.Use, of func(i int) bool) (yes, no []*analyze.Use) {
	is, n := make([]bool, len(uses)), 0
	for i := range uses {
		if is[i] = of(i); is[i] {
			n++
		}
	}
	switch n {
	case 0:
		return nil, uses
	case len(uses):
		return uses, nil
	}
	yes, no = make([]*analyze.Use, 0, n), make([]*analyze.Use, 0, len(uses)-n)
	for i := range uses {
		if is[i] {
			yes = append(yes, uses[i])
		} else {
			no = append(no, uses[i])
		}
	}
	return yes, no
}

// dense says that sources fill a few prefixes at least by half: those say more than the subnet around them.
func dense(sources map[netip.Addr]bool) bool {
	cover, ok := Cover(slices.Collect(maps.Keys(sources)), CoverOptions{})
	return ok && len(cover.Prefixes) <= 4 && len(cover.Prefixes) < len(sources) && cover.Extra.Float64() <= float64(len(sources))
}

// commonList finds a prefix list of the same account and Region that holds all sources, reaches no further than the
// rule, and of which every entry is used.
func (f *fitting) commonList(uses []*analyze.Use) (string, bool) {
	limit, _ := f.s.Peer.Prefix()
	for _, l := range f.m.estate.inv.PrefixLists {
		if l.Region != f.s.group.Region || len(l.Entries) == 0 || l.AccountID != f.s.group.AccountID {
			continue
		}
		if l.MaxEntries > f.budget {
			f.need(budgetDecides)
			continue
		}
		if f.listFits(l.Entries, limit, uses) {
			f.need(l.MaxEntries)
			return l.PrefixListID, true
		}
	}
	return "", false
}

func (f *fitting) listFits(entries []netip.Prefix, limit netip.Prefix, uses []*analyze.Use) bool {
	hit := make([]bool, len(entries))
	for _, p := range entries {
		if p.Bits() < limit.Bits() || !limit.Contains(p.Addr()) {
			return false
		}
	}
	for i := range uses {
		found := false
		for k, p := range entries {
			if p.Contains(uses[i].Peer) {
				found, hit[k] = true, true
			}
		}
		if !found {
			return false
		}
	}
	return !slices.Contains(hit, false)
}
