package suggest

import (
	"testing"
	"time"

	"sgfit/schema"
)

func TestMatchExceptions(t *testing.T) {
	port := int32(443)
	rule := func(peer schema.Peer) Rule {
		return Rule{Direction: schema.Ingress, Protocol: "tcp", FromPort: &port, ToPort: &port, Peer: peer}
	}
	groups := []Group{
		{GroupID: "sg-1", GroupName: "web", VPCID: "vpc-1", AccountID: "1", Rules: []Rule{rule(schema.Peer{Kind: schema.PeerIPv4, Value: "0.0.0.0/0"}), rule(schema.Peer{Kind: schema.PeerGroup, Value: "sg-3"})}},
		{GroupID: "sg-2", GroupName: "web", VPCID: "vpc-2", AccountID: "2", Rules: []Rule{rule(schema.Peer{Kind: schema.PeerIPv4, Value: "0.0.0.0/0"})}},
		{GroupID: "sg-3", GroupName: "0.0.0.0/0", VPCID: "vpc-2", AccountID: "2"}, // EC2 allows such a name
		{GroupID: "sg-4", GroupName: "sg-1", VPCID: "vpc-2", AccountID: "2", Rules: []Rule{rule(schema.Peer{Kind: schema.PeerGroup, Value: "sg-2"})}},
		{GroupID: "sg-5", Rules: []Rule{rule(schema.Peer{Kind: schema.PeerPrefixList, Value: "pl-1"})}},
	}
	content := func(x Exception, peer string) Exception {
		x.Direction, x.Protocol, x.FromPort, x.ToPort, x.Peer = schema.Ingress, "tcp", &port, &port, peer
		return x
	}
	tests := []struct {
		name  string
		x     Exception
		rules int
		state ExceptionState
	}{
		{"a name stands for its groups everywhere", content(Exception{Group: "web"}, "0.0.0.0/0"), 2, InForce},
		{"and with a VPC for the one there", content(Exception{Group: "web", VPCID: "vpc-2"}, "0.0.0.0/0"), 1, InForce},
		{"or in an account", content(Exception{Group: "web", AccountID: "1"}, "0.0.0.0/0"), 1, InForce},
		{"a group with the name of a CIDR is no CIDR", content(Exception{Group: "sg-1"}, "0.0.0.0/0"), 1, InForce},
		{"a group with the name of an id is not that id", Exception{Group: "sg-1"}, 2, InForce},
		{"a peer by its id", content(Exception{Group: "sg-4"}, "sg-2"), 1, InForce},
		{"a peer by its name", content(Exception{Group: "sg-4"}, "web"), 1, InForce},
		{"a prefix list", content(Exception{Group: "sg-5"}, "pl-1"), 1, InForce},
		{"no name is nobody's", Exception{Group: "nobody"}, 0, Unmatched},
		{"another peer", content(Exception{Group: "web"}, "10.0.0.0/8"), 0, Unmatched},
		{"a group without rules", Exception{Group: "sg-3"}, 0, Unmatched},
	}
	asOf := time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for expires, want := range map[string]ExceptionState{"2026-10-01": tt.state, "2026-09-30": Expired} {
				tt.x.Expires = expires
				records, acting := MatchExceptions(groups, []Exception{tt.x}, asOf)
				inForce := 0
				if want == InForce {
					inForce = tt.rules
				}
				if r := records[0]; r.State != want || len(r.Rules) != tt.rules || r.Why == "" || len(acting) != inForce {
					t.Errorf("until %s: got %+v, %d rules in force", expires, r, len(acting))
				}
			}
		})
	}
}
