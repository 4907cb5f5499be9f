package simulate

import (
	"cmp"
	"net/netip"
	"slices"

	"sgfit/schema"
)

// ledger keeps the truth while the window is lived through.
type ledger struct {
	a      *Account
	truth  Truth
	rules  map[*rule]*ruleLedger
	demand map[demandKey]*demandLedger
	known  map[peerKey]bool // who used what in the window
	needs  map[Need]bool
	later  []later
}

type ruleLedger struct {
	RuleTruth
	users map[netip.AddrPort]*userLedger
	days  map[int32]bool
}

type userLedger struct {
	uses int64
	days map[int32]bool
}

type demandKey struct {
	host      *host
	direction schema.Direction
	protocol  uint8
	port      uint16
}

type demandLedger struct {
	uses  int64
	peers map[netip.Addr]bool
}

// newLedger opens an account for each rule that is in force when the window ends.
func newLedger(a *Account) *ledger {
	l := &ledger{a: a, rules: map[*rule]*ruleLedger{}, demand: map[demandKey]*demandLedger{},
		known: map[peerKey]bool{}, needs: map[Need]bool{}}
	for _, g := range a.groups {
		for _, r := range g.rules {
			if r.life.holds(a.window.to) {
				l.rules[r] = &ruleLedger{
					RuleTruth: RuleTruth{GroupID: g.id, GroupName: g.name, Rule: r.Rule, Expect: Expect(r.expect), InForceFrom: r.life.from},
					users:     map[netip.AddrPort]*userLedger{}, days: map[int32]bool{},
				}
			}
		}
	}
	for _, h := range a.hosts {
		switch {
		case !h.logged:
			l.truth.NotLogged = append(l.truth.NotLogged, h.id)
		case !h.known:
			l.truth.NotRecorded = append(l.truth.NotRecorded, h.id)
		case len(h.wears[0].groups) == 0:
			l.truth.WithoutGroups = append(l.truth.WithoutGroups, h.id)
		}
	}
	return l
}

// tally sums one end's records of one day.
type tally struct {
	accepted, rejected uint32
	bytes              uint64
	shown              bool
}

func (t *tally) add(r record, s spell) {
	if r.status == rejected {
		t.rejected++
		return
	}
	t.accepted++
	t.bytes += r.bytes
	t.shown = t.shown || s.opens
}

// count puts one record into its class.
func (l *ledger) count(v view, r record) {
	n := &l.truth.Records
	n.Records++
	if l.a.opts.Overlap && r.status <= rejected && overlapped(&r) {
		n.Records++
		n.Duplicate++
	}
	switch {
	case r.status == malformed:
		n.Malformed++
	case r.status == noData:
		n.NoData++
	case r.status == skipData:
		n.SkipData++
	case r.status == rejected:
		n.Rejected++
	case !r.host.known:
		n.UnknownInterface++
	case len(r.host.groupsAt(r.start)) == 0:
		n.NoGroup++
	case l.carried(v, r.start):
		n.Carried++
	default:
		n.Admitted++
	}
}

// carried says whether only tracking lets the connection live at t.
func (l *ledger) carried(v view, t int64) bool {
	if !l.a.changedBetween(v.c.start, t) {
		return false
	}
	return l.a.judge(v.c, v.local, v.remote, v.direction(), t).refused
}

// see writes down one conversation of one day.
func (l *ledger) see(v view, n int, t tally) {
	today := l.a.day(n)
	number := int32(today.from / day)
	carried := len(v.judged.rules) > 0 && l.carried(v, min(today.to-1, v.c.end))
	c := ConversationTruth{
		Day: number, InterfaceID: v.local.host.id, Protocol: v.c.protocol, Local: l.a.shown(v.local), LocalPort: v.local.port,
		Remote: v.remote.addr, RemotePort: v.remote.port, OpenedByLocal: v.opens, Nature: v.c.nature, Purpose: v.c.link.purpose,
		Accepted: t.accepted, Rejected: t.rejected, Bytes: t.bytes, Ambiguous: v.c.link.obscure, Carried: carried, Shown: t.shown,
	}
	l.truth.Conversations = append(l.truth.Conversations, c)
	if t.accepted == 0 {
		return
	}
	for _, r := range v.judged.rules {
		if e := l.rules[r]; e != nil {
			e.credit(v, c, len(v.judged.rules) == 1)
		}
	}
	if v.c.nature == Real && len(v.judged.rules) > 0 {
		l.want(v)
		l.meet(v)
	}
}

// shown is the address that the format shows for an interface's own end: without pkt-* the primary one for any IPv4.
func (a *Account) shown(e endpoint) netip.Addr {
	if a.opts.Format == V2 {
		return e.plain().Addr()
	}
	return e.addr
}

