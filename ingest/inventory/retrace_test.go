package inventory

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sgfit/schema"
)

func webRule(port int32) schema.Rule { return groupItem(0, port).Group.Rules[0] }

// change is one of sg-1 at a minute.
func change(minute int, name string, body schema.ChangeBody) schema.Change {
	return schema.Change{EventID: fmt.Sprintf("e%04d-%s", minute, name), At: at(minute), Name: name, AccountID: account, Region: region,
		Type: schema.GroupItem, ID: "sg-1", ChangeBody: body}
}

func opened(minute int, ports ...int32) schema.Change {
	return change(minute, fmt.Sprint("authorize", ports), schema.ChangeBody{AddedRules: groupItem(0, ports...).Group.Rules})
}

func closed(minute int, ports ...int32) schema.Change {
	return change(minute, fmt.Sprint("revoke", ports), schema.ChangeBody{RemovedRules: groupItem(0, ports...).Group.Rules})
}

func groupBorn(minute int) schema.Change {
	return change(minute, "create", schema.ChangeBody{Created: true, Group: &schema.Group{GroupID: "sg-1", AccountID: account, Region: region, Name: "g"}})
}

func groupGone(minute int) schema.Change {
	return change(minute, "delete", schema.ChangeBody{Deleted: true})
}

// withID gives the rules of a change an id.
func withID(c schema.Change, id string) schema.Change {
	c.AddedRules = slices.Clone(c.AddedRules)
	for i := range c.AddedRules {
		c.AddedRules[i].RuleID = id
	}
	return c
}

func modified(minute int, id string, port int32) schema.Change {
	r := webRule(port)
	r.Direction, r.RuleID = "", id
	return change(minute, "modify", schema.ChangeBody{ModifiedRules: []schema.Rule{r}})
}

func revokedByID(minute int, id string) schema.Change {
	return change(minute, "revoke", schema.ChangeBody{RemovedRuleIDs: []string{id}})
}

func ofInterface(c schema.Change, id string) schema.Change {
	c.Type, c.ID = schema.InterfaceItem, id
	return c
}

func regrouped(minute int, groups ...string) schema.Change {
	return ofInterface(change(minute, "wear", schema.ChangeBody{Groups: groups}), "eni-1")
}

// launched makes eni-1 on i-1, terminated ends i-1.
func launched(minute int) schema.Change {
	return ofInterface(change(minute, "run", schema.ChangeBody{Created: true, EndsWithInstance: true, Interface: ifaceItem(0, "a", "i-1").Interface}), "eni-1")
}

func terminated(minute int) schema.Change {
	c := change(minute, "terminate", schema.ChangeBody{Deleted: true})
	c.Type, c.ID = schema.InstanceItem, "i-1"
	return c
}

// ruleStory writes when each rule was in force, and groups of the interface.
func ruleStory(inv schema.Inventory) (out []string) {
	for _, v := range inv.Rules {
		name := fmt.Sprint(v.FromPort)
		if v.Direction == schema.Egress {
			name = "out " + v.Peer.Value
		}
		out = append(out, name+" "+clock(v.Interval))
	}
	for _, v := range inv.Interfaces {
		out = append(out, strings.Join(v.Groups, ",")+" "+clock(v.Interval))
	}
	slices.Sort(out)
	return out
}

