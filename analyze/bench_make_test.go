package analyze_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"sgfit/analyze"
	"sgfit/schema/duck"
	"sgfit/suggest"
)

// BenchmarkMake makes the plan of the estate of BenchmarkAnalyze, and replays the window against it. What DuckDB does to
// load the evidence and the uses is measured beside it, and is not in the processor seconds of make; replay includes the flows'.
//
//	go test ./analyze -run xxx -bench Make -benchtime 1x -timeout 1h
func BenchmarkMake(b *testing.B) {
	ctx := context.Background()
	db, err := duck.Open(ctx, filepath.Join(b.TempDir(), "bench.db"), duck.Options{MemoryBytes: 2 << 30, Threads: 2})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	makeEstate(b, db.SQL(), setting(b, "SGFIT_BENCH_CONVERSATIONS", 1_000_000))
	conn, err := db.SQL().Conn(ctx)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	a, err := analyze.Run(ctx, conn, analyze.Options{})
	if err != nil {
		b.Fatal(err)
	}
	spent := map[string]time.Duration{}
	clock := cpuTime(b)
	lap := func(name string) {
		now := cpuTime(b)
		spent[name] += now - clock
		clock = now
	}
	b.ResetTimer()
	for b.Loop() {
		clock = cpuTime(b)
		ev, err := a.Evidence(ctx)
		if err != nil {
			b.Fatal(err)
		}
		groups, err := a.Groups(ctx)
		if err != nil {
			b.Fatal(err)
		}
		lap("evidence")
		withUses := func(yield func(*analyze.Group, error) bool) {
			lap("make")
			for g, err := range a.WithUses(ctx, groups) {
				lap("uses")
				if !yield(g, err) {
					return
				}
				lap("make")
			}
			lap("uses")
		}
		made, err := suggest.Make(ctx, ev, groups, withUses, suggest.Options{})
		if err != nil {
			b.Fatal(err)
		}
		lap("make")
		replayed, _, err := suggest.Replay(ctx, made.Plan, a.Flows(ctx), suggest.ListEntries(ev), suggest.OpaquePeers(groups))
		if err != nil || replayed.Edges == 0 || replayed.Refused > 0 {
			b.Fatalf("%+v, %v", replayed, err)
		}
		lap("replay")
		week, err := suggest.ReplayWeek(ctx, *made.WeekAgo, a.LateFlows(ctx), suggest.ListEntries(ev), suggest.OpaquePeers(groups))
		if err != nil || week.Conversations == 0 {
			b.Fatalf("%+v, %v", week, err)
		}
		lap("backtest")
	}
	for name, d := range spent {
		b.ReportMetric(d.Seconds()/float64(b.N), name+"-cpu-s/op")
	}
}
