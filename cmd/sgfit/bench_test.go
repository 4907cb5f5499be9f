package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"sgfit/schema/simulate"
)

// BenchmarkBulk measures on a bulk estate of SGFIT_BENCH_RECORDS records (one million without it) in gzip files of
// 50,000, which is made once: the whole job, its parts, and the yardsticks to measure them by (BENCHMARKS.md).
//
//	SGFIT_BENCH_RECORDS=10000000 go test ./cmd/sgfit -run xxx -bench Bulk -benchtime 1x
func BenchmarkBulk(b *testing.B) {
	e := newEstate(b)
	b.Run("run", e.run)
	b.Run("ingest", e.ingest)
	b.Run("ingest-s3", e.ingestS3)
	b.Run("unzip", e.unzip)
	b.Run("duckdb", e.duckDB)
	b.Run("size", e.size)
}

// estate is what BenchmarkBulk reads.
type estate struct {
	records          int
	flowLogs, config string // folders
}

// newEstate makes it in a folder that goes with b.
func newEstate(b *testing.B) *estate {
	records := 1_000_000
	if s := os.Getenv("SGFIT_BENCH_RECORDS"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n <= 0 {
			b.Fatalf("SGFIT_BENCH_RECORDS=%s: give a number of records", s)
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
	return &estate{records, filepath.Join(dir, "flow-logs"), filepath.Join(dir, "config")}
}

// files lists the flow logs in order.
func (e *estate) files(b *testing.B) []string {
	paths, err := filepath.Glob(filepath.Join(e.flowLogs, "AWSLogs", "*", "*", "*", "*", "*", "*", "*.log.gz"))
	if err != nil || len(paths) == 0 {
		b.Fatalf("no flow logs in %s: %v", e.flowLogs, err)
	}
	return paths
}

// run is the whole job, from gzip files to plan.json.
func (e *estate) run(b *testing.B) {
	e.measure(b, func(dir string) {
		command(b, "run", "--quiet", "--flow-logs", e.flowLogs, "--config", e.config, "--out", dir)
	})
}

// ingest goes from gzip files to conversations in the database.
func (e *estate) ingest(b *testing.B) {
	e.measure(b, func(dir string) {
		command(b, "ingest", "flow-logs", "--quiet", "--db", filepath.Join(dir, "sgfit.db"), e.flowLogs)
	})
}

// size is what the database takes on disk after the whole job, with conversations and with edges alone.
func (e *estate) size(b *testing.B) {
	for _, keep := range []string{"conversations", "edges"} {
		b.Run(keep, func(b *testing.B) {
			var size int64
			e.measure(b, func(dir string) {
				command(b, "run", "--quiet", "--keep", keep, "--flow-logs", e.flowLogs, "--config", e.config, "--out", dir)
				info, err := os.Stat(filepath.Join(dir, "sgfit.db"))
				if err != nil {
					b.Fatal(err)
				}
				size = info.Size()
			})
			b.ReportMetric(float64(size)/float64(e.records), "db-B/record")
		})
	}
}

// command runs sgfit in this process.
func command(b testing.TB, args ...string) {
	b.Helper()
	var stdout, stderr bytes.Buffer
	if code := run(context.Background(), args, &stdout, &stderr); code != exitDone {
		b.Fatalf("sgfit %q: exit code %d\n%s", args, code, stderr.String())
	}
}
