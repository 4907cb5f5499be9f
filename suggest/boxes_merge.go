package suggest

import (
	"cmp"
	"math"
	"net/netip"
	"slices"
	"sort"

	"sgfit/schema"
)

// boxRect is one rule: a span of ports times one prefix, its key left-aligned as in coverTree.
type boxRect struct {
	protocol schema.Protocol
	ports    PortSpan
	key      Count
	bits     int
}

// boxMerger holds rectangles, sorted, none inside another.
type boxMerger struct {
	rects      []boxRect
	index      boxIndex
	full, site int
	limits     coverLimits
	alpha      float64
	total      float64 // sizes of all rectangles together
	byPrefix   []boxRect
	inside     []boxRect // held's, to be used again
	bounds     []int
	numbers    []int32   // of rects, in their order
	gone       []bool    // rectangles that are none any more, by number
	pairs      []boxPair // merge's, to be used again
}

func newBoxMerger(rects []boxRect, index boxIndex, full int, opt CoverOptions) *boxMerger {
	m := &boxMerger{index: index, full: full, site: full, limits: newCoverLimits(full, opt)}
	if opt.SiteBits > 0 && opt.SiteBits < full {
		m.site = opt.SiteBits
	}
	m.alpha = describeAlpha(portRuleBits+m.site, opt.Density, PrivateDensity)
	slices.SortFunc(rects, compareRects)
	for _, r := range slices.Compact(rects) {
		if !slices.ContainsFunc(rects, func(s boxRect) bool { return s != r && s.holds(r) }) {
			m.rects = append(m.rects, r)
		}
	}
	return m
}

// shorten merges while the description gets shorter, the greatest gain first. No port is opened that neither of the
// two had: ports are services, and only the budget makes a box span one that nobody used.
func (m *boxMerger) shorten() {
	touch := func(a, b *boxRect) bool {
		return int(max(a.ports.From, b.ports.From)) <= int(min(a.ports.To, b.ports.To))+1
	}
	gain := func(p *boxPair) float64 {
		score := m.describe(p.whole)
		for _, r := range m.rects {
			if p.whole.holds(r) {
				score -= m.describe(r)
			}
		}
		if score < 0 {
			return score
		}
		return math.Inf(1)
	}
	m.merge(boxScore{may: touch, bound: func(*boxRect) float64 { return math.Inf(-1) }, score: gain}, func() bool { return false })
}

// reduce merges until at most budget rectangles are left, the fewest new tuples first; false when it cannot.
func (m *boxMerger) reduce(budget int) bool {
	fresh := func(p *boxPair) float64 { return m.size(p.whole) - m.held(p.whole) }
	m.merge(boxScore{may: func(a, b *boxRect) bool { return true }, bound: m.leastFresh, score: fresh}, func() bool { return len(m.rects) <= budget })
	return len(m.rects) <= budget
}

// leastFresh is a bound below the number of new tuples of a bounding box: what rectangles admit in it is no more than
// the sum of their sizes. Sums of numbers beyond 2^53 are rounded, for which it allows.
func (m *boxMerger) leastFresh(whole *boxRect) float64 {
	return m.size(*whole)*(1-1e-9) - m.total*(1+1e-9)
}

// merge replaces pairs by their bounding boxes, the lowest score first and then the first in order, until done or
// until no pair is left. Scores are asked again when a merge meets them.
func (m *boxMerger) merge(by boxScore, done func() bool) {
	if done() {
		return
	}
	m.measure()
	m.number()
	m.pairs = m.pairs[:0]
	m.pairs = slices.Grow(m.pairs, m.countPairs(by))
	for i := range m.rects {
		for j := i + 1; j < len(m.rects); j++ {
			m.add(by, i, j)
		}
	}
	for !done() {
		at := lowestScore(m.pairs, by, m.limits.strangers)
		if at < 0 {
			return
		}
		whole := m.pairs[at].whole
		k := m.replace(whole)
		m.measure()
		m.review(by, &whole)
		for i := range m.rects {
			if i != k {
				m.add(by, k, i)
			}
		}
	}
}

// bounding is the bounding box of two rectangles of one protocol; false for a prefix that is not allowed. Strangers in it are
// looked for when its score is asked.
func (m *boxMerger) bounding(a, b *boxRect) (boxRect, bool) {
	bits := min(a.bits, b.bits, a.key.commonBits(b.key))
	whole := boxRect{a.protocol, PortSpan{min(a.ports.From, b.ports.From), max(a.ports.To, b.ports.To)}, maskKey(a.key, bits), bits}
	given := bits == a.bits && whole.key == a.key || bits == b.bits && whole.key == b.key
	return whole, m.limits.mayPermit(whole.key, bits, given)
}

