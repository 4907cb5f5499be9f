package suggest

import (
	"cmp"
	"slices"

	"sgfit/schema"
)

// Move is one rule that goes, once those that stand for it are there. Rules that stand for several are the same by key.
type Move struct {
	Rule    QuotaRule
	Stays   bool        // it is one of those that stand for it or for another
	StandIn []QuotaRule // that are not there yet
}

// NoRoom is the step of a move for which there is never room.
const NoRoom = -1

// Steps puts the moves of a group into steps, from 0: in each the rules that are needed are added, and then those that they
// stand for go. It is one step where all fits beside all that is there; else what needs nothing goes first, and then as much at
// a time as finds room beside what is still there. A quota is never exceeded, going forth or back through the steps, and a
// rule never goes before all that stand for it are there.
func (q *Quota) Steps(moves []Move) []int {
	steps := make([]int, len(moves))
	for i := range steps {
		steps[i] = NoRoom
	}
	there := map[string]bool{}
	if all := missing(moves, there); q.fitAll(all) {
		q.addAll(all)
		for i := range moves {
			steps[i] = 0
			q.leave(moves[i])
		}
		return steps
	}
	for step := 0; q.step(moves, steps, there, step) || step == 0; step++ {
	}
	return closed(steps)
}

// step makes the moves that one step has room for; in step 0 only those that need nothing. What makes for more rules than
// before waits until all has gone that makes for fewer, and for those of it that make more room.
func (q *Quota) step(moves []Move, steps []int, there map[string]bool, step int) bool {
	var gone []int
	shrunk := false
	for _, w := range q.waiting(moves, steps, there) {
		add := missing(moves[w.move:w.move+1], there)
		fits := len(add) == 0 || step > 0 && q.fitAll(add)
		if w.grows() && (shrunk || !fits && len(gone) > 0) {
			break
		}
		if !fits {
			continue
		}
		q.addAll(add)
		for _, r := range add {
			there[r.Key] = true
		}
		steps[w.move], shrunk = step, shrunk || !w.grows()
		gone = append(gone, w.move)
	}
	for _, i := range gone {
		q.leave(moves[i])
	}
	return len(gone) > 0
}

// closed renumbers steps so that none is empty.
func closed(steps []int) []int {
	used := slices.Compact(slices.Sorted(slices.Values(steps)))
	used = slices.DeleteFunc(used, func(n int) bool { return n == NoRoom })
	for i, n := range steps {
		if n != NoRoom {
			steps[i] = slices.Index(used, n)
		}
	}
	return steps
}

// waiting is a move that is not made yet, with how much it adds and frees.
type waiting struct{ move, adds, frees int }

func (w waiting) grows() bool { return w.adds > w.frees }

// waiting are the moves to be made, those first that leave no more rules than before, the smallest of them first, then
// those that make most room.
func (q *Quota) waiting(moves []Move, steps []int, there map[string]bool) (out []waiting) {
	for i := range moves {
		if steps[i] != NoRoom {
			continue
		}
		w := waiting{move: i}
		for _, r := range missing(moves[i:i+1], there) {
			w.adds += q.weight(r.Peer)
		}
		if !moves[i].Stays {
			w.frees = q.weight(moves[i].Rule.Peer)
		}
		out = append(out, w)
	}
	slices.SortStableFunc(out, func(a, b waiting) int {
		switch {
		case a.grows() != b.grows():
			return cmp.Compare(a.adds-a.frees, b.adds-b.frees)
		case a.grows():
			return cmp.Or(-cmp.Compare(a.frees, b.frees), cmp.Compare(a.adds, b.adds))
		}
		return cmp.Compare(a.adds, b.adds)
	})
	return out
}

// missing are the rules that moves need and that are not there, each once.
func missing(moves []Move, there map[string]bool) (out []QuotaRule) {
	seen := map[string]bool{}
	for _, m := range moves {
		for _, r := range m.StandIn {
			if !there[r.Key] && !seen[r.Key] {
				seen[r.Key], out = true, append(out, r)
			}
		}
	}
	return out
}

func (q *Quota) fitAll(rules []QuotaRule) bool {
	byDirection := map[schema.Direction][]schema.Peer{}
	for _, r := range rules {
		byDirection[r.Direction] = append(byDirection[r.Direction], r.Peer)
	}
	for d, peers := range byDirection {
		if !q.fits(d, peers...) {
			return false
		}
	}
	return true
}

func (q *Quota) addAll(rules []QuotaRule) {
	for _, r := range rules {
		q.add(r.Direction, r.Peer, 1)
	}
}

func (q *Quota) leave(m Move) {
	if !m.Stays {
		q.add(m.Rule.Direction, m.Rule.Peer, -1)
	}
}
