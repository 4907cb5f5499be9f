package simulate

import (
	"encoding/json"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"sgfit/schema"
)

// configFile is what a test reads of a Config file; only the fields whose meaning it checks.
type configFile struct {
	FileVersion        string     `json:"fileVersion"`
	ConfigSnapshotID   string     `json:"configSnapshotId"`
	ConfigurationItems []readItem `json:"configurationItems"`
}

type readItem struct {
	Version       string          `json:"configurationItemVersion"`
	Captured      time.Time       `json:"configurationItemCaptureTime"`
	StateID       int64           `json:"configurationStateId"`
	Account       string          `json:"awsAccountId"`
	Status        string          `json:"configurationItemStatus"`
	Type          schema.ItemType `json:"resourceType"`
	ID            string          `json:"resourceId"`
	Region        string          `json:"awsRegion"`
	Configuration json.RawMessage `json:"configuration"`
	Relationships []object        `json:"relationships"`
	Tags          map[string]string
}

type readGroup struct {
	GroupID, GroupName, Description, VPCID string
	IPPermissions                          []readPermission `json:"ipPermissions"`
	IPPermissionsEgress                    []readPermission `json:"ipPermissionsEgress"`
}

type readPermission struct {
	IPProtocol       string   `json:"ipProtocol"`
	FromPort         *int32   `json:"fromPort"`
	ToPort           *int32   `json:"toPort"`
	IPRanges         []string `json:"ipRanges"`
	IPv4Ranges       []object `json:"ipv4Ranges"`
	IPv6Ranges       []object `json:"ipv6Ranges"`
	PrefixListIDs    []object `json:"prefixListIds"`
	UserIDGroupPairs []object `json:"userIdGroupPairs"`
}

// keys spells every rule of a permission.
func (p readPermission) keys(t *testing.T, group string, d schema.Direction) []string {
	t.Helper()
	protocol, err := schema.ParseProtocol(p.IPProtocol)
	if err != nil {
		t.Fatal(err)
	}
	from := int32(-1)
	if p.FromPort != nil {
		from = *p.FromPort
	}
	if (p.FromPort == nil) != (protocol == schema.AllProtocols) || len(p.IPRanges) != len(p.IPv4Ranges) {
		t.Errorf("%s: permission %+v has ports where it should not, or ranges that differ", group, p)
	}
	var found []string
	for list, field := range map[string][]object{"cidrIp": p.IPv4Ranges, "cidrIpv6": p.IPv6Ranges, "prefixListId": p.PrefixListIDs, "groupId": p.UserIDGroupPairs} {
		for _, o := range field {
			found = append(found, fmt.Sprintf("%s %s %s %d %s", group, d, protocol, from, o[list]))
		}
	}
	for i, r := range p.IPRanges {
		if p.IPv4Ranges[i]["cidrIp"] != r {
			t.Errorf("%s: ipRanges say %s, ipv4Ranges %v", group, r, p.IPv4Ranges[i])
		}
	}
	return found
}

func (g readGroup) keys(t *testing.T) []string {
	t.Helper()
	var found []string
	for _, p := range g.IPPermissions {
		found = append(found, p.keys(t, g.GroupID, schema.Ingress)...)
	}
	for _, p := range g.IPPermissionsEgress {
		found = append(found, p.keys(t, g.GroupID, schema.Egress)...)
	}
	return found
}

var configPath = regexp.MustCompile(`^config/AWSLogs/111122223333/Config/eu-west-1/2026/[1-9][0-9]?/[1-9][0-9]?/` +
	`(ConfigSnapshot/111122223333_Config_eu-west-1_ConfigSnapshot_\d{8}T\d{6}Z_[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}` +
	`|ConfigHistory/111122223333_Config_eu-west-1_ConfigHistory_AWS::EC2::[A-Za-z]+_\d{8}T\d{6}Z_\d{8}T\d{6}Z_1)\.json\.gz$`)

// readConfig reads every Config file, by path.
func readConfig(t *testing.T, found map[string][]byte) map[string]configFile {
	t.Helper()
	read := map[string]configFile{}
	for p, content := range found {
		if !strings.HasPrefix(p, "config/") {
			continue
		}
		if !configPath.MatchString(p) {
			t.Errorf("AWS does not write %s", p)
		}
		var f configFile
		if err := json.Unmarshal(unpack(t, content), &f); err != nil {
			t.Fatalf("%s: %v", p, err)
		}
		read[p] = f
	}
	return read
}

