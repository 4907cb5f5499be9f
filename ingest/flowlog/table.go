package flowlog

// key is what records of one conversation have in common. Its two ends stand in a fixed order, whichever of them sent;
// addresses are IPv4 as a number, or the place of an IPv6 address in the table's list (bit sixth of bits).
type key struct {
	addr  [2]uint32
	port  [2]uint16
	scope uint32 // place in table.scopes
	raw   uint32 // 1 + place in table.raws when srcaddr and dstaddr are not the packet's addresses, else 0
	proto uint8
	bits  uint8
	// ored is no part of what a key is: the TCP flags of an entry, by sending end, stand in what would be padding.
	ored [2]uint8
}

func (k *key) same(o *key) bool {
	return k.addr == o.addr && k.port == o.port && k.scope == o.scope && k.raw == o.raw && k.proto == o.proto && k.bits == o.bits
}

// Bits of a key. At most one of localFirst and localSecond is set: only where flow-direction told it.
const (
	localFirst  uint8 = 1 << iota // the first end is the interface's own
	localSecond                   // the second is
	sixth                         // the addresses are IPv6
	foreign                       // the interface's own end stood under another address in srcaddr or dstaddr

	direction = localFirst | localSecond
)

// entry is one conversation, or what one table saw of it. Arrays of two are by sending end. 88 bytes: what the fold
// holds is millions of these.
type entry struct {
	key
	octets   [2]uint64
	packets  [2]uint64
	records  [2]uint32
	rejected [2]uint32
	first    [2]uint32 // of ACCEPT records, or of REJECT records where there is no other
	last     uint32
	hours    uint32 // bits 0-23; bit 31: hasFlags
}

const hasFlags = 1 << 31

// scope is one interface on one day, as far as one table saw it.
type scope struct {
	iface              uint32
	day                int32
	accepted, rejected uint32
	noData, skipData   uint32
	hours, skipHours   uint32
	first, last        uint32
}

// slab is how many entries are allocated at a time.
const (
	slabBits = 17
	slab     = 1 << slabBits
)

// table holds the entries of one reader. Entries stand in slabs in the order of arrival; the index in front is open
// addressing with 8 bytes a slot: the hash's upper half, then 1 + the entry's place.
type table struct {
	index    []uint64
	shift    uint
	slabs    [][]entry
	entries  int
	scopes   []scope
	raws     [][2]address
	rawPlace map[[2]address]uint32
	sixes    []address
	sixPlace map[address]uint32
	names    interfaces
	warmth   uint64 // see update
	serves   map[address]services
}

const smallestIndex = 12 // bits

func newTable() *table {
	t := &table{}
	t.reset()
	return t
}

// reset empties the table and keeps its slabs.
func (t *table) reset() {
	t.resize(smallestIndex)
	t.entries = 0
	t.scopes = t.scopes[:0]
	t.raws, t.rawPlace = nil, map[[2]address]uint32{}
	t.sixes, t.sixPlace = nil, map[address]uint32{}
	t.names.reset()
	t.serves = nil
}

func (t *table) resize(bits uint) {
	t.index = inHugePages[uint64](1 << bits)
	t.shift = 32 - bits
}

func (t *table) at(i uint32) *entry { return &t.slabs[i>>slabBits][i&(slab-1)] }

// bytes is roughly the memory that the table's content takes.
func (t *table) bytes() int64 {
	return int64(t.entries*88 + len(t.index)*8 + len(t.scopes)*48 + len(t.raws)*80 + len(t.sixes)*64 + len(t.serves)*64)
}

func (k *key) hash() uint64 {
	ends := uint64(k.addr[0])<<32 | uint64(k.addr[1])
	rest := uint64(k.port[0])<<48 | uint64(k.port[1])<<32 | uint64(k.scope)
	return mix(mix(ends, rest), uint64(k.raw)<<16|uint64(k.proto)<<8|uint64(k.bits))
}

// reserve makes room for n more entries.
func (t *table) reserve(n int) {
	for (t.entries+n)*4 > len(t.index)*3 {
		t.grow()
	}
}

// grow doubles the index. Slots are in the order of their hashes, so the new one is filled from front to back.
func (t *table) grow() {
	old := t.index
	t.resize(32 - t.shift + 1)
	mask := uint64(len(t.index) - 1)
	for _, slot := range old {
		if slot == 0 {
			continue
		}
		p := slot >> 32 >> t.shift
		for t.index[p] != 0 {
			p = (p + 1) & mask
		}
		t.index[p] = slot
	}
}

// find returns the entry of a key, and makes it where there is none. There must be room.
func (t *table) find(k *key, hash uint64) *entry {
	tag := hash >> 32
	mask := uint64(len(t.index) - 1)
	p := tag >> t.shift
	for ; t.index[p] != 0; p = (p + 1) & mask {
		if t.index[p]>>32 == tag {
			if e := t.at(uint32(t.index[p]) - 1); e.same(k) {
				return e
			}
		}
	}
	if t.entries>>slabBits == len(t.slabs) {
		t.slabs = append(t.slabs, inHugePages[entry](slab))
	}
	e := t.at(uint32(t.entries))
	*e = entry{key: *k}
	t.entries++
	t.index[p] = tag<<32 | uint64(t.entries)
	return e
}

// likely returns the place of the entry that find will look at first.
func (t *table) likely(hash uint64) (uint32, bool) {
	slot := t.index[hash>>32>>t.shift]
	return uint32(slot) - 1, slot != 0
}

// rawPair returns the place of a pair of addresses, counted from 1.
func (t *table) rawPair(a, b address) uint32 {
	pair := [2]address{a, b}
	place, known := t.rawPlace[pair]
	if !known {
		t.raws = append(t.raws, pair)
		place = uint32(len(t.raws))
		t.rawPlace[pair] = place
	}
	return place
}

// six returns the place of an IPv6 address.
func (t *table) six(a address) uint32 {
	place, known := t.sixPlace[a]
	if !known {
		place = uint32(len(t.sixes))
		t.sixes = append(t.sixes, a)
		t.sixPlace[a] = place
	}
	return place
}
