package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sgfit/schema"
	"sgfit/suggest"
)

// RuleName names a rule by its content, as the plan's still_through does.
func RuleName(groupID string, r suggest.Rule) string { return suggest.RuleName(groupID, r) }

func portWord(protocol string, from, to *int32) string {
	switch {
	case from == nil || *from < 0:
		return ""
	case protocol == "icmp" || protocol == "icmpv6":
		if to == nil || *to < 0 {
			return strconv.Itoa(int(*from))
		}
		return fmt.Sprintf("%d/%d", *from, *to)
	case to == nil || *to == *from:
		return strconv.Itoa(int(*from))
	}
	return fmt.Sprintf("%d-%d", *from, *to)
}

// RuleRef is a parsed reference to a rule. Empty fields match anything.
//
//	reference = rule-id | group-id "/" index | [group-id] [direction] [protocol] [ports] [peer]
//	rule-id   = "sgr-…"
//	index     = 1-based place in the group's list of rules, as reports number them
//	direction = "ingress" | "in" | "inbound" | "egress" | "out" | "outbound"
//	protocol  = "tcp" | "udp" | "icmp" | "icmpv6" | "all" | "-1" | 0…255, also with its ports: "tcp/443"
//	ports     = "443" | "8000-8100" | "any" | for ICMP "type" | "type/code"
//	peer      = CIDR | address | "sg-…" (a second one) | "pl-…"
//
// Words are separated by blanks, may be in capitals, and "from", "to", "port" and "ports" between them mean nothing.
type RuleRef struct {
	RuleID    string
	GroupID   string
	Index     int
	Direction schema.Direction
	Protocol  string
	Ports     string
	Peer      string
	text      string
}

// RuleRefError says why a reference does not name one rule, and which rules come near.
type RuleRefError struct {
	Ref    string
	Reason string   // "matches no rule" …
	Near   []string // names of rules, nearest first; at most ten
}

func (e *RuleRefError) Error() string {
	s := fmt.Sprintf("rule reference %q %s", e.Ref, e.Reason)
	if len(e.Near) > 0 {
		s += "; near it:\n  " + strings.Join(e.Near, "\n  ")
	}
	return s
}

// ParseRuleRef reads a reference. The error is a *RuleRefError without near matches.
func ParseRuleRef(s string) (RuleRef, error) {
	ref := RuleRef{text: strings.Join(strings.Fields(visible(s)), " ")}
	words := strings.Fields(strings.ToLower(s))
	if len(words) == 0 {
		return ref, &RuleRefError{Ref: ref.text, Reason: "is empty: give an sgr-… id, sg-…/3, or words such as sg-… ingress tcp 443 10.0.0.0/8"}
	}
	for i, w := range words {
		if !ref.take(w, i == 0) {
			return ref, &RuleRefError{Ref: ref.text, Reason: fmt.Sprintf("is not understood at %q: give an sgr-… id, sg-…/3, or a group of the plan (id or name), direction, protocol, ports and peer", visible(w))}
		}
	}
	return ref, nil
}

// take reads one word into the field that it must mean, and says whether there is one that is still free.
func (r *RuleRef) take(w string, first bool) bool {
	switch {
	case slices.Contains([]string{"from", "to", "port", "ports"}, w):
		return true
	case strings.HasPrefix(w, "sgr-"):
		return set(&r.RuleID, w)
	case strings.HasPrefix(w, "sg-") && first:
		return r.takeGroup(w)
	case strings.HasPrefix(w, "sg-"), strings.HasPrefix(w, "pl-"):
		return set(&r.Peer, w)
	case strings.ContainsAny(w, ".:"):
		p, err := schema.ParseCIDR(w)
		return err == nil && set(&r.Peer, p.String())
	}
	if d, ok := directionWord(w); ok {
		return set(&r.Direction, d)
	}
	return r.takeTraffic(w)
}

func (r *RuleRef) takeGroup(w string) bool {
	id, index, ok := strings.Cut(w, "/")
	if ok {
		n, err := strconv.Atoi(index)
		if err != nil || n < 1 {
			return false
		}
		r.Index = n
	}
	return set(&r.GroupID, id)
}

func (r *RuleRef) takeTraffic(w string) bool {
	protocol, ports, both := strings.Cut(w, "/")
	p, err := schema.ParseProtocol(protocol)
	switch {
	case err == nil && r.Protocol == "" && both:
		return set(&r.Protocol, p.String()) && r.takePorts(ports)
	case err == nil && r.Protocol == "":
		return set(&r.Protocol, p.String())
	}
	return r.takePorts(w)
}

func (r *RuleRef) takePorts(w string) bool {
	if w == "any" || w == "all" {
		return set(&r.Ports, "0-65535")
	}
	from, to, isRange := strings.Cut(w, "-")
	if !isRange {
		from, to, _ = strings.Cut(w, "/")
	}
	if !isNumber(from) || to != "" && !isNumber(to) {
		return false
	}
	if isRange && from == to {
		w = from
	}
	return set(&r.Ports, w)
}

func isNumber(s string) bool {
	_, err := strconv.ParseUint(s, 10, 16)
	return err == nil
}

func set[S ~string](field *S, w S) bool {
	if *field != "" {
		return false
	}
	*field = w
	return true
}

func directionWord(w string) (schema.Direction, bool) {
	switch w {
	case "ingress", "in", "inbound":
		return schema.Ingress, true
	case "egress", "out", "outbound":
		return schema.Egress, true
	}
	return "", false
}

// Matches says whether the reference could mean the rule at that 1-based place of the group.
func (r RuleRef) Matches(groupID string, index int, rule suggest.Rule) bool {
	return (r.RuleID == "" || strings.EqualFold(r.RuleID, ruleID(rule))) &&
		(r.GroupID == "" || strings.EqualFold(r.GroupID, groupID)) &&
		(r.Index == 0 || r.Index == index) &&
		(r.Direction == "" || r.Direction == rule.Direction) &&
		(r.Protocol == "" || r.Protocol == rule.Protocol) &&
		(r.Ports == "" || r.Ports == portWord(rule.Protocol, rule.FromPort, rule.ToPort)) &&
		(r.Peer == "" || strings.EqualFold(r.Peer, rule.Peer.Value))
}
