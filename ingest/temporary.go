package ingest

import (
	"errors"
	"fmt"
	"os"
)

// TemporaryError says that an object could not be kept in a temporary file: the disk is full, as a rule. It ends the
// load, since the next large object would fail as well; what was read before it is stored.
type TemporaryError struct {
	Place string
	Err   error
}

// Error names the object and what the system said, with the file.
func (e *TemporaryError) Error() string {
	return fmt.Sprintf("keep %s in a temporary file while it is read: %v", e.Place, e.Err)
}

// Unwrap returns what the system said.
func (e *TemporaryError) Unwrap() error { return e.Err }

// temporary is a file that is gone when it is closed, and when the process ends, in whatever way: where the system
// allows it, it has no name from the beginning.
type temporary struct {
	*os.File
	named bool
}

func newTemporary(dir string) (*temporary, error) {
	file, err := os.CreateTemp(dir, "sgfit-object-*")
	if err != nil {
		return nil, err
	}
	return &temporary{file, os.Remove(file.Name()) != nil}, nil
}

// remove closes the file and frees its room.
func (t *temporary) remove() error {
	err := t.Close()
	if t.named {
		err = errors.Join(err, os.Remove(t.Name()))
	}
	return err
}
