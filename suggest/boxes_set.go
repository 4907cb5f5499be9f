package suggest

import "math/bits"

// boxSet is a set of numbers, none of them math.MaxUint64.
type boxSet struct {
	slots []uint64 // of open addressing, a number plus one; as many as a power of two
	n     int
}

// newBoxSet has room for so many numbers before it grows.
func newBoxSet(room int) boxSet {
	return boxSet{slots: make([]uint64, 1<<bits.Len(uint(max(8, 2*room))))}
}

// add adds a number; false where it is there already.
func (s *boxSet) add(number uint64) bool {
	if 4*s.n >= 3*len(s.slots) {
		s.grow()
	}
	at := s.find(number + 1)
	if s.slots[at] != 0 {
		return false
	}
	s.slots[at] = number + 1
	s.n++
	return true
}

// find is the slot of what a number stands in as, or the free one that it would have.
func (s *boxSet) find(slot uint64) int {
	const golden = 0x9e3779b97f4a7c15
	at := int(slot * golden >> (65 - bits.Len(uint(len(s.slots)))))
	for s.slots[at] != 0 && s.slots[at] != slot {
		at = (at + 1) & (len(s.slots) - 1)
	}
	return at
}

func (s *boxSet) grow() {
	old := s.slots
	s.slots = make([]uint64, 2*len(old))
	for _, slot := range old {
		if slot != 0 {
			s.slots[s.find(slot)] = slot
		}
	}
}
