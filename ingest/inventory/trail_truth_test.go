package inventory

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"sgfit/schema"
	"sgfit/schema/simulate"
)

// With CloudTrail, the intervals that one snapshot a day leaves wide are the simulated account's true ones, to the
// second, and the interfaces that came and went between two snapshots are there.
func TestTrailTellsTheSimulatedTruth(t *testing.T) {
	for _, seed := range []uint64{1, 2, 3} {
		account := simulate.New(simulate.Options{Seed: seed, Days: 8, Scale: 0.05, NoHistory: true, Trail: true})
		start, end := account.Window()
		want := lines(account.Inventory(), start, end)
		items, snapshots, changes, skipped := readAccount(t, account)
		sharp, sum := timeline(items, snapshots, changes, Options{})
		if diff := gocmp.Diff(want, lines(&sharp, start, end)); diff != "" {
			t.Errorf("seed %d (-truth +got):\n%s", seed, diff)
		}
		if sum.Unplaced+sum.Contradicted > 0 || sum.Changes < 30 || sum.Changes == len(changes) {
			t.Errorf("seed %d: %+v of %d changes as delivered", seed, sum, len(changes))
		}
		for _, reason := range []string{"CloudTrail events: calls that failed", "CloudTrail events: other calls of EC2", "CloudTrail events of other services"} {
			if skipped[reason] < 30 {
				t.Errorf("seed %d: %d %s", seed, skipped[reason], reason)
			}
		}
		blunt := Timeline(items, snapshots, Options{})
		dull := lines(&blunt, start, end)
		if missed := countMissing(want, dull); missed < len(want)/4 {
			t.Errorf("seed %d: Config alone misses only %d of %d intervals", seed, missed, len(want))
		}
	}
}

func countMissing(want, got []string) (n int) {
	for _, w := range want {
		if _, ok := slices.BinarySearch(got, w); !ok {
			n++
		}
	}
	return n
}

// lines are the intervals of rules, interfaces and prefix lists, cut to the window, sorted.
func lines(inv *schema.Inventory, start, end time.Time) []string {
	var out []string
	add := func(i schema.Interval, text string) {
		if i.From.Before(start) {
			i.From = start
		}
		if i.To.IsZero() || i.To.After(end) {
			i.To = end
		}
		if i.From.Before(i.To) {
			out = append(out, fmt.Sprintf("%s %s - %s", text, i.From.Format("02 15:04:05.999"), i.To.Format("02 15:04:05.999")))
		}
	}
	for _, v := range inv.Rules {
		r := v.Rule.Key()
		add(v.Interval, fmt.Sprint(v.GroupID, " ", r.Direction, r.Protocol, r.FromPort, "-", r.ToPort, r.Peer))
	}
	for _, v := range inv.Interfaces {
		add(v.Interval, fmt.Sprint(v.InterfaceID, " ", v.Groups, v.Addresses, v.InstanceID, v.SubnetID, v.InterfaceType, v.Forwards))
	}
	for _, v := range inv.PrefixLists {
		add(v.Interval, fmt.Sprint(v.PrefixListID, " ", v.Entries))
	}
	slices.Sort(out)
	return out
}

func readAccount(t *testing.T, account *simulate.Account) (items []schema.Item, snapshots []schema.Snapshot, changes []schema.Change, skipped map[string]int64) {
	t.Helper()
	skipped = map[string]int64{}
	_, err := account.Write(func(path string, content []byte) error {
		if !strings.HasPrefix(path, "config/") && !strings.HasPrefix(path, "cloudtrail/") {
			return nil
		}
		var mine []schema.Item
		contents, err := Decode(bytes.NewReader(content), path, func(it schema.Item) error {
			mine = append(mine, it)
			return nil
		})
		if err != nil || contents.Problem != "" || contents.Malformed > 0 {
			t.Errorf("%s: %v, %q, %v", path, err, contents.Problem, reasons(contents))
		}
		for reason, n := range contents.Skipped {
			skipped[reason] += n
		}
		changes = append(changes, contents.Changes...)
		if contents.Snapshot != nil {
			snapshots = append(snapshots, *contents.Snapshot)
			for i := range mine {
				mine[i].SeenUntil = contents.Snapshot.Taken
			}
		}
		items = append(items, mine...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return onceEach(items), snapshots, changes, skipped
}

// onceEach keeps each item with its latest sight, as a sink does.
func onceEach(items []schema.Item) []schema.Item {
	slices.SortFunc(items, func(a, b schema.Item) int {
		return cmp.Or(cmp.Compare(a.Type, b.Type), cmp.Compare(a.ID, b.ID), a.Captured.Compare(b.Captured), b.SeenUntil.Compare(a.SeenUntil))
	})
	return slices.CompactFunc(items, func(a, b schema.Item) bool { return a.ID == b.ID && a.Captured.Equal(b.Captured) })
}
