// Package gunzip unpacks gzip objects that lie in memory whole, by the machine's libdeflate
// (https://github.com/ebiggers/libdeflate) where it has that as a shared library. It takes less than half of the time of an inflate that
// works on streams. Whatever is not one sound member it leaves to others.
package gunzip

import (
	"encoding/binary"
	"sync"
	"unsafe"
)

const (
	// mostText is the largest object, unpacked, that is unpacked at once, in bytes: each reader holds one. Most files of flow
	// logs are far smaller, and AWS cuts them at 75 MB.
	mostText = 32 << 20
	// mostRatio is the most that deflate can pack, with room to spare: what claims more is damaged.
	mostRatio = 1100
	// leastPacked is a member without content.
	leastPacked = 20
)

// library is libdeflate, as far as it is used here (libdeflate.h).
type library struct {
	alloc func() uintptr
	// unzip returns 0 for one sound member; the sizes are of what it read and wrote.
	unzip func(unpacker uintptr, packed unsafe.Pointer, packedBytes uintptr, text unsafe.Pointer, textBytes uintptr, read, written *uintptr) int32

	mu   sync.Mutex
	idle []uintptr // unpackers, each for one goroutine at a time
}

// machines is the machine's library; nil where it has none.
var machines = sync.OnceValue(open)

// Available says whether the machine has the library.
func Available() bool { return machines() != nil }

// Whole unpacks one gzip member that is all of packed, in room where that suffices. It is false where there is no library, where packed is
// anything else or is damaged, and where it is too large: then room may hold anything. It may be called from several
// goroutines.
func Whole(room, packed []byte) (text []byte, ok bool) {
	l := machines()
	if l == nil || len(packed) < leastPacked {
		return nil, false
	}
	// The last four bytes tell how long the text is, modulo 2^32 (RFC 1952).
	size := int64(binary.LittleEndian.Uint32(packed[len(packed)-4:]))
	if size == 0 || size > mostText || size > mostRatio*int64(len(packed)) {
		return nil, false
	}
	if int64(cap(room)) < size {
		room = make([]byte, size)
	}
	text = room[:size]
	return text, l.whole(text, packed)
}

// whole unpacks into text, which it must fill.
func (l *library) whole(text, packed []byte) bool {
	unpacker := l.take()
	if unpacker == 0 {
		return false
	}
	defer l.release(unpacker)
	var read, written uintptr
	failed := l.unzip(unpacker, unsafe.Pointer(unsafe.SliceData(packed)), uintptr(len(packed)),
		unsafe.Pointer(unsafe.SliceData(text)), uintptr(len(text)), &read, &written)
	return failed == 0 && read == uintptr(len(packed)) && written == uintptr(len(text))
}

func (l *library) take() uintptr {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := len(l.idle); n > 0 {
		unpacker := l.idle[n-1]
		l.idle = l.idle[:n-1]
		return unpacker
	}
	return l.alloc()
}

func (l *library) release(unpacker uintptr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.idle = append(l.idle, unpacker)
}
