package suggest

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sgfit/schema"
)

func prefixes(all ...string) []netip.Prefix {
	var out []netip.Prefix
	for _, s := range all {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}

// measureAll measures rules seen from who owns the CIDRs.
func measureAll(rules []ExposedRule, own ...string) Exposed {
	var s exposureSweep
	return measureWith(&s, rules, newClassMap(prefixes(own...)))
}

func measureWith(s *exposureSweep, rules []ExposedRule, classes *classMap) Exposed {
	for _, r := range rules {
		s.add(servicesExposed(r.Protocol, r.FromPort, r.ToPort), unitSpans(r.Peers))
	}
	return s.measure(classes)
}

// full is the exposure with nothing left out of its classes.
func full(x Exposed) Exposed {
	x.Classes = slices.Clone(x.Classes)
	for i, c := range x.Classes {
		x.Classes[i] = x.Class(c.Class)
	}
	return x
}

// exposedWords writes an exposure in short: "12/3: internet-ipv4 4*2+1".
func exposedWords(x Exposed) string {
	s := fmt.Sprintf("%v on %d+%d", x.Combinations, x.Ports, x.Protocols)
	for _, c := range full(x).Classes {
		s += fmt.Sprintf("; %s %v on %d+%d is %v", c.Class, c.Addresses, c.Ports, c.Protocols, c.Combinations)
	}
	return s
}

func TestExposureByClass(t *testing.T) {
	for _, tt := range []struct {
		name  string
		rules []ExposedRule
		own   []string
		want  string
	}{
		{"nothing", nil, nil, "0 on 0+0"},
		{"a group without members opens no port", []ExposedRule{exposed(schema.TCP, 1, 9)}, nil, "0 on 0+0"},
		{"every IPv4 address", []ExposedRule{exposed(schema.TCP, 22, 22, "0.0.0.0/0")}, []string{"10.0.0.0/16"},
			"4294967296 on 1+0; internet-ipv4 4272816128 on 1+0 is 4272816128; private-ipv4 22085632 on 1+0 is 22085632; own-vpc-ipv4 65536 on 1+0 is 65536"},
		{"every IPv6 address", []ExposedRule{exposed(schema.TCP, 22, 22, "::/0")}, []string{"2001:db8:1::/56"},
			"18446744073709551616 on 1+0; internet-ipv6 18284614487124213504 on 1+0 is 18284614487124213504; private-ipv6 162129586585337856 on 1+0 is 162129586585337856; own-vpc-ipv6 256 on 1+0 is 256"},
		{"a public CIDR of the VPC is the VPC's", []ExposedRule{exposed(schema.UDP, 53, 53, "198.51.100.0/24")}, []string{"198.51.100.0/25"},
			"256 on 1+0; internet-ipv4 128 on 1+0 is 128; own-vpc-ipv4 128 on 1+0 is 128"},
		{"each class has its ports", []ExposedRule{exposed(schema.TCP, 443, 443, "0.0.0.0/1"), exposed(schema.TCP, 0, 65535, "192.168.0.0/31"), exposed(47, 0, 0, "192.168.0.0/32")}, []string{"10.0.0.0/16", "127.0.0.0/8"},
			"2147614721 on 65536+1; internet-ipv4 2109734912 on 1+0 is 2109734912; private-ipv4 20905986 on 65536+1 is 21037057; own-vpc-ipv4 16842752 on 1+0 is 16842752"},
		{"all protocols", []ExposedRule{exposed(schema.AllProtocols, -1, -1, "10.0.0.1/32")}, []string{"10.0.0.0/16"},
			"131326 on 131072+254; own-vpc-ipv4 1 on 131072+254 is 131326"},
		{"carrier-grade, link-local, unique local", []ExposedRule{exposed(schema.ICMP, -1, -1, "100.64.0.0/10", "169.254.0.0/16", "fd00::/8", "fe80::/64")}, nil,
			"72057594042187777 on 0+1; private-ipv4 4259840 on 0+1 is 4259840; private-ipv6 72057594037927937 on 0+1 is 72057594037927937"},
	} {
		if got := exposedWords(measureAll(tt.rules, tt.own...)); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, got, tt.want)
		}
	}
}

