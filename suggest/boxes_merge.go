package suggest

import (
	"net/netip"
	"slices"
	"sort"
)

// boxMerger makes rectangles fewer. It holds them sorted by compareRects, none inside another.
type boxMerger struct {
	rects      []boxRect
	index      boxIndex
	full, site int
	limits     coverLimits
	alpha      float64
}

func newBoxMerger(rects []boxRect, index boxIndex, full int, opt CoverOptions) *boxMerger {
	m := &boxMerger{rects: rects, index: index, full: full, site: full, limits: newCoverLimits(full, opt)}
	if opt.SiteBits > 0 && opt.SiteBits < full {
		m.site = opt.SiteBits
	}
	m.alpha = describeAlpha(portRuleBits+m.site, opt.Density, PrivateDensity)
	slices.SortFunc(m.rects, compareRects)
	return m
}

// bounding is the bounding box of two rectangles of one protocol; false for a prefix that is not allowed. Strangers in it are
// looked for when its score is asked.
func (m *boxMerger) bounding(a, b *boxRect) (boxRect, bool) {
	bits := a.commonBits(b)
	whole := boxRect{a.protocol, PortSpan{min(a.ports.From, b.ports.From), max(a.ports.To, b.ports.To)}, maskKey(a.key, bits), bits}
	given := bits == a.bits && whole.key == a.key || bits == b.bits && whole.key == b.key
	return whole, m.limits.mayPermit(whole.key, bits, given)
}

// meetsStranger says whether a rectangle admits somebody whom no rule may.
func (m *boxMerger) meetsStranger(r *boxRect) bool {
	return m.limits.strangers.meet(prefixKeys(r.key, r.bits))
}

// least is the number of rectangles that are left when all are merged that may be. What is permitted is closed
// downwards, so that it is one for each widest prefix that is.
func (m *boxMerger) least() int {
	sorted := slices.Clone(m.rects)
	slices.SortFunc(sorted, comparePrefixes)
	n := 0
	var last *boxRect // the latest whose prefix is in no other
	for i := range sorted {
		r := &sorted[i]
		if last != nil && last.protocol == r.protocol {
			if last.around(r) {
				continue
			}
			if whole, ok := m.bounding(last, r); ok && !m.meetsStranger(&whole) {
				last = r
				continue
			}
		}
		last = r
		n++
	}
	return n
}

// describe is the length of a rectangle's description in bits: see Cover.
func (m *boxMerger) describe(r boxRect) float64 {
	seen := 0
	keys := prefixKeys(r.key, r.bits)
	for _, p := range m.index.within(r.protocol, r.ports) {
		from := sort.Search(len(p.sites), func(i int) bool { return !p.sites[i].Less(maskKey(keys.from, m.site)) })
		to := sort.Search(len(p.sites), func(i int) bool { return keys.to.Less(p.sites[i]) })
		seen += to - from
	}
	return portRuleBits + float64(r.bits) + m.alpha*log2Choose(r.tuples(m.site), float64(seen))
}

// boxes puts prefixes of the same ports together.
func (m *boxMerger) boxes() []Box {
	var out []Box
	for _, r := range m.rects {
		n := len(out)
		if n == 0 || out[n-1].Protocol != r.protocol || out[n-1].Ports != r.ports {
			out = append(out, Box{Protocol: r.protocol, Ports: r.ports})
			n++
		}
		out[n-1].Prefixes = append(out[n-1].Prefixes, netip.PrefixFrom(keyAddr(r.key, m.full), r.bits))
	}
	return out
}
