package flowlog

import (
	"cmp"
	"net/netip"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"sgfit/schema"
)

// drain joins what several tables hold. Places of interfaces, scopes and IPv6 addresses differ from table to table; here
// each has one number, in the order in which it is handed over.
type drain struct {
	tables  []*table
	ids     []string // interfaces, sorted
	ifaceOf [][]uint32
	sixes   []address // IPv6 addresses, sorted
	sixOf   [][]uint32
	days    []day // scopes, sorted
	dayOf   [][]uint32
	owners  []owner           // two for each interface: IPv4, IPv6
	proven  map[endpoint]bool // addresses that are certain to be some interface's own
	known   map[ownedBy]netip.Addr

	directions int // bit 0: there are entries without flow-direction, bit 1: with it
}

// day is one interface on one day, in all tables.
type day struct {
	day   int32
	iface uint32
}

// endpoint is an address as one number: IPv4 itself, IPv6 its place in drain.sixes above them. Endpoints sort as
// addresses do.
type endpoint uint64

const sixthEndpoint endpoint = 1 << 32

func (e endpoint) family() int { return int(e >> 32) }

func (d *drain) addr(e endpoint) netip.Addr {
	if e.family() == 1 {
		return d.sixes[uint32(e)].netip()
	}
	return netip.AddrFrom4([4]byte{byte(e >> 24), byte(e >> 16), byte(e >> 8), byte(e)})
}

func newDrain(tables []*table, known map[ownedBy]netip.Addr) *drain {
	d := &drain{tables: tables, known: known}
	d.numberInterfaces()
	d.numberSixes()
	d.numberDays()
	d.findOwners()
	return d
}

func (d *drain) numberInterfaces() {
	for _, t := range d.tables {
		for i := range t.names.list {
			d.ids = append(d.ids, t.names.list[i].id)
		}
	}
	slices.Sort(d.ids)
	d.ids = slices.Compact(d.ids)
	for _, t := range d.tables {
		of := make([]uint32, len(t.names.list))
		for i := range t.names.list {
			p, _ := slices.BinarySearch(d.ids, t.names.list[i].id)
			of[i] = uint32(p)
		}
		d.ifaceOf = append(d.ifaceOf, of)
	}
}

func (a address) compare(b address) int {
	return cmp.Or(cmp.Compare(a.hi, b.hi), cmp.Compare(a.lo, b.lo))
}

func (d *drain) numberSixes() {
	for _, t := range d.tables {
		d.sixes = append(d.sixes, t.sixes...)
		for _, pair := range t.raws {
			for _, a := range pair {
				if !a.is4() {
					d.sixes = append(d.sixes, a)
				}
			}
		}
	}
	slices.SortFunc(d.sixes, address.compare)
	d.sixes = slices.Compact(d.sixes)
	for _, t := range d.tables {
		of := make([]uint32, len(t.sixes))
		for i, a := range t.sixes {
			of[i] = uint32(d.six(a))
		}
		d.sixOf = append(d.sixOf, of)
	}
}

func (d *drain) six(a address) int {
	p, _ := slices.BinarySearchFunc(d.sixes, a, address.compare)
	return p
}

func (a day) compare(b day) int {
	return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(a.iface, b.iface))
}

func (d *drain) numberDays() {
	at := func(t, i int) day {
		s := &d.tables[t].scopes[i]
		return day{s.day, d.ifaceOf[t][s.iface]}
	}
	for t := range d.tables {
		for i := range d.tables[t].scopes {
			d.days = append(d.days, at(t, i))
		}
	}
	slices.SortFunc(d.days, day.compare)
	d.days = slices.Compact(d.days)
	for t := range d.tables {
		of := make([]uint32, len(d.tables[t].scopes))
		for i := range of {
			p, _ := slices.BinarySearchFunc(d.days, at(t, i), day.compare)
			of[i] = uint32(p)
		}
		d.dayOf = append(d.dayOf, of)
	}
}

// refs lists the interfaces, with what is known of their own addresses.
func (d *drain) refs() []schema.InterfaceRef {
	refs := make([]schema.InterfaceRef, len(d.ids))
	for i, id := range d.ids {
		refs[i].InterfaceID = id
		refs[i].OwnIPv4, refs[i].OwnIPv6 = d.known[ownedBy{id, 0}], d.known[ownedBy{id, 1}]
	}
	for t, tab := range d.tables {
		for i := range tab.names.list {
			r := &refs[d.ifaceOf[t][i]]
			r.AccountID = betterAccount(r.AccountID, tab.names.list[i].account)
		}
	}
	return refs
}

// coverage sums what each interface logged on each day.
func (d *drain) coverage() []schema.Coverage {
	sums := make([]scope, len(d.days))
	for t, tab := range d.tables {
		for i := range tab.scopes {
			sums[d.dayOf[t][i]].add(&tab.scopes[i])
		}
	}
	cs := make([]schema.Coverage, len(d.days))
	for i, s := range sums {
		cs[i] = schema.Coverage{
			Day: d.days[i].day, Interface: d.days[i].iface,
			Accepted: s.accepted, Rejected: s.rejected, NoData: s.noData, SkipData: s.skipData,
			Hours: s.hours, SkipHours: s.skipHours, FirstSecond: s.first, LastSecond: s.last,
		}
	}
	return cs
}

func (c *scope) add(o *scope) {
	c.accepted += o.accepted
	c.rejected += o.rejected
	c.noData += o.noData
	c.skipData += o.skipData
	c.hours |= o.hours
	c.skipHours |= o.skipHours
	if o.last > 0 {
		c.widen(o.first, o.last)
	}
}