// borderRule is a random rule near the places where classes meet.
func borderRule(r *rand.Rand, all bool) ExposedRule {
	rule := randomExposed(r, all)
	for i := range rule.Peers {
		p := &rule.Peers[i]
		if p.From.Is4() {
			shift := func(a netip.Addr) netip.Addr {
				_, lo := schema.AddrBits(a)
				return schema.AddrFromBits(0, lo+0x0a000000-10)
			}
			p.From, p.To = shift(p.From), shift(p.To)
			continue
		}
		shift := func(a netip.Addr) netip.Addr {
			hi, lo := schema.AddrBits(a)
			return schema.AddrFromBits(hi+0xfc00_0000_0000_0000-2, lo)
		}
		p.From, p.To = shift(p.From), shift(p.To)
	}
	return rule
}

// classTwin says the class of one address by the definition.
func classTwin(a netip.Addr, own []netip.Prefix) AddressClass {
	in := func(all []netip.Prefix) bool {
		return slices.ContainsFunc(all, func(p netip.Prefix) bool { return p.Contains(a) })
	}
	family := "ipv4"
	if a.Is6() {
		family = "ipv6"
	}
	switch {
	case in(own):
		return AddressClass("own-vpc-" + family)
	case in(privateSpace):
		return AddressClass("private-" + family)
	}
	return AddressClass("internet-" + family)
}

// exposedTwin writes down every tuple by the class of its address.
func exposedTwin(rules []ExposedRule, own []netip.Prefix) Exposed {
	type service struct {
		protocol schema.Protocol
		port     int32
	}
	type tuple struct {
		service
		unit string
	}
	tuples := map[AddressClass]map[tuple]bool{}
	addresses := map[AddressClass]map[string]bool{}
	services := map[AddressClass]map[service]bool{"": {}}
	for _, c := range addressClasses {
		tuples[c], addresses[c], services[c] = map[tuple]bool{}, map[string]bool{}, map[service]bool{}
	}
	for _, r := range rules {
		for _, p := range r.Peers {
			for a := p.From; a.Compare(p.To) <= 0; a = a.Next() {
				unit := a.String()
				if a.Is6() {
					unit = netip.PrefixFrom(a, 64).Masked().String()
				}
				c := classTwin(a, own)
				addresses[c][unit] = true
				for protocol := schema.Protocol(0); protocol < 256; protocol++ {
					if r.Protocol != schema.AllProtocols && r.Protocol != protocol {
						continue
					}
					from, to := int32(0), int32(0)
					if protocol.HasPorts() {
						if from, to = r.FromPort, r.ToPort; r.Protocol == schema.AllProtocols {
							from, to = 0, 65535
						}
					}
					for port := from; port <= to; port++ {
						tuples[c][tuple{service{protocol, port}, unit}] = true
						services[c][service{protocol, port}], services[""][service{protocol, port}] = true, true
					}
				}
			}
		}
	}
	split := func(of map[service]bool) (ports, protocols int) {
		for s := range of {
			if s.protocol.HasPorts() {
				ports++
			} else {
				protocols++
			}
		}
		return ports, protocols
	}
	var out Exposed
	total := 0
	out.Ports, out.Protocols = split(services[""])
	for _, c := range addressClasses {
		n := len(tuples[c])
		if n == 0 {
			continue
		}
		total += n
		one := ExposedClass{Class: c, Addresses: Count{0, uint64(len(addresses[c]))}, Combinations: Count{0, uint64(n)}, Bits: roundBits(math.Log2(float64(n)))}
		one.Ports, one.Protocols = split(services[c])
		out.Classes = append(out.Classes, one)
	}
	out.Combinations = Count{0, uint64(total)}
	if total > 0 {
		out.Bits = roundBits(math.Log2(float64(total)))
	}
	return out
}

