package suggest

import (
	"math/rand/v2"
	"testing"

	"sgfit/schema"
)

// TestTalkTableIsAMap counts random talks, some often, in a table that grows.
func TestTalkTableIsAMap(t *testing.T) {
	r := rand.New(rand.NewPCG(17, 17))
	for range 20 {
		var table talkTable
		twin := map[talkKey][2]int64{}
		for range 5000 {
			key := talkKey{uint32(r.IntN(1 + r.IntN(300))), uint32(r.IntN(20)), []schema.Protocol{schema.TCP, schema.UDP, schema.ICMP}[r.IntN(3)], uint16(r.IntN(1 + r.IntN(1<<16)))}
			side, n := r.IntN(2), r.Int64N(100)
			table.of(key).conversations[side] += n
			was := twin[key]
			was[side] += n
			twin[key] = was
		}
		seen := 0
		for talk := range table.all {
			seen++
			if twin[talk.talkKey] != talk.conversations {
				t.Fatalf("%+v: %v, want %v", talk.talkKey, talk.conversations, twin[talk.talkKey])
			}
		}
		if seen != len(twin) || table.n != len(twin) {
			t.Fatalf("%d talks, counted as %d, want %d", seen, table.n, len(twin))
		}
	}
}
