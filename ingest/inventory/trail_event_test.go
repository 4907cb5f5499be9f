package inventory

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sgfit/schema"
)

// eventJSON is an event of one call.
func eventJSON(name, request, response string) string {
	return fmt.Sprintf(`{"eventVersion":"1.08","userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/a"},
		"eventTime":"2026-03-01T00:05:00Z","eventSource":"ec2.amazonaws.com","eventName":%q,"awsRegion":"eu-west-1","requestParameters":%s,
		"responseElements":%s,"eventID":"e-1","readOnly":false,"recipientAccountId":"111122223333"}`, name, request, response)
}

func tcpRule(dir schema.Direction, from, to int32, kind schema.PeerKind, peer string) schema.Rule {
	return schema.Rule{Direction: dir, Protocol: schema.TCP, FromPort: from, ToPort: to, Peer: schema.Peer{Kind: kind, Value: peer}}
}

// The spellings of CloudTrail, made up after those that real events show (lists as {"items": […]} and {}, one element in
// place of a list, numbers and words that lost their type).
func TestTrailSpellings(t *testing.T) {
	const done = `{"_return":true}`
	web := tcpRule(schema.Ingress, 443, 443, schema.PeerIPv4, "10.0.0.0/8")
	ssh := tcpRule(schema.Ingress, 22, 22, schema.PeerIPv4, "0.0.0.0/0")
	withRule := func(r schema.Rule, id, about string) []schema.Rule {
		r.RuleID, r.Description = id, about
		return []schema.Rule{r}
	}
	anyDirection := func(r schema.Rule, id, about string) schema.Rule {
		r.Direction, r.RuleID, r.Description = "", id, about
		return r
	}
	pair := tcpRule(schema.Egress, 1, 9, schema.PeerGroup, "sg-2")
	pair.PeerOwner = "444455556666"
	for _, tc := range []struct {
		name, call, request, response string
		typ                           schema.ItemType
		id                            string
		want                          schema.ChangeBody
	}{
		{"lists", "AuthorizeSecurityGroupIngress", `{"groupId":"sg-1","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":443,"toPort":443,
			"groups":{},"ipRanges":{"items":[{"cidrIp":"10.0.0.0/8"}]},"ipv6Ranges":{},"prefixListIds":{}}]}}`, done,
			schema.GroupItem, "sg-1", schema.ChangeBody{AddedRules: []schema.Rule{web}}},
		{"the answer has the ids", "AuthorizeSecurityGroupIngress", `{"groupId":"sg-1","ipPermissions":{}}`,
			`{"_return":true,"securityGroupRuleSet":{"items":[{"groupId":"sg-1","securityGroupRuleId":"sgr-1","isEgress":false,"ipProtocol":"tcp",
			"fromPort":443,"toPort":443,"cidrIpv4":"10.0.0.0/8","description":"x"}]}}`,
			schema.GroupItem, "sg-1", schema.ChangeBody{AddedRules: withRule(web, "sgr-1", "x")}},
		{"a group by its name, found in the answer", "AuthorizeSecurityGroupIngress", `{"groupName":"default"}`,
			`{"securityGroupRuleSet":{"items":[{"groupId":"sg-9","securityGroupRuleId":"sgr-1","ipProtocol":"tcp","fromPort":443,"toPort":443,"cidrIpv4":"10.0.0.0/8"}]}}`,
			schema.GroupItem, "sg-9", schema.ChangeBody{AddedRules: withRule(web, "sgr-1", "")}},
		{"flat", "RevokeSecurityGroupIngress", `{"groupId":"sg-1","ipPermissions":{},"ipProtocol":"tcp","fromPort":22,"toPort":22,"cidrIp":"0.0.0.0/0"}`, done,
			schema.GroupItem, "sg-1", schema.ChangeBody{RemovedRules: []schema.Rule{ssh}}},
		{"references and owners", "AuthorizeSecurityGroupEgress", `{"groupId":"sg-1","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":1,"toPort":9,
			"groups":{"items":[{"groupId":"sg-2","userId":"444455556666"}]},"ipRanges":{}}]}}`, done,
			schema.GroupItem, "sg-1", schema.ChangeBody{AddedRules: []schema.Rule{pair}}},
		{"by id alone", "RevokeSecurityGroupEgress", `{"groupId":"sg-1","securityGroupRuleIds":{"items":[{"securityGroupRuleId":"sgr-1"},{"securityGroupRuleId":"sgr-2"}]}}`, done,
			schema.GroupItem, "sg-1", schema.ChangeBody{RemovedRuleIDs: []string{"sgr-1", "sgr-2"}}},
		{"by id, told in the answer", "RevokeSecurityGroupIngress", `{"groupId":"sg-1","securityGroupRuleIds":{"items":["sgr-1"]}}`,
			`{"revokedSecurityGroupRuleSet":{"items":[{"groupId":"sg-1","securityGroupRuleId":"sgr-1","isEgress":false,"ipProtocol":"tcp","fromPort":22,"toPort":22,"cidrIpv4":"0.0.0.0/0"}]}}`,
			schema.GroupItem, "sg-1", schema.ChangeBody{RemovedRules: withRule(ssh, "sgr-1", "")}},
		{"wrapped, one", "ModifySecurityGroupRules", `{"ModifySecurityGroupRulesRequest":{"GroupId":"sg-1","SecurityGroupRule":{"SecurityGroupRuleId":"sgr-1","tag":1,
			"SecurityGroupRule":{"CidrIpv4":"10.0.0.0/8","FromPort":443,"ToPort":443,"IpProtocol":"tcp","Description":true}}}}`, done,
			schema.GroupItem, "sg-1", schema.ChangeBody{ModifiedRules: []schema.Rule{anyDirection(web, "sgr-1", "true")}}},
		{"wrapped, several", "ModifySecurityGroupRules", `{"ModifySecurityGroupRulesRequest":{"GroupId":"sg-1","SecurityGroupRule":[
			{"SecurityGroupRuleId":"sgr-2","tag":1,"SecurityGroupRule":{"CidrIpv4":"10.0.0.0/8","FromPort":443,"ToPort":443,"IpProtocol":"tcp"}},
			{"SecurityGroupRuleId":"sgr-1","tag":2,"SecurityGroupRule":{"CidrIpv4":"0.0.0.0/0","FromPort":22,"ToPort":22,"IpProtocol":6}}]}}`, done,
			schema.GroupItem, "sg-1", schema.ChangeBody{ModifiedRules: []schema.Rule{anyDirection(ssh, "sgr-1", ""), anyDirection(web, "sgr-2", "")}}},
		{"entries of a list, one and several", "ModifyManagedPrefixList", `{"ModifyManagedPrefixListRequest":{"PrefixListId":"pl-1","CurrentVersion":3,
			"AddEntry":{"Cidr":"10.1.0.0/16","tag":1},"RemoveEntry":[{"Cidr":"10.3.0.0/16","tag":1},{"Cidr":"10.2.0.0/16","tag":2}]}}`, `{}`,
			schema.PrefixListItem, "pl-1", schema.ChangeBody{AddedEntries: prefixes("10.1.0.0/16"), RemovedEntries: prefixes("10.2.0.0/16", "10.3.0.0/16")}},
		{"a version restored", "RestoreManagedPrefixListVersion", `{"RestoreManagedPrefixListVersionRequest":{"PrefixListId":"pl-1","PreviousVersion":3,"CurrentVersion":4}}`, `{}`,
			schema.PrefixListItem, "pl-1", schema.ChangeBody{Partial: true}},
		{"groups", "ModifyNetworkInterfaceAttribute", `{"networkInterfaceId":"eni-1","groupSet":{"items":[{"groupId":"sg-2"},{"groupId":"sg-1"}]}}`, done,
			schema.InterfaceItem, "eni-1", schema.ChangeBody{Groups: []string{"sg-1", "sg-2"}}},
		{"groups of an instance", "ModifyInstanceAttribute", `{"instanceId":"i-1","groupSet":{"items":[{"groupId":"sg-2"}]}}`, done,
			schema.InstanceItem, "i-1", schema.ChangeBody{Groups: []string{"sg-2"}}},
		{"attached", "AttachNetworkInterface", `{"networkInterfaceId":"eni-1","instanceId":"i-1","deviceIndex":1}`, `{"attachmentId":"eni-attach-1"}`,
			schema.InterfaceItem, "eni-1", schema.ChangeBody{InstanceID: "i-1"}},
		{"addresses asked for", "AssignPrivateIpAddresses", `{"networkInterfaceId":"eni-1","privateIpAddressesSet":{"items":[{"privateIpAddress":"10.0.0.9"}]},"allowReassignment":false}`, done,
			schema.InterfaceItem, "eni-1", schema.ChangeBody{AddedAddresses: addrs("10.0.0.9")}},
		{"addresses chosen", "AssignPrivateIpAddresses", `{"networkInterfaceId":"eni-1","secondaryPrivateIpAddressCount":1}`,
			`{"_return":true,"networkInterfaceId":"eni-1","assignedPrivateIpAddressesSet":{"assignedPrivateIpAddressSetType":[{"privateIpAddress":"10.0.0.7"}]}}`,
			schema.InterfaceItem, "eni-1", schema.ChangeBody{AddedAddresses: addrs("10.0.0.7")}},
		{"addresses chosen and not told", "AssignPrivateIpAddresses", `{"networkInterfaceId":"eni-1","secondaryPrivateIpAddressCount":1}`, done,
			schema.InterfaceItem, "eni-1", schema.ChangeBody{Partial: true}},
		{"IPv6, wrapped", "AssignIpv6Addresses", `{"AssignIpv6AddressesRequest":{"NetworkInterfaceId":"eni-1","Ipv6AddressCount":1}}`,
			`{"AssignIpv6AddressesResponse":{"networkInterfaceId":"eni-1","assignedIpv6Addresses":{"item":"2001:db8::5"}}}`,
			schema.InterfaceItem, "eni-1", schema.ChangeBody{AddedAddresses: addrs("2001:db8::5")}},
		{"addresses taken", "UnassignPrivateIpAddresses", `{"networkInterfaceId":"eni-1","privateIpAddressesSet":{"items":[{"privateIpAddress":"10.0.0.9"}]}}`, done,
			schema.InterfaceItem, "eni-1", schema.ChangeBody{RemovedAddresses: addrs("10.0.0.9")}},
		{"descriptions, which admit nothing", "UpdateSecurityGroupRuleDescriptionsIngress", `{"groupId":"sg-1","ipPermissions":{}}`, done,
			schema.GroupItem, "sg-1", schema.ChangeBody{}},
		{"flow logs deleted, as old callers do", "DeleteFlowLogs", `{"flowLogId":["fl-1"]}`, `{"unsuccessful":[]}`,
			schema.FlowLogItem, "fl-1", schema.ChangeBody{Deleted: true}},
	} {
		event := eventJSON(tc.call, tc.request, tc.response)
		want := []schema.Change{{EventID: "e-1", At: at(5), Author: "arn:aws:iam::111122223333:user/a", Name: tc.call, AccountID: account,
			Region: region, Type: tc.typ, ID: tc.id, ChangeBody: tc.want}}
		quoted, _ := json.Marshal(event)
		for how, text := range map[string]string{
			"in a file": `{"Records":[` + event + `]}`, "bare": event, "in a list": "[" + event + "]", "one after the other": event + "\n",
			"from EventBridge": `{"version":"0","detail-type":"AWS API Call via CloudTrail","source":"aws.ec2","region":"eu-west-1","detail":` + event + `}`,
			"looked up":        `{"Events":[{"EventId":"e-1","EventName":"x","CloudTrailEvent":` + string(quoted) + `}]}`,
		} {
			_, contents := decodeText(t, "f", text)
			if diff := cmp.Diff(want, contents.Changes, sameAddrs); diff != "" || contents.OK != 1 || contents.Format != trailShape {
				t.Errorf("%s, %s: %+v %v (-want +got):\n%s", tc.name, how, contents.Skipped, reasons(contents), diff)
			}
		}
	}
}

