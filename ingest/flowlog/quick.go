package flowlog

import (
	"encoding/binary"
	"math/bits"
)

// Nearly all lines are OK records of the default format with one blank between the fields and IPv4 addresses. quick
// reads these without a look at the layout; whatever is not exactly so it leaves to layout.parse, which reads the same
// from them (FuzzParse compares the two).

// head is what lines of one file begin with, version and account, and the blank behind them.
type head struct {
	text    []byte
	account int // where that begins
}

// quick reads a line of the default format, and says whether it could.
func (r *record) quick(line []byte) bool {
	n := len(r.head.text)
	if n == 0 || len(line) < n || string(line[:n]) != string(r.head.text) {
		if !r.head.find(line) {
			return false
		}
		n = len(r.head.text)
	}
	id := quickWord(line, n)
	if id <= n || id == n+1 && line[n] == '-' {
		return false
	}
	r.account, r.iface = line[r.head.account:n-1], line[n:id]
	src, i := quickIPv4(line, id+1)
	dst, i := quickIPv4(line, i)
	if i < 0 {
		return false
	}
	r.src, r.dst = address{0, mappedV4 | uint64(src)}, address{0, mappedV4 | uint64(dst)}
	r.pktSrc, r.pktDst = r.src, r.dst
	return r.quickNumbers(line, i)
}

// find keeps the head of a line, if it has one.
func (h *head) find(line []byte) bool {
	h.text = h.text[:0]
	version := quickWord(line, 0)
	account := quickWord(line, version+1)
	if version <= 0 || account <= version+1 {
		return false
	}
	h.text, h.account = append(h.text, line[:account+1]...), version+1
	return true
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

// In what follows eight bytes, or four, are looked at together (https://graphics.stanford.edu/~seander/bithacks.html). Where
// so many are not left the line is not read quickly: behind all that is read here there are ten more.
const (
	ones   = 0x0101010101010101
	highs  = 0x80 * ones
	blanks = ' ' * ones
	tabs   = '\t' * ones
	zeros  = '0' * ones
	// overNine takes a byte over 0x7f unless it is 9 at most.
	overNine = 0x76 * ones
)

// quickWord finds the blank behind the word at i; -1 when a tab comes before it, or it is near the line's end.
func quickWord(line []byte, i int) int {
	for ; i >= 0 && i+8 <= len(line); i += 8 {
		w := binary.LittleEndian.Uint64(line[i:])
		b, t := w^blanks, w^tabs
		if m := ((b-ones)&^b | (t-ones)&^t) & highs; m != 0 {
			i += bits.TrailingZeros64(m) >> 3
			if line[i] != ' ' {
				return -1
			}
			return i
		}
	}
	return -1
}

// quickNumber reads up to 18 digits and the blank behind them, and returns the place behind that; -1 when there is
// anything else, or when i is -1 already.
func quickNumber(line []byte, i int) (v uint64, next int) {
	if i < 0 || i+8 > len(line) {
		return 0, -1
	}
	w := binary.LittleEndian.Uint64(line[i:]) ^ zeros
	m := (w + overNine | w) & highs // the lowest tells the first that is no digit
	if m == 0 {
		return longNumber(line, i, eightDigits(w))
	}
	n := bits.TrailingZeros64(m) &^ 7
	if n == 0 || w>>n&0xff != ' '^'0' {
		return 0, -1
	}
	return eightDigits(w << (64 - n)), i + n>>3 + 1
}

// eightDigits is the number of eight digits, the first in the lowest byte.
func eightDigits(w uint64) uint64 {
	w = w * (1 + 10<<8) >> 8 & 0x00ff00ff00ff00ff
	w = w * (1 + 100<<16) >> 16 & 0x0000ffff0000ffff
	return w * (1 + 10000<<32) >> 32
}

// longNumber goes on behind eight digits, which are v.
func longNumber(line []byte, first int, v uint64) (number uint64, next int) {
	i := first + 8
	for ; i < len(line); i++ {
		d := uint64(line[i]) - '0'
		if d > 9 {
			break
		}
		v = v*10 + d
	}
	if i-first > 18 || i >= len(line) || line[i] != ' ' {
		return 0, -1
	}
	return v, i + 1
}

// quickIPv4 reads a dotted quad and the blank behind it, as parseIPv4 does, and returns the place behind that; -1 as
// quickNumber.
func quickIPv4(line []byte, i int) (v uint32, next int) {
	if i < 0 || i+16 > len(line) {
		return 0, -1
	}
	for part := range 4 {
		const zeros, overNine, highs = zeros & 0xffff_ffff, overNine & 0xffff_ffff, highs & 0xffff_ffff
		if i+4 > len(line) {
			return 0, -1
		}
		w := binary.LittleEndian.Uint32(line[i:]) ^ zeros
		m := (w + overNine | w) & highs
		n := bits.TrailingZeros32(m) &^ 7
		if n == 0 || n > 24 || n > 8 && w&0xff == 0 {
			return 0, -1
		}
		behind := w >> n & 0xff
		d := w << (32 - n)
		octet := d>>8&0xff*100 + d>>16&0xff*10 + d>>24
		if octet > 255 || part < 3 && behind != '.'^'0' || part == 3 && behind != ' '^'0' {
			return 0, -1
		}
		v = v<<8 | octet
		i += n>>3 + 1
	}
	return v, i
}
