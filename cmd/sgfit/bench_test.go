package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"sgfit/schema/simulate"
)

// BenchmarkRun is the whole job, from gzip files to plan.json, on a bulk estate of SGFIT_BENCH_RECORDS records (one
// million without it). It reports processor seconds, which other programs on the machine disturb less than wall time.
//
//	SGFIT_BENCH_RECORDS=10000000 go test ./cmd/sgfit -run xxx -bench Run -benchtime 1x
func BenchmarkRun(b *testing.B) {
	records := 1_000_000
	if s := os.Getenv("SGFIT_BENCH_RECORDS"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			b.Fatal(err)
		}
		records = n
	}
	dir := b.TempDir()
	err := simulate.WriteBulk(simulate.BulkOptions{Records: records, Objects: max(1, records/50_000)}, func(path string, content []byte) error {
		path = filepath.Join(dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		return os.WriteFile(path, content, 0o644)
	})
	if err != nil {
		b.Fatal(err)
	}
	began := cpuTime(b)
	for b.Loop() {
		out := b.TempDir()
		var stdout, stderr bytes.Buffer
		args := []string{"run", "--quiet", "--flow-logs", filepath.Join(dir, "flow-logs"), "--config", filepath.Join(dir, "config"), "--out", out}
		if code := run(context.Background(), args, &stdout, &stderr); code != exitDone {
			b.Fatalf("exit code %d\n%s", code, stderr.String())
		}
	}
	b.ReportMetric((cpuTime(b)-began).Seconds()/float64(b.N), "cpu-s/op")
	b.ReportMetric(float64(records*b.N)/b.Elapsed().Seconds(), "records/s")
}

// cpuTime is the processor time of this process so far.
func cpuTime(b *testing.B) time.Duration {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		b.Fatal(err)
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}
