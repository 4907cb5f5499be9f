package suggest

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sgfit/schema"
)

// smallWorld is a universe of 2^bits addresses in which every prefix can be listed.
type smallWorld struct {
	base netip.Prefix
	bits int
}

func v4World() smallWorld { return smallWorld{netip.MustParsePrefix("10.0.0.0/26"), 6} }
func v6World() smallWorld { return smallWorld{netip.MustParsePrefix("2001:db8::/122"), 6} }

func (w smallWorld) addr(n int) netip.Addr {
	hi, lo := schema.AddrBits(w.base.Addr())
	return schema.AddrFromBits(hi, lo+uint64(n))
}

// block is the prefix of 2^(bits-depth) addresses that starts at address n.
func (w smallWorld) block(n, depth int) netip.Prefix {
	return netip.PrefixFrom(w.addr(n), w.base.Bits()+depth)
}

// coverTwin is the stupid way to cover: a table of all blocks of the world, and of each number of prefixes in each
// block the least cost. It knows nothing of tries or of longest common prefixes.
type coverTwin struct {
	world  smallWorld
	leaves map[netip.Prefix]bool // to be covered whole, disjoint
	opt    CoverOptions
	cost   func(p netip.Prefix, size, seen int) float64
}

// least returns the least cost of covering the block with exactly j prefixes, for j from 0 to max.
func (c coverTwin) least(n, depth, most int) []float64 {
	out := make([]float64, most+1)
	for j := range out {
		out[j] = math.Inf(1)
	}
	p, size := c.world.block(n, depth), 1<<(c.world.bits-depth)
	seen := c.seen(p)
	if seen == 0 {
		out[0] = 0
		return out
	}
	if most >= 1 && c.permits(p) {
		out[1] = c.cost(p, size, seen)
	}
	if c.leaves[p] || depth == c.world.bits {
		return out
	}
	l, r := c.least(n, depth+1, most), c.least(n+size/2, depth+1, most)
	for i := range l {
		for j := range r[:most+1-i] {
			out[i+j] = min(out[i+j], l[i]+r[j])
		}
	}
	return out
}

// seen counts the addresses in p that must be covered.
func (c coverTwin) seen(p netip.Prefix) int {
	n := 0
	for leaf := range c.leaves {
		if p.Overlaps(leaf) {
			n += 1 << (leaf.Addr().BitLen() - max(leaf.Bits(), p.Bits()))
		}
	}
	return n
}

// permits decides address by address.
func (c coverTwin) permits(p netip.Prefix) bool {
	for n := range 1 << c.world.bits {
		a := c.world.addr(n)
		if !p.Contains(a) {
			continue
		}
		inside := slices.ContainsFunc(c.opt.Allowed, func(q netip.Prefix) bool { return q.Contains(a) })
		foreign := slices.ContainsFunc(c.opt.Forbidden, func(r schema.AddrRange) bool {
			return r.From.Compare(a) <= 0 && a.Compare(r.To) <= 0
		})
		if len(c.opt.Allowed) > 0 && !inside || foreign {
			return false
		}
	}
	if c.leaves[p] {
		return true
	}
	wide := slices.ContainsFunc(c.opt.Caps, func(q netip.Prefix) bool { return q.Overlaps(p) && p.Bits() < q.Bits() })
	return p.Bits() >= c.opt.MinBits && !wide
}

// randomInstance draws addresses, known prefixes and constraints.
func randomInstance(r *rand.Rand, w smallWorld) ([]netip.Addr, CoverOptions) {
	var opt CoverOptions
	size := 1 << w.bits
	addrs := make([]netip.Addr, 1+r.IntN(14))
	for i := range addrs {
		addrs[i] = w.addr(r.IntN(size))
	}
	randomBlock := func(least int) netip.Prefix {
		depth := least + r.IntN(w.bits+1-least)
		return w.block(r.IntN(1<<depth)<<(w.bits-depth), depth)
	}
	opt.Budget = 1 + r.IntN(8)
	opt.Density = []float64{2, 30, 2400}[r.IntN(3)]
	if r.IntN(4) == 0 {
		opt.MinBits = w.base.Bits() + r.IntN(w.bits+1)
	}
	for range r.IntN(3) * r.IntN(2) {
		opt.Prefixes = append(opt.Prefixes, randomBlock(3))
	}
	for range r.IntN(4) * r.IntN(2) {
		from := r.IntN(size)
		opt.Forbidden = append(opt.Forbidden, schema.AddrRange{From: w.addr(from), To: w.addr(min(size-1, from+r.IntN(4)))})
	}
	for range r.IntN(5) * r.IntN(2) {
		opt.Allowed = append(opt.Allowed, randomBlock(0))
	}
	for range r.IntN(3) * r.IntN(2) {
		opt.Caps = append(opt.Caps, randomBlock(1))
	}
	return addrs, opt
}

