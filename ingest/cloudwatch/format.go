package cloudwatch

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"sgfit/schema"
)

// formats are the headers of the flow logs that deliver to one group; sorted, each once.
type formats []string

// formatsError shows two formats that cannot be told apart.
type formatsError struct{ a, b string }

func (e *formatsError) Error() string { return fmt.Sprintf("%q and %q", e.a, e.b) }

// alike returns two formats whose lines have the same number of fields, if there are any.
func (f formats) alike() (a, b string, ok bool) {
	sizes := map[int]string{}
	for _, names := range f {
		n := len(strings.Fields(names))
		if other, taken := sizes[n]; taken {
			return other, names, true
		}
		sizes[n] = names
	}
	return "", "", false
}

// formats asks EC2 which flow logs deliver to a group, and how.
func (c *client) formats(ctx context.Context, t target) (formats, error) {
	var found formats
	pages := ec2.NewDescribeFlowLogsPaginator(c.flows, &ec2.DescribeFlowLogsInput{
		Filter: []types.Filter{{Name: aws.String("log-destination-type"), Values: []string{"cloud-watch-logs"}}}})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, failure(ctx, "ask for the format of", t.String(), "ec2:DescribeFlowLogs", err)
		}
		for i := range page.FlowLogs {
			if f := &page.FlowLogs[i]; deliversTo(f, t.group) {
				found = append(found, formatOf(f))
			}
		}
	}
	slices.Sort(found)
	return slices.Compact(found), nil
}

// deliversTo says whether a flow log's destination is the group, told by name or by ARN
// (arn:aws:logs:eu-west-1:111122223333:log-group:my-group:*).
func deliversTo(f *types.FlowLog, group string) bool {
	if aws.ToString(f.LogGroupName) == group {
		return true
	}
	_, name, ok := strings.Cut(aws.ToString(f.LogDestination), ":log-group:")
	return ok && strings.TrimSuffix(name, ":*") == group
}

func formatOf(f *types.FlowLog) string {
	if names := schema.FieldNames(aws.ToString(f.LogFormat)); names != "" {
		return names
	}
	return schema.DefaultFields
}

// text writes the events of a window as a file of flow logs: of each format the header and its lines, then the lines
// that are of no format, for the reader of flow logs to refuse. No events are no bytes.
func (f formats) text(events []event) []byte {
	parts, rest := make([][]byte, len(f)), []byte(nil)
	for _, e := range events {
		for line := range strings.Lines(e.message) { // one, unless somebody else writes to the group
			line = strings.TrimRight(line, "\r\n") + "\n"
			if i := f.of(line); i >= 0 {
				parts[i] = append(parts[i], line...)
			} else {
				rest = append(rest, line...)
			}
		}
	}
	var out bytes.Buffer
	for i, names := range f {
		last := i == len(f)-1
		if len(parts[i]) == 0 && (!last || len(rest) == 0 || out.Len() > 0) {
			continue
		}
		out.WriteString(names + "\n")
		out.Write(parts[i])
	}
	out.Write(rest)
	return out.Bytes()
}

// of returns the format that a line has as many fields as, or -1.
func (f formats) of(line string) int {
	n := len(strings.Fields(line))
	return slices.IndexFunc(f, func(names string) bool { return n == strings.Count(names, " ")+1 })
}
