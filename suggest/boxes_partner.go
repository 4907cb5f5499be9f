package suggest

import "math"

// boxPartner is a rectangle that another one may be merged with, and how far their bounding box reaches.
type boxPartner struct {
	number int32
	bits   int
	ports  PortSpan
}

// partners are rectangles older than that of the number, whose bounding boxes with it hold none of the others': those
// have no more new tuples than all the others. Only bounding boxes that hold least are looked at, and not that one itself where
// wider is set. Where numbers are rounded they are all of these. The result holds until the next call.
func (r *boxReducer) partners(number int32, least *boxRect, wider bool) []boxPartner {
	ports, area := r.area.all[number].ports, &r.area
	left := int(area.place[number])
	right := left
	r.found, r.reach = r.found[:0], portReach{-1, math.MaxInt32}
	nextLeft, nextRight := area.sharedWith(left), -1
	if int(number) >= r.first { // those after a rectangle of the beginning are younger
		nextRight = area.sharedWith(right + 1)
	}
	for nextLeft >= 0 || nextRight >= 0 { // the longer the prefix in common the earlier
		var at, bits int
		if nextLeft >= nextRight {
			left--
			at, bits, nextLeft = left, nextLeft, min(nextLeft, area.sharedWith(left))
		} else {
			right++
			at, bits, nextRight = right, nextRight, min(nextRight, area.sharedWith(right+1))
		}
		other := area.spans[at]
		if r.reach.isBeyond(other) {
			continue
		}
		p := boxPartner{area.numbers[at], bits, PortSpan{min(ports.From, other.From), max(ports.To, other.To)}}
		if p.number > number || bits > least.bits || !p.ports.holds(least.ports) || wider && bits == least.bits && p.ports == least.ports {
			continue
		}
		r.meet(p, ports)
		if r.exact && p.ports == least.ports {
			break // the bounding boxes of all others hold this one
		}
	}
	return r.found
}

// portReach is how far to both sides of a rectangle's ports a partner may reach: those that reach as far or farther have
// bounding boxes that hold one which was found.
type portReach struct{ from, to int32 }

func (p portReach) isBeyond(s PortSpan) bool { return int32(s.From) <= p.from || int32(s.To) >= p.to }

// meet adds a partner of a rectangle with some ports, unless its bounding box holds that of another one.
func (r *boxReducer) meet(p boxPartner, own PortSpan) {
	if !r.exact {
		r.found = append(r.found, p)
		return
	}
	for i := range r.found {
		if p.ports.holds(r.found[i].ports) {
			return
		}
	}
	n := 0
	for i := range r.found {
		if f := &r.found[i]; f.bits > p.bits || !f.ports.holds(p.ports) {
			r.found[n] = *f
			n++
		}
	}
	r.found = append(r.found[:n], p)
	if p.ports.To == own.To {
		r.reach.from = max(r.reach.from, int32(p.ports.From))
	}
	if p.ports.From == own.From {
		r.reach.to = min(r.reach.to, int32(p.ports.To))
	}
}
