package suggest

import (
	"net/netip"
	"slices"

	"sgfit/schema"
)

// boxGroup is the ports that the same peers used.
type boxGroup struct {
	protocol schema.Protocol
	spans    []PortSpan
	peers    []netip.Addr
}

func boxGroups(index boxIndex, most int) []boxGroup {
	var groups []boxGroup
	at := map[string]int{}
	for from, to := 0, 0; from < len(index); from = to {
		for to = from; to < len(index) && index[to].protocol == index[from].protocol; to++ {
		}
		for _, span := range boxUnits(index[from:to], most) {
			unit := index.within(index[from].protocol, span)
			peers := unionPeers(unit)
			key := peersKey(index[from].protocol, peers)
			i, ok := at[key]
			if !ok {
				i, at[key] = len(groups), len(groups)
				groups = append(groups, boxGroup{protocol: index[from].protocol, peers: peers})
			}
			groups[i].addSpan(span)
		}
	}
	return groups
}

// addSpan joins the span to the last one where they touch. Spans come in order.
func (g *boxGroup) addSpan(s PortSpan) {
	if n := len(g.spans); n > 0 && int(g.spans[n-1].To)+1 == int(s.From) {
		g.spans[n-1].To = s.To
		return
	}
	g.spans = append(g.spans, s)
}

// boxUnits are the clouds and the single ports of one protocol.
func boxUnits(index boxIndex, most int) []PortSpan {
	ports := make([]uint16, len(index))
	for i, p := range index {
		ports[i] = p.port
	}
	var units []PortSpan
	for _, s := range FitPorts(ports, 0) {
		if len(index.within(index[0].protocol, s)) < s.width() {
			units = append(units, s)
			continue
		}
		for p := int(s.From); p <= int(s.To); p++ {
			units = append(units, PortSpan{uint16(p), uint16(p)})
		}
	}
	if len(units) > most {
		return FitPorts(ports, most)
	}
	return units
}

func unionPeers(index boxIndex) []netip.Addr {
	if len(index) == 1 {
		return index[0].peers
	}
	var all []netip.Addr
	for _, p := range index {
		all = append(all, p.peers...)
	}
	slices.SortFunc(all, netip.Addr.Compare)
	return slices.Compact(all)
}

func peersKey(protocol schema.Protocol, peers []netip.Addr) string {
	key := make([]byte, 0, 16*len(peers)+2)
	key = append(key, byte(protocol), byte(protocol>>8))
	for _, p := range peers {
		b := p.As16()
		key = append(key, b[:]...)
	}
	return string(key)
}
