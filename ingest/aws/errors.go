package aws

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/ssocreds"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// What can be wrong with a request to any service. The services' errors wrap one of these, or one of their own.
var (
	ErrCredentials = errors.New("no credentials that AWS accepts")
	ErrRole        = errors.New("the role cannot be assumed")
	ErrMFA         = errors.New("the profile's role asks for an MFA code, which sgfit does not ask for")
	ErrSession     = errors.New("nobody is signed in with the single sign-on, or no longer")
	ErrRegionOff   = errors.New("STS is not active in that region")
	ErrConfig      = errors.New("the AWS configuration cannot be used")
	ErrDenied      = errors.New("access denied")
	ErrBusy        = errors.New("AWS asks to slow down, or fails, again and again")
	ErrBroken      = errors.New("the connection broke off again and again")
	ErrUnreachable = errors.New("the server cannot be reached")
	ErrRefused     = errors.New("the server refuses the request")
)

// CredentialsError marks that credentials, not the service that was called, are what failed.
type CredentialsError struct {
	Err    error
	SignOn bool // they come from the single sign-on
}

func (e *CredentialsError) Error() string { return e.Err.Error() }

// Unwrap returns what the provider of the credentials said.
func (e *CredentialsError) Unwrap() error { return e.Err }

// ConfigError is an AWS configuration that cannot be read, or not be followed.
type ConfigError struct{ Err error }

func (e *ConfigError) Error() string { return e.Err.Error() }

// Unwrap returns what the SDK said.
func (e *ConfigError) Unwrap() error { return e.Err }

// KindOf tells what an error of the SDK means, by types, codes and HTTP status. The service's own codes go first; for
// others ofCode returns nil.
func KindOf(err error, ofCode func(code string) error) error {
	var api smithy.APIError
	var response *smithyhttp.ResponseError
	var credentials *CredentialsError
	switch {
	case errors.As(err, new(*ConfigError)):
		return kindOfConfig(err)
	case errors.As(err, &credentials):
		return kindOfCredentials(credentials)
	case errors.As(err, &api) && ofCode(api.ErrorCode()) != nil:
		return ofCode(api.ErrorCode())
	case errors.As(err, &api) && kindOfCode(api.ErrorCode()) != nil:
		return kindOfCode(api.ErrorCode())
	case errors.As(err, new(*smithyhttp.RequestSendError)):
		return ErrUnreachable
	case errors.As(err, &response):
		return kindOfStatus(response.HTTPStatusCode())
	}
	return ErrRefused
}

func kindOfConfig(err error) error {
	switch {
	case errors.As(err, new(config.AssumeRoleTokenProviderNotSetError)):
		return ErrMFA
	case errors.As(err, new(config.SharedConfigProfileNotExistError)):
		return ErrCredentials
	}
	return ErrConfig
}

// kindOfCredentials looks at the innermost call that was made for the sake of credentials: STS, or the single sign-on.
// That an instance has no metadata service is no news of a server: there are just no credentials.
func kindOfCredentials(failed *CredentialsError) error {
	call := innermost(failed)
	var api smithy.APIError
	switch {
	case errors.As(failed, new(*ssocreds.InvalidTokenError)), failed.SignOn && call == nil:
		return ErrSession
	case call == nil || call.ServiceID == "ec2imds":
		return ErrCredentials
	case !errors.As(call, &api):
		if errors.As(call, new(*smithyhttp.RequestSendError)) {
			return ErrUnreachable
		}
		return ErrCredentials
	case api.ErrorCode() == "RegionDisabledException":
		return ErrRegionOff
	}
	kind := kindOfCode(api.ErrorCode())
	if call.ServiceID == "STS" && kind != ErrCredentials && kind != ErrBusy {
		return ErrRole
	}
	if kind == ErrBusy {
		return kind
	}
	return ErrCredentials
}

// innermost returns the call at the bottom of an error, nil for none.
func innermost(err error) (last *smithy.OperationError) {
	for call := (*smithy.OperationError)(nil); errors.As(err, &call); err = call.Err {
		last = call
	}
	return last
}

// kindOfCode knows the codes that services share (their API references call them common errors), and EC2's for the same.
func kindOfCode(code string) error {
	switch code {
	case "AccessDenied", "AccessDeniedException", "UnauthorizedOperation":
		return ErrDenied
	case "InvalidAccessKeyId", "InvalidClientTokenId", "InvalidSignatureException", "InvalidToken", "SignatureDoesNotMatch", "IncompleteSignature",
		"ExpiredToken", "ExpiredTokenException", "RequestExpired", "UnrecognizedClientException", "AuthFailure", "NotAuthorized",
		"MissingAuthenticationToken", "MissingAuthenticationTokenException", "OptInRequired":
		return ErrCredentials
	case "Throttling", "ThrottlingException", "RequestLimitExceeded", "RequestThrottled", "TooManyRequests", "TooManyRequestsException",
		"Unavailable", "ServiceUnavailable", "ServiceUnavailableException", "InternalError", "InternalFailure", "InternalServerError":
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

// Detail is what to say behind a kind: of a service's answer the code alone, of STS's also why, which no other place
// tells; of other causes the innermost part, without what the SDK wraps around it.
func Detail(cause error) string {
	var api smithy.APIError
	var request *url.Error
	var response *smithyhttp.ResponseError
	var credentials *CredentialsError
	switch {
	case cause == nil:
		return ""
	case errors.As(cause, &credentials) && errors.As(credentials, &api):
		return fmt.Sprintf(" (%s): %s", api.ErrorCode(), clip(api.ErrorMessage()))
	case credentials != nil && kindOfCredentials(credentials) != ErrUnreachable:
		return ": " + credentials.Error()
	case errors.As(cause, &api):
		return " (" + api.ErrorCode() + ")"
	case errors.As(cause, &request):
		return ": " + request.Err.Error()
	case errors.As(cause, &response):
		return fmt.Sprintf(" (HTTP status %d)", response.HTTPStatusCode())
	}
	return ": " + cause.Error()
}

// clip keeps a server's text to a length that can be read.
func clip(text string) string {
	const most = 400
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}
