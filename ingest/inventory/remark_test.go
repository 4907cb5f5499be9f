package inventory

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"sgfit/schema"
)

// remark is what EC2 says at a minute of the rule of groupItem with this port.
func remark(minute int, port int32, id, text, status string) schema.Item {
	it := seen(schema.RuleItem, fmt.Sprint(id, minute), minute)
	r := groupItem(0, port).Group.Rules[0]
	r.RuleID, r.Description, r.PeerStatus = id, text, status
	it.Rule = &schema.GroupRule{GroupID: "sg-1", Rule: r}
	return it
}

func remarked(inv schema.Inventory) string {
	var all []string
	for _, r := range inv.Rules {
		all = append(all, strings.TrimRight(fmt.Sprintf("%s :%d %s %s %s", clock(r.Interval), r.FromPort, r.RuleID, r.Description, r.PeerStatus), " "))
	}
	return strings.Join(all, ", ")
}

func TestRemarks(t *testing.T) {
	for _, tc := range []struct {
		name  string
		items []schema.Item
		want  string
	}{
		{"within", []schema.Item{groupItem(100, 22, 443), remark(150, 443, "sgr-1", "web", "")}, "90-… :22, 90-… :443 sgr-1 web"},
		{"before it was seen", []schema.Item{groupItem(100, 22), remark(50, 22, "sgr-1", "ssh", "")}, "90-… :22 sgr-1"},
		{"after it went", []schema.Item{groupItem(100, 22), groupItem(200), remark(250, 22, "sgr-1", "ssh", "")}, "90-200 :22 sgr-1 ssh"},
		{"removed and added again", []schema.Item{groupItem(100, 22), groupItem(200), groupItem(300, 22), remark(150, 22, "sgr-1", "", ""), remark(350, 22, "sgr-2", "", "")},
			"90-200 :22 sgr-1, 300-… :22 sgr-2"},
		{"between two, the nearer", []schema.Item{groupItem(100, 22), groupItem(200), groupItem(300, 22), remark(260, 22, "sgr-2", "", "")},
			"90-200 :22, 300-… :22 sgr-2"},
		{"the latest wins", []schema.Item{groupItem(100, 22), remark(300, 22, "sgr-1", "new", ""), remark(200, 22, "sgr-1", "old", "")}, "90-… :22 sgr-1 new"},
		{"Config's word is later", []schema.Item{groupItem(100, 22), remark(150, 22, "sgr-1", "old", ""), described(groupItem(200, 22), "new", "")}, "90-… :22 sgr-1 new"},
		{"of no rule that the group has", []schema.Item{groupItem(100, 22), remark(150, 23, "sgr-1", "", "")}, "90-… :22"},
		{"of no group that is known", []schema.Item{remark(150, 23, "sgr-1", "", "")}, ""},
		{"stale, whatever the peering says", []schema.Item{groupItem(100, 22), remark(150, 22, "", "", stale), remark(150, 22, "sgr-1", "", "active")}, "90-… :22 sgr-1  deleted"},
		{"stale no more", []schema.Item{groupItem(100, 22), remark(150, 22, "", "", stale), remark(160, 22, "sgr-1", "", "active")}, "90-… :22 sgr-1  active"},
	} {
		if got := remarked(Timeline(tc.items, nil, Options{})); got != tc.want {
			t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
		}
	}
}

// TestRemarksTwin looks for the version of each remark minute by minute, outwards from its time.
func TestRemarksTwin(t *testing.T) {
	laid := 0
	for seed := range uint64(2000) {
		r := rand.New(rand.NewPCG(seed, 11))
		var items []schema.Item
		for minute := 100; minute < 1000; minute += 20 + r.IntN(200) {
			if r.IntN(2) == 0 {
				items = append(items, groupItem(minute, 22))
			} else {
				items = append(items, groupItem(minute))
			}
		}
		plain := Timeline(items, nil, Options{})
		minute := r.IntN(1100)
		got := Timeline(append(items, remark(minute, 22, "sgr-1", "", "")), nil, Options{})
		want := -1
		for d := 0; d < 2000 && want < 0; d++ {
			for i, v := range plain.Rules { // where two are as near, the end of the earlier one lies outside of it
				if v.Contains(at(minute).Add(time.Duration(d)*time.Minute)) || v.Contains(at(minute).Add(-time.Duration(d)*time.Minute-time.Nanosecond)) ||
					d == 0 && v.Contains(at(minute)) {
					want = i
				}
			}
		}
		for i, v := range got.Rules {
			if (v.RuleID != "") != (i == want) {
				t.Fatalf("seed %d: minute %d went to version %d, not %d: %s", seed, minute, i, want, remarked(got))
			}
		}
		if want >= 0 {
			laid++
		}
	}
	if laid < 1000 {
		t.Errorf("only %d remarks met a rule", laid)
	}
}