// Each snapshot holds the rules and the memberships that were true shortly before it, and nothing that was gone.
func TestSnapshotsShowTheInventory(t *testing.T) {
	for _, seed := range []uint64{21, 22, 23} {
		a := New(small(seed, V2))
		found, _ := files(t, a.opts)
		inv := a.Inventory()
		snapshots := 0
		for p, f := range readConfig(t, found) {
			if !strings.Contains(p, "ConfigSnapshot/") {
				continue
			}
			snapshots++
			at, err := time.Parse("20060102T150405Z", strings.Split(path.Base(p), "_")[4])
			if err != nil || f.ConfigSnapshotID == "" || f.FileVersion != "1.0" {
				t.Fatalf("%s: %v, id %q, version %q", p, err, f.ConfigSnapshotID, f.FileVersion)
			}
			// Config needs up to three minutes: what changed then may be there or not.
			settled := at.Add(-3 * time.Minute)
			rules, members := shownIn(t, f)
			for _, r := range inv.Rules {
				key := fmt.Sprintf("%s %s %s %d %s", r.GroupID, r.Direction, r.Protocol, r.FromPort, r.Peer.Value)
				if r.Contains(settled) && r.Contains(at) && rules[key] != 1 {
					t.Errorf("%s: rule %s is there %d times", p, key, rules[key])
				}
				if !r.Contains(settled) && !r.Contains(at) && rules[key] != 0 {
					t.Errorf("%s: rule %s is not in force", p, key)
				}
			}
			for _, v := range inv.Interfaces {
				if got, want := members[v.InterfaceID], strings.Join(v.Groups, " ")+"|"+v.Addresses[0].String(); v.Contains(settled) && v.Contains(at) && got != want {
					t.Errorf("%s: %s is %q, want %q", p, v.InterfaceID, got, want)
				}
			}
			for id := range members {
				if !slices.ContainsFunc(inv.Interfaces, func(v schema.InterfaceVersion) bool {
					return v.InterfaceID == id && (v.Contains(settled) || v.Contains(at))
				}) {
					t.Errorf("%s: %s is gone", p, id)
				}
			}
		}
		if snapshots != a.opts.Days {
			t.Errorf("%d snapshots in %d days", snapshots, a.opts.Days)
		}
	}
}

// shownIn returns how often each rule is in a file, and groups and address of each interface.
func shownIn(t *testing.T, f configFile) (rules map[string]int, members map[string]string) {
	t.Helper()
	rules, members = map[string]int{}, map[string]string{}
	for _, item := range f.ConfigurationItems {
		switch item.Type {
		case schema.GroupItem:
			var g readGroup
			if err := json.Unmarshal(item.Configuration, &g); err != nil {
				t.Fatal(err)
			}
			for _, k := range g.keys(t) {
				rules[k]++
			}
		case schema.InterfaceItem:
			var v struct {
				Groups           []struct{ GroupID string }
				PrivateIPAddress string
			}
			if err := json.Unmarshal(item.Configuration, &v); err != nil {
				t.Fatal(err)
			}
			var ids []string
			for _, g := range v.Groups {
				ids = append(ids, g.GroupID)
			}
			slices.Sort(ids)
			members[item.ID] = strings.Join(ids, " ") + "|" + v.PrivateIPAddress
		}
	}
	return rules, members
}

// History tells of every change inside the window, some time after it happened, and of each end without a body.
func TestHistoryTellsEveryChange(t *testing.T) {
	a := New(small(24, V2))
	found, _ := files(t, a.opts)
	start, end := a.Window()
	told := map[string][]readItem{}
	for p, f := range readConfig(t, found) {
		for _, item := range f.ConfigurationItems {
			if item.Version != "1.3" || item.Account != "111122223333" || item.Region != "eu-west-1" || item.StateID != item.Captured.UnixMilli() {
				t.Fatalf("%s: %+v", p, item)
			}
			if gone := item.Status == "ResourceDeleted"; gone != (string(item.Configuration) == "null") {
				t.Errorf("%s: %s is %s with body %.20s", p, item.ID, item.Status, item.Configuration)
			}
			if strings.Contains(p, "ConfigHistory/") {
				told[item.ID] = append(told[item.ID], item)
				if item.Captured.Before(start) || !item.Captured.Before(end) || !strings.Contains(p, "_"+string(item.Type)+"_") {
					t.Errorf("%s holds an item of %v", p, item.Captured)
				}
			}
		}
	}
	check := func(id string, at time.Time, status string) {
		t.Helper()
		if !at.After(start) || !at.Before(end.Add(-3*time.Minute)) {
			return
		}
		if !slices.ContainsFunc(told[id], func(i readItem) bool {
			lag := i.Captured.Sub(at)
			return i.Status == status && lag >= 15*time.Second && lag < 3*time.Minute
		}) {
			t.Errorf("no history of %s being %s at %v", id, status, at)
		}
	}
	inv := a.Inventory()
	for _, v := range inv.Interfaces {
		first, last := "ResourceDiscovered", "ResourceDeleted"
		if a.hostOf("wiki").id == v.InterfaceID {
			first, last = "OK", "OK" // it changes groups, and stays
		}
		check(v.InterfaceID, v.From, first)
		check(v.InterfaceID, v.To, last)
	}
	for _, v := range inv.Groups {
		check(v.GroupID, v.From, "OK")
	}
	for _, v := range inv.PrefixLists {
		check(v.PrefixListID, v.From, "OK")
	}
	if len(told) < 20 {
		t.Errorf("history of only %d resources", len(told))
	}
}

// What Config shows is hostile where AWS allows it, and arrives unchanged.
func TestHostileText(t *testing.T) {
	found, _ := files(t, small(25, V2))
	var all strings.Builder
	for p, content := range found {
		if strings.HasPrefix(p, "config/") {
			all.Write(unpack(t, content))
		}
	}
	for _, want := range []string{`</script>`, `$(rm -rf /)`, `O'Brien's`, "`id`", `{{7*7}}`, `=cmd+(1)`, `';DROP TABLE`, `\n<img`} {
		if !strings.Contains(all.String(), want) {
			t.Errorf("no resource has %q", want)
		}
	}
	allowed := regexp.MustCompile(`^[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{0,255}$`)
	a := New(small(25, V2))
	for _, g := range a.groups {
		for _, r := range g.rules {
			if !allowed.MatchString(r.Description) {
				t.Errorf("AWS does not allow the description %q", r.Description)
			}
		}
		if !allowed.MatchString(g.description) || !allowed.MatchString(g.name) {
			t.Errorf("AWS does not allow the group %q %q", g.name, g.description)
		}
	}
}
