package suggest

import (
	"cmp"
	"net/netip"
	"slices"

	"sgfit/schema"
)

// AddressClass says where an address lies, seen from a VPC, or from all VPCs of an account.
type AddressClass string

// The classes of addresses, in the order in which plan.json lists them. What lies in the own VPC is of no other class.
// Private is what the internet does not route: RFC 1918, carrier-grade NAT (RFC 6598), link-local and unique local
// addresses. Every other address is the internet's.
const (
	InternetIPv4 AddressClass = "internet-ipv4"
	InternetIPv6 AddressClass = "internet-ipv6"
	PrivateIPv4  AddressClass = "private-ipv4"
	PrivateIPv6  AddressClass = "private-ipv6"
	OwnVPCIPv4   AddressClass = "own-vpc-ipv4"
	OwnVPCIPv6   AddressClass = "own-vpc-ipv6"
)

var addressClasses = [...]AddressClass{InternetIPv4, InternetIPv6, PrivateIPv4, PrivateIPv6, OwnVPCIPv4, OwnVPCIPv6}

// IsIPv6 says whether the class counts /64 networks.
func (c AddressClass) IsIPv6() bool { return c == InternetIPv6 || c == PrivateIPv6 || c == OwnVPCIPv6 }

// classMap cuts both families where classes meet, from unit 0 to the last.
type classMap struct{ v4, v6 []classCut }

// classCut is where a class begins; it ends where the next one begins. class indexes addressClasses.
type classCut struct {
	at    uint64
	class int
}

// of returns the cuts of a family.
func (m *classMap) of(v6 bool) []classCut {
	if v6 {
		return m.v6
	}
	return m.v4
}

// newClassMap cuts the address space for who owns the given CIDRs.
func newClassMap(own []netip.Prefix) *classMap {
	own = slices.DeleteFunc(slices.Clone(own), func(p netip.Prefix) bool { return !p.IsValid() || p.Bits() < 8 || p.Addr().IsMulticast() })
	return &classMap{v4: cutFamily(own, false), v6: cutFamily(own, true)}
}

// cutFamily counts how many own and private ranges each unit lies in:
//
//	private      |--------------------|
//	own                |-----|
//	cuts   |     |     |     |        |
//	       inet  priv  own   priv     inet
func cutFamily(own []netip.Prefix, v6 bool) []classCut {
	type border struct {
		at           uint64
		own, private int
	}
	borders := []border{{}}
	add := func(p netip.Prefix, own, private int) {
		r := schema.PrefixRange(p)
		if r.From.Unmap().Is4() == v6 {
			return
		}
		borders = append(borders, border{exposedUnit(r.From), own, private}, border{exposedUnit(r.To) + 1, -own, -private})
	}
	for _, p := range own {
		add(p, 1, 0)
	}
	for _, p := range privateSpace {
		add(p, 0, 1)
	}
	slices.SortFunc(borders, func(a, b border) int { return cmp.Compare(a.at, b.at) })
	var cuts []classCut
	var in border
	for i, b := range borders {
		in.own, in.private = in.own+b.own, in.private+b.private
		if i+1 < len(borders) && borders[i+1].at == b.at {
			continue
		}
		if c := classIndex(in.own, in.private, v6); len(cuts) == 0 || cuts[len(cuts)-1].class != c {
			cuts = append(cuts, classCut{b.at, c})
		}
	}
	return cuts
}

// classIndex is the place in addressClasses.
func classIndex(own, private int, v6 bool) int {
	c := 0
	switch {
	case own > 0:
		c = 4
	case private > 0:
		c = 2
	}
	if v6 {
		c++
	}
	return c
}

// cutOf returns the index of the cut that the unit lies behind.
func cutOf(cuts []classCut, unit uint64) int {
	i, found := slices.BinarySearchFunc(cuts, unit, func(c classCut, u uint64) int { return cmp.Compare(c.at, u) })
	if found {
		return i
	}
	return i - 1
}
