package s3

import (
	"context"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"
)

const (
	fallbackRegion  = "us-east-1"
	defaultAttempts = 8
)

// connect makes a client. It reads configuration, but asks no server yet.
func connect(ctx context.Context, o Options) (*awss3.Client, error) {
	cfg, err := config.LoadDefaultConfig(ctx, config.WithSharedConfigProfile(o.Profile), config.WithRegion(o.Region),
		config.WithHTTPClient(transport(o)), config.WithLogger(logging.Nop{}))
	if err != nil {
		return nil, err
	}
	cfg.Region = orDefault(cfg.Region, fallbackRegion)
	cfg.Credentials = credentials(cfg, o)
	retryer := newRetryer(o, cfg)
	return awss3.NewFromConfig(cfg, func(s *awss3.Options) {
		s.Retryer, s.RetryMaxAttempts = retryer, 0
		s.DisableLogOutputChecksumValidationSkipped = true
		if o.EndpointURL != "" {
			s.BaseEndpoint, s.UsePathStyle = aws.String(o.EndpointURL), true
		}
	}), nil
}

// transport gives up on a server that sends nothing, keeps connections for all readers, and leaves bytes as stored.
func transport(o Options) aws.HTTPClient {
	return awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		t.ResponseHeaderTimeout = o.Stall
		t.MaxIdleConnsPerHost = o.Readers
		t.MaxIdleConns = max(t.MaxIdleConns, o.Readers)
		t.DisableCompression = true
	})
}

func credentials(cfg aws.Config, o Options) aws.CredentialsProvider {
	switch {
	case o.Anonymous:
		return aws.AnonymousCredentials{}
	case o.RoleARN == "":
		return marking{cfg.Credentials}
	}
	role := stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg), o.RoleARN, func(r *stscreds.AssumeRoleOptions) {
		r.RoleSessionName = o.RoleSession
		if o.ExternalID != "" {
			r.ExternalID = aws.String(o.ExternalID)
		}
	})
	return marking{aws.NewCredentialsCache(role)}
}

// newRetryer waits between attempts, but has no budget of retries over all requests: the SDK's would run out early in a
// storm, and set objects aside that a little patience reads.
func newRetryer(o Options, cfg aws.Config) aws.Retryer {
	attempts := orDefault(o.Attempts, orDefault(cfg.RetryMaxAttempts, defaultAttempts))
	standard := func(s *retry.StandardOptions) {
		s.MaxAttempts, s.MaxBackoff, s.RateLimiter = attempts, o.Backoff, ratelimit.None
	}
	if o.Adaptive || cfg.RetryMode == aws.RetryModeAdaptive {
		return retry.NewAdaptiveMode(func(a *retry.AdaptiveModeOptions) {
			a.StandardOptions = append(a.StandardOptions, standard)
		})
	}
	return retry.NewStandard(standard)
}
