package suggest

import (
	"cmp"
	"encoding/binary"
	"net/netip"
	"slices"
	"sort"

	"sgfit/schema"
)

// coverTree is the compressed trie of what must be covered. Its nodes are the given leaves and the longest common
// prefixes of neighbours, and an optimal cover needs no others: a prefix can be shrunk to the longest common prefix of
// what it covers, which exposes less and is allowed when the wider one was.
//
// Keys are left-aligned in 128 bits, for IPv4 too (10.0.0.0 is 0a000000 00000000…), so that one code serves both.
type coverTree struct {
	postTree
	full  int // 32 or 128
	site  int // prefix length that counts as one source
	keys  []Count
	bits  []uint8
	seen  []Count // sites that must be covered inside the node, minus one (2^128 would not fit)
	never []bool  // not allowed as a rule
}

// coverLeaf is one prefix that must be covered whole.
type coverLeaf struct {
	key  Count
	bits int
}

// newCoverTree makes a trie without nodes.
func newCoverTree(full int, opt CoverOptions) coverTree {
	t := coverTree{full: full, site: full}
	if opt.SiteBits > 0 && opt.SiteBits < full {
		t.site = opt.SiteBits
	}
	return t
}

// fill sorts out the input and builds the trie.
func (t *coverTree) fill(addrs []netip.Addr, opt CoverOptions, limits coverLimits) {
	t.grow(t.leavesOf(addrs, opt.Prefixes, limits))
	t.never = make([]bool, len(t.keys))
	for v := range t.keys {
		t.never[v] = !limits.permit(t.keys[v], int(t.bits[v]), t.left[v] < 0)
	}
}

// only is the cover of one leaf.
func (t *coverTree) only(l coverLeaf, limits coverLimits) (CoverResult, bool) {
	if !limits.permit(l.key, l.bits, true) {
		return CoverResult{}, false
	}
	return CoverResult{Prefixes: []netip.Prefix{netip.PrefixFrom(keyAddr(l.key, t.full), l.bits)}}, true
}

// coverFamily is the width of all addresses and prefixes; false when there are none, or both families.
func coverFamily(addrs []netip.Addr, prefixes []netip.Prefix) (int, bool) {
	full := 0
	for _, a := range addrs {
		if w := a.Unmap().BitLen(); full == 0 {
			full = w
		} else if w != full {
			return 0, false
		}
	}
	for _, p := range prefixes {
		if w := p.Addr().BitLen(); full == 0 {
			full = w
		} else if w != full {
			return 0, false
		}
	}
	return full, full > 0
}

// leavesOf returns what must be covered, sorted, without what lies inside another leaf.
func (t *coverTree) leavesOf(addrs []netip.Addr, prefixes []netip.Prefix, limits coverLimits) []coverLeaf {
	leaves := make([]coverLeaf, 0, len(addrs)+len(prefixes))
	for _, a := range addrs {
		leaves = append(leaves, t.leafOf(a, limits))
	}
	for _, p := range prefixes {
		leaves = append(leaves, coverLeaf{addrKey(p.Masked().Addr()), p.Bits()})
	}
	slices.SortFunc(leaves, compareLeaves)
	return dropNested(leaves)
}

// leafOf is an address, or its whole site where that is allowed.
func (t *coverTree) leafOf(a netip.Addr, limits coverLimits) coverLeaf {
	key := addrKey(a.Unmap())
	if site := maskKey(key, t.site); t.site < t.full && limits.permit(site, t.site, false) {
		return coverLeaf{site, t.site}
	}
	return coverLeaf{key, t.full}
}

func compareLeaves(a, b coverLeaf) int {
	switch {
	case a.key.Less(b.key):
		return -1
	case b.key.Less(a.key):
		return 1
	}
	return cmp.Compare(a.bits, b.bits)
}

