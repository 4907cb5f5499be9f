package suggest

import (
	"net/netip"
	"slices"
	"sort"
)

// knownAddresses are the addresses of known interfaces of one family, sorted, with the groups that each wears as numbers.
type knownAddresses struct {
	addrs   []netip.Addr
	keys    []Count
	wearing [][]int
	foreign map[string]numberSet // by VPC: see estate.foreign
}

// numberSet is a set of numbers below a limit, one bit each.
type numberSet []uint64

func newNumberSet(limit int) numberSet { return make(numberSet, (limit+63)/64) }

func (s numberSet) add(n int) { s[n/64] |= 1 << (n % 64) }

func (s numberSet) has(n int) bool { return s[n/64]>>(n%64)&1 == 1 }

// find is the index of an address.
func (k *knownAddresses) find(a netip.Addr) (int, bool) {
	key := addrKey(a)
	i := sort.Search(len(k.keys), func(i int) bool { return !k.keys[i].Less(key) })
	return i, i < len(k.addrs) && k.addrs[i] == a
}

// sortAddresses sorts the known addresses, and says in numbers which groups each wears.
func (e *estate) sortAddresses() {
	sorted := make([]netip.Addr, 0, len(e.inv.Addresses))
	for a := range e.inv.Addresses {
		sorted = append(sorted, a)
	}
	slices.SortFunc(sorted, netip.Addr.Compare)
	for _, a := range sorted {
		k := e.known(a.BitLen())
		k.addrs, k.keys = append(k.addrs, a), append(k.keys, addrKey(a))
		worn := make([]int, 0, len(e.inv.Addresses[a]))
		for _, g := range e.inv.Addresses[a] {
			n, ok := e.numbers[g]
			if !ok {
				n = len(e.numbers)
				e.numbers[g] = n
			}
			worn = append(worn, n)
		}
		k.wearing = append(k.wearing, worn)
	}
}

// known is the side of a family, told by its width.
func (e *estate) known(width int) *knownAddresses {
	if width == 32 {
		return &e.known4
	}
	return &e.known6
}

// foreign says of each known address whether it is foreign to a VPC. The answers are kept.
func (e *estate) foreign(vpc string, k *knownAddresses) numberSet {
	e.mu.Lock()
	defer e.mu.Unlock()
	if k.foreign == nil {
		k.foreign = map[string]numberSet{}
	}
	out, ok := k.foreign[vpc]
	if !ok {
		out = newNumberSet(len(k.addrs))
		for i, a := range k.addrs {
			if e.isForeign(vpc, a) {
				out.add(i)
			}
		}
		k.foreign[vpc] = out
	}
	return out
}

// strangers are the addresses within some prefixes that belong to interfaces which wear none of some groups, and are not
// among the peers: a cover must not reach them. They are looked for only where a cover asks.
type strangers struct {
	known  *knownAddresses
	within []keyRange // sorted and disjoint
	groups numberSet
	exempt numberSet // known addresses that are no strangers, whatever they wear
	clear  []int32   // from the known address of that index to the one of this number there is no stranger; kept of long searches
}

// longSearch is how many addresses are looked at before it is kept that they are no strangers.
const longSearch = 16

// strangers takes peers and prefixes of one family, and the lists of groups that wearers share with peers. What a VPC does
// not see, addresses of its own CIDRs that are in use in other VPCs alone, are none.
func (e *estate) strangers(vpc string, within []netip.Prefix, worn [][]string, peers []netip.Addr) *strangers {
	s := &strangers{groups: newNumberSet(len(e.numbers))}
	if len(within) == 0 {
		return s
	}
	for _, groups := range worn {
		for _, g := range groups {
			if n, ok := e.numbers[g]; ok {
				s.groups.add(n)
			}
		}
	}
	s.known = e.known(within[0].Addr().BitLen())
	for _, p := range within {
		s.within = append(s.within, prefixKeys(addrKey(p.Masked().Addr()), p.Bits()))
	}
	s.within = mergeKeys(s.within)
	s.exempt = slices.Clone(e.foreign(vpc, s.known))
	for _, a := range peers {
		if i, ok := s.known.find(a); ok {
			s.exempt.add(i)
		}
	}
	return s
}

// meet says whether a stranger lies in the range.
func (s *strangers) meet(r keyRange) bool {
	if s == nil {
		return false
	}
	i := sort.Search(len(s.within), func(i int) bool { return !s.within[i].to.Less(r.from) })
	for ; i < len(s.within) && !r.to.Less(s.within[i].from); i++ {
		if s.meetWithin(overlap(r, s.within[i])) {
			return true
		}
	}
	return false
}

func (s *strangers) meetWithin(r keyRange) bool {
	keys := s.known.keys
	from := sort.Search(len(keys), func(i int) bool { return !keys[i].Less(r.from) })
	i := from
	for i < len(keys) && !r.to.Less(keys[i]) && !s.isStranger(i) {
		if i++; s.clear != nil {
			i = max(i, int(s.clear[i-1]))
		}
	}
	if i-from > longSearch {
		if s.clear == nil {
			s.clear = make([]int32, len(keys))
		}
		s.clear[from] = int32(i)
	}
	return i < len(keys) && !r.to.Less(keys[i])
}

// isStranger says it of one known address.
func (s *strangers) isStranger(i int) bool {
	if s.exempt.has(i) {
		return false
	}
	for _, n := range s.known.wearing[i] {
		if s.groups.has(n) {
			return false
		}
	}
	return true
}
