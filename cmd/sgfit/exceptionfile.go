package main

import (
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

// Add adds to the file, whole or not at all, or makes it.
func (f exceptionFile) Add(list []suggest.Exception) error {
	path, err := filepath.EvalSymlinks(string(f)) // a link stays one
	if errors.Is(err, fs.ErrNotExist) {
		return writeFile(string(f), exceptions.Write(list))
	}
	if err != nil {
		return fmt.Errorf("find the file of exceptions: %w", err)
	}
	body, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read exceptions: %w", err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("read exceptions: %w", err)
	}
	more, err := exceptions.Add(body, list)
	if err != nil {
		return fmt.Errorf("add to %s: %w", f, err)
	}
	if err := writeFile(path, more); err != nil {
		return err
	}
	return os.Chmod(path, info.Mode().Perm())
}
