package suggest

import (
	"math/rand/v2"
	"net/netip"
	"testing"

	"go4.org/netipx"

	"sgfit/schema"
)

// TestAddrSetIsTheIPSet asks both of addresses in random prefixes and beside them.
func TestAddrSetIsTheIPSet(t *testing.T) {
	asked := map[bool]int{}
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 19))
		random := func() netip.Addr {
			if r.IntN(2) == 0 {
				return netip.AddrFrom4([4]byte{10, byte(r.IntN(2)), byte(r.IntN(4)), byte(r.IntN(256))})
			}
			return schema.AddrFromBits(0xfd00<<48|uint64(r.IntN(4)), uint64(r.IntN(64)))
		}
		var b netipx.IPSetBuilder
		for range r.IntN(8) {
			a := random()
			b.AddPrefix(netip.PrefixFrom(a, a.BitLen()-r.IntN(10)).Masked())
		}
		set, err := b.IPSet()
		if err != nil {
			t.Fatal(err)
		}
		fast := newAddrSet(set)
		for range 200 {
			a := random()
			want := set.Contains(a)
			if got := fast.has(a); got != want {
				t.Fatalf("seed %d: %s is in the set: %t, want %t", seed, a, got, want)
			}
			asked[want]++
		}
		if fast.has(netip.AddrFrom16(netip.AddrFrom4([4]byte{10, 0, 0, 1}).As16())) {
			t.Fatal("an IPv4 address in IPv6 clothes is none")
		}
	}
	if asked[true] < 1000 || asked[false] < 1000 {
		t.Fatalf("asked %v: one answer is hardly tested", asked)
	}
}
