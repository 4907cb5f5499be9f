package inventory

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sgfit/schema"
)

const (
	account = "111122223333"
	region  = "eu-west-1"
)

func seen(typ schema.ItemType, id string, minute int) schema.Item {
	return schema.Item{Type: typ, ID: id, AccountID: account, Region: region, Captured: at(minute), Order: at(minute).UnixMilli()}
}

// groupItem is sg-1 with TCP rules for these ports from everywhere.
func groupItem(minute int, ports ...int32) schema.Item {
	it := seen(schema.GroupItem, "sg-1", minute)
	it.Group = &schema.Group{GroupID: "sg-1", AccountID: account, Region: region, VPCID: "vpc-1", Name: "g"}
	for _, p := range ports {
		it.Group.Rules = append(it.Group.Rules, schema.Rule{Direction: schema.Ingress, Protocol: schema.TCP, FromPort: p, ToPort: p,
			Peer: schema.Peer{Kind: schema.PeerIPv4, Value: "0.0.0.0/0"}})
	}
	return it
}

// ifaceItem is eni-1 with one group; a non-empty instance makes it Indirect.
func ifaceItem(minute int, group, instance string) schema.Item {
	it := seen(schema.InterfaceItem, "eni-1", minute)
	it.Interface = &schema.Interface{InterfaceID: "eni-1", AccountID: account, Region: region, Groups: []string{group},
		Addresses: []netip.Addr{netip.MustParseAddr("10.0.0.1")}, InstanceID: instance}
	it.Indirect = instance != ""
	return it
}

func instanceGone(minute int, instance string) schema.Item {
	it := seen(schema.InstanceItem, instance, minute)
	it.Deleted = true
	return it
}

func deleted(it schema.Item) schema.Item {
	it.Deleted, it.Group, it.Interface = true, nil, nil
	return it
}

func created(it schema.Item, minute int) schema.Item { it.Created = at(minute); return it }
func found(it schema.Item) schema.Item               { it.Found = true; return it }
func until(it schema.Item, minute int) schema.Item   { it.SeenUntil = at(minute); return it }

func described(it schema.Item, text, owner string) schema.Item {
	g := *it.Group
	g.Rules = append([]schema.Rule(nil), g.Rules...)
	for i := range g.Rules {
		g.Rules[i].Description, g.Rules[i].PeerOwner = text, owner
	}
	it.Group = &g
	return it
}

func snapshot(minute int, types ...schema.ItemType) schema.Snapshot {
	return schema.Snapshot{AccountID: account, Region: region, Taken: at(minute), Types: types}
}

// clock writes minutes since the made-up midnight; "…" is still, "ever" is 1970.
func clock(i schema.Interval) string {
	one := func(t time.Time) string {
		switch {
		case t.IsZero():
			return "…"
		case t.Equal(time.Unix(0, 0)):
			return "ever"
		}
		return fmt.Sprint(int(t.Sub(at(0)).Minutes()))
	}
	return one(i.From) + "-" + one(i.To)
}

// story writes an inventory in one line.
func story(inv schema.Inventory) string {
	var all []string
	for _, g := range inv.Groups {
		all = append(all, fmt.Sprintf("%s %s(%d)", clock(g.Interval), g.GroupID, len(g.Rules)))
	}
	for _, r := range inv.Rules {
		text := fmt.Sprintf("%s :%d", clock(r.Interval), r.FromPort)
		if r.Description+r.PeerOwner != "" {
			text += " " + r.Description + "/" + r.PeerOwner
		}
		all = append(all, text)
	}
	for _, i := range inv.Interfaces {
		all = append(all, fmt.Sprintf("%s %s@%s", clock(i.Interval), i.InterfaceID, i.Groups[0]))
	}
	return strings.Join(all, ", ")
}

