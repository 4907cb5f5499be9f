package report

import (
	"slices"

	"sgfit/schema"
	"sgfit/suggest"
)

// Exposure is what a direction admits, in bits, today and after the plan. Where a side has no rules it admits nothing;
// bits cannot say that (log2 of nothing), so Empty does.
type Exposure struct {
	Before, After           float64
	EmptyBefore, EmptyAfter bool
}

func exposure(b suggest.BeforeAfter, rules []suggest.Rule, d schema.Direction) Exposure {
	x := Exposure{Before: b.Before, After: b.After, EmptyBefore: true, EmptyAfter: true}
	for _, r := range rules {
		if r.Direction == d {
			x.EmptyBefore = false
			x.EmptyAfter = x.EmptyAfter && r.Action == suggest.Remove
		}
	}
	return x
}

// Lost is the bits that the plan takes away. Admitting nothing at all counts as 0 bits.
func (x Exposure) Lost() float64 {
	switch {
	case x.EmptyBefore:
		return 0
	case x.EmptyAfter:
		return x.Before
	}
	return x.Before - x.After
}

// Bits writes "47.9 → 14.2 bits", "47.9 bits → none".
func (x Exposure) Bits() string {
	switch {
	case x.EmptyBefore:
		return "none"
	case x.EmptyAfter:
		return bits(x.Before) + " bits → none"
	}
	return bits(x.Before) + " → " + bits(x.After) + " bits"
}

// LostBits writes the change: "−33.7", "±0".
func (x Exposure) LostBits() string {
	switch lost := x.Lost(); {
	case lost >= 0.05:
		return "−" + bits(lost)
	case lost <= -0.05:
		return "+" + bits(-lost)
	}
	return "±0"
}

// BeforeBits is exposure today, "none" where nothing is admitted.
func (x Exposure) BeforeBits() string { return bitsOrNone(x.Before, x.EmptyBefore) }

// AfterBits is exposure after the plan.
func (x Exposure) AfterBits() string { return bitsOrNone(x.After, x.EmptyAfter) }

func bitsOrNone(b float64, empty bool) string {
	if empty {
		return "none"
	}
	return bits(b)
}

// Words says the change aloud: "admits 1,024 times fewer (protocol, port, address) combinations".
func (x Exposure) Words() string {
	const combinations = "(protocol, port, address) combinations"
	switch w := fewer(x.Lost()); {
	case x.EmptyBefore:
		return "admits nothing, and did not before"
	case x.EmptyAfter:
		return "admits nothing any more"
	case w == "as many":
		return "admits about as many " + combinations + " as before: the widest rules that stay outweigh all else"
	default:
		return "admits " + w + " " + combinations
	}
}

// total adds up exposures of groups.
func total(all []Exposure) Exposure {
	var before, after []float64
	for _, x := range all {
		if !x.EmptyBefore {
			before = append(before, x.Before)
		}
		if !x.EmptyAfter {
			after = append(after, x.After)
		}
	}
	var t Exposure
	var ok bool
	t.Before, ok = sumBits(before)
	t.EmptyBefore = !ok
	t.After, ok = sumBits(after)
	t.EmptyAfter = !ok
	return t
}

// shrinking counts the losses that show in print, and returns the middle one of them (the larger of two).
func shrinking(lost []float64) (n int, median float64) {
	lost = slices.DeleteFunc(slices.Clone(lost), func(v float64) bool { return v < 0.05 })
	if len(lost) == 0 {
		return 0, 0
	}
	slices.Sort(lost)
	return len(lost), lost[len(lost)/2]
}
