package suggest

import (
	"cmp"
	"slices"

	"sgfit/analyze"
	"sgfit/schema"
)

// Fewest sources in one known subnet, and fewest members of a group, that speak for the subnet or group as a whole.
const (
	subnetSources = 3
	groupShare    = 0.5
)

// fitting is one attempt to say a rule's uses in narrower rules.
type fitting struct {
	m      *maker
	s      *subject
	budget int
	accept []analyze.PortUse // services whose wildcard is acceptable
	// eitherFamily lets a group reference stand for addresses of the family that the rule does not have.
	eitherFamily bool
	needs        int // the least budget with which the outcome would be the same
	// elastic sources come and go: known subnets stand for them however few were seen.
	elastic bool
}

// fit returns the narrowest rules, in the order of preference of the design, that admit all the uses and nothing that
// the rule did not admit; false when nothing narrower is to be had. uses are sorted by protocol, port, peer.
func (f *fitting) fit(uses []*analyze.Use) ([]ReplacementRule, bool) {
	rules, ok := f.rules(f.unaccepted(uses))
	weight := f.m.estate.weightOf(rules)
	if f.need(weight); !ok || weight > f.budget {
		f.need(budgetDecides)
	}
	if !ok || len(rules) == 0 || weight > f.budget && !slices.ContainsFunc(rules, func(r ReplacementRule) bool { return r.Peer == f.s.Peer }) {
		return nil, false
	}
	slices.SortStableFunc(rules, compareReplacements)
	rules = slices.CompactFunc(rules, sameReplacement)
	if !f.m.narrower(f.s, rules) {
		return nil, false
	}
	return rules, true
}

// need notes a budget without which the outcome would not be the same.
func (f *fitting) need(n int) { f.needs = max(f.needs, n) }

// needWithin is need for a part of the budget: what of it is not the part's, and what the part needs.
func (f *fitting) needWithin(others, n int) {
	if n < budgetDecides {
		n += others
	}
	f.need(n)
}

// unaccepted leaves out the uses of services whose wildcard is acceptable.
func (f *fitting) unaccepted(uses []*analyze.Use) []*analyze.Use {
	if len(f.accept) == 0 {
		return uses
	}
	accepted := make(map[service]bool, len(f.accept))
	for _, s := range f.acceptedOnes() {
		accepted[s] = true
	}
	_, rest := split(uses, func(i int) bool { return accepted[service{uses[i].Protocol, uses[i].Port}] })
	return rest
}

// acceptedOnes lists the services whose wildcard is acceptable.
func (f *fitting) acceptedOnes() []service {
	out := make([]service, len(f.accept))
	for i := range f.accept {
		out[i] = service{f.accept[i].Protocol, f.accept[i].Port}
	}
	return out
}

// narrower says whether the rules expose at least a bit less than the one they replace.
func (m *maker) narrower(s *subject, rules []ReplacementRule) bool { return m.bits(rules) <= s.bits-1 }

// bits is the exposure of replacements together.
func (m *maker) bits(rules []ReplacementRule) float64 {
	var exposed []ExposedRule
	for _, r := range rules {
		exposed = append(exposed, m.estate.exposedReplacement(r))
	}
	return BitsExposed(exposed)
}

func (e *estate) exposedReplacement(r ReplacementRule) ExposedRule {
	p, _ := schema.ParseProtocol(r.Protocol) // made by ourselves
	return e.exposed(p, portOr(r.FromPort), portOr(r.ToPort), r.Peer)
}

func compareReplacements(a, b ReplacementRule) int {
	return cmp.Or(cmp.Compare(a.Protocol, b.Protocol), cmp.Compare(portOr(a.FromPort), portOr(b.FromPort)),
		cmp.Compare(portOr(a.ToPort), portOr(b.ToPort)), cmp.Compare(a.Peer.Kind, b.Peer.Kind), cmp.Compare(a.Peer.Value, b.Peer.Value))
}

// rules tries the accepted services with the rule's own peer, then everything else.
func (f *fitting) rules(uses []*analyze.Use) ([]ReplacementRule, bool) {
	out := f.withPeer(f.acceptedOnes(), f.s.Peer)
	if len(uses) == 0 {
		return out, true
	}
	if _, isCIDR := f.s.Peer.Prefix(); !isCIDR {
		return append(out, f.withPeer(servicesOf(uses), f.s.Peer)...), true
	}
	rest, ok := f.peers(uses, f.budget-len(out))
	return append(out, rest...), ok
}

// service is one protocol and port; port 0 where the protocol has none.
type service struct {
	protocol schema.Protocol
	port     uint16
}

func servicesOf(uses []*analyze.Use) []service {
	var out []service
	for _, u := range uses {
		if s := (service{u.Protocol, u.Port}); len(out) == 0 || out[len(out)-1] != s {
			out = append(out, s)
		}
	}
	slices.SortFunc(out, func(a, b service) int {
		return cmp.Or(cmp.Compare(a.protocol, b.protocol), cmp.Compare(a.port, b.port))
	})
	return slices.Compact(out)
}

// withPeer gives the services to one peer, in the fewest fitting port ranges.
func (f *fitting) withPeer(services []service, peer schema.Peer) []ReplacementRule {
	ports := map[schema.Protocol][]uint16{}
	var order []schema.Protocol
	for _, s := range services {
		if _, ok := ports[s.protocol]; !ok {
			order = append(order, s.protocol)
		}
		ports[s.protocol] = append(ports[s.protocol], s.port)
	}
	var out []ReplacementRule
	for _, p := range order {
		if !p.HasPorts() {
			out = append(out, f.replacement(p, PortSpan{}, peer))
			continue
		}
		spans := FitPorts(ports[p], f.budget)
		if f.need(len(spans)); len(spans) >= f.budget {
			f.need(budgetDecides) // there may have been more
		}
		for _, span := range spans {
			out = append(out, f.replacement(p, span, peer))
		}
	}
	return out
}

// replacement spells one rule. ICMP keeps the type and code of the rule it replaces, which the logs do not show.
func (f *fitting) replacement(p schema.Protocol, ports PortSpan, peer schema.Peer) ReplacementRule {
	r := ReplacementRule{Protocol: p.String(), Peer: peer, Description: f.s.Description}
	switch {
	case p.HasPorts():
		r.FromPort, r.ToPort = portFields(p, int32(ports.From), int32(ports.To))
	case f.s.Protocol == p:
		r.FromPort, r.ToPort = portFields(p, f.s.FromPort, f.s.ToPort)
	}
	return r
}

// peers narrows the sources of a CIDR rule: a group, else known subnets, else a prefix list, else a cover.
func (f *fitting) peers(uses []*analyze.Use, budget int) ([]ReplacementRule, bool) {
	if group, ok := f.commonGroup(uses); ok {
		return f.withPeer(servicesOf(uses), schema.Peer{Kind: schema.PeerGroup, Value: group}), true
	}
	bySubnet, rest := f.splitSubnets(uses)
	var out []ReplacementRule
	for _, b := range bySubnet {
		out = append(out, f.withPeer(servicesOf(b.uses), schema.CIDRPeer(b.prefix))...)
	}
	if len(rest) == 0 {
		return out, true
	}
	if list, ok := f.commonList(rest); ok {
		return append(out, f.withPeer(servicesOf(rest), schema.Peer{Kind: schema.PeerPrefixList, Value: list})...), true
	}
	covered, ok := f.cover(rest, budget-len(out))
	return append(out, covered...), ok
}
