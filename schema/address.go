package schema

import (
	"encoding/binary"
	"net/netip"
)

// An address is kept in the database as one unsigned 128-bit number (UHUGEINT), IPv4 in its IPv4-mapped place
// (::ffff:0:0/96), so that ranges are two comparisons and both families share a column.

// AddrBits returns the two halves of that number.
func AddrBits(a netip.Addr) (hi, lo uint64) {
	b := a.As16()
	return binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])
}

// AddrFromBits is the inverse of AddrBits; IPv4-mapped numbers come back as IPv4.
func AddrFromBits(hi, lo uint64) netip.Addr {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], hi)
	binary.BigEndian.PutUint64(b[8:], lo)
	return netip.AddrFrom16(b).Unmap()
}

// AddrRange is a closed range of addresses, both of one family.
type AddrRange struct{ From, To netip.Addr }

// PrefixRange returns the first and last address of a prefix.
func PrefixRange(p netip.Prefix) AddrRange {
	p = p.Masked()
	from := p.Addr()
	if from.Is4() {
		b := from.As4()
		v := binary.BigEndian.Uint32(b[:])
		if p.Bits() < 32 {
			v |= ^uint32(0) >> p.Bits()
		}
		binary.BigEndian.PutUint32(b[:], v)
		return AddrRange{from, netip.AddrFrom4(b)}
	}
	b := from.As16()
	for i := p.Bits(); i < 128; i++ {
		b[i/8] |= 0x80 >> (i % 8)
	}
	return AddrRange{from, netip.AddrFrom16(b)}
}

// MatchRanges returns the ranges of the database's numbers that a prefix admits. It is one range, but for short IPv6
// prefixes such as ::/0: those step around the place that IPv4 takes, since an IPv6 rule admits no IPv4.
func MatchRanges(p netip.Prefix) []AddrRange {
	all := PrefixRange(p)
	mapped := netip.MustParsePrefix("::ffff:0:0/96")
	if p.Addr().Is4() || !p.Masked().Contains(mapped.Addr()) || p.Bits() >= mapped.Bits() {
		return []AddrRange{all}
	}
	hole := PrefixRange(mapped)
	return []AddrRange{{all.From, hole.From.Prev()}, {hole.To.Next(), all.To}}
}
