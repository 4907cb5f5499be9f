package suggest

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"sgfit/analyze"
)

// daysOf reads a strip: # used, . observed and silent, ? not observed.
func daysOf(strip string) (used, observed analyze.DaySet) {
	for d, letter := range strip {
		switch letter {
		case '#':
			used.Add(d)
			observed.Add(d)
		case '.':
			observed.Add(d)
		case '!': // used on a day on which not every use would have been logged
			used.Add(d)
		}
	}
	return used, observed
}

func TestGapsOf(t *testing.T) {
	for _, tt := range []struct {
		strip string
		want  []gap
	}{
		{"", nil},
		{"....", nil},
		{"#", nil},
		{"##", []gap{{1, false}}},
		{"#..#", []gap{{3, false}}},
		{"..#..", []gap{{2, true}}},
		{"#?.#?.?", []gap{{2, false}, {1, true}}},
		{"#.!.", []gap{{2, false}, {1, true}}},
		{"#???", nil},
	} {
		if got := gapsOf(daysOf(tt.strip)); !slices.Equal(got, tt.want) {
			t.Errorf("gaps of %q = %v, want %v", tt.strip, got, tt.want)
		}
	}
}

// TestReturnCurve compares with the estimate worked out by hand: deaths and censorings of the textbook kind.
func TestReturnCurve(t *testing.T) {
	// Lengths 1, 1, 2, 2+, 3, 4+, 5: at 1 of 7 two end, at 2 of 5 one, at 3 of 3 one, at 5 of 1 one.
	c := newReturnCurve([]gap{{5, false}, {1, false}, {2, true}, {2, false}, {1, false}, {4, true}, {3, false}})
	for days, want := range []float64{1, 5.0 / 7, 5.0 / 7 * 4 / 5, 5.0 / 7 * 4 / 5 * 2 / 3, 5.0 / 7 * 4 / 5 * 2 / 3, 0} {
		if got := c.lasting(days); math.Abs(got-want) > 1e-12 {
			t.Errorf("lasting %d days: %v, want %v", days, got, want)
		}
	}
	if c.reached(3) != 3 || c.reached(6) != 0 || c.reached(1) != 7 {
		t.Errorf("reached 1, 3, 6 days: %d, %d, %d", c.reached(1), c.reached(3), c.reached(6))
	}
	if _, ok := c.chance(1, 7); ok {
		t.Error("seven silences are enough to tell")
	}
}

// usedRule draws the days of one rule of a mixed estate: daily ones, weekly and monthly jobs, people who come now and then,
// and projects that end for good.
func usedRule(r *rand.Rand, days int) analyze.DaySet {
	var used analyze.DaySet
	end, phase := days, r.IntN(31)
	if r.IntN(4) == 0 {
		end = r.IntN(days)
	}
	kind, often := r.IntN(4), 0.02+0.5*r.Float64()*r.Float64()
	for d := range end {
		on := false
		switch kind {
		case 0:
			on = d%7 < 5
		case 1:
			on = d%7 == phase%7
		case 2:
			on = d%31 == phase
		case 3:
			on = r.Float64() < often
		}
		if on {
			used.Add(d)
		}
	}
	return used
}

// TestReturnCurveIsCalibrated draws estates, makes the curve of a window, and looks at what really followed: of the silent
// rules, as many must come back as the curve says, for short and for long silences.
func TestReturnCurveIsCalibrated(t *testing.T) {
	const window, ahead, rules, estates = 90, 7, 400, 30
	r := rand.New(rand.NewPCG(21, 21))
	type bin struct {
		said float64
		came int
		of   int
	}
	bins := map[string]*bin{"1 to 6 days": {}, "7 to 30 days": {}}
	for range estates {
		var gaps []gap
		var all, seen []analyze.DaySet
		full := daysFrom(0, window)
		for range rules {
			days := usedRule(r, window+ahead)
			all, seen = append(all, days), append(seen, days.Before(window))
			gaps = append(gaps, gapsOf(days.Before(window), full)...)
		}
		curve := newReturnCurve(gaps)
		for i, days := range seen {
			idle := window - 1 - days.Last()
			chance, ok := curve.chance(idle, ahead)
			if days.Len() == 0 || idle < 1 || idle > 30 || !ok {
				continue
			}
			b := bins["1 to 6 days"]
			if idle > 6 {
				b = bins["7 to 30 days"]
			}
			b.of++
			b.said += chance
			if all[i].Len() > days.Len() {
				b.came++
			}
		}
	}
	for name, b := range bins {
		said, came := b.said/float64(b.of), float64(b.came)/float64(b.of)
		t.Logf("silent for %s: %d rules, the curve says %.3f come back within a week, %.3f did", name, b.of, said, came)
		if b.of < 300 || math.Abs(said-came) > 0.12 {
			t.Errorf("silent for %s: the curve says %.3f, %.3f of %d came back", name, said, came, b.of)
		}
	}
}
