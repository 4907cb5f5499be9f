package exceptions

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"sgfit/schema"
	"sgfit/suggest"
)

// TestExceptionsStandForTheirRule writes an exception for a random rule of random groups, whatever they are called, reads it again, and
// finds that rule and no other.
func TestExceptionsStandForTheirRule(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 7))
	names := []string{"web", "web ", "Web", "0.0.0.0/0", "10.0.0.1", "sg-2", "pl-1", "", "no", "null", "1e3", "a: b", "- x", "#", "'\"", "\u2028", "é", "\u00a0web", "x\nkind: y", "every rule", "::/0"}
	day := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	for round := range 3000 {
		var groups []suggest.Group
		for i := range 2 + random.IntN(3) {
			g := suggest.Group{AccountID: "111122223333", VPCID: fmt.Sprintf("vpc-%d", i), GroupID: fmt.Sprintf("sg-%d", i), GroupName: names[random.IntN(len(names))]}
			seen := map[string]bool{}
			for range 6 {
				r := suggest.Rule{Direction: []schema.Direction{schema.Ingress, schema.Egress}[random.IntN(2)],
					Protocol: []string{"tcp", "udp", "icmp", "icmpv6", "all", "47"}[random.IntN(6)],
					Peer: []schema.Peer{{Kind: schema.PeerIPv4, Value: "0.0.0.0/0"}, {Kind: schema.PeerIPv4, Value: "10.0.0.1/32"}, {Kind: schema.PeerIPv6, Value: "::/0"}, {Kind: schema.PeerGroup, Value: "sg-0"},
						{Kind: schema.PeerGroup, Value: "sg-1"}, {Kind: schema.PeerGroup, Value: "sg-9"}, {Kind: schema.PeerPrefixList, Value: "pl-1"}}[random.IntN(7)]}
				ports := [][2]int32{{0, 65535}, {443, 443}, {0, 0}, {1, 65535}, {443, 444}}[random.IntN(5)]
				types := [][2]int32{{-1, -1}, {8, -1}, {8, 0}, {0, 0}, {3, 4}}[random.IntN(5)]
				switch r.Protocol {
				case "tcp", "udp":
					r.FromPort, r.ToPort = &ports[0], &ports[1]
				case "icmp", "icmpv6":
					if types[0] >= 0 {
						r.FromPort, r.ToPort = &types[0], &types[1]
					}
				}
				if name := suggest.RuleName(g.GroupID, r); !seen[name] {
					seen[name] = true
					g.Rules = append(g.Rules, r)
				}
			}
			groups = append(groups, g)
		}
		g := &groups[random.IntN(len(groups))]
		r := &g.Rules[random.IntN(len(g.Rules))]
		x := suggest.ExceptionFor(g, r, suggest.UniqueNames(groups))
		x.Owner, x.Reason, x.Expires = "ann", "so", "2027-06-30"
		list, err := Read(bytes.NewReader(Write([]suggest.Exception{x})))
		if err != nil {
			t.Fatalf("round %d: %v\n%s", round, err, Write([]suggest.Exception{x}))
		}
		records, _ := suggest.MatchExceptions(groups, list, day)
		if want := []string{suggest.RuleName(g.GroupID, *r)}; !slices.Equal(records[0].Rules, want) {
			t.Fatalf("round %d: it stands for %q, not %q, of %+v\n%s", round, records[0].Rules, want, groups, Write(list))
		}
	}
}
