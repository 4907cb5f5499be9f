package suggest

import (
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"sgfit/schema"
)

func boxUses(protocol schema.Protocol, ports []uint16, peers []netip.Addr) []BoxUse {
	var out []BoxUse
	for _, port := range ports {
		for _, peer := range peers {
			out = append(out, BoxUse{protocol, port, peer})
		}
	}
	return out
}

func TestBoxes(t *testing.T) {
	r := rand.New(rand.NewPCG(10, 10))
	web, office := parseAddrs("10.0.0.4", "10.0.0.9"), parseAddrs("10.200.0.1")
	webPrefixes, officePrefixes := parsePrefixes("10.0.0.4/32", "10.0.0.9/32"), parsePrefixes("10.200.0.1/32")
	var ftp []BoxUse // every port has clients of its own
	clients := addrsIn(r, "10.3.0.0/24", 200)
	for i, port := range r.Perm(848)[:200] {
		ftp = append(ftp, BoxUse{schema.TCP, uint16(49152 + port), clients[i]})
	}
	ftp = append(ftp, BoxUse{schema.TCP, 49152, clients[0]}, BoxUse{schema.TCP, 49999, clients[1]})
	for _, tt := range []struct {
		name string
		uses []BoxUse
		opt  CoverOptions
		want []Box // nil for none
	}{
		{"nothing", nil, CoverOptions{}, nil},
		{"both families", boxUses(schema.TCP, []uint16{1}, parseAddrs("10.0.0.1", "::1")), CoverOptions{}, nil},
		{"a port that is not allowed", boxUses(schema.TCP, []uint16{1}, web), CoverOptions{Allowed: parsePrefixes("10.1.0.0/16")}, nil},
		{"one", boxUses(schema.TCP, []uint16{443}, office), CoverOptions{}, []Box{{schema.TCP, PortSpan{443, 443}, officePrefixes}}},
		{"services stay apart", boxUses(schema.TCP, []uint16{80, 443}, office), CoverOptions{}, []Box{{schema.TCP, PortSpan{80, 80}, officePrefixes}, {schema.TCP, PortSpan{443, 443}, officePrefixes}}},
		{"services two ports apart stay apart", boxUses(schema.TCP, []uint16{8080, 8082}, office), CoverOptions{}, []Box{{schema.TCP, PortSpan{8080, 8080}, officePrefixes}, {schema.TCP, PortSpan{8082, 8082}, officePrefixes}}},
		{"neighbouring ports of the same peers", boxUses(schema.TCP, []uint16{8080, 8081}, office), CoverOptions{}, []Box{{schema.TCP, PortSpan{8080, 8081}, officePrefixes}}},
		{"neighbouring ports, one peer more", append(boxUses(schema.TCP, []uint16{8080}, addrsIn(r, "10.5.0.0/24", 100)), boxUses(schema.TCP, []uint16{8081}, addrsIn(r, "10.5.0.0/24", 110))...), CoverOptions{}, []Box{{schema.TCP, PortSpan{8080, 8081}, parsePrefixes("10.5.0.0/24")}}},
		{"neighbouring ports of other peers", append(boxUses(schema.TCP, []uint16{22}, office), boxUses(schema.TCP, []uint16{23}, web)...), CoverOptions{Density: 2}, []Box{{schema.TCP, PortSpan{22, 22}, officePrefixes}, {schema.TCP, PortSpan{23, 23}, webPrefixes}}},
		{"only the budget opens ports between", boxUses(schema.TCP, []uint16{80, 443}, office), CoverOptions{Budget: 1}, []Box{{schema.TCP, PortSpan{80, 443}, officePrefixes}}},
		{"the budget prefers the cheaper", append(boxUses(schema.TCP, []uint16{80, 82}, office), boxUses(schema.TCP, []uint16{443}, web)...), CoverOptions{Budget: 3, Density: 2}, []Box{{schema.TCP, PortSpan{80, 82}, officePrefixes}, {schema.TCP, PortSpan{443, 443}, webPrefixes}}},
		{"protocols are never joined", append(boxUses(schema.TCP, []uint16{53}, office), boxUses(schema.UDP, []uint16{53}, office)...), CoverOptions{}, []Box{{schema.TCP, PortSpan{53, 53}, officePrefixes}, {schema.UDP, PortSpan{53, 53}, officePrefixes}}},
		{"protocols beyond the budget", append(boxUses(schema.TCP, []uint16{53}, office), boxUses(schema.UDP, []uint16{53}, office)...), CoverOptions{Budget: 1}, nil},
		{"ICMP has no ports", boxUses(schema.ICMP, []uint16{0}, office), CoverOptions{}, []Box{{schema.ICMP, PortSpan{}, officePrefixes}}},
		{"passive FTP is one cloud", ftp, CoverOptions{}, []Box{{schema.TCP, PortSpan{49152, 49999}, parsePrefixes("10.3.0.0/24")}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := Boxes(tt.uses, tt.opt)
			if ok != (tt.want != nil) {
				t.Fatalf("Boxes = %v, %v", got, ok)
			}
			if diff := cmp.Diff(tt.want, got, cmpopts.EquateComparable(netip.Prefix{})); diff != "" {
				t.Errorf("boxes (-want +got):\n%s", diff)
			}
		})
	}
}

