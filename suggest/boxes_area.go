package suggest

import (
	"math"
	"slices"
	"sort"
)

// boxArea is what rectangles admit together.
type boxArea struct {
	boxList         // by prefix
	site    int     // prefix length that counts as one source
	around  []int32 // of each the index of the closest one before it whose prefix holds its own; -1 for none
	shared  []int16 // of each how long a prefix it has in common with the one before it; -1 for none and for another protocol
	spans   []PortSpan
	place   []int32   // by number, where it stands
	total   float64   // their sizes together: what several admit counts several times
	inside  []boxRect // held's, to be used again
	bounds  []int
}

func newBoxArea(rects []boxRect, site int) boxArea {
	a := boxArea{site: site, boxList: newBoxList(rects, comparePrefixes)}
	a.measure()
	return a
}

// replace puts a rectangle in the place of all that it holds.
func (a *boxArea) replace(whole boxRect) {
	a.boxList.replace(whole)
	a.measure()
}

// measure finds what is around what, and how large they are.
func (a *boxArea) measure() {
	n := len(a.rects)
	a.total, a.around, a.shared, a.spans = 0, slices.Grow(a.around[:0], n)[:n], slices.Grow(a.shared[:0], n)[:n], slices.Grow(a.spans[:0], n)[:n]
	a.place = slices.Grow(a.place[:0], len(a.all))[:len(a.all)]
	for i := range a.rects {
		r := &a.rects[i]
		a.total += r.tuples(a.site)
		a.place[a.numbers[i]] = int32(i)
		shared := -1
		if i > 0 && a.rects[i-1].protocol == r.protocol {
			shared = r.commonBits(&a.rects[i-1])
		}
		last := int32(-1)
		if shared >= 0 { // what is around the one before is around this one too where its prefix is no longer than that
			for last = int32(i - 1); last >= 0 && a.rects[last].bits > shared; {
				last = a.around[last]
			}
		}
		a.around[i], a.shared[i], a.spans[i] = last, int16(shared), r.ports
	}
}

// sharedWith is how long a prefix the one at an index has in common with the one before it; -1 for none.
func (a *boxArea) sharedWith(i int) int {
	if i < 0 || i >= len(a.shared) {
		return -1
	}
	return int(a.shared[i])
}

// widest is the length of the shortest prefix that two of the same protocol have in common.
func (a *boxArea) widest() int {
	shortest := math.MaxInt
	for i := 1; i < len(a.rects); i++ {
		if p, r := &a.rects[i-1], &a.rects[i]; p.protocol == r.protocol {
			shortest = min(shortest, p.commonBits(r))
		}
	}
	return shortest
}

// held is the number of tuples of a rectangle that are admitted already, exactly: elementary segments of ports, and in
// each the prefixes that are not inside another.
func (a *boxArea) held(w *boxRect) float64 {
	a.clip(w)
	if len(a.inside) == 0 {
		return 0
	}
	if ports := a.inside[0].ports; !slices.ContainsFunc(a.inside, func(r boxRect) bool { return r.ports != ports }) {
		return float64(ports.width()) * a.sitesAt(a.inside, ports.From)
	}
	total := 0.0
	slices.Sort(a.bounds)
	a.bounds = slices.Compact(a.bounds)
	for i := 1; i < len(a.bounds); i++ {
		total += float64(a.bounds[i]-a.bounds[i-1]) * a.sitesAt(a.inside, uint16(a.bounds[i-1]))
	}
	return total
}

// clip puts into inside what rectangles have in common with one, sorted by prefix. Those wider than it come first, and
// count as its own prefix.
func (a *boxArea) clip(w *boxRect) {
	a.inside, a.bounds = a.inside[:0], a.bounds[:0]
	from := sort.Search(len(a.rects), func(i int) bool { return comparePrefixes(a.rects[i], *w) >= 0 })
	for i := int32(from - 1); i >= 0; i = a.around[i] {
		if r := &a.rects[i]; r.meetsPorts(w) && r.around(w) {
			a.clipOne(r, w)
		}
	}
	for i := from; i < len(a.rects); i++ {
		r := &a.rects[i]
		if !w.around(r) {
			break
		}
		if r.meetsPorts(w) {
			a.clipOne(r, w)
		}
	}
}

func (a *boxArea) clipOne(r, w *boxRect) {
	c := boxRect{w.protocol, PortSpan{max(r.ports.From, w.ports.From), min(r.ports.To, w.ports.To)}, r.key, r.bits}
	if r.bits < w.bits {
		c.key, c.bits = w.key, w.bits
	}
	a.inside = append(a.inside, c)
	a.bounds = append(a.bounds, int(c.ports.From), int(c.ports.To)+1)
}

// sitesAt is the number of sites that rectangles, sorted by prefix, admit on one port.
func (a *boxArea) sitesAt(rects []boxRect, port uint16) float64 {
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
		sum += powerOfTwo(max(0, a.site-r.bits))
		last = i
	}
	return sum
}
