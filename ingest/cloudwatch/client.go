package cloudwatch

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	ingestaws "sgfit/ingest/aws"
)

// client asks the two services of one region.
type client struct {
	logs  *cloudwatchlogs.Client
	flows *ec2.Client
}

// connect makes a client. It reads configuration, but asks no server yet.
func connect(ctx context.Context, o Options, region string) (*client, error) {
	cfg, err := ingestaws.Config(ctx, ingestaws.Options{Profile: o.Profile, Region: region, RoleARN: o.RoleARN,
		ExternalID: o.ExternalID, Anonymous: o.Anonymous, Connections: o.Readers, Attempts: o.Attempts, Backoff: o.Backoff, Stall: o.Stall})
	if err != nil {
		return nil, err
	}
	if o.EndpointURL != "" {
		cfg.BaseEndpoint = aws.String(o.EndpointURL)
	}
	if h, ok := cfg.HTTPClient.(*awshttp.BuildableClient); ok {
		cfg.HTTPClient = h.WithTimeout(o.Stall) // an answer has a megabyte at most, so its end counts too
	}
	return &client{cloudwatchlogs.NewFromConfig(cfg), ec2.NewFromConfig(cfg)}, nil
}

// group is what is to know of a log group.
type group struct {
	name      string
	created   time.Time
	retention time.Duration // 0 is for ever
}

// beforeCreation is how long before a group's creation its first record can have begun: AWS may make the group with the
// first delivery.
const beforeCreation = time.Hour

// begins is the time before which the group has no events. It is cut to whole windows, so that a window that retention
// has begun to empty is not taken for a whole one.
func (g group) begins(now time.Time) time.Time {
	begins := g.created.Add(-beforeCreation)
	if g.retention > 0 {
		if kept := now.Add(-g.retention).Truncate(windowLength).Add(windowLength); kept.After(begins) {
			return kept
		}
	}
	return begins
}

// group looks a log group up, by the name as given or with the slash in front that most have.
func (c *client) group(ctx context.Context, t target) (group, error) {
	for _, name := range []string{t.group, "/" + t.group} {
		pages := cloudwatchlogs.NewDescribeLogGroupsPaginator(c.logs, &cloudwatchlogs.DescribeLogGroupsInput{LogGroupNamePrefix: &name})
		for pages.HasMorePages() {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return group{}, failure(ctx, "look up", t.String(), "logs:DescribeLogGroups", err)
			}
			for i := range page.LogGroups {
				if g := &page.LogGroups[i]; aws.ToString(g.LogGroupName) == name {
					days := time.Duration(aws.ToInt32(g.RetentionInDays))
					return group{name, time.UnixMilli(aws.ToInt64(g.CreationTime)).UTC(), days * 24 * time.Hour}, nil
				}
			}
		}
	}
	return group{}, &Error{Op: "look up", Place: t.String(), Kind: ErrNoGroup}
}
