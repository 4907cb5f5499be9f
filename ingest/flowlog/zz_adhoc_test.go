package flowlog

import (
	"context"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"sgfit/ingest"
	"sgfit/ingest/files"
	"sgfit/schema"
)

func TestZGen(t *testing.T) {
	if os.Getenv("ZGEN") == "" {
		t.Skip()
	}
	g := newTraffic(1, 2000, 10_000_000/86000)
	for i := range 200 {
		at := time.Unix(generatedStart, 0).UTC().Add(time.Duration(i) * 430 * time.Second).Truncate(5 * time.Minute)
		os.WriteFile(fmt.Sprintf("/tmp/flbench/1_vpcflowlogs_eu-west-1_fl-1_%s_%03d.log.gz", at.Format("20060102T1504Z"), i), g.object(50_000, true), 0o644)
	}
}

type nullSink struct{ convs, batches int }

func (n *nullSink) Loaded(context.Context, []ingest.Ref) (map[string]bool, error) { return nil, nil }
func (n *nullSink) HashLoaded(context.Context, string) (string, bool, error)      { return "", false, nil }
func (n *nullSink) AddBatch(_ context.Context, b *schema.Batch) error {
	n.convs += len(b.Conversations)
	n.batches++
	return nil
}

func TestZLoad(t *testing.T) {
	if os.Getenv("ZLOAD") == "" {
		t.Skip()
	}
	debug.SetGCPercent(50)
	var sink nullSink
	began := time.Now()
	workers := 1
	if os.Getenv("ZLOAD") == "2" {
		workers = 2
	}
	sum, err := ingest.LoadFlowLogs(context.Background(), files.New("/tmp/flbench"), &sink, ingest.Options{Fold: New(Options{KeepDuplicates: os.Getenv("ZKEEP") != ""}), Workers: workers})
	status, _ := os.ReadFile("/proc/self/status")
	for _, l := range strings.Split(string(status), "\n") {
		if strings.HasPrefix(l, "VmHWM") {
			fmt.Println(l)
		}
	}
	fmt.Println(err, time.Since(began), sink, sum.Records, sum.Duplicates, sum.Batches)
}
