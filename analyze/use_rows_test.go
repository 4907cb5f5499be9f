package analyze

import (
	"cmp"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"sgfit/schema"
)

// TestUsesOfRows puts random rows together in any order, and compares with sums by service and peer.
func TestUsesOfRows(t *testing.T) {
	type of struct {
		port uint16
		peer int
	}
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(20, seed))
		u := &uses{addresses: &addresses{}, sets: map[uint32][][]uint32{}, owners: map[uint32][]Owner{}}
		for i := range 8 {
			u.addresses.sorted = append(u.addresses.sorted, netip.AddrFrom4([4]byte{10, 0, 0, byte(i)}))
			u.sets[uint32(i)], u.owners[uint32(i)] = [][]uint32{{uint32(i), 99}}, []Owner{{State: uint32(i)}}
		}
		conversations, late, days, states := map[of]int64{}, map[of]int64{}, map[of]uint64{}, map[of][]uint32{}
		var rows []useRow
		for range r.IntN(30) {
			at := of{uint16(r.IntN(3)), r.IntN(8)}
			if _, known := conversations[at]; known {
				continue
			}
			key := uint64(schema.TCP)<<48 | uint64(at.port)<<32 | uint64(at.peer)
			whole := useRow{key: key, kind: useWhole, a: 1 + r.Int64N(9), c: 1 + r.Int64N(1<<20), d: -1}
			conversations[at], days[at] = whole.a, uint64(whole.c)
			if state := r.Uint32N(8); r.IntN(2) == 0 {
				whole.d, states[at] = int64(state)<<32|int64(state), []uint32{state}
			} else {
				for _, n := range r.Perm(8)[:2+r.IntN(3)] {
					rows = append(rows, useRow{key: key, kind: useSeveral, a: int64(n), b: int64(n)})
					states[at] = append(states[at], uint32(n))
				}
			}
			for range r.IntN(4) {
				n := r.Int64N(5)
				rows, late[at] = append(rows, useRow{key: key, kind: useLate, a: n, b: 10 * n}), late[at]+n
			}
			rows = append(rows, whole)
		}
		r.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
		got := u.of(rows)
		if len(got) != len(conversations) {
			t.Fatalf("seed %d: %d uses, want %d", seed, len(got), len(conversations))
		}
		if !slices.IsSortedFunc(got, func(a, b *Use) int { return cmp.Or(cmp.Compare(a.Port, b.Port), a.Peer.Compare(b.Peer)) }) {
			t.Fatalf("seed %d: not sorted", seed)
		}
		for _, use := range got {
			at := of{use.Port, int(use.Peer.As4()[3])}
			want := Use{FirstDay: -1, LastDay: -1}
			want.addPage(0, days[at])
			slices.Sort(states[at])
			var owners, sets []uint32
			for i := range use.Owners {
				owners, sets = append(owners, use.Owners[i].State), append(sets, use.Sets[i][0])
			}
			if use.Protocol != schema.TCP || use.Conversations != conversations[at] || use.Late[0] != (Load{late[at], 10 * late[at]}) ||
				use.Days != want.Days || use.FirstDay != want.FirstDay || !slices.Equal(owners, states[at]) || !slices.Equal(sets, states[at]) {
				t.Fatalf("seed %d: %+v of %v: %d conversations, %d late, days %b, owners %v", seed, use, at, conversations[at], late[at], days[at], states[at])
			}
		}
	}
}
