package suggest

import (
	"math"
	"slices"
)

// boxReducer merges rectangles until there are few enough, the fewest new tuples first.
//
// Most pairs are never made. Where the bounding box of a rectangle with one partner holds that with another it has no fewer new
// tuples, so that it need not be looked at until the smaller one is among the best or has gone. And what all rectangles admit
// grows with each merge by the new tuples of its bounding box, so that those of any other become fewer by no more than that: a pair
// with many of them waits until as much has been added as it is away from the best. Those that may be the best soon are near, and
// looked at after each merge.
type boxReducer struct {
	*boxMerger
	area   boxArea
	first  int       // number of the first bounding box
	exact  bool      // numbers of tuples are not rounded
	narrow bool      // there are rectangles narrower than one site: each counts as one
	merged []boxRect // the bounding boxes so far
	grown  float64   // new tuples of all of them, or a little more
	pairs  []boxPair
	made   boxSet // bounding boxes that were made, by rectangle: these and all that hold them are seen to
	near   []int32
	far    boxQueue
	found  []boxPartner // partners', to be used again
	reach  portReach
}

// boxPair is a rectangle, an older one, and their bounding box. It stands for all other pairs of the first with bounding boxes that
// hold this one, unless those are made.
type boxPair struct {
	whole boxRect
	a, b  int32   // numbers of the rectangles
	score float64 // the new tuples of whole, or no more
	asked bool    // score is their number
	free  bool    // strangers were looked for in whole, and there were none
	alone bool    // the other pairs are made
	at    int32   // how many merges there had been when it was left to wait
}

// slack allows for sums of numbers beyond 2^53, which are rounded.
const slack = 1e-9

// reduce merges until at most budget rectangles are left, the fewest new tuples first and then the first in order; false
// when it cannot.
func (m *boxMerger) reduce(budget int) bool {
	if len(m.rects) <= budget {
		return true
	}
	if m.least() > budget {
		return false
	}
	r := m.newReducer()
	for len(r.area.rects) > budget {
		best := r.best()
		if best < 0 {
			return false
		}
		r.merge(r.pairs[best])
	}
	m.rects = r.area.rects
	slices.SortFunc(m.rects, compareRects)
	return true
}

func (m *boxMerger) newReducer() *boxReducer {
	r := &boxReducer{boxMerger: m, area: newBoxArea(m.rects, m.site), first: len(m.rects), made: newBoxSet(8 * len(m.rects)), pairs: make([]boxPair, 0, 4*len(m.rects)), far: make(boxQueue, 0, 4*len(m.rects))}
	const portBits, floatBits = 16, 53
	r.narrow = slices.ContainsFunc(m.rects, func(x boxRect) bool { return x.bits > m.site })
	r.exact = !r.narrow && m.site-max(r.area.widest(), m.limits.minBits)+portBits <= floatBits
	for n := range r.area.all {
		for _, p := range r.partners(int32(n), &r.area.all[n], false) {
			r.pair(int32(n), p, math.Inf(-1))
		}
	}
	return r
}

// pair makes a pair, unless it is made already, or its bounding box is not allowed: those that hold it are not allowed either.
// bound is no more than its new tuples.
func (r *boxReducer) pair(number int32, p boxPartner, bound float64) {
	if r.exact && !r.made.add(uint64(number)<<40|uint64(p.bits)<<32|uint64(p.ports.From)<<16|uint64(p.ports.To)) {
		return
	}
	x := &r.area.all[number]
	whole := boxRect{x.protocol, p.ports, maskKey(x.key, p.bits), p.bits}
	if !r.limits.mayPermit(whole.key, p.bits, p.bits == x.bits) {
		return
	}
	if !r.narrow { // where they are, all rectangles may admit less after a merge
		bound = max(bound, r.bound(&whole))
	}
	r.pairs = append(r.pairs, boxPair{whole: whole, a: number, b: p.number, score: bound})
	r.wait(int32(len(r.pairs) - 1))
}

// bound is no more than the new tuples of a bounding box: what rectangles admit in it is no more than their sizes together.
func (r *boxReducer) bound(whole *boxRect) float64 {
	return whole.tuples(r.site)*(1-slack) - r.area.total*(1+slack)
}

