package inventory

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/klauspost/compress/gzip"

	"sgfit/schema"
)

// Times by the minute of one made-up day.
func at(minute int) time.Time {
	return time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(minute) * time.Minute)
}

var sameAddrs = cmp.Options{cmpopts.EquateComparable(netip.Addr{}, netip.Prefix{}), cmpopts.EquateEmpty()}

// itemJSON is a configuration item of S3 spelling; configuration is JSON, or "" for null.
func itemJSON(typ, id, status string, minute int, configuration string) string {
	if configuration == "" {
		configuration = "null"
	}
	return fmt.Sprintf(`{"configurationItemVersion":"1.3","configurationItemCaptureTime":%q,"configurationStateId":%d,`+
		`"awsAccountId":"111122223333","configurationItemStatus":%q,"resourceType":%q,"resourceId":%q,`+
		`"ARN":"arn:aws:ec2:eu-west-1:111122223333:x/%s","awsRegion":"eu-west-1","tags":{"Name":"it's"},"relationships":[],"configuration":%s}`,
		at(minute).Format("2006-01-02T15:04:05.000Z"), at(minute).UnixMilli(), status, typ, id, id, configuration)
}

func groupJSON(ingress string) string {
	return `{"description":"d","groupName":"g","groupId":"sg-1","ownerId":"111122223333","vpcId":"vpc-1","tags":[],` +
		`"ipPermissions":[` + ingress + `],"ipPermissionsEgress":[]}`
}

func snapshotJSON(items ...string) string {
	return `{"fileVersion":"1.0","configSnapshotId":"s-1","configurationItems":[` + strings.Join(items, ",") + `]}`
}

