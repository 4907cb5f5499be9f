package inventory

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"sgfit/schema"
)

// decodeAnswer reads a text at a place that was modified at minute 100.
func decodeAnswer(t *testing.T, place, text string) ([]schema.Item, Contents) {
	t.Helper()
	var items []schema.Item
	contents, err := decode(strings.NewReader(text), place, times{Modified: at(100)}, nil, func(r *reading) error {
		items = append(items, r.items...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if contents.Records != contents.OK+contents.Malformed {
		t.Errorf("%s: %d records are not %d read and %d malformed", text, contents.Records, contents.OK, contents.Malformed)
	}
	return items, contents
}

func setAside(c Contents) (all []string) {
	for _, r := range c.Rejected {
		all = append(all, r.Reason)
	}
	return all
}

func TestAnswerTime(t *testing.T) {
	const vpc = `"Vpcs":[{"VpcId":"vpc-1"}]`
	for _, c := range []struct {
		name, text string
		times      times
		want       time.Time
	}{
		{"modified", `{` + vpc + `}`, times{Modified: at(1)}, at(1)},
		{"to the microsecond", `{` + vpc + `}`, times{Modified: at(1).Add(1234567)}, at(1).Add(1234000)},
		{"boto3 keeps the date", `{` + vpc + `,"ResponseMetadata":{"HTTPHeaders":{"date":"Sun, 01 Mar 2026 00:05:00 GMT"}}}`, times{Modified: at(1)}, at(5)},
		{"a date that is none", `{` + vpc + `,"ResponseMetadata":{"HTTPHeaders":{"date":"today"}}}`, times{Modified: at(1)}, at(1)},
		{"sgfit's own", `{"SgfitCapture":{"Time":"2026-03-01T00:09:00Z"},` + vpc + `}`, times{Modified: at(1)}, at(9)},
		{"said by the caller", `{"SgfitCapture":{"Time":"2026-03-01T00:09:00Z"},` + vpc + `}`, times{Captured: at(7), Modified: at(1)}, at(7)},
		{"unknown", `{` + vpc + `}`, times{}, time.Time{}},
	} {
		var got time.Time
		contents, err := decode(strings.NewReader(c.text), "f", c.times, nil, func(r *reading) error { got = r.captured; return nil })
		if err != nil || !got.Equal(c.want) {
			t.Errorf("%s: %v, %v; want %v", c.name, got, err, c.want)
		}
		if c.want.IsZero() && (contents.Malformed != 1 || contents.OK != 0 || !strings.Contains(fmt.Sprint(setAside(contents)), "give it with --captured TIME")) {
			t.Errorf("%s: %+v", c.name, contents)
		}
	}
}

func TestAnswerPlace(t *testing.T) {
	for _, c := range []struct{ name, place, text, want string }{
		{"nothing tells", "vpcs.json", `{"Vpcs":[{"VpcId":"vpc-1"}]}`, "vpc-1 / "},
		{"the folders", "c/111122223333/eu-west-1/v.json", `{"Vpcs":[{"VpcId":"vpc-1"}]}`, "vpc-1 111122223333/eu-west-1 "},
		{"the owner", "c/111122223333/eu-west-1/v.json", `{"Vpcs":[{"VpcId":"vpc-1","OwnerId":"444455556666"}]}`, "vpc-1 444455556666/eu-west-1 "},
		{"the ARN", "eu-west-1/g.json", `{"SecurityGroups":[{"GroupId":"sg-1","OwnerId":"1","SecurityGroupArn":"arn:aws:ec2:us-east-2:1:security-group/sg-1","IpPermissions":[],"IpPermissionsEgress":[]}]}`, "sg-1 1/us-east-2 "},
		{"a local zone", "i.json", `{"NetworkInterfaces":[{"NetworkInterfaceId":"eni-1","OwnerId":1,"AvailabilityZone":"us-west-2-lax-1a","Groups":[]}]}`, "eni-1 1/us-west-2 "},
		{"the other elements", "x/eu-west-1/s.json", `{"Subnets":[{"SubnetId":"subnet-1"},{"SubnetId":"subnet-2","AvailabilityZone":"us-gov-west-1b"}]}`, "subnet-1 /us-gov-west-1 subnet-2 /us-gov-west-1 "},
		{"the capture", "f", `{"SgfitCapture":{"AccountID":"7","Region":"sa-east-1","Time":"2026-03-01T00:09:00Z"},"FlowLogs":[{"FlowLogId":"fl-1"}]}`, "fl-1 7/sa-east-1 "},
		{"AWS's own lists", "eu-west-1/p.json", `{"PrefixLists":[{"PrefixListId":"pl-1","PrefixListName":"com.amazonaws.eu-west-1.s3","Cidrs":["10.0.0.0/8"]}]}`, "pl-1 AWS/eu-west-1 "},
		{"an instance", "r.json", `{"Reservations":[{"OwnerId":"9","Instances":[{"InstanceId":"i-1","Placement":{"AvailabilityZone":"ap-south-1a"},"NetworkInterfaces":[{"NetworkInterfaceId":"eni-1","Groups":[]}]}]}]}`, "eni-1 9/ap-south-1 "},
	} {
		items, contents := decodeAnswer(t, c.place, c.text)
		got := ""
		for i := range items {
			got += items[i].ID + " " + items[i].AccountID + "/" + items[i].Region + " "
			if a, r := placeOf(&items[i]); *a != items[i].AccountID || *r != items[i].Region {
				t.Errorf("%s: the body says %s/%s", c.name, *a, *r)
			}
		}
		if got != c.want || len(contents.Rejected) > 0 {
			t.Errorf("%s: %q, want %q; %v", c.name, got, c.want, setAside(contents))
		}
	}
}

func TestAnswerElements(t *testing.T) {
	const list = "pl-0123456789abcdef0.json"
	nameless := "get-managed-prefix-list-entries: the entries do not say of which prefix list they are; save each list's answer in a file that has its id in its name, such as pl-0123456789abcdef0.json"
	for _, c := range []struct{ name, place, text, want, reason string }{
		{"a group cut down", "f", `{"SecurityGroups":[{"GroupId":"sg-1","IpPermissions":[]}]}`, "",
			"describe-security-groups: an element cannot be read: IpPermissionsEgress is missing; save the answer whole, without --query"},
		{"an interface cut down", "f", `{"NetworkInterfaces":[{"NetworkInterfaceId":"eni-1"}]}`, "",
			"describe-network-interfaces: an element cannot be read: Groups is missing; save the answer whole, without --query"},
		{"lists that are null", "f", `{"SecurityGroups":[{"GroupId":"sg-1","IpPermissions":null,"IpPermissionsEgress":null}],"NetworkInterfaces":[{"NetworkInterfaceId":"eni-1","Groups":null}]}`,
			"1 groups, 1 interfaces", ""},
		{"other spelling", "f", `{"security_groups":[{"GroupId":"sg-1","IpPermissions":[],"IpPermissionsEgress":[]}],"vpcs":[{"VpcId":"vpc-1"}]}`, "1 groups, 1 vpcs", ""},
		{"Config's spelling is none of EC2's", "f", `{"securityGroups":[{"groupId":"sg-1"}]}`, "", notInventory + "JSON with the members securityGroups"},
		{"a list that is none", "f", `{"Vpcs":{"VpcId":"vpc-1"}}`, "", "describe-vpcs: what should be a list is none"},
		{"null for a list", "f", `{"Vpcs":null}`, "", ""},
		{"an error of AWS", "f", `{"status_code":403,"data":{"Error":{"Code":"UnauthorizedOperation","Message":"m"}}}`, "", "AWS gave an error in place of an answer: UnauthorizedOperation"},
		{"an instance that is gone", "f", `{"Reservations":[{"Instances":[{"InstanceId":"i-1","State":{"Code":48,"Name":"terminated"},"NetworkInterfaces":[]}]}]}`, "1 deleted", ""},
		{"a rule with two peers", "f", `{"SecurityGroupRules":[{"SecurityGroupRuleId":"sgr-1","GroupId":"sg-1","IsEgress":false,"IpProtocol":"-1","CidrIpv4":"10.0.0.0/8","PrefixListId":"pl-1"}]}`, "",
			"describe-security-group-rules: an element cannot be read: a rule with 2 sources or destinations"},
		{"a rule without direction", "f", `{"SecurityGroupRules":[{"SecurityGroupRuleId":"sgr-1","GroupId":"sg-1","IpProtocol":"-1","CidrIpv4":"10.0.0.0/8"}]}`, "",
			"describe-security-group-rules: an element cannot be read: GroupId or IsEgress is missing"},
		{"stale references only", "f", `{"StaleSecurityGroupSet":[{"GroupId":"sg-1","StaleIpPermissions":[{"IpProtocol":"tcp","FromPort":1,"ToPort":2,"IpRanges":["10.0.0.0/8"],"PrefixListIds":["pl-1"],"UserIdGroupPairs":[{"GroupId":"sg-2"},{"GroupId":"sg-3"}]}]}]}`, "2 stale", ""},
		{"entries by the file's name", list, `{"Entries":[{"Cidr":"10.0.0.0/8"},{"Cidr":"10.0.0.0/8"},{"Cidr":"10.1.0.0/16"}]}`, "1 lists, 2 entries", ""},
		{"entries by a member beside", "f", `{"Entries":[{"Cidr":"10.0.0.0/8"}],"PrefixListId":"pl-1"}`, "1 lists, 1 entries", ""},
		{"no entries at all", list, `{"Entries":[]}`, "1 lists", ""},
		{"entries of nobody knows which list", "pl-0123456789abcdef0-and-pl-0123456789abcdef1.json", `{"Entries":[]}`, "", nameless},
		{"an entry that cannot be read", list, `{"Entries":[{"Cidr":"10.0.0.0/8"},{"Cidr":"ten"}]}`, "1 lists, 1 entries", "get-managed-prefix-list-entries: pl-0123456789abcdef0: read CIDR \"ten\": ParseAddr(\"ten\"): unable to parse IP"},
		{"pages in one object", list, `{"Entries":[{"Cidr":"10.0.0.0/8"}],"NextToken":"t"} {"Entries":[{"Cidr":"11.0.0.0/8"}],"NextToken":null}`, "1 lists, 2 entries", ""},
		{"the last page is missing", list, `{"Entries":[{"Cidr":"10.0.0.0/8"}],"NextToken":"t"}`, "", "get-managed-prefix-list-entries: a further page is missing, so it is not known what else the list holds"},
		{"entries that break off", list, `{"Entries":[{"Cidr":"10.0.0.0/8"}`, "", "get-managed-prefix-list-entries: the answer breaks off, and the rest of the entries is not there"},
		{"a listing that breaks off", "f", `{"Vpcs":[{"VpcId":"vpc-1"},`, "1 vpcs", "breaks off after item 1: unexpected EOF"},
	} {
		var o Object
		items, contents := decodeAnswer(t, c.place, c.text)
		o.Items = items
		reason := ""
		if len(contents.Rejected) > 0 {
			reason = contents.Rejected[0].Reason
		}
		if got := answerWords(&o); got != c.want || reason != c.reason {
			t.Errorf("%s: %q, want %q; reason %q, want %q", c.name, got, c.want, reason, c.reason)
		}
	}
}

func TestCompleteAnswers(t *testing.T) {
	capture := `"SgfitCapture":{"AccountID":"7","Region":"sa-east-1","Time":"2026-03-01T00:09:00Z","Complete":true}`
	for _, c := range []struct {
		name, text string
		want       []schema.ItemType
	}{
		{"all there is", `{` + capture + `,"Vpcs":[{"VpcId":"vpc-1"}]}`, []schema.ItemType{schema.VPCItem}},
		{"nothing there is", `{` + capture + `,"NetworkInterfaces":[]}`, []schema.ItemType{schema.InterfaceItem}},
		{"a saved answer", `{"Vpcs":[{"VpcId":"vpc-1"}]}`, nil},
		{"one that cannot be read", `{` + capture + `,"Vpcs":[{"VpcId":"vpc-1"},{}]}`, nil},
		{"it breaks off", `{` + capture + `,"Vpcs":[{"VpcId":"vpc-1"}`, nil},
		{"rules are no resources", `{` + capture + `,"SecurityGroupRules":[]}`, nil},
		{"no region", `{` + strings.Replace(capture, "sa-east-1", "", 1) + `,"Vpcs":[]}`, nil},
	} {
		_, contents := decodeAnswer(t, "f", c.text)
		var got []schema.ItemType
		if s := contents.Snapshot; s != nil {
			got = s.Types
			if s.AccountID != "7" || s.Region != "sa-east-1" || !s.Taken.Equal(at(9)) {
				t.Errorf("%s: %+v", c.name, s)
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestFlowLogs(t *testing.T) {
	const fields = `${version} ${interface-id} ${pkt-srcaddr}`
	config := itemJSON("AWS::EC2::FlowLog", "fl-1", "OK", 500, `{"flowLogId":"fl-1","resourceId":"vpc-1","trafficType":"ALL","logDestinationType":"cloud-watch-logs",
		"logDestination":"arn:aws:logs:eu-west-1:111122223333:log-group:/vpc/flow:*","logFormat":"`+fields+`","maxAggregationInterval":60,"flowLogStatus":"ACTIVE","creationTime":"2026-01-01T00:00:00.000Z"}`)
	answer := `{"FlowLogs":[{"FlowLogId":"fl-2","ResourceId":"subnet-1","TrafficType":"REJECT","LogGroupName":"g","FlowLogStatus":"ACTIVE","DeliverLogsErrorMessage":"Access error",
		"LogFormat":"${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status}",
		"CreationTime":{"__class__":"datetime","year":2026,"month":2,"day":1,"hour":0,"minute":0,"second":0,"microsecond":0}}]}`
	items, _ := decodeText(t, "f", snapshotJSON(config, itemJSON("AWS::EC2::FlowLog", "fl-1", "ResourceDeleted", 900, "")))
	more, _ := decodeAnswer(t, "eu-west-1/f", answer)
	got := Timeline(append(items, more...), nil, Options{}).FlowLogs
	want := []schema.FlowLogVersion{
		{Interval: schema.Interval{From: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), To: at(900)}, FlowLog: schema.FlowLog{FlowLogID: "fl-1", AccountID: account,
			Region: region, ResourceID: "vpc-1", TrafficType: "ALL", DestinationType: "cloud-watch-logs", Destination: "/vpc/flow", Format: "version interface-id pkt-srcaddr",
			Aggregation: 60, Status: "ACTIVE"}},
		{Interval: schema.Interval{From: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)}, FlowLog: schema.FlowLog{FlowLogID: "fl-2", Region: region, ResourceID: "subnet-1",
			TrafficType: "REJECT", DestinationType: "cloud-watch-logs", Destination: "g", Aggregation: 600, Status: "ACTIVE", DeliveryError: "Access error"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
