package suggest

import (
	"cmp"
	"maps"
	"net/netip"
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
}

// fit returns the narrowest rules, in the order of preference of the design, that admit all the uses and nothing that
// the rule did not admit; false when nothing narrower is to be had. uses are sorted by protocol, port, peer.
func (m *maker) fit(s *subject, uses []analyze.Use, budget int) ([]ReplacementRule, bool) {
	f := &fitting{m: m, s: s, budget: budget}
	for _, p := range s.Ports {
		if p.Accepted {
			f.accept = append(f.accept, p)
		}
	}
	uses = slices.DeleteFunc(slices.Clone(uses), func(u analyze.Use) bool {
		return slices.ContainsFunc(f.accept, func(p analyze.PortUse) bool { return p.Protocol == u.Protocol && p.Port == u.Port })
	})
	rules, ok := f.rules(uses)
	if !ok || len(rules) == 0 || len(rules) > budget {
		return nil, false
	}
	slices.SortStableFunc(rules, compareReplacements)
	rules = slices.CompactFunc(rules, func(a, b ReplacementRule) bool { return compareReplacements(a, b) == 0 })
	if !m.narrower(s, rules) {
		return nil, false
	}
	return rules, true
}

// narrower says whether the rules expose at least a bit less than the one they replace.
func (m *maker) narrower(s *subject, rules []ReplacementRule) bool {
	var exposed []ExposedRule
	for _, r := range rules {
		exposed = append(exposed, m.estate.exposedReplacement(r))
	}
	return BitsExposed(exposed) <= s.bits-1
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
func (f *fitting) rules(uses []analyze.Use) ([]ReplacementRule, bool) {
	var out []ReplacementRule
	var services []service
	for _, p := range f.accept {
		services = append(services, service{p.Protocol, p.Port})
	}
	out = append(out, f.withPeer(services, f.s.Peer)...)
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

func servicesOf(uses []analyze.Use) []service {
	var out []service
	for _, u := range uses {
		out = append(out, service{u.Protocol, u.Port})
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
		for _, span := range FitPorts(ports[p], f.budget) {
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
		r.FromPort, r.ToPort = port(int32(ports.From)), port(int32(ports.To))
	case p == schema.ICMP || p == schema.ICMPv6:
		from, to := int32(-1), int32(-1)
		if f.s.Protocol == p {
			from, to = f.s.FromPort, f.s.ToPort
		}
		r.FromPort, r.ToPort = port(from), port(to)
	}
	return r
}

func port(p int32) *int32 { return &p }

// peers narrows the sources of a CIDR rule: a group, else known subnets, else a prefix list, else a cover.
func (f *fitting) peers(uses []analyze.Use, budget int) ([]ReplacementRule, bool) {
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

// commonGroup finds the group that every source wore whenever it was seen, and that a rule may refer to without
// admitting more than today's rule does: it is of the same VPC, all that its members can be lies in the rule's CIDR, and
// at least half of its members are among the sources. The one with the fewest members wins.
func (f *fitting) commonGroup(uses []analyze.Use) (string, bool) {
	var common []string
	peers := map[netip.Addr]bool{}
	for i := range uses {
		worn := wornAlways(&uses[i])
		if i == 0 {
			common = slices.Clone(worn)
		} else {
			common = slices.DeleteFunc(common, func(g string) bool { return !slices.Contains(worn, g) })
		}
		if len(common) == 0 {
			return "", false
		}
		peers[uses[i].Peer] = true
	}
	best := ""
	for _, g := range common {
		if !f.reachable(g, peers) {
			continue
		}
		if best == "" || len(f.m.estate.inv.Members[g]) < len(f.m.estate.inv.Members[best]) {
			best = g
		}
	}
	return best, best != ""
}

// wornAlways returns the groups that every owner of the peer's address wore; none when some owner is not known.
func wornAlways(u *analyze.Use) []string {
	if len(u.Owners) == 0 {
		return nil
	}
	common := slices.Clone(u.Owners[0].Groups)
	for _, o := range u.Owners[1:] {
		common = slices.DeleteFunc(common, func(g string) bool { return !slices.Contains(o.Groups, g) })
	}
	return common
}

func (f *fitting) reachable(group string, peers map[netip.Addr]bool) bool {
	e := f.m.estate
	members := e.inv.Members[group]
	vpc := e.inv.GroupVPC[group]
	if len(members) == 0 || vpc == "" || vpc != f.s.group.VPCID {
		return false
	}
	limit, _ := f.s.Peer.Prefix()
	used := 0
	for _, a := range members {
		if a.Is4() == limit.Addr().Is4() && !limit.Contains(a) {
			return false
		}
		if peers[a] {
			used++
		}
	}
	for _, p := range e.vpcs[vpc] { // future members have any address of the VPC
		if p.Addr().Is4() == limit.Addr().Is4() && (p.Bits() < limit.Bits() || !limit.Contains(p.Addr())) {
			return false
		}
	}
	return float64(used) >= groupShare*float64(len(members)) || allGone(peers, members)
}

// allGone is true for groups whose members come and go: none of the sources is there any more.
func allGone(peers map[netip.Addr]bool, members []netip.Addr) bool {
	return len(members) > 0 && len(peers) >= 2*len(members)
}

// subnetUses are the uses from one known subnet.
type subnetUses struct {
	prefix netip.Prefix
	uses   []analyze.Use
}

// splitSubnets takes out the uses of known subnets that have several sources each and lie in the rule's CIDR.
func (f *fitting) splitSubnets(uses []analyze.Use) (whole []subnetUses, rest []analyze.Use) {
	limit, _ := f.s.Peer.Prefix()
	sources := map[netip.Prefix]map[netip.Addr]bool{}
	at := make([]netip.Prefix, len(uses))
	for i := range uses {
		s, ok := f.m.estate.subnetAt(uses[i].Peer)
		if !ok || s.prefix.Bits() < limit.Bits() {
			continue
		}
		at[i] = s.prefix
		if sources[s.prefix] == nil {
			sources[s.prefix] = map[netip.Addr]bool{}
		}
		sources[s.prefix][uses[i].Peer] = true
	}
	index := map[netip.Prefix]int{}
	for p, seen := range sources {
		if len(seen) < subnetSources || dense(seen) {
			delete(sources, p)
		}
	}
	for i, u := range uses {
		if sources[at[i]] == nil {
			rest = append(rest, u)
			continue
		}
		k, ok := index[at[i]]
		if !ok {
			k = len(whole)
			index[at[i]], whole = k, append(whole, subnetUses{prefix: at[i]})
		}
		whole[k].uses = append(whole[k].uses, u)
	}
	return whole, rest
}

// dense says that sources fill a few prefixes at least by half: those say more than the subnet around them.
func dense(sources map[netip.Addr]bool) bool {
	cover, ok := Cover(slices.Collect(maps.Keys(sources)), CoverOptions{})
	return ok && len(cover.Prefixes) <= 4 && len(cover.Prefixes) < len(sources) && cover.Extra.Float64() <= float64(len(sources))
}

// commonList finds a prefix list of the same account and Region that holds all sources, reaches no further than the
// rule, and of which every entry is used.
func (f *fitting) commonList(uses []analyze.Use) (string, bool) {
	limit, _ := f.s.Peer.Prefix()
	for _, l := range f.m.estate.inv.PrefixLists {
		if l.Region != f.s.group.Region || len(l.Entries) == 0 || l.AccountID != f.s.group.AccountID {
			continue
		}
		if f.listFits(l.Entries, limit, uses) {
			return l.PrefixListID, true
		}
	}
	return "", false
}

func (f *fitting) listFits(entries []netip.Prefix, limit netip.Prefix, uses []analyze.Use) bool {
	hit := make([]bool, len(entries))
	for _, p := range entries {
		if p.Bits() < limit.Bits() || !limit.Contains(p.Addr()) {
			return false
		}
	}
	for i := range uses {
		found := false
		for k, p := range entries {
			if p.Contains(uses[i].Peer) {
				found, hit[k] = true, true
			}
		}
		if !found {
			return false
		}
	}
	return !slices.Contains(hit, false)
}

// cover says what is left in CIDRs: private sources and the internet's apart, each with its own density.
func (f *fitting) cover(uses []analyze.Use, budget int) ([]ReplacementRule, bool) {
	var private, internet []analyze.Use
	for _, u := range uses {
		if f.m.estate.isPrivate(u.Peer) {
			private = append(private, u)
		} else {
			internet = append(internet, u)
		}
	}
	var out []ReplacementRule
	for i, part := range [][]analyze.Use{private, internet} {
		if len(part) == 0 {
			continue
		}
		left := budget - len(out)
		if i == 0 && len(internet) > 0 {
			left-- // something must be left for the others
		}
		opt := f.coverOptions(part, i == 1)
		if opt.Budget = left; left < 1 {
			return nil, false
		}
		boxes, ok := Boxes(toBoxUses(part), opt)
		if !ok {
			return nil, false
		}
		for _, b := range boxes {
			for _, p := range b.Prefixes {
				out = append(out, f.replacement(b.Protocol, b.Ports, schema.CIDRPeer(p)))
			}
		}
	}
	return out, len(out) <= budget
}

func (f *fitting) coverOptions(uses []analyze.Use, internet bool) CoverOptions {
	limit, _ := f.s.Peer.Prefix()
	var opt CoverOptions
	if internet {
		opt = InternetCover(limit.Addr().Is6())
		opt.MinBits = min(max(opt.MinBits, limit.Bits()), limit.Addr().BitLen())
	}
	opt.Allowed = []netip.Prefix{limit}
	peers, groups, seen := []netip.Addr{}, map[string]bool{}, map[netip.Addr]bool{}
	for i := range uses {
		peers = append(peers, uses[i].Peer)
		seen[uses[i].Peer] = true
		for _, o := range uses[i].Owners {
			for _, g := range o.Groups {
				groups[g] = true
			}
		}
	}
	opt.Caps = f.m.estate.caps(peers)
	opt.Forbidden = f.m.estate.strangers(opt.Caps, groups, seen)
	return opt
}

func toBoxUses(uses []analyze.Use) []BoxUse {
	out := make([]BoxUse, len(uses))
	for i, u := range uses {
		out[i] = BoxUse{u.Protocol, u.Port, u.Peer}
	}
	return out
}