func TestTimeline(t *testing.T) {
	items := func(its ...schema.Item) []schema.Item { return its }
	snaps := func(ss ...schema.Snapshot) []schema.Snapshot { return ss }
	group, iface, instance := schema.GroupItem, schema.InterfaceItem, schema.InstanceItem
	for _, tc := range []struct {
		name      string
		items     []schema.Item
		snapshots []schema.Snapshot
		opts      Options
		want      string
	}{
		{"a first state begins ten minutes before", items(groupItem(100, 22)), nil, Options{}, "90-… sg-1(1), 90-… :22"},
		{"or at the creation within a day", items(created(found(groupItem(2000, 22)), 600)), nil, Options{}, "600-… sg-1(1), 600-… :22"},
		{"exactly a day", items(created(groupItem(2000, 22), 560)), nil, Options{}, "560-… sg-1(1), 560-… :22"},
		{"not at a creation long ago", items(created(groupItem(2000, 22), 559)), nil, Options{}, "1990-… sg-1(1), 1990-… :22"},
		{"never before the creation", items(created(groupItem(100, 22), 97)), nil, Options{}, "97-… sg-1(1), 97-… :22"},
		{"a creation after the capture is no creation", items(created(groupItem(100, 22), 101)), nil, Options{}, "90-… sg-1(1), 90-… :22"},
		{"assumed unchanged", items(groupItem(2000, 22), groupItem(2100, 23)), nil, Options{AssumeUnchanged: true},
			"ever-2100 sg-1(1), 2100-… sg-1(1), ever-2100 :22, 2100-… :23"},
		{"assumed unchanged since the creation", items(created(groupItem(2000, 22), 5)), nil, Options{AssumeUnchanged: true}, "5-… sg-1(1), 5-… :22"},
		{"assumed unchanged is for the first life", items(groupItem(100, 22), deleted(groupItem(200)), groupItem(300, 22)), nil, Options{AssumeUnchanged: true},
			"ever-200 sg-1(1), 290-… sg-1(1), ever-200 :22, 290-… :22"},
		{"a change takes effect at its capture", items(groupItem(100, 22), groupItem(200, 22, 80)), nil, Options{},
			"90-200 sg-1(1), 200-… sg-1(2), 90-… :22, 200-… :80"},
		{"a rule that came back is a new one", items(groupItem(100, 22), groupItem(200), groupItem(300, 22)), nil, Options{},
			"90-200 sg-1(1), 200-300 sg-1(0), 300-… sg-1(1), 90-200 :22, 300-… :22"},
		{"equal states merge", items(groupItem(100, 22), groupItem(200, 22), groupItem(300, 22)), nil, Options{}, "90-… sg-1(1), 90-… :22"},
		{"a description is no change, the latest wins", items(described(groupItem(100, 22), "old", "1"), described(groupItem(200, 22), "new", "2")), nil, Options{},
			"90-… sg-1(1), 90-… :22 new/2"},
		{"deletion ends all", items(groupItem(100, 22), deleted(groupItem(200))), nil, Options{}, "90-200 sg-1(1), 90-200 :22"},
		{"only a deletion", items(deleted(groupItem(200))), nil, Options{}, ""},
		{"back after deletion, not before it", items(groupItem(100, 22), deleted(groupItem(200)), found(groupItem(205, 22))), nil, Options{},
			"90-200 sg-1(1), 200-… sg-1(1), 90-200 :22, 200-… :22"},
		{"two captures of one time: the later order stands", items(groupItem(100, 22), func() schema.Item { it := groupItem(100, 23); it.Order++; return it }()), nil, Options{},
			"90-… sg-1(1), 90-… :23"},
		{"the same item twice", items(groupItem(100, 22), until(groupItem(100, 22), 500)), snaps(snapshot(400, group), snapshot(500, group), snapshot(600, group)), Options{},
			"90-600 sg-1(1), 90-600 :22"},

		{"missing from a later snapshot", items(until(groupItem(100, 22), 200)), snaps(snapshot(200, group), snapshot(300, group), snapshot(400, group)), Options{},
			"90-300 sg-1(1), 90-300 :22"},
		{"known from history only, missing", items(groupItem(100, 22)), snaps(snapshot(50, group), snapshot(300, group)), Options{}, "90-300 sg-1(1), 90-300 :22"},
		{"captured while the snapshot was gathered", items(groupItem(100, 22)), snaps(snapshot(109, group)), Options{}, "90-… sg-1(1), 90-… :22"},
		{"missing, but there again", items(until(groupItem(100, 22), 200), groupItem(400, 22)), snaps(snapshot(200, group), snapshot(300, group)), Options{},
			"90-300 sg-1(1), 390-… sg-1(1), 90-300 :22, 390-… :22"},
		{"missing after its deletion", items(groupItem(100, 22), deleted(groupItem(200))), snaps(snapshot(300, group)), Options{}, "90-200 sg-1(1), 90-200 :22"},
		{"missing, then the deletion", items(until(groupItem(100, 22), 150), deleted(groupItem(400))), snaps(snapshot(300, group)), Options{}, "90-300 sg-1(1), 90-300 :22"},
		{"the snapshot has nothing of the type", items(groupItem(100, 22)), snaps(snapshot(300, iface)), Options{}, "90-… sg-1(1), 90-… :22"},
		{"the snapshot is of elsewhere", items(groupItem(100, 22)),
			snaps(schema.Snapshot{AccountID: account, Region: "us-east-1", Taken: at(300), Types: []schema.ItemType{group}},
				schema.Snapshot{AccountID: "1", Region: region, Taken: at(300), Types: []schema.ItemType{group}}), Options{}, "90-… sg-1(1), 90-… :22"},

		{"read off an instance", items(ifaceItem(100, "sg-1", "i-1"), ifaceItem(200, "sg-2", "i-1"), instanceGone(300, "i-1")), nil, Options{},
			"90-200 eni-1@sg-1, 200-300 eni-1@sg-2"},
		{"the instance lists another", items(ifaceItem(100, "sg-1", "i-1"), func() schema.Item {
			it := ifaceItem(300, "sg-1", "i-1")
			it.ID = "eni-2"
			it.Interface.InterfaceID = "eni-2"
			return it
		}()), nil, Options{},
			"90-300 eni-1@sg-1, 290-… eni-2@sg-1"},
		{"another instance's end", items(ifaceItem(100, "sg-1", "i-1"), instanceGone(300, "i-2")), nil, Options{}, "90-… eni-1@sg-1"},
		{"moved before the old instance went", items(ifaceItem(100, "sg-1", "i-1"), ifaceItem(200, "sg-1", "i-2"), instanceGone(300, "i-1")), nil, Options{},
			"90-200 eni-1@sg-1, 200-… eni-1@sg-1"},
		{"an interface's own items are better", items(ifaceItem(150, "sg-9", ""), ifaceItem(200, "sg-1", "i-1"), instanceGone(300, "i-1")), nil, Options{},
			"140-… eni-1@sg-9"},
		{"before its own items an instance's are all there is", items(ifaceItem(100, "sg-1", "i-1"), ifaceItem(150, "sg-9", ""), instanceGone(300, "i-1")), nil, Options{},
			"90-150 eni-1@sg-1, 150-… eni-1@sg-9"},
		{"its own deletion ends what an instance said", items(ifaceItem(100, "sg-1", "i-1"), deleted(ifaceItem(250, "", ""))), nil, Options{}, "90-250 eni-1@sg-1"},
		{"the instance is missing", items(until(ifaceItem(100, "sg-1", "i-1"), 200)), snaps(snapshot(300, iface), snapshot(400, instance)), Options{},
			"90-400 eni-1@sg-1"},
		{"an interface of its own is not missed with instances", items(until(ifaceItem(100, "sg-1", ""), 200)), snaps(snapshot(300, instance)), Options{},
			"90-… eni-1@sg-1"},
		{"a new interface", items(found(ifaceItem(100, "sg-1", "")), ifaceItem(101, "sg-2", "")), nil, Options{}, "90-101 eni-1@sg-1, 101-… eni-1@sg-2"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, story(Timeline(tc.items, tc.snapshots, tc.opts))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// The other kinds of resource go the same way.
func TestTimelineNetworks(t *testing.T) {
	cidr := func(s string) []netip.Prefix { return []netip.Prefix{netip.MustParsePrefix(s)} }
	var items []schema.Item
	for i, s := range []string{"10.0.0.0/24", "10.0.0.0/24", "10.0.0.0/23"} {
		sub, vpc, pl := seen(schema.SubnetItem, "subnet-1", 100*i+100), seen(schema.VPCItem, "vpc-1", 100*i+100), seen(schema.PrefixListItem, "pl-1", 100*i+100)
		sub.Subnet, vpc.VPC = &schema.Subnet{SubnetID: "subnet-1", CIDRs: cidr(s)}, &schema.VPC{VPCID: "vpc-1", CIDRs: cidr(s)}
		pl.PrefixList = &schema.PrefixList{PrefixListID: "pl-1", Entries: cidr(s)}
		items = append(items, sub, vpc, pl)
	}
	inv := Timeline(items, nil, Options{})
	early, late := schema.Interval{From: at(90), To: at(300)}, schema.Interval{From: at(300)}
	want := schema.Inventory{
		Subnets: []schema.SubnetVersion{{Interval: early, Subnet: *items[3].Subnet}, {Interval: late, Subnet: *items[6].Subnet}},
		VPCs:    []schema.VPCVersion{{Interval: early, VPC: *items[4].VPC}, {Interval: late, VPC: *items[7].VPC}},
		PrefixLists: []schema.PrefixListVersion{{Interval: early, PrefixList: *items[5].PrefixList},
			{Interval: late, PrefixList: *items[8].PrefixList}},
	}
	if diff := cmp.Diff(want, inv, sameAddrs); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