// credit counts one conversation for a rule that admitted it.
func (e *ruleLedger) credit(v view, c ConversationTruth, sole bool) {
	switch c.Nature {
	case Probe:
		e.Probes++
		return
	case Noise:
		e.Noise++
		return
	}
	e.Uses++
	e.Bytes += int64(c.Bytes)
	if sole {
		e.Sole++
	}
	if c.Ambiguous {
		e.Ambiguous++
	}
	e.days[c.Day] = true
	key := netip.AddrPortFrom(v.remote.addr, v.c.responder.port)
	u := e.users[key]
	if u == nil {
		u = &userLedger{days: map[int32]bool{}}
		e.users[key] = u
	}
	u.uses++
	u.days[c.Day] = true
}

// want counts one conversation as demand.
func (l *ledger) want(v view) {
	k := demandKey{v.local.host, v.direction(), v.c.protocol, v.c.responder.port}
	d := l.demand[k]
	if d == nil {
		d = &demandLedger{peers: map[netip.Addr]bool{}}
		l.demand[k] = d
	}
	d.uses++
	d.peers[v.remote.addr] = true
}

// open counts a real connection, on the day that it was opened, for the rules of an end that no flow log shows.
func (l *ledger) open(c *connection, today span) {
	if !today.holds(c.start) || c.nature != Real {
		return
	}
	for _, v := range c.ends() {
		if v.logged() {
			continue
		}
		l.meet(v)
		for _, r := range v.judged.rules {
			if e := l.rules[r]; e != nil {
				e.Unlogged++
			}
		}
	}
}

// close sorts everything and returns the truth.
func (l *ledger) close() *Truth {
	var rules []*rule
	for r := range l.rules {
		rules = append(rules, r)
	}
	slices.SortFunc(rules, func(x, y *rule) int { return compareRules(l.rules[x].RuleTruth, l.rules[y].RuleTruth) })
	place := map[*rule]int{}
	for i, r := range rules {
		place[r] = i
		l.truth.Rules = append(l.truth.Rules, l.rules[r].close())
	}
	l.closeLater(place)
	for k, d := range l.demand {
		l.truth.Demand = append(l.truth.Demand, Demand{k.host.id, k.direction, k.protocol, k.port, d.uses, int64(len(d.peers))})
	}
	slices.SortFunc(l.truth.Demand, func(x, y Demand) int {
		return cmp.Or(cmp.Compare(x.InterfaceID, y.InterfaceID), cmp.Compare(x.Direction, y.Direction),
			cmp.Compare(x.Protocol, y.Protocol), cmp.Compare(x.Port, y.Port))
	})
	slices.SortFunc(l.truth.Conversations, compareConversations)
	for _, ids := range [][]string{l.truth.NotLogged, l.truth.NotRecorded, l.truth.WithoutGroups} {
		slices.Sort(ids)
	}
	return &l.truth
}

func (e *ruleLedger) close() RuleTruth {
	for k, u := range e.users {
		e.Users = append(e.Users, UserTruth{k.Addr(), k.Port(), u.uses, len(u.days)})
	}
	slices.SortFunc(e.Users, func(x, y UserTruth) int {
		return cmp.Or(x.Address.Compare(y.Address), cmp.Compare(x.Port, y.Port))
	})
	for d := range e.days {
		e.Days = append(e.Days, d)
	}
	slices.Sort(e.Days)
	return e.RuleTruth
}

func compareRules(x, y RuleTruth) int {
	return cmp.Or(cmp.Compare(x.GroupID, y.GroupID), compareRule(x.Rule, y.Rule))
}

// compareRule orders by direction (ingress last), protocol, ports and peer.
func compareRule(x, y schema.Rule) int {
	return cmp.Or(cmp.Compare(x.Direction, y.Direction), cmp.Compare(x.Protocol, y.Protocol), cmp.Compare(x.FromPort, y.FromPort),
		cmp.Compare(x.ToPort, y.ToPort), cmp.Compare(x.Peer.Kind, y.Peer.Kind), cmp.Compare(x.Peer.Value, y.Peer.Value))
}

func compareConversations(x, y ConversationTruth) int {
	return cmp.Or(cmp.Compare(x.Day, y.Day), cmp.Compare(x.InterfaceID, y.InterfaceID), cmp.Compare(x.Protocol, y.Protocol),
		x.Local.Compare(y.Local), cmp.Compare(x.LocalPort, y.LocalPort), x.Remote.Compare(y.Remote), cmp.Compare(x.RemotePort, y.RemotePort))
}
