package cloudwatch

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/google/go-cmp/cmp"
)

// motoServer starts moto, which knows both services, and returns its URL.
func motoServer(t *testing.T) string {
	t.Helper()
	if err := exec.Command("python3", "-c", "import moto.server, flask").Run(); err != nil {
		t.Skip("moto's server is not installed (pip install 'moto[server]'): ", err)
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	_, port, _ := net.SplitHostPort(address)
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("python3", "-m", "moto.server", "-H", "127.0.0.1", "-p", port)
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "AWS_") }) // an empty profile is none to botocore
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	lines := bufio.NewScanner(said)
	for lines.Scan() {
		if strings.Contains(lines.Text(), "Running on") {
			go func() {
				for lines.Scan() { // it must not block on a full pipe
				}
			}()
			return "http://" + address
		}
	}
	t.Fatal("moto's server ended by itself")
	return ""
}

// TestMoto has a flow log made by EC2's own call and events put by CloudWatch Logs' own, and reads them back.
func TestMoto(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a server in Python")
	}
	f := newFake(t)
	f.url = motoServer(t)
	ctx, start := context.Background(), time.Now().UTC().Truncate(time.Hour).Add(-2*time.Hour) // events of another day are refused
	s := f.source(Options{Now: start.Add(3 * time.Hour)}, "cwl://eu-west-1/aws/flow")
	c := s.clients["eu-west-1"]
	group := aws.String("/aws/flow")
	if _, err := c.logs.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: group}); err != nil {
		t.Fatal(err)
	}
	vpc, err := c.flows.CreateVpc(ctx, &ec2.CreateVpcInput{CidrBlock: aws.String("10.0.0.0/16")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.flows.CreateFlowLogs(ctx, &ec2.CreateFlowLogsInput{ResourceIds: []string{*vpc.Vpc.VpcId}, ResourceType: ec2types.FlowLogsResourceTypeVpc,
		TrafficType: ec2types.TrafficTypeAll, LogDestinationType: ec2types.LogDestinationTypeCloudWatchLogs, LogGroupName: group,
		DeliverLogsPermissionArn: aws.String("arn:aws:iam::123456789012:role/flow"), LogFormat: aws.String("${interface-id} ${srcaddr} ${dstaddr} ${action}")}); err != nil {
		t.Fatal(err)
	}
	want := "interface-id srcaddr dstaddr action\n"
	for _, stream := range []string{"eni-0b-all", "eni-0a-all"} {
		if _, err := c.logs.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{LogGroupName: group, LogStreamName: &stream}); err != nil {
			t.Fatal(err)
		}
		var events []types.InputLogEvent
		for i := range 6000 { // more than a page of both together
			events = append(events, types.InputLogEvent{Timestamp: aws.Int64(start.Add(time.Duration(i) * time.Millisecond).UnixMilli()),
				Message: aws.String(fmt.Sprintf("%s 10.0.0.1 10.0.%d.%d ACCEPT", stream[:6], i/250, i%250))})
		}
		if _, err := c.logs.PutLogEvents(ctx, &cloudwatchlogs.PutLogEventsInput{LogGroupName: group, LogStreamName: &stream, LogEvents: events}); err != nil {
			t.Fatal(err)
		}
	}
	for _, eni := range []string{"eni-0a", "eni-0b"} {
		for i := range 6000 {
			want += fmt.Sprintf("%s 10.0.0.1 10.0.%d.%d ACCEPT\n", eni, i/250, i%250)
		}
	}
	t1 := target{"eu-west-1", "/aws/flow"}
	s.options.Now = time.Now().Add(3 * time.Hour) // the group is made now, by the server's clock
	if d := cmp.Diff(want, content(t, s, t1.place(window{start}))); d != "" {
		t.Errorf("%d bytes differ (-want +got):\n%.2000s", len(want), d)
	}
}
