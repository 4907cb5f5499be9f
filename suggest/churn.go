package suggest

import (
	"fmt"
	"net/netip"
	"slices"
)

// comesAndGoes says that single addresses will not hold for long as sources of the rule: they are replaced or come in
// runs, or so many turned up lately that more will. Where the inventory knows what they come from, subnets are
// suggested instead.
func (m *maker) comesAndGoes(s *subject) bool {
	n := m.newSources(s)
	return n.Churning || n.Label >= "D"
}

// namesSubnets says whether some replacement is a whole subnet that the inventory knows.
func (m *maker) namesSubnets(vpc string, rules []ReplacementRule) bool {
	return slices.ContainsFunc(rules, func(r ReplacementRule) bool {
		p, ok := r.Peer.Prefix()
		return ok && m.estate.isSubnet(vpc, p)
	})
}

// isSubnet says whether the prefix is a known subnet's, of one VPC alone as a VPC sees it.
func (e *estate) isSubnet(vpc string, p netip.Prefix) bool {
	at, ok := e.subnetAt(vpc, p.Addr())
	return ok && at.prefix == p
}

// churnWords says why subnets are suggested and not the hosts that were seen.
func (m *maker) churnWords(s *subject) string {
	n := m.newSources(s)
	return fmt.Sprintf("; %ss come and go (%s on the last 15 days), so the whole subnets that they come from are suggested, not the hosts",
		side(s.Direction), count(n.D15, "new one"))
}

// namesHosts says whether replacements rest on addresses, which newcomers may miss. Known subnets do not.
func (m *maker) namesHosts(vpc string, rules []ReplacementRule) bool {
	return slices.ContainsFunc(rules, func(r ReplacementRule) bool {
		p, ok := r.Peer.Prefix()
		return ok && p.Bits() > 0 && !m.estate.isSubnet(vpc, p)
	})
}

// enough says whether so many sources of one subnet speak for the subnet as a whole.
func (f *fitting) enough(seen map[netip.Addr]bool) bool {
	return len(seen) >= subnetSources && !dense(seen) || f.elastic && len(seen) > 1
}
