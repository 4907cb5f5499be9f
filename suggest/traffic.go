package suggest

import (
	"net/netip"
	"slices"

	"sgfit/analyze"
	"sgfit/schema"
)

// Traffic is what of the window's real uses a suggested rule stands for.
type Traffic struct {
	Conversations int64 `json:"conversations"`
	// Peers are distinct for one of today's rules; of a suggested rule that stands for several they are added up.
	Peers int64 `json:"peers"`
}

// trafficOf divides what a rule carries among the rules that replace it, in their order: what several admit is the first's.
func (m *maker) trafficOf(uses []*analyze.Use, rules []ReplacementRule) []Traffic {
	out := make([]Traffic, len(rules))
	peers := make([]map[netip.Addr]bool, len(rules))
	admits := make([]func(*analyze.Use) bool, len(rules))
	for i, r := range rules {
		admits[i], peers[i] = m.admitter(r), map[netip.Addr]bool{}
	}
	for _, u := range uses {
		i := slices.IndexFunc(admits, func(admit func(*analyze.Use) bool) bool { return admit(u) })
		if i >= 0 && u.Conversations > 0 {
			out[i].Conversations += u.Conversations
			peers[i][u.Peer] = true
		}
	}
	for i := range peers {
		out[i].Peers = int64(len(peers[i]))
	}
	return out
}

// admitter says which uses a rule admits.
func (m *maker) admitter(r ReplacementRule) func(*analyze.Use) bool {
	p, _ := schema.ParseProtocol(r.Protocol) // made by ourselves
	from, to := portOr(r.FromPort), portOr(r.ToPort)
	prefix, isCIDR := r.Peer.Prefix()
	return func(u *analyze.Use) bool {
		switch {
		case p != schema.AllProtocols && p != u.Protocol, p.HasPorts() && (int32(u.Port) < from || int32(u.Port) > to):
			return false
		case isCIDR:
			return prefix.Contains(u.Peer)
		}
		return m.estate.admits(r.Peer, u)
	}
}
