package export

import (
	"fmt"
	"testing"

	"sgfit/schema"
	"sgfit/suggest"
)

// BenchmarkCLI writes the scripts of one group with as many rules as AWS lets a group have, each to be replaced by three.
func BenchmarkCLI(b *testing.B) {
	g := suggest.Group{AccountID: "111122223333", Region: "eu-west-1", GroupID: "sg-0aa"}
	for n := range 1000 {
		port := int32(1000 + n)
		r := suggest.Rule{Direction: schema.Ingress, Protocol: "tcp", FromPort: &port, ToPort: &port, Action: suggest.Replace,
			Peer: schema.Peer{Kind: schema.PeerIPv4, Value: "10.0.0.0/8"}}
		for k := range 3 {
			r.Replacement = append(r.Replacement, suggest.ReplacementRule{Protocol: "tcp", FromPort: &port, ToPort: &port,
				Peer: schema.Peer{Kind: schema.PeerIPv4, Value: fmt.Sprintf("10.%d.0.0/16", 4*k)}})
		}
		g.Rules = append(g.Rules, r)
	}
	plan := suggest.Plan{Groups: []suggest.Group{g}, Settings: &suggest.Settings{RulesQuota: 4000}}
	for b.Loop() {
		if _, err := CLI(plan, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
