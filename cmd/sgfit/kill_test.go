package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sgfit/schema/duck"
	"sgfit/schema/simulate"
)

// kills is how many times the program is killed, over all tries.
const kills = 50

// TestKilled kills the whole job with SIGKILL at moments spread over all of it, up to five times in a row, runs it to its
// end, and has everything in the database, and plan.json, be as if it had never been killed.
func TestKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the program a hundred times")
	}
	t.Parallel()
	job := newJob(t)
	began := time.Now()
	job.run(t, "whole")
	took := time.Since(began)
	want := job.finish(t, "whole") // which adds nothing
	if again := job.finish(t, "again"); again.diff(want) != "" {
		t.Fatalf("two runs that nobody killed differ, so nothing can be compared:\n%s", again.diff(want))
	}
	random := rand.New(rand.NewPCG(1, 50))
	phases, killed := map[string]int{}, 0
	for try := 0; killed < kills; try++ {
		name, moments := fmt.Sprintf("try-%d", try), []time.Duration{}
		for range min(1+try%5, kills-killed) {
			// It is real time that decides, as it does for a user: only the share of it is fixed.
			after := time.Duration(random.Float64() * 0.95 * float64(took))
			started := time.Now()
			if !job.kill(t, name, after) { // it came to its end before
				if len(moments) == 0 {
					took = time.Since(started) // the machine has become faster
				}
				break
			}
			moments = append(moments, after)
			killed++
			phases[job.phase(t, name)]++
		}
		if d := job.finish(t, name).diff(want); d != "" {
			t.Errorf("%s, killed after %v of about %v:\n%s", name, moments, took, d)
		}
	}
	t.Logf("%d kills, the whole job takes %v; what the databases held: %v", killed, took.Round(time.Millisecond), phases)
	if len(phases) < 4 {
		t.Errorf("the kills are not spread over the whole job: %v", phases)
	}
}

// killJob is one account's whole job, into a folder of its own each time.
type killJob struct{ dir string }

func newJob(t *testing.T) killJob {
	t.Helper()
	job := killJob{t.TempDir()}
	account := simulate.New(simulate.Options{Seed: 7, Days: 4, Scale: 0.05, FileHours: 1, SnapshotHours: 6, Overlap: true, Malformed: 3})
	if _, err := account.WriteDir(filepath.Join(job.dir, "account")); err != nil {
		t.Fatal(err)
	}
	return job
}

func (j killJob) command(name string) *exec.Cmd {
	cmd := exec.Command("sgfit", "run", "--quiet", "--flow-logs", "account/flow-logs", "--config", "account/config",
		"--db", name+".db", "--out", name) // testscript.Main has put this binary into the path under that name
	cmd.Dir = j.dir
	return cmd
}

// kill starts the job and kills it after a time; false if it ended before.
func (j killJob) kill(t *testing.T, name string, after time.Duration) bool {
	t.Helper()
	cmd := j.command(name)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	err := cmd.Wait()
	var ended *exec.ExitError
	switch {
	case err == nil:
		return false
	case !errors.As(err, &ended) || ended.Exited():
		t.Fatalf("%s failed by itself: %v\n%s", name, err, stderr.String())
	}
	return true
}

