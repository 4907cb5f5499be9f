package cloudwatch

import (
	"context"
	"errors"
	"fmt"

	ingestaws "sgfit/ingest/aws"
)

// What can be wrong with a log group. An Error wraps one of them, or one of package aws.
var (
	ErrURL     = errors.New("no URL of the form cwl://region/log-group")
	ErrNoGroup = errors.New("no such log group in that account and region")
	ErrNothing = errors.New("no hour of it is complete yet")
	ErrFormats = errors.New("flow logs of several formats with equally many fields deliver there, so their records cannot be told apart")
)

// Error says what could not be done with which place, and why. It wraps Kind and Cause.
type Error struct {
	Op     string // "open", "look up", "list", "read", "ask for the format of", "connect to"
	Place  string // cwl://region/log-group, or a window's
	Kind   error  // one of the Err… of this package or of package aws
	Action string // the permission that the request takes, such as "logs:FilterLogEvents"; "" when none was made
	Cause  error  // what the SDK said; nil when there is no more to say
}

// Error is one sentence with the place; of AWS's answer it has the code alone.
func (e *Error) Error() string {
	text := fmt.Sprintf("%s %s: %v", e.Op, e.Place, e.Kind)
	if e.Kind == ingestaws.ErrDenied {
		return text + " (" + e.Action + ")"
	}
	return text + ingestaws.Detail(e.Cause)
}

// Unwrap returns Kind and, where there is one, Cause.
func (e *Error) Unwrap() []error {
	if e.Cause == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Cause}
}

// failure makes an Error of what the SDK returned. Where it is the context that ended, it says just that.
func failure(ctx context.Context, op, place, action string, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s %s: %w", op, place, ctx.Err())
	}
	return &Error{Op: op, Place: place, Kind: ingestaws.KindOf(err, kindOfCode), Action: action, Cause: err}
}

// kindOfCode knows what codes mean here that mean something else elsewhere, or nothing.
func kindOfCode(code string) error {
	switch code {
	case "OptInRequired":
		return ingestaws.ErrDenied
	case "ResourceNotFoundException":
		return ErrNoGroup
	case "LimitExceededException":
		return ingestaws.ErrBusy
	}
	return nil
}