// twinLeaves are the addresses and prefixes without those inside another.
func twinLeaves(addrs []netip.Addr, prefixes []netip.Prefix) map[netip.Prefix]bool {
	all := slices.Clone(prefixes)
	for _, a := range addrs {
		all = append(all, netip.PrefixFrom(a, a.BitLen()))
	}
	leaves := map[netip.Prefix]bool{}
	for _, p := range all {
		nested := slices.ContainsFunc(all, func(q netip.Prefix) bool { return q.Bits() < p.Bits() && q.Contains(p.Addr()) })
		if !nested {
			leaves[p] = true
		}
	}
	return leaves
}

func extraCost(_ netip.Prefix, size, seen int) float64 { return float64(size - seen) }

// exactChoose is log2 of the binomial coefficient by big integers.
func exactChoose(size, part int) float64 {
	f, _ := new(big.Float).SetInt(new(big.Int).Binomial(int64(size), int64(part))).Float64()
	return math.Log2(f)
}

func describeCost(density float64, width int) func(netip.Prefix, int, int) float64 {
	alpha := float64(6+width) / math.Log2(math.E*density)
	return func(p netip.Prefix, size, seen int) float64 {
		return 6 + float64(p.Bits()) + alpha*exactChoose(size, seen)
	}
}

// TestCoverAgainstTwin compares every number of prefixes of thousands of random instances with the least cost over all
// prefixes of the world, and checks each result by itself: it covers, it keeps to the constraints, it costs what it
// says.
func TestCoverAgainstTwin(t *testing.T) {
	for _, w := range []smallWorld{v4World(), v6World()} {
		t.Run(w.base.String(), func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, uint64(w.base.Bits())))
			feasible, infeasible := 0, 0
			for range 4000 {
				addrs, opt := randomInstance(r, w)
				if checkInstance(t, w, addrs, opt) {
					feasible++
				} else {
					infeasible++
				}
				if t.Failed() {
					t.Fatalf("addresses %v, options %+v", addrs, opt)
				}
			}
			if feasible < 1000 || infeasible < 100 {
				t.Errorf("%d instances feasible and %d not: the test does not test both", feasible, infeasible)
			}
		})
	}
}

func checkInstance(t *testing.T, w smallWorld, addrs []netip.Addr, opt CoverOptions) bool {
	t.Helper()
	twin := coverTwin{w, twinLeaves(addrs, opt.Prefixes), opt, extraCost}
	curve, ok := CoverCurve(addrs, opt)
	want := twin.least(0, 0, opt.Budget)
	if slices.Min(want) < math.Inf(1) != ok {
		t.Errorf("CoverCurve says %v, least costs are %v", ok, want)
		return ok
	}
	if !ok {
		return false
	}
	for k := 1; k <= opt.Budget; k++ {
		got, ok := curve.Optimum(k)
		least := slices.Min(want[:k+1])
		if ok != (least < math.Inf(1)) || ok && got.Extra.Float64() != least {
			t.Errorf("k=%d: extra %v, %v, want %v", k, got.Extra, ok, least)
		}
		if ok {
			twin.checkResult(t, got, k)
		}
	}
	twin.checkResult(t, curve.Suggested, opt.Budget)
	twin.checkResult(t, curve.Compact, len(curve.Suggested.Prefixes))
	twin.checkResult(t, curve.Exact, 64)
	if got, want := curve.Compact.Extra.Float64(), twinKnee(want, len(curve.Suggested.Prefixes)); got != want {
		t.Errorf("compact %v exposes %v more, the knee %v", curve.Compact.Prefixes, got, want)
	}
	if !curve.Exact.Extra.IsZero() {
		t.Errorf("exact cover %v exposes %v more", curve.Exact.Prefixes, curve.Exact.Extra)
	}
	twin.cost = describeCost(opt.Density, w.base.Addr().BitLen())
	if got, want := twin.total(curve.Suggested), slices.Min(twin.least(0, 0, opt.Budget)); math.Abs(got-want) > 1e-3 {
		t.Errorf("suggested %v costs %.6f bits, least is %.6f", curve.Suggested.Prefixes, got, want)
	}
	if cover, _ := Cover(addrs, opt); !slices.Equal(cover.Prefixes, curve.Suggested.Prefixes) {
		t.Errorf("Cover %v, but CoverCurve suggests %v", cover, curve.Suggested)
	}
	return true
}

