package simulate

import (
	"math"
	"math/rand/v2"
	"net/netip"
	"slices"
)

// link is a habit: who opens what to whom, how often, and what it looks like.
type link struct {
	purpose  string
	protocol uint8
	from, to party
	// ports are the responder's, clients the opener's (0: Linux's ephemeral range).
	ports, clients portRange
	// perDay is the mean number of connections, times Scale unless pairs is set, and at least least.
	perDay float64
	least  int
	// pairs makes each opener do so with each responder.
	pairs    bool
	nature   Nature
	answer   answer
	lasts    seconds
	beat     int64 // seconds between activity; 0: 20
	request  uint64
	response uint64
	when     span             // zero: always
	on       func(n int) bool // on which days, counted from the window's first; nil: on all
	office   bool             // working hours only
	// warm is how long before the window the first day's connections were opened; 0: they open in the window.
	warm int64
	via  string // role of the load balancer that keeps the client's address
	late bool   // now and then a packet comes after the end
	// hidden traffic is never logged by AWS; obscure means that no record can show the opener.
	hidden, obscure bool
}

// seconds is a range of durations to draw from, both included.
type seconds struct{ least, most int64 }

// portRange is a range of ports, both included; the zero value is Linux's ephemeral range.
type portRange struct{ from, to uint16 }

var (
	linuxPorts    = portRange{32768, 60999}
	windowsPorts  = portRange{49152, 65535}
	balancerPorts = portRange{1024, 65535} // load balancers, NAT gateways and Lambda
	nfsPorts      = portRange{600, 1023}
)

// party is who may stand at one end: hosts of some roles, or addresses outside the account.
type party struct {
	roles     []string
	index     int // 1-based: only that host of the role; 0: any
	addrs     []netip.Addr
	there     func(n int) []netip.Addr // more of them, those of one day
	behind    string                   // role of the gateway through which addrs are reached
	draw      func(*rand.Rand) netip.Addr
	v6        bool
	secondary bool
}

func (p portRange) pick(r *rand.Rand) uint16 {
	return p.from + uint16(r.IntN(int(p.to)-int(p.from)+1))
}

// candidates are the ends that this party has on a day, with the times at which each may be used: not before Config
// has recorded it, and not at its very end.
func (a *Account) candidates(p party, n int) []candidate {
	today := a.day(n)
	addrs := p.addrs
	if p.there != nil {
		addrs = slices.Concat(addrs, p.there(n))
	}
	var found []candidate
	for _, addr := range addrs {
		found = append(found, candidate{endpoint{addr: addr, host: a.hostOf(p.behind)}, today})
	}
	nth := 0
	for _, h := range a.hosts {
		if !slices.Contains(p.roles, h.role) {
			continue
		}
		nth++
		free := today.cut(span{h.life.from + 5*minute, h.life.to - 3*minute})
		if free.from+minute > free.to || (p.index != 0 && p.index != nth) {
			continue
		}
		addr := h.addrs[0]
		switch {
		case p.v6:
			addr = h.addr6
		case p.secondary:
			addr = h.addrs[len(h.addrs)-1]
		}
		found = append(found, candidate{endpoint{addr: addr, host: h}, free})
	}
	return found
}

type candidate struct {
	endpoint
	free span
}

// plan makes the day's new connections of one link, in order of nothing in particular.
func (a *Account) plan(l *link, n int, taken map[tuple]bool) []*connection {
	if l.on != nil && !l.on(n) {
		return nil
	}
	today := a.day(n)
	r := a.rng("link "+l.purpose, n)
	from, to := a.candidates(l.from, n), a.candidates(l.to, n)
	var made []*connection
	if l.pairs {
		for i, f := range from {
			for j, t := range to {
				if f.addr == t.addr || (l.obscure && i > j) {
					continue
				}
				for range max(int(l.perDay), 1) {
					made = a.open(made, l, n, r, f, t, taken)
				}
			}
		}
		return made
	}
	for range max(poisson(r, l.perDay*a.opts.Scale), l.least) {
		f, t := a.choose(r, l.from, from, today), a.choose(r, l.to, to, today)
		made = a.open(made, l, n, r, f, t, taken)
	}
	return made
}

// choose draws one end.
func (a *Account) choose(r *rand.Rand, p party, c []candidate, today span) candidate {
	if p.draw != nil {
		return candidate{endpoint{addr: p.draw(r)}, today}
	}
	if len(c) == 0 {
		return candidate{}
	}
	return c[r.IntN(len(c))]
}

