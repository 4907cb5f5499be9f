package suggest

import "math"

// boxShortener merges rectangles while their description gets shorter.
type boxShortener struct {
	*boxMerger
	list    boxList
	lengths []float64 // of descriptions, by number
	pairs   []shortPair
}

// shortPair is two rectangles and their bounding box.
type shortPair struct {
	whole boxRect
	a, b  int32   // numbers of the rectangles
	score float64 // bits that the description gets longer
	asked bool    // score is known
	free  bool    // strangers were looked for in whole, and there were none
}

// shorten merges while the description gets shorter, the greatest gain first and then the first in order. No port is
// opened that neither of the two had: ports are services, and only the budget makes a box span one that nobody used.
func (m *boxMerger) shorten() {
	s := &boxShortener{boxMerger: m, list: newBoxList(m.rects, compareRects)}
	for i := range s.list.rects {
		s.lengths = append(s.lengths, m.describe(s.list.rects[i]))
	}
	for i := range s.list.rects {
		for j := i + 1; j < len(s.list.rects) && s.add(i, j); j++ {
		}
	}
	for p := s.best(); p != nil; p = s.best() {
		s.merge(p.whole)
	}
	m.rects = s.list.rects
}

// add adds the pair of two rectangles, the first in order first, if they may be merged. It is false where the ports of the second and
// of all after it are beyond those of the first.
func (s *boxShortener) add(i, j int) bool {
	a, b := &s.list.rects[i], &s.list.rects[j]
	if a.protocol != b.protocol || int(b.ports.From) > int(a.ports.To)+1 {
		return false
	}
	if whole, ok := s.bounding(a, b); ok {
		s.pairs = append(s.pairs, shortPair{whole: whole, a: s.list.numbers[i], b: s.list.numbers[j]})
	}
	return true
}

// best is the pair that shortens most; nil where none does.
func (s *boxShortener) best() *shortPair {
	var best *shortPair
	for i := range s.pairs {
		p := &s.pairs[i]
		if !p.asked {
			s.ask(p)
		}
		if p.score < 0 && (best == nil || p.score < best.score || p.score == best.score && compareRects(p.whole, best.whole) < 0) {
			best = p
		}
	}
	return best
}

// ask works out by how much the description gets longer. Strangers are looked for once.
func (s *boxShortener) ask(p *shortPair) {
	p.score, p.asked = math.Inf(1), true
	if p.free = p.free || !s.meetsStranger(&p.whole); !p.free {
		return
	}
	p.score = s.describe(p.whole)
	for i := range s.list.rects {
		if p.whole.holds(&s.list.rects[i]) {
			p.score -= s.lengths[s.list.numbers[i]]
		}
	}
}

// merge puts a bounding box in the place of all that it holds. Scores are asked again where it meets them.
func (s *boxShortener) merge(whole boxRect) {
	k := s.list.replace(whole)
	s.lengths = append(s.lengths, s.describe(whole))
	kept := s.pairs[:0]
	for i := range s.pairs {
		p := s.pairs[i]
		if s.list.gone[p.a] || s.list.gone[p.b] {
			continue
		}
		p.asked = p.asked && !p.whole.meets(&whole)
		kept = append(kept, p)
	}
	s.pairs = kept
	for i := range k {
		s.add(i, k)
	}
	for i := k + 1; i < len(s.list.rects) && s.add(k, i); i++ {
	}
}