// TestBoxesHold checks random rules: every use is held, the number of rules is within the budget, no box leaves what
// is allowed, spans of ports or protocols that were used.
func TestBoxesHold(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 11))
	done := 0
	for range 300 {
		w := []smallWorld{v4World(), v6World()}[r.IntN(2)]
		_, opt := randomInstance(r, w)
		opt.Prefixes = nil
		var uses []BoxUse
		for range 1 + r.IntN(40) {
			protocol := []schema.Protocol{schema.TCP, schema.UDP, schema.ICMP}[r.IntN(3)]
			use := BoxUse{protocol, uint16(r.IntN(12) * r.IntN(12)), w.addr(r.IntN(64))}
			if protocol == schema.ICMP {
				use.Port = 0
			}
			uses = append(uses, use)
		}
		got, ok := Boxes(uses, opt)
		if !ok {
			continue
		}
		done++
		checkBoxes(t, w, uses, opt, got)
		slices.Reverse(uses)
		if again, _ := Boxes(uses, opt); !cmp.Equal(got, again, cmpopts.EquateComparable(netip.Prefix{})) {
			t.Errorf("another order of uses gives %v instead of %v", again, got)
		}
		if t.Failed() {
			t.Fatalf("uses %v, options %+v", uses, opt)
		}
	}
	if done < 50 {
		t.Errorf("only %d rules have boxes", done)
	}
}

func checkBoxes(t *testing.T, w smallWorld, uses []BoxUse, opt CoverOptions, got []Box) {
	t.Helper()
	rules := 0
	holds := func(b Box, u BoxUse) bool {
		return b.Protocol == u.Protocol && b.Ports.From <= u.Port && u.Port <= b.Ports.To &&
			slices.ContainsFunc(b.Prefixes, func(p netip.Prefix) bool { return p.Contains(u.Peer) })
	}
	for _, u := range uses {
		if !slices.ContainsFunc(got, func(b Box) bool { return holds(b, u) }) {
			t.Errorf("%v is not held by %v", u, got)
		}
	}
	for _, b := range got {
		rules += len(b.Prefixes)
		twin := coverTwin{world: w, opt: opt, leaves: map[netip.Prefix]bool{}}
		for _, u := range uses {
			twin.leaves[netip.PrefixFrom(u.Peer, u.Peer.BitLen())] = true
		}
		for _, p := range b.Prefixes {
			if !twin.permits(p) {
				t.Errorf("%v is not allowed", p)
			}
		}
		ends := 0
		for _, u := range uses {
			if holds(b, u) && (u.Port == b.Ports.From || u.Port == b.Ports.To) {
				ends++
			}
		}
		if ends == 0 {
			t.Errorf("%v begins and ends with ports that nobody used", b)
		}
	}
	if rules > opt.Budget {
		t.Errorf("%d rules, want at most %d", rules, opt.Budget)
	}
}

// tinyBoxes is a universe of 8 addresses and 4 ports; sets of its 32 tuples are bits of a word.
type tinyBoxes struct{ all []uint32 }

func newTinyBoxes() tinyBoxes {
	var w tinyBoxes
	for depth := range 4 {
		for n := range 1 << depth {
			size := 8 >> depth
			prefix := uint32(1<<size-1) << (n * size)
			for from := range 4 {
				box := uint32(0)
				for to := from; to < 4; to++ {
					box |= prefix << (8 * to)
					w.all = append(w.all, box)
				}
			}
		}
	}
	return w
}

// least is the smallest union of at most k boxes that holds the uses, over all prefixes and ranges of ports.
func (w tinyBoxes) least(uses, union uint32, k, best int) int {
	missing := uses &^ union
	if missing == 0 {
		return min(best, bits.OnesCount32(union))
	}
	if k == 0 || bits.OnesCount32(union|missing) >= best {
		return best
	}
	first := missing & -missing
	for _, box := range w.all {
		if box&first != 0 {
			best = w.least(uses, union|box, k-1, best)
		}
	}
	return best
}