// open adds one connection between two ends, if they were there together for long enough.
func (a *Account) open(made []*connection, l *link, n int, r *rand.Rand, from, to candidate, taken map[tuple]bool) []*connection {
	c := &connection{
		link: l, nature: l.nature, answer: l.answer, protocol: l.protocol, opener: from.endpoint, responder: to.endpoint,
		beat: max(l.beat, 20), request: jitter(r, l.request), response: jitter(r, l.response), salt: r.Uint64(),
	}
	if c.nature == "" {
		c.nature = Real
	}
	if !from.addr.IsValid() || !to.addr.IsValid() || from.addr == to.addr || !a.schedule(c, n, r, from.free.cut(to.free)) {
		return made
	}
	if !c.choosePorts(r, taken) {
		return made
	}
	if l.via != "" {
		c.via = a.hostOf(l.via)
	}
	a.evaluate(c)
	return append(made, c)
}

// schedule sets start and end. Beats grow as the scale shrinks, up to eight hours.
func (a *Account) schedule(c *connection, n int, r *rand.Rand, free span) bool {
	l := c.link
	if l.when != (span{}) {
		free = free.cut(l.when)
	}
	if l.office {
		free = free.cut(span{a.day(n).from + 7*hour, a.day(n).from + 18*hour})
	}
	lasts := l.lasts.least + r.Int64N(l.lasts.most-l.lasts.least+1)
	room := free.to - 30 - free.from
	if room <= 0 {
		return false
	}
	c.start = free.from + r.Int64N(room)
	if l.warm > 0 && n == 0 {
		c.start = a.window.from - 1 - r.Int64N(l.warm)
	}
	c.end = c.start + lasts
	if h := c.opener.host; h != nil {
		c.end = min(c.end, h.life.to-minute)
	}
	if l.beat >= 20*minute && a.opts.Scale < 1 {
		c.beat = min(int64(float64(l.beat)/a.opts.Scale), max(8*hour, l.beat))
	}
	if l.late && c.salt%16 == 0 && c.end+minute < a.window.to && c.end/day == (c.end+minute)/day {
		c.late = c.end + 5 + int64(c.salt>>8%50)
	}
	return true
}

// tuple is a 5-tuple without direction, with the addresses that flow logs show at worst.
type tuple struct {
	protocol uint8
	a, b     netip.AddrPort
}

func (c *connection) tuple() tuple {
	from, to := c.opener.plain(), c.responder.plain()
	if from.Compare(to) > 0 {
		from, to = to, from
	}
	return tuple{c.protocol, from, to}
}

// choosePorts takes ports that no other connection between the two has on that day, so that a conversation of the
// records is one connection.
func (c *connection) choosePorts(r *rand.Rand, taken map[tuple]bool) bool {
	if c.protocol == 1 {
		return claim(taken, c.tuple())
	}
	clients := c.link.clients
	if clients == (portRange{}) {
		clients = linuxPorts
	}
	for range 20 {
		c.responder.port, c.opener.port = c.link.ports.pick(r), clients.pick(r)
		if claim(taken, c.tuple()) {
			return true
		}
	}
	return false
}

func claim(taken map[tuple]bool, t tuple) bool {
	if taken[t] {
		return false
	}
	taken[t] = true
	return true
}

// day returns the nth day from the window's first on.
func (a *Account) day(n int) span {
	from := a.window.from + int64(n)*day
	return span{from, from + day}
}

// hostOf returns the first host of a role.
func (a *Account) hostOf(role string) *host {
	for _, h := range a.hosts {
		if h.role == role {
			return h
		}
	}
	return nil
}

// jitter draws a size around a mean, never 0 unless the mean is.
func jitter(r *rand.Rand, mean uint64) uint64 {
	if mean == 0 {
		return 0
	}
	return 1 + uint64(float64(mean)*math.Exp(r.NormFloat64()*0.5))
}

// poisson draws a count around a mean, by a normal distribution for large means.
func poisson(r *rand.Rand, mean float64) int {
	if mean > 50 {
		return max(0, int(math.Round(mean+math.Sqrt(mean)*r.NormFloat64())))
	}
	n, p := 0, math.Exp(-mean)
	for u := r.Float64(); u > p; u *= r.Float64() {
		n++
	}
	return n
}
