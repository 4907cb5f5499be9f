package simulate

import (
	"net/netip"

	"sgfit/schema"
)

// group is a security group with every rule that it ever had.
type group struct {
	id, name, description string
	created               int64
	tags                  map[string]string
	rules                 []*rule
}

// rule is one rule for as long as it stood.
type rule struct {
	schema.Rule
	of     *group
	life   span
	expect string // see Expect
	prefix netip.Prefix
	ref    *group
	list   *prefixList
}

// packet is the first packet of a connection as one interface's groups see it.
type packet struct {
	direction schema.Direction
	protocol  uint8
	port      uint16 // destination port; ICMP type
	code      uint8  // ICMP code
	remote    netip.Addr
	via       *host // a load balancer that kept the client's address
	time      int64
}

// ruleRow is a line of the tables in policy.go. peer is a CIDR, "sg:" and a group's name, "pl:" and a list's name, or
// an id of something that is not ours.
type ruleRow struct {
	group     string
	direction schema.Direction
	protocol  schema.Protocol
	from, to  int32
	peer      string
	expect    Expect
	about     string
}

// newRule makes a row into a rule of its group.
func (a *Account) newRule(row ruleRow, g *group) *rule {
	r := &rule{of: g, life: span{g.created, always}, expect: string(row.expect)}
	r.Rule = schema.Rule{Direction: row.direction, Protocol: row.protocol, FromPort: row.from, ToPort: row.to, Description: row.about}
	switch kind, name := row.peer[:3], row.peer[3:]; kind {
	case "sg:":
		r.ref = a.groupNamed(name)
		r.Peer = schema.Peer{Kind: schema.PeerGroup, Value: r.ref.id}
		r.PeerOwner = a.id
	case "sg-":
		r.Peer = schema.Peer{Kind: schema.PeerGroup, Value: row.peer}
		r.PeerOwner = "444455556666"
	case "pl:":
		r.list = a.listNamed(name)
		r.Peer = schema.Peer{Kind: schema.PeerPrefixList, Value: r.list.id}
	default:
		r.prefix = netip.MustParsePrefix(row.peer)
		r.Peer = schema.CIDRPeer(r.prefix)
	}
	return r
}

// groupNamed returns the group of that name.
func (a *Account) groupNamed(name string) *group {
	for _, g := range a.groups {
		if g.name == name {
			return g
		}
	}
	return nil
}

// admitting returns every rule of the groups that the host wore at the packet's time which admits the packet.
func (a *Account) admitting(h *host, p packet) []*rule {
	var found []*rule
	for _, g := range h.groupsAt(p.time) {
		for _, r := range g.rules {
			if r.Direction == p.direction && r.life.holds(p.time) && r.admitsService(p) && a.admitsPeer(r, p) {
				found = append(found, r)
			}
		}
	}
	return found
}

// admitsService compares protocol and ports. For ICMP the ports of a rule are type and code, -1 for any.
func (r *rule) admitsService(p packet) bool {
	if r.Protocol == schema.AllProtocols {
		return true
	}
	if int(r.Protocol) != int(p.protocol) {
		return false
	}
	switch r.Protocol {
	case schema.TCP, schema.UDP:
		return r.FromPort <= int32(p.port) && int32(p.port) <= r.ToPort
	case schema.ICMP, schema.ICMPv6:
		return r.FromPort == -1 || (r.FromPort == int32(p.port) && (r.ToPort == -1 || r.ToPort == int32(p.code)))
	}
	return true
}

// admitsPeer compares the other end. A reference means the private addresses of the group's members at that time, and
// whatever a member that is a load balancer passes on with the client's address kept
// (https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-security-groups.html).
func (a *Account) admitsPeer(r *rule, p packet) bool {
	switch {
	case r.list != nil:
		return r.list.holds(p.remote, p.time)
	case r.ref != nil:
		owner := a.ownerAt(p.remote, p.time)
		return (owner != nil && owner.wearsAt(r.ref, p.time)) || (p.via != nil && p.via.wearsAt(r.ref, p.time))
	}
	return r.prefix.IsValid() && r.prefix.Contains(p.remote)
}
