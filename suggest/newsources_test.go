package suggest

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDescribeNewSources(t *testing.T) {
	steady := SourceDays{1, 30, 30}
	repeat := func(s SourceDays, n int) []SourceDays { return slices.Repeat([]SourceDays{s}, n) }
	for _, tt := range []struct {
		name    string
		sources []SourceDays
		want    NewSources
	}{
		{"none", nil, NewSources{Bound7d: 2, Bound30d: 4}},
		{"settled", repeat(steady, 20), NewSources{Bound7d: 2, Bound30d: 4, Coverage: 1, Label: "A"}},
		{"a one-off long ago", append(repeat(steady, 20), SourceDays{3, 3, 1}), NewSources{Q1: 1, Bound7d: 2, Bound30d: 4, Coverage: 0.9983, Label: "B"}},
		{"first seen 15 days ago", append(repeat(steady, 20), SourceDays{15, 30, 9}), NewSources{Bound7d: 2, Bound30d: 4, Coverage: 1, Label: "A"}},
		{"first seen 14 days ago", append(repeat(steady, 20), SourceDays{16, 30, 9}), NewSources{D15: 1, Bound7d: 2, Bound30d: 9, Coverage: 1, Label: "C"}},
		{"three lately", append(repeat(steady, 20), repeat(SourceDays{24, 30, 5}, 3)...), NewSources{D7: 3, D15: 3, Bound7d: 9, Bound30d: 16, Coverage: 1, Churning: true, Label: "D"}},
		{"ten lately", repeat(SourceDays{23, 30, 5}, 10), NewSources{D15: 10, Bound7d: 2, Bound30d: 35, Coverage: 1, Label: "E"}},
		{"many one-offs, none lately", repeat(SourceDays{3, 3, 1}, 40), NewSources{Q1: 40, Bound7d: 15, Bound30d: 49, Coverage: 0.0018, Label: "B"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, DescribeNewSources(tt.sources, 30)); diff != "" {
				t.Errorf("new sources (-want +got):\n%s", diff)
			}
		})
	}
	sinceTheFirstDay := SourceDays{1, 6, 6}
	if few, many := NewSourcesBound(repeat(sinceTheFirstDay, 1), 6, 7), NewSourcesBound(repeat(sinceTheFirstDay, 50), 6, 7); few != many {
		t.Errorf("sources of the first day count as new: bound %d with one, %d with fifty", few, many)
	}
	if got := NewSourcesBound(repeat(steady, 3), 0, 7); got != 0 {
		t.Errorf("bound without observed days = %d", got)
	}
}

func TestSourceCoverage(t *testing.T) {
	for _, tt := range []struct {
		name    string
		sources []SourceDays
		want    float64
	}{
		{"none", nil, 0},
		{"no one-offs", []SourceDays{{1, 9, 2}, {1, 9, 9}}, 1},
		{"one-offs and two-offs", []SourceDays{{1, 1, 1}, {2, 2, 1}, {1, 9, 2}, {1, 10, 6}}, 1 - 2.0/10*(9*2.0/(9*2+2))},
		{"one-offs only", []SourceDays{{1, 1, 1}, {2, 2, 1}, {3, 3, 1}}, 1 - 9*2.0/(9*2+2)},
		{"one one-off", []SourceDays{{1, 1, 1}, {1, 10, 9}}, 0.9},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := SourceCoverage(tt.sources, 10); math.Abs(got-tt.want) > 1e-12 {
				t.Errorf("SourceCoverage = %v, want %v", got, tt.want)
			}
		})
	}
}

// TestQuantilesAgainstTwin adds up both distributions term by term from their closed forms.
func TestQuantilesAgainstTwin(t *testing.T) {
	for _, mean := range []float64{0.1, 1, 7.3, 200, 5000} {
		sum, want, term := 0.0, 0, 0.0
		for ; ; want++ { // directly, by Lgamma
			lg, _ := math.Lgamma(float64(want) + 1)
			term = math.Exp(float64(want)*math.Log(mean) - mean - lg)
			if sum += term; sum >= 0.95 {
				break
			}
		}
		if got := poissonQuantile(mean, 0.95); got != want {
			t.Errorf("poissonQuantile(%v) = %d, want %d", mean, got, want)
		}
	}
	for _, r := range []float64{0.5, 1.5, 10.5, 3000.5} {
		for _, p := range []float64{0.5, 7.0 / 37} {
			sum, want := 0.0, 0
			for ; ; want++ {
				a, _ := math.Lgamma(float64(want) + r)
				b, _ := math.Lgamma(r)
				c, _ := math.Lgamma(float64(want) + 1)
				if sum += math.Exp(a - b - c + r*math.Log(p) + float64(want)*math.Log1p(-p)); sum >= 0.95 {
					break
				}
			}
			if got := negativeBinomialQuantile(r, p, 0.95); got != want {
				t.Errorf("negativeBinomialQuantile(%v, %v) = %d, want %d", r, p, got, want)
			}
		}
	}
}

