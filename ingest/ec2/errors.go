package ec2

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

// What can be wrong. An Error wraps one of them.
var (
	ErrCredentials = errors.New("no credentials that AWS accepts")
	ErrDenied      = errors.New("access denied")
	ErrRegion      = errors.New("no region is given, nor in the AWS configuration")
	ErrBusy        = errors.New("EC2 asks to slow down, or fails, again and again")
	ErrUnreachable = errors.New("the server cannot be reached")
	ErrRefused     = errors.New("the server refuses the request")
)

var errUnsigned = errors.New("EC2 answers to signed requests only")

// Error says what could not be asked, and why. It wraps Kind and Cause.
type Error struct {
	Op         string // "describe-security-groups in eu-west-1"
	Kind       error  // one of the Err… of this package
	Permission string // with ErrDenied: what the caller lacks, such as "ec2:DescribeSecurityGroups"
	Cause      error  // what the SDK said; nil when there is no more to say
}

// Error is one sentence; of AWS's answer it has the code alone.
func (e *Error) Error() string {
	text := fmt.Sprintf("%s: %v", e.Op, e.Kind)
	var api smithy.APIError
	var request *url.Error
	var credentials *ingestaws.CredentialsError
	var response *smithyhttp.ResponseError
	switch {
	case errors.As(e.Cause, &api):
		text += " (" + api.ErrorCode() + ")"
	case errors.As(e.Cause, &credentials):
		text += ": " + credentials.Error()
	case errors.As(e.Cause, &response):
		text += fmt.Sprintf(" (HTTP status %d)", response.HTTPStatusCode())
	case errors.As(e.Cause, &request):
		text += ": " + request.Err.Error()
	case e.Cause != nil:
		text += ": " + e.Cause.Error()
	}
	if e.Permission != "" {
		text += "; it needs " + e.Permission
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
func failure(ctx context.Context, op string, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", op, ctx.Err())
	}
	e := &Error{Op: op, Kind: kindOf(err), Cause: err}
	var operation *smithy.OperationError
	if e.Kind == ErrDenied && errors.As(err, &operation) {
		e.Permission = map[string]string{"EC2": "ec2", "STS": "sts"}[operation.ServiceID] + ":" + operation.OperationName
	}
	return e
}

// kindOf tells what an error of the SDK means, by types, codes and HTTP status.
func kindOf(err error) error {
	var api smithy.APIError
	var profile config.SharedConfigProfileNotExistError
	var response *smithyhttp.ResponseError
	switch {
	case errors.As(err, new(*ingestaws.CredentialsError)), errors.As(err, &profile):
		return ErrCredentials
	case errors.As(err, &api) && kindOfCode(api.ErrorCode()) != nil:
		return kindOfCode(api.ErrorCode())
	case errors.As(err, new(*smithyhttp.RequestSendError)):
		return ErrUnreachable
	case errors.As(err, &response) && (response.HTTPStatusCode() >= 500 || response.HTTPStatusCode() == http.StatusTooManyRequests):
		return ErrBusy
	}
	return ErrRefused
}

// kindOfCode knows the codes of https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html that matter
// here, and STS's.
func kindOfCode(code string) error {
	switch code {
	case "UnauthorizedOperation", "AccessDenied", "AccessDeniedException":
		return ErrDenied
	case "AuthFailure", "InvalidClientTokenId", "SignatureDoesNotMatch", "ExpiredToken", "RequestExpired",
		"ExpiredTokenException", "UnrecognizedClientException", "MissingAuthenticationToken", "OptInRequired", "Blocked":
		return ErrCredentials
	case "RequestLimitExceeded", "Throttling", "ThrottlingException", "InternalError", "Unavailable", "ServiceUnavailable",
		"InternalFailure", "RequestThrottled", "EC2ThrottledException":
		return ErrBusy
	}
	return nil
}
