package gunzip

import "math/bits"

const (
	longestCode   = 15
	longestMatch  = 258
	lengthSymbols = 288
	reachSymbols  = 32
	mostLengths   = 286 // of a block's own codes
	mostReaches   = 30
	endOfBlock    = 256

	lengthBits = 11 // of a code that the first look finds
	reachBits  = 9
)

// An entry of a decoder's table, by the bits that come next:
//
//	value 15 bits (16–30) · code's bits (8–11) · bits in all, with those that add to the value (0–5)
//
// or, with further, the place of a table for the bits behind, and how many of these it is asked with. Zero value, last and
// no bits: there is no such code.
const (
	literal uint32 = 1 << 15 // the value is a byte
	further uint32 = 1 << 14
	last    uint32 = 1 << 13 // the block ends, or, with no bits, the stream is not sound
)

// codes are the lengths of a block's codes, by symbol.
type codes struct {
	lengths [lengthSymbols]uint8
	reaches [reachSymbols]uint8
}

// fixed are the codes of a block that brings none.
func (c *codes) fixed() {
	for i := range c.lengths {
		switch {
		case i < 144:
			c.lengths[i] = 8
		case i < 256:
			c.lengths[i] = 9
		case i < 280:
			c.lengths[i] = 7
		default:
			c.lengths[i] = 8
		}
	}
	for i := range c.reaches {
		c.reaches[i] = 5
	}
}

// readCodes reads the codes that a block brings.
func (f *inflater) readCodes() bool {
	c := &f.codes
	lengths, reaches, n := f.take(5)+257, f.take(5)+1, f.take(4)+4
	if lengths > mostLengths || reaches > mostReaches {
		return false
	}
	var how [19]uint8
	for _, i := range orderOfCodes[:n] {
		how[i] = uint8(f.take(3))
	}
	var table [128]uint8 // symbol and bits
	if !buildSmall(&table, &how) {
		return false
	}
	var all [mostLengths + mostReaches]uint8
	for i := 0; i < lengths+reaches; {
		if f.count < 14 {
			f.refill()
		}
		e := table[f.bits&127]
		f.take(int(e & 7))
		symbol, again, n := e>>3, uint8(0), 0
		switch symbol {
		case 16:
			if i == 0 {
				return false
			}
			again, n = all[i-1], 3+f.take(2)
		case 17:
			n = 3 + f.take(3)
		case 18:
			n = 11 + f.take(7)
		default:
			again, n = symbol, 1
		}
		if f.count < 0 || i+n > lengths+reaches {
			return false
		}
		for range n {
			all[i] = again
			i++
		}
	}
	*c = codes{}
	copy(c.lengths[:], all[:lengths])
	copy(c.reaches[:], all[lengths:lengths+reaches])
	return c.lengths[endOfBlock] > 0
}

// buildSmall makes the table of the code that codes' lengths are in. It must be complete.
func buildSmall(table *[128]uint8, how *[19]uint8) bool {
	code, filled := 0, 0
	for n := 1; n <= 7; n++ {
		for symbol, bitsOf := range how {
			if int(bitsOf) != n {
				continue
			}
			if filled += 128 >> n; filled > 128 {
				return false
			}
			for i := int(bits.Reverse8(uint8(code)) >> (8 - n)); i < 128; i += 1 << n {
				table[i] = uint8(symbol)<<3 | uint8(n)
			}
			code++
		}
		code <<= 1
	}
	return filled == 128
}

// decoder finds the symbol that comes next.
type decoder struct {
	table [lengthSpace]uint32
}

// lengthSpace has room for the first table and for those behind it, one for each two long codes at most; distances, with
// fewer codes and longer tables, need less.
const lengthSpace = 1<<lengthBits + lengthSymbols/2<<(longestCode-lengthBits)

// build makes the table for the lengths of codes. It is false for codes that do not fill all places, but for the
// one distance of a block that has no other, or none.
func (d *decoder) build(lengths []uint8, symbols, width int) bool {
	var count [longestCode + 1]int
	for _, n := range lengths {
		count[n]++
	}
	used := len(lengths) - count[0]
	free, longest := 1, 0
	var next [longestCode + 1]int
	code := 0
	for n := 1; n <= longestCode; n++ {
		next[n] = code
		if free = free<<1 - count[n]; free < 0 {
			return false
		}
		if count[n] > 0 {
			longest = n
		}
		code = (code + count[n]) << 1
	}
	if free > 0 {
		if symbols != reachSymbols || used > 1 || used == 1 && count[1] == 0 {
			return false
		}
		for i := range d.table[:1<<width] {
			d.table[i] = last
		}
	}
	behind, room := max(longest-width, 0), 1<<width
	for i := range d.table[:1<<width] {
		if behind == 0 {
			break
		}
		d.table[i] = 0
	}
	for symbol, n := range lengths {
		if n == 0 {
			continue
		}
		n := int(n)
		place := int(bits.Reverse16(uint16(next[n])) >> (16 - n))
		next[n]++
		e := entryOf(symbol, symbols, n)
		if n <= width {
			for i := place; i < 1<<width; i += 1 << n {
				d.table[i] = e
			}
			continue
		}
		front := place & (1<<width - 1)
		if d.table[front] == 0 {
			d.table[front] = further | uint32(room)<<16 | uint32(behind)
			room += 1 << behind
		}
		rest := d.table[int(d.table[front]>>16):]
		for i := place >> width; i < 1<<behind; i += 1 << (n - width) {
			rest[i] = e
		}
	}
	return true
}

// entryOf is the entry of a symbol whose code has n bits.
func entryOf(symbol, symbols, n int) uint32 {
	if symbols == reachSymbols {
		if symbol >= mostReaches {
			return last
		}
		return entry(reachBase[symbol], n, max(symbol/2-1, 0))
	}
	switch {
	case symbol < endOfBlock:
		return literal | uint32(symbol)<<16 | uint32(n)
	case symbol == endOfBlock:
		return last | uint32(n)
	case symbol >= mostLengths:
		return last
	}
	i := symbol - endOfBlock - 1
	return entry(lengthBase[i], n, int(lengthExtra[i]))
}

func entry(base uint16, code, extra int) uint32 {
	return uint32(base)<<16 | uint32(code)<<8 | uint32(code+extra)
}

// orderOfCodes is that in which a block tells the lengths of its codes' codes.
var orderOfCodes = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

var (
	lengthBase = [29]uint16{3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115,
		131, 163, 195, 227, 258}
	lengthExtra = [29]uint8{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0}
	reachBase   = [30]uint16{1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537,
		2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577}
)
