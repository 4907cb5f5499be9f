package gunzip

import (
	"encoding/binary"
	"unsafe"
)

// inflater unpacks one deflate stream (RFC 1951), a chunk at a time. Bits come from the low end of bits, which holds at
// least count of them; above these may stand more of the stream, or nothing.
type inflater struct {
	in    []byte
	pos   int // of the next byte that bits does not hold
	bits  uint64
	count int // negative: what was read lies behind the stream's end

	out    []byte // a window of what was unpacked, then room
	at     int    // where the room begins
	first  int    // where the stream begins in out; matches cannot lie before it
	plain  int    // bytes left of a stored block
	open   bool   // in a block
	last   bool   // the block is the last
	done   bool
	codes  codes
	length decoder // of literals and lengths
	reach  decoder // of distances
}

func (f *inflater) reset(in []byte, pos int) {
	f.in, f.pos, f.bits, f.count = in, pos, 0, 0
	f.at, f.first, f.plain, f.open, f.last, f.done = 0, 0, 0, false, false, false
}

// next unpacks about a chunk more, and sets done at the end of the stream, where pos is then. What it returns lies in the
// window until the next call. It is false for a stream that is not sound, of which fresh bytes are then not told.
func (f *inflater) next() (fresh []byte, ok bool) {
	if f.at > history {
		moved := f.at - history
		copy(f.out, f.out[moved:f.at])
		f.at, f.first = history, max(f.first-moved, 0)
	}
	from := f.at
	for f.at < history+chunk && !f.done {
		if !f.open && !f.block() {
			return nil, false
		}
		if f.plain > 0 {
			f.copyPlain()
		} else if f.open && !f.matches() {
			return nil, false
		}
		if !f.open && f.last {
			f.align()
			f.done = true
		}
	}
	return f.out[from:f.at], f.count >= 0
}

// refill brings at least 48 bits, as far as the stream goes.
func (f *inflater) refill() {
	for f.count < 56 && f.pos < len(f.in) {
		f.bits |= uint64(f.in[f.pos]) << (f.count & 63)
		f.pos++
		f.count += 8
	}
}

// take reads n bits.
func (f *inflater) take(n int) int {
	if f.count < n {
		f.refill()
	}
	v := int(f.bits & (1<<n - 1))
	f.bits >>= n
	f.count -= n
	return v
}

// align goes to the next whole byte of the stream, with no bits held.
func (f *inflater) align() {
	f.pos -= f.count >> 3
	f.bits, f.count = 0, 0
}

// block reads the head of a block.
func (f *inflater) block() bool {
	f.last = f.take(1) == 1
	kind := f.take(2)
	if f.count < 0 {
		return false
	}
	switch kind {
	case 0:
		return f.beginPlain()
	case 1:
		f.codes.fixed()
	case 2:
		if !f.readCodes() {
			return false
		}
	default:
		return false
	}
	f.open = f.length.build(f.codes.lengths[:], lengthSymbols, lengthBits) && f.reach.build(f.codes.reaches[:], reachSymbols, reachBits)
	return f.open
}

// beginPlain reads the head of a stored block.
func (f *inflater) beginPlain() bool {
	f.align()
	if len(f.in)-f.pos < 4 {
		return false
	}
	n, not := binary.LittleEndian.Uint16(f.in[f.pos:]), binary.LittleEndian.Uint16(f.in[f.pos+2:])
	f.pos += 4
	f.plain, f.open = int(n), n > 0
	return n == ^not && len(f.in)-f.pos >= f.plain
}

func (f *inflater) copyPlain() {
	n := copy(f.out[f.at:history+chunk], f.in[f.pos:f.pos+f.plain])
	f.at, f.pos, f.plain = f.at+n, f.pos+n, f.plain-n
	f.open = f.plain > 0
}

