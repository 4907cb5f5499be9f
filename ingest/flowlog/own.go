package flowlog

import (
	"cmp"
	"net/netip"

	"sgfit/schema"
)

// A record without flow-direction does not say which of its ends is the interface's own. But that end stands in every
// record of the interface, in srcaddr or in dstaddr, so few records of different peers are enough:
//
//	10.0.0.7 → 10.0.3.1     own: 10.0.0.7 or 10.0.3.1
//	10.0.9.9 → 10.0.0.7     own: 10.0.0.7
//
// An owner is what is left of this for one interface and one address family.
type owner struct {
	left   [2]endpoint
	n      int // how many are left; 0 when no address stands in every record
	begun  bool
	counts map[endpoint]uint64 // records by address; made where n is not 1
}

// ownedBy names an owner from drain to drain.
type ownedBy struct {
	interfaceID string
	family      int
}

// ownAddresses is what earlier loads found out.
func ownAddresses(refs []schema.InterfaceRef) map[ownedBy]netip.Addr {
	own := map[ownedBy]netip.Addr{}
	for _, r := range refs {
		for family, a := range []netip.Addr{r.OwnIPv4, r.OwnIPv6} {
			if a.IsValid() {
				own[ownedBy{r.InterfaceID, family}] = a
			}
		}
	}
	return own
}

// meet takes the two addresses of one conversation into account.
func (o *owner) meet(a, b endpoint) {
	if !o.begun {
		o.begun, o.left, o.n = true, [2]endpoint{a, b}, 2
		if a == b {
			o.n = 1
		}
		return
	}
	n := 0
	for _, x := range o.left[:o.n] {
		if x == a || x == b {
			o.left[n] = x
			n++
		}
	}
	o.n = n
}

// findOwners looks at all entries: first for the addresses that stand in all of them, then, for the interfaces that
// have none or two of these, at how often each address occurs.
func (d *drain) findOwners() {
	d.owners, d.proven = make([]owner, 2*len(d.ids)), map[endpoint]bool{}
	d.eachEvidence(func(o *owner, a, b endpoint, _ uint64) { o.meet(a, b) })
	d.remember()
	if !d.open() {
		return
	}
	d.eachEvidence(func(o *owner, a, b endpoint, records uint64) {
		if o.n == 1 {
			return
		}
		if o.counts == nil {
			o.counts = map[endpoint]uint64{}
		}
		o.counts[a] += records
		if a != b {
			o.counts[b] += records
		}
	})
}

// eachEvidence calls with the address pair of each entry; where flow-direction told the interface's own end, with that
// address twice.
func (d *drain) eachEvidence(call func(o *owner, a, b endpoint, records uint64)) {
	for t, tab := range d.tables {
		for i := range uint32(tab.entries) {
			e := tab.at(i)
			d.directions |= 1 << flag(e.bits&direction != 0)
			if e.bits&foreign != 0 {
				continue
			}
			_, raw := d.ends(ref{uint32(t), i}, e)
			switch {
			case e.bits&localFirst != 0:
				raw[1] = raw[0]
			case e.bits&localSecond != 0:
				raw[0] = raw[1]
			}
			of := d.owner(d.ifaceOf[t][tab.scopes[e.scope].iface], raw[0])
			n := uint64(e.records[0]) + uint64(e.records[1]) + uint64(e.rejected[0]) + uint64(e.rejected[1])
			call(of, raw[0], raw[1], n)
		}
	}
}

func (d *drain) owner(iface uint32, e endpoint) *owner {
	return &d.owners[2*int(iface)+e.family()]
}

// remember keeps what is certain for later drains, and takes from earlier ones what now is not: an interface with one
// conversation in this drain had others before.
func (d *drain) remember() {
	for i := range d.owners {
		o := &d.owners[i]
		by := ownedBy{d.ids[i/2], i % 2}
		if o.n == 1 {
			d.known[by] = d.addr(o.left[0])
			d.proven[o.left[0]] = true
			continue
		}
		was, told := d.known[by]
		for _, x := range o.left[:o.n] {
			if told && d.addr(x) == was {
				o.left[0], o.n = x, 1
				break
			}
		}
	}
}

