package flowlog

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// hugePage is how large the pages are that processors have beside the usual ones of 4 KiB.
const hugePage = 2 << 20

// inHugePages makes n zero values, and lets the kernel hold them in huge pages where it has some (madvise(2), MADV_HUGEPAGE).
// What is looked at in no order, all over many megabytes, else costs a search for the page each time. A kernel that has none refuses,
// which changes nothing.
func inHugePages[T any](n int) []T {
	values := make([]T, n)
	size := uintptr(n) * unsafe.Sizeof(values[0])
	if size < 2*hugePage {
		return values
	}
	p := unsafe.Pointer(unsafe.SliceData(values))
	skip := -uintptr(p) % hugePage
	_ = unix.Madvise(unsafe.Slice((*byte)(unsafe.Add(p, skip)), (size-skip)/hugePage*hugePage), unix.MADV_HUGEPAGE)
	return values
}
