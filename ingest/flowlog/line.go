package flowlog

import "math"

// record is one line, read. The slices are views of the line. Fields that the line does not have, or has as "-", are
// not in has and hold nothing of use.
type record struct {
	has              columns
	head             head // of the lines before
	iface, account   []byte
	src, dst         address // srcaddr and dstaddr
	pktSrc, pktDst   address
	packets, octets  uint64
	start, end       uint32 // Unix seconds
	srcPort, dstPort uint16
	protocol         uint8
	flags            uint8
	accepted         bool
	egress           bool // flow-direction, where has says that there is one
	srcServes        services
	dstServes        services
	status           status
}

// status is a record's log-status.
type status uint8

// What log-status can say; ok is also the status of formats without that field.
const (
	ok status = iota
	noData
	skipData
	strangeStatus
)

// fault says why a line is malformed; column is the place in the layout that is meant.
type fault struct {
	kind   faultKind
	column int
}

type faultKind uint8

// The ways in which a line can be malformed.
const (
	sound          faultKind = iota
	tooFewFields             // column: how many there are
	tooManyFields            //
	unreadable               // a field's text is not what the field holds
	absent                   // an OK record without a field that it needs
	mixedFamilies            // one IPv4, one IPv6 address
	endBeforeStart           //
	openQuote                // a quoted field without its other quote

	// Of events only:
	otherClass       // it is no network activity
	otherProduct     // it is no flow log's
	severalAddresses // an end has more addresses than a flow log tells
	contradiction    // it says of its packets that they were let through, and that they were not
)

// parse reads one line, without its line end, into r. log-status decides: NODATA and SKIPDATA lines need nothing else
// that reads well but the number of fields, since such lines have been seen with all kinds of rest.
func (l *layout) parse(line []byte, r *record) fault {
	if l.standard && r.quick(line) {
		return fault{}
	}
	if l.separator != 0 {
		return l.parseCells(line, r)
	}
	r.clear()
	bad := -1
	i := 0
	for n, c := range l.columns {
		for i < len(line) && (line[i] == ' ' || line[i] == '\t') {
			i++
		}
		if i == len(line) {
			return fault{tooFewFields, n}
		}
		next, readable := r.field(c, line, i)
		if !readable && bad < 0 {
			bad = n
		}
		i = next
	}
	for i < len(line) {
		if line[i] != ' ' && line[i] != '\t' {
			return fault{tooManyFields, 0}
		}
		i++
	}
	return l.judge(r, bad)
}

// judge checks a record whose fields have been read, bad being the first that could not be, or -1.
func (l *layout) judge(r *record, bad int) fault {
	switch {
	case r.status == noData || r.status == skipData:
		return fault{}
	case bad >= 0:
		return fault{unreadable, bad}
	case l.has.has(logStatus) && !r.has.has(logStatus):
		return fault{absent, l.place(logStatus)}
	}
	const always = 1<<interfaceID | 1<<protocol | 1<<start | 1<<action
	if r.has&always != always {
		for _, c := range []column{interfaceID, protocol, start, action} {
			if !r.has.has(c) {
				return fault{absent, l.place(c)}
			}
		}
	}
	if !r.has.has(end) {
		r.end = r.start
	}
	if r.end < r.start {
		return fault{endBeforeStart, l.place(end)}
	}
	if f := l.judgePorts(r); f.kind != sound {
		return f
	}
	return l.judgeAddresses(r)
}

// judgePorts wants ports of TCP and UDP; other protocols have none.
func (l *layout) judgePorts(r *record) fault {
	const ports = 1<<srcPort | 1<<dstPort
	if r.has&ports == ports {
		return fault{}
	}
	if r.protocol == 6 || r.protocol == 17 {
		if !r.has.has(srcPort) {
			return fault{absent, l.place(srcPort)}
		}
		return fault{absent, l.place(dstPort)}
	}
	if !r.has.has(srcPort) {
		r.srcPort = 0
	}
	if !r.has.has(dstPort) {
		r.dstPort = 0
	}
	return fault{}
}

// judgeAddresses fills either pair of addresses from the other where it is absent, and wants one pair of one family.
func (l *layout) judgeAddresses(r *record) fault {
	if !r.has.has(pktSrcAddr) {
		r.pktSrc = r.src
	}
	if !r.has.has(pktDstAddr) {
		r.pktDst = r.dst
	}
	if !r.has.has(srcAddr) {
		r.src = r.pktSrc
	}
	if !r.has.has(dstAddr) {
		r.dst = r.pktDst
	}
	switch {
	case r.has&(1<<srcAddr|1<<pktSrcAddr) == 0:
		return fault{absent, l.place(srcAddr, pktSrcAddr)}
	case r.has&(1<<dstAddr|1<<pktDstAddr) == 0:
		return fault{absent, l.place(dstAddr, pktDstAddr)}
	case r.src.is4() != r.dst.is4() || r.pktSrc.is4() != r.pktDst.is4():
		return fault{mixedFamilies, l.place(dstAddr, pktDstAddr)}
	}
	return fault{}
}

