package export

import (
	"encoding/json"
	"fmt"

	"sgfit/schema"
)

// permission is IpPermission of EC2's API with one peer, as the AWS command line reads it.
type permission struct {
	IPProtocol string       `json:"IpProtocol"`
	FromPort   *int32       `json:"FromPort,omitempty"`
	ToPort     *int32       `json:"ToPort,omitempty"`
	IPRanges   []cidrRange  `json:"IpRanges,omitempty"`
	IPv6Ranges []cidr6Range `json:"Ipv6Ranges,omitempty"`
	Lists      []listPeer   `json:"PrefixListIds,omitempty"`
	Groups     []groupPeer  `json:"UserIdGroupPairs,omitempty"`
}

type cidrRange struct {
	CIDR        string `json:"CidrIp"`
	Description string `json:"Description,omitempty"`
}

type cidr6Range struct {
	CIDR        string `json:"CidrIpv6"`
	Description string `json:"Description,omitempty"`
}

type listPeer struct {
	ID          string `json:"PrefixListId"`
	Description string `json:"Description,omitempty"`
}

type groupPeer struct {
	ID          string `json:"GroupId"`
	UserID      string `json:"UserId,omitempty"`
	Description string `json:"Description,omitempty"`
}

func (r rule) permission() permission {
	p := permission{IPProtocol: r.ec2Protocol()}
	if r.protocol != schema.AllProtocols {
		p.FromPort, p.ToPort = &r.from, &r.to
	}
	switch r.peer.Kind {
	case schema.PeerIPv4:
		p.IPRanges = []cidrRange{{r.peer.Value, r.description}}
	case schema.PeerIPv6:
		p.IPv6Ranges = []cidr6Range{{r.peer.Value, r.description}}
	case schema.PeerPrefixList:
		p.Lists = []listPeer{{r.peer.Value, r.description}}
	case schema.PeerGroup:
		p.Groups = []groupPeer{{r.peer.Value, r.owner, r.description}}
	}
	return p
}

// encode writes indented JSON that ends with a line end.
func encode(v any) ([]byte, error) {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode JSON: %w", err)
	}
	return append(b, '\n'), nil
}
