package suggest

import (
	"maps"
	"net/netip"
	"slices"

	"sgfit/analyze"
	"sgfit/schema"
)

// cover says what is left in CIDRs: private sources and the internet's apart, each with its own density. What is within
// the budget already is what the rule has otherwise.
func (f *fitting) cover(uses []*analyze.Use, budget int) ([]ReplacementRule, bool) {
	private, internet := split(uses, func(i int) bool { return f.m.estate.isPrivate(uses[i].Peer) })
	var out []ReplacementRule
	for i, part := range [][]*analyze.Use{private, internet} {
		if len(part) == 0 {
			continue
		}
		left := budget - len(out)
		if i == 0 && len(internet) > 0 {
			left-- // something must be left for the others
		}
		opt, peers := f.coverOptions(part, i == 1)
		if opt.Budget = left; left < 1 {
			f.need(budgetDecides)
			return nil, false
		}
		needs := 0
		opt.needs = &needs
		boxes, ok := fitBoxes(part, peers, opt)
		if !ok {
			f.need(budgetDecides)
			return nil, false
		}
		f.needWithin(f.budget-left, needs)
		for _, b := range boxes {
			for _, p := range b.Prefixes {
				out = append(out, f.replacement(b.Protocol, b.Ports, schema.CIDRPeer(p)))
			}
		}
	}
	return out, len(out) <= budget
}

// mostServices is how many services Boxes is asked to tell apart: its time grows with the square of what differs, or more.
const mostServices = 512

// fitBoxes are Boxes, but for rules with very many services, such as an open range that clients use at random: there
// every source gets the same ranges of ports. peers are those of the uses, each once.
func fitBoxes(uses []*analyze.Use, peers []netip.Addr, opt CoverOptions) ([]Box, bool) {
	services := servicesOf(uses)
	if len(services) <= mostServices {
		return Boxes(toBoxUses(uses), opt)
	}
	opt.need(budgetDecides)
	ports := map[schema.Protocol][]uint16{}
	for _, s := range services {
		ports[s.protocol] = append(ports[s.protocol], s.port)
	}
	budget := opt.Budget
	opt.Budget = max(1, budget/(4*len(ports))) // leaves four ranges of ports a prefix
	cover, ok := Cover(peers, opt)
	if !ok {
		return nil, false
	}
	var out []Box
	for _, p := range slices.Sorted(maps.Keys(ports)) {
		for _, span := range FitPorts(ports[p], max(1, budget/(len(ports)*len(cover.Prefixes)))) {
			out = append(out, Box{Protocol: p, Ports: span, Prefixes: cover.Prefixes})
		}
	}
	return out, true
}

// coverOptions also returns the peers of the uses, each once.
func (f *fitting) coverOptions(uses []*analyze.Use, internet bool) (opt CoverOptions, peers []netip.Addr) {
	limit, _ := f.s.Peer.Prefix()
	if internet {
		opt = InternetCover(limit.Addr().Is6())
		opt.MinBits = min(max(opt.MinBits, limit.Bits()), limit.Addr().BitLen())
	}
	opt.Allowed = []netip.Prefix{limit}
	peers, worn := peersAndWorn(uses)
	var loose []netip.Addr
	opt.Caps, loose = f.m.estate.caps(f.s.group.VPCID, peers)
	within := opt.Caps
	if len(loose) > 0 && !internet {
		within = append([]netip.Prefix{enclosing(loose)}, within...)
	}
	opt.strangers = f.m.estate.strangers(f.s.group.VPCID, within, worn, peers)
	return opt, peers
}

// peersAndWorn are the peers of uses, each once, and the lists of groups that their owners wore.
func peersAndWorn(uses []*analyze.Use) (peers []netip.Addr, worn [][]string) {
	owners, known := make(map[netip.Addr]*analyze.Owner, len(uses)/4), map[groupList]bool{} // owners: the first of the latest list of each peer's
	for _, u := range uses {
		latest, seen := owners[u.Peer]
		if !seen {
			peers, owners[u.Peer] = append(peers, u.Peer), nil
		}
		if len(u.Owners) == 0 || latest == &u.Owners[0] {
			continue
		}
		owners[u.Peer] = &u.Owners[0]
		for i := range u.Owners {
			if list := listOf(u.Owners[i].Groups); !known[list] {
				known[list], worn = true, append(worn, u.Owners[i].Groups)
			}
		}
	}
	return peers, worn
}

// enclosing is the narrowest prefix around addresses of one family.
func enclosing(addrs []netip.Addr) netip.Prefix {
	p := netip.PrefixFrom(addrs[0], addrs[0].BitLen())
	for _, a := range addrs {
		for !p.Contains(a) {
			p = netip.PrefixFrom(p.Addr(), p.Bits()-1).Masked()
		}
	}
	return p
}

func toBoxUses(uses []*analyze.Use) []BoxUse {
	out := make([]BoxUse, len(uses))
	for i, u := range uses {
		out[i] = BoxUse{u.Protocol, u.Port, u.Peer}
	}
	return out
}
