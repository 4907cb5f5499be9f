package suggest

import (
	"cmp"
	"net/netip"
	"slices"

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
	units := exposedUnits(rules)
	var total Count
	for _, p := range []schema.Protocol{schema.TCP, schema.UDP} {
		total = total.Plus(portExposure(rules, units, p))
	}
	return total.Plus(portlessExposure(rules, units))
}

// unitRange is a closed range of peers that count one each, with the rule that admits it. IPv4 addresses and IPv6
// networks are numbered apart.
type unitRange struct {
	rule     int
	v6       bool
	from, to uint64
}

// exposedUnits lists the peers of all rules, sorted by family and first unit.
func exposedUnits(rules []ExposedRule) []unitRange {
	var out []unitRange
	for i, rule := range rules {
		for _, r := range rule.Peers {
			out = append(out, unitRange{i, !r.From.Unmap().Is4(), exposedUnit(r.From), exposedUnit(r.To)})
		}
	}
	slices.SortFunc(out, func(a, b unitRange) int {
		if a.v6 != b.v6 {
			if b.v6 {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.from, b.from)
	})
	return out
}

// exposedUnit numbers an IPv4 address, or the /64 network of an IPv6 address.
func exposedUnit(a netip.Addr) uint64 {
	hi, lo := schema.AddrBits(a.Unmap())
	if a.Unmap().Is4() {
		return lo & 0xffff_ffff
	}
	return hi
}

// portExposure sums a protocol with ports over its elementary segments:
//
//	rule 1    |------------|
//	rule 2         |------------|
//	segment   | a  |   b   | c  |     in each the same rules hold for every port
func portExposure(rules []ExposedRule, units []unitRange, p schema.Protocol) Count {
	bounds := []int32{0, 65536}
	for _, r := range rules {
		if r.Protocol == p {
			bounds = append(bounds, max(0, r.FromPort), min(65535, r.ToPort)+1)
		}
	}
	slices.Sort(bounds)
	var total Count
	for i, from := range bounds[1:] {
		from, to := bounds[i], from
		if from >= to {
			continue
		}
		holds := func(r ExposedRule) bool {
			return r.Protocol == schema.AllProtocols || r.Protocol == p && r.FromPort <= from && to <= r.ToPort+1
		}
		total = total.Plus(unionSize(rules, units, holds).Times(uint64(to - from)))
	}
	return total
}

// portlessExposure sums the 254 protocols without ports.
func portlessExposure(rules []ExposedRule, units []unitRange) Count {
	named := map[schema.Protocol]bool{}
	for _, r := range rules {
		if r.Protocol != schema.AllProtocols && !r.Protocol.HasPorts() {
			named[r.Protocol] = true
		}
	}
	every := unionSize(rules, units, func(r ExposedRule) bool { return r.Protocol == schema.AllProtocols })
	total := every.Times(uint64(254 - len(named)))
	for p := range named {
		total = total.Plus(unionSize(rules, units, func(r ExposedRule) bool {
			return r.Protocol == schema.AllProtocols || r.Protocol == p
		}))
	}
	return total
}

// unionSize is the number of peers that at least one of the rules that hold admits, in one sweep over sorted ranges.
func unionSize(rules []ExposedRule, units []unitRange, holds func(ExposedRule) bool) Count {
	active := make([]bool, len(rules))
	for i, r := range rules {
		active[i] = holds(r)
	}
	var total Count
	var last unitRange
	started := false
	for _, u := range units {
		if !active[u.rule] || u.to < u.from {
			continue
		}
		if started && u.v6 == last.v6 && u.from <= last.to {
			if u.to <= last.to {
				continue
			}
			u.from = last.to + 1
		}
		total = total.Plus(Count{0, u.to - u.from}).Plus(Count{0, 1})
		last, started = u, true
	}
	return total
}