// place finds the first of the columns that the layout has.
func (l *layout) place(cs ...column) int {
	for _, c := range cs {
		for i := range l.columns {
			if l.columns[i] == c {
				return i
			}
		}
	}
	return 0
}

// field reads the field c that begins at i, and returns where it ends.
func (r *record) field(c column, line []byte, i int) (next int, readable bool) {
	switch c {
	case srcPort, dstPort, protocol, packets, octets, start, end, tcpFlags:
		v, next, state := number(line, i)
		if state != value {
			return next, state == dash
		}
		return next, r.setNumber(c, v)
	case srcAddr, dstAddr, pktSrcAddr, pktDstAddr:
		return r.address(c, line, i)
	}
	next = endOfField(line, i)
	if c == passedOver || next == i+1 && line[i] == '-' {
		return next, true
	}
	return next, r.setWord(c, line[i:next])
}

func endOfField(line []byte, i int) int {
	for i < len(line) && line[i] != ' ' && line[i] != '\t' {
		i++
	}
	return i
}

type numberState uint8

const (
	value numberState = iota
	dash
	notANumber
)

// number reads decimal digits up to the end of the field.
func number(line []byte, i int) (v uint64, next int, state numberState) {
	first := i
	for i < len(line) {
		d := line[i] - '0'
		if d > 9 {
			break
		}
		if v > (math.MaxUint64-9)/10 {
			return 0, endOfField(line, i), notANumber
		}
		v = v*10 + uint64(d)
		i++
	}
	if i > first && (i == len(line) || line[i] == ' ' || line[i] == '\t') {
		return v, i, value
	}
	next = endOfField(line, i)
	if next == first+1 && line[first] == '-' {
		return 0, next, dash
	}
	return 0, next, notANumber
}

// mostCount is the most packets or bytes of one record: a link of 1 Tbit/s fills it in 37 minutes, four times the longest
// aggregation interval. More is a fault, and sums of such could overflow.
const mostCount = 1 << 48

// setNumber keeps a number where it is in the field's range.
func (r *record) setNumber(c column, v uint64) bool {
	v, ok := inRange(c, v)
	if ok {
		r.has.add(c)
		r.takeNumber(c, v)
	}
	return ok
}

// inRange is a number as its field is kept; false where it is out of the field's range. Times of 13 digits are milliseconds, as
// one collector writes them: as seconds they would lie more than 30,000 years ahead.
func inRange(c column, v uint64) (kept uint64, ok bool) {
	least, most := uint64(0), uint64(mostCount)
	switch c {
	case srcPort, dstPort:
		most = math.MaxUint16
	case protocol, tcpFlags:
		most = math.MaxUint8
	case start, end:
		v, least, most = seconds(v), 1, math.MaxUint32
	}
	return v, least <= v && v <= most
}

func seconds(v uint64) uint64 {
	if v >= 1e12 && v < 1e13 {
		return v / 1000
	}
	return v
}

// address reads an address field; IPv4, the most frequent by far, without looking for the field's end first.
func (r *record) address(c column, line []byte, i int) (next int, readable bool) {
	var a address
	v, n := parseIPv4(line[i:])
	next = i + n
	if n > 0 && (next == len(line) || line[next] == ' ' || line[next] == '\t') {
		a = address{0, mappedV4 | uint64(v)}
	} else {
		next = endOfField(line, i)
		if next == i+1 && line[i] == '-' {
			return next, true
		}
		if a, readable = parseIPv6(line[i:next]); !readable {
			return next, false
		}
	}
	r.has.add(c)
	switch c {
	case srcAddr:
		r.src = a
	case dstAddr:
		r.dst = a
	case pktSrcAddr:
		r.pktSrc = a
	case pktDstAddr:
		r.pktDst = a
	}
	return next, true
}

// setWord keeps a field of text, "-" apart.
func (r *record) setWord(c column, word []byte) bool {
	r.has.add(c)
	switch c {
	case interfaceID:
		r.iface = word
	case accountID:
		r.account = word
	case action:
		r.accepted = string(word) == "ACCEPT"
		return r.accepted || string(word) == "REJECT"
	case srcService:
		r.srcServes = serviceNamed(word)
	case dstService:
		r.dstServes = serviceNamed(word)
	case flowDirection:
		r.egress = string(word) == "egress"
		return r.egress || string(word) == "ingress"
	case logStatus:
		r.status = statusNamed(word)
		return r.status != strangeStatus
	}
	return true
}

func statusNamed(word []byte) status {
	switch string(word) {
	case "OK":
		return ok
	case "NODATA":
		return noData
	case "SKIPDATA":
		return skipData
	}
	return strangeStatus
}
