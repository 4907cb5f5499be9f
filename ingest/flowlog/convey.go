package flowlog

// convey turns an OK record into an item: its interface and day become a scope, its ends are put in order.
func (t *table) convey(r *record, scope uint32, it *item) {
	*it = item{
		packets: r.packets, octets: r.octets, start: r.start, end: r.end, hours: hoursOf(r.start, r.end),
		accepted: r.accepted, flags: r.flags, flagged: r.has.has(tcpFlags),
	}
	it.scope, it.proto = scope, r.protocol
	from, to := uint32(r.pktSrc.lo), uint32(r.pktDst.lo)
	if !r.pktSrc.is4() {
		it.bits = sixth
		from, to = t.six(r.pktSrc), t.six(r.pktDst)
	}
	fromPort, toPort := r.srcPort, r.dstPort
	if r.protocol != 6 && r.protocol != 17 {
		fromPort, toPort = 0, 0
	}
	if from > to || from == to && fromPort > toPort {
		it.sender = 1
		from, to, fromPort, toPort = to, from, toPort, fromPort
	}
	it.addr, it.port = [2]uint32{from, to}, [2]uint16{fromPort, toPort}
	t.conveyOwn(r, it)
	if r.has&(1<<srcService|1<<dstService) != 0 {
		t.served(r)
	}
	it.hash = it.key.hash()
}

// conveyOwn keeps what the record says of the interface's own end: flow-direction where it has it, else the addresses
// that AWS puts in srcaddr and dstaddr where the packet has others
// (https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-limitations.html).
func (t *table) conveyOwn(r *record, it *item) {
	differ := r.src != r.pktSrc || r.dst != r.pktDst
	if r.has.has(flowDirection) {
		it.bits |= localFirst
		if r.egress == (it.sender == 1) {
			it.bits ^= localFirst | localSecond
		}
		if r.egress && r.src != r.pktSrc || !r.egress && r.dst != r.pktDst {
			it.bits |= foreign
		}
		return
	}
	switch {
	case differ && it.sender == 0:
		it.raw = t.rawPair(r.src, r.dst)
	case differ:
		it.raw = t.rawPair(r.dst, r.src)
	}
}

// placed says whether a NODATA or SKIPDATA record tells its interface and its time, and then bounds that.
func (r *record) placed() bool {
	if !r.has.has(interfaceID) || !r.has.has(start) {
		return false
	}
	if !r.has.has(end) || r.end < r.start {
		r.end = r.start
	}
	return true
}

// silentMark is mark for a NODATA or SKIPDATA record, of which the rest is not filled in.
func (r *record) silentMark(iface uint64) uint64 {
	return max(mix(mix(iface, uint64(r.start)<<32|uint64(r.end)), ^uint64(r.status)), 1)
}

// mark hashes all of a record that tells it from another: two lines with the same are one record, delivered twice. Of
// the fields that only some formats have, an address pair of the packet counts as the other pair where it is absent.
func (r *record) mark(iface uint64) uint64 {
	about := uint64(r.protocol) << 8
	if r.accepted {
		about |= 1
	}
	if r.has.has(flowDirection) {
		about |= 2
		if r.egress {
			about |= 4
		}
	}
	h := mix(iface, uint64(r.start)<<32|uint64(r.end))
	h = mix(h^r.packets, uint64(r.srcPort)<<48|uint64(r.dstPort)<<32|about)
	h = mix(h^r.octets, r.src.lo)
	h = mix(h, r.dst.lo)
	if !r.src.is4() {
		h = mix(mix(h, r.src.hi), r.dst.hi)
	}
	if r.src != r.pktSrc || r.dst != r.pktDst {
		h = mix(mix(h, r.pktSrc.hi), r.pktSrc.lo)
		h = mix(mix(h, r.pktDst.hi), r.pktDst.lo)
	}
	return max(h, 1)
}
