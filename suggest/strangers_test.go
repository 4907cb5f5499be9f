package suggest

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"sgfit/analyze"
)

// TestStrangersAgainstTwin asks of random prefixes, twice, and a twin that goes through every address.
func TestStrangersAgainstTwin(t *testing.T) {
	met := map[bool]int{}
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 7))
		address := func() netip.Addr {
			if seed%2 == 0 {
				return netip.AddrFrom4([4]byte{10, 0, byte(r.IntN(2)), byte(r.IntN(256))})
			}
			return netip.AddrFrom16([16]byte{0x20, 1, 14: byte(r.IntN(2)), 15: byte(r.IntN(256))})
		}
		prefix := func() netip.Prefix {
			a := address()
			return netip.PrefixFrom(a, a.BitLen()-r.IntN(11)).Masked()
		}
		ev := &analyze.Evidence{Inventory: analyze.Inventory{Addresses: map[netip.Addr][]string{}}}
		for range r.IntN(300) {
			ev.Inventory.Addresses[address()] = []string{fmt.Sprint("sg-", r.IntN(4))}
		}
		groups, peers := []string{"sg-1", "sg-9"}, []netip.Addr{}
		for range r.IntN(30) {
			peers = append(peers, address())
		}
		within := []netip.Prefix{prefix(), prefix(), prefix()}
		s := newEstate(ev).strangers("", within, [][]string{{groups[0]}, {groups[1]}}, peers)
		for range 40 {
			p, want := prefix(), false
			for a, worn := range ev.Inventory.Addresses {
				inside := slices.ContainsFunc(within, func(w netip.Prefix) bool { return w.Contains(a) })
				want = want || inside && p.Contains(a) && !slices.Contains(groups, worn[0]) && !slices.Contains(peers, a)
			}
			got := s.meet(prefixKeys(addrKey(p.Addr()), p.Bits()))
			again := s.meet(prefixKeys(addrKey(p.Addr()), p.Bits())) // kept, where it took long
			if got != want || again != want {
				t.Fatalf("seed %d: strangers in %s: %t, again %t; the twin says %t", seed, p, got, again, want)
			}
			met[want]++
		}
	}
	if met[true] < 1000 || met[false] < 1000 {
		t.Fatalf("met %v: one answer is hardly tested", met)
	}
}
