package main

import (
	"errors"

	"sgfit/ingest/cloudwatch"
	"sgfit/ingest/s3"
)

// kindHint is what to do about one kind of error.
type kindHint struct {
	kind error
	hint string
}

const (
	stored     = "what was stored is whole."
	whoIsIt    = "Check with 'aws sts get-caller-identity'; choose with --profile or --role-arn."
	brokenHint = "Check the network, and run the same command again: " + stored
)

// sourceHint says what to do about S3 or CloudWatch Logs; "" for other errors.
func sourceHint(err error) string {
	var bucket *s3.Error
	var logs *cloudwatch.Error
	switch {
	case errors.As(err, &bucket):
		return oneOf(err, s3Hints(bucket))
	case errors.As(err, &logs):
		return oneOf(err, cloudwatchHints(logs))
	}
	return ""
}

// oneOf returns the hint that fits.
func oneOf(err error, hints []kindHint) string {
	for _, h := range hints {
		if errors.Is(err, h.kind) {
			return h.hint
		}
	}
	return "Run the same command again; " + stored
}

func s3Hints(failed *s3.Error) []kindHint {
	return []kindHint{
		{s3.ErrURL, "Write s3://bucket/prefix."},
		{s3.ErrCredentials, whoIsIt},
		{s3.ErrDenied, "The caller needs s3:ListBucket and s3:GetObject, and kms:Decrypt where the bucket is encrypted with a key; a deeper prefix may be allowed, and some buckets want --request-payer."},
		{s3.ErrRegion, "Give the bucket's region: --region " + failed.Region},
		{s3.ErrNoBucket, "Check the bucket's name."},
		{s3.ErrNothing, "Check the prefix: 'aws s3 ls' with it shows what is there."},
		{s3.ErrBusy, "S3 asked to slow down again and again; run the same command later, or with fewer --workers."},
		{s3.ErrUnreachable, "Check the network, and --endpoint-url if you gave one."},
		{s3.ErrBroken, brokenHint},
		{s3.ErrArchived, "Restore the objects from their archive first."},
	}
}

func cloudwatchHints(failed *cloudwatch.Error) []kindHint {
	return []kindHint{
		{cloudwatch.ErrURL, "Write cwl://REGION/LOG-GROUP, such as cwl://eu-west-1/my-flow-logs."},
		{cloudwatch.ErrCredentials, whoIsIt},
		{cloudwatch.ErrDenied, "The caller needs " + failed.Action + "; in all logs:DescribeLogGroups, logs:FilterLogEvents and, unless --log-format is given, ec2:DescribeFlowLogs."},
		{cloudwatch.ErrNoGroup, "'aws logs describe-log-groups --region REGION' lists the groups; check region, name and --profile."},
		{cloudwatch.ErrNothing, "An hour of records is read an hour after it has ended, when the last of them have come; run the same command later."},
		{cloudwatch.ErrFormats, "Say which format to read with --log-format '${version} ${account-id} …'; records of the other then count as malformed where they show it."},
		{cloudwatch.ErrBusy, "Run the same command later, or with fewer --workers: " + stored},
		{cloudwatch.ErrUnreachable, "Check the network, that the region exists, and --endpoint-url if you gave one."},
		{cloudwatch.ErrBroken, brokenHint},
	}
}
