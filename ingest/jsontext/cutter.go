package jsontext

import (
	"bytes"
)

// cutter finds where a value ends, over as many pieces as it comes in.
type cutter struct {
	depth           int
	quoted, escaped bool
	inside          bool // a bracket or a quote was seen
	last            byte // of the piece before
	tearing, torn   bool // see Stream.Torn
	sense           byte // when tearing: the last that is not blank, a quote for a string
	lists           uint64
}

// scalar says that the value may end where the text ends: a number or a word.
func (c *cutter) scalar() bool { return !c.inside }

// find returns how many bytes of b belong to the value, and whether it ends there. Where it is torn, it is so behind
// these bytes.
func (c *cutter) find(b []byte) (int, bool) {
	for i := 0; i < len(b); i++ {
		if c.quoted {
			i = c.unquote(b, i)
			if c.torn {
				return i, false
			}
			if !c.quoted && c.depth == 0 {
				return i, true
			}
			i--
			continue
		}
		ch := b[i]
		if c.tearing && !c.fits(ch) {
			c.torn = true
			return i, false
		}
		switch ch {
		case '"':
			c.quoted, c.inside = true, true
		case '{', '[':
			c.depth++
			c.inside = true
			c.tearing = c.tearing && c.depth < 64 // lists has no room for more
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
	}
	if len(b) > 0 {
		c.last = b[len(b)-1]
	}
	return len(b), false
}

// fits says whether a byte outside of strings may stand where it does, as far as brackets and strings go: in
//
//	{"id": 1, "time{"id": 2}    {"id": 1,{"id": 2}    {"id": {"id": 2}
//
// it is the second object's first bracket, but for the last, which may be meant so.
func (c *cutter) fits(ch byte) bool {
	switch ch {
	case ' ', '\t', '\n', '\r':
		return true
	case '{', '[', '"':
		switch c.sense {
		case 0, ':', '[':
		case ',':
			if ch != '"' && c.lists&1 == 0 {
				return false
			}
		case '{':
			if ch != '"' {
				return false
			}
		default:
			return false
		}
		if ch != '"' {
			c.lists <<= 1
			if ch == '[' {
				c.lists |= 1
			}
		}
	case '}', ']':
		if c.depth > 0 && (ch == ']') != (c.lists&1 == 1) {
			return false
		}
		c.lists >>= 1
	}
	c.sense = ch
	return true
}

// unquote passes over the rest of a string, with its quote where that is in b, and returns the place behind.
func (c *cutter) unquote(b []byte, i int) int {
	if !c.escaped {
		if end := plainEnd(b, i, c.tearing); end > 0 {
			c.quoted = false
			return end
		}
	}
	for ; i < len(b); i++ {
		if c.escaped {
			c.escaped = false
			continue
		}
		switch b[i] {
		case '\\':
			c.escaped = true
		case '\n':
			if c.tearing {
				c.torn = true
				return i
			}
		case '"':
			before := c.last
			if i > 0 {
				before = b[i-1]
			}
			if c.tearing && before == '{' {
				c.torn = true
				return i
			}
			c.quoted = false
			return i + 1
		}
	}
	return i
}

// shortString is how much of a string is read byte by byte before larger steps pay.
const shortString = 24

// plainEnd returns the place behind the quote that ends a string, if there is nothing in the string that one must look
// at, and 0 if there is.
func plainEnd(b []byte, i int, tearing bool) int {
	from := i
	for ; i < len(b) && i < from+shortString; i++ {
		switch b[i] {
		case '"':
			if i == from || b[i-1] == '{' {
				return 0
			}
			return i + 1
		case '\\', '\n':
			return 0
		}
	}
	n := bytes.IndexByte(b[i:], '"')
	if n < 0 || i+n == 0 || b[i+n-1] == '{' || bytes.IndexByte(b[i:i+n], '\\') >= 0 || tearing && bytes.IndexByte(b[i:i+n], '\n') >= 0 {
		return 0
	}
	return i + n + 1
}
