package jsontext

import (
	"errors"
	"io"
)

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
	cut := cutter{tearing: s.Torn}
	start, at := s.pos, s.pos
	for {
		n, done := cut.find(s.buf[at:s.end])
		at += n
		if cut.torn {
			if at > start && s.buf[at] == '"' && s.buf[at-1] == '{' {
				at-- // the bracket of the next document
			}
			s.pos = at
			return nil, s.Wrong("the end of a string")
		}
		if done {
			break
		}
		from := max(start, at-1) // Resume looks one byte back
		if keep {
			from = start
		}
		s.pos = from
		shift, err := s.fill(from)
		start, at = max(0, start-shift), at-shift
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