// Times are minutes.
func TestRetrace(t *testing.T) {
	for _, tc := range []struct {
		name      string
		items     []schema.Item
		snapshots []schema.Snapshot
		changes   []schema.Change
		opts      Options
		want      []string
	}{
		{"a rule that Config saw later is in force from its authorisation",
			[]schema.Item{groupItem(100, 1), groupItem(200, 1, 2)}, nil, []schema.Change{opened(150, 2)}, Options{},
			[]string{"1 90-…", "2 150-…"}},
		{"a rule that was revoked between two captures existed until then",
			[]schema.Item{groupItem(100, 1, 2), groupItem(200, 1)}, nil, []schema.Change{closed(150, 2)}, Options{},
			[]string{"1 90-…", "2 90-150"}},
		{"a rule that came and went between two captures",
			[]schema.Item{groupItem(100, 1), groupItem(200, 1)}, nil, []schema.Change{opened(120, 2), closed(150, 2)}, Options{},
			[]string{"1 90-…", "2 120-150"}},
		{"the same while snapshots held one item",
			[]schema.Item{until(groupItem(100, 1), 2000)}, nil, []schema.Change{opened(120, 2), closed(150, 2)}, Options{},
			[]string{"1 90-…", "2 120-150"}},
		{"what is there is not opened, what is not is not closed",
			[]schema.Item{groupItem(100, 1)}, nil, []schema.Change{opened(120, 1), closed(150, 2)}, Options{},
			[]string{"1 90-…"}},
		{"after the last capture",
			[]schema.Item{groupItem(100, 1)}, nil, []schema.Change{opened(120, 2), closed(150, 1)}, Options{},
			[]string{"1 90-150", "2 120-…"}},

		{"a capture of the same second comes before the event",
			[]schema.Item{groupItem(100, 1)}, nil, []schema.Change{opened(100, 2)}, Options{},
			[]string{"1 90-…", "2 100-…"}},
		{"a capture that is late does not revert the event: the next shows it",
			[]schema.Item{groupItem(100, 1), groupItem(152, 1), groupItem(200, 1, 2)}, nil, []schema.Change{opened(150, 2)}, Options{},
			[]string{"1 90-…", "2 150-…"}},
		{"nor if the next word is that it was closed",
			[]schema.Item{groupItem(100, 1), groupItem(152, 1)}, nil, []schema.Change{opened(150, 2), closed(170, 2)}, Options{},
			[]string{"1 90-…", "2 150-170"}},
		{"nor if nothing more is known",
			[]schema.Item{groupItem(100, 1), groupItem(152, 1)}, nil, []schema.Change{opened(150, 2)}, Options{},
			[]string{"1 90-…", "2 150-…"}},
		{"but it does if the next does not show it either",
			[]schema.Item{groupItem(100, 1), groupItem(152, 1), groupItem(200, 1)}, nil, []schema.Change{opened(150, 2)}, Options{},
			[]string{"1 90-…", "2 150-152"}},
		{"or if it was opened once more",
			[]schema.Item{groupItem(100, 1), groupItem(152, 1)}, nil, []schema.Change{opened(150, 2), opened(170, 2)}, Options{},
			[]string{"1 90-…", "2 150-152", "2 170-…"}},
		{"a capture long after is right",
			[]schema.Item{groupItem(100, 1), groupItem(200, 1)}, nil, []schema.Change{opened(150, 2)}, Options{},
			[]string{"1 90-…", "2 150-200"}},
		{"so is a snapshot that still holds the item",
			[]schema.Item{until(groupItem(100, 1), 200)}, nil, []schema.Change{opened(150, 2)}, Options{},
			[]string{"1 90-…", "2 150-200"}},
		{"a snapshot that is late does not",
			[]schema.Item{until(groupItem(100, 1), 152), groupItem(155, 1, 2)}, nil, []schema.Change{opened(150, 2)}, Options{},
			[]string{"1 90-…", "2 150-…"}},

		{"before the first capture: undone",
			[]schema.Item{groupItem(200, 1, 2)}, nil, []schema.Change{opened(100, 2), closed(150, 3)}, Options{},
			[]string{"1 89-…", "2 100-…", "3 89-150"}},
		{"back to the first that does not fit",
			[]schema.Item{groupItem(200, 1, 2)}, nil, []schema.Change{opened(100, 3), opened(150, 2)}, Options{},
			[]string{"1 139-…", "2 150-…"}},
		{"a late first capture",
			[]schema.Item{groupItem(200, 1), groupItem(300, 1, 2)}, nil, []schema.Change{opened(195, 2)}, Options{},
			[]string{"1 184-…", "2 195-…"}},
		{"since ever, where that is assumed",
			[]schema.Item{groupItem(200, 1, 2)}, nil, []schema.Change{opened(100, 2)}, Options{AssumeUnchanged: true},
			[]string{"1 ever-…", "2 100-…"}},
		{"since its creation, which Config tells",
			[]schema.Item{created(groupItem(200, 1, 2), 40)}, nil, []schema.Change{opened(100, 2)}, Options{},
			[]string{"1 40-…", "2 100-…"}},

		{"from its creation on, with the egress that no event announces",
			[]schema.Item{groupItem(200, 2)}, nil, []schema.Change{groupBorn(50), opened(100, 2)}, Options{},
			[]string{"2 100-…", "out 0.0.0.0/0 50-200"}},
		{"with IPv6 egress, since that was revoked",
			nil, nil, []schema.Change{groupBorn(50), change(60, "revoke", schema.ChangeBody{RemovedRules: []schema.Rule{
				{Direction: schema.Egress, Protocol: -1, FromPort: -1, ToPort: -1, Peer: schema.Peer{Kind: schema.PeerIPv6, Value: "::/0"}}}})}, Options{},
			[]string{"out 0.0.0.0/0 50-…", "out ::/0 50-60"}},
		{"a group that Config never saw",
			nil, []schema.Snapshot{snapshot(0, schema.GroupItem), snapshot(500, schema.GroupItem)},
			[]schema.Change{groupBorn(50), opened(100, 2), groupGone(300)}, Options{},
			[]string{"2 100-300", "out 0.0.0.0/0 50-300"}},
		{"its end unknown but to a snapshot that lacks it",
			nil, []schema.Snapshot{snapshot(0, schema.GroupItem), snapshot(500, schema.GroupItem)},
			[]schema.Change{groupBorn(50), opened(100, 2)}, Options{},
			[]string{"2 100-500", "out 0.0.0.0/0 50-500"}},
		{"without its creation nothing is known of it",
			nil, nil, []schema.Change{opened(100, 2)}, Options{}, nil},
		{"deleted: a capture that is late does not bring it back",
			[]schema.Item{groupItem(100, 1), groupItem(302, 1), deleted(groupItem(305))}, nil, []schema.Change{groupGone(300)}, Options{},
			[]string{"1 90-300"}},
		{"a deletion that Config contradicts is none",
			[]schema.Item{groupItem(100, 1), groupItem(400, 1)}, nil, []schema.Change{groupGone(300)}, Options{},
			[]string{"1 90-…"}},

		{"revoked by an id that the authorisation told",
			[]schema.Item{groupItem(100, 1)}, nil, []schema.Change{withID(opened(120, 2), "sgr-2"), revokedByID(150, "sgr-2")}, Options{},
			[]string{"1 90-…", "2 120-150"}},
		{"revoked by an unknown id: until Config says so",
			[]schema.Item{groupItem(100, 1, 2), groupItem(200, 1)}, nil, []schema.Change{revokedByID(150, "sgr-2")}, Options{},
			[]string{"1 90-…", "2 90-200"}},
		{"revoked by an id that EC2 told before",
			[]schema.Item{groupItem(100, 1, 2), groupItem(200, 1), remark(120, 2, "sgr-2", "", "")}, nil, []schema.Change{revokedByID(150, "sgr-2")}, Options{},
			[]string{"1 90-…", "2 90-150"}},
		{"modified: EC2 told before what it was, and later what it is",
			[]schema.Item{groupItem(100, 2), groupItem(200, 3), remark(120, 2, "sgr-2", "", ""), remark(300, 3, "sgr-2", "", "")}, nil,
			[]schema.Change{modified(150, "sgr-2", 3)}, Options{},
			[]string{"2 90-150", "3 150-…"}},
		{"modified: what it is does not tell what it was",
			[]schema.Item{groupItem(100, 2), groupItem(200, 3), remark(300, 3, "sgr-2", "", "")}, nil,
			[]schema.Change{modified(150, "sgr-2", 3)}, Options{},
			[]string{"2 90-200", "3 200-…"}},
		{"modified: the content that the id had goes",
			[]schema.Item{groupItem(100, 1)}, nil, []schema.Change{withID(opened(120, 2), "sgr-2"), modified(150, "sgr-2", 3), revokedByID(170, "sgr-2")}, Options{},
			[]string{"1 90-…", "2 120-150", "3 150-170"}},
		{"in one second, what must have come first did",
			[]schema.Item{groupItem(100, 1)}, nil, []schema.Change{closed(120, 1), opened(120, 1)}, Options{},
			[]string{"1 90-…"}},

		{"an interface changes groups",
			[]schema.Item{ifaceItem(100, "a", ""), ifaceItem(200, "b", "")}, nil, []schema.Change{regrouped(150, "b")}, Options{},
			[]string{"a 90-150", "b 150-…"}},
		{"before its first capture what it wore is unknown",
			[]schema.Item{ifaceItem(200, "b", "")}, nil, []schema.Change{regrouped(150, "b")}, Options{},
			[]string{"b 150-…"}},
		{"unless an earlier change tells",
			[]schema.Item{ifaceItem(200, "b", "")}, nil, []schema.Change{regrouped(120, "a"), regrouped(150, "b")}, Options{},
			[]string{"a 120-150", "b 150-…"}},
		{"through its instance, which has no other",
			[]schema.Item{ifaceItem(100, "a", "i-1")}, nil, []schema.Change{func() schema.Change {
				c := regrouped(150, "b")
				c.Type, c.ID = schema.InstanceItem, "i-1"
				return c
			}()}, Options{},
			[]string{"a 90-150", "b 150-…"}},
		{"an interface ends with its instance",
			nil, nil, []schema.Change{launched(50), terminated(100)}, Options{},
			[]string{"a 50-100"}},
		{"but Config knows better when",
			[]schema.Item{ifaceItem(60, "a", "i-1"), deleted(ifaceItem(103, "a", ""))}, nil, []schema.Change{launched(50), terminated(100)}, Options{},
			[]string{"a 50-103"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, ruleStory(Timeline(tc.items, tc.snapshots, tc.opts, tc.changes...))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// The counts of what did not fit.
func TestTrailSummary(t *testing.T) {
	for _, tc := range []struct {
		name    string
		items   []schema.Item
		changes []schema.Change
		want    TrailSummary
	}{
		{"all fits", []schema.Item{groupItem(100, 1), groupItem(200, 1, 2)}, []schema.Change{opened(150, 2)}, TrailSummary{Changes: 1}},
		{"twice in the files", []schema.Item{groupItem(100, 1), groupItem(200, 1, 2)}, []schema.Change{opened(150, 2), opened(150, 2)}, TrailSummary{Changes: 1}},
		{"Config says otherwise", []schema.Item{groupItem(100, 1), groupItem(200, 1)}, []schema.Change{opened(150, 2)}, TrailSummary{Changes: 1, Contradicted: 1}},
		{"undoing stops", []schema.Item{groupItem(200, 1)}, []schema.Change{opened(150, 2)}, TrailSummary{Changes: 1, Contradicted: 1}},
		{"a resource that nobody knows", nil, []schema.Change{opened(150, 2), closed(160, 2)}, TrailSummary{Changes: 2, Unplaced: 2}},
		{"an instance of two interfaces", nil, []schema.Change{{EventID: "e", At: at(1), Type: schema.InstanceItem, ID: "i-1",
			ChangeBody: schema.ChangeBody{Groups: []string{"a"}}}}, TrailSummary{Changes: 1, Unplaced: 1}},
	} {
		_, sum := timeline(tc.items, nil, tc.changes, Options{})
		if sum != tc.want {
			t.Errorf("%s: %+v, want %+v", tc.name, sum, tc.want)
		}
	}
}
