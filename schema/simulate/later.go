package simulate

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"

	"sgfit/schema"
)

// peerKey is a peer at a service of all interfaces that wear the same groups.
type peerKey struct {
	groups    string
	direction schema.Direction
	protocol  uint8
	port      uint16
	peer      netip.Addr
}

// direction is that of the rule which the connection needs at this end.
func (v view) direction() schema.Direction {
	if v.opens {
		return schema.Egress
	}
	return schema.Ingress
}

// ends are both ends of a connection that lie in the account, logged or not.
func (c *connection) ends() []view {
	var found []view
	for _, v := range []view{{c, c.opener, c.responder, c.opening, true}, {c, c.responder, c.opener, c.receiving, false}} {
		if v.local.host != nil {
			found = append(found, v)
		}
	}
	return found
}

func (v view) logged() bool { return v.local.host.logged && !v.c.link.hidden }

// meet remembers who used what in the window, and what for.
func (l *ledger) meet(v view) {
	if v.c.nature != Real || len(v.judged.rules) == 0 {
		return
	}
	l.known[l.peerKey(v)] = true
	for _, r := range v.judged.rules {
		if l.rules[r] != nil {
			l.needs[Need{r.of.id, r.Direction, v.c.protocol, v.c.responder.port, v.remote.addr}] = true
		}
	}
}

func (l *ledger) peerKey(v view) peerKey {
	groups := strings.Join(groupIDs(v.local.host.groupsAt(v.c.start)), " ")
	return peerKey{groups, v.direction(), v.c.protocol, v.c.responder.port, v.remote.addr}
}

// groupIDs are sorted.
func groupIDs(groups []*group) []string {
	ids := []string{}
	for _, g := range groups {
		ids = append(ids, g.id)
	}
	slices.Sort(ids)
	return ids
}

// foresee writes down the real connections that were opened on one day after the window.
func (l *ledger) foresee(open []*connection, today span) {
	for _, c := range open {
		if c.nature != Real || !today.holds(c.start) {
			continue
		}
		for _, v := range c.ends() {
			if len(v.judged.rules) > 0 {
				l.later = append(l.later, later{l.foreseen(v), v.judged.rules})
			}
		}
	}
}

// later is what was seen after the window, before rules have their places.
type later struct {
	LaterTruth
	rules []*rule
}

func (l *ledger) foreseen(v view) LaterTruth {
	c := v.c
	return LaterTruth{Day: int32(c.start / day), InterfaceID: v.local.host.id, Groups: groupIDs(v.local.host.groupsAt(c.start)),
		Direction: v.direction(), Protocol: c.protocol, Port: c.responder.port, Peer: v.remote.addr, PeerGroups: l.a.peerGroups(v),
		Bytes: c.volume(l.a.day(l.a.lived()).from), New: !l.known[l.peerKey(v)], Logged: v.logged(), Purpose: c.link.purpose}
}

// peerGroups are those by which a reference could admit the peer.
func (a *Account) peerGroups(v view) []string {
	var worn []*group
	if owner := a.ownerAt(v.remote.addr, v.c.start); owner != nil {
		worn = append(worn, owner.groupsAt(v.c.start)...)
	}
	if v.c.via != nil && !v.opens {
		worn = append(worn, v.c.via.groupsAt(v.c.start)...)
	}
	return slices.Compact(groupIDs(worn))
}

// volume is what both directions amount to before a time.
func (c *connection) volume(until int64) uint64 {
	s := spell{points: uint64((min(c.end, until)-c.start)/c.beat) + 1, opens: true, closes: c.end < until}
	return c.forward(s).bytes + c.backward(s).bytes
}

// closeLater sorts what came after the window, and gives the rules their places in the truth.
func (l *ledger) closeLater(place map[*rule]int) {
	for n := range l.needs {
		l.truth.Needs = append(l.truth.Needs, n)
	}
	slices.SortFunc(l.truth.Needs, func(x, y Need) int {
		return cmp.Or(cmp.Compare(x.GroupID, y.GroupID), cmp.Compare(x.Direction, y.Direction), cmp.Compare(x.Protocol, y.Protocol),
			cmp.Compare(x.Port, y.Port), x.Peer.Compare(y.Peer))
	})
	for _, f := range l.later {
		for _, r := range f.rules {
			if at, ok := place[r]; ok {
				f.Rules = append(f.Rules, at)
			}
		}
		slices.Sort(f.Rules)
		l.truth.Later = append(l.truth.Later, f.LaterTruth)
	}
	slices.SortStableFunc(l.truth.Later, func(x, y LaterTruth) int {
		return cmp.Or(cmp.Compare(x.Day, y.Day), cmp.Compare(x.InterfaceID, y.InterfaceID), cmp.Compare(x.Direction, y.Direction),
			cmp.Compare(x.Protocol, y.Protocol), cmp.Compare(x.Port, y.Port), x.Peer.Compare(y.Peer))
	})
}
