package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"sgfit/suggest"
	"sgfit/suggest/exceptions"
)

// exceptionFile is an exceptions.yaml that people keep; "" for none.
type exceptionFile string

// Path is where it is.
func (f exceptionFile) Path() string { return string(f) }

// Text is a file of its own.
func (exceptionFile) Text(list []suggest.Exception) string { return string(exceptions.Write(list)) }

// Read returns what is in the file by now; none where it is not there yet.
func (f exceptionFile) Read() ([]suggest.Exception, error) {
	if f == "" {
		return nil, nil
	}
	list, err := readExceptions(string(f))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return list, err
}

// Add adds to the file, whole or not at all, or makes it. Reviews of several databases may add to one file at the same time.
func (f exceptionFile) Add(list []suggest.Exception) error {
	path, err := filepath.EvalSymlinks(string(f)) // a link stays one
	if errors.Is(err, fs.ErrNotExist) {
		if _, is := os.Readlink(string(f)); is == nil {
			return fmt.Errorf("%s is a link to a file that is not there; make that first, with 'version: 1' and 'exceptions: []'", f)
		}
		path, err = string(f), nil
	}
	if err != nil {
		return fmt.Errorf("find the file of exceptions: %w", err)
	}
	unlock, err := lockFolder(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("add to %s: %w", f, err)
	}
	defer unlock()
	body, mode, err := readIfThere(path)
	if err != nil {
		return fmt.Errorf("read exceptions: %w", err)
	}
	more := exceptions.Write(list)
	if body != nil {
		if more, err = exceptions.Add(body, list); err != nil {
			return fmt.Errorf("add to %s: %w", f, err)
		}
	}
	if now, _, err := readIfThere(path); err != nil || !bytes.Equal(now, body) {
		return errors.Join(fmt.Errorf("add to %s: somebody changes it at this moment; try again", f), err)
	}
	return replaceFile(path, more, mode)
}

// readIfThere reads a file and who may read it; nil and the usual where there is none.
func readIfThere(path string) ([]byte, os.FileMode, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0o644, nil
	}
	if err != nil {
		return nil, 0, err
	}
	body, err := os.ReadFile(path)
	if body == nil {
		body = []byte{}
	}
	return body, info.Mode().Perm(), err
}
