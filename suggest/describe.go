package suggest

import (
	"sgfit/analyze"
	"sgfit/schema"
)

// describe fills in what does not depend on the decision.
func (m *maker) describe(s *subject) Rule {
	r := Rule{Direction: s.Direction, Protocol: s.Protocol.String(), Peer: s.Peer, Description: s.Description,
		Findings: []Finding{}, Replacement: []ReplacementRule{}, Alternatives: []Alternative{}, StillThrough: []string{}, NamedUsers: []string{}}
	if m.lateFrom < 0 { // else only what would become of the rule is asked
		r.Evidence = m.evidence(s)
	}
	if s.RuleID != "" {
		r.RuleID = &s.RuleID
	}
	if s.PeerOwner != s.group.AccountID {
		r.PeerOwner = s.PeerOwner
	}
	if o := s.Opened; o != nil {
		r.Opened = &Opened{At: o.At, By: o.By, Call: o.Call}
	}
	r.FromPort, r.ToPort = portFields(s.Protocol, s.FromPort, s.ToPort)
	return r
}

func (m *maker) evidence(s *subject) Evidence {
	e := Evidence{Conversations: s.Conversations, Sole: s.Sole, Probes: s.Probes, Bytes: s.Bytes, Peers: s.Peers,
		Ports: portRanges(s.Ports), Days: s.Days(), ObservedDays: s.ObservedDays(), Coverage: s.coverage(), Strip: strip(s, m.days),
		Ambiguous: s.Ambiguous, Noise: s.Noise, TopPeers: []PeerUse{}}
	if !s.First.IsZero() {
		e.FirstSeen, e.LastSeen = &s.First, &s.Last
	}
	for _, p := range s.TopPeers {
		e.TopPeers = append(e.TopPeers, m.peerUse(s, p))
	}
	return e
}

// portRanges lists the services that were really used, in runs of neighbouring ports.
func portRanges(ports []analyze.PortUse) []PortRange {
	out := []PortRange{}
	for _, p := range ports { // sorted by protocol and port
		if p.Conversations == 0 {
			continue
		}
		if n := len(out); n > 0 && out[n-1].Protocol == p.Protocol.String() && out[n-1].To == int32(p.Port)-1 {
			out[n-1].To++
			continue
		}
		out = append(out, PortRange{p.Protocol.String(), int32(p.Port), int32(p.Port)})
	}
	return out
}

// portFields are ports as the plan shows them: for ICMP type and code, and nothing where every port or type is meant.
func portFields(p schema.Protocol, from, to int32) (*int32, *int32) {
	isICMP := p == schema.ICMP || p == schema.ICMPv6
	if !p.HasPorts() && !(isICMP && from >= 0) {
		return nil, nil
	}
	return &from, &to
}
