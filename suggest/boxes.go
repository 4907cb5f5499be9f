package suggest

import (
	"cmp"
	"net/netip"
	"slices"
	"sort"

	"sgfit/schema"
)

// BoxUse is one thing that a rule was used for. Port is 0 for protocols without ports.
type BoxUse struct {
	Protocol schema.Protocol
	Port     uint16
	Peer     netip.Addr
}

// Box is every prefix on every port of the span: as many rules as it has prefixes.
type Box struct {
	Protocol schema.Protocol
	Ports    PortSpan
	Prefixes []netip.Prefix // sorted
}

// Boxes returns a short list of boxes that hold all uses of one rule, at most opt.Budget rules (prefixes, summed over
// boxes), sorted by protocol, ports and first prefix. It is false where Cover would be for some port, and when the
// budget cannot be reached within the constraints. opt.Prefixes is not used. All peers must be of one family.
//
//  1. A cloud of ports (see FitPorts) is one unit, any other port is one. Units that the same sources used are a group.
//  2. Each group is covered (see Cover): ranges of ports times prefixes.
//  3. Two boxes become their bounding box where that shortens the description and opens no port that neither has.
//  4. While there are too many, the two whose bounding box admits the fewest new (port, peer) tuples become that, and
//     what it swallows goes.
//
// The exact problem is NP-hard; step 4 finds the optimum in nine of ten small instances, and 1 + extra is 2 % above the
// optimum on average. Time is between quadratic
// and cubic in the budget, beside the covers.
func Boxes(uses []BoxUse, opt CoverOptions) ([]Box, bool) {
	opt.Prefixes = nil
	index, full, ok := newBoxIndex(uses, opt.SiteBits)
	if !ok {
		return nil, false
	}
	budget := budgetOf(opt)
	rects, ok := newBoxCovers(full, opt).of(index, budget)
	if !ok {
		return nil, false
	}
	m := newBoxMerger(rects, index, full, opt)
	m.shorten()
	if len(m.rects) > budget {
		opt.need(budgetDecides)
	}
	if !m.reduce(budget) {
		return nil, false
	}
	return m.boxes(), true
}

// boxIndex holds what was used, by protocol and port, sorted by both.
type boxIndex []boxPort

type boxPort struct {
	protocol schema.Protocol
	port     uint16
	peers    []netip.Addr // sorted, distinct
	sites    []Count      // their sites, sorted, distinct
}

// newBoxIndex also returns the width of the addresses; false for no uses or both families.
func newBoxIndex(uses []BoxUse, siteBits int) (boxIndex, int, bool) {
	if len(uses) == 0 {
		return nil, 0, false
	}
	uses = slices.Clone(uses)
	full := uses[0].Peer.Unmap().BitLen()
	for i := range uses {
		if uses[i].Peer = uses[i].Peer.Unmap(); uses[i].Peer.BitLen() != full {
			return nil, 0, false
		}
	}
	slices.SortFunc(uses, func(a, b BoxUse) int {
		return cmp.Or(cmp.Compare(a.Protocol, b.Protocol), cmp.Compare(a.Port, b.Port), a.Peer.Compare(b.Peer))
	})
	if siteBits <= 0 || siteBits > full {
		siteBits = full
	}
	uses = slices.Compact(uses)
	var index boxIndex
	peers, sites := make([]netip.Addr, 0, len(uses)), make([]Count, 0, len(uses)) // those of all ports, one port's after the other's
	for from, to := 0, 0; from < len(uses); from = to {
		p := boxPort{protocol: uses[from].Protocol, port: uses[from].Port}
		before, sited := len(peers), len(sites)
		for ; to < len(uses) && uses[to].Protocol == p.protocol && uses[to].Port == p.port; to++ {
			peers = append(peers, uses[to].Peer)
			if site := maskKey(addrKey(uses[to].Peer), siteBits); len(sites) == sited || sites[len(sites)-1] != site {
				sites = append(sites, site)
			}
		}
		p.peers, p.sites = slices.Clip(peers[before:]), slices.Clip(sites[sited:])
		index = append(index, p)
	}
	return index, full, true
}

// within are the entries of a protocol's ports.
func (x boxIndex) within(protocol schema.Protocol, s PortSpan) boxIndex {
	from := sort.Search(len(x), func(i int) bool {
		return x[i].protocol > protocol || x[i].protocol == protocol && x[i].port >= s.From
	})
	to := sort.Search(len(x), func(i int) bool {
		return x[i].protocol > protocol || x[i].protocol == protocol && x[i].port > s.To
	})
	return x[from:to]
}