func TestCompleteLists(t *testing.T) {
	list := func(minute int, name string, most int, listed bool, cidrs ...string) schema.Item {
		it := seen(schema.PrefixListItem, "pl-1", minute)
		it.Order = 0
		it.PrefixList = &schema.PrefixList{PrefixListID: "pl-1", AccountID: account, Region: region, Name: name, MaxEntries: most, Unlisted: !listed}
		if name == "" {
			it.AccountID, it.PrefixList.AccountID = "", ""
		}
		if listed {
			it.Order = 1
			names := make([]named, len(cidrs))
			for i := range cidrs {
				names[i].Value = cidrs[i]
			}
			it.PrefixList.Entries = readPrefixes(names, new(losses))
		}
		return it
	}
	gone := seen(schema.PrefixListItem, "pl-1", 700)
	gone.Deleted = true
	const a, b = "10.0.0.0/8", "11.0.0.0/8"
	for _, tc := range []struct {
		name  string
		items []schema.Item
		want  string
	}{
		{"head and entries of one time", []schema.Item{list(100, "n", 5, false), list(100, "", 0, true, a)}, "90-… n 5 [10.0.0.0/8] 111122223333"},
		{"entries first", []schema.Item{list(100, "", 0, true, a), list(200, "n", 5, false)}, "90-… n 5 [10.0.0.0/8] 111122223333"},
		{"head first", []schema.Item{list(100, "n", 5, false), list(200, "", 0, true, a)}, "90-… n 5 [10.0.0.0/8] 111122223333"},
		{"a head alone is no list", []schema.Item{list(100, "n", 5, false), gone}, ""},
		{"entries alone are one", []schema.Item{list(100, "", 0, true, a)}, "90-…  0 [10.0.0.0/8] "},
		{"the entries change", []schema.Item{list(100, "n", 5, false), list(100, "", 0, true, a), list(300, "n", 5, false), list(300, "", 0, true, a, b), gone},
			"90-300 n 5 [10.0.0.0/8] 111122223333, 300-700 n 5 [10.0.0.0/8 11.0.0.0/8] 111122223333"},
		{"a list that was emptied", []schema.Item{list(100, "n", 5, true, a), list(300, "n", 5, true)}, "90-300 n 5 [10.0.0.0/8] 111122223333, 300-… n 5 [] 111122223333"},
	} {
		var all []string
		for _, v := range Timeline(tc.items, nil, Options{}).PrefixLists {
			all = append(all, fmt.Sprintf("%s %s %d %v %s", clock(v.Interval), v.Name, v.MaxEntries, v.Entries, v.AccountID))
		}
		if got := strings.Join(all, ", "); got != tc.want {
			t.Errorf("%s: %s, want %s", tc.name, got, tc.want)
		}
	}
}

// TestSavedPlaces: an answer that does not say whose it is is of the same account as every other word on the resource.
func TestSavedPlaces(t *testing.T) {
	nowhere := groupItem(200, 22)
	body := *nowhere.Group
	nowhere.Group, nowhere.AccountID, nowhere.Region = &body, "", ""
	body.AccountID, body.Region = "", ""
	inv := Timeline([]schema.Item{groupItem(100, 22), nowhere}, nil, Options{})
	if len(inv.Groups) != 1 || inv.Groups[0].AccountID != account || inv.Groups[0].Region != region || body.Region != "" {
		t.Errorf("%+v", inv.Groups)
	}
}
