package main

import (
	"context"
	"errors"
	"runtime"

	"github.com/spf13/cobra"

	"sgfit/ingest"
	"sgfit/ingest/files"
	"sgfit/ingest/s3"
)

// s3Workers is how many objects of S3 are read at a time, unless --workers says otherwise: most of their time is waiting.
const s3Workers = 8

// addAWSFlags adds the flags that say how to reach S3 and EC2. The credentials are those that the AWS command line would use.
func addAWSFlags(cmd *cobra.Command, o *s3.Options, regions *[]string) {
	f := cmd.Flags()
	f.StringVar(&o.Profile, "profile", "", "for AWS: profile `NAME` of the shared AWS configuration")
	f.StringSliceVar(regions, "region", nil, "for AWS: `REGION` of the buckets (default found out), or the regions that --live asks for, with commas between (default the configured one)")
	f.StringVar(&o.RoleARN, "role-arn", "", "for AWS: `ARN` of a role to assume")
	f.StringVar(&o.ExternalID, "external-id", "", "for AWS: external `ID` that the role asks for")
	f.StringVar(&o.EndpointURL, "endpoint-url", "", "for AWS: `URL` of another server that speaks like it")
	f.BoolVar(&o.RequestPayer, "request-payer", false, "for s3://: agree to pay for requests and transfer")
	f.BoolVar(&o.Anonymous, "no-sign-request", false, "for s3://: do not sign requests (public buckets)")
}

// source makes one source of local paths and S3 addresses. service is the folder below an account's that is wanted
// ("vpcflowlogs", "Config") where a bucket is laid out as AWS does it.
func (o *ingestOptions) source(ctx context.Context, paths []string, service string) (ingest.Source, error) {
	var local, remote []string
	for _, p := range paths {
		if s3.Is(p) {
			remote = append(remote, p)
		} else {
			local = append(local, p)
		}
	}
	if len(remote) == 0 {
		return files.New(local...), nil
	}
	opt := o.s3
	if len(o.regions) == 1 {
		opt.Region = o.regions[0]
	}
	opt.Services = []string{service}
	bucket, err := s3.New(ctx, opt, remote...)
	if err != nil || len(local) == 0 {
		return bucket, err
	}
	return ingest.Join(files.New(local...), bucket), nil
}

// readers is how many objects are read at a time.
func (o *ingestOptions) readers(paths []string) int {
	for _, p := range paths {
		if s3.Is(p) && o.workers == 0 {
			return max(s3Workers, runtime.GOMAXPROCS(0))
		}
	}
	return o.workers
}

// s3Hint says what to do about S3; "" for other errors.
func s3Hint(err error) string {
	var failed *s3.Error
	if !errors.As(err, &failed) {
		return ""
	}
	for _, h := range []struct {
		kind error
		hint string
	}{
		{s3.ErrURL, "Write s3://bucket/prefix."},
		{s3.ErrCredentials, "Check with 'aws sts get-caller-identity'; choose with --profile or --role-arn."},
		{s3.ErrDenied, "The caller needs s3:ListBucket and s3:GetObject, and kms:Decrypt where the bucket is encrypted with a key; a deeper prefix may be allowed, and some buckets want --request-payer."},
		{s3.ErrRegion, "Give the bucket's region: --region " + failed.Region},
		{s3.ErrNoBucket, "Check the bucket's name."},
		{s3.ErrNothing, "Check the prefix: 'aws s3 ls' with it shows what is there."},
		{s3.ErrBusy, "S3 asked to slow down again and again; run the same command later, or with fewer --workers."},
		{s3.ErrUnreachable, "Check the network, and --endpoint-url if you gave one."},
		{s3.ErrBroken, "Check the network, and run the same command again: what was stored is whole."},
		{s3.ErrArchived, "Restore the objects from their archive first."},
	} {
		if errors.Is(err, h.kind) {
			return h.hint
		}
	}
	return "Run the same command again; what was stored is whole."
}
