// Package jsontext cuts JSON of any length into the pieces that a reader wants, holding one of them at a time. Start at
// New.
//
// It is no JSON parser: what is inside a piece, encoding/json checks when the piece is used. Limits: a value that is
// wanted whole has at most 64 MiB; the text is UTF-8.
package jsontext

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

const (
	readSize = 256 << 10
	// maxValue bounds one value that must be held whole; Config's largest items are a few megabytes.
	maxValue = 64 << 20
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
	r        io.Reader
	buf      []byte
	pos, end int
	passed   int64 // bytes that left buf
}

// New returns a stream of what r reads.
func New(r io.Reader) *Stream { return &Stream{r: r, buf: make([]byte, readSize)} }

// fill reads more, keeping buf[from:end] by moving it to the front. The caller's indexes shift by from.
func (s *Stream) fill(from int) error {
	copy(s.buf, s.buf[from:s.end])
	s.passed += int64(from)
	s.pos, s.end = s.pos-from, s.end-from
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
		if err != nil {
			return err
		}
	}
	return io.ErrNoProgress
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
		if err := s.fill(s.pos); err != nil {
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

// Value takes the next value and returns it as it stands, valid until the next call.
func (s *Stream) Value() ([]byte, error) { return s.take(true) }

// Skip passes over the next value without holding it.
func (s *Stream) Skip() error {
	_, err := s.take(false)
	return err
}

func (s *Stream) take(keep bool) ([]byte, error) {
	c, err := s.Next()
	if err != nil {
		return nil, err
	}
	if !startsValue(c) {
		return nil, s.Wrong("a value")
	}
	var cut cutter
	start, at := s.pos, s.pos
	for {
		n, done := cut.find(s.buf[at:s.end])
		at += n
		if done {
			break
		}
		from := at
		if keep {
			from = start
		}
		s.pos = from
		err := s.fill(from)
		start, at = 0, at-from
		if errors.Is(err, io.EOF) && cut.scalar() {
			break
		}
		if err != nil {
			return nil, unexpected(err)
		}
	}
	s.pos = at
	if !keep {
		return nil, nil
	}
	return s.buf[start:at], nil
}

func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

func startsValue(c byte) bool {
	switch c {
	case '{', '[', '"', '-', 't', 'f', 'n':
		return true
	}
	return '0' <= c && c <= '9'
}

// cutter finds where a value ends, over as many pieces as it comes in.
type cutter struct {
	depth           int
	quoted, escaped bool
	inside          bool // a bracket or a quote was seen
}

// scalar says that the value may end where the text ends: a number or a word.
func (c *cutter) scalar() bool { return !c.inside }

// find returns how many bytes of b belong to the value, and whether it ends there.
func (c *cutter) find(b []byte) (int, bool) {
	for i := 0; i < len(b); {
		if c.quoted {
			n := c.text(b[i:])
			if i += n; !c.quoted && c.depth == 0 {
				return i, true
			}
			continue
		}
		switch b[i] {
		case '"':
			c.quoted, c.inside = true, true
		case '{', '[':
			c.depth++
			c.inside = true
		case '}', ']':
			if c.depth == 0 {
				return i, true
			}
			if c.depth--; c.depth == 0 {
				return i + 1, true
			}
		case ',', ':', ' ', '\t', '\n', '\r':
			if c.depth == 0 {
				return i, true
			}
		}
		i++
	}
	return len(b), false
}

// text passes over the rest of a string, of which b holds at least one byte. Most of JSON is inside strings, so it leaps
// from quote to quote: one ends the string unless an odd number of backslashes stands before it.
func (c *cutter) text(b []byte) int {
	from := 0 // where the first backslash may stand that escapes something
	if c.escaped {
		c.escaped, from = false, 1
	}
	for at := from; ; {
		end := len(b)
		quote := bytes.IndexByte(b[at:], '"')
		if quote >= 0 {
			end = at + quote
		}
		slashes := end
		for slashes > from && b[slashes-1] == '\\' {
			slashes--
		}
		escaped := (end-slashes)%2 == 1
		if quote < 0 {
			c.escaped = escaped
			return end
		}
		at, from = end+1, end+1
		if !escaped {
			c.quoted = false
			return at
		}
	}
}

// Members calls each for every member of the object that comes next; each must take the member's value.
func (s *Stream) Members(each func(key string) error) error {
	return s.list('{', '}', func() error {
		raw, err := s.Value()
		if err != nil {
			return err
		}
		var key string
		if err := json.Unmarshal(raw, &key); err != nil {
			return s.Wrong("a member's name in quotes")
		}
		if c, err := s.Next(); err != nil {
			return err
		} else if c != ':' {
			return s.Wrong("a colon")
		}
		s.pos++
		return each(key)
	})
}

// Elements calls each for every element of the array that comes next; each must take it.
func (s *Stream) Elements(each func() error) error { return s.list('[', ']', each) }

func (s *Stream) list(open, shut byte, each func() error) error {
	c, err := s.Next()
	if err != nil {
		return err
	}
	if c != open {
		return s.Wrong(string(rune(open)))
	}
	s.pos++
	for first := true; ; first = false {
		c, err := s.Next()
		if err != nil {
			return err
		}
		if c == shut && first {
			break
		}
		if err := each(); err != nil {
			return err
		}
		if c, err = s.Next(); err != nil {
			return err
		}
		if c == shut {
			break
		}
		if c != ',' {
			return s.Wrong("a comma or " + string(rune(shut)))
		}
		s.pos++
	}
	s.pos++
	return nil
}
