package suggest

import (
	"fmt"
	"strings"
	"testing"

	"sgfit/analyze"
	"sgfit/schema"
)

// TestQuotaOnTheWay fills a group up to and over the quota by what replaces one of its rules, old and new at once.
func TestQuotaOnTheWay(t *testing.T) {
	port := int32(443)
	for _, tt := range []struct {
		kept, removed, news int
		direction           schema.Direction
		want                bool
	}{
		{6, 1, 2, schema.Ingress, false}, // 8 today, 10 at once
		{6, 1, 3, schema.Ingress, true},
		{6, 1, 3, schema.Egress, true},
		{5, 2, 3, schema.Ingress, true}, // what is removed is there until then
		{10, 0, 0, schema.Ingress, false},
		{0, 0, 12, schema.Ingress, true}, // one rule is no rules
	} {
		g := Group{GroupID: "sg-a", Interfaces: 1}
		rule := func(n int, a Action) Rule {
			return Rule{Direction: tt.direction, Protocol: "tcp", FromPort: &port, ToPort: &port, Action: a, Peer: schema.Peer{Kind: schema.PeerIPv4, Value: fmt.Sprintf("10.%d.0.0/16", n)}}
		}
		for n := range tt.kept {
			g.Rules = append(g.Rules, rule(n, Keep))
		}
		for n := range tt.removed {
			g.Rules = append(g.Rules, rule(50+n, Remove))
		}
		if tt.news > 0 {
			r := rule(100, Replace)
			for n := range tt.news {
				r.Replacement = append(r.Replacement, ReplacementRule{"tcp", &port, &port, schema.Peer{Kind: schema.PeerIPv4, Value: fmt.Sprintf("10.100.%d.0/32", 2*n)}, ""})
			}
			g.Rules = append(g.Rules, r)
		}
		p := Plan{Groups: []Group{g}, Settings: &Settings{RulesQuota: 10}}
		p.observe(newEstate(&analyze.Evidence{}))
		got := ""
		for _, o := range p.Observations {
			if o.Kind == QuotaOnTheWay {
				got = o.Text
			}
		}
		today := tt.kept + tt.removed + 1
		if (got != "") != tt.want || tt.want && !strings.Contains(got, fmt.Sprintf(": today's %s and the new ones are %d,", count(int64(today), "rule"), today+tt.news)) {
			t.Errorf("%+v: got %q", tt, got)
		}
	}
}

// TestQuotaOnTheWayCountsOneFamily: the numbers of rules are those of the family that does not fit.
func TestQuotaOnTheWayCountsOneFamily(t *testing.T) {
	port := int32(443)
	rule := func(kind schema.PeerKind, cidr string, a Action) Rule {
		return Rule{Direction: schema.Ingress, Protocol: "tcp", FromPort: &port, ToPort: &port, Action: a, Peer: schema.Peer{Kind: kind, Value: cidr}}
	}
	g := Group{GroupID: "sg-a", Interfaces: 1, Rules: []Rule{rule(schema.PeerIPv6, "2001:db8::/32", Replace)}}
	for n := range 8 {
		g.Rules = append(g.Rules, rule(schema.PeerIPv4, fmt.Sprintf("10.%d.0.0/16", n), Keep))
		g.Rules[0].Replacement = append(g.Rules[0].Replacement, ReplacementRule{"tcp", &port, &port, schema.Peer{Kind: schema.PeerIPv6, Value: fmt.Sprintf("2001:db8:%d::/64", 2*n)}, ""},
			ReplacementRule{"tcp", &port, &port, schema.Peer{Kind: schema.PeerIPv6, Value: fmt.Sprintf("2001:db8:9:%d::/64", 2*n)}, ""})
	}
	p := Plan{Groups: []Group{g}, Settings: &Settings{RulesQuota: 10}}
	p.observe(newEstate(&analyze.Evidence{}))
	if got := p.Observations; len(got) != 1 || !strings.Contains(got[0].Text, "today's 1 rule and the new ones are 17, more than 10 at once") {
		t.Errorf("%+v", got)
	}
}
