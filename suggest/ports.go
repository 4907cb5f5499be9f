package suggest

import (
	"cmp"
	"slices"
)

// PortSpan is a closed range of ports.
type PortSpan struct{ From, To uint16 }

// PortRanges returns at most most ranges that hold the ports with the fewest others: the runs themselves where they
// are few enough, else the runs joined over all but the widest gaps, the lower gap kept where two are as wide. In one
// dimension that is the optimum, since every cover is told by the gaps that it keeps. most below 1 means no limit.
// Ports may come in any order, and twice. The result is sorted; no range reaches beyond the ports.
func PortRanges(ports []uint16, most int) []PortSpan {
	runs := portRuns(ports)
	if most < 1 || len(runs) <= most {
		return runs
	}
	widest := make([]int, len(runs)-1) // indices of the run before each gap
	for i := range widest {
		widest[i] = i
	}
	slices.SortStableFunc(widest, func(a, b int) int { return cmp.Compare(portGap(runs, b), portGap(runs, a)) })
	kept := widest[:most-1]
	slices.Sort(kept)
	out := make([]PortSpan, 0, most)
	first := 0
	for _, last := range append(kept, len(runs)-1) {
		out = append(out, PortSpan{runs[first].From, runs[last].To})
		first = last + 1
	}
	return out
}

// portRuns are the maximal runs of ports, sorted.
func portRuns(ports []uint16) []PortSpan {
	sorted := slices.Clone(ports)
	slices.Sort(sorted)
	var runs []PortSpan
	for _, p := range sorted {
		if n := len(runs); n > 0 && int(p) <= int(runs[n-1].To)+1 {
			runs[n-1].To = p
			continue
		}
		runs = append(runs, PortSpan{p, p})
	}
	return runs
}

// portGap is the number of ports between run i and the next.
func portGap(runs []PortSpan, i int) int { return int(runs[i+1].From) - int(runs[i].To) - 1 }

// What makes a cloud of ports, such as those of passive FTP or RPC, of which a window shows only some.
const (
	cloudPorts   = 8   // fewer are services, each listed by itself
	cloudDensity = 64  // ports to used ports in a cloud, at most
	cloudAlpha   = 2.0 // a cloud is cut at a gap of which chance makes one in 2^19
	portRuleBits = 6 + 16 + 16
)

// FitPorts returns the ranges that describe the ports best, at most most (below 1: no limit), by a two-part
// description like that of Cover:
//
//	cost(range) = 38 + 2 log2 C(width, seen)
//
// A range that holds a port nobody used must hold at least eight that somebody used, and one in 64: others are
// services, whose neighbours are other services. Only the limit makes wider ones: then exactly most ranges, at least
// cost. Ranges are chosen among those that joining over ever wider gaps gives; no range reaches beyond the ports seen, so none leaves
// the rule that it replaces. Time O(n log n), and O(n most) where the limit binds.
func FitPorts(ports []uint16, most int) []PortSpan {
	runs := portRuns(ports)
	if len(runs) <= 1 || len(ports) < cloudPorts && (most < 1 || len(runs) <= most) { // there can be no cloud
		return runs
	}
	t := newPortTree(runs)
	cut, _ := t.cheapest(t.costs(true)) // runs are always allowed
	if most >= 1 && len(cut) > most {
		cut = t.prune(t.costs(false), most).cut(most) // the runs are at least as many as that cut
	}
	out := make([]PortSpan, len(cut))
	for i, v := range cut {
		out[i] = t.spans[v]
	}
	return out
}

// portTree is the tree of ranges that joining runs over their narrowest gaps first gives.
type portTree struct {
	postTree
	spans []PortSpan
	seen  []int // ports used in the span
}

func newPortTree(runs []PortSpan) portTree {
	type open struct {
		gap  int
		left int32
	}
	nodes := max(0, 2*len(runs)-1)
	t := portTree{postTree{make([]int32, 0, nodes), make([]int32, 0, nodes)}, make([]PortSpan, 0, nodes), make([]int, 0, nodes)}
	var pending []open
	closeBelow := func(gap int) {
		for n := len(pending); n > 0 && pending[n-1].gap < gap; n-- {
			t.join(pending[n-1].left)
			pending = pending[:n-1]
		}
	}
	for i, run := range runs {
		if i > 0 {
			gap := portGap(runs, i-1)
			closeBelow(gap)
			pending = append(pending, open{gap, int32(len(t.spans) - 1)})
		}
		t.left, t.leaves = append(t.left, -1), append(t.leaves, 1)
		t.spans, t.seen = append(t.spans, run), append(t.seen, run.width())
	}
	closeBelow(1 << 17)
	return t
}

// join makes a node of the given left child and the node that was finished last.
func (t *portTree) join(left int32) {
	right := len(t.spans) - 1
	t.left, t.leaves = append(t.left, left), append(t.leaves, t.leaves[left]+t.leaves[right])
	t.spans = append(t.spans, PortSpan{t.spans[left].From, t.spans[right].To})
	t.seen = append(t.seen, t.seen[left]+t.seen[right])
}

// costs describes every span. Where strict, a span with unused ports that is no cloud is not allowed.
func (t *portTree) costs(strict bool) []Count {
	costs := make([]Count, len(t.spans))
	for v, s := range t.spans {
		seen, width := t.seen[v], s.width()
		costs[v] = forbiddenCost()
		if !strict || seen == width || seen >= cloudPorts && width <= cloudDensity*seen {
			costs[v] = describedBits(portRuleBits + cloudAlpha*log2Choose(float64(width), float64(seen)))
		}
	}
	return costs
}

func (s PortSpan) holds(t PortSpan) bool { return s.From <= t.From && t.To <= s.To }

func (s PortSpan) width() int { return int(s.To) - int(s.From) + 1 }
