package suggest

import (
	"slices"

	"sgfit/schema"
)

// All that a rule can admit stands on one line of services, so that every rule is one range of it:
//
//	0           65,536       131,072       131,326
//	| TCP ports | UDP ports  | the other 254 protocols |
const (
	udpServices  = 65536
	portServices = 2 * 65536
	allServices  = portServices + 254
)

// serviceRange is a half-open range of services.
type serviceRange struct{ from, to int32 }

func servicesExposed(p schema.Protocol, from, to int32) serviceRange {
	from, to = max(0, from), min(65535, to)+1
	switch p {
	case schema.AllProtocols:
		return serviceRange{0, allServices}
	case schema.TCP:
		return serviceRange{from, max(from, to)}
	case schema.UDP:
		return serviceRange{udpServices + from, udpServices + max(from, to)}
	}
	n := portServices + int32(p)
	if p > schema.TCP {
		n--
	}
	if p > schema.UDP {
		n--
	}
	return serviceRange{n, n + 1}
}

// serviceTotal counts the services of sorted ranges, each once: ports, and protocols without ports.
func serviceTotal(sorted []serviceRange) (ports, protocols int) {
	var done int32
	for _, r := range sorted {
		from := max(r.from, done)
		if r.to <= from {
			continue
		}
		ports += int(max(0, min(r.to, portServices)-from))
		protocols += int(max(0, r.to-max(from, portServices)))
		done = r.to
	}
	return ports, protocols
}

// serviceCover keeps the number of services that some open rule admits while rules open and close: a tree over the
// elementary ranges between all borders, in which a node knows how many rules cover it whole.
type serviceCover struct {
	borders        []int32 // sorted
	open, admitted []int32 // by node; the root is 1
}

// reset forgets everything but the room it has.
func (c *serviceCover) reset(ranges []serviceRange) {
	c.borders = c.borders[:0]
	for _, r := range ranges {
		c.borders = append(c.borders, r.from, r.to)
	}
	slices.Sort(c.borders)
	c.borders = slices.Compact(c.borders)
	size := 4 * max(1, len(c.borders))
	c.open, c.admitted = zeroed(c.open, size), zeroed(c.admitted, size)
}

func zeroed(s []int32, n int) []int32 {
	s = slices.Grow(s[:0], n)[:n]
	clear(s)
	return s
}

// total is how many services are admitted now.
func (c *serviceCover) total() uint64 { return uint64(c.admitted[1]) }

// place turns a range into one of elementary ranges.
func (c *serviceCover) place(r serviceRange) (lo, hi int) {
	lo, _ = slices.BinarySearch(c.borders, r.from)
	hi, _ = slices.BinarySearch(c.borders, r.to)
	return lo, hi
}

// add opens (1) or closes (-1) the elementary ranges from lo up to hi.
func (c *serviceCover) add(lo, hi int, by int32) { c.addAt(1, 0, len(c.borders)-1, lo, hi, by) }

func (c *serviceCover) addAt(node, left, right, lo, hi int, by int32) {
	if lo <= left && right <= hi {
		c.open[node] += by
	} else {
		middle := (left + right) / 2
		if lo < middle {
			c.addAt(2*node, left, middle, lo, hi, by)
		}
		if middle < hi {
			c.addAt(2*node+1, middle, right, lo, hi, by)
		}
	}
	switch {
	case c.open[node] > 0:
		c.admitted[node] = c.borders[right] - c.borders[left]
	case right-left == 1:
		c.admitted[node] = 0
	default:
		c.admitted[node] = c.admitted[2*node] + c.admitted[2*node+1]
	}
}