func prefixes(texts ...string) (out []netip.Prefix) {
	for _, s := range texts {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}

func addrs(texts ...string) (out []netip.Addr) {
	for _, s := range texts {
		out = append(out, netip.MustParseAddr(s))
	}
	return out
}

// An event that cannot be read whole is set aside whole.
func TestTrailEventsSetAside(t *testing.T) {
	good := eventJSON("DeleteSecurityGroup", `{"groupId":"sg-1"}`, "null")
	for event, want := range map[string]string{
		strings.Replace(good, "2026-03-01T00:05:00Z", "soon", 1): `eventTime is "\"soon\""`,
		strings.Replace(good, `"e-1"`, `""`, 1):                  "eventID is missing",
		strings.Replace(good, "sg-1", "…", 1):                    "no groupId (sg-…)",
		eventJSON("AuthorizeSecurityGroupIngress", `{"groupId":"sg-1","ipPermissions":{"items":[{"ipProtocol":"tcp","fromPort":443,"toPort":443,"ipRanges":{"items":[{"cidrIp":"10.0.0.0/8"},{"cidrIp":"nowhere"}]}}]}}`, "null"): "ingress rule cannot be read",
		eventJSON("AuthorizeSecurityGroupIngress", `{"groupId":"sg-1","ipPermissions":{}}`, "null"):                                                                                                                               "it names no rule",
		eventJSON("AuthorizeSecurityGroupIngress", `{"groupId":"sg-1","ipProtocol":"tcp","fromPort":1,"toPort":1,"sourceSecurityGroupName":"default"}`, "null"):                                                                   "the source is a group's name",
		eventJSON("ModifySecurityGroupRules", `{"ModifySecurityGroupRulesRequest":{"GroupId":"sg-1","SecurityGroupRule":{"SecurityGroupRuleId":"sgr-1","SecurityGroupRule":{"Description":"x"}}}}`, "null"):                       "sgr-1: ipProtocol is missing",
		eventJSON("CreateNetworkInterface", `{}`, `{"networkInterface":{"networkInterfaceId":"eni-1","groupSet":{"items":[{"groupName":"x"}]}}}`):                                                                                 "a group without groupId",
		eventJSON("CreateFlowLogs", `{"CreateFlowLogsRequest":{"ResourceId":["vpc-1","vpc-2"]}}`, `{"CreateFlowLogsResponse":{"flowLogIdSet":{"item":"fl-1"}}}`):                                                                  "1 flow logs for 2 resources",
	} {
		_, contents := decodeText(t, "f", `{"Records":[`+good+","+event+`]}`)
		if got := strings.Join(reasons(contents), "; "); len(contents.Changes) != 1 || contents.Malformed != 1 || !strings.Contains(got, want) {
			t.Errorf("%s\n\tset aside %q, want %q", event, got, want)
		}
	}
	failed := strings.Replace(good, `"readOnly"`, `"errorCode":"Client.DryRunOperation","readOnly"`, 1)
	if _, contents := decodeText(t, "f", failed); len(contents.Changes) != 0 || contents.Skipped["CloudTrail events: calls that failed"] != 1 {
		t.Errorf("a call that failed: %+v", contents)
	}
}

// The name is found without reading the event, or not at all.
func TestPlainName(t *testing.T) {
	for raw, want := range map[string]string{
		eventJSON("DescribeInstances", "{}", "null"): "DescribeInstances",
		`{"eventName" : "X"}`:                        "X",
		`{"eventName":"X\"Y"}`:                       "",
		`{"eventName":"X","a":{"eventName":"Y"}}`:    "",
		`{"eventName":7}`:                            "",
		`{"eventName":"X`:                            "",
		`{}`:                                         "",
	} {
		if got, ok := plainName([]byte(raw)); got != want || ok != (want != "") {
			t.Errorf("%s: %q, %v", raw, got, ok)
		}
	}
}