// matches unpacks a block up to its end, which closes it, or until there is no room. A match has at most 48 bits, and two
// literals that the first look finds leave enough for the next look.
func (f *inflater) matches() (ok bool) {
	in, pos, bits, count := f.in, f.pos, f.bits, uint(f.count)
	at, first := f.at, f.first
	window := unsafe.Pointer(unsafe.SliceData(f.out)) // as long as newWindow makes it
	length, reach := &f.length.table, &f.reach.table
	for at < history+chunk {
		if pos+8 > len(in) {
			bits, count, pos = few(in, bits, count, pos)
			if int(count) < 0 {
				break
			}
		} else {
			bits |= binary.LittleEndian.Uint64(in[pos:]) << (count & 63)
			pos += int((63 - count) >> 3)
			count |= 56
		}
		e := length[bits&(1<<lengthBits-1)]
		if e&literal != 0 {
			bits >>= e & 63
			count -= uint(e & 63)
			*(*byte)(unsafe.Add(window, at)) = byte(e >> 16)
			at++
			if e = length[bits&(1<<lengthBits-1)]; e&literal != 0 {
				bits >>= e & 63
				count -= uint(e & 63)
				*(*byte)(unsafe.Add(window, at)) = byte(e >> 16)
				at++
				e = length[bits&(1<<lengthBits-1)]
			}
			if e&literal != 0 || pos+8 > len(in) {
				continue
			}
			bits |= binary.LittleEndian.Uint64(in[pos:]) << (count & 63)
			pos += int((63 - count) >> 3)
			count |= 56
		}
		if e&(further|last) != 0 {
			if e&further != 0 {
				e = length[e>>16+uint32(bits>>lengthBits)&(1<<(e&63)-1)]
			}
			if e&literal != 0 {
				bits >>= e & 63
				count -= uint(e & 63)
				*(*byte)(unsafe.Add(window, at)) = byte(e >> 16)
				at++
				continue
			}
			if e&last != 0 {
				bits >>= e & 63
				count -= uint(e & 63)
				f.open = false
				ok = e&63 != 0
				f.pos, f.bits, f.count, f.at = pos, bits, int(count), at
				return ok && f.count >= 0
			}
		}
		n := int(e>>16) + int(bits&(1<<(e&63)-1)>>(e>>8&15))
		bits >>= e & 63
		count -= uint(e & 63)
		d := reach[bits&(1<<reachBits-1)]
		if d&further != 0 {
			d = reach[d>>16+uint32(bits>>reachBits)&(1<<(d&63)-1)]
		}
		back := int(d>>16) + int(bits&(1<<(d&63)-1)>>(d>>8&15))
		bits >>= d & 63
		count -= uint(d & 63)
		if back > at-first || d&last != 0 || int(count) < 0 {
			return false
		}
		repeat(unsafe.Add(window, at), back, n)
		at += n
	}
	f.pos, f.bits, f.count, f.at = pos, bits, int(count), at
	return f.count >= 0
}

// few is refill where the stream ends within eight bytes.
func few(in []byte, bits uint64, count uint, pos int) (uint64, uint, int) {
	for int(count) < 56 && pos < len(in) {
		bits |= uint64(in[pos]) << (count & 63)
		pos++
		count += 8
	}
	return bits, count, pos
}

// repeat writes n bytes, 258 at most, that stood a distance back from there; up to 15 bytes behind them are spoilt.
func repeat(at unsafe.Pointer, back, n int) {
	from := unsafe.Add(at, -back)
	if back < 8 {
		for i := range n {
			*(*byte)(unsafe.Add(at, i)) = *(*byte)(unsafe.Add(from, i))
		}
		return
	}
	*(*uint64)(at) = *(*uint64)(from)
	*(*uint64)(unsafe.Add(at, 8)) = *(*uint64)(unsafe.Add(from, 8))
	for i := 16; i < n; i += 8 {
		*(*uint64)(unsafe.Add(at, i)) = *(*uint64)(unsafe.Add(from, i))
	}
}

func little32(b []byte) uint32 { return binary.LittleEndian.Uint32(b) }
