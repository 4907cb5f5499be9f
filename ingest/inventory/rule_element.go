package inventory

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"sgfit/schema"
)

// stale is the PeerStatus of a reference that EC2 calls stale, whatever it says of the peering itself: it can match nobody.
const stale = "deleted"

// readRuleElement reads one rule of DescribeSecurityGroupRules, where AWS's own ids and descriptions are
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SecurityGroupRule.html).
func readRuleElement(h *head, raw []byte) ([]schema.Item, []problem, error) {
	var body struct {
		SecurityGroupRuleID, GroupID     string
		IsEgress                         flag
		IPProtocol                       *text
		FromPort, ToPort                 number
		CIDRIPv4, CIDRIPv6, PrefixListID string
		ReferencedGroupInfo              json.RawMessage
		Description                      string
	}
	if err := json.Unmarshal(raw, &body); err != nil {
		return nil, nil, err
	}
	h.ResourceID = text(body.SecurityGroupRuleID)
	it, err := h.item(schema.RuleItem, "")
	if err != nil {
		return nil, nil, errors.New("SecurityGroupRuleId is missing")
	}
	group := strings.TrimSpace(body.GroupID)
	if group == "" || !body.IsEgress.Known {
		return nil, nil, errors.New("GroupId or IsEgress is missing")
	}
	r := schema.Rule{Direction: schema.Ingress, RuleID: it.ID, Description: body.Description}
	if body.IsEgress.Value {
		r.Direction = schema.Egress
	}
	r.Protocol, r.FromPort, r.ToPort, err = readPorts(permissionBody{IPProtocol: body.IPProtocol, FromPort: body.FromPort, ToPort: body.ToPort})
	if err != nil {
		return nil, nil, err
	}
	p, err := onePeer(body.CIDRIPv4, body.CIDRIPv6, body.PrefixListID, body.ReferencedGroupInfo)
	if err != nil {
		return nil, nil, err
	}
	r.Peer, r.PeerOwner, r.PeerStatus = p.Peer, p.owner, p.status
	it.Rule = &schema.GroupRule{GroupID: group, Rule: r}
	return []schema.Item{it}, nil, nil
}

// onePeer reads the one of four ways to name the other side that is there.
func onePeer(ipv4, ipv6, list string, group json.RawMessage) (peer, error) {
	var peers []peer
	for _, cidr := range []string{ipv4, ipv6} {
		if cidr == "" {
			continue
		}
		p, err := schema.ParseCIDR(cidr)
		if err != nil {
			return peer{}, err
		}
		peers = append(peers, peer{Peer: schema.CIDRPeer(p)})
	}
	if list = strings.TrimSpace(list); list != "" {
		peers = append(peers, peer{Peer: schema.Peer{Kind: schema.PeerPrefixList, Value: list}})
	}
	if len(group) > 0 && string(group) != "null" {
		p, err := readGroupPeer(group)
		if err != nil {
			return peer{}, err
		}
		peers = append(peers, p)
	}
	if len(peers) != 1 {
		return peer{}, fmt.Errorf("a rule with %d sources or destinations", len(peers))
	}
	return peers[0], nil
}

// readStaleElement reads a group's references that can match nobody
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeStaleSecurityGroups.html). It names no rule ids.
func readStaleElement(h *head, raw []byte) ([]schema.Item, []problem, error) {
	var body struct {
		GroupID                                      string
		StaleIPPermissions, StaleIPPermissionsEgress []json.RawMessage
	}
	if err := json.Unmarshal(raw, &body); err != nil {
		return nil, nil, err
	}
	h.ResourceID = text(body.GroupID)
	group, err := h.item(schema.RuleItem, "")
	if err != nil {
		return nil, nil, errors.New("GroupId is missing")
	}
	in, lost := readPermissions(schema.Ingress, body.StaleIPPermissions)
	out, lostOut := readPermissions(schema.Egress, body.StaleIPPermissionsEgress)
	items := make([]schema.Item, 0, len(in)+len(out))
	for _, r := range append(in, out...) {
		if r.Peer.Kind != schema.PeerGroup {
			continue // the rest of the permission; addresses do not go stale
		}
		it := group
		it.ID = fmt.Sprintf("%s %s %d %d-%d %s", group.ID, r.Direction, r.Protocol, r.FromPort, r.ToPort, r.Peer.Value)
		r = r.Key()
		r.PeerStatus = stale
		it.Rule = &schema.GroupRule{GroupID: group.ID, Rule: r}
		items = append(items, it)
	}
	if len(items) == 0 {
		if problems := append(lost, lostOut...); len(problems) > 0 {
			return nil, nil, errors.New(problems[0].Reason)
		}
	}
	return items, append(lost, lostOut...), nil
}
