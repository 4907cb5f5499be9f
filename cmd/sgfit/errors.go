package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"syscall"

	"github.com/shirou/gopsutil/v4/disk"

	"sgfit/analyze"
	"sgfit/ingest"
	"sgfit/ingest/files"
	"sgfit/schema/duck"
	"sgfit/suggest/exceptions"
	"sgfit/suggest/ipranges"
	"sgfit/suggest/report"
)

// Exit codes.
const (
	exitDone     = 0
	exitFailed   = 1
	exitUsage    = 2
	exitRejected = 3 // done, with input that was set aside (only with --strict)
)

// usageError is a mistake in the call of a command ("sgfit run"; "" until the command is known).
type usageError struct {
	error
	command string
}

func (e *usageError) Unwrap() error { return e.error }

// noDatabaseError says that a file that should be a database is not there.
type noDatabaseError struct{ path string }

func (e *noDatabaseError) Error() string { return "there is no database " + e.path }

// foreignFileError says that a file, or a folder, is no database.
type foreignFileError struct{ path string }

func (e *foreignFileError) Error() string { return e.path + " is not a DuckDB database file" }

// openError is a database that is there, but cannot be opened.
type openError struct{ error }

func (e *openError) Unwrap() error { return e.error }

// fullDiskError is a failure while the database's disk has no room. What DuckDB says of it has no type to tell it by.
type fullDiskError struct {
	error
	path string
}

func (e *fullDiskError) Unwrap() error { return e.error }

// leastRoom is what DuckDB needs to go on: it takes room by blocks of 256 KiB, several at a time.
const leastRoom = 2 << 20

// fullDisk marks a failure of work on a database for whose file there is no room.
func fullDisk(err error, path string) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	if room, look := disk.Usage(filepath.Dir(path)); look == nil && room.Free < leastRoom {
		return &fullDiskError{err, path}
	}
	return err
}

// outputError is a file or a folder that cannot be written.
type outputError struct{ error }

func (e *outputError) Unwrap() error { return e.error }

// errRejectedInput ends a --strict command that did its job but set input aside.
var errRejectedInput = errors.New("some input was set aside")

// exitCode prints an error with what to do next, and returns the code that the program ends with.
func exitCode(stderr io.Writer, err error) int {
	if err == nil {
		return exitDone
	}
	fmt.Fprintf(stderr, "sgfit: %s\n", printable(err.Error()))
	if h := hint(err); h != "" {
		fmt.Fprintf(stderr, "  %s\n", h)
	}
	var wrong *usageError
	switch {
	case errors.As(err, &wrong):
		return exitUsage
	case errors.Is(err, errRejectedInput):
		return exitRejected
	}
	return exitFailed
}

// hint says what to do about an error.
func hint(err error) string {
	var wrong *usageError
	var ref *report.RuleRefError
	switch {
	case errors.As(err, &wrong) && wrong.command != "":
		return "See '" + wrong.command + " --help'."
	case errors.As(err, &wrong):
		return "See 'sgfit --help'."
	case errors.As(err, new(*exceptions.Error)):
		return "'sgfit exceptions --help' says what such a file holds, 'sgfit exceptions draft' writes one to begin with."
	case errors.Is(err, ipranges.ErrFormat):
		return "Fetch it anew: curl -O https://ip-ranges.amazonaws.com/ip-ranges.json"
	case errors.As(err, new(*outsideError)):
		return "Give other --since and --until, or leave them out."
	case errors.Is(err, analyze.ErrNoRecords):
		return "Load some first: sgfit ingest flow-logs --db FILE PATH…"
	case errors.Is(err, analyze.ErrNoInventory):
		return "Rules come from AWS Config snapshot or history files: sgfit ingest config --db FILE PATH… ('aws configservice deliver-config-snapshot' writes one), or from EC2 itself: --live."
	case errors.As(err, &ref):
		return "RULE is sg-…/3 (the third rule of the group), an sgr-… id, or words such as 'sg-0abc ingress tcp 443 10.0.0.0/8'; report.html and plan.json name every rule."
	case errors.Is(err, path.ErrBadPattern):
		return "Brackets and braces of a glob come in pairs; quote the glob, so that the shell leaves it alone."
	case errors.Is(err, files.ErrNotExist), errors.Is(err, files.ErrNothing):
		return "Give a file, a folder or a glob that holds files; folders are walked."
	case errors.Is(err, errRejectedInput):
		return "See it with: sgfit status --rejected --db FILE. Without --strict this is only a warning."
	}
	if h := sourceHint(err); h == "" && errors.As(err, new(*ingest.EarlierError)) {
		return "Run the same command again when it can be read; what was stored is whole."
	} else if h != "" {
		return h
	}
	return systemHint(err)
}

// systemHint says what to do about a database, a file or a signal.
func systemHint(err error) string {
	var newer *duck.NewerError
	var missing *noDatabaseError
	var foreign *foreignFileError
	var closed *openError
	var output *outputError
	var place *fs.PathError
	var changed *duck.ChangedError
	var temporary *ingest.TemporaryError
	var full *fullDiskError
	var occupied *occupiedError
	switch {
	case errors.As(err, &occupied):
		return "Give another folder with --out, or move that file away."
	case errors.As(err, &temporary):
		return "Set TMPDIR to a folder with room for some objects, 75 MB each as AWS writes them; what was stored is whole, so run the same command again to go on."
	case errors.As(err, &full):
		return "The disk that " + full.path + " is on is full. Make room, or move the file to another disk and name it with --db; what was stored is whole, and the same command then goes on from there."
	case errors.Is(err, syscall.ENOSPC):
		return "The disk is full. Make room, or give a folder on another disk with --out; what was stored is whole."
	case errors.As(err, &changed):
		return "What it held then is counted and cannot be taken back: put the file back as it was, or load everything into another file with --db."
	case errors.As(err, &missing):
		return "Give the right file with --db, or make it: 'sgfit run --flow-logs PATH --config PATH --db FILE' does the whole job, 'sgfit ingest' only loads."
	case errors.As(err, &foreign):
		return "Give another file with --db; 'sgfit run' and 'sgfit ingest' make it if it is not there."
	case errors.As(err, &newer):
		return "Use the sgfit that made it or a later one, or give another file with --db."
	case errors.Is(err, duck.ErrNotOurs):
		return "Give another file with --db; sgfit makes it if it is not there."
	case errors.Is(err, duck.ErrEdgesOnly):
		return "Load everything into another file with --db, without --keep edges."
	case errors.Is(err, duck.ErrNoPlan):
		return "Make one first: sgfit suggest --db FILE"
	case errors.Is(err, fs.ErrPermission):
		return "Check the permissions of the file and of the folders above it."
	case errors.Is(err, context.Canceled):
		return "Stopped. What was stored is whole; run the same command again to go on."
	case errors.As(err, &closed):
		return "If another program has the file open (an sgfit, a DuckDB client), close it first: while one writes, no other can open it. A file that is damaged cannot be mended: load into another one."
	case errors.As(err, &output):
		return "Give another folder with --out: one that can be written to, or made."
	case errors.As(err, &place):
		return "Check that path; every part of it but the last must be a folder."
	}
	return ""
}