// sourceWorld draws the days on which each source is seen, 1 to days.
type sourceWorld struct {
	name       string
	stationary bool // days are alike, so that Chao-Jost must be right
	churns     bool // the bound from one-offs must fail: nobody may simplify to it
	draw       func(r *rand.Rand, days int) [][]int
}

// zipfWorld has sources whose daily probability falls with their rank.
func zipfWorld(sources int, exponent, scale float64) func(*rand.Rand, int) [][]int {
	return func(r *rand.Rand, days int) [][]int {
		out := make([][]int, sources)
		for i := range out {
			out[i] = drawDays(r, days, func(int) float64 { return scale * math.Pow(float64(i+1), -exponent) })
		}
		return out
	}
}

func drawDays(r *rand.Rand, days int, chance func(day int) float64) []int {
	var out []int
	for d := 1; d <= days; d++ {
		if r.Float64() < chance(d) {
			out = append(out, d)
		}
	}
	return out
}

// runWorld has fresh sources daily (Poisson by thinning), each for a run of days of that mean.
func runWorld(perDay, mean float64) func(*rand.Rand, int) [][]int {
	return func(r *rand.Rand, days int) [][]int {
		var out [][]int
		for start := -int(5 * mean); start <= days; start++ {
			for range 64 {
				if r.Float64() >= perDay/64 {
					continue
				}
				var seen []int
				for d := start; d <= days; d++ {
					if d >= 1 {
						seen = append(seen, d)
					}
					if r.Float64() < 1/mean {
						break
					}
				}
				out = append(out, seen)
			}
		}
		return out
	}
}

func weeklyWorld(r *rand.Rand, days int) [][]int {
	out := make([][]int, 600)
	for i := range out {
		base := math.Min(1, 1.5*math.Pow(float64(i+1), -1))
		out[i] = drawDays(r, days, func(d int) float64 {
			if d%7 >= 5 {
				return base * 0.2
			}
			return base
		})
	}
	return out
}

// seasonalWorld has 40 daily sources, four monthly and four quarterly ones.
func seasonalWorld(r *rand.Rand, days int) [][]int {
	var out [][]int
	for i := range 48 {
		period, phase := 1, 0
		if i >= 40 {
			period = []int{31, 92}[i%2]
			phase = r.IntN(period)
		}
		out = append(out, drawDays(r, days, func(d int) float64 {
			if d%period == phase {
				return 1
			}
			return 0
		}))
	}
	return out
}

func staticWorld(_ *rand.Rand, days int) [][]int {
	out := make([][]int, 20)
	for i := range out {
		for d := 1; d <= days; d++ {
			out[i] = append(out[i], d)
		}
	}
	return out
}

// sourceTrial is one world cut after the observed days.
type sourceTrial struct {
	sources []SourceDays
	fresh   int     // sources first seen in the days after
	miss    float64 // share of the incidences of those days that are theirs
}

func cutWorld(world [][]int, observed, ahead int) sourceTrial {
	var trial sourceTrial
	later, missed := 0, 0
	for _, days := range world {
		n, _ := slices.BinarySearch(days, observed+1)
		end, _ := slices.BinarySearch(days, observed+ahead+1)
		later += end - n
		if n > 0 {
			trial.sources = append(trial.sources, SourceDays{days[0], days[n-1], n})
		} else if end > 0 {
			trial.fresh++
			missed += end
		}
	}
	if later > 0 {
		trial.miss = float64(missed) / float64(later)
	}
	return trial
}

