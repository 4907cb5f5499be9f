package suggest

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
	x := &r.area.all[number]
	left := r.area.find(number)
	right := left
	r.found = r.found[:0]
	nextLeft, nextRight := r.shared(x, left-1), -1
	if int(number) >= r.first { // those after a rectangle of the beginning are younger
		nextRight = r.shared(x, right+1)
	}
	for nextLeft >= 0 || nextRight >= 0 { // the longer the prefix in common the earlier
		var p boxPartner
		if nextLeft >= nextRight {
			left--
			p.number, p.bits, nextLeft = r.area.numbers[left], nextLeft, r.shared(x, left-1)
		} else {
			right++
			p.number, p.bits, nextRight = r.area.numbers[right], nextRight, r.shared(x, right+1)
		}
		if p.number > number || p.bits > least.bits {
			continue
		}
		y := &r.area.all[p.number]
		p.ports = PortSpan{min(x.ports.From, y.ports.From), max(x.ports.To, y.ports.To)}
		if !p.ports.holds(least.ports) || wider && p.bits == least.bits && p.ports == least.ports {
			continue
		}
		r.meet(p)
		if r.exact && p.ports == least.ports {
			break // the bounding boxes of all others hold this one
		}
	}
	return r.found
}

// meet adds a partner, unless its bounding box holds that of another one.
func (r *boxReducer) meet(p boxPartner) {
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
}

// shared is how long a prefix the rectangle has in common with that at an index; -1 for none and for another protocol.
func (r *boxReducer) shared(x *boxRect, i int) int {
	if i < 0 || i >= len(r.area.rects) || r.area.rects[i].protocol != x.protocol {
		return -1
	}
	return x.commonBits(&r.area.rects[i])
}
