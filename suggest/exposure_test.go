package suggest

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"net/netip"
	"testing"

	"sgfit/schema"
)

func exposed(protocol schema.Protocol, from, to int32, peers ...string) ExposedRule {
	r := ExposedRule{Protocol: protocol, FromPort: from, ToPort: to}
	for _, p := range peers {
		r.Peers = append(r.Peers, schema.PrefixRange(netip.MustParsePrefix(p)))
	}
	return r
}

func TestExposure(t *testing.T) {
	world4, world6 := "0.0.0.0/0", "::/0"
	everyPort := big.NewInt(2*65536 + 254)
	for _, tt := range []struct {
		name  string
		rules []ExposedRule
		want  *big.Int
	}{
		{"nothing", nil, big.NewInt(0)},
		{"a group without members", []ExposedRule{exposed(schema.TCP, 443, 443)}, big.NewInt(0)},
		{"one port of one address", []ExposedRule{exposed(schema.TCP, 443, 443, "10.0.0.1/32")}, big.NewInt(1)},
		{"a /24 on ten ports", []ExposedRule{exposed(schema.UDP, 10, 19, "10.0.0.0/24")}, big.NewInt(2560)},
		{"twice the same", []ExposedRule{exposed(schema.TCP, 1, 2, "10.0.0.0/24"), exposed(schema.TCP, 1, 2, "10.0.0.0/24")}, big.NewInt(512)},
		{"TCP and UDP are apart", []ExposedRule{exposed(schema.TCP, 1, 2, "10.0.0.0/24"), exposed(schema.UDP, 1, 2, "10.0.0.0/24")}, big.NewInt(1024)},
		{"overlap of ports and of addresses", []ExposedRule{exposed(schema.TCP, 1, 2, "10.0.0.0/24"), exposed(schema.TCP, 2, 3, "10.0.0.0/25")}, big.NewInt(512 + 128)},
		{"ICMP whatever type and code", []ExposedRule{exposed(schema.ICMP, 8, 0, "10.0.0.0/24"), exposed(schema.ICMP, -1, -1, "10.0.0.0/25")}, big.NewInt(256)},
		{"all ports, to the last", []ExposedRule{exposed(schema.TCP, 0, 65535, "10.0.0.1/32")}, big.NewInt(65536)},
		{"all protocols", []ExposedRule{exposed(schema.AllProtocols, -1, -1, "10.0.0.1/32")}, everyPort},
		{"all protocols and what they hold", []ExposedRule{exposed(schema.AllProtocols, -1, -1, "10.0.0.1/32"), exposed(schema.TCP, 5, 9, "10.0.0.1/32"), exposed(47, -1, -1, "10.0.0.0/31")}, big.NewInt(2*65536 + 254 + 1)},
		{"an IPv6 address is its /64", []ExposedRule{exposed(schema.TCP, 1, 1, "2001:db8::1/128", "2001:db8::2/128", "2001:db8:0:1::/64", "2001:db8:0:2::/63")}, big.NewInt(4)},
		{"IPv4 and IPv6 with the same numbers", []ExposedRule{exposed(schema.TCP, 1, 1, "0.0.0.7/32", "0:0:0:7::/64")}, big.NewInt(2)},
		{"IPv4-mapped is IPv4", []ExposedRule{{Protocol: schema.TCP, FromPort: 1, ToPort: 1, Peers: []schema.AddrRange{{From: netip.MustParseAddr("::ffff:10.0.0.0"), To: netip.MustParseAddr("::ffff:10.0.0.3")}}}}, big.NewInt(4)},
		{"everything", []ExposedRule{exposed(schema.AllProtocols, -1, -1, world4), exposed(schema.AllProtocols, -1, -1, world6)},
			new(big.Int).Mul(everyPort, new(big.Int).Add(new(big.Int).Lsh(big.NewInt(1), 64), new(big.Int).Lsh(big.NewInt(1), 32)))},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := Exposure(tt.rules)
			if got.Big().Cmp(tt.want) != 0 {
				t.Errorf("Exposure = %v, want %v", got, tt.want)
			}
			bits := 0.0
			if tt.want.Sign() > 0 {
				bits = bigLog2(tt.want)
			}
			if math.Abs(BitsExposed(tt.rules)-bits) > 1e-9 {
				t.Errorf("BitsExposed = %v, want %v", BitsExposed(tt.rules), bits)
			}
		})
	}
}

// exposureTwin writes down every tuple.
func exposureTwin(rules []ExposedRule) int {
	tuples := map[string]bool{}
	for _, r := range rules {
		var peers []string
		for _, p := range r.Peers {
			for a := p.From; a.Compare(p.To) <= 0; a = a.Next() {
				if a.Is4() {
					peers = append(peers, a.String())
				} else {
					peers = append(peers, netip.PrefixFrom(a, 64).Masked().String())
				}
			}
		}
		for protocol := schema.Protocol(0); protocol < 256; protocol++ {
			if r.Protocol != schema.AllProtocols && r.Protocol != protocol {
				continue
			}
			from, to := int32(0), int32(0)
			if protocol == schema.TCP || protocol == schema.UDP {
				if from, to = r.FromPort, r.ToPort; r.Protocol == schema.AllProtocols {
					from, to = 0, 65535
				}
			}
			for port := from; port <= to; port++ {
				for _, peer := range peers {
					tuples[fmt.Sprint(protocol, port, peer)] = true
				}
			}
		}
	}
	return len(tuples)
}

func randomExposed(r *rand.Rand, all bool) ExposedRule {
	protocols := []schema.Protocol{schema.TCP, schema.TCP, schema.UDP, schema.ICMP, 47}
	rule := ExposedRule{Protocol: protocols[r.IntN(len(protocols))], FromPort: -1, ToPort: -1}
	if rule.Protocol.HasPorts() {
		rule.FromPort = r.Int32N(8)
		rule.ToPort = rule.FromPort + r.Int32N(8)
	}
	if all {
		rule.Protocol = schema.AllProtocols
	}
	for range 1 + r.IntN(3) {
		from := r.IntN(16)
		to := from + r.IntN(6)
		one := schema.AddrRange{From: netip.AddrFrom4([4]byte{0, 0, 0, byte(from)}), To: netip.AddrFrom4([4]byte{0, 0, 0, byte(to)})}
		if r.IntN(3) == 0 {
			net := uint64(from / 4)
			one = schema.AddrRange{From: schema.AddrFromBits(net, uint64(from)), To: schema.AddrFromBits(net, uint64(to))}
		}
		rule.Peers = append(rule.Peers, one)
	}
	return rule
}

func TestExposureAgainstTwin(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 6))
	for i := range 402 {
		var rules []ExposedRule
		for range 1 + r.IntN(6) {
			rules = append(rules, randomExposed(r, i%200 == 199 && len(rules) == 0))
		}
		if got, want := Exposure(rules), exposureTwin(rules); got != (Count{0, uint64(want)}) {
			t.Fatalf("Exposure = %v, want %d, of %+v", got, want, rules)
		}
	}
}

func BenchmarkExposure(b *testing.B) {
	r := rand.New(rand.NewPCG(6, 7))
	var rules []ExposedRule
	for range 120 {
		rule := exposed(schema.TCP, r.Int32N(30000), 30000+r.Int32N(30000))
		for range 500 {
			rule.Peers = append(rule.Peers, schema.PrefixRange(netip.PrefixFrom(netip.AddrFrom4([4]byte{byte(r.IntN(256)), byte(r.IntN(256)), 0, 0}), 16+r.IntN(16))))
		}
		rules = append(rules, rule)
	}
	for b.Loop() {
		Exposure(rules)
	}
}