// TestNewSourcesCalibration draws worlds with fixed seeds. The coverage must be right where days are alike, the bound
// must hold in 93 % of every world, and the bound from one-offs alone must fail where sources come in runs.
func TestNewSourcesCalibration(t *testing.T) {
	const observed, rounds = 30, 500
	for _, w := range []sourceWorld{
		{name: "zipf 1.0", stationary: true, draw: zipfWorld(500, 1, 3)},
		{name: "zipf 1.2, many", stationary: true, draw: zipfWorld(2000, 1.2, 8)},
		{name: "zipf 1.5", stationary: true, draw: zipfWorld(200, 1.5, 6)},
		{name: "weekly", draw: weeklyWorld},
		{name: "bursts of 3 days", churns: true, draw: runWorld(8, 3)},
		{name: "bursts of 7 days", churns: true, draw: runWorld(5, 7)},
		{name: "autoscaling", churns: true, draw: runWorld(3, 10)},
		{name: "slow autoscaling", draw: runWorld(0.1, 60)},
		{name: "seasonal", draw: seasonalWorld},
		{name: "static", draw: staticWorld},
	} {
		t.Run(w.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(15, 15))
			var estimate, truth float64
			held, tailHeld, monthHeld, naiveHeld, suspected := 0, 0, 0, 0, 0
			for range rounds {
				world := w.draw(r, observed+30)
				month := cutWorld(world, observed, 30)
				monthHeld += within(month.fresh, NewSourcesBound(month.sources, observed, 30))
				trial := cutWorld(world, observed, 7)
				estimate += 1 - SourceCoverage(trial.sources, observed)
				truth += trial.miss
				held += within(trial.fresh, NewSourcesBound(trial.sources, observed, 7))
				tailHeld += within(trial.fresh, discoveryBound(trial.sources, observed, 7))
				naiveHeld += within(trial.fresh, poissonQuantile(chaoNewSources(trial.sources, observed, 7), 0.95))
				if ChurnSuspected(trial.sources, observed) {
					suspected++
				}
			}
			t.Logf("miss %.4f, Chao-Jost %.4f; holds: bound %d, tail %d, for a month %d, one-offs %d; churn %d of %d", truth/rounds, estimate/rounds, held, tailHeld, monthHeld, naiveHeld, suspected, rounds)
			if off := estimate / truth; w.stationary && (off < 0.9 || off > 1.1) {
				t.Errorf("Chao-Jost says %.3f of the true miss", off)
			}
			if tailHeld*100 < rounds*93 || held < tailHeld || monthHeld*100 < rounds*93 {
				t.Errorf("the bound holds in %d of %d, from the tail alone in %d, for a month in %d", held, rounds, tailHeld, monthHeld)
			}
			if w.churns && (naiveHeld*2 > rounds || suspected*10 < rounds*9) {
				t.Errorf("under churn the bound from one-offs holds in %d, churn is suspected in %d of %d", naiveHeld, suspected, rounds)
			}
			if w.stationary && suspected*10 > rounds {
				t.Errorf("churn is suspected in %d of %d stationary worlds", suspected, rounds)
			}
		})
	}
}

func within(n, bound int) int {
	if n <= bound {
		return 1
	}
	return 0
}

// TestLabelASettles draws a mixture of rules: label A must seldom be followed by a new source within a week.
func TestLabelASettles(t *testing.T) {
	for _, tt := range []struct {
		observed int
		most     float64
	}{{30, 0.07}, {90, 0.03}} {
		r := rand.New(rand.NewPCG(16, uint64(tt.observed)))
		settled, broken := 0, 0
		for range 6000 {
			trial := cutWorld(mixedRule(r, tt.observed+7), tt.observed, 7)
			if DescribeNewSources(trial.sources, tt.observed).Label == "A" {
				settled++
				broken += 1 - within(trial.fresh, 0)
			}
		}
		share := float64(broken) / float64(settled)
		t.Logf("T=%d: %d of 6000 rules are A, new source in a week for %.3f", tt.observed, settled, share)
		if settled < 500 || share > tt.most {
			t.Errorf("T=%d: %d rules are A, new source in a week for %.3f, want at most %v", tt.observed, settled, share, tt.most)
		}
	}
}

// mixedRule is a rule with daily sources, and often with weekly, monthly and quarterly jobs or a trickle beside them.
func mixedRule(r *rand.Rand, days int) [][]int {
	out := staticWorld(r, days)[:1+r.IntN(10)]
	for _, period := range []int{7, 31, 92} {
		for range r.IntN(2) * r.IntN(2) {
			phase := r.IntN(period)
			out = append(out, drawDays(r, days, func(d int) float64 {
				if d%period == phase {
					return 1
				}
				return 0
			}))
		}
	}
	if r.IntN(4) == 0 {
		out = append(out, runWorld(0.3*r.Float64(), 10)(r, days)...)
	}
	return out
}
