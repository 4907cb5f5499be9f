package suggest

import (
	"math"
	"slices"
)

// boxPair is two rectangles and their bounding box.
type boxPair struct {
	whole boxRect
	a, b  int32   // numbers of the rectangles
	score float64 // the lower the better, +Inf for a pair that is not wanted; while the pair waits, what its bound grows with
	free  bool    // strangers were looked for in whole, and there were none
}

// boxScore says how much a pair is wanted.
type boxScore struct {
	may   func(a, b *boxRect) bool     // false for pairs that are never wanted
	grows func(whole *boxRect) float64 // what the bound grows with; it never changes
	bound func(grows float64) float64  // no more than the score, and cheap
	score func(*boxPair) float64       // +Inf for a pair that is not wanted
}

// boxPairs are the pairs of a merge. Most have bounds far above the lowest score and are never asked for theirs: those wait in
// a binary heap, so that neither the choice of the next pair nor a merge looks at them all.
type boxPairs struct {
	waiting []boxPair // each no lower than the one at (place-1)/2
	asked   []boxPair // whose scores are known
}

// reset empties them, with room for so many.
func (p *boxPairs) reset(n int) {
	p.asked = p.asked[:0]
	p.waiting = slices.Grow(p.waiting[:0], n)
}

// order makes a heap of pairs that were appended.
func (p *boxPairs) order() {
	for i := len(p.waiting)/2 - 1; i >= 0; i-- {
		p.sink(i)
	}
}

func (p *boxPairs) sink(i int) {
	w := p.waiting
	for {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < len(w); child++ {
			if w[child].score < w[least].score {
				least = child
			}
		}
		if least == i {
			return
		}
		w[i], w[least] = w[least], w[i]
		i = least
	}
}

func (p *boxPairs) push(pair boxPair) {
	p.waiting = append(p.waiting, pair)
	w := p.waiting
	for i := len(w) - 1; i > 0 && w[i].score < w[(i-1)/2].score; i = (i - 1) / 2 {
		w[i], w[(i-1)/2] = w[(i-1)/2], w[i]
	}
}

func (p *boxPairs) pop() boxPair {
	top, last := p.waiting[0], len(p.waiting)-1
	p.waiting[0] = p.waiting[last]
	p.waiting = p.waiting[:last]
	p.sink(0)
	return top
}

// lowest is the bounding box of the pair with the lowest score, the first of several; false where none is wanted. It asks those
// whose bounds are no higher than the lowest score. Strangers are looked for once.
func (m *boxMerger) lowest(by boxScore) (whole boxRect, ok bool) {
	least := math.Inf(1)
	for i := range m.pairs.asked {
		least = min(least, m.pairs.asked[i].score)
	}
	for len(m.pairs.waiting) > 0 && by.bound(m.pairs.waiting[0].score) <= least {
		p := m.pairs.pop()
		if m.isGone(&p) || !p.free && m.limits.strangers.meet(prefixKeys(p.whole.key, p.whole.bits)) {
			continue
		}
		p.free = true
		p.score = by.score(&p)
		least = min(least, p.score)
		m.pairs.asked = append(m.pairs.asked, p)
	}
	for i := range m.pairs.asked {
		p := &m.pairs.asked[i]
		if p.score == least && !math.IsInf(least, 1) && (!ok || compareRects(p.whole, whole) < 0) {
			whole, ok = p.whole, true
		}
	}
	return whole, ok
}

// isGone says whether one of a pair's rectangles is none any more.
func (m *boxMerger) isGone(p *boxPair) bool { return m.gone[p.a] || m.gone[p.b] }

// forget lets pairs wait again whose scores the new rectangle may have changed, and drops those of rectangles that are none any
// more.
func (m *boxMerger) forget(by boxScore, whole *boxRect) {
	kept := m.pairs.asked[:0]
	for _, p := range m.pairs.asked {
		switch {
		case m.isGone(&p):
		case p.whole.meets(*whole):
			p.score = by.grows(&p.whole)
			m.pairs.push(p)
		default:
			kept = append(kept, p)
		}
	}
	m.pairs.asked = kept
}

// number gives the rectangles numbers, by which pairs know them.
func (m *boxMerger) number() {
	m.numbers, m.gone = m.numbers[:0], make([]bool, len(m.rects), 2*len(m.rects))
	for i := range m.rects {
		m.numbers = append(m.numbers, int32(i))
	}
}

// countPairs is how many pairs there may be at the beginning.
func (m *boxMerger) countPairs(by boxScore) (n int) {
	for i := range m.rects {
		for j := i + 1; j < len(m.rects); j++ {
			if by.may(&m.rects[i], &m.rects[j]) {
				n++
			}
		}
	}
	return n
}

// pair is the pair of two rectangles, waiting; false where it is never wanted.
func (m *boxMerger) pair(by boxScore, i, j int) (boxPair, bool) {
	a, b := &m.rects[i], &m.rects[j]
	if a.protocol != b.protocol || !by.may(a, b) {
		return boxPair{}, false
	}
	whole, ok := m.bounding(a, b)
	return boxPair{a: m.numbers[i], b: m.numbers[j], whole: whole, score: by.grows(&whole)}, ok
}
