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
	rects, ok := coverIndex(index, opt, budget)
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
	var index boxIndex
	for _, u := range slices.Compact(uses) {
		n := len(index)
		if n == 0 || index[n-1].protocol != u.Protocol || index[n-1].port != u.Port {
			index = append(index, boxPort{protocol: u.Protocol, port: u.Port})
			n++
		}
		p := &index[n-1]
		p.peers = append(p.peers, u.Peer)
		if site := maskKey(addrKey(u.Peer), siteBits); len(p.sites) == 0 || p.sites[len(p.sites)-1] != site {
			p.sites = append(p.sites, site)
		}
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

// boxGroup is the ports that the same peers used.
type boxGroup struct {
	protocol schema.Protocol
	spans    []PortSpan
	peers    []netip.Addr
}

// What is looked at: beyond so many units of ports in a protocol only ranges of them are units, and as long as there
// are more rectangles than mostRects, fewer units are tried.
const (
	mostUnits = 128
	mostRects = 400
)

func coverIndex(index boxIndex, opt CoverOptions, budget int) ([]boxRect, bool) {
	for units := mostUnits; ; units /= 2 {
		rects, ok := coverGroups(boxGroups(index, units), opt, budget)
		if !ok || len(rects) <= max(mostRects, 2*budget) || units == 1 {
			return rects, ok
		}
		opt.need(budgetDecides)
	}
}

func boxGroups(index boxIndex, most int) []boxGroup {
	var groups []boxGroup
	at := map[string]int{}
	for from, to := 0, 0; from < len(index); from = to {
		for to = from; to < len(index) && index[to].protocol == index[from].protocol; to++ {
		}
		for _, span := range boxUnits(index[from:to], most) {
			unit := index.within(index[from].protocol, span)
			peers := unionPeers(unit)
			key := peersKey(index[from].protocol, peers)
			i, ok := at[key]
			if !ok {
				i, at[key] = len(groups), len(groups)
				groups = append(groups, boxGroup{protocol: index[from].protocol, peers: peers})
			}
			groups[i].addSpan(span)
		}
	}
	return groups
}

// addSpan joins the span to the last one where they touch. Spans come in order.
func (g *boxGroup) addSpan(s PortSpan) {
	if n := len(g.spans); n > 0 && int(g.spans[n-1].To)+1 == int(s.From) {
		g.spans[n-1].To = s.To
		return
	}
	g.spans = append(g.spans, s)
}

// boxUnits are the clouds and the single ports of one protocol.
func boxUnits(index boxIndex, most int) []PortSpan {
	ports := make([]uint16, len(index))
	for i, p := range index {
		ports[i] = p.port
	}
	var units []PortSpan
	for _, s := range FitPorts(ports, 0) {
		if len(index.within(index[0].protocol, s)) < s.width() {
			units = append(units, s)
			continue
		}
		for p := int(s.From); p <= int(s.To); p++ {
			units = append(units, PortSpan{uint16(p), uint16(p)})
		}
	}
	if len(units) > most {
		return FitPorts(ports, most)
	}
	return units
}

func unionPeers(index boxIndex) []netip.Addr {
	if len(index) == 1 {
		return index[0].peers
	}
	var all []netip.Addr
	for _, p := range index {
		all = append(all, p.peers...)
	}
	slices.SortFunc(all, netip.Addr.Compare)
	return slices.Compact(all)
}

func peersKey(protocol schema.Protocol, peers []netip.Addr) string {
	key := make([]byte, 0, 16*len(peers)+2)
	key = append(key, byte(protocol), byte(protocol>>8))
	for _, p := range peers {
		b := p.As16()
		key = append(key, b[:]...)
	}
	return string(key)
}

// coverGroups covers each group, with about twice the budget over all groups, so that merging has a choice and ends.
// A single group gets exactly the budget, where the cover is the optimum. It is false when one port alone needs more
// than the budget, since no merging can then help. With the covers' own choice it needs as many rules as they have.
func coverGroups(groups []boxGroup, opt CoverOptions, budget int) ([]boxRect, bool) {
	limit := 2*budget + 32
	if len(groups) == 1 && budget >= len(groups[0].spans) {
		limit = budget
	}
	covers := make([]CoverResult, len(groups))
	total := 0
	for i, g := range groups {
		var ok bool
		if covers[i], ok = coverWithin(g.peers, opt, limit/len(g.spans), budget); !ok {
			return nil, false
		}
		total += len(g.spans) * len(covers[i].Prefixes)
	}
	if opt.need(total); total > limit {
		opt.need(budgetDecides)
	}
	var rects []boxRect
	for i, g := range groups {
		if total > limit {
			covers[i], _ = coverWithin(g.peers, opt, len(covers[i].Prefixes)*limit/total, budget)
		}
		for _, s := range g.spans {
			for _, p := range covers[i].Prefixes {
				rects = append(rects, boxRect{g.protocol, s, addrKey(p.Addr()), p.Bits()})
			}
		}
	}
	return rects, true
}

// coverWithin covers with the wanted number of prefixes, or with at most most where the constraints ask for more.
func coverWithin(peers []netip.Addr, opt CoverOptions, wanted, most int) (CoverResult, bool) {
	opt.Budget = max(1, wanted)
	if r, ok := Cover(peers, opt); ok {
		return r, true
	}
	opt.Budget = most
	return Cover(peers, opt)
}