func decodeText(t *testing.T, place, text string) ([]schema.Item, Contents) {
	t.Helper()
	var items []schema.Item
	contents, err := Decode(strings.NewReader(text), place, func(it schema.Item) error {
		items = append(items, it)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return items, contents
}

func reasons(c Contents) (all []string) {
	for _, r := range c.Rejected {
		all = append(all, fmt.Sprintf("%d: %s", r.Line, r.Reason))
	}
	return all
}

func TestRules(t *testing.T) {
	rule := func(p schema.Protocol, from, to int32, kind schema.PeerKind, value string) schema.Rule {
		return schema.Rule{Direction: schema.Ingress, Protocol: p, FromPort: from, ToPort: to, Peer: schema.Peer{Kind: kind, Value: value}}
	}
	v4 := func(p schema.Protocol, from, to int32) []schema.Rule {
		return []schema.Rule{rule(p, from, to, schema.PeerIPv4, "10.0.0.0/8")}
	}
	const from10 = `"ipv4Ranges":[{"cidrIp":"10.0.0.0/8"}]}`
	with := func(r schema.Rule, owner, description string) schema.Rule {
		r.PeerOwner, r.Description = owner, description
		return r
	}
	for _, tc := range []struct {
		name, permission string
		want             []schema.Rule
		lost             string
	}{
		{"both spellings of IPv4 are one rule", `{"ipProtocol":"tcp","fromPort":22,"toPort":22,"ipRanges":["10.0.0.0/8"],"ipv4Ranges":[{"cidrIp":"10.0.0.0/8","description":"corp"}]}`,
			[]schema.Rule{with(rule(schema.TCP, 22, 22, schema.PeerIPv4, "10.0.0.0/8"), "", "corp")}, ""},
		{"strings alone", `{"ipProtocol":"tcp","fromPort":22,"toPort":22,"ipRanges":["10.0.0.0/8"]}`, v4(schema.TCP, 22, 22), ""},
		{"objects under ipRanges", `{"ipProtocol":"tcp","fromPort":22,"toPort":22,"ipRanges":[{"cidrIp":"10.0.0.0/8"}]}`, v4(schema.TCP, 22, 22), ""},
		{"an empty ipv4Ranges does not hide ipRanges", `{"ipProtocol":"tcp","fromPort":22,"toPort":22,"ipv4Ranges":[],"ipRanges":["10.0.0.0/8"]}`, v4(schema.TCP, 22, 22), ""},
		{"host bits are cleared, and then it is a double", `{"ipProtocol":"tcp","fromPort":22,"toPort":22,"ipv4Ranges":[{"cidrIp":"10.1.2.3/8"},{"cidrIp":"10.0.0.0/8"}]}`, v4(schema.TCP, 22, 22), ""},
		{"upper camel", `{"IpProtocol":"tcp","FromPort":22,"ToPort":22,"IpRanges":["10.0.0.0/8"]}`, v4(schema.TCP, 22, 22), ""},
		{"a float and a quoted port", `{"ipProtocol":"tcp","fromPort":22.0,"toPort":"23",` + from10, v4(schema.TCP, 22, 23), ""},
		{"all, no ports", `{"ipProtocol":"-1",` + from10, v4(schema.AllProtocols, -1, -1), ""},
		{"all, null ports", `{"ipProtocol":"-1","fromPort":null,"toPort":null,` + from10, v4(schema.AllProtocols, -1, -1), ""},
		{"all, 0 to 0", `{"ipProtocol":-1,"fromPort":0,"toPort":0,` + from10, v4(schema.AllProtocols, -1, -1), ""},
		{"all, 0 to 65535", `{"ipProtocol":"-1","fromPort":0,"toPort":65535,` + from10, v4(schema.AllProtocols, -1, -1), ""},
		{"a number that is TCP", `{"ipProtocol":6,"fromPort":0,"toPort":65535,` + from10, v4(schema.TCP, 0, 65535), ""},
		{"a protocol without ports", `{"ipProtocol":"50","fromPort":5,"toPort":6,` + from10, v4(50, -1, -1), ""},
		{"ICMP echo request", `{"ipProtocol":"icmp","fromPort":8,"toPort":0,` + from10, v4(schema.ICMP, 8, 0), ""},
		{"ICMP any code", `{"ipProtocol":"icmp","fromPort":8,"toPort":-1,` + from10, v4(schema.ICMP, 8, -1), ""},
		{"ICMP any", `{"ipProtocol":"icmp","fromPort":-1,"toPort":-1,` + from10, v4(schema.ICMP, -1, -1), ""},
		{"ICMPv6 without type", `{"ipProtocol":"icmpv6","ipv6Ranges":[{"cidrIpv6":"2001:db8::1/32"}]}`,
			[]schema.Rule{rule(schema.ICMPv6, -1, -1, schema.PeerIPv6, "2001:db8::/32")}, ""},
		{"group and prefix list", `{"ipProtocol":"udp","fromPort":53,"toPort":53,"prefixListIds":[{"prefixListId":"pl-1"}],` +
			`"userIdGroupPairs":[{"groupId":"sg-2","userId":"444455556666","groupName":null,"description":"dns"}]}`,
			[]schema.Rule{rule(schema.UDP, 53, 53, schema.PeerPrefixList, "pl-1"),
				with(rule(schema.UDP, 53, 53, schema.PeerGroup, "sg-2"), "444455556666", "dns")}, ""},
		{"nobody is no rule", `{"ipProtocol":"tcp","fromPort":22,"toPort":22,"ipv4Ranges":[],"ipRanges":[]}`, nil, ""},
		{"the wrong CIDR is lost once, its neighbour stays", `{"ipProtocol":"tcp","fromPort":22,"toPort":22,"ipv4Ranges":[{"cidrIp":"10.0.0.0/80"},{"cidrIp":"10.0.0.0/8"}],"ipRanges":["10.0.0.0/80"]}`,
			v4(schema.TCP, 22, 22), `ingress rule cannot be read: read CIDR "10.0.0.0/80"`},
		{"no protocol", `{"fromPort":22,"toPort":22,` + from10, nil, "ingress rule cannot be read: ipProtocol is missing"},
		{"an unknown protocol", `{"ipProtocol":"256","fromPort":22,"toPort":22,` + from10, nil, `ingress rule cannot be read: read protocol "256"`},
		{"TCP without ports", `{"ipProtocol":"tcp",` + from10, nil, "ingress rule cannot be read: fromPort or toPort is missing"},
		{"TCP backwards", `{"ipProtocol":"tcp","fromPort":30,"toPort":-1,` + from10, nil, "ingress rule cannot be read: ports 30 to -1"},
		{"TCP beyond", `{"ipProtocol":"tcp","fromPort":1,"toPort":65536,` + from10, nil, "ingress rule cannot be read: ports 1 to 65536"},
		{"half a port", `{"ipProtocol":"tcp","fromPort":1.5,"toPort":2,` + from10, nil, "ingress permission cannot be read"},
		{"ICMP without type but with code", `{"ipProtocol":"icmp","fromPort":-1,"toPort":3,` + from10, nil, "ingress rule cannot be read: ICMP type -1 with code 3"},
		{"a group without id", `{"ipProtocol":"-1","userIdGroupPairs":[{"groupName":"x"}]}`, nil, "ingress rule cannot be read: a group reference without groupId"},
		{"a null source", `{"ipProtocol":"-1","ipv4Ranges":[null]}`, nil, "ingress rule cannot be read: a source or destination that is null"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			text := itemJSON("AWS::EC2::SecurityGroup", "sg-1", "OK", 0, groupJSON(tc.permission))
			items, contents := decodeText(t, "f", snapshotJSON(text))
			if len(items) != 1 {
				t.Fatalf("got %d items, want the group whatever its rules; %v", len(items), reasons(contents))
			}
			if diff := cmp.Diff(tc.want, items[0].Group.Rules, sameAddrs); diff != "" {
				t.Errorf("rules (-want +got):\n%s", diff)
			}
			checkLoss(t, contents, tc.lost)
		})
	}
}

// checkLoss wants one rejected piece that begins the sentence, and the item counted as malformed; or nothing.
func checkLoss(t *testing.T, c Contents, lost string) {
	t.Helper()
	if lost == "" {
		if len(c.Rejected) != 0 || c.OK != 1 {
			t.Errorf("set aside %v, OK %d, want all read", reasons(c), c.OK)
		}
		return
	}
	if len(c.Rejected) != 1 || !strings.Contains(c.Rejected[0].Reason, "sg-1: "+lost) || c.Malformed != 1 || c.OK != 0 {
		t.Errorf("set aside %v (malformed %d), want one: %s", reasons(c), c.Malformed, lost)
	}
}

func TestBodies(t *testing.T) {
	p, a := netip.MustParsePrefix, netip.MustParseAddr
	const account, region = "111122223333", "eu-west-1"
	base := func(typ schema.ItemType, id string) schema.Item {
		return schema.Item{Type: typ, ID: id, AccountID: account, Region: region, Captured: at(5), Order: at(5).UnixMilli()}
	}
	iface := base(schema.InterfaceItem, "eni-1")
	iface.Created = at(4)
	iface.Interface = &schema.Interface{
		InterfaceID: "eni-1", AccountID: account, Region: region, VPCID: "vpc-1", SubnetID: "subnet-1", InterfaceType: "nat_gateway",
		Description: "<b>", RequesterID: "amazon-elb", InstanceID: "i-1", Groups: []string{"sg-1", "sg-2"}, Forwards: true,
		Addresses: []netip.Addr{a("10.0.0.9"), a("10.0.0.3"), a("10.0.0.20"), a("2001:db8::1")},
		Prefixes:  []netip.Prefix{p("10.0.1.0/28"), p("2001:db8:1::/80")}, PublicIPs: []netip.Addr{a("198.51.100.7")},
	}
	subnet := base(schema.SubnetItem, "subnet-1")
	subnet.Subnet = &schema.Subnet{SubnetID: "subnet-1", AccountID: account, Region: region, VPCID: "vpc-1", Name: "it's",
		CIDRs: []netip.Prefix{p("10.0.0.0/24"), p("2001:db8::/64")}}
	vpc := base(schema.VPCItem, "vpc-1")
	vpc.VPC = &schema.VPC{VPCID: "vpc-1", AccountID: account, Region: region, Name: "it's",
		CIDRs: []netip.Prefix{p("10.0.0.0/16"), p("10.1.0.0/16")}}
	list := base(schema.PrefixListItem, "pl-1")
	list.PrefixList = &schema.PrefixList{PrefixListID: "pl-1", AccountID: "444455556666", Region: region, Name: "offices", MaxEntries: 10,
		Entries: []netip.Prefix{p("192.0.2.0/24"), p("198.51.100.0/24")}}
	gone := base(schema.GroupItem, "sg-1")
	gone.Deleted = true

	for _, tc := range []struct {
		typ, id, status, body string
		want                  schema.Item
	}{
		{"AWS::EC2::NetworkInterface", "eni-1", "OK", `{"networkInterfaceId":"eni-1","vpcId":"vpc-1","subnetId":"subnet-1","interfaceType":"natGateway",
			"description":"<b>","requesterId":"amazon-elb","sourceDestCheck":false,"groups":[{"groupId":"sg-2"},{"groupId":"sg-1"},{"groupId":"sg-2"}],
			"privateIpAddress":"10.0.0.9","privateIpAddresses":[{"privateIpAddress":"10.0.0.20","primary":false,"association":null},{"privateIpAddress":"10.0.0.3"},
			{"privateIpAddress":"10.0.0.9","primary":true,"association":{"publicIp":"198.51.100.7"}}],"ipv6Addresses":[{"ipv6Address":"2001:DB8:0::1"}],
			"ipv4Prefixes":[{"ipv4Prefix":"10.0.1.0/28"}],"ipv6Prefixes":[{"ipv6Prefix":"2001:db8:1::/80"}],"association":{"publicIp":"198.51.100.7"},
			"attachment":{"instanceId":"i-1","attachTime":"2026-03-01T00:04:00.000Z"}}`, iface},
		{"AWS::EC2::SUBNET", "subnet-1", "OK", `{"subnetId":"subnet-1","vpcId":"vpc-1","cidrBlock":"10.0.0.0/24","state":"available",
			"ipv6CidrBlockAssociationSet":[{"ipv6CidrBlock":"2001:db8::/64","ipv6CidrBlockState":{"state":"associated"}},
			{"ipv6CidrBlock":"2001:db8:9::/64","ipv6CidrBlockState":"disassociated"}]}`, subnet},
		{"AWS::EC2::VPC", "vpc-1", "OK", `{"vpcId":"vpc-1","cidrBlock":"10.0.0.0/16","state":{"value":"available"},"cidrBlockAssociationSet":[
			{"cidrBlock":"10.1.0.0/16"},{"cidrBlock":"10.0.0.0/16","cidrBlockState":{"state":"associated"}},{"cidrBlock":"10.2.0.0/16","cidrBlockState":{"state":"failed"}}]}`, vpc},
		{"AWS::EC2::PrefixList", "pl-1", "OK", `{"PrefixListId":"pl-1","PrefixListName":"offices","OwnerId":444455556666,"MaxEntries":10,
			"Entries":[{"Cidr":"198.51.100.9/24","Description":"x"},{"Cidr":"192.0.2.0/24"}]}`, list},
		{"AWS::EC2::SecurityGroup", "sg-1", "ResourceDeleted", "", gone},
		{"AWS::EC2::SecurityGroup", "sg-1", "ResourceDeletedNotRecorded", "", gone},
	} {
		quoted, _ := json.Marshal(tc.body)
		for _, body := range []string{tc.body, string(quoted)} { // as an object, and as the API's string
			if tc.body == "" {
				body = ""
			}
			items, contents := decodeText(t, "f", snapshotJSON(itemJSON(tc.typ, tc.id, tc.status, 5, body)))
			if diff := cmp.Diff([]schema.Item{tc.want}, items, sameAddrs); diff != "" || len(contents.Rejected) > 0 {
				t.Errorf("%s %s %v (-want +got):\n%s", tc.typ, tc.status, reasons(contents), diff)
			}
		}
	}
}

// An instance yields its interfaces; one that lists none ends them by a deletion of its own.
func TestInstances(t *testing.T) {
	const eni = `{"networkInterfaceId":"eni-%d","groups":[{"groupId":"sg-1"}],"privateIpAddress":"10.0.0.%d","attachment":{"attachTime":"2026-03-01T00:01:00Z"}}`
	two := "[" + fmt.Sprintf(eni, 1, 1) + "," + fmt.Sprintf(eni, 2, 2) + "]"
	for _, tc := range []struct{ name, state, interfaces, want string }{
		{"running", "running", two, "eni-1@i-1 eni-2@i-1"},
		{"stopped keeps them", "stopped", two, "eni-1@i-1 eni-2@i-1"},
		{"none left", "running", "[]", "i-1 deleted"},
		{"terminated", "terminated", two, "i-1 deleted"},
		{"terminated without a list", "terminated", "null", "i-1 deleted"},
		{"unknown", "running", "null", ""},
		{"a hole in the list", "running", `[{"groups":[]},` + fmt.Sprintf(eni, 1, 1) + "]", ""},
	} {
		body := fmt.Sprintf(`{"instanceId":"i-1","state":{"code":1,"name":%q},"networkInterfaces":%s}`, tc.state, tc.interfaces)
		items, contents := decodeText(t, "f", snapshotJSON(itemJSON("AWS::EC2::Instance", "i-1", "OK", 5, body)))
		var got []string
		for _, it := range items {
			switch {
			case it.Deleted && it.Type == schema.InstanceItem:
				got = append(got, it.ID+" deleted")
			case it.Indirect && it.Type == schema.InterfaceItem && it.Created.Equal(at(1)):
				got = append(got, it.ID+"@"+it.Interface.InstanceID)
			}
		}
		if strings.Join(got, " ") != tc.want || (tc.want == "") != (contents.Malformed == 1) {
			t.Errorf("%s: got %q, malformed %d, want %q", tc.name, got, contents.Malformed, tc.want)
		}
	}
}

func TestShapes(t *testing.T) {
	item := itemJSON("AWS::EC2::SecurityGroup", "sg-1", "OK", 5, groupJSON(""))
	quote := func(s string) string { b, _ := json.Marshal(s); return string(b) }
	notification := `{"configurationItemDiff":null,"configurationItem":` + item + `,"messageType":"ConfigurationItemChangeNotification"}`
	for _, tc := range []struct{ name, text, format string }{
		{"history", `{"fileVersion":"1.0","configurationItems":[` + item + `]}`, "config items"},
		{"answer of the API", `{"configurationItems":[` + item + `],"nextToken":"x"}`, "config items"},
		{"recorded answer", `{"status_code":200,"data":{"configurationItems":[` + item + `]}}`, "config items"},
		{"batch", `{"baseConfigurationItems":[` + item + `],"unprocessedResourceKeys":[]}`, "config batch-get-resource-config"},
		{"select", `{"Results":[` + quote(item) + `],"QueryInfo":{}}`, "config select-resource-config"},
		{"notification", notification, "config notification"},
		{"notification in SNS", `{"Type":"Notification","Message":` + quote(notification) + `}`, "config notification"},
		{"notification in SNS without quotes", `{"Type":"Notification","Message":` + notification + `}`, "config notification"},
		{"a list in the notification", `{"configurationItem":[` + item + `]}`, "config notification"},
		{"EventBridge", `{"version":"0","source":"aws.config","detail":` + notification + `}`, "config notification"},
		{"rule event", `{"version":"1.0","invokingEvent":` + quote(notification) + `,"ruleParameters":"{}"}`, "config notification"},
		{"bare", item, "config items"},
		{"list of bare", "[" + item + "]", "config items"},
		{"after prose", `{"Message":"hello"}` + item, "config items"},
	} {
		for _, prefix := range []string{"", "\xef\xbb\xbf", " \n"} {
			items, contents := decodeText(t, "f", prefix+tc.text)
			if len(items) != 1 || items[0].Group == nil || contents.Format != tc.format || len(contents.Rejected) > 0 {
				t.Errorf("%s: %d items, format %q, set aside %v; want one, %q", tc.name, len(items), contents.Format, reasons(contents), tc.format)
			}
		}
	}
}

func TestCaptureTimes(t *testing.T) {
	datetime := `{"__class__":"datetime","year":2026,"month":3,"day":1,"hour":%d,"minute":5,"second":0,"microsecond":0}`
	id := at(5).UnixMilli()
	for _, tc := range []struct {
		name, capture, id string
		want              time.Time
		order             int64
	}{
		{"ISO", `"2026-03-01T00:05:00.000Z"`, fmt.Sprint(id), at(5), id},
		{"ISO with a zone", `"2026-03-01T01:05:00+01:00"`, `"7"`, at(5), 7},
		{"ISO without a colon", `"2026-03-01T00:05:00.0000+0000"`, `"3e660fdf-4e34-4f32-afeb-0ace5bf3d63a"`, at(5), 0},
		{"seconds", fmt.Sprintf("%d.0004", at(5).Unix()), "1", at(5), 1},
		{"fields, zone told by the state id", fmt.Sprintf(datetime, 7), fmt.Sprint(id), at(5), id},
		{"fields, nothing to tell the zone", fmt.Sprintf(datetime, 7), "1", at(7*60 + 5), 1},
		{"milliseconds are no seconds", fmt.Sprint(id), "1", time.Time{}, 0},
		{"nonsense", `"yesterday"`, "1", time.Time{}, 0},
		{"absent", `null`, "1", time.Time{}, 0},
	} {
		text := fmt.Sprintf(`{"configurationItems":[{"resourceType":"AWS::EC2::VPC","resourceId":"vpc-1","accountId":"1",`+
			`"configurationItemCaptureTime":%s,"configurationStateID":%s,"configuration":{}}]}`, tc.capture, tc.id)
		items, contents := decodeText(t, "f", text)
		if tc.want.IsZero() {
			if len(items) != 0 || contents.Malformed != 1 {
				t.Errorf("%s: read %v, want it set aside", tc.name, items)
			}
			continue
		}
		if len(items) != 1 || !items[0].Captured.Equal(tc.want) || items[0].Order != tc.order {
			t.Errorf("%s: got %v, want %v, order %d", tc.name, items, tc.want, tc.order)
		}
	}
}

func TestSnapshots(t *testing.T) {
	const name = "AWSLogs/111122223333/Config/eu-west-1/2026/3/1/ConfigSnapshot/111122223333_Config_eu-west-1_ConfigSnapshot_20260301T003000Z_s-1.json.gz"
	group := itemJSON("AWS::EC2::SecurityGroup", "sg-1", "OK", 5, groupJSON(""))
	vpc := itemJSON("AWS::EC2::VPC", "vpc-1", "OK", 9, `{"cidrBlock":"10.0.0.0/16"}`)
	badVPC := itemJSON("AWS::EC2::VPC", "vpc-2", "OK", 9, `{"cidrBlock":7}`)
	instance := itemJSON("AWS::EC2::Instance", "i-1", "OK", 9, `{"networkInterfaces":[]}`)
	elsewhere := strings.ReplaceAll(vpc, "111122223333", "444455556666")
	want := func(taken time.Time, types ...schema.ItemType) *schema.Snapshot {
		return &schema.Snapshot{ID: "s-1", AccountID: "111122223333", Region: "eu-west-1", Taken: taken, Types: types}
	}
	for _, tc := range []struct {
		name, place, text string
		want              *schema.Snapshot
	}{
		{"time from the name", name, snapshotJSON(group, vpc), want(at(30), schema.GroupItem, schema.VPCItem)},
		{"time from within", "x.json", snapshotJSON(group, vpc, instance), want(at(9), schema.InstanceItem, schema.GroupItem, schema.VPCItem)},
		{"one item of a type unread", name, snapshotJSON(group, vpc, badVPC), want(at(30), schema.GroupItem)},
		{"an item of no type", name, snapshotJSON(group, "7"), want(at(30))},
		{"broken off", name, snapshotJSON(group, vpc)[:990], want(at(30))},
		{"two accounts", name, snapshotJSON(group, elsewhere), want(at(30))},
		{"no items", name, snapshotJSON(), want(at(30))},
		{"history", strings.ReplaceAll(name, "ConfigSnapshot", "ConfigHistory"), `{"configurationItems":[` + group + `]}`, nil},
		{"news of a snapshot", "x.json", `{"configSnapshotId":"s-1","messageType":"ConfigurationSnapshotDeliveryCompleted"}`, nil},
	} {
		_, contents := decodeText(t, tc.place, tc.text)
		if diff := cmp.Diff(tc.want, contents.Snapshot, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, diff)
		}
	}
}

