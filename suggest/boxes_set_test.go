package suggest

import (
	"math/rand/v2"
	"testing"
)

// TestBoxSetIsAMap adds random numbers, many of them twice, to a set that grows.
func TestBoxSetIsAMap(t *testing.T) {
	r := rand.New(rand.NewPCG(16, 16))
	for range 50 {
		s, twin := newBoxSet(r.IntN(20)), map[uint64]bool{}
		for range 2000 {
			n := r.Uint64() >> (1 + r.IntN(60))
			if r.IntN(2) == 0 {
				n = n<<40 | r.Uint64N(16)
			}
			if s.add(n) == twin[n] {
				t.Fatalf("%d: added %t, was there %t", n, !twin[n], twin[n])
			}
			twin[n] = true
		}
		if s.n != len(twin) {
			t.Fatalf("%d numbers, want %d", s.n, len(twin))
		}
	}
}
