package parquet

import "encoding/binary"

// runs decodes n numbers of so many bits from runs of one value and groups of eight that are packed; it reuses dst. A
// run is never longer than what is still wanted, whatever it declares.
//
//	varint even: run of half as many    [value, in whole bytes]
//	varint odd:  half as many groups    [8 numbers of width bits] …
func runs[T uint8 | uint32](dst []T, b []byte, width, n int) ([]T, error) {
	dst = resized(dst, n)
	for at := 0; at < n; {
		head, took := binary.Uvarint(b)
		if took <= 0 {
			return dst, damaged("runs of %d values where %d are declared", at, n)
		}
		b = b[took:]
		if head&1 == 0 {
			size := (width + 7) / 8
			if len(b) < size {
				return dst, damaged("a run without its value")
			}
			var v uint32
			for i := range size {
				v |= uint32(b[i]) << (8 * i)
			}
			b = b[size:]
			if width < 32 && v>>width != 0 {
				return dst, damaged("a run of %d where numbers have %d bits", v, width)
			}
			length := int(min(head>>1, uint64(n-at)))
			fill(dst[at:at+length], T(v))
			at += length
			continue
		}
		length := int(min(head>>1, uint64(n)/8+1)) * 8 // in numbers
		if size := length / 8 * width; len(b) < size && len(b)*8 < min(length, n-at)*width {
			return dst, damaged("packed values are cut off")
		}
		length = min(length, n-at)
		unpack(dst[at:at+length], b, width)
		at += length
		b = b[min(len(b), int(min(head>>1, uint64(len(b)+1)))*width):]
	}
	return dst, nil
}

func fill[T any](dst []T, v T) {
	for i := range dst {
		dst[i] = v
	}
}

// unpack decodes numbers of so many bits, the lowest first, from bytes that were counted before.
func unpack[T uint8 | uint32](dst []T, b []byte, width int) {
	if levels, ok := any(dst).([]uint8); ok && width == 1 {
		unpackBits(levels, b)
		return
	}
	mask := uint64(1)<<width - 1
	i, bit := 0, 0
	for ; i < len(dst) && bit>>3+8 <= len(b); i++ {
		dst[i] = T(binary.LittleEndian.Uint64(b[bit>>3:]) >> (bit & 7) & mask)
		bit += width
	}
	for ; i < len(dst); i++ {
		var last [8]byte
		copy(last[:], b[bit>>3:])
		dst[i] = T(binary.LittleEndian.Uint64(last[:]) >> (bit & 7) & mask)
		bit += width
	}
}

// unpackBits makes a byte of every bit, the lowest first, eight at a time: a byte is copied to all eight, each keeps one
// of its bits, and what is not 0 becomes 1.
func unpackBits(dst []uint8, b []byte) {
	const ones = 0x0101010101010101
	for ; len(dst) >= 8; dst, b = dst[8:], b[1:] {
		own := uint64(b[0]) * ones & 0x8040201008040201
		binary.LittleEndian.PutUint64(dst, (own+0x7f*ones)>>7&ones)
	}
	for i := range dst {
		dst[i] = b[0] >> i & 1
	}
}
