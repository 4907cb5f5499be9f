package report

import (
	"strings"

	"sgfit/schema"
	"sgfit/suggest"
)

// Reach says who gets in through a rule or a set of rules, or what can be reached through it, today and after the plan.
type Reach struct {
	Title     string // "Who gets in", "What can be reached"
	Words     string // "from 4.3 billion IPv4 addresses on 1 port to 5", or what is admitted where nothing changes
	Bits      string // "32.0 → 2.3 bits"
	Classes   string // "internet 4.3 billion → 5 · private 22.1 million → none"
	Suggested string // what it would become if the evidence sufficed for what is under review, "" where nothing is suggested
}

// reachTitle asks what a reach answers.
func reachTitle(d schema.Direction) string {
	if d == schema.Egress {
		return "What can be reached"
	}
	return "Who gets in"
}

// reach is nil for a plan that does not measure, and where there are no rules.
func reach(d schema.Direction, c *suggest.ExposureChange) *Reach {
	if c == nil {
		return nil
	}
	r := &Reach{Title: reachTitle(d), Words: changedWords(d, c.Before, c.Left()), Bits: changedBits(c.Before, c.Left()), Classes: classesWords(c.Before, c.Left())}
	if c.Suggested != nil && c.Suggested.Combinations != c.Left().Combinations {
		r.Suggested = changedWords(d, c.Left(), *c.Suggested) + ", " + changedBits(c.Left(), *c.Suggested)
	}
	return r
}

// Text is the words with the bits.
func (r Reach) Text() string {
	if r.Bits == "none" || r.Bits == "unknown" {
		return r.Words
	}
	return r.Words + ", " + r.Bits
}

// changedBits writes "32.0 → 2.3 bits", "32.0 bits", "32.0 bits → none".
func changedBits(before, after suggest.Exposed) string {
	b, a := bitsWords(before), bitsWords(after)
	switch {
	case a == b:
		return b
	case before.Combinations.IsZero() || after.Combinations.IsZero():
		return b + " → " + a
	}
	return strings.TrimSuffix(b, " bits") + " → " + a
}

func bitsWords(x suggest.Exposed) string {
	switch {
	case x.Combinations.IsZero() && x.Unknown > 0:
		return "unknown"
	case x.Combinations.IsZero():
		return "none"
	}
	return bits(x.Bits) + " bits"
}

// classNames are how a reader knows the classes, and the order in which they stand.
var classNames = []struct {
	class suggest.AddressClass
	name  string
}{
	{suggest.InternetIPv4, "internet"}, {suggest.InternetIPv6, "internet (IPv6)"},
	{suggest.PrivateIPv4, "private"}, {suggest.PrivateIPv6, "private (IPv6)"},
	{suggest.OwnVPCIPv4, "own VPC"}, {suggest.OwnVPCIPv6, "own VPC (IPv6)"},
}

// classesWords says the change of each class that has any address.
func classesWords(before, after suggest.Exposed) string {
	var parts []string
	for _, c := range classNames {
		b, a := before.Class(c.class), after.Class(c.class)
		switch {
		case b.Addresses.IsZero() && a.Addresses.IsZero():
		case b.Addresses == a.Addresses:
			parts = append(parts, c.name+" "+addressesWords(b))
		case addressesWords(b) == addressesWords(a):
			parts = append(parts, c.name+" "+addressesWords(b)+", slightly changed")
		default:
			parts = append(parts, c.name+" "+addressesWords(b)+" → "+addressesWords(a))
		}
	}
	return strings.Join(parts, " · ")
}

// addressesWords writes how many addresses of a class there are.
func addressesWords(c suggest.ExposedClass) string {
	switch {
	case c.Addresses.IsZero():
		return "none"
	case c.Class == suggest.InternetIPv6 && !c.Addresses.Less(mostOfIPv6), c.Class == suggest.PrivateIPv6 && !c.Addresses.Less(uniqueLocal):
		return "all of it"
	case c.Class.IsIPv6():
		return numbered(c.Addresses, "/64 network", "/64 networks")
	}
	return manyWords(c.Addresses)
}

// mostOfIPv6 is what is left of 2000::/3 for the internet if VPCs lie in it, uniqueLocal all of fc00::/7.
var mostOfIPv6, uniqueLocal = suggest.Count{Lo: 1<<61 - 1<<48}, suggest.Count{Lo: 1 << 57}
