package suggest

import (
	"math/bits"
	"slices"
)

// postTree is a full binary tree in post-order: the left subtree, the right subtree, then the node.
//
//	   4          index  0  1  2  3  4
//	 /   \        left  -1 -1 -1  1  0      the right child of v is always v-1
//	0     3       leaves 1  1  1  2  3      the root is the last
//	     / \
//	    1   2
type postTree struct{ left, leaves []int32 }

// A cut is a set of nodes of which every leaf has exactly one on its way to the root; its cost is the sum of theirs.
// Choosing a cover is choosing a cut: each node is one rule.

// cheapest returns the cheapest cut whatever its size, the smaller where costs are equal, in order from left to right,
// and false when every cut holds a node that is not allowed. O(nodes).
func (t postTree) cheapest(cost []Count) ([]int32, bool) {
	best, take := make([]Count, len(cost)), make([]bool, len(cost))
	for v, l := range t.left {
		best[v], take[v] = cost[v], true
		if l < 0 {
			continue
		}
		if sum, ok := addCosts(best[l], best[v-1]); ok && sum.Less(cost[v]) {
			best[v], take[v] = sum, false
		}
	}
	root := int32(len(cost) - 1)
	if best[root] == forbiddenCost() {
		return nil, false
	}
	return t.descend(root, func(v int32) bool { return take[v] }), true
}

// descend returns the first nodes at which stop holds, from the given node downwards, from left to right. It stops at
// leaves whatever stop says.
func (t postTree) descend(from int32, stop func(int32) bool) []int32 {
	var cut []int32
	for todo := []int32{from}; len(todo) > 0; {
		v := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if t.left[v] < 0 || stop(v) {
			cut = append(cut, v)
			continue
		}
		todo = append(todo, v-1, t.left[v])
	}
	return cut
}

// pruneTable knows the cheapest cut of every size up to k.
type pruneTable struct {
	tree   postTree
	totals []Count // totals[j-1] is the cost of the cheapest cut of exactly j nodes, forbiddenCost where there is none
	first  []int   // index in choice of node v's entry for j = 2
	choice []uint16
}

// prune fills the table by the recurrence of the optimal pruning of a decision tree (Almuallim 1996,
// https://doi.org/10.1016/0004-3702(95)00060-7):
//
//	C_v(1) = cost(v)      C_v(j) = min over i of C_left(i) + C_right(j-i)
//
// Loops bounded by the sizes of the subtrees make it O(nodes x k) in time. Costs are kept on a stack, one vector for
// each subtree that waits for its sibling; of every node only the choices stay.
func (t postTree) prune(cost []Count, k int) pruneTable {
	table := pruneTable{tree: t, first: make([]int, len(cost))}
	var stack []Count
	var sizes []int
	out := make([]Count, k)
	for v, l := range t.left {
		table.first[v] = len(table.choice)
		if l < 0 {
			stack, sizes = append(stack, cost[v]), append(sizes, 1)
			continue
		}
		nl, nr := sizes[len(sizes)-2], sizes[len(sizes)-1]
		n := min(k, nl+nr)
		table.choice = append(table.choice, make([]uint16, n-1)...)
		base := len(stack) - nl - nr
		out[0] = cost[v]
		combineCosts(out[:n], table.choice[table.first[v]:], stack[base:base+nl], stack[base+nl:])
		stack = append(stack[:base], out[:n]...)
		sizes = append(sizes[:len(sizes)-2], n)
	}
	table.totals = slices.Clone(stack)
	return table
}

// combineCosts is the (min,+) convolution of the costs of two subtrees into out[1:], with the left share of each best
// split in pick. Of equal costs the smaller left share stays.
func combineCosts(out []Count, pick []uint16, left, right []Count) {
	for j := 1; j < len(out); j++ {
		out[j] = forbiddenCost()
	}
	for i, l := range left {
		if i+1 >= len(out) || l == forbiddenCost() {
			continue
		}
		for j, r := range right[:min(len(right), len(out)-i-1)] {
			lo, carry := bits.Add64(l.Lo, r.Lo, 0)
			hi, over := bits.Add64(l.Hi, r.Hi, carry)
			o := &out[i+j+1]
			if over == 0 && (hi < o.Hi || hi == o.Hi && lo < o.Lo) {
				*o = Count{hi, lo}
				pick[i+j] = uint16(i + 1)
			}
		}
	}
}

// addCosts adds two costs; false when the sum is not allowed or beyond 128 bits.
func addCosts(a, b Count) (Count, bool) {
	sum := a.Plus(b)
	return sum, a != forbiddenCost() && b != forbiddenCost() && sum != forbiddenCost() && !sum.Less(a)
}

// best returns the size of the cheapest cut of at most k nodes, the smallest where costs are equal; false when none is
// allowed.
func (p pruneTable) best(k int) (int, bool) {
	at := 0
	for j := range min(k, len(p.totals)) {
		if p.totals[j].Less(p.totals[at]) {
			at = j
		}
	}
	return at + 1, k > 0 && p.totals[at] != forbiddenCost()
}

// cut returns the cheapest cut of exactly k nodes, from left to right. k must have a total that is allowed.
func (p pruneTable) cut(k int) []int32 {
	type part struct{ node, k int32 }
	var cut []int32
	for todo := []part{{int32(len(p.first) - 1), int32(k)}}; len(todo) > 0; {
		at := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if at.k == 1 {
			cut = append(cut, at.node)
			continue
		}
		i := int32(p.choice[p.first[at.node]+int(at.k)-2])
		todo = append(todo, part{at.node - 1, at.k - i}, part{p.tree.left[at.node], i})
	}
	return cut
}
