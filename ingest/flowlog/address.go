package flowlog

import (
	"math/bits"
	"net/netip"

	"sgfit/schema"
)

// address is an IP address as one 128-bit number, IPv4 in its IPv4-mapped place. The zero address (::) is not told
// apart from none; records of it do not occur.
type address struct{ hi, lo uint64 }

const mappedV4 = 0xffff << 32

func (a address) is4() bool { return a.hi == 0 && a.lo>>32 == 0xffff }

func (a address) netip() netip.Addr { return schema.AddrFromBits(a.hi, a.lo) }

// parseIPv4 reads a dotted quad at the front of b and returns how many bytes it took; 0 when there is none. As
// netip.ParseAddr, it refuses leading zeros.
func parseIPv4(b []byte) (v uint32, n int) {
	for part := 0; ; part++ {
		if n >= len(b) {
			return 0, 0
		}
		first := b[n]
		octet := uint32(first - '0')
		if octet > 9 {
			return 0, 0
		}
		n++
		if n < len(b) && b[n]-'0' <= 9 {
			octet = octet*10 + uint32(b[n]-'0')
			n++
			if n < len(b) && b[n]-'0' <= 9 {
				octet = octet*10 + uint32(b[n]-'0')
				n++
			}
			if first == '0' || octet > 255 {
				return 0, 0
			}
		}
		v = v<<8 | octet
		if part == 3 {
			return v, n
		}
		if n >= len(b) || b[n] != '.' {
			return 0, 0
		}
		n++
	}
}

// parseAddress reads the whole of b as an IPv4 or IPv6 address without a zone.
func parseAddress(b []byte) (address, bool) {
	if v, n := parseIPv4(b); n > 0 && n == len(b) {
		return address{0, mappedV4 | uint64(v)}, true
	}
	return parseIPv6(b)
}

// parseIPv6 reads RFC 4291 text: up to eight groups of hex digits, one "::", and a dotted quad at the end.
//
//	front groups   "::"   back groups
//	2001:db8       ::     8d6e:3477
func parseIPv6(b []byte) (address, bool) {
	var groups [8]uint16
	n, gap := 0, -1
	if len(b) >= 2 && b[0] == ':' && b[1] == ':' {
		gap, b = 0, b[2:]
	}
	for len(b) > 0 {
		if n == 8 {
			return address{}, false
		}
		if v, took := parseIPv4(b); took > 0 && took == len(b) {
			if n > 6 {
				return address{}, false
			}
			groups[n], groups[n+1] = uint16(v>>16), uint16(v)
			n += 2
			break
		}
		v, took := hexGroup(b)
		if took == 0 {
			return address{}, false
		}
		groups[n] = v
		n++
		b = b[took:]
		if len(b) == 0 {
			break
		}
		if b[0] != ':' || len(b) == 1 {
			return address{}, false
		}
		b = b[1:]
		if b[0] == ':' {
			if gap >= 0 {
				return address{}, false
			}
			gap, b = n, b[1:]
		}
	}
	return spread(groups, n, gap)
}

// hexGroup reads one to four hex digits.
func hexGroup(b []byte) (v uint16, n int) {
	for n < len(b) && n < 5 {
		d := b[n]
		switch {
		case d >= '0' && d <= '9':
			d -= '0'
		case d|0x20 >= 'a' && d|0x20 <= 'f':
			d = d | 0x20 - 'a' + 10
		default:
			return v, n
		}
		if n == 4 {
			return 0, 0
		}
		v = v<<4 | uint16(d)
		n++
	}
	return v, n
}

// spread puts the groups behind the gap at the end.
func spread(groups [8]uint16, n, gap int) (address, bool) {
	if gap < 0 && n != 8 || gap >= 0 && n == 8 {
		return address{}, false
	}
	if gap >= 0 {
		tail := n - gap
		copy(groups[8-tail:], groups[gap:n])
		clear(groups[gap : 8-tail])
	}
	var a address
	for i := range 4 {
		a.hi = a.hi<<16 | uint64(groups[i])
		a.lo = a.lo<<16 | uint64(groups[i+4])
	}
	return a, true
}

// mix folds two words to one whose every bit depends on all of theirs.
func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a^0x9e3779b97f4a7c15, b^0xd6e8feb86659fd93)
	return hi ^ lo
}
