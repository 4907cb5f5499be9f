package suggest

import (
	"net/netip"
	"slices"

	"sgfit/schema"
)

// DirectionComparison is what the rules of one direction of a group admit in two plans.
type DirectionComparison struct {
	// Before and After are exposures as the plans measured them, members of groups and entries of lists counted; null
	// where a plan has no rules, or did not measure.
	Before *Exposed `json:"before"`
	After  *Exposed `json:"after"`
	// Opened and Closed count the combinations that CIDR rules admit now and did not before, and the other way round.
	// What the old plan suggested counts as admitted before.
	Opened Count `json:"opened"`
	Closed Count `json:"closed"`
	// Wider says that a new rule admits something new.
	Wider bool `json:"wider"`
	// Grown says that more is admitted although no rule does: groups got members, or prefix lists entries.
	Grown bool `json:"grown,omitempty"`
}

// admittedBefore answers what the old plan's rules, and what it suggested, admitted. Peers that are no CIDRs are known by
// name only: a rule for one is new unless the same peer, or the whole IPv4 space, had its ports before.
type admittedBefore struct {
	contents []ruleContent
	exposed  map[schema.Direction][]ExposedRule
	sizes    map[schema.Direction]Count // those that were asked for
}

func newAdmittedBefore(x *rulePairs) *admittedBefore {
	b := &admittedBefore{exposed: map[schema.Direction][]ExposedRule{}, sizes: map[schema.Direction]Count{}}
	for _, r := range x.old {
		b.contents = append(b.contents, r.content())
		for _, n := range r.Replacement {
			b.contents = append(b.contents, n.content(r.Direction))
		}
	}
	for _, c := range b.contents {
		if e, ok := c.exposed(); ok {
			b.exposed[c.direction] = append(b.exposed[c.direction], e)
		}
	}
	return b
}

// with is how much is admitted if rules come to those of before.
func (b *admittedBefore) with(d schema.Direction, more ...ExposedRule) Count {
	return Exposure(slices.Concat(b.exposed[d], more))
}

func (b *admittedBefore) size(d schema.Direction) Count {
	if _, known := b.sizes[d]; !known {
		b.sizes[d] = b.with(d)
	}
	return b.sizes[d]
}

// exposed is the content as a set; false for a peer that is no CIDR.
func (c ruleContent) exposed() (ExposedRule, bool) {
	p, ok := c.peer.Prefix()
	if !ok {
		return ExposedRule{}, false
	}
	protocol, err := schema.ParseProtocol(c.protocol)
	return ExposedRule{Protocol: protocol, FromPort: c.from, ToPort: c.to, Peers: []schema.AddrRange{schema.PrefixRange(p)}}, err == nil
}

// admits says whether all that a rule admits was admitted before.
func (b *admittedBefore) admits(c ruleContent) bool {
	if slices.ContainsFunc(b.contents, func(d ruleContent) bool { return d.holds(c) }) {
		return true
	}
	if hosts(c.peer) { // within one /64 network, which exposure does not tell apart
		return false
	}
	if _, isCIDR := c.exposed(); !isCIDR {
		c.peer = schema.CIDRPeer(netip.PrefixFrom(netip.IPv4Unspecified(), 0))
	}
	e, ok := c.exposed()
	if ok && (e.Protocol == schema.ICMP || e.Protocol == schema.ICMPv6) { // exposure does not tell their types apart
		var alike []ExposedRule
		for _, d := range b.contents {
			if x, isCIDR := d.exposed(); isCIDR && d.holdsService(c) {
				alike = append(alike, x)
			}
		}
		return Exposure(append(alike, e)) == Exposure(alike)
	}
	return ok && b.with(c.direction, e) == b.size(c.direction)
}

func hosts(p schema.Peer) bool {
	q, ok := p.Prefix()
	return ok && q.Addr().Is6() && q.Bits() > 64
}

// opens says whether a rule admits anything new, whether that is for the world, and whether an administration port is.
func (b *admittedBefore) opens(r *Rule) (anything, world, admin bool) {
	c := r.content()
	anything = !b.admits(c)
	world = anything && r.Direction == schema.Ingress && r.Peer.IsWildcard()
	if !world || c.protocol != "tcp" && c.protocol != "all" {
		return anything, world, false
	}
	for _, port := range adminPorts {
		door := ruleContent{c.direction, "tcp", port, port, c.peer}
		admin = admin || c.holds(door) && !b.admits(door)
	}
	return anything, world, admin
}

// direction compares what one direction admits; nil where nothing changed.
func (x *rulePairs) direction(d schema.Direction) *DirectionComparison {
	out := &DirectionComparison{Before: measuredOf(x.groups.old, d), After: measuredOf(x.groups.now, d)}
	more := out.Before != nil && out.After != nil && out.Before.Combinations.Less(out.After.Combinations)
	if x.sameRules(d) {
		out.Grown = more
		if out.Before != nil && out.After != nil && out.Before.Combinations != out.After.Combinations {
			return out
		}
		return nil
	}
	was, is := exposedOf(x.old, d), exposedOf(x.now, d)
	out.Opened = x.admitted.with(d, is...).Minus(x.admitted.size(d))
	out.Closed = Exposure(slices.Concat(was, is)).Minus(Exposure(is))
	for _, r := range x.now {
		out.Wider = out.Wider || r.Direction == d && x.was[r.content()] == nil && !x.admitted.admits(r.content())
	}
	out.Grown = more && !out.Wider
	return out
}

func (x *rulePairs) sameRules(d schema.Direction) bool {
	for _, r := range x.old {
		if r.Direction == d && x.is[r.content()] == nil {
			return false
		}
	}
	return !slices.ContainsFunc(x.now, func(r *Rule) bool { return r.Direction == d && x.was[r.content()] == nil })
}

// measuredOf is what a plan says that a group's rules of today admit.
func measuredOf(g *Group, d schema.Direction) *Exposed {
	if g == nil || g.Exposure == nil {
		return nil
	}
	change := g.Exposure.Ingress
	if d == schema.Egress {
		change = g.Exposure.Egress
	}
	if change == nil {
		return nil
	}
	return &change.Before
}

func exposedOf(rules []*Rule, d schema.Direction) []ExposedRule {
	var out []ExposedRule
	for _, r := range rules {
		if e, ok := r.content().exposed(); ok && r.Direction == d {
			out = append(out, e)
		}
	}
	return out
}
