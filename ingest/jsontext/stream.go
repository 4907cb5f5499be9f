// Package jsontext cuts JSON of any length into the pieces that a reader wants, holding one of them at a time. Start at
// New.
//
// It is no JSON parser: what is inside a piece, encoding/json checks when the piece is used. Limits: a value that is
// wanted whole has at most 64 MiB; the text is UTF-8.
package jsontext

import (
	"fmt"
	"io"
)

const (
	readSize = 256 << 10
	// maxValue bounds one value that must be held whole; Config's largest items are a few megabytes.
	maxValue = 64 << 20
	mostHeld = 1 << 20
)

// ErrTooLong is a value that would have to be held whole and is too long for it. It can still be passed over.
var ErrTooLong = fmt.Errorf("one value is longer than %d MiB", maxValue>>20)

// SyntaxError says where a text stops being JSON.
type SyntaxError struct {
	Offset int64 // bytes from the start of the (unpacked) text
	Want   string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("not JSON at byte %d: want %s", e.Offset, e.Want)
}

// Stream cuts a JSON text of any length into members, elements and whole values while holding only the value at hand.
// Unlike json.Decoder it looks no deeper than brackets and quotes, so that a value with a fault inside costs that value
// and not the rest of the text, and a value that nobody wants is passed over at the speed of reading. Values that are
// used go through json.Unmarshal, which does the checking.
type Stream struct {
	// Torn says that documents may break off in the midst of a string and others follow, as in an object to which
	// many writers append: a string that holds a line feed, or ends in "{", is then the place where one does, and a
	// fault. No sound text of a flow log holds the like.
	Torn bool

	r        io.Reader // nil when all of the text is in buf
	buf      []byte
	pos, end int
	passed   int64 // bytes that left buf
	names    map[string]string
	failed   error // of r, other than its end
	held     int   // 1 + where Hold was called; 0 when that is not in buf any more
}

// New returns a stream of what r reads.
func New(r io.Reader) *Stream { return &Stream{r: r, buf: make([]byte, readSize)} }

// Reset makes the stream one of a text that is in memory. Its values are views of it.
func (s *Stream) Reset(text []byte) {
	s.r, s.buf, s.pos, s.end, s.passed, s.held = nil, text, 0, len(text), 0, 0
}

// fill reads more, keeping buf[from:end], and what is held, by moving it to the front. The caller's indexes shift.
func (s *Stream) fill(from int) (shift int, err error) {
	if s.end-(s.held-1) > mostHeld {
		s.held = 0
	}
	if s.held > 0 {
		from = min(from, s.held-1)
		s.held -= from
	}
	s.passed += int64(from)
	kept := s.buf[from:s.end]
	s.pos, s.end = s.pos-from, s.end-from
	if s.r == nil {
		s.buf = kept
		return from, io.EOF
	}
	copy(s.buf, kept)
	return from, s.more()
}

// more reads behind what is there.
func (s *Stream) more() error {
	if s.end == len(s.buf) {
		if len(s.buf) >= maxValue {
			return ErrTooLong
		}
		s.buf = append(s.buf, make([]byte, len(s.buf))...)
	}
	for tries := 0; tries < 100; tries++ {
		n, err := s.r.Read(s.buf[s.end:])
		s.end += n
		if n > 0 {
			return nil
		}
		if err != nil && err != io.EOF {
			s.failed = err
		}
		if err != nil {
			return err
		}
	}
	return io.ErrNoProgress
}

// Failed returns why the bytes could not be had, as against a fault in them; nil when they could.
func (s *Stream) Failed() error { return s.failed }

// Hold keeps what is taken from here on, for Held.
func (s *Stream) Hold() { s.held = s.pos + 1 }

// Held returns what was taken since Hold, a view until more is; nil when it is longer than 1 MiB or two. It ends the holding.
func (s *Stream) Held() []byte {
	from := s.held - 1
	s.held = 0
	if from < 0 {
		return nil
	}
	return s.buf[from:s.pos]
}

// Wrong is the fault that something else stands where want should.
func (s *Stream) Wrong(want string) error {
	return &SyntaxError{Offset: s.passed + int64(s.pos), Want: want}
}

// Peek passes over white space and returns the next byte without taking it; io.EOF at the end.
func (s *Stream) Peek() (byte, error) {
	for {
		for ; s.pos < s.end; s.pos++ {
			switch c := s.buf[s.pos]; c {
			case ' ', '\t', '\n', '\r':
			default:
				return c, nil
			}
		}
		if _, err := s.fill(s.pos); err != nil {
			return 0, err
		}
	}
}

// Next is Peek where the text must go on.
func (s *Stream) Next() (byte, error) {
	c, err := s.Peek()
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return c, err
}
