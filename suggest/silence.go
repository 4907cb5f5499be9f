package suggest

import (
	"cmp"
	"math"
	"slices"

	"sgfit/analyze"
)

// gap is a silence between two uses of a rule, in observed days: 1 between uses on neighbouring days. An open one has
// not ended yet, and is at least as long.
type gap struct {
	days int
	open bool
}

// gapsOf lists the silences of one rule after its first use. A day on which a use would not surely have been logged
// counts only if there was one.
func gapsOf(used, observed analyze.DaySet) []gap {
	var out []gap
	last := -1
	for d := range used.Days {
		if last >= 0 {
			out = append(out, gap{days: observed.Rank(d) - observed.Rank(last+1) + 1})
		}
		last = d
	}
	if last >= 0 {
		if n := observed.Len() - observed.Rank(last+1); n > 0 {
			out = append(out, gap{n, true})
		}
	}
	return out
}

// returnCurve is how silences of rules went on in this estate, by Kaplan and Meier's product-limit estimate of how long
// they last (https://doi.org/10.1080/01621459.1958.10501452); open ones are censored.
type returnCurve struct {
	days     []int     // lengths at which silences ended, ascending
	survival []float64 // share of silences that last longer
	lengths  []int     // of all silences, ascending
}

func newReturnCurve(gaps []gap) returnCurve {
	slices.SortFunc(gaps, func(a, b gap) int { return cmp.Compare(a.days, b.days) })
	var c returnCurve
	share := 1.0
	for i := 0; i < len(gaps); {
		d, ended, j := gaps[i].days, 0, i
		for ; j < len(gaps) && gaps[j].days == d; j++ {
			if !gaps[j].open {
				ended++
			}
		}
		if ended > 0 {
			share *= 1 - float64(ended)/float64(len(gaps)-i)
			c.days, c.survival = append(c.days, d), append(c.survival, share)
		}
		i = j
	}
	for _, g := range gaps {
		c.lengths = append(c.lengths, g.days)
	}
	return c
}

// Fewest silences that must have reached a length for the curve to say anything of it.
const (
	fewestSilences = 20 // at the length that a rule has been silent for
	fewestAhead    = 5  // at the length that is looked ahead to
)

// reached counts the silences of at least that many days.
func (c returnCurve) reached(days int) int {
	i, _ := slices.BinarySearch(c.lengths, days)
	return len(c.lengths) - i
}

// lasting is the share of silences that last more than that many days.
func (c returnCurve) lasting(days int) float64 {
	i, found := slices.BinarySearch(c.days, days)
	if found {
		i++
	}
	if i == 0 {
		return 1
	}
	return c.survival[i-1]
}

// chance estimates how likely a rule that has been silent for idle days is used again within ahead more; false where
// too few silences lasted as long to tell.
func (c returnCurve) chance(idle, ahead int) (float64, bool) {
	if c.reached(idle+1) < fewestSilences || c.reached(idle+ahead) < fewestAhead || c.lasting(idle) <= 0 {
		return 0, false
	}
	return 1 - c.lasting(idle+ahead)/c.lasting(idle), true
}

// silence describes how long a rule that was used has been silent; nil for one that never was used.
func (c returnCurve) silence(s *subject) *Silence {
	gaps := gapsOf(s.Used, s.Observed)
	if s.Used.Len() == 0 {
		return nil
	}
	out := &Silence{}
	for _, g := range gaps {
		if g.open {
			out.IdleDays = g.days
		} else {
			out.LongestGapDays = max(out.LongestGapDays, g.days-1)
		}
	}
	if t := s.Observed.Len(); t > 0 {
		out.Alive = share(math.Exp(-float64(s.Used.Len()) * float64(out.IdleDays) / float64(t)))
	} else {
		out.Alive = 1
	}
	out.Like = c.reached(out.IdleDays + 1)
	for ahead, to := range map[int]**float64{7: &out.Return7d, 30: &out.Return30d} {
		if p, ok := c.chance(out.IdleDays, ahead); ok {
			p = share(p)
			*to = &p
		}
	}
	return out
}

// share rounds a probability to what is worth printing.
func share(p float64) float64 { return math.Round(p*1e4) / 1e4 }

// curvePoints are the lengths of silence that the plan tells the curve at.
var curvePoints = []int{1, 2, 3, 5, 7, 10, 14, 21, 30, 45, 60, 90, 120, 180}

// points is the curve as the plan shows it.
func (c returnCurve) points() []ReturnPoint {
	out := []ReturnPoint{}
	for _, d := range curvePoints {
		p := ReturnPoint{IdleDays: d, Silences: c.reached(d + 1)}
		for ahead, to := range map[int]**float64{7: &p.Within7d, 30: &p.Within30d} {
			if chance, ok := c.chance(d, ahead); ok {
				chance = share(chance)
				*to = &chance
			}
		}
		if p.Within7d != nil || p.Within30d != nil {
			out = append(out, p)
		}
	}
	return out
}
