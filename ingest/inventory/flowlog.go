package inventory

import (
	"cmp"
	"encoding/json"
	"strings"
	"time"

	"sgfit/schema"
)

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
		Format: formatOf(body.LogFormat), Aggregation: int(aggregation), Status: body.FlowLogStatus,
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

// formatOf is how an inventory keeps a format: its fields, and "" for AWS's default.
func formatOf(format string) string {
	names := schema.FieldNames(format)
	if names == schema.DefaultFields {
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
