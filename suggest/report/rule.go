package report

import (
	"fmt"

	"sgfit/schema"
	"sgfit/suggest"
)

// ruleWords says a rule aloud: "inbound tcp 443 from 10.0.0.0/8".
func (n groupNames) ruleWords(r suggest.Rule) string {
	return side(r.Direction) + " " + n.matchWords(r.Direction, r.Protocol, r.FromPort, r.ToPort, r.Peer)
}

// carriedWords says what a suggested rule stands for.
func carriedWords(t suggest.Traffic) string {
	return count(t.Conversations, "conversation", "conversations") + " of " + count(t.Peers, "address", "addresses")
}

// replacementWords says a replacement of a rule of that direction aloud, with its description if it has one.
func (n groupNames) replacementWords(d schema.Direction, r suggest.ReplacementRule) string {
	s := n.matchWords(d, r.Protocol, r.FromPort, r.ToPort, r.Peer)
	if r.Description != "" {
		s += fmt.Sprintf(" (“%s”)", r.Description)
	}
	return s
}

func (n groupNames) matchWords(d schema.Direction, protocol string, from, to *int32, peer schema.Peer) string {
	preposition := "from"
	if d == schema.Egress {
		preposition = "to"
	}
	return trafficWords(protocol, from, to) + " " + preposition + " " + n.peerWords(peer)
}

func side(d schema.Direction) string {
	if d == schema.Egress {
		return "outbound"
	}
	return "inbound"
}

func trafficWords(protocol string, from, to *int32) string {
	switch ports := portWord(protocol, from, to); {
	case protocol == "all":
		return "all protocols"
	case protocol == "tcp" || protocol == "udp":
		if ports == "0-65535" {
			return protocol + ", every port,"
		}
		return protocol + " " + ports
	case protocol == "icmp" || protocol == "icmpv6":
		return icmpWords(protocol, from, to)
	}
	return "protocol " + protocol
}

func icmpWords(protocol string, from, to *int32) string {
	switch {
	case from == nil || *from < 0:
		return protocol
	case to == nil || *to < 0:
		return fmt.Sprintf("%s type %d", protocol, *from)
	}
	return fmt.Sprintf("%s type %d code %d", protocol, *from, *to)
}

func (n groupNames) peerWords(p schema.Peer) string {
	switch {
	case p.Value == "0.0.0.0/0":
		return "0.0.0.0/0 (any IPv4 address)"
	case p.Value == "::/0":
		return "::/0 (any IPv6 address)"
	case p.Kind == schema.PeerGroup:
		return "security group " + n.of(p.Value)
	case p.Kind == schema.PeerPrefixList:
		return "prefix list " + p.Value
	}
	return p.Value
}

func ruleID(r suggest.Rule) string {
	if r.RuleID == nil {
		return ""
	}
	return *r.RuleID
}
