package flowlog

// Nearly all lines are OK records of the default format with one blank between the fields and IPv4 addresses. quick
// reads these without a look at the layout; whatever is not exactly so it leaves to layout.parse, which reads the same
// from them (FuzzParse compares the two).

// quick reads a line of the default format, and says whether it could.
func (r *record) quick(line []byte) bool {
	version := nextBlank(line, 0)
	account := nextBlank(line, version+1)
	id := nextBlank(line, account+1)
	if id >= len(line) || version == 0 || account == version+1 || id == account+1 ||
		id == account+2 && line[account+1] == '-' || hasTab(line[:id]) {
		return false
	}
	r.account, r.iface = line[version+1:account], line[account+1:id]
	i := id + 1
	src, n := parseIPv4(line[i:])
	if i += n; n == 0 || i >= len(line) || line[i] != ' ' {
		return false
	}
	i++
	dst, n := parseIPv4(line[i:])
	if i += n; n == 0 || i >= len(line) || line[i] != ' ' {
		return false
	}
	r.src, r.dst = address{0, mappedV4 | uint64(src)}, address{0, mappedV4 | uint64(dst)}
	r.pktSrc, r.pktDst = r.src, r.dst
	return r.quickNumbers(line, i+1)
}

// quickNumbers reads from srcport on.
func (r *record) quickNumbers(line []byte, i int) bool {
	sport, i := quickNumber(line, i)
	dport, i := quickNumber(line, i)
	proto, i := quickNumber(line, i)
	r.packets, i = quickNumber(line, i)
	r.octets, i = quickNumber(line, i)
	from, i := quickNumber(line, i)
	to, i := quickNumber(line, i)
	if i < 0 || i > len(line) || sport|dport > 0xffff || proto > 0xff || r.packets|r.octets > mostCount || from == 0 || from|to > 0xffff_ffff || to < from {
		return false
	}
	switch string(line[i:]) {
	case "ACCEPT OK":
		r.accepted = true
	case "REJECT OK":
		r.accepted = false
	default:
		return false
	}
	r.srcPort, r.dstPort, r.protocol = uint16(sport), uint16(dport), uint8(proto)
	r.start, r.end, r.flags, r.egress, r.status = uint32(from), uint32(to), 0, false, ok
	r.has = quickColumns
	if len(r.account) == 1 && r.account[0] == '-' {
		r.has &^= 1 << accountID
	}
	return true
}

const quickColumns columns = 1<<accountID | 1<<interfaceID | 1<<srcAddr | 1<<dstAddr | 1<<srcPort | 1<<dstPort |
	1<<protocol | 1<<packets | 1<<octets | 1<<start | 1<<end | 1<<action | 1<<logStatus

// nextBlank finds the next blank at or behind i; the end of the line, or i itself beyond it, when there is none.
func nextBlank(line []byte, i int) int {
	for i < len(line) && line[i] != ' ' {
		i++
	}
	return i
}

func hasTab(b []byte) bool {
	for _, c := range b {
		if c == '\t' {
			return true
		}
	}
	return false
}

// quickNumber reads up to 18 digits and the blank behind them, and returns the place behind that; -1 when there is
// anything else, or when i is -1 already.
func quickNumber(line []byte, i int) (v uint64, next int) {
	if i < 0 {
		return 0, -1
	}
	first := i
	for i < len(line) {
		d := uint64(line[i]) - '0'
		if d > 9 {
			break
		}
		v = v*10 + d
		i++
	}
	if i == first || i-first > 18 || i >= len(line) || line[i] != ' ' {
		return 0, -1
	}
	return v, i + 1
}