// twinKnee is the extra at which log2(1+extra) + 2 rules is least, over exactly 1 to most rules; the fewest on a tie.
func twinKnee(extras []float64, most int) float64 {
	at := most
	score := func(k int) float64 { return math.Log2(1+extras[k]) + 2*float64(k) }
	for k := most; k >= 1; k-- {
		if score(k) <= score(at) {
			at = k
		}
	}
	return extras[at]
}

func (c coverTwin) total(r CoverResult) float64 {
	sum := 0.0
	for _, p := range r.Prefixes {
		sum += c.cost(p, 1<<(p.Addr().BitLen()-p.Bits()), c.seen(p))
	}
	return sum
}

func (c coverTwin) checkResult(t *testing.T, r CoverResult, most int) {
	t.Helper()
	extra := 0
	for i, p := range r.Prefixes {
		extra += 1<<(p.Addr().BitLen()-p.Bits()) - c.seen(p)
		if p != p.Masked() || !c.permits(p) {
			t.Errorf("%v is not allowed", p)
		}
		if i > 0 && (r.Prefixes[i-1].Addr().Compare(p.Addr()) >= 0 || p.Overlaps(r.Prefixes[i-1])) {
			t.Errorf("%v is not sorted or not disjoint", r.Prefixes)
		}
	}
	for leaf := range c.leaves {
		if !slices.ContainsFunc(r.Prefixes, func(p netip.Prefix) bool { return p.Bits() <= leaf.Bits() && p.Contains(leaf.Addr()) }) {
			t.Errorf("%v is not covered by %v", leaf, r.Prefixes)
		}
	}
	if len(r.Prefixes) > most || r.Extra != (Count{0, uint64(extra)}) {
		t.Errorf("%v: extra %v, want at most %d prefixes and extra %d", r.Prefixes, r.Extra, most, extra)
	}
}

// TestCoverAgainstAllSets tries all sets of prefixes, overlapping ones too, so that the twin's own assumption (a cover
// need not overlap) is tested as well.
func TestCoverAgainstAllSets(t *testing.T) {
	w := smallWorld{netip.MustParsePrefix("10.0.0.0/29"), 3}
	var blocks []uint // as sets of the eight addresses
	for depth := range 4 {
		for n := range 1 << depth {
			size := 8 >> depth
			blocks = append(blocks, (1<<size-1)<<(n*size))
		}
	}
	least := make([][5]int, 256) // of each set of addresses, by number of prefixes
	for set := range least {
		least[set] = [5]int{99, 99, 99, 99, 99}
	}
	for choice := range uint(1) << len(blocks) {
		union, n := uint(0), 0
		for i, b := range blocks {
			if choice>>i&1 == 1 {
				union, n = union|b, n+1
			}
		}
		if n > 4 {
			continue
		}
		for set := uint(1); set < 256; set++ {
			if set&^union == 0 {
				least[set][n] = min(least[set][n], popcount(union)-popcount(set))
			}
		}
	}
	for set := uint(1); set < 256; set++ {
		var addrs []netip.Addr
		for i := range 8 {
			if set>>i&1 == 1 {
				addrs = append(addrs, w.addr(i))
			}
		}
		curve, _ := CoverCurve(addrs, CoverOptions{Budget: 4})
		for k := 1; k <= 4; k++ {
			got, ok := curve.Optimum(k)
			if want := slices.Min(least[set][:k+1]); !ok || got.Extra.Float64() != float64(want) {
				t.Errorf("set %08b, k=%d: extra %v, want %d", set, k, got.Extra, want)
			}
		}
	}
}

