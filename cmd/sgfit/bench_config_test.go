package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"sgfit/ingest"
	"sgfit/ingest/inventory"
	"sgfit/schema"
	"sgfit/schema/duck"
	"sgfit/schema/simulate"
)

// estateSource offers the daily snapshots of an estate, which are made while they are read.
type estateSource struct {
	*simulate.Estate
	days int
}

func (s estateSource) List(context.Context) ([]ingest.Ref, []schema.Rejected, error) {
	refs := make([]ingest.Ref, s.days)
	for d := range refs {
		slot := time.Unix(int64(d)*86400, 0)
		refs[d] = ingest.Ref{Place: s.SnapshotName(d), Modified: slot, Slot: slot}
	}
	return refs, nil, nil
}

func (s estateSource) Open(_ context.Context, ref ingest.Ref) (io.ReadCloser, error) {
	r, err := s.Snapshot(int(ref.Slot.Unix() / 86400))
	return io.NopCloser(r), err
}

// BenchmarkConfigYear loads a year of daily Config snapshots, from gzip to the inventory in DuckDB, and then runs again
// with nothing new. Without SGFIT_BENCH_INTERFACES and SGFIT_BENCH_DAYS it is a small one of 2,000 interfaces in 30 days.
// DuckDB may take SGFIT_BENCH_MEMORY MiB (1024 without it). It reports processor seconds, those of one more snapshot, and the most memory that Go and the whole process held.
//
//	SGFIT_BENCH_INTERFACES=100000 SGFIT_BENCH_DAYS=365 go test ./cmd/sgfit -run xxx -bench ConfigYear -benchtime 1x -timeout 1h
func BenchmarkConfigYear(b *testing.B) {
	source := estateSource{&simulate.Estate{Interfaces: benchNumber(b, "SGFIT_BENCH_INTERFACES", 2000)}, benchNumber(b, "SGFIT_BENCH_DAYS", 30)}
	if _, err := source.Snapshot(0); err != nil { // made once
		b.Fatal(err)
	}
	for b.Loop() {
		path := filepath.Join(b.TempDir(), "year.db")
		began, wall, high := cpuTime(b), time.Now(), watchHeap()
		records := loadEstate(b, path, source)
		b.ReportMetric((cpuTime(b) - began).Seconds(), "cpu-s/load")
		b.ReportMetric(time.Since(wall).Seconds(), "wall-s/load")
		b.ReportMetric((cpuTime(b)-began).Seconds()/float64(source.days), "cpu-s/snapshot")
		b.ReportMetric(float64(high())/(1<<20), "go-MiB")
		if records != int64(source.days*source.Items()) {
			b.Fatalf("%d items were read", records)
		}
		began, wall = cpuTime(b), time.Now()
		if again := loadEstate(b, path, source); again != 0 {
			b.Fatalf("%d items were read again", again)
		}
		b.ReportMetric((cpuTime(b) - began).Seconds(), "cpu-s/again")
		b.ReportMetric(time.Since(wall).Seconds(), "wall-s/again")
		info, err := os.Stat(path)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(info.Size())/(1<<20), "database-MiB")
	}
	b.ReportMetric(float64(peakMemory(b))/(1<<20), "process-MiB")
	b.ReportMetric(0, "ns/op")
}

func loadEstate(b *testing.B, path string, source estateSource) int64 {
	b.Helper()
	ctx := context.Background()
	db, err := duck.Open(ctx, path, duck.Options{MemoryBytes: int64(benchNumber(b, "SGFIT_BENCH_MEMORY", 1024)) << 20})
	if err != nil {
		b.Fatal(err)
	}
	sum, err := inventory.LoadConfig(ctx, source, duck.Config{DB: db}, inventory.Options{})
	if err := errors.Join(err, db.Close()); err != nil {
		b.Fatal(err)
	}
	if sum.Versions < source.Items() {
		b.Fatalf("%d versions of %d resources", sum.Versions, source.Items())
	}
	return sum.Records
}

func benchNumber(b *testing.B, name string, usual int) int {
	b.Helper()
	s := os.Getenv(name)
	if s == "" {
		return usual
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		b.Fatalf("%s: %v", name, err)
	}
	return n
}

// watchHeap looks ten times a second at what Go's runtime holds of the system's memory; the function that it returns
// ends that, and tells the most.
func watchHeap() func() uint64 {
	stop, most := make(chan bool), make(chan uint64)
	go func() {
		var high uint64
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			high = max(high, m.Sys-m.HeapReleased)
			select {
			case <-stop:
				most <- high
				return
			case <-tick.C:
			}
		}
	}()
	return func() uint64 {
		stop <- true
		return <-most
	}
}

// peakMemory is the most memory that the process ever had resident, where the system tells it, else 0.
func peakMemory(b *testing.B) (bytes int64) {
	b.Helper()
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if n, _ := fmt.Sscanf(line, "VmHWM: %d kB", &bytes); n == 1 {
			return bytes << 10
		}
	}
	return 0
}
