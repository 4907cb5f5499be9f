package analyze

import "math/bits"

// DaySet is a set of days of the window, one bit each: bit d%64 of word d/64 is day d, counted from the window's first.
type DaySet []uint64

// Add puts day d in; days below 0 are none.
func (s *DaySet) Add(d int) {
	if d < 0 {
		return
	}
	for len(*s) <= d/64 {
		*s = append(*s, 0)
	}
	(*s)[d/64] |= 1 << (d % 64)
}

// Has says whether day d is in the set.
func (s DaySet) Has(d int) bool { return d >= 0 && d/64 < len(s) && s[d/64]>>(d%64)&1 == 1 }

// Len is the number of days.
func (s DaySet) Len() int {
	n := 0
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

// Before is the set without day d and all after it.
func (s DaySet) Before(d int) DaySet {
	var out DaySet
	for i, w := range s {
		switch left := d - 64*i; {
		case left >= 64:
			out = append(out, w)
		case left > 0:
			out = append(out, w&(1<<left-1))
		}
	}
	return out
}

// Rank is how many days of the set lie before day d.
func (s DaySet) Rank(d int) int {
	n := 0
	for i, w := range s {
		switch left := d - 64*i; {
		case left >= 64:
			n += bits.OnesCount64(w)
		case left > 0:
			n += bits.OnesCount64(w & (1<<left - 1))
		}
	}
	return n
}

// Days yields the days in order.
func (s DaySet) Days(yield func(int) bool) {
	for i, w := range s {
		for ; w != 0; w &= w - 1 {
			if !yield(64*i + bits.TrailingZeros64(w)) {
				return
			}
		}
	}
}

// Last is the last day, -1 of an empty set.
func (s DaySet) Last() int {
	for i := len(s) - 1; i >= 0; i-- {
		if s[i] != 0 {
			return 64*i + bits.Len64(s[i]) - 1
		}
	}
	return -1
}

// Days is how many days the rule was used on.
func (r *Rule) Days() int { return r.Used.Len() }

// ObservedDays is on how many days every use of the rule would have been logged.
func (r *Rule) ObservedDays() int { return r.Observed.Len() }

// WornDays is on how many days some interface wore the rule's group.
func (r *Rule) WornDays() int { return r.Worn.Len() }
