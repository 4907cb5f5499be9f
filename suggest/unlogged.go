package suggest

import (
	"net/netip"

	"sgfit/schema"
)

// unloggedService is traffic of AWS's own that no flow log shows
// (https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-limitations.html), as a rule made for it would be written.
type unloggedService struct {
	direction schema.Direction
	protocol  schema.Protocol
	from, to  int32    // ports
	addresses []string // one of them must be admitted; nil for any peer
	words     string
	// unfiltered says that security groups let it pass without any rule
	// (https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html).
	unfiltered bool
}

// unloggedServices but for the VPC's resolver, whose address depends on the VPC.
var unloggedServices = []unloggedService{
	{schema.Egress, schema.UDP, 123, 123, []string{"169.254.169.123", "fd00:ec2::123"}, "time from Amazon's time service", true},
	{schema.Egress, schema.TCP, 80, 80, []string{"169.254.169.254", "fd00:ec2::254"}, "instance metadata", true},
	{schema.Egress, schema.TCP, 80, 80, []string{"169.254.170.2"}, "ECS task metadata", true},
	{schema.Egress, schema.UDP, 67, 68, nil, "DHCP", true},
	{schema.Egress, schema.UDP, 546, 547, nil, "DHCP", true},
	{schema.Egress, schema.TCP, 1688, 1688, []string{"169.254.169.250", "169.254.169.251", "fd00:ec2::250", "fd00:ec2::251"}, "Windows licence activation", true},
	{schema.Ingress, schema.UDP, 4789, 4789, nil, "mirrored traffic (VXLAN)", false},
}

// neverLogged says which traffic that AWS does not log a rule may stand for, "" for none. Only rules made for such a
// service are meant: wider ones have other users that would be seen, and what security groups do not filter needs no rule.
func (m *maker) neverLogged(s *subject) string {
	if s.Direction == schema.Ingress && s.group.NetworkLoadBalancer {
		return "what comes to a Network Load Balancer through PrivateLink"
	}
	if !s.Protocol.HasPorts() || s.ToPort-s.FromPort > 1 {
		return ""
	}
	if s.Direction == schema.Egress && s.FromPort == 53 && m.reachesResolver(s) {
		return "DNS to Amazon's resolver" + unfilteredWords
	}
	for _, u := range unloggedServices {
		if u.direction == s.Direction && u.protocol == s.Protocol && u.from <= s.FromPort && s.ToPort <= u.to && u.meant(s) {
			if u.unfiltered {
				return u.words + unfilteredWords
			}
			return u.words
		}
	}
	return ""
}

const unfilteredWords = " (which security groups let pass without a rule)"

// meant says whether the rule's peer is the service's, and not everyone where others use the same port too.
func (u unloggedService) meant(s *subject) bool {
	if u.addresses == nil {
		return true
	}
	if u.from == 80 && s.Peer.IsWildcard() {
		return false
	}
	for _, a := range u.addresses {
		if s.reaches(a) {
			return true
		}
	}
	return false
}

// reachesResolver says whether the rule admits the VPC's resolver: the VPC's base address plus two, or one of Amazon's own.
func (m *maker) reachesResolver(s *subject) bool {
	cidrs := m.estate.vpcs[s.group.VPCID]
	for _, p := range cidrs {
		if p.Addr().Is4() && s.reaches(p.Masked().Addr().Next().Next().String()) {
			return true
		}
	}
	return s.reaches("169.254.169.253") || s.reaches("fd00:ec2::253") || len(cidrs) == 0
}

func (s *subject) reaches(addr string) bool {
	p, ok := s.Peer.Prefix()
	return ok && p.Contains(netip.MustParseAddr(addr))
}
