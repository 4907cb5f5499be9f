package suggest

import (
	"math"
	"net/netip"

	"sgfit/schema"
)

// DefaultBudget is AWS's default quota of rules for one group, direction and address family
// (https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html).
const DefaultBudget = 60

// CoverOptions says what a cover may be. The zero value allows any prefix, at most 60 of them, and merges as is right
// for private sources.
type CoverOptions struct {
	Budget    int                // most prefixes; 0 means DefaultBudget
	Prefixes  []netip.Prefix     // to be covered whole, beside the addresses; exempt from MinBits and Caps
	Allowed   []netip.Prefix     // every prefix lies in their union (the rules that it replaces); none means anywhere
	Forbidden []schema.AddrRange // no prefix meets them: addresses known to belong to someone else
	Caps      []netip.Prefix     // known subnets: no prefix is wider than one that it meets, used or not
	MinBits   int                // no prefix is shorter
	SiteBits  int                // prefix length that counts as one source, allocated as a whole; 0 means one address
	// Density is D, the ratio of addresses to seen addresses up to which many sparse sources are read as one network;
	// 0 means PrivateDensity. Sensible values lie between 2 and 200,000.
	Density float64

	needs     *int       // grows to the least budget with which the result would be the same; may be nil
	strangers *strangers // as Forbidden, but looked for where a prefix is asked about; may be nil
}

// Densities that recovered planted subnets best: see Cover.
const (
	PrivateDensity  = 2400.0
	InternetDensity = 30.0
)

// InternetCover is the options for sources on the internet: sparser evidence is needed to merge, and no prefix is
// wider than the longest that is routed on its own, /24 and /48 (https://www.rfc-editor.org/rfc/rfc7454#section-6.1.3),
// since beyond it lies somebody else's network. An IPv6 source is its /64: one site's hosts change addresses inside it
// daily (https://www.rfc-editor.org/rfc/rfc8981), and nobody else can get one.
func InternetCover(ipv6 bool) CoverOptions {
	if ipv6 {
		return CoverOptions{MinBits: 48, SiteBits: 64, Density: InternetDensity}
	}
	return CoverOptions{MinBits: 24, Density: InternetDensity}
}

// CoverResult is a cover: prefixes sorted, disjoint, none adjacent to its sibling without reason; Extra is the number
// of sites (addresses, unless SiteBits says otherwise) that they admit beyond those that must be covered.
type CoverResult struct {
	Prefixes []netip.Prefix
	Extra    Count
}

// Cover returns the prefixes that describe the addresses best, at most opt.Budget of them; false when there is no
// address, when both families are mixed, when an address is itself not allowed, or when no cover fits the budget.
//
// Best is the shortest two-part description: the bits to write the rules, and alpha times the bits to say which of
// the sites inside were really seen,
//
//	cost(p) = 6 + len(p) + alpha log2 C(2^(W-len), seen in p)      alpha = (6+W) / log2(e D)
//
// so that sparse sources stay apart from size/seen > D on, without a number of rules to be chosen beforehand. Of all
// covers that the options allow the result is the cheapest in these costs (in steps of a millionth of a bit). The
// densities are those at which planted subnets were told apart best in simulation: 0.0 % of covers touched an unused
// neighbour at D = 2400. Time O(n log n), and O(n Budget) where the best cover does not fit the budget.
func Cover(addrs []netip.Addr, opt CoverOptions) (CoverResult, bool) {
	full, ok := coverFamily(addrs, opt.Prefixes)
	if !ok {
		return CoverResult{}, false
	}
	return coverWithin(addrs, full, opt, newCoverLimits(full, opt))
}

// coverWithin is Cover with what of the options is the same for several covers.
func coverWithin(addrs []netip.Addr, full int, opt CoverOptions, limits coverLimits) (CoverResult, bool) {
	t := newCoverTree(full, opt)
	if len(addrs) == 1 && len(opt.Prefixes) == 0 {
		return t.only(t.leafOf(addrs[0], limits), limits)
	}
	t.fill(addrs, opt, limits)
	cut, ok := t.suggest(opt)
	if !ok {
		return CoverResult{}, false
	}
	return t.result(cut), true
}

// Curve is the choice that a reviewer has: exposure against number of rules.
type Curve struct {
	Exact     CoverResult // exposes nothing extra, with the fewest prefixes; may be beyond the budget
	Suggested CoverResult // what Cover returns
	Compact   CoverResult // the knee: least log2(1+extra) + 2 rules, with no more rules than Suggested

	tree  coverTree
	table pruneTable
}

// CoverCurve returns the exact, suggested and compact covers, and the means to ask for the optimum of each size. It is
// false where Cover is; Exact is then still set if the addresses themselves are allowed. Time and space O(n Budget).
func CoverCurve(addrs []netip.Addr, opt CoverOptions) (Curve, bool) {
	full, ok := coverFamily(addrs, opt.Prefixes)
	if !ok {
		return Curve{}, false
	}
	t := newCoverTree(full, opt)
	t.fill(addrs, opt, newCoverLimits(full, opt))
	c := Curve{tree: t}
	extras := t.costs(t.extra)
	exact, ok := t.exact(extras)
	if !ok {
		return Curve{}, false
	}
	c.Exact = t.result(exact)
	suggested, ok := t.suggest(opt)
	if !ok {
		return c, false
	}
	c.Suggested = t.result(suggested)
	c.table = t.prune(extras, budgetOf(opt))
	c.Compact, _ = c.Optimum(c.knee(len(suggested)))
	return c, true
}

