package duck

import (
	"context"
	"fmt"
	"net/netip"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sgfit/schema"
)

// Changes come back whole, each once however many objects told it, sorted, of the types that were asked for; more of
// them than a page holds.
func TestChangesComeBack(t *testing.T) {
	ctx := context.Background()
	db, err := Open(ctx, filepath.Join(t.TempDir(), "x.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rule := schema.Rule{Direction: schema.Ingress, Protocol: schema.TCP, FromPort: 1, ToPort: 2, Peer: schema.Peer{Kind: schema.PeerIPv4, Value: "10.0.0.0/8"}, RuleID: "sgr-1"}
	change := func(id string, typ schema.ItemType, seconds int, body schema.ChangeBody) schema.Change {
		return schema.Change{EventID: fmt.Sprintf("e-%06d", seconds), At: midnight.Add(time.Duration(seconds) * time.Second), Author: "arn:é'\"</script>",
			Name: "Call", AccountID: "1", Region: "r", Type: typ, ID: id, ChangeBody: body}
	}
	want := []schema.Change{
		change("eni-1", schema.InterfaceItem, 5, schema.ChangeBody{Groups: []string{"sg-1"}, AddedAddresses: []netip.Addr{netip.MustParseAddr("10.0.0.1")}}),
		change("eni-1", schema.InterfaceItem, 7, schema.ChangeBody{Deleted: true}),
		change("pl-1", schema.PrefixListItem, 1, schema.ChangeBody{RemovedEntries: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, Partial: true}),
		change("sg-1", schema.GroupItem, 5, schema.ChangeBody{AddedRules: []schema.Rule{rule}, RemovedRuleIDs: []string{"sgr-2"}}),
	}
	for i := range itemPage + 3 {
		want = append(want, change("sg-2", schema.GroupItem, i, schema.ChangeBody{}))
	}
	other := change("i-1", schema.InstanceItem, 1, schema.ChangeBody{Groups: []string{"sg-1"}})
	for _, part := range [][]schema.Change{append(slices.Clone(want[2:]), other), want[:3]} {
		slices.Reverse(part)
		place := fmt.Sprint("f", len(part))
		if err := db.AddObservations(ctx, &schema.Observations{Object: schema.Object{Place: place, Kind: schema.ConfigObject}, Changes: part}); err != nil {
			t.Fatal(err)
		}
		slices.Reverse(part)
	}
	var got []schema.Change
	for c, err := range db.Changes(ctx, schema.GroupItem, schema.InterfaceItem, schema.PrefixListItem) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, *c)
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b netip.Addr) bool { return a == b }), cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })); diff != "" {
		t.Errorf("(-want +got):\n%.2000s", diff)
	}
	for c, err := range db.Changes(ctx, schema.InstanceItem) {
		if err != nil || c.ID != "i-1" {
			t.Errorf("%v, %v", c, err)
		}
		break // and the reader may stop
	}
}
