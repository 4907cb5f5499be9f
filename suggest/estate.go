package suggest

import (
	"math"
	"net/netip"
	"slices"
	"sync"

	"go4.org/netipx"

	"sgfit/analyze"
	"sgfit/schema"
)

// estate answers what the inventory knows at the end of the window.
type estate struct {
	inv     *analyze.Inventory
	lists   PrefixLists
	weights map[string]int // what a prefix list counts against the quota
	vpcs    map[string][]netip.Prefix
	private addrSet
	subnets []subnetCIDR            // sorted by first address
	own     map[string][]subnetCIDR // the same by VPC
	numbers map[string]int          // of groups
	// subnetNames are the names of subnets by id.
	subnetNames map[string]string
	known4      knownAddresses
	known6      knownAddresses
	mu          sync.Mutex // guards what is worked out when it is asked for
}

type subnetCIDR struct {
	prefix netip.Prefix
	subnet *schema.Subnet
}

func newEstate(ev *analyze.Evidence) *estate {
	e := &estate{inv: &ev.Inventory, lists: PrefixLists{}, weights: map[string]int{}, vpcs: map[string][]netip.Prefix{},
		private: newAddrSet(privateAddresses(&ev.Inventory)), numbers: map[string]int{}, own: map[string][]subnetCIDR{}, subnetNames: map[string]string{}}
	for _, l := range e.inv.PrefixLists {
		e.lists[l.PrefixListID], e.weights[l.PrefixListID] = l.Entries, managedWeight(&l)
	}
	for _, v := range e.inv.VPCs {
		e.vpcs[v.VPCID] = append(e.vpcs[v.VPCID], v.CIDRs...)
	}
	for i := range e.inv.Subnets {
		e.subnetNames[e.inv.Subnets[i].SubnetID] = e.inv.Subnets[i].Name
		for _, p := range e.inv.Subnets[i].CIDRs {
			e.subnets = append(e.subnets, subnetCIDR{p, &e.inv.Subnets[i]})
		}
	}
	slices.SortFunc(e.subnets, func(a, b subnetCIDR) int { return a.prefix.Addr().Compare(b.prefix.Addr()) })
	for _, s := range e.subnets {
		e.own[s.subnet.VPCID] = append(e.own[s.subnet.VPCID], s)
	}
	e.sortAddresses()
	return e
}

// exposed resolves a rule's peer to the addresses that it stands for now.
func (e *estate) exposed(p schema.Protocol, from, to int32, peer schema.Peer) ExposedRule {
	r := ExposedRule{Protocol: p, FromPort: from, ToPort: to}
	switch peer.Kind {
	case schema.PeerGroup:
		for _, a := range e.inv.Members[peer.Value] {
			r.Peers = append(r.Peers, schema.AddrRange{From: a, To: a})
		}
	case schema.PeerPrefixList:
		for _, p := range e.lists[peer.Value] {
			r.Peers = append(r.Peers, schema.PrefixRange(p))
		}
	default:
		if p, ok := peer.Prefix(); ok {
			r.Peers = append(r.Peers, schema.PrefixRange(p))
		}
	}
	return r
}

// isOwn says whether an address is one of a VPC's own: what other VPCs have there is not what it sees.
func (e *estate) isOwn(vpc string, a netip.Addr) bool {
	return slices.ContainsFunc(e.vpcs[vpc], func(p netip.Prefix) bool { return p.Contains(a) })
}

// isForeign says whether an address of a VPC's own is in use in other VPCs alone.
func (e *estate) isForeign(vpc string, a netip.Addr) bool {
	return e.isOwn(vpc, a) && !slices.Contains(e.inv.Homes[a], vpc)
}

