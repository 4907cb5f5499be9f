package report

import (
	"fmt"
	"math"
	"strings"

	"sgfit/suggest"
)

// Space is the picture of what a rule lets in (outbound: what it reaches), today and after: how many addresses, on a scale of
// CIDR sizes; which ports; and, of a CIDR, where in it they lie. Lengths are in the units of the drawing.
type Space struct {
	Title, Words string // what it shows, and the same in words
	Height       int
	Ticks        []SpaceText // of the scale
	Bars         []SpaceBar  // how many addresses: today, and after
	Ports        *SpacePorts // nil where they do not change
	Where        *Where      // nil where there is no CIDR, or nothing lies in it
}

// SpaceText is a word at a place.
type SpaceText struct {
	X, Y int
	Text string
}

// SpaceBar is one bar of the scale with what stands left and right of it. Its Class is today or after.
type SpaceBar struct {
	Y           int
	Width       float64
	Class       string
	Name, Value string
}

// LabelY is the base line of what stands beside it.
func (b SpaceBar) LabelY() int { return b.Y + barHeight }

// SpacePorts is the strip of ports 0 to 65535.
type SpacePorts struct {
	Y            int
	Today, After string // paths
	Value        string
}

// LabelY is the base line of what stands beside it.
func (p SpacePorts) LabelY() int { return p.Y + barHeight }

const (
	spaceWidth = 340
	spaceLeft  = 56  // where bars and strips begin
	scaleWidth = 190 // of the scale of sizes; numbers stand to its right
	stripWidth = spaceWidth - spaceLeft - 4
	barHeight  = 8
	spaceStep  = 13
)

// space draws a rule that the plan measures; nil for others.
func space(r suggest.Rule) *Space {
	c := r.Exposure
	if c == nil {
		return nil
	}
	s := &Space{Title: "Addresses that the rule opens, today and after", Height: spaceStep}
	after, name := c.Left(), "after"
	if r.Action == suggest.Review {
		name = "would be"
		if c.Suggested != nil {
			after = *c.Suggested
		}
	}
	four, six := families(c.Before)
	isIPv6 := four.IsZero() && !six.IsZero()
	s.scale(isIPv6)
	s.bar("today", "today", c.Before, isIPv6)
	if r.Action != suggest.Review || c.Suggested != nil {
		s.bar(name, "after", after, isIPv6)
	}
	s.ports(r, c.Before, after)
	s.where(r, name)
	return s
}

// scale marks sizes of CIDRs, from one address (of IPv6 one /64) to all.
func (s *Space) scale(isIPv6 bool) {
	for i := range 5 {
		text := fmt.Sprintf("/%d", 32-8*i)
		if isIPv6 {
			text = fmt.Sprintf("/%d", 64-16*i)
		}
		s.Ticks = append(s.Ticks, SpaceText{spaceLeft + i*scaleWidth/4, 9, text})
	}
}

func (s *Space) bar(name, class string, x suggest.Exposed, isIPv6 bool) {
	four, six := families(x)
	n := four.Plus(six)
	b := SpaceBar{Y: s.Height + 1, Class: class, Name: name, Value: sizeWords(n, isIPv6)}
	if !n.IsZero() {
		largest := 32.0
		if isIPv6 {
			largest = 64
		}
		b.Width = max(2, math.Round(10*scaleWidth*min(1, n.Log2()/largest))/10)
	}
	if x.Unknown > 0 {
		b.Value = strings.TrimSuffix("at least "+b.Value, "at least none")
		if n.IsZero() {
			b.Value = "unknown"
		}
	}
	s.Bars, s.Height = append(s.Bars, b), s.Height+spaceStep
	s.Words = joined("; ", s.Words, name+": "+b.Value)
}

// sizeWords is short: it stands beside a bar.
func sizeWords(n suggest.Count, isIPv6 bool) string {
	switch {
	case n.IsZero():
		return "none"
	case isIPv6 && !n.Less(wholeIPv6):
		return "all of IPv6"
	case isIPv6:
		return manyWords(n) + " /64"
	}
	return manyWords(n)
}

// ports draws which ports stay, where a rule has more than one and is to be replaced.
func (s *Space) ports(r suggest.Rule, before, after suggest.Exposed) {
	if before.Ports < 2 || len(r.Replacement) == 0 || before.Ports == after.Ports {
		return
	}
	p := SpacePorts{Y: s.Height + 1}
	x := func(port int32) float64 { return spaceLeft + scaleWidth*float64(port)/65536 }
	block := func(from, to *int32) string {
		if from == nil || to == nil {
			return pathBlock(spaceLeft, p.Y, scaleWidth)
		}
		return pathBlock(x(*from), p.Y, x(*to+1)-x(*from))
	}
	p.Today = block(r.FromPort, r.ToPort)
	for _, n := range r.Replacement {
		if n.Protocol == "tcp" || n.Protocol == "udp" {
			p.After += block(n.FromPort, n.ToPort)
		}
	}
	p.Value = portCount(before.Ports) + " → " + portCount(after.Ports)
	s.Ports, s.Height = &p, s.Height+spaceStep
	s.Words += "; ports: " + p.Value
}

func portCount(n int) string {
	if n >= 65536 {
		return "every port"
	}
	return thousands(n)
}

// pathBlock is a block of a strip; what is too small to be seen is two units wide.
func pathBlock(x float64, y int, width float64) string {
	return fmt.Sprintf("M%.1f %dh%.1fv%dh%.1fz", x, y, max(2, width), barHeight, -max(2, width))
}