func popcount(set uint) (n int) {
	for ; set > 0; set &= set - 1 {
		n++
	}
	return n
}

// TestCoverIsNotGreedy holds the sets of addresses at which convexity and both greedy methods fail.
func TestCoverIsNotGreedy(t *testing.T) {
	w := v4World()
	for _, tt := range []struct {
		why  string
		set  []int
		want []uint64 // least extra for 1, 2, … prefixes
	}{
		{"first split gains nothing", []int{0, 2, 4, 6}, []uint64{4, 4, 2, 0}},
		{"wide, first split gains nothing", []int{0, 31, 32, 63}, []uint64{60, 60, 30, 0}},
		{"merging the cheapest pair gives 6 for three", []int{0, 2, 8, 10, 12, 14}, []uint64{10, 6, 4}},
		{"splitting the largest gain gives 4 for four", []int{0, 1, 8, 10, 12, 14}, []uint64{10, 4, 4, 2}},
	} {
		t.Run(tt.why, func(t *testing.T) {
			var addrs []netip.Addr
			for _, n := range tt.set {
				addrs = append(addrs, w.addr(n))
			}
			curve, ok := CoverCurve(addrs, CoverOptions{})
			if !ok {
				t.Fatal("no cover")
			}
			var got []uint64
			for _, p := range curve.Extras()[:len(tt.want)] {
				got = append(got, p.Extra.Lo)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("least extra by number of prefixes (-want +got):\n%s", diff)
			}
		})
	}
}

func parseAddrs(s ...string) []netip.Addr {
	var out []netip.Addr
	for _, a := range s {
		out = append(out, netip.MustParseAddr(a))
	}
	return out
}

func parsePrefixes(s ...string) []netip.Prefix {
	var out []netip.Prefix
	for _, p := range s {
		out = append(out, netip.MustParsePrefix(p))
	}
	return out
}

func addrsIn(r *rand.Rand, prefix string, n int) []netip.Addr {
	p := netip.MustParsePrefix(prefix)
	hi, lo := schema.AddrBits(p.Addr())
	var out []netip.Addr
	for _, host := range r.Perm(min(1<<20, 1<<(p.Addr().BitLen()-p.Bits())))[:n] {
		out = append(out, schema.AddrFromBits(hi, lo+uint64(host)))
	}
	return out
}

