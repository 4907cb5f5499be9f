package parquet

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// errTruncated says that a structure goes on behind the bytes at hand.
var errTruncated = errors.New("structure is cut off")

// Limits of a structure in Thrift's compact protocol. The decoder of the library makes a list as long as it is declared
// before it reads the first element; a structure of a real file has far fewer.
const (
	deepest      = 24
	mostElements = 4 << 20
	mostStructs  = 256 << 10
)

// extent measures a structure before anybody decodes it: how many bytes it takes, and that no list in it is longer
// than its bytes allow.
type extent struct {
	elements, structs int
}

// of returns the length of the structure at the front of b.
func (x *extent) of(b []byte, depth int) (int, error) {
	if depth > deepest {
		return 0, fmt.Errorf("structures nest deeper than %d", deepest)
	}
	n := 0
	for {
		if n >= len(b) {
			return 0, errTruncated
		}
		head := b[n]
		n++
		if head == 0 {
			return n, nil
		}
		if head>>4 == 0 { // the field's number stands apart
			took, err := varint(b[n:])
			if err != nil {
				return 0, err
			}
			n += took
		}
		if kind := head & 15; kind > 2 { // 1 and 2 are true and false
			took, err := x.value(b[n:], kind, depth)
			if err != nil {
				return 0, err
			}
			n += took
		}
	}
}

// value returns the length of one value.
func (x *extent) value(b []byte, kind byte, depth int) (int, error) {
	switch kind {
	case 1, 2, 3: // in a list truth is a byte
		return fits(b, 1)
	case 4, 5, 6:
		return varint(b)
	case 7:
		return fits(b, 8)
	case 8:
		size, n := binary.Uvarint(b)
		if n <= 0 || size > uint64(len(b)-n) {
			return 0, errTruncated
		}
		return n + int(size), nil
	case 9, 10:
		return x.list(b, depth)
	case 11:
		return x.mapping(b, depth)
	case 12:
		if x.structs++; x.structs > mostStructs {
			return 0, fmt.Errorf("more than %d structures", mostStructs)
		}
		return x.of(b, depth+1)
	}
	return 0, fmt.Errorf("values of the unknown type %d", kind)
}

func (x *extent) list(b []byte, depth int) (int, error) {
	if len(b) == 0 {
		return 0, errTruncated
	}
	size, kind, n := uint64(b[0]>>4), b[0]&15, 1
	if size == 15 {
		took := 0
		if size, took = binary.Uvarint(b[1:]); took <= 0 {
			return 0, errTruncated
		}
		n += took
	}
	if err := x.count(size, len(b)-n); err != nil {
		return 0, err
	}
	return x.values(b, n, int(size), depth, kind)
}

func (x *extent) mapping(b []byte, depth int) (int, error) {
	size, n := binary.Uvarint(b)
	if n <= 0 || size > 0 && n >= len(b) {
		return 0, errTruncated
	}
	if size == 0 {
		return n, nil
	}
	if err := x.count(size, len(b)-n); err != nil {
		return 0, err
	}
	return x.values(b, n+1, int(size), depth, b[n]>>4, b[n]&15)
}

// values passes over n times one value of each kind.
func (x *extent) values(b []byte, at, n, depth int, kinds ...byte) (int, error) {
	for range n {
		for _, kind := range kinds {
			took, err := x.value(b[at:], kind, depth)
			if err != nil {
				return 0, err
			}
			at += took
		}
	}
	return at, nil
}

// count wants a byte at least for every element that is declared.
func (x *extent) count(size uint64, left int) error {
	if size > mostElements {
		return fmt.Errorf("a list of %d elements", size)
	}
	if size > uint64(left) {
		return errTruncated
	}
	if x.elements += int(size); x.elements > mostElements {
		return fmt.Errorf("more than %d elements in lists", mostElements)
	}
	return nil
}

func fits(b []byte, n int) (int, error) {
	if len(b) < n {
		return 0, errTruncated
	}
	return n, nil
}

func varint(b []byte) (int, error) {
	if _, n := binary.Uvarint(b); n > 0 {
		return n, nil
	} else if n < 0 {
		return 0, errors.New("a number of more than 64 bits")
	}
	return 0, errTruncated
}
