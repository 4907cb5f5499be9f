package report

import (
	"math"
	"strconv"
	"strings"

	"sgfit/schema"
	"sgfit/suggest"
)

// wholeIPv6 is how many /64 networks a reader takes for the whole IPv6 internet: those of 2000::/3, which is all that is
// given out.
var wholeIPv6 = suggest.Count{Lo: 1 << 61}

// changedWords says what a change does to the people who can get in, or to the destinations that can be reached: "from
// 4.3 billion IPv4 addresses on 1 port to 14". Where nothing changes it says what is admitted.
func changedWords(d schema.Direction, before, after suggest.Exposed) string {
	from, to := admitted(d, before), admitted(d, after)
	sameServices := from.services == to.services
	switch {
	case before.Combinations == after.Combinations && from == to:
		return from.words()
	case to.isNone():
		return "from " + from.words() + " to none"
	case from.isNone():
		return "from none to " + to.words()
	case from.who == to.who && sameServices:
		b, a := apart(before.Combinations, after.Combinations)
		return "from " + b + " combinations of " + from.who + and(" and ", from.services) + " to " + a
	case from.who == to.who && from.services != "" && to.services != "":
		return "from " + from.services + " to " + portsLike(to.services, from.services) + ", for " + from.who
	case sameServices && to.plain && from.only4:
		return "from " + from.words() + " to " + to.number
	case sameServices:
		return "from " + from.words() + " to " + to.who
	}
	return "from " + from.words() + " to " + to.words()
}

// admission is an exposure in words.
type admission struct {
	who      string // "14 addresses", "the whole IPv6 internet", "" for nobody
	services string // "2 ports", "" for a protocol without ports
	number   string // of who, without a noun
	plain    bool   // who is a number of IPv4 addresses and nothing else
	only4    bool
}

func (a admission) isNone() bool { return a.who == "" }

func (a admission) words() string {
	if a.isNone() {
		return "none"
	}
	return a.who + and(" on ", a.services)
}

// and puts a link before a text, where there is one.
func and(link, s string) string {
	if s == "" {
		return ""
	}
	return link + s
}

func admitted(d schema.Direction, x suggest.Exposed) admission {
	four, six := families(x)
	a := admission{services: onServices(x.Combinations, four.Plus(six), x.Ports, x.Protocols), only4: !four.IsZero() && six.IsZero(), number: manyWords(four)}
	all4, all6 := four == suggest.Count{Lo: 1 << 32}, six == suggest.Count{Hi: 1}
	one, many := "address", "addresses"
	if d == schema.Egress {
		one, many = "destination", "destinations"
	}
	switch {
	case all4 && all6:
		a.who = "every " + one
		return a
	case four.IsZero() && six.IsZero() && x.Unknown > 0:
		a.who = "an unknown number of " + many + " that cannot be listed"
		return a
	case four.IsZero() && six.IsZero():
		return a
	case six.IsZero() && !all4:
		a.plain, a.who = x.Unknown == 0, numbered(four, one, many)
	case six.IsZero():
		a.who = manyWords(four) + " IPv4 " + many
	case four.IsZero():
		a.who = networksWords(six)
	default:
		a.who = numbered(four, "IPv4 "+one, "IPv4 "+many) + " and " + networksWords(six)
	}
	if x.Unknown > 0 {
		a.who = "at least " + a.who
	}
	return a
}

// families adds up the addresses of each family.
func families(x suggest.Exposed) (four, six suggest.Count) {
	for _, c := range x.Classes {
		if c.Class.IsIPv6() {
			six = six.Plus(c.Addresses)
		} else {
			four = four.Plus(c.Addresses)
		}
	}
	return four, six
}

func networksWords(n suggest.Count) string {
	if !n.Less(wholeIPv6) {
		return "the whole IPv6 internet"
	}
	return numbered(n, "IPv6 /64 network", "IPv6 /64 networks")
}

// onServices says on how many ports addresses are open. Where not each of them is open on every one of the ports, it
// says so.
func onServices(combinations, addresses suggest.Count, ports, protocols int) string {
	s := servicesWords(ports, protocols)
	switch {
	case s == "" || combinations == addresses.Times(uint64(ports+protocols)):
		return s
	case s == everyPort:
		return "up to all ports"
	}
	return "up to " + s
}

// portsLike leaves the noun out where another number of ports stands before it.
func portsLike(s, before string) string {
	number, isPlain := strings.CutSuffix(s, " ports")
	if isPlain && strings.HasSuffix(before, " ports") && !strings.Contains(number, " ") {
		return number
	}
	return s
}

const everyPort = "every port"

// servicesWords says how many ports: "2 ports", "every port", "2 ports and 1 other protocol", "" for a single protocol
// without ports.
func servicesWords(ports, protocols int) string {
	switch {
	case ports == 2*65536 && protocols == 254:
		return everyPort
	case ports == 0 && protocols < 2:
		return ""
	case ports == 0:
		return count(protocols, "protocol", "protocols") + " without ports"
	case protocols == 0:
		return count(ports, "port", "ports")
	}
	return count(ports, "port", "ports") + " and " + count(protocols, "other protocol", "other protocols")
}

// apart writes two numbers that differ so that they read differently.
func apart(a, b suggest.Count) (string, string) {
	if x, y := manyWords(a), manyWords(b); x != y {
		return x, y
	}
	return grouped(a.String()), grouped(b.String())
}

func numbered(n suggest.Count, one, many string) string {
	if n == (suggest.Count{Lo: 1}) {
		return "1 " + one
	}
	return manyWords(n) + " " + many
}

// manyWords writes a number of any size as people say it: "65,536", "16.8 million", "4.3 billion", "18 quintillion".
func manyWords(n suggest.Count) string {
	if n.Less(suggest.Count{Lo: 1_000_000}) {
		return thousands(int64(n.Lo))
	}
	f := n.Float64()
	unit := 0
	for f /= 1e6; unit+1 < len(bigUnits) && math.Round(f*10) >= 10_000; unit++ {
		f /= 1000
	}
	if f >= 1000 {
		return "10" + superscript(int(math.Round(math.Log10(n.Float64()))))
	}
	digits := 1
	if f >= 99.95 {
		digits = 0
	}
	return strings.TrimSuffix(strconv.FormatFloat(f, 'f', digits, 64), ".0") + " " + bigUnits[unit]
}

var bigUnits = [...]string{"million", "billion", "trillion", "quadrillion", "quintillion", "sextillion", "septillion"}
