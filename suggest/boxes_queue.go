package suggest

import "math"

// boxQueue is a heap of pairs, the lowest bound first.
type boxQueue []waitingPair

type waitingPair struct {
	bound float64
	pair  int32
}

// first is the lowest bound; +Inf where nothing waits.
func (q boxQueue) first() float64 {
	if len(q) == 0 {
		return math.Inf(1)
	}
	return q[0].bound
}

func (q *boxQueue) push(bound float64, pair int32) {
	*q = append(*q, waitingPair{bound, pair})
	h := *q
	for i := len(h) - 1; i > 0 && h[i].bound < h[(i-1)/2].bound; i = (i - 1) / 2 {
		h[i], h[(i-1)/2] = h[(i-1)/2], h[i]
	}
}

func (q *boxQueue) pop() int32 {
	h := *q
	first, n := h[0].pair, len(h)-1
	last := h[n]
	h = h[:n]
	for i := 0; n > 0; {
		c := 2*i + 1
		if c+1 < n && h[c+1].bound < h[c].bound {
			c++
		}
		if c >= n || h[c].bound >= last.bound {
			h[i] = last
			break
		}
		h[i] = h[c]
		i = c
	}
	*q = h
	return first
}
