package suggest

import (
	"net/netip"
	"slices"

	"sgfit/analyze"
	"sgfit/schema"
)

// alternatives are other points on the curve of exposure against number of rules, and the curve itself: exact admits the
// seen peers and nobody else, compact spends as few rules as the knee of the curve allows, and where a profile moved the
// suggestion, suggested is the usual one. Points that equal the suggestion, are as wide as today's rule, or pass the quota
// are left out. Only CIDR rules have such a curve. Beside it, where all sources wear one group, stands the reference to it
// that is not suggested because it would admit its members' addresses of the other family too.
func (m *maker) alternatives(s *subject, uses []*analyze.Use, suggested []ReplacementRule, budget int) ([]Alternative, []CurveStep) {
	out := []Alternative{}
	if _, isCIDR := s.Peer.Prefix(); !isCIDR || len(uses) == 0 || len(uses) > mostAlternative {
		return out, nil
	}
	add := func(name string, rules []ReplacementRule) {
		if slices.EqualFunc(rules, suggested, sameReplacement) ||
			slices.ContainsFunc(out, func(a Alternative) bool { return slices.EqualFunc(rules, a.Rules, sameReplacement) }) {
			return
		}
		out = append(out, Alternative{Name: name, Rules: rules, ExposureBits: roundBits(m.bits(rules)), Backtest: m.backtestPoint(s, name)})
	}
	f := &fitting{m: m, s: s, budget: budget, accept: acceptedServices(s), eitherFamily: true}
	if rules, ok := f.byReference(f.unaccepted(uses)); ok {
		add("group-reference", rules)
	}
	if rules, ok := f.byService(uses); ok {
		add(pointService, rules)
	}
	if m.opt.Profile != Balanced || m.opt.ServiceRanges != nil || m.loggedAsOne(uses) {
		if usual, ok := m.usual(s, uses, budget); ok {
			add(pointSuggested, usual)
		}
	}
	parts, ok := f.curvesOnce(uses)
	if !ok {
		return out, nil
	}
	for _, name := range []string{pointExact, pointCompact} {
		if rules := f.along(parts, pointOf(name)); m.isPoint(s, rules, budget) {
			add(name, rules)
		}
	}
	return out, f.steps(parts)
}

// byReference names the group that all wore.
func (f *fitting) byReference(uses []*analyze.Use) ([]ReplacementRule, bool) {
	if len(f.accept) > 0 || len(uses) == 0 {
		return nil, false
	}
	group, ok := f.commonGroup(uses)
	return f.withPeer(servicesOf(uses), schema.Peer{Kind: schema.PeerGroup, Value: group}), ok
}

// mostAlternative is how many uses alternatives are worked out for; beyond it nobody reads the exact list.
const mostAlternative = 20_000

func sameReplacement(a, b ReplacementRule) bool { return compareReplacements(a, b) == 0 }

// SameRule says whether two rules admit the same by the same words; descriptions do not count.
func SameRule(a, b ReplacementRule) bool { return sameReplacement(a, b) }

// servicesCurve is the curve of the peers that used the same services.
type servicesCurve struct {
	services []service
	peers    []netip.Addr
	curve    Curve
}

// curves covers the peers of each set of services.
func (f *fitting) curves(uses []*analyze.Use) ([]servicesCurve, bool) {
	var out []servicesCurve
	for _, part := range f.byServices(uses) {
		internet := !f.m.estate.isPrivate(part.uses[0].Peer)
		opt, _ := f.coverOptions(part.uses, internet)
		curve, ok := CoverCurve(part.peers, opt)
		if !ok {
			return nil, false
		}
		out = append(out, servicesCurve{part.services, part.peers, curve})
	}
	return out, true
}

// along says one point of the curves in rules.
func (f *fitting) along(parts []servicesCurve, point func(Curve) CoverResult) []ReplacementRule {
	out := f.withPeer(f.acceptedOnes(), f.s.Peer)
	for _, part := range parts {
		rules := f.withPeer(part.services, schema.Peer{})
		for _, p := range point(part.curve).Prefixes {
			for _, r := range rules {
				r.Peer = schema.CIDRPeer(p)
				out = append(out, r)
			}
		}
	}
	slices.SortStableFunc(out, compareReplacements)
	return slices.CompactFunc(out, sameReplacement)
}

// sharing are the uses of peers that used the same services, private and internet peers apart.
type sharing struct {
	services []service
	peers    []netip.Addr
	uses     []*analyze.Use
}

func (f *fitting) byServices(uses []*analyze.Use) []*sharing {
	byPeer := map[netip.Addr][]*analyze.Use{}
	var order []netip.Addr
	for _, u := range uses {
		if byPeer[u.Peer] == nil {
			order = append(order, u.Peer)
		}
		byPeer[u.Peer] = append(byPeer[u.Peer], u)
	}
	slices.SortFunc(order, netip.Addr.Compare)
	var out []*sharing
	for _, a := range order {
		services, private := servicesOf(byPeer[a]), f.m.estate.isPrivate(a)
		i := slices.IndexFunc(out, func(s *sharing) bool {
			return slices.Equal(s.services, services) && f.m.estate.isPrivate(s.peers[0]) == private
		})
		if i < 0 {
			i, out = len(out), append(out, &sharing{services: services})
		}
		out[i].peers, out[i].uses = append(out[i].peers, a), append(out[i].uses, byPeer[a]...)
	}
	return out
}
