package report

import (
	"fmt"
	"math"
	"strconv"
)

// colour is red, green and blue, from 0 to 255.
type colour [3]float64

// The papers of report.css.
var (
	lightPaper = colour{255, 255, 255}
	darkPaper  = colour{0x12, 0x16, 0x1c}
)

// leastContrast is WCAG's for what pictures mean, with something to spare.
const leastContrast = 3.5

// legible is a colour of the form #rrggbb, mixed with black or white until it can be told from the paper.
func legible(hex string, paper colour) string {
	var c colour
	for i := range c {
		part, _ := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
		c[i] = float64(part)
	}
	away := colour{}
	if paper.luminance() < 0.5 {
		away = colour{255, 255, 255}
	}
	mixed := c
	for share := 0.0; share <= 1 && mixed.contrast(paper) < leastContrast; share += 0.05 {
		for i := range mixed {
			mixed[i] = math.Round(c[i]*(1-share) + away[i]*share)
		}
	}
	return fmt.Sprintf("#%02x%02x%02x", int(mixed[0]), int(mixed[1]), int(mixed[2]))
}

// luminance is WCAG's relative luminance.
func (c colour) luminance() float64 {
	l := 0.0
	for i, weight := range [3]float64{0.2126, 0.7152, 0.0722} {
		v := c[i] / 255
		if v <= 0.03928 {
			v /= 12.92
		} else {
			v = math.Pow((v+0.055)/1.055, 2.4)
		}
		l += weight * v
	}
	return l
}

func (c colour) contrast(d colour) float64 {
	a, b := c.luminance(), d.luminance()
	return (max(a, b) + 0.05) / (min(a, b) + 0.05)
}
