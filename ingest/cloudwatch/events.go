package cloudwatch

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	ingestaws "sgfit/ingest/aws"
)

// event is one record in its log stream, which is an interface's.
type event struct {
	stream, id string
	millis     int64
	message    string
}

// compareEvents gives the order in which a window's events stand in its content.
func compareEvents(a, b event) int {
	return cmp.Or(cmp.Compare(a.stream, b.stream), cmp.Compare(a.millis, b.millis), cmp.Compare(a.id, b.id))
}

// request asks for the events of a window; both bounds are inclusive there, in milliseconds.
func request(t target, w window) *cloudwatchlogs.FilterLogEventsInput {
	return &cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String(t.group),
		StartTime: aws.Int64(w.start.UnixMilli()), EndTime: aws.Int64(w.end().UnixMilli() - 1)}
}

// probe finds out whether events may be read at all, so that it is said once and not of every window.
func (c *client) probe(ctx context.Context, t target, w window) error {
	in := request(t, w)
	in.Limit = aws.Int32(1)
	_, err := c.page(ctx, in, t.String())
	return err
}

// events reads all pages of a window, and sorts. An empty page is not the last one as long as there is a new token
// (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html).
func (c *client) events(ctx context.Context, t target, w window) ([]event, error) {
	in, place := request(t, w), t.place(w)
	var events []event
	for {
		out, err := c.page(ctx, in, place)
		if err != nil {
			return nil, err
		}
		for i := range out.Events {
			e := &out.Events[i]
			events = append(events, event{aws.ToString(e.LogStreamName), aws.ToString(e.EventId), aws.ToInt64(e.Timestamp), aws.ToString(e.Message)})
		}
		if next := aws.ToString(out.NextToken); next == "" || next == aws.ToString(in.NextToken) {
			break
		}
		in.NextToken = out.NextToken
	}
	slices.SortStableFunc(events, compareEvents)
	return slices.CompactFunc(events, func(a, b event) bool { return a.id != "" && compareEvents(a, b) == 0 }), nil
}

// page asks for one page, again where the answer breaks off, which the SDK takes for a fault of the content.
func (c *client) page(ctx context.Context, in *cloudwatchlogs.FilterLogEventsInput, place string) (*cloudwatchlogs.FilterLogEventsOutput, error) {
	retryer := c.logs.Options().Retryer
	for attempt := 1; ; attempt++ {
		out, err := c.logs.FilterLogEvents(ctx, in)
		if err == nil {
			return out, nil
		}
		if err = failure(ctx, "read", place, "logs:FilterLogEvents", err); !errors.Is(err, ingestaws.ErrBroken) || attempt >= retryer.MaxAttempts() {
			return nil, err
		}
		delay, _ := retryer.RetryDelay(attempt, err)
		select {
		case <-time.After(delay):
		case <-ctx.Done():
		}
	}
}
