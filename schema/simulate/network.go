package simulate

import (
	"fmt"
	"net/netip"
)

const (
	vpcCIDR  = "10.20.0.0/16"
	vpcCIDR6 = "2001:db8:1400:ab00::/56"
	// The VPC's resolver (base plus two) is never in a flow log and never filtered by a group
	// (https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-limitations.html).
	resolver = "10.20.0.2"
)

// subnet is one subnet; none changes.
type subnet struct {
	id, name, zone string
	cidr, cidr6    netip.Prefix
	created        int64
	next           int // host number of the next address
}

// prefixList is a customer's list; entries come and go.
type prefixList struct {
	id, name string
	entries  []listEntry
}

type listEntry struct {
	prefix netip.Prefix
	life   span
	about  string
}

// makeSubnets lays out two zones a tier. Names are tags, in which AWS allows anything.
func (a *Account) makeSubnets() {
	tiers := []struct {
		name  string
		third byte
	}{
		{"public", 0}, {"web", 10}, {"app", 20}, {"data", 30}, {"batch", 40}, {"shared", 50},
	}
	for _, t := range tiers {
		for z, zone := range []string{"a", "b"} {
			third := t.third + byte(z)
			a.subnets = append(a.subnets, &subnet{
				id: a.newID("subnet", t.name+zone), name: t.name + "-" + zone, zone: a.region + zone,
				cidr:    netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 20, third, 0}), 24),
				cidr6:   netip.MustParsePrefix(fmt.Sprintf("2001:db8:1400:ab%02x::/64", third)),
				created: a.window.from - 900*day, next: 10,
			})
		}
	}
}

// subnetNamed returns the subnet of that name; names are those of makeSubnets.
func (a *Account) subnetNamed(name string) *subnet {
	for _, s := range a.subnets {
		if s.name == name {
			return s
		}
	}
	return nil
}

// take hands out the subnet's next address, of both families.
func (s *subnet) take() (v4, v6 netip.Addr) {
	n := s.next
	s.next++
	return s.nth(n)
}

// nth returns the address of a host number in both families.
func (s *subnet) nth(n int) (v4, v6 netip.Addr) {
	b4 := s.cidr.Addr().As4()
	b4[3] = byte(n)
	b6 := s.cidr6.Addr().As16()
	b6[15] = byte(n)
	return netip.AddrFrom4(b4), netip.AddrFrom16(b6)
}

// makePrefixLists makes the customer's two lists; one gains an office in the middle of the window.
func (a *Account) makePrefixLists() {
	old := span{a.window.from - 500*day, always}
	a.lists = []*prefixList{
		{a.newID("pl", "offices"), "office-networks", []listEntry{
			{netip.MustParsePrefix("192.168.22.0/24"), old, "head office"},
			{netip.MustParsePrefix("192.168.30.0/24"), old, "works"},
			{netip.MustParsePrefix("192.168.44.0/24"), span{a.at(0.5), always}, "new office"},
		}},
		{a.newID("pl", "suppliers"), "suppliers", []listEntry{
			{netip.MustParsePrefix("198.51.100.0/26"), old, "=HYPERLINK(\"http://x\")"},
			{netip.MustParsePrefix("203.0.113.64/27"), old, ""},
		}},
	}
}

// listNamed returns the list of that name.
func (a *Account) listNamed(name string) *prefixList {
	for _, l := range a.lists {
		if l.name == name {
			return l
		}
	}
	return nil
}

// holds says whether an entry that was in the list at t contains the address.
func (l *prefixList) holds(addr netip.Addr, t int64) bool {
	for _, e := range l.entries {
		if e.life.holds(t) && e.prefix.Contains(addr) {
			return true
		}
	}
	return false
}
