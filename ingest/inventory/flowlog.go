package inventory

import (
	"cmp"
	"encoding/json"
	"regexp"
	"strings"
	"time"

	"sgfit/schema"
)

// defaultFormat is the format of a flow log that names no fields.
const defaultFormat = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status"

// defaultAggregation is MaxAggregationInterval where nobody says it.
const defaultAggregation = 600

// readFlowLog reads an AWS::EC2::FlowLog item, and an element of DescribeFlowLogs
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_FlowLog.html), which is the same but for its case.
func readFlowLog(h *head, raw []byte) (schema.Item, []problem, error) {
	var body struct {
		FlowLogID, ID, ResourceID, TrafficType            string
		LogDestinationType, LogDestination, LogGroupName  string
		LogFormat, FlowLogStatus, DeliverLogsErrorMessage string
		MaxAggregationInterval                            number
		CreationTime                                      instant
	}
	if err := json.Unmarshal(raw, &body); err != nil {
		return schema.Item{}, nil, err
	}
	it, err := h.item(schema.FlowLogItem, cmp.Or(body.FlowLogID, body.ID))
	if !body.CreationTime.IsZero() {
		it.Created = body.CreationTime.Time
	}
	kind := cmp.Or(body.LogDestinationType, "cloud-watch-logs")
	destination := cmp.Or(body.LogDestination, body.LogGroupName)
	if kind == "cloud-watch-logs" {
		destination = cmp.Or(body.LogGroupName, logGroupName(body.LogDestination))
	}
	aggregation := int64(defaultAggregation)
	if body.MaxAggregationInterval.Known {
		aggregation = body.MaxAggregationInterval.Value
	}
	it.FlowLog = &schema.FlowLog{
		FlowLogID: it.ID, AccountID: h.account(), Region: h.region(), ResourceID: strings.TrimSpace(body.ResourceID),
		TrafficType: strings.ToUpper(body.TrafficType), DestinationType: kind, Destination: destination,
		Format: fieldNames(body.LogFormat), Aggregation: int(aggregation), Status: body.FlowLogStatus,
		DeliveryError: body.DeliverLogsErrorMessage,
	}
	return it, nil, err
}

// instant is a hint that takes a time without a zone to be UTC, as EC2's are.
type instant struct{ time.Time }

// UnmarshalJSON takes anything.
func (i *instant) UnmarshalJSON(b []byte) error {
	var m moment
	if m.UnmarshalJSON(b) == nil {
		i.Time = m.Time
	}
	return nil
}

var formatField = regexp.MustCompile(`\$\{\s*([^}\s]+)\s*\}`)

// fieldNames turns "${version} ${account-id}" into "version account-id", and AWS's default format into "".
func fieldNames(format string) string {
	names := strings.Join(strings.Fields(formatField.ReplaceAllString(format, " $1 ")), " ")
	if names == defaultFormat {
		return ""
	}
	return names
}

// logGroupName is the name in an ARN such as arn:aws:logs:eu-west-1:111122223333:log-group:NAME:*
func logGroupName(arn string) string {
	parts := strings.SplitN(arn, ":", 7)
	if len(parts) < 7 || parts[5] != "log-group" {
		return arn
	}
	return strings.TrimSuffix(parts[6], ":*")
}