func TestCoverCases(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	dense := addrsIn(r, "10.1.2.0/24", 60)
	internet := InternetCover(false)
	for _, tt := range []struct {
		name  string
		addrs []netip.Addr
		opt   CoverOptions
		want  []netip.Prefix // nil for no cover
	}{
		{"nothing", nil, CoverOptions{}, nil},
		{"both families", parseAddrs("10.0.0.1", "::1"), CoverOptions{}, nil},
		{"one", parseAddrs("10.0.0.1"), CoverOptions{}, parsePrefixes("10.0.0.1/32")},
		{"twice the same", parseAddrs("10.0.0.1", "10.0.0.1"), CoverOptions{}, parsePrefixes("10.0.0.1/32")},
		{"IPv4-mapped is IPv4", parseAddrs("::ffff:10.0.0.1"), CoverOptions{}, parsePrefixes("10.0.0.1/32")},
		{"first and last of all", parseAddrs("0.0.0.0", "255.255.255.255"), CoverOptions{Budget: 1}, parsePrefixes("0.0.0.0/0")},
		{"first and last of IPv6", parseAddrs("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), CoverOptions{Budget: 1}, parsePrefixes("::/0")},
		{"a dense subnet", dense, CoverOptions{}, parsePrefixes("10.1.2.0/24")},
		{"a dense subnet with a foreign range", dense, CoverOptions{Budget: 1, Forbidden: []schema.AddrRange{{From: netip.MustParseAddr("10.1.3.0"), To: netip.MustParseAddr("10.1.3.255")}}}, parsePrefixes("10.1.2.0/24")},
		{"one rule is not enough", parseAddrs("10.0.0.1", "10.0.1.1"), CoverOptions{Budget: 1, MinBits: 24}, nil},
		{"the address is someone else's", parseAddrs("10.0.0.1"), CoverOptions{Forbidden: []schema.AddrRange{schema.PrefixRange(netip.MustParsePrefix("10.0.0.0/24"))}}, nil},
		{"outside the rule", parseAddrs("10.0.0.1"), CoverOptions{Allowed: parsePrefixes("10.0.1.0/24")}, nil},
		{"only the other family is allowed", parseAddrs("10.0.0.1"), CoverOptions{Allowed: parsePrefixes("::/0")}, nil},
		{"known prefix swallows addresses", parseAddrs("10.0.0.1", "10.0.0.9"), CoverOptions{Prefixes: parsePrefixes("10.0.0.0/28")}, parsePrefixes("10.0.0.0/28")},
		{"known prefix wider than the minimum", parseAddrs("198.51.100.7"), CoverOptions{MinBits: 24, Prefixes: parsePrefixes("52.94.0.0/20")}, parsePrefixes("52.94.0.0/20", "198.51.100.7/32")},
		{"capped by the subnet", parseAddrs("10.0.0.254", "10.0.0.255", "10.0.1.0", "10.0.1.1"), CoverOptions{Caps: parsePrefixes("10.0.0.0/24", "10.0.1.0/24")}, parsePrefixes("10.0.0.254/31", "10.0.1.0/31")},
		{"internet, scattered in a /24", parseAddrs("198.51.100.7", "198.51.100.99", "198.51.100.201"), internet, parsePrefixes("198.51.100.7/32", "198.51.100.99/32", "198.51.100.201/32")},
		{"internet, a dense /24", addrsIn(r, "198.51.100.0/24", 100), internet, parsePrefixes("198.51.100.0/24")},
		{"internet, two dense neighbours", append(addrsIn(r, "198.51.100.0/24", 256), addrsIn(r, "198.51.101.0/24", 256)...), internet, parsePrefixes("198.51.100.0/24", "198.51.101.0/24")},
		{"private IPv6, two subnets", parseAddrs("fd00::1", "fd00:0:0:1::1"), CoverOptions{}, parsePrefixes("fd00::1/128", "fd00:0:0:1::1/128")},
		{"internet IPv6, hosts of one site", parseAddrs("2001:db8:1:2::5", "2001:db8:1:2:aaaa::1"), InternetCover(true), parsePrefixes("2001:db8:1:2::/64")},
		{"internet IPv6, two customers", parseAddrs("2001:db8:1:2::5", "2001:db8:9:2::5"), InternetCover(true), parsePrefixes("2001:db8:1:2::/64", "2001:db8:9:2::/64")},
		{"internet IPv6, the rule is narrower than a site", parseAddrs("2001:db8::5"), CoverOptions{SiteBits: 64, Allowed: parsePrefixes("2001:db8::/80")}, parsePrefixes("2001:db8::5/128")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := Cover(tt.addrs, tt.opt)
			if ok != (tt.want != nil) || !slices.Equal(got.Prefixes, tt.want) {
				t.Errorf("Cover = %v, %v, want %v", got.Prefixes, ok, tt.want)
			}
		})
	}
}

// TestCoverCountsIPv6Exactly needs all 128 bits: float64 would call the two splits equal.
func TestCoverCountsIPv6Exactly(t *testing.T) {
	curve, ok := CoverCurve(parseAddrs("::", "::1", "8000::", "8000::3"), CoverOptions{Budget: 3})
	if !ok {
		t.Fatal("no cover")
	}
	var got []string
	for _, p := range curve.Extras() {
		got = append(got, p.Extra.String())
	}
	want := []string{"340282366920938463463374607431768211452", "2", "0"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("extra (-want +got):\n%s", diff)
	}
}

// TestCoverFindsPlantedSubnets repeats the simulation behind the default densities: /24 subnets side by side in one
// VPC, every second of them unused, and sparse /20 subnets far apart.
func TestCoverFindsPlantedSubnets(t *testing.T) {
	for _, tt := range []struct {
		name                string
		density             float64
		touchMost, lostMost float64
		plant               func(*rand.Rand) planted
	}{
		{"adjacent", PrivateDensity, 0.005, 0.01, plantAdjacent},
		{"sparse", PrivateDensity, 0.005, 0.02, plantSparse},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(3, 5))
			const worlds = 300
			touched, lost, fresh := 0, 0, 0
			for range worlds {
				p := tt.plant(r)
				got, ok := Cover(p.seen, CoverOptions{Density: tt.density})
				if !ok {
					t.Fatal("no cover")
				}
				if slices.ContainsFunc(got.Prefixes, func(q netip.Prefix) bool { return slices.ContainsFunc(p.unused, q.Overlaps) }) {
					touched++
				}
				for _, a := range p.later {
					fresh++
					if !slices.ContainsFunc(got.Prefixes, func(q netip.Prefix) bool { return q.Contains(a) }) {
						lost++
					}
				}
			}
			if share := float64(touched) / worlds; share > tt.touchMost {
				t.Errorf("%.3f of covers touch an unused neighbour, want at most %v", share, tt.touchMost)
			}
			if share := float64(lost) / float64(fresh); share > tt.lostMost {
				t.Errorf("%.3f of new hosts are missed, want at most %v", share, tt.lostMost)
			}
		})
	}
}

