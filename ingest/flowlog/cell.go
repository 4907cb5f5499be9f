package flowlog

import (
	"math"
	"strconv"
)

// cell is one value of a table, read for the column that it stands in. Tables have far fewer distinct values than rows,
// so each is read once.
type cell struct {
	state cellState
	addr  address // of a number, or of a word that says one of few things, in lo
	word  []byte  // the text, where there was one
}

type cellState uint8

const (
	noValue   cellState = iota // none, or one that stands for none
	someValue                  //
	badValue                   // not what the column holds
)

// cellOfText reads a text. Tools that rewrite tables spell a missing value in several ways, and numbers as texts.
func cellOfText(c column, b []byte) cell {
	if isNone(b) {
		return cell{}
	}
	e := cell{state: someValue, word: b}
	readable := true
	switch kindOf(c) {
	case aNumber:
		v, next, state := number(b, 0)
		e.addr.lo, readable = inRange(c, v)
		readable = readable && state == value && next == len(b)
	case anAddress:
		e.addr, readable = parseAddress(b)
	case aChoice:
		var r record
		readable = r.setWord(c, b)
		e.addr.lo = r.choiceOf(c)
	}
	if !readable {
		e.state = badValue
	}
	return e
}

// isNone knows what stands for no value: AWS writes "-", Athena nothing at all, pandas "None" and "nan".
func isNone(b []byte) bool {
	switch string(b) {
	case "", "-", "None", "none", "NULL", "null", "NaN", "nan", "<NA>":
		return true
	}
	return false
}

// cellOfInt reads an integer; unit is how many of it make a second where it is a point in time, else 0.
func cellOfInt(c column, v, unit int64) cell {
	switch kindOf(c) {
	case aNumber:
		if unit > 1 && (c == start || c == end) {
			v /= unit
		}
		if n, ok := inRange(c, uint64(v)); ok && v >= 0 {
			return cell{state: someValue, addr: address{0, n}}
		}
	case aWord:
		if c == accountID && v >= 0 { // an account has twelve digits: a number lost the zeros in front
			return cell{state: someValue, word: append([]byte("000000000000")[:max(12-digits(v), 0)], strconv.FormatInt(v, 10)...)}
		}
		return cell{state: someValue, word: strconv.AppendInt(nil, v, 10)}
	}
	return cell{state: badValue, word: strconv.AppendInt(nil, v, 10)}
}

func digits(v int64) int { return len(strconv.FormatInt(v, 10)) }

// cellOfFloat reads a number with a fraction, if it has noValue: pandas makes such of integers where some are missing, and
// NaN of those.
func cellOfFloat(c column, v float64, unit int64) cell {
	switch {
	case math.IsNaN(v):
		return cell{}
	case v == math.Trunc(v) && math.Abs(v) < 1<<53:
		return cellOfInt(c, int64(v), unit)
	}
	return cell{state: badValue, word: strconv.AppendFloat(nil, v, 'g', -1, 64)}
}

// fieldKind is what a column's values are.
type fieldKind uint8

const (
	aWord fieldKind = iota
	aNumber
	anAddress
	aChoice // a word of a few
)

func kindOf(c column) fieldKind {
	switch c {
	case srcPort, dstPort, protocol, packets, octets, start, end, tcpFlags:
		return aNumber
	case srcAddr, dstAddr, pktSrcAddr, pktDstAddr:
		return anAddress
	case action, flowDirection, logStatus:
		return aChoice
	}
	return aWord
}

// choiceOf returns what setWord found a word to say.
func (r *record) choiceOf(c column) uint64 {
	switch {
	case c == action && r.accepted, c == flowDirection && r.egress:
		return 1
	case c == logStatus:
		return uint64(r.status)
	}
	return 0
}

// clear forgets the fields of the record before.
func (r *record) clear() {
	r.has, r.status, r.iface, r.account = 0, ok, nil, nil
	r.packets, r.octets, r.flags, r.egress = 0, 0, 0, false
}

// take keeps a value that was read.
func (r *record) take(c column, e *cell) {
	if e.state != someValue {
		return
	}
	r.has.add(c)
	switch c {
	case interfaceID:
		r.iface = e.word
	case accountID:
		r.account = e.word
	case srcService:
		r.srcServes = serviceNamed(e.word)
	case dstService:
		r.dstServes = serviceNamed(e.word)
	case srcAddr:
		r.src = e.addr
	case dstAddr:
		r.dst = e.addr
	case pktSrcAddr:
		r.pktSrc = e.addr
	case pktDstAddr:
		r.pktDst = e.addr
	case action:
		r.accepted = e.addr.lo == 1
	case flowDirection:
		r.egress = e.addr.lo == 1
	case logStatus:
		r.status = status(e.addr.lo)
	default:
		r.takeNumber(c, e.addr.lo)
	}
}

// takeNumber keeps a number that was read; has does not tell of it yet.
func (r *record) takeNumber(c column, v uint64) {
	switch c {
	case srcPort:
		r.srcPort = uint16(v)
	case dstPort:
		r.dstPort = uint16(v)
	case protocol:
		r.protocol = uint8(v)
	case packets:
		r.packets = v
	case octets:
		r.octets = v
	case start:
		r.start = uint32(v)
	case end:
		r.end = uint32(v)
	case tcpFlags:
		r.flags = uint8(v)
	}
}

// text spells a value for people.
func (e *cell) text(c column) []byte {
	switch {
	case len(e.word) > 0:
		return e.word
	case e.state == noValue:
		return []byte("-")
	case kindOf(c) == anAddress:
		return e.addr.netip().AppendTo(nil)
	}
	return strconv.AppendUint(nil, e.addr.lo, 10)
}
