package suggest

import "math"

// SourceDays is when one source was seen: first and last day, counted from 1, and the number of days with it.
type SourceDays struct{ First, Last, Days int }

// DescribeNewSources fills NewSources from the sources of one rule (or of one rule, protocol and port) and the number
// of observed days. The bounds are NewSourcesBound for 7 and 30 days.
func DescribeNewSources(sources []SourceDays, observed int) NewSources {
	d15, q1 := DiscoveryTail(sources, observed, 15), seenOn(sources, 1)
	return NewSources{
		D7:       int64(DiscoveryTail(sources, observed, 7)),
		D15:      int64(d15),
		Q1:       int64(q1),
		Q2:       int64(seenOn(sources, 2)),
		Bound7d:  int64(NewSourcesBound(sources, observed, 7)),
		Bound30d: int64(NewSourcesBound(sources, observed, 30)),
		Coverage: share(SourceCoverage(sources, observed)),
		Churning: ChurnSuspected(sources, observed),
		Label:    discoveryLabel(len(sources), d15, q1),
	}
}

// DiscoveryTail counts the sources first seen within the last h observed days: those that a rule built h days ago
// would have refused. Where fewer than h days were observed it counts all.
func DiscoveryTail(sources []SourceDays, observed, h int) int {
	n := 0
	for _, s := range sources {
		if s.First > observed-h {
			n++
		}
	}
	return n
}

// seenOn is Q1 for one day, Q2 for two: the sources seen on exactly that many days.
func seenOn(sources []SourceDays, days int) int {
	n := 0
	for _, s := range sources {
		if s.Days == days {
			n++
		}
	}
	return n
}

// discoveryLabel is A settled, B quiet tail, C trickle, D active, E open set; "" without sources. In simulated
// mixtures of rules, some new source came within the next week for 6 % of A and 92 % of E at 30 observed days.
func discoveryLabel(sources, d15, q1 int) string {
	switch {
	case sources == 0:
		return ""
	case d15 >= 10:
		return "E"
	case d15 >= 3:
		return "D"
	case d15 >= 1:
		return "C"
	case q1 > 0:
		return "B"
	}
	return "A"
}

// ChurnSuspected says whether new sources come more than twice as fast as independent days would explain, over the
// last week: they come in runs or are replaced, so that single addresses will not hold for long.
func ChurnSuspected(sources []SourceDays, observed int) bool {
	return observed > 7 && float64(DiscoveryTail(sources, observed, 7)) > 2*chaoNewSources(sources, observed, 7)+2
}

// NewSourcesBound is an upper bound, at 95 %, on the sources never seen before that come in the next h days: the larger
// of what the recent rate of discovery says and what the sources seen once say. The former also holds where sources
// come in runs or are replaced (autoscaling), where the latter fails; the latter is sharper where days are alike. A
// rule without sources has the bound of the former. Where nothing was observed the bound is 0, which says nothing.
func NewSourcesBound(sources []SourceDays, observed, h int) int {
	if observed < 1 || h < 1 {
		return 0
	}
	return max(discoveryBound(sources, observed, h), poissonQuantile(chaoNewSources(sources, observed, h), 0.95))
}

// discoveryBound predicts from D over as many days as are predicted, but at most half of those observed: in the first
// ones everybody is new. With Jeffreys' prior on a Poisson rate,
//
//	N(next h') | D(last h)  is  NegBin(r = D + 1/2, p = h / (h + h'))
func discoveryBound(sources []SourceDays, observed, h int) int {
	window := min(h, max(1, observed/2))
	p := float64(window) / float64(window+h)
	return negativeBinomialQuantile(float64(DiscoveryTail(sources, observed, window))+0.5, p, 0.95)
}

// chaoNewSources is the expected number of new sources in the next h days when days are alike: the extrapolation of
// Chao et al. 2009 (https://doi.org/10.1890/07-2147.1) with the Chao2 estimate of the sources not seen yet.
func chaoNewSources(sources []SourceDays, observed, h int) float64 {
	q1 := float64(seenOn(sources, 1))
	unseen := chaoUnseen(q1, float64(seenOn(sources, 2)), float64(observed))
	if unseen == 0 {
		return 0
	}
	return unseen * (1 - math.Pow(1-q1/(float64(observed)*unseen+q1), float64(h)))
}

// chaoUnseen is Chao2's estimate of the number of sources not seen yet.
func chaoUnseen(q1, q2, days float64) float64 {
	if q2 > 0 {
		return (days - 1) / days * q1 * q1 / (2 * q2)
	}
	return (days - 1) / days * q1 * (q1 - 1) / 2
}

// SourceCoverage estimates the share of tomorrow's (source, day) incidences that come from sources already seen, for
// days that are alike (Chao and Jost 2012, https://doi.org/10.1890/11-1952.1). 0 without sources. Where sources come
// in runs it is far too high: see ChurnSuspected.
func SourceCoverage(sources []SourceDays, observed int) float64 {
	incidences := 0
	for _, s := range sources {
		incidences += s.Days
	}
	if incidences == 0 {
		return 0
	}
	q1, q2, t := float64(seenOn(sources, 1)), float64(seenOn(sources, 2)), float64(observed)
	return 1 - q1/float64(incidences)*chaoJostFactor(q1, q2, t)
}

func chaoJostFactor(q1, q2, t float64) float64 {
	switch {
	case q2 > 0:
		return (t - 1) * q1 / ((t-1)*q1 + 2*q2)
	case q1 > 1:
		return (t - 1) * (q1 - 1) / ((t-1)*(q1-1) + 2)
	}
	return 1
}

// negativeBinomialQuantile is the smallest n with P(N <= n) >= q, for pmf(n) = C(n+r-1, n) p^r (1-p)^n, real r > 0.
func negativeBinomialQuantile(r, p, q float64) int {
	logs, fail := r*math.Log(p), math.Log1p(-p)
	return upperQuantile(logs, q, func(n float64) float64 { return math.Log((n+r-1)/n) + fail })
}

// poissonQuantile is the smallest n with P(N <= n) >= q.
func poissonQuantile(mean, q float64) int {
	if mean <= 0 {
		return 0
	}
	return upperQuantile(-mean, q, func(n float64) float64 { return math.Log(mean / n) })
}

// upperQuantile adds up a distribution over 0, 1, 2 … from the logarithm of its first term and of the ratios of each
// term to the one before. Logarithms keep terms that would underflow.
func upperQuantile(first, q float64, ratio func(n float64) float64) int {
	sum, term := math.Exp(first), first
	n := 0
	for sum < q {
		n++
		step := ratio(float64(n))
		term += step
		sum += math.Exp(term)
		if step < 0 && term < -60 && sum > q/2 { // what is left is below rounding
			break
		}
	}
	return n
}
