package main

import (
	"errors"
	"strings"

	"sgfit/ingest/aws"
	"sgfit/ingest/cloudwatch"
	"sgfit/ingest/ec2"
	"sgfit/ingest/s3"
)

// kindHint is what to do about one kind of error.
type kindHint struct {
	kind error
	hint string
}

const (
	stored     = "what was stored is whole."
	brokenHint = "Check the network, and run the same command again: " + stored
)

// sourceHint says what to do about S3, CloudWatch Logs or EC2; "" for other errors.
func sourceHint(err error) string {
	var bucket *s3.Error
	var logs *cloudwatch.Error
	var live *ec2.Error
	switch {
	case errors.As(err, &bucket):
		return oneOf(err, s3Hints(bucket))
	case errors.As(err, &logs):
		return oneOf(err, cloudwatchHints(logs))
	case errors.As(err, &live):
		return oneOf(err, ec2Hints())
	}
	return ""
}

// oneOf returns the hint that fits, the service's own first.
func oneOf(err error, hints []kindHint) string {
	for _, h := range append(hints, callerHints()...) {
		if errors.Is(err, h.kind) {
			return h.hint
		}
	}
	return "Run the same command again; " + stored
}

// callerHints are about who calls, whatever the service.
func callerHints() []kindHint {
	return []kindHint{
		{aws.ErrCredentials, "Check with 'aws sts get-caller-identity'; choose with --profile or --role-arn. A region that is not enabled for the account can answer so too."},
		{aws.ErrRole, "The role's trust policy must admit the caller, and the caller's own policy allow sts:AssumeRole on it; a role for others may ask for --external-id. Check --role-arn, or the profile's role_arn; 'aws sts get-caller-identity' tells who is calling."},
		{aws.ErrMFA, "Get credentials with the AWS command line, which asks for the code, and hand them on: eval \"$(aws configure export-credentials --profile NAME --format env)\", then the same command without --profile."},
		{aws.ErrSession, "Sign in again: 'aws sso login', with the same --profile."},
		{aws.ErrRegionOff, "Give a region that is enabled for the account with --region, or activate STS there in the account's settings (IAM)."},
		{aws.ErrConfig, "Mend the AWS configuration ('aws configure list' reads the same files), or choose another with --profile."},
	}
}

func s3Hints(failed *s3.Error) []kindHint {
	return []kindHint{
		{s3.ErrURL, "Write s3://bucket/prefix."},
		{aws.ErrDenied, "The caller needs s3:ListBucket and s3:GetObject, and kms:Decrypt where the bucket is encrypted with a key; a deeper prefix may be allowed, and some buckets want --request-payer."},
		{s3.ErrRegion, "Give the bucket's region: --region " + failed.Region},
		{s3.ErrNoBucket, "Check the bucket's name."},
		{s3.ErrNothing, "Check the prefix: 'aws s3 ls' with it shows what is there. Folders of other services, by AWS's layout, are passed over."},
		{aws.ErrBusy, "S3 asked to slow down again and again; run the same command later, or with fewer --workers."},
		{aws.ErrUnreachable, "Check the network, the name of the region, and --endpoint-url if you gave one."},
		{aws.ErrBroken, brokenHint},
		{s3.ErrArchived, "Restore the objects from their archive first."},
	}
}

func cloudwatchHints(failed *cloudwatch.Error) []kindHint {
	return []kindHint{
		{cloudwatch.ErrURL, "Write cwl://REGION/LOG-GROUP, such as cwl://eu-west-1/my-flow-logs."},
		{aws.ErrDenied, "The caller needs " + failed.Action + "; in all logs:DescribeLogGroups, logs:FilterLogEvents and, unless --log-format is given, ec2:DescribeFlowLogs."},
		{cloudwatch.ErrNoGroup, "'aws logs describe-log-groups --region REGION' lists the groups; check region, name and --profile."},
		{cloudwatch.ErrNothing, "An hour of records is read an hour after it has ended, when the last of them have come; run the same command later."},
		{cloudwatch.ErrFormats, "Say which format to read with --log-format '${version} ${account-id} …'; records of the other then count as malformed where they show it."},
		{aws.ErrBusy, "Run the same command later, or with fewer --workers: " + stored},
		{aws.ErrUnreachable, "Check the network, that the region exists, and --endpoint-url if you gave one."},
		{aws.ErrBroken, brokenHint},
	}
}

func ec2Hints() []kindHint {
	return []kindHint{
		{aws.ErrDenied, "--live needs ec2:" + strings.Join(ec2.Permissions(), ", ec2:") + "; AWS's policy AmazonEC2ReadOnlyAccess has them all. What was stored is whole."},
		{ec2.ErrRegion, "Give one: --region REGION (several with commas)."},
		{aws.ErrBusy, "Run the same command again a little later; " + stored},
		{aws.ErrUnreachable, "Check the network and the region's name, and --endpoint-url if you gave one."},
	}
}
