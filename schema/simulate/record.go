package simulate

import (
	"net/netip"
	"slices"
)

// record is one line of a flow log before it has a format.
type record struct {
	host             *host
	egress           bool
	src, dst         netip.Addr // as in the packet
	srcPort, dstPort uint16
	protocol         uint8
	packets, bytes   uint64
	start, end       int64
	flags            uint8
	status           status
	raw              string // a malformed line, instead of all else
}

// status is a record's action and log-status.
type status uint8

const (
	accepted status = iota
	rejected
	noData
	skipData
	malformed
)

// view is one end of a connection as its interface's log shows it.
type view struct {
	c             *connection
	local, remote endpoint
	judged        side
	opens         bool // local is the opener
}

// views returns the ends that log the connection. What the opener's groups refuse never reaches the responder.
func (c *connection) views() []view {
	return slices.DeleteFunc(c.ends(), func(v view) bool { return !v.logged() || !v.opens && c.opening.refused })
}

// records gives the records of one day that this end's interface writes, a pair for each aggregation interval.
func (v view) records(buf []spell, today span, length int64, put func(record, spell)) []spell {
	buf = v.c.spells(buf, today, length, v.local.host.aggregationSkew)
	for _, s := range buf {
		forward, backward := v.c.forward(s), v.c.backward(s)
		// A connection that is refused elsewhere is accepted here, and unanswered.
		state := accepted
		if v.judged.refused {
			state = rejected
		}
		put(v.record(forward, s, today, length, true, state), s)
		if backward.packets > 0 {
			put(v.record(backward, s, today, length, false, accepted), s)
		}
	}
	if late := v.c.late; late != 0 && !v.opens && today.holds(late) {
		s := spell{cell: (late - today.from + v.local.host.aggregationSkew) / length, first: late, last: late}
		put(v.record(volume{1, 40, v.lateFlags()}, s, today, length, true, rejected), s)
	}
	return buf
}

// lateFlags are those of a packet that comes when the connection is gone: a bare ACK, FIN or RST.
func (v view) lateFlags() uint8 { return []uint8{0, fin, rst}[v.c.salt>>16%3] }

// record writes one direction. Times may be a few seconds late, mostly by as much in both directions, and stay inside
// the interval and the day.
func (v view) record(m volume, s spell, today span, length int64, forward bool, state status) record {
	from, to := v.c.opener, v.c.responder
	if !forward {
		from, to = to, from
	}
	noise := mix(v.c.salt, uint64(s.cell))
	start, end := s.first+int64(noise%4), s.last+int64(noise>>8%6)
	if !forward && noise>>16%10 == 0 {
		start, end = start+1+int64(noise>>24%2), end+1
	}
	last := min(today.to, today.from+(s.cell+1)*length-v.local.host.aggregationSkew) - 1
	start = min(start, last)
	return record{
		host: v.local.host, egress: forward == v.opens, src: from.addr, dst: to.addr, srcPort: from.port, dstPort: to.port,
		protocol: v.c.protocol, packets: m.packets, bytes: m.bytes, flags: m.flags,
		start: start, end: max(start, min(end, last)), status: state,
	}
}

// mix is a hash of two numbers (the finaliser of splitmix64).
func mix(a, b uint64) uint64 {
	x := a + b*0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
