package inventory

import (
	"fmt"
	"strings"
	"testing"

	"sgfit/schema"
)

// BenchmarkTrail reads what a busy trail holds: of twenty events twelve that look at EC2, five of other services, two
// that failed, and one that changed a rule.
func BenchmarkTrail(b *testing.B) {
	look := eventJSON("DescribeInstances", `{"instancesSet":{"items":[{"instanceId":"i-0123456789abcdef0"}]},"filterSet":{}}`, "null")
	other := strings.Replace(eventJSON("AssumeRole", `{"roleArn":"arn:aws:iam::111122223333:role/x"}`, `{"credentials":{"expiration":"soon"}}`), ec2Source, "sts.amazonaws.com", 1)
	var records []string
	for i := range 2000 {
		open := strings.Replace(eventJSON("AuthorizeSecurityGroupIngress", fmt.Sprintf(`{"groupId":"sg-%d","ipPermissions":{"items":[{"ipProtocol":"tcp",
			"fromPort":443,"toPort":443,"groups":{},"ipRanges":{"items":[{"cidrIp":"10.0.%d.0/24"}]},"ipv6Ranges":{},"prefixListIds":{}}]}}`, i%50, i%256), "null"),
			`"e-1"`, fmt.Sprintf(`"e-%d"`, i), 1)
		failed := strings.Replace(open, `"readOnly"`, `"errorCode":"Client.InvalidPermission.Duplicate","readOnly"`, 1)
		records = append(records, open, failed, failed)
		for range 12 {
			records = append(records, look)
		}
		for range 5 {
			records = append(records, other)
		}
	}
	text := `{"Records":[` + strings.Join(records, ",") + "]}"
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		contents, err := Decode(strings.NewReader(text), "f", func(schema.Item) error { return nil })
		if err != nil || len(contents.Changes) != 2000 || contents.Records != int64(len(records)) {
			b.Fatal(err, len(contents.Changes), contents.Records)
		}
	}
	b.ReportMetric(float64(len(records)*b.N)/b.Elapsed().Seconds(), "events/s")
}

// BenchmarkRetrace sharpens a group of a hundred rules that changed a thousand times.
func BenchmarkRetrace(b *testing.B) {
	ports := make([]int32, 100)
	for i := range ports {
		ports[i] = int32(1000 + i)
	}
	items := []schema.Item{groupItem(0, ports...)}
	var changes []schema.Change
	for i := range 500 {
		changes = append(changes, opened(10*i+20, int32(i)), closed(10*i+25, int32(i)))
	}
	for b.Loop() {
		if inv := Timeline(items, nil, Options{}, changes...); len(inv.Rules) != 600 {
			b.Fatal(len(inv.Rules))
		}
	}
}