func TestRefusals(t *testing.T) {
	for text, want := range map[string]string{
		"":                        "empty",
		"2 123456789010 eni-1235": `not JSON: it starts with "2 123456789010 eni-1"`,
		`{"NatGateways":[]}`:      "neither AWS Config data nor an answer of EC2 that is read: it looks like the output of describe-nat-gateways",
		`{"status_code":200,"data":{"NetworkAcls":[]}}`:          "neither AWS Config data nor an answer of EC2 that is read: it looks like the output of describe-network-acls",
		`{"Records":[{"eventSource":"aws:s3","eventName":"x"}]}`: "neither AWS Config data nor an answer of EC2 that is read: it looks like a list of records",
		`{"Records":[{"a":1}]}`:                                  "neither AWS Config data nor an answer of EC2 that is read: it looks like a list of records",
		`{"a":1,"b":[{}]}`:                                       "neither AWS Config data nor an answer of EC2 that is read: JSON with the members a, b",
		`{"messageType":"ScheduledNotification"}`:                "a message of type ScheduledNotification holds no configuration item",
		`{"a":1`:       "cannot be read: unexpected EOF",
		"\x1f\x8b\x07": "cannot be read: gzip header: unexpected EOF",
	} {
		items, contents := decodeText(t, "f", text)
		if contents.Problem != want || len(items) != 0 || contents.Format != "" {
			t.Errorf("%q: problem %q, want %q", text, contents.Problem, want)
		}
	}
	if _, contents := decodeText(t, "a/ConfigWritabilityCheckFile", ""); contents.Problem != "" {
		t.Errorf("the check file is a problem: %s", contents.Problem)
	}
}

