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
		if (got != "") != tt.want || tt.want && !strings.Contains(got, fmt.Sprintf("rules and the new ones are %d,", tt.kept+tt.removed+1+tt.news)) {
			t.Errorf("%+v: got %q", tt, got)
		}
	}
}
