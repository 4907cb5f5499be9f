package ec2

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/smithy-go"

	ingestaws "sgfit/ingest/aws"
)

// ErrRegion says that nobody told which region to ask.
var ErrRegion = errors.New("no region is given, nor in the AWS configuration")

var errUnsigned = errors.New("EC2 answers to signed requests only")

// Error says what could not be asked, and why. It wraps Kind and Cause.
type Error struct {
	Op         string // "describe-security-groups in eu-west-1"
	Kind       error  // ErrRegion, or one of the Err… of package aws
	Permission string // with ErrDenied: what the caller lacks, such as "ec2:DescribeSecurityGroups"
	Cause      error  // what the SDK said; nil when there is no more to say
}

// Error is one sentence; of AWS's answer it has the code alone.
func (e *Error) Error() string {
	text := fmt.Sprintf("%s: %v", e.Op, e.Kind) + ingestaws.Detail(e.Cause)
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
	e := &Error{Op: op, Kind: ingestaws.KindOf(err, kindOfCode), Cause: err}
	var operation *smithy.OperationError
	if e.Kind == ingestaws.ErrDenied && errors.As(err, &operation) {
		e.Permission = map[string]string{"EC2": "ec2", "STS": "sts"}[operation.ServiceID] + ":" + operation.OperationName
	}
	return e
}

// kindOfCode knows the codes of https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html that other
// services lack.
func kindOfCode(code string) error {
	switch code {
	case "Blocked":
		return ingestaws.ErrCredentials
	case "EC2ThrottledException":
		return ingestaws.ErrBusy
	}
	return nil
}