// What was read whole before a file breaks off is kept, wherever it breaks.
func TestTruncated(t *testing.T) {
	text := snapshotJSON(itemJSON("AWS::EC2::VPC", "vpc-1", "OK", 1, "{}"), itemJSON("AWS::EC2::VPC", "vpc-2", "OK", 2, "{}"),
		itemJSON("AWS::EC2::VPC", "vpc-3", "OK", 3, "{}"))
	for n := 1; n < len(text); n++ {
		items, contents := decodeText(t, "f", text[:n])
		whole := strings.Count(text[:n], `"configuration":{}}`)
		if len(items) != whole || contents.Problem == "" {
			t.Fatalf("cut at %d: %d items, problem %q, want %d and a problem", n, len(items), contents.Problem, whole)
		}
	}
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, _ = io.WriteString(z, text)
	_ = z.Close()
	items, contents := decodeText(t, "f", packed.String())
	if len(items) != 3 || contents.Problem != "" {
		t.Errorf("gzip: %d items, problem %q", len(items), contents.Problem)
	}
	if items, contents = decodeText(t, "f", packed.String()[:packed.Len()-4]); len(items) != 3 || contents.Problem != "breaks off after item 3: unexpected EOF" {
		t.Errorf("gzip without its end: %d items, problem %q", len(items), contents.Problem)
	}
}

