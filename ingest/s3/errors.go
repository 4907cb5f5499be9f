package s3

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	smithyhttp "github.com/aws/smithy-go/transport/http"

	ingestaws "sgfit/ingest/aws"
)

// What can be wrong with a place. An Error wraps one of them, or one of package aws.
var (
	ErrURL      = errors.New("no URL of the form s3://bucket/prefix")
	ErrNothing  = errors.New("no objects to load under it")
	ErrNoBucket = errors.New("no such bucket")
	ErrRegion   = errors.New("the bucket is in another region")
	ErrVanished = errors.New("it vanished since it was listed")
	ErrChanged  = errors.New("it changed since it was listed")
	ErrArchived = errors.New("it is archived and must be restored before it can be read")
)

// Error says what could not be done with which place, and why. It wraps Kind and Cause.
type Error struct {
	Op     string // "open", "list", "read", "connect to"
	Place  string // s3://bucket/key
	Kind   error  // one of the Err… of this package or of package aws
	Region string // with ErrRegion: where the bucket is, "" when S3 does not say
	Cause  error  // what the SDK said; nil when there is no more to say
}

// Error is one sentence with the place; of S3's answer it has the code alone.
func (e *Error) Error() string {
	text := fmt.Sprintf("%s %s: %v", e.Op, e.Place, e.Kind)
	if e.Region != "" {
		return text + " (" + e.Region + ")"
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

// Passing says whether the same request may well succeed later.
func (e *Error) Passing() bool {
	return e.Kind == ingestaws.ErrBusy || e.Kind == ingestaws.ErrBroken || e.Kind == ingestaws.ErrUnreachable || e.Kind == ingestaws.ErrCredentials
}

// failure makes an Error of what the SDK returned. Where it is the context that ended, it says just that.
func failure(ctx context.Context, op, place, region string, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s %s: %w", op, place, ctx.Err())
	}
	if known := new(Error); errors.As(err, &known) {
		return err
	}
	e := &Error{Op: op, Place: place, Cause: err}
	if e.Region = toldRegion(err); e.Region == region {
		e.Region = ""
	}
	if e.Kind = kindOf(err); e.Kind == ErrRegion || e.Region != "" && e.Kind == ingestaws.ErrRefused {
		e.Kind = ErrRegion
	} else {
		e.Region = ""
	}
	return e
}

// kindOf tells what an error of the SDK means.
func kindOf(err error) error {
	kind := ingestaws.KindOf(err, kindOfCode)
	var response *smithyhttp.ResponseError
	if kind == ingestaws.ErrRefused && errors.As(err, &response) {
		return kindOfStatus(response.HTTPStatusCode())
	}
	return kind
}

// kindOfCode knows the codes of https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html that matter here.
func kindOfCode(code string) error {
	switch code {
	case "AllAccessDisabled", "AccountProblem":
		return ingestaws.ErrDenied
	case "NoSuchBucket":
		return ErrNoBucket
	case "NoSuchKey":
		return ErrVanished
	case "PreconditionFailed":
		return ErrChanged
	case "InvalidObjectState":
		return ErrArchived
	case "TokenRefreshRequired", "InvalidSecurity", "NotSignedUp":
		return ingestaws.ErrCredentials
	case "PermanentRedirect", "TemporaryRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException":
		return ErrRegion
	case "SlowDown", "RequestTimeout":
		return ingestaws.ErrBusy
	}
	return nil
}

// kindOfStatus is for answers without a code that is known.
func kindOfStatus(status int) error {
	switch status {
	case http.StatusMovedPermanently, http.StatusTemporaryRedirect:
		return ErrRegion
	case http.StatusNotFound:
		return ErrVanished
	case http.StatusPreconditionFailed:
		return ErrChanged
	}
	return ingestaws.ErrRefused
}

// toldRegion is the region that S3 says the bucket is in.
func toldRegion(err error) string {
	var response *smithyhttp.ResponseError
	if !errors.As(err, &response) || response.Response == nil {
		return ""
	}
	return response.Response.Header.Get("X-Amz-Bucket-Region")
}
