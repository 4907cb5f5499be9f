package suggest

import (
	"testing"
	"time"

	"sgfit/schema"
)

// TestExceptionFor: what is written down of a rule stands for that rule, and for no other.
func TestExceptionFor(t *testing.T) {
	port := func(n int32) *int32 { return &n }
	cidr := func(s string) schema.Peer { return schema.Peer{Kind: schema.PeerIPv4, Value: s} }
	app := schema.Peer{Kind: schema.PeerGroup, Value: "sg-app"}
	rules := []Rule{
		{Direction: schema.Ingress, Protocol: "tcp", FromPort: port(443), ToPort: port(443), Peer: cidr("0.0.0.0/0")},
		{Direction: schema.Ingress, Protocol: "tcp", FromPort: port(0), ToPort: port(65535), Peer: cidr("10.0.0.0/8")},
		{Direction: schema.Egress, Protocol: "all", Peer: schema.Peer{Kind: schema.PeerIPv6, Value: "::/0"}},
		{Direction: schema.Ingress, Protocol: "icmp", FromPort: port(8), ToPort: port(-1), Peer: app},
	}
	var groups []Group
	for _, g := range [][2]string{{"sg-app", "app"}, {"sg-1", "web"}, {"sg-2", "web"}, {"sg-3", ""}, {"sg-4", " web"}, {"sg-5", "10.0.0.0/8"}, {"sg-6", "sg-1"}, {"sg-7", "web:\n- x"}} {
		groups = append(groups, Group{GroupID: g[0], GroupName: g[1], VPCID: "vpc-" + g[0], AccountID: "111122223333", Rules: rules})
	}
	names := UniqueNames(groups)
	asOf := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	for i := range groups {
		for j := range rules {
			x := ExceptionFor(&groups[i], &rules[j], names)
			x.Expires = "2027-10-01"
			records, _ := MatchExceptions(groups, []Exception{x}, asOf)
			want := RuleName(groups[i].GroupID, rules[j])
			if r := records[0]; len(r.Rules) != 1 || r.Rules[0] != want {
				t.Errorf("%+v stands for %q, want %s", x, r.Rules, want)
			}
			if wide := j == 0 || j == 2; (x.Kind == Accepted) != wide {
				t.Errorf("%s: kind %s", want, x.Kind)
			}
		}
	}
	if x := ExceptionFor(&groups[1], &rules[3], names); x.Peer != "app" || x.Group != "web" {
		t.Errorf("by ids: %+v", x)
	}
}
