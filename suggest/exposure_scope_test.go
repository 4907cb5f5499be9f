package suggest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sgfit/analyze"
	"sgfit/schema"
)

// exposureEstate has two VPCs in two Regions of an account, and a group with three members.
func exposureEstate() *estate {
	return newEstate(&analyze.Evidence{Inventory: analyze.Inventory{
		VPCs: []schema.VPC{
			{VPCID: "vpc-a", AccountID: "1", Region: "r1", CIDRs: prefixes("10.1.0.0/16")},
			{VPCID: "vpc-b", AccountID: "1", Region: "r2", CIDRs: prefixes("10.2.0.0/16")},
		},
		PrefixLists: []schema.PrefixList{{PrefixListID: "pl-a", Entries: prefixes("198.51.100.0/24", "198.51.100.0/25", "2001:db8::/48")}},
		Members:     map[string][]netip.Addr{"sg-m": {netip.MustParseAddr("10.1.0.7"), netip.MustParseAddr("10.1.0.9"), netip.MustParseAddr("10.2.0.9")}},
	}})
}

func exposureRule(d schema.Direction, a Action, port int32, kind schema.PeerKind, peer string, instead ...ReplacementRule) Rule {
	return Rule{Direction: d, Protocol: "tcp", FromPort: &port, ToPort: &port, Peer: schema.Peer{Kind: kind, Value: peer}, Action: a, Replacement: instead}
}

func insteadOf(port int32, kind schema.PeerKind, peer string) ReplacementRule {
	return ReplacementRule{Protocol: "tcp", FromPort: &port, ToPort: &port, Peer: schema.Peer{Kind: kind, Value: peer}}
}

// changeWords writes a change in short, by class.
func changeWords(c *ExposureChange) string {
	if c == nil {
		return "no rules"
	}
	short := func(x *Exposed) string {
		if x == nil {
			return "-"
		}
		s := fmt.Sprintf("%v on %d", x.Combinations, x.Ports)
		for _, c := range x.Classes {
			s += fmt.Sprintf(" %s:%v", c.Class, c.Addresses)
		}
		if x.Unknown > 0 {
			s += fmt.Sprintf(" unknown:%d", x.Unknown)
		}
		return s
	}
	return short(&c.Before) + " | " + short(c.After) + " | " + short(c.Suggested)
}

func exposurePlan() Plan {
	silent := exposureRule("ingress", Review, 9, "ipv4", "10.1.0.0/24")
	silent.Findings = []Finding{{NoTraffic, "Silent."}, {YoungRule, "Young."}}
	thin := exposureRule("ingress", Review, 9, "ipv4", "10.1.1.0/24")
	thin.Findings = []Finding{{ThinEvidence, "Unclear."}}
	return Plan{Groups: []Group{
		{AccountID: "1", Region: "r1", VPCID: "vpc-a", GroupID: "sg-1", Interfaces: 1, Rules: []Rule{
			exposureRule("ingress", Replace, 22, "ipv4", "10.0.0.0/14", insteadOf(22, "security-group", "sg-m")),
			silent, thin,
			exposureRule("ingress", Review, 80, "ipv4", "192.168.0.0/24", insteadOf(80, "ipv4", "192.168.0.1/32")),
			exposureRule("egress", Remove, 22, "prefix-list", "pl-a"),
		}},
		{AccountID: "1", Region: "r2", VPCID: "vpc-b", GroupID: "sg-2", Interfaces: 1, Rules: []Rule{
			exposureRule("ingress", Keep, 22, "security-group", "sg-m"),
			exposureRule("egress", Keep, 22, "prefix-list", "pl-unknown"),
		}},
		{AccountID: "1", Region: "r2", VPCID: "vpc-b", GroupID: "sg-unworn", Rules: []Rule{exposureRule("ingress", Keep, 22, "ipv4", "0.0.0.0/0")}},
	}}
}

