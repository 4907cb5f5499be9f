package suggest

import "sgfit/analyze"

// PeerUse is one peer of a rule with how much it used it, and what the inventory knows of it.
type PeerUse struct {
	Address       string   `json:"address"`
	Interface     string   `json:"interface,omitempty"`   // eni-… that owned the address when it was seen
	Groups        []string `json:"groups,omitempty"`      // ids of those that the interface wore then
	Subnet        string   `json:"subnet,omitempty"`      // the interface's, or that of the group's VPC which holds the address
	SubnetName    string   `json:"subnet_name,omitempty"` // "" where it has none
	Service       string   `json:"service,omitempty"`     // of AWS, such as "Amazon S3", by its prefix lists or published addresses
	Conversations int64    `json:"conversations"`
	Days          int      `json:"days"`
}

func (m *maker) peerUse(s *subject, p analyze.PeerUse) PeerUse {
	out := PeerUse{Address: p.Peer.String(), Interface: p.Owner.InterfaceID, Groups: p.Owner.Groups, Subnet: p.Owner.SubnetID,
		Service: m.serviceOf(s, p.Peer), Conversations: p.Conversations, Days: p.Days}
	if at, ok := m.estate.subnetAt(s.group.VPCID, p.Peer); ok && out.Subnet == "" {
		out.Subnet = at.subnet.SubnetID
	}
	out.SubnetName = m.estate.subnetNames[out.Subnet]
	return out
}
