package parquet

import (
	"encoding/binary"
	"math"

	"github.com/parquet-go/parquet-go/format"
)

// Values are values of one kind.
type Values struct {
	Ints   []int64 // of Integer; unsigned ones beyond the range of int64 as negative ones
	Floats []float64
	// Data holds the bytes of all texts: text i is Data[Offsets[2i]:Offsets[2i+1]].
	Data    []byte
	Offsets []uint32
}

// Len is how many there are.
func (v *Values) Len() int { return len(v.Ints) + len(v.Floats) + len(v.Offsets)/2 }

// Text returns the bytes of text i.
func (v *Values) Text(i int) []byte { return v.Data[v.Offsets[2*i]:v.Offsets[2*i+1]] }

// bytes is what they take, but for Data, which is part of a page.
func (v *Values) bytes() int64 {
	return 8*int64(cap(v.Ints)+cap(v.Floats)) + 4*int64(cap(v.Offsets))
}

// plain decodes n values that stand one after the other.
func (v *Values) plain(c *Column, b []byte, n int) error {
	v.clear()
	if c.stored == format.ByteArray {
		return v.texts(b, n)
	}
	size := c.size()
	if len(b)/size < n {
		return damaged("%d bytes where %d values are declared", len(b), n)
	}
	switch c.Kind {
	case Integer:
		v.Ints = resized(v.Ints, n)
		c.integers(v.Ints, b)
	case Float:
		v.Floats = resized(v.Floats, n)
		c.floats(v.Floats, b)
	case Bytes:
		v.Data, v.Offsets = b, resized(v.Offsets, 2*n)
		for i := range n {
			v.Offsets[2*i], v.Offsets[2*i+1] = uint32(i*size), uint32(i*size+size)
		}
	}
	return nil
}

// size is how many bytes each value has, where all have as many; else 0.
func (c *Column) size() int {
	switch c.stored {
	case format.Int32, format.Float:
		return 4
	case format.Int64, format.Double:
		return 8
	case format.Int96:
		return 12
	}
	return c.fixed
}

func (v *Values) clear() {
	v.Ints, v.Floats, v.Data, v.Offsets = v.Ints[:0], v.Floats[:0], nil, v.Offsets[:0]
}

func resized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

func (c *Column) integers(dst []int64, b []byte) {
	switch c.stored {
	case format.Int32:
		for i := range dst {
			dst[i] = c.widen(binary.LittleEndian.Uint32(b[4*i:]))
		}
	case format.Int64:
		for i := range dst {
			dst[i] = int64(binary.LittleEndian.Uint64(b[8*i:]))
		}
	case format.Int96:
		for i := range dst {
			dst[i] = secondsOf96(b[12*i:])
		}
	}
}

func (c *Column) floats(dst []float64, b []byte) {
	for i := range dst {
		if c.stored == format.Float {
			dst[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:])))
		} else {
			dst[i] = math.Float64frombits(binary.LittleEndian.Uint64(b[8*i:]))
		}
	}
}

func (c *Column) widen(v uint32) int64 {
	if c.Unsigned {
		return int64(v)
	}
	return int64(int32(v))
}

// secondsOf96 reads a time as old writers store it: nanoseconds of the day, and the day by Julian count.
func secondsOf96(b []byte) int64 {
	const julianEpoch = 2_440_588 // 1 January 1970
	nanos, day := int64(binary.LittleEndian.Uint64(b)), int64(binary.LittleEndian.Uint32(b[8:]))
	return (day-julianEpoch)*86400 + nanos/1e9
}

// texts decodes n texts, each behind its length.
func (v *Values) texts(b []byte, n int) error {
	if len(b)/4 < n {
		return damaged("%d bytes where %d texts are declared", len(b), n)
	}
	v.Data = b
	v.Offsets = resized(v.Offsets, 2*n)
	at := 0
	for i := range n {
		if len(b)-at < 4 {
			return damaged("texts are cut off")
		}
		length := binary.LittleEndian.Uint32(b[at:])
		at += 4
		if uint64(length) > uint64(len(b)-at) {
			return damaged("a text of %d bytes where %d are left", length, len(b)-at)
		}
		v.Offsets[2*i], v.Offsets[2*i+1] = uint32(at), uint32(at)+length
		at += int(length)
	}
	return nil
}
