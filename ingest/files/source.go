// Package files is the ingest source of local paths: files, folders that are walked, and globs. Start at New.
//
// It takes the delivery slot from AWS's key names, and passes over what AWS puts beside the data (write tests,
// digests). It does not look into files. Limits: two hard links to one file are two objects (their equal
// content is found out later); a folder that changes while it is walked is listed as it was come upon.
package files

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"sgfit/ingest"
	"sgfit/schema"
)

// ErrNotExist and ErrNothing are what a PathError can wrap.
var (
	ErrNotExist = errors.New("no such file or folder")
	ErrNothing  = errors.New("no files in it")
)

// PathError says which of the given paths is of no use: it wraps ErrNotExist (also a glob that nothing matches),
// ErrNothing (a folder without a file to load), doublestar.ErrBadPattern, or what the system said.
type PathError struct {
	Path string
	Err  error
}

// Error is one sentence with the path.
func (e *PathError) Error() string { return fmt.Sprintf("read %s: %v", e.Path, e.Err) }

// Unwrap returns what is wrong with the path.
func (e *PathError) Unwrap() error { return e.Err }

// Source lists and opens the files that its paths reach. Places are absolute paths.
type Source struct{ paths []string }

var _ ingest.Source = (*Source)(nil)

// New returns the source of files, folders and globs (with ** for any depth).
func New(paths ...string) *Source { return &Source{paths} }

// Skipped counts the files that a listing passed over, since they hold no data by their names.
type Skipped struct {
	WriteTests int // aws-logs-write-test and ConfigWritabilityCheckFile, by which AWS tries whether it may write
	Digests    int // CloudTrail's digests
	Hidden     int // files and folders whose name begins with a dot
	Special    int // pipes, sockets and devices
}

// Listing is what the paths reach.
type Listing struct {
	Refs     []ingest.Ref      // sorted by Slot, then Place
	Rejected []schema.Rejected // what could not be looked at
	Skipped  Skipped
}

// List returns every file once, however often the paths reach it.
func (s *Source) List(ctx context.Context) ([]ingest.Ref, []schema.Rejected, error) {
	l, err := s.Scan(ctx)
	return l.Refs, l.Rejected, err
}

// Open opens a file for reading.
func (s *Source) Open(_ context.Context, ref ingest.Ref) (io.ReadCloser, error) {
	return os.Open(ref.Place)
}

// Scan is List with a count of what was passed over. A path that does not exist, and a folder or glob that reaches
// nothing at all, is a *PathError.
func (s *Source) Scan(ctx context.Context) (Listing, error) {
	w := &walk{ctx: ctx, files: map[string]ingest.Ref{}, folders: map[string]int{}, skipped: map[string]bool{}}
	for _, path := range s.paths {
		if err := w.path(path); err != nil {
			return Listing{}, err
		}
	}
	for _, ref := range w.files {
		w.list.Refs = append(w.list.Refs, ref)
	}
	slices.SortFunc(w.list.Refs, ingest.CompareRefs)
	slices.SortFunc(w.list.Rejected, func(a, b schema.Rejected) int { return cmp.Compare(a.Place, b.Place) })
	w.list.Rejected = slices.Compact(w.list.Rejected)
	return w.list, nil
}

// walk gathers files. Files and folders are known by their paths without symbolic links, and each is taken once, under
// the path that leads to it first: so links that lead in circles end.
type walk struct {
	ctx     context.Context
	files   map[string]ingest.Ref // by real path
	folders map[string]int        // by real path: files and problems in it, 0 while it is walked
	skipped map[string]bool       // by real path
	found   int                   // files and problems that the path at hand led to
	list    Listing
}

// path takes one of the given paths.
func (w *walk) path(path string) error {
	w.found = 0
	if err := w.ctx.Err(); err != nil {
		return fmt.Errorf("list files: %w", err)
	}
	matches, err := w.expand(path)
	if err != nil {
		return &PathError{path, err}
	}
	for _, m := range matches {
		full, err := filepath.Abs(m)
		if err != nil {
			return &PathError{path, err}
		}
		if err := w.visit(full); err != nil {
			return err
		}
	}
	if w.found == 0 {
		return &PathError{path, ErrNothing}
	}
	return nil
}