// ref is an entry of one of the tables.
type ref struct{ table, place uint32 }

func (d *drain) entry(r ref) *entry { return d.tables[r.table].at(r.place) }

// entriesByDay returns the entries of all tables by day, and where each day's begin.
func (d *drain) entriesByDay() (refs []ref, from []int) {
	from = make([]int, len(d.days)+1)
	for t, tab := range d.tables {
		for i := range uint32(tab.entries) {
			from[d.dayOf[t][tab.at(i).scope]+1]++
		}
	}
	for i := range d.days {
		from[i+1] += from[i]
	}
	refs = inHugePages[ref](from[len(d.days)])
	next := slices.Clone(from)
	for t, tab := range d.tables {
		for i := range uint32(tab.entries) {
			p := &next[d.dayOf[t][tab.at(i).scope]]
			refs[*p] = ref{uint32(t), i}
			*p++
		}
	}
	return refs, from
}

// ends returns an entry's two addresses: the packet's, or those that stood in srcaddr and dstaddr.
func (d *drain) ends(r ref, e *entry) (ends, raw [2]endpoint) {
	for i, a := range e.addr {
		ends[i] = endpoint(a)
		if e.bits&sixth != 0 {
			ends[i] = sixthEndpoint | endpoint(d.sixOf[r.table][a])
		}
	}
	if e.raw == 0 {
		return ends, ends
	}
	for i, a := range d.tables[r.table].raws[e.raw-1] {
		raw[i] = endpoint(uint32(a.lo))
		if !a.is4() {
			raw[i] = sixthEndpoint | endpoint(d.six(a))
		}
	}
	return ends, raw
}

// conversations orients, sorts and joins the entries of each day. Days are independent of each other, so several are done at
// a time; each has as many places as entries, of which joined ones leave some over. They are written to room where that suffices.
func (d *drain) conversations(room []schema.Conversation) []schema.Conversation {
	refs, from := d.entriesByDay()
	if cap(room) < len(refs) {
		room = inHugePages[schema.Conversation](len(refs) + len(refs)/8) // batches differ a little
	}
	out, used := room[:len(refs)], make([]int, len(d.days))
	var next atomic.Int64
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			var row []oriented
			for i := int(next.Add(1)) - 1; i < len(d.days); i = int(next.Add(1)) - 1 {
				row = d.orient(row[:0], refs[from[i]:from[i+1]], d.days[i].iface)
				slices.SortFunc(row, oriented.compare)
				room := out[from[i]:from[i]:from[i+1]]
				for j := range row {
					room = d.emit(room, d.days[i], &row[j], j > 0 && row[j].same(&row[j-1]))
				}
				used[i] = len(room)
			}
		})
	}
	workers.Wait()
	end := 0
	for i, n := range used {
		if end < from[i] {
			copy(out[end:], out[from[i]:from[i]+n])
		}
		end += n
	}
	return out[:end]
}

// oriented is an entry that is told which end is local. hi and lo sort it:
//
//	hi: protocol 8 bits · local address 33 · local port 16      lo: remote address 33 · remote port 16
type oriented struct {
	hi, lo uint64
	ref
	local uint8 // which end
	by    schema.LocalBy
}

func (o *oriented) same(p *oriented) bool { return o.hi == p.hi && o.lo == p.lo }

func (o oriented) compare(p oriented) int {
	switch {
	case o.hi != p.hi:
		return cmp.Compare(o.hi, p.hi)
	default:
		return cmp.Compare(o.lo, p.lo)
	}
}

func (o *oriented) remoteAddr() endpoint { return endpoint(o.lo >> 16) }

func (o *oriented) localAddr() endpoint { return endpoint(o.hi>>16) & (1<<33 - 1) }

// emit appends one entry's conversation, or adds to the last one when that is the same. There is room: out is made for
// all entries, and written in place since it is large.
func (d *drain) emit(out []schema.Conversation, on day, o *oriented, again bool) []schema.Conversation {
	e := d.entry(o.ref)
	if !again {
		out = out[:len(out)+1]
	}
	c := &out[len(out)-1]
	if !again {
		*c = schema.Conversation{
			Day: on.day, Interface: on.iface, Protocol: e.proto, LocalBy: o.by,
			Local: d.addr(o.localAddr()), LocalPort: e.port[o.local], Remote: d.addr(o.remoteAddr()), RemotePort: e.port[1-o.local],
		}
	}
	c.LocalBy = min(c.LocalBy, o.by)
	c.HasFlags = c.HasFlags || e.hours&hasFlags != 0
	c.Last = max(c.Last, e.last)
	c.Hours |= e.hours &^ hasFlags
	e.addTo(&c.In, 1-o.local)
	e.addTo(&c.Out, o.local)
	return out
}

// addTo adds what one end sent.
func (e *entry) addTo(t *schema.Traffic, from uint8) {
	switch {
	case e.first[from] == 0:
	case t.First == 0, e.records[from] > 0 && t.Records == 0:
		t.First = e.first[from]
	case e.records[from] == 0 && t.Records > 0:
	default:
		t.First = min(t.First, e.first[from])
	}
	t.Records += e.records[from]
	t.Rejected += e.rejected[from]
	t.Packets += e.packets[from]
	t.Bytes += e.octets[from]
	t.Flags |= schema.TCPFlags(e.ored[from])
}
