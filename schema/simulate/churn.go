package simulate

import (
	"math"
	"math/rand/v2"
	"net/netip"
	"strconv"
)

// Two groups whose rules are used by those who come and go: the catalog, which many call, and jobs, which run seldom.
// How fast things change is drawn for each account. Days are counted from the window's first.

func churnGroups() []groupRow {
	return []groupRow{{"jobs", "batch entry"}, {"catalog", "catalog"}, {"farm", "render farm"}}
}

func churnHosts() []hostRow {
	return []hostRow{{"jobs", 1, "shared", []string{"jobs"}, "", nil}, {"catalog", 2, "app", []string{"catalog"}, "", nil}}
}

func churnRules() []ruleRow {
	return []ruleRow{
		{"catalog", in, tcp, 9443, 9443, "10.20.40.0/23", Churning, "render farm, by subnet"},
		{"catalog", in, tcp, 9444, 9444, "10.0.0.0/8", Churning, "render farm, by anything"},
		{"catalog", in, tcp, 9445, 9445, "10.60.4.0/22", Churning, "pods of another VPC"},
		{"catalog", in, tcp, 9446, 9446, "10.0.0.0/8", Churning, "pods, by anything"},
		{"catalog", in, tcp, 9447, 9447, any4, Churning, "partners on the internet"},
		{"catalog", in, tcp, 9448, 9448, "10.0.0.0/8", Churning, "contractors"},
		{"catalog", in, tcp, 9449, 9449, "172.16.0.0/12", Churning, "staff"},
		{"catalog", in, tcp, 9501, 9501, "10.0.0.0/8", Churning, "sites, some more each year"},
		{"catalog", in, tcp, 9502, 9502, "10.0.0.0/8", Churning, "sites, seldom more"},
		{"catalog", in, tcp, 9503, 9503, "10.80.0.0/16", Churning, "sites of a region"},
		{"catalog", in, tcp, 9504, 9504, any4, Churning, "customers"},
		{"catalog", in, tcp, 9505, 9505, "10.0.0.0/8", Churning, "auditors, now and then"},
		{"catalog", out, tcp, 443, 443, any4, Churning, "content network"},
		{"jobs", in, tcp, 7001, 7001, "10.70.1.0/24", Seasonal, "weekly"},
		{"jobs", in, tcp, 7002, 7002, "10.70.2.0/24", Seasonal, "monthly"},
		{"jobs", in, tcp, 7003, 7003, "10.70.3.0/24", Seasonal, "monthly too"},
		{"jobs", in, tcp, 7004, 7004, "10.70.4.0/24", Seasonal, "quarterly"},
		{"jobs", in, tcp, 7005, 7005, "10.70.5.0/24", Seasonal, "quarterly too"},
		{"jobs", in, tcp, 7006, 7006, "10.0.0.0/8", Churning, "daily, and some seldom"},
		{"jobs", in, tcp, 7010, 7010, "10.70.10.0/24", Silenced, "migrated away"},
		{"jobs", in, tcp, 7011, 7011, "10.70.11.0/24", NeededLater, "when the other site is down"},
		{"jobs", in, tcp, 7012, 7012, "10.70.12.0/24", Unused, "never taken into use"},
		{"jobs", in, tcp, 7013, 7013, "10.70.13.0/24", Unused, "never taken into use either"},
		{"jobs", out, all, -1, -1, any4, Unused, ""},
		{"farm", out, tcp, 9443, 9444, vpc4, Churning, "catalog"},
	}
}

// makeFarm makes render machines, some a day, each of which lives for most of it with an address picked anew.
func (a *Account) makeFarm() {
	r := a.rng("farm", 0)
	p := &pool{subnet: a.subnetNamed("batch-b"), last: map[int]lease{}}
	perDay := 2 + r.IntN(5)
	for n := range a.lived() {
		for i := range perDay {
			start := a.day(n).from + hour + r.Int64N(2*hour)
			p.next = firstWorker + r.IntN(lastWorker-firstWorker+1)
			life := span{start, start + 12*hour + r.Int64N(8*hour)}
			h := a.newHost("farm", "farm-"+strconv.Itoa(n*perDay+i), p.subnet, p.take("farm", life, false), []string{"farm"})
			h.life, h.wears[0].from = life, life.from
			h.tags["aws:autoscaling:groupName"] = "farm-asg"
		}
	}
}

