package suggest

import "math"

// boxPair is two rectangles and their bounding box.
type boxPair struct {
	whole     boxRect
	a, b      int32   // numbers of the rectangles
	score     float64 // the lower the better; +Inf for a pair that is not wanted
	asked     bool    // score is the score, and not a bound below it
	free, met bool    // strangers were looked for in whole, and there were none, or some
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
