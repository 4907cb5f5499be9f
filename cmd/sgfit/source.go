package main

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sgfit/ingest"
	"sgfit/ingest/cloudwatch"
	"sgfit/ingest/files"
	"sgfit/ingest/flowlog"
	"sgfit/ingest/s3"
	"sgfit/schema"
)

// How many objects are read at a time, unless --workers says otherwise: most of their time is waiting.
const (
	s3Workers         = 8
	cloudwatchWorkers = 4
)

// addAWSFlags adds the flags that say how to reach S3, CloudWatch Logs and EC2. The credentials are those that the AWS
// command line would use.
func addAWSFlags(cmd *cobra.Command, o *s3.Options, regions *[]string) {
	f := cmd.Flags()
	f.StringVar(&o.Profile, "profile", "", "for AWS: profile `NAME` of the shared AWS configuration")
	f.StringSliceVar(regions, "region", nil, "for AWS: `REGION` of the buckets (default found out)")
	f.StringVar(&o.RoleARN, "role-arn", "", "for AWS: `ARN` of a role to assume")
	f.StringVar(&o.ExternalID, "external-id", "", "for AWS: external `ID` that the role asks for")
	f.StringVar(&o.EndpointURL, "endpoint-url", "", "for AWS: `URL` of another server that speaks like it")
	f.BoolVar(&o.RequestPayer, "request-payer", false, "for s3://: agree to pay for requests and transfer")
	f.BoolVar(&o.Anonymous, "no-sign-request", false, "for s3:// and cwl://: do not sign requests (public buckets)")
}

// awsWords are the flags that say how to reach AWS, as they were given.
func (o *ingestOptions) awsWords() (words []string) {
	for _, f := range []struct{ flag, value string }{{awsProfileFlag(o.s3.Profile), o.s3.Profile}, {"--region", strings.Join(o.regions, ",")},
		{"--role-arn", o.s3.RoleARN}, {"--external-id", o.s3.ExternalID}, {"--endpoint-url", o.s3.EndpointURL}} {
		if f.value != "" {
			words = append(words, f.flag, shellWord(f.value))
		}
	}
	if o.s3.RequestPayer {
		words = append(words, "--request-payer")
	}
	if o.s3.Anonymous {
		words = append(words, "--no-sign-request")
	}
	return words
}

// addFlowLogFlags adds what only flow logs need.
func (o *ingestOptions) addFlowLogFlags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.logFormat, "log-format", "", "`FIELDS` of records without a header line, as in '${version} ${account-id} …' (default AWS's default order; for cwl:// asked of EC2); json alone means --log-json")
}

// checkFormat refuses a format of which no record could be used.
func (o *ingestOptions) checkFormat() error {
	if o.logFormat == "" {
		return nil
	}
	if problem := flowlog.FormatProblem(schema.FieldNames(o.logFormat)); problem != "" {
		return &usageError{error: fmt.Errorf("--log-format %q: %s", o.logFormat, problem)}
	}
	return nil
}

// service is the folder below an account's that is wanted, where a bucket is laid out as AWS does it.
type service string

const (
	flowLogService service = "vpcflowlogs"
	configService  service = "Config"
	trailService   service = "CloudTrail"
)

// since is the begin of what is wanted of a service.
func (o *ingestOptions) since(kind service) time.Time {
	if kind == trailService && !o.window.since.IsZero() {
		return o.window.since.Add(-ingest.TrailLead)
	}
	return o.window.since
}

// source makes one source of local paths, S3 addresses and log groups, of what the window needs.
func (o *ingestOptions) source(ctx context.Context, term *terminal, paths []string, kind service) (ingest.Source, error) {
	var local, remote, groups []string
	for _, p := range paths {
		switch {
		case s3.Is(p):
			remote = append(remote, p)
		case cloudwatch.Is(p):
			groups = append(groups, p)
		default:
			local = append(local, p)
		}
	}
	var sources []ingest.Source
	if len(local) > 0 || len(remote)+len(groups) == 0 {
		sources = append(sources, o.files(local, kind))
	}
	if len(remote) > 0 {
		opt := o.s3
		if len(o.regions) == 1 {
			opt.Region = o.regions[0]
		}
		opt.Services = []string{string(kind)}
		opt.Since, opt.Until, opt.State = o.since(kind), o.window.until, kind == configService
		bucket, err := s3.New(ctx, opt, remote...)
		if err != nil {
			return nil, err
		}
		sources = append(sources, bucket)
	}
	if len(groups) > 0 {
		logs, err := cloudwatch.New(ctx, o.cloudwatch(term), groups...)
		if err != nil {
			return nil, err
		}
		sources = append(sources, logs)
	}
	return ingest.Join(sources...), nil
}

// files makes the source of local paths.
func (o *ingestOptions) files(paths []string, kind service) ingest.Source {
	source, window := files.New(paths...), ingest.Window{Since: o.since(kind), Until: o.window.until}
	switch {
	case window.Open():
		return source
	case kind == configService:
		return ingest.WithState(source, window)
	}
	return ingest.Within(source, window)
}

func (o *ingestOptions) cloudwatch(term *terminal) cloudwatch.Options {
	readers := o.workers
	if readers == 0 {
		readers = cloudwatchWorkers
	}
	return cloudwatch.Options{Now: o.window.now, Profile: o.s3.Profile, RoleARN: o.s3.RoleARN, ExternalID: o.s3.ExternalID,
		EndpointURL: o.s3.EndpointURL, Anonymous: o.s3.Anonymous, Since: o.window.since, Until: o.window.until,
		LogFormat: o.logFormat, Readers: readers, Warn: func(text string) { term.warn("%s", text) }}
}

// readers is how many objects are read at a time.
func (o *ingestOptions) readers(paths []string) int {
	switch {
	case o.workers > 0:
		return o.workers
	case slices.ContainsFunc(paths, s3.Is):
		return max(s3Workers, runtime.GOMAXPROCS(0))
	case slices.ContainsFunc(paths, cloudwatch.Is):
		return max(cloudwatchWorkers, runtime.GOMAXPROCS(0))
	}
	return 0
}