// churnLinks are the habits of all that.
func (a *Account) churnLinks() []link {
	short := seconds{0, 25}
	call := func(purpose string, p uint16, from party) link {
		return link{purpose: purpose, protocol: 6, from: from, to: hosts("catalog"), ports: port(p), perDay: 40, least: 12, lasts: short,
			request: 900, response: 4000}
	}
	job := func(purpose string, p uint16, source string, on func(int) bool) link {
		return link{purpose: purpose, protocol: 6, from: addresses(source), to: hosts("jobs"), ports: port(p), least: 2,
			lasts: seconds{100, 900}, beat: 60, request: 2000, response: 30000, on: on}
	}
	needed := a.opts.Days + a.rng("needed later", 0).IntN(25)
	return []link{
		call("farm by subnet", 9443, hosts("farm")),
		call("farm by anything", 9444, hosts("farm")),
		call("pods", 9445, party{there: a.pods("pods", "10.60.5.0")}),
		call("pods by anything", 9446, party{there: a.pods("more pods", "10.61.7.0")}),
		call("internet partners", 9447, party{there: a.trickle("internet partners", 10, 3, 12, internet)}),
		call("contractors", 9448, party{there: a.bursts()}),
		call("staff", 9449, a.staff()),
		call("sites", 9501, party{there: a.trickle("sites", 4, 10, 50, private)}),
		call("settled sites", 9502, party{there: a.trickle("settled sites", 3, 40, 200, private)}),
		call("sites of a region", 9503, party{there: a.trickle("sites of a region", 6, 20, 100, private)}),
		call("customers", 9504, party{there: a.trickle("customers", 12, 15, 90, internet)}),
		call("auditors", 9505, party{there: a.nowAndThen()}),
		{purpose: "content network", protocol: 6, from: hosts("catalog"), to: party{there: a.contentNetwork()}, ports: port(443),
			perDay: 40, least: 12, lasts: short, request: 700, response: 20000},
		job("weekly", 7001, "10.70.1.20", a.every(7, "weekly")),
		job("monthly", 7002, "10.70.2.20", a.every(31, "monthly")),
		job("monthly too", 7003, "10.70.3.20", a.every(31, "monthly too")),
		job("quarterly", 7004, "10.70.4.20", a.every(91, "quarterly")),
		job("quarterly too", 7005, "10.70.5.20", a.every(91, "quarterly too")),
		job("daily", 7006, "10.71.0.11", nil),
		job("daily too", 7006, "10.71.0.12", nil),
		job("weekly beside it", 7006, "10.71.0.40", a.every(7, "weekly beside it")),
		job("monthly beside it", 7006, "10.71.9.5", a.every(31, "monthly beside it")),
		job("quarterly beside it", 7006, "10.72.3.3", a.every(91, "quarterly beside it")),
		job("until it fell silent", 7010, "10.70.10.20", func(n int) bool { return n < 14 }),
		job("other site", 7011, "10.70.11.20", func(n int) bool { return n >= needed }),
	}
}

// every is one day in so many, from a day on that is drawn.
func (a *Account) every(days int, name string) func(n int) bool {
	phase := a.rng("every "+name, 0).IntN(days)
	return func(n int) bool { return n%days == phase }
}

// pods have addresses of one /24, a few each day, picked anew.
func (a *Account) pods(name, network string) func(n int) []netip.Addr {
	perDay := 2 + a.rng(name, -1).IntN(6)
	return func(n int) (there []netip.Addr) {
		r := a.rng(name, n)
		b := netip.MustParseAddr(network).As4()
		for range perDay {
			b[3] = byte(4 + r.IntN(250))
			there = append(there, netip.AddrFrom4(b))
		}
		return there
	}
}

