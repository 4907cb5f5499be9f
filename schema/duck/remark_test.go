package duck

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sgfit/schema"
)

// TestRemarks stores what EC2 said of two rules on five days: a saying comes back with its first and its last time.
func TestRemarks(t *testing.T) {
	db, ctx := open(t), context.Background()
	for day := range 5 {
		at := midnight.AddDate(0, 0, day)
		remark := func(id, text string) schema.Item {
			return schema.Item{Type: schema.RuleItem, ID: id, AccountID: "1", Region: "eu-west-1", Captured: at,
				Rule: &schema.GroupRule{GroupID: "sg-1", Rule: schema.Rule{Direction: schema.Egress, Protocol: schema.UDP, FromPort: 53, ToPort: 53,
					Peer: schema.Peer{Kind: schema.PeerPrefixList, Value: "pl-1"}, RuleID: id, Description: text}}}
		}
		text := "old"
		if day >= 3 {
			text = "new"
		}
		o := &schema.Observations{Object: schema.Object{Place: fmt.Sprint(day), Kind: schema.ConfigObject}, Items: []schema.Item{remark("sgr-1", text)}}
		if day == 2 {
			o.Items = append(o.Items, remark("sgr-2", "once"))
		}
		if err := db.AddObservations(ctx, o); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for r, err := range db.Remarks(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprint(int(r.At.Sub(midnight).Hours())/24, " ", r.GroupID, " ", r.RuleID, " ", r.Direction, " ", r.Peer.Value, " ", r.Description))
	}
	want := []string{"0 sg-1 sgr-1 egress pl-1 old", "2 sg-1 sgr-1 egress pl-1 old", "3 sg-1 sgr-1 egress pl-1 new", "4 sg-1 sgr-1 egress pl-1 new", "2 sg-1 sgr-2 egress pl-1 once"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if items := allItems(t, db); len(items) != 6 || items[0].Rule == nil || items[0].Rule.RuleID != "sgr-1" {
		t.Errorf("%d items, the first %+v", len(items), items[0])
	}
	for range db.Remarks(ctx) {
		break // a reader may have enough
	}
}

func TestFlowLogTable(t *testing.T) {
	db, ctx := open(t), context.Background()
	log := schema.FlowLog{FlowLogID: "fl-1", AccountID: "1", Region: "eu-west-1", ResourceID: "vpc-1", TrafficType: "REJECT", DestinationType: "s3",
		Destination: "arn:aws:s3:::logs", Format: "version action", Aggregation: 60, Status: "ACTIVE", DeliveryError: "Access error"}
	later := log
	later.FlowLogID = "fl-2"
	for range 2 { // the second time replaces the first
		err := db.ReplaceInventory(ctx, parts(
			&schema.Inventory{FlowLogs: []schema.FlowLogVersion{{Interval: schema.Interval{From: midnight, To: midnight.Add(time.Hour)}, FlowLog: log}}},
			&schema.Inventory{FlowLogs: []schema.FlowLogVersion{{Interval: schema.Interval{From: midnight}, FlowLog: later}}}))
		if err != nil {
			t.Fatal(err)
		}
	}
	rows, err := db.SQL().Query(`SELECT concat_ws('|', flow_log_id, account_id, region, resource_id, traffic_type, destination_type, destination, format,
		aggregation, status, delivery_error, valid_from, valid_to) FROM flow_log ORDER BY ALL`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var got []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		got = append(got, line)
	}
	const rest = "|1|eu-west-1|vpc-1|REJECT|s3|arn:aws:s3:::logs|version action|60|ACTIVE|Access error|2026-09-01 00:00:00|"
	if diff := cmp.Diff([]string{"fl-1" + rest + "2026-09-01 01:00:00", "fl-2" + rest + "9999-12-31 00:00:00"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
