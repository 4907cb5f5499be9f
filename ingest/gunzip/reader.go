// Package gunzip unpacks gzip streams that are in memory as a whole, in about half the time that a reader of any stream
// takes. Start at Reader.
//
// It is pure. What is sound is unpacked here; of a stream that is not, that breaks off, or has a part that nearly no writer
// makes, klauspost/compress reads again what was not handed over yet, so bytes and errors are exactly that library's
// (FuzzReader compares the two). Memory is bounded whatever a stream claims: one window and the tables.
package gunzip

import (
	"bytes"
	"hash/crc32"
	"io"

	"github.com/klauspost/compress/gzip"
)

const (
	history = 32 << 10 // how far back a match can lie
	// chunk is how much is unpacked at a time.
	chunk = 128 << 10
	// slack is how far a match can go on behind the chunk's end: two literals, the longest, and what is copied beyond.
	slack = 2 + longestMatch + 16
)

func newWindow() []byte { return make([]byte, history+chunk+slack) }

// Reader unpacks one stream of one or more members. The zero value is to be Reset.
type Reader struct {
	in     []byte // the stream
	member inflater
	ready  []byte // unpacked, and not handed over yet
	given  int64  // handed over, or ready
	begun  bool   // a member is being unpacked
	crc    uint32 // of the member so far
	size   uint32
	err    error // io.EOF at the sound end

	slow   bool
	stored bytes.Reader
	slowly gzip.Reader
}

// Reset begins another stream, of which nothing may change until it is read. The error is for one that does not begin with
// a gzip header.
func (z *Reader) Reset(stream []byte) error {
	z.in, z.ready, z.given, z.begun, z.err, z.slow = stream, nil, 0, false, nil, false
	if z.member.out == nil {
		z.member.out = newWindow()
	}
	if !z.begin(0) {
		return z.slower()
	}
	return nil
}

// Read is io.Reader's.
func (z *Reader) Read(p []byte) (int, error) {
	if len(z.ready) == 0 {
		z.more()
	}
	n := copy(p, z.ready)
	if z.ready = z.ready[n:]; n == 0 && len(p) > 0 {
		return 0, z.err
	}
	return n, nil
}

// WriteTo is io.WriterTo's. What is handed to w is of no use to it after Write has returned.
func (z *Reader) WriteTo(w io.Writer) (written int64, err error) {
	for {
		if len(z.ready) == 0 {
			z.more()
		}
		if len(z.ready) == 0 {
			if z.err == io.EOF {
				return written, nil
			}
			return written, z.err
		}
		n, err := w.Write(z.ready)
		written += int64(n)
		if z.ready = z.ready[n:]; err != nil {
			return written, err
		}
	}
}

// more unpacks the next bytes: none are ready after it only where there is an error.
func (z *Reader) more() {
	for len(z.ready) == 0 && z.err == nil {
		if !z.slow && !z.quick() {
			z.err = z.slower()
		}
		if z.slow && z.err == nil {
			var n int
			n, z.err = z.slowly.Read(z.member.out)
			z.ready = z.member.out[:n]
		}
	}
}

// quick unpacks the next chunk; false when it must be done slowly.
func (z *Reader) quick() bool {
	if !z.begun {
		if z.member.pos == len(z.in) {
			z.err = io.EOF
			return true
		}
		if !z.begin(z.member.pos) {
			return false
		}
	}
	m := &z.member
	fresh, ok := m.next()
	if !ok {
		return false
	}
	z.crc = crc32.Update(z.crc, crc32.IEEETable, fresh)
	z.size += uint32(len(fresh))
	if m.done {
		if !z.sound() {
			return false
		}
		z.begun = false
	}
	z.ready = fresh
	z.given += int64(len(fresh))
	return true
}

// slower goes on with the library, behind what was handed over.
func (z *Reader) slower() error {
	z.slow = true
	z.stored.Reset(z.in)
	if err := z.slowly.Reset(&z.stored); err != nil {
		return err
	}
	_, err := io.CopyN(io.Discard, &z.slowly, z.given)
	return err
}

// begin reads the header of the member at pos; false for any but the plainest.
func (z *Reader) begin(pos int) bool {
	const named, longestName = 8, 500
	h := z.in[pos:]
	if len(h) < 10 || h[0] != 0x1f || h[1] != 0x8b || h[2] != 8 || h[3]&^named != 0 {
		return false
	}
	pos += 10
	if h[3] == named {
		n := bytes.IndexByte(h[10:min(len(h), longestName)], 0)
		if n < 0 {
			return false
		}
		pos += n + 1
	}
	z.member.reset(z.in, pos)
	z.begun, z.crc, z.size = true, 0, 0
	return true
}

// sound reads what stands behind a member, and says whether it fits.
func (z *Reader) sound() bool {
	m := &z.member
	if len(z.in)-m.pos < 8 {
		return false
	}
	crc, size := little32(z.in[m.pos:]), little32(z.in[m.pos+4:])
	m.pos += 8
	return crc == z.crc && size == z.size
}
