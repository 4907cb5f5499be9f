package suggest

import (
	"testing"

	"sgfit/analyze"
	"sgfit/schema"
)

// TestMeasurerPlan: what was suggested for a group is not said of a plan in which it was not accepted.
func TestMeasurerPlan(t *testing.T) {
	port := func(n int32) *int32 { return &n }
	rule := func(n int32, a Action, instead ...string) Rule {
		r := Rule{Direction: schema.Ingress, Protocol: "tcp", FromPort: port(n), ToPort: port(n), Peer: schema.Peer{Kind: schema.PeerIPv4, Value: "10.0.0.0/8"}, Action: a}
		for _, cidr := range instead {
			r.Replacement = append(r.Replacement, ReplacementRule{Protocol: "tcp", FromPort: port(n), ToPort: port(n), Peer: schema.Peer{Kind: schema.PeerIPv4, Value: cidr}})
		}
		return r
	}
	m := NewMeasurer(&analyze.Evidence{}, func(schema.Peer) bool { return false })
	plan := Plan{Groups: []Group{{GroupID: "sg-1", Rules: []Rule{rule(443, Replace, "10.1.0.0/25", "10.1.0.128/25"), rule(22, Replace, "10.2.0.0/24")}}}}
	m.Plan(&plan)
	if got := plan.Groups[0].Suggested; len(got) != 2 {
		t.Fatalf("%+v", got)
	}
	plan.Groups[0].Rules[0].Action = Review // nobody accepted it
	m.Plan(&plan)
	if got := plan.Groups[0].Suggested; len(got) != 1 || got[0].Peer.Value != "10.2.0.0/24" {
		t.Errorf("%+v", got)
	}
	plan.Groups[0].Rules[1].Action = Keep
	if m.Plan(&plan); plan.Groups[0].Suggested != nil {
		t.Errorf("%+v", plan.Groups[0].Suggested)
	}
}
