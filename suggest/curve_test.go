package suggest

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"

	"sgfit/analyze"
	"sgfit/schema"
)

// TestStepsHoldTheNamedPoints compares the curve with rules: none of so many exposes less, and those of each optimum expose
// exactly so much.
func TestStepsHoldTheNamedPoints(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 11))
	for round := range 60 {
		peer := schema.Peer{Kind: schema.PeerIPv4, Value: "0.0.0.0/0"}
		var uses []*analyze.Use
		ports := []uint16{443, 8443}[:1+round%2]
		for range 2 + random.IntN(12) {
			a := netip.AddrFrom4([4]byte{203, 0, 113, byte(random.IntN(256))})
			if random.IntN(3) == 0 {
				a = netip.AddrFrom4([4]byte{10, 1, 2, byte(random.IntN(256))})
			}
			for _, p := range ports {
				uses = append(uses, &analyze.Use{Protocol: schema.TCP, Port: p, Peer: a, Conversations: 1})
			}
		}
		m := &maker{estate: newEstate(&analyze.Evidence{}), opt: Options{}.defaults()}
		s := &subject{Rule: &analyze.Rule{Rule: schema.Rule{Direction: schema.Ingress, Protocol: schema.TCP, FromPort: 0, ToPort: 65535, Peer: peer}}, group: &analyze.Group{}}
		f := &fitting{m: m, s: s, budget: 60}
		parts, ok := f.curves(uses)
		if !ok {
			t.Fatal("no curve")
		}
		steps := f.steps(parts)
		at := func(rules int) float64 {
			bits := 999.0
			for _, s := range steps {
				if s.Rules <= rules {
					bits = s.ExposureBits
				}
			}
			return bits
		}
		exact := f.along(parts, pointOf(pointExact))
		if got, want := at(len(exact)), roundBits(m.bits(exact)); got > want+leastStep || got < want {
			t.Errorf("round %d: the curve says %v bits for %d rules, the exact ones expose %v", round, got, len(exact), want)
		}
		for k := 1; k <= 8; k++ {
			for l := 1; l <= 8; l++ {
				sizes := []int{k, l}
				i := -1
				whole := true
				rules := f.along(parts, func(c Curve) CoverResult {
					i++
					best, ok := c.Optimum(sizes[i])
					whole = whole && ok
					return best
				})
				if bits := roundBits(m.bits(rules)); whole && at(len(rules)) > bits+leastStep {
					t.Errorf("round %d: %d rules expose %v bits, the curve says %v\n%s", round, len(rules), bits, at(len(rules)), fmt.Sprint(rules))
				}
			}
		}
	}
}
