package suggest

import "net/netip"

// What is looked at: beyond so many units of ports in a protocol only ranges of them are units, and as long as there
// are more rectangles than mostRects, fewer units are tried.
const (
	mostUnits = 128
	mostRects = 400
)

// boxCovers covers the peers of groups.
type boxCovers struct {
	opt    CoverOptions
	full   int
	limits coverLimits
}

func newBoxCovers(full int, opt CoverOptions) *boxCovers {
	return &boxCovers{opt, full, newCoverLimits(full, opt)}
}

// of covers what was used.
func (c *boxCovers) of(index boxIndex, budget int) ([]boxRect, bool) {
	for units := mostUnits; ; units /= 2 {
		rects, ok := c.groups(boxGroups(index, units), budget)
		if !ok || len(rects) <= max(mostRects, 2*budget) || units == 1 {
			return rects, ok
		}
		c.opt.need(budgetDecides)
	}
}

// groups covers each group, with about twice the budget over all groups, so that merging has a choice and ends.
// A single group gets exactly the budget, where the cover is the optimum. It is false when one port alone needs more
// than the budget, since no merging can then help. With the covers' own choice it needs as many rules as they have.
func (c *boxCovers) groups(groups []boxGroup, budget int) ([]boxRect, bool) {
	limit := 2*budget + 32
	if len(groups) == 1 && budget >= len(groups[0].spans) {
		limit = budget
	}
	covers := make([]CoverResult, len(groups))
	total := 0
	for i, g := range groups {
		var ok bool
		if covers[i], ok = c.cover(g.peers, limit/len(g.spans), budget); !ok {
			return nil, false
		}
		total += len(g.spans) * len(covers[i].Prefixes)
	}
	if c.opt.need(total); total > limit {
		c.opt.need(budgetDecides)
	}
	rects := make([]boxRect, 0, min(total, 2*limit))
	for i, g := range groups {
		if total > limit {
			covers[i], _ = c.cover(g.peers, len(covers[i].Prefixes)*limit/total, budget)
		}
		for _, s := range g.spans {
			for _, p := range covers[i].Prefixes {
				rects = append(rects, boxRect{g.protocol, s, addrKey(p.Addr()), p.Bits()})
			}
		}
	}
	return rects, true
}

// cover covers with the wanted number of prefixes, or with at most most where the constraints ask for more.
func (c *boxCovers) cover(peers []netip.Addr, wanted, most int) (CoverResult, bool) {
	opt := c.opt
	opt.Budget = max(1, wanted)
	if r, ok := coverWithin(peers, c.full, opt, c.limits); ok {
		return r, true
	}
	opt.Budget = most
	return coverWithin(peers, c.full, opt, c.limits)
}
