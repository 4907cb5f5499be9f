package export

import (
	"cmp"
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"

	"sgfit/schema"
	"sgfit/suggest"
)

// rule is one rule as EC2 knows it. From and to are -1 where the protocol has no ports; for ICMP they are type and
// code, -1 for any.
type rule struct {
	direction   schema.Direction
	protocol    schema.Protocol
	from, to    int32
	peer        schema.Peer
	owner       string // account of a group that is the peer, "" for the same as the rule's or unknown
	description string // that EC2 accepts
	id          string // sgr-…, "" where unknown
}

// Forms of ids. What does not have them is not AWS's and comes into no file that changes anything.
var (
	groupForm   = regexp.MustCompile(`^sg-[0-9a-z]{1,40}$`)
	ruleForm    = regexp.MustCompile(`^sgr-[0-9a-z]{1,40}$`)
	listForm    = regexp.MustCompile(`^pl-[0-9a-z]{1,40}$`)
	accountForm = regexp.MustCompile(`^[0-9]{12}$`)
	regionForm  = regexp.MustCompile(`^[a-z]{2,8}(-[a-z]{2,12}){1,3}-[0-9]{1,2}$`)
)

// makeRule checks one rule of a plan.
func makeRule(d schema.Direction, protocol string, from, to *int32, peer schema.Peer, description string) (rule, error) {
	r := rule{direction: d, from: -1, to: -1, peer: peer}
	if d != schema.Ingress && d != schema.Egress {
		return r, fmt.Errorf("direction %q is neither ingress nor egress", d)
	}
	var err error
	if r.protocol, err = schema.ParseProtocol(protocol); err != nil {
		return r, err
	}
	if from != nil && r.protocol != schema.AllProtocols {
		r.from = *from
	}
	if to != nil && r.protocol != schema.AllProtocols {
		r.to = *to
	}
	if r.protocol.HasPorts() && (r.from < 0 || r.to < r.from || r.to > 65535) {
		return r, fmt.Errorf("ports %d to %d are no range", r.from, r.to)
	}
	if !r.protocol.HasPorts() && !r.isICMP() {
		r.from, r.to = -1, -1
	}
	if r.from < -1 || r.to < -1 || r.from > 65535 || r.to > 65535 {
		return r, fmt.Errorf("ICMP type %d, code %d are none", r.from, r.to)
	}
	if err := r.checkPeer(); err != nil {
		return r, err
	}
	r.description = describe(description, peer.Kind)
	return r, nil
}

func (r *rule) checkPeer() error {
	v := r.peer.Value
	switch r.peer.Kind {
	case schema.PeerIPv4, schema.PeerIPv6:
		p, err := netip.ParsePrefix(v)
		if err != nil || p != p.Masked() || p.Addr().Is4() != (r.peer.Kind == schema.PeerIPv4) {
			return fmt.Errorf("peer %q is no %s CIDR", v, r.peer.Kind)
		}
		r.peer.Value = p.String()
	case schema.PeerGroup:
		if !groupForm.MatchString(v) {
			return fmt.Errorf("peer %q is no security group id", v)
		}
	case schema.PeerPrefixList:
		if !listForm.MatchString(v) {
			return fmt.Errorf("peer %q is no prefix list id", v)
		}
	default:
		return fmt.Errorf("peer kind %q is unknown", r.peer.Kind)
	}
	return nil
}

func (r rule) isICMP() bool { return r.protocol == schema.ICMP || r.protocol == schema.ICMPv6 }

// ec2Protocol is IpProtocol as EC2 writes it.
func (r rule) ec2Protocol() string {
	if r.protocol == schema.AllProtocols {
		return "-1"
	}
	return r.protocol.String()
}

// key is what makes two rules of a group the same to EC2, which leaves the description out. It has no character that any format gives
// a meaning, and the form in which the script for the command line reads EC2's answers.
func (r rule) key() string {
	return fmt.Sprintf("%s %s %d %d %s", r.direction, r.ec2Protocol(), r.from, r.to, r.peer.Value)
}

// words are key in the words that plans use.
func (r rule) words() string {
	f, t := r.from, r.to
	return strings.TrimSpace(suggest.RuleName("", suggest.Rule{Direction: r.direction, Protocol: r.protocol.String(), FromPort: &f, ToPort: &t, Peer: r.peer}))
}

// label is key as an identifier of HCL, with group in front: letters, digits and underscores.
func (r rule) label(group string) string {
	ports := ""
	switch {
	case r.from >= 0 && r.from == r.to, r.isICMP() && r.from >= 0 && r.to < 0:
		ports = "_" + strconv.Itoa(int(r.from))
	case r.from >= 0:
		ports = fmt.Sprintf("_%d_%d", r.from, r.to)
	}
	return identifier.ReplaceAllString(fmt.Sprintf("%s_%s_%s%s_%s", group, r.direction, r.protocol, ports, r.peer.Value), "_")
}

var identifier = regexp.MustCompile(`[^0-9A-Za-z]`)

// compare orders rules by direction, protocol, ports and peer.
func (r rule) compare(s rule) int {
	return cmp.Or(-cmp.Compare(r.direction, s.direction), cmp.Compare(r.protocol, s.protocol), cmp.Compare(r.from, s.from),
		cmp.Compare(r.to, s.to), cmp.Compare(r.peer.Value, s.peer.Value))
}
