package schema

import (
	"fmt"
	"strconv"
	"strings"
)

// Protocol is an IANA protocol number, or AllProtocols. A rule may say AllProtocols; traffic never does.
type Protocol int16

// The protocols that security groups treat by name.
const (
	AllProtocols Protocol = -1
	ICMP         Protocol = 1
	TCP          Protocol = 6
	UDP          Protocol = 17
	ICMPv6       Protocol = 58
)

// ParseProtocol reads IpProtocol as the EC2 API and AWS Config write it: a name, a number as text, or "-1".
func ParseProtocol(s string) (Protocol, error) {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "-1", "all":
		return AllProtocols, nil
	case "tcp":
		return TCP, nil
	case "udp":
		return UDP, nil
	case "icmp":
		return ICMP, nil
	case "icmpv6":
		return ICMPv6, nil
	}
	n, err := strconv.ParseUint(strings.TrimSpace(s), 10, 8)
	if err != nil {
		return 0, fmt.Errorf("read protocol %q: neither a name nor a number from 0 to 255", s)
	}
	return Protocol(n), nil
}

// String gives the spelling of plan.json: tcp, udp, icmp, icmpv6, all, or the number.
func (p Protocol) String() string {
	switch p {
	case AllProtocols:
		return "all"
	case TCP:
		return "tcp"
	case UDP:
		return "udp"
	case ICMP:
		return "icmp"
	case ICMPv6:
		return "icmpv6"
	}
	return strconv.Itoa(int(p))
}

// HasPorts says whether a rule's port range means anything: only for TCP and UDP. Any other protocol number admits all
// of its traffic whatever range the rule shows (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html).
func (p Protocol) HasPorts() bool { return p == TCP || p == UDP }
