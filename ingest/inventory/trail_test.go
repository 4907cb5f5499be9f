package inventory

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sgfit/schema"
)

const trailSamples = "../../testdata/cloudtrail"

// Every real file loads, or is set aside for the right reason; a file that the table does not know fails.
func TestTrailSamples(t *testing.T) {
	type want struct {
		Changes int
		Skipped map[string]int64
		Reasons []string
	}
	const others, other = "CloudTrail events of other services", "CloudTrail events: other calls of EC2"
	const failed, idle = "CloudTrail events: calls that failed", "CloudTrail events: calls that changed nothing of interest"
	table := map[string]want{
		"invictus/218007301253_CloudTrail_us-east-1_20230710T1210Z_ZgEBhdXGdLTXGoIe.json": {Skipped: map[string]int64{other: 1}},
		"invictus/sg_eni_flowlog_events.json":                                             {Changes: 19, Skipped: map[string]int64{failed: 7, idle: 2, other: 1}},
		"invictus/sg-04cfb7a4712d75b00.expected-states.json":                              {Reasons: []string{"neither AWS Config data nor an answer of EC2 that is read: JSON with the members note, states"}},
		"streamalert/cloudtrail_aws_config.json":                                          {Skipped: map[string]int64{others: 3}},
		"streamalert/cloudtrail_critical_api_calls.json":                                  {Skipped: map[string]int64{others: 11, other: 3}, Reasons: []string{"CloudTrail event DeleteFlowLogs cannot be read: no flow log (fl-…)"}},
		"streamalert/cloudtrail_security_group_ingress_anywhere.json":                     {Reasons: []string{"CloudTrail event AuthorizeSecurityGroupIngress cannot be read: no groupId (sg-…)", "CloudTrail event AuthorizeSecurityGroupIngress cannot be read: no groupId (sg-…)"}},
	}
	paths, _ := filepath.Glob(trailSamples + "/*/*.json")
	for _, path := range paths {
		name := filepath.ToSlash(strings.TrimPrefix(path, filepath.FromSlash(trailSamples)+string(filepath.Separator)))
		w, ok := table[name]
		if !ok {
			t.Errorf("%s is not in the table", name)
			continue
		}
		delete(table, name)
		contents := decodeTrail(t, path)
		got := want{Changes: len(contents.Changes)}
		if len(contents.Skipped) > 0 {
			got.Skipped = contents.Skipped
		}
		for _, r := range contents.Rejected {
			got.Reasons = append(got.Reasons, r.Reason)
		}
		if diff := cmp.Diff(w, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	for name := range table {
		t.Errorf("%s is in the table but not in %s", name, trailSamples)
	}
}

func decodeTrail(t *testing.T, path string) Contents {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	contents, err := Decode(f, path, func(schema.Item) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	return contents
}

// The real life of a group from its creation to its deletion, of which Config saw nothing, is what its expected states say.
func TestTrailExpectedStates(t *testing.T) {
	const id = "sg-04cfb7a4712d75b00"
	raw, err := os.ReadFile(filepath.Join(trailSamples, "invictus", id+".expected-states.json"))
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		States []struct {
			After           string
			Ingress, Egress []string
			Deleted         bool
		}
	}
	if err := json.Unmarshal(raw, &want); err != nil || len(want.States) != 8 {
		t.Fatalf("%d states, %v", len(want.States), err)
	}
	changes := decodeTrail(t, filepath.Join(trailSamples, "invictus", "sg_eni_flowlog_events.json")).Changes
	inv := Timeline(nil, nil, Options{}, changes...)
	checked := 0
	for i, s := range want.States {
		at, err := time.Parse(time.RFC3339, strings.Fields(s.After)[0])
		if err != nil {
			t.Fatal(err)
		}
		until := at.Add(time.Hour)
		if i+1 < len(want.States) {
			until, _ = time.Parse(time.RFC3339, strings.Fields(want.States[i+1].After)[0])
		}
		for ; at.Before(until); at = at.Add(time.Second) {
			checked++
			text := ""
			for _, v := range inv.Groups {
				if v.GroupID == id && v.Contains(at) {
					text += v.Name
				}
			}
			var rules []string
			for _, v := range inv.Rules {
				if v.GroupID == id && v.Contains(at) {
					rules = append(rules, sampleRule(v.Rule))
				}
			}
			wantRules := slices.Concat(s.Ingress, s.Egress)
			slices.Sort(rules)
			slices.Sort(wantRules)
			if (text == "") != s.Deleted || !slices.Equal(rules, wantRules) {
				t.Fatalf("at %v: %q %v, want %v", at, text, rules, wantRules)
			}
		}
	}
	if checked < 3600 {
		t.Errorf("only %d seconds were looked at", checked)
	}
	if before := want.States[0].After; inv.Groups[0].From.Format(time.RFC3339) != strings.Fields(before)[0] {
		t.Errorf("the group begins at %v", inv.Groups[0].From)
	}
}

// sampleRule spells a rule as the expected states do.
func sampleRule(r schema.Rule) string {
	ports, protocol := fmt.Sprintf(" %d-%d", r.FromPort, r.ToPort), r.Protocol.String()
	if r.Protocol == schema.AllProtocols {
		ports, protocol = "", "-1"
	}
	if r.RuleID == "" {
		return fmt.Sprintf("%s%s %s (implicit)", protocol, ports, r.Peer.Value)
	}
	return fmt.Sprintf("%s %s%s %s", r.RuleID, protocol, ports, r.Peer.Value)
}

// The same events' interfaces and flow logs.
func TestTrailLives(t *testing.T) {
	inv := Timeline(nil, nil, Options{}, decodeTrail(t, filepath.Join(trailSamples, "invictus", "sg_eni_flowlog_events.json")).Changes...)
	var got []string
	for _, v := range inv.Interfaces {
		got = append(got, fmt.Sprint(v.InterfaceID, " ", v.From.Format(time.TimeOnly), "-", v.To.Format(time.TimeOnly), " ", v.Groups, v.Addresses, " ", v.InstanceID))
	}
	for _, v := range inv.FlowLogs {
		got = append(got, fmt.Sprint(v.FlowLogID, " ", v.From.Format(time.TimeOnly), "-", v.To.Format(time.TimeOnly), " ", v.ResourceID, " ", v.TrafficType))
	}
	want := []string{
		"eni-06b7a305fe9519d03 12:03:18-12:03:24 [sg-06ac05dd4c4a2ecbd] [10.0.1.10] ",
		"eni-06b7a305fe9519d03 12:03:24-12:12:06 [sg-06ac05dd4c4a2ecbd] [10.0.1.10] i-05c30218156bcc246",
		"eni-076fa9fb98a2500a7 11:55:14-11:55:21 [sg-0b233157065b7d5e2] [10.0.1.10] ",
		"eni-076fa9fb98a2500a7 11:55:21-12:08:38 [sg-0b233157065b7d5e2] [10.0.1.10] i-0dbc91f429e48eeed",
		"eni-0938d805949b4e134 12:16:15-12:32:01 [sg-0a1ae80d31d1e9c86] [10.0.2.159] ",
		"fl-064ed3a785e4a37ef 12:02:25-12:02:26 vpc-0255d384b4b458b46 REJECT",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
