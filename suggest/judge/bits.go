package judge

import (
	"sgfit/schema"
	"sgfit/schema/simulate"
	"sgfit/suggest"
)

// bits compares what the plan takes away of each group and direction with what could be taken away.
func (h *hearing) bits() {
	needs := map[groupSide][]suggest.ExposedRule{}
	for _, n := range h.Truth.Needs {
		side := groupSide{n.GroupID, n.Direction}
		needs[side] = append(needs[side], suggest.ExposedRule{Protocol: schema.Protocol(n.Protocol), FromPort: int32(n.Port), ToPort: int32(n.Port),
			Peers: []schema.AddrRange{{From: n.Peer, To: n.Peer}}})
	}
	accepted := map[groupSide]bool{}
	for _, w := range h.Truth.Rules {
		if w.Expect == simulate.WildcardAccepted {
			accepted[groupSide{w.GroupID, w.Rule.Direction}] = true
		}
	}
	for _, g := range h.Plan.Groups {
		for _, d := range []struct {
			direction schema.Direction
			suggest.BeforeAfter
		}{{schema.Ingress, g.ExposureBits.Ingress}, {schema.Egress, g.ExposureBits.Egress}} {
			side, x := groupSide{g.GroupID, d.direction}, d.BeforeAfter
			removable := max(0, x.Before-suggest.BitsExposed(needs[side]))
			removed := min(x.Before-x.After, removable) // a member who left since may make for more
			h.Bits.Removed, h.Bits.Removable = h.Bits.Removed+removed, h.Bits.Removable+removable
			if !accepted[side] {
				h.Bits.RemovedClosed, h.Bits.RemovableClosed = h.Bits.RemovedClosed+removed, h.Bits.RemovableClosed+removable
			}
		}
	}
}

// groupSide is one direction of a group.
type groupSide struct {
	group     string
	direction schema.Direction
}
