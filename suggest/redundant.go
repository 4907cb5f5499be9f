package suggest

import (
	"cmp"
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
				if i != j && contains(wide.Rule, narrow.Rule) && (narrow.shadowed == nil || wide.bits > narrow.shadowed.bits) {
					narrow.shadowed = wide
				}
			}
		}
	}
}

// contains says whether a admits all that b admits, by their text alone: CIDRs contain CIDRs, other peers themselves.
func contains(a, b *analyze.Rule) bool {
	if a.Direction != b.Direction || a.Protocol != schema.AllProtocols && a.Protocol != b.Protocol {
		return false
	}
	if a.Protocol == b.Protocol && a.Protocol.HasPorts() && (a.FromPort > b.FromPort || a.ToPort < b.ToPort) {
		return false
	}
	isICMP := a.Protocol == schema.ICMP || a.Protocol == schema.ICMPv6
	if isICMP && a.FromPort != -1 && (a.FromPort != b.FromPort || a.ToPort != -1 && a.ToPort != b.ToPort) {
		return false
	}
	if a.Peer.Kind != b.Peer.Kind {
		return false
	}
	p, ok := a.Peer.Prefix()
	q, _ := b.Peer.Prefix()
	if !ok {
		return a.Peer == b.Peer
	}
	return p.Bits() <= q.Bits() && p.Contains(q.Addr())
}

// findRedundant marks used rules whose every use flows through others too. Two redundant rules never both go: widest
// first, a rule is marked only while each set of rules that admitted the same conversations keeps another one.
//
// A rule that will be replaced keeps carrying its uses, since its replacement admits all of them.
func (m *maker) findRedundant() {
	atoms := map[uint32][]*analyze.Atom{}
	for i := range m.ev.Atoms {
		for _, no := range m.ev.Atoms[i].Rules {
			atoms[no] = append(atoms[no], &m.ev.Atoms[i])
		}
	}
	var candidates []*subject
	for no := range atoms {
		if s := m.rules[no]; s != nil && s.Conversations > 0 && !isOpaque(s.Rule) {
			candidates = append(candidates, s)
		}
	}
	slices.SortFunc(candidates, func(a, b *subject) int {
		return cmp.Or(-cmp.Compare(a.bits, b.bits), -cmp.Compare(a.No, b.No))
	})
	for _, s := range candidates {
		s.through = m.carriers(s, atoms[s.No])
	}
}

// carriers returns the rules that still admit every atom of s, sorted by name; nil when one has none.
func (m *maker) carriers(s *subject, atoms []*analyze.Atom) []*subject {
	var out []*subject
	for _, atom := range atoms {
		found := false
		for _, no := range atom.Rules {
			o := m.rules[no]
			if o == nil || o == s || o.through != nil || isOpaque(o.Rule) {
				continue
			}
			found = true
			if !slices.Contains(out, o) {
				out = append(out, o)
			}
			break
		}
		if !found {
			return nil
		}
	}
	slices.SortFunc(out, func(a, b *subject) int { return cmp.Compare(a.No, b.No) })
	return out
}
