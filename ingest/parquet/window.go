package parquet

import "io"

// window is a moving view of the bytes of one column chunk.
type window struct {
	from    io.ReaderAt
	at, end int64  // of what is not in the view
	buf     []byte // of which view is the rest
	view    []byte
}

// windowSize is how much is read at a time, unless a page is larger.
const windowSize = 128 << 10

func (w *window) start(from io.ReaderAt, at, end int64) {
	w.from, w.at, w.end, w.view = from, at, end, nil
}

// left is how many bytes the chunk has that were not skipped.
func (w *window) left() int64 { return int64(len(w.view)) + w.end - w.at }

// peek returns the next n bytes, fewer at the end of the chunk.
func (w *window) peek(n int) ([]byte, error) {
	n = int(min(int64(n), w.left()))
	if len(w.view) >= n {
		return w.view[:n], nil
	}
	size := int(min(int64(max(n, windowSize)), w.left()))
	if cap(w.buf) < size {
		buf := make([]byte, size)
		copy(buf, w.view)
		w.buf = buf
	} else {
		w.buf = w.buf[:size]
		copy(w.buf, w.view)
	}
	more := w.buf[len(w.view):size]
	if err := readFull(w.from, more, w.at); err != nil {
		return nil, err
	}
	w.at += int64(len(more))
	w.view = w.buf[:size]
	return w.view[:n], nil
}

func (w *window) skip(n int) { w.view = w.view[n:] }
