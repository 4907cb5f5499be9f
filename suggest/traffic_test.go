package suggest

import (
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sgfit/analyze"
	"sgfit/schema"
)

// What a rule carries is divided among those that replace it, each use once; rules that become one add it up, and one that stays has
// it already.
func TestTrafficOfSuggestedRules(t *testing.T) {
	m := newMaker(&analyze.Evidence{}, nil, Options{}.defaults())
	port := func(n int32) *int32 { return &n }
	cidr := func(s string) schema.Peer { return schema.CIDRPeer(netip.MustParsePrefix(s)) }
	pieces := []ReplacementRule{{"tcp", port(443), port(443), cidr("10.0.0.0/25"), ""}, {"tcp", port(400), port(500), cidr("10.0.0.0/24"), ""}, {"icmp", nil, nil, cidr("10.0.0.0/24"), ""},
		{"tcp", port(22), port(22), schema.Peer{Kind: schema.PeerGroup, Value: "sg-2"}, ""}}
	use := func(p schema.Protocol, port uint16, peer string, n int64, groups ...string) *analyze.Use {
		u := &analyze.Use{Protocol: p, Port: port, Peer: netip.MustParseAddr(peer), Conversations: n}
		if groups != nil {
			u.Owners = []analyze.Owner{{Groups: groups}}
		}
		return u
	}
	got := m.trafficOf([]*analyze.Use{use(schema.TCP, 443, "10.0.0.1", 5), use(schema.TCP, 443, "10.0.0.2", 7), use(schema.TCP, 443, "10.0.0.200", 1), use(schema.TCP, 500, "10.0.0.200", 2),
		use(schema.ICMP, 0, "10.0.0.1", 3), use(schema.TCP, 22, "10.9.9.9", 4, "sg-1", "sg-2"), use(schema.TCP, 22, "10.9.9.8", 8, "sg-1"), use(schema.TCP, 443, "10.0.0.3", 0)}, pieces)
	if diff := cmp.Diff([]Traffic{{12, 2}, {3, 1}, {3, 1}, {4, 1}}, got); diff != "" {
		t.Error(diff)
	}
	p := groupPlan(t, "in tcp 22 10.5.0.0/16", "in tcp 443 10.1.0.0/16 replace -> tcp 443 10.1.0.0/25", "in tcp 443 10.1.0.0/17 replace -> tcp 443 10.1.0.128/25",
		"in tcp 22 10.0.0.0/8 replace -> tcp 22 10.5.0.1/32", "in udp 53 10.0.0.0/8 replace -> udp 53 10.5.0.1/32")
	rules := p.Groups[0].Rules
	rules[0].Evidence = Evidence{Conversations: 9, Peers: 3}
	for i := 1; i < 4; i++ {
		rules[i].ReplacementTraffic = []Traffic{{int64(10 * i), int64(i)}}
	}
	p.observe(newEstate(&analyze.Evidence{}))
	sums := map[string]*Traffic{}
	for _, s := range p.Groups[0].Suggested {
		sums[s.name()] = s.Traffic
	}
	if diff := cmp.Diff(map[string]*Traffic{" ingress tcp 443 10.1.0.0/24": {30, 3}, " ingress tcp 22 10.5.0.0/16": {9, 3}, " ingress udp 53 10.5.0.1/32": nil}, sums); diff != "" {
		t.Error(diff)
	}
}
