package analyze_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"sgfit/analyze"
	"sgfit/schema/duck"
)

// BenchmarkAnalyze is the whole analysis of SGFIT_BENCH_CONVERSATIONS conversations (one million without it) in 60 days, of
// 10,000 interfaces, 5,000 groups and 50,000 rules, with as much memory for the database as SGFIT_BENCH_MEMORY_MIB says
// (2,048 without it). It reports processor seconds, what each million conversations costs, the most memory that the
// process held, and the most that stood in the database's files for what did not fit into memory.
//
//	SGFIT_BENCH_CONVERSATIONS=10000000 go test ./analyze -run xxx -bench Analyze -benchtime 1x -timeout 1h
func BenchmarkAnalyze(b *testing.B) {
	n := setting(b, "SGFIT_BENCH_CONVERSATIONS", 1_000_000)
	memory := setting(b, "SGFIT_BENCH_MEMORY_MIB", 2048)
	ctx := context.Background()
	path := filepath.Join(b.TempDir(), "bench.db")
	db, err := duck.Open(ctx, path, duck.Options{MemoryBytes: int64(memory) << 20, Threads: 2})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	makeEstate(b, db.SQL(), n)
	began, spilled := cpuTime(b), int64(0)
	step, stepBegan := "", began
	for b.Loop() {
		conn, err := db.SQL().Conn(ctx)
		if err != nil {
			b.Fatal(err)
		}
		a, err := analyze.Run(ctx, conn, analyze.Options{Step: func(name string, _, _ int) {
			now := cpuTime(b)
			if step != "" {
				b.Logf("%-20s %7.2f s", step, (now - stepBegan).Seconds())
			}
			step, stepBegan = name, now
			spilled = max(spilled, folderSize(path+".tmp"))
		}})
		if err != nil {
			b.Fatal(err)
		}
		if ev, err := a.Evidence(ctx); err != nil || ev.Classes["matched"] == 0 {
			b.Fatalf("nothing matched: %v, %v", ev, err)
		}
		conn.Close()
	}
	cpu := (cpuTime(b) - began).Seconds() / float64(b.N)
	b.ReportMetric(cpu, "cpu-s/op")
	b.ReportMetric(cpu/float64(n)*1e6, "cpu-s/million")
	b.ReportMetric(float64(peakMemory(b))/(1<<20), "peak-MiB")
	b.ReportMetric(float64(spilled)/(1<<20), "spilled-MiB")
}

func setting(b *testing.B, name string, usual int) int {
	b.Helper()
	s := os.Getenv(name)
	if s == "" {
		return usual
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// makeEstate fills the database: see testdata/bench.
func makeEstate(b *testing.B, db *sql.DB, n int) {
	b.Helper()
	const days = 60
	runBench(b, db, func(ask, script func(string)) {
		ask(`SET VARIABLE interfaces = 10000; SET VARIABLE groups = 5000; SET VARIABLE first_day = DATE '2026-07-01'`)
		ask(`SET VARIABLE rows = ` + strconv.Itoa(n/days) + `; SET VARIABLE habits = ` + strconv.Itoa(setting(b, "SGFIT_BENCH_HABITS", 0)))
		script("estate.sql")
		for d := range days {
			ask(`SET VARIABLE day = DATE '2026-07-01' + ` + strconv.Itoa(d))
			script("day.sql")
		}
		script("coverage.sql")
	})
}

// makeHostile fills the database with what is hard for its shape: see testdata/bench.
func makeHostile(b *testing.B, db *sql.DB, n int) {
	b.Helper()
	runBench(b, db, func(ask, script func(string)) {
		ask(`SET VARIABLE first_day = DATE '2026-07-01'; SET VARIABLE rows = ` + strconv.Itoa(n))
		script("hostile.sql")
		script("coverage.sql")
	})
}

// runBench gives make what runs statements, and the scripts of testdata/bench, on one connection.
func runBench(b *testing.B, db *sql.DB, make func(ask, script func(string))) {
	b.Helper()
	conn, err := db.Conn(context.Background())
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	ask := func(query string) {
		b.Helper()
		if _, err := conn.ExecContext(context.Background(), query); err != nil {
			b.Fatal(err)
		}
	}
	make(ask, func(name string) {
		b.Helper()
		text, err := os.ReadFile(filepath.Join("testdata", "bench", name))
		if err != nil {
			b.Fatal(err)
		}
		ask(string(text))
	})
}

func usage(b *testing.B) (use syscall.Rusage) {
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		b.Fatal(err)
	}
	return use
}

// cpuTime is the processor time of this process so far.
func cpuTime(b *testing.B) time.Duration {
	use := usage(b)
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

// peakMemory is the most bytes that this process ever held.
func peakMemory(b *testing.B) int64 {
	use := usage(b)
	return use.Maxrss << 10 // kilobytes on Linux
}

// folderSize adds up the files of a folder that may not be there.
func folderSize(dir string) (n int64) {
	entries, _ := os.ReadDir(dir) // made only when something is spilled
	for _, e := range entries {
		if info, err := e.Info(); err == nil {
			n += info.Size()
		}
	}
	return n
}
