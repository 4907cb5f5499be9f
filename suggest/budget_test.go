package suggest

import (
	"math/rand/v2"
	"net/netip"
	"reflect"
	"testing"

	"sgfit/schema"
)

// TestBoxesNeedNoMoreThanTheySay asks for boxes within one budget, and then within others that suffice by what is noted
// as needed: they must be the same.
func TestBoxesNeedNoMoreThanTheySay(t *testing.T) {
	free, bound := 0, 0
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 11))
		var uses []BoxUse
		for range 1 + r.IntN(60) {
			uses = append(uses, BoxUse{schema.TCP, uint16(1 + r.IntN(1+int(seed)%12)*r.IntN(4)),
				netip.AddrFrom4([4]byte{10, byte(r.IntN(1 + int(seed)%3)), byte(r.IntN(4)), byte(r.IntN(64))})})
		}
		needs := 0
		with := func(budget int) ([]Box, bool) {
			return Boxes(uses, CoverOptions{Budget: budget, Density: 30, needs: &needs})
		}
		budget := 1 + r.IntN(60)
		want, ok := with(budget)
		if !ok || needs == budgetDecides {
			bound++
			continue
		}
		free++
		least := needs
		for _, other := range []int{least, least + 1, least + r.IntN(100), 1000} {
			needs = 0
			if got, ok := with(other); !ok || !reflect.DeepEqual(got, want) {
				t.Fatalf("seed %d: with %d, %v, which is said to need %d; with %d, %v", seed, budget, want, least, other, got)
			}
		}
	}
	if free < 50 || bound < 50 {
		t.Fatalf("%d free, %d bound: one of them is hardly tested", free, bound)
	}
}