func TestExposureOfScopes(t *testing.T) {
	p := exposurePlan()
	p.measureExposure(exposureEstate(), func(q schema.Peer) bool { return q.Value == "pl-unknown" })
	got := map[string]string{}
	for _, g := range p.Groups {
		for i := range g.Rules {
			got[fmt.Sprint(g.GroupID, "/", i+1)] = changeWords(g.Rules[i].Exposure)
		}
		got[g.GroupID+" in"], got[g.GroupID+" out"] = changeWords(g.Exposure.Ingress), changeWords(g.Exposure.Egress)
	}
	for _, s := range append(append(p.Exposure.Accounts, p.Exposure.Regions...), p.Exposure.VPCs...) {
		name := fmt.Sprintf("%s %s %s (%d) ", s.AccountID, s.Region, s.VPCID, s.Groups)
		got[name+"in"], got[name+"out"] = changeWords(s.Ingress), changeWords(s.Egress)
	}
	want := map[string]string{
		"sg-1/1": "262144 on 1 private-ipv4:196608 own-vpc-ipv4:65536 | 3 on 1 private-ipv4:1 own-vpc-ipv4:2 | -",
		"sg-1/2": "256 on 1 own-vpc-ipv4:256 | - | 0 on 0",
		"sg-1/3": "256 on 1 own-vpc-ipv4:256 | - | -",
		"sg-1/4": "256 on 1 private-ipv4:256 | - | 1 on 1 private-ipv4:1",
		"sg-1/5": "65792 on 1 internet-ipv4:256 internet-ipv6:65536 | 0 on 0 | -",
		"sg-1 in": "262912 on 3 private-ipv4:196864 own-vpc-ipv4:65536 | 771 on 3 private-ipv4:257 own-vpc-ipv4:512" +
			" | 260 on 3 private-ipv4:2 own-vpc-ipv4:258",
		"sg-1 out":           "65792 on 1 internet-ipv4:256 internet-ipv6:65536 | 0 on 0 | -",
		"sg-2/1":             "3 on 1 private-ipv4:2 own-vpc-ipv4:1 | - | -",
		"sg-2/2":             "0 on 0 unknown:1 | - | -",
		"sg-2 in":            "3 on 1 private-ipv4:2 own-vpc-ipv4:1 | - | -",
		"sg-2 out":           "0 on 0 unknown:1 | - | -",
		"sg-unworn/1":        "4294967296 on 1 internet-ipv4:4272816128 private-ipv4:22085632 own-vpc-ipv4:65536 | - | -",
		"sg-unworn in":       "4294967296 on 1 internet-ipv4:4272816128 private-ipv4:22085632 own-vpc-ipv4:65536 | - | -",
		"sg-unworn out":      "no rules",
		"1   (2) in":         "262912 on 3 private-ipv4:131328 own-vpc-ipv4:131072 | 771 on 3 private-ipv4:256 own-vpc-ipv4:513 | 260 on 3 private-ipv4:1 own-vpc-ipv4:259",
		"1   (2) out":        "65792 on 1 internet-ipv4:256 internet-ipv6:65536 unknown:1 | 0 on 0 unknown:1 | -",
		"1 r1  (1) in":       "262912 on 3 private-ipv4:196864 own-vpc-ipv4:65536 | 771 on 3 private-ipv4:257 own-vpc-ipv4:512 | 260 on 3 private-ipv4:2 own-vpc-ipv4:258",
		"1 r1  (1) out":      "65792 on 1 internet-ipv4:256 internet-ipv6:65536 | 0 on 0 | -",
		"1 r2  (1) in":       "3 on 1 private-ipv4:2 own-vpc-ipv4:1 | - | -",
		"1 r2  (1) out":      "0 on 0 unknown:1 | - | -",
		"1 r1 vpc-a (1) in":  "262912 on 3 private-ipv4:196864 own-vpc-ipv4:65536 | 771 on 3 private-ipv4:257 own-vpc-ipv4:512 | 260 on 3 private-ipv4:2 own-vpc-ipv4:258",
		"1 r1 vpc-a (1) out": "65792 on 1 internet-ipv4:256 internet-ipv6:65536 | 0 on 0 | -",
		"1 r2 vpc-b (1) in":  "3 on 1 private-ipv4:2 own-vpc-ipv4:1 | - | -",
		"1 r2 vpc-b (1) out": "0 on 0 unknown:1 | - | -",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	bits := func(n float64) float64 { return roundBits(math.Log2(n)) }
	want1 := ExposureBits{Ingress: BeforeAfter{bits(262912), bits(771)}, Egress: BeforeAfter{bits(65792), 0}}
	if got := p.Groups[0].ExposureBits; got != want1 {
		t.Errorf("bits of the first group %v, want %v", got, want1)
	}
}

// TestDemotedRuleTakesNoCredit: what the replay speaks against is neither applied nor, where it was a removal, suggested.
func TestDemotedRuleTakesNoCredit(t *testing.T) {
	p, e := exposurePlan(), exposureEstate()
	p.measureExposure(e, func(schema.Peer) bool { return false })
	p.demote(e, []Refusal{{Flow: Flow{Conversations: 3}, Through: []string{"sg-1 ingress tcp 22 10.0.0.0/14", "sg-1 egress tcp 22 pl-a"}}})
	g := p.Groups[0]
	for _, tt := range []struct {
		name string
		of   *ExposureChange
		want string
	}{
		{"the replacement", g.Rules[0].Exposure, "262144 on 1 private-ipv4:196608 own-vpc-ipv4:65536 | - | 3 on 1 private-ipv4:1 own-vpc-ipv4:2"},
		{"the removal", g.Rules[4].Exposure, "65792 on 1 internet-ipv4:256 internet-ipv6:65536 | - | -"},
		{"inbound", g.Exposure.Ingress, "262912 on 3 private-ipv4:196864 own-vpc-ipv4:65536 | - | 260 on 3 private-ipv4:2 own-vpc-ipv4:258"},
		{"outbound", g.Exposure.Egress, "65792 on 1 internet-ipv4:256 internet-ipv6:65536 | - | -"},
		{"the VPC", p.Exposure.VPCs[0].Egress, "65792 on 1 internet-ipv4:256 internet-ipv6:65536 | - | -"},
	} {
		if got := changeWords(tt.of); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}

// hugePlan has 5,000 groups of ten rules in 20 accounts of five VPCs each, and 20,000 interfaces.
func hugePlan() (Plan, *estate) {
	r := rand.New(rand.NewPCG(6, 8))
	inv := analyze.Inventory{Members: map[string][]netip.Addr{}}
	var p Plan
	for i := range 5000 {
		vpc, account := i/50, i/250
		if i%50 == 0 {
			inv.VPCs = append(inv.VPCs, schema.VPC{VPCID: fmt.Sprint("vpc-", vpc), AccountID: fmt.Sprint(account), Region: "r",
				CIDRs: []netip.Prefix{netip.MustParsePrefix(fmt.Sprintf("10.%d.0.0/16", vpc))}})
		}
		g := Group{AccountID: fmt.Sprint(account), Region: "r", VPCID: fmt.Sprint("vpc-", vpc), GroupID: fmt.Sprint("sg-", i), Interfaces: 4}
		for k := range 4 {
			inv.Members[g.GroupID] = append(inv.Members[g.GroupID], netip.AddrFrom4([4]byte{10, byte(vpc), byte(i), byte(4*(i%50) + k)}))
		}
		port := func() int32 { return []int32{22, 80, 443, 3306, 5432, 8080, 8000 + r.Int32N(2000)}[r.IntN(7)] }
		cidr := func(from int) string {
			return netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(r.IntN(256)), byte(r.IntN(256)), byte(r.IntN(256))}), from+r.IntN(33-from)).Masked().String()
		}
		for k := range 10 {
			d := schema.Ingress
			if k > 7 {
				d = schema.Egress
			}
			rule := exposureRule(d, []Action{Keep, Keep, Remove, Review, Replace}[r.IntN(5)], port(), "ipv4", cidr(8))
			switch k {
			case 0:
				rule.Peer.Value = "0.0.0.0/0"
			case 1, 2:
				rule.Peer = schema.Peer{Kind: "security-group", Value: fmt.Sprint("sg-", vpc*50+r.IntN(50))}
			case 9:
				rule.Peer.Value, rule.Protocol, rule.FromPort, rule.ToPort = "0.0.0.0/0", "all", nil, nil
			}
			if rule.Action == Replace || rule.Action == Review {
				for range 4 {
					rule.Replacement = append(rule.Replacement, insteadOf(port(), "ipv4", cidr(24)))
				}
			}
			g.Rules = append(g.Rules, rule)
		}
		p.Groups = append(p.Groups, g)
	}
	return p, newEstate(&analyze.Evidence{Inventory: inv})
}

func BenchmarkMeasureExposure(b *testing.B) {
	p, e := hugePlan()
	for _, accounts := range []int{20, 1} {
		if accounts == 1 {
			for i := range p.Groups {
				p.Groups[i].AccountID = "one"
			}
		}
		b.Run(fmt.Sprintf("accounts=%d", accounts), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p.measureExposure(e, func(schema.Peer) bool { return false })
			}
		})
	}
}
