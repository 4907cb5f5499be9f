package review

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"sgfit/schema"
	"sgfit/suggest"
)

func TestParseRules(t *testing.T) {
	for text, want := range map[string]string{
		"tcp 443 10.1.2.3":                         "tcp 443 10.1.2.3/32",
		" TCP  8000-8100\t10.1.2.3/8 \n\n":         "tcp 8000-8100 10.0.0.0/8",
		"udp 53 sg-0abc # dns # really":            "udp 53 sg-0abc # dns # really",
		"all ::/0\nall ::/0":                       "all ::/0",
		"-1 pl-0abc":                               "all pl-0abc",
		"icmp 10.0.0.0/8":                          "icmp 10.0.0.0/8",
		"icmp 8/0 10.0.0.0/8":                      "icmp 8/0 10.0.0.0/8",
		"icmpv6 128 2001:db8::/32":                 "icmpv6 128 2001:db8::/32",
		"50 10.0.0.0/8":                            "50 10.0.0.0/8",
		"remove":                                   "remove",
		"tcp 1 10.0.0.0/8\ntcp 2 10.0.0.0/8 # two": "tcp 1 10.0.0.0/8\ntcp 2 10.0.0.0/8 # two",
	} {
		rules, err := ParseRules(text, "")
		if err != nil || textOf(rules) != want {
			t.Errorf("%q: %q, %v; want %q", text, textOf(rules), err, want)
		}
		again, err := ParseRules(want, "")
		if err != nil || textOf(again) != want {
			t.Errorf("%q is read back as %q, %v", want, textOf(again), err)
		}
	}
	if rules := rulesOf(t, "tcp 1 10.0.0.0/8"); rules[0].Description != "" {
		t.Error(rules)
	}
	if rules, err := ParseRules("tcp 1 10.0.0.0/8\ntcp 2 10.0.0.0/8 #", "as it was"); err != nil || rules[0].Description != "as it was" || rules[1].Description != "" {
		t.Error(rules, err)
	}
}

func TestParseRulesRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"": "a rule a line", "tcp": "line 1", "tcp 10.0.0.0/8": "needs a port", "tcp 80 443 10.0.0.0/8": "needs a port", "tcp 443-80 10.0.0.0/8": "no port",
		"tcp 65536 10.0.0.0/8": "no port", "tcp -1 10.0.0.0/8": "no port", "tcp 1 10.0.0.0/33": "no CIDR", "tcp 1 example.org": "no CIDR", "all 1 10.0.0.0/8": "takes no ports",
		"gre 10.0.0.0/8": "neither a name", "tcp 1 10.0.0.0/8\nremove": "line 2", "icmp 8/300 10.0.0.0/8": "no port", "tcp 1/2 10.0.0.0/8": "no port",
	} {
		if rules, err := ParseRules(text, ""); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, %v; want %q", text, rules, err, want)
		}
	}
	var many strings.Builder
	for i := range 61 {
		fmt.Fprintf(&many, "tcp %d 10.0.0.0/8\n", i)
	}
	if _, err := ParseRules(many.String(), ""); err == nil {
		t.Error("61 rules")
	}
}

// TestWider holds what may be put in a rule's place to single packets: none may pass that the rule does not admit.
func TestWider(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	protocols := []string{"tcp", "udp", "all", "icmp", "50"}
	some := func() suggest.Rule {
		p := protocols[random.IntN(len(protocols))]
		text := p
		if p == "tcp" || p == "udp" {
			from := random.IntN(6)
			text += fmt.Sprintf(" %d-%d", from, from+random.IntN(4))
		}
		return ruleFor(t, schema.Ingress, fmt.Sprintf("%s 10.0.0.%d/%d", text, random.IntN(8), 29+random.IntN(4)), suggest.Keep, "")
	}
	allowed := 0
	for range 20_000 {
		r, n := some(), some()
		rule := suggest.ReplacementRule{Protocol: n.Protocol, FromPort: n.FromPort, ToPort: n.ToPort, Peer: n.Peer}
		problem := wider(&r, rule, knownPeers(&r))
		if is := !insideByPackets(n, r); is != (problem != "") {
			t.Fatalf("%s in the place of %s: %q, but by packets it is wider: %t", rule.Words(), wordsOf(&r), problem, is)
		}
		if problem == "" {
			allowed++
		}
	}
	if allowed < 500 {
		t.Errorf("only %d were allowed", allowed)
	}
}

// insideByPackets tries every packet.
func insideByPackets(inner, outer suggest.Rule) bool {
	for _, protocol := range []string{"tcp", "udp", "icmp", "50", "51"} {
		for port := range int32(12) {
			for host := range 16 {
				peer := netip.AddrFrom4([4]byte{10, 0, 0, byte(host)})
				if admitsPacket(inner, protocol, port, peer) && !admitsPacket(outer, protocol, port, peer) {
					return false
				}
			}
		}
	}
	return true
}

func admitsPacket(r suggest.Rule, protocol string, port int32, peer netip.Addr) bool {
	return (r.Protocol == "all" || r.Protocol == protocol) && (r.FromPort == nil || *r.FromPort <= port && port <= *r.ToPort) && netip.MustParsePrefix(r.Peer.Value).Contains(peer)
}

func TestWiderPeers(t *testing.T) {
	proved := ruleFor(t, schema.Ingress, "tcp 443 10.0.0.0/8", suggest.Replace, "tcp 443 sg-0abc")
	proved.Alternatives = []suggest.Alternative{{Rules: rulesOf(t, "tcp 443 pl-0abc")}}
	ping := ruleFor(t, schema.Ingress, "icmp 8/0 10.0.0.0/8", suggest.Keep, "")
	list := ruleFor(t, schema.Ingress, "tcp 443 pl-0def", suggest.Keep, "")
	for _, c := range []struct {
		rule suggest.Rule
		text string
		ok   bool
	}{
		{proved, "tcp 443 sg-0abc", true}, {proved, "tcp 443 pl-0abc", true}, {proved, "tcp 443 sg-0other", false}, {proved, "tcp 443 2001:db8::/32", false},
		{ping, "icmp 8/0 10.1.0.0/16", true}, {ping, "icmp 10.1.0.0/16", false}, {ping, "icmp 0/0 10.1.0.0/16", false}, {ping, "icmp 8 10.1.0.0/16", false},
		{list, "tcp 443 pl-0def", true}, {list, "tcp 443 10.0.0.1/32", false},
	} {
		if problem := wider(&c.rule, rulesOf(t, c.text)[0], knownPeers(&c.rule)); (problem == "") != c.ok {
			t.Errorf("%s in the place of %s: %q", c.text, wordsOf(&c.rule), problem)
		}
	}
}