type planted struct {
	seen, later []netip.Addr // of used subnets
	unused      []netip.Prefix
}

func plantAdjacent(r *rand.Rand) planted {
	var p planted
	for i, used := range r.Perm(16) {
		subnet := fmt.Sprintf("10.7.%d.0/24", used)
		if i >= 6 {
			p.unused = append(p.unused, netip.MustParsePrefix(subnet))
			continue
		}
		p.hosts(r, subnet, 20+r.IntN(100))
	}
	return p
}

func plantSparse(r *rand.Rand) planted {
	var p planted
	for i, used := range r.Perm(16) {
		subnet := fmt.Sprintf("10.7.%d.0/20", used*16)
		if i >= 5 {
			p.unused = append(p.unused, netip.MustParsePrefix(subnet))
			continue
		}
		p.hosts(r, subnet, 15+r.IntN(46))
	}
	return p
}

// hosts sees n hosts of a used subnet, and ten more later.
func (p *planted) hosts(r *rand.Rand, subnet string, n int) {
	all := addrsIn(r, subnet, n+10)
	p.seen, p.later = append(p.seen, all[:n]...), append(p.later, all[n:]...)
}

func TestLog2Choose(t *testing.T) {
	for _, size := range []int{1, 2, 7, 64, 256, 4096, 100000} {
		for _, part := range []int{0, 1, 2, 31, 32, 33, 63, 100, 255, 2048, 50000} {
			if part > size {
				continue
			}
			if got, want := log2Choose(float64(size), float64(part)), bigLog2(new(big.Int).Binomial(int64(size), int64(part))); math.Abs(got-want) > 1e-6 {
				t.Errorf("log2Choose(%d, %d) = %.9f, want %.9f", size, part, got, want)
			}
		}
	}
	if got, want := log2Choose(math.Ldexp(1, 128), 3), 3*128-math.Log2(6); math.Abs(got-want) > 1e-6 {
		t.Errorf("log2Choose(2^128, 3) = %.9f, want %.9f", got, want)
	}
}

func bigLog2(n *big.Int) float64 {
	mant := new(big.Float)
	exp := new(big.Float).SetInt(n).MantExp(mant)
	f, _ := mant.Float64()
	return float64(exp) + math.Log2(f)
}

func benchmarkAddrs(n int, ipv6 bool) []netip.Addr {
	r := rand.New(rand.NewPCG(7, uint64(n)))
	out := make([]netip.Addr, n)
	for i := range out {
		net, host := uint64(r.IntN(400)), uint64(r.IntN(1<<12))
		if ipv6 {
			out[i] = schema.AddrFromBits(0x20010db8_00000000|net, host)
		} else {
			out[i] = schema.AddrFromBits(0, 0xffff_0a000000|net<<12|host)
		}
	}
	return out
}

func BenchmarkCover(b *testing.B) {
	for _, n := range []int{1e4, 1e5} {
		for _, ipv6 := range []bool{false, true} {
			addrs := benchmarkAddrs(n, ipv6)
			b.Run(fmt.Sprintf("suggested/n=%d/ipv6=%v", n, ipv6), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					Cover(addrs, CoverOptions{Budget: 60})
				}
			})
			b.Run(fmt.Sprintf("curve/n=%d/ipv6=%v", n, ipv6), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					CoverCurve(addrs, CoverOptions{Budget: 60})
				}
			})
		}
	}
}
