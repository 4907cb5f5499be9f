package simulate

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/netip"
	"slices"
	"time"
)

// Account is one simulated account: what exists in it, when, and the habits of those who use it. It is immutable; every
// reading of it gives the same answer.
type Account struct {
	opts    Options
	id      string
	region  string
	vpc     string
	window  span
	subnets []*subnet
	lists   []*prefixList
	groups  []*group
	hosts   []*host
	owners  map[netip.Addr][]*host // every host that ever had the address
	links   []link
	changes []int64 // when rules or memberships of lasting hosts changed inside the window, sorted
	partner netip.Prefix
}

const (
	minute = int64(60)
	hour   = 60 * minute
	day    = 24 * hour
	always = int64(1) << 62 // the end of what has no end
)

// span is the half-open time [from, to) in Unix seconds.
type span struct{ from, to int64 }

func (s span) holds(t int64) bool { return s.from <= t && t < s.to }

func (s span) cut(o span) span { return span{max(s.from, o.from), min(s.to, o.to)} }

// New makes the account of these options. The same options give the same account, byte for byte.
func New(opts Options) *Account {
	a := &Account{opts: opts.withDefaults(), id: "111122223333", region: "eu-west-1", owners: map[netip.Addr][]*host{}}
	a.window.from = a.opts.Start.Unix()
	a.window.to = a.window.from + int64(a.opts.Days)*day
	a.vpc = a.newID("vpc", "main")
	r := a.rng("partner", 0)
	third := byte(100 + r.IntN(100))
	a.partner = netip.PrefixFrom(netip.AddrFrom4([4]byte{10, third, byte(r.IntN(256)), 0}), 24)
	a.makeSubnets()
	a.makePrefixLists()
	a.makeGroups()
	a.makeHosts()
	a.makeWorkers()
	if a.opts.Churn {
		a.makeFarm()
	}
	a.links = append(a.tierLinks(), a.trapLinks()...)
	if a.opts.Churn {
		a.links = append(a.links, a.churnLinks()...)
	}
	a.collectChanges()
	return a
}

// at returns the second that lies at this share of the window.
func (a *Account) at(share float64) int64 {
	t := a.window.from + int64(share*float64(a.window.to-a.window.from))
	return t - t%minute + 7
}

// rng returns the stream of random numbers that belongs to a name and a number, whatever else is drawn.
func (a *Account) rng(name string, n int) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(name))
	return rand.New(rand.NewPCG(a.opts.Seed^h.Sum64(), uint64(n)))
}

// newID returns an id as AWS makes them: a prefix and 17 hexadecimal digits, the first of which is 0.
func (a *Account) newID(kind, name string) string {
	return fmt.Sprintf("%s-0%016x", kind, a.rng("id "+kind+" "+name, 0).Uint64())
}

// collectChanges lists when policy changed for hosts that live on.
func (a *Account) collectChanges() {
	add := func(t int64) {
		if a.window.holds(t) {
			a.changes = append(a.changes, t)
		}
	}
	for _, g := range a.groups {
		for _, r := range g.rules {
			add(r.life.from)
			add(r.life.to)
		}
	}
	for _, h := range a.hosts {
		for _, w := range h.wears[1:] {
			add(w.from)
		}
	}
	slices.Sort(a.changes)
}

// changedBetween says whether policy changed in (from, to].
func (a *Account) changedBetween(from, to int64) bool {
	i, _ := slices.BinarySearch(a.changes, from+1)
	return i < len(a.changes) && a.changes[i] <= to
}

// lived is how many days the account is lived through: those of the window, and those after it.
func (a *Account) lived() int { return a.opts.Days + a.opts.After }

// Window returns the first instant of the flow logs and the first after them, both at midnight UTC.
func (a *Account) Window() (start, end time.Time) {
	return time.Unix(a.window.from, 0).UTC(), time.Unix(a.window.to, 0).UTC()
}
