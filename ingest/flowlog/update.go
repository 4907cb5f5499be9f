package flowlog

// item is an OK record on its way into the table.
type item struct {
	key
	hash, mark      uint64 // of the key; of all of the record, 0 when duplicates are kept
	packets, octets uint64
	start, end      uint32
	hours           uint32
	sender          uint8 // the end that sent
	accepted        bool
	flags           uint8
	flagged         bool
	known           outcome
}

// batchSize is how many records are folded at a time. Each step below touches memory at random for all of them before
// the next step needs any of it, so that the processor fetches many places at once.
const batchSize = 64

// tally is what became of a batch.
type tally struct {
	counted, duplicates int64
	stolen              []uint16 // objects that lost a record as a duplicate
}

// add folds items of one object, the order-th of the drain.
func (t *table) add(items []item, s *seen, order uint16) tally {
	t.reserve(len(items))
	for i := range items {
		place, _ := t.likely(items[i].hash)
		t.warmth += uint64(place)
	}
	if s != nil {
		s.add(items, order)
	}
	for i := range items {
		if place, some := t.likely(items[i].hash); some {
			e := t.at(place)
			t.warmth += e.octets[0] + uint64(e.last)
		}
	}
	var sum tally
	for i := range items {
		it := &items[i]
		if it.known.duplicate || it.known.stolen {
			t.addDuplicate(it)
		} else {
			t.addRecord(it)
		}
		if it.known.duplicate {
			sum.duplicates++
			continue
		}
		sum.counted++
		if it.known.stolen {
			sum.stolen = append(sum.stolen, it.known.from)
		}
	}
	return sum
}

// addRecord adds a record to its conversation and to the coverage of its interface.
func (t *table) addRecord(it *item) {
	e, c, from := t.find(&it.key, it.hash), &t.scopes[it.scope], it.sender&1
	e.last = max(e.last, it.end)
	e.hours |= it.hours
	if it.accepted {
		c.accepted++
		if e.records[from] == 0 || it.start < e.first[from] {
			e.first[from] = it.start
		}
		e.records[from]++
		e.packets[from] += it.packets
		e.octets[from] += it.octets
	} else {
		c.rejected++
		if e.records[from] == 0 && (e.first[from] == 0 || it.start < e.first[from]) {
			e.first[from] = it.start
		}
		e.rejected[from]++
	}
	e.addFlags(it)
	c.touch(it.hours, it.start, it.end)
}

// addDuplicate takes from a record that counts elsewhere what that one may lack: two formats can tell of one record,
// one of them without flags, and which of them comes first must not matter.
func (t *table) addDuplicate(it *item) {
	if it.flagged && it.accepted {
		t.find(&it.key, it.hash).addFlags(it)
	}
}

func (e *entry) addFlags(it *item) {
	if it.flagged && it.accepted {
		e.ored[it.sender&1] |= it.flags
		e.hours |= hasFlags
	}
}

// touch widens the times of a scope.
func (c *scope) touch(hours, start, end uint32) {
	c.hours |= hours
	c.widen(start, end)
}

func (c *scope) widen(start, end uint32) {
	if c.first == 0 || start < c.first {
		c.first = start
	}
	c.last = max(c.last, end)
}

const daySeconds = 24 * 3600

// hoursOf returns the hours of the day of start that a record touches.
func hoursOf(start, end uint32) uint32 {
	from := start % daySeconds
	to := min(from+(end-start), daySeconds-1)
	return 1<<(to/3600+1) - 1<<(from/3600)
}