// phase says what a killed job has left.
func (j killJob) phase(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(j.dir, name+".db")
	info, err := os.Stat(path)
	if err != nil || info.Size() == 0 {
		return "no database"
	}
	// A copy, so that it is the job itself that finds what the kill left.
	copied := filepath.Join(j.dir, "look.db")
	for _, end := range []string{"", ".wal"} {
		content, err := os.ReadFile(path + end)
		if err != nil && (end == "" || !errors.Is(err, os.ErrNotExist)) {
			t.Fatal(err)
		}
		if err == nil {
			err = os.WriteFile(copied+end, content, 0o644)
		} else if err = os.Remove(copied + end); errors.Is(err, os.ErrNotExist) {
			err = nil
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	db, err := duck.Open(context.Background(), copied, duck.Options{})
	if err != nil {
		t.Fatalf("open what a kill left: %v", err)
	}
	defer db.Close()
	st, err := db.Status(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case st.Plans > 0:
		return "plan"
	case st.Analyzed:
		return "edges"
	case len(st.Days) > 0:
		return fmt.Sprintf("%d days of flow logs", len(st.Days))
	case len(st.Objects) > 0:
		return "Config"
	}
	return "nothing"
}

// finish runs the job to its end and reads what it made.
func (j killJob) finish(t *testing.T, name string) *whole {
	t.Helper()
	j.run(t, name)
	w := readWhole(t, filepath.Join(j.dir, name+".db"), nil)
	plan, err := os.ReadFile(filepath.Join(j.dir, name, "plan.json"))
	if err != nil {
		t.Fatal(err)
	}
	w.tables["plan.json"] = strings.Split(string(plan), "\n")
	return w
}

func (j killJob) run(t *testing.T, name string) {
	t.Helper()
	if out, err := j.command(name).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
}

// whole is all that a database holds, by table, in a canonical order.
type whole struct{ tables map[string][]string }

// canonical are the tables that are not compared as they are, and why. All others are, with all columns.
var canonical = map[string]string{
	// Items are numbered as their files are decoded, by several workers; which file comes first is chance.
	"config_item": `SELECT * EXCLUDE (item_no) FROM config_item`,
	// Sights are folded to the latest when there are many; when that is, hangs on the load's beginning. The latest counts.
	"config_seen": `SELECT i.digest, max(s.taken) FROM config_seen s JOIN config_item i USING (item_no) GROUP BY ALL`,
	// Edges are numbered as the query engine's threads come to them.
	"edge":      `SELECT * EXCLUDE (edge_no) FROM edge`,
	"edge_rule": `SELECT e.* EXCLUDE (edge_no), r.* EXCLUDE (edge_no) FROM edge_rule r JOIN edge e USING (edge_no)`,
}

// readWhole reads a database; some tables by other queries than usual.
func readWhole(t *testing.T, path string, other map[string]string) *whole {
	t.Helper()
	db, err := duck.Open(context.Background(), path, duck.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	w := &whole{map[string][]string{}}
	for _, table := range column(t, db, `SELECT table_name FROM duckdb_tables() WHERE NOT temporary ORDER BY ALL`) {
		query := cmp.Or(other[table], canonical[table], "SELECT * FROM "+table)
		w.tables[table] = column(t, db, "SELECT r::VARCHAR FROM ("+query+") r ORDER BY ALL")
	}
	if len(w.tables) < 20 || len(w.tables["edge_rule"]) == 0 || len(w.tables["config_seen"]) == 0 {
		t.Fatalf("%d tables, %d rules of edges, %d sights of items: there is too little to compare",
			len(w.tables), len(w.tables["edge_rule"]), len(w.tables["config_seen"]))
	}
	return w
}

// column reads a query of one column of text.
func column(t *testing.T, db *duck.DB, query string) (values []string) {
	t.Helper()
	rows, err := db.SQL().Query(query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	for rows.Next() {
		var v string
		if err := rows.Scan(&v); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		values = append(values, v)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return values
}

// diff tells the tables in which two databases differ, with the first rows that only one has; "" for none.
func (w *whole) diff(want *whole) string {
	var b strings.Builder
	for name, rows := range want.tables {
		if slices.Equal(rows, w.tables[name]) {
			continue
		}
		fmt.Fprintf(&b, "%s: %d rows, want %d\n", name, len(w.tables[name]), len(rows))
		for sign, pair := range map[string][2][]string{"-": {rows, w.tables[name]}, "+": {w.tables[name], rows}} {
			n := 0
			for _, row := range pair[0] {
				if !slices.Contains(pair[1], row) && n < 3 {
					n++
					fmt.Fprintf(&b, "  %s %.300s\n", sign, row)
				}
			}
		}
	}
	if len(w.tables) != len(want.tables) {
		fmt.Fprintf(&b, "%d tables, want %d\n", len(w.tables), len(want.tables))
	}
	return b.String()
}
