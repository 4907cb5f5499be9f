package suggest

import (
	"cmp"
	"math"

	"sgfit/schema"
)

// boxRect is one rule: a span of ports times one prefix, its key left-aligned as in coverTree.
type boxRect struct {
	protocol schema.Protocol
	ports    PortSpan
	key      Count
	bits     int
}

func (r *boxRect) holds(s *boxRect) bool {
	return r.protocol == s.protocol && r.ports.holds(s.ports) && r.around(s)
}

func (r *boxRect) meets(s *boxRect) bool {
	return r.meetsPorts(s) && r.key.commonBits(s.key) >= min(r.bits, s.bits)
}

func (r *boxRect) meetsPorts(s *boxRect) bool {
	return r.protocol == s.protocol && r.ports.From <= s.ports.To && s.ports.From <= r.ports.To
}

// around says whether the prefix holds the other's.
func (r *boxRect) around(s *boxRect) bool {
	return r.bits <= s.bits && r.key.commonBits(s.key) >= r.bits
}

// commonBits is the length of the narrowest prefix that holds those of both.
func (r *boxRect) commonBits(s *boxRect) int {
	return min(r.bits, s.bits, r.key.commonBits(s.key))
}

// tuples is the number of (port, site) tuples, where prefixes of that length count as one site.
func (r *boxRect) tuples(site int) float64 {
	return float64(r.ports.width()) * powerOfTwo(max(0, site-r.bits))
}

// powerOfTwo is 2^n for n from 0 to 128.
func powerOfTwo(n int) float64 { return math.Float64frombits(uint64(1023+n) << 52) }

// compareRects orders rectangles as Boxes returns them.
func compareRects(a, b boxRect) int {
	return cmp.Or(
		cmp.Compare(a.protocol, b.protocol),
		cmp.Compare(a.ports.From, b.ports.From), cmp.Compare(a.ports.To, b.ports.To),
		compareLeaves(coverLeaf{a.key, a.bits}, coverLeaf{b.key, b.bits}),
	)
}

// comparePrefixes orders rectangles by protocol and prefix: what lies in a prefix follows it.
func comparePrefixes(a, b boxRect) int {
	if a.protocol != b.protocol {
		return cmp.Compare(a.protocol, b.protocol)
	}
	return compareLeaves(coverLeaf{a.key, a.bits}, coverLeaf{b.key, b.bits})
}
