package suggest

import (
	"cmp"
	"net/netip"
	"slices"

	"sgfit/analyze"
	"sgfit/schema"
)

// findShadows marks rules that another rule of the same group and direction contains whole.
func (m *maker) findShadows(groups []*analyze.Group) {
	for _, g := range groups {
		for i := range g.Rules {
			for j := range g.Rules {
				wide, narrow := m.rules[g.Rules[j].No], m.rules[g.Rules[i].No]
				if i != j && m.estate.contains(wide.Rule, narrow.Rule) && (narrow.shadowed == nil || wide.bits > narrow.shadowed.bits) {
					narrow.shadowed = wide
				}
			}
		}
	}
}

// contains says whether a admits all that b admits.
func (e *estate) contains(a, b *analyze.Rule) bool {
	return containsService(a, b) && e.containsPeer(a.Peer, b.Peer)
}

// containsService says whether a admits all protocols, ports, types and codes that b admits, in the same direction.
func containsService(a, b *analyze.Rule) bool {
	if a.Direction != b.Direction || a.Protocol != schema.AllProtocols && a.Protocol != b.Protocol {
		return false
	}
	if a.Protocol == b.Protocol && a.Protocol.HasPorts() && (a.FromPort > b.FromPort || a.ToPort < b.ToPort) {
		return false
	}
	isICMP := a.Protocol == schema.ICMP || a.Protocol == schema.ICMPv6
	return !isICMP || a.FromPort == -1 || a.FromPort == b.FromPort && (a.ToPort == -1 || a.ToPort == b.ToPort)
}

// containsPeer compares peers by what they can ever stand for: CIDRs by their bits, a group in a CIDR by the whole VPC
// that its members live in.
func (e *estate) containsPeer(a, b schema.Peer) bool {
	p, ok := a.Prefix()
	if !ok {
		return a == b
	}
	q, ok := b.Prefix()
	if ok {
		return inside(q, p)
	}
	space := e.lists[b.Value]
	if b.Kind == schema.PeerGroup {
		space = e.vpcs[e.inv.GroupVPC[b.Value]]
	}
	return len(space) > 0 && !slices.ContainsFunc(space, func(q netip.Prefix) bool { return !inside(q, p) })
}

// inside says whether q lies in p.
func inside(q, p netip.Prefix) bool { return p.Bits() <= q.Bits() && p.Contains(q.Addr()) }

// findRedundant decides which rule carries the conversations that several rules admit, and marks the rules that carry
// none. Every set of rules that admitted the same conversations (an atom) has a carrier, so two redundant rules never
// both go; the carrier is the narrowest rule of the set, and among equals one that is needed anyway because it admits
// something alone. Only ICMP types, which are not logged, make for several.
func (m *maker) findRedundant() {
	needed := map[uint32]bool{}
	for _, atom := range m.ev.Atoms {
		if standing := m.standingIn(atom.Rules); len(standing) == 1 {
			needed[standing[0].No] = true
		}
	}
	m.needed = needed
	for _, atom := range m.ev.Atoms {
		standing := m.standingIn(atom.Rules)
		carriers := m.carriers(standing)
		for _, s := range standing {
			if slices.Contains(carriers, s) {
				s.carries = true
				continue
			}
			for _, c := range carriers {
				if !slices.Contains(s.through, c) && coversTypes(c.Rule, s.Rule) {
					s.through = append(s.through, c)
				}
			}
		}
	}
	for _, s := range m.rules {
		slices.SortFunc(s.through, func(a, b *subject) int { return cmp.Compare(a.No, b.No) })
	}
}

// standingIn returns the rules of a set that are in force at the end of the window and whose peers can be listed.
func (m *maker) standingIn(rules []uint32) []*subject {
	var out []*subject
	for _, no := range rules {
		if s := m.rules[no]; s != nil && !isOpaque(s.Rule) && !s.Stale {
			out = append(out, s)
		}
	}
	return out
}

// carriers are the narrowest rule of a set, but where rules are for single ICMP types: which of these admitted the
// packets is not logged. What admits every type carries for all of them; without such a rule each type has a carrier.
func (m *maker) carriers(standing []*subject) []*subject {
	sure := slices.DeleteFunc(slices.Clone(standing), func(s *subject) bool { return hasICMPType(s.Rule) })
	if len(sure) > 0 {
		return []*subject{m.narrowest(sure)}
	}
	var out []*subject
	for len(standing) > 0 {
		first := standing[0].Rule
		same := func(s *subject) bool { return s.FromPort == first.FromPort && s.ToPort == first.ToPort }
		out = append(out, m.narrowest(slices.DeleteFunc(slices.Clone(standing), func(s *subject) bool { return !same(s) })))
		standing = slices.DeleteFunc(slices.Clone(standing), same)
	}
	return out
}

// hasICMPType says whether the rule is for one type of ICMP.
func hasICMPType(r *analyze.Rule) bool {
	return (r.Protocol == schema.ICMP || r.Protocol == schema.ICMPv6) && r.FromPort >= 0
}

// coversTypes says whether a admits every ICMP type that b admits.
func coversTypes(a, b *analyze.Rule) bool {
	return !hasICMPType(a) || a.FromPort == b.FromPort && a.ToPort == b.ToPort
}

func (m *maker) narrowest(rules []*subject) *subject {
	var best *subject
	for _, s := range rules {
		if best == nil || m.carriesBefore(s, best) {
			best = s
		}
	}
	return best
}

func (m *maker) carriesBefore(a, b *subject) bool {
	if a.bits != b.bits {
		return a.bits < b.bits
	}
	if m.needed[a.No] != m.needed[b.No] {
		return m.needed[a.No]
	}
	return a.No < b.No
}

// isRedundant says whether the rule was used, but all of its uses flow through others.
func (s *subject) isRedundant() bool { return s.Conversations > 0 && !s.carries && len(s.through) > 0 }

// carried returns the uses that the rule itself must go on to admit; it is asked for several times.
func (m *maker) carried(s *subject) []*analyze.Use {
	if len(s.through) == 0 {
		return s.Uses
	}
	if s.carried == nil {
		s.carried = make([]*analyze.Use, 0, len(s.Uses))
		carries := m.carriesFor(s)
		for i := range s.Uses {
			if slices.ContainsFunc(s.Uses[i].Sets, carries) {
				s.carried = append(s.carried, s.Uses[i])
			}
		}
	}
	return s.carried
}

// carriesFor says of sets of rules whether the rule carries what they admitted. Most uses have the same few sets, each
// one slice in memory.
func (m *maker) carriesFor(s *subject) func(set []uint32) bool {
	known := map[*uint32]bool{}
	return func(set []uint32) bool {
		if len(set) == 0 {
			return false
		}
		carries, ok := known[&set[0]]
		if !ok {
			carries = slices.Contains(m.carriers(m.standingIn(set)), s)
			known[&set[0]] = carries
		}
		return carries
	}
}