func TestExposureByClassAgainstTwin(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	own := prefixes("10.0.0.2/31", "9.255.255.254/31", "fc00:0:0:1::/64")
	classes := newClassMap(own)
	var s exposureSweep
	seen := map[AddressClass]int{}
	for i := range 400 {
		var rules []ExposedRule
		for range r.IntN(8) {
			rules = append(rules, borderRule(r, i%200 == 199 && len(rules) == 0))
		}
		want := exposedTwin(rules, own)
		if diff := cmp.Diff(want, full(measureWith(&s, rules, classes))); diff != "" {
			t.Fatalf("%+v\n-want +got:\n%s", rules, diff)
		}
		for _, c := range want.Classes {
			seen[c.Class]++
		}
	}
	for _, c := range addressClasses {
		if seen[c] < 50 {
			t.Errorf("class %s came up %d times only", c, seen[c])
		}
	}
}

// TestExposureOfAnySizeAgainstTwin holds both to the other algorithm, and to each other.
func TestExposureOfAnySizeAgainstTwin(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 9))
	for range 300 {
		var rules []ExposedRule
		for range 1 + r.IntN(30) {
			p := []schema.Protocol{schema.AllProtocols, schema.TCP, schema.TCP, schema.UDP, schema.ICMP, 0, 255, 50}[r.IntN(8)]
			from := r.Int32N(65536)
			rule := ExposedRule{Protocol: p, FromPort: from, ToPort: from + r.Int32N(65536-from)}
			for range r.IntN(6) {
				a := schema.AddrFromBits(r.Uint64(), r.Uint64())
				if r.IntN(2) == 0 {
					a = netip.AddrFrom4([4]byte{byte(r.IntN(256)), byte(r.IntN(256)), byte(r.IntN(256)), byte(r.IntN(256))})
				}
				rule.Peers = append(rule.Peers, schema.PrefixRange(netip.PrefixFrom(a, r.IntN(a.BitLen()+1)).Masked()))
			}
			rules = append(rules, rule)
		}
		got := measureAll(rules, "10.1.0.0/16", "2600:1f14::/36", "198.18.0.0/15")
		var sum Count
		for _, c := range full(got).Classes {
			sum = sum.Plus(c.Combinations)
		}
		if want := segmentTwin(rules); sum != want || got.Combinations != want || Exposure(rules) != want {
			t.Fatalf("the classes add up to %v, all are %v, Exposure is %v, want %v, of %+v", sum, got.Combinations, Exposure(rules), want, rules)
		}
	}
}

func TestClassMapIgnoresWhatNoVPCIs(t *testing.T) {
	got := measureAll([]ExposedRule{exposed(schema.TCP, 1, 1, "::/0", "0.0.0.0/0")}, "::/0", "0.0.0.0/0", "ff00::/8")
	for _, c := range got.Classes {
		if c.Class == OwnVPCIPv4 || c.Class == OwnVPCIPv6 {
			t.Errorf("%s holds %v", c.Class, c.Addresses)
		}
	}
}

func TestCountInJSON(t *testing.T) {
	for _, c := range []Count{{}, {0, 7}, {1, 0}, {1 << 20, math.MaxUint64}} {
		b, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		var back Count
		if err := json.Unmarshal(b, &back); err != nil || back != c || string(b) != `"`+c.String()+`"` {
			t.Errorf("%v is %s and comes back as %v, %v", c, b, back, err)
		}
	}
	for _, bad := range []string{`""`, `"-1"`, `"1e3"`, `"12 "`, `"999999999999999999999999999999999999999999"`} {
		if err := json.Unmarshal([]byte(bad), new(Count)); err == nil {
			t.Errorf("%s was taken", bad)
		}
	}
}
