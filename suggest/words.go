package suggest

import (
	"fmt"
	"strings"
	"time"

	"sgfit/schema"
)

// RuleName names a rule by its content, as still_through does: "sg-0abc ingress tcp 443 10.0.0.0/8". Port ranges are
// "8000-8100", ICMP has "type" or "type/code" there or nothing for any, other protocols have nothing.
func RuleName(groupID string, r Rule) string {
	p, _ := schema.ParseProtocol(r.Protocol)
	return groupID + " " + string(r.Direction) + " " + ruleWords(p, portOr(r.FromPort), portOr(r.ToPort), r.Peer)
}

// ruleWords spells a rule as schema.Rule.Words does.
func ruleWords(p schema.Protocol, from, to int32, peer schema.Peer) string {
	return schema.Rule{Protocol: p, FromPort: from, ToPort: to, Peer: peer}.Words()
}

// count says a number with its noun: "1 source", "1,204 sources".
func count(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return thousands(n) + " " + plural(noun)
}

func plural(noun string) string {
	switch {
	case strings.HasSuffix(noun, "s"):
		return noun + "es"
	}
	return noun + "s"
}

func thousands(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func day(t time.Time) string { return t.UTC().Format("2006-01-02") }

// side names what the peer of a rule is.
func side(d schema.Direction) string {
	if d == schema.Egress {
		return "destination"
	}
	return "source"
}

// list joins at most n of the items: "a, b and 3 more".
func list(items []string, n int) string {
	if len(items) <= n {
		return strings.Join(items, ", ")
	}
	return strings.Join(items[:n], ", ") + fmt.Sprintf(" and %d more", len(items)-n)
}

// Inventoried is the rule's content as the inventory has it.
func (r Rule) Inventoried() schema.Rule {
	p, _ := schema.ParseProtocol(r.Protocol) // made by ourselves
	return schema.Rule{Direction: r.Direction, Protocol: p, FromPort: portOr(r.FromPort), ToPort: portOr(r.ToPort), Peer: r.Peer}
}

// Words spells a replacement as RuleName spells rules, without group and direction: "tcp 443 10.0.0.0/8".
func (r ReplacementRule) Words() string {
	p, _ := schema.ParseProtocol(r.Protocol)
	return ruleWords(p, portOr(r.FromPort), portOr(r.ToPort), r.Peer)
}
