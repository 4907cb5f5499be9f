package s3

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	awss3 "github.com/aws/aws-sdk-go-v2/service/s3"

	ingestaws "sgfit/ingest/aws"
)

const fallbackRegion = "us-east-1"

// connect makes a client. It reads configuration, but asks no server yet.
func connect(ctx context.Context, o Options) (*awss3.Client, error) {
	cfg, err := ingestaws.Config(ctx, ingestaws.Options{Profile: o.Profile, Region: o.Region, RoleARN: o.RoleARN,
		ExternalID: o.ExternalID, RoleSession: o.RoleSession, Anonymous: o.Anonymous, Connections: o.Readers,
		Attempts: o.Attempts, Backoff: o.Backoff, Stall: o.Stall, Adaptive: o.Adaptive})
	if err != nil {
		return nil, err
	}
	cfg.Region = orDefault(cfg.Region, fallbackRegion)
	return awss3.NewFromConfig(cfg, func(s *awss3.Options) {
		s.DisableLogOutputChecksumValidationSkipped = true
		if o.EndpointURL != "" {
			s.BaseEndpoint, s.UsePathStyle = aws.String(o.EndpointURL), true
		}
	}), nil
}
