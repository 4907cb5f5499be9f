package schema

import "io"

// Content is one object's bytes as stored, from the first to the last, at hand to be read in order or at random. What
// is read at random does not move the place of what is read in order. *bytes.Reader and *io.SectionReader are such.
type Content interface {
	io.Reader
	io.ReaderAt
	// Size is how many bytes there are.
	Size() int64
}
