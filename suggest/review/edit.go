package review

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sgfit/schema"
	"sgfit/suggest"
)

// maxEdited is how many rules a person may put in place of one: AWS's own quota of a group and direction.
const maxEdited = 60

// removal is what stands for no rules at all; an empty text is a mistake more often than a wish.
const removal = "remove"

// ParseRules reads rules as people write them, one a line: protocol, ports where it has any, peer, and after # a description.
//
//	tcp 443 10.20.0.0/24
//	udp 8000-8100 sg-0abc # the metrics server
//	icmp 10.0.0.0/8
//
// The single word "remove" means none. A line without description gets the given one.
func ParseRules(text, description string) ([]suggest.ReplacementRule, error) {
	if strings.TrimSpace(text) == removal {
		return nil, nil
	}
	var rules []suggest.ReplacementRule
	n := 0
	for line := range strings.Lines(text) {
		if n++; strings.TrimSpace(line) == "" {
			continue
		}
		rule, err := parseRule(line, description)
		if err != nil {
			return nil, &AskError{fmt.Sprintf("line %d: %v", n, err)}
		}
		if !slices.ContainsFunc(rules, func(r suggest.ReplacementRule) bool { return r.Words() == rule.Words() }) {
			rules = append(rules, rule)
		}
	}
	switch {
	case len(rules) == 0:
		return nil, &AskError{`write a rule a line, such as "tcp 443 10.20.0.0/24", or the word "remove"`}
	case len(rules) > maxEdited:
		return nil, &AskError{fmt.Sprintf("%d rules are more than the %d that AWS allows a group", len(rules), maxEdited)}
	}
	return rules, nil
}

func parseRule(line, description string) (rule suggest.ReplacementRule, err error) {
	spec, said, hasSaid := strings.Cut(line, "#")
	if hasSaid {
		description = strings.TrimSpace(said)
	}
	words := strings.Fields(spec)
	if len(words) < 2 {
		return rule, fmt.Errorf("%q is no rule; write protocol, ports and peer, such as tcp 443 10.20.0.0/24", strings.TrimSpace(spec))
	}
	protocol, err := schema.ParseProtocol(words[0])
	if err != nil {
		return rule, err
	}
	rule = suggest.ReplacementRule{Protocol: protocol.String(), Description: description}
	if rule.Peer, err = parsePeer(words[len(words)-1]); err != nil {
		return rule, err
	}
	middle := words[1 : len(words)-1]
	isICMP := protocol == schema.ICMP || protocol == schema.ICMPv6
	switch {
	case protocol.HasPorts() && len(middle) != 1:
		return rule, fmt.Errorf("%s needs a port or a range such as 8000-8100", protocol)
	case protocol.HasPorts():
		rule.FromPort, rule.ToPort, err = parseSpan(middle[0], "-", 65535)
	case isICMP && len(middle) == 1:
		rule.FromPort, rule.ToPort, err = parseSpan(middle[0], "/", 255)
		if err == nil && !strings.Contains(middle[0], "/") {
			rule.ToPort = new(int32(-1)) // any code
		}
	case len(middle) > 0:
		return rule, fmt.Errorf("%s takes no ports", protocol)
	}
	return rule, err
}

// parseSpan reads "443", "8000-8100", or "8/0" of ICMP.
func parseSpan(text, between string, most int32) (from, to *int32, err error) {
	first, last, both := strings.Cut(text, between)
	if !both {
		last = first
	}
	a, err1 := strconv.ParseUint(first, 10, 31)
	z, err2 := strconv.ParseUint(last, 10, 31)
	if err1 != nil || err2 != nil || a > uint64(most) || z > uint64(most) || between == "-" && a > z {
		return nil, nil, fmt.Errorf("%q is no port, range of ports, or type and code", text)
	}
	return new(int32(a)), new(int32(z)), nil
}

func parsePeer(word string) (schema.Peer, error) {
	switch {
	case strings.HasPrefix(word, "sg-"):
		return schema.Peer{Kind: schema.PeerGroup, Value: word}, nil
	case strings.HasPrefix(word, "pl-"):
		return schema.Peer{Kind: schema.PeerPrefixList, Value: word}, nil
	}
	p, err := schema.ParseCIDR(word)
	if err != nil {
		return schema.Peer{}, fmt.Errorf("%q is no CIDR, security group (sg-…) or prefix list (pl-…)", word)
	}
	return schema.CIDRPeer(p), nil
}

// edited reads the rules that a person would put in place of one, and holds them to it: nothing gets wider.
func (b *Book) edited(it *item, text string) ([]suggest.ReplacementRule, error) {
	r := b.ruleOf(it)
	rules, err := ParseRules(text, r.Description)
	if err != nil {
		return nil, err
	}
	known := knownPeers(r)
	for _, n := range rules {
		if problem := wider(r, n, known); problem != "" {
			return nil, &AskError{n.Words() + ": " + problem + "; a change must not admit more than the rule does today"}
		}
	}
	return rules, nil
}

// knownPeers are those that the plan itself would put in the rule's place, which are inside of its own.
func knownPeers(r *suggest.Rule) []schema.Peer {
	peers := []schema.Peer{r.Peer}
	for _, n := range r.Replacement {
		peers = append(peers, n.Peer)
	}
	for _, a := range r.Alternatives {
		for _, n := range a.Rules {
			peers = append(peers, n.Peer)
		}
	}
	return peers
}

// wider says in which way a rule would admit more than r does, "" where it does not.
//
//	r    tcp   |------- ports -------|   10.0.0.0/8
//	new  tcp        |-- ports --|        10.20.0.0/16, or a group that the plan proved to be inside
func wider(r *suggest.Rule, n suggest.ReplacementRule, known []schema.Peer) string {
	if r.Protocol != n.Protocol && r.Protocol != schema.AllProtocols.String() {
		return "the rule is for " + r.Protocol
	}
	if r.Protocol == n.Protocol && !inPorts(r, n) {
		return "its ports, or ICMP's type and code, are not those of the rule"
	}
	if slices.Contains(known, n.Peer) {
		return ""
	}
	outer, isCIDR := r.Peer.Prefix()
	inner, becomesCIDR := n.Peer.Prefix()
	switch {
	case !isCIDR || !becomesCIDR:
		return "it cannot be shown that " + n.Peer.Value + " is inside of " + r.Peer.Value
	case outer.Addr().Is4() != inner.Addr().Is4() || outer.Bits() > inner.Bits() || !outer.Contains(inner.Addr()):
		return n.Peer.Value + " is not inside of " + r.Peer.Value
	}
	return ""
}

// inPorts says whether the ports of n are inside of those of r. ICMP's type and code must stay: flow logs do not have them,
// so that no replay could tell what a narrower rule refuses.
func inPorts(r *suggest.Rule, n suggest.ReplacementRule) bool {
	if r.FromPort == nil || r.ToPort == nil {
		return n.FromPort == nil
	}
	if n.FromPort == nil || n.ToPort == nil {
		return false
	}
	if r.Protocol == schema.TCP.String() || r.Protocol == schema.UDP.String() {
		return *n.FromPort >= *r.FromPort && *n.ToPort <= *r.ToPort
	}
	return *n.FromPort == *r.FromPort && *n.ToPort == *r.ToPort
}

// textOf writes rules as ParseRules reads them.
func textOf(rules []suggest.ReplacementRule) string {
	if len(rules) == 0 {
		return removal
	}
	var lines []string
	for _, r := range rules {
		line := suggest.Visible(r.Words())
		if r.Description != "" {
			line += " # " + suggest.Visible(r.Description)
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}
