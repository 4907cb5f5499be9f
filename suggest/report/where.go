package report

import (
	"fmt"
	"net/netip"
	"slices"

	"sgfit/schema"
	"sgfit/suggest"
)

// Where shows in which part of a rule's CIDR the busiest peers are, and what stays open. The upper strip is the whole CIDR;
// the lower one is the part that matters, enlarged where that is small:
//
//	10.0.0.0/8      |==================|====|==================|
//	                         ______/          \______
//	10.20.0.0/16    |----------####------------#-------#-------|
//	peers                       ..             .       .
type Where struct {
	Range             SpaceText
	Part              *SpaceText // nil where it is the same
	TodayY, AfterY    int        // of the strips
	Lower             string     // what the lower strip shows: after, would be, or an enlarged part
	Open              bool       // the lower strip is open as a whole: nothing is suggested
	Beam, Hull, After string     // paths: from strip to strip, the part in the upper one, what stays
	Peers             string     // path
	PeersY            int
}

// mostEnlarged is the largest part of a strip, in bits, that is worth enlarging: an eighth.
const mostEnlarged = 3

// where draws the strips below all else.
func (s *Space) where(r suggest.Rule, name string) {
	whole, ok := cidrOf(r.Peer)
	stay, peers := replacedBy(r, whole), peersIn(r, whole)
	if !ok || whole.IsSingleIP() || len(stay)+len(peers) == 0 || len(stay) < len(r.Replacement) {
		return // where members of groups and entries of lists lie is not in a plan
	}
	part := hull(append(peers, stay...))
	isPart := part.Bits()-whole.Bits() >= mostEnlarged
	if !isPart {
		part = whole
	}
	w := &Where{Range: SpaceText{spaceLeft, s.Height + 13, whole.String()}, TodayY: s.Height + 17, Lower: name, Open: r.Action == suggest.Review && len(r.Replacement) == 0}
	w.AfterY = w.TodayY + spaceStep
	if isPart {
		w.enlarge(whole, part)
	}
	if w.Open {
		w.Lower = "enlarged"
	}
	for _, p := range stay {
		x, width := span(part, p)
		w.After += pathBlock(x, w.AfterY, width)
	}
	last, at := -1.0, w.AfterY+barHeight+4
	for _, p := range peers {
		if x, _ := span(part, p); x != last {
			w.Peers += fmt.Sprintf("M%.1f %dl2.5 5h-5z", x, at)
			last = x
		}
	}
	w.PeersY = at + 7
	s.Where, s.Height = w, at+10
	if isPart {
		w.Part = &SpaceText{spaceLeft, at + 16, part.String()}
		s.Height += 9
		what := "all of it lies in "
		if len(stay) == 0 { // a rule has more peers than are listed
			what = "the busiest peers lie in "
		}
		s.Words += "; " + what + part.String()
	}
}

// TodayLabelY and AfterLabelY are the base lines beside the strips.
func (w Where) TodayLabelY() int { return w.TodayY + barHeight }

// AfterLabelY is that of the lower one.
func (w Where) AfterLabelY() int { return w.AfterY + barHeight }

// enlarge leads from the part in the upper strip to the lower one.
func (w *Where) enlarge(whole, part netip.Prefix) {
	x, width := span(whole, part)
	width = max(2, width)
	w.Hull = pathBlock(x, w.TodayY, width)
	w.AfterY += spaceStep
	w.Beam = fmt.Sprintf("M%.1f %dh%.1fL%d %dH%dz", x, w.TodayY+barHeight, width, spaceLeft+stripWidth, w.AfterY, spaceLeft)
}

// cidrOf is the CIDR that a peer is.
func cidrOf(p schema.Peer) (netip.Prefix, bool) {
	if p.Kind != schema.PeerIPv4 && p.Kind != schema.PeerIPv6 {
		return netip.Prefix{}, false
	}
	c, err := netip.ParsePrefix(p.Value)
	return c.Masked(), err == nil
}

// replacedBy are the CIDRs within a rule's that stay open.
func replacedBy(r suggest.Rule, whole netip.Prefix) []netip.Prefix {
	var out []netip.Prefix
	for _, n := range r.Replacement {
		if c, ok := cidrOf(n.Peer); ok && whole.Contains(c.Addr()) && c.Bits() >= whole.Bits() {
			out = append(out, c)
		}
	}
	return out
}

// peersIn are the busiest peers of a rule for a CIDR.
func peersIn(r suggest.Rule, whole netip.Prefix) []netip.Prefix {
	var out []netip.Prefix
	for _, p := range r.Evidence.TopPeers {
		if a, err := netip.ParseAddr(p.Address); err == nil && whole.Contains(a) {
			out = append(out, netip.PrefixFrom(a, a.BitLen()))
		}
	}
	slices.SortFunc(out, func(a, b netip.Prefix) int { return a.Addr().Compare(b.Addr()) })
	return out
}

// hull is the smallest CIDR that holds all of them.
func hull(all []netip.Prefix) netip.Prefix {
	out := all[0]
	for _, p := range all[1:] {
		for out.Bits() > p.Bits() || !out.Contains(p.Addr()) {
			out = netip.PrefixFrom(out.Addr(), out.Bits()-1).Masked()
		}
	}
	return out
}

// span is where a CIDR lies in the strip of another one that holds it, and how wide it is.
func span(strip, p netip.Prefix) (x, width float64) {
	at, unit := 0.0, 0.5
	for i, b := strip.Bits(), p.Addr().AsSlice(); i < 8*len(b) && unit > 1e-9; i++ {
		if b[i/8]>>(7-i%8)&1 == 1 {
			at += unit
		}
		unit /= 2
	}
	width = stripWidth
	for range p.Bits() - strip.Bits() {
		width /= 2
	}
	return spaceLeft + stripWidth*at, width
}