func dropNested(leaves []coverLeaf) []coverLeaf {
	kept := leaves[:0]
	for _, l := range leaves {
		if n := len(kept); n > 0 && kept[n-1].key.commonBits(l.key) >= kept[n-1].bits {
			continue
		}
		kept = append(kept, l)
	}
	return kept
}

// grow builds the nodes in post-order: a node is finished when a leaf comes that shares less than its depth.
func (t *coverTree) grow(leaves []coverLeaf) {
	type open struct {
		bits int
		left int32
	}
	nodes := max(0, 2*len(leaves)-1)
	t.left, t.leaves, t.bits = make([]int32, 0, nodes), make([]int32, 0, nodes), make([]uint8, 0, nodes)
	t.keys, t.seen = make([]Count, 0, nodes), make([]Count, 0, nodes)
	var pending []open
	close := func(until int) {
		for n := len(pending); n > 0 && pending[n-1].bits > until; n-- {
			t.join(pending[n-1].left, pending[n-1].bits)
			pending = pending[:n-1]
		}
	}
	for i, l := range leaves {
		if i > 0 {
			common := leaves[i-1].key.commonBits(l.key)
			close(common)
			pending = append(pending, open{common, int32(len(t.keys) - 1)})
		}
		t.add(l)
	}
	close(-1)
}

func (t *coverTree) add(l coverLeaf) {
	t.left, t.leaves = append(t.left, -1), append(t.leaves, 1)
	t.keys, t.bits = append(t.keys, l.key), append(t.bits, uint8(l.bits))
	t.seen = append(t.seen, t.sitesMinusOne(l.bits))
}

// join makes a node of the given left child and the node that was finished last.
func (t *coverTree) join(left int32, bits int) {
	right := len(t.keys) - 1
	t.left, t.leaves = append(t.left, left), append(t.leaves, t.leaves[left]+t.leaves[right])
	t.keys, t.bits = append(t.keys, maskKey(t.keys[left], bits)), append(t.bits, uint8(bits))
	seen := Count{} // inside one site there is one site
	if bits < t.site {
		seen = t.seen[left].Plus(t.seen[right]).Plus(Count{0, 1})
	}
	t.seen = append(t.seen, seen)
}

// sitesMinusOne is the number of sites in a prefix of that length, minus one.
func (t *coverTree) sitesMinusOne(bits int) Count { return lowOnes(max(0, t.site-bits)) }

// extra is the number of sites that the node exposes beyond those that must be covered.
func (t *coverTree) extra(v int32) Count { return t.sitesMinusOne(int(t.bits[v])).Minus(t.seen[v]) }

// result names the nodes of a cut, which come in the order of their addresses.
func (t *coverTree) result(cut []int32) CoverResult {
	r := CoverResult{Prefixes: make([]netip.Prefix, len(cut))}
	for i, v := range cut {
		r.Prefixes[i] = netip.PrefixFrom(keyAddr(t.keys[v], t.full), int(t.bits[v]))
		r.Extra = r.Extra.Plus(t.extra(v))
	}
	return r
}

// coverLimits answers whether a prefix may be a rule. What it permits is closed downwards: a prefix inside a permitted
// one is permitted.
type coverLimits struct {
	anywhere           bool
	allowed, forbidden []keyRange  // sorted and disjoint
	caps               []coverLeaf // sorted by key, then length
	minBits            int
	strangers          *strangers
}

type keyRange struct{ from, to Count }

func newCoverLimits(full int, opt CoverOptions) coverLimits {
	l := coverLimits{anywhere: len(opt.Allowed) == 0, minBits: opt.MinBits, strangers: opt.strangers}
	for _, p := range opt.Allowed {
		if p.Addr().BitLen() == full {
			l.allowed = append(l.allowed, prefixKeys(addrKey(p.Masked().Addr()), p.Bits()))
		}
	}
	for _, r := range opt.Forbidden {
		if r.From.BitLen() == full {
			l.forbidden = append(l.forbidden, keyRange{addrKey(r.From), addrKey(r.To).or(lowOnes(128 - full))})
		}
	}
	for _, p := range opt.Caps {
		if p.Addr().BitLen() == full {
			l.caps = append(l.caps, coverLeaf{addrKey(p.Masked().Addr()), p.Bits()})
		}
	}
	l.allowed, l.forbidden = mergeKeys(l.allowed), mergeKeys(l.forbidden)
	slices.SortFunc(l.caps, compareLeaves)
	return l
}

