package ingest

import (
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
)

// attempts is how often an earlier object is read before its failure counts, whatever the source tried by itself.
const attempts = 3

// EarlierError says that an object which was loaded earlier could not be read again for a reason that will pass, so that what
// new objects repeat of it cannot be told from what is new.
type EarlierError struct {
	Place string
	Err   error
}

func (e *EarlierError) Error() string {
	return fmt.Sprintf("%s was loaded earlier, and is needed again to tell records that are delivered twice: %v", e.Place, e.Err)
}

// Unwrap returns why it could not be read.
func (e *EarlierError) Unwrap() error { return e.Err }

// passing says whether the same read may well succeed later. A source's error can tell it by a method Passing.
func passing(err error) bool {
	var known interface{ Passing() bool }
	if errors.As(err, &known) {
		return known.Passing()
	}
	for _, kind := range []error{io.ErrUnexpectedEOF, syscall.EIO, syscall.ESTALE, syscall.ETIMEDOUT, syscall.ECONNRESET, syscall.EMFILE, syscall.ENFILE} {
		if errors.Is(err, kind) {
			return true
		}
	}
	return errors.As(err, new(*net.OpError))
}