// Optimum is the cover that exposes least with at most k prefixes, k up to the budget, the smallest one where several
// do; false when none of that size is allowed.
func (c Curve) Optimum(k int) (CoverResult, bool) {
	j, ok := c.table.best(k)
	if !ok {
		return CoverResult{}, false
	}
	return c.tree.result(c.table.cut(j)), true
}

// Extras returns the least exposure for at most 1, 2, … prefixes: shorter than the budget when more prefixes would
// change nothing, and starting with covers that are not allowed as ok false.
func (c Curve) Extras() []CurvePoint {
	points := make([]CurvePoint, 0, len(c.table.totals))
	for k := 1; k <= len(c.table.totals); k++ {
		j, ok := c.table.best(k)
		point := CurvePoint{Rules: k, OK: ok}
		if ok {
			point.Extra = c.table.totals[j-1]
		}
		points = append(points, point)
		if ok && point.Extra.IsZero() {
			break
		}
	}
	return points
}

// CurvePoint is the least exposure that a number of rules allows; OK is false when so few rules cannot cover.
type CurvePoint struct {
	Rules int
	OK    bool
	Extra Count
}

// knee is the number of rules, up to most, at which one more rule stops to be worth two bits of exposure.
func (c Curve) knee(most int) int {
	best, least := most, math.Inf(1)
	for k := 1; k <= min(most, len(c.table.totals)); k++ {
		if c.table.totals[k-1] == forbiddenCost() {
			continue
		}
		if score := math.Log2(1+c.table.totals[k-1].Float64()) + 2*float64(k); score < least {
			best, least = k, score
		}
	}
	return best
}

// budgetDecides is the need of what would be another with another budget.
const budgetDecides = math.MaxInt

// need notes a budget without which the result would not be the same.
func (o CoverOptions) need(n int) {
	if o.needs != nil {
		*o.needs = max(*o.needs, n)
	}
}

func budgetOf(opt CoverOptions) int {
	if opt.Budget > 0 {
		return opt.Budget
	}
	return DefaultBudget
}

// suggest is the cut with the shortest description, by way of the budgeted programme where it has too many nodes.
func (t *coverTree) suggest(opt CoverOptions) ([]int32, bool) {
	alpha := describeAlpha(6+t.site, opt.Density, PrivateDensity)
	costs := t.costs(func(v int32) Count { return t.describe(v, alpha) })
	cut, ok := t.cheapest(costs)
	if !ok || len(cut) <= budgetOf(opt) {
		return cut, ok
	}
	opt.need(budgetDecides)
	table := t.prune(costs, budgetOf(opt))
	k, ok := table.best(budgetOf(opt))
	if !ok {
		return nil, false
	}
	return table.cut(k), true
}

// exact is the smallest cut that exposes nothing extra.
func (t *coverTree) exact(extras []Count) ([]int32, bool) {
	for v, l := range t.left {
		if l < 0 && t.never[v] {
			return nil, false
		}
	}
	root := int32(len(extras) - 1)
	return t.descend(root, func(v int32) bool { return extras[v].IsZero() }), true
}

// costs asks for the cost of every node that is allowed.
func (t *coverTree) costs(of func(v int32) Count) []Count {
	costs := make([]Count, len(t.keys))
	for v := range costs {
		costs[v] = forbiddenCost()
		if !t.never[v] {
			costs[v] = of(int32(v))
		}
	}
	return costs
}

// describe is the length of the node's description.
func (t *coverTree) describe(v int32, alpha float64) Count {
	size := t.sitesMinusOne(int(t.bits[v])).Float64() + 1
	part := t.extra(v)
	if t.seen[v].Less(part) {
		part = t.seen[v].Plus(Count{0, 1})
	}
	return describedBits(6 + float64(t.bits[v]) + alpha*log2Choose(size, part.Float64()))
}

// describeAlpha weighs the unseen against the rule: merging of sparse sources stops when size/seen > density.
func describeAlpha(ruleBits int, density, unset float64) float64 {
	if density <= 0 {
		density = unset
	}
	return float64(ruleBits) / math.Log2(math.E*density)
}

// describedBits keeps bits as a whole number of millionths (2^-20), so that sums do not depend on their order.
func describedBits(b float64) Count {
	const most = 1 << 100 // beyond any comparison; keeps sums within 128 bits
	b = min(math.Round(math.Ldexp(b, 20)), most)
	hi := math.Floor(math.Ldexp(b, -64))
	return Count{uint64(hi), uint64(b - math.Ldexp(hi, 64))}
}

// log2Choose is log2 of the binomial coefficient, 0 <= part, within 1e-6 for whole numbers up to 2^128. Differences of
// Lgamma would lose all digits there.
func log2Choose(size, part float64) float64 {
	if part > size-part {
		part = size - part
	}
	if part <= 32 {
		sum := 0.0
		for i := 0.0; i < part; i++ {
			sum += math.Log2((size - i) / (i + 1))
		}
		return sum
	}
	rest := size - part
	ln := part*math.Log(size/part) - rest*math.Log1p(-part/size) // Stirling
	ln += 0.5*math.Log(size/(2*math.Pi*part)/rest) + (1/size-1/part-1/rest)/12
	return ln / math.Ln2
}
