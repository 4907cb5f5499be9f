package cloudwatch

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

// What can be wrong with a log group. An Error wraps one of them.
var (
	ErrURL         = errors.New("no URL of the form cwl://region/log-group")
	ErrNoGroup     = errors.New("no such log group in that account and region")
	ErrNothing     = errors.New("no hour of it is complete yet")
	ErrFormats     = errors.New("flow logs of several formats with equally many fields deliver there, so their records cannot be told apart")
	ErrCredentials = errors.New("no credentials that AWS accepts")
	ErrDenied      = errors.New("access denied")
	ErrBusy        = errors.New("CloudWatch Logs asks to slow down, or fails, again and again")
	ErrBroken      = errors.New("the connection broke off again and again")
	ErrUnreachable = errors.New("the server cannot be reached")
	ErrRefused     = errors.New("the server refuses the request")
)

// Error says what could not be done with which place, and why. It wraps Kind and Cause.
type Error struct {
	Op     string // "open", "look up", "list", "read", "ask for the format of", "connect to"
	Place  string // cwl://region/log-group, or a window's
	Kind   error  // one of the Err… of this package
	Action string // the permission that the request takes, such as "logs:FilterLogEvents"; "" when none was made
	Cause  error  // what the SDK said; nil when there is no more to say
}

// Error is one sentence with the place; of AWS's answer it has the code alone.
func (e *Error) Error() string {
	text := fmt.Sprintf("%s %s: %v", e.Op, e.Place, e.Kind)
	var api smithy.APIError
	var request *url.Error
	var credentials *ingestaws.CredentialsError
	switch {
	case errors.Is(e.Kind, ErrDenied):
		return text + " (" + e.Action + ")"
	case errors.As(e.Cause, &api):
		return text + " (" + api.ErrorCode() + ")"
	case errors.As(e.Cause, &credentials):
		return text + ": " + credentials.Error()
	case errors.As(e.Cause, &request):
		return text + ": " + request.Err.Error()
	case e.Cause != nil:
		return text + ": " + e.Cause.Error()
	}
	return text
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
	return &Error{Op: op, Place: place, Kind: kindOf(err), Action: action, Cause: err}
}

// kindOf tells what an error of the SDK means, by types, codes and HTTP status.
func kindOf(err error) error {
	var api smithy.APIError
	var response *smithyhttp.ResponseError
	switch {
	case errors.As(err, new(*ingestaws.CredentialsError)), errors.As(err, new(config.SharedConfigProfileNotExistError)):
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

// kindOfCode knows the codes of both services that matter here (the "common errors" of
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/ and https://docs.aws.amazon.com/AWSEC2/latest/APIReference/).
func kindOfCode(code string) error {
	switch code {
	case "AccessDeniedException", "AccessDenied", "UnauthorizedOperation", "OptInRequired":
		return ErrDenied
	case "ResourceNotFoundException":
		return ErrNoGroup
	case "UnrecognizedClientException", "InvalidSignatureException", "ExpiredTokenException", "InvalidClientTokenId",
		"MissingAuthenticationTokenException", "MissingAuthenticationToken", "IncompleteSignature", "NotAuthorized",
		"AuthFailure", "RequestExpired", "ExpiredToken", "SignatureDoesNotMatch":
		return ErrCredentials
	case "ThrottlingException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded", "LimitExceededException",
		"ServiceUnavailableException", "ServiceUnavailable", "InternalFailure", "InternalError", "InternalServerError", "Unavailable":
		return ErrBusy
	}
	return nil
}

// kindOfStatus is for answers without a code that is known.
func kindOfStatus(status int) error {
	switch {
	case status == http.StatusUnauthorized:
		return ErrCredentials
	case status == http.StatusForbidden:
		return ErrDenied
	case status == http.StatusTooManyRequests, status >= 500:
		return ErrBusy
	case status < 300:
		return ErrBroken // an answer that cannot be read
	}
	return ErrRefused
}
