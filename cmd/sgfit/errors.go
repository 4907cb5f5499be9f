package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"sgfit/analyze"
	"sgfit/ingest/files"
	"sgfit/schema/duck"
	"sgfit/suggest/report"
)

// Exit codes.
const (
	exitDone     = 0
	exitFailed   = 1
	exitUsage    = 2
	exitRejected = 3 // done, with input that was set aside (only with --strict)
)

// usageError is a mistake in the call.
type usageError struct{ error }

func (e *usageError) Unwrap() error { return e.error }

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
	var newer *duck.NewerError
	var wrong *usageError
	var ref *report.RuleRefError
	switch {
	case errors.As(err, &wrong):
		return "See 'sgfit --help', or 'sgfit COMMAND --help'."
	case errors.As(err, &newer):
		return "Use the sgfit that made it or a later one, or give another file with --db."
	case errors.Is(err, duck.ErrNotOurs):
		return "Give another file with --db; sgfit makes it if it is not there."
	case errors.Is(err, duck.ErrNoPlan):
		return "Make one first: sgfit suggest --db FILE."
	case errors.Is(err, analyze.ErrNoRecords):
		return "Load some first: sgfit ingest flow-logs --db FILE PATH…"
	case errors.Is(err, analyze.ErrNoInventory):
		return "Rules come from AWS Config snapshot or history files: sgfit ingest config --db FILE PATH… ('aws configservice deliver-config-snapshot' writes one)."
	case errors.As(err, &ref):
		return "List the rules with: sgfit report --db FILE --out DIR, or look into plan.json."
	case errors.Is(err, files.ErrNotExist), errors.Is(err, files.ErrNothing):
		return "Give a file, a folder or a glob that holds files; folders are walked."
	case errors.Is(err, errRejectedInput):
		return "See them with: sgfit status --db FILE. Without --strict this is only a warning."
	case errors.Is(err, fs.ErrPermission):
		return "Check the permissions of the file and of the folders above it."
	case errors.Is(err, context.Canceled):
		return "Stopped. What was stored is whole; run the same command again to go on."
	}
	return ""
}