// TestBoxMergingIsNearTheOptimum merges single uses down to a few boxes and compares what they expose with the least
// over all sets of boxes. An optimum is not promised (the problem is NP-hard); how near it comes is.
func TestBoxMergingIsNearTheOptimum(t *testing.T) {
	r := rand.New(rand.NewPCG(12, 12))
	w := newTinyBoxes()
	cells, optimal, ratios, worst := 0, 0, 0.0, 1.0
	for range 250 {
		var uses []BoxUse
		set := uint32(0)
		for range 3 + r.IntN(10) {
			peer, port := r.IntN(8), r.IntN(4)
			set |= 1 << (8*port + peer)
			uses = append(uses, BoxUse{schema.TCP, uint16(port), netip.AddrFrom4([4]byte{10, 0, 0, byte(peer)})})
		}
		for k := 1; k <= 4; k++ {
			got := tinyGreedy(t, uses, k)
			want := w.least(set, 0, k, 33)
			if got < want {
				t.Fatalf("%v in %d boxes: %d tuples are fewer than the least, %d", uses, k, got, want)
			}
			n := bits.OnesCount32(set)
			ratio := float64(1+got-n) / float64(1+want-n)
			cells, ratios, worst = cells+1, ratios+ratio, max(worst, ratio)
			if got == want {
				optimal++
			}
		}
	}
	share, mean := float64(optimal)/float64(cells), ratios/float64(cells)
	t.Logf("%d cells, optimal in %.1f %%, mean ratio of 1+extra %.3f, worst %.2f", cells, 100*share, mean, worst)
	if share < 0.90 || mean > 1.05 {
		t.Errorf("optimal in %.3f, mean ratio %.3f", share, mean)
	}
}

// tinyGreedy counts the tuples of the merged boxes.
func tinyGreedy(t *testing.T, uses []BoxUse, k int) int {
	t.Helper()
	index, full, _ := newBoxIndex(uses, 0)
	var rects []boxRect
	for _, p := range index {
		for _, peer := range p.peers {
			rects = append(rects, boxRect{p.protocol, PortSpan{p.port, p.port}, addrKey(peer), 32})
		}
	}
	m := newBoxMerger(rects, index, full, CoverOptions{})
	if !m.reduce(k) {
		t.Fatalf("%v cannot be reduced to %d", uses, k)
	}
	set := uint32(0)
	for _, r := range m.rects {
		p := netip.PrefixFrom(keyAddr(r.key, 32), r.bits)
		for port := r.ports.From; port <= r.ports.To; port++ {
			for peer := range 8 {
				if p.Contains(netip.AddrFrom4([4]byte{10, 0, 0, byte(peer)})) {
					set |= 1 << (8*int(port) + peer)
				}
			}
		}
	}
	return bits.OnesCount32(set)
}

// TestBoxSizes compares the sum over elementary segments with a count of tuples.
func TestBoxSizes(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 13))
	random := func() boxRect {
		from := r.IntN(6)
		depth := r.IntN(5)
		return boxRect{schema.TCP, PortSpan{uint16(from), uint16(from + r.IntN(4))}, maskKey(addrKey(netip.AddrFrom4([4]byte{10, 0, 0, byte(r.IntN(16))})), 28+depth), 28 + depth}
	}
	tuples := func(r boxRect) map[string]bool {
		out := map[string]bool{}
		p := netip.PrefixFrom(keyAddr(r.key, 32), r.bits)
		for port := r.ports.From; port <= r.ports.To; port++ {
			for a := p.Addr(); p.Contains(a); a = a.Next() {
				out[fmt.Sprint(port, a)] = true
			}
		}
		return out
	}
	for range 500 {
		area := boxArea{site: 32}
		union := map[string]bool{}
		for range 1 + r.IntN(5) {
			one := random()
			area.rects = append(area.rects, one)
			for tuple := range tuples(one) {
				union[tuple] = true
			}
		}
		w := random()
		want := 0
		for tuple := range tuples(w) {
			if union[tuple] {
				want++
			}
		}
		area = newBoxArea(area.rects, 32)
		if got := area.held(&w); math.Abs(got-float64(want)) > 0.5 || w.tuples(32) != float64(len(tuples(w))) {
			t.Fatalf("held(%v) = %v, want %d, of %v; size %v, want %d", w, got, want, area.rects, w.tuples(32), len(tuples(w)))
		}
	}
}

func BenchmarkBoxes(b *testing.B) {
	r := rand.New(rand.NewPCG(14, 14))
	var uses []BoxUse
	for range 20 {
		port := uint16(r.IntN(10000))
		for range 100 + r.IntN(400) {
			uses = append(uses, BoxUse{schema.TCP, port, netip.AddrFrom4([4]byte{10, byte(r.IntN(8)), byte(r.IntN(256)), byte(r.IntN(256))})})
		}
	}
	for b.Loop() {
		if _, ok := Boxes(uses, CoverOptions{}); !ok {
			b.Fatal("no boxes")
		}
	}
}
