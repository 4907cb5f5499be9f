package inventory

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"sgfit/schema"
)

// permissionBody is one entry of ipPermissions or ipPermissionsEgress. IPRanges repeats IPv4Ranges as plain strings
// (version 1.3), or is the only one of the two (1.2 and before), or holds objects (files made by hand).
type permissionBody struct {
	IPProtocol       *text
	FromPort, ToPort number
	IPv4Ranges       []json.RawMessage
	IPRanges         []json.RawMessage
	IPv6Ranges       []json.RawMessage
	PrefixListIDs    []json.RawMessage
	UserIDGroupPairs []json.RawMessage
}

// problem is a piece of an item that cannot be read.
type problem struct{ Reason, Sample string }

// readPermissions turns one direction's permissions into rules, one for each source or destination.
func readPermissions(dir schema.Direction, raws []json.RawMessage) (rules []schema.Rule, problems []problem) {
	for _, raw := range raws {
		r, p := readPermission(dir, raw)
		rules, problems = append(rules, r...), append(problems, p...)
	}
	return rules, problems
}

func readPermission(dir schema.Direction, raw json.RawMessage) ([]schema.Rule, []problem) {
	var body permissionBody
	if err := json.Unmarshal(raw, &body); err != nil {
		return nil, []problem{{fmt.Sprintf("%s permission cannot be read: %v", dir, err), clip(raw, 200)}}
	}
	return body.rules(dir, raw)
}

// rules are those of a permission, one for each source or destination; raw is the sample for what cannot be read.
func (body permissionBody) rules(dir schema.Direction, raw json.RawMessage) ([]schema.Rule, []problem) {
	base := schema.Rule{Direction: dir}
	peers, problems := readPeers(dir, body)
	if len(peers) == 0 {
		return nil, problems // all lists empty: nothing is admitted, so there is no rule
	}
	var err error
	if base.Protocol, base.FromPort, base.ToPort, err = readPorts(body); err != nil {
		return nil, append(problems, problem{fmt.Sprintf("%s rule cannot be read: %v", dir, err), clip(raw, 200)})
	}
	rules := make([]schema.Rule, 0, len(peers))
	for _, p := range peers {
		r := base
		r.Peer, r.PeerOwner, r.PeerStatus, r.Description = p.Peer, p.owner, p.status, p.description
		rules = append(rules, r)
	}
	return rules, problems
}

// readPorts normalises the ways to say "no ports" (absent, null, -1, 0) to -1/-1. For ICMP the ports are type and code.
func readPorts(body permissionBody) (p schema.Protocol, from, to int32, err error) {
	if body.IPProtocol == nil {
		return 0, 0, 0, fmt.Errorf("ipProtocol is missing")
	}
	if p, err = schema.ParseProtocol(string(*body.IPProtocol)); err != nil {
		return 0, 0, 0, err
	}
	switch {
	case p.HasPorts():
		from, to, err = portRange(body.FromPort, body.ToPort)
	case p == schema.ICMP || p == schema.ICMPv6:
		from, to, err = typeAndCode(body.FromPort, body.ToPort)
	default:
		from, to = -1, -1
	}
	return p, from, to, err
}

func portRange(from, to number) (int32, int32, error) {
	if !from.Known || !to.Known {
		return 0, 0, fmt.Errorf("fromPort or toPort is missing")
	}
	if from.Value < 0 || to.Value > 65535 || from.Value > to.Value {
		return 0, 0, fmt.Errorf("ports %d to %d are no range within 0 to 65535", from.Value, to.Value)
	}
	return int32(from.Value), int32(to.Value), nil
}

func typeAndCode(from, to number) (int32, int32, error) {
	typ, code := int64(-1), int64(-1)
	if from.Known {
		typ = from.Value
	}
	if to.Known {
		code = to.Value
	}
	if typ < -1 || typ > 255 || code < -1 || code > 255 || (typ == -1 && code != -1) {
		return 0, 0, fmt.Errorf("ICMP type %d with code %d does not exist", typ, code)
	}
	return int32(typ), int32(code), nil
}