// permit says whether the prefix may be a rule. What was given as a leaf is exempt from the minimum length and the
// caps: it was there before.
func (l coverLimits) permit(key Count, bits int, given bool) bool {
	return l.mayPermit(key, bits, given) && !l.strangers.meet(prefixKeys(key, bits))
}

// mayPermit is permit but for strangers, which take the longest to find.
func (l coverLimits) mayPermit(key Count, bits int, given bool) bool {
	r := prefixKeys(key, bits)
	if !l.anywhere && !keysContain(l.allowed, r) || keysMeet(l.forbidden, r) {
		return false
	}
	return given || bits >= l.minBits && !l.reachesBeyondCap(r, bits)
}

// reachesBeyondCap says whether a cap lies inside the prefix and is smaller than it.
func (l coverLimits) reachesBeyondCap(r keyRange, bits int) bool {
	i := sort.Search(len(l.caps), func(i int) bool {
		c := l.caps[i]
		return r.from.Less(c.key) || c.key == r.from && c.bits > bits
	})
	return i < len(l.caps) && !r.to.Less(l.caps[i].key)
}

// overlap is what two ranges that meet have in common.
func overlap(a, b keyRange) keyRange {
	if a.from.Less(b.from) {
		a.from = b.from
	}
	if b.to.Less(a.to) {
		a.to = b.to
	}
	return a
}

func prefixKeys(key Count, bits int) keyRange { return keyRange{key, key.or(lowOnes(128 - bits))} }

// mergeKeys sorts ranges and joins those that touch.
func mergeKeys(rs []keyRange) []keyRange {
	slices.SortFunc(rs, func(a, b keyRange) int {
		return cmp.Or(cmp.Compare(a.from.Hi, b.from.Hi), cmp.Compare(a.from.Lo, b.from.Lo))
	})
	var out []keyRange
	for _, r := range rs {
		if n := len(out); n > 0 && (out[n-1].to == forbiddenCost() || !out[n-1].to.Plus(Count{0, 1}).Less(r.from)) {
			if out[n-1].to.Less(r.to) {
				out[n-1].to = r.to
			}
			continue
		}
		out = append(out, r)
	}
	return out
}

func keysContain(rs []keyRange, r keyRange) bool {
	i := sort.Search(len(rs), func(i int) bool { return !rs[i].to.Less(r.from) })
	return i < len(rs) && !r.from.Less(rs[i].from) && !rs[i].to.Less(r.to)
}

func keysMeet(rs []keyRange, r keyRange) bool {
	i := sort.Search(len(rs), func(i int) bool { return !rs[i].to.Less(r.from) })
	return i < len(rs) && !r.to.Less(rs[i].from)
}

func addrKey(a netip.Addr) Count {
	if a.Is4() {
		b := a.As4()
		return Count{uint64(binary.BigEndian.Uint32(b[:])) << 32, 0}
	}
	hi, lo := schema.AddrBits(a)
	return Count{hi, lo}
}

func keyAddr(k Count, full int) netip.Addr {
	if full == 32 {
		return schema.AddrFromBits(0, 0xffff<<32|k.Hi>>32)
	}
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], k.Hi)
	binary.BigEndian.PutUint64(b[8:], k.Lo)
	return netip.AddrFrom16(b)
}

func maskKey(k Count, bits int) Count {
	ones := lowOnes(128 - bits)
	return Count{k.Hi &^ ones.Hi, k.Lo &^ ones.Lo}
}
