package suggest

import (
	"math"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"sgfit/schema"
)

// boxTwin merges the stupid way: before each merge it asks the scores of all pairs.
type boxTwin struct{ *boxMerger }

// merge merges the pair with the lowest score, the first in order where several have it; false where no pair has one.
func (w boxTwin) merge(score func(a, b, whole *boxRect) (float64, bool)) bool {
	best, least := boxRect{}, math.Inf(1)
	for i := range w.rects {
		for j := range w.rects[:i] {
			a, b := &w.rects[i], &w.rects[j]
			whole, ok := w.bounding(a, b)
			if a.protocol != b.protocol || !ok || w.meetsStranger(&whole) {
				continue
			}
			s, wanted := score(a, b, &whole)
			if wanted && (s < least || s == least && compareRects(whole, best) < 0) {
				best, least = whole, s
			}
		}
	}
	if math.IsInf(least, 1) {
		return false
	}
	w.rects = slices.DeleteFunc(w.rects, func(r boxRect) bool { return best.holds(&r) })
	w.rects = append(w.rects, best)
	slices.SortFunc(w.rects, compareRects)
	return true
}

func (w boxTwin) shorten() {
	for w.merge(func(a, b, whole *boxRect) (float64, bool) {
		score := w.describe(*whole)
		for i := range w.rects {
			if whole.holds(&w.rects[i]) {
				score -= w.describe(w.rects[i])
			}
		}
		near := int(max(a.ports.From, b.ports.From)) <= int(min(a.ports.To, b.ports.To))+1
		return score, near && score < 0
	}) {
	}
}

func (w boxTwin) reduce(budget int) bool {
	for len(w.rects) > budget {
		area := newBoxArea(w.rects, w.site)
		if !w.merge(func(_, _, whole *boxRect) (float64, bool) { return whole.tuples(w.site) - area.held(whole), true }) {
			return false
		}
	}
	return true
}

// randomBoxes are rectangles that cover random uses, or the uses themselves, and what they may become.
func randomBoxes(r *rand.Rand) (rects []boxRect, index boxIndex, full int, opt CoverOptions) {
	addr := []func() netip.Addr{
		func() netip.Addr { return netip.AddrFrom4([4]byte{10, 0, 0, byte(r.IntN(32))}) },
		func() netip.Addr {
			return netip.AddrFrom4([4]byte{10, byte(r.IntN(3)), byte(r.IntN(8)), byte(r.IntN(256))})
		},
		func() netip.Addr { return schema.AddrFromBits(0x20010db8<<32|uint64(r.IntN(4)), uint64(r.IntN(32))) },
		func() netip.Addr {
			return schema.AddrFromBits(0x20010db8<<32|uint64(r.IntN(8)), r.Uint64()>>r.IntN(64))
		},
	}[r.IntN(4)]
	few := make([]uint16, 1+r.IntN(6))
	for i := range few {
		few[i] = uint16(r.IntN(10) * r.IntN(1000))
	}
	port := []func() uint16{
		func() uint16 { return few[r.IntN(len(few))] },
		func() uint16 { return uint16(r.IntN(12)) },
		func() uint16 { return uint16(r.IntN(1 << 16)) },
	}[r.IntN(3)]
	var uses []BoxUse
	var peers []netip.Addr
	for range 2 + r.IntN(40) {
		uses = append(uses, BoxUse{[]schema.Protocol{schema.TCP, schema.TCP, schema.UDP}[r.IntN(3)], port(), addr()})
		peers = append(peers, uses[len(uses)-1].Peer)
	}
	bits := peers[0].BitLen()
	opt = CoverOptions{Budget: 1 + r.IntN(12), Density: []float64{2, 30, 2400}[r.IntN(3)], strangers: &strangers{known: &knownAddresses{}}}
	if r.IntN(3) == 0 {
		opt.SiteBits = bits - r.IntN(bits/2)
	}
	if r.IntN(4) == 0 {
		opt.MinBits = bits - r.IntN(20)
	}
	if r.IntN(4) == 0 {
		p, _ := addr().Prefix(bits - r.IntN(12))
		opt.Caps = append(opt.Caps, p)
	}
	for range r.IntN(3) * r.IntN(3) {
		if a := addr(); !slices.Contains(peers, a) {
			opt.strangers.known.addrs = append(opt.strangers.known.addrs, a)
		}
	}
	known := opt.strangers.known
	slices.SortFunc(known.addrs, netip.Addr.Compare)
	for _, a := range known.addrs {
		known.keys, known.wearing = append(known.keys, addrKey(a)), append(known.wearing, nil)
	}
	opt.strangers.within, opt.strangers.exempt = []keyRange{{to: forbiddenCost()}}, newNumberSet(len(known.addrs))
	index, full, _ = newBoxIndex(uses, opt.SiteBits)
	if r.IntN(2) == 0 {
		rects, _ = newBoxCovers(full, opt).of(index, opt.Budget)
		return rects, index, full, opt
	}
	for _, p := range index {
		for _, a := range p.peers {
			rects = append(rects, boxRect{p.protocol, PortSpan{p.port, p.port}, addrKey(a), full})
		}
	}
	return rects, index, full, opt
}

// TestBoxMergingIsAsTheTwins merges random rectangles, also such whose numbers of tuples are rounded.
func TestBoxMergingIsAsTheTwins(t *testing.T) {
	shortened, reduced, infeasible, rounded := 0, 0, 0, 0
	for seed := range uint64(2500) {
		r := rand.New(rand.NewPCG(15, seed))
		rects, index, full, opt := randomBoxes(r)
		if len(rects) == 0 {
			continue
		}
		got, want := newBoxMerger(slices.Clone(rects), index, full, opt), boxTwin{newBoxMerger(slices.Clone(rects), index, full, opt)}
		if r.IntN(2) == 0 {
			got.shorten()
			want.shorten()
			if !slices.Equal(got.rects, want.rects) {
				t.Fatalf("seed %d: shorten(%v) = %v, want %v", seed, rects, got.rects, want.rects)
			}
			if len(got.rects) < len(rects) {
				shortened++
			}
		}
		if len(got.rects) <= opt.Budget {
			continue
		}
		reduced++
		if !got.newReducer().exact {
			rounded++
		}
		ok := got.reduce(opt.Budget)
		if wanted := want.reduce(opt.Budget); ok != wanted || ok && !slices.Equal(got.rects, want.rects) {
			t.Fatalf("seed %d: reduce(%v, %d) = %v, %v, want %v, %v", seed, rects, opt.Budget, got.rects, ok, want.rects, wanted)
		}
		if !ok {
			infeasible++
		}
	}
	t.Logf("%d shortened, %d reduced, %d of them in vain, %d with rounded numbers", shortened, reduced, infeasible, rounded)
	if shortened < 150 || infeasible < 100 || rounded < 200 || reduced-infeasible < 500 {
		t.Error("that tests too little")
	}
}