// replace puts a rectangle in the place of all that it holds, and returns where it stands.
func (m *boxMerger) replace(whole boxRect) int {
	n := 0
	for i, r := range m.rects {
		if whole.holds(r) {
			m.gone[m.numbers[i]] = true
			continue
		}
		m.rects[n], m.numbers[n] = r, m.numbers[i]
		n++
	}
	m.rects, m.numbers = m.rects[:n], m.numbers[:n]
	at, _ := slices.BinarySearchFunc(m.rects, whole, compareRects)
	m.rects = slices.Insert(m.rects, at, whole)
	m.numbers = slices.Insert(m.numbers, at, int32(len(m.gone)))
	m.gone = append(m.gone, false)
	return at
}

// size is the number of (port, site) tuples in a rectangle.
func (m *boxMerger) size(r boxRect) float64 {
	return float64(r.ports.width()) * powerOfTwo(max(0, m.site-r.bits))
}

// powerOfTwo is 2^n for n from 0 to 128.
func powerOfTwo(n int) float64 { return math.Float64frombits(uint64(1023+n) << 52) }

// measure prepares what scores ask of all rectangles: their sizes together (what several admit counts several times),
// and their order by prefix.
func (m *boxMerger) measure() {
	m.total = 0
	for _, r := range m.rects {
		m.total += m.size(r)
	}
	m.byPrefix = append(m.byPrefix[:0], m.rects...)
	slices.SortFunc(m.byPrefix, func(a, b boxRect) int {
		return compareLeaves(coverLeaf{a.key, a.bits}, coverLeaf{b.key, b.bits})
	})
}

// held is the number of tuples of a rectangle that are admitted already, exactly: elementary segments of ports, and in
// each the prefixes that are not inside another. Rectangles wider than it come before all inside it, also as its own
// prefix, which is what they count as.
func (m *boxMerger) held(w boxRect) float64 {
	m.inside, m.bounds = m.inside[:0], m.bounds[:0]
	for _, r := range m.byPrefix {
		if !r.meets(w) {
			continue
		}
		r.ports = PortSpan{max(r.ports.From, w.ports.From), min(r.ports.To, w.ports.To)}
		if r.bits < w.bits {
			r.key, r.bits = w.key, w.bits
		}
		m.inside = append(m.inside, r)
		m.bounds = append(m.bounds, int(r.ports.From), int(r.ports.To)+1)
	}
	slices.Sort(m.bounds)
	m.bounds = slices.Compact(m.bounds)
	total := 0.0
	for i := 1; i < len(m.bounds); i++ {
		total += float64(m.bounds[i]-m.bounds[i-1]) * m.sitesAt(m.inside, uint16(m.bounds[i-1]))
	}
	return total
}

// sitesAt is the number of sites that rectangles, sorted by prefix, admit on one port.
func (m *boxMerger) sitesAt(rects []boxRect, port uint16) float64 {
	sum := 0.0
	last := -1 // the latest that is not inside another
	for i := range rects {
		r := &rects[i]
		if r.ports.From > port || port > r.ports.To {
			continue
		}
		if last >= 0 && rects[last].key.commonBits(r.key) >= rects[last].bits {
			continue
		}
		sum += powerOfTwo(max(0, m.site-r.bits))
		last = i
	}
	return sum
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
	return portRuleBits + float64(r.bits) + m.alpha*log2Choose(m.size(r), float64(seen))
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

func (r boxRect) holds(s boxRect) bool {
	return r.protocol == s.protocol && r.ports.From <= s.ports.From && s.ports.To <= r.ports.To &&
		r.bits <= s.bits && r.key.commonBits(s.key) >= r.bits
}

func (r boxRect) meets(s boxRect) bool {
	return r.protocol == s.protocol && r.ports.From <= s.ports.To && s.ports.From <= r.ports.To &&
		r.key.commonBits(s.key) >= min(r.bits, s.bits)
}

func compareRects(a, b boxRect) int {
	return cmp.Or(
		cmp.Compare(a.protocol, b.protocol),
		cmp.Compare(a.ports.From, b.ports.From), cmp.Compare(a.ports.To, b.ports.To),
		compareLeaves(coverLeaf{a.key, a.bits}, coverLeaf{b.key, b.bits}),
	)
}
