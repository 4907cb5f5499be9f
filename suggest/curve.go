package suggest

import (
	"net/netip"

	"sgfit/schema"
)

// CurveStep is one step of a rule's curve: the least exposure that so many rules in its place allow. Steps at which one rule
// more gains next to nothing are left out.
type CurveStep struct {
	Rules        int     `json:"rules"`
	ExposureBits float64 `json:"exposure_bits"`
}

// leastStep is how many bits a step must gain to be listed.
const leastStep = 0.05

// steps is the curve of all parts together: the optimum for each number of rules up to the budget. It is nil where parts may
// overlap, so that their exposures do not add up.
func (f *fitting) steps(parts []servicesCurve) []CurveStep {
	if len(f.accept) > 0 || len(parts) == 0 || f.overlap(parts) {
		return nil
	}
	total := []Count{{}} // by number of rules, 0 first
	for _, p := range parts {
		total = p.addTo(total, f)
	}
	var out []CurveStep
	for n, c := range total {
		if c == forbiddenCost() || n == 0 {
			continue
		}
		if bits := roundBits(c.Log2()); len(out) == 0 || bits <= out[len(out)-1].ExposureBits-leastStep {
			out = append(out, CurveStep{n, bits})
		}
	}
	return out
}

// addTo is the optimum of what is there and this part together, for each number of rules.
func (p servicesCurve) addTo(total []Count, f *fitting) []Count {
	each, ports := f.rulesAPrefix(p.services)
	seen := p.sites()
	var points []CurvePoint
	for _, point := range p.curve.Extras() {
		if point.OK {
			points = append(points, point)
		}
	}
	out := make([]Count, f.budget+1)
	for n := range out {
		out[n] = forbiddenCost()
	}
	for n, before := range total {
		for _, point := range points {
			at := n + point.Rules*each
			if before == forbiddenCost() || at > f.budget {
				break
			}
			if c := before.Plus(seen.Plus(point.Extra).Times(ports)); c.Less(out[at]) {
				out[at] = c
			}
		}
	}
	return out
}

// rulesAPrefix is how many rules the services take for each prefix, and how many ports and protocols these admit.
func (f *fitting) rulesAPrefix(services []service) (rules int, ports uint64) {
	for _, r := range f.withPeer(services, schema.Peer{}) {
		rules++
		if p, _ := schema.ParseProtocol(r.Protocol); p.HasPorts() {
			ports += uint64(*r.ToPort - *r.FromPort + 1)
		} else {
			ports++
		}
	}
	return rules, ports
}

// sites counts the sources of the part: addresses, and of IPv6 the /64 networks.
func (p servicesCurve) sites() Count {
	sites := map[netip.Prefix]bool{}
	for _, a := range p.peers {
		bits := a.BitLen()
		if a.Is6() {
			bits = 64
		}
		sites[netip.PrefixFrom(a, bits).Masked()] = true
	}
	return Count{0, uint64(len(sites))}
}

// overlap says whether parts may share some (service, address), or are counted otherwise than exposure is: known IPv6
// addresses by the host. Private peers and those of the internet share none.
func (f *fitting) overlap(parts []servicesCurve) bool {
	sides := map[bool]bool{}
	for _, p := range parts {
		private := f.m.estate.isPrivate(p.peers[0])
		if sides[private] || private && p.peers[0].Is6() {
			return true
		}
		sides[private] = true
	}
	return false
}
