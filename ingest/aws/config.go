// Package aws makes the configuration with which sgfit's clients of AWS call it: credentials, region, connections and
// retries, the same for every service. Start at Config.
//
// It finds what the AWS command line would find: environment, shared files, container, instance. It asks no server until
// credentials are needed. Limits: one role at most is assumed; a custom endpoint is for each client to set, since STS
// keeps AWS's own.
package aws

import (
	"context"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials/stscreds"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/logging"
)

// Options says who calls, from where, and how patiently.
type Options struct {
	Profile     string // of the shared configuration files; "" means AWS_PROFILE or default
	Region      string // "" means what the environment or the profile say, and then Config.Region may stay ""
	RoleARN     string // of a role to assume; "" means none
	ExternalID  string // that the role asks for; "" means none
	RoleSession string // name of the role's session, as CloudTrail shows it; "" means "sgfit"
	Anonymous   bool   // requests are not signed

	Connections int // that are kept open to one server; 0 means 64
	Attempts    int // for each request, the first included; 0 means what the environment or the profile say, else 8
	// Backoff is the longest wait between two attempts; 0 means 20 seconds. Waits double, and are random below that.
	Backoff time.Duration
	// Stall is how long a server may send nothing before its answer begins; 0 means 60 seconds.
	Stall    time.Duration
	Adaptive bool // also slow all requests down when AWS says so (the SDK's adaptive retry mode)
}

const defaultAttempts = 8

func (o Options) withDefaults() Options {
	if o.RoleSession == "" {
		o.RoleSession = "sgfit"
	}
	if o.Connections <= 0 {
		o.Connections = 64
	}
	if o.Backoff <= 0 {
		o.Backoff = 20 * time.Second
	}
	if o.Stall <= 0 {
		o.Stall = time.Minute
	}
	return o
}

// Config makes the configuration; the error is a *ConfigError. An error of finding credentials comes only with the first
// request, as a *CredentialsError.
func Config(ctx context.Context, o Options) (aws.Config, error) {
	o = o.withDefaults()
	cfg, err := config.LoadDefaultConfig(ctx, config.WithSharedConfigProfile(o.Profile), config.WithRegion(o.Region),
		config.WithHTTPClient(transport(o)), config.WithLogger(logging.Nop{}))
	if err != nil {
		return cfg, &ConfigError{err}
	}
	cfg.Credentials = credentials(cfg, o)
	retryer := newRetryer(o, cfg)
	cfg.Retryer, cfg.RetryMaxAttempts = func() aws.Retryer { return retryer }, 0
	return cfg, nil
}

// transport gives up on a server that sends nothing, keeps connections for all readers, and leaves bytes as stored.
func transport(o Options) aws.HTTPClient {
	return awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		t.ResponseHeaderTimeout = o.Stall
		t.MaxIdleConnsPerHost = o.Connections
		t.MaxIdleConns = max(t.MaxIdleConns, o.Connections)
		t.DisableCompression = true
	})
}

func credentials(cfg aws.Config, o Options) aws.CredentialsProvider {
	switch {
	case o.Anonymous:
		return aws.AnonymousCredentials{}
	case o.RoleARN == "":
		return marking{cfg.Credentials, signOn(cfg)}
	}
	asking := cfg
	if asking.Region == "" {
		asking.Region = "us-east-1" // any region's STS knows every role
	}
	role := stscreds.NewAssumeRoleProvider(sts.NewFromConfig(asking), o.RoleARN, func(r *stscreds.AssumeRoleOptions) {
		r.RoleSessionName = o.RoleSession
		if o.ExternalID != "" {
			r.ExternalID = aws.String(o.ExternalID)
		}
	})
	return marking{aws.NewCredentialsCache(role), signOn(cfg)}
}

// newRetryer waits between attempts, but has no budget of retries over all requests: the SDK's would run out early in a
// storm, and set objects aside that a little patience reads.
func newRetryer(o Options, cfg aws.Config) aws.Retryer {
	attempts := o.Attempts
	if attempts <= 0 {
		attempts = cfg.RetryMaxAttempts
	}
	if attempts <= 0 {
		attempts = defaultAttempts
	}
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

// marking returns a provider's failures as *CredentialsError.
type marking struct {
	provider aws.CredentialsProvider
	signOn   bool
}

// signOn says whether the profile signs on with AWS's single sign-on.
func signOn(cfg aws.Config) bool {
	for _, source := range cfg.ConfigSources {
		if shared, ok := source.(config.SharedConfig); ok && (shared.SSOSessionName != "" || shared.SSOStartURL != "") {
			return true
		}
	}
	return false
}

func (m marking) Retrieve(ctx context.Context) (aws.Credentials, error) {
	c, err := m.provider.Retrieve(ctx)
	if err != nil {
		return c, &CredentialsError{err, m.signOn}
	}
	return c, nil
}
