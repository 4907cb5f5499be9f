package report

import "math"

// Bar is one group in the chart of exposure: today's bits and those that stay, a direction each, as lengths of bars.
type Bar struct {
	Anchor, Name string
	In, Out      BarPair
}

// BarPair is one direction of a group: bits, as numbers and as shares of the chart's width in percent.
type BarPair struct {
	Before, After           string
	BeforeShare, AfterShare float64
}

// mostBars is how many groups the chart shows.
const mostBars = 20

// mostBits is the chart's width: every protocol, port and address of both families.
const mostBits = 81.1

// bars are the groups with the most to gain, as the page lists them.
func bars(groups []GroupView) []Bar {
	var out []Bar
	for _, g := range groups[:min(mostBars, len(groups))] {
		if g.Worn() && g.Gain() > 0 {
			out = append(out, Bar{g.Anchor, g.Short(), barPair(g.In), barPair(g.Out)})
		}
	}
	return out
}

func barPair(x Exposure) BarPair {
	width := func(bits float64, none bool) float64 {
		if none {
			return 0
		}
		return math.Round(1000*(bits+0.5)/(mostBits+0.5)) / 10 // one combination is a line, nothing is none
	}
	return BarPair{x.BeforeBits(), x.AfterBits(), width(x.Before, x.EmptyBefore), width(x.After, x.EmptyAfter)}
}
