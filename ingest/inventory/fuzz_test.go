package inventory

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sgfit/schema"
)

// FuzzDecode: whatever the bytes, the decoder ends without a panic, accounts for every item, and delivers nothing that
// EC2 could not hold.
func FuzzDecode(f *testing.F) {
	for _, dir := range []string{samples, answerSamples, trailSamples} {
		_ = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && strings.HasSuffix(path, ".json") {
				if b, err := os.ReadFile(path); err == nil {
					f.Add(b)
				}
			}
			return nil
		})
	}
	f.Add([]byte(`{"Entries":[{"Cidr":"10.0.0.0/8"}],"NextToken":"t"}{"Entries":[{"Cidr":"::/0"}]}`))
	f.Add([]byte(`{"SgfitCapture":{"AccountID":"1","Region":"r","Time":"2026-03-01T00:00:00Z","Complete":true},"Vpcs":[]}`))
	f.Add([]byte(eventJSON("ModifySecurityGroupRules", `{"ModifySecurityGroupRulesRequest":{"GroupId":"sg-1","SecurityGroupRule":{"SecurityGroupRuleId":"sgr-1","tag":1,
		"SecurityGroupRule":{"CidrIpv4":"10.0.0.0/8","FromPort":443,"ToPort":443,"IpProtocol":"tcp"}}}}`, "null")))
	permission := `{"ipProtocol":"icmp","fromPort":8,"toPort":-1,"ipRanges":["10.0.0.0/8"],"ipv6Ranges":[{"cidrIpv6":"::/0"}],"userIdGroupPairs":[{"groupId":"sg-2"}]}`
	f.Add([]byte(snapshotJSON(itemJSON("AWS::EC2::SecurityGroup", "sg-1", "OK", 5, groupJSON(permission)))))
	f.Fuzz(func(t *testing.T, data []byte) {
		var items []schema.Item
		contents, err := decode(bytes.NewReader(data), "eu-west-1/pl-0123456789abcdef0", times{Modified: at(0)}, nil, func(r *reading) error {
			items = append(items, r.items...)
			return nil
		})
		if err != nil {
			t.Fatalf("bytes in memory failed to be read: %v", err)
		}
		var skipped int64
		for _, n := range contents.Skipped {
			skipped += n
		}
		if contents.Records != contents.OK+contents.Malformed+skipped || (contents.Malformed > 0 && len(contents.Rejected) == 0) {
			t.Fatalf("the accounts do not add up: %+v", contents)
		}
		for _, it := range items {
			checkItem(t, it)
		}
		broken := breaks(items)
		for _, c := range contents.Changes {
			checkChange(t, c)
			broken[c.At] = broken[c.At] || c.Deleted
		}
		checkLaws(t, Timeline(items, nil, Options{}, contents.Changes...), broken)
	})
}

func checkChange(t *testing.T, c schema.Change) {
	t.Helper()
	if c.EventID == "" || c.ID == "" || c.Type == "" || c.At.IsZero() || c.Created != (c.Group != nil || c.Interface != nil || c.FlowLog != nil) {
		t.Fatalf("not a change: %+v", c)
	}
	for _, r := range slices.Concat(c.AddedRules, c.RemovedRules, c.ModifiedRules) {
		checkRule(t, r)
	}
}

func checkItem(t *testing.T, it schema.Item) {
	t.Helper()
	if it.ID == "" || it.Captured.IsZero() || it.Deleted == (hasBody(&it) || it.Rule != nil) {
		t.Fatalf("not an observation: %+v", it)
	}
	if it.Group == nil {
		return
	}
	for i, r := range it.Group.Rules {
		if i > 0 && (compareRules(it.Group.Rules[i-1], r) >= 0 || it.Group.Rules[i-1].Key() == r.Key()) {
			t.Fatalf("rules out of order, or twice: %+v", it.Group.Rules)
		}
		checkRule(t, r)
	}
}

func checkRule(t *testing.T, r schema.Rule) {
	t.Helper()
	none := r.FromPort == -1 && r.ToPort == -1
	ports := r.FromPort >= 0 && r.FromPort <= r.ToPort && r.ToPort <= 65535
	icmp := r.FromPort >= -1 && r.FromPort <= 255 && r.ToPort >= -1 && r.ToPort <= 255 && (r.FromPort >= 0 || r.ToPort == -1)
	ok := none
	switch r.Protocol {
	case schema.TCP, schema.UDP:
		ok = ports
	case schema.ICMP, schema.ICMPv6:
		ok = icmp
	}
	if !ok || r.Protocol < -1 || r.Protocol > 255 {
		t.Fatalf("no such ports: %+v", r)
	}
	prefix, cidr := r.Peer.Prefix()
	kind := r.Peer.Kind
	switch {
	case r.Peer.Value == "" || cidr != (kind == schema.PeerIPv4 || kind == schema.PeerIPv6):
		t.Fatalf("no such peer: %+v", r)
	case cidr && (prefix.Masked().String() != r.Peer.Value || prefix.Addr().Is4() != (kind == schema.PeerIPv4)):
		t.Fatalf("not a canonical CIDR: %+v", r)
	}
}
