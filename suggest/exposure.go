package suggest

import (
	"net/netip"

	"sgfit/schema"
)

// ExposedRule is a rule with its peer resolved to addresses: a CIDR is one range, a group its members' addresses, a
// prefix list its entries. FromPort and ToPort are inclusive and matter for TCP and UDP only.
type ExposedRule struct {
	Protocol         schema.Protocol
	FromPort, ToPort int32
	Peers            []schema.AddrRange
}

// BitsExposed is log2 of Exposure, and 0 when nothing is exposed.
func BitsExposed(rules []ExposedRule) float64 { return Exposure(rules).Log2() }

// Exposure is the exact number of (protocol, port, peer) tuples that the rules admit together; what several rules
// admit counts once. It is below 2^82.
//
// TCP and UDP have 65,536 ports each. Every other protocol counts as one port, ICMP too, since its type and code are
// never tightened; all protocols are 256, with the ports of TCP and UDP. An IPv4 peer is one address. An IPv6 peer is
// one /64 network, in whole or in part: that is what one site or one subnet is given, and its hosts choose among 2^64
// addresses at will, so that single addresses would make every IPv6 rule look 2^64 times as bad as the same rule for
// IPv4.
func Exposure(rules []ExposedRule) Count {
	var s exposureSweep
	for _, r := range rules {
		s.add(servicesExposed(r.Protocol, r.FromPort, r.ToPort), unitSpans(r.Peers))
	}
	// Classes do not matter here, but none may hold 2^64 networks.
	return s.measure(&classMap{v4: []classCut{{0, 0}}, v6: []classCut{{0, 1}, {1 << 63, 1}}}).Combinations
}

// exposedUnit numbers an IPv4 address, or the /64 network of an IPv6 address.
func exposedUnit(a netip.Addr) uint64 {
	hi, lo := schema.AddrBits(a.Unmap())
	if a.Unmap().Is4() {
		return lo & 0xffff_ffff
	}
	return hi
}
