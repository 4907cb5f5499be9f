package suggest

import (
	"cmp"
	"math"
	"slices"
)

// exposureSweep measures the union of a rule set by class of address. Rules are rectangles of services and units; one
// sweep over the units with a serviceCover beside it adds up their area, in n log n. It keeps its room from one set to
// the next; one goroutine at a time.
type exposureSweep struct {
	rects  []exposedRect
	ranges []serviceRange // distinct, sorted
	masks  []uint8        // by range: the classes that its rules reach
	events []exposedEvent
	cover  serviceCover
	sums   [len(addressClasses)]classSum
}

// exposedRect is a range of services for a closed range of units.
type exposedRect struct {
	services serviceRange
	units    unitSpan
}

// unitSpan is a closed range of units: IPv4 addresses or /64 networks.
type unitSpan struct {
	v6       bool
	from, to uint64
}

func compareUnits(a, b unitSpan) int {
	if a.v6 != b.v6 {
		if b.v6 {
			return -1
		}
		return 1
	}
	return cmp.Compare(a.from, b.from)
}

// exposedEvent opens or closes elementary ranges of services at a unit.
type exposedEvent struct {
	at     uint64
	lo, hi int32
	by     int32
	v6     bool
}

type classSum struct{ addresses, combinations Count }

// add puts peers into the set that the next measure is of.
func (s *exposureSweep) add(services serviceRange, peers []unitSpan) {
	if services.from >= services.to {
		return
	}
	for _, u := range peers {
		if u.from <= u.to {
			s.rects = append(s.rects, exposedRect{services, u})
		}
	}
}

// measure returns the exposure of what was added, and empties the set.
func (s *exposureSweep) measure(classes *classMap) Exposed {
	s.merge()
	s.sums = [len(addressClasses)]classSum{}
	s.list(classes)
	for _, v6 := range []bool{false, true} {
		s.walk(v6, classes.of(v6))
	}
	out := s.result()
	s.rects = s.rects[:0]
	return out
}

// merge sorts the rectangles and joins those of equal services that touch.
func (s *exposureSweep) merge() {
	slices.SortFunc(s.rects, func(a, b exposedRect) int {
		if c := compareServices(a.services, b.services); c != 0 {
			return c
		}
		return compareUnits(a.units, b.units)
	})
	merged := s.rects[:0]
	for _, r := range s.rects {
		if n := len(merged); n > 0 && merged[n-1].services == r.services && touches(merged[n-1].units, r.units) {
			merged[n-1].units.to = max(merged[n-1].units.to, r.units.to)
			continue
		}
		merged = append(merged, r)
	}
	s.rects = merged
}

func compareServices(a, b serviceRange) int {
	if c := cmp.Compare(a.from, b.from); c != 0 {
		return c
	}
	return cmp.Compare(a.to, b.to)
}

// touches says whether b, which begins no earlier than a, overlaps it or follows at once.
func touches(a, b unitSpan) bool { return a.v6 == b.v6 && (b.from <= a.to || b.from == a.to+1) }

// list writes down the events of the merged rectangles and which classes their services reach.
func (s *exposureSweep) list(classes *classMap) {
	s.ranges, s.masks, s.events = s.ranges[:0], s.masks[:0], s.events[:0]
	for _, r := range s.rects {
		if n := len(s.ranges); n == 0 || s.ranges[n-1] != r.services {
			s.ranges, s.masks = append(s.ranges, r.services), append(s.masks, 0)
		}
		s.masks[len(s.masks)-1] |= reached(classes.of(r.units.v6), r.units)
	}
	s.cover.reset(s.ranges)
	var lo, hi int
	for i, r := range s.rects {
		if i == 0 || r.services != s.rects[i-1].services {
			lo, hi = s.cover.place(r.services)
		}
		s.events = append(s.events, exposedEvent{r.units.from, int32(lo), int32(hi), 1, r.units.v6})
		if r.units.to != math.MaxUint64 { // else it stays open to the end
			s.events = append(s.events, exposedEvent{r.units.to + 1, int32(lo), int32(hi), -1, r.units.v6})
		}
	}
	slices.SortFunc(s.events, func(a, b exposedEvent) int {
		if a.v6 != b.v6 {
			if b.v6 {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.at, b.at)
	})
}

// reached is the set of classes that the units lie in, a bit each.
func reached(cuts []classCut, u unitSpan) uint8 {
	var mask uint8
	for i := cutOf(cuts, u.from); i < len(cuts) && cuts[i].at <= u.to; i++ {
		mask |= 1 << cuts[i].class
	}
	return mask
}

// walk sweeps one family.
func (s *exposureSweep) walk(v6 bool, cuts []classCut) {
	s.cover.reset(s.ranges)
	var unit uint64
	cut := 0
	for _, e := range s.events {
		if e.v6 != v6 {
			continue
		}
		if e.at > unit {
			cut = s.credit(cuts, cut, unit, e.at)
			unit = e.at
		}
		s.cover.add(int(e.lo), int(e.hi), e.by)
	}
	if len(s.ranges) > 0 {
		s.credit(cuts, cut, unit, 0)
	}
}

// credit adds the units from one up to, but not with, another to their classes, and returns the cut it came to. Up to
// 0 is up to 2^64; no class is as long as that.
func (s *exposureSweep) credit(cuts []classCut, cut int, from, to uint64) int {
	services := s.cover.total()
	for ; ; cut++ {
		end := uint64(0)
		if cut+1 < len(cuts) {
			end = cuts[cut+1].at
		}
		last := end-1 >= to-1
		if last {
			end = to
		}
		if units := end - from; services > 0 && units > 0 {
			sum := &s.sums[cuts[cut].class]
			sum.addresses = sum.addresses.Plus(Count{0, units})
			sum.combinations = sum.combinations.Plus(Count{0, units}.Times(services))
		}
		if last {
			return cut
		}
		from = end
	}
}

// result writes the sums down.
func (s *exposureSweep) result() Exposed {
	var out Exposed
	out.Ports, out.Protocols = serviceTotal(s.ranges)
	every := uint64(out.Ports + out.Protocols)
	var reaching []serviceRange
	for i, name := range addressClasses {
		sum := s.sums[i]
		if sum.addresses.IsZero() {
			continue
		}
		out.Combinations = out.Combinations.Plus(sum.combinations)
		if sum.combinations == sum.addresses.Times(every) {
			out.Classes = append(out.Classes, ExposedClass{Class: name, Addresses: sum.addresses})
			continue
		}
		reaching = reaching[:0]
		for j, r := range s.ranges {
			if s.masks[j]&(1<<i) != 0 {
				reaching = append(reaching, r)
			}
		}
		ports, protocols := serviceTotal(reaching)
		out.Classes = append(out.Classes, ExposedClass{Class: name, Addresses: sum.addresses, Ports: ports, Protocols: protocols,
			Combinations: sum.combinations, Bits: roundBits(sum.combinations.Log2())})
	}
	out.Bits = roundBits(out.Combinations.Log2())
	return out
}
