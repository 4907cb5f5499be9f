package analyze_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"os"
	"path/filepath"
	"testing"
	"time"

	"sgfit/analyze"
	"sgfit/schema/duck"
	"sgfit/suggest"
)

// BenchmarkPlan goes from SGFIT_BENCH_CONVERSATIONS conversations (one million without it) of the estate of BenchmarkAnalyze to
// the bytes of plan.json, as sgfit suggest does: the questions, the evidence, every rule decided, the window and last week
// replayed. It reports processor seconds, those of each step, and the most memory that the process held, and logs the
// plan's hash: a change that only makes it faster leaves that as it is. With SGFIT_BENCH_DATABASE the estate is made in that file, or
// taken from it where it is there. With SGFIT_BENCH_HABITS=20 its interfaces talk to 20 services each, day after day; without, every
// connection has peers of its own choice, which is the hardest that an estate of its size can be.
//
//	SGFIT_BENCH_CONVERSATIONS=10000000 SGFIT_BENCH_MEMORY_MIB=6144 SGFIT_BENCH_HABITS=20 go test ./analyze -run xxx -bench Plan -benchtime 1x -timeout 1h
func BenchmarkPlan(b *testing.B) {
	benchPlan(b, setting(b, "SGFIT_BENCH_CONVERSATIONS", 1_000_000), makeEstate)
}

// BenchmarkPlanHostile is BenchmarkPlan of one interface that 65,000 peers talk to on every port: as many uses of one rule as
// there are conversations.
//
//	SGFIT_BENCH_CONVERSATIONS=3600000 go test ./analyze -run xxx -bench Hostile -benchtime 1x -timeout 1h
func BenchmarkPlanHostile(b *testing.B) {
	benchPlan(b, setting(b, "SGFIT_BENCH_CONVERSATIONS", 300_000), makeHostile)
}

func benchPlan(b *testing.B, n int, make func(b *testing.B, db *sql.DB, n int)) {
	db := estateDatabase(b, n, make)
	t := newStepTimer(b)
	for b.Loop() {
		b.Logf("plan.json: %x", sha256.Sum256(planOf(b, db, t)))
	}
	cpu := t.report(b)
	b.ReportMetric(cpu/float64(n)*1e6, "cpu-s/million")
	b.ReportMetric(float64(peakMemory(b))/(1<<20), "peak-MiB")
}

// estateDatabase opens the database of the estate, which is made if it is not there.
func estateDatabase(b *testing.B, n int, make func(b *testing.B, db *sql.DB, n int)) *duck.DB {
	path := os.Getenv("SGFIT_BENCH_DATABASE")
	if path == "" {
		path = filepath.Join(b.TempDir(), "bench.db")
	}
	_, missing := os.Stat(path)
	memory := setting(b, "SGFIT_BENCH_MEMORY_MIB", 2048)
	db, err := duck.Open(context.Background(), path, duck.Options{MemoryBytes: int64(memory) << 20, Threads: 2})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	if missing != nil {
		make(b, db.SQL(), n)
	} else if _, err := db.SQL().Exec(`DELETE FROM plan; DELETE FROM edge; DELETE FROM edge_rule; DELETE FROM meta WHERE key = 'analyzed'`); err != nil {
		b.Fatal(err) // what an earlier run left would make this one another
	}
	return db
}

// planOf is the whole job; t hears of its steps.
func planOf(b *testing.B, db *duck.DB, t *stepTimer) []byte {
	ctx := context.Background()
	must := func(err error) {
		b.Helper()
		if err != nil {
			b.Fatal(err)
		}
	}
	conn, err := db.SQL().Conn(ctx)
	must(err)
	defer conn.Close()
	t.begin()
	a, err := analyze.Run(ctx, conn, analyze.Options{Step: func(name string, _, _ int) { t.question(name) }})
	must(err)
	t.lap("questions")
	ev, err := a.Evidence(ctx)
	must(err)
	groups, err := a.Groups(ctx)
	must(err)
	t.lap("evidence")
	made, err := suggest.Make(ctx, ev, groups, a.WithUses(ctx, groups), suggest.Options{})
	must(err)
	t.lap("make")
	opaque, lists := suggest.OpaquePeers(groups), suggest.ListEntries(ev)
	talks := suggest.NewTalks(ev)
	plan, err := suggest.Prove(ev, made.Plan, func(plan suggest.Plan) (suggest.Replayed, []suggest.Refusal, error) {
		return suggest.Replay(ctx, plan, talks.Watch(a.Flows(ctx)), lists, opaque)
	})
	must(err)
	plan.Talks = talks.List()
	if plan.Replay.Edges == 0 || plan.Replay.Refused > 0 {
		b.Fatalf("%+v", plan.Replay)
	}
	t.lap("replay")
	plan.Backtest, err = suggest.ReplayWeek(ctx, *made.WeekAgo, a.LateFlows(ctx), lists, opaque)
	must(err)
	t.lap("week")
	body, err := suggest.Encode(plan, "")
	must(err)
	must(db.SavePlan(ctx, body))
	t.lap("store")
	return body
}

// stepTimer adds up what steps take.
type stepTimer struct {
	b     *testing.B
	steps []string
	cpu   map[string]time.Duration
	wall  map[string]time.Duration
	// since when the step at hand, and the question at hand, runs
	cpuAt, askedAt time.Duration
	wallAt         time.Time
	asked          string
}

func newStepTimer(b *testing.B) *stepTimer {
	return &stepTimer{b: b, cpu: map[string]time.Duration{}, wall: map[string]time.Duration{}}
}

func (t *stepTimer) begin() { t.cpuAt, t.wallAt = cpuTime(t.b), time.Now() }

// question ends the question before, and logs what it took.
func (t *stepTimer) question(name string) {
	now := cpuTime(t.b)
	if t.asked != "" {
		t.b.Logf("%-20s %7.2f s", t.asked, (now - t.askedAt).Seconds())
	}
	t.asked, t.askedAt = name, now
}

// lap ends a step.
func (t *stepTimer) lap(name string) {
	t.question("")
	if _, known := t.cpu[name]; !known {
		t.steps = append(t.steps, name)
	}
	t.cpu[name] += cpuTime(t.b) - t.cpuAt
	t.wall[name] += time.Since(t.wallAt)
	t.begin()
}

// report gives the seconds of all steps, and returns those of processors together.
func (t *stepTimer) report(b *testing.B) float64 {
	var sum time.Duration
	for _, name := range t.steps {
		b.Logf("%-20s %7.2f s, %7.2f s wall", name, t.cpu[name].Seconds()/float64(b.N), t.wall[name].Seconds()/float64(b.N))
		b.ReportMetric(t.cpu[name].Seconds()/float64(b.N), name+"-cpu-s/op")
		sum += t.cpu[name]
	}
	cpu := sum.Seconds() / float64(b.N)
	b.ReportMetric(cpu, "cpu-s/op")
	return cpu
}
