package suggest

import (
	"math"
	"slices"
)

// boxPair is two rectangles and their bounding box.
type boxPair struct {
	whole     boxRect
	a, b      int32   // numbers of the rectangles
	score     float64 // the lower the better; +Inf for a pair that is not wanted
	asked     bool    // score is the score, and not a bound below it
	free, met bool    // strangers were looked for in whole, and there were none, or some: then the pair is never wanted
}

// boxScore says how much a pair is wanted.
type boxScore struct {
	may   func(a, b *boxRect) bool     // false for pairs that are never wanted
	bound func(whole *boxRect) float64 // no more than the score, and cheap
	score func(*boxPair) float64       // +Inf for a pair that is not wanted
}

// forget puts a bound in the place of the score, for as long as nothing depends on it: most pairs have bounds far above
// the lowest score and are never asked.
func (s boxScore) forget(p *boxPair) {
	if !p.met {
		p.score, p.asked = s.bound(&p.whole), false
	}
}

// ask works the score out, unless it is known. Strangers are looked for once.
func (s boxScore) ask(p *boxPair, strangers *strangers) {
	if p.asked {
		return
	}
	if !p.free && !p.met {
		p.met = strangers.meet(prefixKeys(p.whole.key, p.whole.bits))
		p.free = !p.met
	}
	if p.score, p.asked = math.Inf(1), true; p.free {
		p.score = s.score(p)
	}
}

// lowestScore is the index of the first pair with the lowest score, -1 where none is wanted. It asks those whose bounds
// are no higher than the lowest score.
func lowestScore(pairs []boxPair, by boxScore, strangers *strangers) int {
	least := math.Inf(1)
	for i := range pairs {
		if pairs[i].asked {
			least = min(least, pairs[i].score)
		}
	}
	at := -1
	for i := range pairs {
		p := &pairs[i]
		if p.score > least {
			continue
		}
		by.ask(p, strangers)
		if math.IsInf(p.score, 1) || p.score > least {
			continue
		}
		if at < 0 || p.score < least || compareRects(p.whole, pairs[at].whole) < 0 {
			at, least = i, p.score
		}
	}
	return at
}

// number gives the rectangles numbers, by which pairs know them.
func (m *boxMerger) number() {
	m.numbers, m.gone = m.numbers[:0], make([]bool, len(m.rects), 2*len(m.rects))
	for i := range m.rects {
		m.numbers = append(m.numbers, int32(i))
	}
}

// review drops the pairs of rectangles that are none any more, and forgets the scores of those that the new one meets. As
// long as they are few, dropped pairs stay in the list as such that are never wanted: to close up costs more.
func (m *boxMerger) review(by boxScore, whole *boxRect) {
	idle := 0
	for i := range m.pairs {
		switch p := &m.pairs[i]; {
		case p.met:
			idle++
		case m.gone[p.a] || m.gone[p.b]:
			p.met, p.asked, p.score = true, true, math.Inf(1)
			idle++
		case p.whole.meets(*whole):
			by.forget(p)
		}
	}
	if 2*idle > len(m.pairs) {
		m.pairs = slices.DeleteFunc(m.pairs, func(p boxPair) bool { return p.met })
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

// add adds the pair of two rectangles, if it may be wanted.
func (m *boxMerger) add(by boxScore, i, j int) {
	a, b := &m.rects[i], &m.rects[j]
	if a.protocol != b.protocol || !by.may(a, b) {
		return
	}
	if whole, ok := m.bounding(a, b); ok {
		m.pairs = append(m.pairs, boxPair{a: m.numbers[i], b: m.numbers[j], whole: whole, score: by.bound(&whole)})
	}
}
