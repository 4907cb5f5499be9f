package parquet

import (
	"encoding/binary"

	"github.com/parquet-go/parquet-go/format"
)

// How writers of the second version encode what does not fit a dictionary: numbers as packed differences from the one
// before, texts as such lengths, and texts that begin as the one before
// (https://parquet.apache.org/docs/file-format/data-pages/encodings/).

// deltas decodes n integers.
func (r *Reader) deltas(b []byte, n int) error {
	if r.Column.stored != format.Int32 && r.Column.stored != format.Int64 {
		return damaged("differences of values that are no integers")
	}
	if _, err := r.packedDeltas(b, n); err != nil {
		return err
	}
	v := &r.Values
	v.clear()
	for _, d := range r.number {
		if r.Column.stored == format.Int32 {
			v.Ints = append(v.Ints, r.Column.widen(uint32(d)))
		} else {
			v.Ints = append(v.Ints, int64(d))
		}
	}
	return nil
}

// packedDeltas decodes exactly n integers to r.number, and returns the bytes behind them.
//
//	block size · miniblocks a block · count · first value
//	least difference · widths, one a miniblock · miniblocks of packed differences, less the least     … for each block
func (r *Reader) packedDeltas(b []byte, n int) ([]byte, error) {
	var head [3]uint64
	for i := range head {
		v, took := binary.Uvarint(b)
		if took <= 0 {
			return nil, damaged("differences without a head")
		}
		head[i], b = v, b[took:]
	}
	first, took := binary.Varint(b)
	if took <= 0 {
		return nil, damaged("differences without a first value")
	}
	b = b[took:]
	block, minis, count := head[0], head[1], head[2]
	if block == 0 || block > 1<<20 || minis == 0 || minis > block || block%minis != 0 || block/minis%8 != 0 || count != uint64(n) {
		return nil, damaged("differences in blocks of %d by %d, %d values of %d", block, minis, count, n)
	}
	r.number = r.number[:0]
	if n == 0 {
		return b, nil
	}
	r.number = append(r.number, uint64(first))
	for len(r.number) < n {
		var err error
		if b, err = r.deltaBlock(b, int(minis), int(block/minis), n); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// deltaBlock decodes a block of so many miniblocks of a size.
func (r *Reader) deltaBlock(b []byte, minis, size, n int) ([]byte, error) {
	least, took := binary.Varint(b)
	if took <= 0 || len(b)-took < minis {
		return nil, damaged("differences are cut off")
	}
	widths := b[took : took+minis]
	b = b[took+minis:]
	last := r.number[len(r.number)-1]
	for _, width := range widths {
		if len(r.number) == n {
			break
		}
		if width > 64 || len(b) < size*int(width)/8 {
			return nil, damaged("differences are cut off")
		}
		for i := range min(size, n-len(r.number)) {
			last += uint64(least) + packedAt(b, i*int(width), int(width))
			r.number = append(r.number, last)
		}
		b = b[size*int(width)/8:]
	}
	return b, nil
}

// packedAt returns the number of up to 64 bits that begins at a bit.
func packedAt(b []byte, bit, width int) (v uint64) {
	for got := 0; got < width; {
		part := uint64(b[bit>>3]) >> (bit & 7)
		v |= part << got
		took := 8 - bit&7
		got, bit = got+took, bit+took
	}
	if width < 64 {
		v &= 1<<width - 1
	}
	return v
}

// deltaLengths decodes n texts whose lengths stand in front.
func (r *Reader) deltaLengths(b []byte, n int) error {
	if r.Column.stored != format.ByteArray {
		return damaged("lengths of values that are no texts")
	}
	rest, err := r.packedDeltas(b, n)
	if err != nil {
		return err
	}
	v := &r.Values
	v.clear()
	v.Data = rest
	at := uint64(0)
	for _, length := range r.number {
		if length > uint64(len(rest))-at {
			return damaged("a text of %d bytes where %d are left", length, uint64(len(rest))-at)
		}
		v.Offsets = append(v.Offsets, uint32(at), uint32(at+length))
		at += length
	}
	return nil
}

// deltaTexts decodes n texts, each of which begins with a part of the one before. What they take is counted before
// any is made: each can be as long as all before it.
func (r *Reader) deltaTexts(b []byte, n int) error {
	if r.Column.Kind != Bytes {
		return damaged("texts where values are none")
	}
	rest, err := r.packedDeltas(b, n)
	if err != nil {
		return err
	}
	kept := append([]uint64(nil), r.number...)
	if rest, err = r.packedDeltas(rest, n); err != nil {
		return err
	}
	all, last, left := uint64(0), uint64(0), uint64(len(rest))
	for i, own := range r.number {
		if kept[i] > last || own > left {
			return damaged("a text that begins as %d bytes of %d, with %d of %d more", kept[i], last, own, left)
		}
		last, left = kept[i]+own, left-own
		if all += last; all > largestPage {
			return damaged("texts of more than %d bytes in a page", largestPage)
		}
	}
	if err := r.room(int64(all)); err != nil {
		return err
	}
	v := &r.Values
	v.clear()
	v.Data = make([]byte, 0, all)
	from := 0
	for i, own := range r.number {
		at := len(v.Data)
		v.Data = append(append(v.Data, v.Data[from:from+int(kept[i])]...), rest[:own]...)
		v.Offsets = append(v.Offsets, uint32(at), uint32(len(v.Data)))
		from, rest = at, rest[own:]
	}
	return nil
}

// streams decodes n values of which all first bytes stand together, then all second ones.
func (r *Reader) streams(b []byte, n int) error {
	size := r.Column.size()
	if size == 0 || len(b)/size < n {
		return damaged("streams of %d bytes where %d values are declared", len(b), n)
	}
	joined := make([]byte, n*size)
	for i := range n {
		for k := range size {
			joined[i*size+k] = b[k*n+i]
		}
	}
	return r.Values.plain(r.Column, joined, n)
}
