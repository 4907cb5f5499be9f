package report

import (
	"testing"

	"sgfit/schema"
	"sgfit/suggest"
)

func TestManyWords(t *testing.T) {
	for want, n := range map[string]suggest.Count{
		"0": {}, "1": {Lo: 1}, "65,536": {Lo: 65536}, "999,999": {Lo: 999_999}, "1 million": {Lo: 1_000_000}, "16.8 million": {Lo: 1 << 24},
		"268 million": {Lo: 1 << 28}, "1 billion": {Lo: 999_960_000}, "4.3 billion": {Lo: 1 << 32}, "99.9 billion": {Lo: 99_920_000_000},
		"100 billion": {Lo: 99_960_000_000}, "281 trillion": {Lo: 1 << 48}, "18.4 quintillion": {Hi: 1}, "2.4 septillion": {Hi: 131326}, "10³⁶": {Hi: 1 << 56},
	} {
		if got := manyWords(n); got != want {
			t.Errorf("manyWords(%v) = %q, want %q", n, got, want)
		}
	}
}

// exposedTo is one class of addresses on that many ports and other protocols.
func exposedTo(class suggest.AddressClass, addresses suggest.Count, ports, protocols int) suggest.Exposed {
	all := addresses.Times(uint64(ports + protocols))
	return suggest.Exposed{Combinations: all, Ports: ports, Protocols: protocols,
		Classes: []suggest.ExposedClass{{Class: class, Addresses: addresses, Ports: ports, Protocols: protocols, Combinations: all}}}
}

func both(a, b suggest.Exposed) suggest.Exposed {
	a.Combinations = a.Combinations.Plus(b.Combinations)
	a.Classes = append(a.Classes, b.Classes...)
	return a
}

func unlisted(x suggest.Exposed) suggest.Exposed {
	x.Unknown = 1
	return x
}

func TestChangedWords(t *testing.T) {
	n := func(v uint64) suggest.Count { return suggest.Count{Lo: v} }
	four := func(addresses uint64, ports, protocols int) suggest.Exposed {
		return exposedTo(suggest.InternetIPv4, n(addresses), ports, protocols)
	}
	six := func(c suggest.Count, ports, protocols int) suggest.Exposed {
		return exposedTo(suggest.InternetIPv6, c, ports, protocols)
	}
	every := both(four(1<<32, 131072, 254), six(suggest.Count{Hi: 1}, 131072, 254))
	fewer := four(17, 2, 0)
	fewer.Combinations = n(20)
	spread := four(1<<24, 3, 0)
	spread.Combinations = n(1<<25 + 1)
	uneven := both(every, suggest.Exposed{})
	uneven.Combinations = n(9)
	some := four(1<<24, 3, 0)
	some.Combinations = n(1 << 25)
	for _, tt := range []struct {
		d             schema.Direction
		before, after suggest.Exposed
		want          string
	}{
		{"ingress", four(1<<32, 1, 0), four(14, 1, 0), "from 4.3 billion IPv4 addresses on 1 port to 14"},
		{"ingress", every, four(3, 2, 0), "from every address on every port to 3 addresses on 2 ports"},
		{"egress", every, four(3, 2, 0), "from every destination on every port to 3 destinations on 2 ports"},
		{"egress", four(1<<32, 1, 0), four(1, 2, 0), "from 4.3 billion IPv4 destinations on 1 port to 1 destination on 2 ports"},
		{"ingress", four(65536, 0, 1), four(12, 0, 1), "from 65,536 addresses to 12"},
		{"ingress", four(65536, 1, 0), suggest.Exposed{}, "from 65,536 addresses on 1 port to none"},
		{"ingress", suggest.Exposed{}, suggest.Exposed{}, "none"},
		{"ingress", suggest.Exposed{}, four(1, 1, 0), "from none to 1 address on 1 port"},
		{"ingress", six(suggest.Count{Hi: 1}, 1, 0), six(n(3), 1, 0), "from the whole IPv6 internet on 1 port to 3 IPv6 /64 networks"},
		{"ingress", six(n(1<<61), 1, 0), six(n(1), 1, 0), "from the whole IPv6 internet on 1 port to 1 IPv6 /64 network"},
		{"ingress", six(n(1<<60), 1, 0), six(n(1), 1, 0), "from 1.2 quintillion IPv6 /64 networks on 1 port to 1 IPv6 /64 network"},
		{"ingress", both(four(1<<32, 1, 0), six(suggest.Count{Hi: 1}, 1, 0)), four(9, 1, 0), "from every address on 1 port to 9 addresses"},
		{"ingress", both(four(20, 1, 0), six(n(2), 1, 0)), both(four(1, 1, 0), six(n(1), 1, 0)),
			"from 20 IPv4 addresses and 2 IPv6 /64 networks on 1 port to 1 IPv4 address and 1 IPv6 /64 network"},
		{"ingress", four(1<<24, 1000, 0), four(1<<24, 2, 0), "from 1,000 ports to 2, for 16.8 million addresses"},
		{"ingress", both(four(1<<24, 2, 0), four(1, 2, 0)), spread, "from 2 ports to up to 3 ports, for 16.8 million addresses"},
		{"ingress", spread, four(1, 3, 0), "from 16.8 million addresses on up to 3 ports to 1 address on 3 ports"},
		{"ingress", spread, some, "from 33,554,433 combinations of 16.8 million addresses and up to 3 ports to 33,554,432"},
		{"ingress", uneven, four(1, 1, 0), "from every address on up to all ports to 1 address on 1 port"},
		{"ingress", four(1<<24, 131072, 254), four(1<<24, 1, 1), "from every port to 1 port and 1 other protocol, for 16.8 million addresses"},
		{"ingress", four(17, 2, 0), fewer, "from 2 ports to up to 2 ports, for 17 addresses"},
		{"ingress", four(9, 2, 0), four(9, 2, 0), "9 addresses on 2 ports"},
		{"ingress", four(9, 131072, 254), four(1, 0, 1), "from 9 addresses on every port to 1 address"},
		{"ingress", four(9, 0, 254), four(1, 0, 1), "from 9 addresses on 254 protocols without ports to 1 address"},
		{"egress", unlisted(suggest.Exposed{}), unlisted(suggest.Exposed{}), "an unknown number of destinations that cannot be listed"},
		{"egress", unlisted(suggest.Exposed{}), suggest.Exposed{}, "from an unknown number of destinations that cannot be listed to none"},
		{"ingress", unlisted(four(9, 1, 0)), unlisted(four(3, 1, 0)), "from at least 9 addresses on 1 port to at least 3 addresses"},
		{"ingress", unlisted(four(9, 1, 0)), four(9, 1, 0), "from at least 9 addresses on 1 port to 9"},
	} {
		if got := changedWords(tt.d, tt.before, tt.after); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}