// A malformed item costs itself alone.
func TestMalformedItems(t *testing.T) {
	good := itemJSON("AWS::EC2::VPC", "vpc-1", "OK", 1, "{}")
	for bad, want := range map[string]string{
		`{"resourceType":"AWS::EC2::VPC","x":nonsense}`: "2: configuration item cannot be read: invalid character 'o' in literal null (expecting 'u')",
		`{"resourceType":7}`:                            "",
		`null`:                                          "2: configuration item has no resourceType",
		`"{"`:                                           "2: configuration item cannot be read: unexpected end of JSON input",
		itemJSON("AWS::EC2::VPC", "", "OK", 1, "{}"):                                  "2: AWS::EC2::VPC item cannot be read: resourceId is missing",
		itemJSON("AWS::EC2::VPC", "vpc-2", "OK", 1, ""):                               "2: configuration item has no configuration",
		itemJSON("AWS::EC2::VPC", "vpc-2", "OK", 1, "[]"):                             "2: AWS::EC2::VPC item cannot be read: json: cannot unmarshal array",
		itemJSON("AWS::EC2::SecurityGroup", "sg-1", "OK", 1, `{"ipPermissions":[]}`):  "2: AWS::EC2::SecurityGroup item cannot be read: ipPermissions or ipPermissionsEgress is missing",
		itemJSON("AWS::EC2::NetworkInterface", "eni-1", "OK", 1, `{"groups":[null]}`): "2: AWS::EC2::NetworkInterface item cannot be read: a group without groupId",
		itemJSON("AWS::EC2::VPC", "vpc-2", "ResourceNotRecorded", 1, ""):              "",
	} {
		items, contents := decodeText(t, "f", snapshotJSON(good, bad, good))
		if len(items) != 2 || contents.Problem != "" || contents.OK != 2 || contents.Records != 3 {
			t.Errorf("%s: %d items, %+v", bad, len(items), contents)
		}
		if got := strings.Join(reasons(contents), "; "); !strings.HasPrefix(got, want) || (want == "") != (got == "") {
			t.Errorf("%s: set aside %q, want %q", bad, got, want)
		}
	}
}

// TestManyMalformedItems: more than are listed are counted all the same.
func TestManyMalformedItems(t *testing.T) {
	_, contents := decodeText(t, "f", snapshotJSON(slices.Repeat([]string{"null"}, maxRejected+500)...))
	if got := schema.SetAside(contents.Rejected); got != maxRejected+500 || len(contents.Rejected) != maxRejected+1 {
		t.Errorf("%d pieces in %d lines", got, len(contents.Rejected))
	}
}

// A place that fails to deliver is an error, not a verdict on the content, and so is a callback that gives up.
func TestFailingPlace(t *testing.T) {
	text := snapshotJSON(itemJSON("AWS::EC2::VPC", "vpc-1", "OK", 1, "{}"))
	broken := errors.New("connection reset")
	_, err := Decode(io.MultiReader(strings.NewReader(text[:50]), iotest.ErrReader(broken)), "f", func(schema.Item) error { return nil })
	if !errors.Is(err, broken) {
		t.Errorf("got %v, want the place's error", err)
	}
	enough := errors.New("enough")
	if _, err := Decode(strings.NewReader(text), "f", func(schema.Item) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("got %v, want the callback's error", err)
	}
}