// open says whether some owner is not certain.
func (d *drain) open() bool {
	for i := range d.owners {
		if d.owners[i].begun && d.owners[i].n != 1 {
			return true
		}
	}
	return false
}

// orient tells for every entry of one day which end is local.
func (d *drain) orient(row []oriented, refs []ref, iface uint32) []oriented {
	told := d.told(refs)
	for _, r := range refs {
		e := d.entry(r)
		ends, raw := d.ends(r, e)
		o := oriented{ref: r, by: schema.LocalByDirection}
		switch {
		case e.bits&localSecond != 0:
			o.local = 1
		case e.bits&localFirst == 0:
			o.local, o.by = d.decide(e, ends, raw, iface)
			if told == nil {
				break
			}
			if t := told[pairOf(e, ends)]; t == 1 || t == 2 {
				o.local, o.by = t.localOf(e, ends), schema.LocalByDirection
			}
		}
		l := o.local
		o.hi = uint64(e.proto)<<49 | uint64(ends[l])<<16 | uint64(e.port[l])
		o.lo = uint64(ends[1-l])<<16 | uint64(e.port[1-l])
		row = append(row, o)
	}
	return row
}

// pair is a conversation without its orientation: the lesser end first.
type pair struct {
	proto uint8
	addr  [2]endpoint
	port  [2]uint16
}

// tells says which end of a pair flow-direction called local: bit 0 the first, bit 1 the second.
type tells uint8

func (t tells) localOf(e *entry, ends [2]endpoint) uint8 {
	if (t == 2) != swapped(e, ends) {
		return 1
	}
	return 0
}

// swapped says whether an entry's first end is the pair's second: tables number IPv6 addresses as they come.
func swapped(e *entry, ends [2]endpoint) bool {
	return ends[0] > ends[1] || ends[0] == ends[1] && e.port[0] > e.port[1]
}

func pairOf(e *entry, ends [2]endpoint) pair {
	if swapped(e, ends) {
		return pair{e.proto, [2]endpoint{ends[1], ends[0]}, [2]uint16{e.port[1], e.port[0]}}
	}
	return pair{e.proto, ends, e.port}
}

// told collects what flow-direction says, for days on which some records have it and some have not: nil for others.
func (d *drain) told(refs []ref) map[pair]tells {
	if d.directions != 3 {
		return nil
	}
	with, without := false, false
	for _, r := range refs {
		told := d.entry(r).bits&direction != 0
		with, without = with || told, without || !told
	}
	if !with || !without {
		return nil
	}
	told := map[pair]tells{}
	for _, r := range refs {
		e := d.entry(r)
		ends, _ := d.ends(r, e)
		switch {
		case e.bits&direction == 0:
		case (e.bits&localSecond != 0) != swapped(e, ends):
			told[pairOf(e, ends)] |= 2
		default:
			told[pairOf(e, ends)] |= 1
		}
	}
	return told
}

// decide tells the local end of an entry without flow-direction. Where no address is certain it is the one that more
// records of the interface have, then one that no other interface is known to own, then a private one before a public
// one, then the lesser: a guess.
func (d *drain) decide(e *entry, ends, raw [2]endpoint, iface uint32) (local uint8, by schema.LocalBy) {
	o := d.owner(iface, raw[0])
	if o.n == 1 && raw[0] != raw[1] {
		if raw[1] == o.left[0] {
			return 1, schema.LocalByAddress
		}
		return 0, schema.LocalByAddress
	}
	order := cmp.Or(
		cmp.Compare(o.counts[raw[1]], o.counts[raw[0]]),
		cmp.Compare(flag(d.proven[raw[0]]), flag(d.proven[raw[1]])),
		cmp.Compare(flag(d.addr(raw[1]).IsPrivate()), flag(d.addr(raw[0]).IsPrivate())),
		cmp.Compare(raw[0], raw[1]),
		cmp.Compare(ends[0], ends[1]),
		cmp.Compare(e.port[0], e.port[1]),
	)
	if order > 0 {
		return 1, schema.LocalByGuess
	}
	return 0, schema.LocalByGuess
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}