// stay is somebody who is there from a day on, before another.
type stay struct {
	from, to int
	addr     netip.Addr
}

func present(stays []stay) func(n int) []netip.Addr {
	return func(n int) (there []netip.Addr) {
		for _, s := range stays {
			if s.from <= n && n < s.to {
				there = append(there, s.addr)
			}
		}
		return there
	}
}

// trickle are those who stay: at least so many from the start, and now and then one more, every least to most days.
func (a *Account) trickle(name string, standing int, least, most float64, draw func(*rand.Rand) netip.Addr) func(n int) []netip.Addr {
	r := a.rng("trickle "+name, 0)
	var stays []stay
	for range standing + r.IntN(standing+2) {
		stays = append(stays, stay{0, math.MaxInt, draw(r)})
	}
	gap := least + (most-least)*r.Float64()
	for n := r.ExpFloat64() * gap; n < float64(a.lived()); n += r.ExpFloat64() * gap {
		stays = append(stays, stay{int(n), math.MaxInt, draw(r)})
	}
	return present(stays)
}

func internet(r *rand.Rand) netip.Addr { return public(r.Uint64()) }

// private draws one of the addresses of many small sites.
func private(r *rand.Rand) netip.Addr {
	return netip.AddrFrom4([4]byte{10, 80, byte(r.IntN(256)), byte(1 + r.IntN(254))})
}

// nowAndThen is one who is there each day, and a few who come once in some weeks, each at times of their own.
func (a *Account) nowAndThen() func(n int) []netip.Addr {
	r := a.rng("now and then", -1)
	var seldom []netip.Addr
	for range 3 + r.IntN(6) {
		seldom = append(seldom, private(r))
	}
	return func(n int) []netip.Addr {
		r := a.rng("now and then", n)
		there := []netip.Addr{netip.MustParseAddr("10.81.0.9")}
		for _, addr := range seldom {
			if r.IntN(20) == 0 {
				there = append(there, addr)
			}
		}
		return there
	}
}

// bursts are contractors: each comes for some days in a row and never again.
func (a *Account) bursts() func(n int) []netip.Addr {
	r := a.rng("bursts", 0)
	gap, mean := 1+3*r.Float64(), 3+4*r.Float64()
	stays := []stay{{0, math.MaxInt, netip.MustParseAddr("10.90.0.5")}} // the one who is employed
	for n := -20 + r.ExpFloat64()*gap; n < float64(a.lived()); n += r.ExpFloat64() * gap {
		addr := netip.AddrFrom4([4]byte{10, 90, byte(r.IntN(256)), byte(1 + r.IntN(254))})
		stays = append(stays, stay{int(math.Floor(n)), int(math.Floor(n)) + 1 + int(r.ExpFloat64()*mean), addr})
	}
	return present(stays)
}

// staff are people in offices: some are there each day, most now and then.
func (a *Account) staff() party {
	salt := a.rng("staff", 0)
	many, scatter := 40+80*salt.Float64(), salt.Uint64()
	return party{draw: func(r *rand.Rand) netip.Addr {
		rank := uint64(math.Pow(many, r.Float64()))
		x := mix(rank, scatter)
		return netip.AddrFrom4([4]byte{172, 20, byte(x>>8) & 3, byte(x)})
	}}
}

// contentNetwork answers with a few of the addresses of its three networks each day.
func (a *Account) contentNetwork() func(n int) []netip.Addr {
	r := a.rng("content network", -1)
	var networks [3][4]byte
	for i := range networks {
		networks[i] = public(r.Uint64()).As4()
	}
	return func(n int) (there []netip.Addr) {
		r := a.rng("content network", n)
		for range 6 {
			b := networks[r.IntN(len(networks))]
			b[3] = byte(1 + r.IntN(254))
			there = append(there, netip.AddrFrom4(b))
		}
		return there
	}
}
