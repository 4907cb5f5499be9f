package simulate

import (
	"net/netip"

	"sgfit/schema"
)

// Nature says what a connection was for.
type Nature string

// The natures. Only Real is demand.
const (
	Real  Nature = "real"
	Probe Nature = "probe" // nobody exchanged data
	Noise Nature = "noise" // a stranger's short session on an administration port
)

// answer says how the responder takes a connection that reaches it.
type answer uint8

const (
	served    answer = iota // data both ways
	oneWay                  // data, and nothing comes back (UDP)
	silent                  // nothing comes back
	reset                   // RST to the SYN
	handshake               // SYN, SYN-ACK, RST: no data
)

// endpoint is one end of a connection; host is nil outside the account.
type endpoint struct {
	addr netip.Addr
	port uint16
	host *host
}

// plain is the end as logs without pkt-* fields show it: any IPv4 address of an interface as its primary one.
func (e endpoint) plain() netip.AddrPort {
	if e.host != nil && e.addr.Is4() {
		return netip.AddrPortFrom(e.host.addrs[0], e.port)
	}
	return netip.AddrPortFrom(e.addr, e.port)
}

// side is what an end's groups made of the connection when it was opened.
type side struct {
	rules   []*rule
	refused bool
}

// connection is one connection or exchange, from its first packet to its last. Points of activity lie every beat
// seconds from start to end; each carries request and response bytes.
type connection struct {
	link               *link
	nature             Nature
	answer             answer
	protocol           uint8
	opener, responder  endpoint
	via                *host
	start, end         int64 // Unix seconds; may lie outside the window
	beat               int64
	request, response  uint64
	late               int64 // when a packet came after the end, 0 for never
	salt               uint64
	opening, receiving side
}

// evaluate asks both ends' groups, at the time of the first packet.
func (a *Account) evaluate(c *connection) {
	c.opening = a.judge(c, c.opener, c.responder, schema.Egress, c.start)
	c.receiving = a.judge(c, c.responder, c.opener, schema.Ingress, c.start)
	if c.opening.refused || c.receiving.refused {
		c.answer, c.end, c.late = silent, min(c.end, c.start+7), 0
	}
	if c.answer >= silent && c.nature == Real {
		c.nature = Probe
	}
}

// judge asks one end. Ends outside the account and interfaces without groups refuse nothing.
func (a *Account) judge(c *connection, local, remote endpoint, direction schema.Direction, t int64) side {
	if local.host == nil || len(local.host.groupsAt(t)) == 0 {
		return side{}
	}
	p := packet{direction: direction, protocol: c.protocol, port: c.responder.port, remote: remote.addr, time: t}
	if c.protocol == 1 {
		p.port = 8 // echo request
	}
	if direction == schema.Ingress {
		p.via = c.via
	}
	rules := a.admitting(local.host, p)
	return side{rules, len(rules) == 0}
}

// spell is the activity of a connection inside one aggregation interval.
type spell struct {
	cell          int64 // number of the interval within the day
	first, last   int64
	points        uint64
	opens, closes bool
}

// spells cuts the connection's activity on one day into an interface's aggregation intervals, in order.
func (c *connection) spells(buf []spell, today span, length, skew int64) []spell {
	buf = buf[:0]
	t := c.start
	if t < today.from {
		t += (today.from - t + c.beat - 1) / c.beat * c.beat
	}
	add := func(t int64) {
		cell := (t - today.from + skew) / length
		if n := len(buf); n == 0 || buf[n-1].cell != cell {
			buf = append(buf, spell{cell: cell, first: t})
		}
		s := &buf[len(buf)-1]
		s.last = t
		s.points++
		s.opens = s.opens || t == c.start
		s.closes = s.closes || t == c.end
	}
	for ; t < c.end && t < today.to; t += c.beat {
		add(t)
	}
	if today.holds(c.end) {
		add(c.end)
	}
	return buf
}

// volume is what one direction of a spell amounts to.
type volume struct {
	packets, bytes uint64
	flags          uint8
}

const (
	fin    = 1
	syn    = 2
	rst    = 4
	synAck = 18

	segment = 1400
)

// forward is the opener's direction.
func (c *connection) forward(s spell) volume {
	switch schema.Protocol(c.protocol) {
	case schema.TCP:
		return c.forwardTCP(s)
	case schema.ICMP:
		return volume{packets: s.points, bytes: 84 * s.points}
	}
	return datagrams(s.points, c.request)
}

// datagrams are UDP messages of a size each, in pieces that fit.
func datagrams(n, payload uint64) volume {
	packets := n * (1 + payload/segment)
	return volume{packets: packets, bytes: n*payload + 28*packets}
}

func (c *connection) forwardTCP(s spell) volume {
	switch c.answer {
	case silent:
		return volume{s.points, s.points * c.synSize(), syn}
	case reset:
		return volume{1, c.synSize(), syn}
	case handshake:
		return volume{3, c.synSize() + 80, syn | rst}
	}
	v := volume{packets: s.points * (1 + c.request/segment)}
	if s.opens {
		v.packets, v.bytes, v.flags = v.packets+2, c.synSize()-40, syn
	}
	if s.closes {
		v.packets, v.flags = v.packets+2, v.flags|fin
	}
	v.bytes += s.points*c.request + 40*v.packets
	return v
}

// backward is the responder's direction; no packets means no record.
func (c *connection) backward(s spell) volume {
	switch {
	case c.answer == silent || c.answer == oneWay:
		return volume{}
	case schema.Protocol(c.protocol) == schema.ICMP:
		return volume{packets: s.points, bytes: 84 * s.points}
	case schema.Protocol(c.protocol) != schema.TCP:
		return datagrams(s.points, c.response)
	case c.answer == reset:
		return volume{1, 40, rst}
	case c.answer == handshake:
		return volume{1, 44, synAck}
	}
	v := volume{packets: s.points * (1 + c.response/segment)}
	if s.opens {
		v.packets, v.bytes, v.flags = v.packets+1, c.synSize()-40, synAck
	}
	if s.closes {
		v.packets, v.flags = v.packets+1, v.flags|fin
	}
	v.bytes += s.points*c.response + 40*v.packets
	return v
}

// synSize is 60 bytes with options, or the 44 of a scanner.
func (c *connection) synSize() uint64 {
	if c.nature == Real {
		return 60
	}
	return 44
}