// best is the pair with the fewest new tuples; -1 where there is none.
func (r *boxReducer) best() int32 {
	best, least := int32(-1), math.Inf(1)
	take := func(at int32) {
		p := &r.pairs[at]
		if p.score > least {
			return
		}
		if p.score < least || best < 0 || compareRects(p.whole, r.pairs[best].whole) < 0 {
			best, least = at, p.score
		}
		r.part(at)
	}
	for _, at := range r.near {
		if p := &r.pairs[at]; p.asked {
			least = min(least, p.score)
		}
	}
	for _, at := range r.near {
		if p := &r.pairs[at]; p.score <= least {
			r.ask(p)
			take(at)
		}
	}
	for {
		bound := r.far.first() - r.grown
		if bound > least || math.IsInf(bound, 1) {
			return best
		}
		if at := r.far.pop(); r.recall(at, bound) {
			r.near = append(r.near, at)
			take(at)
		}
	}
}

// part makes the other pairs that one stands for: they may have no more new tuples and be earlier in order.
func (r *boxReducer) part(at int32) {
	p := r.pairs[at]
	if p.alone || !r.exact {
		return
	}
	r.pairs[at].alone = true
	for _, f := range r.partners(p.a, &p.whole, true) {
		r.pair(p.a, f, p.score)
	}
}

// recall asks the score of a pair that has waited; false where it need not be known any more.
func (r *boxReducer) recall(at int32, bound float64) bool {
	p := &r.pairs[at]
	if r.area.gone[p.a] || r.area.gone[p.b] && !r.renew(at, bound) {
		return false
	}
	p = &r.pairs[at]
	if p.free = p.free || !r.meetsStranger(&p.whole); !p.free {
		return false
	}
	for i := int(p.at); p.asked && i < len(r.merged); i++ {
		p.asked = !r.merged[i].meets(&p.whole)
	}
	r.ask(p)
	return true
}

// renew looks for another partner with the same bounding box, where the pair's is gone. If there is none it makes the pairs that it
// stands for, whose new tuples are no fewer than bound, and returns false.
func (r *boxReducer) renew(at int32, bound float64) bool {
	p := r.pairs[at]
	if !r.exact {
		return false
	}
	for _, f := range r.partners(p.a, &p.whole, false) {
		if f.bits == p.whole.bits && f.ports == p.whole.ports {
			r.pairs[at].b = f.number
			return true
		}
		if !p.alone {
			r.pair(p.a, f, bound)
		}
	}
	return false
}

// ask works out the new tuples of a pair's bounding box, unless they are known.
func (r *boxReducer) ask(p *boxPair) {
	if !p.asked {
		p.score, p.asked = p.whole.tuples(r.site)-r.area.held(&p.whole), true
	}
}

// merge puts the bounding box of a pair in the place of all that it holds.
func (r *boxReducer) merge(best boxPair) {
	whole := best.whole
	grew := best.score + slack*whole.tuples(r.site)
	r.merged = append(r.merged, whole)
	r.grown += grew
	r.area.replace(whole)
	r.review(&whole, grew, 4*max(1, best.score))
	n := int32(len(r.area.all) - 1)
	for _, p := range r.partners(n, &whole, false) {
		r.pair(n, p, math.Inf(-1))
	}
}

// review puts bounds in the place of the scores of near pairs that meet the new rectangle, and lets those wait that are far
// from the best or have lost one.
func (r *boxReducer) review(whole *boxRect, grew, far float64) {
	kept := r.near[:0]
	for _, at := range r.near {
		p := &r.pairs[at]
		if r.area.gone[p.a] {
			continue
		}
		if p.whole.meets(whole) {
			p.score, p.asked = p.score-grew-slack*p.whole.tuples(r.site), false
			if r.narrow {
				p.score = r.bound(&p.whole)
			}
		}
		if p.score > far && !r.narrow || r.area.gone[p.b] {
			r.wait(at)
			continue
		}
		kept = append(kept, at)
	}
	r.near = kept
}

// wait leaves a pair until the best may have as many new tuples.
func (r *boxReducer) wait(at int32) {
	p := &r.pairs[at]
	p.at = int32(len(r.merged))
	r.far.push(p.score+r.grown-slack*(p.whole.tuples(r.site)+r.grown), at)
}
