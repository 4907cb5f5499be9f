package analyze

import (
	"cmp"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"sgfit/schema"
)

// useRow is one row of usesQuery.
type useRow struct {
	key        uint64 // of the use: its service, and below it the address' place in the order of addresses
	a, b, c, d int64
	kind       uint8
}

// of are the uses that rows tell of.
func (u *uses) of(rows []useRow) []*Use {
	if len(rows) == 0 {
		return nil
	}
	type keyed struct {
		key uint64
		row *useRow
	}
	order, n := make([]keyed, len(rows)), 0
	for i := range rows {
		order[i] = keyed{rows[i].key, &rows[i]}
	}
	slices.SortFunc(order, func(a, b keyed) int { return cmp.Compare(a.key, b.key) })
	for i := range order {
		if i == 0 || order[i].key != order[i-1].key {
			n++
		}
	}
	block, out := make([]Use, n), make([]*Use, 0, n)
	for i := range order {
		if i == 0 || order[i].key != order[i-1].key {
			if i > 0 {
				u.end(out[len(out)-1])
			}
			out = append(out, &block[len(out)])
			u.begin(out[len(out)-1], order[i].key)
		}
		u.tell(out[len(out)-1], order[i].row)
	}
	u.end(out[len(out)-1])
	return out
}

// begin makes a use of which no row was read yet.
func (u *uses) begin(use *Use, key uint64) {
	*use = Use{Protocol: schema.Protocol(uint8(key >> 48)), Port: uint16(key >> 32), Peer: u.addresses.sorted[uint32(key)], FirstDay: -1, LastDay: -1}
	u.several.states, u.several.sets = u.several.states[:0], u.several.sets[:0]
}

// tell adds what a row tells.
func (u *uses) tell(use *Use, row *useRow) {
	switch row.kind {
	case useWhole:
		use.Conversations, use.Ambiguous = row.a, row.b
		use.addPage(0, uint64(row.c))
		if row.d >= 0 {
			u.several.add(uint32(row.d>>32), uint32(row.d))
		}
	case useLate:
		use.Late[0].add(Load{row.a, row.b})
		use.Late[1].add(Load{row.c, row.d})
	case useSeveral:
		u.several.add(uint32(row.a), uint32(row.b))
	case usePage:
		use.addPage(int(row.a), uint64(row.b))
	}
}

// end says who had the address and what admitted it, when all rows of a use were read.
func (u *uses) end(use *Use) { use.Owners, use.Sets = u.several.of(u) }

// several are the owners and the sets of one use, mostly one of each.
type several struct{ states, sets []uint32 }

func (s *several) add(state, set uint32) {
	if !slices.Contains(s.states, state) {
		s.states = append(s.states, state)
	}
	if !slices.Contains(s.sets, set) {
		s.sets = append(s.sets, set)
	}
}

// noSets is what a use without any has: one that is empty.
var noSets = [][]uint32{nil}

// of looks up what the numbers stand for. The lists must not be changed.
func (s *several) of(u *uses) (owners []Owner, sets [][]uint32) {
	if len(s.sets) == 0 {
		return nil, noSets
	}
	slices.SortFunc(s.states, func(a, b uint32) int { return strings.Compare(strconv.Itoa(int(a)), strconv.Itoa(int(b))) })
	slices.Sort(s.sets)
	return gathered(u.owners, s.states), gathered(u.sets, s.sets)
}

// gathered puts the lists of several numbers together; that of one number is not copied.
func gathered[T any](lists map[uint32][]T, numbers []uint32) (all []T) {
	if len(numbers) == 1 {
		return lists[numbers[0]]
	}
	for _, no := range numbers {
		all = append(all, lists[no]...)
	}
	return all
}

// daysAPage is how many days of the window stand in one number.
const daysAPage = 62

// addPage adds days of a use.
func (u *Use) addPage(page int, days uint64) {
	if days == 0 {
		return
	}
	if first := page*daysAPage + bits.TrailingZeros64(days); u.FirstDay < 0 || first < u.FirstDay {
		u.FirstDay = first
	}
	u.LastDay = max(u.LastDay, page*daysAPage+bits.Len64(days)-1)
	u.Days += bits.OnesCount64(days)
}
