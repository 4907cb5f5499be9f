package inventory

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"

	"sgfit/schema"
)

// modifiedList reads the entries that a prefix list got and lost; the call is also used for its name and size.
func modifiedList(e *trailEvent) ([]schema.Change, error) {
	var r struct{ AddEntry, AddEntries, RemoveEntry, RemoveEntries list }
	if err := json.Unmarshal(e.RequestParameters, &r); err != nil {
		return nil, err
	}
	added, err := listEntries(append(r.AddEntry, r.AddEntries...))
	if err != nil {
		return nil, err
	}
	removed, err := listEntries(append(r.RemoveEntry, r.RemoveEntries...))
	if err != nil || len(added)+len(removed) == 0 {
		return nil, err
	}
	return e.one(schema.PrefixListItem, "pl-", schema.ChangeBody{AddedEntries: added, RemovedEntries: removed})
}

func listEntries(raws list) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, raw := range raws {
		var entry struct{ CIDR word }
		if err := json.Unmarshal(raw, &entry); err != nil {
			return nil, err
		}
		p, err := schema.ParseCIDR(string(entry.CIDR))
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	slices.SortFunc(out, netip.Prefix.Compare)
	return slices.Compact(out), nil
}

func restoredList(e *trailEvent) ([]schema.Change, error) {
	return e.one(schema.PrefixListItem, "pl-", schema.ChangeBody{Partial: true})
}

// flowLogRequest is what CreateFlowLogs asks for: a flow log for each resource, answered in the same order.
type flowLogRequest struct {
	ResourceID, ResourceIDs          list
	TrafficType, LogDestination      word
	LogDestinationType, LogGroupName word
	LogFormat                        word
	MaxAggregationInterval           number
}

func createdFlowLogs(e *trailEvent) ([]schema.Change, error) {
	var r flowLogRequest
	if err := json.Unmarshal(e.RequestParameters, &r); err != nil {
		return nil, err
	}
	var resources []string
	for _, raw := range append(r.ResourceID, r.ResourceIDs...) {
		resources = append(resources, texts(raw)...)
	}
	made := ids(e.ResponseElements, "fl-")
	if len(made) == 0 || len(made) != len(resources) {
		return nil, fmt.Errorf("%d flow logs for %d resources", len(made), len(resources))
	}
	var changes []schema.Change
	for i, id := range made {
		changes = append(changes, schema.Change{Type: schema.FlowLogItem, ID: id, ChangeBody: schema.ChangeBody{Created: true, FlowLog: &schema.FlowLog{
			FlowLogID: id, AccountID: e.account(), Region: string(e.AWSRegion), ResourceID: resources[i], TrafficType: string(r.TrafficType),
			DestinationType: cmp.Or(string(r.LogDestinationType), "cloud-watch-logs"),
			Destination:     cmp.Or(string(r.LogDestination), string(r.LogGroupName)), Format: formatOf(string(r.LogFormat)),
			Aggregation: int(cmp.Or(r.MaxAggregationInterval.Value, 600)), Status: "ACTIVE"}}})
	}
	return changes, nil
}

func deletedFlowLogs(e *trailEvent) ([]schema.Change, error) {
	gone := ids(e.RequestParameters, "fl-")
	failed := ids(member(e.ResponseElements, "unsuccessful"), "fl-")
	var changes []schema.Change
	for _, id := range gone {
		if !slices.Contains(failed, id) {
			changes = append(changes, schema.Change{Type: schema.FlowLogItem, ID: id, ChangeBody: schema.ChangeBody{Deleted: true}})
		}
	}
	if len(gone) == 0 {
		return nil, errors.New("no flow log (fl-…)")
	}
	return changes, nil
}
