package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sgfit/suggest/export"
)

// occupiedError is a file that is in the way, and not of an earlier export.
type occupiedError struct{ path string }

func (e *occupiedError) Error() string {
	return e.path + " is there already, and no earlier export wrote it"
}

// writeFolder writes an export to a folder. A list beside the files says which they are: those of an earlier export go first, so
// that none of them is read with the new ones, and nothing else is touched.
func writeFolder(dir, format string, files []export.File) error {
	list := filepath.Join(dir, ".sgfit-export-"+format)
	earlier, err := listed(list)
	if err != nil {
		return &outputError{err}
	}
	if len(files) == 0 && earlier == nil {
		return nil
	}
	var names []string
	for _, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		if _, err := os.Lstat(path); err == nil && !slices.Contains(earlier, f.Name) {
			return &occupiedError{path}
		}
		names = append(names, f.Name)
	}
	for _, name := range earlier {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return &outputError{fmt.Errorf("remove a file of an earlier export: %w", err)}
		}
		if parent := filepath.Dir(path); parent != filepath.Clean(dir) {
			_ = os.Remove(parent) // where it is empty now
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return &outputError{fmt.Errorf("make the folder: %w", err)}
	}
	if err := writeFile(list, []byte(strings.Join(names, "\n"))); err != nil {
		return &outputError{err}
	}
	for _, f := range scriptsLast(files) {
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), writeFile(path, f.Content))
		if err == nil && f.Script {
			err = os.Chmod(path, 0o755)
		}
		if err != nil {
			return &outputError{err}
		}
	}
	return nil
}

// listed reads which files an earlier export wrote; nil where there was none.
func listed(path string) ([]string, error) {
	body, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read which files an earlier export wrote: %w", err)
	}
	out := []string{}
	for name := range strings.Lines(string(body)) {
		name = strings.TrimSpace(name)
		if filepath.IsLocal(filepath.FromSlash(name)) {
			out = append(out, name)
		}
	}
	return out, nil
}
