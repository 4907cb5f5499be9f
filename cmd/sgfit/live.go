package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"sgfit/ingest"
	"sgfit/ingest/aws"
	"sgfit/ingest/ec2"
)

// liveOptions are about EC2's own answers: to ask for them now, or when saved ones were given.
type liveOptions struct {
	live         bool
	capturedText string
	captured     time.Time // read by check
}

func (o *liveOptions) addFlags(cmd *cobra.Command) {
	cmd.Flags().Lookup("region").Usage = "for AWS: `REGION` of the buckets (default found out), or the regions that --live asks, with commas between (default the configured one)"
	cmd.Flags().BoolVar(&o.live, "live", false,
		"also ask EC2 itself, now: groups, rules with their ids, interfaces, prefix lists, subnets, VPCs, flow logs (only reads)")
	cmd.Flags().StringVar(&o.capturedText, "captured", "",
		"`TIME` of saved describe-… answers, which do not say it: 2026-09-01 (midnight UTC), 2026-09-01T06:00:00Z, or so long ago: 90d, 12h (default each file's modification time); what is loaded already keeps its time")
}

// check reads the flags.
func (o *liveOptions) check() (err error) {
	now := time.Now()
	o.captured, err = readTime("--captured", o.capturedText, now)
	if err == nil && o.captured.After(now) {
		return &usageError{error: fmt.Errorf("--captured %s lies in the future: give the time at which the answers were saved", o.capturedText)}
	}
	return err
}

// ec2Source asks EC2 with the credentials that S3 is asked with.
func (o *ingestOptions) ec2Source(ctx context.Context) (*ec2.Source, error) {
	s := o.s3
	return ec2.New(ctx, ec2.Options{
		Options: aws.Options{Profile: s.Profile, RoleARN: s.RoleARN, ExternalID: s.ExternalID, Anonymous: s.Anonymous},
		Regions: o.regions, EndpointURL: s.EndpointURL, At: time.Now().UTC().Truncate(time.Second),
	})
}

// configSource makes one source of the places, those of CloudTrail's files and, with --live, of EC2, which is nil without.
func (o *ingestOptions) configSource(ctx context.Context, term *terminal, config, trails []string) (all ingest.Source, live *ec2.Source, err error) {
	var sources []ingest.Source
	for _, from := range []struct {
		paths []string
		kind  service
	}{{config, configService}, {trails, trailService}} {
		if len(from.paths) == 0 {
			continue
		}
		saved, err := o.source(ctx, term, from.paths, from.kind)
		if err != nil {
			return nil, nil, err
		}
		sources = append(sources, saved)
	}
	if o.live.live {
		if live, err = o.ec2Source(ctx); err != nil {
			return nil, nil, err
		}
		sources = append(sources, live)
	}
	return ingest.Join(sources...), live, nil
}
