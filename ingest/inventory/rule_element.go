package inventory

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"sgfit/schema"
)

// stale is the PeerStatus of a reference that EC2 calls stale, whatever it says of the peering itself: it can match nobody.
const stale = "deleted"

// ruleBody is one rule by itself: an element of DescribeSecurityGroupRules
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SecurityGroupRule.html), an entry of a securityGroupRuleSet
// in CloudTrail, or what ModifySecurityGroupRules sets.
type ruleBody struct {
	SecurityGroupRuleID, GroupID    word
	IsEgress                        flag
	IPProtocol                      *text
	FromPort, ToPort                number
	CIDRIPv4, CIDRIPv6              word
	PrefixListID, ReferencedGroupID word
	ReferencedGroupInfo             struct{ GroupID, UserID, PeeringStatus text }
	Description                     word
}

func (b *ruleBody) rule(dir schema.Direction) (schema.Rule, error) {
	r := schema.Rule{Direction: dir, RuleID: string(b.SecurityGroupRuleID), Description: string(b.Description)}
	var err error
	if r.Protocol, r.FromPort, r.ToPort, err = readPorts(permissionBody{IPProtocol: b.IPProtocol, FromPort: b.FromPort, ToPort: b.ToPort}); err != nil {
		return r, err
	}
	p, err := b.peer()
	r.Peer, r.PeerOwner, r.PeerStatus = p.Peer, p.owner, p.status
	return r, err
}

// peer reads the one of the ways to name the other side that is there.
func (b *ruleBody) peer() (peer, error) {
	var peers []peer
	for _, cidr := range []word{b.CIDRIPv4, b.CIDRIPv6} {
		if cidr == "" {
			continue
		}
		p, err := schema.ParseCIDR(string(cidr))
		if err != nil {
			return peer{}, err
		}
		peers = append(peers, peer{Peer: schema.CIDRPeer(p)})
	}
	if list := strings.TrimSpace(string(b.PrefixListID)); list != "" {
		peers = append(peers, peer{Peer: schema.Peer{Kind: schema.PeerPrefixList, Value: list}})
	}
	info := b.ReferencedGroupInfo
	if group := strings.TrimSpace(cmp.Or(string(b.ReferencedGroupID), string(info.GroupID))); group != "" {
		peers = append(peers, peer{Peer: schema.Peer{Kind: schema.PeerGroup, Value: group}, owner: string(info.UserID), status: string(info.PeeringStatus)})
	}
	if len(peers) != 1 {
		return peer{}, fmt.Errorf("a rule with %d sources or destinations", len(peers))
	}
	return peers[0], nil
}

// readRuleElement reads one rule of DescribeSecurityGroupRules, where AWS's own ids and descriptions are.
func readRuleElement(h *head, raw []byte) ([]schema.Item, []problem, error) {
	var body ruleBody
	if err := json.Unmarshal(raw, &body); err != nil {
		return nil, nil, err
	}
	h.ResourceID = text(body.SecurityGroupRuleID)
	it, err := h.item(schema.RuleItem, "")
	if err != nil {
		return nil, nil, errors.New("SecurityGroupRuleId is missing")
	}
	group := strings.TrimSpace(string(body.GroupID))
	if group == "" || !body.IsEgress.Known {
		return nil, nil, errors.New("GroupId or IsEgress is missing")
	}
	dir := schema.Ingress
	if body.IsEgress.Value {
		dir = schema.Egress
	}
	r, err := body.rule(dir)
	if err != nil {
		return nil, nil, err
	}
	r.RuleID = it.ID
	it.Rule = &schema.GroupRule{GroupID: group, Rule: r}
	return []schema.Item{it}, nil, nil
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
