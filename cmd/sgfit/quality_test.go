package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestBenchQuality runs the benchmark as a user would. The hard figures are those that must hold of any accounts, also of
// those whose clients come and go; that a fault is seen at all is tested in suggest/judge.
func TestBenchQuality(t *testing.T) {
	t.Parallel()
	first, second := qualityRun(t, "2"), qualityRun(t, "1")
	if first != second {
		t.Error("the same seed gives other figures with another number of accounts at a time")
	}
	var q quality
	if err := json.Unmarshal([]byte(first), &q); err != nil {
		t.Fatal(err)
	}
	v := q.Totals
	for _, f := range v.Faults {
		t.Errorf("%s: %s", f.Kind, f.Text)
	}
	r := v.Rules
	if v.Accounts != 2 || len(q.Accounts) != 2 || r.InForce < 200 || v.Records < 50_000 {
		t.Errorf("%d accounts, %d rules, %d records", v.Accounts, r.InForce, v.Records)
	}
	if r.UnusedFound.Of < 50 || r.UnusedFound.N != r.UnusedFound.Of || r.UnusedRemoved+r.UnusedReview != r.UnusedFound.Of {
		t.Errorf("unused rules found: %+v, %d to be removed, %d for review", r.UnusedFound, r.UnusedRemoved, r.UnusedReview)
	}
	if r.UsedCalledUnused.Of < 100 || r.UsedCalledUnused.N != 0 || r.UsedRemoved.N != 0 || r.HiddenRemoved.N != 0 {
		t.Errorf("used rules called unused %+v, removed %+v, removed where it cannot be seen %+v", r.UsedCalledUnused, r.UsedRemoved, r.HiddenRemoved)
	}
	if r.UsersShutOut.Of == 0 || r.UsersShutOut.N != 0 || v.Replay.Of == 0 || v.Replay.N != 0 {
		t.Errorf("users shut out %+v, demand refused %+v", r.UsersShutOut, v.Replay)
	}
	for format, o := range q.Openers {
		if o.Precision() < 0.995 || o.Recall() < 0.95 {
			t.Errorf("openers, %s: precision %f, recall %f", format, o.Precision(), o.Recall())
		}
	}
	all, week := v.Later.All.Conversations, v.Later.Week.Conversations
	if all.N == 0 || week.N > all.N || week.Of >= all.Of || all.Of < 10_000 || float64(all.N) > 0.05*float64(all.Of) {
		t.Errorf("after the window %+v are refused, in its first week %+v", all, week)
	}
	if b := v.Forecast.All.Bounds; len(b) == 0 || b[0].Held.Of < 100 || b[0].Held.Share() < 0.9 {
		t.Errorf("bounds held: %+v", b)
	}
}

// qualityRun returns the JSON on standard output, which must be that of --out too.
func qualityRun(t *testing.T, parallel string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "q.json")
	var stdout, stderr bytes.Buffer
	args := []string{"bench-quality", "--accounts", "2", "--seed", "5", "--scale", "0.05", "--parallel", parallel, "--json", "--out", out}
	if code := run(context.Background(), args, &stdout, &stderr); code != exitDone {
		t.Fatalf("exit code %d\n%s", code, stderr.String())
	}
	body, err := os.ReadFile(out)
	if err != nil || string(body) != stdout.String() {
		t.Errorf("--out holds something else than standard output, %v", err)
	}
	for _, s := range []string{"1/2  seed 5 v2", "2/2  seed 6 v5"} {
		if !strings.Contains(stderr.String(), s) {
			t.Errorf("no line %q in\n%s", s, stderr.String())
		}
	}
	return stdout.String()
}