// peer is one source or destination with what is said beside it.
type peer struct {
	schema.Peer
	owner, status, description string
}

// readPeers reads all five lists. IPv4Ranges comes first so that its descriptions win over the bare strings of
// IPRanges; the doubles go when the group's rules are compacted.
func readPeers(dir schema.Direction, body permissionBody) (peers []peer, problems []problem) {
	seen := map[string]bool{}
	read := func(raws []json.RawMessage, one func(json.RawMessage) (peer, error)) {
		for _, raw := range raws {
			if p, err := one(raw); err == nil {
				peers = append(peers, p)
			} else if !seen[err.Error()] { // the same bad CIDR stands in both IPv4 lists
				seen[err.Error()] = true
				problems = append(problems, problem{fmt.Sprintf("%s rule cannot be read: %v", dir, err), clip(raw, 200)})
			}
		}
	}
	read(body.IPv4Ranges, readCIDRPeer)
	read(body.IPRanges, readCIDRPeer)
	read(body.IPv6Ranges, readCIDRPeer)
	read(body.PrefixListIDs, readPrefixListPeer)
	read(body.UserIDGroupPairs, readGroupPeer)
	return peers, problems
}

func readCIDRPeer(raw json.RawMessage) (peer, error) {
	n, err := readNamed(raw)
	if err != nil {
		return peer{}, err
	}
	prefix, err := schema.ParseCIDR(n.Value)
	if err != nil {
		return peer{}, err
	}
	return peer{Peer: schema.CIDRPeer(prefix), description: n.Description}, nil
}

func readPrefixListPeer(raw json.RawMessage) (peer, error) {
	n, err := readNamed(raw)
	if err != nil {
		return peer{}, err
	}
	id := strings.TrimSpace(n.Value)
	if id == "" {
		return peer{}, fmt.Errorf("a prefix list without prefixListId")
	}
	return peer{Peer: schema.Peer{Kind: schema.PeerPrefixList, Value: id}, description: n.Description}, nil
}

func readNamed(raw json.RawMessage) (named, error) {
	var n named
	if bytes.Equal(raw, []byte("null")) {
		return n, fmt.Errorf("a source or destination that is null")
	}
	err := json.Unmarshal(raw, &n)
	return n, err
}

func readGroupPeer(raw json.RawMessage) (peer, error) {
	var pair struct {
		GroupID, UserID, PeeringStatus text
		Description                    string
	}
	if err := json.Unmarshal(raw, &pair); err != nil {
		return peer{}, err
	}
	id := strings.TrimSpace(string(pair.GroupID))
	if id == "" {
		return peer{}, fmt.Errorf("a group reference without groupId")
	}
	return peer{Peer: schema.Peer{Kind: schema.PeerGroup, Value: id}, owner: string(pair.UserID),
		status: string(pair.PeeringStatus), description: pair.Description}, nil
}

// compactRules sorts rules and keeps one of each content, the one that says most.
func compactRules(rules []schema.Rule) []schema.Rule {
	slices.SortFunc(rules, compareRules)
	out := rules[:0]
	for _, r := range rules {
		if n := len(out); n > 0 && out[n-1].Key() == r.Key() {
			out[n-1] = r // said later in the order: what is empty comes first
			continue
		}
		out = append(out, r)
	}
	return slices.Clip(out)
}

// compareRules orders by content: ingress first, then protocol, ports and peer; then by what content does not hold.
func compareRules(a, b schema.Rule) int {
	return cmp.Or(
		-cmp.Compare(a.Direction, b.Direction),
		cmp.Compare(a.Protocol, b.Protocol),
		cmp.Compare(a.FromPort, b.FromPort),
		cmp.Compare(a.ToPort, b.ToPort),
		cmp.Compare(a.Peer.Kind, b.Peer.Kind),
		cmp.Compare(a.Peer.Value, b.Peer.Value),
		cmp.Compare(a.PeerOwner, b.PeerOwner),
		cmp.Compare(a.PeerStatus, b.PeerStatus),
		cmp.Compare(a.RuleID, b.RuleID),
		cmp.Compare(a.Description, b.Description),
	)
}