// subnetsAt returns the known subnets that hold the address, seen from a VPC: its own where the address is its own, else
// any, more than one when VPCs overlap. They are put into room, where it suffices.
func (e *estate) subnetsAt(vpc string, a netip.Addr, room []subnetCIDR) []subnetCIDR {
	subnets := e.subnets
	if e.isOwn(vpc, a) {
		subnets = e.own[vpc]
	}
	i, _ := slices.BinarySearchFunc(subnets, a, func(s subnetCIDR, a netip.Addr) int {
		if s.prefix.Addr().Compare(a) <= 0 {
			return -1
		}
		return 1
	})
	out := room[:0]
	for last := i - 64; i > 0 && i > last; i-- { // CIDRs of several VPCs may nest, a few deep
		if subnets[i-1].prefix.Contains(a) {
			out = append(out, subnets[i-1])
		}
	}
	return out
}

// subnetAt returns the one known subnet that holds the address, seen from a VPC.
func (e *estate) subnetAt(vpc string, a netip.Addr) (subnetCIDR, bool) {
	var room [4]subnetCIDR
	s := e.subnetsAt(vpc, a, room[:])
	if len(s) != 1 {
		return subnetCIDR{}, false
	}
	return s[0], true
}

// caps returns the known subnets that the peers lie in, seen from a VPC, each once, and the peers that lie in none.
func (e *estate) caps(vpc string, peers []netip.Addr) (subnets []netip.Prefix, loose []netip.Addr) {
	seen := map[netip.Prefix]bool{}
	var at []subnetCIDR
	for _, a := range peers {
		at = e.subnetsAt(vpc, a, at)
		if len(at) == 0 {
			loose = append(loose, a)
		}
		for _, s := range at {
			if !seen[s.prefix] {
				seen[s.prefix] = true
				subnets = append(subnets, s.prefix)
			}
		}
	}
	return subnets, loose
}

// weight is what a rule with this peer counts against the quota: one, but for a prefix list as much as it may ever hold.
func (e *estate) weight(p schema.Peer) int {
	if p.Kind == schema.PeerPrefixList {
		return max(e.weights[p.Value], 1)
	}
	return 1
}

func (e *estate) weightOf(rules []ReplacementRule) int {
	sum := 0
	for _, r := range rules {
		sum += e.weight(r.Peer)
	}
	return sum
}

// isOpaque says whether a rule's peers cannot be listed.
func isOpaque(r *analyze.Rule) bool { return r.Opaque != "" }

// admits says whether a peer of a rule or replacement admits an address whose owners wore groups at every sighting.
func (e *estate) admits(peer schema.Peer, u *analyze.Use) bool {
	switch peer.Kind {
	case schema.PeerGroup:
		return len(u.Owners) > 0 && !slices.ContainsFunc(u.Owners, func(o analyze.Owner) bool {
			return !slices.Contains(o.Groups, peer.Value)
		})
	case schema.PeerPrefixList:
		return slices.ContainsFunc(e.lists[peer.Value], func(p netip.Prefix) bool { return p.Contains(u.Peer) })
	}
	p, ok := peer.Prefix()
	return ok && p.Contains(u.Peer)
}

// privateSpace is what the internet does not route.
var privateSpace = []netip.Prefix{
	netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"), netip.MustParsePrefix("192.168.0.0/16"),
	netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("169.254.0.0/16"),
	netip.MustParsePrefix("fc00::/7"), netip.MustParsePrefix("fe80::/10"),
}

// privateAddresses are those that are private or lie in a known VPC (IPv6 addresses of VPCs are global).
func privateAddresses(inv *analyze.Inventory) *netipx.IPSet {
	var b netipx.IPSetBuilder
	for _, p := range privateSpace {
		b.AddPrefix(p)
	}
	for _, v := range inv.VPCs {
		for _, p := range v.CIDRs {
			b.AddPrefix(p)
		}
	}
	set, _ := b.IPSet() // fails for addresses with zones or without value only
	return set
}

// isPrivate says whether an address is private, or lies in a known VPC.
func (e *estate) isPrivate(a netip.Addr) bool { return e.private.has(a) }

// roundBits drops what only the order of additions decides.
func roundBits(b float64) float64 { return math.Round(b*1e4) / 1e4 }