// expand returns what a path stands for. A file whose name holds characters of a glob is itself.
func (w *walk) expand(path string) ([]string, error) {
	_, err := os.Lstat(path)
	switch {
	case err == nil:
		return []string{path}, nil
	case !errors.Is(err, os.ErrNotExist):
		return nil, err
	case !strings.ContainsAny(path, "*?[{"):
		return nil, ErrNotExist
	}
	matches, err := doublestar.FilepathGlob(path)
	if err != nil {
		return nil, err
	}
	matches = slices.DeleteFunc(matches, func(m string) bool { return w.hidden(path, m) })
	if len(matches) == 0 {
		return nil, ErrNotExist
	}
	slices.Sort(matches)
	return matches, nil
}

// hidden passes over what a glob matches below a dot, unless the glob itself names a dot.
func (w *walk) hidden(pattern, match string) bool {
	base, rest := doublestar.SplitPattern(filepath.ToSlash(pattern))
	below, err := filepath.Rel(filepath.FromSlash(base), match)
	if err != nil || strings.HasPrefix(rest, ".") || strings.Contains(rest, "/.") {
		return false
	}
	if !strings.Contains("/"+filepath.ToSlash(below), "/.") {
		return false
	}
	if real, err := filepath.EvalSymlinks(match); err == nil {
		w.skip(real, &w.list.Skipped.Hidden)
	}
	return true
}

// visit takes a file or a folder.
func (w *walk) visit(path string) error {
	if err := w.ctx.Err(); err != nil {
		return fmt.Errorf("list files: %w", err)
	}
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		w.reject(path, err)
		return nil
	}
	info, err := os.Stat(real)
	switch {
	case err != nil:
		w.reject(path, err)
	case info.IsDir():
		return w.folder(path, real)
	case !info.Mode().IsRegular():
		w.skip(real, &w.list.Skipped.Special)
	case ingest.IsWriteTest(filepath.ToSlash(path)):
		w.skip(real, &w.list.Skipped.WriteTests)
	case ingest.IsDigest(filepath.ToSlash(path)):
		w.skip(real, &w.list.Skipped.Digests)
	default:
		w.file(path, real, info)
	}
	return nil
}

// file lists a file.
func (w *walk) file(path, real string, info os.FileInfo) {
	w.found++
	if _, again := w.files[real]; again {
		return
	}
	slot, _ := ingest.SlotOf(filepath.ToSlash(path))
	w.files[real] = ingest.Ref{Place: path, Size: info.Size(), Modified: info.ModTime(), Slot: slot}
}

// folder visits what a folder holds, hidden names apart.
func (w *walk) folder(path, real string) error {
	if n, again := w.folders[real]; again {
		w.found += n
		return nil
	}
	w.folders[real] = 0
	before := w.found
	defer func() { w.folders[real] = w.found - before }()
	entries, err := os.ReadDir(path)
	if err != nil {
		w.reject(path, err)
	}
	for _, e := range entries {
		full := filepath.Join(path, e.Name())
		if strings.HasPrefix(e.Name(), ".") {
			w.skip(filepath.Join(real, e.Name()), &w.list.Skipped.Hidden)
			continue
		}
		if err := w.visit(full); err != nil {
			return err
		}
	}
	return nil
}

// skip counts a file once.
func (w *walk) skip(real string, count *int) {
	if !w.skipped[real] {
		w.skipped[real] = true
		*count++
	}
}

// reject keeps a place that cannot be looked at, with what to do about it.
func (w *walk) reject(path string, err error) {
	w.found++
	reason := "cannot be looked at: " + cause(err)
	switch {
	case errors.Is(err, os.ErrPermission):
		reason = "permission denied; allow this user to read it, then load again"
	case errors.Is(err, os.ErrNotExist):
		reason = "link to a file that does not exist; restore the file or remove the link, then load again"
	}
	w.list.Rejected = append(w.list.Rejected, schema.Rejected{Place: path, Reason: reason})
}

// cause is what the system said, without the path that stands beside it.
func cause(err error) string {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}
