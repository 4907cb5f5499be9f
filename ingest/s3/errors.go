package s3

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	ingestaws "sgfit/ingest/aws"
)

// What can be wrong with a place. An Error wraps one of them.
var (
	ErrURL         = errors.New("no URL of the form s3://bucket/prefix")
	ErrNothing     = errors.New("no objects to load under it")
	ErrCredentials = errors.New("no credentials that AWS accepts")
	ErrDenied      = errors.New("access denied")
	ErrNoBucket    = errors.New("no such bucket")
	ErrRegion      = errors.New("the bucket is in another region")
	ErrVanished    = errors.New("it vanished since it was listed")
	ErrChanged     = errors.New("it changed since it was listed")
	ErrArchived    = errors.New("it is archived and must be restored before it can be read")
	ErrBusy        = errors.New("S3 asks to slow down, or fails, again and again")
	ErrBroken      = errors.New("the connection broke off again and again")
	ErrUnreachable = errors.New("the server cannot be reached")
	ErrRefused     = errors.New("the server refuses the request")
)

// Error says what could not be done with which place, and why. It wraps Kind and Cause.
type Error struct {
	Op     string // "open", "list", "read", "connect to"
	Place  string // s3://bucket/key
	Kind   error  // one of the Err… of this package
	Region string // with ErrRegion: where the bucket is, "" when S3 does not say
	Cause  error  // what the SDK said; nil when there is no more to say
}

// Error is one sentence with the place; of S3's answer it has the code alone.
func (e *Error) Error() string {
	text := fmt.Sprintf("%s %s: %v", e.Op, e.Place, e.Kind)
	var api smithy.APIError
	switch {
	case e.Region != "":
		return text + " (" + e.Region + ")"
	case errors.As(e.Cause, &api):
		return text + " (" + api.ErrorCode() + ")"
	case e.Cause != nil:
		return text + ": " + said(e.Cause)
	}
	return text
}

// said is the innermost part of a cause that tells what happened, without what the SDK wraps around it.
func said(cause error) string {
	var credentials *ingestaws.CredentialsError
	if errors.As(cause, &credentials) {
		return credentials.Error()
	}
	var request *url.Error
	if errors.As(cause, &request) {
		return request.Err.Error()
	}
	return cause.Error()
}

// Unwrap returns Kind and, where there is one, Cause.
func (e *Error) Unwrap() []error {
	if e.Cause == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Cause}
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
	if e.Kind = kindOf(err); e.Kind == ErrRegion || e.Region != "" && e.Kind == ErrRefused {
		e.Kind = ErrRegion
	} else {
		e.Region = ""
	}
	return e
}

// kindOf tells what an error of the SDK means, by types, codes and HTTP status.
func kindOf(err error) error {
	var api smithy.APIError
	var credentials *ingestaws.CredentialsError
	var profile config.SharedConfigProfileNotExistError
	var response *smithyhttp.ResponseError
	switch {
	case errors.As(err, &credentials), errors.As(err, &profile):
		return ErrCredentials
	case errors.As(err, &api) && kindOfCode(api.ErrorCode()) != nil:
		return kindOfCode(api.ErrorCode())
	case errors.As(err, new(*smithyhttp.RequestSendError)):
		return ErrUnreachable
	case errors.As(err, &response):
		return kindOfStatus(response.HTTPStatusCode())
	}
	return ErrRefused
}

// kindOfCode knows the codes of https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html that matter here.
func kindOfCode(code string) error {
	switch code {
	case "AccessDenied", "AllAccessDisabled", "AccountProblem":
		return ErrDenied
	case "NoSuchBucket":
		return ErrNoBucket
	case "NoSuchKey":
		return ErrVanished
	case "PreconditionFailed":
		return ErrChanged
	case "InvalidObjectState":
		return ErrArchived
	case "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken", "TokenRefreshRequired",
		"InvalidSecurity", "NotSignedUp":
		return ErrCredentials
	case "PermanentRedirect", "TemporaryRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException":
		return ErrRegion
	case "SlowDown", "ServiceUnavailable", "InternalError", "RequestTimeout", "Throttling", "ThrottlingException",
		"RequestLimitExceeded", "TooManyRequests":
		return ErrBusy
	}
	return nil
}

// kindOfStatus is for answers without a code that is known.
func kindOfStatus(status int) error {
	switch {
	case status == http.StatusMovedPermanently, status == http.StatusTemporaryRedirect:
		return ErrRegion
	case status == http.StatusUnauthorized:
		return ErrCredentials
	case status == http.StatusForbidden:
		return ErrDenied
	case status == http.StatusNotFound:
		return ErrVanished
	case status == http.StatusPreconditionFailed:
		return ErrChanged
	case status == http.StatusTooManyRequests, status >= 500:
		return ErrBusy
	case status < 300:
		return ErrBroken // an answer that cannot be read
	}
	return ErrRefused
}

// toldRegion is the region that S3 says the bucket is in.
func toldRegion(err error) string {
	var response *smithyhttp.ResponseError
	if !errors.As(err, &response) || response.Response == nil {
		return ""
	}
	return response.Response.Header.Get("X-Amz-Bucket-Region")
}
