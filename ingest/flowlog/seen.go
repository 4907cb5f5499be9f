package flowlog

import (
	"math/bits"
	"sync"
	"sync/atomic"
)

// seen is the set of records that were read since the last drain, shared by all readers. A record is eight bytes: 48
// bits of its hash and the place of its object; eight more bits of the hash choose the region that it lies in. So two
// different records are taken for one with a chance of about one in 1,400 for every 10 million records of a drain.
//
//	region 0 [ tag·order | 0 | tag·order | … ]  region 1 [ … ]  …  region 255 [ … ]
type seen struct {
	mu     sync.RWMutex // held for reading while records are added, for writing while the regions grow
	slots  []uint64
	size   uint64 // of one region
	count  atomic.Int64
	warmth atomic.Uint64 // see table.add
}

const (
	regions        = 256
	smallestRegion = 64
	lastOrder      = 1<<16 - 2 // objects behind share the last place
)

func newSeen() *seen {
	s := &seen{}
	s.reset()
	return s
}

// reset empties the set and keeps its memory, unless that would be clearing much for little.
func (s *seen) reset() {
	if n := s.count.Swap(0); s.size == 0 || int64(len(s.slots)) > 8*n+1<<20 {
		s.slots, s.size = make([]uint64, regions*smallestRegion), smallestRegion
		return
	}
	clear(s.slots)
}

// bytes is roughly what the records take; room kept from an earlier drain does not count.
func (s *seen) bytes() int64 { return s.count.Load() * 11 }

// outcome says what was known of a record.
type outcome struct {
	duplicate bool
	// stolen: the record was counted for a later object; it is this one's now, and that one's duplicate.
	stolen bool
	from   uint16
}

// add enters n records of one object.
func (s *seen) add(items []item, order uint16) {
	var added int64
	s.mu.RLock()
	var warmth uint64
	for i := range items {
		region, p, _ := s.home(items[i].mark)
		warmth += atomic.LoadUint64(&region[p])
	}
	s.warmth.Store(warmth)
	for i := range items {
		out := s.enterGrowing(items[i].mark, uint64(order)+1)
		items[i].known = out
		if !out.duplicate && !out.stolen {
			added++
		}
	}
	s.mu.RUnlock()
	s.counted(added)
}

// addOne enters one record.
func (s *seen) addOne(mark uint64, order uint16) outcome {
	s.mu.RLock()
	out := s.enterGrowing(mark, uint64(order)+1)
	s.mu.RUnlock()
	if !out.duplicate && !out.stolen {
		s.counted(1)
	}
	return out
}

// counted makes room for more when n records are new.
func (s *seen) counted(n int64) {
	if n := s.count.Add(n); n*5 > s.capacity()*4 {
		s.grow(n)
	}
}

// remember enters a record that an earlier load counted: whoever brings it again brings a duplicate.
func (s *seen) remember(mark uint64) {
	s.mu.RLock()
	out := s.enterGrowing(mark, 0)
	s.mu.RUnlock()
	if !out.duplicate {
		s.counted(1)
	}
}

// enterGrowing is enter with room made where there is none. It is called with mu held for reading.
func (s *seen) enterGrowing(mark, rank uint64) outcome {
	out, full := s.enter(mark, rank)
	for full {
		n := int64(len(s.slots))
		s.mu.RUnlock()
		s.grow(n)
		s.mu.RLock()
		out, full = s.enter(mark, rank)
	}
	return out
}

func (s *seen) capacity() int64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return int64(len(s.slots))
}

// home is where a hash would like to lie: its region, and the place in it.
func (s *seen) home(hash uint64) (region []uint64, p, tag uint64) {
	tag = hash << 16 >> 16
	base := hash >> 56 * s.size
	p, _ = bits.Mul64(tag<<16, s.size)
	return s.slots[base : base+s.size], p, tag
}

// enter adds one record; full means that its region has no room. rank is 1 + the place of its object, or 0 for a record
// of an earlier load, which nobody can take.
func (s *seen) enter(hash, rank uint64) (out outcome, full bool) {
	region, p, tag := s.home(hash)
	mine := tag<<16 | rank
	for range len(region) {
		slot := atomic.LoadUint64(&region[p])
		for slot == 0 || slot>>16 == tag {
			if slot != 0 && slot <= mine {
				return outcome{duplicate: true}, false
			}
			if atomic.CompareAndSwapUint64(&region[p], slot, mine) {
				return outcome{stolen: slot != 0, from: uint16(slot) - 1}, false
			}
			slot = atomic.LoadUint64(&region[p])
		}
		if p++; p == uint64(len(region)) {
			p = 0
		}
	}
	return outcome{}, true
}

// grow makes every region half as large again, unless another reader did since there were n records or slots.
func (s *seen) grow(n int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n*5 <= int64(len(s.slots))*4 {
		return
	}
	old, size := s.slots, s.size
	s.size += s.size / 2
	s.slots = inHugePages[uint64](int(regions * s.size))
	for i, slot := range old {
		if slot != 0 {
			s.replace(uint64(i)/size<<56|slot>>16, slot)
		}
	}
}

func (s *seen) replace(hash, slot uint64) {
	region, p, _ := s.home(hash)
	for region[p] != 0 {
		if p++; p == uint64(len(region)) {
			p = 0
		}
	}
	region[p] = slot
}
